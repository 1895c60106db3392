//! RAI: is anything stuck? And what the rules of the family share: what is still open, and what it blocks.

mod critical_blocked;
mod late_decision;

use super::{Ctx, Native};
use crate::finding::EntityKind;
use crate::model::{DecisionStatus, List, TaskId, Text};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[late_decision::RULE, critical_blocked::RULE];

/// The decisions that were neither made nor dropped, by number.
fn open_decisions<'c>(ctx: &'c Ctx<'_>) -> impl Iterator<Item = usize> + 'c {
    ctx.numbers(EntityKind::Decision).filter(|number| {
        let decision = &ctx.model.decisions[*number];
        let status = decision.status().map(|status| status.value);
        !matches!(status, Some(DecisionStatus::Decided | DecisionStatus::Cancelled))
            && decision.decided_on().is_none()
            && is_blank(ctx, decision.outcome())
    })
}

/// The tasks that something blocks, misspelt ones included.
fn blocked<'c>(ctx: &'c Ctx<'_>, blocks: List) -> impl Iterator<Item = TaskId> + 'c {
    ctx.network.references.list(blocks).iter().filter_map(|it| it.task())
}

/// Whether an optional text says nothing.
fn is_blank(ctx: &Ctx<'_>, text: Option<Text>) -> bool {
    text.is_none_or(|text| ctx.text(text).trim().is_empty())
}

/// The rules of the family that are written in the catalogue: what they find, and what they leave alone.
#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(code: &str, plan: &str) -> Vec<String> {
        codes(plan).into_iter().filter(|it| it.starts_with(code)).collect()
    }

    #[test]
    fn only_open_issues_that_hold_open_work_up_need_an_owner() {
        for (status, issue, is_found) in [
            ("", ", blocks = [\"t\"]", true),
            ("", ", blocks = [\"elsewhere/t\"]", true),
            ("", ", blocks = [\"t\"], owner = \" \"", true),
            ("", ", blocks = [\"t\"], status = \"in-progress\"", true),
            ("", ", blocks = [\"t\"], status = \"resolved\"", false),
            ("", ", blocks = [\"t\"], owner = \"TBD\"", false),
            ("", "", false),
            (", status = \"done\"", ", blocks = [\"t\"]", false),
            (", status = \"cancelled\"", ", blocks = [\"t\"]", false),
        ] {
            let plan = format!(
                "[plan]\n[task]\nt = {{ title = \"T\", owner = \"mia\"{status} }}\n[issue]\ni = {{ title = \"I\"{issue} }}"
            );
            assert_eq!(
                found("RAI001", &plan).contains(&"RAI001 5:1".to_owned()),
                is_found,
                "{status}{issue}"
            );
        }
    }

    #[test]
    fn the_date_of_an_issue_is_past_when_the_day_is_over() {
        for (issue, places) in [
            (", due = 2026-10-01", &["RAI002 5:26"][..]),
            (", due = 2026-10-02", &[]),
            (", due = 2026-10-01, status = \"closed\"", &[]),
            ("", &[]),
            (", blocks = \"t\"", &["RAI002 5:1"]),
            (", blocks = \"elsewhere/t\"", &["RAI002 5:1"]),
        ] {
            let plan = format!("[plan]\n[task]\nt.title = \"T\"\n[issue]\ni = {{ title = \"I\"{issue} }}");
            assert_eq!(found("RAI002", &plan), places, "{issue}");
        }
    }

    #[test]
    fn an_open_issue_or_decision_or_a_canceled_task_explains_why_a_task_is_blocked() {
        for (rest, is_found) in [
            ("", true),
            ("depends-on = \"x\"", false),
            ("[issue]\ni = { title = \"I\", blocks = \"t\" }", false),
            ("[issue]\ni = { title = \"I\", blocks = \"p\" }", false),
            ("[decision]\nd = { title = \"D\", blocks = \"t\" }", false),
            ("[issue]\ni = { title = \"I\", blocks = \"t\", status = \"closed\" }", true),
            ("[decision]\nd = { title = \"D\", blocks = \"t\", outcome = \"yes\" }", true),
        ] {
            let plan = format!(
                "[plan]\n[task]\np.title = \"P\"\nx = {{ title = \"X\", status = \"cancelled\" }}\n[task.t]\ntitle = \"T\"\nparent = \"p\"\nstatus = \"blocked\"\n{rest}"
            );
            assert_eq!(found("RAI003", &plan) == ["RAI003 8:11"], is_found, "{rest}");
        }
    }

    #[test]
    fn a_decision_that_was_made_needs_nobody() {
        for (fields, is_found) in [
            ("", true),
            (", owner = \" \"", true),
            (", owner = \"TBD\"", false),
            (", status = \"decided\"", false),
            (", outcome = \"yes\"", false),
        ] {
            let plan = format!("[plan]\n[decision]\nd = {{ title = \"D\"{fields} }}");
            assert_eq!(found("RAI005", &plan) == ["RAI005 3:1"], is_found, "{fields}");
        }
    }

    #[test]
    fn an_assumption_is_confirmed_in_time_by_somebody() {
        for (fields, places) in [
            (", validate-by = 2026-10-01", &["RAI006 3:34"][..]),
            (", validate-by = 2026-10-01, owner = \"mia\"", &["RAI006 3:34"]),
            (", validate-by = 2026-10-01, owner = \"mia\", validated = false", &["RAI006 3:34"]),
            (", validate-by = 2026-10-01, validated = true", &[]),
            (", validate-by = 2026-10-01, validated = 2026-09-24", &[]),
            (", validate-by = 2026-10-02, owner = \"mia\"", &[]),
            ("", &["RAI006 3:1"]),
            (", validate-by = 2026-10-02", &["RAI006 3:1"]),
        ] {
            let plan = format!("[plan]\n[assumption]\na = {{ title = \"A\"{fields} }}");
            assert_eq!(found("RAI006", &plan), places, "{fields}");
        }
    }
}
