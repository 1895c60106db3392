//! RAI003: a task that is blocked, and nothing says by what.

use rustc_hash::FxHashSet;

use super::{blocked, open_decisions, open_issues};
use crate::model::{Status, TaskId};
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "RAI003", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut explained: FxHashSet<TaskId> = FxHashSet::default();
    for issue in open_issues(ctx) {
        explained.extend(blocked(ctx, ctx.model.issues[issue].blocks()));
    }
    for decision in open_decisions(ctx) {
        explained.extend(blocked(ctx, ctx.model.decisions[decision].blocks()));
    }
    for (task, it) in ctx.open_leaves() {
        let Some(status) = it.status().filter(|status| status.value == Status::Blocked) else { continue };
        // What blocks a phase blocks the tasks inside, and a canceled task before it explains itself.
        let is_explained =
            with_phases(ctx, task).any(|it| explained.contains(&it) || waits_for_cancelled(ctx, it));
        if !is_explained {
            out.report(ctx.finding_at(entity(task), status.span));
        }
    }
}

fn with_phases<'c>(ctx: &'c Ctx<'_>, task: TaskId) -> impl Iterator<Item = TaskId> + 'c {
    std::iter::once(task).chain(ctx.network.hierarchy.ancestors(task))
}

fn waits_for_cancelled(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let first = ctx.model.first_link(task);
    (0..ctx.model.links(task).len()).any(|offset| {
        match ctx.network.references.likely_predecessor(first + offset) {
            Predecessor::Task(before) => ctx.is_cancelled(before),
            Predecessor::Outside | Predecessor::Unknown => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn an_open_issue_or_decision_or_a_canceled_task_explains_it() {
        let found = |rest: &str| {
            let plan = format!(
                "[plan]\n[task]\np.title = \"P\"\nx = {{ title = \"X\", status = \"cancelled\" }}\n[task.t]\ntitle = \"T\"\nparent = \"p\"\nstatus = \"blocked\"\n{rest}"
            );
            codes(&plan).iter().any(|it| it == "RAI003 8:11")
        };
        assert!(found(""));
        assert!(!found("depends-on = \"x\""));
        assert!(!found("[issue]\ni = { title = \"I\", blocks = \"t\" }"));
        assert!(!found("[issue]\ni = { title = \"I\", blocks = \"p\" }"));
        assert!(!found("[decision]\nd = { title = \"D\", blocks = \"t\" }"));
        assert!(found("[issue]\ni = { title = \"I\", blocks = \"t\", status = \"closed\" }"));
        assert!(found("[decision]\nd = { title = \"D\", blocks = \"t\", outcome = \"yes\" }"));
    }
}
