//! SCH024: a large piece of work right ahead, in one piece.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::model::{PlanId, Task, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};
use crate::source::Span;

use super::is_discrete;

pub(super) const RULE: Native = Native { code: "SCH024", check };

/// What begins within so many days is near.
const NEAR: i64 = 30;

/// Kinds of work in which time passes on purpose, or at somebody else's: a long one is no large one.
const WATCHING: [&str; 10] = [
    "delivery",
    "procurement",
    "support",
    "hypercare",
    "floor-support",
    "early-life-support",
    "meeting",
    "communication",
    "monitor-mode",
    "parallel-run",
];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let watching = ctx.kinds(&WATCHING);
    for (task, it) in ctx.open_leaves().filter(|(task, _)| is_discrete(ctx, *task)) {
        let plan = it.plan;
        // Work under way has been agreed as it is; a delivery is somebody else's to cut up.
        let is_delivery = it.external().is_some_and(|flag| flag.value);
        if ctx.is_started(task) || is_delivery || watching.contains(ctx.kind(task)) {
            continue;
        }
        let Some(start) = ctx.start(task).map(|start| start.value.date) else { continue };
        let today = ctx.status_date(plan);
        // What should have begun already is late, and that is more urgent than its size.
        if start < today || start > today.saturating_add(NEAR.days()) {
            continue;
        }
        let Some((days, place)) = length(ctx, plan, it, task) else { continue };
        if days > ctx.integer(plan, "days").saturating_mul(1000) {
            let finding = ctx.finding_at(entity(task), place);
            out.report(finding.param("start", start.to_string()).param("days", (days / 1000).to_string()));
        }
    }
}

/// How long a task takes, in thousandths of a working day, and where that is written. Nothing for elapsed time: then it
/// is waiting.
fn length(ctx: &Ctx<'_>, plan: PlanId, it: &Task, task: TaskId) -> Option<(i64, Span)> {
    if let Some(duration) = it.duration() {
        let days = ctx.schedule.day_thousandths(plan, duration.value);
        return (!duration.value.is_elapsed()).then_some((days, duration.span));
    }
    let (start, finish) = (it.start()?, it.finish()?);
    let after: Date = finish.value.date.saturating_add(1.day());
    let days = ctx.schedule.days_between(plan, start.value.date, after);
    Some((days.saturating_mul(1000), ctx.place(task)))
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn plan(task: &str) -> Vec<String> {
        found("SCH024", &format!("[plan]\nstart = 2026-10-05\n[task.a]\ntitle = \"A\"\n{task}\n"))
    }

    #[test]
    fn more_than_twenty_working_days_are_too_long() {
        assert_eq!(plan("duration = \"21d\""), ["SCH024 5:13"]);
        assert!(plan("duration = \"20d\"").is_empty());
        assert_eq!(plan("start = 2026-10-05\nfinish = 2026-11-02"), ["SCH024 3:7"]);
        assert!(plan("start = 2026-10-05\nfinish = 2026-10-30").is_empty());
    }

    #[test]
    fn only_what_begins_within_thirty_days_counts() {
        assert_eq!(plan("duration = \"30d\"\nstart = 2026-11-01").len(), 1);
        assert!(plan("duration = \"30d\"\nstart = 2026-11-02").is_empty());
        assert!(plan("duration = \"30d\"\nstart = 2026-09-30").is_empty(), "that one is late");
        assert!(plan("duration = \"30d\"\nactual-start = 2026-10-02").is_empty(), "under way");
    }

    #[test]
    fn waiting_watching_and_deliveries_may_be_long() {
        for more in
            ["external = true", "effort = \"level\"", "kind = \"hypercare\"", "status = \"cancelled\""]
        {
            assert!(plan(&format!("duration = \"30d\"\n{more}")).is_empty(), "{more}");
        }
        assert!(plan("duration = \"30ed\"").is_empty());
    }
}
