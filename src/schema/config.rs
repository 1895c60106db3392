//! The schema of `planlint.toml`, from the table of its keys and from the catalogue.

use serde_json::{Map, Value, json};

use super::{described, root, table, texts, words};
use crate::catalogue::{Catalogue, OptionValue, Rule};
use crate::config::keys::{KEYS, Key, Takes};
use crate::finding::Severity;
use crate::read::CsvField;

/// The schema of configurations.
pub(super) fn schema(catalogue: &Catalogue) -> Value {
    let mut schema = root(
        "The configuration of planlint",
        "How planlint checks the plans in this folder and below: planlint.toml.",
        keys(KEYS, catalogue),
    );
    schema["definitions"] = json!({ "rules": some_rules(catalogue), "rule": one_rule(catalogue) });
    schema
}

fn keys(keys: &[Key], catalogue: &Catalogue) -> Value {
    let of = |key: &Key| {
        let schema = value(key, catalogue);
        (key.name.to_owned(), described(schema, key.name, key.means, Some(key.example)))
    };
    table(keys.iter().map(of).collect())
}

fn value(key: &Key, catalogue: &Catalogue) -> Value {
    let rules = json!({ "$ref": "#/definitions/rules" });
    let rules = json!({ "anyOf": [{ "type": "array", "items": rules }, rules] });
    match &key.takes {
        Takes::Rules => rules,
        Takes::RulesOfPaths => json!({ "type": "object", "additionalProperties": rules }),
        Takes::SeverityOfRules => json!({
            "type": "object",
            "properties": catalogue.rules().iter().map(usual).collect::<Map<_, _>>(),
            "propertyNames": { "$ref": "#/definitions/rules" },
            "additionalProperties": severity(),
        }),
        Takes::OptionsOfRules => options(catalogue),
        Takes::Severity => severity(),
        Takes::Word(list) => words(list.iter().map(|word| (*word, ""))),
        Takes::Texts => texts(json!({ "type": "string" })),
        Takes::Text => json!({ "type": "string", "minLength": 1 }),
        Takes::Shaped(pattern) => json!({ "type": "string", "pattern": pattern }),
        Takes::Flag => json!({ "type": "boolean" }),
        Takes::Columns => table(
            CsvField::WORDS
                .iter()
                .map(|word| ((*word).to_owned(), texts(json!({ "type": "string" }))))
                .collect(),
        ),
        Takes::Ids => {
            json!({ "type": "object", "additionalProperties": { "type": "string", "minLength": 1 } })
        }
        Takes::FourTexts => json!({
            "type": "array", "items": { "type": "string", "pattern": r"\S" }, "minItems": 4, "maxItems": 4,
        }),
        Takes::WordOfWords(list) => json!({
            "type": "object", "additionalProperties": words(list.iter().map(|word| (*word, ""))),
        }),
        Takes::Table(list) => keys(list, catalogue),
    }
}

fn severity() -> Value {
    words([
        (Severity::Error.as_str(), "The plan will fail or mislead as written"),
        (Severity::Warning.as_str(), "Probably wrong"),
        (Severity::Advice.as_str(), "Worth knowing"),
    ])
}

/// The severity of a rule, with what it is usually.
fn usual(rule: &Rule) -> (String, Value) {
    let means = format!("{}: {}; usually {}", rule.name, rule.summary.trim(), rule.severity.as_str());
    (rule.code.to_string(), described(severity(), "", &means, None))
}

/// All words that name one rule, each with what it finds.
fn named(catalogue: &Catalogue) -> Vec<(String, String)> {
    let of = |rule: &Rule| (rule.name.trim().to_owned(), rule.summary.trim().to_owned());
    let codes = catalogue.rules().iter().map(|rule| {
        let (name, summary) = of(rule);
        (rule.code.to_string(), format!("{name}: {summary}"))
    });
    let names = catalogue.rules().iter().map(|rule| {
        let (name, summary) = of(rule);
        (name, format!("{}: {summary}", rule.code))
    });
    codes.chain(names).collect()
}

fn one_rule(catalogue: &Catalogue) -> Value {
    let all = named(catalogue);
    words(all.iter().map(|(word, means)| (word.as_str(), means.as_str())))
}

/// All words that name one rule or several.
fn some_rules(catalogue: &Catalogue) -> Value {
    let mut families: Vec<(String, String)> = vec![("ALL".to_owned(), "All rules".to_owned())];
    for pack in catalogue.packs() {
        if !families.iter().any(|(family, _)| *family == pack.family) {
            families.push((pack.family.to_string(), pack.title.to_string()));
        }
    }
    let letters: Vec<&str> = families.iter().skip(1).map(|(family, _)| family.as_str()).collect();
    let beginnings = format!("^({})[0-9]{{1,2}}$", letters.join("|"));
    families.extend(named(catalogue));
    json!({ "anyOf": [
        words(families.iter().map(|(word, means)| (word.as_str(), means.as_str()))),
        { "type": "string", "pattern": beginnings },
    ] })
}

/// `[rule.CODE]` or `[rule.NAME]`: the options of each rule.
fn options(catalogue: &Catalogue) -> Value {
    let mut rules = Map::new();
    for rule in catalogue.rules().iter().filter(|rule| !rule.option.is_empty()) {
        let of = |(name, option): (&String, &crate::catalogue::OptionDef)| {
            let (mut schema, default) = match &option.default {
                OptionValue::Integer(number) => (json!({ "type": "integer" }), json!(number)),
                OptionValue::Flag(flag) => (json!({ "type": "boolean" }), json!(flag)),
                OptionValue::Text(text) => (json!({ "type": "string" }), json!(text)),
                OptionValue::List(list) => (texts(json!({ "type": "string" })), json!(list)),
            };
            schema["default"] = default;
            let means = match &*option.means {
                "" => format!("An option of {}", rule.name),
                means => means.to_owned(),
            };
            (name.clone(), described(schema, name, &means, Some(&option.default.to_string())))
        };
        let table = table(rule.option.iter().map(of).collect());
        let [by_code, by_name] = [rule.name.trim(), rule.code.as_str()]
            .map(|other| described(table.clone(), "", &format!("{other}: {}", rule.summary.trim()), None));
        rules.insert(rule.code.to_string(), by_code);
        rules.insert(rule.name.to_string(), by_name);
    }
    json!({
        "type": "object",
        "properties": rules,
        "propertyNames": { "$ref": "#/definitions/rule" },
        "additionalProperties": table(Map::new()),
    })
}
