//! GAT001: a go-live, a cutover or a broad rollout that nobody has to agree to.

use super::{GATES, is_called, of_kinds};
use crate::finding::EntityKind;
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "GAT001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // The words stand for the kinds of single fields too: `payroll-go-live`, `cloud-cutover`, `patch-rollout`.
    let kinds = ctx
        .catalogue
        .kinds_where(|kind| ["go-live", "cutover", "rollout"].iter().any(|it| is_called(kind, it)));
    let gates = ctx.kinds(&GATES);
    let passed = ctx.network.graph.finish_upstream(of_kinds(ctx, &gates).map(|gate| (gate, 1)));
    // A pilot is the test that the gate decides on: `changes` leaves it out.
    for change in ctx.changes().filter(|change| kinds.contains(ctx.kind(*change))) {
        let task = ctx.model.task(change);
        // Pre-authorized: somebody has said go to all changes of this sort.
        let is_standard = task.standard_change().is_some_and(|flag| flag.value);
        if !passed.is_at(change) && !is_standard && !has_wave_gate(ctx, change) {
            out.report(ctx.task_finding(change));
        }
    }
}

/// Whether the wave of a change names its gate: one for each wave will do.
fn has_wave_gate(ctx: &Ctx<'_>, change: TaskId) -> bool {
    let network = ctx.network;
    let Some(wave) = network.hierarchy.wave_of(ctx.model, &network.index, change) else { return false };
    let wave = &ctx.model.waves[wave];
    let gate = wave
        .gate()
        .and_then(|gate| network.index.find(ctx.model, EntityKind::Task, wave.plan, ctx.text(gate)));
    gate.is_some_and(|gate| !ctx.is_cancelled(TaskId(gate.index)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(tasks: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[wave.2]\ngate = \"go\"\n[task]\n{tasks}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT001")).collect()
    }

    #[test]
    fn pilots_standard_changes_and_small_changes_need_no_gate() {
        let tasks = "go = { title = \"Go\", kind = \"gate\" }\n\
            a = { title = \"Try\", kind = \"pilot\" }\n\
            b = { title = \"Patch\", kind = \"patch-rollout\", standard-change = true }\n\
            c = { title = \"Upgrade\", kind = \"upgrade\" }\n\
            d = { title = \"Roll out\", kind = \"rollout\", status = \"done\" }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
    }

    #[test]
    fn one_gate_for_a_wave_or_before_all_waves_will_do() {
        let tasks = "go = { title = \"Go\", kind = \"gate\" }\n\
            a = { title = \"Roll out 1\", kind = \"rollout\", wave = 1, depends-on = [\"go\"] }\n\
            b = { title = \"Roll out 2\", kind = \"rollout\", wave = 2 }\n\
            c = { title = \"Roll out 3\", kind = \"rollout\", wave = 3, depends-on = [\"a SS\"] }\n\
            d = { title = \"Roll out 4\", kind = \"rollout\", wave = 4 }\n";
        assert_eq!(found(tasks), ["GAT001 10:1"]);
    }

    #[test]
    fn a_gate_that_only_begins_before_is_none() {
        let tasks = "go = { title = \"Go\", kind = \"gate\" }\n\
            a = { title = \"Switch\", kind = \"cloud-cutover\", depends-on = [\"go SS\"] }\n";
        assert_eq!(found(tasks), ["GAT001 7:1"]);
    }
}
