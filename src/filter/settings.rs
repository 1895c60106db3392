//! Which entries of the configurations do nothing in this run: see `config::after_run`.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Run;
use crate::config::{Configs, RuleSet, Seen, after_run};
use crate::finding::{Code, Finding};
use crate::source::{FileId, Format};

/// A file that cannot be read as a whole.
const SYNTAX: Code = Code::new("PLN001");

/// The findings about entries that do nothing. `findings`: all of the run, those that are silenced included.
pub(super) fn idle(findings: &[Finding], run: &Run<'_, '_>, configs: &Configs) -> Vec<Finding> {
    let sources = run.model.sources();
    let walked = configs.walked();
    if walked.is_empty() {
        return Vec::new();
    }
    let mut broken: FxHashSet<FileId> = FxHashSet::default();
    let mut silenced: FxHashMap<FileId, RuleSet> = FxHashMap::default();
    for finding in findings {
        let file = finding.primary.span.file;
        if finding.code == SYNTAX {
            broken.insert(file);
        }
        let Some((settings, silent)) = run.of_file.get(file.index()) else { continue };
        if let Some(index) = settings.index(finding.code).filter(|index| silent.contains(*index)) {
            silenced.entry(file).or_default().insert(index);
        }
    }
    let mut by_config: FxHashMap<&Path, Vec<FileId>> = FxHashMap::default();
    for (id, _) in sources.iter() {
        if let Some(config) = run.settings(id).and_then(|settings| settings.config.as_deref()) {
            by_config.entry(config).or_default().push(id);
        }
    }
    let mut idle = Vec::new();
    for (id, config) in sources.iter().filter(|(_, file)| file.format == Format::Config) {
        let Some(settings) = run.settings(id) else { continue };
        // One that is named with `--config` and lies elsewhere serves many folders: what is idle in this one is not there.
        if settings.config.as_ref() != Some(&config.path) || !config.path.starts_with(&settings.root) {
            continue;
        }
        let ours = by_config.get(config.path.as_path()).into_iter().flatten();
        let ours = ours.map(|file| (*file, sources.file(*file)));
        let seen: Vec<Seen<'_>> = ours
            .map(|(file, source)| Seen {
                path: &source.path,
                is_whole: source.format != Format::Config && !broken.contains(&file),
                imported: run.is_imported(file),
                silenced: silenced.get(&file).cloned().unwrap_or_default(),
            })
            .collect();
        for mut finding in after_run(settings, &seen, &walked, &config.text) {
            finding.primary.span.file = id;
            let changes = finding.fix.iter_mut().flat_map(|fix| &mut fix.changes);
            changes.for_each(|change| change.place_mut().file = id);
            idle.push(finding);
        }
    }
    idle
}
