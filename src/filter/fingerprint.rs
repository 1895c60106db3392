//! Fingerprints: what makes a finding the same one in the next version of a plan.
//!
//! Made of the first code that the rule had, the plan, and what the finding is about: kind and id of the entity, and the finding's subject.
//! A finding about no entity is known by the name of its file within the plan's folder and by the text at its place.
//! Equals are numbered in the order of the report. Lines, folders, threads and line ends make no difference, so the
//! name of a folder is only used for a plan that has neither an id nor a name.

use rustc_hash::FxHashMap;

use super::Run;
use crate::finding::Finding;
use crate::model::{Model, PlanId};

/// More of a text does not make a finding more recognizable.
const MOST: usize = 256;

/// The fingerprints of findings, which are in the order of the report.
pub(super) fn of_all(findings: &[Finding], run: &Run<'_, '_>) -> Vec<String> {
    let mut seen: FxHashMap<u64, u64> = FxHashMap::default();
    findings
        .iter()
        .map(|finding| {
            let base = hash_of(finding, run);
            let ordinal = seen.entry(base.0).or_insert(0);
            let fingerprint = if *ordinal == 0 { base } else { base.part(&ordinal.to_le_bytes()) };
            *ordinal += 1;
            format!("{:016x}", fingerprint.0)
        })
        .collect()
}

fn hash_of(finding: &Finding, run: &Run<'_, '_>) -> Hash {
    let plan = run.plan_of(finding);
    let rule = run.catalogue.rule(finding.code);
    let hash = Hash::new()
        .part(rule.map_or_else(|| finding.code.as_str(), |rule| rule.first_code()).as_bytes())
        .part(plan.map_or("", |plan| plan_key(plan, run.model)).as_bytes());
    let hash = match finding.entity {
        // The plan as such is said already.
        Some(entity) if entity.kind == crate::finding::EntityKind::Plan => hash.part(b"plan").part(b""),
        Some(entity) => hash.part(entity.kind.as_str().as_bytes()).part(run.model.id(entity).as_bytes()),
        None => {
            let text = run.model.sources().text(finding.primary.span).as_bytes();
            let text: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\r').take(MOST).collect();
            hash.part(file_key(finding, plan, run).as_bytes()).part(&text)
        }
    };
    hash.part(finding.subject.as_bytes())
}

/// What a plan is known by in the next version: its id, else its name, else the name of its folder.
pub(crate) fn plan_key<'m>(plan: PlanId, model: &'m Model<'_>) -> &'m str {
    let header = &model.plan(plan).header;
    match header.given_id().or(header.name()) {
        Some(text) => model.text(text),
        None => model.plan_id(plan),
    }
}

/// The file within the folder of its plan; its name alone where it is in none.
fn file_key(finding: &Finding, plan: Option<PlanId>, run: &Run<'_, '_>) -> String {
    let sources = run.model.sources();
    let path = &sources.file(finding.primary.span.file).path;
    let folder = plan.and_then(|plan| sources.file(run.model.plan(plan).file).path.parent());
    let inside = folder.and_then(|folder| path.strip_prefix(folder).ok());
    let inside = inside.or_else(|| path.file_name().map(std::path::Path::new)).unwrap_or(path);
    inside.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// FNV-1a, 64 bits: the same on every machine and in every release.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a part; a byte that no text has ends it, so that parts cannot run into each other.
    fn part(mut self, bytes: &[u8]) -> Self {
        for byte in bytes.iter().chain(&[0xFF]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self
    }
}
