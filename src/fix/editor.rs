//! From what is to be changed to how the text is edited: so that comments stay, and the rest looks as its author wrote it.

use std::ops::Range;
use std::rc::Rc;

use toml_parser::decoder::Encoding;

use super::layout::{Kind, Layout, Statement, indent_of, line_end, line_start, next_line};
use crate::finding::{Change, Edit};
use crate::source::{FileId, Span};

/// Edits one text.
pub(super) struct Editor<'t> {
    file: FileId,
    layout: Layout<'t>,
    line_end: &'static str,
}

/// An item that is to go: its statement, the list it is in, and which it is.
struct Going {
    statement: Rc<Statement>,
    list: usize,
    item: usize,
}

impl<'t> Editor<'t> {
    pub(super) fn new(file: FileId, text: &'t str) -> Self {
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { file, layout: Layout::new(text), line_end }
    }

    /// The edits that make the changes, in the order of the text. `None` where one cannot be made, or nothing would
    /// change.
    pub(super) fn edits(&mut self, changes: &[Change]) -> Option<Vec<Edit>> {
        let mut edits = Vec::new();
        let mut going: Vec<Going> = Vec::new();
        for change in changes {
            match change {
                Change::Replace { at, text } => edits.push(self.edit(at.range(), text)),
                Change::Word { at, word } => edits.push(self.word(at.range(), word)?),
                Change::Value { at, toml } => {
                    let (statement, slot) = self.slot(at.range())?;
                    edits.push(self.edit(statement.slots[slot].value.clone(), toml));
                }
                Change::TakeOut { at, field } => match self.item(at.range(), field)? {
                    Ok(item) => going.push(item),
                    Err(whole) => edits.extend(whole),
                },
                Change::AddTo { owner, field, items } => {
                    edits.extend(self.add_to(owner.start as usize, field, items)?);
                }
                Change::Set { owner, field, toml } => {
                    edits.push(self.set(owner.start as usize, field, toml)?);
                }
                Change::Drop { at, field } => {
                    let (statement, mut slot) = self.slot(at.range())?;
                    while !statement.slots[slot].is_field(field, self.layout.text) {
                        slot = statement.slots[slot].parent?;
                    }
                    edits.extend(self.without(&statement, slot));
                }
                Change::Delete { owner } => edits.push(self.delete(owner.start as usize)?),
            }
        }
        edits.extend(self.without_items(going));
        let text = self.layout.text;
        edits.retain(|edit| text.get(edit.span.range()) != Some(edit.insert.as_str()));
        edits.sort();
        edits.dedup();
        let is_possible = edits.iter().all(|edit| text.get(edit.span.range()).is_some())
            && edits.windows(2).all(|pair| !super::touch(&pair[0], &pair[1]));
        (is_possible && !edits.is_empty()).then_some(edits)
    }

    fn edit(&self, range: Range<usize>, insert: impl Into<String>) -> Edit {
        Edit { span: Span::new(self.file, range.start, range.end), insert: insert.into() }
    }

    /// The innermost value that covers a place.
    fn slot(&mut self, at: Range<usize>) -> Option<(Rc<Statement>, usize)> {
        let statement = self.layout.statement_at(at.start)?;
        let slot = statement.slot_at(&at)?;
        Some((statement, slot))
    }

    fn word(&mut self, at: Range<usize>, word: &str) -> Option<Edit> {
        let (statement, slot) = self.slot(at.clone())?;
        let slot = &statement.slots[slot];
        let Kind::Scalar(encoding) = slot.kind else { return None };
        let is_plain = !word.chars().any(|c| c.is_control() || c == '\'');
        let written = match encoding {
            Some(Encoding::BasicString | Encoding::MlBasicString) => escaped(word),
            Some(Encoding::LiteralString | Encoding::MlLiteralString) if is_plain => word.to_owned(),
            // The reader has said that quotation marks are missing; both are mended at once.
            None if at == slot.value => quoted(word),
            _ => return None,
        };
        Some(self.edit(at, written))
    }

    /// The item of a field's list that covers a place; the edits that take away the field where that is no list, or has no
    /// other item.
    fn item(&mut self, at: Range<usize>, field: &str) -> Option<Result<Going, Vec<Edit>>> {
        let text = self.layout.text;
        let (statement, mut slot) = self.slot(at)?;
        loop {
            if statement.slots[slot].is_field(field, text) {
                return Some(Err(self.without(&statement, slot)));
            }
            let list = statement.slots[slot].parent?;
            if statement.slots[list].is_field(field, text) && statement.slots[list].kind == Kind::List {
                return Some(Ok(Going { statement, list, item: slot }));
            }
            slot = list;
        }
    }

    /// Takes items out of their lists.
    fn without_items(&self, mut going: Vec<Going>) -> Vec<Edit> {
        going.sort_by_key(|it| (it.statement.number, it.list, it.item));
        going.dedup_by_key(|it| (it.statement.number, it.list, it.item));
        let mut edits = Vec::new();
        for of_list in going.chunk_by(|a, b| (a.statement.number, a.list) == (b.statement.number, b.list)) {
            let Some(Going { statement, list, .. }) = of_list.first() else { continue };
            let items: Vec<usize> = of_list.iter().map(|it| it.item).collect();
            let mut all = 0;
            let mut next = statement.slots[*list].last;
            while let Some(item) = next.filter(|_| all <= items.len()) {
                all += 1;
                next = statement.slots[item].previous;
            }
            let is_empty = all == items.len();
            let has_comments =
                statement.comments.iter().any(|it| statement.slots[*list].value.contains(&it.start));
            if is_empty && !has_comments {
                edits.extend(self.without(statement, *list));
            } else {
                edits.extend(self.without_slots(statement, &items));
            }
        }
        edits
    }

    /// Takes a field away: its whole line, or its part of a row.
    fn without(&self, statement: &Statement, slot: usize) -> Vec<Edit> {
        match statement.slots[slot].parent {
            Some(_) => self.without_slots(statement, &[slot]),
            None => vec![self.without_lines(
                statement.start,
                statement.end,
                statement.own_comments(self.layout.text),
            )],
        }
    }

    /// Takes neighbors or single ones of a list or table away, with the commas that go with them. In order.
    fn without_slots(&self, statement: &Statement, slots: &[usize]) -> Vec<Edit> {
        let text = self.layout.text;
        let mut edits = Vec::new();
        let follows = |a: &usize, b: &usize| statement.slots[*a].next == Some(*b);
        for run in slots.chunk_by(follows) {
            let (Some(&first), Some(&last)) = (run.first(), run.last()) else { continue };
            let (first, last) = (&statement.slots[first], &statement.slots[last]);
            let after = last.next.map(|next| statement.slots[next].start());
            let before = first.previous.map(|previous| statement.slots[previous].value.end);
            let range = match (after, before) {
                (Some(after), _) => Some(first.start()..after),
                (None, Some(before)) => Some(before..last.value.end),
                (None, None) => None,
            };
            // Over several lines, or where nothing else is left, each goes alone: what stands around it stays.
            let on_one_line =
                |range: &Range<usize>| text.get(range.clone()).is_some_and(|gone| !gone.contains('\n'));
            if let Some(range) = range.filter(on_one_line) {
                edits.push(self.edit(range, ""));
                continue;
            }
            for item in run {
                let item = &statement.slots[*item];
                edits.push(self.without_part(item.start()..item.comma.unwrap_or(item.value.end)));
            }
        }
        edits
    }

    /// Takes away what stands on a line of its own, with the line, or with the blanks beside it.
    fn without_part(&self, range: Range<usize>) -> Edit {
        let text = self.layout.text;
        let (from, to) = (line_start(text, range.start), line_end(text, range.end));
        let before = text.get(from..range.start).unwrap_or("");
        let after = text.get(range.end..to).unwrap_or("");
        let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
        match (before.trim().is_empty(), after.trim().is_empty()) {
            (true, true) => self.edit(from..next_line(text, to), ""),
            (true, false) => self.edit(range.start..range.end + blanks, ""),
            (false, _) => self.edit(from + before.trim_end().len()..range.end, ""),
        }
    }

    /// Takes away whole lines; the comments in them stay, each on a line.
    fn without_lines<'c>(
        &self,
        start: usize,
        end: usize,
        comments: impl Iterator<Item = &'c Range<usize>>,
    ) -> Edit {
        let text = self.layout.text;
        let comments: Vec<&str> = comments.filter_map(|comment| text.get(comment.clone())).collect();
        let end = line_end(text, end);
        if comments.is_empty() {
            return self.edit(line_start(text, start)..next_line(text, end), "");
        }
        let between = format!("{}{}", self.line_end, indent_of(text, start));
        self.edit(start..end, comments.join(&between))
    }

    /// Adds items to a list, or begins it.
    fn add_to(&mut self, owner: usize, field: &str, items: &[String]) -> Option<Vec<Edit>> {
        let text = self.layout.text;
        let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
        let Some((statement, number)) = self.field_of(owner, field)? else {
            return Some(vec![self.new_field(owner, field, &format!("[{}]", items.join(", ")))?]);
        };
        let slot = &statement.slots[number];
        if slot.kind != Kind::List {
            let (start, end) = (slot.value.start, slot.value.end);
            return Some(vec![
                self.edit(start..start, "["),
                self.edit(end..end, format!(", {}]", items.join(", "))),
            ]);
        }
        let Some(last) = slot.last.and_then(|last| statement.slots.get(last)) else {
            let inside = slot.value.start + 1;
            return Some(vec![self.edit(inside..inside, items.join(", "))]);
        };
        let end = last.value.end;
        let is_one_a_line = text.get(end..slot.value.end).is_some_and(|rest| rest.contains('\n'));
        if !is_one_a_line {
            return Some(vec![self.edit(end..end, format!(", {}", items.join(", ")))]);
        }
        let separator = format!("{}{}", self.line_end, indent_of(text, last.start()));
        // A comment behind the last item is about that one: the new one comes below it.
        let below = statement.own_comments(text).find(|it| it.start >= end && it.start < line_end(text, end));
        let at = below.map_or(last.comma.unwrap_or(end), |comment| comment.end);
        Some(match (last.comma, below) {
            (Some(_), _) => {
                let new: String = items.iter().map(|item| format!("{separator}{item},")).collect();
                vec![self.edit(at..at, new)]
            }
            (None, None) => {
                let new: String = items.iter().map(|item| format!(",{separator}{item}")).collect();
                vec![self.edit(at..at, new)]
            }
            (None, Some(_)) => {
                let new = format!("{separator}{}", items.join(&format!(",{separator}")));
                vec![self.edit(end..end, ","), self.edit(at..at, new)]
            }
        })
    }

    fn set(&mut self, owner: usize, field: &str, toml: &str) -> Option<Edit> {
        match self.field_of(owner, field)? {
            Some((statement, slot)) => Some(self.edit(statement.slots[slot].value.clone(), toml)),
            None => self.new_field(owner, field, toml),
        }
    }

    /// The value of a field of the thing whose id stands at a place; none inside where it has none. `None` where it is
    /// neither a table nor a row.
    fn field_of(&mut self, owner: usize, field: &str) -> Option<Option<(Rc<Statement>, usize)>> {
        let text = self.layout.text;
        let statement = self.layout.statement_at(owner)?;
        if statement.header.is_none() {
            let row = row_of(&statement, owner)?;
            let mut next = statement.slots[row].last;
            while let Some(number) = next {
                if statement.slots[number].is_field(field, text) {
                    return Some(Some((statement, number)));
                }
                next = statement.slots[number].previous;
            }
            return Some(None);
        }
        let mut number = statement.number + 1;
        while let Some(statement) = self.layout.statement(number).filter(|it| it.header.is_none()) {
            if statement.slots.first().is_some_and(|slot| slot.is_field(field, text)) {
                return Some(Some((statement, 0)));
            }
            number += 1;
        }
        Some(None)
    }

    /// A new field: at the end of a row, or of a table.
    fn new_field(&mut self, owner: usize, field: &str, toml: &str) -> Option<Edit> {
        let text = self.layout.text;
        let statement = self.layout.statement_at(owner)?;
        if statement.header.is_none() {
            let row = &statement.slots[row_of(&statement, owner)?];
            return Some(match row.last {
                Some(last) => {
                    let at = statement.slots[last].value.end;
                    self.edit(at..at, format!(", {field} = {toml}"))
                }
                None => self.edit(row.value.clone(), format!("{{ {field} = {toml} }}")),
            });
        }
        let (mut last, mut number) = (statement.clone(), statement.number + 1);
        while let Some(statement) = self.layout.statement(number).filter(|it| it.header.is_none()) {
            (last, number) = (statement, number + 1);
        }
        let at = last.line_end(text);
        let indent = indent_of(text, last.start);
        Some(self.edit(at..at, format!("{}{indent}{field} = {toml}", self.line_end)))
    }

    /// Takes away a row, or a table with all its fields.
    fn delete(&mut self, owner: usize) -> Option<Edit> {
        let text = self.layout.text;
        let mut statement = self.layout.statement_at(owner)?;
        if statement.header.is_none() && row_of(&statement, owner).is_some() {
            return Some(self.without_lines(statement.start, statement.end, statement.own_comments(text)));
        }
        while statement.header.is_none() {
            statement = self.layout.statement(statement.number.checked_sub(1)?)?;
        }
        let own = path(&statement, text);
        let is_part = |other: &Statement| {
            let other = path(other, text);
            other.len() > own.len() && other.starts_with(&own)
        };
        let (start, mut number) = (statement.start, statement.number + 1);
        let mut comments: Vec<Range<usize>> = Vec::new();
        let mut last = statement;
        while let Some(next) = self.layout.statement(number).filter(|it| it.header.is_none() || is_part(it)) {
            comments.extend(last.comments.iter().cloned());
            (last, number) = (next, number + 1);
        }
        comments.extend(last.own_comments(text).cloned());
        let mut edit = self.without_lines(start, last.end, comments.iter());
        // Of the empty lines above and below, one is enough.
        let rest = text.get(edit.span.end as usize..).unwrap_or("");
        let before = text.get(..edit.span.start as usize).unwrap_or("");
        let is_loose = before.is_empty() || before.ends_with("\n\n") || before.ends_with("\n\r\n");
        if edit.insert.is_empty() && is_loose {
            let blank = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
            edit.span.end += blank as u32;
        }
        Some(edit)
    }
}

/// The table of a row, `pilot = { ... }`, that covers a place or has its id there.
fn row_of(statement: &Statement, at: usize) -> Option<usize> {
    let slot = statement.slots.first().filter(|slot| slot.kind == Kind::Table)?;
    (slot.value.contains(&at) || slot.key.as_ref().is_some_and(|key| key.start == at)).then_some(0)
}

fn path<'t>(header: &Statement, text: &'t str) -> Vec<&'t str> {
    header.header.iter().flatten().filter_map(|part| text.get(part.clone())).collect()
}

fn quoted(word: &str) -> String {
    format!("\"{}\"", escaped(word))
}

/// A text as it stands between double quotation marks.
fn escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Fix;

    /// The text after a fix, which gets the place of a word in it.
    fn after(text: &str, word: &str, fix: impl FnOnce(Fix, Span) -> Fix) -> Option<String> {
        let file = FileId::new(0);
        let start = text.find(word).unwrap();
        let place = Span::new(file, start, start + word.len());
        let edits = Editor::new(file, text).edits(&fix(Fix::safe(""), place).changes)?;
        Some(crate::fix::applied(text, &edits))
    }

    #[track_caller]
    fn becomes(text: &str, word: &str, fix: impl FnOnce(Fix, Span) -> Fix, expected: &str) {
        assert_eq!(after(text, word, fix).as_deref(), Some(expected));
    }

    #[test]
    fn a_field_is_set_where_it_is_or_at_the_end() {
        let set = |fix: Fix, owner| fix.set(owner, "milestone", "true");
        becomes("a = { milestone = false, b = 1 }", "a", set, "a = { milestone = true, b = 1 }");
        becomes("a = { b = 1 }  # c", "a", set, "a = { b = 1, milestone = true }  # c");
        becomes("a = {}", "a", set, "a = { milestone = true }");
        becomes("[t.a]\nmilestone = \"no\" # c\n", "a]", set, "[t.a]\nmilestone = true # c\n");
        becomes("[t.a] # c\n\n[t.b]\n", "a]", set, "[t.a] # c\nmilestone = true\n\n[t.b]\n");
        becomes(
            "[t.a]\r\n  b = 1 # c\r\n# d\r\n",
            "a]",
            set,
            "[t.a]\r\n  b = 1 # c\r\n  milestone = true\r\n# d\r\n",
        );
        becomes(
            "[t.a]\nb = 1\n[t.a.c]\nd = 1\n",
            "a]",
            set,
            "[t.a]\nb = 1\nmilestone = true\n[t.a.c]\nd = 1\n",
        );
        becomes("[t.a]\nb = 1", "a]", set, "[t.a]\nb = 1\nmilestone = true");
        assert_eq!(after("a.b = 1\na.c = 2\n", "a", set), None, "neither a row nor a table");
        assert_eq!(after("a = { milestone = true }", "a", set), None, "nothing to change");
        assert_eq!(after("a = { b = [1, 2 }\n", "a", set), None, "a bracket that is never closed");
    }

    #[test]
    fn a_field_is_deleted_and_its_comment_stays() {
        let drop_field = |fix: Fix, at| fix.drop_field(at, "x");
        becomes("a = { x = \"W\", b = 1 }", "W", drop_field, "a = { b = 1 }");
        becomes("a = { b = 1, x = \"W\", c = 1 }", "W", drop_field, "a = { b = 1, c = 1 }");
        becomes("a = { b = 1, x = { y = \"W\" } }", "W", drop_field, "a = { b = 1 }");
        becomes("[t]\nx = \"W\"\nb = 1\n", "W", drop_field, "[t]\nb = 1\n");
        becomes("[t]\n  x = \"W\"  # why\n", "W", drop_field, "[t]\n  # why\n");
        becomes(
            "x = [\r\n  1, # one\r\n  \"W\"\r\n] # all\r\nb = 1",
            "W",
            drop_field,
            "# one\r\n# all\r\nb = 1",
        );
        becomes("\u{FEFF}x = \"W\"", "W", drop_field, "\u{FEFF}");
        assert_eq!(after("a = { y = \"W\" }", "W", drop_field), None, "another field");
    }

    #[test]
    fn a_row_or_a_table_is_deleted_whole() {
        let delete = |fix: Fix, at| fix.delete(at);
        becomes("[t]\na = { b = 1 }\nW = { c = 1 }\n", "W", delete, "[t]\na = { b = 1 }\n");
        becomes("[t]\na = { b = \"W\" } # c\n", "W", delete, "[t]\n# c\n");
        becomes("[[w]]\na = \"V\"\n\n[[w]]\na = \"W\"\n\n[t]\n", "W", delete, "[[w]]\na = \"V\"\n\n[t]\n");
        becomes(
            "[t.W]\na = 1 # c\n# d\n[t.W.e]\nf = 1\n\n# of u\n[t.u]\n",
            "W",
            delete,
            "# c\n# d\n\n# of u\n[t.u]\n",
        );
    }

    #[test]
    fn words_keep_to_their_quotation_marks() {
        let write = |word: &'static str| move |fix: Fix, at| fix.word(at, word);
        becomes("a = \"W FS\"", "W", write("b\"c"), "a = \"b\\\"c FS\"");
        becomes("a = 'W'", "W", write("b"), "a = 'b'");
        becomes("a = [\"\"\"\nW\"\"\"]", "W", write("b"), "a = [\"\"\"\nb\"\"\"]");
        becomes("a = W", "W", write("b"), "a = \"b\"");
        assert_eq!(after("a = 'W'", "W", write("b'c")), None);
        becomes("a = 'W'", "W", |fix, at| fix.value(at, "\"5d\""), "a = \"5d\"");
    }

    #[test]
    fn items_go_with_their_commas() {
        let all = |text: &str, words: &[&str]| {
            let file = FileId::new(0);
            let place = |word: &&str| {
                let start = text.find(*word).unwrap();
                Span::new(file, start, start + word.len())
            };
            let fix = words.iter().fold(Fix::safe(""), |fix, word| fix.take_out(place(word), "x"));
            let edits = Editor::new(file, text).edits(&fix.changes);
            edits.map(|edits| crate::fix::applied(text, &edits))
        };
        let list = "r = { x = [\"A\", \"B\", \"C\", \"D\"], y = 1 }";
        for (words, left) in [
            (&["A"][..], "[\"B\", \"C\", \"D\"]"),
            (&["D"], "[\"A\", \"B\", \"C\"]"),
            (&["D", "C"], "[\"A\", \"B\"]"),
            (&["A", "B", "D"], "[\"C\"]"),
            (&["B", "D"], "[\"A\", \"C\"]"),
        ] {
            assert_eq!(all(list, words), Some(format!("r = {{ x = {left}, y = 1 }}")), "{words:?}");
        }
        assert_eq!(all(list, &["A", "B", "C", "D"]).as_deref(), Some("r = { y = 1 }"));
        assert_eq!(all("x = [ # c\n  \"A\",\n]\n", &["A"]).as_deref(), Some("x = [ # c\n]\n"));
        assert_eq!(all("x = [\"A\",\n  \"B\"]\n", &["B"]).as_deref(), Some("x = [\"A\",\n  ]\n"));
    }
}
