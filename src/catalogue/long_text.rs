//! Texts of the built-in packs that only `explain` and its like need: most of what is in `rules/`. They are cut out before
//! the rest is read, and read when somebody asks for them, so that a check of a small plan does not wait for them.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::OnceLock;

use toml::de::DeTable;

/// A text that may still be as it stands in its pack.
#[derive(Clone, Debug, Default)]
pub struct LongText {
    /// `key = value`, where it is not read yet.
    raw: Option<&'static str>,
    text: OnceLock<String>,
}

impl LongText {
    /// One that is read already.
    pub(super) fn now(text: Cow<'_, str>) -> Self {
        Self { raw: None, text: OnceLock::from(text.into_owned()) }
    }

    /// One that is read when it is needed.
    fn later(raw: &'static str) -> Self {
        Self { raw: Some(raw), text: OnceLock::new() }
    }
}

impl Deref for LongText {
    type Target = str;

    fn deref(&self) -> &str {
        self.text.get_or_init(|| {
            // Not read is empty; that it can be read, a test holds for every built-in pack.
            let table = self.raw.and_then(|raw| DeTable::parse(raw).ok()).map(toml::Spanned::into_inner);
            let value = table.as_ref().and_then(|table| table.values().next());
            value.and_then(|value| value.get_ref().as_str()).unwrap_or("").to_owned()
        })
    }
}

impl std::fmt::Display for LongText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

impl serde::Serialize for LongText {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self)
    }
}

/// The long texts of one rule.
pub(super) struct Cut {
    pub(super) code: &'static str,
    pub(super) key: &'static str,
    pub(super) text: LongText,
}

/// Cuts the long texts of the rules out of a pack: what is left, and what was cut out. A text that does not begin a line
/// of its rule in the usual form stays.
pub(super) fn cut(pack: &'static str) -> (String, Vec<Cut>) {
    const BEGINNINGS: [(&str, &str, &str); 16] = [
        ("explanation = \"\"\"", "explanation", "\"\"\""),
        ("bad = '''", "bad", "'''"),
        ("good = '''", "good", "'''"),
        ("explanation = '''", "explanation", "'''"),
        ("bad = \"\"\"", "bad", "\"\"\""),
        ("good = \"\"\"", "good", "\"\"\""),
        // On one line: what ends them is its end.
        ("summary = \"", "summary", "\n"),
        ("question = \"", "question", "\n"),
        ("message = \"", "message", "\n"),
        ("help = \"", "help", "\n"),
        ("source = \"", "source", "\n"),
        ("summary = '", "summary", "\n"),
        ("question = '", "question", "\n"),
        ("message = '", "message", "\n"),
        ("help = '", "help", "\n"),
        ("source = '", "source", "\n"),
    ];
    let mut left = String::with_capacity(pack.len() / 2);
    let mut cuts = Vec::new();
    let mut code: Option<&'static str> = None;
    let (mut kept_from, mut at) = (0, 0);
    while at < pack.len() {
        let end =
            memchr::memchr(b'\n', &pack.as_bytes()[at..]).map_or(pack.len(), |newline| at + newline + 1);
        let line = &pack[at..end];
        let first = line.as_bytes().first();
        if first == Some(&b'[') {
            let name = line.trim_end().strip_prefix("[rule.").and_then(|rest| rest.strip_suffix(']'));
            code = name.filter(|name| !name.contains('.'));
        } else if first.is_some_and(|letter| b"sqmhebg".contains(letter))
            && let Some(code) = code
            && let Some((beginning, key, mark)) = BEGINNINGS.iter().find(|(it, ..)| line.starts_with(it))
            && (*mark != "\n" || !(line.contains("= \"\"\"") || line.contains("= '''")))
            && let Some(length) = pack[at + beginning.len()..].find(mark)
        {
            let value_end = at + beginning.len() + length + mark.len();
            left.push_str(&pack[kept_from..at]);
            cuts.push(Cut { code, key, text: LongText::later(&pack[at..value_end]) });
            (at, kept_from) = (value_end, value_end);
            continue;
        }
        at = end;
    }
    left.push_str(&pack[kept_from..]);
    (left, cuts)
}

#[cfg(test)]
mod tests {
    use super::super::{Catalogue, EMBEDDED};

    #[test]
    fn what_is_cut_out_of_a_pack_is_what_the_parser_reads() {
        let mut count = 0;
        for (name, text) in EMBEDDED {
            let whole: toml::Table = toml::from_str(text).unwrap();
            let Some(rules) = whole.get("rule").and_then(toml::Value::as_table) else { continue };
            for (code, entry) in rules {
                let rule = Catalogue::embedded().find(code).unwrap();
                let text = |key: &str| entry.get(key).and_then(toml::Value::as_str);
                let texts = [
                    ("summary", &rule.summary),
                    ("question", &rule.question),
                    ("message", &rule.message),
                    ("help", &rule.help),
                    ("source", &rule.source),
                    ("explanation", &rule.explanation),
                ];
                for (key, read) in texts {
                    assert_eq!(text(key).unwrap_or(""), &**read, "{name} {code} {key}");
                }
                assert_eq!(text("bad"), rule.bad.as_deref(), "{name} {code}");
                assert_eq!(text("good"), rule.good.as_deref(), "{name} {code}");
                count += 1;
            }
        }
        assert_eq!(count, Catalogue::embedded().rules().len());
    }
}
