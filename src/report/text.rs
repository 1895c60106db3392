//! Text for a terminal: made harmless, measured and wrapped.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns a text takes in a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Columns a character takes; at least one, so that what is cut by columns is also bounded in characters.
pub(super) fn columns_of(c: char) -> usize {
    c.width().unwrap_or(1).max(1)
}

/// Whether a terminal may act on a character instead of showing it: control characters (escape sequences begin with
/// one), and the invisible ones that turn the direction of writing or hide letters.
fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// What to show instead of a character.
pub(super) fn harmless(c: char, unicode: bool) -> char {
    match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_active(c) && unicode => '\u{FFFD}',
        c if is_active(c) => '?',
        c => c,
    }
}

/// A text of the plan on one line, with nothing in it that a terminal would act on.
pub(crate) fn clean(text: &str, unicode: bool) -> Cow<'_, str> {
    if text.chars().any(is_active) {
        return Cow::Owned(text.chars().map(|c| harmless(c, unicode)).collect());
    }
    Cow::Borrowed(text)
}

/// A text that may have several lines, with nothing else in it that a terminal would act on.
pub(crate) fn clean_lines(text: &str) -> Cow<'_, str> {
    if text.chars().any(|c| c != '\n' && is_active(c)) {
        return Cow::Owned(text.chars().map(|c| if c == '\n' { c } else { harmless(c, true) }).collect());
    }
    Cow::Borrowed(text)
}

/// A text broken at spaces so that no line is longer than `width`, where its words allow that. The first line begins
/// at column `begun` (what stands before it is already written), the others are indented.
pub(crate) fn wrapped(text: &str, width: usize, begun: usize, indent: usize) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut column = begun;
    let mut is_first = true;
    for word in text.split_whitespace() {
        let length = columns(word);
        if !is_first && column + 1 + length > width {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if !is_first {
            out.push(' ');
            column += 1;
        } else if column + length > width && column > indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        }
        out.push_str(word);
        column += length;
        is_first = false;
    }
    out
}

/// A number with its noun: `1 task`, `2 tasks`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_within_the_width_and_hang() {
        assert_eq!(wrapped("one two three four", 11, 6, 2), "one\n  two three\n  four");
        assert_eq!(wrapped("a-very-long-word", 8, 0, 2), "a-very-long-word");
    }

    #[test]
    fn escapes_and_turned_writing_are_replaced() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c\nd", false), "a?[31mb?c d");
        assert_eq!(clean("a\u{9b}b", true), "a\u{FFFD}b");
    }
}
