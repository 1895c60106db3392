//! The plans of one export while they are put together: projects, calendars, and what all tables share.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::malformed;
use super::notes::{Notes, meant};
use super::table::{Cell, Column, Kind, Row, Table};
use super::value::{CRITICAL_BY, FLAGS, FLOAT_KINDS, LAG_CALENDARS, minutes_of_hours};
use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{
    Calendar, Capability, CriticalBy, Fields, FloatKind, LagCalendar, Part, Plan, PlanId, ProgressLogic,
    ScheduleOptions, ScheduleTool, Spanned, StoredDates, Task, Text, Value, WorkingTime,
};
use crate::read::Reading;
use crate::source::{FileId, Span};

/// What an export can say. A rule that needs another field is silent about it. What comes from `person` on is said
/// only where somebody is assigned to something: many projects are planned or exported without resources, and there
/// "no owner" would be said of every task and mean nothing.
const CARRIED: [&str; 31] = [
    "plan",
    "plan.id",
    "plan.name",
    "plan.start",
    "plan.finish-by",
    "plan.status-date",
    "plan.calendar",
    "plan.lag-calendar",
    "calendar",
    "task",
    "task.title",
    "task.parent",
    "task.duration",
    "task.depends-on",
    "task.status",
    "task.milestone",
    "task.effort",
    "task.constraint",
    "task.deadline",
    "task.calendar",
    "task.percent",
    "task.remaining",
    "task.actual-start",
    "task.actual-finish",
    "task.source-id",
    "person",
    "person.name",
    "person.email",
    "task.owner",
    "task.helpers",
    "task.units",
];

/// What an export with or without people can say.
pub(in crate::read) fn carried(has_people: bool) -> &'static [&'static str] {
    static ALL: &[&str] = &CARRIED;
    let n_without_people = ALL.iter().position(|field| *field == "person").unwrap_or(ALL.len());
    if has_people { ALL } else { &ALL[..n_without_people] }
}

/// Where a reader of P6's rows stands: for which plan, and about what.
#[derive(Clone, Copy)]
pub(super) struct About {
    pub(super) part: usize,
    pub(super) entity: Option<Entity>,
}

impl About {
    pub(super) fn task(part: usize, index: usize) -> Self {
        Self { part, entity: Some(Entity::new(EntityKind::Task, index)) }
    }
}

/// One project on its way to a part.
pub(super) struct Project<'t> {
    pub(super) part: Part,
    pub(super) header: Plan,
    /// What other projects call it.
    pub(super) id: &'t str,
    calendar: Option<&'t str>,
    /// Numbers among the part's calendars, by P6's own.
    calendars: FxHashMap<&'t str, u32>,
    /// A folder of projects, or a project that is only named because others depend on it: a plan only if it has tasks.
    is_stub: bool,
}

/// How many rows one thread reads at a time.
const STRETCH: usize = 8192;

/// How many calendars are followed from one to that on which it is based: beyond any real file.
const LONGEST_BASE: usize = 32;

/// A calendar of the file. Plans get those that they use.
struct CalendarRow<'t> {
    id: Cell<'t>,
    working: WorkingTime,
    /// Why the working time is not the calendar's own; told where somebody uses it.
    problem: Option<Finding>,
}

/// The same before it is known on what it is based.
struct RawCalendar<'t> {
    key: &'t str,
    id: Cell<'t>,
    line: u32,
    base: Option<&'t str>,
    data: Option<Cell<'t>>,
    /// What a day, a week and a month of a duration mean, in minutes.
    lengths: [Option<u32>; 3],
}

/// What a row is called by others. P6 counts: numbers are quicker to find than their texts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Key<'t> {
    Number(u64),
    Text(&'t str),
}

impl<'t> Key<'t> {
    /// As many digits as fit into a number whatever they are.
    const LONGEST: usize = 19;

    pub(super) fn of(text: &'t str) -> Self {
        let is_number = text.len() <= Self::LONGEST
            && text.bytes().all(|byte| byte.is_ascii_digit())
            // `007` is another text than `7`.
            && (text.len() == 1 || !text.starts_with('0'));
        match text.parse() {
            Ok(number) if is_number => Key::Number(number),
            _ => Key::Text(text),
        }
    }
}

/// The tasks of the file by their ids.
#[derive(Default)]
pub(super) struct Tasks<'t> {
    places: Vec<TaskPlace<'t>>,
    by_id: FxHashMap<Key<'t>, u32>,
}

impl<'t> Tasks<'t> {
    pub(super) fn reserve(&mut self, count: usize) {
        self.places.reserve(count);
        self.by_id.reserve(count);
    }

    pub(super) fn get(&self, id: &'t str) -> Option<&TaskPlace<'t>> {
        self.by_id.get(&Key::of(id)).and_then(|number| self.places.get(*number as usize))
    }

    /// Takes a task; if there is one with its id, that stays, and is returned.
    pub(super) fn add(&mut self, place: TaskPlace<'t>) -> Option<TaskPlace<'t>> {
        let number = self.places.len() as u32;
        let first = *self.by_id.entry(Key::of(place.id.text)).or_insert(number);
        if first != number {
            return self.places.get(first as usize).copied();
        }
        self.places.push(place);
        None
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &TaskPlace<'t>> {
        self.places.iter()
    }
}

/// Where a task went: to which part, and which of its tasks it is.
#[derive(Clone, Copy)]
pub(super) struct TaskPlace<'t> {
    pub(super) part: usize,
    pub(super) index: usize,
    /// What people call it.
    pub(super) code: &'t str,
    pub(super) id: Cell<'t>,
    pub(super) line: u32,
}

/// Everything read so far.
pub(super) struct Plans<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) projects: Vec<Project<'t>>,
    pub(super) notes: Notes<'t>,
    pub(super) by_project_id: FxHashMap<&'t str, usize>,
    pub(super) tasks: Tasks<'t>,
    /// Tasks that could not be read: links to them are not reported again.
    pub(super) lost_tasks: FxHashSet<&'t str>,
    /// The WBS element of each task, where it has one.
    pub(super) wbs_of_tasks: Vec<(usize, usize, Cell<'t>)>,
    /// The main resource of each task, where it has one.
    pub(super) main_resources: Vec<(usize, usize, Cell<'t>)>,
    pub(super) fields: TaskFields,
    calendars: FxHashMap<&'t str, CalendarRow<'t>>,
    has_people: bool,
}

/// Numbers of the fields that can only be set by number.
pub(super) struct TaskFields {
    pub(super) milestone: usize,
    pub(super) effort: usize,
    pub(super) helpers: usize,
    pub(super) resources: usize,
    pub(super) units: usize,
    pub(super) constraint: usize,
    pub(super) deadline: usize,
    pub(super) calendar: usize,
    pub(super) percent: usize,
    pub(super) remaining: usize,
    pub(super) actual_start: usize,
    pub(super) actual_finish: usize,
    pub(super) source_id: usize,
}

impl TaskFields {
    fn new() -> Self {
        let number = |name| Task::FIELDS.iter().position(|field| field.name == name).unwrap_or(usize::MAX);
        Self {
            milestone: number("milestone"),
            effort: number("effort"),
            helpers: number("helpers"),
            resources: number("resources"),
            units: number("units"),
            constraint: number("constraint"),
            deadline: number("deadline"),
            calendar: number("calendar"),
            percent: number("percent"),
            remaining: number("remaining"),
            actual_start: number("actual-start"),
            actual_finish: number("actual-finish"),
            source_id: number("source-id"),
        }
    }
}

fn set_in_plan(plan: &mut Plan, name: &str, value: Value) {
    if let Some(field) = Plan::FIELDS.iter().position(|field| field.name == name) {
        plan.set(field, value);
    }
}

impl<'t> Plans<'t> {
    pub(super) fn new(file: FileId, text: &'t str, findings: Vec<Finding>) -> Self {
        Self {
            file,
            text,
            projects: Vec::new(),
            notes: Notes::of_file(findings),
            by_project_id: FxHashMap::default(),
            tasks: Tasks::default(),
            lost_tasks: FxHashSet::default(),
            wbs_of_tasks: Vec::new(),
            main_resources: Vec::new(),
            fields: TaskFields::new(),
            calendars: FxHashMap::default(),
            has_people: false,
        }
    }

    /// Walks over the rows of all tables of a kind; `prepare` finds the columns of each.
    pub(super) fn each_row<C>(
        &mut self,
        tables: &[Table<'t>],
        kind: Kind,
        prepare: impl Fn(&Table<'t>) -> C,
        mut visit: impl FnMut(&mut Self, &C, &Row<'_, 't>),
    ) {
        for table in tables.iter().filter(|table| table.kind == kind) {
            let columns = prepare(table);
            let mut shifted = Vec::new();
            let report = &mut |finding| shifted.push((0, finding));
            table.each_row(0..table.len(), report, |row| visit(self, &columns, row));
            self.notes.findings.append(&mut shifted);
        }
    }

    /// Reads the rows of all tables of a kind, stretches of them side by side. Returns what was made of each stretch, and
    /// the notes of who read it, in the order of the file.
    pub(super) fn read_rows<C, R: Send>(
        &self,
        tables: &[Table<'t>],
        kind: Kind,
        prepare: impl Fn(&Table<'t>) -> C + Sync,
        read: impl Fn(&Self, &mut Notes<'t>, &C, &Row<'_, 't>, &mut Vec<R>) + Sync,
    ) -> Vec<(Vec<R>, Notes<'t>)> {
        let of_kind = tables.iter().filter(|table| table.kind == kind);
        let stretches: Vec<(&Table<'t>, usize)> = of_kind
            .flat_map(|table| (0..table.len()).step_by(STRETCH).map(move |first| (table, first)))
            .collect();
        let read_stretch = |(table, first): (&Table<'t>, usize)| {
            let columns = prepare(table);
            let (mut notes, mut shifted) = (Notes::default(), Vec::new());
            let rows = first..table.len().min(first + STRETCH);
            let mut made = Vec::with_capacity(rows.len());
            let report = &mut |finding| shifted.push((0, finding));
            table.each_row(rows, report, |row| read(self, &mut notes, &columns, row, &mut made));
            notes.findings.append(&mut shifted);
            (made, notes)
        };
        match stretches.len() {
            0 | 1 => stretches.into_iter().map(read_stretch).collect(),
            _ => stretches.into_par_iter().map(read_stretch).collect(),
        }
    }

    pub(super) fn read_calendars(&mut self, tables: &[Table<'t>]) {
        let mut names: FxHashSet<&'t str> = FxHashSet::default();
        let mut numbers: FxHashMap<&'t str, usize> = FxHashMap::default();
        let mut rows: Vec<RawCalendar<'t>> = Vec::new();
        let columns = |table: &Table<'t>| {
            [
                "clndr_id",
                "clndr_name",
                "base_clndr_id",
                "clndr_data",
                "day_hr_cnt",
                "week_hr_cnt",
                "month_hr_cnt",
            ]
            .map(|name| table.column(name))
        };
        self.each_row(tables, Kind::Calendar, columns, |this, columns, row| {
            let [id, name, base, data, day, week, month] = *columns;
            let Some(key) = this.notes.key(row, id, Kind::Calendar) else { return };
            if let Some(&first) = numbers.get(key.text) {
                let (place, line) = (rows[first].id.span, rows[first].line);
                return this.notes.twice(0, Kind::Calendar, key, place, line);
            }
            numbers.insert(key.text, rows.len());
            // Calendars of the company and of its projects may have one name: then the number says which.
            let name = row.get(name).filter(|name| names.insert(name.text));
            let length = |column| {
                let minutes = minutes_of_hours(row.get_sound(column)?.text)?;
                u32::try_from(minutes).ok().filter(|minutes| (1..1_000_000).contains(minutes))
            };
            rows.push(RawCalendar {
                key: key.text,
                id: name.unwrap_or(key),
                line: row.line,
                base: row.get_sound(base).map(|base| base.text),
                data: row.get_sound(data),
                lengths: [length(day), length(week), length(month)],
            });
        });
        // What others are based on comes first. A calendar in a circle of bases has none.
        for first in 0..rows.len() {
            let mut chain = vec![first];
            while let Some(base) = chain.last().and_then(|last| numbers.get(rows[*last].base?)) {
                if chain.len() > LONGEST_BASE
                    || chain.contains(base)
                    || self.calendars.contains_key(rows[*base].key)
                {
                    break;
                }
                chain.push(*base);
            }
            while let Some(number) = chain.pop() {
                if !self.calendars.contains_key(rows[number].key) {
                    let calendar = self.calendar_row(&rows[number]);
                    self.calendars.insert(rows[number].key, calendar);
                }
            }
        }
    }

    /// The working time of a calendar. Where its text is damaged, that is told at once; where there is none at all,
    /// once somebody uses it.
    fn calendar_row(&mut self, row: &RawCalendar<'t>) -> CalendarRow<'t> {
        let base = row.base.and_then(|base| self.calendars.get(base));
        let instead = match base {
            Some(base) => format!("its base calendar \"{}\"", meant(base.id.text)),
            None => "Monday to Friday, 08:00 to 12:00 and 13:00 to 17:00".to_owned(),
        };
        let finding = |variant: &'static str| {
            Finding::new(Code::new("PLN004"), row.id.span)
                .variant(variant)
                .subject("clndr_data")
                .param("calendar", format!("\"{}\"", crate::model::shortened(&meant(row.id.text))))
                .param("instead", instead.clone())
        };
        let fallback = || base.map_or_else(WorkingTime::default, |base| base.working.clone());
        let (mut working, problem) = match row.data.map(|data| super::calendar::parse(data.text)) {
            Some(Ok(data)) => {
                let working = data.working_time(base.map(|base| &base.working));
                match working.has_work() {
                    true => (working, None),
                    false => (fallback(), Some(finding("calendar-without-work"))),
                }
            }
            Some(Err(problem)) => (fallback(), Some(finding("calendar").param("problem", problem))),
            None if base.is_some() => (fallback(), None),
            None => (fallback(), Some(finding("calendar").param("problem", "it is empty"))),
        };
        working.is_guess |= problem.is_some();
        let [day, week, month] = row.lengths;
        working.minutes_per_day = day.unwrap_or(working.minutes_per_day);
        working.minutes_per_week = week.unwrap_or(working.minutes_per_week);
        working.minutes_per_month = month.unwrap_or(working.minutes_per_month);
        let mut row_ = CalendarRow { id: row.id, working, problem };
        if row.data.is_some() {
            self.notes.findings.extend(row_.problem.take().map(|problem| (0, problem)));
        }
        row_
    }

    pub(super) fn read_projects(&mut self, tables: &[Table<'t>]) {
        let columns = |table: &Table<'t>| {
            [
                "proj_id",
                "proj_short_name",
                "plan_start_date",
                "plan_end_date",
                "last_recalc_date",
                "clndr_id",
                "project_flag",
                "export_flag",
                "critical_drtn_hr_cnt",
                "critical_path_type",
            ]
            .map(|name| table.column(name))
        };
        let mut lines: FxHashMap<&'t str, (Span, u32)> = FxHashMap::default();
        self.each_row(tables, Kind::Project, columns, |this, columns, row| {
            let [id, short_name, start, finish, status_date, calendar, is_project, is_exported, float, path] =
                *columns;
            let Some(key) = this.notes.key(row, id, Kind::Project) else { return };
            if let Some(&(place, line)) = lines.get(key.text) {
                return this.notes.twice(0, Kind::Project, key, place, line);
            }
            lines.insert(key.text, (key.span, row.line));
            let short_name = row.get(short_name);
            let number = this.add_project(key, short_name.unwrap_or(key));
            let about = About { part: number, entity: Some(Entity::new(EntityKind::Plan, 0)) };
            if let Some(short_name) = short_name {
                let id = this.notes.text(number, short_name);
                this.projects[number].header.given_id = Some(id);
            }
            let start = this.notes.moment(row, start, about);
            let finish_by = this.notes.moment(row, finish, about);
            let status_date = this.notes.moment(row, status_date, about);
            let float = this.notes.minutes(row, float, about);
            let critical_by = this.notes.word(row, path, &CRITICAL_BY, about);
            let options = &mut this.projects[number].part.schedule;
            options.critical_float_minutes = float.map_or(0, |float| float.value);
            options.critical_by = critical_by.map_or(CriticalBy::Float, |by| by.value);
            let is_no = |column| row.get_sound(column).is_some_and(|cell| cell.text == "N");
            let project = &mut this.projects[number];
            project.header.start = start;
            project.header.finish_by = finish_by;
            project.header.status_date = status_date;
            project.is_stub = is_no(is_project) || is_no(is_exported);
            if let Some(cell) = row.get_sound(calendar) {
                project.calendar = Some(cell.text);
                if let Some(calendar) = this.calendar(about, cell, calendar.name) {
                    set_in_plan(&mut this.projects[number].header, "calendar", Value::Text(calendar));
                }
            }
        });
        if self.projects.is_empty() {
            let place =
                Span::new(self.file, 0, memchr::memchr2(b'\r', b'\n', self.text.as_bytes()).unwrap_or(0));
            let problem = "the file has no table PROJECT, or nothing in it, so that names and dates of its projects are missing";
            self.notes.findings.push((0, malformed(place, problem)));
            let n_findings = self.notes.findings.len();
            // The tasks still say to which project they belong.
            let columns = |table: &Table<'t>| table.column("proj_id");
            self.each_row(tables, Kind::Task, columns, |this, &column, row| {
                if let Some(id) = row.get(column)
                    && !this.by_project_id.contains_key(id.text)
                {
                    this.add_project(id, id);
                }
            });
            // Reading the rows again will report what is wrong with them.
            self.notes.findings.truncate(n_findings);
        }
    }

    fn add_project(&mut self, id: Cell<'t>, known_as: Cell<'t>) -> usize {
        let number = self.projects.len();
        self.by_project_id.insert(id.text, number);
        self.projects.push(Project {
            part: Part {
                // What P6 does unless told otherwise.
                schedule: ScheduleOptions {
                    tool: ScheduleTool::P6,
                    float: FloatKind::Finish,
                    uses_expected_finish: true,
                    ..ScheduleOptions::default()
                },
                ..Part::default()
            },
            header: Plan::new(PlanId(0), Text::verbatim(known_as.span)),
            id: known_as.text,
            calendar: None,
            calendars: FxHashMap::default(),
            is_stub: false,
        });
        // Until the options say something else, P6 counts lags on the predecessor's calendar.
        let usual = Value::Word(Spanned::new(LagCalendar::Predecessor as u8, id.span));
        set_in_plan(&mut self.projects[number].header, "lag-calendar", usual);
        number
    }

    pub(super) fn read_schedule_options(&mut self, tables: &[Table<'t>]) {
        let columns = |table: &Table<'t>| {
            [
                "proj_id",
                "sched_calendar_on_relationship_lag",
                "sched_float_type",
                "sched_retained_logic",
                "sched_progress_override",
                "sched_open_critical_flag",
                "sched_lag_early_start_flag",
                "sched_use_expect_end_flag",
                "sched_outer_depend_type",
                "sched_use_project_end_date_for_float",
            ]
            .map(|name| table.column(name))
        };
        self.each_row(tables, Kind::ScheduleOptions, columns, |this, columns, row| {
            let [project, lag, float, retained, override_, open, early, expect, outer, own_end] = *columns;
            let Some(&number) = row.get(project).and_then(|id| this.by_project_id.get(id.text)) else {
                return;
            };
            let about = About { part: number, entity: Some(Entity::new(EntityKind::Plan, 0)) };
            if let Some(word) = this.notes.word(row, lag, &LAG_CALENDARS, about) {
                let value = Value::Word(Spanned::new(word.value as u8, word.span));
                set_in_plan(&mut this.projects[number].header, "lag-calendar", value);
            }
            let float = this.notes.word(row, float, &FLOAT_KINDS, about);
            let mut flag = |column| this.notes.word(row, column, &FLAGS, about).map(|flag| flag.value);
            let (retained, override_) = (flag(retained), flag(override_));
            let (open, early, expect, own_end) = (flag(open), flag(early), flag(expect), flag(own_end));
            let options = &mut this.projects[number].part.schedule;
            options.float = float.map_or(options.float, |float| float.value);
            options.progress = match (retained, override_) {
                (Some(false), Some(true)) => ProgressLogic::ProgressOverride,
                (Some(false), Some(false)) => ProgressLogic::ActualDates,
                _ => ProgressLogic::RetainedLogic,
            };
            options.open_ends_critical = open.unwrap_or(options.open_ends_critical);
            options.start_lag_from_early_start = early.unwrap_or(options.start_lag_from_early_start);
            options.uses_expected_finish = expect.unwrap_or(options.uses_expected_finish);
            options.floats_to_last_plan = own_end.map_or(options.floats_to_last_plan, |own| !own);
            options.ignores_other_plans = row.get_sound(outer).is_some_and(|cell| cell.text == "SD_None");
        });
    }

    /// The project a row belongs to. Where the table does not say, it is the only one there is.
    pub(super) fn project_of(
        &self,
        notes: &mut Notes<'t>,
        row: &Row<'_, 't>,
        column: Column,
    ) -> Option<usize> {
        let Some(id) = row.get(column) else {
            if self.projects.len() == 1 {
                return Some(0);
            }
            notes
                .findings
                .push((0, malformed(row.place, "the row does not say to which project it belongs")));
            return None;
        };
        let number = self.by_project_id.get(id.text).copied();
        if number.is_none() {
            notes.unknown(About { part: 0, entity: None }, "project", column.name, id);
        }
        number
    }

    /// The calendar that a task names, where it is not its project's.
    pub(super) fn task_calendar(
        &mut self,
        about: About,
        cell: Cell<'t>,
        column: &'static str,
    ) -> Option<Text> {
        if self.projects[about.part].calendar == Some(cell.text) {
            return None;
        }
        self.calendar(about, cell, column)
    }

    fn calendar(&mut self, about: About, cell: Cell<'t>, column: &'static str) -> Option<Text> {
        self.calendar_number(about, cell, column)?;
        let known_as = self.calendars.get(cell.text)?.id;
        Some(self.notes.text_as(about.part, cell, &meant(known_as.text)))
    }

    /// The number of a calendar among those of a part. A calendar that is new to the part is added.
    pub(super) fn calendar_number(
        &mut self,
        about: About,
        cell: Cell<'t>,
        column: &'static str,
    ) -> Option<u32> {
        let Some(row) = self.calendars.get_mut(cell.text) else {
            self.notes.unknown(about, "calendar", column, cell);
            return None;
        };
        if let Some(number) = self.projects[about.part].calendars.get(cell.text) {
            return Some(*number);
        }
        let (known_as, working) = (row.id, row.working.clone());
        if let Some(problem) = row.problem.take() {
            self.notes.findings.push((about.part, problem));
        }
        let id = self.notes.text(about.part, known_as);
        let project = &mut self.projects[about.part];
        let number = project.part.lists.calendars.len() as u32;
        project.calendars.insert(cell.text, number);
        project.part.lists.calendars.push(Calendar::new(PlanId(0), id));
        project.part.working.push(Some(working));
        Some(number)
    }

    /// Somebody is assigned to something.
    pub(super) fn found_people(&mut self) {
        self.has_people = true;
    }

    pub(super) fn finish(mut self) -> Reading {
        for (part, text, meant) in std::mem::take(&mut self.notes.meant) {
            self.projects[part].part.arenas.decoded.insert(text, meant);
        }
        let carried = carried(self.has_people);
        let mut parts = Vec::with_capacity(self.projects.len());
        let mut numbers = Vec::with_capacity(self.projects.len());
        for project in self.projects {
            if project.is_stub && project.part.lists.tasks.is_empty() {
                numbers.push(None);
                continue;
            }
            numbers.push(Some(parts.len()));
            let mut part = project.part;
            part.header = Some(project.header);
            part.capability = Capability::Only(carried);
            if part.stored.iter().all(|stored| *stored == StoredDates::default()) {
                part.stored = Vec::new();
            }
            parts.push(part);
        }
        let mut findings = self.notes.into_findings();
        for (number, finding) in &mut findings {
            match numbers.get(*number).copied().flatten() {
                Some(moved) => *number = moved,
                // Its project is no plan: it stays a finding about the file.
                None => {
                    *number = 0;
                    finding.entity = None;
                }
            }
        }
        Reading { parts, findings, directives: Vec::new() }
    }
}
