//! SCH025: dates that do not move when something before them slips.

use crate::finding::{Entity, EntityKind};
use crate::model::{Moment, PlanId, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink, counted};

use super::{is_discrete, is_from_outside};

pub(super) const RULE: Native = Native { code: "SCH025", check };

/// Fewer dates than this are an exception, whatever their share.
const FEW: usize = 3;
/// Tasks that are named.
const MOST: usize = 10;

/// A task whose date is fixed though it waits for something.
struct Fixed {
    task: TaskId,
    date: Spanned<Moment>,
    /// Working days by which it starts before what it waits for lets it.
    too_early: Option<i64>,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let mut linked = 0_usize;
        let mut fixed: Vec<Fixed> = Vec::new();
        for (task, _) in ctx.open_leaves_of(plan).filter(|(task, _)| is_discrete(ctx, *task)) {
            let Some(by_links) = ctx.schedule.start_by_links(ctx.model, task) else { continue };
            linked += 1;
            // What has begun stands where it began.
            let Some(date) = fixed_date(ctx, plan, task).filter(|_| !ctx.is_started(task)) else { continue };
            let minutes = ctx.schedule.minutes_between(task, date.value, by_links);
            let is_early = minutes > 0 && date.value.date < by_links.date;
            let too_early = is_early.then(|| minutes / ctx.schedule.minutes_per_day(task));
            fixed.push(Fixed { task, date, too_early });
        }
        let is_native = ctx.is_native(plan);
        let is_few = fixed.len() < FEW
            || (fixed.len() as i64) * 100 <= (linked as i64).saturating_mul(ctx.integer(plan, "percent"));
        if fixed.is_empty() || (is_native && is_few) {
            continue;
        }
        // Those that contradict the logic first, the worst of them first of all.
        fixed.sort_by_key(|it| (std::cmp::Reverse(it.too_early), it.task));
        let wrong = fixed.iter().filter(|it| it.too_early.is_some()).count();
        let mut names: Vec<String> = fixed.iter().take(MOST).map(|it| named(ctx, it)).collect();
        if fixed.len() > MOST {
            names.push(format!("and {} more", fixed.len() - MOST));
        }
        let mut finding = ctx
            .finding(Entity::new(EntityKind::Plan, plan.index()))
            .param("count", fixed.len().to_string())
            .param("total", linked.to_string())
            .param(
                "wrong",
                match wrong {
                    0 => "None of these dates contradicts the links yet".to_owned(),
                    1 => "One of these dates contradicts the links already".to_owned(),
                    wrong => format!("{wrong} of these dates contradict the links already"),
                },
            )
            .param("tasks", names.join(", "));
        for it in fixed.iter().take(3) {
            let text = if it.too_early.is_some() { "earlier than its links allow" } else { "a fixed date" };
            finding = finding.label(it.date.span, text);
        }
        out.report(if is_native { finding } else { finding.variant("by-hand") });
    }
}

/// The start of a task that links do not move: typed by hand in MS Project, or stated in a plan of ours.
fn fixed_date(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> Option<Spanned<Moment>> {
    let it = ctx.model.task(task);
    if let Some(manual) = ctx.model.imported(task).and_then(|imported| imported.manual) {
        return manual.start.or(manual.finish);
    }
    // A sheet shows start and finish of every task: those are results.
    let is_stated = ctx.is_native(plan) && !is_from_outside(ctx, task);
    it.start().or(it.finish()).filter(|_| is_stated)
}

fn named(ctx: &Ctx<'_>, it: &Fixed) -> String {
    let name = ctx.name(it.task);
    match it.too_early {
        Some(0) => format!("{name} (before what it waits for)"),
        Some(days) => {
            format!("{name} ({} before what it waits for)", counted(days, "working day", "working days"))
        }
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// A, then so many tasks behind it with a date and without.
    fn plan(fixed: usize, free: usize, more: &str) -> Vec<String> {
        let mut plan =
            "[plan]\nstart = 2026-10-05\n[task]\na = { title = \"A\", duration = \"5d\" }\n".to_owned();
        for number in 0..fixed {
            plan += &format!(
                "x{number} = {{ title = \"X\", duration = \"2d\", start = 2026-11-02, depends-on = [\"a\"]{more} }}\n"
            );
        }
        for number in 0..free {
            plan += &format!("f{number} = {{ title = \"F\", duration = \"2d\", depends-on = [\"a\"] }}\n");
        }
        found("SCH025", &plan)
    }

    #[test]
    fn more_than_a_fifth_of_what_is_linked_and_three_at_least() {
        assert_eq!(plan(3, 11, ""), ["SCH025 1:2"]);
        assert!(plan(3, 12, "").is_empty(), "3 of 15");
        assert!(plan(2, 0, "").is_empty());
    }

    #[test]
    fn dates_from_outside_and_of_work_under_way_are_meant() {
        for more in [
            "external = true",
            "actual-start = 2026-10-01",
            "status = \"done\"",
            "weekend = true",
            "notes = \"the hall is free\"",
        ] {
            assert!(plan(3, 0, &format!(", {more}")).is_empty(), "{more}");
        }
    }

    #[test]
    fn one_task_by_hand_that_waits_for_something_is_enough() {
        let task = |number: u32, more: &str| {
            format!(
                "<Task><UID>{number}</UID><ID>{number}</ID><Name>T{number}</Name><Duration>PT80H0M0S</Duration>{more}</Task>\n"
            )
        };
        let by_hand = |start: &str| {
            format!(
                "<Manual>1</Manual><ManualStart>{start}T08:00:00</ManualStart><ManualFinish>2026-12-04T17:00:00</ManualFinish><PredecessorLink><PredecessorUID>1</PredecessorUID><Type>1</Type></PredecessorLink>"
            )
        };
        let plan = |tasks: &[String]| {
            let head = "#- plan.xml\n<?xml version=\"1.0\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\"><Name>P</Name><StartDate>2026-10-05T08:00:00</StartDate><Tasks>\n";
            found("SCH025", &format!("{head}{}</Tasks></Project>\n", tasks.concat()))
        };
        assert_eq!(plan(&[task(1, ""), task(2, &by_hand("2026-11-23"))]).len(), 1);
        assert!(
            plan(&[task(1, ""), task(2, "<Manual>1</Manual><ManualStart>2026-10-05T08:00:00</ManualStart>")])
                .is_empty(),
            "it waits for nothing"
        );
    }

    #[test]
    fn a_sheet_shows_results() {
        let mut sheet =
            "#- plan.csv\nID,Name,Duration,Start,Finish,Predecessors\n1,A,5d,2026-10-05,2026-10-09,\n"
                .to_owned();
        for number in 2..8 {
            sheet += &format!("{number},B,2d,2026-11-02,2026-11-03,1\n");
        }
        assert!(found("SCH025", &sheet).is_empty());
    }
}
