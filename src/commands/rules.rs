//! `planlint rules`: the list of rules, and which of them run here.

use std::io::{self, Write};

use serde::Serialize;

use super::{Common, Exit, Io, pages};
use crate::catalogue::{Catalogue, PackHead, Rule, Scope, nearest};
use crate::config::{Overrides, suggestion};
use crate::error::Error;

/// What was asked.
#[derive(Clone, Default, Debug)]
pub struct Rules {
    /// Show only these: codes, prefixes of codes, names. Empty: all.
    pub select: Vec<String>,
    /// Show only rules of these packs: names, or the letters of their codes. Empty: all.
    pub packs: Vec<String>,
    /// How they are shown.
    pub form: Form,
    /// What decides which rules run.
    pub overrides: Overrides,
}

/// How rules are listed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Form {
    /// A line each.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// All that is known of them, a page for each family.
    Markdown,
}

/// Lists the rules.
pub fn rules(mut asked: Rules, common: &Common, io: &mut Io<'_>) -> Exit {
    let configs = match io.configs(&mut asked.overrides, common) {
        Ok(configs) => configs,
        Err(error) => {
            io.explain_failure(&error);
            return Exit::Failed;
        }
    };
    let settings = configs.for_folder(&io.cwd);
    let catalogue = &*configs.catalogue();
    let failure = asked
        .select
        .iter()
        .find(|word| !catalogue.rules().iter().any(|it| is_meant(word, it)))
        .map(|word| {
            let suggestion = suggestion(catalogue, word);
            Error::UnknownRule { option: "--select", value: word.clone(), suggestion }
        })
        .or_else(|| asked.packs.iter().find_map(|word| pack_named(catalogue, word).err()));
    if let Some(error) = failure {
        io.explain_failure(&error);
        return Exit::Failed;
    }
    let is_chosen = |rule: &&Rule| {
        (asked.select.is_empty() || asked.select.iter().any(|word| is_meant(word, rule)))
            && (asked.packs.is_empty()
                || asked.packs.iter().any(|word| is_pack(word, &rule.pack, &rule.family)))
    };
    let chosen: Vec<&Rule> = catalogue.rules().iter().filter(is_chosen).collect();
    let standing = |rule| Row {
        rule,
        on_plan_files: settings.runs(rule, false),
        on_imported: settings.runs(rule, true),
    };
    let rows: Vec<Row<'_>> = chosen.into_iter().map(standing).collect();
    let written = match asked.form {
        Form::Text => table(&rows, io.stdout),
        Form::Json => json(&rows, io.stdout),
        Form::Markdown => {
            let is_shown = |rule: &Rule| rows.iter().any(|row| row.rule.code == rule.code);
            let shown = catalogue.packs().iter().map(|pack| pages::family(catalogue, pack, &is_shown));
            let shown: Vec<String> = shown.filter(|page| !page.is_empty()).collect();
            write!(io.stdout, "{}", shown.join("\n"))
        }
    };
    let mut exit = Exit::Clean;
    let written = written.and_then(|()| io.stdout.flush());
    for error in configs.errors() {
        io.explain_failure(&error);
        exit = Exit::Failed;
    }
    io.finish(written, exit)
}

fn is_pack(word: &str, id: &str, family: &str) -> bool {
    word.eq_ignore_ascii_case(id) || word.eq_ignore_ascii_case(family)
}

/// The pack with this name or these letters.
pub(super) fn pack_named<'c>(catalogue: &'c Catalogue, word: &str) -> Result<&'c PackHead, Error> {
    let packs = catalogue.packs();
    packs.iter().find(|pack| is_pack(word, &pack.id, &pack.family)).ok_or_else(|| {
        let known = packs.iter().flat_map(|pack| [&*pack.id, &*pack.family]);
        let suggestion =
            nearest(word, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        Error::UnknownPack { value: word.to_owned(), suggestion }
    })
}

fn is_meant(word: &str, rule: &Rule) -> bool {
    let code = rule.code.as_str();
    let is_prefix =
        !word.is_empty() && code.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word));
    word.eq_ignore_ascii_case("all")
        || is_prefix
        || rule.name.eq_ignore_ascii_case(word)
        || rule.is_former(word)
}

/// A rule, and on which plans it runs.
struct Row<'a> {
    rule: &'a Rule,
    on_plan_files: bool,
    on_imported: bool,
}

impl Row<'_> {
    fn runs(&self) -> bool {
        self.on_plan_files || self.on_imported
    }
}

fn table(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let name_width = rows.iter().map(|row| row.rule.name.len()).max().unwrap_or(4);
    for row in rows {
        let rule = row.rule;
        let runs = if row.runs() { "on" } else { "off" };
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
struct JsonRow<'a> {
    code: &'a str,
    name: &'a str,
    family: &'a str,
    severity: &'static str,
    runs: bool,
    runs_on_imported: bool,
    runs_on_plan_files: bool,
    status: &'static str,
    scope: &'static str,
    since: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    status_since: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    formerly: &'a [std::borrow::Cow<'static, str>],
    summary: &'a str,
    question: &'a str,
    explanation: &'a str,
    source: &'a str,
}

fn json(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\"version\": 1,\n \"rules\": [")?;
    for (index, standing) in rows.iter().enumerate() {
        let rule = standing.rule;
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        let row = JsonRow {
            code: rule.code.as_str(),
            name: &rule.name,
            family: &rule.family,
            severity: rule.severity.as_str(),
            runs: standing.runs(),
            runs_on_imported: standing.on_imported,
            runs_on_plan_files: standing.on_plan_files,
            status: rule.status.as_str(),
            scope: match rule.scope {
                Scope::Plan => "plan",
                Scope::Portfolio => "portfolio",
            },
            since: &rule.since,
            status_since: &rule.status_since,
            formerly: &rule.formerly,
            summary: &rule.summary,
            question: &rule.question,
            explanation: rule.explanation.trim(),
            source: &rule.source,
        };
        serde_json::to_writer(&mut *out, &row)?;
    }
    writeln!(out, "]}}")
}
