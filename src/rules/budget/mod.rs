//! BUD: does the money hold? And what the rules of the family share: what a budget has, has spent and still has to pay.

mod mixed_currency;
mod over_allocated;
mod overspent;
mod spend_ahead;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Ctx, Native};
use crate::finding::{Entity, EntityKind};
use crate::model::{Money, Spanned, Task, TaskId};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] =
    &[over_allocated::RULE, overspent::RULE, spend_ahead::RULE, mixed_currency::RULE];

/// What a budget has, has spent and still has to pay, in thousandths of its currency.
struct Account {
    budget: usize,
    amount: Spanned<Money>,
    /// The letters of its currency; nothing where neither it nor its plan names one.
    currency: String,
    contingency: i128,
    actual: i128,
    /// What the open tasks that it pays for still cost.
    open: i128,
    /// The open tasks that it pays for and that name a cost.
    paid_for: Vec<TaskId>,
    /// What cannot be added to the amount because nobody says at what rate.
    unrated: Vec<Unrated>,
}

/// An amount in another currency without a rate.
struct Unrated {
    money: Spanned<Money>,
    currency: String,
    /// The task that costs it; none for what stands at the budget itself.
    task: Option<TaskId>,
}

impl Account {
    fn about(&self) -> Entity {
        Entity::new(EntityKind::Budget, self.budget)
    }

    fn amount(&self) -> i128 {
        i128::from(self.amount.value.thousandths())
    }

    /// What will have been spent in the end.
    fn expected(&self) -> i128 {
        self.actual + self.open
    }

    /// Amount and contingency: beyond that nothing pays.
    fn most(&self) -> i128 {
        self.amount() + self.contingency
    }

    /// Whether everything could be added up.
    fn is_sum(&self) -> bool {
        self.unrated.is_empty()
    }

    /// An amount as people write it, `12,500 EUR`, without fractions.
    fn shown(&self, thousandths: i128) -> String {
        let digits = ((thousandths.abs() + 500) / 1000).to_string();
        let mut text = String::new();
        for (place, digit) in digits.char_indices() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        let sign = if thousandths < 0 { "-" } else { "" };
        format!("{sign}{text} {}", self.currency).trim_end().to_owned()
    }

    /// What an amount is in the currency of the budget; noted as unrated, and worth nothing, where nobody can say.
    fn convert(&mut self, money: Spanned<Money>, usual: &str, of_plan: &str, task: Option<TaskId>) -> i128 {
        let thousandths = i128::from(money.value.thousandths());
        let currency = money.value.currency().unwrap_or(usual);
        if currency == self.currency {
            return thousandths;
        }
        let in_plan = match money.value.rate_millionths() {
            _ if currency == of_plan => thousandths,
            Some(rate) => thousandths * i128::from(rate) / 1_000_000,
            None => {
                let currency = currency.to_owned();
                self.unrated.push(Unrated { money, currency, task });
                return 0;
            }
        };
        match self.amount.value.rate_millionths() {
            _ if self.currency == of_plan => in_plan,
            Some(rate) => in_plan * 1_000_000 / i128::from(rate),
            // One rate at the budget's amount would do for all.
            None => {
                let (money, currency) = (self.amount, self.currency.clone());
                if !self.unrated.iter().any(|other| other.money == money) {
                    self.unrated.push(Unrated { money, currency, task: None });
                }
                0
            }
        }
    }
}

/// The budgets that name an amount, with what is spent and what is to be paid from each. One pass over the tasks.
fn accounts(ctx: &Ctx<'_>) -> Vec<Account> {
    let mut accounts: Vec<Account> = Vec::new();
    let mut at: FxHashMap<usize, usize> = FxHashMap::default();
    for number in ctx.numbers(EntityKind::Budget) {
        let budget = &ctx.model.budgets[number];
        let Some(amount) = budget.amount() else { continue };
        let of_plan = currency_of_plan(ctx, number);
        let own = budget.currency().map(|currency| ctx.text(currency).trim()).filter(|it| !it.is_empty());
        let currency = amount.value.currency().or(own).unwrap_or(of_plan).to_owned();
        let mut account = Account {
            budget: number,
            amount,
            currency,
            contingency: 0,
            actual: 0,
            open: 0,
            paid_for: Vec::new(),
            unrated: Vec::new(),
        };
        let usual = own.unwrap_or(of_plan);
        account.contingency = budget.contingency().map_or(0, |it| account.convert(it, usual, of_plan, None));
        account.actual = budget.actual().map_or(0, |it| account.convert(it, usual, of_plan, None));
        at.insert(number, accounts.len());
        accounts.push(account);
    }
    if accounts.is_empty() {
        return accounts;
    }
    let split = phases_with_costs_inside(ctx);
    for (task, it) in ctx.tasks().filter(|(task, _)| ctx.is_open(*task) && !split.contains(task)) {
        let (Some(cost), Some(budget)) = (it.cost(), budget_of(ctx, it)) else { continue };
        let Some(account) = at.get(&budget).and_then(|at| accounts.get_mut(*at)) else { continue };
        let of_plan = currency_of_plan(ctx, budget);
        let whole = account.convert(cost, of_plan, of_plan, Some(task));
        // What is done of it is in what was spent.
        let left = 100 - i128::from(it.percent().map_or(0, |percent| percent.value.min(100)));
        account.open += whole * left / 100;
        account.paid_for.push(task);
    }
    accounts
}

/// The budget that pays for a task.
fn budget_of(ctx: &Ctx<'_>, task: &Task) -> Option<usize> {
    let name = ctx.text(task.budget()?).trim();
    let found = ctx.network.index.find(ctx.model, EntityKind::Budget, task.plan, name)?;
    Some(found.index as usize)
}

/// The letters of the currency of a budget's plan; nothing where it names none.
fn currency_of_plan<'a>(ctx: &Ctx<'a>, budget: usize) -> &'a str {
    let plan = ctx.model.budgets[budget].plan;
    ctx.model.plan(plan).header.currency().map_or("", |currency| ctx.text(currency).trim())
}

/// Phases inside which tasks name costs of their own: what stands at the phase is their sum, and counts once.
fn phases_with_costs_inside(ctx: &Ctx<'_>) -> FxHashSet<TaskId> {
    let mut phases = FxHashSet::default();
    for (task, _) in ctx.tasks().filter(|(_, it)| it.cost().is_some()) {
        for phase in ctx.network.hierarchy.ancestors(task) {
            // The phases above it are there already.
            if !phases.insert(phase) {
                break;
            }
        }
    }
    phases
}
