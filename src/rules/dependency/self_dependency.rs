//! DEP002: a task that waits for itself.

use super::{Wait, waits, without};
use crate::finding::Fix;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "DEP002", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (task, _) in ctx.tasks() {
        let own: Vec<Wait<'_>> = waits(ctx, task).filter(|wait| wait.predecessor() == Some(task)).collect();
        // Each of several links is a finding; one fix for all takes them out together.
        const MOST: usize = 100;
        for wait in &own {
            let finding = ctx.finding_at(entity(task), wait.link.span());
            let links = match own.len() <= MOST {
                true => &own[..],
                false => std::slice::from_ref(wait),
            };
            let fix = Fix::safe(if links.len() == 1 { "Remove the link" } else { "Remove the links" });
            out.report(finding.fix(without(fix, links.iter().map(|wait| wait.link))));
        }
    }
}
