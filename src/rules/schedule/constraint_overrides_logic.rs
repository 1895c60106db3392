//! SCH017: a date, and not the work before it, decides when a task on the driving path starts.

use crate::catalogue::KindSet;
use crate::finding::Finding;
use crate::model::{ConstraintKind, TaskId};
use crate::rules::{Ctx, Native, Sink, entity};
use crate::schedule::Driver;

use super::{PICK_THEIR_DAY, held_by_date, is_discrete, own_date, working_days};

pub(super) const RULE: Native = Native { code: "SCH017", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let pick = ctx.kinds(&PICK_THEIR_DAY);
    for (task, _) in ctx.open_leaves().filter(|(task, _)| is_discrete(ctx, *task)) {
        if ctx.is_started(task) || !ctx.schedule.is_reliable(ctx.model, task) {
            continue;
        }
        if let Some(finding) = early(ctx, task).or_else(|| late(ctx, task, &pick)) {
            out.report(finding);
        }
    }
}

/// A hard date that logic cannot keep: it has to start before it can.
fn early(ctx: &Ctx<'_>, task: TaskId) -> Option<Finding> {
    let constraint = ctx.model.task(task).constraint()?;
    let date = constraint.value.date?;
    let begins = ctx.schedule.early_start(ctx.model, task)?;
    let late_by = match constraint.value.kind {
        // Logic wins, and the latest start is behind the earliest one.
        ConstraintKind::StartNoLater | ConstraintKind::StartOn
            if ctx.schedule.total_float_minutes(task)? < 0 =>
        {
            // A day without a time is kept by whatever starts on it.
            let is_on_day = date.minute().is_none() && begins.date == date.date;
            if is_on_day { 0 } else { ctx.schedule.minutes_between(task, date, begins) }
        }
        _ => 0,
    };
    // The date wins, and the links before it do not hold. That a start comes before its links, or a finish after its
    // date, is said by SCH004 and SCH009.
    let forced = matches!(
        constraint.value.kind,
        ConstraintKind::StartNoLater | ConstraintKind::FinishNoLater | ConstraintKind::MustFinish
    ) && ctx.schedule.driver(task) == Driver::Date;
    let short = ctx.schedule.held_back_minutes(task).filter(|_| forced).map_or(0, |held| (-held).max(0));
    let missed = late_by.max(short);
    if missed <= 0 {
        return None;
    }
    let (words, place) = own_date(ctx, task)?;
    Some(
        ctx.finding_at(entity(task), place)
            .variant("hard")
            .here(words.clone())
            .param("constraint", words)
            .param("gap", working_days(missed / ctx.schedule.minutes_per_day(task))),
    )
}

/// A date that is later than everything before the task asks for.
fn late(ctx: &Ctx<'_>, task: TaskId, pick: &KindSet) -> Option<Finding> {
    let it = ctx.model.task(task);
    // A sheet shows the start of every task: that may be what its tool has computed.
    let has_constraint = it.constraint().is_some() || ctx.model.imported(task).is_some();
    if !ctx.schedule.is_on_longest_path(task) || !(has_constraint || ctx.is_native(it.plan)) {
        return None;
    }
    let held = held_by_date(ctx, task, pick)?;
    let (words, place) = own_date(ctx, task)?;
    // What marks the end of work is shown where that ends: on the day before.
    let said = it.constraint().filter(|constraint| constraint.value.kind.holds_start());
    let said = said.and_then(|constraint| constraint.value.date).map(|date| date.date);
    let starts = said.map_or(held.begins.date, |date| date.max(held.begins.date));
    let mut finding = ctx
        .finding_at(entity(task), place)
        .here(words.clone())
        .param("constraint", words)
        .param("start", starts.to_string())
        .param("possible", held.possible.date.to_string())
        .param("gap", working_days(held.days));
    for link in ctx.model.links(task).iter().take(3) {
        finding = finding.label(link.span(), format!("lets it start by {}", held.possible.date));
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// A is done by Friday 9 October; B is the last task.
    fn plan(head: &str, b: &str) -> Vec<String> {
        found(
            "SCH017",
            &format!(
                "[plan]\nstart = 2026-10-05\n{head}\n[task]\na = {{ title = \"A\", duration = \"5d\" }}\n[task.b]\ntitle = \"B\"\nduration = \"5d\"\ndepends-on = [\"a\"]\n{b}\n"
            ),
        )
    }

    #[test]
    fn a_date_of_a_day_later_decides() {
        assert_eq!(plan("", "constraint = \"SNET 2026-10-13\""), ["SCH017 10:15"]);
        assert_eq!(plan("", "start = 2026-10-13"), ["SCH017 10:9"]);
        assert!(plan("", "constraint = \"SNET 2026-10-12\"").is_empty(), "the first day after");
        assert!(plan("", "constraint = \"SNET 2026-10-10\"").is_empty(), "a Saturday asks for nothing");
    }

    #[test]
    fn only_on_the_driving_path() {
        let later = "constraint = \"SNET 2026-10-13\"\n[task.c]\ntitle = \"C\"\nduration = \"30d\"";
        assert!(plan("", later).is_empty());
        let with_links = "constraint = \"SNET 2026-10-13\"\n[task.c]\ntitle = \"C\"\nduration = \"1d\"\ndepends-on = [\"b\"]";
        assert_eq!(plan("", with_links).len(), 1);
    }

    #[test]
    fn without_predecessors_there_is_no_logic_to_override() {
        let alone = "[plan]\nstart = 2026-10-05\n[task]\na = { title = \"A\", duration = \"5d\", constraint = \"SNET 2026-10-13\" }";
        assert!(found("SCH017", alone).is_empty());
    }

    #[test]
    fn the_start_of_the_plan_and_its_status_date_are_no_waiting() {
        // By its links B may start on the 7th, by the status date on the 13th: two days before its date, not six.
        let plan = |head: &str| {
            format!(
                "[plan]\nstart = 2026-10-05\n{head}\n[task]\na = {{ title = \"A\", duration = \"2d\", actual-start = 2026-10-05, actual-finish = 2026-10-06 }}\n\
                 b = {{ title = \"B\", kind = \"rollout\", duration = \"5d\", depends-on = [\"a\"], constraint = \"SNET 2026-10-15\" }}\n"
            )
        };
        assert_eq!(found("SCH017", &plan("")).len(), 1);
        assert!(found("SCH017", &plan("status-date = 2026-10-13")).is_empty());
    }

    #[test]
    fn dates_from_outside_are_explained() {
        for more in ["external = true", "weekend = true", "notes = \"the hall is free from then on\""] {
            assert!(plan("", &format!("constraint = \"SNET 2026-10-27\"\n{more}")).is_empty(), "{more}");
        }
        let freeze = "[freeze.f]\nstart = 2026-10-12\nfinish = 2026-10-23";
        assert!(plan("", &format!("constraint = \"SNET 2026-10-26\"\n{freeze}")).is_empty());
        assert_eq!(
            plan("", &format!("constraint = \"SNET 2026-11-09\"\n{freeze}")).len(),
            1,
            "long after it"
        );
    }

    #[test]
    fn changes_and_decisions_may_wait_for_their_day_of_the_week() {
        for kind in ["rollout", "gate", "floor-support"] {
            assert!(
                plan("", &format!("constraint = \"SNET 2026-10-19\"\nkind = \"{kind}\"")).is_empty(),
                "{kind}"
            );
            assert_eq!(
                plan("", &format!("constraint = \"SNET 2026-10-20\"\nkind = \"{kind}\"")).len(),
                1,
                "{kind}"
            );
        }
    }

    #[test]
    fn hard_dates_that_cannot_be_kept() {
        assert_eq!(plan("", "constraint = \"SNLT 2026-10-09\""), ["SCH017 10:15"]);
        assert!(plan("", "constraint = \"SNLT 2026-10-12\"").is_empty(), "on that day is in time");
        assert_eq!(plan("", "constraint = \"MFO 2026-10-14\""), ["SCH017 10:15"]);
        assert!(plan("", "constraint = \"MFO 2026-10-16\"").is_empty());
    }
}
