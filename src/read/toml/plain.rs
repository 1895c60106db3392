//! The usual lines of a plan, taken at a glance: `key = "value"`, `key = ["a", "b"]`, `key = { ... }`, `[task.id]`.
//!
//! Nearly every line of a large plan looks like one of these. They need no lexer and no parser, and reading them so takes
//! a third of the time. What is written in any other way (escapes, texts over several lines, dotted keys, mistakes ...) is
//! left to the parser; the two agree to the letter on what both accept, which a property test holds.

use toml_parser::decoder::Encoding;
use toml_parser::parser::EventKind;

use super::cursor::Event;

/// Takes the line that begins at a place. Returns where the next begins; `None`, with nothing added, where the line is
/// none of the usual.
pub(super) fn line(bytes: &[u8], start: usize, events: &mut Vec<Event>) -> Option<usize> {
    let before = events.len();
    let mut line = Line { bytes, at: start, events };
    let taken = line.statement();
    let at = line.at;
    if taken.is_none() {
        events.truncate(before);
    }
    taken.map(|()| at)
}

struct Line<'a> {
    bytes: &'a [u8],
    at: usize,
    events: &'a mut Vec<Event>,
}

impl Line<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn add(&mut self, kind: EventKind, encoding: Option<Encoding>, start: usize) {
        self.events.push(Event { kind, encoding, start: start as u32, end: self.at as u32 });
    }

    /// Takes one byte as an event of its own.
    fn mark(&mut self, kind: EventKind) {
        self.at += 1;
        self.add(kind, None, self.at - 1);
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn statement(&mut self) -> Option<()> {
        self.blanks();
        match self.peek()? {
            b'\n' | b'\r' | b'#' => {}
            b'[' => self.header()?,
            _ => {
                self.entry(0)?;
            }
        }
        self.end_of_line()
    }

    /// `[task.id]`.
    fn header(&mut self) -> Option<()> {
        self.mark(EventKind::StdTableOpen);
        loop {
            self.key()?;
            match self.peek()? {
                b'.' => self.mark(EventKind::KeySep),
                b']' => {
                    self.mark(EventKind::StdTableClose);
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// `key = value`; tables only at depth 0.
    fn entry(&mut self, depth: usize) -> Option<()> {
        self.key()?;
        self.blanks();
        if self.peek()? != b'=' {
            return None;
        }
        self.mark(EventKind::KeyValSep);
        self.blanks();
        match self.peek()? {
            b'[' => self.list(EventKind::ArrayOpen, b']', EventKind::ArrayClose, Self::scalar),
            b'{' if depth == 0 => {
                self.list(EventKind::InlineTableOpen, b'}', EventKind::InlineTableClose, |it| it.entry(1))
            }
            _ => self.scalar(),
        }
    }

    /// Elements with commas between them, up to the closing bracket on the same line.
    fn list(
        &mut self,
        open: EventKind,
        closing: u8,
        close: EventKind,
        element: fn(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.mark(open);
        self.blanks();
        if self.peek()? == closing {
            self.mark(close);
            return Some(());
        }
        loop {
            element(self)?;
            self.blanks();
            match self.peek()? {
                b',' => {
                    self.mark(EventKind::ValueSep);
                    self.blanks();
                }
                byte if byte == closing => {
                    self.mark(close);
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn key(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            self.at += 1;
        }
        (self.at > start).then(|| self.add(EventKind::SimpleKey, None, start))
    }

    /// A text in double quotes without escapes, or a number, a date, `true` or `false`.
    fn scalar(&mut self) -> Option<()> {
        let start = self.at;
        if self.peek()? == b'"' {
            let rest = &self.bytes[start + 1..];
            let end = memchr::memchr3(b'"', b'\\', b'\n', rest).filter(|end| rest[*end] == b'"')?;
            // Three quotes begin a text over several lines.
            if end == 0 && rest.get(1) == Some(&b'"') {
                return None;
            }
            self.at = start + end + 2;
            self.add(EventKind::Scalar, Some(Encoding::BasicString), start);
            return Some(());
        }
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b':' | b'_');
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        // A fraction: points elsewhere, and a time after a blank, are left to the parser.
        if self.peek() == Some(b'.')
            && self.bytes[start..self.at].iter().all(u8::is_ascii_digit)
            && self.at > start
        {
            self.at += 1;
            let fraction = self.at;
            while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                self.at += 1;
            }
            if self.at == fraction {
                return None;
            }
        }
        if self.at == start
            || !matches!(self.peek()?, b' ' | b'\t' | b',' | b']' | b'}' | b'\r' | b'\n' | b'#')
        {
            return None;
        }
        self.add(EventKind::Scalar, None, start);
        Some(())
    }

    fn end_of_line(&mut self) -> Option<()> {
        self.blanks();
        if self.peek()? == b'#' {
            let start = self.at;
            let rest = &self.bytes[start..];
            let end = memchr::memchr2(b'\n', b'\r', rest)?;
            self.at += end;
            self.add(EventKind::Comment, None, start);
        }
        let start = self.at;
        if self.peek()? == b'\r' {
            self.at += 1;
        }
        if self.peek()? != b'\n' {
            return None;
        }
        self.at += 1;
        self.add(EventKind::Newline, None, start);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use toml_parser::Source;
    use toml_parser::parser::{Event as Parsed, parse_document};

    use super::*;

    fn parsed(text: &str) -> (Vec<Event>, usize) {
        let source = Source::new(text);
        let mut events = Vec::new();
        let mut errors: Vec<toml_parser::ParseError> = Vec::new();
        let mut receive = |event: Parsed| {
            if event.kind() != EventKind::Whitespace {
                events.push(Event::new(event.kind(), event.encoding(), event.span(), 0));
            }
        };
        let tokens: Vec<_> = source.lex().collect();
        parse_document(&tokens, &mut receive, &mut errors);
        (events, errors.len())
    }

    fn taken(text: &str) -> Option<Vec<Event>> {
        let mut events = Vec::new();
        line(text.as_bytes(), 0, &mut events).filter(|end| *end == text.len()).map(|_| events)
    }

    #[test]
    fn usual_lines_are_taken() {
        for text in [
            "owner = \"amira\"\n",
            "  depends-on = [\"a\", \"b FS+2d\"]  # both\r\n",
            "t1 = { title = \"Größe\", milestone = true, start = 2026-12-01, depends-on = [\"a\"], cost = 18.5 }\n",
            "[task.pilot]\n",
            "[plan]\n",
            "# planlint: ignore[DEP001] why\n",
            "\n",
            "covers = []\n",
            "version = 7.70\n",
        ] {
            assert_eq!(taken(text), Some(parsed(text).0), "{text}");
        }
        for text in [
            "a.b = 1\n",
            "a = \"\\n\"\n",
            "a = \"\"\"x\"\"\"\n",
            "a = 'x'\n",
            "a = \n",
            "[[a]]\n",
            "a = 1",
            "a = [\n",
        ] {
            assert_eq!(taken(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn what_is_taken_at_a_glance_the_parser_reads_the_same(
            parts in prop::collection::vec(prop::sample::select(vec![
                "a", "key", "1", "7.70", "-5", "2026-12-01", "T08:00", "true", "\"x\"", "\"\"", "\"y z\"", "'l'", "=", " = ",
                " ", ",", ", ", "[", "]", "{", "}", "{ ", " }", ".", "#c", "\t", "\r", "é", "\"", "\\", "_", "+", ":", "[[",
            ]), 0..14),
            as_entry in any::<bool>(),
        ) {
            let text = format!("{}{}\n", if as_entry { "k = " } else { "" }, parts.concat());
            if let Some(events) = taken(&text) {
                let (expected, errors) = parsed(&text);
                prop_assert_eq!(errors, 0, "{}", text);
                prop_assert_eq!(events, expected, "{}", text);
            }
        }
    }
}
