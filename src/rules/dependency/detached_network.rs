//! DEP020: a stream of work that does not lead to the end of its plan.

use super::{Ends, Logic, each_inside, first_ten, logic};
use crate::model::{PlanId, TaskId};
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP020", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let logic = logic(ctx);
    let mut groups = Groups::new(ctx, logic);
    for &plan in ctx.plans() {
        check_plan(ctx, logic, &mut groups, plan, out);
    }
}

fn check_plan(ctx: &Ctx<'_>, logic: &Logic, groups: &mut Groups, plan: PlanId, out: &mut Sink) {
    // Without an end that the plan names, nothing can miss it.
    let Some(finish) = Ends::of(ctx, logic, plan).finish() else { return };
    let goal = groups.of(finish);
    let leaves = ctx.model.tasks_of(plan).map(|(task, _)| task);
    let mut members: Vec<(u32, TaskId)> = leaves
        .filter(|task| ctx.is_leaf(*task) && !ctx.is_cancelled(*task))
        .map(|task| (groups.of(task), task))
        .collect();
    members.sort_unstable();
    let largest = members.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).max().unwrap_or_default();
    for group in members.chunk_by(|a, b| a.0 == b.0) {
        let Some((root, _)) = group.first() else { continue };
        if *root == goal
            // One task alone is DEP008's.
            || group.len() < 2
            // The rest of the plan must be larger: of two equals nobody knows which is the stray one.
            || group.len() >= largest
            // Another plan uses it, or gives to it: its purpose may be there.
            || groups.spans_plans(*root)
            || is_excused(ctx, logic, group)
        {
            continue;
        }
        report(ctx, group, finish, out);
    }
}

fn is_excused(ctx: &Ctx<'_>, logic: &Logic, group: &[(u32, TaskId)]) -> bool {
    let mut is_open = false;
    for &(_, task) in group {
        is_open |= ctx.is_open(task);
        // A stream with a goal of its own is a separate one on purpose.
        let has_own_finish =
            ctx.is_milestone(task) && logic.has_predecessor(task) && !logic.has_successor(task);
        // A link of it that leads nowhere was reported: that may be the one that is missing.
        let first = ctx.model.first_link(task);
        let is_misspelt = (first..first + ctx.model.links(task).len())
            .any(|link| ctx.network.references.likely_predecessor(link) == Predecessor::Unknown);
        if has_own_finish || is_misspelt {
            return true;
        }
    }
    // What is over cannot be led anywhere.
    !is_open
}

fn report(ctx: &Ctx<'_>, group: &[(u32, TaskId)], finish: TaskId, out: &mut Sink) {
    let mut tasks: Vec<TaskId> = group.iter().map(|(_, task)| *task).collect();
    tasks.sort_by_key(|task| ctx.network.graph.node(*task));
    // The last one with a result: nobody waits for a message to be sent.
    let talk = ctx.kinds(&["handover", "closure", "communication"]);
    let with_result = tasks.iter().rev().find(|task| !talk.contains(ctx.kind(**task)));
    let Some(&last) = with_result.or(tasks.last()) else { return };
    let mut finding = ctx
        .task_finding(last)
        .param("count", tasks.len().to_string())
        .param("finish", ctx.name(finish))
        .param("tasks", first_ten(&tasks, |task| ctx.name(*task)))
        .label(ctx.place(finish), "the end of the plan");
    for task in tasks.iter().filter(|task| **task != last).take(super::MOST_SHOWN - 1) {
        finding = finding.label(ctx.place(*task), "linked with it");
    }
    out.report(finding);
}

/// Tasks that are linked with each other in whatever direction, through whatever number of others.
struct Groups {
    leader: Vec<u32>,
    /// For the leader of a group, whether it has tasks of several plans.
    spans: Vec<bool>,
}

impl Groups {
    fn new(ctx: &Ctx<'_>, logic: &Logic) -> Self {
        let count = ctx.model.tasks.len();
        let mut groups = Self { leader: (0..count as u32).collect(), spans: vec![false; count] };
        for number in 0..count {
            let task = TaskId(number as u32);
            let first = ctx.model.first_link(task);
            for link in first..first + ctx.model.links(task).len() {
                if let Predecessor::Task(other) = ctx.network.references.likely_predecessor(link) {
                    groups.join(task, other);
                }
            }
        }
        // A link of a phase is one of everything inside; a phase without links joins nothing.
        each_inside(ctx, |phase, inside| {
            if logic.has_predecessor(phase) || logic.has_successor(phase) {
                groups.join(phase, inside);
            }
        });
        for number in 0..count {
            let task = TaskId(number as u32);
            let root = groups.of(task);
            if ctx.model.task(task).plan != ctx.model.task(TaskId(root)).plan {
                groups.spans[root as usize] = true;
            }
        }
        groups
    }

    fn of(&mut self, task: TaskId) -> u32 {
        let mut at = task.0;
        while self.leader[at as usize] != at {
            let next = self.leader[self.leader[at as usize] as usize];
            self.leader[at as usize] = next;
            at = next;
        }
        at
    }

    fn join(&mut self, one: TaskId, other: TaskId) {
        let (one, other) = (self.of(one), self.of(other));
        self.leader[one.max(other) as usize] = one.min(other);
    }

    fn spans_plans(&self, root: u32) -> bool {
        self.spans[root as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    const MAIN: &str = "[plan]\nname = \"P\"\n[task]\na = { title = \"A\" }\nb = { title = \"B\", depends-on = [\"a\"] }\n\
                        z = { title = \"Z\", milestone = true, depends-on = [\"b\"] }\n";

    fn with(rows: &str) -> Vec<String> {
        found("DEP020", &format!("{MAIN}{rows}"))
    }

    #[test]
    fn a_stray_stream_is_one_finding_at_its_last_task() {
        assert_eq!(
            with("x = { title = \"X\" }\ny = { title = \"Y\", depends-on = [\"x\"] }\n"),
            ["DEP020 8:1"]
        );
        let talk =
            "x = { title = \"X\" }\ny = { title = \"Y\", kind = \"communication\", depends-on = [\"x\"] }\n";
        assert_eq!(with(talk), ["DEP020 7:1"]);
    }

    #[test]
    fn a_stream_with_a_goal_of_its_own_is_separate_on_purpose() {
        let rows = "x = { title = \"X\" }\ny = { title = \"Y\", milestone = true, depends-on = [\"x\"] }\n";
        assert!(with(rows).is_empty());
    }

    #[test]
    fn a_link_of_the_phase_leads_all_of_it_to_the_end() {
        let rows = "p = { title = \"P\", depends-on = [\"a\"] }\nx = { title = \"X\", parent = \"p\" }\n\
                    y = { title = \"Y\", parent = \"p\", depends-on = [\"x\"] }\n";
        assert!(with(rows).is_empty());
    }

    #[test]
    fn a_phase_without_links_leads_nowhere() {
        let rows = "p = { title = \"P\" }\nx = { title = \"X\", parent = \"p\" }\n\
                    y = { title = \"Y\", parent = \"p\", depends-on = [\"x\"] }\n";
        assert_eq!(with(rows), ["DEP020 9:1"]);
    }

    #[test]
    fn a_misspelt_link_may_be_the_missing_one() {
        assert!(
            with("x = { title = \"X\" }\ny = { title = \"Y\", depends-on = [\"x\", \"qqqqqqqq\"] }\n")
                .is_empty()
        );
    }

    #[test]
    fn finished_streams_and_equals_are_left_alone() {
        let done = "x = { title = \"X\", status = \"done\" }\ny = { title = \"Y\", status = \"done\", depends-on = [\"x\"] }\n";
        assert!(with(done).is_empty());
        let equal = "w = { title = \"W\" }\nx = { title = \"X\", depends-on = [\"w\"] }\ny = { title = \"Y\", depends-on = [\"x\"] }\n";
        assert!(with(equal).is_empty());
    }
}
