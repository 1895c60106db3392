//! How much of what a tool stored equals what was computed, for a person.

use std::io;

use super::ScheduleView;
use super::table::days;
use crate::model::TaskId;
use crate::report::text::{clean, counted, wrapped};
use crate::schedule::{Amount, Comparison, Measure, Reason};

/// Differences that are listed unless all are asked for.
const MOST: usize = 20;

/// Writes for how many tasks each value is equal, then the values that are not, with the reason where it is known.
pub(super) fn comparison(
    view: &ScheduleView<'_>,
    it: &Comparison,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if it.tasks == 0 {
        return writeln!(
            out,
            "{}",
            wrapped("The file stores no dates or float to compare with.", view.width, 0, 2)
        );
    }
    let finished = |count: usize, others: usize| match count {
        0 => String::new(),
        count if count == others => format!("; the other {count} finished"),
        count => format!("; {count} of the others finished"),
    };
    let head = format!(
        "Compared with what the file stores: {} of {} equal in every value{}",
        it.equal_tasks,
        counted(it.tasks, "task"),
        finished(it.finished_tasks, it.tasks - it.equal_tasks)
    );
    writeln!(out, "{}", wrapped(&head, view.width, 0, 2))?;
    for (measure, tally) in Measure::ALL.into_iter().zip(it.tallies).filter(|(_, tally)| tally.stored > 0) {
        let rest = finished(tally.finished, tally.stored - tally.equal);
        writeln!(out, "  {:<13} {:>6} of {}{rest}", name(measure), tally.equal, tally.stored)?;
    }
    // What is finished differs for a good reason, said above.
    let listed = it.differences.iter().filter(|it| view.all || it.reason != Some(Reason::Done));
    let shown = if view.all { it.differences.len() } else { MOST };
    for difference in listed.take(shown) {
        let amounts = amounts(view, difference.task, difference.computed, difference.stored);
        let (id, name) = (view.id(difference.task), name(difference.measure));
        let line = format!("{id}, {name}: {amounts} ({})", view.reason(difference.reason));
        writeln!(out, "  {}", wrapped(&clean(&line, view.unicode), view.width, 2, 4))?;
    }
    let finished: usize = it.tallies.iter().map(|tally| tally.finished).sum();
    let more = (it.differences.len() - finished).saturating_sub(shown);
    if more > 0 && !view.all {
        writeln!(out, "  and {}; --all lists them", counted(more, "more difference"))?;
    }
    Ok(())
}

fn name(measure: Measure) -> &'static str {
    match measure {
        Measure::EarlyStart => "early start",
        Measure::EarlyFinish => "early finish",
        Measure::LateStart => "late start",
        Measure::LateFinish => "late finish",
        Measure::TotalFloat => "total float",
        Measure::FreeFloat => "free float",
        Measure::Critical => "critical",
    }
}

/// Both values, floats in days unless that hides the difference.
fn amounts(view: &ScheduleView<'_>, task: TaskId, computed: Option<Amount>, stored: Amount) -> String {
    let per_day = view.schedule.minutes_per_day(task);
    let shown = |amount: Amount| match amount {
        Amount::Date(date) => date.to_string(),
        Amount::Minutes(minutes) => days(minutes, per_day),
        Amount::Flag(true) => "yes".to_owned(),
        Amount::Flag(false) => "no".to_owned(),
    };
    let (mut left, mut right) = (shown(stored), computed.map_or("none".to_owned(), shown));
    if let (Amount::Minutes(stored), Some(Amount::Minutes(computed))) = (stored, computed)
        && left == right
    {
        (left, right) = (format!("{stored}m"), format!("{computed}m"));
    }
    format!("stored {left}, computed {right}")
}
