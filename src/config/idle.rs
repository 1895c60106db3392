//! What a configuration says without effect: patterns that are for nothing, rules that are silenced where they find
//! nothing, settings of rules that do not run, packs of which nothing is used.
//!
//! One run must never call an entry idle that another run needs. So what depends on files is only judged where the run
//! has walked through every folder that the entry can be for, and what a configuration says that others extend, or that
//! stands on the command line, is not judged at all.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::resolved::Settings;
use super::rule_set::{RuleSet, Selector};
use super::written::{Named, Pattern, PerFile, fixed_part, plain_path};
use crate::catalogue::{Catalogue, Rule, Status};
use crate::finding::{Code, Finding, Fix};
use crate::source::{FileId, Span, is_ignored_by_git};

const UNMATCHED: Code = Code::new("LNT008");
const IDLE_IGNORE: Code = Code::new("LNT009");
const IDLE_PACK: Code = Code::new("LNT010");
const NO_EFFECT: Code = Code::new("LNT011");

/// A file for which the settings hold, as a run has seen it.
pub(crate) struct Seen<'r> {
    pub(crate) path: &'r Path,
    /// Whether it is a plan that was read as a whole: of anything else nobody knows what would be found.
    pub(crate) is_whole: bool,
    /// Whether another tool wrote it.
    pub(crate) imported: bool,
    /// The rules of which `per-file-ignores` has hidden something in it.
    pub(crate) silenced: RuleSet,
}

/// What depends on the files of a run. The places are in file 0. `walked`: folders in which every plan was looked for;
/// `text` is that of the configuration.
pub(crate) fn after_run(
    settings: &Settings,
    seen: &[Seen<'_>],
    walked: &[PathBuf],
    text: &str,
) -> Vec<Finding> {
    let covers = |pattern: &str| {
        let folder = settings.root.join(fixed_part(pattern));
        walked.iter().any(|walked| folder.starts_with(walked))
    };
    let mut findings = Vec::new();
    let globs = settings.globs();
    for (field, list, patterns) in
        [("include", &settings.include, &globs.include), ("exclude", &settings.exclude, &globs.exclude)]
    {
        let is_idle = |(number, pattern): (usize, &Pattern)| {
            covers(&pattern.text) && !patterns.has_seen(number) && !is_for_more(&pattern.text, &settings.root)
        };
        let idle: Vec<bool> = list.iter().enumerate().map(is_idle).collect();
        for (number, pattern) in
            list.iter().enumerate().filter(|(number, _)| idle.get(*number) == Some(&true))
        {
            let Some(at) = &pattern.at else { continue };
            let items: Vec<Range<usize>> = list.iter().filter_map(|it| it.at.clone()).collect();
            let finding = unmatched(field, &pattern.text, unquoted(text, at));
            findings.push(fixed(finding, "Delete the pattern", item_edit(text, &items, number, &idle)));
        }
    }
    for entry in &settings.per_file {
        let Some((name, whole)) = &entry.at else { continue };
        if !covers(&entry.pattern) {
            continue;
        }
        let inside = |it: &&Seen<'_>| {
            it.path.strip_prefix(&settings.root).is_ok_and(|path| entry.globs.is_match(path))
        };
        let files: Vec<&Seen<'_>> = seen.iter().filter(inside).collect();
        if files.is_empty() {
            if !is_for_more(&entry.pattern, &settings.root) {
                let finding = unmatched("per-file-ignores", &entry.pattern, name.clone());
                findings.push(fixed(finding, "Delete the entry", entry_edit(text, whole)));
            }
        } else if files.iter().all(|file| file.is_whole) {
            findings.extend(idle_words(settings, entry, &files, text));
        }
    }
    findings
}

/// Whether a pattern is for something that no walk goes through: what git ignores may be made at any time, and what is
/// hidden is there.
fn is_for_more(pattern: &str, root: &Path) -> bool {
    plain_path(pattern).is_some_and(|path| is_ignored_by_git(root, path) || root.join(path).exists())
}

/// The words of an entry of `per-file-ignores` that hide nothing in its files.
fn idle_words(settings: &Settings, entry: &PerFile, files: &[&Seen<'_>], text: &str) -> Vec<Finding> {
    let rules = settings.catalogue.rules();
    let is_idle = |words: &RuleSet| {
        let mut is_asked = false;
        for index in words.iter().filter(|index| settings.runs_by_config.contains(*index)) {
            let Some(rule) = rules.get(index) else { continue };
            // A run that leaves out a rule knows nothing of what it would have found.
            if !settings.runs.contains(index) || files.iter().any(|file| file.silenced.contains(index)) {
                return false;
            }
            is_asked |= files.iter().any(|file| settings.runs(rule, file.imported));
        }
        is_asked
    };
    let idle: Vec<bool> = entry.words.iter().map(|(words, _)| is_idle(words)).collect();
    let items: Vec<Range<usize>> = entry.words.iter().filter_map(|(_, at)| at.clone()).collect();
    let mut findings = Vec::new();
    for (number, at) in items.iter().enumerate().filter(|(number, _)| idle.get(*number) == Some(&true)) {
        let place = unquoted(text, at);
        let word = text.get(place.clone()).unwrap_or("");
        let finding = Finding::new(IDLE_IGNORE, span(place))
            .param("rule", word)
            .param("pattern", &*entry.pattern)
            .subject(&entry.pattern)
            .subject(word);
        let (message, edit) = match (idle.iter().all(|idle| *idle), &entry.at) {
            (true, Some((_, whole))) => ("Delete the entry", entry_edit(text, whole)),
            _ => ("Delete the word", item_edit(text, &items, number, &idle)),
        };
        findings.push(fixed(finding, message, edit));
    }
    findings
}

fn unmatched(field: &str, pattern: &str, at: Range<usize>) -> Finding {
    let finding = Finding::new(UNMATCHED, span(at)).param("pattern", pattern).param("field", field);
    finding.subject(field).subject(pattern)
}

/// What can be said before any plan is read. The places are in file 0.
pub(super) fn before_run(
    settings: &Settings,
    named: &[Named],
    explicit_at: Option<Range<usize>>,
) -> Vec<Finding> {
    let catalogue = &settings.catalogue;
    let mut findings = Vec::new();
    for it in named {
        match it.key {
            // What the configuration itself has switched off: a rule that is off by itself may be asked for elsewhere.
            "severity" | "rule" => {
                let rules: Vec<&Rule> =
                    catalogue.rules().iter().filter(|rule| it.selector.names(rule)).collect();
                let is_off = |rule: &&Rule| {
                    let index = catalogue.index(rule.code);
                    rule.enabled
                        && rule.status == Status::Stable
                        && index.is_some_and(|index| !settings.runs_by_config.contains(index))
                };
                if !rules.is_empty() && rules.iter().all(is_off) {
                    let what = if it.key == "rule" { "option" } else { "severity" };
                    let finding = no_effect(it, catalogue).variant(what);
                    let by = named
                        .iter()
                        .find(|by| by.key == "ignore" && rules.iter().all(|rule| by.selector.names(rule)));
                    findings.push(match by {
                        Some(by) => finding.label(span(by.at.clone()), "this turns it off"),
                        None => finding,
                    });
                }
            }
            "extend-select" => {
                let by = named.iter().find(|by| by.key == "ignore" && by.selector == it.selector);
                if let Some(by) = by {
                    let finding = no_effect(it, catalogue).variant("ignored");
                    findings.push(finding.label(span(by.at.clone()), "this takes it away again"));
                }
            }
            _ => {}
        }
        let is_choice = matches!(it.key, "select" | "extend-select");
        if let (true, Selector::One(code)) = (is_choice && !settings.preview(), &it.selector)
            && catalogue.rule(*code).is_some_and(|rule| rule.status == Status::Preview)
        {
            findings.push(no_effect(it, catalogue).variant("preview"));
        }
    }
    if let Some(at) = explicit_at.filter(|_| !settings.preview()) {
        let finding = Finding::new(NO_EFFECT, span(at)).variant("explicit").param("rule", "");
        findings.push(finding.subject("explicit-preview-rules"));
    }
    findings
}

fn no_effect(named: &Named, catalogue: &Catalogue) -> Finding {
    let word = match &named.selector {
        Selector::All => "ALL".to_owned(),
        Selector::Prefix(_, prefix) => prefix.clone(),
        Selector::One(code) => {
            catalogue.rule(*code).map_or_else(|| code.to_string(), |rule| format!("{code} {}", rule.name))
        }
    };
    Finding::new(NO_EFFECT, span(named.at.clone())).param("rule", &*word).subject(named.key).subject(&word)
}

/// A pack that brings nothing but rules, none of which runs. `at` is where the configuration names it.
pub(super) fn idle_pack(
    settings: &Settings,
    codes: &[Code],
    name: &str,
    at: Range<usize>,
) -> Option<Finding> {
    let catalogue = &settings.catalogue;
    // A rule that cannot be read is told of elsewhere.
    let known: Vec<usize> = codes.iter().filter_map(|code| catalogue.index(*code)).collect();
    let is_whole = !codes.is_empty() && known.len() == codes.len();
    let is_idle = is_whole && !known.iter().any(|index| settings.runs_by_config.contains(*index));
    is_idle.then(|| Finding::new(IDLE_PACK, span(at)).param("pack", name).subject(name))
}

fn span(at: Range<usize>) -> Span {
    Span::new(FileId::new(0), at.start, at.end)
}

/// The place of a text without its quotation marks.
fn unquoted(text: &str, at: &Range<usize>) -> Range<usize> {
    let raw = text.get(at.clone()).unwrap_or("");
    let quotes = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|it| raw.len() >= 2 * it.len() && raw.starts_with(it) && raw.ends_with(it));
    let cut = quotes.map_or(0, str::len);
    at.start + cut..at.end - cut
}

fn fixed(finding: Finding, message: &str, edit: Option<Range<usize>>) -> Finding {
    let Some(at) = edit else { return finding };
    finding.fix(Fix::safe(message).replace(span(at), ""))
}

/// What goes with an entry of a table: its line, or itself with a comma. `None` where neither is simple.
fn entry_edit(text: &str, entry: &Range<usize>) -> Option<Range<usize>> {
    whole_line(text, entry)
        .or_else(|| with_comma_behind(text, entry))
        .or_else(|| with_comma_before(text, entry))
}

/// What goes with an item of a list, of which others may go too: edits never overlap. `None` where it is not simple.
fn item_edit(text: &str, items: &[Range<usize>], number: usize, goes: &[bool]) -> Option<Range<usize>> {
    let item = items.get(number)?;
    if let Some(line) = whole_line(text, item) {
        return Some(line);
    }
    let stays_before = goes.iter().take(number).any(|goes| !goes);
    match (stays_before, items.len()) {
        (_, 1) => Some(item.clone()),
        (true, _) => with_comma_before(text, item),
        (false, _) if number + 1 < items.len() => with_comma_behind(text, item),
        (false, _) => Some(item.clone()),
    }
}

/// The lines of something that has them for itself, but for a comma and a comment.
fn whole_line(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let start = text.get(..at.start)?.rfind('\n').map_or(0, |end| end + 1);
    let before = text.get(start..at.start)?.trim_start_matches('\u{FEFF}');
    let rest = text.get(at.end..)?;
    let (line, end) = rest.find('\n').map_or((rest, text.len()), |end| (&rest[..end], at.end + end + 1));
    let behind = line.trim_start();
    let behind = behind.strip_prefix(',').unwrap_or(behind).trim();
    let is_alone = before.trim().is_empty() && (behind.is_empty() || behind.starts_with('#'));
    is_alone.then_some(start..end)
}

fn with_comma_behind(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(at.end..)?;
    let comma = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let behind = rest.get(comma..)?.strip_prefix(',')?;
    let blanks = behind.len() - behind.trim_start_matches([' ', '\t']).len();
    Some(at.start..at.end + comma + 1 + blanks)
}

fn with_comma_before(text: &str, at: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..at.start)?.trim_end_matches([' ', '\t']).strip_suffix(',')?;
    Some(before.len()..at.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text without what goes with the items in it that begin with `x`.
    fn without(text: &str) -> String {
        let mut items = Vec::new();
        let mut rest = 0;
        while let Some(start) = text[rest..].find('"').map(|at| at + rest) {
            let end = text[start + 1..].find('"').unwrap() + start + 2;
            items.push(start..end);
            rest = end;
        }
        let goes: Vec<bool> = items.iter().map(|it| text[it.start + 1..].starts_with('x')).collect();
        let mut out = text.to_owned();
        let edits = (0..items.len()).filter(|number| goes[*number]);
        let edits: Vec<_> = edits.filter_map(|number| item_edit(text, &items, number, &goes)).collect();
        assert!(edits.windows(2).all(|pair| pair[0].end <= pair[1].start), "{text}: {edits:?}");
        for edit in edits.into_iter().rev() {
            out.replace_range(edit, "");
        }
        out
    }

    #[test]
    fn an_item_goes_with_its_comma_or_its_line_and_never_with_its_neighbor() {
        for (text, expected) in [
            (r#"a = ["x"]"#, "a = []"),
            (r#"a = "x""#, ""),
            (r#"a = ["x", "b"]"#, r#"a = ["b"]"#),
            (r#"a = ["b", "x"]"#, r#"a = ["b"]"#),
            (r#"a = ["x1", "b", "x2", "x3"]"#, r#"a = ["b"]"#),
            (r#"a = ["x1", "x2", "b"]"#, r#"a = ["b"]"#),
            ("a = [\n  \"x\",  # old\n  \"b\",  # why\n]\n", "a = [\n  \"b\",  # why\n]\n"),
            ("a = [\n  \"b\",  # why\n  \"x\"\n]\n", "a = [\n  \"b\",  # why\n]\n"),
        ] {
            let text = if text == r#"a = "x""# { "\"x\"" } else { text };
            assert_eq!(without(text), expected, "{text}");
        }
    }

    #[test]
    fn an_entry_goes_with_its_line_or_its_comma() {
        let gone = |text: &str| {
            let start = text.find('x').unwrap();
            let end = text[start..].find(']').unwrap() + start + 1;
            let mut out = text.to_owned();
            out.replace_range(entry_edit(text, &(start..end)).unwrap(), "");
            out
        };
        assert_eq!(gone("[t]\nx = []  # old\nb = []\n"), "[t]\nb = []\n");
        assert_eq!(gone("t = { x = [], b = [] }"), "t = { b = [] }");
        assert_eq!(gone("t = { b = [], x = [] }"), "t = { b = [] }");
    }
}
