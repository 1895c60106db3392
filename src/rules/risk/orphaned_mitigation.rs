//! RSK017: work against a risk that no risk names.

use crate::catalogue::KindId;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "RSK017", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let kind = ctx.catalogue.kind("mitigation");
    if kind == KindId::NONE || !ctx.open_leaves().any(|(task, _)| ctx.kind(task) == kind) {
        return;
    }
    // Closed risks count too: RSK015 asks about their work.
    let mut is_named = vec![false; ctx.model.tasks.len()];
    for risk in &ctx.model.risks {
        for reference in ctx.network.references.list(risk.mitigations()) {
            if let Some(task) = reference.task() {
                is_named[task.index()] = true;
            }
        }
    }
    for (task, _) in ctx.open_leaves().filter(|(task, _)| ctx.kind(*task) == kind) {
        // A risk that names the phase names what is inside.
        let is_inside_named = || ctx.network.hierarchy.ancestors(task).any(|phase| is_named[phase.index()]);
        // A risk that misspells it is PLN007's.
        let is_meant = || ctx.network.references.is_probably_meant(entity(task));
        if !is_named[task.index()] && !is_inside_named() && !is_meant() {
            out.report(ctx.task_finding(task));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::risk::places;

    #[test]
    fn named_itself_by_its_phase_or_misspelt() {
        let found = |named: &str, status: &str| {
            places(
                "RSK017",
                &format!(
                    "[plan]\n[task]\nphase = {{ title = \"P\", kind = \"mitigation\" }}\n\
                     spare-parts = {{ title = \"S\", kind = \"mitigation\", parent = \"phase\", status = \"{status}\" }}\n\
                     [risk]\nr = {{ title = \"R\", mitigations = [\"{named}\"] }}\n"
                ),
            )
        };
        assert!(found("spare-parts", "planned").is_empty());
        assert!(found("spare-part", "planned").is_empty());
        assert!(found("phase", "planned").is_empty());
        assert_eq!(found("something-else", "planned"), ["4:1"]);
        assert!(found("something-else", "done").is_empty());
        assert!(found("something-else", "cancelled").is_empty());
    }
}
