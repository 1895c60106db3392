//! DEP013: a link from the start of one task to the end of another.

use super::{id_from, open_waits};
use crate::model::LinkKind;
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP013", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let services = ctx.kinds(&["support", "decommission"]);
    for wait in open_waits(ctx).filter(|wait| wait.link.kind == LinkKind::StartFinish) {
        let mut id = ctx.text(ctx.model.task(wait.task).id).to_owned();
        match wait.on {
            // Reported already: which task is meant is not known.
            Predecessor::Unknown => continue,
            Predecessor::Task(other) => {
                // A task that waits for itself is DEP002's. And the one honest use of such a link: an old service that
                // must run until the new one starts.
                let is_service = |task| services.contains(ctx.kind(task));
                if other == wait.task || (is_service(other) && is_service(wait.task)) {
                    continue;
                }
                id = id_from(ctx, ctx.model.task(other).plan, wait.task);
            }
            Predecessor::Outside => {}
        }
        out.report(wait.finding(ctx).param("other", wait.name(ctx)).param("id", id));
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn an_old_service_may_run_until_the_new_one_starts() {
        let plan = |old: &str, new: &str| {
            format!(
                "[task]\nnew = {{ title = \"New\", kind = \"{new}\" }}\n\
                 old = {{ title = \"Old\", kind = \"{old}\", depends-on = [\"new SF\"] }}\n"
            )
        };
        assert!(found("DEP013", &plan("decommission", "support")).is_empty());
        assert_eq!(found("DEP013", &plan("support", "rollout")).len(), 1);
        assert_eq!(found("DEP013", &plan("test", "support")).len(), 1);
    }
}
