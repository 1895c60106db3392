//! `planlint.toml`: found upward from each file, as written (`written`), and resolved with the command line into
//! [`Settings`].

mod audience;
mod baseline;
mod idle;
pub(crate) mod keys;
mod resolved;
mod rule_set;
mod written;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use miette::NamedSource;
use rustc_hash::FxHashMap;

pub use audience::Audience;
pub use baseline::{Baseline, Known};
pub(crate) use idle::{Seen, after_run};
pub use keys::key_names;
pub use resolved::Settings;
pub use rule_set::RuleSet;
pub(crate) use rule_set::{corrected, notice, rule_meant, suggestion};
pub use written::{OUTPUT_FORMATS, Said};

use self::resolved::Told;
use self::rule_set::{Layer, Selector};
use self::written::Written;
use crate::catalogue::{Catalogue, PackText};
use crate::error::Error;
use crate::finding::{Code, Finding};
use crate::model::Model;
use crate::source::{self, CONFIG_NAME, Decoding, FileId, Format, Globs, SourceFile, Sources};

/// The release that runs.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the command line says about rules and configuration.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--select`: these rules and no other.
    pub select: Vec<String>,
    /// `--ignore`: these not.
    pub ignore: Vec<String>,
    /// `--extend-select`: these too.
    pub extend_select: Vec<String>,
    /// `--exclude`: files that are not read; patterns start from the working directory.
    pub exclude: Vec<String>,
    /// `--isolated`: no configuration at all.
    pub isolated: bool,
    /// `--config`: this configuration for all files; its patterns start from the working directory.
    pub config: Option<PathBuf>,
    /// `--config 'key = value'`: settings on top of every configuration.
    pub inline: Vec<String>,
    /// `--audience`: who reads the report.
    pub audience: Option<Audience>,
    /// `--preview`: rules on trial too.
    pub preview: bool,
    /// `--no-guess`: no kinds of work from titles.
    pub no_guess: bool,
    /// `--baseline`: the findings in this list are known already; it counts instead of those that configurations name.
    pub baseline: Option<PathBuf>,
    /// All findings are wanted, known or not: no baseline is read. For `--write-baseline`.
    pub no_baseline: bool,
    /// `--no-ignores`: what ignores, waivers and baselines hide is shown.
    pub no_ignores: bool,
}

/// All configurations of a run, each read once, when the first file asks for it.
pub struct Configs {
    cwd: PathBuf,
    isolated: bool,
    told: Told,
    notices: Vec<String>,
    /// Folders in which every plan was looked for.
    walked: Mutex<Vec<PathBuf>>,
    /// Holds for files that no configuration holds for, or for all files: `--config`, `--isolated`.
    fallback: Arc<Settings>,
    only_fallback: bool,
    exclude: Arc<Globs>,
    baseline: Option<PathBuf>,
    no_baseline: bool,
    no_ignores: bool,
    /// What counts in place of what the files say: see [`Configs::with_texts`].
    texts: Texts,
    found: Mutex<Found>,
}

/// Files of the configuration as they would be, by their path.
#[derive(Clone, Default)]
pub struct Texts(FxHashMap<PathBuf, String>);

impl Texts {
    /// The configurations, packs and baselines of a run as they stand there.
    pub fn of(sources: &Sources) -> Self {
        let files = sources.iter().filter(|(_, file)| file.format == Format::Config);
        Self(files.map(|(_, file)| (file.path.clone(), file.text.clone())).collect())
    }

    fn read(&self, path: &Path) -> Result<(String, Decoding), Option<String>> {
        match self.0.get(path) {
            Some(text) => Ok((text.clone(), Decoding { encoding: "UTF-8", ..Decoding::default() })),
            None => source::read_text(path),
        }
    }
}

#[derive(Default)]
struct Found {
    by_folder: FxHashMap<PathBuf, Arc<Settings>>,
    files: Vec<Loaded>,
    /// By path; none where it cannot be read.
    baselines: std::collections::BTreeMap<PathBuf, Result<Arc<Baseline>, Error>>,
}

impl Found {
    /// All configurations, each followed by what it builds on and its packs.
    fn all(&self) -> impl Iterator<Item = &Loaded> {
        self.files.iter().flat_map(|it| std::iter::once(it).chain(&it.bases).chain(&it.packs))
    }
}

/// A configuration or a pack that was read.
#[derive(Clone, Default)]
struct Loaded {
    path: PathBuf,
    text: String,
    decoding: Decoding,
    findings: Vec<Finding>,
    errors: Vec<Error>,
    /// The configurations that it builds on, the nearest first.
    bases: Vec<Loaded>,
    packs: Vec<Loaded>,
}

/// Configurations that may build on one another.
const MOST_BASES: usize = 16;

impl Configs {
    /// The configurations for a run in a working directory, which must be absolute.
    ///
    /// # Errors
    ///
    /// A rule on the command line that does not exist; a `--config` that cannot be opened.
    pub fn new(cwd: PathBuf, overrides: Overrides) -> Result<Self, Error> {
        Self::with_texts(cwd, overrides, Texts::default())
    }

    /// The same, with some of the files as they would be.
    ///
    /// # Errors
    ///
    /// As for [`Configs::new`].
    pub fn with_texts(cwd: PathBuf, overrides: Overrides, texts: Texts) -> Result<Self, Error> {
        // The command line may name rules of the packs that the configuration here brings.
        let catalogue = Self::catalogue_at(&cwd, &overrides, &texts);
        let catalogue = &*catalogue;
        let (mut notices, mut said) = (Vec::new(), std::collections::BTreeMap::new());
        let mut parse = |option: &'static str, words: &[String]| {
            // clap splits at commas; a user of the library may not.
            let words: Vec<&str> = words.iter().flat_map(|word| word.split(',')).map(str::trim).collect();
            if !words.is_empty() {
                let listed: Vec<String> = words.iter().map(|word| written::text_of(word)).collect();
                let value = format!("[{}]", listed.join(", "));
                let name = option.trim_start_matches('-').to_owned();
                said.insert(name, Said { value, by: "command line".to_owned() });
            }
            let parsed = words.into_iter().map(|word| {
                notices.extend(notice(catalogue, word).map(|notice| notice.sentence(option)));
                Selector::parse(catalogue, word).ok_or_else(|| Error::UnknownRule {
                    option,
                    value: word.to_owned(),
                    suggestion: suggestion(catalogue, word),
                })
            });
            parsed.collect::<Result<Vec<_>, _>>()
        };
        let select = parse("--select", &overrides.select)?;
        let rules = Layer {
            select: (!select.is_empty()).then_some(select),
            extend: parse("--extend-select", &overrides.extend_select)?,
            ignore: parse("--ignore", &overrides.ignore)?,
        };
        for text in &overrides.inline {
            sound_inline(text, catalogue)?;
        }
        let told = Told {
            rules,
            said,
            preview: overrides.preview,
            no_guess: overrides.no_guess,
            audience: overrides.audience,
            inline: overrides.inline,
        };
        let embedded = Arc::clone(Catalogue::embedded());
        let plain = Settings::new(embedded, cwd.clone(), None, Written::default(), &told);
        let mut configs = Self {
            cwd: cwd.clone(),
            isolated: overrides.isolated,
            told,
            notices,
            walked: Mutex::default(),
            fallback: Arc::new(plain),
            only_fallback: overrides.isolated || overrides.config.is_some(),
            baseline: overrides.baseline.as_ref().map(|path| source::absolute(&cwd, path)),
            no_baseline: overrides.no_baseline,
            no_ignores: overrides.no_ignores,
            exclude: Arc::new(excluded(cwd, &overrides.exclude)?),
            texts,
            found: Mutex::default(),
        };
        if let Some(path) = overrides.config.filter(|_| !configs.isolated) {
            let path = source::absolute(&configs.cwd, &path);
            let read = configs.texts.read(&path).map_err(|reason| Error::ConfigUnreadable {
                name: source::shown(&configs.cwd, &path),
                reason: reason.unwrap_or_else(|| "there is no such file".to_owned()),
            })?;
            let (settings, loaded) = configs.load(path, configs.cwd.clone(), read);
            configs.fallback = settings;
            configs.lock().files.push(loaded);
        }
        Ok(configs)
    }

    /// No configuration and nothing on the command line: for tests and examples.
    pub fn isolated() -> Self {
        let catalogue = Arc::clone(Catalogue::embedded());
        let told = Told::default();
        let settings = Settings::new(catalogue, PathBuf::new(), None, Written::default(), &told);
        Self {
            cwd: PathBuf::new(),
            isolated: true,
            told,
            notices: Vec::new(),
            walked: Mutex::default(),
            fallback: Arc::new(settings),
            only_fallback: true,
            exclude: Arc::new(Globs::none(PathBuf::new())),
            baseline: None,
            no_baseline: false,
            no_ignores: false,
            texts: Texts::default(),
            found: Mutex::default(),
        }
    }

    /// The settings that hold for a file: those of the nearest `planlint.toml` upward.
    pub fn for_path(&self, path: &Path) -> Arc<Settings> {
        self.for_folder(path.parent().unwrap_or(path))
    }

    /// The settings that hold for the files of a folder.
    pub fn for_folder(&self, folder: &Path) -> Arc<Settings> {
        if self.only_fallback {
            return Arc::clone(&self.fallback);
        }
        let mut found = self.lock();
        let mut passed = Vec::new();
        let mut settings = Arc::clone(&self.fallback);
        for folder in folder.ancestors() {
            if let Some(known) = found.by_folder.get(folder) {
                settings = Arc::clone(known);
                break;
            }
            passed.push(folder.to_owned());
            let path = folder.join(CONFIG_NAME);
            match self.texts.read(&path) {
                Ok(read) => {
                    let (own, loaded) = self.load(path, folder.to_owned(), read);
                    settings = own;
                    found.files.push(loaded);
                    break;
                }
                Err(None) => {}
                Err(Some(reason)) if path.is_file() => {
                    let name = source::shown(&self.cwd, &path);
                    let errors = vec![Error::ConfigUnreadable { name, reason }];
                    found.files.push(Loaded { path, errors, ..Loaded::default() });
                    break;
                }
                // A folder of that name is no configuration.
                Err(Some(_)) => {}
            }
        }
        for folder in passed {
            found.by_folder.insert(folder, Arc::clone(&settings));
        }
        settings
    }

    /// The patterns that hold for the files of a folder: what [`source::discover`] asks for.
    pub fn globs(&self, folder: &Path) -> Arc<Globs> {
        self.for_folder(folder).globs()
    }

    /// The patterns of `--exclude`.
    pub fn excluded(&self) -> Arc<Globs> {
        Arc::clone(&self.exclude)
    }

    /// Adds the configurations that hold for the files of a run to it, so that findings can point into them.
    pub fn add_to(&self, sources: &mut Sources) {
        for (_, file) in sources.iter() {
            self.for_path(&file.path);
        }
        let baselines: Vec<Arc<Baseline>> = {
            let mut by_path = std::collections::BTreeMap::new();
            for baseline in sources.iter().filter_map(|(_, file)| self.baseline_for(&file.path)) {
                by_path.insert(baseline.path.clone(), baseline);
            }
            by_path.into_values().collect()
        };
        let mut present: rustc_hash::FxHashSet<PathBuf> =
            sources.iter().map(|(_, file)| file.path.clone()).collect();
        let mut found = self.lock();
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        // Two configurations may build on the same one, or name the same pack.
        for loaded in found.all().filter(|loaded| present.insert(loaded.path.clone())) {
            let name = source::shown(&self.cwd, &loaded.path);
            let (path, text) = (loaded.path.clone(), loaded.text.clone());
            sources.push(SourceFile::new(name, path, Format::Config, text, loaded.decoding));
        }
        for baseline in baselines.iter().filter(|baseline| present.insert(baseline.path.clone())) {
            let name = source::shown(&self.cwd, &baseline.path);
            let (path, text) = (baseline.path.clone(), baseline.text.clone());
            sources.push(SourceFile::new(name, path, Format::Config, text, baseline.decoding));
        }
    }

    /// The list of known findings that counts for a file.
    pub fn baseline_for(&self, path: &Path) -> Option<Arc<Baseline>> {
        if self.no_baseline {
            return None;
        }
        let of_settings = || self.for_path(path).baseline().map(Path::to_owned);
        let path = self.baseline.clone().or_else(of_settings)?;
        let mut found = self.lock();
        if let Some(known) = found.baselines.get(&path) {
            return known.clone().ok();
        }
        let read = self.read_baseline(&path).map(Arc::new);
        found.baselines.insert(path, read.clone());
        read.ok()
    }

    /// Reads a list of known findings.
    ///
    /// # Errors
    ///
    /// Where it cannot be opened or is no TOML.
    pub fn read_baseline(&self, path: &Path) -> Result<Baseline, Error> {
        let name = source::shown(&self.cwd, path);
        let read = self.texts.read(path).map_err(|reason| Error::BaselineUnreadable {
            name: name.clone(),
            reason: reason.unwrap_or_else(|| "there is no such file".to_owned()),
        })?;
        let (text, decoding) = read;
        Baseline::read(path.to_owned(), text.clone(), decoding).map_err(|no_toml| Error::ConfigSyntax {
            name: name.clone(),
            problem: no_toml.problem,
            text: Arc::new(NamedSource::new(name, text)),
            at: no_toml.at.into(),
        })
    }

    /// Whether what is hidden is shown all the same.
    pub fn shows_hidden(&self) -> bool {
        self.no_ignores || self.for_folder(&self.cwd).audience().is_shown_all()
    }

    /// What is to be said of the words on the command line, in sentences.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Tells in which folders every plan was looked for: only there something can be called missing.
    pub fn has_walked(&self, folders: Vec<PathBuf>) {
        *self.walked.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = folders;
    }

    /// The folders in which every plan was looked for.
    pub(crate) fn walked(&self) -> Vec<PathBuf> {
        self.walked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// What is wrong with the configurations that are part of the run, see [`Configs::add_to`].
    pub fn findings(&self, sources: &Sources) -> Vec<Finding> {
        let found = self.lock();
        let by_path: FxHashMap<&Path, &Loaded> =
            found.all().map(|loaded| (loaded.path.as_path(), loaded)).collect();
        let mut findings = Vec::new();
        for (id, file) in sources.iter().filter(|(_, file)| file.format == Format::Config) {
            let Some(loaded) = by_path.get(file.path.as_path()) else { continue };
            findings.extend(loaded.findings.iter().map(|finding| moved(finding, id)));
        }
        findings
    }

    /// Configurations and baselines that cannot be used: no TOML, or written for another release. Sorted by path.
    pub fn errors(&self) -> Vec<Error> {
        let mut found = self.lock();
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        let of_files = found.all().flat_map(|loaded| loaded.errors.iter().cloned());
        let of_baselines = found.baselines.values().filter_map(|baseline| baseline.clone().err());
        of_files.chain(of_baselines).collect()
    }

    /// The rules of the run: those that are built in, and those of every pack that a configuration of the run names.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        let mut found = self.lock();
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut paths: Vec<&Path> = Vec::new();
        let mut packs: Vec<PackText<'_>> = Vec::new();
        for pack in found.files.iter().flat_map(|loaded| &loaded.packs) {
            if !paths.contains(&pack.path.as_path()) {
                paths.push(&pack.path);
                packs.push(PackText { file: FileId::new(0), text: &pack.text });
            }
        }
        match packs.is_empty() {
            true => Arc::clone(Catalogue::embedded()),
            // What is wrong with a pack was found when it was read.
            false => Arc::new(Catalogue::embedded().with(&packs).0),
        }
    }

    /// The packs that the configurations of the run name, each once: where they are, and what is in them.
    pub fn packs(&self) -> Vec<(PathBuf, String)> {
        let mut found = self.lock();
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut packs: Vec<(PathBuf, String)> = Vec::new();
        let readable = found.files.iter().flat_map(|it| &it.packs).filter(|it| it.errors.is_empty());
        for pack in readable {
            if !packs.iter().any(|(path, _)| *path == pack.path) {
                packs.push((pack.path.clone(), pack.text.clone()));
            }
        }
        packs
    }

    /// The rules that the configuration of a folder knows, for words on the command line.
    fn catalogue_at(cwd: &Path, overrides: &Overrides, texts: &Texts) -> Arc<Catalogue> {
        let read = |root: &Path, path: PathBuf| {
            texts.read(&path).ok().map(|(text, decoding)| {
                let own = Loaded { path, text, decoding, ..Loaded::default() };
                load_packs(cwd, root, &own, &bases(cwd, &own, texts), texts).0
            })
        };
        let found = match &overrides.config {
            _ if overrides.isolated => None,
            Some(path) => read(cwd, source::absolute(cwd, path)),
            None => cwd.ancestors().find_map(|folder| read(folder, folder.join(CONFIG_NAME))),
        };
        found.unwrap_or_else(|| Arc::clone(Catalogue::embedded()))
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        // Whoever panicked while holding it left a map that is still whole.
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn load(&self, path: PathBuf, root: PathBuf, read: (String, Decoding)) -> (Arc<Settings>, Loaded) {
        let (text, decoding) = read;
        let mut own = Loaded { path, text, decoding, ..Loaded::default() };
        let mut bases = bases(&self.cwd, &own, &self.texts);
        let (catalogue, packs) = load_packs(&self.cwd, &root, &own, &bases, &self.texts);
        // From what all build on to what counts most.
        let mut written = Written::default();
        for base in bases.iter_mut().rev() {
            written = self.written(base, &catalogue).unjudged().over(written);
        }
        written = self.written(&mut own, &catalogue).over(written);
        let named = std::mem::take(&mut written.named);
        let explicit_at = written.explicit_at.clone().filter(|_| written.explicit_preview == Some(true));
        let path = Some(own.path.clone());
        let settings = Settings::new(catalogue, root, path, written, &self.told);
        own.findings.extend(idle::before_run(&settings, &named, explicit_at));
        for pack in packs.iter().filter(|pack| pack.brings_only_rules) {
            let at = pack.at.clone();
            own.findings.extend(at.and_then(|at| idle::idle_pack(&settings, &pack.codes, &pack.name, at)));
        }
        own.bases = bases;
        own.packs = packs.into_iter().map(|pack| pack.loaded).collect();
        (Arc::new(settings), own)
    }

    /// What a file says. Its mistakes are added to it.
    fn written(&self, file: &mut Loaded, catalogue: &Catalogue) -> Written {
        let name = source::shown(&self.cwd, &file.path);
        let mut written = match written::read(&file.text, &name, catalogue) {
            Ok(written) => written,
            Err(no_toml) => {
                file.errors.push(Error::ConfigSyntax {
                    name: name.clone(),
                    problem: no_toml.problem,
                    text: Arc::new(NamedSource::new(&name, file.text.clone())),
                    at: no_toml.at.into(),
                });
                Written::default()
            }
        };
        file.findings = std::mem::take(&mut written.findings);
        if let Some(required) = &written.required_version
            && written::fits(required, VERSION) == Some(false)
        {
            let (required, running) = (required.clone(), VERSION);
            file.errors.push(Error::WrongVersion { name, required, running });
        }
        written
    }
}

/// The configurations that one builds on, the nearest first. One that cannot be read is among them, with its error.
fn bases(cwd: &Path, own: &Loaded, texts: &Texts) -> Vec<Loaded> {
    let mut bases: Vec<Loaded> = Vec::new();
    loop {
        let last = bases.last().unwrap_or(own);
        let Some(name) = written::extends(&last.text) else { return bases };
        let path = source::absolute(last.path.parent().unwrap_or(&last.path), Path::new(&name));
        let by = source::shown(cwd, &last.path);
        let is_known = path == own.path || bases.iter().any(|base| base.path == path);
        let read = match texts.read(&path) {
            _ if is_known => Err("they build on each other in a circle".to_owned()),
            _ if bases.len() >= MOST_BASES => Err(format!("more than {MOST_BASES} build on one another")),
            read => read.map_err(|reason| reason.unwrap_or_else(|| "there is no such file".to_owned())),
        };
        match read {
            Ok((text, decoding)) => bases.push(Loaded { path, text, decoding, ..Loaded::default() }),
            Err(reason) => {
                let name = source::shown(cwd, &path);
                let errors = vec![Error::BaseUnreadable { name, by, reason }];
                bases.push(Loaded { path, errors, ..Loaded::default() });
                return bases;
            }
        }
    }
}

/// A pack as a configuration names it.
struct LoadedPack {
    loaded: Loaded,
    name: String,
    /// Where the configuration names it; none where another does on which that builds.
    at: Option<std::ops::Range<usize>>,
    /// Its rules.
    codes: Vec<Code>,
    /// Whether it has no words for plans.
    brings_only_rules: bool,
}

/// Reads the packs that a configuration and those that it builds on name: the rules with theirs, and what was read, each
/// with its mistakes.
fn load_packs(
    cwd: &Path,
    root: &Path,
    own: &Loaded,
    bases: &[Loaded],
    texts: &Texts,
) -> (Arc<Catalogue>, Vec<LoadedPack>) {
    let mut packs: Vec<LoadedPack> = Vec::new();
    let named_by_bases = bases.iter().rev().flat_map(|base| {
        let folder = base.path.parent().unwrap_or(root);
        written::packs(&base.text).into_iter().map(move |(name, _)| (folder, name, None))
    });
    let named = written::packs(&own.text).into_iter().map(|(name, at)| (root, name, Some(at)));
    for (folder, name, at) in named_by_bases.chain(named) {
        let path = source::absolute(folder, Path::new(&name));
        if packs.iter().any(|pack| pack.loaded.path == path) {
            continue;
        }
        let (mut text, mut decoding, mut errors) = (String::new(), Decoding::default(), Vec::new());
        match texts.read(&path) {
            Ok(read) => (text, decoding) = read,
            Err(reason) => errors.push(Error::PackUnreadable {
                name: source::shown(cwd, &path),
                reason: reason.unwrap_or_else(|| "there is no such file".to_owned()),
            }),
        }
        let loaded = Loaded { path, text, decoding, errors, ..Loaded::default() };
        packs.push(LoadedPack { loaded, name, at, codes: Vec::new(), brings_only_rules: false });
    }
    if packs.is_empty() {
        return (Arc::clone(Catalogue::embedded()), packs);
    }
    let readable = packs.iter().enumerate().filter(|(_, pack)| pack.loaded.errors.is_empty());
    let texts: Vec<PackText<'_>> = readable
        .map(|(index, pack)| PackText { file: FileId::new(index), text: &pack.loaded.text })
        .collect();
    let (catalogue, findings) = Catalogue::embedded().with(&texts);
    let contents: Vec<_> = packs.iter().map(|pack| written::contents(&pack.loaded.text)).collect();
    for (pack, (codes, brings_only_rules)) in packs.iter_mut().zip(contents) {
        (pack.codes, pack.brings_only_rules) = (codes, brings_only_rules);
    }
    for finding in findings {
        if let Some(pack) = packs.get_mut(finding.primary.span.file.index()) {
            pack.loaded.findings.push(finding);
        }
    }
    (Arc::new(catalogue), packs)
}

/// Whether `--config 'key = value'` says something that can be.
fn sound_inline(text: &str, catalogue: &Catalogue) -> Result<(), Error> {
    let wrong = |problem: String| Err(Error::InlineSetting { text: text.to_owned(), problem });
    let written = match written::read(text, "", catalogue) {
        Ok(written) => written,
        Err(no_toml) => return wrong(no_toml.problem),
    };
    if let Some(key) = ["packs", "extends"].into_iter().find(|key| written.said.contains_key(*key)) {
        return wrong(format!("`{key}` can only stand in a file"));
    }
    let sources = Sources::default();
    let model = Model::new(&sources);
    let is_mistake = |finding: &&Finding| !matches!(finding.code.as_str(), "LNT012" | "LNT013");
    match written.findings.iter().find(is_mistake) {
        Some(finding) => wrong(catalogue.words(finding, &model).message),
        None => Ok(()),
    }
}

/// The patterns of `--exclude`, from the working directory.
fn excluded(cwd: PathBuf, patterns: &[String]) -> Result<Globs, Error> {
    let bad = |pattern: String| Error::BadPattern { pattern };
    let globs = patterns.iter().map(|it| written::compile(it, true).ok_or_else(|| bad(it.clone())));
    let globs = globs.collect::<Result<Vec<_>, _>>()?;
    let exclude = source::Patterns::new(&globs).map_err(|_| bad(patterns.join(", ")))?;
    Ok(Globs { exclude, ..Globs::none(cwd) })
}

/// A finding of file 0, in the file that it is about.
fn moved(finding: &Finding, file: FileId) -> Finding {
    let mut finding = finding.clone();
    finding.primary.span.file = file;
    for label in &mut finding.labels {
        label.span.file = file;
    }
    for change in finding.fix.iter_mut().flat_map(|fix| &mut fix.changes) {
        change.place_mut().file = file;
    }
    finding
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;

    fn write(root: &Path, name: &str, text: &str) {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn with(text: &str) -> (tempfile::TempDir, Configs) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "planlint.toml", text);
        let configs = Configs::new(folder.path().to_owned(), Overrides::default()).unwrap();
        (folder, configs)
    }

    fn runs(configs: &Configs, path: &Path, code: &str) -> bool {
        let rule = Catalogue::embedded().rule(Code::new(code)).unwrap();
        configs.for_path(path).runs(rule, false)
    }

    /// The messages about a configuration, with what stands at their place.
    fn messages(folder: &Path, configs: &Configs) -> Vec<String> {
        let mut sources = Sources::default();
        let plan = SourceFile::new(
            "plan.toml".into(),
            folder.join("plan.toml"),
            Format::Toml,
            String::new(),
            Decoding::default(),
        );
        sources.push(plan);
        configs.add_to(&mut sources);
        let model = Model::new(&sources);
        let found = configs.findings(&sources);
        found
            .iter()
            .map(|finding| {
                let words = Catalogue::embedded().words(finding, &model);
                let place = sources.text(finding.primary.span);
                assert!(!words.message.contains('{') && !words.help.contains('{'), "{words:?}");
                format!("{} {place}: {}", finding.code, words.message)
            })
            .collect()
    }

    #[test]
    fn without_a_configuration_the_usual_rules_run() {
        let folder = tempfile::tempdir().unwrap();
        let configs = Configs::new(folder.path().to_owned(), Overrides::default()).unwrap();
        let path = folder.path().join("plan.toml");
        assert!(runs(&configs, &path, "DEP001"));
        let off = Catalogue::embedded().rules().iter().find(|rule| !rule.enabled).unwrap();
        assert!(!runs(&configs, &path, off.code.as_str()));
        assert!(configs.errors().is_empty());
        assert_eq!(configs.for_path(&path).waiver_notice(), 14);
    }

    #[test]
    fn the_nearest_configuration_upward_holds() {
        let (folder, configs) = with("ignore = [\"DEP\"]\n");
        write(folder.path(), "a/b/planlint.toml", "ignore = [\"OWN\"]\n");
        let (near, far) = (folder.path().join("a/b/c/plan.toml"), folder.path().join("a/plan.toml"));
        assert!(runs(&configs, &near, "DEP001") && !runs(&configs, &near, "OWN001"));
        assert!(!runs(&configs, &far, "DEP001") && runs(&configs, &far, "OWN001"));
    }

    #[test]
    fn the_more_exact_word_wins_and_the_command_line_over_all() {
        let (folder, configs) = with(
            "select = [\"DEP001\", \"OWN\"]\nignore = [\"DEP\", \"OWN002\"]\nextend-select = [\"lint\", \"PLN\"]\n",
        );
        let path = folder.path().join("plan.toml");
        let on = ["DEP001", "OWN001", "PLN002"].map(|code| runs(&configs, &path, code));
        let off = ["DEP002", "OWN002", "CMP001"].map(|code| runs(&configs, &path, code));
        assert_eq!((on, off), ([true; 3], [false; 3]));
        assert_eq!(messages(folder.path(), &configs).len(), 1, "`lint` is no rule");
        let words = |word: &str| vec![word.to_owned()];
        let overrides =
            Overrides { ignore: words("DEP"), extend_select: words("CMP001"), ..Overrides::default() };
        let configs = Configs::new(folder.path().to_owned(), overrides).unwrap();
        assert!(!runs(&configs, &path, "DEP001") && runs(&configs, &path, "CMP001"));
    }

    #[test]
    fn rules_that_pass_over_imported_plans_run_there_when_named() {
        let catalogue = Catalogue::embedded();
        let rule = catalogue.find("duplicate-title").unwrap();
        let (folder, configs) = with("select = [\"PLN\"]\n");
        let settings = configs.for_path(&folder.path().join("a.xer"));
        assert!(settings.runs(rule, false) && !settings.runs(rule, true));
        let (folder, configs) = with("extend-select = [\"duplicate-title\"]\n");
        assert!(configs.for_path(&folder.path().join("a.xer")).runs(rule, true));
    }

    #[test]
    fn rules_for_imported_schedules_run_on_plan_files_when_nothing_else_can_be_meant() {
        let path = |folder: &tempfile::TempDir| folder.path().join("plan.toml");
        let rule = Catalogue::embedded().find("dcma-logic").unwrap();
        for (text, on_plan_files) in [("", false), ("select = [\"ALL\"]\n", false)] {
            let (folder, configs) = with(text);
            let settings = configs.for_path(&path(&folder));
            assert!(settings.runs(rule, true) && settings.runs(rule, false) == on_plan_files, "{text}");
        }
        for text in ["extend-select = [\"SCH1\"]\n", "extend-select = [\"dcma-logic\"]\n"] {
            let (folder, configs) = with(text);
            let settings = configs.for_path(&path(&folder));
            assert!(settings.runs(rule, true) && settings.runs(rule, false), "{text}");
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once_each_at_its_place() {
        let (folder, configs) = with(concat!(
            "selct = [\"ALL\"]\nignore = [\"F4O1\", \"DEP0001\", \"dependency-cycel\"]\nfail-on = \"warn\"\n",
            "preview = 1\ninclude = [\"[\"]\nwaiver-notice = \"soon\"\nx-mine = 3\npacks = 1\n",
            "severity = { DEP001 = \"bad\", DEPP = \"error\" }\n",
            "[rule.DEP015]\ndays = \"5\"\ndayz = 3\n[rule.DEP999]\n",
            "[rule.SCH114]\nunbaselined = \"complete\"\nmilestones = true\n",
        ));
        assert_eq!(
            messages(folder.path(), &configs),
            [
                "LNT007 selct: `selct` is not a setting of `planlint.toml`; did you mean \"select\"?",
                "LNT005 F4O1: There is no rule \"F4O1\"",
                "LNT005 DEP0001: There is no rule \"DEP0001\"; did you mean \"DEP001\"?",
                "LNT005 dependency-cycel: There is no rule \"dependency-cycel\"; did you mean \"dependency-cycle\"?",
                "PLN004 warn: `fail-on` cannot be \"warn\"; the words for it are \"error\", \"warning\", \"advice\"",
                "PLN003 1: `preview` needs true or false, but here it is the number 1",
                "PLN004 [: `include` cannot be \"[\"; it needs a pattern for paths, such as `plans/*.toml`",
                "PLN004 soon: `waiver-notice` cannot be \"soon\"; it needs a number of days or weeks, such as \"14d\"",
                "PLN003 1: `packs` needs a list of files, such as [\"rules/acme.toml\"], but here it is the number 1",
                "PLN004 bad: `DEP001` cannot be \"bad\"; the words for it are \"error\", \"warning\", \"advice\"",
                "LNT005 DEPP: There is no rule \"DEPP\"; did you mean \"DEP\"?",
                "PLN003 5: `days` needs a whole number, but here it is the text \"5\"",
                "LNT007 dayz: `dayz` is not a setting of `rule.DEP015`; did you mean \"days\"?",
                "LNT005 DEP999: There is no rule \"DEP999\"; did you mean \"DEP009\"?",
                "PLN004 complete: `unbaselined` cannot be \"complete\"; the words for it are \"all\", \"completed\"; did you mean \"completed\"?",
                "PLN003 true: `milestones` needs one of \"leave-out\", \"count\", but here it is true",
            ]
        );
        assert!(configs.errors().is_empty());
    }

    #[test]
    fn names_are_given_the_ids_that_are_meant() {
        use crate::finding::EntityKind::{Asset, Person, Plan};
        let (folder, configs) = with(concat!(
            "[alias.person]\n\"Weber, Jonas\" = \"jonas\"\n\"Rossi\" = 3\n[alias.plan]\n\"SAP 2025\" = \"erp\"\n",
            "[alias.asset]\nsap = \"\"\n[alias.persons]\na = \"b\"\n[alias.x-mine]\na = 1\n",
        ));
        assert_eq!(
            messages(folder.path(), &configs),
            [
                "PLN003 3: `\"Rossi\"` needs the id that is meant, but here it is the number 3",
                "PLN003 : `\"sap\"` needs the id that is meant, but here it is the text \"\"",
                "LNT007 persons: `persons` is not a setting of `alias`; did you mean \"person\"?",
            ]
        );
        let import = configs.for_path(&folder.path().join("plan.toml")).import();
        assert_eq!(import.aliases.id(Person, " Weber, Jonas "), Some("jonas"));
        assert_eq!(import.aliases.id(Plan, "SAP 2025"), Some("erp"));
        assert_eq!(import.aliases.id(Asset, "sap"), None);
        assert_eq!(import.aliases.id(Asset, "Weber, Jonas"), None);
    }

    #[test]
    fn a_configuration_that_is_no_toml_or_for_another_release_is_an_error() {
        let (folder, configs) = with("\u{FEFF}ignore = [\"DEP\"\nfail-on = \"error\"\n");
        configs.for_path(&folder.path().join("plan.toml"));
        let errors = configs.errors();
        assert!(matches!(errors.as_slice(), [Error::ConfigSyntax { name, .. }] if name == "planlint.toml"));
        let (folder, configs) = with("required-version = \">=99\"\n");
        configs.for_path(&folder.path().join("plan.toml"));
        assert!(matches!(configs.errors().as_slice(), [Error::WrongVersion { .. }]));
    }

    #[test]
    fn an_unknown_rule_on_the_command_line_stops_the_run_with_a_suggestion() {
        let overrides = Overrides { ignore: vec!["DEP01,ownerles".into()], ..Overrides::default() };
        let error = Configs::new("/".into(), overrides).err().unwrap();
        assert!(
            error.to_string().starts_with("--ignore names `ownerles`, but there is no such rule"),
            "{error}"
        );
    }

    #[test]
    fn isolated_and_explicit_configurations_hold_for_every_file() {
        let (folder, _) = with("ignore = [\"DEP\"]\n");
        write(folder.path(), "ci/strict.toml", "ignore = [\"OWN\"]\nexclude = [\"old\"]\n");
        let path = folder.path().join("plan.toml");
        let new = |overrides| Configs::new(folder.path().to_owned(), overrides).unwrap();
        assert!(runs(&new(Overrides { isolated: true, ..Overrides::default() }), &path, "DEP001"));
        let configs = new(Overrides { config: Some("ci/strict.toml".into()), ..Overrides::default() });
        assert!(runs(&configs, &path, "DEP001") && !runs(&configs, &path, "OWN001"));
        assert_eq!(configs.for_path(&path).root, folder.path());
        let gone = Overrides { config: Some("gone.toml".into()), ..Overrides::default() };
        assert!(matches!(Configs::new(folder.path().to_owned(), gone), Err(Error::ConfigUnreadable { .. })));
    }

    #[test]
    fn severity_options_and_per_file_ignores_are_resolved() {
        let (folder, configs) = with(concat!(
            "severity = { DEP001 = \"advice\", DEP = \"warning\" }\nwaiver-notice = \"3w\"\nfail-on = \"warning\"\n",
            "per-file-ignores = { \"old\" = [\"DEP\", \"ownerless\"], \"*.xer\" = \"ALL\" }\n",
            "[rule.DEP015]\ndays = 15\n",
        ));
        let path = folder.path().join("old/plan.toml");
        let settings = configs.for_path(&path);
        assert_eq!(settings.severity(Code::new("DEP001")), Some(Severity::Advice));
        assert_eq!(settings.severity(Code::new("DEP002")), Some(Severity::Warning));
        assert_eq!(settings.severity(Code::new("OWN001")), None);
        assert!(settings.is_silent(Code::new("DEP001"), &path));
        assert!(!settings.is_silent(Code::new("DEP001"), &folder.path().join("plan.toml")));
        assert!(settings.is_silent(Code::new("CMP001"), &folder.path().join("new/a.xer")));
        assert_eq!(settings.waiver_notice(), 21);
        assert_eq!(settings.fail_on(), Some(Severity::Warning));
        let days = settings.options().get(Catalogue::embedded(), Code::new("DEP015"), "days");
        assert_eq!(days, Some(&crate::catalogue::OptionValue::Integer(15)));
    }
}
