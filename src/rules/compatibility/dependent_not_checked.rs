//! CMP016: something that relies on what a change touches is not checked before.

use rustc_hash::FxHashSet;

use super::{Groups, Work};
use crate::model::{AssetId, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP016", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // Where no asset says what it relies on, nothing can be said.
    if !super::is_worthwhile(ctx) || ctx.model.assets.iter().all(|asset| asset.uses().is_empty()) {
        return;
    }
    let groups = Groups::new(ctx);
    let checks = Work::checks(&groups);
    let users = users(&groups);
    let mut asked: Vec<(TaskId, AssetId)> = Vec::new();
    for change in ctx.changes_and_pilots() {
        let depth = ctx.integer(ctx.model.task(change).plan, "depth");
        let near = dependents(&groups, &users, ctx.scope(change), depth);
        asked.extend(near.into_iter().map(|asset| (change, asset)));
    }
    super::drop_retired(&groups, &mut asked);
    let unchecked = unchecked(ctx, &checks, asked);
    for of_change in unchecked.chunk_by(|one, other| one.0 == other.0) {
        let change = of_change[0].0;
        let mut finding = ctx
            .task_finding(change)
            .param("dependents", listed(of_change.iter().map(|(_, asset)| super::name(ctx, *asset))));
        for (_, asset) in of_change.iter().take(10) {
            finding = finding.label(ctx.model.place(super::entity(*asset)), "relies on it");
        }
        out.report(finding);
    }
}

/// For each asset who uses it, or a group it is in.
fn users(groups: &Groups<'_>) -> Vec<Vec<AssetId>> {
    let ctx = groups.ctx;
    let mut users = vec![Vec::new(); ctx.model.assets.len()];
    for (number, asset) in ctx.model.assets.iter().enumerate() {
        for used in groups.with_members(super::assets_of(ctx, asset.uses())) {
            users[used.index()].push(AssetId(number as u32));
        }
    }
    users
}

/// Who relies on what is touched, up to so many steps away, without what is touched itself.
fn dependents(groups: &Groups<'_>, users: &[Vec<AssetId>], touched: &[AssetId], depth: i64) -> Vec<AssetId> {
    let ctx = groups.ctx;
    let mut last = groups.with_members(touched.iter().copied());
    let mut seen: FxHashSet<AssetId> = last.iter().copied().collect();
    let mut found = Vec::new();
    let mut step = 0;
    while step < depth && !last.is_empty() {
        let next: Vec<AssetId> = last
            .iter()
            .flat_map(|asset| &users[asset.index()])
            .copied()
            .filter(|it| seen.insert(*it))
            .collect();
        found.extend_from_slice(&next);
        last = next;
        step += 1;
    }
    // A group is asked for by its members, unless they are touched; vouched for or left out: nothing to ask.
    let mut singles = groups.singles(&found);
    let direct: FxHashSet<AssetId> = found.into_iter().collect();
    singles.retain(|asset| {
        let is_new = direct.contains(asset) || seen.insert(*asset);
        is_new && !super::is_vouched_for(ctx, *asset) && !super::is_line_or_data(ctx, *asset)
    });
    singles
}

/// Those of which no check is done or finished before the change.
fn unchecked(ctx: &Ctx<'_>, checks: &Work, asked: Vec<(TaskId, AssetId)>) -> Vec<(TaskId, AssetId)> {
    let mut is_checked = vec![false; asked.len()];
    let (mut pairs, mut turned, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (change, asset)) in asked.iter().enumerate() {
        for check in checks.on(*asset) {
            is_checked[at] |= ctx.is_done(*check);
            pairs.push((*check, *change));
            places.push(at);
            turned.extend(ctx.facts.is_pilot(*change).then_some((at, (*change, *check))));
        }
    }
    for (at, holds) in places.into_iter().zip(super::finished_before(ctx, &pairs)) {
        is_checked[at] |= holds;
    }
    // A pilot is itself the test: what is looked at after it is looked at after it on purpose.
    let (places, turned): (Vec<usize>, Vec<_>) = turned.into_iter().unzip();
    for (at, holds) in places.into_iter().zip(super::comes_before(ctx, &turned)) {
        is_checked[at] |= holds;
    }
    asked.into_iter().zip(is_checked).filter(|(_, is_checked)| !is_checked).map(|(asked, _)| asked).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[asset]
db = { kind = 'database' }
shop = { kind = 'application', uses = ['db'] }
ads = { kind = 'application', uses = ['shop'] }
[task]
c = { title = 'Test the database', kind = 'compatibility-check', covers = ['db'] }
d = { title = 'Test the shop', kind = 'regression-test', covers = ['shop'] }
go = { title = 'Upgrade', kind = 'upgrade', affects = ['db'], depends-on = ['c'] }
";

    #[test]
    fn the_check_of_what_relies_on_it_must_be_finished_before() {
        assert_eq!(found(PLAN), ["CMP016 8:1"]);
        assert_eq!(found(&PLAN.replace("depends-on = ['c']", "depends-on = ['c', 'd SS']")), ["CMP016 8:1"]);
        assert_eq!(found(&PLAN.replace("depends-on = ['c']", "depends-on = ['c', 'd']")), NONE);
    }

    #[test]
    fn silent_for_what_is_not_affected_and_shows_it() {
        let plan = PLAN
            .replace("uses = ['db'] }", "uses = ['db'], compatibility = 'not-affected', evidence = 'mail' }");
        assert_eq!(found(&plan), NONE);
    }

    #[test]
    fn silent_for_what_is_touched_itself_or_gone_by_then() {
        let touched = PLAN.replace(
            "affects = ['db'], depends-on = ['c']",
            "affects = ['db', 'shop', 'ads'], depends-on = ['c', 'd', 'e']",
        ) + "e = { title = 'Test the ads', kind = 'regression-test', covers = ['ads'] }\n";
        assert_eq!(found(&touched), NONE);
        let gone = PLAN.replace("depends-on = ['c']", "depends-on = ['c', 'off']")
            + "off = { title = 'Close the shop', kind = 'decommission', affects = ['shop', 'ads'] }\n";
        assert_eq!(found(&gone), NONE);
    }
}
