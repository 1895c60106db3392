//! What the computation has to know of each task: how long, on which clock, how far, and between which dates.

use crate::model::{
    Constraint, ConstraintKind, Duration, Effort, ImportedKind, ImportedTask, LagAmount, Model, Moment,
    PlanId, ScheduleOptions, ScheduleTool, Status, Task, TaskId, Unit,
};
use crate::network::{Network, Predecessor};

use super::calendars::{Calendars, ELAPSED, Finder};
use super::clock::WorkClock;
use super::time::{DAY, MOST, finish_minute, start_minute};

/// What becomes of a task in the computation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// Dropped, switched off, or a phase: no work of its own.
    Out,
    /// To be done.
    Planned,
    /// Begun, not finished.
    Started,
    /// Finished.
    Done,
}

/// What a task is to the computation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Nature {
    Work,
    StartMilestone,
    FinishMilestone,
    /// As long as what it is linked to.
    Hammock,
    /// As long as what is in the same phase.
    Span,
}

/// No entry in a list.
pub(super) const NONE: u32 = u32::MAX;

/// One task, as the computation sees it. Times in minutes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Activity {
    /// Working time in all.
    pub(super) duration: i64,
    /// What is left of it.
    pub(super) remaining: i64,
    /// Actual start, where the state says that there is one.
    pub(super) began: i64,
    /// Actual finish, where it is done.
    pub(super) ended: i64,
    /// On which its duration counts.
    pub(super) clock: u32,
    /// Number of its [`Limits`].
    pub(super) limits: u32,
    pub(super) state: State,
    pub(super) nature: Nature,
    /// Whether anything says how long it takes.
    pub(super) has_duration: bool,
    /// Whether its length is known: stated, an event, or between dates that are typed.
    pub(super) is_measured: bool,
    /// Whether dates of its own anchor it, so that it needs no start of the plan.
    pub(super) is_anchored: bool,
}

/// One resource's share on its own clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct SharedWork {
    pub(super) clock: u32,
    pub(super) minutes: i64,
    pub(super) delay: i64,
}

/// What only few tasks have: dates between which they are held.
#[derive(Clone, Debug, Default)]
pub(super) struct Limits {
    pub(super) start_min: Option<i64>,
    pub(super) start_max: Option<i64>,
    pub(super) finish_min: Option<i64>,
    pub(super) finish_max: Option<i64>,
    pub(super) must_start: Option<i64>,
    pub(super) must_finish: Option<i64>,
    /// Latest start and finish that links cannot move (MS Project, where dates win).
    pub(super) start_cap: Option<i64>,
    pub(super) finish_cap: Option<i64>,
    /// The finish that people expect: it sets what is left to do.
    pub(super) expected_finish: Option<i64>,
    /// When interrupted work goes on.
    pub(super) resumes: Option<i64>,
    /// Delay by leveling: minutes, and the clock they count on.
    pub(super) leveling: Option<(i64, u32)>,
    /// Dates by hand: start and finish.
    pub(super) manual: Option<(i64, i64)>,
    /// As late as possible.
    pub(super) is_late: bool,
    pub(super) shares: Vec<SharedWork>,
}

/// Everything the computation has to know of the tasks.
#[derive(Clone)]
pub(super) struct Activities {
    pub(super) list: Vec<Activity>,
    pub(super) limits: Vec<Limits>,
    pub(super) plans: Vec<PlanFacts>,
}

/// What the computation has to know of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlanFacts {
    /// Nothing that is still to do begins earlier.
    pub(super) floor: i64,
    /// The same without the status date: what the plan was meant to begin with.
    pub(super) start: Option<i64>,
    /// The status date, where work that is left begins no earlier.
    pub(super) status_date: Option<i64>,
    /// When the plan has to be finished.
    pub(super) finish_by: Option<i64>,
    /// Whether anything says when the plan happens.
    pub(super) is_dated: bool,
    /// Whether the plan itself says when it begins, or how far it is; else its first date stands for its start.
    pub(super) says_start: bool,
    /// Whether anything says how long its tasks take, or when they are.
    pub(super) is_known: bool,
}

impl Activities {
    pub(super) fn new(model: &Model<'_>, network: &Network, calendars: &mut Calendars) -> Self {
        let mut all =
            Self { list: Vec::with_capacity(model.tasks.len()), limits: Vec::new(), plans: Vec::new() };
        let mut finder = Finder::new(model, network);
        for number in 0..model.tasks.len() as u32 {
            let task = TaskId(number);
            let named = finder.calendar(task).and_then(|calendar| calendars.of_calendar(calendar));
            let activity = all.activity(model, network, calendars, task, named);
            all.list.push(activity);
        }
        for plan in model.plan_ids() {
            let facts = all.plan_facts(model, plan);
            all.plans.push(facts);
        }
        all
    }

    pub(super) fn limits(&self, activity: &Activity) -> Option<&Limits> {
        self.limits.get(activity.limits as usize)
    }

    fn activity(
        &mut self,
        model: &Model<'_>,
        network: &Network,
        calendars: &mut Calendars,
        task: TaskId,
        named: Option<u32>,
    ) -> Activity {
        let it = model.task(task);
        let options = &model.plan(it.plan).schedule;
        let imported = model.imported(task);
        let is_phase = !network.hierarchy.is_leaf(task);
        let mut own_clock = named.unwrap_or_else(|| calendars.of_plan(it.plan));
        if options.tool == ScheduleTool::Native && it.weekend().is_some_and(|flag| flag.value) {
            own_clock = calendars.with_weekends(own_clock);
        }
        let mut clock = own_clock;
        if options.tool == ScheduleTool::Native && is_at_night(it, calendars.clock(own_clock)) {
            clock = ELAPSED;
        }
        let manual_duration = imported.and_then(|imported| imported.manual?.duration);
        let written = manual_duration.or(it.duration());
        if written.is_some_and(|it| it.value.is_elapsed()) {
            clock = ELAPSED;
        }
        let minutes = |duration: Duration| {
            minutes_of(duration, calendars, if duration.is_elapsed() { ELAPSED } else { own_clock })
        };
        let mut duration = written.map(|it| minutes(it.value).max(0));
        let dates = stated(it);
        if let (None, (Some(start), Some(finish))) = (duration, dates) {
            duration = Some(calendars.clock(clock).between(start, finish).max(0));
        }
        let has_duration = duration.is_some();
        let is_milestone = it.milestone().is_some_and(|flag| flag.value);
        if is_milestone && duration.is_none() {
            duration = Some(0);
        }
        let state = state_of(it, imported, is_phase);
        let began = it.actual_start().map(|start| began_at(start.value, calendars.clock(clock)));
        let ended = it.actual_finish().map(|finish| ended_at(finish.value, calendars.clock(clock)));
        let remaining = match state {
            State::Done | State::Out => 0,
            State::Planned | State::Started => remaining(it, options, duration, minutes),
        };
        let nature = nature_of(it, options, imported, is_milestone);
        if options.tool != ScheduleTool::Native && is_milestone && duration.unwrap_or(0) == 0 {
            clock = own_clock;
        }
        let mut limits = self.limits_of(model, network, calendars, task, (own_clock, named));
        if let Some(limits) = limits.as_mut() {
            if clock == ELAPSED || (duration == Some(0) && remaining == 0) {
                // Elapsed time runs for everybody, and an event for nobody.
                limits.shares.clear();
            } else if duration.is_some() {
                limits.settle_shares(calendars, clock, remaining);
            }
        }
        let is_anchored = began.is_some()
            || ended.is_some()
            || dates.0.is_some()
            || dates.1.is_some()
            || limits.as_ref().is_some_and(Limits::has_date);
        let is_measured = has_duration
            || is_milestone
            || it.remaining().is_some()
            || nature != Nature::Work
            || limits.as_ref().is_some_and(|limits| limits.manual.is_some());
        let finish_alone = dates.1.filter(|_| dates.0.is_none());
        Activity {
            duration: duration.unwrap_or(0),
            remaining,
            began: began.or(ended).or(dates.0).or(finish_alone).unwrap_or(0),
            ended: ended.or(dates.1).or(began).unwrap_or(0),
            clock,
            limits: limits.map_or(NONE, |limits| {
                self.limits.push(limits);
                self.limits.len() as u32 - 1
            }),
            state: match state {
                // Done, but nobody says when: nothing can be computed from it.
                State::Done if began.is_none() && ended.is_none() && dates == (None, None) => State::Out,
                state => state,
            },
            nature,
            has_duration,
            is_measured,
            is_anchored,
        }
    }

    fn limits_of(
        &self,
        model: &Model<'_>,
        network: &Network,
        calendars: &mut Calendars,
        task: TaskId,
        (clock, named): (u32, Option<u32>),
    ) -> Option<Limits> {
        let it = model.task(task);
        let options = &model.plan(it.plan).schedule;
        let mut limits = Limits::default();
        let mut has_any = false;
        if let Some(constraint) = it.constraint() {
            limits.add(constraint.value, options);
            has_any = true;
        }
        if let Some(deadline) = it.deadline() {
            limits.finish_max = min(limits.finish_max, Some(finish_minute(deadline.value)));
            has_any = true;
        }
        if options.tool == ScheduleTool::Native {
            if let Some(start) = it.start() {
                limits.start_min = max(limits.start_min, Some(start_minute(start.value)));
                has_any = true;
            } else if let Some(finish) = it.finish() {
                limits.finish_min = max(limits.finish_min, Some(finish_minute(finish.value)));
                has_any = true;
            }
            if let Some(expected) = promised(model, network, task, calendars, clock) {
                limits.start_min = max(limits.start_min, Some(expected));
                has_any = true;
            }
        }
        let is_external = it.external().is_some_and(|flag| flag.value);
        if let (ScheduleTool::MsProject, true, (Some(start), finish)) =
            (options.tool, is_external, stated(it))
        {
            // A task of another project is where that project has it.
            limits.manual = Some((start, finish.unwrap_or(start)));
            has_any = true;
        }
        if let Some(imported) = model.imported(task) {
            has_any |= limits.add_imported(imported, options, calendars, (clock, named));
        }
        has_any.then_some(limits)
    }

    fn plan_facts(&self, model: &Model<'_>, plan: PlanId) -> PlanFacts {
        let entry = model.plan(plan);
        let options = &entry.schedule;
        let start = entry.header.start().map(|start| start_minute(start.value));
        let status_date = entry
            .header
            .status_date()
            .map(|date| start_minute(date.value))
            // MS Project leaves work where it was, unless its user moves it.
            .filter(|_| options.tool != ScheduleTool::MsProject);
        let mut earliest: Option<i64> = None;
        let mut has_duration = false;
        for number in entry.range(crate::finding::EntityKind::Task) {
            let activity = &self.list[number];
            has_duration |= activity.has_duration;
            if activity.is_anchored {
                let own = self.limits(activity).and_then(Limits::first_date);
                let own = if activity.began != 0 { Some(activity.began) } else { own };
                earliest = min(earliest, own);
            }
        }
        let is_dated = start.is_some() || status_date.is_some() || earliest.is_some();
        let floor = max(start, status_date).or(earliest).unwrap_or(0);
        PlanFacts {
            floor,
            start: start.or(earliest),
            status_date,
            finish_by: entry.header.finish_by().map(|date| finish_minute(date.value)),
            is_dated,
            says_start: start.is_some() || status_date.is_some(),
            is_known: has_duration || earliest.is_some(),
        }
    }
}

/// The later, of what there is.
pub(super) fn max(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    }
}

/// The earlier, of what there is.
pub(super) fn min(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl Limits {
    fn has_date(&self) -> bool {
        self.first_date().is_some()
    }

    fn first_date(&self) -> Option<i64> {
        let manual = self.manual.map(|(start, _)| start);
        [self.start_min, self.finish_min, self.must_start, self.must_finish, manual]
            .into_iter()
            .fold(None, min)
    }

    fn add(&mut self, constraint: Constraint, options: &ScheduleOptions) {
        let start = constraint.date.map(start_minute);
        let finish = constraint.date.map(finish_minute);
        // MS Project may be told that links win over dates; then hard constraints are soft ones.
        let is_hard = options.tool != ScheduleTool::MsProject || options.honors_constraints;
        match constraint.kind {
            ConstraintKind::AsSoonAsPossible => {}
            ConstraintKind::AsLateAsPossible => self.is_late = true,
            ConstraintKind::StartNoEarlier => self.start_min = max(self.start_min, start),
            ConstraintKind::FinishNoEarlier => self.finish_min = max(self.finish_min, finish),
            ConstraintKind::StartNoLater => {
                self.start_max = min(self.start_max, start);
                self.start_cap = start.filter(|_| options.tool == ScheduleTool::MsProject && is_hard);
            }
            ConstraintKind::FinishNoLater => {
                self.finish_max = min(self.finish_max, finish);
                self.finish_cap = finish.filter(|_| options.tool == ScheduleTool::MsProject && is_hard);
            }
            ConstraintKind::MustStart if is_hard => self.must_start = start,
            ConstraintKind::MustFinish if is_hard => self.must_finish = finish,
            ConstraintKind::MustStart | ConstraintKind::StartOn => {
                self.start_min = max(self.start_min, start);
                self.start_max = min(self.start_max, start);
            }
            ConstraintKind::MustFinish | ConstraintKind::FinishOn => {
                self.finish_min = max(self.finish_min, finish);
                self.finish_max = min(self.finish_max, finish);
            }
        }
    }

    fn add_imported(
        &mut self,
        imported: &ImportedTask,
        options: &ScheduleOptions,
        calendars: &mut Calendars,
        (clock, named): (u32, Option<u32>),
    ) -> bool {
        if let Some(second) = imported.second_constraint {
            self.add(second.value, options);
        }
        if let Some(early) = imported.external_early_start.filter(|_| !options.ignores_other_plans) {
            self.start_min = max(self.start_min, Some(start_minute(early.value)));
        }
        if let Some(late) = imported.external_late_finish.filter(|_| !options.ignores_other_plans) {
            self.finish_max = min(self.finish_max, Some(finish_minute(late.value)));
        }
        if options.uses_expected_finish {
            self.expected_finish = imported.expected_finish.map(|date| finish_minute(date.value));
        }
        self.resumes = imported.resumes.map(|date| start_minute(date.value));
        self.leveling = imported.leveling_delay.filter(|delay| !delay.is_zero()).map(|delay| {
            let on = if delay.is_elapsed() { ELAPSED } else { clock };
            (minutes_of(delay, calendars, on), on)
        });
        self.manual = self.manual.or(imported.manual.and_then(|manual| {
            let start = manual.start.map(|date| start_minute(date.value));
            let finish = manual.finish.map(|date| finish_minute(date.value));
            let length = manual.duration.map(|it| {
                let on = if it.value.is_elapsed() { ELAPSED } else { clock };
                (minutes_of(it.value, calendars, on), on)
            });
            match (start, finish, length) {
                (Some(start), Some(finish), _) => Some((start, finish)),
                (Some(start), None, Some((length, on))) => {
                    Some((start, calendars.clock(on).add(start, length)))
                }
                (None, Some(finish), Some((length, on))) => {
                    Some((calendars.clock(on).add(finish, -length), finish))
                }
                (Some(only), None, None) | (None, Some(only), None) => Some((only, only)),
                (None, None, _) => None,
            }
        }));
        self.add_shares(imported, options, calendars, (clock, named));
        true
    }

    fn add_shares(
        &mut self,
        imported: &ImportedTask,
        options: &ScheduleOptions,
        calendars: &mut Calendars,
        (clock, named): (u32, Option<u32>),
    ) {
        if imported.ignores_resource_calendars {
            return;
        }
        for share in imported.shares.iter().filter(|share| share.minutes > 0 || share.remaining > 0) {
            let own = share.calendar.and_then(|calendar| calendars.of_calendar(calendar as usize));
            let on = match (own, named) {
                // A task with a calendar of its own is worked on when both work.
                (Some(own), Some(named)) if options.tool == ScheduleTool::MsProject => {
                    calendars.both(named, own)
                }
                (own, _) => own.unwrap_or(clock),
            };
            let minutes = if share.remaining > 0 { share.remaining } else { share.minutes };
            let minutes = minutes.clamp(0, MOST);
            self.shares.push(SharedWork { clock: on, minutes, delay: share.delay.clamp(0, MOST) });
        }
    }

    /// The duration says how long the task takes on the calendar that its resources share: only where their calendars
    /// differ does the work of each decide. `remaining` is what is left of the duration.
    fn settle_shares(&mut self, calendars: &Calendars, clock: u32, remaining: i64) {
        let Some(first) = self.shares.first().copied() else { return };
        if self.shares.iter().all(|share| calendars.are_twins(share.clock, first.clock)) {
            self.shares.clear();
            if !calendars.are_twins(first.clock, clock) {
                self.shares.push(SharedWork { clock: first.clock, minutes: remaining, delay: 0 });
            }
        }
    }
}

/// Whether a task states a clock time to start at when nobody works by its calendar: then it is done from there on.
fn is_at_night(task: &Task, clock: &WorkClock) -> bool {
    task.start().is_some_and(|start| {
        let at = start_minute(start.value);
        start.value.minute().is_some() && clock.next_start(at) != at
    })
}

/// When something began: of a day without a time, when its work begins.
fn began_at(start: Moment, clock: &WorkClock) -> i64 {
    let at = start_minute(start);
    let work = clock.next_start(at);
    if start.minute().is_none() && work < at + DAY { work } else { at }
}

/// When something ended: of a day without a time, when its work ends.
fn ended_at(finish: Moment, clock: &WorkClock) -> i64 {
    let at = finish_minute(finish);
    let work = clock.last_finish(at);
    if finish.minute().is_none() && work > at - DAY { work } else { at }
}

/// Start and finish as stated.
fn stated(task: &Task) -> (Option<i64>, Option<i64>) {
    (task.start().map(|date| start_minute(date.value)), task.finish().map(|date| finish_minute(date.value)))
}

fn state_of(task: &Task, imported: Option<&ImportedTask>, is_phase: bool) -> State {
    let kind = imported.map(|imported| imported.kind);
    if is_phase || matches!(kind, Some(ImportedKind::Phase | ImportedKind::Inactive)) {
        return State::Out;
    }
    let status = task.status().map(|status| status.value);
    match status {
        Some(Status::Cancelled) => State::Out,
        _ if task.actual_finish().is_some() => State::Done,
        Some(Status::Done) => State::Done,
        _ if task.actual_start().is_some() => State::Started,
        _ => State::Planned,
    }
}

fn nature_of(
    task: &Task,
    options: &ScheduleOptions,
    imported: Option<&ImportedTask>,
    is_milestone: bool,
) -> Nature {
    let is_level = task.effort().is_some_and(|effort| effort.value == Effort::Level);
    match imported.map(|imported| imported.kind) {
        Some(ImportedKind::StartMilestone) => Nature::StartMilestone,
        Some(ImportedKind::FinishMilestone) => Nature::FinishMilestone,
        Some(ImportedKind::WbsSummary) => Nature::Span,
        _ if is_level && (options.tool == ScheduleTool::P6 || task.duration().is_none()) => Nature::Hammock,
        // In the plan language a milestone that waits for something ends a piece of work, and one that waits for
        // nothing begins it.
        _ if is_milestone && options.tool != ScheduleTool::MsProject => match task.depends_on().is_empty() {
            true => Nature::StartMilestone,
            false => Nature::FinishMilestone,
        },
        _ => Nature::Work,
    }
}

fn remaining(
    task: &Task,
    options: &ScheduleOptions,
    duration: Option<i64>,
    minutes: impl Fn(Duration) -> i64,
) -> i64 {
    let whole = duration.unwrap_or(0);
    if let Some(left) = task.remaining() {
        return minutes(left.value).max(0);
    }
    match task.percent().filter(|_| options.tool != ScheduleTool::P6) {
        Some(percent) => whole - whole * i64::from(percent.value.min(100)) / 100,
        None => whole,
    }
}

/// When the latest of the outside deliveries that a task waits for is promised.
fn promised(
    model: &Model<'_>,
    network: &Network,
    task: TaskId,
    calendars: &Calendars,
    clock: u32,
) -> Option<i64> {
    let own = model.task(task).expect().map(|expect| finish_minute(expect.value));
    if model.arenas.link_notes.is_empty() {
        return own;
    }
    let first = model.first_link(task);
    let links = model.links(task).iter().enumerate();
    let outside = links
        .filter(|(offset, _)| matches!(network.references.predecessor(first + offset), Predecessor::Outside));
    outside.fold(own, |latest, (_, link)| {
        let expect = model.link_note(link).expect.map(|expect| {
            let lag = match link.lag.amount() {
                LagAmount::Time(time) => time,
                LagAmount::Percent(_) => Duration::ZERO,
            };
            let on = if lag.is_elapsed() { ELAPSED } else { clock };
            calendars.clock(on).add(finish_minute(expect.value), minutes_of(lag, calendars, on))
        });
        max(latest, expect)
    })
}

/// A duration in minutes of the clock it counts on, to the nearest.
pub(super) fn minutes_of(duration: Duration, calendars: &Calendars, clock: u32) -> i64 {
    let per_unit = if duration.is_elapsed() {
        match duration.unit() {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            Unit::Days => DAY,
            Unit::Weeks => 7 * DAY,
            Unit::Months => 30 * DAY,
        }
    } else {
        let time = calendars.time(clock);
        match duration.unit() {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            Unit::Days => i64::from(time.minutes_per_day),
            Unit::Weeks => i64::from(time.minutes_per_week),
            Unit::Months => i64::from(time.minutes_per_month),
        }
    };
    let thousandths = i128::from(duration.thousandths()) * i128::from(per_unit);
    let half = if thousandths < 0 { -500 } else { 500 };
    ((thousandths + half) / 1000).clamp(-i128::from(MOST), i128::from(MOST)) as i64
}
