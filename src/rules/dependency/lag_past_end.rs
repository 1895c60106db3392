//! DEP016: a lag that is longer than the task it is measured on.

use super::{open_waits, unsigned};
use crate::model::{LagAmount, LinkKind, PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP016", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for wait in open_waits(ctx) {
        let Some(other) = wait.predecessor().filter(|other| *other != wait.task) else { continue };
        let plan = ctx.model.task(wait.task).plan;
        let (measured, variant) = match wait.link.kind {
            LinkKind::StartStart => (other, None),
            LinkKind::FinishFinish => (wait.task, Some("finish")),
            LinkKind::FinishStart | LinkKind::StartFinish => continue,
        };
        // A duration that nobody states cannot be too short.
        let Some(duration) = ctx.model.task(measured).duration().map(|it| it.value) else { continue };
        let days = ctx.schedule.day_thousandths(plan, duration);
        // An event has no length: from its start or its end is the same.
        if days == 0 || ctx.is_milestone(measured) {
            continue;
        }
        let (lag, shown) = match wait.link.lag.amount() {
            LagAmount::Time(time) => (ctx.schedule.day_thousandths(plan, time), unsigned(wait.link.lag)),
            LagAmount::Percent(percent) => {
                let Some(whole) = known_days(ctx, plan, other) else { continue };
                let lag = (i128::from(whole) * i128::from(percent) / 100_000) as i64;
                let days = crate::model::Duration::new(lag, crate::model::Unit::Days, false);
                (lag, format!("{days} ({})", unsigned(wait.link.lag)))
            }
        };
        if lag <= days {
            continue;
        }
        let mut finding = wait.finding(ctx).param("lag", shown).param("duration", duration.to_string());
        if let Some(variant) = variant {
            finding = finding.variant(variant);
        }
        out.report(finding.param("other", ctx.name(other)));
    }
}

/// How long a task is, in thousandths of a working day.
fn known_days(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> Option<i64> {
    ctx.model.task(task).duration().map(|it| ctx.schedule.day_thousandths(plan, it.value))
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn with(link: &str, fields: &str) -> usize {
        let plan = format!(
            "[task]\na = {{ title = \"A\"{fields} }}\n\
             b = {{ title = \"B\", duration = \"2d\", depends-on = [\"{link}\"] }}\n"
        );
        found("DEP016", &plan).len()
    }

    #[test]
    fn the_lag_is_measured_on_the_task_whose_work_overlaps() {
        let five = ", duration = \"5d\"";
        assert_eq!(with("a SS+5d", five), 0);
        assert_eq!(with("a SS+6d", five), 1);
        assert_eq!(with("a SS+48h", five), 1);
        assert_eq!(with("a SS+120%", five), 1);
        assert_eq!(with("a FF+2d", five), 0);
        assert_eq!(with("a FF+3d", five), 1);
        assert_eq!(with("a FS+9d", five), 0);
    }

    #[test]
    fn nothing_is_said_where_the_duration_is_unknown_or_none() {
        assert_eq!(with("a SS+6d", ""), 0);
        assert_eq!(with("a SS+6d", ", milestone = true"), 0);
        assert_eq!(with("a SS+6d", ", duration = \"0d\""), 0);
    }
}
