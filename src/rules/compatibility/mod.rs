//! CMP: will it still work afterwards? Here is what the rules share that weigh the checks of an asset against each other:
//! what a change touches, which checks look at it, and which of them are finished before it. The others are written in
//! `rules/compatibility.toml`.

mod check_not_upstream;
mod check_too_late;
mod dependent_not_checked;
mod end_of_support;
mod expired_check;
mod incompatible_unresolved;
mod missing_check;
mod site_not_covered;
mod unused_asset;
mod wrong_target;
mod wrong_version_checked;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Ctx, Native};
use crate::catalogue::KindSet;
use crate::finding::{Entity, EntityKind};
use crate::model::{Asset, AssetId, List, SiteId, TaskId};
use crate::network::{Graph, Node, Reach};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    missing_check::RULE,
    check_not_upstream::RULE,
    incompatible_unresolved::RULE,
    check_too_late::RULE,
    wrong_target::RULE,
    expired_check::RULE,
    site_not_covered::RULE,
    end_of_support::RULE,
    unused_asset::RULE,
    wrong_version_checked::RULE,
    dependent_not_checked::RULE,
];

/// Kinds of work after which an asset is gone.
const RETIRING: [&str; 3] = ["decommission", "retirement", "source-decommission"];

/// Kinds of work that bring another version of an asset, or something else in its place.
const RENEWING: [&str; 14] = [
    "upgrade",
    "application-upgrade",
    "database-upgrade",
    "erp-upgrade",
    "platform-upgrade",
    "hypervisor-upgrade",
    "migration",
    "cloud-migration",
    "database-migration",
    "storage-migration",
    "tenant-migration",
    "replacement",
    "backup-replacement",
    "modernisation",
];

/// How many findings of a rule are worth a search for the way that leads to them.
const SEARCHED: usize = 50;

/// Whether there can be a finding at all about a change and an asset.
fn is_worthwhile(ctx: &Ctx<'_>) -> bool {
    !ctx.model.assets.is_empty() && !ctx.facts.changes().is_empty()
}

/// The changes after which what they touch has to work still: not those that switch it off. What relies on it is
/// another matter.
fn preserving_changes(ctx: &Ctx<'_>) -> impl Iterator<Item = TaskId> {
    let retiring = ctx.kinds(&RETIRING);
    ctx.changes_and_pilots().filter(move |change| !retiring.contains(ctx.kind(*change)))
}

fn entity(asset: AssetId) -> Entity {
    Entity::new(EntityKind::Asset, asset.index())
}

fn name(ctx: &Ctx<'_>, asset: AssetId) -> String {
    ctx.model.name(entity(asset))
}

fn asset<'a>(ctx: &Ctx<'a>, id: AssetId) -> &'a Asset {
    &ctx.model.assets[id.index()]
}

/// The kind of an asset; empty where none was given.
fn kind<'a>(ctx: &Ctx<'a>, id: AssetId) -> &'a str {
    asset(ctx, id).kind().map_or("", |kind| ctx.text(kind).trim())
}

fn is_out_of_scope(ctx: &Ctx<'_>, id: AssetId) -> bool {
    asset(ctx, id).out_of_scope().is_some_and(|flag| flag.value)
}

/// Whether somebody vouches for an asset, and shows where that can be read: nothing more has to be tested.
fn is_vouched_for(ctx: &Ctx<'_>, id: AssetId) -> bool {
    let it = asset(ctx, id);
    let word = it.compatibility().map_or("", |word| ctx.text(word).trim());
    ["vendor-certified", "not-affected"].iter().any(|known| word.eq_ignore_ascii_case(known))
        && !it.evidence().is_empty()
}

/// Lines and data are no programs that could refuse to run: they have checks of their own in their packs.
fn is_line_or_data(ctx: &Ctx<'_>, id: AssetId) -> bool {
    matches!(kind(ctx, id), "network" | "cloud-network" | "circuit" | "data" | "data-set")
}

/// The assets that a list names.
fn assets_of<'a>(ctx: &Ctx<'a>, list: List) -> impl Iterator<Item = AssetId> + use<'a> {
    let network = ctx.network;
    network
        .references
        .list(list)
        .iter()
        .filter_map(|reference| reference.of(EntityKind::Asset))
        .map(|asset| AssetId(asset as u32))
}

/// The assets that a piece of work names in `covers` or `affects`; its phase's `affects` where it has none.
fn named_assets(ctx: &Ctx<'_>, task: TaskId) -> Vec<AssetId> {
    let giver = ctx.network.hierarchy.affects_from(task).unwrap_or(task);
    let affected = assets_of(ctx, ctx.model.task(giver).affects());
    assets_of(ctx, ctx.model.task(task).covers()).chain(affected).collect()
}

/// Groups of assets, written out.
pub(super) struct Groups<'a> {
    ctx: &'a Ctx<'a>,
    is_any: bool,
}

impl<'a> Groups<'a> {
    pub(super) fn new(ctx: &'a Ctx<'a>) -> Self {
        Self { ctx, is_any: ctx.model.assets.iter().any(|asset| !asset.members().is_empty()) }
    }

    fn is_group(&self, id: AssetId) -> bool {
        self.is_any && assets_of(self.ctx, asset(self.ctx, id).members()).next().is_some()
    }

    /// The assets and all that is in them, at any depth, each once. Groups may contain each other.
    pub(super) fn with_members(&self, assets: impl IntoIterator<Item = AssetId>) -> Vec<AssetId> {
        let mut all: Vec<AssetId> = assets.into_iter().collect();
        if !self.is_any {
            return all;
        }
        let mut seen: FxHashSet<AssetId> = FxHashSet::default();
        all.retain(|asset| seen.insert(*asset));
        let mut at = 0;
        while let Some(group) = all.get(at).copied() {
            let members = assets_of(self.ctx, asset(self.ctx, group).members());
            all.extend(members.filter(|member| seen.insert(*member)));
            at += 1;
        }
        all
    }

    /// The same without the groups themselves: what a check can be asked of. Left out what is out of scope.
    fn singles(&self, assets: &[AssetId]) -> Vec<AssetId> {
        let mut all = self.with_members(assets.iter().copied());
        // Groups that contain nothing but each other stand for themselves.
        if self.is_any && all.iter().any(|asset| !self.is_group(*asset)) {
            all.retain(|asset| !self.is_group(*asset));
        }
        all.retain(|asset| !is_out_of_scope(self.ctx, *asset));
        all
    }
}

/// Tasks of some kinds, not cancelled, by the assets they are about.
struct Work {
    /// `tasks[first[a]..first[a + 1]]` are about asset a.
    first: Vec<u32>,
    tasks: Vec<TaskId>,
}

impl Work {
    fn new(groups: &Groups<'_>, kinds: &KindSet, about: impl Fn(TaskId) -> Vec<AssetId>) -> Self {
        let ctx = groups.ctx;
        let mut pairs: Vec<(AssetId, TaskId)> = Vec::new();
        for task in (0..ctx.model.tasks.len() as u32).map(TaskId) {
            if kinds.contains(ctx.kind(task)) && (ctx.is_open(task) || ctx.is_done(task)) {
                pairs.extend(groups.with_members(about(task)).into_iter().map(|asset| (asset, task)));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        let mut first = vec![0; ctx.model.assets.len() + 1];
        for (asset, _) in &pairs {
            first[asset.index() + 1] += 1;
        }
        for asset in 0..ctx.model.assets.len() {
            first[asset + 1] += first[asset];
        }
        Self { first, tasks: pairs.into_iter().map(|(_, task)| task).collect() }
    }

    /// All checks, by what they cover.
    fn checks(groups: &Groups<'_>) -> Self {
        let ctx = groups.ctx;
        let kinds = ctx.catalogue.kinds_where(|kind| kind.counts_as_check);
        Self::new(groups, &kinds, |task| assets_of(ctx, ctx.model.task(task).covers()).collect())
    }

    /// All work of these kinds, by what it names.
    fn of_kinds(groups: &Groups<'_>, kinds: &[&str]) -> Self {
        Self::new(groups, &groups.ctx.kinds(kinds), |task| named_assets(groups.ctx, task))
    }

    fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The work on an asset, in the order of the plan.
    fn on(&self, asset: AssetId) -> &[TaskId] {
        &self.tasks[self.first[asset.index()] as usize..self.first[asset.index() + 1] as usize]
    }
}

/// The sites that a check names for itself; `None` where its result holds everywhere.
fn own_sites(ctx: &Ctx<'_>, check: TaskId) -> Option<Vec<SiteId>> {
    let list = ctx.model.task(check).sites();
    let is_all = |text: &crate::model::Text| ctx.text(*text).trim().eq_ignore_ascii_case("all");
    if list.is_empty() || ctx.model.list(list).iter().any(is_all) {
        return None;
    }
    // A name that nobody knows may be the very site that is asked for: PLN007 asks first.
    let sites = ctx.network.references.list(list).iter();
    sites.map(|site| site.of(EntityKind::Site).map(|site| SiteId(site as u32))).collect()
}

/// Whether two sites are the same place, be it in two plans.
fn is_same_site(ctx: &Ctx<'_>, one: SiteId, other: SiteId) -> bool {
    let id = |site: SiteId| ctx.model.id(Entity::new(EntityKind::Site, site.index()));
    one == other || id(one) == id(other)
}

/// An asset that a change touches, and the checks of it.
struct Touch {
    change: TaskId,
    asset: AssetId,
    checks: std::ops::Range<usize>,
}

/// What the changes touch, as far as it is checked at all.
struct Touches {
    list: Vec<Touch>,
    checks: Vec<TaskId>,
    is_before: Vec<bool>,
}

impl Touches {
    /// Every change and asset in its scope for which there is a check and which is `wanted`: asked before any walk
    /// through the network.
    ///
    /// Left out are assets that somebody vouches for, and assets that are retired before or by the change. A check for other
    /// sites does not count where another one holds at the site of the change.
    fn new(ctx: &Ctx<'_>, wanted: impl Fn(TaskId, AssetId, &[TaskId]) -> bool) -> Self {
        let mut it = Self { list: Vec::new(), checks: Vec::new(), is_before: Vec::new() };
        if !is_worthwhile(ctx) {
            return it;
        }
        let groups = Groups::new(ctx);
        let work = Work::checks(&groups);
        if work.is_empty() {
            return it;
        }
        let sites: FxHashMap<TaskId, Vec<SiteId>> =
            work.tasks.iter().filter_map(|check| Some((*check, own_sites(ctx, *check)?))).collect();
        let mut found: Vec<(TaskId, AssetId)> = Vec::new();
        for change in preserving_changes(ctx) {
            for asset in groups.singles(ctx.scope(change)) {
                if !work.on(asset).is_empty() && !is_vouched_for(ctx, asset) {
                    found.push((change, asset));
                }
            }
        }
        drop_retired(&groups, &mut found);
        let mut here: (Option<TaskId>, Vec<SiteId>) = (None, Vec::new());
        let mut fitting: Vec<TaskId> = Vec::new();
        for (change, asset) in found {
            let all = work.on(asset);
            fitting.clear();
            if sites.is_empty() {
                fitting.extend_from_slice(all);
            } else {
                if here.0 != Some(change) {
                    here = (Some(change), ctx.sites(change));
                }
                fitting.extend(all.iter().copied().filter(|check| {
                    sites.get(check).is_none_or(|sites| {
                        here.1.is_empty()
                            || sites.iter().any(|site| here.1.iter().any(|at| is_same_site(ctx, *site, *at)))
                    })
                }));
                if fitting.is_empty() {
                    fitting.extend_from_slice(all);
                }
            }
            if wanted(change, asset, &fitting) {
                let first = it.checks.len();
                it.checks.extend_from_slice(&fitting);
                it.list.push(Touch { change, asset, checks: first..it.checks.len() });
            }
        }
        it.find_before(ctx);
        it
    }

    /// Notes which checks are finished before the change, as the links force it. What is done is in any case.
    fn find_before(&mut self, ctx: &Ctx<'_>) {
        self.is_before = self.checks.iter().map(|check| ctx.is_done(*check)).collect();
        let (mut pairs, mut places) = (Vec::new(), Vec::new());
        for touch in &self.list {
            for at in touch.checks.clone().filter(|at| !self.is_before[*at]) {
                pairs.push((self.checks[at], touch.change));
                places.push(at);
            }
        }
        for (at, holds) in places.into_iter().zip(finished_before(ctx, &pairs)) {
            self.is_before[at] = holds;
        }
    }

    /// The checks of a touch.
    fn checks(&self, touch: &Touch) -> &[TaskId] {
        &self.checks[touch.checks.clone()]
    }

    /// Those of them whose result is there before the change.
    fn before(&self, touch: &Touch) -> impl Iterator<Item = TaskId> + Clone {
        touch.checks.clone().filter(|at| self.is_before[*at]).map(|at| self.checks[at])
    }
}

/// Drops the assets that are gone before the change: retired upstream of it, or already.
fn drop_retired(groups: &Groups<'_>, touched: &mut Vec<(TaskId, AssetId)>) {
    let ctx = groups.ctx;
    let retiring = Work::of_kinds(groups, &RETIRING);
    if touched.is_empty() || retiring.is_empty() {
        return;
    }
    let mut is_gone = vec![false; touched.len()];
    let (mut pairs, mut places) = (Vec::new(), Vec::new());
    for (at, (change, asset)) in touched.iter().enumerate() {
        for task in retiring.on(*asset) {
            is_gone[at] |= ctx.is_done(*task);
            if task != change {
                pairs.push((*task, *change));
                places.push(at);
            }
        }
    }
    for (at, holds) in places.into_iter().zip(comes_before(ctx, &pairs)) {
        is_gone[at] |= holds;
    }
    let mut gone = is_gone.into_iter();
    touched.retain(|_| !gone.next().unwrap_or(false));
}

/// For each pair whether the logic forces the first task to be finished before the second starts.
fn finished_before(ctx: &Ctx<'_>, pairs: &[(TaskId, TaskId)]) -> Vec<bool> {
    related(&ctx.network.graph, pairs, |graph, seeds| graph.finish_upstream(seeds))
}

/// For each pair whether a way of links leads from the first task to the second, of whatever kind.
fn comes_before(ctx: &Ctx<'_>, pairs: &[(TaskId, TaskId)]) -> Vec<bool> {
    related(&ctx.network.graph, pairs, |graph, seeds| graph.upstream(seeds))
}

/// Asks the network about pairs of tasks, 64 first tasks a pass. Where there are more, those that no way of links
/// connects share a pass: a hundred plans in one run cost no more than the largest of them.
fn related<'g>(
    graph: &'g Graph,
    pairs: &[(TaskId, TaskId)],
    reach: impl Fn(&'g Graph, Vec<(TaskId, u64)>) -> Reach<'g>,
) -> Vec<bool> {
    let mut holds = vec![false; pairs.len()];
    let mut firsts: Vec<TaskId> = pairs.iter().map(|(first, _)| *first).collect();
    firsts.sort_unstable();
    firsts.dedup();
    let islands = if firsts.len() > 64 { islands(graph) } else { Vec::new() };
    let island = |task: TaskId| islands.get(graph.node(task).index()).copied().unwrap_or(0);
    let mut next: FxHashMap<u32, u32> = FxHashMap::default();
    let slots: Vec<u32> = firsts
        .iter()
        .map(|first| {
            let next = next.entry(island(*first)).or_default();
            *next += 1;
            *next - 1
        })
        .collect();
    let slot = |task: TaskId| firsts.binary_search(&task).map_or(0, |at| slots[at]);
    let mut seeds: Vec<(u32, TaskId)> = slots.iter().copied().zip(firsts.iter().copied()).collect();
    seeds.sort_unstable();
    let mut asked: Vec<(u32, u32)> =
        pairs.iter().zip(0..).map(|((first, _), number)| (slot(*first), number)).collect();
    asked.sort_unstable();
    let mut asked = asked.into_iter().peekable();
    for seeds in seeds.chunk_by(|one, other| one.0 / 64 == other.0 / 64) {
        let pass = seeds[0].0 / 64;
        let marks = seeds.iter().map(|(slot, task)| (*task, 1 << (slot % 64))).collect();
        let reached = reach(graph, marks);
        while let Some((slot, number)) = asked.next_if(|(slot, _)| slot / 64 == pass) {
            let (first, second) = pairs[number as usize];
            holds[number as usize] =
                island(first) == island(second) && reached.at(second) & (1 << (slot % 64)) != 0;
        }
    }
    holds
}

/// For each node the number of the part of the network it is in: between two parts there is no link.
fn islands(graph: &Graph) -> Vec<u32> {
    fn find(island: &mut [u32], mut node: u32) -> u32 {
        while island[node as usize] != node {
            let above = island[node as usize];
            island[node as usize] = island[above as usize];
            node = above;
        }
        node
    }
    let mut island: Vec<u32> = (0..graph.len() as u32).collect();
    for node in 0..graph.len() as u32 {
        for edge in graph.edges(Node(node)) {
            let (one, other) = (find(&mut island, node), find(&mut island, edge.to.0));
            island[one.max(other) as usize] = one.min(other);
        }
    }
    for node in 0..graph.len() as u32 {
        let head = find(&mut island, node);
        island[node as usize] = head;
    }
    island
}

/// The assets that changes touch and that are `wanted`, each with its changes, in the order of the plan.
fn touched_assets(groups: &Groups<'_>, wanted: impl Fn(AssetId) -> bool) -> Vec<(AssetId, Vec<TaskId>)> {
    let ctx = groups.ctx;
    let mut pairs: Vec<(AssetId, TaskId)> = Vec::new();
    for change in ctx.changes_and_pilots() {
        let assets = groups.singles(ctx.scope(change));
        pairs.extend(assets.into_iter().filter(|asset| wanted(*asset)).map(|asset| (asset, change)));
    }
    pairs.sort_unstable();
    pairs
        .chunk_by(|one, other| one.0 == other.0)
        .map(|of_asset| (of_asset[0].0, of_asset.iter().map(|(_, change)| *change).collect()))
        .collect()
}

/// A version or target without what people write differently: capitals, blanks, hyphens, a leading v.
pub(super) fn normalized(text: &str) -> String {
    let text: String =
        text.to_lowercase().chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_')).collect();
    match text.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        _ => text,
    }
}

/// Whether one version is the other said less exactly: `windows-11` of `windows-11-25h2`, `7.7` of `7.7.2`, not of
/// `7.70`.
pub(super) fn is_broader(broad: &str, exact: &str) -> bool {
    let parts = |text: &str| -> Vec<String> {
        text.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .map(|part| match part.strip_prefix('v') {
                Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
                _ => part.to_owned(),
            })
            .collect()
    };
    let (broad, exact) = (parts(broad), parts(exact));
    !broad.is_empty() && broad.len() < exact.len() && exact.starts_with(&broad)
}

#[cfg(test)]
mod tests {
    use super::{is_broader, normalized};
    use crate::rules::testing::codes;

    /// The findings of this family but CMP009 to CMP011 and CMP015, which ask for facts the plans below leave out.
    pub(super) fn found(plan: &str) -> Vec<String> {
        let about_facts = ["CMP009", "CMP010", "CMP011", "CMP015"];
        codes(plan)
            .into_iter()
            .filter(|it| it.starts_with("CMP") && !about_facts.iter().any(|code| it.starts_with(code)))
            .collect()
    }

    #[test]
    fn versions_are_compared_as_people_mean_them() {
        assert_eq!(normalized("Windows 11 25H2"), normalized("windows-11-25h2"));
        assert_eq!(normalized("V7.70 "), normalized("7.70"));
        assert!(is_broader("windows-11", "Windows 11 25H2"));
        assert!(is_broader("7.7", "7.7.2") && !is_broader("7.7", "7.70"));
        assert!(!is_broader("windows-1", "windows-11") && !is_broader("", "windows-11"));
    }

    #[test]
    fn a_check_of_a_group_covers_what_is_in_it_at_any_depth_and_in_circles() {
        let plan = "\
[asset]
suite = { kind = 'application', members = ['office'] }
office = { kind = 'application', members = ['word', 'suite'] }
word = { kind = 'application' }
[task]
c = { title = 'Test the suite', kind = 'compatibility-check', covers = ['suite'] }
go = { title = 'Roll out', kind = 'rollout', affects = ['word'], depends-on = ['c'] }
";
        assert_eq!(found(plan), Vec::<String>::new());
        // The other way round: every member is checked, so the group is.
        let plan = plan
            .replace("covers = ['suite']", "covers = ['word']")
            .replace("affects = ['word']", "affects = ['suite']");
        assert_eq!(found(&plan), Vec::<String>::new());
    }

    #[test]
    fn more_than_sixty_four_checks_are_told_apart() {
        let mut plan = String::from("[asset]\n");
        for number in 0..150 {
            plan += &format!("a{number} = {{ kind = 'application' }}\n");
        }
        plan += "[task]\n";
        for number in 0..150 {
            plan += &format!(
                "c{number} = {{ title = 'Test {number}', kind = 'compatibility-check', covers = ['a{number}'] }}\n"
            );
        }
        // Every change waits for its own check; number 70 for that of its neighbor.
        for number in 0..150 {
            let check = if number == 70 { 71 } else { number };
            plan += &format!(
                "go{number} = {{ title = 'Deploy {number}', kind = 'deployment', affects = ['a{number}'], depends-on = ['c{check}'] }}\n"
            );
        }
        assert_eq!(found(&plan), ["CMP002 373:1"]);
    }

    /// What one rule finds in a plan.
    fn of(code: &str, plan: &str) -> Vec<String> {
        codes(plan).into_iter().filter(|it| it.starts_with(code)).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn a_check_shows_what_came_out() {
        let plan = "\
[task]
a = { title = 'Test SAP', kind = 'compatibility-check' }
b = { title = 'Test CAD', kind = 'compatibility-check', status = 'cancelled', result = 'compatible' }
c = { title = 'Test VPN', kind = 'compatibility-check', status = 'in-progress', result = 'conditional' }
d = { title = 'Test fax', kind = 'test', status = 'done' }
e = { title = 'Test ERP', kind = 'compatibility-check', status = 'done', result = 'TBD', evidence = 'x' }
";
        assert_eq!(of("CMP006", plan), ["CMP006 4:1"]);
        assert_eq!(
            of("CMP006", &plan.replace("result = 'TBD'", "result = ' '")),
            ["CMP006 4:1", "CMP006 6:1"]
        );
    }

    #[test]
    fn a_group_says_it_for_its_members_and_two_numbers_give_the_third() {
        let plan = "\
[asset]
all = { kind = 'device-fleet', platform = 'physical', members = ['one'] }
one = { kind = 'device-fleet' }
two = { kind = 'server', platform = 'mixed', count = 9, virtual-count = 4 }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['one', 'two'] }
";
        assert_eq!(of("CMP009", plan), NONE);
        assert_eq!(of("CMP009", &plan.replace(", members = ['one']", "")), ["CMP009 3:1"]);
        assert_eq!(of("CMP009", &plan.replace(", count = 9", "")), ["CMP009 4:1"]);
        // The change names the group.
        let group = plan.replace("'one', 'two'", "'all'").replace("platform = 'physical', ", "");
        assert_eq!(of("CMP009", &group), ["CMP009 3:1"]);
        let plan = "\
[asset]
all = { kind = 'application', owner = 'Ines Costa', members = ['one'] }
one = { kind = 'application' }
two = { kind = 'application', owner = 'TBD' }
three = { kind = 'application' }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['all', 'two', 'three'] }
";
        assert_eq!(of("CMP011", plan), ["CMP011 5:1"]);
    }

    #[test]
    fn where_no_asset_of_the_plan_says_it_that_is_one_finding() {
        let plan = "\
[plan]
name = 'Servers'
[asset]
a = { kind = 'server' }
b = { kind = 'server' }
c = { kind = 'server' }
d = { kind = 'server' }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['a', 'b', 'c', 'd'] }
";
        for code in ["CMP009", "CMP010", "CMP011"] {
            assert_eq!(of(code, plan), [format!("{code} 1:2")]);
        }
        assert_eq!(
            of("CMP009", &plan.replace("d = { kind = 'server'", "d = { kind = 'server', platform = 'cloud'"))
                .len(),
            3
        );
        // Nobody touches them.
        assert_eq!(of("CMP009", &plan.replace("'rollout'", "'backup'")), NONE);
    }

    #[test]
    fn what_moves_says_where_to() {
        let plan = "\
[plan]
name = 'x'
[task]
phase = { title = 'Upgrade everything' }
a = { title = 'Upgrade A', kind = 'upgrade', parent = 'phase' }
b = { title = 'Upgrade B', kind = 'upgrade' }
c = { title = 'Go live', kind = 'go-live' }
";
        // Where no task says it, that is one finding about the plan.
        assert_eq!(of("CMP015", plan), ["CMP015 1:2"]);
        // Phases and the plan say it for their tasks.
        assert_eq!(of("CMP015", &plan.replace("everything'", "everything', target = '2.0'")), ["CMP015 6:1"]);
        assert_eq!(of("CMP015", &plan.replace("name = 'x'", "target = '2.0'")), NONE);
        assert_eq!(of("CMP015", &plan.replace("'upgrade'", "'upgrade', status = 'done'")), NONE);
    }
}
