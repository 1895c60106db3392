//! RAI004: a decision that comes after the start of work that needs it, or that is overdue.

use super::{blocked, open_decisions};
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RAI004", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for number in open_decisions(ctx) {
        let decision = &ctx.model.decisions[number];
        let Some(needed) = decision.needed_by() else { continue };
        let date = needed.value.date;
        let finding = ctx
            .finding_at(Entity::new(EntityKind::Decision, number), needed.span)
            .param("date", date.to_string());
        if date < ctx.status_date(decision.plan) {
            out.report(finding.variant("undecided"));
            continue;
        }
        // The first of those that start too early; work that is over waits for nothing.
        let starts = blocked(ctx, decision.blocks())
            .filter(|task| ctx.is_open(*task))
            .filter_map(|task| Some((ctx.start(task)?, task)))
            .filter(|(start, _)| start.value.date < date);
        if let Some((start, task)) = starts.min_by_key(|(start, task)| (start.value, *task)) {
            let finding = finding.label(start.span, "starts before it");
            let finding = finding.param("start", start.value.date.to_string());
            out.report(finding.param("blocked", ctx.name(task)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn made_decisions_and_unknown_starts_are_left_alone() {
        let found = |task: &str, decision: &str| {
            let plan = format!(
                "[plan]\n[task]\nt = {{ title = \"T\"{task} }}\n[decision.d]\ntitle = \"D\"\nblocks = \"t\"\nneeded-by = 2026-11-06\n{decision}"
            );
            codes(&plan).iter().any(|it| it == "RAI004 7:13")
        };
        assert!(found(", start = 2026-11-05", ""));
        assert!(!found(", start = 2026-11-06", ""), "on the same day");
        assert!(!found("", ""));
        assert!(!found(", start = 2026-11-05, status = \"done\"", ""));
        for made in
            ["decided-on = 2026-10-01", "outcome = \"yes\"", "status = \"decided\"", "status = \"cancelled\""]
        {
            assert!(!found(", start = 2026-11-05", made), "{made}");
        }
    }

    #[test]
    fn the_start_may_follow_from_logic() {
        let found = |days: u32, task: &str| {
            let plan = format!(
                "[plan]\nstart = 2026-11-02\n[task]\na = {{ title = \"A\", duration = \"{days}d\" }}\n\
                 {task}[decision.d]\ntitle = \"D\"\nblocks = \"t\"\nneeded-by = 2026-11-06\n"
            );
            codes(&plan).into_iter().filter(|it| it.starts_with("RAI004")).count()
        };
        let task = "t = { title = \"T\", duration = \"2d\", depends-on = \"a\" }\n";
        assert_eq!([found(3, task), found(4, task), found(5, task)], [1, 0, 0]);
        let phase = "t = { title = \"T\" }\nu = { title = \"U\", parent = \"t\", duration = \"2d\", depends-on = \"a\" }\n";
        assert_eq!([found(3, phase), found(4, phase)], [1, 0], "a phase begins with what is inside");
    }
}
