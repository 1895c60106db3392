//! Every rule's examples in the catalogue are executed: `bad` finds exactly what its comments say, `good` finds nothing.
//! `ONLY=CMP cargo test --test examples` runs one family.

use planlint::catalogue::Catalogue;
use planlint::expect::{expects_something, run_examples};

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may be asked for one family only")]
fn every_example_holds() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    let catalogue = Catalogue::embedded();
    for rule in catalogue.rules().iter().filter(|rule| rule.code.as_str().starts_with(&only)) {
        for trial in run_examples(catalogue, rule) {
            for it in &trial.differences {
                let (file, at) = (trial.sources.file(it.at.file), trial.sources.position(it.at).0);
                let place = format!("{}:{}:{}", file.name, at.line, at.column);
                wrong.push(format!("{} {}: {place}: {}", rule.code, trial.example, it.problem));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_bad_example_expects_something_and_a_good_one_nothing() {
    for rule in Catalogue::embedded().rules() {
        if let (Some(bad), Some(good)) = (&rule.bad, &rule.good) {
            assert!(expects_something(bad), "{}: its bad example asserts nothing", rule.code);
            assert!(!expects_something(good), "{}: its good example expects a finding", rule.code);
        }
    }
}
