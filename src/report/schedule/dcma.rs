//! The DCMA 14 points of plans: for a person a table, for programs json and csv. The figures are those of the rules.

use std::io;

use serde::Serialize;

use super::ScheduleView;
use super::table::{BOLD, DIM, GREEN, RED, paint};
use crate::model::{PlanId, TaskId};
use crate::network::Predecessor;
use crate::report::text::{clean, columns, counted, wrapped};
use crate::rules::assessment::{Assessment, LEAST_TASKS, Lack, Limit, Offender, Point, Verdict, link_words};

/// What the points are called, and what the two numbers of each are.
const POINTS: [(&str, &str); 14] = [
    ("Logic", "unfinished tasks without predecessor or successor"),
    ("Leads", "links with negative lag"),
    ("Lags", "links with positive lag"),
    ("Relationship types", "links that are finish to start"),
    ("Hard constraints", "unfinished tasks with a hard constraint"),
    ("High float", "unfinished tasks with much total float"),
    ("Negative float", "unfinished tasks with negative total float"),
    ("High duration", "unfinished work with a long duration"),
    ("Invalid dates", "tasks with dates on the wrong side of the status date"),
    ("Resources", "unfinished work without owner, resource or cost"),
    ("Missed tasks", "due tasks that finish after their baseline finish"),
    ("Critical path test", "days by which the finish moves"),
    ("Critical path length index", "(path length + total float) / path length"),
    ("Baseline execution index", "finished tasks / (tasks due + tasks without baseline)"),
];

/// Offenders that are named unless all are asked for.
const NAMED: usize = 10;

/// Columns of the name of a point, of its figure, its limit and its two numbers.
const NAME: usize = 26;
const VALUE: usize = 9;
const LIMIT: usize = 10;
const BASE: usize = 11;

/// Writes the points of all plans as tables.
pub(super) fn table(view: &ScheduleView<'_>, all: &[Assessment], out: &mut dyn io::Write) -> io::Result<()> {
    for (index, it) in shown(view, all).enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        one(view, it, out)?;
    }
    if !view.quiet {
        let note = "`planlint explain SCH101` to `SCH114` say how each point is counted, and what to do.";
        writeln!(out, "\n{}", wrapped(note, view.width, 0, 2))?;
    }
    Ok(())
}

/// The assessments of plans that have tasks.
fn shown<'v>(view: &'v ScheduleView<'_>, all: &'v [Assessment]) -> impl Iterator<Item = &'v Assessment> + 'v {
    view.plans().filter_map(|plan| all.get(plan.index()))
}

fn one(view: &ScheduleView<'_>, it: &Assessment, out: &mut dyn io::Write) -> io::Result<()> {
    let name = clean(view.model.plan_name(it.plan), view.unicode).into_owned();
    let title = format!("{name}: DCMA 14 points as of {}", it.status_date);
    writeln!(out, "{}", paint(view, BOLD, &wrapped(&title, view.width, 0, 2)))?;
    let population = &it.population;
    let mut line =
        |label: &str, text: &str| writeln!(out, "  {label:<10}{}", wrapped(text, view.width, 12, 12));
    let (tasks, links) = (counted(population.tasks, "task"), counted(population.links, "link"));
    line(
        "Counted",
        &format!(
            "{tasks}, of which {} unfinished, {} of these work; {links}",
            population.unfinished, population.work
        ),
    )?;
    let left_out = population.left_out();
    if !left_out.is_empty() {
        line("Left out", &left_out)?;
    }
    let head = format!(
        "  {:>2}  {:<NAME$} {:>VALUE$}  {:<LIMIT$} {:>BASE$}  Verdict",
        "", "Point", "Value", "Limit", "Of"
    );
    writeln!(out, "\n{}", paint(view, DIM, head.trim_end()))?;
    for (number, (point, (name, _))) in it.points.iter().zip(POINTS).enumerate() {
        row(view, it.plan, (number + 1, name), point, out)?;
    }
    let (hits, base) = (it.hits.count, it.hits.base);
    let on_time = match base {
        0 => "nothing was due, so none".to_owned(),
        _ => format!("{hits} of {base} due tasks = {} %", it.hits.percent(0)),
    };
    let line = format!("Finished on time (hit-task percentage): {on_time}");
    writeln!(out, "\n{}", wrapped(&line, view.width, 0, 2))?;
    if population.unfinished < LEAST_TASKS && !view.quiet {
        let note = format!(
            "`planlint check` does not judge this plan: with fewer than {LEAST_TASKS} unfinished tasks a single one is more \
             than five per cent."
        );
        writeln!(out, "{}", wrapped(&note, view.width, 0, 2))?;
    }
    Ok(())
}

fn row(
    view: &ScheduleView<'_>,
    plan: PlanId,
    (number, name): (usize, &str),
    point: &Point,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (value, base) = match is_figure(point) {
        true => (point.value(), base(view, plan, point)),
        false => ("-".to_owned(), "-".to_owned()),
    };
    let (verdict, color) = match point.verdict {
        Verdict::Pass => ("pass".to_owned(), GREEN),
        Verdict::Fail => ("FAIL".to_owned(), RED),
        Verdict::NotAssessable(lack) => (format!("not assessable: {}", reason(point.code, lack)), DIM),
        Verdict::NotApplicable(lack) => (format!("not applicable: {}", reason(point.code, lack)), DIM),
    };
    let limit = limit(point);
    let begin = format!("  {number:>2}  {name:<NAME$} {value:>VALUE$}  {limit:<LIMIT$} {base:>BASE$}  ");
    let begun = columns(&begin);
    let verdict = wrapped(&verdict, view.width, begun, 6);
    writeln!(out, "{begin}{}", paint(view, color, &verdict))?;
    for note in notes(view, plan, point) {
        writeln!(out, "      {}", wrapped(&clean(&note, view.unicode), view.width, 6, 8))?;
    }
    Ok(())
}

fn is_figure(point: &Point) -> bool {
    matches!(point.verdict, Verdict::Pass | Verdict::Fail)
}

/// What the limit is, with its side.
fn limit(point: &Point) -> String {
    match point.limit {
        Limit::AtMost(0) => "none".to_owned(),
        Limit::AtMost(_) => format!("<= {}", point.limit()),
        Limit::AtLeast(_) | Limit::Days(_) => format!(">= {}", point.limit()),
    }
}

/// The two numbers; of a path in days, which are counted in minutes.
fn base(view: &ScheduleView<'_>, plan: PlanId, point: &Point) -> String {
    let days = |minutes: i64| view.schedule.days_of_plan(plan, minutes);
    match point.code {
        "SCH113" => format!("{}/{} d", days(point.ratio.count), days(point.ratio.base)),
        // Each half has a base of its own; the notes give them.
        _ if point.is_sum() => String::new(),
        _ => format!("{}/{}", point.ratio.count, point.ratio.base),
    }
}

fn reason(code: &str, lack: Lack) -> &'static str {
    match lack {
        Lack::Target if code == "SCH113" => "no finish was promised for the plan",
        Lack::Format => "the file does not carry it",
        Lack::ByDesign => "the plan names no people by design",
        Lack::Baseline => "no task has a baseline",
        Lack::Target => "no date was promised",
        Lack::Dates => "no dates or durations",
        Lack::Path => "no unfinished work sets the finish",
        Lack::Backwards => "scheduled from its finish",
        Lack::Due => "nothing was due yet",
        Lack::Time => "the finish is not after the status date",
        Lack::Tasks => "no such tasks",
        Lack::Links => "no such links",
    }
}

/// What is worth knowing of a figure: parts, who is excused, who speaks against it.
fn notes(view: &ScheduleView<'_>, plan: PlanId, point: &Point) -> Vec<String> {
    let mut notes = Vec::new();
    if !is_figure(point) {
        return notes;
    }
    for part in &point.parts {
        let (count, base) = (part.ratio.count, part.ratio.base);
        match (point.code, part.name) {
            ("SCH109", "9a") => {
                notes.push(format!("9a, forecasts before the status date: {count} of {base}"))
            }
            ("SCH109", _) => notes.push(format!("9b, actual dates after it: {count} of {base}")),
            ("SCH112", _) => notes.push(format!("600 days added to {}", named(view, &part.tasks))),
            ("SCH113", name) => {
                let days = view.schedule.days_of_plan(plan, count).to_string();
                notes.push(format!("{name}: {days} working {}", if days == "1" { "day" } else { "days" }));
            }
            (_, name) if count > 0 && part.tasks.is_empty() => notes.push(format!("{name}: {count}")),
            (_, name) if count > 0 => notes.push(format!("{name}: {count} ({})", named(view, &part.tasks))),
            _ => {}
        }
    }
    if notes.len() > 1 {
        notes = vec![notes.join("; ")];
    }
    if !point.excused.is_empty() {
        let excused: Vec<String> =
            point.excused.iter().map(|it| format!("{} {}", it.as_what, view.id(it.task))).collect();
        notes.push(format!("excused: {}", excused.join(", ")));
    }
    if !point.offenders.is_empty() && point.verdict == Verdict::Fail {
        let shown = if view.all { point.offenders.len() } else { NAMED };
        let mut names: Vec<String> =
            point.offenders.iter().take(shown).map(|it| offender(view, it)).collect();
        let more = point.offenders.len() - names.len();
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        notes.push(names.join(", "));
    }
    notes
}

/// The first few tasks by their ids, and how many more there are.
fn named(view: &ScheduleView<'_>, tasks: &[TaskId]) -> String {
    let shown = if view.all { tasks.len() } else { NAMED };
    let mut ids: Vec<String> = tasks.iter().take(shown).map(|task| view.id(*task).to_owned()).collect();
    if tasks.len() > shown {
        ids.push(format!("and {} more", tasks.len() - shown));
    }
    ids.join(", ")
}

/// A task by its id, a link as `a SS+2d b`.
fn offender(view: &ScheduleView<'_>, it: &Offender) -> String {
    match it.link {
        Some(number) => {
            let words = link_words(view.model, view.schedule, it.task, number);
            format!("{} {words} {}", predecessor(view, number), view.id(it.task))
        }
        None => view.id(it.task).to_owned(),
    }
}

/// The id of what a link waits for.
fn predecessor<'a>(view: &ScheduleView<'a>, link: usize) -> &'a str {
    match view.network.references.predecessor(link) {
        Predecessor::Task(from) => view.id(from),
        Predecessor::Outside | Predecessor::Unknown => "",
    }
}

#[derive(Serialize)]
struct PointRow<'a> {
    point: usize,
    code: &'a str,
    name: &'a str,
    counts: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    numerator: Option<i64>,
    denominator: Option<i64>,
    value: Option<String>,
    limit: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<PartRow<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excused: Vec<&'a str>,
    offenders: Vec<OffenderRow<'a>>,
}

#[derive(Serialize)]
struct PartRow<'a> {
    name: &'a str,
    count: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tasks: Vec<&'a str>,
}

#[derive(Serialize)]
struct OffenderRow<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    predecessor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Writes the points as one JSON object, several plans as its `plans`. Of SCH113 the two numbers are minutes of work.
pub(super) fn json(view: &ScheduleView<'_>, all: &[Assessment], out: &mut dyn io::Write) -> io::Result<()> {
    let plans: Vec<&Assessment> = shown(view, all).collect();
    if let [only] = plans[..] {
        write!(out, "{{\"version\": 1, ")?;
        object(view, only, out)?;
        return writeln!(out, "}}");
    }
    write!(out, "{{\"version\": 1, \"plans\": [")?;
    for (index, it) in plans.into_iter().enumerate() {
        write!(out, "{}{{", if index == 0 { "\n" } else { ",\n" })?;
        object(view, it, out)?;
        write!(out, "}}")?;
    }
    writeln!(out, "]}}")
}

fn object(view: &ScheduleView<'_>, it: &Assessment, out: &mut dyn io::Write) -> io::Result<()> {
    let population = &it.population;
    write!(out, "\"plan\": ")?;
    serde_json::to_writer(&mut *out, view.model.plan_id(it.plan))?;
    write!(out, ", \"status_date\": \"{}\",\n \"counted\": ", it.status_date)?;
    let counts = [
        ("tasks", population.tasks),
        ("unfinished", population.unfinished),
        ("unfinished_work", population.work),
        ("links", population.links),
        ("phases_left_out", population.phases),
        ("level_of_effort_left_out", population.effort),
        ("external_left_out", population.external),
        ("canceled_left_out", population.canceled),
    ];
    let counts: serde_json::Map<String, serde_json::Value> =
        counts.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect();
    serde_json::to_writer(&mut *out, &counts)?;
    write!(out, ",\n \"dcma\": [")?;
    for (index, (point, (name, counts))) in it.points.iter().zip(POINTS).enumerate() {
        write!(out, "{}", if index == 0 { "\n" } else { ",\n" })?;
        serde_json::to_writer(&mut *out, &point_row(view, index + 1, (name, counts), point))?;
    }
    write!(out, "],\n \"hit_task\": {{\"numerator\": {}, \"denominator\": {}}}", it.hits.count, it.hits.base)
}

/// A verdict for programs, with its reason.
fn verdict(point: &Point) -> (&'static str, Option<&'static str>) {
    match point.verdict {
        Verdict::Pass => ("pass", None),
        Verdict::Fail => ("fail", None),
        Verdict::NotAssessable(lack) => ("not-assessable", Some(reason(point.code, lack))),
        Verdict::NotApplicable(lack) => ("not-applicable", Some(reason(point.code, lack))),
    }
}

fn point_row<'a>(
    view: &ScheduleView<'a>,
    number: usize,
    (name, counts): (&'a str, &'a str),
    point: &'a Point,
) -> PointRow<'a> {
    let is_figure = is_figure(point);
    let (verdict, reason) = verdict(point);
    let part = |part: &'a crate::rules::assessment::Part| PartRow {
        name: part.name,
        count: part.ratio.count,
        tasks: part.tasks.iter().map(|task| view.id(*task)).collect(),
    };
    let offender = |it: &Offender| OffenderRow {
        id: view.id(it.task),
        predecessor: it.link.map(|link| predecessor(view, link)),
        link: it.link.map(|link| link_words(view.model, view.schedule, it.task, link)),
    };
    PointRow {
        point: number,
        code: point.code,
        name,
        counts,
        verdict,
        reason,
        numerator: is_figure.then_some(point.ratio.count),
        denominator: (is_figure && !point.is_sum()).then_some(point.ratio.base),
        value: is_figure.then(|| point.value()),
        limit: limit(point),
        parts: point.parts.iter().filter(|_| is_figure).map(part).collect(),
        excused: point.excused.iter().filter(|_| is_figure).map(|it| view.id(it.task)).collect(),
        offenders: point.offenders.iter().filter(|_| is_figure).map(offender).collect(),
    }
}

/// Writes a row a point, with a header.
pub(super) fn csv(view: &ScheduleView<'_>, all: &[Assessment], out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "plan,status_date,point,code,name,numerator,denominator,value,limit,verdict,reason\r\n")?;
    for it in shown(view, all) {
        for (index, (point, (name, _))) in it.points.iter().zip(POINTS).enumerate() {
            let number = |number: i64| if is_figure(point) { number.to_string() } else { String::new() };
            let value = if is_figure(point) { point.value() } else { String::new() };
            let (verdict, reason) = verdict(point);
            write!(
                out,
                "{},{},{},{},{name},{},{},{value},{},{verdict},{}\r\n",
                super::csv::text(view.model.plan_id(it.plan)),
                it.status_date,
                index + 1,
                point.code,
                number(point.ratio.count),
                number(point.ratio.base),
                limit(point),
                reason.unwrap_or("")
            )?;
        }
    }
    Ok(())
}
