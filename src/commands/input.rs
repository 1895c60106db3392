//! What commands that read plans have in common: the input stream, the day of the run, and what could not be read.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::{Common, Io};
use crate::catalogue::Catalogue;
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::model::{Model, Moment, ScheduleTool, Spanned};
use crate::report::text::{counted, wrapped};
use crate::source::Stdin;

/// Reads the input stream where `-` is among the paths, and takes that out of them. Without a name it is a native plan.
pub(super) fn from_stdin(
    paths: &mut Vec<PathBuf>,
    filename: Option<&Path>,
    io: &mut Io<'_>,
) -> Result<Option<Stdin>, Error> {
    let count = paths.len();
    paths.retain(|path| path.as_os_str() != "-");
    if paths.len() == count {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    io.stdin.read_to_end(&mut bytes).map_err(|error| Error::Unreadable {
        name: "the input stream".to_owned(),
        reason: error.to_string(),
    })?;
    Ok(Some(Stdin { filename: stdin_name(filename), bytes }))
}

/// What the text of the input stream goes by.
pub(super) fn stdin_name(filename: Option<&Path>) -> PathBuf {
    filename.map_or_else(|| PathBuf::from("stdin.plan.toml"), Path::to_owned)
}

/// Gives plans that state no status date this one. One of Microsoft Project gets none: that leaves work where it was
/// planned, whatever day it is.
pub(super) fn date_plans(model: &mut Model<'_>, date: Date, io: &mut Io<'_>) {
    let mut is_kept = false;
    for plan in model.plans.iter_mut().filter(|plan| plan.header.status_date.is_none()) {
        if plan.schedule.tool == ScheduleTool::MsProject {
            is_kept = true;
            continue;
        }
        plan.header.status_date = Some(Spanned::new(Moment::day(date), plan.header.id.span()));
    }
    if is_kept {
        io.complain(
            "planlint: `--as-of` moves nothing here: Microsoft Project leaves work where it was planned",
        );
    }
}

/// Says on the error stream how many mistakes there are and what they may lead to, and which files could not be read at
/// all; whether there are any of these.
pub(super) fn say_what_is_wrong<'f>(
    model: &Model<'_>,
    findings: impl Iterator<Item = &'f Finding>,
    places: &str,
    consequence: &str,
    common: &Common,
    io: &mut Io<'_>,
) -> bool {
    let catalogue = Catalogue::embedded();
    let (closed, errors): (Vec<_>, Vec<_>) = findings
        .filter(|finding| catalogue.severity(finding) == Severity::Error)
        .partition(|finding| finding.code.as_str() == "PLN009");
    if !errors.is_empty() && common.quiet == 0 {
        let them = if errors.len() == 1 { "it" } else { "them" };
        let said = format!(
            "planlint: {} in what was read {consequence}; `planlint check {places}` shows {them}",
            counted(errors.len(), "mistake")
        );
        io.complain(&wrapped(&said, io.width(), 0, 2));
    }
    for finding in &closed {
        let name = &model.sources().file(finding.primary.span.file).name;
        let words = catalogue.words(finding, model);
        let (width, said) = (io.width(), format!("planlint: {name}: {}", words.message));
        io.complain(&wrapped(&said, width, 0, 2));
        io.complain(&format!("  help: {}", wrapped(&words.help, width, 8, 8)));
    }
    !closed.is_empty()
}
