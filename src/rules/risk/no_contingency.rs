//! RSK009: a high risk without a plan B.

use super::{Work, exposure, has_residual, is_all_done, is_written, open_risks, residual_exposure};
use crate::model::Response;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK009", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if open_risks(ctx).next().is_none() {
        return;
    }
    let work = Work::new(ctx);
    for (entity, risk) in open_risks(ctx) {
        let counts = if has_residual(risk) { residual_exposure(risk) } else { exposure(risk) };
        let Some(exposure) = counts.filter(|exposure| exposure.is_high()) else { continue };
        if is_written(ctx, risk.contingency()) {
            continue;
        }
        // What is avoided by work that is done cannot happen any more.
        if risk.response().is_some_and(|response| response.value == Response::Avoid)
            && is_all_done(ctx, &work, risk)
        {
            continue;
        }
        out.report(ctx.finding(entity).param("exposure", exposure.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    fn found(risk: &str) -> Vec<String> {
        places(
            "RSK009",
            &format!(
                "[plan]\n[task]\ndone = {{ title = \"D\", status = \"done\" }}\nopen = {{ title = \"O\" }}\n\
                 [risk.r]\ntitle = \"R\"\nprobability = 4\nimpact = 4\n{risk}\n"
            ),
        )
    }

    #[test]
    fn what_is_left_counts_where_it_is_scored() {
        assert_eq!(found(""), ["5:7"]);
        assert!(found("residual = { probability = 1, impact = 4 }").is_empty());
        assert!(found("residual = { probability = 2 }").is_empty());
        assert_eq!(found("residual = { probability = 3 }"), ["5:7"]);
        assert!(found("residual = { probability = 77 }").is_empty());
    }

    #[test]
    fn avoided_and_done_is_over() {
        assert!(found("response = \"avoid\"\nmitigations = [\"done\"]").is_empty());
        assert_eq!(found("response = \"avoid\"\nmitigations = [\"done\", \"open\"]"), ["5:7"]);
        assert_eq!(found("response = \"avoid\""), ["5:7"]);
        assert_eq!(found("response = \"mitigate\"\nmitigations = [\"done\"]"), ["5:7"]);
    }

    #[test]
    fn closed_risks_are_left_alone() {
        assert!(found("status = \"closed\"").is_empty());
    }
}
