//! DEP001: tasks of one plan that wait for each other in a circle.

use super::circle;
use crate::network::KnotKind;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP001", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // Circles through a phase are DEP003's, circles over several plans DEP004's.
    for knot in ctx.network.knots.iter().filter(|knot| knot.kind == KnotKind::Plain) {
        let is_judged = knot.tasks.first().is_some_and(|task| ctx.judges(*task));
        if let Some((finding, link)) = circle(ctx, knot).filter(|_| is_judged) {
            out.report(finding.param("count", knot.tasks.len().to_string()).param("link", link));
        }
    }
}
