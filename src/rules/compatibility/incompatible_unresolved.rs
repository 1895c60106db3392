//! CMP003: a check says that something will not work, and nothing is planned to repair it.

use rustc_hash::FxHashSet;

use super::{Groups, Work};
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, Response, RiskScope, RiskStatus, SiteId, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP003", check };

/// Kinds of work that give the users something that works.
const REPAIRING: [&str; 6] =
    ["remediation", "replacement", "application-upgrade", "virtualisation", "decommission", "retirement"];

/// A check that failed, an asset it covers, and a change that touches it.
struct Failure {
    check: TaskId,
    asset: AssetId,
    change: TaskId,
    is_settled: bool,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !super::is_worthwhile(ctx) {
        return;
    }
    let groups = Groups::new(ctx);
    let checks = Work::checks(&groups);
    let mut failures = failures(&groups, &checks);
    if failures.is_empty() {
        return;
    }
    settle_by_repair(&groups, &mut failures);
    settle_by_later_check(ctx, &checks, &mut failures);
    settle_by_accepted_risk(&groups, &mut failures);
    failures.retain(|failure| !failure.is_settled);
    for group in failures.chunk_by(|one, other| one.check == other.check) {
        let check = group[0].check;
        let Some(result) = ctx.model.task(check).result() else { continue };
        let (mut assets, mut changes): (Vec<AssetId>, Vec<TaskId>) =
            group.iter().map(|failure| (failure.asset, failure.change)).unzip();
        assets.sort_unstable();
        assets.dedup();
        changes.sort_unstable();
        changes.dedup();
        let mut finding = ctx
            .finding_at(crate::rules::entity(check), result.span())
            .param("assets", listed(assets.iter().map(|asset| super::name(ctx, *asset))))
            .param("changes", listed(changes.iter().map(|change| ctx.name(*change))));
        for change in changes.iter().take(10) {
            finding = finding.label(ctx.place(*change), "goes ahead");
        }
        let is_conditional = outcome(ctx, check) == Some("conditional");
        out.report(if is_conditional { finding.variant("conditional") } else { finding });
    }
}

/// The words that a result may be, in whatever capitals.
fn outcome(ctx: &Ctx<'_>, check: TaskId) -> Option<&'static str> {
    let result = ctx.text(ctx.model.task(check).result()?).trim();
    ["incompatible", "conditional", "compatible"].into_iter().find(|word| result.eq_ignore_ascii_case(word))
}

/// Everything that failed and is touched by a change all the same, by check.
fn failures(groups: &Groups<'_>, checks: &Work) -> Vec<Failure> {
    let ctx = groups.ctx;
    let has_failed = |check: &TaskId| matches!(outcome(ctx, *check), Some("incompatible" | "conditional"));
    let is_bad: Vec<bool> = (0..ctx.model.assets.len() as u32)
        .map(|asset| checks.on(AssetId(asset)).iter().any(has_failed))
        .collect();
    let mut failures = Vec::new();
    if !is_bad.contains(&true) {
        return failures;
    }
    for change in super::preserving_changes(ctx) {
        for asset in groups.singles(ctx.scope(change)).into_iter().filter(|asset| is_bad[asset.index()]) {
            for check in checks.on(asset).iter().filter(|check| has_failed(check)) {
                failures.push(Failure { check: *check, asset, change, is_settled: false });
            }
        }
    }
    failures.sort_by_key(|failure| (failure.check, failure.asset, failure.change));
    failures
}

/// A repair between check and change settles it, and so does a change that is itself the repair.
fn settle_by_repair(groups: &Groups<'_>, failures: &mut [Failure]) {
    let ctx = groups.ctx;
    let repairs = Work::of_kinds(groups, &REPAIRING);
    let (mut in_time, mut too_early, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (at, failure) in failures.iter_mut().enumerate() {
        for repair in repairs.on(failure.asset) {
            if *repair == failure.change {
                failure.is_settled = true;
                continue;
            }
            in_time.push((*repair, failure.change));
            too_early.push((*repair, failure.check));
            places.push((at, *repair));
        }
    }
    let in_time = super::finished_before(ctx, &in_time);
    let too_early = super::comes_before(ctx, &too_early);
    for (((at, repair), is_in_time), is_linked_before) in places.into_iter().zip(in_time).zip(too_early) {
        // What was repaired before the check did not help: the check found it so.
        let check = failures[at].check;
        let dates = ctx.finish(repair).zip(ctx.finish(check));
        let is_dated_before = dates.is_some_and(|(repaired, tested)| repaired.value.date < tested.value.date);
        let is_before_check = is_linked_before || (ctx.is_done(repair) && is_dated_before);
        failures[at].is_settled |= (is_in_time || ctx.is_done(repair)) && !is_before_check;
    }
}

/// A later check of the same asset that found it compatible settles it.
fn settle_by_later_check(ctx: &Ctx<'_>, checks: &Work, failures: &mut [Failure]) {
    let (mut pairs, mut places) = (Vec::new(), Vec::new());
    for (at, failure) in failures.iter_mut().enumerate().filter(|(_, failure)| !failure.is_settled) {
        for other in checks.on(failure.asset) {
            if outcome(ctx, *other) != Some("compatible") {
                continue;
            }
            let dates = ctx.finish(*other).zip(ctx.finish(failure.check));
            failure.is_settled |= dates.is_some_and(|(later, earlier)| later.value > earlier.value);
            pairs.push((failure.check, *other));
            places.push(at);
        }
    }
    for (at, holds) in places.into_iter().zip(super::comes_before(ctx, &pairs)) {
        failures[at].is_settled |= holds;
    }
}

/// A risk that somebody accepted, and that names the asset and hits the change, settles it.
fn settle_by_accepted_risk(groups: &Groups<'_>, failures: &mut [Failure]) {
    let ctx = groups.ctx;
    for risk in &ctx.model.risks {
        let is_accepted = risk.response().is_some_and(|response| response.value == Response::Accept);
        let is_closed = risk.status().is_some_and(|status| status.value == RiskStatus::Closed);
        if !is_accepted || is_closed {
            continue;
        }
        let hit: Vec<Entity> =
            ctx.network.references.list(risk.affects()).iter().filter_map(|hit| hit.entity()).collect();
        let named = groups.with_members(super::assets_of(ctx, risk.affects()));
        let named: FxHashSet<AssetId> = named.into_iter().collect();
        let is_whole_plan = risk.scope().is_some_and(|scope| scope.value == RiskScope::Plan);
        for failure in failures.iter_mut().filter(|it| !it.is_settled && named.contains(&it.asset)) {
            let change = failure.change;
            let is_hit = |task: TaskId| hit.contains(&crate::rules::entity(task));
            let is_site_hit = |site: &SiteId| hit.contains(&Entity::new(EntityKind::Site, site.index()));
            failure.is_settled = (is_whole_plan && risk.plan == ctx.model.task(change).plan)
                || is_hit(change)
                || ctx.network.hierarchy.ancestors(change).any(is_hit)
                || ctx.sites(change).iter().any(is_site_hit);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[asset]
cad = { kind = 'application' }
[task]
c = { title = 'Test CAD', kind = 'compatibility-check', covers = ['cad'], actual-finish = 2026-09-18, result = 'Incompatible', evidence = 'x' }
fix = { title = 'Mend CAD', kind = 'remediation', affects = ['cad'], depends-on = ['c'] }
go = { title = 'Roll out', kind = 'rollout', affects = ['cad'], depends-on = ['c', 'fix'] }
";

    #[test]
    fn a_repair_must_be_finished_before_the_change_and_come_after_the_check() {
        assert_eq!(found(PLAN), NONE);
        assert_eq!(found(&PLAN.replace("['c', 'fix']", "['c', 'fix SS']")), ["CMP003 4:113"]);
        let before = PLAN
            .replace("'cad'], depends-on = ['c'] }", "'cad'] }")
            .replace("covers = ['cad'],", "covers = ['cad'], depends-on = ['fix'],");
        assert_eq!(found(&before), ["CMP003 4:135"]);
    }

    #[test]
    fn a_repair_of_something_else_or_cancelled_is_none() {
        assert_eq!(
            found(&PLAN.replace("'remediation', affects = ['cad']", "'remediation'")),
            ["CMP003 4:113"]
        );
        assert_eq!(
            found(&PLAN.replace("'remediation',", "'remediation', status = 'cancelled',")),
            ["CMP003 4:113"]
        );
    }

    #[test]
    fn a_later_check_that_passed_settles_it() {
        let plan = PLAN.replace("'remediation'", "'build'");
        assert_eq!(found(&plan), ["CMP003 4:113"]);
        let again = "d = { title = 'Again', kind = 'regression-test', covers = ['cad'], actual-finish = 2026-09-30, result = 'compatible', evidence = 'y' }\n";
        assert_eq!(found(&(plan.clone() + again)), NONE);
        assert_eq!(found(&(plan + &again.replace("09-30", "09-01"))), ["CMP003 4:113"]);
    }

    #[test]
    fn an_accepted_risk_must_name_the_asset_and_hit_the_change() {
        let plan = PLAN.replace("'remediation'", "'build'");
        let risk = "[risk]\nr = { title = 'No CAD', response = 'accept', affects = ['go', 'cad'] }\n";
        assert_eq!(found(&(plan.clone() + risk)), NONE);
        assert_eq!(found(&(plan.clone() + &risk.replace(", 'cad'", ""))), ["CMP003 4:113"]);
        assert_eq!(found(&(plan + &risk.replace("'accept'", "'mitigate'"))), ["CMP003 4:113"]);
    }

    #[test]
    fn taking_the_asset_out_of_scope_settles_it() {
        let plan = PLAN
            .replace("'remediation'", "'build'")
            .replace("'application' }", "'application', out-of-scope = true }");
        assert_eq!(found(&plan), NONE);
    }
}
