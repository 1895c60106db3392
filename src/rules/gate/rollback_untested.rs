//! GAT006: a way back that nobody has tried.

use super::coverage::{Before, Coverage};
use super::no_rollback::{is_one_way, ways_back};
use crate::model::{AssetId, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "GAT006", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // Without any way back there is nothing to try: GAT005 asks for one.
    let ways_back = ways_back(ctx).into_iter().filter(|(_, is_given)| *is_given).map(|(change, _)| change);
    let changes: Vec<TaskId> = ways_back.filter(|change| !is_one_way(ctx, *change)).collect();
    let kinds = ctx.kinds(&["rollback-test", "rehearsal", "cutover-rehearsal"]);
    let tests = Coverage::new(ctx, &kinds, |task| vec![task.covers()]);
    let mut untried: Vec<(TaskId, Option<AssetId>)> = Vec::new();
    for (change, is_tried) in changes.iter().zip(tests.any_before(ctx, Before::Linked, &changes)) {
        match ctx.scope(*change) {
            _ if is_tried => {}
            [] => untried.push((*change, None)),
            scope => untried.extend(scope.iter().map(|asset| (*change, Some(*asset)))),
        }
    }
    ctx.first_to_lack(&mut untried);
    untried.dedup_by_key(|(change, _)| *change);
    for (change, _) in untried {
        out.report(ctx.task_finding(change));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(tasks: &str) -> Vec<String> {
        let plan = format!(
            "[plan]\nname = \"P\"\n[asset]\nall = {{ members = [\"one\", \"all\"] }}\none = {{}}\ntwo = {{}}\n[task]\n{tasks}"
        );
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT006")).collect()
    }

    #[test]
    fn a_test_counts_for_everything_or_for_what_it_covers() {
        let tasks = "t = { title = \"Try\", kind = \"rehearsal\", covers = \"all\" }\n\
            a = { title = \"A\", kind = \"upgrade\", rollback = \"x\", affects = \"one\", depends-on = \"t SS\" }\n\
            b = { title = \"B\", kind = \"upgrade\", rollback = \"x\", affects = \"two\", depends-on = \"t\" }\n\
            c = { title = \"C\", kind = \"upgrade\", rollback = \"x\", depends-on = \"t\" }\n\
            d = { title = \"D\", kind = \"pilot\", rollback = \"x\" }\n";
        assert_eq!(found(tasks), ["GAT006 10:1", "GAT006 12:1"]);
        assert_eq!(found(&tasks.replace(", covers = \"all\"", "")), ["GAT006 12:1"]);
    }

    #[test]
    fn a_change_without_a_way_back_has_nothing_to_try() {
        let tasks = "a = { title = \"A\", kind = \"upgrade\" }\n\
            b = { title = \"B\", kind = \"decommission\", rollback = \"x\", reversible = false, approved-by = \"Board of all\" }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
    }
}
