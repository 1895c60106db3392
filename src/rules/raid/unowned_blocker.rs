//! RAI001: an open issue that blocks something and belongs to nobody.

use super::{is_blank, open_issues, still_blocked};
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RAI001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for number in open_issues(ctx) {
        let issue = &ctx.model.issues[number];
        if !is_blank(ctx, issue.owner()) {
            continue;
        }
        // An issue that holds nobody up can wait for its owner.
        if let Some(blocked) = still_blocked(ctx, issue.blocks()) {
            out.report(ctx.finding(Entity::new(EntityKind::Issue, number)).param("blocked", blocked));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn only_open_issues_that_hold_open_work_up() {
        let found = |status: &str, issue: &str| {
            let plan = format!(
                "[plan]\n[task]\nt = {{ title = \"T\", owner = \"mia\"{status} }}\n[issue]\ni = {{ title = \"I\"{issue} }}"
            );
            codes(&plan).iter().any(|it| it == "RAI001 5:1")
        };
        assert!(found("", ", blocks = [\"t\"]"));
        assert!(found("", ", blocks = [\"elsewhere/t\"]"));
        assert!(found("", ", blocks = [\"t\"], status = \"in-progress\""));
        assert!(!found("", ", blocks = [\"t\"], status = \"resolved\""));
        assert!(!found("", ", blocks = [\"t\"], owner = \"TBD\""));
        assert!(!found("", ""));
        assert!(!found(", status = \"done\"", ", blocks = [\"t\"]"));
    }
}
