//! OWN005: a person who is booked for more than they can work, by the dates the plan states.

use jiff::civil::Date;

use super::People;
use crate::finding::{Entity, EntityKind};
use crate::model::{Capacity, Effort, PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "OWN005", check };

/// Shorter peaks are overtime, not overload.
const LONGEST_PEAK: i64 = 5;

/// A share of somebody's time, in per cent, from one day to another, both included.
struct Booking {
    person: usize,
    task: TaskId,
    start: Date,
    finish: Date,
    units: u32,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut bookings = bookings(ctx);
    bookings.sort_by_key(|it| (it.person, it.start, it.task));
    for of_one in bookings.chunk_by(|one, other| one.person == other.person) {
        let Some(first) = of_one.first() else { continue };
        let person = &ctx.model.persons[first.person];
        let capacity = match person.capacity().map(|capacity| capacity.value) {
            None => 100,
            Some(Capacity::Percent(percent)) => u32::from(percent),
            // Many people under one name.
            Some(Capacity::Pool) => continue,
        };
        let Some(peak) = worst(ctx, person.plan, of_one, capacity) else { continue };
        let tasks: Vec<&Booking> =
            of_one.iter().filter(|it| it.start <= peak.last && it.finish >= peak.first).collect();
        let mut finding = ctx
            .finding(Entity::new(EntityKind::Person, first.person))
            .param("peak", format!("{}%", peak.load))
            .param("capacity", format!("{capacity}%"))
            .param("from", peak.first.to_string())
            .param("until", peak.last.to_string())
            .param("tasks", listed(tasks.iter().map(|it| ctx.name(it.task))));
        for it in tasks.iter().take(3) {
            finding = finding.label(ctx.place(it.task), "booked at the same time");
        }
        out.report(finding);
    }
}

fn bookings(ctx: &Ctx<'_>) -> Vec<Booking> {
    let people = People::new(ctx);
    let mut bookings = Vec::new();
    for (task, it) in ctx.open_leaves() {
        let (Some(start), Some(finish)) = (ctx.start(task), ctx.finish(task)) else { continue };
        let is_short = it
            .duration()
            .is_some_and(|duration| ctx.schedule.day_thousandths(it.plan, duration.value) <= 500);
        // Events take no time, and half a day fits in anywhere.
        if ctx.is_milestone(task) || is_short {
            continue;
        }
        let (start, finish) = (start.value.date, finish.value.date);
        let is_level = it.effort().is_some_and(|effort| effort.value == Effort::Level);
        // Managing and supporting goes along with other work: only a stated share of it counts.
        let units = it.units().map_or(if is_level { 0 } else { 100 }, |units| units.value);
        if let Some(person) = people.owner(task).and_then(|owner| owner.person()).filter(|_| units > 0) {
            bookings.push(Booking { person, task, start, finish, units });
        }
        for (helper, units) in ctx.model.helpers(task) {
            // A helper without a stated share is named, not booked.
            if let (Some(who), Some(units)) = (people.find(it.plan, helper), units)
                && who.kind == EntityKind::Person
            {
                let (person, units) = (who.index as usize, u32::from(units));
                bookings.push(Booking { person, task, start, finish, units });
            }
        }
    }
    bookings
}

/// A time of too much work.
struct Peak {
    first: Date,
    last: Date,
    load: u32,
    /// Working days times per cent above what is there.
    excess: i64,
}

/// The worst time of more than five working days in a row above the capacity.
fn worst(ctx: &Ctx<'_>, plan: PlanId, bookings: &[Booking], capacity: u32) -> Option<Peak> {
    // Where the load changes: the first day of each task, and the day after its last.
    let mut steps: Vec<(Date, i64)> = Vec::with_capacity(bookings.len() * 2);
    for it in bookings.iter().filter(|it| it.start <= it.finish) {
        steps.push((it.start, i64::from(it.units)));
        steps.push((it.finish.tomorrow().unwrap_or(it.finish), -i64::from(it.units)));
    }
    steps.sort_unstable();
    let mut worst: Option<Peak> = None;
    let mut run: Option<(Peak, i64)> = None;
    let mut load = 0;
    let mut at = 0;
    while let Some(&(day, _)) = steps.get(at) {
        while let Some((_, change)) = steps.get(at).filter(|(other, _)| *other == day) {
            load += change;
            at += 1;
        }
        let Some(&(next, _)) = steps.get(at) else { break };
        let days = ctx.schedule.days_between(plan, day, next);
        // A weekend between two busy weeks is no rest that counts.
        if days == 0 {
            continue;
        }
        let excess = load - i64::from(capacity);
        if excess <= 0 {
            run = None;
            continue;
        }
        let last = next.yesterday().unwrap_or(next);
        let (peak, length) = run.get_or_insert((Peak { first: day, last, load: 0, excess: 0 }, 0));
        peak.last = last;
        peak.load = peak.load.max(load as u32);
        peak.excess += excess * days;
        *length += days;
        if *length > LONGEST_PEAK && worst.as_ref().is_none_or(|worst| worst.excess < peak.excess) {
            worst = Some(Peak { ..*peak });
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn overloaded(person: &str, rows: &[&str]) -> bool {
        let mut plan = format!("[plan]\n[person]\nmia = {{ name = \"Mia\"{person} }}\n[task]\n");
        for (number, row) in rows.iter().enumerate() {
            plan += &format!("t{number} = {{ title = \"T{number}\", owner = \"mia\", {row} }}\n");
        }
        codes(&plan).iter().any(|it| it == "OWN005 3:1")
    }

    const FIRST: &str = "start = 2026-11-02, finish = 2026-11-13";

    #[test]
    fn more_than_five_working_days_in_a_row() {
        assert!(overloaded("", &[FIRST, FIRST]));
        assert!(!overloaded("", &[FIRST, "start = 2026-11-02, finish = 2026-11-06"]), "five days");
        assert!(overloaded("", &[FIRST, "start = 2026-11-02, finish = 2026-11-09"]), "six");
        let weeks = ["start = 2026-11-02, finish = 2026-11-06", "start = 2026-11-09, finish = 2026-11-10"];
        assert!(overloaded("", &[FIRST, weeks[0], weeks[1]]), "a weekend is no pause");
        let days = ["start = 2026-11-02, finish = 2026-11-05", "start = 2026-11-09, finish = 2026-11-11"];
        assert!(!overloaded("", &[FIRST, days[0], days[1]]), "a Friday is");
    }

    #[test]
    fn shares_events_and_short_work() {
        let half = "start = 2026-11-02, finish = 2026-11-13, units = \"50%\"";
        assert!(!overloaded("", &[half, half]));
        assert!(overloaded("", &[half, half, half]));
        assert!(overloaded(", capacity = \"80%\"", &[half, half]));
        assert!(!overloaded(", capacity = \"pool\"", &[FIRST, FIRST]));
        assert!(!overloaded("", &[FIRST, "start = 2026-11-02, finish = 2026-11-13, effort = \"level\""]));
        assert!(!overloaded("", &[FIRST, "start = 2026-11-02, finish = 2026-11-13, duration = \"4h\""]));
        assert!(!overloaded("", &[FIRST, "start = 2026-11-02, finish = 2026-11-13, milestone = true"]));
        assert!(!overloaded("", &[FIRST, "start = 2026-11-02, finish = 2026-11-13, status = \"done\""]));
    }

    #[test]
    fn helpers_count_with_the_share_they_are_booked_for() {
        let plan = |helper: &str| {
            let plan = format!(
                "[plan]\n[person]\nmia = {{}}\nomar = {{}}\n[task]\na = {{ title = \"A\", owner = \"mia\", {FIRST} }}\nb = {{ title = \"B\", owner = \"omar\", {FIRST}, helpers = [{helper}] }}"
            );
            codes(&plan).iter().any(|it| it.starts_with("OWN005"))
        };
        assert!(plan("{ units = \"50%\", person = \"mia\" }"));
        assert!(!plan("\"mia\""));
    }
}
