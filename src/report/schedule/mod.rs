//! Schedules: one file per form. What is computed is shown; nothing is computed here but what a page needs.

mod comparison;
mod csv;
mod dcma;
mod json;
mod notes;
mod table;

use std::io;

use crate::finding::{Entity, EntityKind};
use crate::model::{ImportedKind, Model, Moment, PlanId, TaskId};
use crate::network::Network;
use crate::rules::assessment::Assessment;
use crate::schedule::{Comparison, Driver, Reason, Schedule};

/// The forms that a schedule can have.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ScheduleFormat {
    /// For a person: with bars.
    #[default]
    Table,
    /// For programs: one object.
    Json,
    /// For a spreadsheet: a row a task.
    Csv,
}

impl ScheduleFormat {
    /// All of them by their word.
    pub const ALL: [(&'static str, ScheduleFormat); 3] =
        [("table", ScheduleFormat::Table), ("json", ScheduleFormat::Json), ("csv", ScheduleFormat::Csv)];

    /// The format with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, format)| format)
    }
}

/// What is shown, and to whom.
#[derive(Clone, Copy)]
pub struct ScheduleView<'a> {
    /// What the plans say.
    pub model: &'a Model<'a>,
    /// Who waits for whom.
    pub network: &'a Network,
    /// When.
    pub schedule: &'a Schedule,
    /// Stored values beside the computed ones, by plan, where that was asked for.
    pub comparisons: Option<&'a [Comparison]>,
    /// The DCMA 14 points, by plan, where those were asked for: they are shown instead of the tasks.
    pub dcma: Option<&'a [Assessment]>,
    /// Whether to show all tasks, and all differences, of long plans too.
    pub all: bool,
    /// Whether to leave remarks unsaid.
    pub quiet: bool,
    /// Columns of the terminal or page.
    pub width: usize,
    /// Whether the reader's terminal shows colors.
    pub color: bool,
    /// Whether the reader's terminal shows more than ASCII.
    pub unicode: bool,
}

/// Writes the schedules of all plans that have tasks.
///
/// # Errors
///
/// Where writing fails.
pub fn schedule(format: ScheduleFormat, view: &ScheduleView<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    match (format, view.dcma) {
        (ScheduleFormat::Table, None) => table::table(view, out),
        (ScheduleFormat::Json, None) => json::json(view, out),
        (ScheduleFormat::Csv, None) => csv::csv(view, out),
        (ScheduleFormat::Table, Some(all)) => dcma::table(view, all, out),
        (ScheduleFormat::Json, Some(all)) => dcma::json(view, all, out),
        (ScheduleFormat::Csv, Some(all)) => dcma::csv(view, all, out),
    }
}

impl<'a> ScheduleView<'a> {
    /// Plans with tasks.
    fn plans(&self) -> impl Iterator<Item = PlanId> + '_ {
        self.model.plan_ids().filter(|plan| self.model.tasks_of(*plan).next().is_some())
    }

    /// The tasks of a plan that a program asks about. Parts of an imported work breakdown are none: they only sort the
    /// tasks, under keys of their own that may look like those of tasks.
    fn tasks(&self, plan: PlanId) -> impl Iterator<Item = TaskId> + '_ {
        self.model.tasks_of(plan).map(|(task, _)| task).filter(|task| !self.is_breakdown(*task))
    }

    fn is_breakdown(&self, task: TaskId) -> bool {
        self.model.imported(task).is_some_and(|it| it.kind == ImportedKind::Phase)
    }

    /// Whether a task holds others, or stands for a part of the work breakdown.
    fn is_phase(&self, task: TaskId) -> bool {
        !self.network.hierarchy.is_leaf(task) || self.is_breakdown(task)
    }

    /// Whether a task is finished.
    fn is_done(&self, task: TaskId) -> bool {
        let float = self.schedule.total_float_minutes(task);
        self.schedule.is_known(task) && float.is_none() && self.schedule.driver(task) == Driver::Actual
    }

    /// The tasks that set the finish of a plan, in their order.
    fn critical_path(&self, plan: PlanId) -> Vec<TaskId> {
        let mut path: Vec<TaskId> = self
            .tasks(plan)
            .filter(|task| self.schedule.is_on_longest_path(*task) && !self.is_phase(*task))
            .collect();
        self.sort(&mut path);
        path
    }

    /// By early start, then as they wait for each other.
    fn sort(&self, tasks: &mut [TaskId]) {
        tasks.sort_by_cached_key(|task| {
            let start = self.schedule.early_start(self.model, *task);
            let finish = self.schedule.early_finish(self.model, *task);
            (start.is_none(), start, finish, self.network.graph.node(*task).0, *task)
        });
    }

    fn id(&self, task: TaskId) -> &'a str {
        self.model.id(Entity::new(EntityKind::Task, task.index()))
    }

    fn title(&self, task: TaskId) -> Option<&'a str> {
        self.model.title(Entity::new(EntityKind::Task, task.index()))
    }

    /// The key of a task in the file it came from.
    fn source_id(&self, task: TaskId) -> Option<&'a str> {
        self.model.task(task).source_id().map(|id| self.model.text(id))
    }

    fn comparison(&self, plan: PlanId) -> Option<&'a Comparison> {
        self.comparisons?.get(plan.index())
    }

    /// Why a stored value differs, as a clause.
    fn reason(&self, reason: Option<Reason>) -> String {
        match reason {
            None => "reason unknown".to_owned(),
            Some(Reason::Circle) => "on or behind a circle of links".to_owned(),
            Some(Reason::Dropped) => "dropped or switched off, so nothing is computed".to_owned(),
            Some(Reason::Done) => "finished, so nothing is left to compute".to_owned(),
            Some(Reason::ByHand) => "scheduled by hand".to_owned(),
            Some(Reason::Effort) => "level of effort or summary: it spans other tasks".to_owned(),
            Some(Reason::OlderStatusDate) => {
                "stored for an earlier status date, and not computed again since".to_owned()
            }
            Some(Reason::Predecessor(task)) => format!("follows from {}, which it waits for", self.id(task)),
            Some(Reason::Successor(task)) => format!("follows from {}, which waits for it", self.id(task)),
            Some(Reason::UnderWay) => "under way: tools differ in what is left".to_owned(),
            Some(Reason::Constraint) => "held to a date by a constraint or deadline".to_owned(),
        }
    }
}

/// A moment for programs: `2026-10-05T08:00`.
fn stamp(moment: Moment) -> String {
    // Most programs know no 24:00, which only the last day of all has.
    let minute = moment.minute().unwrap_or(0).min(24 * 60 - 1);
    format!("{}T{:02}:{:02}", moment.date, minute / 60, minute % 60)
}
