//! What can be typed: the types that clap reads a command line into, and what each of them asks for.

mod start;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use jiff::civil::Date;

use crate::commands::{
    self, Check, ColorChoice, Common, Exit, FixAsked, Form, Import, Io, Output, Overrides, Rules,
    ScheduleAsked, TestRules,
};
use crate::config::Audience;
use crate::error::Error;
use crate::finding::Severity;
use crate::report::{OutputFormat, ScheduleFormat};
use crate::source::{absolute, read_text};

/// Finds what is wrong in IT project plans: where it is written, what to do, and what to ask.
#[derive(Parser, Debug)]
#[command(name = "planlint", version, subcommand_required = true, disable_help_subcommand = true)]
#[command(override_usage = "planlint [PATHS]...\n       planlint <COMMAND> [OPTIONS]")]
#[command(after_help = "\
Examples:
  planlint                        check all plans in this folder and below
  planlint plans/ laptops.plan.toml
  planlint explain DEP001         what a finding means, and why it matters
  planlint check --help           all that can be set

Exit codes: 0 nothing to fix, 1 findings, 2 planlint could not do its work.")]
pub struct Cli {
    #[command(flatten)]
    common: CommonArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Debug)]
struct CommonArgs {
    /// When to use colors; NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = colors())]
    color: ColorChoice,
    /// When to make codes links to the pages of their rules, which `docs-url` in planlint.toml names
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = colors())]
    hyperlinks: ColorChoice,
    /// Show findings only; twice: show nothing, only set the exit code
    #[arg(short, long, global = true, action = ArgAction::Count, overrides_with = "no_quiet")]
    quiet: u8,
    /// Undo --quiet
    #[arg(long, global = true, hide = true, overrides_with = "quiet")]
    no_quiet: bool,
    /// Say which files are read
    #[arg(short, long, global = true, action = ArgAction::Count, overrides_with = "no_verbose")]
    verbose: u8,
    /// Undo --verbose
    #[arg(long, global = true, hide = true, overrides_with = "verbose")]
    no_verbose: bool,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Check plans. This is what happens when only files and folders are given
    Check(Box<CheckArgs>),
    /// Explain a rule, a kind of work or a word: what it means, why it matters, what to ask, with an example
    Explain(ExplainArgs),
    /// List all rules, and whether they are on here
    Rules(RulesArgs),
    /// Run the examples in rule packs, and say what failed and why
    TestRules(TestRulesArgs),
    /// Compute when everything happens, what sets the finish, and how much float there is
    Schedule(Box<ScheduleArgs>),
    /// Turn an export of Microsoft Project, Primavera or a spreadsheet into a plan file
    Import(Box<ImportArgs>),
    /// Begin: write a first plan, a configuration, and what editors and pre-commit need
    Init(start::InitArgs),
    /// Print the JSON Schema of plans, planlint.toml or rule packs, for editors
    Schema(start::SchemaArgs),
    /// Print what makes a shell complete planlint's commands and options
    Completions(CompletionsArgs),
    /// Write the manual pages
    #[command(hide = true)]
    Man(start::ManArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  planlint check plans/
  planlint check --select DEP,owner-missing      only dependencies and this rule
  planlint check --output-format sarif=planlint.sarif --output-format full
  planlint check --write-baseline known.toml     from now on only new findings
  planlint check --diff                          what --fix would change; --fix changes it
  planlint check --as-of 2026-11-02              as if it were that day
  planlint check - --stdin-filename plan.toml < plan.toml")]
struct CheckArgs {
    /// Files and folders to check; `-` reads a plan from the input stream, `@FILE` more arguments, one a line
    #[arg(value_name = "PATHS", default_value = ".", hide_default_value = false)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Form of the report, with `=FILE` into that file; may be repeated. PLANLINT_OUTPUT_FORMAT sets it too
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = Formats, help_heading = "Report")]
    output_format: Vec<Output>,
    /// Write the report to this file instead of the screen; PLANLINT_OUTPUT_FILE sets it too
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    output_file: Option<PathBuf>,
    /// Show only findings that are at least so bad
    #[arg(long, value_name = "LEVEL", value_parser = severities(), help_heading = "Report")]
    min_severity: Option<Severity>,
    /// Show what comments, waivers and the baseline hide, and say so
    #[arg(long, overrides_with = "ignores", help_heading = "Report")]
    no_ignores: bool,
    /// Undo --no-ignores
    #[arg(long, hide = true, overrides_with = "no_ignores")]
    ignores: bool,
    #[command(flatten)]
    fixing: FixArgs,
    /// Show only findings that are not in this list of known ones
    #[arg(long, value_name = "FILE", help_heading = "Known findings")]
    baseline: Option<PathBuf>,
    /// Write a list of all findings to this file: from now on they are known
    #[arg(long, value_name = "FILE", conflicts_with = "baseline", help_heading = "Known findings")]
    write_baseline: Option<PathBuf>,
    /// Write a comment with this reason at everything that is found, which hides it from now on
    #[arg(long, value_name = "REASON", require_equals = true, value_parser = reason, help_heading = "Known findings")]
    #[arg(conflicts_with_all = ["write_baseline", "no_ignores"])]
    add_ignore: Option<String>,
    /// Who sees to it that the list gets shorter
    #[arg(long, value_name = "NAME", requires = "write_baseline", help_heading = "Known findings")]
    baseline_owner: Option<String>,
    /// Count the findings of each rule instead of showing them
    #[arg(long, overrides_with = "no_statistics", help_heading = "Report")]
    statistics: bool,
    /// Undo --statistics
    #[arg(long, hide = true, overrides_with = "statistics")]
    no_statistics: bool,
    /// Least severity that makes the exit code 1 [default: warning, so that advice alone does not]
    #[arg(long, value_name = "LEVEL", value_parser = severities(), help_heading = "Report")]
    fail_on: Option<Severity>,
    /// Exit with 0 even if there are findings
    #[arg(long, overrides_with = "no_exit_zero", help_heading = "Report")]
    exit_zero: bool,
    /// Undo --exit-zero
    #[arg(long, hide = true, overrides_with = "exit_zero")]
    no_exit_zero: bool,
    /// Day to take for today, such as 2026-11-02
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Threads to use [default: as many as the machine has]
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    threads: Option<u16>,
    /// Leave out files that match, such as `archive/**`; may be repeated
    #[arg(long, value_name = "GLOB", value_delimiter = ',', help_heading = "Files")]
    exclude: Vec<String>,
    /// Leave out excluded files even if they are named on the command line
    #[arg(long, overrides_with = "no_force_exclude", help_heading = "Files")]
    force_exclude: bool,
    /// Undo --force-exclude
    #[arg(long, hide = true, overrides_with = "force_exclude")]
    no_force_exclude: bool,
    /// Check files that .gitignore leaves out, too
    #[arg(long, overrides_with = "respect_gitignore", help_heading = "Files")]
    no_respect_gitignore: bool,
    /// Undo --no-respect-gitignore
    #[arg(long, hide = true, overrides_with = "no_respect_gitignore")]
    respect_gitignore: bool,
    /// List the plans that would be read, and check nothing
    #[arg(long, overrides_with = "no_show_files", help_heading = "Files")]
    show_files: bool,
    /// Undo --show-files
    #[arg(long, hide = true, overrides_with = "show_files")]
    no_show_files: bool,
    /// Name of the plan that comes from the input stream: decides its format and configuration
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    more: MoreArgs,
}

/// For whom, how often, and what holds.
#[derive(Args, Debug)]
struct MoreArgs {
    /// Who reads it: `team` all that the usual rules find, `review` no advice and no guesses, `audit` all rules, and
    /// what is hidden
    #[arg(long, value_name = "WHO", value_parser = audiences(), help_heading = "Report")]
    audience: Option<Audience>,
    /// Show what is set here and where, and check nothing
    #[arg(long, overrides_with = "no_show_settings", help_heading = "Rules")]
    show_settings: bool,
    /// Undo --show-settings
    #[arg(long, hide = true, overrides_with = "show_settings")]
    no_show_settings: bool,
    /// Check again after every change, until Ctrl-C
    #[arg(short, long, overrides_with = "no_watch")]
    #[arg(conflicts_with_all = ["write_baseline", "add_ignore", "show_files", "show_settings"])]
    watch: bool,
    /// Undo --watch
    #[arg(long, hide = true, overrides_with = "watch")]
    no_watch: bool,
}

#[derive(Args, Debug)]
struct FixArgs {
    /// Mend what leaves no doubt, in the files; of a plan from the input stream the mended text is printed
    #[arg(long, overrides_with = "no_fix", conflicts_with_all = ["add_ignore", "show_files"], help_heading = "Fixes")]
    fix: bool,
    /// Undo --fix
    #[arg(long, hide = true, overrides_with = "fix")]
    no_fix: bool,
    /// Take fixes too that somebody should look at
    #[arg(long, overrides_with = "no_unsafe_fixes", help_heading = "Fixes")]
    unsafe_fixes: bool,
    /// Undo --unsafe-fixes
    #[arg(long, hide = true, overrides_with = "unsafe_fixes")]
    no_unsafe_fixes: bool,
    /// Show what --fix would change, and change nothing; the exit code is 1 where it would
    #[arg(long, overrides_with = "no_diff", conflicts_with_all = ["add_ignore", "show_files"], help_heading = "Fixes")]
    diff: bool,
    /// Undo --diff
    #[arg(long, hide = true, overrides_with = "diff")]
    no_diff: bool,
    /// Mend as --fix does, and report nothing of what is left
    #[arg(long, overrides_with = "no_fix_only", conflicts_with_all = ["add_ignore", "show_files"], help_heading = "Fixes")]
    fix_only: bool,
    /// Undo --fix-only
    #[arg(long, hide = true, overrides_with = "fix_only")]
    no_fix_only: bool,
    /// List what was mended, file by file
    #[arg(long, overrides_with = "no_show_fixes", help_heading = "Fixes")]
    show_fixes: bool,
    /// Undo --show-fixes
    #[arg(long, hide = true, overrides_with = "show_fixes")]
    no_show_fixes: bool,
    /// Exit with 1 where something was mended, even if nothing is left
    #[arg(long, overrides_with = "no_exit_non_zero_on_fix", help_heading = "Fixes")]
    exit_non_zero_on_fix: bool,
    /// Undo --exit-non-zero-on-fix
    #[arg(long, hide = true, overrides_with = "exit_non_zero_on_fix")]
    no_exit_non_zero_on_fix: bool,
}

impl FixArgs {
    fn asked(&self) -> FixAsked {
        FixAsked {
            fix: self.fix || self.fix_only,
            not_safe_too: self.unsafe_fixes,
            diff: self.diff,
            only: self.fix_only,
            show: self.show_fixes,
            fails_when_fixed: self.exit_non_zero_on_fix,
        }
    }
}

#[derive(Args, Debug)]
struct SelectionArgs {
    /// Run only these rules: codes (DEP001), beginnings of codes (DEP) or names; separated by commas
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    select: Vec<String>,
    /// Run these rules as well
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    extend_select: Vec<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    ignore: Vec<String>,
    /// Do not take tasks for a kind of work because of their titles
    #[arg(long, overrides_with = "guess", help_heading = "Rules")]
    no_guess: bool,
    /// Undo --no-guess
    #[arg(long, hide = true, overrides_with = "no_guess")]
    guess: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Args, Debug)]
struct ConfigArgs {
    /// Run rules that are still being tried out
    #[arg(long, overrides_with = "no_preview", help_heading = "Rules")]
    preview: bool,
    /// Undo --preview
    #[arg(long, hide = true, overrides_with = "preview")]
    no_preview: bool,
    #[command(flatten)]
    files: ConfigFileArgs,
}

#[derive(Args, Debug)]
struct ConfigFileArgs {
    /// Use this configuration, or add this setting to every configuration; settings may be repeated. PLANLINT_CONFIG
    /// names a file too
    #[arg(long, value_name = "FILE|KEY=VALUE", help_heading = "Rules")]
    config: Vec<String>,
    /// Use no configuration at all
    #[arg(long, overrides_with = "no_isolated", help_heading = "Rules")]
    isolated: bool,
    /// Undo --isolated
    #[arg(long, hide = true, overrides_with = "isolated")]
    no_isolated: bool,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  planlint explain DEP001
  planlint explain dependency-cycle OWN001
  planlint explain rollout        a kind of work, and the rules that look at it
  planlint explain autopilot      a word of the glossary, or of the plans in this folder")]
struct ExplainArgs {
    /// Codes or names of rules, kinds of work or of assets, words of the glossary
    #[arg(required = true, value_name = "CODE|NAME|KIND|WORD")]
    words: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  planlint test-rules rules/acme.toml
  planlint test-rules                  the packs that planlint.toml names
  planlint test-rules end-user-computing

Exit codes: 0 all examples hold, 1 some do not or a pack has mistakes, 2 planlint could not do its work.")]
struct TestRulesArgs {
    /// Files of rule packs, or names of packs that are built in; none: the packs that planlint.toml names
    #[arg(value_name = "PACK")]
    packs: Vec<String>,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  planlint rules
  planlint rules --select GAT
  planlint rules --pack end-user-computing
  planlint rules --output-format json
  planlint rules --pack gate --output-format markdown > gate.md")]
struct RulesArgs {
    /// List only these rules: codes, beginnings of codes or names; separated by commas
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    select: Vec<String>,
    /// List only the rules of these packs, such as end-user-computing; separated by commas
    #[arg(long, value_name = "PACKS", value_delimiter = ',')]
    pack: Vec<String>,
    /// Form of the list; markdown: all that is known of each rule, a page for each family
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "markdown"])]
    output_format: String,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
A plan of up to 30 tasks is shown whole. Of a longer one you see what counts in a review: when it ends and what was \
promised, the critical path, what is as tight, the phases, and how much there is besides. `--all` lists every task.

Examples:
  planlint schedule plans/laptops
  planlint schedule --all rollout.xer | less
  planlint schedule --compare-stored rollout.xml   against Microsoft Project
  planlint schedule --dcma rollout.xer             the DCMA 14 points, each with its base
  planlint schedule --output-format csv rollout.xer > rollout.csv

Exit codes: 0 it could be computed, whatever the dates are; 2 it could not.")]
struct ScheduleArgs {
    /// Files and folders with plans; `-` reads a plan from the input stream
    #[arg(value_name = "PLAN", default_value = ".", hide_default_value = false)]
    paths: Vec<PathBuf>,
    /// Form: a table with bars, or one of two for programs
    #[arg(long, value_name = "FORMAT", default_value = "table", value_parser = schedule_formats())]
    output_format: ScheduleFormat,
    /// Show every task of a long plan, and every difference
    #[arg(long, overrides_with = "no_all")]
    all: bool,
    /// Undo --all
    #[arg(long, hide = true, overrides_with = "all")]
    no_all: bool,
    /// Say for how many tasks the dates and floats are those that Microsoft Project or Primavera stored in the file,
    /// and list the others
    #[arg(long, overrides_with = "no_compare_stored")]
    compare_stored: bool,
    /// Undo --compare-stored
    #[arg(long, hide = true, overrides_with = "compare_stored")]
    no_compare_stored: bool,
    /// Assess the plan by the DCMA 14 points instead: each figure with its limit, what it is made of, and the verdict
    #[arg(long, overrides_with = "no_dcma", conflicts_with = "compare_stored")]
    dcma: bool,
    /// Undo --dcma
    #[arg(long, hide = true, overrides_with = "dcma")]
    no_dcma: bool,
    /// Status date of plans that state none, such as 2026-11-02: what is left to do begins no earlier
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
    /// Name of the plan that comes from the input stream: decides its format and configuration
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFileArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
The plan is one that you can go on with: it is read and checked like the export, and its dates are computed like those \
of the export. What a plan file cannot say is a comment, at the task and counted at the top.

Examples:
  planlint import rollout.xml                    look at it first
  planlint import rollout.xml -o rollout.plan.toml
  planlint import --project TERM2 airport.xer -o terminal.plan.toml
  planlint import airport.xer -o plans/          a file for each project
  planlint import - --stdin-filename tasks.csv < tasks.csv

Exit codes: 0 a plan was written, 2 none could be.")]
struct ImportArgs {
    /// The export: XML of Microsoft Project, XER of Primavera P6, or CSV; `-` reads it from the input stream
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the plan to this file, or a file for each project into this folder (`plans/`), instead of the screen;
    /// nothing is ever written over
    #[arg(short, long, value_name = "FILE|FOLDER/")]
    output_file: Option<PathBuf>,
    /// Take only this project of an export with several: its id or its name
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Name of the export that comes from the input stream: decides its format and configuration
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigFileArgs,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  planlint completions bash > ~/.local/share/bash-completion/completions/planlint
  planlint completions fish > ~/.config/fish/completions/planlint.fish")]
struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

fn colors() -> impl clap::builder::TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(["auto", "always", "never"]).map(|word| match word.as_str() {
        "always" => ColorChoice::Always,
        "never" => ColorChoice::Never,
        _ => ColorChoice::Auto,
    })
}

fn audiences() -> impl clap::builder::TypedValueParser<Value = Audience> {
    PossibleValuesParser::new(Audience::WORDS).map(|word| Audience::parse(&word).unwrap_or_default())
}

fn schedule_formats() -> impl clap::builder::TypedValueParser<Value = ScheduleFormat> {
    PossibleValuesParser::new(ScheduleFormat::ALL.map(|(word, _)| word))
        .map(|word| ScheduleFormat::parse(&word).unwrap_or_default())
}

/// Reads `sarif` and `sarif=planlint.sarif`; help and completions show the words.
#[derive(Clone)]
struct Formats;

impl TypedValueParser for Formats {
    type Value = Output;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Output, clap::Error> {
        let word = value.to_str().unwrap_or("");
        if let Some(output) = Output::parse(word) {
            return Ok(output);
        }
        let (format, _) = word.split_once('=').unwrap_or((word, ""));
        if OutputFormat::parse(format).is_some() {
            let text = format!("no file is named after `{format}=`\n");
            return Err(clap::Error::raw(clap::error::ErrorKind::ValueValidation, text).with_cmd(command));
        }
        let words = PossibleValuesParser::new(OutputFormat::ALL.map(|(word, _)| word));
        words.parse_ref(command, arg, OsStr::new(format)).map(|_| Output::default())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(OutputFormat::ALL.iter().map(|(word, _)| PossibleValue::new(*word))))
    }
}

/// A reason that somebody can read: some words on one line.
fn reason(text: &str) -> Result<String, String> {
    if !text.chars().any(char::is_alphanumeric) {
        return Err("write a few words that say why".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Err("write the reason on one line".to_owned());
    }
    Ok(text.trim().to_owned())
}

fn severities() -> impl clap::builder::TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.map(Severity::as_str))
        .map(|word| Severity::parse(&word).unwrap_or(Severity::Warning))
}

impl CheckArgs {
    fn asked(self) -> Result<Check, Error> {
        let mut overrides = self.selection.config.overrides()?;
        overrides.select = self.selection.select;
        overrides.extend_select = self.selection.extend_select;
        overrides.ignore = self.selection.ignore;
        overrides.no_guess = self.selection.no_guess;
        overrides.exclude = self.exclude;
        overrides.baseline = self.baseline;
        overrides.no_ignores = self.no_ignores;
        overrides.audience = self.more.audience;
        Ok(Check {
            paths: self.paths,
            stdin_filename: self.stdin_filename,
            overrides,
            outputs: self.output_format,
            output_file: self.output_file,
            min_severity: self.min_severity,
            write_baseline: self.write_baseline,
            baseline_owner: self.baseline_owner,
            show_files: self.show_files,
            show_settings: self.more.show_settings,
            watch: self.more.watch,
            add_ignore: self.add_ignore,
            fail_on: self.fail_on,
            exit_zero: self.exit_zero,
            statistics: self.statistics,
            as_of: self.as_of,
            threads: self.threads.map(usize::from),
            respect_gitignore: !self.no_respect_gitignore,
            force_exclude: self.force_exclude,
            fixes: self.fixing.asked(),
        })
    }
}

impl ScheduleArgs {
    fn asked(self) -> Result<ScheduleAsked, Error> {
        Ok(ScheduleAsked {
            paths: self.paths,
            stdin_filename: self.stdin_filename,
            overrides: self.config.overrides()?,
            format: self.output_format,
            all: self.all,
            compare_stored: self.compare_stored,
            dcma: self.dcma,
            as_of: self.as_of,
        })
    }
}

impl ImportArgs {
    fn asked(self) -> Result<Import, Error> {
        Ok(Import {
            overrides: self.config.overrides()?,
            file: self.file,
            stdin_filename: self.stdin_filename,
            output: self.output_file,
            project: self.project,
        })
    }
}

impl ConfigArgs {
    fn overrides(&self) -> Result<Overrides, Error> {
        Ok(Overrides { preview: self.preview, ..self.files.overrides()? })
    }
}

impl ConfigFileArgs {
    /// A word with an equals sign is a setting, any other a file.
    fn overrides(&self) -> Result<Overrides, Error> {
        let (inline, files): (Vec<String>, Vec<String>) =
            self.config.iter().cloned().partition(|word| word.contains('='));
        if files.len() > 1 {
            return Err(Error::SeveralConfigs { names: files.join(", ") });
        }
        if self.isolated && !files.is_empty() {
            return Err(Error::IsolatedConfig { name: files.join(", ") });
        }
        let config = files.first().map(PathBuf::from);
        Ok(Overrides { isolated: self.isolated, config, inline, ..Overrides::default() })
    }
}

/// Runs what was typed; the first of `words` is the name of the program.
pub fn run(words: Vec<OsString>, io: &mut Io<'_>) -> Exit {
    let words = match with_files(words, &io.cwd) {
        Ok(words) => words,
        Err(error) => {
            io.explain_failure(&error);
            return Exit::Failed;
        }
    };
    let typed = Cli::command().term_width(io.width()).try_get_matches_from(with_command(words));
    let cli = match typed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            io.complain(&error.render().to_string());
            return Exit::Failed;
        }
        Err(help) => {
            let written = write!(io.stdout, "{}", help.render());
            return io.finish(written, Exit::Clean);
        }
    };
    let CommonArgs { color, hyperlinks, quiet, verbose, .. } = cli.common;
    let common = Common { color, hyperlinks, quiet, verbose };
    run_command(cli.command, &common, io).unwrap_or_else(|error| {
        io.explain_failure(&error);
        Exit::Failed
    })
}

fn run_command(command: Command, common: &Common, io: &mut Io<'_>) -> Result<Exit, Error> {
    Ok(match command {
        Command::Check(check) => commands::check(check.asked()?, common, io),
        Command::Schedule(asked) => commands::schedule(asked.asked()?, common, io),
        Command::Import(asked) => commands::import(asked.asked()?, common, io),
        Command::Explain(asked) => commands::explain(&asked.words, common, io),
        Command::TestRules(asked) => {
            let overrides = asked.config.overrides()?;
            commands::test_rules(&TestRules { packs: asked.packs, overrides }, common, io)
        }
        Command::Init(asked) => commands::init(&asked.asked(), common, io),
        Command::Schema(asked) => commands::schema(asked.kind, asked.overrides(), io),
        Command::Man(asked) => commands::man(Cli::command(), asked.folder.as_deref(), io),
        Command::Completions(asked) => {
            let mut script = Vec::new();
            clap_complete::generate(asked.shell, &mut Cli::command(), "planlint", &mut script);
            let written = io.stdout.write_all(&script);
            io.finish(written, Exit::Clean)
        }
        Command::Rules(asked) => {
            let overrides = asked.config.overrides()?;
            let form = match asked.output_format.as_str() {
                "json" => Form::Json,
                "markdown" => Form::Markdown,
                _ => Form::Text,
            };
            commands::rules(Rules { select: asked.select, packs: asked.pack, form, overrides }, common, io)
        }
    })
}

/// What was typed, with the lines of the file in place of each `@file`: a command line has an end, and a list of ten
/// thousand plans is longer. What follows `--` is taken as it is.
fn with_files(words: Vec<OsString>, cwd: &Path) -> Result<Vec<OsString>, Error> {
    let mut out = Vec::with_capacity(words.len());
    let mut is_plain = false;
    for word in words {
        is_plain |= word == "--";
        let Some(name) = word.to_str().and_then(|word| word.strip_prefix('@')).filter(|_| !is_plain) else {
            out.push(word);
            continue;
        };
        let (text, _) = read_text(&absolute(cwd, Path::new(name))).map_err(|reason| Error::Unreadable {
            name: format!("the list of arguments {name}"),
            reason: reason.unwrap_or_else(|| "there is no such file".to_owned()),
        })?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
        out.extend(text.lines().filter(|line| !line.trim().is_empty()).map(OsString::from));
    }
    Ok(out)
}

/// What was typed, with `check` put in where no command stands: after the flags that every command has.
fn with_command(mut words: Vec<OsString>) -> Vec<OsString> {
    let mut at = 1;
    let mut is_value = false;
    for word in words.iter().skip(1) {
        let word = word.to_str().unwrap_or("");
        let is_count = word
            .strip_prefix('-')
            .is_some_and(|flags| !flags.is_empty() && flags.chars().all(|flag| flag == 'q' || flag == 'v'));
        let is_common = is_count
            || word.starts_with("--color=")
            || word.starts_with("--hyperlinks=")
            || matches!(
                word,
                "--color" | "--hyperlinks" | "--quiet" | "--verbose" | "--no-quiet" | "--no-verbose"
            );
        if !is_common && !is_value {
            break;
        }
        is_value = matches!(word, "--color" | "--hyperlinks") && !is_value;
        at += 1;
    }
    let next = words.get(at).and_then(|word| word.to_str()).unwrap_or("");
    let is_answered = matches!(next, "-h" | "--help" | "-V" | "--version");
    let is_command = Cli::command().get_subcommands().any(|command| command.get_name() == next);
    if !is_command && !is_answered {
        words.insert(at.min(words.len()), OsString::from("check"));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(words: &str) -> String {
        let words = std::iter::once("planlint").chain(words.split_whitespace()).map(OsString::from).collect();
        let words: Vec<String> =
            with_command(words).into_iter().skip(1).filter_map(|word| word.into_string().ok()).collect();
        words.join(" ")
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn check_is_meant_where_no_command_is_named() {
        assert_eq!(typed(""), "check");
        assert_eq!(typed("plans"), "check plans");
        assert_eq!(typed("--output-format json plans"), "check --output-format json plans");
        assert_eq!(typed("-qv --color never rules"), "-qv --color never rules");
        assert_eq!(typed("-q plans"), "-q check plans");
        assert_eq!(typed("--hyperlinks always plans"), "--hyperlinks always check plans");
        assert_eq!(typed("-w plans"), "check -w plans");
        assert_eq!(typed("check rules"), "check rules");
        assert_eq!(typed("--help"), "--help");
        assert_eq!(typed("-"), "check -");
    }

    #[test]
    fn every_flag_has_a_twin() {
        let command = Cli::command();
        for command in std::iter::once(&command).chain(command.get_subcommands()) {
            let is_flag = |it: &&clap::Arg| matches!(it.get_action(), ArgAction::SetTrue | ArgAction::Count);
            let flags = command.get_arguments().filter(is_flag);
            let names: Vec<&str> = flags.filter_map(clap::Arg::get_long).collect();
            for name in &names {
                let twin = name.strip_prefix("no-").map_or_else(|| format!("no-{name}"), str::to_owned);
                assert!(names.contains(&twin.as_str()), "{}: --{name} has no --{twin}", command.get_name());
            }
        }
    }

    #[test]
    fn a_flag_is_undone_by_its_twin() {
        let parsed = |words: &str| {
            let cli = Cli::try_parse_from(words.split_whitespace()).unwrap();
            let Command::Check(check) = cli.command else { panic!("another command") };
            check.asked().unwrap()
        };
        assert!(parsed("planlint check --exit-zero").exit_zero);
        assert!(!parsed("planlint check --exit-zero --no-exit-zero").exit_zero);
        assert!(parsed("planlint check -w").watch && !parsed("planlint check -w --no-watch").watch);
        assert!(
            !parsed("planlint check --show-settings --no-show-settings --no-watch --watch").show_settings
        );
        assert!(parsed("planlint check --no-respect-gitignore --respect-gitignore").respect_gitignore);
        assert_eq!(parsed("planlint check --select DEP,OWN001 --select GAT").overrides.select.len(), 3);
    }
}
