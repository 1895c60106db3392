//! SCH101: tasks that hang in the air.

use super::{Assessed, Excused, Lack, Part, Point, Ratio, judge};
use crate::finding::Finding;
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink, dependency::Logic, dependency::first_ten};

pub(super) const RULE: Native = Native { code: "SCH101", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// (I without predecessor or successor, own or inherited, each once) / I.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let logic = of.run.logic();
    let (start, finish) = (first(of, logic), last(of, logic));
    let dangling: Vec<TaskId> =
        of.unfinished.iter().copied().filter(|task| is_dangling(of, logic, *task)).collect();
    let counts_dangling = of.flag(RULE.code, "dangling");
    let offends = |task: &TaskId| {
        let lacks_start = !logic.has_predecessor(*task) && start != Some(*task);
        let lacks_finish = !logic.has_successor(*task) && finish != Some(*task);
        lacks_start || lacks_finish || (counts_dangling && dangling.binary_search(task).is_ok())
    };
    let offenders =
        of.unfinished.iter().filter(|task| offends(task)).map(|task| of.offender(*task)).collect();
    let base = of.unfinished.len();
    let mut point = Point::counted(RULE.code, offenders, base, of.integer(RULE.code, "percent"), Lack::Tasks);
    let excused = [(start, "start"), (finish, "finish")].into_iter();
    point.excused = excused.filter_map(|(task, as_what)| Some(Excused { task: task?, as_what })).collect();
    let ratio = Ratio { count: dangling.len() as i64, base: base as i64 };
    point.parts = vec![Part { name: "dangling at one end", ratio, tasks: dangling }];
    point
}

/// The start of the plan, which has no predecessor and is excused: what begins first, a milestone before work.
fn first(of: &Assessed<'_>, logic: &Logic) -> Option<TaskId> {
    let starts = of.unfinished.iter().copied();
    let starts = starts.filter(|task| !logic.has_predecessor(*task) && logic.has_successor(*task));
    starts.min_by_key(|task| {
        let start = of.schedule().early_start(of.model(), *task);
        (start.is_none(), start, !of.is_milestone(*task), *task)
    })
}

/// The finish of the plan, which has no successor and is excused: what ends last, a milestone before work.
fn last(of: &Assessed<'_>, logic: &Logic) -> Option<TaskId> {
    let ends = of.unfinished.iter().copied();
    let ends = ends.filter(|task| logic.has_predecessor(*task) && !logic.has_successor(*task));
    ends.max_by_key(|task| {
        let finish = of.schedule().early_finish(of.model(), *task);
        (finish, of.is_milestone(*task), of.run.network.graph.node(*task))
    })
}

/// Whether links hold only one end of a task, as DEP011 and DEP012 see it.
fn is_dangling(of: &Assessed<'_>, logic: &Logic, task: TaskId) -> bool {
    let it = of.task(task);
    // What takes no time starts when it ends.
    let is_event = of.is_milestone(task) || it.duration().is_some_and(|duration| duration.value.is_zero());
    let has_start = it.start().is_some() || it.constraint().is_some_and(|it| it.value.kind.holds_start());
    let is_loose = |holds: bool, held: bool| holds && !held && !is_event;
    // What has begun, or has a date of its own to begin, floats no more.
    (is_loose(logic.has_predecessor(task), logic.is_start_held(task)) && !of.is_started(task) && !has_start)
        || is_loose(logic.has_successor(task), logic.is_finish_used(task))
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    let logic = of.run.logic();
    let dangling = point.part("dangling at one end").map_or(&[][..], |part| &part.tasks);
    let beside = match (dangling, of.flag(RULE.code, "dangling")) {
        ([], _) => String::new(),
        (_, true) => "; dangling tasks are counted".to_owned(),
        (_, false) => {
            format!("; dangling at one end, not counted: {}", first_ten(dangling, |task| of.name(*task)))
        }
    };
    let label = |task| match (logic.has_predecessor(task), logic.has_successor(task)) {
        (false, false) => "no predecessor and no successor",
        (false, true) => "no predecessor",
        (true, false) => "no successor",
        (true, true) => "links hold only one end of it",
    };
    of.shown_tasks(point, finding, |task| label(task).to_owned()).param("dangling", beside)
}
