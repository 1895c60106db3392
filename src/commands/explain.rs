//! `planlint explain CODE`: what a rule says, why, what to ask, and how a plan with and without the fault looks.

use std::io::{self, Write};

use super::{Common, Exit, Io};
use crate::catalogue::{Catalogue, Rule, Status};
use crate::read::nearest;
use crate::report::text::{clean, wrapped};

/// Explains the rules with these codes or names. What is not known is said, with what may have been meant.
pub fn explain(words: &[String], common: &Common, catalogue: &Catalogue, io: &mut Io<'_>) -> Exit {
    let page = Page { width: io.width(), color: io.colors(common.color) };
    let mut exit = Exit::Clean;
    let mut written = Ok(());
    let mut begun = false;
    for word in words {
        match catalogue.find(word.trim()) {
            Some(rule) => {
                let gap = if begun { "\n\n" } else { "" };
                written = written.and_then(|()| write!(io.stdout, "{gap}"));
                written = written.and_then(|()| page.rule(rule, io.stdout));
                begun = true;
            }
            None => {
                exit = Exit::Failed;
                let hint = suggestion(word, catalogue);
                io.complain(&format!("planlint: no rule has the code or name \"{word}\"{hint}"));
            }
        }
    }
    io.finish(written, exit)
}

fn suggestion(word: &str, catalogue: &Catalogue) -> String {
    let known = catalogue.rules().iter().flat_map(|rule| [rule.code.as_str(), rule.name.as_ref()]);
    match nearest(word, known) {
        Some(near) => format!("; did you mean \"{near}\"?"),
        None => "; `planlint rules` lists them all".to_owned(),
    }
}

struct Page {
    width: usize,
    color: bool,
}

impl Page {
    fn bold(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn rule(&self, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.bold(&format!("{} {}", rule.code, rule.name)))?;
        writeln!(out, "{}", wrapped(&rule.summary, self.width, 0, 0))?;
        writeln!(out, "{}", wrapped(&standing(rule), self.width, 0, 0))?;
        self.heading("Why", out)?;
        self.paragraphs(&rule.explanation, out)?;
        self.heading("Ask", out)?;
        self.paragraphs(&format!("\"{}\"", rule.question), out)?;
        for (title, example) in
            [("A plan with this fault", &rule.bad), ("The same plan without it", &rule.good)]
        {
            let Some(example) = example else { continue };
            self.heading(title, out)?;
            for line in without_expectations(example).lines() {
                writeln!(out, "{}", format!("    {}", clean(line, false)).trim_end())?;
            }
        }
        if !rule.option.is_empty() {
            self.heading("Options", out)?;
        }
        for (name, option) in &rule.option {
            self.paragraphs(&format!("{name} = {}: {}", option.default, option.means), out)?;
        }
        self.heading("Source", out)?;
        self.paragraphs(&rule.source, out)
    }

    fn heading(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{}", self.bold(title))
    }

    fn paragraphs(&self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for (index, paragraph) in text.trim().split("\n\n").enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(out, "{gap}  {}", wrapped(&clean(paragraph, false), self.width, 2, 2))?;
        }
        Ok(())
    }
}

/// How bad, whether it runs, and since when.
fn standing(rule: &Rule) -> String {
    let mut severities = vec![rule.severity.as_str()];
    for other in rule.variant.values().filter_map(|variant| variant.severity) {
        if !severities.contains(&other.as_str()) {
            severities.push(other.as_str());
        }
    }
    let runs = match (rule.status, rule.enabled, rule.imported) {
        (Status::Removed, ..) => "removed: it no longer runs",
        (Status::Preview, ..) => "runs only with `--preview`",
        (_, false, _) => "off unless selected",
        (_, true, false) => "on, but off for imported schedules",
        (_, true, true) => "on",
    };
    let end = if rule.status == Status::Deprecated { "; it will be removed" } else { "" };
    format!("Severity: {}. Runs: {runs}. Since {}{end}.", severities.join(" or "), rule.since)
}

/// An example without the comments that tell our tests what is to be found where.
pub(super) fn without_expectations(example: &str) -> String {
    let mut out = String::with_capacity(example.len());
    for line in example.lines() {
        if let Some(name) = line.strip_prefix("#- ") {
            out.push_str(&format!("# in the file {name}\n"));
            continue;
        }
        if is_expectation(line) {
            continue;
        }
        let kept = match line.rsplit_once("# error:") {
            Some((kept, codes)) if names_a_code(codes) => kept.trim_end(),
            _ => line,
        };
        out.push_str(kept);
        out.push('\n');
    }
    out
}

/// Whether a line is a comment that points at the line above: `#   ^^^^ DEP001: text`, `#   ---- DEP001`, `# ^file PLN009`.
fn is_expectation(line: &str) -> bool {
    let Some(comment) = line.trim_start().strip_prefix('#') else { return false };
    let comment = comment.trim_start();
    let pointer = comment.trim_start_matches(['^', '-']);
    pointer.len() < comment.len() && names_a_code(pointer.strip_prefix("file").unwrap_or(pointer))
}

/// Whether a text begins with the code of a rule.
fn names_a_code(text: &str) -> bool {
    let word = text.trim_start();
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    (2..=4).contains(&letters) && digits == 3
}
