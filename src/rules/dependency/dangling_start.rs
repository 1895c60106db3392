//! DEP011: a task whose predecessors hold its end and not its start.

use super::{first_ten, has_own_start, is_event, is_level_of_effort, logic, nearest, waits, written};
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP011", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let logic = logic(ctx);
    let dangling: Vec<TaskId> = ctx
        .open_leaves()
        .map(|(task, _)| task)
        .filter(|task| logic.has_predecessor(*task) && !logic.is_start_held(*task))
        // It has begun: nothing floats any more.
        .filter(|task| !ctx.is_started(*task))
        // A date of its own holds the start, so it would be untrue that nothing does.
        .filter(|task| !has_own_start(ctx, *task))
        // What takes no time starts when it ends, and its end is held.
        .filter(|task| !is_event(ctx, *task))
        // Management and support run along, no logic is expected.
        .filter(|task| !is_level_of_effort(ctx, *task))
        .collect();
    if dangling.is_empty() {
        return;
    }
    // The links may be those of a phase around it.
    let holders = nearest(ctx, |task| !ctx.model.links(task).is_empty());
    for task in dangling {
        let Some(holder) = holders[task.index()] else { continue };
        let links = first_ten(&waits(ctx, holder).collect::<Vec<_>>(), |wait| written(ctx, wait));
        out.report(ctx.task_finding(task).param("links", links));
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn what_has_another_hold_is_not_dangling() {
        let plan = |fields: &str| {
            format!(
                "[task]\na = {{ title = \"A\" }}\nb = {{ title = \"B\", depends-on = [\"a FF\"]{fields} }}\n"
            )
        };
        assert_eq!(found("DEP011", &plan("")), ["DEP011 3:1"]);
        for excuse in [
            ", percent = 5",
            ", start = 2026-11-02",
            ", constraint = \"SNET 2026-11-02\"",
            ", milestone = true",
            ", effort = \"level\"",
        ] {
            assert!(found("DEP011", &plan(excuse)).is_empty(), "{excuse}");
        }
    }

    #[test]
    fn a_link_of_the_phase_holds_the_start_of_what_is_inside() {
        let plan = "[task]\na = { title = \"A\" }\np = { title = \"P\", depends-on = [\"a\"] }\n\
                    b = { title = \"B\", parent = \"p\", depends-on = [\"a FF\"] }\n";
        assert!(found("DEP011", plan).is_empty());
    }
}
