//! BUD005: a budget of which much more is spent than its tasks report as done.

use super::{accounts, budget_of};
use crate::model::{Task, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "BUD005", check };

/// Of fewer tasks one that is paid in advance says nothing.
const LEAST_TASKS: usize = 3;

/// How many points of a hundred the money may be ahead of the work: bills come when they come.
const POINTS: i128 = 20;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let accounts = accounts(ctx);
    let mut work = vec![Work::default(); ctx.model.budgets.len()];
    for (task, it) in ctx.tasks().filter(|(task, _)| ctx.is_leaf(*task) && !ctx.is_cancelled(*task)) {
        let (Some(duration), Some(budget)) = (it.duration(), budget_of(ctx, it)) else { continue };
        let weight = ctx.schedule.day_thousandths(it.plan, duration.value);
        // An event is no work, whatever it costs.
        if weight > 0 {
            let work = &mut work[budget];
            work.tasks += 1;
            work.all += i128::from(weight) * 100;
            work.done += i128::from(weight) * i128::from(percent_done(ctx, task, it, weight));
        }
    }
    for account in accounts {
        let work = &work[account.budget];
        // BUD006 asks for the rate first, and what is spent beyond the amount is BUD002's.
        if !account.is_sum() || account.amount() <= 0 || account.actual > account.amount() {
            continue;
        }
        if work.tasks < LEAST_TASKS {
            continue;
        }
        let spent = account.actual * 100 / account.amount();
        let done = work.done * 100 / work.all;
        if spent - done <= POINTS {
            continue;
        }
        let place = ctx.model.budgets[account.budget].actual().map_or(account.amount.span, |it| it.span);
        let finding = ctx.finding_at(account.about(), place).param("spent", spent.to_string());
        out.report(finding.param("done", done.to_string()).param("count", work.tasks.to_string()));
    }
}

/// The tasks that a budget pays for: their working time, and how much of it is done, in hundredths of thousandths.
#[derive(Clone, Default)]
struct Work {
    tasks: usize,
    all: i128,
    done: i128,
}

/// How much of a task is done, by what it reports.
fn percent_done(ctx: &Ctx<'_>, task: TaskId, it: &Task, duration: i64) -> i64 {
    if ctx.is_done(task) {
        return 100;
    }
    if let Some(percent) = it.percent() {
        return i64::from(percent.value.min(100));
    }
    let left = it.remaining().map(|left| ctx.schedule.day_thousandths(it.plan, left.value));
    left.map_or(0, |left| (100 - left.saturating_mul(100) / duration).clamp(0, 100))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(actual: u32, tasks: [&str; 3]) -> bool {
        let mut plan = format!("[plan]\n[budget]\nb = {{ amount = 1000, actual = {actual} }}\n[task]\n");
        for (number, rest) in tasks.iter().enumerate() {
            plan += &format!("t{number} = {{ title = \"T\", budget = \"b\"{rest} }}\n");
        }
        codes(&plan).iter().any(|it| it == "BUD005 3:31")
    }

    #[test]
    fn progress_counts_by_duration() {
        let plain = ", duration = \"5d\"";
        assert!(found(210, [plain; 3]));
        assert!(!found(200, [plain; 3]));
        let done = ", duration = \"10d\", status = \"done\"";
        assert!(!found(700, [done, plain, plain]), "half is done");
        assert!(found(710, [done, plain, plain]));
        let begun = ", duration = \"5d\", remaining = \"2d\"";
        assert!(!found(800, [begun; 3]), "60 per cent is done");
        assert!(found(810, [begun; 3]));
    }

    #[test]
    fn events_and_dropped_work_are_no_work() {
        let plain = ", duration = \"5d\"";
        assert!(!found(500, [plain, plain, ", milestone = true, duration = \"0d\""]));
        assert!(!found(500, [plain, plain, ", duration = \"5d\", status = \"cancelled\""]));
    }
}
