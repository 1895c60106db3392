//! How a TOML text is laid out: where its statements begin, and within one the values with their keys, commas and
//! comments. Of a text with mistakes it tells what can be told; what is edited is read again in any case.

use std::ops::Range;
use std::rc::Rc;

use toml_parser::Source;
use toml_parser::decoder::Encoding;
use toml_parser::lexer::TokenKind;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};

use crate::read::begins_table;

/// Deeper nesting is a mistake, which is not edited.
const DEEPEST: u32 = 32;

/// The layout of one text.
pub(super) struct Layout<'t> {
    pub(super) text: &'t str,
    /// Where each statement begins: headers, and keys with their values.
    starts: Vec<usize>,
    /// The statement that was looked at last: most fixes of a plan come in its order.
    last: Option<(usize, Rc<Statement>)>,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Scalar(Option<Encoding>),
    List,
    Table,
}

/// A value: of a key, or an item of a list.
#[derive(Debug)]
pub(super) struct Slot {
    /// The list or table that it is in.
    pub(super) parent: Option<usize>,
    pub(super) previous: Option<usize>,
    pub(super) next: Option<usize>,
    /// The last value in it, where it is a list or a table.
    pub(super) last: Option<usize>,
    /// Its whole key; none for an item of a list.
    pub(super) key: Option<Range<usize>>,
    /// The last part of its key.
    name: Range<usize>,
    /// With quotation marks or brackets.
    pub(super) value: Range<usize>,
    pub(super) kind: Kind,
    /// The byte after the comma behind it.
    pub(super) comma: Option<usize>,
}

impl Slot {
    /// Where it begins: its key, else its value.
    pub(super) fn start(&self) -> usize {
        self.key.as_ref().map_or(self.value.start, |key| key.start)
    }

    /// Whether it is the value of a key with this name.
    pub(super) fn is_field(&self, name: &str, text: &str) -> bool {
        let written = text.get(self.name.clone()).unwrap_or("");
        self.key.is_some() && written.trim_matches(['"', '\'']) == name
    }
}

/// A header, or a key with its value.
#[derive(Debug)]
pub(super) struct Statement {
    /// Its number.
    pub(super) number: usize,
    pub(super) start: usize,
    /// The byte after its last, comments left out.
    pub(super) end: usize,
    /// The parts of the key of a header.
    pub(super) header: Option<Vec<Range<usize>>>,
    /// In the order of their values; the first is that of the statement itself.
    pub(super) slots: Vec<Slot>,
    /// All comments up to the next statement.
    pub(super) comments: Vec<Range<usize>>,
}

impl Statement {
    /// The innermost value that covers a place.
    pub(super) fn slot_at(&self, at: &Range<usize>) -> Option<usize> {
        let mut number = self.slots.partition_point(|slot| slot.value.start <= at.start).checked_sub(1)?;
        loop {
            let slot = self.slots.get(number)?;
            if at.end <= slot.value.end {
                return Some(number);
            }
            number = slot.parent?;
        }
    }

    /// The comments within it, and behind it on its last line.
    pub(super) fn own_comments(&self, text: &str) -> impl Iterator<Item = &Range<usize>> {
        let end = line_end(text, self.end);
        self.comments.iter().filter(move |comment| comment.start < end)
    }

    /// The end of the last line of the statement, comment included, line end not.
    pub(super) fn line_end(&self, text: &str) -> usize {
        line_end(text, self.end)
    }
}

impl<'t> Layout<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut starts = Vec::new();
        let mark = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let body = text.get(mark..).unwrap_or("");
        let mut depth = 0_usize;
        let mut is_line_start = true;
        for token in Source::new(body).lex() {
            let start = token.span().start();
            match token.kind() {
                TokenKind::Newline => is_line_start = true,
                TokenKind::Whitespace | TokenKind::Comment | TokenKind::Eof => {}
                kind => {
                    // After a bracket that is never closed, a header tells where the text can be read again.
                    if is_line_start && depth > 0 && begins_table(body.get(start..).unwrap_or("")) {
                        depth = 0;
                    }
                    if is_line_start && depth == 0 {
                        starts.push(mark + start);
                    }
                    is_line_start = false;
                    match kind {
                        TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => depth += 1,
                        TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                            depth = depth.saturating_sub(1);
                        }
                        _ => {}
                    }
                }
            }
        }
        Self { text, starts, last: None }
    }

    /// The statement that covers a place.
    pub(super) fn statement_at(&mut self, at: usize) -> Option<Rc<Statement>> {
        let number = self.starts.partition_point(|start| *start <= at).checked_sub(1)?;
        self.statement(number).filter(|statement| at < statement.end)
    }

    /// The statement with a number.
    pub(super) fn statement(&mut self, number: usize) -> Option<Rc<Statement>> {
        if let Some((known, statement)) = &self.last
            && *known == number
        {
            return Some(Rc::clone(statement));
        }
        let start = *self.starts.get(number)?;
        let end = self.starts.get(number + 1).copied().unwrap_or(self.text.len());
        let statement = Rc::new(read(self.text, number, start..end)?);
        self.last = Some((number, Rc::clone(&statement)));
        Some(statement)
    }
}

/// How many mistakes a parser finds in a text.
pub(super) fn mistakes(text: &str) -> usize {
    let source = Source::new(text);
    let tokens: Vec<_> = source.lex().collect();
    let mut ignore = |_: Event| {};
    let mut errors: Vec<toml_parser::ParseError> = Vec::new();
    parse_document(&tokens, &mut RecursionGuard::new(&mut ignore, DEEPEST), &mut errors);
    errors.len()
}

/// Reads one statement. `None` where it has a mistake.
fn read(text: &str, number: usize, range: Range<usize>) -> Option<Statement> {
    let source = Source::new(text.get(range.clone())?);
    let tokens: Vec<_> = source.lex().collect();
    let mut errors: Vec<toml_parser::ParseError> = Vec::new();
    let mut events: Vec<Event> = Vec::with_capacity(tokens.len());
    let mut receive = |event: Event| events.push(event);
    parse_document(&tokens, &mut RecursionGuard::new(&mut receive, DEEPEST), &mut errors);
    let mut statement = Statement {
        number,
        start: range.start,
        end: range.start,
        header: None,
        slots: Vec::new(),
        comments: Vec::new(),
    };
    let mut open: Vec<usize> = Vec::new();
    let mut key: Option<Range<usize>> = None;
    let mut name = 0..0;
    for event in events {
        let place = event.span().start() + range.start..event.span().end() + range.start;
        match event.kind() {
            EventKind::Whitespace | EventKind::Newline => continue,
            EventKind::Comment => {
                statement.comments.push(place);
                continue;
            }
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => statement.header = Some(Vec::new()),
            EventKind::SimpleKey => match &mut statement.header {
                Some(parts) => parts.push(place.clone()),
                None => {
                    name = place.clone();
                    let start = key.map_or(place.start, |key: Range<usize>| key.start);
                    key = Some(start..place.end);
                }
            },
            EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen => {
                let kind = match event.kind() {
                    EventKind::ArrayOpen => Kind::List,
                    EventKind::InlineTableOpen => Kind::Table,
                    _ => Kind::Scalar(event.encoding()),
                };
                let own = statement.slots.len();
                let parent = open.last().copied();
                let previous = parent.and_then(|parent| statement.slots.get(parent)?.last);
                if let Some(parent) = parent.and_then(|parent| statement.slots.get_mut(parent)) {
                    parent.last = Some(own);
                }
                if let Some(previous) = previous.and_then(|previous| statement.slots.get_mut(previous)) {
                    previous.next = Some(own);
                }
                statement.slots.push(Slot {
                    parent,
                    previous,
                    next: None,
                    last: None,
                    key: key.take(),
                    name: name.clone(),
                    value: place.clone(),
                    kind,
                    comma: None,
                });
                if kind == Kind::List || kind == Kind::Table {
                    open.push(own);
                }
            }
            EventKind::ArrayClose | EventKind::InlineTableClose => {
                if let Some(slot) = open.pop().and_then(|own| statement.slots.get_mut(own)) {
                    slot.value.end = place.end;
                }
            }
            EventKind::ValueSep => {
                let last = open.last().and_then(|list| statement.slots.get(*list)?.last);
                if let Some(item) = last.and_then(|item| statement.slots.get_mut(item)) {
                    item.comma = Some(place.end);
                }
            }
            _ => {}
        }
        statement.end = statement.end.max(place.end);
    }
    (errors.is_empty() && open.is_empty()).then_some(statement)
}

/// The first byte of the line of a place.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(&[]);
    let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
    if start == 0 && text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8().min(at) } else { start }
}

/// The byte after the last of the line of a place, without its line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or(&[]);
    let end = at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    if end > at && text.as_bytes().get(end - 1) == Some(&b'\r') && end < text.len() { end - 1 } else { end }
}

/// The first byte of the line after that of a place.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or(&[]);
    memchr::memchr(b'\n', rest).map_or(text.len(), |newline| at + newline + 1)
}

/// What stands before the first sign of a line.
pub(super) fn indent_of(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    let line = text.get(start..).unwrap_or("");
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
