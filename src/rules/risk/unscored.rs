//! RSK006: a risk without a score, or with one that is not on the scale.

use super::open_risks;
use crate::model::{Scale, Spanned, shortened};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK006", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (entity, risk) in open_risks(ctx) {
        let missing = match (risk.probability(), risk.impact()) {
            (None, None) => Some("`probability` and no `impact`"),
            (None, Some(_)) => Some("`probability`"),
            (Some(_), None) => Some("`impact`"),
            (Some(_), Some(_)) => None,
        };
        if let Some(fields) = missing {
            out.report(ctx.finding(entity).param("fields", fields));
        }
        let scores = [
            ("probability", risk.probability()),
            ("impact", risk.impact()),
            ("residual.probability", risk.residual_probability()),
            ("residual.impact", risk.residual_impact()),
        ];
        for (field, score) in scores {
            if let Some(score) = score.filter(|score| score.value == Scale::OffScale) {
                let finding = ctx.finding_at(entity, score.span).variant("off-scale").subject(field);
                out.report(finding.param("field", field).param("value", written(ctx, score)));
            }
        }
    }
}

/// A score as it stands in the plan, words in quotes.
fn written(ctx: &Ctx<'_>, score: Spanned<Scale>) -> String {
    let text = shortened(ctx.model.sources().text(score.span));
    match text.parse::<f64>() {
        Ok(_) => text,
        Err(_) => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    fn found(fields: &str) -> Vec<String> {
        places(
            "RSK006",
            &format!("[plan]\n[task]\na = {{ title = \"A\" }}\n[risk.r]\ntitle = \"R\"\n{fields}\n"),
        )
    }

    #[test]
    fn one_finding_for_what_is_missing_and_one_for_each_slip() {
        assert_eq!(found(""), ["4:7"]);
        assert_eq!(found("impact = 3"), ["4:7"]);
        assert_eq!(found("probability = 1.5\nimpact = \"urgent\""), ["6:15", "7:11"]);
        assert_eq!(found("probability = \"often\""), ["4:7", "6:16"]);
    }

    #[test]
    fn what_is_left_has_the_same_scale() {
        assert_eq!(
            found("probability = 3\nimpact = 3\nresidual = { probability = 30, impact = 2 }"),
            ["8:28"]
        );
        assert!(found("probability = 3\nimpact = 3\nresidual = { probability = 0.3 }").is_empty());
    }

    #[test]
    fn what_is_over_needs_no_score() {
        assert!(found("status = \"closed\"").is_empty());
        assert!(found("status = \"occurred\"\nimpact = 9").is_empty());
    }
}
