//! SCH105: too many tasks with a forced date.

use super::{Assessed, Lack, Offender, Point, judge};
use crate::finding::Finding;
use crate::model::{Constraint, ConstraintKind};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH105", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// I with a hard constraint / I. Of several constraints of a task the first that is hard is shown.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let forced = of.unfinished.iter().filter_map(|task| {
        let hard = of.hard_constraints(*task).next()?;
        Some(Offender { task: *task, link: None, at: hard.span })
    });
    let percent = of.integer(RULE.code, "percent");
    Point::counted(RULE.code, forced.collect(), of.unfinished.len(), percent, Lack::Tasks)
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    of.shown_tasks(point, finding, |task| {
        of.hard_constraints(task).next().map_or_else(String::new, |it| written(it.value))
    })
}

/// A constraint as planners write it: `MFO 2026-11-02`.
pub(super) fn written(constraint: Constraint) -> String {
    let word =
        ConstraintKind::WORDS.iter().find(|(_, kind)| *kind == constraint.kind).map_or("", |(word, _)| *word);
    constraint.date.map_or_else(|| word.to_owned(), |date| format!("{word} {}", date.date))
}
