//! The calendars of a run: what plans write, what imports store, and which one counts for which task.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::finding::EntityKind;
use crate::model::{
    List, Model, Period, PlanId, ScheduleTool, Shifts, TaskId, WorkingTime, parse_hours, weekday,
};
use crate::network::Network;

use super::clock::{WorkClock, both};
use super::time::{DAY, day_number, weekday_of};

/// Longest period of days off that is taken at its word: longer ones are typing errors that would fill the memory.
const LONGEST_PERIOD: i32 = 366 * 10;

/// How many calendars are followed from one to that on which it is based.
const LONGEST_BASE: usize = 32;

/// The clock that counts nights and weekends too.
pub(super) const ELAPSED: u32 = 0;

/// Every calendar of a run, ready for counting.
#[derive(Default)]
pub(super) struct Calendars {
    pub(super) clocks: Vec<WorkClock>,
    times: Vec<WorkingTime>,
    /// Clock of each calendar of the model.
    of_calendar: Vec<u32>,
    /// Clock of each plan.
    of_plan: Vec<u32>,
    /// Clocks of two calendars that have to work both.
    pairs: FxHashMap<(u32, u32), u32>,
    /// For each clock the first that works at the same times.
    twins: Vec<u32>,
    /// Clocks that work on weekends as on other days, by the clock they are made from.
    weekends: FxHashMap<u32, u32>,
    /// Clocks by what they have in common with others that may be their twins.
    like: FxHashMap<u64, Vec<u32>>,
}

impl Calendars {
    pub(super) fn new(model: &Model<'_>) -> Self {
        let mut all = Self {
            clocks: vec![WorkClock::elapsed()],
            times: vec![WorkingTime::default()],
            of_calendar: Vec::with_capacity(model.calendars.len()),
            of_plan: Vec::with_capacity(model.plans.len()),
            pairs: FxHashMap::default(),
            weekends: FxHashMap::default(),
            twins: vec![ELAPSED],
            like: FxHashMap::default(),
        };
        for number in 0..model.calendars.len() {
            let mut time = working_time(model, number);
            if !time.has_work() {
                // The reader, or PLN004, has said so.
                let lengths = (time.minutes_per_day, time.minutes_per_week, time.minutes_per_month);
                time = WorkingTime::default();
                (time.minutes_per_day, time.minutes_per_week, time.minutes_per_month) = lengths;
            }
            let clock = all.add(time);
            all.of_calendar.push(clock);
        }
        for plan in model.plan_ids() {
            let clock = match plan_calendar(model, plan) {
                Some(calendar) => all.of_calendar[calendar],
                None => all.add(WorkingTime::default()),
            };
            all.of_plan.push(clock);
        }
        all
    }

    fn add(&mut self, time: WorkingTime) -> u32 {
        let number = self.clocks.len() as u32;
        let like = self.like.entry(FxBuildHasher.hash_one((&time.week, &time.exceptions))).or_default();
        let is_twin = |other: &&u32| {
            let other = &self.times[**other as usize];
            other.week == time.week && other.exceptions == time.exceptions
        };
        let twin = like.iter().find(is_twin).copied();
        if twin.is_none() {
            like.push(number);
        }
        self.twins.push(twin.unwrap_or(number));
        self.clocks.push(WorkClock::new(&time));
        self.times.push(time);
        number
    }

    /// Whether two clocks work at the same times.
    pub(super) fn are_twins(&self, one: u32, other: u32) -> bool {
        self.twins[one as usize] == self.twins[other as usize]
    }

    pub(super) fn clock(&self, number: u32) -> &WorkClock {
        &self.clocks[number as usize]
    }

    /// The working time behind a clock.
    pub(super) fn time(&self, number: u32) -> &WorkingTime {
        &self.times[number as usize]
    }

    pub(super) fn of_plan(&self, plan: PlanId) -> u32 {
        self.of_plan[plan.index()]
    }

    /// The clock of a calendar of the model, by its number.
    pub(super) fn of_calendar(&self, calendar: usize) -> Option<u32> {
        self.of_calendar.get(calendar).copied()
    }

    /// The clock that works only where both do. Where they never do, the second alone.
    pub(super) fn both(&mut self, one: u32, other: u32) -> u32 {
        if one == other || one == ELAPSED {
            return other;
        }
        if let Some(&known) = self.pairs.get(&(one, other)) {
            return known;
        }
        let time = both(self.time(one), self.time(other));
        let clock = if time.has_work() { self.add(time) } else { other };
        self.pairs.insert((one, other), clock);
        clock
    }

    /// The clock that works on weekends too, with the hours of the first working day of the week.
    pub(super) fn with_weekends(&mut self, clock: u32) -> u32 {
        if let Some(&known) = self.weekends.get(&clock) {
            return known;
        }
        let mut time = self.time(clock).clone();
        let hours = time.week.iter().find(|day| !day.is_empty()).cloned().unwrap_or_default();
        for day in time.week.iter_mut().filter(|day| day.is_empty()) {
            day.clone_from(&hours);
        }
        let made = if clock == ELAPSED { clock } else { self.add(time) };
        self.weekends.insert(clock, made);
        made
    }
}

/// The number of the calendar of a plan: the one it names, else its only one.
pub(super) fn plan_calendar(model: &Model<'_>, plan: PlanId) -> Option<usize> {
    let entry = model.plan(plan);
    let mut range = entry.range(EntityKind::Calendar);
    match entry.header.calendar().map(|name| model.text(name)) {
        Some(name) => range.find(|it| model.text(model.calendars[*it].id) == name),
        None => Some(range.start).filter(|_| range.len() == 1),
    }
}

/// Finds the calendar of tasks: their own, else for plans in the plan language that of a phase around them, else their
/// site's, else their owner's, else the plan's. Remembers what names mean, as neighbors mostly have the same.
pub(super) struct Finder<'a, 's> {
    pub(super) model: &'a Model<'s>,
    pub(super) network: &'a Network,
    known: FxHashMap<(PlanId, crate::model::Text), Option<usize>>,
    /// What a phase passes on to everything inside.
    of_phase: FxHashMap<TaskId, Option<usize>>,
}

impl<'a, 's> Finder<'a, 's> {
    pub(super) fn new(model: &'a Model<'s>, network: &'a Network) -> Self {
        Self { model, network, known: FxHashMap::default(), of_phase: FxHashMap::default() }
    }

    /// The number of the calendar that a task names itself, or takes over from its site or its owner.
    pub(super) fn calendar(&mut self, task: TaskId) -> Option<usize> {
        let it = self.model.task(task);
        if let Some(name) = it.calendar() {
            return self.named(it.plan, name);
        }
        if self.model.plan(it.plan).schedule.tool != ScheduleTool::Native {
            return None;
        }
        if let Some(calendar) = self.of_phases(task) {
            return Some(calendar);
        }
        let giver = self.network.hierarchy.sites_from(task).unwrap_or(task);
        self.of_site(it.plan, self.model.task(giver).sites()).or_else(|| self.of_owner(task))
    }

    /// The calendar of the nearest phase around a task that names one.
    fn of_phases(&mut self, task: TaskId) -> Option<usize> {
        let mut passed: Vec<TaskId> = Vec::new();
        let mut at = self.network.hierarchy.parent(task);
        let mut found = None;
        while let Some(phase) = at {
            if let Some(known) = self.of_phase.get(&phase) {
                found = *known;
                break;
            }
            passed.push(phase);
            let it = self.model.task(phase);
            if let Some(name) = it.calendar() {
                found = self.named(it.plan, name);
                break;
            }
            at = self.network.hierarchy.parent(phase);
        }
        for phase in passed {
            self.of_phase.insert(phase, found);
        }
        found
    }

    fn named(&mut self, plan: PlanId, name: crate::model::Text) -> Option<usize> {
        let (model, network) = (self.model, self.network);
        let find = || {
            let found = network.index.find(model, EntityKind::Calendar, plan, model.text(name))?;
            Some(found.index as usize)
        };
        if name.is_decoded() {
            return find();
        }
        *self.known.entry((plan, name)).or_insert_with(find)
    }

    fn of_site(&mut self, plan: PlanId, sites: List) -> Option<usize> {
        let [site] = self.model.list(sites) else { return None };
        let found = self.network.index.find(self.model, EntityKind::Site, plan, self.model.text(*site))?;
        let site = self.model.sites.get(found.index as usize)?;
        self.named(site.plan, site.calendar()?)
    }

    /// An owner works when the site where they sit works.
    fn of_owner(&mut self, task: TaskId) -> Option<usize> {
        let owner = self.network.references.owner(task)?;
        let person =
            self.model.persons.get(owner.index as usize).filter(|_| owner.kind == EntityKind::Person)?;
        let text = self.model.text(person.site()?);
        let found = self.network.index.find(self.model, EntityKind::Site, person.plan, text)?;
        let site = self.model.sites.get(found.index as usize)?;
        self.named(site.plan, site.calendar()?)
    }
}

/// When a calendar of the model works: as its file stores it, else as the plan says it.
pub(super) fn working_time(model: &Model<'_>, calendar: usize) -> WorkingTime {
    if let Some(time) = model.working_time(calendar) {
        return time.clone();
    }
    // The base comes first, and what is said nearer to the calendar replaces it.
    let mut chain = vec![calendar];
    while let Some(base) = chain.last().and_then(|last| base(model, *last)) {
        if chain.len() > LONGEST_BASE || chain.contains(&base) {
            break;
        }
        chain.push(base);
    }
    let mut days: [bool; 7] = [true, true, true, true, true, false, false];
    let mut shifts: Shifts = vec![(8 * 60, 12 * 60), (13 * 60, 17 * 60)];
    // Days of the week with hours of their own.
    let mut own: [Option<Shifts>; 7] = Default::default();
    for &number in chain.iter().rev() {
        let it = &model.calendars[number];
        let named: Vec<u8> =
            model.list(it.work_week()).iter().filter_map(|day| weekday(model.text(*day).trim())).collect();
        if !named.is_empty() {
            days = std::array::from_fn(|day| named.contains(&(day as u8)));
            own = Default::default();
        }
        let hours: Vec<(Option<u8>, (u16, u16))> =
            model.list(it.hours()).iter().filter_map(|text| parse_hours(model.text(*text))).collect();
        let of = |day: Option<u8>| -> Shifts {
            hours.iter().filter(|(it, _)| *it == day).map(|(_, shift)| *shift).collect()
        };
        if hours.iter().any(|(day, _)| day.is_none()) {
            shifts = of(None);
            own = Default::default();
        }
        for day in hours.iter().filter_map(|(day, _)| *day) {
            days[usize::from(day)] = true;
            own[usize::from(day)] = Some(of(Some(day)));
        }
    }
    let per_day: u32 = shifts.iter().map(|shift| length(*shift)).sum::<u32>().min(DAY as u32);
    let mut per_week = 0;
    let mut week: [Shifts; 7] = Default::default();
    for day in (0..7).filter(|day| days[*day]) {
        for &(from, to) in own[day].as_ref().unwrap_or(&shifts) {
            per_week += length((from, to));
            if to > from {
                week[day].push((from, to));
            } else {
                // Over midnight: the rest is worked on the day after.
                week[day].push((from, DAY as u16));
                week[(day + 1) % 7].push((0, to));
            }
        }
    }
    let mut exceptions: Vec<(i32, Shifts)> = Vec::new();
    for &number in chain.iter().rev() {
        let it = &model.calendars[number];
        each_day(model.periods(it.holidays()), |day| exceptions.push((day, Shifts::new())));
        let is_timed = |it: &&Period| it.start.minute().is_some() || it.finish.minute().is_some();
        each_day(model.periods(it.extra_days()).iter().filter(|it| !is_timed(it)), |day| {
            if !days[weekday_of(day)] {
                exceptions.push((day, shifts.iter().filter(|(from, to)| from < to).copied().collect()));
            }
        });
        let mut timed: BTreeMap<i32, Shifts> = BTreeMap::new();
        for period in model.periods(it.extra_days()).iter().filter(is_timed) {
            let (first, last) = (day_number(period.start.date), day_number(period.finish.date));
            each_day([period], |day| {
                let from = if day == first { period.start.as_start().1 } else { 0 };
                let to = if day == last { period.finish.as_finish().1 } else { DAY as u16 };
                timed.entry(day).or_default().push((from, to));
            });
        }
        exceptions.extend(timed);
    }
    let mut time = WorkingTime {
        week,
        exceptions,
        minutes_per_day: per_day,
        minutes_per_week: per_week.max(per_day),
        minutes_per_month: 20 * per_day,
        is_guess: false,
    };
    time.tidy();
    time
}

fn base(model: &Model<'_>, calendar: usize) -> Option<usize> {
    let it = &model.calendars[calendar];
    let name = model.text(it.based_on()?);
    model
        .plan(it.plan)
        .range(EntityKind::Calendar)
        .find(|other| model.text(model.calendars[*other].id) == name)
}

fn length((from, to): (u16, u16)) -> u32 {
    let minutes = (i64::from(to) - i64::from(from)).rem_euclid(DAY);
    if minutes == 0 { DAY as u32 } else { minutes as u32 }
}

fn each_day<'p>(periods: impl IntoIterator<Item = &'p Period>, mut visit: impl FnMut(i32)) {
    for period in periods {
        let first = day_number(period.start.date);
        let last = day_number(period.finish.date).min(first.saturating_add(LONGEST_PERIOD));
        (first..=last).for_each(&mut visit);
    }
}
