//! DEP017: a task that waits for canceled work.

use super::open_waits;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP017", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for wait in open_waits(ctx) {
        let Some(other) = wait.predecessor().filter(|other| ctx.is_cancelled(*other)) else { continue };
        let mut finding = wait.finding(ctx).param("other", ctx.name(other));
        if let Some(status) = ctx.model.task(other).status() {
            finding = finding.label(status.span, "canceled here");
        }
        out.report(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn finished_and_canceled_work_may_wait_for_what_was_dropped() {
        let plan = |status: &str| {
            format!(
                "[task]\na = {{ title = \"A\", status = \"cancelled\" }}\n\
                 b = {{ title = \"B\", status = \"{status}\", depends-on = [\"a SS\"] }}\n"
            )
        };
        assert_eq!(found("DEP017", &plan("planned")).len(), 1);
        assert!(found("DEP017", &plan("done")).is_empty());
        assert!(found("DEP017", &plan("cancelled")).is_empty());
    }
}
