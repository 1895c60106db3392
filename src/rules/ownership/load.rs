//! How much of people's time is booked, and when that is more than there is. For OWN005 and, over several plans, PRT001.

use jiff::civil::Date;

use super::People;
use crate::finding::EntityKind;
use crate::model::{Capacity, Effort, Person, PlanId, Task, TaskId};
use crate::rules::Ctx;
use crate::schedule::CalendarOf;

/// Shorter peaks are overtime, not overload: working days in a row.
const LONGEST_PEAK: i64 = 5;

/// So many days are looked at one by one where the tasks of a person follow different calendars: eighty years.
const MOST_DAYS: usize = 20_000;

/// A share of somebody's time, in per cent, from one day to another, both included, on the working days of a calendar.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Booking {
    pub(in crate::rules) person: usize,
    pub(in crate::rules) task: TaskId,
    pub(in crate::rules) start: Date,
    pub(in crate::rules) finish: Date,
    pub(in crate::rules) units: u32,
    calendar: CalendarOf,
}

/// A time of more than five working days in a row with more work than time.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Peak {
    pub(in crate::rules) first: Date,
    pub(in crate::rules) last: Date,
    /// The most that is booked on a day, in per cent.
    pub(in crate::rules) load: i64,
    /// Working days times per cent above what there is.
    pub(in crate::rules) excess: i64,
}

impl Peak {
    /// Whether a task is worked on in this time.
    pub(in crate::rules) fn has(&self, booking: &Booking) -> bool {
        booking.start <= self.last && booking.finish >= self.first
    }
}

/// What a person has, in per cent; `None` where one name stands for many people. So it does where nothing says how many
/// and a single task takes more than one of them: exports call whole crews by one name.
pub(in crate::rules) fn capacity(person: &Person, bookings: &[Booking]) -> Option<u32> {
    match person.capacity().map(|capacity| capacity.value) {
        None => bookings.iter().all(|it| it.units <= 100).then_some(100),
        Some(Capacity::Percent(percent)) => Some(u32::from(percent)),
        Some(Capacity::Pool) => None,
    }
}

/// Who is booked for what in the open work of the plans to judge. What is left of work under way begins at the status
/// date.
pub(in crate::rules) fn bookings(ctx: &Ctx<'_>) -> Vec<Booking> {
    let people = People::new(ctx);
    let mut bookings = Vec::new();
    for (task, it) in ctx.open_leaves() {
        let start = ctx.schedule.left_from(ctx.model, task);
        let (Some(start), Some(finish)) = (start, ctx.finish(task)) else { continue };
        let (start, finish) = (start.value.date, finish.value.date);
        // Events take no time, and half a day fits in anywhere.
        if finish < start || ctx.is_milestone(task) || is_short(ctx, it) {
            continue;
        }
        let calendar = ctx.schedule.calendar_of(task);
        let booking = |person, units| Booking { person, task, start, finish, units, calendar };
        let is_level = it.effort().is_some_and(|effort| effort.value == Effort::Level);
        // Managing and supporting goes along with other work: only a stated share of it counts.
        let units = it.units().map_or(if is_level { 0 } else { 100 }, |units| units.value);
        if let Some(person) = people.owner(task).and_then(|owner| owner.person()).filter(|_| units > 0) {
            bookings.push(booking(person, units));
        }
        for (helper, units) in ctx.model.helpers(task) {
            // A helper without a stated share is named, not booked.
            if let (Some(who), Some(units)) = (people.find(it.plan, helper), units)
                && who.kind == EntityKind::Person
            {
                bookings.push(booking(who.index as usize, u32::from(units)));
            }
        }
    }
    bookings
}

/// Whether all of a task, or what is left of it, is no more than half a day of work.
fn is_short(ctx: &Ctx<'_>, task: &Task) -> bool {
    let left = task.remaining().or(task.duration());
    left.is_some_and(|left| ctx.schedule.day_thousandths(task.plan, left.value) <= 500)
}

/// The times of more than five working days of a plan in a row on each of which more is booked than a capacity, in
/// order. A task counts on the working days of its own calendar.
pub(in crate::rules) fn peaks(ctx: &Ctx<'_>, plan: PlanId, bookings: &[Booking], capacity: u32) -> Vec<Peak> {
    // Where the load changes: the first day of each task, and the day after its last.
    let mut steps: Vec<(Date, CalendarOf, i64)> = Vec::with_capacity(bookings.len() * 2);
    for it in bookings {
        let units = i64::from(it.units);
        steps.push((it.start, it.calendar, units));
        steps.push((it.finish.tomorrow().unwrap_or(it.finish), it.calendar, -units));
    }
    steps.sort_unstable();
    let mut walk =
        Walk { ctx, plan, capacity: i64::from(capacity), run: None, peaks: Vec::new(), days_left: MOST_DAYS };
    let mut loads: Vec<(CalendarOf, i64)> = Vec::new();
    let mut at = 0;
    while let Some(&(day, ..)) = steps.get(at) {
        while let Some(&(_, calendar, change)) = steps.get(at).filter(|(other, ..)| *other == day) {
            match loads.iter().position(|(it, _)| *it == calendar) {
                Some(known) => loads[known].1 += change,
                None => loads.push((calendar, change)),
            }
            at += 1;
        }
        loads.retain(|(_, load)| *load != 0);
        let Some(&(next, ..)) = steps.get(at) else { break };
        walk.pass(day, next, &loads);
    }
    walk.end();
    walk.peaks
}

/// The way from the first day to the last.
struct Walk<'c, 'a> {
    ctx: &'c Ctx<'a>,
    plan: PlanId,
    capacity: i64,
    /// The time above the capacity that goes on, and how many working days it has lasted.
    run: Option<(Peak, i64)>,
    peaks: Vec<Peak>,
    days_left: usize,
}

impl Walk<'_, '_> {
    /// Passes the days from one up to, and without, another, on which the loads do not change.
    fn pass(&mut self, day: Date, next: Date, loads: &[(CalendarOf, i64)]) {
        let schedule = self.ctx.schedule;
        let all: i64 = loads.iter().map(|(_, load)| load).sum();
        let is_even = loads.iter().all(|(calendar, _)| schedule.works_with_plan(*calendar, self.plan));
        if all <= self.capacity || is_even {
            return self.count(day, next, all);
        }
        // The days of these tasks differ: asked one by one.
        let mut at = day;
        while at < next {
            if self.days_left == 0 {
                return self.end();
            }
            self.days_left -= 1;
            let after = at.tomorrow().unwrap_or(next);
            let worked = loads.iter().filter(|(calendar, _)| schedule.is_worked_on(*calendar, at));
            self.count(at, after, worked.map(|(_, load)| load).sum());
            at = after;
        }
    }

    /// Counts days that all have one load.
    fn count(&mut self, day: Date, next: Date, load: i64) {
        let days = self.ctx.schedule.days_between(self.plan, day, next);
        // A weekend between two busy weeks is no rest that counts.
        if days <= 0 {
            return;
        }
        let excess = load - self.capacity;
        if excess <= 0 {
            return self.end();
        }
        let work_days = self.ctx.schedule.work_days(self.plan);
        let last = next.yesterday().unwrap_or(next);
        let (first, last) =
            (work_days.first_from(day).unwrap_or(day), work_days.last_up_to(last).unwrap_or(last));
        let (peak, length) = self.run.get_or_insert((Peak { first, last, load: 0, excess: 0 }, 0));
        peak.last = last;
        peak.load = peak.load.max(load);
        peak.excess = peak.excess.saturating_add(excess.saturating_mul(days));
        *length += days;
    }

    /// A working day with no more work than time, or the end of all.
    fn end(&mut self) {
        self.peaks.extend(self.run.take().filter(|(_, length)| *length > LONGEST_PEAK).map(|(peak, _)| peak));
    }
}
