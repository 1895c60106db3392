//! DEP008: a task without any link, and a plan without any.

use super::{Logic, is_level_of_effort, logic};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "DEP008", check };

/// Fewer leaves are a list, and links would say nothing new.
const FEWEST: usize = 5;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let logic = logic(ctx);
    for &plan in ctx.plans() {
        check_plan(ctx, logic, plan, out);
    }
}

fn check_plan(ctx: &Ctx<'_>, logic: &Logic, plan: PlanId, out: &mut Sink) {
    let is_linked = |task: TaskId| {
        logic.has_predecessor(task)
            || logic.has_successor(task)
            // A misspelt name was probably meant for it: then it is not alone.
            || ctx.network.references.is_probably_meant(entity(task))
    };
    let (mut leaves, mut linked) = (0, 0);
    for (task, _) in ctx.model.tasks_of(plan) {
        if ctx.is_leaf(task) && !ctx.is_cancelled(task) {
            leaves += 1;
            linked += usize::from(is_linked(task));
        }
    }
    if leaves < FEWEST {
        return;
    }
    let excused = ctx.kinds(&["communication", "meeting", "support"]);
    let mut isolated = ctx
        .open_leaves_of(plan)
        .map(|(task, _)| task)
        .filter(|task| !is_linked(*task))
        // Work that runs along, and talk, need no logic.
        .filter(|task| !is_level_of_effort(ctx, *task) && !excused.contains(ctx.kind(*task)))
        .peekable();
    if linked == 0 {
        // Nobody has linked anything yet: said once.
        if isolated.peek().is_some() {
            out.report(ctx.finding(Entity::new(EntityKind::Plan, plan.index())).variant("whole-plan"));
        }
        return;
    }
    // Where less than a quarter is linked, links are no habit of this plan.
    if linked * 4 >= leaves {
        isolated.for_each(|task| out.report(ctx.task_finding(task)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    const LINKED: &str = "[plan]\nname = \"P\"\n[task]\na = { title = \"A\" }\nb = { title = \"B\", depends-on = [\"a\"] }\n\
                          c = { title = \"C\", depends-on = [\"b\"] }\nd = { title = \"D\", depends-on = [\"c\"] }\n";

    fn with(row: &str) -> Vec<String> {
        found("DEP008", &format!("{LINKED}{row}\n"))
    }

    #[test]
    fn a_lonely_task_is_reported_and_what_needs_no_logic_is_not() {
        assert_eq!(with("x = { title = \"X\" }"), ["DEP008 8:1"]);
        assert!(with("x = { title = \"X\", effort = \"level\" }").is_empty());
        for kind in ["communication", "meeting", "support"] {
            assert!(with(&format!("x = {{ title = \"X\", kind = \"{kind}\" }}")).is_empty());
        }
        assert!(with("x = { title = \"X\", status = \"done\" }").is_empty());
        assert!(with("x = { title = \"X\", status = \"cancelled\" }").is_empty());
    }

    #[test]
    fn links_of_a_phase_are_links_of_what_is_inside() {
        let inside = "p = { title = \"P\", depends-on = [\"d\"] }\nx = { title = \"X\", parent = \"p\" }";
        assert!(with(inside).is_empty());
        let before = "p = { title = \"P\" }\nx = { title = \"X\", parent = \"p\" }\ny = { title = \"Y\", depends-on = [\"p\"] }";
        assert!(with(before).is_empty());
    }

    #[test]
    fn a_misspelt_name_that_was_probably_meant_for_it_is_a_link() {
        assert!(
            with("laptops = { title = \"X\" }\ny = { title = \"Y\", depends-on = [\"d\", \"laptosp\"] }")
                .is_empty()
        );
    }

    #[test]
    fn a_link_to_a_plan_that_is_not_in_the_run_is_a_link() {
        assert!(with("x = { title = \"X\", depends-on = [\"somewhere/else\"] }").is_empty());
    }

    #[test]
    fn a_plan_without_links_is_told_once_and_a_list_of_four_never() {
        let rows = |count: usize| -> String {
            (0..count).map(|row| format!("t{row} = {{ title = \"T\" }}\n")).collect()
        };
        assert_eq!(found("DEP008", &format!("[plan]\nname = \"P\"\n[task]\n{}", rows(9))), ["DEP008 1:2"]);
        assert!(found("DEP008", &format!("[plan]\nname = \"P\"\n[task]\n{}", rows(4))).is_empty());
    }

    #[test]
    fn where_less_than_a_quarter_is_linked_nothing_is_said() {
        let rows: String = (0..5).map(|row| format!("t{row} = {{ title = \"T\" }}\n")).collect();
        let links = "a = { title = \"A\" }\nb = { title = \"B\", depends-on = [\"a\"] }\n";
        assert_eq!(found("DEP008", &format!("[task]\n{links}{rows}")).len(), 5);
        let more: String = (5..7).map(|row| format!("t{row} = {{ title = \"T\" }}\n")).collect();
        assert!(found("DEP008", &format!("[task]\n{links}{rows}{more}")).is_empty());
    }
}
