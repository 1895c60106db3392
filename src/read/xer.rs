//! Primavera P6's export, XER: tables of tab-separated rows. Every project of the file becomes a plan of its own.
//!
//! The file is walked once, line by line, and only the tables that say something about a plan are kept, as places of
//! their rows. The rows are then split and turned into entities table by table: what others refer to comes first, in
//! whichever order the file has them. Columns are found by name, because versions of P6 add and reorder them.
//!
//! What P6 has computed (early and late dates, float) is kept apart as [`crate::model::StoredDates`], for comparison;
//! planned dates (`target_start_date`) are results too, and no baseline.

mod calendar;
mod notes;
mod people;
mod plans;
mod table;
mod tasks;
mod value;
mod wbs;

pub(super) use plans::carried;

use super::Reading;
use crate::finding::{Code, Finding};
use crate::source::{FileId, Span};

/// Reads one export. Never fails: what cannot be read is a finding, and the rest is read all the same.
pub(super) fn read(file: FileId, text: &str) -> Reading {
    let mut findings = Vec::new();
    let tables = table::scan(file, text, &mut findings);
    let Some(tables) = tables else {
        let findings = findings.into_iter().map(|finding| (0, finding)).collect();
        return Reading { parts: Vec::new(), findings, directives: Vec::new() };
    };
    let mut plans = plans::Plans::new(file, text, findings);
    plans.read_calendars(&tables);
    plans.read_projects(&tables);
    plans.read_schedule_options(&tables);
    plans.read_tasks(&tables);
    plans.read_wbs(&tables);
    plans.read_links(&tables);
    plans.read_people(&tables);
    plans.finish()
}

/// A place where the file does not have the form of an export.
fn malformed(place: Span, problem: impl Into<String>) -> Finding {
    Finding::new(Code::new("PLN001"), place).variant("xer").param("problem", problem)
}
