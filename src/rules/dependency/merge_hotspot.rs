//! DEP018: very many tasks that must all be ready at once.

use super::{gates, waits};
use crate::model::TaskId;
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP018", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let gates = gates(ctx);
    for &plan in ctx.plans() {
        let most = usize::try_from(ctx.integer(plan, "predecessors")).unwrap_or_default().max(2);
        for (task, _) in ctx.open_leaves_of(plan) {
            // Milestones and gates are meant to collect.
            if ctx.model.links(task).len() < most || ctx.is_milestone(task) || gates.contains(ctx.kind(task))
            {
                continue;
            }
            let count = predecessors(ctx, task);
            if count >= most {
                let chance = 100.0 * 0.9_f64.powi(i32::try_from(count).unwrap_or(i32::MAX));
                let chance = if chance < 1.0 { "less than 1".to_owned() } else { format!("{chance:.0}") };
                let finding = ctx.task_finding(task).param("count", count.to_string());
                out.report(finding.param("chance", chance));
            }
        }
    }
}

/// How many different tasks a task waits for directly. A link that was reported as leading nowhere counts for none.
fn predecessors(ctx: &Ctx<'_>, task: TaskId) -> usize {
    let mut outside = 0;
    let mut tasks: Vec<TaskId> = Vec::new();
    for wait in waits(ctx, task) {
        match wait.on {
            Predecessor::Task(other) if other != task => tasks.push(other),
            Predecessor::Outside => outside += 1,
            Predecessor::Task(_) | Predecessor::Unknown => {}
        }
    }
    tasks.sort_unstable();
    tasks.dedup();
    tasks.len() + outside
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn ten_different_predecessors_are_many_but_not_for_what_collects() {
        let plan = |count: usize, fields: &str| {
            let rows: String = (0..count).map(|row| format!("t{row} = {{ title = \"T\" }}\n")).collect();
            let links: Vec<String> = (0..count).map(|row| format!("\"t{row}\", \"t{row} FF\"")).collect();
            format!("[task]\n{rows}z = {{ title = \"Z\"{fields}, depends-on = [{}] }}\n", links.join(", "))
        };
        assert_eq!(found("DEP018", &plan(10, "")).len(), 1);
        assert!(found("DEP018", &plan(9, "")).is_empty());
        assert!(found("DEP018", &plan(10, ", milestone = true")).is_empty());
        assert!(found("DEP018", &plan(10, ", kind = \"gate\"")).is_empty());
    }
}
