//! From rows to tasks, phases and links.

use rustc_hash::{FxHashMap, FxHashSet};

use super::date::{is_nothing, iso};
use super::header::{Field, Header, fold};
use super::options::{CsvOptions, PlainUnit};
use super::people::People;
use super::survey::{Dates, Survey, number_of_wave};
use super::table::{Cell, Row, Rows};
use super::value::{self, CONSTRAINTS};
use crate::catalogue::{Catalogue, KindId};
use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{
    Capability, Constraint, ConstraintKind, Fields, Link, Moment, Part, Plan, PlanId, Site, Spanned, Status,
    Task, Text, Unit, Value, Wave, shortened,
};
use crate::read::Reading;
use crate::source::{FileId, Span};

/// What a table can say, and by which columns. A rule that needs something else is silent about it.
const CARRIED: [(&str, &[Field]); 32] = [
    ("plan", &[]),
    ("task", &[]),
    ("task.title", &[]),
    ("task.source-id", &[]),
    ("task.parent", &[Field::OutlineLevel, Field::Parent, Field::Wbs, Field::Phase]),
    ("task.depends-on", &[Field::DependsOn, Field::UniqueDependsOn]),
    ("task.duration", &[Field::Duration]),
    ("task.remaining", &[Field::Remaining]),
    ("task.start", &[Field::Start]),
    ("task.finish", &[Field::Finish]),
    ("task.deadline", &[Field::Deadline]),
    ("task.percent", &[Field::Percent]),
    ("task.status", &[Field::Status, Field::Percent, Field::ActualFinish]),
    ("task.actual-start", &[Field::ActualStart]),
    ("task.actual-finish", &[Field::ActualFinish]),
    ("task.baseline", &[Field::BaselineStart, Field::BaselineFinish]),
    ("task.baseline.start", &[Field::BaselineStart]),
    ("task.baseline.finish", &[Field::BaselineFinish]),
    ("task.baseline.duration", &[Field::BaselineDuration]),
    ("task.milestone", &[Field::Milestone, Field::Duration]),
    ("task.constraint", &[Field::ConstraintType]),
    ("task.kind", &[Field::Kind]),
    ("site", &[Field::Site]),
    ("task.site", &[Field::Site]),
    ("task.sites", &[Field::Site]),
    ("task.wave", &[Field::Wave]),
    ("task.tags", &[Field::Tags]),
    ("task.notes", &[Field::Notes]),
    ("person", &[Field::Owner]),
    ("task.owner", &[Field::Owner]),
    ("task.helpers", &[Field::Owner, Field::Helpers]),
    ("task.units", &[Field::Owner]),
];

const NAMES: [&str; CARRIED.len()] = {
    let mut names = [""; CARRIED.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = CARRIED[at].0;
        at += 1;
    }
    names
};

/// Titles of rows that add up what stands above them.
const TOTALS: [&str; 8] =
    ["total", "totals", "grandtotal", "sum", "gesamt", "summe", "gesamtsumme", "insgesamt"];

/// So many places are shown of what is wrong in many rows.
const N_PLACES: usize = 3;

/// Numbers of the fields that are set by number.
macro_rules! numbers {
    ($($name:ident = $word:literal),* $(,)?) => {
        #[derive(Clone, Copy)]
        pub(super) struct Numbers { $(pub(super) $name: usize),* }

        impl Numbers {
            fn new() -> Self {
                let number = |name| Task::FIELDS.iter().position(|field| field.name == name).unwrap_or(usize::MAX);
                Self { $($name: number($word)),* }
            }
        }
    };
}

numbers!(
    milestone = "milestone",
    start = "start",
    finish = "finish",
    deadline = "deadline",
    constraint = "constraint",
    percent = "percent",
    remaining = "remaining",
    actual_start = "actual-start",
    actual_finish = "actual-finish",
    baseline_start = "baseline.start",
    baseline_finish = "baseline.finish",
    baseline_duration = "baseline.duration",
    sites = "sites",
    wave = "wave",
    tags = "tags",
    notes = "notes",
    source_id = "source-id",
    units = "units",
    helpers = "helpers",
    resources = "resources",
);

/// Where the parents of tasks come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hierarchy {
    /// The number of levels above a row.
    Levels(usize),
    /// Blanks before the title.
    Indents,
    /// A column with the id of the parent, or the name of a phase.
    Parents,
    /// `1.2.3` belongs to `1.2`.
    Wbs(usize),
    /// The name of the group.
    Groups(usize),
    None,
}

/// Rows with the same thing wrong: one finding, however many there are.
struct Problem {
    part: Finding,
    count: usize,
}

pub(super) struct Sheet<'t> {
    text: &'t str,
    options: &'t CsvOptions,
    pub(super) header: Header,
    pub(super) survey: Survey,
    hierarchy: Hierarchy,
    pub(super) numbers: Numbers,
    pub(super) part: Part,
    plan: Plan,
    problems: Vec<Problem>,
    by_problem: FxHashMap<(usize, &'static str), usize>,
    /// Tasks by their id, by another key of the row, and by the number of the row, from 1.
    by_id: FxHashMap<&'t str, u32>,
    by_key: FxHashMap<&'t str, u32>,
    by_row: Vec<u32>,
    links: Vec<(u32, Cell<'t>)>,
    parents: Vec<(u32, Cell<'t>)>,
    wbs: Vec<(u32, Cell<'t>)>,
    levels: Vec<(u32, u32)>,
    groups: FxHashMap<&'t str, Text>,
    sites: FxHashSet<&'t str>,
    waves: FxHashSet<&'t str>,
    unknown_statuses: Vec<(String, Span)>,
    pub(super) people: People<'t>,
    untitled: Vec<Span>,
    /// The table was written by TaskJuggler, which puts rows of people between those of tasks.
    is_taskjuggler: bool,
    /// The column of the id; without one, rows are numbered.
    id_column: Option<usize>,
    key_columns: Vec<usize>,
}

const NOBODY: u32 = u32::MAX;

/// Reads the rows below the header.
pub(super) fn read<'t>(
    file: FileId,
    text: &'t str,
    mut rows: Rows<'t>,
    header: Header,
    place: Span,
    options: &'t CsvOptions,
) -> Reading {
    let below = rows.position();
    let mut first_look = Rows::new(file, text, rows.delimiter());
    first_look.seek(below);
    let survey = Survey::of(first_look, &header, options);
    let mut sheet = Sheet::new(text, header, place, survey, options);
    rows.seek(below);
    sheet.read_rows(rows);
    sheet.finish()
}

impl<'t> Sheet<'t> {
    fn new(text: &'t str, header: Header, place: Span, survey: Survey, options: &'t CsvOptions) -> Self {
        let wbs = header.first(Field::Wbs);
        let is_taskjuggler = wbs.is_some_and(|column| header.folded(column) == "bsi");
        let hierarchy = match (header.first(Field::OutlineLevel), wbs, header.first(Field::Phase)) {
            (Some(level), ..) if survey.has_levels || header.is_told(Field::OutlineLevel) => {
                Hierarchy::Levels(level)
            }
            _ if header.has(Field::Parent) => Hierarchy::Parents,
            (_, Some(wbs), _) => Hierarchy::Wbs(wbs),
            _ if survey.is_indented => Hierarchy::Indents,
            // Numbered groups are waves, unless the file has those by name.
            (.., Some(group)) if !survey.has_numbered_groups || header.has(Field::Wave) => {
                Hierarchy::Groups(group)
            }
            _ => Hierarchy::None,
        };
        let by_unique_id = !header.has(Field::DependsOn) && header.has(Field::UniqueDependsOn);
        let has_links = header.has(Field::DependsOn) || header.has(Field::UniqueDependsOn);
        let [id, unique_id] = [Field::Id, Field::UniqueId].map(|field| header.first(field));
        let id_column = match (id, unique_id) {
            (_, Some(unique_id)) if by_unique_id => Some(unique_id),
            (Some(id), _) => Some(id),
            (None, Some(unique_id)) => Some(unique_id),
            // Links name rows, so that is what rows are called.
            (None, None) if has_links && !header.is_told(Field::Wbs) => None,
            (None, None) => wbs,
        };
        let key_columns =
            [unique_id, wbs, id].into_iter().flatten().filter(|it| Some(*it) != id_column).collect();
        Self {
            text,
            options,
            header,
            survey,
            hierarchy,
            numbers: Numbers::new(),
            part: Part::default(),
            plan: Plan::new(PlanId(0), Text::verbatim(place)),
            problems: Vec::new(),
            by_problem: FxHashMap::default(),
            by_id: FxHashMap::default(),
            by_key: FxHashMap::default(),
            by_row: Vec::new(),
            links: Vec::new(),
            parents: Vec::new(),
            wbs: Vec::new(),
            levels: Vec::new(),
            groups: FxHashMap::default(),
            sites: FxHashSet::default(),
            waves: FxHashSet::default(),
            unknown_statuses: Vec::new(),
            people: People::default(),
            untitled: Vec::new(),
            is_taskjuggler,
            id_column,
            key_columns,
        }
    }

    fn read_rows(&mut self, mut rows: Rows<'t>) {
        let mut cells = Vec::new();
        let n_columns = self.header.names.len();
        while let Some(row) = rows.next(&mut cells) {
            if let Some(place) = row.bad_quote {
                self.malformed(
                    place,
                    "quote",
                    "a quotation mark in it has no partner, so the line was read as it stands",
                );
            }
            if cells.iter().all(|cell| cell.is_empty()) {
                self.by_row.push(NOBODY);
                continue;
            }
            // A second export behind the first, or the header of the next page.
            let is_header = cells.len() == n_columns
                && cells.iter().zip(&self.header.names).all(|(cell, name)| cell.raw() == name.as_str());
            if is_header {
                continue;
            }
            let surplus = cells.iter().skip(n_columns).find(|cell| !cell.is_empty()).copied();
            if let Some(first) = surplus {
                let problem = "the row has more values than the table has columns";
                self.malformed(first.span(), "surplus", problem);
                // Somewhere a separator came between: only what stands before the first could be trusted.
                let title = self.header.first(Field::Title).unwrap_or(0);
                cells.truncate(title + 1);
            }
            self.read_row(&cells, &row);
        }
    }

    /// PLN001: the table does not have the form of one.
    fn malformed(&mut self, place: Span, kind: &'static str, problem: &'static str) {
        self.problem(usize::MAX, kind, place, None, |place| {
            Finding::new(Code::new("PLN001"), place).variant("csv").param("problem", problem)
        });
    }

    fn read_row(&mut self, cells: &[Cell<'t>], row: &Row) {
        let get = |column: usize| cells.get(column).filter(|cell| !cell.is_empty()).copied();
        let title = self.header.first(Field::Title).and_then(get);
        let id = self.id_column.and_then(get);
        let Some(title) = title else {
            self.by_row.push(NOBODY);
            self.untitled.push(id.map_or(row.place, |id| id.span()));
            return;
        };
        let has = |header: &Header, fields: &[Field]| {
            fields.iter().any(|field| header.of_field(*field).iter().any(|column| get(*column).is_some()))
        };
        if self.is_taskjuggler && !has(&self.header, &[Field::Start, Field::Finish, Field::Duration]) {
            let task = self.part.lists.tasks.len().checked_sub(1);
            self.people.found_below(task, title);
            return;
        }
        let is_total =
            TOTALS.contains(&fold(title.raw().get(..title.raw().len().min(40)).unwrap_or("")).as_str());
        if is_total
            && id.is_none()
            && !has(&self.header, &[Field::Start, Field::Finish, Field::DependsOn, Field::Owner])
        {
            self.by_row.push(NOBODY);
            return;
        }
        let level = match self.hierarchy {
            Hierarchy::Levels(column) => get(column),
            _ => None,
        };
        if self.survey.has_root && self.part.lists.tasks.is_empty() && level.is_some_and(|it| it.raw() == "0")
        {
            self.by_row.push(NOBODY);
            let name = self.text(title);
            self.plan.name = Some(name);
            return;
        }
        let index = self.part.lists.tasks.len() as u32;
        self.by_row.push(index);
        let mut task = self.task(index, title, id, &get);
        match self.hierarchy {
            Hierarchy::Levels(column) => {
                if let Some(cell) = level {
                    match cell.raw().parse::<u32>() {
                        Ok(level) => self.levels.push((index, level)),
                        Err(_) => self.invalid(column, index, cell, "a number of levels, such as 2"),
                    }
                }
            }
            Hierarchy::Indents => self.levels.push((index, title.indent)),
            Hierarchy::Parents => {
                let parent = self.header.of_field(Field::Parent).iter().find_map(|column| get(*column));
                self.parents.extend(parent.filter(|it| !is_nothing(it.raw())).map(|cell| (index, cell)));
            }
            Hierarchy::Wbs(column) => self.wbs.extend(get(column).map(|cell| (index, cell))),
            Hierarchy::Groups(column) => {
                if let Some(cell) = get(column) {
                    task.parent = Some(self.text(cell));
                    let text = self.text(cell);
                    self.groups.entry(cell.raw()).or_insert(text);
                }
            }
            Hierarchy::None => {}
        }
        self.read_work(&mut task, index, &get);
        self.read_dates(&mut task, index, &get);
        self.read_places(&mut task, &get);
        self.read_people(&mut task, &get);
        for field in [Field::DependsOn, Field::UniqueDependsOn] {
            if field == Field::UniqueDependsOn && self.header.has(Field::DependsOn) {
                continue;
            }
            let cells = self.header.of_field(field).iter().filter_map(|column| get(*column));
            self.links.extend(cells.filter(|cell| !is_nothing(cell.raw())).map(|cell| (index, cell)));
        }
        self.part.lists.tasks.push(task);
    }

    /// A task with its id and title.
    fn task(
        &mut self,
        index: u32,
        title: Cell<'t>,
        id: Option<Cell<'t>>,
        get: &impl Fn(usize) -> Option<Cell<'t>>,
    ) -> Task {
        let id = id.filter(|id| self.is_new(index, *id));
        let id_text = match id {
            Some(id) => self.text(id),
            None => {
                let number = self.by_row.len();
                let id = if self.id_column.is_some() { format!("row-{number}") } else { number.to_string() };
                let place = if title.is_escaped() { title.outer() } else { title.span() };
                self.made_up(place, id)
            }
        };
        let mut task = Task::new(PlanId(0), id_text);
        task.title = Some(self.text(title));
        let mut source_id = id;
        for column in self.key_columns.clone() {
            if let Some(key) = get(column) {
                self.by_key.entry(key.raw()).or_insert(index);
                if self.header.first(Field::UniqueId) == Some(column) {
                    source_id = Some(key);
                }
            }
        }
        if let Some(cell) = source_id {
            let text = self.text(cell);
            task.set(self.numbers.source_id, Value::Text(text));
        }
        task
    }

    /// Whether no row above has this id. PLN006 where one has: links then mean that one, and this row is known by its
    /// number.
    fn is_new(&mut self, index: u32, id: Cell<'t>) -> bool {
        let Some(&first) = self.by_id.get(id.raw()) else {
            self.by_id.insert(id.raw(), index);
            return true;
        };
        let column = self.id_column.unwrap_or(0);
        let name = shortened(self.header.name(column));
        let first = self.part.lists.tasks.get(first as usize).map(|task| task.id.span());
        self.problem(column, "twice", id.span(), Some(index), |place| {
            let finding = Finding::new(Code::new("PLN006"), place)
                .variant("row")
                .subject(id.raw())
                .param("id", shortened(id.raw()))
                .param("column", name);
            match first {
                Some(first) => finding.label(first, "the first"),
                None => finding,
            }
        });
        false
    }

    /// A text as it is meant, at its place.
    pub(super) fn text(&mut self, cell: Cell<'t>) -> Text {
        if cell.is_escaped() {
            self.made_up(cell.span(), cell.text().into_owned())
        } else {
            Text::verbatim(cell.span())
        }
    }

    /// A text that does not stand in the file, at the place that says it.
    fn made_up(&mut self, place: Span, meant: String) -> Text {
        let text = Text::decoded(place);
        self.part.arenas.decoded.insert(text, meant.into());
        text
    }

    /// How long it takes, how far it is, and what kind of task it is.
    fn read_work(&mut self, task: &mut Task, index: u32, get: &impl Fn(usize) -> Option<Cell<'t>>) {
        let numbers = self.numbers;
        task.duration = self.duration(Field::Duration, index, get);
        if let Some(remaining) = self.duration(Field::Remaining, index, get) {
            task.set(numbers.remaining, Value::Duration(remaining));
        }
        if let Some(duration) = self.duration(Field::BaselineDuration, index, get) {
            task.set(numbers.baseline_duration, Value::Duration(duration));
        }
        let milestone = self.header.first(Field::Milestone).and_then(get);
        match (milestone, task.duration) {
            (Some(cell), _) => match value::flag(cell.raw()) {
                Some(flag) => drop(task.set(numbers.milestone, Value::Flag(Spanned::new(flag, cell.span())))),
                // Some name their milestones in a column of that name.
                None if !self.header.is_told(Field::Milestone) => {}
                None => {
                    let column = self.header.first(Field::Milestone).unwrap_or(0);
                    self.invalid(column, index, cell, "yes or no");
                }
            },
            (None, Some(duration)) if duration.value.is_zero() => {
                task.set(numbers.milestone, Value::Flag(Spanned::new(true, duration.span)));
            }
            _ => {}
        }
        for column in self.header.of_field(Field::Percent).to_vec() {
            let Some(cell) = get(column).filter(|cell| !is_nothing(cell.raw())) else { continue };
            // A box that is ticked, or not.
            let ticked = || value::flag(cell.raw()).map(|flag| if flag { 100 } else { 0 });
            match value::percent(cell.raw(), self.survey.has_shares).or_else(ticked) {
                Some(percent) => self.set_percent(task, percent, cell.span()),
                None => self.invalid(column, index, cell, "a percentage from 0 to 100"),
            }
            break;
        }
        if let Some(cell) = self.header.first(Field::Status).and_then(get) {
            self.read_status(task, cell);
        }
        if let Some(cell) = self.header.first(Field::Active).and_then(get)
            && value::flag(cell.raw()) == Some(false)
        {
            task.status = Some(Spanned::new(Status::Cancelled, cell.span()));
        }
        if let Some(column) = self.header.first(Field::Kind)
            && let Some(cell) = get(column)
        {
            task.kind = self.kind(cell);
        }
    }

    fn set_percent(&mut self, task: &mut Task, percent: u32, place: Span) {
        task.set(self.numbers.percent, Value::Count(Spanned::new(percent, place)));
        let status = match percent {
            0 => return,
            100 => Status::Done,
            _ => Status::InProgress,
        };
        task.status = Some(Spanned::new(status, place));
    }

    fn read_status(&mut self, task: &mut Task, cell: Cell<'t>) {
        let word = cell.text();
        let folded = if word.len() <= 100 { fold(&word) } else { String::new() };
        let told = self.options.status.iter().find(|(told, _)| fold(told) == folded);
        match told.map(|(_, status)| Some(*status)).or_else(|| value::status(&folded)) {
            Some(Some(status)) => task.status = Some(Spanned::new(status, cell.span())),
            Some(None) => {}
            None => {
                if let Some(percent) = value::percent(&word, false) {
                    self.set_percent(task, percent, cell.span());
                } else if self.unknown_statuses.len() < 50
                    && !self.unknown_statuses.iter().any(|(it, _)| *it == folded)
                {
                    self.unknown_statuses.push((folded, cell.span()));
                }
            }
        }
    }

    /// A kind of work, where the word is one. Other tools have types that are none, such as Story and Bug; where the
    /// configuration says that these are kinds, they are taken at their word.
    fn kind(&mut self, cell: Cell<'t>) -> Option<Text> {
        let word = cell.text();
        if word.len() > 100 {
            return None;
        }
        let slug = word.to_lowercase().split_whitespace().collect::<Vec<_>>().join("-");
        if Catalogue::embedded().kind(&slug) == KindId::NONE {
            return self.header.is_told(Field::Kind).then(|| self.text(cell));
        }
        Some(if slug == word { Text::verbatim(cell.span()) } else { self.made_up(cell.outer(), slug) })
    }

    fn duration(
        &mut self,
        field: Field,
        index: u32,
        get: &impl Fn(usize) -> Option<Cell<'t>>,
    ) -> Option<Spanned<crate::model::Duration>> {
        let columns = self.header.of_field(field);
        let (column, cell) = columns.iter().find_map(|column| get(*column).map(|cell| (*column, cell)))?;
        if is_nothing(cell.raw()) {
            return None;
        }
        let is_jira = self.header.folded(column).ends_with("estimate");
        let usual = if is_jira { PlainUnit::Seconds } else { PlainUnit::Of(Unit::Days) };
        let plain = self.header.unit(column).or(self.options.duration_unit).unwrap_or(usual);
        let Some(mut duration) = value::duration(cell.raw(), plain) else {
            self.invalid(column, index, cell, "a duration: a number and a unit, such as 10 days, 2w or 4h");
            return None;
        };
        // TaskJuggler counts days by the calendar.
        if self.is_taskjuggler && value::thousandths(cell.raw()).is_some() {
            duration = crate::model::Duration::new(duration.thousandths(), duration.unit(), true);
        }
        Some(Spanned::new(duration, cell.span()))
    }

    fn read_dates(&mut self, task: &mut Task, index: u32, get: &impl Fn(usize) -> Option<Cell<'t>>) {
        let numbers = self.numbers;
        for (field, number) in [
            (Field::Start, numbers.start),
            (Field::Finish, numbers.finish),
            (Field::Deadline, numbers.deadline),
            (Field::ActualStart, numbers.actual_start),
            (Field::ActualFinish, numbers.actual_finish),
            (Field::BaselineStart, numbers.baseline_start),
            (Field::BaselineFinish, numbers.baseline_finish),
        ] {
            if let Some(moment) = self.moment(field, index, get) {
                task.set(number, Value::Moment(moment));
            }
        }
        let Some(cell) = self.header.first(Field::ConstraintType).and_then(get) else { return };
        let word = fold(cell.raw().get(..cell.raw().len().min(60)).unwrap_or(""));
        let Some((_, kind)) = CONSTRAINTS.iter().find(|(it, _)| *it == word) else {
            let column = self.header.first(Field::ConstraintType).unwrap_or(0);
            return self.invalid(
                column,
                index,
                cell,
                "a constraint of MS Project, such as Start No Earlier Than",
            );
        };
        let has_date = !matches!(kind, ConstraintKind::AsSoonAsPossible | ConstraintKind::AsLateAsPossible);
        let date = if has_date { self.moment(Field::ConstraintDate, index, get) } else { None };
        if *kind != ConstraintKind::AsSoonAsPossible && has_date == date.is_some() {
            let constraint = Constraint { kind: *kind, date: date.map(|date| date.value) };
            let place = date.map_or(cell.span(), |date| date.span);
            task.set(numbers.constraint, Value::Constraint(Spanned::new(constraint, place)));
        }
    }

    fn moment(
        &mut self,
        field: Field,
        index: u32,
        get: &impl Fn(usize) -> Option<Cell<'t>>,
    ) -> Option<Spanned<Moment>> {
        let columns = self.header.of_field(field);
        let (column, cell) = columns.iter().find_map(|column| {
            get(*column).filter(|cell| !is_nothing(cell.raw())).map(|cell| (*column, cell))
        })?;
        let format = self.survey.format(column);
        match iso(cell.raw()).or_else(|| format.and_then(|format| format.read(cell.raw()))) {
            Some(moment) => Some(Spanned::new(moment, cell.span())),
            None if self.survey.is_unread(column) => None,
            None => {
                let expected = match format {
                    Some(format) => format!("a date like {}", format.example()),
                    None => "a date like 2027-01-11".to_owned(),
                };
                self.invalid(column, index, cell, &expected);
                None
            }
        }
    }

    /// Sites, waves, tags and notes.
    fn read_places(&mut self, task: &mut Task, get: &impl Fn(usize) -> Option<Cell<'t>>) {
        let numbers = self.numbers;
        for (field, number) in [(Field::Site, numbers.sites), (Field::Tags, numbers.tags)] {
            let mut names = Vec::new();
            let mut place: Option<Span> = None;
            for cell in self.header.of_field(field).to_vec().into_iter().filter_map(get) {
                place = Some(place.map_or(cell.span(), |it| it.to(cell.span())));
                for part in cell.split(|sign| matches!(sign, ',' | ';' | '\n' | '\r')) {
                    let name = self.text(part);
                    names.push(name);
                    if field == Field::Site && self.sites.insert(part.raw()) {
                        let mut site = Site::new(PlanId(0), name);
                        site.name = Some(name);
                        self.part.lists.sites.push(site);
                    }
                }
            }
            if let Some(place) = place.filter(|_| !names.is_empty()) {
                let list = self.part.arenas.add_list(place, &names);
                task.set(number, Value::List(list));
            }
        }
        let wave = match self.header.first(Field::Wave) {
            Some(column) => get(column),
            // Numbered phases are waves.
            None if self.survey.has_numbered_groups && self.hierarchy == Hierarchy::None => {
                self.header.first(Field::Phase).and_then(get)
            }
            None => None,
        };
        if let Some(cell) = wave {
            let known_as = number_of_wave(&cell).unwrap_or(cell);
            let text = self.text(known_as);
            if known_as.raw().parse::<u32>().is_err() && self.waves.insert(known_as.raw()) {
                self.part.lists.waves.push(Wave::new(PlanId(0), text));
            }
            task.set(numbers.wave, Value::Text(text));
        }
        if let Some(cell) = self.header.first(Field::Notes).and_then(get) {
            let text = self.text(cell);
            task.set(numbers.notes, Value::Text(text));
        }
    }

    /// PLN004: this cannot be the value of a column. Said once for each column, with the first places.
    fn invalid(&mut self, column: usize, index: u32, cell: Cell<'t>, expected: &str) {
        let name = shortened(self.header.name(column));
        let value =
            shortened(&cell.text().get(..cell.text().len().min(400)).map_or_else(String::new, str::to_owned));
        self.problem(column, "cell", cell.span(), Some(index), |place| {
            Finding::new(Code::new("PLN004"), place)
                .variant("cell")
                .subject(&name)
                .param("column", name.clone())
                .param("value", value)
                .param("expected", expected)
        });
    }

    /// Adds a place to the finding about what is wrong with a column, or makes it.
    fn problem(
        &mut self,
        column: usize,
        kind: &'static str,
        place: Span,
        task: Option<u32>,
        make: impl FnOnce(Span) -> Finding,
    ) {
        if let Some(&number) = self.by_problem.get(&(column, kind)) {
            let problem = &mut self.problems[number];
            problem.count += 1;
            if problem.part.labels.len() + 1 < N_PLACES {
                let finding = std::mem::replace(&mut problem.part, Finding::new(Code::new(""), place));
                problem.part = finding.label(place, "here too");
            }
            return;
        }
        self.by_problem.insert((column, kind), self.problems.len());
        let finding = make(place);
        let finding = match task {
            Some(index) => finding.about(Entity::new(EntityKind::Task, index as usize)),
            None => finding,
        };
        self.problems.push(Problem { part: finding, count: 1 });
    }

    /// The task that a text of the file means.
    fn find(&self, id: &str) -> Option<u32> {
        if let Some(&index) = self.by_id.get(id) {
            return Some(index);
        }
        if self.id_column.is_none() || self.by_id.is_empty() {
            let row = id.parse::<usize>().ok().and_then(|row| self.by_row.get(row.checked_sub(1)?));
            if let Some(&index) = row.filter(|index| **index != NOBODY) {
                return Some(index);
            }
        }
        self.by_key.get(id).copied()
    }

    /// The text that makes a reference to a task, at the place of a cell.
    fn reference(&mut self, cell: Cell<'t>, place: Span, to: u32) -> Option<Text> {
        let id = self.part.lists.tasks.get(to as usize)?.id;
        let meant = match self.part.arenas.decoded.get(&id) {
            Some(decoded) => decoded.to_string(),
            None => self.text.get(id.span().range())?.to_owned(),
        };
        Some(if meant == cell.raw() && !cell.is_escaped() {
            Text::verbatim(cell.span())
        } else {
            self.made_up(place, meant)
        })
    }

    /// Turns the cells that name predecessors into links.
    fn link(&mut self) {
        let mut unknown: FxHashSet<&'t str> = FxHashSet::default();
        let links = std::mem::take(&mut self.links);
        for of_task in links.chunk_by(|a, b| a.0 == b.0) {
            let mut found = Vec::new();
            for (index, cell) in of_task {
                for item in items(*cell) {
                    found.extend(self.read_link(*index, item, &mut unknown));
                }
            }
            let list = self.part.arenas.add_links(&found);
            if let Some(task) =
                of_task.first().and_then(|(index, _)| self.part.lists.tasks.get_mut(*index as usize))
            {
                task.depends_on = list;
            }
        }
    }

    fn read_link(&mut self, index: u32, item: Cell<'t>, unknown: &mut FxHashSet<&'t str>) -> Option<Link> {
        let raw = item.raw();
        let whole = value::LinkParts::plain(raw);
        // An id may look like an id with a lag: OPS-2.
        let parts =
            if self.find(raw).is_some() { Some(whole) } else { value::link(raw, &self.options.link_types) };
        let column = self.header.first(Field::DependsOn).or(self.header.first(Field::UniqueDependsOn));
        let cell_column = column.unwrap_or(0);
        let Some(parts) = parts else {
            let column = cell_column;
            let name = shortened(self.header.name(column));
            self.problem(column, "csv-link", item.span(), Some(index), |place| {
                Finding::new(Code::new("PLN004"), place)
                    .variant("csv-link")
                    .subject("depends-on")
                    .param("column", name)
                    .param("value", shortened(raw))
            });
            return None;
        };
        let id = item.part(0, parts.id_len);
        let predecessor = match self.find(id.raw()) {
            Some(to) => self.reference(id, id.span(), to)?,
            None => match elsewhere(id.raw()) {
                Some(other) => self.made_up(id.span(), other),
                None => {
                    if unknown.insert(id.raw()) {
                        self.unknown(index, id, cell_column);
                    }
                    return None;
                }
            },
        };
        Some(Link { predecessor, end: item.span().end, kind: parts.kind, lag: parts.lag, note: 0 })
    }

    /// PLN007: no row is the one that is waited for. Said once for each.
    fn unknown(&mut self, index: u32, id: Cell<'t>, column: usize) {
        let project = |id: &'t str| id.rsplit_once('-').map(|(project, _)| project);
        let own = self.part.lists.tasks.first().and_then(|task| self.text.get(task.id.span().range()));
        // A key of another Jira project: no mistake, but out of sight.
        let is_jira = self.id_column.is_some_and(|column| self.header.folded(column) == "issuekey");
        let is_elsewhere =
            is_jira && project(id.raw()).is_some() && project(id.raw()) != own.and_then(project);
        let finding = Finding::new(Code::new("PLN007"), id.span())
            .variant(if is_elsewhere { "not-exported" } else { "row" })
            .about(Entity::new(EntityKind::Task, index as usize))
            .subject(id.raw())
            .param("value", shortened(id.raw()))
            .param("column", shortened(self.header.name(column)))
            .param("suggestion", self.why_unknown(id.raw()));
        self.problems.push(Problem { part: finding, count: 1 });
    }

    fn why_unknown(&self, id: &str) -> String {
        let is_row = id.parse::<usize>().is_ok_and(|row| row <= self.by_row.len());
        match self.id_column {
            None if is_row => "; that row is empty or has no title".to_owned(),
            None => format!("; the table has {} rows below its header", self.by_row.len()),
            Some(_) => String::new(),
        }
    }

    /// Gives tasks their parents.
    fn nest(&mut self) {
        // The rows that the current one is inside of.
        let mut above: Vec<(u32, u32)> = Vec::new();
        for (index, level) in std::mem::take(&mut self.levels) {
            while above.last().is_some_and(|(_, it)| *it >= level) {
                above.pop();
            }
            if let Some(&(parent, _)) = above.last() {
                self.set_parent(index, parent);
            }
            above.push((index, level));
        }
        let wbs = std::mem::take(&mut self.wbs);
        let mut by_code: FxHashMap<&str, u32> = FxHashMap::default();
        for (index, cell) in &wbs {
            by_code.entry(cell.raw().trim_end_matches('.')).or_insert(*index);
        }
        for (index, cell) in &wbs {
            let mut code = cell.raw().trim_end_matches('.');
            // A code of any length is none, and would take its time.
            if code.len() > 1000 {
                continue;
            }
            while let Some((above, _)) = code.rsplit_once('.') {
                code = above;
                if let Some(&parent) = by_code.get(code).filter(|parent| **parent != *index) {
                    self.set_parent(*index, parent);
                    break;
                }
            }
        }
        for (index, cell) in std::mem::take(&mut self.parents) {
            match self.find(cell.raw()) {
                Some(parent) => {
                    if let Some(text) = self.reference(cell, cell.span(), parent)
                        && let Some(task) = self.part.lists.tasks.get_mut(index as usize)
                    {
                        task.parent = Some(text);
                    }
                }
                // No task of the file: the name of a phase, or an epic that was not exported.
                None => {
                    let text = self.text(cell);
                    self.groups.entry(cell.raw()).or_insert(text);
                    if let Some(task) = self.part.lists.tasks.get_mut(index as usize) {
                        task.parent = Some(text);
                    }
                }
            }
        }
        self.add_groups();
    }

    fn set_parent(&mut self, index: u32, parent: u32) {
        let Some(task) = self.part.lists.tasks.get(index as usize) else { return };
        // Nothing in the row names the parent: its beginning stands for that.
        let start = task.title.map_or(task.id, |title| title).span();
        let place = Span { end: start.start, ..start };
        let Some(id) = self.part.lists.tasks.get(parent as usize).map(|it| it.id) else { return };
        let meant = match self.part.arenas.decoded.get(&id) {
            Some(decoded) => decoded.to_string(),
            None => self.text.get(id.span().range()).unwrap_or("").to_owned(),
        };
        let text = self.made_up(place, meant);
        if let Some(task) = self.part.lists.tasks.get_mut(index as usize) {
            task.parent = Some(text);
        }
    }

    /// Makes a phase of each name that tasks are grouped under, in the order of the file.
    fn add_groups(&mut self) {
        let mut groups: Vec<(&'t str, Text)> = std::mem::take(&mut self.groups).into_iter().collect();
        groups.sort_unstable_by_key(|(_, name)| name.span());
        for (_, name) in groups {
            let mut phase = Task::new(PlanId(0), name);
            phase.title = Some(name);
            self.part.lists.tasks.push(phase);
        }
    }

    fn finish(mut self) -> Reading {
        self.link();
        self.nest();
        self.finish_people();
        self.report_header();
        let mut chosen = 0;
        for (at, (name, fields)) in CARRIED.iter().enumerate() {
            let is_about_people = *name == "person" || *name == "task.owner" || *name == "task.units";
            let has_column = fields.is_empty() || fields.iter().any(|field| self.header.has(*field));
            let is_carried = match *name {
                "task.parent" => self.hierarchy != Hierarchy::None,
                "task.wave" => {
                    has_column || (self.survey.has_numbered_groups && self.hierarchy == Hierarchy::None)
                }
                _ if is_about_people => self.people.has_any(),
                _ => has_column,
            };
            if is_carried {
                chosen |= 1 << at;
            }
        }
        self.part.header = Some(self.plan);
        static FIELDS: [&str; CARRIED.len()] = NAMES;
        self.part.capability = Capability::Chosen(&FIELDS, chosen);
        let findings = self.problems.into_iter().map(|problem| {
            let more = match problem.count.saturating_sub(1) {
                0 => String::new(),
                1 => " (and 1 more such place)".to_owned(),
                n => format!(" (and {n} more such places)"),
            };
            problem.part.param("more", more)
        });
        Reading::of_part(self.part, findings.collect(), Vec::new())
    }

    /// What is to be said about columns as a whole, and about rows that are no tasks.
    fn report_header(&mut self) {
        let dates = std::mem::take(&mut self.survey.dates);
        for (column, dates) in &dates {
            let (place, formats) = match dates {
                Dates::In(_) => continue,
                Dates::Unclear(place, formats) => (*place, formats.as_slice()),
                Dates::Mixed(place) => (*place, &[][..]),
            };
            let value = self.text.get(place.range()).unwrap_or("");
            let mut finding = Finding::new(Code::new("PLN004"), place)
                .variant(if formats.is_empty() { "dates-mixed" } else { "dates-unclear" })
                .subject(self.header.name(*column))
                .param("column", shortened(self.header.name(*column)))
                .param("value", shortened(value));
            if let [first, .., last] = formats {
                let day = |format: &super::DateFormat| {
                    format
                        .read(value)
                        .map_or_else(String::new, |it| it.date.strftime("%B %-d, %Y").to_string())
                };
                finding = finding
                    .param("first", day(first))
                    .param("second", day(last))
                    .param("format1", first.as_str())
                    .param("format2", last.as_str());
            }
            if let Some(header) = self.header.places.get(*column) {
                finding = finding.label(*header, "the whole column");
            }
            self.problems.push(Problem { part: finding, count: 1 });
        }
        if let Some((_, first)) = self.unknown_statuses.first() {
            let words: Vec<String> = self
                .unknown_statuses
                .iter()
                .take(5)
                .map(|(_, place)| format!("\"{}\"", shortened(self.text.get(place.range()).unwrap_or(""))))
                .collect();
            let column = self.header.first(Field::Status).unwrap_or(0);
            let mut finding = Finding::new(Code::new("PLN004"), *first)
                .variant("csv-status")
                .subject("status")
                .param("column", shortened(self.header.name(column)))
                .param("value", shortened(self.text.get(first.range()).unwrap_or("")))
                .param("words", words.join(", "));
            for (_, place) in self.unknown_statuses.iter().skip(1).take(N_PLACES - 1) {
                finding = finding.label(*place, "this one too");
            }
            self.problems.push(Problem { part: finding, count: 1 });
        }
        // Rows without a title at the end are totals and remarks.
        let last =
            self.part.lists.tasks.iter().filter_map(|task| task.title).map(|title| title.span().start).max();
        self.untitled.retain(|place| last.is_some_and(|last| place.start < last));
        for place in std::mem::take(&mut self.untitled) {
            let column = self.header.first(Field::Title).unwrap_or(0);
            let name = shortened(self.header.name(column));
            self.problem(column, "row", place, None, |place| {
                Finding::new(Code::new("PLN005"), place).variant("row").subject("title").param("column", name)
            });
        }
        self.report_unknown_columns();
    }

    /// PLN002: columns nobody recognizes, all in one note.
    fn report_unknown_columns(&mut self) {
        const MOST: usize = 6;
        let unknown = &self.header.unknown;
        let Some(place) = unknown.first().and_then(|column| self.header.places.get(*column)) else { return };
        let mut names: Vec<String> =
            unknown.iter().map(|column| format!("\"{}\"", shortened(self.header.name(*column)))).collect();
        names.dedup();
        let n_more = names.len().saturating_sub(MOST);
        names.truncate(MOST);
        let more = if n_more > 0 { format!(" and {n_more} more") } else { String::new() };
        let example = unknown.first().map_or("", |column| self.header.name(*column));
        let finding = Finding::new(Code::new("PLN002"), *place)
            .variant("columns")
            .subject("columns")
            .param("columns", format!("{}{more}", names.join(", ")))
            .param("example", shortened(example));
        self.problems.push(Problem { part: finding, count: 1 });
    }
}

/// The links in a cell. `;` separates them, or `,` where no `;` does; a comma before the decimals of a lag does not.
fn items(cell: Cell<'_>) -> Vec<Cell<'_>> {
    let is_line = |sign: char| sign == '\n' || sign == '\r';
    if cell.raw().contains(';') {
        return cell.split(|sign| sign == ';' || is_line(sign));
    }
    let (mut is_lag, mut has_unit) = (false, false);
    let bytes = cell.raw().as_bytes();
    let mut at = 0;
    cell.split(|sign| {
        let next = bytes.get(at + sign.len_utf8()).copied();
        at += sign.len_utf8();
        match sign {
            ',' if is_lag && !has_unit && next.is_some_and(|it| it.is_ascii_digit()) => {
                is_lag = false;
                return false;
            }
            ',' => {
                (is_lag, has_unit) = (false, false);
                return true;
            }
            '+' | '-' => (is_lag, has_unit) = (true, false),
            it if it.is_alphabetic() || it == '%' => has_unit = is_lag,
            _ => {}
        }
        is_line(sign)
    })
}

/// A predecessor in another file: MS Project writes its path, Jira the key of its project. As the model names it:
/// the other plan, a slash, the id.
fn elsewhere(id: &str) -> Option<String> {
    let (path, id) = id.rsplit_once(['\\', '/'])?;
    let file = path.rsplit(['\\', '/']).next().unwrap_or(path);
    let plan = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    (!plan.is_empty() && !id.is_empty()).then(|| format!("{plan}/{id}"))
}
