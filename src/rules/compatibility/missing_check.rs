//! CMP001: a change touches something that no task checks.

use rustc_hash::FxHashSet;

use super::{Groups, Work};
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !super::is_worthwhile(ctx) {
        return;
    }
    let groups = Groups::new(ctx);
    let checks = Work::checks(&groups);
    let mut missing: Vec<(TaskId, AssetId)> = Vec::new();
    for change in super::preserving_changes(ctx) {
        for asset in groups.singles(ctx.scope(change)) {
            // A check after a pilot on purpose is a check too: there is nothing to miss.
            let is_asked = checks.on(asset).is_empty()
                && !super::is_vouched_for(ctx, asset)
                && !super::is_line_or_data(ctx, asset);
            if is_asked {
                missing.push((change, asset));
            }
        }
    }
    super::drop_retired(&groups, &mut missing);
    let mut missing: Vec<(TaskId, Option<AssetId>)> =
        missing.into_iter().map(|(change, asset)| (change, Some(asset))).collect();
    ctx.first_to_lack(&mut missing);
    for of_change in missing.chunk_by(|one, other| one.0 == other.0) {
        let change = of_change[0].0;
        let unchecked: FxHashSet<AssetId> = of_change.iter().filter_map(|(_, asset)| *asset).collect();
        report(ctx, out, change, &as_written(ctx, &groups, change, &unchecked));
    }
    for plan in ctx.plans() {
        report_silent_changes(ctx, out, *plan);
    }
}

/// The unchecked assets as the plan lists them: a group by its own name where nothing in it is checked.
fn as_written(
    ctx: &Ctx<'_>,
    groups: &Groups<'_>,
    change: TaskId,
    unchecked: &FxHashSet<AssetId>,
) -> Vec<AssetId> {
    let mut said: FxHashSet<AssetId> = FxHashSet::default();
    let mut assets = Vec::new();
    for asset in ctx.scope(change) {
        let mut singles = groups.singles(&[*asset]);
        let is_whole = !singles.is_empty() && singles.iter().all(|single| unchecked.contains(single));
        singles.retain(|single| unchecked.contains(single) && said.insert(*single));
        match is_whole && !singles.is_empty() {
            true => assets.push(*asset),
            false => assets.extend(singles),
        }
    }
    assets
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, change: TaskId, assets: &[AssetId]) {
    let target = ctx.target(change).map(|target| ctx.text(target).trim()).filter(|text| !text.is_empty());
    let mut finding = ctx
        .task_finding(change)
        .param("assets", listed(assets.iter().map(|asset| super::name(ctx, *asset))))
        .param("afterwards", target.map_or_else(|| "afterwards".to_owned(), |target| format!("on {target}")));
    for asset in assets.iter().take(10) {
        finding = finding.label(ctx.model.place(super::entity(*asset)), "nothing checks this");
    }
    out.report(finding);
}

/// Once a plan: changes that do not say what they touch, in a plan that knows what there is.
fn report_silent_changes(ctx: &Ctx<'_>, out: &mut Sink, plan: PlanId) {
    let entry = ctx.model.plan(plan);
    if entry.range(EntityKind::Asset).is_empty() {
        return;
    }
    let silent: Vec<TaskId> = ctx
        .changes_and_pilots()
        .filter(|change| ctx.model.task(*change).plan == plan && ctx.scope(*change).is_empty())
        .filter(|change| {
            // Said, and then misspelt, out of scope or nothing on purpose: that is not silence.
            let giver = ctx.network.hierarchy.affects_from(*change);
            let is_said = giver.is_some_and(|giver| ctx.model.task(giver).affects().is_given());
            let sites = ctx.sites(*change);
            !is_said && sites.iter().all(|site| ctx.model.sites[site.index()].assets().is_empty())
        })
        .collect();
    if silent.is_empty() {
        return;
    }
    let mut finding = ctx
        .finding(Entity::new(EntityKind::Plan, plan.index()))
        .variant("nothing")
        .param("changes", listed(silent.iter().map(|change| ctx.name(*change))));
    for change in silent.iter().take(10) {
        finding = finding.label(ctx.place(*change), "says nothing of what it touches");
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    const NONE: [&str; 0] = [];

    #[test]
    fn silent_where_the_vendor_certifies_it_and_shows_it() {
        let plan = "\
[asset]
sap = { kind = 'application', compatibility = 'vendor-certified', evidence = 'note 1234' }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'] }
";
        assert_eq!(found(plan), NONE);
        assert_eq!(found(&plan.replace(", evidence = 'note 1234'", "")), ["CMP001 4:1"]);
    }

    #[test]
    fn silent_for_lines_and_data_and_what_is_out_of_scope() {
        let plan = "\
[asset]
line = { kind = 'network' }
old = { kind = 'application', out-of-scope = true }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['line', 'old'] }
";
        assert_eq!(found(plan), NONE);
    }

    #[test]
    fn silent_for_what_is_retired_before_or_by_the_change() {
        let plan = "\
[asset]
fax = { kind = 'application' }
[task]
off = { title = 'Switch off the fax', kind = 'decommission', affects = ['fax'] }
go = { title = 'Roll out', kind = 'rollout', affects = ['fax'], depends-on = ['off'] }
";
        assert_eq!(found(plan), NONE);
        assert_eq!(found(&plan.replace(", depends-on = ['off']", "")), ["CMP001 5:1"]);
    }

    #[test]
    fn silent_for_done_changes_and_cancelled_checks_do_not_count() {
        let plan = "\
[asset]
sap = { kind = 'application' }
[task]
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], status = 'cancelled' }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'] }
";
        assert_eq!(found(plan), ["CMP001 5:1"]);
        assert_eq!(found(&plan.replace("affects = ['sap'] }", "affects = ['sap'], status = 'done' }")), NONE);
    }

    #[test]
    fn a_pilot_may_come_before_the_check_on_purpose() {
        let plan = "\
[asset]
sap = { kind = 'application' }
[task]
try = { title = 'Pilot', kind = 'pilot', affects = ['sap'] }
c = { title = 'Certify SAP after the pilot', kind = 'certification', covers = ['sap'], depends-on = ['try'] }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'], depends-on = ['c'] }
";
        assert_eq!(found(plan), NONE);
    }

    #[test]
    fn a_change_without_scope_is_a_note_about_the_plan_and_an_empty_list_is_none() {
        let plan = "\
[plan]
name = 'Print'
[asset]
sap = { kind = 'application' }
[task]
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'] }
go = { title = 'Roll out', kind = 'rollout', depends-on = ['c'] }
";
        assert_eq!(found(plan), ["CMP001 1:2"]);
        assert_eq!(found(&plan.replace("'rollout',", "'rollout', affects = [],")), NONE);
    }

    #[test]
    fn a_group_is_named_where_nothing_in_it_is_checked() {
        let plan = "\
[asset]
office = { kind = 'application', members = ['word', 'excel'] }
word = { kind = 'application' }
excel = { kind = 'application' }
[task]
go = { title = 'Roll out', kind = 'rollout', affects = ['office'] }
";
        assert_eq!(found(plan), ["CMP001 6:1"]);
    }
}
