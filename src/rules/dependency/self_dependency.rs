//! DEP002: a task that waits for itself.

use crate::finding::Fix;
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP002", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    for (task, _) in ctx.tasks() {
        let first = ctx.model.first_link(task);
        for (offset, link) in ctx.model.links(task).iter().enumerate() {
            if ctx.network.references.predecessor(first + offset) == Predecessor::Task(task) {
                let finding = ctx.finding_at(crate::rules::entity(task), link.span());
                out.report(finding.fix(Fix::safe("Remove the link").take_out(link.span(), "depends-on")));
            }
        }
    }
}
