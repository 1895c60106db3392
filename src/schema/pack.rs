//! The schema of rule packs: the language of conditions, with all fields and relations of a plan.

use serde_json::{Map, Value, json};

use super::{described, nothing_else, root, texts, words};
use crate::catalogue::ask::{Each, Relation, Same, known_fields};
use crate::catalogue::keys::{FIELD, KIND, Key, PACK, RULE, RULE_REQUIRED, Takes};
use crate::catalogue::{Catalogue, Kind, TESTS};
use crate::finding::EntityKind;
use crate::model::{Lists, Scale, Type};

/// The schema of packs.
pub(super) fn schema(catalogue: &Catalogue) -> Value {
    let mut rule = keys(RULE);
    rule["description"] =
        json!("A rule: for each thing of a certain sort, require something of it, or forbid it.");
    let (mut required, mut native) = (RULE_REQUIRED.to_vec(), RULE_REQUIRED.to_vec());
    required.push("for-each");
    native.push("native");
    // A rule is native, or says what it requires or forbids; both at once say two things.
    rule["anyOf"] = json!([
        { "required": native, "properties": { "native": { "const": true } } },
        {
            "required": required,
            "oneOf": [{ "required": ["require"] }, { "required": ["forbid"] }],
        },
    ]);
    let mut pack = keys(PACK);
    pack["required"] = json!(["id", "family", "title"]);
    pack["description"] = json!("What the pack is called.");
    let mut kind = keys(KIND);
    kind["required"] = json!(["means"]);
    let named = |means: &str, one: Value| json!({ "type": "object", "description": means, "additionalProperties": one });
    let fields = |kind: EntityKind| {
        let means = format!("Fields of {}s that plans may use and rules may ask for.", kind.as_str());
        (kind.as_str().to_owned(), named(&means, keys(FIELD)))
    };
    let term = json!({
        "type": ["string", "object"],
        "properties": { "definition": { "type": "string", "description": "What it means, in at most thirty words." } },
        "required": ["definition"],
    });
    let sections = json!({
        "pack": pack,
        "kind": named("Kinds of work that plans may use. Each is a row below `[kind]` or a section of its own.", kind.clone()),
        "asset-kind": named("Kinds of assets that plans may use.", kind),
        "term": named("Words of the glossary and what they mean.", term),
        "field": {
            "type": "object",
            "description": "Fields of your own: `[field.site.x-country]`.",
            "properties": EntityKind::ALL.into_iter().map(fields).collect::<Map<_, _>>(),
            "additionalProperties": nothing_else(),
        },
        "rule": {
            "type": "object",
            "description": "The rules, by their codes: the letters of the pack and three digits.",
            "propertyNames": { "pattern": "^[A-Z]{2,8}[0-9]{3}$" },
            "additionalProperties": rule,
        },
    });
    let mut schema = root(
        "A rule pack of planlint",
        "Rules of your own, and the words they need. docs/rule-packs.md explains them.",
        json!({ "type": "object", "properties": sections, "required": ["pack"], "additionalProperties": nothing_else() }),
    );
    let mut definitions: Map<String, Value> =
        EntityKind::ALL.into_iter().map(|kind| (name_of(kind), condition(kind, catalogue))).collect();
    definitions.insert("tests".to_owned(), tests());
    definitions.insert("kind-of-work".to_owned(), kinds(&catalogue.kinds()[1..]));
    definitions.insert("kind-of-asset".to_owned(), kinds(catalogue.asset_kinds()));
    schema["definitions"] = Value::Object(definitions);
    schema
}

fn name_of(kind: EntityKind) -> String {
    format!("condition-on-{}", kind.as_str())
}

fn condition_on(kind: EntityKind) -> Value {
    json!({ "$ref": format!("#/definitions/{}", name_of(kind)) })
}

fn keys(keys: &'static [Key]) -> Value {
    let of = |key: &Key| (key.name.to_owned(), described(value(key), "", key.means, None));
    json!({
        "type": "object",
        "properties": keys.iter().map(of).collect::<Map<_, _>>(),
        "additionalProperties": nothing_else(),
    })
}

fn value(key: &Key) -> Value {
    match &key.takes {
        Takes::Text => json!({ "type": "string", "pattern": r"\S" }),
        Takes::Shaped(pattern) => json!({ "type": "string", "pattern": pattern }),
        Takes::Word(list) => words(list.iter().map(|word| (*word, ""))),
        Takes::Texts => texts(json!({ "type": "string" })),
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Number => json!({ "type": "integer", "minimum": 0 }),
        Takes::Value => {
            json!({ "type": ["string", "integer", "boolean", "array"], "items": { "type": "string" } })
        }
        Takes::Named(list) => {
            let mut one = keys(list);
            if list.iter().any(|key| key.name == "default") {
                one["required"] = json!(["default"]);
            }
            json!({ "type": "object", "additionalProperties": one })
        }
        Takes::Things => {
            let of = |kind: EntityKind| (kind.as_str().to_owned(), condition_on(kind));
            json!({
                "type": "object",
                "properties": EntityKind::ALL.into_iter().map(of).collect::<Map<_, _>>(),
                "additionalProperties": nothing_else(), "minProperties": 1, "maxProperties": 1,
            })
        }
        // Of which kind of thing is said elsewhere in the rule: it must fit one of them.
        Takes::Condition => json!({ "anyOf": EntityKind::ALL.map(condition_on) }),
        Takes::Per => {
            let words: Vec<&str> = Each::ALL.iter().map(|(word, ..)| *word).collect();
            let of = |(word, _, kind): &(&str, Each, EntityKind)| ((*word).to_owned(), condition_on(*kind));
            json!({ "anyOf": [
                { "type": "string", "enum": words },
                {
                    "type": "object",
                    "properties": Each::ALL.iter().map(of).collect::<Map<_, _>>(),
                    "additionalProperties": nothing_else(), "minProperties": 1, "maxProperties": 1,
                },
            ] })
        }
    }
}

/// What can be asked of a kind of thing: its fields, and where relations lead. Where it stands in a relation, also how
/// many there must be and what they share.
fn condition(kind: EntityKind, catalogue: &Catalogue) -> Value {
    let mut entries = Map::new();
    for (name, _, ty) in known_fields(kind) {
        let doc = Lists::fields(kind)
            .iter()
            .find(|field| field.name == name)
            .map_or("Worked out by planlint", |it| it.doc);
        entries.entry(name).or_insert_with(|| described(field(kind, name, ty), "", doc, None));
    }
    for own in catalogue.fields().iter().filter(|field| field.of == kind) {
        let schema = match own.values.as_slice() {
            [] => with_tests(plain(own.ty)),
            values => with_tests(vec![listed(words(values.iter().map(|word| (word.as_str(), ""))))]),
        };
        entries.insert(own.name.clone(), described(schema, "", &own.means, None));
    }
    for (_, name, _, to) in Relation::ALL.iter().filter(|(of, ..)| *of == kind) {
        let means = format!("What is related to it as {name}: a condition on a {}", to.as_str());
        match entries.get_mut(*name) {
            // A field and a relation: what the table holds decides.
            Some(field) => {
                if let Some(ways) = field["anyOf"].as_array_mut() {
                    ways.push(condition_on(*to));
                }
            }
            None => {
                let relation = json!({ "anyOf": [condition_on(*to)] });
                entries.insert((*name).to_owned(), described(relation, "", &means, None));
            }
        }
    }
    let all = json!({ "type": "array", "items": condition_on(kind) });
    let whole = json!({ "type": "integer", "minimum": 0 });
    let same: Vec<&str> = Same::ALL.iter().map(|(word, _)| *word).collect();
    let same = listed(json!({ "type": "string", "enum": same }));
    let comparisons = ["over", "under", "at-least", "at-most"];
    let days: Map<_, _> = comparisons
        .map(|word| (word.to_owned(), json!({ "type": ["string", "integer"] })))
        .into_iter()
        .collect();
    let gap = json!({
        "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": nothing_else(),
        "properties": days,
    });
    let flag = json!({ "type": "boolean" });
    for (name, schema, means) in [
        ("all", all.clone(), "All of these conditions hold"),
        ("any", all, "At least one of these conditions holds"),
        ("not", json!({ "anyOf": [condition_on(kind)] }), "This condition does not hold"),
        ("at-least", whole.clone(), "In a relation: at least so many"),
        ("at-most", whole, "In a relation: at most so many"),
        ("none", flag.clone(), "In a relation: true, there is none"),
        ("missing", flag, "In a relation: true, there is none"),
        ("same", same, "In a relation: what they share with the thing the rule is about"),
        ("gap", gap, "In a relation: working days between the two"),
    ] {
        entries.insert(name.to_owned(), described(schema, "", means, None));
    }
    json!({
        "type": "object",
        "properties": entries,
        "patternProperties": { "^x-": { "anyOf": anything() } },
        "additionalProperties": nothing_else(),
    })
}

/// What a field can be held against.
fn field(kind: EntityKind, name: &str, ty: Type) -> Value {
    // The pack itself may declare kinds: those that are known are proposed, others are let through.
    let kinds = |name: &str| {
        vec![
            json!({ "$ref": format!("#/definitions/{name}") }),
            json!({ "type": ["string", "array"], "items": { "type": "string" } }),
        ]
    };
    with_tests(match (kind, name) {
        (EntityKind::Task, "kind") => kinds("kind-of-work"),
        (EntityKind::Asset, "kind") => kinds("kind-of-asset"),
        _ => plain(ty),
    })
}

/// What may stand alone on the right of a field.
fn plain(ty: Type) -> Vec<Value> {
    let number = json!({ "type": "number" });
    match ty {
        Type::Text | Type::List | Type::Links | Type::Helpers => vec![texts(json!({ "type": "string" }))],
        Type::Word(list) => vec![listed(words(list.iter().map(|word| (*word, ""))))],
        Type::Scale | Type::Probability => {
            vec![listed(words(Scale::WORDS.iter().map(|word| (*word, "")))), number]
        }
        Type::Flag => vec![json!({ "type": "boolean" })],
        Type::Count | Type::Percent | Type::Money => vec![number],
        Type::Moment => vec![super::plan::date()],
        Type::Duration | Type::Capacity | Type::Constraint | Type::Window | Type::Period | Type::Periods => {
            Vec::new()
        }
    }
}

/// One of some words, or a list of them.
fn listed(words: Value) -> Value {
    json!({ "anyOf": [words, { "type": "array", "items": words }] })
}

fn with_tests(mut ways: Vec<Value>) -> Value {
    ways.push(json!({ "$ref": "#/definitions/tests" }));
    json!({ "anyOf": ways })
}

fn anything() -> Value {
    json!([
        { "type": ["string", "number", "boolean", "array"], "items": { "type": "string" } },
        { "$ref": "#/definitions/tests" },
    ])
}

/// `{ over = "10d" }`.
fn tests() -> Value {
    let of = |word: &str| {
        let schema = match word {
            "missing" => json!({ "type": "boolean" }),
            "not" => json!({ "type": ["string", "boolean", "array"], "items": { "type": "string" } }),
            "matches" | "contains" | "same-as" | "differs-from" => json!({ "type": "string" }),
            _ => json!({ "type": ["string", "number"] }),
        };
        let means = match word {
            "missing" => "true: nothing is written; false: something is",
            "not" => "It is something else",
            "matches" => "The regular expression is found in it",
            "contains" => "The text is found in it, letter case aside",
            "over" => "More than this",
            "under" => "Less than this",
            "at-least" => "This or more; of a list: so many entries",
            "at-most" => "This or less",
            "before" => "Before this date",
            "after" => "After this date",
            "on-or-before" => "On this date or before",
            "on-or-after" => "On this date or after",
            "same-as" => "The same as another field",
            _ => "Different from another field",
        };
        (word.to_owned(), described(schema, "", means, None))
    };
    json!({
        "type": "object",
        "properties": TESTS.iter().map(|word| of(word)).collect::<Map<_, _>>(),
        "additionalProperties": nothing_else(),
        "minProperties": 1,
    })
}

fn kinds(kinds: &[Kind]) -> Value {
    words(kinds.iter().map(|kind| (kind.name.as_str(), &*kind.means)))
}
