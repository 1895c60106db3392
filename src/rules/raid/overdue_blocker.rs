//! RAI002: an open issue that is past its date, or that blocks something and has none.

use super::{open_issues, still_blocked};
use crate::finding::{Entity, EntityKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RAI002", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for number in open_issues(ctx) {
        let issue = &ctx.model.issues[number];
        let about = Entity::new(EntityKind::Issue, number);
        match issue.due() {
            Some(due) if due.value.date < ctx.status_date(issue.plan) => {
                out.report(ctx.finding_at(about, due.span).param("date", due.value.date.to_string()));
            }
            Some(_) => {}
            None => {
                // Without a date it is never late; that matters where somebody waits.
                if let Some(blocked) = still_blocked(ctx, issue.blocks()) {
                    out.report(ctx.finding(about).variant("no-date").param("blocked", blocked));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn a_date_is_past_when_the_day_is_over() {
        let found = |issue: &str| {
            let plan = format!("[plan]\n[task]\nt.title = \"T\"\n[issue]\ni = {{ title = \"I\"{issue} }}");
            codes(&plan).into_iter().find(|it| it.starts_with("RAI002"))
        };
        assert_eq!(found(", due = 2026-10-01").as_deref(), Some("RAI002 5:26"));
        assert_eq!(found(", due = 2026-10-02"), None);
        assert_eq!(found(", due = 2026-10-01, status = \"closed\""), None);
        assert_eq!(found(""), None);
        assert_eq!(found(", blocks = \"t\"").as_deref(), Some("RAI002 5:1"));
    }
}
