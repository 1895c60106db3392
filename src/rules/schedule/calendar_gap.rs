//! SCH023: a wait that nobody planned, because two tasks are worked on at different times.

use crate::finding::Finding;
use crate::model::{Duration, LinkKind, Moment, TaskId};
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink, entity};
use crate::schedule::Driver;

use super::{is_discrete, working_days};

pub(super) const RULE: Native = Native { code: "SCH023", check };

/// Minutes of a day and a night.
const DAY: i64 = 24 * 60;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (task, _) in ctx.open_leaves().filter(|(task, _)| is_discrete(ctx, *task)) {
        if ctx.is_started(task) {
            continue;
        }
        if let Some(finding) = without_work(ctx, task).or_else(|| gap(ctx, task)) {
            out.report(finding);
        }
    }
}

/// A task that can begin only long after what it waits for, because its calendar rests when the other one works.
fn gap(ctx: &Ctx<'_>, task: TaskId) -> Option<Finding> {
    let Driver::Link(number) = ctx.schedule.driver(task) else { return None };
    let number = number as usize;
    let link = &ctx.model.arenas.links[number];
    let Predecessor::Task(before) = ctx.network.references.likely_predecessor(number) else { return None };
    // A lag asks for the wait; of other links the ends do not meet.
    let is_plain = link.kind == LinkKind::FinishStart && link.lag.is_zero();
    let is_known = [task, before].iter().all(|it| ctx.schedule.is_reliable(ctx.model, *it));
    if !is_plain || !is_known || ctx.schedule.is_same_calendar(task, before) {
        return None;
    }
    let (ends, begins) =
        (ctx.schedule.early_finish(ctx.model, before)?, ctx.schedule.early_start(ctx.model, task)?);
    let plan = ctx.model.task(task).plan;
    let waits = elapsed_minutes(ends, begins);
    // A holiday that both have is nobody's calendar: the other one has to work meanwhile.
    let idle = ctx.schedule.minutes_between(before, ends, begins) / ctx.schedule.minutes_per_day(before);
    if waits <= ctx.integer(plan, "days").saturating_mul(DAY) || idle < 1 {
        return None;
    }
    let mut finding = ctx
        .finding_at(entity(task), link.span())
        .param("other", ctx.name(before))
        .param("end", ends.date.to_string())
        .param("start", begins.date.to_string())
        .param("idle", working_days(idle));
    for it in [before, task] {
        if let Some(calendar) = ctx.model.task(it).calendar() {
            finding = finding.label(calendar.span(), format!("calendar of {}", ctx.name(it)));
        }
    }
    Some(finding)
}

/// A task with stated dates between which its calendar has no working time.
fn without_work(ctx: &Ctx<'_>, task: TaskId) -> Option<Finding> {
    let it = ctx.model.task(task);
    let manual = ctx.model.imported(task).and_then(|imported| imported.manual);
    let start = manual.and_then(|manual| manual.start).or(it.start())?;
    let finish = manual.and_then(|manual| manual.finish).or(it.finish())?;
    // An event takes no time, elapsed time runs day and night, and outside of the plan others keep the calendar; an
    // agreed window is worked in, whatever the calendar says.
    let takes_no_time = ctx.is_milestone(task)
        || it.duration().is_some_and(|duration| duration.value.is_zero() || duration.value.is_elapsed())
        || manual
            .and_then(|manual| manual.duration)
            .is_some_and(|it: crate::model::Spanned<Duration>| it.value.is_zero() || it.value.is_elapsed());
    let is_elsewhere = it.external().is_some_and(|flag| flag.value) || it.window().is_some();
    // Clock times outside of working hours are meant.
    let has_times = start.value.minute().is_some() && manual.is_none();
    // Turned round is SCH003.
    let is_turned = finish.value.as_finish() <= start.value.as_start();
    if takes_no_time || is_elsewhere || has_times || is_turned {
        return None;
    }
    let (last, minute) = finish.value.as_finish();
    let works = ctx.schedule.minutes_between(task, start.value, Moment::at(last, minute));
    (works <= 0).then(|| {
        ctx.finding_at(entity(task), start.span)
            .variant("no-work")
            .param("start", start.value.date.to_string())
            .param("finish", finish.value.date.to_string())
            .label(finish.span, "until here")
    })
}

/// Minutes from one moment to another, day and night.
fn elapsed_minutes(from: Moment, to: Moment) -> i64 {
    let ((day, minute), (last, until)) = (from.as_start(), to.as_start());
    let days = i64::from(last.since(day).map_or(0, |span| span.get_days()));
    days * DAY + i64::from(until) - i64::from(minute)
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// A ends on Tuesday 6 October on the usual calendar; B works on other days.
    fn plan(calendar: &str, link: &str, more: &str) -> Vec<String> {
        found(
            "SCH023",
            &format!(
                "[plan]\nstart = 2026-10-05\ncalendar = \"office\"\n[calendar]\noffice = {{ holidays = [] }}\nother = {{ {calendar} }}\n[task]\n\
                 a = {{ title = \"A\", duration = \"2d\" }}\n\
                 b = {{ title = \"B\", duration = \"1d\", calendar = \"other\", depends-on = [\"{link}\"]{more} }}\n"
            ),
        )
    }

    const MONDAYS: &str = "work-week = [\"mon\"]";

    #[test]
    fn other_days_of_the_week_make_a_wait() {
        assert_eq!(plan(MONDAYS, "a", ""), ["SCH023 9:72"]);
        assert!(plan("work-week = [\"fri\"]", "a", "").is_empty(), "less than three days");
        assert!(plan("holidays = [2026-12-25]", "a", "").is_empty());
    }

    #[test]
    fn a_lag_or_a_date_asks_for_it() {
        assert!(plan(MONDAYS, "a FS+1d", "").is_empty());
        assert!(plan(MONDAYS, "a SS", "").is_empty());
        assert!(plan(MONDAYS, "a", ", constraint = \"SNET 2026-10-12\"").is_empty());
        assert!(plan(MONDAYS, "a", ", actual-start = 2026-10-12").is_empty());
    }

    #[test]
    fn a_holiday_of_both_is_no_gap() {
        let closed = "[plan]\nstart = 2026-10-05\ncalendar = \"office\"\n[calendar]\noffice = { holidays = [{ start = 2026-10-07, finish = 2026-10-16 }] }\nother = { holidays = [{ start = 2026-10-07, finish = 2026-10-16 }, 2026-12-25] }\n[task]\na = { title = \"A\", duration = \"2d\" }\nb = { title = \"B\", duration = \"1d\", calendar = \"other\", depends-on = [\"a\"] }\n";
        assert!(found("SCH023", closed).is_empty());
        let open = closed.replace(
            "office = { holidays = [{ start = 2026-10-07, finish = 2026-10-16 }] }",
            "office = { holidays = [2026-12-25] }",
        );
        assert_eq!(found("SCH023", &open).len(), 1);
    }

    #[test]
    fn stated_dates_without_a_working_day() {
        let on = |task: &str| {
            found(
                "SCH023",
                &format!("[plan]\n[calendar.c]\nholidays = [2026-12-25]\n[task.a]\ntitle = \"A\"\n{task}\n"),
            )
        };
        assert_eq!(on("start = 2026-12-25\nfinish = 2026-12-27"), ["SCH023 6:9"]);
        assert!(on("start = 2026-12-24\nfinish = 2026-12-25").is_empty());
        for more in [
            "weekend = true",
            "milestone = true",
            "external = true",
            "duration = \"1ed\"",
            "status = \"done\"",
        ] {
            assert!(on(&format!("start = 2026-12-26\nfinish = 2026-12-27\n{more}")).is_empty(), "{more}");
        }
        assert!(on("start = 2026-12-26T20:00\nfinish = 2026-12-27T02:00").is_empty());
        assert!(on("start = 2026-12-27\nfinish = 2026-12-26").is_empty(), "turned round");
    }
}
