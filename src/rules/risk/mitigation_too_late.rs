//! RSK003: a mitigation that ends after the risk can strike.

use super::{dead_mitigation, mitigations, open_risks};
use crate::finding::{Entity, Finding};
use crate::model::{Moment, PlanId, Risk, Spanned, TaskId};
use crate::rules::facts::Progress;
use crate::rules::{Ctx, Native, Sink, counted};

pub(super) const RULE: Native = Native { code: "RSK003", check };

/// From when a risk can strike.
#[derive(Clone, Copy)]
enum Strikes {
    /// From the start of work that it affects.
    Work(TaskId),
    /// From the beginning of its window.
    Window,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if open_risks(ctx).next().is_none() {
        return;
    }
    let owned = dead_mitigation::plans_with_owners(ctx);
    let contingency = ctx.kinds(&["contingency"]);
    for (entity, risk) in open_risks(ctx) {
        let affected = affected(ctx, risk);
        for (mitigation, place) in mitigations(ctx, risk) {
            // Done work cannot be moved any more; dropped work, and work nobody does, is RSK008's.
            if ctx.progress(mitigation) != Progress::Open
                || dead_mitigation::cause(ctx, &owned, mitigation).is_some()
            {
                continue;
            }
            // Plan B is meant for afterwards.
            if contingency.contains(ctx.kind(mitigation)) {
                continue;
            }
            let Some(finish) = ctx.finish(mitigation) else { continue };
            let starts = affected.iter().copied().find(|(_, task)| !is_same_work(ctx, *task, mitigation));
            let starts = starts.map(|(start, task)| (start, Strikes::Work(task)));
            let window = risk.window().map(|it| (Spanned::new(it.start, it.span), Strikes::Window));
            let earliest = starts.into_iter().chain(window).min_by_key(|(moment, _)| moment.value.as_start());
            let Some((start, strikes)) = earliest else { continue };
            // An event without a time may be the first thing of its day: in doubt it is in time.
            let ends = match ctx.is_milestone(mitigation) {
                true => finish.value.as_start(),
                false => finish.value.as_finish(),
            };
            if ends > start.value.as_start() {
                let finding = ctx.finding_at(entity, place);
                out.report(worded(ctx, finding, entity, mitigation, (finish, start), strikes));
            }
        }
    }
}

/// The open tasks that a risk affects and whose start is known, earliest first.
fn affected(ctx: &Ctx<'_>, risk: &Risk) -> Vec<(Spanned<Moment>, TaskId)> {
    let tasks = ctx.network.references.list(risk.affects()).iter().filter_map(|it| it.task());
    let open = tasks.filter(|task| ctx.progress(*task) == Progress::Open);
    let mut starts: Vec<_> = open.filter_map(|task| Some((ctx.start(task)?, task))).collect();
    starts.sort_by_key(|(start, _)| start.value.as_start());
    starts
}

/// Whether one is the other or inside it: then the one cannot end before the other starts, whatever the plan says.
fn is_same_work(ctx: &Ctx<'_>, affected: TaskId, mitigation: TaskId) -> bool {
    let hierarchy = &ctx.network.hierarchy;
    affected == mitigation
        || hierarchy.is_inside(mitigation, affected)
        || hierarchy.is_inside(affected, mitigation)
}

fn worded(
    ctx: &Ctx<'_>,
    finding: Finding,
    risk: Entity,
    mitigation: TaskId,
    (finish, start): (Spanned<Moment>, Spanned<Moment>),
    strikes: Strikes,
) -> Finding {
    let plan = ctx.model.lists.plan(risk).unwrap_or(PlanId(0));
    let finding = finding
        .subject(ctx.text(ctx.model.task(mitigation).id))
        .param("mitigation", ctx.name(mitigation))
        .param("finish", finish.value.to_string())
        .param("start", start.value.to_string())
        .param("gap", gap(ctx, plan, start.value, finish.value))
        .label(finish.span, "the mitigation ends");
    match strikes {
        Strikes::Work(task) => {
            finding.param("other", ctx.name(task)).label(start.span, "the work it protects starts")
        }
        Strikes::Window => finding.variant("window").label(start.span, "the risk can strike"),
    }
}

/// The working days from a start up to a finish. A day counts that something takes the better half of.
fn gap(ctx: &Ctx<'_>, plan: PlanId, start: Moment, finish: Moment) -> String {
    const NOON: u16 = 12 * 60;
    let from =
        if start.as_start().1 > NOON { start.date.tomorrow().unwrap_or(start.date) } else { start.date };
    let to =
        if finish.as_finish().1 > NOON { finish.date.tomorrow().unwrap_or(finish.date) } else { finish.date };
    match ctx.schedule.days_between(plan, from, to) {
        ..=0 => "less than a working day".to_owned(),
        days => counted(days, "working day", "working days"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    /// The pilot starts on Monday 16 November; the risk stands in line 4.
    fn found(mitigation: &str, risk: &str) -> Vec<String> {
        places(
            "RSK003",
            &format!(
                "[plan]\n[task]\npilot = {{ title = \"Pilot\", start = 2026-11-16, finish = 2026-11-27 }}\n\
                 [risk.r]\ntitle = \"R\"\nmitigations = [\"m\"]\n{risk}\n[task.m]\ntitle = \"M\"\n{mitigation}\n"
            ),
        )
    }

    const AFFECTS: &str = "affects = [\"pilot\"]";

    #[test]
    fn a_day_without_a_time_ends_at_its_end() {
        assert!(found("finish = 2026-11-13", AFFECTS).is_empty());
        assert_eq!(found("finish = 2026-11-16", AFFECTS), ["6:17"]);
        assert_eq!(found("start = 2026-11-16\nmilestone = true", AFFECTS), Vec::<String>::new());
        assert_eq!(found("start = 2026-11-17\nmilestone = true", AFFECTS), ["6:17"]);
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let plan = |days: u32| {
            let plan = format!(
                "[plan]\nstart = 2026-11-02\n[task]\nm = {{ title = \"M\", duration = \"{days}d\", depends-on = \"a\" }}\n\
                 a = {{ title = \"A\", duration = \"5d\" }}\nb = {{ title = \"B\", duration = \"10d\" }}\n\
                 pilot = {{ title = \"P\", duration = \"5d\", depends-on = \"b\" }}\n\
                 [risk]\nr = {{ title = \"R\", mitigations = [\"m\"], affects = [\"pilot\"] }}\n"
            );
            places("RSK003", &plan)
        };
        assert!(plan(5).is_empty(), "on Friday the one, on Monday the other");
        assert_eq!(plan(6), ["9:36"]);
    }

    #[test]
    fn plan_b_and_done_work_may_end_late() {
        assert!(found("finish = 2026-11-20\nkind = \"contingency\"", AFFECTS).is_empty());
        assert!(found("actual-start = 2026-11-09\nactual-finish = 2026-11-20", AFFECTS).is_empty());
    }

    #[test]
    fn without_dates_nothing_is_said() {
        assert!(found("duration = \"5d\"", AFFECTS).is_empty());
        assert!(found("finish = 2026-11-20", "affects = []").is_empty());
    }

    #[test]
    fn a_dropped_mitigation_is_only_dropped() {
        assert!(found("finish = 2026-11-20\nstatus = \"cancelled\"", AFFECTS).is_empty());
    }

    #[test]
    fn the_beginning_of_the_window_counts_too() {
        let window = "window = { start = 2026-11-02, finish = 2026-11-30 }";
        assert_eq!(found("finish = 2026-11-06", window), ["6:17"]);
        assert!(found("finish = 2026-10-30", window).is_empty());
    }

    #[test]
    fn work_is_not_late_for_itself_or_for_the_phase_it_is_in() {
        assert!(found("start = 2026-11-16\nfinish = 2026-11-20", "affects = [\"m\"]").is_empty());
        assert!(found("finish = 2026-11-20\nparent = \"pilot\"", AFFECTS).is_empty());
    }

    #[test]
    fn only_open_work_is_protected() {
        let plan = |status: &str| {
            format!(
                "[plan]\n[task]\npilot = {{ title = \"P\", start = 2026-11-16, duration = \"5d\"{status} }}\n\
                 m = {{ title = \"M\", finish = 2026-11-20 }}\n\
                 [risk]\nr = {{ title = \"R\", mitigations = [\"m\"], affects = [\"pilot\"] }}\n"
            )
        };
        assert_eq!(places("RSK003", &plan("")), ["6:36"]);
        assert!(places("RSK003", &plan(", status = \"done\"")).is_empty());
        assert!(places("RSK003", &plan(", status = \"cancelled\"")).is_empty());
    }
}
