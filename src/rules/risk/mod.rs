//! RSK: are the risks answered?
//!
//! Most rules of the family are written in `rules/risk.toml`. Here are those that judge each mitigation at its place in the
//! list of the risk.

mod dead_mitigation;
mod mitigation_not_upstream;
mod mitigation_too_late;
mod unscored;

use super::{Ctx, Native};
use crate::finding::{Entity, EntityKind};
use crate::model::{Risk, RiskStatus, TaskId};
use crate::source::Span;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] =
    &[mitigation_too_late::RULE, mitigation_not_upstream::RULE, unscored::RULE, dead_mitigation::RULE];

/// Those that can still happen: neither closed nor occurred.
fn open_risks<'c>(ctx: &'c Ctx<'_>) -> impl Iterator<Item = (Entity, &'c Risk)> {
    let risks = ctx.numbers(EntityKind::Risk);
    let risks = risks.map(|number| (Entity::new(EntityKind::Risk, number), &ctx.model.risks[number]));
    risks.filter(|(_, risk)| risk.status().is_none_or(|status| status.value == RiskStatus::Open))
}

/// The tasks that should lower a risk, each with where it is named. Names that lead nowhere are left out: PLN007 has
/// reported them.
fn mitigations<'c>(ctx: &'c Ctx<'_>, risk: &Risk) -> impl Iterator<Item = (TaskId, Span)> + 'c {
    let list = risk.mitigations();
    let references = ctx.network.references.list(list).iter();
    references.zip(ctx.model.list(list)).filter_map(|(it, text)| Some((it.task()?, text.span())))
}

/// Where this rule of the family finds something in a plan, as `line:column`.
#[cfg(test)]
fn places(code: &str, plan: &str) -> Vec<String> {
    let found = crate::rules::testing::codes(plan);
    found.iter().filter_map(|line| Some(line.strip_prefix(code)?.trim_start().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::places;

    /// The smallest plan with a risk `r` in line 4, its fields from line 6 on; `m` is done, `o` open, `x` dropped.
    fn risk(code: &str, fields: &str) -> Vec<String> {
        places(
            code,
            &format!(
                "[plan]\nstatus-date = 2026-10-02\n\n[risk.r]\ntitle = \"R\"\n{fields}\n\
                 [task]\nm = {{ title = \"M\", status = \"done\" }}\no = {{ title = \"O\" }}\n\
                 x = {{ title = \"X\", status = \"cancelled\" }}\n"
            ),
        )
    }

    #[track_caller]
    fn all(code: &str, found: impl Fn(&str) -> Vec<String>, cases: &[(&str, &[&str])]) {
        for (fields, places) in cases {
            assert_eq!(found(fields), *places, "{code}: {fields}");
        }
    }

    const NONE: &[&str] = &[];
    const ID: &[&str] = &["4:7"];

    #[test]
    fn each_response_to_a_risk_asks_for_its_own_answer() {
        let found = |fields: &str| risk("RSK001", fields);
        all(
            "RSK001",
            |fields| found(&format!("probability = \"high\"\nimpact = \"high\"\n{fields}")),
            &[
                ("", ID),
                ("response = \"avoid\"", ID),
                ("response = \"avoid\"\nmitigations = []", ID),
                ("response = \"avoid\"\nmitigations = [\"o\"]", NONE),
                ("response = \"transfer\"\nescalate-to = \"The board\"", ID),
                ("response = \"transfer\"\ntransfer-to = \"The insurer\"", NONE),
                ("response = \"escalate\"\nescalate-to = \" \"", ID),
                ("response = \"accept\"", NONE),
                // It is over, or needs an issue now.
                ("status = \"occurred\"", NONE),
                ("status = \"closed\"", NONE),
                ("status = \"open\"", ID),
                // Reported elsewhere.
                ("response = \"mitigate\"\nmitigations = [\"nowhere\"]", NONE),
                ("response = \"mitigate\"\nmitigations = [\"TBD\"]", NONE),
                ("response = \"transfer\"\ntransfer-to = \"TBD\"", NONE),
            ],
        );
        all(
            "RSK001",
            found,
            &[
                ("", NONE),
                ("probability = 1\nimpact = 5", NONE),
                ("probability = 9\nimpact = 5", NONE),
                ("probability = 2\nimpact = 3", ID),
            ],
        );
    }

    #[test]
    fn teams_and_placeholders_as_owners_are_the_matter_of_other_rules() {
        let found = |fields: &str| {
            places(
                "RSK002",
                &format!(
                    "[plan]\n[person]\np = {{ name = \"P\" }}\n[team]\nt = {{ lead = \"p\" }}\n[task]\na = {{ title = \"A\" }}\n\
                     [risk]\nr = {{ title = \"R\", {fields} }}\n"
                ),
            )
        };
        all(
            "RSK002",
            found,
            &[
                ("owner = \"t\"", NONE),
                ("owner = \"TBD\"", NONE),
                ("owner = \" \"", &["9:1"]),
                ("impact = 3", &["9:1"]),
                ("status = \"closed\"", NONE),
                ("status = \"occurred\"", NONE),
            ],
        );
    }

    #[test]
    fn whoever_accepts_a_risk_is_the_sponsor_or_has_authority() {
        let found = |sponsor_and_approver: &str| {
            let (sponsor, approver) = sponsor_and_approver.split_once(": ").unwrap_or_default();
            places(
                "RSK005",
                &format!(
                    "[plan]\nsponsor = \"{sponsor}\"\n[risk.r]\ntitle = \"R\"\nprobability = 4\nresponse = \"accept\"\n\
                     approved-by = {approver}\nimpact = 4\n[person]\nelena = {{ name = \"Elena Rossi\" }}\n\
                     jonas = {{ name = \"Jonas Weber\" }}\nomar = {{ authority = \"high-risk\" }}\n\
                     [team]\ncrew = {{ lead = \"jonas\" }}\n[task]\na = {{ title = \"A\" }}\n"
                ),
            )
        };
        all(
            "RSK005",
            found,
            &[
                ("elena: \"elena\"", NONE),
                ("Elena Rossi: \"elena\"", NONE),
                ("Executive board: \"Executive board\"", NONE),
                ("crew: \"crew\"", NONE),
                ("elena: \"jonas\"", &["7:16"]),
                ("elena: \"crew\"", &["7:16"]),
                ("elena: \"Change advisory board\"", &["7:16"]),
                ("elena: [\"jonas\", \"omar\"]", NONE),
                ("elena: []", &["3:7"]),
                ("elena: \"\"", &["3:7"]),
                // Reported elsewhere.
                ("elena: \"elenna\"", NONE),
                ("elenna: \"elena\"", NONE),
                ("elena: \"TBD\"", NONE),
            ],
        );
    }

    #[test]
    fn a_risk_is_looked_at_again_in_time() {
        all(
            "RSK007",
            |fields| risk("RSK007", fields),
            &[
                ("review-by = 2026-10-02", NONE),
                ("review-by = 2026-10-01", &["6:13"]),
                ("window = { start = 2026-09-01, finish = 2026-10-02 }", NONE),
                ("window = { start = 2026-09-01, finish = 2026-10-01 }", ID),
                ("probability = 1\nimpact = 5", NONE),
                ("probability = 2\nimpact = 3", ID),
                ("probability = 2\nimpact = 3\nreview-by = 1900-01-01", NONE),
                ("review-by = 1900-01-01", NONE),
                // One finding where both are over.
                ("review-by = 2026-09-01\nwindow = { start = 2026-08-01, finish = 2026-08-31 }", ID),
                ("review-by = 2026-09-01\nstatus = \"closed\"", NONE),
                ("review-by = 2026-09-01\nstatus = \"occurred\"", NONE),
            ],
        );
    }

    #[test]
    fn a_high_risk_has_a_plan_b() {
        all(
            "RSK009",
            |fields| risk("RSK009", &format!("probability = 4\nimpact = 4\n{fields}")),
            &[
                ("", ID),
                ("contingency = \"Paper\"", NONE),
                // What is left counts where it is scored.
                ("residual = { probability = 1, impact = 4 }", NONE),
                ("residual = { probability = 2 }", NONE),
                ("residual = { probability = 3 }", ID),
                ("residual = { probability = 77 }", NONE),
                // Avoided and done is over.
                ("response = \"avoid\"\nmitigations = [\"m\"]", NONE),
                ("response = \"avoid\"\nmitigations = [\"m\", \"o\"]", ID),
                ("response = \"avoid\"\nmitigations = [\"m\", \"x\"]", ID),
                ("response = \"avoid\"", ID),
                ("response = \"mitigate\"\nmitigations = [\"m\"]", ID),
                ("status = \"closed\"", NONE),
            ],
        );
    }

    #[test]
    fn from_medium_on_a_risk_has_a_trigger_once_it_has_an_answer() {
        all(
            "RSK010",
            |fields| risk("RSK010", fields),
            &[
                ("probability = 2\nimpact = 3\nresponse = \"accept\"", ID),
                ("probability = 1\nimpact = 5\nresponse = \"accept\"", NONE),
                ("probability = 5\nimpact = 5\nresponse = \"accept\"\nstatus = \"closed\"", NONE),
                ("probability = 5\nimpact = 5", NONE),
            ],
        );
    }

    #[test]
    fn what_is_left_of_a_risk_is_less_than_before() {
        all(
            "RSK011",
            |fields| risk("RSK011", &format!("probability = 3\nimpact = 4\n{fields}")),
            &[
                ("response = \"mitigate\"\nresidual = { probability = 4, impact = 3 }", &["9:28"]),
                ("response = \"avoid\"\nresidual = { probability = 4, impact = 3 }", &["9:28"]),
                ("response = \"transfer\"\nresidual = { probability = 4, impact = 3 }", &["9:28"]),
                ("response = \"accept\"\nresidual = { probability = 4, impact = 3 }", NONE),
                ("response = \"escalate\"\nresidual = { probability = 4, impact = 3 }", NONE),
                ("residual = { probability = 4, impact = 3 }", NONE),
                // Half a residual leaves the other half as it was.
                ("response = \"avoid\"\nresidual = { impact = 4 }", &["9:23"]),
                ("response = \"avoid\"\nresidual = { impact = 3 }", NONE),
                ("response = \"avoid\"\nresidual = { impact = 30 }", NONE),
            ],
        );
    }

    #[test]
    fn a_risk_says_what_it_would_hit() {
        all(
            "RSK012",
            |fields| risk("RSK012", fields),
            &[
                ("", ID),
                ("affects = []", ID),
                ("affects = [\"nowhere\"]", NONE),
                ("scope = \"plan\"", NONE),
                ("status = \"closed\"", NONE),
                ("status = \"occurred\"", NONE),
            ],
        );
    }

    #[test]
    fn a_risk_that_has_happened_has_an_issue() {
        let found = |from_risk: &str| {
            places(
                "RSK013",
                &format!(
                    "[plan]\n[task]\na = {{ title = \"A\" }}\n[risk.app-fails]\ntitle = \"R\"\nstatus = \"occurred\"\n\
                     [issue.i]\ntitle = \"I\"\nfrom-risk = {from_risk}\n"
                ),
            )
        };
        all(
            "RSK013",
            found,
            &[
                ("\"app-fails\"", NONE),
                ("\"app-fails\"\nstatus = \"closed\"", NONE),
                ("\"app-fail\"", NONE),
                ("\"quite-another\"", &["4:7"]),
            ],
        );
    }

    #[test]
    fn a_plan_of_some_size_that_changes_production_names_a_risk() {
        let plan = |tasks: usize, rest: &str| {
            let row = |number| format!("t{number} = {{ title = \"T\", parent = \"phase\" }}\n");
            let rows: String = (0..tasks).map(row).collect();
            places("RSK014", &format!("[plan]\n[task]\nphase = {{ title = \"P\" }}\n{rows}{rest}\n"))
        };
        const CUTOVER: &str = "go = { title = \"G\", kind = \"cutover\" }";
        assert_eq!(plan(19, CUTOVER), ["1:2"]);
        // Phases and dropped work do not count.
        assert_eq!(plan(18, CUTOVER), NONE);
        assert_eq!(plan(18, &format!("{CUTOVER}\nno = {{ title = \"N\", status = \"cancelled\" }}")), NONE);
        // Nothing changes.
        assert_eq!(plan(30, ""), NONE);
        assert_eq!(plan(30, "go = { title = \"G\", kind = \"pilot\" }"), NONE);
        assert_eq!(plan(30, "go = { title = \"G\", kind = \"cutover\", status = \"done\" }"), NONE);
        // One risk is a register.
        let risk = format!("{CUTOVER}\n[risk]\nr = {{ title = \"R\", status = \"closed\" }}");
        assert_eq!(plan(30, &risk), NONE);
    }

    #[test]
    fn work_against_a_closed_risk_is_over() {
        let found = |tasks: &str| {
            places(
                "RSK015",
                &format!(
                    "[plan]\n[risk.r]\nmitigations = [\"m\"]\ntitle = \"R\"\nstatus = \"closed\"\n[task]\n{tasks}\n"
                ),
            )
        };
        all(
            "RSK015",
            found,
            &[
                ("m = { title = \"M\" }", &["3:17"]),
                ("m = { title = \"M\", status = \"done\" }", NONE),
                ("m = { title = \"M\", status = \"cancelled\" }", NONE),
                ("m = { title = \"M\" }\na = { title = \"A\", parent = \"m\", status = \"done\" }", NONE),
                (
                    "m = { title = \"M\" }\na = { title = \"A\", parent = \"m\", status = \"in-progress\" }",
                    &["3:17"],
                ),
            ],
        );
        assert_eq!(risk("RSK015", "mitigations = [\"o\"]\nstatus = \"open\""), NONE);
    }

    #[test]
    fn one_open_dropped_or_unknown_mitigation_is_reason_to_wait_with_what_is_left() {
        all(
            "RSK016",
            |fields| risk("RSK016", fields),
            &[
                ("response = \"mitigate\"\nmitigations = [\"m\"]", ID),
                ("response = \"mitigate\"\nmitigations = [\"m\", \"o\"]", NONE),
                ("response = \"mitigate\"\nmitigations = [\"m\", \"x\"]", NONE),
                ("response = \"mitigate\"\nmitigations = [\"m\", \"quite-unknown\"]", NONE),
                ("response = \"mitigate\"", NONE),
                ("response = \"avoid\"\nmitigations = [\"m\"]", NONE),
                ("response = \"mitigate\"\nmitigations = [\"m\"]\nstatus = \"closed\"", NONE),
                ("response = \"mitigate\"\nmitigations = [\"m\"]\nresidual = { impact = 1 }", NONE),
            ],
        );
    }

    #[test]
    fn work_against_a_risk_is_named_itself_by_its_phase_or_misspelt() {
        let found = |named_and_status: &str| {
            let (named, status) = named_and_status.split_once(", ").unwrap_or_default();
            places(
                "RSK017",
                &format!(
                    "[plan]\n[task]\nphase = {{ title = \"P\", kind = \"mitigation\" }}\n\
                     spare-parts = {{ title = \"S\", kind = \"mitigation\", parent = \"phase\", status = \"{status}\" }}\n\
                     [risk]\nr = {{ title = \"R\", mitigations = [\"{named}\"], status = \"closed\" }}\n"
                ),
            )
        };
        all(
            "RSK017",
            found,
            &[
                ("spare-parts, planned", NONE),
                ("spare-part, planned", NONE),
                ("phase, planned", NONE),
                ("something-else, planned", &["4:1"]),
                ("something-else, done", NONE),
                ("something-else, cancelled", NONE),
            ],
        );
    }
}
