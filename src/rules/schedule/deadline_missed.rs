//! SCH009: a promised date that the plan's own logic misses, and the chain of work that decides it.

use std::cmp::Reverse;

use super::{
    Chain, Driving, MOST_SHOWN, beginning, days_late, ends_after, is_placeholder, last_task, working_days,
};
use crate::finding::{Entity, EntityKind};
use crate::model::{Constraint, ConstraintKind, Moment, PlanId, Spanned, TaskId};
use crate::network::Predecessor;
use crate::rules::facts::Progress;
use crate::rules::{Ctx, Native, Sink, entity, listed};
use crate::schedule::Driver;

pub(super) const RULE: Native = Native { code: "SCH009", check };

/// A promise that is not kept.
struct Missed {
    about: Entity,
    /// The task, or the phase or plan, that ends too late.
    task: TaskId,
    promised: Spanned<Moment>,
    finish: Moment,
    /// In working days.
    late: i64,
    /// The task whose dates decide, where links are overruled by a date: what the task itself waits for.
    behind: Option<TaskId>,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut missed: Vec<Missed> = ctx.plans().iter().filter_map(|plan| of_plan(ctx, *plan)).collect();
    let of_tasks = ctx.tasks().filter_map(|(task, _)| of_task(ctx, task));
    missed.extend(of_tasks);
    if missed.is_empty() {
        return;
    }
    let driving = Driving::new(ctx);
    // What promises most comes first: the end of a plan, then what is behind other work.
    let graph = &ctx.network.graph;
    missed.sort_by_key(|it| (it.about.kind != EntityKind::Plan, Reverse(graph.node_behind(it.task))));
    for (missed, others) in by_chain(ctx, &driving, missed) {
        report(ctx, out, &driving, &missed, &others);
    }
}

/// The finish that was promised for a whole plan.
fn of_plan(ctx: &Ctx<'_>, plan: PlanId) -> Option<Missed> {
    let promised = ctx.model.plan(plan).header.finish_by().filter(|it| !is_placeholder(it.value))?;
    let task = last_task(ctx, plan)?;
    let finish = ctx.finish(task)?.value;
    let late = days_late(ctx, plan, promised.value, finish);
    let about = Entity::new(EntityKind::Plan, plan.index());
    ends_after(finish, promised.value).then_some(Missed { about, task, promised, finish, late, behind: None })
}

/// The earliest date that was promised for an open task or phase.
fn of_task(ctx: &Ctx<'_>, task: TaskId) -> Option<Missed> {
    let promised = promise(ctx, task)?;
    // Behind a circle, or a length that nobody states, nobody can know.
    if ctx.progress(task) != Progress::Open || !ctx.schedule.is_reliable(ctx.model, task) {
        return None;
    }
    let plan = ctx.model.task(task).plan;
    let finish = ctx.finish(task)?.value;
    let about = entity(task);
    if ends_after(finish, promised.value) {
        let late = days_late(ctx, plan, promised.value, finish);
        return Some(Missed { about, task, promised, finish, late, behind: None });
    }
    // Where a date overrules the links, the task seems to end in time; what it waits for says when it really can.
    let (minutes, behind) = overruled(ctx, task)?;
    let per_day = ctx.schedule.minutes_per_day(task);
    let late = minutes / per_day + i64::from(minutes % per_day > 0);
    Some(Missed { about, task, promised, finish, late, behind: Some(behind) })
}

/// The earliest of the dates by which a task has to end: its deadline, and constraints that say so.
fn promise(ctx: &Ctx<'_>, task: TaskId) -> Option<Spanned<Moment>> {
    let it = ctx.model.task(task);
    let second = ctx.model.imported(task).and_then(|imported| imported.second_constraint);
    let constraints = it.constraint().into_iter().chain(second);
    let promises = it.deadline().into_iter().chain(constraints.filter_map(finish_of));
    promises.filter(|it| !is_placeholder(it.value)).min_by_key(|it| it.value.as_finish())
}

fn finish_of(constraint: Spanned<Constraint>) -> Option<Spanned<Moment>> {
    let is_finish = matches!(
        constraint.value.kind,
        ConstraintKind::FinishNoLater | ConstraintKind::MustFinish | ConstraintKind::FinishOn
    );
    constraint.value.date.filter(|_| is_finish).map(|date| Spanned::new(date, constraint.span))
}

/// By how many working minutes a task that is held to its finish comes before its links allow, and the task that allows
/// it last.
fn overruled(ctx: &Ctx<'_>, task: TaskId) -> Option<(i64, TaskId)> {
    let is_held = ctx.is_leaf(task) && ctx.schedule.driver(task) == Driver::Date && !ctx.is_started(task);
    // A start that is forced is SCH004's, whatever was promised for the end.
    if !is_held || super::fixed_start(ctx, task).is_some() {
        return None;
    }
    let (start, finish) = (ctx.start(task)?.value, ctx.finish(task)?.value);
    let first = ctx.model.first_link(task);
    let mut worst: Option<(i64, TaskId)> = None;
    for (offset, link) in ctx.model.links(task).iter().enumerate() {
        let Predecessor::Task(from) = ctx.network.references.predecessor(first + offset) else { continue };
        let Some(date) = super::link_date(ctx, link, from) else { continue };
        let own = if super::holds_start(link) { start } else { finish };
        let spare = ctx.schedule.demand(ctx.model, link, (from, date), (task, own)).spare_minutes;
        if spare < 0 && worst.is_none_or(|(most, _)| -spare > most) {
            worst = Some((-spare, from));
        }
    }
    worst
}

/// Promises with all others that the same chain breaks: those on the way, and those beside it for which the chain is too
/// late before their own part of the way begins.
fn by_chain(ctx: &Ctx<'_>, driving: &Driving, missed: Vec<Missed>) -> Vec<(Missed, Vec<Missed>)> {
    let mut findings: Vec<(Missed, Vec<Missed>)> = Vec::new();
    // By task, the number of the finding on whose chain it is, from 1.
    let mut chain_of = vec![0_usize; ctx.model.tasks.len()];
    for it in missed {
        let end = driving.last_of(it.behind.unwrap_or(it.task));
        let mut own: Vec<TaskId> = Vec::new();
        let mut at = Some(end);
        let mut shared = None;
        while let Some(task) = at.filter(|task| ctx.is_open(*task)) {
            if chain_of[task.index()] != 0 {
                shared = Some(task);
                break;
            }
            own.push(task);
            at = driving.before(task);
        }
        let too_late_already = shared.filter(|task| {
            let finish = ctx.schedule.early_finish(ctx.model, *task);
            it.behind.is_none() && finish.is_some_and(|finish| ends_after(finish, it.promised.value))
        });
        let number = match too_late_already {
            Some(task) => chain_of[task.index()],
            None => findings.len() + 1,
        };
        for task in own {
            chain_of[task.index()] = number;
        }
        match findings.get_mut(number - 1) {
            Some((_, others)) => others.push(it),
            None => findings.push((it, Vec::new())),
        }
    }
    findings
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, driving: &Driving, missed: &Missed, others: &[Missed]) {
    let end = driving.last_of(missed.behind.unwrap_or(missed.task));
    let chain: Chain = driving.chain(end);
    let variant = match (missed.about.kind == EntityKind::Plan, missed.behind.is_some(), others.is_empty()) {
        (true, _, true) => Some("plan"),
        (true, _, false) => Some("plan-and-others"),
        (false, true, _) => Some("overruled"),
        (false, false, false) => Some("and-others"),
        (false, false, true) if chain.len() == 1 => Some("alone"),
        (false, false, true) => None,
    };
    // The hour matters only where it is all that was missed.
    let promised = match missed.late {
        ..=0 => missed.promised.value.to_string(),
        _ => missed.promised.value.date.to_string(),
    };
    let mut finding = ctx
        .finding_at(missed.about, missed.promised.span)
        .here("promised here")
        .param("finish", missed.finish.date.to_string())
        .param("promised", promised)
        .param("late", working_days(missed.late))
        .param("chain", chain.in_words(ctx))
        .param("begin", beginning(ctx, driving, driving.begins(end)));
    if let Some(variant) = variant {
        finding = finding.variant(variant);
    }
    if variant.is_some_and(|it| it.ends_with("others")) {
        finding = finding.param("others", listed(others.iter().map(|it| ctx.name(it.task))));
    }
    finding = chain.label(ctx, finding);
    for other in others.iter().take(MOST_SHOWN) {
        let text = format!("missed by the same chain, by {}", working_days(other.late));
        finding = finding.label(other.promised.span, text);
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;
    use crate::rules::testing::messages;

    /// Two weeks of work from Monday 2 November on, `a` and then `b`.
    fn at(plan: &str, a: &str, b: &str) -> Vec<String> {
        found(
            "SCH009",
            &format!(
                "[plan]\nstart = 2026-11-02\n{plan}\n[task]\n\
                 a = {{ title = \"A\", duration = \"5d\"{a} }}\n\
                 b = {{ title = \"B\", duration = \"5d\", depends-on = \"a\"{b} }}\n"
            ),
        )
    }

    #[test]
    fn a_day_without_a_time_ends_at_its_end() {
        assert!(at("finish-by = 2026-11-13", "", "").is_empty());
        assert_eq!(at("finish-by = 2026-11-12", "", ""), ["SCH009 3:13"]);
        assert!(at("", "", ", deadline = 2026-11-13").is_empty());
        assert_eq!(at("", "", ", deadline = 2026-11-12").len(), 1);
        assert_eq!(at("", "", ", deadline = 2026-11-13T12:00").len(), 1);
    }

    #[test]
    fn constraints_that_hold_a_finish_are_promises_too() {
        assert_eq!(at("", "", ", constraint = \"FNLT 2026-11-12\"").len(), 1);
        assert!(at("", "", ", constraint = \"FNLT 2026-11-13\"").is_empty());
        assert!(at("", "", ", constraint = \"SNLT 2026-11-02\"").is_empty(), "a start");
        assert_eq!(
            at("", "", ", constraint = \"MFO 2026-11-12\"").len(),
            1,
            "what it waits for ends too late"
        );
        assert!(at("", "", ", constraint = \"MFO 2026-11-16\"").is_empty());
    }

    #[test]
    fn one_chain_is_one_finding() {
        let all = at("finish-by = 2026-11-10", ", deadline = 2026-11-05", ", deadline = 2026-11-11");
        assert_eq!(all, ["SCH009 3:13"], "the plan's, for it promises most");
        let both = at("", ", deadline = 2026-11-05", ", deadline = 2026-11-11");
        assert_eq!(both.len(), 1);
    }

    #[test]
    fn branches_are_one_finding_where_the_shared_part_is_too_late_already() {
        let plan = |b: &str, c: &str| {
            let row = |id: &str, deadline: &str| {
                format!(
                    "{id} = {{ title = \"{id}\", duration = \"5d\", depends-on = \"a\", deadline = {deadline} }}\n"
                )
            };
            let a = "a = { title = \"A\", duration = \"5d\" }\n";
            found("SCH009", &format!("[plan]\nstart = 2026-11-02\n[task]\n{a}{}{}", row("b", b), row("c", c)))
        };
        assert_eq!(plan("2026-11-04", "2026-11-05").len(), 1);
        assert_eq!(plan("2026-11-10", "2026-11-11").len(), 2, "each could make up for it on its own");
    }

    #[test]
    fn what_is_over_or_dropped_misses_nothing_any_more() {
        assert!(at("", "", ", deadline = 2026-11-12, actual-finish = 2026-11-20").is_empty());
        assert!(at("", "", ", deadline = 2026-11-12, status = \"cancelled\"").is_empty());
    }

    #[test]
    fn nothing_is_said_where_nobody_knows() {
        let plan = "[plan]\nstart = 2026-11-02\nfinish-by = 2026-11-05\n[task]\na = { title = \"A\" }\n\
            b = { title = \"B\", duration = \"3d\", depends-on = \"a\", deadline = 2026-11-03 }\n";
        assert!(found("SCH009", plan).is_empty(), "a length that nobody states");
        let circle = "[plan]\nstart = 2026-11-02\nfinish-by = 2026-11-05\n[task]\n\
            a = { title = \"A\", duration = \"5d\", depends-on = \"b\", deadline = 2026-11-03 }\n\
            b = { title = \"B\", duration = \"5d\", depends-on = \"a\" }\n\
            c = { title = \"C\", duration = \"5d\", depends-on = \"b\", deadline = 2026-11-03 }\n";
        assert!(found("SCH009", circle).is_empty(), "a circle, and what is behind it");
        assert!(at("finish-by = 1900-01-01", "", "").is_empty(), "a date still to be filled in");
    }

    #[test]
    fn a_phase_may_be_promised_as_well() {
        let plan = |deadline: &str| {
            found(
                "SCH009",
                &format!(
                    "[plan]\nstart = 2026-11-02\n[task]\np = {{ title = \"P\", deadline = {deadline} }}\n\
                     a = {{ title = \"A\", parent = \"p\", duration = \"5d\" }}\n\
                     b = {{ title = \"B\", parent = \"p\", duration = \"5d\", depends-on = \"a\" }}\n"
                ),
            )
        };
        assert_eq!(plan("2026-11-12"), ["SCH009 4:31"]);
        assert!(plan("2026-11-13").is_empty());
    }

    #[test]
    fn the_chain_is_shown_from_its_beginning_and_in_its_middle_counted() {
        let chain = |tasks: usize| {
            let mut plan =
                "[plan]\nname = \"P\"\nstart = 2026-11-02\nfinish-by = 2026-11-02\n[task]\n".to_owned();
            for number in 1..=tasks {
                let before =
                    if number > 1 { format!(", depends-on = \"t{}\"", number - 1) } else { String::new() };
                plan += &format!("t{number} = {{ title = \"t{number}\", duration = \"1d\"{before} }}\n");
            }
            let message = messages("SCH009", &plan).concat();
            message.split_once("the start of the plan: ").map_or("", |(_, chain)| chain).to_owned()
        };
        let names = |numbers: &[usize]| {
            let names: Vec<String> = numbers.iter().map(|it| format!("\"t{it}\"")).collect();
            names.join(", then ")
        };
        assert_eq!(chain(6), names(&[1, 2, 3, 4, 5, 6]));
        assert_eq!(chain(8), format!("\"t1\", then 2 more, then {}", names(&[4, 5, 6, 7, 8])));
    }
}
