//! The critical path method: one walk forward through the network for early dates, one back for late dates.
//!
//! Nodes come in topological order, so that each walk is a loop. Links between the members of a circle are left out:
//! the rest is scheduled all the same. A phase passes on to its tasks what holds it, and to its successors what its
//! tasks come to.

use crate::model::{Link, LinkKind, Model, PlanId, ProgressLogic, ScheduleTool, TaskId};
use crate::network::{Edge, Graph, Network, Node};

use super::activity::{Activities, Activity, Limits, NONE, Nature, PlanFacts, State};
use super::calendars::Calendars;
use super::links::lag_of;
use super::time::{FIRST, LAST, within};

/// No bound yet, for what is held from below.
const EARLY: i64 = i64::MIN;
/// No bound yet, for what is held from above.
const LATE: i64 = i64::MAX;

/// What sets the early dates of a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Driver {
    /// Nothing that is known.
    #[default]
    Nothing,
    /// The start of the plan.
    PlanStart,
    /// The status date: what is left cannot be done before it.
    StatusDate,
    /// A date of its own: a constraint, a stated or typed date, a promise from outside.
    Date,
    /// A predecessor, through the link with this number among all links. The link may be one to a phase around the task.
    Link(u32),
    /// It has happened.
    Actual,
    /// It spans other tasks.
    Span,
}

/// The dates of a node. Of a phase they are those of its two nodes together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    pub(super) early_start: i64,
    pub(super) early_finish: i64,
    pub(super) late_start: i64,
    pub(super) late_finish: i64,
}

impl Dates {
    const UNKNOWN: Dates =
        Dates { early_start: LATE, early_finish: EARLY, late_start: LATE, late_finish: EARLY };

    /// Whether it has dates: a phase with nothing inside has none.
    pub(super) fn is_known(&self) -> bool {
        self.early_finish != EARLY
    }

    fn include(&mut self, other: &Dates) {
        self.early_start = self.early_start.min(other.early_start);
        self.early_finish = self.early_finish.max(other.early_finish);
        if other.late_finish != EARLY {
            self.late_start = self.late_start.min(other.late_start);
            self.late_finish = self.late_finish.max(other.late_finish);
        }
    }
}

/// What holds a node from below, and the links that do.
#[derive(Clone, Copy, Debug)]
struct Held {
    start: i64,
    finish: i64,
    start_link: u32,
    finish_link: u32,
}

/// The network and all that is known of its tasks.
pub(super) struct Passes<'a, 's> {
    pub(super) model: &'a Model<'s>,
    pub(super) network: &'a Network,
    pub(super) calendars: &'a Calendars,
    pub(super) activities: &'a Activities,
    /// Between which dates each plan lies.
    plans: Vec<PlanFacts>,
    /// On which circle each node is; empty where there is none.
    circle: Vec<u32>,
    /// By task: dates at which the tasks of other plans stay for a plan, whatever becomes of them here.
    pub(super) elsewhere: Option<Vec<Dates>>,
}

/// What the two walks come to.
pub(super) struct Computed {
    /// By task; of a phase around everything inside.
    pub(super) dates: Vec<Dates>,
    pub(super) drivers: Vec<Driver>,
    /// The early finish of each plan.
    pub(super) ends: Vec<i64>,
    /// Tasks in a circle, or behind one: their dates leave out what cannot be known.
    pub(super) is_doubtful: Vec<bool>,
    /// By task: which of its dates hang on something that nobody states.
    pub(super) guessed: Vec<Guessed>,
    /// By task: from when on links let it start, those of the phases around it included; [`NO_LINK`] where none holds it.
    pub(super) by_links: Vec<i64>,
}

/// No link holds the task, or a date of a phase around it hides what links demand.
pub(super) const NO_LINK: i64 = i64::MIN;

/// Which dates of a task hang on something that nobody states: a length, or where the plan begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Guessed {
    pub(super) start: bool,
    pub(super) finish: bool,
}

impl<'a, 's> Passes<'a, 's> {
    pub(super) fn new(
        model: &'a Model<'s>,
        network: &'a Network,
        calendars: &'a Calendars,
        activities: &'a Activities,
    ) -> Self {
        let graph = &network.graph;
        let mut circle = Vec::new();
        if !graph.circles().is_empty() {
            circle = vec![NONE; graph.len()];
            for (number, &(from, to)) in graph.circles().iter().enumerate() {
                circle[from as usize..to as usize].fill(number as u32);
            }
        }
        Self {
            model,
            network,
            calendars,
            activities,
            plans: activities.plans.clone(),
            circle,
            elsewhere: None,
        }
    }

    fn graph(&self) -> &'a Graph {
        &self.network.graph
    }

    /// Whether a step stays on a circle: then it holds nothing.
    fn is_cut(&self, from: Node, to: Node) -> bool {
        match (self.circle.get(from.index()), self.circle.get(to.index())) {
            (Some(one), Some(other)) => *one != NONE && one == other,
            _ => false,
        }
    }

    /// The steps from a node that hold something.
    fn steps(&self, node: Node) -> impl Iterator<Item = Edge> + '_ {
        self.graph().edges(node).filter(move |edge| !self.is_cut(node, edge.to))
    }

    pub(super) fn activity(&self, task: TaskId) -> &'a Activity {
        &self.activities.list[task.index()]
    }

    fn is_phase(&self, task: TaskId) -> bool {
        !self.network.hierarchy.is_leaf(task)
    }

    /// The link with a number, and what it costs to follow it: predecessor and successor as the file names them.
    pub(super) fn link(&self, number: u32) -> &'a Link {
        &self.model.arenas.links[number as usize]
    }

    fn plan_of(&self, task: TaskId) -> PlanId {
        self.model.task(task).plan
    }

    /// The lag of a link in minutes, and the clock on which it counts.
    fn lag(&self, link: &Link, from: TaskId, to: TaskId) -> (i64, u32) {
        let clocks = (self.clock_of(from), self.clock_of(to));
        let duration = || self.activity(from).duration;
        lag_of(self.model, self.calendars, link.lag, self.plan_of(to), clocks, duration)
    }

    /// The clock of a task; of a phase its own or its plan's.
    fn clock_of(&self, task: TaskId) -> u32 {
        self.activity(task).clock
    }

    /// Whether a link is one that the computation follows: not from a task that drives nothing, nor to one that has
    /// left its predecessors behind.
    fn holds(&self, from: TaskId, to: TaskId) -> bool {
        let (earlier, later) = (self.activity(from), self.activity(to));
        let is_span = |activity: &Activity| matches!(activity.nature, Nature::Hammock | Nature::Span);
        if is_span(earlier) || (earlier.state == State::Out && !self.is_phase(from)) {
            return false;
        }
        if is_span(later) || later.state == State::Done {
            return false;
        }
        let plan = self.plan_of(to);
        let options = &self.model.plan(plan).schedule;
        if plan != self.plan_of(from) && options.ignores_other_plans {
            return false;
        }
        // Work that has begun without its predecessors goes on without them, if the plan says so.
        !(later.state == State::Started
            && options.progress == ProgressLogic::ProgressOverride
            && earlier.state != State::Done)
    }

    /// From which date of the predecessor a link counts, with its lag: for SS from a task under way, what is left of
    /// the lag from where its work goes on.
    fn forward_bound(
        &self,
        link: &Link,
        from: TaskId,
        to: TaskId,
        early_start: i64,
        early_finish: i64,
    ) -> i64 {
        let (lag, on) = self.lag(link, from, to);
        let at = match link.kind {
            LinkKind::FinishStart | LinkKind::FinishFinish => early_finish,
            LinkKind::StartStart | LinkKind::StartFinish => {
                let (from_start, lag) = self.start_and_lag(from, early_start, lag, on);
                return self.calendars.clock(on).add(from_start, lag);
            }
        };
        self.calendars.clock(on).add(at, lag)
    }

    /// Where SS and SF links from a task begin to count, and how much of their lag is left there.
    fn start_and_lag(&self, from: TaskId, early_start: i64, lag: i64, on: u32) -> (i64, i64) {
        let activity = self.activity(from);
        let plan = self.plan_of(from);
        let options = &self.model.plan(plan).schedule;
        if activity.state != State::Started || options.tool != ScheduleTool::P6 {
            return (early_start, lag);
        }
        if !options.start_lag_from_early_start {
            return (activity.began, lag);
        }
        let status_date = self.plans[plan.index()].floor;
        let waited = self.calendars.clock(on).between(activity.began, status_date).max(0);
        (early_start, if lag > 0 { (lag - waited).max(0) } else { lag })
    }

    /// The dates of a task as a link to another one sees them.
    fn seen_from(&self, to: TaskId, from: TaskId, own: Dates) -> Dates {
        match &self.elsewhere {
            Some(dates) if self.plan_of(to) != self.plan_of(from) => dates[from.index()],
            _ => own,
        }
    }

    /// Early dates by node, and by task what sets them, and when links alone would let it start.
    pub(super) fn forward(&self) -> (Vec<Dates>, Vec<Driver>, Vec<i64>) {
        let graph = self.graph();
        let nothing = Held { start: EARLY, finish: EARLY, start_link: NONE, finish_link: NONE };
        let mut held = vec![nothing; graph.len()];
        let mut dates = vec![Dates::UNKNOWN; graph.len()];
        let mut drivers = vec![Driver::Nothing; self.model.tasks.len()];
        let mut by_links = vec![NO_LINK; self.model.tasks.len()];
        for number in 0..graph.len() as u32 {
            let node = Node(number);
            let task = graph.task(node);
            let is_phase = self.is_phase(task);
            let is_front = is_phase && graph.node(task) == node;
            if is_front {
                self.hold_phase(task, &mut held[node.index()]);
            } else if !is_phase {
                let (found, driver) = self.early(task, &held[node.index()]);
                if let Some((start, finish)) = found {
                    dates[node.index()].early_start = start;
                    dates[node.index()].early_finish = finish;
                    by_links[task.index()] = match driver {
                        Driver::Link(_) if self.activity(task).limits == NONE => start,
                        _ => self.start_by_links(task, &held[node.index()]),
                    };
                }
                drivers[task.index()] = driver;
            }
            let own = dates[node.index()];
            for edge in self.steps(node) {
                match edge.link {
                    None if is_front => {
                        let above = held[node.index()];
                        let inside = &mut held[edge.to.index()];
                        if above.start > inside.start {
                            (inside.start, inside.start_link) = (above.start, above.start_link);
                        }
                        if above.finish > inside.finish {
                            (inside.finish, inside.finish_link) = (above.finish, above.finish_link);
                        }
                    }
                    None => {
                        if own.is_known() && self.counts_in_phase(task) {
                            dates[edge.to.index()].include(&own);
                        }
                    }
                    Some(link_number) => {
                        let to = graph.task(edge.to);
                        let own = self.seen_from(to, task, own);
                        if !own.is_known() || !self.holds(task, to) {
                            continue;
                        }
                        let link = self.link(link_number);
                        let bound = self.forward_bound(link, task, to, own.early_start, own.early_finish);
                        let there = &mut held[edge.to.index()];
                        match link.kind {
                            LinkKind::FinishStart | LinkKind::StartStart if bound > there.start => {
                                (there.start, there.start_link) = (bound, link_number);
                            }
                            LinkKind::FinishFinish | LinkKind::StartFinish if bound > there.finish => {
                                (there.finish, there.finish_link) = (bound, link_number);
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        (dates, drivers, by_links)
    }

    /// When a task could start if nothing but links held it.
    fn start_by_links(&self, task: TaskId, held: &Held) -> i64 {
        let activity = self.activity(task);
        let is_open = matches!(activity.state, State::Planned | State::Started);
        if !is_open || (held.start_link == NONE && held.finish_link == NONE) {
            return NO_LINK;
        }
        let limits = self.activities.limits(activity);
        let start = (held.start_link != NONE).then(|| self.placed(activity, limits, held.start));
        match start {
            Some((start, finish)) if held.finish_link == NONE || finish >= held.finish => start,
            start => {
                let by_finish = self.ending(activity, limits, held.finish).0;
                start.map_or(by_finish, |(start, _)| start.max(by_finish))
            }
        }
    }

    /// Whether the dates of a task are dates of its phase.
    fn counts_in_phase(&self, task: TaskId) -> bool {
        self.is_phase(task) || !matches!(self.activity(task).nature, Nature::Hammock | Nature::Span)
    }

    /// What a phase says of itself holds everything inside.
    fn hold_phase(&self, task: TaskId, held: &mut Held) {
        let Some(limits) = self.activities.limits(self.activity(task)) else { return };
        let start = limits.start_min.or(limits.must_start).unwrap_or(EARLY);
        if start > held.start {
            (held.start, held.start_link) = (start, NONE);
        }
    }

    /// The early dates of a task that is held so; for a task under way those of what is left.
    fn early(&self, task: TaskId, held: &Held) -> (Option<(i64, i64)>, Driver) {
        let activity = self.activity(task);
        match activity.state {
            State::Out => return (None, Driver::Nothing),
            State::Done => {
                return (Some((activity.began, activity.ended.max(activity.began))), Driver::Actual);
            }
            State::Planned | State::Started => {}
        }
        if matches!(activity.nature, Nature::Hammock | Nature::Span) {
            return (None, Driver::Span);
        }
        let limits = self.activities.limits(activity);
        let tool = self.model.plan(self.plan_of(task)).schedule.tool;
        if let Some((start, finish)) = limits.and_then(|limits| limits.manual) {
            return (Some((start, finish.max(start))), Driver::Date);
        }
        if activity.state == State::Started && tool == ScheduleTool::MsProject {
            return (Some(self.under_way(activity, limits)), Driver::Actual);
        }
        let plan = self.plans[self.plan_of(task).index()];
        let (mut start, mut driver) = match (plan.status_date, plan.start) {
            (Some(status), Some(start)) if status >= start => (status, Driver::StatusDate),
            (Some(status), None) => (status, Driver::StatusDate),
            // A task that states its own start may come before the plan's.
            _ if tool == ScheduleTool::Native && limits.is_some_and(|it| it.start_min.is_some()) => {
                (EARLY, Driver::Nothing)
            }
            _ => (plan.floor, Driver::PlanStart),
        };
        if activity.state == State::Started && tool == ScheduleTool::Native && plan.status_date.is_none() {
            return (Some(self.under_way(activity, limits)), Driver::Actual);
        }
        let mut finish = EARLY;
        let mut finish_driver = Driver::Nothing;
        let raise = |bound: i64, by: Driver, value: &mut i64, driver: &mut Driver| {
            if bound > *value || (bound == *value && bound != EARLY) {
                (*value, *driver) = (bound, by);
            }
        };
        let by_link = |link| if link == NONE { Driver::Date } else { Driver::Link(link) };
        raise(held.start, by_link(held.start_link), &mut start, &mut driver);
        raise(held.finish, by_link(held.finish_link), &mut finish, &mut finish_driver);
        if let Some(limits) = limits {
            if activity.state == State::Planned {
                let min = limits.start_min.unwrap_or(EARLY);
                if min > start {
                    (start, driver) = (min, Driver::Date);
                }
            }
            let resumes = limits.resumes.unwrap_or(EARLY);
            if activity.state == State::Started && resumes > start {
                (start, driver) = (resumes, Driver::Date);
            }
            let min = limits.finish_min.unwrap_or(EARLY);
            if min > finish {
                (finish, finish_driver) = (min, Driver::Date);
            }
            if activity.state == State::Planned {
                if let Some(must) = limits.must_start {
                    (start, driver) = (must, Driver::Date);
                    finish = EARLY;
                } else if let Some(must) = limits.must_finish {
                    let (start, finish) = self.ending(activity, Some(limits), must);
                    return (Some((start, finish)), Driver::Date);
                }
            }
            if let Some((delay, on)) = limits.leveling {
                start = self.calendars.clock(on).add(start, delay);
            }
            if let Some(cap) = limits.start_cap.filter(|cap| *cap < start) {
                (start, driver) = (cap, Driver::Date);
            }
        }
        let found = self.placed(activity, limits, start);
        if let Some(cap) = limits.and_then(|limits| limits.finish_cap)
            && cap < finish.max(found.1)
        {
            return (Some(self.ending(activity, limits, cap)), Driver::Date);
        }
        if finish > found.1 {
            let (start, finish) = self.ending(activity, limits, finish);
            return (Some((start, finish)), finish_driver);
        }
        (Some(found), driver)
    }

    /// A task under way that nothing pushes: from where it was interrupted or began.
    fn under_way(&self, activity: &Activity, limits: Option<&Limits>) -> (i64, i64) {
        let clock = self.calendars.clock(activity.clock);
        match limits.and_then(|limits| limits.resumes) {
            Some(resumes) => (activity.began, self.placed(&Activity { ..*activity }, limits, resumes).1),
            None => {
                let finish = clock.add(activity.began, activity.duration.max(activity.remaining));
                (activity.began, finish.max(activity.began))
            }
        }
    }

    /// Dates of a task that begins no earlier than this.
    fn placed(&self, activity: &Activity, limits: Option<&Limits>, start: i64) -> (i64, i64) {
        let clock = self.calendars.clock(activity.clock);
        let start = within(start);
        match activity.nature {
            Nature::StartMilestone => {
                let at = clock.next_start(start);
                return (at, at);
            }
            Nature::FinishMilestone => {
                let at = clock.last_finish(start);
                return (at, at);
            }
            Nature::Work | Nature::Hammock | Nature::Span => {}
        }
        let shares = limits.map_or(&[][..], |limits| &limits.shares);
        if !shares.is_empty() {
            let begin = |share: &super::activity::SharedWork| {
                let clock = self.calendars.clock(share.clock);
                clock.next_start(clock.add(start, share.delay))
            };
            let first = shares.iter().map(begin).min().unwrap_or(start);
            let last =
                shares.iter().map(|share| self.calendars.clock(share.clock).add(begin(share), share.minutes));
            return (first, last.max().unwrap_or(first));
        }
        if activity.duration == 0 && activity.remaining == 0 && clock.last_finish(start) == start {
            // An event behind work is where the work ends, not where the next shift begins.
            return (start, start);
        }
        let start = clock.next_start(start);
        let length = match limits.and_then(|limits| limits.expected_finish) {
            Some(expected) => clock.between(start, expected).max(0),
            None => activity.remaining,
        };
        (start, clock.add(start, length))
    }

    /// Dates of a task that ends no later than this.
    fn ending(&self, activity: &Activity, limits: Option<&Limits>, finish: i64) -> (i64, i64) {
        let clock = self.calendars.clock(activity.clock);
        let finish = within(finish);
        match activity.nature {
            Nature::StartMilestone => {
                let at = clock.next_start(finish);
                return (at, at);
            }
            Nature::FinishMilestone => {
                let at = clock.last_finish(finish);
                return (at, at);
            }
            Nature::Work | Nature::Hammock | Nature::Span => {}
        }
        let shares = limits.map_or(&[][..], |limits| &limits.shares);
        if !shares.is_empty() {
            let end =
                |share: &super::activity::SharedWork| self.calendars.clock(share.clock).last_finish(finish);
            let last = shares.iter().map(end).max().unwrap_or(finish);
            let first = shares.iter().map(|share| {
                let clock = self.calendars.clock(share.clock);
                clock.add(clock.add(end(share), -share.minutes), -share.delay)
            });
            return (first.min().unwrap_or(last), last);
        }
        let finish = clock.last_finish(finish);
        if activity.remaining == 0 {
            return (finish, finish);
        }
        (clock.add(finish, -activity.remaining), finish)
    }

    /// Moves tasks that are to be as late as possible behind by their free float: that delays nobody.
    fn delay(&self, dates: &mut [Dates], ends: &[i64]) {
        let graph = self.graph();
        for number in (0..graph.len() as u32).rev() {
            let node = Node(number);
            let task = graph.task(node);
            let activity = self.activity(task);
            let limits = self.activities.limits(activity);
            let is_late = limits.is_some_and(|limits| limits.is_late)
                && activity.state == State::Planned
                && dates[node.index()].is_known()
                && !self.is_phase(task);
            if !is_late {
                continue;
            }
            let free = self.free_float(node, dates, ends);
            if free > 0 {
                let own = &mut dates[node.index()];
                let start = self.calendars.clock(activity.clock).add(own.early_start, free);
                (own.early_start, own.early_finish) = self.placed(activity, limits, start);
            }
        }
    }

    /// How long a task can wait without anybody else waiting, in minutes on its clock.
    fn free_float(&self, node: Node, dates: &[Dates], ends: &[i64]) -> i64 {
        let graph = self.graph();
        let task = graph.task(node);
        let clock = self.calendars.clock(self.activity(task).clock);
        let own = &dates[node.index()];
        let mut free = LATE;
        for edge in self.steps(node) {
            let Some(number) = edge.link else { continue };
            let to = graph.task(edge.to);
            let there = dates[graph.node_behind(to).index()];
            if !there.is_known() || !self.holds(task, to) {
                continue;
            }
            let link = self.link(number);
            let bound = self.forward_bound(link, task, to, own.early_start, own.early_finish);
            let held = match link.kind {
                LinkKind::FinishStart | LinkKind::StartStart => there.early_start,
                LinkKind::FinishFinish | LinkKind::StartFinish => there.early_finish,
            };
            free = free.min(clock.between(bound, held));
        }
        if free == LATE {
            let end = ends[self.plan_of(task).index()];
            free = clock.between(own.early_finish, end);
        }
        free.max(0)
    }

    /// Late dates, from the end of each plan back.
    fn backward(&self, dates: &mut [Dates], ends: &[i64]) {
        let graph = self.graph();
        // Bounds of what is inside a phase, by its node behind.
        let mut bounds = vec![(LATE, LATE); graph.len()];
        for number in (0..graph.len() as u32).rev() {
            let node = Node(number);
            let task = graph.task(node);
            let is_phase = self.is_phase(task);
            if is_phase && graph.node(task) == node {
                // The front of a phase is as late as the first thing inside.
                let mut own = (LATE, LATE);
                for edge in self.steps(node).filter(|edge| edge.link.is_none()) {
                    let inside = &dates[edge.to.index()];
                    let counts = self.is_phase(graph.task(edge.to)) || inside.is_known();
                    if counts && inside.late_finish != EARLY {
                        own = (own.0.min(inside.late_start), own.1.min(inside.late_finish));
                    }
                }
                if own.0 != LATE {
                    (dates[node.index()].late_start, dates[node.index()].late_finish) = own;
                }
                continue;
            }
            if !is_phase && !dates[node.index()].is_known() {
                continue;
            }
            let (start, finish, is_open) = self.late_bounds(node, dates, &bounds);
            if is_phase {
                let limits = self.activities.limits(self.activity(task));
                let own = limits.and_then(|limits| limits.finish_max).unwrap_or(LATE);
                bounds[node.index()] = (start, finish.min(own));
                continue;
            }
            let late = self.late(task, &dates[node.index()], start, finish, is_open, ends);
            (dates[node.index()].late_start, dates[node.index()].late_finish) = late;
        }
    }

    /// What holds start and finish of a node from above, and whether no successor does.
    fn late_bounds(&self, node: Node, dates: &[Dates], bounds: &[(i64, i64)]) -> (i64, i64, bool) {
        let graph = self.graph();
        let task = graph.task(node);
        let own = dates[node.index()];
        let (mut start, mut finish, mut is_open) = (LATE, LATE, true);
        let is_manual = self.activities.limits(self.activity(task)).is_some_and(|it| it.manual.is_some());
        for edge in self.steps(node) {
            let Some(number) = edge.link else {
                let (phase_start, phase_finish) = bounds[edge.to.index()];
                finish = finish.min(phase_finish);
                is_open &= phase_finish == LATE;
                // What holds the start of a phase holds what begins first in it.
                if phase_start != LATE && own.early_start <= dates[edge.to.index()].early_start {
                    start = start.min(phase_start);
                    is_open = false;
                }
                continue;
            };
            let to = graph.task(edge.to);
            let there = dates[edge.to.index()];
            if there.late_finish == EARLY || !self.holds(task, to) {
                continue;
            }
            let link = self.link(number);
            // A task by hand stays where it is, whatever its start holds: nothing behind it limits when it has to begin.
            if is_manual && matches!(link.kind, LinkKind::StartStart | LinkKind::StartFinish) {
                continue;
            }
            is_open = false;
            let (mut lag, on) = self.lag(link, task, to);
            let at = match link.kind {
                LinkKind::FinishStart | LinkKind::StartStart => there.late_start,
                LinkKind::FinishFinish | LinkKind::StartFinish => there.late_finish,
            };
            let holds_start = matches!(link.kind, LinkKind::StartStart | LinkKind::StartFinish);
            if holds_start {
                lag = self.start_and_lag(task, own.early_start, lag, on).1;
            }
            let clock = self.calendars.clock(on);
            let bound = match lag {
                0 => at,
                lag if lag > 0 => clock.add(at, -lag),
                lag => clock.next_start(clock.add(at, -lag)),
            };
            match holds_start {
                true => start = start.min(bound),
                false => finish = finish.min(bound),
            }
        }
        (start, finish, is_open)
    }

    fn late(
        &self,
        task: TaskId,
        own: &Dates,
        start: i64,
        finish: i64,
        is_open: bool,
        ends: &[i64],
    ) -> (i64, i64) {
        let activity = self.activity(task);
        if activity.state == State::Done {
            return (own.early_start, own.early_finish);
        }
        let plan = self.plan_of(task);
        let options = &self.model.plan(plan).schedule;
        let limits = self.activities.limits(activity);
        let clock = self.calendars.clock(activity.clock);
        let mut activity = *activity;
        if limits.is_some_and(|limits| limits.expected_finish.is_some()) {
            activity.remaining = clock.between(own.early_start, own.early_finish).max(0);
        }
        let activity = &activity;
        let end = ends[plan.index()];
        let mut finish = finish.min(end);
        if is_open && options.open_ends_critical {
            finish = finish.min(own.early_finish);
        }
        let mut start = start;
        if let Some(limits) = limits {
            finish = finish.min(limits.finish_max.unwrap_or(LATE));
            if activity.state == State::Planned {
                start = start.min(limits.start_max.unwrap_or(LATE));
                if limits.must_finish.is_some() || limits.must_start.is_some() {
                    return (own.early_start, own.early_finish);
                }
            }
            if limits.manual.is_some() {
                let length = clock.between(own.early_start, own.early_finish);
                let finish = clock.last_finish(finish);
                let late = clock.add(finish, -length);
                return (late, finish);
            }
        }
        let late = self.ending(activity, limits, finish);
        if start == LATE {
            return late;
        }
        let by_start = self.placed_late(activity, limits, start);
        if by_start.1 < late.1 || by_start.0 < late.0 { by_start } else { late }
    }

    /// Dates of a task that begins at a moment, expected finish or not.
    fn placed_late(&self, activity: &Activity, limits: Option<&Limits>, start: i64) -> (i64, i64) {
        match limits {
            Some(limits) if limits.expected_finish.is_some() => {
                let clock = self.calendars.clock(activity.clock);
                let start = clock.next_start(start);
                (start, clock.add(start, activity.remaining))
            }
            limits => self.placed(activity, limits, start),
        }
    }

    /// Both walks, and what follows from them: level of effort, phases.
    pub(super) fn run(&mut self) -> Computed {
        let (mut dates, mut drivers, mut by_links, mut ends) = self.both_walks();
        // Of a plan that is scheduled from its finish, the start is what comes out.
        let mut is_moved = false;
        for plan in self.model.plan_ids() {
            if !self.model.plan(plan).schedule.backwards || self.plans[plan.index()].finish_by.is_none() {
                continue;
            }
            let range = self.model.plan(plan).range(crate::finding::EntityKind::Task);
            let leaves = range.map(|task| TaskId(task as u32)).filter(|task| !self.is_phase(*task));
            let planned = leaves.filter(|task| self.activity(*task).state == State::Planned);
            let late_starts = planned.map(|task| dates[self.graph().node(task).index()].late_start);
            if let Some(first) = late_starts.filter(|start| *start != LATE).min() {
                let facts = &mut self.plans[plan.index()];
                (facts.floor, facts.start) = (first, Some(first));
                is_moved = true;
            }
        }
        if is_moved {
            (dates, drivers, by_links, ends) = self.both_walks();
        }
        let graph = self.graph();
        let mut by_task = vec![Dates::UNKNOWN; self.model.tasks.len()];
        for number in 0..graph.len() as u32 {
            let task = graph.task(Node(number));
            if !self.is_phase(task) {
                by_task[task.index()] = dates[number as usize];
            }
        }
        self.span(&dates, &mut by_task, &ends);
        self.roll_up(&mut by_task, &mut drivers);
        let guessed = self.guessed(&drivers);
        Computed { dates: by_task, drivers, ends, is_doubtful: self.doubtful(), guessed, by_links }
    }

    /// Early and late dates by node, drivers and starts by links by task, and the early finish of each plan.
    fn both_walks(&self) -> (Vec<Dates>, Vec<Driver>, Vec<i64>, Vec<i64>) {
        let graph = self.graph();
        let (mut dates, drivers, by_links) = self.forward();
        let mut ends = vec![EARLY; self.model.plans.len()];
        for number in 0..self.model.tasks.len() as u32 {
            let task = TaskId(number);
            let own = &dates[graph.node_behind(task).index()];
            if own.is_known() && !self.is_phase(task) {
                let end = &mut ends[self.plan_of(task).index()];
                *end = (*end).max(own.early_finish);
            }
        }
        let last_of_all = ends.iter().copied().max().unwrap_or(EARLY);
        let late_ends: Vec<i64> = self
            .model
            .plan_ids()
            .map(|plan| {
                let options = &self.model.plan(plan).schedule;
                let own = if options.floats_to_last_plan { last_of_all } else { ends[plan.index()] };
                match (self.plans[plan.index()].finish_by, options.tool) {
                    // A promise beyond the computed end makes nothing less critical.
                    (Some(promised), ScheduleTool::Native) => promised.min(own),
                    (promised, _) => promised.unwrap_or(own),
                }
            })
            .collect();
        self.delay(&mut dates, &ends);
        self.backward(&mut dates, &late_ends);
        (dates, drivers, by_links, ends)
    }

    /// Level of effort lasts as long as what it is linked to; a summary activity as long as what is in its phase.
    fn span(&self, dates: &[Dates], by_task: &mut [Dates], ends: &[i64]) {
        let graph = self.graph();
        let has_hammocks = self.activities.list.iter().any(|it| it.nature == Nature::Hammock);
        if !has_hammocks {
            return;
        }
        let mut starts = vec![(LATE, LATE); self.model.tasks.len()];
        let mut finishes = vec![(EARLY, EARLY); self.model.tasks.len()];
        let is_hammock = |task: TaskId| self.activity(task).nature == Nature::Hammock;
        for number in 0..graph.len() as u32 {
            let node = Node(number);
            let from = graph.task(node);
            for edge in graph.edges(node) {
                let Some(link) = edge.link.map(|link| self.link(link)) else { continue };
                let to = graph.task(edge.to);
                let (hammock, other, is_first) = match (is_hammock(from), is_hammock(to)) {
                    (false, true) => (to, dates[graph.node_behind(from).index()], false),
                    (true, false) => (from, dates[graph.node_behind(to).index()], true),
                    _ => continue,
                };
                if !other.is_known() {
                    continue;
                }
                // Which end of the other task is linked to which end of this one.
                let (other_is_start, own_is_start) = match (link.kind, is_first) {
                    (LinkKind::FinishStart, false) | (LinkKind::StartFinish, true) => (false, true),
                    (LinkKind::StartStart, _) => (true, true),
                    (LinkKind::FinishFinish, _) => (false, false),
                    (LinkKind::StartFinish, false) | (LinkKind::FinishStart, true) => (true, false),
                };
                let (early, late) = match other_is_start {
                    true => (other.early_start, other.late_start),
                    false => (other.early_finish, other.late_finish),
                };
                if own_is_start {
                    let own = &mut starts[hammock.index()];
                    *own = (own.0.min(early), own.1.min(late));
                } else {
                    let own = &mut finishes[hammock.index()];
                    *own = (own.0.max(early), own.1.max(late));
                }
            }
        }
        for number in 0..self.model.tasks.len() as u32 {
            let task = TaskId(number);
            let activity = self.activity(task);
            if activity.nature != Nature::Hammock
                || !matches!(activity.state, State::Planned | State::Started)
            {
                continue;
            }
            let plan = self.plan_of(task);
            let facts = &self.plans[plan.index()];
            let clock = self.calendars.clock(activity.clock);
            let end = ends[plan.index()].max(facts.floor);
            let pick = |value: i64, none: i64, otherwise: i64| if value == none { otherwise } else { value };
            let (start, finish) = (starts[task.index()], finishes[task.index()]);
            let early_start = match activity.state {
                State::Started => facts.floor,
                _ => pick(start.0, LATE, facts.floor),
            };
            let early_finish = pick(finish.0, EARLY, end).max(early_start);
            let late_start = pick(start.1, LATE, early_start);
            let late_finish = pick(finish.1, EARLY, end).max(late_start);
            by_task[task.index()] = Dates {
                early_start: clock.next_start(early_start),
                early_finish: clock.last_finish(early_finish).max(early_start),
                late_start: clock.next_start(late_start),
                late_finish: clock.last_finish(late_finish).max(late_start),
            };
        }
    }

    /// Phases from what is inside, the innermost first; summary activities from what is beside them.
    fn roll_up(&self, by_task: &mut [Dates], drivers: &mut [Driver]) {
        let graph = self.graph();
        for number in 0..graph.len() as u32 {
            let node = Node(number);
            let task = graph.task(node);
            if graph.node_behind(task) != node {
                continue;
            }
            if self.is_phase(task) && by_task[task.index()].is_known() {
                drivers[task.index()] = Driver::Span;
            }
            let own = by_task[task.index()];
            if let Some(phase) = self.network.hierarchy.parent(task)
                && own.is_known()
                && self.activity(task).nature != Nature::Span
            {
                by_task[phase.index()].include(&own);
            }
        }
        for number in 0..self.model.tasks.len() as u32 {
            let task = TaskId(number);
            let activity = self.activity(task);
            if activity.nature != Nature::Span || activity.state == State::Done {
                continue;
            }
            if let Some(phase) = self.network.hierarchy.parent(task) {
                by_task[task.index()] = by_task[phase.index()];
            }
        }
    }

    fn doubtful(&self) -> Vec<bool> {
        if self.circle.is_empty() {
            return Vec::new();
        }
        let graph = self.graph();
        let mut is_doubtful = vec![false; graph.len()];
        for number in 0..graph.len() {
            let node = Node(number as u32);
            is_doubtful[number] |= self.circle[number] != NONE;
            if is_doubtful[number] {
                for edge in self.steps(node) {
                    is_doubtful[edge.to.index()] = true;
                }
            }
        }
        (0..self.model.tasks.len() as u32)
            .map(|task| is_doubtful[graph.node_behind(TaskId(task)).index()])
            .collect()
    }

    /// Which dates follow from a length that nobody states, or from a start of the plan that is only the first date found
    /// in it.
    fn guessed(&self, drivers: &[Driver]) -> Vec<Guessed> {
        let graph = self.graph();
        let mut by_node = vec![Guessed::default(); graph.len()];
        for number in 0..graph.len() {
            let node = Node(number as u32);
            let task = graph.task(node);
            if !self.is_phase(task) {
                let facts = &self.activities.plans[self.plan_of(task).index()];
                let activity = self.activity(task);
                let own = &mut by_node[number];
                match activity.state {
                    State::Done | State::Out => *own = Guessed::default(),
                    State::Started => {
                        own.start = false;
                        own.finish |= !activity.is_measured;
                    }
                    State::Planned => {
                        own.start |= drivers[task.index()] == Driver::PlanStart && !facts.says_start;
                        own.finish |= own.start || !activity.is_measured;
                    }
                }
            }
            let own = by_node[number];
            if own == Guessed::default() {
                continue;
            }
            for edge in self.steps(node) {
                let there = &mut by_node[edge.to.index()];
                match edge.link {
                    None => {
                        there.start |= own.start;
                        there.finish |= own.finish;
                    }
                    Some(link) => {
                        let from = match self.link(link).kind {
                            LinkKind::FinishStart | LinkKind::FinishFinish => own.finish,
                            LinkKind::StartStart | LinkKind::StartFinish => own.start,
                        };
                        if from && self.holds(task, graph.task(edge.to)) {
                            // Held from the back, it may be moved as a whole.
                            there.start = true;
                            there.finish = true;
                        }
                    }
                }
            }
        }
        (0..self.model.tasks.len() as u32)
            .map(|task| by_node[graph.node_behind(TaskId(task)).index()])
            .collect()
    }

    /// Free float of every task, and which links drive their successors.
    pub(super) fn slack(&self, by_task: &[Dates], drivers: &[Driver], ends: &[i64]) -> (Vec<i64>, Vec<bool>) {
        let graph = self.graph();
        let mut free = vec![0; by_task.len()];
        let mut drives = vec![false; self.model.arenas.links.len()];
        for number in 0..graph.len() as u32 {
            let node = Node(number);
            let task = graph.task(node);
            if graph.node_behind(task) != node {
                continue;
            }
            let own = &by_task[task.index()];
            if !own.is_known() {
                continue;
            }
            let clock = self.calendars.clock(self.activity(task).clock);
            let mut least = LATE;
            for edge in self.steps(node) {
                let Some(number) = edge.link else { continue };
                let to = graph.task(edge.to);
                let there = &by_task[to.index()];
                if !there.is_known() || !self.holds(task, to) {
                    continue;
                }
                let link = self.link(number);
                let bound = self.forward_bound(link, task, to, own.early_start, own.early_finish);
                let (held, on) = match link.kind {
                    LinkKind::FinishStart | LinkKind::StartStart => {
                        (there.early_start, self.activity(to).clock)
                    }
                    LinkKind::FinishFinish | LinkKind::StartFinish => {
                        (there.early_finish, self.activity(to).clock)
                    }
                };
                let gap = self.calendars.clock(on).between(bound, held);
                // What stands on a date of its own is not driven by what it ignores.
                drives[number as usize] = gap == 0 || (gap < 0 && drivers[to.index()] != Driver::Date);
                least = least.min(clock.between(bound, held));
            }
            if matches!(self.activity(task).nature, Nature::Hammock | Nature::Span) {
                least = clock.between(own.early_finish, own.late_finish);
            } else if least == LATE {
                least = clock.between(own.early_finish, ends[self.plan_of(task).index()]);
            }
            free[task.index()] = least.max(0);
        }
        (free, drives)
    }
}

/// Whether a date lies inside the calendar of the world.
pub(super) fn is_date(minute: i64) -> bool {
    (FIRST..=LAST).contains(&minute)
}
