//! DEP012: a task of which only the start is waited for.

use rustc_hash::FxHashMap;

use super::{Wait, first_ten, is_event, is_level_of_effort, logic, nearest, suffix, waits};
use crate::model::{LinkKind, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP012", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let logic = logic(ctx);
    let dangling: Vec<TaskId> = ctx
        .open_leaves()
        .map(|(task, _)| task)
        .filter(|task| logic.has_successor(*task) && !logic.is_finish_used(*task))
        // What takes no time ends when it starts; and management and support run along, no logic is expected.
        .filter(|task| !is_event(ctx, *task) && !is_level_of_effort(ctx, *task))
        .collect();
    if dangling.is_empty() {
        return;
    }
    // The links may be those to a phase around it.
    let users = users(ctx);
    let used = nearest(ctx, |task| users.contains_key(&task));
    for task in dangling {
        let Some(waits) = used[task.index()].and_then(|it| users.get(&it)) else { continue };
        let shown = |wait: &Wait<'_>| format!("{} {}", ctx.name(wait.task), suffix(wait.link));
        let mut finding = ctx.task_finding(task).param("links", first_ten(waits, shown));
        for wait in waits.iter().take(super::MOST_SHOWN) {
            finding = finding.label(wait.link.span(), "uses only the start");
        }
        out.report(finding);
    }
}

/// Who waits for the start of a task or phase and not for its end, for all that are waited for in this way.
fn users<'a>(ctx: &Ctx<'a>) -> FxHashMap<TaskId, Vec<Wait<'a>>> {
    let mut users: FxHashMap<TaskId, Vec<Wait<'a>>> = FxHashMap::default();
    for number in 0..ctx.model.tasks.len() as u32 {
        for wait in waits(ctx, TaskId(number)) {
            let uses_start = matches!(wait.link.kind, LinkKind::StartStart | LinkKind::StartFinish);
            if let Some(other) = wait.predecessor().filter(|other| uses_start && *other != wait.task) {
                users.entry(other).or_default().push(wait);
            }
        }
    }
    users
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn what_takes_no_time_or_is_over_cannot_run_on() {
        let plan = |fields: &str| {
            format!(
                "[task]\na = {{ title = \"A\"{fields} }}\nb = {{ title = \"B\", depends-on = [\"a SS\"] }}\n"
            )
        };
        assert_eq!(found("DEP012", &plan("")), ["DEP012 2:1"]);
        for excuse in [", milestone = true", ", status = \"done\"", ", effort = \"level\""] {
            assert!(found("DEP012", &plan(excuse)).is_empty(), "{excuse}");
        }
    }

    #[test]
    fn a_link_of_the_phase_uses_the_end_of_what_is_inside() {
        let plan = |kind: &str| {
            format!(
                "[task]\np = {{ title = \"P\" }}\na = {{ title = \"A\", parent = \"p\" }}\n\
                 b = {{ title = \"B\", depends-on = [\"p {kind}\"] }}\n"
            )
        };
        assert!(found("DEP012", &plan("FS")).is_empty());
        assert_eq!(found("DEP012", &plan("SS")), ["DEP012 3:1"]);
    }
}
