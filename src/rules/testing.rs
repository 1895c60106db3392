//! Small plans as text, judged by the rules: for the tests of the rules.

use crate::catalogue::{Catalogue, Options, Rule};
use crate::finding::Finding;
use crate::model::Model;
use crate::rules::PlanSettings;
use crate::source::Sources;

/// What all rules find in a plan, also those that are off by default: `CODE line:column`, in that order.
pub(crate) fn codes(plan: &str) -> Vec<String> {
    let mut codes = judged(plan, |finding, model| {
        let (start, _) = model.sources().position(finding.primary.span);
        format!("{} {}:{}", finding.code, start.line, start.column)
    });
    codes.sort();
    codes
}

/// What one rule says of a plan.
pub(crate) fn messages(code: &str, plan: &str) -> Vec<String> {
    let all = judged(plan, |finding, model| {
        let words = Catalogue::embedded().words(finding, model);
        format!("{} {}", finding.code, words.message)
    });
    all.into_iter().filter(|message| message.starts_with(code)).collect()
}

fn judged(plan: &str, said: impl Fn(&Finding, &Model<'_>) -> String) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let sources = Sources::from_texts(crate::expect::files(plan));
    let options = Options::new();
    let runs = |_: &Rule| true;
    let today = jiff::civil::date(2026, 10, 2);
    let found = crate::find(
        &sources,
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
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    found.findings.iter().map(|finding| said(finding, &found.model)).collect()
}
