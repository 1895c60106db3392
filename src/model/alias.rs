//! What the names in plans mean, where the configuration says so: `[alias.person] "Weber, Jonas" = "jonas"`.

use std::collections::BTreeMap;

use crate::finding::EntityKind;

/// Names of plans, people, sites and assets, and the ids that are meant by them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Aliases {
    by_kind: BTreeMap<EntityKind, BTreeMap<String, String>>,
}

impl Aliases {
    /// The kinds of things that can have an alias.
    pub const KINDS: [EntityKind; 4] =
        [EntityKind::Plan, EntityKind::Person, EntityKind::Site, EntityKind::Asset];

    /// Says which id is meant by a name.
    pub fn insert(&mut self, kind: EntityKind, name: &str, id: &str) {
        self.by_kind.entry(kind).or_default().insert(name.trim().to_owned(), id.trim().to_owned());
    }

    /// What is said here on top of what `base` says.
    pub fn over(&self, base: &Aliases) -> Aliases {
        let mut all = base.clone();
        for (kind, names) in &self.by_kind {
            all.by_kind.entry(*kind).or_default().extend(names.clone());
        }
        all
    }

    /// The id that is meant by a name, where anything was said about it.
    pub fn id(&self, kind: EntityKind, name: &str) -> Option<&str> {
        self.by_kind.get(&kind)?.get(name.trim()).map(String::as_str)
    }

    /// All names of a kind of things with what they mean, in order.
    pub fn of(&self, kind: EntityKind) -> impl Iterator<Item = (&str, &str)> {
        let names = self.by_kind.get(&kind).into_iter().flatten();
        names.map(|(name, id)| (name.as_str(), id.as_str()))
    }
}
