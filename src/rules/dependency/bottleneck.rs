//! DEP019: one task that every way to the end of the plan goes through.
//!
//! Among the nodes from which the end can be reached, in topological order, a node is on every way exactly when no step
//! leads from before it to behind it: from the jumped-to node the end can be reached without it, and the node jumped from
//! can be reached without it. So one look at each step answers it for all tasks.

use super::{Ends, gates, logic};
use crate::model::{PlanId, TaskId};
use crate::network::Node;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "DEP019", check };

/// What is known of a node of the plan that is looked at.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// Open work, or a phase that something open leads through.
    is_live: bool,
    /// Something open comes before it.
    is_entered: bool,
    /// The end can be reached from it.
    reaches_end: bool,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let logic = logic(ctx);
    let mut marks = vec![Mark::default(); ctx.network.graph.len()];
    for &plan in ctx.plans() {
        let finish = Ends::of(ctx, logic, plan).finish();
        if let Some(finish) = finish.filter(|finish| ctx.is_open(*finish)) {
            check_plan(ctx, plan, finish, &mut marks, out);
        }
    }
}

fn check_plan(ctx: &Ctx<'_>, plan: PlanId, finish: TaskId, marks: &mut [Mark], out: &mut Sink) {
    let graph = &ctx.network.graph;
    let mut nodes: Vec<Node> =
        ctx.model.tasks_of(plan).flat_map(|(task, _)| [graph.node(task), graph.node_behind(task)]).collect();
    nodes.sort_unstable();
    nodes.dedup();
    let is_own = |node: Node| ctx.model.task(graph.task(node)).plan == plan;

    for &node in &nodes {
        let task = graph.task(node);
        // A phase in which nothing is waited for is no way in: its tasks begin where their own links say.
        let is_live = if ctx.is_leaf(task) { ctx.is_open(task) } else { marks[node.index()].is_entered };
        marks[node.index()].is_live = is_live;
        if is_live {
            for edge in graph.edges(node).filter(|edge| is_own(edge.to)) {
                marks[edge.to.index()].is_entered = true;
            }
        }
    }
    marks[graph.node(finish).index()].reaches_end = true;
    for &node in nodes.iter().rev() {
        let leads_on = graph.edges(node).any(|edge| is_own(edge.to) && marks[edge.to.index()].reaches_end);
        let mark = &mut marks[node.index()];
        mark.reaches_end = mark.is_live && (mark.reaches_end || leads_on);
    }

    let gates = gates(ctx);
    let on_the_way = || nodes.iter().copied().filter(|node| marks[node.index()].reaches_end);
    let beginnings = on_the_way().filter(|node| !marks[node.index()].is_entered);
    let mut furthest = beginnings.max().unwrap_or(Node(0));
    let mut circles = graph.circles().iter().peekable();
    for node in on_the_way() {
        while circles.next_if(|(_, end)| *end <= node.0).is_some() {}
        let is_in_circle = circles.peek().is_some_and(|(start, _)| *start <= node.0);
        let task = graph.task(node);
        let has_work = ctx.model.task(task).duration().is_some_and(|it| !it.value.is_zero());
        if furthest <= node
            && !is_in_circle
            && task != finish
            && ctx.is_leaf(task)
            // What takes no time cannot slip by itself, and gates are there for everything to pass.
            && has_work
            && !ctx.is_milestone(task)
            && !gates.contains(ctx.kind(task))
        {
            out.report(ctx.task_finding(task).label(ctx.place(finish), "the end of the plan"));
        }
        let steps = graph.edges(node).map(|edge| edge.to);
        let onward = steps.filter(|to| is_own(*to) && marks[to.index()].reaches_end).max();
        furthest = furthest.max(onward.unwrap_or(furthest));
    }
    for node in nodes {
        marks[node.index()] = Mark::default();
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn work_that_is_done_closes_no_way() {
        let plan = |status: &str| {
            format!(
                "[task]\na = {{ title = \"A\", duration = \"1d\", status = \"{status}\" }}\n\
                 b = {{ title = \"B\", duration = \"1d\", depends-on = [\"a\"] }}\n\
                 c = {{ title = \"C\", duration = \"1d\", depends-on = [\"a\"] }}\n\
                 z = {{ title = \"Z\", milestone = true, depends-on = [\"b\", \"c\"] }}\n"
            )
        };
        assert_eq!(found("DEP019", &plan("planned")), ["DEP019 2:1"]);
        assert!(found("DEP019", &plan("done")).is_empty());
    }

    #[test]
    fn a_chain_inside_a_phase_without_links_has_no_way_around() {
        let plan = "[task]\np = { title = \"P\" }\na = { title = \"A\", duration = \"1d\", parent = \"p\" }\n\
                    b = { title = \"B\", duration = \"1d\", parent = \"p\", depends-on = [\"a\"] }\n\
                    z = { title = \"Z\", milestone = true, depends-on = [\"b\"] }\n";
        assert_eq!(found("DEP019", plan), ["DEP019 3:1", "DEP019 4:1"]);
    }
}
