//! SCH026: a plan in which dates stand where links should.

use crate::finding::{Entity, EntityKind};
use crate::model::{Constraint, ConstraintKind, PlanId, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

use super::{constraint_in_words, is_discrete, is_from_outside, per_cent};

pub(super) const RULE: Native = Native { code: "SCH026", check };

/// In a small plan a few dates are a large share.
const SMALLEST: usize = 20;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let limit = ctx.integer(plan, "percent");
        let mut open = 0_usize;
        let mut held: Vec<(TaskId, Spanned<Constraint>)> = Vec::new();
        for (task, _) in ctx.open_leaves_of(plan).filter(|(task, _)| is_discrete(ctx, *task)) {
            open += 1;
            // What its author has explained is a fact from outside, as a constraint ought to be.
            if let Some(constraint) = constraint(ctx, plan, task).filter(|_| !is_from_outside(ctx, task)) {
                held.push((task, constraint));
            }
        }
        if open < SMALLEST || (held.len() as i64) * 100 <= (open as i64).saturating_mul(limit) {
            continue;
        }
        let mut finding = ctx
            .finding(Entity::new(EntityKind::Plan, plan.index()))
            .param("count", held.len().to_string())
            .param("total", open.to_string())
            .param("share", per_cent(held.len(), open))
            .param("percent", limit.to_string())
            .param("tasks", listed(held.iter().map(|(task, _)| ctx.name(*task))));
        for (_, constraint) in held.iter().take(3) {
            finding = finding.label(constraint.span, constraint_in_words(constraint.value));
        }
        out.report(finding);
    }
}

/// The first constraint of a task that says more than "as soon as possible".
fn constraint(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> Option<Spanned<Constraint>> {
    // Of a plan that is scheduled from its finish, "as late as possible" is what "as soon as possible" is to others.
    let is_backwards = ctx.model.plan(plan).schedule.backwards;
    let says_something = |constraint: &Spanned<Constraint>| match constraint.value.kind {
        ConstraintKind::AsSoonAsPossible => false,
        ConstraintKind::AsLateAsPossible => !is_backwards,
        _ => true,
    };
    let second = || ctx.model.imported(task).and_then(|imported| imported.second_constraint);
    ctx.model.task(task).constraint().filter(says_something).or_else(|| second().filter(says_something))
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn plan(held: usize, free: usize, more: &str) -> String {
        let mut plan = "[plan]\nstart = 2026-10-05\n[task]\n".to_owned();
        for number in 0..held {
            plan += &format!(
                "h{number} = {{ title = \"H\", duration = \"2d\", constraint = \"SNET 2026-11-02\"{more} }}\n"
            );
        }
        for number in 0..free {
            plan += &format!("f{number} = {{ title = \"F\", duration = \"2d\" }}\n");
        }
        plan
    }

    #[test]
    fn more_than_fifteen_in_a_hundred_are_too_many() {
        assert_eq!(found("SCH026", &plan(4, 16, "")), ["SCH026 1:2"]);
        assert!(found("SCH026", &plan(3, 17, "")).is_empty(), "15 per cent are not more than 15 per cent");
        assert!(found("SCH026", &plan(4, 15, "")).is_empty(), "19 tasks are few");
    }

    #[test]
    fn dates_from_outside_and_no_constraint_at_all_do_not_count() {
        for more in [
            "external = true",
            "notes = \"the hall is free from then on\"",
            "weekend = true",
            "status = \"done\"",
        ] {
            assert!(found("SCH026", &plan(4, 17, &format!(", {more}"))).is_empty(), "{more}");
        }
        let asap = plan(4, 16, "").replace("SNET 2026-11-02", "ASAP");
        assert!(found("SCH026", &asap).is_empty());
        let alap = plan(4, 16, "").replace("SNET 2026-11-02", "ALAP");
        assert_eq!(found("SCH026", &alap).len(), 1);
    }
}
