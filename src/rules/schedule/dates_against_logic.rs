//! SCH004: a start that somebody has fixed before the links allow it.

use super::{Driving, fixed_start, holds_start, is_from_start, link_date, working_days};
use crate::model::{Link, Moment, Spanned, TaskId};
use crate::network::{Node, Predecessor};
use crate::rules::{Ctx, Native, Sink, entity};
use crate::schedule::Driver;

pub(super) const RULE: Native = Native { code: "SCH004", check };

/// A link that does not allow a start.
struct Conflict<'a> {
    link: &'a Link,
    from: TaskId,
    /// The earliest start it allows.
    allowed: Moment,
    /// How much earlier the fixed start is, in minutes of working time.
    minutes: i64,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let open = || ctx.open_leaves().map(|(task, _)| task).filter(|task| !ctx.is_started(*task));
    if !open().any(|task| fixed_start(ctx, task).is_some()) {
        return;
    }
    let driving = Driving::new(ctx);
    // By how much each task is later than it was fixed, or than what drives it was: in the order of the network.
    let mut pushed = vec![0_i64; ctx.model.tasks.len()];
    let graph = &ctx.network.graph;
    for task in (0..graph.len() as u32).map(|node| graph.task(Node(node))) {
        // A phase has no start of its own, and who has started is SCH005's.
        if !ctx.is_leaf(task) || !ctx.is_open(task) || ctx.is_started(task) {
            continue;
        }
        let inherited = driving.before(task).map_or(0, |before| pushed[before.index()]);
        pushed[task.index()] = inherited;
        let Some(start) = fixed_start(ctx, task).filter(|_| !ctx.schedule.is_doubtful(task)) else {
            continue;
        };
        let Some(conflict) = conflict(ctx, task, start) else { continue };
        let is_moved = ctx.schedule.driver(task) != Driver::Date;
        pushed[task.index()] = if is_moved { conflict.minutes } else { 0 };
        // Behind a task that comes later than its own date, it is that date which is wrong.
        if conflict.minutes > inherited && ctx.judges(task) {
            report(ctx, out, task, start, &conflict);
        }
    }
}

/// The link that allows a task to start only later than it is fixed.
fn conflict<'a>(ctx: &Ctx<'a>, task: TaskId, start: Spanned<Moment>) -> Option<Conflict<'a>> {
    match ctx.schedule.driver(task) {
        Driver::Link(number) => by_link(ctx, task, start, number as usize),
        // Where dates win over links, nothing was pushed: each link says what it would allow.
        Driver::Date => {
            let first = ctx.model.first_link(task);
            let links = first..first + ctx.model.links(task).len();
            links.filter_map(|number| by_link(ctx, task, start, number)).max_by_key(|it| it.minutes)
        }
        _ => None,
    }
}

fn by_link<'a>(ctx: &Ctx<'a>, task: TaskId, start: Spanned<Moment>, number: usize) -> Option<Conflict<'a>> {
    let link = &ctx.model.arenas.links[number];
    let Predecessor::Task(from) = ctx.network.references.predecessor(number) else { return None };
    if !holds_start(link) || ctx.is_cancelled(from) {
        return None;
    }
    let date = link_date(ctx, link, from)?;
    let demand = ctx.schedule.demand(ctx.model, link, (from, date), (task, start.value));
    // Days without clock times may be shared: the one ends in the morning, the other begins in the afternoon.
    let is_shared_day = start.value.minute().is_none()
        && (demand.at.date == start.value.date
            || (date.minute().is_none() && link.lag.is_zero() && date.date == start.value.date));
    let is_too_early = demand.spare_minutes < 0 && !is_shared_day;
    is_too_early.then_some(Conflict { link, from, allowed: demand.at, minutes: -demand.spare_minutes })
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, task: TaskId, start: Spanned<Moment>, conflict: &Conflict<'_>) {
    let Conflict { link, from, allowed, minutes } = conflict;
    let per_day = ctx.schedule.minutes_per_day(task);
    let (word, place) = match is_from_start(link) {
        true => ("starts", ctx.start(*from)),
        false => ("ends", ctx.finish(*from)),
    };
    let mut finding = ctx
        .finding_at(entity(task), start.span)
        .subject(ctx.model.id(entity(*from)))
        .here("set to start here")
        .param("start", start.value.to_string())
        .param("predecessor", ctx.name(*from))
        .param("allowed", allowed.date.to_string())
        .param("gap", working_days(minutes / per_day))
        .label(link.span(), format!("{}{}", link.kind.as_str(), lag(link)));
    if let Some(place) = place {
        finding = finding.label(place.span, format!("{word} on {}", place.value.date));
    }
    out.report(finding);
}

/// The wait of a link, where it has one.
fn lag(link: &Link) -> String {
    if link.lag.is_zero() { String::new() } else { link.lag.to_string() }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// `A` takes a week from Monday 2 November; `B`, in line 4, depends on it.
    fn at(rest: &str) -> Vec<String> {
        found(
            "SCH004",
            &format!(
                "[plan]\n[task]\na = {{ title = \"A\", start = 2026-11-02, duration = \"5d\" }}\n\
                 b = {{ title = \"B\", duration = \"5d\", {rest} }}\n"
            ),
        )
    }

    #[test]
    fn a_start_before_the_link_allows_it() {
        assert_eq!(at("start = 2026-11-05, depends-on = \"a\"").len(), 1);
        assert!(at("start = 2026-11-09, depends-on = \"a\"").is_empty());
        assert!(at("start = 2026-11-07, depends-on = \"a\"").is_empty(), "a weekend is no work");
        assert_eq!(at("start = 2026-11-09, depends-on = \"a FS+2d\"").len(), 1);
        assert!(at("start = 2026-11-05, depends-on = \"a FS-2d\"").is_empty());
        assert!(at("start = 2026-11-02, depends-on = \"a SS\"").is_empty());
        assert_eq!(at("start = 2026-11-02, depends-on = \"a SS+1d\"").len(), 1);
        assert_eq!(at("constraint = \"MSO 2026-11-05\", depends-on = \"a\"").len(), 1);
        assert!(at("constraint = \"SNET 2026-11-05\", depends-on = \"a\"").is_empty());
    }

    #[test]
    fn a_day_without_a_clock_time_may_be_shared() {
        let plan = |finish: &str, start: &str| {
            found(
                "SCH004",
                &format!(
                    "[plan]\n[task]\na = {{ title = \"A\", start = 2026-11-02, finish = {finish} }}\n\
                     b = {{ title = \"B\", start = {start}, duration = \"5d\", depends-on = \"a\" }}\n"
                ),
            )
            .len()
        };
        assert_eq!(plan("2026-11-06", "2026-11-06"), 0);
        assert_eq!(plan("2026-11-06", "2026-11-05"), 1);
        assert_eq!(plan("2026-11-06T12:00", "2026-11-06"), 0);
        assert_eq!(plan("2026-11-06T12:00", "2026-11-06T11:00"), 1);
    }

    #[test]
    fn started_done_and_canceled_work_is_left_alone() {
        assert!(at("start = 2026-11-05, depends-on = \"a\", actual-start = 2026-11-05").is_empty());
        assert!(at("start = 2026-11-05, depends-on = \"a\", status = \"done\"").is_empty());
        let plan = "[plan]\n[task]\na = { title = \"A\", start = 2026-11-02, duration = \"5d\", status = \"cancelled\" }\n\
            b = { title = \"B\", start = 2026-11-03, duration = \"5d\", depends-on = \"a\" }\n";
        assert!(found("SCH004", plan).is_empty());
    }

    #[test]
    fn what_is_pushed_by_a_wrong_date_is_not_wrong_again() {
        let plan = "[plan]\n[task]\na = { title = \"A\", start = 2026-11-02, duration = \"5d\" }\n\
            b = { title = \"B\", start = 2026-11-05, duration = \"5d\", depends-on = \"a\" }\n\
            c = { title = \"C\", start = 2026-11-12, duration = \"5d\", depends-on = \"b\" }\n";
        assert_eq!(found("SCH004", plan), ["SCH004 4:28"]);
    }

    #[test]
    fn nobody_knows_when_a_predecessor_without_a_length_ends() {
        let plan = "[plan]\n[task]\na = { title = \"A\", start = 2026-11-02 }\n\
            b = { title = \"B\", start = 2026-11-02, duration = \"5d\", depends-on = \"a\" }\n";
        assert!(found("SCH004", plan).is_empty());
    }
}
