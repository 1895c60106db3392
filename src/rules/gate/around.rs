//! The ways around a gate: what leads to a change, but neither to its gates nor from them.
//!
//! From the changes backward, until everything met leads to a gate. What lies before the gates is not walked through
//! again for each of them: the tasks are numbered from the end of the network, each as close behind its successors as
//! it can be, so that a walk ends as soon as all its ways have come to a gate or to the beginning of the network.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::nearest_gates::Group;
use crate::model::TaskId;
use crate::network::{Graph, Node};

/// On a way from the task to a change of the group.
const LEADS_TO_CHANGE: u8 = 1;
/// On a way from the task to a gate of the group, or the gate itself.
const LEADS_TO_GATE: u8 = 2;
/// A change of the group.
const CHANGE: u8 = 4;
/// Waits to be looked at.
const QUEUED: u8 = 8;
/// Leads around all gates.
const AROUND: u8 = 16;
/// Comes after a gate.
const AFTER_GATE: u8 = 32;

/// The network with its links turned round. Tasks on a circle are one.
pub(super) struct Backward<'g> {
    graph: &'g Graph,
    /// The first node of the circle a node is on; elsewhere the node.
    circle: Vec<u32>,
    /// The place of a node, counted from the end of the network: always behind all its successors.
    place: Vec<u32>,
    first: Vec<u32>,
    from: Vec<u32>,
    state: Vec<u8>,
    touched: Vec<u32>,
    /// The next step on the way to the change.
    way: Vec<u32>,
    effort: usize,
}

/// Nodes by their places.
type Queue = BinaryHeap<Reverse<(u32, u32)>>;

/// A task that leads around the gates, and how.
pub(super) struct Bypass {
    /// The task.
    pub(super) task: TaskId,
    node: u32,
}

impl<'g> Backward<'g> {
    pub(super) fn new(graph: &'g Graph) -> Self {
        let nodes = graph.len();
        let mut circle: Vec<u32> = (0..nodes as u32).collect();
        for &(start, end) in graph.circles() {
            circle[start as usize..end as usize].fill(start);
        }
        let steps = |node: usize| {
            let (from, circle) = (circle[node], &circle);
            let targets = graph.edges(Node(node as u32)).map(move |edge| (from, circle[edge.to.index()]));
            targets.filter(|(from, to)| from != to)
        };
        let mut first = vec![0_u32; nodes + 1];
        let mut waits_for = vec![0_u32; nodes];
        for (from, to) in (0..nodes).flat_map(steps) {
            first[to as usize + 1] += 1;
            waits_for[from as usize] += 1;
        }
        for node in 0..nodes {
            first[node + 1] += first[node];
        }
        let mut free = first.clone();
        let mut before = vec![0_u32; first[nodes] as usize];
        for (from, to) in (0..nodes).flat_map(steps) {
            before[free[to as usize] as usize] = from;
            free[to as usize] += 1;
        }
        let place = places(&first, &before, waits_for);
        // Enough for a hundred walks through everything: only where every task leads around hundreds of gates, the
        // last gates are not looked at.
        let effort = (nodes + before.len()).saturating_mul(100);
        Self {
            graph,
            circle,
            place,
            first,
            from: before,
            state: vec![0; nodes],
            touched: Vec::new(),
            way: vec![0; nodes],
            effort,
        }
    }

    /// The tasks that lead to the changes around the gates, of those that count; of several one after the other, the
    /// last: what is before it is then before the gate too.
    pub(super) fn around(&mut self, group: &Group, counts: &dyn Fn(TaskId) -> bool) -> Vec<Bypass> {
        for node in std::mem::take(&mut self.touched) {
            self.state[node as usize] = 0;
        }
        let mut region = self.walk(group);
        region.sort_unstable();
        self.mark_after_gates(group, &region);
        let mut found = Vec::new();
        // From the last to the first: what leads to one that counts is not named again.
        let mut leads_to_found = vec![false; region.len()];
        for at in (0..region.len()).rev() {
            let node = region[at];
            let later = self.successors(node).filter_map(|to| region.binary_search(&to).ok());
            if later.into_iter().any(|to| leads_to_found[to]) {
                leads_to_found[at] = true;
                continue;
            }
            let task = self.graph.task(Node(node));
            let state = self.state[node as usize];
            let is_bypass = state & LEADS_TO_CHANGE != 0 && state & AFTER_GATE == 0;
            if is_bypass && !self.is_circle(node) && counts(task) {
                leads_to_found[at] = true;
                found.push(Bypass { task, node });
            }
        }
        found.reverse();
        found
    }

    /// The way from a task around the gates to the change, both included, phases left out.
    pub(super) fn way(&self, bypass: &Bypass) -> Vec<TaskId> {
        let mut path = vec![bypass.task];
        let mut at = bypass.node;
        while self.state[at as usize] & CHANGE == 0 || at == bypass.node {
            at = self.way[at as usize];
            let task = self.graph.task(Node(at));
            if self.graph.node(task) == self.graph.node_behind(task) {
                path.push(task);
            }
            if self.state[at as usize] & CHANGE != 0 {
                break;
            }
        }
        path
    }

    /// The nodes around the gates.
    fn walk(&mut self, group: &Group) -> Vec<u32> {
        let mut queue = Queue::new();
        // How many in the queue may still turn out to lead around.
        let mut open = 0;
        for gate in &group.gates {
            let node = self.circle[self.graph.node(*gate).index()];
            self.reach(node, LEADS_TO_GATE, &mut queue, &mut open);
        }
        for change in &group.changes {
            let node = self.circle[self.graph.node(*change).index()];
            self.reach(node, CHANGE, &mut queue, &mut open);
        }
        let mut region = Vec::new();
        while open > 0
            && let Some(Reverse((_, node))) = queue.pop()
        {
            let at = node as usize;
            let leads_to_gate = self.state[at] & LEADS_TO_GATE != 0;
            if !leads_to_gate {
                open -= 1;
                self.state[at] |= AROUND;
                region.push(node);
            }
            let range = self.first[at] as usize..self.first[at + 1] as usize;
            self.effort = self.effort.saturating_sub(1 + range.len());
            if self.effort == 0 {
                return Vec::new();
            }
            for number in range {
                let from = self.from[number];
                if !leads_to_gate && self.state[from as usize] & LEADS_TO_CHANGE == 0 {
                    self.way[from as usize] = node;
                }
                let mark = if leads_to_gate { LEADS_TO_GATE } else { LEADS_TO_CHANGE };
                self.reach(from, mark, &mut queue, &mut open);
            }
        }
        region
    }

    fn reach(&mut self, node: u32, mark: u8, queue: &mut Queue, open: &mut usize) {
        let state = &mut self.state[node as usize];
        let was_open = *state & QUEUED != 0 && *state & LEADS_TO_GATE == 0;
        let was_queued = *state & QUEUED != 0;
        *state |= mark | QUEUED;
        let is_open = *state & LEADS_TO_GATE == 0;
        *open = *open + usize::from(is_open) - usize::from(was_open);
        if !was_queued {
            self.touched.push(node);
            queue.push(Reverse((self.place[node as usize], node)));
        }
    }

    /// Marks what comes after a gate: on the way from a gate to a change, everything is among these nodes.
    fn mark_after_gates(&mut self, group: &Group, region: &[u32]) {
        let mut gates: Vec<u32> =
            group.gates.iter().map(|gate| self.circle[self.graph.node(*gate).index()]).collect();
        for gate in &gates {
            self.state[*gate as usize] |= AFTER_GATE;
        }
        gates.extend(region);
        gates.sort_unstable();
        for node in gates {
            if self.state[node as usize] & AFTER_GATE != 0 {
                let successors: Vec<u32> = self.successors(node).collect();
                for to in successors {
                    if self.state[to as usize] & AROUND != 0 {
                        self.state[to as usize] |= AFTER_GATE;
                    }
                }
            }
        }
    }

    fn is_circle(&self, node: u32) -> bool {
        self.circle.get(node as usize + 1) == Some(&node)
    }

    /// Where the links of a node lead, of a circle those of all its members.
    fn successors(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let members =
            self.circle[node as usize..].iter().take_while(move |start| **start == node).count() as u32;
        (node..node + members)
            .flat_map(|member| self.graph.edges(Node(member)))
            .map(|edge| self.circle[edge.to.index()])
            .filter(move |to| *to != node)
    }
}

/// Numbers the nodes from the end of the network: each behind its successors, and what is before a node right behind it
/// where nothing else waits for that; the beginnings of the network before its long ways.
fn places(first: &[u32], before: &[u32], mut waits_for: Vec<u32>) -> Vec<u32> {
    let mut place = vec![0; waits_for.len()];
    let mut ready: Vec<u32> =
        (0..waits_for.len() as u32).filter(|node| waits_for[*node as usize] == 0).collect();
    let mut count = 0;
    while let Some(node) = ready.pop() {
        place[node as usize] = count;
        count += 1;
        let range = first[node as usize] as usize..first[node as usize + 1] as usize;
        for &from in before[range].iter().rev() {
            waits_for[from as usize] -= 1;
            if waits_for[from as usize] == 0 {
                ready.push(from);
            }
        }
    }
    place
}
