//! RSK013: a risk that has happened, and no issue deals with it.

use rustc_hash::FxHashSet;

use super::risks;
use crate::finding::{Entity, EntityKind};
use crate::model::RiskStatus;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "RSK013", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let has_issue: FxHashSet<Entity> = ctx
        .model
        .issues
        .iter()
        .filter_map(|issue| {
            let risk = ctx.text(issue.from_risk()?);
            ctx.network.index.find(ctx.model, EntityKind::Risk, issue.plan, risk)
        })
        .collect();
    for (entity, risk) in risks(ctx) {
        let Some(status) = risk.status().filter(|status| status.value == RiskStatus::Occurred) else {
            continue;
        };
        // An issue that misspells the risk is PLN007's.
        if !has_issue.contains(&entity) && !ctx.network.references.is_probably_meant(entity) {
            out.report(ctx.finding(entity).label(status.span, "it has happened"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    #[test]
    fn an_issue_that_misspells_the_risk_still_deals_with_it() {
        let found = |from_risk: &str| {
            places(
                "RSK013",
                &format!(
                    "[plan]\n[task]\na = {{ title = \"A\" }}\n[risk.app-fails]\ntitle = \"R\"\nstatus = \"occurred\"\n\
                     [issue.i]\ntitle = \"I\"\nfrom-risk = \"{from_risk}\"\n"
                ),
            )
        };
        assert!(found("app-fails").is_empty());
        assert!(found("app-fail").is_empty());
        assert_eq!(found("quite-another"), ["4:7"]);
    }
}
