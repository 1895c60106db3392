//! GAT004: a gate without anything to decide on.

use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "GAT004", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    super::report_gates_without(ctx, out, |gate| gate.criteria());
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn a_plan_without_any_criteria_is_one_finding() {
        let plan = "[plan]\nname = \"P\"\n[task]\n\
            a = { title = \"Go\", kind = \"gate\", approver = \"mia\" }\n\
            b = { title = \"Go again\", kind = \"approval\", approver = \"mia\", criteria = [] }\n";
        let found: Vec<String> = codes(plan).into_iter().filter(|code| code.starts_with("GAT004")).collect();
        assert_eq!(found, ["GAT004 1:2"]);
    }
}
