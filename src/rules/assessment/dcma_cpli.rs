//! SCH113: less time to the promised date than the path to it takes.

use super::{Assessed, Lack, Limit, Part, Point, Ratio, Verdict, dcma_negative_float, each, judge};
use crate::finding::Finding;
use crate::model::{Moment, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH113", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
    each(ctx, point, |of, point| {
        let capability = of.model().plan(of.plan).capability;
        // A format that knows neither promises nor baselines is not asked for one.
        let can_say =
            ["plan.finish-by", "task.baseline.finish"].iter().any(|field| capability.carries(field));
        // A deadline or a forced date is a promise too: then point 7 is what speaks of it.
        let has_target = |point: &Point| point.verdict != Verdict::NotAssessable(Lack::Target);
        if can_say && !has_target(&point) && !has_target(&dcma_negative_float::point(of)) {
            out.report(ctx.finding(of.entity()).variant("not-assessable"));
        }
    });
}

/// (CPL + TF) / CPL, in minutes of working time of the plan: CPL from the status date to the forecast finish, TF from there
/// to the date that was promised. Without one TF is 0 by construction, and that is no pass.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let limit = Limit::AtLeast(of.integer(RULE.code, "percent"));
    let Some(finish) = of.schedule().plan_finish(of.plan) else {
        return Point::without(RULE.code, limit, Verdict::NotAssessable(Lack::Dates));
    };
    let Some(target) = target(of, finish) else {
        return Point::without(RULE.code, limit, Verdict::NotAssessable(Lack::Target));
    };
    let (length, float) = lengths(of, finish, target.date);
    let ratio = Ratio { count: length + float, base: length };
    let mut point = Point::new(RULE.code, ratio, limit, Lack::Time);
    let part = |name, count| Part { name, ratio: Ratio { count, base: 0 }, tasks: Vec::new() };
    point.parts = vec![part("path length", length), part("total float", float)];
    point
}

/// The date that was promised, and whether it is the approved finish.
#[derive(Clone, Copy)]
struct Target {
    date: Moment,
    is_baseline: bool,
}

/// `finish-by`; else the latest approved finish, where what ends last has one.
fn target(of: &Assessed<'_>, finish: Moment) -> Option<Target> {
    if let Some(promised) = of.model().plan(of.plan).header.finish_by() {
        return Some(Target { date: promised.value, is_baseline: false });
    }
    let ends_last = |task: &&TaskId| of.schedule().early_finish(of.model(), **task) == Some(finish);
    of.tasks.iter().filter(ends_last).find_map(|task| of.baseline_finish(*task))?;
    let approved = of.tasks.iter().filter_map(|task| of.baseline_finish(*task));
    approved.max_by_key(|finish| finish.as_finish()).map(|date| Target { date, is_baseline: true })
}

/// CPL and TF in minutes.
fn lengths(of: &Assessed<'_>, finish: Moment, target: Moment) -> (i64, i64) {
    let stated = of.model().plan(of.plan).header.status_date();
    let status = stated.map_or_else(|| Moment::day(of.status_date), |date| date.value);
    let schedule = of.schedule();
    (schedule.minutes_of_plan(of.plan, status, finish), schedule.minutes_of_plan(of.plan, finish, target))
}

fn words(of: &Assessed<'_>, _: &Point, finding: Finding) -> Finding {
    let Some(finish) = of.schedule().plan_finish(of.plan) else { return finding };
    let Some(target) = target(of, finish) else { return finding };
    let (length, float) = lengths(of, finish, target.date);
    let days = |minutes: i64| of.schedule().days_of_plan(of.plan, minutes).to_string();
    let mut finding = finding
        .param("finish", finish.date.to_string())
        .param("target", target.date.date.to_string())
        .param("date", of.status_date.to_string())
        .param("length", days(length))
        .param(
            "late",
            format!("{} working {}", days(-float), if days(-float) == "1" { "day" } else { "days" }),
        )
        .param("float", format!("- {}", days(-float)));
    if let Some(promised) = of.model().plan(of.plan).header.finish_by() {
        finding = finding.label(promised.span, "the date that was promised");
    }
    if target.is_baseline { finding.variant("baseline") } else { finding }
}
