//! The types that a field of a plan can have, and how people write them. Pure: text in, value or nothing out.

use std::num::NonZeroU32;

use jiff::civil::Date;

use crate::source::{FileId, Span};

/// A value and where it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written; for a quoted text, what stands between the quotes.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value written at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A text of a plan, kept as the place where it is written (12 bytes, nothing is copied). [`super::Model::text`] reads it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Text {
    /// The file; its highest bit says that the text is not what stands there, but in [`super::Texts`]' side table.
    file: NonZeroU32,
    start: u32,
    end: u32,
}

const DECODED: u32 = 1 << 31;

impl Text {
    /// The text that stands at a place, word for word.
    pub fn verbatim(span: Span) -> Self {
        Self { file: span.file.raw(), start: span.start, end: span.end }
    }

    /// A text that stands at a place with escapes or otherwise altered: the side table holds it under this place.
    pub(crate) fn decoded(span: Span) -> Self {
        Self { file: span.file.raw() | DECODED, start: span.start, end: span.end }
    }

    /// Where it is written.
    pub fn span(self) -> Span {
        let raw = NonZeroU32::new(self.file.get() & !DECODED).unwrap_or(NonZeroU32::MIN);
        Span { file: FileId::from_raw(raw), start: self.start, end: self.end }
    }

    pub(crate) fn is_decoded(self) -> bool {
        self.file.get() & DECODED != 0
    }
}

/// A list of texts: a range of the model's text arena, after one element that is the place of the whole list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct List {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl List {
    /// Whether the field was given at all, even as an empty list.
    pub fn is_given(self) -> bool {
        self.start != 0 || self.len != 0
    }

    /// Number of elements.
    pub fn len(self) -> usize {
        self.len as usize
    }

    /// Whether there is nothing in it.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// The unit a duration is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Unit {
    /// Minutes of working time (`m`); never months.
    Minutes = 0,
    /// Hours of working time (`h`).
    Hours = 1,
    /// Working days of the calendar (`d`).
    Days = 2,
    /// Working weeks of the calendar (`w`).
    Weeks = 3,
    /// Twenty working days (`mo`).
    Months = 4,
}

/// An amount of time as written: a number, a unit, and whether nights and weekends count (`e`, elapsed).
/// Held to the thousandth of the unit in eight bytes (two halves, so that it fits between fields of four).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Duration([u32; 2]);

/// Largest number of thousandths that a duration can hold: beyond any plan, and small enough that sums cannot overflow.
const MOST: i64 = 1 << 50;

impl Duration {
    /// No time at all.
    pub const ZERO: Duration = Duration::packed(Unit::Days as i64);

    const fn packed(bits: i64) -> Self {
        Self([bits as u32, (bits >> 32) as u32])
    }

    const fn bits(self) -> i64 {
        (self.0[1] as i64) << 32 | self.0[0] as i64
    }

    /// So many thousandths of a unit. Amounts beyond a hundred million years are cut.
    pub fn new(thousandths: i64, unit: Unit, elapsed: bool) -> Self {
        Self::packed(thousandths.clamp(-MOST, MOST) << 4 | i64::from(elapsed) << 3 | unit as i64)
    }

    /// Whole minutes of working time.
    pub fn minutes(minutes: i64) -> Self {
        Self::new(minutes.clamp(-MOST, MOST).saturating_mul(1000), Unit::Minutes, false)
    }

    /// How many thousandths of its unit.
    pub fn thousandths(self) -> i64 {
        self.bits() >> 4
    }

    /// Its unit.
    pub fn unit(self) -> Unit {
        match self.bits() & 7 {
            0 => Unit::Minutes,
            1 => Unit::Hours,
            3 => Unit::Weeks,
            4 => Unit::Months,
            _ => Unit::Days,
        }
    }

    /// Whether nights and weekends count.
    pub fn is_elapsed(self) -> bool {
        self.bits() & 8 != 0
    }

    /// Whether it is no time.
    pub fn is_zero(self) -> bool {
        self.thousandths() == 0
    }

    /// Whether it is less than nothing (a lead).
    pub fn is_negative(self) -> bool {
        self.thousandths() < 0
    }

    /// In thousandths of a working day of `hours_per_day` hours and weeks of `days_per_week` days. An elapsed day
    /// counts as `days_per_week`/7 of a working day: what it comes to on average.
    pub fn day_thousandths(self, minutes_per_day: i64, days_per_week: i64) -> i64 {
        let amount = self.thousandths();
        let per_day = minutes_per_day.max(1);
        let (numerator, denominator) = if self.is_elapsed() {
            let minutes = match self.unit() {
                Unit::Minutes => 1,
                Unit::Hours => 60,
                Unit::Days => 24 * 60,
                Unit::Weeks => 7 * 24 * 60,
                Unit::Months => 30 * 24 * 60,
            };
            (minutes * days_per_week, 7 * 24 * 60)
        } else {
            match self.unit() {
                Unit::Minutes => (1, per_day),
                Unit::Hours => (60, per_day),
                Unit::Days => (1, 1),
                Unit::Weeks => (days_per_week, 1),
                Unit::Months => (20, 1),
            }
        };
        (i128::from(amount) * i128::from(numerator) / i128::from(denominator)) as i64
    }

    /// Reads `5d`, `2w`, `1.5h`, `3ed`, `1mo`; a bare `0` is no time. Blanks between number and unit are allowed.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let thousandths = parse_thousandths(&rest[..digits])?;
        let word = rest[digits..].trim_start();
        let (elapsed, word) = match word.strip_prefix('e') {
            Some(word) => (true, word),
            None => (false, word),
        };
        let unit = match word {
            "m" | "min" => Unit::Minutes,
            "h" | "hr" => Unit::Hours,
            "d" => Unit::Days,
            "w" | "wk" => Unit::Weeks,
            "mo" => Unit::Months,
            "" if thousandths == 0 && !elapsed => return Some(Self::ZERO),
            _ => return None,
        };
        Some(Self::new(if negative { -thousandths } else { thousandths }, unit, elapsed))
    }
}

impl std::fmt::Display for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write_thousandths(f, self.thousandths())?;
        let elapsed = if self.is_elapsed() { "e" } else { "" };
        let unit = match self.unit() {
            Unit::Minutes => "m",
            Unit::Hours => "h",
            Unit::Days => "d",
            Unit::Weeks => "w",
            Unit::Months => "mo",
        };
        write!(f, "{elapsed}{unit}")
    }
}

impl std::fmt::Debug for Duration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Writes a number of thousandths without needless zeros: 1500 is `1.5`.
pub fn write_thousandths(f: &mut impl std::fmt::Write, thousandths: i64) -> std::fmt::Result {
    let sign = if thousandths < 0 { "-" } else { "" };
    let amount = thousandths.unsigned_abs();
    write!(f, "{sign}{}", amount / 1000)?;
    let fraction = format!("{:03}", amount % 1000);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { Ok(()) } else { write!(f, ".{fraction}") }
}

/// A decimal number as thousandths; further digits are dropped. Nothing but digits and one point.
pub fn parse_thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok().filter(|&n| n < MOST)? };
    let mut parts = fraction.bytes().chain(*b"000").take(3).map(|byte| i64::from(byte - b'0'));
    let fraction = parts.next()? * 100 + parts.next()? * 10 + parts.next()?;
    whole.checked_mul(1000)?.checked_add(fraction)
}

/// A day, with a clock time where one was given. Local to the site.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// Minutes since midnight plus one; 0 where no time was given.
    minute: u16,
}

impl Moment {
    /// A day without a time.
    pub fn day(date: Date) -> Self {
        Self { date, minute: 0 }
    }

    /// A day and a time, in minutes since midnight.
    pub fn at(date: Date, minute: u16) -> Self {
        Self { date, minute: minute.min(24 * 60) + 1 }
    }

    /// Minutes since midnight, where a time was given.
    pub fn minute(self) -> Option<u16> {
        self.minute.checked_sub(1)
    }

    /// As the beginning of something: a day without a time begins at midnight.
    pub fn as_start(self) -> (Date, u16) {
        (self.date, self.minute().unwrap_or(0))
    }

    /// As the end of something: a day without a time ends at midnight after it.
    pub fn as_finish(self) -> (Date, u16) {
        (self.date, self.minute().unwrap_or(24 * 60))
    }

    /// Reads `2027-01-11`, `2027-01-11T22:00`, `2027-01-11 22:00:30`; an offset or `Z` at the end is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let date = text.get(..10)?;
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if year.len() != 4 || month.len() != 2 || day.len() != 2 {
            return None;
        }
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        let rest = &text[10..];
        let Some(time) = rest.strip_prefix(['T', 't', ' ']) else {
            return rest.is_empty().then(|| Self::day(date));
        };
        let minute = parse_clock(time.get(..5)?)?;
        let after = &time[5..];
        let plain = after.is_empty() || after.starts_with([':', 'Z', 'z', '+', '-']);
        plain.then(|| Self::at(date, minute))
    }
}

/// Minutes since midnight of `09:30`; `24:00` is the end of the day.
pub fn parse_clock(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| {
        (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
    };
    let (hours, minutes): (u16, u16) = (two(hours)?, two(minutes)?);
    (minutes < 60 && hours * 60 + minutes <= 24 * 60).then_some(hours * 60 + minutes)
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.date)?;
        match self.minute() {
            Some(minute) => write!(f, " {:02}:{:02}", minute / 60, minute % 60),
            None => Ok(()),
        }
    }
}

/// From a day to a day, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// First day.
    pub start: Moment,
    /// Last day.
    pub finish: Moment,
    /// Where it is written.
    pub span: Span,
}

/// The time agreed for a change: from a date and time to another, or every week from a day and time to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// The dates, where it happens once.
    pub dates: Option<(Moment, Moment)>,
    /// How long it is, in minutes by the clock.
    pub minutes: u32,
}

impl Window {
    /// From one moment to another.
    pub fn between(start: Moment, finish: Moment) -> Self {
        let minutes = |(date, minute): (Date, u16)| {
            i64::from(date.duration_since(jiff::civil::date(2000, 1, 1)).as_hours() as i32) * 60
                + i64::from(minute)
        };
        let minutes = minutes(finish.as_finish()) - minutes(start.as_start());
        Self { dates: Some((start, finish)), minutes: u32::try_from(minutes).unwrap_or(0) }
    }

    /// Reads `Sat 20:00 to Sun 12:00`; days by their first three letters, in English.
    pub fn parse(text: &str) -> Option<Self> {
        let (start, finish) = text.split_once(" to ").or_else(|| text.split_once(" - "))?;
        let minute_of_week = |text: &str| {
            let (day, time) = text.trim().split_once(' ')?;
            Some(i64::from(weekday(day)?) * 24 * 60 + i64::from(parse_clock(time.trim())?))
        };
        const WEEK: i64 = 7 * 24 * 60;
        let minutes = (minute_of_week(finish)? - minute_of_week(start)?).rem_euclid(WEEK);
        Some(Self { dates: None, minutes: if minutes == 0 { WEEK as u32 } else { minutes as u32 } })
    }
}

/// The day of the week, 0 for Monday, by its English name or the first three letters of it.
pub fn weekday(text: &str) -> Option<u8> {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let word = text.to_ascii_lowercase();
    let day = DAYS.iter().position(|day| word.len() >= 3 && day.starts_with(&word))?;
    Some(day as u8)
}

/// Hours of a calendar: `09:00-13:00`, or for one day of the week `fri 09:00-12:00`: the day, 0 for Monday, then from and
/// to in minutes since midnight. To before from goes on after midnight; to the same time is day and night.
pub fn parse_hours(text: &str) -> Option<(Option<u8>, (u16, u16))> {
    let text = text.trim();
    let (day, times) = match text.split_once(char::is_whitespace) {
        Some((word, times)) if word.starts_with(|it: char| it.is_ascii_alphabetic()) => {
            (Some(weekday(word)?), times)
        }
        _ => (None, text),
    };
    let (from, to) = times.split_once('-')?;
    Some((day, (parse_clock(from.trim())?, parse_clock(to.trim())?)))
}

/// How two tasks are linked: what of the predecessor holds what of the successor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum LinkKind {
    /// Finish to start: the successor starts after the predecessor has ended.
    FinishStart,
    /// Start to start.
    StartStart,
    /// Finish to finish.
    FinishFinish,
    /// Start to finish: the successor cannot end before the predecessor has started.
    StartFinish,
}

impl LinkKind {
    /// The two letters planners use.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkKind::FinishStart => "FS",
            LinkKind::StartStart => "SS",
            LinkKind::FinishFinish => "FF",
            LinkKind::StartFinish => "SF",
        }
    }

    /// The kind with these two letters, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::FinishStart, Self::StartStart, Self::FinishFinish, Self::StartFinish]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(text))
    }
}

/// The wait on a link: an amount of time, or a share of the predecessor's duration. Eight bytes, as a million tasks have
/// many links.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lag(Duration);

/// What a [`Lag`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LagAmount {
    /// So much time; negative is a lead.
    Time(Duration),
    /// So many thousandths of a per cent of the predecessor's duration.
    Percent(i64),
}

/// The place of a unit in [`Duration`] that no unit has.
const PERCENT: i64 = 7;

/// The place in [`Duration`] that says that nights and weekends count.
const ELAPSED: i64 = 8;

impl Lag {
    /// No wait.
    pub const NONE: Lag = Lag(Duration::ZERO);

    /// So much time.
    pub fn time(time: Duration) -> Self {
        Self(time)
    }

    /// So many thousandths of a per cent.
    pub fn percent(thousandths: i64) -> Self {
        Self(Duration::packed(thousandths.clamp(-MOST, MOST) << 4 | PERCENT))
    }

    /// So many thousandths of a per cent, counted day and night.
    pub fn elapsed_percent(thousandths: i64) -> Self {
        Self(Duration::packed(thousandths.clamp(-MOST, MOST) << 4 | ELAPSED | PERCENT))
    }

    /// Whether nights and weekends count.
    pub fn is_elapsed(self) -> bool {
        self.0.is_elapsed()
    }

    /// What it is.
    pub fn amount(self) -> LagAmount {
        let bits = self.0.bits();
        if bits & 7 == PERCENT { LagAmount::Percent(bits >> 4) } else { LagAmount::Time(self.0) }
    }

    /// Whether it is no wait.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether the successor may come before what it is linked to.
    pub fn is_negative(self) -> bool {
        self.0.is_negative()
    }

    /// The same wait the other way.
    pub fn negated(self) -> Self {
        match self.amount() {
            LagAmount::Time(time) => {
                Lag::time(Duration::new(-time.thousandths(), time.unit(), time.is_elapsed()))
            }
            LagAmount::Percent(percent) if self.is_elapsed() => Lag::elapsed_percent(-percent),
            LagAmount::Percent(percent) => Lag::percent(-percent),
        }
    }

    /// Reads `2d`, `+2d`, `-1d`, `+1ed`, `50%`, `50e%`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some(number) = text.strip_suffix('%') else {
            return Duration::parse(text).map(Lag::time);
        };
        let (number, is_elapsed) = match number.strip_suffix('e') {
            Some(number) => (number, true),
            None => (number, false),
        };
        let number = number.trim_end();
        let (sign, digits) = match number.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, number.strip_prefix('+').unwrap_or(number)),
        };
        let share = sign * parse_thousandths(digits)?;
        Some(if is_elapsed { Lag::elapsed_percent(share) } else { Lag::percent(share) })
    }
}

impl std::fmt::Debug for Lag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for Lag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.is_negative() {
            f.write_str("+")?;
        }
        match self.amount() {
            LagAmount::Time(time) => write!(f, "{time}"),
            LagAmount::Percent(percent) => {
                write_thousandths(f, percent)?;
                f.write_str(if self.is_elapsed() { "e%" } else { "%" })
            }
        }
    }
}

/// A link written as text, `tell FS+5d`: where in the text the id ends, the kind and the lag.
pub struct LinkText {
    /// Bytes of the id at the beginning of the text.
    pub id_len: usize,
    /// The kind; finish to start where none was written.
    pub kind: LinkKind,
    /// The wait.
    pub lag: Lag,
}

impl LinkText {
    /// Reads `pilot`, `pilot FS`, `pilot FS+2d`, `erp/uat FF + 1w`, `pilot +2d`. `None` where what follows the id is
    /// neither a kind nor a lag.
    pub fn parse(text: &str) -> Option<Self> {
        let id_len = text.find(char::is_whitespace).unwrap_or(text.len());
        let rest = text[id_len..].trim();
        if id_len == 0 || rest.is_empty() {
            return (id_len > 0).then_some(Self { id_len, kind: LinkKind::FinishStart, lag: Lag::NONE });
        }
        let (kind, lag) = match rest.get(..2).and_then(LinkKind::parse) {
            Some(kind) => (kind, rest[2..].trim()),
            None if rest.starts_with(['+', '-']) => (LinkKind::FinishStart, rest),
            None => return None,
        };
        if lag.is_empty() {
            return Some(Self { id_len, kind, lag: Lag::NONE });
        }
        let (negative, amount) = match lag.strip_prefix('-') {
            Some(amount) => (true, amount),
            None => (false, lag.strip_prefix('+')?),
        };
        // The sign was read: a second one is a slip of the hand.
        let lag = Lag::parse(amount).filter(|_| !amount.trim_start().starts_with(['+', '-']))?;
        let lag = if negative { lag.negated() } else { lag };
        Some(Self { id_len, kind, lag })
    }
}

/// One link of the network as its author wrote it, on the successor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The id of the predecessor.
    pub predecessor: Text,
    /// End of the whole link in the same file; it begins where the id begins.
    pub(crate) end: u32,
    /// What holds what.
    pub kind: LinkKind,
    /// The wait.
    pub lag: Lag,
    /// Number of its [`LinkNote`] plus one, 0 for none.
    pub(crate) note: u32,
}

impl Link {
    /// Where the whole link is written, id, kind and lag.
    pub fn span(&self) -> Span {
        let span = self.predecessor.span();
        Span { end: self.end.max(span.end), ..span }
    }
}

/// What only some links say.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkNote {
    /// Why it waits; makes a long lag deliberate.
    pub why: Option<Text>,
    /// When the other plan has promised it.
    pub expect: Option<Spanned<Moment>>,
}

/// The eight constraint types of planning tools, plus Primavera's two soft ones, and the date.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Constraint {
    /// What is forced.
    pub kind: ConstraintKind,
    /// To which date; none for ASAP and ALAP.
    pub date: Option<Moment>,
}

/// What a constraint forces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConstraintKind {
    /// As soon as possible: no constraint.
    AsSoonAsPossible,
    /// As late as possible.
    AsLateAsPossible,
    /// Start no earlier than.
    StartNoEarlier,
    /// Start no later than.
    StartNoLater,
    /// Finish no earlier than.
    FinishNoEarlier,
    /// Finish no later than.
    FinishNoLater,
    /// Must start on, whatever the logic says.
    MustStart,
    /// Must finish on, whatever the logic says.
    MustFinish,
    /// Start on: moves early and late dates, logic still holds (Primavera).
    StartOn,
    /// Finish on (Primavera).
    FinishOn,
}

impl ConstraintKind {
    /// All kinds with the letters planners use.
    pub const WORDS: [(&'static str, ConstraintKind); 10] = [
        ("ASAP", ConstraintKind::AsSoonAsPossible),
        ("ALAP", ConstraintKind::AsLateAsPossible),
        ("SNET", ConstraintKind::StartNoEarlier),
        ("SNLT", ConstraintKind::StartNoLater),
        ("FNET", ConstraintKind::FinishNoEarlier),
        ("FNLT", ConstraintKind::FinishNoLater),
        ("MSO", ConstraintKind::MustStart),
        ("MFO", ConstraintKind::MustFinish),
        ("SO", ConstraintKind::StartOn),
        ("FO", ConstraintKind::FinishOn),
    ];

    /// The letters planners use.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(letters, _)| letters)
    }

    /// Whether it holds the start of the task to a date.
    pub fn holds_start(self) -> bool {
        matches!(self, Self::StartNoEarlier | Self::MustStart | Self::StartOn)
    }
}

impl Constraint {
    /// Reads `SNET 2027-01-11`, `ALAP`.
    pub fn parse(text: &str) -> Option<Self> {
        let (word, date) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let (_, kind) =
            ConstraintKind::WORDS.into_iter().find(|(letters, _)| letters.eq_ignore_ascii_case(word))?;
        let dated = !matches!(kind, ConstraintKind::AsSoonAsPossible | ConstraintKind::AsLateAsPossible);
        let date = match date.trim() {
            "" if dated => return None,
            "" => None,
            date => Some(Moment::parse(date)?),
        };
        Some(Self { kind, date })
    }
}

/// One step of the five-step scale used for probability, impact and criticality.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scale {
    /// 1 (very low) to 5 (very high).
    Level(u8),
    /// A number or word that is not on the scale.
    OffScale,
}

impl Scale {
    /// The words of the scale, from 1 to 5.
    pub const WORDS: [&'static str; 5] = ["very-low", "low", "medium", "high", "very-high"];

    /// The step, where the value is on the scale.
    pub fn level(self) -> Option<u8> {
        match self {
            Scale::Level(level) => Some(level),
            Scale::OffScale => None,
        }
    }

    /// The step with this word, or this number from 1 to 5.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let word = Self::WORDS.iter().position(|word| text.eq_ignore_ascii_case(word));
        match word.map(|index| index as u8 + 1).or_else(|| text.parse().ok().filter(|n| (1..=5).contains(n)))
        {
            Some(level) => Scale::Level(level),
            None => Scale::OffScale,
        }
    }

    /// A probability between 0 and 1 by the bounds 0.1, 0.3, 0.5, 0.7. A whole 1 is the step 1, not certainty.
    pub fn of_probability(text: &str) -> Self {
        if !text.contains('.') {
            return Self::parse(text);
        }
        match parse_thousandths(text.trim().trim_end_matches('0')).or_else(|| parse_thousandths(text.trim()))
        {
            Some(0..=100) => Scale::Level(1),
            Some(101..=300) => Scale::Level(2),
            Some(301..=500) => Scale::Level(3),
            Some(501..=700) => Scale::Level(4),
            Some(701..=1000) => Scale::Level(5),
            _ => Scale::OffScale,
        }
    }

    /// The word for a step.
    pub fn word(level: u8) -> &'static str {
        Self::WORDS[usize::from(level.clamp(1, 5)) - 1]
    }
}

/// How much of a person there is: a share, or a pool of people that cannot be overloaded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Capacity {
    /// Per cent of one person's time.
    Percent(u16),
    /// Many people under one name.
    Pool,
}

/// An amount of money.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
    amount: [u32; 2],
    currency: [u8; 4],
    rate: u32,
}

impl Money {
    /// An amount in thousandths of the unit of the plan's currency.
    pub fn new(thousandths: i64) -> Self {
        Self { amount: [thousandths as u32, (thousandths >> 32) as u32], currency: [0; 4], rate: 0 }
    }

    /// The same in another currency, by its letters (the first four count), of which one unit is worth so many millionths
    /// of the plan's; 0 where no rate is given.
    pub fn in_currency(mut self, letters: &str, rate_millionths: u32) -> Self {
        for (place, letter) in self.currency.iter_mut().zip(letters.bytes().filter(u8::is_ascii)) {
            *place = letter;
        }
        self.rate = rate_millionths;
        self
    }

    /// The amount in thousandths.
    pub fn thousandths(self) -> i64 {
        i64::from(self.amount[1] as i32) << 32 | i64::from(self.amount[0])
    }

    /// The letters of the currency, where it is not the plan's.
    pub fn currency(&self) -> Option<&str> {
        let end = self.currency.iter().position(|letter| *letter == 0).unwrap_or(4);
        std::str::from_utf8(&self.currency[..end]).ok().filter(|letters| !letters.is_empty())
    }

    /// What one unit of that currency is worth in the plan's, in millionths.
    pub fn rate_millionths(self) -> Option<u32> {
        (self.rate > 0).then_some(self.rate)
    }
}

/// Per cent, 0 to 100; more for the units of a helper who stands for several.
pub fn parse_percent(text: &str) -> Option<u16> {
    let number = text.trim();
    let number = number.strip_suffix('%').unwrap_or(number).trim_end();
    let thousandths = parse_thousandths(number)?;
    u16::try_from((thousandths + 500) / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        let shown = |text: &str| Duration::parse(text).map(|d| d.to_string());
        assert_eq!(shown("5d").as_deref(), Some("5d"));
        assert_eq!(shown("1.50 h").as_deref(), Some("1.5h"));
        assert_eq!(shown("3ed").as_deref(), Some("3ed"));
        assert_eq!(shown("1mo").as_deref(), Some("1mo"));
        assert_eq!(shown("0").as_deref(), Some("0d"));
        for wrong in ["", "5", "d", "5 days", "5x", "1.2.3d", "e", "99999999999999999999d", "５d"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_duration_in_days() {
        let days = |text: &str| Duration::parse(text).unwrap().day_thousandths(480, 5);
        assert_eq!(days("2w"), 10_000);
        assert_eq!(days("4h"), 500);
        assert_eq!(days("1mo"), 20_000);
        assert_eq!(days("2ew"), 10_000);
        assert_eq!(Duration::parse("-1d").unwrap().day_thousandths(480, 5), -1000);
    }

    #[test]
    fn links_as_people_write_them() {
        let shown = |text: &str| {
            LinkText::parse(text).map(|l| format!("{}|{}{}", &text[..l.id_len], l.kind.as_str(), l.lag))
        };
        assert_eq!(shown("pilot").as_deref(), Some("pilot|FS+0d"));
        assert_eq!(shown("w1-go SS").as_deref(), Some("w1-go|SS+0d"));
        assert_eq!(shown("erp/uat FF + 1w").as_deref(), Some("erp/uat|FF+1w"));
        assert_eq!(shown("a FS-50%").as_deref(), Some("a|FS-50%"));
        assert_eq!(shown("a -2ed").as_deref(), Some("a|FS-2ed"));
        assert_eq!(shown("a FF-12.5e%").as_deref(), Some("a|FF-12.5e%"));
        for wrong in ["", " a", "a XX", "a FS 2d", "a FS+", "a FS+-2d", "a FSx"] {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn dates_and_times() {
        let shown = |text: &str| Moment::parse(text).map(|m| m.to_string());
        assert_eq!(shown("2027-01-11").as_deref(), Some("2027-01-11"));
        assert_eq!(shown("2027-01-11T22:00").as_deref(), Some("2027-01-11 22:00"));
        assert_eq!(shown("2027-01-11 22:00:30Z").as_deref(), Some("2027-01-11 22:00"));
        for wrong in ["2027-02-30", "11.01.2027", "2027-1-1", "2027-01-11T25:00", "2027-01-11x", "é027-01-1"]
        {
            assert_eq!(shown(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn money_keeps_amount_currency_and_rate() {
        let money = Money::new(-1_234_567_890_123).in_currency("USD", 920_000);
        assert_eq!(money.thousandths(), -1_234_567_890_123);
        assert_eq!((money.currency(), money.rate_millionths()), (Some("USD"), Some(920_000)));
        assert_eq!((Money::new(5).currency(), Money::new(5).rate_millionths()), (None, None));
    }

    #[test]
    fn a_value_stays_small() {
        // A million tasks: each byte here is a megabyte there.
        assert!(size_of::<super::super::Value>() <= 36, "{}", size_of::<super::super::Value>());
        assert!(size_of::<super::super::Task>() <= 144, "{}", size_of::<super::super::Task>());
        assert!(size_of::<Link>() <= 32, "{}", size_of::<Link>());
    }

    #[test]
    fn the_scale_by_word_step_and_probability() {
        assert_eq!(Scale::parse("high"), Scale::Level(4));
        assert_eq!(Scale::parse("5"), Scale::Level(5));
        assert_eq!(Scale::parse("6"), Scale::OffScale);
        assert_eq!(Scale::of_probability("0.3"), Scale::Level(2));
        assert_eq!(Scale::of_probability("0.31"), Scale::Level(3));
        assert_eq!(Scale::of_probability("1.0"), Scale::Level(5));
        assert_eq!(Scale::of_probability("1.5"), Scale::OffScale);
        assert_eq!(Scale::of_probability("medium"), Scale::Level(3));
    }
}
