//! SCH110: work to which nobody and nothing is assigned.

use super::{Assessed, Lack, Limit, Point, Verdict, judge};
use crate::catalogue::Catalogue;
use crate::finding::{Code, Finding};
use crate::model::TaskId;
use crate::rules::{Ctx, Native, Sink, has_owner};

pub(super) const RULE: Native = Native { code: "SCH110", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// Iw of a working day and more with neither owner, resource, work nor cost / Iw.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let names_nobody = of.model().plan(of.plan).header.resources().is_some_and(|flag| !flag.value);
    if names_nobody && asks_for_owners(of, of.run.catalogue) {
        return Point::without(RULE.code, Limit::AtMost(0), Verdict::NotAssessable(Lack::ByDesign));
    }
    let work: Vec<TaskId> = of.work(RULE.code, &of.unfinished).collect();
    let bare = work.iter().filter(|task| takes_a_day(of, **task) && !is_resourced(of, **task));
    Point::counted(RULE.code, bare.map(|task| of.offender(*task)).collect(), work.len(), 0, Lack::Tasks)
}

/// Whether OWN001 asks for the owners of the plan: then nobody is forgotten.
fn asks_for_owners(of: &Assessed<'_>, catalogue: &Catalogue) -> bool {
    catalogue.rule(Code::new("OWN001")).is_some_and(|rule| (of.settings.runs)(rule))
}

fn takes_a_day(of: &Assessed<'_>, task: TaskId) -> bool {
    let duration = of.task(task).duration();
    duration.is_some_and(|it| of.schedule().duration_days(of.model(), task, it.value).compare(1).is_ge())
}

fn is_resourced(of: &Assessed<'_>, task: TaskId) -> bool {
    let it = of.task(task);
    let has_shares = of.model().imported(task).is_some_and(|imported| !imported.shares.is_empty());
    has_owner(of.model(), of.run.network, task)
        || !it.helpers().is_empty()
        || !it.resources().is_empty()
        || has_shares
        || it.cost().is_some_and(|cost| cost.value.thousandths() != 0)
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    of.shown_tasks(point, finding, |_| "nobody is assigned".to_owned())
}
