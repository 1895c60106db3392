//! From the text of a file to a part of the model. Reading never fails: a reader returns what it could read, and
//! findings for the rest.

mod csv;
mod mspdi;
mod toml;
mod unread;
mod xer;

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{Model, Part};
use crate::source::{FileId, Format, SourceFile, Sources, Span};

pub(crate) use self::csv::{CsvField, DateFormat, PlainUnit, delimiter};
pub use self::csv::{CsvOptions, ImportOptions};
pub(crate) use self::toml::{ALIASES, begins_table, expected};
pub use self::unread::unread;
pub(crate) use crate::catalogue::{Meant, meant, nearest, suggestion};

/// What a reader made of one file. An `.xer` holds several plans, a `.toml` at most one.
pub(crate) struct Reading {
    /// The plans of the file, or the part of a plan.
    pub(crate) parts: Vec<Part>,
    /// Findings; entities are numbered within their part, and `part_of` says which.
    pub(crate) findings: Vec<(usize, Finding)>,
    /// Comments that begin with `planlint:`.
    pub(crate) directives: Vec<Span>,
}

impl Reading {
    fn of_part(part: Part, findings: Vec<Finding>, directives: Vec<Span>) -> Self {
        let findings = findings.into_iter().map(|finding| (0, finding)).collect();
        Self { parts: vec![part], findings, directives }
    }
}

/// Everything read: the model, what was wrong with the texts, and the comments addressed to planlint.
pub struct Read<'s> {
    /// The model of the run.
    pub model: Model<'s>,
    /// What the readers found.
    pub findings: Vec<Finding>,
    /// Comments that begin with `planlint:`, in the order of the files.
    pub directives: Vec<Span>,
}

/// Reads all files of a run and joins them into plans.
///
/// A file with a `[plan]` is a plan of its own; files without one belong to the nearest plan above them in the folder
/// tree: to the `plan.toml` of that folder, else to the first file with a `[plan]` in it. Where there is none at all,
/// the files of one folder are one plan.
pub fn read(sources: &Sources) -> Read<'_> {
    let usual = Arc::default();
    read_with(sources, &|_| Arc::clone(&usual))
}

/// The same, where something is known about the files of other tools; `options` is asked for each file by its path.
pub fn read_with<'s>(
    sources: &'s Sources,
    options: &(dyn Fn(&Path) -> Arc<ImportOptions> + Sync),
) -> Read<'s> {
    let files: Vec<(FileId, &SourceFile)> = sources.iter().collect();
    let readings: Vec<Reading> = files.par_iter().map(|(id, file)| read_file(*id, file, options)).collect();
    let mut read = join(sources, readings);
    for plan in &mut read.model.plans {
        plan.aliases = Arc::clone(&options(&sources.file(plan.file).path).aliases);
    }
    read
}

fn read_file(
    id: FileId,
    file: &SourceFile,
    options: &(dyn Fn(&Path) -> Arc<ImportOptions> + Sync),
) -> Reading {
    let mut reading = match file.format {
        Format::Toml => toml::read(id, &file.text, &options(&file.path).fields),
        Format::Xer => xer::read(id, &file.text),
        Format::Csv => csv::read(id, file, &options(&file.path).csv),
        Format::Mspdi => mspdi::read(id, &file.text),
        Format::Unsupported => unsupported(id, file),
        // `config` has read it.
        Format::Config => {
            return Reading { parts: Vec::new(), findings: Vec::new(), directives: Vec::new() };
        }
    };
    if let Some(at) = file.decoding.first_invalid {
        let at = at as usize;
        let line = file.lines().position(&file.text, file.decoding.first_invalid.unwrap_or(0)).line;
        let finding = Finding::new(Code::new("PLN010"), Span::new(id, at, at + '\u{FFFD}'.len_utf8()))
            .param("encoding", file.decoding.encoding)
            .param("line", line.to_string());
        reading.findings.push((0, finding));
    }
    reading
}

/// What the format that a plan was imported from can say at least: whatever else such a plan says was added since.
/// `names_people`: the plan says that it names the people who do the work, so that where nobody is named somebody is
/// missing.
fn carried_by(source: &str, names_people: bool) -> Option<&'static [&'static str]> {
    match source.split_once(':')?.0 {
        "xer" => Some(xer::carried(names_people)),
        "mspdi" => Some(mspdi::carried(names_people)),
        "csv" => Some(csv::ALWAYS_CARRIED),
        _ => None,
    }
}

fn unsupported(id: FileId, file: &SourceFile) -> Reading {
    let ending = file.path.extension().and_then(|it| it.to_str()).unwrap_or("").to_ascii_lowercase();
    let variant = match ending.as_str() {
        "mpp" | "mpt" | "mpx" => "mpp",
        "pmxml" => "pmxml",
        // Primavera's own XML often ends like that.
        "xml" if file.text.contains("<APIBusinessObjects") => "pmxml",
        "xml" => "xml",
        "pod" => "pod",
        _ => "xlsx",
    };
    let finding = Finding::new(Code::new("PLN009"), Span::new(id, 0, 0))
        .variant(variant)
        .param("format", format!(".{ending}"));
    Reading { parts: Vec::new(), findings: vec![(0, finding)], directives: Vec::new() }
}

/// Joins what was read file by file into plans, and numbers the entities through.
fn join(sources: &Sources, readings: Vec<Reading>) -> Read<'_> {
    let mut model = Model::new(sources);
    let mut findings = Vec::new();
    let mut directives = Vec::new();
    let groups = group(sources, &readings);
    let mut of_file: Vec<Option<Reading>> = Vec::with_capacity(readings.len());
    for mut reading in readings {
        directives.append(&mut reading.directives);
        of_file.push(Some(reading));
    }
    for files in groups {
        let mut parts = Vec::new();
        let mut waiting = Vec::new();
        for file in files {
            let Some(Reading { parts: mut own, findings: found, .. }) = of_file[file.index()].take() else {
                continue;
            };
            if own.len() == 1
                && let Some(part) = own.pop()
            {
                parts.push((file, part));
                waiting.push(found);
                continue;
            }
            // A file with several plans, or with none: its plans stand alone.
            let mut offsets = Vec::with_capacity(own.len());
            for part in own {
                model.add_plan(vec![(file, part)], |_, _, moved| offsets.push(*moved));
            }
            findings.extend(found.into_iter().map(|(number, finding)| match offsets.get(number) {
                Some(moved) => renumbered(finding, moved),
                None => finding,
            }));
        }
        if parts.is_empty() {
            continue;
        }
        let mut offsets = Vec::new();
        model.add_plan(parts, |_, _, moved| offsets.push(*moved));
        for (found, moved) in waiting.into_iter().zip(&offsets) {
            findings.extend(found.into_iter().map(|(_, finding)| renumbered(finding, moved)));
        }
    }
    Read { model, findings, directives }
}

fn renumbered(mut finding: Finding, offsets: &[u32; EntityKind::ALL.len()]) -> Finding {
    if let Some(Entity { kind, index }) = &mut finding.entity {
        *index += offsets[*kind as usize];
    }
    finding
}

/// Which files make one plan: groups of files, the one with the `[plan]` first.
fn group(sources: &Sources, readings: &[Reading]) -> Vec<Vec<FileId>> {
    let is_plan = |reading: &Reading| reading.parts.len() != 1 || reading.parts[0].header.is_some();
    // The plan of a folder: its plan.toml, else the first file with a [plan].
    let mut of_folder: rustc_hash::FxHashMap<&Path, usize> = rustc_hash::FxHashMap::default();
    let mut groups: Vec<Vec<FileId>> = Vec::new();
    let mut group_of = vec![usize::MAX; readings.len()];
    for (id, file) in sources.iter() {
        if !is_plan(&readings[id.index()]) {
            continue;
        }
        let number = groups.len();
        groups.push(vec![id]);
        group_of[id.index()] = number;
        if readings[id.index()].parts.first().is_none_or(|part| part.header.is_none())
            || file.format != Format::Toml
        {
            continue;
        }
        let folder = file.path.parent().unwrap_or(Path::new(""));
        if file.path.file_name().is_some_and(|name| name == "plan.toml") {
            of_folder.insert(folder, number);
        } else {
            of_folder.entry(folder).or_insert(number);
        }
    }
    for (id, file) in sources.iter() {
        if group_of[id.index()] != usize::MAX {
            continue;
        }
        let own_folder = file.path.parent().unwrap_or(Path::new(""));
        let mut folders = own_folder.ancestors();
        match folders.find_map(|folder| of_folder.get(folder)) {
            Some(&number) => groups[number].push(id),
            None => {
                // No plan above: the files of the folder are one.
                of_folder.insert(own_folder, groups.len());
                groups.push(vec![id]);
            }
        }
    }
    // Plans in the order of their first file, files of a plan in the order of the run behind the one with the header.
    groups.sort_by_key(|files| files.iter().min().copied());
    groups
}
