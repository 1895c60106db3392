//! SCH107: tasks that are too late already.

use super::{Assessed, Lack, Limit, Point, Verdict, dcma_high_float, judge};
use crate::finding::Finding;
use crate::model::{Status, TaskId};
use crate::rules::{Ctx, Native, Sink};
use crate::schedule::Days;

pub(super) const RULE: Native = Native { code: "SCH107", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// I with total float < 0 / I. Without a date that can be missed float is never negative, so that is no pass.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let floats = of.unfinished.iter().filter_map(|task| Some((of.float(*task)?, *task)));
    let floats: Vec<(Days, TaskId)> = floats.collect();
    let mut late: Vec<_> = floats.iter().filter(|(float, _)| float.compare(0).is_lt()).collect();
    if late.is_empty() && !of.unfinished.is_empty() {
        let lack = match (floats.is_empty(), has_target(of)) {
            (true, _) => Some(Lack::Dates),
            (false, false) => Some(Lack::Target),
            (false, true) => None,
        };
        if let Some(lack) = lack {
            return Point::without(RULE.code, Limit::AtMost(0), Verdict::NotAssessable(lack));
        }
    }
    late.sort_by_key(|(float, task)| (float.thousandths(), *task));
    let late = late.into_iter().map(|(_, task)| of.offender(*task)).collect();
    Point::counted(RULE.code, late, of.unfinished.len(), 0, Lack::Tasks)
}

/// Whether anything in the plan has a date that can be missed. What a phase promises holds everything inside it.
fn has_target(of: &Assessed<'_>) -> bool {
    let model = of.model();
    model.plan(of.plan).header.finish_by().is_some()
        || model.tasks_of(of.plan).any(|(task, it)| {
            let is_open =
                !super::is_complete(it) && it.status().is_none_or(|status| status.value != Status::Cancelled);
            let outside = model.imported(task).and_then(|imported| imported.external_late_finish);
            is_open
                && (it.deadline().is_some()
                    || outside.is_some()
                    || of.hard_constraints(task).next().is_some())
        })
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    of.shown_tasks(point, finding, |task| dcma_high_float::label(of, task))
}
