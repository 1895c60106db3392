//! SCH016: a plan in which nearly everything is nearly critical.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink, counted};

use super::{has_logic, is_discrete, per_cent};

pub(super) const RULE: Native = Native { code: "SCH016", check };

/// A short plan is one chain: there all is critical, and rightly.
const SMALLEST: usize = 20;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let (limit, share) = (ctx.integer(plan, "days"), ctx.integer(plan, "percent"));
        let (mut open, mut known) = (0_usize, 0_usize);
        let mut close: Vec<(i64, TaskId)> = Vec::new();
        for (task, _) in ctx.open_leaves_of(plan).filter(|(task, _)| is_discrete(ctx, *task)) {
            open += 1;
            // A date that hangs on a guess has a float that is one too.
            let float = ctx.schedule.total_float_minutes(task);
            let Some(float) = float.filter(|_| ctx.schedule.is_reliable(ctx.model, task)) else { continue };
            known += 1;
            let day = ctx.schedule.minutes_per_day(task);
            if float < limit.saturating_mul(day) {
                close.push((float.div_euclid(day), task));
            }
        }
        // Where half of it is not known, nothing can be said about the whole.
        let is_many = (close.len() as i64) * 100 > (open as i64).saturating_mul(share);
        if open < SMALLEST || known * 2 < open || !is_many {
            continue;
        }
        // Without links float says nothing but how long the plan is.
        if !has_logic(ctx, plan) {
            continue;
        }
        // Work that comes one after the other is watched one after the other, however critical it is.
        let at_once = at_once(ctx, plan, &close);
        if at_once <= ctx.integer(plan, "at-once").saturating_mul(10) {
            continue;
        }
        close.sort_unstable();
        let late = close.iter().filter(|(days, _)| *days < 0).count();
        let mut finding = ctx
            .finding(Entity::new(EntityKind::Plan, plan.index()))
            .param("count", close.len().to_string())
            .param("total", open.to_string())
            .param("share", per_cent(close.len(), open))
            .param("days", limit.to_string())
            .param("at-once", in_tenths(at_once));
        for (days, task) in close.iter().take(3) {
            let text = match days {
                ..0 => format!("late by {}", counted(-days, "working day", "working days")),
                days => format!("{} of float", counted(*days, "working day", "working days")),
            };
            finding = finding.label(ctx.place(*task), text);
        }
        if late > 0 {
            finding = finding.variant("late").param("late", late.to_string());
        }
        out.report(finding);
    }
}

/// How many tasks go on at a time, on average over the working days from the first of them to the last, in tenths.
fn at_once(ctx: &Ctx<'_>, plan: PlanId, tasks: &[(i64, TaskId)]) -> i64 {
    let (mut first, mut last, mut tenths) = (Date::MAX, Date::MIN, 0_i64);
    for &(_, task) in tasks {
        let start = ctx.schedule.early_start(ctx.model, task);
        let (Some(start), Some(finish)) = (start, ctx.schedule.early_finish(ctx.model, task)) else {
            continue;
        };
        (first, last) = (first.min(start.date), last.max(finish.date));
        let minutes = ctx.schedule.minutes_between(task, start, finish);
        tenths = tenths.saturating_add(minutes.saturating_mul(10) / ctx.schedule.minutes_per_day(task));
    }
    let days = ctx.schedule.days_between(plan, first, last.saturating_add(1.day()));
    tenths / days.max(1)
}

/// `4.2`, and `8` for 80 tenths.
fn in_tenths(tenths: i64) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// Tasks of ten days that begin together and set the end, and others beside them that end long before.
    fn plan(critical: usize, beside: usize, more: &str) -> String {
        let mut plan = "[plan]\nstart = 2026-10-05\n[task]\nk = { title = \"K\", status = \"done\", actual-finish = 2026-10-02 }\n".to_owned();
        for number in 0..critical {
            plan +=
                &format!("c{number} = {{ title = \"C\", duration = \"10d\", depends-on = [\"k\"]{more} }}\n");
        }
        for number in 0..beside {
            plan += &format!("b{number} = {{ title = \"B\", duration = \"1d\"{more} }}\n");
        }
        plan
    }

    #[test]
    fn more_than_thirty_in_a_hundred_are_too_many() {
        assert_eq!(found("SCH016", &plan(7, 13, "")), ["SCH016 1:2"]);
        assert!(found("SCH016", &plan(6, 14, "")).is_empty(), "30 per cent are not more than 30 per cent");
    }

    #[test]
    fn small_plans_and_plans_without_dates_are_left_alone() {
        assert!(found("SCH016", &plan(19, 0, "")).is_empty());
        let undated =
            plan(20, 0, "").replace("start = 2026-10-05\n", "").replace(", actual-finish = 2026-10-02", "");
        assert!(found("SCH016", &undated).is_empty());
        assert!(found("SCH016", &plan(20, 0, "").replace(", duration = \"10d\"", "")).is_empty());
    }

    #[test]
    fn without_links_float_says_nothing() {
        assert!(found("SCH016", &plan(20, 0, "").replace(", depends-on = [\"k\"]", "")).is_empty());
    }

    #[test]
    fn management_that_runs_along_does_not_count() {
        assert!(found("SCH016", &plan(20, 0, ", effort = \"level\"")).is_empty());
    }

    #[test]
    fn one_after_the_other_can_be_watched() {
        let mut chain =
            "[plan]\nstart = 2026-10-05\n[task]\nc0 = { title = \"C\", duration = \"5d\" }\n".to_owned();
        for number in 1..25 {
            chain += &format!(
                "c{number} = {{ title = \"C\", duration = \"5d\", depends-on = [\"c{}\"] }}\n",
                number - 1
            );
        }
        assert!(found("SCH016", &chain).is_empty());
    }

    #[test]
    fn five_days_of_float_are_enough() {
        let beside = |days: u32| {
            let plan = plan(6, 14, "").replace("\"1d\"", &format!("\"{days}d\""));
            !found("SCH016", &plan).is_empty()
        };
        assert!(beside(6), "four days");
        assert!(!beside(5));
    }
}
