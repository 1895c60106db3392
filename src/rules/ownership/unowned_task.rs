//! OWN001: open work that nobody owns.

use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, TaskId};
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "OWN001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // Tasks without an owner, and the phases around them: what no milestone behind them can rest on.
    let mut is_unowned: Vec<bool> = Vec::new();
    for &plan in ctx.plans() {
        let unowned: Vec<TaskId> = unowned(ctx, plan).collect();
        if unowned.len() >= 2 && !anybody_owns_anything(ctx, plan) {
            // An export without resources: one finding, not two hundred.
            out.report(ctx.finding(Entity::new(EntityKind::Plan, plan.index())).variant("whole-plan"));
            continue;
        }
        if unowned.is_empty() {
            continue;
        }
        is_unowned.resize(ctx.model.tasks.len(), false);
        for &task in &unowned {
            is_unowned[task.index()] = true;
            for phase in ctx.network.hierarchy.ancestors(task) {
                if std::mem::replace(&mut is_unowned[phase.index()], true) {
                    break;
                }
            }
        }
        for task in unowned {
            let finding = ctx.task_finding(task);
            // An event whose work is owned only lacks somebody who says that it has come.
            let is_event = ctx.is_milestone(task) && !rests_on(ctx, task, &is_unowned);
            out.report(if is_event { finding.variant("milestone") } else { finding });
        }
    }
}

fn unowned<'c>(ctx: &'c Ctx<'_>, plan: PlanId) -> impl Iterator<Item = TaskId> + 'c {
    let unowned = ctx.open_leaves_of(plan).filter(|(task, it)| {
        // Somebody else delivers it: DEP021 asks who chases it.
        let is_external = it.external().is_some_and(|flag| flag.value);
        // An export may assign machines or material alone: somebody has planned it.
        !is_external && it.helpers().is_empty() && it.resources().is_empty() && !ctx.has_owner(*task)
    });
    unowned.map(|(task, _)| task)
}

fn anybody_owns_anything(ctx: &Ctx<'_>, plan: PlanId) -> bool {
    ctx.model.tasks_of(plan).any(|(task, it)| !it.helpers().is_empty() || ctx.has_owner(task))
}

/// Whether a task waits directly for one of those marked.
fn rests_on(ctx: &Ctx<'_>, task: TaskId, marked: &[bool]) -> bool {
    let first = ctx.model.first_link(task);
    (0..ctx.model.links(task).len()).any(|offset| {
        match ctx.network.references.likely_predecessor(first + offset) {
            Predecessor::Task(before) => marked.get(before.index()).copied().unwrap_or(false),
            Predecessor::Outside | Predecessor::Unknown => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn owned(plan: &str) -> Vec<String> {
        codes(plan).into_iter().filter(|it| it.starts_with("OWN001")).collect()
    }

    const OWNED: &str = "[plan]\n[task]\na = { title = \"A\", owner = \"mia\" }\n";

    #[test]
    fn an_owner_may_come_from_the_plan_the_phase_or_the_helpers() {
        assert_eq!(owned(&format!("{OWNED}b = {{ title = \"B\" }}")), ["OWN001 4:1"]);
        assert!(
            owned("[plan]\nowner-default = \"mia\"\n[task]\na.title = \"A\"\nb.title = \"B\"").is_empty()
        );
        assert!(owned(&format!("{OWNED}b = {{ title = \"B\", helpers = [\"omar\"] }}")).is_empty());
        let phase = "p = { title = \"P\", owner-default = \"mia\" }\nb = { title = \"B\", parent = \"p\" }";
        assert!(owned(&format!("{OWNED}{phase}")).is_empty());
    }

    #[test]
    fn the_owner_of_a_phase_does_not_count() {
        let phase = "p = { title = \"P\", owner = \"mia\" }\nb = { title = \"B\", parent = \"p\" }";
        assert_eq!(owned(&format!("{OWNED}{phase}")), ["OWN001 5:1"]);
    }

    #[test]
    fn work_that_is_over_or_comes_from_outside_needs_no_owner() {
        for state in ["status = \"done\"", "status = \"cancelled\"", "external = true"] {
            assert!(owned(&format!("{OWNED}b = {{ title = \"B\", {state} }}")).is_empty(), "{state}");
        }
        assert!(owned(&format!("{OWNED}b = {{ title = \"B\", owner = \"TBD\" }}")).is_empty());
    }

    #[test]
    fn where_nobody_owns_anything_it_is_said_once() {
        assert_eq!(owned("[plan]\n[task]\na.title = \"A\"\nb.title = \"B\""), ["OWN001 1:2"]);
        assert_eq!(owned("[plan]\n[task]\na.title = \"A\""), ["OWN001 3:1"]);
    }
}
