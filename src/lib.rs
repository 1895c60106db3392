//! planlint: a linter for project plans.
//!
//! The flow, from the files to the verdict:
//!
//! ```text
//! files -> read -> model -> network -> schedule -> rules -> findings -> filter -> report
//! ```
//!
//! The library's names may change before 1.0.

pub mod catalogue;
pub mod expect;
pub mod finding;
pub mod model;
pub mod network;
pub mod read;
pub mod rules;
pub mod schedule;
pub mod source;

use jiff::civil::Date;

use crate::catalogue::Catalogue;
use crate::finding::{Code, Finding};
use crate::model::Model;
use crate::network::Network;
use crate::rules::PlanSettings;
use crate::schedule::Schedule;
use crate::source::{Sources, Span};

/// What was found, before anything is hidden or sorted.
pub struct Found<'s> {
    /// What the files say.
    pub model: Model<'s>,
    /// All findings of readers and rules.
    pub findings: Vec<Finding>,
    /// Comments addressed to planlint.
    pub directives: Vec<Span>,
    /// Rules in which the program failed, with what it said.
    pub failed: Vec<(Code, String)>,
}

/// From the files to the findings, with settings from anywhere: what the tests of rules call. `settings` says for each
/// plan which rules run and how; it is asked once the plans are known.
pub fn find<'s, 'a>(
    sources: &'s Sources,
    catalogue: &Catalogue,
    settings: impl FnOnce(&Model<'s>) -> Vec<PlanSettings<'a>>,
    today: Date,
) -> Found<'s> {
    let read = read::read(sources);
    let plans = settings(&read.model);
    judge_model(read, catalogue, &plans, today)
}

/// From the model to the findings.
fn judge_model<'s>(
    read: read::Read<'s>,
    catalogue: &Catalogue,
    plans: &[PlanSettings<'_>],
    today: Date,
) -> Found<'s> {
    let read::Read { model, mut findings, directives } = read;
    let (network, unresolved) = Network::new(&model);
    let schedule = Schedule::new(&model);
    let outcome = rules::run(&model, &network, &schedule, catalogue, plans, today);
    findings.extend(unresolved);
    findings.extend(outcome.findings);
    rules::drop_masked(&mut findings, catalogue);
    Found { model, findings, directives, failed: outcome.failed }
}
