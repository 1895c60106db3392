//! What a planning tool stored of its own schedule, beside what was computed: how much of it is equal, and where it is
//! not, why, as far as that is known.

use super::{Driver, Schedule};
use crate::model::{
    ConstraintKind, CriticalBy, Effort, ImportedKind, Model, Moment, PlanId, ScheduleTool, Status,
    StoredDates, TaskId,
};
use crate::network::{Network, Predecessor};

/// A value that tools store and planlint computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// Earliest start.
    EarlyStart,
    /// Earliest finish.
    EarlyFinish,
    /// Latest start.
    LateStart,
    /// Latest finish.
    LateFinish,
    /// Total float.
    TotalFloat,
    /// Free float.
    FreeFloat,
    /// Whether the task is critical.
    Critical,
}

impl Measure {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Measure; 7] = [
        Measure::EarlyStart,
        Measure::EarlyFinish,
        Measure::LateStart,
        Measure::LateFinish,
        Measure::TotalFloat,
        Measure::FreeFloat,
        Measure::Critical,
    ];

    fn is_late(self) -> bool {
        matches!(self, Measure::LateStart | Measure::LateFinish)
    }

    fn is_early(self) -> bool {
        matches!(self, Measure::EarlyStart | Measure::EarlyFinish)
    }
}

/// A value of a [`Measure`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Amount {
    /// A date.
    Date(Moment),
    /// Minutes of working time.
    Minutes(i64),
    /// Yes or no.
    Flag(bool),
}

/// Why a stored value is another than the computed one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// The task is on a circle of links or behind one.
    Circle,
    /// It is dropped or switched off: nothing is computed.
    Dropped,
    /// It is done: there is nothing left to compute.
    Done,
    /// Its dates were typed by hand.
    ByHand,
    /// It is level of effort, or a summary that spans others.
    Effort,
    /// What is stored lies before the status date: the file was not computed again since.
    OlderStatusDate,
    /// A task that sets its early dates differs: this one.
    Predecessor(TaskId),
    /// A task that waits for it differs: this one.
    Successor(TaskId),
    /// It is under way: tools differ in what is left of it.
    UnderWay,
    /// It is held to a date of its own.
    Constraint,
}

/// How many values of a measure are stored, and how many of those are equal.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Tasks for which the computed value equals the stored one.
    pub equal: usize,
    /// Tasks for which one is stored.
    pub stored: usize,
    /// Tasks for which it differs because they are finished: tools then keep what they had, or the status date.
    pub finished: usize,
}

/// A stored value that the computed one does not equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The task.
    pub task: TaskId,
    /// Which of its values.
    pub measure: Measure,
    /// As computed; none where planlint gives none.
    pub computed: Option<Amount>,
    /// As stored.
    pub stored: Amount,
    /// Why, where it is known.
    pub reason: Option<Reason>,
}

/// A plan's stored values beside the computed ones. Phases are left out: they only sum up what is inside.
#[derive(Clone, Default, Debug)]
pub struct Comparison {
    /// Tasks with stored values.
    pub tasks: usize,
    /// Tasks of which all stored values are equal.
    pub equal_tasks: usize,
    /// Tasks of which values differ because they are finished.
    pub finished_tasks: usize,
    /// By measure, in the order of [`Measure::ALL`].
    pub tallies: [Tally; Measure::ALL.len()],
    /// What differs, task by task in the order of the file.
    pub differences: Vec<Difference>,
}

const EARLY: u8 = 1;
const LATE: u8 = 2;
const FLOAT: u8 = 4;

impl Comparison {
    /// Compares the values of a plan. Dates are equal where no working time of the task's calendar lies between them
    /// (Friday 17:00 is Monday 08:00), floats within a minute.
    pub fn new(model: &Model<'_>, network: &Network, schedule: &Schedule, plan: PlanId) -> Self {
        let mut comparison = Self::default();
        let first = model.plan(plan).range(crate::finding::EntityKind::Task).start;
        let mut differs = vec![0_u8; model.tasks_of(plan).count()];
        for (task, _) in model.tasks_of(plan).filter(|(task, _)| is_compared(model, network, *task)) {
            let before = comparison.differences.len();
            let mut has_any = false;
            for (measure, tally) in Measure::ALL.into_iter().zip(&mut comparison.tallies) {
                let Some(stored) = stored(model, task, measure) else { continue };
                has_any = true;
                let computed = computed(model, schedule, task, measure);
                tally.stored += 1;
                let is_done = is_done(model, task);
                if is_equal(model, schedule, task, measure, computed, stored) {
                    tally.equal += 1;
                    continue;
                }
                tally.finished += usize::from(is_done);
                differs[task.index() - first] |= match measure {
                    _ if measure.is_early() => EARLY,
                    _ if measure.is_late() => LATE,
                    _ => FLOAT,
                };
                comparison.differences.push(Difference { task, measure, computed, stored, reason: None });
            }
            comparison.tasks += usize::from(has_any);
            let is_equal = comparison.differences.len() == before;
            comparison.equal_tasks += usize::from(has_any && is_equal);
            comparison.finished_tasks += usize::from(!is_equal && is_done(model, task));
        }
        if comparison.differences.is_empty() {
            return comparison;
        }
        let (before, behind) = neighbors(model, network, schedule, plan, &differs);
        for difference in &mut comparison.differences {
            let at = difference.task.index() - first;
            difference.reason = own_reason(model, schedule, difference).or_else(|| {
                let is_behind = !difference.measure.is_late() && differs[at] & EARLY != 0;
                let is_before = !difference.measure.is_early() && differs[at] & LATE != 0;
                let waits = before[at].filter(|_| is_behind).map(Reason::Predecessor);
                let awaited = || behind[at].filter(|_| is_before).map(Reason::Successor);
                waits.or_else(awaited).or_else(|| last_reason(model, difference.task))
            });
        }
        comparison
    }
}

fn is_done(model: &Model<'_>, task: TaskId) -> bool {
    let it = model.task(task);
    it.actual_finish().is_some() || it.status().is_some_and(|status| status.value == Status::Done)
}

fn is_compared(model: &Model<'_>, network: &Network, task: TaskId) -> bool {
    let kind = model.imported(task).map(|imported| imported.kind);
    network.hierarchy.is_leaf(task) && kind != Some(ImportedKind::Phase)
}

/// For each task of a plan, counted from its first: a task before it whose early dates differ, and one behind it whose
/// late dates do.
fn neighbors(
    model: &Model<'_>,
    network: &Network,
    schedule: &Schedule,
    plan: PlanId,
    differs: &[u8],
) -> (Vec<Option<TaskId>>, Vec<Option<TaskId>>) {
    let first = model.plan(plan).range(crate::finding::EntityKind::Task).start;
    let differs_at = |task: TaskId, which: u8| {
        task.index().checked_sub(first).and_then(|at| differs.get(at)).is_some_and(|it| it & which != 0)
    };
    let (mut before, mut behind) = (vec![None; differs.len()], vec![None; differs.len()]);
    for (task, _) in model.tasks_of(plan) {
        let first_link = model.first_link(task);
        let links = first_link..first_link + model.links(task).len();
        for link in links {
            let Predecessor::Task(from) = network.references.likely_predecessor(link) else { continue };
            let is_driver = schedule.is_driving(link) || schedule.driver(task) == Driver::Link(link as u32);
            if is_driver && differs_at(from, EARLY) {
                before[task.index() - first].get_or_insert(from);
            }
            if differs_at(task, LATE)
                && let Some(entry) = from.index().checked_sub(first).and_then(|at| behind.get_mut(at))
            {
                entry.get_or_insert(task);
            }
        }
    }
    (before, behind)
}

/// A stored value of a task; whether it is critical by the rule of its file, where only float and driving path are
/// stored.
pub fn stored(model: &Model<'_>, task: TaskId, measure: Measure) -> Option<Amount> {
    let it: &StoredDates = model.stored.get(task.index())?;
    Some(match measure {
        Measure::EarlyStart => Amount::Date(it.early_start?.value),
        Measure::EarlyFinish => Amount::Date(it.early_finish?.value),
        Measure::LateStart => Amount::Date(it.late_start?.value),
        Measure::LateFinish => Amount::Date(it.late_finish?.value),
        Measure::TotalFloat => Amount::Minutes(it.total_float?.value),
        Measure::FreeFloat => Amount::Minutes(it.free_float?.value),
        Measure::Critical => {
            let options = &model.plan(model.task(task).plan).schedule;
            let by_rule = || match options.critical_by {
                _ if options.tool != ScheduleTool::P6 => None,
                CriticalBy::Float => Some(it.total_float?.value <= options.critical_float_minutes),
                CriticalBy::LongestPath => Some(it.driving?.value),
            };
            Amount::Flag(it.critical.map(|flag| flag.value).or_else(by_rule)?)
        }
    })
}

/// A computed value of a task; none where nothing is known of it.
pub fn computed(model: &Model<'_>, schedule: &Schedule, task: TaskId, measure: Measure) -> Option<Amount> {
    match measure {
        Measure::EarlyStart => schedule.early_start(model, task).map(Amount::Date),
        Measure::EarlyFinish => schedule.early_finish(model, task).map(Amount::Date),
        Measure::LateStart => schedule.late_start(model, task).map(Amount::Date),
        Measure::LateFinish => schedule.late_finish(model, task).map(Amount::Date),
        Measure::TotalFloat => schedule.total_float_minutes(task).map(Amount::Minutes),
        Measure::FreeFloat => schedule.free_float_minutes(task).map(Amount::Minutes),
        Measure::Critical => schedule.is_known(task).then(|| Amount::Flag(schedule.is_critical(task))),
    }
}

fn is_equal(
    model: &Model<'_>,
    schedule: &Schedule,
    task: TaskId,
    measure: Measure,
    computed: Option<Amount>,
    stored: Amount,
) -> bool {
    let is_same = |one: Moment, other: Moment| schedule.minutes_between(task, one, other) == 0;
    match (computed, stored) {
        (Some(Amount::Date(computed)), Amount::Date(stored)) => {
            // Of a task under way some store when it began, some where the rest of it goes on.
            let began = model.task(task).actual_start().map(|date| date.value);
            let is_start = matches!(measure, Measure::EarlyStart | Measure::LateStart);
            is_same(computed, stored) || (is_start && began.is_some_and(|began| is_same(began, stored)))
        }
        (Some(Amount::Minutes(computed)), Amount::Minutes(stored)) => computed.abs_diff(stored) <= 1,
        (computed, stored) => computed == Some(stored),
    }
}

/// A reason that lies in the task itself and outweighs its neighbors.
fn own_reason(model: &Model<'_>, schedule: &Schedule, difference: &Difference) -> Option<Reason> {
    let task = difference.task;
    let it = model.task(task);
    let imported = model.imported(task);
    let kind = imported.map(|imported| imported.kind);
    let status = it.status().map(|status| status.value);
    if schedule.is_doubtful(task) {
        return Some(Reason::Circle);
    }
    if is_done(model, task) {
        return Some(Reason::Done);
    }
    if status == Some(Status::Cancelled) || kind == Some(ImportedKind::Inactive) {
        return Some(Reason::Dropped);
    }
    if imported.is_some_and(|imported| imported.manual.is_some()) {
        return Some(Reason::ByHand);
    }
    let is_level = it.effort().is_some_and(|effort| effort.value == Effort::Level);
    if is_level || kind == Some(ImportedKind::WbsSummary) {
        return Some(Reason::Effort);
    }
    let entry = model.plan(it.plan);
    let status_date = entry.header.status_date().filter(|_| entry.schedule.tool == ScheduleTool::P6)?;
    let begins = stored(model, task, Measure::EarlyStart);
    let is_old = it.actual_start().is_none()
        && matches!(begins, Some(Amount::Date(begins)) if begins < status_date.value)
        && matches!(difference.computed, Some(computed) if computed != difference.stored);
    is_old.then_some(Reason::OlderStatusDate)
}

/// A reason that holds where no neighbor explains it.
fn last_reason(model: &Model<'_>, task: TaskId) -> Option<Reason> {
    let it = model.task(task);
    let imported = model.imported(task);
    let is_bound = |kind: ConstraintKind| kind != ConstraintKind::AsSoonAsPossible;
    let has_constraint = it.constraint().is_some_and(|constraint| is_bound(constraint.value.kind))
        || it.deadline().is_some()
        || imported.is_some_and(|imported| {
            imported.second_constraint.is_some() || imported.expected_finish.is_some()
        });
    if has_constraint {
        return Some(Reason::Constraint);
    }
    it.actual_start().is_some().then_some(Reason::UnderWay)
}
