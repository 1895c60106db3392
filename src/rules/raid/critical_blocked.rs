//! RAI007: an open issue that moves the end of the plan with every day.

use super::blocked;
use crate::finding::{Entity, EntityKind};
use crate::model::{IssueStatus, Moment, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RAI007", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if ctx.numbers(EntityKind::Issue).next().is_none() {
        return;
    }
    let first = first_critical(ctx);
    for number in ctx.numbers(EntityKind::Issue) {
        let issue = &ctx.model.issues[number];
        let is_over = |status| matches!(status, IssueStatus::Resolved | IssueStatus::Closed);
        if issue.status().is_some_and(|status| is_over(status.value)) {
            continue;
        }
        let mut critical = Vec::new();
        for named in blocked(ctx, issue.blocks()) {
            // Of a phase the first task inside that cannot wait.
            if let Some(task) = first[named.index()].filter(|_| ctx.is_open(named)) {
                critical.push((named, task));
            }
        }
        let due = issue.due().map(|due| due.value);
        let today = ctx.status_date(issue.plan);
        critical.retain(|(_, task)| bites(ctx, *task, due, today));
        let worst = critical.iter().min_by_key(|(_, task)| {
            (ctx.schedule.early_start(ctx.model, *task).map(Moment::as_start), *task)
        });
        let Some(&(named, task)) = worst else { continue };
        let float = ctx.schedule.total_float_minutes(task).unwrap_or(0);
        let days = float / ctx.schedule.minutes_per_day(task);
        let place = issue.blocks();
        let at = ctx.network.references.list(place).iter().position(|it| it.task() == Some(named));
        let place = at.and_then(|at| ctx.model.list(place).get(at)).map(|text| text.span());
        let entity = Entity::new(EntityKind::Issue, number);
        let finding = ctx
            .finding_at(entity, place.unwrap_or_else(|| ctx.model.place(entity)))
            .param("task", ctx.name(task))
            .param("start", ctx.start(task).map_or_else(String::new, |start| start.value.date.to_string()))
            .label(ctx.place(task), "no day to spare");
        out.report(if days < 0 {
            finding.variant("late").param("late", crate::rules::counted(-days, "working day", "working days"))
        } else {
            finding
        });
    }
}

/// For each task and phase the open task, itself or inside it, that has no day to spare and starts first.
fn first_critical(ctx: &Ctx<'_>) -> Vec<Option<TaskId>> {
    let has_none = |task: TaskId| {
        ctx.schedule.total_float_minutes(task).is_some_and(|float| float <= 0)
            || ctx.schedule.is_on_longest_path(task)
    };
    // Of dates that hang on a guess nobody can say that they are critical.
    let all = (0..ctx.model.tasks.len() as u32).map(TaskId);
    let critical = all.filter(|task| ctx.is_leaf(*task) && ctx.is_open(*task));
    let mut critical: Vec<TaskId> =
        critical.filter(|task| has_none(*task) && ctx.schedule.is_reliable(ctx.model, *task)).collect();
    critical
        .sort_by_cached_key(|task| (ctx.schedule.early_start(ctx.model, *task).map(Moment::as_start), *task));
    let mut first = vec![None; ctx.model.tasks.len()];
    for task in critical {
        first[task.index()] = Some(task);
        for phase in ctx.network.hierarchy.ancestors(task) {
            // This one and those around it have an earlier one.
            if first[phase.index()].is_some() {
                break;
            }
            first[phase.index()] = Some(task);
        }
    }
    first
}

/// Whether the work stands still because of the issue, or will: not where it is to be solved, by a date that is still to
/// come, before the work can start.
fn bites(ctx: &Ctx<'_>, task: TaskId, due: Option<Moment>, today: jiff::civil::Date) -> bool {
    let Some(due) = due.filter(|due| due.date >= today) else { return true };
    ctx.is_started(task)
        || ctx.schedule.early_start(ctx.model, task).is_none_or(|start| due.date >= start.date)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    /// A leads to B, which ends the plan; C has time.
    fn found(issue: &str, more: &str) -> Vec<String> {
        let plan = format!(
            "[plan]\nstart = 2026-10-05\n[task]\n\
             a = {{ title = \"A\", duration = \"5d\" }}\n\
             b = {{ title = \"B\", duration = \"5d\", depends-on = [\"a\"]{more} }}\n\
             c = {{ title = \"C\", duration = \"1d\" }}\n\
             [issue.i]\ntitle = \"I\"\nowner = \"mia\"\n{issue}\n"
        );
        codes(&plan).into_iter().filter(|code| code.starts_with("RAI007")).collect()
    }

    #[test]
    fn only_work_without_a_day_to_spare() {
        assert_eq!(found("blocks = [\"b\"]", ""), ["RAI007 10:12"]);
        assert!(found("blocks = [\"c\"]", "").is_empty());
        assert_eq!(found("blocks = [\"c\", \"b\"]", ""), ["RAI007 10:17"]);
    }

    #[test]
    fn of_a_phase_the_first_task_that_cannot_wait() {
        let phase = ", parent = \"p\" }\np = { title = \"P\"";
        assert_eq!(found("blocks = [\"p\"]", phase), ["RAI007 11:12"]);
    }

    #[test]
    fn what_is_solved_or_done_blocks_nothing() {
        assert!(found("blocks = [\"b\"]\nstatus = \"resolved\"", "").is_empty());
        assert!(found("blocks = [\"b\"]", ", status = \"done\", actual-finish = 2026-10-01").is_empty());
    }

    #[test]
    fn an_issue_that_will_be_solved_in_time_moves_nothing_yet() {
        assert!(found("blocks = [\"b\"]\ndue = 2026-10-09", "").is_empty());
        assert_eq!(found("blocks = [\"b\"]\ndue = 2026-10-12", "").len(), 1, "on the day B starts");
        assert_eq!(found("blocks = [\"b\"]\ndue = 2026-10-01", "").len(), 1, "that date is past");
    }

    #[test]
    fn dates_that_nobody_knows_are_not_critical() {
        let plan = "[plan]\n[task]\na = { title = \"A\" }\n[issue]\ni = { title = \"I\", blocks = [\"a\"] }";
        assert!(codes(plan).iter().all(|code| !code.starts_with("RAI007")));
    }
}
