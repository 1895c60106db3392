//! GAT008: a change after which nobody checks whether it worked.

use super::{SUPPORT, VERIFICATIONS, of_kinds};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "GAT008", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // Who helps the users on the first days hears what does not work; plain `support` may be anything.
    let names: Vec<&str> =
        VERIFICATIONS.into_iter().chain(SUPPORT).filter(|name| *name != "support").collect();
    let kinds = ctx.kinds(&names);
    let checked = ctx.network.graph.downstream(of_kinds(ctx, &kinds).map(|task| (task, 1)));
    for change in ctx.changes().filter(|change| !checked.is_at(*change)) {
        out.report(ctx.task_finding(change));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(tasks: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[task]\n{tasks}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT008")).collect()
    }

    #[test]
    fn a_check_that_was_dropped_is_none() {
        let tasks = "a = { title = \"Move\", kind = \"migration\" }\n\
            b = { title = \"Look\", kind = \"verification\", status = \"cancelled\", depends-on = [\"a\"] }\n";
        assert_eq!(found(tasks), ["GAT008 4:1"]);
    }

    #[test]
    fn any_link_will_do_and_a_pilot_is_itself_the_test() {
        let tasks = "a = { title = \"Move\", kind = \"migration\" }\n\
            b = { title = \"Help\", kind = \"floor-support\", depends-on = [\"a SS\"] }\n\
            c = { title = \"Try\", kind = \"pilot\" }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
    }
}
