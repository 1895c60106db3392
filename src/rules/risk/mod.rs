//! RSK: are the risks answered?
//!
//! A risk weighs probability times impact, each from 1 to 5; one without a score on the scale weighs nothing here, and
//! RSK006 says so.

mod accepted_without_approval;
mod affects_nothing;
mod closed_with_open_mitigation;
mod dead_mitigation;
mod mitigation_not_upstream;
mod mitigation_too_late;
mod no_contingency;
mod no_register;
mod no_trigger;
mod occurred_without_issue;
mod orphaned_mitigation;
mod residual_missing;
mod residual_not_lower;
mod stale;
mod unmitigated;
mod unowned;
mod unscored;

use super::{Ctx, Native};
use crate::finding::{Entity, EntityKind};
use crate::model::{Risk, RiskStatus, Scale, Spanned, TaskId, Text, is_placeholder};
use crate::source::Span;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    unmitigated::RULE,
    unowned::RULE,
    mitigation_too_late::RULE,
    mitigation_not_upstream::RULE,
    accepted_without_approval::RULE,
    unscored::RULE,
    stale::RULE,
    dead_mitigation::RULE,
    no_contingency::RULE,
    no_trigger::RULE,
    residual_not_lower::RULE,
    affects_nothing::RULE,
    occurred_without_issue::RULE,
    no_register::RULE,
    closed_with_open_mitigation::RULE,
    residual_missing::RULE,
    orphaned_mitigation::RULE,
];

/// How much a risk weighs: probability times impact, 1 to 25.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Exposure(u8);

impl Exposure {
    fn of(probability: Option<Spanned<Scale>>, impact: Option<Spanned<Scale>>) -> Option<Self> {
        Some(Self(probability?.value.level()? * impact?.value.level()?))
    }

    fn is_high(self) -> bool {
        self.0 >= 12
    }

    fn is_medium_or_more(self) -> bool {
        self.0 >= 6
    }
}

impl std::fmt::Display for Exposure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a risk weighs today; none where it has no score on the scale.
fn exposure(risk: &Risk) -> Option<Exposure> {
    Exposure::of(risk.probability(), risk.impact())
}

/// Whether anything is said about what is left after the mitigations.
fn has_residual(risk: &Risk) -> bool {
    risk.residual_probability().is_some() || risk.residual_impact().is_some()
}

/// What a risk weighs after its mitigations. Half a `residual` leaves the other half as it was.
fn residual_exposure(risk: &Risk) -> Option<Exposure> {
    has_residual(risk).then(|| {
        Exposure::of(
            risk.residual_probability().or(risk.probability()),
            risk.residual_impact().or(risk.impact()),
        )
    })?
}

/// All risks of the plans to judge.
fn risks<'c>(ctx: &'c Ctx<'_>) -> impl Iterator<Item = (Entity, &'c Risk)> {
    ctx.numbers(EntityKind::Risk)
        .map(|number| (Entity::new(EntityKind::Risk, number), &ctx.model.risks[number]))
}

/// Those that can still happen: neither closed nor occurred.
fn open_risks<'c>(ctx: &'c Ctx<'_>) -> impl Iterator<Item = (Entity, &'c Risk)> {
    risks(ctx).filter(|(_, risk)| risk.status().is_none_or(|status| status.value == RiskStatus::Open))
}

/// Whether something was written, if only that it is still to be filled in: PLN012 asks for that.
fn is_written(ctx: &Ctx<'_>, text: Option<Text>) -> bool {
    text.is_some_and(|text| !ctx.text(text).trim().is_empty())
}

/// Whether what stands at a place is still to be filled in: PLN012 asks for it.
fn is_still_open(ctx: &Ctx<'_>, place: Span) -> bool {
    is_placeholder(ctx.model.sources().text(place))
}

/// The tasks that should lower a risk, each with where it is named. Names that lead nowhere are left out: PLN007 has
/// reported them.
fn mitigations<'c>(ctx: &'c Ctx<'_>, risk: &Risk) -> impl Iterator<Item = (TaskId, Span)> + 'c {
    let list = risk.mitigations();
    let references = ctx.network.references.list(list).iter();
    references.zip(ctx.model.list(list)).filter_map(|(it, text)| Some((it.task()?, text.span())))
}

/// Whether all that should lower a risk is known and done; not where nothing is named.
fn is_all_done(ctx: &Ctx<'_>, work: &Work, risk: &Risk) -> bool {
    let references = ctx.network.references.list(risk.mitigations());
    !references.is_empty()
        && references.iter().all(|it| it.task().is_some_and(|task| work.state(ctx, task) == State::Done))
}

/// How far a task is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Done,
    Cancelled,
}

const HAS_OPEN: u8 = 1;
const HAS_DONE: u8 = 2;

/// How far all work is, phases by what is inside them.
struct Work {
    /// What is inside a phase, at any depth: [`HAS_OPEN`], [`HAS_DONE`].
    inside: Vec<u8>,
}

impl Work {
    /// One pass over all tasks: each mark is set at each phase once.
    fn new(ctx: &Ctx<'_>) -> Self {
        let mut inside = vec![0; ctx.model.tasks.len()];
        for number in 0..ctx.model.tasks.len() as u32 {
            let task = TaskId(number);
            let mark = match () {
                () if ctx.is_open(task) => HAS_OPEN,
                () if ctx.is_done(task) => HAS_DONE,
                () => continue,
            };
            if !ctx.is_leaf(task) {
                continue;
            }
            for phase in ctx.network.hierarchy.ancestors(task) {
                if inside[phase.index()] & mark != 0 {
                    break;
                }
                inside[phase.index()] |= mark;
            }
        }
        Self { inside }
    }

    /// How far a task is. A phase that says nothing itself is as far as what is inside.
    fn state(&self, ctx: &Ctx<'_>, task: TaskId) -> State {
        if ctx.is_done(task) {
            return State::Done;
        }
        match self.inside[task.index()] {
            _ if !ctx.is_open(task) => State::Cancelled,
            _ if ctx.is_leaf(task) => State::Open,
            inside if inside & HAS_OPEN != 0 => State::Open,
            inside if inside & HAS_DONE != 0 => State::Done,
            _ => State::Cancelled,
        }
    }
}

/// Where this rule of the family finds something in a plan, as `line:column`.
#[cfg(test)]
fn places(code: &str, plan: &str) -> Vec<String> {
    let found = crate::rules::testing::codes(plan);
    found.iter().filter_map(|line| Some(line.strip_prefix(code)?.trim_start().to_owned())).collect()
}
