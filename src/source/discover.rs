//! Which files a run is about, and their texts. Walks folders as git sees them, takes what was named outright as it is,
//! and adds the files without which a named one cannot be judged: those of the same plan.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use ignore::gitignore::Gitignore;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Decoding, Format, SourceFile, Sources, decode, xml};

/// The name of a configuration file.
pub const CONFIG_NAME: &str = "planlint.toml";

/// A file of this many bytes or more is not read: places in it could not be counted.
const TOO_LARGE: u64 = 2 << 30;

const TOO_LARGE_WORDS: &str = "it is larger than 2 GB";

/// A text that comes in through a pipe.
pub struct Stdin {
    /// The file it stands for.
    pub filename: PathBuf,
    /// What came in.
    pub bytes: Vec<u8>,
}

/// What a configuration says about which files are plans.
pub struct Globs {
    /// The folder that the patterns start from.
    pub root: PathBuf,
    /// Plan files besides `plan.toml`, `*.plan.toml`, `*.xer` and the `*.xml` of Microsoft Project.
    pub include: Patterns,
    /// Files that are not read.
    pub exclude: Patterns,
}

impl Globs {
    /// No patterns.
    pub fn none(root: PathBuf) -> Self {
        Self { root, include: Patterns::default(), exclude: Patterns::default() }
    }

    fn is_included(&self, path: &Path) -> bool {
        !self.include.is_empty() && path.strip_prefix(&self.root).is_ok_and(|it| self.include.is_match(it))
    }

    fn is_excluded(&self, path: &Path) -> bool {
        !self.exclude.is_empty() && path.strip_prefix(&self.root).is_ok_and(|it| self.exclude.is_match(it))
    }

    /// Remembers which patterns are for something that is there.
    fn note(&self, path: &Path) {
        if let Ok(inside) = path.strip_prefix(&self.root) {
            self.include.note(inside);
            self.exclude.note(inside);
        }
    }
}

/// A list of patterns for paths. Each remembers whether a walk has seen something that it is for, so that one that is for
/// nothing can be told of.
#[derive(Default)]
pub struct Patterns {
    set: GlobSet,
    /// By glob: the number of the pattern that it is part of.
    number: Vec<usize>,
    /// By pattern.
    seen: Vec<AtomicBool>,
}

impl Patterns {
    /// Patterns, each of which may be several globs.
    ///
    /// # Errors
    ///
    /// Where all of them together are too much.
    pub fn new(patterns: &[Vec<Glob>]) -> Result<Self, globset::Error> {
        let mut set = GlobSetBuilder::new();
        let mut number = Vec::new();
        for (index, globs) in patterns.iter().enumerate() {
            for glob in globs {
                set.add(glob.clone());
                number.push(index);
            }
        }
        let seen = patterns.iter().map(|_| AtomicBool::new(false)).collect();
        Ok(Self { set: set.build()?, number, seen })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Whether a walk has seen something that the pattern with this number is for.
    pub fn has_seen(&self, number: usize) -> bool {
        self.seen.get(number).is_some_and(|seen| seen.load(Ordering::Relaxed))
    }

    fn is_match(&self, path: &Path) -> bool {
        self.set.is_match(path)
    }

    fn note(&self, path: &Path) {
        if self.seen.iter().all(|seen| seen.load(Ordering::Relaxed)) {
            return;
        }
        for glob in self.set.matches(path) {
            if let Some(seen) = self.number.get(glob).and_then(|number| self.seen.get(*number)) {
                seen.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Whether the `.gitignore` of a folder passes over a path in it: what that is for may be made at any time.
pub fn is_ignored_by_git(folder: &Path, inside: &Path) -> bool {
    let (rules, _) = Gitignore::new(folder.join(".gitignore"));
    [true, false].into_iter().any(|is_dir| rules.matched_path_or_any_parents(inside, is_dir).is_ignore())
}

/// What is to be looked at.
pub struct Asked<'a> {
    /// Files and folders, as typed.
    pub paths: Vec<PathBuf>,
    /// A text from a pipe; it takes the place of the file that it stands for.
    pub stdin: Option<Stdin>,
    /// The working directory, absolute.
    pub cwd: PathBuf,
    /// Whether `exclude` holds for files that are named outright too.
    pub force_exclude: bool,
    /// Whether what git ignores is passed over.
    pub respect_gitignore: bool,
    /// What is not read, whatever the configuration says: `--exclude`.
    pub exclude: Arc<Globs>,
    /// The patterns of the configuration that holds for a folder.
    pub globs: &'a (dyn Fn(&Path) -> Arc<Globs> + Sync),
}

/// Something that was to be read and cannot be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// As shown to the user.
    pub name: String,
    /// Why, as a clause in plain words: `there is no such file or folder`.
    pub reason: String,
}

/// What was found.
#[derive(Default)]
pub struct Discovery {
    /// The files with their texts, sorted by path.
    pub sources: Sources,
    /// What could not be read, sorted by name.
    pub unreadable: Vec<Unreadable>,
    /// How many plan files were passed over because of `exclude`.
    pub excluded: usize,
    /// The folders of which every plan file was looked for, absolute.
    pub walked: Vec<PathBuf>,
    /// All folders that were looked into.
    pub folders: Vec<PathBuf>,
}

/// Finds and reads all files of a run. Never fails: what cannot be read is listed, the rest goes on.
///
/// In folders, plan files are `plan.toml`, `*.plan.toml`, `*.xer`, every `*.xml` that Microsoft Project wrote, and what
/// `include` adds: tables (`*.csv`) only by that, because most of them are no plans. What is hidden, ignored by git or
/// excluded is passed over, links are not followed. A file that is named outright is read whatever its name.
/// With it come the other files of its plan: see `Walker::belonging`.
pub fn discover(asked: &Asked<'_>) -> Discovery {
    let mut walker =
        Walker { asked, unreadable: BTreeMap::new(), excluded: FxHashSet::default(), folders: Vec::new() };
    let mut paths = FxHashSet::default();
    let (mut named, mut walked) = (Vec::new(), Vec::new());
    for path in &asked.paths {
        let path = absolute(&asked.cwd, path);
        match std::fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => {
                let found = walker.walk(&path);
                paths.extend(found);
                walked.push(path);
            }
            Ok(metadata) => {
                if asked.force_exclude && walker.is_excluded(&path) {
                    walker.excluded.insert(path);
                } else if let Some(reason) = no_file(&metadata) {
                    walker.cannot_read(&path, reason.to_owned());
                } else {
                    named.push(path);
                }
            }
            Err(error) => walker.cannot_read(&path, why_not(&path, &error)),
        }
    }
    let mut read = BTreeMap::new();
    if let Some(stdin) = &asked.stdin {
        let path = absolute(&asked.cwd, &stdin.filename);
        if asked.force_exclude && walker.is_excluded(&path) {
            walker.excluded.insert(path);
        } else {
            match text_of(&path, stdin.bytes.clone()) {
                Ok(file) => {
                    read.insert(path.clone(), file);
                    named.push(path);
                }
                Err(reason) => walker.cannot_read(&path, reason),
            }
        }
    }
    paths.extend(named.iter().cloned());
    walker.read_all(paths, &mut read);
    named.sort();
    named.dedup();
    // What only belongs to a named file was not asked for, so it is not missed either.
    let excluded = walker.excluded.len();
    walker.belonging(&named, &mut read);
    let files = read.into_iter().map(|(path, (format, text, decoding))| {
        let is_named = named.binary_search(&path).is_ok();
        let file = SourceFile::new(shown(&asked.cwd, &path), path, format, text, decoding);
        SourceFile { is_named, ..file }
    });
    let unreadable = walker.unreadable.into_iter().map(|(name, reason)| Unreadable { name, reason });
    Discovery {
        sources: Sources::new(files.collect()),
        unreadable: unreadable.collect(),
        excluded,
        walked,
        folders: walker.folders,
    }
}

/// Reads the text of one file that is no plan, such as a configuration.
///
/// # Errors
///
/// Why it cannot be read, in plain words; `None` where it does not exist.
pub fn read_text(path: &Path) -> Result<(String, Decoding), Option<String>> {
    match read_file(path) {
        Ok((_, text, decoding)) => Ok((text, decoding)),
        Err(_) if !path.exists() => Err(None),
        Err(reason) => Err(Some(reason)),
    }
}

/// The names of the files in a folder, in order; none where it cannot be read.
pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The path as seen from the working directory, with `/` between folders; whole where the two have nothing in common.
pub fn shown(cwd: &Path, path: &Path) -> String {
    let mut up = String::new();
    for folder in cwd.ancestors() {
        if let Ok(rest) = path.strip_prefix(folder)
            && (up.is_empty() || folder.parent().is_some())
        {
            let parts: Vec<_> = rest.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            return if parts.is_empty() && up.is_empty() { ".".to_owned() } else { up + &parts.join("/") };
        }
        up.push_str("../");
    }
    path.to_string_lossy().replace('\\', "/")
}

/// The absolute path without `.` and `..`, so that two ways to write it are one.
pub fn absolute(cwd: &Path, path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in cwd.join(path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// Whether a file is a plan by its name.
fn is_plan_name(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    name == "plan.toml" || name.ends_with(".plan.toml") || Format::of(path) == Some(Format::Xer)
}

/// Whether a file that is called `.xml` is an export of Microsoft Project: so much XML lies about that only its beginning
/// can say. What cannot be read is none; nobody asked for it.
fn is_project_xml(path: &Path) -> bool {
    use std::io::Read as _;
    const HEAD: u64 = 4096;
    if Format::of(path) != Some(Format::Mspdi) {
        return false;
    }
    let Ok(file) = std::fs::File::open(path) else { return false };
    let mut head = Vec::with_capacity(HEAD as usize);
    if file.take(HEAD).read_to_end(&mut head).is_err() {
        return false;
    }
    let (text, _) = decode(head, Format::Mspdi);
    Format::Mspdi.settled(&text) == Format::Mspdi
}

/// Whether a text has a `[plan]` of its own: a quick look that need not understand the rest.
fn has_plan(text: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), "[plan]").any(|at| {
        let before = text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n') || before == "\u{FEFF}"
    })
}

/// Why something is not a file that can be read, where it is none.
fn no_file(metadata: &std::fs::Metadata) -> Option<&'static str> {
    if metadata.is_dir() {
        Some("it is a folder")
    } else if !metadata.is_file() {
        Some("it is a pipe or a device, not a file")
    } else if metadata.len() >= TOO_LARGE {
        Some(TOO_LARGE_WORDS)
    } else {
        None
    }
}

fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "you have no permission to read it".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is a file, not a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Why a path leads to nothing, in plain words. A link is told apart from what it leads to.
fn why_not(path: &Path, error: &io::Error) -> String {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_symlink());
    match error.kind() {
        io::ErrorKind::NotFound if is_link => "it is a link to something that does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => plain(error),
        // The kind for this has no stable name, but nothing else goes wrong with a link that can be looked at.
        _ if is_link => "it is a link that leads round in a circle".to_owned(),
        _ => plain(error),
    }
}

type Text = (Format, String, Decoding);

fn read_file(path: &Path) -> Result<Text, String> {
    // Asked before it is opened: opening a pipe would wait for ever.
    let metadata = std::fs::metadata(path).map_err(|error| why_not(path, &error))?;
    if let Some(reason) = no_file(&metadata) {
        return Err(reason.to_owned());
    }
    let bytes = bytes_of(path).map_err(|error| plain(&error))?;
    text_of(path, bytes)
}

#[expect(clippy::disallowed_methods, reason = "this is the place that reads files")]
pub(super) fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

fn text_of(path: &Path, bytes: Vec<u8>) -> Result<Text, String> {
    let is_config = path.file_name().is_some_and(|name| name == CONFIG_NAME);
    let format = if is_config { Format::Config } else { Format::of(path).unwrap_or(Format::Toml) };
    if bytes.len() as u64 >= TOO_LARGE {
        return Err(TOO_LARGE_WORDS.to_owned());
    }
    if format == Format::Unsupported {
        // Nobody reads it, and nobody shows a line of it.
        return Ok((format, String::new(), Decoding { encoding: "UTF-8", ..Decoding::default() }));
    }
    let (mut text, decoding) = decode(bytes, format);
    let format = format.settled(&text);
    if format == Format::Unsupported {
        // Its beginning says what it is instead.
        text.truncate(xml::head(&text).len());
        return Ok((format, text, decoding));
    }
    // Other encodings can take more room as UTF-8.
    if text.len() as u64 >= TOO_LARGE {
        return Err(TOO_LARGE_WORDS.to_owned());
    }
    Ok((format, text, decoding))
}

struct Walker<'a> {
    asked: &'a Asked<'a>,
    unreadable: BTreeMap<String, String>,
    excluded: FxHashSet<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Walker<'_> {
    fn cannot_read(&mut self, path: &Path, reason: String) {
        self.unreadable.insert(shown(&self.asked.cwd, path), reason);
    }

    fn globs(&self, path: &Path) -> Arc<Globs> {
        (self.asked.globs)(path.parent().unwrap_or(path))
    }

    fn is_excluded(&self, path: &Path) -> bool {
        self.globs(path).is_excluded(path) || self.asked.exclude.is_excluded(path)
    }

    /// All plan files in a folder and below, in no order that matters.
    fn walk(&mut self, folder: &Path) -> Vec<PathBuf> {
        let respect = self.asked.respect_gitignore;
        let mut builder = WalkBuilder::new(folder);
        builder
            .require_git(false)
            .follow_links(false)
            .ignore(respect)
            .parents(respect)
            .git_ignore(respect)
            .git_exclude(respect)
            .git_global(respect)
            .sort_by_file_path(Path::cmp);
        let mut found = Vec::new();
        for entry in builder.build() {
            match entry {
                Ok(entry) => {
                    let globs = self.globs(entry.path());
                    globs.note(entry.path());
                    let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
                    if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                        self.folders.push(entry.path().to_owned());
                    }
                    if is_file && self.is_wanted(entry.path(), &globs) {
                        found.push(entry.into_path());
                    }
                }
                Err(error) => {
                    let reason = error.io_error().map_or_else(|| error.to_string(), plain);
                    let path = path_of(&error).unwrap_or(folder).to_owned();
                    self.cannot_read(&path, reason);
                }
            }
        }
        found
    }

    /// Whether a file that nobody named is a plan file of this run.
    fn is_wanted(&mut self, path: &Path, globs: &Globs) -> bool {
        let is_config = path.file_name().is_some_and(|name| name == CONFIG_NAME);
        let is_plan = is_plan_name(path) || globs.is_included(path);
        let may_be_plan = is_plan || Format::of(path) == Some(Format::Mspdi);
        if is_config || !may_be_plan {
            return false;
        }
        if globs.is_excluded(path) || self.asked.exclude.is_excluded(path) {
            if is_plan || is_project_xml(path) {
                self.excluded.insert(path.to_owned());
            }
            return false;
        }
        is_plan || is_project_xml(path)
    }

    /// Reads what is not read yet, several files at a time.
    fn read_all(&mut self, paths: impl IntoIterator<Item = PathBuf>, into: &mut BTreeMap<PathBuf, Text>) {
        let mut paths: Vec<PathBuf> = paths.into_iter().filter(|path| !into.contains_key(path)).collect();
        paths.sort();
        let texts: Vec<_> = paths.par_iter().map(|path| read_file(path)).collect();
        for (path, text) in paths.into_iter().zip(texts) {
            match text {
                Ok(text) => {
                    into.insert(path, text);
                }
                Err(reason) => self.cannot_read(&path, reason),
            }
        }
    }

    /// Adds the files that make one plan with those that were named: the file with the `[plan]` above them, and the
    /// files without a `[plan]` in its folder and below. One file alone would be judged without half of its plan.
    ///
    /// Looked for is the nearest folder upward that has a file with a `[plan]`, at most to a folder with a
    /// configuration or a repository. Where there is none, the files of the folder are one plan.
    fn belonging(&mut self, named: &[PathBuf], read: &mut BTreeMap<PathBuf, Text>) {
        let mut near = Near::default();
        let mut roots = FxHashSet::default();
        for path in named {
            let Some((Format::Toml, text, _)) = read.get(path) else { continue };
            // A file by another name is looked at alone: nothing says that its folder is one of plans.
            if !is_plan_name(path) && !self.globs(path).is_included(path) {
                continue;
            }
            let is_head = has_plan(text);
            let Some(folder) = path.parent() else { continue };
            let root = self.root_of(folder, is_head, read, &mut near);
            // A second plan in a folder stands alone: the rest belongs to the first.
            if is_head && root.as_ref().is_none_or(|root| near.head(root) != Some(path)) {
                continue;
            }
            match root {
                Some(root) => {
                    roots.insert(root);
                }
                None => {
                    let siblings = self.folder(folder, read, &mut near).clone();
                    self.keep(siblings.files, read, &near);
                }
            }
        }
        let mut roots: Vec<PathBuf> = roots.into_iter().collect();
        roots.sort();
        for root in roots {
            let head = near.head(&root).cloned();
            // Nobody asked for the folder: what is locked in it is not missed.
            let unreadable = self.unreadable.clone();
            let below = self.walk(&root);
            self.unreadable = unreadable;
            let mut own = Vec::from_iter(head);
            // Sorted by path, a folder comes before what is in it; the nearest plan above is looked up, not walked to.
            let folders: FxHashSet<PathBuf> =
                below.iter().filter_map(|path| path.parent()).map(Path::to_owned).collect();
            let mut folders: Vec<PathBuf> = folders.into_iter().collect();
            folders.sort();
            for folder in folders {
                self.folder(&folder, read, &mut near);
            }
            // An export is a plan of its own wherever it lies.
            for path in below.into_iter().filter(|path| Format::of(path) == Some(Format::Toml)) {
                let nearest = path.ancestors().skip(1).find(|folder| near.head(folder).is_some());
                if !near.with_plan.contains(&path) && nearest.is_none_or(|nearest| nearest == root) {
                    own.push(path);
                }
            }
            self.keep(own, read, &near);
        }
    }

    /// The folder whose plan the files of a folder belong to.
    fn root_of(
        &mut self,
        folder: &Path,
        only_here: bool,
        read: &BTreeMap<PathBuf, Text>,
        near: &mut Near,
    ) -> Option<PathBuf> {
        let mut passed = Vec::new();
        let mut root = None;
        for above in folder.ancestors() {
            if let Some(known) = near.root.get(above).filter(|_| !only_here) {
                root.clone_from(known);
                break;
            }
            passed.push(above.to_owned());
            if self.folder(above, read, near).head.is_some() {
                root = Some(above.to_owned());
                break;
            }
            if only_here || above.join(".git").exists() || above.join(CONFIG_NAME).exists() {
                break;
            }
        }
        if !only_here {
            near.root.extend(passed.into_iter().map(|folder| (folder, root.clone())));
        }
        root
    }

    /// The plan files directly in a folder, and which of them is the folder's plan. Read once.
    fn folder<'n>(
        &mut self,
        folder: &Path,
        read: &BTreeMap<PathBuf, Text>,
        near: &'n mut Near,
    ) -> &'n Folder {
        if !near.folders.contains_key(folder) {
            let mut files: Vec<PathBuf> = match std::fs::read_dir(folder) {
                Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
                // What nobody named need not be readable.
                Err(_) => Vec::new(),
            };
            // A text from a pipe may stand for a file that does not exist yet.
            let within = read.range(folder.to_owned()..).map(|(path, _)| path);
            files.extend(
                within
                    .take_while(|path| path.starts_with(folder))
                    .filter(|path| path.parent() == Some(folder))
                    .cloned(),
            );
            files.sort();
            files.dedup();
            files.retain(|path| {
                let is_new = !read.contains_key(path) && !near.texts.contains_key(path);
                Format::of(path) == Some(Format::Toml)
                    && (!is_new
                        || (self.is_wanted(path, &self.globs(path))
                            && std::fs::symlink_metadata(path).is_ok_and(|it| it.is_file())))
            });
            let new: Vec<&PathBuf> = files.iter().filter(|path| !read.contains_key(*path)).collect();
            let texts: Vec<_> = new.par_iter().map(|path| read_file(path)).collect();
            let texts: Vec<(PathBuf, Text)> = new
                .into_iter()
                .cloned()
                .zip(texts)
                .filter_map(|(path, text)| Some((path, text.ok()?)))
                .collect();
            near.texts.extend(texts);
            let mut head: Option<PathBuf> = None;
            for path in &files {
                let text = read.get(path).or_else(|| near.texts.get(path));
                if text.is_some_and(|(format, text, _)| *format == Format::Toml && has_plan(text)) {
                    near.with_plan.insert(path.clone());
                    if head.is_none() || path.file_name().is_some_and(|name| name == "plan.toml") {
                        head = Some(path.clone());
                    }
                }
            }
            files.retain(|path| !near.with_plan.contains(path));
            near.folders.insert(folder.to_owned(), Folder { files, head });
        }
        near.folders.entry(folder.to_owned()).or_default()
    }

    /// Adds files whose texts have been looked at already.
    fn keep(&mut self, paths: Vec<PathBuf>, read: &mut BTreeMap<PathBuf, Text>, near: &Near) {
        let mut rest = Vec::new();
        for path in paths {
            if read.contains_key(&path) {
                continue;
            }
            match near.texts.get(&path) {
                Some(text) => {
                    read.insert(path, text.clone());
                }
                None => rest.push(path),
            }
        }
        self.read_all(rest, read);
    }
}

/// What is known of the folders near the named files.
#[derive(Default)]
struct Near {
    folders: FxHashMap<PathBuf, Folder>,
    root: FxHashMap<PathBuf, Option<PathBuf>>,
    texts: FxHashMap<PathBuf, Text>,
    with_plan: FxHashSet<PathBuf>,
}

impl Near {
    fn head(&self, folder: &Path) -> Option<&PathBuf> {
        self.folders.get(folder)?.head.as_ref()
    }
}

#[derive(Clone, Default)]
struct Folder {
    /// The plan files without a `[plan]`.
    files: Vec<PathBuf>,
    /// The folder's plan: its `plan.toml`, else the first file with a `[plan]`.
    head: Option<PathBuf>,
}

fn path_of(mut error: &ignore::Error) -> Option<&Path> {
    loop {
        match error {
            ignore::Error::WithPath { path, .. } => return Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error = err,
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new(files: &[(&str, &str)]) -> Self {
            let tree = Self(tempfile::tempdir().unwrap());
            for (name, text) in files {
                tree.write(name, text);
            }
            tree
        }

        fn root(&self) -> &Path {
            self.0.path()
        }

        fn write(&self, name: &str, text: &str) {
            let path = self.root().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }

        fn find(&self, paths: &[&str]) -> Discovery {
            self.find_with(paths, &[], &[], |_| {})
        }

        fn find_with(
            &self,
            paths: &[&str],
            include: &[&str],
            exclude: &[&str],
            change: impl FnOnce(&mut Asked<'_>),
        ) -> Discovery {
            let set = |globs: &[&str]| {
                let globs: Vec<_> = globs.iter().map(|glob| vec![Glob::new(glob).unwrap()]).collect();
                Patterns::new(&globs).unwrap()
            };
            let globs = Arc::new(Globs {
                root: self.root().to_owned(),
                include: set(include),
                exclude: set(exclude),
            });
            let globs = move |_: &Path| Arc::clone(&globs);
            let mut asked = Asked {
                paths: paths.iter().map(PathBuf::from).collect(),
                stdin: None,
                cwd: self.root().to_owned(),
                force_exclude: false,
                respect_gitignore: true,
                exclude: Arc::new(Globs::none(PathBuf::new())),
                globs: &globs,
            };
            change(&mut asked);
            discover(&asked)
        }
    }

    fn names(found: &Discovery) -> Vec<&str> {
        found.sources.iter().map(|(_, file)| file.name.as_str()).collect()
    }

    const HEAD: &str = "[plan]\nname = \"P\"\n";
    const ROWS: &str = "[task]\n";

    #[test]
    fn a_folder_is_searched_for_plan_files_in_the_order_of_their_paths() {
        let tree = Tree::new(&[
            ("b.plan.toml", ROWS),
            ("plan.toml", HEAD),
            ("a/export.XER", ""),
            ("a/old.mpp", ""),
            ("a/Cargo.toml", ""),
            ("planlint.toml", ""),
            (".hidden/plan.toml", HEAD),
            ("build/plan.toml", HEAD),
            (".gitignore", "build/\n"),
        ]);
        let found = tree.find(&["."]);
        assert_eq!(names(&found), ["a/export.XER", "b.plan.toml", "plan.toml"]);
        assert!(found.unreadable.is_empty());
        let found = tree.find_with(&["."], &[], &[], |asked| asked.respect_gitignore = false);
        assert_eq!(names(&found), ["a/export.XER", "b.plan.toml", "build/plan.toml", "plan.toml"]);
    }

    #[test]
    fn a_file_that_is_named_outright_is_read_once_whatever_its_name() {
        let tree = Tree::new(&[("notes.txt", HEAD), ("old.mpp", "\u{1}"), (".gitignore", "*\n")]);
        let found = tree.find(&["notes.txt", "./notes.txt", "x/../notes.txt", "old.mpp"]);
        assert_eq!(names(&found), ["notes.txt", "old.mpp"]);
        let formats: Vec<Format> = found.sources.iter().map(|(_, file)| file.format).collect();
        assert_eq!(formats, [Format::Toml, Format::Unsupported]);
    }

    #[test]
    fn tables_are_plans_only_where_somebody_says_so() {
        let tree = Tree::new(&[("plan.toml", HEAD), ("out/a.csv", "Task,ID\n"), ("b.csv", "x,y\n")]);
        assert_eq!(names(&tree.find(&["."])), ["plan.toml"]);
        let found = tree.find_with(&[".", "b.csv"], &["out/*.csv"], &[], |_| {});
        let found: Vec<(&str, Format, bool)> =
            found.sources.iter().map(|(_, file)| (file.name.as_str(), file.format, file.is_named)).collect();
        assert_eq!(
            found,
            [
                ("b.csv", Format::Csv, true),
                ("out/a.csv", Format::Csv, false),
                ("plan.toml", Format::Toml, false)
            ]
        );
    }

    #[test]
    fn what_cannot_be_read_is_listed_and_the_rest_goes_on() {
        let tree = Tree::new(&[("plan.toml", HEAD)]);
        let found = tree.find(&["plan.toml", "gone.toml", "plan.toml/x", "/dev/null"]);
        assert_eq!(names(&found), ["plan.toml"]);
        let reasons: Vec<(&str, &str)> =
            found.unreadable.iter().map(|it| (it.name.as_str(), it.reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                ("/dev/null", "it is a pipe or a device, not a file"),
                ("gone.toml", "there is no such file or folder"),
                ("plan.toml/x", "a part of its path is a file, not a folder"),
            ]
        );
    }

    #[test]
    fn include_widens_and_exclude_narrows_but_not_for_named_files() {
        let tree = Tree::new(&[("plans/a.toml", HEAD), ("old/plan.toml", HEAD), ("plan.toml", HEAD)]);
        let globs = (&["plans/*.toml"][..], &["old/**"][..]);
        let found = tree.find_with(&["."], globs.0, globs.1, |_| {});
        assert_eq!((names(&found), found.excluded), (vec!["plan.toml", "plans/a.toml"], 1));
        let found = tree.find_with(&["old/plan.toml"], globs.0, globs.1, |_| {});
        assert_eq!((names(&found), found.excluded), (vec!["old/plan.toml"], 0));
        let found = tree.find_with(&["old/plan.toml"], globs.0, globs.1, |asked| asked.force_exclude = true);
        assert_eq!((names(&found), found.excluded), (vec![], 1));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_round_in_a_circle_ends_and_a_folder_may_be_named_like_a_plan() {
        let tree = Tree::new(&[("a/plan.toml/b.plan.toml", HEAD)]);
        std::os::unix::fs::symlink(tree.root(), tree.root().join("a/loop")).unwrap();
        let found = tree.find(&["."]);
        assert_eq!(names(&found), ["a/plan.toml/b.plan.toml"]);
        assert!(found.unreadable.is_empty());
    }

    #[test]
    fn a_named_part_of_a_plan_brings_the_rest_of_its_plan() {
        let tree = Tree::new(&[
            ("wave/plan.toml", HEAD),
            ("wave/sites.plan.toml", ROWS),
            ("wave/north/tasks.plan.toml", ROWS),
            ("wave/erp/plan.toml", HEAD),
            ("wave/erp/uat.plan.toml", ROWS),
            ("other/plan.toml", HEAD),
        ]);
        let whole = ["wave/north/tasks.plan.toml", "wave/plan.toml", "wave/sites.plan.toml"];
        assert_eq!(names(&tree.find(&["wave/north/tasks.plan.toml"])), whole);
        assert_eq!(names(&tree.find(&["wave/plan.toml"])), whole);
        let found = tree.find_with(&["tasks.plan.toml"], &[], &[], |asked| {
            asked.cwd = tree.root().join("wave/north");
        });
        assert_eq!(names(&found), ["tasks.plan.toml", "../plan.toml", "../sites.plan.toml"]);
    }

    #[test]
    fn a_second_plan_in_a_folder_stands_alone_and_a_repository_ends_the_search() {
        let tree = Tree::new(&[
            ("plan.toml", HEAD),
            ("second.plan.toml", HEAD),
            ("part.plan.toml", ROWS),
            ("repo/.git/HEAD", ""),
            ("repo/x.plan.toml", ROWS),
            ("repo/y.plan.toml", ROWS),
        ]);
        assert_eq!(names(&tree.find(&["second.plan.toml"])), ["second.plan.toml"]);
        assert_eq!(names(&tree.find(&["repo/x.plan.toml"])), ["repo/x.plan.toml", "repo/y.plan.toml"]);
    }

    #[test]
    fn a_text_from_a_pipe_takes_the_place_of_its_file() {
        let tree = Tree::new(&[("plan.toml", HEAD), ("sites.plan.toml", ROWS)]);
        let pipe = |name: &str| {
            tree.find_with(&[], &[], &[], |asked| {
                asked.stdin = Some(Stdin { filename: name.into(), bytes: b"[task]\nnew = {}\n".to_vec() });
            })
        };
        let found = pipe("sites.plan.toml");
        assert_eq!(names(&found), ["plan.toml", "sites.plan.toml"]);
        assert!(found.sources.iter().any(|(_, file)| file.text.contains("new")));
        assert_eq!(names(&pipe("unsaved.plan.toml")), ["plan.toml", "sites.plan.toml", "unsaved.plan.toml"]);
    }
}
