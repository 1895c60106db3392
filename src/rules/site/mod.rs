//! SIT: does every site get there?

mod no_pilot_wave;
mod pilot_misses_critical_asset;
mod sites_at_once;
mod waves_unordered;

use super::{Ctx, Native};
use crate::catalogue::KindSet;
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, SiteId, TaskId};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] =
    &[no_pilot_wave::RULE, waves_unordered::RULE, sites_at_once::RULE, pilot_misses_critical_asset::RULE];

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

/// The rules of the family that are written in the catalogue: what they find, and what they leave alone.
#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    const NOTHING: Vec<String> = Vec::new();

    fn found(code: &str, plan: &str) -> Vec<String> {
        codes(plan).into_iter().filter(|it| it.starts_with(code)).collect()
    }

    #[test]
    fn a_site_with_open_work_by_itself_by_a_phase_or_by_a_wave_needs_a_lead() {
        let sites = "[plan]\nname = \"P\"\n[site]\na = { lead = \"TBD\" }\nb = { lead = \" \" }\nc = {}\n";
        let work = "[wave.1]\nsites = [\"c\"]\n[task]\n\
            p = { title = \"P\", sites = [\"a\", \"b\"] }\n\
            x = { title = \"X\", parent = \"p\" }\n\
            y = { title = \"Y\", wave = 1 }\n";
        assert_eq!(found("SIT001", &format!("{sites}{work}")), ["SIT001 5:1", "SIT001 6:1"]);
        let over = "[task]\nx = { title = \"X\", site = \"b\", status = \"done\" }\n\
            y = { title = \"Y\", site = \"c\", status = \"cancelled\" }\n";
        assert_eq!(found("SIT001", &format!("{sites}{over}")), NOTHING);
    }

    #[test]
    fn a_site_that_anything_names_is_not_forgotten() {
        let plan = |rest: &str| {
            let sites = "[plan]\nname = \"P\"\n[site]\nberlin = {}\nporto = {}\n";
            found("SIT002", &format!("{sites}{rest}"))
        };
        let rollout = "[task]\na = { title = \"A\", kind = \"rollout\", site = \"berlin\" }\n";
        assert_eq!(plan(rollout), ["SIT002 5:1"]);
        assert_eq!(plan(&format!("[wave.1]\nsites = [\"porto\"]\n{rollout}")), NOTHING);
        for named in ["site = \"portp\"", "site = \"porto\"", "affects = \"porto\""] {
            assert_eq!(plan(&format!("{rollout}b = {{ title = \"B\", {named} }}\n")), NOTHING, "{named}");
        }
        let dropped = format!("{rollout}b = {{ title = \"B\", site = \"porto\", status = \"cancelled\" }}\n");
        assert_eq!(plan(&dropped), ["SIT002 5:1"]);
        assert_eq!(plan("[task]\na = { title = \"A\", site = \"berlin\" }\n"), NOTHING, "no rollout");
    }

    #[test]
    fn support_for_all_or_for_each_site_will_do() {
        let plan = |tasks: &str| {
            found("SIT006", &format!("[plan]\nname = \"P\"\n[site]\na = {{}}\nb = {{}}\n[task]\n{tasks}"))
        };
        let support = |rest: &str| {
            plan(&format!(
                "x = {{ title = \"X\", kind = \"rollout\", sites = [\"a\", \"b\"] }}\n\
                 s = {{ title = \"S\", kind = \"floor-support\"{rest} }}\n"
            ))
        };
        assert_eq!(support(", depends-on = \"x SS\""), NOTHING);
        assert_eq!(support(", sites = [\"b\", \"a\"], depends-on = \"x\""), NOTHING);
        assert_eq!(support(", site = \"a\", depends-on = \"x\""), ["SIT006 7:1"]);
        assert_eq!(support(""), ["SIT006 7:1"]);
        assert_eq!(support(", depends-on = \"x\", status = \"cancelled\""), ["SIT006 7:1"]);
        let others = "x = { title = \"X\", kind = \"rollout\", site = \"a\", users-notice = false }\n\
            y = { title = \"Y\", kind = \"rollout\" }\n\
            z = { title = \"Z\", kind = \"migration\", site = \"a\" }\n";
        assert_eq!(plan(others), NOTHING);
    }

    #[test]
    fn the_time_zone_matters_where_a_change_depends_on_the_hour() {
        let plan = |sites: &str, rest: &str| {
            let task = format!("x = {{ title = \"X\", kind = \"cutover\", site = \"a\"{rest} }}\n");
            found("SIT007", &format!("[plan]\nname = \"P\"\n[site]\na = {{}}\n{sites}[task]\n{task}"))
        };
        for (rest, is_found) in [
            (", duration = \"15h\"", true),
            (", duration = \"2d\"", false),
            (", duration = \"0d\"", false),
            (", start = 2026-11-07T22:00:00", true),
            (", start = 2026-11-07", false),
            (", window = \"Sat 20:00 to Sun 12:00\"", true),
            (", duration = \"4h\", status = \"done\"", false),
        ] {
            assert_eq!(!plan("b = {}\n", rest).is_empty(), is_found, "{rest}");
        }
        assert_eq!(plan("", ", duration = \"4h\""), NOTHING, "one site, one clock");
        let zone_of_calendar = "[plan]\nname = \"P\"\n[calendar.k]\ntime-zone = \"Asia/Kolkata\"\n[site]\n\
            a = { calendar = \"k\" }\nb = { out-of-scope = true }\n[task]\n\
            x = { title = \"X\", kind = \"cutover\", sites = [\"a\", \"b\"], duration = \"4h\" }\n";
        assert_eq!(found("SIT007", zone_of_calendar), NOTHING);
    }
}
