//! SCH018: no chain of work leads to the end of the plan.

use crate::catalogue::KindSet;
use crate::finding::Finding;
use crate::model::{LinkKind, Moment, PlanId, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};
use crate::schedule::Driver;

use super::{
    PICK_THEIR_DAY, has_logic, held_by_date, is_discrete, is_from_outside, last_task, own_date, working_days,
};

pub(super) const RULE: Native = Native { code: "SCH018", check };

/// Kinds of work by which people are told of a change.
const NOTICES: [&str; 4] = ["user-notice", "communication", "notice", "maintenance-announcement"];

/// Why a chain does not lead on from a task.
#[derive(Clone, Copy)]
enum Break {
    /// A date of its own.
    Date,
    /// A link with a long lag: its number, and the task before it.
    Lag(usize, TaskId),
    /// Level of effort.
    Effort,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let Some(last) = last_task(ctx, plan).filter(|_| has_logic(ctx, plan)) else { continue };
        let Some(begin) = begin(ctx, plan) else { continue };
        let Some(end) = ctx.schedule.early_finish(ctx.model, last) else { continue };
        // A plan that should be over has no path into the future.
        if end.as_finish() <= begin.as_start() {
            continue;
        }
        if let Some((task, why)) = first_break(ctx, plan, begin, end) {
            out.report(worded(ctx, last, task, why));
        }
    }
}

/// Where a chain of work begins: with the plan, or at the status date.
fn begin(ctx: &Ctx<'_>, plan: PlanId) -> Option<Moment> {
    let status = Moment::day(ctx.status_date(plan));
    let start = ctx.model.plan(plan).header.start().map(|start| start.value);
    let first = ctx.schedule.plan_start(plan)?;
    [Some(status), start, Some(first)].into_iter().flatten().max_by_key(|moment| moment.as_start())
}

/// The earliest place at which every chain to the last tasks breaks off. Nothing where one of them leads to the beginning.
fn first_break(ctx: &Ctx<'_>, plan: PlanId, begin: Moment, end: Moment) -> Option<(TaskId, Break)> {
    let pick = ctx.kinds(&PICK_THEIR_DAY);
    let notices = ctx.kinds(&NOTICES);
    let mut cuts: Vec<(TaskId, Break)> = Vec::new();
    let mut is_continuous = false;
    let ends_last = |task: TaskId| ctx.schedule.early_finish(ctx.model, task) == Some(end);
    let last = ctx.open_leaves_of(plan).map(|(task, _)| task);
    let last = last.filter(|task| is_discrete(ctx, *task) && ends_last(*task)).collect();
    let reached = ctx.schedule.trace(ctx.model, ctx.network, last, |task, link, from| {
        // People are told some days ahead: that wait is the notice itself.
        let is_long = !notices.contains(ctx.kind(from)) && is_long(ctx, task, link, from, (begin, end));
        if !ctx.is_open(from) {
            // What is done leads to the beginning.
            is_continuous |= !is_long;
            return false;
        }
        if !is_discrete(ctx, from) {
            cuts.push((from, Break::Effort));
            return false;
        }
        if is_long {
            cuts.push((task, Break::Lag(link, from)));
            return false;
        }
        true
    });
    for &task in &reached {
        // On a circle, or hanging on what nobody says: nothing can be said of the chain.
        if is_continuous || !ctx.schedule.is_reliable(ctx.model, task) {
            return None;
        }
        let starts = ctx.schedule.early_start(ctx.model, task)?;
        let waits = ctx.schedule.minutes_between(task, begin, starts);
        if ctx.is_started(task) || waits < ctx.schedule.minutes_per_day(task) {
            return None;
        }
        match ctx.schedule.driver(task) {
            Driver::Link(_) => {}
            Driver::Date if ctx.schedule.held_back_minutes(task) == Some(0) => {}
            // A delivery, an agreed time, the end of a freeze: what decides is known.
            Driver::Date if is_explained(ctx, task, &pick) => return None,
            Driver::Date => cuts.push((task, Break::Date)),
            Driver::PlanStart | Driver::StatusDate | Driver::Actual | Driver::Nothing | Driver::Span => {
                return None;
            }
        }
    }
    let start = |task: TaskId| ctx.schedule.early_start(ctx.model, task).map(Moment::as_start);
    cuts.into_iter().min_by_key(|(task, _)| (start(*task), *task))
}

/// Whether the plan explains the date that a task stands on.
fn is_explained(ctx: &Ctx<'_>, task: TaskId, pick: &KindSet) -> bool {
    let has_before = ctx.schedule.start_by_links(ctx.model, task).is_some();
    is_from_outside(ctx, task) || (has_before && held_by_date(ctx, task, pick).is_none())
}

/// Whether a link waits for more than a fifth of the whole path, and nothing says for what.
fn is_long(ctx: &Ctx<'_>, task: TaskId, link: usize, from: TaskId, (begin, end): (Moment, Moment)) -> bool {
    let it = &ctx.model.arenas.links[link];
    if it.lag.is_zero() || it.lag.is_negative() || ctx.model.link_note(it).why.is_some() {
        return false;
    }
    let share = ctx.integer(ctx.model.task(task).plan, "percent");
    let whole = ctx.schedule.minutes_between(task, begin, end);
    waiting(ctx, task, link, from)
        .is_some_and(|waits| waits.saturating_mul(100) > whole.saturating_mul(share))
}

/// Minutes of working time between the ends that a link ties.
fn waiting(ctx: &Ctx<'_>, task: TaskId, link: usize, from: TaskId) -> Option<i64> {
    let (model, schedule) = (ctx.model, ctx.schedule);
    let kind = model.arenas.links[link].kind;
    let left = match kind {
        LinkKind::FinishStart | LinkKind::FinishFinish => schedule.early_finish(model, from),
        LinkKind::StartStart | LinkKind::StartFinish => schedule.early_start(model, from),
    };
    let reached = match kind {
        LinkKind::FinishStart | LinkKind::StartStart => schedule.early_start(model, task),
        LinkKind::FinishFinish | LinkKind::StartFinish => schedule.early_finish(model, task),
    };
    Some(schedule.minutes_between(task, left?, reached?))
}

fn worded(ctx: &Ctx<'_>, last: TaskId, task: TaskId, why: Break) -> Finding {
    let date = |moment: Option<Moment>| moment.map_or_else(String::new, |moment| moment.date.to_string());
    let finding = match why {
        Break::Date => match own_date(ctx, task) {
            Some((words, place)) => ctx.finding_at(entity(task), place).here(words),
            None => ctx.task_finding(task),
        },
        Break::Lag(link, from) => {
            let it = &ctx.model.arenas.links[link];
            let days = waiting(ctx, task, link, from).unwrap_or(0) / ctx.schedule.minutes_per_day(task);
            ctx.finding_at(entity(task), it.span())
                .here(format!("a lag of {}", it.lag.to_string().trim_start_matches('+')))
                .variant("lag")
                .param("other", ctx.name(from))
                .param("days", working_days(days))
        }
        Break::Effort => ctx.task_finding(task).variant("effort"),
    };
    let finding = finding
        .param("last", ctx.name(last))
        .param("end", date(ctx.schedule.early_finish(ctx.model, last)))
        .label(ctx.place(last), "the end of the plan");
    match why {
        Break::Date => {
            let has_before = ctx.schedule.start_by_links(ctx.model, task).is_some();
            let finding = finding.param("start", date(ctx.schedule.early_start(ctx.model, task)));
            if has_before { finding } else { finding.variant("open") }
        }
        _ => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// Five tasks one after the other; `c`, the third, has more to it.
    fn plan(head: &str, c: &str, more: &str) -> Vec<String> {
        let before = if c.contains("depends-on") { "" } else { "depends-on = [\"b\"]" };
        let plan = format!(
            "[plan]\nstart = 2026-10-05\n{head}\n[task]\n\
             a = {{ title = \"A\", duration = \"5d\" }}\n\
             b = {{ title = \"B\", duration = \"5d\", depends-on = [\"a\"] }}\n\
             d = {{ title = \"D\", duration = \"5d\", depends-on = [\"c\"] }}\n\
             e = {{ title = \"E\", duration = \"5d\", depends-on = [\"d\"] }}\n{more}\n\
             [task.c]\ntitle = \"C\"\nduration = \"5d\"\n{before}\n{c}\n"
        );
        // The other rules about the same place are asked elsewhere.
        found("SCH018", &plan)
    }

    const OPEN: &str = "depends-on = []\nstart = 2026-11-16";

    #[test]
    fn a_chain_that_leads_to_the_beginning_is_a_path() {
        assert!(plan("", "", "").is_empty());
        assert!(plan("", "constraint = \"SNET 2026-10-19\"", "").is_empty(), "the date asks for nothing");
    }

    #[test]
    fn a_date_with_nothing_before_it_ends_the_chain() {
        assert_eq!(plan("", OPEN, ""), ["SCH018 15:9"]);
        assert!(plan("", &format!("{OPEN}\nexternal = true"), "").is_empty(), "a delivery decides");
        assert!(plan("", "depends-on = []\nstart = 2026-10-05", "").is_empty(), "it begins with the plan");
        assert!(plan("status-date = 2026-11-16", OPEN, "").is_empty(), "it begins at the status date");
    }

    #[test]
    fn another_chain_to_the_same_end_is_enough() {
        let other = "f = { title = \"F\", duration = \"40d\", depends-on = [\"g\"] }\ng.title = \"G\"\ng.milestone = true";
        assert_eq!(plan("", OPEN, other), ["SCH018 17:9"], "it ends earlier");
        let other = "f = { title = \"F\", duration = \"45d\" }";
        assert!(plan("", OPEN, other).is_empty());
    }

    #[test]
    fn a_lag_of_a_fifth_of_the_path_ends_the_chain() {
        let lag = |lag: &str| plan("", &format!("depends-on = [{lag}]"), "");
        assert_eq!(lag("\"b FS+7d\""), ["SCH018 14:16"]);
        assert!(lag("\"b FS+6d\"").is_empty(), "6 of 31 days");
        assert!(lag("{ on = \"b\", lag = \"7d\", why = \"delivery\" }").is_empty());
        let notice = "n = { title = \"N\", kind = \"user-notice\", duration = \"5d\", depends-on = [\"a\"] }";
        assert!(plan("", "depends-on = [\"n FS+7d\"]", notice).is_empty());
    }

    #[test]
    fn dates_that_the_plan_explains_are_no_break() {
        let freeze = "[freeze.f]\nstart = 2026-10-19\nfinish = 2026-11-13";
        assert!(plan("", &format!("constraint = \"SNET 2026-11-16\"\n{freeze}"), "").is_empty());
        assert!(
            plan("", "kind = \"rollout\"\nconstraint = \"SNET 2026-10-26\"", "").is_empty(),
            "its day of the week"
        );
        assert!(plan("", "constraint = \"SNET 2026-11-16\"", "").is_empty(), "SCH017 says it");
    }

    #[test]
    fn level_of_effort_is_no_work_that_leads_on() {
        let pm = "pm = { title = \"PM\", duration = \"30d\", effort = \"level\" }";
        let all = crate::rules::testing::codes(&format!(
            "[plan]\nstart = 2026-10-05\n[task]\na.title = \"A\"\na.duration = \"5d\"\nb = {{ title = \"B\", duration = \"5d\", depends-on = \"a\" }}\nc = {{ title = \"C\", duration = \"5d\", depends-on = \"pm\" }}\nd = {{ title = \"D\", duration = \"5d\", depends-on = \"c\" }}\ne = {{ title = \"E\", duration = \"5d\", depends-on = \"d\" }}\n{pm}\n"
        ));
        // Level of effort that drives is said by SCH027, about the same task.
        assert!(all.iter().any(|code| code.starts_with("SCH027 10")), "{all:?}");
        assert!(!all.iter().any(|code| code.starts_with("SCH018")), "{all:?}");
    }

    #[test]
    fn circles_and_guesses_say_nothing() {
        let circle = "x = { title = \"X\", duration = \"1d\", depends-on = [\"y\"] }\ny = { title = \"Y\", duration = \"1d\", depends-on = [\"x\"] }";
        let c = "depends-on = [\"x\"]\nstart = 2026-11-16";
        assert!(plan("", c, circle).is_empty(), "C is behind a circle");
        assert_eq!(
            plan("", c, "x = { title = \"X\", duration = \"1d\", notes = \"x\" }"),
            Vec::<String>::new(),
            "SCH017 says it"
        );
        let guess = found(
            "SCH018",
            "[plan]\n[task]\na.title = \"A\"\nb = { title = \"B\", depends-on = \"a\" }\nc = { title = \"C\", start = 2026-12-01 }\nd = { title = \"D\", depends-on = \"c\" }\ne = { title = \"E\", depends-on = \"d\" }",
        );
        assert!(guess.is_empty());
    }

    #[test]
    fn plans_that_are_small_or_hardly_linked_have_no_path() {
        let small = "[plan]\nstart = 2026-10-05\n[task]\na = { title = \"A\", duration = \"5d\" }\nb = { title = \"B\", duration = \"5d\", start = 2026-12-01 }\nc = { title = \"C\", duration = \"5d\", depends-on = \"b\" }";
        assert!(found("SCH018", small).is_empty());
    }
}
