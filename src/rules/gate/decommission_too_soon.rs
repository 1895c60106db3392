//! GAT012: an old system that is switched off before the new one has proved itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;

use super::{DECOMMISSIONS, SUPPORT, VERIFICATIONS, of_kinds};
use crate::model::{AssetId, TaskId};
use crate::rules::facts::scope_of;
use crate::rules::{Ctx, Native, Sink, counted, entity};

pub(super) const RULE: Native = Native { code: "GAT012", check };

/// How many changes are looked at, 64 in one pass: a plan with more switches off so much that nobody reads on.
const MOST: usize = 64 * 64;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let off = ctx.kinds(&DECOMMISSIONS);
    let is_off = |task: &TaskId| off.contains(ctx.kind(*task));
    let mut decommissions_of: BTreeMap<AssetId, Vec<TaskId>> = BTreeMap::new();
    for decommission in ctx.changes().filter(is_off) {
        for asset in ctx.scope(decommission) {
            decommissions_of.entry(*asset).or_default().push(decommission);
        }
    }
    // What replaces the asset is another change of it; a pilot replaces nothing.
    let mut replaced_by: BTreeMap<TaskId, BTreeSet<TaskId>> = BTreeMap::new();
    let production = ctx.catalogue.kinds_where(|kind| kind.touches_production);
    if decommissions_of.is_empty() {
        return;
    }
    for change in of_kinds(ctx, &production).filter(|it| !is_off(it)) {
        // A change that is done has replaced it all the same.
        for asset in scope_of(ctx.model, ctx.network, change) {
            if let Some(decommissions) = decommissions_of.get(&asset) {
                replaced_by.entry(change).or_default().extend(decommissions);
            }
        }
    }
    let graph = &ctx.network.graph;
    let names: Vec<&str> =
        VERIFICATIONS.into_iter().chain(SUPPORT).filter(|name| *name != "support").collect();
    let checks: Vec<TaskId> = of_kinds(ctx, &ctx.kinds(&names)).collect();
    let mut states: BTreeMap<TaskId, Vec<State>> = BTreeMap::new();
    let replaced_by: Vec<(TaskId, BTreeSet<TaskId>)> = replaced_by.into_iter().take(MOST).collect();
    for batch in replaced_by.chunks(64) {
        let after = graph.upstream(batch.iter().enumerate().map(|(bit, (change, _))| (*change, 1 << bit)));
        let checked = graph.upstream(checks.iter().map(|check| (*check, after.at(*check))));
        let mut first_check: Vec<Option<TaskId>> = vec![None; batch.len()];
        for check in &checks {
            let mut marks = after.at(*check);
            while marks != 0 {
                first_check[marks.trailing_zeros() as usize].get_or_insert(*check);
                marks &= marks - 1;
            }
        }
        for (bit, (change, decommissions)) in batch.iter().enumerate() {
            for decommission in decommissions.iter().filter(|it| after.at(**it) & 1 << bit != 0) {
                let is_checked = checked.at(*decommission) & 1 << bit != 0;
                let state = State { change: *change, is_checked, check: first_check[bit] };
                states.entry(*decommission).or_default().push(state);
            }
        }
    }
    for (decommission, states) in states {
        too_soon(ctx, out, decommission, &states);
        unverified(ctx, out, decommission, &states);
    }
}

/// A change before a decommission that replaces what goes.
struct State {
    change: TaskId,
    /// Whether a check of it comes before the decommission.
    is_checked: bool,
    /// A check of it.
    check: Option<TaskId>,
}

/// The old system must stay for some days after the last of the changes that replace it, by the dates that are known.
fn too_soon(ctx: &Ctx<'_>, out: &mut Sink, decommission: TaskId, states: &[State]) {
    let plan = ctx.model.task(decommission).plan;
    let Some(start) = ctx.start(decommission) else { return };
    let ended = states.iter().filter_map(|it| Some((ctx.finish(it.change)?, it.change)));
    let Some((finish, change)) = ended.max_by_key(|(finish, change)| (finish.value.date, *change)) else {
        return;
    };
    let days = ctx.integer(plan, "days");
    let gap = ctx.schedule.days_between(plan, finish.value.date.saturating_add(1.day()), start.value.date);
    if gap >= days {
        return;
    }
    let finding = ctx.finding_at(entity(decommission), start.span).label(finish.span, "the new one is there");
    let finding = finding.param("start", start.value.date.to_string()).param("change", ctx.name(change));
    let finding = finding.param("days", days.to_string());
    out.report(match start.value.date <= finish.value.date {
        true => finding.variant("overlap").param("finish", finish.value.date.to_string()),
        false => finding.param("gap", counted(gap, "working day", "working days")),
    });
}

/// Somebody must have seen that the new one works.
fn unverified(ctx: &Ctx<'_>, out: &mut Sink, decommission: TaskId, states: &[State]) {
    let Some(state) = states.iter().find(|it| !it.is_checked) else { return };
    let finding = ctx.task_finding(decommission).subject("unverified");
    let finding = finding.param("change", ctx.name(state.change));
    out.report(match state.check {
        Some(check) => finding
            .variant("unverified")
            .label(ctx.place(check), "shows whether it worked")
            .param("check", ctx.name(check)),
        None => finding.variant("no-check"),
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(tasks: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[asset]\nold = {{}}\nother = {{}}\n[task]\n{tasks}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT012")).collect()
    }

    const MOVED: &str = "m = { title = \"M\", kind = \"migration\", affects = \"old\", finish = 2026-10-30 }\n\
        v = { title = \"V\", kind = \"verification\", depends-on = \"m\" }\n";

    #[test]
    fn ten_working_days_lie_between() {
        let plan = |start: &str| {
            found(&format!(
                "{MOVED}d = {{ title = \"D\", kind = \"decommission\", affects = \"old\", start = {start}, depends-on = \"v\" }}\n"
            ))
        };
        assert_eq!(plan("2026-11-16"), Vec::<String>::new());
        assert_eq!(plan("2026-11-13"), ["GAT012 9:68"]);
        assert_eq!(plan("2026-10-28"), ["GAT012 9:68"]);
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let plan = |lag: u32| {
            found(&format!(
                "m = {{ title = \"M\", kind = \"migration\", affects = \"old\", start = 2026-10-26, duration = \"5d\" }}\n\
                 v = {{ title = \"V\", kind = \"verification\", duration = \"2d\", depends-on = \"m\" }}\n\
                 d = {{ title = \"D\", kind = \"decommission\", affects = \"old\", duration = \"1d\", depends-on = \"v FS+{lag}d\" }}\n"
            ))
        };
        assert_eq!(plan(8), Vec::<String>::new(), "two days of looking and eight of waiting");
        assert_eq!(plan(7), ["GAT012 9:1"]);
    }

    #[test]
    fn it_waits_for_a_check_of_what_replaces_it() {
        let plan = |link: &str| {
            found(&format!(
                "{MOVED}d = {{ title = \"D\", kind = \"decommission\", affects = \"old\", depends-on = \"{link}\" }}\n"
            ))
        };
        assert_eq!(plan("v"), Vec::<String>::new());
        assert_eq!(plan("m"), ["GAT012 9:1"]);
    }

    #[test]
    fn without_a_change_that_replaces_it_nothing_is_known() {
        let other = MOVED.replace("\"old\"", "\"other\"");
        let off = "d = { title = \"D\", kind = \"decommission\", affects = \"old\", start = 2026-11-02, depends-on = \"m\" }\n";
        assert_eq!(found(&format!("{other}{off}")), Vec::<String>::new());
        let pilot = MOVED.replace("migration", "pilot");
        assert_eq!(found(&format!("{pilot}{off}")), Vec::<String>::new());
        let unlinked = off.replace(", depends-on = \"m\"", "");
        assert_eq!(found(&format!("{MOVED}{unlinked}")), Vec::<String>::new());
    }
}
