//! The arguments of what comes before and around checking: `init`, `schema` and `man`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;

use crate::commands::{Init, Overrides};
use crate::schema::SchemaKind;
use crate::templates;

#[derive(Args, Debug)]
#[command(after_help = "\
Writes plan.toml, planlint.toml, the schemas that editors ask for, and in a git repository the entry for pre-commit. \
What is there already is kept.

Examples:
  planlint init                                    a plan of ten lines to begin with
  planlint init --template windows-upgrade plans/windows
  planlint init --list-templates

Exit codes: 0 done, or there was nothing left to do; 2 something could not be written.")]
pub(super) struct InitArgs {
    /// The folder of the plan; it is made where it does not exist
    #[arg(value_name = "PATH", default_value = ".", hide_default_value = false)]
    path: PathBuf,
    /// Begin with a whole plan for this kind of project
    #[arg(long, value_name = "NAME", value_parser = template_names(), hide_possible_values = true)]
    template: Option<String>,
    /// List the plans to begin with, and write nothing
    #[arg(long, overrides_with = "no_list_templates")]
    list_templates: bool,
    /// Undo --list-templates
    #[arg(long, hide = true, overrides_with = "list_templates")]
    no_list_templates: bool,
    /// Day to take for today, such as 2026-11-02: the plan begins on the Monday after it
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

impl InitArgs {
    pub(super) fn asked(self) -> Init {
        Init {
            path: self.path,
            template: self.template,
            list_templates: self.list_templates,
            as_of: self.as_of,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "\
The schema knows the kinds of work, fields and rules of the packs that the planlint.toml here names; without one, and \
with --isolated, those that are built in. docs/editors.md says how editors use it.

Examples:
  planlint schema > .planlint/plan.schema.json
  planlint schema config > .planlint/config.schema.json
  planlint schema pack --isolated")]
pub(super) struct SchemaArgs {
    /// Of what: plans, planlint.toml, or rule packs
    #[arg(value_name = "KIND", default_value = "plan", value_parser = schema_kinds())]
    pub(super) kind: SchemaKind,
    /// Use this configuration; PLANLINT_CONFIG sets it too
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Use no configuration at all
    #[arg(long, overrides_with = "no_isolated", conflicts_with = "config")]
    isolated: bool,
    /// Undo --isolated
    #[arg(long, hide = true, overrides_with = "isolated")]
    no_isolated: bool,
}

impl SchemaArgs {
    pub(super) fn overrides(&self) -> Overrides {
        Overrides { isolated: self.isolated, config: self.config.clone(), ..Overrides::default() }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  planlint man /usr/local/share/man/man1
  planlint man | man -l -")]
pub(super) struct ManArgs {
    /// Folder for one page a command; none: the page of planlint itself is printed
    #[arg(value_name = "FOLDER")]
    pub(super) folder: Option<PathBuf>,
}

fn template_names() -> PossibleValuesParser {
    PossibleValuesParser::new(templates::ALL.iter().map(|template| template.name))
}

fn schema_kinds() -> impl TypedValueParser<Value = SchemaKind> {
    PossibleValuesParser::new(SchemaKind::ALL.map(|(word, _)| word))
        .map(|word| SchemaKind::parse(&word).unwrap_or_default())
}
