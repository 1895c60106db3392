//! SCH005: work that has begun, or ended, before its links allowed it.

use super::{holds_start, is_from_start};
use crate::model::{Link, Moment, Spanned, TaskId};
use crate::network::Predecessor;
use crate::rules::facts::Progress;
use crate::rules::{Ctx, Native, Sink, entity, listed};

pub(super) const RULE: Native = Native { code: "SCH005", check };

/// A link that what has happened does not keep.
struct Broken<'a> {
    link: &'a Link,
    from: TaskId,
    /// Whether the predecessor has not even come to the point that was waited for.
    is_pending: bool,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (task, it) in ctx.tasks() {
        let (Some(start), true) = (it.actual_start(), ctx.is_leaf(task) && !ctx.is_cancelled(task)) else {
            continue;
        };
        let first = ctx.model.first_link(task);
        let links = ctx.model.links(task).iter().enumerate();
        let mut broken: Vec<Broken<'_>> =
            links.filter_map(|(offset, link)| broken(ctx, task, first + offset, link)).collect();
        // What is over on both sides changes nothing any more.
        if ctx.is_done(task) {
            broken.retain(|it| it.is_pending);
        }
        if !broken.is_empty() {
            report(ctx, out, task, start, &broken);
        }
    }
}

fn broken<'a>(ctx: &Ctx<'_>, task: TaskId, number: usize, link: &'a Link) -> Option<Broken<'a>> {
    let Predecessor::Task(from) = ctx.network.references.predecessor(number) else { return None };
    if from == task || ctx.progress(from) == Progress::Cancelled || super::is_level_of_effort(ctx, from) {
        return None;
    }
    let it = ctx.model.task(task);
    let own = if holds_start(link) { it.actual_start()? } else { it.actual_finish()? }.value;
    let is_pending = match is_from_start(link) {
        true => !ctx.is_started(from) && ctx.progress(from) != Progress::Done,
        false => ctx.progress(from) != Progress::Done,
    };
    let date = super::link_date(ctx, link, from);
    let Some(date) = date else {
        // Nobody knows when it will be, but it is still to come.
        return (is_pending && !link.lag.is_negative()).then_some(Broken { link, from, is_pending });
    };
    let demand = ctx.schedule.demand(ctx.model, link, (from, date), (task, own));
    // A day without a clock time may be shared by the end of the one and the beginning of the other.
    let is_shared_day = own.minute().is_none()
        && (demand.at.date <= own.date || (link.lag.is_zero() && is_same_day(date, own)));
    let is_too_early = demand.spare_minutes < 0 && !is_shared_day;
    is_too_early.then_some(Broken { link, from, is_pending })
}

fn is_same_day(date: Moment, own: Moment) -> bool {
    date.minute().is_none() && date.date == own.date
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, task: TaskId, start: Spanned<Moment>, broken: &[Broken<'_>]) {
    const MOST: usize = 5;
    let it = ctx.model.task(task);
    let is_about_start = broken.iter().any(|it| holds_start(it.link));
    let own = if is_about_start { start } else { it.actual_finish().unwrap_or(start) };
    let mut finding = ctx
        .finding_at(entity(task), own.span)
        .param("date", own.value.date.to_string())
        .param("predecessors", listed(broken.iter().map(|it| ctx.name(it.from))));
    if !is_about_start {
        finding = finding.variant("finish");
    }
    for it in broken.iter().take(MOST) {
        let (word, date) = match is_from_start(it.link) {
            true => ("start", ctx.start(it.from)),
            false => ("end", ctx.finish(it.from)),
        };
        let was = if it.is_pending { "still to" } else { "did" };
        let on = date.map_or_else(String::new, |date| format!(" on {}", date.value.date));
        let place = date.map_or(ctx.place(it.from), |date| date.span);
        finding = finding.label(place, format!("{}: {was} {word}{on}", it.link.kind.as_str()));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// `a`, and `b` that depends on it, in line 5.
    fn at(a: &str, b: &str) -> Vec<String> {
        found(
            "SCH005",
            &format!(
                "[plan]\nstatus-date = 2026-10-02\n[task]\na = {{ title = \"A\", duration = \"5d\", {a} }}\n\
                 b = {{ title = \"B\", duration = \"9d\", {b} }}\n"
            ),
        )
    }

    const BEGUN: &str = "actual-start = 2026-09-21";
    const DONE: &str = "actual-start = 2026-09-21, actual-finish = 2026-09-25";

    #[test]
    fn begun_before_what_it_waits_for_had_ended() {
        let on = |day: &str, link: &str| format!("depends-on = \"a{link}\", actual-start = {day}");
        assert_eq!(at(DONE, &on("2026-09-24", "")).len(), 1);
        assert!(at(DONE, &on("2026-09-25", "")).is_empty(), "a shared day");
        assert!(at(DONE, &on("2026-09-28", "")).is_empty());
        assert_eq!(at(DONE, &on("2026-09-28", " FS+2d")).len(), 1);
        assert!(at(DONE, &on("2026-09-24", " FS-2d")).is_empty());
        assert_eq!(at(BEGUN, &on("2026-09-28", "")).len(), 1, "it goes on still");
        assert!(at(BEGUN, &on("2026-09-28", " SS")).is_empty());
        assert_eq!(at(BEGUN, &on("2026-09-18", " SS")).len(), 1);
        assert_eq!(at("start = 2026-10-05", &on("2026-09-28", " SS")).len(), 1);
    }

    #[test]
    fn an_end_is_held_as_well() {
        let ended = "actual-start = 2026-09-21, actual-finish = 2026-09-30";
        assert_eq!(at(BEGUN, &format!("depends-on = \"a FF\", {ended}")).len(), 1);
        assert!(at(DONE, &format!("depends-on = \"a FF\", {ended}")).is_empty());
        assert!(at(BEGUN, "depends-on = \"a FF\", actual-start = 2026-09-21").is_empty());
    }

    #[test]
    fn what_is_over_on_both_sides_is_history() {
        let early = "depends-on = \"a\", actual-start = 2026-09-22, actual-finish = 2026-09-30";
        assert!(at(DONE, early).is_empty());
        assert_eq!(at(BEGUN, early).len(), 1);
    }

    #[test]
    fn dropped_work_and_support_hold_nobody() {
        let begun = "depends-on = \"a\", actual-start = 2026-09-28";
        assert!(at("status = \"cancelled\"", begun).is_empty());
        assert!(at("effort = \"level\"", begun).is_empty());
        assert!(at(BEGUN, &format!("{begun}, status = \"cancelled\"")).is_empty());
    }
}
