//! Carrying something along the links, from the tasks that have it to those it reaches: one pass over the network
//! whatever is carried. Marks of 64 questions, how many different tasks there are, the earliest and latest of their dates.

use super::graph::{Graph, Holds, Node};
use crate::model::TaskId;

/// Along which way something is carried, seen from the task that asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Way {
    /// From tasks from which a way of links, of any type, leads to the asking one.
    Upstream,
    /// From tasks that the logic forces to be finished before the asking one starts.
    FinishUpstream,
    /// From tasks to which a way of links leads.
    Downstream,
    /// From tasks that cannot start before the asking one is finished.
    FinishDownstream,
}

impl Way {
    /// Whether what is asked for comes before.
    pub fn is_before(self) -> bool {
        matches!(self, Way::Upstream | Way::FinishUpstream)
    }
}

/// What can be carried: a set that only grows, so that the order of joining makes no difference.
pub trait Carried: Clone + Default {
    /// Takes in what another has.
    fn join(&mut self, other: &Self);
    /// Whether there is nothing to carry.
    fn is_empty(&self) -> bool;
}

impl Carried for u64 {
    fn join(&mut self, other: &Self) {
        *self |= other;
    }
    fn is_empty(&self) -> bool {
        *self == 0
    }
}

/// Up to eight different tasks, by number: enough to say whether there are at least so many.
#[derive(Clone, Copy, Default, Debug)]
pub struct Few {
    count: u8,
    tasks: [u32; Few::MOST],
}

impl Few {
    /// More are not told apart.
    pub const MOST: usize = 8;

    /// One task.
    pub fn one(task: TaskId) -> Self {
        Self { count: 1, tasks: [task.0, 0, 0, 0, 0, 0, 0, 0] }
    }

    /// How many there are, eight at the most.
    pub fn count(self) -> usize {
        usize::from(self.count)
    }
}

impl Carried for Few {
    fn join(&mut self, other: &Self) {
        for task in &other.tasks[..other.count()] {
            let count = self.count();
            if count < Self::MOST && !self.tasks[..count].contains(task) {
                self.tasks[count] = *task;
                self.count += 1;
            }
        }
    }
    fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// The earliest and the latest of some dates, in days; and whether some are not known.
#[derive(Clone, Copy, Debug)]
pub struct Dates {
    /// The earliest.
    pub first: i32,
    /// The latest; before `first` where no date is known.
    pub last: i32,
    /// Whether something was carried whose date nobody knows.
    pub unknown: bool,
}

impl Default for Dates {
    fn default() -> Self {
        Self { first: i32::MAX, last: i32::MIN, unknown: false }
    }
}

impl Dates {
    /// One date, or one that is not known.
    pub fn one(day: Option<i32>) -> Self {
        day.map_or(Self { unknown: true, ..Self::default() }, |day| Self {
            first: day,
            last: day,
            unknown: false,
        })
    }
}

impl Carried for Dates {
    fn join(&mut self, other: &Self) {
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.unknown |= other.unknown;
    }
    fn is_empty(&self) -> bool {
        self.first > self.last && !self.unknown
    }
}

/// What has reached the tasks.
pub struct Arrived<'g, C> {
    graph: &'g Graph,
    first: usize,
    at: Vec<C>,
    way: Way,
}

impl<C: Carried> Arrived<'_, C> {
    /// What has reached a task; its own is not part of it, unless it is in a circle.
    pub fn at(&self, task: TaskId) -> C {
        let node = match self.way {
            Way::FinishDownstream => self.graph.node_behind(task),
            _ => self.graph.node(task),
        };
        let at = node.index().checked_sub(self.first).and_then(|index| self.at.get(index));
        at.cloned().unwrap_or_default()
    }
}

impl Graph {
    /// Carries what some tasks have to all that it reaches among `askers`, in one pass over the stretch of the network
    /// between them. In a circle nothing can be said of the order: what reaches one of it reaches all.
    pub fn carry<C: Carried>(&self, way: Way, own: &[(TaskId, C)], askers: &[TaskId]) -> Arrived<'_, C> {
        let (first, end) = self.stretch_of(way, own.iter().map(|(task, _)| *task), askers);
        let size = end - first;
        let mut has = vec![C::default(); size];
        for (task, what) in own {
            let node = match way {
                Way::Upstream | Way::FinishUpstream => self.node_behind(*task),
                Way::Downstream | Way::FinishDownstream => self.node(*task),
            };
            if let Some(place) = node.index().checked_sub(first).and_then(|index| has.get_mut(index)) {
                place.join(what);
            }
        }
        let at = match way {
            Way::Upstream => self.forward(first, has),
            Way::FinishUpstream => self.forward_by_finish(first, has),
            Way::Downstream => self.backward(first, has),
            Way::FinishDownstream => self.backward_by_finish(first, has),
        };
        Arrived { graph: self, first, at, way }
    }

    /// The nodes from the first that has something to the last that asks (or the other way round), circles whole.
    fn stretch_of(&self, way: Way, own: impl Iterator<Item = TaskId>, askers: &[TaskId]) -> (usize, usize) {
        let nodes = |task: TaskId| [self.node(task).index(), self.node_behind(task).index()];
        let (mut own_first, mut own_last) = (usize::MAX, 0);
        for node in own.flat_map(nodes) {
            own_first = own_first.min(node);
            own_last = own_last.max(node);
        }
        let (mut ask_first, mut ask_last) = (usize::MAX, 0);
        for node in askers.iter().copied().flat_map(nodes) {
            ask_first = ask_first.min(node);
            ask_last = ask_last.max(node);
        }
        let (mut first, last) = if way.is_before() { (own_first, ask_last) } else { (ask_first, own_last) };
        if first == usize::MAX || first > last {
            return (0, 0);
        }
        let mut end = last + 1;
        let circle = |node: usize| {
            let at = self.circles().partition_point(|(_, end)| *end as usize <= node);
            self.circles().get(at).filter(|(start, _)| *start as usize <= node)
        };
        if let Some((start, _)) = circle(first) {
            first = *start as usize;
        }
        if let Some((_, last)) = circle(end - 1) {
            end = *last as usize;
        }
        (first, end)
    }

    /// The circles within a stretch, as ranges of it.
    fn circles_from(
        &self,
        first: usize,
        size: usize,
    ) -> impl DoubleEndedIterator<Item = (usize, usize)> + '_ {
        let from = self.circles().partition_point(|(start, _)| (*start as usize) < first);
        let within =
            self.circles()[from..].iter().map(move |(s, e)| (*s as usize - first, *e as usize - first));
        within.take_while(move |(_, end)| *end <= size).collect::<Vec<_>>().into_iter()
    }

    fn forward<C: Carried>(&self, first: usize, has: Vec<C>) -> Vec<C> {
        let mut at = vec![C::default(); has.len()];
        let mut circles = self.circles_from(first, has.len()).peekable();
        for node in 0..has.len() {
            if let Some((start, end)) = circles.next_if(|(start, _)| *start == node) {
                let all = joined(at[start..end].iter().chain(&has[start..end]));
                at[start..end].fill(all);
            }
            let mut here = at[node].clone();
            here.join(&has[node]);
            if here.is_empty() {
                continue;
            }
            for edge in self.edges(Node((first + node) as u32)) {
                if let Some(to) = at.get_mut(edge.to.index().wrapping_sub(first)) {
                    to.join(&here);
                }
            }
        }
        at
    }

    /// Two states travel: the finish of what is carried is held, or its start and so its finish too. See
    /// [`Graph::finish_upstream`].
    fn forward_by_finish<C: Carried>(&self, first: usize, has: Vec<C>) -> Vec<C> {
        let mut finish = has;
        let mut start = vec![C::default(); finish.len()];
        let mut circles = self.circles_from(first, finish.len()).peekable();
        for node in 0..finish.len() {
            if let Some((from, end)) = circles.next_if(|(from, _)| *from == node) {
                let all = joined(start[from..end].iter().chain(&finish[from..end]));
                start[from..end].fill(all.clone());
                finish[from..end].fill(all);
            }
            let held_start = start[node].clone();
            let mut held_finish = finish[node].clone();
            held_finish.join(&held_start);
            if held_finish.is_empty() {
                continue;
            }
            for (to, holds) in self.holds(Node((first + node) as u32)) {
                let to = to.wrapping_sub(first);
                if to >= start.len() {
                    continue;
                }
                match holds {
                    Holds::FinishStart => start[to].join(&held_finish),
                    Holds::StartStart => start[to].join(&held_start),
                    Holds::FinishFinish => finish[to].join(&held_finish),
                    Holds::StartFinish => finish[to].join(&held_start),
                    Holds::Both => {
                        start[to].join(&held_start);
                        finish[to].join(&held_finish);
                    }
                    Holds::Nothing => {}
                }
            }
        }
        start
    }

    fn backward<C: Carried>(&self, first: usize, has: Vec<C>) -> Vec<C> {
        let mut at = vec![C::default(); has.len()];
        let mut circles = self.circles_from(first, has.len()).rev().peekable();
        for node in (0..has.len()).rev() {
            let (start, end) = match circles.next_if(|(_, end)| *end == node + 1) {
                Some(circle) => circle,
                None => (node, node + 1),
            };
            for from in start..end {
                let mut here = at[from].clone();
                for edge in self.edges(Node((first + from) as u32)) {
                    let to = edge.to.index().wrapping_sub(first);
                    if to < at.len() {
                        here.join(&at[to]);
                        here.join(&has[to]);
                    }
                }
                at[from] = here;
            }
            if end - start > 1 {
                let all = joined(at[start..end].iter().chain(&has[start..end]));
                at[start..end].fill(all);
            }
        }
        at
    }

    /// The same two states, from behind: what cannot start while the finish of a node is held, and while its start is.
    fn backward_by_finish<C: Carried>(&self, first: usize, has: Vec<C>) -> Vec<C> {
        let mut by_finish = vec![C::default(); has.len()];
        // What holds its start holds what it has.
        let mut by_start = has;
        let mut circles = self.circles_from(first, by_finish.len()).rev().peekable();
        for node in (0..by_finish.len()).rev() {
            let (start, end) = match circles.next_if(|(_, end)| *end == node + 1) {
                Some(circle) => circle,
                None => (node, node + 1),
            };
            for from in start..end {
                let mut finish = by_finish[from].clone();
                let mut held = by_start[from].clone();
                for (to, holds) in self.holds(Node((first + from) as u32)) {
                    let to = to.wrapping_sub(first);
                    if to >= by_finish.len() {
                        continue;
                    }
                    match holds {
                        Holds::FinishStart => finish.join(&by_start[to]),
                        Holds::FinishFinish => finish.join(&by_finish[to]),
                        Holds::StartStart => held.join(&by_start[to]),
                        Holds::StartFinish => held.join(&by_finish[to]),
                        Holds::Both => {
                            finish.join(&by_finish[to]);
                            held.join(&by_start[to]);
                        }
                        Holds::Nothing => {}
                    }
                }
                held.join(&finish);
                by_finish[from] = finish;
                by_start[from] = held;
            }
            if end - start > 1 {
                let all = joined(by_start[start..end].iter().chain(&by_finish[start..end]));
                by_start[start..end].fill(all.clone());
                by_finish[start..end].fill(all);
            }
        }
        by_finish
    }
}

fn joined<'c, C: Carried + 'c>(all: impl Iterator<Item = &'c C>) -> C {
    let mut whole = C::default();
    for one in all {
        whole.join(one);
    }
    whole
}
