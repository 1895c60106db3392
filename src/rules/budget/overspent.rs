//! BUD002: more is spent than the budget holds.

use super::accounts;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "BUD002", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for account in accounts(ctx) {
        // BUD006 asks for the rate first.
        if !account.is_sum() || account.actual <= account.amount() {
            continue;
        }
        let is_beyond_all = account.actual > account.most();
        // What is still to be paid will not be covered even so: BUD001 is the graver finding.
        if !is_beyond_all && account.expected() > account.most() {
            continue;
        }
        let place = ctx.model.budgets[account.budget].actual().map_or(account.amount.span, |it| it.span);
        let mut finding = ctx
            .finding_at(account.about(), place)
            .label(account.amount.span, "what there is")
            .param("actual", account.shown(account.actual))
            .param("amount", account.shown(account.amount()));
        if is_beyond_all {
            finding = finding.param("over", account.shown(account.actual - account.most()));
        } else {
            let left = account.most() - account.actual;
            finding = finding.variant("contingency").param("left", account.shown(left));
        }
        out.report(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn up_to_the_amount_nothing_is_said() {
        let found = |rest: &str| {
            let plan = format!("[plan]\n[budget]\nb = {{ amount = 1000, {rest} }}");
            codes(&plan).into_iter().find(|it| it.starts_with("BUD002"))
        };
        assert_eq!(found("actual = 1000"), None);
        assert_eq!(found("actual = 1001").as_deref(), Some("BUD002 3:31"));
        assert_eq!(found("actual = 1001, contingency = 100").as_deref(), Some("BUD002 3:31"));
        assert_eq!(found("contingency = 100"), None);
    }
}
