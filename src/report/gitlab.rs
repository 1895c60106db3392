//! For GitLab: its code quality report, which the merge request shows.
//!
//! Fields: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use std::io;

use serde::Serialize;

use super::View;
use super::text::clean;
use crate::finding::Severity;

#[derive(Serialize)]
struct Row<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes a list with an object a finding.
///
/// # Errors
///
/// Where writing fails.
pub fn gitlab(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let sources = view.model.sources();
    write!(out, "[")?;
    for (index, judged) in view.verdict.findings.iter().enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        let finding = &judged.finding;
        let (start, end) = sources.position(finding.primary.span);
        let words = view.catalogue.words(finding, view.model);
        let path = view.path_of(&sources.file(finding.primary.span.file).name);
        let message = clean(&words.message, true);
        let row = Row {
            description: format!("{} {}: {message}{}", finding.code, view.name_of(judged), view.mark(judged)),
            check_name: finding.code.as_str(),
            fingerprint: &judged.fingerprint,
            severity: match judged.severity {
                Severity::Error => "critical",
                Severity::Warning => "minor",
                Severity::Advice => "info",
            },
            location: Location { path: &path, lines: Lines { begin: start.line, end: end.line } },
        };
        serde_json::to_writer(&mut *out, &row)?;
    }
    writeln!(out, "{}]", if view.verdict.findings.is_empty() { "" } else { "\n" })
}
