//! PRT004: work that is to begin before another plan delivers what it waits for.

use rustc_hash::FxHashMap;

use super::{Originals, has_several_plans, plan_name};
use crate::model::{ConstraintKind, LinkKind, Moment, PlanId, Spanned, Task, TaskId};
use crate::network::Predecessor;
use crate::rules::facts::Progress;
use crate::rules::{Ctx, Native, Sink, counted, entity};

pub(super) const RULE: Native = Native { code: "PRT004", check };

/// When a plan counts on something.
#[derive(Clone, Copy)]
enum Counted {
    /// The start that somebody wrote down.
    Start(Spanned<Moment>),
    /// The day for which the link says that the other plan has promised it.
    Promise(Spanned<Moment>),
}

impl Counted {
    fn at(self) -> Spanned<Moment> {
        match self {
            Counted::Start(at) | Counted::Promise(at) => at,
        }
    }
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if !has_several_plans(ctx) {
        return;
    }
    let originals = Originals::new(ctx);
    let mut of_phases: Option<FxHashMap<TaskId, Spanned<Moment>>> = None;
    for (task, it) in ctx.tasks() {
        let first = ctx.model.first_link(task);
        for (offset, link) in ctx.model.links(task).iter().enumerate() {
            let Predecessor::Task(other) = ctx.network.references.predecessor(first + offset) else {
                continue;
            };
            let plan = ctx.model.task(other).plan;
            // A lead says that it may begin earlier, and only what has to be finished is handed over.
            if !originals.differ(it.plan, plan)
                || link.kind != LinkKind::FinishStart
                || link.lag.is_negative()
                || ctx.progress(task) != Progress::Open
                || ctx.is_started(task)
                || ctx.progress(other) != Progress::Open
            {
                continue;
            }
            let Some(finish) = ctx.finish(other) else { continue };
            let start = match ctx.network.hierarchy.is_leaf(task) {
                true => own_start(ctx, it).or_else(|| ctx.start(task)),
                // A phase is to begin with the first thing inside.
                false => {
                    let of_phases = of_phases.get_or_insert_with(|| starts_of_phases(ctx));
                    let first = own_start(ctx, it).into_iter().chain(of_phases.get(&task).copied());
                    first.min_by_key(|start| start.value.as_start())
                }
            };
            let promise = ctx.model.link_note(link).expect.map(Counted::Promise);
            let counted = start.map(Counted::Start).into_iter().chain(promise);
            // What is later by more says more.
            let Some(counted) = counted.min_by_key(|it| it.at().value.as_start()) else { continue };
            if is_after(ctx, other, finish.value, counted.at().value) {
                report(ctx, out, task, (link.predecessor.span(), other, plan), counted, finish);
            }
        }
    }
}

/// When a task is to begin by the word of its own plan, whatever it waits for: stated, or held by a constraint.
fn own_start(ctx: &Ctx<'_>, task: &Task) -> Option<Spanned<Moment>> {
    // A date in an export is what its tool has computed from the links.
    if !ctx.is_native(task.plan) {
        return None;
    }
    let held = task.constraint().filter(|constraint| {
        use ConstraintKind::{MustStart, StartNoLater, StartOn};
        matches!(constraint.value.kind, MustStart | StartOn | StartNoLater)
    });
    let held = held.and_then(|held| Some(Spanned::new(held.value.date?, held.span)));
    task.start().or(held)
}

/// For each phase the first start that open work inside states.
fn starts_of_phases(ctx: &Ctx<'_>) -> FxHashMap<TaskId, Spanned<Moment>> {
    let mut first: FxHashMap<TaskId, Spanned<Moment>> = FxHashMap::default();
    for (task, it) in ctx.open_leaves().filter(|(task, _)| !ctx.is_started(*task)) {
        let Some(start) = own_start(ctx, it) else { continue };
        for phase in ctx.network.hierarchy.ancestors(task) {
            let known = first.entry(phase).or_insert(start);
            if known.value.as_start() < start.value.as_start() {
                break;
            }
            *known = start;
        }
    }
    first
}

/// Whether something ends after the moment at which it is counted on; on one day without clock times nobody can know,
/// and an event may be the first thing of its day.
fn is_after(ctx: &Ctx<'_>, other: TaskId, finish: Moment, start: Moment) -> bool {
    match (finish.minute(), start.minute()) {
        (Some(_), Some(_)) if !ctx.is_milestone(other) => finish.as_finish() > start.as_start(),
        _ => finish.date > start.date,
    }
}

fn report(
    ctx: &Ctx<'_>,
    out: &mut Sink,
    task: TaskId,
    (link, other, plan): (crate::source::Span, TaskId, PlanId),
    counted_on: Counted,
    finish: Spanned<Moment>,
) {
    let at = counted_on.at();
    let own = ctx.model.task(task).plan;
    let late = ctx.schedule.days_between(own, at.value.date, finish.value.date);
    let late = match late {
        ..=0 => "less than a working day".to_owned(),
        late => counted(late, "working day", "working days"),
    };
    let finding = ctx
        .finding_at(entity(task), link)
        .subject(&format!("{}/{}", ctx.model.plan_id(plan), ctx.model.id(entity(other))))
        .param("other", ctx.name(other))
        .param("other-plan", plan_name(ctx, plan))
        .param("start", at.value.date.to_string())
        .param("finish", finish.value.date.to_string())
        .param("late", late)
        .label(finish.span, "it ends");
    out.report(match counted_on {
        Counted::Start(_) => finding.label(at.span, "this begins"),
        Counted::Promise(_) => finding.variant("promise").label(at.span, "promised for this day"),
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::portfolio::tests::{found, found_in};

    const NONE: [&str; 0] = [];

    /// The delivery takes two weeks from Monday 2 November; the link stands in line 4.
    fn with(task: &str, delivery: &str) -> Vec<String> {
        found(
            "PRT004",
            &format!(
                "#- a/plan.toml\n[plan]\nid = \"a\"\n[task]\nt = {{ depends-on = [\"b/d\"], title = \"T\"{task} }}\n\
                 #- b/plan.toml\n[plan]\nid = \"b\"\nstart = 2026-11-02\n[task]\n\
                 p = {{ title = \"P\", duration = \"5d\" }}\n\
                 d = {{ title = \"D\", duration = \"5d\", depends-on = \"p\"{delivery} }}\n"
            ),
        )
    }

    #[test]
    fn a_stated_start_before_what_logic_makes_of_the_delivery() {
        assert_eq!(with(", start = 2026-11-12", ""), ["PRT004 4:22"]);
        assert_eq!(with(", start = 2026-11-13", ""), NONE, "on the same day nobody can know");
        assert_eq!(with(", duration = \"5d\"", ""), NONE, "it moves along");
        assert_eq!(with(", duration = \"5d\", constraint = \"SNET 2026-11-09\"", ""), NONE);
        assert_eq!(with(", duration = \"5d\", constraint = \"SNLT 2026-11-09\"", ""), ["PRT004 4:22"]);
        assert_eq!(with(", duration = \"5d\", constraint = \"MSO 2026-11-09\"", ""), ["PRT004 4:22"]);
        assert_eq!(with(", start = 2026-11-12T08:00", ""), ["PRT004 4:22"]);
    }

    #[test]
    fn an_event_may_be_the_first_thing_of_its_day() {
        assert_eq!(with(", start = 2026-11-13T09:00", ""), ["PRT004 4:22"], "all of Friday is needed");
        let event = |start: &str| {
            let plan = format!(
                "#- a/plan.toml\n[plan]\nid = \"a\"\n[task]\nt = {{ title = \"T\", start = {start}, depends-on = [\"b/d\"] }}\n\
                 #- b/plan.toml\n[plan]\nid = \"b\"\nstart = 2026-11-02\n[task]\n\
                 p = {{ title = \"P\", duration = \"5d\" }}\nd = {{ title = \"D\", milestone = true, depends-on = \"p\" }}\n"
            );
            found("PRT004", &plan)
        };
        assert_eq!(event("2026-11-06T09:00"), NONE);
        assert_eq!(event("2026-11-05T09:00").len(), 1);
    }

    #[test]
    fn only_open_work_waits_for_open_work() {
        assert_eq!(with(", start = 2026-11-12, status = \"cancelled\"", ""), NONE);
        assert_eq!(with(", start = 2026-11-12, actual-start = 2026-11-12", ""), NONE, "begun all the same");
        assert_eq!(with(", start = 2026-11-12", ", status = \"done\", actual-finish = 2026-11-13"), NONE);
        assert_eq!(with(", start = 2026-11-12", ", status = \"cancelled\""), NONE);
    }

    #[test]
    fn leads_and_links_to_a_start_are_meant_so() {
        let link = |link: &str| {
            let plan = format!(
                "#- a/plan.toml\n[plan]\nid = \"a\"\n[task]\nt = {{ title = \"T\", start = 2026-11-04, depends-on = [{link}] }}\n\
                 #- b/plan.toml\n[plan]\nid = \"b\"\n[task]\nd = {{ title = \"D\", start = 2026-11-02, finish = 2026-11-06 }}\n"
            );
            found("PRT004", &plan)
        };
        assert_eq!(link("\"b/d\""), ["PRT004 4:55"]);
        assert_eq!(link("\"b/d FS-3d\""), NONE);
        assert_eq!(link("\"b/d SS\""), NONE);
        assert_eq!(link("\"b/d FF\""), NONE);
        assert_eq!(link("{ on = \"b/d\", expect = 2026-11-03 }"), ["PRT004 4:62"]);
    }

    #[test]
    fn a_promise_that_the_other_plan_does_not_keep() {
        let with = |expect: &str| {
            let plan = format!(
                "#- a/plan.toml\n[plan]\nid = \"a\"\n[task]\nt = {{ title = \"T\", duration = \"5d\", depends-on = [{{ on = \"b/d\"{expect} }}] }}\n\
                 #- b/plan.toml\n[plan]\nid = \"b\"\nstart = 2026-11-02\n[task]\nd = {{ title = \"D\", duration = \"5d\" }}\n"
            );
            found("PRT004", &plan)
        };
        assert_eq!(with(", expect = 2026-11-05"), ["PRT004 4:59"]);
        assert_eq!(with(", expect = 2026-11-06"), NONE);
        assert_eq!(with(""), NONE);
    }

    #[test]
    fn another_plan_may_be_called_by_its_alias() {
        let a = "[plan]\nid = \"a\"\n[task]\nt = { title = \"T\", start = 2026-11-04, depends-on = [\"erp/d\"] }\n";
        let b =
            "[plan]\nid = \"sap\"\n[task]\nd = { title = \"D\", start = 2026-11-02, finish = 2026-11-06 }\n";
        let run = |config: &str| {
            found_in("PRT004", &[("a/plan.toml", a), ("b/plan.toml", b), ("planlint.toml", config)])
        };
        assert_eq!(run(""), NONE, "some plan elsewhere");
        assert_eq!(run("[alias.plan]\nsap = \"erp\"\n"), ["a/plan.toml:4"]);
        assert_eq!(run("[alias.plan]\nerp = \"sap\"\n"), ["a/plan.toml:4"]);
    }

    #[test]
    fn a_phase_begins_with_the_first_thing_inside() {
        let plan = |start: &str| {
            format!(
                "#- a/plan.toml\n[plan]\nid = \"a\"\n[task]\np = {{ title = \"P\", depends-on = [\"b/d\"] }}\n\
                 t = {{ title = \"T\", parent = \"p\"{start} }}\nu = {{ title = \"U\", parent = \"p\", start = 2026-12-01 }}\n\
                 #- b/plan.toml\n[plan]\nid = \"b\"\n[task]\nd = {{ title = \"D\", start = 2026-11-02, finish = 2026-11-06 }}\n"
            )
        };
        assert_eq!(found("PRT004", &plan(", start = 2026-11-05")), ["PRT004 4:35"]);
        assert_eq!(found("PRT004", &plan(", start = 2026-11-09")), NONE);
        assert_eq!(found("PRT004", &plan("")), NONE);
    }

    #[test]
    fn within_one_plan_the_schedule_speaks_of_it() {
        let plan = "[plan]\nid = \"a\"\n[task]\nt = { title = \"T\", start = 2026-11-04, depends-on = [\"d\"] }\n\
                    d = { title = \"D\", start = 2026-11-02, finish = 2026-11-06 }\n";
        assert_eq!(found("PRT004", plan), NONE);
        assert_eq!(
            found("PRT004", &format!("#- a/plan.toml\n{plan}#- b/plan.toml\n[plan]\nid = \"b\"\n")),
            NONE
        );
    }
}
