//! What the words of a finding mean, once in a run: VDI says nothing to whoever must approve the budget.

use rustc_hash::{FxHashMap, FxHashSet};

use super::View;
use crate::filter::Judged;
use crate::finding::{Entity, EntityKind};
use crate::model::PlanId;

/// Meanings that stand below one finding; more would drown it.
const MOST: usize = 2;

/// The words that are explained, and which of them have been.
pub(super) struct Glossary<'a> {
    /// By the first part of the word in small letters.
    by_first: FxHashMap<String, Vec<Word<'a>>>,
    said: FxHashSet<String>,
}

/// A word that a plan or a pack explains.
struct Word<'a> {
    word: &'a str,
    means: &'a str,
    /// Its parts; as people write them where it is an acronym, else in small letters.
    parts: Vec<String>,
    is_acronym: bool,
    /// The plan that explains it; none: a pack.
    plan: Option<PlanId>,
}

impl<'a> Glossary<'a> {
    /// The words of the plans and of all packs; the plans' own come first.
    pub(super) fn new(view: &View<'a>) -> Self {
        let mut by_first: FxHashMap<String, Vec<Word<'a>>> = FxHashMap::default();
        if view.verdict.findings.is_empty() {
            return Self { by_first, said: FxHashSet::default() };
        }
        let model = view.model;
        let own = model.lists.terms.iter().enumerate().filter_map(|(number, term)| {
            let word = model.id(Entity::new(EntityKind::Term, number));
            Some((word, model.text(term.definition()?), Some(term.plan)))
        });
        let packs = view.catalogue.terms().iter().map(|term| (&*term.word, &*term.means, None));
        for (word, means, plan) in own.chain(packs) {
            let mut parts: Vec<String> = words(word).map(str::to_owned).collect();
            let is_acronym = is_acronym(word);
            let is_name = parts.len() > 1 && word.starts_with(char::is_uppercase);
            if !(is_acronym || is_name) || means.trim().is_empty() {
                continue;
            }
            if !is_acronym {
                parts = parts.iter().map(|part| part.to_lowercase()).collect();
            }
            let Some(first) = parts.first() else { continue };
            let word = Word { word, means, plan, is_acronym, parts: parts.clone() };
            by_first.entry(first.to_lowercase()).or_default().push(word);
        }
        Self { by_first, said: FxHashSet::default() }
    }

    /// The words of a finding that have not been explained yet, with what they mean, in the order in which it uses them.
    pub(super) fn of(&mut self, judged: &Judged, texts: &[&str]) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        if self.by_first.is_empty() {
            return found;
        }
        for text in texts {
            let spoken: Vec<&str> = words(text).collect();
            for (at, first) in spoken.iter().enumerate() {
                let first = first.to_lowercase();
                // Two of them: "VMs" are several of what "VM" means.
                let singular = first.strip_suffix('s').unwrap_or(&first);
                let candidates = self.by_first.get(&first).or_else(|| self.by_first.get(singular));
                let fitting = candidates.into_iter().flatten().find(|word| {
                    word.plan.is_none_or(|plan| judged.plan == Some(plan)) && word.is_at(&spoken[at..])
                });
                let Some(word) = fitting else { continue };
                if found.len() < MOST && self.said.insert(word.word.to_lowercase()) {
                    found.push((word.word.to_owned(), word.means.to_owned()));
                }
            }
        }
        found
    }
}

impl Word<'_> {
    fn is_at(&self, spoken: &[&str]) -> bool {
        let is_same = |part: &String, said: &&str| match self.is_acronym {
            true => part == said || said.strip_suffix('s') == Some(part),
            false => *part == said.to_lowercase(),
        };
        spoken.len() >= self.parts.len()
            && self.parts.iter().zip(spoken).all(|(part, said)| is_same(part, said))
    }
}

/// Whether a word is made of capitals and digits: VDI, P2V, CI/CD.
fn is_acronym(word: &str) -> bool {
    let letters = word.chars().filter(|letter| letter.is_uppercase()).count();
    letters >= 2 && !word.chars().any(|letter| letter.is_lowercase() || letter == ' ')
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}
