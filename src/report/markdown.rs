//! For a comment on a pull request, or the summary of a job: the verdict, a table, and the details folded.

use std::fmt::Write as _;
use std::io;

use super::text::{clean, counted};
use super::{View, counts_of, statistics, why_hidden};
use crate::filter::{HiddenBy, Judged};
use crate::finding::Severity;

/// Characters that the report may have: GitHub refuses a comment of 65,536.
const MOST: usize = 60_000;

/// Writes the report. Where it would be too long for a comment, the worst findings come first and the rest is counted.
///
/// # Errors
///
/// Where writing fails.
pub fn markdown(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let verdict = view.verdict;
    let is_failing = verdict.findings.iter().any(|it| it.hidden.is_none() && it.severity >= view.fail_on);
    let mark = if is_failing { ":x:" } else { ":white_check_mark:" };
    let found = counts_of(verdict);
    let found = if found.is_empty() { "no findings".to_owned() } else { found };
    writeln!(out, "## {mark} planlint: {found}\n")?;
    let looked = verdict.looked;
    write!(
        out,
        "Checked {}: {} in {}.",
        counted(looked.plans, "plan"),
        counted(looked.tasks, "task"),
        counted(looked.files, "file")
    )?;
    writeln!(out, "{}", exceptions(view))?;
    if !verdict.failed.is_empty() {
        writeln!(
            out,
            "\nplanlint itself failed in {}; please report it.",
            counted(verdict.failed.len(), "rule")
        )?;
    }
    let counts = statistics::counts(view);
    if counts.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| findings | severity | rule | what |\n|---:|---|---|---|")?;
    for (code, count) in counts {
        let Some(rule) = view.catalogue.rule(code) else { continue };
        let worst = verdict.findings.iter().filter(|it| it.finding.code == code).map(|it| it.severity).max();
        let (name, severity) = (&rule.name, worst.map_or("", Severity::as_str));
        writeln!(out, "| {count} | {severity} | {code} {name} | {} |", escaped(&rule.summary))?;
    }
    details(view, out)
}

/// What is hidden, in one sentence: the number that a reviewer wants to know.
fn exceptions(view: &View<'_>) -> String {
    let hidden = &view.verdict.hidden;
    if hidden.is_empty() && view.verdict.suppressed == 0 {
        return String::new();
    }
    let count = |by: HiddenBy| {
        hidden.iter().filter(|it| it.hidden.as_ref().is_some_and(|hidden| hidden.by == by)).count()
    };
    let parts = [
        (HiddenBy::Ignore, "by a comment"),
        (HiddenBy::Waiver, "by a waiver"),
        (HiddenBy::Baseline, "in the baseline"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .map(|(by, words)| (count(by), words))
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} {words}"))
        .collect();
    let total = counted(view.verdict.suppressed, "accepted exception");
    if parts.is_empty() { format!(" {total}.") } else { format!(" {total}: {}.", parts.join(", ")) }
}

/// All findings, folded: the worst first, as many as there is room for.
fn details(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut worst_first: Vec<&Judged> = view.verdict.findings.iter().collect();
    worst_first.sort_by_key(|judged| std::cmp::Reverse(judged.severity));
    let mut text = String::new();
    let mut shown = 0;
    for judged in &worst_first {
        let next = one(view, judged);
        if text.len() + next.len() > MOST {
            break;
        }
        text.push_str(&next);
        shown += 1;
    }
    writeln!(out, "\n<details><summary>What to do and what to ask</summary>\n\n{text}")?;
    let more = worst_first.len() - shown;
    if more > 0 {
        writeln!(out, "... and {}.\n", counted(more, "more finding"))?;
    }
    writeln!(out, "</details>")
}

fn one(view: &View<'_>, judged: &Judged) -> String {
    let finding = &judged.finding;
    let sources = view.model.sources();
    let (start, _) = sources.position(finding.primary.span);
    let words = view.catalogue.words(finding, view.model);
    let file = clean(&sources.file(finding.primary.span.file).name, true).replace('`', "'");
    let mut text = format!(
        "- **{}** {} {} `{file}:{}`\n  {}\n",
        judged.severity.as_str(),
        finding.code,
        view.name_of(judged),
        start.line,
        escaped(&words.message)
    );
    if let Some(hidden) = &judged.hidden {
        let _ = writeln!(text, "  <br>{}", escaped(&why_hidden(hidden)));
    }
    for (word, more) in [("help", &words.help), ("ask", &words.question)] {
        if !more.is_empty() {
            let _ = writeln!(text, "  <br>*{word}:* {}", escaped(more));
        }
    }
    text
}

/// A text that means in Markdown what it says: no markup of its own, no HTML, nobody called by name and no issue named.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut is_code = false;
    // A lone backquote opens nothing; only what comes in pairs is code.
    let pairs = text.matches('`').count() / 2 * 2;
    let mut quotes = 0;
    for c in clean(text, true).chars() {
        match c {
            '`' if quotes < pairs => {
                quotes += 1;
                is_code = !is_code;
                out.push(c);
            }
            // A bar ends the cell of a table even within code.
            '|' => out.push_str("\\|"),
            c if is_code => out.push(c),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' | '#' => {
                out.push(c);
                out.push_str("<!-- -->");
            }
            '\\' | '*' | '_' | '[' | ']' | '~' | '`' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_plan_is_no_markup() {
        assert_eq!(
            escaped("a|b <b> *c* [d](e) @mia #7"),
            "a\\|b &lt;b&gt; \\*c\\* \\[d\\](e) @<!-- -->mia #<!-- -->7"
        );
        assert_eq!(escaped("`a_b` c_d `"), "`a_b` c\\_d \\`");
    }
}
