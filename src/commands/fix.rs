//! `--fix` and `--diff`: what is found is mended, in the files or for show.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::outputs::unwritable;
use super::{Common, Exit, Io};
use crate::catalogue::Catalogue;
use crate::config::{Configs, Overrides, Texts};
use crate::error::Error;
use crate::filter::Verdict;
use crate::finding::Severity;
use crate::fix::{self, Linted, Mend, Mended, Wanted};
use crate::report::{self, FixView, OutputFormat};
use crate::source::{Sources, replace_whole};
use crate::{Clock, Report};

/// What is to be mended.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixAsked {
    /// Mend, and write the files.
    pub fix: bool,
    /// Take fixes too that somebody should look at.
    pub not_safe_too: bool,
    /// Show what would be changed instead.
    pub diff: bool,
    /// Report nothing of what is left.
    pub only: bool,
    /// List what was mended.
    pub show: bool,
    /// Exit with 1 where something was mended.
    pub fails_when_fixed: bool,
}

impl FixAsked {
    pub(super) fn is_on(self) -> bool {
        self.fix || self.diff
    }
}

/// One run that mends.
pub(super) struct Run {
    pub(super) asked: FixAsked,
    pub(super) overrides: Overrides,
    pub(super) least: Option<Severity>,
    pub(super) clock: Clock,
    pub(super) cwd: PathBuf,
    /// The path that the text of the input stream goes by, where there is one. Then nothing else is mended: whoever
    /// passes a text on wants it back, and no file touched.
    pub(super) stdin: Option<PathBuf>,
}

/// What was written.
pub(super) struct Done {
    fixed: Vec<Mend>,
    /// Whether a file could not be written.
    has_failed: bool,
    is_unfinished: bool,
}

impl Run {
    fn wanted(&self, sources: &Sources) -> Wanted {
        let id = |path: &Path| sources.iter().find(|(_, file)| file.path == path).map(|(id, _)| id);
        let only = self.stdin.as_deref().and_then(id);
        Wanted { not_safe_too: self.asked.not_safe_too, least: self.least, only }
    }

    /// Mends the texts, as far as that can be done. Writes nothing.
    pub(super) fn mend(&self, sources: &Sources) -> Mended {
        let lint = |sources: &Sources| {
            // Configurations and baselines may be among what is mended.
            let texts = Texts::of(sources);
            let configs = Configs::with_texts(self.cwd.clone(), self.overrides.clone(), texts).ok()?;
            let Report { model, verdict, .. } = crate::check(sources, &configs, &self.clock);
            Some(Linted::new(&model, verdict))
        };
        fix::mend(sources, self.wanted(sources), &lint)
    }

    /// Writes the files, or shows what they would be. One that cannot be written stays as it was, also in `sources`; the
    /// text of the input stream is printed, changed or not.
    pub(super) fn finish(
        &self,
        sources: &mut Sources,
        mut mended: Mended,
        catalogue: &Catalogue,
        common: &Common,
        io: &mut Io<'_>,
    ) -> Done {
        self.say_dropped(&mended, &FixView { sources, catalogue }, common, io);
        let mut back = BTreeMap::new();
        let mut written = Ok(());
        if self.asked.diff && common.quiet < 2 {
            let color = io.colors(common.color);
            written = report::diff(sources, &mended.sources, color, io.stdout_is_terminal, io.stdout);
        }
        for ((id, old), (_, new)) in sources.iter().zip(mended.sources.iter()).filter(|_| !self.asked.diff) {
            if self.stdin.as_ref() == Some(&old.path) {
                written = io.stdout.write_all(new.text.as_bytes());
            } else if old.text != new.text {
                let error = match replace_whole(&old.path, &old.text, &new.text) {
                    Ok(true) => continue,
                    Ok(false) => Error::Changed { name: old.name.clone() },
                    Err(error) => unwritable(&old.path, &error, io),
                };
                io.explain_failure(&error);
                back.insert(id, old.text.clone());
            }
        }
        let mut has_failed = !back.is_empty();
        has_failed |= io.finish(written, Exit::Clean) == Exit::Failed;
        mended.fixed.retain(|mend| !back.contains_key(&mend.file));
        *sources = mended.sources.with_texts(back);
        Done { fixed: mended.fixed, has_failed, is_unfinished: mended.is_unfinished }
    }

    /// With `-v`: what was tried and left.
    fn say_dropped(&self, mended: &Mended, view: &FixView<'_>, common: &Common, io: &mut Io<'_>) {
        if common.verbose == 0 {
            return;
        }
        for mend in &mended.dropped {
            let said = view.line(mend);
            io.complain(&format!("not fixed, because something else would be wrong then: {said}"));
        }
    }

    /// Leaves fixes out of a report that were tried, or that cannot be made here.
    pub(super) fn forget_tried(&self, verdict: &mut Verdict, sources: &Sources, done: &Done) {
        let wanted = self.wanted(sources);
        for judged in verdict.findings.iter_mut().filter(|_| !done.is_unfinished) {
            if wanted.takes(judged) {
                judged.finding.fix = None;
            }
        }
    }

    /// The closing lines, and the exit code for what was mended. `form` is that of the report on the screen.
    pub(super) fn close(
        &self,
        done: &Done,
        sources: &Sources,
        catalogue: &Catalogue,
        form: Option<OutputFormat>,
        common: &Common,
        io: &mut Io<'_>,
    ) -> Exit {
        let view = FixView { sources, catalogue };
        if common.quiet == 0 && !done.fixed.is_empty() {
            let said = report::fixed(&view, &done.fixed, self.asked.diff, self.asked.show);
            let is_report = form.is_some_and(OutputFormat::is_for_people) && self.stdin.is_none();
            if is_report {
                // A reader who has closed the pipe is found out at the end.
                let _ = writeln!(io.stdout, "{said}");
            } else {
                io.complain(&said);
            }
        }
        if done.is_unfinished {
            io.complain("planlint: there is still more to fix; run it again");
        }
        let fails = self.asked.diff || self.asked.fails_when_fixed;
        match done.has_failed {
            true => Exit::Failed,
            false if fails && !done.fixed.is_empty() => Exit::Findings,
            false => Exit::Clean,
        }
    }
}
