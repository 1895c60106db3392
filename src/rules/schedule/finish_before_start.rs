//! SCH003: an end that lies before its beginning.

use crate::finding::{Entity, EntityKind};
use crate::model::{Moment, Spanned};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "SCH003", check };

/// A beginning and an end, where both are written.
type Both = (Option<Spanned<Moment>>, Option<Spanned<Moment>>);

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let header = &ctx.model.plan(plan).header;
        let about = Entity::new(EntityKind::Plan, plan.index());
        compare(ctx, out, about, Some("plan"), (header.start(), header.finish_by()));
        for (task, it) in ctx.model.tasks_of(plan) {
            if ctx.is_cancelled(task) {
                continue;
            }
            compare(ctx, out, entity(task), None, (it.start(), it.finish()));
            compare(ctx, out, entity(task), Some("actual"), (it.actual_start(), it.actual_finish()));
            compare(ctx, out, entity(task), Some("baseline"), (it.baseline_start(), it.baseline_finish()));
        }
    }
}

fn compare(
    ctx: &Ctx<'_>,
    out: &mut Sink,
    about: Entity,
    variant: Option<&'static str>,
    (start, finish): Both,
) {
    let (Some(start), Some(finish)) = (start, finish) else { return };
    // A date that is still to be filled in is a finding of its own.
    let is_typed = !super::is_placeholder(start.value) && !super::is_placeholder(finish.value);
    // A day without a time ends at its end: one day is long enough.
    if !is_typed || finish.value.as_finish() >= start.value.as_start() {
        return;
    }
    let mut finding = ctx
        .finding_at(about, finish.span)
        .subject(variant.unwrap_or_default())
        .param("start", start.value.to_string())
        .param("finish", finish.value.to_string())
        .label(start.span, "begins here");
    if let Some(variant) = variant {
        finding = finding.variant(variant);
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn count(rest: &str) -> usize {
        found("SCH003", &format!("[plan]\n[task.a]\ntitle = \"A\"\n{rest}\n")).len()
    }

    #[test]
    fn each_pair_of_dates() {
        assert_eq!(count("start = 2026-11-10\nfinish = 2026-11-09"), 1);
        assert_eq!(count("start = 2026-11-10\nfinish = 2026-11-10"), 0, "one day");
        assert_eq!(count("start = 2026-11-10T12:00\nfinish = 2026-11-10T08:00"), 1);
        assert_eq!(count("actual-start = 2026-09-10\nactual-finish = 2026-09-09"), 1);
        assert_eq!(count("baseline = { start = 2026-11-10, finish = 2026-11-09 }"), 1);
        assert_eq!(count("start = 2026-11-10\nactual-finish = 2026-11-09"), 0, "early is no contradiction");
    }

    #[test]
    fn dropped_work_and_dates_to_be_filled_in() {
        assert_eq!(count("start = 2026-11-10\nfinish = 2026-11-09\nstatus = \"cancelled\""), 0);
        assert_eq!(count("start = 2026-11-10\nfinish = 1900-01-01"), 0);
    }

    #[test]
    fn a_plan_is_promised_for_a_day_after_it_starts() {
        let plan = "[plan]\nstart = 2026-11-10\nfinish-by = 2026-10-30\n[task]\na = { title = \"A\" }\n";
        assert_eq!(found("SCH003", plan), ["SCH003 3:13"]);
    }
}
