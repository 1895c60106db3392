//! From the text of a file to the cells of its rows, each with its place. Knows the form of the file, not its meaning.

use std::borrow::Cow;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::header::Header;
use super::options::CsvOptions;
use crate::source::{FileId, Span};

/// What stands between two delimiters, without blanks and quotation marks around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'t> {
    raw: &'t str,
    file: FileId,
    start: u32,
    /// The cell as it stands in the file, with its quotation marks.
    outer: (u32, u32),
    /// It has doubled quotation marks in it.
    is_escaped: bool,
    /// Blanks before the text.
    pub(super) indent: u32,
}

impl<'t> Cell<'t> {
    /// The text as it is meant.
    pub(super) fn text(&self) -> Cow<'t, str> {
        if self.is_escaped { self.raw.replace("\"\"", "\"").into() } else { self.raw.into() }
    }

    /// The text as it stands in the file: with doubled quotation marks, where it has any.
    pub(super) fn raw(&self) -> &'t str {
        self.raw
    }

    pub(super) fn is_escaped(&self) -> bool {
        self.is_escaped
    }

    pub(super) fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Where the text is.
    pub(super) fn span(&self) -> Span {
        Span::new(self.file, self.start as usize, self.start as usize + self.raw.len())
    }

    /// Where the cell is, quotation marks and blanks included.
    pub(super) fn outer(&self) -> Span {
        Span { file: self.file, start: self.outer.0, end: self.outer.1 }
    }

    /// A part of the text, without blanks around it.
    pub(super) fn part(&self, from: usize, to: usize) -> Cell<'t> {
        let part = self.raw.get(from..to).unwrap_or("");
        let trimmed = trim(part);
        let before = part.len() - part.trim_start_matches(is_blank).len();
        let start = if trimmed.is_empty() { from } else { from + before };
        Cell { raw: trimmed, start: self.start + start as u32, is_escaped: self.is_escaped, ..*self }
    }

    /// The parts between separators, without those that are empty.
    pub(super) fn split(&self, mut is_separator: impl FnMut(char) -> bool) -> Vec<Cell<'t>> {
        let mut parts = Vec::new();
        let mut from = 0;
        for (at, sign) in self.raw.char_indices() {
            if !is_separator(sign) {
                continue;
            }
            parts.push(self.part(from, at));
            from = at + sign.len_utf8();
        }
        parts.push(self.part(from, self.raw.len()));
        parts.retain(|part| !part.is_empty());
        parts
    }
}

fn is_blank(sign: char) -> bool {
    sign.is_whitespace() || sign == '\0'
}

fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// A row that was split.
pub(super) struct Row {
    /// The whole row, without the end of its last line.
    pub(super) place: Span,
    /// Where a quotation mark in it does not do what it should: the cell, or the rest of the line.
    pub(super) bad_quote: Option<Span>,
}

/// The rows of a file, one after the other.
pub(super) struct Rows<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    delimiter: u8,
    quoted: Reader,
    plain: Reader,
    /// Bytes that may still be read a second time because of quotation marks that are never closed. When they are used
    /// up, quotation marks are taken as they stand, so that no file takes more than a few passes.
    patience: usize,
    scratch: Box<[u8]>,
}

/// The signs that may stand between two cells.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// So many rows are looked at to find the delimiter and the header.
pub(super) const N_FIRST_ROWS: usize = 20;

/// So many bytes of them at most.
const N_FIRST_BYTES: usize = 1 << 16;

impl<'t> Rows<'t> {
    pub(super) fn new(file: FileId, text: &'t str, delimiter: u8) -> Self {
        let reader =
            |quoting: bool| ReaderBuilder::new().delimiter(delimiter).quote(b'"').quoting(quoting).build();
        Self {
            file,
            text,
            at: start_of(text).0,
            delimiter,
            quoted: reader(true),
            plain: reader(false),
            patience: text.len().max(1 << 20) * 2,
            scratch: vec![0; 1 << 12].into(),
        }
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Where the next row begins.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Goes on at a place where a row begins.
    pub(super) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// The next row that is not empty, split into `cells`. `None` at the end of the file.
    pub(super) fn next(&mut self, cells: &mut Vec<Cell<'t>>) -> Option<Row> {
        cells.clear();
        let bytes = self.text.as_bytes();
        // The reader passes over the ends of empty lines by itself; here it would make them part of the first cell.
        while matches!(bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.at += 1;
        }
        if self.at >= bytes.len() {
            return None;
        }
        let first = self.at;
        let mut bad_quote = None;
        let mut is_plain = self.patience == 0;
        self.quoted.reset();
        self.plain.reset();
        let end = loop {
            let start = self.at;
            let (mut stop, mut is_last) = self.field(start, is_plain);
            let mut raw = self.content(start, stop, is_last);
            if !is_plain && raw.starts_with('"') && !is_closed(raw) {
                bad_quote.get_or_insert((start, raw.len()));
                if raw.contains(['\n', '\r']) {
                    // The cell would swallow the lines below: the line is read as it stands instead.
                    self.patience = self.patience.saturating_sub(stop - start);
                    self.plain.reset();
                    is_plain = true;
                    (stop, is_last) = self.field(start, true);
                    raw = self.content(start, stop, is_last);
                    bad_quote = Some((start, raw.len()));
                }
            }
            cells.push(self.cell(start, raw, !is_plain));
            self.at = stop;
            if is_last {
                break start + raw.len();
            }
        };
        let bad_quote = bad_quote.map(|(start, length)| Span::new(self.file, start, start + length));
        Some(Row { place: Span::new(self.file, first, end), bad_quote })
    }

    /// Where a cell that begins at `start` stops, with its delimiter or line end, and whether it is the last of its row.
    fn field(&mut self, start: usize, is_plain: bool) -> (usize, bool) {
        let reader = if is_plain { &mut self.plain } else { &mut self.quoted };
        let mut at = start;
        loop {
            let input = self.text.as_bytes().get(at..).unwrap_or(&[]);
            let (result, n_read, _) = reader.read_field(input, &mut self.scratch);
            at += n_read;
            match result {
                ReadFieldResult::Field { record_end } => return (at, record_end),
                ReadFieldResult::End => return (at, true),
                // What the cell comes to is taken from the text itself.
                ReadFieldResult::OutputFull => {}
                ReadFieldResult::InputEmpty if input.is_empty() => return (at, true),
                ReadFieldResult::InputEmpty => {}
            }
        }
    }

    /// A cell without what ends it.
    fn content(&self, start: usize, stop: usize, is_last: bool) -> &'t str {
        let whole = self.text.get(start..stop).unwrap_or("");
        if is_last {
            return whole.trim_end_matches(['\r', '\n']);
        }
        whole.strip_suffix(self.delimiter as char).unwrap_or(whole)
    }

    fn cell(&self, start: usize, raw: &'t str, is_quoting: bool) -> Cell<'t> {
        let is_quoted = is_quoting && raw.len() >= 2 && raw.starts_with('"') && is_closed(raw);
        // A quotation mark without a partner is no part of the text either.
        let opens = usize::from(raw.starts_with('"'));
        let closes = usize::from(opens == 1 && raw.len() > 1 && raw.ends_with('"'));
        let inside = raw.get(opens..raw.len() - closes).unwrap_or("");
        let text = trim(inside);
        let before = inside.len() - inside.trim_start_matches(is_blank).len();
        let before = if text.is_empty() { 0 } else { before };
        Cell {
            raw: text,
            file: self.file,
            start: (start + opens + before) as u32,
            outer: (start as u32, (start + raw.len()) as u32),
            is_escaped: is_quoted && text.contains("\"\""),
            indent: inside.chars().take_while(|sign| is_blank(*sign)).count() as u32,
        }
    }
}

/// Whether a cell that begins with a quotation mark ends with the one that closes it.
fn is_closed(raw: &str) -> bool {
    let Some(inside) = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return false };
    // Every other one inside is doubled.
    let mut signs = memchr::memchr_iter(b'"', inside.as_bytes());
    while let Some(at) = signs.next() {
        if signs.next() != Some(at + 1) {
            return false;
        }
    }
    true
}

/// Where the rows begin, and the delimiter that a first line `sep=;` names, as Excel understands it.
fn start_of(text: &str) -> (usize, Option<u8>) {
    let body = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let start = text.len() - body.len();
    let line = body.get(..body.find(['\r', '\n']).unwrap_or(body.len())).unwrap_or("");
    let plain = line.trim_matches('"');
    match plain.strip_prefix("sep=").map(str::as_bytes) {
        Some([delimiter]) if delimiter.is_ascii() => (start + line.len(), Some(*delimiter)),
        _ => (start, None),
    }
}

/// The sign between the cells: the one with which most columns are recognized, else the one that makes most cells.
pub(super) fn delimiter(file: FileId, text: &str, options: &CsvOptions) -> u8 {
    if let Some(delimiter) = options.delimiter.or(start_of(text).1) {
        return delimiter;
    }
    let mut end = text.len().min(N_FIRST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let beginning = text.get(..end).unwrap_or("");
    let mut best = (0, 0, b',');
    for candidate in DELIMITERS {
        let mut rows = Rows::new(file, beginning, candidate);
        let mut cells = Vec::new();
        let (mut most_known, mut most_cells) = (0, 0);
        for _ in 0..N_FIRST_ROWS {
            if rows.next(&mut cells).is_none() {
                break;
            }
            most_known = most_known.max(Header::of(&cells, options).n_known());
            most_cells = most_cells.max(cells.len());
        }
        if (most_known, most_cells) > (best.0, best.1) {
            best = (most_known, most_cells, candidate);
        }
    }
    best.2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, delimiter: u8) -> Vec<(Vec<String>, bool)> {
        let mut rows = Rows::new(FileId::new(0), text, delimiter);
        let mut cells = Vec::new();
        let mut found = Vec::new();
        while let Some(row) = rows.next(&mut cells) {
            for cell in &cells {
                assert_eq!(&text[cell.span().range()], cell.raw(), "{text:?}");
            }
            found
                .push((cells.iter().map(|cell| cell.text().into_owned()).collect(), row.bad_quote.is_some()));
        }
        found
    }

    fn plain(text: &str) -> Vec<String> {
        rows(text, b',')
            .into_iter()
            .map(|(cells, bad)| cells.join("|") + if bad { " !" } else { "" })
            .collect()
    }

    #[test]
    fn cells_are_what_stands_between_delimiters() {
        assert_eq!(plain("a, b ,c\r\n\r\n1,,\n"), ["a|b|c", "1||"]);
        assert_eq!(plain("\u{FEFF}\"a, b\",\"say \"\"hi\"\"\"\rx"), ["a, b|say \"hi\"", "x"]);
        assert_eq!(plain("\"two\nlines\",b\nc"), ["two\nlines|b", "c"]);
        assert_eq!(plain(""), Vec::<String>::new());
        assert_eq!(plain(",\n\"\"\nend"), ["|", "", "end"]);
        assert_eq!(rows("sep=;\na;b", b';'), [(vec!["a".into(), "b".into()], false)]);
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_costs_one_line() {
        assert_eq!(plain("a,\"b\n1,2\n3,\"4\"\n"), ["a|b !", "1|2", "3|4"]);
        assert_eq!(plain("a,\"b\n1,2\n"), ["a|b !", "1|2"]);
        assert_eq!(plain("\"Server \"A\" test\",x\n1,2"), ["Server \"A\" test|x !", "1|2"]);
    }

    #[test]
    fn unclosed_quotation_marks_take_no_more_than_a_few_passes() {
        let text = "x,\"a\n".repeat(200_000);
        let start = std::time::Instant::now();
        assert_eq!(rows(&text, b',').len(), 200_000);
        assert!(start.elapsed().as_secs() < 20);
    }

    #[test]
    fn the_delimiter_is_found() {
        let found = |text: &str| delimiter(FileId::new(0), text, &CsvOptions::default()) as char;
        assert_eq!(found("ID;Name;Predecessors\n1;a;2,3\n"), ';');
        assert_eq!(found("ID\tName\tStart\n1\ta, b; c\t\n"), '\t');
        assert_eq!(found("\"Task Name\",\"Assigned To\"\n\"a;b;c;d\",x\n"), ',');
        assert_eq!(found("a|b|c\n"), '|');
        assert_eq!(found(""), ',');
    }
}
