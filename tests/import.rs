//! `planlint import`: the plan that comes out says what the export says, is scheduled like it, and lints the same.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its folder fails; why one is skipped is said"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use planlint::Clock;
use planlint::config::{Configs, Overrides};
use planlint::finding::EntityKind;
use planlint::model::{ImportedKind, Model, Moment, PlanId, TaskId, WorkingTime};
use planlint::network::{Network, Predecessor};
use planlint::read::{read, unread};
use planlint::report::Native;
use planlint::schedule::Schedule;
use planlint::source::{Format, SourceFile, Sources, decode};

/// What a task is known by in the export and in the plan that was made of it.
fn source_of(model: &Model<'_>, task: TaskId) -> String {
    let it = model.task(task);
    let id = model.text(it.id);
    let key = it.source_id().map_or(id, |key| model.text(key));
    match model.plan(it.plan).format {
        Format::Toml => key.to_owned(),
        Format::Xer => format!("xer:{}/{id}", model.plan_id(it.plan)),
        Format::Mspdi => format!("mspdi:{key}"),
        _ => format!("csv:{key}"),
    }
}

/// The plans of an export in the plan language, by file name.
fn imported(sources: &Sources) -> Vec<(String, String)> {
    let read = read(sources);
    let (network, _) = Network::new(&read.model);
    let usual = WorkingTime::default();
    let native = Native::new(&read.model, &network, &usual);
    let has_tasks = |plan: &PlanId| !read.model.plan(*plan).range(EntityKind::Task).is_empty();
    read.model
        .plan_ids()
        .filter(has_tasks)
        .map(|plan| {
            let lost = unread(read.model.sources().file(read.model.plan(plan).file));
            (format!("{}.plan.toml", native.plan_name(plan)), native.text(plan, &lost))
        })
        .collect()
}

fn sources_of(path: &Path) -> Sources {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let format = Format::of(path).unwrap();
    let (text, decoding) = decode(fs::read(path).unwrap(), format);
    Sources::new(vec![SourceFile::new(name.clone(), name.into(), format, text, decoding)])
}

/// Everything that has to be the same on both sides, by the source of each task.
struct Side {
    /// Codes with the task they are about; with the kind of thing where it is no task.
    findings: BTreeMap<(String, String), usize>,
    tasks: BTreeMap<String, Task>,
    links: BTreeMap<String, usize>,
    finish: BTreeMap<String, Option<Moment>>,
}

#[derive(Clone, PartialEq, Debug)]
struct Task {
    title: String,
    is_leaf: bool,
    is_milestone: bool,
    parent: Option<String>,
    early_start: Option<Moment>,
    early_finish: Option<Moment>,
    float: Option<i64>,
    is_critical: bool,
}

fn side(sources: &Sources) -> Side {
    let configs = Configs::new(PathBuf::from("."), Overrides { isolated: true, ..Overrides::default() }).unwrap();
    let clock = Clock { today: jiff::civil::date(2026, 12, 1) };
    let report = planlint::check(sources, &configs, &clock);
    let model = &report.model;
    let mut findings = BTreeMap::new();
    for it in &report.verdict.findings {
        let about = match it.finding.entity {
            Some(entity) if entity.kind == EntityKind::Task => source_of(model, TaskId(entity.index)),
            Some(entity) => entity.kind.as_str().to_owned(),
            None => String::new(),
        };
        *findings.entry((it.finding.code.to_string(), about)).or_default() += 1;
    }
    let (network, _) = Network::new(model);
    let schedule = Schedule::new(model, &network);
    let mut side =
        Side { findings, tasks: BTreeMap::new(), links: BTreeMap::new(), finish: BTreeMap::new() };
    for plan in model.plan_ids() {
        side.finish.insert(model.plan_name(plan).to_owned(), schedule.plan_finish(plan));
        for (task, it) in model.tasks_of(plan) {
            let source = source_of(model, task);
            let first = model.first_link(task);
            for (offset, link) in model.links(task).iter().enumerate() {
                let from = match network.references.predecessor(first + offset) {
                    Predecessor::Task(from) => source_of(model, from),
                    other => format!("{other:?}"),
                };
                // The same wait in whichever unit.
                let minutes = lag_minutes(model, &schedule, task, link);
                *side.links.entry(format!("{from} {} {minutes} {source}", link.kind.as_str())).or_default() += 1;
            }
            let is_phase = model.imported(task).is_some_and(|it| it.kind == ImportedKind::Phase);
            let is_leaf = network.hierarchy.is_leaf(task);
            if is_phase && !has_leaf(model, &network, task) {
                // A part of the work breakdown with nothing inside is left out.
                continue;
            }
            let task = Task {
                title: it.title().map_or("", |title| model.text(title)).to_owned(),
                is_leaf,
                is_milestone: it.milestone().is_some_and(|flag| flag.value),
                parent: network.hierarchy.parent(task).map(|parent| source_of(model, parent)),
                early_start: schedule.early_start(model, task),
                early_finish: schedule.early_finish(model, task),
                float: schedule.total_float_minutes(model, task),
                is_critical: schedule.is_critical(task),
            };
            side.tasks.insert(source, task);
        }
    }
    side
}

fn has_leaf(model: &Model<'_>, network: &Network, phase: TaskId) -> bool {
    let mut inside = vec![phase];
    while let Some(task) = inside.pop() {
        if !model.imported(task).is_some_and(|it| it.kind == ImportedKind::Phase) {
            return true;
        }
        inside.extend(network.hierarchy.children(task));
    }
    false
}

/// A lag as it counts: minutes where it is working time of days of eight hours or plain; the text of others.
fn lag_minutes(model: &Model<'_>, schedule: &Schedule, task: TaskId, link: &planlint::model::Link) -> String {
    use planlint::model::{LagAmount, Unit};
    match link.lag.amount() {
        LagAmount::Time(time) if !time.is_elapsed() => {
            let per_day = if model.plan(model.task(task).plan).format == Format::Csv { 480 } else { schedule.minutes_per_day(task) };
            let each = match time.unit() {
                Unit::Minutes => 1,
                Unit::Hours => 60,
                Unit::Days => per_day,
                Unit::Weeks => 5 * per_day,
                Unit::Months => 20 * per_day,
            };
            (time.thousandths() * each / 1000).to_string()
        }
        LagAmount::Time(time) => {
            let each = match time.unit() {
                Unit::Minutes => 1,
                Unit::Hours => 60,
                Unit::Days => 1440,
                Unit::Weeks => 7 * 1440,
                Unit::Months => 30 * 1440,
            };
            format!("{}e", time.thousandths() * each / 1000)
        }
        LagAmount::Percent(_) => link.lag.to_string(),
    }
}

/// What differs between an export and the plan that was made of it, in words.
fn differences(name: &str, sources: &Sources) -> Vec<String> {
    let texts = imported(sources);
    let natives = Sources::from_texts(texts.clone());
    let (export, plan) = (side(sources), side(&natives));
    let mut wrong = Vec::new();
    for ((code, about), count) in plan.findings.iter().filter(|((code, _), _)| code.starts_with("PLN00") && &**code != "PLN005" && &**code != "PLN006") {
        wrong.push(format!("the plan has {count} {code} {about}"));
    }
    let set = |side: &Side| -> BTreeSet<(String, String)> {
        side.findings.keys().filter(|(code, _)| !code.starts_with("PLN00")).cloned().collect()
    };
    for (code, about) in set(&export).symmetric_difference(&set(&plan)) {
        let is_new = plan.findings.contains_key(&(code.clone(), about.clone()));
        wrong.push(format!("{code} {about} only in the {}", if is_new { "plan" } else { "export" }));
    }
    let keys = |side: &Side| side.tasks.keys().cloned().collect::<BTreeSet<_>>();
    for task in keys(&export).symmetric_difference(&keys(&plan)) {
        wrong.push(format!("the task {task} is on one side only"));
    }
    for link in export.links.keys().collect::<BTreeSet<_>>().symmetric_difference(&plan.links.keys().collect()) {
        wrong.push(format!("the link {link} is on one side only"));
    }
    // What a comment says is not expected.
    let text: String = texts.iter().map(|(_, text)| text.as_str()).collect();
    let noted = noted(&text);
    // Dates are equal where no working time lies between them.
    let (mut equal, mut n_noted, mut compared) = (0, 0, 0);
    let model = read(&natives).model;
    let (network, _) = Network::new(&model);
    let schedule = Schedule::new(&model, &network);
    let ids: BTreeMap<String, TaskId> = (0..model.tasks.len() as u32)
        .map(|task| (source_of(&model, TaskId(task)), TaskId(task)))
        .collect();
    for (source, before) in &export.tasks {
        let Some(after) = plan.tasks.get(source) else { continue };
        if (&before.title, before.is_leaf, before.is_milestone, &before.parent) != (&after.title, after.is_leaf, after.is_milestone, &after.parent) {
            wrong.push(format!("{source}: {before:?} became {after:?}"));
        }
        if !before.is_leaf {
            continue;
        }
        compared += 1;
        let same = |one: Option<Moment>, other: Option<Moment>| match (one, other) {
            (Some(one), Some(other)) => schedule.minutes_between(ids[source], one, other) == 0,
            (one, other) => one == other,
        };
        let is_equal = same(before.early_start, after.early_start)
            && same(before.early_finish, after.early_finish)
            && before.float == after.float
            && before.is_critical == after.is_critical;
        equal += usize::from(is_equal);
        if !is_equal && noted.contains(source) {
            n_noted += 1;
        } else if !is_equal {
            wrong.push(format!("{source}: {before:?} is scheduled {after:?}"));
        }
    }
    eprintln!("{name}: {equal} of {compared} tasks are scheduled the same, {n_noted} of the others are noted; {} differences", wrong.len());
    wrong
}

/// The sources of tasks at which a comment says that something was not carried over.
fn noted(text: &str) -> BTreeSet<String> {
    let mut noted = BTreeSet::new();
    let mut is_noted = false;
    for line in text.lines() {
        if line.starts_with("# not carried over") {
            is_noted = true;
        } else if let Some((_, source)) = line.split_once("x-source = \"") {
            if is_noted {
                noted.insert(source.split('"').next().unwrap_or("").to_owned());
            }
            is_noted = false;
        } else if line.starts_with("[calendar") || line.starts_with("[plan") {
            is_noted = false;
        }
    }
    noted
}

fn corpus() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "xer" || it == "xml" || it == "csv")).collect();
    files.sort();
    files
}

#[test]
fn real_exports_become_plans_that_lint_and_are_scheduled_the_same() {
    let mut wrong = Vec::new();
    for path in corpus() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let found = differences(&name, &sources_of(&path));
        wrong.extend(found.into_iter().map(|it| format!("{name}: {it}")));
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
