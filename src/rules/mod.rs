//! The engine: what a check is given, what it gives back, and the list of all native checks.
//!
//! A check is a function of a [`Ctx`] and a [`Sink`]. It reads no clock, no file and no configuration but the options of
//! its own rule, and words nothing: it fills the placeholders of its entry in the catalogue.

pub mod assessment;
mod budget;
mod communication;
mod compatibility;
mod declarative;
mod dependency;
mod facts;
mod gate;
mod ownership;
mod plan;
mod portfolio;
mod raid;
mod risk;
mod schedule;
mod site;
#[cfg(test)]
pub(crate) mod testing;
mod vocabulary;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::civil::Date;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::catalogue::{Catalogue, KindId, KindSet, OptionValue, Options, Rule};
use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{AssetId, Model, Moment, PlanId, SiteId, Spanned, Status, Task, TaskId, Text};
use crate::network::Network;
use crate::schedule::Schedule;
use crate::source::{Format, Span};

pub use facts::Facts;

/// A rule whose check is written in Rust. Its words are in the catalogue under the same code.
pub struct Native {
    /// The code of its entry in the catalogue.
    pub code: &'static str,
    /// What finds it.
    pub check: fn(&Ctx<'_>, &mut Sink),
}

/// All native checks, family by family.
static FAMILIES: &[&[Native]] = &[
    plan::RULES,
    dependency::RULES,
    schedule::RULES,
    assessment::RULES,
    ownership::RULES,
    compatibility::RULES,
    risk::RULES,
    site::RULES,
    gate::RULES,
    communication::RULES,
    budget::RULES,
    raid::RULES,
    portfolio::RULES,
    vocabulary::RULES,
];

/// All native checks.
pub fn native() -> impl Iterator<Item = &'static Native> {
    FAMILIES.iter().flat_map(|rules| rules.iter())
}

/// What a check may look at.
pub struct Ctx<'a> {
    /// What the plans say.
    pub model: &'a Model<'a>,
    /// Who waits for whom.
    pub network: &'a Network,
    /// When.
    pub schedule: &'a Schedule,
    /// What most checks ask of every task, answered once.
    pub facts: &'a Facts,
    /// The words and kinds.
    pub catalogue: &'a Catalogue,
    rule: &'a Rule,
    plans: Vec<PlanId>,
    settings: &'a [PlanSettings<'a>],
    today: Date,
}

/// What a run of the rules needs to know of one plan.
pub struct PlanSettings<'a> {
    /// Whether a rule is switched on for the plan.
    pub runs: &'a (dyn Fn(&Rule) -> bool + Sync),
    /// What its options are set to.
    pub options: &'a Options,
    /// Whether kinds of work may be taken from titles where a plan has none.
    pub guesses: bool,
}

/// Where a check puts what it finds.
#[derive(Default)]
pub struct Sink {
    findings: Vec<Finding>,
}

impl Sink {
    /// Takes a finding.
    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

/// What a run of the rules gives.
#[derive(Default)]
pub struct Outcome {
    /// What was found, in the order of the rules.
    pub findings: Vec<Finding>,
    /// Rules in which the program failed, with what it said.
    pub failed: Vec<(Code, String)>,
}

/// What several rules ask of each task, found out once.
pub fn facts(
    model: &Model<'_>,
    network: &Network,
    catalogue: &Catalogue,
    plans: &[PlanSettings<'_>],
) -> Facts {
    Facts::new(model, network, catalogue, |plan| plans.get(plan.index()).is_some_and(|it| it.guesses))
}

/// Runs every rule that at least one plan has switched on, several at a time.
pub fn run(
    model: &Model<'_>,
    network: &Network,
    schedule: &Schedule,
    facts: &Facts,
    catalogue: &Catalogue,
    plans: &[PlanSettings<'_>],
    today: Date,
) -> Outcome {
    let options: Vec<&Options> = plans.iter().map(|plan| plan.options).collect();
    let checks: Vec<&Native> = native().collect();
    let run_native = || -> Vec<Result<Vec<Finding>, (Code, String)>> {
        checks
            .par_iter()
            .filter_map(|native| {
                let rule = catalogue.rule(Code::new(native.code))?;
                let ctx = Ctx {
                    model,
                    network,
                    schedule,
                    facts,
                    catalogue,
                    rule,
                    plans: applicable(model, rule, plans),
                    settings: plans,
                    today,
                };
                if ctx.plans.is_empty() {
                    return None;
                }
                let mut sink = Sink::default();
                // A mistake in one rule must not lose the findings of the others.
                match catch_unwind(AssertUnwindSafe(|| (native.check)(&ctx, &mut sink))) {
                    Ok(()) => Some(Ok(sink.findings)),
                    Err(cause) => {
                        let text = cause.downcast_ref::<String>().map(String::as_str);
                        let text = text
                            .or_else(|| cause.downcast_ref::<&str>().copied())
                            .unwrap_or("no reason given");
                        Some(Err((rule.code, text.to_owned())))
                    }
                }
            })
            .collect()
    };
    let declarative = catalogue.rules().iter().filter(|rule| rule.ask.is_some());
    let declarative = declarative.map(|rule| (rule, applicable(model, rule, plans)));
    let given = declarative::Given { model, network, schedule, facts, catalogue, options: &options, today };
    let (results, more) = rayon::join(run_native, || declarative::run(&given, declarative));
    let mut outcome = Outcome::default();
    for result in results.into_iter().chain(more) {
        match result {
            Ok(mut findings) => {
                for finding in &mut findings {
                    say_guess(finding, model, facts, catalogue);
                }
                outcome.findings.append(&mut findings);
            }
            Err(failure) => outcome.failed.push(failure),
        }
    }
    outcome
}

/// The plans for which a rule is switched on and whose format can carry what it needs.
fn applicable(model: &Model<'_>, rule: &Rule, plans: &[PlanSettings<'_>]) -> Vec<PlanId> {
    model
        .plan_ids()
        .filter(|plan| {
            let Some(settings) = plans.get(plan.index()) else { return false };
            (settings.runs)(rule) && applies(model, rule, *plan, settings.guesses)
        })
        .collect()
}

/// Whether the format of a plan can carry what a rule needs.
fn applies(model: &Model<'_>, rule: &Rule, plan: PlanId, guesses: bool) -> bool {
    let capability = &model.plan(plan).capability;
    // A kind that the format cannot carry is taken from the title.
    let carries = |field: &str| capability.carries(field) || (guesses && field == "task.kind");
    // What a rule says it needs goes before what it asks for: that may be an excuse, or one of several ways.
    let asked = rule.ask.iter().flat_map(|ask| &ask.reads).filter(|_| rule.needs.is_empty());
    rule.needs.iter().all(|field| carries(field)) && asked.into_iter().all(|field| carries(field))
}

/// Says where a finding rests on a kind that was taken from a title.
fn say_guess(finding: &mut Finding, model: &Model<'_>, facts: &Facts, catalogue: &Catalogue) {
    let asks_kinds = || {
        catalogue.rule(finding.code).is_some_and(|rule| match &rule.ask {
            Some(ask) => ask.reads_kinds,
            None => rule.needs.iter().any(|field| field == "task.kind"),
        })
    };
    // Where one kind of a plan is guessed all are: then even what is said of the whole plan rests on guesses.
    let plan = finding.entity.and_then(|entity| model.lists.plan(entity));
    if !plan.is_some_and(|plan| facts.has_guesses(plan)) || !asks_kinds() {
        return;
    }
    finding.is_guess = true;
    let Some(Entity { kind: EntityKind::Task, index }) = finding.entity else { return };
    let Some(guess) = facts.guess(model, TaskId(index)) else { return };
    if finding.primary.text.is_empty() {
        let kind = &catalogue.kind_def(guess).name;
        let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        finding.primary.text = format!("taken for {article} {kind} because of its title").into();
    }
}

/// Drops findings that another finding about the same thing has already explained: `masks` of the catalogue.
pub fn drop_masked(findings: &mut Vec<Finding>, catalogue: &Catalogue) {
    let mut masked: FxHashSet<(Code, Entity)> = FxHashSet::default();
    for finding in findings.iter() {
        if let (Some(rule), Some(entity)) = (catalogue.rule(finding.code), finding.entity) {
            masked.extend(rule.masks.iter().map(|code| (Code::new(code), entity)));
        }
    }
    if !masked.is_empty() {
        findings
            .retain(|finding| finding.entity.is_none_or(|entity| !masked.contains(&(finding.code, entity))));
    }
}

impl<'a> Ctx<'a> {
    /// The plans this rule is to judge.
    pub fn plans(&self) -> &[PlanId] {
        &self.plans
    }

    /// The date in relation to which a plan is judged: its status date, else today.
    pub fn status_date(&self, plan: PlanId) -> Date {
        self.model.plan(plan).header.status_date().map_or(self.today, |moment| moment.value.date)
    }

    /// An option of this rule that is a whole number.
    pub fn integer(&self, plan: PlanId, name: &str) -> i64 {
        match self.option(plan, name) {
            Some(OptionValue::Integer(number)) => *number,
            _ => 0,
        }
    }

    fn option(&self, plan: PlanId, name: &str) -> Option<&OptionValue> {
        self.settings[plan.index()].options.get(self.catalogue, self.rule.code, name)
    }

    /// A finding of this rule about something, placed at its id.
    pub fn finding(&self, entity: Entity) -> Finding {
        self.finding_at(entity, self.model.place(entity))
    }

    /// A finding of this rule about something, placed elsewhere.
    pub fn finding_at(&self, entity: Entity, place: Span) -> Finding {
        Finding::new(self.rule.code, place).about(entity)
    }

    /// A finding of this rule about a task, placed at its id.
    pub fn task_finding(&self, task: TaskId) -> Finding {
        self.finding(entity(task))
    }

    /// The tasks of all plans to judge.
    pub fn tasks(&self) -> impl Iterator<Item = (TaskId, &'a Task)> + '_ {
        self.plans.iter().flat_map(|plan| self.model.tasks_of(*plan))
    }

    /// The tasks of a plan that have nothing inside and are neither done nor cancelled.
    pub fn open_leaves_of(&self, plan: PlanId) -> impl Iterator<Item = (TaskId, &'a Task)> + '_ {
        self.model.tasks_of(plan).filter(|(task, _)| self.is_leaf(*task) && self.is_open(*task))
    }

    /// The same of all plans to judge.
    pub fn open_leaves(&self) -> impl Iterator<Item = (TaskId, &'a Task)> + '_ {
        self.plans.iter().flat_map(|plan| self.open_leaves_of(*plan))
    }

    /// Everything of a kind in the plans to judge, by number: `ctx.numbers(EntityKind::Risk)`.
    pub fn numbers(&self, kind: EntityKind) -> impl Iterator<Item = usize> + '_ {
        self.plans.iter().flat_map(move |plan| self.model.plan(*plan).range(kind))
    }

    /// Whether a task is neither done nor cancelled.
    pub fn is_open(&self, task: TaskId) -> bool {
        self.facts.is_open(task)
    }

    /// Whether a task is done.
    pub fn is_done(&self, task: TaskId) -> bool {
        self.facts.is_done(task)
    }

    /// How far a task is, a phase by what is inside it.
    fn progress(&self, task: TaskId) -> facts::Progress {
        self.facts.progress(self.network, task)
    }

    /// Whether a task was dropped.
    pub fn is_cancelled(&self, task: TaskId) -> bool {
        self.model.task(task).status().is_some_and(|status| status.value == Status::Cancelled)
    }

    /// Whether work has begun: an actual start, progress, or a status that says so.
    pub fn is_started(&self, task: TaskId) -> bool {
        let it = self.model.task(task);
        it.actual_start().is_some()
            || it.percent().is_some_and(|percent| percent.value > 0)
            || it.status().is_some_and(|status| status.value == Status::InProgress)
            || self.is_done(task)
    }

    /// Whether nothing is inside a task.
    pub fn is_leaf(&self, task: TaskId) -> bool {
        self.network.hierarchy.is_leaf(task)
    }

    /// Whether a task is an event.
    pub fn is_milestone(&self, task: TaskId) -> bool {
        self.model.task(task).milestone().is_some_and(|flag| flag.value)
    }

    /// The kind of a task.
    pub fn kind(&self, task: TaskId) -> KindId {
        self.facts.kind(task)
    }

    /// The set of kinds of work with these names.
    pub fn kinds(&self, names: &[&str]) -> KindSet {
        self.catalogue.kind_set(names)
    }

    /// The open leaves that change production, pilots left out, of the plans to judge.
    pub fn changes(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.facts.changes().iter().copied().filter(|task| self.judges(*task) && !self.facts.is_pilot(*task))
    }

    /// The same with pilots.
    pub fn changes_and_pilots(&self) -> impl Iterator<Item = TaskId> + '_ {
        self.facts.changes().iter().copied().filter(|task| self.judges(*task))
    }

    fn judges(&self, task: TaskId) -> bool {
        self.plans.binary_search(&self.model.task(task).plan).is_ok()
    }

    /// The assets in the scope of a change: what it affects, else what its phase affects, else what is at its sites.
    pub fn scope(&self, change: TaskId) -> &'a [AssetId] {
        self.facts.scope(change)
    }

    /// Of changes that lack something for an asset, those that no other such change comes before: what is added before the
    /// first comes before the later ones too, so that one gap is one finding and not one for each wave. `None` stands for
    /// a change that does not say what it touches.
    pub fn first_to_lack(&self, lacking: &mut Vec<(TaskId, Option<AssetId>)>) {
        // Beyond so many assets all changes are named: a plan with that many gaps has no lack of findings.
        const PASSES: usize = 32;
        let mut by_asset: Vec<(Option<AssetId>, TaskId)> =
            lacking.iter().map(|(task, asset)| (*asset, *task)).collect();
        by_asset.sort_unstable();
        let repeated: Vec<&[(Option<AssetId>, TaskId)]> =
            by_asset.chunk_by(|one, other| one.0 == other.0).filter(|changes| changes.len() > 1).collect();
        let mut later: FxHashSet<(TaskId, Option<AssetId>)> = FxHashSet::default();
        for assets in repeated.chunks(64).take(PASSES) {
            let seeds = assets.iter().enumerate();
            let seeds =
                seeds.flat_map(|(bit, changes)| changes.iter().map(move |(_, change)| (*change, 1 << bit)));
            let reach = self.network.graph.finish_upstream(seeds);
            for (bit, changes) in assets.iter().enumerate() {
                let reached = changes.iter().filter(|(_, change)| reach.at(*change) >> bit & 1 == 1);
                later.extend(reached.map(|(asset, change)| (*change, *asset)));
            }
        }
        lacking.retain(|pair| !later.contains(pair));
    }

    /// The sites of a task: its own, its phase's, its wave's.
    pub fn sites(&self, task: TaskId) -> Vec<SiteId> {
        facts::sites(self.model, self.network, task)
    }

    /// The wave of a task as written, its own or its phase's.
    pub fn wave(&self, task: TaskId) -> Option<Text> {
        let giver = self.network.hierarchy.wave_from(task)?;
        self.model.task(giver).wave()
    }

    /// Whether a task has an owner: its own, or the one its phase or plan gives.
    pub fn has_owner(&self, task: TaskId) -> bool {
        has_owner(self.model, self.network, task)
    }

    /// The target a task moves to: its own, its phase's, its plan's.
    pub fn target(&self, task: TaskId) -> Option<Text> {
        self.network.hierarchy.target(self.model, task)
    }

    /// When a task starts: actual, else computed, else stated.
    pub fn start(&self, task: TaskId) -> Option<Spanned<Moment>> {
        self.schedule.start(self.model, task)
    }

    /// When a task ends: actual, else computed, else stated.
    pub fn finish(&self, task: TaskId) -> Option<Spanned<Moment>> {
        self.schedule.finish(self.model, task)
    }

    /// A task as its author knows it.
    pub fn name(&self, task: TaskId) -> String {
        self.model.task_name(task)
    }

    /// Where a task is: its id.
    pub fn place(&self, task: TaskId) -> Span {
        self.model.task(task).id.span()
    }

    /// A text.
    pub fn text(&self, text: Text) -> &'a str {
        self.model.text(text)
    }

    /// Whether a plan was written for planlint, and not imported.
    pub fn is_native(&self, plan: PlanId) -> bool {
        self.model.plan(plan).format == Format::Toml
    }
}

/// Whether a task has an owner: its own, or the one its phase or plan gives.
fn has_owner(model: &Model<'_>, network: &Network, task: TaskId) -> bool {
    if network.references.owner(task).is_some() {
        return true;
    }
    let own = model.task(task).owner().or_else(|| network.hierarchy.owner_default(model, task));
    own.is_some_and(|owner| !model.text(owner).trim().is_empty())
}

/// A task as an entity.
pub fn entity(task: TaskId) -> Entity {
    Entity::new(EntityKind::Task, task.index())
}

/// `a, b and c`; at most ten, then how many more.
pub fn listed(names: impl IntoIterator<Item = String>) -> String {
    const MOST: usize = 10;
    let mut names: Vec<String> = names.into_iter().collect();
    if names.len() > MOST {
        let more = names.len() - MOST;
        names.truncate(MOST);
        return format!("{} and {more} more", names.join(", "));
    }
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// `1 task`, `2 tasks`.
pub fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
