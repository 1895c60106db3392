//! What a baseline hides, and which of its entries have ended.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Hidden, HiddenBy, Judged, Run, plan_key};
use crate::config::{Baseline, Configs};
use crate::finding::{Code, Finding, Fix};
use crate::source::{FileId, Format, Span};

/// An entry of a baseline that is no longer needed.
const ENDED: Code = Code::new("LNT006");
/// A file that cannot be read as a whole.
const SYNTAX: Code = Code::new("PLN001");

/// A baseline of this run: the file it is, and which of its entries were found again.
struct Used {
    baseline: Arc<Baseline>,
    file: FileId,
    found: Vec<bool>,
}

/// Marks what baselines know already, and adds findings for entries that ended. Whether there is a baseline at all.
pub(super) fn hide(judged: &mut Vec<Judged>, run: &Run<'_, '_>, configs: &Configs) -> bool {
    let sources = run.model.sources();
    let mut all: Vec<Used> = Vec::new();
    let of_file: Vec<Option<usize>> = sources
        .iter()
        .map(|(_, file)| {
            let baseline = configs.baseline_for(&file.path)?;
            if let Some(known) = all.iter().position(|used| used.baseline.path == baseline.path) {
                return Some(known);
            }
            let (id, _) = sources.iter().find(|(_, other)| other.path == baseline.path)?;
            all.push(Used { file: id, found: vec![false; baseline.known.len()], baseline });
            Some(all.len() - 1)
        })
        .collect();
    if all.is_empty() {
        return false;
    }
    for it in judged.iter_mut() {
        let number = of_file.get(it.finding.primary.span.file.index()).copied().flatten();
        let Some(used) = number.and_then(|number| all.get_mut(number)) else { continue };
        let Some(entry) = used.baseline.find(&it.fingerprint) else { continue };
        if let Some(found) = used.found.get_mut(entry) {
            *found = true;
        }
        let place = used.baseline.known.get(entry).map(|known| known.at.clone()).unwrap_or_default();
        let reason = [used.baseline.date.as_str(), used.baseline.owner.as_str()];
        let reason = reason.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let place = Span::new(used.file, place.start, place.end);
        it.hidden.get_or_insert(Hidden { by: HiddenBy::Baseline, reason, place });
    }
    let ended = ended(judged, &all, &of_file, run);
    judged.extend(ended);
    true
}

/// The entries that were looked for and not found. What this run did not look at is not called ended: another plan, a
/// rule that was not run, a plan with a mistake that hides the rest of it.
fn ended(judged: &[Judged], all: &[Used], of_file: &[Option<usize>], run: &Run<'_, '_>) -> Vec<Judged> {
    let sources = run.model.sources();
    let is_broken: FxHashSet<_> =
        judged.iter().filter(|it| it.finding.code == SYNTAX).filter_map(|it| it.plan).collect();
    let mut looked_at: FxHashMap<(usize, &str), FileId> = FxHashMap::default();
    for plan in run.model.plan_ids().filter(|plan| !is_broken.contains(plan)) {
        let file = run.model.plan(plan).file;
        if let Some(number) = of_file.get(file.index()).copied().flatten() {
            looked_at.insert((number, plan_key(plan, run.model)), file);
        }
    }
    for (id, file) in sources.iter().filter(|(_, file)| file.format == Format::Config) {
        if let (Some(number), Some(name)) =
            (of_file.get(id.index()).copied().flatten(), file.path.file_name().and_then(|name| name.to_str()))
        {
            looked_at.entry((number, name)).or_insert(id);
        }
    }
    let mut findings = Vec::new();
    for (number, used) in all.iter().enumerate() {
        for (known, _) in used.baseline.known.iter().zip(&used.found).filter(|(_, found)| !**found) {
            let home = if known.plan.is_empty() { &known.file } else { &known.plan };
            let Some(file) = looked_at.get(&(number, home.as_str())) else { continue };
            let rule = run.catalogue.find(&known.code);
            if rule.is_some_and(|rule| !run.runs(rule, *file)) {
                continue;
            }
            let about = if known.about.is_empty() { home } else { &known.about };
            let finding = Finding::new(ENDED, Span::new(used.file, known.at.start, known.at.end))
                .param("rule", if known.code.is_empty() { "a rule" } else { &known.code })
                .param("about", crate::model::shortened(about))
                .subject(&known.fingerprint)
                .fix(deletion(used, known.at.start as u32, run));
            if run.wants(&finding) {
                findings.push(finding);
            }
        }
    }
    let fingerprints = super::fingerprint::of_all(&findings, run);
    let pairs = findings.into_iter().zip(fingerprints);
    pairs.map(|(finding, fingerprint)| run.judged(finding, fingerprint, None)).collect()
}

/// Takes out the line of an entry.
fn deletion(used: &Used, at: u32, run: &Run<'_, '_>) -> Fix {
    let file = run.model.sources().file(used.file);
    let lines = file.lines();
    let line = lines.line_of(at);
    let (start, end) = (lines.start(line), file.text.len() as u32);
    let end = if line + 1 < lines.len() { lines.start(line + 1) } else { end };
    Fix::safe("Delete the entry").replace(Span { file: used.file, start, end }, "")
}
