//! From the text of an export to the places of its rows, table by table. Knows the form of the file, not its meaning.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::malformed;
use crate::finding::Finding;
use crate::source::{FileId, Span};

/// The tables that say something about a plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Project,
    Calendar,
    ScheduleOptions,
    Wbs,
    Resource,
    Task,
    Link,
    Assignment,
}

impl Kind {
    /// The tables by their names, with the columns that nobody can do without.
    const NAMES: [(&'static str, Kind, &'static [&'static str]); 8] = [
        ("PROJECT", Kind::Project, &["proj_id", "proj_short_name"]),
        ("CALENDAR", Kind::Calendar, &["clndr_id"]),
        ("SCHEDOPTIONS", Kind::ScheduleOptions, &["proj_id"]),
        ("PROJWBS", Kind::Wbs, &["wbs_id", "proj_id", "parent_wbs_id"]),
        ("RSRC", Kind::Resource, &["rsrc_id"]),
        (
            "TASK",
            Kind::Task,
            &[
                "task_id",
                "proj_id",
                "task_code",
                "task_name",
                "task_type",
                "status_code",
                "target_drtn_hr_cnt",
            ],
        ),
        ("TASKPRED", Kind::Link, &["task_id", "pred_task_id", "pred_type", "lag_hr_cnt"]),
        ("TASKRSRC", Kind::Assignment, &["task_id", "rsrc_id"]),
    ];

    /// Its name in the file.
    pub(super) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind, _)| *kind == self).map_or("", |(name, ..)| name)
    }
}

/// A value: what stands between two tabs, without blanks around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell<'t> {
    pub(super) text: &'t str,
    pub(super) span: Span,
}

/// A column by its name, and where it is in this table, if it is.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    at: usize,
}

impl Column {
    /// Whether the table has it.
    pub(super) fn is_there(self) -> bool {
        self.at != usize::MAX
    }
}

/// Rows under one header. A table whose name comes twice in the file is two of these.
pub(super) struct Table<'t> {
    pub(super) kind: Kind,
    file: FileId,
    text: &'t str,
    columns: FxHashMap<&'t str, usize>,
    n_columns: usize,
    rows: Vec<RowPlace>,
}

/// Where the values of a row stand, and its line, from 1.
struct RowPlace {
    start: u32,
    end: u32,
    line: u32,
}

/// One row, split.
pub(super) struct Row<'r, 't> {
    file: FileId,
    text: &'t str,
    cells: &'r [(u32, u32)],
    /// Its line, from 1.
    pub(super) line: u32,
    /// The whole row.
    pub(super) place: Span,
    /// It has more values than the table has columns: somewhere a tab came between, so that only what stands at the
    /// beginning of the row can be trusted.
    pub(super) is_shifted: bool,
}

impl<'t> Row<'_, 't> {
    /// The value in a column; `None` where it is empty, cut off, or the column does not exist.
    pub(super) fn get(&self, column: Column) -> Option<Cell<'t>> {
        let &(start, end) = self.cells.get(column.at)?;
        let written = self.text.get(start as usize..end as usize)?;
        let (&first, &last) = (written.as_bytes().first()?, written.as_bytes().last()?);
        if first.is_ascii_graphic() && last.is_ascii_graphic() {
            // The usual value: nothing to trim.
            return Some(Cell { text: written, span: Span::new(self.file, start as usize, end as usize) });
        }
        let text = written.trim();
        if text.is_empty() {
            return None;
        }
        let start = start as usize + (written.len() - written.trim_start().len());
        Some(Cell { text, span: Span::new(self.file, start, start + text.len()) })
    }

    /// The same, but only where the row can be trusted to its end.
    pub(super) fn get_sound(&self, column: Column) -> Option<Cell<'t>> {
        if self.is_shifted { None } else { self.get(column) }
    }
}

impl<'t> Table<'t> {
    /// The column with a name.
    pub(super) fn column(&self, name: &'static str) -> Column {
        Column { name, at: self.columns.get(name).copied().unwrap_or(usize::MAX) }
    }

    /// Whether it has a column with this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    /// How many rows it has.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Splits row after row of a range. Values beyond the last column are told to `report`, unless they are empty.
    pub(super) fn each_row(
        &self,
        rows: Range<usize>,
        report: &mut impl FnMut(Finding),
        mut visit: impl FnMut(&Row<'_, 't>),
    ) {
        let mut cells = Vec::with_capacity(self.n_columns);
        for row in self.rows.get(rows).unwrap_or(&[]) {
            cells.clear();
            let (start, end) = (row.start as usize, row.end as usize);
            let bytes = self.text.as_bytes().get(start..end).unwrap_or(&[]);
            let mut from = start;
            for at in memchr::memchr_iter(b'\t', bytes) {
                cells.push((from as u32, (start + at) as u32));
                from = start + at + 1;
            }
            cells.push((from as u32, end as u32));
            let surplus = cells
                .get(self.n_columns)
                .map_or("", |&(first, _)| self.text.get(first as usize..end).unwrap_or("").trim());
            let is_shifted = !surplus.is_empty();
            if is_shifted {
                let (n_values, n_columns, name) = (cells.len(), self.n_columns, self.kind.name());
                let (first, _) = cells[self.n_columns];
                let place = Span::new(self.file, first as usize, end);
                report(malformed(
                    place,
                    format!("the row has {n_values} values, but the table {name} has {n_columns} columns"),
                ));
            }
            let place = Span::new(self.file, start, end);
            let row =
                Row { file: self.file, text: self.text, cells: &cells, line: row.line, place, is_shifted };
            visit(&row);
        }
    }
}

/// What the lines of a file belong to.
enum Within {
    /// Nothing yet.
    Nothing,
    /// A table that says nothing about a plan.
    Other,
    /// A table whose header has not come yet.
    Headless { kind: Kind, name: Span, is_reported: bool },
    /// The last of the tables read so far.
    Table,
}

/// Finds the tables of a file. `None` where it is no export at all.
pub(super) fn scan<'t>(file: FileId, text: &'t str, findings: &mut Vec<Finding>) -> Option<Vec<Table<'t>>> {
    let first_line_place = first_line(file, text);
    let begins_well =
        text.get(first_line_place.range()).is_some_and(|line| line.split('\t').next() == Some("ERMHDR"));
    if !begins_well {
        let has_tables = memchr::memmem::find(text.as_bytes(), b"%T\t").is_some();
        let problem = match (first_line_place.is_empty(), has_tables) {
            (true, _) => "the file is empty",
            (_, true) => {
                "the first line of the file should begin with ERMHDR; the beginning seems to be missing"
            }
            (_, false) => "the file is no P6 export, because its first line does not begin with ERMHDR",
        };
        findings.push(malformed(first_line_place, problem));
        if !has_tables {
            return None;
        }
    }
    let mut tables: Vec<Table<'t>> = Vec::new();
    let mut within = Within::Nothing;
    let mut is_broken_off = false;
    let mut last_place = first_line_place;
    let (mut at, mut line_number) = (0, 0);
    while at < text.len() {
        let line_start = at;
        let newline = memchr::memchr(b'\n', &text.as_bytes()[at..]);
        let line_end = newline.map_or(text.len(), |length| at + length);
        at = line_end + 1;
        line_number += 1;
        let line = text[line_start..line_end].trim_end_matches('\r');
        let place = Span::new(file, line_start, line_start + line.len());
        let (mark, rest) = line.split_once('\t').unwrap_or((line, ""));
        let values_start = line_start + (line.len() - rest.len());
        let was_broken_off = std::mem::take(&mut is_broken_off);
        if !line.trim().is_empty() {
            last_place = place;
        }
        match mark.trim_end() {
            "%T" => within = open_table(rest, file, values_start, place, findings),
            "%F" => {
                let kind = match within {
                    Within::Headless { kind, .. } => kind,
                    // A second header: the rows below it have other columns.
                    Within::Table => match tables.last() {
                        Some(table) => table.kind,
                        None => continue,
                    },
                    Within::Nothing | Within::Other => continue,
                };
                tables.push(open_rows(kind, file, text, rest, place, findings));
                within = Within::Table;
            }
            "%R" => match &mut within {
                Within::Table => {
                    // A row that ends with the file may end anywhere: half a number would be a wrong number.
                    if newline.is_none() {
                        continue;
                    }
                    if let Some(table) = tables.last_mut() {
                        let row = RowPlace { start: values_start as u32, end: place.end, line: line_number };
                        table.rows.push(row);
                    }
                }
                Within::Headless { kind, name, is_reported: is_reported @ false } => {
                    *is_reported = true;
                    let problem = format!("the table {} has no line %F that names its columns", kind.name());
                    findings.push(malformed(*name, problem));
                }
                _ => {}
            },
            "%E" => {
                after_end(file, text, at, findings);
                return Some(tables);
            }
            "ERMHDR" | "\u{FEFF}ERMHDR" => {}
            _ if line.trim().is_empty() => {}
            _ => {
                // Notes in tables that are not read may go on over several lines. Of lines that follow each other,
                // the first is the one to look at.
                is_broken_off = true;
                let matters = match within {
                    Within::Table | Within::Headless { .. } => true,
                    Within::Nothing => begins_well,
                    Within::Other => false,
                };
                if matters && !was_broken_off {
                    let problem = "it begins with none of %T, %F, %R and %E; probably the line before it is broken in two";
                    findings.push(malformed(place, problem));
                }
            }
        }
    }
    let problem = "the file ends in the middle, because its last line %E is missing";
    findings.push(malformed(last_place, problem));
    Some(tables)
}

/// The first line with something in it, without a byte order mark.
fn first_line(file: FileId, text: &str) -> Span {
    let body = text.trim_start_matches(['\u{FEFF}', '\r', '\n', ' ']);
    let start = text.len() - body.len();
    let end = memchr::memchr2(b'\r', b'\n', body.as_bytes()).unwrap_or(body.len());
    Span::new(file, start, start + end)
}

fn open_table(rest: &str, file: FileId, start: usize, place: Span, findings: &mut Vec<Finding>) -> Within {
    let name = rest.split('\t').next().unwrap_or("").trim();
    if name.is_empty() {
        findings.push(malformed(place, "a table begins here, but its name is missing"));
        return Within::Other;
    }
    match Kind::NAMES.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, _)) => {
            let name = Span::new(file, start, start + name.len());
            Within::Headless { kind: *kind, name, is_reported: false }
        }
        None => Within::Other,
    }
}

fn open_rows<'t>(
    kind: Kind,
    file: FileId,
    text: &'t str,
    header: &'t str,
    place: Span,
    findings: &mut Vec<Finding>,
) -> Table<'t> {
    let mut columns = FxHashMap::default();
    let mut n_columns = 0;
    for name in header.trim_end_matches('\t').split('\t') {
        columns.entry(name.trim()).or_insert(n_columns);
        n_columns += 1;
    }
    let required =
        Kind::NAMES.iter().find(|(_, it, _)| *it == kind).map_or(&[][..], |(.., required)| required);
    for name in required.iter().filter(|name| !columns.contains_key(*name)) {
        let problem = format!("the table {} has no column `{name}`", kind.name());
        findings.push(malformed(place, problem));
    }
    Table { kind, file, text, columns, n_columns, rows: Vec::new() }
}

/// Nothing may follow the end: two exports in one file would have the same ids for different things.
fn after_end(file: FileId, text: &str, at: usize, findings: &mut Vec<Finding>) {
    let Some(rest) = text.get(at..) else { return };
    // Some transfers leave the old end-of-file character.
    let body = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{1A}' || c == '\0');
    if !body.is_empty() {
        let start = text.len() - body.len();
        let end = memchr::memchr2(b'\r', b'\n', body.as_bytes()).unwrap_or(body.len());
        let place = Span::new(file, start, start + end);
        findings.push(malformed(place, "it stands behind the end of the export (%E) and was not read"));
    }
}
