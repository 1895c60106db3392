//! How often each rule has spoken.

use std::collections::BTreeMap;
use std::io;

use super::View;
use crate::finding::Code;

/// How many findings each rule has, the most frequent first, then by code.
pub(super) fn counts(view: &View<'_>) -> Vec<(Code, usize)> {
    let mut by_code: BTreeMap<Code, usize> = BTreeMap::new();
    for judged in &view.verdict.findings {
        *by_code.entry(judged.finding.code).or_default() += 1;
    }
    let mut counts: Vec<(Code, usize)> = by_code.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// Writes a table: how many findings, of which rule, and what it says.
///
/// # Errors
///
/// Where writing fails.
pub fn statistics(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let counts = counts(view);
    let rule = |code: Code| view.catalogue.rule(code);
    let digits = counts.first().map_or(1, |(_, count)| count.to_string().len());
    let name_width =
        counts.iter().filter_map(|(code, _)| rule(*code)).map(|it| it.name.len()).max().unwrap_or(0);
    for (code, count) in counts {
        let (name, summary) = rule(code).map_or(("", ""), |rule| (&rule.name, &rule.summary));
        // Padded outside of the link.
        let pad = " ".repeat(6_usize.saturating_sub(code.as_str().len()));
        let code = view.linked(code, code.as_str());
        writeln!(out, "{count:>digits$}  {code}{pad}  {name:<name_width$}  {summary}")?;
    }
    Ok(())
}
