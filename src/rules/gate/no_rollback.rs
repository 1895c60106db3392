//! GAT005: a change without a way back.

use rustc_hash::FxHashSet;

use super::coverage::{Before, Coverage};
use super::{plan_entity, says_anything};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, RiskStatus, TaskId};
use crate::rules::{Ctx, Native, Sink, entity, listed};

pub(super) const RULE: Native = Native { code: "GAT005", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let answered = Answered::new(ctx);
    let ways_back = ways_back(ctx);
    let mut rest = &ways_back[..];
    while let Some((first, _)) = rest.first() {
        let plan = ctx.model.task(*first).plan;
        let (own, others) = rest.split_at(rest.partition_point(|(it, _)| ctx.model.task(*it).plan <= plan));
        rest = others;
        check_plan(ctx, out, plan, own, &answered);
    }
}

/// Judges the changes of one plan; where none of several says anything, the plan as a whole.
fn check_plan(ctx: &Ctx<'_>, out: &mut Sink, plan: PlanId, changes: &[(TaskId, bool)], answered: &Answered) {
    if changes.len() > 1 && changes.iter().all(|(change, is_given)| !is_given && !is_one_way(ctx, *change)) {
        let finding = ctx.finding(plan_entity(plan)).variant("whole-plan");
        out.report(finding.param("count", changes.len().to_string()));
        return;
    }
    for change in changes.iter().filter(|(_, is_given)| !is_given).map(|(change, _)| *change) {
        let finding = ctx.task_finding(change);
        let approved_by = ctx.model.task(change).approved_by();
        if !is_one_way(ctx, change) {
            out.report(finding);
        } else if !says_anything(ctx, approved_by) {
            out.report(finding.variant("unapproved"));
        } else if !answered.is_answered(ctx, change) {
            // Knowingly without a way back: only plan B is still asked for.
            let people = ctx.network.references.list(approved_by).iter().zip(ctx.model.list(approved_by));
            let names = people.map(|(person, text)| match person.entity() {
                Some(person) => ctx.model.name(person),
                None => format!("\"{}\"", ctx.text(*text)),
            });
            out.report(finding.variant("irreversible").param("approver", listed(names)));
        }
    }
}

/// The changes to judge, pilots too, each with whether it has a way back: of its own, or written in a task that must be
/// finished before.
pub(super) fn ways_back(ctx: &Ctx<'_>) -> Vec<(TaskId, bool)> {
    let changes: Vec<TaskId> = ctx.changes_and_pilots().collect();
    let plans = Coverage::new(ctx, &ctx.kinds(&["rollback-plan"]), |task| vec![task.covers()]);
    let is_planned = plans.any_before(ctx, Before::Finished, &changes);
    let has_own = |change: TaskId| {
        let task = ctx.model.task(change);
        task.rollback().is_some_and(|text| !ctx.text(text).trim().is_empty())
            || task.rollback_takes().is_some()
            || task.rollback_until().is_some()
            || task.rollback_decided_by().is_some()
    };
    changes.iter().zip(is_planned).map(|(change, planned)| (*change, planned || has_own(*change))).collect()
}

/// Whether a change says that it cannot be undone.
pub(super) fn is_one_way(ctx: &Ctx<'_>, change: TaskId) -> bool {
    ctx.model.task(change).reversible().is_some_and(|flag| !flag.value)
}

/// What has a plan B: named in `affects` of a risk with a `contingency`.
struct Answered {
    things: FxHashSet<Entity>,
    plans: FxHashSet<PlanId>,
}

impl Answered {
    fn new(ctx: &Ctx<'_>) -> Self {
        let mut it = Self { things: FxHashSet::default(), plans: FxHashSet::default() };
        for risk in &ctx.model.risks {
            let has_contingency = risk.contingency().is_some_and(|text| !ctx.text(text).trim().is_empty());
            let is_closed = risk.status().is_some_and(|status| status.value == RiskStatus::Closed);
            if !has_contingency || is_closed {
                continue;
            }
            if risk.scope().is_some() {
                it.plans.insert(risk.plan);
            }
            it.things.extend(ctx.network.references.list(risk.affects()).iter().filter_map(|it| it.entity()));
        }
        it
    }

    fn is_answered(&self, ctx: &Ctx<'_>, change: TaskId) -> bool {
        self.plans.contains(&ctx.model.task(change).plan)
            || self.things.contains(&entity(change))
            || ctx.network.hierarchy.ancestors(change).any(|phase| self.things.contains(&entity(phase)))
            || ctx.scope(change).iter().any(|it| self.has(EntityKind::Asset, it.index()))
            || ctx.sites(change).iter().any(|it| self.has(EntityKind::Site, it.index()))
    }

    fn has(&self, kind: EntityKind, index: usize) -> bool {
        self.things.contains(&Entity::new(kind, index))
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[asset]\nold = {{}}\nnew = {{}}\n[task]\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT005")).collect()
    }

    #[test]
    fn a_written_way_back_counts_for_what_it_covers() {
        let tasks = "w = { title = \"Write\", kind = \"rollback-plan\", covers = \"old\" }\n\
            a = { title = \"A\", kind = \"upgrade\", affects = \"old\", depends-on = \"w\" }\n\
            b = { title = \"B\", kind = \"upgrade\", affects = \"new\", depends-on = \"w\" }\n\
            c = { title = \"C\", kind = \"upgrade\", depends-on = \"w\" }\n\
            d = { title = \"D\", kind = \"upgrade\", affects = \"old\", depends-on = \"w SS\" }\n";
        assert_eq!(found(tasks), ["GAT005 11:1", "GAT005 9:1"]);
    }

    #[test]
    fn a_plan_where_no_change_says_anything_is_one_finding() {
        let tasks = "a = { title = \"A\", kind = \"upgrade\" }\nb = { title = \"B\", kind = \"pilot\" }\n";
        assert_eq!(found(tasks), ["GAT005 1:2"]);
        assert_eq!(found("a = { title = \"A\", kind = \"upgrade\" }\n"), ["GAT005 7:1"]);
        assert_eq!(found(&tasks.replace("}\n", ", status = \"done\" }\n")), Vec::<String>::new());
    }

    #[test]
    fn one_way_on_purpose_wants_approval_and_plan_b() {
        let one = "a = { title = \"A\", kind = \"decommission\", affects = \"old\", reversible = false }\n";
        assert_eq!(found(one), ["GAT005 7:1"]);
        let approved = one.replace("false", "false, approved-by = \"Board of directors\"");
        assert_eq!(found(&approved), ["GAT005 7:1"]);
        let risk = "[risk]\nr = { title = \"R\", affects = \"old\", contingency = \"Restore\" }\n";
        assert_eq!(found(&format!("{approved}{risk}")), Vec::<String>::new());
        assert_eq!(found(&format!("{approved}{}", risk.replace("Restore", " "))), ["GAT005 7:1"]);
    }
}
