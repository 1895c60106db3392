//! RSK010: nobody has said how a risk would show itself.

use super::{exposure, is_written, open_risks};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK010", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (entity, risk) in open_risks(ctx) {
        let Some(exposure) = exposure(risk).filter(|exposure| exposure.is_medium_or_more()) else { continue };
        if !is_written(ctx, risk.trigger()) {
            out.report(ctx.finding(entity).param("exposure", exposure.to_string()));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    fn found(risk: &str) -> Vec<String> {
        places(
            "RSK010",
            &format!("[plan]\n[task]\na = {{ title = \"A\" }}\n[risk.r]\ntitle = \"R\"\n{risk}\n"),
        )
    }

    #[test]
    fn from_medium_on_and_only_while_open() {
        let answered = "response = \"accept\"";
        assert_eq!(found(&format!("probability = 2\nimpact = 3\n{answered}")), ["4:7"]);
        assert!(found(&format!("probability = 1\nimpact = 5\n{answered}")).is_empty());
        assert!(found(&format!("probability = 5\nimpact = 5\n{answered}\nstatus = \"closed\"")).is_empty());
    }

    #[test]
    fn a_risk_without_an_answer_is_asked_for_that_first() {
        assert!(found("probability = 5\nimpact = 5").is_empty());
    }
}
