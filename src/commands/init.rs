//! `planlint init [PATH]`: a first plan, a configuration, schemas for editors, and the entry for pre-commit. Asks nothing
//! that it can find out, and never overwrites.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;

use super::{Common, Exit, Io};
use crate::catalogue::Catalogue;
use crate::config::{Configs, Overrides};
use crate::error::Error;
use crate::report::text::{counted, wrapped};
use crate::schema::{SchemaKind, schema};
use crate::source::{Asked, CONFIG_NAME, Format, absolute, discover, names_in, read_text, shown, write_new};
use crate::templates::{self, Filling, Template, monday_after, slug};

/// What was asked.
#[derive(Clone, Default, Debug)]
pub struct Init {
    /// The folder of the plan.
    pub path: PathBuf,
    /// The kind of project to begin with.
    pub template: Option<String>,
    /// Only list the kinds.
    pub list_templates: bool,
    /// The day to take for today.
    pub as_of: Option<Date>,
}

/// Exports that are named one by one.
const MOST_EXPORTS: usize = 5;

const HOOKS: &str = ".pre-commit-config.yaml";

/// Writes what is missing.
pub fn init(asked: &Init, common: &Common, io: &mut Io<'_>) -> Exit {
    if asked.list_templates {
        let widest = templates::ALL.iter().map(|it| it.name.len()).max().unwrap_or(0);
        let lines: String =
            templates::ALL.iter().map(|it| format!("{:widest$}  {}\n", it.name, it.about)).collect();
        let written = io.stdout.write_all(lines.as_bytes());
        return io.finish(written, Exit::Clean);
    }
    let mut log = Vec::new();
    let exit = match start(asked, io, &mut log) {
        Ok(exit) => exit,
        Err(error) => {
            io.explain_failure(&error);
            Exit::Failed
        }
    };
    let text: String = log.concat();
    let written = if common.quiet == 0 { io.stdout.write_all(text.as_bytes()) } else { Ok(()) };
    io.finish(written, exit)
}

/// Where things are, and are to be.
struct Place {
    /// The folder of the plan.
    folder: PathBuf,
    /// The folder of the configuration: that which holds already, else the same.
    home: PathBuf,
    /// The folder of the git repository.
    repository: Option<PathBuf>,
    /// Names of plan files in the folder itself.
    plans_here: Vec<String>,
    /// How many there are below it.
    n_plans_below: usize,
    /// Names of files of other tools.
    exports: Vec<String>,
    catalogue: Arc<Catalogue>,
}

fn look(folder: PathBuf, cwd: &Path) -> Result<Place, Error> {
    let configs = Configs::new(cwd.to_owned(), Overrides::default())?;
    configs.for_folder(&folder);
    let repository = folder.ancestors().find(|it| it.join(".git").exists()).map(Path::to_owned);
    let home = folder.ancestors().find(|it| it.join(CONFIG_NAME).is_file());
    let home = home.unwrap_or(&folder).to_owned();
    let (mut plans_here, mut n_plans_below, mut exports) = (Vec::new(), 0, Vec::new());
    if folder.is_dir() {
        let globs = |folder: &Path| configs.globs(folder);
        let found = discover(&Asked {
            paths: vec![folder.clone()],
            stdin: None,
            cwd: cwd.to_owned(),
            force_exclude: false,
            respect_gitignore: true,
            exclude: configs.excluded(),
            globs: &globs,
        });
        for (_, file) in found.sources.iter() {
            match file.format {
                Format::Toml if file.path.parent() == Some(&*folder) => plans_here.push(file.name.clone()),
                Format::Toml => n_plans_below += 1,
                _ => exports.push(file.name.clone()),
            }
        }
        // A table is a plan only where somebody says so: it is worth a word all the same.
        let tables = names_in(&folder).into_iter().filter(|name| name.to_lowercase().ends_with(".csv"));
        let tables = tables.map(|name| shown(cwd, &folder.join(name)));
        exports.extend(tables.collect::<Vec<_>>());
        exports.dedup();
    }
    Ok(Place { folder, home, repository, plans_here, n_plans_below, exports, catalogue: configs.catalogue() })
}

fn start(asked: &Init, io: &mut Io<'_>, log: &mut Vec<String>) -> Result<Exit, Error> {
    let (cwd, width) = (io.cwd.clone(), io.width());
    let place = look(absolute(&cwd, &asked.path), &cwd)?;
    let today = asked.as_of.unwrap_or(io.today);
    let template = asked.template.as_deref().and_then(Template::find);
    let mut files = Files { cwd: &cwd, log, width };
    let mut exit = Exit::Clean;

    let plan_schema = place.home.join(".planlint/plan.schema.json");
    let config_schema = place.home.join(".planlint/config.schema.json");
    let is_planned = !place.plans_here.is_empty()
        || (template.is_none() && (place.n_plans_below > 0 || !place.exports.is_empty()));
    if is_planned {
        for name in &place.plans_here {
            files.kept(name, "");
        }
        if place.n_plans_below > 0 && place.plans_here.is_empty() {
            files.note(&format!(
                "{} below this folder: no other was written.",
                counted(place.n_plans_below, "plan file")
            ));
        }
        if let Some(template) = template {
            let said = format!(
                "There is a plan here already, so the template {} was not used. Name another folder: planlint init --template {} FOLDER",
                template.name, template.name
            );
            files.note(&said);
            exit = Exit::Failed;
        }
    } else {
        let word =
            place.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (id, name) = (slug(&word), named(&word));
        let schema = relative(&place.folder, &plan_schema);
        let filling = Filling { id: if id.is_empty() { "plan" } else { &id }, name: &name, schema: &schema };
        for (name, text) in templates::plan(template, &filling, today) {
            let what = match template {
                Some(template) if name == "plan.toml" => {
                    format!("a first plan for {}, from the week of {}", template.about, monday_after(today))
                }
                None => format!("a first plan, from {}", monday_after(today)),
                Some(_) => "a part of it".to_owned(),
            };
            files.write(&place.folder.join(name), &text, &what)?;
        }
    }
    files.exports(&place.exports);

    let config = configuration(&relative(&place.home, &config_schema));
    files.write(&place.home.join(CONFIG_NAME), &config, "how plans are checked here")?;
    let refreshed = |kind: &str, path: &Path| {
        format!("`planlint schema {kind} > {}` brings it up to date", shown(&cwd, path))
    };
    for (kind, word, path) in
        [(SchemaKind::Plan, "plan", &plan_schema), (SchemaKind::Config, "config", &config_schema)]
    {
        let text = schema(kind, &place.catalogue);
        files.write_or(path, &text, "completion and help in editors", &refreshed(word, path))?;
    }
    if let Some(repository) = &place.repository {
        let path = repository.join(HOOKS);
        match read_text(&path) {
            Err(None) => files.write(&path, &hooks(), "`pre-commit install` switches it on")?,
            Ok((text, _)) if text.contains("planlint") => {
                files.kept(&shown(&cwd, &path), "it names planlint")
            }
            _ => {
                files.kept(&shown(&cwd, &path), "add these lines below `repos:`");
                files.log.push(format!("\n{}\n", hook()));
            }
        }
    }
    let check = match asked.path.to_string_lossy() {
        path if path == "." => "planlint check".to_owned(),
        path => format!("planlint check {path}"),
    };
    files.note(&format!("Next: {check}"));
    Ok(exit)
}

/// Writes files and says so.
struct Files<'a> {
    cwd: &'a Path,
    log: &'a mut Vec<String>,
    width: usize,
}

impl Files<'_> {
    fn write(&mut self, path: &Path, text: &str, what: &str) -> Result<(), Error> {
        self.write_or(path, text, what, "")
    }

    /// Writes a file that is not there; of one that is, says `kept`.
    fn write_or(&mut self, path: &Path, text: &str, what: &str, kept: &str) -> Result<(), Error> {
        let name = shown(self.cwd, path);
        match write_new(path, text.as_bytes(), true) {
            Ok(()) => self.line(&format!("written {name}"), what),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.kept(&name, kept),
            Err(error) => return Err(Error::Unwritable { name, reason: error.to_string() }),
        }
        Ok(())
    }

    fn kept(&mut self, name: &str, why: &str) {
        self.line(&format!("kept    {name}"), why);
    }

    fn line(&mut self, begin: &str, rest: &str) {
        let text = if rest.is_empty() { begin.to_owned() } else { format!("{begin}: {rest}") };
        self.log.push(format!("{}\n", wrapped(&text, self.width, 0, 2)));
    }

    fn note(&mut self, text: &str) {
        self.log.push(format!("{}\n", wrapped(text, self.width, 0, 2)));
    }

    /// What can be done with files of other tools.
    fn exports(&mut self, names: &[String]) {
        for name in names.iter().take(MOST_EXPORTS) {
            self.note(&format!(
                "found {name}: `planlint check {name}` checks it as it is, `planlint import {name}` makes a plan file of it"
            ));
        }
        if let Some(more) = names.len().checked_sub(MOST_EXPORTS).filter(|more| *more > 0) {
            self.note(&format!("found {} more of other tools", counted(more, "file")));
        }
    }
}

/// A name for people out of that of a folder: `lisbon-laptops` is "Lisbon laptops".
fn named(word: &str) -> String {
    let words = word.split(['-', '_', ' ']).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "A first plan".to_owned(),
    }
}

/// A file as seen from a folder, in the way that `#:schema` wants it.
fn relative(folder: &Path, file: &Path) -> String {
    let path = shown(folder, file);
    if path.starts_with("../") { path } else { format!("./{path}") }
}

/// A configuration in which everything may be left as it is.
fn configuration(schema: &str) -> String {
    format!(
        r#"#:schema {schema}
# How planlint checks the plans in this folder and below. All of it may be left out.
# Every rule with its options: `planlint explain CODE`. What runs here: `planlint rules`.

# select = ["PLN", "DEP", "OWN"]         # begin with some families of rules
# ignore = ["long-lag"]                  # leave out rules, by code or name
# severity = {{ CMP013 = "warning" }}      # error, warning or advice
# fail-on = "error"                      # what makes the exit code 1
# exclude = ["archive/"]                 # what is not read
# include = ["plans/*.csv"]              # what is a plan although its name does not say so
# packs = ["rules/our-own.toml"]         # rules of your own

# [rule.DEP015]
# days = 15                              # an option of a rule
"#
    )
}

/// The hook that runs the planlint which is installed: it needs no network, and no public address of the repository.
fn hook() -> String {
    r"  - repo: local
    hooks:
      - id: planlint-system
        name: planlint
        entry: planlint check --force-exclude
        language: system
        files: (^|/)(plan|[^/]+\.plan)\.toml$
        require_serial: true
"
    .to_owned()
}

/// A whole configuration of pre-commit.
fn hooks() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let named = match env!("CARGO_PKG_REPOSITORY") {
        "" => "the address of planlint's repository".to_owned(),
        address => address.to_owned(),
    };
    format!(
        "\
# Checks the plans that are about to be committed: https://pre-commit.com
repos:
{}
# This runs the planlint that is installed. To let pre-commit build it instead, for everybody the same release:
#  - repo: {named}
#    rev: v{version}
#    hooks:
#      - id: planlint
",
        hook()
    )
}
