//! One file per output form. A report gets a verdict and decides nothing: what it is given it shows.

mod baseline;
mod concise;
mod fixes;
mod full;
mod github;
mod gitlab;
mod glossary;
mod grouped;
mod json;
mod junit;
mod markdown;
mod native;
mod sarif;
mod schedule;
mod snippet;
mod statistics;
mod tested;
pub(crate) mod text;

use std::io;

use crate::catalogue::{Catalogue, Rule};
use crate::filter::{Hidden, HiddenBy, Judged, Verdict};
use crate::finding::{Code, Severity};
use crate::model::Model;
use crate::source::{Sources, Span};

pub use baseline::{Head, baseline};
pub use concise::concise;
pub use fixes::{FixView, diff, fixed};
pub use full::full;
pub use github::github;
pub use gitlab::gitlab;
pub use grouped::grouped;
pub use json::{json, json_lines, json_with_statistics};
pub use junit::junit;
pub use markdown::markdown;
pub use native::Native;
pub use sarif::sarif;
pub use schedule::{ScheduleFormat, ScheduleView, schedule};
pub use statistics::statistics;
pub use tested::{Tested, tested};

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
    /// One line a finding, file by file.
    Grouped,
    /// For programs: one object.
    Json,
    /// For programs: an object a finding, each on a line.
    JsonLines,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For GitHub: annotations.
    Github,
    /// For GitLab: code quality.
    Gitlab,
    /// For Jenkins and others: as tests.
    Junit,
    /// For a comment or the summary of a job.
    Markdown,
}

impl OutputFormat {
    /// All of them by their word.
    pub const ALL: [(&'static str, OutputFormat); 10] = [
        ("full", OutputFormat::Full),
        ("concise", OutputFormat::Concise),
        ("grouped", OutputFormat::Grouped),
        ("json", OutputFormat::Json),
        ("jsonl", OutputFormat::JsonLines),
        ("sarif", OutputFormat::Sarif),
        ("github", OutputFormat::Github),
        ("gitlab", OutputFormat::Gitlab),
        ("junit", OutputFormat::Junit),
        ("markdown", OutputFormat::Markdown),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, format)| *format == self).map_or("full", |(word, _)| word)
    }

    /// The format with this word.
    pub fn parse(word: &str) -> Option<Self> {
        let word = match word {
            "json-lines" => "jsonl",
            // Stays what it is when there is a second version.
            "json-v1" => "json",
            word => word,
        };
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, format)| format)
    }

    /// Whether a person reads it, who wants a closing line and may want statistics instead.
    pub fn is_for_people(self) -> bool {
        matches!(self, OutputFormat::Full | OutputFormat::Concise | OutputFormat::Grouped)
    }
}

/// Writes the findings in a form.
///
/// # Errors
///
/// Where writing fails.
pub fn write(format: OutputFormat, view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        OutputFormat::Full => full(view, out),
        OutputFormat::Concise => concise(view, out),
        OutputFormat::Grouped => grouped(view, out),
        OutputFormat::Json => json(view, out),
        OutputFormat::JsonLines => json_lines(view, out),
        OutputFormat::Sarif => sarif(view, out),
        OutputFormat::Github => github(view, out),
        OutputFormat::Gitlab => gitlab(view, out),
        OutputFormat::Junit => junit(view, out),
        OutputFormat::Markdown => markdown(view, out),
    }
}

/// What is shown, and to whom.
#[derive(Clone, Copy)]
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
    /// The least severity that makes the check fail.
    pub fail_on: Severity,
    /// Where the pages of the rules are; none where nobody said it.
    pub docs: Option<&'a str>,
    /// Whether the reader's terminal can open addresses.
    pub hyperlinks: bool,
    /// What stands before the names of files for services that count from the folder of the repository: empty, or with
    /// a slash at its end.
    pub folder: &'a str,
}

impl View<'_> {
    /// The name of a finding's rule; its code where the catalogue does not know it.
    fn name_of<'f>(&'f self, judged: &'f Judged) -> &'f str {
        let rule = self.catalogue.rule(judged.finding.code);
        rule.map_or_else(|| judged.finding.code.as_str(), |rule| &rule.name)
    }

    /// The address of the page of a rule, where that is known.
    fn page_of(&self, rule: &Rule) -> Option<String> {
        let docs = self.docs?.trim_end_matches('/');
        let (code, family) = (rule.code.as_str().to_ascii_lowercase(), &rule.family);
        Some(format!("{docs}/{family}.md#{code}-{}", rule.name))
    }

    /// A code as a link to the page of its rule: OSC 8, which terminals that cannot show it leave out.
    fn linked(&self, code: Code, text: &str) -> String {
        let rule = self.catalogue.rule(code).filter(|_| self.hyperlinks);
        match rule.and_then(|rule| self.page_of(rule)) {
            Some(page) => format!("\u{1b}]8;;{page}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            None => text.to_owned(),
        }
    }

    /// What marks a finding that is shown although something hides it.
    fn mark(&self, judged: &Judged) -> &'static str {
        match judged.hidden.as_ref().map(|hidden| hidden.by) {
            None => "",
            Some(HiddenBy::Ignore) => " (hidden by a comment)",
            Some(HiddenBy::Waiver) => " (hidden by a waiver)",
            Some(HiddenBy::Baseline) => " (hidden by the baseline)",
        }
    }

    /// The path of a file from the folder of the repository, by its name as shown.
    fn path_of(&self, name: &str) -> String {
        let is_absolute = name.starts_with('/') || name.get(1..3) == Some(":/");
        if self.folder.is_empty() || is_absolute {
            return name.to_owned();
        }
        let mut folder = self.folder.trim_end_matches('/');
        let mut rest = name;
        // `../` goes up within the repository.
        while let (Some(inner), false) = (rest.strip_prefix("../"), folder.is_empty()) {
            rest = inner;
            folder = folder.rsplit_once('/').map_or("", |(up, _)| up);
        }
        if folder.is_empty() { rest.to_owned() } else { format!("{folder}/{rest}") }
    }
}

/// Why a finding is hidden, in one sentence.
fn why_hidden(hidden: &Hidden) -> String {
    let reason = hidden.reason.trim();
    match (hidden.by, reason.is_empty()) {
        (HiddenBy::Ignore, true) => "Hidden by a comment that gives no reason.".to_owned(),
        (HiddenBy::Ignore, false) => format!("Hidden by a comment: {reason}"),
        (HiddenBy::Waiver, true) => "Hidden by a waiver that gives no reason.".to_owned(),
        (HiddenBy::Waiver, false) => format!("Hidden by a waiver: {reason}"),
        (HiddenBy::Baseline, true) => "Known when the baseline was written.".to_owned(),
        (HiddenBy::Baseline, false) => format!("Known when the baseline was written ({reason})."),
    }
}

/// How many findings of each severity: `2 errors, 1 warning`; empty where there are none.
fn counts_of(verdict: &Verdict) -> String {
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .map(|severity| (severity, verdict.count(severity)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| match severity {
            Severity::Advice => format!("{count} advice"),
            Severity::Error | Severity::Warning => counted(count, severity.as_str()),
        })
        .collect();
    counts.join(", ")
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
    let counts = counts_of(verdict);
    let looked = verdict.looked;
    let (plans, tasks) = (counted(looked.plans, "plan"), counted(looked.tasks, "task"));
    let files = counted(looked.files, "file");
    let mut suppressed = match verdict.suppressed {
        0 => String::new(),
        count => format!("; {} suppressed", counted(count, "finding")),
    };
    for (count, why) in [(verdict.below, "of its severity"), (verdict.guessed, "it rests on a guess")] {
        if count > 0 {
            suppressed.push_str(&format!("; {} not shown because {why}", counted(count, "finding")));
        }
    }
    let line = if counts.is_empty() {
        format!("No findings in {plans} ({tasks}, {files}){suppressed}.")
    } else {
        format!("{counts} in {plans} ({tasks}, {files}){suppressed}")
    };
    writeln!(out, "{}", wrapped(&line, view.width, 0, 2))?;
    match fixes::fixable(verdict) {
        Some(fixable) => writeln!(out, "{fixable}"),
        None => Ok(()),
    }
}
