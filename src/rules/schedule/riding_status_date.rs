//! SCH020: work that nothing holds back, and that is pushed along by the status date.

use rustc_hash::FxHashMap;

use crate::finding::{EntityKind, Finding};
use crate::model::{ConstraintKind, DecisionStatus, IssueStatus, Moment, PlanId, Status, TaskId};
use crate::network::Predecessor;
use crate::rules::facts::Progress;
use crate::rules::{Ctx, Native, Sink, entity};
use crate::schedule::Driver;

use super::{is_discrete, with_phases, working_days};

pub(super) const RULE: Native = Native { code: "SCH020", check };

/// From so many tasks on it is a habit.
const MANY: usize = 3;
/// Or from two on, where they are so many in a hundred of the open tasks.
const SHARE: usize = 5;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let blocked = blocked(ctx);
    let mut known: FxHashMap<TaskId, bool> = FxHashMap::default();
    for &plan in ctx.plans() {
        let Some(status) = ctx.model.plan(plan).header.status_date().map(|date| date.value) else { continue };
        let mut open = 0_usize;
        let mut riding: Vec<(TaskId, Moment, i64)> = Vec::new();
        for (task, _) in ctx.open_leaves_of(plan).filter(|(task, _)| is_discrete(ctx, *task)) {
            open += 1;
            let Some((possible, days)) = pushed(ctx, task).filter(|_| !blocked[task.index()]) else {
                continue;
            };
            let is_free = |so_far: bool, it: TaskId| so_far && has_own_before_done(ctx, it);
            if with_phases(ctx, &mut known, task, true, is_free) {
                riding.push((task, possible, days));
            }
        }
        let is_many = riding.len() >= MANY || (riding.len() > 1 && riding.len() * 100 >= open * SHARE);
        for (task, possible, days) in riding {
            let is_suspended = ctx.is_started(task);
            let has_not = match (is_suspended, ctx.is_milestone(task)) {
                (true, _) => "has not been taken up again",
                (false, true) => "is not reported as reached",
                (false, false) => "has not begun",
            };
            let mut finding = ctx
                .finding(entity(task))
                .param("has-not", has_not)
                .param("possible", possible.date.to_string())
                .param("status", status.date.to_string())
                .param("days", working_days(days));
            finding = label_last_done(ctx, plan, task, finding);
            out.report(if is_many { finding } else { finding.variant("single") });
        }
    }
}

/// Since when nothing holds a task back, and how many working days it was pushed; nothing where it was not.
fn pushed(ctx: &Ctx<'_>, task: TaskId) -> Option<(Moment, i64)> {
    if ctx.schedule.driver(task) != Driver::StatusDate || !ctx.schedule.is_reliable(ctx.model, task) {
        return None;
    }
    let it = ctx.model.task(task);
    // Work under way goes on at the status date; only what was put down and not taken up again rides on it.
    let is_put_down = ctx.model.imported(task).is_some_and(|imported| imported.suspended.is_some());
    if ctx.is_started(task) && !is_put_down {
        return None;
    }
    // Its author has said that something is in the way, or that it has a date of its own.
    let is_held = it.constraint().is_some_and(|it| it.value.kind != ConstraintKind::AsSoonAsPossible)
        || it.start().is_some()
        || it.finish().is_some();
    if is_held || it.status().is_some_and(|status| status.value == Status::Blocked) {
        return None;
    }
    let possible = ctx.schedule.start_by_links(ctx.model, task)?;
    let days = ctx.schedule.held_back_minutes(task)? / ctx.schedule.minutes_per_day(task);
    (days >= 1).then_some((possible, days))
}

/// Whether everything that a task waits for is done, its phases left aside.
fn has_own_before_done(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let first = ctx.model.first_link(task);
    (first..first + ctx.model.links(task).len()).all(|link| {
        match ctx.network.references.likely_predecessor(link) {
            Predecessor::Task(before) => ctx.progress(before) != Progress::Open,
            // Nobody here knows how far that is.
            Predecessor::Outside | Predecessor::Unknown => false,
        }
    })
}

/// Tasks that an open issue or decision blocks, those inside a blocked phase included: something is in their way.
fn blocked(ctx: &Ctx<'_>) -> Vec<bool> {
    let model = ctx.model;
    let issues = ctx.numbers(EntityKind::Issue).filter_map(|number| {
        let issue = &model.issues[number];
        let is_over = |status| matches!(status, IssueStatus::Resolved | IssueStatus::Closed);
        (!issue.status().is_some_and(|status| is_over(status.value))).then(|| issue.blocks())
    });
    let decisions = ctx.numbers(EntityKind::Decision).filter_map(|number| {
        let decision = &model.decisions[number];
        let is_made = decision.decided_on().is_some() || decision.outcome().is_some();
        let is_over = decision.status().is_some_and(|status| status.value != DecisionStatus::Open);
        (!is_made && !is_over).then(|| decision.blocks())
    });
    let mut blocked = vec![false; model.tasks.len()];
    for list in issues.chain(decisions) {
        let named = ctx.network.references.list(list).iter().filter_map(|it| it.task());
        let mut waiting: Vec<TaskId> = named.collect();
        while let Some(task) = waiting.pop() {
            if !std::mem::replace(&mut blocked[task.index()], true) {
                waiting.extend(ctx.network.hierarchy.children(task));
            }
        }
    }
    blocked
}

/// Shows what was done last before a task.
fn label_last_done(ctx: &Ctx<'_>, plan: PlanId, task: TaskId, finding: Finding) -> Finding {
    let first = ctx.model.first_link(task);
    let before = (first..first + ctx.model.links(task).len()).filter_map(|link| {
        match ctx.network.references.likely_predecessor(link) {
            Predecessor::Task(before) => Some((ctx.finish(before)?.value, before)),
            Predecessor::Outside | Predecessor::Unknown => None,
        }
    });
    let before = before.filter(|(_, before)| ctx.model.task(*before).plan == plan);
    match before.max_by_key(|(finish, before)| (finish.as_finish(), *before)) {
        Some((finish, before)) => finding.label(ctx.place(before), format!("done on {}", finish.date)),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// A was done on 7 October, the status date is Friday 16 October.
    fn plan(b: &str, more: &str) -> Vec<String> {
        found(
            "SCH020",
            &format!(
                "[plan]\nstart = 2026-10-05\nstatus-date = 2026-10-16\n[task]\n\
                 a = {{ title = \"A\", duration = \"3d\", actual-start = 2026-10-05, actual-finish = 2026-10-07 }}\n\
                 b = {{ title = \"B\", duration = \"5d\", depends-on = [\"a\"]{b} }}\n{more}\n"
            ),
        )
    }

    #[test]
    fn what_could_have_begun_and_has_not() {
        assert_eq!(plan("", ""), ["SCH020 6:1"]);
        assert!(plan(", actual-start = 2026-10-08", "").is_empty());
        assert!(plan(", status = \"cancelled\"", "").is_empty());
    }

    #[test]
    fn what_waits_for_something_is_not_riding() {
        assert!(plan(", constraint = \"SNET 2026-10-12\"", "").is_empty());
        assert!(plan(", start = 2026-10-19", "").is_empty());
        assert!(plan(", start = 2026-10-12", "").is_empty(), "that date is past: SCH007");
        assert!(plan(", status = \"blocked\"", "").is_empty());
        assert!(plan("", "[issue]\ni = { title = \"I\", blocks = [\"b\"] }").is_empty());
        assert!(plan("", "[decision]\nd = { title = \"D\", blocks = [\"b\"] }").is_empty());
        assert_eq!(
            plan("", "[issue]\ni = { title = \"I\", blocks = [\"b\"], status = \"closed\" }").len(),
            1
        );
    }

    #[test]
    fn a_predecessor_that_goes_on_is_in_its_way() {
        let c = "c = { title = \"C\", duration = \"9d\", actual-start = 2026-10-05 }\nd = { title = \"D\", duration = \"1d\", depends-on = [\"a\", \"c SS\"] }";
        assert_eq!(plan("", c), ["SCH020 6:1"], "not D");
        assert!(plan("", "[task.p]\ntitle = \"P\"\ndepends-on = [\"q\"]\n[task.q]\ntitle = \"Q\"\nduration = \"1d\"\n[task.x]\ntitle = \"X\"\nparent = \"p\"\nduration = \"1d\"\ndepends-on = [\"a\"]").iter().all(|it| !it.ends_with("13:7")));
    }

    #[test]
    fn what_was_free_only_today_is_not_late_yet() {
        assert!(plan("", "").len() == 1);
        let late = "[plan]\nstart = 2026-10-05\nstatus-date = 2026-10-16\n[task]\na = { title = \"A\", duration = \"3d\", actual-start = 2026-10-05, actual-finish = 2026-10-15 }\nb = { title = \"B\", duration = \"5d\", depends-on = [\"a\"] }";
        assert!(found("SCH020", late).is_empty());
    }

    #[test]
    fn without_a_status_date_or_predecessors_nothing_is_pushed() {
        let alone = "[plan]\nstart = 2026-10-05\nstatus-date = 2026-10-16\n[task]\na = { title = \"A\", duration = \"3d\" }";
        assert!(found("SCH020", alone).is_empty());
        let undated = "[plan]\nstart = 2026-10-05\n[task]\na = { title = \"A\", status = \"done\" }\nb = { title = \"B\", duration = \"5d\", depends-on = [\"a\"] }";
        assert!(found("SCH020", undated).is_empty());
    }
}
