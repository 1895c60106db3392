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

use crate::catalogue::Catalogue;
use crate::finding::Finding;
use crate::model::Model;
use crate::source::{FileId, Span};

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

/// Compares what was found with what the comments in the plans expect. Returns one line for each difference.
pub fn mismatches(model: &Model<'_>, findings: &[Finding], catalogue: &Catalogue) -> Vec<String> {
    let mut wrong = Vec::new();
    for (file, source) in model.sources().iter() {
        let expected = parse(&source.text);
        let mut is_met = vec![false; expected.len()];
        for finding in findings.iter().filter(|finding| finding.primary.span.file == file) {
            let message = catalogue.words(finding, model).message;
            let found = Found::at(model, finding.primary.span);
            let matching = expected.iter().enumerate().find(|(number, it)| {
                !is_met[*number]
                    && !it.is_label
                    && it.code == finding.code.as_str()
                    && found.is(it)
                    && message.contains(&it.text)
            });
            match matching {
                Some((number, _)) => is_met[number] = true,
                None => wrong.push(format!(
                    "{}:{}:{}: not expected: {} {message}",
                    source.name, found.line, found.columns.0, finding.code
                )),
            }
        }
        for finding in findings {
            for label in finding.labels.iter().filter(|label| label.span.file == file) {
                let found = Found::at(model, label.span);
                for (number, it) in expected.iter().enumerate() {
                    if it.is_label
                        && it.code == finding.code.as_str()
                        && found.is(it)
                        && label.text.contains(&it.text)
                    {
                        is_met[number] = true;
                    }
                }
            }
        }
        for (it, _) in expected.iter().zip(&is_met).filter(|(_, is_met)| !**is_met) {
            let column = it.columns.map_or(1, |columns| columns.0);
            wrong.push(format!("{}:{}:{column}: not found: {} {}", source.name, it.line, it.code, it.text));
        }
    }
    wrong
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

/// Whether a finding's file is one of those whose comments were read.
pub fn has_expectations(model: &Model<'_>, file: FileId) -> bool {
    !parse(&model.sources().file(file).text).is_empty()
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
