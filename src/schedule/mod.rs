//! When things happen: the dates of tasks, and which days are worked.
//!
//! So far the dates are those that a plan states or reports; what follows from its logic is not computed.

mod calendar;
mod clock;
mod time;

use jiff::civil::Date;

use crate::finding::EntityKind;
use crate::model::{ConstraintKind, Duration, Model, Moment, PlanId, Spanned, TaskId};

pub use calendar::WorkDays;
pub use clock::WorkClock;

/// The dates of a run.
pub struct Schedule {
    calendars: Vec<WorkDays>,
}

impl Schedule {
    /// Reads the calendars of all plans. A plan's calendar is the one it names, else its only one, else Monday to
    /// Friday with eight hours.
    pub fn new(model: &Model<'_>) -> Self {
        let calendars = model
            .plans
            .iter()
            .map(|plan| {
                let range = plan.range(EntityKind::Calendar);
                let named = plan.header.calendar().map(|name| model.text(name));
                let chosen = match named {
                    Some(name) => range.clone().find(|it| model.text(model.calendars[*it].id) == name),
                    None => Some(range.start).filter(|_| range.len() == 1),
                };
                chosen.map_or_else(WorkDays::default, |it| WorkDays::new(model, it))
            })
            .collect();
        Self { calendars }
    }

    /// The working days of a plan.
    pub fn work_days(&self, plan: PlanId) -> &WorkDays {
        &self.calendars[plan.index()]
    }

    /// When a task starts: as reported, else as stated (`start`, or a constraint that fixes it).
    pub fn start(&self, model: &Model<'_>, task: TaskId) -> Option<Spanned<Moment>> {
        let task = model.task(task);
        let forced = || {
            let constraint = task.constraint()?;
            let is_start =
                matches!(constraint.value.kind, ConstraintKind::MustStart | ConstraintKind::StartOn);
            constraint.value.date.filter(|_| is_start).map(|date| Spanned::new(date, constraint.span))
        };
        task.actual_start().or_else(|| task.start()).or_else(forced)
    }

    /// When a task ends: as reported, else as stated (`finish`, or a constraint that fixes it), else for an event when
    /// it starts.
    pub fn finish(&self, model: &Model<'_>, task: TaskId) -> Option<Spanned<Moment>> {
        let it = model.task(task);
        let forced = || {
            let constraint = it.constraint()?;
            let is_finish =
                matches!(constraint.value.kind, ConstraintKind::MustFinish | ConstraintKind::FinishOn);
            constraint.value.date.filter(|_| is_finish).map(|date| Spanned::new(date, constraint.span))
        };
        let event = || self.start(model, task).filter(|_| it.milestone().is_some_and(|flag| flag.value));
        it.actual_finish().or_else(|| it.finish()).or_else(forced).or_else(event)
    }

    /// A duration in thousandths of a working day of a plan.
    pub fn day_thousandths(&self, plan: PlanId, duration: Duration) -> i64 {
        let days = self.work_days(plan);
        duration.day_thousandths(days.minutes_per_day(), days.days_per_week())
    }

    /// How many working days of a plan lie from one day up to, and without, another; negative the other way round.
    pub fn days_between(&self, plan: PlanId, from: Date, to: Date) -> i64 {
        self.work_days(plan).between(from, to)
    }
}
