//! What a reader of rows writes down while it goes through them: what is wrong with them, and what is meant by texts that
//! do not stand in the file as they are meant. Several readers may each go through a part of the rows at the same time.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::malformed;
use super::plans::About;
use super::table::{Cell, Column, Kind, Row};
use super::value::minutes_of_hours;
use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{Moment, Spanned, Text};
use crate::source::Span;

/// The notes of one reader.
#[derive(Default)]
pub(super) struct Notes<'t> {
    /// By their part; those about the file stand at the first.
    pub(super) findings: Vec<(usize, Finding)>,
    /// References that lead nowhere, each once: of what there is one too few, and where it is named.
    unknown: Vec<(About, Unknown, Cell<'t>)>,
    reported: FxHashSet<(&'static str, &'t str)>,
    /// Tasks that could not be read.
    pub(super) lost: Vec<&'t str>,
    /// By part, what is meant by a text.
    pub(super) meant: Vec<(usize, Text, Arc<str>)>,
}

/// What nothing in the file is, and the column that names it.
#[derive(Clone, Copy)]
struct Unknown {
    wanted: &'static str,
    field: &'static str,
}

impl<'t> Notes<'t> {
    /// Notes that begin with findings about the file.
    pub(super) fn of_file(findings: Vec<Finding>) -> Self {
        Self { findings: findings.into_iter().map(|finding| (0, finding)).collect(), ..Self::default() }
    }

    /// Takes over what was noted of rows behind those of these notes. `number` says which number a task of the part has
    /// that is numbered among the rows there; none: the task was dropped, and what was found out about it with it.
    pub(super) fn append(&mut self, other: Notes<'t>, number: impl Fn(u32) -> Option<u32>) {
        let renumbered = |entity: Option<Entity>| match entity {
            Some(Entity { kind: EntityKind::Task, index }) => {
                number(index).map(|index| Some(Entity { kind: EntityKind::Task, index }))
            }
            entity => Some(entity),
        };
        for (part, mut finding) in other.findings {
            let Some(entity) = renumbered(finding.entity) else { continue };
            finding.entity = entity;
            self.findings.push((part, finding));
        }
        for (about, unknown, id) in other.unknown {
            let Some(entity) = renumbered(about.entity) else { continue };
            self.unknown(About { entity, ..about }, unknown.wanted, unknown.field, id);
        }
        self.meant.extend(other.meant);
    }

    /// All findings, by their part.
    pub(super) fn into_findings(self) -> Vec<(usize, Finding)> {
        let mut findings = self.findings;
        findings.extend(self.unknown.into_iter().map(|(about, Unknown { wanted, field }, id)| {
            let finding = Finding::new(Code::new("PLN007"), id.span)
                .subject(id.text)
                .param("wanted", wanted)
                .param("value", crate::model::shortened(id.text))
                .param("field", field)
                .param("suggestion", "");
            (about.part, about.entity.into_iter().fold(finding, Finding::about))
        }));
        findings
    }

    /// The id of a row; a row without one is reported.
    pub(super) fn key(&mut self, row: &Row<'_, 't>, column: Column, kind: Kind) -> Option<Cell<'t>> {
        let key = row.get(column);
        if key.is_none() {
            let problem = format!("a row of the table {} has no `{}`", kind.name(), column.name);
            self.findings.push((0, malformed(row.place, problem)));
        }
        key
    }

    /// PLN006: two rows with one id.
    pub(super) fn twice(&mut self, part: usize, kind: Kind, id: Cell<'t>, first: Span, first_line: u32) {
        let finding = Finding::new(Code::new("PLN006"), id.span)
            .subject(id.text)
            .param("id", id.text)
            .param("table", kind.name())
            .param("place", format!("line {first_line}"))
            .here("the second")
            .label(first, "the first");
        self.findings.push((part, finding));
    }

    /// PLN007: nothing has this id. Said once for each id.
    pub(super) fn unknown(&mut self, about: About, wanted: &'static str, field: &'static str, id: Cell<'t>) {
        if self.reported.insert((wanted, id.text)) {
            self.unknown.push((about, Unknown { wanted, field }, id));
        }
    }

    /// PLN004: this cannot be the value of a column.
    pub(super) fn invalid(&mut self, about: About, field: &'static str, expected: String, cell: Cell<'t>) {
        let finding = Finding::new(Code::new("PLN004"), cell.span)
            .subject(field)
            .param("field", field)
            .param("value", crate::model::shortened(cell.text))
            .param("expected", expected)
            .param("suggestion", "");
        self.report(about, finding);
    }

    pub(super) fn report(&mut self, about: About, finding: Finding) {
        let finding = match about.entity {
            Some(entity) => finding.about(entity),
            None => finding,
        };
        self.findings.push((about.part, finding));
    }

    /// A date and time.
    pub(super) fn moment(
        &mut self,
        row: &Row<'_, 't>,
        column: Column,
        about: About,
    ) -> Option<Spanned<Moment>> {
        let cell = row.get_sound(column)?;
        let moment = Moment::parse(cell.text);
        if moment.is_none() {
            self.invalid(about, column.name, "a date and time, such as 2027-01-11 08:00".to_owned(), cell);
        }
        moment.map(|moment| Spanned::new(moment, cell.span))
    }

    /// A number of hours, in minutes.
    pub(super) fn minutes(
        &mut self,
        row: &Row<'_, 't>,
        column: Column,
        about: About,
    ) -> Option<Spanned<i64>> {
        let cell = row.get_sound(column)?;
        let minutes = minutes_of_hours(cell.text);
        if minutes.is_none() {
            self.invalid(about, column.name, "a number of hours, such as 40".to_owned(), cell);
        }
        minutes.map(|minutes| Spanned::new(minutes, cell.span))
    }

    /// One of P6's code words.
    pub(super) fn word<W: Copy>(
        &mut self,
        row: &Row<'_, 't>,
        column: Column,
        words: &[(&'static str, W)],
        about: About,
    ) -> Option<Spanned<W>> {
        let cell = row.get_sound(column)?;
        let found = words.iter().find(|(word, _)| *word == cell.text);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.invalid(about, column.name, format!("one of {}", words.join(", ")), cell);
        }
        found.map(|&(_, value)| Spanned::new(value, cell.span))
    }

    /// A text as it is meant: P6 doubles quotation marks, and writes the character 7F for a line end.
    pub(super) fn text(&mut self, part: usize, cell: Cell<'t>) -> Text {
        match meant(cell.text) {
            Cow::Borrowed(_) => Text::verbatim(cell.span),
            Cow::Owned(meant) => self.text_as(part, cell, &meant),
        }
    }

    /// The text by which the model knows what a cell refers to, at the place of the cell.
    pub(super) fn text_as(&mut self, part: usize, cell: Cell<'t>, meant: &str) -> Text {
        if cell.text == meant {
            return Text::verbatim(cell.span);
        }
        self.text_shared(part, cell, &meant.into())
    }

    /// The same, where many cells refer to one thing.
    pub(super) fn text_shared(&mut self, part: usize, cell: Cell<'t>, meant: &Arc<str>) -> Text {
        if cell.text == &**meant {
            return Text::verbatim(cell.span);
        }
        let text = Text::decoded(cell.span);
        self.meant.push((part, text, Arc::clone(meant)));
        text
    }
}

/// A text without P6's doubled quotation marks and line ends, as others have to refer to it.
pub(super) fn meant(text: &str) -> Cow<'_, str> {
    let is_plain = memchr::memchr2(b'"', 0x7F, text.as_bytes()).is_none();
    if is_plain || !(text.contains("\"\"") || text.contains('\u{7F}')) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\"\"", "\"").replace('\u{7F}', "\n"))
}
