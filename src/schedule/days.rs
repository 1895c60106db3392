//! Amounts of working time in days of a calendar, exact: 44.0 days are not more than 44.

use crate::model::{Duration, Model, TaskId};

use super::Schedule;
use super::activity::minutes_of;
use super::calendars::ELAPSED;
use super::time::DAY;

/// Working time as a number of days, kept as a fraction so that nothing is rounded before it is compared.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    minutes: i128,
    per_day: i128,
}

impl Days {
    /// So many minutes, of which a day has `per_day`.
    pub(crate) fn new(minutes: i64, per_day: i64) -> Self {
        Self { minutes: minutes.into(), per_day: i128::from(per_day).max(1) }
    }

    /// How they compare with whole days.
    pub fn compare(self, days: i64) -> std::cmp::Ordering {
        self.minutes.cmp(&(i128::from(days) * self.per_day))
    }

    /// For sorting: in thousandths of a day.
    pub fn thousandths(self) -> i64 {
        (self.minutes * 1000 / self.per_day).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }
}

impl std::fmt::Display for Days {
    /// To a tenth of a day, and finer where the tenth would hide that it is no whole number: `44`, `44.5`, `44.002`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let is_whole = self.minutes % self.per_day == 0;
        let (mut scale, mut digits) = (10, 1);
        let rounded = |scale: i128| {
            (self.minutes * scale * 2 + self.per_day * self.minutes.signum()) / (self.per_day * 2)
        };
        while !is_whole && rounded(scale) % scale == 0 && digits < 4 {
            (scale, digits) = (scale * 10, digits + 1);
        }
        let number = rounded(scale);
        let sign = if number < 0 { "-" } else { "" };
        let (whole, rest) = (number.abs() / scale, number.abs() % scale);
        match rest {
            0 => write!(f, "{sign}{whole}"),
            rest => write!(f, "{sign}{whole}.{rest:0digits$}"),
        }
    }
}

impl Schedule {
    /// Minutes on the clock of a task, in working days of its calendar. Of a task that counts nights and weekends, a day
    /// and night is the share of a week of its plan that is worked on: of seven elapsed days five are working days.
    fn days_of(&self, model: &Model<'_>, task: TaskId, minutes: i64, clock: u32) -> Days {
        if clock != ELAPSED {
            return Days::new(minutes, i64::from(self.calendars.time(clock).minutes_per_day));
        }
        let time = self.calendars.time(self.calendars.of_plan(model.task(task).plan));
        let (per_day, per_week) =
            (i128::from(time.minutes_per_day).max(1), i128::from(time.minutes_per_week));
        Days { minutes: i128::from(minutes) * per_week, per_day: i128::from(7 * DAY) * per_day }
    }

    /// Total float in working days of the calendar of the task. See [`Schedule::total_float_minutes`].
    pub fn total_float(&self, model: &Model<'_>, task: TaskId) -> Option<Days> {
        let minutes = self.total_float_minutes(task)?;
        Some(self.days_of(model, task, minutes, self.tasks[task.index()].clock))
    }

    /// A duration in working days of the calendar of a task.
    pub fn duration_days(&self, model: &Model<'_>, task: TaskId, duration: Duration) -> Days {
        let clock = if duration.is_elapsed() { ELAPSED } else { self.tasks[task.index()].clock };
        if clock == ELAPSED && !duration.is_elapsed() {
            // Work at night: a day of it is a day of the plan.
            let plan = self.calendars.of_plan(model.task(task).plan);
            return self.days_of(model, task, minutes_of(duration, &self.calendars, plan), plan);
        }
        self.days_of(model, task, minutes_of(duration, &self.calendars, clock), clock)
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    #[test]
    fn days_are_compared_exactly_and_shown_so_that_one_sees_why() {
        let days = |minutes| Days::new(minutes, 480);
        assert_eq!(days(44 * 480).compare(44), Ordering::Equal);
        assert_eq!(days(44 * 480 + 1).compare(44), Ordering::Greater);
        assert_eq!(days(-1).compare(0), Ordering::Less);
        let shown = [44 * 480, 44 * 480 + 1, 44 * 480 + 240, -240, -1, 0].map(|it| days(it).to_string());
        assert_eq!(shown, ["44", "44.002", "44.5", "-0.5", "-0.002", "0"]);
    }
}
