//! Working time as P6 writes it: `(0||CalendarData()((0||DaysOfWeek()((0||1()())(0||2()((0||0(s|08:00|f|12:00)())...`.
//!
//! Versions lay it out differently: with the character 7F and blanks between the parts, with blanks, without anything,
//! or without the word CalendarData; start before finish or after it. The form is always the same: a record is a number,
//! a name, values in parentheses, and records in parentheses.

use crate::model::{Shifts, WorkingTime};

/// Days from 1899-12-30, from which P6 counts, to 1970-01-01.
const SERIAL_OF_1970: i64 = 25_569;

const MIDNIGHT: u16 = 24 * 60;

/// What a calendar says of itself.
pub(super) struct CalendarData {
    /// Monday to Sunday; none where nothing is said about the week.
    pub(super) week: Option<[Shifts; 7]>,
    /// Days that differ, as days since 1970-01-01.
    pub(super) exceptions: Vec<(i32, Shifts)>,
}

/// What an open record stands for.
#[derive(Clone, Copy)]
enum Record {
    Other,
    Week,
    /// 0 for Monday.
    Day(usize),
    Exceptions,
    /// Its number among the exceptions.
    Exception(usize),
    Shift,
}

/// Reads the text of a calendar, or says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<CalendarData, &'static str> {
    const CUT: &str = "it breaks off in the middle";
    let is_filling = |c: char| c.is_whitespace() || c.is_control();
    let mut data = CalendarData { week: None, exceptions: Vec::new() };
    // Each open parenthesis: of a record, or of the list of records inside one.
    let mut open: Vec<Option<Record>> = Vec::new();
    let mut rest = text.trim_start_matches(is_filling);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(')') {
            if open.pop().is_none() {
                return Err("it has more closing parentheses than opening ones");
            }
            rest = after.trim_start_matches(is_filling);
            continue;
        }
        let Some(after) = rest.strip_prefix('(') else {
            return Err("it has text between its parts");
        };
        let digits = after.trim_start_matches(|c: char| c.is_ascii_digit());
        let Some(named) = digits.strip_prefix("||").filter(|_| digits.len() < after.len()) else {
            open.push(None);
            rest = after.trim_start_matches(is_filling);
            continue;
        };
        let (name, after_name) = named.split_once('(').ok_or(CUT)?;
        let (values, after_values) = after_name.split_once(')').ok_or(CUT)?;
        let parent = open.iter().rev().find_map(|it| *it).unwrap_or(Record::Other);
        let record = data.read(parent, name.trim_matches(is_filling), values)?;
        open.push(Some(record));
        rest = after_values.trim_start_matches(is_filling);
    }
    if !open.is_empty() {
        return Err(CUT);
    }
    if data.week.is_none() && data.exceptions.is_empty() {
        return Err("it says nothing about the days of the week");
    }
    Ok(data)
}

impl CalendarData {
    fn read(&mut self, parent: Record, name: &str, values: &str) -> Result<Record, &'static str> {
        Ok(match parent {
            Record::Week => {
                let day = name.parse::<usize>().ok().filter(|day| (1..=7).contains(day));
                // P6 counts from Sunday.
                let day = (day.ok_or("a day of the week has no number from 1 to 7")? + 5) % 7;
                Record::Day(day)
            }
            Record::Exceptions => {
                let serial = value(values, "d").ok_or("an exception does not say on which day")?;
                let whole = serial.split('.').next().unwrap_or(serial);
                let serial: i64 = whole.parse().map_err(|_| "the day of an exception is not a number")?;
                // A day that no calendar of the world has cannot matter to any date.
                let day = (serial.clamp(-5_000_000, 5_000_000) - SERIAL_OF_1970) as i32;
                self.exceptions.push((day, Shifts::new()));
                Record::Exception(self.exceptions.len() - 1)
            }
            Record::Day(day) => {
                let week = self.week.get_or_insert_default();
                add_shift(week, day, values)?;
                Record::Shift
            }
            Record::Exception(number) => {
                let (from, to) = shift(values)?;
                if let Some((_, shifts)) = self.exceptions.get_mut(number) {
                    // What goes on after midnight belongs to a day that the exception does not speak of.
                    shifts.push((from, if to <= from { MIDNIGHT } else { to }));
                }
                Record::Shift
            }
            Record::Other | Record::Shift => match name {
                "DaysOfWeek" => {
                    self.week.get_or_insert_default();
                    Record::Week
                }
                "Exceptions" => Record::Exceptions,
                _ => Record::Other,
            },
        })
    }

    /// The working time, with what a calendar takes over from the one it is based on.
    pub(super) fn working_time(self, base: Option<&WorkingTime>) -> WorkingTime {
        let week = self.week.or_else(|| base.map(|base| base.week.clone())).unwrap_or_default();
        let mut exceptions = base.map_or_else(Vec::new, |base| base.exceptions.clone());
        // Own days stand later, so they count.
        exceptions.extend(self.exceptions);
        let mut time = WorkingTime { week, exceptions, ..WorkingTime::default() };
        time.tidy();
        time
    }
}

/// A shift that ends before it begins goes on after midnight, on the next day.
fn add_shift(week: &mut [Shifts; 7], day: usize, values: &str) -> Result<(), &'static str> {
    let (from, to) = shift(values)?;
    if to > from {
        week[day].push((from, to));
    } else {
        week[day].push((from, MIDNIGHT));
        if to > 0 {
            week[(day + 1) % 7].push((0, to));
        }
    }
    Ok(())
}

/// Start and finish of a shift; a finish at 00:00 is midnight.
fn shift(values: &str) -> Result<(u16, u16), &'static str> {
    let time = |key| value(values, key).and_then(clock).ok_or("a shift has no start or no finish");
    let (from, to) = (time("s")?, time("f")?);
    Ok((from, if to == 0 && from > 0 { MIDNIGHT } else { to }))
}

/// The value behind a key in `s|08:00|f|12:00`.
fn value<'v>(values: &'v str, key: &str) -> Option<&'v str> {
    let mut parts =
        values.split('|').map(|part| part.trim_matches(|c: char| c.is_whitespace() || c.is_control()));
    while let Some(part) = parts.next() {
        let value = parts.next();
        if part == key {
            return value;
        }
    }
    None
}

/// Minutes after midnight of `08:00`, `8:00`, `08:00:00`, `8:00 PM`.
fn clock(text: &str) -> Option<u16> {
    let upper = text.to_ascii_uppercase();
    let (time, shift) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(time), _) => (time, Some(0)),
        (_, Some(time)) => (time, Some(12)),
        _ => (upper.as_str(), None),
    };
    let mut parts = time.trim().split(':');
    let hours: u16 = parts.next()?.parse().ok()?;
    let minutes: u16 = parts.next()?.parse().ok()?;
    let hours = match shift {
        Some(shift) if (1..=12).contains(&hours) => hours % 12 + shift,
        Some(_) => return None,
        None => hours,
    };
    (minutes < 60 && hours <= 24).then_some(hours * 60 + minutes).filter(|minute| *minute <= MIDNIGHT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO_SHIFTS: [(u16, u16); 2] = [(480, 720), (780, 1020)];

    fn read(text: &str) -> CalendarData {
        parse(text).unwrap_or_else(|problem| panic!("{problem}: {text}"))
    }

    #[test]
    fn the_four_layouts_say_the_same() {
        let compact = "(0||CalendarData()((0||DaysOfWeek()((0||1()())(0||2()((0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())))(0||7()())))(0||VIEW(ShowTotal|Y)())(0||Exceptions()((0||0(d|46023)())(0||1(d|46024)((0||0(f|12:00|s|08:00)())))))))";
        let spaced = compact.replace("(0||", "    (0||");
        let with_7f = compact.replace("(0||", "\u{7F}\u{7F}  (0||");
        let nameless = compact.replace("CalendarData", "");
        let bare = "(0||DaysOfWeek()((0||1()())(0||2()((0||0(f|12:00|s|08:00)())(0||1(f|17:00|s|13:00)())))))(0||Exceptions()((0||0(d|46023)())(0||1(d|46024)((0||0(s|08:00|f|12:00)())))))";
        for text in [compact, &spaced, &with_7f, &nameless, bare] {
            let data = read(text);
            let week = data.week.unwrap_or_default();
            assert_eq!(week[0], TWO_SHIFTS, "{text}");
            assert!(week[1..].iter().all(Vec::is_empty), "{text}");
            // 46023 is 2026-01-01.
            assert_eq!(data.exceptions, [(20_454, vec![]), (20_455, vec![(480, 720)])], "{text}");
        }
    }

    #[test]
    fn midnight_ends_a_day_and_a_night_shift_goes_on() {
        let week = |shift: &str| {
            read(&format!("(0||CalendarData()((0||DaysOfWeek()((0||7()((0||0({shift})())))))))"))
                .week
                .unwrap_or_default()
        };
        assert_eq!(week("s|00:00|f|00:00")[5], [(0, 1440)]);
        assert_eq!(week("s|16:00|f|00:00")[5], [(960, 1440)]);
        assert_eq!(week("s|22:00|f|06:00")[5], [(1320, 1440)]);
        assert_eq!(week("s|22:00|f|06:00")[6], [(0, 360)]);
        assert_eq!(week("s|8:00 AM|f|5:30 PM")[5], [(480, 1050)]);
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        for (text, expected) in [
            ("(0||CalendarData()(", "breaks off"),
            ("(0||CalendarData", "breaks off"),
            ("", "says nothing"),
            ("Mon-Fri 8-5", "text between"),
            ("(0||CalendarData()())", "says nothing"),
            ("(0||DaysOfWeek()((0||8()())))", "1 to 7"),
            ("(0||DaysOfWeek()((0||2()((0||0(s|08:00)())))))", "no finish"),
            ("(0||DaysOfWeek()((0||2()((0||0(s|25:00|f|26:00)())))))", "no finish"),
            ("(0||DaysOfWeek()((0||1()())))(0||Exceptions()((0||0(d|x)())))", "not a number"),
            ("(0||DaysOfWeek()((0||1()())))))", "closing"),
        ] {
            let problem = parse(text).err().unwrap_or("understood");
            assert!(problem.contains(expected), "{text}: {problem}");
        }
    }

    #[test]
    fn days_of_the_base_calendar_count_unless_the_own_ones_differ() {
        let base = read("(0||DaysOfWeek()((0||2()((0||0(s|08:00|f|12:00)())))))(0||Exceptions()((0||0(d|46023)())(0||1(d|46024)())))").working_time(None);
        let own =
            read("(0||Exceptions()((0||0(d|46024)((0||0(s|08:00|f|09:00)())))))").working_time(Some(&base));
        assert_eq!(own.week[0], [(480, 720)]);
        assert_eq!(own.exceptions, [(20_454, vec![]), (20_455, vec![(480, 540)])]);
    }
}
