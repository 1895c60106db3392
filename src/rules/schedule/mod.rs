//! SCH: can the dates be believed?

use jiff::ToSpan;

use super::{Ctx, Native, counted};
use crate::finding::Finding;
use crate::model::{Effort, ImportedKind, LinkKind, Moment, PlanId, TaskId};
use crate::network::Predecessor;
use crate::schedule::Driver;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[];

/// Tasks of a chain shown in one finding; the rest is counted.
const MOST_SHOWN: usize = 7;

/// What drives what: for each task the one whose dates set its own. Found once a check, in one pass.
struct Driving {
    /// By phase, what inside it begins first and ends last; empty where there is no phase.
    first_inside: Vec<Option<TaskId>>,
    last_inside: Vec<Option<TaskId>>,
}

impl Driving {
    fn new(ctx: &Ctx<'_>) -> Self {
        let hierarchy = &ctx.network.hierarchy;
        let all = || (0..ctx.model.tasks.len() as u32).map(TaskId);
        if all().all(|task| hierarchy.is_leaf(task)) {
            return Self { first_inside: Vec::new(), last_inside: Vec::new() };
        }
        let inside = |date: &dyn Fn(TaskId) -> Option<Moment>| {
            let mut found: Vec<Option<TaskId>> = vec![None; ctx.model.tasks.len()];
            for leaf in all().filter(|task| hierarchy.is_leaf(*task)) {
                let Some(own) = date(leaf) else { continue };
                // A phase that has its task already, and those around it on the same date, were seen to by that task.
                let around = hierarchy.ancestors(leaf);
                for phase in around.take_while(|phase| date(*phase) == Some(own)) {
                    if found[phase.index()].is_some() {
                        break;
                    }
                    found[phase.index()] = Some(leaf);
                }
            }
            found
        };
        Self {
            first_inside: inside(&|task| ctx.schedule.early_start(ctx.model, task)),
            last_inside: inside(&|task| ctx.schedule.early_finish(ctx.model, task)),
        }
    }

    /// The task that sets the dates of another one, done or not, where a link does. Of a phase it is the task inside it
    /// that begins first or ends last, as the link asks.
    fn predecessor(&self, ctx: &Ctx<'_>, task: TaskId) -> Option<TaskId> {
        let Driver::Link(link) = ctx.schedule.driver(task) else { return None };
        let link = link as usize;
        let Predecessor::Task(from) = ctx.network.references.likely_predecessor(link) else { return None };
        if ctx.is_leaf(from) {
            return Some(from);
        }
        let inside = match ctx.model.arenas.links[link].kind {
            LinkKind::StartStart | LinkKind::StartFinish => &self.first_inside,
            LinkKind::FinishStart | LinkKind::FinishFinish => &self.last_inside,
        };
        inside.get(from.index()).copied().flatten()
    }

    /// The open tasks that drive a task, one after the other, and the task itself as the last. The first is driven by
    /// something else: see [`Schedule::driver`](crate::schedule::Schedule::driver).
    fn chain(&self, ctx: &Ctx<'_>, task: TaskId) -> Vec<TaskId> {
        let mut chain = vec![task];
        let mut at = task;
        while let Some(before) = self.predecessor(ctx, at).filter(|before| ctx.is_open(*before)) {
            chain.push(before);
            at = before;
        }
        chain.reverse();
        chain
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

/// Whether one moment lies after another, as ends of something: a day without a time ends at its end.
fn ends_after(finish: Moment, promised: Moment) -> bool {
    finish.as_finish() > promised.as_finish()
}

/// The steps of a chain that are shown: the first ones and the last ones, and between them how many are left out.
fn shown(chain: &[TaskId]) -> (&[TaskId], usize, &[TaskId]) {
    if chain.len() <= MOST_SHOWN {
        return (chain, 0, &[]);
    }
    let first = MOST_SHOWN / 2;
    let last = chain.len() - (MOST_SHOWN - first);
    (&chain[..first], last - first, &chain[last..])
}

/// A chain in words: `"A" (a), then "B" (b), then 4 more, then "C" (c)`.
fn chain_in_words(ctx: &Ctx<'_>, chain: &[TaskId]) -> String {
    let (first, more, last) = shown(chain);
    let mut steps: Vec<String> = first.iter().map(|task| ctx.name(*task)).collect();
    if more > 0 {
        steps.push(format!("{more} more"));
    }
    steps.extend(last.iter().map(|task| ctx.name(*task)));
    steps.join(", then ")
}

/// Shows the steps of a chain, each at its place with its dates.
fn label_chain(ctx: &Ctx<'_>, mut finding: Finding, chain: &[TaskId]) -> Finding {
    let (first, _, last) = shown(chain);
    let numbered = (1..).zip(first).chain((chain.len() + 1 - last.len()..).zip(last));
    for (number, task) in numbered {
        let day = |moment: Option<Moment>| moment.map_or_else(|| "?".to_owned(), |it| it.date.to_string());
        let start = day(ctx.start(*task).map(|it| it.value));
        let finish = day(ctx.finish(*task).map(|it| it.value));
        let dates = if start == finish { format!("on {start}") } else { format!("{start} to {finish}") };
        finding = finding.label(ctx.place(*task), format!("step {number} of {}: {dates}", chain.len()));
    }
    finding
}

/// The codes of this family that all rules together find in a plan, with their places: one rule, `CODE line:column`.
#[cfg(test)]
fn found(code: &str, plan: &str) -> Vec<String> {
    let mut codes = super::testing::codes(plan);
    codes.retain(|found| found.starts_with(code));
    codes
}
