//! PRT003: two plans with one id.

use super::{Originals, plan_id};
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "PRT003", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let originals = Originals::new(ctx);
    for plan in ctx.plans() {
        let first = originals.of(*plan);
        if first == *plan {
            continue;
        }
        let entity = |plan: crate::model::PlanId| Entity::new(EntityKind::Plan, plan.index());
        let place = |plan: crate::model::PlanId| {
            let header = &ctx.model.plan(plan).header;
            header.given_id().map_or_else(|| ctx.model.place(entity(plan)), |id| id.span())
        };
        let file = &ctx.model.sources().file(place(first).file).name;
        out.report(
            ctx.finding_at(entity(*plan), place(*plan))
                .param("value", plan_id(ctx, *plan))
                .param("other", ctx.model.plan_name(first))
                .param("file", file.as_str())
                .subject(file)
                .label(place(first), "the other one"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::portfolio::tests::{found, found_in};

    const NONE: [&str; 0] = [];

    const TASK: &str = "[task]\nt = { title = \"T\", owner = \"mia\" }\n";

    fn plans(one: &str, other: &str) -> Vec<String> {
        found(
            "PRT003",
            &format!("#- a/plan.toml\n[plan]\n{one}\n{TASK}#- b/plan.toml\n[plan]\n{other}\n{TASK}"),
        )
    }

    #[test]
    fn ids_are_the_same_whether_given_or_taken_from_the_folder() {
        assert_eq!(plans("id = \"x\"", "id = \"x\""), ["PRT003 2:7"]);
        assert_eq!(plans("id = \"x\"", "id = \"y\""), NONE);
        assert_eq!(plans("name = \"A\"", "id = \"a\""), ["PRT003 2:7"]);
        assert_eq!(plans("name = \"A\"", "name = \"A\""), NONE, "the folders differ");
    }

    #[test]
    fn files_that_are_only_called_alike_are_no_copies() {
        let alike = |one: &str, other: &str| {
            let plan = |name: &str| format!("[plan]\n{name}\n{TASK}");
            found_in("PRT003", &[("a/move.plan.toml", &plan(one)), ("b/move.plan.toml", &plan(other))])
        };
        assert_eq!(alike("name = \"Move to Lisbon\"", "name = \"Move to Porto\""), NONE);
        assert_eq!(alike("", ""), NONE);
        assert_eq!(alike("name = \"Move\"", "name = \"Move\""), ["b/move.plan.toml:1"]);
    }

    #[test]
    fn a_plan_may_have_another_name_in_the_configuration() {
        let plan = |id: &str| format!("[plan]\nid = \"{id}\"\n{TASK}");
        let files = |config: &str| {
            found_in(
                "PRT003",
                &[("a/plan.toml", &plan("erp")), ("b/plan.toml", &plan("sap")), ("planlint.toml", config)],
            )
        };
        assert_eq!(files(""), NONE);
        assert_eq!(files("[alias.plan]\nsap = \"erp\"\n"), ["b/plan.toml:2"]);
    }
}
