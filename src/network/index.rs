//! From ids to entities, plan by plan; and the ids that stand for two things.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{Aliases, Model, PlanId};

/// Finds entities by plan, kind and id in constant time.
pub struct Index {
    tables: Vec<HashTable<u32>>,
    plans: FxHashMap<Box<str>, PlanId>,
    hasher: hashbrown::DefaultHashBuilder,
}

impl Index {
    /// Indexes all ids of a model. An id that exists already is a finding (PLN006) and stays out: the first one counts.
    pub(super) fn new(model: &Model<'_>) -> (Self, Vec<Finding>) {
        let mut index = Self {
            tables: EntityKind::ALL.iter().map(|_| HashTable::new()).collect(),
            plans: FxHashMap::default(),
            hasher: hashbrown::DefaultHashBuilder::default(),
        };
        let mut findings = Vec::new();
        for plan in model.plan_ids() {
            index.plans.entry(model.plan_id(plan).into()).or_insert(plan);
        }
        index.add_aliases(model);
        for kind in EntityKind::ALL {
            // Waivers have no ids that anything refers to.
            if matches!(kind, EntityKind::Plan | EntityKind::Waiver) {
                continue;
            }
            let count = model.lists.count(kind);
            let mut table = HashTable::with_capacity(count);
            for number in 0..count {
                let entity = Entity::new(kind, number);
                let (Some(plan), id) = (model.lists.plan(entity), model.id(entity)) else { continue };
                let hash = index.hash(plan, id);
                let is_same = |&other: &u32| {
                    let other = Entity { kind, index: other };
                    model.lists.plan(other) == Some(plan) && model.id(other) == id
                };
                let rehash = |&other: &u32| {
                    let other = Entity { kind, index: other };
                    index.hash(model.lists.plan(other).unwrap_or(plan), model.id(other))
                };
                match table.entry(hash, is_same, rehash) {
                    hashbrown::hash_table::Entry::Occupied(first) => {
                        findings.push(duplicate(model, Entity { kind, index: *first.get() }, entity));
                    }
                    hashbrown::hash_table::Entry::Vacant(place) => {
                        place.insert(number as u32);
                    }
                }
            }
            index.tables[kind as usize] = table;
        }
        index.same_but_for_case(model, &mut findings);
        (index, findings)
    }

    /// Other names of plans, as configurations give them. A plan that is really called so goes first.
    fn add_aliases(&mut self, model: &Model<'_>) {
        let mut last: Option<&Arc<Aliases>> = None;
        for entry in &model.plans {
            // Mostly one configuration holds for all of them.
            if last.is_some_and(|last| Arc::ptr_eq(last, &entry.aliases)) {
                continue;
            }
            last = Some(&entry.aliases);
            for (name, id) in entry.aliases.of(EntityKind::Plan) {
                for (known, other) in [(name, id), (id, name)] {
                    if let Some(plan) = self.plan(known)
                        && self.plan(other).is_none()
                    {
                        self.plans.insert(other.into(), plan);
                    }
                }
            }
        }
    }

    /// Ids that differ only in case are two things to the program and one to a reader.
    fn same_but_for_case(&self, model: &Model<'_>, findings: &mut Vec<Finding>) {
        // Most plans have no id with a capital: only those can clash.
        for kind in EntityKind::ALL {
            if matches!(kind, EntityKind::Plan | EntityKind::Waiver | EntityKind::Term) {
                continue;
            }
            let mut folded: FxHashMap<(PlanId, String), Entity> = FxHashMap::default();
            for number in 0..model.lists.count(kind) {
                let entity = Entity::new(kind, number);
                let id = model.id(entity);
                let Some(plan) = model.lists.plan(entity) else { continue };
                // An imported key is what its tool made of it.
                if !id.chars().any(char::is_uppercase)
                    || model.plan(plan).format != crate::source::Format::Toml
                {
                    continue;
                }
                let lower = id.to_lowercase();
                let twin = self
                    .find(model, kind, plan, &lower)
                    .or_else(|| folded.get(&(plan, lower.clone())).copied());
                match twin.filter(|twin| model.id(*twin) != id) {
                    Some(twin) => {
                        let (first, second) = if twin < entity { (twin, entity) } else { (entity, twin) };
                        findings.push(
                            duplicate(model, first, second)
                                .variant("case")
                                .param("twin", model.id(first).to_owned()),
                        );
                    }
                    None => {
                        folded.entry((plan, lower)).or_insert(entity);
                    }
                }
            }
        }
    }

    fn hash(&self, plan: PlanId, id: &str) -> u64 {
        self.hasher.hash_one(id) ^ FxBuildHasher.hash_one(plan.0)
    }

    /// The entity of a plan with an id.
    pub fn find(&self, model: &Model<'_>, kind: EntityKind, plan: PlanId, id: &str) -> Option<Entity> {
        let is_same = |&number: &u32| {
            let entity = Entity { kind, index: number };
            model.lists.plan(entity) == Some(plan) && model.id(entity) == id
        };
        let found = self.tables[kind as usize].find(self.hash(plan, id), is_same)?;
        Some(Entity { kind, index: *found })
    }

    /// The plan with an id.
    pub fn plan(&self, id: &str) -> Option<PlanId> {
        self.plans.get(id).copied()
    }
}

fn duplicate(model: &Model<'_>, first: Entity, second: Entity) -> Finding {
    let place = model.place(first);
    let sources = model.sources();
    let (position, _) = sources.position(place);
    let file = &sources.file(place.file).name;
    let where_first = match place.file == model.place(second).file {
        true => format!("line {}", position.line),
        false => format!("{file}, line {}", position.line),
    };
    Finding::new(Code::new("PLN006"), model.place(second))
        .about(second)
        .param("table", first.kind.as_str())
        .param("place", where_first)
        .here("the second")
        .label(place, "the first")
}
