//! CMP008: something was checked, but not for the site of the change.

use std::collections::BTreeMap;

use super::Touches;
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, SiteId, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP008", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // Checks without sites hold everywhere.
    let touches =
        Touches::new(ctx, |_, _, checks| checks.iter().all(|check| super::own_sites(ctx, *check).is_some()));
    let site_name = |site: &SiteId| ctx.model.name(Entity::new(EntityKind::Site, site.index()));
    for of_change in touches.list.chunk_by(|one, other| one.change == other.change) {
        let change = of_change[0].change;
        let sites = ctx.sites(change);
        // What no check holds for, and the assets of which that is so.
        let mut left: BTreeMap<Vec<SiteId>, (Vec<AssetId>, Vec<TaskId>)> = BTreeMap::new();
        for touch in of_change {
            let checks = touches.checks(touch);
            let mut missing = sites.clone();
            for covered in checks.iter().filter_map(|check| super::own_sites(ctx, *check)) {
                missing.retain(|site| !covered.iter().any(|other| super::is_same_site(ctx, *site, *other)));
            }
            if !missing.is_empty() {
                let (assets, of_all) = left.entry(missing).or_default();
                assets.push(touch.asset);
                of_all.extend_from_slice(checks);
            }
        }
        for (missing, (assets, mut checks)) in left {
            checks.sort_unstable();
            checks.dedup();
            let mut finding = ctx
                .task_finding(change)
                .param("assets", listed(assets.iter().map(|asset| super::name(ctx, *asset))))
                .param("sites", listed(missing.iter().map(site_name)))
                .param("checks", listed(checks.iter().map(|check| ctx.name(*check))));
            for site in &missing {
                finding = finding.subject(ctx.model.id(Entity::new(EntityKind::Site, site.index())));
            }
            for check in checks.iter().take(10) {
                finding = finding.label(ctx.place(*check), "for other sites");
            }
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[site]
berlin = { name = 'Berlin' }
porto = { name = 'Porto' }
[asset]
sap = { kind = 'application' }
[task]
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], sites = ['berlin'] }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'], sites = ['berlin', 'porto'], depends-on = ['c'] }
";

    #[test]
    fn a_change_at_several_sites_needs_each_of_them() {
        assert_eq!(found(PLAN), ["CMP008 8:1"]);
        assert_eq!(found(&PLAN.replace("sites = ['berlin', 'porto']", "sites = ['berlin']")), NONE);
    }

    #[test]
    fn checks_without_sites_hold_everywhere_and_changes_without_sites_are_nowhere() {
        assert_eq!(found(&PLAN.replace(", sites = ['berlin'] }", " }")), NONE);
        assert_eq!(found(&PLAN.replace("sites = ['berlin', 'porto'], ", "")), NONE);
    }
}
