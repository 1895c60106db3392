//! For GitHub: workflow commands, which become annotations on the changed files.
//!
//! Form and escapes: <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>.

use std::io;

use super::View;
use super::text::clean_lines;
use crate::finding::Severity;

/// Writes a command a finding: `::error file=plan.toml,line=3,...,title=DEP001 dependency-cycle::message`.
///
/// # Errors
///
/// Where writing fails.
pub fn github(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let sources = view.model.sources();
    for judged in &view.verdict.findings {
        let finding = &judged.finding;
        let (start, end) = sources.position(finding.primary.span);
        let words = view.catalogue.words(finding, view.model);
        let level = match judged.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let file = view.path_of(&sources.file(finding.primary.span.file).name);
        let title = format!("{} {}", finding.code, view.name_of(judged));
        let mut text = words.message;
        text.push_str(view.mark(judged));
        for (word, more) in [("help", &words.help), ("ask", &words.question)] {
            if !more.is_empty() {
                text.push_str(&format!("\n{word}: {more}"));
            }
        }
        write!(out, "::{level} file={},line={}", property(&file), start.line)?;
        // Columns are only understood within one line.
        if end.line == start.line {
            write!(out, ",col={},endColumn={}", start.column, end.column.max(start.column))?;
        }
        let text = data(&clean_lines(&text));
        writeln!(out, ",endLine={},title={}::{text}", end.line, property(&title))?;
    }
    Ok(())
}

/// A text as it may stand behind the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as it may stand as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_value_is_escaped_and_nothing_twice() {
        assert_eq!(data("50% done:\r\na, b"), "50%25 done:%0D%0Aa, b");
        assert_eq!(property("50%: a, b\n"), "50%25%3A a%2C b%0A");
        assert_eq!(data("%0A"), "%250A");
    }
}
