//! What a reader has to know to trust the dates: what was assumed, and what is missing.

use super::ScheduleView;
use crate::model::{Effort, ImportedKind, PlanId, ScheduleTool, Status, TaskId};
use crate::report::text::counted;
use crate::source::Format;

/// Tasks that are named before the rest is counted.
const NAMED: usize = 3;

/// Remarks about a plan, a sentence or two each.
pub(super) fn notes(view: &ScheduleView<'_>, plan: PlanId) -> Vec<String> {
    let tasks: Vec<TaskId> = view.tasks(plan).filter(|task| !view.is_phase(*task)).collect();
    let mut notes: Vec<String> = start(view, plan, &tasks).into_iter().collect();
    let of = |holds: &dyn Fn(TaskId) -> bool| -> Vec<TaskId> {
        tasks.iter().copied().filter(|task| holds(*task)).collect()
    };
    let endless = of(&|task| lacks_duration(view, task));
    if !endless.is_empty() {
        let (have, are) = if endless.len() == 1 { ("has", "is") } else { ("have", "are") };
        notes.push(format!(
            "{} {have} no duration and {are} counted as taking no time: {}.",
            counted(endless.len(), "task"),
            ids(view, &endless)
        ));
    }
    let status = |task: TaskId| view.model.task(task).status().map(|status| status.value);
    let undated = of(&|task| !view.schedule.is_known(task) && status(task) == Some(Status::Done));
    if !undated.is_empty() {
        let are = if undated.len() == 1 { "is" } else { "are" };
        notes.push(format!(
            "{} {are} done, but nothing says when, so what follows does not wait: {}.",
            counted(undated.len(), "task"),
            ids(view, &undated)
        ));
    }
    let circular = of(&|task| view.schedule.is_doubtful(task));
    if !circular.is_empty() {
        let are = if circular.len() == 1 { "is" } else { "are" };
        notes.push(format!(
            "{} {are} on a circle of links or behind one (marked ?), so nobody can know when: {}. `planlint check \
             --select DEP001` shows the circle.",
            counted(circular.len(), "task"),
            ids(view, &circular)
        ));
    }
    notes
}

/// What was assumed about the start of the plan.
fn start(view: &ScheduleView<'_>, plan: PlanId, tasks: &[TaskId]) -> Option<String> {
    let entry = view.model.plan(plan);
    if !tasks.iter().any(|task| view.schedule.is_known(*task)) {
        return Some(
            "Nothing says how long the tasks take, or when they are: there is nothing to compute.".to_owned(),
        );
    }
    if entry.header.start().is_some() {
        return None;
    }
    let status_date = entry.header.status_date().filter(|_| entry.schedule.tool != ScheduleTool::MsProject);
    Some(match (view.schedule.plan_start(plan), status_date) {
        (None, _) if entry.format == Format::Toml => {
            "The plan says no start, so there is float, but there are no dates. Write one under [plan], such as \
             `start = 2026-10-05`."
                .to_owned()
        }
        (None, _) => "The file says no start date, so there is float, but there are no dates.".to_owned(),
        (Some(_), Some(date)) => {
            format!("The plan says no start: what is left to do begins on {} or later.", date.value.date)
        }
        (Some(start), None) => {
            format!("The plan says no start: {} is taken, the earliest date in it.", start.date)
        }
    })
}

/// Whether a task that is computed says nowhere how long it takes.
fn lacks_duration(view: &ScheduleView<'_>, task: TaskId) -> bool {
    let it = view.model.task(task);
    let imported = view.model.imported(task);
    let is_event = it.milestone().is_some_and(|flag| flag.value)
        || imported.is_some_and(|imported| imported.kind != ImportedKind::Task)
        || it.effort().is_some_and(|effort| effort.value == Effort::Level);
    let is_stated = it.duration().is_some()
        || imported.is_some_and(|imported| imported.manual.is_some())
        || it.actual_finish().is_some()
        || (it.start().is_some() && it.finish().is_some());
    view.schedule.is_known(task) && !is_event && !is_stated
}

/// The first few ids, and how many more there are.
fn ids(view: &ScheduleView<'_>, tasks: &[TaskId]) -> String {
    let mut named: Vec<String> = tasks.iter().take(NAMED).map(|task| view.id(*task).to_owned()).collect();
    if let Some(more) = tasks.len().checked_sub(NAMED).filter(|more| *more > 0) {
        named.push(format!("and {more} more"));
    }
    named.join(", ")
}
