//! SCH111: tasks that are later than was approved.

use super::{Assessed, Lack, Limit, Point, Verdict, judge};
use crate::finding::Finding;
use crate::model::{Moment, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH111", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// (Tw due by the status date that finished, or are expected to finish, after their baseline finish) / (Tw due).
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let percent = of.integer(RULE.code, "percent");
    if !of.has_baseline() {
        return Point::without(RULE.code, Limit::AtMost(percent), Verdict::NotAssessable(Lack::Baseline));
    }
    let due: Vec<TaskId> = of.work(RULE.code, &of.tasks).filter(|task| of.is_due(*task)).collect();
    let missed = due.iter().filter(|task| is_missed(of, **task)).map(|task| of.offender(*task)).collect();
    Point::counted(RULE.code, missed, due.len(), percent, Lack::Due)
}

fn is_missed(of: &Assessed<'_>, task: TaskId) -> bool {
    let after = |finish: Moment| of.baseline_finish(task).is_some_and(|approved| finish.date > approved.date);
    finish(of, task).is_some_and(after)
}

/// When a task was finished, else when it is expected to be. Nobody knows it of one that is done without a date.
fn finish(of: &Assessed<'_>, task: TaskId) -> Option<Moment> {
    let actual = of.task(task).actual_finish().map(|finish| finish.value);
    actual.or_else(|| of.forecast_finish(task).filter(|_| of.is_unfinished(task)))
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    let label = |task: TaskId| {
        let word = if of.is_unfinished(task) { "expected" } else { "finished" };
        let date = |it: Option<Moment>| it.map_or_else(String::new, |it| it.date.to_string());
        format!("{word} {}, approved {}", date(finish(of, task)), date(of.baseline_finish(task)))
    };
    of.shown_tasks(point, finding, label).param("date", of.status_date.to_string())
}
