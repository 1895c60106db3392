//! `planlint.toml` as written: each key looked at, everything that is wrong with it reported at once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Audience;
use super::keys;
use super::rule_set::{Layer, RuleSet, Selector, clause, corrected, notice, rule_meant};
use crate::catalogue::{Catalogue, OptionValue, Options};
use crate::finding::{Code, EntityKind, Finding, Severity};
use crate::model::{Aliases, Duration, LinkKind, Status, Unit};
use crate::read::{CsvField, DateFormat, ImportOptions, PlainUnit, delimiter, meant};
use crate::source::{FileId, LineIndex, Span};

/// The forms that a report can have, as `output-format` names them.
pub const OUTPUT_FORMATS: &[&str] =
    &["full", "concise", "grouped", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"];

/// What a configuration says; what it leaves out is as usual. Places are bytes of its text; what comes from a configuration
/// that others extend, or from the command line, has none: it is not judged by what it does for one of many.
#[derive(Clone, Default)]
pub(super) struct Written {
    /// Applied one after the other.
    pub(super) rules: Vec<Layer>,
    /// In the order in which they apply: the more exact ones last.
    pub(super) severity: Vec<(Selector, Severity)>,
    pub(super) per_file: Vec<PerFile>,
    pub(super) include: Option<Vec<Pattern>>,
    pub(super) exclude: Option<Vec<Pattern>>,
    pub(super) required_version: Option<String>,
    pub(super) fail_on: Option<Severity>,
    pub(super) output_format: Option<String>,
    pub(super) min_severity: Option<Severity>,
    pub(super) audience: Option<Audience>,
    pub(super) docs_url: Option<String>,
    /// As written: seen from the folder of the configuration.
    pub(super) baseline: Option<String>,
    pub(super) preview: Option<bool>,
    pub(super) explicit_preview: Option<bool>,
    /// Where `explicit-preview-rules` stands.
    pub(super) explicit_at: Option<Range<usize>>,
    pub(super) options: Options,
    pub(super) guess_kinds: Option<bool>,
    /// In days.
    pub(super) waiver_notice: Option<i64>,
    pub(super) import: ImportOptions,
    /// The words for rules in it, and where.
    pub(super) named: Vec<Named>,
    /// What each key says, and where: `rule.DEP015.days`.
    pub(super) said: BTreeMap<String, Said>,
    /// What is wrong with it. The places are in file 0, whatever number the configuration has in the run.
    pub(super) findings: Vec<Finding>,
}

/// A pattern for paths.
#[derive(Clone)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) globs: Vec<Glob>,
    pub(super) at: Option<Range<usize>>,
}

/// An entry of `per-file-ignores`.
#[derive(Clone)]
pub(super) struct PerFile {
    pub(super) pattern: String,
    pub(super) globs: GlobSet,
    pub(super) words: Vec<(RuleSet, Option<Range<usize>>)>,
    /// The pattern, and the entry as a whole.
    pub(super) at: Option<(Range<usize>, Range<usize>)>,
}

/// A word for rules.
#[derive(Clone)]
pub(super) struct Named {
    /// The key that it stands at.
    pub(super) key: &'static str,
    pub(super) selector: Selector,
    /// The word, without quotation marks.
    pub(super) at: Range<usize>,
}

/// What a key says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// As TOML, on one line.
    pub value: String,
    /// Where it is said, in words: `planlint.toml:3`, `command line`.
    pub by: String,
}

impl Written {
    /// What is said here on top of what `base` says: a list or a value takes the place of that in `base`, a table adds
    /// its entries, and rules are chosen one after the other.
    pub(super) fn over(self, base: Written) -> Written {
        let mut all = base;
        if self.rules.iter().any(|layer| layer.select.is_some()) {
            all.said.retain(|key, _| !matches!(key.as_str(), "extend-select" | "ignore"));
        }
        for (key, said) in self.said {
            let adds = matches!(key.as_str(), "extend-select" | "ignore");
            match all.said.get_mut(&key).filter(|_| adds) {
                Some(before) => *before = before.and(&said),
                None => {
                    all.said.insert(key, said);
                }
            }
        }
        all.rules.extend(self.rules);
        all.severity.extend(self.severity);
        all.severity.sort_by(|(a, _), (b, _)| a.cmp(b));
        // What the base lists was judged where it stands, or nowhere.
        all.named = self.named;
        all.explicit_at = self.explicit_at;
        all.per_file.extend(self.per_file);
        all.options.extend(self.options);
        all.include = self.include.or(all.include);
        all.exclude = self.exclude.or(all.exclude);
        all.required_version = self.required_version.or(all.required_version);
        all.fail_on = self.fail_on.or(all.fail_on);
        all.output_format = self.output_format.or(all.output_format);
        all.min_severity = self.min_severity.or(all.min_severity);
        all.audience = self.audience.or(all.audience);
        all.docs_url = self.docs_url.or(all.docs_url);
        all.baseline = self.baseline.or(all.baseline);
        all.preview = self.preview.or(all.preview);
        all.explicit_preview = self.explicit_preview.or(all.explicit_preview);
        all.guess_kinds = self.guess_kinds.or(all.guess_kinds);
        all.waiver_notice = self.waiver_notice.or(all.waiver_notice);
        all.import = self.import.over(all.import);
        all.findings = self.findings;
        all
    }

    /// The same without places: nothing of it is judged by what it does here.
    pub(super) fn unjudged(mut self) -> Written {
        self.named.clear();
        self.explicit_at = None;
        let patterns = self.include.iter_mut().chain(&mut self.exclude).flatten();
        patterns.for_each(|pattern| pattern.at = None);
        for entry in &mut self.per_file {
            entry.at = None;
            entry.words.iter_mut().for_each(|(_, at)| *at = None);
        }
        self
    }
}

impl Said {
    /// Two lists, one after the other.
    pub(crate) fn and(&self, more: &Said) -> Said {
        let inside = |value: &str| {
            let inside = value.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(value);
            inside.trim().to_owned()
        };
        let parts = [inside(&self.value), inside(&more.value)];
        let value = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        Said { value: format!("[{value}]"), by: format!("{}, {}", self.by, more.by) }
    }
}

/// The configuration that this one builds on, before anything else of it is read.
pub(super) fn extends(text: &str) -> Option<String> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if !body.contains("extends") {
        return None;
    }
    let table = DeTable::parse(body).ok()?;
    table.get_ref().get("extends")?.get_ref().as_str().map(str::to_owned)
}

/// A text that is no TOML: what is wrong, and where.
pub(super) struct NoToml {
    pub(super) problem: String,
    pub(super) at: Range<usize>,
}

/// The packs that a configuration names, each with its place, before anything else of it is read: what it says of rules
/// may be about theirs.
pub(super) fn packs(text: &str) -> Vec<(String, Range<usize>)> {
    let (mark, body) = text.strip_prefix('\u{FEFF}').map_or((0, text), |body| (3, body));
    if !body.contains("packs") {
        return Vec::new();
    }
    let Ok(table) = DeTable::parse(body) else { return Vec::new() };
    let Some(value) = table.get_ref().get("packs") else { return Vec::new() };
    let named = |item: &Item<'_>| {
        let at = item.span();
        let at = at.start + 1 + mark..(at.end + mark).saturating_sub(1);
        item.get_ref().as_str().map(|name| (name.to_owned(), at))
    };
    match value.get_ref() {
        DeValue::Array(items) => items.iter().filter_map(named).collect(),
        DeValue::String(_) => named(value).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The codes of the rules in a pack, and whether it has nothing else: no words, kinds or fields for plans.
pub(super) fn contents(text: &str) -> (Vec<Code>, bool) {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let (table, _) = DeTable::parse_recoverable(body);
    let table = table.get_ref();
    let rules = table.get("rule").and_then(|rules| rules.get_ref().as_table());
    let codes = rules.into_iter().flat_map(|rules| rules.iter().map(|(code, _)| Code::new(code.get_ref())));
    let mut codes: Vec<Code> = codes.collect();
    codes.sort();
    (codes, !table.keys().any(|key| !matches!(&**key.get_ref(), "pack" | "rule")))
}

impl NoToml {
    /// What the parser says of a text that begins after a mark of some bytes.
    pub(super) fn new(error: &toml::de::Error, mark: usize) -> Box<Self> {
        let at = error.span().unwrap_or(0..0);
        Box::new(Self { problem: error.message().replace('\n', ", "), at: at.start + mark..at.end + mark })
    }
}

/// Reads the text of a configuration. `by` is where it stands, as shown to the user: each line is named after it.
pub(super) fn read(text: &str, by: &str, catalogue: &Catalogue) -> Result<Written, Box<NoToml>> {
    // A byte order mark is no part of what was written, but places count it.
    let (mark, body) = text.strip_prefix('\u{FEFF}').map_or((0, text), |body| (3, body));
    let table = DeTable::parse(body).map_err(|error| NoToml::new(&error, mark))?;
    let mut reader = Reader { catalogue, body, mark, written: Written::default(), layer: Layer::default() };
    let entries = in_order(table.get_ref());
    let lines = LineIndex::new(body);
    for (key, value) in entries {
        said_in(value, &key_of(key.get_ref()), &mut |name, value| {
            let line = lines.line_of(value.span().start as u32) + 1;
            let said = Said { value: toml_of(value.get_ref()), by: format!("{by}:{line}") };
            reader.written.said.insert(name, said);
        });
        reader.key(key, value);
    }
    let Reader { mut written, layer, .. } = reader;
    written.rules.push(layer);
    written.severity.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(written)
}

/// Every value in a value that may be a table, with the way to it. Tables are no deeper than the parser allows.
fn said_in<'v, 'i>(value: &'v Item<'i>, name: &str, tell: &mut impl FnMut(String, &'v Item<'i>)) {
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in in_order(table) {
                said_in(value, &format!("{name}.{}", key_of(key.get_ref())), tell);
            }
        }
        _ => tell(name.to_owned(), value),
    }
}

/// A key as TOML.
fn key_of(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if !key.is_empty() && key.bytes().all(is_bare) { key.to_owned() } else { text_of(key) }
}

/// A text as TOML.
pub(super) fn text_of(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out + "\""
}

/// A value as TOML, on one line.
fn toml_of(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text_of(text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.to_string(), |it| it.to_string()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| toml_of(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let parts = in_order(table).into_iter();
            let parts: Vec<String> = parts
                .map(|(key, value)| format!("{} = {}", key_of(key.get_ref()), toml_of(value.get_ref())))
                .collect();
            format!("{{ {} }}", parts.join(", "))
        }
    }
}

/// The entries of a table as they stand in the file.
fn in_order<'t, 'i>(
    table: &'t DeTable<'i>,
) -> Vec<(&'t Spanned<toml::de::DeString<'i>>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

struct Reader<'a> {
    catalogue: &'a Catalogue,
    body: &'a str,
    /// Bytes before the body.
    mark: usize,
    written: Written,
    layer: Layer,
}

type Key<'i> = Spanned<toml::de::DeString<'i>>;
type Item<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    /// The place of a key or value, without quotation marks.
    fn place(&self, span: Range<usize>) -> Span {
        let raw = self.body.get(span.clone()).unwrap_or("");
        let quotes = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|it| raw.len() >= 2 * it.len() && raw.starts_with(it) && raw.ends_with(it));
        let cut = quotes.map_or(0, str::len);
        Span::new(FileId::new(0), span.start + cut + self.mark, span.end - cut + self.mark)
    }

    fn find(&mut self, code: &str, span: Range<usize>, fill: impl FnOnce(Finding) -> Finding) {
        let finding = fill(Finding::new(Code::new(code), self.place(span)));
        self.written.findings.push(finding);
    }

    fn key(&mut self, key: &Key<'_>, value: &Item<'_>) {
        let name: &str = key.get_ref();
        match name {
            "select" => self.layer.select = self.selectors("select", value),
            "ignore" => self.layer.ignore = self.selectors("ignore", value).unwrap_or_default(),
            "extend-select" => {
                self.layer.extend = self.selectors("extend-select", value).unwrap_or_default();
            }
            "severity" => self.severity(value),
            "per-file-ignores" => self.per_file(value),
            "include" => self.written.include = Some(self.patterns(name, value, false)),
            "exclude" => self.written.exclude = Some(self.patterns(name, value, true)),
            "audience" => {
                self.written.audience = self.word(name, value, &Audience::WORDS).and_then(Audience::parse);
            }
            "docs-url" => match value.get_ref() {
                DeValue::String(url) if is_address(url) => self.written.docs_url = Some(url.to_string()),
                DeValue::String(url) => {
                    let shown = crate::model::shortened(url);
                    self.bad_value(
                        name,
                        "an address that begins with https:// or http://",
                        &shown,
                        value.span(),
                    );
                }
                _ => self.wrong_type(name, "a text such as \"https://plans.example.com/rules\"", value),
            },
            // What is named was read before the rest; here only its form is looked at.
            "extends" if !value.get_ref().is_str() => {
                self.wrong_type(name, "the name of a configuration, such as \"../planlint.toml\"", value);
            }
            "extends" => {}
            "required-version" => self.required_version(value),
            "fail-on" => {
                self.written.fail_on =
                    self.word(name, value, &Severity::ALL.map(Severity::as_str)).and_then(Severity::parse);
            }
            "output-format" => {
                self.written.output_format = self.word(name, value, OUTPUT_FORMATS).map(str::to_owned);
            }
            "min-severity" => {
                self.written.min_severity =
                    self.word(name, value, &Severity::ALL.map(Severity::as_str)).and_then(Severity::parse);
            }
            "baseline" => match value.get_ref() {
                DeValue::String(path) if !path.is_empty() => self.written.baseline = Some(path.to_string()),
                _ => self.wrong_type(name, "the name of a file", value),
            },
            "preview" => self.written.preview = self.flag(name, value),
            "explicit-preview-rules" => {
                self.written.explicit_preview = self.flag(name, value);
                self.written.explicit_at = Some(self.place(key.span()).range());
            }
            "guess-kinds" => self.written.guess_kinds = self.flag(name, value),
            // What is named was read before the rest; here only its form is looked at.
            "packs" => {
                let is_list = match value.get_ref() {
                    DeValue::Array(items) => items.iter().all(|item| item.get_ref().is_str()),
                    other => other.is_str(),
                };
                if !is_list {
                    self.wrong_type(name, "a list of files, such as [\"rules/acme.toml\"]", value);
                }
            }
            "rule" => self.rules(value),
            "waiver-notice" => self.waiver_notice(value),
            "import" => self.import(value),
            "alias" => self.aliases(value),
            // The user's own, as in a plan.
            name if name.starts_with("x-") => {}
            _ => self.unknown_key(key, "planlint.toml", &keys::names(keys::KEYS)),
        }
    }

    fn flag(&mut self, field: &str, value: &Item<'_>) -> Option<bool> {
        let DeValue::Boolean(flag) = value.get_ref() else {
            self.wrong_type(field, "true or false", value);
            return None;
        };
        Some(*flag)
    }

    fn unknown_key<'w>(&mut self, key: &Key<'_>, table: &str, known: impl IntoIterator<Item = &'w &'w str>) {
        let name: &str = key.get_ref();
        let near = meant(name, known.into_iter().copied());
        let at = self.place(key.span());
        let fix = corrected(near, |fix, near| fix.replace(at, near));
        self.find("LNT007", key.span(), |it| {
            let it = it
                .param("field", name)
                .param("place", format!("`{table}`"))
                .param("suggestion", clause(near.map(|it| it.word)))
                .subject(name);
            Finding { fix, ..it }
        });
    }

    fn wrong_type(&mut self, field: &str, expected: &str, value: &Item<'_>) {
        let shown = match value.get_ref() {
            DeValue::String(text) => format!("the text \"{}\"", crate::model::shortened(text)),
            DeValue::Integer(_) | DeValue::Float(_) => {
                format!("the number {}", self.body.get(value.span()).unwrap_or(""))
            }
            DeValue::Boolean(flag) => format!("{flag}"),
            DeValue::Datetime(date) => format!("the date {date}"),
            DeValue::Array(_) => "a list".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        let example = match expected {
            _ if expected.contains("true or false") => "true",
            _ if expected.contains("number") => "10",
            _ if expected.contains("list") => "[\"...\"]",
            _ if expected.contains("table") => "{ ... }",
            _ => "\"...\"",
        };
        self.find("PLN003", value.span(), |it| {
            let example = format!("{field} = {example}");
            it.param("field", field)
                .param("expected", expected)
                .param("value", shown)
                .param("example", example)
                .subject(field)
        });
    }

    fn bad_value(&mut self, field: &str, expected: &str, value: &str, span: Range<usize>) {
        self.find("PLN004", span, |it| {
            it.param("field", field).param("expected", expected).param("value", value).subject(field)
        });
    }

    fn unknown_rule(&mut self, word: &str, span: Range<usize>) {
        let near = rule_meant(self.catalogue, word);
        let at = self.place(span.clone());
        let fix = corrected(near, |fix, near| fix.word(at, near));
        self.find("LNT005", span, |it| {
            let suggestion = clause(near.map(|it| it.word));
            Finding { fix, ..it.param("value", word).param("suggestion", suggestion).subject(word) }
        });
    }

    /// A list of texts; one text is a list of one. `None` where it is neither.
    fn texts<'v>(&mut self, field: &str, value: &'v Item<'_>) -> Option<Vec<(&'v str, Range<usize>)>> {
        const EXPECTED: &str = "a list of texts";
        match value.get_ref() {
            DeValue::String(text) => Some(vec![(text, value.span())]),
            DeValue::Array(list) => {
                let mut texts = Vec::with_capacity(list.len());
                for item in list.iter() {
                    match item.get_ref() {
                        DeValue::String(text) => texts.push((&**text, item.span())),
                        _ => self.wrong_type(field, EXPECTED, item),
                    }
                }
                Some(texts)
            }
            _ => {
                self.wrong_type(field, EXPECTED, value);
                None
            }
        }
    }

    fn selectors(&mut self, field: &'static str, value: &Item<'_>) -> Option<Vec<Selector>> {
        let texts = self.texts(field, value)?;
        let found = texts.into_iter().filter_map(|(word, span)| self.selector(field, word, span));
        Some(found.collect())
    }

    /// What a word for rules names; said where it names nothing, or no longer what it did.
    fn selector(&mut self, field: &'static str, word: &str, span: Range<usize>) -> Option<Selector> {
        let Some(selector) = Selector::parse(self.catalogue, word) else {
            self.unknown_rule(word, span);
            return None;
        };
        if let Some(notice) = notice(self.catalogue, word) {
            let at = self.place(span.clone());
            self.written.findings.push(notice.finding(at));
        }
        let at = self.place(span).range();
        self.written.named.push(Named { key: field, selector: selector.clone(), at });
        Some(selector)
    }

    /// One of several words.
    fn word<'w>(&mut self, field: &str, value: &Item<'_>, words: &[&'w str]) -> Option<&'w str> {
        let expected = words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(field, &format!("one of {expected}"), value);
            return None;
        };
        let found = words.iter().copied().find(|word| *word == &**text);
        if found.is_none() {
            let near = meant(text, words.iter().copied());
            let at = self.place(value.span());
            let fix = corrected(near, |fix, near| fix.word(at, near));
            self.find("PLN004", value.span(), |it| {
                let it = it
                    .variant("word")
                    .param("field", field)
                    .param("value", text.to_string())
                    .param("expected", expected)
                    .param("suggestion", clause(near.map(|it| it.word)))
                    .subject(field);
                Finding { fix, ..it }
            });
        }
        found
    }

    fn table<'v, 'i>(&mut self, field: &str, value: &'v Item<'i>) -> Vec<(&'v Key<'i>, &'v Item<'i>)> {
        match value.get_ref() {
            DeValue::Table(table) => in_order(table),
            _ => {
                self.wrong_type(field, "a table", value);
                Vec::new()
            }
        }
    }

    fn severity(&mut self, value: &Item<'_>) {
        for (key, value) in self.table("severity", value) {
            let name: &str = key.get_ref();
            let selector = self.selector("severity", name, key.span());
            let word = self.word(name, value, &Severity::ALL.map(Severity::as_str));
            if let (Some(selector), Some(severity)) = (selector, word.and_then(Severity::parse)) {
                self.written.severity.push((selector, severity));
            }
        }
    }

    fn per_file(&mut self, value: &Item<'_>) {
        for (key, value) in self.table("per-file-ignores", value) {
            let pattern: &str = key.get_ref();
            let mut set = GlobSetBuilder::new();
            let globs = compile(pattern, true);
            if globs.is_none() {
                self.bad_pattern("per-file-ignores", pattern, key.span());
            }
            for glob in globs.iter().flatten() {
                set.add(glob.clone());
            }
            let mark = self.mark;
            let mut words = Vec::new();
            for (word, span) in self.texts(pattern, value).unwrap_or_default() {
                let at = span.start + mark..span.end + mark;
                if let Some(selector) = self.selector("per-file-ignores", word, span) {
                    words.push((Selector::set(self.catalogue, [&selector]), Some(at)));
                }
            }
            if let (Ok(globs), Some(_)) = (set.build(), globs) {
                let name = self.place(key.span()).range();
                let entry = key.span().start + mark..value.span().end + mark;
                let pattern = pattern.to_owned();
                self.written.per_file.push(PerFile { pattern, globs, words, at: Some((name, entry)) });
            }
        }
    }

    fn bad_pattern(&mut self, field: &str, pattern: &str, span: Range<usize>) {
        self.bad_value(field, "a pattern for paths, such as `plans/*.toml`", pattern, span);
    }

    fn patterns(&mut self, field: &str, value: &Item<'_>, folders: bool) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        for (text, span) in self.texts(field, value).unwrap_or_default() {
            let at = Some(span.start + self.mark..span.end + self.mark);
            match compile(text, folders) {
                Some(globs) => patterns.push(Pattern { text: text.to_owned(), globs, at }),
                None => self.bad_pattern(field, text, span),
            }
        }
        patterns
    }

    fn required_version(&mut self, value: &Item<'_>) {
        const FIELD: &str = "required-version";
        let DeValue::String(text) = value.get_ref() else {
            return self.wrong_type(FIELD, "a text such as \">=0.1, <0.3\"", value);
        };
        match fits(text, super::VERSION) {
            Some(_) => self.written.required_version = Some(text.to_string()),
            None => self.bad_value(FIELD, "a version such as \">=0.1, <0.3\"", text, value.span()),
        }
    }

    fn waiver_notice(&mut self, value: &Item<'_>) {
        const FIELD: &str = "waiver-notice";
        let DeValue::String(text) = value.get_ref() else {
            return self.wrong_type(FIELD, "a text such as \"14d\"", value);
        };
        let days = Duration::parse(text).filter(|it| !it.is_negative()).and_then(|it| match it.unit() {
            Unit::Days => Some(it.thousandths() / 1000),
            Unit::Weeks => Some(it.thousandths().saturating_mul(7) / 1000),
            _ => None,
        });
        match days {
            Some(days) => self.written.waiver_notice = Some(days),
            None => self.bad_value(FIELD, "a number of days or weeks, such as \"14d\"", text, value.span()),
        }
    }

    /// `[rule.DEP015] days = 15`.
    fn rules(&mut self, value: &Item<'_>) {
        for (key, value) in self.table("rule", value) {
            let word: &str = key.get_ref();
            let Some(rule) = self.catalogue.find(word) else {
                self.unknown_rule(word, key.span());
                continue;
            };
            self.selector("rule", word, key.span());
            let table = format!("rule.{word}");
            for (key, value) in self.table(&table, value) {
                let name: &str = key.get_ref();
                let Some(option) = rule.option.get(name) else {
                    if !name.starts_with("x-") {
                        let known: Vec<&str> = rule.option.keys().map(String::as_str).collect();
                        self.unknown_key(key, &table, &known);
                    }
                    continue;
                };
                if !option.words.is_empty() {
                    let words: Vec<&str> = option.words.iter().map(AsRef::as_ref).collect();
                    if let Some(word) = self.word(name, value, &words) {
                        self.written.options.set(rule.code, name, OptionValue::Text(word.to_owned()));
                    }
                    continue;
                }
                match self.option(&option.default, value) {
                    Some(set) => self.written.options.set(rule.code, name, set),
                    None => self.wrong_type(name, option.default.type_name(), value),
                }
            }
        }
    }

    /// `[import.csv]`: how the files of other tools are to be read.
    fn import(&mut self, value: &Item<'_>) {
        for (key, value) in self.table("import", value) {
            match &**key.get_ref() {
                "csv" => self.import_csv(value),
                name if name.starts_with("x-") => {}
                _ => self.unknown_key(key, "import", &keys::names(keys::IMPORT)),
            }
        }
    }

    /// `[alias.person] "Weber, Jonas" = "jonas"`: who or what is meant by a name, so that plans can be compared.
    fn aliases(&mut self, value: &Item<'_>) {
        let mut aliases = Aliases::default();
        for (key, value) in self.table("alias", value) {
            let word: &str = key.get_ref();
            let Some(kind) = Aliases::KINDS.into_iter().find(|kind| kind.as_str() == word) else {
                if !word.starts_with("x-") {
                    self.unknown_key(key, "alias", &Aliases::KINDS.map(EntityKind::as_str));
                }
                continue;
            };
            for (name, value) in self.table(&format!("alias.{word}"), value) {
                match value.get_ref() {
                    DeValue::String(id) if !id.trim().is_empty() => aliases.insert(kind, name.get_ref(), id),
                    _ => self.wrong_type(&format!("\"{}\"", name.get_ref()), "the id that is meant", value),
                }
            }
        }
        self.written.import.aliases = Arc::new(aliases);
    }

    fn import_csv(&mut self, value: &Item<'_>) {
        for (key, value) in self.table("import.csv", value) {
            match &**key.get_ref() {
                "columns" => self.csv_columns(value),
                "date-format" => {
                    const EXPECTED: &str = "day, month and year, such as \"%d.%m.%Y\"";
                    let format = self.understood("date-format", EXPECTED, value, DateFormat::parse);
                    self.written.import.csv.date_format = format;
                }
                "duration-unit" => {
                    let unit = self.word("duration-unit", value, &["d", "h", "w", "m", "mo", "s"]);
                    self.written.import.csv.duration_unit = unit.and_then(PlainUnit::parse);
                }
                "delimiter" => {
                    const EXPECTED: &str = "the sign between two values: \";\", \",\", \"|\" or \"tab\"";
                    self.written.import.csv.delimiter =
                        self.understood("delimiter", EXPECTED, value, delimiter);
                }
                "link-types" => self.csv_link_types(value),
                "status" => {
                    for (key, value) in self.table("import.csv.status", value) {
                        let word = self.word(key.get_ref(), value, Status::WORDS).and_then(Status::parse);
                        let told = word.map(|status| (key.get_ref().to_string(), status));
                        self.written.import.csv.status.extend(told);
                    }
                }
                name if name.starts_with("x-") => {}
                _ => self.unknown_key(key, "import.csv", &keys::names(keys::CSV)),
            }
        }
    }

    /// `columns = { owner = "Verantwortlich", title = ["Task", "Vorgang"] }`.
    fn csv_columns(&mut self, value: &Item<'_>) {
        for (key, value) in self.table("import.csv.columns", value) {
            let name: &str = key.get_ref();
            let Some(field) = CsvField::parse(name) else {
                self.unknown_key(key, "import.csv.columns", CsvField::WORDS);
                continue;
            };
            for (column, _) in self.texts(name, value).unwrap_or_default() {
                self.written.import.csv.columns.push((field, column.to_owned()));
            }
        }
    }

    fn csv_link_types(&mut self, value: &Item<'_>) {
        const KINDS: [LinkKind; 4] =
            [LinkKind::FinishStart, LinkKind::StartStart, LinkKind::FinishFinish, LinkKind::StartFinish];
        let Some(texts) = self.texts("link-types", value) else { return };
        if texts.len() != KINDS.len() || texts.iter().any(|(letters, _)| letters.trim().is_empty()) {
            const EXPECTED: &str = "four words: for finish to start, start to start, finish to finish and start to finish, such as [\"EA\", \"AA\", \"EE\", \"AE\"]";
            let shown = texts.iter().map(|(letters, _)| *letters).collect::<Vec<_>>().join(", ");
            return self.bad_value("link-types", EXPECTED, &crate::model::shortened(&shown), value.span());
        }
        let letters = texts.iter().map(|(letters, _)| letters.trim().to_owned());
        self.written.import.csv.link_types = letters.zip(KINDS).collect();
    }

    /// A text that has to be understood.
    fn understood<T>(
        &mut self,
        field: &str,
        expected: &str,
        value: &Item<'_>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(field, "a text", value);
            return None;
        };
        let found = parse(text);
        if found.is_none() {
            self.bad_value(field, expected, &crate::model::shortened(text), value.span());
        }
        found
    }

    /// A value of the same type as the default. `None` where it has another.
    fn option(&self, default: &OptionValue, value: &Item<'_>) -> Option<OptionValue> {
        match (default, value.get_ref()) {
            (OptionValue::Integer(_), DeValue::Integer(number)) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok().map(OptionValue::Integer)
            }
            (OptionValue::Flag(_), DeValue::Boolean(flag)) => Some(OptionValue::Flag(*flag)),
            (OptionValue::Text(_), DeValue::String(text)) => Some(OptionValue::Text(text.to_string())),
            (OptionValue::List(_), DeValue::String(text)) => Some(OptionValue::List(vec![text.to_string()])),
            (OptionValue::List(_), DeValue::Array(list)) => {
                let texts = list.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
                texts.collect::<Option<Vec<_>>>().map(OptionValue::List)
            }
            _ => None,
        }
    }
}

/// Whether a text is an address that a terminal may open.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|it| it.is_ascii_graphic()))
}

/// The part of a pattern before its first sign: the folder or file that everything it is for lies in. Empty for a name
/// that may lie anywhere.
pub(super) fn fixed_part(pattern: &str) -> PathBuf {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    if !pattern.trim_end_matches('/').contains('/') {
        return PathBuf::new();
    }
    let parts = pattern.trim_matches('/').split('/').take_while(|part| !has_sign(part));
    parts.collect()
}

/// The path that a pattern without any sign names, or the name that may lie anywhere.
pub(super) fn plain_path(pattern: &str) -> Option<&Path> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern).trim_matches('/');
    let pattern = pattern.strip_suffix("/**").unwrap_or(pattern);
    (!has_sign(pattern) && !pattern.is_empty()).then(|| Path::new(pattern))
}

fn has_sign(text: &str) -> bool {
    text.contains(['*', '?', '[', '{', '\\'])
}

/// A pattern for paths, seen from the folder of the configuration. One without a slash holds for names in every
/// folder below; one that names a folder holds for all that is in it, where `folders` says so.
pub(super) fn compile(pattern: &str, folders: bool) -> Option<Vec<Glob>> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let (pattern, is_folder) = pattern.strip_suffix('/').map_or((pattern, false), |it| (it, true));
    if pattern.is_empty() {
        return None;
    }
    let anchored = match pattern.strip_prefix('/') {
        Some(rest) => rest.to_owned(),
        None if pattern.contains('/') => pattern.to_owned(),
        None => format!("**/{pattern}"),
    };
    let glob = |text: &str| GlobBuilder::new(text).literal_separator(true).build().ok();
    let mut globs = Vec::with_capacity(2);
    if !is_folder {
        globs.push(glob(&anchored)?);
    }
    if folders || is_folder {
        globs.push(glob(&format!("{anchored}/**"))?);
    }
    Some(globs)
}

/// Whether a version fits `>=0.1, <0.3`; a bare version asks for at least that. `None` where it cannot be understood.
pub(super) fn fits(required: &str, running: &str) -> Option<bool> {
    let numbers = |text: &str| -> Option<[u64; 3]> {
        // What comes after a hyphen names a test release of the same number.
        let mut parts = text.split('-').next()?.split('.');
        let mut numbers = [0; 3];
        for (index, number) in numbers.iter_mut().enumerate() {
            match parts.next() {
                Some(part) => *number = u64::from_str(part).ok()?,
                None if index > 0 => {}
                None => return None,
            }
        }
        parts.next().is_none().then_some(numbers)
    };
    let running = numbers(running)?;
    let mut all = true;
    for part in required.split(',').map(str::trim) {
        let version = part.trim_start_matches(['>', '<', '=', '!']);
        let wanted = numbers(version.trim())?;
        all &= match &part[..part.len() - version.len()] {
            "" | ">=" => running >= wanted,
            ">" => running > wanted,
            "<=" => running <= wanted,
            "<" => running < wanted,
            "=" | "==" => running == wanted,
            "!=" => running != wanted,
            _ => return None,
        };
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        for (required, expected) in [
            ("0.1", Some(true)),
            (">=0.1, <0.3", Some(true)),
            (">0.1.10", Some(false)),
            ("<0.2", Some(true)),
            ("==0.1.9", Some(true)),
            ("!=0.1.9", Some(false)),
            ("0.2", Some(false)),
            ("new", None),
            ("~0.1", None),
            ("", None),
            ("1.2.3.4", None),
        ] {
            assert_eq!(fits(required, "0.1.9"), expected, "{required}");
        }
    }

    #[test]
    fn patterns_start_from_the_folder_of_the_configuration() {
        let hits = |pattern: &str, path: &str| {
            compile(pattern, true).unwrap().iter().any(|glob| glob.compile_matcher().is_match(path))
        };
        assert!(hits("old", "a/old/plan.toml"));
        assert!(hits("old/", "a/old/plan.toml"));
        assert!(hits("plans/*.toml", "plans/a.toml"));
        assert!(!hits("plans/*.toml", "x/plans/a.toml"));
        assert!(!hits("/old", "a/old/plan.toml"));
        assert!(hits("./a/old", "a/old/plan.toml"));
        assert!(hits("*.xer", "a/b.xer"));
        assert!(!hits("old", "older/plan.toml"));
    }
}
