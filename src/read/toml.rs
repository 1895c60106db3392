//! The plan file: TOML by its events, statement by statement, straight into the model.
//!
//! The text is lexed as a stream and cut into slices at lines that begin outside brackets and strings. Each slice is
//! parsed on its own, so that memory stays bounded by the longest value, and a syntax mistake spoils only its own
//! statement: where a bracket is never closed, the next line that can only be a new statement ends the slice.

mod assign;
mod cursor;
mod plain;

use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};
use toml_parser::parser::{Event as Parsed, EventKind, RecursionGuard, parse_document};
use toml_parser::{ErrorSink, Expected, ParseError};

use self::assign::Assembler;
pub(crate) use self::assign::{ALIASES, expected};
use self::cursor::Event;
use super::Reading;
use crate::catalogue::FieldDecl;
use crate::finding::{Code, EntityKind, Finding};
use crate::source::{FileId, Span};

/// Deeper nesting of arrays and tables is a mistake: the deepest the plan language needs is four.
const DEEPEST: u32 = 32;

/// A slice is parsed when it has so many tokens, if no header came before.
const SLICE: usize = 512;

/// A file of this many bytes or more is read in two halves at once.
const LARGE: usize = 256 << 10;

/// Reads a plan file.
pub(super) fn read(file: FileId, text: &str, declared: &[FieldDecl]) -> Reading {
    if text.len() >= LARGE
        && let Some(reading) = read_halves(file, text, declared)
    {
        return reading;
    }
    read_whole(file, text, declared).0.finish()
}

/// Reads a large file in two halves, each on a thread of its own. The place to cut is a guess, the beginning of a line
/// near the middle that looks like a statement; `None` where it turns out to be none (it was inside a bracket or a text),
/// or where one half speaks of what the other has begun.
fn read_halves(file: FileId, text: &str, declared: &[FieldDecl]) -> Option<Reading> {
    let (cut, context) = halfway(text)?;
    let read_second = || {
        let mut assembler = Assembler::new(file, text, declared);
        if let Some(header) = context {
            assembler.go_on_in(header);
        }
        read_from(&mut assembler, file, text, cut).then_some(assembler)
    };
    let ((mut first, is_clean), second) =
        rayon::join(|| read_whole(file, &text[..cut], declared), read_second);
    if !is_clean {
        return None;
    }
    first.join(second?)?;
    Some(first.finish())
}

/// The line near the middle to cut at, and for a row the kind of entity that the rows are.
fn halfway(text: &str) -> Option<(usize, Option<EntityKind>)> {
    let mut at = text.len() / 2;
    while !text.is_char_boundary(at) {
        at += 1;
    }
    // A table of its own, `[task.x]`, needs to know nothing of what comes before.
    const NEAR: usize = 64 << 10;
    let window = &text.as_bytes()[at..text.len().min(at + NEAR)];
    for newline in memchr::memchr_iter(b'\n', window) {
        let line = &text[at + newline + 1..];
        let line = &line[..memchr::memchr(b'\n', line.as_bytes()).unwrap_or(line.len())];
        if begins_table(line) && line.matches('.').count() == 1 && !line.starts_with("[[") {
            return Some((at + newline + 1, None));
        }
    }
    // A row needs to know of what: the header before it.
    let newline = at + memchr::memchr(b'\n', window)?;
    let before = text[..newline].rfind("\n[")? + 1;
    let header = text[before..].lines().next()?.trim_end();
    let kind = EntityKind::parse(header.strip_prefix('[')?.strip_suffix(']')?)?;
    Some((newline + 1, Some(kind)))
}

/// Reads a text from the beginning. Also says whether it ends where a statement ends.
fn read_whole<'t>(file: FileId, text: &'t str, declared: &'t [FieldDecl]) -> (Assembler<'t>, bool) {
    let mut assembler = Assembler::new(file, text, declared);
    let is_clean = read_from(&mut assembler, file, text, 0);
    (assembler, is_clean)
}

/// Reads from `base` to the end. `false` where a bracket or a text was still open there.
fn read_from<'t>(assembler: &mut Assembler<'t>, file: FileId, text: &'t str, mut base: usize) -> bool {
    let mut is_clean = true;
    let mut events = Vec::with_capacity(SLICE + 64);
    loop {
        // The usual lines first; what is different about the next is the parser's to say.
        while let Some(next) = plain::line(text.as_bytes(), base, &mut events) {
            base = next;
            if events.len() >= SLICE {
                assembler.take(&events, Source::new(text), 0);
                events.clear();
            }
        }
        assembler.take(&events, Source::new(text), 0);
        events.clear();
        match read_segment(assembler, file, text, base) {
            End::Clean => return is_clean,
            End::Open => return false,
            End::Line(next) => base = next,
            End::Resume(next) => {
                is_clean = false;
                base = next;
            }
        }
    }
}

/// How a segment ended.
enum End {
    /// Where a statement ends.
    Clean,
    /// Within a bracket or a text.
    Open,
    /// Before the end, at the beginning of a line that needs no parser.
    Line(usize),
    /// With a text over several lines that is never closed; reading can go on here.
    Resume(usize),
}

/// Reads from `base` to the end, or to the next line that needs no parser, or to where reading can go on after a string
/// that was never closed.
fn read_segment<'t>(assembler: &mut Assembler<'t>, file: FileId, text: &'t str, base: usize) -> End {
    let segment = &text[base..];
    let source = Source::new(segment);
    let mut slice =
        Slice { tokens: Vec::with_capacity(SLICE + 64), events: Vec::with_capacity(SLICE + 64), base, file };
    let mut open: Vec<TokenKind> = Vec::new();
    let mut at_line_start = true;
    let mut before_line = TokenKind::Newline; // the last token that is more than blank
    let (mut line_start, mut statement_indent) = (0, 0);
    let mut glance = Vec::new();
    for token in source.lex() {
        let kind = token.kind();
        if at_line_start && open.is_empty() && token.span().start() > 0 && token.span().start() == line_start
        {
            let next = base + line_start;
            if plain::line(text.as_bytes(), next, &mut glance).is_some() {
                slice.parse(source, assembler);
                return End::Line(next);
            }
        }
        if at_line_start
            && kind != TokenKind::Newline
            && kind != TokenKind::Whitespace
            && kind != TokenKind::Comment
        {
            at_line_start = false;
            let rest = &segment[token.span().start()..];
            let indent = token.span().start() - line_start;
            let cut = match open.last() {
                None => kind == TokenKind::LeftSquareBracket || slice.tokens.len() >= SLICE,
                Some(TokenKind::LeftSquareBracket) => begins_table(rest) || begins_statement(rest),
                // In a table over several lines each entry but the last ends with a comma. Where that was forgotten,
                // an entry still stands further to the right than the statement it belongs to.
                Some(_) => {
                    let is_entry = indent > statement_indent && !begins_row(rest);
                    begins_table(rest)
                        || (begins_statement(rest)
                            && !is_entry
                            && !matches!(before_line, TokenKind::Comma | TokenKind::LeftCurlyBracket))
                }
            };
            if cut {
                slice.parse(source, assembler);
                open.clear();
            }
            if open.is_empty() {
                statement_indent = indent;
            }
        }
        match kind {
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => open.push(kind),
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                open.pop();
            }
            TokenKind::Newline => {
                at_line_start = true;
                line_start = token.span().end();
            }
            TokenKind::MlBasicString | TokenKind::MlLiteralString if token.span().end() == segment.len() => {
                if let Some(resume) = unclosed(segment, &token) {
                    // The parser sees the statement without its value.
                    let start = base + token.span().start();
                    slice.parse(source, assembler);
                    let place = Span::new(file, start, start + 3);
                    let finding = Finding::new(Code::new("PLN001"), place).variant("unclosed-long-text");
                    assembler.syntax_error(finding);
                    return if resume < segment.len() { End::Resume(base + resume) } else { End::Open };
                }
            }
            _ => {}
        }
        if !matches!(kind, TokenKind::Whitespace | TokenKind::Comment | TokenKind::Newline) {
            before_line = kind;
        }
        slice.tokens.push(token);
    }
    slice.parse(source, assembler);
    if open.is_empty() { End::Clean } else { End::Open }
}

/// Where to go on after a multi-line string that runs to the end of the text unclosed: the next line that looks like a
/// header or a statement.
fn unclosed(segment: &str, token: &Token) -> Option<usize> {
    let text = &segment[token.span().start()..];
    let quotes = &text[..3];
    if text.len() >= 6 && text.ends_with(quotes) {
        return None;
    }
    let mut at = token.span().start();
    for line in text.split_inclusive('\n') {
        if at > token.span().start() && (begins_table(line) || begins_statement(line)) {
            return Some(at);
        }
        at += line.len();
    }
    Some(segment.len())
}

/// Whether a line can only be a table header: `[word]`, `[word.` or `[[word`, with a word that is a kind of entity.
pub(crate) fn begins_table(line: &str) -> bool {
    let Some(inner) = line.strip_prefix("[[").or_else(|| line.strip_prefix('[')) else { return false };
    let inner = inner.trim_start_matches([' ', '\t']);
    let end = inner.find(|c: char| !is_bare(c)).unwrap_or(inner.len());
    EntityKind::parse(&inner[..end]).is_some()
        && inner[end..].trim_start_matches([' ', '\t']).starts_with([']', '.'])
}

/// Whether a line begins like `key =` or `key.key =`.
fn begins_statement(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| is_bare(c) || c == '.');
    rest.len() < line.len() && rest.trim_start_matches([' ', '\t']).starts_with('=')
}

/// Whether a line begins like `key = {`.
fn begins_row(line: &str) -> bool {
    let value = line.split_once('=').map_or("", |(_, value)| value);
    begins_statement(line) && value.trim_start_matches([' ', '\t']).starts_with('{')
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

struct Slice {
    tokens: Vec<Token>,
    events: Vec<Event>,
    base: usize,
    file: FileId,
}

impl Slice {
    /// Parses the tokens gathered and hands their events on.
    fn parse<'t>(&mut self, source: Source<'t>, assembler: &mut Assembler<'t>) {
        if self.tokens.is_empty() {
            return;
        }
        let (base, events) = (self.base, &mut self.events);
        let mut errors = Errors { base, file: self.file, found: Vec::new() };
        let mut receive = |event: Parsed| {
            if !matches!(event.kind(), EventKind::Whitespace) {
                events.push(Event::new(event.kind(), event.encoding(), event.span(), base));
            }
        };
        parse_document(&self.tokens, &mut RecursionGuard::new(&mut receive, DEEPEST), &mut errors);
        assembler.take(&self.events, source, base);
        for finding in errors.found {
            assembler.syntax_error(finding);
        }
        self.events.clear();
        self.tokens.clear();
    }
}

/// Turns the parser's errors into findings.
pub(super) struct Errors {
    pub(super) base: usize,
    pub(super) file: FileId,
    pub(super) found: Vec<Finding>,
}

impl ErrorSink for Errors {
    fn report_error(&mut self, error: ParseError) {
        let span = error.unexpected().or(error.context()).unwrap_or_default();
        let place = Span::new(self.file, self.base + span.start(), self.base + span.end().max(span.start()));
        let expected = error.expected().unwrap_or(&[]).iter().map(|expected| match expected {
            Expected::Literal("\n") => "the end of the line".to_owned(),
            Expected::Literal(text) => format!("`{text}`"),
            Expected::Description(text) => plain(text).to_owned(),
            _ => String::new(),
        });
        let mut expected: Vec<String> = expected.filter(|it| !it.is_empty()).collect();
        // A list of everything that could stand there helps nobody, nor does "a value is missing; expected a value".
        if expected.len() > 1 || error.description().starts_with("missing") {
            expected.clear();
        }
        let mut finding = Finding::new(Code::new("PLN001"), place);
        if let Some(context) = error.context() {
            let context = Span::new(self.file, self.base + context.start(), self.base + context.end());
            if context != place && !context.is_empty() {
                finding = finding.label(context, "belongs to this");
            }
        }
        self.found.push(syntax_finding(finding, plain(error.description()), &expected.join(" or ")));
    }
}

/// Fills the words of PLN001.
pub(super) fn syntax_finding(finding: Finding, problem: &str, expected: &str) -> Finding {
    let clause = if expected.is_empty() { String::new() } else { format!("; expected {expected}") };
    finding.param("problem", problem).param("expected", clause)
}

/// The parser's words in those of somebody who never programmed.
fn plain(text: &str) -> &str {
    match text {
        "basic string" | "literal string" => "text in quotation marks",
        "key with no value" => "a name without a value",
        "unexpected key or value" | "unexpected content" => {
            "something stands here that does not belong on this line"
        }
        "missing comma between key-value pairs" | "missing comma between array elements" => {
            "a comma is missing"
        }
        "missing assignment between key-value pairs" => "an equals sign is missing",
        "extra assignment between key-value pairs" => "there is one equals sign too many",
        "unexpected `=` in array" => "an equals sign has no place in a list",
        "extra comma in array" | "extra comma in inline table" => "there is one comma too many",
        "missing escaped value" => {
            "after a backslash in double quotes must come a sign such as n or another backslash"
        }
        "missing key for inline table element" | "invalid inline table element" => {
            "between braces each value needs a name"
        }
        "invalid key-value pair" => "this is no name with a value",
        "invalid comment character" => "a comment has a character that cannot be shown",
        "carriage return must be followed by newline" => "there is a line end from an old program",
        "keys cannot be multi-line basic strings" | "keys cannot be multi-line literal strings" => {
            "a name cannot go over several lines"
        }
        "missing table open" => "the header of a section has no opening bracket",
        "missing opening quote" => "the opening quotation mark is missing",
        "unquoted keys cannot be empty" => "a name is missing",
        "missing value for key" | "missing value" => "a value is missing",
        "unclosed array" => "a list is never closed",
        "unclosed inline table" => "an opening brace is never closed",
        "unclosed table" | "unclosed array table" => "the header of a section is never closed",
        "extra `=`" => "there is one equals sign too many",
        "newline" => "the end of the line",
        "key" => "a name",
        "value" => "a value",
        "invalid table" => "this is no header of a section",
        "invalid basic string"
        | "invalid literal string"
        | "invalid multi-line basic string"
        | "invalid multi-line literal string" => "this text has a character that it cannot have",
        "cannot recurse further; max recursion depth met" => "brackets within brackets, far too deep",
        "missing array opening" => "a bracket closes that was never opened",
        "missing inline table opening" => "a brace closes that was never opened",
        other => other,
    }
}
