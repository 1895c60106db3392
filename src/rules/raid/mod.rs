//! RAI: is anything stuck? And what the rules of the family share: what is still open, and what it blocks.

mod blocked_without_issue;
mod late_decision;
mod overdue_blocker;
mod unowned_blocker;
mod unowned_decision;
mod unvalidated_assumption;

use super::{Ctx, Native, listed};
use crate::finding::EntityKind;
use crate::model::{DecisionStatus, IssueStatus, List, TaskId, Text};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    unowned_blocker::RULE,
    overdue_blocker::RULE,
    blocked_without_issue::RULE,
    late_decision::RULE,
    unowned_decision::RULE,
    unvalidated_assumption::RULE,
];

/// The issues that are not solved yet, by number.
fn open_issues<'c>(ctx: &'c Ctx<'_>) -> impl Iterator<Item = usize> + 'c {
    ctx.numbers(EntityKind::Issue).filter(|number| {
        let status = ctx.model.issues[*number].status().map(|status| status.value);
        !matches!(status, Some(IssueStatus::Resolved | IssueStatus::Closed))
    })
}

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

/// What something blocks that is still to be done, as a list in words; `None` where nothing waits.
fn still_blocked(ctx: &Ctx<'_>, blocks: List) -> Option<String> {
    let references = ctx.network.references.list(blocks).iter();
    let names = references.zip(ctx.model.list(blocks)).filter_map(|(reference, text)| {
        match reference.task() {
            // What is done or dropped waits for nothing any more.
            Some(task) => ctx.is_open(task).then(|| ctx.name(task)),
            // A task of a plan that is not here waits as well.
            None => Some(format!("\"{}\"", ctx.text(*text))),
        }
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| listed(names))
}

/// Whether an optional text says nothing.
fn is_blank(ctx: &Ctx<'_>, text: Option<Text>) -> bool {
    text.is_none_or(|text| ctx.text(text).trim().is_empty())
}
