//! Microsoft Project's XML, MSPDI: one project a file, in all versions since Project 2002.
//!
//! The file is walked once, element by element, and no tree is built: a task is turned into one of the model when the
//! next one begins, which is when it is known whether it is a phase. What tasks refer to (other tasks, calendars,
//! resources) is looked up when everything is read, in whichever order the file has it.
//!
//! What Microsoft Project has computed (early and late dates, slack) is kept apart as [`crate::model::StoredDates`], for
//! comparison; `Start` and `Finish` of a task are results too, unless it is scheduled by hand.

mod calendars;
mod document;
mod people;
mod recurrence;
mod row;
mod tasks;
mod value;
mod xml;

use std::borrow::Cow;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use self::calendars::{Calendars, OpenCalendar};
use self::people::People;
use self::row::{Cell, ProjectField, Row};
use self::tasks::{CustomNames, TaskFields, TaskRow, Waiting};
use super::Reading;
use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{
    Capability, Duration, Fields, Moment, Part, Person, Plan, PlanId, ScheduleOptions, ScheduleTool, Spanned,
    StoredDates, Text, Unit, Value,
};
use crate::source::{FileId, Span};

/// What an export can say. A rule that needs another field is silent about it. What comes from `person` on is said
/// only where somebody is assigned to something: many projects are planned without resources, and there "no owner"
/// would be said of every task and mean nothing.
const CARRIED: [&str; 42] = [
    "plan",
    "plan.id",
    "plan.name",
    "plan.owner",
    "plan.start",
    "plan.status-date",
    "plan.calendar",
    "plan.currency",
    "calendar",
    "task",
    "task.title",
    "task.parent",
    "task.duration",
    "task.depends-on",
    "task.status",
    "task.milestone",
    "task.start",
    "task.finish",
    "task.notes",
    "task.external",
    "task.constraint",
    "task.deadline",
    "task.calendar",
    "task.percent",
    "task.remaining",
    "task.actual-start",
    "task.actual-finish",
    "task.cost",
    "task.baseline.start",
    "task.baseline.finish",
    "task.baseline.duration",
    "task.baseline.cost",
    "task.source-id",
    "person",
    "person.name",
    "person.email",
    "person.capacity",
    "person.from",
    "person.until",
    "task.owner",
    "task.helpers",
    "task.units",
];

/// What an export with or without people can say.
pub(super) fn carried(has_people: bool) -> &'static [&'static str] {
    static ALL: &[&str] = &CARRIED;
    let n_without_people = ALL.iter().position(|field| *field == "person").unwrap_or(ALL.len());
    if has_people { ALL } else { &ALL[..n_without_people] }
}

/// How many places that are no proper XML are told one by one.
const MOST_MALFORMED: usize = 20;

/// Reads one file. Never fails: what cannot be read is a finding, and the rest is read all the same.
pub(super) fn read(file: FileId, text: &str) -> Reading {
    let mut import = Import::new(file, text);
    let is_whole = document::walk(&mut import);
    import.finish(is_whole)
}

/// What a finding of the reader is about.
pub(super) enum About {
    /// A task, by its number.
    Task(usize),
    /// The project as such.
    Project,
    /// Something that has no place in the model, in words.
    Thing(String),
}

/// Everything read so far.
pub(super) struct Import<'t> {
    file: FileId,
    text: &'t str,
    findings: Vec<Finding>,
    n_malformed: usize,
    part: Part,
    project: Row<ProjectField>,
    /// Whether the root was found: only then is there a plan.
    has_root: bool,
    calendars: Calendars<'t>,
    open: OpenCalendar,
    people: People,
    fields: TaskFields,
    /// The task that is read now, and the one before, of which it is not known yet whether it is a phase.
    task: Box<TaskRow>,
    before: Option<Box<TaskRow>>,
    /// Phases that the next task may be in: their outline level and number.
    phases: Vec<(u32, usize)>,
    /// Tasks by their UID.
    tasks: FxHashMap<&'t str, usize>,
    /// What tasks are called, so that no two are called alike.
    known_as: FxHashSet<&'t str>,
    waiting: Waiting,
    /// The name of row 0, the project as a task.
    root_name: Option<Cell>,
    custom: CustomNames<'t>,
    /// References reported: each unknown UID once.
    reported: FxHashSet<(&'static str, &'t str)>,
    /// The first and the last date of the file.
    dates: Option<(Date, Date)>,
    /// Whether the file breaks off: what is missing then was lost, and is not missed.
    is_cut: bool,
}

impl<'t> Import<'t> {
    fn new(file: FileId, text: &'t str) -> Self {
        Self {
            file,
            text,
            findings: Vec::new(),
            n_malformed: 0,
            part: Part::default(),
            project: Row::new(),
            has_root: false,
            calendars: Calendars::default(),
            open: OpenCalendar::default(),
            people: People::default(),
            fields: TaskFields::new(),
            task: Box::new(TaskRow::new()),
            before: None,
            phases: Vec::new(),
            tasks: FxHashMap::default(),
            known_as: FxHashSet::default(),
            waiting: Waiting::default(),
            root_name: None,
            custom: CustomNames::default(),
            reported: FxHashSet::default(),
            dates: None,
            is_cut: false,
        }
    }

    /// PLN001: a place where the file does not have the form it should have.
    fn malformed(&mut self, place: Span, problem: impl Into<String>) {
        self.n_malformed += 1;
        if self.n_malformed <= MOST_MALFORMED {
            let finding = Finding::new(Code::new("PLN001"), place).variant("mspdi").param("problem", problem);
            self.findings.push(finding);
        }
    }

    /// PLN004: this cannot be the value of an element.
    fn invalid(&mut self, about: About, field: &'static str, expected: &'static str, cell: Cell) {
        let finding = Finding::new(Code::new("PLN004"), cell.span(self.file))
            .variant("mspdi")
            .subject(field)
            .param("field", field)
            .param("value", crate::model::shortened(cell.raw(self.text)))
            .param("expected", expected);
        self.report(about, finding);
    }

    /// PLN007: nothing has this UID. Said once for each, and not of a file that breaks off.
    fn unknown(&mut self, about: About, wanted: &'static str, field: &'static str, cell: Cell) {
        let uid = cell.raw(self.text);
        if self.is_cut || !self.reported.insert((wanted, uid)) {
            return;
        }
        let finding = Finding::new(Code::new("PLN007"), cell.span(self.file))
            .variant("mspdi")
            .subject(uid)
            .param("wanted", wanted)
            .param("value", crate::model::shortened(uid))
            .param("field", field);
        self.report(about, finding);
    }

    /// PLN006: two elements with one UID.
    fn twice(&mut self, things: &'static str, cell: Cell, first: Cell) {
        let line =
            memchr::memchr_iter(b'\n', self.text.as_bytes().get(..first.start() as usize).unwrap_or(&[]));
        let finding = Finding::new(Code::new("PLN006"), cell.span(self.file))
            .variant("mspdi")
            .subject(cell.raw(self.text))
            .param("id", crate::model::shortened(cell.raw(self.text)))
            .param("table", things)
            .param("place", format!("line {}", line.count() + 1))
            .here("the second")
            .label(first.span(self.file), "the first");
        self.findings.push(finding);
    }

    fn report(&mut self, about: About, finding: Finding) {
        let finding = match about {
            About::Task(number) => finding.about(Entity::new(EntityKind::Task, number)),
            About::Project => finding.about(Entity::new(EntityKind::Plan, 0)),
            About::Thing(name) => finding.param("entity", name),
        };
        self.findings.push(finding);
    }

    /// A date and time.
    fn moment(
        &mut self,
        about: impl FnOnce() -> About,
        field: &'static str,
        cell: Option<Cell>,
    ) -> Option<Spanned<Moment>> {
        let cell = cell?;
        let text = cell.raw(self.text);
        if text == "NA" {
            return None;
        }
        match Moment::parse(text) {
            Some(moment) => {
                let (first, last) = self.dates.unwrap_or((moment.date, moment.date));
                self.dates = Some((first.min(moment.date), last.max(moment.date)));
                Some(Spanned::new(moment, cell.span(self.file)))
            }
            None => {
                self.invalid(about(), field, "a date and time, such as 2027-01-11T08:00:00", cell);
                None
            }
        }
    }

    /// The text that is meant at a place.
    fn meant(&self, cell: Cell) -> Cow<'t, str> {
        xml::meant(cell.raw(self.text)).0
    }

    /// What a text says that this reader has made.
    fn meant_text(&self, text: Text) -> String {
        match self.part.arenas.decoded.get(&text) {
            Some(decoded) => decoded.to_string(),
            None => self.text.get(text.span().range()).unwrap_or("").to_owned(),
        }
    }

    /// A text as it is meant.
    fn plain_text(&mut self, about: impl FnOnce() -> About, field: &'static str, cell: Cell) -> Text {
        let raw = cell.raw(self.text);
        if xml::is_plain(raw) {
            return Text::verbatim(cell.span(self.file));
        }
        let (meant, unknown) = xml::meant(raw);
        if unknown.is_some() {
            self.invalid(
                about(),
                field,
                "plain text, because entities other than those of XML are not resolved",
                cell,
            );
        }
        self.text_as(cell, &meant)
    }

    /// The text by which the model knows what a place refers to.
    fn text_as(&mut self, cell: Cell, meant: &str) -> Text {
        if cell.raw(self.text) == meant {
            return Text::verbatim(cell.span(self.file));
        }
        let text = Text::decoded(cell.span(self.file));
        self.part.arenas.decoded.insert(text, meant.into());
        text
    }

    /// What the project says of itself.
    fn read_project(&mut self) -> Plan {
        use ProjectField as F;
        let mut header = Plan::new(PlanId(0), Text::verbatim(self.project.place.span(self.file)));
        let about = || About::Project;
        // "Project1" is what Microsoft Project calls a plan that nobody has named.
        let is_named = |cell: &Cell| {
            let title = cell.raw(self.text);
            title.strip_prefix("Project").is_none_or(|rest| !rest.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let title = self.project.get(F::Title).filter(is_named);
        let name = title.or(self.project.get(F::Name)).or(self.root_name);
        header.name = name.map(|cell| self.plain_text(about, "Name", cell));
        let is_backwards = self.flag_of(F::ScheduleFromStart, "ScheduleFromStart") == Some(false);
        header.start = self.moment(about, "StartDate", self.project.get(F::StartDate));
        let finish = self.moment(about, "FinishDate", self.project.get(F::FinishDate));
        // Scheduled from its finish, that is what was promised; else it is a result.
        header.finish_by = finish.filter(|_| is_backwards);
        header.status_date = self.moment(about, "StatusDate", self.project.get(F::StatusDate));
        if header.status_date.is_none() {
            header.status_date = self.moment(about, "CurrentDate", self.project.get(F::CurrentDate));
        }
        if let Some(cell) = self.project.get(F::CurrencyCode) {
            let code = self.plain_text(about, "CurrencyCode", cell);
            set_in_plan(&mut header, "currency", Value::Text(code));
        }
        let number = |this: &mut Self,
                      field: F,
                      name: &'static str,
                      within: std::ops::RangeInclusive<i64>,
                      usual: i64| {
            let Some(cell) = this.project.get(field) else { return usual };
            let number = value::number(cell.raw(this.text)).map(|number| number.round() as i64);
            number.filter(|number| within.contains(number)).unwrap_or_else(|| {
                this.invalid(About::Project, name, "a whole number that makes sense there", cell);
                usual
            })
        };
        let per_day = number(self, F::MinutesPerDay, "MinutesPerDay", 1..=24 * 60, 8 * 60);
        let per_week = number(self, F::MinutesPerWeek, "MinutesPerWeek", 1..=7 * 24 * 60, 5 * per_day);
        let days_per_month = number(self, F::DaysPerMonth, "DaysPerMonth", 1..=31, 20);
        let critical_days = number(self, F::CriticalSlackLimit, "CriticalSlackLimit", -100_000..=100_000, 0);
        self.part.schedule = ScheduleOptions {
            tool: ScheduleTool::MsProject,
            open_ends_critical: self.flag_of(F::MultipleCriticalPaths, "MultipleCriticalPaths") == Some(true),
            critical_float_minutes: critical_days * per_day,
            backwards: is_backwards,
            honors_constraints: self.flag_of(F::HonorConstraints, "HonorConstraints") != Some(false),
            minutes_per_day: per_day as u32,
            minutes_per_week: per_week as u32,
            minutes_per_month: (days_per_month * per_day) as u32,
            ..ScheduleOptions::default()
        };
        let calendar = self.project.get(F::CalendarUid).filter(|cell| cell.raw(self.text) != "-1");
        if let Some(cell) = calendar.or_else(|| self.calendars.first())
            && let Some((_, name)) = self.calendar(About::Project, cell, "CalendarUID")
        {
            set_in_plan(&mut header, "calendar", Value::Text(name));
        }
        header
    }

    fn flag_of(&mut self, field: ProjectField, name: &'static str) -> Option<bool> {
        let cell = self.project.get(field)?;
        let flag = value::flag(cell.raw(self.text));
        if flag.is_none() {
            self.invalid(About::Project, name, "0 or 1", cell);
        }
        flag
    }

    /// Whoever manages the project, as a person where the file has persons: else they would be unknown.
    fn read_manager(&mut self, header: &mut Plan) {
        let cell = self.project.get(ProjectField::Manager).or(self.project.get(ProjectField::Author));
        let Some(cell) = cell else { return };
        let owner = self.plain_text(|| About::Project, "Manager", cell);
        header.owner = Some(owner);
        let name = self.meant(cell).into_owned();
        if !self.part.lists.persons.is_empty() && self.people.is_new(&name) {
            self.part.lists.persons.push(Person::new(PlanId(0), owner));
        }
    }

    fn finish(mut self, is_whole: bool) -> Reading {
        if !self.has_root {
            let findings = self.findings.into_iter().map(|finding| (0, finding)).collect();
            return Reading { parts: Vec::new(), findings, directives: Vec::new() };
        }
        self.is_cut = !is_whole;
        let mut header = self.read_project();
        self.resolve_tasks();
        let has_people = self.read_people() && is_whole;
        self.read_manager(&mut header);
        self.compile_calendars();
        if self.n_malformed > MOST_MALFORMED {
            let more = self.n_malformed - MOST_MALFORMED;
            let finding = Finding::new(Code::new("PLN001"), self.project.place.span(self.file))
                .variant("mspdi")
                .subject("more")
                .param("problem", format!("{more} more places in it break the rules of XML"));
            self.findings.push(finding);
        }
        self.part.capability = Capability::Only(carried(has_people));
        if self.part.stored.iter().all(|stored| *stored == StoredDates::default()) {
            self.part.stored = Vec::new();
        }
        self.part.header = Some(header);
        Reading::of_part(self.part, self.findings, Vec::new())
    }

    /// An amount of time in thousandths of a minute, as the model has it.
    fn time(thousandths: i64, is_elapsed: bool) -> Duration {
        // Quarters of an hour read better as hours, which are as exact.
        match thousandths % 15_000 {
            0 => Duration::new(thousandths / 60, Unit::Hours, is_elapsed),
            _ => Duration::new(thousandths, Unit::Minutes, is_elapsed),
        }
    }
}

fn set_in_plan(header: &mut Plan, field: &str, value: Value) {
    if let Some(number) = Plan::FIELDS.iter().position(|it| it.name == field) {
        header.set(number, value);
    }
}
