//! GAT003: a gate where nobody decides.

use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "GAT003", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    super::report_gates_without(ctx, out, |gate| gate.approver());
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(plan: &str) -> Vec<String> {
        codes(plan).into_iter().filter(|code| code.starts_with("GAT003")).collect()
    }

    #[test]
    fn gates_that_are_over_and_placeholders_are_left_alone() {
        let plan = "[plan]\nname = \"P\"\n[task]\n\
            a = { title = \"Go\", kind = \"gate\", status = \"done\" }\n\
            b = { title = \"Go\", kind = \"go-no-go\", status = \"cancelled\" }\n\
            c = { title = \"Go\", kind = \"approval\", approver = \"TBD\" }\n\
            d = { title = \"Talk\", kind = \"meeting\" }\n";
        assert_eq!(found(plan), Vec::<String>::new());
    }

    #[test]
    fn one_gate_is_named_and_a_plan_without_any_approver_is_one_finding() {
        let one =
            "[plan]\nname = \"P\"\n[task]\na = { title = \"Go\", kind = \"approval\", approver = \" \" }\n";
        assert_eq!(found(one), ["GAT003 4:1"]);
        let two = format!("{one}b = {{ title = \"Go again\", kind = \"gate\" }}\n");
        assert_eq!(found(&two), ["GAT003 1:2"]);
        let used = format!(
            "{two}c = {{ title = \"Went\", kind = \"gate\", status = \"done\", approver = \"mia\" }}\n"
        );
        assert_eq!(found(&used), ["GAT003 4:1", "GAT003 5:1"]);
    }
}
