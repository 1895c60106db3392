//! SCH106: too many tasks with a great deal of float.

use std::cmp::Reverse;

use super::{Assessed, Lack, Limit, Point, Verdict, judge};
use crate::finding::Finding;
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink};
use crate::schedule::Days;

pub(super) const RULE: Native = Native { code: "SCH106", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// I with total float over 44 working days of their calendar / I. 44.0 is not over.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let (days, percent) = (of.integer(RULE.code, "days"), of.integer(RULE.code, "percent"));
    let floats = of.unfinished.iter().filter_map(|task| Some((of.float(*task)?, *task)));
    let floats: Vec<(Days, TaskId)> = floats.collect();
    if floats.is_empty() && !of.unfinished.is_empty() {
        return Point::without(RULE.code, Limit::AtMost(percent), Verdict::NotAssessable(Lack::Dates));
    }
    let mut high: Vec<_> = floats.into_iter().filter(|(float, _)| float.compare(days).is_gt()).collect();
    high.sort_by_key(|(float, task)| (Reverse(float.thousandths()), *task));
    let high = high.into_iter().map(|(_, task)| of.offender(task)).collect();
    Point::counted(RULE.code, high, of.unfinished.len(), percent, Lack::Tasks)
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    of.shown_tasks(point, finding, |task| label(of, task))
        .param("days", of.integer(RULE.code, "days").to_string())
}

/// How much float a task has.
pub(super) fn label(of: &Assessed<'_>, task: TaskId) -> String {
    of.float(task).map_or_else(String::new, |float| format!("float {float} days"))
}
