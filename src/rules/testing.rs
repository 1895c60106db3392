//! Small plans as text, judged by the rules: for the tests of the rules.

use crate::catalogue::{Catalogue, Options, Rule};
use crate::rules::PlanSettings;
use crate::source::Sources;

/// What all rules find in a plan, also those that are off by default: `CODE line:column`, in that order.
pub(crate) fn codes(plan: &str) -> Vec<String> {
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
    let mut codes: Vec<String> = found
        .findings
        .iter()
        .map(|finding| {
            let (start, _) = sources.position(finding.primary.span);
            format!("{} {}:{}", finding.code, start.line, start.column)
        })
        .collect();
    codes.sort();
    codes
}
