//! Who works on what: names in cells, with shares of their time where MS Project writes them.

use rustc_hash::FxHashSet;

use super::date::is_nothing;
use super::header::Field;
use super::table::Cell;
use super::tasks::Sheet;
use crate::model::{Fields, Person, PlanId, Spanned, Task, Value};
use crate::source::Span;

/// The people of a table.
#[derive(Default)]
pub(super) struct People<'t> {
    known: FxHashSet<&'t str>,
    /// Rows of people below the row of their task, as TaskJuggler writes them.
    below: Vec<(usize, Cell<'t>)>,
}

impl<'t> People<'t> {
    /// A row that names somebody who works on the task above it.
    pub(super) fn found_below(&mut self, task: Option<usize>, name: Cell<'t>) {
        self.below.extend(task.map(|task| (task, name)));
    }

    /// Whether anybody works on anything.
    pub(super) fn has_any(&self) -> bool {
        !self.known.is_empty()
    }
}

/// Somebody in a cell, or something: MS Project writes `Cement[3 tons]` among the names.
struct Named<'t> {
    name: Cell<'t>,
    /// Share of the time, in per cent.
    units: Option<Spanned<u16>>,
    is_thing: bool,
}

impl<'t> Sheet<'t> {
    /// Sets the owner of a task, who else works on it, and what it needs.
    pub(super) fn read_people(&mut self, task: &mut Task, get: &impl Fn(usize) -> Option<Cell<'t>>) {
        let mut named = Vec::new();
        let owner = self
            .header
            .of_field(Field::Owner)
            .iter()
            .find_map(|column| get(*column).map(|cell| (*column, cell)));
        if let Some((column, cell)) = owner {
            // Jira has one assignee, whose name may have a comma in it.
            let is_single = self.header.folded(column) == "assignee";
            named = self.named(cell, is_single);
        }
        let has_owner = !named.is_empty();
        for column in self.header.of_field(Field::Helpers).to_vec() {
            if let Some(cell) = get(column) {
                named.extend(self.named(cell, false));
            }
        }
        self.assign(task, named, has_owner);
    }

    fn named(&self, cell: Cell<'t>, is_single: bool) -> Vec<Named<'t>> {
        let (semicolons, mut depth) = (self.survey.has_semicolons, 0_u32);
        let parts = cell.split(|sign| {
            match sign {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            let is_separator = match sign {
                ';' | '\n' | '\r' => true,
                ',' => !semicolons && !is_single,
                _ => false,
            };
            is_separator && depth == 0
        });
        parts.into_iter().filter(|part| !is_nothing(part.raw())).map(named).collect()
    }

    fn assign(&mut self, task: &mut Task, named: Vec<Named<'t>>, has_owner: bool) {
        let numbers = self.numbers;
        let (things, people): (Vec<_>, Vec<_>) = named.into_iter().partition(|it| it.is_thing);
        let mut people = people.into_iter();
        if has_owner && let Some(owner) = people.next() {
            self.add_person(owner.name);
            task.owner = Some(self.text(owner.name));
            if let Some(units) = owner.units {
                let units = Spanned::new(u32::from(units.value), units.span);
                task.set(numbers.units, Value::Count(units));
            }
        }
        let (mut names, mut units, mut place): (Vec<_>, Vec<_>, Option<Span>) =
            (Vec::new(), Vec::new(), None);
        for it in people {
            self.add_person(it.name);
            let span = it.name.span();
            place = Some(place.map_or(span, |place| place.to(span)));
            names.push(self.text(it.name));
            units.extend(it.units.map(|share| (names.len() as u32, share.value)));
        }
        if let Some(place) = place {
            let list = self.part.arenas.add_list(place, &names);
            for (after, share) in units {
                self.part.arenas.units.insert(list.start + after, share);
            }
            task.set(numbers.helpers, Value::List(list));
        }
        if let Some(first) = things.first() {
            let place = things.iter().fold(first.name.span(), |place, it| place.to(it.name.span()));
            let names: Vec<_> = things.iter().map(|it| self.text(it.name)).collect();
            let list = self.part.arenas.add_list(place, &names);
            task.set(numbers.resources, Value::List(list));
        }
    }

    fn add_person(&mut self, name: Cell<'t>) {
        if self.people.known.insert(name.raw()) {
            let text = self.text(name);
            let mut person = Person::new(PlanId(0), text);
            person.name = Some(text);
            self.part.lists.persons.push(person);
        }
    }

    /// Gives tasks the people whose rows stand below them: the first is the owner.
    pub(super) fn finish_people(&mut self) {
        let below = std::mem::take(&mut self.people.below);
        for of_task in below.chunk_by(|a, b| a.0 == b.0) {
            let Some(&(index, _)) = of_task.first() else { continue };
            let named = of_task.iter().map(|(_, name)| Named { name: *name, units: None, is_thing: false });
            let Some(slot) = self.part.lists.tasks.get_mut(index) else { continue };
            let mut task = std::mem::replace(slot, Task::new(PlanId(0), slot.id));
            self.assign(&mut task, named.collect(), true);
            if let Some(slot) = self.part.lists.tasks.get_mut(index) {
                *slot = task;
            }
        }
    }
}

/// Takes `Jonas[50%]` and `Cement[3 tons]` apart.
fn named(cell: Cell<'_>) -> Named<'_> {
    let raw = cell.raw();
    let inside = raw.find('[').filter(|at| *at > 0 && raw.ends_with(']'));
    let Some(at) = inside else { return Named { name: cell, units: None, is_thing: false } };
    let amount = cell.part(at + 1, raw.len() - 1);
    let name = cell.part(0, at);
    let share = amount.raw().strip_suffix('%').and_then(super::value::thousandths);
    match share {
        Some(share) => {
            let percent = (share / 1000).clamp(0, i64::from(u16::MAX)) as u16;
            Named { name, units: Some(Spanned::new(percent, amount.span())), is_thing: false }
        }
        // A bare number is a share too, 0.5 for a half; with a unit it is an amount of something.
        None => match super::value::thousandths(amount.raw()) {
            Some(share) => {
                let percent = (share / 10).clamp(0, i64::from(u16::MAX)) as u16;
                Named { name, units: Some(Spanned::new(percent, amount.span())), is_thing: false }
            }
            None => Named { name, units: None, is_thing: true },
        },
    }
}
