//! For a person at a terminal: what is wrong, where it is written, what to do and what to ask.

use std::io;

use super::View;
use super::fixes::is_fixable;
use super::glossary::Glossary;
use super::snippet::{Look, Mark, draw};
use super::text::{clean, columns, counted, wrapped};
use crate::filter::Judged;
use crate::finding::{Finding, Severity};
use crate::source::{Format, Sources, Span};

/// Places of one finding that are shown; the rest is counted.
const MOST_PLACES: usize = 7;

/// Writes each finding with the lines it is about, its help and its question, an empty line after each.
///
/// # Errors
///
/// Where writing fails.
pub fn full(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut glossary = Glossary::new(view);
    for judged in &view.verdict.findings {
        one(view, judged, &mut glossary, out)?;
        writeln!(out)?;
    }
    Ok(())
}

fn one(
    view: &View<'_>,
    judged: &Judged,
    glossary: &mut Glossary<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let finding = &judged.finding;
    let sources = view.model.sources();
    let words = view.catalogue.words(finding, view.model);
    // As other linters mark what they can mend.
    let mark = if is_fixable(finding) && judged.hidden.is_none() { " [*]" } else { "" };
    let severity = format!("{}[{}]{mark}", judged.severity.as_str(), finding.code);
    let name = format!("{}:", view.name_of(judged));
    let begun = columns(&severity) + columns(&name) + 2;
    let severity = severity.replace(finding.code.as_str(), &view.linked(finding.code, finding.code.as_str()));
    write!(out, "{} {} ", view.paint(color_of(judged.severity), &severity), view.paint(BOLD, &name))?;
    writeln!(out, "{}", wrapped(&clean(&words.message, view.unicode), view.width, begun, 2))?;
    places(view, judged, sources, out)?;
    if !words.help.is_empty() {
        line(view, "help:", &words.help, out)?;
    }
    if !words.question.is_empty() {
        line(view, "ask: ", &format!("\"{}\"", words.question), out)?;
    }
    if let Some(hidden) = &judged.hidden {
        line(view, "note:", &super::why_hidden(hidden), out)?;
    }
    for (word, means) in glossary.of(judged, &[&words.message, &words.help, &words.question]) {
        let begun = columns(&word) + 4;
        let means = wrapped(&clean(&means, view.unicode), view.width, begun, 8);
        let meaning = format!("{}: {means}", clean(&word, view.unicode));
        let meaning: Vec<String> = meaning.lines().map(|line| view.paint(DIM, line)).collect();
        writeln!(out, "  {}", meaning.join("\n"))?;
    }
    Ok(())
}

/// The pictures of all places of a finding.
fn places(view: &View<'_>, judged: &Judged, sources: &Sources, out: &mut dyn io::Write) -> io::Result<()> {
    let finding = &judged.finding;
    let labels = std::iter::once(&finding.primary).chain(&finding.labels);
    if is_whole_file(sources, finding.primary.span) {
        let file = clean(&sources.file(finding.primary.span.file).name, view.unicode);
        writeln!(out, "  in {}", view.paint(LINK, &file))?;
    }
    let all: Vec<Mark<'_>> = labels
        .filter(|label| !is_whole_file(sources, label.span))
        .map(|label| Mark { span: label.span, text: &label.text })
        .collect();
    let shown = &all[..all.len().min(MOST_PLACES)];
    let look =
        Look { width: view.width, color: view.color, unicode: view.unicode, severity: judged.severity };
    write!(out, "{}", draw(sources, shown, header(view, finding), look))?;
    match all.len() - shown.len() {
        0 => Ok(()),
        more => writeln!(out, "  and {}", counted(more, "more place")),
    }
}

/// Where the thing a finding is about has its name.
fn header(view: &View<'_>, finding: &Finding) -> Option<Span> {
    finding.entity.map(|entity| view.model.place(entity)).filter(|span| !span.is_empty())
}

/// Whether a place is a file as a whole, of which no line can be shown.
fn is_whole_file(sources: &Sources, span: Span) -> bool {
    let file = sources.file(span.file);
    file.text.is_empty() || file.format == Format::Unsupported || (span.is_empty() && span.start == 0)
}

fn line(view: &View<'_>, word: &str, text: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let text = wrapped(&clean(text, view.unicode), view.width, 8, 8);
    writeln!(out, "  {} {text}", view.paint(BOLD, word))
}

pub(super) const BOLD: &str = "1";
const DIM: &str = "2";
const LINK: &str = "36;1;4";

fn color_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Advice => "1;36",
    }
}

impl View<'_> {
    pub(super) fn paint(&self, style: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
