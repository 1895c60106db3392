//! `planlint check`: reads the plans, shows what was found, and says by its exit code how it went.

use std::path::PathBuf;

use jiff::civil::Date;

use super::add_ignore;
use super::baseline::write_baseline;
use super::fix::{self, FixAsked};
use super::input;
use super::outputs::{self, Output};
use super::{ColorChoice, Common, Exit, Io};
use crate::Clock;
use crate::config::{Configs, Overrides};
use crate::error::Error;
use crate::finding::Severity;
use crate::report::View;
use crate::source::{Asked, Discovery, Format, Unreadable, absolute, discover};

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

/// Checks plans.
pub fn check(mut asked: Check, common: &Common, io: &mut Io<'_>) -> Exit {
    match run(&mut asked, common, io) {
        Ok(exit) => exit,
        Err(error) => {
            io.explain_failure(&error);
            Exit::Failed
        }
    }
}

fn run(asked: &mut Check, common: &Common, io: &mut Io<'_>) -> Result<Exit, Error> {
    if asked.overrides.config.is_none() && !asked.overrides.isolated {
        asked.overrides.config = io.variable("PLANLINT_CONFIG").map(PathBuf::from);
    }
    asked.overrides.no_baseline = asked.write_baseline.is_some();
    let mut configs = Configs::new(io.cwd.clone(), asked.overrides.clone())?;
    let here = configs.for_folder(&io.cwd);
    let outputs = outputs::resolve(&asked.outputs, asked.output_file.as_ref(), &here, io)?;
    let name = input::stdin_name(asked.stdin_filename.as_deref());
    let stdin = asked.paths.iter().any(|path| path.as_os_str() == "-").then(|| absolute(&io.cwd, &name));
    let mut found = found(asked, &configs, io)?;
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
    let least = asked.min_severity.or(here.min_severity());
    let mut fixing = None;
    if asked.fixes.is_on() {
        let overrides = asked.overrides.clone();
        let run = fix::Run { asked: asked.fixes, overrides, least, clock, cwd: io.cwd.clone(), stdin };
        let mended = with_threads(asked.threads, || run.mend(&found.sources))?;
        let catalogue = configs.catalogue();
        let done = run.finish(&mut found.sources, mended, &catalogue, common, io);
        if asked.fixes.diff || asked.fixes.only {
            let exit = run.close(&done, &found.sources, &catalogue, None, common, io);
            let has_failed = complain_of_the_rest(found.unreadable, &configs, io);
            return Ok(if has_failed { Exit::Failed } else { exit });
        }
        // What is left is judged as if the files had always been so.
        configs = Configs::new(io.cwd.clone(), asked.overrides.clone())?;
        fixing = Some((run, done));
    }
    let mut checked = with_threads(asked.threads, || crate::check(&found.sources, &configs, &clock))?;
    if common.verbose > 0 {
        for (_, file) in found.sources.iter() {
            io.complain(&format!("read {}", file.name));
        }
    }
    if let Some(least) = least {
        checked.verdict.keep_from(least);
    }
    if let Some((run, done)) = &fixing {
        run.forget_tried(&mut checked.verdict, &found.sources, done);
    }
    if let Some(reason) = &asked.add_ignore {
        let judged_by = add_ignore::Asked { reason, least, fail_on, clock };
        return add_ignore::add_ignore(&judged_by, &configs, (&checked.model, &checked.verdict), common, io);
    }
    let folder = outputs::folder_in_repository(io);
    let catalogue = std::sync::Arc::clone(&checked.catalogue);
    let (model, folder, mut judged) = (&checked.model, folder.as_str(), checked.verdict);
    let color = common.color == ColorChoice::Always;
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
            let view = View { width, color, unicode, ..plain };
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

/// Reads what was asked for, the input stream included.
fn found(asked: &mut Check, configs: &Configs, io: &mut Io<'_>) -> Result<Discovery, Error> {
    if asked.paths.is_empty() {
        asked.paths.push(PathBuf::from("."));
    }
    let stdin = input::from_stdin(&mut asked.paths, asked.stdin_filename.as_deref(), io)?;
    Ok(discover(&Asked {
        paths: asked.paths.clone(),
        stdin,
        cwd: io.cwd.clone(),
        force_exclude: asked.force_exclude,
        respect_gitignore: asked.respect_gitignore,
        exclude: configs.excluded(),
        globs: &|folder| configs.globs(folder),
    }))
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
