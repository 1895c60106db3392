//! One line a finding: for logs, editors and `grep`.

use std::io;

use super::View;
use super::text::clean;

/// Writes each finding as `file:line:column: severity[CODE] name: message`.
///
/// # Errors
///
/// Where writing fails.
pub fn concise(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let sources = view.model.sources();
    for judged in &view.verdict.findings {
        let finding = &judged.finding;
        let (start, _) = sources.position(finding.primary.span);
        let file = clean(&sources.file(finding.primary.span.file).name, view.unicode);
        let words = view.catalogue.words(finding, view.model);
        writeln!(
            out,
            "{file}:{}:{}: {}[{}] {}: {}{}",
            start.line,
            start.column,
            judged.severity.as_str(),
            view.linked(finding.code, finding.code.as_str()),
            view.name_of(judged),
            clean(&words.message, view.unicode),
            view.mark(judged),
        )?;
    }
    Ok(())
}
