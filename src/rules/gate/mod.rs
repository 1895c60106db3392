//! GAT: is there a way back?

mod around;
mod bypassed;
mod decommission_too_soon;
mod friday_change;
mod nearest_gates;
mod no_go_live_gate;
mod no_handover;
mod passed_with_open_work;
mod rollback_does_not_fit;

use super::{Ctx, Native};
use crate::catalogue::{Kind, KindSet};
use crate::model::TaskId;

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    no_go_live_gate::RULE,
    bypassed::RULE,
    friday_change::RULE,
    no_handover::RULE,
    passed_with_open_work::RULE,
    decommission_too_soon::RULE,
    rollback_does_not_fit::RULE,
];

/// Kinds of work at which somebody says go.
const GATES: [&str; 3] = ["gate", "go-no-go", "approval"];

/// Kinds of work that show whether a change has worked, with the words that single fields have for them.
const VERIFICATIONS: [&str; 8] = [
    "verification",
    "smoke-test",
    "acceptance",
    "reconciliation",
    "process-sign-off",
    "payroll-comparison",
    "performance-comparison",
    "backup-verification",
];

/// Kinds of work that help the users after a change, with the words that single fields have for them.
const SUPPORT: [&str; 4] = ["support", "hypercare", "floor-support", "early-life-support"];

/// Kinds of work after which an old system is gone.
const DECOMMISSIONS: [&str; 3] = ["decommission", "source-decommission", "retirement"];

/// Whether a kind is called by a word, or by a word of its field and this one: `payroll-go-live`.
fn is_called(kind: &Kind, word: &str) -> bool {
    kind.name.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with('-'))
}

/// The kinds of work with which a new system begins its real work.
fn go_lives(ctx: &Ctx<'_>) -> KindSet {
    ctx.catalogue.kinds_where(|kind| is_called(kind, "go-live"))
}

/// The tasks of some kinds in all plans that were not dropped: done work counts for those who waited for it.
fn of_kinds<'a>(ctx: &'a Ctx<'_>, kinds: &'a KindSet) -> impl Iterator<Item = TaskId> + 'a {
    let tasks = (0..ctx.model.tasks.len() as u32).map(TaskId);
    tasks.filter(|task| kinds.contains(ctx.kind(*task)) && !ctx.is_cancelled(*task))
}

/// The rules of the family that are written in the catalogue: what they find, and what they leave alone.
#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(code: &str, tasks: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[task]\n{tasks}");
        codes(&plan).into_iter().filter(|it| it.starts_with(code)).collect()
    }

    #[test]
    fn gates_that_are_over_and_placeholders_are_left_alone() {
        let tasks = "a = { title = \"Go\", kind = \"gate\", status = \"done\" }\n\
            b = { title = \"Go\", kind = \"go-no-go\", status = \"cancelled\" }\n\
            c = { title = \"Go\", kind = \"approval\", approver = \"TBD\" }\n\
            d = { title = \"Talk\", kind = \"meeting\" }\n";
        assert_eq!(found("GAT003", tasks), Vec::<String>::new());
    }

    #[test]
    fn gates_are_named_and_a_plan_where_none_of_five_says_anything_is_one_finding() {
        let gate =
            |id: &str, rest: &str| format!("{id} = {{ title = \"Go {id}\", kind = \"gate\"{rest} }}\n");
        for (code, field) in [("GAT003", "approver"), ("GAT004", "criteria")] {
            let blank = gate("a", &format!(", {field} = \" \""));
            assert_eq!(found(code, &blank), [format!("{code} 4:1")]);
            assert_eq!(found(code, &gate("a", &format!(", {field} = []"))), [format!("{code} 4:1")]);
            let four: String = ["b", "c", "d", "e"].iter().map(|id| gate(id, "")).collect();
            assert_eq!(found(code, &four).len(), 4);
            assert_eq!(found(code, &format!("{blank}{four}")), [format!("{code} 1:2")]);
            let used = format!("{four}{}", gate("f", &format!(", {field} = \"mia\"")));
            assert_eq!(found(code, &used).len(), 4, "{code}");
        }
    }

    const ASSETS: &str =
        "[asset]\nold = {}\nnew = {}\none = {}\ntwo = {}\nall = { members = [\"one\", \"all\"] }\n";

    #[test]
    fn a_way_back_is_written_at_the_change_or_in_a_task_that_is_finished_before_it() {
        let plan = |tasks: &str| found("GAT005", &format!("{tasks}{ASSETS}"));
        for own in ["rollback = \"x\"", "rollback = { takes = \"2h\" }", "rollback = \"TBD\""] {
            assert_eq!(
                plan(&format!("a = {{ title = \"A\", kind = \"upgrade\", {own} }}\n")),
                Vec::<String>::new()
            );
        }
        let tasks = "w = { title = \"W\", kind = \"rollback-plan\", covers = \"new\" }\n\
            a = { title = \"A\", kind = \"upgrade\", affects = \"old\", depends-on = \"w\" }\n\
            b = { title = \"B\", kind = \"upgrade\", affects = \"new\", depends-on = \"w\" }\n\
            c = { title = \"C\", kind = \"upgrade\", depends-on = \"w\" }\n\
            d = { title = \"D\", kind = \"pilot\", affects = \"new\", depends-on = \"w SS\" }\n\
            e = { title = \"E\", kind = \"upgrade\", affects = \"old\", depends-on = \"a\" }\n";
        assert_eq!(plan(tasks), ["GAT005 5:1", "GAT005 8:1", "GAT005 9:1"], "each, also behind another");
        let all: String =
            (0..5).map(|n| format!("t{n} = {{ title = \"T{n}\", kind = \"upgrade\" }}\n")).collect();
        assert_eq!(plan(&all), ["GAT005 1:2"]);
        assert_eq!(plan(&all.replace(" }", ", status = \"done\" }")), Vec::<String>::new());
    }

    #[test]
    fn one_way_on_purpose_wants_approval_and_plan_b() {
        let one = "a = { title = \"A\", kind = \"decommission\", affects = \"old\", reversible = false";
        let plan = |more: &str, risk: &str| found("GAT005", &format!("{one}{more} }}\n{ASSETS}{risk}"));
        let risk = "[risk]\nr = { title = \"R\", affects = \"old\", contingency = \"Restore\" }\n";
        assert_eq!(plan("", risk), ["GAT005 4:1"]);
        let approved = ", approved-by = \"Board of directors\"";
        assert_eq!(plan(approved, ""), ["GAT005 4:1"]);
        assert_eq!(plan(approved, risk), Vec::<String>::new());
        assert_eq!(plan(approved, &risk.replace("Restore", " ")), ["GAT005 4:1"]);
        assert_eq!(plan(approved, &risk.replace("\"R\"", "\"R\", status = \"closed\"")), ["GAT005 4:1"]);
        let of_all = risk.replace("affects = \"old\"", "scope = \"plan\"");
        assert_eq!(plan(approved, &of_all), Vec::<String>::new());
        assert_eq!(found("GAT006", &format!("{one}{approved}, rollback = \"x\" }}\n")), Vec::<String>::new());
    }

    #[test]
    fn a_test_of_the_way_back_counts_for_everything_or_for_what_it_covers() {
        let plan = |tasks: &str| found("GAT006", &format!("{tasks}{ASSETS}"));
        let tasks = "t = { title = \"Try\", kind = \"rehearsal\", covers = \"all\" }\n\
            a = { title = \"A\", kind = \"upgrade\", rollback = \"x\", affects = \"one\", depends-on = \"t SS\" }\n\
            b = { title = \"B\", kind = \"upgrade\", rollback = \"x\", affects = \"two\", depends-on = \"t\" }\n\
            c = { title = \"C\", kind = \"upgrade\", rollback = \"x\", depends-on = \"t\" }\n\
            d = { title = \"D\", kind = \"pilot\", rollback = \"x\" }\n\
            e = { title = \"E\", kind = \"upgrade\", rollback = \"x\", affects = \"two\", depends-on = \"b\" }\n\
            f = { title = \"F\", kind = \"upgrade\", rollback = \"x\", affects = \"old\", depends-on = \"b\" }\n";
        assert_eq!(plan(tasks), ["GAT006 6:1", "GAT006 8:1"], "no test of two and old: one gap");
        assert_eq!(plan(&tasks.replace(", covers = \"all\"", "")), ["GAT006 8:1"]);
        assert_eq!(plan("a = { title = \"A\", kind = \"upgrade\" }\n"), Vec::<String>::new());
    }

    const DATA: &str = "[asset]\n\
        db = { kind = \"database\" }\n\
        web = { kind = \"server\", stateless = true }\n\
        pcs = { kind = \"device-fleet\", user-data = \"cloud\" }\n\
        empty = { kind = \"storage\", data = \"none\" }\n\
        app = { kind = \"application\" }\n\
        group = { kind = \"server\", members = [\"db\", \"web\"] }\n";

    #[test]
    fn what_holds_data_needs_a_copy_by_name_by_group_or_for_everything() {
        let plan = |tasks: &str| found("GAT007", &format!("{tasks}\n{DATA}"));
        let tasks =
            "a = { title = \"A\", kind = \"upgrade\", affects = [\"web\", \"pcs\", \"empty\", \"app\"] }";
        assert_eq!(plan(tasks), Vec::<String>::new());
        assert_eq!(plan(&tasks.replace("web", "db")), ["GAT007 4:1"]);
        assert_eq!(plan("a = { title = \"A\", kind = \"upgrade\" }"), Vec::<String>::new());
        for named in ["covers = \"db\"", "affects = \"db\"", "covers = \"group\"", "site = []"] {
            let tasks = format!(
                "b = {{ title = \"B\", kind = \"snapshot\", {named} }}\n\
                a = {{ title = \"A\", kind = \"pilot\", affects = [\"db\", \"group\"], depends-on = \"b\" }}"
            );
            assert_eq!(plan(&tasks), Vec::<String>::new(), "{named}");
            assert_eq!(plan(&tasks.replace("\"b\" }", "\"b SS\" }")), ["GAT007 5:1"], "{named}");
        }
        let other = "b = { title = \"B\", kind = \"backup\", covers = \"web\" }\n\
            c = { title = \"C\", kind = \"backup\", status = \"cancelled\" }\n\
            a = { title = \"A\", kind = \"upgrade\", affects = \"group\", depends-on = [\"b\", \"c\"] }";
        assert_eq!(plan(other), ["GAT007 6:1"]);
    }

    #[test]
    fn after_a_change_somebody_checks_by_any_link_and_a_pilot_is_itself_the_test() {
        let dropped = "a = { title = \"Move\", kind = \"migration\" }\n\
            b = { title = \"Look\", kind = \"verification\", status = \"cancelled\", depends-on = [\"a\"] }\n";
        assert_eq!(found("GAT008", dropped), ["GAT008 4:1"]);
        let helped = "a = { title = \"Move\", kind = \"migration\" }\n\
            b = { title = \"Help\", kind = \"floor-support\", depends-on = [\"a SS\"] }\n\
            c = { title = \"Try\", kind = \"pilot\" }\n";
        assert_eq!(found("GAT008", helped), Vec::<String>::new());
    }
}
