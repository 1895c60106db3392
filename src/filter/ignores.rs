//! Inline ignores: `# planlint: ignore[CODE, name] reason`, tied to the entity that they stand at.

use rustc_hash::FxHashMap;

use super::{Hidden, HiddenBy, Run};
use crate::catalogue::suggestion;
use crate::config::{corrected, notice, rule_meant};
use crate::finding::{Code, Entity, EntityKind, Finding, Fix};
use crate::model::{Text, shortened};
use crate::source::{FileId, SourceFile, Span};

/// Lines that belong to an entity, or a line that belongs to none.
struct Block {
    start: u32,
    end: u32,
    scope: usize,
}

/// One rule of a comment.
struct Word {
    span: Span,
    /// Its place in the catalogue; none where there is no such rule.
    rule: Option<usize>,
}

struct Ignore {
    comment: Span,
    words: Vec<Word>,
    reason: String,
    scope: usize,
    entity: Option<Entity>,
}

/// All ignore comments of a run.
#[derive(Default)]
pub(super) struct Ignores {
    ignores: Vec<Ignore>,
    scope_of: FxHashMap<Entity, usize>,
    /// By file, sorted by place; they do not overlap.
    blocks: FxHashMap<FileId, Vec<Block>>,
    /// The comment that ignores a rule in a scope, and whether the rule was found there.
    used: FxHashMap<(usize, usize), (usize, bool)>,
    malformed: Vec<Finding>,
}

impl Ignores {
    /// Reads the comments and finds out what each stands at.
    pub(super) fn read(directives: &[Span], run: &Run<'_, '_>) -> Self {
        let mut ignores = Self::default();
        if directives.is_empty() {
            return ignores;
        }
        let mut by_file: FxHashMap<FileId, Vec<Span>> = FxHashMap::default();
        for directive in directives {
            by_file.entry(directive.file).or_default().push(*directive);
        }
        let mut entities: FxHashMap<FileId, Vec<(u32, Entity)>> = FxHashMap::default();
        for (span, entity) in places(run) {
            if by_file.contains_key(&span.file) {
                entities.entry(span.file).or_default().push((span.start, entity));
            }
        }
        let mut files: Vec<(FileId, Vec<Span>)> = by_file.into_iter().collect();
        files.sort_by_key(|(file, _)| *file);
        let mut scopes = 0;
        for (file, mut comments) in files {
            comments.sort();
            let mut own = entities.remove(&file).unwrap_or_default();
            own.sort();
            ignores.read_file(file, &comments, &own, run, &mut scopes);
        }
        ignores
    }

    fn read_file(
        &mut self,
        file: FileId,
        comments: &[Span],
        entities: &[(u32, Entity)],
        run: &Run<'_, '_>,
        scopes: &mut usize,
    ) {
        let source = run.model.sources().file(file);
        let mut blocks: FxHashMap<u32, Block> = FxHashMap::default();
        let mut after: Option<(usize, usize)> = None;
        let mut extents = FxHashMap::default();
        // From the last to the first, so that comments above each other are walked over once.
        for &comment in comments.iter().rev() {
            let parsed = parse(comment, run);
            let line = source.lines().line_of(comment.start);
            let target = target_line(source, line, after);
            after = Some((line, target));
            let Some((words, reason)) = parsed else {
                self.malformed.push(malformed(comment, run));
                continue;
            };
            let (block, entity) = block_at(source, entities, &mut extents, line, target);
            let (start, end) = block;
            let scope = blocks
                .entry(start)
                .or_insert_with(|| {
                    *scopes += 1;
                    Block { start, end, scope: *scopes }
                })
                .scope;
            if let Some(entity) = entity {
                self.scope_of.insert(entity, scope);
            }
            for rule in words.iter().filter_map(|word| word.rule) {
                self.used.insert((scope, rule), (self.ignores.len(), false));
            }
            self.ignores.push(Ignore { comment, words, reason, scope, entity });
        }
        let mut blocks: Vec<Block> = blocks.into_values().collect();
        blocks.sort_by_key(|block| block.start);
        self.blocks.insert(file, blocks);
    }

    /// The comment that hides a finding, where there is one.
    pub(super) fn hide(&mut self, finding: &Finding, run: &Run<'_, '_>) -> Option<Hidden> {
        if self.ignores.is_empty() {
            return None;
        }
        let rule = run.catalogue.index(finding.code).filter(|_| !is_own(finding.code))?;
        let of_entity = finding.entity.and_then(|entity| self.scope_of.get(&entity)).copied();
        let at = finding.primary.span;
        let of_place = self.blocks.get(&at.file).and_then(|blocks| {
            let last = blocks.partition_point(|block| block.start <= at.start).checked_sub(1)?;
            blocks.get(last).filter(|block| at.start < block.end).map(|block| block.scope)
        });
        let mut by = None;
        for scope in [of_entity, of_place].into_iter().flatten() {
            if let Some((ignore, used)) = self.used.get_mut(&(scope, rule)) {
                *used = true;
                by = by.or(Some(*ignore));
            }
        }
        let ignore = self.ignores.get(by?)?;
        Some(Hidden { by: HiddenBy::Ignore, reason: ignore.reason.clone(), place: ignore.comment })
    }

    /// What is wrong with the comments, once all findings have been shown to them.
    pub(super) fn findings(self, run: &Run<'_, '_>) -> Vec<Finding> {
        let mut findings = self.malformed;
        for ignore in &self.ignores {
            let text = |span: Span| run.model.sources().text(span);
            let about = |finding: Finding| match ignore.entity {
                Some(entity) => finding.about(entity),
                None => finding,
            };
            let is_unused: Vec<bool> = ignore
                .words
                .iter()
                .map(|word| {
                    word.rule.is_some_and(|rule| {
                        let known = run.catalogue.rules().get(rule);
                        known.is_some_and(|rule| run.runs(rule, ignore.comment.file))
                            && self.used.get(&(ignore.scope, rule)).is_some_and(|(_, used)| !used)
                    })
                })
                .collect();
            for (number, word) in ignore.words.iter().enumerate() {
                let written = text(word.span);
                if word.rule.is_none() {
                    let near = rule_meant(run.catalogue, written);
                    let finding = Finding::new(Code::new("LNT005"), word.span)
                        .param("value", written)
                        .param("suggestion", suggestion(near.map(|it| it.word)))
                        .subject(written);
                    let fix = corrected(near, |fix, near| fix.replace(word.span, near));
                    findings.push(about(Finding { fix, ..finding }));
                    continue;
                }
                if let Some(notice) = notice(run.catalogue, written) {
                    findings.push(about(notice.finding(word.span)));
                }
                if is_unused.get(number) == Some(&true) {
                    let finding = Finding::new(Code::new("LNT001"), word.span)
                        .param("rule", written)
                        .subject(written)
                        .fix(deletion(ignore, number, &is_unused, run));
                    findings.push(about(finding));
                }
            }
            if let (false, Some(first), Some(last)) =
                (!ignore.reason.is_empty(), ignore.words.first(), ignore.words.last())
            {
                let words: Vec<&str> = ignore.words.iter().map(|word| text(word.span)).collect();
                let words = words.join(", ");
                let finding = Finding::new(Code::new("LNT002"), first.span.to(last.span))
                    .subject(&words)
                    .param("rule", words);
                findings.push(about(finding));
            }
        }
        findings
    }
}

/// Findings about ignores and waivers cannot be ignored or waived themselves.
pub(super) fn is_own(code: Code) -> bool {
    code.as_str().starts_with("LNT")
}

/// Where each entity is written.
fn places<'r>(run: &'r Run<'_, '_>) -> impl Iterator<Item = (Span, Entity)> + 'r {
    let model = run.model;
    let plans = model.plans.iter().enumerate().filter(|(_, plan)| plan.has_header);
    let plans = plans.map(|(index, plan)| (plan.header.id, Entity::new(EntityKind::Plan, index)));
    let others = EntityKind::ALL.into_iter().flat_map(move |kind| {
        (0..model.lists.count(kind))
            .map(move |index| Entity::new(kind, index))
            .filter_map(move |entity| Some((model.lists.id(entity)?, entity)))
    });
    plans.chain(others).map(|(id, entity): (Text, Entity)| (id.span(), entity))
}

/// The words of a comment, and its reason, which may be empty. `None` where it has not the form of an ignore.
fn parse(comment: Span, run: &Run<'_, '_>) -> Option<(Vec<Word>, String)> {
    let text = run.model.sources().text(comment);
    let rest = text.trim_start_matches(['#', ' ', '\t']).strip_prefix("planlint:")?.trim_start();
    let rest = rest.strip_prefix("ignore")?.trim_start().strip_prefix('[')?;
    let (inside, reason) = rest.split_once(']')?;
    let mut at = comment.start as usize + (text.len() - rest.len());
    let mut words = Vec::new();
    for piece in inside.split(',') {
        let word = piece.trim();
        if !word.is_empty() {
            let start = at + (piece.len() - piece.trim_start().len());
            let span = Span::new(comment.file, start, start + word.len());
            let rule = run.catalogue.find(word).and_then(|rule| run.catalogue.index(rule.code));
            words.push(Word { span, rule });
        }
        at += piece.len() + 1;
    }
    let reason = if reason.chars().any(char::is_alphanumeric) { reason.trim() } else { "" };
    (!words.is_empty()).then(|| (words, reason.to_owned()))
}

fn malformed(comment: Span, run: &Run<'_, '_>) -> Finding {
    let text = run.model.sources().text(comment);
    let words = text.split_once("planlint:").map_or(text, |(_, words)| words).trim();
    Finding::new(Code::new("PLN004"), comment)
        .param("field", "# planlint:")
        .param("value", shortened(words))
        .param("expected", "`ignore`, the rules in brackets and the reason, like `ignore[PLN012] the buyer is named in November`")
}

fn line_text(source: &SourceFile, line: usize) -> &str {
    let lines = source.lines();
    source.text.get(lines.start(line) as usize..lines.end(&source.text, line) as usize).unwrap_or("")
}

/// The line that a comment in this line speaks of: its own, or for a comment that stands alone the next that is no
/// comment. `after`: the line of the comment that was looked at before, which is further down, and its answer.
fn target_line(source: &SourceFile, line: usize, after: Option<(usize, usize)>) -> usize {
    let is_comment = |line: usize| line_text(source, line).trim_start().starts_with('#');
    let mut target = line;
    while target < source.lines().len() && is_comment(target) {
        target += 1;
        if let Some((known, answer)) = after
            && target == known
        {
            return answer;
        }
    }
    target
}

/// The lines that a comment is for, as bytes from and to, and the entity they belong to: the one that begins in its
/// target line, else the one around it; the target line alone where there is none. `extents` remembers the lines of
/// the entities looked at, so that a hundred comments in one cost no more than one.
fn block_at(
    source: &SourceFile,
    entities: &[(u32, Entity)],
    extents: &mut FxHashMap<usize, (usize, usize)>,
    line: usize,
    target: usize,
) -> ((u32, u32), Option<Entity>) {
    let lines = source.lines();
    let entity_before = |line: usize| {
        let end = lines.end(&source.text, line);
        entities.partition_point(|(start, _)| *start <= end).checked_sub(1)
    };
    let begins_in = |number: usize, line: usize| {
        entities.get(number).is_some_and(|(start, _)| lines.line_of(*start) == line)
    };
    let number = match entity_before(target) {
        Some(number) if begins_in(number, target) => Some(number),
        _ => entity_before(line),
    };
    if let Some(number) = number
        && let Some(&(start, entity)) = entities.get(number)
    {
        let (first, last) = *extents.entry(number).or_insert_with(|| {
            let first = lines.line_of(start);
            let until = entities.get(number + 1).map_or(lines.len(), |(next, _)| lines.line_of(*next));
            let end = (first + 1..until).find(|line| ends_block(source, start, *line));
            (first, end.unwrap_or(until))
        });
        if line < last {
            let end = if last < lines.len() { lines.start(last) } else { source.text.len() as u32 + 1 };
            return ((lines.start(first), end), Some(entity));
        }
    }
    ((lines.start(target), lines.end(&source.text, target) + 1), None)
}

/// Whether a line is a header that is not part of the entity whose id begins at `start`: `[task]`, or one with a
/// misspelt word. `[task.pilot.baseline]` is part of `[task.pilot]`.
fn ends_block(source: &SourceFile, start: u32, line: usize) -> bool {
    let text = line_text(source, line);
    if !text.starts_with('[') {
        return false;
    }
    let lines = source.lines();
    let header = line_text(source, lines.line_of(start));
    let own = header.trim_start_matches('[').split(']').next().unwrap_or("");
    let is_part = header.starts_with('[')
        && text.trim_start_matches('[').strip_prefix(own).is_some_and(|rest| rest.starts_with('.'));
    !is_part
}

/// Takes a rule out of a comment, or the whole comment where nothing else stands in it.
fn deletion(ignore: &Ignore, number: usize, is_unused: &[bool], run: &Run<'_, '_>) -> Fix {
    let source = run.model.sources().file(ignore.comment.file);
    if is_unused.iter().all(|unused| *unused) {
        let before = source.text.get(..ignore.comment.start as usize).unwrap_or("");
        let mut span = ignore.comment;
        span.start = before.trim_end_matches([' ', '\t']).len() as u32;
        let lines = source.lines();
        let line = lines.line_of(span.start);
        if span.start == lines.start(line) && line + 1 < lines.len() {
            // It has a line of its own: the line goes with it.
            span.end = lines.start(line + 1);
        }
        return Fix::safe("Delete the comment").replace(span, "");
    }
    let span_of = |number: usize| ignore.words.get(number).map_or(ignore.comment, |word| word.span);
    let own = span_of(number);
    // With the comma before it where something stays before it, else with the comma after it: edits never overlap.
    let stays_before = is_unused.iter().take(number).any(|unused| !unused);
    let (start, end) = if stays_before {
        (span_of(number - 1).end, own.end)
    } else {
        (own.start, span_of(number + 1).start)
    };
    let message = format!("Delete {}", source.text.get(own.range()).unwrap_or(""));
    Fix::safe(message).replace(Span { file: own.file, start, end }, "")
}
