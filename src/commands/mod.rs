//! What a user can ask for: one file a command. Each resolves what was asked, calls the library, and chooses the writer.
//! Streams, environment, folder and date come in from outside, so that a command can be run without a process.

mod add_ignore;
mod baseline;
mod check;
mod explain;
mod fix;
mod import;
mod init;
mod input;
mod man;
mod outputs;
mod pages;
mod progress;
mod rules;
mod schedule;
mod schema;
mod show_settings;
mod test_rules;
mod watch;

use std::io::{self, Read, Write};
use std::path::PathBuf;

use jiff::civil::{Date, Time};

pub use crate::config::Overrides;
pub use check::{Check, check};
pub use explain::explain;
pub use fix::FixAsked;
pub use import::{Import, import};
pub use init::{Init, init};
pub use man::man;
pub use outputs::Output;
pub use pages::pages;
pub use progress::Terminal;
pub use rules::{Form, Rules, rules};
pub use schedule::{ScheduleAsked, schedule};
pub use schema::schema;
pub use test_rules::{TestRules, test_rules};

use crate::config::Configs;
use crate::error::Error;
use crate::report::picture;
use crate::report::text::wrapped;
use crate::source::{Decoding, FileId, Format, SourceFile, Sources, Span};

/// The world outside of a command.
pub struct Io<'a> {
    /// Where `-` reads a plan from.
    pub stdin: &'a mut dyn Read,
    /// Where findings go, and whatever else was asked for.
    pub stdout: &'a mut dyn Write,
    /// Where everything else goes.
    pub stderr: &'a mut dyn Write,
    /// Whether a person reads what goes to `stdout`.
    pub stdout_is_terminal: bool,
    /// Columns of the terminal, where there is one.
    pub terminal_width: Option<usize>,
    /// Whether the terminal behind `stdout` is one that can open addresses.
    pub terminal_has_links: bool,
    /// The terminal behind `stderr`, where there is one: for what passes.
    pub terminal: Option<&'a Terminal<'a>>,
    /// The variables of the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// The folder that relative paths start from.
    pub cwd: PathBuf,
    /// The date of today.
    pub today: Date,
    /// The time of day, and the date again: a watch goes on past midnight.
    pub now: &'a dyn Fn() -> (Date, Time),
}

/// How a command ended: the exit code of the process.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// Nothing at or above the failing level.
    Clean = 0,
    /// Findings.
    Findings = 1,
    /// It could not run, or not as a whole.
    Failed = 2,
}

/// When to color, and when to make codes links.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum ColorChoice {
    /// At a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What every command is told.
#[derive(Clone, Copy, Default, Debug)]
pub struct Common {
    /// When to color.
    pub color: ColorChoice,
    /// When to make codes links to the pages of their rules.
    pub hyperlinks: ColorChoice,
    /// How much to leave unsaid: 1 all but findings, 2 everything.
    pub quiet: u8,
    /// How much more to say, on the error stream.
    pub verbose: u8,
}

/// Narrowest and widest page that text is set for; wider lines are hard to read.
const WIDTHS: (usize, usize) = (40, 120);

impl Io<'_> {
    /// Columns to write for.
    pub fn width(&self) -> usize {
        let told = (self.env)("COLUMNS").and_then(|columns| columns.trim().parse().ok());
        told.filter(|width| *width > 0).or(self.terminal_width).unwrap_or(80).clamp(WIDTHS.0, WIDTHS.1)
    }

    /// Whether to color what goes to `stdout`: as told, else as the environment says, else at a terminal that can.
    fn colors(&self, choice: ColorChoice) -> bool {
        let is_set = |name| (self.env)(name).is_some_and(|value| !value.is_empty());
        let is_on = |name| (self.env)(name).is_some_and(|value| !value.is_empty() && value != "0");
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if is_set("NO_COLOR") => false,
            ColorChoice::Auto if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") => true,
            ColorChoice::Auto if (self.env)("CLICOLOR").is_some_and(|value| value == "0") => false,
            ColorChoice::Auto => self.stdout_is_terminal && !self.is_dumb(),
        }
    }

    /// Whether to make codes links: as told, else at a terminal that can open them.
    fn has_links(&self, choice: ColorChoice) -> bool {
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => self.stdout_is_terminal && self.terminal_has_links && !self.is_dumb(),
        }
    }

    /// The configurations of a run: as told, else as PLANLINT_CONFIG says.
    fn configs(&mut self, overrides: &mut Overrides, common: &Common) -> Result<Configs, Error> {
        if overrides.config.is_none() && !overrides.isolated {
            overrides.config = self.variable("PLANLINT_CONFIG").map(PathBuf::from);
        }
        let configs = Configs::new(self.cwd.clone(), overrides.clone())?;
        for notice in configs.notices().iter().filter(|_| common.quiet == 0) {
            self.complain(&format!("planlint: {notice}"));
        }
        Ok(configs)
    }

    /// Whether to draw with more than ASCII: only at a terminal whose locale is UTF-8.
    fn shows_unicode(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(|name| (self.env)(name).filter(|value| !value.is_empty()));
        let is_utf8 =
            locale.is_some_and(|value| value.to_ascii_lowercase().replace('-', "").contains("utf8"));
        let is_windows_terminal = (self.env)("WT_SESSION").is_some();
        self.stdout_is_terminal && !self.is_dumb() && (is_utf8 || is_windows_terminal)
    }

    fn is_dumb(&self) -> bool {
        (self.env)("TERM").is_some_and(|term| term == "dumb" || term == "linux")
    }

    /// Says on the error stream why something could not be done. Where even that fails there is nobody to tell.
    pub fn complain(&mut self, message: &str) {
        let message: String =
            message.lines().map(|line| crate::report::text::clean(line, false) + "\n").collect();
        let _ = self.stderr.write_all(message.as_bytes());
    }

    /// A variable of the environment that says something.
    fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// Says why planlint could not run, and what to do.
    pub(crate) fn explain_failure(&mut self, error: &Error) {
        let width = self.width();
        self.complain(&wrapped(&format!("planlint: {error}"), width, 0, 2));
        if let Error::ConfigSyntax { name, text, at, .. } = error {
            let text = text.inner().clone();
            let file = SourceFile::new(name.clone(), name.into(), Format::Config, text, Decoding::default());
            let place = Span::new(FileId::new(0), at.offset(), at.offset() + at.len());
            self.complain(&picture(&Sources::new(vec![file]), place, width));
        }
        if let Some(help) = miette::Diagnostic::help(error) {
            self.complain(&format!("  help: {}", wrapped(&help.to_string(), width, 8, 8)));
        }
    }

    /// The end of a command that has written: a reader who closed the pipe has seen enough, which is no failure.
    pub fn finish(&mut self, written: io::Result<()>, exit: Exit) -> Exit {
        match written.and_then(|()| self.stdout.flush()) {
            Ok(()) => exit,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Clean,
            Err(error) => {
                self.complain(&format!("planlint: cannot write: {error}"));
                Exit::Failed
            }
        }
    }
}
