//! `planlint explain WORD`: what a rule says, why, what to ask, and how a plan with and without the fault looks; what a
//! kind of work means and which rules look at it; what a word of the glossary means.

use std::io::{self, Write};

use super::{Common, Exit, Io};
use crate::catalogue::ask::{Condition, Derived, Field, Test};
use crate::catalogue::{Catalogue, Kind, Rule, Status};
use crate::config::{Configs, Overrides};
use crate::finding::{Entity, EntityKind};
use crate::read::nearest;
use crate::report::text::{clean, wrapped};
use crate::source::{Asked, discover};

/// Phrases of a kind that are shown.
const MOST_PHRASES: usize = 8;

/// Explains rules, kinds and words. What is not known is said, with what may have been meant.
pub fn explain(words: &[String], common: &Common, io: &mut Io<'_>) -> Exit {
    let page = Page { width: io.width(), color: io.colors(common.color) };
    // The packs of this folder have rules and words too. What is wrong with its configuration is for `check` to say.
    let configs = io.configs(&mut Overrides::default(), common).unwrap_or_else(|_| Configs::isolated());
    configs.for_folder(&io.cwd);
    let catalogue = &*configs.catalogue();
    let mut own: Option<Vec<OwnTerm>> = None;
    let mut exit = Exit::Clean;
    let mut written = Ok(());
    let mut begun = false;
    // `explain move group` asks for one word of the glossary.
    let joined = words.join(" ");
    let all = [joined.clone()];
    let is_one = words.len() > 1
        && (catalogue.term(&joined).is_some()
            || own_terms(&mut own, &configs, io).iter().any(|it| it.is(&joined)));
    for word in if is_one { &all } else { words } {
        let word = word.trim();
        let found = Found::new(word, catalogue, &mut own, &configs, io);
        if found.is_nothing() {
            exit = Exit::Failed;
            let hint = suggestion(word, catalogue, own.as_deref().unwrap_or_default());
            io.complain(&format!("planlint: no rule, kind or word is called \"{word}\"{hint}"));
            continue;
        }
        let gap = if begun { "\n\n" } else { "" };
        written = written.and_then(|()| write!(io.stdout, "{gap}"));
        written = written.and_then(|()| page.all(&found, catalogue, io.stdout));
        begun = true;
    }
    io.finish(written, exit)
}

/// A word that a plan in this folder explains.
struct OwnTerm {
    word: String,
    means: String,
    place: String,
}

impl OwnTerm {
    fn is(&self, word: &str) -> bool {
        self.word.to_lowercase() == word.to_lowercase()
    }
}

/// The words that the plans of this folder explain, read when they are first asked for.
fn own_terms<'o>(own: &'o mut Option<Vec<OwnTerm>>, configs: &Configs, io: &Io<'_>) -> &'o [OwnTerm] {
    own.get_or_insert_with(|| {
        let found = discover(&Asked {
            paths: vec![io.cwd.clone()],
            stdin: None,
            cwd: io.cwd.clone(),
            force_exclude: false,
            respect_gitignore: true,
            exclude: configs.excluded(),
            globs: &|folder| configs.globs(folder),
        });
        let model = crate::read::read(&found.sources).model;
        let terms = model.lists.terms.iter().enumerate().filter_map(|(number, term)| {
            let entity = Entity::new(EntityKind::Term, number);
            let at = model.place(entity);
            let line = found.sources.position(at).0.line;
            Some(OwnTerm {
                word: model.id(entity).to_owned(),
                means: model.text(term.definition()?).to_owned(),
                place: format!("{}:{line}", found.sources.file(at.file).name),
            })
        });
        terms.collect()
    })
}

/// What a word may mean.
#[derive(Default)]
struct Found<'c> {
    rule: Option<&'c Rule>,
    /// What it means, and where that stands.
    term: Option<(String, String, String)>,
    kind: Option<&'c Kind>,
    asset_kind: Option<&'c Kind>,
}

impl<'c> Found<'c> {
    fn new(
        word: &str,
        catalogue: &'c Catalogue,
        own: &mut Option<Vec<OwnTerm>>,
        configs: &Configs,
        io: &Io<'_>,
    ) -> Self {
        if let Some(rule) = catalogue.find(word) {
            return Self { rule: Some(rule), ..Self::default() };
        }
        let is_named = |kind: &&Kind| !kind.name.is_empty() && kind.name.eq_ignore_ascii_case(word);
        let of_plan = own_terms(own, configs, io).iter().find(|term| term.is(word));
        let of_plan = of_plan.map(|it| (it.word.clone(), two_sentences(&it.means), it.place.clone()));
        let of_pack = || {
            let term = catalogue.term(word)?;
            Some((term.word.to_string(), two_sentences(&term.means), format!("the pack {}", term.pack)))
        };
        Self {
            rule: None,
            term: of_plan.or_else(of_pack),
            kind: catalogue.kinds().iter().find(is_named),
            asset_kind: catalogue.asset_kinds().iter().find(is_named),
        }
    }

    fn is_nothing(&self) -> bool {
        self.rule.is_none() && self.term.is_none() && self.kind.is_none() && self.asset_kind.is_none()
    }
}

/// The first two sentences of a text, with a stop at the end.
fn two_sentences(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let ends = text.match_indices(['.', '!', '?']).map(|(at, _)| at + 1);
    let mut ends =
        ends.filter(|end| text.get(*end..).is_none_or(|rest| rest.is_empty() || rest.starts_with(' ')));
    let kept = ends.nth(1).and_then(|end| text.get(..end)).unwrap_or(&text);
    let stop = if kept.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{kept}{stop}")
}

fn suggestion(word: &str, catalogue: &Catalogue, own: &[OwnTerm]) -> String {
    let rules = catalogue.rules().iter().flat_map(|rule| [rule.code.as_str(), rule.name.as_ref()]);
    let terms =
        own.iter().map(|term| term.word.as_str()).chain(catalogue.terms().iter().map(|term| &*term.word));
    let kinds =
        catalogue.kinds().iter().skip(1).chain(catalogue.asset_kinds()).map(|kind| kind.name.as_str());
    match nearest(word, rules.chain(terms).chain(kinds)) {
        Some(near) => format!("; did you mean \"{near}\"?"),
        None => "; `planlint rules` lists all rules".to_owned(),
    }
}

/// Whether a rule of a pack asks for a kind of work or of assets, by its name or by what it counts as.
fn looks_at(rule: &Rule, kind: &Kind, is_work: bool) -> bool {
    let Some(ask) = &rule.ask else {
        // What is written in Rust says in one line what it is about.
        let names = |word: &str| {
            let mut words = rule.summary.split(|letter: char| !(letter.is_alphanumeric() || letter == '-'));
            words.any(|it| it.to_lowercase().strip_suffix('s').unwrap_or(&it.to_lowercase()) == word)
        };
        return is_work
            && (names(&kind.name)
                || (kind.touches_production && names("change"))
                || (kind.counts_as_check && names("check")));
    };
    let mut waiting: Vec<&Condition> = vec![&ask.of, &ask.demand];
    waiting.extend(ask.per.iter().map(|per| &per.of));
    waiting.extend(ask.variants.iter().map(|when| &when.of));
    while let Some(condition) = waiting.pop() {
        let is_asked = match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                waiting.extend(parts);
                false
            }
            Condition::Not(part) => {
                waiting.push(part);
                false
            }
            Condition::Related(related) => {
                waiting.push(&related.of);
                false
            }
            Condition::Field(_, Test::Kinds(words, ..)) => is_work && words.contains(&kind.name),
            Condition::Field(_, Test::Words(words, _)) => !is_work && words.contains(&kind.name),
            Condition::Field(Field::Derived(derived), Test::Flag(true)) if is_work => match derived {
                Derived::IsChange => kind.touches_production,
                Derived::IsCheck => kind.counts_as_check,
                Derived::IsPilot => kind.name == "pilot",
                _ => false,
            },
            Condition::Field(..) => false,
        };
        if is_asked {
            return true;
        }
    }
    false
}

struct Page {
    width: usize,
    color: bool,
}

impl Page {
    fn bold(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn all(&self, found: &Found<'_>, catalogue: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
        if let Some(rule) = found.rule {
            return self.rule(rule, out);
        }
        let mut gap = "";
        if let Some((word, means, place)) = &found.term {
            writeln!(out, "{}", self.bold(&clean(word, false)))?;
            writeln!(out, "{}", wrapped(&clean(means, false), self.width, 0, 0))?;
            writeln!(out, "{}", wrapped(&clean(&format!("From: {place}"), false), self.width, 0, 0))?;
            gap = "\n";
        }
        for (kind, is_work) in
            found.kind.map(|it| (it, true)).into_iter().chain(found.asset_kind.map(|it| (it, false)))
        {
            write!(out, "{gap}")?;
            self.kind(kind, is_work, catalogue, out)?;
            gap = "\n";
        }
        Ok(())
    }

    fn kind(&self, kind: &Kind, is_work: bool, catalogue: &Catalogue, out: &mut dyn Write) -> io::Result<()> {
        let of = if is_work { "a kind of work" } else { "a kind of asset" };
        writeln!(out, "{}", self.bold(&format!("{} ({of})", kind.name)))?;
        let mut letters = kind.means.chars();
        let first =
            letters.next().map(|letter| letter.to_uppercase().collect::<String>()).unwrap_or_default();
        let mut text = two_sentences(&(first + letters.as_str()));
        if kind.touches_production {
            text.push_str(
                " It is a change: it touches production, and is asked for checks, a decision and a way back.",
            );
        }
        if kind.counts_as_check {
            text.push_str(" It counts as a check that something still works.");
        }
        writeln!(out, "{}", wrapped(&clean(&text, false), self.width, 0, 0))?;
        if !kind.title_matches.is_empty() {
            let phrases = kind.title_matches.iter().take(MOST_PHRASES);
            let said: Vec<String> = phrases.map(|it| format!("\"{}\"", it.replace("..", "..."))).collect();
            let more = match kind.title_matches.len().saturating_sub(MOST_PHRASES) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let text = format!("In a plan without kinds, a title says it with {}{more}.", said.join(", "));
            writeln!(out, "{}", wrapped(&clean(&text, false), self.width, 0, 0))?;
        }
        let rules: Vec<&Rule> =
            catalogue.rules().iter().filter(|rule| looks_at(rule, kind, is_work)).collect();
        if rules.is_empty() {
            return Ok(());
        }
        self.heading("Rules that look at it", out)?;
        for rule in rules {
            let begun = rule.code.as_str().len().max(6) + 4;
            let summary = wrapped(&clean(&rule.summary, false), self.width, begun, begun);
            writeln!(out, "  {:<6}  {summary}", rule.code)?;
        }
        Ok(())
    }

    fn rule(&self, rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.bold(&format!("{} {}", rule.code, rule.name)))?;
        writeln!(out, "{}", wrapped(&rule.summary, self.width, 0, 0))?;
        writeln!(out, "{}", wrapped(&standing(rule), self.width, 0, 0))?;
        if !rule.explanation.trim().is_empty() {
            self.heading("Why", out)?;
            self.paragraphs(&rule.explanation, out)?;
        }
        self.heading("Ask", out)?;
        self.paragraphs(&format!("\"{}\"", rule.question), out)?;
        for (title, example) in
            [("A plan with this fault", &rule.bad), ("The same plan without it", &rule.good)]
        {
            let Some(example) = example else { continue };
            self.heading(title, out)?;
            for line in without_expectations(example).lines() {
                writeln!(out, "{}", format!("    {}", clean(line, false)).trim_end())?;
            }
        }
        if !rule.option.is_empty() {
            self.heading("Options", out)?;
        }
        for (name, option) in &rule.option {
            self.paragraphs(&format!("{name} = {}: {}", option.default, option.means), out)?;
        }
        if rule.source.trim().is_empty() {
            return Ok(());
        }
        self.heading("Source", out)?;
        self.paragraphs(&rule.source, out)
    }

    fn heading(&self, title: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\n{}", self.bold(title))
    }

    fn paragraphs(&self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        for (index, paragraph) in text.trim().split("\n\n").enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(out, "{gap}  {}", wrapped(&clean(paragraph, false), self.width, 2, 2))?;
        }
        Ok(())
    }
}

/// How bad, whether it runs, and since when.
pub(super) fn standing(rule: &Rule) -> String {
    let mut severities = vec![rule.severity.as_str()];
    for other in rule.variant.values().filter_map(|variant| variant.severity) {
        if !severities.contains(&other.as_str()) {
            severities.push(other.as_str());
        }
    }
    let begun = match &*rule.status_since {
        "" => String::new(),
        since => format!(" in {since}"),
    };
    let runs = match (rule.status, rule.enabled, rule.imported, rule.plan_files) {
        (Status::Removed, ..) => &format!("removed{begun}: it no longer runs"),
        (Status::Preview, ..) => "runs only with `--preview`",
        (_, false, ..) | (_, _, false, false) => "off unless selected",
        (_, true, false, true) => "on, but off for imported schedules",
        (_, true, true, false) => "on for imported schedules, for other plans when selected",
        (_, true, true, true) => "on",
    };
    let mut text = format!("Severity: {}. Runs: {runs}", severities.join(" or "));
    if rule.status == Status::Deprecated {
        text.push_str(&format!("; given up{begun}, it will be removed"));
    }
    if !rule.since.is_empty() {
        text.push_str(&format!(". Since {}.", rule.since));
    }
    if !rule.formerly.is_empty() {
        text = format!("{}. Formerly {}.", text.trim_end_matches('.'), rule.formerly.join(", "));
    }
    text
}

/// An example without the comments that tell our tests what is to be found where.
pub(super) fn without_expectations(example: &str) -> String {
    let mut out = String::with_capacity(example.len());
    for line in example.lines() {
        if let Some(name) = line.strip_prefix("#- ") {
            out.push_str(&format!("# in the file {name}\n"));
            continue;
        }
        if is_expectation(line) {
            continue;
        }
        let kept = match line.rsplit_once("# error:") {
            Some((kept, codes)) if names_a_code(codes) => kept.trim_end(),
            _ => line,
        };
        out.push_str(kept);
        out.push('\n');
    }
    out
}

/// Whether a line is a comment that points at the line above: `#   ^^^^ DEP001: text`, `#   ---- DEP001`, `# ^file PLN009`.
fn is_expectation(line: &str) -> bool {
    let Some(comment) = line.trim_start().strip_prefix('#') else { return false };
    let comment = comment.trim_start();
    let pointer = comment.trim_start_matches(['^', '-']);
    pointer.len() < comment.len() && names_a_code(pointer.strip_prefix("file").unwrap_or(pointer))
}

/// Whether a text begins with the code of a rule.
fn names_a_code(text: &str) -> bool {
    let word = text.trim_start();
    let letters = word.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = word.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
    (2..=8).contains(&letters) && digits == 3
}
