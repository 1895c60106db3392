//! `planlint schedule`: when everything happens by the plan's own logic, what sets the finish, and how much of what a
//! tool stored is the same.

use std::path::PathBuf;

use jiff::civil::Date;

use super::{Common, Exit, Io, input};
use crate::config::Overrides;
use crate::error::Error;
use crate::network::Network;
use crate::read::{Read, read_with};
use crate::report::{self, ScheduleFormat, ScheduleView};
use crate::rules;
use crate::schedule::{Comparison, Schedule};
use crate::source::{Asked, Format, discover};

/// What was asked.
#[derive(Clone, Default, Debug)]
pub struct ScheduleAsked {
    /// Files and folders; `-` is the input stream. Empty: the current folder.
    pub paths: Vec<PathBuf>,
    /// What the input stream is called, which decides its format and configuration.
    pub stdin_filename: Option<PathBuf>,
    /// Which configuration to use.
    pub overrides: Overrides,
    /// The form.
    pub format: ScheduleFormat,
    /// Show all tasks of long plans too.
    pub all: bool,
    /// Compare with what the file stores.
    pub compare_stored: bool,
    /// Show the DCMA 14 points instead of the tasks.
    pub dcma: bool,
    /// The status date of plans that state none.
    pub as_of: Option<Date>,
}

/// Shows the schedule of plans. Findings never change how it ends.
pub fn schedule(asked: ScheduleAsked, common: &Common, io: &mut Io<'_>) -> Exit {
    run(asked, common, io).unwrap_or_else(|error| {
        io.explain_failure(&error);
        Exit::Failed
    })
}

fn run(mut asked: ScheduleAsked, common: &Common, io: &mut Io<'_>) -> Result<Exit, Error> {
    let configs = io.configs(&mut asked.overrides, common)?;
    if asked.paths.is_empty() {
        asked.paths.push(PathBuf::from("."));
    }
    let places: Vec<String> = asked.paths.iter().map(|path| path.display().to_string()).collect();
    let places = places.join(", ");
    let found = discover(&Asked {
        stdin: input::from_stdin(&mut asked.paths, asked.stdin_filename.as_deref(), io)?,
        paths: asked.paths,
        cwd: io.cwd.clone(),
        force_exclude: false,
        respect_gitignore: true,
        exclude: configs.excluded(),
        globs: &|folder| configs.globs(folder),
    });
    let has_plans = found.sources.iter().any(|(_, file)| file.format != Format::Config);
    if !has_plans && found.unreadable.is_empty() {
        return Err(Error::NothingToCheck { places });
    }
    if common.verbose > 0 {
        for (_, file) in found.sources.iter() {
            io.complain(&format!("read {}", file.name));
        }
    }
    let Read { mut model, findings, .. } = read_with(&found.sources, &|path| configs.for_path(path).import());
    if let Some(date) = asked.as_of {
        input::date_plans(&mut model, date, io);
    }
    let (network, unresolved) = Network::new(&model);
    let schedule = Schedule::new(&model, &network);
    let comparisons: Option<Vec<Comparison>> = asked
        .compare_stored
        .then(|| model.plan_ids().map(|plan| Comparison::new(&model, &network, &schedule, plan)).collect());
    let today = asked.as_of.unwrap_or(io.today);
    let dcma = asked.dcma.then(|| {
        let configured = crate::Configured::new(&model, &found.sources, &configs);
        rules::assessment::assess(
            &model,
            &network,
            &schedule,
            &configs.catalogue(),
            &configured.plans(),
            today,
        )
    });
    let mut exit = Exit::Clean;
    let mut written = Ok(());
    if common.quiet < 2 && !model.tasks.is_empty() {
        let view = ScheduleView {
            model: &model,
            network: &network,
            schedule: &schedule,
            comparisons: comparisons.as_deref(),
            dcma: dcma.as_deref(),
            all: asked.all,
            quiet: common.quiet > 0,
            width: io.width(),
            color: io.colors(common.color),
            unicode: io.shows_unicode(),
        };
        written = report::schedule(asked.format, &view, io.stdout).and_then(|()| io.stdout.flush());
    }
    let unread = input::say_what_is_wrong(
        &model,
        findings.iter().chain(&unresolved),
        &places,
        "may change the dates",
        common,
        io,
    );
    if unread || !found.unreadable.is_empty() {
        exit = Exit::Failed;
    } else if model.tasks.is_empty() {
        return Err(Error::NothingToSchedule { places });
    }
    let unreadable = found.unreadable.into_iter();
    let unreadable = unreadable.map(|file| Error::Unreadable { name: file.name, reason: file.reason });
    for error in unreadable.chain(configs.errors()) {
        io.explain_failure(&error);
        exit = Exit::Failed;
    }
    Ok(io.finish(written, exit))
}
