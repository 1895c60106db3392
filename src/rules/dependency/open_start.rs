//! DEP009: a task that others wait for, and that waits for nothing.

use super::{Logic, has_own_start, is_level_of_effort, logic};
use crate::model::{PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP009", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let logic = logic(ctx);
    for &plan in ctx.plans() {
        let beginnings = Beginnings::of(ctx, logic, plan);
        for (task, it) in ctx.open_leaves_of(plan) {
            let is_open_start = logic.has_successor(task) && !logic.has_predecessor(task);
            if !is_open_start
                // Somewhere a plan must begin.
                || beginnings.milestone == Some(task)
                || beginnings.earliest == Some(task)
                // It has begun, so nothing is missing for that.
                || ctx.is_started(task)
                // A date says when: it does not float to the first day.
                || has_own_start(ctx, task)
                // What comes from outside waits for others: DEP021 asks for the date.
                || it.external().is_some_and(|flag| flag.value)
                // Management and support run along, no logic is expected.
                || is_level_of_effort(ctx, task)
            {
                continue;
            }
            out.report(ctx.task_finding(task));
        }
    }
}

/// Where a plan begins.
struct Beginnings {
    /// Its first milestone that waits for nothing.
    milestone: Option<TaskId>,
    /// What starts first.
    earliest: Option<TaskId>,
}

impl Beginnings {
    /// By the dates the plan states; what has none comes after what has one, in the order written.
    fn of(ctx: &Ctx<'_>, logic: &Logic, plan: PlanId) -> Self {
        let mut first = Self { milestone: None, earliest: None };
        let key = |task: TaskId| {
            let start = ctx.start(task).map(|start| start.value.as_start());
            (start.is_none(), start, task)
        };
        let sooner = |one: Option<TaskId>, other: TaskId| match one {
            Some(one) if key(one) <= key(other) => Some(one),
            _ => Some(other),
        };
        for (task, it) in ctx.model.tasks_of(plan) {
            // A delivery is not where the work begins, and what runs along begins nothing.
            let counts = ctx.is_leaf(task)
                && !ctx.is_cancelled(task)
                && !it.external().is_some_and(|flag| flag.value)
                && !is_level_of_effort(ctx, task)
                && logic.has_successor(task)
                && !logic.has_predecessor(task);
            if !counts {
                continue;
            }
            first.earliest = sooner(first.earliest, task);
            if ctx.is_milestone(task) {
                first.milestone = sooner(first.milestone, task);
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    /// A plan with a beginning, and one more task that another waits for.
    fn with(fields: &str) -> Vec<String> {
        let plan = "[plan]\nname = \"P\"\n[task]\nkickoff = { title = \"Kick-off\", milestone = true }\n\
                    a = { title = \"A\", depends-on = [\"kickoff\"] }\n";
        let rest = "z = { title = \"Z\", depends-on = [\"a\", \"x\"] }\n";
        found("DEP009", &format!("{plan}x = {{ title = \"X\"{fields} }}\n{rest}"))
    }

    #[test]
    fn what_waits_for_nothing_is_reported_unless_it_may() {
        assert_eq!(with(""), ["DEP009 6:1"]);
        assert_eq!(with(", constraint = \"FNLT 2026-12-01\""), ["DEP009 6:1"]);
        for excuse in [
            ", start = 2026-11-02",
            ", constraint = \"SNET 2026-11-02\"",
            ", constraint = \"MSO 2026-11-02\"",
            ", percent = 10",
            ", actual-start = 2026-09-01",
            ", status = \"in-progress\"",
            ", status = \"done\"",
            ", status = \"cancelled\"",
            ", external = true",
            ", effort = \"level\"",
            ", depends-on = [\"other/thing\"]",
        ] {
            assert!(with(excuse).is_empty(), "{excuse}");
        }
    }

    #[test]
    fn predecessors_of_the_phase_count() {
        let plan = "[task]\na = { title = \"A\" }\np = { title = \"P\", depends-on = [\"a\"] }\n\
                    x = { title = \"X\", parent = \"p\" }\ny = { title = \"Y\", parent = \"p\", depends-on = [\"x\"] }\n";
        assert!(found("DEP009", plan).is_empty());
    }

    #[test]
    fn without_milestone_and_dates_the_first_written_begins() {
        let plan = "[task]\na = { title = \"A\" }\nb = { title = \"B\" }\nc = { title = \"C\", depends-on = [\"a\", \"b\"] }\n";
        assert_eq!(found("DEP009", plan), ["DEP009 3:1"]);
    }

    #[test]
    fn a_delivery_is_not_the_beginning() {
        let plan = "[task]\nb = { title = \"B\" }\n\
                    a = { title = \"A\", external = true, start = 2026-11-02 }\n\
                    c = { title = \"C\", depends-on = [\"a\", \"b\"] }\n";
        assert!(found("DEP009", plan).is_empty());
    }
}
