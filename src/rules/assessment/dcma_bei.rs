//! SCH114: fewer tasks finished than were to be finished by now.

use super::{Assessed, Lack, Limit, Part, Point, Ratio, Verdict, judge};
use crate::finding::Finding;
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH114", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// Tw completed / (Tw due by the status date + Tw without baseline finish).
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let limit = Limit::AtLeast(of.integer(RULE.code, "percent"));
    if !of.has_baseline() {
        return Point::without(RULE.code, limit, Verdict::NotAssessable(Lack::Baseline));
    }
    let work: Vec<TaskId> = of.work(RULE.code, &of.tasks).collect();
    let is_done = |task: &TaskId| !of.is_unfinished(*task);
    let due = work.iter().filter(|task| of.is_due(**task)).count();
    // Before anything was due, nobody is behind.
    if due == 0 {
        return Point::without(RULE.code, limit, Verdict::NotApplicable(Lack::Due));
    }
    let counts_open = of.word(RULE.code, "unbaselined") != "completed";
    let added = work.iter().filter(|task| of.baseline_finish(**task).is_none());
    let added = added.filter(|task| counts_open || is_done(task)).count();
    let done = work.iter().filter(|task| is_done(task)).count();
    let ratio = Ratio { count: done as i64, base: (due + added) as i64 };
    let mut point = Point::new(RULE.code, ratio, limit, Lack::Due);
    let late = work.iter().filter(|task| of.is_due(**task) && !is_done(task));
    point.offenders = late.map(|task| of.offender(*task)).collect();
    let part = |name, count: usize| Part {
        name,
        ratio: Ratio { count: count as i64, base: ratio.base },
        tasks: Vec::new(),
    };
    point.parts = vec![part("due", due), part("without baseline", added)];
    point
}

/// Tasks finished on or before their baseline finish, of those that were due by the status date: the hit-task percentage.
pub(super) fn hits(of: &Assessed<'_>) -> Ratio {
    let due: Vec<TaskId> = of.work(RULE.code, &of.tasks).filter(|task| of.is_due(*task)).collect();
    let is_hit = |task: &&TaskId| {
        let actual = of.task(**task).actual_finish().map(|finish| finish.value.date);
        actual
            .is_some_and(|actual| of.baseline_finish(**task).is_some_and(|approved| actual <= approved.date))
    };
    Ratio { count: due.iter().filter(is_hit).count() as i64, base: due.len() as i64 }
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    let hits = hits(of);
    let count = |name: &str| point.part(name).map_or(0, |part| part.ratio.count).to_string();
    let mut late = super::first_ten(&point.offenders, |it| of.name(it.task));
    if !late.is_empty() {
        late = format!("; due and not finished: {late}");
    }
    let finding = of.shown_tasks(point, finding, |_| "due and not finished".to_owned());
    finding
        .param("late", late)
        .param("date", of.status_date.to_string())
        .param("due", count("due"))
        .param("added", count("without baseline"))
        .param("hits", format!("{} of {} = {} %", hits.count, hits.base, hits.percent(0)))
}
