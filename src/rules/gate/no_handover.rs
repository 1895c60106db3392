//! GAT010: a go-live after which nobody takes over.

use super::{SUPPORT, go_lives, of_kinds};
use crate::model::{PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "GAT010", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let graph = &ctx.network.graph;
    let names: Vec<&str> = SUPPORT.into_iter().chain(["handover", "operations-acceptance"]).collect();
    let kinds = ctx.kinds(&names);
    let handed_over = graph.downstream(of_kinds(ctx, &kinds).map(|task| (task, 1)));
    let go_live = go_lives(ctx);
    let later = graph.downstream(of_kinds(ctx, &go_live).map(|task| (task, 1)));
    for &plan in ctx.plans() {
        let all = ctx.model.tasks_of(plan).map(|(task, _)| task);
        let last = all.filter(|task| {
            go_live.contains(ctx.kind(*task))
                && ctx.is_leaf(*task)
                && !ctx.is_cancelled(*task)
                && !later.is_at(*task)
        });
        let last = latest(ctx, last.collect());
        // Where several are last, one handover is for all of them.
        if last.iter().any(|task| handed_over.is_at(*task))
            || is_handed_over_by_date(ctx, plan, &last, &kinds)
        {
            continue;
        }
        if let Some(task) =
            last.into_iter().filter(|task| ctx.is_open(*task)).max_by_key(|task| graph.node(*task))
        {
            out.report(ctx.task_finding(task));
        }
    }
}

/// Of the go-lives after which the network has no other, those that end last, where all dates are known.
fn latest(ctx: &Ctx<'_>, mut last: Vec<TaskId>) -> Vec<TaskId> {
    let dates: Option<Vec<_>> = last.iter().map(|task| Some(ctx.finish(*task)?.value.date)).collect();
    if let Some(end) = dates.and_then(|dates| dates.into_iter().max()) {
        last.retain(|task| ctx.finish(*task).is_some_and(|finish| finish.value.date == end));
    }
    last
}

/// Whether a handover of the plan begins, by its date, when the last go-live is over, though nothing links them.
fn is_handed_over_by_date(
    ctx: &Ctx<'_>,
    plan: PlanId,
    last: &[TaskId],
    kinds: &crate::catalogue::KindSet,
) -> bool {
    let Some(end) = last.iter().filter_map(|task| Some(ctx.finish(*task)?.value.date)).max() else {
        return false;
    };
    let mut handovers =
        ctx.model.tasks_of(plan).map(|(task, _)| task).filter(|task| kinds.contains(ctx.kind(*task)));
    handovers
        .any(|task| !ctx.is_cancelled(task) && ctx.start(task).is_some_and(|start| start.value.date >= end))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(tasks: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[task]\n{tasks}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT010")).collect()
    }

    #[test]
    fn the_last_go_live_counts() {
        let tasks = "a = { title = \"A\", kind = \"go-live\" }\n\
            h = { title = \"H\", kind = \"hypercare\", depends-on = \"a\" }\n\
            b = { title = \"B\", kind = \"payroll-go-live\", depends-on = \"h\" }\n";
        assert_eq!(found(tasks), ["GAT010 6:1"]);
        let after = "s = { title = \"S\", kind = \"support\", depends-on = \"b SS\" }\n";
        assert_eq!(found(&format!("{tasks}{after}")), Vec::<String>::new());
    }

    #[test]
    fn a_handover_after_it_by_date_is_enough() {
        let tasks = "a = { title = \"A\", kind = \"go-live\", finish = 2026-11-10 }\n\
            h = { title = \"H\", kind = \"handover\", start = 2026-11-12 }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
        assert_eq!(found(&tasks.replace("11-12", "11-02")), ["GAT010 4:1"]);
    }

    #[test]
    fn plans_without_an_open_go_live_are_left_alone() {
        let tasks = "a = { title = \"A\", kind = \"go-live\", status = \"done\" }\n\
            b = { title = \"B\", kind = \"upgrade\" }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
    }
}
