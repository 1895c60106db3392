//! Every rule's examples in the catalogue are executed: `bad` finds exactly what its comments say, `good` finds nothing.
//! `ONLY=CMP cargo test --test examples` runs one family.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a helper that cannot do its work is a failed test"
)]

use planlint::catalogue::{Catalogue, Options, Rule};
use planlint::config::{Configs, Overrides};
use planlint::finding::{Code, Finding};
use planlint::model::Model;
use planlint::rules::PlanSettings;
use planlint::source::Sources;

/// The plans, what was found in them, and what failed, with only one rule and the reading switched on.
fn found<'s>(rule: &Rule, sources: &'s Sources) -> (Model<'s>, Vec<Finding>, Vec<(Code, String)>) {
    let today = jiff::civil::date(2026, 10, 2);
    if rule.family == "LNT" {
        // What is wrong with ignores and waivers shows only in the verdict.
        let overrides = Overrides {
            select: vec![rule.code.to_string(), "PLN".to_owned()],
            isolated: true,
            ..Overrides::default()
        };
        let configs = Configs::new(std::env::temp_dir(), overrides).unwrap();
        let report = planlint::check(sources, &configs, &planlint::Clock { today });
        let findings = report.verdict.findings.into_iter().map(|judged| judged.finding).collect();
        return (report.model, findings, report.verdict.failed);
    }
    let catalogue = Catalogue::embedded();
    let options = Options::new();
    let runs = |other: &Rule| other.code == rule.code || other.family == "PLN";
    let mut found = planlint::find(
        sources,
        catalogue,
        |model| {
            model
                .plans
                .iter()
                .map(|_| PlanSettings { runs: &runs, options: &options, guesses: true })
                .collect()
        },
        today,
    );
    found.findings.retain(|finding| catalogue.rule(finding.code).is_some_and(&runs));
    (found.model, found.findings, found.failed)
}

fn run(rule: &Rule, text: &str) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let sources = Sources::from_texts(planlint::expect::files(text));
    let (model, findings, failed) = found(rule, &sources);
    let mut wrong = planlint::expect::mismatches(&model, &findings, catalogue);
    wrong.extend(failed.iter().map(|(code, text)| format!("{code} failed: {text}")));
    for finding in &findings {
        let words = catalogue.words(finding, &model);
        for text in [words.message, words.help, words.question] {
            let is_name =
                |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if planlint::catalogue::placeholders(&text).any(is_name) {
                wrong.push(format!("{}: a placeholder that no check fills: {text}", finding.code));
            }
        }
    }
    wrong
}

#[test]
fn every_example_holds() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    let rules = Catalogue::embedded().rules().iter();
    for rule in rules.filter(|rule| rule.code.as_str().starts_with(&only)) {
        for (name, text) in [("bad", &rule.bad), ("good", &rule.good)] {
            let Some(text) = text else { continue };
            wrong.extend(run(rule, text).into_iter().map(|line| format!("{} {name}: {line}", rule.code)));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_bad_example_expects_something_and_a_good_one_nothing() {
    for rule in Catalogue::embedded().rules() {
        let expects = |text: &str| {
            let sources = Sources::from_texts(planlint::expect::files(text));
            let model = planlint::read::read(&sources).model;
            sources.iter().any(|(file, _)| planlint::expect::has_expectations(&model, file))
        };
        if let (Some(bad), Some(good)) = (&rule.bad, &rule.good) {
            assert!(expects(bad), "{}: its bad example asserts nothing", rule.code);
            assert!(!expects(good), "{}: its good example expects a finding", rule.code);
        }
    }
}
