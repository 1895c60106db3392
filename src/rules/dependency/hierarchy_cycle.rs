//! DEP003: circles that go through a phase, links between a phase and its own tasks, and phases inside themselves.

use super::{arrows, circle, open_waits};
use crate::network::KnotKind;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "DEP003", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    parents(ctx, out);
    own_phases(ctx, out);
    for knot in ctx.network.knots.iter().filter(|knot| knot.kind == KnotKind::Hierarchy) {
        let is_judged = knot.tasks.iter().any(|task| ctx.judges(*task));
        if let Some((finding, _)) = circle(ctx, knot).filter(|_| is_judged) {
            out.report(finding);
        }
    }
}

/// Tasks that are inside themselves.
fn parents(ctx: &Ctx<'_>, out: &mut Sink) {
    for members in &ctx.network.hierarchy.loops {
        let mut members = members.clone();
        // The circle begins with whichever task is written first, wherever the search met it.
        let first = members.iter().enumerate().min_by_key(|(_, task)| **task).map_or(0, |(at, _)| at);
        members.rotate_left(first);
        let Some(&task) = members.first().filter(|task| ctx.judges(**task)) else { continue };
        let place = |task| ctx.model.task(task).parent().map_or(ctx.place(task), |parent| parent.span());
        let id = |task| ctx.model.id(entity(task)).to_owned();
        let path = arrows(&members, |task| id(*task), id(task));
        let mut finding = ctx.finding_at(entity(task), place(task)).variant("parent").param("path", path);
        for member in members.iter().skip(1).take(super::MOST_SHOWN) {
            finding = finding.label(place(*member), format!("what {} is inside of", id(*member)));
        }
        out.report(finding);
    }
}

/// Links between a task and a phase around it.
fn own_phases(ctx: &Ctx<'_>, out: &mut Sink) {
    let hierarchy = &ctx.network.hierarchy;
    for wait in open_waits(ctx) {
        let Some(other) = wait.predecessor() else { continue };
        let variant = match () {
            () if hierarchy.is_inside(wait.task, other) => "own-phase",
            () if hierarchy.is_inside(other, wait.task) => "own-part",
            () => continue,
        };
        out.report(wait.finding(ctx).variant(variant).param("other", ctx.name(other)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn a_phase_inside_itself_is_reported_once_at_the_first_of_its_circle() {
        let plan = "[task]\na = { title = \"A\", parent = \"c\" }\nb = { title = \"B\", parent = \"a\" }\n\
                    c = { title = \"C\", parent = \"b\" }\n";
        assert_eq!(found("DEP003", plan), ["DEP003 2:30"]);
    }

    #[test]
    fn a_phase_cannot_wait_for_what_is_deep_inside_it() {
        let plan = "[task]\np = { title = \"P\", depends-on = [\"x\"] }\nq = { title = \"Q\", parent = \"p\" }\n\
                    x = { title = \"X\", parent = \"q\" }\n";
        assert_eq!(found("DEP003", plan), ["DEP003 2:35"]);
    }

    #[test]
    fn two_phases_that_wait_for_each_other_over_their_tasks_are_one_circle() {
        let plan = "[task]\np = { title = \"P\" }\nq = { title = \"Q\", depends-on = [\"p\"] }\n\
                    a = { title = \"A\", parent = \"p\", depends-on = [\"b\"] }\nb = { title = \"B\", parent = \"q\" }\n";
        assert_eq!(found("DEP003", plan).len(), 1);
        assert!(found("DEP001", plan).is_empty());
    }
}
