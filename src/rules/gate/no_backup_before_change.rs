//! GAT007: data that is changed without a copy of it.

use rustc_hash::FxHashMap;

use super::coverage::{Before, Coverage, Pair, with_members};
use crate::finding::{Entity, EntityKind};
use crate::model::{Asset, AssetId, Data, TaskId, UserData};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "GAT007", check };

/// Kinds of assets that hold data, with the words that single fields have for them.
const WITH_DATA: [&str; 7] =
    ["database", "server", "data", "data-set", "device-fleet", "storage", "data-warehouse"];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let changes: Vec<TaskId> = ctx.changes_and_pilots().collect();
    let kinds = ctx.kinds(&["backup", "snapshot", "user-data-backup"]);
    let backups = Coverage::new(ctx, &kinds, |task| vec![task.covers(), task.affects()]);
    let has_any = backups.for_all_before(ctx, Before::Finished, &changes);
    let mut with_data: FxHashMap<AssetId, Vec<AssetId>> = FxHashMap::default();
    let mut pairs: Vec<Pair> = Vec::new();
    for (change, _) in changes.iter().zip(has_any).filter(|(_, has_any)| !has_any) {
        let first = pairs.len();
        for asset in ctx.scope(*change) {
            let assets = with_data.entry(*asset).or_insert_with(|| assets_with_data(ctx, *asset));
            pairs.extend(assets.iter().map(|asset| (*change, *asset)));
        }
        pairs[first..].sort_unstable();
    }
    // A group and one of its members may both be in scope.
    pairs.dedup();
    let is_copied = backups.named_before(ctx, Before::Finished, &pairs);
    let missing: Vec<Pair> =
        pairs.iter().zip(is_copied).filter(|(_, is_copied)| !is_copied).map(|(pair, _)| *pair).collect();
    for of_change in missing.chunk_by(|one, other| one.0 == other.0) {
        let assets = of_change.iter().map(|(_, asset)| Entity::new(EntityKind::Asset, asset.index()));
        let mut finding = ctx.task_finding(of_change[0].0);
        for asset in assets.clone().take(3) {
            finding = finding.label(ctx.model.place(asset), "no copy of this");
        }
        let names = assets.map(|asset| format!("`{}`", ctx.model.id(asset)));
        out.report(finding.param("assets", listed(names)));
    }
}

/// What of an asset holds data: the members of a group, or the asset itself.
fn assets_with_data(ctx: &Ctx<'_>, asset: AssetId) -> Vec<AssetId> {
    if is_excused(&ctx.model.assets[asset.index()]) {
        return Vec::new();
    }
    let mut all = with_members(ctx, asset);
    all.retain(|it| {
        let it = &ctx.model.assets[it.index()];
        let kind = it.kind().map_or("", |kind| ctx.text(kind).trim());
        WITH_DATA.contains(&kind) && !is_excused(it)
    });
    if all.len() > 1 {
        all.retain(|it| *it != asset);
    }
    all
}

/// Whether nothing is lost with an asset: it holds no data, or its users' files are elsewhere.
fn is_excused(asset: &Asset) -> bool {
    asset.stateless().is_some_and(|flag| flag.value)
        || asset.user_data().is_some_and(|place| place.value == UserData::Cloud)
        || asset.data().is_some_and(|data| data.value == Data::None)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    const ASSETS: &str = "[asset]\n\
        db = { kind = \"database\" }\n\
        web = { kind = \"server\", stateless = true }\n\
        pcs = { kind = \"device-fleet\", user-data = \"cloud\" }\n\
        empty = { kind = \"storage\", data = \"none\" }\n\
        app = { kind = \"application\" }\n\
        group = { kind = \"server\", members = [\"db\", \"web\"] }\n";

    fn found(tasks: &str) -> Vec<String> {
        let plan = format!("[task]\n{tasks}\n{ASSETS}[plan]\nname = \"P\"\n");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT007")).collect()
    }

    #[test]
    fn what_holds_no_data_needs_no_copy() {
        let tasks =
            "a = { title = \"A\", kind = \"upgrade\", affects = [\"web\", \"pcs\", \"empty\", \"app\"] }";
        assert_eq!(found(tasks), Vec::<String>::new());
        assert_eq!(found(&tasks.replace("web", "db")), ["GAT007 2:1"]);
    }

    #[test]
    fn a_copy_counts_by_name_by_group_or_for_everything() {
        for named in ["covers = \"db\"", "affects = \"db\"", "covers = \"group\"", "site = []"] {
            let tasks = format!(
                "b = {{ title = \"B\", kind = \"snapshot\", {named} }}\n\
                a = {{ title = \"A\", kind = \"pilot\", affects = [\"db\", \"group\"], depends-on = \"b\" }}"
            );
            assert_eq!(found(&tasks), Vec::<String>::new(), "{named}");
            assert_eq!(found(&tasks.replace("\"b\" }", "\"b SS\" }")), ["GAT007 3:1"], "{named}");
        }
    }

    #[test]
    fn a_copy_of_something_else_or_one_that_was_dropped_is_none() {
        let tasks = "b = { title = \"B\", kind = \"backup\", covers = \"web\" }\n\
            c = { title = \"C\", kind = \"backup\", status = \"cancelled\" }\n\
            a = { title = \"A\", kind = \"upgrade\", affects = \"group\", depends-on = [\"b\", \"c\"] }";
        assert_eq!(found(tasks), ["GAT007 4:1"]);
    }
}
