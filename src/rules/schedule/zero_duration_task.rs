//! SCH002: work that takes no time, or an event that takes some.

use super::is_level_of_effort;
use crate::finding::Fix;
use crate::model::{ImportedKind, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "SCH002", check };

/// Words of titles that speak of an event.
const EVENTS: &[&str] = &[
    "milestone",
    "complete",
    "completed",
    "completion",
    "start",
    "started",
    "begin",
    "begins",
    "end",
    "ends",
    "finish",
    "finished",
    "done",
    "approved",
    "approval",
    "signed",
    "accepted",
    "acceptance",
    "awarded",
    "award",
    "received",
    "delivered",
    "released",
    "ready",
    "live",
    "kick-off",
    "kickoff",
    "go-live",
    "gate",
    "decision",
    "go/no-go",
    "notice",
    "available",
    "access",
    "handover",
    "deadline",
    "due",
];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let gates = ctx.kinds(&["gate", "go-no-go", "approval"]);
    for (task, it) in ctx.open_leaves() {
        let Some(duration) = it.duration() else { continue };
        // What others deliver is theirs to plan, and support is as long as what it supports.
        if it.external().is_some_and(|flag| flag.value) || is_level_of_effort(ctx, task) {
            continue;
        }
        let is_no_time = duration.value.is_zero();
        if ctx.is_milestone(task) {
            // P6 has milestones that cannot last, whatever is stored beside them.
            if !is_no_time && !is_milestone_of_p6(ctx, task) {
                let mut finding = ctx.finding_at(entity(task), duration.span).variant("milestone");
                if let Some(flag) = it.milestone() {
                    finding = finding.label(flag.span, "an event");
                    if ctx.is_native(it.plan) {
                        let fix = Fix::not_safe("Take it for work: delete `milestone`");
                        finding = finding.fix(fix.drop_field(flag.span, "milestone"));
                    }
                }
                out.report(finding.param("duration", super::length(ctx, it.plan, duration.value)));
            }
        } else if is_no_time && !gates.contains(ctx.kind(task)) && !is_event_by_title(ctx, task) {
            let finding = ctx.finding_at(entity(task), duration.span);
            // Nothing is computed otherwise.
            let fix = Fix::safe("Make it a milestone").set(ctx.place(task), "milestone", "true");
            out.report(if ctx.is_native(it.plan) { finding.fix(fix) } else { finding });
        }
    }
}

fn is_milestone_of_p6(ctx: &Ctx<'_>, task: TaskId) -> bool {
    ctx.model.imported(task).is_some_and(|imported| {
        matches!(imported.kind, ImportedKind::StartMilestone | ImportedKind::FinishMilestone)
    })
}

/// Whether the title of a task speaks of something that happens rather than of work.
fn is_event_by_title(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let title = ctx.model.task(task).title().map_or("", |title| ctx.text(title));
    let is_part = |c: char| c.is_alphanumeric() || c == '-' || c == '/';
    title.split(|c: char| !is_part(c)).any(|word| EVENTS.iter().any(|event| word.eq_ignore_ascii_case(event)))
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn is_found(rest: &str) -> bool {
        !found("SCH002", &format!("[plan]\n[task]\na = {{ {rest} }}\n")).is_empty()
    }

    #[test]
    fn work_takes_time_and_events_take_none() {
        assert!(is_found("title = \"Paint the wall\", duration = \"0d\""));
        assert!(!is_found("title = \"Paint the wall\", duration = \"0d\", milestone = true"));
        assert!(is_found("title = \"Paint the wall\", duration = \"2d\", milestone = true"));
        assert!(!is_found("title = \"Paint the wall\", milestone = true"));
    }

    #[test]
    fn titles_and_kinds_may_say_that_it_is_an_event() {
        assert!(!is_found("title = \"Wall is complete\", duration = \"0d\""));
        assert!(!is_found("title = \"Go-live\", duration = \"0d\""));
        assert!(!is_found("title = \"Decide\", kind = \"gate\", duration = \"0d\""));
    }

    #[test]
    fn deliveries_support_and_finished_work_are_left_alone() {
        assert!(!is_found("title = \"Paint\", duration = \"0d\", external = true"));
        assert!(!is_found("title = \"Paint\", duration = \"0d\", effort = \"level\""));
        assert!(!is_found("title = \"Paint\", duration = \"0d\", status = \"done\""));
    }
}
