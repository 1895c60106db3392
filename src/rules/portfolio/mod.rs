//! PRT: do the plans of a run fit together? And what the rules of the family share: which plans are one plan twice, and
//! which people, sites and assets of several plans are one and the same.

mod conflicting_facts;
mod conflicting_freeze;
mod duplicate_plan;
mod late_handover;
mod same_asset_collision;
mod shared_owner_overload;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Ctx, Native};
use crate::finding::{Entity, EntityKind};
use crate::model::{PlanId, TaskId};
use crate::source::FileId;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    shared_owner_overload::RULE,
    same_asset_collision::RULE,
    duplicate_plan::RULE,
    late_handover::RULE,
    conflicting_freeze::RULE,
    conflicting_facts::RULE,
];

/// Which plan each plan is a copy of: by plan, the first with its id, mostly itself. PRT003 reports the copies; for the
/// other rules they are one plan, for a copy collides with everything of its original.
struct Originals(Vec<PlanId>);

impl Originals {
    fn new(ctx: &Ctx<'_>) -> Self {
        let ids: Vec<&str> = ctx.model.plan_ids().map(|plan| plan_id(ctx, plan)).collect();
        let is_given = |plan: PlanId| ctx.model.plan(plan).header.given_id().is_some();
        let given: FxHashSet<&str> =
            ctx.model.plan_ids().filter(|plan| is_given(*plan)).map(|plan| ids[plan.index()]).collect();
        let mut first: FxHashMap<(&str, &str), PlanId> = FxHashMap::default();
        let original = |plan: PlanId| {
            let id = ids[plan.index()];
            let name = ctx.model.plan(plan).header.name().map_or("", |name| ctx.text(name).trim());
            // Files and folders may be called alike in many places: only what has one name too is a copy.
            match (given.contains(id), name) {
                (true, _) => *first.entry((id, "")).or_insert(plan),
                (false, "") => plan,
                (false, name) => *first.entry((id, name)).or_insert(plan),
            }
        };
        Self(ctx.model.plan_ids().map(original).collect())
    }

    fn of(&self, plan: PlanId) -> PlanId {
        self.0[plan.index()]
    }

    fn of_task(&self, ctx: &Ctx<'_>, task: TaskId) -> PlanId {
        self.of(ctx.model.task(task).plan)
    }

    /// Whether two things stand in two plans that are not copies of each other.
    fn differ(&self, one: PlanId, other: PlanId) -> bool {
        self.of(one) != self.of(other)
    }
}

/// The id of a plan, or the one that is meant by it.
fn plan_id<'a>(ctx: &Ctx<'a>, plan: PlanId) -> &'a str {
    let id = ctx.model.plan_id(plan);
    ctx.model.plan(plan).aliases.id(EntityKind::Plan, id).unwrap_or(id)
}

/// A plan as its author knows it, for a message.
fn plan_name(ctx: &Ctx<'_>, plan: PlanId) -> String {
    format!("\"{}\"", crate::model::shortened(ctx.model.plan_name(plan)))
}

/// `on 2026-11-09`, `from 2026-11-09 to 2026-11-10`.
fn when(start: Date, finish: Date) -> String {
    if start == finish { format!("on {start}") } else { format!("from {start} to {finish}") }
}

/// Which people, sites or assets of all plans are one and the same: for each a number that they share.
struct Shared(Vec<u32>);

/// What makes two of them the same.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    /// The id, and the name where several go by that id.
    Id(&'a str, Option<String>),
    /// An address of an imported person.
    Email(String),
    /// An id that means something only within an imported file.
    Local(FileId, &'a str),
}

/// The names that go by an id.
enum Names {
    None,
    One(String),
    Several,
}

impl Shared {
    /// People, sites or assets are the same where they have one id, or the id that the configuration gives them. Where
    /// names are given and differ, two things happen to have one id. Ids of imported files are the names that somebody
    /// typed there, or roles such as "Engineer": they count within their file, and where a plan that was written for
    /// planlint knows somebody or something by that name.
    fn new(ctx: &Ctx<'_>, kind: EntityKind) -> Self {
        let count = ctx.model.lists.count(kind);
        let entities = || (0..count).map(|number| Entity::new(kind, number));
        let mut names: FxHashMap<&str, Names> = FxHashMap::default();
        // What native plans call somebody or something, in small letters; none where that could be two.
        let mut known: FxHashMap<String, Option<Entity>> = FxHashMap::default();
        let has_imports = ctx.model.plan_ids().any(|plan| !ctx.is_native(plan));
        for entity in entities().filter(|it| is_native(ctx, *it)) {
            let name = Self::name(ctx, entity);
            let id = Self::id(ctx, entity);
            let slot = names.entry(id).or_insert(Names::None);
            *slot = match (std::mem::replace(slot, Names::None), name.clone()) {
                (Names::One(one), Some(other)) if one != other => Names::Several,
                (Names::None, Some(name)) => Names::One(name),
                (known, _) => known,
            };
            if has_imports {
                let person =
                    ctx.model.persons.get(entity.index as usize).filter(|_| kind == EntityKind::Person);
                let listed = person.map_or(&[][..], |person| ctx.model.list(person.also_known_as()));
                let listed = listed.iter().map(|name| folded(ctx.text(*name)));
                let email = email(ctx, entity);
                for name in listed.chain(name).chain(email).chain([folded(id)]) {
                    let meant = known.entry(name).or_insert(Some(entity));
                    if meant.is_some_and(|meant| Self::id(ctx, meant) != id) {
                        *meant = None;
                    }
                }
            }
        }
        let native_key = |entity: Entity| {
            let id = Self::id(ctx, entity);
            let name = match names.get(id) {
                Some(Names::One(name)) => Some(name.clone()),
                Some(Names::Several) => Self::name(ctx, entity),
                Some(Names::None) | None => None,
            };
            Key::Id(id, name)
        };
        let key = |entity: Entity| {
            if is_native(ctx, entity) {
                return native_key(entity);
            }
            if let Some(id) = Self::alias(ctx, entity) {
                let only = match names.get(id) {
                    Some(Names::One(name)) => Some(name.clone()),
                    _ => None,
                };
                return Key::Id(id, only);
            }
            let id = ctx.model.id(entity);
            let called = [Some(folded(id)), ctx.model.title(entity).map(folded), email(ctx, entity)];
            let meant = called.into_iter().flatten().find_map(|name| known.get(&name).copied().flatten());
            match (meant, email(ctx, entity)) {
                (Some(meant), _) => native_key(meant),
                (None, Some(email)) => Key::Email(email),
                (None, None) => Key::Local(ctx.model.place(entity).file, id),
            }
        };
        let mut numbers: FxHashMap<Key<'_>, u32> = FxHashMap::default();
        let number = |entity| {
            let next = numbers.len() as u32;
            *numbers.entry(key(entity)).or_insert(next)
        };
        Self(entities().map(number).collect())
    }

    /// What two of them have in common where they are the same.
    fn of(&self, number: usize) -> u32 {
        self.0[number]
    }

    /// The id that the configuration gives something.
    fn alias<'a>(ctx: &Ctx<'a>, entity: Entity) -> Option<&'a str> {
        let aliases = &ctx.model.plan(ctx.model.lists.plan(entity)?).aliases;
        let by_name = || aliases.id(entity.kind, ctx.model.title(entity)?);
        aliases.id(entity.kind, ctx.model.id(entity)).or_else(by_name)
    }

    fn id<'a>(ctx: &Ctx<'a>, entity: Entity) -> &'a str {
        Self::alias(ctx, entity).unwrap_or_else(|| ctx.model.id(entity).trim())
    }

    /// What tells it from another with the same id; nothing where somebody has said which one is meant.
    fn name(ctx: &Ctx<'_>, entity: Entity) -> Option<String> {
        let name = ctx.model.title(entity).filter(|name| !crate::model::is_placeholder(name))?;
        Self::alias(ctx, entity).is_none().then(|| folded(name))
    }
}

fn is_native(ctx: &Ctx<'_>, entity: Entity) -> bool {
    ctx.model.lists.plan(entity).is_some_and(|plan| ctx.is_native(plan))
}

/// A name without regard to capitals and blanks.
fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn email(ctx: &Ctx<'_>, entity: Entity) -> Option<String> {
    let person =
        ctx.model.persons.get(entity.index as usize).filter(|_| entity.kind == EntityKind::Person)?;
    person.email().map(|email| folded(ctx.text(email))).filter(|email| email.contains('@'))
}

/// Whether there is anything to compare.
fn has_several_plans(ctx: &Ctx<'_>) -> bool {
    ctx.plans().len() > 1
}

/// The one that ends last, and the one that ends last among those of other plans: enough to know for any plan what of
/// the others ends last.
#[derive(Clone, Copy)]
struct Latest<T> {
    first: (T, PlanId),
    second: Option<(T, PlanId)>,
}

impl<T: Copy + Ord> Latest<T> {
    fn new(it: T, plan: PlanId) -> Self {
        Self { first: (it, plan), second: None }
    }

    fn add(&mut self, it: T, plan: PlanId) {
        if it > self.first.0 {
            if self.first.1 != plan {
                self.second = Some(self.first);
            }
            self.first = (it, plan);
        } else if plan != self.first.1 && self.second.is_none_or(|second| it > second.0) {
            self.second = Some((it, plan));
        }
    }

    /// What ends last of all plans but one.
    fn of_others(&self, plan: PlanId) -> Option<T> {
        let other = if self.first.1 == plan { self.second } else { Some(self.first) };
        other.map(|(it, _)| it)
    }
}

/// What several tests of the family ask.
#[cfg(test)]
mod tests {
    use crate::config::{Configs, Overrides};
    use crate::rules::testing::codes;

    /// What is found of a rule: `CODE line:column` in whatever file.
    pub(super) fn found(code: &str, plans: &str) -> Vec<String> {
        codes(plans).into_iter().filter(|it| it.starts_with(code)).collect()
    }

    /// What is found of a rule in a folder with these files, a configuration among them.
    pub(super) fn found_in(code: &str, files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let configs = Configs::new(folder.path().to_owned(), Overrides::default()).unwrap();
        let globs = |folder: &std::path::Path| configs.globs(folder);
        let found = crate::source::discover(&crate::source::Asked {
            paths: vec![folder.path().to_owned()],
            stdin: None,
            cwd: folder.path().to_owned(),
            force_exclude: false,
            respect_gitignore: false,
            exclude: configs.excluded(),
            globs: &globs,
        });
        let clock = crate::Clock { today: jiff::civil::date(2026, 10, 2) };
        let report = crate::check(&found.sources, &configs, &clock);
        assert!(report.verdict.failed.is_empty(), "{:?}", report.verdict.failed);
        let findings = report.verdict.findings.iter().map(|it| &it.finding);
        findings
            .filter(|finding| finding.code.as_str() == code)
            .map(|finding| {
                let file = &found.sources.file(finding.primary.span.file).name;
                format!("{file}:{}", found.sources.position(finding.primary.span).0.line)
            })
            .collect()
    }
}
