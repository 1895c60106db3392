//! Reading packs. Those that are built in are part of the program; a pack of the user's own is read in the same way, and
//! every mistake in it is a finding at its place.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::ask::Relation;
use super::condition::Conditions;
use super::keys;
use super::long_text::{self, Cut, LongText};
use super::{
    Catalogue, Entry, FieldDecl, Kind, KindId, OptionDef, OptionValue, PackHead, Rule, Scope, Status, Term,
    Variant, nearest, suggestion,
};
use crate::finding::{Code, EntityKind, Finding, Severity};
use crate::model::Type;
use crate::source::{FileId, Span};

macro_rules! packs {
    ($($name:literal),* $(,)?) => {
        /// The packs that are built in: name of the file and its text.
        pub const EMBEDDED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../rules/", $name, ".toml")))),*];
    };
}

packs!(
    "plan",
    "lint",
    "pack",
    "dependency",
    "schedule",
    "assessment",
    "ownership",
    "compatibility",
    "risk",
    "site",
    "gate",
    "communication",
    "budget",
    "raid",
    "portfolio",
    "vocabulary",
    "shared",
    "infrastructure",
    "cloud",
    "identity",
    "cybersecurity",
    "data",
    "applications",
    "enterprise",
    "service-management",
    "integration",
    "end-user-computing",
);

/// A pack of the user's own.
#[derive(Clone, Copy, Debug)]
pub struct PackText<'t> {
    /// Its file, for the places of findings.
    pub file: FileId,
    /// What is in it.
    pub text: &'t str,
}

/// Reads all built-in packs.
///
/// # Panics
///
/// Where a pack that is part of the program is no pack: a mistake of ours that every test would show.
pub(super) fn embedded() -> Catalogue {
    let cuts: Vec<(String, Vec<Cut>)> = EMBEDDED.par_iter().map(|(_, text)| long_text::cut(text)).collect();
    // In parallel: this is most of what a check of a small plan takes.
    let tables: Vec<DeTable<'_>> = cuts
        .par_iter()
        .zip(EMBEDDED)
        .map(|((text, _), (name, _))| match DeTable::parse(text) {
            Ok(table) => table.into_inner(),
            Err(error) => panic!("rules/{name}.toml: {error}"),
        })
        .collect();
    let mut catalogue = Catalogue { kinds: vec![Kind::default()], ..Catalogue::default() };
    let texts = cuts.iter().map(|(text, _)| text.as_str());
    let packs: Vec<_> = texts.zip(tables).map(|(text, table)| (FileId::new(0), text, table)).collect();
    let findings = add_all(&mut catalogue, &packs, false);
    drop(packs);
    for cut in cuts.into_iter().flat_map(|(_, cuts)| cuts) {
        let Some(index) = catalogue.index(Code::new(cut.code)) else { continue };
        let entry = &mut catalogue.rules[index].entry;
        match cut.key {
            "summary" => entry.summary = cut.text,
            "question" => entry.question = cut.text,
            "message" => entry.message = cut.text,
            "help" => entry.help = cut.text,
            "explanation" => entry.explanation = cut.text,
            "source" => entry.source = cut.text,
            "bad" => entry.bad = Some(cut.text),
            _ => entry.good = Some(cut.text),
        }
    }
    if let Some(finding) = findings.first() {
        let at = finding.primary.span;
        panic!("a built-in pack is wrong at bytes {} to {}: {finding:?}", at.start, at.end);
    }
    catalogue
}

/// The same catalogue with packs of the user's own. Mistakes in them are findings; what is sound is added.
pub(super) fn with(catalogue: &Catalogue, packs: &[PackText<'_>]) -> (Catalogue, Vec<Finding>) {
    let mut catalogue = catalogue.clone();
    let mut findings = Vec::new();
    let mut tables = Vec::new();
    for pack in packs {
        let (table, errors) = DeTable::parse_recoverable(pack.text);
        for error in errors {
            let at = error.span().unwrap_or(0..0);
            let finding = Finding::new(Code::new("PCK001"), Span::new(pack.file, at.start, at.end));
            findings.push(finding.param("problem", error.message().replace('\n', ", ")));
        }
        tables.push((pack.file, pack.text, table.into_inner()));
    }
    findings.extend(add_all(&mut catalogue, &tables, true));
    (catalogue, findings)
}

/// Adds packs: first what they declare, all of them, so that the rules of one may use the kinds of another; then the
/// rules.
fn add_all(catalogue: &mut Catalogue, packs: &[(FileId, &str, DeTable<'_>)], is_users: bool) -> Vec<Finding> {
    let mut readers = Vec::with_capacity(packs.len());
    for (file, text, table) in packs {
        let mut reader = Reader::new(*file, text, is_users);
        let rules = reader.declarations(catalogue, table);
        readers.push((reader, rules));
    }
    catalogue.index_kinds();
    if !is_users {
        // Each pack for itself: no rule of a built-in pack needs to know those of another.
        let read: Vec<(Vec<Rule>, Vec<Finding>)> = readers
            .into_par_iter()
            .map(|(mut reader, rules)| {
                let rules = rules.into_iter().filter_map(|(code, table)| reader.rule(catalogue, code, table));
                (rules.map(|(rule, _)| rule).collect(), reader.findings)
            })
            .collect();
        let mut findings = Vec::new();
        for (rules, found) in read {
            rules.into_iter().for_each(|rule| catalogue.add_rule(rule));
            findings.extend(found);
        }
        catalogue.sort_rules();
        return findings;
    }
    let mut findings = Vec::new();
    for (mut reader, rules) in readers {
        let mut used = Vec::new();
        for (code, table) in rules {
            match reader.rule(catalogue, code, table) {
                Some((rule, kinds)) => {
                    used.extend(kinds);
                    catalogue.add_rule(rule);
                }
                None => reader.is_partly_read = true,
            }
        }
        reader.unused_kinds(catalogue, &used);
        reader.cap_findings();
        findings.append(&mut reader.findings);
    }
    findings
}

/// What all regular expressions of a pack may take, in bytes of the compiled programs.
const MOST_ROOM: usize = 1 << 26;
/// Kinds that all packs together may declare: far beyond what anybody can tell apart.
const MOST_KINDS: usize = 4_000;
/// Phrases for titles that a kind may have, and letters in each: every title is compared with all that begin alike.
const MOST_PHRASES: usize = 200;
const LONGEST_PHRASE: usize = 100;
/// Mistakes of a pack that are said one by one.
const MOST_FINDINGS: usize = 1_000;

type Key<'i> = Spanned<DeString<'i>>;
type Item<'i> = Spanned<DeValue<'i>>;

/// A pack on its way into the catalogue.
pub(super) struct Reader<'p> {
    file: FileId,
    text: &'p str,
    pub(super) is_users: bool,
    pub(super) findings: Vec<Finding>,
    head: Option<PackHead>,
    /// The kinds it declares and where, to say which nobody uses.
    kinds: Vec<(String, Span)>,
    /// Whether a rule was left out for its mistakes: nobody knows which kinds it would have asked for.
    is_partly_read: bool,
    /// What its regular expressions may still take, in bytes.
    pub(super) room: usize,
}

impl<'p> Reader<'p> {
    fn new(file: FileId, text: &'p str, is_users: bool) -> Self {
        let (findings, kinds) = (Vec::new(), Vec::new());
        Self { file, text, is_users, findings, head: None, kinds, is_partly_read: false, room: MOST_ROOM }
    }

    /// The place of a key or value, without quotation marks.
    pub(super) fn place(&self, span: Range<usize>) -> Span {
        let raw = self.text.get(span.clone()).unwrap_or("");
        let quotes = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|it| raw.len() >= 2 * it.len() && raw.starts_with(it) && raw.ends_with(it));
        let cut = quotes.map_or(0, str::len);
        Span::new(self.file, span.start + cut, span.end - cut)
    }

    /// Reports a mistake: `code`, where, and its words.
    pub(super) fn wrong(&mut self, code: &'static str, at: Range<usize>, params: &[(&'static str, &str)]) {
        let mut finding = Finding::new(Code::new(code), self.place(at));
        for (name, value) in params {
            finding = finding.param(*name, *value);
        }
        self.findings.push(finding);
    }

    /// A word that is none of those that may stand there.
    pub(super) fn unknown(&mut self, key: &Spanned<impl AsRef<str>>, what: &str, known: &[&str]) {
        let word = key.get_ref().as_ref();
        // Where nothing is near, a few words are soon read.
        const FEW: usize = 16;
        let near = match nearest(word, known.iter().copied()) {
            None if (1..=FEW).contains(&known.len()) => format!("; it can be {}", known.join(", ")),
            near => suggestion(near),
        };
        self.wrong("PCK002", key.span(), &[("word", word), ("what", what), ("suggestion", &near)]);
    }

    pub(super) fn wrong_type(&mut self, name: &str, expected: &str, value: &Item<'_>) {
        self.wrong("PCK003", value.span(), &[("field", name), ("expected", expected)]);
    }

    pub(super) fn invalid(&mut self, at: Range<usize>, problem: &str) {
        self.wrong("PCK004", at, &[("problem", problem)]);
    }

    fn missing(&mut self, at: Range<usize>, what: &str, part: &str) {
        self.wrong("PCK005", at, &[("what", what), ("part", part)]);
    }

    /// Reads everything but the rules, and returns those.
    fn declarations<'t, 'i>(
        &mut self,
        catalogue: &mut Catalogue,
        table: &'t DeTable<'i>,
    ) -> Vec<(&'t Key<'i>, &'t DeTable<'i>)> {
        let mut rules = Vec::new();
        if let Some((key, value)) = table.get_key_value("pack") {
            self.head = self.head(key, value);
        } else {
            self.missing(0..0, "The pack", "the table `[pack]` with `id`, `family` and `title`");
        }
        for (key, value) in in_order(table) {
            let name: &str = key.get_ref();
            let known = ["pack", "kind", "asset-kind", "term", "field", "rule"];
            if !known.contains(&name) {
                self.unknown(key, "is no part of a pack", &known);
                continue;
            }
            let name = name.to_owned();
            let DeValue::Table(entries) = value.get_ref() else {
                self.wrong_type(&name, "a table", value);
                continue;
            };
            match name.as_str() {
                "kind" | "asset-kind" => {
                    for (key, value) in in_order(entries) {
                        self.kind(catalogue, key, value, name == "kind");
                    }
                }
                "term" => {
                    for (key, value) in in_order(entries) {
                        self.term(catalogue, key, value);
                    }
                }
                "field" => self.fields(catalogue, entries),
                "rule" => {
                    for (key, value) in in_order(entries) {
                        match value.get_ref() {
                            DeValue::Table(entry) => rules.push((key, entry)),
                            _ => self.wrong_type(key.get_ref(), "a table", value),
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(head) = &self.head {
            catalogue.packs.push(head.clone());
        }
        rules
    }

    fn head(&mut self, key: &Key<'_>, value: &Item<'_>) -> Option<PackHead> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type("pack", "a table", value);
            return None;
        };
        let mut words = [None, None, None];
        let names = keys::names(keys::PACK);
        for (key, value) in in_order(table) {
            match names.iter().position(|name| *name == key.get_ref().as_ref()) {
                Some(index) => words[index] = self.text_of(key.get_ref(), value),
                None => self.unknown(key, "is no field of `[pack]`", &names),
            }
        }
        let [id, family, title] = words;
        for (name, word) in names.iter().zip([&id, &family, &title]) {
            if word.is_none() {
                self.missing(key.span(), "The pack", &format!("`{name}`"));
            }
        }
        let family = family?;
        let is_family =
            (2..=8).contains(&family.len()) && family.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_family {
            self.invalid(
                key.span(),
                "`family` is two to eight capital letters, with which the codes of the rules begin",
            );
        }
        // What is missing is said above; the rules can do without it.
        let id = id.unwrap_or_else(|| Cow::Owned(family.to_lowercase()));
        let title = title.unwrap_or_else(|| id.clone());
        Some(PackHead { id, family, title })
    }

    fn kind(&mut self, catalogue: &mut Catalogue, key: &Key<'_>, value: &Item<'_>, is_work: bool) {
        let DeValue::Table(table) = value.get_ref() else {
            return self.wrong_type(key.get_ref(), "a table such as { means = \"...\" }", value);
        };
        let mut kind = Kind { name: key.get_ref().clone().into_owned(), ..Kind::default() };
        for (key, value) in in_order(table) {
            let name: &str = key.get_ref();
            match name {
                "means" => kind.means = self.text_of(name, value).unwrap_or_default(),
                "touches-production" => kind.touches_production = self.flag_of(name, value),
                "counts-as-check" => kind.counts_as_check = self.flag_of(name, value),
                "needs-target" => kind.needs_target = self.flag_of(name, value),
                "title-matches" => kind.title_matches = self.phrases_of(name, value),
                "title-not" => kind.title_not = self.phrases_of(name, value),
                _ => self.unknown(key, "is no field of a kind", &keys::names(keys::KIND)),
            }
        }
        if kind.means.trim().is_empty() {
            self.missing(key.span(), &format!("The kind `{}`", key.get_ref()), "`means`, one sentence");
        }
        let known = if is_work { &catalogue.kinds } else { &catalogue.asset_kinds };
        if known.len() >= MOST_KINDS {
            let problem = format!("there are more than {MOST_KINDS} kinds, which nobody can tell apart");
            return self.invalid(key.span(), &problem);
        }
        if known.iter().any(|it| it.name == kind.name) {
            // A kind stands in one place only: two meanings would be none.
            let problem =
                format!("the kind `{}` exists already: use it as it is, or choose another name", kind.name);
            return self.invalid(key.span(), &problem);
        }
        if is_work {
            if self.is_users && !kind.touches_production && !kind.counts_as_check {
                self.kinds.push((kind.name.clone(), self.place(key.span())));
            }
            catalogue.kinds.push(kind);
        } else {
            catalogue.asset_kinds.push(kind);
        }
    }

    fn term(&mut self, catalogue: &mut Catalogue, key: &Key<'_>, value: &Item<'_>) {
        const MOST_WORDS: usize = 30;
        let means = match value.get_ref() {
            DeValue::Table(table) => match table.get("definition") {
                Some(value) => self.text_of("definition", value),
                None => return self.missing(key.span(), "The term", "`definition`"),
            },
            _ => self.text_of(key.get_ref(), value),
        };
        let Some(means) = means else { return };
        let count = means.split_whitespace().count();
        if count > MOST_WORDS {
            self.invalid(
                value.span(),
                &format!("a meaning has at most {MOST_WORDS} words, this one {count}"),
            );
        }
        let pack = self.head.as_ref().map_or(Cow::Borrowed(""), |head| head.id.clone());
        let word: Cow<'static, str> = Cow::Owned(key.get_ref().to_string());
        let folded = word.to_lowercase();
        // The first pack that explains a word keeps it.
        if !catalogue.term_ids.contains_key(&folded) {
            catalogue.term_ids.insert(folded, catalogue.terms.len());
            catalogue.terms.push(Term { word, means, pack });
        }
    }

    fn fields(&mut self, catalogue: &mut Catalogue, entities: &DeTable<'_>) {
        let kinds: Vec<&str> = EntityKind::ALL.iter().map(|kind| kind.as_str()).collect();
        for (entity, fields) in in_order(entities) {
            let Some(kind) = EntityKind::parse(entity.get_ref()) else {
                self.unknown(entity, "is nothing that a plan has", &kinds);
                continue;
            };
            let DeValue::Table(fields) = fields.get_ref() else {
                self.wrong_type(entity.get_ref(), "a table", fields);
                continue;
            };
            for (key, value) in in_order(fields) {
                let DeValue::Table(table) = value.get_ref() else {
                    self.wrong_type(key.get_ref(), "a table such as { means = \"...\" }", value);
                    continue;
                };
                let mut field = FieldDecl {
                    of: kind,
                    name: key.get_ref().clone().into_owned(),
                    ty: Type::Text,
                    means: Cow::Borrowed(""),
                    values: Vec::new(),
                };
                for (key, value) in in_order(table) {
                    let name: &str = key.get_ref();
                    match name {
                        "means" => field.means = self.text_of(name, value).unwrap_or_default(),
                        "values" => field.values = self.list_of(name, value),
                        "type" => {
                            let word = self.text_of(name, value).unwrap_or_default();
                            match keys::FIELD_TYPES.iter().position(|it| *it == word) {
                                Some(index) => {
                                    let types = [
                                        Type::Text,
                                        Type::List,
                                        Type::Flag,
                                        Type::Count,
                                        Type::Moment,
                                        Type::Duration,
                                        Type::Money,
                                    ];
                                    field.ty = types[index];
                                }
                                None => {
                                    let word = Spanned::new(value.span(), word);
                                    self.unknown(&word, "is no type of a field", keys::FIELD_TYPES);
                                }
                            }
                        }
                        _ => self.unknown(key, "is no part of a field", &keys::names(keys::FIELD)),
                    }
                }
                let is_known = super::ask::known_fields(kind).any(|(name, ..)| name == field.name);
                if is_known || catalogue.fields.iter().any(|it| it.of == kind && it.name == field.name) {
                    let problem = format!(
                        "every {} has a field `{}` already: use it as it is, or choose another name",
                        kind.as_str(),
                        field.name
                    );
                    self.invalid(key.span(), &problem);
                    continue;
                }
                catalogue.fields.push(field);
            }
        }
    }

    /// Reads a rule; `None` where too little of it is sound. Also the kinds of work it asks for.
    fn rule(
        &mut self,
        catalogue: &Catalogue,
        code: &Key<'_>,
        table: &DeTable<'_>,
    ) -> Option<(Rule, Vec<String>)> {
        let head = self.head.clone();
        let family = head.as_ref().map_or("", |head| &*head.family);
        let before = self.findings.len();
        let digits = code.get_ref().strip_prefix(family).unwrap_or("");
        if head.is_some() && (digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit())) {
            self.invalid(
                code.span(),
                &format!("a code is the letters of the pack and three digits, such as `{family}001`"),
            );
        }
        if catalogue.rule(Code::new(code.get_ref())).is_some() {
            self.wrong("PCK006", code.span(), &[("code", code.get_ref())]);
        }
        let take = |name: &str| table.get(name);
        let (of, require, forbid) = (take("for-each"), take("require"), take("forbid"));
        let (per, at, from, variants) = (take("per"), take("at"), take("from-tasks"), take("variant"));
        let merge = take("merge");
        let mut entry = self.entry(code, table);
        // What a rule was called before must not be what another is called now.
        for word in if self.is_users { &*entry.formerly } else { &[] } {
            if word.eq_ignore_ascii_case(code.get_ref()) || catalogue.find(word).is_some() {
                self.invalid(
                    code.span(),
                    &format!("`{word}`, which it was formerly, is what a rule is called now"),
                );
            }
        }
        let mut conditions = Conditions::new(self, catalogue, &entry.option);
        if let Some(variants) = variants {
            entry.variant = conditions.variants(of, variants);
        }
        let ask =
            if entry.native { None } else { conditions.ask(code, of, require, forbid, per, at, from, merge) };
        let kinds = conditions.kinds;
        if self.is_users {
            self.placeholders(code, &entry, ask.as_ref());
            self.examples(code, &entry);
        }
        // A rule with a mistake would find the wrong things: it waits until it is mended.
        if self.findings.len() > before && self.is_users {
            return None;
        }
        let head = head?;
        let ask = ask.map(Arc::new);
        Some((
            Rule { code: Code::new(code.get_ref()), family: head.family, pack: head.id, entry, ask },
            kinds,
        ))
    }

    fn entry(&mut self, code: &Key<'_>, table: &DeTable<'_>) -> Entry {
        let mut entry = Entry {
            enabled: true,
            imported: true,
            plan_files: true,
            severity: Severity::Warning,
            ..Entry::default()
        };
        let mut given: Vec<String> = Vec::new();
        for (key, value) in in_order(table) {
            let name: &str = key.get_ref();
            match name {
                "name" => entry.name = self.text_of(name, value).unwrap_or_default(),
                "since" => entry.since = self.text_of(name, value).unwrap_or_default(),
                "status-since" => entry.status_since = self.text_of(name, value).unwrap_or_default(),
                "formerly" => entry.formerly = self.cows_of(name, value),
                "status" => {
                    const WORDS: [(&str, Status); 4] = [
                        ("preview", Status::Preview),
                        ("stable", Status::Stable),
                        ("deprecated", Status::Deprecated),
                        ("removed", Status::Removed),
                    ];
                    entry.status = self.word_of(name, value, &WORDS).unwrap_or_default();
                }
                "severity" => {
                    const WORDS: [(&str, Severity); 3] = [
                        ("error", Severity::Error),
                        ("warning", Severity::Warning),
                        ("advice", Severity::Advice),
                    ];
                    entry.severity = self.word_of(name, value, &WORDS).unwrap_or(Severity::Warning);
                }
                "scope" => {
                    const WORDS: [(&str, Scope); 2] =
                        [("plan", Scope::Plan), ("portfolio", Scope::Portfolio)];
                    entry.scope = self.word_of(name, value, &WORDS).unwrap_or_default();
                }
                "enabled" => entry.enabled = self.flag_of(name, value),
                "imported" => entry.imported = self.flag_of(name, value),
                "plan-files" => entry.plan_files = self.flag_of(name, value),
                "native" if self.is_users => self.invalid(
                    key.span(),
                    "only rules that are part of planlint can be `native`: write `for-each` and `require`",
                ),
                "native" => entry.native = self.flag_of(name, value),
                "summary" => entry.summary = self.long_text(name, value),
                "question" => entry.question = self.long_text(name, value),
                "message" => entry.message = self.long_text(name, value),
                "help" => entry.help = self.long_text(name, value),
                "explanation" => entry.explanation = self.long_text(name, value),
                "source" => entry.source = self.long_text(name, value),
                "needs" => entry.needs = self.cows_of(name, value),
                "masks" => entry.masks = self.cows_of(name, value),
                "bad" => entry.bad = self.text_of(name, value).map(LongText::now),
                "good" => entry.good = self.text_of(name, value).map(LongText::now),
                "option" => entry.option = self.options(value),
                "for-each" | "require" | "forbid" | "per" | "at" | "from-tasks" | "merge" | "variant" => {
                    continue;
                }
                _ => {
                    self.unknown(key, "is no field of a rule", &keys::names(keys::RULE));
                    continue;
                }
            }
            given.push(name.to_owned());
        }
        let what = format!("The rule {}", code.get_ref());
        // Of a built-in rule the texts were cut out; a test holds that all are there.
        for name in keys::RULE_REQUIRED {
            if self.is_users && !given.iter().any(|it| it == *name) {
                self.missing(code.span(), &what, &format!("`{name}`"));
            }
        }
        if self.is_users && entry.summary.is_empty() {
            let words = entry.name.replace('-', " ");
            let mut letters = words.chars();
            let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>());
            entry.summary = LongText::now(Cow::Owned(first.unwrap_or_default() + letters.as_str()));
        }
        entry
    }

    fn options(&mut self, value: &Item<'_>) -> BTreeMap<String, OptionDef> {
        let mut options = BTreeMap::new();
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong_type("option", "a table", value);
            return options;
        };
        for (key, value) in in_order(table) {
            let DeValue::Table(option) = value.get_ref() else {
                self.wrong_type(key.get_ref(), "a table with `default` and `means`", value);
                continue;
            };
            let mut default = None;
            let mut words = Vec::new();
            let mut means = Cow::Borrowed("");
            for (key, value) in in_order(option) {
                match &**key.get_ref() {
                    "default" => default = self.option_value(value),
                    "means" => means = self.text_of("means", value).unwrap_or_default(),
                    "words" => words = self.cows_of("words", value),
                    _ => self.unknown(key, "is no part of an option", &keys::names(keys::OPTION)),
                }
            }
            match default {
                Some(default) => {
                    if let OptionValue::Text(word) = &default
                        && !words.is_empty()
                        && !words.iter().any(|it| it == word)
                    {
                        let problem = format!("the default \"{word}\" is none of the option's `words`");
                        self.invalid(key.span(), &problem);
                    }
                    options.insert(key.get_ref().clone().into_owned(), OptionDef { default, words, means });
                }
                None => self.missing(key.span(), &format!("The option `{}`", key.get_ref()), "`default`"),
            }
        }
        options
    }

    fn option_value(&mut self, value: &Item<'_>) -> Option<OptionValue> {
        match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok().map(OptionValue::Integer),
            DeValue::Boolean(flag) => Some(OptionValue::Flag(*flag)),
            DeValue::String(text) => Some(OptionValue::Text(text.clone().into_owned())),
            DeValue::Array(_) => Some(OptionValue::List(self.list_of("default", value))),
            DeValue::Datetime(date) => Some(OptionValue::Text(date.to_string())),
            _ => {
                self.wrong_type(
                    "default",
                    "a whole number, true or false, a text, or a list of texts",
                    value,
                );
                None
            }
        }
    }

    /// Words and severity of a variant; its condition is read elsewhere.
    pub(super) fn variant(&mut self, name: &Key<'_>, table: &DeTable<'_>) -> Variant {
        let mut variant = Variant::default();
        for (key, value) in in_order(table) {
            let word: &str = key.get_ref();
            match word {
                "message" => variant.message = self.text_of(word, value),
                "help" => variant.help = self.text_of(word, value),
                "question" => variant.question = self.text_of(word, value),
                "severity" => {
                    let found = self.text_of(word, value).unwrap_or_default();
                    variant.severity = Severity::parse(&found);
                    if variant.severity.is_none() {
                        let found = Spanned::new(value.span(), found);
                        self.unknown(&found, "is no severity", &["error", "warning", "advice"]);
                    }
                }
                "from" => {
                    variant.from = match value.get_ref() {
                        DeValue::Integer(number) => number.as_str().parse().ok(),
                        _ => None,
                    };
                    if variant.from.is_none() {
                        self.wrong_type(word, "a whole number from 0", value);
                    }
                }
                "when" | "at" => {}
                _ => {
                    let what = format!("is no part of the variant `{}`", name.get_ref());
                    self.unknown(key, &what, &keys::names(keys::VARIANT));
                }
            }
        }
        variant
    }

    /// Placeholders that nobody fills.
    fn placeholders(&mut self, code: &Key<'_>, entry: &Entry, ask: Option<&super::ask::Ask>) {
        let Some(ask) = ask else { return };
        let mut known: Vec<&str> =
            vec!["entity", "title", "id", "plan", "assets", "sites", "found", "count", "missing"];
        known.extend(super::ask::known_fields(ask.about).map(|(name, ..)| name));
        known.extend(Relation::ALL.iter().filter(|(of, ..)| *of == ask.about).map(|(_, name, ..)| *name));
        let mut wrong: Vec<String> = Vec::new();
        for name in entry.templates().flat_map(super::placeholders) {
            if !known.contains(&name) && !wrong.iter().any(|it| it == name) {
                wrong.push(name.to_owned());
            }
        }
        for name in wrong {
            let word = Spanned::new(code.span(), name);
            self.unknown(&word, "is no placeholder that this rule fills", &known);
        }
    }

    /// Examples that are no plans.
    fn examples(&mut self, code: &Key<'_>, entry: &Entry) {
        for (name, example) in [("bad", &entry.bad), ("good", &entry.good)] {
            let Some(example) = example else { continue };
            for part in example_files(example) {
                if let Err(error) = DeTable::parse(part) {
                    let problem = error.message().replace('\n', ", ");
                    self.wrong("PCK008", code.span(), &[("example", name), ("problem", &problem)]);
                }
            }
        }
    }

    /// Keeps the first mistakes of a pack that is nothing but mistakes.
    fn cap_findings(&mut self) {
        let more = self.findings.len().saturating_sub(MOST_FINDINGS);
        if more > 0 {
            self.findings.truncate(MOST_FINDINGS);
            self.invalid(0..0, &format!("the pack has {more} mistakes more; mend the first {MOST_FINDINGS}"));
        }
    }

    fn unused_kinds(&mut self, catalogue: &Catalogue, used: &[String]) {
        let used: rustc_hash::FxHashSet<&str> = used.iter().map(String::as_str).collect();
        for (kind, place) in std::mem::take(&mut self.kinds) {
            let has_title = catalogue.kind_def(catalogue.kind(&kind)).needs_target;
            let is_named =
                || ['"', '\''].into_iter().any(|quote| self.text.contains(&format!("{quote}{kind}{quote}")));
            let is_used = used.contains(kind.as_str()) || (self.is_partly_read && is_named());
            if !is_used && !has_title {
                self.findings.push(Finding::new(Code::new("PCK007"), place).param("kind", kind));
            }
        }
    }

    pub(super) fn text_of(&mut self, name: &str, value: &Item<'_>) -> Option<Cow<'static, str>> {
        match value.get_ref() {
            DeValue::String(text) => Some(Cow::Owned(text.to_string())),
            _ => {
                self.wrong_type(name, "a text in quotation marks", value);
                None
            }
        }
    }

    fn long_text(&mut self, name: &str, value: &Item<'_>) -> LongText {
        self.text_of(name, value).map(LongText::now).unwrap_or_default()
    }

    pub(super) fn flag_of(&mut self, name: &str, value: &Item<'_>) -> bool {
        match value.get_ref() {
            DeValue::Boolean(flag) => *flag,
            _ => {
                self.wrong_type(name, "`true` or `false`", value);
                false
            }
        }
    }

    fn cows_of(&mut self, name: &str, value: &Item<'_>) -> Vec<Cow<'static, str>> {
        let items = match value.get_ref() {
            DeValue::String(text) => return vec![Cow::Owned(text.to_string())],
            DeValue::Array(items) => items.iter(),
            _ => {
                self.wrong_type(name, "a list of texts", value);
                return Vec::new();
            }
        };
        items.filter_map(|item| self.text_of(name, item)).collect()
    }

    pub(super) fn list_of(&mut self, name: &str, value: &Item<'_>) -> Vec<String> {
        self.cows_of(name, value).into_iter().map(Cow::into_owned).collect()
    }

    /// Phrases that are looked for in titles: not so many and so long that a title could take minutes.
    fn phrases_of(&mut self, name: &str, value: &Item<'_>) -> Vec<String> {
        let phrases = self.list_of(name, value);
        if phrases.len() > MOST_PHRASES {
            let problem = format!("`{name}` has {} phrases, and {MOST_PHRASES} are the most", phrases.len());
            self.invalid(value.span(), &problem);
            return Vec::new();
        }
        if let Some(long) = phrases.iter().find(|phrase| phrase.chars().count() > LONGEST_PHRASE) {
            let begun: String = long.chars().take(30).collect();
            let problem = format!("the phrase \"{begun}...\" is longer than {LONGEST_PHRASE} letters");
            self.invalid(value.span(), &problem);
            return Vec::new();
        }
        phrases
    }

    fn word_of<T: Copy>(&mut self, name: &str, value: &Item<'_>, words: &[(&str, T)]) -> Option<T> {
        let text = self.text_of(name, value)?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let what = format!("is no `{name}`");
            self.unknown(&Spanned::new(value.span(), text), &what, &known);
        }
        found.map(|(_, it)| *it)
    }
}

/// The entries of a table as they stand in the file.
pub(super) fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Item<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

impl Catalogue {
    fn index_kinds(&mut self) {
        let numbered = self.kinds.iter().enumerate().skip(1);
        self.kind_ids = numbered.map(|(index, kind)| (kind.name.clone(), KindId(index as u16))).collect();
    }

    fn add_rule(&mut self, rule: Rule) {
        self.by_code.insert(rule.code, self.rules.len());
        self.rules.push(rule);
    }

    fn sort_rules(&mut self) {
        self.rules.sort_by_key(|rule| rule.code);
        self.by_code = self.rules.iter().enumerate().map(|(index, rule)| (rule.code, index)).collect();
    }
}

/// The files of an example: cut at lines `#- NAME`.
fn example_files(example: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = example.match_indices("\n#- ").map(|(at, _)| at + 1).collect();
    starts.insert(0, 0);
    starts.push(example.len());
    starts.windows(2).map(|pair| &example[pair[0]..pair[1]]).collect()
}
