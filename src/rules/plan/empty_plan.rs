//! PLN008: a plan without any task.

use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "PLN008", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        if ctx.model.plan(plan).range(EntityKind::Task).is_empty() {
            out.report(ctx.finding(Entity::new(EntityKind::Plan, plan.index())));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn the_tasks_may_stand_in_any_file_of_the_plan() {
        let found = |plan: &str| codes(plan).iter().filter(|it| it.starts_with("PLN008")).count();
        assert_eq!(found("[plan]"), 1);
        assert_eq!(found(""), 0, "no file at all");
        assert_eq!(found("#- plan.toml\n"), 1);
        assert_eq!(found("#- a/plan.toml\n[plan]\n#- a/b/c.plan.toml\n[task]\nt.title = \"T\""), 0);
    }
}
