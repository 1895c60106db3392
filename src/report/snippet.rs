//! The lines of a file around what is to be seen there, drawn by miette.
//!
//! miette looks for lines from the beginning of its source, for every label again. It is therefore given an excerpt of
//! a few lines, found through the line index, and never sees the file: a snippet costs what it shows, wherever it is.

use std::fmt;
use std::ops::Range;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::text::{clean, columns, columns_of, harmless, wrapped};
use crate::finding::Severity;
use crate::source::{FileId, LineIndex, Position, SourceFile, Sources, Span};

/// Columns between two tab stops.
const TAB: usize = 4;
/// Lines between two labels that are shown too, so that they make one picture.
const BRIDGED: usize = 2;
/// How far above its first label an entity's own line may be to be shown with it.
const HEADER_ABOVE: usize = 4;
/// What stands for text that was left out.
const CUT: &str = "...";
/// Columns of the first word of a long line that are kept: in a plan's row that is the id.
const KEPT_HEAD: usize = 20;

/// A place to be shown, with its words.
pub(super) struct Mark<'a> {
    pub(super) span: Span,
    pub(super) text: &'a str,
}

/// How snippets are drawn.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) width: usize,
    pub(super) color: bool,
    pub(super) unicode: bool,
    pub(super) severity: Severity,
}

/// Draws all marks, the first one's lines first. Marks near to each other in a file share a picture. `header` is the
/// place that names what the first mark is about: its line is shown too where it is near.
pub(super) fn draw(sources: &Sources, marks: &[Mark<'_>], header: Option<Span>, look: Look) -> String {
    let mut out = String::new();
    for block in blocks(sources, marks) {
        let excerpt = Excerpt::new(sources, marks, &block, header, look);
        let handler = GraphicalReportHandler::new_themed(theme(&excerpt, look))
            .with_width(look.width)
            .without_syntax_highlighting();
        // Writing to a string fails only where miette cannot read the excerpt: then there is no picture.
        let _ = handler.render_report(&mut WithoutFirstLine { out: &mut out, is_past: false }, &excerpt);
    }
    out
}

/// Lines of one file with the numbers of the marks on them.
struct Block {
    file: FileId,
    lines: Range<usize>,
    marks: Vec<usize>,
}

fn blocks(sources: &Sources, marks: &[Mark<'_>]) -> Vec<Block> {
    let mut places: Vec<(FileId, usize, usize)> = marks
        .iter()
        .enumerate()
        .map(|(index, mark)| {
            (mark.span.file, sources.file(mark.span.file).lines().line_of(mark.span.start), index)
        })
        .collect();
    places.sort_unstable();
    let mut blocks: Vec<Block> = Vec::new();
    for (file, line, index) in places {
        match blocks.last_mut() {
            Some(last) if last.file == file && line <= last.lines.end + BRIDGED => {
                last.lines.end = last.lines.end.max(line + 1);
                last.marks.push(index);
            }
            _ => blocks.push(Block { file, lines: line..line + 1, marks: vec![index] }),
        }
    }
    // The reader's own place first, then as the rule tells it.
    blocks.sort_by_key(|block| block.marks.iter().min().copied());
    blocks
}

/// A few lines, harmless and cut to the width, with marks on them: all that miette sees.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    first_line: usize,
    at: Position,
    labels: Vec<LabeledSpan>,
    is_first: Vec<bool>,
}

impl Excerpt {
    fn new(sources: &Sources, marks: &[Mark<'_>], block: &Block, header: Option<Span>, look: Look) -> Self {
        let file = sources.file(block.file);
        let index = file.lines();
        let mut lines = block.lines.clone();
        if block.marks.contains(&0)
            && let Some(header) = header.filter(|header| header.file == block.file)
        {
            let line = index.line_of(header.start);
            if line < lines.start && line + HEADER_ABOVE >= lines.start {
                lines.start = line;
            }
        }
        let spoken = block.marks.iter().min().and_then(|&first| marks.get(first));
        let at = spoken
            .map_or(Position { line: 1, column: 1 }, |mark| index.position(&file.text, mark.span.start));
        // miette puts " 12 | " before each line.
        let room = look.width.saturating_sub(lines.end.to_string().len() + 4).max(24);
        let mut excerpt = Self {
            name: clean(&file.name, look.unicode).into_owned(),
            text: String::new(),
            first_line: lines.start,
            at,
            labels: Vec::new(),
            is_first: Vec::new(),
        };
        for line in lines {
            let on_line: Vec<usize> = block
                .marks
                .iter()
                .copied()
                .filter(|&mark| marks.get(mark).is_some_and(|mark| index.line_of(mark.span.start) == line))
                .collect();
            excerpt.add_line(file, index, line, marks, &on_line, room, look.unicode);
        }
        excerpt
    }

    #[expect(clippy::too_many_arguments, reason = "one line with all that decides how it is shown; private")]
    fn add_line(
        &mut self,
        file: &SourceFile,
        index: &LineIndex,
        line: usize,
        marks: &[Mark<'_>],
        on_line: &[usize],
        room: usize,
        unicode: bool,
    ) {
        let (mut start, end) = (index.start(line) as usize, index.end(&file.text, line) as usize);
        if start == 0 && file.text.starts_with('\u{FEFF}') {
            start = '\u{FEFF}'.len_utf8();
        }
        let text = file.text.get(start..end).unwrap_or("");
        // Marks at one place become one; a mark that goes on over the line's end ends with the line.
        let mut spots: Vec<Spot> = Vec::new();
        for &number in on_line {
            let Some(mark) = marks.get(number) else { continue };
            let from = floor(text, (mark.span.start as usize).saturating_sub(start));
            let to = floor(text, (mark.span.end as usize).saturating_sub(start)).max(from);
            let words = clean(mark.text, unicode);
            match spots.iter_mut().find(|spot| spot.from == from && spot.to == to) {
                Some(spot) => {
                    if !spot.words.is_empty() && !words.is_empty() {
                        spot.words.push_str("; ");
                    }
                    spot.words.push_str(&words);
                    spot.is_first |= number == 0;
                }
                None => spots.push(Spot { from, to, words: words.into_owned(), is_first: number == 0 }),
            }
        }
        spots.sort_by_key(|spot| (spot.from, spot.to));
        let base = self.text.len();
        let mut shown = vec![(None::<usize>, 0_usize); spots.len()];
        let mut column = 0;
        let mut reached = 0;
        for window in windows(text, &spots, room) {
            if window.start > reached {
                self.text.push_str(CUT);
                column += CUT.len();
            }
            let piece = text.get(window.clone()).unwrap_or("");
            for (offset, c) in piece.char_indices().chain([(piece.len(), '\0')]) {
                let (here, written) = (window.start + offset, self.text.len());
                for (spot, place) in spots.iter().zip(&mut shown) {
                    if here >= spot.from && (here < spot.to || here == spot.from) && place.0.is_none() {
                        *place = (Some(written), written);
                    }
                    if here <= spot.to && place.0.is_some() {
                        place.1 = written;
                    }
                }
                if offset == piece.len() {
                    break;
                }
                let blanks = if c == '\t' { TAB - column % TAB } else { 0 };
                if blanks > 0 {
                    self.text.extend(std::iter::repeat_n(' ', blanks));
                    column += blanks;
                } else {
                    self.text.push(harmless(c, unicode));
                    column += columns_of(c);
                }
            }
            reached = window.end;
        }
        if reached < text.len() {
            self.text.push_str(CUT);
        }
        for (spot, (from, to)) in spots.iter().zip(shown) {
            let Some(from) = from else { continue };
            // What is written under a mark begins in its middle, after "`-- ".
            let column_at = |at: usize| columns(self.text.get(base..at).unwrap_or(""));
            let middle = (column_at(from) + column_at(to)) / 2 + 4;
            let words = wrapped(&spot.words, room.saturating_sub(middle).max(24), 0, 0);
            let words = Some(words).filter(|words| !words.is_empty());
            self.labels.push(LabeledSpan::new(words, from, to - from));
            self.is_first.push(spot.is_first);
        }
        self.text.push('\n');
    }
}

/// A mark on a line: byte offsets into the line.
struct Spot {
    from: usize,
    to: usize,
    words: String,
    is_first: bool,
}

/// The last boundary between characters not after an offset.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// The pieces of a line to show: all of it where it fits, else its first word and what is around the marks.
fn windows(text: &str, spots: &[Spot], room: usize) -> Vec<Range<usize>> {
    let cut = forward(text, 0, room - CUT.len());
    let last = spots.iter().map(|spot| spot.to).max().unwrap_or(0);
    let from_start = match forward(text, 0, room) {
        whole if whole == text.len() => Some(whole),
        _ if last <= cut => Some(cut),
        _ => None,
    };
    if let Some(end) = from_start {
        return std::iter::once(0..end).collect();
    }
    let word = text.find([' ', '\t', '=', ',']).unwrap_or(0);
    let head = if columns(text.get(..word.min(KEPT_HEAD)).unwrap_or("")) == word { word } else { 0 };
    let cuts = CUT.len() * (spots.len() + 1);
    let share = room.saturating_sub(head + cuts) / spots.len().max(1);
    let mut pieces: Vec<Range<usize>> = Vec::new();
    if head > 0 {
        pieces.push(0..head);
    }
    for spot in spots {
        let length = width_up_to(text, spot.from..spot.to, share);
        let spare = share.saturating_sub(length);
        // What the line does not need behind the mark is shown before it.
        let behind = width_up_to(text, spot.to..text.len(), spare / 2);
        // What is written under the mark needs room too.
        let under = (columns(&spot.words) + 4).min(40).saturating_sub(behind);
        let before = (spare - behind).saturating_sub(under).max(KEPT_HEAD.min(spare - behind));
        let from = word_start(text, backward(text, spot.from, before), spot.from);
        let used = width_up_to(text, from..spot.from, share);
        let to = forward(text, from, used + length + behind).max(spot.from);
        match pieces.last_mut() {
            // A gap no wider than what would stand for it is shown.
            Some(last) if from <= last.end + CUT.len() => last.end = last.end.max(to),
            _ => pieces.push(from..to),
        }
    }
    pieces
}

/// The offset reached from `from` in at most so many columns.
fn forward(text: &str, from: usize, room: usize) -> usize {
    let mut used = 0;
    let rest = text.get(from..).unwrap_or("");
    for (offset, c) in rest.char_indices() {
        used += if c == '\t' { TAB } else { columns_of(c) };
        if used > room {
            return from + offset;
        }
    }
    text.len()
}

/// The offset reached backward from `from` in at most so many columns.
fn backward(text: &str, from: usize, room: usize) -> usize {
    let mut used = 0;
    let mut reached = from;
    for (offset, c) in text.get(..from).unwrap_or("").char_indices().rev() {
        used += if c == '\t' { TAB } else { columns_of(c) };
        if used > room {
            break;
        }
        reached = offset;
    }
    reached
}

/// Where the first whole word begins behind `from`, where that is before `end` and not far.
fn word_start(text: &str, from: usize, end: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let blank = text.get(from..end).unwrap_or("").char_indices().take(KEPT_HEAD).find(|(_, c)| *c == ' ');
    blank.map_or(from, |(offset, _)| from + offset + 1)
}

/// The columns a piece of a line takes, but no more than `most`.
fn width_up_to(text: &str, piece: Range<usize>, most: usize) -> usize {
    let mut used = 0;
    for c in text.get(piece).unwrap_or("").chars() {
        used += if c == '\t' { TAB } else { columns_of(c) };
        if used >= most {
            return most;
        }
    }
    used
}

impl SourceCode for Excerpt {
    /// With lines around it: the whole excerpt. Without: where the first mark is in the file.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (data, span, line, column) = if before == 0 {
            let end = span.offset() + span.len();
            let data = self.text.as_bytes().get(span.offset()..end).ok_or(MietteError::OutOfBounds)?;
            (data, *span, self.at.line as usize - 1, self.at.column as usize - 1)
        } else {
            (self.text.as_bytes(), SourceSpan::from((0, self.text.len())), self.first_line, 0)
        };
        let count = self.text.lines().count();
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), data, span, line, column, count)))
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// Passes on all but the first line: miette begins with a message, and ours is written already.
struct WithoutFirstLine<'a> {
    out: &'a mut String,
    is_past: bool,
}

impl fmt::Write for WithoutFirstLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.is_past {
            self.out.push_str(text);
        } else if let Some((_, rest)) = text.split_once('\n') {
            self.is_past = true;
            self.out.push_str(rest);
        }
        Ok(())
    }
}

/// Characters and colors of a picture: the first mark in the color of the severity, the others in another.
fn theme(excerpt: &Excerpt, look: Look) -> GraphicalTheme {
    let mut characters = if look.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
    if !look.unicode {
        characters.underbar = '^';
    }
    let mut styles = if look.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let (own, other) = match look.severity {
        Severity::Error => (styles.error, styles.advice),
        Severity::Warning => (styles.warning, styles.advice),
        Severity::Advice => (styles.advice, styles.warning),
    };
    styles.highlights = excerpt.is_first.iter().map(|&first| if first { own } else { other }).collect();
    GraphicalTheme { characters, styles }
}
