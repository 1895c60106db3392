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
pub mod cli;
pub mod commands;
pub mod config;
pub mod error;
pub mod expect;
pub mod filter;
pub mod finding;
pub mod fix;
pub mod model;
pub mod network;
pub mod read;
pub mod report;
pub mod rules;
pub mod schedule;
pub mod schema;
pub mod source;
pub mod templates;

use std::sync::Arc;

use jiff::civil::Date;

use crate::catalogue::{Catalogue, Rule};
use crate::config::{Configs, Settings};
use crate::filter::Verdict;
use crate::finding::{Code, Finding};
use crate::model::Model;
use crate::network::Network;
use crate::rules::PlanSettings;
use crate::schedule::Schedule;
use crate::source::{Sources, Span};

/// What a run knows of the time. Nothing else in the library asks what day it is.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The date of today; plans with a status date are judged by that.
    pub today: Date,
}

/// What a run comes to.
pub struct Report<'s> {
    /// What the files say.
    pub model: Model<'s>,
    /// What is shown of the findings.
    pub verdict: Verdict,
    /// The rules of the run, with their words.
    pub catalogue: Arc<Catalogue>,
}

/// Checks plans: the whole flow.
pub fn check<'s>(sources: &'s Sources, configs: &Configs, clock: &Clock) -> Report<'s> {
    let catalogue = configs.catalogue();
    let Found { model, findings, directives, failed } =
        find_configured(sources, configs, &catalogue, clock.today);
    let mut verdict = filter::judge(findings, &directives, &model, &catalogue, configs, clock.today);
    verdict.failed = failed;
    fix::settle(&mut verdict, sources);
    Report { model, verdict, catalogue }
}

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
    let fields = catalogue.fields().to_vec();
    let import = Arc::new(read::ImportOptions { fields, ..read::ImportOptions::default() });
    let read = read::read_with(sources, &|_| Arc::clone(&import));
    let plans = settings(&read.model);
    judge_model(read, catalogue, &plans, today)
}

/// From the files to the findings, with the settings of the configuration.
fn find_configured<'s>(
    sources: &'s Sources,
    configs: &Configs,
    catalogue: &Catalogue,
    today: Date,
) -> Found<'s> {
    let read = read::read_with(sources, &|path| configs.for_path(path).import());
    let configured = Configured::new(&read.model, sources, configs);
    judge_model(read, catalogue, &configured.plans(), today)
}

/// What the configuration says of each plan.
struct Configured {
    plans: Vec<(Arc<Settings>, Runs)>,
}

/// Whether a rule is switched on for a plan.
type Runs = Box<dyn Fn(&Rule) -> bool + Sync>;

impl Configured {
    fn new(model: &Model<'_>, sources: &Sources, configs: &Configs) -> Self {
        let of_plan = |plan: &model::PlanEntry| {
            let settings = configs.for_path(&sources.file(plan.file).path);
            let (asked, is_imported) = (Arc::clone(&settings), plan.is_imported);
            let runs: Runs = Box::new(move |rule| asked.runs(rule, is_imported));
            (settings, runs)
        };
        Self { plans: model.plans.iter().map(of_plan).collect() }
    }

    /// The same for the rules.
    fn plans(&self) -> Vec<PlanSettings<'_>> {
        self.plans
            .iter()
            .map(|(settings, runs)| PlanSettings {
                runs,
                options: settings.options(),
                guesses: settings.guesses(),
            })
            .collect()
    }
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
    let (schedule, facts) =
        rayon::join(|| Schedule::new(&model, &network), || rules::facts(&model, &network, catalogue, plans));
    let outcome = rules::run(&model, &network, &schedule, &facts, catalogue, plans, today);
    findings.extend(unresolved);
    findings.extend(outcome.findings);
    rules::drop_masked(&mut findings, catalogue);
    Found { model, findings, directives, failed: outcome.failed }
}
