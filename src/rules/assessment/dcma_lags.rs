//! SCH103: too many links with a lag.

use super::{Assessed, Lack, Point, judge};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH103", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, |of, point, finding| of.shown_links(point, finding));
}

/// L with lag > 0 / L.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let lags = of.links().filter(|(_, _, link, _)| !link.lag.is_zero() && !link.lag.is_negative());
    let lags = lags.map(|it| of.offending_link(it)).collect();
    Point::counted(RULE.code, lags, of.links().count(), of.integer(RULE.code, "percent"), Lack::Links)
}
