//! SCH104: too few links of the usual type.

use super::{Assessed, Lack, Limit, Offender, Part, Point, Ratio, judge};
use crate::finding::Finding;
use crate::model::LinkKind;
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "SCH104", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// L of type FS / L. SF is told apart.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let base = of.links().count() as i64;
    let of_kind = |kind: LinkKind| of.links().filter(|(_, _, link, _)| link.kind == kind).count() as i64;
    let limit = Limit::AtLeast(of.integer(RULE.code, "percent"));
    let ratio = Ratio { count: of_kind(LinkKind::FinishStart), base };
    let mut point = Point::new(RULE.code, ratio, limit, Lack::Links);
    let others = of.links().filter(|(_, _, link, _)| link.kind != LinkKind::FinishStart);
    let mut others: Vec<(bool, Offender)> =
        others.map(|it| (it.2.kind != LinkKind::StartFinish, of.offending_link(it))).collect();
    // SF, which hardly anybody means, comes first.
    others.sort_by_key(|(is_usual, _)| *is_usual);
    point.offenders = others.into_iter().map(|(_, it)| it).collect();
    let kinds = [LinkKind::StartStart, LinkKind::FinishFinish, LinkKind::StartFinish];
    let part = |kind: LinkKind| Part {
        name: kind.as_str(),
        ratio: Ratio { count: of_kind(kind), base },
        tasks: Vec::new(),
    };
    point.parts = kinds.map(part).into();
    point
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    let others = point.parts.iter().filter(|part| part.ratio.count > 0);
    let kinds = listed(others.map(|part| format!("{} {}", part.ratio.count, part.name)));
    of.shown_links(point, finding).param("kinds", kinds)
}
