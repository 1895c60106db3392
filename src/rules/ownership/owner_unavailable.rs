//! OWN003: open work at a time when its owner is not there.

use jiff::civil::Date;

use super::{GATES, People};
use crate::finding::{Entity, EntityKind, Finding};
use crate::model::{PlanId, TaskId};
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
    let (start, finish) = (ctx.start(task), ctx.finish(task));
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
        (Some(start), Some(finish)) => (start.value.date, finish.value.date),
        // One day is enough to know that the owner is missing on it.
        (Some(only), None) | (None, Some(only)) if any_day => (only.value.date, only.value.date),
        // Without both dates nobody can say how much of it is missed.
        _ => return None,
    };
    let days = Days::of(ctx, plan, task, start, finish);
    let away = ctx.model.periods(it.away()).iter().find(|away| {
        let missed = days.count(ctx, start.max(away.start.date), finish.min(away.finish.date));
        if any_day { missed > 0 } else { 2 * missed > days.count(ctx, start, finish) }
    })?;
    let finding = finding.label(away.span, "away");
    let finding = finding.param("from", away.start.date.to_string());
    Some(finding.param("until", away.finish.date.to_string()))
}

/// How the days of a task are counted.
enum Days {
    /// Only those that the plan's calendar works.
    Worked(PlanId),
    /// All of them: work at a weekend or on a holiday.
    All,
}

impl Days {
    fn of(ctx: &Ctx<'_>, plan: PlanId, task: TaskId, start: Date, finish: Date) -> Self {
        let at_weekend = ctx.model.task(task).weekend().is_some_and(|flag| flag.value);
        match at_weekend || Days::Worked(plan).count(ctx, start, finish) == 0 {
            true => Days::All,
            false => Days::Worked(plan),
        }
    }

    /// The days from one to another, both included.
    fn count(&self, ctx: &Ctx<'_>, first: Date, last: Date) -> i64 {
        if first > last {
            return 0;
        }
        match self {
            Days::Worked(plan) => ctx.schedule.days_between(*plan, first, last.tomorrow().unwrap_or(last)),
            Days::All => last.duration_since(first).as_hours() / 24 + 1,
        }
    }
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
