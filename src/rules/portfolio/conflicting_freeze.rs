//! PRT005: plans that know different dates of a freeze, or that do not know of it at all.

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Latest, Originals, Shared, has_several_plans, plan_name, when};
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, FreezeKind, PlanId, TaskId};
use crate::rules::compatibility::Groups;
use crate::rules::{Ctx, Native, Sink, entity, listed};
use crate::source::Span;

pub(super) const RULE: Native = Native { code: "PRT005", check };

/// Two freezes of one name that are further apart than this are two occasions: month-ends, year-ends.
const APART: i64 = 14;

/// A freeze with its dates.
#[derive(Clone, Copy)]
struct Freeze {
    number: usize,
    /// The plan it stands in, or of which that is a copy.
    plan: PlanId,
    start: Date,
    finish: Date,
}

/// What a freeze is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Thing {
    Site(u32),
    Asset(u32),
    /// Everything.
    All,
}

/// What two freezes have in common that are to be one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Common<'a> {
    Id(&'a str, Thing),
    /// A site or an asset, and the reason why nothing may change there.
    Thing(Thing, Option<FreezeKind>),
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !has_several_plans(ctx) || ctx.model.freezes.is_empty() {
        return;
    }
    let world = World {
        ctx,
        originals: Originals::new(ctx),
        sites: Shared::new(ctx, EntityKind::Site),
        assets: Shared::new(ctx, EntityKind::Asset),
        groups: Groups::new(ctx),
    };
    let freezes = world.freezes();
    let told = world.report_dates(out, &freezes);
    world.report_changes(out, &freezes, &told);
}

/// The plans with what they share.
struct World<'c, 'a> {
    ctx: &'c Ctx<'a>,
    originals: Originals,
    sites: Shared,
    assets: Shared,
    groups: Groups<'a>,
}

impl<'a> World<'_, 'a> {
    /// All freezes whose dates are known and make sense, copies of plans left out.
    fn freezes(&self) -> Vec<Freeze> {
        let ctx = self.ctx;
        let mut freezes = Vec::new();
        for plan in ctx.plans().iter().filter(|plan| self.originals.of(**plan) == **plan) {
            for number in ctx.model.plan(*plan).range(EntityKind::Freeze) {
                let it = &ctx.model.freezes[number];
                if let (Some(start), Some(finish)) = (it.start(), it.finish())
                    && start.value.date <= finish.value.date
                {
                    let (start, finish) = (start.value.date, finish.value.date);
                    freezes.push(Freeze { number, plan: *plan, start, finish });
                }
            }
        }
        freezes
    }

    /// The sites and assets that a freeze names.
    fn things(&self, freeze: &Freeze) -> Vec<Thing> {
        let it = &self.ctx.model.freezes[freeze.number];
        let references = &self.ctx.network.references;
        let sites = references.list(it.sites()).iter().filter_map(|it| it.of(EntityKind::Site));
        let sites = sites.map(|site| Thing::Site(self.sites.of(site)));
        let assets = references.list(it.assets()).iter().filter_map(|it| it.of(EntityKind::Asset));
        let assets = self.groups.with_members(assets.map(|asset| AssetId(asset as u32)));
        sites.chain(assets.into_iter().map(|asset| Thing::Asset(self.assets.of(asset.index())))).collect()
    }

    /// Whether a freeze says for what it is, even if nobody knows that.
    fn is_for_something(&self, freeze: &Freeze) -> bool {
        let it = &self.ctx.model.freezes[freeze.number];
        !it.sites().is_empty() || !it.assets().is_empty()
    }

    /// Reports freezes that are one and have different dates in two plans. Returns the plans with the names of freezes
    /// about which that is said.
    fn report_dates(&self, out: &mut Sink, freezes: &[Freeze]) -> FxHashSet<(PlanId, &'a str)> {
        let ctx = self.ctx;
        let mut by_common: Vec<(Common<'a>, Freeze)> = Vec::new();
        for freeze in freezes {
            let it = &ctx.model.freezes[freeze.number];
            let id = ctx.text(it.id).trim();
            if !self.is_for_something(freeze) {
                by_common.push((Common::Id(id, Thing::All), *freeze));
            }
            let kind = it.kind().map(|kind| kind.value);
            for thing in self.things(freeze) {
                by_common.push((Common::Id(id, thing), *freeze));
                by_common.push((Common::Thing(thing, kind), *freeze));
            }
        }
        by_common.sort_by_key(|(common, freeze)| (*common, freeze.start, freeze.finish, freeze.number));
        let mut told = FxHashSet::default();
        let mut reported: FxHashSet<usize> = FxHashSet::default();
        for group in by_common.chunk_by(|one, other| one.0 == other.0) {
            let apart = if matches!(group[0].0, Common::Id(..)) { APART } else { 0 };
            for (freeze, other) in different(group, apart) {
                let id = ctx.text(ctx.model.freezes[freeze.number].id).trim();
                told.extend([(freeze.plan, id), (other.plan, id)]);
                let other_id = ctx.text(ctx.model.freezes[other.number].id).trim();
                told.extend([(freeze.plan, other_id), (other.plan, other_id)]);
                if reported.insert(freeze.number) {
                    self.report_pair(out, &freeze, &other);
                }
            }
        }
        told
    }

    fn report_pair(&self, out: &mut Sink, freeze: &Freeze, other: &Freeze) {
        let ctx = self.ctx;
        let about = |freeze: &Freeze| Entity::new(EntityKind::Freeze, freeze.number);
        let at = |it: &Freeze| -> Span {
            let own = &ctx.model.freezes[it.number];
            let differing = if freeze.start == other.start { own.finish() } else { own.start() };
            differing.map_or(own.id.span(), |it| it.span)
        };
        let mut finding = ctx
            .finding_at(about(freeze), at(freeze))
            .param("from", freeze.start.to_string())
            .param("until", freeze.finish.to_string())
            .param("other-from", other.start.to_string())
            .param("other-until", other.finish.to_string())
            .param("other-plan", plan_name(ctx, other.plan))
            .subject(&format!("{}/{}", ctx.model.plan_id(other.plan), ctx.model.id(about(other))))
            .label(at(other), "the other date");
        if ctx.model.id(about(freeze)) != ctx.model.id(about(other)) {
            finding = finding.variant("other-id").param("other", ctx.model.name(about(other)));
        }
        out.report(finding);
    }

    /// Reports changes in a freeze that only other plans declare, by name of what is changed or of where.
    fn report_changes(&self, out: &mut Sink, freezes: &[Freeze], told: &FxHashSet<(PlanId, &'a str)>) {
        let ctx = self.ctx;
        let mut of_things: FxHashMap<(Thing, Option<&str>), Vec<Freeze>> = FxHashMap::default();
        for freeze in freezes {
            let it = &ctx.model.freezes[freeze.number];
            let kinds: Vec<Option<&str>> = match ctx.model.list(it.kinds()) {
                [] => vec![None],
                kinds => kinds.iter().map(|kind| Some(ctx.text(*kind).trim())).collect(),
            };
            let mut things = self.things(freeze);
            // Without a site or an asset it holds for its own plan.
            if !self.is_for_something(freeze) {
                things.push(Thing::All);
            }
            for thing in things {
                for kind in &kinds {
                    of_things.entry((thing, *kind)).or_default().push(*freeze);
                }
            }
        }
        let mut known: FxHashMap<(Thing, Option<&str>), Times> = FxHashMap::default();
        known.extend(of_things.into_iter().map(|(key, freezes)| (key, Times::new(freezes))));
        for change in ctx.changes() {
            let it = ctx.model.task(change);
            let (Some(start), Some(finish)) = (ctx.start(change), ctx.finish(change)) else { continue };
            // Somebody has allowed it.
            let is_allowed = it.freeze_exception().is_some_and(|by| !ctx.text(by).trim().is_empty());
            if is_allowed {
                continue;
            }
            let (start, finish) = (start.value.date, finish.value.date);
            let plan = self.originals.of(it.plan);
            let kind = it.kind().map(|kind| ctx.text(kind).trim());
            let sites = ctx.sites(change).into_iter().map(|site| Thing::Site(self.sites.of(site.index())));
            let scope = self.groups.with_members(ctx.scope(change).iter().copied());
            let scope = scope.into_iter().map(|asset| Thing::Asset(self.assets.of(asset.index())));
            let things: Vec<Thing> = sites.chain(scope).collect();
            let kinds = [None, kind];
            let kinds = if kind.is_some() { &kinds[..] } else { &kinds[..1] };
            let times = || {
                things.iter().flat_map(|thing| kinds.iter().filter_map(|kind| known.get(&(*thing, *kind))))
            };
            // Its own plan knows of a freeze at that time: SCH011 speaks of it.
            let everywhere = kinds.iter().filter_map(|kind| known.get(&(Thing::All, *kind)));
            if times().chain(everywhere).any(|times| times.of_plan(plan, start, finish)) {
                continue;
            }
            let found = times().filter_map(|times| times.of_others(plan, start, finish));
            let Some(freeze) = found.min_by_key(|freeze| (freeze.start, freeze.number)) else { continue };
            let id = ctx.text(ctx.model.freezes[freeze.number].id).trim();
            // That the plans know different dates has been said.
            if !told.contains(&(plan, id)) {
                self.report_change(out, change, (start, finish), &freeze);
            }
        }
    }

    fn report_change(&self, out: &mut Sink, change: TaskId, (start, finish): (Date, Date), freeze: &Freeze) {
        let ctx = self.ctx;
        let about = Entity::new(EntityKind::Freeze, freeze.number);
        let things: FxHashSet<Thing> = self.things(freeze).into_iter().collect();
        let name = |kind, index| ctx.model.name(Entity::new(kind, index));
        let sites = ctx.sites(change).into_iter().map(|site| site.index());
        let sites = sites.filter(|site| things.contains(&Thing::Site(self.sites.of(*site))));
        let scope = self.groups.with_members(ctx.scope(change).iter().copied());
        let assets = scope.into_iter().map(|asset| asset.index());
        let assets = assets.filter(|asset| things.contains(&Thing::Asset(self.assets.of(*asset))));
        let named = sites.map(|site| name(EntityKind::Site, site));
        let named = listed(named.chain(assets.map(|asset| name(EntityKind::Asset, asset))));
        out.report(
            ctx.finding(entity(change))
                .variant("unknown")
                .param("when", when(start, finish))
                .param("freeze", ctx.model.name(about))
                .param("from", freeze.start.to_string())
                .param("until", freeze.finish.to_string())
                .param("things", named)
                .param("other-plan", plan_name(ctx, freeze.plan))
                .subject(&format!("{}/{}", ctx.model.plan_id(freeze.plan), ctx.model.id(about)))
                .label(ctx.model.place(about), "the freeze"),
        );
    }
}

/// Of freezes that are to be one, sorted by date, those whose dates differ from those of another plan, each with the one
/// of the first plan that differs. Freezes further apart than so many days are other occasions.
fn different(group: &[(Common<'_>, Freeze)], apart: i64) -> Vec<(Freeze, Freeze)> {
    let mut pairs = Vec::new();
    let mut at = 0;
    while at < group.len() {
        let mut end = at + 1;
        let mut last = group[at].1.finish;
        while let Some((_, next)) = group.get(end)
            && (next.start <= last || (apart > 0 && days(last, next.start) <= apart))
        {
            last = last.max(next.finish);
            end += 1;
        }
        let occasion = &group[at..end];
        at = end;
        // Which plans know each of the periods: who knows both means two freezes.
        let period = |freeze: &Freeze| (freeze.start, freeze.finish);
        let knows: FxHashSet<(PlanId, (Date, Date))> =
            occasion.iter().map(|(_, freeze)| (freeze.plan, period(freeze))).collect();
        let Some((_, first)) = occasion.iter().min_by_key(|(_, freeze)| freeze.number) else { continue };
        for (_, freeze) in occasion {
            let is_other = period(freeze) != period(first)
                && freeze.plan != first.plan
                && !knows.contains(&(first.plan, period(freeze)))
                && !knows.contains(&(freeze.plan, period(first)));
            if is_other {
                pairs.push((*freeze, *first));
            }
        }
    }
    pairs
}

fn days(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// The freezes of one thing by time.
struct Times {
    freezes: Vec<Freeze>,
    /// Up to each of them, those that end last.
    latest: Vec<Latest<(Date, usize)>>,
    /// Of each plan its periods, and up to each the last day.
    of_plans: FxHashMap<PlanId, Vec<(Date, Date)>>,
}

impl Times {
    fn new(mut freezes: Vec<Freeze>) -> Self {
        freezes.sort_by_key(|it| (it.start, it.number));
        let mut latest: Vec<Latest<(Date, usize)>> = Vec::with_capacity(freezes.len());
        let mut of_plans: FxHashMap<PlanId, Vec<(Date, Date)>> = FxHashMap::default();
        for (at, freeze) in freezes.iter().enumerate() {
            let it = (freeze.finish, at);
            latest.push(match latest.last().copied() {
                None => Latest::new(it, freeze.plan),
                Some(mut latest) => {
                    latest.add(it, freeze.plan);
                    latest
                }
            });
            let own = of_plans.entry(freeze.plan).or_default();
            let last = own.last().map_or(freeze.finish, |(_, last)| freeze.finish.max(*last));
            own.push((freeze.start, last));
        }
        Self { freezes, latest, of_plans }
    }

    /// Whether a plan has a freeze in this time.
    fn of_plan(&self, plan: PlanId, start: Date, finish: Date) -> bool {
        let Some(periods) = self.of_plans.get(&plan) else { return false };
        let begun = periods.partition_point(|(from, _)| *from <= finish);
        begun > 0 && periods[begun - 1].1 >= start
    }

    /// A freeze of another plan in this time.
    fn of_others(&self, plan: PlanId, start: Date, finish: Date) -> Option<Freeze> {
        let begun = self.freezes.partition_point(|it| it.start <= finish);
        let (last, at) = self.latest.get(begun.checked_sub(1)?)?.of_others(plan)?;
        (last >= start).then(|| self.freezes[at])
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::portfolio::tests::found;

    const NONE: [&str; 0] = [];

    fn with(one: &str, other: &str) -> Vec<String> {
        let plan = |id: &str, rest: &str| {
            format!(
                "#- {id}/plan.toml\n[plan]\nid = \"{id}\"\n[site]\nporto = {{}}\npune = {{}}\n[asset]\ndb = {{}}\n{rest}\n"
            )
        };
        found("PRT005", &(plan("a", one) + &plan("b", other)))
    }

    fn freezes(one: &str, other: &str) -> Vec<String> {
        with(&format!("[freeze]\n{one}"), &format!("[freeze]\n{other}"))
    }

    #[test]
    fn one_freeze_has_one_start_and_one_end() {
        let year_end = "year-end = { start = 2026-12-14, finish = 2027-01-08 }";
        assert_eq!(freezes(year_end, year_end), NONE);
        assert_eq!(freezes(year_end, &year_end.replace("2027-01-08", "2027-01-05")), ["PRT005 9:43"]);
        assert_eq!(freezes(year_end, &year_end.replace("2026-12-14", "2026-12-21")), ["PRT005 9:22"]);
        assert_eq!(freezes(year_end, "other = { start = 2026-12-14, finish = 2027-01-05 }"), NONE);
    }

    #[test]
    fn the_next_year_end_is_another_one() {
        let year_end = "year-end = { start = 2026-12-14, finish = 2027-01-08 }";
        assert_eq!(freezes(year_end, "year-end = { start = 2027-12-13, finish = 2028-01-07 }"), NONE);
        assert_eq!(freezes(year_end, "year-end = { start = 2027-01-11, finish = 2027-01-15 }").len(), 1);
        let both = "year-end = { start = 2026-12-14, finish = 2027-01-08, assets = [\"db\"] }";
        assert_eq!(
            freezes(both, &both.replace("assets = [\"db\"]", "sites = [\"pune\"]").replace("12-14", "12-21")),
            NONE
        );
    }

    #[test]
    fn freezes_of_one_site_or_asset_for_one_reason_are_one() {
        let a = "x = { start = 2026-12-14, finish = 2027-01-08, assets = [\"db\"], kind = \"period-end\" }";
        let b = "y = { start = 2026-12-21, finish = 2027-01-08, assets = [\"db\"], kind = \"period-end\" }";
        assert_eq!(freezes(a, b), ["PRT005 9:15"]);
        assert_eq!(freezes(a, &b.replace("period-end", "change")), NONE);
        assert_eq!(freezes(a, &b.replace("assets = [\"db\"]", "sites = [\"porto\"]")), NONE);
        assert_eq!(
            freezes(a, &b.replace("2026-12-21", "2027-02-01").replace("2027-01-08", "2027-02-05")),
            NONE
        );
        // Whoever knows both means two.
        assert_eq!(freezes(&format!("{a}\n{b}"), b), NONE);
    }

    const GO: &str = "[task]\ngo = { title = \"Go\", kind = \"deployment\", affects = \"db\", site = \"porto\", start = 2026-12-16, duration = \"1d\" }";

    #[test]
    fn a_change_in_a_freeze_that_only_another_plan_declares() {
        let freeze = "[freeze]\nx = { start = 2026-12-14, finish = 2027-01-08, assets = [\"db\"] }";
        assert_eq!(with(freeze, GO), ["PRT005 9:1"]);
        assert_eq!(with(&freeze.replace("assets = [\"db\"]", "sites = [\"porto\"]"), GO), ["PRT005 9:1"]);
        assert_eq!(with(&freeze.replace("assets = [\"db\"]", "sites = [\"pune\"]"), GO), NONE);
        assert_eq!(with(&freeze.replace(", assets = [\"db\"]", ""), GO), NONE, "of that plan alone");
        assert_eq!(with(&freeze.replace("] }", "], kinds = [\"migration\"] }"), GO), NONE);
        assert_eq!(with(&freeze.replace("] }", "], kinds = [\"deployment\"] }"), GO), ["PRT005 9:1"]);
        assert_eq!(with(freeze, &GO.replace("2026-12-16", "2027-01-11")), NONE);
        assert_eq!(with(freeze, &GO.replace("\"1d\"", "\"1d\", freeze-exception = \"mia\"")), NONE);
        assert_eq!(with(freeze, &format!("{freeze}\n{GO}")), NONE, "its own plan knows");
        assert_eq!(
            with(freeze, &format!("[freeze]\ny = {{ start = 2026-12-14, finish = 2027-01-08 }}\n{GO}")),
            NONE
        );
    }

    #[test]
    fn one_cause_is_said_once() {
        let a = "[freeze]\nx = { start = 2026-12-14, finish = 2027-01-08, assets = [\"db\"] }";
        let b = a.replace("2026-12-14", "2026-12-21");
        assert_eq!(with(a, &format!("{b}\n{GO}")), ["PRT005 9:15"]);
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let freeze = "[freeze]\nx = { start = 2026-12-14, finish = 2027-01-08, assets = [\"db\"] }";
        let go = |start: &str| {
            GO.replace("start = 2026-12-16", "depends-on = \"pre\"")
                + &format!("\npre = {{ title = \"Pre\", start = {start}, duration = \"5d\" }}")
        };
        assert_eq!(with(freeze, &go("2026-12-07")), ["PRT005 9:1"]);
        assert_eq!(with(freeze, &go("2026-12-01")), NONE);
    }
}
