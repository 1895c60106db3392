//! What a sound plan needs is missed when it is gone: each task that is the only one of what a rule requires is deleted
//! from its plan, with the links to it, and a finding must appear that names what is missing.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a fixture that cannot be read is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use planlint::catalogue::Catalogue;
use planlint::catalogue::ask::{Condition, Field, Related, Test};
use planlint::config::Configs;
use planlint::finding::EntityKind;
use planlint::source::Sources;
use toml::{Table, Value};

/// The plans of all sound fixtures that are one file.
fn sound_plans() -> Vec<(PathBuf, Table)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut plans = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path().join("plan.toml");
        if path.is_file() && !path.parent().unwrap().to_string_lossy().ends_with("-broken") {
            let text = std::fs::read_to_string(&path).unwrap();
            let plan: Table = text.parse().unwrap();
            if plan.contains_key("task") {
                plans.push((path, plan));
            }
        }
    }
    plans.sort_by(|a, b| a.0.cmp(&b.0));
    plans
}

/// The kinds that a condition asks for outright, and whether it asks for nothing else but that tasks are open and have
/// nothing inside.
fn kinds(condition: &Condition) -> (Vec<String>, bool) {
    let mut kinds = Vec::new();
    let mut is_plain = true;
    for part in condition.parts() {
        match part {
            Condition::Field(_, Test::Kinds(names, _, false)) => kinds.extend(names.iter().cloned()),
            Condition::Field(Field::Derived(_), Test::Flag(true)) => {}
            _ => is_plain = false,
        }
    }
    let is_plain = is_plain && !kinds.is_empty();
    (kinds, is_plain)
}

/// The relations along the network that a demand cannot do without.
fn needs(demand: &Condition) -> Vec<&Related> {
    let walks = demand.parts().iter().filter_map(|part| match part {
        Condition::Related(related) if related.walk.is_some() && related.at_least > 0 => Some(&**related),
        _ => None,
    });
    walks.collect()
}

fn tasks(plan: &Table) -> BTreeMap<String, String> {
    let tasks = plan["task"].as_table().unwrap().iter();
    let kind = |task: &Value| task.get("kind").and_then(Value::as_str).unwrap_or("").to_owned();
    tasks.map(|(id, task)| (id.clone(), kind(task))).collect()
}

/// A task that is the only one of what a rule requires.
struct Required {
    id: String,
    code: String,
    /// The kinds that the rule asks for.
    kinds: Vec<String>,
    /// Whether the rule surely speaks of this plan: it asks nothing but kinds.
    surely: bool,
}

/// The tasks of which the plan has only one that a rule requires.
fn required(plan: &Table) -> Vec<Required> {
    let tasks = tasks(plan);
    let mut required = Vec::new();
    for rule in Catalogue::embedded().rules().iter().filter(|rule| rule.enabled) {
        let Some(ask) = rule.ask.as_ref().filter(|ask| ask.about == EntityKind::Task && !ask.forbids) else {
            continue;
        };
        let (of, is_plain) = kinds(&ask.of);
        let concerns = of.is_empty() || tasks.values().any(|kind| of.contains(kind));
        if !concerns || tasks.len() < ask.from_tasks as usize {
            continue;
        }
        for need in needs(&ask.demand) {
            let (wanted, _) = kinds(&need.of);
            let mut suppliers = tasks.iter().filter(|(_, kind)| wanted.contains(kind));
            if let (Some((id, _)), None) = (suppliers.next(), suppliers.next()) {
                let (id, code) = (id.clone(), rule.code.to_string());
                required.push(Required { id, code, kinds: wanted, surely: is_plain });
            }
        }
    }
    required
}

/// A value on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let entries = table.iter().map(|(key, value)| format!("{key:?} = {}", inline(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    }
}

/// A plan as a person would write it: a section for each thing, and one line for each field.
fn written(plan: &Table) -> String {
    let mut text = String::new();
    for (kind, things) in plan {
        let Some(things) = things.as_table() else { continue };
        if things.values().any(|it| !it.is_table()) || kind == "plan" {
            text += &format!("[{kind}]\n");
            for (key, value) in things {
                text += &format!("{key:?} = {}\n", inline(value));
            }
            continue;
        }
        for (id, fields) in things {
            text += &format!("[{kind}.{id:?}]\n");
            for (key, value) in fields.as_table().into_iter().flatten() {
                text += &format!("{key:?} = {}\n", inline(value));
            }
        }
    }
    text
}

/// The plan without a task and without what refers to it.
fn without(plan: &Table, id: &str) -> String {
    fn forget(value: &mut Value, id: &str) {
        let is_it = |value: &Value| {
            let text = value.as_str().or_else(|| value.get("on").and_then(Value::as_str)).unwrap_or("");
            text == id || text.strip_prefix(id).is_some_and(|rest| rest.starts_with(' '))
        };
        match value {
            Value::Array(items) => {
                items.retain(|item| !is_it(item));
                items.iter_mut().for_each(|item| forget(item, id));
            }
            Value::Table(table) => {
                for key in ["depends-on", "gate", "mitigations", "blocks", "affects"] {
                    if table.get(key).is_some_and(is_it) {
                        table.remove(key);
                    }
                }
                table.iter_mut().for_each(|(_, value)| forget(value, id));
            }
            _ => {}
        }
    }
    let mut plan = plan.clone();
    plan["task"].as_table_mut().unwrap().remove(id);
    let mut whole = Value::Table(plan);
    forget(&mut whole, id);
    written(whole.as_table().unwrap())
}

fn messages(plan: &str) -> Vec<String> {
    let sources = Sources::from_text("plan.toml", plan);
    let report = planlint::check(
        &sources,
        &Configs::isolated(),
        &planlint::Clock { today: jiff::civil::date(2026, 11, 23) },
    );
    let findings = report.verdict.findings.iter();
    let said = findings.map(|judged| {
        let words = report.catalogue.words(&judged.finding, &report.model);
        format!("{} {} {} {}", judged.finding.code, words.message, words.question, words.help)
    });
    said.collect()
}

#[test]
fn what_a_rule_requires_is_missed_when_it_is_gone() {
    let mut wrong = Vec::new();
    let mut missed = BTreeSet::new();
    for (path, plan) in sound_plans() {
        let name = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let before = messages(&written(&plan));
        assert!(before.is_empty(), "{name}: {before:#?}");
        let mut said_without: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Required { id, code, kinds, surely } in required(&plan) {
            let said = said_without.entry(id.clone()).or_insert_with(|| messages(&without(&plan, &id)));
            let own: Vec<&String> = said.iter().filter(|text| text.starts_with(&code)).collect();
            if said.is_empty() && surely {
                wrong.push(format!("{name}: without `{id}` nobody complains; {code} should"));
            }
            if !own.is_empty() {
                missed.insert((name.clone(), id.clone()));
                if !own.iter().any(|text| kinds.iter().any(|kind| text.contains(kind.as_str()))) {
                    wrong.push(format!("{name}: {code} does not name what `{id}` was: {own:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(missed.len() > 100, "only {} tasks are missed when they are gone", missed.len());
}
