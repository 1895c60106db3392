//! Expectations written into plans as comments: what must be found, and where.
//!
//! ```toml
//! [task.rollout]
//! #     ^^^^^^^ GAT005: no way back
//! owner = "jonsa"
//! #        ^^^^^ OWN002
//! duration = "5d"  # error: SCH001
//! # ^file PLN008
//! ```
//!
//! Carets point to the nearest line above that is no expectation; columns count characters. `---` points to a second
//! place of the finding named after it. Text after the colon must be contained in the message. Used by the tests of the
//! built-in rules and by whoever tests rules of their own.

use jiff::civil::Date;

use crate::catalogue::{Catalogue, Options, Rule, placeholders};
use crate::config::{Configs, Overrides};
use crate::finding::{Code, Finding};
use crate::model::Model;
use crate::rules::PlanSettings;
use crate::source::{FileId, Sources, Span};

/// One expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Expected {
    code: String,
    text: String,
    /// Line, from 1; 0 for the file as a whole.
    line: u32,
    /// First and last column, from 1; none where only the line counts.
    columns: Option<(u32, u32)>,
    /// Whether a further place of the finding is meant.
    is_label: bool,
}

/// One thing in which what was found differs from what the comments expect.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Where: of what was found, or of what was expected and is not there. Empty at 0 for a file as a whole.
    pub at: Span,
    /// What is wrong, in words.
    pub problem: String,
    /// Where the finding was expected, when it was found elsewhere.
    pub expected_at: Option<Span>,
}

/// Compares what was found with what the comments in the plans expect. Returns one line for each difference.
pub fn mismatches(model: &Model<'_>, findings: &[Finding], catalogue: &Catalogue) -> Vec<String> {
    differences(model, findings, catalogue)
        .into_iter()
        .map(|difference| {
            let at = model.sources().position(difference.at).0;
            let name = &model.sources().file(difference.at.file).name;
            format!("{name}:{}:{}: {}", at.line, at.column, difference.problem)
        })
        .collect()
}

/// Compares what was found with what the comments in the plans expect, file by file.
pub fn differences(model: &Model<'_>, findings: &[Finding], catalogue: &Catalogue) -> Vec<Difference> {
    let mut wrong = Vec::new();
    for (file, source) in model.sources().iter() {
        let mut expected = parse(&source.text);
        let mut unexpected = Vec::new();
        for finding in findings.iter().filter(|finding| finding.primary.span.file == file) {
            let message = catalogue.words(finding, model).message;
            let found = Found::at(model, finding.primary.span);
            let matching = expected.iter().position(|it| {
                !it.is_label && it.code == finding.code.as_str() && found.is(it) && message.contains(&it.text)
            });
            match matching {
                Some(number) => drop(expected.remove(number)),
                None => unexpected.push((finding, message, found)),
            }
        }
        for finding in findings {
            for label in finding.labels.iter().filter(|label| label.span.file == file) {
                let found = Found::at(model, label.span);
                expected.retain(|it| {
                    !(it.is_label
                        && it.code == finding.code.as_str()
                        && found.is(it)
                        && label.text.contains(&it.text))
                });
            }
        }
        for (finding, message, found) in unexpected {
            let code = finding.code.as_str();
            let at = finding.primary.span;
            // The same place says most; else the same code at another place.
            let is_meant = |it: &Expected| !it.is_label && it.code == code;
            let here = expected.iter().position(|it| is_meant(it) && found.is(it));
            let near = here.or_else(|| expected.iter().position(is_meant));
            let near = near.map(|number| expected.remove(number));
            let difference = match near {
                Some(it) if found.is(&it) => Difference {
                    at,
                    problem: format!(
                        "{code} is found, but \"{}\" does not stand in its message: {message}",
                        it.text
                    ),
                    expected_at: None,
                },
                Some(it) if it.line == found.line && it.columns.is_some() => Difference {
                    at,
                    problem: format!(
                        "the carets of {code} do not stand under what is found: those below line {} should stand in {}, \
                         and stand in {}",
                        it.line,
                        in_words(Some(found.columns)),
                        in_words(it.columns)
                    ),
                    expected_at: None,
                },
                Some(it) => Difference {
                    at,
                    problem: format!(
                        "{code} is found here and not where it is expected, {}: {message}",
                        it.place()
                    ),
                    expected_at: Some(it.span(model.sources(), file)),
                },
                None => {
                    Difference { at, problem: format!("not expected: {code} {message}"), expected_at: None }
                }
            };
            wrong.push(difference);
        }
        wrong.extend(expected.iter().map(|it| {
            let text = if it.text.is_empty() { String::new() } else { format!(": {}", it.text) };
            let problem = format!("expected and not found: {}{text}", it.code);
            Difference { at: it.span(model.sources(), file), problem, expected_at: None }
        }));
    }
    wrong
}

fn in_words(columns: Option<(u32, u32)>) -> String {
    match columns {
        Some((first, last)) if first < last && last < u32::MAX => format!("columns {first} to {last}"),
        Some((first, _)) => format!("column {first}"),
        None => "no column".to_owned(),
    }
}

/// The plans of an example, what was found in them, and the rules that failed.
struct Tried<'s> {
    model: Model<'s>,
    findings: Vec<Finding>,
    failed: Vec<(Code, String)>,
}

/// The day on which examples are judged: 2026-10-02.
pub fn day() -> Date {
    jiff::civil::date(2026, 10, 2)
}

/// Runs an example of a rule with that rule and the reading of plans switched on, nothing else, and compares it with its
/// comments. Also says where words of the rule hold a placeholder that nothing fills.
pub fn run_example(catalogue: &Catalogue, rule: &Rule, sources: &Sources) -> Vec<Difference> {
    let tried = tried(catalogue, rule, sources);
    let mut wrong = differences(&tried.model, &tried.findings, catalogue);
    let start = Span::new(FileId::new(0), 0, 0);
    for (code, text) in tried.failed {
        let problem = format!("planlint itself failed in {code}: {text}");
        wrong.push(Difference { at: start, problem, expected_at: None });
    }
    for finding in &tried.findings {
        let words = catalogue.words(finding, &tried.model);
        for text in [words.message, words.help, words.question] {
            let is_name =
                |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if placeholders(&text).any(is_name) {
                let problem = format!("{}: a placeholder that nothing fills: {text}", finding.code);
                wrong.push(Difference { at: finding.primary.span, problem, expected_at: None });
            }
        }
    }
    wrong
}

/// What became of one example of a rule.
pub struct Trial {
    /// `bad` or `good`.
    pub example: &'static str,
    /// The text of the example.
    pub text: String,
    /// The plans it holds.
    pub sources: Sources,
    /// What is not as it should be.
    pub differences: Vec<Difference>,
}

/// Runs both examples of a rule, as far as it has them.
pub fn run_examples(catalogue: &Catalogue, rule: &Rule) -> Vec<Trial> {
    let examples = [("bad", &rule.bad), ("good", &rule.good)];
    let given = examples.into_iter().filter_map(|(name, text)| text.as_deref().map(|text| (name, text)));
    given
        .map(|(example, text)| {
            let sources = Sources::from_texts(files(text));
            let mut differences = run_example(catalogue, rule, &sources);
            let expects = expects_something(text);
            let problem = match example {
                "bad" if !expects => "this example shows a fault, but no comment says where it is found",
                "good" if expects => {
                    "this example shows a plan without the fault, but a comment expects a finding"
                }
                _ => "",
            };
            if !problem.is_empty() && !sources.is_empty() {
                let at = Span::new(FileId::new(0), 0, 0);
                differences.insert(0, Difference { at, problem: problem.to_owned(), expected_at: None });
            }
            Trial { example, text: text.to_owned(), sources, differences }
        })
        .collect()
}

fn tried<'s>(catalogue: &Catalogue, rule: &Rule, sources: &'s Sources) -> Tried<'s> {
    let runs = |other: &Rule| other.code == rule.code || other.family == "PLN";
    // What is wrong with ignores and waivers shows only in the verdict, and those rules are all built in.
    let select = vec![rule.code.to_string(), "PLN".to_owned()];
    let overrides = Overrides { select, isolated: true, ..Overrides::default() };
    if rule.family == "LNT"
        && let Ok(configs) = Configs::new(std::path::PathBuf::new(), overrides)
    {
        let report = crate::check(sources, &configs, &crate::Clock { today: day() });
        let findings = report.verdict.findings.into_iter().map(|judged| judged.finding).collect();
        return Tried { model: report.model, findings, failed: report.verdict.failed };
    }
    let options = Options::new();
    let settings = || PlanSettings { runs: &runs, options: &options, guesses: true };
    let mut found =
        crate::find(sources, catalogue, |model| model.plans.iter().map(|_| settings()).collect(), day());
    // An example about an asset or a site needs no task.
    let is_shown = |found: &Rule| runs(found) && (found.code.as_str() != "PLN008" || found.code == rule.code);
    found.findings.retain(|finding| catalogue.rule(finding.code).is_some_and(is_shown));
    Tried { model: found.model, findings: found.findings, failed: found.failed }
}

impl Expected {
    /// Where it points to, in words.
    fn place(&self) -> String {
        match (self.line, self.columns) {
            (0, _) => "in the file as a whole".to_owned(),
            (line, None) => format!("in line {line}"),
            (line, Some((column, _))) => format!("at {line}:{column}"),
        }
    }

    /// Where it points to.
    fn span(&self, sources: &Sources, file: FileId) -> Span {
        let source = sources.file(file);
        let Some(line) = (self.line as usize).checked_sub(1) else { return Span::new(file, 0, 0) };
        let (start, end) = (source.lines().start(line), source.lines().end(&source.text, line));
        let text = source.text.get(start as usize..end as usize).unwrap_or("");
        let byte = |column: u32| {
            let at = text.char_indices().nth(column as usize).map_or(text.len(), |(at, _)| at);
            start as usize + at
        };
        match self.columns {
            Some((first, last)) => Span::new(file, byte(first.saturating_sub(1)), byte(last)),
            None => Span::new(file, start as usize, end as usize),
        }
    }
}

/// Where a finding is, as expectations count.
struct Found {
    line: u32,
    columns: (u32, u32),
    is_empty: bool,
}

impl Found {
    fn at(model: &Model<'_>, span: Span) -> Self {
        let (start, end) = model.sources().position(span);
        let last = if end.line == start.line { end.column.max(start.column + 1) - 1 } else { u32::MAX };
        Self { line: start.line, columns: (start.column, last), is_empty: span.is_empty() }
    }

    fn is(&self, expected: &Expected) -> bool {
        match expected.columns {
            _ if expected.line == 0 => true,
            None => self.line == expected.line,
            // A place between two characters, and one that goes on in the next line, are pointed at by their beginning.
            Some((first, _)) if self.is_empty || self.columns.1 == u32::MAX => {
                self.line == expected.line && self.columns.0 == first
            }
            Some(columns) => self.line == expected.line && self.columns == columns,
        }
    }
}

/// Whether the comments of a text expect anything.
pub fn expects_something(text: &str) -> bool {
    !parse(text).is_empty()
}

fn parse(text: &str) -> Vec<Expected> {
    let mut expected = Vec::new();
    let mut target = 0;
    for (index, line) in text.lines().enumerate() {
        let number = index as u32 + 1;
        match parse_line(line, target) {
            Some(it) => expected.push(it),
            None => {
                target = number;
                if let Some((_, rest)) = line.rsplit_once("# error: ") {
                    for code in rest.split(',') {
                        let (code, text) = code_and_text(code);
                        expected.push(Expected { code, text, line: number, columns: None, is_label: false });
                    }
                }
            }
        }
    }
    expected
}

/// `#    ^^^^ CODE: text`, `#    ---- CODE`, `# ^file CODE`.
fn parse_line(line: &str, target: u32) -> Option<Expected> {
    let indent = line.chars().take_while(|c| *c == ' ').count();
    let comment = line.trim_start_matches(' ').strip_prefix('#')?;
    let blanks = comment.chars().take_while(|c| *c == ' ').count();
    let rest = comment.trim_start_matches(' ');
    if let Some(rest) = rest.strip_prefix("^file ") {
        let (code, text) = code_and_text(rest);
        return Some(Expected { code, text, line: 0, columns: None, is_label: false });
    }
    let mark = rest.chars().next().filter(|c| matches!(c, '^' | '-'))?;
    let length = rest.chars().take_while(|c| *c == mark).count();
    let after = rest[length..].strip_prefix(' ')?;
    let (code, text) = code_and_text(after);
    let is_code = code.len() >= 4 && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let first = (indent + 1 + blanks) as u32 + 1;
    is_code.then(|| Expected {
        code,
        text,
        line: target,
        columns: Some((first, first + length as u32 - 1)),
        is_label: mark == '-',
    })
}

fn code_and_text(text: &str) -> (String, String) {
    let (code, text) = text.trim().split_once(':').unwrap_or((text.trim(), ""));
    (code.trim().to_owned(), text.trim().to_owned())
}

/// Cuts one text into the files it stands for, at lines `#- NAME`; without such a line it is `plan.toml`.
pub fn files(text: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("#- ") {
            files.push((name.trim().to_owned(), String::new()));
            continue;
        }
        match files.last_mut() {
            Some((_, text)) => text.push_str(line),
            None if line.trim().is_empty() => {}
            None => files.push(("plan.toml".to_owned(), line.to_owned())),
        }
    }
    files
}
