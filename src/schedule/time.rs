//! Moments as minutes since 1970-01-01 00:00, on the clock of the wall: what the schedule counts in.

use jiff::civil::Date;

use crate::model::Moment;

/// Minutes of a day.
pub(super) const DAY: i64 = 24 * 60;

/// The first minute that a computed date can have: 0001-01-01.
pub(super) const FIRST: i64 = -719_162 * DAY;

/// The last minute that a computed date can have: the end of 9999-12-31.
pub(super) const LAST: i64 = 2_932_897 * DAY;

/// More minutes of work than lie between the first and the last: no amount is larger, so that sums cannot overflow.
pub(super) const MOST: i64 = 1 << 36;

/// Days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i32 {
    (date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24) as i32
}

/// 0 for Monday; 1970-01-01 was a Thursday.
pub(super) fn weekday_of(number: i32) -> usize {
    number.saturating_add(3).rem_euclid(7) as usize
}

/// A moment that begins something: a day without a time begins at midnight.
pub(super) fn start_minute(moment: Moment) -> i64 {
    let (date, minute) = moment.as_start();
    within(i64::from(day_number(date)) * DAY + i64::from(minute))
}

/// A moment that ends something: a day without a time ends at midnight after it.
pub(super) fn finish_minute(moment: Moment) -> i64 {
    let (date, minute) = moment.as_finish();
    within(i64::from(day_number(date)) * DAY + i64::from(minute))
}

/// No earlier than the first and no later than the last minute.
pub(super) fn within(minute: i64) -> i64 {
    minute.clamp(FIRST, LAST)
}

/// The moment of a minute. The very last is 24:00 of its day.
pub(super) fn moment(minute: i64) -> Moment {
    let minute = within(minute);
    let (day, rest) = if minute == LAST {
        (minute / DAY - 1, DAY)
    } else {
        (minute.div_euclid(DAY), minute.rem_euclid(DAY))
    };
    let span = jiff::Span::new().days(day.clamp(-719_162, 2_932_896));
    Moment::at(Date::constant(1970, 1, 1).saturating_add(span), rest as u16)
}

/// The moment of a minute at which something ends: midnight is the end of the day before.
pub(super) fn finish_moment(minute: i64) -> Moment {
    match minute.rem_euclid(DAY) {
        0 if minute > FIRST => Moment::at(moment(minute - 1).date, DAY as u16),
        _ => moment(minute),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn minutes_and_moments_are_the_same_thing() {
        for moment_ in [
            Moment::at(date(1, 1, 1), 0),
            Moment::at(date(1969, 12, 31), 1439),
            Moment::at(date(1970, 1, 1), 0),
            Moment::at(date(2026, 11, 24), 1020),
            Moment::at(date(9999, 12, 31), 1440),
        ] {
            assert_eq!(moment(start_minute(moment_)), moment_);
        }
        assert_eq!(finish_minute(Moment::day(date(1970, 1, 1))), DAY);
        assert_eq!(moment(i64::MAX).date, date(9999, 12, 31));
        assert_eq!(moment(i64::MIN).date, date(1, 1, 1));
    }
}
