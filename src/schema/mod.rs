//! JSON Schemas of everything people write: plans, `planlint.toml`, rule packs. Made from the tables that the readers
//! learn from, so that an editor completes, explains and checks exactly what planlint reads.
//!
//! Draft 7, because that is what the language servers for TOML understand. Taplo reads a date as a text, tombi as a date.
//! They look at `description` and `x-taplo` for what they show, and at nothing that stands beside a `$ref`: so what has
//! a description is written out, and only what has none is referred to.
//!
//! A schema is a little stricter than planlint in two respects: words are taken in small letters and codes in capitals
//! only, and a text is a text or a number, not `true`.

mod config;
mod pack;
mod plan;

use serde_json::{Map, Value, json};

use crate::catalogue::Catalogue;

/// What a schema can be of.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum SchemaKind {
    /// Plans: `plan.toml`, `*.plan.toml`.
    #[default]
    Plan,
    /// `planlint.toml`.
    Config,
    /// Rule packs.
    Pack,
}

impl SchemaKind {
    /// All kinds, with the words for them.
    pub const ALL: [(&'static str, SchemaKind); 3] =
        [("plan", SchemaKind::Plan), ("config", SchemaKind::Config), ("pack", SchemaKind::Pack)];

    /// The kind with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(it, _)| *it == word).map(|(_, kind)| kind)
    }
}

/// The schema of a kind as text, with the words, fields and rules of a catalogue.
pub fn schema(kind: SchemaKind, catalogue: &Catalogue) -> String {
    let schema = match kind {
        SchemaKind::Plan => plan::schema(catalogue),
        SchemaKind::Config => config::schema(catalogue),
        SchemaKind::Pack => pack::schema(catalogue),
    };
    format!("{schema:#}\n")
}

/// Numbers as people write them, without a sign.
const NUMBER: &str = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)";
/// A day, and a time where there is one.
const DATE: &str =
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([Tt ]([01][0-9]|2[0-4]):[0-5][0-9]([:Zz+-].*)?)?";

/// An amount of time, without a sign.
fn amount() -> String {
    format!(r"({NUMBER}\s*e?(min|mo|m|hr|h|d|wk|w)|0+(\.0*)?|\.0+)")
}

/// A word in any letter case.
fn any_case(word: &str) -> String {
    let letters = word.chars().map(|letter| format!("[{}{}]", letter.to_uppercase(), letter.to_lowercase()));
    letters.collect()
}

/// Several words in any letter case, one of which must stand there.
fn any_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let words: Vec<String> = words.into_iter().map(any_case).collect();
    format!("({})", words.join("|"))
}

/// A pattern for the whole of a text; blanks around it do not matter.
fn whole(pattern: &str) -> String {
    format!(r"^\s*{pattern}\s*$")
}

/// What no key of a table may have that is not named: the same as `false`, but a validator then speaks of the key and not
/// of the whole table. In this form nothing is shown of it beside keys that are named.
fn nothing_else() -> Value {
    json!({ "allOf": [false] })
}

/// A table with these keys, and `x-` keys of the user's own.
fn table(properties: Map<String, Value>) -> Value {
    json!({
        "type": "object",
        "properties": properties,
        "patternProperties": { "^x-": {} },
        "additionalProperties": nothing_else(),
    })
}

/// One of some words, each with what it means.
fn words<'w>(words: impl IntoIterator<Item = (&'w str, &'w str)>) -> Value {
    let (words, meanings): (Vec<&str>, Vec<&str>) = words.into_iter().unzip();
    if meanings.iter().all(|it| it.is_empty()) {
        return json!({ "type": "string", "enum": words });
    }
    json!({ "type": "string", "enum": words, "x-taplo": { "docs": { "enumValues": meanings } } })
}

/// Texts, of which one alone is a list of one; `each` says what they look like.
fn texts(each: Value) -> Value {
    let mut one = each.clone();
    let own = one["type"].take();
    let mut types = match own {
        Value::Array(types) => types,
        one => vec![one],
    };
    types.insert(0, json!("array"));
    one["type"] = Value::Array(types);
    one["items"] = each;
    one
}

/// Adds what is shown about a value: its meaning and an example.
fn described(mut schema: Value, name: &str, means: &str, example: Option<&str>) -> Value {
    let mut text = means.trim().to_owned();
    if !text.ends_with('.') {
        text.push('.');
    }
    if let Some(example) = example {
        text.push_str(&format!("\n\nExample: `{name} = {example}`"));
        if let Some(value) = value_of(example) {
            schema["examples"] = json!([value]);
        }
    }
    schema["description"] = Value::String(text);
    schema
}

/// A value that is written in TOML, as JSON has it: dates are texts.
fn value_of(text: &str) -> Option<Value> {
    let table: toml::Table = toml::from_str(&format!("value = {text}")).ok()?;
    table.get("value").map(json_of)
}

fn json_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => json!(text),
        toml::Value::Integer(number) => json!(number),
        toml::Value::Float(number) => json!(number),
        toml::Value::Boolean(flag) => json!(flag),
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(items) => items.iter().map(json_of).collect(),
        toml::Value::Table(table) => table.iter().map(|(key, value)| (key.clone(), json_of(value))).collect(),
    }
}

/// The head of a schema over its keys.
fn root(title: &str, means: &str, mut schema: Value) -> Value {
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!(title);
    schema["description"] = json!(means);
    schema
}
