//! CMP014: a check of another version than the one that runs.

use super::{Groups, RENEWING, Touches, Work, is_broader, normalized};
use crate::model::{AssetId, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP014", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let tested = |check: TaskId| given(ctx.model.task(check).version().map(|text| ctx.text(text)));
    let running = |asset: AssetId| given(super::asset(ctx, asset).version().map(|text| ctx.text(text)));
    let touches = Touches::new(ctx, |_, asset, checks| {
        running(asset).is_some_and(|version| {
            checks.iter().any(|check| tested(*check).is_some_and(|it| !is_same(it, version)))
        })
    });
    if touches.list.is_empty() {
        return;
    }
    let groups = Groups::new(ctx);
    let renewing = Work::of_kinds(&groups, &RENEWING);
    let mut found: Vec<(TaskId, AssetId)> = Vec::new();
    for touch in &touches.list {
        let Some(version) = running(touch.asset) else { continue };
        // The version that a change brings is the right one to test.
        let is_brought = |it: &str| {
            let bringing = renewing.on(touch.asset).iter().chain([&touch.change]);
            bringing
                .filter_map(|task| ctx.target(*task))
                .any(|target| normalized(ctx.text(target)).ends_with(&normalized(it)))
        };
        // With several assets in one check, its version is that of one of them.
        let is_another_s = |check: TaskId, it: &str| {
            let covered = groups.with_members(super::assets_of(ctx, ctx.model.task(check).covers()));
            covered.into_iter().filter_map(running).any(|other| is_same(it, other))
        };
        let mut last = None;
        let mut fits = false;
        for check in touches.before(touch) {
            match tested(check) {
                // One check of the running version is enough; a check without version may have been of it.
                None => fits = true,
                Some(it) if is_same(it, version) || is_brought(it) || is_another_s(check, it) => fits = true,
                Some(_) => last = Some(check),
            }
        }
        if let Some(check) = last.filter(|_| !fits) {
            found.push((check, touch.asset));
        }
    }
    found.sort_unstable();
    found.dedup();
    for (check, asset) in found {
        let Some(text) = ctx.model.task(check).version() else { continue };
        let mut finding = ctx
            .finding_at(crate::rules::entity(check), text.span())
            .param("value", tested(check).unwrap_or_default())
            .param("asset", super::name(ctx, asset))
            .param("version", running(asset).unwrap_or_default())
            .subject(ctx.model.id(super::entity(asset)));
        if let Some(text) = super::asset(ctx, asset).version() {
            finding = finding.label(text.span(), "what runs today");
        }
        out.report(finding);
    }
}

/// What was really filled in.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty() && !crate::model::is_placeholder(text))
}

/// Whether two versions are the same as far as both say.
fn is_same(one: &str, other: &str) -> bool {
    normalized(one) == normalized(other) || is_broader(one, other) || is_broader(other, one)
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[asset]
sap = { kind = 'application', version = '7.60' }
[task]
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], version = '7.70' }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'], depends-on = ['c'] }
";

    #[test]
    fn the_version_that_a_change_brings_may_be_tested() {
        assert_eq!(found(PLAN), ["CMP014 4:86"]);
        assert_eq!(found(&PLAN.replace("'rollout'", "'upgrade', target = 'sap-gui-7.70'")), NONE);
    }

    #[test]
    fn a_version_said_less_exactly_is_the_same() {
        assert_eq!(found(&PLAN.replace("7.70", "V7.60.12")), NONE);
    }

    #[test]
    fn in_a_check_of_several_assets_the_version_is_of_one_of_them() {
        let plan = PLAN
            .replace("covers = ['sap']", "covers = ['sap', 'crm']")
            .replace("[task]", "crm = { kind = 'application', version = '7.70' }\n[task]")
            .replace("affects = ['sap']", "affects = ['sap', 'crm']");
        assert_eq!(found(&plan), NONE);
    }
}
