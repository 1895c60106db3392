//! GAT013: a way back for which there is no time.

use jiff::ToSpan;
use jiff::civil::Date;

use super::VERIFICATIONS;
use crate::model::{Duration, Moment, TaskId, Unit};
use crate::network::Node;
use crate::rules::{Ctx, Native, Sink, entity};
use crate::schedule::WorkDays;

pub(super) const RULE: Native = Native { code: "GAT013", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for change in ctx.changes_and_pilots() {
        check_window(ctx, out, change);
    }
    let asks = |change: &TaskId| ctx.model.task(*change).rollback_until().is_some();
    let changes: Vec<TaskId> = ctx.changes_and_pilots().filter(asks).collect();
    if changes.is_empty() {
        return;
    }
    let known = first_known(ctx);
    for change in changes {
        check_until(ctx, out, change, &known);
    }
}

/// The work and the way back must both fit into the window.
fn check_window(ctx: &Ctx<'_>, out: &mut Sink, change: TaskId) {
    let task = ctx.model.task(change);
    let (Some(window), Some(takes), Some(duration)) = (task.window(), task.rollback_takes(), task.duration())
    else {
        return;
    };
    let days = ctx.schedule.work_days(task.plan);
    let needed = minutes(duration.value, days) + minutes(takes.value, days);
    if needed > i64::from(window.value.minutes) {
        let finding = ctx.finding_at(entity(change), takes.span).here("the way back");
        let finding = finding.label(window.span, "the window").label(duration.span, "the work");
        let finding = finding.param("duration", duration.value.to_string());
        let finding = finding.param("takes", takes.value.to_string());
        out.report(finding.param("window", by_the_clock(i64::from(window.value.minutes))));
    }
}

/// The way back must be open until somebody knows whether the change has worked.
fn check_until(ctx: &Ctx<'_>, out: &mut Sink, change: TaskId, known: &Known) {
    let task = ctx.model.task(change);
    let Some(until) = task.rollback_until() else { return };
    let Some(last) = last_day(ctx, change, ctx.text(until).trim()) else { return };
    let Some((finish, check)) = known.after(ctx, change) else { return };
    if finish > last {
        let mut finding = ctx.finding_at(entity(change), until.span()).variant("until").subject("until");
        if let Some(place) = ctx.finish(check) {
            finding = finding.label(place.span, "known only now");
        }
        let finding = finding.param("until", last.to_string()).param("check", ctx.name(check));
        out.report(finding.param("finish", finish.to_string()));
    }
}

/// The last day to go back: a date, or so many working days after the change has ended.
fn last_day(ctx: &Ctx<'_>, change: TaskId, until: &str) -> Option<Date> {
    if let Some(moment) = Moment::parse(until) {
        return Some(moment.date);
    }
    let duration = Duration::parse(until)?;
    let finish = ctx.finish(change)?.value.date;
    let plan = ctx.model.task(change).plan;
    if duration.is_elapsed() {
        return finish.checked_add((minutes(duration, ctx.schedule.work_days(plan)) / (24 * 60)).days()).ok();
    }
    /// Longer than any way back is open.
    const MOST: i64 = 1000;
    let mut left = ctx.schedule.day_thousandths(plan, duration) / 1000;
    let mut day = finish;
    for _ in 0..MOST {
        if left <= 0 {
            return Some(day);
        }
        day = day.checked_add(1.day()).ok()?;
        left -= i64::from(ctx.schedule.work_days(plan).is_worked(day));
    }
    None
}

/// In minutes by the clock: in a window the work goes on without a break.
fn minutes(duration: Duration, days: &WorkDays) -> i64 {
    let (day, week, month) = match duration.is_elapsed() {
        true => (24 * 60, 7, 30),
        false => (days.minutes_per_day(), days.days_per_week(), 20),
    };
    let unit = match duration.unit() {
        Unit::Minutes => 1,
        Unit::Hours => 60,
        Unit::Days => day,
        Unit::Weeks => day * week,
        Unit::Months => day * month,
    };
    duration.thousandths().saturating_mul(unit) / 1000
}

/// `16h`, `1h 30m`.
fn by_the_clock(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (hours, 0) => format!("{hours}h"),
        (0, minutes) => format!("{minutes}m"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    }
}

/// For each node, the check after it that is over first.
struct Known {
    nodes: Vec<First>,
}

/// When it is known whether something worked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum First {
    /// A check comes after it whose end nobody knows: perhaps in time.
    Undated,
    /// This check is over first.
    On(Date, TaskId),
    /// No check comes after it: GAT008 says so.
    Never,
}

impl Known {
    fn after(&self, ctx: &Ctx<'_>, change: TaskId) -> Option<(Date, TaskId)> {
        match self.nodes[ctx.network.graph.node(change).index()] {
            First::On(date, check) => Some((date, check)),
            First::Undated | First::Never => None,
        }
    }
}

/// One walk from the end of the network to its beginning: of what follows each task, the check that is over first.
fn first_known(ctx: &Ctx<'_>) -> Known {
    let graph = &ctx.network.graph;
    let kinds = ctx.kinds(&VERIFICATIONS);
    // What comes after the next change says whether that one worked. A pilot is known by its evaluation.
    let evaluations = ctx.kinds(&["evaluation"]);
    let mut is_change = vec![false; ctx.model.tasks.len()];
    ctx.changes_and_pilots().for_each(|change| is_change[change.index()] = true);
    let own = |node: usize| {
        let task = graph.task(Node(node as u32));
        let kind = ctx.kind(task);
        if !(kinds.contains(kind) || evaluations.contains(kind)) || ctx.is_cancelled(task) {
            return First::Never;
        }
        ctx.finish(task).map_or(First::Undated, |finish| First::On(finish.value.date, task))
    };
    let beyond = |nodes: &[First], to: Node| match is_change[graph.task(to).index()] {
        true => First::Never,
        false => nodes[to.index()],
    };
    let mut nodes = vec![First::Never; graph.len()];
    let mut circles = graph.circles().iter().rev().copied().peekable();
    for node in (0..graph.len() as u32).rev() {
        let range = match circles.next_if(|(_, end)| *end == node + 1) {
            Some((start, end)) => start as usize..end as usize,
            None => node as usize..node as usize + 1,
        };
        for at in range.clone() {
            let plan = ctx.model.task(graph.task(Node(at as u32))).plan;
            // Another project tries its own work.
            let inside =
                graph.edges(Node(at as u32)).filter(|it| ctx.model.task(graph.task(it.to)).plan == plan);
            let after = inside.map(|edge| beyond(&nodes, edge.to).min(own(edge.to.index())));
            nodes[at] = after.min().unwrap_or(First::Never).min(nodes[at]);
        }
        // On a circle everything comes after everything.
        if range.len() > 1 {
            let first = nodes[range.clone()].iter().copied().min().unwrap_or(First::Never);
            nodes[range].fill(first);
        }
    }
    Known { nodes }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(tasks: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[task]\n{tasks}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT013")).collect()
    }

    #[test]
    fn work_and_way_back_must_fit_into_the_window() {
        let plan = |duration: &str, takes: &str| {
            found(&format!(
                "a = {{ title = \"A\", kind = \"cutover\"{duration}, window = \"Sat 20:00 to Sun 12:00\", rollback = {{ plan = \"x\"{takes} }} }}\n"
            ))
        };
        assert_eq!(plan(", duration = \"1d\"", ", takes = \"8h\""), Vec::<String>::new());
        assert_eq!(plan(", duration = \"1d\"", ", takes = \"8.5h\"").len(), 1);
        assert_eq!(plan(", duration = \"1ed\"", ", takes = \"1h\"").len(), 1);
        assert_eq!(plan("", ", takes = \"20h\""), Vec::<String>::new());
        assert_eq!(plan(", duration = \"2d\"", ""), Vec::<String>::new());
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let plan = |days: u32| {
            let tasks = format!(
                "a = {{ title = \"A\", kind = \"upgrade\", start = 2026-11-02, duration = \"4d\", rollback = {{ plan = \"x\", until = \"3d\" }} }}\n\
                 v = {{ title = \"V\", kind = \"verification\", duration = \"{days}d\", depends-on = \"a\" }}\n"
            );
            found(&tasks).len()
        };
        assert_eq!([plan(3), plan(4)], [0, 1], "from Friday 6 to Tuesday 10 November, or a day longer");
    }

    #[test]
    fn somebody_must_know_before_the_way_back_closes() {
        let plan = |until: &str, first: &str| {
            found(&format!(
                "a = {{ title = \"A\", kind = \"upgrade\", finish = 2026-11-05, rollback = {{ plan = \"x\", until = {until} }} }}\n\
                v = {{ title = \"V\", kind = \"verification\", finish = 2026-11-10, depends-on = \"a\" }}\n{first}"
            ))
        };
        assert_eq!(plan("\"3d\"", ""), Vec::<String>::new());
        assert_eq!(plan("\"2d\"", "").len(), 1);
        assert_eq!(plan("\"5ed\"", ""), Vec::<String>::new());
        assert_eq!(plan("\"2026-11-09\"", "").len(), 1);
        assert_eq!(plan("\"until month-end\"", ""), Vec::<String>::new());
        let other = |rest: &str| {
            format!("w = {{ title = \"W\", kind = \"smoke-test\", depends-on = \"a SS\"{rest} }}\n")
        };
        assert_eq!(plan("\"2d\"", &other("")), Vec::<String>::new());
        assert_eq!(plan("\"2d\"", &other(", finish = 2026-11-06")), Vec::<String>::new());
        assert_eq!(plan("\"2d\"", &other(", status = \"cancelled\"")).len(), 1);
    }
}
