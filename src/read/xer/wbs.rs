//! The work breakdown structure: its elements become the phases of the plan, its root is the plan itself.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::notes::meant;
use super::plans::{About, Key, Plans};
use super::table::{Cell, Kind, Table};
use crate::finding::{Entity, EntityKind};
use crate::model::{Fields, ImportedKind, Known, PlanId, StoredDates, Task, Text, Value};

/// A path longer than this begins anew: P6 itself ends at 50 levels, and in a hostile file all paths together would
/// grow with the square of its size.
const LONGEST_PATH: usize = 1000;

/// One element.
struct Node<'t> {
    part: usize,
    id: Cell<'t>,
    parent: Option<Cell<'t>>,
    /// The parent among the elements, where it is one of the same project.
    above: Option<usize>,
    short_name: Option<Cell<'t>>,
    name: Option<Cell<'t>>,
    is_root: bool,
    line: u32,
    /// The codes from below the root down to it; what the model calls it.
    path: Option<Arc<str>>,
    /// The number of the phase that it becomes, among the tasks of its project.
    task: Option<usize>,
}

impl<'t> Plans<'t> {
    /// Reads the elements, and gives every task its phase.
    pub(super) fn read_wbs(&mut self, tables: &[Table<'t>]) {
        let (mut nodes, by_id) = self.wbs_nodes(tables);
        for number in 0..nodes.len() {
            let above = nodes[number].parent.and_then(|parent| by_id.get(&Key::of(parent.text)).copied());
            nodes[number].above = above.filter(|&above| nodes[above].part == nodes[number].part);
        }
        let has_flag =
            tables.iter().filter(|table| table.kind == Kind::Wbs).any(|table| table.has("proj_node_flag"));
        if !has_flag {
            find_roots(&mut nodes, self.projects.len());
        }
        find_paths(&mut nodes);
        self.make_distinct(&mut nodes);
        for number in 0..nodes.len() {
            let node = &nodes[number];
            let task = self.projects[node.part].part.lists.tasks.len();
            self.add_phase(node, &nodes);
            nodes[number].task = (!nodes[number].is_root).then_some(task);
        }
        for (part, task, cell) in std::mem::take(&mut self.wbs_of_tasks) {
            let about = About::task(part, task);
            let known =
                by_id.get(&Key::of(cell.text)).map(|&number| &nodes[number]).filter(|node| node.part == part);
            let Some(node) = known else {
                self.notes.unknown(about, "WBS element", "wbs_id", cell);
                continue;
            };
            if let Some(path) = node.path.as_ref().filter(|_| !node.is_root) {
                let parent = self.notes.text_shared(part, cell, path);
                if let Some(task) = self.projects[part].part.lists.tasks.get_mut(task) {
                    task.parent = Some(parent);
                }
                if let Some(phase) = node.task {
                    Known::note(&mut self.projects[part].part.known.parents, task, phase);
                }
            }
        }
    }

    fn wbs_nodes(&mut self, tables: &[Table<'t>]) -> (Vec<Node<'t>>, FxHashMap<Key<'t>, usize>) {
        let mut nodes: Vec<Node<'t>> = Vec::new();
        let mut by_id: FxHashMap<Key<'t>, usize> = FxHashMap::default();
        let columns = |table: &Table<'t>| {
            ["wbs_id", "proj_id", "parent_wbs_id", "wbs_short_name", "wbs_name", "proj_node_flag"]
                .map(|name| table.column(name))
        };
        self.each_row(tables, Kind::Wbs, columns, |this, columns, row| {
            let [id, project, parent, short_name, name, is_root] = *columns;
            let Some(id) = this.notes.key(row, id, Kind::Wbs) else { return };
            // A project that is not in the file (a folder of projects, say) is reported where tasks belong to it.
            let part = match row.get(project) {
                Some(project) => this.by_project_id.get(project.text).copied(),
                None => (this.projects.len() == 1).then_some(0),
            };
            let Some(part) = part else { return };
            if let Some(&first) = by_id.get(&Key::of(id.text)) {
                let (place, line) = (nodes[first].id.span, nodes[first].line);
                return this.notes.twice(part, Kind::Wbs, id, place, line);
            }
            by_id.insert(Key::of(id.text), nodes.len());
            nodes.push(Node {
                part,
                id,
                parent: row.get_sound(parent),
                above: None,
                task: None,
                short_name: row.get(short_name),
                name: row.get(name),
                is_root: row.get(is_root).is_some_and(|flag| flag.text == "Y"),
                line: row.line,
                path: None,
            });
        });
        (nodes, by_id)
    }

    /// Two elements may have one path, and an element may be called like a task: then the project's code comes
    /// before the path, as P6 shows it, and at last P6's own number behind it.
    fn make_distinct(&mut self, nodes: &mut [Node<'t>]) {
        let mut taken: FxHashSet<(usize, Arc<str>)> = FxHashSet::default();
        let codes: FxHashSet<(usize, &str)> = self.tasks.iter().map(|task| (task.part, task.code)).collect();
        for node in nodes.iter_mut().filter(|node| !node.is_root) {
            let Some(path) = node.path.take() else { continue };
            let part = node.part;
            let is_free = |path: &Arc<str>, taken: &FxHashSet<(usize, Arc<str>)>| {
                !codes.contains(&(part, &**path)) && !taken.contains(&(part, Arc::clone(path)))
            };
            let path = if is_free(&path, &taken) {
                path
            } else {
                let full = format!("{}.{path}", meant(self.projects[part].id)).into();
                if is_free(&full, &taken) { full } else { format!("{full}.{}", node.id.text).into() }
            };
            taken.insert((part, Arc::clone(&path)));
            node.path = Some(path);
        }
    }

    fn add_phase(&mut self, node: &Node<'t>, nodes: &[Node<'t>]) {
        let part = node.part;
        if node.is_root {
            let name = node.name.map(|name| self.notes.text(part, name));
            let header = &mut self.projects[part].header;
            if header.name.is_none() {
                header.name = name;
            }
            return;
        }
        let Some(path) = &node.path else { return };
        let id = self.notes.text_shared(part, node.short_name.unwrap_or(node.id), path);
        let mut phase = Task::new(PlanId(0), id);
        phase.title = node.name.map(|name| self.notes.text(part, name));
        phase.set(self.fields.source_id, Value::Text(Text::verbatim(node.id.span)));
        if let Some(cell) = node.parent {
            match node.above.map(|above| &nodes[above]) {
                Some(above) => {
                    if let Some(path) = above.path.as_ref().filter(|_| !above.is_root) {
                        phase.parent = Some(self.notes.text_shared(part, cell, path));
                    }
                }
                None => {
                    let index = self.projects[part].part.lists.tasks.len();
                    let entity = Some(Entity::new(EntityKind::Task, index));
                    self.notes.unknown(About { part, entity }, "WBS element", "parent_wbs_id", cell);
                }
            }
        }
        let part = &mut self.projects[part].part;
        part.imported_mut(part.lists.tasks.len()).kind = ImportedKind::Phase;
        part.lists.tasks.push(phase);
        part.stored.push(StoredDates::default());
    }
}

/// Where no column says which element is the root: the one on top, if there is only one in its project.
fn find_roots(nodes: &mut [Node<'_>], n_projects: usize) {
    let mut tops = vec![Vec::new(); n_projects];
    for (number, node) in nodes.iter().enumerate() {
        if node.above.is_none() {
            tops[node.part].push(number);
        }
    }
    for top in tops {
        if let [only] = top[..] {
            nodes[only].is_root = true;
        }
    }
}

/// Gives every element the codes from below the root down to it. Elements in a loop begin where the loop is entered.
fn find_paths(nodes: &mut [Node<'_>]) {
    const UNSEEN: usize = usize::MAX;
    let mut seen_from = vec![UNSEEN; nodes.len()];
    let mut chain = Vec::new();
    for first in 0..nodes.len() {
        let mut at = Some(first);
        while let Some(number) = at {
            let node = &nodes[number];
            if node.is_root || node.path.is_some() || seen_from[number] == first {
                break;
            }
            seen_from[number] = first;
            chain.push(number);
            at = node.above;
        }
        while let Some(number) = chain.pop() {
            let node = &nodes[number];
            let code = meant(node.short_name.unwrap_or(node.id).text);
            let above = node.above.map(|above| &nodes[above]).filter(|above| !above.is_root);
            let path = match above.and_then(|above| above.path.as_deref()) {
                Some(above) if above.len() + code.len() < LONGEST_PATH => format!("{above}.{code}").into(),
                _ => code.into(),
            };
            nodes[number].path = Some(path);
        }
    }
}
