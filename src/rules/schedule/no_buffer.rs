//! SCH015: a plan that ends so close to its promise that the first surprise breaks it.

use jiff::ToSpan;

use super::{ends_after, is_placeholder, last_task, working_days};
use crate::finding::{Entity, EntityKind};
use crate::model::PlanId;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH015", check };

/// Shorter plans, in working days, have no room for a buffer.
const SHORT: i64 = 20;

/// Words of titles and kinds for time that is kept free.
const RESERVES: &[&str] = &["buffer", "contingency", "reserve", "margin"];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        check_plan(ctx, out, plan);
    }
}

fn check_plan(ctx: &Ctx<'_>, out: &mut Sink, plan: PlanId) -> Option<()> {
    let promised = ctx.model.plan(plan).header.finish_by().filter(|it| !is_placeholder(it.value))?;
    let begins = ctx.schedule.plan_start(plan)?.date;
    let last = last_task(ctx, plan)?;
    let finish = ctx.finish(last)?;
    // What is late already is SCH009's.
    if ends_after(finish.value, promised.value) {
        return None;
    }
    let days = |from, to| ctx.schedule.days_between(plan, from, to);
    let after = |day: jiff::civil::Date| day.saturating_add(1.day());
    let from = ctx.status_date(plan).max(begins);
    let remaining = days(from, after(promised.value.date));
    let buffer = days(after(finish.value.date), after(promised.value.date));
    let is_long = days(begins, after(finish.value.date)) > SHORT;
    let percent = ctx.integer(plan, "percent");
    // A promise on the same day is none of room; behind the last day there is nothing left to plan.
    if !is_long || remaining <= 0 || buffer.saturating_mul(100) >= remaining.saturating_mul(percent) {
        return None;
    }
    // Room that is kept inside the plan is room.
    if ctx
        .open_leaves_of(plan)
        .any(|(task, _)| ctx.schedule.is_on_longest_path(task) && is_reserve(ctx, task))
    {
        return None;
    }
    let finding = ctx
        .finding_at(Entity::new(EntityKind::Plan, plan.index()), promised.span)
        .here("promised here")
        .param("finish", finish.value.date.to_string())
        .param("promised", promised.value.date.to_string())
        .param("buffer", if buffer > 0 { working_days(buffer) } else { "no working day".to_owned() })
        .param("remaining", working_days(remaining))
        .label(finish.span, format!("ends last, on {}", finish.value.date));
    out.report(finding);
    Some(())
}

/// Whether a task is time that is kept free.
fn is_reserve(ctx: &Ctx<'_>, task: crate::model::TaskId) -> bool {
    let it = ctx.model.task(task);
    let texts = it.title().into_iter().chain(it.kind()).map(|text| ctx.text(text).to_lowercase());
    texts.into_iter().any(|text| RESERVES.iter().any(|word| text.contains(word)))
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// Forty working days from Monday 2 November to Friday 25 December.
    fn is_found(promised: &str, duration: &str, more: &str) -> bool {
        let plan = format!(
            "[plan]\nstart = 2026-11-02\nfinish-by = {promised}\n[task]\na = {{ title = \"A\", duration = \"{duration}\" }}\n{more}"
        );
        !found("SCH015", &plan).is_empty()
    }

    #[test]
    fn less_than_a_twentieth_of_what_is_left() {
        assert!(is_found("2026-12-25", "40d", ""));
        assert!(is_found("2026-12-28", "40d", ""));
        assert!(!is_found("2026-12-30", "40d", ""), "three of forty-three");
        assert!(!is_found("2026-12-24", "40d", ""), "too late: another rule's");
    }

    #[test]
    fn short_plans_have_no_room_for_it() {
        assert!(!is_found("2026-11-27", "20d", ""));
        assert!(is_found("2026-11-30", "21d", ""));
    }

    #[test]
    fn room_inside_the_plan_is_room() {
        assert!(!is_found(
            "2026-12-25",
            "35d",
            "b = { title = \"Buffer\", duration = \"5d\", depends-on = \"a\" }\n"
        ));
        assert!(is_found(
            "2026-12-25",
            "35d",
            "b = { title = \"Test\", duration = \"5d\", depends-on = \"a\" }\n"
        ));
    }

    #[test]
    fn nothing_is_said_where_nobody_knows_the_end() {
        let plan = "[plan]\nstart = 2026-11-02\nfinish-by = 2026-12-25\n[task]\na = { title = \"A\" }\n";
        assert!(found("SCH015", plan).is_empty());
    }
}
