//! Where reports go: which forms were asked for, to the screen and into files.

use std::io;
use std::path::PathBuf;

use super::{Common, Io};
use crate::config::Settings;
use crate::error::Error;
use crate::report::{self, OutputFormat, View};
use crate::source::{absolute, shown, write_whole};

/// One report: its form, and the file it goes to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Output {
    /// Its form.
    pub format: OutputFormat,
    /// Where it goes; none: to the screen.
    pub file: Option<PathBuf>,
}

impl Output {
    /// Reads `sarif` and `sarif=planlint.sarif`. `None` where there is no such form, or no name behind the sign.
    pub fn parse(word: &str) -> Option<Self> {
        let (format, file) = word.split_once('=').map_or((word, None), |(format, file)| (format, Some(file)));
        let format = OutputFormat::parse(format)?;
        match file {
            Some("") => None,
            file => Some(Self { format, file: file.map(PathBuf::from) }),
        }
    }
}

/// The reports to write: as the command line says, else the environment, else the configuration. At most one goes to
/// the screen, and every file gets only one.
pub(super) fn resolve(
    asked: &[Output],
    file: Option<&PathBuf>,
    here: &Settings,
    io: &Io<'_>,
) -> Result<Vec<Output>, Error> {
    let mut outputs = match (asked, io.variable("PLANLINT_OUTPUT_FORMAT")) {
        ([], Some(word)) => vec![Output::parse(&word).ok_or(Error::UnknownFormat { word })?],
        ([], None) => {
            let format = here.output_format().and_then(OutputFormat::parse).unwrap_or_default();
            vec![Output { format, file: None }]
        }
        (asked, _) => asked.to_vec(),
    };
    let problem = |problem: &str| Error::Outputs { problem: problem.to_owned() };
    let for_screen = outputs.iter().filter(|output| output.file.is_none()).count();
    if for_screen > 1 {
        return Err(problem("several reports go to the screen, where they would run into each other"));
    }
    if file.is_some() && for_screen == 0 {
        return Err(problem("`--output-file` names a file, but every report has one already"));
    }
    let file = file.cloned().or_else(|| io.variable("PLANLINT_OUTPUT_FILE").map(PathBuf::from));
    for output in outputs.iter_mut().filter(|output| output.file.is_none()) {
        output.file.clone_from(&file);
    }
    let mut files = Vec::new();
    for path in outputs.iter_mut().filter_map(|output| output.file.as_mut()) {
        *path = absolute(&io.cwd, path);
        if files.contains(path) {
            return Err(problem(&format!("several reports go to {}", shown(&io.cwd, path))));
        }
        // Said now rather than after the work was done.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            let reason = format!("the folder {} does not exist", shown(&io.cwd, folder));
            return Err(Error::Unwritable { name: shown(&io.cwd, path), reason });
        }
        files.push(path.clone());
    }
    Ok(outputs)
}

/// Writes a report to the screen: with a closing line where a person reads it.
pub(super) fn to_screen(
    format: OutputFormat,
    statistics: bool,
    common: &Common,
    view: &View<'_>,
    io: &mut Io<'_>,
) -> io::Result<()> {
    one(format, statistics, common, view, io.stdout)?;
    match view.verdict.findings.first() {
        Some(first) if io.stdout_is_terminal && format.is_for_people() && common.quiet == 0 => {
            writeln!(io.stdout, "To learn more about a finding: planlint explain {}", first.finding.code)
        }
        _ => Ok(()),
    }
}

/// Writes a report to its file.
pub(super) fn to_file(
    output: &Output,
    statistics: bool,
    common: &Common,
    view: &View<'_>,
    io: &Io<'_>,
) -> Result<(), Error> {
    let Some(path) = &output.file else { return Ok(()) };
    let mut text = Vec::new();
    one(output.format, statistics, common, view, &mut text)
        .and_then(|()| write_whole(path, &text))
        .map_err(|error| unwritable(path, &error, io))
}

/// What to say of a file that could not be written.
pub(super) fn unwritable(path: &std::path::Path, error: &io::Error, io: &Io<'_>) -> Error {
    let reason = match error.kind() {
        io::ErrorKind::PermissionDenied => "you have no permission to write there".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    };
    Error::Unwritable { name: shown(&io.cwd, path), reason }
}

fn one(
    format: OutputFormat,
    statistics: bool,
    common: &Common,
    view: &View<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match (format, statistics) {
        (OutputFormat::Json, true) => report::json_with_statistics(view, out)?,
        (format, true) if format.is_for_people() => report::statistics(view, out)?,
        (format, _) => report::write(format, view, out)?,
    }
    if format.is_for_people() && common.quiet == 0 && !view.model.sources().is_empty() {
        report::summary(view, out)?;
    }
    Ok(())
}

/// The working folder as seen from the folder of the repository, where the service that runs the check says which that
/// is: its annotations count from there.
pub(super) fn folder_in_repository(io: &Io<'_>) -> String {
    let root = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().find_map(|name| io.variable(name));
    let inside = root.and_then(|root| io.cwd.strip_prefix(root).ok().map(std::path::Path::to_owned));
    let parts: Vec<String> = inside
        .iter()
        .flat_map(|path| path.components())
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}
