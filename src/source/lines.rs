//! Line index: from byte offset to line and column in O(log n), built once a file.

/// A place as people count: line and column from 1, columns in characters (Unicode scalar values).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

/// Bytes between two checkpoints of the character count.
const STEP: usize = 4096;

/// Where each line of a text begins, and how many characters come before every 4 KiB, so that a column costs no more
/// in a line of 100 MB than in a short one.
pub struct LineIndex {
    starts: Vec<u32>,
    characters: Vec<u32>,
}

impl LineIndex {
    /// The index of a text. A line ends after `\n`; a `\r` before it belongs to the line end.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        let mut characters = Vec::with_capacity(text.len() / STEP + 1);
        let mut count = 0;
        for chunk in text.as_bytes().chunks(STEP) {
            characters.push(count);
            count += count_characters(chunk);
        }
        characters.push(count);
        Self { starts, characters }
    }

    /// Number of lines; a text that ends with a line end has an empty last one.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Never: even an empty text has one line.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// The line, from 0, that holds this byte.
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// First byte of a line, counted from 0.
    pub fn start(&self, line: usize) -> u32 {
        self.starts[line.min(self.starts.len() - 1)]
    }

    /// The byte after the last of a line counted from 0, without its line end.
    pub fn end(&self, text: &str, line: usize) -> u32 {
        let end = self.starts.get(line + 1).map_or(text.len(), |&next| next as usize - 1);
        let start = self.start(line) as usize;
        if end > start && text.as_bytes().get(end - 1) == Some(&b'\r') { end as u32 - 1 } else { end as u32 }
    }

    /// Line and column of a byte offset. The byte order mark at the beginning of a file is no column.
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let offset = (offset as usize).min(text.len()) as u32;
        let line = self.line_of(offset);
        let start = self.starts[line];
        let mark = u32::from(start == 0 && offset > 0 && text.starts_with('\u{FEFF}'));
        let column = match text.as_bytes().get(start as usize..offset as usize) {
            // Most lines are short: counted from their beginning.
            Some(before) if before.len() <= STEP => count_characters(before),
            _ => self.characters_before(text, offset) - self.characters_before(text, start),
        };
        let column = column - mark;
        Position { line: line as u32 + 1, column: column + 1 }
    }

    fn characters_before(&self, text: &str, offset: u32) -> u32 {
        let chunk = offset as usize / STEP;
        let rest = text.as_bytes().get(chunk * STEP..offset as usize).unwrap_or(&[]);
        self.characters.get(chunk).copied().unwrap_or(0) + count_characters(rest)
    }
}

fn count_characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_with_either_line_end() {
        let text = "\u{FEFF}a\r\nhél\nx";
        let index = LineIndex::new(text);
        let at = |needle: &str| index.position(text, text.find(needle).unwrap() as u32);
        assert_eq!(at("a"), Position { line: 1, column: 1 });
        assert_eq!(at("l"), Position { line: 2, column: 3 });
        assert_eq!(at("x"), Position { line: 3, column: 1 });
        assert_eq!(index.end(text, 0), 4);
    }

    #[test]
    fn a_column_in_a_long_line_is_counted_from_the_nearest_checkpoint() {
        let text = "é".repeat(10_000);
        let index = LineIndex::new(&text);
        assert_eq!(index.position(&text, 19_998), Position { line: 1, column: 10_000 });
    }
}
