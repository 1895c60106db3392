//! Source files, the places in them, and how they are found. The only module that reads files.

mod discover;
mod lines;
mod write;
mod xml;

use std::num::NonZeroU32;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use discover::{
    Asked, CONFIG_NAME, Discovery, Globs, Patterns, Stdin, Unreadable, absolute, discover, is_ignored_by_git,
    names_in, read_text, shown,
};
pub use lines::{LineIndex, Position};
pub use write::{replace_whole, write_new, write_whole};

/// A file of this run, by its number from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(NonZeroU32);

impl FileId {
    /// The file with this number, counted from 0. At most 2^31 - 2 files fit into one run.
    pub fn new(index: usize) -> Self {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX >> 1) & (u32::MAX >> 1);
        Self(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
    }

    /// The number of the file, counted from 0.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    pub(crate) fn raw(self) -> NonZeroU32 {
        self.0
    }

    pub(crate) fn from_raw(raw: NonZeroU32) -> Self {
        Self(raw)
    }
}

impl std::fmt::Debug for FileId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "file{}", self.index())
    }
}

/// A place in a file: byte offsets into its text as read (UTF-8), `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file the place is in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The place `start..end` of a file.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start: start as u32, end: end as u32 }
    }

    /// The bytes covered, as a range to index the text with.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest place that covers both (of the file of `self`).
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Number of bytes covered.
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether it covers nothing: a place between two characters.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// What wrote a file, as far as it decides which reader takes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// planlint's own plan file.
    Toml,
    /// Primavera P6 export.
    Xer,
    /// A table of tasks: rows of cells, as spreadsheets and many planning tools export them.
    Csv,
    /// Microsoft Project's XML.
    Mspdi,
    /// planlint's configuration: of the run so that findings can point into it, but no plan.
    Config,
    /// A planning format that cannot be read (yet); the reader says what to export instead.
    Unsupported,
}

impl Format {
    /// The format that the name of a file promises, by its ending.
    pub fn of(path: &Path) -> Option<Format> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "toml" => Some(Format::Toml),
            "xer" => Some(Format::Xer),
            "csv" | "tsv" => Some(Format::Csv),
            // Whether it really is one, only its text can say: see `Format::settled`.
            "xml" => Some(Format::Mspdi),
            "mpp" | "mpt" | "mpx" | "pod" | "pmxml" | "xlsx" | "xls" => Some(Format::Unsupported),
            _ => None,
        }
    }

    /// The format of a text that comes with this promise: an `.xml` may be anything.
    pub fn settled(self, text: &str) -> Format {
        match self {
            Format::Mspdi if !xml::is_project(text) => Format::Unsupported,
            format => format,
        }
    }
}

/// How the bytes of a file became text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Decoding {
    /// Offset in the text of the first place that could not be decoded (shown as U+FFFD).
    pub first_invalid: Option<u32>,
    /// How many places could not be decoded.
    pub invalid: u32,
    /// The encoding that was taken, for the message.
    pub encoding: &'static str,
}

/// One file of the run.
pub struct SourceFile {
    /// As shown to the user: relative to the working directory where possible, `/` between folders.
    pub name: String,
    /// Where it is; what decides which plan and configuration it belongs to.
    pub path: PathBuf,
    /// The format it is read as.
    pub format: Format,
    /// Its whole text, UTF-8.
    pub text: String,
    /// How the bytes became text.
    pub decoding: Decoding,
    /// Whether somebody named it outright; otherwise it was found in a folder, where tables that are no plans may lie.
    pub is_named: bool,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// A file with this text, decoded already.
    pub fn new(name: String, path: PathBuf, format: Format, text: String, decoding: Decoding) -> Self {
        Self { name, path, format, text, decoding, is_named: true, lines: OnceLock::new() }
    }

    /// The line index, built when first asked for.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// All files of a run.
#[derive(Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// A run over these files, in this order.
    pub fn new(files: Vec<SourceFile>) -> Self {
        Self { files }
    }

    /// One plan from memory: for tests, examples and editors.
    pub fn from_text(name: &str, text: &str) -> Self {
        Self::from_texts([(name.to_owned(), text.to_owned())])
    }

    /// Several files from memory, each with its name; the name decides format and folder.
    pub fn from_texts(texts: impl IntoIterator<Item = (String, String)>) -> Self {
        let files = texts
            .into_iter()
            .map(|(name, text)| {
                let format = Format::of(Path::new(&name)).unwrap_or(Format::Toml);
                let decoding = Decoding { encoding: "UTF-8", ..Decoding::default() };
                SourceFile::new(name.clone(), PathBuf::from(name), format, text, decoding)
            })
            .collect();
        Self { files }
    }

    /// The same files, some of them with another text.
    pub fn with_texts(&self, mut texts: std::collections::BTreeMap<FileId, String>) -> Self {
        let files = self.iter().map(|(id, file)| {
            let text = texts.remove(&id).unwrap_or_else(|| file.text.clone());
            let new = SourceFile::new(file.name.clone(), file.path.clone(), file.format, text, file.decoding);
            SourceFile { is_named: file.is_named, ..new }
        });
        Self { files: files.collect() }
    }

    /// Adds a file behind the others.
    pub fn push(&mut self, file: SourceFile) {
        self.files.push(file);
    }

    /// The file with this number.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.index()]
    }

    /// All files with their numbers, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId::new(index), file))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text at a place. Empty where the place is not in the file.
    pub fn text(&self, span: Span) -> &str {
        self.files.get(span.file.index()).and_then(|file| file.text.get(span.range())).unwrap_or("")
    }

    /// Line and column of both ends of a place.
    pub fn position(&self, span: Span) -> (Position, Position) {
        let file = self.file(span.file);
        let lines = file.lines();
        (lines.position(&file.text, span.start), lines.position(&file.text, span.end))
    }
}

/// Turns the bytes of a file into text: UTF-8 with or without byte order mark, UTF-16 with one, XML also without and as
/// it declares; where the bytes are neither, windows-1252 for exports of P6 (every byte has a meaning there) and
/// replacement characters for all others.
pub fn decode(bytes: Vec<u8>, format: Format) -> (String, Decoding) {
    let marked = encoding_rs::Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let known = marked.or_else(|| (format == Format::Mspdi).then(|| xml::declared(&bytes)).flatten());
    if let Some(encoding) = known.filter(|encoding| *encoding != encoding_rs::UTF_8) {
        let (text, _, _) = encoding.decode(&bytes);
        let text = text.into_owned();
        let decoding = replaced(&text, encoding.name());
        return (text, decoding);
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, Decoding { encoding: "UTF-8", ..Decoding::default() }),
        Err(error) if matches!(format, Format::Xer | Format::Csv) => {
            let (text, _, _) = encoding_rs::WINDOWS_1252.decode(error.as_bytes());
            (text.into_owned(), Decoding { encoding: "windows-1252", ..Decoding::default() })
        }
        Err(error) => {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let decoding = replaced(&text, "UTF-8");
            (text, decoding)
        }
    }
}

fn replaced(text: &str, encoding: &'static str) -> Decoding {
    let mut places = memchr::memmem::find_iter(text.as_bytes(), "\u{FFFD}");
    let first_invalid = places.next().map(|at| at as u32);
    let invalid = first_invalid.map_or(0, |_| 1 + places.count() as u32);
    Decoding { first_invalid, invalid, encoding }
}
