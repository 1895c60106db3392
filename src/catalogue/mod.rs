//! The catalogue: every rule's words, severity, options and examples, and the kinds of work, as `rules/*.toml` gives them.
//! The one home of a rule's words. Knows no check: `config`, `explain` and every report use it without the engine.

pub mod ask;
mod condition;
pub(crate) mod keys;
mod long_text;
mod pack;
mod titles;
mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::finding::{Code, EntityKind, Finding, Severity};
use crate::model::{Model, Type};

use ask::Ask;
pub(crate) use condition::TESTS;
pub use long_text::LongText;
pub use pack::{EMBEDDED, PackText};
pub use titles::Titles;
pub(crate) use words::{Meant, meant, nearest, suggestion};

/// How long a rule has been trusted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Status {
    /// Runs only with `preview`.
    Preview,
    /// Runs.
    #[default]
    Stable,
    /// Runs, and will go.
    Deprecated,
    /// Gone; explains itself still.
    Removed,
}

impl Status {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Preview => "preview",
            Status::Stable => "stable",
            Status::Deprecated => "deprecated",
            Status::Removed => "removed",
        }
    }
}

/// Whether a rule judges plans one by one or together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scope {
    /// One plan at a time.
    #[default]
    Plan,
    /// All plans of the run.
    Portfolio,
}

/// The value of an option of a rule.
#[derive(Clone, PartialEq, Debug)]
pub enum OptionValue {
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
    /// Words.
    Text(String),
    /// Several words.
    List(Vec<String>),
}

impl OptionValue {
    /// What type it is, in words.
    pub fn type_name(&self) -> &'static str {
        match self {
            OptionValue::Integer(_) => "a whole number",
            OptionValue::Flag(_) => "true or false",
            OptionValue::Text(_) => "text",
            OptionValue::List(_) => "a list of texts",
        }
    }
}

impl std::fmt::Display for OptionValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            OptionValue::Integer(number) => write!(f, "{number}"),
            OptionValue::Flag(flag) => write!(f, "{flag}"),
            OptionValue::Text(text) => write!(f, "{text:?}"),
            OptionValue::List(list) => write!(f, "{list:?}"),
        }
    }
}

/// An option of a rule.
#[derive(Clone, Debug)]
pub struct OptionDef {
    /// Its value where no configuration says otherwise.
    pub default: OptionValue,
    /// The words that a text may be; any where empty.
    pub words: Vec<Cow<'static, str>>,
    /// What it does.
    pub means: Cow<'static, str>,
}

/// Other words of a rule for a special case; what is left out is as usual.
#[derive(Clone, Debug, Default)]
pub struct Variant {
    /// See [`Entry::message`].
    pub message: Option<Cow<'static, str>>,
    /// See [`Entry::help`].
    pub help: Option<Cow<'static, str>>,
    /// See [`Entry::question`].
    pub question: Option<Cow<'static, str>>,
    /// See [`Entry::severity`].
    pub severity: Option<Severity>,
    /// Of the variant `whole-plan`: from how many things on it is used.
    pub from: Option<u32>,
}

/// All that is known of a rule but its check.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Such as `DEP001`.
    pub code: Code,
    /// The family it belongs to, such as `DEP`.
    pub family: Cow<'static, str>,
    /// The pack it stands in, such as `dependency`.
    pub pack: Cow<'static, str>,
    /// The rest, as written.
    pub entry: Entry,
    /// What it asks, where it is declarative.
    pub ask: Option<Arc<Ask>>,
}

impl Rule {
    /// The code that fingerprints are made of: the first that the rule had, so that they outlive a new one.
    pub fn first_code(&self) -> &str {
        let is_code =
            |word: &&Cow<'static, str>| word.bytes().last().is_some_and(|byte| byte.is_ascii_digit());
        self.entry.formerly.iter().find(is_code).map_or(self.code.as_str(), AsRef::as_ref)
    }
}

impl std::ops::Deref for Rule {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.entry
    }
}

/// The entry of a rule as written in its pack.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// Says the fault: `dependency-cycle`.
    pub name: Cow<'static, str>,
    /// The release it came with.
    pub since: Cow<'static, str>,
    /// How long it has been trusted.
    pub status: Status,
    /// The release in which it came to that; empty where it began so.
    pub status_since: Cow<'static, str>,
    /// Codes and names that it had before: they still mean it. The first code goes on into fingerprints.
    pub formerly: Vec<Cow<'static, str>>,
    /// How bad, where neither a variant nor the configuration says otherwise.
    pub severity: Severity,
    /// Whether it runs unless asked for.
    pub enabled: bool,
    /// Whether it runs on imported schedules unless asked for.
    pub imported: bool,
    /// Whether it runs on plans in the plan language unless asked for.
    pub plan_files: bool,
    /// One plan at a time, or all together.
    pub scope: Scope,
    /// Whether its check is written in Rust.
    pub native: bool,
    /// The fault in one line.
    pub summary: LongText,
    /// What a project manager asks next.
    pub question: LongText,
    /// The finding in one sentence, with `{placeholders}`.
    pub message: LongText,
    /// What to do.
    pub help: LongText,
    /// Why it matters.
    pub explanation: LongText,
    /// Where the rule comes from.
    pub source: LongText,
    /// Fields that the source format must be able to carry, as `entity.field`.
    pub needs: Vec<Cow<'static, str>>,
    /// Rules that stay silent where this one has spoken about the same thing.
    pub masks: Vec<Cow<'static, str>>,
    /// A plan with the fault, expectations in comments.
    pub bad: Option<LongText>,
    /// The same plan without it.
    pub good: Option<LongText>,
    /// What can be set.
    pub option: BTreeMap<String, OptionDef>,
    /// Other words for special cases.
    pub variant: BTreeMap<String, Variant>,
}

impl Entry {
    /// Whether a word is a code or name that the rule had before.
    pub fn is_former(&self, word: &str) -> bool {
        self.formerly.iter().any(|it| it.eq_ignore_ascii_case(word))
    }

    /// All texts with placeholders: message, help and question, and those of the variants.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        let variants = self.variant.values().flat_map(|it| [&it.message, &it.help, &it.question]);
        let usual: [&str; 3] = [&self.message, &self.help, &self.question];
        usual.into_iter().chain(variants.flatten().map(|text| &**text))
    }
}

/// A kind of work or of asset.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    /// The word a plan uses.
    pub name: String,
    /// What it means.
    pub means: Cow<'static, str>,
    /// Whether work of this kind changes production.
    pub touches_production: bool,
    /// Whether it counts as a check that something still works.
    pub counts_as_check: bool,
    /// Whether it needs a target version or platform.
    pub needs_target: bool,
    /// Phrases by which a title without a kind is taken for this one.
    pub title_matches: Vec<String>,
    /// Phrases that speak against it.
    pub title_not: Vec<String>,
}

/// A word and what it means.
#[derive(Clone, Debug)]
pub struct Term {
    /// As people write it.
    pub word: Cow<'static, str>,
    /// In a sentence.
    pub means: Cow<'static, str>,
    /// The pack that explains it.
    pub pack: Cow<'static, str>,
}

/// A field that a pack declares.
#[derive(Clone, Debug)]
pub struct FieldDecl {
    /// Of what.
    pub of: EntityKind,
    /// As written in a plan.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// What it means.
    pub means: Cow<'static, str>,
    /// The words it can be; any where empty.
    pub values: Vec<String>,
}

/// A field of IT or a family of rules: the head of a pack.
#[derive(Clone, Debug)]
pub struct PackHead {
    /// Such as `end-user-computing`.
    pub id: Cow<'static, str>,
    /// The letters its codes begin with.
    pub family: Cow<'static, str>,
    /// In words.
    pub title: Cow<'static, str>,
}

/// The number of a kind of work, for quick comparison.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KindId(pub(crate) u16);

impl KindId {
    /// No kind was given, or one that no pack knows.
    pub const NONE: KindId = KindId(0);
}

/// A set of kinds of work.
#[derive(Clone, Debug, Default)]
pub struct KindSet(Vec<u64>);

impl KindSet {
    /// Whether the kind is in the set.
    pub fn contains(&self, kind: KindId) -> bool {
        self.0.get(usize::from(kind.0) / 64).is_some_and(|word| word & (1 << (kind.0 % 64)) != 0)
    }

    fn insert(&mut self, kind: KindId) {
        let word = usize::from(kind.0) / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (kind.0 % 64);
    }
}

/// All packs together.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    packs: Vec<PackHead>,
    rules: Vec<Rule>,
    by_code: FxHashMap<Code, usize>,
    kinds: Vec<Kind>,
    kind_ids: FxHashMap<String, KindId>,
    asset_kinds: Vec<Kind>,
    fields: Vec<FieldDecl>,
    terms: Vec<Term>,
    /// By the word in small letters.
    term_ids: FxHashMap<String, usize>,
    titles: OnceLock<Titles>,
}

/// The words of one finding, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The finding in one sentence.
    pub message: String,
    /// What to do.
    pub help: String,
    /// What to ask.
    pub question: String,
}

impl Catalogue {
    /// The catalogue that is built in.
    pub fn embedded() -> &'static Arc<Catalogue> {
        static CATALOGUE: OnceLock<Arc<Catalogue>> = OnceLock::new();
        CATALOGUE.get_or_init(|| Arc::new(pack::embedded()))
    }

    /// This catalogue with packs of the user's own. Their mistakes are findings; what is sound in them is added.
    pub fn with(&self, packs: &[PackText<'_>]) -> (Catalogue, Vec<Finding>) {
        pack::with(self, packs)
    }

    /// Fields that packs declare.
    pub fn fields(&self) -> &[FieldDecl] {
        &self.fields
    }

    /// The glossary of all packs.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// What a word means, without regard to capitals.
    pub fn term(&self, word: &str) -> Option<&Term> {
        self.term_ids.get(&word.to_lowercase()).map(|index| &self.terms[*index])
    }

    /// What takes titles for kinds of work; made when it is first asked for.
    pub fn titles(&self) -> &Titles {
        self.titles.get_or_init(|| Titles::new(&self.kinds))
    }

    /// The packs, in the order of their files.
    pub fn packs(&self) -> &[PackHead] {
        &self.packs
    }

    /// All rules, by code.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with a code.
    pub fn rule(&self, code: Code) -> Option<&Rule> {
        self.by_code.get(&code).map(|&index| &self.rules[index])
    }

    /// The place of a rule among [`Catalogue::rules`].
    pub fn index(&self, code: Code) -> Option<usize> {
        self.by_code.get(&code).copied()
    }

    /// The rule with a code or a name, in either case; also with one that it had before.
    pub fn find(&self, word: &str) -> Option<&Rule> {
        let is_now = |rule: &&Rule| {
            rule.code.as_str().eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word)
        };
        self.rules.iter().find(is_now).or_else(|| self.rules.iter().find(|rule| rule.is_former(word)))
    }

    /// The kinds of work, after an empty one that stands for none.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The kinds of assets.
    pub fn asset_kinds(&self) -> &[Kind] {
        &self.asset_kinds
    }

    /// The number of a kind of work; [`KindId::NONE`] for one that no pack knows.
    pub fn kind(&self, name: &str) -> KindId {
        self.kind_ids.get(name).copied().unwrap_or(KindId::NONE)
    }

    /// What is known of a kind of work.
    pub fn kind_def(&self, kind: KindId) -> &Kind {
        &self.kinds[usize::from(kind.0)]
    }

    /// The set of these kinds of work.
    pub fn kind_set(&self, names: &[&str]) -> KindSet {
        let mut set = KindSet::default();
        for kind in names.iter().map(|name| self.kind(name)).filter(|kind| *kind != KindId::NONE) {
            set.insert(kind);
        }
        set
    }

    /// The set of all kinds of work with a property.
    pub fn kinds_where(&self, holds: impl Fn(&Kind) -> bool) -> KindSet {
        let mut set = KindSet::default();
        for (index, _) in self.kinds.iter().enumerate().skip(1).filter(|(_, kind)| holds(kind)) {
            set.insert(KindId(index as u16));
        }
        set
    }

    /// How bad a finding is by the catalogue alone.
    pub fn severity(&self, finding: &Finding) -> Severity {
        let Some(rule) = self.rule(finding.code) else { return Severity::Error };
        let variant = finding.variant.as_deref().and_then(|name| rule.variant.get(name));
        variant.and_then(|variant| variant.severity).unwrap_or(rule.severity)
    }

    /// The words of a finding, placeholders filled.
    pub fn words(&self, finding: &Finding, model: &Model<'_>) -> Words {
        let Some(rule) = self.rule(finding.code) else {
            return Words { message: finding.code.to_string(), help: String::new(), question: String::new() };
        };
        let variant = finding.variant.as_deref().and_then(|name| rule.variant.get(name));
        let pick = |get: fn(&Variant) -> Option<&Cow<'static, str>>, usual: &str| {
            fill(variant.and_then(get).map_or(usual, |text| text), finding, model)
        };
        Words {
            message: pick(|variant| variant.message.as_ref(), &rule.message),
            help: pick(|variant| variant.help.as_ref(), &rule.help),
            question: pick(|variant| variant.question.as_ref(), &rule.question),
        }
    }
}

/// The names of the placeholders in a template, in their order.
pub fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

fn fill(template: &str, finding: &Finding, model: &Model<'_>) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        let name = &rest[open + 1..open + close];
        let given = finding.params.iter().find(|(param, _)| *param == name);
        match (given, finding.entity) {
            (Some((_, value)), _) => out.push_str(value),
            (None, Some(entity)) if name == "entity" => out.push_str(&model.name(entity)),
            (None, Some(entity)) if name == "id" => out.push_str(model.id(entity)),
            (None, Some(entity)) if name == "title" => {
                out.push_str(&crate::model::shortened(
                    model.title(entity).unwrap_or_else(|| model.id(entity)),
                ));
            }
            (None, Some(entity)) if name == "plan" => {
                let plan = model.lists.plan(entity);
                out.push_str(plan.map_or("", |plan| model.plan_name(plan)));
            }
            // A placeholder that no check filled is a mistake in this program: shown, so that a test sees it.
            _ => {
                let _ = write!(out, "{{{name}}}");
            }
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// What a configuration sets the options of rules to.
#[derive(Clone, Debug, Default)]
pub struct Options {
    values: BTreeMap<(Code, String), OptionValue>,
}

impl Options {
    /// Everything as the catalogue says.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what others set, too; where both do, it is theirs that counts.
    pub fn extend(&mut self, others: Options) {
        self.values.extend(others.values);
    }

    /// Everything that is set, by code and name.
    pub fn iter(&self) -> impl Iterator<Item = (Code, &str, &OptionValue)> {
        self.values.iter().map(|((code, name), value)| (*code, name.as_str(), value))
    }

    /// Sets an option.
    pub fn set(&mut self, code: Code, name: &str, value: OptionValue) {
        self.values.insert((code, name.to_owned()), value);
    }

    /// The value of an option: as set, else as the catalogue says. `None` where the rule has no such option.
    pub fn get<'a>(&'a self, catalogue: &'a Catalogue, code: Code, name: &str) -> Option<&'a OptionValue> {
        let set = self.values.get(&(code, name.to_owned()));
        set.or_else(|| catalogue.rule(code)?.option.get(name).map(|option| &option.default))
    }
}
