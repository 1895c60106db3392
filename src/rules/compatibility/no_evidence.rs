//! CMP006: a check of which nobody can see what came out.

use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP006", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let kinds = ctx.catalogue.kinds_where(|kind| kind.counts_as_check);
    for (task, it) in ctx.tasks() {
        if !kinds.contains(ctx.kind(task)) || !ctx.is_leaf(task) {
            continue;
        }
        let result = it.result().map(|result| ctx.text(result).trim()).filter(|result| !result.is_empty());
        match result {
            // An open check has no result yet.
            None if ctx.is_done(task) => out.report(ctx.task_finding(task).variant("no-result")),
            Some(result) if it.evidence().is_empty() && !ctx.is_cancelled(task) => {
                out.report(ctx.task_finding(task).variant("no-evidence").param("value", result));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    #[test]
    fn open_checks_without_result_and_cancelled_ones_are_left_alone() {
        let plan = "\
[task]
a = { title = 'Test SAP', kind = 'compatibility-check' }
b = { title = 'Test CAD', kind = 'compatibility-check', status = 'cancelled', result = 'compatible' }
c = { title = 'Test VPN', kind = 'compatibility-check', status = 'in-progress', result = 'conditional' }
d = { title = 'Test fax', kind = 'test', status = 'done' }
";
        assert_eq!(found(plan), ["CMP006 4:1"]);
    }
}
