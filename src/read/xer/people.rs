//! Resources and who is assigned to what. Only labor is a person; machines and material own nothing.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::notes::meant;
use super::plans::{About, Key, Plans};
use super::table::{Cell, Column, Kind, Row, Table};
use super::value::{minutes_of_hours, number};
use crate::model::{Fields, ImportedKind, Known, Person, PlanId, Share, Spanned, Value};
use crate::source::Span;

/// A resource of the file. Plans get those that work on them.
struct Resource<'t> {
    id: Cell<'t>,
    known_as: Cell<'t>,
    /// The same as others have to refer to it.
    meant: Arc<str>,
    name: Option<Cell<'t>>,
    email: Option<Cell<'t>>,
    /// Its calendar, and the column that says so.
    calendar: Option<(Cell<'t>, &'static str)>,
    is_person: bool,
    line: u32,
}

/// How long somebody works on a task.
const SHARE_COLUMNS: [&str; 5] =
    ["target_qty", "target_qty_per_hr", "remain_qty", "remain_qty_per_hr", "relag_drtn_hr_cnt"];

/// Somebody on a task.
struct Assignment<'t> {
    part: usize,
    task: usize,
    resource: usize,
    /// Where the row names the resource.
    place: Cell<'t>,
    quantity: f64,
    /// Share of the person's time, in per cent.
    units: Option<Spanned<u16>>,
}

impl<'t> Plans<'t> {
    /// Gives tasks their owner (the labor with most work on it, else the main resource) and their helpers.
    pub(super) fn read_people(&mut self, tables: &[Table<'t>]) {
        let (resources, by_id) = self.resources(tables);
        let mut assignments = self.assignments(tables, &resources, &by_id);
        let assigned: FxHashSet<(usize, usize)> = assignments.iter().map(|it| (it.part, it.task)).collect();
        for (part, task, place) in std::mem::take(&mut self.main_resources) {
            let Some(&resource) = by_id.get(&Key::of(place.text)) else {
                self.notes.unknown(About::task(part, task), "resource", "rsrc_id", place);
                continue;
            };
            if resources[resource].is_person && !assigned.contains(&(part, task)) {
                assignments.push(Assignment { part, task, resource, place, quantity: 0.0, units: None });
            }
        }
        // Stable, so that of equal shares the first in the file counts.
        assignments.sort_by_key(|it| (it.part, it.task));
        let (assignments, things): (Vec<_>, Vec<_>) =
            assignments.into_iter().partition(|it| resources[it.resource].is_person);
        for on_task in things.chunk_by(|a, b| (a.part, a.task) == (b.part, b.task)) {
            self.assign_things(on_task, &resources);
        }
        let mut known: FxHashMap<(usize, usize), usize> = FxHashMap::default();
        for on_task in assignments.chunk_by(|a, b| (a.part, a.task) == (b.part, b.task)) {
            self.found_people();
            for it in on_task {
                known.entry((it.part, it.resource)).or_insert_with(|| {
                    self.add_person(it.part, &resources[it.resource]);
                    self.projects[it.part].part.lists.persons.len() - 1
                });
            }
            self.assign(on_task, &resources, &known);
        }
    }

    fn resources(&mut self, tables: &[Table<'t>]) -> (Vec<Resource<'t>>, FxHashMap<Key<'t>, usize>) {
        let mut resources: Vec<Resource<'t>> = Vec::new();
        let mut by_id: FxHashMap<Key<'t>, usize> = FxHashMap::default();
        let columns = |table: &Table<'t>| {
            ["rsrc_id", "rsrc_short_name", "rsrc_name", "email_addr", "rsrc_type", "clndr_id"]
                .map(|name| table.column(name))
        };
        self.each_row(tables, Kind::Resource, columns, |this, columns, row| {
            let [id, short_name, name, email, kind, calendar] = *columns;
            let Some(id) = this.notes.key(row, id, Kind::Resource) else { return };
            if let Some(&first) = by_id.get(&Key::of(id.text)) {
                let (place, line) = (resources[first].id.span, resources[first].line);
                return this.notes.twice(0, Kind::Resource, id, place, line);
            }
            by_id.insert(Key::of(id.text), resources.len());
            let name = row.get(name);
            let known_as = row.get(short_name).or(name).unwrap_or(id);
            resources.push(Resource {
                id,
                known_as,
                meant: meant(known_as.text).into(),
                name,
                email: row.get_sound(email),
                calendar: row.get_sound(calendar).map(|cell| (cell, calendar.name)),
                is_person: row.get_sound(kind).is_none_or(|kind| kind.text == "RT_Labor"),
                line: row.line,
            });
        });
        (resources, by_id)
    }

    fn assignments(
        &mut self,
        tables: &[Table<'t>],
        resources: &[Resource<'t>],
        by_id: &FxHashMap<Key<'t>, usize>,
    ) -> Vec<Assignment<'t>> {
        let mut assignments = Vec::new();
        let columns = |table: &Table<'t>| {
            let names = ["task_id", "rsrc_id", "target_qty", "target_qty_per_hr"];
            (names.map(|name| table.column(name)), SHARE_COLUMNS.map(|name| table.column(name)))
        };
        let made =
            self.read_rows(tables, Kind::Assignment, columns, |this, notes, (columns, share), row, made| {
                let [task, resource, quantity, per_hour] = *columns;
                // A row without a resource is for a role: nobody yet.
                let (Some(task_id), Some(place)) = (row.get(task), row.get(resource)) else { return };
                let Some(to) = this.tasks.get(task_id.text) else {
                    if !this.lost_tasks.contains(task_id.text) {
                        notes.unknown(About { part: 0, entity: None }, "task", task.name, task_id);
                    }
                    return;
                };
                let about = About::task(to.part, to.index);
                let Some(&resource) = by_id.get(&Key::of(place.text)) else {
                    return notes.unknown(about, "resource", resource.name, place);
                };
                let mut amount = |column| {
                    let cell = row.get_sound(column)?;
                    let amount = number(cell.text);
                    if amount.is_none() {
                        notes.invalid(about, column.name, "a number, such as 40 or 0.5".to_owned(), cell);
                    }
                    amount.map(|amount| Spanned::new(amount, cell.span))
                };
                let quantity = amount(quantity).map_or(0.0, |quantity| quantity.value);
                let units = amount(per_hour).map(|share| {
                    let percent = (share.value * 100.0).round().clamp(0.0, f64::from(u16::MAX));
                    Spanned::new(percent as u16, share.span)
                });
                let (part, task) = (to.part, to.index);
                let share = this.read_share(row, share, about);
                made.push((Assignment { part, task, resource, place, quantity, units }, share));
            });
        for (made, notes) in made {
            self.notes.append(notes, Some);
            for (assignment, share) in made {
                if let Some(share) = share {
                    self.add_share(&assignment, share, resources[assignment.resource].calendar);
                }
                assignments.push(assignment);
            }
        }
        assignments
    }

    /// What a resource contributes to a task that is worked on its resources' calendars.
    fn read_share(
        &self,
        row: &Row<'_, 't>,
        columns: &[Column; SHARE_COLUMNS.len()],
        about: About,
    ) -> Option<Share> {
        let task = about.entity?.index as usize;
        let imported = self.projects[about.part].part.imported.get(task)?.as_deref()?;
        if imported.kind != ImportedKind::ResourceDependent {
            return None;
        }
        let [target, target_per_hour, left, left_per_hour, delay] =
            columns.map(|column| row.get_sound(column).and_then(|cell| number(cell.text)));
        let minutes = |quantity: Option<f64>, per_hour: Option<f64>| {
            let hours = quantity? / per_hour.filter(|per_hour| *per_hour > 0.0)?;
            minutes_of_hours(&hours.to_string()).filter(|minutes| *minutes >= 0)
        };
        let whole = minutes(target, target_per_hour);
        let remaining = minutes(left, left_per_hour.or(target_per_hour)).or(whole)?;
        Some(Share {
            calendar: None,
            minutes: whole.unwrap_or(remaining),
            remaining,
            delay: delay.map_or(0, |hours| (hours * 60.0) as i64),
        })
    }

    /// Gives a task the share of a resource, on the calendar of that.
    fn add_share(
        &mut self,
        assignment: &Assignment<'t>,
        share: Share,
        calendar: Option<(Cell<'t>, &'static str)>,
    ) {
        let &Assignment { part, task, .. } = assignment;
        let about = About::task(part, task);
        let calendar = calendar.and_then(|(cell, column)| self.calendar_number(about, cell, column));
        self.projects[part].part.imported_mut(task).shares.push(Share { calendar, ..share });
    }

    fn add_person(&mut self, part: usize, resource: &Resource<'t>) {
        let mut person = Person::new(PlanId(0), self.notes.text(part, resource.known_as));
        person.name = resource.name.map(|name| self.notes.text(part, name));
        person.email = resource.email.map(|email| self.notes.text(part, email));
        self.projects[part].part.lists.persons.push(person);
    }

    /// Sets the machines and material of one task: it has no owner by that, but it is not forgotten either.
    fn assign_things(&mut self, on_task: &[Assignment<'t>], resources: &[Resource<'t>]) {
        let Some(first) = on_task.first() else { return };
        let names: Vec<_> = on_task
            .iter()
            .map(|it| self.notes.text_shared(it.part, it.place, &resources[it.resource].meant))
            .collect();
        let field = self.fields.resources;
        let part = &mut self.projects[first.part].part;
        let list = part.arenas.add_list(first.place.span, &names);
        if let Some(task) = part.lists.tasks.get_mut(first.task) {
            task.set(field, Value::List(list));
        }
    }

    /// Sets owner and helpers of one task. A resource may be assigned several times (overtime, a second rate): it is
    /// still one person.
    fn assign(
        &mut self,
        on_task: &[Assignment<'t>],
        resources: &[Resource<'t>],
        persons: &FxHashMap<(usize, usize), usize>,
    ) {
        let mut most: Option<&Assignment<'t>> = None;
        for it in on_task {
            if most.is_none_or(|most| it.quantity > most.quantity) {
                most = Some(it);
            }
        }
        let Some(owner) = most else { return };
        let part = owner.part;
        let owner_text = self.notes.text_shared(part, owner.place, &resources[owner.resource].meant);
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        if on_task.len() > 1 {
            seen.insert(owner.resource);
        }
        let mut helpers = Vec::new();
        let mut units: Vec<(usize, u16)> = Vec::new();
        let mut place: Option<Span> = None;
        for it in on_task.iter().filter(|it| on_task.len() > 1 && seen.insert(it.resource)) {
            // The rows of one task need not stand together: the first helper stands for the list.
            place.get_or_insert(it.place.span);
            helpers.push(self.notes.text_shared(part, it.place, &resources[it.resource].meant));
            units.extend(it.units.map(|share| (helpers.len(), share.value)));
        }
        let fields = (self.fields.units, self.fields.helpers);
        let part = &mut self.projects[part].part;
        if let Some(person) = persons.get(&(owner.part, owner.resource)) {
            Known::note(&mut part.known.owners, owner.task, *person);
        }
        let Some(task) = part.lists.tasks.get_mut(owner.task) else { return };
        task.owner = Some(owner_text);
        if let Some(share) = owner.units {
            let percent = Spanned::new(u32::from(share.value), share.span);
            task.set(fields.0, Value::Count(percent));
        }
        if let Some(place) = place {
            let list = part.arenas.add_list(place, &helpers);
            for (after, percent) in units {
                part.arenas.units.insert(list.start + after as u32, percent);
            }
            task.set(fields.1, Value::List(list));
        }
    }
}
