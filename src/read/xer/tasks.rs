//! Activities and the links between them.

use super::malformed;
use super::notes::{Notes, meant};
use super::plans::{About, Plans, TaskPlace};
use super::table::{Cell, Column, Kind, Row, Table};
use super::value::{CONSTRAINTS, LINK_KINDS, STATUS, TASK_TYPES, TaskType, number};
use crate::finding::{Code, Finding};
use crate::model::{
    Constraint, ConstraintKind, Duration, Effort, Fields, ImportedKind, ImportedTask, Known, Lag, Link,
    LinkKind, PlanId, Spanned, Status, StoredDates, Task, Text, Value,
};

/// Names the columns of a table once, so that each is looked up by name once a table and not once a row.
macro_rules! columns {
    ($name:ident { $($column:ident),* $(,)? }) => {
        struct $name { $($column: Column),* }

        impl $name {
            fn of(table: &Table<'_>) -> Self {
                Self { $($column: table.column(stringify!($column))),* }
            }
        }
    };
}

columns!(TaskColumns {
    task_id,
    proj_id,
    wbs_id,
    clndr_id,
    phys_complete_pct,
    complete_pct_type,
    task_type,
    status_code,
    task_code,
    task_name,
    rsrc_id,
    total_float_hr_cnt,
    free_float_hr_cnt,
    remain_drtn_hr_cnt,
    target_drtn_hr_cnt,
    act_work_qty,
    remain_work_qty,
    act_equip_qty,
    remain_equip_qty,
    cstr_date,
    cstr_type,
    cstr_date2,
    cstr_type2,
    act_start_date,
    act_end_date,
    early_start_date,
    early_end_date,
    late_start_date,
    late_end_date,
    suspend_date,
    resume_date,
    expect_end_date,
    external_early_start_date,
    external_late_end_date,
    driving_path_flag,
});

columns!(LinkColumns { task_id, pred_task_id, pred_proj_id, pred_type, lag_hr_cnt });

/// A link, with the task that waits.
#[derive(Clone, Copy)]
struct LinkOf {
    part: u32,
    task: u32,
    /// The task that is waited for, where it is one of the same part.
    from: Option<u32>,
    link: Link,
}

/// What was made of a row of activities. Whatever depends on the other rows is still to be settled.
struct TaskRow<'t> {
    place: TaskPlace<'t>,
    has_code: bool,
    task: Task,
    stored: StoredDates,
    imported: Option<Box<ImportedTask>>,
    calendar: Option<Cell<'t>>,
    wbs: Option<Cell<'t>>,
    resource: Option<Cell<'t>>,
}

impl<'t> Plans<'t> {
    pub(super) fn read_tasks(&mut self, tables: &[Table<'t>]) {
        let rows: usize = tables.iter().filter(|table| table.kind == Kind::Task).map(Table::len).sum();
        self.tasks.reserve(rows);
        self.wbs_of_tasks.reserve(rows);
        if let [project] = &mut self.projects[..] {
            // With its phases: of those there is about one for ten tasks.
            let room = rows + tables.iter().filter(|it| it.kind == Kind::Wbs).map(Table::len).sum::<usize>();
            project.part.lists.tasks.reserve_exact(room);
            project.part.stored.reserve_exact(room);
            project.part.arenas.decoded.reserve(2 * rows);
        }
        for (rows, notes) in self.read_rows(tables, Kind::Task, TaskColumns::of, Self::read_task) {
            let numbers: Vec<Option<u32>> = rows.into_iter().map(|row| self.settle_task(row)).collect();
            self.lost_tasks.extend(&notes.lost);
            self.notes.append(notes, |row| numbers.get(row as usize).copied().flatten());
        }
    }

    /// Gives a task its number. None where it is the same activity once more.
    fn settle_task(&mut self, row: TaskRow<'t>) -> Option<u32> {
        let TaskRow { place, mut task, .. } = row;
        let index = self.projects[place.part].part.lists.tasks.len();
        if let Some(first) = self.tasks.add(TaskPlace { index, ..place }) {
            self.notes.twice(place.part, Kind::Task, place.id, first.id.span, first.line);
            if !row.has_code || place.code == first.code {
                return None;
            }
        }
        let about = About::task(place.part, index);
        if let Some(cell) = row.calendar
            && let Some(calendar) = self.task_calendar(about, cell, "clndr_id")
        {
            task.set(self.fields.calendar, Value::Text(calendar));
        }
        self.wbs_of_tasks.extend(row.wbs.map(|wbs| (place.part, index, wbs)));
        self.main_resources.extend(row.resource.map(|resource| (place.part, index, resource)));
        let part = &mut self.projects[place.part].part;
        if let Some(imported) = row.imported {
            *part.imported_mut(index) = *imported;
        }
        part.lists.tasks.push(task);
        part.stored.push(row.stored);
        Some(index as u32)
    }

    fn read_task(
        &self,
        notes: &mut Notes<'t>,
        columns: &TaskColumns,
        row: &Row<'_, 't>,
        made: &mut Vec<TaskRow<'t>>,
    ) {
        let Some(key) = notes.key(row, columns.task_id, Kind::Task) else { return };
        let Some(part) = self.project_of(notes, row, columns.proj_id) else {
            notes.lost.push(key.text);
            return;
        };
        let code = row.get(columns.task_code);
        let known_as = code.unwrap_or(key);
        let about = About::task(part, made.len());
        let mut task = Task::new(PlanId(0), notes.text(part, known_as));
        if code.is_none() && columns.task_code.is_there() {
            let finding = Finding::new(Code::new("PLN005"), key.span).subject("task_code");
            notes.report(about, finding.param("field", "task_code"));
        }
        task.title = row.get(columns.task_name).map(|name| notes.text(part, name));
        task.set(self.fields.source_id, Value::Text(Text::verbatim(key.span)));
        let mut imported = None;
        self.read_work(&mut task, &mut imported, notes, columns, row, about);
        self.read_constraints(&mut task, &mut imported, notes, columns, row, about);
        made.push(TaskRow {
            place: TaskPlace { part, index: 0, code: known_as.text, id: key, line: row.line },
            has_code: code.is_some(),
            task,
            stored: read_stored(notes, columns, row, about),
            imported,
            calendar: row.get_sound(columns.clndr_id),
            wbs: row.get(columns.wbs_id),
            resource: row.get_sound(columns.rsrc_id),
        });
    }

    /// What kind of task it is, how long it takes and how far it is.
    fn read_work(
        &self,
        task: &mut Task,
        imported: &mut Option<Box<ImportedTask>>,
        notes: &mut Notes<'t>,
        columns: &TaskColumns,
        row: &Row<'_, 't>,
        about: About,
    ) {
        if let Some(found) = notes.word(row, columns.task_type, &TASK_TYPES, about) {
            let kind = match found.value {
                TaskType::Work(kind) => kind,
                TaskType::Milestone(kind) => {
                    task.set(self.fields.milestone, Value::Flag(Spanned::new(true, found.span)));
                    kind
                }
                TaskType::LevelOfEffort(kind) => {
                    let level = Spanned::new(Effort::Level as u8, found.span);
                    task.set(self.fields.effort, Value::Word(level));
                    kind
                }
            };
            if kind != ImportedKind::Task {
                imported.get_or_insert_default().kind = kind;
            }
        }
        let planned = amount(notes, row, columns.target_drtn_hr_cnt, about);
        task.duration = planned.map(|it| Spanned::new(Duration::minutes(it.value), it.span));
        let remaining = amount(notes, row, columns.remain_drtn_hr_cnt, about);
        if let Some(remaining) = remaining {
            let duration = Spanned::new(Duration::minutes(remaining.value), remaining.span);
            task.set(self.fields.remaining, Value::Duration(duration));
        }
        task.status = notes.word(row, columns.status_code, &STATUS, about);
        let is_active = task.status.is_some_and(|status| status.value == Status::InProgress);
        let suspended = notes.moment(row, columns.suspend_date, about);
        let resumes = notes.moment(row, columns.resume_date, about);
        if let (true, Some(suspended), None) = (is_active, suspended, resumes) {
            // Put down, and not taken up again.
            task.status = Some(Spanned::new(Status::Blocked, suspended.span));
        }
        let expected_finish = notes.moment(row, columns.expect_end_date, about);
        let external_early_start = notes.moment(row, columns.external_early_start_date, about);
        let external_late_finish = notes.moment(row, columns.external_late_end_date, about);
        let dates = [suspended, resumes, expected_finish, external_early_start, external_late_finish];
        if dates.iter().any(Option::is_some) {
            let imported = imported.get_or_insert_default();
            imported.suspended = suspended;
            imported.resumes = resumes;
            imported.expected_finish = expected_finish;
            imported.external_early_start = external_early_start;
            imported.external_late_finish = external_late_finish;
        }
        for (column, field) in [
            (columns.act_start_date, self.fields.actual_start),
            (columns.act_end_date, self.fields.actual_finish),
        ] {
            if let Some(moment) = notes.moment(row, column, about) {
                task.set(field, Value::Moment(moment));
            }
        }
        if let Some(percent) = percent(notes, columns, row, about, is_active, planned.zip(remaining)) {
            task.set(self.fields.percent, Value::Count(percent));
        }
    }

    /// P6 has two constraints a task. The model has one and a deadline: a second constraint that says "finish no
    /// later than" is a deadline, and the schedule knows every second one.
    fn read_constraints(
        &self,
        task: &mut Task,
        imported: &mut Option<Box<ImportedTask>>,
        notes: &mut Notes<'t>,
        columns: &TaskColumns,
        row: &Row<'_, 't>,
        about: About,
    ) {
        let first = constraint(notes, row, columns.cstr_type, columns.cstr_date, about);
        let second = constraint(notes, row, columns.cstr_type2, columns.cstr_date2, about);
        if let Some(constraint) = first.or(second) {
            task.set(self.fields.constraint, Value::Constraint(constraint));
        }
        if let (Some(_), Some(second)) = (first, second) {
            imported.get_or_insert_default().second_constraint = Some(second);
        }
        if let Some(Spanned {
            value: Constraint { kind: ConstraintKind::FinishNoLater, date: Some(date) },
            span,
        }) = second.filter(|_| first.is_some())
        {
            task.set(self.fields.deadline, Value::Moment(Spanned::new(date, span)));
        }
    }

    pub(super) fn read_links(&mut self, tables: &[Table<'t>]) {
        let rows = tables.iter().filter(|table| table.kind == Kind::Link).map(Table::len).sum();
        let mut links: Vec<LinkOf> = Vec::with_capacity(rows);
        for (mut made, notes) in self.read_rows(tables, Kind::Link, LinkColumns::of, Self::read_link) {
            links.append(&mut made);
            self.notes.append(notes, Some);
        }
        // Stable, so that the links of a task keep the order of the file.
        links.sort_by_key(|it| (it.part, it.task));
        if let [project] = &mut self.projects[..] {
            project.part.arenas.links.reserve_exact(links.len());
            project.part.known.predecessors.reserve_exact(links.len());
        }
        let mut of_task = Vec::new();
        for same_task in links.chunk_by(|a, b| (a.part, a.task) == (b.part, b.task)) {
            let Some(&LinkOf { part, task, .. }) = same_task.first() else { continue };
            of_task.clear();
            of_task.extend(same_task.iter().map(|it| it.link));
            let part = &mut self.projects[part as usize].part;
            let first = part.arenas.links.len();
            for (offset, it) in same_task.iter().enumerate() {
                if let Some(from) = it.from {
                    Known::note(&mut part.known.predecessors, first + offset, from as usize);
                }
            }
            let list = part.arenas.add_links(&of_task);
            if let Some(task) = part.lists.tasks.get_mut(task as usize) {
                task.depends_on = list;
            }
        }
    }

    fn read_link(
        &self,
        notes: &mut Notes<'t>,
        columns: &LinkColumns,
        row: &Row<'_, 't>,
        made: &mut Vec<LinkOf>,
    ) {
        let (Some(successor), Some(predecessor)) = (row.get(columns.task_id), row.get(columns.pred_task_id))
        else {
            let problem = "a row of the table TASKPRED does not say which two tasks it links";
            notes.findings.push((0, malformed(row.place, problem)));
            return;
        };
        let Some(to) = self.tasks.get(successor.text).copied() else {
            if !self.lost_tasks.contains(successor.text) {
                notes.unknown(About { part: 0, entity: None }, "task", columns.task_id.name, successor);
            }
            return;
        };
        let about = About::task(to.part, to.index);
        let from =
            self.tasks.get(predecessor.text).filter(|from| from.part == to.part).map(|from| from.index);
        let known_as = match from {
            Some(_) => Text::verbatim(predecessor.span),
            None => {
                let project = row.get(columns.pred_proj_id);
                let Some(known_as) = self.predecessor(notes, predecessor, project, to.part, about) else {
                    return;
                };
                notes.text_as(to.part, predecessor, &known_as)
            }
        };
        let kind = notes.word(row, columns.pred_type, &LINK_KINDS, about);
        let lag = notes.minutes(row, columns.lag_hr_cnt, about);
        let end = lag.map_or(predecessor.span.end, |lag| lag.span.end.max(predecessor.span.end));
        let link = Link {
            predecessor: known_as,
            end,
            kind: kind.map_or(LinkKind::FinishStart, |kind| kind.value),
            lag: lag
                .filter(|lag| lag.value != 0)
                .map_or(Lag::NONE, |lag| Lag::time(Duration::minutes(lag.value))),
            note: 0,
        };
        let (part, task) = (to.part as u32, to.index as u32);
        made.push(LinkOf { part, task, from: from.map(|from| from as u32), link });
    }

    /// What the model calls a predecessor: its code, behind the id of its project where that is another one.
    fn predecessor(
        &self,
        notes: &mut Notes<'t>,
        id: Cell<'t>,
        project: Option<Cell<'t>>,
        successor_part: usize,
        about: About,
    ) -> Option<String> {
        if let Some(from) = self.tasks.get(id.text) {
            let code = meant(from.code);
            return Some(match from.part == successor_part {
                true => code.into_owned(),
                false => format!("{}/{code}", meant(self.projects[from.part].id)),
            });
        }
        if self.lost_tasks.contains(id.text) {
            return None;
        }
        let other = project.map(|project| (project.text, self.by_project_id.get(project.text).copied()));
        match other {
            // A project that was not exported: only P6's own numbers are known of it.
            Some((number, None)) => Some(format!("{number}/{}", id.text)),
            Some((_, Some(part))) if self.projects[part].part.lists.tasks.is_empty() => {
                Some(format!("{}/{}", meant(self.projects[part].id), id.text))
            }
            _ => {
                notes.unknown(about, "task", "pred_task_id", id);
                None
            }
        }
    }
}

/// How much is done, by the measure that the task says counts. A measure that follows from durations or amounts
/// is placed at what is left of them, and says nothing about tasks that are not under way.
fn percent<'t>(
    notes: &mut Notes<'t>,
    columns: &TaskColumns,
    row: &Row<'_, 't>,
    about: About,
    is_active: bool,
    planned_and_left: Option<(Spanned<i64>, Spanned<i64>)>,
) -> Option<Spanned<u32>> {
    let share =
        |done: f64, all: f64| (all > 0.0).then(|| (done / all * 100.0).clamp(0.0, 100.0).round() as u32);
    match row.get_sound(columns.complete_pct_type)?.text {
        "CP_Phys" => {
            let cell = row.get_sound(columns.phys_complete_pct)?;
            match number(cell.text).filter(|percent| (0.0..=100.0).contains(percent)) {
                Some(0.0) if !is_active => None,
                Some(percent) => Some(Spanned::new(percent.round() as u32, cell.span)),
                None => {
                    let expected = "a percentage from 0 to 100".to_owned();
                    notes.invalid(about, columns.phys_complete_pct.name, expected, cell);
                    None
                }
            }
        }
        "CP_Drtn" if is_active => {
            let (planned, remaining) = planned_and_left?;
            let percent = share((planned.value - remaining.value) as f64, planned.value as f64)?;
            Some(Spanned::new(percent, remaining.span))
        }
        "CP_Units" if is_active => {
            let quantity = |column| row.get_sound(column).and_then(|cell| number(cell.text)).unwrap_or(0.0);
            let done = quantity(columns.act_work_qty) + quantity(columns.act_equip_qty);
            let left = quantity(columns.remain_work_qty) + quantity(columns.remain_equip_qty);
            let place = row.get_sound(columns.act_work_qty)?.span;
            Some(Spanned::new(share(done, done + left)?, place))
        }
        _ => None,
    }
}

/// An amount of time that cannot be negative.
fn amount<'t>(
    notes: &mut Notes<'t>,
    row: &Row<'_, 't>,
    column: Column,
    about: About,
) -> Option<Spanned<i64>> {
    let minutes = notes.minutes(row, column, about)?;
    if minutes.value >= 0 {
        return Some(minutes);
    }
    if let Some(cell) = row.get(column) {
        notes.invalid(about, column.name, "a number of hours that is not below zero".to_owned(), cell);
    }
    None
}

/// A constraint, placed at its date.
fn constraint<'t>(
    notes: &mut Notes<'t>,
    row: &Row<'_, 't>,
    kind: Column,
    date: Column,
    about: About,
) -> Option<Spanned<Constraint>> {
    let found = notes.word(row, kind, &CONSTRAINTS, about)?;
    if found.value == ConstraintKind::AsLateAsPossible {
        return Some(Spanned::new(Constraint { kind: found.value, date: None }, found.span));
    }
    if row.get_sound(date).is_none() {
        let finding = Finding::new(Code::new("PLN005"), found.span).subject(date.name);
        notes.report(about, finding.param("field", date.name));
        return None;
    }
    let moment = notes.moment(row, date, about)?;
    let constraint = Constraint { kind: found.value, date: Some(moment.value) };
    Some(Spanned::new(constraint, moment.span))
}

/// What P6 has computed.
fn read_stored<'t>(
    notes: &mut Notes<'t>,
    columns: &TaskColumns,
    row: &Row<'_, 't>,
    about: About,
) -> StoredDates {
    StoredDates {
        early_start: notes.moment(row, columns.early_start_date, about),
        early_finish: notes.moment(row, columns.early_end_date, about),
        late_start: notes.moment(row, columns.late_start_date, about),
        late_finish: notes.moment(row, columns.late_end_date, about),
        total_float: notes.minutes(row, columns.total_float_hr_cnt, about),
        free_float: notes.minutes(row, columns.free_float_hr_cnt, about),
        driving: row.get_sound(columns.driving_path_flag).and_then(|cell| match cell.text {
            "Y" => Some(Spanned::new(true, cell.span)),
            "N" => Some(Spanned::new(false, cell.span)),
            _ => None,
        }),
        ..StoredDates::default()
    }
}
