//! Dates as spreadsheets write them. Year first is always understood; everything else only in one format, because
//! 03/04/2026 is a day in March to some and a day in April to others.

use jiff::civil::Date;

use crate::model::{Moment, weekday};

/// How dates are written, such as `%d.%m.%Y`. A day of the week before it and a time behind it are always allowed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct DateFormat {
    written: String,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Day,
    Month,
    MonthName,
    Year,
    ShortYear,
    Blank,
    Sign(char),
}

/// The formats that are tried where nobody says which it is.
const USUAL: [&str; 19] = [
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d-%m-%y",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d/%b/%y",
    "%d/%b/%Y",
    "%d-%b-%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d. %b %Y",
    "%b %d, %Y",
];

/// Years of two digits below this one are of this century.
const FIRST_OF_LAST_CENTURY: i16 = 80;

impl DateFormat {
    /// Reads a format: `%d` day, `%m` month, `%b` or `%B` its name, `%Y` year, `%y` its last two digits, `%a` or `%A`
    /// the day of the week, which is passed over; what describes a time is not needed. `None` where a day, a month or a
    /// year is missing, or where it has something else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text.trim().chars();
        while let Some(sign) = rest.next() {
            let part = match sign {
                '%' => match rest.find(|it| *it != '-')? {
                    'd' | 'e' => Part::Day,
                    'm' => Part::Month,
                    'b' | 'B' => Part::MonthName,
                    'Y' => Part::Year,
                    'y' => Part::ShortYear,
                    'a' | 'A' => {
                        // Passed over with what separates it from the date.
                        let after = rest.as_str().trim_start_matches([' ', ',', '.']);
                        rest = after.chars();
                        continue;
                    }
                    // The time begins: it is understood in every form.
                    'H' | 'I' | 'k' | 'l' | 'M' | 'S' | 'p' | 'T' | 'R' => break,
                    _ => return None,
                },
                it if it.is_whitespace() => Part::Blank,
                it => Part::Sign(it),
            };
            parts.push(part);
        }
        while matches!(parts.last(), Some(Part::Blank | Part::Sign('T' | ','))) {
            parts.pop();
        }
        let count = |wanted: &[Part]| parts.iter().filter(|it| wanted.contains(it)).count();
        let is_whole = count(&[Part::Day]) == 1
            && count(&[Part::Month, Part::MonthName]) == 1
            && count(&[Part::Year, Part::ShortYear]) == 1;
        is_whole.then(|| Self { written: text.trim().to_owned(), parts })
    }

    /// As it is written in a configuration.
    pub(super) fn as_str(&self) -> &str {
        &self.written
    }

    /// January 11, 2027, written in it.
    pub(super) fn example(&self) -> String {
        let mut example = String::new();
        for part in &self.parts {
            match part {
                Part::Day => example.push_str("11"),
                Part::Month => example.push_str("01"),
                Part::MonthName => example.push_str("Jan"),
                Part::Year => example.push_str("2027"),
                Part::ShortYear => example.push_str("27"),
                Part::Blank => example.push(' '),
                Part::Sign(sign) => example.push(*sign),
            }
        }
        example
    }

    /// A date in this format, with its time where it has one. `None` also where the day of the week before it is wrong.
    pub(super) fn read(&self, text: &str) -> Option<Moment> {
        let mut rest = text.trim();
        let mut day_of_week = None;
        if !matches!(self.parts.first(), Some(Part::MonthName)) {
            let word = rest.find(|it: char| !it.is_alphabetic()).map_or("", |end| &rest[..end]);
            if !word.is_empty() {
                day_of_week = weekday(word);
                rest = rest[word.len()..].trim_start_matches(['.', ',', ' ']);
            }
        }
        let (mut day, mut month, mut year) = (0, 0, 0);
        for part in &self.parts {
            match part {
                Part::Day => day = number(&mut rest, 1, 2)?,
                Part::Month => month = number(&mut rest, 1, 2)?,
                Part::MonthName => month = month_name(&mut rest)?,
                Part::Year => year = number(&mut rest, 4, 4)?,
                Part::ShortYear => {
                    let short = number(&mut rest, 2, 2)?;
                    year = if short < FIRST_OF_LAST_CENTURY { 2000 + short } else { 1900 + short };
                }
                Part::Blank => rest = rest.trim_start(),
                Part::Sign(sign) => rest = rest.trim_start().strip_prefix(*sign)?,
            }
        }
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        if rest.starts_with(|it: char| it.is_ascii_digit())
            || day_of_week
                .is_some_and(|day| i32::from(day) != i32::from(date.weekday().to_monday_zero_offset()))
        {
            return None;
        }
        moment(date, rest)
    }
}

/// A number of so many digits.
fn number(rest: &mut &str, least: usize, most: usize) -> Option<i16> {
    let n_digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let (digits, after) = rest.split_at_checked(n_digits)?;
    *rest = after;
    (n_digits >= least).then(|| digits.parse().ok())?
}

/// The name of a month or its beginning, in English, German or French.
fn month_name(rest: &mut &str) -> Option<i16> {
    const MONTHS: [&[&str]; 12] = [
        &["jan"],
        &["feb", "fév", "fev"],
        &["mar", "mär", "mrz"],
        &["apr", "avr"],
        &["may", "mai"],
        &["jun", "juin"],
        &["jul", "juil"],
        &["aug", "aoû", "aou"],
        &["sep"],
        &["oct", "okt"],
        &["nov"],
        &["dec", "dez", "déc"],
    ];
    let end = rest.find(|it: char| !it.is_alphabetic()).unwrap_or(rest.len());
    if end > 16 {
        return None;
    }
    let word = rest[..end].to_lowercase();
    let month = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)))?;
    *rest = rest[end..].trim_start_matches('.');
    Some(month as i16 + 1)
}

/// A date and what stands behind it: nothing, or a time in either way to count the hours.
fn moment(date: Date, rest: &str) -> Option<Moment> {
    let rest = rest.trim_start_matches(['T', ',', ' ', '-', '\u{A0}', '\u{202F}']).trim_end();
    if rest.is_empty() {
        return Some(Moment::day(date));
    }
    let mut rest = rest;
    let hour = number(&mut rest, 1, 2)?;
    rest = rest.strip_prefix(':')?;
    let minute = number(&mut rest, 2, 2)?;
    if let Some(after) = rest.strip_prefix(':') {
        rest = after.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
    }
    let word = rest.trim().replace('.', "").to_ascii_lowercase();
    let hour = match word.as_str() {
        "am" => hour % 12,
        "pm" if hour <= 12 => hour % 12 + 12,
        // An offset or the word for o'clock.
        it if it.starts_with(['z', '+', '-']) || it.is_empty() || it == "uhr" || it == "h" => hour,
        _ => return None,
    };
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= 24 * 60).then(|| Moment::at(date, minutes as u16))
}

/// A date that begins with the year: nobody reads it in two ways. TaskJuggler joins the time to it by a hyphen.
pub(super) fn iso(text: &str) -> Option<Moment> {
    if let Some(moment) = Moment::parse(text) {
        return Some(moment);
    }
    let day = Moment::parse(text.get(..10)?)?;
    let time = text.get(10..)?.strip_prefix('-')?;
    moment(day.date, time.get(..5)?)
}

/// Whether a cell says that there is no date: what MS Project writes for it, or a dash.
pub(super) fn is_nothing(text: &str) -> bool {
    const WORDS: [&str; 8] = ["NA", "N/A", "NV", "n.v.", "-", "--", "ND", "none"];
    text.is_empty() || (text.len() <= 4 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// What is known about the dates of a column after looking at all of them.
#[derive(Debug)]
pub(super) struct Guess<P> {
    /// Formats in which every date so far can be read, by their number in [`USUAL`].
    live: Vec<usize>,
    /// Whether any of its cells is a date at all, other than year first.
    is_used: bool,
    /// Two dates of the column cannot have been written in one format: the place of the second.
    mixed: Option<P>,
    /// The first date that the formats still possible read in two ways.
    unclear: Vec<(P, [Option<Date>; USUAL.len()])>,
}

/// What the dates of a column turn out to be written in.
#[derive(Debug)]
pub(super) enum Verdict<P> {
    /// All cells that are dates begin with the year, or there are none.
    Iso,
    /// One format fits, or all that fit say the same.
    Format(DateFormat),
    /// Several formats fit and say different things: of which cell, and which formats.
    Unclear(P, Vec<DateFormat>),
    /// No format fits them all: the cell at which that shows.
    Mixed(P),
}

/// The formats of [`USUAL`], ready to read with.
pub(super) struct Formats(Vec<DateFormat>);

impl Formats {
    pub(super) fn usual() -> Self {
        Self(USUAL.iter().filter_map(|format| DateFormat::parse(format)).collect())
    }
}

impl<P: Copy> Guess<P> {
    pub(super) fn new() -> Self {
        Self { live: (0..USUAL.len()).collect(), is_used: false, mixed: None, unclear: Vec::new() }
    }

    /// Looks at a cell that is neither empty nor year first.
    pub(super) fn see(&mut self, text: &str, place: P, formats: &Formats) {
        if text.len() > 64 || self.mixed.is_some() {
            return;
        }
        let mut readings = [None; USUAL.len()];
        let mut is_read = false;
        for &number in &self.live {
            if let Some(moment) = formats.0.get(number).and_then(|format| format.read(text)) {
                readings[number] = Some(moment.date);
                is_read = true;
            }
        }
        if !is_read {
            // A date in a format that others of the column have ruled out, or no date at all.
            if self.is_used && formats.0.iter().any(|format| format.read(text).is_some()) {
                self.mixed = Some(place);
            }
            return;
        }
        self.is_used = true;
        self.live.retain(|&number| readings[number].is_some());
        if !self.is_clear(&readings) && self.unclear.len() < 2 {
            self.unclear.push((place, readings));
        }
    }

    /// Whether the formats still possible read a cell in one way.
    fn is_clear(&self, readings: &[Option<Date>; USUAL.len()]) -> bool {
        let mut dates = self.live.iter().filter_map(|&number| readings[number]);
        let first = dates.next();
        dates.all(|date| Some(date) == first)
    }

    /// Whether a single format is left.
    pub(super) fn is_certain(&self) -> bool {
        self.live.len() == 1
    }

    /// What it comes to. `told` are formats that other columns of the file turned out to have.
    pub(super) fn verdict(&self, formats: &Formats, told: &[DateFormat]) -> Verdict<P> {
        if let Some(place) = self.mixed {
            return Verdict::Mixed(place);
        }
        let live: Vec<&DateFormat> = self.live.iter().filter_map(|&number| formats.0.get(number)).collect();
        let Some(first) = live.first().filter(|_| self.is_used) else { return Verdict::Iso };
        let unclear = self.unclear.iter().find(|(_, readings)| !self.is_clear(readings));
        match unclear {
            None => Verdict::Format((*first).clone()),
            Some((place, _)) => match live.iter().find(|format| told.contains(format)) {
                Some(format) => Verdict::Format((*format).clone()),
                None => Verdict::Unclear(*place, live.into_iter().cloned().collect()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<String> {
        DateFormat::parse(format).unwrap().read(text).map(|moment| moment.to_string())
    }

    #[test]
    fn formats_read_what_they_say() {
        for (format, text, expected) in [
            ("%d.%m.%Y", "12.01.2026", Some("2026-01-12")),
            ("%d.%m.%Y", "1.2.2026 08:30", Some("2026-02-01 08:30")),
            ("%d.%m.%y", "Mo 12.01.26", Some("2026-01-12")),
            ("%a %m/%d/%y", "Mon 1/12/26", Some("2026-01-12")),
            ("%m/%d/%y", "Tue 1/12/26", None),
            ("%d/%m/%Y", "31/02/2026", None),
            ("%m/%d/%Y %I:%M %p", "1/12/2026 5:00 PM", Some("2026-01-12 17:00")),
            ("%m/%d/%Y", "1/12/2026 12:15 AM", Some("2026-01-12 00:15")),
            ("%d/%b/%y", "05/Jan/26 9:00 AM", Some("2026-01-05 09:00")),
            ("%b %d, %Y", "January 5, 2026", Some("2026-01-05")),
            ("%d. %b %Y", "5. März 2026", Some("2026-03-05")),
            ("%d.%m.%y", "12.01.2026", None),
            ("%d.%m.%Y", "12.01.26", None),
            ("%d.%m.%Y", "12.01.2026 25:00", None),
        ] {
            assert_eq!(read(format, text).as_deref(), expected, "{format} {text}");
        }
        for format in ["", "%d.%m", "%d.%m.%Y %Q", "dd.mm.yyyy", "%d.%m.%Y.%y"] {
            assert!(DateFormat::parse(format).is_none(), "{format}");
        }
        assert_eq!(iso("2007-12-16-01:00:00-+0100").unwrap().to_string(), "2007-12-16 01:00");
    }

    fn verdict(cells: &[&str]) -> String {
        let formats = Formats::usual();
        let mut guess = Guess::new();
        for (place, cell) in cells.iter().enumerate() {
            guess.see(cell, place, &formats);
        }
        match guess.verdict(&formats, &[]) {
            Verdict::Iso => "iso".into(),
            Verdict::Format(format) => format.as_str().into(),
            Verdict::Unclear(place, formats) => {
                let formats: Vec<&str> = formats.iter().map(DateFormat::as_str).collect();
                format!("{place}: {}", formats.join(" or "))
            }
            Verdict::Mixed(place) => format!("mixed at {place}"),
        }
    }

    #[test]
    fn a_column_is_read_only_where_one_reading_is_left() {
        assert_eq!(verdict(&[]), "iso");
        assert_eq!(verdict(&["01.02.2026"]), "%d.%m.%Y");
        assert_eq!(verdict(&["05/05/2026", "03/04/2026"]), "1: %d/%m/%Y or %m/%d/%Y");
        assert_eq!(verdict(&["03/04/2026", "13/04/2026"]), "%d/%m/%Y");
        assert_eq!(verdict(&["03/04/2026", "04/13/2026"]), "%m/%d/%Y");
        assert_eq!(verdict(&["13/04/2026", "04/13/2026"]), "mixed at 1");
        assert_eq!(verdict(&["05/05/2026"]), "%d/%m/%Y");
        // The day of the week decides.
        assert_eq!(verdict(&["Mon 1/12/26"]), "%m/%d/%y");
        assert_eq!(verdict(&["TBD", "Q3", "13/04/2026"]), "%d/%m/%Y");
    }
}
