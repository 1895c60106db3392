//! Tasks in the plan language.

use super::names::{code, elsewhere};
use super::text::{list, long, quoted, remark};
use super::{Edge, Line, Lost, Native, amount, at_midnight, item, moment, period, short, trimmed};
use crate::finding::{Entity, EntityKind};
use crate::model::{
    Constraint, ConstraintKind, Duration, Fields, ImportedKind, ImportedTask, LagAmount, LagCalendar, Link,
    LinkKind, Lists, PlanId, ScheduleTool, Share, Status, StoredDates, TaskId, Type, Value,
};
use crate::network::Predecessor;
use crate::source::Format;

/// Longer notes than this are no part of a plan that one reads.
const LONGEST_NOTES: usize = 8_000;

/// The order in which the fields of a task are written.
const ORDER: [&str; 26] = [
    "title",
    "kind",
    "milestone",
    "external",
    "effort",
    "parent",
    "owner",
    "units",
    "helpers",
    "resources",
    "sites",
    "wave",
    "duration",
    "start",
    "finish",
    "constraint",
    "deadline",
    "calendar",
    "depends-on",
    "status",
    "percent",
    "remaining",
    "actual-start",
    "actual-finish",
    "cost",
    "tags",
];

/// How much was written.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) leaves: usize,
    pub(super) phases: usize,
    pub(super) links: usize,
}

impl Native<'_> {
    /// All tasks of a plan in the order of its outline, rows before blocks.
    pub(super) fn write_tasks(&self, plan: PlanId, out: &mut String, lost: &mut Lost) -> Counts {
        let (mut rows, mut blocks, mut empty) = (String::new(), String::new(), String::new());
        let mut counts = Counts::default();
        let has_work = self.has_work(plan);
        let first = self.model.plan(plan).range(EntityKind::Task).start;
        for task in self.outline(plan) {
            if !has_work[task.index() - first] {
                let name = remark(&self.model.task_name(task));
                empty.push_str(&format!("# not carried over: nothing is in the phase {name}\n"));
                lost.note("phases with nothing in them");
                continue;
            }
            let is_phase = !self.network.hierarchy.is_leaf(task);
            if is_phase {
                counts.phases += 1
            } else {
                counts.leaves += 1
            }
            counts.links += self.model.links(task).len();
            let (lines, remarks) = self.task(task, is_phase, lost);
            // What belongs together stands apart from the rest.
            if is_phase && self.network.hierarchy.parent(task).is_none() && !rows.is_empty() {
                rows.push('\n');
            }
            item(EntityKind::Task, self.names.task(task), &lines, &remarks, &mut rows, &mut blocks);
        }
        if !rows.is_empty() || !empty.is_empty() {
            out.push_str("\n[task]\n");
            out.push_str(&empty);
            out.push_str(rows.trim_start_matches('\n'));
        }
        out.push_str(&blocks);
        counts
    }

    /// The tasks of a plan, each phase before what is inside it.
    fn outline(&self, plan: PlanId) -> Vec<TaskId> {
        let hierarchy = &self.network.hierarchy;
        let range = self.model.plan(plan).range(EntityKind::Task);
        let mut order = Vec::with_capacity(range.len());
        let mut waiting = Vec::new();
        for number in range {
            let task = TaskId(number as u32);
            if hierarchy.parent(task).is_some() {
                continue;
            }
            waiting.push(task);
            while let Some(task) = waiting.pop() {
                order.push(task);
                let inside = waiting.len();
                waiting.extend(hierarchy.children(task));
                waiting[inside..].reverse();
            }
        }
        order
    }

    /// By task: whether it is work, or a phase with work in it. A part of a work breakdown with nothing inside would be
    /// taken for work.
    fn has_work(&self, plan: PlanId) -> Vec<bool> {
        let range = self.model.plan(plan).range(EntityKind::Task);
        let first = range.start;
        let mut has_work = vec![false; range.len()];
        for number in range {
            let task = TaskId(number as u32);
            let is_phase = self.model.imported(task).is_some_and(|it| it.kind == ImportedKind::Phase);
            if is_phase {
                continue;
            }
            has_work[number - first] = true;
            for phase in self.network.hierarchy.ancestors(task) {
                if std::mem::replace(&mut has_work[phase.index() - first], true) {
                    break;
                }
            }
        }
        has_work
    }

    /// The fields of a task, and what cannot be said of it.
    fn task(&self, task: TaskId, is_phase: bool, lost: &mut Lost) -> (Vec<Line>, Vec<String>) {
        let it = self.model.task(task);
        let mut remarks = Vec::new();
        let mut lines: Vec<Line> = Vec::with_capacity(10);
        let mut baseline = Vec::new();
        for (number, field) in Lists::fields(EntityKind::Task).iter().enumerate() {
            let Some(value) = it.get(number) else { continue };
            if let Some(part) = field.name.strip_prefix("baseline.") {
                baseline.push(format!("{part} = {}", self.baseline(task, field.ty, value)));
                continue;
            }
            let written = self.field(task, is_phase, (field.name, field.ty), value, &mut remarks, lost);
            lines.extend(written.map(|written| (field.name.into(), written)));
        }
        if let Some(calendar) = self.named_calendar(task) {
            let name = self.names.of(Entity::new(EntityKind::Calendar, calendar));
            lines.push(("calendar".into(), quoted(name)));
        }
        lines.sort_by_key(|(name, _)| ORDER.iter().position(|it| it == name).unwrap_or(ORDER.len()));
        if !baseline.is_empty() {
            lines.push(("baseline".into(), format!("{{ {} }}", baseline.join(", "))));
        }
        if let Some(imported) = self.model.imported(task) {
            self.custom(imported, &mut lines);
            self.imported(task, imported, &mut remarks, lost);
        }
        if self.model.stored.get(task.index()).is_some_and(|stored| *stored != StoredDates::default()) {
            lost.note("dates and floats that were computed there, of tasks (`planlint schedule` computes them anew)");
        }
        lines.push(("x-source".into(), quoted(&self.source(task))));
        (lines, remarks)
    }

    /// One field; `None` where it goes without saying, or cannot be said.
    fn field(
        &self,
        task: TaskId,
        is_phase: bool,
        (name, ty): (&'static str, Type),
        value: Value,
        remarks: &mut Vec<String>,
        lost: &mut Lost,
    ) -> Option<String> {
        let it = self.model.task(task);
        let is_done = it.status().is_some_and(|status| status.value == Status::Done);
        let is_planned = it.status().is_none_or(|status| status.value == Status::Planned);
        let calendar = self.written(self.calendar_of(task));
        let per_day = self.per_day(it.plan, self.calendar_of(task));
        // Elapsed time knows no working day whose edge could be meant, and what is inside a phase may have another one.
        let needs_time = is_phase || it.duration().is_some_and(|duration| duration.value.is_elapsed());
        let day = |date, edge| {
            moment(if needs_time { at_midnight_of(date, edge) } else { trimmed(calendar, date, edge) })
        };
        let entity = |reference: crate::network::Ref| reference.entity().map(|it| quoted(self.names.of(it)));
        Some(match (name, value) {
            ("source-id", _) => return None,
            ("milestone", Value::Flag(flag)) if !flag.value => return None,
            ("parent", Value::Text(text)) => match self.network.references.parent(task) {
                Some(parent) => quoted(self.names.task(parent)),
                None => quoted(self.model.text(text)),
            },
            ("owner", Value::Text(text)) => match self.network.references.owner(task) {
                Some(owner) if owner.kind == EntityKind::Person => quoted(self.names.of(owner)),
                _ => quoted(self.model.text(text)),
            },
            // Of what runs along with other work only a stated share counts.
            ("units", Value::Count(units)) if units.value == 100 && it.effort().is_none() => return None,
            ("units", Value::Count(units)) => quoted(&format!("{}%", units.value)),
            ("helpers", Value::List(helpers)) => {
                let references = self.network.references.list(helpers);
                let helpers = self.model.helpers(task).zip(references).map(|((text, units), reference)| {
                    let person = entity(*reference).unwrap_or_else(|| quoted(self.model.text(text)));
                    // A helper without a share is named, not booked.
                    match units {
                        Some(units) => format!("{{ person = {person}, units = \"{units}%\" }}"),
                        None => person,
                    }
                });
                let helpers: Vec<String> = helpers.collect();
                // A table alone is no list of helpers.
                match &helpers[..] {
                    [only] if only.starts_with('{') => format!("[{only}]"),
                    helpers => list(helpers),
                }
            }
            ("sites", Value::List(sites)) => {
                let references = self.network.references.list(sites).iter();
                let sites = self.model.list(sites).iter().zip(references);
                let sites = sites.map(|(text, reference)| {
                    entity(*reference).unwrap_or_else(|| quoted(self.model.text(*text)))
                });
                list(&sites.collect::<Vec<_>>())
            }
            ("wave", Value::Text(text)) => {
                let text = self.model.text(text);
                match self.network.index.find(self.model, EntityKind::Wave, it.plan, text) {
                    Some(wave) => quoted(self.names.of(wave)),
                    None => quoted(text),
                }
            }
            ("calendar", _) => return None,
            ("duration", Value::Duration(_)) if is_phase => {
                lost.note("durations of phases, which last as long as what is in them");
                return None;
            }
            ("duration", Value::Duration(duration)) => {
                let by_hand = self.model.imported(task).and_then(|imported| imported.manual?.duration);
                let duration = by_hand.map_or(duration.value, |it| it.value);
                let is_event = it.milestone().is_some_and(|flag| flag.value);
                // Between two dates an event without a duration would last as long as they are apart.
                if is_event && duration.is_zero() && it.start().or(it.finish()).is_none() {
                    return None;
                }
                quoted(&amount(duration, per_day).to_string())
            }
            ("remaining", Value::Duration(left)) => {
                let whole = it.duration().map(|it| it.value);
                if (is_done && left.value.is_zero() && it.actual_finish().is_some())
                    || (is_planned && whole == Some(left.value))
                {
                    return None;
                }
                quoted(&amount(left.value, per_day).to_string())
            }
            ("status", Value::Word(_)) => {
                let status = it.status()?.value;
                let goes_without_saying = match status {
                    Status::Planned => true,
                    Status::InProgress => it.actual_start().is_some() && it.actual_finish().is_none(),
                    Status::Done => it.actual_finish().is_some(),
                    Status::Blocked | Status::Cancelled => false,
                };
                if goes_without_saying {
                    return None;
                }
                quoted(status.as_str())
            }
            ("percent", Value::Count(percent)) => {
                let goes_without_saying = (is_done && percent.value == 100 && it.actual_finish().is_some())
                    || (percent.value == 0 && it.actual_start().is_none());
                if goes_without_saying {
                    return None;
                }
                percent.value.min(100).to_string()
            }
            ("constraint", Value::Constraint(constraint)) => {
                let Constraint { kind, date } = constraint.value;
                let edge = match kind {
                    ConstraintKind::StartNoEarlier | ConstraintKind::MustStart | ConstraintKind::StartOn => {
                        Some(Edge::Start)
                    }
                    ConstraintKind::FinishNoLater | ConstraintKind::MustFinish => Some(Edge::Finish),
                    // A date that only just holds says what holds the task.
                    _ => None,
                };
                let date = date.map(|date| match edge {
                    Some(edge) if !needs_time => trimmed(calendar, date, edge),
                    _ => date,
                });
                let date = date.map(|date| format!(" {}", short(date))).unwrap_or_default();
                quoted(&format!("{}{date}", kind.as_str()))
            }
            ("deadline" | "actual-finish", Value::Moment(date)) => day(date.value, Edge::Finish),
            ("actual-start", Value::Moment(date)) => day(date.value, Edge::Start),
            ("depends-on", Value::List(_)) => self.links(task),
            ("notes", Value::Text(text)) => {
                let notes = self.model.text(text);
                if notes.len() > LONGEST_NOTES {
                    remarks.push(format!("not carried over: notes of {} letters", notes.chars().count()));
                    lost.note("notes that are longer than a page");
                    return None;
                }
                if notes.contains('\n') { long(notes) } else { quoted(notes) }
            }
            (_, Value::Period(it)) => period(it.start, it.finish),
            (_, value) => self.value(ty, value),
        })
    }

    fn baseline(&self, task: TaskId, ty: Type, value: Value) -> String {
        match value {
            Value::Duration(it) => {
                let per_day = self.per_day(self.model.task(task).plan, self.calendar_of(task));
                quoted(&amount(it.value, per_day).to_string())
            }
            value => self.value(ty, value),
        }
    }

    /// What a task waits for.
    fn links(&self, task: TaskId) -> String {
        let first = self.model.first_link(task);
        let links = self.model.links(task).iter().enumerate();
        let links = links.map(|(offset, link)| self.link(task, first + offset, link));
        list(&links.collect::<Vec<_>>())
    }

    fn link(&self, task: TaskId, number: usize, link: &Link) -> String {
        let (name, from) = match self.network.references.predecessor(number) {
            Predecessor::Task(from) => {
                let plan = self.model.task(from).plan;
                let name = self.names.task(from);
                let name = match plan == self.model.task(task).plan {
                    true => name.to_owned(),
                    false => format!("{}/{name}", self.names.plan(plan)),
                };
                (quoted(&name), Some(from))
            }
            _ => (elsewhere(self.model.text(link.predecessor)), None),
        };
        if link.kind == LinkKind::FinishStart && link.lag.is_zero() {
            return name;
        }
        let lag = if link.lag.is_zero() { String::new() } else { self.lag(task, from, link) };
        let name = name.strip_suffix('"').unwrap_or(&name);
        format!("{name} {}{lag}\"", link.kind.as_str())
    }

    /// A lag in the unit that people would use, on the calendar on which it counts.
    fn lag(&self, task: TaskId, from: Option<TaskId>, link: &Link) -> String {
        let LagAmount::Time(time) = link.lag.amount() else { return link.lag.to_string() };
        let plan = self.model.task(task).plan;
        let on = match self.model.plan(plan).header.lag_calendar().map(|word| word.value) {
            Some(LagCalendar::Predecessor) => self.calendar_of(from.unwrap_or(task)),
            Some(LagCalendar::Plan) => self.plan_calendar(plan),
            // Where lags count day and night, a day of them is still one of the task's.
            Some(LagCalendar::Elapsed | LagCalendar::Successor) | None => self.calendar_of(task),
        };
        // Of the other plan's calendar nothing is known, and a task in elapsed time has no days of work.
        let is_clear = |task: TaskId| {
            !self.model.task(task).duration().is_some_and(|duration| duration.value.is_elapsed())
        };
        let is_clear = is_clear(task) && from.is_some_and(is_clear);
        let per_day = if is_clear { self.per_day(plan, on) } else { 0 };
        let time = amount(time, per_day);
        let sign = if time.is_negative() { "" } else { "+" };
        format!("{sign}{time}")
    }

    /// Where a task comes from: the key that the next export has for it too.
    fn source(&self, task: TaskId) -> String {
        let it = self.model.task(task);
        let id = self.model.text(it.id);
        match self.model.plan(it.plan).format {
            Format::Xer => format!("xer:{}/{id}", self.model.plan_id(it.plan)),
            Format::Mspdi => format!("mspdi:{}", it.source_id().map_or(id, |uid| self.model.text(uid))),
            _ => format!("csv:{}", it.source_id().map_or(id, |key| self.model.text(key))),
        }
    }

    /// Fields that the sender has defined are the reader's own here too.
    fn custom(&self, imported: &ImportedTask, lines: &mut Vec<Line>) {
        for custom in &imported.custom {
            let name = format!("x-{}", code(self.model.text(custom.field)).to_lowercase());
            let is_plain = name.len() > 2 && name.is_ascii() && name != "x-source";
            let name = if is_plain { name } else { format!("x-field-{}", lines.len()) };
            if !lines.iter().any(|(other, _)| *other == name) {
                lines.push((name.into(), quoted(self.model.text(custom.value))));
            }
        }
    }

    /// What only other tools can say, in comments.
    fn imported(&self, task: TaskId, it: &ImportedTask, remarks: &mut Vec<String>, lost: &mut Lost) {
        let mut say = |what: String, kind: &'static str| {
            remarks.push(format!("not carried over: {what}"));
            lost.note(kind);
        };
        let plan = self.model.task(task);
        if let Some(second) = it.second_constraint {
            let Constraint { kind, date } = second.value;
            // That one is the deadline.
            if kind != ConstraintKind::FinishNoLater {
                let date = date.map(|date| format!(" {}", short(date))).unwrap_or_default();
                say(format!("second constraint {}{date} (P6)", kind.as_str()), "second constraints");
            }
        }
        if let Some(date) = it.expected_finish {
            say(format!("expected finish {} (P6)", short(date.value)), "expected finish dates");
        }
        match (it.suspended, it.resumes) {
            (suspended, Some(resumes)) => {
                let from = suspended.map(|date| format!("put down on {}, ", short(date.value)));
                let what = format!("{}taken up again on {}", from.unwrap_or_default(), short(resumes.value));
                say(what, "interruptions of work");
            }
            (Some(suspended), None) => {
                say(format!("put down on {}", short(suspended.value)), "interruptions of work");
            }
            (None, None) => {}
        }
        if let Some(delay) = it.leveling_delay.filter(|delay| !delay.is_zero()) {
            say(format!("delay by leveling {}", amount(delay, 0)), "delays by leveling");
        }
        for (date, what) in
            [(it.external_early_start, "no earlier than"), (it.external_late_finish, "no later than")]
        {
            if let Some(date) = date {
                let said = format!("{what} {} by a project that was not exported (P6)", short(date.value));
                say(said, "dates from projects that were not exported");
            }
        }
        let percent = plan.percent().map(|percent| percent.value);
        if let Some(physical) = it.physical_percent.filter(|it| Some(u32::from(it.value)) != percent) {
            say(format!("{}% of it is physically there", physical.value), "physical per cent complete");
        }
        let waits = !plan.depends_on().is_empty();
        match it.kind {
            ImportedKind::StartMilestone if waits => say(
                "it marks a beginning, at the start of a day; here what waits for something ends it (P6 start milestone)"
                    .to_owned(),
                "start milestones that wait for something",
            ),
            ImportedKind::FinishMilestone if !waits => say(
                "it marks an end, at the end of a day; here what waits for nothing begins something (P6 finish milestone)"
                    .to_owned(),
                "finish milestones that wait for nothing",
            ),
            ImportedKind::WbsSummary => {
                say("it spans everything in its phase (P6 WBS summary)".to_owned(), "summaries that span their phase");
            }
            _ => {}
        }
        if it.manual.is_some_and(|manual| manual.start.is_none() && manual.finish.is_none()) {
            say("scheduled by hand, without dates".to_owned(), "tasks by hand that have no dates");
        }
        let name = |calendar: &usize| self.model.id(Entity::new(EntityKind::Calendar, *calendar));
        match self.on_resources(task) {
            Some(OnResources::One(calendar)) => {
                let own = plan.calendar().map(|own| format!(", not its own, {}", self.model.text(own)));
                let what = format!(
                    "{} is the calendar of its resources{}",
                    name(&calendar),
                    own.unwrap_or_default()
                );
                say(what, "tasks on the calendar of their resources, which was made their own");
            }
            Some(OnResources::Several(calendars)) => {
                let names: Vec<&str> = calendars.iter().map(name).collect();
                let what = format!("worked on the calendars of its resources: {}", names.join(", "));
                say(what, "tasks on several calendars of their resources");
            }
            None => {}
        }
    }

    /// Whether the calendars of its resources decide when a task is worked on, and which.
    pub(super) fn on_resources(&self, task: TaskId) -> Option<OnResources> {
        let imported = self.model.imported(task)?;
        let it = self.model.task(task);
        let duration = it.duration().map_or(Duration::ZERO, |it| it.value);
        if imported.ignores_resource_calendars || duration.is_elapsed() || duration.is_zero() {
            return None;
        }
        let own = self.own_calendar(task);
        let twin = |calendar: usize| self.twins.get(calendar).copied().unwrap_or(calendar);
        let works = |share: &&Share| share.minutes > 0 || share.remaining > 0;
        let mut calendars: Vec<Option<usize>> = imported
            .shares
            .iter()
            .filter(works)
            .map(|share| share.calendar.map(|calendar| calendar as usize).or(own))
            .collect();
        calendars.sort_unstable();
        calendars.dedup_by_key(|calendar| calendar.map(twin));
        if calendars.iter().all(|it| it.map(twin) == own.map(twin)) {
            return None;
        }
        // Microsoft Project works where both the task's and the resource's calendar do.
        let tool = self.model.plan(it.plan).schedule.tool;
        match calendars[..] {
            [Some(only)] if it.calendar().is_none() || tool == ScheduleTool::P6 => {
                Some(OnResources::One(only))
            }
            _ => Some(OnResources::Several(calendars.into_iter().flatten().collect())),
        }
    }
}

/// How a task is worked on where that is not when its own calendar says.
pub(super) enum OnResources {
    /// All its resources work at the same times, by this calendar.
    One(usize),
    /// Some work at other times than others.
    Several(Vec<usize>),
}

/// A date of elapsed work: midnight begins a day.
fn at_midnight_of(date: crate::model::Moment, edge: Edge) -> crate::model::Moment {
    if edge == Edge::Start { at_midnight(date) } else { date }
}
