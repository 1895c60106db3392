//! RSK016: all work against a risk is done, and nobody says what is left of it.

use super::{Work, has_residual, is_all_done, open_risks};
use crate::model::Response;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK016", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if open_risks(ctx).next().is_none() {
        return;
    }
    let work = Work::new(ctx);
    for (entity, risk) in open_risks(ctx) {
        if risk.response().is_some_and(|response| response.value == Response::Mitigate)
            && !has_residual(risk)
            && is_all_done(ctx, &work, risk)
        {
            let finding = ctx.finding(entity);
            let list = ctx.model.arenas.list_span(risk.mitigations());
            out.report(match list {
                Some(span) => finding.label(span, "all of it is done"),
                None => finding,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    #[test]
    fn one_open_dropped_or_unknown_mitigation_is_reason_to_wait() {
        let found = |risk: &str| {
            places(
                "RSK016",
                &format!(
                    "[plan]\n[task]\nm = {{ title = \"M\", status = \"done\" }}\nopen = {{ title = \"O\" }}\n\
                     dropped = {{ title = \"D\", status = \"cancelled\" }}\n[risk.r]\ntitle = \"R\"\n{risk}\n"
                ),
            )
        };
        assert_eq!(found("response = \"mitigate\"\nmitigations = [\"m\"]"), ["6:7"]);
        for other in ["open", "dropped", "quite-unknown"] {
            assert!(
                found(&format!("response = \"mitigate\"\nmitigations = [\"m\", \"{other}\"]")).is_empty()
            );
        }
        assert!(found("response = \"mitigate\"").is_empty());
        assert!(found("response = \"avoid\"\nmitigations = [\"m\"]").is_empty());
        assert!(found("response = \"mitigate\"\nmitigations = [\"m\"]\nstatus = \"closed\"").is_empty());
        assert!(
            found("response = \"mitigate\"\nmitigations = [\"m\"]\nresidual = { impact = 1 }").is_empty()
        );
    }
}
