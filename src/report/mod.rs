//! One file per output form. A report gets a verdict and decides nothing: what it is given it shows.

mod concise;
mod full;
mod json;
mod snippet;
mod statistics;
pub(crate) mod text;

use std::io;

use crate::catalogue::Catalogue;
use crate::filter::{Judged, Verdict};
use crate::finding::Severity;
use crate::model::Model;
use crate::source::{Sources, Span};

pub use concise::concise;
pub use full::full;
pub use json::{json, json_with_statistics};
pub use statistics::statistics;

use snippet::{Look, Mark, draw};
use text::{counted, wrapped};

/// The forms a report can have.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum OutputFormat {
    /// For a person: with the lines of the plan.
    #[default]
    Full,
    /// One line a finding.
    Concise,
    /// For programs.
    Json,
}

impl OutputFormat {
    /// All of them by their word.
    pub const ALL: [(&'static str, OutputFormat); 3] =
        [("full", OutputFormat::Full), ("concise", OutputFormat::Concise), ("json", OutputFormat::Json)];

    /// The format with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, format)| format)
    }
}

/// What is shown, and to whom.
pub struct View<'a> {
    /// What the findings are about.
    pub model: &'a Model<'a>,
    /// Their words.
    pub catalogue: &'a Catalogue,
    /// The findings.
    pub verdict: &'a Verdict,
    /// Columns of the terminal or page.
    pub width: usize,
    /// Whether the reader's terminal shows colors.
    pub color: bool,
    /// Whether the reader's terminal shows more than ASCII.
    pub unicode: bool,
}

impl View<'_> {
    /// The name of a finding's rule; its code where the catalogue does not know it.
    fn name_of<'f>(&'f self, judged: &'f Judged) -> &'f str {
        let rule = self.catalogue.rule(judged.finding.code);
        rule.map_or_else(|| judged.finding.code.as_str(), |rule| &rule.name)
    }
}

/// The lines around one place, drawn for the error stream: no colors, nothing but ASCII.
pub(crate) fn picture(sources: &Sources, place: Span, width: usize) -> String {
    let look = Look { width, color: false, unicode: false, severity: Severity::Error };
    draw(sources, &[Mark { span: place, text: "" }], None, look)
}

/// Writes the closing line: how many findings, in how much.
///
/// # Errors
///
/// Where writing fails.
pub fn summary(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let verdict = view.verdict;
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, verdict.count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| match severity {
            Severity::Advice => format!("{count} advice"),
            Severity::Error | Severity::Warning => counted(count, severity.as_str()),
        })
        .collect();
    let looked = verdict.looked;
    let (plans, tasks) = (counted(looked.plans, "plan"), counted(looked.tasks, "task"));
    let files = counted(looked.files, "file");
    let suppressed = match verdict.suppressed {
        0 => String::new(),
        count => format!("; {} suppressed", counted(count, "finding")),
    };
    let line = if counts.is_empty() {
        format!("No findings in {plans} ({tasks}, {files}){suppressed}.")
    } else {
        format!("{} in {plans} ({tasks}, {files}){suppressed}", counts.join(", "))
    };
    writeln!(out, "{}", wrapped(&line, view.width, 0, 2))
}
