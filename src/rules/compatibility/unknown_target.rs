//! CMP015: a rollout, upgrade or migration that does not say what it moves to.

use crate::finding::{Entity, EntityKind};
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP015", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // `needs-target` of the kind: a cutover or a release moves to nothing in particular.
    let kinds = ctx.catalogue.kinds_where(|kind| kind.needs_target);
    let has_target =
        |task: TaskId| ctx.target(task).is_some_and(|target| !ctx.text(target).trim().is_empty());
    for plan in ctx.plans() {
        let moves: Vec<TaskId> = ctx
            .open_leaves_of(*plan)
            .map(|(task, _)| task)
            .filter(|task| kinds.contains(ctx.kind(*task)))
            .collect();
        if moves.len() > 1 && !moves.iter().any(|task| has_target(*task)) {
            let plan = Entity::new(EntityKind::Plan, plan.index());
            out.report(ctx.finding(plan).variant("whole-plan"));
            continue;
        }
        for task in moves.into_iter().filter(|task| !has_target(*task)) {
            out.report(ctx.task_finding(task));
        }
    }
}

#[cfg(test)]
mod tests {
    fn found(plan: &str) -> Vec<String> {
        crate::rules::testing::codes(plan).into_iter().filter(|it| it.starts_with("CMP015")).collect()
    }

    const PLAN: &str = "\
[plan]
name = 'x'
[task]
phase = { title = 'Upgrade everything' }
a = { title = 'Upgrade A', kind = 'upgrade', parent = 'phase' }
b = { title = 'Upgrade B', kind = 'upgrade' }
c = { title = 'Go live', kind = 'go-live' }
";

    #[test]
    fn where_no_task_says_it_that_is_one_finding_about_the_plan() {
        assert_eq!(found(PLAN), ["CMP015 1:2"]);
    }

    #[test]
    fn phases_and_the_plan_say_it_for_their_tasks() {
        assert_eq!(found(&PLAN.replace("everything'", "everything', target = '2.0'")), ["CMP015 6:1"]);
        assert_eq!(found(&PLAN.replace("name = 'x'", "target = '2.0'")), Vec::<String>::new());
        assert_eq!(found(&PLAN.replace("'upgrade'", "'upgrade', status = 'done'")), Vec::<String>::new());
    }
}
