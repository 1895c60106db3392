//! `planlint check`: reads the plans, shows what was found, and says by its exit code how it went.

use std::path::PathBuf;

use jiff::civil::Date;

use super::add_ignore;
use super::baseline::write_baseline;
use super::fix::{self, FixAsked};
use super::input;
use super::outputs::{self, Output};
use super::progress::during;
use super::show_settings::show_settings;
use super::watch::watch;
use super::{ColorChoice, Common, Exit, Io};
use crate::Clock;
use crate::config::{Configs, Overrides};
use crate::error::Error;
use crate::finding::Severity;
use crate::report::View;
use crate::report::text::counted;
use crate::source::{Asked, Discovery, Format, Stdin, Unreadable, absolute, discover};

/// Columns of a report that goes into a file.
const FILE_WIDTH: usize = 100;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Check {
    /// Files and folders; `-` is the input stream. Empty: the current folder.
    pub paths: Vec<PathBuf>,
    /// What the input stream is called, which decides its format and configuration.
    pub stdin_filename: Option<PathBuf>,
    /// What the command line says about rules and configuration.
    pub overrides: Overrides,
    /// The reports to write, where the command line says so.
    pub outputs: Vec<Output>,
    /// Where the report that has no file goes; none: to the screen.
    pub output_file: Option<PathBuf>,
    /// The least severity that is shown, where the command line says so.
    pub min_severity: Option<Severity>,
    /// Write a list of what is found to this file, and take it for known.
    pub write_baseline: Option<PathBuf>,
    /// Who sees to it that the list gets shorter.
    pub baseline_owner: Option<String>,
    /// Write a comment with this reason at everything that is found.
    pub add_ignore: Option<String>,
    /// List the files that would be read, and check nothing.
    pub show_files: bool,
    /// Show what holds in the working folder and where it is said, and check nothing.
    pub show_settings: bool,
    /// Check again after every change.
    pub watch: bool,
    /// The least severity that makes the check fail, where the command line says so.
    pub fail_on: Option<Severity>,
    /// Findings do not make it fail.
    pub exit_zero: bool,
    /// Count findings instead of showing them.
    pub statistics: bool,
    /// The date to take for today.
    pub as_of: Option<Date>,
    /// How many threads; none: as many as the machine has.
    pub threads: Option<usize>,
    /// Leave out what `.gitignore` leaves out.
    pub respect_gitignore: bool,
    /// Leave out excluded files even where they are named.
    pub force_exclude: bool,
    /// What is to be mended.
    pub fixes: FixAsked,
}

/// What a run has read.
#[derive(Default)]
pub(super) struct Read {
    /// Plans, configurations, packs and baselines.
    pub(super) files: Vec<PathBuf>,
    /// The folders that were looked into.
    pub(super) folders: Vec<PathBuf>,
}

/// Checks plans.
pub fn check(mut asked: Check, common: &Common, io: &mut Io<'_>) -> Exit {
    let ended = match asked.watch {
        true => watch(&asked, common, io),
        false => run(&mut asked, common, io, &mut Read::default()),
    };
    match ended {
        Ok(exit) => exit,
        Err(error) => {
            io.explain_failure(&error);
            Exit::Failed
        }
    }
}

pub(super) fn run(
    asked: &mut Check,
    common: &Common,
    io: &mut Io<'_>,
    read: &mut Read,
) -> Result<Exit, Error> {
    asked.overrides.no_baseline = asked.write_baseline.is_some();
    let mut configs = io.configs(&mut asked.overrides, common)?;
    let here = configs.for_folder(&io.cwd);
    let outputs = outputs::resolve(&asked.outputs, asked.output_file.as_ref(), &here, io)?;
    if asked.show_settings {
        let written = show_settings(asked, &outputs, &configs, io);
        let exit = said_errors(&configs, io);
        return Ok(io.finish(written, exit));
    }
    let terminal = io.terminal.filter(|_| common.quiet == 0);
    let name = input::stdin_name(asked.stdin_filename.as_deref());
    let piped = asked.paths.iter().any(|path| path.as_os_str() == "-").then(|| absolute(&io.cwd, &name));
    let stdin = stdin(asked, io)?;
    let mut found = during(terminal, "looking for plans", || found(asked, stdin, &configs, io));
    read.folders = std::mem::take(&mut found.folders);
    // Where something could not be read, or was left out this time, nobody knows what is missing.
    let is_whole = found.unreadable.is_empty() && asked.overrides.exclude.is_empty();
    let walked = std::mem::take(&mut found.walked);
    if is_whole {
        configs.has_walked(walked.clone());
    }
    let (files, excluded) = (&found.sources, found.excluded);
    let has_plans = files.iter().any(|(_, file)| file.format != Format::Config);
    if !has_plans && found.unreadable.is_empty() {
        if excluded > 0 && asked.force_exclude {
            io.complain("planlint: all that was given is excluded; nothing was checked");
            return Ok(Exit::Clean);
        }
        let places: Vec<String> = asked.paths.iter().map(|path| path.display().to_string()).collect();
        return Err(Error::NothingToCheck { places: places.join(", ") });
    }
    if asked.show_files {
        return Ok(show_files(found, io));
    }
    configs.add_to(&mut found.sources);
    let fail_on = asked.fail_on.or(here.fail_on()).unwrap_or(Severity::Warning);
    let clock = Clock { today: asked.as_of.unwrap_or(io.today) };
    let least = asked.min_severity.or(here.min_severity()).unwrap_or(here.audience().least());
    let shown = (least, here.audience().is_shown_guesses());
    let mut fixing = None;
    if asked.fixes.is_on() {
        let overrides = asked.overrides.clone();
        let run = fix::Run {
            asked: asked.fixes,
            overrides,
            least: Some(least),
            clock,
            cwd: io.cwd.clone(),
            stdin: piped,
        };
        let mended = with_threads(asked.threads, || run.mend(&found.sources))?;
        let catalogue = configs.catalogue();
        let done = run.finish(&mut found.sources, mended, &catalogue, common, io);
        if asked.fixes.diff || asked.fixes.only {
            let exit = run.close(&done, &found.sources, &catalogue, None, common, io);
            let has_failed = complain_of_the_rest(found.unreadable, &configs, io);
            return Ok(if has_failed { Exit::Failed } else { exit });
        }
        // What is left is judged as if the files had always been so.
        configs = io.configs(&mut asked.overrides, common)?;
        if is_whole {
            configs.has_walked(walked);
        }
        fixing = Some((run, done));
    }
    let what = format!("checking {}", counted(found.sources.len(), "file"));
    let mut checked = during(terminal, &what, || {
        with_threads(asked.threads, || crate::check(&found.sources, &configs, &clock))
    })?;
    read.files = found.sources.iter().map(|(_, file)| file.path.clone()).collect();
    if common.verbose > 0 {
        for (_, file) in found.sources.iter() {
            io.complain(&format!("read {}", file.name));
        }
    }
    checked.verdict.keep(shown.0, shown.1);
    if let Some((run, done)) = &fixing {
        run.forget_tried(&mut checked.verdict, &found.sources, done);
    }
    if let Some(reason) = &asked.add_ignore {
        let judged_by = add_ignore::Asked { reason, shown, fail_on, clock };
        return add_ignore::add_ignore(&judged_by, &configs, (&checked.model, &checked.verdict), common, io);
    }
    let folder = outputs::folder_in_repository(io);
    let catalogue = std::sync::Arc::clone(&checked.catalogue);
    let (model, folder, mut judged) = (&checked.model, folder.as_str(), checked.verdict);
    let (color, hyperlinks) = (common.color == ColorChoice::Always, common.hyperlinks == ColorChoice::Always);
    let docs = here.docs_url();
    if let Some(path) = &asked.write_baseline {
        let verdict = &judged;
        let view = View {
            model,
            catalogue: &catalogue,
            verdict,
            width: FILE_WIDTH,
            color,
            unicode: false,
            fail_on,
            docs,
            hyperlinks,
            folder,
        };
        let owner = asked.baseline_owner.as_deref();
        write_baseline(path, owner, clock.today, &configs, common, &view, io)?;
        judged.accept_all();
    }
    let verdict = &judged;
    let plain = View {
        model,
        catalogue: &catalogue,
        verdict,
        width: FILE_WIDTH,
        color,
        unicode: false,
        fail_on,
        docs,
        hyperlinks,
        folder,
    };
    let is_failing = verdict.findings.iter().any(|judged| judged.severity >= fail_on);
    let mut exit = if is_failing && !asked.exit_zero { Exit::Findings } else { Exit::Clean };
    let mut written = Ok(());
    for output in &outputs {
        if output.file.is_some() {
            if let Err(error) = outputs::to_file(output, asked.statistics, common, &plain, io) {
                io.explain_failure(&error);
                exit = Exit::Failed;
            }
        } else if common.quiet < 2 {
            let (width, color, unicode) = (io.width(), io.colors(common.color), io.shows_unicode());
            let hyperlinks = io.has_links(common.hyperlinks);
            let view = View { width, color, unicode, hyperlinks, ..plain };
            // The mended text of the input stream has gone to where reports go.
            let is_taken = fixing.as_ref().is_some_and(|(run, _)| run.stdin.is_some());
            if is_taken {
                std::mem::swap(&mut io.stdout, &mut io.stderr);
            }
            written = outputs::to_screen(output.format, asked.statistics, common, &view, io);
            if is_taken {
                std::mem::swap(&mut io.stdout, &mut io.stderr);
            }
        }
    }
    if let Some((run, done)) = &fixing {
        let form = outputs.iter().find(|output| output.file.is_none()).map(|output| output.format);
        exit = exit.max(run.close(done, &found.sources, &catalogue, form, common, io));
    }
    // What went wrong stands below the findings, also where both streams go to one terminal.
    let written = written.and_then(|()| io.stdout.flush());
    if complain_of_the_rest(found.unreadable, &configs, io) {
        exit = Exit::Failed;
    }
    for (code, said) in &verdict.failed {
        io.complain(&format!("planlint itself failed in {code}, please report it: {said}"));
        exit = Exit::Failed;
    }
    Ok(io.finish(written, exit))
}

/// Says what is wrong with the configurations so that they cannot be used.
fn said_errors(configs: &Configs, io: &mut Io<'_>) -> Exit {
    let errors = configs.errors();
    errors.iter().for_each(|error| io.explain_failure(error));
    if errors.is_empty() { Exit::Clean } else { Exit::Failed }
}

/// What comes in through the input stream, where that was asked for; without any path the current folder is meant.
fn stdin(asked: &mut Check, io: &mut Io<'_>) -> Result<Option<Stdin>, Error> {
    if asked.paths.is_empty() {
        asked.paths.push(PathBuf::from("."));
    }
    input::from_stdin(&mut asked.paths, asked.stdin_filename.as_deref(), io)
}

/// Finds and reads what was asked for.
fn found(asked: &Check, stdin: Option<Stdin>, configs: &Configs, io: &Io<'_>) -> Discovery {
    discover(&Asked {
        paths: asked.paths.clone(),
        stdin,
        cwd: io.cwd.clone(),
        force_exclude: asked.force_exclude,
        respect_gitignore: asked.respect_gitignore,
        exclude: configs.excluded(),
        globs: &|folder| configs.globs(folder),
    })
}

fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, Error> {
    let Some(threads) = threads else { return Ok(work()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    Ok(pool.map_err(|error| Error::Threads { threads, reason: error.to_string() })?.install(work))
}

/// Says what could not be read or used, once everything else was said. Whether there was any.
fn complain_of_the_rest(unreadable: Vec<Unreadable>, configs: &Configs, io: &mut Io<'_>) -> bool {
    let files = unreadable.into_iter().map(|file| Error::Unreadable { name: file.name, reason: file.reason });
    let errors: Vec<Error> = files.chain(configs.errors()).collect();
    for error in &errors {
        io.explain_failure(error);
    }
    !errors.is_empty()
}

/// Lists the plans that would be read.
fn show_files(found: Discovery, io: &mut Io<'_>) -> Exit {
    let plans = found.sources.iter().filter(|(_, file)| file.format != Format::Config);
    let mut names: Vec<&str> = plans.map(|(_, file)| file.name.as_str()).collect();
    names.sort_unstable();
    let written = names.iter().try_for_each(|name| writeln!(io.stdout, "{name}"));
    let mut exit = Exit::Clean;
    for file in found.unreadable {
        io.explain_failure(&Error::Unreadable { name: file.name, reason: file.reason });
        exit = Exit::Failed;
    }
    io.finish(written, exit)
}
