//! CMP012: something whose support ends before the plan does.

use rustc_hash::FxHashMap;

use super::{Groups, RENEWING, RETIRING, Work, normalized};
use crate::finding::EntityKind;
use crate::model::{AssetId, Moment, PlanId, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP012", check };

/// Kinds of work that renew machines as a whole, not the programs on them.
const RENEWING_MACHINES: [&str; 4] = ["rollout", "os-upgrade", "reimage", "device-refresh"];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !super::is_worthwhile(ctx) || !ctx.model.assets.iter().any(|asset| asset.end_of_support().is_some()) {
        return;
    }
    let groups = Groups::new(ctx);
    let brought = report_targets(ctx, out);
    let touched = super::touched_assets(&groups, |asset| support_end(ctx, asset).is_some());
    let kinds: Vec<&str> = RENEWING.into_iter().chain(RETIRING).collect();
    let renewing = Work::of_kinds(&groups, &kinds);
    let machines = ctx.kinds(&RENEWING_MACHINES);
    let mut finishes: FxHashMap<PlanId, Option<Moment>> = FxHashMap::default();
    for (asset, changes) in touched {
        let plan = super::asset(ctx, asset).plan;
        let finish = *finishes.entry(plan).or_insert_with(|| plan_finish(ctx, plan));
        let (Some(end), Some(finish)) = (support_end(ctx, asset), finish) else { continue };
        if end.value.date >= finish.date
            || brought.contains(&asset)
            || ctx.plans().binary_search(&plan).is_err()
        {
            continue;
        }
        let is_machine =
            matches!(super::kind(ctx, asset), "device-fleet" | "server" | "workstation" | "virtual-desktop");
        let rolled_out = changes.iter().filter(|change| is_machine && machines.contains(ctx.kind(**change)));
        // Where nobody knows when the upgrade ends, nobody can say that it is too late.
        let is_answered = renewing.on(asset).iter().chain(rolled_out).any(|task| {
            ctx.is_done(*task) || ctx.finish(*task).is_none_or(|done| done.value.date <= end.value.date)
        });
        if !is_answered {
            out.report(
                ctx.finding_at(super::entity(asset), end.span)
                    .param("date", end.value.to_string())
                    .param("finish", finish.to_string()),
            );
        }
    }
}

/// The last day on which the vendor mends it, bought support included.
fn support_end(ctx: &Ctx<'_>, asset: AssetId) -> Option<Spanned<Moment>> {
    let it = super::asset(ctx, asset);
    let end = it.end_of_support()?;
    Some(it.extended_support_until().filter(|bought| bought.value > end.value).unwrap_or(end))
}

/// The day that was promised, else the day on which the last task ends.
fn plan_finish(ctx: &Ctx<'_>, plan: PlanId) -> Option<Moment> {
    let promised = ctx.model.plan(plan).header.finish_by().map(|finish| finish.value);
    let last = || {
        let tasks = ctx.model.tasks_of(plan).filter(|(task, _)| !ctx.is_cancelled(*task));
        tasks.filter_map(|(task, _)| Some(ctx.finish(task)?.value)).max()
    };
    promised.or_else(last)
}

/// Reports what a change brings in and what runs out before the change has ended. Returns those assets, which need no
/// second finding.
fn report_targets(ctx: &Ctx<'_>, out: &mut Sink) -> Vec<AssetId> {
    let mut named: FxHashMap<(PlanId, String), AssetId> = FxHashMap::default();
    for plan in ctx.plans() {
        for number in ctx.model.plan(*plan).range(EntityKind::Asset) {
            let asset = AssetId(number as u32);
            if support_end(ctx, asset).is_some() && !super::is_out_of_scope(ctx, asset) {
                let entity = super::entity(asset);
                for name in ctx.model.title(entity).into_iter().chain([ctx.model.id(entity)]) {
                    named.entry((*plan, normalized(name))).or_insert(asset);
                }
            }
        }
    }
    let mut last: FxHashMap<AssetId, (Moment, TaskId)> = FxHashMap::default();
    if named.is_empty() {
        return Vec::new();
    }
    for change in ctx.changes_and_pilots() {
        let (Some(target), Some(finish)) = (ctx.target(change), ctx.finish(change)) else { continue };
        let plan = ctx.model.task(change).plan;
        if let Some(asset) = named.get(&(plan, normalized(ctx.text(target)))) {
            let last = last.entry(*asset).or_insert((finish.value, change));
            *last = (*last).max((finish.value, change));
        }
    }
    let mut late: Vec<(AssetId, (Moment, TaskId))> = last.into_iter().collect();
    late.sort_unstable();
    late.retain(|(asset, (finish, change))| {
        let Some(end) = support_end(ctx, *asset).filter(|end| end.value.date < finish.date) else {
            return false;
        };
        out.report(
            ctx.finding_at(super::entity(*asset), end.span)
                .variant("target")
                .param("change", ctx.name(*change))
                .param("date", end.value.to_string())
                .param("finish", finish.to_string())
                .label(ctx.place(*change), "brings it in"),
        );
        true
    });
    late.into_iter().map(|(asset, _)| asset).collect()
}

#[cfg(test)]
mod tests {
    fn found(plan: &str) -> Vec<String> {
        crate::rules::testing::codes(plan).into_iter().filter(|it| it.starts_with("CMP012")).collect()
    }

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[plan]
finish-by = 2027-03-31
[asset]
db = { kind = 'database', end-of-support = 2027-01-12 }
[task]
up = { title = 'Tidy the database', kind = 'deployment', affects = ['db'], finish = 2026-12-18 }
";

    #[test]
    fn bought_support_and_an_upgrade_in_time_or_without_date_answer_it() {
        assert_eq!(found(PLAN), ["CMP012 4:44"]);
        assert_eq!(
            found(&PLAN.replace("2027-01-12 }", "2027-01-12, extended-support-until = 2028-01-12 }")),
            NONE
        );
        assert_eq!(found(&PLAN.replace("'deployment'", "'database-upgrade'")), NONE);
        assert_eq!(
            found(&PLAN.replace("'deployment'", "'upgrade'").replace(", finish = 2026-12-18", "")),
            NONE
        );
        assert_eq!(
            found(&PLAN.replace("'deployment'", "'upgrade'").replace("2026-12-18", "2027-02-18")),
            ["CMP012 4:44"]
        );
    }

    #[test]
    fn without_promise_the_latest_date_that_is_written_ends_the_plan() {
        let plan = PLAN.replace("finish-by = 2027-03-31", "name = 'x'");
        assert_eq!(found(&plan), NONE);
        assert_eq!(found(&(plan + "end = { title = 'Close', finish = 2027-02-01 }\n")), ["CMP012 4:44"]);
    }

    #[test]
    fn the_end_of_the_plan_may_follow_from_logic() {
        let plan = PLAN
            .replace("finish-by = 2027-03-31", "start = 2026-11-02")
            .replace("finish = 2026-12-18", "duration = '5d'");
        let with = |days: u32| {
            found(&format!("{plan}end = {{ title = 'Close', duration = '{days}d', depends-on = 'up' }}\n"))
        };
        assert_eq!(with(40), NONE, "on 1 January");
        assert_eq!(with(60), ["CMP012 4:44"]);
    }

    #[test]
    fn a_rollout_renews_machines_and_not_the_programs_on_them() {
        let plan = PLAN.replace("'deployment'", "'rollout'");
        assert_eq!(found(&plan), ["CMP012 4:44"]);
        assert_eq!(found(&plan.replace("'database'", "'device-fleet'")), NONE);
    }
}
