//! PRT002: changes of two plans to one asset at nearly the same time.

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::{Latest, Originals, Shared, has_several_plans, plan_name, when};
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, TaskId};
use crate::rules::compatibility::Groups;
use crate::rules::{Ctx, Native, Sink, counted, entity, listed};

pub(super) const RULE: Native = Native { code: "PRT002", check };

/// A change with its dates.
struct Change {
    task: TaskId,
    start: Date,
    finish: Date,
}

/// Where something is changed: an asset as such, what is done to it everywhere, and what is done at one site.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    Any(u32),
    Everywhere(u32),
    Site(u32, u32),
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !has_several_plans(ctx) || ctx.model.assets.is_empty() {
        return;
    }
    let originals = Originals::new(ctx);
    let (assets, sites) = (Shared::new(ctx, EntityKind::Asset), Shared::new(ctx, EntityKind::Site));
    let groups = Groups::new(ctx);
    let dated = |task: TaskId| {
        let (start, finish) = (ctx.start(task)?.value.date, ctx.finish(task)?.value.date);
        Some(Change { task, start, finish: finish.max(start) })
    };
    let mut changes: Vec<Change> = ctx.changes().filter_map(dated).collect();
    changes.sort_by_key(|it| (it.start, it.task));
    let mut before: FxHashMap<At, Latest<(Date, TaskId)>> = FxHashMap::default();
    // By the change that is collided with: the assets.
    let mut collisions: Vec<(TaskId, AssetId)> = Vec::new();
    for change in &changes {
        let plan = originals.of_task(ctx, change.task);
        let days = ctx.integer(ctx.model.task(change.task).plan, "days");
        let its_sites: Vec<u32> =
            ctx.sites(change.task).into_iter().map(|site| sites.of(site.index())).collect();
        collisions.clear();
        for asset in groups.with_members(ctx.scope(change.task).iter().copied()) {
            let number = assets.of(asset.index());
            let own = its_sites.iter().map(|site| At::Site(number, *site));
            // A change at one site leaves what is at another alone; one without a site is one for all.
            let looked_at: Vec<At> = match its_sites.is_empty() {
                true => vec![At::Any(number)],
                false => own.clone().chain([At::Everywhere(number)]).collect(),
            };
            let others = looked_at.iter().filter_map(|at| before.get(at)?.of_others(plan));
            if let Some((finish, other)) = others.max()
                && is_near(ctx, change, finish, days)
            {
                collisions.push((other, asset));
            }
            let everywhere = its_sites.is_empty().then_some(At::Everywhere(number));
            for at in own.chain(everywhere).chain([At::Any(number)]) {
                let it = (change.finish, change.task);
                before
                    .entry(at)
                    .and_modify(|latest| latest.add(it, plan))
                    .or_insert_with(|| Latest::new(it, plan));
            }
        }
        collisions.sort_unstable();
        for with_one in collisions.chunk_by(|one, other| one.0 == other.0) {
            report(ctx, out, change, with_one, days);
        }
    }
}

/// Whether a change begins before another has been over for so many working days.
fn is_near(ctx: &Ctx<'_>, change: &Change, finish: Date, days: i64) -> bool {
    let plan = ctx.model.task(change.task).plan;
    ctx.schedule.days_between(plan, finish.tomorrow().unwrap_or(finish), change.start) < days
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, change: &Change, with: &[(TaskId, AssetId)], days: i64) {
    let Some(&(other, _)) = with.first() else { return };
    let (Some(start), Some(finish)) = (ctx.start(other), ctx.finish(other)) else { return };
    let mut names: Vec<String> =
        with.iter().map(|(_, asset)| ctx.model.name(Entity::new(EntityKind::Asset, asset.index()))).collect();
    names.dedup();
    let plan = ctx.model.task(other).plan;
    out.report(
        ctx.finding(entity(change.task))
            .subject(&format!("{}/{}", ctx.model.plan_id(plan), ctx.model.id(entity(other))))
            .param("assets", listed(names))
            .param("when", when(change.start, change.finish))
            .param("other", ctx.name(other))
            .param("other-plan", plan_name(ctx, plan))
            .param("other-when", when(start.value.date, finish.value.date))
            .param("days", counted(days, "working day", "working days"))
            .label(ctx.place(other), "changes it too"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::portfolio::tests::{found, found_in};

    const NONE: [&str; 0] = [];

    /// Plan `a` upgrades the database from Monday 2 to Friday 6 November.
    fn plans(head: &str, rest: &str) -> String {
        format!(
            "#- a/plan.toml\n[plan]\nid = \"a\"\n{head}[task]\n\
             up = {{ title = \"Up\", kind = \"database-upgrade\", affects = \"db\", start = 2026-11-02, finish = 2026-11-06 }}\n\
             #- b/plan.toml\n[plan]\nid = \"b\"\n{head}[task]\n\
             go = {{ title = \"Go\", kind = \"deployment\", {rest} }}\n"
        )
    }

    fn with(rest: &str) -> Vec<String> {
        found("PRT002", &plans("[asset]\ndb = { name = \"Orders\" }\n", rest))
    }

    #[test]
    fn two_working_days_lie_between() {
        assert_eq!(with("affects = \"db\", start = 2026-11-05, finish = 2026-11-05"), ["PRT002 6:1"]);
        assert_eq!(with("affects = \"db\", start = 2026-11-10, finish = 2026-11-10"), ["PRT002 6:1"]);
        assert_eq!(with("affects = \"db\", start = 2026-11-11, finish = 2026-11-11"), NONE);
        assert_eq!(with("affects = \"db\", start = 2026-10-29, finish = 2026-10-29"), ["PRT002 6:1"]);
        assert_eq!(with("affects = \"db\", start = 2026-10-28, finish = 2026-10-28"), NONE);
        assert_eq!(with("affects = \"db\", duration = \"2d\""), NONE, "nobody knows when");
        assert_eq!(
            with("affects = \"db\", start = 2026-11-05, finish = 2026-11-05, status = \"done\""),
            NONE
        );
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let rest = |start: &str| {
            with(&format!(
                "affects = \"db\", duration = \"1d\", depends-on = \"pre\" }}\npre = {{ title = \"Pre\", start = {start}, duration = \"3d\""
            ))
        };
        assert_eq!(rest("2026-11-02"), ["PRT002 6:1"]);
        assert_eq!(rest("2026-11-09"), NONE, "Monday to Wednesday, then Thursday");
    }

    #[test]
    fn a_pilot_is_a_try_and_other_assets_are_others() {
        assert_eq!(with("affects = \"other\", start = 2026-11-05, finish = 2026-11-05"), NONE);
        let pilot = plans("[asset]\ndb = {}\n", "affects = \"db\", start = 2026-11-05, finish = 2026-11-05");
        assert_eq!(found("PRT002", &pilot).len(), 1);
        assert_eq!(found("PRT002", &pilot.replace("\"deployment\"", "\"pilot\"")), NONE);
    }

    #[test]
    fn one_id_for_two_things_is_no_collision() {
        let plan = plans(
            "[asset]\ndb = { name = \"Orders\" }\n",
            "affects = \"db\", start = 2026-11-05, finish = 2026-11-05",
        );
        assert_eq!(found("PRT002", &plan).len(), 1);
        let (one, other) = plan.split_at(plan.rfind("Orders").unwrap());
        assert_eq!(found("PRT002", &format!("{one}{}", other.replace("Orders", "Wages"))), NONE);
    }

    #[test]
    fn what_is_at_another_site_is_another_machine() {
        let head = "[site]\nporto = {}\npune = {}\n[asset]\ndb = {}\n";
        let at = |site: &str| {
            let plan =
                plans(head, &format!("affects = \"db\", start = 2026-11-05, finish = 2026-11-05{site}"));
            found(
                "PRT002",
                &plan.replace(
                    "affects = \"db\", start = 2026-11-02",
                    "affects = \"db\", site = \"porto\", start = 2026-11-02",
                ),
            )
        };
        assert_eq!(at(", site = \"pune\""), NONE);
        assert_eq!(at(", site = \"porto\""), ["PRT002 9:1"]);
        assert_eq!(at(", sites = [\"pune\", \"porto\"]"), ["PRT002 9:1"]);
        assert_eq!(at(""), ["PRT002 9:1"], "done once for all sites");
    }

    #[test]
    fn a_group_is_changed_with_all_that_is_in_it() {
        let head = "[asset]\ndb = {}\nall = { members = [\"db\"] }\n";
        let plan = plans(head, "affects = \"all\", start = 2026-11-05, finish = 2026-11-05");
        assert_eq!(found("PRT002", &plan), ["PRT002 7:1"]);
    }

    #[test]
    fn a_copy_collides_with_nothing() {
        let plan = plans("[asset]\ndb = {}\n", "affects = \"db\", start = 2026-11-05, finish = 2026-11-05");
        assert_eq!(found("PRT002", &plan.replace("id = \"b\"", "id = \"a\"")), NONE);
    }

    #[test]
    fn assets_are_the_same_where_the_configuration_says_so() {
        let plan = |id: &str, asset: &str, day: &str| {
            format!(
                "[plan]\nid = \"{id}\"\n[asset]\n{asset} = {{ name = \"{asset}\" }}\n[task]\n\
                 up = {{ title = \"Up\", kind = \"deployment\", affects = \"{asset}\", start = {day}, finish = {day} }}\n"
            )
        };
        let (a, b) = (plan("a", "sap", "2026-11-03"), plan("b", "erp", "2026-11-04"));
        let run = |config: &str| {
            found_in("PRT002", &[("a/plan.toml", &a), ("b/plan.toml", &b), ("planlint.toml", config)])
        };
        assert_eq!(run(""), NONE);
        assert_eq!(run("[alias.asset]\nsap = \"erp\"\n"), ["b/plan.toml:6"]);
    }
}
