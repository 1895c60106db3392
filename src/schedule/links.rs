//! What a link demands, by dates that somebody has given: for comparing dates with the logic they ought to follow.

use crate::model::{Lag, LagAmount, LagCalendar, Link, LinkKind, Model, Moment, PlanId, TaskId};

use super::Schedule;
use super::activity::minutes_of;
use super::calendars::{Calendars, ELAPSED};
use super::time::{self, MOST};

/// What a link demands of its successor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Demand {
    /// The earliest moment at which the successor may begin (FS, SS) or end (FF, SF).
    pub at: Moment,
    /// Minutes of working time, on the calendar of the successor, between that moment and its date; negative where the
    /// date is too early.
    pub spare_minutes: i64,
}

impl Schedule {
    /// What a link demands where its predecessor has one date (its finish for FS and FF, its start for SS and SF), held
    /// against a date of the successor (its start for FS and SS, its finish for FF and SF). Lags count on the calendar
    /// that the plan of the successor names.
    pub fn demand(
        &self,
        model: &Model<'_>,
        link: &Link,
        (from, predecessor): (TaskId, Moment),
        (to, successor): (TaskId, Moment),
    ) -> Demand {
        let of_successor = self.calendars.clock(self.tasks[to.index()].clock);
        let at = match link.kind {
            LinkKind::FinishStart | LinkKind::FinishFinish => time::finish_minute(predecessor),
            LinkKind::StartStart | LinkKind::StartFinish => time::start_minute(predecessor),
        };
        let clock = |task: TaskId| self.tasks[task.index()].clock;
        let duration =
            || model.task(from).duration().map_or(0, |it| minutes_of(it.value, &self.calendars, clock(from)));
        let plan = model.task(to).plan;
        let (lag, on) = lag_of(model, &self.calendars, link.lag, plan, (clock(from), clock(to)), duration);
        let bound = self.calendars.clock(on).add(at, lag);
        match link.kind {
            LinkKind::FinishStart | LinkKind::StartStart => Demand {
                at: time::moment(of_successor.next_start(bound)),
                spare_minutes: of_successor.between(bound, time::start_minute(successor)),
            },
            LinkKind::FinishFinish | LinkKind::StartFinish => Demand {
                at: time::finish_moment(bound),
                spare_minutes: of_successor.between(bound, time::finish_minute(successor)),
            },
        }
    }
}

/// A lag in minutes, and the clock on which they count. The ends of the link are given by their clocks; `duration` is the
/// predecessor's in minutes, asked for only where the lag is a share of it.
pub(super) fn lag_of(
    model: &Model<'_>,
    calendars: &Calendars,
    lag: Lag,
    plan: PlanId,
    (from, to): (u32, u32),
    duration: impl FnOnce() -> i64,
) -> (i64, u32) {
    if lag.is_zero() {
        return (0, ELAPSED);
    }
    let on = match model.plan(plan).header.lag_calendar().map(|word| word.value) {
        Some(LagCalendar::Predecessor) => from,
        Some(LagCalendar::Plan) => calendars.of_plan(plan),
        Some(LagCalendar::Elapsed) => ELAPSED,
        Some(LagCalendar::Successor) | None => to,
    };
    match lag.amount() {
        LagAmount::Time(time) if time.is_elapsed() => (minutes_of(time, calendars, ELAPSED), ELAPSED),
        // A day of lag is a day of the task's calendar, even where the lag counts day and night.
        LagAmount::Time(time) if on == ELAPSED => (minutes_of(time, calendars, to), ELAPSED),
        LagAmount::Time(time) => (minutes_of(time, calendars, on), on),
        LagAmount::Percent(percent) => {
            let share = i128::from(duration()) * i128::from(percent) / 100_000;
            (share.clamp(-i128::from(MOST), i128::from(MOST)) as i64, on)
        }
    }
}
