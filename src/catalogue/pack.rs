//! Reading packs: the built-in ones are part of the program.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::{Deserialize, Deserializer};

use super::{Catalogue, Entry, Kind, KindId, PackHead, Rule};
use crate::finding::{Code, Severity};

macro_rules! packs {
    ($($name:literal),* $(,)?) => {
        /// The packs that are built in: name of the file and its text.
        pub const EMBEDDED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../rules/", $name, ".toml")))),*];
    };
}

packs!(
    "plan",
    "lint",
    "dependency",
    "ownership",
    "compatibility",
    "risk",
    "site",
    "gate",
    "raid",
    "vocabulary",
    "shared",
    "infrastructure",
    "cloud",
    "identity",
    "cybersecurity",
    "data",
    "applications",
    "enterprise",
    "service-management",
    "integration",
    "end-user-computing",
);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Pack {
    pack: PackHead,
    #[serde(default)]
    rule: BTreeMap<String, Entry>,
    #[serde(default)]
    kind: BTreeMap<String, Kind>,
    #[serde(default)]
    asset_kind: BTreeMap<String, Kind>,
}

/// Reads all built-in packs.
///
/// # Panics
///
/// Where a pack that is part of the program is no pack: a mistake of ours that every test would show.
pub(super) fn embedded() -> Catalogue {
    let mut catalogue = Catalogue { kinds: vec![Kind::default()], ..Catalogue::default() };
    // In parallel: this is most of what a check of a small plan takes.
    let read = |(name, text): &(&str, &'static str)| -> Pack {
        toml::from_str(text).unwrap_or_else(|error| panic!("rules/{name}.toml: {error}"))
    };
    let packs: Vec<Pack> = EMBEDDED.par_iter().map(read).collect();
    for pack in packs {
        add(&mut catalogue, pack);
    }
    catalogue.rules.sort_by_key(|rule| rule.code);
    catalogue.by_code = catalogue.rules.iter().enumerate().map(|(index, rule)| (rule.code, index)).collect();
    catalogue
}

fn add(catalogue: &mut Catalogue, pack: Pack) {
    for (code, entry) in pack.rule {
        let (family, id) = (pack.pack.family.clone(), pack.pack.id.clone());
        catalogue.rules.push(Rule { code: Code::new(&code), family, pack: id, entry });
    }
    for (name, mut kind) in pack.kind {
        let id = KindId(catalogue.kinds.len() as u16);
        kind.name.clone_from(&name);
        catalogue.kinds.push(kind);
        catalogue.kind_ids.insert(name, id);
    }
    for (name, mut kind) in pack.asset_kind {
        kind.name = name;
        catalogue.asset_kinds.push(kind);
    }
    catalogue.packs.push(pack.pack);
}

pub(super) fn yes() -> bool {
    true
}

pub(super) fn severity<'de, D: Deserializer<'de>>(from: D) -> Result<Severity, D::Error> {
    let word = Cow::<str>::deserialize(from)?;
    Severity::parse(&word).ok_or_else(|| serde::de::Error::custom(format!("`{word}` is no severity")))
}

pub(super) fn severity_option<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Severity>, D::Error> {
    severity(from).map(Some)
}
