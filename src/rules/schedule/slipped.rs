//! SCH013: work that ends later than was approved, once for each chain that has slipped.

use super::{Driving, days_late, is_level_of_effort, is_placeholder, working_days};
use crate::model::{Moment, Spanned, TaskId};
use crate::network::Node;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "SCH013", check };

/// Work that ends too late.
#[derive(Clone, Copy)]
struct Slipped {
    task: TaskId,
    baseline: Spanned<Moment>,
    finish: Moment,
    /// In working days.
    late: i64,
    /// How many tasks behind it have slipped with it, and the one that slips most.
    behind: usize,
    worst: Option<(i64, TaskId)>,
}

/// What a task hands on to the one that it drives.
#[derive(Clone, Copy, Default)]
struct Inherited {
    late: i64,
    /// Number of the finding, from 1.
    finding: usize,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !ctx.tasks().any(|(_, it)| it.baseline_finish().is_some()) {
        return;
    }
    let driving = Driving::new(ctx);
    let mut inherited = vec![Inherited::default(); ctx.model.tasks.len()];
    let mut found: Vec<Slipped> = Vec::new();
    let graph = &ctx.network.graph;
    for task in (0..graph.len() as u32).map(|node| graph.task(Node(node))) {
        if !ctx.is_leaf(task) || !ctx.is_open(task) || !ctx.judges(task) {
            continue;
        }
        // What is done hands nothing on: it is with those behind it that something can still be won.
        let before = driving.before(task).filter(|before| ctx.is_open(*before));
        let before = before.map_or_else(Inherited::default, |before| inherited[before.index()]);
        inherited[task.index()] = before;
        if ctx.model.task(task).baseline_finish().is_none() {
            continue;
        }
        let limit = ctx.integer(ctx.model.task(task).plan, "days");
        let Some(mut slipped) = slipped(ctx, task).filter(|it| it.late > limit) else {
            inherited[task.index()] = Inherited::default();
            continue;
        };
        let finding = match found.get_mut(before.finding.wrapping_sub(1)) {
            // It is late because of what drives it, and not much more than that.
            Some(cause) if slipped.late - before.late <= limit => {
                cause.behind += 1;
                cause.worst = cause.worst.max(Some((slipped.late, task)));
                before.finding
            }
            _ => {
                slipped.worst = None;
                found.push(slipped);
                found.len()
            }
        };
        inherited[task.index()] = Inherited { late: slipped.late, finding };
    }
    for it in &found {
        report(ctx, out, it);
    }
}

fn slipped(ctx: &Ctx<'_>, task: TaskId) -> Option<Slipped> {
    let it = ctx.model.task(task);
    let baseline = it.baseline_finish().filter(|date| !is_placeholder(date.value))?;
    if is_level_of_effort(ctx, task) || ctx.schedule.is_doubtful(task) {
        return None;
    }
    let finish = ctx.finish(task)?.value;
    let late = days_late(ctx, it.plan, baseline.value, finish);
    Some(Slipped { task, baseline, finish, late, behind: 0, worst: None })
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, it: &Slipped) {
    let mut finding = ctx
        .finding_at(entity(it.task), it.baseline.span)
        .here("approved for this day")
        .param("finish", it.finish.date.to_string())
        .param("baseline", it.baseline.value.date.to_string())
        .param("late", working_days(it.late));
    if let Some((late, worst)) = it.worst {
        finding = finding
            .variant("behind")
            .param(
                "behind",
                crate::rules::counted(it.behind as i64, "task behind it is", "tasks behind it are"),
            )
            .param("worst", ctx.name(worst))
            .param("most", working_days(late))
            .label(ctx.place(worst), format!("late with it, by {}", working_days(late)));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// Two tasks of a week from Monday 2 November on, the second behind the first, with their approved ends.
    fn at(a: &str, b: &str) -> Vec<String> {
        let row = |id: &str, rest: &str, baseline: &str| {
            format!(
                "{id} = {{ title = \"{id}\", duration = \"5d\", baseline = {{ finish = {baseline} }}{rest} }}\n"
            )
        };
        let rows = row("a", "", a) + &row("b", ", depends-on = \"a\"", b);
        found("SCH013", &format!("[plan]\nstart = 2026-11-02\n[task]\n{rows}"))
    }

    #[test]
    fn more_than_a_week_late() {
        assert!(at("2026-10-30", "2026-11-06").is_empty(), "five working days");
        assert_eq!(at("2026-10-29", "2026-11-13").len(), 1, "six");
        assert_eq!(at("2026-11-06", "2026-11-05").len(), 1);
    }

    #[test]
    fn only_where_the_delay_comes_from() {
        assert_eq!(at("2026-10-28", "2026-11-04"), ["SCH013 4:59"], "the second is only behind it");
        assert_eq!(at("2026-10-28", "2026-10-20").len(), 2, "the second has slipped by itself as well");
    }

    #[test]
    fn finished_and_dropped_work_and_support() {
        let plan = |rest: &str| {
            let baseline = "baseline = { finish = 2026-09-01 }";
            let row = format!("a = {{ title = \"A\", duration = \"5d\", {baseline}{rest} }}\n");
            found("SCH013", &format!("[plan]\nstart = 2026-11-02\n[task]\n{row}")).len()
        };
        assert_eq!(plan(""), 1);
        assert_eq!(plan(", actual-finish = 2026-09-20"), 0);
        assert_eq!(plan(", status = \"cancelled\""), 0);
        assert_eq!(plan(", effort = \"level\""), 0);
    }
}
