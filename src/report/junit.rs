//! For Jenkins and others that show tests: a suite a file, a failed test a finding that makes the check fail.
//!
//! A finding that does not make it fail is a passed test with its words as output, so that advice turns no build red; a
//! hidden one is a skipped test. A file without findings is one passed test, so that it is seen to be checked.

use std::io;

use rustc_hash::FxHashMap;

use super::View;
use super::text::clean_lines;
use crate::filter::Judged;
use crate::source::{FileId, Format};

/// Writes the report as XML.
///
/// # Errors
///
/// Where writing fails.
pub fn junit(view: &View<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let sources = view.model.sources();
    let mut by_file: Vec<Vec<&Judged>> = vec![Vec::new(); sources.len()];
    for judged in &view.verdict.findings {
        if let Some(list) = by_file.get_mut(judged.finding.primary.span.file.index()) {
            list.push(judged);
        }
    }
    let suites: Vec<(FileId, &str, &[&Judged])> = sources
        .iter()
        .zip(&by_file)
        .filter(|((_, file), found)| file.format != Format::Config || !found.is_empty())
        .map(|((id, file), found)| (id, file.name.as_str(), found.as_slice()))
        .collect();
    let tests: usize = suites.iter().map(|(_, _, found)| found.len().max(1)).sum();
    let failures: usize = suites.iter().map(|(_, _, found)| failing(view, found)).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"planlint\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
    for (_, name, found) in suites {
        let skipped = found.iter().filter(|judged| judged.hidden.is_some()).count();
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{skipped}\">",
            xml(name),
            found.len().max(1),
            failing(view, found),
        )?;
        if found.is_empty() {
            writeln!(out, "    <testcase name=\"no findings\" classname=\"{}\"/>", xml(name))?;
        }
        let mut repeats: FxHashMap<String, usize> = FxHashMap::default();
        for judged in found {
            let title = title(view, judged);
            let repeat = repeats.entry(title.clone()).or_insert(0);
            *repeat += 1;
            let title = if *repeat == 1 { title } else { format!("{title} ({repeat})") };
            case(view, judged, name, &title, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn is_failing(view: &View<'_>, judged: &Judged) -> bool {
    judged.hidden.is_none() && judged.severity >= view.fail_on
}

fn failing(view: &View<'_>, found: &[&Judged]) -> usize {
    found.iter().filter(|judged| is_failing(view, judged)).count()
}

/// The name of the test: without a line, so that a service knows it again in the next version of the plan.
fn title(view: &View<'_>, judged: &Judged) -> String {
    let finding = &judged.finding;
    let about = finding.entity.map_or(String::new(), |it| format!(": {}", view.model.id(it)));
    format!("{} {}{about}", finding.code, view.name_of(judged))
}

fn case(
    view: &View<'_>,
    judged: &Judged,
    file: &str,
    title: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let finding = &judged.finding;
    let words = view.catalogue.words(finding, view.model);
    let (start, _) = view.model.sources().position(finding.primary.span);
    writeln!(out, "    <testcase name=\"{}\" classname=\"{}\">", xml(title), xml(file))?;
    let (message, kind) = (xml(&words.message), judged.severity.as_str());
    let mut text = format!("{file}:{}:{}: {}", start.line, start.column, words.message);
    for (word, more) in [("help", &words.help), ("ask", &words.question)] {
        if !more.is_empty() {
            text.push_str(&format!("\n{word}: {more}"));
        }
    }
    let text = xml_text(&text);
    match &judged.hidden {
        Some(hidden) => {
            let why = xml(&super::why_hidden(hidden));
            writeln!(out, "      <skipped type=\"{}\" message=\"{why}\"/>", hidden.by.as_str())?;
            writeln!(out, "      <system-out>{text}</system-out>")?;
        }
        None if is_failing(view, judged) => {
            writeln!(out, "      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>")?;
        }
        None => writeln!(out, "      <system-out>{kind}: {text}</system-out>")?,
    }
    writeln!(out, "    </testcase>")
}

/// A text on one line as the value of an attribute.
fn xml(text: &str) -> String {
    xml_text(text).replace('"', "&quot;").replace('\n', " ")
}

/// A text between two tags. Characters that XML cannot hold, however written, are replaced.
fn xml_text(text: &str) -> String {
    let harmless: String = clean_lines(text)
        .chars()
        .map(|c| if matches!(c, '\u{FFFE}' | '\u{FFFF}') { '\u{FFFD}' } else { c })
        .collect();
    harmless.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_what_xml_cannot_hold_is_escaped() {
        assert_eq!(xml("<a & \"b\"]]>\n"), "&lt;a &amp; &quot;b&quot;]]&gt; ");
        assert_eq!(xml_text("a\u{0}b\u{1b}\u{FFFF}\n\t"), "a\u{FFFD}b\u{FFFD}\u{FFFD}\n ");
    }
}
