//! SCH112: a critical task slips, and the end of the plan does not.

use super::{Assessed, Lack, Limit, Part, Point, Ratio, Verdict, dcma_hard_constraints, judge};
use crate::finding::Finding;
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink, listed};
use crate::schedule::{Delayed, Swallowed, Swallower};

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

/// The first unfinished task on the driving path. An event has no duration that could grow.
fn first(of: &Assessed<'_>) -> Option<TaskId> {
    let path = of.unfinished.iter().copied();
    let path = path.filter(|task| of.schedule().is_on_longest_path(*task) && !of.is_milestone(*task));
    path.min_by_key(|task| (of.schedule().early_start(of.model(), *task), of.run.network.graph.node(*task)))
}

/// What becomes of the plan; of all plans of the run together, so that the schedule is computed once more and not oftener.
fn delayed<'r>(of: &Assessed<'r>) -> Option<&'r Delayed> {
    let run = of.run;
    let all = run.delayed.get_or_init(|| {
        let firsts: Vec<TaskId> = run
            .model
            .plan_ids()
            .filter(|plan| !run.model.plan(*plan).schedule.backwards)
            .filter_map(|plan| first(&Assessed::new(run, plan, of.settings)))
            .collect();
        let delayed = run.schedule.delayed(run.model, run.network, &firsts, DAYS);
        delayed.into_iter().map(|it| (run.model.task(it.task).plan, it)).collect()
    });
    all.get(&of.plan)
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    let Some(delayed) = delayed(of) else { return finding };
    let reason = |task: TaskId| {
        let swallowed = delayed.swallowed.iter().find(|it| it.task == task);
        swallowed.map_or_else(String::new, |it| reason(of, *it))
    };
    let finding = of.shown_tasks(point, finding, |task| format!("the delay ends here: {}", reason(task)));
    let places = delayed.swallowed.iter().take(super::MOST_SHOWN);
    let places = listed(places.map(|it| format!("{} ({})", of.name(it.task), reason(it.task))));
    let is_shown = point.offenders.iter().any(|it| it.task == delayed.task);
    let finding = match is_shown {
        true => finding,
        false => finding.label(of.task(delayed.task).id.span(), "made 600 working days longer"),
    };
    finding.param("task", of.name(delayed.task)).param("places", places)
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
        Swallower::Start(other) => {
            format!("it waits for the start of {}, and not for its end", of.name(other))
        }
        Swallower::Nothing => "nothing that sets the finish waits for its end".to_owned(),
    }
}
