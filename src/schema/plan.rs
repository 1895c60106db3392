//! The schema of plans, from the table of fields.

use serde_json::{Map, Value, json};

use super::{DATE, NUMBER, amount, any_of, described, root, table, texts, whole, words};
use crate::catalogue::{Catalogue, Kind};
use crate::finding::EntityKind;
use crate::model::{ConstraintKind, LinkKind, Lists, REQUIRED, Scale, Type, meanings};
use crate::read::{ALIASES, expected};

/// The schema of plans.
pub(super) fn schema(catalogue: &Catalogue) -> Value {
    let mut sections = Map::new();
    for kind in EntityKind::ALL {
        let one = entity(kind, catalogue);
        let means = Lists::means(kind).trim_end_matches('.');
        let section = match kind {
            EntityKind::Plan => one,
            EntityKind::Term => {
                // A row of the glossary is a text.
                let mut one = one;
                one["type"] = json!(["string", "object"]);
                rows(kind, means, one)
            }
            EntityKind::Waiver => {
                // The only thing that may do without an id: `[[waiver]]`.
                let mut section = rows(kind, means, one.clone());
                section["type"] = json!(["array", "object"]);
                section["items"] = one;
                section
            }
            _ => rows(kind, means, one),
        };
        sections.insert(kind.as_str().to_owned(), section);
    }
    let parent = "The phase of every task in this file that names none; for files without a [plan]";
    sections.insert(
        "parent-default".to_owned(),
        described(text(), "parent-default", parent, Some("\"preparation\"")),
    );
    let mut schema = root(
        "A project plan",
        "A plan that planlint checks: what is done, by whom, after what, and what could go wrong.",
        table(sections),
    );
    schema["definitions"] = json!({
        "kind-of-work": kinds(&catalogue.kinds()[1..]),
        "kind-of-asset": kinds(catalogue.asset_kinds()),
    });
    schema
}

/// All things of a kind, by their ids.
fn rows(kind: EntityKind, means: &str, one: Value) -> Value {
    let word = kind.as_str();
    json!({
        "type": "object",
        "description": format!("{means}. Each has an id: a row below `[{word}]`, or a section of its own, `[{word}.ID]`."),
        "additionalProperties": one,
    })
}

/// One thing of a kind.
fn entity(kind: EntityKind, catalogue: &Catalogue) -> Value {
    let mut fields: Map<String, Value> = Map::new();
    let mut parts: Vec<(&str, &str, Value)> = Vec::new();
    let known = Lists::fields(kind).iter().map(|field| (field.name, field));
    let aliases = ALIASES.iter().filter(|(of, ..)| *of == kind).filter_map(|(_, alias, name)| {
        Some((*alias, Lists::fields(kind).iter().find(|field| field.name == *name)?))
    });
    for (name, field) in known.chain(aliases) {
        let part = name.split_once('.');
        let shown = part.map_or(name, |(_, part)| part);
        let mut schema = of_field(kind, field.name, field.ty);
        if REQUIRED.iter().any(|(of, fields)| *of == kind && fields.contains(&name)) {
            not_blank(&mut schema);
        }
        let schema = described(
            schema,
            shown,
            &meaning(field.ty, field.doc),
            example(kind, field.name, field.ty).as_deref(),
        );
        match part {
            Some((group, part)) => parts.push((group, part, schema)),
            None => {
                fields.insert(name.to_owned(), schema);
            }
        }
    }
    for field in catalogue.fields().iter().filter(|field| field.of == kind) {
        let schema = match field.values.as_slice() {
            [] => of_type(field.ty),
            values => words(values.iter().map(|word| (word.as_str(), ""))),
        };
        let shown = field.values.first().map(|word| format!("\"{word}\""));
        fields.insert(field.name.clone(), described(schema, &field.name, &field.means, shown.as_deref()));
    }
    for (name, part, schema) in parts {
        let whole = fields.entry(name).or_insert_with(|| {
            let parts = format!("{} of the {}, part by part", capital(name), kind.as_str());
            described(json!({ "type": [] }), name, &parts, None)
        });
        let is_new = whole["properties"].is_null();
        if is_new && let Some(types) = whole["type"].as_array_mut() {
            types.push(json!("object"));
        } else if is_new {
            whole["type"] = json!([whole["type"], "object"]);
        }
        if is_new {
            let empty = table(Map::new());
            for key in ["properties", "patternProperties", "additionalProperties"] {
                whole[key] = empty[key].clone();
            }
        }
        whole["properties"][part] = schema;
    }
    let mut schema = table(fields);
    schema["description"] = json!(format!("{}.", Lists::means(kind).trim_end_matches('.')));
    if let Some((_, fields)) = REQUIRED.iter().find(|(of, _)| *of == kind) {
        schema["required"] = json!(fields);
    }
    schema
}

/// A text that may not be empty, or a list of at least one.
fn not_blank(schema: &mut Value) {
    if schema["pattern"].is_null() && schema["anyOf"].is_null() {
        schema["pattern"] = json!(r"\S");
    }
    if !schema["items"].is_null() {
        schema["minItems"] = json!(1);
    }
}

/// What a field means; of words each.
fn meaning(ty: Type, doc: &str) -> String {
    let Type::Word(words) = ty else { return doc.to_owned() };
    let each: Vec<String> = words
        .iter()
        .zip(meanings(words))
        .map(|(word, means)| format!("- `{word}`: {}", means.trim().trim_end_matches('.')))
        .collect();
    format!("{doc}:\n\n{}", each.join("\n"))
}

/// An example of what a field takes, where there is more to see than a text.
fn example(kind: EntityKind, name: &str, ty: Type) -> Option<String> {
    match (kind, name) {
        (EntityKind::Task, "kind") => return Some("\"rollout\"".to_owned()),
        (EntityKind::Asset, "kind") => return Some("\"application\"".to_owned()),
        (EntityKind::Freeze, "kinds") => return Some("[\"rollout\", \"cutover\"]".to_owned()),
        (EntityKind::Calendar, "work-week") => {
            return Some("[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]".to_owned());
        }
        (EntityKind::Calendar, "hours") => return Some("[\"08:30-12:30\", \"13:00-17:00\"]".to_owned()),
        _ => {}
    }
    match ty {
        Type::Text | Type::List => None,
        Type::Word(words) => words.first().map(|word| format!("\"{word}\"")),
        ty => Some(expected(ty).1.to_owned()),
    }
}

/// What a field takes. A few say more than their type does.
fn of_field(kind: EntityKind, name: &str, ty: Type) -> Value {
    let own = |name: &str| {
        // Words that begin with `x-` are the author's own.
        json!({ "anyOf": [{ "$ref": format!("#/definitions/{name}") }, { "type": "string", "pattern": "^(x-|$)" }] })
    };
    match (kind, name) {
        (EntityKind::Task, "kind") => own("kind-of-work"),
        (EntityKind::Asset, "kind") => own("kind-of-asset"),
        (EntityKind::Freeze, "kinds") => {
            json!({ "anyOf": [own("kind-of-work"), { "type": "array", "items": own("kind-of-work") }] })
        }
        (EntityKind::Calendar, "work-week") => texts(shaped(&whole(WEEKDAY))),
        (EntityKind::Calendar, "hours") => texts(shaped(&whole(&format!(r"{CLOCK}\s*-\s*{CLOCK}")))),
        // Confirmed, or when: the one text that may be a flag.
        (EntityKind::Assumption, "validated") => json!({ "type": ["boolean", "string", "number"] }),
        _ => of_type(ty),
    }
}

const WEEKDAY: &str =
    "([Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]|[Ss][Uu][Nn])[A-Za-z]*";
const CLOCK: &str = "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)";

/// What a type of field takes.
pub(super) fn of_type(ty: Type) -> Value {
    match ty {
        Type::Text => text(),
        Type::List => texts(text()),
        Type::Links => links(),
        Type::Helpers => {
            let mut one = text();
            one["type"] = json!(["string", "number", "object"]);
            let units = described(percent(), "units", "Share of their time", Some("\"50%\""));
            let person = described(text(), "person", "Who", Some("\"amira\""));
            add_table(&mut one, [("person", person), ("units", units)], &["person"]);
            let mut list = text();
            list["type"] = json!(["array", "string", "number"]);
            list["items"] = one;
            list
        }
        Type::Duration => time(&format!(r"\+?{}", amount())),
        Type::Moment => date(),
        Type::Flag => json!({ "type": "boolean" }),
        Type::Count => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Type::Percent => percent(),
        Type::Word(list) => words(list.iter().zip(meanings(list)).map(|(word, means)| (*word, means.trim()))),
        Type::Scale => scale(),
        Type::Probability => json!({ "anyOf": [scale(), { "type": "number", "minimum": 0, "maximum": 1 }] }),
        Type::Money => {
            let mut schema = json!({ "type": ["number", "object"] });
            let number = json!({ "type": "number" });
            let amount = described(number.clone(), "amount", "How much", Some("900"));
            let currency = described(text(), "currency", "Three letters", Some("\"USD\""));
            let rate = described(
                number,
                "rate",
                "What one unit of it is worth in the plan's currency",
                Some("0.92"),
            );
            add_table(&mut schema, [("amount", amount), ("currency", currency), ("rate", rate)], &["amount"]);
            schema
        }
        Type::Capacity => {
            json!({ "type": ["string", "number"], "pattern": whole(&format!(r"(pool|{NUMBER}\s*%?)")), "minimum": 0 })
        }
        Type::Constraint => {
            let (free, dated): (Vec<_>, Vec<_>) = ConstraintKind::WORDS.into_iter().partition(|(_, it)| {
                matches!(it, ConstraintKind::AsSoonAsPossible | ConstraintKind::AsLateAsPossible)
            });
            let [free, dated] = [free, dated].map(|list| any_of(list.iter().map(|(letters, _)| *letters)));
            shaped(&whole(&format!(r"({free}(\s+{DATE})?|{dated}\s+{DATE})")))
        }
        Type::Window => {
            let time = format!(r"{WEEKDAY}\s+{CLOCK}");
            let mut schema = shaped(&whole(&format!("{time} (to|-) {time}")));
            schema["type"] = json!(["string", "object"]);
            add_period(&mut schema);
            schema
        }
        Type::Period => period(),
        Type::Periods => {
            let mut schema = dated(&["number", "boolean"]);
            schema["items"] = period();
            schema
        }
    }
}

/// A text; numbers and dates are taken as they are written.
fn text() -> Value {
    json!({ "type": ["string", "number"] })
}

/// An amount of time. A bare zero needs no unit; what is said of other numbers is what a validator shows.
fn time(pattern: &str) -> Value {
    let number = json!({ "title": "a number without a unit: write \"5d\" for days", "type": "number", "not": { "const": 0 } });
    json!({ "type": ["string", "number"], "pattern": whole(pattern), "not": number })
}

fn shaped(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// A date. To taplo and to whoever turns TOML into JSON it is a text; to tombi it has a type of its own, which `format`
/// names. The type stands in a list so that editors do not put quotation marks around it.
pub(super) fn date() -> Value {
    let text = json!({ "type": ["string"], "pattern": whole(DATE) });
    let of = |format: &str| json!({ "type": ["string"], "pattern": whole(DATE), "format": format });
    json!({ "anyOf": [text, of("date"), of("date-time-local")] })
}

fn percent() -> Value {
    json!({
        "type": ["integer", "number", "string"], "minimum": 0, "maximum": 100,
        "pattern": whole(r"(0*100(\.0*)?|0*[0-9]{1,2}(\.[0-9]*)?|\.[0-9]+)\s*%?"),
    })
}

fn scale() -> Value {
    let steps = 1..=Scale::WORDS.len();
    let all: Vec<Value> =
        Scale::WORDS.iter().map(|word| json!(word)).chain(steps.clone().map(|it| json!(it))).collect();
    let docs = Scale::WORDS.iter().enumerate().map(|(index, _)| format!("Step {} of 5", index + 1));
    let docs: Vec<String> =
        docs.chain(Scale::WORDS.iter().map(|word| format!("The same as {word}"))).collect();
    json!({ "enum": all, "x-taplo": { "docs": { "enumValues": docs } } })
}

/// What a link looks like as text, and as a table.
fn links() -> Value {
    let kinds = [LinkKind::FinishStart, LinkKind::StartStart, LinkKind::FinishFinish, LinkKind::StartFinish];
    let kind = any_of(kinds.map(LinkKind::as_str));
    let lag = format!(r"({NUMBER}\s*(e%|%)|{})", amount());
    let pattern = whole(&format!(r"\S+(\s+{kind}(\s*[+-]\s*{lag})?|\s+[+-]\s*{lag})?"));
    let mut one = json!({ "type": ["string", "number", "object"], "pattern": pattern });
    let parts = [
        (
            "on",
            described(
                json!({ "type": ["string", "number"], "pattern": pattern }),
                "on",
                "The task that is waited for",
                Some("\"order\""),
            ),
        ),
        (
            "type",
            described(
                shaped(&whole(&kind)),
                "type",
                "FS finish to start, SS start to start, FF finish to finish, SF start to finish",
                Some("\"FS\""),
            ),
        ),
        ("lag", described(time(&format!("[+-]?{lag}")), "lag", "How long it waits", Some("\"30d\""))),
        ("why", described(text(), "why", "Why it waits so long", Some("\"delivery time\""))),
        ("expect", described(date(), "expect", "When the other plan has promised it", Some("2026-12-01"))),
    ];
    add_table(&mut one, parts, &["on"]);
    let mut list = one.clone();
    list["type"] = json!(["array", "string", "number", "object"]);
    list["items"] = one;
    list
}

fn period() -> Value {
    dated(&["number", "boolean", "array"])
}

/// A date or a period, and nothing of these types: no type is named, because a date has none that all agree on.
fn dated(not: &[&str]) -> Value {
    let mut schema = json!({ "pattern": whole(DATE), "not": { "type": not } });
    add_period(&mut schema);
    schema
}

fn add_period(schema: &mut Value) {
    let start = described(date(), "start", "First day", Some("2026-12-21"));
    let finish = described(date(), "finish", "Last day", Some("2027-01-02"));
    add_table(schema, [("start", start), ("finish", finish)], &["start", "finish"]);
}

/// Adds what holds where a value is written as a table.
fn add_table<const N: usize>(schema: &mut Value, parts: [(&str, Value); N], required: &[&str]) {
    let parts = table(parts.into_iter().map(|(name, part)| (name.to_owned(), part)).collect());
    for key in ["properties", "patternProperties", "additionalProperties"] {
        schema[key] = parts[key].clone();
    }
    schema["required"] = json!(required);
}

fn kinds(kinds: &[Kind]) -> Value {
    words(kinds.iter().map(|kind| (kind.name.as_str(), &*kind.means)))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}
