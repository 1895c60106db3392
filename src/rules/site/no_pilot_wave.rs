//! SIT003: a rollout to several sites or waves that begins without a pilot.
//!
//! The first rollout is the one before which the network has no other; of several, those that begin first by their
//! dates, where all dates are known.

use std::collections::BTreeSet;

use super::{each_site, plan_entity, rollouts};
use crate::finding::EntityKind;
use crate::model::{PlanId, SiteId, TaskId};
use crate::rules::{Ctx, Native, Sink, counted};

pub(super) const RULE: Native = Native { code: "SIT003", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let graph = &ctx.network.graph;
    let kinds = rollouts(ctx);
    let is_alive = |task: &TaskId| ctx.is_leaf(*task) && !ctx.is_cancelled(*task);
    let all = || (0..ctx.model.tasks.len() as u32).map(TaskId);
    let is_rollout = |task: &TaskId| kinds.contains(ctx.kind(*task)) && is_alive(task);
    let later = graph.upstream(all().filter(is_rollout).map(|task| (task, 1)));
    let pilots = || all().filter(|task| ctx.facts.is_pilot(*task) && !ctx.is_cancelled(*task));
    let piloted = graph.finish_upstream(pilots().map(|task| (task, 1)));
    for &plan in ctx.plans() {
        let rollouts: Vec<TaskId> =
            ctx.model.tasks_of(plan).map(|(task, _)| task).filter(is_rollout).collect();
        let Some(breadth) = breadth(ctx, &rollouts) else { continue };
        // The first wave is the pilot.
        if has_pilot_wave(ctx, plan) {
            continue;
        }
        let first = earliest(ctx, rollouts.into_iter().filter(|task| !later.is_at(*task)).collect());
        // What has begun cannot be piloted any more.
        let Some(first) = first.into_iter().find(|task| ctx.is_open(*task) && !piloted.is_at(*task)) else {
            continue;
        };
        out.report(match pilots().find(|task| ctx.model.task(*task).plan == plan) {
            Some(pilot) => ctx
                .task_finding(first)
                .variant("not-linked")
                .param("pilot", ctx.name(pilot))
                .label(ctx.place(pilot), "the pilot"),
            None => ctx
                .finding(plan_entity(plan))
                .param("where", breadth)
                .param("first", ctx.name(first))
                .label(ctx.place(first), "the first rollout"),
        });
    }
}

/// To how many sites or waves the rollouts go, in words; nothing for one site and one wave.
fn breadth(ctx: &Ctx<'_>, rollouts: &[TaskId]) -> Option<String> {
    let mut sites: BTreeSet<SiteId> = BTreeSet::new();
    let mut waves: BTreeSet<&str> = BTreeSet::new();
    for rollout in rollouts {
        each_site(ctx, *rollout, |site| {
            sites.insert(site);
        });
        waves.extend(ctx.wave(*rollout).map(|wave| ctx.text(wave).trim()));
    }
    let (sites, waves) = (sites.len() as i64, waves.len() as i64);
    let words = [(sites, "site", "sites"), (waves, "wave", "waves")];
    let words: Vec<String> = words
        .into_iter()
        .filter(|(count, ..)| *count > 1)
        .map(|(count, one, many)| counted(count, one, many))
        .collect();
    (!words.is_empty()).then(|| words.join(" in "))
}

/// Whether wave 0 or 1, or one that has no number, is marked as the pilot.
fn has_pilot_wave(ctx: &Ctx<'_>, plan: PlanId) -> bool {
    ctx.model.plan(plan).range(EntityKind::Wave).any(|wave| {
        let wave = &ctx.model.waves[wave];
        wave.pilot().is_some_and(|flag| flag.value)
            && super::waves_unordered::number(ctx, wave).is_none_or(|number| number <= 1)
    })
}

/// Those that begin first, where all dates are known; otherwise all.
fn earliest(ctx: &Ctx<'_>, mut rollouts: Vec<TaskId>) -> Vec<TaskId> {
    let dates: Option<Vec<_>> = rollouts.iter().map(|task| Some(ctx.start(*task)?.value.date)).collect();
    if let Some(first) = dates.and_then(|dates| dates.into_iter().min()) {
        rollouts.retain(|task| ctx.start(*task).is_some_and(|start| start.value.date == first));
    }
    rollouts
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT003")).collect()
    }

    const TASKS: &str = "[task]\n\
        p = { title = \"P\", kind = \"pilot\" }\n\
        a = { title = \"A\", kind = \"rollout\", wave = 1, depends-on = \"p\" }\n\
        b = { title = \"B\", kind = \"rollout\", wave = 2, depends-on = \"a\" }\n";

    #[test]
    fn the_first_rollout_waits_for_the_end_of_the_pilot() {
        assert_eq!(found(TASKS), Vec::<String>::new());
        assert_eq!(found(&TASKS.replace("\"p\" }", "\"p SS\" }")), ["SIT003 5:1"]);
        assert_eq!(found(&TASKS.replace("\"pilot\"", "\"pilot\", status = \"cancelled\"")), ["SIT003 1:2"]);
        assert_eq!(
            found(&TASKS.replace(", depends-on = \"p\"", ", status = \"done\"")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn one_wave_at_one_site_needs_no_pilot() {
        let tasks = TASKS.replace("wave = 2", "wave = 1").replace("pilot", "test");
        assert_eq!(found(&tasks), Vec::<String>::new());
        assert_eq!(found(&tasks.replacen("wave = 1", "wave = 3", 1)), ["SIT003 1:2"]);
    }

    #[test]
    fn a_first_wave_that_is_the_pilot_will_do() {
        let tasks = TASKS.replace("\"pilot\"", "\"test\"");
        assert_eq!(found(&format!("{tasks}[wave.1]\npilot = true\n")), Vec::<String>::new());
        assert_eq!(found(&format!("{tasks}[wave.early]\norder = 0\npilot = true\n")), Vec::<String>::new());
        assert_eq!(found(&format!("{tasks}[wave.2]\npilot = true\n")), ["SIT003 1:2"]);
    }
}
