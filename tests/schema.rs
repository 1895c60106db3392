//! The JSON Schemas say what the readers know: every field, word, kind, rule and option; and where a schema judges a text,
//! planlint judges it alike. `.ci/run` holds the same texts, and all fixtures, against the schemas with a public validator.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot read its files fails"
)]

use std::path::Path;
use std::process::Command;

use planlint::catalogue::Catalogue;
use planlint::finding::EntityKind;
use planlint::model::{
    Constraint, Duration, Lag, LinkText, Lists, Moment, Type, Window, meanings, parse_percent,
};
use planlint::schema::{SchemaKind, schema};
use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

fn of(kind: SchemaKind) -> Value {
    serde_json::from_str(&schema(kind, Catalogue::embedded())).unwrap()
}

/// The schema of one thing of a kind.
fn of_entity(schema: &Value, kind: EntityKind) -> Value {
    let section = &schema["properties"][kind.as_str()];
    match kind {
        EntityKind::Plan => section.clone(),
        _ => section["additionalProperties"].clone(),
    }
}

/// The schema of a field of a thing, the parts of groups too.
fn of_field(schema: &Value, kind: EntityKind, name: &str) -> Value {
    let one = of_entity(schema, kind);
    name.split('.').fold(one, |it, part| it["properties"][part].clone())
}

#[test]
fn every_field_is_in_the_schema_and_says_what_it_means() {
    let schema = of(SchemaKind::Plan);
    let mut fields = 0;
    for kind in EntityKind::ALL {
        let means = of_entity(&schema, kind)["description"].as_str().unwrap_or("").to_owned();
        assert!(means.starts_with(Lists::means(kind).trim_end_matches('.')), "{}: {means}", kind.as_str());
        for field in Lists::fields(kind) {
            let it = of_field(&schema, kind, field.name);
            let text = it["description"].as_str().unwrap_or("");
            let doc = field.doc.trim_end_matches('.');
            assert!(text.starts_with(doc), "{}.{}: {text:?}", kind.as_str(), field.name);
            fields += 1;
        }
    }
    assert!(fields > 150, "{fields}");
    for name in ["site", "duration.likely", "rollback.plan"] {
        assert!(of_field(&schema, EntityKind::Task, name).is_object(), "{name}");
    }
}

#[test]
fn every_word_is_in_the_schema_with_its_meaning() {
    let schema = of(SchemaKind::Plan);
    for kind in EntityKind::ALL {
        for field in Lists::fields(kind) {
            let Type::Word(words) = field.ty else { continue };
            let it = of_field(&schema, kind, field.name);
            assert_eq!(it["enum"], serde_json::json!(words), "{}", field.name);
            let shown = it["x-taplo"]["docs"]["enumValues"].as_array().unwrap();
            assert_eq!(shown.len(), words.len(), "{}", field.name);
            assert_eq!(meanings(words).len(), words.len(), "{}: two lists have the same words", field.name);
            assert!(shown.iter().all(|it| !it.as_str().unwrap().is_empty()), "{}", field.name);
        }
    }
    let catalogue = Catalogue::embedded();
    for (name, kinds) in
        [("kind-of-work", &catalogue.kinds()[1..]), ("kind-of-asset", catalogue.asset_kinds())]
    {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(schema["definitions"][name]["enum"], serde_json::json!(words));
    }
    for field in catalogue.fields() {
        let it = of_field(&schema, field.of, &field.name);
        assert_eq!(it["enum"].as_array().map_or(0, Vec::len), field.values.len(), "{}", field.name);
    }
}

#[test]
fn every_rule_and_option_is_in_the_schema_of_the_configuration() {
    let schema = of(SchemaKind::Config);
    let known = schema["definitions"]["rules"]["anyOf"][0]["enum"].as_array().unwrap();
    for rule in Catalogue::embedded().rules() {
        for word in [rule.code.as_str(), &rule.name, &rule.family] {
            assert!(known.iter().any(|it| it == word), "{word}");
        }
        for (name, option) in &rule.option {
            for word in [rule.code.as_str(), &rule.name] {
                let it = &schema["properties"]["rule"]["properties"][word]["properties"][name];
                assert!(it["description"].is_string(), "{word}.{name}");
                assert!(!it["default"].is_null(), "{word}.{name}: {}", option.default);
            }
        }
    }
}

/// Everything in a schema, from the outside in.
fn each<'v>(value: &'v Value, visit: &mut dyn FnMut(&'v Value)) {
    visit(value);
    match value {
        Value::Object(entries) => entries.values().for_each(|it| each(it, visit)),
        Value::Array(items) => items.iter().for_each(|it| each(it, visit)),
        _ => {}
    }
}

#[test]
fn references_lead_somewhere_and_patterns_can_be_read() {
    for (word, kind) in SchemaKind::ALL {
        let schema = of(kind);
        let mut seen = 0;
        each(&schema, &mut |it| {
            if let Some(path) = it.get("$ref").and_then(Value::as_str) {
                assert!(schema.pointer(path.trim_start_matches('#')).is_some(), "{word}: {path}");
            }
            if let Some(pattern) = it.get("pattern").and_then(Value::as_str) {
                seen += 1;
                assert!(Regex::new(pattern).is_ok(), "{word}: {pattern}");
            }
        });
        assert!(seen > 0, "{word}");
    }
}

/// The pattern of a field of a task.
fn pattern(name: &str) -> Regex {
    let it = of_field(&of(SchemaKind::Plan), EntityKind::Task, name);
    let either = [&it["pattern"], &it["anyOf"][0]["pattern"]];
    Regex::new(either.into_iter().find_map(Value::as_str).unwrap()).unwrap()
}

#[test]
fn a_date_is_a_date_to_both() {
    let dates = pattern("finish");
    for text in [
        "2027-01-11",
        " 2027-01-11 ",
        "2027-01-11T22:00",
        "2027-01-11 22:00:30Z",
        "2027-01-11t24:00",
        "11.01.2027",
        "2027-1-1",
        "2027-13-01",
        "2027-01-32",
        "2027-01-11x",
        "2027-01-11T25:00",
        "2027-01-11T9:00",
        "soon",
        "",
    ] {
        assert_eq!(dates.is_match(text), Moment::parse(text).is_some(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn an_amount_of_time_is_one_to_both(text in "[ +]?[0-9.]{0,4}[ ]?[emhdwokinr]{0,3}[ ]?") {
        static IT: std::sync::LazyLock<Regex> = std::sync::LazyLock::new(|| pattern("remaining"));
        prop_assert_eq!(IT.is_match(&text), Duration::parse(&text).is_some(), "{:?}", text);
    }

    #[test]
    fn a_link_is_one_to_both(text in "[ ]?[ab]{0,2}[ ]{0,2}([FS]{0,3}|[fs]{2})[ ]?[+-]{0,2}[ ]?[0-9.]{0,3}[ ]?[e%dwm]{0,2}") {
        static IT: std::sync::LazyLock<Regex> = std::sync::LazyLock::new(|| pattern("depends-on"));
        prop_assert_eq!(IT.is_match(&text), LinkText::parse(text.trim()).is_some(), "{:?}", text);
    }

    #[test]
    fn a_lag_is_one_to_both(text in "[+-]?[0-9.]{0,3}[ ]?[e%dwm]{0,2}") {
        static IT: std::sync::LazyLock<Regex> = std::sync::LazyLock::new(|| {
            let it = of_field(&of(SchemaKind::Plan), EntityKind::Task, "depends-on");
            Regex::new(it["properties"]["lag"]["pattern"].as_str().unwrap()).unwrap()
        });
        prop_assert_eq!(IT.is_match(&text), Lag::parse(&text).is_some(), "{:?}", text);
    }

    #[test]
    fn a_constraint_is_one_to_both(text in "[ ]?(SNET|snlt|MSO|mfo|FO|ASAP|Alap|XX|)[ ]{0,2}(2027-01-1[0-9]|2027|)(T22:00)?") {
        static IT: std::sync::LazyLock<Regex> = std::sync::LazyLock::new(|| pattern("constraint"));
        prop_assert_eq!(IT.is_match(&text), Constraint::parse(&text).is_some(), "{:?}", text);
    }

    #[test]
    fn a_window_is_one_to_both(text in "(Sat|sunday|Mo|x)[ ]{0,2}(20:00|9:00|24:00)( to | - | )(Sun|mon)[ ](12:00|12)") {
        static IT: std::sync::LazyLock<Regex> = std::sync::LazyLock::new(|| pattern("window"));
        prop_assert_eq!(IT.is_match(&text), Window::parse(&text).is_some(), "{:?}", text);
    }

    #[test]
    fn a_percentage_is_one_to_both(text in "[0-9.]{0,4}[ ]?%?") {
        static IT: std::sync::LazyLock<Regex> = std::sync::LazyLock::new(|| pattern("percent"));
        // What is rounded to 100 is let through by planlint only.
        let read = parse_percent(&text).filter(|percent| *percent < 100);
        prop_assume!(read.is_some() || parse_percent(&text).is_none_or(|percent| percent > 100));
        prop_assert_eq!(IT.is_match(&text), read.is_some(), "{:?}", text);
    }
}

/// Codes of what planlint finds in a text of a kind that a schema could know too.
fn found(folder: &Path, kind: &str, text: &str) -> Vec<String> {
    let planlint = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
        command.current_dir(folder).args(words).env_clear();
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
    };
    let plan = "[plan]\nname = \"A\"\n[task.a]\ntitle = \"A\"\n";
    let (name, said) = match kind {
        "plan" => ("case.plan.toml", "check"),
        "config" => ("planlint.toml", "check"),
        _ => ("pack.toml", "test-rules"),
    };
    std::fs::write(folder.join("plan.toml"), plan).unwrap();
    std::fs::write(folder.join(name), text).unwrap();
    let said = match said {
        "check" if kind == "plan" => {
            planlint(&["check", "--output-format", "concise", "--select", "PLN,VOC004,RSK006", name])
        }
        "check" => planlint(&["check", "--output-format", "concise", "--select", "PLN,LNT", "plan.toml"]),
        _ => planlint(&["test-rules", name]),
    };
    const KNOWN: [&str; 9] =
        ["PLN002", "PLN003", "PLN004", "PLN005", "VOC004", "RSK006", "LNT005", "LNT007", "PCK00"];
    let lines = said.lines().filter(|line| KNOWN.iter().any(|code| line.contains(code)));
    lines.map(str::to_owned).collect()
}

#[test]
fn planlint_judges_the_cases_as_the_schemas_do() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/cases.toml");
    let cases: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for (kind, sorts) in &cases {
        for (sort, texts) in sorts.as_table().unwrap() {
            for (name, text) in texts.as_table().unwrap() {
                let folder = tempfile::tempdir().unwrap();
                let found = found(folder.path(), kind, text.as_str().unwrap());
                if found.is_empty() != (sort == "sound") {
                    wrong.push(format!("{kind} {sort} {name}: {found:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_words_of_a_pack_here_are_in_the_schemas_here() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "pack.toml",
        "[pack]\nid = \"acme\"\nfamily = \"ACME\"\ntitle = \"Acme\"\n[kind.dance]\nmeans = \"everybody dances\"\n\
         touches-production = true\n[field.task.music]\nmeans = \"What is played\"\nvalues = [\"polka\", \"waltz\"]\n",
    );
    let printed = |words: &[&str]| -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
        let output = command.current_dir(folder.path()).args(words).env_clear().output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    write("planlint.toml", "packs = [\"pack.toml\"]\n");
    let here = printed(&["schema"]);
    let music = of_field(&here, EntityKind::Task, "music");
    assert_eq!(music["enum"], serde_json::json!(["polka", "waltz"]));
    let kinds = here["definitions"]["kind-of-work"]["enum"].as_array().unwrap();
    assert!(kinds.iter().any(|kind| kind == "dance"));
    assert_eq!(printed(&["schema", "plan", "--isolated"]), of(SchemaKind::Plan));
    write("planlint.toml", "packs = [\"gone.toml\"]\n");
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    let output = command.current_dir(folder.path()).arg("schema").env_clear().output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
}
