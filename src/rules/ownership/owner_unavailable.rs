//! OWN003: open work at a time when its owner is not there.

use super::{GATES, People};
use crate::finding::{Entity, EntityKind, Finding};
use crate::model::{Moment, Period, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "OWN003", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let people = People::new(ctx);
    let gates = ctx.kinds(&GATES);
    let changes = ctx.catalogue.kinds_where(|kind| kind.touches_production);
    for (task, _) in ctx.open_leaves() {
        let Some(owner) = people.owner(task) else { continue };
        let Some(person) = owner.person() else { continue };
        let finding = ctx.finding_at(entity(task), owner.place);
        // A change or a gate needs its owner on every day of it.
        let any_day = gates.contains(ctx.kind(task)) || changes.contains(ctx.kind(task));
        if let Some(finding) = absence(ctx, task, person, any_day, finding) {
            let name = ctx.model.name(Entity::new(EntityKind::Person, person));
            out.report(finding.param("owner", name));
        }
    }
}

/// Fills in why the owner is not there, if so: gone, not here yet, gone before the end, or away.
fn absence(ctx: &Ctx<'_>, task: TaskId, person: usize, any_day: bool, finding: Finding) -> Option<Finding> {
    let (it, plan) = (&ctx.model.persons[person], ctx.model.task(task).plan);
    if it.until().is_none() && it.from().is_none() && ctx.model.periods(it.away()).is_empty() {
        // The usual person: always there.
        return None;
    }
    // What is done needs nobody any more.
    let (start, finish) = (ctx.schedule.left_from(ctx.model, task), ctx.finish(task));
    if let Some(until) = it.until() {
        // What is still open will be done after today, whatever its dates say.
        if until.value.date < ctx.status_date(plan) {
            let finding = finding.variant("left").label(until.span, "left on this day");
            return Some(finding.param("until", until.value.date.to_string()));
        }
        if let Some(finish) = finish.filter(|finish| finish.value.date > until.value.date) {
            let finding = finding.variant("after").label(until.span, "last day");
            let finding = finding.param("until", until.value.date.to_string());
            return Some(finding.param("finish", finish.value.date.to_string()));
        }
    }
    if let Some(from) = it.from()
        && let Some(start) = start.filter(|start| start.value.date < from.value.date)
    {
        let finding = finding.variant("before").label(from.span, "first day");
        let finding = finding.param("from", from.value.date.to_string());
        return Some(finding.param("start", start.value.date.to_string()));
    }
    let (start, finish) = match (start, finish) {
        (Some(start), Some(finish)) => (start.value, finish.value),
        // One day is enough to know that the owner is missing on it.
        (Some(only), None) | (None, Some(only)) if any_day => (only.value, only.value),
        // Without both dates nobody can say how much of it is missed.
        _ => return None,
    };
    let work = Work::new(ctx, task, start, finish);
    let away = ctx.model.periods(it.away());
    let missed = work.missed(ctx, away);
    if missed == 0 || (!any_day && 2 * missed <= work.amount) {
        return None;
    }
    // Of several absences the one that takes most of it.
    let away = away.iter().rev().max_by_key(|away| work.missed(ctx, std::slice::from_ref(*away)))?;
    let finding = finding.label(away.span, "away");
    let finding = finding.param("from", away.start.date.to_string());
    Some(finding.param("until", away.finish.date.to_string()))
}

/// The time of a task, in minutes of work on its calendar; by the clock where that works at no time of it: then the
/// weekend or the holiday was chosen.
struct Work {
    task: TaskId,
    start: Moment,
    finish: Moment,
    by_the_clock: bool,
    amount: i64,
}

impl Work {
    fn new(ctx: &Ctx<'_>, task: TaskId, start: Moment, finish: Moment) -> Self {
        let mut it = Self { task, start, finish: ended(finish), by_the_clock: false, amount: 0 };
        if it.start.as_start() >= it.finish.as_start() {
            // An event takes no time: it is missed where its day is.
            (it.start, it.finish) = (Moment::day(start.date), ended(Moment::day(finish.date)));
        }
        it.amount = it.between(ctx, it.start, it.finish);
        if it.amount <= 0 {
            it.by_the_clock = true;
            it.amount = it.between(ctx, it.start, it.finish);
        }
        it
    }

    fn between(&self, ctx: &Ctx<'_>, from: Moment, to: Moment) -> i64 {
        match self.by_the_clock {
            false => ctx.schedule.minutes_between(self.task, from, to).max(0),
            true => minutes_by_the_clock(from, to).max(0),
        }
    }

    /// How much of it lies in one of these periods. What lies in two of them counts once.
    fn missed(&self, ctx: &Ctx<'_>, periods: &[Period]) -> i64 {
        let mut periods: Vec<(Moment, Moment)> =
            periods.iter().map(|it| (it.start, ended(it.finish))).collect();
        periods.sort_unstable_by_key(|(start, _)| start.as_start());
        let (mut missed, mut at) = (0, self.start);
        for (from, to) in periods {
            let from = if from.as_start() > at.as_start() { from } else { at };
            let to = if to.as_start() < self.finish.as_start() { to } else { self.finish };
            if from.as_start() < to.as_start() {
                missed += self.between(ctx, from, to);
                at = to;
            }
        }
        missed
    }
}

/// The end of something as a moment: a day without a time ends at midnight after it.
fn ended(finish: Moment) -> Moment {
    let (date, minute) = finish.as_finish();
    Moment::at(date, minute)
}

fn minutes_by_the_clock(from: Moment, to: Moment) -> i64 {
    let ((from_day, from_minute), (to_day, to_minute)) = (from.as_start(), to.as_start());
    to_day.duration_since(from_day).as_mins() + i64::from(to_minute) - i64::from(from_minute)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn absent(person: &str, task: &str) -> bool {
        let plan = format!(
            "[plan]\n[person]\nmia = {{ name = \"Mia\", {person} }}\n[task]\na = {{ title = \"A\", owner = \"mia\", {task} }}"
        );
        codes(&plan).iter().any(|it| it.starts_with("OWN003"))
    }

    const AWAY: &str = "away = [{ start = 2026-11-02, finish = 2026-11-06 }]";

    #[test]
    fn more_than_half_of_a_task_or_any_day_of_a_change() {
        let half = "start = 2026-11-02, finish = 2026-11-13";
        assert!(!absent(AWAY, half));
        assert!(absent(AWAY, "start = 2026-11-02, finish = 2026-11-12"));
        assert!(absent(AWAY, &format!("{half}, kind = \"rollout\"")));
        assert!(absent(AWAY, "kind = \"gate\", milestone = true, start = 2026-11-04"));
        assert!(!absent(AWAY, "start = 2026-11-04"), "nobody knows how long it takes");
        assert!(!absent(AWAY, "duration = \"5d\""), "nobody knows when");
        assert!(!absent(AWAY, "start = 2026-11-02, finish = 2026-11-04, status = \"done\""));
    }

    #[test]
    fn an_absence_at_the_weekend_counts_only_for_work_at_the_weekend() {
        let weekend = "away = [{ start = 2026-11-07, finish = 2026-11-08 }]";
        assert!(!absent(weekend, "kind = \"rollout\", start = 2026-11-05, finish = 2026-11-10"));
        assert!(absent(weekend, "kind = \"cutover\", start = 2026-11-07, finish = 2026-11-07"));
        assert!(absent(
            weekend,
            "kind = \"cutover\", weekend = true, start = 2026-11-06, finish = 2026-11-09"
        ));
    }

    /// The same for a task of five days behind one of five days, from Monday 2 November.
    fn absent_behind(person: &str, head: &str, task: &str) -> bool {
        let plan = format!(
            "[plan]\nstart = 2026-11-02\n{head}\n[person]\nmia = {{ name = \"Mia\", {person} }}\n[task]\n\
             a = {{ title = \"A\", duration = \"5d\" }}\n\
             b = {{ title = \"B\", owner = \"mia\", depends-on = \"a\", duration = \"5d\"{task} }}"
        );
        codes(&plan).iter().any(|it| it.starts_with("OWN003"))
    }

    #[test]
    fn dates_may_follow_from_logic() {
        assert!(absent_behind("away = [{ start = 2026-11-09, finish = 2026-11-11 }]", "", ""));
        assert!(!absent_behind("away = [{ start = 2026-11-02, finish = 2026-11-06 }]", "", ""));
        assert!(
            !absent_behind("away = [{ start = 2026-11-09, finish = 2026-11-10 }]", "", ""),
            "two of five days"
        );
        assert!(absent_behind(
            "away = [{ start = 2026-11-13, finish = 2026-11-13 }]",
            "",
            ", kind = \"rollout\""
        ));
        assert!(absent_behind("until = 2026-11-12", "", ""));
        assert!(!absent_behind("until = 2026-11-13", "", ""));
        assert!(absent_behind("from = 2026-11-10", "", ""));
        assert!(!absent_behind("from = 2026-11-09", "", ""));
    }

    #[test]
    fn several_absences_add_up_and_count_once() {
        let two = |one: &str, other: &str| absent_behind(&format!("away = [{one}, {other}]"), "", "");
        let monday = "{ start = 2026-11-09, finish = 2026-11-10 }";
        assert!(two(monday, "{ start = 2026-11-12, finish = 2026-11-12 }"));
        assert!(!two(monday, "{ start = 2026-11-10, finish = 2026-11-10 }"));
    }

    #[test]
    fn only_days_of_the_tasks_own_calendar_are_missed() {
        let fridays = "[calendar.usual]\nwork-week = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]\n\
                       [calendar.late]\nwork-week = [\"thu\", \"fri\"]\n";
        let away = "away = [{ start = 2026-11-09, finish = 2026-11-11 }]";
        let plan = |task: &str| absent_behind(away, &format!("calendar = \"usual\"\n{fridays}"), task);
        assert!(plan(""));
        assert!(!plan(", calendar = \"late\""), "from Thursday on");
    }

    #[test]
    fn what_is_done_of_work_under_way_needs_nobody() {
        let under_way = |away: &str| {
            let plan = format!(
                "[plan]\nstatus-date = 2026-11-09\n[person]\nmia = {{ away = [{away}] }}\n[task]\n\
                 a = {{ title = \"A\", owner = \"mia\", duration = \"10d\", actual-start = 2026-10-26, remaining = \"2d\" }}"
            );
            codes(&plan).iter().any(|it| it.starts_with("OWN003"))
        };
        assert!(!under_way("{ start = 2026-10-27, finish = 2026-11-06 }"));
        assert!(under_way("{ start = 2026-11-09, finish = 2026-11-10 }"));
    }

    #[test]
    fn before_somebody_comes_and_after_they_have_gone() {
        assert!(absent("from = 2026-11-09", "start = 2026-11-06"));
        assert!(!absent("from = 2026-11-09", "start = 2026-11-09"));
        assert!(absent("until = 2026-11-09", "finish = 2026-11-10"));
        assert!(!absent("until = 2026-11-09", "finish = 2026-11-09"));
        assert!(absent("until = 2026-10-01", "duration = \"5d\""), "gone already");
        assert!(!absent("until = 2026-10-02", "duration = \"5d\""), "the last day is today");
    }
}
