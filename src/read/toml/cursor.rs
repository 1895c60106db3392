//! Walking over the parser's events: keys, values, what to skip.

use std::borrow::Cow;

use toml_parser::decoder::{Encoding, ScalarKind};
use toml_parser::parser::EventKind;
use toml_parser::{Raw, Source};

use super::{Errors, syntax_finding};
use crate::finding::{Code, Finding, Fix};
use crate::source::{FileId, Span};

/// One event of the parser, at its place in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Event {
    pub(super) kind: EventKind,
    pub(super) encoding: Option<Encoding>,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Event {
    pub(super) fn new(
        kind: EventKind,
        encoding: Option<Encoding>,
        span: toml_parser::Span,
        base: usize,
    ) -> Self {
        Self { kind, encoding, start: (span.start() + base) as u32, end: (span.end() + base) as u32 }
    }
}

/// What a scalar is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Text,
    Flag(bool),
    Integer,
    Float,
    Date,
    /// Text without quotation marks, or a number that is none. Reported, unless the field's type explains it better.
    Bare,
    /// Nothing that could be used. Reported.
    Broken,
}

/// A key or a scalar: its words, and where they stand (between the quotes).
#[derive(Clone)]
pub(super) struct Scalar<'t> {
    pub(super) kind: Kind,
    pub(super) span: Span,
    pub(super) text: Cow<'t, str>,
}

impl Scalar<'_> {
    /// Whether the words are not what stands at the place.
    pub(super) fn is_decoded(&self) -> bool {
        matches!(self.text, Cow::Owned(_))
    }
}

/// The quotation marks of word processors.
const CURLY: [char; 9] = ['“', '”', '„', '‟', '«', '»', '‘', '’', '‚'];

/// A position among the events of a slice.
pub(super) struct Cursor<'e, 't> {
    events: &'e [Event],
    at: usize,
    source: Source<'t>,
    base: usize,
    file: FileId,
    pub(super) errors: Errors,
}

impl<'e, 't> Cursor<'e, 't> {
    pub(super) fn new(events: &'e [Event], source: Source<'t>, base: usize, file: FileId) -> Self {
        Self { events, at: 0, source, base, file, errors: Errors { base, file, found: Vec::new() } }
    }

    pub(super) fn peek(&self) -> Option<EventKind> {
        self.events.get(self.at).map(|event| event.kind)
    }

    pub(super) fn next(&mut self) -> Option<Event> {
        let event = self.events.get(self.at).copied()?;
        self.at += 1;
        Some(event)
    }

    /// Goes on if the next event is of this kind.
    pub(super) fn eat(&mut self, kind: EventKind) -> Option<Event> {
        if self.peek() == Some(kind) { self.next() } else { None }
    }

    /// Whether an equals sign and an opening brace come next.
    pub(super) fn is_table_next(&self) -> bool {
        let kind = |ahead: usize| self.events.get(self.at + ahead).map(|event| event.kind);
        kind(0) == Some(EventKind::KeyValSep) && kind(1) == Some(EventKind::InlineTableOpen)
    }

    /// Where the next event is.
    pub(super) fn span(&self) -> Span {
        let (start, end) = self.events.get(self.at).map_or((0, 0), |event| (event.start, event.end));
        Span { file: self.file, start, end }
    }

    /// Skips comments and line ends between the elements of a list.
    pub(super) fn skip_trivia(&mut self) {
        while matches!(self.peek(), Some(EventKind::Comment | EventKind::Newline | EventKind::Error)) {
            self.at += 1;
        }
    }

    pub(super) fn skip_to_newline(&mut self) {
        while self.peek().is_some_and(|kind| kind != EventKind::Newline) {
            self.at += 1;
        }
    }

    /// Skips one value with everything in it. Returns where it stood.
    pub(super) fn skip_value(&mut self) -> Span {
        let mut span = self.span();
        let mut depth = 0_usize;
        while let Some(event) = self.next() {
            span.end = span.end.max(event.end);
            match event.kind {
                EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
                EventKind::ArrayClose | EventKind::InlineTableClose => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        span
    }

    /// The next key, quotes taken off.
    pub(super) fn key(&mut self) -> Option<Scalar<'t>> {
        let event = self.eat(EventKind::SimpleKey)?;
        Some(self.decode(event, true))
    }

    /// The next scalar.
    pub(super) fn scalar(&mut self) -> Option<Scalar<'t>> {
        let scalar = self.scalar_as_is()?;
        if scalar.kind != Kind::Bare {
            return Some(scalar);
        }
        self.errors.found.push(self.bare(&scalar));
        let Cow::Borrowed(text) = scalar.text else { return Some(scalar) };
        let inside = text.trim_start_matches(CURLY);
        let start = scalar.span.start + (text.len() - inside.len()) as u32;
        let inside = inside.trim_end_matches(CURLY);
        let span = Span { start, end: start + inside.len() as u32, ..scalar.span };
        Some(Scalar { span, text: Cow::Borrowed(inside), ..scalar })
    }

    /// The next scalar; text without quotation marks is not reported.
    pub(super) fn scalar_as_is(&mut self) -> Option<Scalar<'t>> {
        let event = self.eat(EventKind::Scalar)?;
        Some(self.decode(event, false))
    }

    /// PLN001 for text without quotation marks, or with those that word processors make.
    fn bare(&self, scalar: &Scalar<'t>) -> Finding {
        let finding = Finding::new(Code::new("PLN001"), scalar.span);
        let inside = scalar.text.trim_matches(CURLY);
        let finding = match inside.len() < scalar.text.len() {
            true => finding.variant("curly-quotes"),
            false => finding.variant("unquoted-text"),
        };
        let finding = finding.param("value", crate::model::shortened(inside));
        if inside.contains(['"', '\\']) || inside.chars().any(char::is_control) {
            return finding;
        }
        let quoted = format!("\"{inside}\"");
        finding.fix(Fix::not_safe(format!("Write {quoted}")).replace(scalar.span, quoted))
    }

    fn decode(&mut self, event: Event, is_key: bool) -> Scalar<'t> {
        let (start, end) = (event.start as usize - self.base, event.end as usize - self.base);
        let raw = self.source.input().get(start..end).unwrap_or("");
        let place = |from: usize, to: usize| Span::new(self.file, self.base + from, self.base + to);
        let quotes = match event.encoding {
            Some(Encoding::BasicString | Encoding::LiteralString) => 1,
            Some(Encoding::MlBasicString | Encoding::MlLiteralString) => 3,
            None => 0,
        };
        let is_closed =
            raw.len() >= 2 * quotes && raw.as_bytes()[..quotes] == raw.as_bytes()[raw.len() - quotes..];
        let inside = if is_closed { place(start + quotes, end - quotes) } else { place(start, end) };
        // The common cases need no decoding: plain words without escapes.
        let bytes = raw.as_bytes();
        // All bytes are looked at, so that the loop is done many at a time.
        let is_plain = |bytes: &[u8]| {
            bytes.iter().fold(true, |plain, &byte| plain & (byte >= 0x20) & (byte != 0x7F) & (byte != b'\\'))
        };
        let is_bare = |bytes: &[u8]| {
            bytes.iter().fold(true, |bare, &byte| {
                bare & (byte.is_ascii_alphanumeric() | (byte == b'-') | (byte == b'_'))
            })
        };
        match event.encoding {
            Some(Encoding::BasicString | Encoding::LiteralString) if is_closed && is_plain(bytes) => {
                return Scalar {
                    kind: Kind::Text,
                    span: inside,
                    text: Cow::Borrowed(&raw[1..raw.len() - 1]),
                };
            }
            None if is_key && !raw.is_empty() && is_bare(bytes) => {
                return Scalar { kind: Kind::Text, span: inside, text: Cow::Borrowed(raw) };
            }
            _ => {}
        }
        if let Some(scalar) = self.misquoted(event, raw, quotes, is_closed, is_key) {
            return scalar;
        }
        let mut text = Cow::Borrowed("");
        let value = Raw::new_unchecked(raw, event.encoding, toml_parser::Span::new_unchecked(start, end));
        let mut errors = Errors { base: self.base, file: self.file, found: Vec::new() };
        let kind = if is_key {
            value.decode_key(&mut text, &mut errors);
            Kind::Text
        } else {
            match value.decode_scalar(&mut text, &mut errors) {
                _ if quotes == 0 && !errors.found.is_empty() => {
                    errors.found.clear();
                    Kind::Bare
                }
                ScalarKind::String => Kind::Text,
                ScalarKind::Boolean(flag) => Kind::Flag(flag),
                ScalarKind::DateTime => Kind::Date,
                ScalarKind::Float => Kind::Float,
                ScalarKind::Integer(_) => Kind::Integer,
            }
        };
        self.errors.found.append(&mut errors.found);
        // What is not quoted is shown as it stands (numbers lose nothing, `7.70` stays `7.70`).
        if quotes == 0 {
            text = Cow::Borrowed(raw);
        }
        let text = match text {
            Cow::Owned(text)
                if self.source.input().get(start + quotes..end.saturating_sub(quotes)) == Some(&*text) =>
            {
                Cow::Borrowed(&raw[quotes..raw.len() - quotes])
            }
            Cow::Borrowed(text) if text.len() != inside.len() => Cow::Owned(text.to_owned()),
            text => text,
        };
        Scalar { kind, span: inside, text }
    }

    /// Slips with quotation marks that can be told better than the parser tells them: text that is never closed, names
    /// that need quotation marks, and no value at all.
    fn misquoted(
        &mut self,
        event: Event,
        raw: &'t str,
        quotes: usize,
        is_closed: bool,
        is_key: bool,
    ) -> Option<Scalar<'t>> {
        let span = Span { file: self.file, start: event.start, end: event.end };
        let finding = Finding::new(Code::new("PLN001"), span);
        let scalar = |kind, text| Some(Scalar { kind, span, text: Cow::Borrowed(text) });
        match (is_key, quotes) {
            (false, 0) if raw.is_empty() => {
                self.errors.found.push(syntax_finding(finding, "a value is missing", ""));
                scalar(Kind::Broken, raw)
            }
            (true, 0) if !raw.is_empty() => {
                if let Some(name) = raw.strip_suffix(':') {
                    let problem = "a colon stands here in place of an equals sign";
                    self.errors.found.push(syntax_finding(finding, problem, ""));
                    return scalar(Kind::Text, name);
                }
                let finding = finding.variant("unquoted-name").param("value", crate::model::shortened(raw));
                self.errors.found.push(finding);
                scalar(Kind::Text, raw)
            }
            (_, 1) if !is_closed => {
                self.errors.found.push(finding.variant("unclosed-quote"));
                let text = raw.get(1..).unwrap_or("").trim_end();
                // To the end of the line it may be the value, or all that comes after it in a row.
                let kind = if text.contains([',', '{', '}', '[', ']']) { Kind::Broken } else { Kind::Text };
                let (start, end) = (span.start + 1, span.start + 1 + text.len() as u32);
                Some(Scalar { kind, span: Span { start, end, ..span }, text: Cow::Borrowed(text) })
            }
            _ => None,
        }
    }
}
