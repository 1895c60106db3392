//! DEP021: a delivery from outside without a date, or with nobody here who chases it.

use super::open_waits;
use crate::model::TaskId;
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP021", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (task, it) in ctx.open_leaves() {
        if !it.external().is_some_and(|flag| flag.value) {
            continue;
        }
        let finding = ctx.task_finding(task);
        match (has_date(ctx, task), ctx.has_owner(task)) {
            (true, true) => {}
            (false, true) => out.report(finding),
            (true, false) => out.report(finding.variant("owner")),
            (false, false) => out.report(finding.variant("both")),
        }
    }
    for wait in open_waits(ctx) {
        let is_promised = ctx.model.link_note(wait.link).expect.is_some();
        if wait.on == Predecessor::Outside && !is_promised {
            let finding = wait.finding(ctx).variant("other-plan");
            out.report(finding.param("other", wait.name(ctx)));
        }
    }
}

/// Whether anything says when it comes: a promise, a plan, or a date that holds it.
fn has_date(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let it = ctx.model.task(task);
    it.deadline().is_some()
        || it.expect().is_some()
        || it.start().is_some()
        || it.finish().is_some()
        || it.constraint().is_some_and(|constraint| constraint.value.date.is_some())
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn with(fields: &str) -> Vec<String> {
        found("DEP021", &format!("[task]\na = {{ title = \"A\", external = true{fields} }}\n"))
    }

    #[test]
    fn a_delivery_needs_a_day_and_somebody_here() {
        assert_eq!(with(""), ["DEP021 2:1"]);
        assert_eq!(with(", owner = \"omar\""), ["DEP021 2:1"]);
        assert_eq!(with(", deadline = 2026-11-02"), ["DEP021 2:1"]);
        for date in
            ["deadline = 2026-11-02", "start = 2026-11-02", "finish = 2026-11-02", "expect = 2026-11-02"]
        {
            assert!(with(&format!(", owner = \"omar\", {date}")).is_empty(), "{date}");
        }
        assert!(with(", status = \"done\"").is_empty());
    }

    #[test]
    fn a_task_of_a_plan_that_is_not_here_needs_a_promise() {
        let plan = |link: &str| format!("[task]\nb = {{ title = \"B\", depends-on = [{link}] }}\n");
        assert_eq!(found("DEP021", &plan("\"erp/uat\"")), ["DEP021 2:35"]);
        assert!(found("DEP021", &plan("{ on = \"erp/uat\", expect = 2026-11-02 }")).is_empty());
    }
}
