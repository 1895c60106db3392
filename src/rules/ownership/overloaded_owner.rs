//! OWN005: a person who is booked for more than they can work.

use super::load::{bookings, capacity, peaks};
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "OWN005", check };

/// So many of the tasks are shown at their place.
pub(in crate::rules) const SHOWN: usize = 10;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut bookings = bookings(ctx);
    bookings.sort_by_key(|it| (it.person, it.start, it.task));
    for of_one in bookings.chunk_by(|one, other| one.person == other.person) {
        let Some(first) = of_one.first() else { continue };
        let person = &ctx.model.persons[first.person];
        let Some(capacity) = capacity(person, of_one) else { continue };
        // The worst time; of two that are as bad, the first.
        let worst =
            peaks(ctx, person.plan, of_one, capacity).into_iter().rev().max_by_key(|peak| peak.excess);
        let Some(peak) = worst else { continue };
        let tasks = || of_one.iter().filter(|it| peak.has(it)).map(|it| it.task);
        let mut finding = ctx
            .finding(Entity::new(EntityKind::Person, first.person))
            .param("peak", format!("{}%", peak.load))
            .param("capacity", format!("{capacity}%"))
            .param("from", peak.first.to_string())
            .param("until", peak.last.to_string())
            .param("tasks", listed(tasks().map(|task| ctx.name(task))));
        for task in tasks().take(SHOWN) {
            finding = finding.label(ctx.place(task), "booked at the same time");
        }
        out.report(finding);
    }
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
    fn a_crew_under_one_name_is_no_person() {
        let plan = |name: &str| {
            let row = format!("2026-11-02,2026-11-13,{name}");
            let table =
                format!("#- plan.csv\nID,Task Name,Start,Finish,Resource Names\n1,Dig,{row}\n2,Fill,{row}\n");
            codes(&table).iter().any(|it| it.starts_with("OWN005"))
        };
        assert!(plan("Omar"));
        assert!(plan("Omar[60%]"));
        assert!(!plan("Diggers[300%]"));
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

    #[test]
    fn dates_may_follow_from_logic() {
        let plan = |first: &str| {
            let plan = format!(
                "[plan]\nstart = 2026-11-02\n[person]\nmia = {{}}\n[task]\n\
                 a = {{ title = \"A\", duration = \"{first}\" }}\n\
                 b = {{ title = \"B\", owner = \"mia\", duration = \"10d\", depends-on = \"a\" }}\n\
                 c = {{ title = \"C\", owner = \"mia\", duration = \"10d\" }}\n"
            );
            window(&plan)
        };
        assert_eq!(plan("4d"), said("2026-11-06", "2026-11-13", "200%"));
        assert_eq!(plan("5d"), None, "five days in common");
        assert_eq!(plan("10d"), None, "one after the other");
    }

    #[test]
    fn what_is_left_of_work_under_way_begins_at_the_status_date() {
        let plan = |left: &str| {
            let plan = format!(
                "[plan]\nstatus-date = 2026-11-09\n[person]\nmia = {{}}\n[task]\n\
                 a = {{ title = \"A\", owner = \"mia\", duration = \"20d\", actual-start = 2026-10-26, remaining = \"{left}\" }}\n\
                 b = {{ title = \"B\", owner = \"mia\", duration = \"20d\", actual-start = 2026-10-26, remaining = \"10d\" }}\n"
            );
            window(&plan)
        };
        assert_eq!(plan("6d"), said("2026-11-09", "2026-11-16", "200%"));
        assert_eq!(plan("5d"), None);
        assert_eq!(plan("4h"), None);
    }

    #[test]
    fn a_task_counts_on_the_days_of_its_own_calendar() {
        let plan = |calendar: &str| {
            let plan = format!(
                "[plan]\ncalendar = \"usual\"\n[calendar]\nusual = {{ holidays = [2026-11-11] }}\n\
                 weekends = {{ work-week = [\"sat\", \"sun\"] }}\nlong = {{ work-week = [\"mon\", \"tue\", \"wed\", \"thu\"] }}\n\
                 [person]\nmia = {{}}\n[task]\na = {{ title = \"A\", owner = \"mia\", {FIRST} }}\n\
                 b = {{ title = \"B\", owner = \"mia\", {FIRST}, calendar = \"{calendar}\" }}\n"
            );
            window(&plan)
        };
        assert_eq!(plan("usual"), said("2026-11-02", "2026-11-13", "200%"));
        assert_eq!(plan("weekends"), None, "one on weekdays, the other on the days between");
        assert_eq!(plan("long"), None, "never on a Friday");
    }

    /// First and last day and peak of what OWN005 finds.
    fn window(plan: &str) -> Option<[String; 3]> {
        let catalogue = crate::catalogue::Catalogue::embedded();
        let sources = crate::source::Sources::from_texts(crate::expect::files(plan));
        let options = crate::catalogue::Options::new();
        let runs = |rule: &crate::catalogue::Rule| rule.code.as_str() == "OWN005";
        let settings = || crate::rules::PlanSettings { runs: &runs, options: &options, guesses: true };
        let today = jiff::civil::date(2026, 10, 2);
        let found =
            crate::find(&sources, catalogue, |model| model.plans.iter().map(|_| settings()).collect(), today);
        assert!(found.failed.is_empty(), "{:?}", found.failed);
        let finding = found.findings.iter().find(|finding| finding.code.as_str() == "OWN005")?;
        let param = |name: &str| {
            let found = finding.params.iter().find(|(param, _)| param == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        Some([param("from"), param("until"), param("peak")])
    }

    fn said(from: &str, until: &str, peak: &str) -> Option<[String; 3]> {
        Some([from, until, peak].map(str::to_owned))
    }

    use jiff::ToSpan;
    use jiff::civil::{Date, Weekday, date};
    use proptest::prelude::*;

    const MONDAY: Date = date(2026, 11, 2);
    const HOLIDAYS: [i64; 2] = [9, 22];

    fn day(number: i64) -> Date {
        MONDAY.saturating_add(number.days())
    }

    fn is_weekend(number: i64) -> bool {
        matches!(day(number).weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// A task of the reference: first and last day, share, and whether it is worked at weekends only.
    type Row = (i64, i64, i64, bool);

    /// Day by day: what the counting must agree with.
    fn reference(rows: &[Row], capacity: i64) -> Option<[String; 3]> {
        let mut worst: Option<(i64, [String; 3])> = None;
        let mut run: Vec<(i64, i64)> = Vec::new();
        for at in 0..80 {
            if is_weekend(at) || HOLIDAYS.contains(&at) {
                continue;
            }
            let booked =
                rows.iter().filter(|(first, last, _, weekends)| (*first..=*last).contains(&at) && !weekends);
            let load: i64 = booked.map(|(.., units, _)| units).sum();
            if load > capacity {
                run.push((at, load));
                continue;
            }
            let excess: i64 = run.iter().map(|(_, load)| load - capacity).sum();
            if run.len() > 5 && worst.as_ref().is_none_or(|(most, _)| excess > *most) {
                let peak = run.iter().map(|(_, load)| *load).max().unwrap();
                let days = [run[0].0, run[run.len() - 1].0].map(|at| day(at).to_string());
                let [from, until] = days;
                worst = Some((excess, [from, until, format!("{peak}%")]));
            }
            run.clear();
        }
        worst.map(|(_, found)| found)
    }

    proptest! {
        #[test]
        fn counting_agrees_with_a_walk_from_day_to_day(
            rows in prop::collection::vec((0_i64..40, 0_i64..25, 1_i64..5, prop::bool::weighted(0.2)), 1..8),
            capacity in prop::sample::select(vec![50_i64, 80, 100, 150]),
        ) {
            let rows: Vec<Row> =
                rows.into_iter().map(|(first, length, units, weekends)| (first, first + length, units * 25, weekends)).collect();
            let mut plan = format!(
                "[plan]\ncalendar = \"usual\"\n[calendar]\nusual = {{ holidays = [{}, {}] }}\n\
                 weekends = {{ work-week = [\"sat\", \"sun\"] }}\n[person]\nmia = {{ capacity = \"{capacity}%\" }}\n[task]\n",
                day(HOLIDAYS[0]), day(HOLIDAYS[1]),
            );
            for (number, (first, last, units, weekends)) in rows.iter().enumerate() {
                let calendar = if *weekends { ", calendar = \"weekends\"" } else { "" };
                plan += &format!(
                    "t{number} = {{ title = \"T{number}\", owner = \"mia\", start = {}, finish = {}, units = \"{units}%\"{calendar} }}\n",
                    day(*first), day(*last),
                );
            }
            prop_assert_eq!(window(&plan), reference(&rows, capacity), "{}", plan);
        }
    }
}
