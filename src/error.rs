//! That planlint could not run. What is wrong with the user's plans is never an [`Error`] but a finding.

use std::sync::Arc;

use miette::{NamedSource, SourceSpan};

/// Why planlint could not run, or not to the end. Each ends with exit code 2.
#[derive(Clone, Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// A rule on the command line that does not exist.
    #[error("{option} names `{value}`, but there is no such rule{suggestion}")]
    #[diagnostic(help(
        "Write a code (DEP001), the beginning of codes (DEP), a name (dependency-cycle) or ALL. \
         `planlint rules` lists them."
    ))]
    UnknownRule {
        /// The option, as typed: `--select`.
        option: &'static str,
        /// What was given.
        value: String,
        /// What was probably meant, as a clause, or nothing.
        suggestion: String,
    },
    /// A rule pack on the command line that is neither a file nor built in.
    #[error("there is no rule pack `{value}`{suggestion}")]
    #[diagnostic(help(
        "Name the file of a pack (rules/acme.toml) or a pack that is built in (end-user-computing, or its letters, EUC)."
    ))]
    UnknownPack {
        /// What was given.
        value: String,
        /// What was probably meant, as a clause, or nothing.
        suggestion: String,
    },
    /// Rules are to be tested, and nothing says which.
    #[error("no rule pack was named, and no planlint.toml here names one")]
    #[diagnostic(help("Name the file of the pack: `planlint test-rules rules/acme.toml`."))]
    NoPack,
    /// A configuration that is no TOML.
    #[error("{name} cannot be read: {problem}")]
    #[diagnostic(help(
        "Correct this line. The usual form is a name, an equals sign and a value: `ignore = [\"DEP015\"]`."
    ))]
    ConfigSyntax {
        /// The file, as shown to the user.
        name: String,
        /// What is wrong.
        problem: String,
        /// Its text.
        #[source_code]
        text: Arc<NamedSource<String>>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
    /// A configuration that cannot be opened.
    #[error("the configuration {name} cannot be read: {reason}")]
    #[diagnostic(help("Correct the path after `--config`, or leave the option out."))]
    ConfigUnreadable {
        /// The file, as shown to the user.
        name: String,
        /// Why, in plain words.
        reason: String,
    },
    /// A configuration that another builds on and that cannot be opened.
    #[error("{name}, which {by} extends, cannot be read: {reason}")]
    #[diagnostic(help(
        "Correct the path in `extends`; it starts from the folder of the file that it stands in."
    ))]
    BaseUnreadable {
        /// The file, as shown to the user.
        name: String,
        /// The one that names it.
        by: String,
        /// Why, in plain words.
        reason: String,
    },
    /// A setting on the command line that cannot be.
    #[error("`--config '{text}'` cannot be understood: {problem}")]
    #[diagnostic(help(
        "Write a setting as in planlint.toml, in quotation marks for the shell: `--config 'fail-on = \"error\"'`. A path \
         without an equals sign is taken for a file."
    ))]
    InlineSetting {
        /// As typed.
        text: String,
        /// What is wrong.
        problem: String,
    },
    /// Several configurations on the command line.
    #[error("`--config` names several files: {names}")]
    #[diagnostic(help(
        "One file can build on another with `extends = \"other.toml\"`; single settings can be given as often as you like."
    ))]
    SeveralConfigs {
        /// The files.
        names: String,
    },
    /// A configuration together with `--isolated`.
    #[error("`--isolated` is for no configuration at all, and `--config {name}` names one")]
    #[diagnostic(help(
        "Leave one of the two out. Settings such as `--config 'preview = true'` may stand beside it."
    ))]
    IsolatedConfig {
        /// The file.
        name: String,
    },
    /// A rule pack that cannot be opened.
    #[error("the rule pack {name} cannot be read: {reason}")]
    #[diagnostic(help(
        "Correct the path in `packs` of planlint.toml; it starts from the folder of that file."
    ))]
    PackUnreadable {
        /// The file, as shown to the user.
        name: String,
        /// Why, in plain words.
        reason: String,
    },
    /// A list of known findings that cannot be opened.
    #[error("the baseline {name} cannot be read: {reason}")]
    #[diagnostic(help("Correct its path, or make one: `planlint check --write-baseline FILE`."))]
    BaselineUnreadable {
        /// The file, as shown to the user.
        name: String,
        /// Why, in plain words.
        reason: String,
    },
    /// A configuration that was written for another release.
    #[error("{name} asks for planlint {required}, but this is {running}")]
    #[diagnostic(help("Install a release that fits, or change `required-version`."))]
    WrongVersion {
        /// The configuration, as shown to the user.
        name: String,
        /// What it asks for.
        required: String,
        /// The release that runs.
        running: &'static str,
    },
    /// A form of output that does not exist.
    #[error("PLANLINT_OUTPUT_FORMAT is `{word}`, which is no output format")]
    #[diagnostic(help(
        "Write full, concise, grouped, json, jsonl, sarif, github, gitlab, junit or markdown; with a file after it \
         the report goes there: sarif=planlint.sarif."
    ))]
    UnknownFormat {
        /// As found in the environment.
        word: String,
    },
    /// Reports that cannot be told apart.
    #[error("{problem}")]
    #[diagnostic(help("Give each report a file of its own: `--output-format sarif=planlint.sarif`."))]
    Outputs {
        /// What is wrong, in plain words.
        problem: String,
    },
    /// A file that cannot be written.
    #[error("{name} cannot be written: {reason}")]
    #[diagnostic(help("Make the folder first, correct the path, or ask for permission to write there."))]
    Unwritable {
        /// As shown to the user.
        name: String,
        /// Why, in plain words.
        reason: String,
    },
    /// A file that somebody has saved while planlint was at work.
    #[error("{name} has changed since it was read, so nothing is changed in it")]
    #[diagnostic(help("Run planlint again."))]
    Changed {
        /// As shown to the user.
        name: String,
    },
    /// The machine would not give so many threads.
    #[error("{threads} threads cannot be started: {reason}")]
    #[diagnostic(help("Leave `--threads` out: planlint then uses as many as the machine has."))]
    Threads {
        /// As asked for.
        threads: usize,
        /// What the system said.
        reason: String,
    },
    /// A pattern on the command line that is none.
    #[error("`--exclude {pattern}` is no pattern")]
    #[diagnostic(help("Write a path with `*` for any name and `**` for any folders: `archive/**`."))]
    BadPattern {
        /// As typed.
        pattern: String,
    },
    /// A file or folder that was asked for.
    #[error("{name} cannot be read: {reason}")]
    #[diagnostic(help("Correct the path, or ask for permission to read it."))]
    Unreadable {
        /// As shown to the user.
        name: String,
        /// Why, in plain words.
        reason: String,
    },
    /// Changes cannot be waited for.
    #[error("changes cannot be watched: {reason}")]
    #[diagnostic(help("Check without `--watch`, or watch fewer folders."))]
    Watch {
        /// Why, in plain words.
        reason: String,
    },
    /// There is no plan where it was looked for.
    #[error("no plan file was found in {places}")]
    #[diagnostic(help(
        "Plan files are named plan.toml, end with .plan.toml or .xer, or are XML files that Microsoft Project has \
         saved. Name the file itself to check one with another name, or widen `include` in planlint.toml."
    ))]
    NothingToCheck {
        /// Where was looked, as shown to the user.
        places: String,
    },
    /// What is to be imported is no export.
    #[error("{name} {problem}: there is nothing to import")]
    #[diagnostic(help(
        "Name one file that another tool has exported: XML of Microsoft Project, XER of Primavera, or CSV. \
         `planlint check` reads plan files and folders."
    ))]
    NoExport {
        /// As typed.
        name: String,
        /// What it is instead, as the rest of a sentence.
        problem: &'static str,
    },
    /// What is to be imported comes through the input stream, and nothing says what it is.
    #[error("what comes through the input stream has no name, so that nobody knows its format")]
    #[diagnostic(help("Say what it is: `planlint import - --stdin-filename rollout.xml`."))]
    UnnamedExport,
    /// An export without tasks, or a table that is no plan.
    #[error("no task was found in {name}: there is nothing to import")]
    #[diagnostic(help("`planlint check {name}` says what is wrong with the file."))]
    NothingToImport {
        /// As typed.
        name: String,
    },
    /// A project that is not in the export.
    #[error("{name} has no project `{value}`; it has: {projects}")]
    #[diagnostic(help("Write the id or the name of one of them after `--project`."))]
    UnknownProject {
        /// As typed.
        value: String,
        /// The file, as typed.
        name: String,
        /// What there is, as a list.
        projects: String,
    },
    /// More projects than have room.
    #[error("{name} has {count} projects, too many for {place}: {projects}")]
    #[diagnostic(help(
        "Choose one (`{example}`), or write each into a file of its own in a folder: `planlint import -o plans/ {name}`."
    ))]
    SeveralProjects {
        /// The file, as typed.
        name: String,
        /// How many.
        count: usize,
        /// Which, as a list.
        projects: String,
        /// A command that chooses the first.
        example: String,
        /// Where they would have to go.
        place: &'static str,
    },
    /// A file that would be written over.
    #[error("{name} is there already, and an import writes over nothing")]
    #[diagnostic(help(
        "Give another name after `-o`, or move the file away. To see what has changed, import beside it and compare the two."
    ))]
    AlreadyThere {
        /// As shown to the user.
        name: String,
    },
    /// Plans without a single task.
    #[error("no task was found in {places}: there is nothing to schedule")]
    #[diagnostic(help("`planlint check` says what is wrong with the file."))]
    NothingToSchedule {
        /// Where was looked, as shown to the user.
        places: String,
    },
}
