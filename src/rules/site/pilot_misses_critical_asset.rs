//! SIT008: a pilot that leaves out what could hurt most.

use std::collections::BTreeSet;

use super::rollouts;
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, PlanId, Platform, TaskId};
use crate::rules::facts::scope_of;
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "SIT008", check };

/// From this step of the scale an asset is critical: high.
const CRITICAL: u8 = 4;

/// Kinds of assets that are machines: the only ones whose type the pilot has to try.
const MACHINES: [&str; 6] =
    ["device-fleet", "workstation", "server", "virtual-host", "virtual-desktop", "iot-device"];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let tasks = ctx.model.tasks_of(plan).map(|(task, _)| task);
        let pilots: Vec<TaskId> =
            tasks.filter(|task| ctx.facts.is_pilot(*task) && !ctx.is_cancelled(*task)).collect();
        // The last pilot that is still to come can be widened.
        let Some(last) = pilots.iter().rev().copied().find(|task| ctx.is_open(*task) && ctx.is_leaf(*task))
        else {
            continue;
        };
        let mut tried = BTreeSet::new();
        let is_known = pilots.iter().all(|pilot| {
            let scope = scope_of(ctx.model, ctx.network, *pilot);
            tried.extend(with_members(ctx, &scope));
            !scope.is_empty()
        });
        // Where a pilot does not say what it touches, nobody knows what it leaves out.
        if is_known {
            check_plan(ctx, out, plan, last, &tried);
        }
    }
}

fn check_plan(ctx: &Ctx<'_>, out: &mut Sink, plan: PlanId, pilot: TaskId, tried: &BTreeSet<AssetId>) {
    let kinds = rollouts(ctx);
    let mut later: BTreeSet<AssetId> = BTreeSet::new();
    // Other changes of the plan are not what is piloted.
    for change in ctx.changes().filter(|change| ctx.model.task(*change).plan == plan) {
        if kinds.contains(ctx.kind(change)) || ctx.wave(change).is_some() {
            later.extend(ctx.scope(change));
        }
    }
    let later = with_members(ctx, &later.into_iter().collect::<Vec<_>>());
    let missed: Vec<AssetId> = later.difference(tried).copied().collect();
    let is_critical = |asset: &AssetId| {
        let level = ctx.model.assets[asset.index()].criticality();
        level.and_then(|level| level.value.level()).is_some_and(|level| level >= CRITICAL)
    };
    let critical: Vec<AssetId> = missed.iter().copied().filter(is_critical).collect();
    if !critical.is_empty() {
        let finding = ctx.task_finding(pilot).subject("critical").param("assets", names(ctx, &critical));
        out.report(if critical.len() > 1 { finding.variant("several") } else { finding });
    }
    for platform in [Platform::Physical, Platform::Virtual] {
        let machines: Vec<AssetId> = missed
            .iter()
            .copied()
            .filter(|asset| is_machine(ctx, *asset) && on(ctx, *asset) == Some(platform))
            .collect();
        // A fleet of both, or one of which nobody says what it is, may contain some.
        let is_tried =
            tried.iter().filter(|asset| is_machine(ctx, **asset)).any(|asset| match on(ctx, *asset) {
                Some(its) => its == platform || its == Platform::Mixed,
                None => true,
            });
        if !machines.is_empty() && !is_tried {
            let finding = ctx.task_finding(pilot).variant("platform").subject(platform.as_str());
            let finding = finding.param("platform", platform.as_str());
            out.report(finding.param("assets", names(ctx, &machines)));
        }
    }
}

fn on(ctx: &Ctx<'_>, asset: AssetId) -> Option<Platform> {
    ctx.model.assets[asset.index()].platform().map(|platform| platform.value)
}

fn is_machine(ctx: &Ctx<'_>, asset: AssetId) -> bool {
    let kind = ctx.model.assets[asset.index()].kind();
    kind.is_some_and(|kind| MACHINES.contains(&ctx.text(kind).trim()))
}

fn names(ctx: &Ctx<'_>, assets: &[AssetId]) -> String {
    listed(
        assets
            .iter()
            .map(|asset| format!("`{}`", ctx.model.id(Entity::new(EntityKind::Asset, asset.index())))),
    )
}

/// Assets and everything they stand for.
fn with_members(ctx: &Ctx<'_>, assets: &[AssetId]) -> BTreeSet<AssetId> {
    let mut all: BTreeSet<AssetId> = assets.iter().copied().collect();
    let mut open: Vec<AssetId> = assets.to_vec();
    while let Some(asset) = open.pop() {
        for member in ctx.network.references.list(ctx.model.assets[asset.index()].members()) {
            if let Some(member) = member.of(EntityKind::Asset).map(|member| AssetId(member as u32))
                && all.insert(member)
            {
                open.push(member);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let assets = "[asset]\n\
            pc = { kind = \"device-fleet\", platform = \"physical\" }\n\
            vm = { kind = \"device-fleet\", platform = \"virtual\" }\n\
            any = { kind = \"device-fleet\" }\n\
            all = { kind = \"device-fleet\", platform = \"mixed\", members = [\"app\"] }\n\
            app = { kind = \"application\", criticality = \"very-high\" }\n\
            small = { kind = \"application\", criticality = \"medium\" }\n\
            gate = { kind = \"server\", platform = \"virtual\", criticality = \"high\" }\n";
        let plan = format!("[plan]\nname = \"P\"\n{assets}[task]\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT008")).collect()
    }

    fn plan(pilot: &str, rollout: &str) -> Vec<String> {
        found(&format!(
            "p = {{ title = \"P\", kind = \"pilot\", affects = [{pilot}] }}\n\
            r = {{ title = \"R\", kind = \"rollout\", affects = [{rollout}], depends-on = \"p\" }}\n\
            u = {{ title = \"U\", kind = \"upgrade\", affects = \"gate\" }}\n"
        ))
    }

    #[test]
    fn what_is_not_critical_need_not_be_tried() {
        assert_eq!(plan("\"pc\"", "\"pc\", \"small\""), Vec::<String>::new());
        assert_eq!(plan("\"pc\"", "\"pc\", \"app\""), ["SIT008 12:1"]);
        assert_eq!(plan("\"all\"", "\"app\""), Vec::<String>::new());
    }

    #[test]
    fn each_type_of_machine_is_tried_once() {
        assert_eq!(plan("\"pc\"", "\"vm\""), ["SIT008 12:1"]);
        assert_eq!(plan("\"all\"", "\"vm\""), Vec::<String>::new());
        assert_eq!(plan("\"any\"", "\"vm\""), Vec::<String>::new());
    }

    #[test]
    fn a_pilot_that_does_not_say_what_it_touches_or_is_over_is_left_alone() {
        assert_eq!(plan("", "\"app\""), Vec::<String>::new());
        let over = "p = { title = \"P\", kind = \"pilot\", affects = \"pc\", status = \"done\" }\n\
            r = { title = \"R\", kind = \"rollout\", affects = \"app\" }\n";
        assert_eq!(found(over), Vec::<String>::new());
        let second = "q = { title = \"Q\", kind = \"pilot\", affects = \"pc\" }\n";
        assert_eq!(found(&format!("{over}{second}")), ["SIT008 14:1"]);
        let first = over.replace("affects = \"pc\"", "affects = \"app\"");
        assert_eq!(found(&format!("{first}{second}")), Vec::<String>::new());
    }
}
