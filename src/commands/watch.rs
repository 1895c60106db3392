//! `planlint check --watch`: checks again whenever something changes that could change the report.
//!
//! Folders are watched, not files: most editors write a new file and give it the old one's name. It ends with Ctrl-C, or
//! when nobody reads any more.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::check::{Read, run};
use super::{Check, Common, Exit, Io};
use crate::error::Error;
use crate::source::{CONFIG_NAME, Format, absolute};

/// So long nothing may change before it is checked: an editor that saves all its files, a checkout.
const QUIET: Duration = Duration::from_millis(100);
/// So often at most that is waited for: what changes all the time is checked all the same.
const MOST_WAITS: usize = 20;
/// Moves the cursor to the top of a screen with nothing on it.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// Checks, and checks again after each change.
pub(super) fn watch(asked: &Check, common: &Common, io: &mut Io<'_>) -> Result<Exit, Error> {
    if asked.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Error::Watch {
            reason: "what comes in through the input stream cannot change".to_owned(),
        });
    }
    let failed = |error: notify::Error| Error::Watch { reason: error.to_string() };
    let (sender, changes) = channel();
    let mut watcher = notify::recommended_watcher(sender).map_err(failed)?;
    let mut watched = BTreeSet::new();
    let written: BTreeSet<PathBuf> = asked
        .outputs
        .iter()
        .filter_map(|it| it.file.as_ref())
        .chain(&asked.output_file)
        .map(|it| absolute(&io.cwd, it))
        .collect();
    loop {
        let (date, _) = (io.now)();
        io.today = date;
        if io.stdout_is_terminal {
            let _ = io.stdout.write_all(CLEAR.as_bytes());
        }
        let begun = SystemTime::now();
        let mut read = Read::default();
        let exit = run(&mut asked.clone(), common, io, &mut read).unwrap_or_else(|error| {
            io.explain_failure(&error);
            Exit::Failed
        });
        if io.stdout.flush().is_err() {
            return Ok(Exit::Clean);
        }
        let places = Places::new(asked, read, io, &written);
        let was_added = places.watch(&mut watcher, &mut watched).map_err(failed)?;
        // What changed while it was checked and not yet watched.
        if was_added && places.files.iter().any(|file| changed_since(file, begun)) {
            continue;
        }
        if common.quiet < 2 {
            io.complain(&said(exit, io));
        }
        if !wait(&changes, &places) {
            return Ok(exit);
        }
    }
}

/// When it was checked, how it went, and how to end.
fn said(exit: Exit, io: &Io<'_>) -> String {
    let (_, time) = (io.now)();
    let how = match exit {
        Exit::Clean => "nothing to fix",
        Exit::Findings => "there is something to fix",
        Exit::Failed => "not everything could be checked",
    };
    let time = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
    format!("[{time}] {how}; waiting for changes, Ctrl-C ends")
}

fn changed_since(file: &Path, time: SystemTime) -> bool {
    std::fs::metadata(file).and_then(|it| it.modified()).is_ok_and(|changed| changed >= time)
}

/// What could change the report.
struct Places<'a> {
    /// The files that were read.
    files: BTreeSet<PathBuf>,
    folders: BTreeSet<PathBuf>,
    /// What this run itself writes.
    written: &'a BTreeSet<PathBuf>,
}

impl<'a> Places<'a> {
    fn new(asked: &Check, read: Read, io: &Io<'_>, written: &'a BTreeSet<PathBuf>) -> Self {
        let files: BTreeSet<PathBuf> = read.files.into_iter().collect();
        let mut folders: BTreeSet<PathBuf> = read.folders.into_iter().collect();
        folders.extend(files.iter().filter_map(|file| file.parent()).map(Path::to_owned));
        for path in asked.paths.iter().map(|path| absolute(&io.cwd, path)) {
            // Also what is not there yet, or cannot be read.
            let nearest = path.ancestors().find(|folder| folder.is_dir());
            folders.extend(nearest.map(Path::to_owned));
        }
        Self { files, folders, written }
    }

    /// Watches what is not watched yet; whether there was anything. A folder that has gone meanwhile is none.
    fn watch(
        &self,
        watcher: &mut RecommendedWatcher,
        watched: &mut BTreeSet<PathBuf>,
    ) -> notify::Result<bool> {
        // A folder that is made anew under an old name is another one.
        watched.retain(|folder| folder.is_dir());
        let mut was_added = false;
        for folder in self.folders.iter().filter(|folder| folder.is_dir()) {
            if watched.insert(folder.clone()) {
                watcher.watch(folder, RecursiveMode::NonRecursive)?;
                was_added = true;
            }
        }
        Ok(was_added)
    }

    fn matters(&self, event: &Event) -> bool {
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| self.path_matters(path))
    }

    fn path_matters(&self, path: &Path) -> bool {
        if self.written.contains(path) {
            return false;
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let is_hidden = name.starts_with('.') && name != ".gitignore";
        let may_be_read = Format::of(path).is_some() || name == CONFIG_NAME || name == ".gitignore";
        self.files.contains(path)
            || self.folders.contains(path)
            || (!is_hidden && (may_be_read || path.is_dir()))
    }
}

/// Waits for a change that matters, and until all is quiet again. Whether there will be another.
fn wait(changes: &Receiver<notify::Result<Event>>, places: &Places<'_>) -> bool {
    loop {
        match changes.recv() {
            // What the system could not tell may have been something: better once too often.
            Ok(event) if event.as_ref().map_or(true, |event| places.matters(event)) => break,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
    for _ in 0..MOST_WAITS {
        if changes.recv_timeout(QUIET).is_err() {
            break;
        }
    }
    true
}
