//! BUD006: amounts of several currencies in one budget, and no rate.

use super::{accounts, currency_of_plan};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "BUD006", check };

/// Further places that are shown.
const MOST_LABELS: usize = 10;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for account in accounts(ctx) {
        let Some((first, others)) = account.unrated.split_first() else { continue };
        // A budget in a currency of its own needs the rate itself; everything else needs one to the budget's.
        let is_budget = first.money == account.amount;
        let other = if is_budget { currency_of_plan(ctx, account.budget) } else { &account.currency };
        let mut finding = ctx
            .finding_at(account.about(), first.money.span)
            .param("currency", named(&first.currency))
            .param("other", named(other));
        finding = match first.task {
            Some(task) => finding.param("task", ctx.name(task)),
            None => finding.variant("budget"),
        };
        for it in others.iter().take(MOST_LABELS) {
            finding = finding.label(it.money.span, format!("in {}, without a rate", named(&it.currency)));
        }
        out.report(finding);
    }
}

fn named(currency: &str) -> &str {
    if currency.is_empty() { "a currency that nobody names" } else { currency }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(budget: &str, cost: &str) -> Vec<String> {
        let plan = format!(
            "[plan]\ncurrency = \"EUR\"\n[task]\nt = {{ title = \"T\", budget = \"b\", cost = {cost} }}\n[budget.b]\n{budget}"
        );
        codes(&plan).into_iter().filter(|it| it.starts_with("BUD006")).collect()
    }

    #[test]
    fn a_rate_or_the_same_currency_is_enough() {
        let dollars = "{ amount = 900, currency = \"USD\" }";
        assert_eq!(found("amount = 5000", dollars), ["BUD006 4:41"]);
        assert!(found("amount = 5000", "{ amount = 900, currency = \"USD\", rate = 0.92 }").is_empty());
        assert!(found("amount = 5000", "{ amount = 900, currency = \"EUR\" }").is_empty());
        assert!(found("amount = 5000\ncurrency = \"USD\"", dollars).is_empty());
    }

    #[test]
    fn a_budget_in_its_own_currency_pays_for_work_in_the_plan_s() {
        assert_eq!(found("amount = 5000\ncurrency = \"USD\"", "900"), ["BUD006 6:10"]);
        let rated = "amount = { amount = 5000, currency = \"USD\", rate = 0.92 }";
        assert!(found(rated, "900").is_empty());
        assert_eq!(
            found("amount = 5000\nactual = { amount = 5, currency = \"CHF\" }", "900"),
            ["BUD006 7:10"]
        );
    }
}
