//! For a person: when each plan starts and ends, what sets its end, and a row with a bar for each task.
//!
//! A long plan is not shown whole unless that is asked for. What counts the evening before a review is what sets the
//! finish, what is as tight, how the phases lie, and how much there is besides.

use std::io;

use super::notes::notes;
use super::{ScheduleView, comparison};
use crate::finding::EntityKind;
use crate::model::{Moment, PlanId, TaskId};
use crate::report::text::{clean, columns, columns_of, counted, wrapped};
use crate::schedule::Schedule;

/// Rows up to which a plan is shown whole.
const WHOLE: usize = 30;
/// Rows that a section of a longer plan has at most.
const MOST_ROWS: usize = 40;
/// Widest ids; longer ones are cut.
const WIDEST_ID: usize = 14;
/// Titles are given no more than this where there are bars too.
const WIDEST_TITLE: usize = 40;
/// A bar of fewer columns says nothing.
const LEAST_BAR: usize = 12;
/// A title of fewer columns says nothing.
const LEAST_TITLE: usize = 8;
/// Columns of a date, and of a float.
const DATE: usize = 10;
const FLOAT: usize = 7;
/// Float up to which a task is worth a look, in days.
const TIGHT_DAYS: i64 = 5;

/// Writes the schedules as tables.
pub(super) fn table(view: &ScheduleView<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut has_bars = false;
    for (index, plan) in view.plans().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        has_bars |= one(view, plan, out)?;
    }
    if has_bars && !view.quiet {
        let marks = Glyphs::of(view);
        writeln!(
            out,
            "\n{}",
            wrapped(
                &format!(
                    "Bars: {} critical, {} with float, {} done, {} phase, {} milestone. Float in working days.",
                    marks.critical, marks.task, marks.done, marks.phase, marks.event
                ),
                view.width,
                0,
                6
            )
        )?;
    }
    Ok(())
}

/// Writes the table of a plan; whether it has bars.
fn one(view: &ScheduleView<'_>, plan: PlanId, out: &mut dyn io::Write) -> io::Result<bool> {
    head(view, plan, out)?;
    let sections = Sections::new(view, plan);
    let layout = Layout::new(view, plan);
    let mut has_rows = false;
    for (heading, tasks) in sections.list() {
        if tasks.is_empty() {
            continue;
        }
        if !has_rows {
            writeln!(out, "\n{}", paint(view, DIM, &layout.header()))?;
            has_rows = true;
        }
        writeln!(out, "{}", paint(view, BOLD, heading))?;
        let shown = if sections.is_whole { tasks.len() } else { MOST_ROWS };
        for task in tasks.iter().take(shown) {
            writeln!(out, "{}", layout.row(view, *task))?;
        }
        if let Some(more) = tasks.len().checked_sub(shown).filter(|more| *more > 0) {
            writeln!(out, "  and {more} more; --all lists them")?;
        }
    }
    if !sections.is_whole && !sections.rest.is_empty() {
        writeln!(out, "{}", wrapped(&sections.rest_in_words(view), view.width, 0, 2))?;
    }
    if !view.quiet {
        for (index, note) in notes(view, plan).iter().enumerate() {
            let gap = if index == 0 { "\n" } else { "" };
            writeln!(out, "{gap}{}", wrapped(&clean(note, view.unicode), view.width, 0, 2))?;
        }
    }
    if let Some(compared) = view.comparison(plan) {
        writeln!(out)?;
        comparison::comparison(view, compared, out)?;
    }
    Ok(has_rows && layout.bar > 0)
}

/// Name, start, finish and what was promised, and how long the critical path is.
fn head(view: &ScheduleView<'_>, plan: PlanId, out: &mut dyn io::Write) -> io::Result<()> {
    let (model, schedule) = (view.model, view.schedule);
    let (id, name) = (clean(model.plan_id(plan), view.unicode), clean(model.plan_name(plan), view.unicode));
    let title = if id == name { name.into_owned() } else { format!("{name} ({id})") };
    writeln!(out, "{}", paint(view, BOLD, &wrapped(&title, view.width, 0, 2)))?;
    let mut line = |label: &str, text: &str, color: &str| {
        let text = wrapped(text, view.width, 17, 17);
        writeln!(out, "  {label:<15}{}", paint(view, color, &text))
    };
    let header = &model.plan(plan).header;
    if let Some(date) = header.status_date() {
        line("As of", &date.value.date.to_string(), "")?;
    }
    let (start, finish) = (schedule.plan_start(plan), schedule.plan_finish(plan));
    if let (Some(start), Some(finish)) = (start, finish) {
        let last = last_day(start, finish);
        line("Start", &start.date.to_string(), "")?;
        match header.finish_by().map(|date| date.value) {
            None => line("Finish", &last.to_string(), "")?,
            Some(promised) => {
                let distance = schedule.days_between(plan, after(promised.date), after(last));
                let is_late = last > promised.date;
                let days = counted(distance.unsigned_abs() as usize, "working day");
                let text = match (is_late, distance) {
                    (true, 0) => format!("{last}, after the promised {}", promised.date),
                    (true, _) => format!("{last}, {days} after the promised {}", promised.date),
                    (false, 0) => format!("{last}, as promised ({})", promised.date),
                    (false, _) => format!("{last}, {days} before the promised {}", promised.date),
                };
                line("Finish", &text, if is_late { RED } else { GREEN })?;
            }
        }
    }
    let path = view.critical_path(plan);
    if path.is_empty() {
        return Ok(());
    }
    let mut length = counted(path.len(), "task");
    let begins = path.first().and_then(|task| schedule.early_start(model, *task));
    if let (Some(begins), Some(finish)) = (begins, finish) {
        let days = schedule.days_between(plan, begins.date, after(last_day(begins, finish)));
        length = format!("{length} over {}", counted(days.unsigned_abs() as usize, "working day"));
    }
    line("Critical path", &length, "")
}

/// The tasks of a plan, in the order in which they are shown.
struct Sections {
    path: Vec<TaskId>,
    tight: Vec<TaskId>,
    phases: Vec<TaskId>,
    rest: Vec<TaskId>,
    is_whole: bool,
}

impl Sections {
    fn new(view: &ScheduleView<'_>, plan: PlanId) -> Self {
        let path = view.critical_path(plan);
        let known: Vec<TaskId> = view
            .model
            .tasks_of(plan)
            .map(|(task, _)| task)
            .filter(|task| view.schedule.is_known(*task))
            .collect();
        let is_whole = view.all || known.len() <= WHOLE;
        let mut it = Self { path, tight: Vec::new(), phases: Vec::new(), rest: Vec::new(), is_whole };
        for task in known {
            if view.is_phase(task) {
                it.phases.push(task);
            } else if view.schedule.is_on_longest_path(task) {
                // Shown first.
            } else if view.schedule.is_critical(task) {
                it.tight.push(task);
            } else {
                it.rest.push(task);
            }
        }
        if !is_whole {
            it.phases = outline(view, &it.phases);
        }
        for tasks in [&mut it.tight, &mut it.phases, &mut it.rest] {
            view.sort(tasks);
        }
        it
    }

    fn list(&self) -> [(&'static str, &[TaskId]); 4] {
        let rest: &[TaskId] = if self.is_whole { &self.rest } else { &[] };
        [
            ("Critical path: it sets the finish", &self.path),
            ("Critical as well: no float left", &self.tight),
            ("Phases", &self.phases),
            ("Other tasks", rest),
        ]
    }

    fn rest_in_words(&self, view: &ScheduleView<'_>) -> String {
        let float = |task: &TaskId| view.schedule.total_float_minutes(*task);
        let is_tight = |task: &&TaskId| {
            float(task).is_some_and(|it| it <= TIGHT_DAYS * view.schedule.minutes_per_day(**task))
        };
        let tight = self.rest.iter().filter(is_tight).count();
        let done = self.rest.iter().filter(|task| view.is_done(**task)).count();
        let left = self.rest.len() - tight - done;
        let mut parts = Vec::new();
        for (count, what) in
            [(tight, "with 5 days of float or less"), (left, "with more float"), (done, "finished")]
        {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let rest = counted(self.rest.len(), "more task");
        match &parts[..] {
            [] => format!("{rest}; --all lists them."),
            [_] if done > 0 => format!("{rest}, finished; --all lists them."),
            parts => format!("{rest}: {}; --all lists them.", parts.join(", ")),
        }
    }
}

/// The highest phases that are more than one: a plan often has a single one around everything.
fn outline(view: &ScheduleView<'_>, phases: &[TaskId]) -> Vec<TaskId> {
    let hierarchy = &view.network.hierarchy;
    let is_top = |task: &TaskId| hierarchy.parent(*task).is_none();
    let mut level: Vec<TaskId> = phases.iter().copied().filter(is_top).collect();
    while let [only] = level[..] {
        let inside: Vec<TaskId> = hierarchy
            .children(only)
            .filter(|task| view.is_phase(*task) && view.schedule.is_known(*task))
            .collect();
        if inside.is_empty() {
            break;
        }
        level = inside;
    }
    level
}

/// How wide the columns are, and what the bars are measured against.
struct Layout {
    id: usize,
    title: usize,
    bar: usize,
    /// First and last minute of the plan; none where it has no dates.
    scale: Option<(i64, i64)>,
    /// Number of the plan's first task, and from there on which phases have something left to do.
    open: (usize, Vec<bool>),
}

impl Layout {
    fn new(view: &ScheduleView<'_>, plan: PlanId) -> Self {
        let tasks = || view.model.tasks_of(plan).map(|(task, _)| task);
        let widest = |width: usize, text: &str| width.max(columns(text).max(4));
        let id = tasks().fold(4, |width, task| widest(width, view.id(task))).min(WIDEST_ID);
        let widest_title = tasks().filter_map(|task| view.title(task)).fold("Title".len(), widest);
        let dates = view.schedule.plan_start(plan).zip(view.schedule.plan_finish(plan));
        let scale = dates.map(|(start, finish)| (minute(start), minute(finish)));
        let open = (view.model.plan(plan).range(EntityKind::Task).start, open_phases(view, plan));
        let fixed = 2 + id + 1 + FLOAT + if scale.is_some() { 2 * (DATE + 1) } else { 0 };
        let room = view.width.saturating_sub(fixed + 1);
        if scale.is_none() {
            return Self { id, title: widest_title.min(room), bar: 0, scale, open };
        }
        let title = widest_title.min(WIDEST_TITLE).min(room.saturating_sub(LEAST_BAR + 2));
        match room.saturating_sub(title + 2) {
            bar if bar >= LEAST_BAR && title >= widest_title.min(LEAST_TITLE) => {
                Self { id, title, bar, scale, open }
            }
            _ => Self {
                id,
                title: if room >= LEAST_TITLE { widest_title.min(room) } else { 0 },
                bar: 0,
                scale,
                open,
            },
        }
    }

    fn header(&self) -> String {
        let mut line = format!("  {:<width$}", "Task", width = self.id);
        if self.title > 0 {
            line += &format!(" {:<width$}", "Title", width = self.title);
        }
        if self.scale.is_some() {
            line += &format!(" {:<DATE$} {:<DATE$}", "Start", "Finish");
        }
        line + &format!("{:>FLOAT$}", "Float")
    }

    /// Whether nothing is left to do.
    fn is_done(&self, view: &ScheduleView<'_>, task: TaskId) -> bool {
        if !view.is_phase(task) {
            return view.is_done(task);
        }
        let (first, open) = &self.open;
        task.index().checked_sub(*first).and_then(|at| open.get(at)) == Some(&false)
    }

    fn float(&self, view: &ScheduleView<'_>, task: TaskId) -> String {
        if self.is_done(view, task) {
            return "done".to_owned();
        }
        let minutes = view.schedule.total_float_minutes(task);
        minutes.map_or_else(String::new, |it| days(it, view.schedule.minutes_per_day(task)))
    }

    fn row(&self, view: &ScheduleView<'_>, task: TaskId) -> String {
        let is_critical = is_critical(view, task);
        let mark = match (view.schedule.is_doubtful(task), is_critical) {
            (true, _) => "?",
            (false, true) => "*",
            (false, false) => " ",
        };
        let mut line = format!("{mark} {}", fitted(view.id(task), self.id, view.unicode));
        if self.title > 0 {
            line.push(' ');
            line += &fitted(view.title(task).unwrap_or(""), self.title, view.unicode);
        }
        // Of a task under way the computed start is that of what is left; people know when it began.
        let began = view.model.task(task).actual_start().map(|date| date.value);
        let start = view.schedule.early_start(view.model, task);
        let start = if view.is_phase(task) { start } else { start.map(|it| began.unwrap_or(it)) };
        let dates = start.zip(view.schedule.early_finish(view.model, task)).filter(|_| self.scale.is_some());
        if self.scale.is_some() {
            let (start, finish) = dates.map_or(("-".to_owned(), "-".to_owned()), |(start, finish)| {
                (start.date.to_string(), last_day(start, finish).to_string())
            });
            line += &format!(" {start:<DATE$} {finish:<DATE$}");
        }
        line += &format!(" {:>width$}", self.float(view, task), width = FLOAT - 1);
        let Some(((lowest, highest), (start, finish))) = self.scale.zip(dates).filter(|_| self.bar > 0)
        else {
            return line;
        };
        let marks = Glyphs::of(view);
        let is_done = self.is_done(view, task);
        let is_event = start == finish;
        let (from, to) = cells((minute(start), minute(finish)), (lowest, highest), self.bar);
        let (mark, color) = match (view.is_phase(task), is_event, is_critical) {
            (true, ..) => (marks.phase, ""),
            (_, true, true) => (marks.event, RED),
            (_, true, false) => (marks.event, ""),
            (_, false, true) => (marks.critical, RED),
            (..) if is_done => (marks.done, DIM),
            (..) => (marks.task, ""),
        };
        let length = if is_event { 1 } else { to - from };
        let bar: String = std::iter::repeat_n(mark, length).collect();
        line + &" ".repeat(from + 2) + &paint(view, color, &bar)
    }
}

/// By task of a plan, counted from its first: whether something is left to do in a phase.
fn open_phases(view: &ScheduleView<'_>, plan: PlanId) -> Vec<bool> {
    let first = view.model.plan(plan).range(EntityKind::Task).start;
    let mut is_open = vec![false; view.model.tasks_of(plan).count()];
    for (task, _) in view.model.tasks_of(plan) {
        if view.is_phase(task) || view.schedule.total_float_minutes(task).is_none() {
            continue;
        }
        for phase in view.network.hierarchy.ancestors(task) {
            match phase.index().checked_sub(first).and_then(|at| is_open.get_mut(at)) {
                Some(is_open) if !*is_open => *is_open = true,
                // The phases around it are known to be open.
                _ => break,
            }
        }
    }
    is_open
}

/// What bars are made of.
struct Glyphs {
    critical: char,
    task: char,
    done: char,
    phase: char,
    event: char,
}

impl Glyphs {
    fn of(view: &ScheduleView<'_>) -> Self {
        if view.unicode {
            return Self { critical: '█', task: '▒', done: '░', phase: '─', event: '◆' };
        }
        Self { critical: '#', task: '=', done: '.', phase: '-', event: 'o' }
    }
}

fn is_critical(view: &ScheduleView<'_>, task: TaskId) -> bool {
    let schedule: &Schedule = view.schedule;
    !view.is_phase(task) && (schedule.is_critical(task) || schedule.is_on_longest_path(task))
}

/// From and up to which column of `width` a stretch of time reaches, at least one.
fn cells((from, to): (i64, i64), (lowest, highest): (i64, i64), width: usize) -> (usize, usize) {
    let whole = (highest - lowest).max(1);
    let columns = width as i64;
    let begin = ((from - lowest).clamp(0, whole) * columns / whole).min(columns - 1);
    let end = ((to - lowest).clamp(0, whole) * columns + whole - 1) / whole;
    (begin as usize, end.clamp(begin + 1, columns) as usize)
}

/// Minutes on the clock of the wall, to measure bars with.
fn minute(moment: Moment) -> i64 {
    let days = moment.date.duration_since(jiff::civil::Date::constant(1970, 1, 1)).as_hours() / 24;
    days * 24 * 60 + i64::from(moment.minute().unwrap_or(0))
}

/// The day on which something ends: what ends at midnight ends the day before.
fn last_day(start: Moment, finish: Moment) -> jiff::civil::Date {
    if finish.minute() == Some(0) && finish > start {
        return finish.date.yesterday().unwrap_or(finish.date);
    }
    finish.date
}

fn after(date: jiff::civil::Date) -> jiff::civil::Date {
    date.tomorrow().unwrap_or(date)
}

/// Working time in days to the tenth, or in minutes where that would be nothing: `2.5d`, `-3d`, `10m`.
pub(super) fn days(minutes: i64, minutes_per_day: i64) -> String {
    let tenths = minutes.saturating_mul(20).saturating_add(minutes_per_day).div_euclid(minutes_per_day * 2);
    let sign = if tenths < 0 { "-" } else { "" };
    match (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10) {
        (0, 0) if minutes != 0 => format!("{minutes}m"),
        (whole, 0) => format!("{sign}{whole}d"),
        (whole, tenth) => format!("{sign}{whole}.{tenth}d"),
    }
}

/// A text on exactly so many columns, cut where it is longer.
pub(super) fn fitted(text: &str, width: usize, unicode: bool) -> String {
    let text = clean(text, unicode);
    let length = columns(&text);
    if length <= width {
        return format!("{text}{}", " ".repeat(width - length));
    }
    let (cut, cut_columns) = if unicode { ("…", 1) } else { ("...", 3) };
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + columns_of(c) + cut_columns > width {
            break;
        }
        used += columns_of(c);
        out.push(c);
    }
    out.push_str(cut);
    out + &" ".repeat(width.saturating_sub(used + cut_columns))
}

pub(super) const BOLD: &str = "1";
pub(super) const DIM: &str = "2";
pub(super) const RED: &str = "31";
pub(super) const GREEN: &str = "32";

/// A text in a color, where the reader's terminal shows colors.
pub(super) fn paint(view: &ScheduleView<'_>, color: &str, text: &str) -> String {
    if view.color && !color.is_empty() { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_shown_to_the_tenth_and_never_as_a_false_nothing() {
        for (minutes, shown) in [
            (0, "0d"),
            (480, "1d"),
            (1200, "2.5d"),
            (-1440, "-3d"),
            (10, "10m"),
            (-10, "-10m"),
            (504, "1.1d"),
        ] {
            assert_eq!(days(minutes, 480), shown);
        }
    }

    #[test]
    fn bars_keep_within_their_columns_and_are_never_empty() {
        assert_eq!(cells((0, 100), (0, 100), 10), (0, 10));
        assert_eq!(cells((100, 100), (0, 100), 10), (9, 10));
        assert_eq!(cells((-50, 500), (0, 100), 10), (0, 10));
        assert_eq!(cells((0, 1), (0, 0), 10), (0, 10));
        assert_eq!(cells((31, 32), (0, 100), 10), (3, 4));
    }

    #[test]
    fn texts_are_cut_to_their_columns() {
        assert_eq!(fitted("Order", 7, false), "Order  ");
        assert_eq!(fitted("Order 40 laptops", 9, false), "Order ...");
        assert_eq!(fitted("Order 40 laptops", 9, true), "Order 40…");
        assert_eq!(columns(&fitted("日本語の長い題名", 8, false)), 8);
    }
}
