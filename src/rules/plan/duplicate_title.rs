//! PLN011: two open tasks with the same title, of which nothing says how they differ.

use std::hash::{Hash, Hasher};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;

use crate::finding::EntityKind;
use crate::model::{Model, Task, TaskId, Text, is_placeholder};
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "PLN011", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for &plan in ctx.plans() {
        let count = ctx.model.plan(plan).range(EntityKind::Task).len();
        let mut first_with: HashTable<TaskId> = HashTable::with_capacity(count);
        for (task, it) in ctx.model.tasks_of(plan).filter(|(task, _)| ctx.is_open(*task)) {
            // PLN005 and PLN012 ask for a title first.
            let Some(title) = it.title() else { continue };
            if ctx.text(title).trim().is_empty() || is_placeholder(ctx.text(title)) {
                continue;
            }
            let rehash = |other: &TaskId| {
                let other_task = ctx.model.task(*other);
                key(ctx, *other, other_task, other_task.title().unwrap_or(title))
            };
            let is_same = |other: &TaskId| is_same(ctx, *other, task);
            let first = match first_with.entry(key(ctx, task, it, title), is_same, rehash) {
                Entry::Occupied(first) => *first.get(),
                Entry::Vacant(place) => {
                    place.insert(task);
                    continue;
                }
            };
            let mut finding = ctx.finding_at(entity(task), title.span()).param("other", ctx.name(first));
            if let Some(title) = ctx.model.task(first).title() {
                finding = finding.label(title.span(), "the first");
            }
            out.report(finding.subject(ctx.model.id(entity(first))));
        }
    }
}

/// A number that is the same for tasks that are the same: phase, kind, wave, sites and title.
fn key(ctx: &Ctx<'_>, task: TaskId, it: &Task, title: Text) -> u64 {
    let mut hasher = FxHasher::default();
    ctx.network.hierarchy.parent(task).hash(&mut hasher);
    for text in told_apart_by(ctx.model, it) {
        ctx.text(text).hash(&mut hasher);
    }
    hash_title(ctx.text(title), &mut hasher);
    hasher.finish()
}

/// Adds a title to a hash: the same for titles that differ only in capitals and blanks, and quick for a million of them.
fn hash_title(title: &str, hasher: &mut FxHasher) {
    const SMALL_LETTERS: u64 = 0x2020_2020_2020_2020;
    let bytes = title.as_bytes();
    let is_regular = bytes.is_ascii()
        && bytes.iter().fold(true, |regular, byte| regular & (*byte >= b' '))
        && bytes.first() != Some(&b' ')
        && bytes.last() != Some(&b' ')
        && memchr::memmem::find(bytes, b"  ").is_none();
    if !is_regular {
        let regular = title.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ");
        return hash_letters(regular.as_bytes(), hasher, SMALL_LETTERS);
    }
    hash_letters(bytes, hasher, SMALL_LETTERS);
}

/// Eight letters at a time. The bit that makes a letter small is set in every one: what is mixed up so, `is_same` tells
/// apart.
fn hash_letters(bytes: &[u8], hasher: &mut FxHasher, small: u64) {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hasher.write_u64(u64::from_le_bytes(*word) | small);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hasher.write_u64(u64::from_le_bytes(last) | small);
}

/// Whether two tasks really are the same, and not only their numbers.
fn is_same(ctx: &Ctx<'_>, one: TaskId, other: TaskId) -> bool {
    let (first, second) = (ctx.model.task(one), ctx.model.task(other));
    let title = |task: &Task| task.title().map_or("", |title| ctx.text(title));
    ctx.network.hierarchy.parent(one) == ctx.network.hierarchy.parent(other)
        && words(title(first)).eq(words(title(second)))
        && told_apart_by(ctx.model, first)
            .map(|text| ctx.text(text))
            .eq(told_apart_by(ctx.model, second).map(|text| ctx.text(text)))
        && first.kind().is_some() == second.kind().is_some()
        && first.wave().is_some() == second.wave().is_some()
}

/// "Test" and "Go live" may stand at every site and in every wave.
fn told_apart_by<'m>(model: &'m Model<'_>, task: &'m Task) -> impl Iterator<Item = Text> + 'm {
    task.kind().into_iter().chain(task.wave()).chain(model.list(task.sites()).iter().copied())
}

/// The words of a title without regard to capitals.
fn words(title: &str) -> impl Iterator<Item = String> + '_ {
    title.split_whitespace().map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn same(one: &str, other: &str) -> bool {
        let plan = format!(
            "[plan]\n[task]\np.title = \"P\"\na = {{ title = \"Go live\"{one} }}\nb = {{ title = \"go  live\"{other} }}"
        );
        codes(&plan).iter().any(|it| it == "PLN011 5:16")
    }

    #[test]
    fn place_wave_kind_and_phase_tell_tasks_apart() {
        assert!(same("", ""));
        for field in
            ["site = \"porto\"", "wave = 2", "kind = \"go-live\"", "parent = \"p\"", "status = \"done\""]
        {
            let field = format!(", {field}");
            assert!(!same(&field, ""), "{field}");
            assert_eq!(same(&field, &field), !field.contains("done"), "{field}");
        }
        assert!(!same(", kind = \"x\"", ", wave = \"x\""));
    }

    #[test]
    fn a_title_that_is_missing_is_not_the_same_as_another() {
        let plan = "[plan]\n[task]\na.title = \"TBD\"\nb.title = \"TBD\"\nc.title = \"\"\nd.title = \"\"";
        assert!(!codes(plan).iter().any(|it| it.starts_with("PLN011")));
    }
}
