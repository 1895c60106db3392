//! Tables: what MS Project, Smartsheet, Planner, Jira and spreadsheets export as CSV. One file is one plan, one row a
//! task.
//!
//! Which column is what is recognized by its name or told by `[import.csv]` in the configuration (`header`). The rows
//! are read twice: first to learn what only the whole column tells (in which form dates are written, whether 0.5 is
//! a half per cent or a half), then to make tasks. Links and parents come last, because they may name rows further down.
//!
//! `csv-core` splits the rows. It does not say where a quotation mark is never closed, and would take the rest of the
//! file for one cell: `table` sees to that.

mod date;
mod header;
mod options;
mod people;
mod survey;
mod table;
mod tasks;
mod value;

pub(crate) use self::date::DateFormat;
pub(crate) use self::header::Field as CsvField;
pub use self::options::{CsvOptions, ImportOptions};
pub(crate) use self::options::{PlainUnit, delimiter};

use super::Reading;
use crate::finding::{Code, Finding};
use crate::source::{FileId, SourceFile, Span};
use header::{Field, Header};
use table::{N_FIRST_ROWS, Row, Rows};

/// What every table can say.
pub(super) const ALWAYS_CARRIED: &[&str] = &["plan", "task", "task.title", "task.source-id"];

/// Reads one table. Never fails: what cannot be read is a finding, and the rest is read all the same. A table that was
/// only found in a folder and does not look like a plan is none.
pub(super) fn read(file: FileId, source: &SourceFile, options: &CsvOptions) -> Reading {
    let text = &source.text;
    let delimiter = table::delimiter(file, text, options);
    let mut rows = Rows::new(file, text, delimiter);
    let mut cells = Vec::new();
    // What stands above the header, such as a title, is passed over.
    let mut best: Option<(Header, Span)> = None;
    for _ in 0..N_FIRST_ROWS {
        let Some(Row { place, .. }) = rows.next(&mut cells) else { break };
        let header = Header::of(&cells, options);
        if header.is_plan() {
            return tasks::read(file, text, rows, header, place, options);
        }
        if best.as_ref().is_none_or(|(best, _)| header.n_known() > best.n_known()) {
            best = Some((header, place));
        }
    }
    let mut findings = Vec::new();
    if source.is_named {
        findings.push((0, no_plan(file, best)));
    }
    Reading { parts: Vec::new(), findings, directives: Vec::new() }
}

/// PLN005: the table has no row that names the columns of a plan.
fn no_plan(file: FileId, best: Option<(Header, Span)>) -> Finding {
    let Some((header, place)) = best else {
        let finding = Finding::new(Code::new("PLN005"), Span::new(file, 0, 0)).variant("table");
        return finding.param("problem", "it is empty").param("field", "title");
    };
    let (problem, field) = match header.has(Field::Title) {
        true => (
            "beside the title, none of its columns was recognized: no ids, dates, durations, predecessors or owners",
            "finish",
        ),
        false => ("no column was recognized as the title of the tasks", "title"),
    };
    Finding::new(Code::new("PLN005"), place).variant("table").param("problem", problem).param("field", field)
}
