//! SCH027: management and support, and not work, decides when something happens.

use rustc_hash::FxHashMap;

use crate::model::TaskId;
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink, listed};
use crate::schedule::Driver;

use super::{is_discrete, is_level_of_effort, last_task, with_phases};

pub(super) const RULE: Native = Native { code: "SCH027", check };

/// Support after a change is waited for on purpose.
const AFTERCARE: [&str; 3] = ["hypercare", "floor-support", "early-life-support"];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let aftercare = ctx.kinds(&AFTERCARE);
    // What each task of level of effort holds: the links, all looked at once.
    let mut held: Vec<(TaskId, TaskId, usize)> = Vec::new();
    let mut known: FxHashMap<TaskId, Held> = FxHashMap::default();
    for (task, _) in ctx.open_leaves().filter(|(task, _)| is_discrete(ctx, *task) && !ctx.is_started(*task)) {
        if let Some((effort, link)) = only_effort(ctx, &mut known, task)
            && !aftercare.contains(ctx.kind(effort))
        {
            held.push((effort, task, link));
        }
    }
    held.sort_unstable();
    for of_one in held.chunk_by(|one, other| one.0 == other.0) {
        let Some(&(effort, ..)) = of_one.first() else { continue };
        let drives = of_one.iter().any(|(_, task, _)| matches!(ctx.schedule.driver(*task), Driver::Link(_)));
        let mut finding = ctx
            .task_finding(effort)
            .here("level of effort")
            .param("tasks", listed(of_one.iter().map(|(_, task, _)| ctx.name(*task))));
        if !drives {
            finding = finding.variant("alone");
        }
        for (_, _, link) in of_one.iter().take(3) {
            finding = finding.label(ctx.model.arenas.links[*link].span(), "waits for it");
        }
        out.report(finding);
    }
    for &plan in ctx.plans() {
        let Some(last) = last_task(ctx, plan) else { continue };
        let end = ctx.schedule.early_finish(ctx.model, last);
        for (task, it) in ctx.open_leaves_of(plan) {
            // What only spans others ends with them.
            let is_last = is_level_of_effort(ctx, task)
                && !aftercare.contains(ctx.kind(task))
                && ctx.schedule.is_on_longest_path(task)
                && ctx.schedule.is_reliable(ctx.model, task)
                && it.duration().is_some()
                && ctx.schedule.early_finish(ctx.model, task).map(|it| it.as_finish())
                    > end.map(|it| it.as_finish());
            if is_last {
                let finding = ctx.task_finding(task).variant("last").here("level of effort");
                let finding = finding.param("tasks", ctx.name(last)).label(ctx.place(last), "the last work");
                out.report(finding);
            }
        }
    }
}

/// What holds a task, by its links and those of the phases around it.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Something outside of the plan, or something misspelt, which may be work.
    by_unknown: bool,
    by_work: bool,
    is_work_driving: bool,
    /// The first level of effort, and the link.
    effort: Option<(TaskId, usize)>,
}

impl Held {
    fn with_links(mut self, ctx: &Ctx<'_>, task: TaskId) -> Self {
        let first = ctx.model.first_link(task);
        for link in first..first + ctx.model.links(task).len() {
            let Predecessor::Task(before) = ctx.network.references.likely_predecessor(link) else {
                self.by_unknown = true;
                continue;
            };
            if is_level_of_effort(ctx, before) {
                self.effort = self.effort.or(Some((before, link)));
            } else {
                self.by_work = true;
                self.is_work_driving |= ctx.schedule.is_driving(link);
            }
        }
        self
    }
}

/// The level of effort by which alone a task is held, and the link: it drives the task and no work does; or, where a tool
/// lets it drive nothing, it is all that the task waits for.
fn only_effort(ctx: &Ctx<'_>, known: &mut FxHashMap<TaskId, Held>, task: TaskId) -> Option<(TaskId, usize)> {
    let held = with_phases(ctx, known, task, Held::default(), |held, it| held.with_links(ctx, it));
    let found = match ctx.schedule.driver(task) {
        Driver::Link(link) => {
            let link = link as usize;
            let driver = match ctx.network.references.likely_predecessor(link) {
                Predecessor::Task(before) => before,
                Predecessor::Outside | Predecessor::Unknown => return None,
            };
            let by_effort = Some((driver, link)).filter(|_| is_level_of_effort(ctx, driver));
            // Work that drives it as well decides with it.
            by_effort.filter(|_| !held.is_work_driving)
        }
        // A date of its own holds it, and the link is only for the reader.
        Driver::Date => None,
        _ => held.effort.filter(|_| !held.by_work),
    };
    found.filter(|(before, _)| !held.by_unknown && ctx.is_open(*before))
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    fn plan(tasks: &str) -> Vec<String> {
        found(
            "SCH027",
            &format!(
                "[plan]\nstart = 2026-10-05\n[task]\npm = {{ title = \"PM\", duration = \"30d\", effort = \"level\" }}\na = {{ title = \"A\", duration = \"5d\" }}\n{tasks}\n"
            ),
        )
    }

    #[test]
    fn work_that_waits_for_management_alone() {
        assert_eq!(
            plan("b = { title = \"B\", duration = \"5d\", depends-on = [\"a\", \"pm\"] }"),
            ["SCH027 4:1"]
        );
        assert!(
            plan("b = { title = \"B\", duration = \"40d\", depends-on = [\"a\", \"pm SS\"] }").is_empty(),
            "A drives it"
        );
    }

    #[test]
    fn work_that_ends_with_it_decides_too() {
        let tasks = "w = { title = \"W\", duration = \"30d\" }\nb = { title = \"B\", duration = \"5d\", depends-on = [\"w\", \"pm\"] }";
        assert!(plan(tasks).is_empty());
    }

    #[test]
    fn one_finding_for_all_that_it_drives() {
        let tasks = "b = { title = \"B\", duration = \"5d\", depends-on = \"pm\" }\nc = { title = \"C\", duration = \"5d\", depends-on = \"pm\" }";
        assert_eq!(plan(tasks).len(), 1);
    }

    #[test]
    fn management_that_ends_the_plan() {
        assert_eq!(plan(""), ["SCH027 4:1"]);
        assert!(plan("b = { title = \"B\", duration = \"30d\", depends-on = [\"a\"] }").is_empty());
    }

    #[test]
    fn support_after_a_change_is_waited_for() {
        let tasks = "h = { title = \"H\", kind = \"hypercare\", effort = \"level\", duration = \"40d\" }\nb = { title = \"B\", duration = \"5d\", depends-on = \"h\" }";
        assert!(plan(tasks).is_empty());
        assert!(plan("h = { title = \"H\", kind = \"hypercare\", effort = \"level\", duration = \"90d\" }\nb = { title = \"B\", duration = \"40d\" }").is_empty());
    }

    #[test]
    fn without_a_length_it_spans_and_holds_nothing() {
        let spans = |b: &str| {
            found(
                "SCH027",
                &format!(
                    "[plan]\nstart = 2026-10-05\n[task]\npm = {{ title = \"PM\", effort = \"level\" }}\na = {{ title = \"A\", duration = \"5d\" }}\nb = {{ title = \"B\", duration = \"5d\", depends-on = [{b}] }}\n"
                ),
            )
        };
        assert_eq!(spans("\"pm\""), ["SCH027 4:1"], "nothing else holds it");
        assert!(spans("\"pm\", \"a\"").is_empty());
    }
}
