//! `planlint rules`: the list of rules, and which of them run here.

use std::io::{self, Write};

use serde::Serialize;

use super::{Exit, Io};
use crate::catalogue::{Rule, Scope, Status};
use crate::config::{Configs, Overrides, suggestion};
use crate::error::Error;

/// What was asked.
#[derive(Clone, Default, Debug)]
pub struct Rules {
    /// Show only these: codes, prefixes of codes, names. Empty: all.
    pub select: Vec<String>,
    /// One JSON object instead of a table.
    pub as_json: bool,
    /// What decides which rules run.
    pub overrides: Overrides,
}

/// Lists the rules.
pub fn rules(asked: Rules, io: &mut Io<'_>) -> Exit {
    let configs = match Configs::new(io.cwd.clone(), asked.overrides) {
        Ok(configs) => configs,
        Err(error) => {
            io.explain_failure(&error);
            return Exit::Failed;
        }
    };
    let settings = configs.for_folder(&io.cwd);
    let catalogue = &*configs.catalogue();
    let mut chosen: Vec<&Rule> = Vec::new();
    for rule in catalogue.rules() {
        if asked.select.is_empty() || asked.select.iter().any(|word| is_meant(word, rule)) {
            chosen.push(rule);
        }
    }
    if let Some(word) =
        asked.select.iter().find(|word| !catalogue.rules().iter().any(|it| is_meant(word, it)))
    {
        let suggestion = suggestion(catalogue, word);
        io.explain_failure(&Error::UnknownRule { option: "--select", value: word.clone(), suggestion });
        return Exit::Failed;
    }
    let rows: Vec<(&Rule, bool)> =
        chosen.into_iter().map(|rule| (rule, settings.runs(rule, false))).collect();
    let written = if asked.as_json { json(&rows, io.stdout) } else { table(&rows, io.stdout) };
    let mut exit = Exit::Clean;
    let written = written.and_then(|()| io.stdout.flush());
    for error in configs.errors() {
        io.explain_failure(&error);
        exit = Exit::Failed;
    }
    io.finish(written, exit)
}

fn is_meant(word: &str, rule: &Rule) -> bool {
    let code = rule.code.as_str();
    let is_prefix =
        !word.is_empty() && code.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    word.eq_ignore_ascii_case("all") || is_prefix || rule.name.eq_ignore_ascii_case(word)
}

fn table(rows: &[(&Rule, bool)], out: &mut dyn Write) -> io::Result<()> {
    let name_width = rows.iter().map(|(rule, _)| rule.name.len()).max().unwrap_or(4);
    for (rule, runs) in rows {
        let runs = if *runs { "on" } else { "off" };
        let severity = rule.severity.as_str();
        writeln!(
            out,
            "{:<6}  {:<name_width$}  {severity:<7}  {runs:<3}  {}",
            rule.code, rule.name, rule.summary
        )?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Row<'a> {
    code: &'a str,
    name: &'a str,
    family: &'a str,
    severity: &'static str,
    runs: bool,
    runs_on_imported: bool,
    status: &'static str,
    scope: &'static str,
    since: &'a str,
    summary: &'a str,
    question: &'a str,
    explanation: &'a str,
    source: &'a str,
}

fn json(rows: &[(&Rule, bool)], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"version\": 1,\n \"rules\": [")?;
    for (index, (rule, runs)) in rows.iter().enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        let row = Row {
            code: rule.code.as_str(),
            name: &rule.name,
            family: &rule.family,
            severity: rule.severity.as_str(),
            runs: *runs,
            runs_on_imported: *runs && rule.imported,
            status: match rule.status {
                Status::Preview => "preview",
                Status::Stable => "stable",
                Status::Deprecated => "deprecated",
                Status::Removed => "removed",
            },
            scope: match rule.scope {
                Scope::Plan => "plan",
                Scope::Portfolio => "portfolio",
            },
            since: &rule.since,
            summary: &rule.summary,
            question: &rule.question,
            explanation: rule.explanation.trim(),
            source: &rule.source,
        };
        serde_json::to_writer(&mut *out, &row)?;
    }
    writeln!(out, "]}}")
}
