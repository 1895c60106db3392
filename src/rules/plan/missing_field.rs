//! PLN005: a field that nobody can do without.

use crate::finding::{Entity, EntityKind};
use crate::model::Text;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "PLN005", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let is_blank = |text: Option<Text>| text.is_none_or(|text| ctx.text(text).trim().is_empty());
    let mut missing = |about: Entity, field: &'static str| {
        let finding = ctx.finding(about).subject(field).param("field", field);
        out.report(if about.kind == EntityKind::Waiver { finding.variant("waiver") } else { finding });
    };
    for (task, it) in ctx.tasks() {
        if is_blank(it.title()) {
            missing(entity(task), "title");
        }
    }
    for number in ctx.numbers(EntityKind::Risk) {
        if is_blank(ctx.model.risks[number].title()) {
            missing(Entity::new(EntityKind::Risk, number), "title");
        }
    }
    for number in ctx.numbers(EntityKind::Freeze) {
        let freeze = &ctx.model.freezes[number];
        let about = Entity::new(EntityKind::Freeze, number);
        if freeze.start().is_none() {
            missing(about, "start");
        }
        if freeze.finish().is_none() {
            missing(about, "finish");
        }
    }
    for number in ctx.numbers(EntityKind::Waiver) {
        let waiver = &ctx.model.waivers[number];
        let about = Entity::new(EntityKind::Waiver, number);
        if waiver.rule().is_empty() {
            missing(about, "rule");
        }
        if waiver.on().is_empty() {
            missing(about, "on");
        }
        if is_blank(waiver.reason()) {
            missing(about, "reason");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn only_what_is_truly_required() {
        let found = |plan: &str| -> Vec<String> {
            codes(&format!("[plan]\n{plan}")).into_iter().filter(|it| it.starts_with("PLN005")).collect()
        };
        assert_eq!(found("[task]\na = { title = \" \" }"), ["PLN005 3:1"]);
        assert_eq!(found("[risk.r]\nimpact = 3"), ["PLN005 2:7"]);
        assert_eq!(found("[freeze.f]\nnotes = \"\""), ["PLN005 2:9", "PLN005 2:9"]);
        assert_eq!(found("[[waiver]]\nrule = \"OWN001\"").len(), 2);
        assert!(found("[issue.i]\n[decision.d]\n[person.p]\n[asset.a]").is_empty());
    }
}
