//! From keys and values to the fields of entities: which entity a table or row is, which field a key, and what is wrong
//! with what was written there.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};
use toml_parser::Source;
use toml_parser::parser::EventKind;

use super::cursor::{Cursor, Event, Kind, Scalar};
use super::syntax_finding;
use crate::catalogue::FieldDecl;
use crate::finding::{Code, Entity, EntityKind, Finding, Fix};
use crate::model::{
    Capability, Capacity, Constraint, Duration, FieldDef, Fields, Lag, Link, LinkKind, LinkNote, LinkText,
    Lists, Moment, Money, Part, Period, Plan, PlanId, Scale, Spanned, Text, Type, Value, Window,
    parse_percent, parse_thousandths,
};
use crate::read::{Meant, Reading, meant, suggestion};
use crate::source::{FileId, Span};

/// Where the keys that follow belong.
#[derive(Clone, Copy)]
enum Target {
    /// Before any header: `plan.name = ...`.
    Root,
    /// `[task]`: keys are ids.
    Rows(EntityKind),
    /// `[task.pilot]`: keys are fields.
    Entity(Entity),
    /// `[task.pilot.baseline]`: keys are parts of the group of fields that begins with this one's name.
    Group(Entity, &'static str),
    /// A field.
    Field(Entity, usize),
    /// `parent-default` of a file without a plan.
    ParentDefault,
    /// A part that is not known or the user's own: read over.
    Ignored,
}

/// `[[task]]` in a file: the headers of its kind, and the finding about the first.
struct ArrayOfTables {
    finding: usize,
    headers: Vec<ArrayHeader>,
}

/// One `[[task]]`.
struct ArrayHeader {
    entity: Entity,
    /// The word in the brackets.
    word: Span,
    /// The `id` below it.
    id: Option<Text>,
}

/// Words that people coming from other tools write, and the field they mean.
const SYNONYMS: &[(&str, &str)] = &[
    ("predecessors", "depends-on"),
    ("predecessor", "depends-on"),
    ("dependencies", "depends-on"),
    ("after", "depends-on"),
    ("needs", "depends-on"),
    ("requires", "depends-on"),
    ("assignee", "owner"),
    ("assigned-to", "owner"),
    ("responsible", "owner"),
    ("resource", "owner"),
    ("due", "deadline"),
    ("due-date", "deadline"),
    ("name", "title"),
    ("title", "name"),
    ("summary", "title"),
    ("description", "notes"),
    ("note", "notes"),
    ("comment", "notes"),
    ("type", "kind"),
    ("effort", "duration"),
    ("estimate", "duration"),
    ("length", "duration"),
    ("begin", "start"),
    ("start-date", "start"),
    ("end", "finish"),
    ("end-date", "finish"),
    ("finish-date", "finish"),
    ("phase", "parent"),
    ("location", "site"),
    ("progress", "percent"),
    ("complete", "percent"),
    ("likelihood", "probability"),
    ("severity", "impact"),
    ("mitigation", "mitigations"),
    ("plan-b", "contingency"),
    ("manager", "owner"),
    ("deadline", "finish-by"),
    ("assets", "affects"),
    ("tests", "covers"),
];

/// Fields that are written under another name too: of what, the other name, the field.
pub(crate) const ALIASES: &[(EntityKind, &str, &str)] = &[
    (EntityKind::Task, "site", "sites"),
    (EntityKind::Task, "duration.likely", "duration"),
    (EntityKind::Task, "rollback.plan", "rollback"),
    (EntityKind::Task, "x-source", "source-id"),
];

/// A field as far as reading needs it.
#[derive(Clone, Copy)]
struct Definition<'d> {
    name: &'d str,
    ty: Type,
}

fn field_index(kind: EntityKind, key: &str) -> Option<usize> {
    static TABLES: OnceLock<Vec<FxHashMap<&'static str, usize>>> = OnceLock::new();
    let tables = TABLES.get_or_init(|| {
        let table = |&kind: &EntityKind| {
            let fields = Lists::fields(kind);
            let index = |name: &str| fields.iter().position(|field| field.name == name);
            let aliases = ALIASES.iter().filter(|(of, ..)| *of == kind);
            let aliases = aliases.filter_map(|(_, alias, field)| Some((*alias, index(field)?)));
            fields.iter().enumerate().map(|(index, field)| (field.name, index)).chain(aliases).collect()
        };
        EntityKind::ALL.iter().map(table).collect()
    });
    tables[kind as usize].get(key).copied()
}

/// The group that a field's name begins, if other fields are its parts: `baseline` of `baseline.start`.
fn group(kind: EntityKind, key: &str) -> Option<&'static str> {
    let part = |field: &&FieldDef| field.name.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
    Lists::fields(kind).iter().find(part).map(|field| &field.name[..key.len()])
}

/// A field with a number from here on is one that a pack declares.
const DECLARED: usize = 1 << 16;

/// Puts one file together.
pub(super) struct Assembler<'t> {
    /// Fields that packs declare.
    declared: &'t [FieldDecl],
    file: FileId,
    text: &'t str,
    part: Part,
    findings: Vec<Finding>,
    directives: Vec<Span>,
    header: Target,
    /// Kinds whose rows have begun: a second `[task]` is no TOML.
    rows_opened: [Option<Span>; EntityKind::ALL.len()],
    plan_opened: bool,
    /// Entities that dotted keys or a table of a part made before their own header came.
    implicit: FxHashSet<Entity>,
    by_id: FxHashMap<EntityKind, (FxHashMap<Box<str>, Entity>, usize)>,
    array_of_tables: [Option<ArrayOfTables>; EntityKind::ALL.len()],
    /// The lines that have a syntax mistake, by their first byte: the last byte, and the finding.
    error_lines: BTreeMap<u32, (u32, usize)>,
    parent_default: Option<Text>,
    text_scratch: Vec<Text>,
    link_scratch: Vec<Link>,
    period_scratch: Vec<Period>,
}

impl<'t> Assembler<'t> {
    pub(super) fn new(file: FileId, text: &'t str, declared: &'t [FieldDecl]) -> Self {
        Self {
            declared,
            file,
            text,
            part: Part::default(),
            findings: Vec::new(),
            directives: Vec::new(),
            header: Target::Root,
            rows_opened: [None; EntityKind::ALL.len()],
            plan_opened: false,
            implicit: FxHashSet::default(),
            by_id: FxHashMap::default(),
            array_of_tables: [const { None }; EntityKind::ALL.len()],
            error_lines: BTreeMap::new(),
            parent_default: None,
            text_scratch: Vec::new(),
            link_scratch: Vec::new(),
            period_scratch: Vec::new(),
        }
    }

    /// Begins within the rows of a kind, whose header stands in another half of the file.
    pub(super) fn go_on_in(&mut self, kind: EntityKind) {
        self.header = Target::Rows(kind);
    }

    /// Adds the second half of the file. `None` where the two cannot be told apart: a dotted key or a table of a part in
    /// the second may belong to what the first has begun.
    pub(super) fn join(&mut self, second: Self) -> Option<()> {
        if !second.implicit.is_empty()
            || !self.implicit.is_empty()
            || !second.by_id.is_empty()
            || !second.error_lines.is_empty()
        {
            return None;
        }
        // Both know better than we what a second `[plan]`, a reopened table or `[[task]]` means: rare, read again.
        let both =
            |a: &[Option<Span>], b: &[Option<Span>]| a.iter().zip(b).any(|(a, b)| a.is_some() && b.is_some());
        let has_arrays = second.array_of_tables.iter().any(Option::is_some);
        if has_arrays
            || second.plan_opened
            || second.part.header.is_some()
            || both(&self.rows_opened, &second.rows_opened)
        {
            return None;
        }
        let offsets = self.part.append(second.part);
        self.findings.extend(second.findings.into_iter().map(|mut finding| {
            if let Some(entity) = &mut finding.entity {
                entity.index += offsets[entity.kind as usize];
            }
            finding
        }));
        self.directives.extend(second.directives);
        self.parent_default = self.parent_default.or(second.parent_default);
        self.text = second.text;
        Some(())
    }

    /// Reports a syntax mistake, unless its line has one already: one mistake can bring several complaints, and the one
    /// furthest to the left is the one to act on.
    pub(super) fn syntax_error(&mut self, mut finding: Finding) {
        let at = self.to_boundary(finding.primary.span.start);
        finding.primary.span.start = at;
        finding.primary.span.end = self.to_boundary(finding.primary.span.end).max(at);
        finding.labels.retain(|label| self.text.get(label.span.range()).is_some());
        finding.entity = self.entity_at(at);
        if let Some(number) = self.error_on_line_of(at) {
            // Without its text the statement has no value either.
            let is_cause = finding.variant.as_deref() == Some("unclosed-long-text");
            if let Some(known) = self.findings.get_mut(number)
                && (is_cause || at < known.primary.span.start)
            {
                *known = finding;
            }
            return;
        }
        let (before, after) = self.text.as_bytes().split_at(at as usize);
        let from = memchr::memrchr(b'\n', before).map_or(0, |found| found + 1);
        let to = memchr::memchr(b'\n', after).map_or(self.text.len(), |found| at as usize + found);
        self.error_lines.insert(from as u32, (to as u32, self.findings.len()));
        self.findings.push(finding);
    }

    /// The syntax mistake that was found on the line of a place.
    fn error_on_line_of(&self, at: u32) -> Option<usize> {
        let (_, (to, number)) = self.error_lines.range(..=at).next_back()?;
        (at <= *to).then_some(*number)
    }

    /// The nearest place at or before this one where a character begins.
    fn to_boundary(&self, at: u32) -> u32 {
        let mut at = (at as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at as u32
    }

    /// What the text at a place belongs to: the entity of the last header, or the row that begins on the same line.
    fn entity_at(&self, at: u32) -> Option<Entity> {
        match self.header {
            Target::Entity(entity) | Target::Group(entity, _) | Target::Field(entity, _) => Some(entity),
            Target::Rows(kind) => {
                let id = |number| self.part.lists.id(Entity::new(kind, number)).map(Text::span);
                let (mut before, mut behind) = (0, self.part.lists.count(kind));
                while before < behind {
                    let middle = before + (behind - before) / 2;
                    match id(middle).is_some_and(|id| id.start <= at) {
                        true => before = middle + 1,
                        false => behind = middle,
                    }
                }
                let number = before.checked_sub(1)?;
                let between = self.text.get(id(number)?.start as usize..at as usize)?;
                (!between.contains('\n')).then_some(Entity::new(kind, number))
            }
            Target::Root | Target::ParentDefault | Target::Ignored => None,
        }
    }

    /// Reports a mistake that the parser cannot see.
    fn syntax_error_here(&mut self, place: Span, problem: &str) {
        let finding = Finding::new(Code::new("PLN001"), place);
        self.syntax_error(syntax_finding(finding, problem, ""));
    }

    pub(super) fn finish(mut self) -> Reading {
        if let Some(parent) = self.parent_default {
            let field = field_index(EntityKind::Task, "parent").unwrap_or_default();
            for task in &mut self.part.lists.tasks {
                if task.parent().is_none() {
                    task.set(field, Value::Text(parent));
                }
            }
        }
        for table in std::mem::take(&mut self.array_of_tables).into_iter().flatten() {
            let first = table.headers.first().and_then(|header| self.part.lists.id(header.entity));
            let id = first.map_or("", |id| self.words(id)).to_owned();
            let fix = self.headers_with_ids(&table.headers);
            if let Some(finding) = self.findings.get_mut(table.finding) {
                finding.params.push(("id".into(), id));
                finding.fix = fix;
            }
        }
        self.drop_consequences();
        for kind in EntityKind::ALL {
            if self.part.lists.count(kind) > 0 {
                self.part.given.note_entity(kind);
            }
        }
        let header = self.part.header.as_ref();
        let names_people = header.and_then(Plan::resources).is_some_and(|flag| flag.value);
        let source = header.and_then(Plan::source);
        if let Some(carried) = source.and_then(|it| crate::read::carried_by(self.words(it), names_people)) {
            self.part.capability = Capability::Grown(carried, self.part.given);
        }
        Reading::of_part(self.part, self.findings, self.directives)
    }

    /// What is wrong with names and values on a line that could not be read is mostly a consequence of that.
    fn drop_consequences(&mut self) {
        let mut findings = std::mem::take(&mut self.findings);
        findings.retain(|finding| {
            let is_consequence = matches!(finding.code.as_str(), "PLN002" | "PLN003" | "PLN004");
            !is_consequence || self.error_on_line_of(finding.primary.span.start).is_none()
        });
        self.findings = findings;
    }

    /// Takes the events of one slice.
    pub(super) fn take(&mut self, events: &[Event], source: Source<'t>, base: usize) {
        // Comments may stand anywhere, also between the elements of a list.
        for event in events.iter().filter(|event| event.kind == EventKind::Comment) {
            let comment = self.text.get(event.start as usize..event.end as usize).unwrap_or("");
            if comment.trim_start_matches(['#', ' ', '\t']).starts_with("planlint:") {
                self.directives.push(Span { file: self.file, start: event.start, end: event.end });
            }
        }
        let mut cursor = Cursor::new(events, source, base, self.file);
        while let Some(kind) = cursor.peek() {
            match kind {
                EventKind::StdTableOpen => {
                    cursor.next();
                    self.open_table(&mut cursor);
                }
                EventKind::ArrayTableOpen => {
                    cursor.next();
                    self.open_array_table(&mut cursor);
                }
                EventKind::SimpleKey if self.is_header_without_bracket(cursor.span()) => {
                    self.syntax_error_here(cursor.span(), "the header of a section has no opening bracket");
                    self.open_table(&mut cursor);
                }
                EventKind::SimpleKey => self.statement(&mut cursor, self.header),
                _ => {
                    cursor.next();
                }
            }
        }
        for finding in std::mem::take(&mut cursor.errors.found) {
            self.syntax_error(finding);
        }
    }

    /// Whether a line is a header that lacks its opening bracket: `task.pilot]`.
    fn is_header_without_bracket(&self, key: Span) -> bool {
        let Some(word) = self.text.get(key.range()) else { return false };
        if EntityKind::parse(word).is_none() {
            return false;
        }
        let rest = self.text.get(key.end as usize..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("").split('#').next().unwrap_or("").trim_end();
        line.ends_with(']') && !line.contains(['=', '{', '[', ','])
    }

    /// `[a.b.c]`: finds what the keys below belong to.
    fn open_table(&mut self, cursor: &mut Cursor<'_, 't>) {
        let mut target = Target::Root;
        let mut last_span = cursor.span();
        let mut depth = 0;
        loop {
            cursor.eat(EventKind::KeySep);
            let Some(key) = cursor.key() else { break };
            if key.text.is_empty() {
                // `[]` or `[task.]`: the parser has said so.
                if key.span.is_empty() {
                    self.syntax_error_here(key.span, "the header of a section needs a name");
                }
                target = Target::Ignored;
                continue;
            }
            last_span = key.span;
            depth += 1;
            target = match target {
                Target::Rows(kind) => {
                    let is_last = cursor.peek() != Some(EventKind::KeySep);
                    Target::Entity(self.entity(kind, &key, is_last))
                }
                target => self.step(target, &key),
            };
        }
        if cursor.eat(EventKind::StdTableClose).is_none() {
            cursor.skip_to_newline();
            // `[task my task]`: whatever it was meant to be, the lines below are no rows.
            let rest = self.text.get(last_span.end as usize..).unwrap_or("").trim_start_matches([' ', '\t']);
            if depth == 1 && !rest.starts_with([']', '\r', '\n']) && !rest.is_empty() {
                target = Target::Ignored;
            }
        }
        match target {
            Target::Rows(kind) if depth == 1 => self.rows_opened_again(kind, last_span),
            Target::Entity(entity) if entity.kind == EntityKind::Plan && depth == 1 => {
                if self.plan_opened {
                    self.table_again("plan", self.plan_place(), last_span);
                }
                self.plan_opened = true;
            }
            _ => {}
        }
        self.header = match target {
            Target::Field(entity, index) if index != usize::MAX => {
                let name = self.definition(entity.kind, index).name;
                if let Some(prefix) = group(entity.kind, name) {
                    self.header = Target::Group(entity, prefix);
                    return;
                }
                self.wrong_type(entity, name, self.definition(entity.kind, index).ty, last_span, "a section");
                Target::Ignored
            }
            Target::ParentDefault | Target::Field(..) => Target::Ignored,
            target => target,
        };
    }

    fn rows_opened_again(&mut self, kind: EntityKind, span: Span) {
        match self.rows_opened[kind as usize] {
            Some(first) => self.table_again(kind.as_str(), first, span),
            None => self.rows_opened[kind as usize] = Some(span),
        }
    }

    fn table_again(&mut self, name: &str, first: Span, again: Span) {
        let finding = Finding::new(Code::new("PLN006"), again)
            .variant("section")
            .subject(name)
            .param("table", name)
            .label(first, "the first");
        self.findings.push(finding);
    }

    fn plan_place(&self) -> Span {
        self.part.header.as_ref().map_or(Span::new(self.file, 0, 0), |plan| plan.id.span())
    }

    /// `[[task]]`: what people who come from other tools try first. Read, with one finding a file that shows our form.
    fn open_array_table(&mut self, cursor: &mut Cursor<'_, 't>) {
        let first = cursor.key();
        let mut more = 0;
        while cursor.eat(EventKind::KeySep).is_some() {
            more += usize::from(cursor.key().is_some());
        }
        if cursor.eat(EventKind::ArrayTableClose).is_none() {
            cursor.skip_to_newline();
        }
        self.header = Target::Ignored;
        let Some(key) = first else { return };
        let Some(kind) = EntityKind::parse(&key.text).filter(|_| more == 0) else {
            if !key.text.starts_with("x-") {
                self.unknown_table(&key);
            }
            return;
        };
        if kind == EntityKind::Plan {
            self.header = self.step(Target::Root, &key);
        } else {
            // Until an `id` says more, it is known by its number: two without an id are not one.
            let id = Text::decoded(key.span);
            let number = self.part.lists.count(kind) + 1;
            self.part.arenas.decoded.insert(id, format!("{}-{number}", kind.as_str()).into());
            self.header = Target::Entity(self.part.lists.add(kind, PlanId(0), id));
        }
        let Target::Entity(entity) = self.header else { return };
        if kind == EntityKind::Waiver {
            return;
        }
        let header = ArrayHeader { entity, word: key.span, id: None };
        if let Some(table) = &mut self.array_of_tables[kind as usize] {
            table.headers.push(header);
            return;
        }
        self.array_of_tables[kind as usize] =
            Some(ArrayOfTables { finding: self.findings.len(), headers: vec![header] });
        let finding = Finding::new(Code::new("PLN003"), key.span).param("table", kind.as_str());
        self.findings.push(match kind {
            EntityKind::Plan => finding.variant("plan-in-brackets"),
            _ => finding.variant("array-of-tables"),
        });
    }

    /// Moves the ids into the headers, `[task.pilot]` for `[[task]]` with `id = "pilot"`, where each has one of its own.
    fn headers_with_ids(&self, headers: &[ArrayHeader]) -> Option<Fix> {
        let is_bare =
            |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let mut ids = FxHashSet::default();
        let mut fix = Fix::safe("Put the ids into the headers");
        for header in headers {
            let word = self.text.get(header.word.range())?;
            let (start, end) = (header.word.start as usize, header.word.end as usize);
            let whole = Span::new(self.file, start.checked_sub(2)?, end + 2);
            if self.text.get(whole.range())? != format!("[[{word}]]") {
                return None;
            }
            if header.entity.kind == EntityKind::Plan {
                // A second `[plan]` is a mistake of its own.
                return (headers.len() == 1).then(|| fix.replace(whole, format!("[{word}]")));
            }
            let id = header.id?;
            let text = self.words(id);
            if !is_bare(text) || !ids.insert(text) {
                return None;
            }
            fix = fix.replace(whole, format!("[{word}.{text}]")).drop_field(id.span(), "id");
        }
        Some(fix)
    }

    /// `a.b = value`, at the beginning of a line or within an inline table.
    fn statement(&mut self, cursor: &mut Cursor<'_, 't>, mut target: Target) {
        let Some(mut key) = cursor.key() else { return };
        loop {
            let has_more = cursor.peek() == Some(EventKind::KeySep);
            if key.text.is_empty() {
                target = Target::Ignored;
            }
            target = match target {
                Target::Rows(kind) => {
                    let is_term = kind == EntityKind::Term;
                    if !has_more && !is_term && !cursor.is_table_next() {
                        return self.no_row(cursor, kind, &key);
                    }
                    // A row is complete where its value is a table; dotted keys may come back to it.
                    Target::Entity(self.entity(kind, &key, !has_more))
                }
                Target::Root if !has_more && !cursor.is_table_next() && self.is_stray(&key) => {
                    return self.stray(cursor, &key);
                }
                target => self.step(target, &key),
            };
            if cursor.eat(EventKind::KeySep).is_none() {
                break;
            }
            let Some(next) = cursor.key() else { break };
            key = next;
        }
        if cursor.eat(EventKind::KeyValSep).is_none() {
            return;
        }
        self.value(cursor, target, &key);
    }

    /// The value of a key: a field's, or a table of further keys.
    fn value(&mut self, cursor: &mut Cursor<'_, 't>, target: Target, key: &Scalar<'t>) {
        let is_table = cursor.peek() == Some(EventKind::InlineTableOpen);
        match target {
            Target::Ignored => {
                // Errors within are the parser's; values are not looked at.
                cursor.skip_value();
            }
            Target::ParentDefault => match cursor.scalar() {
                Some(scalar) => self.parent_default = Some(self.text_value(&scalar)),
                None => {
                    cursor.skip_value();
                }
            },
            Target::Field(entity, usize::MAX) => self.field(cursor, entity, usize::MAX, key),
            Target::Field(entity, index) => {
                let field = self.definition(entity.kind, index);
                let part = if is_table { group(entity.kind, field.name) } else { None };
                match part {
                    Some(group) => self.table(cursor, Target::Group(entity, group)),
                    None => self.field(cursor, entity, index, key),
                }
            }
            Target::Entity(entity) if !is_table => {
                if entity.kind == EntityKind::Term {
                    let index = field_index(EntityKind::Term, "definition").unwrap_or_default();
                    return self.field(cursor, entity, index, key);
                }
                let span = cursor.skip_value();
                self.not_a_section(key, span);
            }
            Target::Root | Target::Rows(_) | Target::Group(..) if !is_table => {
                let span = cursor.skip_value();
                self.not_a_section(key, span);
            }
            Target::Root | Target::Rows(_) | Target::Entity(_) | Target::Group(..) => {
                self.table(cursor, target)
            }
        }
    }

    /// `plan = 5`, `baseline = 3`: a name of several fields with one value.
    fn not_a_section(&mut self, key: &Scalar<'t>, span: Span) {
        let finding = Finding::new(Code::new("PLN003"), span)
            .subject(&key.text)
            .param("field", key.text.to_string())
            .param("expected", "fields in braces or a section of its own")
            .param("value", self.shown(span))
            .param("example", format!("{} = {{ ... }}", key.text));
        self.findings.push(finding);
    }

    /// `pilot = "Pilot"` below `[task]`: an id whose value is no row.
    fn no_row(&mut self, cursor: &mut Cursor<'_, 't>, kind: EntityKind, key: &Scalar<'t>) {
        if cursor.eat(EventKind::KeyValSep).is_none() {
            // The parser has said so. What refers to the row still finds it.
            let rest = self.text.get(key.span.end as usize..).unwrap_or("");
            if rest.lines().next().is_some_and(|rest| rest.contains('{')) {
                self.entity(kind, key, true);
            }
            return;
        }
        let span = match cursor.scalar_as_is() {
            Some(scalar) if scalar.kind == Kind::Broken => return,
            Some(scalar) => scalar.span,
            None => cursor.skip_value(),
        };
        let field = match kind {
            EntityKind::Task
            | EntityKind::Risk
            | EntityKind::Issue
            | EntityKind::Decision
            | EntityKind::Assumption => "title",
            EntityKind::Freeze => "start",
            EntityKind::Budget => "amount",
            EntityKind::Communication => "audience",
            EntityKind::Calendar => "holidays",
            _ => "name",
        };
        let finding = Finding::new(Code::new("PLN003"), span)
            .variant("row")
            .subject(&key.text)
            .param("field", key.text.to_string())
            .param("table", kind.as_str())
            .param("value", self.shown(span))
            .param("example", format!("{} = {{ {field} = ... }}", key.text));
        self.findings.push(finding);
    }

    /// Whether a name before any section belongs to nothing.
    fn is_stray(&self, key: &Scalar<'t>) -> bool {
        EntityKind::parse(&key.text).is_none()
            && key.text != "parent-default"
            && !key.text.starts_with("x-")
            && !key.text.is_empty()
    }

    /// `name = "New laptops"` before any section.
    fn stray(&mut self, cursor: &mut Cursor<'_, 't>, key: &Scalar<'t>) {
        let finding = Finding::new(Code::new("PLN002"), key.span)
            .variant("no-section")
            .subject(&key.text)
            .param("field", key.text.to_string());
        self.findings.push(finding);
        if cursor.eat(EventKind::KeyValSep).is_some() {
            cursor.skip_value();
        }
    }

    /// `{ a = 1, b = 2 }`.
    fn table(&mut self, cursor: &mut Cursor<'_, 't>, target: Target) {
        cursor.next();
        while let Some(kind) = cursor.peek() {
            match kind {
                EventKind::InlineTableClose => {
                    cursor.next();
                    return;
                }
                EventKind::SimpleKey => self.statement(cursor, target),
                // A slice that was cut because the table is never closed ends without its end.
                _ => {
                    cursor.next();
                }
            }
        }
    }

    /// From what keys belong to now to what they belong to after this key.
    fn step(&mut self, target: Target, key: &Scalar<'t>) -> Target {
        match target {
            Target::Root => match EntityKind::parse(&key.text) {
                Some(EntityKind::Plan) => {
                    if self.part.header.is_none() {
                        self.part.header = Some(Plan::new(PlanId(0), Text::verbatim(key.span)));
                    }
                    Target::Entity(Entity::new(EntityKind::Plan, 0))
                }
                Some(kind) => Target::Rows(kind),
                None if key.text == "parent-default" => Target::ParentDefault,
                None if key.text.starts_with("x-") => Target::Ignored,
                None => {
                    self.unknown_table(key);
                    Target::Ignored
                }
            },
            Target::Rows(kind) => Target::Entity(self.entity(kind, key, false)),
            Target::Entity(entity) => self.step_to_field(entity, key, &key.text),
            Target::Group(entity, prefix) => {
                self.step_to_field(entity, key, &format!("{prefix}.{}", key.text))
            }
            Target::Field(_, usize::MAX) => Target::Ignored,
            Target::Field(entity, index) => {
                let name = self.definition(entity.kind, index).name;
                match group(entity.kind, name) {
                    Some(prefix) => self.step_to_field(entity, key, &format!("{prefix}.{}", key.text)),
                    None => {
                        self.unknown_field(entity, key, &format!("{name}.{}", key.text));
                        Target::Ignored
                    }
                }
            }
            Target::ParentDefault | Target::Ignored => Target::Ignored,
        }
    }

    fn step_to_field(&mut self, entity: Entity, key: &Scalar<'t>, name: &str) -> Target {
        if let Some(index) = field_index(entity.kind, name) {
            return Target::Field(entity, index);
        }
        if let Some(index) = self.declared.iter().position(|it| it.of == entity.kind && it.name == name) {
            return Target::Field(entity, DECLARED + index);
        }
        if let Some(prefix) = group(entity.kind, name) {
            return Target::Group(entity, prefix);
        }
        if key.text.starts_with("x-") {
            return Target::Ignored;
        }
        // `[[task]]` with an `id`: the id is the key it should have been.
        if name == "id" && self.array_of_tables[entity.kind as usize].is_some() {
            return Target::Field(entity, usize::MAX);
        }
        self.unknown_field(entity, key, name);
        Target::Ignored
    }

    /// The entity with an id. `closed`: by its own header or row, so that one that exists already is another with the
    /// same id; otherwise one that exists is meant.
    fn entity(&mut self, kind: EntityKind, key: &Scalar<'t>, closed: bool) -> Entity {
        if closed && self.implicit.is_empty() {
            let id = self.text_value(key);
            return self.part.lists.add(kind, PlanId(0), id);
        }
        let known = self.find(kind, &key.text);
        if let Some(entity) = known
            && (!closed || self.implicit.remove(&entity))
        {
            return entity;
        }
        let id = self.text_value(key);
        let entity = self.part.lists.add(kind, PlanId(0), id);
        if !closed {
            self.implicit.insert(entity);
        }
        entity
    }

    fn find(&mut self, kind: EntityKind, id: &str) -> Option<Entity> {
        let count = self.part.lists.count(kind);
        let last = count.checked_sub(1).map(|index| Entity::new(kind, index));
        if let Some(last) = last
            && self.part.lists.id(last).is_some_and(|text| self.words(text) == id)
        {
            return Some(last);
        }
        let (mut map, done) = self.by_id.remove(&kind).unwrap_or_default();
        for index in done..count {
            let entity = Entity::new(kind, index);
            if let Some(text) = self.part.lists.id(entity) {
                map.entry(self.words(text).into()).or_insert(entity);
            }
        }
        let found = map.get(id).copied();
        self.by_id.insert(kind, (map, count));
        found
    }

    fn words(&self, text: Text) -> &str {
        match text.is_decoded() {
            true => self.part.arenas.decoded.get(&text).map_or("", |text| text),
            false => &self.text[text.span().range()],
        }
    }

    fn text_value(&mut self, scalar: &Scalar<'t>) -> Text {
        if !scalar.is_decoded() {
            return Text::verbatim(scalar.span);
        }
        let text = Text::decoded(scalar.span);
        self.part.arenas.decoded.insert(text, scalar.text.as_ref().into());
        text
    }

    fn shown(&self, span: Span) -> String {
        crate::model::shortened(self.text.get(span.range()).unwrap_or(""))
    }

    fn unknown_table(&mut self, key: &Scalar<'t>) {
        let kinds = EntityKind::ALL.iter().map(|kind| kind.as_str());
        let plural = key.text.strip_suffix('s').and_then(EntityKind::parse).map(EntityKind::as_str);
        let near = match &*key.text {
            "people" => Some(synonym("person")),
            "milestone" | "milestones" | "phase" | "phases" | "activity" | "activities" => {
                Some(synonym("task"))
            }
            "resource" | "resources" => Some(synonym("person")),
            "application" | "applications" | "server" | "servers" => Some(synonym("asset")),
            text => plural.map(synonym).or_else(|| meant(text, kinds)),
        };
        self.unknown(None, key, "a plan", &key.text, near);
    }

    fn unknown_field(&mut self, entity: Entity, key: &Scalar<'t>, name: &str) {
        let fields = Lists::fields(entity.kind);
        let declared = self.declared;
        let names = || {
            let declared = declared.iter().filter(|field| field.of == entity.kind).map(|field| &*field.name);
            let known = fields.iter().map(|field| field.name).chain(declared);
            known.chain((entity.kind == EntityKind::Task).then_some("site"))
        };
        let folded = name.replace('_', "-").to_ascii_lowercase();
        let known = SYNONYMS
            .iter()
            .filter(|(word, _)| *word == folded)
            .map(|(_, field)| *field)
            .find(|field| names().any(|name| name == *field));
        let near = known.map(synonym).or_else(|| meant(name, names()));
        let near = near.map(|it| Meant { word: it.word.rsplit('.').next().unwrap_or(it.word), ..it });
        let kind = entity.kind.as_str();
        let article = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
        self.unknown(Some(entity), key, &format!("{article} {kind}"), name, near);
    }

    fn unknown(
        &mut self,
        entity: Option<Entity>,
        key: &Scalar<'t>,
        place: &str,
        name: &str,
        near: Option<Meant<'_>>,
    ) {
        let mut finding = Finding::new(Code::new("PLN002"), key.span)
            .param("field", name)
            .param("place", place)
            .param("suggestion", suggestion(near.map(|it| it.word)))
            .subject(name);
        finding = match entity {
            Some(entity) => finding.about(entity),
            None => finding.variant("section"),
        };
        if let Some(Meant { word, is_sure, .. }) = near.filter(|it| it.is_only) {
            finding = finding.fix(correction(word).safe_if(is_sure).replace(key.span, word));
        }
        self.findings.push(finding);
    }

    fn wrong_type(&mut self, entity: Entity, field: &str, ty: Type, span: Span, found: &str) {
        let (expected, example) = expected(ty);
        let finding = Finding::new(Code::new("PLN003"), span)
            .about(entity)
            .subject(field)
            .param("field", field)
            .param("expected", expected)
            .param("value", found)
            .param("example", format!("{field} = {example}"));
        self.findings.push(finding);
    }

    fn invalid(
        &mut self,
        entity: Entity,
        variant: &'static str,
        field: &str,
        ty: Type,
        span: Span,
        near: Option<Meant<'_>>,
    ) {
        let (expected, example) = expected(ty);
        let expected = match ty {
            Type::Word(words) => words.join(", "),
            Type::Scale | Type::Probability => Scale::WORDS.join(", "),
            _ => expected.to_owned(),
        };
        let mut finding = Finding::new(Code::new("PLN004"), span)
            .variant(variant)
            .about(entity)
            .subject(field)
            .param("field", field)
            .param("value", self.shown(span))
            .param("expected", expected)
            .param("example", example)
            .param("suggestion", suggestion(near.map(|it| it.word)));
        if let Some(Meant { word, is_sure, .. }) = near.filter(|it| it.is_only) {
            finding = finding.fix(correction(word).safe_if(is_sure).word(span, word));
        }
        self.findings.push(finding);
    }

    /// What a field of the table is, or one that a pack declares.
    fn definition(&self, kind: EntityKind, index: usize) -> Definition<'t> {
        match index.checked_sub(DECLARED).and_then(|index| self.declared.get(index)) {
            Some(field) => Definition { name: &field.name, ty: field.ty },
            None => {
                let field = &Lists::fields(kind)[index];
                Definition { name: field.name, ty: field.ty }
            }
        }
    }

    /// Keeps the value of a field that a pack declares.
    fn set_declared(&mut self, entity: Entity, field: Definition<'t>, value: Value, key: &Scalar<'t>) {
        let known = self.part.own.iter().any(|(it, name, _)| *it == entity && &**name == field.name);
        if known {
            let finding = Finding::new(Code::new("PLN006"), key.span)
                .variant("field")
                .about(entity)
                .subject(field.name)
                .param("field", field.name);
            self.findings.push(finding);
            return;
        }
        self.part.own.push((entity, field.name.into(), value));
    }

    /// Reads the value of a field and sets it.
    fn field(&mut self, cursor: &mut Cursor<'_, 't>, entity: Entity, index: usize, key: &Scalar<'t>) {
        if index == usize::MAX {
            if let Some(id) = cursor.scalar() {
                let id = self.text_value(&id);
                self.part.lists.set_id(entity, id);
                let table = self.array_of_tables[entity.kind as usize].as_mut();
                if let Some(header) = table.and_then(|table| table.headers.last_mut())
                    && header.entity == entity
                {
                    header.id = Some(id);
                }
            } else {
                cursor.skip_value();
            }
            return;
        }
        let field = self.definition(entity.kind, index);
        let Some(value) = self.read_value(cursor, entity, field) else { return };
        if index >= DECLARED {
            return self.set_declared(entity, field, value, key);
        }
        let before = match entity.kind {
            EntityKind::Plan => {
                self.part.header.as_ref().and_then(|plan| plan.place_of(index, &self.part.arenas))
            }
            _ => self.part.lists.get(entity).and_then(|it| it.place_of(index, &self.part.arenas)),
        };
        if let Some(first) = before {
            let finding = Finding::new(Code::new("PLN006"), key.span)
                .variant("field")
                .about(entity)
                .subject(field.name)
                .param("field", field.name)
                .label(first, "the first");
            self.findings.push(finding);
            return;
        }
        self.part.given.note(entity.kind, index);
        match entity.kind {
            EntityKind::Plan => {
                if let Some(plan) = &mut self.part.header {
                    plan.set(index, value);
                }
            }
            _ => {
                if let Some(it) = self.part.lists.get_mut(entity) {
                    it.set(index, value);
                }
            }
        }
    }

    fn read_value(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
    ) -> Option<Value> {
        match (field.ty, cursor.peek()?) {
            // What stands there without quotation marks is told better by what the field takes.
            (
                Type::Moment
                | Type::Flag
                | Type::Count
                | Type::Percent
                | Type::Money
                | Type::Period
                | Type::Periods,
                EventKind::Scalar,
            ) => {
                let scalar = cursor.scalar_as_is()?;
                self.scalar_value(&scalar, entity, field)
            }
            (Type::List | Type::Helpers, EventKind::ArrayOpen) => self.read_list(cursor, entity, field),
            (Type::Links, EventKind::ArrayOpen) => self.read_links(cursor, entity, field),
            (Type::Links, EventKind::InlineTableOpen) => {
                let link = self.read_link_table(cursor, entity, field)?;
                Some(Value::List(self.part.arenas.add_links(&[link])))
            }
            (Type::Periods, EventKind::ArrayOpen) => self.read_periods(cursor, entity, field),
            (Type::Period | Type::Periods, EventKind::InlineTableOpen) => {
                let period = self.read_period(cursor, entity, field)?;
                Some(match field.ty {
                    Type::Periods => Value::List(self.part.arenas.add_periods(&[period])),
                    _ => Value::Period(period),
                })
            }
            (Type::Window, EventKind::InlineTableOpen) => {
                let period = self.read_period(cursor, entity, field)?;
                Some(Value::Window(Spanned::new(Window::between(period.start, period.finish), period.span)))
            }
            (Type::Money, EventKind::InlineTableOpen) => self.read_money_table(cursor, entity, field),
            (_, EventKind::Scalar) => {
                let scalar = cursor.scalar()?;
                self.scalar_value(&scalar, entity, field)
            }
            (ty, EventKind::ArrayOpen) => {
                let span = cursor.skip_value();
                self.wrong_type(entity, field.name, ty, span, "a list");
                None
            }
            (ty, EventKind::InlineTableOpen) => {
                let span = cursor.skip_value();
                self.wrong_type(entity, field.name, ty, span, "a table in braces");
                None
            }
            _ => {
                cursor.skip_value();
                None
            }
        }
    }

    fn scalar_value(&mut self, scalar: &Scalar<'t>, entity: Entity, field: Definition<'t>) -> Option<Value> {
        let (span, text) = (scalar.span, scalar.text.trim());
        // Nothing after the equals sign, or text without an end: reported.
        if scalar.kind == Kind::Broken {
            return None;
        }
        let is_number = matches!(scalar.kind, Kind::Integer | Kind::Float);
        let is_text = matches!(scalar.kind, Kind::Text | Kind::Bare);
        let number = || scalar.text.replace('_', "");
        let value = match field.ty {
            Type::Text => Value::Text(self.text_value(scalar)),
            Type::List | Type::Helpers => {
                let text = self.text_value(scalar);
                Value::List(self.part.arenas.add_list(span, &[text]))
            }
            Type::Links => {
                let link = self.link(scalar, entity, field)?;
                Value::List(self.part.arenas.add_links(&[link]))
            }
            Type::Duration => match Duration::parse(text) {
                Some(duration) if is_text || duration.is_zero() => {
                    if duration.is_negative() {
                        self.invalid(entity, "duration", field.name, field.ty, span, None);
                        return None;
                    }
                    Value::Duration(Spanned::new(duration, span))
                }
                _ if !is_text => return self.mistyped(scalar, entity, field),
                _ => {
                    self.invalid(entity, "duration", field.name, field.ty, span, None);
                    return None;
                }
            },
            Type::Moment => match Moment::parse(text) {
                Some(moment) => Value::Moment(Spanned::new(moment, span)),
                None if is_text || scalar.kind == Kind::Date => {
                    self.invalid(entity, "date", field.name, field.ty, span, None);
                    return None;
                }
                None => return self.mistyped(scalar, entity, field),
            },
            Type::Flag => match (scalar.kind, text) {
                (Kind::Flag(flag), _) => Value::Flag(Spanned::new(flag, span)),
                // What is meant is plain; that it is written otherwise is said all the same.
                (Kind::Text | Kind::Bare, "true" | "yes" | "false" | "no") => {
                    let flag = matches!(text, "true" | "yes");
                    self.mistyped(scalar, entity, field);
                    self.fix_last(span, &flag.to_string(), true);
                    Value::Flag(Spanned::new(flag, span))
                }
                _ => return self.mistyped(scalar, entity, field),
            },
            Type::Count => match number().parse::<u32>() {
                Ok(count) if scalar.kind == Kind::Integer => Value::Count(Spanned::new(count, span)),
                _ => return self.mistyped(scalar, entity, field),
            },
            Type::Percent => match parse_percent(text).filter(|_| is_number || is_text) {
                // Whoever owns a task may stand for several people.
                Some(percent) if field.name == "units" => {
                    Value::Count(Spanned::new(u32::from(percent), span))
                }
                Some(percent @ 0..=100) => Value::Count(Spanned::new(u32::from(percent), span)),
                Some(_) => {
                    self.invalid(entity, "number", field.name, field.ty, span, None);
                    return None;
                }
                None => return self.mistyped(scalar, entity, field),
            },
            Type::Word(words) => {
                let word = words.iter().position(|word| *word == text);
                match word {
                    Some(word) => Value::Word(Spanned::new(word as u8, span)),
                    None => {
                        let near = meant(text, words.iter().copied());
                        self.invalid(entity, "word", field.name, field.ty, span, near);
                        return None;
                    }
                }
            }
            Type::Probability => Value::Scale(Spanned::new(Scale::of_probability(text), span)),
            Type::Scale => match Scale::parse(text) {
                Scale::OffScale if entity.kind != EntityKind::Risk => {
                    let near = meant(text, Scale::WORDS);
                    self.invalid(entity, "word", field.name, field.ty, span, near);
                    return None;
                }
                scale => Value::Scale(Spanned::new(scale, span)),
            },
            Type::Money => match self.amount(&number()).filter(|_| is_number) {
                Some(thousandths) => Value::Money(Spanned::new(Money::new(thousandths), span)),
                None => return self.mistyped(scalar, entity, field),
            },
            Type::Capacity => match parse_percent(text) {
                Some(percent) => Value::Capacity(Spanned::new(Capacity::Percent(percent), span)),
                None if text == "pool" => Value::Capacity(Spanned::new(Capacity::Pool, span)),
                None => return self.mistyped(scalar, entity, field),
            },
            Type::Constraint => match Constraint::parse(text) {
                Some(constraint) => Value::Constraint(Spanned::new(constraint, span)),
                None => {
                    self.invalid(entity, "constraint", field.name, field.ty, span, None);
                    return None;
                }
            },
            Type::Window => match Window::parse(text) {
                Some(window) => Value::Window(Spanned::new(window, span)),
                None => return self.mistyped(scalar, entity, field),
            },
            Type::Periods | Type::Period => match Moment::parse(text) {
                Some(day) => {
                    let period = Period { start: day, finish: day, span };
                    match field.ty {
                        Type::Periods => Value::List(self.part.arenas.add_periods(&[period])),
                        _ => Value::Period(period),
                    }
                }
                None => return self.mistyped(scalar, entity, field),
            },
        };
        Some(value)
    }

    /// Lets the last finding be mended by another value.
    fn fix_last(&mut self, at: Span, toml: &str, is_safe: bool) {
        if let Some(finding) = self.findings.last_mut() {
            finding.fix = Some(correction(toml).safe_if(is_safe).value(at, toml));
        }
    }

    fn mistyped(&mut self, scalar: &Scalar<'t>, entity: Entity, field: Definition<'t>) -> Option<Value> {
        let found = match scalar.kind {
            Kind::Text | Kind::Bare | Kind::Broken => {
                format!("the text \"{}\"", crate::model::shortened(&scalar.text))
            }
            Kind::Flag(flag) => format!("`{flag}`"),
            Kind::Integer | Kind::Float => format!("the number {}", crate::model::shortened(&scalar.text)),
            Kind::Date => format!("the date {}", scalar.text),
        };
        let (what, example) = expected(field.ty);
        let finding = Finding::new(Code::new("PLN003"), scalar.span)
            .about(entity)
            .subject(field.name)
            .param("field", field.name)
            .param("expected", what);
        // `duration = 5`: show the very number with each unit.
        let is_amount = |text: &str| !text.starts_with(['-', '+']) && parse_thousandths(text).is_some();
        let is_duration = matches!((field.ty, scalar.kind), (Type::Duration, Kind::Integer | Kind::Float));
        if is_duration && is_amount(&scalar.text) {
            let days = format!("\"{}d\"", scalar.text);
            self.findings.push(finding.variant("duration").param("value", scalar.text.to_string()));
            // Days are what most people mean, and only the author knows.
            self.fix_last(scalar.span, &days, false);
            return None;
        }
        self.findings
            .push(finding.param("value", found).param("example", format!("{} = {example}", field.name)));
        // A number within quotation marks is that number.
        let is_number = match field.ty {
            Type::Count => scalar.text.parse::<u32>().is_ok(),
            Type::Money => parse_thousandths(&scalar.text).is_some(),
            _ => false,
        };
        if is_number && scalar.kind == Kind::Text && !is_no_toml_number(&scalar.text) {
            self.fix_last(scalar.span, &scalar.text, true);
        }
        None
    }

    fn amount(&self, text: &str) -> Option<i64> {
        match text.strip_prefix('-') {
            Some(positive) => parse_thousandths(positive).map(|amount| -amount),
            None => parse_thousandths(text.strip_prefix('+').unwrap_or(text)),
        }
    }

    /// Walks over the elements of a list; `each` reads one element.
    fn elements(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        mut each: impl FnMut(&mut Self, &mut Cursor<'_, 't>),
    ) -> Span {
        let mut span = cursor.span();
        cursor.next();
        loop {
            cursor.skip_trivia();
            let here = cursor.span();
            match cursor.peek() {
                None => return span,
                Some(EventKind::ArrayClose) => {
                    cursor.next();
                    span.end = here.end;
                    return span;
                }
                Some(EventKind::ValueSep) => {
                    cursor.next();
                }
                Some(EventKind::Scalar | EventKind::ArrayOpen | EventKind::InlineTableOpen) => {
                    each(self, cursor)
                }
                Some(_) => {
                    cursor.next();
                }
            }
            span.end = span.end.max(here.end);
        }
    }

    fn read_list(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
    ) -> Option<Value> {
        let mut texts = std::mem::take(&mut self.text_scratch);
        texts.clear();
        let mut units: Vec<(usize, u16)> = Vec::new();
        let span = self.elements(cursor, |this, cursor| match cursor.peek() {
            Some(EventKind::Scalar) => {
                if let Some(scalar) = cursor.scalar().filter(|scalar| scalar.kind != Kind::Broken) {
                    texts.push(this.text_value(&scalar));
                }
            }
            Some(EventKind::InlineTableOpen) if field.ty == Type::Helpers => {
                let (mut person, mut percent) = (None, None);
                this.parts(cursor, entity, field, &["person", "units"], |this, name, scalar| match name {
                    "person" => person = Some(this.text_value(scalar)),
                    _ => match parse_percent(&scalar.text) {
                        Some(units) => percent = Some(units),
                        None => {
                            this.invalid(entity, "number", "units", Type::Percent, scalar.span, None);
                        }
                    },
                });
                if let Some(person) = person {
                    texts.push(person);
                    units.extend(percent.map(|percent| (texts.len(), percent)));
                }
            }
            _ => {
                let span = cursor.skip_value();
                this.wrong_type(entity, field.name, field.ty, span, "a list within a list");
            }
        });
        let list = self.part.arenas.add_list(span, &texts);
        for (after, percent) in units {
            self.part.arenas.units.insert(list.start + after as u32, percent);
        }
        self.text_scratch = texts;
        Some(Value::List(list))
    }

    fn read_links(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
    ) -> Option<Value> {
        let mut links = std::mem::take(&mut self.link_scratch);
        links.clear();
        self.elements(cursor, |this, cursor| match cursor.peek() {
            Some(EventKind::Scalar) => {
                if let Some(scalar) = cursor.scalar() {
                    links.extend(this.link(&scalar, entity, field));
                }
            }
            Some(EventKind::InlineTableOpen) => links.extend(this.read_link_table(cursor, entity, field)),
            _ => {
                let span = cursor.skip_value();
                this.wrong_type(entity, field.name, field.ty, span, "a list within a list");
            }
        });
        let list = self.part.arenas.add_links(&links);
        self.link_scratch = links;
        Some(Value::List(list))
    }

    /// `"pilot FS+2d"`.
    fn link(&mut self, scalar: &Scalar<'t>, entity: Entity, field: Definition<'t>) -> Option<Link> {
        if scalar.kind == Kind::Broken {
            return None;
        }
        let written: &str = &scalar.text;
        let lead = written.len() - written.trim_start().len();
        let text = written.trim();
        let Some(link) = LinkText::parse(text) else {
            // The id is often right where the rest is not: keep the place for the message, drop the link.
            self.invalid(entity, "link", field.name, field.ty, scalar.span, None);
            return None;
        };
        let predecessor = if scalar.is_decoded() {
            let text_of_id = Text::decoded(scalar.span);
            self.part.arenas.decoded.insert(text_of_id, text[..link.id_len].into());
            text_of_id
        } else {
            let start = scalar.span.start as usize + lead;
            Text::verbatim(Span::new(self.file, start, start + link.id_len))
        };
        Some(Link { predecessor, end: scalar.span.end, kind: link.kind, lag: link.lag, note: 0 })
    }

    /// `{ on = "po", type = "FS", lag = "30d", why = "delivery time", expect = 2026-12-01 }`.
    fn read_link_table(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
    ) -> Option<Link> {
        let start = cursor.span();
        let mut link: Option<Link> = None;
        let (mut kind, mut lag, mut note) = (None, None, LinkNote::default());
        let parts = ["on", "type", "lag", "why", "expect"];
        let end = self.parts(cursor, entity, field, &parts, |this, name, scalar| match name {
            "on" => link = this.link(scalar, entity, field),
            "type" => {
                kind = LinkKind::parse(scalar.text.trim());
                if kind.is_none() {
                    this.invalid(
                        entity,
                        "word",
                        "type",
                        Type::Word(&["FS", "SS", "FF", "SF"]),
                        scalar.span,
                        None,
                    );
                }
            }
            "lag" => {
                lag = Lag::parse(&scalar.text);
                if lag.is_none() {
                    this.invalid(entity, "duration", "lag", Type::Duration, scalar.span, None);
                }
            }
            "why" => note.why = Some(this.text_value(scalar)),
            _ => match Moment::parse(&scalar.text) {
                Some(moment) => note.expect = Some(Spanned::new(moment, scalar.span)),
                None => this.invalid(entity, "date", "expect", Type::Moment, scalar.span, None),
            },
        });
        let Some(mut link) = link else {
            let span = Span { end: end.end.max(start.end), ..start };
            self.invalid(entity, "link", field.name, field.ty, span, None);
            return None;
        };
        link.kind = kind.unwrap_or(link.kind);
        link.lag = lag.unwrap_or(link.lag);
        if note.why.is_some() || note.expect.is_some() {
            self.part.arenas.link_notes.push(note);
            link.note = self.part.arenas.link_notes.len() as u32;
        }
        Some(link)
    }

    fn read_periods(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
    ) -> Option<Value> {
        let mut periods = std::mem::take(&mut self.period_scratch);
        periods.clear();
        self.elements(cursor, |this, cursor| match cursor.peek() {
            Some(EventKind::Scalar) => {
                let Some(scalar) = cursor.scalar_as_is() else { return };
                match Moment::parse(&scalar.text) {
                    Some(day) => periods.push(Period { start: day, finish: day, span: scalar.span }),
                    None => this.invalid(entity, "date", field.name, Type::Moment, scalar.span, None),
                }
            }
            Some(EventKind::InlineTableOpen) => periods.extend(this.read_period(cursor, entity, field)),
            _ => {
                let span = cursor.skip_value();
                this.wrong_type(entity, field.name, field.ty, span, "a list within a list");
            }
        });
        let list = self.part.arenas.add_periods(&periods);
        self.period_scratch = periods;
        Some(Value::List(list))
    }

    /// `{ start = 2026-12-21, finish = 2027-01-02 }`.
    fn read_period(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
    ) -> Option<Period> {
        let (mut start, mut finish) = (None, None);
        let mut is_wrong = false;
        let span = self.parts(cursor, entity, field, &["start", "finish"], |this, name, scalar| {
            let moment = Moment::parse(&scalar.text);
            if moment.is_none() {
                is_wrong = true;
                this.invalid(entity, "date", field.name, Type::Moment, scalar.span, None);
            }
            if name == "start" { start = moment } else { finish = moment }
        });
        match (start, finish) {
            (Some(start), Some(finish)) if finish.as_finish() < start.as_start() => {
                self.invalid(entity, "period", field.name, field.ty, span, None);
                None
            }
            (Some(start), Some(finish)) => Some(Period { start, finish, span }),
            _ => {
                if !is_wrong {
                    self.wrong_type(entity, field.name, field.ty, span, "only one of the two dates");
                }
                None
            }
        }
    }

    /// `{ amount = 900, currency = "USD", rate = 0.92 }`.
    fn read_money_table(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
    ) -> Option<Value> {
        let (mut amount, mut currency, mut rate) = (None, String::new(), 0);
        let parts = ["amount", "currency", "rate"];
        let span = self.parts(cursor, entity, field, &parts, |this, name, scalar| {
            let number = scalar.text.replace('_', "");
            match name {
                "amount" => amount = this.amount(&number),
                "currency" => currency = scalar.text.to_string(),
                _ => {
                    let millionths = this.amount(&number).map(|thousandths| thousandths.saturating_mul(1000));
                    rate = millionths.and_then(|rate| u32::try_from(rate).ok()).unwrap_or(0);
                }
            }
        });
        let Some(thousandths) = amount else {
            self.wrong_type(entity, field.name, field.ty, span, "a table without an amount");
            return None;
        };
        Some(Value::Money(Spanned::new(Money::new(thousandths).in_currency(&currency, rate), span)))
    }

    /// Reads a small table of known parts with plain values. Returns where it stood.
    fn parts(
        &mut self,
        cursor: &mut Cursor<'_, 't>,
        entity: Entity,
        field: Definition<'t>,
        known: &[&'static str],
        mut each: impl FnMut(&mut Self, &'static str, &Scalar<'t>),
    ) -> Span {
        let mut span = cursor.span();
        cursor.next();
        while let Some(kind) = cursor.peek() {
            let here = cursor.span();
            span.end = span.end.max(here.end);
            match kind {
                EventKind::InlineTableClose => {
                    cursor.next();
                    break;
                }
                EventKind::SimpleKey => {
                    let Some(key) = cursor.key() else { break };
                    while cursor.peek().is_some_and(|it| {
                        matches!(it, EventKind::KeySep | EventKind::SimpleKey | EventKind::KeyValSep)
                    }) {
                        cursor.next();
                    }
                    let name = known.iter().copied().find(|name| *name == key.text);
                    match (name, cursor.peek()) {
                        (Some(name), Some(EventKind::Scalar)) => {
                            let scalar = match field.ty {
                                Type::Period | Type::Periods | Type::Window => cursor.scalar_as_is(),
                                _ => cursor.scalar(),
                            };
                            if let Some(scalar) = scalar.filter(|scalar| scalar.kind != Kind::Broken) {
                                each(self, name, &scalar);
                            }
                        }
                        (None, Some(_)) if key.text.starts_with("x-") => {
                            cursor.skip_value();
                        }
                        (None, Some(_)) => {
                            let near = meant(&key.text, known.iter().copied());
                            let name = format!("{}.{}", field.name, key.text);
                            self.unknown(Some(entity), &key, &format!("`{}`", field.name), &name, near);
                            cursor.skip_value();
                        }
                        (Some(_), Some(_)) => {
                            let span = cursor.skip_value();
                            self.wrong_type(entity, field.name, field.ty, span, "a list or table");
                        }
                        (_, None) => break,
                    }
                }
                _ => {
                    cursor.next();
                }
            }
        }
        span
    }
}

/// A word that is known to mean another: suggested, and left to the author, because tools use such words in several ways.
fn synonym(word: &str) -> Meant<'_> {
    Meant { word, is_only: true, is_sure: false }
}

fn correction(word: &str) -> Fix {
    Fix::safe(format!("Write `{word}`"))
}

/// Whether TOML would not take a number as it is written.
fn is_no_toml_number(number: &str) -> bool {
    let mut digits = number.bytes();
    digits.next() == Some(b'0') && digits.next().is_some_and(|digit| digit.is_ascii_digit())
        || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// What a field takes, in words, and an example of it.
pub(crate) fn expected(ty: Type) -> (&'static str, &'static str) {
    match ty {
        Type::Text => ("text in quotes", "\"...\""),
        Type::List => ("a list of texts", "[\"...\", \"...\"]"),
        Type::Links => ("a list of links", "[\"pilot\", \"training FS+2d\"]"),
        Type::Helpers => ("a list of people", "[\"jonas\", { person = \"amira\", units = \"50%\" }]"),
        Type::Duration => ("an amount of time in quotes", "\"5d\""),
        Type::Moment => ("a date, year first", "2027-01-11"),
        Type::Flag => ("true or false", "true"),
        Type::Count => ("a whole number", "12"),
        Type::Percent => ("a percentage from 0 to 100", "40"),
        Type::Word(_) => ("one of the known words", "\"...\""),
        Type::Scale => ("very-low to very-high, or 1 to 5", "\"high\""),
        Type::Probability => ("very-low to very-high, 1 to 5, or 0.0 to 1.0", "\"high\""),
        Type::Money => ("an amount without currency sign", "18000"),
        Type::Capacity => ("a percentage or \"pool\"", "\"80%\""),
        Type::Constraint => ("a constraint and its date", "\"SNET 2027-01-11\""),
        Type::Window => ("a time from and to", "\"Sat 20:00 to Sun 12:00\""),
        Type::Period => ("a start and a finish", "{ start = 2026-12-21, finish = 2027-01-02 }"),
        Type::Periods => {
            ("a list of dates or periods", "[2026-12-25, { start = 2026-12-28, finish = 2027-01-02 }]")
        }
    }
}
