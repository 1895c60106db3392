//! The walk through the file: which element stands in which, and what is kept of it.

use super::Import;
use super::row::{
    AssignmentField, AvailabilityField, BaselineField, CalendarField, Cell, CodeValueField, CustomField,
    DayField, ExceptionField, LinkField, PeriodField, ProjectField, ResourceField, Row, ShiftField,
    TaskField,
};
use super::xml::{Scanner, Token};
use crate::source::Span;

/// How deep elements may lie in each other. The format needs eight levels.
const DEEPEST: usize = 64;

/// Where the walk stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    /// An element that says nothing a plan needs.
    Other,
    /// A value of the element around it, by the number of its field.
    Value(u8),
    Project,
    Tasks,
    Task,
    Link,
    Baseline,
    /// A field of a task that the sender has defined, and a code.
    TaskCustom,
    TaskCode,
    Calendars,
    Calendar,
    WeekDays,
    WeekDay,
    Exceptions,
    Exception,
    WorkWeeks,
    WorkWeek,
    TimePeriod,
    WorkingTimes,
    WorkingTime,
    Resources,
    Resource,
    Availabilities,
    Availability,
    Assignments,
    Assignment,
    CustomFields,
    CustomField,
    OutlineCodes,
    OutlineCode,
    CodeValues,
    CodeValue,
}

/// What an element is that stands in another.
fn child(parent: At, name: &str) -> At {
    let value = |field: Option<u8>| field.map_or(At::Other, At::Value);
    match (parent, name) {
        (At::Project, "Tasks") => At::Tasks,
        (At::Project, "Calendars") => At::Calendars,
        (At::Project, "Resources") => At::Resources,
        (At::Project, "Assignments") => At::Assignments,
        (At::Project, "ExtendedAttributes") => At::CustomFields,
        (At::Project, "OutlineCodes") => At::OutlineCodes,
        (At::Project, _) => value(Row::<ProjectField>::field(name)),
        (At::Tasks, "Task") => At::Task,
        (At::Task, "PredecessorLink") => At::Link,
        (At::Task, "Baseline") => At::Baseline,
        (At::Task, "ExtendedAttribute") => At::TaskCustom,
        (At::Task, "OutlineCode") => At::TaskCode,
        (At::Task, _) => value(Row::<TaskField>::field(name)),
        (At::Link, _) => value(Row::<LinkField>::field(name)),
        (At::Baseline, _) => value(Row::<BaselineField>::field(name)),
        (At::TaskCustom | At::TaskCode | At::CustomField, _) => value(Row::<CustomField>::field(name)),
        (At::CustomFields, "ExtendedAttribute") => At::CustomField,
        (At::OutlineCodes, "OutlineCode") => At::OutlineCode,
        (At::OutlineCode, "Values") => At::CodeValues,
        (At::OutlineCode, _) => value(Row::<CustomField>::field(name)),
        (At::CodeValues, "Value") => At::CodeValue,
        (At::CodeValue, _) => value(Row::<CodeValueField>::field(name)),
        (At::Calendars, "Calendar") => At::Calendar,
        (At::Calendar | At::WorkWeek, "WeekDays") => At::WeekDays,
        (At::Calendar, "Exceptions") => At::Exceptions,
        (At::Calendar, "WorkWeeks") => At::WorkWeeks,
        (At::Calendar, _) => value(Row::<CalendarField>::field(name)),
        (At::WeekDays, "WeekDay") => At::WeekDay,
        (At::Exceptions, "Exception") => At::Exception,
        (At::WorkWeeks, "WorkWeek") => At::WorkWeek,
        (At::WeekDay | At::Exception | At::WorkWeek, "TimePeriod") => At::TimePeriod,
        (At::WeekDay | At::Exception, "WorkingTimes") => At::WorkingTimes,
        (At::WorkingTimes, "WorkingTime") => At::WorkingTime,
        (At::WeekDay, _) => value(Row::<DayField>::field(name)),
        (At::Exception, _) => value(Row::<ExceptionField>::field(name)),
        (At::TimePeriod, _) => value(Row::<PeriodField>::field(name)),
        (At::WorkingTime, _) => value(Row::<ShiftField>::field(name)),
        (At::Resources, "Resource") => At::Resource,
        (At::Resource, "AvailabilityPeriods") => At::Availabilities,
        (At::Resource, _) => value(Row::<ResourceField>::field(name)),
        (At::Availabilities, "AvailabilityPeriod") => At::Availability,
        (At::Availability, _) => value(Row::<AvailabilityField>::field(name)),
        (At::Assignments, "Assignment") => At::Assignment,
        (At::Assignment, _) => value(Row::<AssignmentField>::field(name)),
        _ => At::Other,
    }
}

/// Elements that stand in one place only: met elsewhere, the end of what was open before is missing.
const LANDMARKS: [&str; 8] =
    ["Task", "Tasks", "Assignment", "Assignments", "Resource", "Resources", "Calendar", "Calendars"];

/// An element that was not closed yet.
struct Open<'t> {
    name: &'t str,
    at: At,
    /// Where its tag begins and ends.
    start: usize,
    end: usize,
}

/// The values of the elements that are open now; a task's are with the task.
struct Rows {
    link: Row<LinkField>,
    baseline: Row<BaselineField>,
    custom: Row<CustomField>,
    code_value: Row<CodeValueField>,
    calendar: Row<CalendarField>,
    day: Row<DayField>,
    exception: Row<ExceptionField>,
    period: Row<PeriodField>,
    shift: Row<ShiftField>,
    resource: Row<ResourceField>,
    availability: Row<AvailabilityField>,
    assignment: Row<AssignmentField>,
}

struct Walk<'i, 't> {
    import: &'i mut Import<'t>,
    stack: Vec<Open<'t>>,
    rows: Rows,
    /// Elements deeper than [`DEEPEST`] that are open.
    too_deep: usize,
    is_too_deep: bool,
}

/// Walks through the whole file. Returns whether it has its end.
pub(super) fn walk(import: &mut Import<'_>) -> bool {
    let rows = Rows {
        link: Row::new(),
        baseline: Row::new(),
        custom: Row::new(),
        code_value: Row::new(),
        calendar: Row::new(),
        day: Row::new(),
        exception: Row::new(),
        period: Row::new(),
        shift: Row::new(),
        resource: Row::new(),
        availability: Row::new(),
        assignment: Row::new(),
    };
    Walk { import, stack: Vec::with_capacity(DEEPEST), rows, too_deep: 0, is_too_deep: false }.run()
}

impl<'t> Walk<'_, 't> {
    fn run(mut self) -> bool {
        let text = self.import.text;
        let mut scanner = Scanner::new(text);
        let mut is_over = false;
        loop {
            match scanner.next() {
                Token::Open { name, is_empty, start, end } => {
                    if is_over {
                        // A second root: two files in one would have the same UIDs for different things.
                        let place = self.name_place(name, start);
                        self.import
                            .malformed(place, "it stands behind the end of the project and was not read");
                        break;
                    }
                    if self.stack.is_empty() && !self.import.has_root && !self.root(name, start, end) {
                        return false;
                    }
                    self.open(name, start, end);
                    if is_empty {
                        self.close(name, end, end);
                        is_over = self.stack.is_empty();
                    }
                }
                Token::Close { name, start, end } => {
                    self.close(name, start, end);
                    is_over = self.import.has_root && self.stack.is_empty();
                }
                Token::Doctype { start, end } => {
                    let end = text[start..end].find(['[', '\n', '>']).map_or(end, |at| start + at);
                    let problem = "it declares a document type, which Microsoft Project never does; nothing in it is used";
                    self.import.malformed(Span::new(self.import.file, start, end), problem);
                }
                Token::Broken { problem, start, end } => {
                    let line_end = text[start..end].find('\n').map_or(end, |at| start + at);
                    self.import.malformed(Span::new(self.import.file, start, line_end), problem);
                }
                Token::Cut | Token::End => break,
            }
        }
        if !self.import.has_root {
            let problem = "there is no element in it at all";
            self.import.malformed(Span::new(self.import.file, 0, 0), problem);
            return false;
        }
        self.cut_off(is_over)
    }

    /// Whether the first element is that of a project.
    fn root(&mut self, name: &'t str, start: usize, end: usize) -> bool {
        let place = self.name_place(name, start);
        let import = &mut *self.import;
        if name != "Project" {
            let problem =
                format!("it begins with `<{}>`, not with `<Project>`", crate::model::shortened(name));
            import.malformed(place, problem);
            return false;
        }
        import.has_root = true;
        let tag = import.text.get(start..end).unwrap_or("");
        if tag.contains("xmlns") && !tag.contains("schemas.microsoft.com/project") {
            let problem =
                "its namespace is not http://schemas.microsoft.com/project; it is read as if it were";
            import.malformed(place, problem);
        }
        true
    }

    /// Where an element has its name.
    fn name_place(&self, name: &str, start: usize) -> Span {
        let text = self.import.text;
        let at = text.get(start..).and_then(|tag| tag.find(name)).map_or(start, |at| start + at);
        Span::new(self.import.file, at, at + name.len())
    }

    fn open(&mut self, name: &'t str, start: usize, end: usize) {
        if self.stack.len() >= DEEPEST {
            self.too_deep += 1;
            if !self.is_too_deep {
                self.is_too_deep = true;
                let place = self.name_place(name, start);
                self.import.malformed(place, format!("more than {DEEPEST} elements lie in each other here"));
            }
            return;
        }
        let Some(top) = self.stack.last() else {
            self.push(name, At::Project, start, end);
            return;
        };
        let mut at = child(top.at, name);
        if at == At::Other
            && let Some(depth) = self.missing_end(name)
        {
            self.close_down_to(depth, start, "is never closed");
            at = self.stack.last().map_or(At::Other, |top| child(top.at, name));
        }
        self.push(name, at, start, end);
    }

    /// How many elements stay open where an element can only stand in one further up: then the ends of those below are
    /// missing.
    fn missing_end(&self, name: &str) -> Option<usize> {
        let top = self.stack.last()?;
        let around = self.stack.len().checked_sub(2).and_then(|it| self.stack.get(it));
        if let (At::Value(_), Some(around)) = (top.at, around)
            && child(around.at, name) != At::Other
        {
            return Some(self.stack.len() - 1);
        }
        if !LANDMARKS.contains(&name) {
            return None;
        }
        self.stack.iter().rposition(|open| child(open.at, name) != At::Other).map(|depth| depth + 1)
    }

    fn push(&mut self, name: &'t str, at: At, start: usize, end: usize) {
        let place = || Cell::of(self.import.text, start + 1, end.min(start + 1 + name.len()));
        match at {
            At::Project => self.import.project.open(place()),
            At::Task => self.import.task.open(place()),
            At::Link => self.rows.link.open(place()),
            At::Baseline => self.rows.baseline.open(place()),
            At::TaskCustom | At::TaskCode | At::CustomField | At::OutlineCode => {
                self.rows.custom.open(place())
            }
            At::CodeValue => self.rows.code_value.open(place()),
            At::Calendar => {
                self.rows.calendar.open(place());
                self.import.open_calendar();
            }
            At::WeekDay => {
                self.rows.day.open(place());
                self.import.open_day();
            }
            At::Exception => {
                self.rows.exception.open(place());
                self.import.open_day();
            }
            At::WorkWeek => self.import.open_work_week(),
            At::TimePeriod => self.rows.period.open(place()),
            At::WorkingTime => self.rows.shift.open(place()),
            At::Resource => self.rows.resource.open(place()),
            At::Availability => self.rows.availability.open(place()),
            At::Assignment => self.rows.assignment.open(place()),
            _ => {}
        }
        self.stack.push(Open { name, at, start, end });
    }

    fn close(&mut self, name: &'t str, start: usize, end: usize) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        match self.stack.iter().rposition(|open| open.name == name) {
            Some(depth) => {
                self.close_down_to(depth + 1, start, "is never closed");
                self.pop(start);
            }
            None => {
                let place = Span::new(self.import.file, start, end);
                let problem =
                    format!("`</{}>` ends something that never began", crate::model::shortened(name));
                self.import.malformed(place, problem);
            }
        }
    }

    /// Closes elements whose own ends are missing.
    fn close_down_to(&mut self, depth: usize, end: usize, problem: &str) {
        if self.stack.len() > depth
            && let Some(open) = self.stack.get(depth)
        {
            let place = Span::new(self.import.file, open.start, open.end);
            let problem = format!("the element `<{}>` {problem}", open.name);
            self.import.malformed(place, problem);
        }
        while self.stack.len() > depth {
            self.pop(end);
        }
    }

    fn pop(&mut self, end: usize) {
        let Some(closed) = self.stack.pop() else { return };
        let parent = self.stack.last().map_or(At::Other, |open| open.at);
        match closed.at {
            At::Value(field) => {
                let cell = Cell::of(self.import.text, closed.end.min(end), end);
                if !cell.is_empty() {
                    self.value(parent, field, cell);
                }
            }
            At::Task => self.import.close_task(),
            At::Tasks => self.import.flush_task(0),
            At::Link => self.import.task.links.push(self.rows.link.clone()),
            At::Baseline => self.import.task.take_baseline(&self.rows.baseline, self.import.text),
            At::TaskCustom => self.import.task.take_custom(&self.rows.custom, false),
            At::TaskCode => self.import.task.take_custom(&self.rows.custom, true),
            At::CustomField | At::OutlineCode => self.import.define_custom(&self.rows.custom),
            At::CodeValue => self.import.define_code_value(&self.rows.code_value),
            At::Calendar => {
                self.import.name_calendar(&self.rows.calendar);
                self.import.close_calendar();
            }
            At::WeekDay => {
                self.import.name_calendar(&self.rows.calendar);
                self.import.close_day(&self.rows.day);
            }
            At::Exception => {
                self.import.name_calendar(&self.rows.calendar);
                self.import.close_exception(&self.rows.exception);
            }
            At::WorkWeek => self.import.close_work_week(),
            At::TimePeriod => self.import.close_period(&self.rows.period, parent == At::WorkWeek),
            At::WorkingTime => self.import.close_shift(&self.rows.shift),
            At::Resource => self.import.close_resource(&self.rows.resource),
            At::Availability => self.import.close_availability(&self.rows.availability),
            At::Assignment => self.import.close_assignment(&self.rows.assignment),
            _ => {}
        }
    }

    fn value(&mut self, parent: At, field: u8, cell: Cell) {
        let rows = &mut self.rows;
        match parent {
            At::Project => self.import.project.set(field, cell),
            At::Task => self.import.task.row.set(field, cell),
            At::Link => rows.link.set(field, cell),
            At::Baseline => rows.baseline.set(field, cell),
            At::TaskCustom | At::TaskCode | At::CustomField | At::OutlineCode => rows.custom.set(field, cell),
            At::CodeValue => rows.code_value.set(field, cell),
            At::Calendar => rows.calendar.set(field, cell),
            At::WeekDay => rows.day.set(field, cell),
            At::Exception => rows.exception.set(field, cell),
            At::TimePeriod => rows.period.set(field, cell),
            At::WorkingTime => rows.shift.set(field, cell),
            At::Resource => rows.resource.set(field, cell),
            At::Availability => rows.availability.set(field, cell),
            At::Assignment => rows.assignment.set(field, cell),
            _ => {}
        }
    }

    /// What becomes of elements that are open at the end of the file. Half a value would be a wrong value; what was
    /// whole of the last task counts.
    fn cut_off(mut self, is_over: bool) -> bool {
        if is_over {
            return true;
        }
        let open = self.stack.iter().rfind(|open| !matches!(open.at, At::Value(_) | At::Other));
        if let Some(open) = open.or(self.stack.first()) {
            let (name, start) = (open.name, open.start);
            let place = Span::new(self.import.file, start, open.end);
            let problem = format!("the file ends in the middle of `<{name}>`, which begins here");
            self.import.malformed(place, problem);
        }
        while let Some(open) = self.stack.last() {
            if let At::Value(_) = open.at {
                self.stack.pop();
            } else {
                self.pop(self.import.text.len());
            }
        }
        false
    }
}
