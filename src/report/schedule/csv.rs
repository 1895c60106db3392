//! For a spreadsheet: a row a task, with a header; dates as `2026-10-05T08:00`, float in minutes of working time.

use std::io;

use super::json::key;
use super::{ScheduleView, stamp};
use crate::model::TaskId;
use crate::schedule::{Amount, Measure, computed, stored};

/// Writes the tasks of all plans. Where stored values were asked for they stand in columns of their own.
pub(super) fn csv(view: &ScheduleView<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut header = vec!["plan", "id", "source_id", "title", "phase"];
    header.extend(Measure::ALL.map(key));
    header.push("on_critical_path");
    write!(out, "{}", header.join(","))?;
    if view.comparisons.is_some() {
        for measure in Measure::ALL {
            write!(out, ",stored_{}", key(measure))?;
        }
    }
    write!(out, "\r\n")?;
    for plan in view.plans() {
        let name = text(view.model.plan_id(plan));
        for task in view.tasks(plan) {
            write!(out, "{name},{}\r\n", row(view, task).join(","))?;
        }
    }
    Ok(())
}

fn row(view: &ScheduleView<'_>, task: TaskId) -> Vec<String> {
    let phase = view.network.hierarchy.parent(task);
    let mut cells = vec![
        text(view.id(task)),
        text(view.source_id(task).unwrap_or("")),
        text(view.title(task).unwrap_or("")),
        text(phase.map_or("", |phase| view.id(phase))),
    ];
    cells.extend(Measure::ALL.map(|measure| cell(computed(view.model, view.schedule, task, measure))));
    cells.push(view.schedule.is_on_longest_path(task).to_string());
    if view.comparisons.is_some() {
        cells.extend(Measure::ALL.map(|measure| cell(stored(view.model, task, measure))));
    }
    cells
}

fn cell(amount: Option<Amount>) -> String {
    match amount {
        None => String::new(),
        Some(Amount::Date(date)) => stamp(date),
        Some(Amount::Minutes(minutes)) => minutes.to_string(),
        Some(Amount::Flag(flag)) => flag.to_string(),
    }
}

/// A text of the plan as a cell: quoted where it has to be, and never a formula to the program that opens the file.
pub(super) fn text(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    if text.contains(['"', ',', ';', '\n', '\r']) {
        return format!("\"{guard}{}\"", text.replace('"', "\"\""));
    }
    format!("{guard}{text}")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(text("Order 40 laptops"), "Order 40 laptops");
        assert_eq!(text("Order, \"now\""), "\"Order, \"\"now\"\"\"");
        assert_eq!(text("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
    }
}
