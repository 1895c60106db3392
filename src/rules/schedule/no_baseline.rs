//! SCH014: work has begun, and nothing says what was approved.

use crate::finding::{Entity, EntityKind};
use crate::model::{Task, TaskId};
use crate::rules::{Ctx, Native, Sink, counted, listed};

use super::{is_discrete, per_cent};

pub(super) const RULE: Native = Native { code: "SCH014", check };

/// A smaller plan is remembered without a baseline.
const SMALLEST: usize = 10;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        // The approved version stands in another file: what of it is there cannot be seen here.
        if ctx.model.plan(plan).header.baseline().is_some() {
            continue;
        }
        let leaves: Vec<(TaskId, &Task)> = ctx
            .model
            .tasks_of(plan)
            .filter(|(task, _)| ctx.is_leaf(*task) && !ctx.is_cancelled(*task) && is_discrete(ctx, *task))
            .collect();
        let started = leaves.iter().filter(|(task, _)| ctx.is_started(*task)).count();
        // Before the work begins, the plan itself is what will be approved.
        if leaves.len() < SMALLEST || started == 0 {
            continue;
        }
        let finding = ctx.finding(Entity::new(EntityKind::Plan, plan.index()));
        if !leaves.iter().any(|(_, it)| has_baseline(it)) {
            let started = counted(started as i64, "task has", "tasks have");
            out.report(finding.param("started", started));
            continue;
        }
        let open: Vec<&(TaskId, &Task)> = leaves.iter().filter(|(task, _)| ctx.is_open(*task)).collect();
        let without: Vec<TaskId> =
            open.iter().filter(|(_, it)| !has_baseline(it)).map(|(task, _)| *task).collect();
        if (without.len() as i64) * 100 <= (open.len() as i64).saturating_mul(ctx.integer(plan, "percent")) {
            continue;
        }
        let mut finding = finding
            .variant("partly")
            .param("count", without.len().to_string())
            .param("total", open.len().to_string())
            .param("share", per_cent(without.len(), open.len()))
            .param("tasks", listed(without.iter().map(|task| ctx.name(*task))));
        for task in without.iter().take(3) {
            finding = finding.label(ctx.place(*task), "has no baseline");
        }
        out.report(finding);
    }
}

fn has_baseline(task: &Task) -> bool {
    task.baseline_start().is_some() || task.baseline_finish().is_some() || task.baseline_duration().is_some()
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn plan(head: &str, tasks: usize, with: usize, first: &str) -> String {
        let mut plan = format!("[plan]\n{head}\n[task]\n");
        for number in 0..tasks {
            let baseline = if number < with { ", baseline = { finish = 2026-10-09 }" } else { "" };
            let first = if number == 0 { first } else { "" };
            plan += &format!("t{number} = {{ title = \"T\", duration = \"2d\"{baseline}{first} }}\n");
        }
        plan
    }

    const BEGUN: &str = ", actual-start = 2026-09-28";

    #[test]
    fn a_plan_of_ten_tasks_that_has_begun_needs_one() {
        assert_eq!(found("SCH014", &plan("", 10, 0, BEGUN)), ["SCH014 1:2"]);
        assert!(found("SCH014", &plan("", 9, 0, BEGUN)).is_empty());
        assert!(found("SCH014", &plan("", 10, 0, "")).is_empty(), "nothing has begun");
        assert!(found("SCH014", &plan("baseline = \"v1.0\"", 10, 0, BEGUN)).is_empty());
    }

    #[test]
    fn one_task_in_ten_may_be_new() {
        assert!(found("SCH014", &plan("", 10, 10, BEGUN)).is_empty());
        assert!(found("SCH014", &plan("", 10, 9, BEGUN)).is_empty());
        assert_eq!(found("SCH014", &plan("", 10, 8, BEGUN)), ["SCH014 1:2"]);
    }

    #[test]
    fn finished_work_without_one_is_history() {
        let done = ", status = \"done\"";
        let plan = plan("", 12, 10, "").replace(
            "t10 = { title = \"T\", duration = \"2d\"",
            &format!("t10 = {{ title = \"T\", duration = \"2d\"{done}"),
        );
        assert!(found("SCH014", &plan).is_empty(), "one of eleven");
    }
}
