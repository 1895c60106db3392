//! CMP010: things of which nobody says which version runs today.

use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP010", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let has_version =
        |asset| matches!(super::kind(ctx, asset), "application" | "database" | "server" | "interface");
    super::report_unstated(ctx, out, has_version, |asset| {
        asset.version().is_some_and(|version| !ctx.text(version).trim().is_empty())
    });
}
