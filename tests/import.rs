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

fn side(sources: &Sources, select: &[&str]) -> Side {
    let extend_select = select.iter().map(|rule| (*rule).to_owned()).collect();
    let overrides = Overrides { isolated: true, extend_select, ..Overrides::default() };
    let configs = Configs::new(PathBuf::from("."), overrides).unwrap();
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
    let mut side = Side { findings, tasks: BTreeMap::new(), links: BTreeMap::new(), finish: BTreeMap::new() };
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
                *side
                    .links
                    .entry(format!("{from} {} {minutes} {source}", link.kind.as_str()))
                    .or_default() += 1;
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
                float: schedule.total_float_minutes(task),
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
            // Days are written only where they are as long as those of the plan.
            let per_day = schedule.work_days(model.task(task).plan).minutes_per_day();
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
    let (export, plan) = (side(sources, &[]), side(&natives, &[]));
    let mut wrong = Vec::new();
    for ((code, about), count) in plan.findings.iter().filter(|((code, _), _)| is_of_readers(code)) {
        if !export.findings.contains_key(&(code.clone(), about.clone())) {
            wrong.push(format!("the plan has {count} {code} {about}"));
        }
    }
    wrong.extend(other_findings(&export, &plan, &texts));
    // With every rule there is, the two still agree.
    let (all_of_export, all_of_plan) = (side(sources, &["ALL"]), side(&natives, &["ALL"]));
    wrong.extend(other_findings(&all_of_export, &all_of_plan, &texts));
    let keys = |side: &Side| side.tasks.keys().cloned().collect::<BTreeSet<_>>();
    for task in keys(&export).symmetric_difference(&keys(&plan)) {
        wrong.push(format!("the task {task} is on one side only"));
    }
    for link in
        export.links.keys().collect::<BTreeSet<_>>().symmetric_difference(&plan.links.keys().collect())
    {
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
    let ids: BTreeMap<String, TaskId> =
        (0..model.tasks.len() as u32).map(|task| (source_of(&model, TaskId(task)), TaskId(task))).collect();
    // What waits for a task that is worked on at times nobody can say moves with it, and where it sets the finish, every
    // float does.
    let moved = export.finish != plan.finish;
    let mut behind: BTreeSet<TaskId> =
        ids.iter().filter(|(it, _)| noted.contains(*it)).map(|(_, task)| *task).collect();
    let links: Vec<(TaskId, TaskId)> = (0..model.tasks.len() as u32)
        .map(TaskId)
        .flat_map(|task| {
            let first = model.first_link(task);
            let (network, n) = (&network, model.links(task).len());
            (first..first + n).filter_map(move |link| match network.references.predecessor(link) {
                Predecessor::Task(from) => Some((from, task)),
                _ => None,
            })
        })
        .collect();
    // What moves a phase moves what is inside, and the other way round.
    let nested = |task: &TaskId| network.hierarchy.parent(*task).map(|phase| (phase, *task));
    let inside: Vec<(TaskId, TaskId)> = ids.values().filter_map(nested).collect();
    let links: Vec<(TaskId, TaskId)> = links
        .into_iter()
        .chain(inside.iter().flat_map(|(phase, task)| [(*phase, *task), (*task, *phase)]))
        .collect();
    let close = |set: &mut BTreeSet<TaskId>, is_back: bool| loop {
        let before = set.len();
        for &(from, to) in &links {
            let (at, other) = if is_back { (to, from) } else { (from, to) };
            if set.contains(&at) {
                set.insert(other);
            }
        }
        if set.len() == before {
            break;
        }
    };
    close(&mut behind, false);
    // What comes before it has another float, and what runs along with it another length.
    let mut around = behind.clone();
    close(&mut around, true);
    for (source, before) in &export.tasks {
        let Some(after) = plan.tasks.get(source) else { continue };
        if (&before.title, before.is_leaf, before.is_milestone, &before.parent)
            != (&after.title, after.is_leaf, after.is_milestone, &after.parent)
        {
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
        let has_dates =
            same(before.early_start, after.early_start) && same(before.early_finish, after.early_finish);
        let is_equal = has_dates && before.float == after.float && before.is_critical == after.is_critical;
        equal += usize::from(is_equal);
        let is_level = model.task(ids[source]).effort().is_some();
        if !is_equal
            && (behind.contains(&ids[source])
                || (has_dates && (moved && !noted.is_empty() || around.contains(&ids[source])))
                || (is_level && around.contains(&ids[source])))
        {
            n_noted += 1;
        } else if !is_equal {
            wrong.push(format!("{source}: {before:?} is scheduled {after:?}"));
        }
    }
    eprintln!(
        "{name}: {equal} of {compared} tasks are scheduled the same, {n_noted} of the others are noted; {} differences",
        wrong.len()
    );
    wrong
}

/// Whether a finding is about the form of a file: that of an export is another than that of a plan.
fn is_of_readers(code: &str) -> bool {
    ["PLN001", "PLN002", "PLN003", "PLN004", "PLN006", "PLN007", "PLN008", "PLN009", "PLN010"].contains(&code)
}

/// What one side finds and the other does not.
fn other_findings(export: &Side, plan: &Side, texts: &[(String, String)]) -> Vec<String> {
    let set = |side: &Side| -> BTreeSet<(String, String)> {
        side.findings.keys().filter(|(code, _)| !is_of_readers(code)).cloned().collect()
    };
    let mut wrong = Vec::new();
    for (code, about) in set(export).symmetric_difference(&set(plan)) {
        let is_new = plan.findings.contains_key(&(code.clone(), about.clone()));
        // A phase with nothing inside is left out of the plan, and with it what is said about it.
        let is_left_out = !is_new
            && about.contains(':')
            && !texts.iter().any(|(_, text)| text.contains(&format!("x-source = \"{about}\"")));
        if !is_left_out {
            wrong.push(format!("{code} {about} only in the {}", if is_new { "plan" } else { "export" }));
        }
    }
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
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "xer" || it == "xml" || it == "csv"))
        .collect();
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

/// An export in one text, by the ending of its name.
fn plan_of(name: &str, text: &str) -> (Vec<String>, String) {
    let sources = Sources::from_text(name, text);
    let texts = imported(&sources);
    let wrong = differences(name, &sources);
    (wrong, texts.into_iter().map(|(_, text)| text).collect())
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

/// An XER of these tables: name, columns, rows; all separated by blanks around a bar.
fn xer(tables: &[(&str, &str, &[&str])]) -> String {
    let mut text = "ERMHDR\t23.12\n".to_owned();
    let line = |cells: &str| cells.split('|').map(str::trim).collect::<Vec<_>>().join("\t");
    for (name, columns, rows) in tables {
        text.push_str(&format!("%T\t{name}\n%F\t{}\n", line(columns)));
        for row in *rows {
            text.push_str(&format!("%R\t{}\n", line(row)));
        }
    }
    text + "%E\n"
}

const WEEK: &str = "(0||CalendarData()((0||DaysOfWeek()((0||1()())(0||2()((0||0(s!08:00!f!12:00)())(0||1(s!13:00!f!17:00)())))(0||3()((0||0(s!08:00!f!12:00)())(0||1(s!13:00!f!17:00)())))(0||4()((0||0(s!08:00!f!12:00)())(0||1(s!13:00!f!17:00)())))(0||5()((0||0(s!08:00!f!12:00)())(0||1(s!13:00!f!17:00)())))(0||6()((0||0(s!08:00!f!13:00)())))(0||7()((0||0(s!22:00!f!06:00)())))))(0||Exceptions()((0||0(d!46379)())(0||1(d!46380)((0||0(s!08:00!f!12:00)())))))))";

#[test]
fn what_primavera_says_is_said_in_the_plan_language() {
    let week = WEEK.replace(['!', '|'], "\u{1}");
    let calendar = format!("7 | Crew ''A'' | 8 | {week}").replace("''", "\"\"");
    let text = xer(&[
        ("PROJECT", "proj_id | proj_short_name | plan_start_date | plan_end_date | last_recalc_date | clndr_id | critical_path_type", &["1 | BR 1 | 2026-11-30 08:00 | 2027-03-01 17:00 | 2026-12-07 08:00 | 7 | CT_DrivPath"]),
        ("CALENDAR", "clndr_id | clndr_name | day_hr_cnt | clndr_data", &[&calendar]),
        ("SCHEDOPTIONS", "proj_id | sched_calendar_on_relationship_lag | sched_float_type | sched_retained_logic | sched_progress_override | sched_open_critical_flag", &["1 | rcal_ProjDefault | FT_Min | N | Y | Y"]),
        ("PROJWBS", "wbs_id | proj_id | parent_wbs_id | wbs_short_name | wbs_name | proj_node_flag", &["10 | 1 | | BR | Bridge | Y", "11 | 1 | 10 | CIV.1 | Civil works | N", "12 | 1 | 10 | NIL | Nothing yet | N"]),
        ("RSRC", "rsrc_id | rsrc_short_name | rsrc_name | rsrc_type", &["5 | JW | Weber, Jonas | RT_Labor", "6 | AH | Haddad, Amira | RT_Labor"]),
        ("TASK", "task_id | proj_id | wbs_id | clndr_id | task_type | status_code | task_code | task_name | target_drtn_hr_cnt | remain_drtn_hr_cnt | cstr_type | cstr_date | cstr_type2 | cstr_date2 | act_start_date | act_end_date | complete_pct_type | phys_complete_pct | expect_end_date | suspend_date | resume_date", &[
            "100 | 1 | 11 | 7 | TT_Mile | TK_Complete | M 1 | Start | 0 | 0 | | | | | 2026-11-30 08:00 | 2026-11-30 08:00",
            "101 | 1 | 11 | 7 | TT_Task | TK_Active | A1 | Dig ''deep''\\holes | 40 | 16 | | | | | 2026-12-01 08:00 | | CP_Phys | 30 | | 2026-12-03 08:00 | 2026-12-08 08:00",
            "102 | 1 | 11 | 7 | TT_Task | TK_NotStart | A2 | Pour | 24 | 24 | CS_MSOA | 2026-12-14 08:00 | CS_MEOB | 2027-01-29 17:00",
            "103 | 1 | 11 | 7 | TT_Task | TK_NotStart | A3 | Cure | 28 | 28 | CS_MEOB | 2027-01-15 17:00 | CS_MSOA | 2026-12-20 10:00 | | | | | 2027-01-12 17:00",
            "104 | 1 | 11 | 7 | TT_LOE | TK_NotStart | A4 | Manage | 80 | 80",
            "105 | 1 | 11 | 7 | TT_FinMile | TK_NotStart | M2 | Open | 0 | 0 | CS_MANDFIN | 2027-02-26 13:00",
        ]),
        ("TASKPRED", "task_pred_id | task_id | pred_task_id | proj_id | pred_proj_id | pred_type | lag_hr_cnt", &[
            "1 | 101 | 100 | 1 | 1 | PR_FS | 0",
            "2 | 102 | 101 | 1 | 1 | PR_SS | 16",
            "3 | 103 | 102 | 1 | 1 | PR_FF | -1.5",
            "4 | 104 | 102 | 1 | 1 | PR_SS | 0",
            "5 | 105 | 103 | 1 | 1 | PR_FS | 20",
            "6 | 105 | 900 | 1 | 77 | PR_FS | 0",
        ]),
        ("TASKRSRC", "taskrsrc_id | task_id | rsrc_id | target_qty | target_qty_per_hr", &["1 | 102 | 5 | 24 | 0.5", "2 | 102 | 6 | 8 | 0.25"]),
        ("TASKMEMO", "memo_id | task_id", &["1 | 101"]),
    ])
    .replace("''", "\"\"")
    .replace('\u{1}', "|");
    let (wrong, plan) = plan_of("bridge.xer", &text);
    says(
        &plan,
        &[
            "# Imported from bridge.xer (Primavera P6): 6 tasks, 1 phase, 6 links.",
            "# - expected finish dates: 1",
            "# - interruptions of work: 1",
            "# - notebook entries: 1",
            "# - phases with nothing in them: 1",
            "# - second constraints: 1",
            "id = \"BR-1\"",
            "name = \"Bridge\"",
            "start = 2026-11-30\n",
            "finish-by = 2027-03-01\n",
            "status-date = 2026-12-07\n",
            "lag-calendar = \"plan\"",
            "scheduling = { like = \"p6\", progress = \"override\", float = \"smallest\", critical = \"longest-path\", open-ends-critical = true }",
            "x-source = \"xer:BR 1\"",
            "[calendar.crew-a]",
            "work-week = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]",
            "hours = [\"08:00-12:00\", \"13:00-17:00\", \"fri 08:00-13:00\", \"sat 22:00-24:00\", \"sun 00:00-06:00\"]",
            "holidays = [2026-12-23]",
            "extra-days = [{ start = 2026-12-24T08:00:00, finish = 2026-12-24T12:00:00 }]",
            "JW = { name = \"Weber, Jonas\" }",
            "# not carried over: nothing is in the phase \"Nothing yet\" (NIL)",
            "CIV-1 = { title = \"Civil works\", x-source = \"xer:BR 1/CIV.1\" }",
            "# not carried over: put down on 2026-12-03T08:00, taken up again on 2026-12-08T08:00\n[task.A1]\ntitle = \"Dig \\\"deep\\\"\\\\holes\"",
            "percent = 30\nremaining = \"2d\"\nactual-start = 2026-12-01\n",
            "owner = \"JW\"\nunits = \"50%\"\nhelpers = [{ person = \"AH\", units = \"25%\" }]\nduration = \"3d\"\nconstraint = \"SNET 2026-12-14\"\ndeadline = 2027-01-29T17:00:00\ndepends-on = \"A1 SS+2d\"",
            "# not carried over: second constraint SNET 2026-12-20T10:00 (P6)\n# not carried over: expected finish 2027-01-12T17:00 (P6)\n[task.A3]",
            "duration = \"3.5d\"\nconstraint = \"FNLT 2027-01-15T17:00\"\ndepends-on = \"A2 FF-1.5h\"",
            "effort = \"level\"",
            "constraint = \"MFO 2027-02-26\"",
            "depends-on = [\"A3 FS+2.5d\", \"77/900\"]",
        ],
    );
    assert_eq!(wrong, Vec::<String>::new(), "{plan}");
}

#[test]
fn what_microsoft_project_says_is_said_in_the_plan_language() {
    let task = |uid: u32, level: u32, more: &str| {
        format!("<Task><UID>{uid}</UID><ID>{uid}</ID><OutlineLevel>{level}</OutlineLevel>{more}</Task>")
    };
    let shift = "<WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>16:00:00</ToTime></WorkingTime></WorkingTimes>";
    let days: String = (2..=6)
        .map(|day| format!("<WeekDay><DayType>{day}</DayType><DayWorking>1</DayWorking>{shift}</WeekDay>"))
        .collect();
    let calendar = |uid: u32, name: &str, base: &str, more: &str| {
        format!(
            "<Calendar><UID>{uid}</UID><Name>{name}</Name><IsBaseCalendar>{}</IsBaseCalendar>{base}{more}</Calendar>",
            u8::from(base.is_empty())
        )
    };
    let off = "<Exceptions><Exception><TimePeriod><FromDate>2026-12-10T00:00:00</FromDate><ToDate>2026-12-11T23:59:00</ToDate></TimePeriod><Name>away</Name><Type>1</Type><DayWorking>0</DayWorking></Exception></Exceptions>";
    let tasks = [
        task(1, 1, "<Name>Prepare</Name><Deadline>2026-12-23T16:00:00</Deadline>"),
        task(2, 2, "<Name>Order &amp; pay</Name><Duration>PT80H0M0S</Duration><DurationFormat>7</DurationFormat><PercentComplete>0</PercentComplete><Notes>First line\nsecond \\ \"line\"</Notes><ExtendedAttribute><FieldID>188743731</FieldID><Value>Lisbon</Value></ExtendedAttribute>"),
        task(3, 2, "<Name>Wait</Name><Duration>PT72H0M0S</Duration><DurationFormat>8</DurationFormat><PredecessorLink><PredecessorUID>2</PredecessorUID><Type>3</Type><LinkLag>9600</LinkLag><LagFormat>8</LagFormat></PredecessorLink><PredecessorLink><PredecessorUID>2</PredecessorUID><Type>0</Type><LinkLag>50</LinkLag><LagFormat>19</LagFormat></PredecessorLink>"),
        task(4, 1, "<Name>Test</Name><Manual>1</Manual><Duration>PT16H0M0S</Duration><ManualStart>2026-12-14T08:00:00</ManualStart><ManualFinish>2026-12-15T16:00:00</ManualFinish><ManualDuration>PT16H0M0S</ManualDuration><Deadline>2026-12-18T16:00:00</Deadline>"),
        task(5, 1, "<Name>Test</Name><Duration>PT8H0M0S</Duration><ConstraintType>5</ConstraintType><ConstraintDate>2026-12-16T16:00:00</ConstraintDate><Baseline><Number>0</Number><Start>2026-12-07T08:00:00</Start><Finish>2026-12-07T16:00:00</Finish><Duration>PT8H0M0S</Duration><Cost>125050</Cost></Baseline><LevelingDelay>4800</LevelingDelay><LevelingDelayFormat>7</LevelingDelayFormat><Cost>99900</Cost>"),
        task(6, 1, "<Name>Done</Name><Milestone>1</Milestone><Duration>PT0H0M0S</Duration><PredecessorLink><PredecessorUID>5</PredecessorUID><Type>1</Type></PredecessorLink>"),
        task(7, 1, "<Name>Dropped</Name><Active>0</Active><Duration>PT8H0M0S</Duration>"),
    ]
    .concat();
    let text = format!(
        "<?xml version=\"1.0\"?><Project xmlns=\"http://schemas.microsoft.com/project\"><Title>Laptops</Title><Manager>Mia Berg</Manager><StartDate>2026-12-01T08:00:00</StartDate><CurrentDate>2026-12-09T08:00:00</CurrentDate><CalendarUID>1</CalendarUID><MinutesPerDay>480</MinutesPerDay><MinutesPerWeek>2400</MinutesPerWeek><ExtendedAttributes><ExtendedAttribute><FieldID>188743731</FieldID><FieldName>Text1</FieldName><Alias>Where</Alias></ExtendedAttribute></ExtendedAttributes><Calendars>{}{}</Calendars><Tasks>{tasks}</Tasks><Resources><Resource><UID>1</UID><Name>Omar Said</Name><Type>1</Type><MaxUnits>1.00</MaxUnits><CalendarUID>2</CalendarUID></Resource></Resources><Assignments><Assignment><TaskUID>2</TaskUID><ResourceUID>1</ResourceUID><Units>1</Units><Work>PT80H0M0S</Work><RemainingWork>PT80H0M0S</RemainingWork></Assignment></Assignments></Project>",
        calendar(1, "Standard", "", &format!("<WeekDays>{days}</WeekDays>")),
        calendar(2, "Omar Said", "<BaseCalendarUID>1</BaseCalendarUID>", off),
    );
    let (wrong, plan) = plan_of("laptops.xml", &text);
    says(
        &plan,
        &[
            "id = \"laptops\"\nname = \"Laptops\"\nowner = \"mia-berg\"\nstart = 2026-12-01T08:00:00\nstatus-date = 2026-12-09T08:00:00\n",
            "scheduling = { like = \"ms-project\" }",
            "x-source = \"mspdi:laptops\"",
            "[calendar.omar-said]",
            "holidays = [{ start = 2026-12-10, finish = 2026-12-11 }]",
            "omar-said = { name = \"Omar Said\", capacity = \"100%\" }\nmia-berg = { name = \"Mia Berg\" }",
            "prepare = { title = \"Prepare\", deadline = 2026-12-23T16:00:00, x-source = \"mspdi:1\" }",
            "# not carried over: Omar Said is the calendar of its resources\n[task.order-pay]\ntitle = \"Order & pay\"\nparent = \"prepare\"\nowner = \"omar-said\"\nduration = \"10d\"\ncalendar = \"omar-said\"\n",
            "notes = \"\"\"\nFirst line\nsecond \\\\ \\\"line\\\"\"\"\"\n",
            "x-text1 = \"Lisbon\"",
            "duration = \"3ed\"\ndepends-on = [\"order-pay SS+16eh\", \"order-pay FF+50%\"]",
            "[task.test-4]",
            "duration = \"2d\"\nstart = 2026-12-14T08:00:00\nfinish = 2026-12-15T16:00:00\ndeadline = 2026-12-18\n",
            "# not carried over: delay by leveling 8h\n[task.test-5]",
            "constraint = \"SNLT 2026-12-16T16:00\"",
            "baseline = { start = 2026-12-07T08:00:00, finish = 2026-12-07T16:00:00, duration = \"1d\", cost = 1250.5 }",
            "cost = 999\n",
            "done = { title = \"Done\", milestone = true, depends-on = \"test-5\", x-source = \"mspdi:6\" }",
            "dropped = { title = \"Dropped\", duration = \"1d\", status = \"cancelled\", x-source = \"mspdi:7\" }",
        ],
    );
    assert_eq!(wrong, Vec::<String>::new(), "{plan}");
}

#[test]
fn what_a_table_says_is_said_in_the_plan_language() {
    let text = "Issue key,Summary,Assignee,Start,Finish,Duration,Predecessors,Site,Wave,Status,Notes\n\
        OPS-1,\"Order \"\"40\"\" laptops\",\"Berg, Mia\",2026-12-01,2026-12-14,10d,,Lisbon,1,In Progress,\n\
        OPS-2,Set up,Omar,2026-12-15,,3d,OPS-1FS+2d,\"Lisbon;Porto\",1,,\"a\nb\"\n\
        OPS-3,Größe prüfen,N.N.,,,0,OPS-2,Porto,2,Done,\n";
    let (wrong, plan) = plan_of("tasks.csv", text);
    says(
        &plan,
        &[
            "# Imported from tasks.csv (a table): 3 tasks, 0 phases, 2 links.",
            "x-source = \"csv:tasks\"",
            "berg-mia = { name = \"Berg, Mia\" }",
            "\"N.N.\" = { name = \"N.N.\" }",
            "[site]\nLisbon = { name = \"Lisbon\" }",
            "[task.OPS-1]\ntitle = \"Order \\\"40\\\" laptops\"\nowner = \"berg-mia\"\nsites = \"Lisbon\"\nwave = \"1\"\nduration = \"10d\"\nstart = 2026-12-01\nfinish = 2026-12-14\nstatus = \"in-progress\"\nx-source = \"csv:OPS-1\"",
            "depends-on = \"OPS-1 FS+2d\"",
            "milestone = true",
        ],
    );
    assert!(!plan.contains("scheduling"), "{plan}");
    assert_eq!(wrong, Vec::<String>::new(), "{plan}");
}

#[test]
fn an_imported_plan_misses_nothing_until_somebody_adds_it() {
    let (_, plan) =
        plan_of("tasks.csv", "ID,Task,Duration,Predecessors\n1,Order laptops,10d,\n2,Set up laptops,3d,1\n");
    let codes = |text: &str| -> BTreeSet<String> {
        let sources = Sources::from_text("tasks.plan.toml", text);
        side(&sources, &[]).findings.into_keys().map(|(code, _)| code).collect()
    };
    assert!(!codes(&plan).contains("OWN001"), "nobody owns anything in the table");
    let with_owner = plan.replacen("duration", "owner = \"mia\", duration", 1);
    assert!(codes(&with_owner).contains("OWN001"), "{with_owner}");
    let native =
        plan.lines().filter(|line| *line != "x-source = \"csv:tasks\"").collect::<Vec<_>>().join("\n");
    assert!(codes(&native).contains("OWN001"), "{native}");
}

/// The computed finish of a task of a plan.
fn finish_of(plan: &str, id: &str) -> String {
    let sources = Sources::from_text("plan.toml", plan);
    let read = read(&sources);
    assert!(read.findings.is_empty(), "{:?}", read.findings);
    let (network, _) = Network::new(&read.model);
    let schedule = Schedule::new(&read.model, &network);
    let found = read.model.tasks_of(PlanId(0)).find(|(_, it)| read.model.text(it.id) == id);
    schedule.early_finish(&read.model, found.unwrap().0).unwrap().to_string()
}

#[test]
fn days_of_a_calendar_can_have_hours_of_their_own() {
    let plan = r#"
[plan]
start = 2026-12-21
[calendar.c]
hours = ["08:00-12:00", "13:00-17:00", "fri 08:00-12:00"]
holidays = [2026-12-25]
extra-days = [{ start = 2026-12-24T08:00:00, finish = 2026-12-24T12:00:00 }, 2026-12-27]
[task]
a = { title = "A", duration = "4d" }
b = { title = "B", duration = "8d" }
"#;
    // Monday to Wednesday eight hours each, Thursday four, Friday none; Sunday is worked.
    assert_eq!(finish_of(plan, "a"), "2026-12-27 12:00");
    // Then Monday to Wednesday, and Thursday until noon.
    assert_eq!(finish_of(plan, "b"), "2026-12-31 12:00");
}

#[test]
fn a_plan_says_by_whose_rules_it_is_scheduled() {
    let plan = |scheduling: &str| {
        format!(
            "[plan]\nstart = 2026-12-01\nstatus-date = 2026-12-15\n{scheduling}[task]\n\
             a = {{ title = \"A\", duration = \"1d\" }}\n\
             b = {{ title = \"B\", duration = \"1d\", start = 2026-12-02, depends-on = \"a\" }}\n"
        )
    };
    // What is left is done after the status date.
    assert_eq!(finish_of(&plan(""), "b"), "2026-12-16 17:00");
    assert_eq!(finish_of(&plan("scheduling = { like = \"p6\" }\n"), "b"), "2026-12-16 17:00");
    // Microsoft Project leaves work where it was, and what has dates by hand stays there.
    assert_eq!(finish_of(&plan("scheduling.like = \"ms-project\"\n"), "a"), "2026-12-01 17:00");
    assert_eq!(finish_of(&plan("[plan.scheduling]\nlike = \"ms-project\"\n"), "b"), "2026-12-02 17:00");
}

mod any_table {
    use proptest::prelude::*;

    use super::*;

    /// A cell that may hold anything that a person, or a program, could have put there.
    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Z0-9äß.,;:'\"#\\\\/|\\[\\]{}= \n\t-]{0,12}",
            "[0-9]{1,2}",
            prop::sample::select(vec![
                "Test",
                "Test",
                "TBD",
                "Go live",
                "2026-12-01",
                "3d",
                "50%",
                "Done",
                "1.2"
            ])
            .prop_map(str::to_owned),
        ]
    }

    fn row(number: usize) -> impl Strategy<Value = String> {
        let link = prop_oneof![
            Just(String::new()),
            (
                1..=number.max(1),
                prop::sample::select(vec!["", "FS", "SS+2d", "FF-50%", "SF+3ed", "FS+90 mins"])
            )
                .prop_map(|(to, kind)| format!("{to}{kind}")),
            cell(),
        ];
        (
            cell(),
            cell(),
            link,
            cell(),
            prop::sample::select(vec!["", "0", "5d", "2w", "1.5h", "3ed"]),
            1_u32..4,
        )
            .prop_map(move |(title, owner, link, notes, duration, level)| {
                let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
                format!(
                    "{number},{},{},{},{},{duration},{level}\n",
                    quoted(&title),
                    quoted(&owner),
                    quoted(&link),
                    quoted(&notes)
                )
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn becomes_a_plan_with_the_same_tasks_and_links(rows in (1_usize..9).prop_flat_map(|n| (1..=n).map(row).collect::<Vec<_>>())) {
            let text = format!("ID,Task Name,Resource Names,Predecessors,Notes,Duration,Outline Level\n{}", rows.concat());
            let sources = Sources::from_text("any.csv", &text);
            let plans = imported(&sources);
            let natives = Sources::from_texts(plans.clone());
            let before = read(&sources).model;
            let after = read(&natives);
            let form: Vec<String> = after.findings.iter().map(|it| format!("{} {}", it.code, after.model.sources().text(it.primary.span))).collect();
            prop_assert!(form.is_empty(), "{:?}\n{:?}", form, plans);
            prop_assert_eq!(content(&before), content(&after.model), "{}", plans.iter().map(|(_, text)| text.as_str()).collect::<String>());
        }
    }

    /// What tasks say, and what they wait for.
    fn content(model: &Model<'_>) -> BTreeSet<String> {
        let (network, _) = Network::new(model);
        let schedule = Schedule::new(model, &network);
        let mut content = BTreeSet::new();
        for number in 0..model.tasks.len() as u32 {
            let task = TaskId(number);
            let it = model.task(task);
            let text = |text: Option<planlint::model::Text>| text.map(|text| model.text(text).to_owned());
            let owner =
                network.references.owner(task).and_then(|owner| model.title(owner).map(str::to_owned));
            let is_leaf = network.hierarchy.is_leaf(task);
            let duration =
                it.duration().filter(|it| is_leaf && !it.value.is_zero()).map(|it| it.value.to_string());
            let source = source_of(model, task);
            let links: Vec<String> = model
                .links(task)
                .iter()
                .enumerate()
                .map(|(offset, link)| {
                    let from = match network.references.predecessor(model.first_link(task) + offset) {
                        Predecessor::Task(from) => source_of(model, from),
                        other => format!("{other:?}"),
                    };
                    format!("{from} {} {}", link.kind.as_str(), lag_minutes(model, &schedule, task, link))
                })
                .collect();
            let parent = network.hierarchy.parent(task).map(|parent| source_of(model, parent));
            content.insert(format!(
                "{source} {:?} {:?} {owner:?} {duration:?} {links:?} {parent:?}",
                text(it.title()),
                text(it.notes())
            ));
        }
        content
    }
}
