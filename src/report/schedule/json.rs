//! For programs: one object, versioned; later versions only add to it. One plan is the object itself; several are its
//! `plans`, each as the one would be. Each task stands on a line of its own and is written as soon as it is made.

use std::io;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{ScheduleView, stamp};
use crate::model::{PlanId, TaskId};
use crate::schedule::{Amount, Comparison, Measure, stored};

#[derive(Serialize)]
struct Task<'a> {
    id: &'a str,
    source_id: Option<&'a str>,
    early_start: Option<String>,
    early_finish: Option<String>,
    late_start: Option<String>,
    late_finish: Option<String>,
    total_float_minutes: Option<i64>,
    free_float_minutes: Option<i64>,
    critical: bool,
    #[serde(skip_serializing_if = "Map::is_empty")]
    stored: Map<String, Value>,
}

#[derive(Serialize)]
struct Difference<'a> {
    id: &'a str,
    source_id: Option<&'a str>,
    value: &'static str,
    computed: Option<Value>,
    stored: Value,
    reason: Option<String>,
}

/// Writes the schedules as one JSON object.
pub(super) fn json(view: &ScheduleView<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let plans: Vec<PlanId> = view.plans().collect();
    if let [plan] = plans[..] {
        write!(out, "{{\"version\": 1, ")?;
        plan_object(view, plan, out)?;
        return writeln!(out, "}}");
    }
    write!(out, "{{\"version\": 1, \"plans\": [")?;
    for (index, plan) in plans.into_iter().enumerate() {
        write!(out, "{}{{", if index == 0 { "\n" } else { ",\n" })?;
        plan_object(view, plan, out)?;
        write!(out, "}}")?;
    }
    writeln!(out, "]}}")
}

/// What stands in the object of a plan.
fn plan_object(view: &ScheduleView<'_>, plan: PlanId, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "\"plan\": ")?;
    serde_json::to_writer(&mut *out, view.model.plan_id(plan))?;
    write!(out, ", \"start\": ")?;
    serde_json::to_writer(&mut *out, &view.schedule.plan_start(plan).map(stamp))?;
    write!(out, ", \"finish\": ")?;
    serde_json::to_writer(&mut *out, &view.schedule.plan_finish(plan).map(stamp))?;
    write!(out, ",\n \"critical_path\": ")?;
    let path: Vec<&str> = view.critical_path(plan).into_iter().map(|task| view.id(task)).collect();
    serde_json::to_writer(&mut *out, &path)?;
    write!(out, ",\n \"tasks\": [")?;
    for (index, task) in view.tasks(plan).enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        serde_json::to_writer(&mut *out, &row(view, task))?;
    }
    write!(out, "]")?;
    if let Some(comparison) = view.comparison(plan) {
        write!(out, ",\n \"comparison\": ")?;
        compared(view, comparison, out)?;
    }
    Ok(())
}

fn row<'a>(view: &ScheduleView<'a>, task: TaskId) -> Task<'a> {
    let (model, schedule) = (view.model, view.schedule);
    Task {
        id: view.id(task),
        source_id: view.source_id(task),
        early_start: schedule.early_start(model, task).map(stamp),
        early_finish: schedule.early_finish(model, task).map(stamp),
        late_start: schedule.late_start(model, task).map(stamp),
        late_finish: schedule.late_finish(model, task).map(stamp),
        total_float_minutes: schedule.total_float_minutes(task),
        free_float_minutes: schedule.free_float_minutes(task),
        critical: schedule.is_critical(task),
        stored: Measure::ALL
            .into_iter()
            .filter_map(|measure| Some((key(measure).to_owned(), value(stored(model, task, measure)?))))
            .collect(),
    }
}

/// What programs call a value.
pub(super) fn key(measure: Measure) -> &'static str {
    match measure {
        Measure::EarlyStart => "early_start",
        Measure::EarlyFinish => "early_finish",
        Measure::LateStart => "late_start",
        Measure::LateFinish => "late_finish",
        Measure::TotalFloat => "total_float_minutes",
        Measure::FreeFloat => "free_float_minutes",
        Measure::Critical => "critical",
    }
}

fn value(amount: Amount) -> Value {
    match amount {
        Amount::Date(date) => stamp(date).into(),
        Amount::Minutes(minutes) => minutes.into(),
        Amount::Flag(flag) => flag.into(),
    }
}

fn compared(view: &ScheduleView<'_>, comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    write!(
        out,
        "{{\"tasks\": {}, \"equal_tasks\": {},\n  \"values\": {{",
        comparison.tasks, comparison.equal_tasks
    )?;
    for (index, (measure, tally)) in Measure::ALL.into_iter().zip(comparison.tallies).enumerate() {
        let gap = if index == 0 { "" } else { ", " };
        write!(
            out,
            "{gap}\"{}\": {{\"stored\": {}, \"equal\": {}, \"finished\": {}}}",
            key(measure),
            tally.stored,
            tally.equal,
            tally.finished
        )?;
    }
    write!(out, "}},\n  \"differences\": [")?;
    for (index, difference) in comparison.differences.iter().enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        let line = Difference {
            id: view.id(difference.task),
            source_id: view.source_id(difference.task),
            value: key(difference.measure),
            computed: difference.computed.map(value),
            stored: value(difference.stored),
            reason: difference.reason.map(|reason| view.reason(Some(reason))),
        };
        serde_json::to_writer(&mut *out, &line)?;
    }
    write!(out, "]}}")
}
