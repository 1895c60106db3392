//! What can be mended, what was, and what would be.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use similar::TextDiff;

use super::text::{clean, counted};
use crate::catalogue::Catalogue;
use crate::filter::Verdict;
use crate::finding::Finding;
use crate::fix::Mend;
use crate::source::{FileId, Sources};

/// For so long the shortest way from one text to the other is looked for; then any will do.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the words about fixes are made of.
#[derive(Clone, Copy)]
pub struct FixView<'a> {
    /// The files, for their names.
    pub sources: &'a Sources,
    /// The rules, for theirs.
    pub catalogue: &'a Catalogue,
}

impl FixView<'_> {
    /// `3 problems in 2 files`.
    fn counted(&self, mends: &[Mend]) -> String {
        let files = self.by_file(mends).len();
        format!("{} in {}", counted(mends.len(), "problem"), counted(files, "file"))
    }

    /// `plans/laptops.plan.toml: DEP002 self-dependency: Remove the link`.
    pub fn line(&self, mend: &Mend) -> String {
        format!("{}: {}", self.sources.file(mend.file).name, self.what(mend))
    }

    fn what(&self, mend: &Mend) -> String {
        let name = self.catalogue.rule(mend.code).map_or("", |rule| &rule.name);
        format!("{} {name}: {}", mend.code, mend.message)
    }

    /// What was done in each file, and how often.
    fn by_file(&self, mends: &[Mend]) -> BTreeMap<FileId, BTreeMap<String, usize>> {
        let mut files: BTreeMap<FileId, BTreeMap<String, usize>> = BTreeMap::new();
        for mend in mends {
            *files.entry(mend.file).or_default().entry(self.what(mend)).or_insert(0) += 1;
        }
        files
    }
}

/// How much was mended, or would be; with `show`, what it is, file by file, before that.
pub fn fixed(view: &FixView<'_>, mends: &[Mend], is_preview: bool, show: bool) -> String {
    let mut lines = Vec::new();
    for (file, what) in view.by_file(mends).into_iter().filter(|_| show) {
        lines.push(format!("{}:", clean(&view.sources.file(file).name, false)));
        for (what, count) in what {
            let times = if count == 1 { String::new() } else { format!(" ({count} times)") };
            lines.push(format!("  {}{times}", clean(&what, false)));
        }
    }
    let verb = if is_preview { "Would fix" } else { "Fixed" };
    lines.push(format!("{verb} {}.", view.counted(mends)));
    lines.join("\n")
}

/// Writes what is different in the files as a patch. A terminal gets it without signs that it would act on.
///
/// # Errors
///
/// Where writing fails.
pub fn diff(
    before: &Sources,
    after: &Sources,
    color: bool,
    is_terminal: bool,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for ((_, old), (_, new)) in before.iter().zip(after.iter()).filter(|(old, new)| old.1.text != new.1.text)
    {
        let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old.text.as_str(), new.text.as_str());
        let patch = diff.unified_diff().header(&old.name, &old.name).to_string();
        if !color && !is_terminal {
            out.write_all(patch.as_bytes())?;
            continue;
        }
        for line in patch.lines() {
            let line = clean(line, true);
            let style = match line.as_bytes() {
                [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => "1",
                [b'@', ..] => "36",
                [b'+', ..] => "32",
                [b'-', ..] => "31",
                _ => "",
            };
            match style {
                "" => writeln!(out, "{line}")?,
                _ if !color => writeln!(out, "{line}")?,
                style => writeln!(out, "\u{1b}[{style}m{line}\u{1b}[0m")?,
            }
        }
    }
    Ok(())
}

/// Whether `--fix` alone would mend a finding.
pub(super) fn is_fixable(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.safe)
}

/// How many of the findings could be mended: `4 of these can be fixed with --fix (2 more with --unsafe-fixes)`. `None`
/// where there are none.
pub(super) fn fixable(verdict: &Verdict) -> Option<String> {
    let fixes =
        verdict.findings.iter().filter(|it| it.hidden.is_none()).filter_map(|it| it.finding.fix.as_ref());
    let (safe, others): (Vec<_>, Vec<_>) = fixes.partition(|fix| fix.safe);
    match (safe.len(), others.len()) {
        (0, 0) => None,
        (0, others) => Some(format!("{others} of these can be fixed with --fix --unsafe-fixes")),
        (safe, 0) => Some(format!("{safe} of these can be fixed with --fix")),
        (safe, others) => {
            Some(format!("{safe} of these can be fixed with --fix ({others} more with --unsafe-fixes)"))
        }
    }
}
