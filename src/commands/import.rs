//! `planlint import`: a plan file out of what Microsoft Project, Primavera or a spreadsheet has exported.

use std::path::{Path, PathBuf};

use super::{Common, Exit, Io, input};
use crate::config::{Configs, Overrides};
use crate::error::Error;
use crate::finding::{EntityKind, Severity};
use crate::model::{Model, PlanId, WorkingTime};
use crate::network::Network;
use crate::read::{Read, read_with, unread};
use crate::report::Native;
use crate::report::text::{counted, wrapped};
use crate::source::{Asked, Format, absolute, discover, shown, write_new};

/// What was asked.
#[derive(Clone, Default, Debug)]
pub struct Import {
    /// The export; `-` is the input stream.
    pub file: PathBuf,
    /// What the input stream is called, which decides its format and configuration.
    pub stdin_filename: Option<PathBuf>,
    /// Where the plan goes; none: to the screen. A folder gets a file for each project.
    pub output: Option<PathBuf>,
    /// Which project of several.
    pub project: Option<String>,
    /// Which configuration to use.
    pub overrides: Overrides,
}

/// Writes plans of another tool in the plan language.
pub fn import(asked: Import, common: &Common, io: &mut Io<'_>) -> Exit {
    run(asked, common, io).unwrap_or_else(|error| {
        io.explain_failure(&error);
        Exit::Failed
    })
}

fn run(mut asked: Import, common: &Common, io: &mut Io<'_>) -> Result<Exit, Error> {
    if asked.overrides.config.is_none() && !asked.overrides.isolated {
        asked.overrides.config = io.variable("PLANLINT_CONFIG").map(PathBuf::from);
    }
    let configs = Configs::new(io.cwd.clone(), asked.overrides)?;
    let is_stream = asked.file.as_os_str() == "-";
    if is_stream && asked.stdin_filename.is_none() {
        return Err(Error::UnnamedExport);
    }
    let named = asked.stdin_filename.as_ref().filter(|_| is_stream).unwrap_or(&asked.file);
    let name = named.display().to_string();
    let mut paths = vec![asked.file];
    if let [path] = &paths[..]
        && absolute(&io.cwd, path).is_dir()
    {
        return Err(Error::NoExport { name, problem: "is a folder" });
    }
    let found = discover(&Asked {
        stdin: input::from_stdin(&mut paths, asked.stdin_filename.as_deref(), io)?,
        paths,
        cwd: io.cwd.clone(),
        force_exclude: false,
        respect_gitignore: true,
        exclude: configs.excluded(),
        globs: &|folder| configs.globs(folder),
    });
    if let Some(file) = found.unreadable.into_iter().next() {
        return Err(Error::Unreadable { name: file.name, reason: file.reason });
    }
    if found.sources.iter().any(|(_, file)| file.format == Format::Toml) {
        return Err(Error::NoExport { name, problem: "is a plan file already" });
    }
    let Read { model, findings, .. } = read_with(&found.sources, &|path| configs.for_path(path).import());
    let (network, unresolved) = Network::new(&model);
    let catalogue = crate::catalogue::Catalogue::embedded();
    for finding in findings.iter().filter(|it| catalogue.severity(it) < Severity::Error) {
        let words = catalogue.words(finding, &model);
        if common.quiet == 0 {
            io.complain(&wrapped(&format!("planlint: {name}: {}", words.message), io.width(), 0, 2));
        }
    }
    let unread_file = input::say_what_is_wrong(
        &model,
        findings.iter().chain(&unresolved),
        &name,
        "may leave something out of the plan",
        common,
        io,
    );
    for error in configs.errors() {
        io.explain_failure(&error);
    }
    if unread_file {
        return Ok(Exit::Failed);
    }
    let plans = chosen(&model, asked.project.as_deref(), &name)?;
    let usual = WorkingTime::default();
    let native = Native::new(&model, &network, &usual);
    let columns = findings.iter().flat_map(|finding| &finding.params).find(|(name, _)| name == "columns");
    let text = |plan: PlanId| {
        let mut lost = unread(model.sources().file(model.plan(plan).file));
        lost.extend(columns.map(|(_, names)| format!("columns that nobody recognizes: {names}")));
        native.text(plan, &lost)
    };
    let Some(output) = asked.output else {
        let [plan] = plans[..] else { return Err(several(&model, &plans, &name, false)) };
        let written = io.stdout.write_all(text(plan).as_bytes());
        return Ok(io.finish(written, Exit::Clean));
    };
    let is_folder = output.as_os_str().to_string_lossy().ends_with(['/', '\\']);
    let target = absolute(&io.cwd, &output);
    let files: Vec<(PlanId, PathBuf)> = match (is_folder || target.is_dir(), &plans[..]) {
        (true, plans) => {
            let file = |plan: &PlanId| target.join(format!("{}.plan.toml", native.plan_name(*plan)));
            plans.iter().map(|plan| (*plan, file(plan))).collect()
        }
        (false, [plan]) => vec![(*plan, target)],
        (false, plans) => return Err(several(&model, plans, &name, true)),
    };
    if let Some((_, path)) = files.iter().find(|(_, path)| path.exists()) {
        return Err(Error::AlreadyThere { name: shown(&io.cwd, path) });
    }
    for (plan, path) in files {
        let text = text(plan);
        write(&path, &text, is_folder, &io.cwd)?;
        if common.quiet == 0 {
            io.complain(&wrapped(&summary(&model, plan, &text, &shown(&io.cwd, &path)), io.width(), 0, 2));
        }
    }
    Ok(Exit::Clean)
}

/// Writes a file that was not there before.
fn write(path: &Path, text: &str, makes_folder: bool, cwd: &Path) -> Result<(), Error> {
    let name = || shown(cwd, path);
    write_new(path, text.as_bytes(), makes_folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Error::AlreadyThere { name: name() },
        _ => Error::Unwritable { name: name(), reason: error.to_string() },
    })
}

/// The plans of the file that have tasks, or the one that was asked for.
fn chosen(model: &Model<'_>, project: Option<&str>, name: &str) -> Result<Vec<PlanId>, Error> {
    let with_tasks = |plan: &PlanId| !model.plan(*plan).range(EntityKind::Task).is_empty();
    let plans: Vec<PlanId> = model.plan_ids().filter(with_tasks).collect();
    if plans.is_empty() {
        return Err(Error::NothingToImport { name: name.to_owned() });
    }
    let Some(project) = project else { return Ok(plans) };
    let is_meant = |plan: &PlanId| {
        let project = project.trim();
        [model.plan_id(*plan), model.plan_name(*plan)]
            .iter()
            .any(|it| it.trim().eq_ignore_ascii_case(project))
    };
    let found: Vec<PlanId> = plans.iter().copied().filter(is_meant).collect();
    match found.is_empty() {
        false => Ok(found),
        true => Err(Error::UnknownProject {
            value: project.to_owned(),
            name: name.to_owned(),
            projects: listed(model, &plans),
        }),
    }
}

fn several(model: &Model<'_>, plans: &[PlanId], name: &str, has_output: bool) -> Error {
    let first = plans.first().map_or("", |plan| model.plan_id(*plan));
    Error::SeveralProjects {
        name: name.to_owned(),
        count: plans.len(),
        projects: listed(model, plans),
        example: format!("planlint import --project \"{first}\" {name}"),
        place: if has_output { "one file" } else { "the screen" },
    }
}

/// `A1 (Airport), B2`, at most twenty.
fn listed(model: &Model<'_>, plans: &[PlanId]) -> String {
    const MOST: usize = 20;
    let name = |plan: &PlanId| match (model.plan_id(*plan), model.plan_name(*plan)) {
        (id, name) if id == name => id.to_owned(),
        (id, name) => format!("{id} ({})", crate::model::shortened(name)),
    };
    let mut names: Vec<String> = plans.iter().take(MOST).map(name).collect();
    if plans.len() > MOST {
        names.push(format!("and {} more", plans.len() - MOST));
    }
    names.join(", ")
}

/// What was written, and how much of it needs a look.
fn summary(model: &Model<'_>, plan: PlanId, text: &str, path: &str) -> String {
    let tasks = counted(model.plan(plan).range(EntityKind::Task).len(), "task and phase");
    let tasks = tasks.replace("task and phases", "tasks and phases").replace("1 task and phase", "1 task");
    let remarks = text.lines().filter(|line| line.starts_with("# not carried over")).count();
    let more = match remarks {
        0 => String::new(),
        _ => format!("; comments say what could not be carried over ({})", counted(remarks, "place")),
    };
    format!("planlint: wrote {path}: {tasks}{more}")
}
