//! Calendars: the week, weeks that differ from it, and exceptions, of a calendar and of the one it is based on.

use jiff::civil::date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::recurrence::{DayOfMonth, Days, Item, Rule, number};
use super::row::{CalendarField, Cell, DayField, ExceptionField, PeriodField, Row, ShiftField};
use super::value::flag;
use super::{About, Import};
use crate::finding::{Code, Finding};
use crate::model::{Calendar, Moment, PlanId, Shifts, Text, WorkingTime, parse_clock};

/// How many days of exceptions a file may have in all, those of each calendar with its base's: more than any company has
/// in a century, few enough to keep.
const MOST_DAYS: usize = 2_000_000;

/// How long a chain of calendars, each based on the next, may be. Microsoft Project allows two.
const LONGEST_CHAIN: usize = 16;

/// What a calendar that says nothing counts on.
const INSTEAD: &str = "Monday to Friday, eight hours a day";

/// The shifts of Monday to Sunday, where they are said.
type Week = [Option<Shifts>; 7];

/// The first and the last day of a period.
type Period = (Option<Cell>, Option<Cell>);

/// One `Calendar`, as the file has it.
#[derive(Default)]
pub(super) struct CalendarRow {
    uid: Cell,
    name: Option<Cell>,
    base: Option<Cell>,
    place: Cell,
    /// Monday to Sunday, where they are said.
    week: Week,
    /// Days that a file of Project 2003 calls days of the week.
    old_exceptions: Vec<Exception>,
    exceptions: Vec<Exception>,
    work_weeks: Vec<WorkWeek>,
}

impl CalendarRow {
    /// Whether it says anything that the calendar it is based on does not.
    fn has_own(&self) -> bool {
        self.week.iter().any(Option::is_some)
            || !self.old_exceptions.is_empty()
            || !self.exceptions.is_empty()
            || !self.work_weeks.is_empty()
    }

    /// The exceptions: later versions write them twice, the second time for Project 2003.
    fn all_exceptions(&self) -> &[Exception] {
        if self.exceptions.is_empty() { &self.old_exceptions } else { &self.exceptions }
    }
}

/// Days that differ from the week.
struct Exception {
    days: Days,
    shifts: Shifts,
}

impl Exception {
    fn is_recurring(&self) -> bool {
        self.days.rule != Rule::Days { every: 1 }
    }
}

/// A time in which the week is another one.
struct WorkWeek {
    first: i32,
    last: i32,
    week: Week,
}

/// What of a calendar is open while the file is read.
#[derive(Default)]
pub(super) struct OpenCalendar {
    calendar: CalendarRow,
    work_week: Option<(Week, Period)>,
    period: Period,
    shifts: Shifts,
    has_shifts: bool,
}

impl<'t> Import<'t> {
    pub(super) fn open_calendar(&mut self) {
        self.open = OpenCalendar::default();
    }

    pub(super) fn open_work_week(&mut self) {
        self.open.work_week = Some(Default::default());
        self.open.period = Default::default();
    }

    /// A `WeekDay` or an `Exception` begins.
    pub(super) fn open_day(&mut self) {
        self.open.shifts.clear();
        self.open.has_shifts = false;
        self.open.period = Default::default();
    }

    pub(super) fn close_period(&mut self, row: &Row<PeriodField>, of_work_week: bool) {
        let period = (row.get(PeriodField::FromDate), row.get(PeriodField::ToDate));
        match &mut self.open.work_week {
            Some((_, own)) if of_work_week => *own = period,
            _ => self.open.period = period,
        }
    }

    pub(super) fn close_shift(&mut self, row: &Row<ShiftField>) {
        self.open.has_shifts = true;
        let (Some(from_cell), Some(to_cell)) = (row.get(ShiftField::FromTime), row.get(ShiftField::ToTime))
        else {
            return;
        };
        let from = self.clock("FromTime", from_cell);
        let to = self.clock("ToTime", to_cell);
        if let (Some(from), Some(to)) = (from, to) {
            // Midnight at the end of a day is written like the one at its beginning.
            self.open.shifts.push((from, if to == 0 { 24 * 60 } else { to }));
        }
    }

    fn clock(&mut self, field: &'static str, cell: Cell) -> Option<u16> {
        let text = cell.raw(self.text);
        // A few programs write a date before it.
        let time = text.split_once('T').map_or(text, |(_, time)| time);
        let minute = time.get(..5).and_then(parse_clock);
        if minute.is_none() {
            let about = self.this_calendar();
            self.invalid(about, field, "a time of day, such as 08:00:00", cell);
        }
        minute
    }

    fn this_calendar(&self) -> About {
        About::Thing(match self.open.calendar.name {
            Some(name) => format!("the calendar \"{}\"", name.raw(self.text)),
            None => "a calendar".to_owned(),
        })
    }

    pub(super) fn name_calendar(&mut self, row: &Row<CalendarField>) {
        let calendar = &mut self.open.calendar;
        calendar.place = row.place;
        calendar.uid = row.get(CalendarField::Uid).unwrap_or_default();
        calendar.name = row.get(CalendarField::Name);
        // A calendar that others are based on names 0 or -1, or whatever was there before.
        let is_base = row.get(CalendarField::IsBaseCalendar).and_then(|cell| flag(cell.raw(self.text)));
        let base = row.get(CalendarField::BaseCalendarUid).filter(|_| is_base != Some(true));
        calendar.base = base.filter(|cell| !matches!(cell.raw(self.text), "-1" | "0"));
    }

    pub(super) fn close_day(&mut self, row: &Row<DayField>) {
        let works = row.get(DayField::DayWorking).is_some_and(|cell| flag(cell.raw(self.text)) == Some(true));
        let Some(kind) = row.get(DayField::DayType) else { return };
        let day: Option<u8> = kind.raw(self.text).parse().ok();
        let shifts = std::mem::take(&mut self.open.shifts);
        let shifts = if works { shifts } else { Shifts::new() };
        let has_shifts = self.open.has_shifts;
        match day {
            Some(0) => {
                let Some((first, last)) = self.period(self.open.period) else { return };
                let days = Days { first, last, rule: Rule::Days { every: 1 }, most: None };
                self.open.calendar.old_exceptions.push(Exception { days, shifts });
            }
            // 1 is Sunday.
            Some(day @ 1..=7) => {
                // Worked, and nothing said of when: as the calendar below it, or as one that says nothing.
                let value = (!works || has_shifts).then_some(shifts);
                let weekday = (usize::from(day) + 5) % 7;
                let week = match &mut self.open.work_week {
                    Some((week, _)) => week,
                    None => &mut self.open.calendar.week,
                };
                let value = value.or_else(|| Some(WorkingTime::default().week[0].clone()).filter(|_| works));
                if let Some(value) = value {
                    add_shifts(week, weekday, value);
                }
            }
            _ => {
                let about = self.this_calendar();
                self.invalid(about, "DayType", "0 for an exception, or 1 (Sunday) to 7 (Saturday)", kind);
            }
        }
    }

    pub(super) fn close_work_week(&mut self) {
        let Some((week, period)) = self.open.work_week.take() else { return };
        if let Some((first, last)) = self.period(period) {
            self.open.calendar.work_weeks.push(WorkWeek { first, last, week });
        }
    }

    pub(super) fn close_exception(&mut self, row: &Row<ExceptionField>) {
        let works =
            row.get(ExceptionField::DayWorking).is_some_and(|cell| flag(cell.raw(self.text)) == Some(true));
        let shifts = std::mem::take(&mut self.open.shifts);
        let shifts = match (works, self.open.has_shifts) {
            (false, _) => Shifts::new(),
            (true, true) => shifts,
            (true, false) => WorkingTime::default().week[0].clone(),
        };
        // What goes on after midnight would belong to a day that has its own say.
        let shifts =
            shifts.into_iter().map(|(from, to)| (from, if to > from { to } else { 24 * 60 })).collect();
        let Some((first, last)) = self.period(self.open.period) else { return };
        let Some(rule) = self.rule(row) else { return };
        let number = |field| row.get(field).and_then(|cell| cell.raw(self.text).parse::<i64>().ok());
        let is_counted = number(ExceptionField::EnteredByOccurrences) == Some(1);
        let most = number(ExceptionField::Occurrences).filter(|most| is_counted && *most > 0);
        // Of days without a break the period says how many they are.
        let most = most.filter(|_| rule != Rule::Days { every: 1 });
        self.open.calendar.exceptions.push(Exception { days: Days { first, last, rule, most }, shifts });
    }

    fn rule(&mut self, row: &Row<ExceptionField>) -> Option<Rule> {
        let number = |field, usual: i32| match row.get(field) {
            Some(cell) => cell.raw(self.text).parse::<i32>().map_err(|_| (field, cell)),
            None => Ok(usual),
        };
        let read = || {
            let every = number(ExceptionField::Period, 1)?.clamp(1, 10_000);
            let on_number =
                || Ok(DayOfMonth::Number(number(ExceptionField::MonthDay, 1)?.clamp(1, 31) as i8));
            let on_position = || {
                let item = match number(ExceptionField::MonthItem, 0)? {
                    0 => Item::Day,
                    1 => Item::Weekday,
                    2 => Item::WeekendDay,
                    item => Item::Of((item - 3).clamp(0, 6) as i8),
                };
                let position = number(ExceptionField::MonthPosition, 0)?.clamp(0, 4) as u8;
                Ok(DayOfMonth::Position { item, position })
            };
            let month = || Ok(number(ExceptionField::Month, 0)?.clamp(0, 11) as i8 + 1);
            Ok(match number(ExceptionField::Type, 1)? {
                2 => Rule::Years { month: month()?, on: on_number()? },
                3 => Rule::Years { month: month()?, on: on_position()? },
                4 => Rule::Months { every, on: on_number()? },
                5 => Rule::Months { every, on: on_position()? },
                6 => Rule::Weeks { every, days: (number(ExceptionField::DaysOfWeek, 0)? & 0x7F) as u8 },
                7 => Rule::Days { every },
                _ => Rule::Days { every: 1 },
            })
        };
        let read: Result<Rule, (ExceptionField, Cell)> = read();
        match read {
            Ok(rule) => Some(rule),
            Err((field, cell)) => {
                use super::row::Field as _;
                let about = self.this_calendar();
                let name = ExceptionField::NAMES.get(field.index()).copied().unwrap_or("Exception");
                self.invalid(about, name, "a whole number", cell);
                None
            }
        }
    }

    /// The first and the last day of a period, as days since 1970-01-01.
    fn period(&mut self, (from, to): Period) -> Option<(i32, i32)> {
        let (from_cell, to_cell) = (from?, to?);
        let from = self.day("FromDate", from_cell);
        let to = self.day("ToDate", to_cell);
        let (from, to) = (from?, to?);
        // "Until midnight of the 2nd" does not mean the 2nd.
        let last =
            if to.minute() == Some(0) && to.date > from.date { number(to.date) - 1 } else { number(to.date) };
        if last < number(from.date) {
            let about = self.this_calendar();
            self.invalid(about, "ToDate", "a date that is not before FromDate", to_cell);
            return None;
        }
        Some((number(from.date), last))
    }

    fn day(&mut self, field: &'static str, cell: Cell) -> Option<Moment> {
        let day = Moment::parse(cell.raw(self.text));
        if day.is_none() {
            let about = self.this_calendar();
            self.invalid(about, field, "a date and time, such as 2027-01-11T08:00:00", cell);
        }
        day
    }

    pub(super) fn close_calendar(&mut self) {
        let calendar = std::mem::take(&mut self.open.calendar);
        self.calendars.add(calendar, self.text);
    }

    /// The calendar with this UID, as others refer to it; it becomes one of the plan.
    pub(super) fn calendar(&mut self, about: About, cell: Cell, field: &'static str) -> Option<(u32, Text)> {
        let Some(row) = self.calendars.by_uid.get(cell.raw(self.text)).copied() else {
            self.unknown(about, "calendar", field, cell);
            return None;
        };
        let row = self.calendars.with_content(row, self.text);
        if let Some(&number) = self.calendars.numbers.get(&row) {
            let id = self.part.lists.calendars.get(number as usize)?.id;
            let name = self.meant_text(id);
            return Some((number, self.text_as(cell, &name)));
        }
        let calendar = &self.calendars.rows[row];
        let (uid, place) = (calendar.uid, calendar.place);
        let named = calendar.name.unwrap_or(calendar.uid);
        let name = self.meant(named).into_owned();
        let name = if self.calendars.names.insert(name.clone()) {
            name
        } else {
            format!("{name} (UID {})", uid.raw(self.text))
        };
        let id = self.text_as(if named.is_empty() { place } else { named }, &name);
        let number = self.part.lists.calendars.len() as u32;
        self.part.lists.calendars.push(Calendar::new(PlanId(0), id));
        self.calendars.numbers.insert(row, number);
        self.calendars.used.push(row);
        Some((number, self.text_as(cell, &name)))
    }

    /// Works out when the calendars that are used work.
    pub(super) fn compile_calendars(&mut self) {
        let window = self.window();
        let mut budget = MOST_DAYS;
        for row in std::mem::take(&mut self.calendars.used) {
            let mut time = self.calendars.working(row, self.text, window, &mut budget);
            let options = &self.part.schedule;
            let problem = match &time {
                Err(problem) => Some(("calendar", *problem)),
                Ok(time) if !time.has_work() => Some(("calendar-without-work", "")),
                Ok(_) => None,
            };
            // Of a file that breaks off among its calendars the last may be half of one.
            let is_half = self.is_cut && self.part.lists.tasks.is_empty();
            if let Some((variant, problem)) = problem.filter(|_| !is_half) {
                let calendar = &self.calendars.rows[row];
                let place = calendar.name.unwrap_or(calendar.place);
                let name = format!("\"{}\"", self.meant(place));
                let finding = Finding::new(Code::new("PLN004"), place.span(self.file))
                    .variant(variant)
                    .subject(variant)
                    .param("calendar", name)
                    .param("problem", problem)
                    .param("instead", INSTEAD);
                self.findings.push(finding);
            }
            if problem.is_some() {
                time = Ok(WorkingTime::default());
            }
            let mut time = time.unwrap_or_default();
            time.is_guess = problem.is_some();
            time.minutes_per_day = options.minutes_per_day;
            time.minutes_per_week = options.minutes_per_week;
            time.minutes_per_month = options.minutes_per_month;
            self.part.working.push(Some(time));
        }
        if budget == 0 {
            let place = self.calendars.rows.first().map_or_else(Cell::default, |row| row.place);
            let problem =
                format!("its calendars have more than {MOST_DAYS} exceptions, of which the first are used");
            self.malformed(place.span(self.file), problem);
        }
    }

    /// From when to when exceptions can matter, as days since 1970-01-01: a year before the first date of the file to
    /// twenty years after its last.
    fn window(&self) -> (i32, i32) {
        let (first, last) = self.dates.unwrap_or((date(1984, 1, 1), date(2049, 12, 31)));
        (number(first) - 366, number(last) + 20 * 366)
    }
}

/// Sets the shifts of a day; what goes on after midnight belongs to the next.
fn add_shifts(week: &mut Week, weekday: usize, shifts: Shifts) {
    let mut own = Shifts::new();
    let mut after = Shifts::new();
    for (from, to) in shifts {
        if from < to {
            own.push((from, to));
        } else {
            own.push((from, 24 * 60));
            after.push((0, to));
        }
    }
    if let Some(day) = week.get_mut(weekday) {
        day.get_or_insert_default().extend(own);
    }
    if let Some(next) = week.get_mut((weekday + 1) % 7).filter(|_| !after.is_empty()) {
        next.get_or_insert_default().extend(after);
    }
}

/// All calendars of the file. Those that are used become calendars of the plan.
#[derive(Default)]
pub(super) struct Calendars<'t> {
    rows: Vec<CalendarRow>,
    by_uid: FxHashMap<&'t str, usize>,
    /// The number in the plan of those that are used.
    numbers: FxHashMap<usize, u32>,
    used: Vec<usize>,
    names: FxHashSet<String>,
}

impl<'t> Calendars<'t> {
    fn add(&mut self, calendar: CalendarRow, text: &'t str) {
        let uid = calendar.uid.raw(text);
        if !uid.is_empty() {
            self.by_uid.entry(uid).or_insert(self.rows.len());
        }
        self.rows.push(calendar);
    }

    /// The UID of the first calendar that others are based on, for a project that names none.
    pub(super) fn first(&self) -> Option<Cell> {
        let row = self.rows.iter().find(|row| row.base.is_none() && !row.uid.is_empty())?;
        Some(row.uid)
    }

    fn base(&self, row: usize, text: &str) -> Option<usize> {
        let base = self.rows[row].base?;
        self.by_uid.get(base.raw(text)).copied().filter(|base| *base != row)
    }

    /// The calendar itself, or the one below it that says something: most people have a calendar that says nothing.
    fn with_content(&self, mut row: usize, text: &str) -> usize {
        for _ in 0..LONGEST_CHAIN {
            match self.base(row, text) {
                Some(base) if !self.rows[row].has_own() => row = base,
                _ => break,
            }
        }
        row
    }

    /// When a calendar works, or why that cannot be said.
    fn working(
        &self,
        row: usize,
        text: &str,
        window: (i32, i32),
        budget: &mut usize,
    ) -> Result<WorkingTime, &'static str> {
        let mut chain = vec![row];
        let mut at = row;
        while let Some(base) = self.base(at, text) {
            if chain.contains(&base) || chain.len() == LONGEST_CHAIN {
                return Err("it is based on a calendar that is based on it in turn");
            }
            chain.push(base);
            at = base;
        }
        if self.rows[at].base.is_some() {
            return Err("the calendar it is based on is not in the file");
        }
        if self.rows[at].week.iter().all(Option::is_none) {
            return Err("it says nothing about the days of the week");
        }
        let mut time = WorkingTime { week: Default::default(), ..WorkingTime::default() };
        chain.reverse();
        for &row in &chain {
            for (day, own) in time.week.iter_mut().zip(&self.rows[row].week) {
                if let Some(own) = own {
                    day.clone_from(own);
                }
            }
        }
        // Of two for one day the later counts: a week of its own, then rules, then single periods, each in the order
        // of the chain.
        for &row in &chain {
            for week in &self.rows[row].work_weeks {
                let days =
                    Days { first: week.first, last: week.last, rule: Rule::Days { every: 1 }, most: None };
                days.visit(window, budget, |day| {
                    if let Some(Some(shifts)) = week.week.get((day + 3).rem_euclid(7) as usize) {
                        time.exceptions.push((day, shifts.clone()));
                    }
                });
            }
        }
        for &row in &chain {
            let exceptions = self.rows[row].all_exceptions();
            for is_recurring in [true, false] {
                // The first of equals counts.
                for it in exceptions.iter().rev().filter(|it| it.is_recurring() == is_recurring) {
                    it.days.visit(window, budget, |day| time.exceptions.push((day, it.shifts.clone())));
                }
            }
        }
        time.tidy();
        Ok(time)
    }
}
