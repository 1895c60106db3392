//! Tasks that wait for each other in circles: which, the shortest way round, and where to cut.

use std::collections::VecDeque;

use petgraph::graph::DiGraph;
use rustc_hash::{FxHashMap, FxHashSet};

use super::graph::{Graph, Node};
use crate::model::{Model, TaskId};

/// What makes a circle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KnotKind {
    /// Links between tasks of one plan.
    Plain,
    /// Links between tasks of several plans.
    CrossPlan,
    /// Only that a link from or to a phase holds for everything inside.
    Hierarchy,
}

/// One step of a circle: `task` waits for the task of the step before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// The task that waits.
    pub task: TaskId,
    /// The link by its number among all links; none for a step into or out of a phase.
    pub link: Option<u32>,
}

/// A set of tasks of which each waits, over others, for each.
#[derive(Clone, Debug)]
pub struct Knot {
    /// What makes it.
    pub kind: KnotKind,
    /// Its leaves, in order.
    pub tasks: Vec<TaskId>,
    /// The shortest way round that was found; each step's task waits for the one before, the first for the last.
    pub cycle: Vec<Step>,
    /// The link (its number) whose removal leaves the fewest tasks in circles.
    pub cut: Option<u32>,
}

/// How many edges a search within one knot may look at: beyond that a short way round is shown, not the shortest.
const EFFORT: usize = 4_000_000;

type Edges = Vec<(u32, u32, Option<u32>)>;

/// All knots of a network.
pub(super) fn knots(model: &Model<'_>, graph: &Graph) -> Vec<Knot> {
    if graph.circles().is_empty() {
        return Vec::new();
    }
    // Circles of links alone first: those need no phase to be explained.
    let in_circle: Vec<Node> =
        graph.circles().iter().flat_map(|(start, end)| (*start..*end).map(Node)).collect();
    let is_phase = |task: TaskId| graph.node(task) != graph.node_behind(task);
    let mut links: Edges = Vec::new();
    let mut all: Edges = Vec::new();
    let circle_of: FxHashMap<u32, u32> = graph
        .circles()
        .iter()
        .flat_map(|(start, end)| (*start..*end).map(move |node| (node, *start)))
        .collect();
    for &node in &in_circle {
        for edge in graph.edges(node) {
            if circle_of.get(&node.0) != circle_of.get(&edge.to.0) {
                continue;
            }
            all.push((node.0, edge.to.0, edge.link));
            if edge.link.is_some() && !is_phase(graph.task(node)) && !is_phase(graph.task(edge.to)) {
                links.push((node.0, edge.to.0, edge.link));
            }
        }
    }
    let mut knots = Vec::new();
    // The circles (by their first node) that hold no other leaves than one circle of links.
    let mut is_explained: FxHashSet<u32> = FxHashSet::default();
    let mut leaves: FxHashMap<u32, usize> = FxHashMap::default();
    for node in in_circle.iter().filter(|node| !is_phase(graph.task(**node))) {
        *leaves.entry(circle_of[&node.0]).or_default() += 1;
    }
    for (nodes, edges) in components(&links) {
        let circle = circle_of[&nodes[0]];
        if leaves.get(&circle) == Some(&nodes.len()) {
            is_explained.insert(circle);
        }
        let plans: FxHashSet<_> = nodes.iter().map(|node| model.task(graph.task(Node(*node))).plan).collect();
        let kind = if plans.len() > 1 { KnotKind::CrossPlan } else { KnotKind::Plain };
        knots.push(knot(graph, kind, &nodes, &edges, |_| true));
    }
    // What else is a circle goes through a phase, and so must the way round that is shown.
    all.retain(|(from, ..)| !is_explained.contains(&circle_of[from]));
    for (nodes, edges) in components(&all) {
        knots.push(knot(graph, KnotKind::Hierarchy, &nodes, &edges, |node| is_phase(graph.task(Node(node)))));
    }
    knots.sort_by(|a, b| a.tasks.cmp(&b.tasks));
    knots
}

/// Strongly connected components of two or more nodes, each with its edges.
fn components(edges: &Edges) -> Vec<(Vec<u32>, Edges)> {
    let mut nodes: Vec<u32> = edges.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let local = |node: u32| nodes.binary_search(&node).unwrap_or_default() as u32;
    let mut graph: DiGraph<(), (), u32> = DiGraph::with_capacity(nodes.len(), edges.len());
    for _ in &nodes {
        graph.add_node(());
    }
    for (from, to, _) in edges {
        graph.add_edge(local(*from).into(), local(*to).into(), ());
    }
    let mut component = vec![u32::MAX; nodes.len()];
    let mut found: Vec<(Vec<u32>, Edges)> = Vec::new();
    for group in petgraph::algo::kosaraju_scc(&graph) {
        if group.len() < 2 {
            continue;
        }
        let mut members: Vec<u32> = group.iter().map(|node| nodes[node.index()]).collect();
        members.sort_unstable();
        for node in &group {
            component[node.index()] = found.len() as u32;
        }
        found.push((members, Vec::new()));
    }
    for edge in edges {
        let (from, to) = (component[local(edge.0) as usize], component[local(edge.1) as usize]);
        if from == to
            && let Some((_, own)) = found.get_mut(from as usize)
        {
            own.push(*edge);
        }
    }
    found
}

fn knot(
    graph: &Graph,
    kind: KnotKind,
    nodes: &[u32],
    edges: &Edges,
    may_start: impl Fn(u32) -> bool,
) -> Knot {
    let mut tasks: Vec<TaskId> = nodes
        .iter()
        .map(|node| graph.task(Node(*node)))
        .filter(|task| graph.node(*task) == graph.node_behind(*task))
        .collect();
    tasks.sort_unstable();
    tasks.dedup();
    let way = shortest(nodes, edges, may_start);
    let cut = best_cut(&way, edges);
    let cycle = way.iter().map(|(_, to, link)| Step { task: graph.task(Node(*to)), link: *link }).collect();
    Knot { kind, tasks, cycle, cut }
}

/// The shortest way round that passes one of the nodes where it may start, as edges; exact unless the knot is so large
/// that the search would not be linear any more.
fn shortest(nodes: &[u32], edges: &Edges, may_start: impl Fn(u32) -> bool) -> Edges {
    let local = |node: u32| nodes.binary_search(&node).unwrap_or_default();
    let mut first = vec![0_usize; nodes.len() + 1];
    for (from, ..) in edges {
        first[local(*from) + 1] += 1;
    }
    for node in 0..nodes.len() {
        first[node + 1] += first[node];
    }
    let mut next = first.clone();
    let mut by_source = vec![0_usize; edges.len()];
    for (number, (from, ..)) in edges.iter().enumerate() {
        by_source[next[local(*from)]] = number;
        next[local(*from)] += 1;
    }
    let starts: Vec<usize> = (0..nodes.len()).filter(|node| may_start(nodes[*node])).collect();
    let searches = (EFFORT / edges.len().max(1)).clamp(1, starts.len().max(1));
    let stride = starts.len().div_ceil(searches).max(1);
    let mut best: Option<Vec<usize>> = None;
    let mut came_by = vec![usize::MAX; nodes.len()];
    let mut depth = vec![0_usize; nodes.len()];
    let mut queue = VecDeque::new();
    for start in starts.into_iter().step_by(stride) {
        came_by.fill(usize::MAX);
        depth[start] = 0;
        queue.clear();
        queue.push_back(start);
        'search: while let Some(node) = queue.pop_front() {
            if best.as_ref().is_some_and(|best| depth[node] + 1 >= best.len()) {
                break;
            }
            for &edge in &by_source[first[node]..first[node + 1]] {
                let to = local(edges[edge].1);
                if to == start {
                    let mut way = vec![edge];
                    let mut at = node;
                    while at != start {
                        way.push(came_by[at]);
                        at = local(edges[came_by[at]].0);
                    }
                    way.reverse();
                    best = Some(way);
                    break 'search;
                }
                if came_by[to] == usize::MAX {
                    came_by[to] = edge;
                    depth[to] = depth[node] + 1;
                    queue.push_back(to);
                }
            }
        }
        if best.as_ref().is_some_and(|best| best.len() == 2) {
            break;
        }
    }
    best.unwrap_or_default().into_iter().map(|edge| edges[edge]).collect()
}

/// The link of the way round whose removal leaves the fewest nodes on circles; of equals the first written.
fn best_cut(way: &Edges, edges: &Edges) -> Option<u32> {
    let mut links: Vec<u32> = way.iter().filter_map(|(.., link)| *link).collect();
    links.sort_unstable();
    if edges.len() == way.len() {
        return links.first().copied();
    }
    let tries = (EFFORT / edges.len().max(1)).clamp(1, 16);
    links
        .iter()
        .take(tries)
        .map(|cut| {
            let rest: Edges = edges.iter().filter(|(.., link)| *link != Some(*cut)).copied().collect();
            let left: usize = components(&rest).iter().map(|(nodes, _)| nodes.len()).sum();
            (left, *cut)
        })
        .min()
        .map(|(_, cut)| cut)
}
