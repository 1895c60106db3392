//! SCH010: a date that somebody has set on a day on which nobody works.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::is_placeholder;
use crate::finding::{Entity, EntityKind};
use crate::model::{ConstraintKind, Moment, PlanId, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "SCH010", check };

/// From how many tasks on, and when so many of all that have such dates do, it is the calendar that is asked about.
const WHOLE_PLAN: usize = 5;
/// How far a working day is looked for.
const MOST_DAYS: usize = 60;

/// A date on a day off.
struct DayOff {
    task: TaskId,
    date: Spanned<Moment>,
    day: Date,
    what: &'static str,
    /// Whether something is to be over by then: then the day before counts, else the day after.
    is_end: bool,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let (mut with_dates, mut found) = (0, Vec::new());
        for (task, _) in ctx.open_leaves_of(plan) {
            let dates = set_dates(ctx, plan, task);
            with_dates += usize::from(!dates.is_empty());
            found.extend(dates.into_iter().find(|it| !is_worked(ctx, task, it.day)));
        }
        if found.len() >= WHOLE_PLAN && found.len() * 2 > with_dates {
            report_plan(ctx, out, plan, &found, with_dates);
        } else {
            for it in &found {
                report(ctx, out, it);
            }
        }
    }
}

/// The dates that are set for a task at which somebody has to be there.
fn set_dates(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> Vec<DayOff> {
    let it = ctx.model.task(task);
    let is_change = ctx.facts.changes().binary_search(&task).is_ok();
    let knows_weekends = ctx.model.plan(plan).capability.carries("task.weekend");
    let has_hours = [it.start(), it.finish()].into_iter().flatten().any(|date| date.value.minute().is_some());
    let is_meant = it.weekend().is_some_and(|flag| flag.value)
        || it.duration().is_some_and(|duration| duration.value.is_elapsed())
        // A change at an hour that somebody has chosen, or in a format that has no word for it.
        || (is_change && (has_hours || it.window().is_some() || !knows_weekends))
        // Others have other calendars.
        || it.external().is_some_and(|flag| flag.value);
    if is_meant {
        return Vec::new();
    }
    let mut dates = Vec::new();
    let mut add = |date: Option<Spanned<Moment>>, what: &'static str, is_end: bool| {
        if let Some(date) = date.filter(|date| !is_placeholder(date.value)) {
            let is_midnight = is_end && date.value.minute() == Some(0);
            // What is over at midnight was over the day before.
            let day = if is_midnight { date.value.date.saturating_sub(1.day()) } else { date.value.date };
            dates.push(DayOff { task, date, day, what, is_end });
        }
    };
    if !ctx.is_started(task) {
        add(it.start(), "start", false);
    }
    add(it.finish(), "finish", true);
    // The end of a month is a date of the world's calendar, and holds whoever works on it.
    let deadline = it.deadline().filter(|date| date.value.date.last_of_month() != date.value.date);
    add(deadline, "deadline", true);
    if let Some(constraint) = it.constraint()
        && let Some(date) = constraint.value.date.filter(|date| date.date.last_of_month() != date.date)
    {
        let date = Some(Spanned::new(date, constraint.span));
        match constraint.value.kind {
            ConstraintKind::MustStart | ConstraintKind::StartOn | ConstraintKind::StartNoLater => {
                add(date, "constraint", false);
            }
            ConstraintKind::MustFinish | ConstraintKind::FinishOn | ConstraintKind::FinishNoLater => {
                add(date, "constraint", true);
            }
            // "No earlier than Saturday" is Monday for everybody: nobody has to be there.
            ConstraintKind::StartNoEarlier
            | ConstraintKind::FinishNoEarlier
            | ConstraintKind::AsSoonAsPossible
            | ConstraintKind::AsLateAsPossible => {}
        }
    }
    dates
}

/// Whether there is any working time in a day on the calendar of a task.
fn is_worked(ctx: &Ctx<'_>, task: TaskId, day: Date) -> bool {
    ctx.schedule.minutes_between(task, Moment::day(day), Moment::day(day.saturating_add(1.day()))) > 0
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, it: &DayOff) {
    let mut near = it.day;
    let found = (0..MOST_DAYS).any(|_| {
        near = if it.is_end { near.saturating_sub(1.day()) } else { near.saturating_add(1.day()) };
        is_worked(ctx, it.task, near)
    });
    // A calendar without any working day is PLN004's.
    if !found {
        return;
    }
    let finding = ctx
        .finding_at(entity(it.task), it.date.span)
        .subject(it.what)
        .param("field", it.what)
        .param("date", it.day.to_string())
        .param("weekday", weekday(it.day))
        .param("near", format!("{}, {near}", weekday(near)));
    out.report(if it.is_end { finding.variant("end") } else { finding });
}

fn report_plan(ctx: &Ctx<'_>, out: &mut Sink, plan: PlanId, found: &[DayOff], of: usize) {
    let mut finding = ctx
        .finding(Entity::new(EntityKind::Plan, plan.index()))
        .variant("whole-plan")
        .param("count", found.len().to_string())
        .param("of", of.to_string());
    for it in found.iter().take(3) {
        finding = finding.label(it.date.span, format!("a {}", weekday(it.day)));
    }
    out.report(finding);
}

fn weekday(day: Date) -> &'static str {
    match day.weekday() {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// 7 and 8 November 2026 are a weekend, 11 November is a holiday.
    fn count(rest: &str) -> usize {
        let plan = format!(
            "[plan]\n[calendar.c]\nholidays = [2026-11-11]\n[task.a]\ntitle = \"A\"\nduration = \"2d\"\n{rest}\n"
        );
        found("SCH010", &plan).len()
    }

    #[test]
    fn every_date_that_is_set() {
        assert_eq!(count("start = 2026-11-07"), 1);
        assert_eq!(count("start = 2026-11-11"), 1, "a holiday");
        assert_eq!(count("start = 2026-11-09"), 0);
        assert_eq!(count("finish = 2026-11-08"), 1);
        assert_eq!(count("finish = 2026-11-07T00:00"), 0, "over on Friday night");
        assert_eq!(count("deadline = 2026-11-08"), 1);
        assert_eq!(count("constraint = \"MSO 2026-11-08\""), 1);
        assert_eq!(count("constraint = \"FNLT 2026-11-08\""), 1);
        assert_eq!(count("start = 2026-11-07\nfinish = 2026-11-15"), 1, "once a task");
        assert_eq!(
            count("start = 2026-11-07\nfinish = 2026-11-08"),
            0,
            "with nothing in between SCH023 says it"
        );
    }

    #[test]
    fn no_earlier_than_a_day_off_is_the_next_working_day() {
        assert_eq!(count("constraint = \"SNET 2026-11-08\""), 0);
    }

    #[test]
    fn the_end_of_a_month_is_nobodys_choice() {
        assert_eq!(count("deadline = 2027-01-31"), 0, "a Sunday");
        assert_eq!(count("deadline = 2027-01-30"), 1);
    }

    #[test]
    fn weekends_on_purpose() {
        assert_eq!(count("start = 2026-11-07\nweekend = true"), 0);
        assert_eq!(count("start = 2026-11-07\nkind = \"cutover\""), 1, "say that it is meant");
        assert_eq!(count("start = 2026-11-07T20:00\nkind = \"cutover\""), 0, "an hour is chosen");
        assert_eq!(count("start = 2026-11-07\nkind = \"cutover\"\nwindow = \"Sat 20:00 to Sun 12:00\""), 0);
        let elapsed = "[plan]\n[task.a]\ntitle = \"A\"\nduration = \"2ed\"\nstart = 2026-11-07\n";
        assert!(found("SCH010", elapsed).is_empty());
    }

    #[test]
    fn what_has_happened_and_what_others_deliver() {
        assert_eq!(count("start = 2026-11-07\nactual-start = 2026-09-07"), 0);
        assert_eq!(count("start = 2026-11-07\nstatus = \"done\""), 0);
        assert_eq!(count("finish = 2026-11-07\nexternal = true"), 0);
        assert_eq!(count("start = 1900-01-01"), 0);
    }

    #[test]
    fn where_most_dates_are_on_days_off_it_is_the_calendar() {
        let plan = |first: &str| {
            let rows: String = (0..6)
                .map(|n| {
                    format!(
                        "t{n} = {{ title = \"T{n}\", duration = \"1d\", start = {} }}\n",
                        if n == 0 { first } else { "2026-11-07" }
                    )
                })
                .collect();
            found("SCH010", &format!("[plan]\n[task]\n{rows}"))
        };
        assert_eq!(plan("2026-11-09"), ["SCH010 1:2"]);
    }
}
