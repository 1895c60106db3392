//! Counting working time. Every question is a binary search over the exceptions and a few steps within a week.
//!
//! The work done up to a moment grows or stands still; a moment of work is the same amount as a moment of rest after it.
//! So Friday 17:00 and Monday 08:00 are one amount, and an amount has two moments: the earliest, at the end of a shift
//! (where work finishes), and the latest, at the beginning of one (where work starts).

use crate::model::{Shifts, WorkingTime};

use super::time::{DAY, FIRST, LAST, MOST, weekday_of, within};

/// A calendar ready for counting.
#[derive(Debug)]
pub struct WorkClock {
    week: [Shifts; 7],
    /// Minutes of work before each day of a week that begins on Monday, and in all.
    before: [i64; 8],
    exceptions: Vec<Exception>,
    shifts: Vec<(u16, u16)>,
    /// By how much the exceptions before each exception, and in all, change what the week alone would work.
    changes: Vec<i64>,
    /// Day and night, without exceptions.
    is_continuous: bool,
}

/// A day that differs from the week.
#[derive(Clone, Copy, Debug)]
struct Exception {
    day: i32,
    first_shift: u32,
    end_shift: u32,
    /// Work done before the day, and up to its end.
    before: i64,
    after: i64,
}

fn minutes(shifts: &[(u16, u16)]) -> i64 {
    shifts.iter().map(|(from, to)| i64::from(*to) - i64::from(*from)).sum()
}

impl WorkClock {
    /// Day and night.
    pub fn elapsed() -> Self {
        let day: Shifts = vec![(0, DAY as u16)];
        let week = std::array::from_fn(|_| day.clone());
        Self::new(&WorkingTime { week, exceptions: Vec::new(), ..WorkingTime::default() })
    }

    /// For counting on working time that is tidy (see [`WorkingTime::tidy`]).
    pub fn new(time: &WorkingTime) -> Self {
        let mut before = [0; 8];
        for day in 0..7 {
            before[day + 1] = before[day] + minutes(&time.week[day]);
        }
        let mut clock = Self {
            week: time.week.clone(),
            before,
            exceptions: Vec::with_capacity(time.exceptions.len()),
            shifts: Vec::new(),
            changes: Vec::with_capacity(time.exceptions.len() + 1),
            is_continuous: time.exceptions.is_empty() && before[7] == 7 * DAY,
        };
        let mut change = 0;
        for (day, shifts) in &time.exceptions {
            clock.changes.push(change);
            let first_shift = clock.shifts.len() as u32;
            clock.shifts.extend_from_slice(shifts);
            let worked = minutes(shifts);
            let done = clock.by_week(*day) + change;
            clock.exceptions.push(Exception {
                day: *day,
                first_shift,
                end_shift: clock.shifts.len() as u32,
                before: done,
                after: done + worked,
            });
            change += worked - minutes(&time.week[weekday_of(*day)]);
        }
        clock.changes.push(change);
        clock
    }

    /// Whether there is any working time at all.
    pub fn has_work(&self) -> bool {
        self.before[7] > 0 || !self.shifts.is_empty()
    }

    /// Work that the week alone would do before a day.
    fn by_week(&self, day: i32) -> i64 {
        let day = i64::from(day) + 3;
        day.div_euclid(7) * self.before[7] + self.before[day.rem_euclid(7) as usize]
    }

    fn shifts_of(&self, exception: &Exception) -> &[(u16, u16)] {
        &self.shifts[exception.first_shift as usize..exception.end_shift as usize]
    }

    /// Work done up to a moment, from some moment far back.
    fn done(&self, at: i64) -> i64 {
        let at = within(at);
        if self.is_continuous {
            return at;
        }
        let (day, minute) = (at.div_euclid(DAY) as i32, at.rem_euclid(DAY));
        let number = self.exceptions.partition_point(|it| it.day < day);
        let (before, shifts) = match self.exceptions.get(number).filter(|it| it.day == day) {
            Some(exception) => (exception.before, self.shifts_of(exception)),
            None => (self.by_week(day) + self.changes[number], &self.week[weekday_of(day)][..]),
        };
        let within_day = |&(from, to): &(u16, u16)| (minute.min(i64::from(to)) - i64::from(from)).max(0);
        before + shifts.iter().map(within_day).sum::<i64>()
    }

    /// The earliest moment at which so much is done: the end of a shift.
    fn earliest(&self, amount: i64) -> i64 {
        if self.is_continuous {
            return within(amount);
        }
        let number = self.exceptions.partition_point(|it| it.after < amount);
        if let Some(exception) = self.exceptions.get(number).filter(|it| it.before < amount) {
            let mut left = amount - exception.before;
            for &(from, to) in self.shifts_of(exception) {
                let length = i64::from(to - from);
                if left <= length {
                    return within(i64::from(exception.day) * DAY + i64::from(from) + left);
                }
                left -= length;
            }
        }
        let in_week = self.before[7];
        if in_week == 0 {
            // Before the first exception nothing was ever done; behind the last nothing will be.
            return if amount > self.changes[number] { LAST } else { FIRST };
        }
        let amount = amount - self.changes[number];
        let weeks = (amount - 1).div_euclid(in_week);
        let mut left = amount - weeks * in_week;
        let day = (0..7).rfind(|day| self.before[*day] < left).unwrap_or(0);
        left -= self.before[day];
        let mut minute = DAY;
        for &(from, to) in &self.week[day] {
            let length = i64::from(to - from);
            if left <= length {
                minute = i64::from(from) + left;
                break;
            }
            left -= length;
        }
        within((weeks * 7 - 3 + day as i64).saturating_mul(DAY) + minute)
    }

    /// The latest moment at which no more than so much is done: the beginning of a shift, or within one.
    fn latest(&self, amount: i64) -> i64 {
        if self.is_continuous {
            return within(amount);
        }
        let number = self.exceptions.partition_point(|it| it.after <= amount);
        if let Some(exception) = self.exceptions.get(number).filter(|it| it.before <= amount) {
            let mut left = amount - exception.before;
            for &(from, to) in self.shifts_of(exception) {
                let length = i64::from(to - from);
                if left < length {
                    return within(i64::from(exception.day) * DAY + i64::from(from) + left);
                }
                left -= length;
            }
        }
        let in_week = self.before[7];
        if in_week == 0 {
            return if amount >= self.changes[number] { LAST } else { FIRST };
        }
        let amount = amount - self.changes[number];
        let weeks = amount.div_euclid(in_week);
        let mut left = amount - weeks * in_week;
        let day = (0..7).rfind(|day| self.before[*day] <= left).unwrap_or(0);
        left -= self.before[day];
        let mut minute = DAY;
        for &(from, to) in &self.week[day] {
            let length = i64::from(to - from);
            if left < length {
                minute = i64::from(from) + left;
                break;
            }
            left -= length;
        }
        within((weeks * 7 - 3 + day as i64).saturating_mul(DAY) + minute)
    }

    /// Minutes of work from one moment to another; negative the other way round.
    pub fn between(&self, from: i64, to: i64) -> i64 {
        self.done(to) - self.done(from)
    }

    /// The moment so many minutes of work later, at the end of a shift where it falls on a boundary; for less than
    /// nothing, earlier, and at the beginning of a shift. No work at all changes nothing.
    pub fn add(&self, at: i64, minutes: i64) -> i64 {
        match minutes.clamp(-MOST, MOST) {
            0 => within(at),
            minutes if minutes > 0 => self.earliest(self.done(at) + minutes),
            minutes => self.latest(self.done(at) + minutes),
        }
    }

    /// The first moment from here on with work right after it.
    pub fn next_start(&self, at: i64) -> i64 {
        self.latest(self.done(at))
    }

    /// The last moment up to here with work right before it.
    pub fn last_finish(&self, at: i64) -> i64 {
        self.earliest(self.done(at))
    }
}

/// When two calendars work both.
pub(super) fn both(one: &WorkingTime, other: &WorkingTime) -> WorkingTime {
    let mut days: Vec<i32> = one.exceptions.iter().chain(&other.exceptions).map(|(day, _)| *day).collect();
    days.sort_unstable();
    days.dedup();
    let of_day = |time: &WorkingTime, day: i32| -> Shifts {
        match time.exceptions.binary_search_by_key(&day, |(day, _)| *day) {
            Ok(found) => time.exceptions[found].1.clone(),
            Err(_) => time.week[weekday_of(day)].clone(),
        }
    };
    WorkingTime {
        week: std::array::from_fn(|day| shared(&one.week[day], &other.week[day])),
        exceptions: days
            .into_iter()
            .map(|day| (day, shared(&of_day(one, day), &of_day(other, day))))
            .collect(),
        ..one.clone()
    }
}

/// What two days have in common.
fn shared(one: &[(u16, u16)], other: &[(u16, u16)]) -> Shifts {
    let (mut a, mut b) = (0, 0);
    let mut both = Shifts::new();
    while let (Some(&(from, to)), Some(&(other_from, other_to))) = (one.get(a), other.get(b)) {
        if from.max(other_from) < to.min(other_to) {
            both.push((from.max(other_from), to.min(other_to)));
        }
        if to < other_to { a += 1 } else { b += 1 }
    }
    both
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::schedule::time::day_number;

    fn at(day: i8, hour: i64) -> i64 {
        // January 2026 began on a Thursday.
        i64::from(day_number(date(2026, 1, day))) * DAY + hour * 60
    }

    #[test]
    fn a_boundary_is_the_end_of_one_shift_or_the_beginning_of_the_next() {
        let clock = WorkClock::new(&WorkingTime::default());
        assert_eq!(clock.add(at(9, 8), 8 * 60), at(9, 17));
        assert_eq!(clock.next_start(at(9, 17)), at(12, 8));
        assert_eq!(clock.last_finish(at(12, 8)), at(9, 17));
        assert_eq!(clock.add(at(12, 8), -8 * 60), at(9, 8));
        assert_eq!(clock.between(at(9, 8), at(12, 17)), 16 * 60);
        assert_eq!(clock.next_start(at(9, 12)), at(9, 13));
    }

    #[test]
    fn exceptions_take_and_give_work() {
        let exceptions =
            vec![(day_number(date(2026, 1, 6)), vec![]), (day_number(date(2026, 1, 10)), vec![(480, 720)])];
        let time = WorkingTime { exceptions, ..WorkingTime::default() };
        let clock = WorkClock::new(&time);
        assert_eq!(clock.add(at(5, 8), 16 * 60), at(7, 17));
        assert_eq!(clock.add(at(9, 8), 12 * 60), at(10, 12));
        assert_eq!(clock.next_start(at(5, 17)), at(7, 8));
        assert_eq!(clock.next_start(at(10, 12)), at(12, 8));
        assert_eq!(clock.last_finish(at(12, 8)), at(10, 12));
    }

    #[test]
    fn without_work_nothing_is_ever_finished() {
        let clock = WorkClock::new(&WorkingTime { week: Default::default(), ..WorkingTime::default() });
        assert!(!clock.has_work());
        assert_eq!(clock.add(at(5, 8), 60), LAST);
        assert_eq!(clock.between(FIRST, LAST), 0);
        let mut only_once = WorkingTime { week: Default::default(), ..WorkingTime::default() };
        only_once.exceptions = vec![(day_number(date(2026, 1, 6)), vec![(0, 60)])];
        let clock = WorkClock::new(&only_once);
        assert_eq!(clock.add(at(5, 8), 60), at(6, 1));
        assert_eq!(clock.add(at(5, 8), 61), LAST);
        assert_eq!(clock.add(at(7, 8), -60), at(6, 0));
        assert_eq!(clock.add(at(7, 8), -61), FIRST);
    }

    #[test]
    fn extremes_stay_inside_the_calendar_of_the_world() {
        let clock = WorkClock::new(&WorkingTime::default());
        for at in [i64::MIN, FIRST, 0, LAST, i64::MAX] {
            for minutes in [i64::MIN, -1, 0, 1, i64::MAX] {
                let moved = clock.add(at, minutes);
                assert!((FIRST..=LAST).contains(&moved));
            }
            clock.next_start(at);
            clock.last_finish(at);
        }
    }

    fn shifts() -> impl Strategy<Value = Shifts> {
        prop::collection::vec((0_u16..1440, 1_u16..600), 0..3).prop_map(|shifts| {
            let mut time = WorkingTime { week: Default::default(), ..WorkingTime::default() };
            time.week[0] =
                shifts.into_iter().map(|(from, length)| (from, (from + length).min(1440))).collect();
            time.tidy();
            time.week[0].clone()
        })
    }

    prop_compose! {
        fn working_time()(
            week in prop::collection::vec(shifts(), 7),
            exceptions in prop::collection::vec((-40_i32..40, shifts()), 0..12),
        ) -> WorkingTime {
            let mut time = WorkingTime {
                week: std::array::from_fn(|day| week[day].clone()),
                exceptions,
                ..WorkingTime::default()
            };
            time.tidy();
            time
        }
    }

    /// Minute by minute: what the counting must agree with.
    fn works(time: &WorkingTime, minute: i64) -> bool {
        let day = minute.div_euclid(DAY) as i32;
        let shifts = match time.exceptions.iter().find(|(it, _)| *it == day) {
            Some((_, shifts)) => shifts,
            None => &time.week[weekday_of(day)],
        };
        let minute = minute.rem_euclid(DAY);
        shifts.iter().any(|(from, to)| (i64::from(*from)..i64::from(*to)).contains(&minute))
    }

    proptest! {
        #[test]
        fn counting_agrees_with_asking_minute_by_minute(time in working_time(), from in -30 * DAY..30 * DAY, length in 0_i64..4 * DAY) {
            let clock = WorkClock::new(&time);
            let counted = (from..from + length).filter(|minute| works(&time, *minute)).count() as i64;
            prop_assert_eq!(clock.between(from, from + length), counted);
            prop_assert_eq!(clock.between(from + length, from), -counted);
        }

        #[test]
        fn adding_is_counting_the_other_way(time in working_time(), at in -30 * DAY..30 * DAY, minutes in 1_i64..10_000) {
            let clock = WorkClock::new(&time);
            prop_assume!(time.week.iter().any(|shifts| !shifts.is_empty()));
            let later = clock.add(at, minutes);
            prop_assert_eq!(clock.between(at, later), minutes);
            prop_assert!(works(&time, later - 1), "work ends where it ends");
            let earlier = clock.add(at, -minutes);
            prop_assert_eq!(clock.between(earlier, at), minutes);
            prop_assert!(works(&time, earlier), "work begins where it begins");
            // Back again: the same amount of work, if perhaps at the other side of a rest.
            prop_assert_eq!(clock.between(at, clock.add(later, -minutes)), 0);
            // In two steps as in one.
            let half = minutes / 2;
            prop_assert_eq!(clock.add(clock.add(at, half), minutes - half), later);
        }

        #[test]
        fn order_is_kept(time in working_time(), one in -30 * DAY..30 * DAY, other in -30 * DAY..30 * DAY, minutes in -5_000_i64..5_000) {
            let clock = WorkClock::new(&time);
            let (one, other) = (one.min(other), one.max(other));
            prop_assert!(clock.add(one, minutes) <= clock.add(other, minutes));
            prop_assert!(clock.next_start(one) >= one && clock.last_finish(one) <= one);
            prop_assert!(clock.next_start(one) <= clock.next_start(other));
        }

        #[test]
        fn both_work_where_each_works(one in working_time(), other in working_time(), at in -40 * DAY..40 * DAY) {
            let both_ = both(&one, &other);
            prop_assert_eq!(works(&both_, at), works(&one, at) && works(&other, at));
        }
    }
}
