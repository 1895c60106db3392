//! RSK001: a risk that matters and has no answer.

use super::{exposure, is_written, open_risks};
use crate::model::Response;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // A risk that has occurred needs an issue (RSK013), and no answer any more: it is not among the open ones.
    for (entity, risk) in open_risks(ctx) {
        let Some(exposure) = exposure(risk).filter(|exposure| exposure.is_medium_or_more()) else { continue };
        let response = risk.response().map(|response| response.value);
        let (high, medium, field) = match response {
            None => (None, "medium", ""),
            // Names that lead nowhere were reported (PLN007, PLN012), and dead tasks are (RSK008): only an empty list is
            // no answer.
            Some(Response::Mitigate | Response::Avoid) if risk.mitigations().is_empty() => {
                (Some("no-task"), "no-task-medium", "mitigations")
            }
            Some(Response::Transfer) if !is_written(ctx, risk.transfer_to()) => {
                (Some("nobody"), "nobody-medium", "transfer-to")
            }
            Some(Response::Escalate) if !is_written(ctx, risk.escalate_to()) => {
                (Some("nobody"), "nobody-medium", "escalate-to")
            }
            // Who may accept is RSK005's.
            Some(_) => continue,
        };
        let mut finding = ctx.finding(entity).param("exposure", exposure.to_string()).param("field", field);
        if let Some(response) = risk.response() {
            finding = finding
                .param("response", response.value.as_str())
                .label(response.span, "the answer without anybody who gives it");
        }
        out.report(match if exposure.is_high() { high } else { Some(medium) } {
            Some(variant) => finding.variant(variant),
            None => finding,
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    fn found(risk: &str) -> Vec<String> {
        let score = "probability = \"high\"\nimpact = \"high\"";
        places(
            "RSK001",
            &format!("[plan]\n[task]\na = {{ title = \"A\" }}\n[risk.r]\ntitle = \"R\"\n{score}\n{risk}\n"),
        )
    }

    #[test]
    fn each_response_asks_for_its_own_answer() {
        assert_eq!(found(""), ["4:7"]);
        assert_eq!(found("response = \"avoid\""), ["4:7"]);
        assert!(found("response = \"avoid\"\nmitigations = [\"a\"]").is_empty());
        assert_eq!(found("response = \"transfer\"\nescalate-to = \"The board\""), ["4:7"]);
        assert!(found("response = \"transfer\"\ntransfer-to = \"The insurer\"").is_empty());
        assert_eq!(found("response = \"escalate\"\nescalate-to = \" \""), ["4:7"]);
        assert!(found("response = \"accept\"").is_empty());
    }

    #[test]
    fn what_occurred_or_is_closed_needs_no_answer() {
        assert!(found("status = \"occurred\"").is_empty());
        assert!(found("status = \"closed\"").is_empty());
        assert_eq!(found("status = \"open\""), ["4:7"]);
    }

    #[test]
    fn misspelt_and_placeholder_answers_are_reported_elsewhere() {
        assert!(found("response = \"mitigate\"\nmitigations = [\"nowhere\"]").is_empty());
        assert!(found("response = \"mitigate\"\nmitigations = [\"TBD\"]").is_empty());
        assert!(found("response = \"transfer\"\ntransfer-to = \"TBD\"").is_empty());
    }

    #[test]
    fn low_risks_and_those_without_a_score_are_left_alone() {
        let plan = |score: &str| {
            format!("[plan]\n[task]\na = {{ title = \"A\" }}\n[risk]\nr = {{ title = \"R\"{score} }}\n")
        };
        assert!(places("RSK001", &plan("")).is_empty());
        assert!(places("RSK001", &plan(", probability = 1, impact = 5")).is_empty());
        assert!(places("RSK001", &plan(", probability = 9, impact = 5")).is_empty());
        assert_eq!(places("RSK001", &plan(", probability = 2, impact = 3")), ["5:1"]);
    }
}
