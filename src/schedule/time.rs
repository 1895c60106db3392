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

/// Days since 1970-01-01. In whole numbers, since a check asks it some millions of times (H. Hinnant, "chrono-compatible
/// low-level date algorithms", `days_from_civil`: years begin on 1 March, so that the leap day is their last).
pub(super) fn day_number(date: Date) -> i32 {
    let (month, day) = (i32::from(date.month()), i32::from(date.day()));
    let year = i32::from(date.year()) - i32::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a day since 1970-01-01, which is one of the years 1 to 9999 (the same source, `civil_from_days`).
fn date_of(number: i32) -> Date {
    let days = number + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days - era * 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    Date::new(year as i16, month as i8, day as i8).unwrap_or(Date::MAX)
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
    Moment::at(date_of(day.clamp(-719_162, 2_932_896) as i32), rest as u16)
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
    fn days_are_numbered_as_the_calendar_counts_them() {
        let mut day = date(1, 1, 1);
        let mut number = -719_162;
        loop {
            assert_eq!((day_number(day), date_of(number)), (number, day));
            let Ok(next) = day.tomorrow() else { break };
            // Every day of four hundred years, and some of the others.
            let step = if (1900..2300).contains(&day.year()) { 1 } else { 17 };
            day = if step == 1 { next } else { day.saturating_add(jiff::Span::new().days(step)) };
            number += step as i32;
            if number > 2_932_896 {
                break;
            }
        }
    }

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
