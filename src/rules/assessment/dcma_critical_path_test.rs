//! SCH112: a critical task slips, and the end of the plan does not.

use super::{Assessed, Lack, Limit, Part, Point, Ratio, Verdict, dcma_hard_constraints, judge};
use crate::finding::Finding;
use crate::model::{ConstraintKind, ScheduleTool, TaskId};
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};
use crate::schedule::{Delayed, Driver, Swallowed, Swallower};

pub(super) const RULE: Native = Native { code: "SCH112", check };

/// By how many working days the task is made longer: more than any float there is.
const DAYS: i64 = 600;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// With 600 working days more for the first unfinished task on the driving path, the finish moves by 600 working days of
/// its calendar. One is tolerated; and so is what other calendars count differently, while the finish still waits for it.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let limit = Limit::Days(DAYS);
    if of.model().plan(of.plan).schedule.backwards {
        return Point::without(RULE.code, limit, Verdict::NotAssessable(Lack::Backwards));
    }
    let Some(delayed) = delayed(of) else {
        return Point::without(RULE.code, limit, Verdict::NotAssessable(Lack::Path));
    };
    let ratio = Ratio { count: delayed.moved.thousandths().div_euclid(1000), base: DAYS };
    let mut point = Point::new(RULE.code, ratio, limit, Lack::Path);
    if delayed.is_passed_on {
        point.verdict = Verdict::Pass;
    }
    point.offenders = delayed.swallowed.iter().map(|it| of.offender(it.task)).collect();
    point.parts = vec![Part { name: "delayed", ratio, tasks: vec![delayed.task] }];
    point
}

/// The driving path from its first unfinished task on: from the finish of the plan back along what sets each date. Where a
/// date is forced, the path goes on to the work that the date holds back: that is what the test is for.
fn path(of: &Assessed<'_>) -> Vec<TaskId> {
    let (schedule, model) = (of.schedule(), of.model());
    let last = of.unfinished.iter().copied().filter(|task| schedule.is_on_longest_path(*task));
    let last =
        last.max_by_key(|task| (schedule.early_finish(model, *task), of.run.network.graph.node(*task)));
    // Links in a circle lead back to where one was: no path is longer than there are tasks.
    let back = std::iter::successors(last, |task| predecessor(of, *task)).take(of.unfinished.len());
    let mut path: Vec<TaskId> = back.collect();
    // An event has no duration that could grow.
    while path.pop_if(|task| of.is_milestone(*task) || !of.counts(*task)).is_some() {}
    path.reverse();
    path
}

/// What sets the dates of a task; of a task with a forced date the one it waits for longest. Finished work sets nothing
/// any more.
fn predecessor(of: &Assessed<'_>, task: TaskId) -> Option<TaskId> {
    let (schedule, model) = (of.schedule(), of.model());
    let finish = |task: TaskId| (schedule.early_finish(model, task), of.run.network.graph.node(task));
    let named = |link: usize| match of.run.network.references.likely_predecessor(link) {
        Predecessor::Task(from) if from != task => last_inside(of, from),
        _ => None,
    };
    match schedule.driver(task) {
        Driver::Link(link) => named(link as usize),
        Driver::Date if is_forced(of, task) => {
            let first = model.first_link(task);
            let links = first..first + model.links(task).len();
            links.filter_map(named).max_by_key(|from| finish(*from))
        }
        _ => None,
    }
}

/// The unfinished task itself; of a phase what ends last in it.
fn last_inside(of: &Assessed<'_>, task: TaskId) -> Option<TaskId> {
    let hierarchy = &of.run.network.hierarchy;
    let finish = |task: &TaskId| {
        (of.schedule().early_finish(of.model(), *task), of.run.network.graph.node_behind(*task))
    };
    let mut at = task;
    while !hierarchy.is_leaf(at) {
        at = hierarchy.children(at).filter(|task| of.schedule().is_known(*task)).max_by_key(finish)?;
    }
    (of.model().task(at).plan == of.plan && !super::is_complete(of.task(at))).then_some(at)
}

/// Whether the date of a task stays where it is, whatever comes before: typed by hand, or a constraint that its tool puts
/// above links.
fn is_forced(of: &Assessed<'_>, task: TaskId) -> bool {
    let options = &of.model().plan(of.plan).schedule;
    let is_caps = options.tool == ScheduleTool::MsProject;
    let is_fixed = |kind: ConstraintKind| match kind {
        ConstraintKind::MustStart | ConstraintKind::MustFinish => !is_caps || options.honors_constraints,
        ConstraintKind::StartNoLater | ConstraintKind::FinishNoLater => is_caps && options.honors_constraints,
        _ => false,
    };
    of.model().imported(task).is_some_and(|imported| imported.manual.is_some())
        || of.hard_constraints(task).any(|it| is_fixed(it.value.kind))
}

/// What becomes of the plan; of all plans of the run together, so that the schedule is computed once more and not oftener.
fn delayed<'r>(of: &Assessed<'r>) -> Option<&'r Delayed> {
    let run = of.run;
    let all = run.delayed.get_or_init(|| {
        let paths: Vec<Vec<TaskId>> = run
            .model
            .plan_ids()
            .filter(|plan| !run.model.plan(*plan).schedule.backwards)
            .map(|plan| path(&Assessed::new(run, plan, of.settings)))
            .collect();
        let delayed = run.schedule.delayed(run.model, run.network, &paths, DAYS);
        delayed.into_iter().map(|it| (run.model.task(it.task).plan, it)).collect()
    });
    all.get(&of.plan)
}

fn words(of: &Assessed<'_>, _: &Point, finding: Finding) -> Finding {
    let Some(Delayed { task, swallowed: Some(swallowed), .. }) = delayed(of) else { return finding };
    let reason = reason(of, *swallowed);
    let mut finding = finding
        .param("task", of.name(*task))
        .param("place", of.name(swallowed.task))
        .param("reason", reason.clone())
        .label(of.task(swallowed.task).id.span(), format!("the delay ends here: {reason}"));
    if swallowed.task != *task {
        finding = finding.label(of.task(*task).id.span(), "made 600 working days longer");
    }
    finding
}

/// Why a task does not pass the delay on.
fn reason(of: &Assessed<'_>, it: Swallowed) -> String {
    match it.by {
        Swallower::Date => {
            let constraint =
                of.task(it.task).constraint().filter(|constraint| constraint.value.date.is_some());
            let is_manual = of.model().imported(it.task).is_some_and(|imported| imported.manual.is_some());
            match (constraint, is_manual) {
                (_, true) => "its dates are typed by hand".to_owned(),
                (Some(constraint), false) => {
                    format!("held by {}", dcma_hard_constraints::written(constraint.value))
                }
                (None, false) => "held to a date of its own".to_owned(),
            }
        }
        Swallower::Room => "its own end waits for something else".to_owned(),
        Swallower::Start(other) => {
            format!("it waits for the start of {}, and not for its end", of.name(other))
        }
        Swallower::Nothing => "nothing that sets the finish waits for its end".to_owned(),
    }
}
