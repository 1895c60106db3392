//! OWN: does somebody own it? And what the rules of the family share: who it is that owns something.

pub(super) mod load;
mod one_owner_plan;
pub(super) mod overloaded_owner;
mod own_approver;
mod owner_unavailable;
mod team_only_owner;
mod unknown_owner;

use rustc_hash::FxHashMap;

use super::{Ctx, Native};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, TaskId, Text};
use crate::source::Span;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    unknown_owner::RULE,
    owner_unavailable::RULE,
    overloaded_owner::RULE,
    one_owner_plan::RULE,
    own_approver::RULE,
    team_only_owner::RULE,
];

/// Kinds of work that are decisions to go on or not.
const GATES: [&str; 3] = ["gate", "go-no-go", "approval"];

/// Finds persons and teams by what plans call them.
struct People<'c, 'a> {
    ctx: &'c Ctx<'a>,
    known_as: FxHashMap<(PlanId, &'a str), Entity>,
}

/// Who owns a task, and where that can be changed.
struct Owner {
    who: Entity,
    place: Span,
}

impl Owner {
    /// The number of the person, where it is one and no team.
    fn person(&self) -> Option<usize> {
        (self.who.kind == EntityKind::Person).then_some(self.who.index as usize)
    }

    /// The number of the team.
    fn team(&self) -> Option<usize> {
        (self.who.kind == EntityKind::Team).then_some(self.who.index as usize)
    }
}

impl<'c, 'a> People<'c, 'a> {
    fn new(ctx: &'c Ctx<'a>) -> Self {
        let mut known_as = FxHashMap::default();
        for (number, person) in ctx.model.persons.iter().enumerate() {
            for name in ctx.model.list(person.also_known_as()) {
                let entity = Entity::new(EntityKind::Person, number);
                known_as.entry((person.plan, ctx.text(*name).trim())).or_insert(entity);
            }
        }
        Self { ctx, known_as }
    }

    /// The person or team of a plan that goes by this id, or by a name from an import.
    fn find(&self, plan: PlanId, name: Text) -> Option<Entity> {
        let name = self.ctx.text(name).trim();
        let by_id = |kind| self.ctx.network.index.find(self.ctx.model, kind, plan, name);
        by_id(EntityKind::Person)
            .or_else(|| by_id(EntityKind::Team))
            .or_else(|| self.known_as.get(&(plan, name)).copied())
    }

    /// The owner of a task: its own, else the one that its phase or plan gives to tasks without one.
    fn owner(&self, task: TaskId) -> Option<Owner> {
        let it = self.ctx.model.task(task);
        if let Some(owner) = it.owner() {
            if let Some(who) = self.ctx.network.references.owner(task) {
                return Some(Owner { who, place: owner.span() });
            }
            if !self.ctx.text(owner).trim().is_empty() {
                return None;
            }
        }
        let given = self.ctx.network.hierarchy.owner_default(self.ctx.model, task)?;
        Some(Owner { who: self.find(it.plan, given)?, place: self.ctx.place(task) })
    }
}

/// The rules of the family that are written in the catalogue: what they find, and what they leave alone.
#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    const NOTHING: Vec<String> = Vec::new();

    fn found(code: &str, plan: &str) -> Vec<String> {
        codes(plan).into_iter().filter(|it| it.starts_with(code)).collect()
    }

    #[test]
    fn an_owner_may_come_from_the_plan_the_phase_or_the_helpers() {
        let owned = "[plan]\n[task]\na = { title = \"A\", owner = \"mia\" }\n";
        for (rest, places) in [
            ("b = { title = \"B\" }", &["OWN001 4:1"][..]),
            ("b = { title = \"B\", owner = \" \" }", &["OWN001 4:1"]),
            ("b = { title = \"B\", helpers = [\"omar\"] }", &[]),
            ("b = { title = \"B\", resources = [\"crane\"] }", &[]),
            ("p = { title = \"P\", owner-default = \"mia\" }\nb = { title = \"B\", parent = \"p\" }", &[]),
            (
                "p = { title = \"P\", owner = \"mia\" }\nb = { title = \"B\", parent = \"p\" }",
                &["OWN001 5:1"],
            ),
            ("b = { title = \"B\", status = \"done\" }", &[]),
            ("b = { title = \"B\", status = \"cancelled\" }", &[]),
            ("b = { title = \"B\", external = true }", &[]),
            ("b = { title = \"B\", owner = \"TBD\" }", &[]),
        ] {
            assert_eq!(found("OWN001", &format!("{owned}{rest}")), places, "{rest}");
        }
        let by_plan = "[plan]\nowner-default = \"mia\"\n[task]\na.title = \"A\"\nb.title = \"B\"";
        assert_eq!(found("OWN001", by_plan), NOTHING);
    }

    #[test]
    fn where_none_of_five_tasks_has_an_owner_it_is_said_once() {
        let plan = |tasks: usize| {
            let tasks: String = (0..tasks).map(|n| format!("t{n}.title = \"T{n}\"\n")).collect();
            format!("[plan]\n[task]\n{tasks}")
        };
        assert_eq!(found("OWN001", &plan(5)), ["OWN001 1:2"]);
        assert_eq!(found("OWN001", &plan(4)).len(), 4);
        assert_eq!(
            found("OWN001", &format!("{}t9 = {{ title = \"T\", owner = \"mia\" }}", plan(5))).len(),
            5
        );
    }

    #[test]
    fn only_teams_that_own_open_work_need_a_lead() {
        let plan = |head: &str, task: &str| {
            let plan = format!(
                "[plan]\n{head}[person]\nmia = {{}}\n[team]\nx = {{ members = [\"mia\"] }}\n[task]\na = {{ title = \"A\"{task} }}"
            );
            found("OWN004", &plan)
        };
        assert_eq!(plan("", ", owner = \"x\""), ["OWN004 5:1"]);
        assert_eq!(plan("owner-default = \"x\"\n", ""), ["OWN004 6:1"]);
        assert_eq!(plan("owner-default = \"x\"\n", ", owner = \"mia\""), NOTHING);
        assert_eq!(plan("", ", owner = \"mia\""), NOTHING);
        assert_eq!(plan("", ", owner = \"x\", status = \"done\""), NOTHING);
    }

    #[test]
    fn a_plan_wants_an_owner_and_from_ten_tasks_on_a_sponsor() {
        for (header, tasks, is_found) in [
            ("owner = \"mia\"", 9, false),
            ("owner = \"mia\"", 10, true),
            ("owner = \"mia\"\nsponsor = \"elena\"", 10, false),
            ("sponsor = \"elena\"", 10, true),
            ("", 1, true),
            ("owner = \"TBD\"", 1, false),
        ] {
            let tasks: String =
                (0..tasks).map(|n| format!("t{n} = {{ title = \"T{n}\", owner = \"mia\" }}\n")).collect();
            let plan = format!("[plan]\n{header}\n[task]\n{tasks}");
            assert_eq!(!found("OWN007", &plan).is_empty(), is_found, "{header}");
        }
    }
}
