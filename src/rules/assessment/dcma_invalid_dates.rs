//! SCH109: dates that cannot be true on the status date.

use super::{Assessed, Lack, Limit, Offender, Part, Point, Ratio, judge};
use crate::finding::Finding;
use crate::model::{Moment, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SCH109", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    judge(ctx, out, point, words);
}

/// 9a: I with a forecast before the status date; 9b: T with an actual after it. Each task once a half. Whole days are
/// compared: what happens on the status date can be either.
pub(super) fn point(of: &Assessed<'_>) -> Point {
    let forecasts: Vec<Offender> = of.unfinished.iter().filter_map(|task| past_forecast(of, *task)).collect();
    let actuals: Vec<Offender> = of.tasks.iter().filter_map(|task| future_actual(of, *task)).collect();
    let half = |name, offenders: &[Offender], base: usize| Part {
        name,
        ratio: Ratio { count: offenders.len() as i64, base: base as i64 },
        tasks: offenders.iter().map(|it| it.task).collect(),
    };
    let parts = vec![half("9a", &forecasts, of.unfinished.len()), half("9b", &actuals, of.tasks.len())];
    let count = (forecasts.len() + actuals.len()) as i64;
    let ratio = Ratio { count, base: (of.unfinished.len() + of.tasks.len()) as i64 };
    let mut point = Point::new(RULE.code, ratio, Limit::AtMost(0), Lack::Tasks);
    point.offenders = forecasts.into_iter().chain(actuals).collect();
    point.parts = parts;
    point
}

fn past_forecast(of: &Assessed<'_>, task: TaskId) -> Option<Offender> {
    let (start, finish) = forecast(of, task);
    // Of work that has begun only the rest is a forecast.
    let start = start.filter(|_| !of.is_started(task));
    let past = [start, finish].into_iter().flatten().find(|it| it.value.date < of.status_date)?;
    // An event at the end of the working day before is one at the beginning of this.
    if of.is_milestone(task) {
        let (date, minute) = past.value.as_finish();
        let (at, from) = (Moment::at(date, minute), Moment::at(of.status_date, 0));
        if of.schedule().minutes_between(task, at, from) == 0 {
            return None;
        }
    }
    Some(Offender { task, link: None, at: past.span })
}

/// The dates that the file gives for what is still to be done, as its tool has computed or its author has stated them;
/// where it gives none, those that follow from its logic.
fn forecast(of: &Assessed<'_>, task: TaskId) -> (Option<Spanned<Moment>>, Option<Spanned<Moment>>) {
    let (it, schedule, model) = (of.task(task), of.schedule(), of.model());
    let stored = model.stored.get(task.index()).copied().unwrap_or_default();
    let start = stored.start.or(stored.early_start).or(it.start());
    let finish = stored.finish.or(stored.early_finish).or(it.finish());
    (start.or_else(|| schedule.start(model, task)), finish.or_else(|| schedule.finish(model, task)))
}

fn future_actual(of: &Assessed<'_>, task: TaskId) -> Option<Offender> {
    let it = of.task(task);
    let actuals = [it.actual_start(), it.actual_finish()];
    let future = actuals.into_iter().flatten().find(|date| date.value.date > of.status_date)?;
    Some(Offender { task, link: None, at: future.span })
}

fn words(of: &Assessed<'_>, point: &Point, finding: Finding) -> Finding {
    let n_forecasts = point.part("9a").map_or(0, |part| part.ratio.count);
    let (forecasts, actuals) = point.offenders.split_at((n_forecasts as usize).min(point.offenders.len()));
    let half = |offenders: &[Offender]| Point { offenders: offenders.to_vec(), ..point.clone() };
    let [before, after] = [forecasts, actuals].map(half);
    let part = |name: &str| point.part(name).map_or(Ratio::default(), |part| part.ratio);
    let finding =
        of.shown_tasks(&before, finding, |_| "still to be done, and before the status date".to_owned());
    let finding = renamed(finding, "before");
    let finding = of.shown_tasks(&after, finding, |_| "done, and after the status date".to_owned());
    let shown = |ratio: Ratio| format!("{} of {}", ratio.count, ratio.base);
    renamed(finding, "after")
        .param("a", shown(part("9a")))
        .param("b", shown(part("9b")))
        .param("date", of.status_date.to_string())
}

/// Two halves, two lists.
fn renamed(mut finding: Finding, name: &'static str) -> Finding {
    for (param, names) in &mut finding.params {
        if param == "offenders" {
            *param = name.into();
            *names = if names.is_empty() { String::new() } else { format!(" ({names})") };
        }
    }
    finding
}
