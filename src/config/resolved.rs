//! A configuration with everything filled in: what the rest of the program asks.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::GlobSet;

use super::rule_set::{Layer, RuleSet};
use super::written::Written;
use crate::catalogue::{Catalogue, Options, Rule, Status};
use crate::finding::{Code, Severity};
use crate::read::ImportOptions;
use crate::source::Globs;

/// Notice before a waiver ends, in days, where the configuration says nothing.
const WAIVER_NOTICE: i64 = 14;

/// What holds for the files under one configuration.
#[derive(Clone)]
pub struct Settings {
    /// The folder that its patterns start from.
    pub root: PathBuf,
    /// The configuration; none where everything is as usual.
    pub config: Option<PathBuf>,
    catalogue: Arc<Catalogue>,
    runs: RuleSet,
    /// Rules that were asked for by name: they run on plans that they usually pass over.
    asked: RuleSet,
    severity: Vec<Option<Severity>>,
    per_file: Vec<(GlobSet, RuleSet)>,
    globs: Arc<Globs>,
    options: Options,
    fail_on: Option<Severity>,
    output_format: Option<String>,
    min_severity: Option<Severity>,
    baseline: Option<PathBuf>,
    preview: bool,
    guesses: bool,
    waiver_notice: i64,
    import: Arc<ImportOptions>,
}

impl Settings {
    pub(super) fn new(
        catalogue: Arc<Catalogue>,
        root: PathBuf,
        config: Option<PathBuf>,
        written: Written,
        command_line: &Layer,
        preview: bool,
    ) -> Self {
        let preview = preview || written.preview;
        let fields = catalogue.fields().to_vec();
        let mut runs = RuleSet::usual(&catalogue);
        let mut asked = RuleSet::default();
        written.rules.apply(&catalogue, &mut runs, &mut asked);
        command_line.apply(&catalogue, &mut runs, &mut asked);
        let mut severity = vec![None; catalogue.rules().len()];
        for (index, (rule, slot)) in catalogue.rules().iter().zip(&mut severity).enumerate() {
            if rule.status == Status::Removed || (rule.status == Status::Preview && !preview) {
                runs.remove(index);
            }
            let last = written.severity.iter().rev().find(|(selector, _)| selector.names(rule));
            *slot = last.map(|(_, severity)| *severity);
        }
        Self {
            globs: Arc::new(Globs { root: root.clone(), include: written.include, exclude: written.exclude }),
            config,
            catalogue,
            runs,
            asked,
            severity,
            per_file: written.per_file,
            options: written.options,
            fail_on: written.fail_on,
            output_format: written.output_format,
            min_severity: written.min_severity,
            baseline: written.baseline.map(|path| crate::source::absolute(&root, Path::new(&path))),
            preview,
            guesses: written.guess_kinds.unwrap_or(true),
            waiver_notice: written.waiver_notice.unwrap_or(WAIVER_NOTICE),
            import: Arc::new(ImportOptions { fields, ..written.import }),
            root,
        }
    }

    /// Whether a rule runs. `imported`: on a plan that another tool wrote.
    pub fn runs(&self, rule: &Rule, imported: bool) -> bool {
        let is_for = if imported { rule.imported } else { rule.plan_files };
        self.catalogue
            .index(rule.code)
            .is_some_and(|index| self.runs.contains(index) && (is_for || self.asked.contains(index)))
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
        if !self.per_file.is_empty()
            && let Ok(path) = path.strip_prefix(&self.root)
        {
            for (_, rules) in self.per_file.iter().filter(|(globs, _)| globs.is_match(path)) {
                silent.insert_all(rules);
            }
        }
        silent
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
