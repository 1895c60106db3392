//! SCH006: something that is reported to have happened, on a day that is still to come.

use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "SCH006", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let status = ctx.status_date(plan);
        let place = ctx.model.plan(plan).header.status_date().map(|date| date.span);
        for (task, it) in ctx.model.tasks_of(plan) {
            // A phase says what its tasks say.
            if !ctx.is_leaf(task) || ctx.is_cancelled(task) {
                continue;
            }
            let actuals =
                [it.actual_start().map(|it| (it, "start")), it.actual_finish().map(|it| (it, "finish"))];
            // The day up to which progress is reported counts as a whole.
            let Some((date, word)) = actuals.into_iter().flatten().find(|(date, _)| date.value.date > status)
            else {
                continue;
            };
            let mut finding = ctx
                .finding_at(entity(task), date.span)
                .param("date", date.value.date.to_string())
                .param("status", status.to_string());
            if word == "finish" {
                finding = finding.variant("finish");
            }
            if let Some(place) = place {
                finding = finding.label(place, "progress is reported up to here");
            }
            out.report(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn at(plan: &str, task: &str) -> Vec<String> {
        found("SCH006", &format!("[plan]\n{plan}\n[task]\na = {{ title = \"A\", {task} }}\n"))
    }

    #[test]
    fn the_status_date_decides_and_without_one_today() {
        assert_eq!(at("status-date = 2026-09-25", "actual-start = 2026-09-28"), ["SCH006 4:35"]);
        assert!(at("status-date = 2026-09-28", "actual-start = 2026-09-28T16:00").is_empty());
        assert!(at("", "actual-start = 2026-10-02").is_empty());
        assert_eq!(at("", "actual-start = 2026-10-03").len(), 1);
        assert_eq!(at("", "actual-start = 2026-10-01, actual-finish = 2026-10-05"), ["SCH006 4:63"]);
    }

    #[test]
    fn one_finding_for_both_and_none_for_dropped_work() {
        assert_eq!(at("", "actual-start = 2026-10-05, actual-finish = 2026-10-06").len(), 1);
        assert!(at("", "actual-start = 2026-10-05, status = \"cancelled\"").is_empty());
    }
}
