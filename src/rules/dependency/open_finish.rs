//! DEP010: a task whose result nobody waits for.

use super::{Ends, is_level_of_effort, logic};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "DEP010", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let logic = logic(ctx);
    // These end with themselves: their use is outside the plan.
    let excused = ctx.kinds(&["handover", "closure", "communication"]);
    for &plan in ctx.plans() {
        let ends = Ends::of(ctx, logic, plan);
        for (task, _) in ctx.open_leaves_of(plan) {
            let is_open_finish = logic.has_predecessor(task) && !logic.has_successor(task);
            if !is_open_finish
                // Somewhere a plan must end.
                || ends.milestone == Some(task)
                || ends.last == Some(task)
                || excused.contains(ctx.kind(task))
                // Management and support run along, no logic is expected.
                || is_level_of_effort(ctx, task)
                // A misspelt name was probably meant for it: then somebody waits.
                || ctx.network.references.is_probably_meant(entity(task))
            {
                continue;
            }
            out.report(ctx.task_finding(task));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    /// A plan with an end, and one more task that nobody waits for.
    fn with(fields: &str) -> Vec<String> {
        let plan = "[plan]\nname = \"P\"\n[task]\na = { title = \"A\" }\n";
        let rest = "y = { title = \"Y\", depends-on = [\"a\"] }\n\
                    z = { title = \"Z\", milestone = true, depends-on = [\"y\"] }\n";
        found("DEP010", &format!("{plan}x = {{ title = \"X\", depends-on = [\"a\"]{fields} }}\n{rest}"))
    }

    #[test]
    fn what_nobody_waits_for_is_reported_unless_it_may() {
        assert_eq!(with(""), ["DEP010 5:1"]);
        for excuse in [
            ", kind = \"handover\"",
            ", kind = \"closure\"",
            ", kind = \"communication\"",
            ", status = \"done\"",
            ", status = \"cancelled\"",
            ", effort = \"level\"",
        ] {
            assert!(with(excuse).is_empty(), "{excuse}");
        }
    }

    #[test]
    fn successors_of_the_phase_count_also_those_in_other_plans() {
        let plan = "#- one/plan.toml\n[plan]\nid = \"one\"\n[task]\na = { title = \"A\" }\np = { title = \"P\" }\n\
                    x = { title = \"X\", parent = \"p\", depends-on = [\"a\"] }\n\
                    y = { title = \"Y\", parent = \"p\", depends-on = [\"a\"] }\n\
                    #- two/plan.toml\n[plan]\nid = \"two\"\n[task]\nb = { title = \"B\", depends-on = [\"one/p\"] }\n";
        assert!(found("DEP010", plan).is_empty());
    }

    #[test]
    fn of_two_ends_the_later_one_is_the_end_of_the_plan() {
        let plan = |first: &str, second: &str| {
            format!(
                "[task]\na = {{ title = \"A\" }}\nb = {{ title = \"B\", depends-on = [\"a\"]{first} }}\n\
                 c = {{ title = \"C\", depends-on = [\"a\"]{second} }}\n"
            )
        };
        let (early, late) = (", finish = 2026-11-02", ", finish = 2026-12-02");
        assert_eq!(found("DEP010", &plan(early, late)), ["DEP010 3:1"]);
        assert_eq!(found("DEP010", &plan(late, early)), ["DEP010 4:1"]);
        // On the same day neither is the one.
        assert_eq!(found("DEP010", &plan(late, late)).len(), 2);
        assert_eq!(found("DEP010", &plan("", "")).len(), 1);
    }
}
