//! When things happen: what a plan states and reports, what follows from its logic, and which days are worked.
//!
//! The schedule of every plan of a run is computed once, by the critical path method, in minutes of working time on the
//! calendar of each task, the way the tool that wrote the plan does it: Primavera P6, MS Project, or the plan language
//! (see [`crate::model::ScheduleOptions`]).

mod activity;
mod calendar;
mod calendars;
mod clock;
mod days;
mod delay;
mod links;
mod passes;
mod stored;
mod time;

use jiff::civil::Date;

use crate::model::{
    ConstraintKind, CriticalBy, Duration, FloatKind, Model, Moment, PlanId, ScheduleTool, Spanned, Task,
    TaskId,
};
use crate::network::{Network, Predecessor};

use self::activity::{Activities, Activity, Nature, State};
use self::calendars::Calendars;
use self::passes::{Dates, Passes};

pub use calendar::WorkDays;
pub use clock::WorkClock;
pub use days::Days;
pub use delay::{Delayed, Swallowed, Swallower};
pub use links::Demand;
pub use passes::Driver;
pub use stored::{Amount, Comparison, Difference, Measure, Reason, Tally, computed, stored};

/// The dates of a run.
pub struct Schedule {
    work_days: Vec<WorkDays>,
    calendars: Calendars,
    tasks: Vec<Computed>,
    plans: Vec<PlanSchedule>,
    /// By link: whether it sets a date of its successor.
    drives: Vec<bool>,
    /// What was known of the tasks: kept where another tool's plan may be computed once more.
    activities: Option<Activities>,
}

/// One of the calendars of a run, to be compared with others and asked about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct CalendarOf(u32);

/// What was computed of one task.
#[derive(Clone, Copy)]
struct Computed {
    dates: Dates,
    total_float: i64,
    free_float: i64,
    by_links: i64,
    driver: Driver,
    clock: u32,
    marks: u8,
}

const HAS_FLOAT: u8 = 1;
const IS_KNOWN: u8 = 2;
const IS_CRITICAL: u8 = 4;
const ON_LONGEST_PATH: u8 = 8;
const IS_DOUBTFUL: u8 = 16;
const GUESSED_START: u8 = 32;
const GUESSED_FINISH: u8 = 64;

/// The working days of all plans.
fn work_days(model: &Model<'_>) -> Vec<WorkDays> {
    let of_plan = |plan| {
        let chosen = calendars::plan_calendar(model, plan);
        chosen.map_or_else(WorkDays::default, |it| WorkDays::new(model, it))
    };
    model.plan_ids().map(of_plan).collect()
}

/// What was computed of one plan.
#[derive(Clone, Copy)]
struct PlanSchedule {
    start: Option<i64>,
    finish: Option<i64>,
    float: FloatKind,
    is_dated: bool,
    tool: ScheduleTool,
}

impl Schedule {
    /// Computes the schedules of all plans. A plan's calendar is the one it names, else its only one, else Monday to
    /// Friday with eight hours.
    pub fn new(model: &Model<'_>, network: &Network) -> Self {
        let mut calendars = Calendars::new(model);
        let activities = Activities::new(model, network, &mut calendars);
        let mut passes = Passes::new(model, network, &calendars, &activities);
        let computed = passes.run();
        let (free, drives) = passes.slack(&computed.dates, &computed.drivers, &computed.ends);
        let mut tasks = Vec::with_capacity(computed.dates.len());
        for (number, dates) in computed.dates.iter().enumerate() {
            let task = TaskId(number as u32);
            let activity = &activities.list[number];
            let facts = &activities.plans[model.task(task).plan.index()];
            let mut marks = 0;
            if dates.is_known() && facts.is_known {
                marks |= IS_KNOWN;
                let is_open = !matches!(activity.state, State::Done);
                marks |= if is_open && dates.late_finish != i64::MIN { HAS_FLOAT } else { 0 };
            }
            if computed.is_doubtful.get(number) == Some(&true) {
                marks |= IS_DOUBTFUL;
            }
            marks |= if computed.guessed[number].start { GUESSED_START } else { 0 };
            marks |= if computed.guessed[number].finish { GUESSED_FINISH } else { 0 };
            tasks.push(Computed {
                dates: *dates,
                total_float: 0,
                free_float: free[number],
                by_links: computed.by_links[number],
                driver: computed.drivers[number],
                clock: activity.clock,
                marks,
            });
        }
        let plans = model.plan_ids().map(|plan| plan_schedule(model, plan, &activities, &tasks)).collect();
        let work_days = work_days(model);
        let mut schedule = Self { work_days, calendars, tasks, plans, drives, activities: None };
        schedule.mark_longest_path(model, network, &activities);
        schedule.mark_critical(model, network);
        schedule.activities = model.plans.iter().any(|plan| plan.is_imported).then_some(activities);
        schedule
    }

    /// The working days of a plan.
    pub fn work_days(&self, plan: PlanId) -> &WorkDays {
        &self.work_days[plan.index()]
    }

    /// When a task starts: as reported, else as computed, else as stated (`start`, or a constraint that fixes it). A stated
    /// start that nothing pushes is the computed one. Computed dates that hang on what nobody states do not count.
    ///
    /// The place is that of the date in the file, or the id of the task where the date is computed.
    pub fn start(&self, model: &Model<'_>, task: TaskId) -> Option<Spanned<Moment>> {
        let it = model.task(task);
        let stated = || it.start().or_else(|| forced(it, ConstraintKind::MustStart, ConstraintKind::StartOn));
        it.actual_start().or_else(|| match self.believable(model, task, GUESSED_START) {
            Some(dates) => Some(match stated() {
                Some(start) if time::start_minute(start.value) >= dates.early_start => start,
                _ if self.is_unmoved(it, task) => it.start()?,
                _ => Spanned::new(time::moment(dates.early_start), it.id.span()),
            }),
            None => stated(),
        })
    }

    /// When a task ends: as reported, else as computed, else as stated (`finish`, or a constraint that fixes it), else for
    /// an event when it starts. See [`Schedule::start`].
    pub fn finish(&self, model: &Model<'_>, task: TaskId) -> Option<Spanned<Moment>> {
        let it = model.task(task);
        let stated =
            || it.finish().or_else(|| forced(it, ConstraintKind::MustFinish, ConstraintKind::FinishOn));
        let is_event = it.milestone().is_some_and(|flag| flag.value);
        let event = || self.start(model, task).filter(|_| is_event);
        it.actual_finish().or_else(|| match self.believable(model, task, GUESSED_FINISH) {
            Some(dates) => Some(match stated() {
                Some(finish) if time::finish_minute(finish.value) == dates.early_finish => finish,
                Some(finish) if self.is_unmoved(it, task) => finish,
                None if is_event && self.is_unmoved(it, task) => it.start()?,
                _ => Spanned::new(time::finish_moment(dates.early_finish), it.id.span()),
            }),
            None => stated().or_else(event),
        })
    }

    /// The computed dates of a task, where they follow from what the plan says.
    fn believable(&self, model: &Model<'_>, task: TaskId, guessed: u8) -> Option<&Dates> {
        let it = &self.tasks[task.index()];
        let is_dated = self.plans[model.task(task).plan.index()].is_dated;
        let is_sound = it.marks & (IS_KNOWN | IS_DOUBTFUL | guessed) == IS_KNOWN;
        let is_placed = passes::is_date(it.dates.early_start) && passes::is_date(it.dates.early_finish);
        (is_dated && is_sound && is_placed).then_some(&it.dates)
    }

    /// Whether a task states its start and nothing moves it from there but that nobody works at that time.
    fn is_unmoved(&self, it: &Task, task: TaskId) -> bool {
        let computed = &self.tasks[task.index()];
        it.start().is_some_and(|start| {
            let clock = self.calendars.clock(computed.clock);
            computed.driver == Driver::Date
                && clock.next_start(time::start_minute(start.value)) >= computed.dates.early_start
        })
    }

    /// Whether dates of a task follow from what the plan says: not from a length or a start that nobody states, nor from a
    /// circle.
    pub fn is_reliable(&self, model: &Model<'_>, task: TaskId) -> bool {
        self.believable(model, task, GUESSED_START | GUESSED_FINISH).is_some()
    }

    /// A duration in thousandths of a working day of a plan.
    pub fn day_thousandths(&self, plan: PlanId, duration: Duration) -> i64 {
        let days = self.work_days(plan);
        duration.day_thousandths(days.minutes_per_day(), days.days_per_week())
    }

    /// The calendar on which a task is worked.
    pub fn calendar_of(&self, task: TaskId) -> CalendarOf {
        CalendarOf(self.tasks[task.index()].clock)
    }

    /// Whether a calendar works at least whenever the plan's own does: it is the same, or time that runs by the clock.
    pub fn works_with_plan(&self, calendar: CalendarOf, plan: PlanId) -> bool {
        calendar.0 == calendars::ELAPSED || self.calendars.are_twins(calendar.0, self.calendars.of_plan(plan))
    }

    /// Whether anything is worked on a day of a calendar.
    pub fn is_worked_on(&self, calendar: CalendarOf, day: Date) -> bool {
        let midnight = time::start_minute(Moment::day(day));
        self.calendars.clock(calendar.0).between(midnight, midnight + time::DAY) > 0
    }

    /// When the work that is left of a task begins: where it has begun, not before the status date of its plan.
    pub fn left_from(&self, model: &Model<'_>, task: TaskId) -> Option<Spanned<Moment>> {
        let start = self.start(model, task)?;
        let it = model.task(task);
        if it.actual_start().is_none() || it.actual_finish().is_some() {
            return Some(start);
        }
        let computed =
            self.believable(model, task, GUESSED_START).map(|dates| time::moment(dates.early_start));
        let reported = model.plan(it.plan).header.status_date().map(|date| date.value);
        let left =
            [Some(start.value), computed, reported].into_iter().flatten().max_by_key(|it| it.as_start());
        left.map(|left| Spanned::new(left, start.span))
    }

    /// How many working days of a plan lie from one day up to, and without, another; negative the other way round.
    pub fn days_between(&self, plan: PlanId, from: Date, to: Date) -> i64 {
        self.work_days(plan).between(from, to)
    }

    /// Whether dates of a task could be computed: its plan says when it happens or how long things take, and the task is
    /// neither dropped nor an empty phase.
    pub fn is_known(&self, task: TaskId) -> bool {
        self.has(task, IS_KNOWN)
    }

    /// Whether a task is on a circle of links or behind one, so that its dates leave out what nobody can know.
    pub fn is_doubtful(&self, task: TaskId) -> bool {
        self.has(task, IS_DOUBTFUL)
    }

    fn has(&self, task: TaskId, mark: u8) -> bool {
        self.tasks[task.index()].marks & mark != 0
    }

    fn date(&self, model: &Model<'_>, task: TaskId, which: impl Fn(&Dates) -> i64) -> Option<Moment> {
        let plan = &self.plans[model.task(task).plan.index()];
        let minute = which(&self.tasks[task.index()].dates);
        (plan.is_dated && self.is_known(task) && passes::is_date(minute)).then(|| time::moment(minute))
    }

    /// Earliest start that logic, calendars and constraints allow; of a task under way the start of what is left, of a
    /// finished one its actual start. None where the plan has no date at all.
    pub fn early_start(&self, model: &Model<'_>, task: TaskId) -> Option<Moment> {
        self.date(model, task, |dates| dates.early_start)
    }

    /// Earliest finish; of a finished task its actual finish.
    pub fn early_finish(&self, model: &Model<'_>, task: TaskId) -> Option<Moment> {
        self.date(model, task, |dates| dates.early_finish)
    }

    /// Latest start that does not move the end of the plan, nor what is held to a date.
    pub fn late_start(&self, model: &Model<'_>, task: TaskId) -> Option<Moment> {
        self.date(model, task, |dates| dates.late_start)
    }

    /// Latest finish that does not move the end of the plan, nor what is held to a date.
    pub fn late_finish(&self, model: &Model<'_>, task: TaskId) -> Option<Moment> {
        self.date(model, task, |dates| dates.late_finish)
    }

    /// How long a task can slip before the end of the plan moves, or a date is missed, in minutes of working time on its
    /// calendar. Negative where that has happened. None for finished tasks and where nothing is known.
    pub fn total_float_minutes(&self, task: TaskId) -> Option<i64> {
        self.has(task, HAS_FLOAT).then(|| self.tasks[task.index()].total_float)
    }

    /// The same from the dates.
    fn difference_of_dates(&self, model: &Model<'_>, task: TaskId) -> i64 {
        let plan = &self.plans[model.task(task).plan.index()];
        let it = &self.tasks[task.index()];
        let clock = self.calendars.clock(it.clock);
        let finish = || clock.between(it.dates.early_finish, it.dates.late_finish);
        let start = || clock.between(it.dates.early_start, it.dates.late_start);
        match (plan.tool, plan.float) {
            (ScheduleTool::MsProject, _) | (_, FloatKind::Smallest) => finish().min(start()),
            (_, FloatKind::Finish) => finish(),
            (_, FloatKind::Start) => start(),
        }
    }

    /// How long a task can slip before another one moves, in minutes of working time on its calendar.
    pub fn free_float_minutes(&self, task: TaskId) -> Option<i64> {
        self.has(task, HAS_FLOAT).then(|| self.tasks[task.index()].free_float)
    }

    /// Whether a task is critical by the rule of its plan: its float is at or below the limit, or it is on the longest
    /// path.
    pub fn is_critical(&self, task: TaskId) -> bool {
        self.has(task, IS_CRITICAL)
    }

    /// Whether a task is on the longest path: the chain of driving links that ends with the plan.
    pub fn is_on_longest_path(&self, task: TaskId) -> bool {
        self.has(task, ON_LONGEST_PATH)
    }

    /// What sets the early dates of a task.
    pub fn driver(&self, task: TaskId) -> Driver {
        self.tasks[task.index()].driver
    }

    /// Whether a link, by its number among all links, sets a date of its successor: there is no time between what it
    /// demands and what was computed. Several links of a task may.
    pub fn is_driving(&self, link: usize) -> bool {
        self.drives.get(link) == Some(&true)
    }

    /// When a task could start if nothing but links held it, those of the phases around it included: no date of its own, not
    /// the start of the plan, not the status date. None where no link holds it, and where a date of a phase around it hides
    /// what links demand.
    pub fn start_by_links(&self, model: &Model<'_>, task: TaskId) -> Option<Moment> {
        let is_held = self.tasks[task.index()].by_links != passes::NO_LINK;
        is_held.then(|| self.date(model, task, |_| self.tasks[task.index()].by_links)).flatten()
    }

    /// Minutes of working time, on the calendar of a task, from when links would let it start until it does; negative where
    /// it is to start earlier. See [`Schedule::start_by_links`].
    pub fn held_back_minutes(&self, task: TaskId) -> Option<i64> {
        let it = &self.tasks[task.index()];
        let is_held = it.by_links != passes::NO_LINK && it.marks & IS_KNOWN != 0;
        is_held.then(|| self.calendars.clock(it.clock).between(it.by_links, it.dates.early_start))
    }

    /// Whether two tasks are worked on at the same times.
    pub fn is_same_calendar(&self, one: TaskId, other: TaskId) -> bool {
        self.calendars.are_twins(self.tasks[one.index()].clock, self.tasks[other.index()].clock)
    }

    /// First start of a plan: of its first task, done or not. None where nothing is dated.
    pub fn plan_start(&self, plan: PlanId) -> Option<Moment> {
        let plan = &self.plans[plan.index()];
        plan.start.filter(|_| plan.is_dated).map(time::moment)
    }

    /// Computed finish of a plan: of its last task.
    pub fn plan_finish(&self, plan: PlanId) -> Option<Moment> {
        let plan = &self.plans[plan.index()];
        plan.finish.filter(|_| plan.is_dated).map(time::moment)
    }

    /// Minutes of working time between two moments on the calendar of a task; negative the other way round. A day
    /// without a time begins at midnight.
    pub fn minutes_between(&self, task: TaskId, from: Moment, to: Moment) -> i64 {
        let clock = self.calendars.clock(self.tasks[task.index()].clock);
        clock.between(time::start_minute(from), time::start_minute(to))
    }

    /// Minutes of working time on the calendar of a plan, from the beginning of something to the end of something: a day
    /// without a time counts as a whole. Negative the other way round.
    pub fn minutes_of_plan(&self, plan: PlanId, from: Moment, to: Moment) -> i64 {
        let clock = self.calendars.clock(self.calendars.of_plan(plan));
        clock.between(time::start_minute(from), time::finish_minute(to))
    }

    /// Minutes of working time of a plan, in days of its calendar.
    pub fn days_of_plan(&self, plan: PlanId, minutes: i64) -> Days {
        Days::new(minutes, i64::from(self.calendars.time(self.calendars.of_plan(plan)).minutes_per_day))
    }

    /// Minutes that a day of a duration means on the calendar of a task.
    pub fn minutes_per_day(&self, task: TaskId) -> i64 {
        i64::from(self.calendars.time(self.tasks[task.index()].clock).minutes_per_day).max(1)
    }

    /// Marks what can be reached from the last tasks of each plan back along driving links.
    fn mark_longest_path(&mut self, model: &Model<'_>, network: &Network, activities: &Activities) {
        let mut waiting: Vec<TaskId> = Vec::new();
        for number in 0..self.tasks.len() as u32 {
            let task = TaskId(number);
            let end = self.plans[model.task(task).plan.index()].finish;
            let it = &self.tasks[task.index()];
            let is_last = end == Some(it.dates.early_finish)
                && network.hierarchy.is_leaf(task)
                && activities.list[task.index()].state != State::Done
                && is_on_network(&activities.list[task.index()])
                && it.marks & IS_KNOWN != 0;
            if is_last {
                waiting.push(task);
            }
        }
        let goes_on = |_: TaskId, _: usize, from: TaskId| {
            self.has(from, IS_KNOWN) && activities.list[from.index()].state != State::Done
        };
        for task in self.trace(model, network, waiting, goes_on) {
            self.tasks[task.index()].marks |= ON_LONGEST_PATH;
        }
    }

    /// Walks back from tasks along the links that drive them. At each link, with the task it drives and the task it comes
    /// from, `goes_on` says whether the walk does; a phase stands for the tasks in it that end with it. Gives all tasks that
    /// were reached, each once, those it began with first. Costs each task and each of its links once.
    pub fn trace(
        &self,
        model: &Model<'_>,
        network: &Network,
        last: Vec<TaskId>,
        mut goes_on: impl FnMut(TaskId, usize, TaskId) -> bool,
    ) -> Vec<TaskId> {
        let mut reached = last;
        let mut is_reached = vec![false; self.tasks.len()];
        reached.retain(|task| !std::mem::replace(&mut is_reached[task.index()], true));
        let mut links: Vec<usize> = Vec::new();
        let mut is_open = vec![false; self.tasks.len()];
        let mut at = 0;
        while let Some(&task) = reached.get(at) {
            at += 1;
            let first = model.first_link(task);
            links.clear();
            links.extend((first..first + model.links(task).len()).filter(|link| self.drives[*link]));
            if let Driver::Link(link) = self.tasks[task.index()].driver
                && !links.contains(&(link as usize))
            {
                // One of a phase around the task.
                links.push(link as usize);
            }
            for &link in &links {
                let Predecessor::Task(from) = network.references.likely_predecessor(link) else { continue };
                let mut visit = |from: TaskId| {
                    if goes_on(task, link, from) && !std::mem::replace(&mut is_reached[from.index()], true) {
                        reached.push(from);
                    }
                };
                if network.hierarchy.is_leaf(from) {
                    visit(from);
                    continue;
                }
                // A phase drives by what ends with it: looked for once a phase.
                let finish = self.tasks[from.index()].dates.early_finish;
                let mut inside = vec![from];
                while let Some(it) = inside.pop() {
                    if self.tasks[it.index()].dates.early_finish != finish {
                        continue;
                    }
                    if network.hierarchy.is_leaf(it) {
                        visit(it);
                    } else if !std::mem::replace(&mut is_open[it.index()], true) {
                        inside.extend(network.hierarchy.children(it));
                    }
                }
            }
        }
        reached
    }

    fn mark_critical(&mut self, model: &Model<'_>, network: &Network) {
        for number in 0..self.tasks.len() as u32 {
            let task = TaskId(number);
            if self.has(task, HAS_FLOAT) {
                self.tasks[task.index()].total_float = self.difference_of_dates(model, task);
            }
            let options = &model.plan(model.task(task).plan).schedule;
            let by_float =
                self.total_float_minutes(task).is_some_and(|float| float <= options.critical_float_minutes);
            let is_critical = match options.critical_by {
                CriticalBy::Float => by_float,
                CriticalBy::LongestPath => self.is_on_longest_path(task),
            };
            if is_critical && network.hierarchy.is_leaf(task) {
                self.tasks[task.index()].marks |= IS_CRITICAL;
            }
        }
    }
}

/// The date of a constraint that fixes a start or a finish.
fn forced(task: &Task, hard: ConstraintKind, soft: ConstraintKind) -> Option<Spanned<Moment>> {
    let constraint = task.constraint()?;
    let is_fixed = constraint.value.kind == hard || constraint.value.kind == soft;
    constraint.value.date.filter(|_| is_fixed).map(|date| Spanned::new(date, constraint.span))
}

/// Whether a task takes part in the logic of its plan.
fn is_on_network(activity: &Activity) -> bool {
    !matches!(activity.nature, Nature::Hammock | Nature::Span)
}

fn plan_schedule(
    model: &Model<'_>,
    plan: PlanId,
    activities: &Activities,
    tasks: &[Computed],
) -> PlanSchedule {
    let entry = model.plan(plan);
    let facts = &activities.plans[plan.index()];
    let mut schedule = PlanSchedule {
        start: None,
        finish: None,
        float: entry.schedule.float,
        is_dated: facts.is_dated,
        tool: entry.schedule.tool,
    };
    for number in entry.range(crate::finding::EntityKind::Task) {
        let (it, activity) = (&tasks[number], &activities.list[number]);
        if it.marks & IS_KNOWN == 0 || activity.state == State::Out || !is_on_network(activity) {
            continue;
        }
        let start = match activity.state {
            State::Started | State::Done => activity.began,
            _ => it.dates.early_start,
        };
        schedule.start = activity::min(schedule.start, Some(start));
        schedule.finish = activity::max(schedule.finish, Some(it.dates.early_finish));
    }
    schedule
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    /// Asks something of the schedule of a plan; tasks are called by their place in the file.
    fn ask<T>(plan: &str, question: impl FnOnce(&Model<'_>, &Network, &Schedule) -> T) -> T {
        let sources = Sources::from_texts(vec![("plan.toml".to_owned(), plan.to_owned())]);
        let model = crate::read::read_with(&sources, &|_| Default::default()).model;
        let (network, _) = Network::new(&model);
        let schedule = Schedule::new(&model, &network);
        question(&model, &network, &schedule)
    }

    fn day(moment: Option<Moment>) -> String {
        moment.map_or_else(|| "none".to_owned(), |moment| moment.date.to_string())
    }

    const DAY: i64 = 480;

    /// A of a week from Monday 5 October, B behind it, and C, which waits for nothing.
    fn plan(b: &str) -> String {
        format!(
            "[plan]\nstart = 2026-10-05\n[task]\na = {{ title = \"A\", duration = \"5d\" }}\nb = {{ title = \"B\", duration = \"5d\", {b} }}\nc = {{ title = \"C\", duration = \"1d\" }}\n"
        )
    }

    #[test]
    fn links_alone_let_a_task_start() {
        let of_b = |b: &str| {
            ask(&plan(b), |model, _, schedule| {
                (day(schedule.start_by_links(model, TaskId(1))), schedule.held_back_minutes(TaskId(1)))
            })
        };
        let monday = "2026-10-12".to_owned();
        assert_eq!(of_b("depends-on = [\"a\"]"), (monday.clone(), Some(0)));
        assert_eq!(of_b("depends-on = [\"a\"], start = 2026-10-14"), (monday.clone(), Some(2 * DAY)));
        assert_eq!(
            of_b("depends-on = [\"a\"], constraint = \"MSO 2026-10-08\""),
            (monday.clone(), Some(-2 * DAY))
        );
        // Held at its end: it has to end a week after A, so that it may start when A ends.
        assert_eq!(of_b("depends-on = [\"a FF+5d\"], start = 2026-10-14"), (monday, Some(2 * DAY)));
        assert_eq!(of_b("start = 2026-10-14"), ("none".to_owned(), None));
    }

    #[test]
    fn a_status_date_is_no_link() {
        let plan = "[plan]\nstart = 2026-10-05\nstatus-date = 2026-10-16\n[task]\na = { title = \"A\", actual-start = 2026-10-05, actual-finish = 2026-10-07 }\nb = { title = \"B\", duration = \"5d\", depends-on = [\"a\"] }\n";
        ask(plan, |model, _, schedule| {
            assert_eq!(schedule.driver(TaskId(1)), Driver::StatusDate);
            assert_eq!(day(schedule.start_by_links(model, TaskId(1))), "2026-10-08");
            assert_eq!(schedule.held_back_minutes(TaskId(1)), Some(6 * DAY));
        });
    }

    #[test]
    fn calendars_are_the_same_where_they_work_at_the_same_times() {
        let plan = "[plan]\nstart = 2026-10-05\ncalendar = \"x\"\n[calendar]\nx = {}\ny = { work-week = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"] }\nz = { work-week = [\"mon\"] }\n[task]\na = { title = \"A\", duration = \"1d\" }\nb = { title = \"B\", duration = \"1d\", calendar = \"y\" }\nc = { title = \"C\", duration = \"1d\", calendar = \"z\" }\n";
        ask(plan, |_, _, schedule| {
            assert!(schedule.is_same_calendar(TaskId(0), TaskId(1)));
            assert!(!schedule.is_same_calendar(TaskId(0), TaskId(2)));
        });
    }

    #[test]
    fn a_trace_follows_what_drives_and_goes_on_where_it_may() {
        // The phase P ends with B, so B drives D and A does not; C waits beside.
        let plan = "[plan]\nstart = 2026-10-05\n[task]\np.title = \"P\"\na = { title = \"A\", parent = \"p\", duration = \"2d\" }\nb = { title = \"B\", parent = \"p\", duration = \"5d\", depends-on = [\"k\"] }\nc = { title = \"C\", duration = \"1d\" }\nd = { title = \"D\", duration = \"1d\", depends-on = [\"p\", \"c\"] }\nk = { title = \"K\", duration = \"1d\" }\n";
        ask(plan, |model, network, schedule| {
            let (b, d, k) = (TaskId(2), TaskId(4), TaskId(5));
            assert_eq!(schedule.trace(model, network, vec![d, d], |_, _, _| true), [d, b, k]);
            let asked = std::cell::RefCell::new(Vec::new());
            let reached = schedule.trace(model, network, vec![d], |later, _, earlier| {
                asked.borrow_mut().push((later, earlier));
                false
            });
            assert_eq!(reached, [d]);
            assert_eq!(*asked.borrow(), [(d, b)]);
        });
    }
}
