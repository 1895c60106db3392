//! SCH108: too many tasks that take more than two months.

use std::cmp::Reverse;

use super::{Assessed, Lack, Point, judge};
use crate::finding::Finding;
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink};
use crate::schedule::Days;

pub(super) const RULE: Native = Native { code: "SCH108", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// Iw with a baseline duration (else duration) over 44 working days / Iw; both of what begins within the horizon.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let (days, percent) = (of.integer(RULE.code, "days"), of.integer(RULE.code, "percent"));
    let work: Vec<TaskId> = of.work(RULE.code, &of.unfinished).filter(|task| is_near(of, *task)).collect();
    let durations = work.iter().filter_map(|task| Some((duration(of, *task)?, *task)));
    let mut high: Vec<_> = durations.filter(|(duration, _)| duration.compare(days).is_gt()).collect();
    high.sort_by_key(|(duration, task)| (Reverse(duration.thousandths()), *task));
    let high = high.into_iter().map(|(_, task)| of.offender(task)).collect();
    Point::counted(RULE.code, high, work.len(), percent, Lack::Tasks)
}

/// Whether a task lies in the time that is planned in detail: it begins within the horizon.
fn is_near(of: &Assessed<'_>, task: TaskId) -> bool {
    match of.integer(RULE.code, "horizon") {
        // No horizon is set.
        ..=0 => true,
        horizon => of.schedule().start(of.model(), task).is_none_or(|start| {
            of.schedule().days_between(of.plan, of.status_date, start.value.date) < horizon
        }),
    }
}

/// The approved duration of a task, stated or between its approved dates; else its duration.
fn duration(of: &Assessed<'_>, task: TaskId) -> Option<Days> {
    let (it, schedule) = (of.task(task), of.schedule());
    if let Some(approved) = it.baseline_duration() {
        return Some(schedule.duration_days(of.model(), task, approved.value));
    }
    if let (Some(start), Some(finish)) = (it.baseline_start(), it.baseline_finish()) {
        let minutes = schedule.minutes_of_plan(of.plan, start.value, finish.value);
        return Some(schedule.days_of_plan(of.plan, minutes));
    }
    Some(schedule.duration_days(of.model(), task, it.duration()?.value))
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    let label = |task| duration(of, task).map_or_else(String::new, |it| format!("{it} days"));
    of.shown_tasks(point, finding, label).param("days", of.integer(RULE.code, "days").to_string())
}
