//! Which days are worked.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::model::{List, Model, WorkingTime, parse_hours, weekday};

use super::time::{day_number as number, weekday_of};

/// The working days of a calendar.
pub struct WorkDays {
    /// Whether Monday to Sunday are worked.
    week: [bool; 7],
    minutes_per_day: i64,
    /// Days off that the week would work, and days worked that it would not, as numbers of days since 1970, in order.
    off: Vec<i32>,
    extra: Vec<i32>,
}

/// Longest period of days off that is taken at its word: longer ones are typing errors that would fill the memory.
const LONGEST: i32 = 366 * 10;

impl Default for WorkDays {
    /// Monday to Friday, eight hours, no holidays: nobody's holidays are guessed.
    fn default() -> Self {
        Self {
            week: [true, true, true, true, true, false, false],
            minutes_per_day: 8 * 60,
            off: Vec::new(),
            extra: Vec::new(),
        }
    }
}

impl WorkDays {
    /// The working days of a calendar of the model, by its number.
    pub(super) fn new(model: &Model<'_>, calendar: usize) -> Self {
        if let Some(time) = model.working_time(calendar) {
            return Self::of(time);
        }
        let calendar = &model.calendars[calendar];
        let mut days = Self::default();
        let named: Vec<u8> = model
            .list(calendar.work_week())
            .iter()
            .filter_map(|day| weekday(model.text(*day).trim()))
            .collect();
        if !named.is_empty() {
            days.week = std::array::from_fn(|day| named.contains(&(day as u8)));
        }
        let hours = || model.list(calendar.hours()).iter().filter_map(|text| parse_hours(model.text(*text)));
        let minutes: i64 = hours().filter(|(day, _)| day.is_none()).map(|(_, shift)| length(shift)).sum();
        if minutes > 0 {
            days.minutes_per_day = minutes.min(24 * 60);
        }
        // A day with hours of its own is worked.
        for day in hours().filter_map(|(day, _)| day) {
            days.week[usize::from(day)] = true;
        }
        let week = days.week;
        days.off = numbers(model, calendar.holidays(), |day| week[day]);
        days.extra = numbers(model, calendar.extra_days(), |day| !week[day]);
        days
    }

    /// The days on which an imported calendar works at all.
    fn of(time: &WorkingTime) -> Self {
        let week: [bool; 7] = std::array::from_fn(|day| !time.week[day].is_empty());
        let differs = |works: bool| {
            let days = time.exceptions.iter();
            days.filter(move |(day, shifts)| shifts.is_empty() != works && week[weekday_of(*day)] != works)
                .map(|(day, _)| *day)
                .collect()
        };
        Self {
            week,
            minutes_per_day: i64::from(time.minutes_per_day.clamp(1, 24 * 60)),
            off: differs(false),
            extra: differs(true),
        }
    }

    /// Minutes of work in a day.
    pub fn minutes_per_day(&self) -> i64 {
        self.minutes_per_day
    }

    /// Days of work in a week.
    pub fn days_per_week(&self) -> i64 {
        self.week.iter().filter(|works| **works).count().max(1) as i64
    }

    /// Whether a day is worked.
    pub fn is_worked(&self, day: Date) -> bool {
        let number = number(day);
        match self.week[weekday_of(number)] {
            true => self.off.binary_search(&number).is_err(),
            false => self.extra.binary_search(&number).is_ok(),
        }
    }

    /// The first working day from here on, where there is one within ten years.
    pub fn first_from(&self, day: Date) -> Option<Date> {
        self.nearest(day, 1)
    }

    /// The last working day up to here, where there is one within ten years.
    pub fn last_up_to(&self, day: Date) -> Option<Date> {
        self.nearest(day, -1)
    }

    fn nearest(&self, day: Date, step: i64) -> Option<Date> {
        let days = (0..=i64::from(LONGEST)).map_while(|days| day.checked_add((step * days).days()).ok());
        days.into_iter().find(|day| self.is_worked(*day))
    }

    /// How many working days lie from `from` up to, and without, `to`; negative the other way round. O(log n) in the
    /// number of holidays.
    pub fn between(&self, from: Date, to: Date) -> i64 {
        let (from, to) = (number(from), number(to));
        if from > to {
            return -self.count(to, from);
        }
        self.count(from, to)
    }

    fn count(&self, from: i32, to: i32) -> i64 {
        let days = i64::from(to) - i64::from(from);
        let mut worked = days / 7 * self.week.iter().filter(|works| **works).count() as i64;
        let rest = to - (days % 7) as i32;
        worked += (rest..to).filter(|day| self.week[weekday_of(*day)]).count() as i64;
        let within = |numbers: &[i32]| {
            (numbers.partition_point(|day| *day < to) - numbers.partition_point(|day| *day < from)) as i64
        };
        worked - within(&self.off) + within(&self.extra)
    }
}

/// Minutes of a shift; one over midnight ends the next day.
fn length((from, to): (u16, u16)) -> i64 {
    let minutes = (i64::from(to) - i64::from(from)).rem_euclid(24 * 60);
    if minutes == 0 { 24 * 60 } else { minutes }
}

fn numbers(model: &Model<'_>, list: List, counts: impl Fn(usize) -> bool) -> Vec<i32> {
    let mut numbers: Vec<i32> = model
        .periods(list)
        .iter()
        .flat_map(|period| {
            let first = number(period.start.date);
            first..=number(period.finish.date).min(first.saturating_add(LONGEST))
        })
        .filter(|day| counts(weekday_of(*day)))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn working_days_between_two_dates() {
        let days = WorkDays { off: vec![number(date(2026, 12, 25))], ..WorkDays::default() };
        assert_eq!(days.between(date(2026, 12, 24), date(2026, 12, 28)), 1);
        assert_eq!(days.between(date(2026, 12, 21), date(2027, 1, 4)), 9);
        assert_eq!(days.between(date(2027, 1, 4), date(2026, 12, 21)), -9);
        assert!(!days.is_worked(date(2026, 12, 25)) && !days.is_worked(date(2026, 12, 26)));
        assert!(days.is_worked(date(2026, 12, 24)));
        assert_eq!(days.first_from(date(2026, 12, 25)), Some(date(2026, 12, 28)));
        assert_eq!(days.last_up_to(date(2026, 12, 27)), Some(date(2026, 12, 24)));
        let none = WorkDays { week: [false; 7], ..WorkDays::default() };
        assert_eq!(none.first_from(date(2026, 12, 25)), None);
    }

    #[test]
    fn an_imported_calendar_works_on_the_days_that_have_shifts() {
        let mut time = WorkingTime::default();
        let shifts = vec![(480, 720)];
        time.exceptions = vec![
            (number(date(2026, 12, 25)), vec![]),
            (number(date(2026, 12, 26)), shifts),
            (number(date(2026, 12, 27)), vec![]),
        ];
        let days = WorkDays::of(&time);
        assert!(!days.is_worked(date(2026, 12, 25)) && days.is_worked(date(2026, 12, 26)));
        assert!(!days.is_worked(date(2026, 12, 27)) && days.is_worked(date(2026, 12, 28)));
        assert_eq!(days.between(date(2026, 12, 21), date(2026, 12, 28)), 5);
    }

    #[test]
    fn counting_agrees_with_asking_day_by_day() {
        let days = WorkDays {
            off: vec![number(date(2026, 12, 25)), number(date(2027, 1, 1))],
            extra: vec![number(date(2026, 12, 19))],
            ..WorkDays::default()
        };
        let first = date(2026, 12, 1);
        let mut counted = 0;
        for offset in 0..60 {
            let day = first.saturating_add(jiff::Span::new().days(offset));
            assert_eq!(days.between(first, day), counted, "{day}");
            counted += i64::from(days.is_worked(day));
        }
    }
}
