//! SIT: does every site get there?

mod forgotten_site;
mod no_pilot_wave;
mod no_site_support;
mod no_time_zone;
mod pilot_misses_critical_asset;
mod sites_at_once;
mod waves_unordered;
mod without_lead;

use super::{Ctx, Native};
use crate::catalogue::KindSet;
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, SiteId, TaskId};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    without_lead::RULE,
    forgotten_site::RULE,
    no_pilot_wave::RULE,
    waves_unordered::RULE,
    sites_at_once::RULE,
    no_site_support::RULE,
    no_time_zone::RULE,
    pilot_misses_critical_asset::RULE,
];

/// Kinds of work that help the users after a change, with the words that single fields have for them.
const SUPPORT: [&str; 4] = ["hypercare", "support", "floor-support", "early-life-support"];

/// Kinds of work that give something new to its users, group by group.
fn rollouts(ctx: &Ctx<'_>) -> KindSet {
    ctx.catalogue.kinds_where(|kind| {
        kind.name == "rollout"
            || kind.touches_production && kind.name.ends_with("-rollout")
            || ["os-upgrade", "reimage", "device-refresh"].contains(&kind.name.as_str())
    })
}

/// Kinds of work that touch production.
fn production(ctx: &Ctx<'_>) -> KindSet {
    ctx.catalogue.kinds_where(|kind| kind.touches_production)
}

/// Visits the sites of a task: its own, its phase's, its wave's. Copies nothing: it is asked of every task.
fn each_site(ctx: &Ctx<'_>, task: TaskId, mut visit: impl FnMut(SiteId)) {
    let network = ctx.network;
    let own = network.hierarchy.sites_from(task).map(|giver| ctx.model.task(giver).sites());
    let list = own.filter(|list| !list.is_empty()).or_else(|| {
        let wave = network.hierarchy.wave_of(ctx.model, &network.index, task)?;
        Some(ctx.model.waves[wave].sites())
    });
    for reference in list.map_or(&[][..], |list| network.references.list(list)) {
        if let Some(site) = reference.of(EntityKind::Site) {
            visit(SiteId(site as u32));
        }
    }
}

/// A site as an entity.
fn entity(site: SiteId) -> Entity {
    Entity::new(EntityKind::Site, site.index())
}

/// A plan as an entity.
fn plan_entity(plan: PlanId) -> Entity {
    Entity::new(EntityKind::Plan, plan.index())
}

/// Whether a site was left out on purpose.
fn is_left_out(ctx: &Ctx<'_>, site: usize) -> bool {
    ctx.model.sites[site].out_of_scope().is_some_and(|flag| flag.value)
}
