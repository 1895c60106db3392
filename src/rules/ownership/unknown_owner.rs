//! OWN002: an owner who is neither a person nor a team of the plan.

use rustc_hash::FxHashMap;

use super::People;
use crate::finding::{Entity, EntityKind, Fix};
use crate::model::{DecisionStatus, IssueStatus, PlanId, RiskStatus, Text, is_placeholder};
use crate::read::{Meant, meant, suggestion};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "OWN002", check };

/// How many names may be compared in a run: a hundred thousand unknown owners must not cost a search each.
const EFFORT: usize = 5_000_000;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let people = People::new(ctx);
    let mut effort = EFFORT;
    for &plan in ctx.plans() {
        let entry = ctx.model.plan(plan);
        // Without a list of people nobody can be missing from it.
        if entry.range(EntityKind::Person).is_empty() && entry.range(EntityKind::Team).is_empty() {
            continue;
        }
        let mut known: FxHashMap<&str, Option<Meant<'_>>> = FxHashMap::default();
        for (entity, field, owner) in owners(ctx, plan) {
            let name = ctx.text(owner).trim();
            // PLN012 asks for what is still to be filled in, OWN001 for what is empty.
            if name.is_empty() || is_placeholder(name) || people.find(plan, owner).is_some() {
                continue;
            }
            let near = *known.entry(name).or_insert_with(|| probably_meant(ctx, plan, name, &mut effort));
            let mut finding = ctx
                .finding_at(entity, owner.span())
                .subject(if field == "owner" { "" } else { field })
                .param("owner", name)
                .param("field", field)
                .param("suggestion", suggestion(near.map(|it| it.word)));
            if let Some(Meant { word, is_sure, .. }) = near.filter(|it| it.is_only && ctx.is_native(plan)) {
                let fix = Fix::safe(format!("Write `{word}`")).safe_if(is_sure);
                finding = finding.fix(fix.word(owner.span(), word));
            }
            out.report(finding);
        }
    }
}

/// Everything that still has to be done, with its owner as written.
fn owners<'a>(ctx: &Ctx<'a>, plan: PlanId) -> Vec<(Entity, &'static str, Text)> {
    let model = ctx.model;
    let entry = model.plan(plan);
    let mut owners = Vec::new();
    let mut add = |kind, number, field, owner: Option<Text>| {
        owners.extend(owner.map(|owner| (Entity::new(kind, number), field, owner)));
    };
    add(EntityKind::Plan, plan.index(), "owner-default", entry.header.owner_default());
    for (task, it) in model.tasks_of(plan).filter(|(task, _)| ctx.is_open(*task)) {
        // Most owners were found when references were resolved.
        let unknown = it.owner().filter(|_| ctx.network.references.owner(task).is_none());
        add(EntityKind::Task, task.index(), "owner", unknown);
        add(EntityKind::Task, task.index(), "owner-default", it.owner_default());
    }
    for number in entry.range(EntityKind::Risk) {
        let risk = &model.risks[number];
        if risk.status().is_none_or(|status| status.value != RiskStatus::Closed) {
            add(EntityKind::Risk, number, "owner", risk.owner());
        }
    }
    for number in entry.range(EntityKind::Issue) {
        let issue = &model.issues[number];
        let is_over = |status| matches!(status, IssueStatus::Resolved | IssueStatus::Closed);
        if !issue.status().is_some_and(|status| is_over(status.value)) {
            add(EntityKind::Issue, number, "owner", issue.owner());
        }
    }
    for number in entry.range(EntityKind::Decision) {
        let decision = &model.decisions[number];
        if decision.status().is_none_or(|status| status.value == DecisionStatus::Open) {
            add(EntityKind::Decision, number, "owner", decision.owner());
        }
    }
    for number in entry.range(EntityKind::Assumption) {
        add(EntityKind::Assumption, number, "owner", model.assumptions[number].owner());
    }
    for number in entry.range(EntityKind::Budget) {
        add(EntityKind::Budget, number, "owner", model.budgets[number].owner());
    }
    for number in entry.range(EntityKind::Communication) {
        add(EntityKind::Communication, number, "owner", model.communications[number].owner());
    }
    owners
}

/// The id of the person or team that was probably meant: by a slip of the hand, or by their name or a part of it.
fn probably_meant<'a>(ctx: &Ctx<'a>, plan: PlanId, name: &str, effort: &mut usize) -> Option<Meant<'a>> {
    let entry = ctx.model.plan(plan);
    let everybody = || {
        [EntityKind::Person, EntityKind::Team]
            .into_iter()
            .flat_map(|kind| entry.range(kind).map(move |number| Entity::new(kind, number)))
    };
    *effort = effort.checked_sub(everybody().count() * 3)?;
    if let Some(near) = meant(name, everybody().map(|it| ctx.model.id(it))) {
        return Some(near);
    }
    let called = || everybody().filter_map(|it| Some((it, ctx.model.title(it)?)));
    if let Some(full) = meant(name, called().map(|(_, title)| title)) {
        let mut namesakes = called().filter(|(_, title)| *title == full.word);
        let id = ctx.model.id(namesakes.next()?.0);
        let is_only = full.is_only && namesakes.next().is_none();
        return Some(Meant { word: id, is_only, is_sure: is_only && full.is_sure });
    }
    let words = parts(name);
    if words.is_empty() {
        return None;
    }
    let mut fitting = everybody().filter(|it| {
        let known = parts(&format!("{} {}", ctx.model.id(*it), ctx.model.title(*it).unwrap_or("")));
        words.iter().all(|word| known.contains(word))
    });
    // Two people of one name: either would be a guess.
    let first = fitting.next()?;
    let is_only = fitting.next().is_none();
    is_only.then(|| Meant { word: ctx.model.id(first), is_only, is_sure: false })
}

/// The words of a name that are long enough to know somebody by.
fn parts(name: &str) -> Vec<String> {
    let words = name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.filter(|word| word.chars().count() >= 3).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn unknown(rest: &str) -> Vec<String> {
        let people = "[plan]\nowner = \"jonas\"\n[person]\njonas = { name = \"Jonas Weber\", also-known-as = [\"JWE\"] }\n";
        codes(&format!("{people}{rest}")).into_iter().filter(|it| it.starts_with("OWN002")).collect()
    }

    #[test]
    fn a_name_from_an_import_is_known() {
        assert!(unknown("[task]\na = { title = \"A\", owner = \"JWE\" }").is_empty());
        assert!(unknown("[risk]\nr = { title = \"R\", owner = \"JWE\" }").is_empty());
    }

    #[test]
    fn registers_have_owners_too() {
        for kind in ["risk", "issue", "decision", "assumption"] {
            let plan = format!("[{kind}]\nx = {{ title = \"X\", owner = \"petra\" }}");
            assert_eq!(unknown(&plan), ["OWN002 6:29"], "{kind}");
        }
        assert_eq!(unknown("[budget]\nb = { owner = \"petra\" }").len(), 1);
        assert_eq!(unknown("[communication]\nc = { owner = \"petra\" }").len(), 1);
    }

    #[test]
    fn what_is_over_or_a_placeholder_is_left_alone() {
        assert!(unknown("[task]\na = { title = \"A\", owner = \"petra\", status = \"done\" }").is_empty());
        assert!(unknown("[task]\na = { title = \"A\", owner = \"TBD\" }").is_empty());
        assert!(unknown("[issue]\na = { title = \"A\", owner = \"petra\", status = \"closed\" }").is_empty());
    }

    #[test]
    fn the_default_owner_of_a_phase_is_an_owner() {
        assert_eq!(unknown("[task]\na = { title = \"A\", owner-default = \"petra\" }"), ["OWN002 6:37"]);
    }

    #[test]
    fn full_names_and_parts_of_them_lead_to_the_id() {
        use crate::catalogue::{Catalogue, Options, Rule};
        use crate::rules::PlanSettings;
        let message = |owner: &str| {
            let plan = format!(
                "[plan]\n[person]\njonas = {{ name = \"Jonas Weber\" }}\nmia = {{ name = \"Mia Weber-Roth\" }}\n[task]\na = {{ title = \"A\", owner = \"{owner}\" }}"
            );
            let sources = crate::source::Sources::from_text("plan.toml", &plan);
            let options = Options::new();
            let runs = |rule: &Rule| rule.code.as_str() == "OWN002";
            let settings = |_: &crate::model::Model<'_>| {
                vec![PlanSettings { runs: &runs, options: &options, guesses: true }]
            };
            let today = jiff::civil::date(2026, 10, 2);
            let found = crate::find(&sources, Catalogue::embedded(), settings, today);
            let it = found.findings.iter().find(|it| it.code.as_str() == "OWN002");
            it.map(|it| Catalogue::embedded().words(it, &found.model).message).unwrap_or_default()
        };
        assert!(message("Jonas Weber").ends_with("; did you mean \"jonas\"?"));
        assert!(message("Jonas Webber").ends_with("; did you mean \"jonas\"?"));
        assert!(message("roth").ends_with("; did you mean \"mia\"?"));
        assert!(message("weber").ends_with("of this plan"), "two of that name");
        assert!(message("Petra Lang").ends_with("of this plan"));
    }
}
