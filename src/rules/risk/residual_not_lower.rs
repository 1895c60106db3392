//! RSK011: a risk that is as high after its mitigation as before.

use super::{exposure, open_risks, residual_exposure};
use crate::model::Response;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK011", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (entity, risk) in open_risks(ctx) {
        // What is accepted or escalated is not expected to become lower.
        let lowers = [Response::Mitigate, Response::Avoid, Response::Transfer];
        let Some(response) = risk.response().filter(|it| lowers.contains(&it.value)) else { continue };
        let (Some(before), Some(after)) = (exposure(risk), residual_exposure(risk)) else { continue };
        let Some(place) = risk.residual_probability().or(risk.residual_impact()) else { continue };
        if after >= before {
            let finding = ctx
                .finding_at(entity, place.span)
                .param("exposure", before.to_string())
                .param("residual", after.to_string())
                .param("response", response.value.as_str());
            out.report(match risk.probability() {
                Some(probability) => finding.label(probability.span, "the score before"),
                None => finding,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    fn found(risk: &str) -> Vec<String> {
        places(
            "RSK011",
            &format!(
                "[plan]\n[task]\na = {{ title = \"A\" }}\n[risk.r]\ntitle = \"R\"\nprobability = 3\nimpact = 4\n{risk}\n"
            ),
        )
    }

    #[test]
    fn only_responses_that_lower_a_risk() {
        let residual = "residual = { probability = 4, impact = 3 }";
        for response in ["mitigate", "avoid", "transfer"] {
            assert_eq!(found(&format!("response = \"{response}\"\n{residual}")), ["9:28"], "{response}");
        }
        for response in ["accept", "escalate"] {
            assert!(found(&format!("response = \"{response}\"\n{residual}")).is_empty(), "{response}");
        }
        assert!(found(residual).is_empty());
    }

    #[test]
    fn half_a_residual_leaves_the_other_half() {
        assert_eq!(found("response = \"avoid\"\nresidual = { impact = 4 }"), ["9:23"]);
        assert!(found("response = \"avoid\"\nresidual = { impact = 3 }").is_empty());
        assert!(found("response = \"avoid\"\nresidual = { impact = 30 }").is_empty());
    }
}
