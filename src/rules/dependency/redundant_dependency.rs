//! DEP006: a link that other links already imply.
//!
//! Whether a longer way exists is asked for 64 predecessors in one pass, over the part of the network between the first
//! of them and the last task that waits for one of them. Links mostly join neighbors in topological order, so these
//! parts are short; where they are not, the search ends at an amount of work that stays bearable.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::{Wait, arrows, gates, id_from, open_waits, without};
use crate::finding::Fix;
use crate::model::{LinkKind, TaskId};
use crate::network::{Edge, Node};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP006", check };

/// How many nodes and steps may be looked at in a run; links behind that are not judged.
const EFFORT: usize = 50_000_000;

/// For how many findings the longer way is looked up, and among how many nodes each.
const WAYS: usize = 50;
const WAY_EFFORT: usize = 100_000;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let candidates = candidates(ctx);
    let graph = &ctx.network.graph;
    let mut passes = Passes { ctx, found: vec![Found::default(); graph.len()], effort: EFFORT };
    let mut ways = WAYS;
    let mut rest = &candidates[..];
    while let Some((batch, sources, after)) = next_batch(rest) {
        rest = after;
        let Some(redundant) = passes.redundant(batch, &sources) else { return };
        for wait in redundant {
            report(ctx, wait, &mut ways, out);
        }
    }
}

/// A link that may be redundant, from node to node.
struct Candidate<'a> {
    from: Node,
    to: Node,
    wait: Wait<'a>,
}

fn candidates<'a>(ctx: &'a Ctx<'a>) -> Vec<Candidate<'a>> {
    let graph = &ctx.network.graph;
    let gates = gates(ctx);
    let mut candidates: Vec<Candidate<'_>> = open_waits(ctx)
        .filter(|wait| wait.link.kind == LinkKind::FinishStart && wait.link.lag.is_zero())
        // Links to gates are drawn for the reader, on purpose.
        .filter(|wait| !gates.contains(ctx.kind(wait.task)))
        .filter_map(|wait| {
            let (from, to) = (graph.node_behind(wait.predecessor()?), graph.node(wait.task));
            // Only what leads elsewhere too can arrive by another way; against the order only circles lead.
            (from < to && graph.edges(from).nth(1).is_some()).then_some(Candidate { from, to, wait })
        })
        .collect();
    candidates.sort_by_key(|it| (it.from, it.to));
    candidates
}

type Batch<'c, 'a> = (&'c [Candidate<'a>], Vec<Node>, &'c [Candidate<'a>]);

/// The links of the next 64 predecessors.
fn next_batch<'c, 'a>(candidates: &'c [Candidate<'a>]) -> Option<Batch<'c, 'a>> {
    let mut sources: Vec<Node> = Vec::new();
    for (at, candidate) in candidates.iter().enumerate() {
        if sources.last() != Some(&candidate.from) {
            if sources.len() == 64 {
                return Some((&candidates[..at], sources, &candidates[at..]));
            }
            sources.push(candidate.from);
        }
    }
    (!sources.is_empty()).then_some((candidates, sources, &[]))
}

/// Which predecessors lead to a node, by how many links.
#[derive(Clone, Copy, Default)]
struct Found {
    none: u64,
    one: u64,
    more: u64,
}

struct Passes<'a> {
    ctx: &'a Ctx<'a>,
    found: Vec<Found>,
    effort: usize,
}

impl Passes<'_> {
    /// The links of a batch that a longer way implies; nothing once too much was looked at.
    fn redundant<'c, 'l>(
        &mut self,
        batch: &'c [Candidate<'l>],
        sources: &[Node],
    ) -> Option<impl Iterator<Item = &'c Wait<'l>>> {
        let first = sources.first()?.index();
        let last = batch.iter().map(|it| it.to.index()).max()?;
        let graph = &self.ctx.network.graph;
        let mut sources_left = sources.iter().enumerate().peekable();
        for at in first..=last {
            let node = Node(at as u32);
            let mut here = self.found[at];
            self.effort = self.effort.checked_sub(1)?;
            if let Some((bit, _)) = sources_left.next_if(|(_, source)| **source == node) {
                here.none |= 1 << bit;
            }
            if here.none | here.one | here.more == 0 || !carries_on(self.ctx, node) {
                continue;
            }
            for edge in graph.edges(node).filter(|edge| edge.to > node && edge.to.index() <= last) {
                self.effort = self.effort.checked_sub(1)?;
                let there = &mut self.found[edge.to.index()];
                match edge.link {
                    None => {
                        there.none |= here.none;
                        there.one |= here.one;
                        there.more |= here.more;
                    }
                    Some(_) if holds(self.ctx, edge) => {
                        there.one |= here.none;
                        there.more |= here.one | here.more;
                    }
                    Some(_) => {}
                }
            }
        }
        let is_redundant: Vec<&Wait<'_>> = batch
            .iter()
            .filter(|it| {
                let bit = sources.binary_search(&it.from).map_or(0, |bit| 1_u64 << bit);
                self.found[it.to.index()].more & bit != 0
            })
            .map(|it| &it.wait)
            .collect();
        self.found[first..=last].fill(Found::default());
        Some(is_redundant.into_iter())
    }
}

/// Whether a step makes what comes later wait for the end of what came before: finish to start, and no lead.
fn holds(ctx: &Ctx<'_>, edge: Edge) -> bool {
    edge.link.is_none_or(|link| {
        let link = &ctx.model.arenas.links[link as usize];
        link.kind == LinkKind::FinishStart && !link.lag.is_negative()
    })
}

/// Whether a way leads on through a node: canceled work holds nothing.
fn carries_on(ctx: &Ctx<'_>, node: Node) -> bool {
    !ctx.is_cancelled(ctx.network.graph.task(node))
}

fn report(ctx: &Ctx<'_>, wait: &Wait<'_>, ways: &mut usize, out: &mut Sink) {
    let Some(predecessor) = wait.predecessor() else { return };
    let way = ways.checked_sub(1).and_then(|left| {
        *ways = left;
        longer_way(ctx, predecessor, wait.task)
    });
    let plan = ctx.model.task(wait.task).plan;
    let path = way.map_or_else(
        || "a way over other tasks".to_owned(),
        |way| arrows(&way, |task| id_from(ctx, plan, *task), id_from(ctx, plan, wait.task)),
    );
    let finding = wait.finding(ctx).param("other", wait.name(ctx)).param("path", path);
    out.report(finding.fix(without(Fix::not_safe("Remove the link"), [wait.link])));
}

/// The shortest way of at least two links from one task to another, the other left out.
fn longer_way(ctx: &Ctx<'_>, from: TaskId, to: TaskId) -> Option<Vec<TaskId>> {
    let graph = &ctx.network.graph;
    let (start, goal) = ((graph.node_behind(from), 0_u8), (graph.node(to), 2_u8));
    let mut came_from: FxHashMap<(Node, u8), (Node, u8)> = FxHashMap::default();
    let mut queue = VecDeque::from([start]);
    while let Some(here) = queue.pop_front() {
        if here == goal {
            let mut way = Vec::new();
            let mut at = here;
            while let Some(&before) = came_from.get(&at) {
                way.push(graph.task(before.0));
                at = before;
            }
            way.reverse();
            way.dedup();
            // A phase on the way is shown only where it is the beginning: the rest is what is inside.
            way.retain(|task| ctx.is_leaf(*task) || *task == from);
            return Some(way);
        }
        let (node, links) = here;
        if came_from.len() > WAY_EFFORT || !carries_on(ctx, node) {
            continue;
        }
        for edge in graph.edges(node).filter(|edge| edge.to <= goal.0 && holds(ctx, *edge)) {
            let there = (edge.to, (links + u8::from(edge.link.is_some())).min(2));
            if there != start {
                came_from.entry(there).or_insert_with(|| {
                    queue.push_back(there);
                    here
                });
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn links_to_gates_are_drawn_for_the_reader() {
        let plan = |kind: &str| {
            format!(
                "[task]\na = {{ title = \"A\" }}\nb = {{ title = \"B\", depends-on = [\"a\"] }}\n\
                 c = {{ title = \"C\", kind = \"{kind}\", depends-on = [\"a\", \"b\"] }}\n"
            )
        };
        assert_eq!(found("DEP006", &plan("test")), ["DEP006 4:50"]);
        assert!(found("DEP006", &plan("gate")).is_empty());
    }

    #[test]
    fn a_longer_way_over_a_phase_counts() {
        let plan = "[task]\na = { title = \"A\" }\np = { title = \"P\", depends-on = [\"a\"] }\n\
                    x = { title = \"X\", parent = \"p\" }\nc = { title = \"C\", depends-on = [\"a\", \"p\"] }\n";
        assert_eq!(found("DEP006", plan), ["DEP006 5:35"]);
    }

    #[test]
    fn canceled_work_holds_nothing_together() {
        let plan = "[task]\na = { title = \"A\" }\nb = { title = \"B\", status = \"cancelled\", depends-on = [\"a\"] }\n\
                    c = { title = \"C\", depends-on = [\"a\", \"b\"] }\n";
        assert!(found("DEP006", plan).is_empty());
    }

    #[test]
    fn more_than_one_batch_of_predecessors_is_judged() {
        let mut plan =
            String::from("[task]\nt0 = { title = \"T\" }\nt1 = { title = \"T\", depends-on = [\"t0\"] }\n");
        for task in 2..200 {
            plan += &format!(
                "t{task} = {{ title = \"T\", depends-on = [\"t{}\", \"t{}\"] }}\n",
                task - 1,
                task - 2
            );
        }
        assert_eq!(found("DEP006", &plan).len(), 198);
    }
}
