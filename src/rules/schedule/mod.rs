//! SCH: can the dates be believed?

mod actual_in_future;
mod calendar_gap;
mod coarse_near_term;
mod constraint_overrides_logic;
mod constraint_overuse;
mod dates_against_logic;
mod deadline_missed;
mod finish_before_start;
mod freeze_conflict;
mod level_of_effort_drives;
mod manual_task;
mod near_critical;
mod no_baseline;
mod no_buffer;
mod no_driving_path;
mod non_working_date;
mod out_of_sequence;
mod overdue;
mod progress_contradiction;
mod riding_status_date;
mod slipped;
mod stored_dates_differ;
mod zero_duration_task;

use jiff::ToSpan;
use rustc_hash::FxHashMap;

use super::{Ctx, Native, counted};
use crate::catalogue::KindSet;
use crate::finding::{EntityKind, Finding};
use crate::model::{
    Constraint, ConstraintKind, Duration, Effort, ImportedKind, Link, LinkKind, Moment, PlanId, ScheduleTool,
    Spanned, TaskId, Unit,
};
use crate::network::{Node, Predecessor};
use crate::schedule::Driver;
use crate::source::Span;

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
    no_baseline::RULE,
    no_buffer::RULE,
    near_critical::RULE,
    constraint_overrides_logic::RULE,
    no_driving_path::RULE,
    stored_dates_differ::RULE,
    riding_status_date::RULE,
    calendar_gap::RULE,
    coarse_near_term::RULE,
    manual_task::RULE,
    constraint_overuse::RULE,
    level_of_effort_drives::RULE,
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

/// Whether a task is work or an event of its own: no management that runs along, no summary of others, not switched off.
fn is_discrete(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let is_shown_only = |kind| matches!(kind, ImportedKind::Phase | ImportedKind::Inactive);
    !is_level_of_effort(ctx, task)
        && !ctx.model.imported(task).is_some_and(|imported| is_shown_only(imported.kind))
}

/// Whether a plan says that the date of a task comes from outside, so that no link can replace it: somebody else delivers,
/// the time for the change was agreed, it is at the weekend on purpose, or its notes say why. Notes of other tools say
/// anything at all.
fn is_from_outside(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let it = ctx.model.task(task);
    let is_noted = it.notes().is_some_and(|notes| !ctx.text(notes).trim().is_empty());
    it.external().is_some_and(|flag| flag.value)
        || it.expect().is_some()
        || it.window().is_some()
        || it.weekend().is_some_and(|flag| flag.value)
        || (is_noted && ctx.is_native(it.plan))
}

/// What a task and the phases around it come to together, from the outermost phase to the task. What is known of a phase
/// is kept in `known`, so that each is asked once, however many tasks are inside.
fn with_phases<T: Copy>(
    ctx: &Ctx<'_>,
    known: &mut FxHashMap<TaskId, T>,
    task: TaskId,
    nothing: T,
    add: impl Fn(T, TaskId) -> T,
) -> T {
    let mut unknown = Vec::new();
    let mut so_far = nothing;
    for it in std::iter::once(task).chain(ctx.network.hierarchy.ancestors(task)) {
        if let Some(found) = known.get(&it) {
            so_far = *found;
            break;
        }
        unknown.push(it);
    }
    for it in unknown.into_iter().rev() {
        so_far = add(so_far, it);
        if it != task {
            known.insert(it, so_far);
        }
    }
    so_far
}

/// Whether a plan is large enough and enough of its tasks are linked to speak of its logic.
fn has_logic(ctx: &Ctx<'_>, plan: PlanId) -> bool {
    // A smaller plan has no chain to speak of.
    const SMALLEST: usize = 5;
    // Where a smaller share is linked, in per cent, nobody has tried.
    const LINKED: usize = 25;
    let (mut leaves, mut linked) = (0_usize, 0_usize);
    for (task, _) in ctx.open_leaves_of(plan).filter(|(task, _)| is_discrete(ctx, *task)) {
        leaves += 1;
        linked += usize::from(ctx.schedule.start_by_links(ctx.model, task).is_some());
    }
    leaves >= SMALLEST && linked * 100 >= leaves * LINKED
}

/// Kinds of work that may wait for their day of the week: decisions are made when people meet, and help comes on a Monday.
/// Changes may, too.
const PICK_THEIR_DAY: [&str; 7] =
    ["gate", "go-no-go", "approval", "meeting", "support", "hypercare", "floor-support"];

/// Working days of a week.
const WEEK: i64 = 5;

/// A task that a date of its own holds longer than everything else does.
struct HeldByDate {
    /// When it starts.
    begins: Moment,
    /// When it could, by its links, the start of the plan and the status date.
    possible: Moment,
    /// Working days of its calendar in between.
    days: i64,
}

/// Whether a date of its own, and not what comes before it, decides when a task starts; `pick` are [`PICK_THEIR_DAY`].
/// Nothing where no link holds it, and where the plan explains the date.
fn held_by_date(ctx: &Ctx<'_>, task: TaskId, pick: &KindSet) -> Option<HeldByDate> {
    if ctx.schedule.driver(task) != Driver::Date || is_from_outside(ctx, task) {
        return None;
    }
    let plan = ctx.model.task(task).plan;
    let begins = ctx.schedule.early_start(ctx.model, task)?;
    let by_links = ctx.schedule.start_by_links(ctx.model, task)?;
    let entry = ctx.model.plan(plan);
    let status = entry.header.status_date().filter(|_| entry.schedule.tool != ScheduleTool::MsProject);
    let floors = [status, entry.header.start()].into_iter().flatten().map(|date| date.value);
    let possible = floors.chain([by_links]).max_by_key(|moment| moment.as_start())?;
    let minutes = ctx.schedule.minutes_between(task, possible, begins);
    let days = minutes / ctx.schedule.minutes_per_day(task);
    let picks_its_day = ctx.facts.changes().binary_search(&task).is_ok() || pick.contains(ctx.kind(task));
    // Less than a day is no waiting.
    let is_waiting = days >= if picks_its_day { WEEK + 1 } else { 1 };
    (is_waiting && !is_after_freeze(ctx, plan, possible, begins)).then_some(HeldByDate {
        begins,
        possible,
        days,
    })
}

/// Whether a freeze lies between two moments and ends in the week before the later one: then it explains the wait.
fn is_after_freeze(ctx: &Ctx<'_>, plan: PlanId, from: Moment, to: Moment) -> bool {
    ctx.model.plan(plan).range(EntityKind::Freeze).any(|number| {
        ctx.model.freezes[number].finish().is_some_and(|finish| {
            let last = finish.value.date;
            let is_between = last >= from.date && last < to.date;
            is_between && ctx.schedule.days_between(plan, last, to.date) <= WEEK + 1
        })
    })
}

/// A constraint in words, such as `start no earlier than 2027-01-11`.
fn constraint_in_words(constraint: Constraint) -> String {
    let kind = match constraint.kind {
        ConstraintKind::AsSoonAsPossible => "as soon as possible",
        ConstraintKind::AsLateAsPossible => "as late as possible",
        ConstraintKind::StartNoEarlier => "start no earlier than",
        ConstraintKind::StartNoLater => "start no later than",
        ConstraintKind::FinishNoEarlier => "finish no earlier than",
        ConstraintKind::FinishNoLater => "finish no later than",
        ConstraintKind::MustStart => "must start on",
        ConstraintKind::MustFinish => "must finish on",
        ConstraintKind::StartOn => "start on",
        ConstraintKind::FinishOn => "finish on",
    };
    constraint.date.map_or_else(|| kind.to_owned(), |date| format!("{kind} {}", date.date))
}

/// The date of its own that holds a task, in words, and where it stands.
fn own_date(ctx: &Ctx<'_>, task: TaskId) -> Option<(String, Span)> {
    let it = ctx.model.task(task);
    let imported = ctx.model.imported(task);
    let dated = it.constraint().filter(|constraint| constraint.value.date.is_some());
    let dated = dated.or_else(|| imported.and_then(|imported| imported.second_constraint));
    if let Some(constraint) = dated {
        return Some((constraint_in_words(constraint.value), constraint.span));
    }
    if let Some(start) = imported.and_then(|imported| imported.manual?.start) {
        return Some((format!("start by hand on {}", start.value.date), start.span));
    }
    let start = it.start().map(|start| (format!("start {}", start.value.date), start.span));
    start.or_else(|| it.finish().map(|finish| (format!("finish {}", finish.value.date), finish.span)))
}

/// `12 %`, rounded down to the nearest, so that nothing looks better than it is.
fn per_cent(part: usize, whole: usize) -> String {
    format!("{} %", part * 100 / whole.max(1))
}

/// The codes of this family that all rules together find in a plan, with their places: one rule, `CODE line:column`.
#[cfg(test)]
fn found(code: &str, plan: &str) -> Vec<String> {
    let mut codes = super::testing::codes(plan);
    codes.retain(|found| found.starts_with(code));
    codes
}
