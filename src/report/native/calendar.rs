//! Calendars in the plan language: the week, the hours, holidays joined to periods, days with hours of their own.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::text::{list, quoted};
use crate::model::{Moment, Shifts, WorkingTime};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The plan language takes longer periods for typing errors.
const LONGEST_PERIOD: i32 = 3650;

/// More exceptions than this, and those far from the plan are left out.
const MOST_EXCEPTIONS: usize = 40;

/// A calendar, as it is written.
pub(super) struct Written<'a> {
    time: &'a WorkingTime,
    /// The hours of most days.
    hours: &'a [(u16, u16)],
    /// Minutes of such a day: what `d` means on this calendar.
    pub(super) per_day: i64,
}

impl<'a> Written<'a> {
    pub(super) fn new(time: &'a WorkingTime) -> Self {
        let mut counts: FxHashMap<&[(u16, u16)], usize> = FxHashMap::default();
        let mut hours: &[(u16, u16)] = &[];
        for day in time.week.iter().filter(|day| !day.is_empty()) {
            let count = counts.entry(day).or_default();
            *count += 1;
            let count = *count;
            // Of hours that are as frequent the first count.
            if hours.is_empty() || count > counts.get(hours).copied().unwrap_or(0) {
                hours = day;
            }
        }
        let length = |shifts: &[(u16, u16)]| shifts.iter().map(|(from, to)| i64::from(to - from)).sum();
        // Where the week has none, days of their own may be worked; the language then counts in days of eight hours.
        let per_day = if hours.is_empty() { 8 * 60 } else { length(hours) };
        Self { time, hours, per_day }
    }

    /// The fields of the calendar, and what is left out. `around`: the first and the last day of the plan.
    pub(super) fn fields(&self, around: Option<(i32, i32)>) -> (Vec<(&'static str, String)>, Vec<String>) {
        let mut remarks = Vec::new();
        let days = (0..7).filter(|day| !self.time.week[*day].is_empty());
        let days: Vec<String> = days.map(|day| quoted(DAYS[day])).collect();
        let mut hours: Vec<String> = self.hours.iter().map(|shift| quoted(&clock(*shift))).collect();
        for (day, shifts) in self.time.week.iter().enumerate() {
            if !shifts.is_empty() && **shifts != *self.hours {
                hours.extend(shifts.iter().map(|shift| quoted(&format!("{} {}", DAYS[day], clock(*shift)))));
            }
        }
        let mut fields = Vec::new();
        if !days.is_empty() {
            fields.push(("work-week", format!("[{}]", days.join(", "))));
            fields.push(("hours", list(&hours)));
        } else {
            // No week at all cannot be said: Monday to Friday would be worked.
            remarks.push("not carried over: nobody works in a usual week, only on single days".to_owned());
        }
        let (off, extra) = self.exceptions(around, &mut remarks);
        if !off.is_empty() {
            fields.push(("holidays", wrapped(&off)));
        }
        if !extra.is_empty() {
            fields.push(("extra-days", wrapped(&extra)));
        }
        let told = i64::from(self.time.minutes_per_day);
        if told != self.per_day && !self.hours.is_empty() {
            remarks.push(format!(
                "not carried over: a day of a duration was {} hours there; here it is what is worked, {} hours",
                hours_of(told),
                hours_of(self.per_day)
            ));
        }
        (fields, remarks)
    }

    /// Holidays and extra days.
    fn exceptions(
        &self,
        around: Option<(i32, i32)>,
        remarks: &mut Vec<String>,
    ) -> (Vec<String>, Vec<String>) {
        let week = |day: i32| &self.time.week[weekday_of(day)];
        let differs: Vec<&(i32, Shifts)> =
            self.time.exceptions.iter().filter(|(day, shifts)| week(*day) != shifts).collect();
        let n_all = differs.len();
        let is_near = |day: i32| {
            n_all <= MOST_EXCEPTIONS || around.is_none_or(|(first, last)| (first..=last).contains(&day))
        };
        let near: Vec<&(i32, Shifts)> = differs.into_iter().filter(|(day, _)| is_near(*day)).collect();
        if near.len() < n_all {
            remarks.push(format!(
                "not carried over: {} more exceptions, over a year before the plan or five years after it",
                n_all - near.len()
            ));
        }
        let mut off: Vec<(i32, i32)> = Vec::new();
        let mut extra = Vec::new();
        for (day, shifts) in near {
            if shifts.is_empty() {
                match off.last_mut() {
                    // Over days that nobody works anyway, one period goes on.
                    Some((first, last))
                        if (*last + 1..*day).all(|between| self.is_off(between))
                            && day - *first < LONGEST_PERIOD =>
                    {
                        *last = *day;
                    }
                    _ => off.push((*day, *day)),
                }
            } else if week(*day).is_empty() && **shifts == *self.hours {
                extra.push(date(*day).to_string());
            } else {
                extra.extend(shifts.iter().map(|(from, to)| {
                    let at = |minute: u16| moment(Moment::at(date(*day), minute));
                    // The end of a day has no clock time of its own.
                    let finish = if *to == 24 * 60 { date(*day).to_string() } else { at(*to) };
                    let start = if *from == 0 && *to == 24 * 60 { at(0) } else { at(*from) };
                    format!("{{ start = {start}, finish = {finish} }}")
                }));
            }
        }
        let off = off.into_iter().map(|(first, last)| match first == last {
            true => date(first).to_string(),
            false => format!("{{ start = {}, finish = {} }}", date(first), date(last)),
        });
        (off.collect(), extra)
    }

    fn is_off(&self, day: i32) -> bool {
        match self.time.exceptions.binary_search_by_key(&day, |(day, _)| *day) {
            Ok(found) => self.time.exceptions[found].1.is_empty(),
            Err(_) => self.time.week[weekday_of(day)].is_empty(),
        }
    }

    /// The shifts of a day.
    pub(super) fn shifts(&self, day: Date) -> &[(u16, u16)] {
        let number = day_number(day);
        match self.time.exceptions.binary_search_by_key(&number, |(day, _)| *day) {
            Ok(found) => &self.time.exceptions[found].1,
            Err(_) => &self.time.week[weekday_of(number)],
        }
    }
}

/// Values of a list, on several lines where one would be too long.
fn wrapped(values: &[String]) -> String {
    const WIDTH: usize = 100;
    let one = format!("[{}]", values.join(", "));
    if one.len() <= WIDTH {
        return one;
    }
    let mut lines = vec![String::new()];
    for value in values {
        if lines.last().is_some_and(|line| !line.is_empty() && line.len() + value.len() > WIDTH) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if line.is_empty() { "  " } else { " " });
            line.push_str(value);
            line.push(',');
        }
    }
    format!("[\n{}\n]", lines.join("\n"))
}

/// `08:00-12:00`.
fn clock((from, to): (u16, u16)) -> String {
    format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
}

/// Minutes as hours, such as 7.5.
fn hours_of(minutes: i64) -> String {
    let mut out = String::new();
    let _ = crate::model::write_thousandths(&mut out, minutes * 1000 / 60);
    out
}

/// A date as the language has it, with its clock time where it has one.
pub(super) fn moment(moment: Moment) -> String {
    match moment.minute() {
        None => moment.date.to_string(),
        // The end of a day is the beginning of the next.
        Some(1440) => match moment.date.tomorrow() {
            Ok(next) => format!("{next}T00:00:00"),
            Err(_) => moment.date.to_string(),
        },
        Some(minute) => format!("{}T{:02}:{:02}:00", moment.date, minute / 60, minute % 60),
    }
}

/// Days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i32 {
    (date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24) as i32
}

fn date(number: i32) -> Date {
    let span = jiff::Span::new().days(number.clamp(-719_162, 2_932_896));
    Date::constant(1970, 1, 1).saturating_add(span)
}

/// 0 for Monday; 1970-01-01 was a Thursday.
fn weekday_of(number: i32) -> usize {
    number.saturating_add(3).rem_euclid(7) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(time: &WorkingTime) -> Vec<String> {
        let (fields, remarks) = Written::new(time).fields(None);
        fields.iter().map(|(key, value)| format!("{key} = {value}")).chain(remarks).collect()
    }

    #[test]
    fn a_week_with_a_short_friday_holidays_and_half_days() {
        let mut time = WorkingTime::default();
        time.week[4] = vec![(480, 720)];
        // 2026-12-24 is a Thursday, 20_811 days after 1970-01-01.
        let thursday = day_number(Date::constant(2026, 12, 24));
        time.exceptions = vec![
            (thursday, vec![(480, 720)]),
            (thursday + 1, vec![]),
            (thursday + 2, vec![]),
            (thursday + 4, vec![]),
            (thursday + 5, vec![(480, 720), (780, 1020)]),
            (thursday + 9, vec![(480, 720), (780, 1020)]),
            (thursday + 10, vec![(1320, 1440)]),
        ];
        assert_eq!(
            fields(&time),
            [
                "work-week = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
                "hours = [\"08:00-12:00\", \"13:00-17:00\", \"fri 08:00-12:00\"]",
                "holidays = [{ start = 2026-12-25, finish = 2026-12-28 }]",
                "extra-days = [\n  { start = 2026-12-24T08:00:00, finish = 2026-12-24T12:00:00 }, 2027-01-02,\n  { start = 2027-01-03T22:00:00, finish = 2027-01-03 },\n]",
            ]
        );
    }

    #[test]
    fn what_a_day_means_is_said_where_it_is_something_else() {
        let time = WorkingTime { minutes_per_day: 600, ..WorkingTime::default() };
        assert!(fields(&time)[2].contains("was 10 hours there; here it is what is worked, 8 hours"));
    }

    #[test]
    fn day_and_night() {
        let time = WorkingTime {
            week: std::array::from_fn(|_| vec![(0, 1440)]),
            minutes_per_day: 1440,
            ..WorkingTime::default()
        };
        assert_eq!(fields(&time)[1], "hours = \"00:00-24:00\"");
        assert_eq!(Written::new(&time).per_day, 1440);
    }
}
