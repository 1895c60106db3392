//! A plan in the plan language: what `planlint import` writes.
//!
//! Everything that the model holds of a plan is written so that it is read as the same again. What the language cannot say
//! is a comment at the task, and the head of the file counts what was left out. The order is that of a person: the plan,
//! its calendars, people and places, then the tasks in the order of the outline, short ones as rows and long ones as blocks.

mod calendar;
mod names;
mod task;
mod text;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use self::calendar::{Written, moment};
use self::names::Names;
use self::task::OnResources;
use self::text::{key, list, quoted, remark};
use super::text::counted;
use crate::finding::{Entity, EntityKind};
use crate::model::{
    Capacity, CriticalBy, Duration, Fields, FloatKind, Lists, Model, Moment, Money, PlanEntry, PlanId,
    ProgressLogic, Scale, ScheduleTool, TaskId, Text, Type, Unit, Value, WorkingTime, write_thousandths,
};
use crate::network::Network;
use crate::source::Format;

/// Longest row; what is longer becomes a block.
const LONGEST_ROW: usize = 120;

/// Most fields of a row.
const MOST_FIELDS: usize = 7;

/// A field of the language, as it is written.
type Line = (Cow<'static, str>, String);

/// Writes the plans of a run in the plan language.
pub struct Native<'a> {
    model: &'a Model<'a>,
    network: &'a Network,
    names: Names,
    calendars: Vec<Written<'a>>,
    /// For each calendar the first that works at the same times.
    twins: Vec<usize>,
    usual: Written<'a>,
}

/// What was not carried over, counted for the head of the file: what, and of how many things.
#[derive(Default)]
struct Lost(BTreeMap<&'static str, usize>);

impl Lost {
    fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }
}

impl<'a> Native<'a> {
    /// Finds the names of everything in a run. `usual` is when work is done where no calendar says it.
    pub fn new(model: &'a Model<'a>, network: &'a Network, usual: &'a WorkingTime) -> Self {
        let time = |number| model.working_time(number).unwrap_or(usual);
        let numbers = 0..model.calendars.len();
        let mut first: FxHashMap<_, usize> = FxHashMap::default();
        let twins = numbers.clone().map(|number| {
            let time = time(number);
            *first.entry((&time.week, &time.exceptions)).or_insert(number)
        });
        Self {
            model,
            network,
            names: Names::new(model),
            twins: twins.collect(),
            calendars: numbers.map(|number| Written::new(time(number))).collect(),
            usual: Written::new(usual),
        }
    }

    /// What a plan is called in the plan language.
    pub fn plan_name(&self, plan: PlanId) -> &str {
        self.names.plan(plan)
    }

    /// The text of one plan. `unread` says what of its file no reader looks at, a line each.
    pub fn text(&self, plan: PlanId, unread: &[String]) -> String {
        let mut lost = Lost::default();
        let mut body = String::new();
        self.header(plan, &mut body);
        self.write_calendars(plan, &mut body, &mut lost);
        for kind in [EntityKind::Person, EntityKind::Site, EntityKind::Wave] {
            self.rows(plan, kind, &mut body);
        }
        let counts = self.write_tasks(plan, &mut body, &mut lost);
        let mut text = self.head(plan, &counts, &lost, unread);
        text.push_str(&body);
        text
    }

    /// The comment that the file begins with.
    fn head(&self, plan: PlanId, counts: &task::Counts, lost: &Lost, unread: &[String]) -> String {
        let entry = self.model.plan(plan);
        let file = self.model.sources().file(entry.file);
        let name = file.name.rsplit('/').next().unwrap_or(&file.name);
        let (phases, links) = (counted(counts.phases, "phase"), counted(counts.links, "link"));
        let tasks = counted(counts.leaves, "task");
        let mut text =
            format!("# Imported from {} ({}): {tasks}, {phases}, {links}.\n", remark(name), tool_name(entry));
        let mut lines: Vec<String> = lost.0.iter().map(|(what, count)| format!("{what}: {count}")).collect();
        lines.extend(options_not_said(entry));
        lines.extend(unread.iter().cloned());
        if !lines.is_empty() {
            text.push_str("#\n# Not carried over:\n");
            for line in lines {
                text.push_str(&format!("# - {}\n", remark(&line)));
            }
        }
        text.push('\n');
        text
    }

    /// `[plan]`.
    fn header(&self, plan: PlanId, out: &mut String) {
        let entry = self.model.plan(plan);
        let header = &entry.header;
        let mut lines: Vec<Line> = vec![("id".into(), quoted(self.names.plan(plan)))];
        let mut scheduling: Vec<String> = Vec::new();
        for (number, field) in Lists::fields(EntityKind::Plan).iter().enumerate() {
            let Some(value) = header.get(number) else { continue };
            let text = |text| quoted(self.model.text(text));
            let written = match (field.name, value) {
                ("id" | "x-source", _) => continue,
                (name, _) if name.starts_with("scheduling.") => continue,
                ("owner", Value::Text(owner)) => self.person(plan, owner),
                ("calendar", Value::Text(name)) => match self.calendar_named(plan, name) {
                    Some(calendar) => quoted(self.names.of(Entity::new(EntityKind::Calendar, calendar))),
                    None => continue,
                },
                ("start" | "status-date", Value::Moment(it)) => self.day(plan, it.value, Edge::Start),
                ("finish-by", Value::Moment(it)) => self.day(plan, it.value, Edge::Finish),
                (_, Value::Text(it)) => text(it),
                (_, value) => self.value(field.ty, value),
            };
            lines.push((field.name.into(), written));
        }
        let order =
            ["id", "name", "goal", "owner", "sponsor", "start", "finish-by", "status-date", "calendar"];
        lines.sort_by_key(|(name, _)| order.iter().position(|it| it == name).unwrap_or(order.len()));
        scheduling.extend(scheduling_options(entry));
        if !scheduling.is_empty() {
            lines.push(("scheduling".into(), format!("{{ {} }}", scheduling.join(", "))));
        }
        // The file names people, if not for this plan: then they are missing here.
        if entry.capability.carries("task.owner") && entry.range(EntityKind::Person).is_empty() {
            lines.push(("resources".into(), "true".to_owned()));
        }
        let source = match entry.format {
            Format::Xer => format!("xer:{}", self.model.plan_id(plan)),
            Format::Mspdi => format!("mspdi:{}", self.model.plan_id(plan)),
            _ => format!("csv:{}", self.model.plan_id(plan)),
        };
        lines.push(("x-source".into(), quoted(&source)));
        out.push_str("[plan]\n");
        block(&lines, out);
    }

    /// Calendars that something refers to; where the plan names none, all of them, because then their number counts.
    fn write_calendars(&self, plan: PlanId, out: &mut String, lost: &mut Lost) {
        let around = self.days_around(plan);
        for (number, is_used) in self.used_calendars(plan) {
            if !is_used {
                lost.note("calendars of people and machines");
                continue;
            }
            let it = Entity::new(EntityKind::Calendar, number);
            let (fields, remarks) = self.calendars[number].fields(around);
            out.push('\n');
            let (id, name) = (self.model.id(it), self.names.of(it));
            if id.to_lowercase().replace(' ', "-") != name {
                out.push_str(&format!("# {}\n", remark(id)));
            }
            for said in &remarks {
                out.push_str(&format!("# {}\n", remark(said)));
            }
            out.push_str(&format!("[calendar.{}]\n", key(name)));
            let lines: Vec<Line> = fields.into_iter().map(|(key, value)| (key.into(), value)).collect();
            block(&lines, out);
        }
    }

    /// The calendars of a plan by their numbers, and whether the plan or a task is worked on them; where the plan names
    /// none, all are.
    fn used_calendars(&self, plan: PlanId) -> Vec<(usize, bool)> {
        let entry = self.model.plan(plan);
        let range = entry.range(EntityKind::Calendar);
        let mut is_used = vec![entry.header.calendar().is_none(); range.len()];
        let own = entry.header.calendar().and_then(|name| self.calendar_named(plan, name));
        let of_tasks = self.model.tasks_of(plan).filter_map(|(task, _)| self.named_calendar(task));
        for number in own.into_iter().chain(of_tasks) {
            is_used[number - range.start] = true;
        }
        range.zip(is_used).collect()
    }

    /// A year before the first and five years behind the last day that the plan speaks of, as days since 1970-01-01.
    fn days_around(&self, plan: PlanId) -> Option<(i32, i32)> {
        let entry = self.model.plan(plan);
        let mut days: Option<(i32, i32)> = None;
        let mut take = |moment: Option<crate::model::Spanned<Moment>>| {
            let Some(moment) = moment else { return };
            let day = calendar::day_number(moment.value.date);
            let (first, last) = days.unwrap_or((day, day));
            days = Some((first.min(day), last.max(day)));
        };
        let header = &entry.header;
        [header.start(), header.finish_by(), header.status_date()].into_iter().for_each(&mut take);
        for (task, it) in self.model.tasks_of(plan) {
            [it.start(), it.finish(), it.actual_start(), it.actual_finish()].into_iter().for_each(&mut take);
            if let Some(stored) = self.model.stored.get(task.index()) {
                [stored.early_start, stored.late_finish].into_iter().for_each(&mut take);
            }
        }
        days.map(|(first, last)| (first - 366, last.saturating_add(5 * 366)))
    }

    /// People, sites or waves: a row each.
    fn rows(&self, plan: PlanId, kind: EntityKind, out: &mut String) {
        let range = self.model.plan(plan).range(kind);
        if range.is_empty() {
            return;
        }
        let (mut rows, mut blocks) = (String::new(), String::new());
        for number in range {
            let it = Entity::new(kind, number);
            let Some(entity) = self.model.lists.get(it) else { continue };
            let mut lines: Vec<Line> = Vec::new();
            for (index, field) in Lists::fields(kind).iter().enumerate() {
                let Some(value) = entity.get(index) else { continue };
                lines.push((field.name.into(), self.value(field.ty, value)));
            }
            let (id, name) = (self.model.id(it), self.names.of(it));
            if id != name && !lines.iter().any(|(field, _)| field == "name") {
                lines.insert(0, ("name".into(), quoted(id)));
            }
            item(kind, name, &lines, &[], &mut rows, &mut blocks);
        }
        if !rows.is_empty() {
            out.push_str(&format!("\n[{}]\n{rows}", kind.as_str()));
        }
        out.push_str(&blocks);
    }

    /// A value of a field that refers to nothing.
    fn value(&self, ty: Type, value: Value) -> String {
        let number = |thousandths: i64| {
            let mut out = String::new();
            // Writing into a text cannot fail.
            let _ = write_thousandths(&mut out, thousandths);
            out
        };
        let money = |money: Money| match money.currency() {
            None => number(money.thousandths()),
            Some(currency) => {
                let rate = money.rate_millionths().map(|rate| format!(", rate = {}", f64::from(rate) / 1e6));
                let (amount, rate) = (number(money.thousandths()), rate.unwrap_or_default());
                format!("{{ amount = {amount}, currency = {}{rate} }}", quoted(currency))
            }
        };
        match value {
            Value::Text(text) => quoted(self.model.text(text)),
            Value::List(texts) => {
                let texts = self.model.list(texts).iter().map(|text| quoted(self.model.text(*text)));
                list(&texts.collect::<Vec<_>>())
            }
            Value::Duration(it) => format!("\"{}\"", it.value),
            Value::Moment(it) => moment(it.value),
            Value::Flag(it) => it.value.to_string(),
            Value::Count(it) => it.value.to_string(),
            Value::Word(it) => {
                let words = if let Type::Word(words) = ty { words } else { &[] };
                quoted(words.get(usize::from(it.value)).copied().unwrap_or(""))
            }
            Value::Scale(it) => quoted(it.value.level().map_or("", Scale::word)),
            Value::Money(it) => money(it.value),
            Value::Capacity(it) => match it.value {
                Capacity::Percent(percent) => format!("\"{percent}%\""),
                Capacity::Pool => quoted("pool"),
            },
            Value::Constraint(it) => {
                let date = it.value.date.map(|date| format!(" {}", short(date))).unwrap_or_default();
                quoted(&format!("{}{date}", it.value.kind.as_str()))
            }
            Value::Period(it) => period(it.start, it.finish),
            Value::Window(it) => match it.value.dates {
                Some((start, finish)) => period(start, finish),
                None => quoted(&format!("{} minutes a week", it.value.minutes)),
            },
        }
    }

    /// A date of the plan as such: without its clock time where that is the edge of the day's work for everybody.
    fn day(&self, plan: PlanId, date: Moment, edge: Edge) -> String {
        let used: Vec<usize> =
            self.used_calendars(plan).into_iter().filter(|(_, is_used)| *is_used).map(|(it, _)| it).collect();
        let is_one = used.windows(2).all(|pair| self.twins[pair[0]] == self.twins[pair[1]]);
        let has_elapsed =
            || self.model.tasks_of(plan).any(|(_, it)| it.duration().is_some_and(|it| it.value.is_elapsed()));
        if !is_one || has_elapsed() {
            return moment(if edge == Edge::Start { at_midnight(date) } else { date });
        }
        moment(trimmed(self.written(used.first().copied()), date, edge))
    }

    /// The number of a calendar by its name.
    fn calendar_named(&self, plan: PlanId, name: Text) -> Option<usize> {
        let found = self.network.index.find(self.model, EntityKind::Calendar, plan, self.model.text(name))?;
        Some(found.index as usize)
    }

    /// A person by name, else the text as it is.
    fn person(&self, plan: PlanId, text: Text) -> String {
        let text = self.model.text(text);
        match self.network.index.find(self.model, EntityKind::Person, plan, text) {
            Some(person) => quoted(self.names.of(person)),
            None => quoted(text),
        }
    }

    /// The number of the calendar that a task says it is worked on, else its plan's.
    fn own_calendar(&self, task: TaskId) -> Option<usize> {
        let it = self.model.task(task);
        let own = it.calendar().and_then(|name| self.calendar_named(it.plan, name));
        own.or_else(|| self.plan_calendar(it.plan))
    }

    /// The number of the calendar that is written at a task: that of its resources, where they have one for all, else its
    /// own.
    fn named_calendar(&self, task: TaskId) -> Option<usize> {
        match self.on_resources(task) {
            Some(OnResources::One(calendar)) => Some(calendar),
            _ => {
                let it = self.model.task(task);
                it.calendar().and_then(|name| self.calendar_named(it.plan, name))
            }
        }
    }

    /// The number of the calendar on which a task is worked once it is written.
    fn calendar_of(&self, task: TaskId) -> Option<usize> {
        self.named_calendar(task).or_else(|| self.plan_calendar(self.model.task(task).plan))
    }

    /// The number of the calendar of a plan: the one it names, else its only one.
    fn plan_calendar(&self, plan: PlanId) -> Option<usize> {
        let entry = self.model.plan(plan);
        let range = entry.range(EntityKind::Calendar);
        match entry.header.calendar() {
            Some(name) => self.calendar_named(plan, name),
            None => Some(range.start).filter(|_| range.len() == 1),
        }
    }

    /// Minutes that a day means on a calendar of a plan; 0 where that is another length than on the calendar of the plan as
    /// such. Hours are then what nobody can misread: "how many days is that?" is asked of the plan.
    fn per_day(&self, plan: PlanId, calendar: Option<usize>) -> i64 {
        let (own, usual) = (self.written(calendar).per_day, self.written(self.plan_calendar(plan)).per_day);
        if own == usual { own } else { 0 }
    }

    fn written(&self, calendar: Option<usize>) -> &Written<'a> {
        calendar.and_then(|calendar| self.calendars.get(calendar)).unwrap_or(&self.usual)
    }
}

/// Whether a date begins or ends something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    Finish,
}

/// A date without its clock time, where that is when the work of the day begins, or ends: so people write it, and so it
/// is read.
fn trimmed(calendar: &Written<'_>, date: Moment, edge: Edge) -> Moment {
    let Some(minute) = date.minute() else { return date };
    let shifts = calendar.shifts(date.date);
    let is_edge = match edge {
        Edge::Start => minute == 0 || shifts.first().is_some_and(|(from, _)| *from == minute),
        Edge::Finish => shifts.last().is_some_and(|(_, to)| *to == minute),
    };
    if is_edge { Moment::day(date.date) } else { date }
}

/// Midnight is the beginning of a day that has no clock time.
fn at_midnight(date: Moment) -> Moment {
    if date.minute() == Some(0) { Moment::day(date.date) } else { date }
}

fn period(start: Moment, finish: Moment) -> String {
    format!("{{ start = {}, finish = {} }}", moment(start), moment(finish))
}

/// A date within a text.
fn short(date: Moment) -> String {
    let text = moment(date);
    match text.strip_suffix(":00") {
        Some(text) if date.minute().is_some() => text.to_owned(),
        _ => text,
    }
}

/// An amount of time in the unit that people would use: days where it is whole quarters of days, else hours, else minutes.
/// `per_day`: minutes that a day means.
fn amount(duration: Duration, per_day: i64) -> Duration {
    let each = match duration.unit() {
        Unit::Minutes => 1,
        Unit::Hours => 60,
        Unit::Days | Unit::Weeks | Unit::Months => return duration,
    };
    let per_day = if duration.is_elapsed() { 24 * 60 } else { per_day };
    let minutes = duration.thousandths().saturating_mul(each);
    for (unit, length) in [(Unit::Days, per_day), (Unit::Hours, 60)] {
        if length > 0 && minutes % length == 0 && minutes / length % 250 == 0 {
            return Duration::new(minutes / length, unit, duration.is_elapsed());
        }
    }
    Duration::new(minutes, Unit::Minutes, duration.is_elapsed())
}

/// Who wrote the file.
fn tool_name(entry: &PlanEntry) -> &'static str {
    match entry.format {
        Format::Xer => "Primavera P6",
        Format::Mspdi => "Microsoft Project",
        _ => "a table",
    }
}

/// How the plan is scheduled, where it is not as the plan language does it.
fn scheduling_options(entry: &PlanEntry) -> Vec<String> {
    let options = &entry.schedule;
    if options.tool == ScheduleTool::Native {
        return Vec::new();
    }
    let mut said = vec![format!("like = {}", quoted(options.tool.as_str()))];
    if options.progress != ProgressLogic::RetainedLogic {
        said.push(format!("progress = {}", quoted(options.progress.as_str())));
    }
    if options.float != FloatKind::Finish {
        said.push(format!("float = {}", quoted(options.float.as_str())));
    }
    if options.critical_by != CriticalBy::Float {
        said.push(format!("critical = {}", quoted(options.critical_by.as_str())));
    }
    if options.critical_float_minutes > 0 {
        let limit = amount(Duration::minutes(options.critical_float_minutes), 0);
        said.push(format!("critical-float = \"{limit}\""));
    }
    if options.open_ends_critical {
        said.push("open-ends-critical = true".to_owned());
    }
    if options.backwards {
        said.push("from-finish = true".to_owned());
    }
    if !options.honors_constraints {
        said.push("hard-constraints = false".to_owned());
    }
    said
}

/// What of the way in which the plan is scheduled cannot be said.
fn options_not_said(entry: &PlanEntry) -> Vec<String> {
    let options = &entry.schedule;
    let usual = crate::model::ScheduleOptions::default();
    let said = [
        (
            options.start_lag_from_early_start != usual.start_lag_from_early_start,
            "the lag of start-to-start links counts from the actual start of the predecessor",
        ),
        (options.ignores_other_plans != usual.ignores_other_plans, "links to other projects move nothing"),
        (
            options.floats_to_last_plan != usual.floats_to_last_plan,
            "float counts to the end of the last of all projects",
        ),
        (options.critical_float_minutes < 0, "only tasks with a float below zero are critical"),
    ];
    said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| what.to_owned()).collect()
}

/// Writes one thing: as a row where it is short, else as a block; remarks stand above it.
fn item(
    kind: EntityKind,
    id: &str,
    lines: &[Line],
    remarks: &[String],
    rows: &mut String,
    blocks: &mut String,
) {
    let id = key(id);
    let is_short = lines.len() <= MOST_FIELDS && lines.iter().all(|(_, value)| !value.contains('\n'));
    if is_short {
        let fields: Vec<String> = lines.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let row = format!("{id} = {{ {} }}", fields.join(", "));
        if row.chars().count() <= LONGEST_ROW {
            for said in remarks {
                rows.push_str(&format!("# {}\n", remark(said)));
            }
            rows.push_str(&row);
            rows.push('\n');
            return;
        }
    }
    blocks.push('\n');
    for said in remarks {
        blocks.push_str(&format!("# {}\n", remark(said)));
    }
    blocks.push_str(&format!("[{}.{id}]\n", kind.as_str()));
    block(lines, blocks);
}

/// Writes the fields of a block, a line each.
fn block(lines: &[Line], out: &mut String) {
    for (name, value) in lines {
        out.push_str(name);
        out.push_str(" = ");
        out.push_str(value);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_the_unit_that_people_use() {
        let said = |minutes: i64, per_day: i64| amount(Duration::minutes(minutes), per_day).to_string();
        assert_eq!(said(480, 480), "1d");
        assert_eq!(said(600, 480), "1.25d");
        assert_eq!(said(500, 480), "500m");
        assert_eq!(said(60, 480), "1h");
        assert_eq!(said(480, 450), "8h");
        assert_eq!(said(0, 480), "0d");
        assert_eq!(said(-960, 480), "-2d");
        assert_eq!(amount(Duration::new(48_000, Unit::Hours, true), 480).to_string(), "2ed");
        assert_eq!(amount(Duration::new(2_000, Unit::Weeks, false), 480).to_string(), "2w");
    }

    #[test]
    fn the_edge_of_a_working_day_needs_no_clock_time() {
        let time = WorkingTime::default();
        let calendar = Written::new(&time);
        let at = |hour: u16| Moment::at(jiff::civil::Date::constant(2026, 12, 1), hour * 60);
        assert_eq!(moment(trimmed(&calendar, at(8), Edge::Start)), "2026-12-01");
        assert_eq!(moment(trimmed(&calendar, at(17), Edge::Finish)), "2026-12-01");
        assert_eq!(moment(trimmed(&calendar, at(17), Edge::Start)), "2026-12-01T17:00:00");
        assert_eq!(moment(trimmed(&calendar, at(0), Edge::Finish)), "2026-12-01T00:00:00");
        assert_eq!(short(at(9)), "2026-12-01T09:00");
    }
}
