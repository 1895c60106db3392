//! SIT004: a wave that does not wait for the one before.

use std::collections::BTreeMap;

use crate::finding::EntityKind;
use crate::model::{PlanId, TaskId, Wave};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SIT004", check };

/// A wave of a plan: its place among them, and what it is called.
struct Place<'a> {
    plan: PlanId,

    called: &'a str,
    /// Its rollouts, gates and evaluations: what a later wave can wait for.
    steps: Vec<TaskId>,
    /// Its open rollouts.
    rollouts: Vec<TaskId>,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let waves = waves(ctx);
    // Each wave and the one before it in the same plan.
    let pairs: Vec<(&Place<'_>, &Place<'_>)> = waves
        .windows(2)
        .filter_map(|pair| match pair {
            [before, after] if before.plan == after.plan => Some((before, after)),
            _ => None,
        })
        .collect();
    for batch in pairs.chunks(64) {
        let seeds = batch.iter().enumerate();
        let seeds =
            seeds.flat_map(|(bit, (before, _))| before.steps.iter().map(move |task| (*task, 1 << bit)));
        // Any link will do: waves may overlap.
        let upstream = ctx.network.graph.upstream(seeds);
        for (bit, (before, after)) in batch.iter().enumerate() {
            for rollout in after.rollouts.iter().filter(|rollout| upstream.at(**rollout) & 1 << bit == 0) {
                let finding = ctx.task_finding(*rollout).subject(before.called);
                out.report(finding.param("wave", after.called).param("previous", before.called));
            }
        }
    }
}

/// The waves of the plans to judge that have an order and something to wait for, in that order.
fn waves<'a>(ctx: &Ctx<'a>) -> Vec<Place<'a>> {
    let steps = ctx.kinds(&["gate", "go-no-go", "approval", "evaluation", "pilot"]);
    let production = super::production(ctx);
    let mut waves: BTreeMap<(PlanId, u32), Place<'a>> = BTreeMap::new();
    for (task, it) in ctx.tasks() {
        let kind = ctx.kind(task);
        let is_rollout = production.contains(kind);
        if !(is_rollout || steps.contains(kind)) || ctx.is_cancelled(task) {
            continue;
        }
        let Some(written) = ctx.wave(task) else { continue };
        let called = ctx.text(written).trim();
        // A wave that is no number and has no order: nobody can say which comes before.
        let found = ctx.network.index.find(ctx.model, EntityKind::Wave, it.plan, called);
        let order = match found {
            Some(wave) => number(ctx, &ctx.model.waves[wave.index as usize]),
            None => called.parse().ok(),
        };
        let Some(order) = order else { continue };
        let place = waves.entry((it.plan, order)).or_insert_with(|| Place {
            plan: it.plan,

            called,
            steps: Vec::new(),
            rollouts: Vec::new(),
        });
        place.steps.push(task);
        if is_rollout && ctx.is_leaf(task) && ctx.is_open(task) {
            place.rollouts.push(task);
        }
    }
    waves.into_values().collect()
}

/// The place of a declared wave among the waves: its `order`, else its id where that is a number.
pub(super) fn number(ctx: &Ctx<'_>, wave: &Wave) -> Option<u32> {
    wave.order().map(|order| order.value).or_else(|| ctx.text(wave.id).trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[task]\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT004")).collect()
    }

    #[test]
    fn a_gate_or_an_evaluation_of_the_wave_before_will_do() {
        for kind in ["gate", "evaluation", "pilot", "rollout"] {
            let tasks = format!(
                "a = {{ title = \"A\", kind = \"rollout\", wave = 1 }}\n\
                e = {{ title = \"E\", kind = \"{kind}\", wave = 1 }}\n\
                b = {{ title = \"B\", kind = \"rollout\", wave = 2, depends-on = \"e SS\" }}\n"
            );
            assert_eq!(found(&tasks), Vec::<String>::new(), "{kind}");
            assert_eq!(
                found(&tasks.replace(kind, "training")).len(),
                usize::from(kind != "rollout"),
                "{kind}"
            );
        }
    }

    #[test]
    fn the_wave_before_is_the_one_that_exists() {
        let tasks = "a = { title = \"A\", kind = \"rollout\", wave = 2 }\n\
            b = { title = \"B\", kind = \"rollout\", wave = 10 }\n\
            c = { title = \"C\", kind = \"rollout\", wave = 12, status = \"done\" }\n\
            d = { title = \"D\", kind = \"rollout\" }\n";
        assert_eq!(found(tasks), ["SIT004 5:1"]);
    }

    #[test]
    fn waves_with_names_need_an_order() {
        let tasks = "a = { title = \"A\", kind = \"rollout\", wave = \"north\" }\n\
            b = { title = \"B\", kind = \"rollout\", wave = \"south\" }\n[wave]\n";
        assert_eq!(found(&format!("{tasks}north = {{}}\nsouth = {{}}\n")), Vec::<String>::new());
        assert_eq!(
            found(&format!("{tasks}north = {{ order = 2 }}\nsouth = {{ order = 1 }}\n")),
            ["SIT004 4:1"]
        );
    }
}
