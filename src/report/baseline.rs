//! A baseline: the findings that are known from now on, as `config` reads them again.

use std::io;

use super::View;
use super::text::{clean, counted};
use crate::filter::{HiddenBy, Judged, plan_key};

/// Who and when: the head of a baseline.
pub struct Head<'a> {
    /// Who sees to it that the list gets shorter; may be empty.
    pub owner: &'a str,
    /// The day it is written.
    pub date: jiff::civil::Date,
}

/// Writes the list of findings that are known from now on: all that are found and that neither a comment nor a waiver
/// hides. A line a finding, sorted by plan, rule and thing, so that two versions can be compared and merged.
///
/// # Errors
///
/// Where writing fails.
pub fn baseline(view: &View<'_>, head: &Head<'_>, out: &mut dyn io::Write) -> io::Result<usize> {
    let mut rows: Vec<Row<'_>> =
        view.verdict.findings.iter().filter(|it| is_new(it)).map(|it| row(view, it)).collect();
    rows.sort();
    writeln!(
        out,
        "# Findings of planlint that were known on the day below. They are not shown and fail no check; new ones do."
    )?;
    writeln!(
        out,
        "# A line goes when its finding is put right: planlint says so (LNT006). `planlint check --no-ignores` shows all."
    )?;
    writeln!(out, "\n[baseline]\nversion = 1")?;
    let asked = if head.owner.is_empty() { "  # who sees to it that this list gets shorter?" } else { "" };
    writeln!(out, "owner = {}{asked}\ndate = {}", text(head.owner), head.date)?;
    writeln!(out, "\n[known]")?;
    for group in rows.chunk_by(|one, other| (one.plan, &one.file) == (other.plan, &other.file)) {
        let Some(first) = group.first() else { continue };
        let home = if first.plan.is_empty() { first.file.as_str() } else { first.plan };
        writeln!(out, "# {}: {}", clean(home, true), counted(group.len(), "finding"))?;
        for row in group {
            write!(out, "{} = {{ code = \"{}\"", row.fingerprint, row.code)?;
            for (name, value) in [("plan", row.plan), ("file", &row.file), ("about", &row.about)] {
                if !value.is_empty() {
                    write!(out, ", {name} = {}", text(value))?;
                }
            }
            writeln!(out, ", message = {} }}", text(&row.message))?;
        }
    }
    Ok(rows.len())
}

/// Whether a finding becomes part of the list.
fn is_new(judged: &Judged) -> bool {
    judged.hidden.as_ref().is_none_or(|hidden| hidden.by == HiddenBy::Baseline)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row<'a> {
    plan: &'a str,
    file: String,
    code: &'a str,
    about: String,
    message: String,
    fingerprint: &'a str,
}

fn row<'a>(view: &View<'a>, judged: &'a Judged) -> Row<'a> {
    let finding = &judged.finding;
    let plan = judged.plan.map_or("", |plan| plan_key(plan, view.model));
    let path = &view.model.sources().file(finding.primary.span.file).path;
    let name = path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
    Row {
        plan,
        file: if plan.is_empty() { name } else { String::new() },
        code: finding.code.as_str(),
        about: finding
            .entity
            .map_or(String::new(), |it| format!("{} {}", it.kind.as_str(), view.model.id(it))),
        message: view.catalogue.words(finding, view.model).message,
        fingerprint: &judged.fingerprint,
    }
}

/// A text as TOML: on one line, with what a reader could not see escaped.
fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if super::text::harmless(c, true) != c => {
                out.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_can_be_written_and_read_again() {
        for it in ["", "a \"b\" \\c", "line\nnext\t\u{1b}[31m\u{202e}", "Zürich"] {
            let table: toml::Table = toml::from_str(&format!("a = {}", text(it))).unwrap();
            assert_eq!(table["a"].as_str(), Some(it));
        }
    }
}
