//! The gates of each change: those that must be passed before it, with no other gate of the same plan between.
//!
//! One walk over the network carries the sets of nearest gates along the links. Equal sets are kept once, so that a
//! chain of a million tasks behind one gate costs one set.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::{LinkKind, PlanId, TaskId};
use crate::network::Node;
use crate::rules::Ctx;

/// Changes that have the same gates.
pub(super) struct Group {
    /// The gates, the last one in the order of work at the end.
    pub(super) gates: Vec<TaskId>,
    /// The changes, all of one plan.
    pub(super) changes: Vec<TaskId>,
}

/// Number of a set of gates.
type SetId = u32;

const EMPTY: SetId = 0;
/// More gates than anybody would call the gates of one change: nothing is said of them.
const TOO_MANY: SetId = 1;
const MOST: usize = 64;

/// The changes to judge by their gates. Changes without any are left out.
pub(super) fn groups(ctx: &Ctx<'_>, is_gate: &dyn Fn(TaskId) -> bool) -> Vec<Group> {
    let mut sets = Sets::new(ctx);
    let (at_start, before) = sets.walk(is_gate);
    let mut groups: BTreeMap<(PlanId, SetId), Vec<TaskId>> = BTreeMap::new();
    for change in ctx.changes() {
        let set = at_start[ctx.network.graph.node(change).index()];
        if set != EMPTY && set != TOO_MANY {
            groups.entry((ctx.model.task(change).plan, set)).or_default().push(change);
        }
    }
    let groups = groups.into_iter().filter_map(|((plan, set), changes)| {
        let gates = sets.sets[set as usize].iter().copied();
        let own = gates.filter(|gate| ctx.model.task(*gate).plan == plan).collect();
        let mut gates = sets.without_earlier(own, &before);
        gates.sort_by_key(|gate| ctx.network.graph.node(*gate));
        (!gates.is_empty()).then_some(Group { gates, changes })
    });
    groups.collect()
}

struct Sets<'c, 'a> {
    ctx: &'c Ctx<'a>,
    sets: Vec<Box<[TaskId]>>,
    ids: FxHashMap<Box<[TaskId]>, SetId>,
    unions: FxHashMap<(SetId, SetId), SetId>,
}

impl<'c, 'a> Sets<'c, 'a> {
    fn new(ctx: &'c Ctx<'a>) -> Self {
        let sets: Vec<Box<[TaskId]>> = vec![Box::default(), Box::default()];
        let ids = FxHashMap::from_iter([(Box::default(), EMPTY)]);
        Self { ctx, sets, ids, unions: FxHashMap::default() }
    }

    /// For each node the nearest gates that are passed when it starts; and for each gate those before it.
    fn walk(&mut self, is_gate: &dyn Fn(TaskId) -> bool) -> (Vec<SetId>, FxHashMap<TaskId, SetId>) {
        let ctx = self.ctx;
        let graph = &ctx.network.graph;
        let mut start = vec![EMPTY; graph.len()];
        let mut finish = vec![EMPTY; graph.len()];
        let mut before: FxHashMap<TaskId, SetId> = FxHashMap::default();
        let mut circles = graph.circles().iter().copied().peekable();
        for node in 0..graph.len() as u32 {
            if let Some((first, end)) = circles.next_if(|(first, _)| *first == node) {
                let range = first as usize..end as usize;
                let all = range.clone().flat_map(|it| [start[it], finish[it]]);
                let all = all.collect::<Vec<_>>().into_iter().fold(EMPTY, |all, set| self.union(all, set));
                start[range.clone()].fill(all);
                finish[range].fill(all);
            }
            let at = node as usize;
            let held_start = start[at];
            let mut held_finish = self.union(finish[at], held_start);
            let task = graph.task(Node(node));
            if is_gate(task) {
                before.insert(task, held_finish);
                held_finish = self.behind(task, held_finish);
            }
            if held_finish == EMPTY {
                continue;
            }
            // What is held of what, as in `finish_upstream`.
            for edge in graph.edges(Node(node)) {
                let to = edge.to.index();
                let link = edge.link.and_then(|link| ctx.model.arenas.links.get(link as usize));
                match link.map(|link| (link.kind, link.lag.is_negative())) {
                    Some((_, true)) => {}
                    Some((LinkKind::FinishStart, _)) => start[to] = self.union(start[to], held_finish),
                    Some((LinkKind::StartStart, _)) => start[to] = self.union(start[to], held_start),
                    Some((LinkKind::FinishFinish, _)) => finish[to] = self.union(finish[to], held_finish),
                    Some((LinkKind::StartFinish, _)) => finish[to] = self.union(finish[to], held_start),
                    None => {
                        start[to] = self.union(start[to], held_start);
                        finish[to] = self.union(finish[to], held_finish);
                    }
                }
            }
        }
        (start, before)
    }

    /// What is nearest behind a gate: itself, and the gates of other plans before it.
    fn behind(&mut self, gate: TaskId, before: SetId) -> SetId {
        let plan = |task: TaskId| self.ctx.model.task(task).plan;
        let others = self.sets[before as usize].iter().copied().filter(|other| plan(*other) != plan(gate));
        let mut set: Vec<TaskId> = others.chain([gate]).collect();
        set.sort_unstable();
        self.intern(set)
    }

    fn intern(&mut self, set: Vec<TaskId>) -> SetId {
        if set.len() > MOST {
            return TOO_MANY;
        }
        let set = set.into_boxed_slice();
        if let Some(id) = self.ids.get(&set) {
            return *id;
        }
        let id = self.sets.len() as SetId;
        self.sets.push(set.clone());
        self.ids.insert(set, id);
        id
    }

    fn union(&mut self, one: SetId, other: SetId) -> SetId {
        if one == other || other == EMPTY {
            return one;
        }
        if one == EMPTY {
            return other;
        }
        if one == TOO_MANY || other == TOO_MANY {
            return TOO_MANY;
        }
        let key = (one.min(other), one.max(other));
        if let Some(id) = self.unions.get(&key) {
            return *id;
        }
        let mut both = [&self.sets[one as usize][..], &self.sets[other as usize][..]].concat();
        both.sort_unstable();
        both.dedup();
        let id = self.intern(both);
        self.unions.insert(key, id);
        id
    }

    /// Leaves out gates that come before another one of them.
    fn without_earlier(&self, mut gates: Vec<TaskId>, before: &FxHashMap<TaskId, SetId>) -> Vec<TaskId> {
        /// Gates looked at for one set: where there are more, an earlier gate may stay, and less is reported.
        const MOST_GATES: usize = 1000;
        if gates.len() < 2 {
            return gates;
        }
        let mut seen: FxHashSet<TaskId> = FxHashSet::default();
        let mut open = gates.clone();
        while let Some(gate) = open.pop().filter(|_| seen.len() < MOST_GATES) {
            let earlier = before.get(&gate).map_or(&[][..], |set| &self.sets[*set as usize]);
            open.extend(earlier.iter().copied().filter(|gate| seen.insert(*gate)));
        }
        gates.retain(|gate| !seen.contains(gate));
        gates
    }
}
