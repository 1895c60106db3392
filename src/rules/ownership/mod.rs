//! OWN: does somebody own it? And what the rules of the family share: who it is that owns something.

mod no_plan_owner;
mod one_owner_plan;
mod overloaded_owner;
mod own_approver;
mod owner_unavailable;
mod team_only_owner;
mod team_without_lead;
mod unknown_owner;
mod unowned_task;

use rustc_hash::FxHashMap;

use super::{Ctx, Native};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, TaskId, Text};
use crate::source::Span;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    unowned_task::RULE,
    unknown_owner::RULE,
    owner_unavailable::RULE,
    team_without_lead::RULE,
    overloaded_owner::RULE,
    one_owner_plan::RULE,
    no_plan_owner::RULE,
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
        if let Some(owner) = it.owner().filter(|owner| !self.ctx.text(*owner).trim().is_empty()) {
            let who = self.ctx.network.references.owner(task)?;
            return Some(Owner { who, place: owner.span() });
        }
        let given = self.ctx.network.hierarchy.owner_default(self.ctx.model, task)?;
        Some(Owner { who: self.find(it.plan, given)?, place: self.ctx.place(task) })
    }
}

/// Whether an optional text says nothing.
fn is_blank(ctx: &Ctx<'_>, text: Option<Text>) -> bool {
    text.is_none_or(|text| ctx.text(text).trim().is_empty())
}
