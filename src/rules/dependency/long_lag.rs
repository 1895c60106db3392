//! DEP015: a long waiting time without a task.

use super::{Wait, open_waits};
use crate::model::{LagAmount, write_thousandths};
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP015", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for wait in open_waits(ctx) {
        // Reported already: which task is meant is not known, or it is the task itself.
        if wait.link.lag.is_zero()
            || wait.on == Predecessor::Unknown
            || wait.on == Predecessor::Task(wait.task)
        {
            continue;
        }
        let limit = ctx.integer(ctx.model.task(wait.task).plan, "days").max(0);
        let Some(days) = lag_days(ctx, &wait).filter(|days| *days > limit.saturating_mul(1000)) else {
            continue;
        };
        // Somebody has said what the time is for.
        let why = ctx.model.link_note(wait.link).why;
        if why.is_some_and(|why| !ctx.text(why).trim().is_empty()) {
            continue;
        }
        let mut shown = String::new();
        // To the tenth: elapsed time seldom comes to whole working days. Writing into a text cannot fail.
        let _ = write_thousandths(&mut shown, (days + 50) / 100 * 100);
        out.report(wait.finding(ctx).param("other", wait.name(ctx)).param("days", shown));
    }
}

/// A lag in thousandths of a working day; unknown for a share of a duration that nobody states.
fn lag_days(ctx: &Ctx<'_>, wait: &Wait<'_>) -> Option<i64> {
    let plan = ctx.model.task(wait.task).plan;
    match wait.link.lag.amount() {
        LagAmount::Time(time) => Some(ctx.schedule.day_thousandths(plan, time)),
        LagAmount::Percent(percent) => {
            let duration = ctx.model.task(wait.predecessor()?).duration()?.value;
            let days = ctx.schedule.day_thousandths(plan, duration);
            Some((i128::from(days) * i128::from(percent) / 100_000) as i64)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn with(link: &str) -> usize {
        let plan = format!(
            "[task]\na = {{ title = \"A\", duration = \"20d\" }}\nb = {{ title = \"B\", depends-on = [{link}] }}\n"
        );
        found("DEP015", &plan).len()
    }

    #[test]
    fn more_than_ten_working_days_are_long_in_whatever_unit() {
        assert_eq!(with("\"a FS+10d\""), 0);
        assert_eq!(with("\"a FS+11d\""), 1);
        assert_eq!(with("\"a SS+3w\""), 1);
        assert_eq!(with("\"a FS+80h\""), 0);
        assert_eq!(with("\"a FS+14ed\""), 0);
        assert_eq!(with("\"a FS+20ed\""), 1);
        assert_eq!(with("\"a SS+50%\""), 0);
        assert_eq!(with("\"a SS+60%\""), 1);
    }

    #[test]
    fn a_link_that_says_why_is_accepted() {
        assert_eq!(with("{ on = \"a\", lag = \"30d\", why = \"delivery time\" }"), 0);
        assert_eq!(with("{ on = \"a\", lag = \"30d\", why = \"\" }"), 1);
    }
}
