//! DEP007: a link to or from a phase.

use rustc_hash::FxHashMap;

use super::{Wait, first_ten, open_waits};
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink, entity};
use crate::source::Format;

pub(super) const RULE: Native = Native { code: "DEP007", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // The phases in the order in which their first link is written, each with all its links.
    let mut phases: Vec<(TaskId, Vec<Wait<'_>>)> = Vec::new();
    let mut place: FxHashMap<TaskId, usize> = FxHashMap::default();
    for wait in open_waits(ctx) {
        let Some(other) = wait.predecessor() else { continue };
        // In P6 the phases are levels of the breakdown structure, which cannot carry links.
        let is_xer = ctx.model.plan(ctx.model.task(wait.task).plan).format == Format::Xer;
        let hierarchy = &ctx.network.hierarchy;
        // DEP002 and DEP003 speak of links to oneself and to one's own phase.
        let is_own = other == wait.task
            || hierarchy.is_inside(other, wait.task)
            || hierarchy.is_inside(wait.task, other);
        if is_xer || is_own {
            continue;
        }
        // A link from phase to phase is one mistake: told where it is written.
        let phase = match (ctx.is_leaf(wait.task), ctx.is_leaf(other)) {
            (false, _) => wait.task,
            (true, false) => other,
            (true, true) => continue,
        };
        let at = *place.entry(phase).or_insert_with(|| {
            phases.push((phase, Vec::new()));
            phases.len() - 1
        });
        phases[at].1.push(wait);
    }
    for (phase, links) in phases {
        report(ctx, phase, &links, out);
    }
}

fn report(ctx: &Ctx<'_>, phase: TaskId, links: &[Wait<'_>], out: &mut Sink) {
    let Some((first, rest)) = links.split_first() else { return };
    let says = |wait: &Wait<'_>| match wait.task == phase {
        true => format!("it waits for {}", wait.name(ctx)),
        false => format!("{} waits for it", ctx.name(wait.task)),
    };
    let mut finding = ctx
        .finding_at(entity(phase), first.link.span())
        .param("links", first_ten(links, says))
        .label(ctx.place(phase), "the phase");
    for wait in rest.iter().take(super::MOST_SHOWN) {
        finding = finding.label(wait.link.span(), "another link of the phase");
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn all_links_of_a_phase_are_one_finding_and_a_link_between_phases_is_told_once() {
        let plan = "[task]\np = { title = \"P\" }\nq = { title = \"Q\", depends-on = [\"p\"] }\n\
                    a = { title = \"A\", parent = \"p\" }\nb = { title = \"B\", parent = \"q\" }\n\
                    c = { title = \"C\", depends-on = [\"q\"] }\nd = { title = \"D\", depends-on = [\"q\"] }\n";
        assert_eq!(found("DEP007", plan), ["DEP007 3:35"]);
    }

    #[test]
    fn a_link_to_ones_own_phase_is_another_rules_matter() {
        let plan =
            "[task]\np = { title = \"P\" }\na = { title = \"A\", parent = \"p\", depends-on = [\"p\"] }\n";
        assert!(found("DEP007", plan).is_empty());
        assert_eq!(found("DEP003", plan), ["DEP003 3:49"]);
    }
}
