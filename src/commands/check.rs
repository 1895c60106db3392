//! `planlint check`: reads the plans, shows what was found, and says by its exit code how it went.

use std::io;
use std::path::PathBuf;

use jiff::civil::Date;

use super::{Common, Exit, Io};
use crate::Clock;
use crate::config::{Configs, Overrides};
use crate::error::Error;
use crate::finding::Severity;
use crate::report::{self, OutputFormat, View};
use crate::source::{Asked, Discovery, Format, Stdin, discover};

/// What was asked.
#[derive(Clone, Debug)]
pub struct Check {
    /// Files and folders; `-` is the input stream. Empty: the current folder.
    pub paths: Vec<PathBuf>,
    /// What the input stream is called, which decides its format and configuration.
    pub stdin_filename: Option<PathBuf>,
    /// What the command line says about rules and configuration.
    pub overrides: Overrides,
    /// The form, where the command line says so.
    pub format: Option<OutputFormat>,
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
    let configs = Configs::new(io.cwd.clone(), asked.overrides.clone())?;
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
    configs.add_to(&mut found.sources);
    let here = configs.for_folder(&io.cwd);
    let format = match (asked.format, io.variable("PLANLINT_OUTPUT_FORMAT")) {
        (Some(format), _) => format,
        (None, Some(word)) => OutputFormat::parse(&word).ok_or(Error::UnknownFormat { word })?,
        (None, None) => here.output_format().and_then(OutputFormat::parse).unwrap_or_default(),
    };
    let fail_on = asked.fail_on.or(here.fail_on()).unwrap_or(Severity::Warning);
    let clock = Clock { today: asked.as_of.unwrap_or(io.today) };
    let checked = with_threads(asked.threads, || crate::check(&found.sources, &configs, &clock))?;
    if common.verbose > 0 {
        for (_, file) in found.sources.iter() {
            io.complain(&format!("read {}", file.name));
        }
    }
    let view = View {
        model: &checked.model,
        catalogue: &checked.catalogue,
        verdict: &checked.verdict,
        width: io.width(),
        color: io.colors(common.color),
        unicode: io.shows_unicode(),
    };
    let is_failing = checked.verdict.findings.iter().any(|judged| judged.severity >= fail_on);
    let mut exit = if is_failing && !asked.exit_zero { Exit::Findings } else { Exit::Clean };
    let written = if common.quiet < 2 { show(asked, format, common, &view, io) } else { Ok(()) };
    // What went wrong stands below the findings, also where both streams go to one terminal.
    let written = written.and_then(|()| io.stdout.flush());
    for file in found.unreadable {
        io.explain_failure(&Error::Unreadable { name: file.name, reason: file.reason });
        exit = Exit::Failed;
    }
    for error in configs.errors() {
        io.explain_failure(&error);
        exit = Exit::Failed;
    }
    for (code, said) in &checked.verdict.failed {
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
    let mut stdin = None;
    if asked.paths.iter().any(|path| path.as_os_str() == "-") {
        asked.paths.retain(|path| path.as_os_str() != "-");
        let mut bytes = Vec::new();
        io.stdin.read_to_end(&mut bytes).map_err(|error| Error::Unreadable {
            name: "the input stream".to_owned(),
            reason: error.to_string(),
        })?;
        let filename = asked.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("stdin.plan.toml"));
        stdin = Some(Stdin { filename, bytes });
    }
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

fn show(
    asked: &Check,
    format: OutputFormat,
    common: &Common,
    view: &View<'_>,
    io: &mut Io<'_>,
) -> io::Result<()> {
    match (format, asked.statistics) {
        (OutputFormat::Json, false) => return report::json(view, io.stdout),
        (OutputFormat::Json, true) => return report::json_with_statistics(view, io.stdout),
        (_, true) => report::statistics(view, io.stdout)?,
        (OutputFormat::Full, false) => report::full(view, io.stdout)?,
        (OutputFormat::Concise, false) => report::concise(view, io.stdout)?,
    }
    if common.quiet > 0 || view.model.sources().is_empty() {
        return Ok(());
    }
    report::summary(view, io.stdout)?;
    match view.verdict.findings.first() {
        Some(first) if io.stdout_is_terminal => {
            writeln!(io.stdout, "To learn more about a finding: planlint explain {}", first.finding.code)
        }
        _ => Ok(()),
    }
}
