//! Kinds of work from titles: plans of other tools have no kinds, but "Pilot group Lisbon" is a pilot all the same.
//!
//! One automaton finds the beginnings of all phrases of all packs in one pass over a title; what follows is compared word
//! by word.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};

use super::{Kind, KindId};

/// Words that turn work into paper, or into something before or after it: "Plan the cutover" is no cutover. In the order
/// of the alphabet.
const PAPER: &[&str] = &[
    "agree",
    "analysis",
    "analyze",
    "announce",
    "announcement",
    "announcements",
    "approach",
    "approval",
    "approvals",
    "approve",
    "approves",
    "assess",
    "assessment",
    "brief",
    "briefing",
    "budget",
    "celebrate",
    "celebration",
    "check",
    "checklist",
    "checklists",
    "checks",
    "communicate",
    "communication",
    "communications",
    "concept",
    "contract",
    "criteria",
    "decide",
    "decision",
    "define",
    "develop",
    "discuss",
    "document",
    "documentation",
    "documenting",
    "documents",
    "draft",
    "estimate",
    "estimates",
    "evaluate",
    "evaluation",
    "hypercare",
    "inform",
    "inventory",
    "kickoff",
    "lessons",
    "meeting",
    "meetings",
    "notice",
    "notify",
    "permission",
    "permit",
    "plan",
    "planned",
    "planning",
    "plans",
    "preparation",
    "preparations",
    "prepare",
    "prepares",
    "preparing",
    "procedure",
    "procedures",
    "procure",
    "procurement",
    "proposal",
    "purchase",
    "quote",
    "readiness",
    "rehearsal",
    "rehearsals",
    "rehearse",
    "report",
    "reports",
    "requirements",
    "research",
    "retrospective",
    "review",
    "reviewing",
    "reviews",
    "roadmap",
    "rollback",
    "runbook",
    "runbooks",
    "schedule",
    "scheduling",
    "script",
    "scripts",
    "specification",
    "strategy",
    "study",
    "survey",
    "template",
    "tender",
    "test",
    "testing",
    "tests",
    "train",
    "training",
    "trains",
    "validate",
    "validation",
    "verification",
    "verify",
    "workshop",
    "workshops",
    "write",
];

/// How many words a `..` stands for at the most.
const GAP: usize = 4;
/// Words of a title that are looked at: longer ones are notes in the wrong column.
const MOST_WORDS: usize = 48;

/// Takes titles for kinds.
#[derive(Clone, Debug)]
pub struct Titles {
    automaton: Option<AhoCorasick>,
    /// The phrase of each pattern.
    phrases: Vec<Phrase>,
    /// For each kind the phrases that speak against it.
    against: Vec<Vec<Vec<Part>>>,
    /// Kinds that change production: paper about them is not them.
    is_change: Vec<bool>,
}

#[derive(Clone, Debug)]
struct Phrase {
    kind: KindId,
    parts: Vec<Part>,
    /// Letters in it: the longer phrase says more.
    length: usize,
}

/// A part of a phrase.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Part {
    /// This word.
    Word(String),
    /// A word that begins so.
    Beginning(String),
    /// Up to four words.
    Gap,
}

impl Part {
    fn fits(&self, word: &str) -> bool {
        match self {
            Part::Word(it) => it == word,
            Part::Beginning(it) => word.starts_with(it.as_str()),
            Part::Gap => true,
        }
    }
}

fn parts(phrase: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for word in phrase.split_whitespace() {
        if word == ".." {
            parts.push(Part::Gap);
            continue;
        }
        let (word, is_beginning) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
        // As titles are cut: "go-live" is two words.
        let (text, _) = plain(word);
        let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let last =
            words.pop().map(|last| if is_beginning { Part::Beginning(last) } else { Part::Word(last) });
        parts.extend(words.into_iter().map(Part::Word));
        parts.extend(last);
    }
    parts
}

/// The words of a title in small letters, a blank before each, and where each blank is.
fn plain(title: &str) -> (String, Vec<usize>) {
    let is_part = |c: char| c.is_alphanumeric() || c == '\'';
    let (mut text, mut starts) = (String::with_capacity(title.len() + 8), Vec::with_capacity(8));
    for word in title.split(|c| !is_part(c)).filter(|word| !word.is_empty()).take(MOST_WORDS) {
        starts.push(text.len());
        text.push(' ');
        if word.is_ascii() {
            let start = text.len();
            text.push_str(word);
            text[start..].make_ascii_lowercase();
        } else {
            text.push_str(&word.to_lowercase());
        }
    }
    (text, starts)
}

/// Whether the parts are found from a word on.
fn follows(words: &[&str], parts: &[Part]) -> bool {
    // Two numbers for each gap that is open: no word is looked at more often than there are gaps.
    let (mut word, mut part) = (0, 0);
    let mut retry: Option<(usize, usize, usize)> = None;
    while part < parts.len() {
        if parts[part] == Part::Gap {
            retry = Some((word, part + 1, word + GAP));
            part += 1;
            continue;
        }
        if words.get(word).is_some_and(|it| parts[part].fits(it)) {
            word += 1;
            part += 1;
            continue;
        }
        match &mut retry {
            Some((from, after, last)) if *from < *last && *from < words.len() => {
                *from += 1;
                (word, part) = (*from, *after);
            }
            _ => return false,
        }
    }
    true
}

impl Titles {
    pub(super) fn new(kinds: &[Kind]) -> Self {
        let mut phrases = Vec::new();
        let mut patterns = Vec::new();
        for (index, kind) in kinds.iter().enumerate() {
            for phrase in &kind.title_matches {
                let parts = parts(phrase);
                let (Some(Part::Word(first)) | Some(Part::Beginning(first))) = parts.first() else {
                    continue;
                };
                patterns.push(format!(" {first}"));
                let length = phrase.chars().filter(|letter| letter.is_alphanumeric()).count();
                phrases.push(Phrase { kind: KindId(index as u16), parts, length });
            }
        }
        // Overlapping matches, since many phrases begin alike.
        let built = AhoCorasickBuilder::new().match_kind(MatchKind::Standard).build(&patterns);
        let against = kinds.iter().map(|kind| kind.title_not.iter().map(|phrase| parts(phrase)).collect());
        let against = against.collect();
        Self {
            automaton: built.ok().filter(|_| !patterns.is_empty()),
            phrases,
            against,
            is_change: kinds.iter().map(|kind| kind.touches_production || kind.name == "pilot").collect(),
        }
    }

    /// The kind a title speaks of; [`KindId::NONE`] where it speaks of none.
    pub fn kind(&self, title: &str) -> KindId {
        let Some(automaton) = &self.automaton else { return KindId::NONE };
        let (text, starts) = plain(title);
        // Most titles speak of no kind: their words are cut only where one begins like a phrase.
        let mut cut: Option<(Vec<&str>, bool)> = None;
        let mut best: Option<&Phrase> = None;
        for found in automaton.find_overlapping_iter(&text) {
            let phrase = &self.phrases[found.pattern().as_usize()];
            let Ok(word) = starts.binary_search(&found.start()) else { continue };
            let (words, is_paper) = cut.get_or_insert_with(|| {
                let words: Vec<&str> = text.split(' ').skip(1).collect();
                let is_paper = words.iter().any(|word| PAPER.binary_search(word).is_ok());
                (words, is_paper)
            });
            if best.is_some_and(|best| best.length >= phrase.length)
                || !follows(&words[word..], &phrase.parts)
            {
                continue;
            }
            let kind = usize::from(phrase.kind.0);
            let is_against = |parts: &Vec<Part>| (0..words.len()).any(|from| follows(&words[from..], parts));
            if (*is_paper && self.is_change[kind]) || self.against[kind].iter().any(is_against) {
                continue;
            }
            best = Some(phrase);
        }
        best.map_or(KindId::NONE, |phrase| phrase.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, matches: &[&str], not: &[&str], is_change: bool) -> Kind {
        let own = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
        Kind {
            name: name.to_owned(),
            touches_production: is_change,
            title_matches: own(matches),
            title_not: own(not),
            ..Kind::default()
        }
    }

    #[test]
    fn phrases_are_whole_words_in_order() {
        let titles = Titles::new(&[
            Kind::default(),
            kind("pilot", &["pilot group", "ring 0", "run .. pilot"], &["airline"], false),
            kind("migration", &["migrat* .. server*", "move .. to"], &[], true),
            kind("cutover", &["cutover weekend", "cutover"], &[], true),
            kind("go-live", &["go-live"], &[], true),
        ]);
        let taken = |title: &str| titles.kind(title).0;
        assert_eq!(taken("Pilot group Lisbon"), 1);
        assert_eq!(taken("pilot-group: Lisbon"), 1);
        assert_eq!(taken("Run the second big pilot"), 1);
        assert_eq!(taken("Run one two three four five pilot"), 0, "a gap is four words");
        assert_eq!(taken("Copilot groups"), 0);
        assert_eq!(taken("Pilot group of the airline"), 0);
        assert_eq!(taken("Migrate all file servers"), 2);
        assert_eq!(taken("Move desks to floor 3"), 2);
        assert_eq!(taken("Plan the cutover"), 0, "paper about a change is no change");
        assert_eq!(taken("Cutover"), 3);
        assert_eq!(taken("Go live in Lisbon"), 4);
        assert_eq!(taken("Go-live in Lisbon"), 4);
        assert_eq!(taken(""), 0);
    }
}
