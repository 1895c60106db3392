//! BUD001: what is spent and what is still to be paid is more than the budget holds.

use super::accounts;
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink, counted, listed};

pub(super) const RULE: Native = Native { code: "BUD001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for account in accounts(ctx) {
        // BUD006 asks for the rate first.
        if !account.is_sum() || account.expected() <= account.amount() {
            continue;
        }
        let is_beyond_all = account.expected() > account.most();
        // What is spent already says as much: BUD002.
        let is_spent = account.actual > if is_beyond_all { account.most() } else { account.amount() };
        if is_spent {
            continue;
        }
        let over = account.expected() - if is_beyond_all { account.most() } else { account.amount() };
        let mut finding = ctx
            .finding_at(account.about(), account.amount.span)
            .param("amount", account.shown(account.amount()))
            .param("actual", account.shown(account.actual))
            .param("open", account.shown(account.open))
            .param("tasks", counted(account.paid_for.len() as i64, "open task", "open tasks"))
            .param("over", account.shown(over));
        if !is_beyond_all {
            finding = finding.variant("contingency");
            finding = finding.param("contingency", account.shown(account.contingency));
        }
        finding = finding.param("largest", listed(largest(ctx, &account.paid_for)));
        out.report(finding);
    }
}

/// The dearest of the tasks: where something can be moved or cut.
fn largest(ctx: &Ctx<'_>, tasks: &[TaskId]) -> Vec<String> {
    const MOST: usize = 3;
    let cost = |task: &TaskId| ctx.model.task(*task).cost().map_or(0, |cost| cost.value.thousandths());
    let mut tasks: Vec<TaskId> = tasks.to_vec();
    tasks.sort_by_key(|task| (std::cmp::Reverse(cost(task)), *task));
    tasks.truncate(MOST);
    tasks.into_iter().map(|task| ctx.name(task)).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(budget: &str, tasks: &str) -> Vec<String> {
        let plan =
            format!("[plan]\ncurrency = \"EUR\"\n[budget.b]\namount = 1000\n{budget}\n[task]\n{tasks}");
        codes(&plan).into_iter().filter(|it| ["BUD001", "BUD002"].contains(&&it[..6])).collect()
    }

    fn cost(cost: &str) -> String {
        format!("t = {{ title = \"T\", budget = \"b\", cost = {cost} }}")
    }

    #[test]
    fn spent_and_open_are_more_than_the_amount() {
        assert_eq!(found("", &cost("1001")), ["BUD001 4:10"]);
        assert_eq!(found("", &cost("1000")), Vec::<String>::new());
        assert_eq!(found("actual = 600", &cost("401")), ["BUD001 4:10"]);
        let half = "t = { title = \"T\", budget = \"b\", cost = 800, percent = 50 }";
        assert_eq!(found("actual = 600", half), Vec::<String>::new());
        let done = "t = { title = \"T\", budget = \"b\", cost = 800, status = \"done\" }";
        assert_eq!(found("actual = 600", done), Vec::<String>::new());
    }

    #[test]
    fn what_a_phase_costs_is_what_its_tasks_cost() {
        let tasks = |own: &str| {
            format!(
                "p = {{ title = \"P\", budget = \"b\", cost = 900 }}\n\
                 t = {{ title = \"T\", parent = \"p\", budget = \"b\"{own} }}"
            )
        };
        assert_eq!(found("", &tasks(", cost = 900")), Vec::<String>::new());
        assert_eq!(found("actual = 200", &tasks("")), ["BUD001 4:10"]);
    }

    #[test]
    fn money_that_is_spent_already_is_one_finding() {
        assert_eq!(found("actual = 1200", &cost("100")), ["BUD002 5:10"]);
        assert_eq!(found("contingency = 500\nactual = 1200", &cost("100")), ["BUD002 6:10"]);
        assert_eq!(found("contingency = 500\nactual = 1200", &cost("400")), ["BUD001 4:10"]);
    }

    #[test]
    fn rates_are_applied() {
        assert_eq!(
            found("", &cost("{ amount = 1100, currency = \"USD\", rate = 0.9 }")),
            Vec::<String>::new()
        );
        assert_eq!(found("", &cost("{ amount = 1200, currency = \"USD\", rate = 0.9 }")), ["BUD001 4:10"]);
        assert_eq!(found("", &cost("{ amount = 9000, currency = \"USD\" }")), Vec::<String>::new());
    }
}
