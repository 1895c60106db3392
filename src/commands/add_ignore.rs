//! `--add-ignore=REASON`: a comment at everything that is found, so that it is hidden from now on and says why.
//!
//! A comment stands on a line of its own above the header or row that a finding is about. Before a file is written its
//! new text is checked: what was to be hidden must be hidden, and nothing else may have changed.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::outputs::unwritable;
use super::{Common, Exit, Io};
use crate::config::Configs;
use crate::error::Error;
use crate::filter::{Judged, Verdict};
use crate::finding::Severity;
use crate::model::Model;
use crate::report::text::counted;
use crate::source::{FileId, Format, SourceFile, Sources, Span, replace_whole};
use crate::{Clock, Report};

/// What is hidden by one comment: the line below it, counted from 0, and the findings by code and fingerprint.
type Comments<'v> = BTreeMap<(FileId, usize), BTreeSet<(&'v str, &'v str)>>;

/// Times that what proved wrong is left out before giving up.
const ROUNDS: usize = 8;

/// What the comments are judged by: the same as the check that found what they hide.
pub(super) struct Asked<'a> {
    pub(super) reason: &'a str,
    pub(super) shown: (Severity, bool),
    pub(super) fail_on: Severity,
    pub(super) clock: Clock,
}

/// Writes the comments, and says how many and what could not be hidden.
pub(super) fn add_ignore(
    asked: &Asked<'_>,
    configs: &Configs,
    report: (&Model<'_>, &Verdict),
    common: &Common,
    io: &mut Io<'_>,
) -> Result<Exit, Error> {
    let (model, verdict) = report;
    let sources = model.sources();
    let mut comments = Comments::new();
    for judged in verdict.findings.iter().filter(|judged| can_be_hidden(judged)) {
        if let Some(place) = place(model, judged) {
            let line = sources.file(place.file).lines().line_of(place.start);
            let found = comments.entry((place.file, line)).or_default();
            found.insert((judged.finding.code.as_str(), &judged.fingerprint));
        }
    }
    let mut rounds = 0;
    let left = loop {
        let changed = with_comments(sources, &comments, asked.reason);
        let Report { verdict: mut after, .. } = crate::check(&changed, configs, &asked.clock);
        after.keep(asked.shown.0, asked.shown.1);
        if !leave_out_what_fails(&mut comments, verdict, &after) {
            write(sources, &changed, &comments, io)?;
            break after;
        }
        rounds += 1;
        if rounds == ROUNDS {
            comments.clear();
        }
    };
    if common.quiet < 2 {
        let files: BTreeSet<FileId> = comments.keys().map(|(file, _)| *file).collect();
        let hidden: usize = comments.values().map(BTreeSet::len).sum();
        let (written, hidden) = (counted(comments.len(), "comment"), counted(hidden, "finding"));
        io.complain(&format!("{written} for {hidden} written into {}", counted(files.len(), "file")));
        if !left.findings.is_empty() {
            let left = counted(left.findings.len(), "finding");
            io.complain(&format!(
                "{left} cannot be hidden by a comment; `planlint check` shows what is left"
            ));
        }
    }
    let is_failing = left.findings.iter().any(|judged| judged.severity >= asked.fail_on);
    Ok(if is_failing { Exit::Findings } else { Exit::Clean })
}

/// Whether a comment may hide a finding: not one about comments and waivers themselves, nor one that is hidden already.
fn can_be_hidden(judged: &Judged) -> bool {
    judged.hidden.is_none() && !judged.finding.code.as_str().starts_with("LNT")
}

/// Where the comment belongs: at the thing that a finding is about, else at its own place. `None` where no comment can
/// be written.
fn place(model: &Model<'_>, judged: &Judged) -> Option<Span> {
    let is_writable = |span: &Span| {
        let file = model.sources().file(span.file);
        let is_text = file.decoding.encoding == "UTF-8" && file.decoding.invalid == 0;
        file.format == Format::Toml && is_text && !file.text.is_empty()
    };
    let of_entity = judged.finding.entity.map(|entity| model.place(entity));
    let of_entity = of_entity.filter(|span| !span.is_empty() && is_writable(span));
    of_entity.or(Some(judged.finding.primary.span).filter(is_writable))
}

/// The files as they would be.
fn with_comments(sources: &Sources, comments: &Comments<'_>, reason: &str) -> Sources {
    let mut by_file: BTreeMap<FileId, Vec<(usize, String)>> = BTreeMap::new();
    for ((file, line), found) in comments {
        let codes: BTreeSet<&str> = found.iter().map(|(code, _)| *code).collect();
        let codes = codes.into_iter().collect::<Vec<_>>().join(", ");
        let comment = format!("# planlint: ignore[{codes}] {reason}");
        by_file.entry(*file).or_default().push((*line, comment));
    }
    let files = sources.iter().map(|(id, file)| {
        let text = by_file.get(&id).map_or_else(|| file.text.clone(), |own| inserted(file, own));
        SourceFile::new(file.name.clone(), file.path.clone(), file.format, text, file.decoding)
    });
    Sources::new(files.collect())
}

/// The text of a file with comments above some of its lines, which are in order.
fn inserted(file: &SourceFile, comments: &[(usize, String)]) -> String {
    let mut out = String::with_capacity(file.text.len() + 80 * comments.len());
    let line_end = if file.text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut done = 0;
    for (line, comment) in comments {
        let mut at = file.lines().start(*line) as usize;
        if at == 0 && file.text.starts_with('\u{FEFF}') {
            at = '\u{FEFF}'.len_utf8();
        }
        out.push_str(file.text.get(done..at).unwrap_or(""));
        let rest = file.text.get(at..).unwrap_or("");
        out.push_str(&rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]);
        out.push_str(comment);
        out.push_str(line_end);
        done = at;
    }
    out.push_str(file.text.get(done..).unwrap_or(""));
    out
}

/// Takes out of the comments what does not do what it should: a finding that is still shown, and all of a file in which
/// something new is found. Whether there was any.
fn leave_out_what_fails(comments: &mut Comments<'_>, before: &Verdict, after: &Verdict) -> bool {
    let known: FxHashSet<&str> = before.findings.iter().map(|it| it.fingerprint.as_str()).collect();
    let shown: FxHashSet<&str> = after.findings.iter().map(|it| it.fingerprint.as_str()).collect();
    let is_new = |it: &&Judged| !known.contains(it.fingerprint.as_str());
    let spoiled: BTreeSet<FileId> =
        after.findings.iter().filter(is_new).map(|it| it.finding.primary.span.file).collect();
    let count = |comments: &Comments<'_>| comments.values().map(BTreeSet::len).sum::<usize>();
    let had = count(comments);
    comments.retain(|(file, _), found| {
        found.retain(|(_, fingerprint)| !shown.contains(fingerprint));
        !found.is_empty() && !spoiled.contains(file)
    });
    count(comments) < had
}

fn write(before: &Sources, after: &Sources, comments: &Comments<'_>, io: &mut Io<'_>) -> Result<(), Error> {
    let files: BTreeSet<FileId> = comments.keys().map(|(file, _)| *file).collect();
    for id in files {
        let (old, new) = (before.file(id), after.file(id));
        match replace_whole(&old.path, &old.text, &new.text) {
            Ok(true) => {}
            Ok(false) => return Err(Error::Changed { name: old.name.clone() }),
            Err(error) => return Err(unwritable(&old.path, &error, io)),
        }
    }
    Ok(())
}
