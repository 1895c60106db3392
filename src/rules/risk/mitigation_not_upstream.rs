//! RSK004: a mitigation that nothing the risk affects waits for.

use std::ops::Range;

use super::{dead_mitigation, mitigations, open_risks};
use crate::finding::Entity;
use crate::model::{Risk, TaskId};
use crate::network::Before;
use crate::rules::facts::Progress;
use crate::rules::{Ctx, Native, Sink, listed};
use crate::source::Span;

pub(super) const RULE: Native = Native { code: "RSK004", check };

/// How many of the affected tasks are pointed at.
const MOST_LABELS: usize = 3;

struct Asked {
    risk: Entity,
    mitigation: TaskId,
    place: Span,
    /// Which of all affected tasks are this risk's.
    affected: Range<usize>,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if open_risks(ctx).next().is_none() {
        return;
    }
    let owned = dead_mitigation::plans_with_owners(ctx);
    let has_links: Vec<bool> = ctx
        .model
        .plan_ids()
        .map(|plan| ctx.model.tasks_of(plan).any(|(_, task)| !task.depends_on().is_empty()))
        .collect();
    let contingency = ctx.kinds(&["contingency"]);
    let mut affected: Vec<TaskId> = Vec::new();
    let mut asked: Vec<Asked> = Vec::new();
    for (entity, risk) in open_risks(ctx) {
        let first = affected.len();
        affected.extend(affected_tasks(ctx, risk));
        let mine = first..affected.len();
        let tasks = &affected[mine.clone()];
        // A plan without any link is one finding of its own (DEP008), not one for each risk.
        let is_linked = |task: &TaskId| has_links[ctx.model.task(*task).plan.index()];
        // Work that is over waits for nothing.
        let is_open = |task: &TaskId| ctx.progress(*task) == Progress::Open;
        if !tasks.iter().any(is_linked) || !tasks.iter().any(is_open) {
            continue;
        }
        for (mitigation, place) in mitigations(ctx, risk) {
            // Done work cannot slip; dropped work, and work nobody does, is RSK008's.
            if ctx.progress(mitigation) != Progress::Open
                || dead_mitigation::cause(ctx, &owned, mitigation).is_some()
            {
                continue;
            }
            // Plan B comes afterwards: nothing can wait for it.
            if contingency.contains(ctx.kind(mitigation)) {
                continue;
            }
            // The mitigation itself, and what is inside it, cannot wait for it.
            let is_part =
                |task: &TaskId| *task == mitigation || ctx.network.hierarchy.is_inside(*task, mitigation);
            if tasks.iter().any(is_part) {
                continue;
            }
            asked.push(Asked { risk: entity, mitigation, place, affected: mine.clone() });
        }
    }
    let questions: Vec<Before<'_>> = asked
        .iter()
        .map(|it| Before { first: it.mitigation, later: &affected[it.affected.clone()] })
        .collect();
    let answers = ctx.network.graph.finish_before_any(&questions);
    for (it, _) in asked.iter().zip(answers).filter(|(_, is_upstream)| !is_upstream) {
        let tasks = affected[it.affected.clone()].iter();
        let open: Vec<TaskId> = tasks.copied().filter(|task| ctx.progress(*task) == Progress::Open).collect();
        let mut finding = ctx
            .finding_at(it.risk, it.place)
            .subject(ctx.text(ctx.model.task(it.mitigation).id))
            .param("mitigation", ctx.name(it.mitigation))
            .param("affected", listed(open.iter().map(|task| ctx.name(*task))))
            .label(ctx.place(it.mitigation), "the mitigation");
        for task in open.iter().take(MOST_LABELS) {
            finding = finding.label(ctx.place(*task), "the risk affects this");
        }
        out.report(finding);
    }
}

/// The tasks a risk affects; none where one of the names leads nowhere or out of this run: then the mitigation may well
/// be linked to what is meant.
fn affected_tasks(ctx: &Ctx<'_>, risk: &Risk) -> Vec<TaskId> {
    let references = ctx.network.references.list(risk.affects());
    if references.iter().any(|it| it.entity().is_none()) {
        return Vec::new();
    }
    references.iter().filter_map(|it| it.task()).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    /// Risk `r` is answered by `m` and affects what is given; the mitigation is named in line 3.
    fn found(affects: &str, tasks: &str) -> Vec<String> {
        places(
            "RSK004",
            &format!(
                "[plan]\n[risk.r]\nmitigations = [\"m\"]\ntitle = \"R\"\naffects = [{affects}]\n\
                 [task]\nz = {{ title = \"Z\", depends-on = [\"y\"] }}\ny = {{ title = \"Y\" }}\n{tasks}\n"
            ),
        )
    }

    const M: &str = "m = { title = \"M\", duration = \"5d\" }";

    #[test]
    fn one_task_that_waits_is_enough() {
        assert_eq!(found("\"y\"", M), ["3:17"]);
        let waiting = format!("{M}\nw = {{ title = \"W\", depends-on = [\"m\"] }}");
        assert!(found("\"y\", \"w\"", &waiting).is_empty());
    }

    #[test]
    fn a_link_that_does_not_hold_the_start_is_none() {
        let linked = |link: &str| format!("{M}\nw = {{ title = \"W\", depends-on = [\"m {link}\"] }}");
        assert!(found("\"w\"", &linked("FS+1d")).is_empty());
        assert_eq!(found("\"w\"", &linked("SS")), ["3:17"]);
        assert_eq!(found("\"w\"", &linked("FS-1d")), ["3:17"]);
    }

    #[test]
    fn in_an_affected_phase_it_is_enough_that_one_task_waits() {
        let phase = "p = { title = \"P\" }\na = { title = \"A\", parent = \"p\" }";
        let inside = "m = { title = \"M\", duration = \"5d\", parent = \"p\" }";
        let waits = "b = { title = \"B\", parent = \"p\", depends-on = [\"m\"] }";
        assert!(found("\"p\"", &format!("{phase}\n{M}\n{waits}")).is_empty());
        assert!(found("\"p\"", &format!("{phase}\n{inside}\n{waits}")).is_empty());
        assert_eq!(found("\"p\"", &format!("{phase}\n{inside}")), ["3:17"]);
    }

    #[test]
    fn what_is_meant_but_not_found_may_be_linked() {
        assert!(found("\"y\", \"elsewhere/cutover\"", M).is_empty());
        assert!(found("\"y\", \"nothing-like-it\"", M).is_empty());
    }

    #[test]
    fn risks_to_assets_and_to_the_mitigation_itself_are_left_alone() {
        assert!(found("", M).is_empty());
        assert!(found("\"m\"", M).is_empty());
        assert!(found("\"crm\"", &format!("{M}\n[asset]\ncrm = {{ name = \"CRM\" }}")).is_empty());
    }

    #[test]
    fn done_work_and_plan_b_need_no_link() {
        assert!(found("\"y\"", "m = { title = \"M\", status = \"done\" }").is_empty());
        assert!(
            found("\"y\"", "m = { title = \"M\", duration = \"5d\", kind = \"contingency\" }").is_empty()
        );
        let over = "over = { title = \"O\", status = \"done\" }";
        assert!(found("\"over\"", &format!("{M}\n{over}")).is_empty());
    }

    #[test]
    fn a_dead_mitigation_is_only_dead() {
        assert!(
            found("\"y\"", "m = { title = \"M\", duration = \"5d\", status = \"cancelled\" }").is_empty()
        );
        assert!(found("\"y\"", "m = { title = \"M\" }").is_empty());
    }

    #[test]
    fn a_plan_without_links_is_not_scolded_risk_by_risk() {
        let plan = "[plan]\n[task]\nm = { title = \"M\", duration = \"5d\" }\ny = { title = \"Y\" }\n\
                    [risk]\nr = { title = \"R\", mitigations = [\"m\"], affects = [\"y\"] }\n";
        assert!(places("RSK004", plan).is_empty());
    }
}
