//! CMP013: something is listed, but no site and no task uses it.

use rustc_hash::FxHashSet;

use super::{Groups, normalized};
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, List};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP013", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if ctx.model.assets.is_empty() {
        return;
    }
    let used = used(ctx);
    for plan in ctx.plans() {
        let unused: Vec<AssetId> = ctx
            .model
            .plan(*plan)
            .range(EntityKind::Asset)
            .map(|asset| AssetId(asset as u32))
            .filter(|asset| {
                // Left out on purpose, known to be unaffected, or meant by a name that is misspelt elsewhere.
                !used[asset.index()]
                    && !super::is_out_of_scope(ctx, *asset)
                    && !super::is_vouched_for(ctx, *asset)
                    && !ctx.network.references.is_probably_meant(super::entity(*asset))
            })
            .collect();
        let Some((first, others)) = unused.split_first() else { continue };
        let mut finding = ctx
            .finding_at(Entity::new(EntityKind::Plan, plan.index()), ctx.model.place(super::entity(*first)))
            .param("assets", listed(unused.iter().map(|asset| super::name(ctx, *asset))));
        for asset in others.iter().take(10) {
            finding = finding.label(ctx.model.place(super::entity(*asset)), "this one too");
        }
        out.report(finding);
    }
}

/// Which assets anything refers to.
fn used(ctx: &Ctx<'_>) -> Vec<bool> {
    let model = ctx.model;
    let mut direct: FxHashSet<AssetId> = FxHashSet::default();
    let mut add = |list: List| direct.extend(super::assets_of(ctx, list));
    for task in &model.tasks {
        add(task.covers());
        add(task.affects());
    }
    model.sites.iter().for_each(|site| add(site.assets()));
    model.freezes.iter().for_each(|freeze| add(freeze.assets()));
    model.risks.iter().for_each(|risk| add(risk.affects()));
    model.assets.iter().for_each(|asset| add(asset.uses()));
    direct.extend(targets(ctx));
    let mut used = vec![false; model.assets.len()];
    let mut direct: Vec<AssetId> = direct.into_iter().collect();
    direct.sort_unstable();
    // What is in a group that is used is used.
    for asset in Groups::new(ctx).with_members(direct) {
        used[asset.index()] = true;
    }
    // Who relies on something that is used, or is a group of such things, is there to be seen: CMP016 asks further.
    let before = used.clone();
    for (number, asset) in model.assets.iter().enumerate() {
        let mut near = super::assets_of(ctx, asset.members()).chain(super::assets_of(ctx, asset.uses()));
        used[number] |= near.any(|other| before[other.index()]);
    }
    used
}

/// The assets that a plan or a task brings in: named as the target.
fn targets<'a>(ctx: &Ctx<'a>) -> impl Iterator<Item = AssetId> + use<'a> {
    let model = ctx.model;
    let of_plans = model.plans.iter().filter_map(|plan| plan.header.target());
    let of_tasks = model.tasks.iter().filter_map(|task| task.target());
    let names: FxHashSet<String> =
        of_plans.chain(of_tasks).map(|target| normalized(model.text(target))).collect();
    (0..model.assets.len() as u32).map(AssetId).filter(move |asset| {
        let entity = super::entity(*asset);
        let mut known_as = model.title(entity).into_iter().chain([model.id(entity)]);
        !names.is_empty() && known_as.any(|name| names.contains(&normalized(name)))
    })
}

#[cfg(test)]
mod tests {
    fn found(plan: &str) -> Vec<String> {
        crate::rules::testing::codes(plan).into_iter().filter(|it| it.starts_with("CMP013")).collect()
    }

    #[test]
    fn whatever_refers_to_an_asset_uses_it() {
        for reference in [
            "[site]\nberlin = { assets = ['fax'] }",
            "[freeze]\nend = { start = 2026-12-21, finish = 2027-01-08, assets = ['fax'] }",
            "[risk]\nr = { title = 'No fax', affects = ['fax'] }",
            "[asset]\nmail = { kind = 'application', uses = ['fax'] }\n[site]\nberlin = { assets = ['mail'] }",
            "[asset]\nold = { kind = 'application', members = ['fax'] }\n[site]\nberlin = { assets = ['old'] }",
            "[task]\nx = { title = 'Bring it in', target = 'Fax' }",
            "[task]\nx = { title = 'Test it', covers = ['faxx'] }",
        ] {
            let asset = "[asset.fax]\nkind = 'application'\n";
            assert_eq!(found(&format!("{asset}{reference}\n")), Vec::<String>::new(), "{reference}");
        }
    }

    #[test]
    fn one_finding_names_them_all_and_what_is_out_of_scope_is_none() {
        let plan = "\
[asset]
fax = { kind = 'application' }
telex = { kind = 'application' }
pager = { kind = 'application', out-of-scope = true }
";
        assert_eq!(found(plan), ["CMP013 2:1"]);
    }
}
