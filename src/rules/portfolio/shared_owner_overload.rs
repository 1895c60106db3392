//! PRT001: a person whom several plans together book for more than they can work.

use super::{Originals, Shared, has_several_plans, plan_name};
use crate::finding::{Entity, EntityKind};
use crate::model::PlanId;
use crate::rules::ownership::load::{Booking, Peak, bookings, capacity, peaks};
use crate::rules::ownership::overloaded_owner::SHOWN;
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "PRT001", check };

/// What a plan has of a whole person, in per cent.
const WHOLE: u32 = 100;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !has_several_plans(ctx) {
        return;
    }
    let people = Shared::new(ctx, EntityKind::Person);
    let originals = Originals::new(ctx);
    let mut bookings = bookings(ctx);
    // Of a plan and its copy only one is worked on.
    bookings.retain(|it| originals.of_task(ctx, it.task) == ctx.model.task(it.task).plan);
    bookings.sort_by_key(|it| (people.of(it.person), it.start, it.task));
    for of_one in bookings.chunk_by(|one, other| people.of(one.person) == people.of(other.person)) {
        let Some(peak) = worst(ctx, of_one) else { continue };
        report(ctx, out, of_one, &peak);
    }
}

/// The worst time that no plan shows alone.
fn worst(ctx: &Ctx<'_>, of_one: &[Booking]) -> Option<Peak> {
    let mut persons: Vec<usize> = of_one.iter().map(|it| it.person).collect();
    persons.sort_unstable();
    persons.dedup();
    if persons.len() < 2 {
        return None;
    }
    // What each plan may have of a person adds up, to a whole one at most; who is more than one stays so. Many people
    // under one name in one plan are that in the others too.
    let (mut sum, mut most) = (0_u32, 0);
    for person in &persons {
        let capacity = capacity(&ctx.model.persons[*person], of_one)?;
        sum = sum.saturating_add(capacity);
        most = most.max(capacity);
    }
    let capacity = sum.min(WHOLE).max(most);
    let plan = ctx.model.persons[*persons.first()?].plan;
    let mut together = peaks(ctx, plan, of_one, capacity);
    if together.is_empty() {
        return None;
    }
    let mut alone: Vec<Peak> = Vec::new();
    let mut by_person = of_one.to_vec();
    by_person.sort_by_key(|it| (it.person, it.start, it.task));
    for of_plan in by_person.chunk_by(|one, other| one.person == other.person) {
        let Some(person) = of_plan.first().map(|it| &ctx.model.persons[it.person]) else { continue };
        let capacity = self::capacity(person, of_plan).unwrap_or(WHOLE);
        alone.extend(peaks(ctx, person.plan, of_plan, capacity));
    }
    // OWN005 speaks of these. In order, each with the last day of all up to it.
    alone.sort_unstable_by_key(|peak| peak.first);
    let mut last = None;
    for peak in &mut alone {
        peak.last = last.map_or(peak.last, |last| peak.last.max(last));
        last = Some(peak.last);
    }
    together.retain(|peak| {
        let begun = alone.partition_point(|it| it.first <= peak.last);
        begun == 0 || alone[begun - 1].last < peak.first
    });
    together.into_iter().rev().max_by_key(|peak| peak.excess)
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, of_one: &[Booking], peak: &Peak) {
    let during = || of_one.iter().filter(|it| peak.has(it));
    let Some(first) = during().min_by_key(|it| ctx.model.task(it.task).plan) else { return };
    let mut plans: Vec<PlanId> = during().map(|it| ctx.model.task(it.task).plan).collect();
    plans.sort_unstable();
    plans.dedup();
    let mut finding = ctx
        .finding(Entity::new(EntityKind::Person, first.person))
        .param("peak", format!("{}%", peak.load))
        .param("from", peak.first.to_string())
        .param("until", peak.last.to_string())
        .param("plans", listed(plans.iter().map(|plan| plan_name(ctx, *plan))))
        .param("tasks", listed(during().map(|it| ctx.name(it.task))));
    for it in during().take(SHOWN) {
        let plan = ctx.model.plan_id(ctx.model.task(it.task).plan);
        finding = finding.label(ctx.place(it.task), format!("booked at the same time, in {plan}"));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::portfolio::tests::{found, found_in};

    const NONE: [&str; 0] = [];
    const FIRST: &str = "start = 2026-11-02, finish = 2026-11-13";

    fn plan(id: &str, person: &str, rows: &str) -> String {
        format!("[plan]\nid = \"{id}\"\n[person]\nmia = {{ {person} }}\n[task]\n{rows}")
    }

    fn row(id: &str, fields: &str) -> String {
        format!("{id} = {{ title = \"{id}\", owner = \"mia\", {fields} }}\n")
    }

    fn two(one: (&str, &str), other: (&str, &str)) -> Vec<String> {
        let plans = [("a", one), ("b", other)];
        let plans = plans.map(|(id, (person, fields))| {
            format!("#- {id}/plan.toml\n{}", plan(id, person, &row("t", fields)))
        });
        found("PRT001", &plans.concat())
    }

    #[test]
    fn more_than_one_person_can_do_in_two_plans_at_once() {
        assert_eq!(two(("", FIRST), ("", FIRST)), ["PRT001 4:1"]);
        assert_eq!(two(("", FIRST), ("", "start = 2026-11-16, finish = 2026-11-27")), NONE);
        assert_eq!(two(("", FIRST), ("", "start = 2026-11-09, finish = 2026-11-13")), NONE, "five days");
        let half = format!("{FIRST}, units = \"50%\"");
        assert_eq!(two(("", &half), ("", &half)), NONE);
        assert_eq!(two(("", FIRST), ("", &half)), ["PRT001 4:1"]);
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let one = "[plan]\nid = \"a\"\nstart = 2026-11-02\n[person]\nmia = {}\n[task]\n\
            s = { title = \"S\", duration = \"5d\" }\n\
            t = { title = \"T\", owner = \"mia\", duration = \"10d\", depends-on = \"s\" }\n";
        let other = |start: &str| {
            let other = one.replace("\"a\"", "\"b\"").replace("2026-11-02", start);
            found("PRT001", &format!("#- a/plan.toml\n{one}#- b/plan.toml\n{other}"))
        };
        assert_eq!(other("2026-11-02"), ["PRT001 5:1"]);
        assert_eq!(other("2026-11-16"), NONE, "9 to 20 November, then 23 November to 4 December");
    }

    #[test]
    fn shares_of_a_person_add_up_to_a_whole_one() {
        let half = "capacity = \"50%\"";
        let units = format!("{FIRST}, units = \"50%\"");
        assert_eq!(two((half, &units), (half, &units)), NONE);
        let third = "capacity = \"30%\"";
        assert_eq!(
            two((third, &format!("{FIRST}, units = \"30%\"")), (third, &format!("{FIRST}, units = \"40%\""))),
            NONE,
            "b shows that alone"
        );
        assert_eq!(two(("capacity = \"pool\"", FIRST), ("", FIRST)), NONE);
        assert_eq!(two(("capacity = \"200%\"", FIRST), ("", FIRST)), NONE);
    }

    #[test]
    fn what_one_plan_shows_alone_is_said_there() {
        let one = plan("a", "", &(row("t", FIRST) + &row("u", FIRST)));
        let other = plan("b", "", &row("t", FIRST));
        let both = format!("#- a/plan.toml\n{one}#- b/plan.toml\n{other}");
        assert_eq!(found("PRT001", &both), NONE);
        assert_eq!(found("OWN005", &both), ["OWN005 4:1"]);
        // At another time the two together are another matter.
        let later = "start = 2027-03-01, finish = 2027-03-12";
        let one = plan("a", "", &(row("t", FIRST) + &row("u", FIRST) + &row("v", later)));
        let other = plan("b", "", &row("t", later));
        assert_eq!(found("PRT001", &format!("#- a/plan.toml\n{one}#- b/plan.toml\n{other}")), ["PRT001 4:1"]);
    }

    #[test]
    fn one_id_for_two_people_is_no_shared_person() {
        assert_eq!(two(("name = \"Mia Berg\"", FIRST), ("name = \"Mia Lund\"", FIRST)), NONE);
        assert_eq!(two(("name = \"Mia Berg\"", FIRST), ("name = \"mia  berg\"", FIRST)), ["PRT001 4:1"]);
        assert_eq!(two(("name = \"Mia Berg\"", FIRST), ("", FIRST)), ["PRT001 4:1"]);
    }

    #[test]
    fn a_copy_of_a_plan_is_not_worked_on() {
        let copy = plan("a", "", &row("t", FIRST));
        assert_eq!(found("PRT001", &format!("#- a/plan.toml\n{copy}#- b/plan.toml\n{copy}")), NONE);
    }

    #[test]
    fn projects_of_one_export_share_its_people() {
        let export = |second: &str| {
            let task = |project: &str, id: &str, week: &str| {
                format!(
                    "%R\t{id}\t{project}\tA{id}\tDig {id}\tTK_NotStart\tTT_Task\t80\t80\t{week}\tCS_MSOA\n"
                )
            };
            [
                "ERMHDR\t8.0\n%T\tPROJECT\n%F\tproj_id\tproj_short_name\tlast_recalc_date\n",
                "%R\t1\tNORTH\t2026-11-02 08:00\n%R\t2\tSOUTH\t2026-11-02 08:00\n",
                "%T\tRSRC\n%F\trsrc_id\trsrc_short_name\trsrc_name\trsrc_type\n%R\t7\tENG\tEngineer\tRT_Labor\n",
                "%T\tTASK\n%F\ttask_id\tproj_id\ttask_code\ttask_name\tstatus_code\ttask_type\ttarget_drtn_hr_cnt\tremain_drtn_hr_cnt\tcstr_date\tcstr_type\n",
                &task("1", "11", "2026-11-02 08:00"),
                &task("2", "21", second),
                "%T\tTASKRSRC\n%F\ttaskrsrc_id\ttask_id\trsrc_id\ttarget_qty_per_hr\n%R\t1\t11\t7\t1\n%R\t2\t21\t7\t1\n%E\n",
            ]
            .concat()
        };
        let (early, late) = (export("2026-11-02 08:00"), export("2026-11-16 08:00"));
        assert_eq!(found_in("PRT001", &[("a.xer", &early)]).len(), 1);
        assert_eq!(found_in("PRT001", &[("a.xer", &late)]), NONE);
        // Another file has another Engineer.
        let other = late.replace("NORTH", "EAST").replace("SOUTH", "WEST");
        assert_eq!(found_in("PRT001", &[("a.xer", &late), ("b.xer", &other)]), NONE);
    }

    #[test]
    fn names_of_imported_files_are_people_where_somebody_says_so() {
        let native = |person: &str| plan("a", person, &row("t", FIRST));
        let table = |name: &str| {
            format!("ID,Task Name,Start,Finish,Assigned To\n1,Move,2026-11-02,2026-11-13,{name}\n")
        };
        let run = |person: &str, name: &str, config: &str| {
            found_in(
                "PRT001",
                &[
                    ("a/plan.toml", &native(person)),
                    ("b/b.csv", &table(name)),
                    ("planlint.toml", &format!("include = [\"*.csv\"]\n{config}")),
                ],
            )
        };
        assert_eq!(run("", "Engineer", ""), NONE);
        assert_eq!(run("name = \"Mia Berg\"", "Mia Berg", ""), ["a/plan.toml:4"]);
        assert_eq!(run("also-known-as = [\"Berg\"]", "Berg", ""), ["a/plan.toml:4"]);
        assert_eq!(run("", "Berg", "[alias.person]\nBerg = \"mia\"\n"), ["a/plan.toml:4"]);
        let alike = [("b/b.csv", table("Engineer")), ("c/c.csv", table("Engineer"))];
        let mut alike: Vec<(&str, &str)> = alike.iter().map(|(name, text)| (*name, text.as_str())).collect();
        alike.push(("planlint.toml", "include = [\"*.csv\"]\n"));
        assert_eq!(found_in("PRT001", &alike), NONE, "a role, as far as anybody knows");
    }
}
