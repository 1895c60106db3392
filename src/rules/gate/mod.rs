//! GAT: is there a way back?

mod around;
mod bypassed;
mod coverage;
mod decommission_too_soon;
mod friday_change;
mod nearest_gates;
mod no_backup_before_change;
mod no_go_live_gate;
mod no_handover;
mod no_rollback;
mod no_verification;
mod passed_with_open_work;
mod rollback_does_not_fit;
mod rollback_untested;
mod without_approver;
mod without_criteria;

use super::{Ctx, Native, Sink};
use crate::catalogue::{Kind, KindSet};
use crate::finding::{Entity, EntityKind};
use crate::model::{List, PlanId, Task, TaskId};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    no_go_live_gate::RULE,
    bypassed::RULE,
    without_approver::RULE,
    without_criteria::RULE,
    no_rollback::RULE,
    rollback_untested::RULE,
    no_backup_before_change::RULE,
    no_verification::RULE,
    friday_change::RULE,
    no_handover::RULE,
    passed_with_open_work::RULE,
    decommission_too_soon::RULE,
    rollback_does_not_fit::RULE,
];

/// Kinds of work at which somebody says go.
const GATES: [&str; 3] = ["gate", "go-no-go", "approval"];

/// Kinds of work that show whether a change has worked, with the words that single fields have for them.
const VERIFICATIONS: [&str; 8] = [
    "verification",
    "smoke-test",
    "acceptance",
    "reconciliation",
    "process-sign-off",
    "payroll-comparison",
    "performance-comparison",
    "backup-verification",
];

/// Kinds of work that help the users after a change, with the words that single fields have for them.
const SUPPORT: [&str; 4] = ["support", "hypercare", "floor-support", "early-life-support"];

/// Kinds of work after which an old system is gone.
const DECOMMISSIONS: [&str; 3] = ["decommission", "source-decommission", "retirement"];

/// Whether a kind is called by a word, or by a word of its field and this one: `payroll-go-live`.
fn is_called(kind: &Kind, word: &str) -> bool {
    kind.name.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'))
}

/// The kinds of work with which a new system begins its real work.
fn go_lives(ctx: &Ctx<'_>) -> KindSet {
    ctx.catalogue.kinds_where(|kind| is_called(kind, "go-live"))
}

/// The tasks of some kinds in all plans that were not dropped: done work counts for those who waited for it.
fn of_kinds<'a>(ctx: &'a Ctx<'_>, kinds: &'a KindSet) -> impl Iterator<Item = TaskId> + 'a {
    let tasks = (0..ctx.model.tasks.len() as u32).map(TaskId);
    tasks.filter(|task| kinds.contains(ctx.kind(*task)) && !ctx.is_cancelled(*task))
}

/// Whether a list says anything.
fn says_anything(ctx: &Ctx<'_>, list: List) -> bool {
    ctx.model.list(list).iter().any(|text| !ctx.text(*text).trim().is_empty())
}

/// A plan as an entity.
fn plan_entity(plan: PlanId) -> Entity {
    Entity::new(EntityKind::Plan, plan.index())
}

/// Reports open gates that leave a list empty; where no gate of a plan with several fills it, the plan, once.
fn report_gates_without(ctx: &Ctx<'_>, out: &mut Sink, field: fn(&Task) -> List) {
    let kinds = ctx.kinds(&GATES);
    for &plan in ctx.plans() {
        let (mut without, mut is_used) = (Vec::new(), false);
        for (gate, task) in ctx.model.tasks_of(plan) {
            if !kinds.contains(ctx.kind(gate)) || !ctx.is_leaf(gate) || ctx.is_cancelled(gate) {
                continue;
            }
            if says_anything(ctx, field(task)) {
                is_used = true;
            } else if ctx.is_open(gate) {
                without.push(gate);
            }
        }
        if without.len() > 1 && !is_used {
            let finding = ctx.finding(plan_entity(plan)).variant("whole-plan");
            out.report(finding.param("count", without.len().to_string()));
            continue;
        }
        for gate in without {
            out.report(ctx.task_finding(gate));
        }
    }
}
