//! The critical path test: one task of a plan takes much longer, and the plan is computed again. Does its finish follow?

use crate::model::{LinkKind, Model, TaskId};
use crate::network::{Network, Node, Predecessor};

use super::activity::{Activities, State};
use super::calendars::{Calendars, ELAPSED};
use super::passes::{Dates, Driver, Passes};
use super::time::DAY;
use super::{Days, Schedule};

/// What becomes of a plan when one of its tasks takes longer.
#[derive(Clone, Debug)]
pub struct Delayed {
    /// The task that takes longer.
    pub task: TaskId,
    /// By how many days of its calendar the last task of the path moves, with which the plan ended.
    pub moved: Days,
    /// Whether that still waits for the task, link by link: then what is missing in `moved` is only that
    /// other calendars count other days.
    pub is_passed_on: bool,
    /// Where on the path the delay does not go on. None where it arrives.
    pub swallowed: Option<Swallowed>,
}

/// A task that does not pass a delay on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Swallowed {
    /// The task.
    pub task: TaskId,
    /// Why.
    pub by: Swallower,
}

/// Why a delay does not go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Swallower {
    /// A date of its own holds the task: a constraint, dates by hand.
    Date,
    /// There is room before its own end, which waits for something else.
    Room,
    /// It waits for the start of the task that takes longer, and not for its end.
    Start(TaskId),
    /// Nothing that sets the finish waits for its end.
    Nothing,
}

impl Schedule {
    /// Computes plans again, each with the first task of a path to its finish so many working days longer. Other plans stay
    /// as they are for each of them. Costs one forward pass, however many plans there are.
    pub fn delayed(
        &self,
        model: &Model<'_>,
        network: &Network,
        paths: &[Vec<TaskId>],
        days: i64,
    ) -> Vec<Delayed> {
        let tasks: Vec<TaskId> = paths.iter().filter_map(|path| path.first().copied()).collect();
        if tasks.is_empty() {
            return Vec::new();
        }
        let mut fresh;
        let (calendars, mut activities) = match &self.activities {
            Some(activities) => (&self.calendars, activities.clone()),
            None => {
                fresh = Calendars::new(model);
                let activities = Activities::new(model, network, &mut fresh);
                (&fresh, activities)
            }
        };
        for task in &tasks {
            let minutes = days.saturating_mul(per_day(calendars, clock_of(&activities, *task)));
            activities.lengthen(calendars, *task, minutes);
        }
        let mut passes = Passes::new(model, network, calendars, &activities);
        passes.elsewhere = Some(self.tasks.iter().map(|it| it.dates).collect());
        let (dates, drivers, _) = passes.forward();
        let mut longer = vec![false; self.tasks.len()];
        tasks.iter().for_each(|task| longer[task.index()] = true);
        let again = Again {
            before: self,
            model,
            network,
            calendars,
            activities: &activities,
            dates,
            drivers,
            longer,
        };
        let carried = again.carried(days);
        paths.iter().filter(|path| !path.is_empty()).map(|path| again.outcome(path, days, &carried)).collect()
    }
}

/// Whether a link holds the end of a task, and not its start.
fn holds_finish(model: &Model<'_>, link: u32) -> bool {
    let kind = model.arenas.links[link as usize].kind;
    matches!(kind, LinkKind::FinishFinish | LinkKind::StartFinish)
}

/// The clock on which a task is worked on; of several that of its first resource.
fn clock_of(activities: &Activities, task: TaskId) -> u32 {
    let activity = &activities.list[task.index()];
    let share = activities.limits(activity).and_then(|limits| limits.shares.first());
    share.map_or(activity.clock, |share| share.clock)
}

fn per_day(calendars: &Calendars, clock: u32) -> i64 {
    if clock == ELAPSED { DAY } else { i64::from(calendars.time(clock).minutes_per_day).max(1) }
}

/// The second computation, beside the first.
struct Again<'a> {
    before: &'a Schedule,
    model: &'a Model<'a>,
    network: &'a Network,
    calendars: &'a Calendars,
    activities: &'a Activities,
    /// By node.
    dates: Vec<Dates>,
    drivers: Vec<Driver>,
    /// The tasks that take longer.
    longer: Vec<bool>,
}

impl Again<'_> {
    fn node(&self, task: TaskId) -> Node {
        self.network.graph.node_behind(task)
    }

    /// By how many minutes of a task's own clock a moment has moved, in days.
    fn moved(&self, task: TaskId, before: i64, after: i64) -> Days {
        let clock = clock_of(self.activities, task);
        Days::new(self.calendars.clock(clock).between(before, after), per_day(self.calendars, clock))
    }

    /// Whether the end of a task that takes longer moves by as much, give or take a day.
    fn moves(&self, task: TaskId, days: i64) -> bool {
        let before = self.before.tasks[task.index()].dates.early_finish;
        let moved = self.moved(task, before, self.dates[self.node(task).index()].early_finish);
        // Where several resources share the work, the last of them may count other days.
        let is_shared =
            self.activities.limits(&self.activities.list[task.index()]).is_some_and(|it| it.shares.len() > 1);
        moved.compare(days - 1).is_ge() || (is_shared && moved.compare(0).is_gt())
    }

    /// The predecessor of a link.
    fn predecessor(&self, link: usize) -> Option<TaskId> {
        match self.network.references.likely_predecessor(link) {
            Predecessor::Task(task) => Some(task),
            Predecessor::Outside | Predecessor::Unknown => None,
        }
    }

    /// Whether a link hands the delay on, given that its predecessor has it: of a task that only takes longer the end is
    /// late, and not the start.
    fn hands_on(&self, link: usize, from: TaskId) -> bool {
        let kind = self.model.arenas.links[link].kind;
        !self.longer[from.index()] || matches!(kind, LinkKind::FinishStart | LinkKind::FinishFinish)
    }

    /// For each node whether it has the delay: it is held by a link from one that has it, and was before.
    fn carried(&self, days: i64) -> Vec<bool> {
        let graph = &self.network.graph;
        let mut carried = vec![false; graph.len()];
        for number in 0..graph.len() {
            let node = Node(number as u32);
            let task = graph.task(node);
            if self.network.hierarchy.is_leaf(task) {
                carried[number] = match self.drivers[task.index()] {
                    _ if self.longer[task.index()] => self.moves(task, days),
                    Driver::Link(link) if self.before.is_driving(link as usize) => {
                        self.predecessor(link as usize).is_some_and(|from| {
                            carried[self.node(from).index()]
                                && self.model.task(from).plan == self.model.task(task).plan
                                && self.hands_on(link as usize, from)
                        })
                    }
                    _ => false,
                };
            }
            if carried[number] {
                // A phase ends with what ends last in it.
                let finish = self.dates[number].early_finish;
                for edge in graph.edges(node).filter(|edge| edge.link.is_none()) {
                    carried[edge.to.index()] |= self.dates[edge.to.index()].early_finish == finish;
                }
            }
        }
        carried
    }

    fn outcome(&self, path: &[TaskId], days: i64, carried: &[bool]) -> Delayed {
        let (task, last) = (path[0], path[path.len() - 1]);
        let before = self.before.tasks[last.index()].dates.early_finish;
        let moved = self.moved(task, before, self.dates[self.node(last).index()].early_finish);
        let is_passed_on = carried[self.node(last).index()];
        let arrives = is_passed_on || moved.compare(days - 1).is_ge();
        let swallowed = (!arrives).then(|| self.swallowed(path, carried));
        Delayed { task, moved, is_passed_on, swallowed }
    }

    /// The first task of a path that does not have the delay.
    fn swallowed(&self, path: &[TaskId], carried: &[bool]) -> Swallowed {
        let Some(at) = path.iter().position(|task| !carried[self.node(*task).index()]) else {
            return Swallowed { task: path[path.len() - 1], by: Swallower::Nothing };
        };
        let task = path[at];
        let by = match (self.drivers[task.index()], self.before.driver(task)) {
            (Driver::Date, _) => Swallower::Date,
            (_, Driver::Link(link)) if at == 0 && holds_finish(self.model, link) => Swallower::Room,
            _ if at == 0 => Swallower::Date,
            (_, Driver::Link(link)) if at == 1 && !self.hands_on(link as usize, path[0]) => {
                Swallower::Start(path[0])
            }
            _ => Swallower::Nothing,
        };
        Swallowed { task, by }
    }
}

impl Activities {
    /// Makes a task take so many minutes longer, on every clock on which it is worked on.
    fn lengthen(&mut self, calendars: &Calendars, task: TaskId, minutes: i64) {
        let activity = &mut self.list[task.index()];
        if !matches!(activity.state, State::Planned | State::Started) {
            return;
        }
        let longer = |amount: i64| amount.saturating_add(minutes).min(super::time::MOST);
        activity.duration = longer(activity.duration);
        activity.remaining = longer(activity.remaining);
        let (limits, clock) = (activity.limits as usize, activity.clock);
        let Some(limits) = self.limits.get_mut(limits) else { return };
        limits.shares.iter_mut().for_each(|share| share.minutes = longer(share.minutes));
        // Whoever expected to finish on a day expects it so much later now.
        limits.expected_finish =
            limits.expected_finish.map(|finish| calendars.clock(clock).add(finish, minutes));
    }
}
