//! Mending what was found: from what is to be changed to edits of the text, several fixes at once, each looked at again.
//!
//! Nothing is written here, and nothing is believed: a text with fixes is read and judged like any other, and a fix after
//! which its finding is still there, or another one has come, is left out.

mod editor;
mod layout;

use std::collections::BTreeMap;
use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use toml::de::DeTable;

use self::editor::Editor;
use crate::filter::{Judged, Verdict};
use crate::finding::{Code, Edit, Fix, Severity};
use crate::model::Model;
use crate::source::{FileId, Format, SourceFile, Sources};

/// Times that the result is read again because fixes that stood in each other's way may now be possible.
const ROUNDS: usize = 50;

/// Bytes that may be read again in a run to find out which of many fixes does harm, and the least number of times.
const EFFORT: (usize, usize) = (200_000_000, 40);

/// Works out how the texts are to be edited. A fix that cannot be made is taken off its finding: in a file of another
/// tool, in one that is no UTF-8, or where what is to be changed is written in a way that is not understood.
pub fn settle(verdict: &mut Verdict, sources: &Sources) {
    let mut editors: BTreeMap<FileId, Editor<'_>> = BTreeMap::new();
    for judged in verdict.findings.iter_mut().chain(&mut verdict.hidden) {
        let fix = judged.finding.fix.take();
        judged.finding.fix = fix.and_then(|fix| settled_with(fix, sources, &mut editors));
    }
}

/// The same for one fix.
#[cfg(test)]
pub(crate) fn settled(fix: Fix, sources: &Sources) -> Option<Fix> {
    settled_with(fix, sources, &mut BTreeMap::new())
}

fn settled_with<'s>(
    mut fix: Fix,
    sources: &'s Sources,
    editors: &mut BTreeMap<FileId, Editor<'s>>,
) -> Option<Fix> {
    let mut edits = Vec::new();
    // Most fixes change one file.
    for changes in fix.changes.chunk_by(|a, b| a.place().file == b.place().file) {
        let id = changes.first()?.place().file;
        let file = Some(sources.file(id)).filter(|file| is_ours(file))?;
        let editor = editors.entry(id).or_insert_with(|| Editor::new(id, &file.text));
        edits.extend(editor.edits(changes)?);
    }
    edits.sort();
    fix.edits = edits;
    (!fix.edits.is_empty()).then_some(fix)
}

/// Whether a file may be written: TOML that was read as it is.
fn is_ours(file: &SourceFile) -> bool {
    let is_toml = matches!(file.format, Format::Toml | Format::Config);
    is_toml && file.decoding.encoding == "UTF-8" && file.decoding.invalid == 0
}

/// Whether two edits, in order, are in each other's way.
fn touch(one: &Edit, other: &Edit) -> bool {
    let (one, other) = (one.span, other.span);
    if one.file != other.file {
        return false;
    }
    // What is put in at one place by two has no order.
    other.start < one.end
        || one.start == other.start
        || (other.start == one.end && (one.is_empty() || other.is_empty()))
}

/// A text after edits, which are in order.
pub fn applied<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut done = 0;
    for edit in edits {
        out.push_str(text.get(done..edit.span.start as usize).unwrap_or(""));
        out.push_str(&edit.insert);
        done = edit.span.end as usize;
    }
    out.push_str(text.get(done..).unwrap_or(""));
    out
}

/// Which fixes are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Those too that somebody should look at.
    pub not_safe_too: bool,
    /// Only for findings that are at least so bad.
    pub least: Option<Severity>,
    /// Only in this file.
    pub only: Option<FileId>,
}

impl Wanted {
    /// Whether the fix of a finding is wanted.
    pub fn takes(self, judged: &Judged) -> bool {
        judged.hidden.is_none()
            && self.least.is_none_or(|least| judged.severity >= least)
            && judged.finding.fix.as_ref().is_some_and(|fix| {
                let is_here = |edit: &Edit| self.only.is_none_or(|file| edit.span.file == file);
                (fix.safe || self.not_safe_too) && fix.edits.iter().all(is_here)
            })
    }
}

/// What was found in a text, and what makes each finding the same one when others have gone.
pub struct Linted {
    findings: Vec<Judged>,
    marks: Vec<Mark>,
    counts: FxHashMap<u64, (usize, Severity)>,
}

/// What a finding is known by while a plan is mended. A fingerprint is not enough: it names the plan, and the name of a
/// plan may be what is mended.
#[derive(Clone, Copy)]
struct Mark {
    /// Rule, plan, thing and subject.
    finding: u64,
    /// Plan and thing.
    about: u64,
}

impl Linted {
    /// What a run came to.
    pub fn new(model: &Model<'_>, verdict: Verdict) -> Self {
        let mark = |judged: &Judged| {
            let finding = &judged.finding;
            let (plan, file) = (judged.plan.map(|plan| plan.0), finding.primary.span.file.index());
            let (kind, id) = match finding.entity {
                Some(entity) => (entity.kind.as_str(), model.id(entity)),
                None => ("", model.sources().text(finding.primary.span)),
            };
            let file = if plan.is_some() { 0 } else { file };
            let about = FxBuildHasher.hash_one((plan, file, kind, id));
            let code = finding.code.as_str();
            Mark { about, finding: FxBuildHasher.hash_one((about, code, &finding.subject)) }
        };
        let Verdict { findings, hidden, .. } = verdict;
        let marks: Vec<Mark> = findings.iter().map(mark).collect();
        let mut counts: FxHashMap<u64, (usize, Severity)> = FxHashMap::default();
        let severities = findings.iter().chain(&hidden).map(|it| it.severity);
        let all = marks.iter().copied().chain(hidden.iter().map(mark)).zip(severities);
        for (mark, severity) in all {
            let (count, worst) = counts.entry(mark.finding).or_insert((0, severity));
            *count += 1;
            *worst = severity.max(*worst);
        }
        Self { findings, marks, counts }
    }

    fn count(&self, mark: u64) -> (usize, Severity) {
        self.counts.get(&mark).copied().unwrap_or((0, Severity::Advice))
    }
}

/// A finding that was mended, or could not be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mend {
    /// The file.
    pub file: FileId,
    /// The rule.
    pub code: Code,
    /// What the fix does.
    pub message: String,
    mark: u64,
}

/// What mending came to.
pub struct Mended {
    /// The texts as they are now.
    pub sources: Sources,
    /// What was mended, in the order of the files.
    pub fixed: Vec<Mend>,
    /// What was tried and left as it is.
    pub dropped: Vec<Mend>,
    /// Whether there is more to do: after so many rounds it was left.
    pub is_unfinished: bool,
}

/// Fixes that are one: the same edits for one finding or several.
#[derive(Clone)]
struct Candidate {
    mends: Vec<Mend>,
    about: u64,
    edits: Vec<Edit>,
}

/// Mends what can be mended, as long as there is something. `lint` judges the texts after each step, or says that they
/// cannot be judged at all.
pub fn mend(sources: &Sources, wanted: Wanted, lint: &dyn Fn(&Sources) -> Option<Linted>) -> Mended {
    let size: usize = sources.iter().map(|(_, file)| file.text.len()).sum();
    let mut work = Work {
        lint,
        checks_left: EFFORT.1.max(EFFORT.0 / size.max(10_000)),
        is_exhausted: false,
        dropped: Vec::new(),
        known: FxHashMap::default(),
    };
    let first = lint(sources);
    let sources = sources.with_texts(BTreeMap::new());
    let mut mended = Mended { sources, fixed: Vec::new(), dropped: Vec::new(), is_unfinished: false };
    let Some(mut linted) = first else { return mended };
    for round in 0..=ROUNDS {
        let batch = work.batch(&linted, wanted);
        if batch.is_empty() {
            break;
        }
        if round == ROUNDS {
            mended.is_unfinished = true;
            break;
        }
        if let Some(step) = work.step(&mended.sources, &linted, batch) {
            mended.fixed.extend(step.applied.into_iter().flat_map(|it| it.mends));
            (mended.sources, linted) = (step.sources, step.linted);
            // What did not hold may hold now: so the last round has tried everything, and a second run changes nothing.
            work.known.clear();
            work.dropped.clear();
        }
    }
    mended.fixed.sort_by_key(|mend| mend.file);
    mended.dropped = work.dropped;
    mended.is_unfinished |= work.is_exhausted;
    mended
}

/// What a step came to.
struct Step {
    applied: Vec<Candidate>,
    sources: Sources,
    linted: Linted,
}

struct Work<'l> {
    lint: &'l dyn Fn(&Sources) -> Option<Linted>,
    checks_left: usize,
    is_exhausted: bool,
    dropped: Vec<Mend>,
    /// How often what was dropped, so that it is not tried again on the same text: of equals the first.
    known: FxHashMap<(u64, String), usize>,
}

impl Work<'_> {
    /// The fixes that can be made at once: of two that are in each other's way the first.
    fn batch(&self, linted: &Linted, wanted: Wanted) -> Vec<Candidate> {
        let mut batch: Vec<Candidate> = Vec::new();
        // By where they begin; none overlaps another.
        let mut taken: BTreeMap<(FileId, u32), (Edit, usize)> = BTreeMap::new();
        let mut seen: FxHashMap<(u64, String), usize> = FxHashMap::default();
        let pairs = linted.findings.iter().zip(&linted.marks);
        let mut all: Vec<(&Judged, &Mark, &Fix)> = pairs
            .filter(|(judged, _)| wanted.takes(judged))
            .filter_map(|(judged, mark)| Some((judged, mark, judged.finding.fix.as_ref()?)))
            .collect();
        all.sort_by(|a, b| a.2.edits.first().cmp(&b.2.edits.first()));
        for (judged, mark, fix) in all {
            let Some(first) = fix.edits.first() else { continue };
            let mend = Mend {
                file: first.span.file,
                code: judged.finding.code,
                message: fix.message.clone(),
                mark: mark.finding,
            };
            let again = (mend.mark, mend.message.clone());
            if let Some(dropped) = self.known.get(&again) {
                let number = seen.entry(again).or_insert(0_usize);
                *number += 1;
                if *number <= *dropped {
                    continue;
                }
            }
            let key = |edit: &Edit| (edit.span.file, edit.span.start);
            let same = taken.get(&key(first)).map(|(_, number)| *number);
            if let Some(same) = same.and_then(|number| batch.get_mut(number))
                && same.edits == fix.edits
            {
                same.mends.push(mend);
                continue;
            }
            let is_free = fix.edits.iter().all(|edit| {
                let before = taken.range(..=key(edit)).next_back();
                let after = taken.range(key(edit)..).next();
                before.is_none_or(|(_, (other, _))| !touch(other, edit))
                    && after.is_none_or(|(_, (other, _))| !touch(edit, other))
            });
            if is_free {
                taken.extend(fix.edits.iter().map(|edit| (key(edit), (edit.clone(), batch.len()))));
                batch.push(Candidate { mends: vec![mend], about: mark.about, edits: fix.edits.clone() });
            }
        }
        batch
    }

    /// The texts after fixes, and what is found in them. `None` where they are not readable, or enough was tried.
    fn checked(&mut self, sources: &Sources, applied: &[Candidate]) -> Option<(Sources, Linted)> {
        let Some(left) = self.checks_left.checked_sub(1) else {
            self.is_exhausted = true;
            return None;
        };
        self.checks_left = left;
        let changed = changed(sources, applied)?;
        let linted = (self.lint)(&changed)?;
        Some((changed, linted))
    }

    /// Makes as many of the fixes as hold. `None` where none does.
    fn step(&mut self, sources: &Sources, linted: &Linted, batch: Vec<Candidate>) -> Option<Step> {
        let mut step: Option<Step> = None;
        let mut groups = vec![batch];
        while let Some(group) = groups.pop() {
            let mut applied = step.as_ref().map_or_else(Vec::new, |step| step.applied.clone());
            applied.extend(group.iter().cloned());
            if let Some((changed, after)) = self.checked(sources, &applied) {
                let unexpected = unexpected(linted, &after, &applied);
                if unexpected.is_empty() {
                    step = Some(Step { applied, sources: changed, linted: after });
                    continue;
                }
                if group.len() > 1 {
                    groups.extend(parted(group, &unexpected));
                    continue;
                }
            } else if group.len() > 1 && !self.is_exhausted {
                groups.extend(parted(group, &FxHashSet::default()));
                continue;
            }
            for mend in group.into_iter().flat_map(|it| it.mends) {
                *self.known.entry((mend.mark, mend.message.clone())).or_insert(0) += 1;
                if !self.is_exhausted {
                    self.dropped.push(mend);
                }
            }
        }
        step
    }
}

/// Two parts of a group of fixes that do not hold together, the better one last: those that have nothing to do with what
/// is wrong, else the half that comes first.
fn parted(group: Vec<Candidate>, unexpected: &FxHashSet<u64>) -> [Vec<Candidate>; 2] {
    let is_suspect = |it: &Candidate| {
        unexpected.contains(&it.about) || it.mends.iter().any(|mend| unexpected.contains(&mend.mark))
    };
    let (suspects, others): (Vec<_>, Vec<_>) = group.into_iter().partition(is_suspect);
    if suspects.is_empty() || others.is_empty() {
        let mut first = if suspects.is_empty() { others } else { suspects };
        let second = first.split_off(first.len() / 2);
        return [second, first];
    }
    [suspects, others]
}

/// The texts after fixes. `None` where one of them cannot be read as well as before.
fn changed(sources: &Sources, applied: &[Candidate]) -> Option<Sources> {
    let mut edits: Vec<&Edit> = applied.iter().flat_map(|it| &it.edits).collect();
    edits.sort();
    let mut texts = BTreeMap::new();
    for of_file in edits.chunk_by(|a, b| a.span.file == b.span.file) {
        let Some(id) = of_file.first().map(|edit| edit.span.file) else { continue };
        let old = &sources.file(id).text;
        let new = self::applied(old, of_file.iter().copied());
        if !reads_as_well(old, &new) {
            return None;
        }
        texts.insert(id, new);
    }
    Some(sources.with_texts(texts))
}

/// Whether a text is TOML where another was, and has no more mistakes than it.
fn reads_as_well(old: &str, new: &str) -> bool {
    let body = |text: &str| text.strip_prefix('\u{FEFF}').unwrap_or(text).to_owned();
    let (old, new) = (body(old), body(new));
    match DeTable::parse(&old) {
        Ok(_) => DeTable::parse(&new).is_ok(),
        Err(_) => layout::mistakes(&new) <= layout::mistakes(&old),
    }
}

/// What is wrong after fixes: findings that should have gone, that are new, or that have become worse, and what those
/// are about.
fn unexpected(before: &Linted, after: &Linted, applied: &[Candidate]) -> FxHashSet<u64> {
    let mut fixed: FxHashMap<u64, usize> = FxHashMap::default();
    for mend in applied.iter().flat_map(|it| &it.mends) {
        *fixed.entry(mend.mark).or_insert(0) += 1;
    }
    let is_unexpected = |mark: u64, count: usize, worst: Severity| {
        let (had, was) = before.count(mark);
        count > had.saturating_sub(fixed.get(&mark).copied().unwrap_or(0)) || worst > was
    };
    let mut unexpected: FxHashSet<u64> = after
        .counts
        .iter()
        .filter(|(mark, (count, worst))| is_unexpected(**mark, *count, *worst))
        .map(|(mark, _)| *mark)
        .collect();
    let about: Vec<u64> =
        after.marks.iter().filter(|mark| unexpected.contains(&mark.finding)).map(|mark| mark.about).collect();
    unexpected.extend(about);
    unexpected
}
