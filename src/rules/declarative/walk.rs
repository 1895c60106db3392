//! Relations along the network, answered for all rules together: those of one round do not need each other, and 64
//! questions cost one pass.

use std::ops::ControlFlow;

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::truth::{Asking, Key, OfPlans, Truth, enough};
use super::world::{Interned, Quantity, World};
use crate::catalogue::ask::{Ask, Comparison, Condition, Each, Operand, Related, Relation, Test};
use crate::catalogue::{KindId, Rule};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, TaskId};
use crate::network::{Dates, Few, Way};
use crate::rules::entity;

/// Most different values of the asking tasks that one relation with `its.` tells apart: beyond that its answer is that
/// nobody knows, so that a plan cannot make a rule slow.
const MOST_VALUES: usize = 512;
/// Stands for a task that names nothing of the sort: it counts for everything.
const NAMELESS: u32 = u32::MAX - 1;
/// Stands for whatever a task names: asked by those that name nothing.
const WHATEVER: u32 = u32::MAX;

/// What is known of one relation of one rule.
pub(super) enum Answer {
    /// The tasks for which there is one, and those for which there may be one.
    Some { yes: FxHashSet<u32>, maybe: FxHashSet<u32>, seeds: Vec<TaskId> },
    /// The same for each task and each thing it is asked of.
    Each { known: FxHashMap<(u32, Option<Key>), Truth>, seeds: FxHashMap<(u32, Option<Key>), Vec<TaskId>> },
    /// How many different tasks there are for each, and how many more there may be.
    Count { counts: FxHashMap<u32, (u32, u32)>, seeds: Vec<TaskId> },
    /// The dates of what there is for each.
    Dates { dates: FxHashMap<u32, Dates>, seeds: Vec<TaskId> },
}

impl Answer {
    /// What it says of a task.
    pub(super) fn at(&self, asking: &Asking<'_>, related: &Related, of: Entity) -> Truth {
        let task = of.index;
        let found = match self {
            Answer::Some { yes, maybe, .. } => match (yes.contains(&task), maybe.contains(&task)) {
                (true, _) => (1, 0),
                (false, true) => (0, 1),
                (false, false) => (0, 0),
            },
            Answer::Each { known, .. } => match known.get(&(task, asking.key)) {
                Some(Truth::Yes) => (1, 0),
                Some(Truth::Unknown) => (0, 1),
                Some(Truth::No) | None => (0, 0),
            },
            Answer::Count { counts, .. } => counts.get(&task).copied().unwrap_or_default(),
            Answer::Dates { dates, .. } => {
                let dates = dates.get(&task).copied().unwrap_or_default();
                return gap_holds(asking, related, TaskId(task), &dates);
            }
        };
        enough(related, found.0, found.1)
    }

    /// Tasks that would be what is asked for, if only they were linked.
    pub(super) fn seeds(&self, task: TaskId, key: Option<Key>) -> &[TaskId] {
        match self {
            Answer::Some { seeds, .. } | Answer::Count { seeds, .. } | Answer::Dates { seeds, .. } => seeds,
            Answer::Each { seeds, .. } => seeds.get(&(task.0, key)).map_or(&[], Vec::as_slice),
        }
    }
}

/// How a relation runs along the network.
pub(super) fn way(relation: Relation) -> Option<Way> {
    match relation {
        Relation::Upstream => Some(Way::Upstream),
        Relation::FinishUpstream => Some(Way::FinishUpstream),
        Relation::Downstream => Some(Way::Downstream),
        Relation::FinishDownstream => Some(Way::FinishDownstream),
        _ => None,
    }
}

/// Days since 1970-01-01.
fn number(day: Date) -> i32 {
    (day.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24) as i32
}

fn date(number: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(number).ok()?).ok()
}

/// Working days that lie free between a finish and a start.
pub(super) fn free_days(world: &World<'_>, plan: PlanId, finish: Date, start: Date) -> i64 {
    let after = finish.tomorrow().unwrap_or(finish);
    world.schedule.days_between(plan, after, start)
}

/// A number of working days in thousandths.
pub(super) fn days(world: &World<'_>, operand: &Operand, plan: PlanId, rule: &Rule) -> Option<i64> {
    let of = Entity { kind: EntityKind::Plan, index: plan.0 };
    match world.operand(operand, of, None, rule)? {
        Quantity::Number(days) | Quantity::Time(days) => Some(days),
        Quantity::Day(_) => None,
    }
}

fn gap_holds(asking: &Asking<'_>, related: &Related, task: TaskId, dates: &Dates) -> Truth {
    let world = asking.world;
    let Some((comparison, limit)) = &related.gap else { return Truth::Unknown };
    let plan = world.model.task(task).plan;
    let Some(limit) = days(world, limit, plan, asking.rule) else { return Truth::Unknown };
    let is_before = way(related.relation).is_some_and(Way::is_before);
    let uncertain = if dates.unknown { Truth::Unknown } else { Truth::No };
    if dates.first > dates.last {
        return uncertain;
    }
    // The greatest gap is to the earliest before, or to the latest after.
    let wants_much = matches!(comparison, Comparison::Over | Comparison::AtLeast);
    let Some(other) = date(if wants_much == is_before { dates.first } else { dates.last }) else {
        return Truth::Unknown;
    };
    let gap = if is_before {
        let Some(start) = world.schedule.start(world.model, task) else { return Truth::Unknown };
        free_days(world, plan, other, start.value.date)
    } else {
        let Some(finish) = world.schedule.finish(world.model, task) else { return Truth::Unknown };
        free_days(world, plan, finish.value.date, other)
    };
    if comparison.holds(&(gap * 1000), &limit) { Truth::Yes } else { uncertain }
}

/// A relation of a rule, and who asks it.
struct Walk<'r> {
    related: &'r Related,
    asked_by: AskedBy<'r>,
}

/// Which tasks ask a relation.
#[derive(Clone, Copy)]
enum AskedBy<'r> {
    /// Those the rule is about.
    Rule,
    /// Those for which the rule asks its requirement.
    Demand,
    /// Those that another relation leads to.
    Of(&'r Related),
    /// Everything: a condition of `per` or of a variant.
    All,
}

fn collect<'r>(condition: &'r Condition, asked_by: AskedBy<'r>, walks: &mut Vec<Option<Walk<'r>>>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                collect(part, asked_by, walks);
            }
        }
        Condition::Not(part) => collect(part, asked_by, walks),
        Condition::Field(..) => {}
        Condition::Related(related) => {
            collect(&related.of, AskedBy::Of(related), walks);
            if let Some((walk, _)) = related.walk
                && let Some(slot) = walks.get_mut(walk)
            {
                *slot = Some(Walk { related, asked_by });
            }
        }
    }
}

/// A rule on its way through the rounds.
pub(super) struct Run<'r> {
    pub(super) rule: &'r Rule,
    pub(super) ask: &'r Ask,
    pub(super) plans: Vec<PlanId>,
    pub(super) answers: Vec<Option<Answer>>,
    walks: Vec<Option<Walk<'r>>>,
    of_plans: OfPlans,
}

impl<'r> Run<'r> {
    pub(super) fn new(rule: &'r Rule, ask: &'r Ask, plans: Vec<PlanId>) -> Self {
        let mut walks: Vec<Option<Walk<'r>>> = (0..ask.walks).map(|_| None).collect();
        collect(&ask.of, AskedBy::Rule, &mut walks);
        collect(&ask.demand, AskedBy::Demand, &mut walks);
        if let Some(per) = &ask.per {
            collect(&per.of, AskedBy::All, &mut walks);
        }
        for when in &ask.variants {
            collect(&when.of, AskedBy::All, &mut walks);
        }
        let answers = (0..ask.walks).map(|_| None).collect();
        Self { rule, ask, plans, answers, walks, of_plans: OfPlans::default() }
    }

    pub(super) fn asking<'e>(&'e self, world: &'e World<'e>) -> Asking<'e>
    where
        'r: 'e,
    {
        Asking {
            world,
            rule: self.rule,
            answers: &self.answers,
            of_plans: &self.of_plans,
            its: None,
            key: None,
        }
    }

    fn judges(&self, plan: PlanId) -> bool {
        self.plans.binary_search(&plan).is_ok()
    }

    /// The things the rule is about, as far as that can be told yet.
    pub(super) fn candidates(&self, world: &World<'_>) -> Vec<(Entity, Truth)> {
        let mut found = Vec::new();
        let all = self.each_candidate(world, &mut |of, truth| {
            found.push((of, truth));
            ControlFlow::Continue(())
        });
        debug_assert!(all.is_continue(), "nothing stops it");
        found
    }

    /// Whether there may be anything that the rule is about.
    pub(super) fn has_candidate(&self, world: &World<'_>) -> bool {
        self.each_candidate(world, &mut |_, _| ControlFlow::Break(())).is_break()
    }

    fn each_candidate(
        &self,
        world: &World<'_>,
        visit: &mut dyn FnMut(Entity, Truth) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let asking = self.asking(world);
        let is_large =
            |of: Entity| self.ask.from_tasks == 0 || world.leaves(world.plan_of(of)) >= self.ask.from_tasks;
        let mut try_one = |of: Entity| {
            let truth = asking.holds(&self.ask.of, of);
            if truth == Truth::No || !is_large(of) { ControlFlow::Continue(()) } else { visit(of, truth) }
        };
        if self.ask.about == EntityKind::Plan {
            for plan in &self.plans {
                try_one(Entity { kind: EntityKind::Plan, index: plan.0 })?;
            }
        } else if let (EntityKind::Task, Some(kinds)) = (self.ask.about, kinds_of(&self.ask.of)) {
            for task in tasks_of_kinds(world, &kinds) {
                if self.judges(world.model.task(task).plan) {
                    try_one(entity(task))?;
                }
            }
        } else {
            for plan in &self.plans {
                for number in world.model.plan(*plan).range(self.ask.about) {
                    try_one(Entity::new(self.ask.about, number))?;
                }
            }
        }
        ControlFlow::Continue(())
    }
}

/// The kinds that a condition asks for outright.
fn kinds_of(condition: &Condition) -> Option<Vec<String>> {
    condition.parts().iter().find_map(|part| match part {
        Condition::Field(_, Test::Kinds(names, _, false)) => Some(names.clone()),
        Condition::All(parts) => parts.iter().find_map(|part| match part {
            Condition::Field(_, Test::Kinds(names, _, false)) => Some(names.clone()),
            _ => None,
        }),
        _ => None,
    })
}

fn tasks_of_kinds(world: &World<'_>, names: &[String]) -> Vec<TaskId> {
    let mut kinds: Vec<KindId> = names.iter().map(|name| world.catalogue.kind(name)).collect();
    kinds.retain(|kind| *kind != KindId::NONE);
    kinds.sort_unstable();
    kinds.dedup();
    let mut tasks: Vec<TaskId> =
        kinds.into_iter().flat_map(|kind| world.of_kind(kind)).map(|task| TaskId(*task)).collect();
    if tasks.len() > 1 && !tasks.is_sorted() {
        tasks.sort_unstable();
    }
    tasks
}

/// The tasks of all plans that are what a relation asks for.
fn sought(world: &World<'_>, asking: &Asking<'_>, related: &Related) -> Vec<(TaskId, Truth)> {
    let mut found = Vec::new();
    let mut try_one = |task: TaskId| {
        let of = entity(task);
        if related.any_state || !world.is_over(of) {
            let truth = asking.holds(&related.of, of);
            if truth != Truth::No {
                found.push((task, truth));
            }
        }
    };
    match kinds_of(&related.of) {
        Some(kinds) => tasks_of_kinds(world, &kinds).into_iter().for_each(&mut try_one),
        None => (0..world.model.tasks.len() as u32).map(TaskId).for_each(&mut try_one),
    }
    found
}

/// A question to the network: which of the askers does any of the seeds reach?
struct Question {
    way: Way,
    seeds: Vec<TaskId>,
    askers: Vec<TaskId>,
}

/// What is left to do with the answers of a walk once the network has been asked.
enum Pending {
    Some { yes: usize, maybe: Option<usize>, seeds: Vec<TaskId> },
    Each { asked: Vec<Asked>, groups: Vec<Group> },
    Done(Answer),
}

/// What one task asks of one thing: any of these groups will do.
struct Asked {
    task: TaskId,
    key: Option<Key>,
    groups: Vec<usize>,
}

#[derive(Default)]
struct Group {
    seeds: Vec<TaskId>,
    maybe: Vec<TaskId>,
    askers: Vec<TaskId>,
    yes_question: Option<usize>,
    maybe_question: Option<usize>,
}

/// Answers all relations along the network of all rules, round by round.
pub(super) fn answer(world: &World<'_>, runs: &mut [Run<'_>]) {
    let rounds = runs.iter().map(|run| run.ask.rounds).max().unwrap_or(0);
    for round in 1..=rounds {
        let prepared: Vec<Vec<(usize, Pending, Vec<Question>)>> =
            runs.par_iter().map(|run| prepare(world, run, round)).collect();
        // All questions of all rules, by way.
        let mut questions: Vec<&Question> = Vec::new();
        let mut offsets: Vec<Vec<usize>> = Vec::with_capacity(prepared.len());
        for walks in &prepared {
            let mut own = Vec::with_capacity(walks.len());
            for (_, _, asked) in walks {
                own.push(questions.len());
                questions.extend(asked);
            }
            offsets.push(own);
        }
        let answers = ask_network(world, &questions);
        drop(questions);
        for ((run, walks), offsets) in runs.iter_mut().zip(prepared).zip(offsets) {
            for ((walk, pending, _), offset) in walks.into_iter().zip(offsets) {
                if let Some(slot) = run.answers.get_mut(walk) {
                    *slot = Some(finish(pending, &answers[offset..]));
                }
            }
        }
    }
}

/// Answers questions 64 at a time. For each the askers that are reached.
fn ask_network(world: &World<'_>, questions: &[&Question]) -> Vec<FxHashSet<u32>> {
    let graph = &world.network.graph;
    let first = |question: &Question| {
        let tasks = if question.way.is_before() { &question.seeds } else { &question.askers };
        tasks.iter().map(|task| graph.node(*task)).min()
    };
    let mut order: Vec<(Way, _, usize)> = questions
        .iter()
        .enumerate()
        .filter(|(_, it)| !it.seeds.is_empty() && !it.askers.is_empty())
        .map(|(number, it)| (it.way, first(it), number))
        .collect();
    // Those that begin near each other share a pass, which then covers no more of the network than it must.
    order.sort_unstable();
    let passes: Vec<&[(Way, _, usize)]> =
        order.chunk_by(|one, other| one.0 == other.0).flat_map(|same| same.chunks(64)).collect();
    let reached: Vec<Vec<(usize, FxHashSet<u32>)>> = passes
        .par_iter()
        .map(|pass| {
            let mut own: Vec<(TaskId, u64)> = Vec::new();
            let mut askers: Vec<TaskId> = Vec::new();
            for (bit, (_, _, number)) in pass.iter().enumerate() {
                own.extend(questions[*number].seeds.iter().map(|task| (*task, 1 << bit)));
                askers.extend(&questions[*number].askers);
            }
            let arrived = graph.carry(pass[0].0, &own, &askers);
            let mut found = Vec::with_capacity(pass.len());
            for (bit, (_, _, number)) in pass.iter().enumerate() {
                let reached =
                    questions[*number].askers.iter().filter(|task| arrived.at(**task) >> bit & 1 == 1);
                found.push((*number, reached.map(|task| task.0).collect()));
            }
            found
        })
        .collect();
    let mut answers: Vec<FxHashSet<u32>> = vec![FxHashSet::default(); questions.len()];
    for (number, tasks) in reached.into_iter().flatten() {
        answers[number] = tasks;
    }
    answers
}

fn finish(pending: Pending, answers: &[FxHashSet<u32>]) -> Answer {
    match pending {
        Pending::Done(answer) => answer,
        Pending::Some { yes, maybe, seeds } => Answer::Some {
            yes: answers[yes].clone(),
            maybe: maybe.map(|maybe| answers[maybe].clone()).unwrap_or_default(),
            seeds,
        },
        Pending::Each { asked, groups } => {
            let mut known = FxHashMap::default();
            let mut seeds: FxHashMap<(u32, Option<Key>), Vec<TaskId>> = FxHashMap::default();
            for it in asked {
                let mut truth = Truth::No;
                for group in it.groups {
                    let group = &groups[group];
                    let is_in = |question: Option<usize>| {
                        question.is_some_and(|question| answers[question].contains(&it.task.0))
                    };
                    truth = truth.max(match (is_in(group.yes_question), is_in(group.maybe_question)) {
                        (true, _) => Truth::Yes,
                        (false, true) => Truth::Unknown,
                        (false, false) => Truth::No,
                    });
                    if let Some(first) = group.seeds.first() {
                        seeds.entry((it.task.0, it.key)).or_default().push(*first);
                    }
                }
                known.insert((it.task.0, it.key), truth);
            }
            Answer::Each { known, seeds }
        }
    }
}

/// What a rule asks the network in a round.
fn prepare(world: &World<'_>, run: &Run<'_>, round: usize) -> Vec<(usize, Pending, Vec<Question>)> {
    let mut prepared = Vec::new();
    let mut candidates: Option<Vec<TaskId>> = None;
    for (number, walk) in run.walks.iter().enumerate() {
        let Some(walk) = walk else { continue };
        if walk.related.walk.is_none_or(|(_, its)| its != round) {
            continue;
        }
        let asking = run.asking(world);
        let askers: Vec<TaskId> = match walk.asked_by {
            AskedBy::Rule | AskedBy::Demand if run.ask.about == EntityKind::Task => candidates
                .get_or_insert_with(|| {
                    run.candidates(world).into_iter().map(|(of, _)| TaskId(of.index)).collect()
                })
                .clone(),
            AskedBy::Of(related) => {
                sought(world, &asking, related).into_iter().map(|(task, _)| task).collect()
            }
            AskedBy::Rule | AskedBy::Demand | AskedBy::All => {
                (0..world.model.tasks.len() as u32).map(TaskId).collect()
            }
        };
        let per = run.ask.per.as_ref().filter(|_| matches!(walk.asked_by, AskedBy::Demand));
        let mut questions = Vec::new();
        let pending =
            ask_walk(world, run, walk.related, &askers, per.map(|per| (per.each, &per.of)), &mut questions);
        prepared.push((number, pending, questions));
    }
    prepared
}

fn ask_walk(
    world: &World<'_>,
    run: &Run<'_>,
    related: &Related,
    askers: &[TaskId],
    per: Option<(Each, &Condition)>,
    questions: &mut Vec<Question>,
) -> Pending {
    let asking = run.asking(world);
    let Some(way) = way(related.relation) else {
        return Pending::Done(Answer::Count { counts: FxHashMap::default(), seeds: Vec::new() });
    };
    if askers.is_empty() {
        return Pending::Done(Answer::Count { counts: FxHashMap::default(), seeds: Vec::new() });
    }
    if per.is_some() || !related.same.is_empty() || related.asks_its {
        return ask_each(world, run, related, askers, per, way, questions);
    }
    let found = sought(world, &asking, related);
    let seeds: Vec<TaskId> =
        found.iter().filter(|(_, truth)| *truth == Truth::Yes).map(|(task, _)| *task).collect();
    let maybe: Vec<TaskId> =
        found.iter().filter(|(_, truth)| *truth == Truth::Unknown).map(|(task, _)| *task).collect();
    let graph = &world.network.graph;
    if related.gap.is_some() {
        let own: Vec<(TaskId, Dates)> = found
            .iter()
            .map(|(task, truth)| {
                let date = match way.is_before() {
                    true => world.schedule.finish(world.model, *task),
                    false => world.schedule.start(world.model, *task),
                };
                let day = date.map(|date| number(date.value.date)).filter(|_| *truth == Truth::Yes);
                (*task, Dates::one(day))
            })
            .collect();
        let arrived = graph.carry(way, &own, askers);
        let dates = askers.iter().map(|task| (task.0, arrived.at(*task))).collect();
        return Pending::Done(Answer::Dates { dates, seeds });
    }
    if related.at_least > 1 {
        let count = |tasks: &[TaskId]| {
            let own: Vec<(TaskId, Few)> = tasks.iter().map(|task| (*task, Few::one(*task))).collect();
            let arrived = graph.carry(way, &own, askers);
            askers.iter().map(|task| arrived.at(*task).count() as u32).collect::<Vec<u32>>()
        };
        let (yes, maybe) = (count(&seeds), count(&maybe));
        let both = yes.into_iter().zip(maybe);
        let counts = askers.iter().zip(both).map(|(task, counts)| (task.0, counts)).collect();
        return Pending::Done(Answer::Count { counts, seeds });
    }
    let mut question = |seeds: &[TaskId]| {
        questions.push(Question { way, seeds: seeds.to_vec(), askers: askers.to_vec() });
        questions.len() - 1
    };
    let yes = question(&seeds);
    let maybe = (!maybe.is_empty()).then(|| question(&maybe));
    Pending::Some { yes, maybe, seeds }
}

/// A relation that joins the two tasks by something: an asset, a site, a value. Tasks are grouped by what they share, and
/// each group is a question.
fn ask_each(
    world: &World<'_>,
    run: &Run<'_>,
    related: &Related,
    askers: &[TaskId],
    per: Option<(Each, &Condition)>,
    way: Way,
    questions: &mut Vec<Question>,
) -> Pending {
    let asking = run.asking(world);
    let key_kind = match per {
        Some((Each::Sites, _)) => EntityKind::Site,
        _ => EntityKind::Asset,
    };
    let mut interned = Interned::default();
    // Values of the asking tasks that the condition looks at, one task standing for all with the same.
    let mut values: FxHashMap<Vec<String>, u32> = FxHashMap::default();
    let mut stand_ins: Vec<TaskId> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut numbers: FxHashMap<Vec<u32>, usize> = FxHashMap::default();
    let mut asked: Vec<Asked> = Vec::new();
    for task in askers {
        let keys: Vec<Option<Key>> = match per {
            Some(per) => keys_of(world, &asking, *task, per),
            None => vec![None],
        };
        let mut shared: Vec<Vec<u32>> =
            related.same.iter().map(|same| world.shares(*task, *same, &mut interned)).collect();
        if related.asks_its {
            let value = its_values(&asking, &related.of, entity(*task));
            let next = stand_ins.len() as u32;
            let number = *values.entry(value).or_insert(next);
            if number == next && stand_ins.len() < MOST_VALUES {
                stand_ins.push(*task);
            }
            shared.push(vec![number]);
        }
        for key in keys {
            let mut dims: Vec<Vec<u32>> = Vec::with_capacity(shared.len() + 1);
            if per.is_some() {
                dims.push(match key {
                    Some(key) => vec![key.index, NAMELESS],
                    None => vec![WHATEVER],
                });
            }
            for shared in &shared {
                dims.push(match shared.is_empty() {
                    true => vec![WHATEVER],
                    false => shared.iter().copied().chain([NAMELESS]).collect(),
                });
            }
            let mut own = Vec::new();
            for wanted in product(&dims) {
                let number = *numbers.entry(wanted).or_insert_with(|| {
                    groups.push(Group::default());
                    groups.len() - 1
                });
                groups[number].askers.push(*task);
                own.push(number);
            }
            asked.push(Asked { task: *task, key, groups: own });
        }
    }
    let candidates = match related.asks_its {
        // Whatever it may be for one of the askers.
        true => sought(world, &Asking { its: None, ..asking }, related),
        false => sought(world, &asking, related),
    };
    for (task, truth) in candidates {
        let mut dims: Vec<Vec<u32>> = Vec::new();
        let names = |names: Vec<u32>| {
            let mut names = if names.is_empty() { vec![NAMELESS] } else { names };
            names.push(WHATEVER);
            names
        };
        if per.is_some() {
            dims.push(names(world.concerns(task, key_kind)));
        }
        for same in &related.same {
            dims.push(names(world.shares(task, *same, &mut interned)));
        }
        let mut truths: Vec<(u32, Truth)> = Vec::new();
        if related.asks_its {
            for (number, stand_in) in stand_ins.iter().enumerate() {
                let asking = Asking { its: Some(entity(*stand_in)), ..asking };
                let truth = asking.holds(&related.of, entity(task));
                if truth != Truth::No {
                    truths.push((number as u32, truth));
                }
            }
            dims.push(truths.iter().map(|(number, _)| *number).collect());
        }
        for wanted in product(&dims) {
            let Some(number) = numbers.get(&wanted) else { continue };
            let truth = match (related.asks_its, wanted.last()) {
                (true, Some(value)) => {
                    truths.iter().find(|(number, _)| number == value).map_or(Truth::No, |(_, truth)| *truth)
                }
                _ => truth,
            };
            match truth {
                Truth::Yes => groups[*number].seeds.push(task),
                Truth::Unknown => groups[*number].maybe.push(task),
                Truth::No => {}
            }
        }
    }
    for group in &mut groups {
        let mut question = |seeds: &[TaskId]| {
            (!seeds.is_empty()).then(|| {
                questions.push(Question { way, seeds: seeds.to_vec(), askers: group.askers.clone() });
                questions.len() - 1
            })
        };
        group.yes_question = question(&group.seeds);
        group.maybe_question = question(&group.maybe);
    }
    Pending::Each { asked, groups }
}

/// Of which things a task is asked: those of them that the rule means; as a whole where it names none of the sort.
pub(super) fn keys_of(
    world: &World<'_>,
    asking: &Asking<'_>,
    task: TaskId,
    (each, of): (Each, &Condition),
) -> Vec<Option<Key>> {
    let kind = if each == Each::Sites { EntityKind::Site } else { EntityKind::Asset };
    match world.each(task, each) {
        None => vec![None],
        Some(all) => all
            .into_iter()
            .filter(|index| {
                let it = Entity { kind, index: *index };
                asking.holds(of, it) == Truth::Yes
            })
            .map(|index| Some(Key { kind, index }))
            .collect(),
    }
}

/// The values of the asking thing that a condition looks at.
fn its_values(asking: &Asking<'_>, condition: &Condition, its: Entity) -> Vec<String> {
    let mut values = Vec::new();
    let mut open = vec![condition];
    while let Some(condition) = open.pop() {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => open.extend(parts),
            Condition::Not(part) => open.push(part),
            Condition::Related(_) => {}
            Condition::Field(
                _,
                Test::Compare(_, Operand::Its(_, field)) | Test::Same(Operand::Its(_, field), _),
            ) => match asking.world.quantity(its, *field) {
                Some(quantity) => values.push(format!("{quantity:?}")),
                None => {
                    let mut text = String::new();
                    asking.world.texts(its, *field, &mut |it| {
                        text.push_str(it);
                        text.push('\n');
                    });
                    values.push(text);
                }
            },
            Condition::Field(..) => {}
        }
    }
    values
}

/// All ways to take one of each list.
fn product(lists: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut all = vec![Vec::with_capacity(lists.len())];
    for list in lists {
        let mut next = Vec::with_capacity(all.len() * list.len());
        for one in &all {
            for it in list {
                let mut longer: Vec<u32> = one.clone();
                longer.push(*it);
                next.push(longer);
            }
        }
        all = next;
    }
    all
}
