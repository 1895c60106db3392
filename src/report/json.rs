//! For programs: one object, versioned; later versions only add to it.
//!
//! Lines and columns count from 1, columns in characters; an end is the place after the last character. Byte offsets
//! of a fix are UTF-8. Each finding stands on a line of its own and is written as soon as it is made.

use std::io;

use serde::Serialize;

use super::{View, statistics};
use crate::filter::Judged;
use crate::finding::{Fix, Label, Severity};
use crate::model::PlanId;
use crate::source::{Sources, Span};

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    plans: usize,
    tasks: usize,
    errors: usize,
    warnings: usize,
    advice: usize,
    suppressed: usize,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Subject<'a> {
    kind: &'static str,
    id: &'a str,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct Change<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    insert: &'a str,
}

#[derive(Serialize)]
struct Mend<'a> {
    message: &'a str,
    safe: bool,
    edits: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'static str,
    /// `guessed` where it rests on kinds of work that were taken from titles.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    message: &'a str,
    question: &'a str,
    help: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    plan: Option<&'a str>,
    entity: Option<Subject<'a>>,
    fingerprint: &'a str,
    related: Vec<Related<'a>>,
    fix: Option<Mend<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<Suppression<'a>>,
}

/// Why a finding would not be shown without `--no-ignores`.
#[derive(Serialize)]
struct Suppression<'a> {
    by: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Count<'a> {
    code: &'a str,
    name: &'a str,
    count: usize,
    summary: &'a str,
}

/// Writes the verdict as one JSON object.
///
/// # Errors
///
/// Where writing fails.
pub fn json(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    object(view, out)?;
    writeln!(out, "}}")
}

/// Writes each finding as a JSON object on a line of its own, as it stands in the list of [`json`].
///
/// # Errors
///
/// Where writing fails.
pub fn json_lines(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let plan_of_file = plans_of_files(view);
    for judged in &view.verdict.findings {
        finding(view, judged, &plan_of_file, out)?;
        writeln!(out)?;
    }
    Ok(())
}

/// Writes the verdict as one JSON object that also counts the findings of each rule.
///
/// # Errors
///
/// Where writing fails.
pub fn json_with_statistics(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    object(view, out)?;
    let rule = |code| view.catalogue.rule(code);
    let counts = statistics::counts(view);
    let rows: Vec<Count<'_>> = counts
        .iter()
        .map(|(code, count)| Count {
            code: code.as_str(),
            name: rule(*code).map_or("", |rule| &rule.name),
            count: *count,
            summary: rule(*code).map_or("", |rule| &rule.summary),
        })
        .collect();
    write!(out, ",\n \"statistics\": ")?;
    serde_json::to_writer(&mut *out, &rows)?;
    writeln!(out, "}}")
}

/// Everything but the closing bracket.
fn object(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let verdict = view.verdict;
    let tool = Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };
    let summary = Summary {
        files: verdict.looked.files,
        plans: verdict.looked.plans,
        tasks: verdict.looked.tasks,
        errors: verdict.count(Severity::Error),
        warnings: verdict.count(Severity::Warning),
        advice: verdict.count(Severity::Advice),
        suppressed: verdict.suppressed,
    };
    write!(out, "{{\"version\": 1,\n \"tool\": ")?;
    serde_json::to_writer(&mut *out, &tool)?;
    write!(out, ",\n \"summary\": ")?;
    serde_json::to_writer(&mut *out, &summary)?;
    write!(out, ",\n \"findings\": [")?;
    let plan_of_file = plans_of_files(view);
    for (index, judged) in verdict.findings.iter().enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        finding(view, judged, &plan_of_file, out)?;
    }
    write!(out, "]")
}

fn finding(
    view: &View<'_>,
    judged: &Judged,
    plan_of_file: &[Option<PlanId>],
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (model, sources) = (view.model, view.model.sources());
    let found = &judged.finding;
    let words = view.catalogue.words(found, model);
    let by_entity = found.entity.and_then(|entity| model.lists.plan(entity));
    let plan = by_entity.or_else(|| plan_of_file.get(found.primary.span.file.index()).copied().flatten());
    let row = Row {
        code: found.code.as_str(),
        name: view.name_of(judged),
        severity: judged.severity.as_str(),
        confidence: found.is_guess.then_some("guessed"),
        message: &words.message,
        question: &words.question,
        help: &words.help,
        place: place(sources, found.primary.span),
        plan: plan.map(|plan| model.plan_id(plan)),
        entity: found.entity.map(|entity| Subject { kind: entity.kind.as_str(), id: model.id(entity) }),
        fingerprint: &judged.fingerprint,
        related: found.labels.iter().map(|label| related(sources, label)).collect(),
        fix: found.fix.as_ref().map(|fix| mend(sources, fix)),
        suppression: judged
            .hidden
            .as_ref()
            .map(|hidden| Suppression { by: hidden.by.as_str(), reason: &hidden.reason }),
    };
    serde_json::to_writer(out, &row)?;
    Ok(())
}

/// The plan each file belongs to; none where it holds several, as an export can.
fn plans_of_files(view: &View<'_>) -> Vec<Option<PlanId>> {
    let mut plans: Vec<Option<PlanId>> = vec![None; view.model.sources().len()];
    let mut is_shared = vec![false; plans.len()];
    for plan in view.model.plan_ids() {
        for file in &view.model.plan(plan).files {
            let index = file.index();
            is_shared[index] |= plans[index].is_some();
            plans[index] = if is_shared[index] { None } else { Some(plan) };
        }
    }
    plans
}

fn place(sources: &Sources, span: Span) -> Place<'_> {
    let (start, end) = sources.position(span);
    Place {
        file: &sources.file(span.file).name,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

fn related<'a>(sources: &'a Sources, label: &'a Label) -> Related<'a> {
    Related { message: &label.text, place: place(sources, label.span) }
}

fn mend<'a>(sources: &'a Sources, fix: &'a Fix) -> Mend<'a> {
    let change = |edit: &'a crate::finding::Edit| Change {
        file: &sources.file(edit.span.file).name,
        start: edit.span.start,
        end: edit.span.end,
        insert: &edit.insert,
    };
    Mend { message: &fix.message, safe: fix.safe, edits: fix.edits.iter().map(change).collect() }
}
