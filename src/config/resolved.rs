//! A configuration with everything filled in: what the rest of the program asks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::Glob;

use super::Audience;
use super::rule_set::{Layer, RuleSet};
use super::written::{Pattern, PerFile, Said, Written, text_of};
use crate::catalogue::{Catalogue, Options, Rule, Status};
use crate::finding::{Code, Severity};
use crate::read::ImportOptions;
use crate::source::{Globs, Patterns};

/// Notice before a waiver ends, in days, where the configuration says nothing.
const WAIVER_NOTICE: i64 = 14;

/// What the command line says for every configuration.
#[derive(Default)]
pub(super) struct Told {
    /// `--select`, `--extend-select`, `--ignore`.
    pub(super) rules: Layer,
    /// The same as typed, by option without its dashes.
    pub(super) said: BTreeMap<String, Said>,
    /// `--preview`.
    pub(super) preview: bool,
    /// `--no-guess`.
    pub(super) no_guess: bool,
    /// `--audience`.
    pub(super) audience: Option<Audience>,
    /// `--config 'key = value'`.
    pub(super) inline: Vec<String>,
}

impl Told {
    /// What `--config 'key = value'` says, with the rules of a catalogue. What is wrong with it was said at the start.
    pub(super) fn inline(&self, catalogue: &Catalogue) -> Written {
        let read = |text: &String| super::written::read(text, "", catalogue).ok();
        let all = self.inline.iter().filter_map(read).fold(Written::default(), |base, own| own.over(base));
        let mut all = all.unjudged();
        all.findings.clear();
        all.said.values_mut().for_each(|said| said.by = "command line".to_owned());
        all
    }
}

/// What holds for the files under one configuration. `idle` tells which entries of it do nothing.
#[derive(Clone)]
pub struct Settings {
    /// The folder that its patterns start from.
    pub root: PathBuf,
    /// The configuration; none where everything is as usual.
    pub config: Option<PathBuf>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) runs: RuleSet,
    /// What would run if the command line named no rule.
    pub(super) runs_by_config: RuleSet,
    /// Rules that were named one by one: they run on plans that they usually pass over.
    asked: RuleSet,
    severity: Vec<Option<Severity>>,
    pub(super) per_file: Vec<PerFile>,
    pub(super) include: Vec<Pattern>,
    pub(super) exclude: Vec<Pattern>,
    pub(super) globs: Arc<Globs>,
    options: Options,
    fail_on: Option<Severity>,
    output_format: Option<String>,
    min_severity: Option<Severity>,
    audience: Audience,
    docs_url: Option<String>,
    baseline: Option<PathBuf>,
    preview: bool,
    guesses: bool,
    waiver_notice: i64,
    import: Arc<ImportOptions>,
    said: BTreeMap<String, Said>,
}

impl Settings {
    pub(super) fn new(
        catalogue: Arc<Catalogue>,
        root: PathBuf,
        config: Option<PathBuf>,
        written: Written,
        told: &Told,
    ) -> Self {
        let written = told.inline(&catalogue).over(written);
        let preview = told.preview || written.preview == Some(true);
        let is_explicit = written.explicit_preview == Some(true);
        let audience = told.audience.or(written.audience).unwrap_or_default();
        let fields = catalogue.fields().to_vec();
        let usual =
            if audience.is_shown_all() { RuleSet::all(&catalogue) } else { RuleSet::usual(&catalogue) };
        let (mut runs, mut asked) = (usual, RuleSet::default());
        for layer in &written.rules {
            layer.apply(&catalogue, &mut runs, &mut asked);
        }
        let mut runs_by_config = runs.clone();
        let asked_by_config = asked.clone();
        told.rules.apply(&catalogue, &mut runs, &mut asked);
        let mut severity = vec![None; catalogue.rules().len()];
        for (index, (rule, slot)) in catalogue.rules().iter().zip(&mut severity).enumerate() {
            for (runs, asked) in [(&mut runs, &asked), (&mut runs_by_config, &asked_by_config)] {
                let is_on_trial = rule.status == Status::Preview;
                let is_tried = preview && (!is_explicit || asked.contains(index));
                if rule.status == Status::Removed || (is_on_trial && !is_tried) {
                    runs.remove(index);
                }
            }
            let last = written.severity.iter().rev().find(|(selector, _)| selector.names(rule));
            *slot = last.map(|(_, severity)| *severity);
        }
        let said = said_over(written.said, told);
        let (include, exclude) = (written.include.unwrap_or_default(), written.exclude.unwrap_or_default());
        let patterns = |list: &[Pattern]| {
            let globs: Vec<Vec<Glob>> = list.iter().map(|it| it.globs.clone()).collect();
            Patterns::new(&globs).unwrap_or_default()
        };
        Self {
            globs: Arc::new(Globs {
                root: root.clone(),
                include: patterns(&include),
                exclude: patterns(&exclude),
            }),
            config,
            catalogue,
            runs,
            runs_by_config,
            asked,
            severity,
            per_file: written.per_file,
            include,
            exclude,
            options: written.options,
            fail_on: written.fail_on,
            output_format: written.output_format,
            min_severity: written.min_severity,
            audience,
            docs_url: written.docs_url,
            baseline: written.baseline.map(|path| crate::source::absolute(&root, Path::new(&path))),
            preview,
            guesses: !told.no_guess && written.guess_kinds.unwrap_or(true),
            waiver_notice: written.waiver_notice.unwrap_or(WAIVER_NOTICE),
            import: Arc::new(ImportOptions { fields, ..written.import }),
            said,
            root,
        }
    }

    /// Whether a rule runs. `imported`: on a plan that another tool wrote.
    pub fn runs(&self, rule: &Rule, imported: bool) -> bool {
        let is_for = if imported { rule.imported } else { rule.plan_files };
        self.catalogue.index(rule.code).is_some_and(|index| {
            let is_fit = is_for || self.audience.is_shown_all();
            self.runs.contains(index) && (is_fit || self.asked.contains(index))
        })
    }

    /// The place of a rule in the sets that these settings give.
    pub(crate) fn index(&self, code: Code) -> Option<usize> {
        self.catalogue.index(code)
    }

    /// How bad a rule's findings are, where the configuration says so.
    pub fn severity(&self, code: Code) -> Option<Severity> {
        self.severity.get(self.catalogue.index(code)?).copied().flatten()
    }

    /// Whether `per-file-ignores` silences a rule in a file.
    pub fn is_silent(&self, code: Code, path: &Path) -> bool {
        self.catalogue.index(code).is_some_and(|index| self.silent(path).contains(index))
    }

    /// Whether a rule is in a set that these settings gave.
    pub(crate) fn is_in(&self, set: &RuleSet, code: Code) -> bool {
        self.catalogue.index(code).is_some_and(|index| set.contains(index))
    }

    /// The rules that `per-file-ignores` silences in a file.
    pub fn silent(&self, path: &Path) -> RuleSet {
        let mut silent = RuleSet::default();
        for entry in self.silenced_by(path) {
            entry.words.iter().for_each(|(rules, _)| silent.insert_all(rules));
        }
        silent
    }

    /// The entries of `per-file-ignores` that hold for a file.
    pub(super) fn silenced_by(&self, path: &Path) -> impl Iterator<Item = &PerFile> {
        let inside = path.strip_prefix(&self.root).ok().filter(|_| !self.per_file.is_empty());
        inside
            .into_iter()
            .flat_map(|inside| self.per_file.iter().filter(move |entry| entry.globs.is_match(inside)))
    }

    /// The options of rules.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The patterns that say which files are plans.
    pub fn globs(&self) -> Arc<Globs> {
        Arc::clone(&self.globs)
    }

    /// How the files of other tools are to be read.
    pub fn import(&self) -> Arc<ImportOptions> {
        Arc::clone(&self.import)
    }

    /// From which severity on a run fails, where the configuration says so.
    pub fn fail_on(&self) -> Option<Severity> {
        self.fail_on
    }

    /// The form of the report, where the configuration says so: one of [`super::OUTPUT_FORMATS`].
    pub fn output_format(&self) -> Option<&str> {
        self.output_format.as_deref()
    }

    /// The least severity that is shown, where the configuration says so.
    pub fn min_severity(&self) -> Option<Severity> {
        self.min_severity
    }

    /// Who reads the report.
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// Where the pages of the rules are, for links.
    pub fn docs_url(&self) -> Option<&str> {
        self.docs_url.as_deref()
    }

    /// What is said by a file, the command line or the environment, by key: `rule.DEP015.days`.
    pub fn said(&self) -> &BTreeMap<String, Said> {
        &self.said
    }

    /// The list of findings that are known already, where the configuration names one.
    pub fn baseline(&self) -> Option<&Path> {
        self.baseline.as_deref()
    }

    /// Whether rules on trial run.
    pub fn preview(&self) -> bool {
        self.preview
    }

    /// Whether kinds of work are taken from titles where a plan has none.
    pub fn guesses(&self) -> bool {
        self.guesses
    }

    /// How many days before its end a waiver is spoken of.
    pub fn waiver_notice(&self) -> i64 {
        self.waiver_notice
    }
}

/// What the configuration says, with what the command line says on top of it.
fn said_over(mut said: BTreeMap<String, Said>, told: &Told) -> BTreeMap<String, Said> {
    if told.rules.select.is_some() {
        said.retain(|key, _| !matches!(key.as_str(), "extend-select" | "ignore"));
    }
    for (key, more) in &told.said {
        let before = said.get(key).filter(|_| key != "select");
        let all = before.map_or_else(|| more.clone(), |before| before.and(more));
        said.insert(key.clone(), all);
    }
    let by = || "command line".to_owned();
    let flags = [
        ("preview", told.preview.then(|| "true".to_owned())),
        ("guess-kinds", told.no_guess.then(|| "false".to_owned())),
        ("audience", told.audience.map(|it| text_of(it.as_str()))),
    ];
    for (key, value) in flags {
        said.extend(value.map(|value| (key.to_owned(), Said { value, by: by() })));
    }
    said
}
