//! Resources and who is assigned to what. Only work resources are people; material and cost own nothing.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::row::{AssignmentField, AvailabilityField, Cell, ResourceField, Row};
use super::value::{ResourceKind, duration, flag, number, resource_kind, tenths};
use super::{About, Import};
use crate::model::{Capacity, Fields, Moment, Person, PlanId, Share, Spanned, Text, Value};

/// What Microsoft Project writes for "nobody yet".
const NOBODY: &str = "-65535";

/// A resource of the file. Those that work on a task become persons of the plan.
struct Resource {
    uid: Cell,
    name: Cell,
    email: Option<Cell>,
    calendar: Option<Cell>,
    kind: ResourceKind,
    capacity: Option<Spanned<u16>>,
    from: Option<Spanned<Moment>>,
    until: Option<Spanned<Moment>>,
}

/// An assignment, before it is known what it refers to.
struct AssignmentRow {
    task: Option<Cell>,
    resource: Option<Cell>,
    place: Cell,
    units: Option<Cell>,
    work: Option<Cell>,
    left: Option<Cell>,
    delay: Option<Cell>,
}

/// Somebody on a task.
struct Assignment {
    task: usize,
    resource: usize,
    /// Where the resource is named.
    place: Cell,
    /// Share of the resource, in per cent.
    units: Option<Spanned<u16>>,
    share: Share,
}

/// Resources and assignments of the file.
#[derive(Default)]
pub(super) struct People {
    resources: Vec<Resource>,
    assignments: Vec<AssignmentRow>,
    /// First and last day of the resource that is read now, from its periods of availability.
    available: Option<(Option<Cell>, Option<Cell>)>,
    /// How persons are known.
    names: FxHashSet<String>,
}

impl People {
    /// Whether nobody is known by this name yet. From then on somebody is.
    pub(super) fn is_new(&mut self, name: &str) -> bool {
        self.names.insert(name.to_owned())
    }
}

impl<'t> Import<'t> {
    pub(super) fn close_availability(&mut self, row: &Row<AvailabilityField>) {
        // Times in which there is nothing of the resource do not count.
        let units = row.get(AvailabilityField::AvailableUnits).and_then(|cell| number(cell.raw(self.text)));
        if units == Some(0.0) {
            return;
        }
        let until = row.get(AvailabilityField::AvailableTo);
        match &mut self.people.available {
            // In order: the first begins it, the last ends it.
            Some((_, last)) => *last = until,
            none => *none = Some((row.get(AvailabilityField::AvailableFrom), until)),
        }
    }

    pub(super) fn close_resource(&mut self, row: &Row<ResourceField>) {
        let available = self.people.available.take();
        let is_null =
            row.get(ResourceField::IsNull).is_some_and(|cell| flag(cell.raw(self.text)) == Some(true));
        let Some(uid) = row.get(ResourceField::Uid).filter(|_| !is_null) else { return };
        let name = row.get(ResourceField::Name);
        // Resource 0 stands for nobody; it has no name.
        if name.is_none() && uid.raw(self.text) == "0" {
            return;
        }
        let about =
            |this: &Self| About::Thing(format!("the resource \"{}\"", this.meant(name.unwrap_or(uid))));
        let kind = row.get(ResourceField::Type).and_then(|cell| {
            let kind = resource_kind(cell.raw(self.text));
            if kind.is_none() {
                self.invalid(about(self), "Type", "0 (material), 1 (work) or 2 (cost)", cell);
            }
            kind
        });
        let capacity = row.get(ResourceField::MaxUnits).and_then(|cell| {
            let units = number(cell.raw(self.text)).filter(|units| *units >= 0.0);
            if units.is_none() {
                self.invalid(about(self), "MaxUnits", "a share, such as 1.00 for 100%", cell);
            }
            units.map(|units| Spanned::new(percent(units), cell.span(self.file)))
        });
        let (from, until) =
            available.unwrap_or((row.get(ResourceField::AvailableFrom), row.get(ResourceField::AvailableTo)));
        let day = |this: &mut Self, field, cell: Option<Cell>| {
            let thing = format!("the resource \"{}\"", this.meant(name.unwrap_or(uid)));
            // The first and the last day that Microsoft Project knows mean "always".
            let dates = this.dates;
            let day = this.moment(|| About::Thing(thing), field, cell);
            this.dates = dates;
            day.filter(|day| !matches!(day.value.date.year(), 1984 | 2049))
        };
        let resource = Resource {
            uid,
            name: name.unwrap_or(uid),
            email: row.get(ResourceField::EmailAddress),
            calendar: row.get(ResourceField::CalendarUid).filter(|cell| cell.raw(self.text) != "-1"),
            kind: kind.unwrap_or(ResourceKind::Person),
            capacity,
            from: day(self, "AvailableFrom", from),
            until: day(self, "AvailableTo", until),
        };
        self.people.resources.push(resource);
    }

    pub(super) fn close_assignment(&mut self, row: &Row<AssignmentField>) {
        self.people.assignments.push(AssignmentRow {
            task: row.get(AssignmentField::TaskUid),
            resource: row.get(AssignmentField::ResourceUid),
            place: row.place,
            units: row.get(AssignmentField::Units),
            work: row.get(AssignmentField::Work),
            left: row.get(AssignmentField::RemainingWork),
            delay: row.get(AssignmentField::Delay),
        });
    }

    /// Gives tasks their owner (the person with most units, of equals the first) and their helpers. Returns whether
    /// anybody is assigned to anything.
    pub(super) fn read_people(&mut self) -> bool {
        let resources = std::mem::take(&mut self.people.resources);
        let mut by_uid: FxHashMap<&'t str, usize> = FxHashMap::default();
        for (index, resource) in resources.iter().enumerate() {
            match by_uid.entry(resource.uid.raw(self.text)) {
                Entry::Vacant(entry) => drop(entry.insert(index)),
                Entry::Occupied(first) => self.twice("resources", resource.uid, resources[*first.get()].uid),
            }
        }
        let rows = std::mem::take(&mut self.people.assignments);
        let mut assignments: Vec<Assignment> =
            rows.iter().filter_map(|row| self.assignment(row, &by_uid, &resources)).collect();
        // Stable, so that of equal units the first in the file counts.
        assignments.sort_by_key(|it| it.task);
        let (people, things): (Vec<_>, Vec<_>) =
            assignments.into_iter().partition(|it| resources[it.resource].kind == ResourceKind::Person);
        let mut names: Vec<Option<String>> = vec![None; resources.len()];
        for it in &people {
            if names[it.resource].is_none() {
                names[it.resource] = Some(self.add_person(&resources[it.resource]));
            }
        }
        for on_task in things.chunk_by(|a, b| a.task == b.task) {
            self.assign_things(on_task, &resources);
        }
        for on_task in people.chunk_by(|a, b| a.task == b.task) {
            self.assign(on_task, &resources, &names);
        }
        !people.is_empty()
    }

    fn assignment(
        &mut self,
        row: &AssignmentRow,
        by_uid: &FxHashMap<&'t str, usize>,
        resources: &[Resource],
    ) -> Option<Assignment> {
        let place = row.resource.filter(|cell| cell.raw(self.text) != NOBODY)?;
        let Some(task_cell) = row.task else {
            let place = row.place.span(self.file);
            self.malformed(place, "an assignment does not say to which task it belongs");
            return None;
        };
        let Some(&task) = self.tasks.get(task_cell.raw(self.text)) else {
            // Row 0, the project as a whole, may have resources, and is no task here.
            if task_cell.raw(self.text) != "0" {
                self.unknown(About::Thing("an assignment".to_owned()), "task", "TaskUID", task_cell);
            }
            return None;
        };
        let about = || About::Task(task);
        let Some(&resource) = by_uid.get(place.raw(self.text)) else {
            // Resource 0 stands for nobody.
            if place.raw(self.text) != "0" {
                self.unknown(about(), "resource", "ResourceUID", place);
            }
            return None;
        };
        let is_person = resources[resource].kind == ResourceKind::Person;
        let units = row.units.and_then(|cell| {
            let units = number(cell.raw(self.text)).filter(|units| *units >= 0.0);
            if units.is_none() {
                self.invalid(about(), "Units", "a share, such as 1 for 100%", cell);
            }
            units.map(|units| (units, cell))
        });
        let presence = |work: Option<Cell>| {
            let work = work.and_then(|cell| duration(cell.raw(self.text)))?;
            let units = units.map_or(1.0, |(units, _)| units);
            (units > 0.0).then(|| (work as f64 / 1000.0 / units).round() as i64)
        };
        let share = Share {
            calendar: None,
            minutes: presence(row.work).unwrap_or(0),
            remaining: presence(row.left).unwrap_or(0),
            delay: row.delay.and_then(|cell| tenths(cell.raw(self.text))).unwrap_or(0) / 1000,
        };
        let units = units.map(|(units, cell)| Spanned::new(percent(units), cell.span(self.file)));
        Some(Assignment { task, resource, place, units: units.filter(|_| is_person), share })
    }

    fn add_person(&mut self, resource: &Resource) -> String {
        let thing = || About::Thing("a resource".to_owned());
        let name = self.meant(resource.name).into_owned();
        // Two people may have one name: then the number says which.
        let known_as = match self.people.is_new(&name) {
            true => name,
            false => format!("{name} (UID {})", resource.uid.raw(self.text)),
        };
        let id = self.text_as(resource.name, &known_as);
        let mut person = Person::new(PlanId(0), id);
        person.name = Some(id);
        person.email = resource.email.map(|cell| self.plain_text(thing, "EmailAddress", cell));
        person.capacity = resource.capacity.map(|it| Spanned::new(Capacity::Percent(it.value), it.span));
        person.from = resource.from;
        person.until = resource.until;
        self.part.lists.persons.push(person);
        known_as
    }

    /// Sets the material and the costs of one task: it has no owner by that, but it is not forgotten either.
    fn assign_things(&mut self, on_task: &[Assignment], resources: &[Resource]) {
        let Some(first) = on_task.first() else { return };
        let names: Vec<Text> = on_task
            .iter()
            .map(|it| {
                let name = self.meant(resources[it.resource].name).into_owned();
                self.text_as(it.place, &name)
            })
            .collect();
        let list = self.part.arenas.add_list(first.place.span(self.file), &names);
        let field = self.fields.resources;
        if let Some(task) = self.part.lists.tasks.get_mut(first.task) {
            task.set(field, Value::List(list));
        }
    }

    /// Sets owner and helpers of one task, and what its resources' calendars say about it.
    fn assign(&mut self, on_task: &[Assignment], resources: &[Resource], names: &[Option<String>]) {
        let mut most: Option<&Assignment> = None;
        let units = |it: &Assignment| it.units.map_or(100, |units| units.value);
        for it in on_task {
            if most.is_none_or(|most| units(it) > units(most)) {
                most = Some(it);
            }
        }
        let Some(owner) = most else { return };
        let mut shares = Vec::with_capacity(on_task.len());
        for it in on_task {
            let calendar = resources[it.resource].calendar.and_then(|cell| {
                let about =
                    About::Thing(format!("the resource \"{}\"", self.meant(resources[it.resource].name)));
                self.calendar(about, cell, "CalendarUID")
            });
            shares.push(Share { calendar: calendar.map(|(number, _)| number), ..it.share });
        }
        self.part.imported_mut(owner.task).shares = shares;
        let name =
            |it: &Assignment| names.get(it.resource).and_then(Option::as_deref).unwrap_or("").to_owned();
        let owner_text = self.text_as(owner.place, &name(owner));
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        seen.insert(owner.resource);
        let mut helpers = Vec::new();
        let mut of_helpers: Vec<(usize, u16)> = Vec::new();
        let mut place = None;
        for it in on_task.iter().filter(|it| seen.insert(it.resource)) {
            // Assignments of one task need not stand together: the first helper stands for the list.
            place.get_or_insert(it.place.span(self.file));
            helpers.push(self.text_as(it.place, &name(it)));
            of_helpers.extend(it.units.map(|units| (helpers.len(), units.value)));
        }
        let list = place.map(|place| self.part.arenas.add_list(place, &helpers));
        if let Some(list) = list {
            for (after, percent) in of_helpers {
                self.part.arenas.units.insert(list.start + after as u32, percent);
            }
        }
        let fields = (self.fields.units, self.fields.helpers);
        let Some(task) = self.part.lists.tasks.get_mut(owner.task) else { return };
        task.owner = Some(owner_text);
        if let Some(units) = owner.units {
            task.set(fields.0, Value::Count(Spanned::new(u32::from(units.value), units.span)));
        }
        if let Some(list) = list {
            task.set(fields.1, Value::List(list));
        }
    }
}

/// A share as per cent.
fn percent(units: f64) -> u16 {
    (units * 100.0).round().clamp(0.0, f64::from(u16::MAX)) as u16
}
