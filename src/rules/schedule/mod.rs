//! SCH: can the dates be believed?

mod actual_in_future;
mod dates_against_logic;
mod deadline_missed;
mod finish_before_start;
mod freeze_conflict;
mod no_buffer;
mod non_working_date;
mod out_of_sequence;
mod overdue;
mod progress_contradiction;
mod slipped;
mod zero_duration_task;

use jiff::ToSpan;

use super::{Ctx, Native, counted};
use crate::finding::Finding;
use crate::model::{
    ConstraintKind, Duration, Effort, ImportedKind, Link, LinkKind, Moment, PlanId, Spanned, TaskId, Unit,
};
use crate::network::{Node, Predecessor};
use crate::schedule::Driver;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    zero_duration_task::RULE,
    finish_before_start::RULE,
    dates_against_logic::RULE,
    out_of_sequence::RULE,
    actual_in_future::RULE,
    overdue::RULE,
    progress_contradiction::RULE,
    deadline_missed::RULE,
    non_working_date::RULE,
    freeze_conflict::RULE,
    slipped::RULE,
    no_buffer::RULE,
];

/// Tasks of a chain shown in one finding; the rest is counted. With the promise itself that is seven places.
const MOST_SHOWN: usize = 6;

/// What drives what: for each task the one whose dates set its own. Found once a check, in two passes.
struct Driving {
    /// By task: the one before it on its chain, done or not.
    before: Vec<Option<TaskId>>,
    /// By task: the first of its chain, and how many there are up to it. A chain begins behind what is done.
    begins: Vec<(TaskId, u32)>,
    /// By phase, what ends last inside it; empty where there is no phase.
    last_inside: Vec<Option<TaskId>>,
}

/// The open tasks that drive a task, one after the other, the task itself as the last: as many as are shown.
struct Chain {
    /// The first, where there is more than the last ones.
    first: Option<TaskId>,
    /// How many come behind the first that are not shown.
    left_out: usize,
    last: Vec<TaskId>,
}

impl Driving {
    fn new(ctx: &Ctx<'_>) -> Self {
        let schedule = ctx.schedule;
        let first_inside = inside_on_date(ctx, |task| schedule.early_start(ctx.model, task));
        let last_inside = inside_on_date(ctx, |task| schedule.early_finish(ctx.model, task));
        let driver = |task: TaskId| {
            let Driver::Link(link) = schedule.driver(task) else { return None };
            let link = link as usize;
            let from = match ctx.network.references.likely_predecessor(link) {
                Predecessor::Task(from) if ctx.is_leaf(from) => return Some(from),
                Predecessor::Task(from) => from,
                Predecessor::Outside | Predecessor::Unknown => return None,
            };
            // Of a phase it is what begins first or ends last inside it, as the link asks.
            let from_start = is_from_start(&ctx.model.arenas.links[link]);
            let inside = if from_start { &first_inside } else { &last_inside };
            inside.get(from.index()).copied().flatten()
        };
        let before: Vec<Option<TaskId>> =
            (0..ctx.model.tasks.len() as u32).map(|task| driver(TaskId(task))).collect();
        let mut begins: Vec<(TaskId, u32)> = (0..before.len() as u32).map(|task| (TaskId(task), 1)).collect();
        // In the order of the network, so that what comes before is known already.
        let graph = &ctx.network.graph;
        for task in (0..graph.len() as u32).map(|node| graph.task(Node(node))) {
            if let Some(before) = before[task.index()].filter(|before| ctx.is_open(*before)) {
                let (first, length) = begins[before.index()];
                begins[task.index()] = (first, length.saturating_add(1));
            }
        }
        Self { before, begins, last_inside }
    }

    /// The task whose dates set those of another one, done or not, where a link does.
    fn before(&self, task: TaskId) -> Option<TaskId> {
        self.before[task.index()]
    }

    /// The first open task of the chain that drives a task. It is driven by something else: see
    /// [`Schedule::driver`](crate::schedule::Schedule::driver).
    fn begins(&self, task: TaskId) -> TaskId {
        self.begins[task.index()].0
    }

    /// The leaf that ends last in a phase; a leaf itself.
    fn last_of(&self, task: TaskId) -> TaskId {
        self.last_inside.get(task.index()).copied().flatten().unwrap_or(task)
    }

    /// What drives a task, back to where it begins.
    fn chain(&self, task: TaskId) -> Chain {
        let (first, length) = self.begins[task.index()];
        let length = length as usize;
        let is_whole = length <= MOST_SHOWN;
        let mut last = vec![task];
        while last.len() < if is_whole { length } else { MOST_SHOWN - 1 } {
            let Some(before) = last.last().and_then(|it| self.before(*it)) else { break };
            last.push(before);
        }
        last.reverse();
        let first = (!is_whole).then_some(first);
        Chain { first, left_out: length.saturating_sub(last.len() + usize::from(!is_whole)), last }
    }
}

/// By phase, a leaf inside it that has the same date; empty where there is no phase.
fn inside_on_date(ctx: &Ctx<'_>, date: impl Fn(TaskId) -> Option<Moment>) -> Vec<Option<TaskId>> {
    let hierarchy = &ctx.network.hierarchy;
    let all = || (0..ctx.model.tasks.len() as u32).map(TaskId);
    if all().all(|task| hierarchy.is_leaf(task)) {
        return Vec::new();
    }
    let mut found: Vec<Option<TaskId>> = vec![None; ctx.model.tasks.len()];
    for leaf in all().filter(|task| hierarchy.is_leaf(*task)) {
        let Some(own) = date(leaf) else { continue };
        for phase in hierarchy.ancestors(leaf).take_while(|phase| date(*phase) == Some(own)) {
            // This one, and those around it on the same date, were seen to by the leaf that was found first.
            if found[phase.index()].is_some() {
                break;
            }
            found[phase.index()] = Some(leaf);
        }
    }
    found
}

impl Chain {
    /// The tasks that are shown, each with its place on the chain.
    fn steps(&self) -> impl Iterator<Item = (usize, TaskId)> {
        let behind = usize::from(self.first.is_some()) + self.left_out + 1;
        (1..).zip(self.first).chain((behind..).zip(self.last.iter().copied()))
    }

    /// How many tasks there are.
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.left_out + self.last.len()
    }

    /// `"A" (a), then 4 more, then "B" (b)`.
    fn in_words(&self, ctx: &Ctx<'_>) -> String {
        let first = self.first.map(|task| ctx.name(task));
        let more = (self.left_out > 0).then(|| format!("{} more", self.left_out));
        let last = self.last.iter().map(|task| ctx.name(*task));
        first.into_iter().chain(more).chain(last).collect::<Vec<_>>().join(", then ")
    }

    /// Shows each step at its place, with its dates.
    fn label(&self, ctx: &Ctx<'_>, mut finding: Finding) -> Finding {
        for (number, task) in self.steps() {
            let day = |it: Option<Spanned<Moment>>| it.map_or("?".to_owned(), |it| it.value.date.to_string());
            let (start, finish) = (day(ctx.start(task)), day(ctx.finish(task)));
            let dates = if start == finish { format!("on {start}") } else { format!("{start} to {finish}") };
            let text =
                if self.len() == 1 { dates } else { format!("step {number} of {}: {dates}", self.len()) };
            finding = finding.label(ctx.place(task), text);
        }
        finding
    }
}

/// On what a chain begins, from its first task: `on 2026-11-23, the status date`.
fn beginning(ctx: &Ctx<'_>, driving: &Driving, first: TaskId) -> String {
    // Of work under way it is what is left that can still be moved.
    let start = ctx.schedule.early_start(ctx.model, first);
    let start = start.map_or_else(|| "?".to_owned(), |it| it.date.to_string());
    let done = driving.before(first).map(|before| ctx.name(before));
    match (ctx.schedule.driver(first), done) {
        (Driver::StatusDate, _) if ctx.is_started(first) => {
            format!("on {start}, the status date, with what is left of work under way")
        }
        (Driver::StatusDate, _) => format!("on {start}, the status date"),
        (Driver::PlanStart, _) => format!("on {start}, the start of the plan"),
        (Driver::Date, _) => format!("on {start}, the date that is set for it"),
        (Driver::Actual, _) => format!("on {start}, with work that is under way"),
        (Driver::Link(_), Some(done)) => format!("on {start}, when {done} was finished"),
        (Driver::Link(_) | Driver::Nothing | Driver::Span, _) => format!("on {start}"),
    }
}

/// The open task that ends last in a plan, by dates that follow from what the plan says. Management and support that run
/// along do not end a plan.
fn last_task(ctx: &Ctx<'_>, plan: PlanId) -> Option<TaskId> {
    let open = ctx.open_leaves_of(plan).map(|(task, _)| task);
    let dated =
        open.filter(|task| !is_level_of_effort(ctx, *task) && ctx.schedule.is_reliable(ctx.model, *task));
    dated
        .filter_map(|task| Some((ctx.schedule.early_finish(ctx.model, task)?, std::cmp::Reverse(task))))
        .max()
        .map(|(_, std::cmp::Reverse(task))| task)
}

/// The start that somebody has fixed for a task that has not begun, whatever its links say: stated, typed by hand, or
/// forced by a constraint.
fn fixed_start(ctx: &Ctx<'_>, task: TaskId) -> Option<Spanned<Moment>> {
    let it = ctx.model.task(task);
    let imported = ctx.model.imported(task);
    let second = imported.and_then(|imported| imported.second_constraint);
    let forced = it.constraint().into_iter().chain(second).find_map(|constraint| {
        let is_start = matches!(constraint.value.kind, ConstraintKind::MustStart | ConstraintKind::StartOn);
        constraint.value.date.filter(|_| is_start).map(|date| Spanned::new(date, constraint.span))
    });
    let manual = imported.and_then(|imported| imported.manual).and_then(|manual| manual.start);
    it.start().or(manual).or(forced).filter(|start| !is_placeholder(start.value))
}

/// The date of a predecessor from which a link counts.
fn link_date(ctx: &Ctx<'_>, link: &Link, from: TaskId) -> Option<Moment> {
    let date = if is_from_start(link) { ctx.start(from) } else { ctx.finish(from) };
    date.map(|date| date.value)
}

/// Whether a link counts from the start of its predecessor.
fn is_from_start(link: &Link) -> bool {
    matches!(link.kind, LinkKind::StartStart | LinkKind::StartFinish)
}

/// Whether a link holds the start of its successor.
fn holds_start(link: &Link) -> bool {
    matches!(link.kind, LinkKind::FinishStart | LinkKind::StartStart)
}

/// Whether a date stands for one that is still to be filled in.
fn is_placeholder(date: Moment) -> bool {
    crate::model::is_placeholder(&date.date.to_string())
}

/// Whether a task is management or support that runs along, as long as what it supports.
fn is_level_of_effort(ctx: &Ctx<'_>, task: TaskId) -> bool {
    ctx.model.task(task).effort().is_some_and(|effort| effort.value == Effort::Level)
        || ctx.model.imported(task).is_some_and(|imported| imported.kind == ImportedKind::WbsSummary)
}

/// Working days of a plan after a promised day, up to and with the day on which something ends; 0 where it ends on that
/// day or before.
fn days_late(ctx: &Ctx<'_>, plan: PlanId, promised: Moment, finish: Moment) -> i64 {
    let after = |moment: Moment| moment.date.saturating_add(1.day());
    ctx.schedule.days_between(plan, after(promised), after(finish)).max(0)
}

/// `1 working day`, `12 working days`, `less than a working day`.
fn working_days(days: i64) -> String {
    match days {
        ..=0 => "less than a working day".to_owned(),
        days => counted(days, "working day", "working days"),
    }
}

/// A duration as its author wrote it; of an import, which counts in minutes, in working days of its plan.
fn length(ctx: &Ctx<'_>, plan: PlanId, duration: Duration) -> String {
    if ctx.is_native(plan) {
        return duration.to_string();
    }
    let thousandths = ctx.schedule.day_thousandths(plan, duration);
    Duration::new(thousandths, Unit::Days, false).to_string()
}

/// Whether one moment lies after another, as ends of something: a day without a time ends at its end.
fn ends_after(finish: Moment, promised: Moment) -> bool {
    finish.as_finish() > promised.as_finish()
}

/// The codes of this family that all rules together find in a plan, with their places: one rule, `CODE line:column`.
#[cfg(test)]
fn found(code: &str, plan: &str) -> Vec<String> {
    let mut codes = super::testing::codes(plan);
    codes.retain(|found| found.starts_with(code));
    codes
}
