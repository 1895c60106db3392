//! The dependency graph, phases expanded, numbered so that every pass runs from front to back.
//!
//! A phase has two nodes: one that its tasks wait for (what the phase waits for), one that waits for its tasks. So a
//! link from or to a phase costs one edge, however many tasks are inside. Nodes are numbered in topological order, the
//! members of a circle side by side: "is there an X upstream?" is then one walk over an array.

use petgraph::graph::DiGraph;

use super::hierarchy::Hierarchy;
use super::references::Predecessor;
use crate::model::{Link, LinkKind, Model, TaskId};

/// Number of a node: its place in topological order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Node(pub u32);

impl Node {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An edge that stands for no link: from a phase to what is inside, or back.
const HIERARCHY: u32 = u32::MAX;

/// One step of the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Where it leads.
    pub to: Node,
    /// The number of its link among all links; none for a step into or out of a phase.
    pub link: Option<u32>,
}

/// What an edge holds of where it leads, for the walk that asks whether something is finished before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holds {
    FinishStart,
    StartStart,
    FinishFinish,
    StartFinish,
    /// Into or out of a phase: start by start, finish by finish.
    Both,
    /// A lead: the later task may come first.
    Nothing,
}

impl Holds {
    fn of(link: &Link) -> Self {
        match link.kind {
            _ if link.lag.is_negative() => Holds::Nothing,
            LinkKind::FinishStart => Holds::FinishStart,
            LinkKind::StartStart => Holds::StartStart,
            LinkKind::FinishFinish => Holds::FinishFinish,
            LinkKind::StartFinish => Holds::StartFinish,
        }
    }
}

/// The dependency graph of a run.
pub struct Graph {
    /// Node of a task, for a phase the one before its tasks.
    of_task: Vec<u32>,
    /// Node behind the tasks of a phase; for a leaf its own. Empty where no plan has phases.
    behind: Vec<u32>,
    /// The task of a node.
    task: Vec<u32>,
    /// `edges[first[n]..first[n + 1]]` lead from node n.
    first: Vec<u32>,
    to: Vec<u32>,
    link: Vec<u32>,
    holds: Vec<Holds>,
    /// Ranges of nodes that are circles, in order.
    circles: Vec<(u32, u32)>,
    /// How many nodes the longest edge spans.
    longest_edge: u32,
}

impl Graph {
    pub(super) fn new(
        model: &Model<'_>,
        hierarchy: &Hierarchy,
        predecessor: impl Fn(usize) -> Predecessor,
    ) -> Self {
        let count = model.tasks.len();
        let mut nodes = count as u32;
        let mut behind: Vec<u32> = Vec::new();
        let mut task: Vec<u32> = (0..count as u32).collect();
        if (0..count as u32).any(|it| !hierarchy.is_leaf(TaskId(it))) {
            behind = (0..count as u32).collect();
            for it in 0..count as u32 {
                if !hierarchy.is_leaf(TaskId(it)) {
                    behind[it as usize] = nodes;
                    task.push(it);
                    nodes += 1;
                }
            }
        }
        let steps = Steps { model, hierarchy, predecessor, behind: &behind };
        let (first, targets) = adjacency(nodes as usize, |add| steps.each(|from, to, _| add(from, to)));
        let (order, component) = sort(nodes as usize, &first, &targets);
        drop((first, targets));
        let mut place = vec![0_u32; nodes as usize];
        for (at, &node) in order.iter().enumerate() {
            place[node as usize] = at as u32;
        }
        let mut circles: Vec<(u32, u32)> = Vec::new();
        if !component.is_empty() {
            for (at, pair) in order.windows(2).enumerate() {
                if component[pair[0] as usize] == component[pair[1] as usize] {
                    match circles.last_mut() {
                        Some((_, end)) if *end == at as u32 + 1 => *end += 1,
                        _ => circles.push((at as u32, at as u32 + 2)),
                    }
                }
            }
        }
        let mut graph = Self {
            of_task: place[..count].to_vec(),
            behind: behind.iter().map(|&node| place[node as usize]).collect(),
            task: order.iter().map(|&node| task[node as usize]).collect(),
            first: Vec::new(),
            to: Vec::new(),
            link: Vec::new(),
            holds: Vec::new(),
            circles,
            longest_edge: 0,
        };
        graph.set_edges(&steps, &place);
        graph
    }

    /// Sorts the edges by the node they come from.
    fn set_edges<P: Fn(usize) -> Predecessor>(&mut self, steps: &Steps<'_, '_, P>, place: &[u32]) {
        let nodes = place.len();
        self.first = vec![0; nodes + 1];
        steps.each(|from, _, _| self.first[place[from as usize] as usize + 1] += 1);
        for node in 0..nodes {
            self.first[node + 1] += self.first[node];
        }
        let edges = self.first[nodes] as usize;
        let mut next = self.first.clone();
        self.to = vec![0; edges];
        self.link = vec![0; edges];
        self.holds = vec![Holds::Both; edges];
        steps.each(|from, to, link| {
            let next = &mut next[place[from as usize] as usize];
            let at = *next as usize;
            *next += 1;
            self.to[at] = place[to as usize];
            self.longest_edge =
                self.longest_edge.max(place[to as usize].saturating_sub(place[from as usize]));
            self.link[at] = link;
            if link != HIERARCHY {
                self.holds[at] = Holds::of(&steps.model.arenas.links[link as usize]);
            }
        });
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.task.len()
    }

    /// Whether there is no task at all.
    pub fn is_empty(&self) -> bool {
        self.task.is_empty()
    }

    /// The node of a task; of a phase the one before its tasks.
    pub fn node(&self, task: TaskId) -> Node {
        Node(self.of_task[task.index()])
    }

    /// The node behind a task: its own for a leaf, for a phase the one behind its tasks.
    pub fn node_behind(&self, task: TaskId) -> Node {
        Node(self.behind.get(task.index()).copied().unwrap_or_else(|| self.of_task[task.index()]))
    }

    /// The task of a node.
    pub fn task(&self, node: Node) -> TaskId {
        TaskId(self.task[node.index()])
    }

    /// The steps that lead from a node.
    pub fn edges(&self, node: Node) -> impl Iterator<Item = Edge> + '_ {
        let range = self.first[node.index()] as usize..self.first[node.index() + 1] as usize;
        self.to[range.clone()]
            .iter()
            .zip(&self.link[range])
            .map(|(&to, &link)| Edge { to: Node(to), link: (link != HIERARCHY).then_some(link) })
    }

    /// How many nodes the longest edge spans.
    pub(super) fn longest_edge(&self) -> usize {
        self.longest_edge as usize
    }

    /// Where the edges of a node lead, and what they hold there.
    pub(super) fn holds(&self, node: Node) -> impl Iterator<Item = (usize, Holds)> + '_ {
        let range = self.first[node.index()] as usize..self.first[node.index() + 1] as usize;
        self.to[range.clone()].iter().zip(&self.holds[range]).map(|(&to, &holds)| (to as usize, holds))
    }

    /// The nodes that are on circles together, as ranges of their numbers, in order.
    pub fn circles(&self) -> &[(u32, u32)] {
        &self.circles
    }

    /// The shortest way from one task to another along the network, both ends included, phases left out.
    pub fn path(&self, from: TaskId, to: TaskId) -> Option<Vec<TaskId>> {
        let (start, goal) = (self.node_behind(from), self.node(to));
        let mut came_from: rustc_hash::FxHashMap<u32, u32> = rustc_hash::FxHashMap::default();
        let mut queue = std::collections::VecDeque::from([start.0]);
        came_from.insert(start.0, start.0);
        while let Some(node) = queue.pop_front() {
            if node == goal.0 {
                let mut path = Vec::new();
                let mut at = node;
                loop {
                    let task = self.task(Node(at));
                    let is_phase = self.node(task) != self.node_behind(task);
                    if !is_phase || task == from || task == to {
                        path.push(task);
                    }
                    let before = came_from.get(&at).copied().unwrap_or(at);
                    if before == at {
                        break;
                    }
                    at = before;
                }
                path.reverse();
                path.dedup();
                return Some(path);
            }
            for edge in self.edges(Node(node)) {
                // Beyond the goal in topological order nothing leads back to it, but for circles.
                if edge.to.0 <= goal.0 || !self.circles.is_empty() {
                    came_from.entry(edge.to.0).or_insert_with(|| {
                        queue.push_back(edge.to.0);
                        node
                    });
                }
            }
        }
        None
    }
}

/// The steps of the network, gone through as often as needed rather than kept: memory is what a million tasks lack.
struct Steps<'a, 's, P> {
    model: &'a Model<'s>,
    hierarchy: &'a Hierarchy,
    predecessor: P,
    behind: &'a [u32],
}

impl<P: Fn(usize) -> Predecessor> Steps<'_, '_, P> {
    /// Calls back for each step with the node it comes from, the node it leads to, and its link.
    fn each(&self, mut step: impl FnMut(u32, u32, u32)) {
        let behind_of = |task: u32| self.behind.get(task as usize).copied().unwrap_or(task);
        for number in 0..self.model.tasks.len() as u32 {
            let task = TaskId(number);
            let first = self.model.first_link(task);
            for link in first..first + self.model.links(task).len() {
                let Predecessor::Task(predecessor) = (self.predecessor)(link) else { continue };
                // A task and its own phase cannot wait for each other: DEP002 and DEP003 say so.
                if predecessor == task
                    || self.hierarchy.is_inside(predecessor, task)
                    || self.hierarchy.is_inside(task, predecessor)
                {
                    continue;
                }
                step(behind_of(predecessor.0), number, link as u32);
            }
            if let Some(phase) = self.hierarchy.parent(task) {
                step(phase.0, number, HIERARCHY);
                step(behind_of(number), behind_of(phase.0), HIERARCHY);
            }
        }
    }
}

/// Targets side by side, by source. `steps` calls back for each step, and is asked twice.
fn adjacency(nodes: usize, steps: impl Fn(&mut dyn FnMut(u32, u32))) -> (Vec<u32>, Vec<u32>) {
    let mut first = vec![0_u32; nodes + 1];
    steps(&mut |from, _| first[from as usize + 1] += 1);
    for node in 0..nodes {
        first[node + 1] += first[node];
    }
    let mut next = first.clone();
    let mut targets = vec![0; first[nodes] as usize];
    steps(&mut |from, to| {
        targets[next[from as usize] as usize] = to;
        next[from as usize] += 1;
    });
    (first, targets)
}

/// Topological order by Kahn's method, members of a circle side by side; and, only where there are circles, for each
/// node which it is on (the same number for the same circle, a number of its own for every other node).
fn sort(nodes: usize, first: &[u32], targets: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let successors = |node: u32| &targets[first[node as usize] as usize..first[node as usize + 1] as usize];
    let mut waits_for = vec![0_u32; nodes];
    for &to in targets {
        waits_for[to as usize] += 1;
    }
    let mut order: Vec<u32> = Vec::with_capacity(nodes);
    order.extend((0..nodes as u32).filter(|&node| waits_for[node as usize] == 0));
    let mut at = 0;
    while at < order.len() {
        for &to in successors(order[at]) {
            waits_for[to as usize] -= 1;
            if waits_for[to as usize] == 0 {
                order.push(to);
            }
        }
        at += 1;
    }
    if order.len() == nodes {
        return (order, Vec::new());
    }
    let core = core(nodes, &waits_for, first, targets);
    let component = components(&core, nodes, first, targets);
    // Once more, circle by circle: a circle is ready when nothing outside it is waited for.
    let mut members: rustc_hash::FxHashMap<u32, Vec<u32>> = rustc_hash::FxHashMap::default();
    for &node in &core {
        members.entry(component[node as usize]).or_default().push(node);
    }
    waits_for.fill(0);
    for node in 0..nodes as u32 {
        for &to in successors(node) {
            if component[node as usize] != component[to as usize] {
                waits_for[component[to as usize] as usize] += 1;
            }
        }
    }
    order.clear();
    let mut ready: std::collections::VecDeque<u32> = (0..nodes as u32)
        .filter(|&node| component[node as usize] == node && waits_for[node as usize] == 0)
        .collect();
    while let Some(head) = ready.pop_front() {
        let one = [head];
        let group = members.get(&head).map_or(&one[..], |group| &group[..]);
        for &node in group {
            order.push(node);
            for &to in successors(node) {
                let other = component[to as usize];
                if other == head {
                    continue;
                }
                waits_for[other as usize] -= 1;
                if waits_for[other as usize] == 0 {
                    ready.push_back(other);
                }
            }
        }
    }
    (order, component)
}

/// The nodes that were never ready, less those from which no circle can be reached.
fn core(nodes: usize, waits_for: &[u32], first: &[u32], targets: &[u32]) -> Vec<u32> {
    let is_left = |node: u32| waits_for[node as usize] > 0;
    let successors = |node: u32| &targets[first[node as usize] as usize..first[node as usize + 1] as usize];
    let left: Vec<u32> = (0..nodes as u32).filter(|&node| is_left(node)).collect();
    let mut leads_on = vec![0_u32; nodes];
    for &node in &left {
        leads_on[node as usize] = successors(node).len() as u32;
    }
    let (first_before, before) = adjacency(nodes, |add| {
        for &node in &left {
            for &next in successors(node) {
                add(next, node);
            }
        }
    });
    let mut ends: Vec<u32> = left.iter().copied().filter(|&node| leads_on[node as usize] == 0).collect();
    let mut is_out = vec![false; nodes];
    while let Some(node) = ends.pop() {
        is_out[node as usize] = true;
        for &earlier in
            &before[first_before[node as usize] as usize..first_before[node as usize + 1] as usize]
        {
            leads_on[earlier as usize] -= 1;
            if leads_on[earlier as usize] == 0 {
                ends.push(earlier);
            }
        }
    }
    left.into_iter().filter(|&node| !is_out[node as usize]).collect()
}

/// For each node the smallest member of its strongly connected component.
fn components(core: &[u32], nodes: usize, first: &[u32], targets: &[u32]) -> Vec<u32> {
    let mut component: Vec<u32> = (0..nodes as u32).collect();
    let mut local = vec![u32::MAX; nodes];
    for (at, &node) in core.iter().enumerate() {
        local[node as usize] = at as u32;
    }
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(core.len(), core.len() * 2);
    for _ in core {
        graph.add_node(());
    }
    for (at, &node) in core.iter().enumerate() {
        for &to in &targets[first[node as usize] as usize..first[node as usize + 1] as usize] {
            if local[to as usize] != u32::MAX {
                graph.add_edge((at as u32).into(), local[to as usize].into(), ());
            }
        }
    }
    // Kosaraju's, since it is the iterative one of petgraph: a circle of a million tasks must not overflow the stack.
    for group in petgraph::algo::kosaraju_scc(&graph) {
        let Some(head) = group.iter().map(|node| core[node.index()]).min() else { continue };
        for node in group {
            component[core[node.index()] as usize] = head;
        }
    }
    component
}
