//! Whether a condition is true of a thing: yes, no, or nobody can know.

use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::walk::Answer;
use super::world::{World, compare, same_version};
use crate::catalogue::Rule;
use crate::catalogue::ask::{Comparison, Condition, Field, Operand, Related, Relation, Test};
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, TaskId};

/// What is known of a condition. What hangs on a date that nobody knows is never held against a plan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Truth {
    No,
    Unknown,
    Yes,
}

impl Truth {
    pub(super) fn of(it: bool) -> Self {
        if it { Truth::Yes } else { Truth::No }
    }

    fn not(self) -> Self {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }
}

/// What is asked of which of the things a rule asks in turn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Key {
    pub(super) kind: EntityKind,
    pub(super) index: u32,
}

/// What a rule asks of plans, by the place of the condition in memory and the number of the plan.
pub(super) type OfPlans = Mutex<FxHashMap<(usize, u32), Truth>>;

/// The conditions of one rule, with what is known of its relations along the network.
#[derive(Clone, Copy)]
pub(super) struct Asking<'e> {
    pub(super) world: &'e World<'e>,
    pub(super) rule: &'e Rule,
    /// By the number of the relation; `None` where it is not answered yet.
    pub(super) answers: &'e [Option<Answer>],
    /// What is the same for everything in a plan.
    pub(super) of_plans: &'e OfPlans,
    /// The thing whose relation led here.
    pub(super) its: Option<Entity>,
    /// Of which asset or site it is asked.
    pub(super) key: Option<Key>,
}

impl Asking<'_> {
    /// Whether a condition is true of a thing. Conditions stand in each other at most sixteen deep: the reader of packs
    /// sees to that.
    pub(super) fn holds(&self, condition: &Condition, of: Entity) -> Truth {
        match condition {
            Condition::All(parts) => {
                let mut all = Truth::Yes;
                for part in parts {
                    all = all.min(self.holds(part, of));
                    if all == Truth::No {
                        break;
                    }
                }
                all
            }
            Condition::Any(parts) => {
                let mut any = Truth::No;
                for part in parts {
                    any = any.max(self.holds(part, of));
                    if any == Truth::Yes {
                        break;
                    }
                }
                any
            }
            Condition::Not(part) => self.holds(part, of).not(),
            Condition::Field(field, test) => self.passes(*field, test, of),
            Condition::Related(related) => match related.walk {
                Some((walk, _)) => match self.answers.get(walk) {
                    Some(Some(answer)) => answer.at(self, related, of),
                    _ => Truth::Unknown,
                },
                None => self.counts(related, of),
            },
        }
    }

    fn passes(&self, field: Field, test: &Test, of: Entity) -> Truth {
        let world = self.world;
        match test {
            Test::Kinds(_, kinds, negated) => {
                let kind = world.facts.kind(TaskId(of.index));
                Truth::of(kinds.contains(kind) != *negated)
            }
            Test::Flag(_) if world.is_unknown(of, field) => Truth::Unknown,
            Test::Flag(flag) => Truth::of(world.flag(of, field) == *flag),
            Test::Missing(wanted) => match (world.is_given(of, field), wanted) {
                // What is to be filled in later is neither: PLN012 asks for it.
                ((written, later), true) => Truth::of(!written && !later),
                ((written, later), false) => {
                    if later {
                        Truth::Unknown
                    } else {
                        Truth::of(written)
                    }
                }
            },
            Test::Words(words, negated) => {
                let mut found = false;
                world.texts(of, field, &mut |text| {
                    let text = text.trim();
                    found |= match text.is_ascii() {
                        true => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
                        false => words.contains(&text.to_lowercase()),
                    };
                });
                Truth::of(found != *negated)
            }
            Test::Matches(regex) => {
                let mut found = false;
                if let Some(regex) = regex.regex() {
                    world.texts(of, field, &mut |text| found |= regex.is_match(text));
                }
                Truth::of(found)
            }
            Test::Contains(part) => {
                let mut found = false;
                world.texts(of, field, &mut |text| found |= text.to_lowercase().contains(part.as_str()));
                Truth::of(found)
            }
            Test::Entries(comparison, count) => {
                Truth::of(comparison.holds(&(world.entries(of, field) as u64), &u64::from(*count)))
            }
            Test::Compare(comparison, operand) => {
                let one = world.quantity(of, field);
                let other = world.operand(operand, of, self.its, self.rule);
                match (one, other) {
                    (Some(one), Some(other)) => {
                        compare(*comparison, one, other).map_or(Truth::Unknown, Truth::of)
                    }
                    _ => Truth::Unknown,
                }
            }
            Test::Same(operand, differs) => self.is_same(field, operand, of, *differs),
        }
    }

    fn is_same(&self, field: Field, operand: &Operand, of: Entity, differs: bool) -> Truth {
        let world = self.world;
        let (other_of, other) = match operand {
            Operand::Own(other) => (Some(of), *other),
            Operand::Its(kind, other) => (self.its.filter(|its| its.kind == *kind), *other),
            _ => return Truth::Unknown,
        };
        let Some(other_of) = other_of else { return Truth::Unknown };
        if let (Some(one), Some(other)) = (world.quantity(of, field), world.quantity(other_of, other)) {
            return Truth::of((one == other) != differs);
        }
        let folded = |of: Entity, field: Field| {
            let mut all: Vec<String> = Vec::new();
            world.texts(of, field, &mut |text| {
                if !text.trim().is_empty() {
                    all.push(same_version(text).into_owned());
                }
            });
            all
        };
        let (one, other) = (folded(of, field), folded(other_of, other));
        if one.is_empty() || other.is_empty() {
            return Truth::Unknown;
        }
        Truth::of(one.iter().any(|it| other.contains(it)) != differs)
    }

    /// Whether so many of the related things are something.
    fn counts(&self, related: &Related, of: Entity) -> Truth {
        if !related.is_of_plan {
            return self.count(related, of);
        }
        // Ten thousand sites must not each look through ten thousand sites.
        let key = (std::ptr::from_ref(related) as usize, self.world.plan_of(of).0);
        let known = || self.of_plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(truth) = known().get(&key) {
            return *truth;
        }
        let truth = self.count(related, of);
        known().insert(key, truth);
        truth
    }

    fn count(&self, related: &Related, of: Entity) -> Truth {
        let (mut yes, mut maybe) = (0_u32, 0_u32);
        self.world.related(of, related.relation, related.to, &mut |it| {
            if related.at_most.is_none() && yes >= related.at_least {
                return;
            }
            match self.counts_as(related, of, it) {
                Truth::Yes => yes += 1,
                Truth::Unknown => maybe += 1,
                Truth::No => {}
            }
        });
        maybe += u32::from(self.world.is_unclear(of, related.relation));
        enough(related, yes, maybe)
    }

    /// Calls back with each related thing that is what is asked for.
    pub(super) fn each(&self, related: &Related, of: Entity, visit: &mut dyn FnMut(Entity)) {
        self.world.related(of, related.relation, related.to, &mut |it| {
            if self.counts_as(related, of, it) == Truth::Yes {
                visit(it);
            }
        });
    }

    /// Whether one related thing is what is asked for.
    fn counts_as(&self, related: &Related, of: Entity, it: Entity) -> Truth {
        if !related.any_state && self.world.is_over(it) {
            return Truth::No;
        }
        if let (Some(key), EntityKind::Task) = (self.key, it.kind)
            && !self.touches(TaskId(it.index), key)
        {
            return Truth::No;
        }
        let inner = Asking { its: Some(of), key: None, ..*self };
        let mut truth = inner.holds(&related.of, it);
        if truth == Truth::No {
            return truth;
        }
        if of.kind == EntityKind::Task && it.kind == EntityKind::Task {
            let (one, other) = (TaskId(of.index), TaskId(it.index));
            for same in &related.same {
                let mut interned = super::world::Interned::default();
                let ours = self.world.shares(one, *same, &mut interned);
                let theirs = self.world.shares(other, *same, &mut interned);
                if !theirs.is_empty() && !ours.is_empty() && !theirs.iter().any(|it| ours.contains(it)) {
                    return Truth::No;
                }
            }
            if let Some((comparison, days)) = &related.gap {
                truth = truth.min(self.gap(one, other, *comparison, days));
            }
        }
        truth
    }

    /// Whether a task concerns what is asked of: it names it, or names nothing of the sort.
    pub(super) fn touches(&self, task: TaskId, key: Key) -> bool {
        let keys = self.world.concerns(task, key.kind);
        keys.is_empty() || keys.contains(&key.index)
    }

    /// Working days between the finish of what comes first and the start of what comes after.
    fn gap(&self, one: TaskId, other: TaskId, comparison: Comparison, days: &Operand) -> Truth {
        let world = self.world;
        let date = |task: TaskId| {
            let start = world.schedule.start(world.model, task).map(|it| it.value.date);
            let finish = world.schedule.finish(world.model, task).map(|it| it.value.date);
            (start, finish)
        };
        let ((start, finish), (other_start, other_finish)) = (date(one), date(other));
        let plan = world.model.task(one).plan;
        let Some(limit) = super::walk::days(world, days, plan, self.rule) else { return Truth::Unknown };
        let between = |finish, start| super::walk::free_days(world, plan, finish, start);
        let gap = match (other_finish, start, finish, other_start) {
            (Some(before), Some(start), _, _) if before <= start => between(before, start),
            (_, _, Some(finish), Some(after)) => between(finish, after),
            _ => return Truth::Unknown,
        };
        Truth::of(comparison.holds(&(gap * 1000), &limit))
    }
}

/// Whether a number of related things is what is asked for, where some of them are uncertain.
pub(super) fn enough(related: &Related, yes: u32, maybe: u32) -> Truth {
    let most = related.at_most.unwrap_or(u32::MAX);
    if yes >= related.at_least && yes.saturating_add(maybe) <= most {
        return Truth::Yes;
    }
    if yes.saturating_add(maybe) < related.at_least || yes > most {
        return Truth::No;
    }
    Truth::Unknown
}

impl World<'_> {
    /// What a task concerns: its sites, or the assets it names and the members of their groups.
    pub(super) fn concerns(&self, task: TaskId, kind: EntityKind) -> Vec<u32> {
        let mut all = Vec::new();
        match kind {
            EntityKind::Site => {
                let of = crate::rules::entity(task);
                self.related(of, Relation::Site, EntityKind::Site, &mut |site| all.push(site.index));
            }
            _ => {
                for asset in self.touched(task) {
                    all.push(asset.0);
                    self.members(asset, &mut |asset: AssetId| all.push(asset.0));
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }
}
