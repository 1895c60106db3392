//! For code scanning: SARIF 2.1.0.
//!
//! Only rules that spoke are described; each result names its rule by its number there. What is hidden is part of the
//! report as a suppressed result with its reason. No path of the machine is written: files are named from `srcRoot`.

use std::collections::BTreeMap;
use std::io;

use serde_json::{Value, json};

use super::text::clean_lines;
use super::{View, why_hidden};
use crate::catalogue::Rule;
use crate::filter::{Hidden, HiddenBy, Judged};
use crate::finding::{Code, Fix, Severity};
use crate::source::{FileId, Format, Span};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Writes the report.
///
/// # Errors
///
/// Where writing fails.
pub fn sarif(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let verdict = view.verdict;
    let mut results: Vec<&Judged> = verdict.findings.iter().chain(&verdict.hidden).collect();
    results.sort_by_key(|judged| (judged.finding.primary.span, judged.finding.code));
    let mut numbers: BTreeMap<Code, usize> = results.iter().map(|judged| (judged.finding.code, 0)).collect();
    for (number, slot) in numbers.values_mut().enumerate() {
        *slot = number;
    }
    let rules: Vec<Value> = numbers
        .keys()
        .filter_map(|code| view.catalogue.rule(*code))
        .map(|rule| described(view, rule))
        .collect();
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "shortDescription": { "text": env!("CARGO_PKG_DESCRIPTION") },
        "rules": rules,
    });
    write!(
        out,
        "{{\"$schema\": \"{SCHEMA}\",\n \"version\": \"2.1.0\",\n \"runs\": [{{\"tool\": {{\"driver\": "
    )?;
    serde_json::to_writer(&mut *out, &driver)?;
    write!(out, "}},\n \"columnKind\": \"unicodeCodePoints\",\n \"originalUriBaseIds\": ")?;
    let root = json!({ "srcRoot": { "description": { "text": "The folder of the repository." } } });
    serde_json::to_writer(&mut *out, &root)?;
    write!(out, ",\n \"invocations\": ")?;
    serde_json::to_writer(&mut *out, &json!([invocation(view)]))?;
    write!(out, ",\n \"artifacts\": ")?;
    let artifacts: Vec<Value> =
        view.model.sources().iter().map(|(id, _)| json!({ "location": artifact(view, id) })).collect();
    serde_json::to_writer(&mut *out, &artifacts)?;
    write!(out, ",\n \"results\": [")?;
    for (index, judged) in results.into_iter().enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        let number = numbers.get(&judged.finding.code).copied().unwrap_or(0);
        serde_json::to_writer(&mut *out, &result(view, judged, number))?;
    }
    writeln!(out, "]}}]}}")
}

/// How it went; rules in which planlint itself failed are told of here.
fn invocation(view: &View<'_>) -> Value {
    let failed = &view.verdict.failed;
    let told: Vec<Value> = failed
        .iter()
        .map(|(code, said)| {
            let text = format!("planlint itself failed in {code}: {said}");
            json!({ "level": "error", "message": { "text": text }, "associatedRule": { "id": code.as_str() } })
        })
        .collect();
    json!({ "executionSuccessful": failed.is_empty(), "toolExecutionNotifications": told })
}

/// All that the catalogue knows of a rule.
fn described(view: &View<'_>, rule: &Rule) -> Value {
    let paragraphs = rule.explanation.trim();
    let status = rule.status.as_str();
    let text = format!("{paragraphs}\n\nAsk: {}\n\nSource: {}", rule.question, rule.source);
    let markdown = format!("{paragraphs}\n\n**Ask:** {}\n\n**Source:** {}\n", rule.question, rule.source);
    let mut value = json!({
        "id": rule.code.as_str(),
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": paragraphs },
        "help": { "text": text, "markdown": markdown },
        "defaultConfiguration": { "enabled": rule.enabled, "level": level(rule.severity) },
        "properties": {
            "tags": [rule.family, rule.pack],
            "question": rule.question,
            "source": rule.source,
            "since": rule.since,
            "status": status,
            "problem.severity": match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Advice => "recommendation",
            },
        },
    });
    if let Some(page) = view.page_of(rule) {
        set(&mut value, "helpUri", json!(page));
    }
    if !rule.formerly.is_empty() {
        let is_code =
            |word: &&std::borrow::Cow<'_, str>| word.bytes().last().is_some_and(|it| it.is_ascii_digit());
        let codes: Vec<_> = rule.formerly.iter().filter(is_code).collect();
        set(&mut value, "deprecatedIds", json!(codes));
    }
    value
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn result(view: &View<'_>, judged: &Judged, number: usize) -> Value {
    let finding = &judged.finding;
    let words = view.catalogue.words(finding, view.model);
    let mut text = words.message;
    for (word, more) in [("Help", &words.help), ("Ask", &words.question)] {
        if !more.is_empty() {
            text.push_str(&format!("\n{word}: {more}"));
        }
    }
    let mut place = location(view, finding.primary.span);
    if let Some(entity) = finding.entity {
        let plan = judged.plan.map_or("", |plan| view.model.plan_id(plan));
        let id = view.model.id(entity);
        let logical =
            json!({ "name": id, "fullyQualifiedName": format!("{plan}/{id}"), "kind": entity.kind.as_str() });
        set(&mut place, "logicalLocations", json!([logical]));
    }
    let mut value = json!({
        "ruleId": finding.code.as_str(),
        "ruleIndex": number,
        "level": level(judged.severity),
        "message": { "text": message(&text) },
        "locations": [place],
        "partialFingerprints": { "planlint/v1": judged.fingerprint },
    });
    if !finding.labels.is_empty() {
        let related = finding.labels.iter().enumerate().map(|(index, label)| {
            let mut place = location(view, label.span);
            set(&mut place, "id", json!(index));
            if !label.text.is_empty() {
                set(&mut place, "message", json!({ "text": message(&label.text) }));
            }
            place
        });
        set(&mut value, "relatedLocations", related.collect());
    }
    if let Some(fix) = &finding.fix {
        set(&mut value, "fixes", json!([mended(view, fix)]));
    }
    if let Some(hidden) = &judged.hidden {
        set(&mut value, "suppressions", json!([suppression(view, hidden)]));
    }
    if view.verdict.has_baseline {
        let is_known = judged.hidden.as_ref().is_some_and(|hidden| hidden.by == HiddenBy::Baseline);
        set(&mut value, "baselineState", json!(if is_known { "unchanged" } else { "new" }));
    }
    value
}

fn set(value: &mut Value, name: &str, inner: Value) {
    if let Value::Object(fields) = value {
        fields.insert(name.to_owned(), inner);
    }
}

/// A text with nothing in it that a viewer takes for a link to a related place: `[words](1)`.
fn message(text: &str) -> String {
    clean_lines(text).replace("](", "] (")
}

fn suppression(view: &View<'_>, hidden: &Hidden) -> Value {
    json!({
        // What stands in the plan itself is in the source, even where it is a waiver.
        "kind": if hidden.by == HiddenBy::Baseline { "external" } else { "inSource" },
        "status": "accepted",
        "justification": why_hidden(hidden),
        "location": location(view, hidden.place),
    })
}

fn mended(view: &View<'_>, fix: &Fix) -> Value {
    let mut files: BTreeMap<FileId, Vec<Value>> = BTreeMap::new();
    for edit in &fix.edits {
        let region = region(view, edit.span);
        let replacement = json!({ "deletedRegion": region, "insertedContent": { "text": edit.insert } });
        files.entry(edit.span.file).or_default().push(replacement);
    }
    let changes: Vec<Value> = files
        .into_iter()
        .map(|(file, replacements)| json!({ "artifactLocation": artifact(view, file), "replacements": replacements }))
        .collect();
    json!({ "description": { "text": message(&fix.message) }, "artifactChanges": changes })
}

fn location(view: &View<'_>, span: Span) -> Value {
    let file = view.model.sources().file(span.file);
    let mut place = json!({ "artifactLocation": artifact(view, span.file) });
    // A file that was not read as text has no lines.
    if file.format != Format::Unsupported {
        set(&mut place, "region", region(view, span));
    }
    json!({ "physicalLocation": place })
}

fn region(view: &View<'_>, span: Span) -> Value {
    let (start, end) = view.model.sources().position(span);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

fn artifact(view: &View<'_>, file: FileId) -> Value {
    let path = view.path_of(&view.model.sources().file(file).name);
    let is_absolute = path.starts_with('/') || path.get(1..3) == Some(":/");
    if is_absolute {
        let slash = if path.starts_with('/') { "" } else { "/" };
        return json!({ "uri": format!("file://{slash}{}", uri(&path)) });
    }
    json!({ "uri": uri(&path), "uriBaseId": "srcRoot" })
}

/// A path with everything escaped that a URI gives a meaning of its own.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("pläne/a b#1%.toml"), "pl%C3%A4ne/a%20b%231%25.toml");
    }

    #[test]
    fn words_of_a_plan_are_no_links() {
        assert_eq!(message("a [b](1)\nc"), "a [b] (1)\nc");
    }
}
