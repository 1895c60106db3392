//! DEP004: tasks of several plans that wait for each other in a circle.

use super::circle;
use crate::network::KnotKind;
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "DEP004", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for knot in ctx.network.knots.iter().filter(|knot| knot.kind == KnotKind::CrossPlan) {
        if !knot.tasks.iter().any(|task| ctx.judges(*task)) {
            continue;
        }
        let Some((finding, link)) = circle(ctx, knot) else { continue };
        let mut plans: Vec<_> = knot.tasks.iter().map(|task| ctx.model.task(*task).plan).collect();
        plans.sort_unstable();
        plans.dedup();
        let plans = listed(plans.into_iter().map(|plan| format!("\"{}\"", ctx.model.plan_name(plan))));
        let count = knot.tasks.len().to_string();
        out.report(finding.param("count", count).param("plans", plans).param("link", link));
    }
}
