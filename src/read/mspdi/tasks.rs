//! Tasks, the outline they stand in, and the links between them.

use rustc_hash::FxHashMap;

use super::row::{BaselineField, Cell, CodeValueField, CustomField, LinkField, Row, TaskField};
use super::value::{constraint_kind, duration, flag, format, link_kind, number, tenths};
use super::{About, Import};
use crate::finding::{Code, Finding};
use crate::model::{
    Constraint, ConstraintKind, CustomValue, Duration, Fields, ImportedKind, Lag, Link, LinkKind, Manual,
    Money, PlanId, Spanned, Status, StoredDates, Task, Text, Value,
};

/// What is known of a task before it is one of the model.
pub(super) struct TaskRow {
    pub(super) row: Row<TaskField>,
    pub(super) links: Vec<Row<LinkField>>,
    baseline: Option<Row<BaselineField>>,
    custom: Vec<Custom>,
}

/// A field that the sender has defined, as a task gives it.
struct Custom {
    field: Cell,
    value: Cell,
    /// The value is the number of one that is listed elsewhere.
    is_code: bool,
}

impl TaskRow {
    pub(super) fn new() -> Self {
        Self { row: Row::new(), links: Vec::new(), baseline: None, custom: Vec::new() }
    }

    pub(super) fn open(&mut self, place: Cell) {
        self.row.open(place);
        self.links.clear();
        self.custom.clear();
        self.baseline = None;
    }

    /// Of up to eleven baselines, number 0 is the one that counts.
    pub(super) fn take_baseline(&mut self, row: &Row<BaselineField>, text: &str) {
        if row.get(BaselineField::Number).is_none_or(|cell| cell.raw(text) == "0") {
            self.baseline = Some(row.clone());
        }
    }

    pub(super) fn take_custom(&mut self, row: &Row<CustomField>, is_code: bool) {
        let value = if is_code { CustomField::ValueId } else { CustomField::Value };
        if let (Some(field), Some(value)) = (row.get(CustomField::FieldId), row.get(value)) {
            self.custom.push(Custom { field, value, is_code });
        }
    }
}

/// What the fields are called that the sender has defined, and the values that codes stand for.
#[derive(Default)]
pub(super) struct CustomNames<'t> {
    /// By the number of the field: `Text1`, or what the sender calls it.
    names: FxHashMap<&'t str, Cell>,
    values: FxHashMap<&'t str, Cell>,
}

/// What can only be looked up when everything is read.
#[derive(Default)]
pub(super) struct Waiting {
    links: Vec<(usize, Row<LinkField>)>,
    calendars: Vec<(usize, Cell)>,
}

/// Numbers of the fields that can only be set by number.
pub(super) struct TaskFields {
    milestone: usize,
    pub(super) helpers: usize,
    pub(super) resources: usize,
    pub(super) units: usize,
    start: usize,
    finish: usize,
    notes: usize,
    external: usize,
    constraint: usize,
    deadline: usize,
    calendar: usize,
    percent: usize,
    remaining: usize,
    actual_start: usize,
    actual_finish: usize,
    cost: usize,
    baseline_start: usize,
    baseline_finish: usize,
    baseline_duration: usize,
    baseline_cost: usize,
    source_id: usize,
}

impl TaskFields {
    pub(super) fn new() -> Self {
        let number = |name| Task::FIELDS.iter().position(|field| field.name == name).unwrap_or(usize::MAX);
        Self {
            milestone: number("milestone"),
            helpers: number("helpers"),
            resources: number("resources"),
            units: number("units"),
            start: number("start"),
            finish: number("finish"),
            notes: number("notes"),
            external: number("external"),
            constraint: number("constraint"),
            deadline: number("deadline"),
            calendar: number("calendar"),
            percent: number("percent"),
            remaining: number("remaining"),
            actual_start: number("actual-start"),
            actual_finish: number("actual-finish"),
            cost: number("cost"),
            baseline_start: number("baseline.start"),
            baseline_finish: number("baseline.finish"),
            baseline_duration: number("baseline.duration"),
            baseline_cost: number("baseline.cost"),
            source_id: number("source-id"),
        }
    }
}

impl<'t> Import<'t> {
    pub(super) fn define_custom(&mut self, row: &Row<CustomField>) {
        if let Some(id) = row.get(CustomField::FieldId)
            && let Some(name) = row.get(CustomField::FieldName).or(row.get(CustomField::Alias))
        {
            self.custom.names.entry(id.raw(self.text)).or_insert(name);
        }
    }

    pub(super) fn define_code_value(&mut self, row: &Row<CodeValueField>) {
        if let (Some(id), Some(value)) = (row.get(CodeValueField::ValueId), row.get(CodeValueField::Value)) {
            self.custom.values.entry(id.raw(self.text)).or_insert(value);
        }
    }

    /// A `Task` ends. It becomes one of the model when the next one says whether this one is a phase.
    pub(super) fn close_task(&mut self) {
        let row = &self.task.row;
        let is = |field| row.get(field).is_some_and(|cell| flag(cell.raw(self.text)) == Some(true));
        let has = |field| row.get(field).is_some();
        // A blank line of the plan: it has a number and nothing else.
        let is_blank =
            is(TaskField::IsNull) || !(has(TaskField::Uid) || has(TaskField::Id) || has(TaskField::Name));
        if is_blank {
            return;
        }
        let level = row.get(TaskField::OutlineLevel).map_or("1", |cell| cell.raw(self.text));
        let level: Option<u32> = level.parse().ok();
        let is_first = self.before.is_none() && self.part.lists.tasks.is_empty() && self.root_name.is_none();
        let uid = row.get(TaskField::Uid).map_or("", |cell| cell.raw(self.text));
        let id = row.get(TaskField::Id).map_or("0", |cell| cell.raw(self.text));
        let is_root = match row.get(TaskField::OutlineLevel) {
            Some(_) => level == Some(0) && (uid == "0" || is(TaskField::Summary)),
            None => uid == "0" && id == "0",
        };
        if is_first && is_root {
            // Row 0 is the project as a whole.
            self.root_name = Some(row.get_or_place(TaskField::Name)).filter(|cell| *cell != row.place);
            let dates = [TaskField::Start, TaskField::Finish].map(|field| row.get(field));
            for cell in dates {
                self.moment(|| About::Project, "Start", cell);
            }
            return;
        }
        let next_level = level.unwrap_or(1).max(1);
        self.flush_task(next_level);
        let spare = Box::new(TaskRow::new());
        self.before = Some(std::mem::replace(&mut self.task, spare));
    }

    fn level(&self, row: &Row<TaskField>) -> u32 {
        let level = row.get(TaskField::OutlineLevel).and_then(|cell| cell.raw(self.text).parse().ok());
        level.unwrap_or(1).max(1)
    }

    /// Makes the task before this one one of the model. `next_level` is the outline level of the one that follows it, 0
    /// where none does.
    pub(super) fn flush_task(&mut self, next_level: u32) {
        let Some(before) = self.before.take() else { return };
        let TaskRow { row, links, baseline, custom } = *before;
        let level = self.level(&row);
        let is_phase = next_level > level;
        let number = self.part.lists.tasks.len();
        let task = self.make_task(number, &row, level, is_phase, baseline.as_ref());
        let stored = self.stored(number, &row);
        self.part.lists.tasks.push(task);
        self.part.stored.push(stored);
        if !custom.is_empty() {
            let values = custom.iter().filter_map(|it| self.custom_value(it)).collect();
            self.part.imported_mut(number).custom = values;
        }
        self.waiting.links.extend(links.into_iter().map(|link| (number, link)));
    }

    fn custom_value(&mut self, it: &Custom) -> Option<CustomValue> {
        let name = self.custom.names.get(it.field.raw(self.text)).copied().unwrap_or(it.field);
        let value = match it.is_code {
            true => *self.custom.values.get(it.value.raw(self.text))?,
            false => it.value,
        };
        let about = || About::Project;
        Some(CustomValue {
            field: self.plain_text(about, "FieldName", name),
            value: self.plain_text(about, "Value", value),
        })
    }

    fn make_task(
        &mut self,
        number: usize,
        row: &Row<TaskField>,
        level: u32,
        is_phase: bool,
        baseline: Option<&Row<BaselineField>>,
    ) -> Task {
        let about = || About::Task(number);
        let mut task = Task::new(PlanId(0), self.task_id(number, row));
        task.title = row.get(TaskField::Name).map(|cell| self.plain_text(about, "Name", cell));
        if let Some(notes) = row.get(TaskField::Notes) {
            let notes = self.plain_text(about, "Notes", notes);
            task.set(self.fields.notes, Value::Text(notes));
        }
        while self.phases.last().is_some_and(|(above, _)| *above >= level) {
            self.phases.pop();
        }
        if let Some(&(_, phase)) = self.phases.last()
            && let Some(phase) = self.part.lists.tasks.get(phase)
        {
            let id = self.meant_text(phase.id);
            task.parent = Some(self.text_as(row.get_or_place(TaskField::OutlineLevel), &id));
        }
        if let Some(cell) = row.get(TaskField::OutlineLevel)
            && cell.raw(self.text).parse::<u32>().is_err()
        {
            self.invalid(about(), "OutlineLevel", "a whole number, such as 1", cell);
        }
        if is_phase {
            self.phases.push((level, number));
        } else {
            self.read_work(&mut task, number, row);
        }
        let is_active = self.flag(number, row, TaskField::Active, "Active") != Some(false);
        if !is_active && let Some(cell) = row.get(TaskField::Active) {
            task.status = Some(Spanned::new(Status::Cancelled, cell.span(self.file)));
            self.part.imported_mut(number).kind = ImportedKind::Inactive;
        }
        self.read_dates(&mut task, number, row);
        if let Some(baseline) = baseline {
            self.read_baseline(&mut task, number, baseline);
        }
        if let Some(cost) = row.get(TaskField::Cost)
            && let Some(money) = self.money(number, "Cost", cost)
        {
            task.set(self.fields.cost, Value::Money(money));
        }
        if let Some(cell) = row.get(TaskField::CalendarUid).filter(|cell| cell.raw(self.text) != "-1") {
            self.waiting.calendars.push((number, cell));
        }
        if self.flag(number, row, TaskField::IgnoreResourceCalendar, "IgnoreResourceCalendar") == Some(true) {
            self.part.imported_mut(number).ignores_resource_calendars = true;
        }
        if let Some(cell) = row.get(TaskField::Uid) {
            task.set(self.fields.source_id, Value::Text(Text::verbatim(cell.span(self.file))));
        }
        task
    }

    /// What people call a task: its row number, unless another task has it already.
    fn task_id(&mut self, number: usize, row: &Row<TaskField>) -> Text {
        let id = row.get(TaskField::Id);
        let uid = row.get(TaskField::Uid);
        if let Some(uid) = uid {
            match self.tasks.get(uid.raw(self.text)) {
                Some(&first) => {
                    if let Some(first) = self.part.lists.tasks.get(first).and_then(|task| task.source_id()) {
                        let first = Cell::of(self.text, first.span().range().start, first.span().range().end);
                        self.twice("tasks", uid, first);
                    }
                }
                None => drop(self.tasks.insert(uid.raw(self.text), number)),
            }
        } else {
            let place = row.place.span(self.file);
            self.malformed(place, "a task has no `UID`, so that nothing can refer to it");
        }
        if let Some(id) = id.filter(|id| self.known_as.insert(id.raw(self.text))) {
            return Text::verbatim(id.span(self.file));
        }
        match uid {
            Some(uid) => self.text_as(id.unwrap_or(uid), &format!("uid-{}", uid.raw(self.text))),
            None => self.text_as(id.unwrap_or(row.place), &format!("task-{}", number + 1)),
        }
    }

    /// How long a task takes and how far it is. Of a phase both follow from its tasks.
    fn read_work(&mut self, task: &mut Task, number: usize, row: &Row<TaskField>) {
        let about = || About::Task(number);
        let shown = row.get(TaskField::DurationFormat).map(|cell| (cell, format(cell.raw(self.text))));
        if let Some((cell, None)) = shown {
            self.invalid(about(), "DurationFormat", "the number of a unit, such as 7 for days", cell);
        }
        let is_elapsed = shown.and_then(|(_, format)| format).is_some_and(|format| format.is_elapsed);
        let is_manual = self.flag(number, row, TaskField::Manual, "Manual") == Some(true);
        task.duration = self.duration(number, row, TaskField::Duration, "Duration", is_elapsed);
        if let Some(flag) = row.get(TaskField::Milestone)
            && self.flag(number, row, TaskField::Milestone, "Milestone") == Some(true)
        {
            task.set(self.fields.milestone, Value::Flag(Spanned::new(true, flag.span(self.file))));
        }
        if let Some(left) =
            self.duration(number, row, TaskField::RemainingDuration, "RemainingDuration", is_elapsed)
        {
            task.set(self.fields.remaining, Value::Duration(left));
        }
        let percent = self.percent(number, row, TaskField::PercentComplete, "PercentComplete");
        let physical =
            self.percent(number, row, TaskField::PhysicalPercentComplete, "PhysicalPercentComplete");
        if let Some(physical) = physical.filter(|it| it.value > 0) {
            let percent = Spanned::new(physical.value as u16, physical.span);
            self.part.imported_mut(number).physical_percent = Some(percent);
        }
        let started = self.moment(about, "ActualStart", row.get(TaskField::ActualStart));
        let finished = self.moment(about, "ActualFinish", row.get(TaskField::ActualFinish));
        for (field, moment) in [(self.fields.actual_start, started), (self.fields.actual_finish, finished)] {
            if let Some(moment) = moment {
                task.set(field, Value::Moment(moment));
            }
        }
        let spent =
            row.get(TaskField::ActualDuration).and_then(|cell| Some((cell, duration(cell.raw(self.text))?)));
        let begun = percent.filter(|it| it.value > 0).map(|it| it.span);
        let begun = started.map(|it| it.span).or(begun);
        let begun = begun.or(spent.filter(|(_, spent)| *spent > 0).map(|(cell, _)| cell.span(self.file)));
        let done = finished.map(|it| it.span).or(percent.filter(|it| it.value >= 100).map(|it| it.span));
        task.status = match (done, begun) {
            (Some(span), _) => Some(Spanned::new(Status::Done, span)),
            (None, Some(span)) => Some(Spanned::new(Status::InProgress, span)),
            (None, None) => percent.map(|it| Spanned::new(Status::Planned, it.span)),
        };
        if let Some(percent) = percent.filter(|_| begun.is_some() || done.is_some()) {
            task.set(self.fields.percent, Value::Count(percent));
        }
        if begun.is_some() && done.is_none() {
            let stop = self.moment(about, "Stop", row.get(TaskField::Stop));
            let resume = self.moment(about, "Resume", row.get(TaskField::Resume));
            if stop.is_some() || resume.is_some() {
                let imported = self.part.imported_mut(number);
                (imported.suspended, imported.resumes) = (stop, resume);
            }
        }
        if is_manual {
            let field = |this: &mut Self, manual, usual, name| {
                this.moment(about, name, row.get(manual)).or_else(|| this.moment(about, name, row.get(usual)))
            };
            let start = field(self, TaskField::ManualStart, TaskField::Start, "ManualStart");
            let finish = field(self, TaskField::ManualFinish, TaskField::Finish, "ManualFinish");
            let duration =
                self.duration(number, row, TaskField::ManualDuration, "ManualDuration", is_elapsed);
            self.set_dates(task, start, finish);
            self.part.imported_mut(number).manual = Some(Manual { start, finish, duration });
        }
        let external = self.flag(number, row, TaskField::ExternalTask, "ExternalTask") == Some(true);
        if external && let Some(cell) = row.get(TaskField::ExternalTask) {
            task.set(self.fields.external, Value::Flag(Spanned::new(true, cell.span(self.file))));
            // Of a task of another project nothing else is known: its dates are no results of this one.
            let start = self.moment(about, "Start", row.get(TaskField::Start));
            let finish = self.moment(about, "Finish", row.get(TaskField::Finish));
            self.set_dates(task, start, finish);
        }
        let delay = row.get(TaskField::LevelingDelay).and_then(|cell| tenths(cell.raw(self.text)));
        if let Some(delay) = delay.filter(|delay| *delay != 0) {
            let shown = row.get(TaskField::LevelingDelayFormat).and_then(|cell| format(cell.raw(self.text)));
            // Leveling counts day and night unless it says otherwise.
            let is_elapsed = shown.is_none_or(|format| format.is_elapsed);
            self.part.imported_mut(number).leveling_delay = Some(Self::time(delay, is_elapsed));
        }
    }

    fn set_dates(
        &self,
        task: &mut Task,
        start: Option<Spanned<crate::model::Moment>>,
        finish: Option<Spanned<crate::model::Moment>>,
    ) {
        for (field, moment) in [(self.fields.start, start), (self.fields.finish, finish)] {
            if let Some(moment) = moment {
                task.set(field, Value::Moment(moment));
            }
        }
    }

    /// Constraint and deadline. A constraint is placed at its date.
    fn read_dates(&mut self, task: &mut Task, number: usize, row: &Row<TaskField>) {
        let about = || About::Task(number);
        if let Some(deadline) = self.moment(about, "Deadline", row.get(TaskField::Deadline)) {
            task.set(self.fields.deadline, Value::Moment(deadline));
        }
        let Some(cell) = row.get(TaskField::ConstraintType) else { return };
        let Some(kind) = constraint_kind(cell.raw(self.text)) else {
            return self.invalid(
                about(),
                "ConstraintType",
                "a number from 0 (as soon as possible) to 7",
                cell,
            );
        };
        let constraint = match kind {
            ConstraintKind::AsSoonAsPossible => return,
            ConstraintKind::AsLateAsPossible => {
                Spanned::new(Constraint { kind, date: None }, cell.span(self.file))
            }
            _ => {
                let Some(date) = row.get(TaskField::ConstraintDate) else {
                    let finding = Finding::new(Code::new("PLN005"), cell.span(self.file))
                        .variant("mspdi")
                        .subject("ConstraintDate");
                    return self.report(about(), finding.param("field", "ConstraintDate"));
                };
                let Some(moment) = self.moment(about, "ConstraintDate", Some(date)) else { return };
                Spanned::new(Constraint { kind, date: Some(moment.value) }, moment.span)
            }
        };
        task.set(self.fields.constraint, Value::Constraint(constraint));
    }

    fn read_baseline(&mut self, task: &mut Task, number: usize, row: &Row<BaselineField>) {
        let about = || About::Task(number);
        let start = self.moment(about, "Baseline/Start", row.get(BaselineField::Start));
        let finish = self.moment(about, "Baseline/Finish", row.get(BaselineField::Finish));
        for (field, moment) in [(self.fields.baseline_start, start), (self.fields.baseline_finish, finish)] {
            if let Some(moment) = moment {
                task.set(field, Value::Moment(moment));
            }
        }
        if let Some(cell) = row.get(BaselineField::Duration) {
            let shown = row.get(BaselineField::DurationFormat).and_then(|cell| format(cell.raw(self.text)));
            let is_elapsed = shown.is_some_and(|format| format.is_elapsed);
            if let Some(duration) = self.time_at(number, "Baseline/Duration", cell, is_elapsed) {
                task.set(self.fields.baseline_duration, Value::Duration(duration));
            }
        }
        if let Some(cell) = row.get(BaselineField::Cost)
            && let Some(cost) = self.money(number, "Baseline/Cost", cell)
        {
            task.set(self.fields.baseline_cost, Value::Money(cost));
        }
    }

    /// What Microsoft Project has computed. `TotalSlack` is left out where it is 0, which the dates confirm.
    fn stored(&mut self, number: usize, row: &Row<TaskField>) -> StoredDates {
        let about = || About::Task(number);
        let late_finish = self.moment(about, "LateFinish", row.get(TaskField::LateFinish));
        let early_finish = self.moment(about, "EarlyFinish", row.get(TaskField::EarlyFinish));
        let early_start = self.moment(about, "EarlyStart", row.get(TaskField::EarlyStart));
        let late_start = self.moment(about, "LateStart", row.get(TaskField::LateStart));
        let mut slack = |field, name| {
            let cell = row.get(field)?;
            match tenths(cell.raw(self.text)) {
                Some(thousandths) => {
                    let minutes = (thousandths + thousandths.signum() * 500) / 1000;
                    Some(Spanned::new(minutes, cell.span(self.file)))
                }
                None => {
                    self.invalid(about(), name, "a number, in tenths of a minute", cell);
                    None
                }
            }
        };
        let total_float = slack(TaskField::TotalSlack, "TotalSlack");
        let free_float = slack(TaskField::FreeSlack, "FreeSlack");
        let same = |a: Option<Spanned<crate::model::Moment>>, b: Option<Spanned<crate::model::Moment>>| {
            Some(a?).filter(|a| Some(a.value) == b.map(|b| b.value))
        };
        let none = same(late_finish, early_finish).filter(|_| same(early_start, late_start).is_some());
        let total_float = total_float.or(none.map(|it| Spanned::new(0, it.span)));
        let critical = self.flag(number, row, TaskField::Critical, "Critical");
        let critical_cell = row.get(TaskField::Critical);
        StoredDates {
            early_start,
            early_finish,
            late_start,
            late_finish,
            total_float,
            free_float,
            critical: critical
                .zip(critical_cell)
                .map(|(flag, cell)| Spanned::new(flag, cell.span(self.file))),
            start: self.moment(about, "Start", row.get(TaskField::Start)),
            finish: self.moment(about, "Finish", row.get(TaskField::Finish)),
            ..StoredDates::default()
        }
    }

    fn flag(
        &mut self,
        number: usize,
        row: &Row<TaskField>,
        field: TaskField,
        name: &'static str,
    ) -> Option<bool> {
        let cell = row.get(field)?;
        let flag = flag(cell.raw(self.text));
        if flag.is_none() {
            self.invalid(About::Task(number), name, "0 or 1", cell);
        }
        flag
    }

    fn percent(
        &mut self,
        number: usize,
        row: &Row<TaskField>,
        field: TaskField,
        name: &'static str,
    ) -> Option<Spanned<u32>> {
        let cell = row.get(field)?;
        let percent = super::value::number(cell.raw(self.text)).filter(|it| (0.0..=100.0).contains(it));
        if percent.is_none() {
            self.invalid(About::Task(number), name, "a percentage from 0 to 100", cell);
        }
        percent.map(|it| Spanned::new(it.round() as u32, cell.span(self.file)))
    }

    fn duration(
        &mut self,
        number: usize,
        row: &Row<TaskField>,
        field: TaskField,
        name: &'static str,
        is_elapsed: bool,
    ) -> Option<Spanned<Duration>> {
        let cell = row.get(field)?;
        self.time_at(number, name, cell, is_elapsed)
    }

    fn time_at(
        &mut self,
        number: usize,
        name: &'static str,
        cell: Cell,
        is_elapsed: bool,
    ) -> Option<Spanned<Duration>> {
        let time = duration(cell.raw(self.text)).filter(|time| *time >= 0);
        if time.is_none() {
            self.invalid(About::Task(number), name, "a duration, such as PT40H0M0S", cell);
        }
        time.map(|time| Spanned::new(Self::time(time, is_elapsed), cell.span(self.file)))
    }

    /// Money, which is written in hundredths. Nothing is what Microsoft Project writes where nobody thought of money.
    fn money(&mut self, task: usize, name: &'static str, cell: Cell) -> Option<Spanned<Money>> {
        const MOST: f64 = 1e15;
        let amount = number(cell.raw(self.text)).filter(|amount| amount.abs() <= MOST);
        if amount.is_none() {
            self.invalid(About::Task(task), name, "an amount of money in hundredths, such as 125000", cell);
        }
        let amount = amount.filter(|amount| *amount != 0.0)?;
        Some(Spanned::new(Money::new((amount * 10.0).round() as i64), cell.span(self.file)))
    }

    /// Looks up what tasks refer to.
    pub(super) fn resolve_tasks(&mut self) {
        self.flush_task(0);
        for (number, cell) in std::mem::take(&mut self.waiting.calendars) {
            if let Some((_, name)) = self.calendar(About::Task(number), cell, "CalendarUID")
                && let Some(task) = self.part.lists.tasks.get_mut(number)
            {
                task.set(self.fields.calendar, Value::Text(name));
            }
        }
        // They come in the order of the tasks.
        let rows = std::mem::take(&mut self.waiting.links);
        let mut links = Vec::new();
        for of_task in rows.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(number, _)) = of_task.first() else { continue };
            links.clear();
            links.extend(of_task.iter().filter_map(|(_, row)| self.link(number, row)));
            if links.is_empty() {
                continue;
            }
            let list = self.part.arenas.add_links(&links);
            if let Some(task) = self.part.lists.tasks.get_mut(number) {
                task.depends_on = list;
            }
        }
    }

    fn link(&mut self, number: usize, row: &Row<LinkField>) -> Option<Link> {
        let about = || About::Task(number);
        let Some(uid) = row.get(LinkField::PredecessorUid) else {
            let place = row.place.span(self.file);
            self.malformed(place, "a link does not say from which task it comes");
            return None;
        };
        let is_elsewhere =
            row.get(LinkField::CrossProject).is_some_and(|cell| flag(cell.raw(self.text)) == Some(true));
        let predecessor = match self.tasks.get(uid.raw(self.text)).copied() {
            Some(predecessor) => {
                let id = self.part.lists.tasks.get(predecessor)?.id;
                let id = self.meant_text(id);
                self.text_as(uid, &id)
            }
            None => match row.get(LinkField::CrossProjectName).filter(|_| is_elsewhere) {
                Some(name) => {
                    let name = self.meant(name).into_owned();
                    self.text_as(uid, &elsewhere(&name, uid.raw(self.text)))
                }
                None => {
                    self.unknown(about(), "task", "PredecessorUID", uid);
                    return None;
                }
            },
        };
        let kind = match row.get(LinkField::Type) {
            Some(cell) => link_kind(cell.raw(self.text)).unwrap_or_else(|| {
                let expected =
                    "0 (finish to finish), 1 (finish to start), 2 (start to finish) or 3 (start to start)";
                self.invalid(about(), "Type", expected, cell);
                LinkKind::FinishStart
            }),
            None => LinkKind::FinishStart,
        };
        let mut end = uid.span(self.file).end;
        let mut lag = Lag::NONE;
        if let Some(cell) = row.get(LinkField::LinkLag) {
            let shown = row.get(LinkField::LagFormat).map(|cell| (cell, format(cell.raw(self.text))));
            if let Some((cell, None)) = shown {
                self.invalid(about(), "LagFormat", "the number of a unit, such as 7 for days", cell);
            }
            let shown = shown.and_then(|(_, format)| format);
            let is_elapsed = shown.is_some_and(|it| it.is_elapsed);
            match tenths(cell.raw(self.text)) {
                Some(0) => {}
                // A share is written as it is, in per cent; tenths of a minute were read as thousandths.
                Some(share) if shown.is_some_and(|it| it.is_percent) => {
                    lag =
                        if is_elapsed { Lag::elapsed_percent(share * 10) } else { Lag::percent(share * 10) };
                }
                Some(time) => lag = Lag::time(Self::time(time, is_elapsed)),
                None => self.invalid(about(), "LinkLag", "a whole number, in tenths of a minute", cell),
            }
            end = end.max(cell.span(self.file).end);
        }
        Some(Link { predecessor, end, kind, lag, note: 0 })
    }
}

/// What the model calls a task of another project: the name of its file without folders and ending, and the UID. Some
/// versions write the task's number behind the file: `C:\plans\network.mpp\12`.
fn elsewhere(project: &str, uid: &str) -> String {
    let mut parts = project.rsplit(['\\', '/']).filter(|part| !part.is_empty());
    let last = parts.next().unwrap_or(project);
    let (file, task) = match !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) {
        true => (parts.next().unwrap_or(last), last),
        false => (last, uid),
    };
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    format!("{stem}/{task}")
}

#[cfg(test)]
mod tests {
    use super::elsewhere;

    #[test]
    fn a_task_of_another_project_is_named_by_its_file() {
        assert_eq!(elsewhere("C:\\plans\\network.mpp\\12", "7"), "network/12");
        assert_eq!(elsewhere("network.mpp", "7"), "network/7");
        assert_eq!(elsewhere("", "7"), "/7");
    }
}
