//! OWN006: one person who owns a large part of the plan.

use super::People;
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "OWN006", check };

/// Smaller plans cannot be spread.
const FEWEST_TASKS: usize = 10;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let people = People::new(ctx);
    let mut owned = vec![0_usize; ctx.model.persons.len()];
    for &plan in ctx.plans() {
        let persons = ctx.model.plan(plan).range(EntityKind::Person);
        // The only person of a plan can give nothing away.
        if persons.len() < 2 {
            continue;
        }
        let mut total = 0;
        for (task, _) in ctx.open_leaves_of(plan) {
            total += 1;
            if let Some(person) = people.owner(task).and_then(|owner| owner.person()) {
                owned[person] += 1;
            }
        }
        // More than 40 per cent: at most two people can.
        for person in persons.filter(|person| total >= FEWEST_TASKS && owned[*person] * 5 > total * 2) {
            let finding = ctx.finding(Entity::new(EntityKind::Person, person));
            let finding = finding.param("count", owned[person].to_string());
            out.report(finding.param("total", total.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(people: &str, tasks_of_mia: usize, tasks_of_others: usize) -> bool {
        let mut plan = format!("[plan]\n[person]\n{people}\n[task]\n");
        for number in 0..tasks_of_mia {
            plan += &format!("m{number} = {{ title = \"M{number}\", owner = \"mia\" }}\n");
        }
        for number in 0..tasks_of_others {
            plan += &format!("o{number} = {{ title = \"O{number}\", owner = \"omar\" }}\n");
        }
        codes(&plan).iter().any(|it| it == "OWN006 3:1")
    }

    #[test]
    fn more_than_forty_per_cent_of_ten_tasks() {
        let two = "mia = {}\nomar = {}";
        assert!(found(two, 5, 5));
        assert!(!found(two, 4, 6), "40 per cent");
        assert!(!found(two, 5, 4), "a small plan");
        assert!(!found("mia = {}", 10, 0), "nobody else is there");
    }
}
