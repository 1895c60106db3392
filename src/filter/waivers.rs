//! Waivers: findings that somebody with the authority has agreed to live with, until a day.

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::ignores::is_own;
use super::{Hidden, HiddenBy, Run};
use crate::catalogue::suggestion;
use crate::config::{corrected, notice, rule_meant};
use crate::finding::{Code, Entity, EntityKind, Finding, Fix};
use crate::model::{List, Model, PlanId, Text, Waiver};

/// Which findings waivers hide together: those of a rule in a plan, about one thing or about anything.
type Key<'a> = (PlanId, usize, Option<&'a str>);

/// All waivers of a run.
pub(super) struct Waivers<'a> {
    today: Date,
    /// The number of the waiver, and whether it hid a finding.
    used: FxHashMap<Key<'a>, (usize, bool)>,
}

impl<'a> Waivers<'a> {
    /// Reads the waivers that still count on a day.
    pub(super) fn read(run: &Run<'a, '_>, today: Date) -> Self {
        let mut used = FxHashMap::default();
        let waivers = run.model.waivers.iter().enumerate();
        for (number, waiver) in waivers.filter(|(_, waiver)| !is_over(waiver, today)) {
            for rule in run.model.list(waiver.rule()) {
                for key in keys(run, waiver, *rule) {
                    used.insert(key, (number, false));
                }
            }
        }
        Self { today, used }
    }

    /// The waiver that hides a finding, where there is one.
    pub(super) fn hide(&mut self, finding: &Finding, run: &Run<'a, '_>) -> Option<Hidden> {
        if self.used.is_empty() || is_own(finding.code) {
            return None;
        }
        let (rule, plan) = (run.catalogue.index(finding.code)?, run.plan_of(finding)?);
        let id = finding.entity.map(|entity| run.model.id(entity));
        let mut by = None;
        for on in [Some(None), id.map(Some)].into_iter().flatten() {
            if let Some((number, used)) = self.used.get_mut(&(plan, rule, on)) {
                *used = true;
                by = by.or(Some(*number));
            }
        }
        let waiver = run.model.waivers.get(by?)?;
        let reason = waiver.reason().map_or("", |reason| run.model.text(reason)).trim().to_owned();
        let place = run.model.list(waiver.rule()).first().map(|rule| rule.span())?;
        Some(Hidden { by: HiddenBy::Waiver, reason, place })
    }

    /// What is wrong with the waivers, once all findings have been shown to them.
    pub(super) fn findings(&self, run: &Run<'a, '_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let names = Names::of_waivers(run.model);
        for (number, waiver) in run.model.waivers.iter().enumerate() {
            let entity = Entity::new(EntityKind::Waiver, number);
            self.findings_of(waiver, entity, &names, run, &mut findings);
        }
        findings
    }

    fn findings_of(
        &self,
        waiver: &Waiver,
        entity: Entity,
        names: &Names<'_>,
        run: &Run<'a, '_>,
        findings: &mut Vec<Finding>,
    ) {
        let model = run.model;
        let rules = model.list(waiver.rule());
        // A waiver without a rule is told of by the reader.
        let Some(first) = rules.first() else { return };
        let on = model.list(waiver.on());
        let ids: Vec<&str> = on.iter().map(|on| model.text(*on)).collect();
        let about = |code: &str, place, rule: &str| {
            Finding::new(Code::new(code), place).about(entity).subject(rule).subject(&ids.join(" "))
        };
        let (mut is_known, mut is_used) = (false, false);
        let (mut unused, written) =
            (Vec::new(), joined(rules.iter().map(|rule| model.text(*rule).to_owned())));
        for rule in rules {
            let word = model.text(*rule);
            let Some(index) = run.catalogue.find(word).and_then(|rule| run.catalogue.index(rule.code)) else {
                let near = rule_meant(run.catalogue, word);
                let finding = about("LNT005", rule.span(), word)
                    .param("value", word)
                    .param("suggestion", suggestion(near.map(|it| it.word)));
                let fix = corrected(near, |fix, near| fix.word(rule.span(), near));
                findings.push(Finding { fix, ..finding });
                continue;
            };
            is_known = true;
            let notice = notice(run.catalogue, word).map(|notice| notice.finding(rule.span()));
            findings.extend(notice.map(|finding| finding.about(entity)));
            let does_run = run.catalogue.rules().get(index).is_some_and(|it| run.runs(it, rule.span().file));
            let hides =
                keys(run, waiver, *rule).any(|key| self.used.get(&key).is_some_and(|(_, used)| *used));
            is_used |= hides || !does_run;
            if does_run && !hides {
                // What somebody approved is not deleted without asking.
                let fix = match rules.len() {
                    1 => Fix::not_safe("Delete the waiver").delete(rule.span()),
                    _ => Fix::not_safe(format!("Delete {word}")).take_out(rule.span(), "rule"),
                };
                let finding = about("LNT001", rule.span(), word).variant("waiver");
                unused.push(finding.param("rule", word).fix(fix));
            }
        }
        if !is_known {
            return;
        }
        let on_words = || match on {
            [] => "the whole plan".to_owned(),
            _ => joined(ids.iter().map(|id| names.thing(model, waiver.plan, id))),
        };
        let approvers = model.list(waiver.approved_by());
        let approver = || match approvers {
            [] => "nobody".to_owned(),
            _ => joined(approvers.iter().map(|who| names.person(model, waiver.plan, model.text(*who)))),
        };
        if approvers.is_empty() {
            let finding = about("LNT004", first.span(), &written);
            findings.push(finding.param("rule", &*written).param("on", on_words()));
        }
        let Some(until) = waiver.until() else {
            findings.append(&mut unused);
            return;
        };
        let days = days_from(self.today, until.value.date);
        let notice = run.settings(until.span.file).map_or(0, super::Settings::waiver_notice);
        let ends = || {
            about("LNT003", until.span, &written)
                .param("rule", &*written)
                .param("on", on_words())
                .param("until", until.value.date.to_string())
        };
        if days < 0 {
            // It hides nothing because it is over: said once.
            let finding = ends();
            findings.push(if approvers.is_empty() {
                finding.variant("no-approver")
            } else {
                finding.param("approver", approver())
            });
            return;
        }
        findings.append(&mut unused);
        if days <= notice && is_used {
            findings.push(ends().variant("soon").param("approver", approver()));
        }
    }
}

/// The days from one to another.
fn days_from(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// Whether the last day of a waiver has passed.
fn is_over(waiver: &Waiver, today: Date) -> bool {
    waiver.until().is_some_and(|until| until.value.date < today)
}

/// What a waiver hides of a rule.
fn keys<'a, 'k>(
    run: &'k Run<'a, '_>,
    waiver: &'k Waiver,
    rule: Text,
) -> impl Iterator<Item = Key<'a>> + use<'a, 'k> {
    let model = run.model;
    let rule = run.catalogue.find(model.text(rule)).and_then(|rule| run.catalogue.index(rule.code));
    let on = model.list(waiver.on());
    let whole = waiver.on().is_empty().then_some(None);
    let ids = on.iter().map(move |id| Some(model.text(*id)));
    let plan = waiver.plan;
    rule.into_iter()
        .flat_map(move |rule| whole.into_iter().chain(ids.clone()).map(move |on| (plan, rule, on)))
}

/// `a, b and c`; at most ten.
fn joined(parts: impl Iterator<Item = String>) -> String {
    const MOST: usize = 10;
    let mut parts: Vec<String> = parts.collect();
    if parts.len() > MOST {
        let more = parts.len() - MOST;
        parts.truncate(MOST);
        parts.push(format!("{more} more"));
    }
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// The things and persons that waivers name, so that messages can show them as their authors know them.
struct Names<'m> {
    things: FxHashMap<(PlanId, &'m str), Entity>,
    persons: FxHashMap<(PlanId, &'m str), Entity>,
}

impl<'m> Names<'m> {
    /// Looks them up in one pass over the model.
    fn of_waivers(model: &'m Model<'_>) -> Self {
        let mut things = FxHashMap::default();
        let mut persons = FxHashMap::default();
        let wanted = |list: fn(&Waiver) -> List| -> FxHashSet<(PlanId, &'m str)> {
            let texts = |waiver: &'m Waiver| {
                let plan = waiver.plan;
                model.list(list(waiver)).iter().map(move |text| (plan, model.text(*text)))
            };
            model.waivers.iter().flat_map(texts).collect()
        };
        let (on, by) = (wanted(Waiver::on), wanted(Waiver::approved_by));
        for kind in EntityKind::ALL {
            if on.is_empty() && by.is_empty() {
                break;
            }
            let is_person = matches!(kind, EntityKind::Person | EntityKind::Team);
            for index in 0..model.lists.count(kind) {
                let entity = Entity::new(kind, index);
                let Some(plan) = model.lists.plan(entity) else { continue };
                let key = (plan, model.id(entity));
                if on.contains(&key) {
                    things.entry(key).or_insert(entity);
                }
                if is_person && by.contains(&key) {
                    persons.entry(key).or_insert(entity);
                }
            }
        }
        Self { things, persons }
    }

    fn thing(&self, model: &Model<'_>, plan: PlanId, id: &str) -> String {
        self.things.get(&(plan, id)).map_or_else(|| format!("\"{id}\""), |entity| model.name(*entity))
    }

    fn person(&self, model: &Model<'_>, plan: PlanId, id: &str) -> String {
        let title = self.persons.get(&(plan, id)).and_then(|entity| model.title(*entity));
        title.unwrap_or(id).to_owned()
    }
}
