//! Sets of rules, and the words that name them.

use crate::catalogue::{Catalogue, Meant, Rule, Status, meant};
use crate::finding::{Code, Finding, Fix};
use crate::source::Span;

/// A set of rules of the catalogue, a bit for each.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RuleSet(Vec<u64>);

impl RuleSet {
    /// Whether the rule with this place in [`Catalogue::rules`] is in the set.
    pub fn contains(&self, rule: usize) -> bool {
        self.0.get(rule / 64).is_some_and(|word| word >> (rule % 64) & 1 == 1)
    }

    /// Adds a rule by its place in the catalogue.
    pub fn insert(&mut self, rule: usize) {
        if self.0.len() <= rule / 64 {
            self.0.resize(rule / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(rule / 64) {
            *word |= 1 << (rule % 64);
        }
    }

    /// Takes a rule out.
    pub fn remove(&mut self, rule: usize) {
        if let Some(word) = self.0.get_mut(rule / 64) {
            *word &= !(1 << (rule % 64));
        }
    }

    /// Adds all rules of another set.
    pub fn insert_all(&mut self, other: &RuleSet) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Every rule of a catalogue.
    pub fn all(catalogue: &Catalogue) -> Self {
        let mut set = Self::default();
        (0..catalogue.rules().len()).for_each(|index| set.insert(index));
        set
    }

    /// The places in the catalogue of the rules that are in the set, from the first to the last.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.0.len() * 64).filter(|rule| self.contains(*rule))
    }

    /// The rules that a catalogue switches on by itself.
    pub fn usual(catalogue: &Catalogue) -> Self {
        let mut set = Self::default();
        for (index, _) in catalogue.rules().iter().enumerate().filter(|(_, rule)| rule.enabled) {
            set.insert(index);
        }
        set
    }
}

/// A word that names one rule or several. Ordered from vague to exact: the more exact one wins.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Selector {
    /// `ALL`.
    All,
    /// The beginning of codes: its length first, so that a longer one is more exact.
    Prefix(usize, String),
    /// The code or name of one rule.
    One(Code),
}

impl Selector {
    /// What a word names. The word counts as a whole: `F4O1` is one code that does not exist.
    pub(crate) fn parse(catalogue: &Catalogue, word: &str) -> Option<Self> {
        if word.eq_ignore_ascii_case("ALL") {
            return Some(Self::All);
        }
        if let Some(rule) = catalogue.find(word) {
            return Some(Self::One(rule.code));
        }
        let upper = word.to_ascii_uppercase();
        let is_begin = !upper.is_empty()
            && catalogue.rules().iter().any(|rule| rule.code.as_str().starts_with(upper.as_str()));
        is_begin.then_some(Self::Prefix(upper.len(), upper))
    }

    /// Whether it names this rule.
    pub(crate) fn names(&self, rule: &Rule) -> bool {
        match self {
            Self::All => true,
            Self::Prefix(_, prefix) => rule.code.as_str().starts_with(prefix.as_str()),
            Self::One(one) => *one == rule.code,
        }
    }

    /// All rules that these words name.
    pub(crate) fn set<'s>(catalogue: &Catalogue, selectors: impl IntoIterator<Item = &'s Self>) -> RuleSet {
        let mut set = RuleSet::default();
        for selector in selectors {
            for (index, rule) in catalogue.rules().iter().enumerate() {
                if rule.status != Status::Removed && selector.names(rule) {
                    set.insert(index);
                }
            }
        }
        set
    }
}

/// What is to be said of a word that names a rule: it is no longer its name, or the rule is going.
pub(crate) struct Notice {
    code: Code,
    variant: Option<&'static str>,
    word: String,
    rule: String,
    since: String,
}

/// What is to be said of a word for a rule, where there is anything.
pub(crate) fn notice(catalogue: &Catalogue, word: &str) -> Option<Notice> {
    let rule = catalogue.find(word)?;
    let since = match &*rule.status_since {
        "" => String::new(),
        since => format!(" in {since}"),
    };
    let (code, variant, now) = match rule.status {
        Status::Removed => (Code::new("LNT013"), None, rule.code.to_string()),
        Status::Deprecated => (Code::new("LNT013"), Some("deprecated"), rule.code.to_string()),
        _ if rule.is_former(word) => {
            // A code for a code, a name for a name.
            let is_code = word.bytes().any(|byte| byte.is_ascii_digit());
            let now = if is_code { rule.code.to_string() } else { rule.name.to_string() };
            (Code::new("LNT012"), None, now)
        }
        Status::Preview | Status::Stable => return None,
    };
    Some(Notice { code, variant, word: word.to_owned(), rule: now, since })
}

impl Notice {
    /// As a finding about the word.
    pub(crate) fn finding(self, at: Span) -> Finding {
        let finding = Finding::new(self.code, at).subject(&self.word);
        let finding = match self.variant {
            Some(variant) => finding.variant(variant),
            None => finding,
        };
        finding.param("word", self.word).param("rule", self.rule).param("since", self.since)
    }

    /// In a sentence, for a word on the command line.
    pub(crate) fn sentence(&self, option: &str) -> String {
        let Self { word, rule, since, .. } = self;
        match (self.code.as_str(), self.variant) {
            ("LNT012", _) => format!("{option} names {word}, which is now called {rule}"),
            (_, Some(_)) => format!("{option} names {word}, which was given up{since} and will be removed"),
            _ => format!("{option} names {word}, which was removed{since}: it finds nothing any more"),
        }
    }
}

/// What an unknown word for a rule probably meant, as a clause, or nothing.
pub(crate) fn suggestion(catalogue: &Catalogue, word: &str) -> String {
    clause(rule_meant(catalogue, word).map(|it| it.word))
}

/// The rule, family or name of a rule that a misspelt word probably stands for.
pub(crate) fn rule_meant<'c>(catalogue: &'c Catalogue, word: &str) -> Option<Meant<'c>> {
    let rules = catalogue.rules();
    let codes = rules.iter().map(|rule| rule.code.as_str());
    let families = catalogue.packs().iter().map(|pack| &*pack.family).filter(|family| {
        // A family may have no rule yet.
        rules.iter().any(|rule| rule.family == *family)
    });
    let names = rules.iter().map(|rule| &*rule.name);
    meant(word, names.chain(codes).chain(families))
}

/// The fix that writes a word that was probably meant, where that is only one.
pub(crate) fn corrected(near: Option<Meant<'_>>, write: impl FnOnce(Fix, &str) -> Fix) -> Option<Fix> {
    let Meant { word, is_sure, .. } = near.filter(|it| it.is_only)?;
    Some(write(Fix::safe(format!("Write `{word}`")).safe_if(is_sure), word))
}

/// `; did you mean "x"?`, or nothing.
pub(crate) fn clause(meant: Option<&str>) -> String {
    meant.map_or_else(String::new, |meant| format!("; did you mean \"{meant}\"?"))
}

/// What selects rules, from one place: the configuration or the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    /// Replaces what ran before.
    pub(crate) select: Option<Vec<Selector>>,
    /// Adds.
    pub(crate) extend: Vec<Selector>,
    /// Takes away.
    pub(crate) ignore: Vec<Selector>,
}

impl Layer {
    /// Applies the layer: what is more exact wins, and of equals what takes away. `asked` becomes the rules that were
    /// asked for by name: one by one, or by a beginning that names only rules which pass over some plans, so that nothing
    /// else can be meant.
    pub(crate) fn apply(&self, catalogue: &Catalogue, runs: &mut RuleSet, asked: &mut RuleSet) {
        if self.select.is_some() {
            *runs = RuleSet::default();
            *asked = RuleSet::default();
        }
        let added = self.select.iter().flatten().chain(&self.extend).map(|it| (it, true));
        let mut steps: Vec<(&Selector, bool)> =
            added.chain(self.ignore.iter().map(|it| (it, false))).collect();
        let level = |selector: &Selector| match selector {
            Selector::All => 0,
            Selector::Prefix(length, _) => *length,
            Selector::One(_) => usize::MAX,
        };
        steps.sort_by_key(|(selector, adds)| (level(selector), !adds));
        for (selector, adds) in steps {
            let mut named = catalogue.rules().iter().filter(|rule| selector.names(rule));
            let is_exact = match selector {
                Selector::All => false,
                Selector::Prefix(..) => named.all(|rule| !(rule.imported && rule.plan_files)),
                Selector::One(_) => true,
            };
            for (index, _) in catalogue.rules().iter().enumerate().filter(|(_, rule)| selector.names(rule)) {
                match (adds, is_exact) {
                    (true, true) => {
                        runs.insert(index);
                        asked.insert(index);
                    }
                    (true, false) => runs.insert(index),
                    (false, _) => {
                        runs.remove(index);
                        asked.remove(index);
                    }
                }
            }
        }
    }
}
