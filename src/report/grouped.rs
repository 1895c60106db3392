//! File by file: the name once, then a line a finding.

use std::io;

use super::View;
use super::text::clean;

/// Writes the findings of each file under its name.
///
/// # Errors
///
/// Where writing fails.
pub fn grouped(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let sources = view.model.sources();
    let findings = &view.verdict.findings;
    for group in
        findings.chunk_by(|one, other| one.finding.primary.span.file == other.finding.primary.span.file)
    {
        let Some(first) = group.first() else { continue };
        let file = clean(&sources.file(first.finding.primary.span.file).name, view.unicode);
        writeln!(out, "{}:", view.paint("1", &file))?;
        let places: Vec<String> = group
            .iter()
            .map(|judged| {
                let (start, _) = sources.position(judged.finding.primary.span);
                format!("{}:{}", start.line, start.column)
            })
            .collect();
        let width = places.iter().map(String::len).max().unwrap_or(0);
        for (judged, place) in group.iter().zip(&places) {
            let words = view.catalogue.words(&judged.finding, view.model);
            writeln!(
                out,
                "  {place:>width$}  {:<7}  {}  {}: {}{}",
                judged.severity.as_str(),
                view.linked(judged.finding.code, judged.finding.code.as_str()),
                view.name_of(judged),
                clean(&words.message, view.unicode),
                view.mark(judged),
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}
