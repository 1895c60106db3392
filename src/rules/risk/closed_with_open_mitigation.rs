//! RSK015: a closed risk whose mitigation goes on.

use super::{State, Work, mitigations, risks};
use crate::model::RiskStatus;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK015", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let closed = || {
        risks(ctx).filter_map(|(entity, risk)| {
            let status = risk.status().filter(|status| status.value == RiskStatus::Closed)?;
            Some((entity, risk, status))
        })
    };
    if closed().next().is_none() {
        return;
    }
    let work = Work::new(ctx);
    for (entity, risk, status) in closed() {
        for (mitigation, place) in mitigations(ctx, risk) {
            if work.state(ctx, mitigation) == State::Open {
                out.report(
                    ctx.finding_at(entity, place)
                        .subject(ctx.text(ctx.model.task(mitigation).id))
                        .param("mitigation", ctx.name(mitigation))
                        .label(status.span, "the risk is closed")
                        .label(ctx.place(mitigation), "the work is open"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    #[test]
    fn only_work_that_goes_on() {
        let found = |status: &str, tasks: &str| {
            places(
                "RSK015",
                &format!(
                    "[plan]\n[risk.r]\nmitigations = [\"m\"]\ntitle = \"R\"\nstatus = \"{status}\"\n[task]\n{tasks}\n"
                ),
            )
        };
        assert_eq!(found("closed", "m = { title = \"M\" }"), ["3:17"]);
        assert!(found("open", "m = { title = \"M\" }").is_empty());
        assert!(found("closed", "m = { title = \"M\", status = \"done\" }").is_empty());
        let phase = |status: &str| {
            format!("m = {{ title = \"M\" }}\na = {{ title = \"A\", parent = \"m\", status = \"{status}\" }}")
        };
        assert!(found("closed", &phase("done")).is_empty());
        assert_eq!(found("closed", &phase("in-progress")), ["3:17"]);
    }
}
