//! From the text of an XML file to its elements, one after the other, with their places. Knows XML, not what Microsoft
//! Project writes in it.
//!
//! Goes on behind whatever breaks the rules of XML, wherever it can: an unescaped `<` in a name must not cost the rest
//! of the plan. Entities are never expanded, but for the five of XML and those that are numbers.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::Event;

/// What comes next in the text, with the bytes where it begins and ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Token<'t> {
    /// `<name ...>`, without a prefix; `is_empty` for `<name ... />`.
    Open { name: &'t str, is_empty: bool, start: usize, end: usize },
    /// `</name>`, without a prefix.
    Close { name: &'t str, start: usize, end: usize },
    /// `<!DOCTYPE ...>`: allowed in XML, and never part of an export.
    Doctype { start: usize, end: usize },
    /// Something that is no XML.
    Broken { problem: &'static str, start: usize, end: usize },
    /// A tag without its end, which is the end of the text.
    Cut,
    /// The end of the text.
    End,
}

/// How often the reading of a text may begin anew behind something that cannot be read.
const MOST_RESTARTS: usize = 10_000;

/// Reads a text token by token.
pub(super) struct Scanner<'t> {
    text: &'t str,
    reader: Reader<&'t [u8]>,
    /// Where in the text the reader began.
    base: usize,
    restarts: usize,
    is_over: bool,
}

impl<'t> Scanner<'t> {
    /// Begins at the start of a text, behind a byte order mark.
    pub(super) fn new(text: &'t str) -> Self {
        let base = text.len() - text.trim_start_matches('\u{FEFF}').len();
        Self { text, reader: reader(&text[base..]), base, restarts: 0, is_over: false }
    }

    /// Where the next token is looked for.
    fn at(&self) -> usize {
        (self.base + usize::try_from(self.reader.buffer_position()).unwrap_or(0)).min(self.text.len())
    }

    /// The next token. After [`Token::End`] it is always that.
    pub(super) fn next(&mut self) -> Token<'t> {
        loop {
            if self.is_over {
                return Token::End;
            }
            let start = self.at();
            let event = self.reader.read_event();
            let end = self.at();
            let token = match event {
                Ok(Event::Start(_)) => self.tag(start, end, false),
                Ok(Event::Empty(_)) => self.tag(start, end, true),
                Ok(Event::End(_)) => self.tag(start, end, false),
                Ok(Event::DocType(_)) => Token::Doctype { start, end },
                Ok(Event::Eof) => {
                    self.is_over = true;
                    Token::End
                }
                Ok(_) => continue,
                Err(error) => self.broken(&error, start),
            };
            return token;
        }
    }

    fn tag(&mut self, start: usize, end: usize, is_empty: bool) -> Token<'t> {
        let raw = self.text.get(start..end).unwrap_or("");
        // A `<` inside: the tag was never closed, or it is a sign that stands for itself. What follows the last one is
        // looked at again.
        if let Some(inner) = raw.as_bytes().get(1..).and_then(|rest| memchr::memrchr(b'<', rest)) {
            let next = start + 1 + inner;
            self.restart(next);
            let problem = "a `<` begins no element; as a sign in a text it is written `&lt;`";
            return Token::Broken { problem, start, end: next };
        }
        let (body, is_close) = match raw.strip_prefix("</") {
            Some(body) => (body, true),
            None => (raw.strip_prefix('<').unwrap_or(raw), false),
        };
        let is_end = |byte: u8| matches!(byte, b'>' | b' ' | b'/' | b'\n' | b'\r' | b'\t');
        let stop = body.bytes().position(is_end).unwrap_or(body.len());
        let name = &body[..stop];
        let name = name.rsplit_once(':').map_or(name, |(_, local)| local);
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Token::Broken { problem: "an element has no name that XML allows", start, end };
        }
        match is_close {
            true => Token::Close { name, start, end },
            false => Token::Open { name, is_empty, start, end },
        }
    }

    /// What the reader could not read. Goes on behind the `<` that began it where that cannot take long.
    fn broken(&mut self, error: &quick_xml::Error, start: usize) -> Token<'t> {
        use quick_xml::errors::SyntaxError as Syntax;
        let at = self.base + usize::try_from(self.reader.error_position()).unwrap_or(0);
        let at = at.max(start).min(self.text.len());
        let problem = match error {
            quick_xml::Error::Syntax(Syntax::InvalidBangMarkup) => {
                self.restart(at + 1);
                "`<!` begins neither a comment nor CDATA"
            }
            quick_xml::Error::Syntax(error) => {
                self.is_over = true;
                match error {
                    Syntax::UnclosedComment => "a comment begins here and never ends (`-->` is missing)",
                    Syntax::UnclosedCData => "a CDATA section begins here and never ends (`]]>` is missing)",
                    Syntax::UnclosedDoctype => "a document type begins here and never ends",
                    _ => return Token::Cut,
                }
            }
            quick_xml::Error::IllFormed(_) => "this breaks the rules of XML",
            _ => {
                self.is_over = true;
                "this is no XML"
            }
        };
        Token::Broken { problem, start: at, end: at }
    }

    fn restart(&mut self, at: usize) {
        self.restarts += 1;
        match self.text.get(at..).filter(|_| self.restarts <= MOST_RESTARTS) {
            Some(rest) => {
                self.base = at;
                self.reader = reader(rest);
            }
            None => self.is_over = true,
        }
    }
}

fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    // Which end belongs to which start is looked after by the caller, who knows what to do when they do not fit.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    reader
}

/// Whether a text stands in the file as it is meant.
pub(super) fn is_plain(raw: &str) -> bool {
    memchr::memchr2(b'&', b'<', raw.as_bytes()).is_none()
}

/// The text that is meant by the content of an element: without comments, CDATA opened, references to characters
/// resolved. A reference to anything else stays as it stands; the second is the first of those.
pub(super) fn meant(raw: &str) -> (Cow<'_, str>, Option<&str>) {
    if is_plain(raw) {
        return (Cow::Borrowed(raw), None);
    }
    let mut out = String::with_capacity(raw.len());
    let mut unknown = None;
    let mut rest = raw;
    while let Some(at) = memchr::memchr2(b'&', b'<', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(cdata) = rest.strip_prefix("<![CDATA[") {
            let end = cdata.find("]]>").unwrap_or(cdata.len());
            out.push_str(&cdata[..end]);
            rest = cdata.get(end + 3..).unwrap_or("");
        } else if rest.starts_with("<!--") {
            rest = rest.find("-->").and_then(|end| rest.get(end + 3..)).unwrap_or("");
        } else if rest.starts_with("<?") {
            rest = rest.find("?>").and_then(|end| rest.get(end + 2..)).unwrap_or("");
        } else if let Some((letter, length)) = reference(rest) {
            out.push(letter);
            rest = &rest[length..];
        } else {
            if rest.starts_with('&') && unknown.is_none() {
                let end = rest.find([';', ' ', '<']).map_or(rest.len(), |end| end + 1);
                unknown = rest.get(..end).filter(|name| name.ends_with(';'));
            }
            out.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    (Cow::Owned(out), unknown)
}

/// The character that a reference at the start of a text stands for, and how long the reference is.
fn reference(text: &str) -> Option<(char, usize)> {
    // No reference to a character is longer than `&#x10FFFF;` with a few zeros.
    let end = text.bytes().take(16).position(|byte| byte == b';')?;
    let name = text.get(1..end)?;
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|letter| *letter != '\0')?
        }
    };
    Some((letter, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let mut scanner = Scanner::new(text);
        let mut out = Vec::new();
        loop {
            out.push(match scanner.next() {
                Token::Open { name, is_empty, start, end } => {
                    format!("+{name}{} {start}..{end}", if is_empty { "/" } else { "" })
                }
                Token::Close { name, start, end } => format!("-{name} {start}..{end}"),
                Token::Doctype { start, .. } => format!("doctype {start}"),
                Token::Broken { start, end, .. } => format!("broken {start}..{end}"),
                Token::Cut => "cut".to_owned(),
                Token::End => return out,
            });
        }
    }

    #[test]
    fn elements_with_their_places() {
        assert_eq!(
            tokens(
                "\u{FEFF}<?xml version=\"1.0\"?><p:A x=\"1>2\">t&amp;<!-- <no> --><B/><![CDATA[<no>]]></p:A>"
            ),
            ["+A 24..37", "+B/ 56..60", "-A 76..82"],
        );
    }

    #[test]
    fn a_sign_that_stands_for_itself_costs_nothing_behind_it() {
        assert_eq!(
            tokens("<A>3 < 4 and <! and <5>.</A><B>x</B>"),
            ["+A 0..3", "broken 5..20", "broken 20..23", "-A 24..28", "+B 28..31", "-B 32..36"],
        );
        assert_eq!(tokens("<A><B"), ["+A 0..3", "cut"]);
        assert_eq!(tokens("<A>a & b & c;</A>"), ["+A 0..3", "-A 13..17"]);
    }

    #[test]
    fn references_to_characters_are_resolved_and_no_others() {
        let shown = |raw| {
            let (text, unknown) = meant(raw);
            (text.into_owned(), unknown.map(str::to_owned))
        };
        assert_eq!(shown("R&amp;D &#8211; &#x41;&lt;"), ("R&D – A<".to_owned(), None));
        assert_eq!(shown("a<!-- b -->c<![CDATA[<&amp;>]]>"), ("ac<&amp;>".to_owned(), None));
        assert_eq!(shown("&lol9; & b"), ("&lol9; & b".to_owned(), Some("&lol9;".to_owned())));
        assert_eq!(shown("&#0;&#xD800;&"), ("&#0;&#xD800;&".to_owned(), Some("&#0;".to_owned())));
    }
}
