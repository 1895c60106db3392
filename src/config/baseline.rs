//! Baselines: files that list the findings that were known when planlint came, so that only new ones are shown.
//!
//! ```toml
//! [baseline]
//! version = 1
//! owner = "mia"
//! date = 2026-11-24
//!
//! [known]
//! 9d5c1f0e7a3b2c4d = { plan = "lisbon", code = "OWN001", about = "task order", message = "..." }
//! ```
//!
//! Only the fingerprint decides; the rest is for people, and tells what an entry that ended was about.

use std::ops::Range;
use std::path::PathBuf;

use rustc_hash::FxHashMap;
use toml::de::{DeTable, DeValue};

use crate::source::Decoding;

/// One finding that was known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What makes it the same one.
    pub fingerprint: String,
    /// The code of its rule.
    pub code: String,
    /// The plan it is about, its id, else its name, else the name of its folder; empty where it is about none.
    pub plan: String,
    /// The file it is in, where it is about no plan; else empty.
    pub file: String,
    /// The thing it is about, in words: `task order`.
    pub about: String,
    /// Where the fingerprint stands: bytes of the file.
    pub at: Range<usize>,
}

/// A baseline that was read.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// The file.
    pub path: PathBuf,
    /// Its whole text.
    pub text: String,
    /// How its bytes became text.
    pub decoding: Decoding,
    /// Who sees to it that it gets shorter; empty where nobody is named.
    pub owner: String,
    /// The day it was written, as it stands there; may be empty.
    pub date: String,
    /// What it lists, in its order.
    pub known: Vec<Known>,
    by_fingerprint: FxHashMap<String, usize>,
}

impl Baseline {
    /// Reads the text of a baseline.
    ///
    /// # Errors
    ///
    /// Where it is no TOML: what is wrong, and where.
    pub(super) fn read(
        path: PathBuf,
        text: String,
        decoding: Decoding,
    ) -> Result<Self, Box<super::written::NoToml>> {
        let mut baseline = Self { path, decoding, ..Self::default() };
        let (mark, body) = text.strip_prefix('\u{FEFF}').map_or((0, text.as_str()), |body| (3, body));
        let table = DeTable::parse(body).map_err(|error| super::written::NoToml::new(&error, mark))?;
        if let Some(DeValue::Table(head)) = table.get_ref().get("baseline").map(toml::Spanned::get_ref) {
            baseline.owner = text_of(head, "owner");
            baseline.date = match head.get("date").map(toml::Spanned::get_ref) {
                Some(DeValue::Datetime(date)) => date.to_string(),
                _ => text_of(head, "date"),
            };
        }
        if let Some(DeValue::Table(known)) = table.get_ref().get("known").map(toml::Spanned::get_ref) {
            for (key, value) in known.iter() {
                let mut entry = Known { fingerprint: key.get_ref().to_string(), ..Known::default() };
                entry.at = key.span().start + mark..key.span().end + mark;
                if let DeValue::Table(fields) = value.get_ref() {
                    entry.code = text_of(fields, "code");
                    entry.plan = text_of(fields, "plan");
                    entry.file = text_of(fields, "file");
                    entry.about = text_of(fields, "about");
                }
                baseline.known.push(entry);
            }
        }
        baseline.known.sort_by_key(|entry| entry.at.start);
        let numbers = baseline.known.iter().enumerate();
        baseline.by_fingerprint = numbers.map(|(number, it)| (it.fingerprint.clone(), number)).collect();
        baseline.text = text;
        Ok(baseline)
    }

    /// The number of the entry with a fingerprint.
    pub fn find(&self, fingerprint: &str) -> Option<usize> {
        self.by_fingerprint.get(fingerprint).copied()
    }
}

fn text_of(table: &DeTable<'_>, name: &str) -> String {
    table.get(name).and_then(|value| value.get_ref().as_str()).unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_knows_its_place_and_whose_it_is() {
        let text = "\u{FEFF}[baseline]\nowner = \"mia\"\ndate = 2026-11-24\n[known]\nabc = { code = \"OWN001\", plan = \"p\", about = \"task a\" }\ndef = 1\n";
        let baseline = Baseline::read(PathBuf::new(), text.to_owned(), Decoding::default());
        let baseline = baseline.unwrap_or_else(|_| panic!("it is TOML"));
        assert_eq!((baseline.owner.as_str(), baseline.date.as_str()), ("mia", "2026-11-24"));
        let entry = &baseline.known[baseline.find("abc").unwrap()];
        assert_eq!(
            (entry.code.as_str(), entry.plan.as_str(), entry.about.as_str()),
            ("OWN001", "p", "task a")
        );
        assert_eq!(&baseline.text[entry.at.clone()], "abc");
        assert!(baseline.find("def").is_some() && baseline.find("ghi").is_none());
    }

    #[test]
    fn what_is_no_toml_is_said() {
        assert!(Baseline::read(PathBuf::new(), "[known\n".to_owned(), Decoding::default()).is_err());
    }
}
