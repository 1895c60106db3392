//! SCH102: links with a lead.

use super::{Assessed, Lack, Point, judge};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH102", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, |of, point, finding| of.shown_links(point, finding));
}

/// L with lag < 0 / L.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let leads = of.links().filter(|(_, _, link, _)| link.lag.is_negative());
    let leads = leads.map(|it| of.offending_link(it)).collect();
    Point::counted(RULE.code, leads, of.links().count(), 0, Lack::Links)
}
