//! SCH019: the dates that a file shows are not those that its own logic gives.

use crate::finding::{Entity, EntityKind, Finding};
use crate::model::{PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink};
use crate::schedule::{Amount, Comparison, Difference, Measure, Reason};
use crate::source::Span;

use super::{is_discrete, per_cent};

pub(super) const RULE: Native = Native { code: "SCH019", check };

/// How many tasks are shown with both values.
const EXAMPLES: usize = 3;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if ctx.model.stored.is_empty() {
        return;
    }
    for &plan in ctx.plans() {
        // What could not be read of a calendar was taken for usual hours: a difference says nothing then.
        if has_guessed_calendar(ctx, plan) {
            continue;
        }
        let (mut open, mut by_hand) = (0_usize, 0_usize);
        for (task, _) in ctx.open_leaves_of(plan).filter(|(task, _)| is_compared(ctx, *task)) {
            open += 1;
            by_hand += usize::from(is_by_hand(ctx, task));
        }
        let share = ctx.integer(plan, "percent");
        let is_many = |count: usize| (count as i64) * 100 > (open as i64).saturating_mul(share);
        // Where dates are typed, the file itself says that they do not follow from its logic.
        if open == 0 || is_many(by_hand) {
            continue;
        }
        let comparison = Comparison::new(ctx.model, ctx.network, ctx.schedule, plan);
        let mut differing: Vec<&Difference> =
            comparison.differences.iter().filter(|it| is_large(ctx, it)).collect();
        // In the order of the file, and of each task the first value.
        differing.dedup_by_key(|it| it.task);
        // What only follows from another task that differs comes last.
        differing.sort_by_key(|it| matches!(it.reason, Some(Reason::Predecessor(_) | Reason::Successor(_))));
        if is_many(differing.len()) {
            out.report(worded(ctx, plan, open, &differing));
        }
    }
}

fn is_compared(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let measures = [Measure::EarlyStart, Measure::EarlyFinish, Measure::TotalFloat];
    is_discrete(ctx, task)
        && measures.into_iter().any(|it| crate::schedule::stored(ctx.model, task, it).is_some())
}

fn is_by_hand(ctx: &Ctx<'_>, task: TaskId) -> bool {
    ctx.model.imported(task).is_some_and(|imported| imported.manual.is_some())
}

/// Whether usual hours stand for a calendar of the plan that its file does not say in a way that can be understood.
fn has_guessed_calendar(ctx: &Ctx<'_>, plan: PlanId) -> bool {
    let mut calendars = ctx.model.plan(plan).range(EntityKind::Calendar);
    calendars.any(|it| ctx.model.working_time(it).is_some_and(|time| time.is_guess))
}

/// Whether early dates or the float of an open task differ by more than a working day, and not because planlint itself
/// cannot know better.
fn is_large(ctx: &Ctx<'_>, it: &Difference) -> bool {
    let is_asked = matches!(it.measure, Measure::EarlyStart | Measure::EarlyFinish | Measure::TotalFloat);
    let is_excused = matches!(
        it.reason,
        Some(Reason::Circle | Reason::Dropped | Reason::Done | Reason::ByHand | Reason::Effort)
    );
    if !is_asked || is_excused || !ctx.is_open(it.task) || !is_compared(ctx, it.task) {
        return false;
    }
    let minutes = match (it.computed, it.stored) {
        (Some(Amount::Date(computed)), Amount::Date(stored)) => {
            ctx.schedule.minutes_between(it.task, computed, stored)
        }
        (Some(Amount::Minutes(computed)), Amount::Minutes(stored)) => stored.saturating_sub(computed),
        _ => return false,
    };
    minutes.saturating_abs() > ctx.schedule.minutes_per_day(it.task)
}

fn worded(ctx: &Ctx<'_>, plan: PlanId, open: usize, differing: &[&Difference]) -> Finding {
    let shown: Vec<String> = differing.iter().take(EXAMPLES).map(|it| example(ctx, it)).collect();
    let mut examples = shown.join("; ");
    if differing.len() > EXAMPLES {
        examples += &format!("; and {} more", differing.len() - EXAMPLES);
    }
    let mut finding = ctx
        .finding(Entity::new(EntityKind::Plan, plan.index()))
        .param("count", differing.len().to_string())
        .param("total", open.to_string())
        .param("share", per_cent(differing.len(), open))
        .param("examples", examples);
    // Dates before the status date say it all: the status date was moved and nothing was computed since.
    let old = differing.iter().filter(|it| it.reason == Some(Reason::OlderStatusDate)).count();
    if old > 0 {
        finding = finding.variant("older").param("old", old.to_string());
    }
    for it in differing.iter().take(EXAMPLES) {
        finding = finding.label(place(ctx, it), by_logic(ctx, it));
    }
    finding
}

/// Where the stored value stands.
fn place(ctx: &Ctx<'_>, it: &Difference) -> Span {
    let stored = ctx.model.stored.get(it.task.index());
    let place = stored.and_then(|stored| match it.measure {
        Measure::EarlyStart => stored.early_start.map(|date| date.span),
        Measure::EarlyFinish => stored.early_finish.map(|date| date.span),
        _ => stored.total_float.map(|float| float.span),
    });
    place.unwrap_or_else(|| ctx.place(it.task))
}

/// `"Paint" (A1230): early start 2026-01-05 stored, 2026-01-12 by its logic`.
fn example(ctx: &Ctx<'_>, it: &Difference) -> String {
    let what = match it.measure {
        Measure::EarlyStart => "early start",
        Measure::EarlyFinish => "early finish",
        _ => "total float",
    };
    format!(
        "{}: {what} {} stored, {}",
        ctx.name(it.task),
        in_words(ctx, it.task, it.stored),
        by_logic(ctx, it)
    )
}

fn by_logic(ctx: &Ctx<'_>, it: &Difference) -> String {
    let computed =
        it.computed.map_or_else(|| "nothing".to_owned(), |computed| in_words(ctx, it.task, computed));
    format!("{computed} by its logic")
}

fn in_words(ctx: &Ctx<'_>, task: TaskId, amount: Amount) -> String {
    match amount {
        Amount::Date(date) => date.date.to_string(),
        Amount::Minutes(minutes) => {
            let days = minutes as f64 / ctx.schedule.minutes_per_day(task) as f64;
            format!("{days:.1} days")
        }
        Amount::Flag(flag) => flag.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// Twenty tasks of two weeks, each with what is stored of it; `more` stands in the first ones.
    fn plan(late: usize, more: &str, with_more: usize) -> Vec<String> {
        let mut plan = "#- plan.xml\n<?xml version=\"1.0\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\"><Name>P</Name><StartDate>2026-10-05T08:00:00</StartDate><Tasks>\n".to_owned();
        for number in 1..=20 {
            let start = if number <= late { "2026-10-12T08:00:00" } else { "2026-10-05T08:00:00" };
            let more = if number <= with_more { more } else { "" };
            plan += &format!(
                "<Task><UID>{number}</UID><ID>{number}</ID><Name>T</Name><Duration>PT80H0M0S</Duration><EarlyStart>{start}</EarlyStart>{more}</Task>\n"
            );
        }
        plan += "</Tasks></Project>\n";
        found("SCH019", &plan)
    }

    #[test]
    fn more_than_one_task_in_twenty() {
        assert_eq!(plan(2, "", 0).len(), 1);
        assert!(plan(1, "", 0).is_empty(), "5 per cent are not more than 5 per cent");
    }

    #[test]
    fn tasks_by_hand_are_not_meant_to_follow() {
        let manual = "<Manual>1</Manual><ManualStart>2026-10-05T08:00:00</ManualStart><ManualFinish>2026-10-16T17:00:00</ManualFinish>";
        assert!(plan(20, manual, 20).is_empty());
        assert_eq!(plan(20, manual, 1).len(), 1, "one by hand excuses only itself");
    }

    #[test]
    fn what_is_switched_off_or_finished_is_not_compared() {
        assert!(plan(3, "<Active>0</Active>", 3).is_empty());
        let done = "<ActualStart>2026-10-05T08:00:00</ActualStart><ActualFinish>2026-10-16T17:00:00</ActualFinish><PercentComplete>100</PercentComplete>";
        assert!(plan(3, done, 3).is_empty());
    }

    #[test]
    fn a_day_is_within_what_tools_round() {
        let day = "#- plan.xml\n<?xml version=\"1.0\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\"><Name>P</Name><StartDate>2026-10-05T08:00:00</StartDate><Tasks>\n<Task><UID>1</UID><ID>1</ID><Name>T</Name><Duration>PT80H0M0S</Duration><EarlyStart>2026-10-06T08:00:00</EarlyStart></Task></Tasks></Project>\n";
        assert!(found("SCH019", day).is_empty());
        assert_eq!(found("SCH019", &day.replace("10-06", "10-07")).len(), 1);
    }

    #[test]
    fn a_calendar_without_work_was_not_understood() {
        let calendar = "<Calendars><Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><WeekDays><WeekDay><DayType>1</DayType><DayWorking>0</DayWorking></WeekDay><WeekDay><DayType>2</DayType><DayWorking>0</DayWorking></WeekDay><WeekDay><DayType>3</DayType><DayWorking>0</DayWorking></WeekDay><WeekDay><DayType>4</DayType><DayWorking>0</DayWorking></WeekDay><WeekDay><DayType>5</DayType><DayWorking>0</DayWorking></WeekDay><WeekDay><DayType>6</DayType><DayWorking>0</DayWorking></WeekDay><WeekDay><DayType>7</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays></Calendar></Calendars>";
        let plan = format!(
            "#- plan.xml\n<?xml version=\"1.0\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\"><Name>P</Name><StartDate>2026-10-05T08:00:00</StartDate>{calendar}<Tasks>\n<Task><UID>1</UID><ID>1</ID><Name>T</Name><Duration>PT80H0M0S</Duration><EarlyStart>2026-10-12T08:00:00</EarlyStart></Task></Tasks></Project>\n"
        );
        assert!(found("SCH019", &plan).is_empty());
        assert_eq!(found("SCH019", &plan.replace(calendar, "")).len(), 1);
    }
}
