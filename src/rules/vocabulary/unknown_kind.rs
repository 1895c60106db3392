//! VOC004: a kind that no pack declares.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{Kind, KindId};
use crate::finding::{Entity, EntityKind, Finding, Fix};
use crate::model::{PlanId, Text};
use crate::read::{Meant, meant, suggestion};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "VOC004", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut work = Words::new(&ctx.catalogue.kinds()[1..]);
    for (task, it) in ctx.tasks() {
        let Some(kind) = it.kind().filter(|_| ctx.kind(task) == KindId::NONE) else { continue };
        // Nobody mends what was dropped.
        if !ctx.is_cancelled(task)
            && let Some(finding) = work.unknown(ctx, entity(task), it.plan, kind)
        {
            out.report(finding);
        }
    }
    // A freeze that names a kind nobody has freezes nothing.
    for number in ctx.numbers(EntityKind::Freeze) {
        let freeze = &ctx.model.freezes[number];
        for kind in ctx.model.list(freeze.kinds()) {
            let about = Entity::new(EntityKind::Freeze, number);
            if let Some(finding) = work.unknown(ctx, about, freeze.plan, *kind) {
                out.report(finding);
            }
        }
    }
    let mut assets = Words::new(ctx.catalogue.asset_kinds());
    for number in ctx.numbers(EntityKind::Asset) {
        let asset = &ctx.model.assets[number];
        let about = Entity::new(EntityKind::Asset, number);
        if let Some(kind) = asset.kind()
            && let Some(finding) = assets.unknown(ctx, about, asset.plan, kind)
        {
            out.report(finding.variant("asset"));
        }
    }
}

/// The words of one vocabulary, and what was found for those that are not in it.
struct Words<'a> {
    kinds: &'a [Kind],
    known: FxHashSet<&'a str>,
    nearest: FxHashMap<&'a str, Option<Meant<'a>>>,
}

impl<'a> Words<'a> {
    fn new(kinds: &'a [Kind]) -> Self {
        let known = kinds.iter().map(|kind| kind.name.as_str()).collect();
        Self { kinds, known, nearest: FxHashMap::default() }
    }

    fn unknown(&mut self, ctx: &Ctx<'a>, about: Entity, plan: PlanId, kind: Text) -> Option<Finding> {
        let word = ctx.text(kind).trim();
        // Words with x- are the author's own.
        if word.is_empty() || word.starts_with("x-") || self.known.contains(word) {
            return None;
        }
        let names = || self.kinds.iter().map(|kind| kind.name.as_str());
        let near = *self.nearest.entry(word).or_insert_with(|| meant(word, names()));
        let finding = ctx
            .finding_at(about, kind.span())
            .subject(word)
            .param("kind", word)
            .param("suggestion", suggestion(near.map(|it| it.word)));
        Some(match near.filter(|near| near.is_only && ctx.is_native(plan)) {
            Some(Meant { word, is_sure, .. }) => {
                finding.fix(Fix::safe(format!("Write `{word}`")).safe_if(is_sure).word(kind.span(), word))
            }
            None => finding,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(plan: &str) -> Vec<String> {
        codes(&format!("[plan]\n{plan}")).into_iter().filter(|it| it.starts_with("VOC004")).collect()
    }

    #[test]
    fn assets_and_freezes_have_kinds_too() {
        assert_eq!(found("[asset]\na = { kind = \"databse\" }"), ["VOC004 3:15"]);
        assert!(found("[asset]\na = { kind = \"database\" }\nb = { kind = \"x-crane\" }").is_empty());
        let freeze =
            "[freeze]\nf = { start = 2026-12-21, finish = 2027-01-02, kinds = [\"rolout\", \"upgrade\"] }";
        assert_eq!(found(freeze), ["VOC004 3:58"]);
    }

    #[test]
    fn canceled_work_and_own_words_are_left_alone() {
        assert_eq!(
            found("[task]\na = { title = \"A\", kind = \"rolout\", status = \"done\" }"),
            ["VOC004 3:28"]
        );
        assert!(found("[task]\na = { title = \"A\", kind = \"rolout\", status = \"cancelled\" }").is_empty());
        assert!(found("[task]\na = { title = \"A\", kind = \"x-rolout\" }").is_empty());
    }
}
