//! What planning tools store and the plan language cannot say: working time to the minute, how a file was scheduled,
//! and what only some imported tasks have. Kept beside the entities, by their numbers, so that tasks stay small.

use super::entity::{CriticalBy, FloatKind, Plan, ProgressLogic, ScheduleTool};
use super::value::{Constraint, Duration, Moment, Spanned, Text, Unit};

/// Stretches of work in a day: from and to, in minutes after midnight (0 to 1440), in order, not overlapping. A shift
/// over midnight is two: one to 1440, and one from 0 on the next day.
pub type Shifts = Vec<(u16, u16)>;

/// When a calendar works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkingTime {
    /// Monday to Sunday.
    pub week: [Shifts; 7],
    /// Days that differ from the week, as days since 1970-01-01, in order, each once; without shifts nobody works.
    pub exceptions: Vec<(i32, Shifts)>,
    /// What one day of a duration means in this file (`day_hr_cnt`, `MinutesPerDay`), in minutes.
    pub minutes_per_day: u32,
    /// What one week of a duration means, in minutes.
    pub minutes_per_week: u32,
    /// What one month of a duration means, in minutes.
    pub minutes_per_month: u32,
    /// Whether its file did not say it so that it could be understood: then usual hours stand for it, and a finding says so.
    pub is_guess: bool,
}

impl Default for WorkingTime {
    /// Monday to Friday, 08:00-12:00 and 13:00-17:00: what the plan language means where nothing is said.
    fn default() -> Self {
        let day = vec![(8 * 60, 12 * 60), (13 * 60, 17 * 60)];
        Self {
            week: std::array::from_fn(|weekday| if weekday < 5 { day.clone() } else { Shifts::new() }),
            exceptions: Vec::new(),
            minutes_per_day: 8 * 60,
            minutes_per_week: 5 * 8 * 60,
            minutes_per_month: 20 * 8 * 60,
            is_guess: false,
        }
    }
}

impl WorkingTime {
    /// Sorts the shifts of every day and joins those that touch or overlap, drops empty ones, sorts the exceptions; of
    /// two exceptions for one day the later in the file counts. Readers call this last.
    pub fn tidy(&mut self) {
        self.week.iter_mut().for_each(tidy_shifts);
        for (_, shifts) in &mut self.exceptions {
            tidy_shifts(shifts);
        }
        self.exceptions.sort_by_key(|(day, _)| *day);
        // The first of equal days is kept, so the last in the file has to come first.
        self.exceptions.reverse();
        self.exceptions.dedup_by_key(|(day, _)| *day);
        self.exceptions.reverse();
    }

    /// Whether there is any working time in a week or on an exception.
    pub fn has_work(&self) -> bool {
        let works = |shifts: &Shifts| shifts.iter().any(|(from, to)| from < to);
        self.week.iter().any(works) || self.exceptions.iter().any(|(_, shifts)| works(shifts))
    }
}

fn tidy_shifts(shifts: &mut Shifts) {
    const DAY: u16 = 24 * 60;
    shifts.retain(|(from, to)| from < to && *from < DAY);
    shifts.sort_unstable();
    let mut tidied: Shifts = Vec::with_capacity(shifts.len());
    for &(from, to) in shifts.iter() {
        let to = to.min(DAY);
        match tidied.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => tidied.push((from, to)),
        }
    }
    *shifts = tidied;
}

/// What holds where nothing is said.
macro_rules! usual {
    ($($name:ident: $word:ident),* $(,)?) => {$(
        impl Default for $name {
            fn default() -> Self {
                Self::$word
            }
        }
    )*};
}

usual!(
    ScheduleTool: Native,
    ProgressLogic: RetainedLogic,
    FloatKind: Finish,
    CriticalBy: Float,
);

/// How a file says that it was scheduled. Status date, start, promised end and lag calendar are in the plan's header.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScheduleOptions {
    /// Whose rules.
    pub tool: ScheduleTool,
    /// Out-of-sequence progress.
    pub progress: ProgressLogic,
    /// Total float.
    pub float: FloatKind,
    /// Whether tasks without successor have no float (P6 "make open ends critical", MS Project "multiple critical
    /// paths").
    pub open_ends_critical: bool,
    /// Whether an expected finish sets the remaining duration (P6).
    pub uses_expected_finish: bool,
    /// Whether the lag of SS links counts from the early start of a predecessor that has begun, not its actual start
    /// (P6).
    pub start_lag_from_early_start: bool,
    /// Whether links from and to other plans are left out of the computation (P6).
    pub ignores_other_plans: bool,
    /// Whether float counts to the end of the last of all plans of the run, not to the end of its own plan (P6).
    pub floats_to_last_plan: bool,
    /// Largest total float, in minutes, that is still critical.
    pub critical_float_minutes: i64,
    /// What makes a task critical.
    pub critical_by: CriticalBy,
    /// Scheduled from the finish (MS Project `ScheduleFromStart` = 0): tasks as late as possible unless told otherwise.
    pub backwards: bool,
    /// Whether dates of constraints win over links (MS Project `HonorConstraints`).
    pub honors_constraints: bool,
    /// What day, week and month of a duration mean where no calendar says it, in minutes.
    pub minutes_per_day: u32,
    /// See `minutes_per_day`.
    pub minutes_per_week: u32,
    /// See `minutes_per_day`.
    pub minutes_per_month: u32,
}

impl Default for ScheduleOptions {
    fn default() -> Self {
        Self {
            tool: ScheduleTool::Native,
            progress: ProgressLogic::RetainedLogic,
            float: FloatKind::Finish,
            open_ends_critical: false,
            uses_expected_finish: false,
            start_lag_from_early_start: true,
            ignores_other_plans: false,
            floats_to_last_plan: false,
            critical_float_minutes: 0,
            critical_by: CriticalBy::Float,
            backwards: false,
            honors_constraints: true,
            minutes_per_day: 8 * 60,
            minutes_per_week: 5 * 8 * 60,
            minutes_per_month: 20 * 8 * 60,
        }
    }
}

impl ScheduleOptions {
    /// What a plan says of it in the plan language (`scheduling`); `None` where it says nothing.
    pub fn stated(plan: &Plan) -> Option<Self> {
        let (float, progress) = (plan.scheduling_float(), plan.scheduling_progress());
        let (critical, limit) = (plan.scheduling_critical(), plan.scheduling_critical_float());
        let (open_ends, from_finish) = (plan.scheduling_open_ends_critical(), plan.scheduling_from_finish());
        let usual = Self::default();
        let options = Self {
            tool: plan.scheduling_like().map_or(usual.tool, |tool| tool.value),
            float: float.map_or(usual.float, |float| float.value),
            progress: progress.map_or(usual.progress, |progress| progress.value),
            critical_by: critical.map_or(usual.critical_by, |by| by.value),
            critical_float_minutes: limit.map_or(0, |limit| minutes(limit.value)),
            open_ends_critical: open_ends.is_some_and(|flag| flag.value),
            backwards: from_finish.is_some_and(|flag| flag.value),
            honors_constraints: plan.scheduling_hard_constraints().is_none_or(|flag| flag.value),
            ..usual
        };
        (options != Self::default()).then_some(options)
    }
}

/// An amount of working time in minutes, with days of eight hours.
fn minutes(amount: Duration) -> i64 {
    let each = match amount.unit() {
        Unit::Minutes => 1,
        Unit::Hours => 60,
        Unit::Days => 8 * 60,
        Unit::Weeks => 5 * 8 * 60,
        Unit::Months => 20 * 8 * 60,
    };
    amount.thousandths().saturating_mul(each) / 1000
}

/// What kind of task an import says it is, beyond `milestone` and `effort`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ImportedKind {
    /// Work, or an event.
    #[default]
    Task,
    /// Work on the calendars of its resources (P6 TT_Rsrc).
    ResourceDependent,
    /// An event at the beginning of a day (P6 TT_Mile).
    StartMilestone,
    /// An event at the end of a day (P6 TT_FinMile).
    FinishMilestone,
    /// Spans the tasks of its part of the work breakdown (P6 TT_WBS).
    WbsSummary,
    /// A part of the work breakdown: never work of its own, even with nothing inside.
    Phase,
    /// Shown in the file without being scheduled: in an other project, or switched off (MS Project `Active` = 0).
    Inactive,
}

/// One resource's share of a task.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Share {
    /// The resource's calendar, by its number among the calendars of the part (of the model, once joined); none where
    /// the resource has none.
    pub calendar: Option<u32>,
    /// Working time in all, in minutes of this resource's presence: its work divided by its units.
    pub minutes: i64,
    /// What is left of that, in minutes.
    pub remaining: i64,
    /// How long after the task's start it begins, in minutes of working time.
    pub delay: i64,
}

/// The dates of a task that is not scheduled by logic but by hand.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Manual {
    /// Start as typed.
    pub start: Option<Spanned<Moment>>,
    /// Finish as typed.
    pub finish: Option<Spanned<Moment>>,
    /// Duration as typed.
    pub duration: Option<Spanned<Duration>>,
}

/// A value of a field that the sender of a file has defined (MS Project `ExtendedAttribute` and `OutlineCode`, P6 user
/// fields).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CustomValue {
    /// What the field is called: `Text1`.
    pub field: Text,
    /// Its value for the task.
    pub value: Text,
}

/// What only some imported tasks have.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ImportedTask {
    /// What it is.
    pub kind: ImportedKind,
    /// A second constraint (P6).
    pub second_constraint: Option<Spanned<Constraint>>,
    /// When the people who do it expect to finish (P6).
    pub expected_finish: Option<Spanned<Moment>>,
    /// When work was put down.
    pub suspended: Option<Spanned<Moment>>,
    /// When it is taken up again.
    pub resumes: Option<Spanned<Moment>>,
    /// Scheduled by hand (MS Project), with the dates that were typed.
    pub manual: Option<Manual>,
    /// Whether the calendars of its resources do not count (MS Project).
    pub ignores_resource_calendars: bool,
    /// Its resources, where their calendars or the order of their work matter.
    pub shares: Vec<Share>,
    /// Delay by leveling (MS Project).
    pub leveling_delay: Option<Duration>,
    /// No earlier than this by something in another project that is not in the file (P6).
    pub external_early_start: Option<Spanned<Moment>>,
    /// No later than this, for the same reason (P6).
    pub external_late_finish: Option<Spanned<Moment>>,
    /// Per cent of what is physically there.
    pub physical_percent: Option<Spanned<u16>>,
    /// Fields that the sender has defined, in the order of the file.
    pub custom: Vec<CustomValue>,
}

/// What exports refer to by numbers of their own: whoever reads them knows at once what is meant, so that nobody has to
/// look for it by its name. Each list may be shorter than what it goes along with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// By link, the number of its predecessor among the tasks.
    pub(crate) predecessors: Vec<u32>,
    /// By task, the number of the phase around it among the tasks.
    pub(crate) parents: Vec<u32>,
    /// By task, the number of its owner among the persons.
    pub(crate) owners: Vec<u32>,
}

impl Known {
    /// Not known by number.
    pub(crate) const NOT: u32 = u32::MAX;

    /// Notes a number at a place of a list.
    pub(crate) fn note(list: &mut Vec<u32>, at: usize, number: usize) {
        if list.len() <= at {
            list.resize(at + 1, Self::NOT);
        }
        list[at] = number as u32;
    }

    /// Appends what another part knows, behind so many links, tasks and persons.
    pub(crate) fn append(&mut self, other: Known, links: usize, tasks: usize, persons: usize) {
        let lists = [
            (&mut self.predecessors, other.predecessors, links, tasks),
            (&mut self.parents, other.parents, tasks, tasks),
            (&mut self.owners, other.owners, tasks, persons),
        ];
        for (list, more, at, offset) in lists {
            if !more.is_empty() {
                list.resize(at, Self::NOT);
                let moved = more.into_iter().map(|it| if it == Self::NOT { it } else { it + offset as u32 });
                list.extend(moved);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_are_put_in_order_and_the_last_exception_of_a_day_counts() {
        let mut time = WorkingTime::default();
        time.week[0] = vec![(780, 1020), (480, 720), (700, 800), (900, 900)];
        time.exceptions = vec![(7, vec![]), (3, vec![(0, 1500)]), (7, vec![(60, 120)])];
        time.tidy();
        assert_eq!(time.week[0], [(480, 1020)]);
        assert_eq!(time.exceptions, [(3, vec![(0, 1440)]), (7, vec![(60, 120)])]);
    }

    #[test]
    fn a_calendar_without_shifts_has_no_work() {
        let mut time = WorkingTime { week: Default::default(), ..WorkingTime::default() };
        assert!(!time.has_work());
        time.exceptions.push((0, vec![(0, 60)]));
        assert!(time.has_work());
    }
}
