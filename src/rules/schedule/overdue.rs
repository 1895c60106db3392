//! SCH007: work that should have begun or ended by now, and has not.

use super::{days_late, is_level_of_effort, is_placeholder, working_days};
use crate::finding::{Entity, EntityKind};
use crate::model::{ConstraintKind, Moment, PlanId, ScheduleTool, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "SCH007", check };

/// From how many such tasks on a plan without any progress is told about as a whole.
const WHOLE_PLAN: usize = 5;

/// A date that has passed.
#[derive(Clone, Copy)]
struct Passed {
    task: TaskId,
    date: Spanned<Moment>,
    /// Whether it was to be finished; else it was to begin.
    is_finish: bool,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut passed: Vec<Passed> = Vec::new();
    for &plan in ctx.plans() {
        let of_plan: Vec<Passed> =
            ctx.open_leaves_of(plan).filter_map(|(task, _)| passed_date(ctx, plan, task)).collect();
        // Nobody keeps progress in this plan: that is one thing to say, not one for each task.
        if of_plan.len() >= WHOLE_PLAN && !has_progress(ctx, plan) {
            report_plan(ctx, out, plan, &of_plan);
        } else {
            passed.extend(of_plan);
        }
    }
    // What waits for something overdue cannot have begun.
    let late = ctx.network.graph.upstream(passed.iter().map(|it| (it.task, 1)));
    for it in passed.iter().filter(|it| ctx.is_started(it.task) || !late.is_at(it.task)) {
        report(ctx, out, it);
    }
}

/// The later of the dates of a task that have passed.
fn passed_date(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> Option<Passed> {
    let it = ctx.model.task(task);
    let is_typed = [it.start(), it.finish()].into_iter().flatten().all(|date| !is_placeholder(date.value));
    // Management and support end with what they support; a date that is still to be filled in is no date.
    if is_level_of_effort(ctx, task) || !is_typed {
        return None;
    }
    let today = ctx.status_date(plan);
    let has_passed = |date: &Spanned<Moment>| date.value.date < today;
    let (start, finish) = planned(ctx, plan, task);
    let finish = finish.filter(has_passed).map(|date| Passed { task, date, is_finish: true });
    let start = start.filter(|date| has_passed(date) && !ctx.is_started(task));
    finish.or(start.map(|date| Passed { task, date, is_finish: false }))
}

/// When a task is to begin and to end. Where a plan is scheduled from its status date on, what is left cannot lie before
/// it: then only dates that somebody has written down can have passed.
fn planned(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> (Option<Spanned<Moment>>, Option<Spanned<Moment>>) {
    let entry = ctx.model.plan(plan);
    let is_moved = entry.header.status_date().is_some() && entry.schedule.tool != ScheduleTool::MsProject;
    let it = ctx.model.task(task);
    if !is_moved {
        // Of work under way people know best when it will end.
        let expected = it.finish().filter(|_| ctx.is_started(task));
        return (ctx.start(task), expected.or_else(|| ctx.finish(task)));
    }
    let forced = |hard: ConstraintKind, soft: ConstraintKind| {
        let constraint = it.constraint().filter(|it| it.value.kind == hard || it.value.kind == soft)?;
        constraint.value.date.map(|date| Spanned::new(date, constraint.span))
    };
    let start = it.start().or_else(|| forced(ConstraintKind::MustStart, ConstraintKind::StartOn));
    let finish = it.finish().or_else(|| forced(ConstraintKind::MustFinish, ConstraintKind::FinishOn));
    (start, finish)
}

/// Whether anything in a plan says that work has begun.
fn has_progress(ctx: &Ctx<'_>, plan: PlanId) -> bool {
    ctx.model.tasks_of(plan).any(|(task, _)| ctx.is_started(task))
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, passed: &Passed) {
    let Passed { task, date, is_finish } = *passed;
    let plan = ctx.model.task(task).plan;
    let status = ctx.status_date(plan);
    let mut finding = ctx
        .finding_at(entity(task), date.span)
        .param("date", date.value.date.to_string())
        .param("late", working_days(days_late(ctx, plan, date.value, Moment::day(status))))
        .param("status", status.to_string());
    if ctx.is_milestone(task) {
        finding = finding.variant("event");
    } else if is_finish {
        finding = finding.variant("finish");
    }
    out.report(finding);
}

fn report_plan(ctx: &Ctx<'_>, out: &mut Sink, plan: PlanId, passed: &[Passed]) {
    let mut finding = ctx
        .finding(Entity::new(EntityKind::Plan, plan.index()))
        .variant("whole-plan")
        .param("count", passed.len().to_string())
        .param("status", ctx.status_date(plan).to_string());
    for it in passed.iter().take(3) {
        let word = if it.is_finish { "to end" } else { "to begin" };
        finding = finding.label(it.date.span, format!("was {word} on {}", it.date.value.date));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// As of Friday 2 October 2026; the task is in line 4.
    fn at(plan: &str, task: &str) -> Vec<String> {
        found("SCH007", &format!("[plan]\n{plan}\n[task]\na = {{ title = \"A\", {task} }}\n"))
    }

    #[test]
    fn a_date_that_has_passed_and_nothing_is_reported() {
        assert_eq!(at("", "start = 2026-10-01, duration = \"5d\""), ["SCH007 4:28"]);
        assert!(at("", "start = 2026-10-02, duration = \"5d\"").is_empty(), "today");
        assert!(at("", "start = 2026-10-01, duration = \"5d\", actual-start = 2026-10-01").is_empty());
        let finish = "start = 2026-09-28, finish = 2026-10-01";
        assert_eq!(at("", &format!("{finish}, actual-start = 2026-09-28")), ["SCH007 4:49"]);
        assert!(at("", &format!("{finish}, status = \"done\"")).is_empty());
        assert!(at("", &format!("{finish}, status = \"cancelled\"")).is_empty());
    }

    #[test]
    fn the_status_date_decides_where_there_is_one() {
        assert_eq!(at("status-date = 2026-10-30", "start = 2026-10-12, duration = \"5d\"").len(), 1);
        assert!(at("status-date = 2026-09-25", "start = 2026-09-28, duration = \"2d\"").is_empty());
        // The plan's start is no date that somebody has set for this task: it moves on with the status date.
        assert!(at("start = 2026-09-01\nstatus-date = 2026-10-02", "duration = \"2d\"").is_empty());
        assert_eq!(at("start = 2026-09-01", "duration = \"2d\"").len(), 1);
    }

    #[test]
    fn what_waits_for_something_overdue_is_not_named() {
        let plan = "[plan]\nstart = 2026-09-01\n[task]\na = { title = \"A\", duration = \"2d\" }\n\
            b = { title = \"B\", duration = \"2d\", depends-on = \"a\" }\n";
        assert_eq!(found("SCH007", plan), ["SCH007 4:1"]);
    }

    #[test]
    fn support_that_runs_along_and_dates_to_be_filled_in() {
        assert!(at("", "start = 2026-09-01, finish = 2026-09-30, effort = \"level\"").is_empty());
        assert!(at("", "start = 1900-01-01, duration = \"5d\"").is_empty());
    }

    #[test]
    fn a_plan_without_any_progress_is_one_finding() {
        let rows = |more: &str| {
            let mut plan = format!("[plan]\nstart = 2026-09-01\n[task]\nz = {{ title = \"Z\"{more} }}\n");
            for number in 0..5 {
                plan += &format!("t{number} = {{ title = \"T{number}\", duration = \"2d\" }}\n");
            }
            found("SCH007", &plan)
        };
        assert_eq!(rows(""), ["SCH007 1:2"]);
        assert_eq!(rows(", actual-start = 2026-09-01, actual-finish = 2026-09-02").len(), 5);
    }
}
