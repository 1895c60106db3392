//! `planlint.toml` as written: each key looked at, everything that is wrong with it reported at once.

use std::ops::Range;
use std::str::FromStr as _;
use std::sync::Arc;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::rule_set::{Layer, RuleSet, Selector, clause, corrected, rule_meant};
use crate::catalogue::{Catalogue, OptionValue, Options};
use crate::finding::{Code, EntityKind, Finding, Severity};
use crate::model::{Aliases, Duration, LinkKind, Status, Unit};
use crate::read::{CsvField, DateFormat, ImportOptions, PlainUnit, delimiter, meant};
use crate::source::{FileId, Span};

/// The forms that a report can have, as `output-format` names them.
pub const OUTPUT_FORMATS: &[&str] =
    &["full", "concise", "grouped", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"];

/// What a configuration says; what it leaves out is as usual.
#[derive(Default)]
pub(super) struct Written {
    pub(super) rules: Layer,
    /// In the order in which they apply: the more exact ones last.
    pub(super) severity: Vec<(Selector, Severity)>,
    pub(super) per_file: Vec<(GlobSet, RuleSet)>,
    pub(super) include: GlobSet,
    pub(super) exclude: GlobSet,
    pub(super) required_version: Option<String>,
    pub(super) fail_on: Option<Severity>,
    pub(super) output_format: Option<String>,
    pub(super) min_severity: Option<Severity>,
    /// As written: seen from the folder of the configuration.
    pub(super) baseline: Option<String>,
    pub(super) preview: bool,
    pub(super) options: Options,
    pub(super) guess_kinds: Option<bool>,
    /// In days.
    pub(super) waiver_notice: Option<i64>,
    pub(super) import: ImportOptions,
    /// What is wrong with it. The places are in file 0, whatever number the configuration has in the run.
    pub(super) findings: Vec<Finding>,
}

/// A text that is no TOML: what is wrong, and where.
pub(super) struct NoToml {
    pub(super) problem: String,
    pub(super) at: Range<usize>,
}

/// The packs that a configuration names, before anything else of it is read: what it says of rules may be about theirs.
pub(super) fn packs(text: &str) -> Vec<String> {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if !body.contains("packs") {
        return Vec::new();
    }
    let Ok(table) = DeTable::parse(body) else { return Vec::new() };
    match table.get_ref().get("packs").map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => {
            items.iter().filter_map(|item| item.get_ref().as_str().map(str::to_owned)).collect()
        }
        Some(DeValue::String(one)) => vec![one.to_string()],
        _ => Vec::new(),
    }
}

impl NoToml {
    /// What the parser says of a text that begins after a mark of some bytes.
    pub(super) fn new(error: &toml::de::Error, mark: usize) -> Box<Self> {
        let at = error.span().unwrap_or(0..0);
        Box::new(Self { problem: error.message().replace('\n', ", "), at: at.start + mark..at.end + mark })
    }
}

/// Reads the text of a configuration.
pub(super) fn read(text: &str, catalogue: &Catalogue) -> Result<Written, Box<NoToml>> {
    // A byte order mark is no part of what was written, but places count it.
    let (mark, body) = text.strip_prefix('\u{FEFF}').map_or((0, text), |body| (3, body));
    let table = DeTable::parse(body).map_err(|error| NoToml::new(&error, mark))?;
    let mut reader = Reader { catalogue, body, mark, written: Written::default() };
    for (key, value) in in_order(table.get_ref()) {
        reader.key(key, value);
    }
    reader.written.severity.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(reader.written)
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
            "select" => self.written.rules.select = self.selectors(name, value),
            "ignore" => self.written.rules.ignore = self.selectors(name, value).unwrap_or_default(),
            "extend-select" => self.written.rules.extend = self.selectors(name, value).unwrap_or_default(),
            "severity" => self.severity(value),
            "per-file-ignores" => self.per_file(value),
            "include" => self.written.include = self.patterns(name, value, false),
            "exclude" => self.written.exclude = self.patterns(name, value, true),
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
            "preview" => match value.get_ref() {
                DeValue::Boolean(flag) => self.written.preview = *flag,
                _ => self.wrong_type(name, "true or false", value),
            },
            "guess-kinds" => match value.get_ref() {
                DeValue::Boolean(flag) => self.written.guess_kinds = Some(*flag),
                _ => self.wrong_type(name, "true or false", value),
            },
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

    fn unknown_key<'w>(&mut self, key: &Key<'_>, table: &str, known: impl IntoIterator<Item = &'w &'w str>) {
        let name: &str = key.get_ref();
        let near = meant(name, known.into_iter().copied());
        let at = self.place(key.span());
        let fix = corrected(near, |fix, near| fix.replace(at, near));
        self.find("PLN002", key.span(), |it| {
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

    fn selectors(&mut self, field: &str, value: &Item<'_>) -> Option<Vec<Selector>> {
        let texts = self.texts(field, value)?;
        let mut selectors = Vec::with_capacity(texts.len());
        for (word, span) in texts {
            match Selector::parse(self.catalogue, word) {
                Some(selector) => selectors.push(selector),
                None => self.unknown_rule(word, span),
            }
        }
        Some(selectors)
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
            let selector = Selector::parse(self.catalogue, name);
            if selector.is_none() {
                self.unknown_rule(name, key.span());
            }
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
            match compile(pattern, true) {
                Some(globs) => {
                    for glob in globs {
                        set.add(glob);
                    }
                }
                None => self.bad_pattern("per-file-ignores", pattern, key.span()),
            }
            let selectors = self.selectors(pattern, value).unwrap_or_default();
            if let Ok(set) = set.build() {
                self.written.per_file.push((set, Selector::set(self.catalogue, &selectors)));
            }
        }
    }

    fn bad_pattern(&mut self, field: &str, pattern: &str, span: Range<usize>) {
        self.bad_value(field, "a pattern for paths, such as `plans/*.toml`", pattern, span);
    }

    fn patterns(&mut self, field: &str, value: &Item<'_>, folders: bool) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for (pattern, span) in self.texts(field, value).unwrap_or_default() {
            match compile(pattern, folders) {
                Some(globs) => {
                    for glob in globs {
                        set.add(glob);
                    }
                }
                None => self.bad_pattern(field, pattern, span),
            }
        }
        set.build().unwrap_or_else(|_| GlobSet::empty())
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
