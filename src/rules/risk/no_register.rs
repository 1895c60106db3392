//! RSK014: a plan of some size that changes production and names no risk.

use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK014", check };

/// Smaller plans are no reason for a register.
const LEAST_TASKS: usize = 20;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut has_change = vec![false; ctx.model.plans.len()];
    for change in ctx.changes() {
        has_change[ctx.model.task(change).plan.index()] = true;
    }
    for &plan in ctx.plans() {
        let entry = ctx.model.plan(plan);
        // A plan that changes nothing in production can hardly break anything.
        if !has_change[plan.index()] || !entry.range(EntityKind::Risk).is_empty() {
            continue;
        }
        // Phases are their tasks, and dropped work is no work.
        let tasks = ctx.model.tasks_of(plan);
        let count = tasks.filter(|(task, _)| ctx.is_leaf(*task) && !ctx.is_cancelled(*task)).count();
        if count >= LEAST_TASKS {
            let finding = ctx.finding(Entity::new(EntityKind::Plan, plan.index()));
            out.report(finding.param("count", count.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    fn plan(tasks: usize, rest: &str) -> String {
        let row = |number| format!("t{number} = {{ title = \"T\", parent = \"phase\" }}\n");
        let rows: String = (0..tasks).map(row).collect();
        format!("[plan]\n[task]\nphase = {{ title = \"P\" }}\n{rows}{rest}\n")
    }

    const CUTOVER: &str = "go = { title = \"G\", kind = \"cutover\" }";

    #[test]
    fn phases_and_dropped_work_do_not_count() {
        assert_eq!(places("RSK014", &plan(19, CUTOVER)), ["1:2"]);
        assert!(places("RSK014", &plan(18, CUTOVER)).is_empty());
        let dropped = format!("{CUTOVER}\nno = {{ title = \"N\", status = \"cancelled\" }}");
        assert!(places("RSK014", &plan(18, &dropped)).is_empty());
    }

    #[test]
    fn a_plan_without_an_open_change_needs_none() {
        assert!(places("RSK014", &plan(30, "")).is_empty());
        assert!(places("RSK014", &plan(30, "go = { title = \"G\", kind = \"pilot\" }")).is_empty());
        let done = "go = { title = \"G\", kind = \"cutover\", status = \"done\" }";
        assert!(places("RSK014", &plan(30, done)).is_empty());
    }

    #[test]
    fn one_risk_is_a_register() {
        let risk = format!("{CUTOVER}\n[risk]\nr = {{ title = \"R\", status = \"closed\" }}");
        assert!(places("RSK014", &plan(30, &risk)).is_empty());
    }
}
