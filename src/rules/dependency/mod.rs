//! DEP: does the network hold together?

mod bottleneck;
mod cross_plan_cycle;
mod dangling_finish;
mod dangling_start;
mod dependency_cycle;
mod detached_network;
mod duplicate_dependency;
mod hierarchy_cycle;
mod isolated_task;
mod lag_past_end;
mod lead;
mod long_lag;
mod merge_hotspot;
mod open_finish;
mod open_start;
mod redundant_dependency;
mod self_dependency;
mod start_to_finish;
mod summary_dependency;
mod undated_external_dependency;

use super::{Ctx, Native, entity, listed};
use crate::catalogue::KindSet;
use crate::finding::{Finding, Fix};
use crate::model::{Effort, Lag, Link, LinkKind, Model, PlanId, TaskId};
use crate::network::{Knot, Network, Predecessor, Step};

/// The native rules of the family, by code.
pub(super) const RULES: &[Native] = &[
    dependency_cycle::RULE,
    self_dependency::RULE,
    hierarchy_cycle::RULE,
    cross_plan_cycle::RULE,
    duplicate_dependency::RULE,
    redundant_dependency::RULE,
    summary_dependency::RULE,
    isolated_task::RULE,
    open_start::RULE,
    open_finish::RULE,
    dangling_start::RULE,
    dangling_finish::RULE,
    start_to_finish::RULE,
    lead::RULE,
    long_lag::RULE,
    lag_past_end::RULE,
    merge_hotspot::RULE,
    bottleneck::RULE,
    detached_network::RULE,
    undated_external_dependency::RULE,
];

/// Links and tasks shown in one finding; the rest is counted.
const MOST_SHOWN: usize = 7;

/// A link and the task that waits by it.
#[derive(Clone, Copy)]
struct Wait<'a> {
    task: TaskId,
    /// The number of the link among all links.
    number: usize,
    link: &'a Link,
    on: Predecessor,
}

impl Wait<'_> {
    /// The task that is waited for, where it is known for certain: a misspelt one was reported already.
    fn predecessor(&self) -> Option<TaskId> {
        match self.on {
            Predecessor::Task(task) => Some(task),
            Predecessor::Outside | Predecessor::Unknown => None,
        }
    }

    /// What is waited for, as its author knows it.
    fn name(&self, ctx: &Ctx<'_>) -> String {
        match self.on {
            Predecessor::Task(task) => ctx.name(task),
            Predecessor::Outside | Predecessor::Unknown => {
                format!("\"{}\"", ctx.model.predecessor_id(self.number, self.link))
            }
        }
    }

    /// A finding about the task that waits, placed at the link.
    fn finding(&self, ctx: &Ctx<'_>) -> Finding {
        // Two tasks may be linked in two ways, and each may be wrong in itself.
        ctx.finding_at(entity(self.task), self.link.span())
            .subject(ctx.model.predecessor_id(self.number, self.link))
            .subject(self.link.kind.as_str())
    }
}

/// A link as people write it: `pilot FS+2d`, and `pilot` alone for the usual one.
fn written(ctx: &Ctx<'_>, wait: &Wait<'_>) -> String {
    let id = ctx.model.predecessor_id(wait.number, wait.link);
    match suffix(wait.link) {
        suffix if suffix.is_empty() => id.to_owned(),
        suffix => format!("{id} {suffix}"),
    }
}

/// Kind and lag of a link as people write them; nothing for the usual one.
fn suffix(link: &Link) -> String {
    match (link.kind, link.lag.is_zero()) {
        (LinkKind::FinishStart, true) => String::new(),
        (kind, true) => kind.as_str().to_owned(),
        (kind, false) => format!("{}{}", kind.as_str(), link.lag),
    }
}

/// The links of a task.
fn waits<'a>(ctx: &Ctx<'a>, task: TaskId) -> impl Iterator<Item = Wait<'a>> {
    let first = ctx.model.first_link(task);
    let (model, references) = (ctx.model, &ctx.network.references);
    model.links(task).iter().enumerate().map(move |(offset, link)| {
        let number = first + offset;
        Wait { task, number, link, on: references.predecessor(number) }
    })
}

/// The links of all tasks and phases, in the plans to judge, that are neither done nor canceled.
fn open_waits<'a>(ctx: &'a Ctx<'a>) -> impl Iterator<Item = Wait<'a>> {
    ctx.tasks().filter(|(task, _)| ctx.is_open(*task)).flat_map(|(task, _)| waits(ctx, task))
}

/// Takes links out of `depends-on`.
fn without<'a>(fix: Fix, links: impl IntoIterator<Item = &'a Link>) -> Fix {
    links.into_iter().fold(fix, |fix, link| fix.take_out(link.span(), "depends-on"))
}

/// A lag without its plus sign: "waits 8d".
fn unsigned(lag: Lag) -> String {
    lag.to_string().trim_start_matches('+').to_owned()
}

/// Decisions that collect many tasks, and are linked for the sake of the reader, on purpose.
fn gates(ctx: &Ctx<'_>) -> KindSet {
    ctx.kinds(&["gate", "go-no-go", "approval"])
}

/// Whether a task is management or support that runs along, for which no logic is expected.
fn is_level_of_effort(ctx: &Ctx<'_>, task: TaskId) -> bool {
    ctx.model.task(task).effort().is_some_and(|effort| effort.value == Effort::Level)
}

/// Whether a task takes no time: then its start is its end.
fn is_event(ctx: &Ctx<'_>, task: TaskId) -> bool {
    ctx.is_milestone(task) || ctx.model.task(task).duration().is_some_and(|it| it.value.is_zero())
}

/// Whether a date of its own holds the start of a task.
fn has_own_start(ctx: &Ctx<'_>, task: TaskId) -> bool {
    let it = ctx.model.task(task);
    it.start().is_some() || it.constraint().is_some_and(|it| it.value.kind.holds_start())
}

const PREDECESSOR: u8 = 1;
const SUCCESSOR: u8 = 2;
const START_HELD: u8 = 4;
const FINISH_USED: u8 = 8;

/// For each task what its links and those of the phases around it say.
pub(super) struct Logic(Vec<u8>);

/// What the links of a run say, for a rule: looked at once for all rules.
fn logic<'c>(ctx: &'c Ctx<'_>) -> &'c Logic {
    ctx.facts.logic.get_or_init(|| Logic::of(ctx.model, ctx.network))
}

impl Logic {
    /// Looks at all links once. A link that leads nowhere, to the task itself or to its own phase is a finding of its
    /// own: its author meant some predecessor, so it counts as one here.
    pub(super) fn of(model: &Model<'_>, network: &Network) -> Self {
        let mut flags = vec![0_u8; model.tasks.len()];
        for number in 0..flags.len() {
            let task = TaskId(number as u32);
            let first = model.first_link(task);
            for (offset, link) in model.links(task).iter().enumerate() {
                let (holds_start, uses_finish) = match link.kind {
                    LinkKind::FinishStart => (true, true),
                    LinkKind::StartStart => (true, false),
                    LinkKind::FinishFinish => (false, true),
                    LinkKind::StartFinish => (false, false),
                };
                flags[number] |= PREDECESSOR | if holds_start { START_HELD } else { 0 };
                if let Predecessor::Task(predecessor) = network.references.likely_predecessor(first + offset)
                    && predecessor != task
                {
                    flags[predecessor.index()] |= SUCCESSOR | if uses_finish { FINISH_USED } else { 0 };
                }
            }
        }
        each_inside_of(model, network, |phase, inside| flags[inside.index()] |= flags[phase.index()]);
        Self(flags)
    }

    /// Whether anything comes before a task, by its own links or those of its phases.
    pub(super) fn has_predecessor(&self, task: TaskId) -> bool {
        self.0[task.index()] & PREDECESSOR != 0
    }

    /// Whether anything comes after a task, by links to it or to its phases.
    pub(super) fn has_successor(&self, task: TaskId) -> bool {
        self.0[task.index()] & SUCCESSOR != 0
    }

    /// Whether a link holds the start of a task.
    pub(super) fn is_start_held(&self, task: TaskId) -> bool {
        self.0[task.index()] & START_HELD != 0
    }

    /// Whether a link uses the end of a task.
    pub(super) fn is_finish_used(&self, task: TaskId) -> bool {
        self.0[task.index()] & FINISH_USED != 0
    }
}

/// Visits every phase with everything directly inside it, outer phases before inner ones.
fn each_inside(ctx: &Ctx<'_>, visit: impl FnMut(TaskId, TaskId)) {
    each_inside_of(ctx.model, ctx.network, visit);
}

fn each_inside_of(model: &Model<'_>, network: &Network, mut visit: impl FnMut(TaskId, TaskId)) {
    let hierarchy = &network.hierarchy;
    let all = (0..model.tasks.len() as u32).map(TaskId);
    let mut open: Vec<TaskId> =
        all.filter(|task| !hierarchy.is_leaf(*task) && hierarchy.parent(*task).is_none()).collect();
    while let Some(phase) = open.pop() {
        for inside in hierarchy.children(phase) {
            visit(phase, inside);
            if !hierarchy.is_leaf(inside) {
                open.push(inside);
            }
        }
    }
}

/// For each task the nearest one at or around it for which something holds. One pass, however deep the phases are.
fn nearest(ctx: &Ctx<'_>, holds: impl Fn(TaskId) -> bool) -> Vec<Option<TaskId>> {
    let all = (0..ctx.model.tasks.len() as u32).map(TaskId);
    let mut nearest: Vec<Option<TaskId>> = all.map(|task| holds(task).then_some(task)).collect();
    each_inside(ctx, |phase, inside| {
        nearest[inside.index()] = nearest[inside.index()].or(nearest[phase.index()]);
    });
    nearest
}

/// Where a plan ends.
#[derive(Clone, Copy, Default)]
struct Ends {
    /// The last milestone that nothing waits for.
    milestone: Option<TaskId>,
    /// The one task that ends last.
    last: Option<TaskId>,
}

impl Ends {
    /// Finds them among the leaves with predecessors and without successors. Dates decide where all of these have one;
    /// else the order of the network does.
    fn of(ctx: &Ctx<'_>, logic: &Logic, plan: PlanId) -> Self {
        let mut ends: Vec<TaskId> = ctx
            .model
            .tasks_of(plan)
            .map(|(task, _)| task)
            .filter(|task| ctx.is_leaf(*task) && !ctx.is_cancelled(*task))
            .filter(|task| logic.has_predecessor(*task) && !logic.has_successor(*task))
            .collect();
        // What is done cannot be the end of a plan that goes on.
        if ends.iter().any(|task| ctx.is_open(*task)) {
            ends.retain(|task| ctx.is_open(*task));
        }
        let milestones: Vec<TaskId> = ends.iter().copied().filter(|task| ctx.is_milestone(*task)).collect();
        Self { milestone: latest(ctx, &milestones).map(|(task, _)| task), last: only_latest(ctx, &ends) }
    }

    /// The plan's finish.
    fn finish(self) -> Option<TaskId> {
        self.milestone.or(self.last)
    }
}

/// The latest of some tasks, and whether no other ends on the same day.
fn latest(ctx: &Ctx<'_>, tasks: &[TaskId]) -> Option<(TaskId, bool)> {
    let node = |task: TaskId| ctx.network.graph.node(task);
    let dates: Option<Vec<_>> = tasks
        .iter()
        .map(|task| ctx.finish(*task).map(|it| (it.value.as_finish(), node(*task), *task)))
        .collect();
    match dates {
        Some(dates) => {
            let (last, _, task) = dates.iter().copied().max()?;
            Some((task, dates.iter().filter(|(date, ..)| *date == last).count() == 1))
        }
        None => tasks.iter().copied().max_by_key(|task| node(*task)).map(|task| (task, true)),
    }
}

fn only_latest(ctx: &Ctx<'_>, tasks: &[TaskId]) -> Option<TaskId> {
    latest(ctx, tasks).filter(|(_, is_only)| *is_only).map(|(task, _)| task)
}

/// The id of a task as somebody in a plan writes it: with its plan before it where that is another.
fn id_from(ctx: &Ctx<'_>, plan: PlanId, task: TaskId) -> String {
    let own = ctx.model.task(task).plan;
    let id = ctx.model.id(entity(task));
    if own == plan { id.to_owned() } else { format!("{}/{id}", ctx.model.plan_id(own)) }
}

/// `a -> b -> c`, at most seven, with how many more there are; the last is always shown.
fn arrows<T>(steps: &[T], id: impl Fn(&T) -> String, last: String) -> String {
    let mut ids: Vec<String> = steps.iter().take(MOST_SHOWN).map(id).collect();
    if steps.len() > MOST_SHOWN {
        ids.push(format!("and {} more", steps.len() - MOST_SHOWN));
    }
    ids.push(last);
    ids.join(" -> ")
}

/// A circle as a finding: placed at the link that is best removed, every other step a further place. Fills `path`;
/// the second is that link in words. `None` for a circle without any link, which cannot be.
fn circle(ctx: &Ctx<'_>, knot: &Knot) -> Option<(Finding, String)> {
    let mut steps = knot.cycle.clone();
    let first = steps.iter().position(|step| step.link.is_some() && step.link == knot.cut)?;
    steps.rotate_left(first);
    let cut = wait_of(ctx, steps.first()?)?;
    let plan = ctx.model.task(cut.task).plan;
    let is_one_plan = knot.tasks.iter().all(|it| ctx.model.task(*it).plan == plan);
    let id = |task: TaskId| match is_one_plan {
        true => ctx.model.id(entity(task)).to_owned(),
        false => format!("{}/{}", ctx.model.plan_id(ctx.model.task(task).plan), ctx.model.id(entity(task))),
    };
    let path = arrows(&steps, |step| id(step.task), id(cut.task));
    let mut finding = cut.finding(ctx).param("path", path).here(format!(
        "{} waits for {}: best removed",
        id(cut.task),
        cut.name(ctx)
    ));
    let before = steps.iter();
    for (before, step) in before.zip(steps.iter().skip(1)).take(MOST_SHOWN) {
        finding = match wait_of(ctx, step) {
            Some(wait) => {
                finding.label(wait.link.span(), format!("{} waits for {}", id(step.task), wait.name(ctx)))
            }
            None => {
                let is_into = ctx.network.hierarchy.parent(step.task) == Some(before.task);
                let (inside, phase) =
                    if is_into { (step.task, before.task) } else { (before.task, step.task) };
                let place = ctx.model.task(inside).parent().map_or(ctx.place(inside), |it| it.span());
                finding.label(place, format!("{} is part of {}", id(inside), ctx.name(phase)))
            }
        };
    }
    Some((finding, format!("{} to {}", ctx.name(cut.task), cut.name(ctx))))
}

/// The link of a step.
fn wait_of<'a>(ctx: &Ctx<'a>, step: &Step) -> Option<Wait<'a>> {
    let number = step.link? as usize;
    waits(ctx, step.task).find(|wait| wait.number == number)
}

/// `a, b and c`, at most ten, of what may be very many: only those that are shown are put into words.
pub(super) fn first_ten<T>(items: &[T], name: impl Fn(&T) -> String) -> String {
    const MOST: usize = 10;
    if items.len() <= MOST {
        return listed(items.iter().map(name));
    }
    let shown: Vec<String> = items.iter().take(MOST).map(name).collect();
    format!("{} and {} more", shown.join(", "), items.len() - MOST)
}

/// The codes of this family that all rules together find in a plan, with their places: one rule, `CODE line:column`.
#[cfg(test)]
fn found(code: &str, plan: &str) -> Vec<String> {
    let mut codes = super::testing::codes(plan);
    codes.retain(|found| found.starts_with(code));
    codes
}

/// The rules of the family that are written in the catalogue: what they find, and what they leave alone.
#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn only_what_is_still_to_be_done_waits_in_vain_for_canceled_work() {
        let plan = |rest: &str| {
            let tasks = "a = { title = \"A\", status = \"cancelled\" }\nc = { title = \"C\" }\n";
            found("DEP017", &format!("[task]\n{tasks}b = {{ title = \"B\"{rest} }}\n"))
        };
        assert_eq!(plan(", depends-on = [\"c\", \"a SS\"]"), ["DEP017 4:40"], "at the link");
        assert!(plan(", depends-on = [\"a SS\"], status = \"done\"").is_empty());
        assert!(plan(", depends-on = [\"a SS\"], status = \"cancelled\"").is_empty());
        assert_eq!(plan(", depends-on = [\"a\"] }\nd = { title = \"D\", parent = \"b\"").len(), 1, "a phase");
    }
}
