//! PRT006: plans that say different things of the same asset, site or person.

use rustc_hash::FxHashMap;

use super::{Originals, Shared, folded, has_several_plans, plan_name};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, Text};
use crate::rules::compatibility::{is_broader, normalized};
use crate::rules::{Ctx, Native, Sink, listed};
use crate::source::Span;

pub(super) const RULE: Native = Native { code: "PRT006", check };

const VERSION: &str = "version";

/// One thing that a plan says of something.
struct Fact {
    field: &'static str,
    /// As it is written.
    shown: String,
    /// Every way to say the same: of somebody the id, the name, and what all plans share.
    ways: Vec<String>,
    place: Span,
}

impl Fact {
    fn agrees_with(&self, other: &Fact) -> bool {
        let is_same = self.ways.iter().any(|way| other.ways.contains(way));
        // `7.7` does not contradict `7.7.2`: it only says less.
        let is_less_exact = || is_broader(&self.shown, &other.shown) || is_broader(&other.shown, &self.shown);
        is_same || (self.field == VERSION && is_less_exact())
    }
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !has_several_plans(ctx) {
        return;
    }
    let originals = Originals::new(ctx);
    let people = Shared::new(ctx, EntityKind::Person);
    for kind in [EntityKind::Asset, EntityKind::Site, EntityKind::Person] {
        let of_other_kinds = (kind != EntityKind::Person).then(|| Shared::new(ctx, kind));
        let shared = of_other_kinds.as_ref().unwrap_or(&people);
        // Who said it first.
        let mut first: FxHashMap<(u32, &'static str), (PlanId, Fact)> = FxHashMap::default();
        for plan in ctx.plans() {
            for number in ctx.model.plan(*plan).range(kind) {
                let entity = Entity::new(kind, number);
                let mut differences: Vec<(Fact, (u32, &'static str))> = Vec::new();
                for fact in facts(ctx, &people, entity) {
                    let key = (shared.of(number), fact.field);
                    match first.get(&key) {
                        None => drop(first.insert(key, (*plan, fact))),
                        Some((there, said)) => {
                            if originals.differ(*there, *plan) && !said.agrees_with(&fact) {
                                differences.push((fact, key));
                            }
                        }
                    }
                }
                let differences: Vec<(&Fact, &(PlanId, Fact))> =
                    differences.iter().filter_map(|(fact, key)| Some((fact, first.get(key)?))).collect();
                report(ctx, out, entity, &differences);
            }
        }
    }
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, entity: Entity, differences: &[(&Fact, &(PlanId, Fact))]) {
    let Some((fact, _)) = differences.first() else { return };
    let mut plans: Vec<PlanId> = differences.iter().map(|(_, (plan, _))| *plan).collect();
    plans.sort_unstable();
    plans.dedup();
    let said = |(fact, (_, there)): &(&Fact, &(PlanId, Fact))| {
        format!("{} is \"{}\" here and \"{}\" there", fact.field, fact.shown, there.shown)
    };
    let word = if plans.len() == 1 { "plan" } else { "plans" };
    let names = listed(plans.iter().map(|plan| plan_name(ctx, *plan)));
    let mut finding = ctx
        .finding_at(entity, fact.place)
        .param("kind", entity.kind.as_str())
        .param("differences", listed(differences.iter().map(said)))
        .param("plans", format!("the {word} {names}"));
    for plan in plans {
        finding = finding.subject(ctx.model.plan_id(plan));
    }
    for (_, (plan, there)) in differences {
        let said = format!("{} is \"{}\" in {}", there.field, there.shown, ctx.model.plan_id(*plan));
        finding = finding.label(there.place, said);
    }
    out.report(finding);
}

/// What is true of something in the world, whatever a plan wants of it. What a role, a capacity or a period on the project
/// is, each plan says for itself.
fn facts(ctx: &Ctx<'_>, people: &Shared, entity: Entity) -> Vec<Fact> {
    let number = entity.index as usize;
    let mut facts = Vec::new();
    match entity.kind {
        EntityKind::Asset => {
            let asset = &ctx.model.assets[number];
            facts.extend(asset.owner().and_then(|owner| somebody(ctx, people, "owner", asset.plan, owner)));
            facts.extend(asset.version().and_then(|version| written(ctx, VERSION, version, normalized)));
            facts.extend(asset.platform().map(|it| plain("platform", it.value.as_str(), it.span)));
            facts.extend(
                asset.end_of_support().map(|it| plain("end-of-support", &it.value.date.to_string(), it.span)),
            );
        }
        EntityKind::Site => {
            let site = &ctx.model.sites[number];
            facts.extend(site.lead().and_then(|lead| somebody(ctx, people, "lead", site.plan, lead)));
        }
        EntityKind::Person => {
            let person = &ctx.model.persons[number];
            facts.extend(person.email().and_then(|email| written(ctx, "email", email, folded)));
        }
        _ => {}
    }
    facts
}

fn plain(field: &'static str, shown: &str, place: Span) -> Fact {
    Fact { field, shown: shown.to_owned(), ways: vec![shown.to_owned()], place }
}

fn written(ctx: &Ctx<'_>, field: &'static str, text: Text, compared: fn(&str) -> String) -> Option<Fact> {
    let shown = ctx.text(text).trim();
    // What is still to be filled in contradicts nothing.
    let is_said = !shown.is_empty() && !crate::model::is_placeholder(shown);
    is_said.then(|| Fact { ways: vec![compared(shown)], ..plain(field, shown, text.span()) })
}

/// Somebody, by whatever id or name a plan knows them.
fn somebody(ctx: &Ctx<'_>, people: &Shared, field: &'static str, plan: PlanId, name: Text) -> Option<Fact> {
    let mut fact = written(ctx, field, name, folded)?;
    let find = |kind| ctx.network.index.find(ctx.model, kind, plan, &fact.shown);
    let found = find(EntityKind::Person).or_else(|| find(EntityKind::Team));
    let alias = ctx.model.plan(plan).aliases.id(EntityKind::Person, &fact.shown).map(folded);
    fact.ways.extend(alias);
    if let Some(found) = found {
        fact.ways.extend(ctx.model.title(found).map(folded));
        if found.kind == EntityKind::Person {
            fact.ways.push(format!("person {}", people.of(found.index as usize)));
        }
    }
    Some(fact)
}

#[cfg(test)]
mod tests {
    use crate::rules::portfolio::tests::{found, found_in};

    const NONE: [&str; 0] = [];

    fn with(one: &str, other: &str) -> Vec<String> {
        found(
            "PRT006",
            &format!(
                "#- a/plan.toml\n[plan]\nid = \"a\"\n{one}\n#- b/plan.toml\n[plan]\nid = \"b\"\n{other}\n"
            ),
        )
    }

    fn assets(one: &str, other: &str) -> Vec<String> {
        with(&format!("[asset]\ndb = {{ {one} }}"), &format!("[asset]\ndb = {{ {other} }}"))
    }

    #[test]
    fn each_fact_of_an_asset_is_compared() {
        assert_eq!(assets("version = \"19\"", "version = \"23\""), ["PRT006 4:19"]);
        assert_eq!(assets("owner = \"mia\"", "owner = \"omar\""), ["PRT006 4:17"]);
        assert_eq!(assets("platform = \"physical\"", "platform = \"cloud\""), ["PRT006 4:20"]);
        assert_eq!(assets("end-of-support = 2027-04-30", "end-of-support = 2027-05-31").len(), 1);
        assert_eq!(
            assets("version = \"19\", owner = \"mia\"", "version = \"23\", owner = \"omar\"").len(),
            1
        );
        assert_eq!(assets("count = 4, criticality = \"high\"", "count = 5, criticality = \"low\""), NONE);
    }

    #[test]
    fn what_only_one_plan_says_or_says_less_exactly_is_no_contradiction() {
        assert_eq!(assets("version = \"19\"", "owner = \"mia\""), NONE);
        assert_eq!(assets("version = \"v19\"", "version = \"19\""), NONE);
        assert_eq!(assets("version = \"19\"", "version = \"19.4\""), NONE);
        assert_eq!(assets("version = \"TBD\"", "version = \"19\""), NONE);
        assert_eq!(assets("end-of-support = 2027-04-30", "end-of-support = 2027-04-30T12:00"), NONE);
    }

    #[test]
    fn one_id_for_two_things_is_no_contradiction() {
        assert_eq!(assets("name = \"Orders\", version = \"19\"", "name = \"Wages\", version = \"23\""), NONE);
        assert_eq!(assets("name = \"Orders\", version = \"19\"", "version = \"23\""), ["PRT006 4:19"]);
    }

    #[test]
    fn people_are_the_same_by_id_or_name() {
        let plan = |id: &str, name: &str| {
            format!("[person]\n{id} = {{ name = \"{name}\" }}\n[site]\nporto = {{ lead = \"{id}\" }}")
        };
        assert_eq!(with(&plan("ines", "Ines Costa"), &plan("rui", "Rui Teixeira")), ["PRT006 6:19"]);
        assert_eq!(with(&plan("ines", "Ines Costa"), &plan("costa", "Ines Costa")), NONE);
        let free = "[site]\nporto = { lead = \"Ines Costa\" }";
        assert_eq!(with(&plan("ines", "Ines Costa"), free), NONE);
        assert_eq!(with(&plan("ines", "Ines Costa"), "[site]\nporto = { lead = \"ines\" }"), NONE);
    }

    #[test]
    fn a_person_has_one_address_and_in_each_plan_a_role() {
        let plan = |fields: &str| format!("[person]\nmia = {{ {fields} }}");
        assert_eq!(
            with(&plan("email = \"mia@a.example\""), &plan("email = \"mia@b.example\"")),
            ["PRT006 4:18"]
        );
        assert_eq!(
            with(
                &plan("role = \"tester\", capacity = \"50%\""),
                &plan("role = \"lead\", capacity = \"20%\"")
            ),
            NONE
        );
    }

    #[test]
    fn a_copy_contradicts_nobody() {
        let plan =
            |version: &str| format!("[plan]\nid = \"a\"\n[asset]\ndb = {{ version = \"{version}\" }}\n");
        let both = format!("#- a/plan.toml\n{}#- b/plan.toml\n{}", plan("19"), plan("23"));
        assert_eq!(found("PRT006", &both), NONE);
    }

    #[test]
    fn aliases_bring_together_what_has_two_names() {
        let plan = |id: &str, asset: &str, version: &str| {
            format!("[plan]\nid = \"{id}\"\n[asset.{asset}]\nname = \"{asset}\"\nversion = \"{version}\"\n")
        };
        let (a, b) = (plan("a", "sap", "19"), plan("b", "erp", "23"));
        let run = |config: &str| {
            found_in("PRT006", &[("a/plan.toml", &a), ("b/plan.toml", &b), ("planlint.toml", config)])
        };
        assert_eq!(run(""), NONE);
        assert_eq!(run("[alias.asset]\nsap = \"erp\"\n"), ["b/plan.toml:5"]);
    }
}
