//! Which assets are covered by a task of some kinds before a change: backups, ways back and their tests.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::of_kinds;
use crate::catalogue::KindSet;
use crate::finding::EntityKind;
use crate::model::{AssetId, List, Task, TaskId};
use crate::network::Reach;
use crate::rules::Ctx;

/// How far a task must be when the change begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// The logic forces it to be finished.
    Finished,
    /// A way of links leads from it to the change.
    Linked,
}

impl Before {
    fn reach<'c>(self, ctx: &Ctx<'c>, seeds: impl Iterator<Item = (TaskId, u64)>) -> Reach<'c> {
        match self {
            Before::Finished => ctx.network.graph.finish_upstream(seeds),
            Before::Linked => ctx.network.graph.upstream(seeds),
        }
    }
}

/// A change and an asset in its scope.
pub(super) type Pair = (TaskId, AssetId);

/// The tasks of some kinds and the assets they are for.
pub(super) struct Coverage {
    /// Those that name no asset: they are for everything after them.
    for_all: Vec<TaskId>,
    by_asset: BTreeMap<AssetId, Vec<TaskId>>,
}

impl Coverage {
    /// The tasks of these kinds in all plans; `named` gives the lists in which they name assets.
    pub(super) fn new(ctx: &Ctx<'_>, kinds: &KindSet, named: impl Fn(&Task) -> Vec<List>) -> Self {
        let mut it = Self { for_all: Vec::new(), by_asset: BTreeMap::new() };
        for task in of_kinds(ctx, kinds) {
            let lists = named(ctx.model.task(task));
            if lists.iter().all(|list| list.is_empty()) {
                it.for_all.push(task);
            }
            let mut assets = BTreeSet::new();
            for reference in lists.iter().flat_map(|list| ctx.network.references.list(*list)) {
                if let Some(asset) = reference.of(EntityKind::Asset) {
                    assets.extend(with_members(ctx, AssetId(asset as u32)));
                }
            }
            for asset in assets {
                it.by_asset.entry(asset).or_default().push(task);
            }
        }
        it
    }

    /// For each change, whether one of the tasks comes before it that is for everything.
    pub(super) fn for_all_before(&self, ctx: &Ctx<'_>, before: Before, changes: &[TaskId]) -> Vec<bool> {
        let reach = before.reach(ctx, self.for_all.iter().map(|task| (*task, 1)));
        changes.iter().map(|change| reach.is_at(*change)).collect()
    }

    /// For each pair, whether one of the tasks that name the asset comes before the change. 64 assets in one pass.
    pub(super) fn named_before(&self, ctx: &Ctx<'_>, before: Before, pairs: &[Pair]) -> Vec<bool> {
        let mut is_met = vec![false; pairs.len()];
        let mut wanted: BTreeMap<AssetId, Vec<usize>> = BTreeMap::new();
        for (number, (_, asset)) in pairs.iter().enumerate() {
            if self.by_asset.contains_key(asset) {
                wanted.entry(*asset).or_default().push(number);
            }
        }
        let wanted: Vec<(AssetId, Vec<usize>)> = wanted.into_iter().collect();
        for batch in wanted.chunks(64) {
            let seeds = batch.iter().enumerate().flat_map(|(bit, (asset, _))| {
                self.by_asset.get(asset).into_iter().flatten().map(move |task| (*task, 1 << bit))
            });
            let reach = before.reach(ctx, seeds);
            for (bit, (_, numbers)) in batch.iter().enumerate() {
                for number in numbers {
                    is_met[*number] = reach.at(pairs[*number].0) & 1 << bit != 0;
                }
            }
        }
        is_met
    }

    /// For each change, whether one of the tasks comes before it that names no asset, or at least one in the scope of
    /// the change; where nobody knows what the change touches, any.
    pub(super) fn any_before(&self, ctx: &Ctx<'_>, before: Before, changes: &[TaskId]) -> Vec<bool> {
        let seeds = || self.for_all.iter().map(|task| (*task, 1));
        let named = self.by_asset.values().flatten().map(|task| (*task, 2));
        let reach = before.reach(ctx, seeds().chain(named));
        let mut is_met = vec![false; changes.len()];
        let (mut pairs, mut of_change): (Vec<Pair>, Vec<usize>) = (Vec::new(), Vec::new());
        for (number, change) in changes.iter().enumerate() {
            let scope = ctx.scope(*change);
            is_met[number] = reach.at(*change) & if scope.is_empty() { 3 } else { 1 } != 0;
            if !is_met[number] && reach.is_at(*change) {
                for asset in scope.iter().flat_map(|asset| with_members(ctx, *asset)) {
                    pairs.push((*change, asset));
                    of_change.push(number);
                }
            }
        }
        for (number, is_covered) in of_change.iter().zip(self.named_before(ctx, before, &pairs)) {
            is_met[*number] |= is_covered;
        }
        is_met
    }
}

/// An asset and everything it stands for. A group may contain itself by mistake.
pub(super) fn with_members(ctx: &Ctx<'_>, asset: AssetId) -> Vec<AssetId> {
    let mut all = vec![asset];
    let mut seen = FxHashSet::from_iter([asset]);
    let mut next = 0;
    while let Some(asset) = all.get(next).copied() {
        next += 1;
        let members = ctx.network.references.list(ctx.model.assets[asset.index()].members());
        let members = members.iter().filter_map(|member| member.of(EntityKind::Asset));
        all.extend(members.map(|member| AssetId(member as u32)).filter(|member| seen.insert(*member)));
    }
    all
}
