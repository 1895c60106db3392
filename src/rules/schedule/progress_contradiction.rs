//! SCH008: status, per cent, remaining work and actual dates of a task that do not go together.

use super::is_level_of_effort;
use crate::finding::{Finding, Fix};
use crate::model::{PlanId, Spanned, Status, Task, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};
use crate::source::Span;

pub(super) const RULE: Native = Native { code: "SCH008", check };

/// How many times as long as planned the rest may be before it is no estimate any more.
const MOST_TIMES: i64 = 3;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let (mut without_start, mut without_finish) = (Missing::default(), Missing::default());
        for (task, it) in ctx.model.tasks_of(plan) {
            // A phase is as far as its tasks.
            if !ctx.is_leaf(task) || ctx.is_cancelled(task) || is_level_of_effort(ctx, task) {
                continue;
            }
            if let Some(finding) = contradiction(ctx, plan, task) {
                out.report(finding);
                continue;
            }
            match it.status().map(|status| status.value) {
                // Begun, but nobody says when: it can be computed only from the status date on.
                Some(Status::InProgress) => without_start.see(task, it.actual_start().is_none()),
                None if it.percent().is_some_and(|it| it.value > 0) && it.actual_finish().is_none() => {
                    without_start.see(task, it.actual_start().is_none());
                }
                Some(Status::Done) => without_finish.see(task, it.actual_finish().is_none()),
                _ => {}
            }
        }
        let carries = |field: &str| ctx.model.plan(plan).capability.carries(field);
        if carries("task.actual-start") {
            without_start.report(ctx, out, plan, ("no-start", "no-starts"));
        }
        if carries("task.actual-finish") {
            without_finish.report(ctx, out, plan, ("no-finish", "no-finishes"));
        }
    }
}

/// Tasks without a date that they ought to have.
#[derive(Default)]
struct Missing {
    tasks: Vec<TaskId>,
    of: usize,
}

impl Missing {
    fn see(&mut self, task: TaskId, is_missing: bool) {
        self.of += 1;
        if is_missing {
            self.tasks.push(task);
        }
    }

    /// One finding each; where none of at least five has such a date, one about the plan.
    fn report(self, ctx: &Ctx<'_>, out: &mut Sink, plan: PlanId, (one, all): (&'static str, &'static str)) {
        const WHOLE_PLAN: usize = 5;
        if self.tasks.len() == self.of && self.of >= WHOLE_PLAN {
            let about = crate::finding::Entity::new(crate::finding::EntityKind::Plan, plan.index());
            let mut finding = ctx.finding(about).variant(all).subject(all);
            for task in self.tasks.iter().take(3) {
                finding = finding.label(ctx.place(*task), "one of them");
            }
            out.report(finding.param("count", self.of.to_string()));
            return;
        }
        for task in self.tasks {
            let status = ctx.model.task(task).status().map_or(ctx.place(task), |status| status.span);
            out.report(ctx.finding_at(entity(task), status).variant(one).subject(one));
        }
    }
}

/// The gravest contradiction in what a task reports.
fn contradiction(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> Option<Finding> {
    let it = ctx.model.task(task);
    let status = it.status();
    let says = |word: Status| status.filter(|status| status.value == word);
    let remaining = it.remaining().filter(|left| !left.value.is_zero());
    let finding = |place: Span, variant: &'static str| {
        ctx.finding_at(entity(task), place).variant(variant).subject(variant)
    };
    if let Some(ended) = it.actual_finish()
        && let Some(status) = status.filter(|it| !matches!(it.value, Status::Done | Status::Cancelled))
    {
        let finding = ctx.finding_at(entity(task), status.span).subject("finished");
        let finding = finding.param("status", status.value.as_str()).param("date", ended.value.to_string());
        return Some(mended(ctx, plan, finding.label(ended.span, "it ended here"), status.span, "done"));
    }
    if ctx.is_done(task) {
        let (is_done, place) = match (it.actual_finish(), says(Status::Done)) {
            (Some(ended), _) => ("it ended here", ended.span),
            (None, Some(status)) => ("done", status.span),
            (None, None) => return None,
        };
        if let Some(percent) = it.percent().filter(|percent| percent.value < 100) {
            let finding = finding(percent.span, "not-all").param("percent", percent.value.to_string());
            let finding = finding.label(place, is_done);
            // Its end is reported: that decides.
            let decides = it.actual_finish().is_some();
            return Some(if decides { whole(ctx, plan, finding, percent.span) } else { finding });
        }
        let left = remaining?;
        let finding =
            finding(left.span, "work-left").param("remaining", super::length(ctx, plan, left.value));
        return Some(finding.label(place, is_done));
    }
    if let Some(percent) = it.percent().filter(|percent| percent.value >= 100) {
        return Some(finding(percent.span, "all-but-open"));
    }
    if let Some(planned) = says(Status::Planned) {
        if let Some(began) = it.actual_start() {
            let finding = finding(planned.span, "begun").param("date", began.value.to_string());
            let finding = finding.label(began.span, "it began here");
            return Some(mended(ctx, plan, finding, planned.span, "in-progress"));
        }
        if let Some(percent) = it.percent().filter(|percent| percent.value > 0) {
            let finding = finding(planned.span, "some-done").param("percent", percent.value.to_string());
            return Some(finding.label(percent.span, "so much is done"));
        }
    }
    too_much_left(ctx, plan, it).map(|left| {
        let duration = it.duration().map_or_else(String::new, |it| super::length(ctx, plan, it.value));
        finding(left.span, "too-much-left")
            .param("remaining", super::length(ctx, plan, left.value))
            .param("duration", duration)
    })
}

/// What is left of a task, where that is several times as long as all of it was to be.
fn too_much_left(ctx: &Ctx<'_>, plan: PlanId, it: &Task) -> Option<Spanned<crate::model::Duration>> {
    let (left, whole) = (it.remaining()?, it.duration()?);
    let days = |duration| ctx.schedule.day_thousandths(plan, duration);
    let whole = days(whole.value);
    (whole > 0 && days(left.value) > whole.saturating_mul(MOST_TIMES)).then_some(left)
}

/// Puts another word in the place of one, in a plan that is written by hand.
fn mended(ctx: &Ctx<'_>, plan: PlanId, finding: Finding, span: Span, word: &str) -> Finding {
    if !ctx.is_native(plan) {
        return finding;
    }
    finding.fix(Fix::safe(format!("Write {word}")).replace(span, word))
}

/// Puts 100 in the place of a percentage, with its sign where it had one.
fn whole(ctx: &Ctx<'_>, plan: PlanId, finding: Finding, span: Span) -> Finding {
    let is_signed = ctx.model.sources().text(span).ends_with('%');
    mended(ctx, plan, finding, span, if is_signed { "100%" } else { "100" })
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn is_found(rest: &str) -> bool {
        !found("SCH008", &format!("[plan]\n[task]\na = {{ title = \"A\", duration = \"5d\", {rest} }}\n"))
            .is_empty()
    }

    const ENDED: &str = "actual-start = 2026-09-01, actual-finish = 2026-09-07";

    #[test]
    fn done_and_yet_not() {
        assert!(is_found(&format!("{ENDED}, percent = 80")));
        assert!(is_found(&format!("{ENDED}, remaining = \"1d\"")));
        assert!(is_found(&format!("{ENDED}, status = \"in-progress\"")));
        assert!(is_found("status = \"done\", percent = 80"));
        assert!(!is_found(&format!("{ENDED}, percent = 100, remaining = \"0d\", status = \"done\"")));
        assert!(!is_found(ENDED));
    }

    #[test]
    fn open_and_yet_all_done() {
        assert!(is_found("actual-start = 2026-09-01, percent = 100"));
        assert!(!is_found("actual-start = 2026-09-01, percent = 99"));
    }

    #[test]
    fn planned_and_yet_begun() {
        assert!(is_found("status = \"planned\", actual-start = 2026-09-01"));
        assert!(is_found("status = \"planned\", percent = 10"));
        assert!(!is_found("status = \"planned\", percent = 0"));
        assert!(!is_found("actual-start = 2026-09-01"), "no status says nothing wrong");
    }

    #[test]
    fn dates_that_go_with_a_status() {
        assert!(is_found("status = \"in-progress\""));
        assert!(is_found("percent = 20"));
        assert!(is_found("status = \"done\""));
        assert!(!is_found("status = \"in-progress\", actual-start = 2026-09-01"));
        assert!(!is_found("status = \"blocked\""), "it may never have begun");
    }

    #[test]
    fn far_more_left_than_there_ever_was() {
        assert!(is_found("actual-start = 2026-09-01, remaining = \"16d\""));
        assert!(!is_found("actual-start = 2026-09-01, remaining = \"15d\""));
    }

    #[test]
    fn dropped_work_and_support_say_what_they_like() {
        assert!(!is_found("percent = 100, status = \"cancelled\""));
        assert!(!is_found("actual-start = 2026-09-01, percent = 100, effort = \"level\""));
    }

    #[test]
    fn where_no_task_has_its_date_that_is_one_finding() {
        let rows: String =
            (0..5).map(|n| format!("t{n} = {{ title = \"T{n}\", status = \"done\" }}\n")).collect();
        assert_eq!(found("SCH008", &format!("[plan]\n[task]\n{rows}")), ["SCH008 1:2"]);
    }
}
