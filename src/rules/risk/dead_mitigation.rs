//! RSK008: a mitigation that was dropped, belongs to nobody or has no place in time.

use super::{mitigations, open_risks};
use crate::model::{Effort, TaskId};
use crate::rules::facts::Progress;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK008", check };

/// Why a mitigation will not happen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Cancelled,
    Unowned,
    Undated,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if open_risks(ctx).next().is_none() {
        return;
    }
    let owned = plans_with_owners(ctx);
    for (entity, risk) in open_risks(ctx) {
        for (mitigation, place) in mitigations(ctx, risk) {
            let Some(cause) = cause(ctx, &owned, mitigation) else { continue };
            let finding = ctx
                .finding_at(entity, place)
                .subject(ctx.text(ctx.model.task(mitigation).id))
                .param("mitigation", ctx.name(mitigation));
            let here = match ctx.model.task(mitigation).status() {
                Some(status) if cause == Cause::Cancelled => status.span,
                _ => ctx.place(mitigation),
            };
            out.report(match cause {
                Cause::Cancelled => finding.label(here, "canceled here"),
                Cause::Unowned => finding.variant("unowned").label(here, "nobody owns it"),
                Cause::Undated => finding.variant("undated").label(here, "no dates, no duration"),
            });
        }
    }
}

/// Why a mitigation will not happen, if it will not. RSK003 and RSK004 are silent about it then.
pub(super) fn cause(ctx: &Ctx<'_>, owned: &[bool], mitigation: TaskId) -> Option<Cause> {
    match ctx.progress(mitigation) {
        Progress::Cancelled => return Some(Cause::Cancelled),
        // Somebody has done it, whoever and whenever.
        Progress::Done => return None,
        Progress::Open => {}
    }
    // The tasks inside a phase have owners and dates of their own, or OWN001 and SCH001 ask for them.
    if !ctx.is_leaf(mitigation) {
        return None;
    }
    let task = ctx.model.task(mitigation);
    let is_owned = ctx.has_owner(mitigation) || !task.helpers().is_empty();
    // Where no task has an owner, OWN001 says so once for the plan.
    if !is_owned && owned[task.plan.index()] {
        return Some(Cause::Unowned);
    }
    // An event takes no time, and support lasts as long as what it supports.
    let is_excused =
        ctx.is_milestone(mitigation) || task.effort().is_some_and(|effort| effort.value == Effort::Level);
    (!is_excused && !has_place_in_time(ctx, mitigation)).then_some(Cause::Undated)
}

/// Whether a plan says anything about when a task happens or how long it takes.
fn has_place_in_time(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let it = ctx.model.task(task);
    let durations = [it.duration(), it.remaining(), it.duration_low(), it.duration_high()];
    ctx.start(task).is_some()
        || ctx.finish(task).is_some()
        || durations.iter().any(|duration| duration.is_some())
        || it.deadline().is_some()
        || it.expect().is_some()
        || it.window().is_some()
        || it.constraint().is_some_and(|constraint| constraint.value.date.is_some())
}

/// For each plan whether anything in it has an owner.
pub(super) fn plans_with_owners(ctx: &Ctx<'_>) -> Vec<bool> {
    let plans = ctx.model.plan_ids();
    plans
        .map(|plan| {
            ctx.model.plan(plan).header.owner_default().is_some()
                || ctx.model.tasks_of(plan).any(|(_, task)| {
                    task.owner().is_some() || task.owner_default().is_some() || !task.helpers().is_empty()
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    /// Risk `r` counts on `m`; it is named in line 3.
    fn found(tasks: &str) -> Vec<String> {
        places(
            "RSK008",
            &format!(
                "[plan]\n[risk.r]\nmitigations = [\"m\"]\ntitle = \"R\"\n[person]\np = {{ name = \"P\" }}\n\
                 [task]\nother = {{ title = \"O\", owner = \"p\" }}\n{tasks}\n"
            ),
        )
    }

    #[test]
    fn who_and_when() {
        assert!(found("m = { title = \"M\", owner = \"p\", duration = \"5d\" }").is_empty());
        assert_eq!(found("m = { title = \"M\", duration = \"5d\" }"), ["3:17"]);
        assert_eq!(found("m = { title = \"M\", owner = \"p\" }"), ["3:17"]);
        assert_eq!(found("m = { title = \"M\" }"), ["3:17"]);
        assert!(found("m = { title = \"M\", owner = \"p\", deadline = 2026-11-06 }").is_empty());
        assert!(found("m = { title = \"M\", helpers = [\"p\"], finish = 2026-11-06 }").is_empty());
        assert!(found("m = { title = \"M\", owner = \"TBD\", duration = \"5d\" }").is_empty());
    }

    #[test]
    fn done_work_was_done_by_somebody() {
        assert!(found("m = { title = \"M\", status = \"done\" }").is_empty());
    }

    #[test]
    fn events_support_and_phases_need_no_duration() {
        assert!(found("m = { title = \"M\", owner = \"p\", milestone = true }").is_empty());
        assert_eq!(found("m = { title = \"M\", milestone = true }"), ["3:17"]);
        assert!(found("m = { title = \"M\", owner = \"p\", effort = \"level\" }").is_empty());
        assert!(found("m = { title = \"M\" }\na = { title = \"A\", parent = \"m\" }").is_empty());
    }

    #[test]
    fn a_phase_is_dropped_with_all_that_is_inside() {
        let inside = |status: &str| {
            format!(
                "m = {{ title = \"M\" }}\na = {{ title = \"A\", parent = \"m\", status = \"cancelled\" }}\n\
                 b = {{ title = \"B\", parent = \"m\", status = \"{status}\" }}"
            )
        };
        assert_eq!(found(&inside("cancelled")), ["3:17"]);
        assert!(found(&inside("planned")).is_empty());
        assert!(found(&inside("done")).is_empty());
    }

    #[test]
    fn where_nobody_owns_anything_one_other_finding_says_so() {
        let plan = "[plan]\n[risk]\nr = { title = \"R\", mitigations = [\"m\"] }\n[task]\nm = { title = \"M\", duration = \"5d\" }\n";
        assert!(places("RSK008", plan).is_empty());
    }

    #[test]
    fn closed_risks_count_on_nothing() {
        let plan = "[plan]\n[risk]\nr = { title = \"R\", mitigations = [\"m\"], status = \"closed\" }\n\
                    [task]\nm = { title = \"M\", status = \"cancelled\" }\n";
        assert!(places("RSK008", plan).is_empty());
    }
}
