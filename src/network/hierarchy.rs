//! Phases and what is inside them: children, leaves, ancestors, and what tasks inherit.

use super::References;
use crate::finding::EntityKind;
use crate::model::{Model, Task, TaskId, Text};

const NONE: u32 = u32::MAX;

/// The forest of phases and tasks.
pub struct Hierarchy {
    parent: Vec<u32>,
    /// Children of a task, side by side: `children[first_child[t]..first_child[t + 1]]`.
    first_child: Vec<u32>,
    children: Vec<u32>,
    /// Numbers given on the way into and out of each task, so that "inside" is one comparison. Empty for flat plans.
    enter: Vec<u32>,
    exit: Vec<u32>,
    /// Tasks that are inside themselves: circles of parents.
    pub loops: Vec<Vec<TaskId>>,
    /// For each inherited field, the nearest task at or above this one that gives it. Empty for flat plans.
    givers: [Vec<u32>; Inherited::ALL.len()],
}

/// What a task takes over from the phases it is inside of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Inherited {
    Sites,
    Wave,
    Affects,
    Target,
    OwnerDefault,
}

impl Inherited {
    const ALL: [Inherited; 5] =
        [Inherited::Sites, Inherited::Wave, Inherited::Affects, Inherited::Target, Inherited::OwnerDefault];

    fn is_given(self, task: &Task) -> bool {
        match self {
            Inherited::Sites => !task.sites().is_empty(),
            Inherited::Wave => task.wave().is_some(),
            Inherited::Affects => task.affects().is_given(),
            Inherited::Target => task.target().is_some(),
            Inherited::OwnerDefault => task.owner_default().is_some(),
        }
    }
}

impl Hierarchy {
    pub(super) fn new(model: &Model<'_>, references: &References) -> Self {
        let count = model.tasks.len();
        let mut parent: Vec<u32> = (0..count as u32)
            .map(|task| references.parent(TaskId(task)).map_or(NONE, |parent| parent.0))
            .collect();
        let loops = cut_loops(&mut parent);
        let is_flat = parent.iter().all(|parent| *parent == NONE);
        if is_flat {
            return Self {
                parent: Vec::new(),
                first_child: Vec::new(),
                children: Vec::new(),
                enter: Vec::new(),
                exit: Vec::new(),
                loops,
                givers: Default::default(),
            };
        }
        let mut first_child = vec![0_u32; count + 1];
        for &parent in parent.iter().filter(|parent| **parent != NONE) {
            first_child[parent as usize + 1] += 1;
        }
        for task in 0..count {
            first_child[task + 1] += first_child[task];
        }
        let mut next = first_child.clone();
        let mut children = vec![0; first_child[count] as usize];
        for (task, &parent) in parent.iter().enumerate() {
            if parent != NONE {
                children[next[parent as usize] as usize] = task as u32;
                next[parent as usize] += 1;
            }
        }
        let mut it = Self {
            enter: vec![0; count],
            exit: vec![0; count],
            parent,
            first_child,
            children,
            loops,
            givers: Inherited::ALL.map(|_| vec![NONE; count]),
        };
        it.walk(model);
        it
    }

    /// Numbers the tasks on the way in and out, parents before children, and notes who gives what.
    fn walk(&mut self, model: &Model<'_>) {
        let mut number = 0;
        let mut open: Vec<(u32, u32)> = Vec::new();
        for root in 0..self.parent.len() as u32 {
            if self.parent[root as usize] != NONE {
                continue;
            }
            self.enter_task(model, root, &mut number, &mut open);
            while let Some((task, next)) = open.last_mut() {
                if *next < self.first_child[*task as usize + 1] {
                    let child = self.children[*next as usize];
                    *next += 1;
                    self.enter_task(model, child, &mut number, &mut open);
                } else {
                    self.exit[*task as usize] = number;
                    open.pop();
                }
            }
        }
    }

    fn enter_task(&mut self, model: &Model<'_>, task: u32, number: &mut u32, open: &mut Vec<(u32, u32)>) {
        let at = task as usize;
        self.enter[at] = *number;
        *number += 1;
        for (field, givers) in Inherited::ALL.into_iter().zip(&mut self.givers) {
            givers[at] = match (field.is_given(&model.tasks[at]), self.parent[at]) {
                (true, _) => task,
                (false, NONE) => NONE,
                (false, parent) => givers[parent as usize],
            };
        }
        open.push((task, self.first_child[at]));
    }

    /// The phase a task is in.
    pub fn parent(&self, task: TaskId) -> Option<TaskId> {
        self.parent.get(task.index()).copied().filter(|parent| *parent != NONE).map(TaskId)
    }

    /// What is directly inside a phase.
    pub fn children(&self, task: TaskId) -> impl Iterator<Item = TaskId> {
        let at = task.index();
        let range = match self.first_child.get(at..at + 2) {
            Some(ends) => ends[0] as usize..ends[1] as usize,
            None => 0..0,
        };
        self.children[range].iter().map(|child| TaskId(*child))
    }

    /// Whether nothing is inside the task.
    pub fn is_leaf(&self, task: TaskId) -> bool {
        let at = task.index();
        self.first_child.get(at..at + 2).is_none_or(|ends| ends[0] == ends[1])
    }

    /// Whether a task is inside another, at any depth; a task is not inside itself.
    pub fn is_inside(&self, task: TaskId, phase: TaskId) -> bool {
        if self.enter.is_empty() || task == phase {
            return false;
        }
        let number = self.enter[task.index()];
        self.enter[phase.index()] <= number && number < self.exit[phase.index()]
    }

    /// The phases around a task, nearest first.
    pub fn ancestors(&self, task: TaskId) -> impl Iterator<Item = TaskId> + '_ {
        std::iter::successors(self.parent(task), |phase| self.parent(*phase))
    }

    fn giver(&self, field: Inherited, task: TaskId) -> Option<TaskId> {
        match self.givers[field as usize].get(task.index()) {
            Some(giver) => Some(*giver).filter(|giver| *giver != NONE).map(TaskId),
            // A flat plan: everybody gives for themselves.
            None => Some(task),
        }
    }

    /// The task at or above this one that names sites.
    pub fn sites_from(&self, task: TaskId) -> Option<TaskId> {
        self.giver(Inherited::Sites, task)
    }

    /// The task at or above this one that names a wave.
    pub fn wave_from(&self, task: TaskId) -> Option<TaskId> {
        self.giver(Inherited::Wave, task)
    }

    /// The task at or above this one that says what is affected.
    pub fn affects_from(&self, task: TaskId) -> Option<TaskId> {
        self.giver(Inherited::Affects, task)
    }

    /// The target of a task: its own, its phase's, its plan's.
    pub fn target(&self, model: &Model<'_>, task: TaskId) -> Option<Text> {
        let given = self.giver(Inherited::Target, task).and_then(|giver| model.task(giver).target());
        given.or_else(|| model.plan(model.task(task).plan).header.target())
    }

    /// The declared wave of a task, by its number among the waves.
    pub fn wave_of(&self, model: &Model<'_>, index: &super::Index, task: TaskId) -> Option<usize> {
        let giver = self.wave_from(task)?;
        let wave = model.task(giver).wave()?;
        let found = index.find(model, EntityKind::Wave, model.task(giver).plan, model.text(wave))?;
        Some(found.index as usize)
    }

    /// The owner that a phase or the plan gives to tasks without one.
    pub fn owner_default(&self, model: &Model<'_>, task: TaskId) -> Option<Text> {
        let given =
            self.giver(Inherited::OwnerDefault, task).and_then(|giver| model.task(giver).owner_default());
        given.or_else(|| model.plan(model.task(task).plan).header.owner_default())
    }
}

/// Finds circles of parents and takes the parents of their members away.
fn cut_loops(parent: &mut [u32]) -> Vec<Vec<TaskId>> {
    // 0: not seen; otherwise the number of the walk that saw it.
    let mut seen = vec![0_u32; if parent.iter().any(|parent| *parent != NONE) { parent.len() } else { 0 }];
    let mut loops = Vec::new();
    for first in 0..seen.len() as u32 {
        let walk = first + 1;
        let mut at = first;
        while at != NONE && seen[at as usize] == 0 {
            seen[at as usize] = walk;
            at = parent[at as usize];
        }
        if at == NONE || seen[at as usize] != walk {
            continue;
        }
        let mut members = vec![TaskId(at)];
        let mut next = parent[at as usize];
        while next != at {
            members.push(TaskId(next));
            next = parent[next as usize];
        }
        for member in &members {
            parent[member.index()] = NONE;
        }
        loops.push(members);
    }
    loops
}
