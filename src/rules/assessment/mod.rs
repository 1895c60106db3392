//! SCH101 to SCH114: the fourteen points of the DCMA, each a count over a fixed population.
//!
//! What is counted is fixed here, once; the rules and the table of `planlint schedule --dcma` are made from the same
//! [`Point`]s. The formulas are the commonly published forms of DCMA-EA PAM 200.1 (October 2012).

mod dcma_bei;
mod dcma_cpli;
mod dcma_critical_path_test;
mod dcma_hard_constraints;
mod dcma_high_duration;
mod dcma_high_float;
mod dcma_invalid_dates;
mod dcma_lags;
mod dcma_leads;
mod dcma_logic;
mod dcma_missed_tasks;
mod dcma_negative_float;
mod dcma_relationship_types;
mod dcma_resources;
mod figure;

use std::cell::OnceCell;
use std::sync::OnceLock;

use jiff::civil::Date;
use rustc_hash::FxHashMap;

use super::dependency::{Logic, first_ten};
use super::{Ctx, Native, PlanSettings, Sink, applies, listed};
use crate::catalogue::{Catalogue, OptionValue, Options};
use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{
    Constraint, ConstraintKind, Effort, ImportedKind, LagAmount, Link, Model, Moment, PlanId, Spanned,
    Status, Task, TaskId, Unit,
};
use crate::network::{Network, Predecessor};
use crate::schedule::{Days, Delayed, Schedule};

pub use figure::{Excused, Lack, Limit, Offender, Part, Point, Ratio, Verdict};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    dcma_logic::RULE,
    dcma_leads::RULE,
    dcma_lags::RULE,
    dcma_relationship_types::RULE,
    dcma_hard_constraints::RULE,
    dcma_high_float::RULE,
    dcma_negative_float::RULE,
    dcma_high_duration::RULE,
    dcma_invalid_dates::RULE,
    dcma_resources::RULE,
    dcma_missed_tasks::RULE,
    dcma_critical_path_test::RULE,
    dcma_cpli::RULE,
    dcma_bei::RULE,
];

/// How a point is computed.
type Measure = fn(&Assessed<'_>) -> Point;

/// The points in their order, with the codes of their rules.
const POINTS: [(&str, Measure); 14] = [
    (dcma_logic::RULE.code, dcma_logic::point),
    (dcma_leads::RULE.code, dcma_leads::point),
    (dcma_lags::RULE.code, dcma_lags::point),
    (dcma_relationship_types::RULE.code, dcma_relationship_types::point),
    (dcma_hard_constraints::RULE.code, dcma_hard_constraints::point),
    (dcma_high_float::RULE.code, dcma_high_float::point),
    (dcma_negative_float::RULE.code, dcma_negative_float::point),
    (dcma_high_duration::RULE.code, dcma_high_duration::point),
    (dcma_invalid_dates::RULE.code, dcma_invalid_dates::point),
    (dcma_resources::RULE.code, dcma_resources::point),
    (dcma_missed_tasks::RULE.code, dcma_missed_tasks::point),
    (dcma_critical_path_test::RULE.code, dcma_critical_path_test::point),
    (dcma_cpli::RULE.code, dcma_cpli::point),
    (dcma_bei::RULE.code, dcma_bei::point),
];

/// Unfinished tasks from which on the rules judge a plan: of fewer, one task is more than five per cent.
pub const LEAST_TASKS: usize = 20;

/// The fourteen points of a plan.
pub struct Assessment {
    /// Which plan.
    pub plan: PlanId,
    /// The day as of which it is judged.
    pub status_date: Date,
    /// What is counted, and what is not.
    pub population: Population,
    /// The points, in their order.
    pub points: Vec<Point>,
    /// Tasks that were finished on or before their baseline finish, of those that were due by the status date.
    pub hits: Ratio,
}

/// How many tasks and links are counted, and what is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Population {
    /// T: tasks that are no phases, no level of effort, not external and not canceled.
    pub tasks: usize,
    /// I: those of them that are not complete.
    pub unfinished: usize,
    /// Iw: those of these that are no milestones.
    pub work: usize,
    /// L: links between counted tasks whose successor is not complete.
    pub links: usize,
    /// Left out: phases and summaries.
    pub phases: usize,
    /// Left out: level of effort.
    pub effort: usize,
    /// Left out: delivered by somebody else.
    pub external: usize,
    /// Left out: canceled or switched off.
    pub canceled: usize,
}

impl Population {
    /// What is left out, in words: `3 phases and 1 level of effort`; nothing where all is counted.
    pub fn left_out(&self) -> String {
        let parts = [
            (self.phases, "phase", "phases"),
            (self.effort, "level of effort", "levels of effort"),
            (self.external, "external task", "external tasks"),
            (self.canceled, "canceled task", "canceled tasks"),
        ];
        let counted = parts.into_iter().filter(|(count, ..)| *count > 0);
        listed(counted.map(|(count, one, many)| super::counted(count as i64, one, many)))
    }
}

/// Assesses all plans, of whatever size. `settings` says for each plan how the rules are set.
pub fn assess(
    model: &Model<'_>,
    network: &Network,
    schedule: &Schedule,
    catalogue: &Catalogue,
    settings: &[PlanSettings<'_>],
    today: Date,
) -> Vec<Assessment> {
    let (logic, counted) = (OnceLock::new(), Counted::of_plans(model, network));
    let run = Run {
        model,
        network,
        schedule,
        catalogue,
        today,
        logic: &logic,
        counted: &counted,
        delayed: OnceCell::new(),
    };
    let plans = model.plan_ids().zip(settings);
    plans.map(|(plan, settings)| Assessed::new(&run, plan, settings).assessment()).collect()
}

/// Judges the plans of a rule by its point. `words` fills what only this rule has to say.
fn judge(
    ctx: &Ctx<'_>,
    out: &mut Sink,
    measure: Measure,
    words: fn(&Assessed<'_>, &Point, Finding) -> Finding,
) {
    each(ctx, measure, |of, point| {
        if point.verdict == Verdict::Fail {
            let finding = ctx.finding(of.entity());
            out.report(words(of, &point, of.figures(&point, finding)));
        }
    });
}

/// Visits the plans of a rule that are large enough, each with the point.
fn each(ctx: &Ctx<'_>, measure: Measure, mut visit: impl FnMut(&Assessed<'_>, Point)) {
    let &Ctx { model, network, schedule, facts, catalogue, today, .. } = ctx;
    let counted = facts.counted.get_or_init(|| Counted::of_plans(model, network));
    let delayed = OnceCell::new();
    let run = Run { model, network, schedule, catalogue, today, logic: &facts.logic, counted, delayed };
    for &plan in ctx.plans() {
        let of = Assessed::new(&run, plan, &ctx.settings[plan.index()]);
        // Of fewer tasks a single one is more than five per cent.
        if of.unfinished.len() >= LEAST_TASKS {
            visit(&of, measure(&of));
        }
    }
}

/// What all plans of a run have in common.
struct Run<'a> {
    model: &'a Model<'a>,
    network: &'a Network,
    schedule: &'a Schedule,
    catalogue: &'a Catalogue,
    today: Date,
    logic: &'a OnceLock<Logic>,
    counted: &'a [Counted],
    delayed: OnceCell<FxHashMap<PlanId, Delayed>>,
}

impl<'a> Run<'a> {
    /// What links say of each task, looked at once.
    fn logic(&self) -> &'a Logic {
        self.logic.get_or_init(|| Logic::of(self.model, self.network))
    }
}

const COUNTS: u8 = 1;
const UNFINISHED: u8 = 2;

/// Whom an assessment counts in a plan.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// T, in the order of the file.
    tasks: Vec<TaskId>,
    /// I, in the order of the file.
    unfinished: Vec<TaskId>,
    /// What is known of each task of the plan, by its place in the plan.
    marks: Vec<u8>,
    left_out: Population,
}

impl Counted {
    /// All plans of a run.
    fn of_plans(model: &Model<'_>, network: &Network) -> Vec<Self> {
        model.plan_ids().map(|plan| Self::of_plan(model, network, plan)).collect()
    }

    fn of_plan(model: &Model<'_>, network: &Network, plan: PlanId) -> Self {
        let mut it = Self::default();
        for (task, entry) in model.tasks_of(plan) {
            let kind = model.imported(task).map(|imported| imported.kind);
            let is_phase = !network.hierarchy.is_leaf(task)
                || matches!(kind, Some(ImportedKind::Phase | ImportedKind::WbsSummary));
            let is_canceled = kind == Some(ImportedKind::Inactive)
                || entry.status().is_some_and(|status| status.value == Status::Cancelled);
            let left_out = if is_phase {
                Some(&mut it.left_out.phases)
            } else if is_canceled {
                Some(&mut it.left_out.canceled)
            } else if entry.effort().is_some_and(|effort| effort.value == Effort::Level) {
                Some(&mut it.left_out.effort)
            } else if entry.external().is_some_and(|flag| flag.value) {
                Some(&mut it.left_out.external)
            } else {
                None
            };
            if let Some(count) = left_out {
                *count += 1;
                it.marks.push(0);
                continue;
            }
            it.tasks.push(task);
            let is_unfinished = !is_complete(entry);
            it.marks.push(COUNTS | if is_unfinished { UNFINISHED } else { 0 });
            if is_unfinished {
                it.unfinished.push(task);
            }
        }
        it
    }
}

/// One plan, with what is counted of it.
struct Assessed<'a> {
    run: &'a Run<'a>,
    settings: &'a PlanSettings<'a>,
    plan: PlanId,
    status_date: Date,
    counted: &'a Counted,
}

impl std::ops::Deref for Assessed<'_> {
    type Target = Counted;

    fn deref(&self) -> &Counted {
        self.counted
    }
}

impl<'a> Assessed<'a> {
    fn new(run: &'a Run<'a>, plan: PlanId, settings: &'a PlanSettings<'a>) -> Self {
        let stated = run.model.plan(plan).header.status_date();
        let status_date = stated.map_or(run.today, |moment| moment.value.date);
        Self { run, settings, plan, status_date, counted: &run.counted[plan.index()] }
    }

    fn assessment(&self) -> Assessment {
        let points = POINTS.iter().map(|(code, measure)| match self.carries(code) {
            true => measure(self),
            false => Point { verdict: Verdict::NotAssessable(Lack::Format), ..measure(self) },
        });
        let population = Population {
            tasks: self.tasks.len(),
            unfinished: self.unfinished.len(),
            work: self.unfinished.iter().filter(|task| !self.is_milestone(**task)).count(),
            links: self.links().count(),
            ..self.left_out
        };
        Assessment {
            plan: self.plan,
            status_date: self.status_date,
            population,
            points: points.collect(),
            hits: dcma_bei::hits(self),
        }
    }

    /// Whether the format of the plan can say what a rule needs.
    fn carries(&self, code: &str) -> bool {
        let rule = self.run.catalogue.rule(Code::new(code));
        rule.is_some_and(|rule| applies(self.run.model, rule, self.plan, self.settings.guesses))
    }

    fn entity(&self) -> Entity {
        Entity::new(EntityKind::Plan, self.plan.index())
    }

    fn model(&self) -> &'a Model<'a> {
        self.run.model
    }

    fn schedule(&self) -> &'a Schedule {
        self.run.schedule
    }

    fn task(&self, task: TaskId) -> &'a Task {
        self.run.model.task(task)
    }

    fn mark(&self, task: TaskId) -> u8 {
        let first = self.run.model.plan(self.plan).range(EntityKind::Task).start;
        task.index().checked_sub(first).and_then(|at| self.marks.get(at)).copied().unwrap_or(0)
    }

    /// Whether a task is in T.
    fn counts(&self, task: TaskId) -> bool {
        self.mark(task) & COUNTS != 0
    }

    /// Whether a task is in I.
    fn is_unfinished(&self, task: TaskId) -> bool {
        self.mark(task) & UNFINISHED != 0
    }

    /// Whether a task is an event.
    fn is_milestone(&self, task: TaskId) -> bool {
        let kind = self.run.model.imported(task).map(|imported| imported.kind);
        self.task(task).milestone().is_some_and(|flag| flag.value)
            || matches!(kind, Some(ImportedKind::StartMilestone | ImportedKind::FinishMilestone))
    }

    /// Whether work on an unfinished task has begun.
    fn is_started(&self, task: TaskId) -> bool {
        let it = self.task(task);
        it.actual_start().is_some()
            || it.percent().is_some_and(|percent| percent.value > 0)
            || it.status().is_some_and(|status| status.value == Status::InProgress)
    }

    /// Of some tasks those that are work; all of them where the rule is set to count milestones too.
    fn work<'t>(&'t self, code: &'static str, tasks: &'t [TaskId]) -> impl Iterator<Item = TaskId> + 't {
        let counts_all = self.word(code, "milestones") == "count";
        tasks.iter().copied().filter(move |task| counts_all || !self.is_milestone(*task))
    }

    /// L: the links that unfinished tasks wait by, from tasks that count; each with its number and its predecessor.
    fn links(&self) -> impl Iterator<Item = (TaskId, usize, &'a Link, TaskId)> + '_ {
        self.unfinished.iter().flat_map(move |&task| {
            let first = self.run.model.first_link(task);
            let links = self.run.model.links(task).iter().enumerate();
            links.filter_map(move |(offset, link)| {
                let Predecessor::Task(from) = self.run.network.references.predecessor(first + offset) else {
                    return None;
                };
                (self.counts(from) && from != task).then_some((task, first + offset, link, from))
            })
        })
    }

    /// The hard constraints of a task, which fix a date or forbid a later one. A deadline is none.
    fn hard_constraints(&self, task: TaskId) -> impl Iterator<Item = Spanned<Constraint>> + use<> {
        let second = self.run.model.imported(task).and_then(|imported| imported.second_constraint);
        let own = [self.task(task).constraint(), second];
        own.into_iter().flatten().filter(|it| {
            matches!(
                it.value.kind,
                ConstraintKind::MustStart
                    | ConstraintKind::MustFinish
                    | ConstraintKind::StartOn
                    | ConstraintKind::FinishOn
                    | ConstraintKind::StartNoLater
                    | ConstraintKind::FinishNoLater
            )
        })
    }

    /// Total float of an unfinished task, where anybody can know it.
    fn float(&self, task: TaskId) -> Option<Days> {
        let is_sound = self.schedule().is_known(task) && !self.schedule().is_doubtful(task);
        self.schedule().total_float(self.model(), task).filter(|_| is_sound)
    }

    /// When an unfinished task is expected to be finished: as computed, else as stated.
    fn forecast_finish(&self, task: TaskId) -> Option<Moment> {
        self.schedule().finish(self.model(), task).map(|finish| finish.value)
    }

    fn baseline_finish(&self, task: TaskId) -> Option<Moment> {
        self.task(task).baseline_finish().map(|finish| finish.value)
    }

    /// Whether any task has a baseline to be measured against.
    fn has_baseline(&self) -> bool {
        self.tasks.iter().any(|task| self.baseline_finish(*task).is_some())
    }

    /// Whether a task was to be finished by the status date.
    fn is_due(&self, task: TaskId) -> bool {
        self.baseline_finish(task).is_some_and(|finish| finish.date <= self.status_date)
    }

    fn option(&self, code: &'static str, name: &str) -> Option<&OptionValue> {
        let options: &Options = self.settings.options;
        options.get(self.run.catalogue, Code::new(code), name)
    }

    /// An option that is a whole number.
    fn integer(&self, code: &'static str, name: &str) -> i64 {
        match self.option(code, name) {
            Some(OptionValue::Integer(number)) => *number,
            _ => 0,
        }
    }

    /// An option that is yes or no.
    fn flag(&self, code: &'static str, name: &str) -> bool {
        matches!(self.option(code, name), Some(OptionValue::Flag(true)))
    }

    /// An option that is a word.
    fn word(&self, code: &'static str, name: &str) -> &str {
        match self.option(code, name) {
            Some(OptionValue::Text(word)) => word,
            _ => "",
        }
    }

    /// A task that speaks against the plan, at its id.
    fn offender(&self, task: TaskId) -> Offender {
        Offender { task, link: None, at: self.task(task).id.span() }
    }

    /// A link that does, at itself.
    fn offending_link(&self, (task, number, link, _): (TaskId, usize, &Link, TaskId)) -> Offender {
        Offender { task, link: Some(number), at: link.span() }
    }

    fn name(&self, task: TaskId) -> String {
        self.model().task_name(task)
    }

    /// What every finding of a point says: its numbers, its base, what is left out and what is excused.
    fn figures(&self, point: &Point, finding: Finding) -> Finding {
        let excused =
            listed(point.excused.iter().map(|it| format!("the {} {}", it.as_what, self.name(it.task))));
        let Ratio { count, base } = point.ratio;
        let mut notes = match point.limit {
            Limit::Days(days) => format!("{count} of {days} days"),
            _ if point.is_sum() => {
                let parts = point.parts.iter().map(|part| part.ratio.count.to_string());
                format!("{} = {count}, limit 0", parts.collect::<Vec<_>>().join(" + "))
            }
            _ => format!("{count} of {base} = {}, limit {}", point.value(), point.limit()),
        };
        for (words, what) in [("not counted", self.left_out.left_out()), ("excused", excused)] {
            if !what.is_empty() {
                notes += &format!("; {words}: {what}");
            }
        }
        finding
            .here(format!("{}, limit {}", point.value(), point.limit()))
            .param("count", point.ratio.count.to_string())
            .param("base", point.ratio.base.to_string())
            .param("value", point.value())
            .param("limit", point.limit())
            .param("figures", notes)
    }

    /// Names the first ten offenders, and shows them at their places with a few words each.
    fn shown(
        &self,
        point: &Point,
        finding: Finding,
        name: impl Fn(&Offender) -> String,
        label: impl Fn(&Offender) -> String,
    ) -> Finding {
        let finding = finding.param("offenders", first_ten(&point.offenders, name));
        point.offenders.iter().take(MOST_SHOWN).fold(finding, |finding, it| finding.label(it.at, label(it)))
    }

    /// The same for tasks, by their names.
    fn shown_tasks(&self, point: &Point, finding: Finding, label: impl Fn(TaskId) -> String) -> Finding {
        self.shown(point, finding, |it| self.name(it.task), |it| label(it.task))
    }

    /// The same for links: `a to b (SS-2d)`, and at its place kind and lag.
    fn shown_links(&self, point: &Point, finding: Finding) -> Finding {
        let words = |it: &Offender| {
            it.link.map_or_else(String::new, |link| link_words(self.model(), self.schedule(), it.task, link))
        };
        let name = |it: &Offender| {
            let from = it.link.map(|number| self.run.network.references.predecessor(number));
            let id = |task: TaskId| self.model().id(super::entity(task));
            let from = match from {
                Some(Predecessor::Task(from)) => id(from),
                _ => "",
            };
            format!("{from} to {} ({})", id(it.task), words(it))
        };
        self.shown(point, finding, name, words)
    }
}

/// Kind and lag of a link as people write them: `SS+2d`. What exports give in hours or minutes is given in working days
/// of the task that waits.
pub fn link_words(model: &Model<'_>, schedule: &Schedule, task: TaskId, link: usize) -> String {
    let link = &model.arenas.links[link];
    let kind = link.kind.as_str();
    match link.lag.amount() {
        _ if link.lag.is_zero() => kind.to_owned(),
        LagAmount::Time(time) if !time.is_elapsed() && matches!(time.unit(), Unit::Minutes | Unit::Hours) => {
            let sign = if time.is_negative() { "" } else { "+" };
            format!("{kind}{sign}{}d", schedule.duration_days(model, task, time))
        }
        _ => format!("{kind}{}", link.lag),
    }
}

/// Offenders that are named before the rest is counted.
const MOST_SHOWN: usize = 10;

/// Whether a task is complete: all of it done, or an actual finish.
fn is_complete(task: &Task) -> bool {
    task.actual_finish().is_some()
        || task.percent().is_some_and(|percent| percent.value >= 100)
        || task.status().is_some_and(|status| status.value == Status::Done)
}
