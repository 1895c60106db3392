//! OWN007: a plan that nobody is accountable for, or that nobody pays for.

use super::is_blank;
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "OWN007", check };

/// Smaller plans need no sponsor.
const FEWEST_TASKS: usize = 10;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let entry = ctx.model.plan(plan);
        let finding = || ctx.finding(Entity::new(EntityKind::Plan, plan.index()));
        if is_blank(ctx, entry.header.owner()) {
            out.report(finding());
        }
        // A format that has no place for a sponsor cannot lack one.
        if is_blank(ctx, entry.header.sponsor())
            && entry.capability.carries("plan.sponsor")
            && entry.range(EntityKind::Task).len() >= FEWEST_TASKS
        {
            out.report(finding().variant("sponsor").subject("sponsor"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn a_sponsor_is_asked_for_from_ten_tasks_on() {
        let found = |header: &str, tasks: usize| {
            let mut plan = format!("[plan]\n{header}\n[task]\n");
            for number in 0..tasks {
                plan += &format!("t{number} = {{ title = \"T{number}\", owner = \"mia\" }}\n");
            }
            codes(&plan).iter().filter(|it| it.starts_with("OWN007")).count()
        };
        assert_eq!(found("owner = \"mia\"", 9), 0);
        assert_eq!(found("owner = \"mia\"", 10), 1);
        assert_eq!(found("owner = \"mia\"\nsponsor = \"elena\"", 10), 0);
        assert_eq!(found("", 10), 2);
        assert_eq!(found("owner = \"TBD\"", 1), 0);
    }
}
