//! The schedule engine: against what P6 and MS Project computed, against textbooks, and against plans that nobody should
//! write.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "counts for whoever looks, and why a test is skipped"
)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use planlint::model::{ImportedKind, Model, Moment, TaskId};
use planlint::network::Network;
use planlint::read::{Read, read};
use planlint::schedule::{Driver, Schedule};
use planlint::source::{Format, SourceFile, Sources, decode};
use proptest::prelude::*;
use serde_json::Value;

fn corpus() -> Vec<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = option_env!("PLANLINT_CORPUS").map_or(beside, PathBuf::from);
    let Ok(entries) = std::fs::read_dir(folder.join("oracle")) else {
        eprintln!("skipped: there is no {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(folder.join(entry.ok()?.path().file_stem()?)))
        // Read as soon as there is a reader for it.
        .filter(|path| Format::of(path).is_some_and(|format| format != Format::Unsupported))
        .collect();
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "the corpus is no plan of the run")]
fn load(path: &Path) -> (Sources, Value) {
    let format = Format::of(path).unwrap();
    let (text, decoding) = decode(std::fs::read(path).unwrap(), format);
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let oracle = path.with_file_name("oracle").join(format!("{name}.json"));
    let oracle = serde_json::from_str(&std::fs::read_to_string(oracle).unwrap()).unwrap();
    (Sources::new(vec![SourceFile::new(name, path.to_path_buf(), format, text, decoding)]), oracle)
}

/// Tasks by the key that their tool gave them.
fn by_key(model: &Model<'_>) -> HashMap<String, TaskId> {
    (0..model.tasks.len() as u32)
        .map(TaskId)
        .filter(|task| model.imported(*task).is_none_or(|it| it.kind != ImportedKind::Phase))
        .filter_map(|task| {
            let key = model.text(model.task(task).source_id()?);
            Some((key.rsplit('/').next().unwrap_or(key).to_owned(), task))
        })
        .collect()
}

fn moment(value: &Value) -> Option<Moment> {
    Some(Moment::parse(value.as_str()?).unwrap())
}

/// Equal values, and all that could be compared.
#[derive(Default, Clone, Copy)]
struct Tally(usize, usize);

impl Tally {
    fn count(&mut self, is_equal: bool) -> bool {
        self.0 += usize::from(is_equal);
        self.1 += 1;
        is_equal
    }
}

#[test]
fn values_are_those_that_the_tools_stored() {
    let mut wrong = Vec::new();
    for path in corpus() {
        let (sources, oracle) = load(&path);
        let name = path.file_name().unwrap().to_str().unwrap();
        let Read { model, .. } = read(&sources);
        let (network, _) = Network::new(&model);
        let schedule = Schedule::new(&model, &network);
        let tasks = by_key(&model);
        let [mut total, mut free, mut dates, mut critical, mut driving] = [Tally::default(); 5];
        let mut missed = Vec::new();
        for stored in oracle["tasks"].as_array().unwrap() {
            if stored["usable"] != true && stored["type"] != "loe" {
                continue;
            }
            let key = stored["uid"].as_str().unwrap();
            let Some(&task) = tasks.get(key) else {
                missed.push(format!("{key}: not in the model"));
                total.count(false);
                continue;
            };
            let shown =
                format!("{} {}", stored["id"].as_str().unwrap_or(key), stored["name"].as_str().unwrap_or(""));
            if let Some(expected) = stored["total_float_minutes"].as_i64() {
                let found = schedule.total_float_minutes(task);
                if !total.count(found.is_some_and(|found| (found - expected).abs() <= 1)) {
                    missed.push(format!("{shown}: total float {found:?}, stored {expected}"));
                }
            }
            if let Some(expected) = stored["free_float_minutes"].as_i64() {
                let found = schedule.free_float_minutes(task);
                if !free.count(found.is_some_and(|found| (found - expected).abs() <= 1)) {
                    missed.push(format!("{shown}: free float {found:?}, stored {expected}"));
                }
            }
            let is_under_way = stored["status"] == "in-progress";
            let began = model.task(task).actual_start().map(|date| date.value).filter(|_| is_under_way);
            for (which, found) in [
                ("early_start", schedule.early_start(&model, task)),
                ("early_finish", schedule.early_finish(&model, task)),
                ("late_start", schedule.late_start(&model, task)),
                ("late_finish", schedule.late_finish(&model, task)),
            ] {
                let Some(expected) = moment(&stored[which]) else { continue };
                let same = |found: Moment| schedule.minutes_between(task, found, expected) == 0;
                // Of a task under way some store when it began, some where the rest of it goes on.
                let is_start = which.ends_with("start");
                if !dates.count(found.is_some_and(same) || (is_start && began.is_some_and(same))) {
                    let found = found.map_or("none".to_owned(), |it| it.to_string());
                    missed.push(format!("{shown}: {which} {found}, stored {expected}"));
                }
            }
            if let Some(expected) = stored["driving"].as_bool()
                && !driving.count(schedule.is_on_longest_path(task) == expected)
            {
                missed.push(format!("{shown}: longest path, stored {expected}"));
            }
            if let Some(expected) = stored["critical"].as_bool() {
                critical.count(schedule.is_critical(task) == expected);
            }
        }
        println!(
            "{name}: total float {} of {}, dates {} of {}, free float {} of {}, critical {} of {}, longest path {} of {}",
            total.0, total.1, dates.0, dates.1, free.0, free.1, critical.0, critical.1, driving.0, driving.1
        );
        for line in &missed {
            println!("    {line}");
        }
        if total.0 < total.1 || dates.0 < dates.1 {
            wrong.push(name.to_owned());
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Values that a tool computed, taken out of a file: nothing of them may come back out of the engine.
fn without_results(format: Format, text: &str) -> String {
    const COLUMNS: [&str; 11] = [
        "early_start_date",
        "early_end_date",
        "late_start_date",
        "late_end_date",
        "restart_date",
        "reend_date",
        "rem_late_start_date",
        "rem_late_end_date",
        "total_float_hr_cnt",
        "free_float_hr_cnt",
        "driving_path_flag",
    ];
    const ELEMENTS: [&str; 9] = [
        "EarlyStart",
        "EarlyFinish",
        "LateStart",
        "LateFinish",
        "TotalSlack",
        "FreeSlack",
        "StartSlack",
        "FinishSlack",
        "Critical",
    ];
    if format == Format::Xer {
        let mut emptied: Vec<bool> = Vec::new();
        let line = |line: &str| {
            let cells = line.split('\t');
            if line.starts_with("%F") {
                emptied = cells.map(|name| COLUMNS.contains(&name.trim_end())).collect();
                return line.to_owned();
            }
            let keep = |(number, cell)| if emptied.get(number) == Some(&true) { "" } else { cell };
            match line.starts_with("%R") {
                true => cells.enumerate().map(keep).collect::<Vec<_>>().join("\t"),
                false => line.to_owned(),
            }
        };
        return text.split('\n').map(line).collect::<Vec<_>>().join("\n");
    }
    ELEMENTS.iter().fold(text.to_owned(), |text, element| {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        let mut parts = text.split(&open);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |kept, part| kept + part.split_once(&close).map_or(part, |(_, after)| after))
    })
}

#[test]
fn nothing_that_is_computed_comes_from_what_was_stored() {
    for path in corpus() {
        let (sources, _) = load(&path);
        let (_, file) = sources.iter().next().unwrap();
        let stripped = without_results(file.format, &file.text);
        let stripped = Sources::new(vec![SourceFile::new(
            file.name.clone(),
            path.clone(),
            file.format,
            stripped,
            Default::default(),
        )]);
        let dates = |sources: &Sources| {
            let Read { model, .. } = read(sources);
            assert!(sources.iter().all(|(_, file)| !file.text.is_empty()));
            let (network, _) = Network::new(&model);
            let schedule = Schedule::new(&model, &network);
            (0..model.tasks.len() as u32)
                .map(|task| {
                    let task = TaskId(task);
                    (schedule.total_float_minutes(task), schedule.early_finish(&model, task))
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(dates(&sources), dates(&stripped), "{}", file.name);
    }
}

/// What becomes of a plan in the plan language.
fn scheduled<R>(text: &str, ask: impl FnOnce(&Planned<'_, '_>) -> R) -> R {
    scheduled_as("plan.toml", text, ask)
}

fn scheduled_as<R>(name: &str, text: &str, ask: impl FnOnce(&Planned<'_, '_>) -> R) -> R {
    let path = PathBuf::from(name);
    let format = Format::of(&path).unwrap();
    let file = SourceFile::new(name.to_owned(), path, format, text.to_owned(), Default::default());
    let sources = Sources::new(vec![file]);
    let Read { model, .. } = read(&sources);
    let (network, _) = Network::new(&model);
    let schedule = Schedule::new(&model, &network);
    ask(&Planned { model: &model, schedule: &schedule })
}

struct Planned<'a, 's> {
    model: &'a Model<'s>,
    schedule: &'a Schedule,
}

impl Planned<'_, '_> {
    fn task(&self, id: &str) -> TaskId {
        let found = self.model.tasks.iter().position(|task| self.model.text(task.id) == id);
        TaskId(found.unwrap_or_else(|| panic!("no task {id}")) as u32)
    }

    fn dates(&self, id: &str) -> String {
        let task = self.task(id);
        let show = |date: Option<Moment>| date.map_or("-".to_owned(), |date| date.to_string());
        let (start, finish) =
            (self.schedule.early_start(self.model, task), self.schedule.early_finish(self.model, task));
        format!("{} to {}", show(start), show(finish))
    }

    fn float(&self, id: &str) -> Option<i64> {
        self.schedule.total_float_minutes(self.task(id))
    }

    fn finish(&self) -> String {
        let finish = self.schedule.plan_finish(self.model.plan_ids().next().unwrap());
        finish.map_or("-".to_owned(), |date| date.to_string())
    }
}

#[test]
fn a_published_network_with_fractions() {
    // Wikipedia, "Program evaluation and review technique", the example with activities a to g: expected times in days,
    // here in hundredths as minutes, on a calendar without rest. Published: 19.51 days, critical a-c-e-g, slack of b
    // 3.84, of d and f 4.68.
    let text = r#"
[plan]
start = 2026-01-01
calendar = "always"
[calendar.always]
work-week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
hours = ["00:00-24:00"]
[task]
a = { title = "a", duration = "400m" }
b = { title = "b", duration = "533m" }
c = { title = "c", duration = "517m", depends-on = "a" }
d = { title = "d", duration = "633m", depends-on = "a" }
e = { title = "e", duration = "517m", depends-on = ["b", "c"] }
f = { title = "f", duration = "450m", depends-on = "d" }
g = { title = "g", duration = "517m", depends-on = "e" }
"#;
    scheduled(text, |plan| {
        let floats: Vec<i64> =
            ["a", "b", "c", "d", "e", "f", "g"].iter().map(|id| plan.float(id).unwrap()).collect();
        assert_eq!(floats, [0, 384, 0, 468, 0, 468, 0]);
        // 1951 minutes after midnight.
        assert_eq!(plan.finish(), "2026-01-02 08:31");
        for (id, is_critical) in [("a", true), ("b", false), ("c", true), ("f", false), ("g", true)] {
            assert_eq!(plan.schedule.is_critical(plan.task(id)), is_critical, "{id}");
            assert_eq!(plan.schedule.is_on_longest_path(plan.task(id)), is_critical, "{id}");
        }
    });
}

#[test]
fn a_published_network_in_weeks() {
    // Hillier and Lieberman, Introduction to Operations Research, "Project management with PERT/CPM", the prototype
    // example (Reliable Construction Co.), times in weeks. Published: 44 weeks, critical A-B-C-E-F-J-L-N, slack of D, G,
    // H and M 4, of I 2, of K 1.
    let rows = [
        ("A", 2, ""),
        ("B", 4, "A"),
        ("C", 10, "B"),
        ("D", 6, "C"),
        ("E", 4, "C"),
        ("F", 5, "E"),
        ("G", 7, "D"),
        ("H", 9, "E G"),
        ("I", 7, "C"),
        ("J", 8, "F I"),
        ("K", 4, "J"),
        ("L", 5, "J"),
        ("M", 2, "H"),
        ("N", 6, "K L"),
    ];
    let mut text = "[plan]\nstart = 2026-01-05\n[task]\n".to_owned();
    for (id, weeks, before) in rows {
        let before: Vec<String> = before.split_whitespace().map(|id| format!("\"{id}\"")).collect();
        text += &format!(
            "{id} = {{ title = \"{id}\", duration = \"{weeks}w\", depends-on = [{}] }}\n",
            before.join(", ")
        );
    }
    scheduled(&text, |plan| {
        let weeks: Vec<(&str, i64)> = rows
            .iter()
            .map(|(id, ..)| (*id, plan.float(id).unwrap() / (5 * 480)))
            .filter(|(_, weeks)| *weeks > 0)
            .collect();
        assert_eq!(weeks, [("D", 4), ("G", 4), ("H", 4), ("I", 2), ("K", 1), ("M", 4)]);
        // Forty-four weeks of five days from Monday 2026-01-05.
        assert_eq!(plan.finish(), "2026-11-06 17:00");
    });
}

/// A network in which tasks wait for earlier ones: durations in days, and predecessors.
fn networks() -> impl Strategy<Value = Vec<(i64, Vec<usize>)>> {
    prop::collection::vec((0_i64..9, prop::collection::vec(any::<prop::sample::Index>(), 0..4)), 1..25)
        .prop_map(|rows| {
            rows.into_iter()
                .enumerate()
                .map(|(number, (days, before))| {
                    let mut before: Vec<usize> =
                        before.iter().filter(|_| number > 0).map(|it| it.index(number.max(1))).collect();
                    before.sort_unstable();
                    before.dedup();
                    (days, before)
                })
                .collect()
        })
}

fn written(network: &[(i64, Vec<usize>)], calendar: &str) -> String {
    let mut text = format!("[plan]\nstart = 2026-01-05\n[calendar.days]\n{calendar}\n[task]\n");
    for (number, (days, before)) in network.iter().enumerate() {
        let before: Vec<String> = before.iter().map(|it| format!("\"t{it}\"")).collect();
        text += &format!(
            "t{number} = {{ title = \"t\", duration = \"{days}d\", depends-on = [{}] }}\n",
            before.join(", ")
        );
    }
    text
}

const EVERY_DAY: &str = r#"work-week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#;
const WITH_HOLIDAYS: &str = "holidays = [2026-01-06, { start = 2026-01-14, finish = 2026-01-16 }]";

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_finish_is_the_longest_path(network in networks()) {
        let mut finish: Vec<i64> = Vec::new();
        for (days, before) in &network {
            let start = before.iter().map(|it| finish[*it]).max().unwrap_or(0);
            finish.push(start + days);
        }
        let longest = finish.iter().copied().max().unwrap_or(0);
        scheduled(&written(&network, EVERY_DAY), |plan| {
            for (number, days) in finish.iter().enumerate() {
                let task = plan.task(&format!("t{number}"));
                let start = Moment::parse("2026-01-05T08:00").unwrap();
                let found = plan.schedule.early_finish(plan.model, task).unwrap();
                prop_assert_eq!(plan.schedule.minutes_between(task, start, found), days * 480);
            }
            let task = plan.task("t0");
            let last = plan.schedule.plan_finish(plan.model.plan_ids().next().unwrap()).unwrap();
            let start = Moment::parse("2026-01-05T08:00").unwrap();
            prop_assert_eq!(plan.schedule.minutes_between(task, start, last), longest * 480);
            Ok(())
        })?;
    }

    #[test]
    fn a_day_more_moves_the_finish_only_where_there_is_no_float(network in networks(), which in any::<prop::sample::Index>()) {
        let which = which.index(network.len());
        let ask = |network: &[(i64, Vec<usize>)]| {
            scheduled(&written(network, WITH_HOLIDAYS), |plan| {
                let task = plan.task("t0");
                let start = Moment::parse("2026-01-05T08:00").unwrap();
                let last = plan.schedule.plan_finish(plan.model.plan_ids().next().unwrap()).unwrap();
                (plan.schedule.minutes_between(task, start, last), plan.float(&format!("t{which}")).unwrap())
            })
        };
        let (before, float) = ask(&network);
        let mut longer = network.clone();
        longer[which].0 += 1;
        let (after, _) = ask(&longer);
        prop_assert_eq!(after - before, (480 - float).max(0));
    }
}

#[test]
fn dates_in_the_plan_language_mean_days() {
    let text = r#"
[plan]
start = 2026-10-05
finish-by = 2026-10-23
[task]
order = { title = "Order", duration = "5d" }
await = { title = "Delivery", duration = "3ed", depends-on = "order" }
setup = { title = "Set up", duration = "2d", depends-on = "await" }
ready = { title = "Ready", milestone = true, depends-on = "setup" }
begin = { title = "Kick-off", milestone = true }
later = { title = "Later", duration = "1d", start = 2026-10-21, depends-on = "setup" }
wait  = { title = "Waits", duration = "1d", depends-on = "order FS+2d" }
"#;
    scheduled(text, |plan| {
        assert_eq!(plan.dates("order"), "2026-10-05 08:00 to 2026-10-09 17:00");
        // Nights and the weekend count.
        assert_eq!(plan.dates("await"), "2026-10-09 17:00 to 2026-10-12 17:00");
        assert_eq!(plan.dates("setup"), "2026-10-13 08:00 to 2026-10-14 17:00");
        // It has predecessors, so it ends a day; without, it begins one.
        assert_eq!(plan.dates("ready"), "2026-10-14 17:00 to 2026-10-14 17:00");
        assert_eq!(plan.dates("begin"), "2026-10-05 08:00 to 2026-10-05 08:00");
        assert_eq!(plan.dates("later"), "2026-10-21 08:00 to 2026-10-21 17:00");
        assert_eq!(plan.dates("wait"), "2026-10-14 08:00 to 2026-10-14 17:00");
        // A promise beyond the computed end makes nothing less critical.
        assert_eq!(plan.float("later"), Some(0));
        assert_eq!(plan.schedule.driver(plan.task("order")), Driver::PlanStart);
        assert_eq!(plan.schedule.driver(plan.task("later")), Driver::Date);
        assert!(matches!(plan.schedule.driver(plan.task("setup")), Driver::Link(_)));
    });
}

#[test]
fn a_task_is_worked_on_its_own_calendar_else_its_phases_else_its_sites_else_its_owners_else_the_plans() {
    let text = r#"
[plan]
start = 2026-10-05
calendar = "plan"
[calendar]
plan = { work-week = ["mon", "tue"] }
own = { work-week = ["tue"] }
phase = { work-week = ["wed"] }
porto = { work-week = ["thu"] }
berlin = { work-week = ["fri"], hours = ["22:00-06:00"] }
based = { based-on = "own", holidays = [2026-10-06] }
[site]
porto = { name = "Porto", calendar = "porto" }
berlin = { name = "Berlin", calendar = "berlin" }
[person]
jo = { name = "Jo", site = "berlin" }
[task]
p = { title = "p", calendar = "phase" }
q = { title = "q", parent = "p" }
a = { title = "a", duration = "1d", parent = "q", calendar = "own", site = "porto" }
b = { title = "b", duration = "1d", parent = "q", site = "porto" }
c = { title = "c", duration = "1d", site = "porto", owner = "jo" }
d = { title = "d", duration = "1d", owner = "jo" }
e = { title = "e", duration = "1d" }
f = { title = "f", duration = "1w", calendar = "based" }
"#;
    scheduled(text, |plan| {
        for (id, dates) in [
            ("a", "2026-10-06 08:00 to 2026-10-06 17:00"),
            ("b", "2026-10-07 08:00 to 2026-10-07 17:00"),
            ("c", "2026-10-08 08:00 to 2026-10-08 17:00"),
            // A night shift from Friday to Saturday.
            ("d", "2026-10-09 22:00 to 2026-10-10 06:00"),
            ("e", "2026-10-05 08:00 to 2026-10-05 17:00"),
            ("f", "2026-10-13 08:00 to 2026-10-13 17:00"),
        ] {
            assert_eq!(plan.dates(id), dates, "{id}");
        }
    });
}

#[test]
fn work_that_is_left_comes_after_the_status_date() {
    let text = r#"
[plan]
start = 2026-10-05
status-date = 2026-10-14
[task]
done = { title = "Done", duration = "3d", actual-start = 2026-10-05, actual-finish = 2026-10-08 }
half = { title = "Half", duration = "4d", percent = 50, actual-start = 2026-10-09, depends-on = "done" }
next = { title = "Next", duration = "1d", depends-on = "half" }
free = { title = "Not begun", duration = "1d" }
gone = { title = "Dropped", duration = "9d", status = "cancelled", depends-on = "half" }
"#;
    scheduled(text, |plan| {
        assert_eq!(plan.dates("done"), "2026-10-05 08:00 to 2026-10-08 17:00");
        assert_eq!(plan.dates("half"), "2026-10-14 08:00 to 2026-10-15 17:00");
        assert_eq!(plan.dates("next"), "2026-10-16 08:00 to 2026-10-16 17:00");
        assert_eq!(plan.dates("free"), "2026-10-14 08:00 to 2026-10-14 17:00");
        assert_eq!(plan.dates("gone"), "- to -");
        assert_eq!((plan.float("done"), plan.float("half"), plan.float("free")), (None, Some(0), Some(960)));
        assert_eq!(plan.schedule.driver(plan.task("free")), Driver::StatusDate);
    });
}

#[test]
fn a_link_to_a_phase_binds_what_is_inside_and_one_from_it_waits_for_the_last() {
    let text = r#"
[plan]
start = 2026-10-05
[task]
before = { title = "Before", duration = "2d" }
phase = { title = "Phase", depends-on = "before" }
short = { title = "Short", duration = "1d", parent = "phase" }
long  = { title = "Long", duration = "4d", parent = "phase" }
after = { title = "After", duration = "1d", depends-on = "phase" }
along = { title = "Along", duration = "1d", depends-on = "phase SS" }
"#;
    scheduled(text, |plan| {
        assert_eq!(plan.dates("short"), "2026-10-07 08:00 to 2026-10-07 17:00");
        assert_eq!(plan.dates("phase"), "2026-10-07 08:00 to 2026-10-12 17:00");
        assert_eq!(plan.dates("after"), "2026-10-13 08:00 to 2026-10-13 17:00");
        assert_eq!(plan.dates("along"), "2026-10-07 08:00 to 2026-10-07 17:00");
        assert_eq!((plan.float("short"), plan.float("long")), (Some(3 * 480), Some(0)));
        for (id, is_on_path) in [("before", true), ("short", false), ("long", true), ("after", true)] {
            assert_eq!(plan.schedule.is_on_longest_path(plan.task(id)), is_on_path, "{id}");
        }
    });
}

#[test]
fn a_circle_leaves_the_rest_scheduled() {
    let text = r#"
[plan]
start = 2026-10-05
[task]
a = { title = "a", duration = "1d" }
b = { title = "b", duration = "1d", depends-on = ["a", "c"] }
c = { title = "c", duration = "1d", depends-on = "b" }
d = { title = "d", duration = "1d", depends-on = "c" }
e = { title = "e", duration = "2d", depends-on = "a" }
"#;
    scheduled(text, |plan| {
        assert_eq!(plan.dates("e"), "2026-10-06 08:00 to 2026-10-07 17:00");
        let doubtful: Vec<bool> =
            ["a", "b", "c", "d", "e"].iter().map(|id| plan.schedule.is_doubtful(plan.task(id))).collect();
        assert_eq!(doubtful, [false, true, true, true, false]);
    });
}

#[test]
fn a_plan_without_dates_has_floats_but_no_dates_and_one_without_anything_has_neither() {
    let text = r#"
[task]
a = { title = "a", duration = "1d" }
b = { title = "b", duration = "3d" }
c = { title = "c", duration = "1d", depends-on = ["a", "b"] }
"#;
    scheduled(text, |plan| {
        assert_eq!((plan.dates("c").as_str(), plan.finish().as_str()), ("- to -", "-"));
        assert_eq!((plan.float("a"), plan.float("b")), (Some(960), Some(0)));
    });
    scheduled("[task]\na = { title = \"a\" }\nb = { title = \"b\", depends-on = \"a\" }\n", |plan| {
        assert!(!plan.schedule.is_known(plan.task("a")));
        assert_eq!((plan.float("a"), plan.finish().as_str()), (None, "-"));
    });
}

#[test]
fn a_chain_of_a_hundred_thousand() {
    let mut text =
        "[plan]\nstart = 2026-01-05\n[task]\nt0 = { title = \"t\", duration = \"1h\" }\n".to_owned();
    for number in 1..100_000 {
        text += &format!(
            "t{number} = {{ title = \"t\", duration = \"1h\", depends-on = \"t{}\" }}\n",
            number - 1
        );
    }
    scheduled(&text, |plan| {
        // 12,500 days of work: 2,500 weeks from Monday 2026-01-05.
        assert_eq!(plan.finish(), "2073-12-01 17:00");
        assert!(plan.schedule.is_critical(TaskId(0)) && plan.schedule.is_on_longest_path(TaskId(0)));
    });
}

#[test]
fn nothing_overflows_or_hangs() {
    let dates = ["0001-01-01", "9999-12-31", "2026-10-05"];
    let times = ["99999999999d", "-99999999999w", "5000w", "0", "9999999999emo"];
    for start in dates {
        for date in dates {
            for time in times {
                for constraint in ["SNET", "SNLT", "FNET", "FNLT", "MSO", "MFO", "SO", "FO"] {
                    let text = format!(
                        r#"
[plan]
start = {start}
finish-by = {date}
status-date = {date}
calendar = "never"
[calendar.never]
holidays = [{{ start = 0001-01-01, finish = 9999-12-31 }}]
[calendar.seldom]
work-week = ["sun"]
hours = ["23:59-24:00"]
[task]
a = {{ title = "a", duration = "{time}" }}
b = {{ title = "b", duration = "1d", depends-on = "a FS+{time}", constraint = "{constraint} {date}" }}
c = {{ title = "c", duration = "{time}", depends-on = ["a SS-{time}", "b SF+900%"], calendar = "seldom" }}
d = {{ title = "d", deadline = {date}, depends-on = ["c FF+{time}"], start = {date}, finish = {start} }}
"#
                    );
                    scheduled(&text, |plan| {
                        for id in ["a", "b", "c", "d"] {
                            plan.dates(id);
                            plan.float(id);
                            plan.schedule.free_float_minutes(plan.task(id));
                        }
                        plan.finish();
                    });
                }
            }
        }
    }
}

/// An export of P6 with two calendars (1: Monday to Friday, 2: every day by night, both eight hours), its status date
/// Monday 2026-01-05, and options as given. Tasks: id, project, calendar, type, status, hours, hours left, actual start,
/// first and second constraint with their dates, expected finish; links: task, predecessor, type, lag in hours.
fn p6(options: &str, tasks: &[&str], links: &[&str]) -> String {
    let day = "(0||0(s|08:00|f|12:00)())(0||1(f|17:00|s|13:00)())";
    let work: String = (2..=6).map(|number| format!("(0||{number}()({day}))")).collect();
    let night: String = (1..=7).map(|number| format!("(0||{number}()((0||0(s|22:00|f|06:00)())))")).collect();
    let mut text = format!(
        "ERMHDR\t8.4\n%T\tPROJECT\n%F\tproj_id\tproj_short_name\tclndr_id\tlast_recalc_date\tplan_start_date\tcritical_path_type\n\
        %R\t1\tONE\t1\t2026-01-05 00:00\t2026-01-05 00:00\tCT_TotFloat\n\
        %R\t2\tTWO\t1\t2026-01-05 00:00\t2026-01-05 00:00\tCT_DrivPath\n\
        %T\tCALENDAR\n%F\tclndr_id\tclndr_name\tday_hr_cnt\tclndr_data\n\
        %R\t1\tOffice\t8\t(0||CalendarData()((0||DaysOfWeek()({work}))))\n\
        %R\t2\tNight\t8\t(0||CalendarData()((0||DaysOfWeek()({night}))))\n\
        %T\tSCHEDOPTIONS\n%F\tproj_id{}\n%R\t1{}\n%R\t2{}\n\
        %T\tTASK\n%F\ttask_id\tproj_id\tclndr_id\ttask_code\ttask_name\ttask_type\tstatus_code\ttarget_drtn_hr_cnt\tremain_drtn_hr_cnt\tact_start_date\tcstr_type\tcstr_date\tcstr_type2\tcstr_date2\texpect_end_date\n",
        options
            .split_whitespace()
            .map(|it| format!("\t{}", it.split_once('=').unwrap().0))
            .collect::<String>(),
        options
            .split_whitespace()
            .map(|it| format!("\t{}", it.split_once('=').unwrap().1))
            .collect::<String>(),
        options
            .split_whitespace()
            .map(|it| format!("\t{}", it.split_once('=').unwrap().1))
            .collect::<String>(),
    );
    for task in tasks {
        let mut cells: Vec<&str> = task.split(',').map(str::trim).collect();
        cells.insert(3, cells[0]);
        cells.insert(4, cells[0]);
        // Codes repeat from project to project.
        let code = cells[0].trim_end_matches('\'').to_owned();
        cells[3] = &code;
        text += &format!("%R\t{}\n", cells.join("\t"));
    }
    text += "%T\tTASKPRED\n%F\ttask_id\tpred_task_id\tpred_type\tlag_hr_cnt\n";
    for link in links {
        text += &format!("%R\t{}\n", link.split(' ').collect::<Vec<_>>().join("\t"));
    }
    text + "%E\n"
}

const A: &str = "a,1,1,TT_Task,TK_NotStart,40,40,,,,,,";
const B: &str = "b,1,1,TT_Task,TK_NotStart,16,16,,,,,,";

#[test]
fn lags_count_on_the_calendar_that_p6_was_told() {
    // Friday 17:00 and sixteen hours more.
    let night = "b,1,2,TT_Task,TK_NotStart,8,8,,,,,,";
    for (calendar, start) in [
        ("rcal_Predecessor", "2026-01-13 22:00"),
        ("rcal_Successor", "2026-01-11 22:00"),
        ("rcal_ProjDefault", "2026-01-13 22:00"),
        ("rcal_24Hour", "2026-01-10 22:00"),
    ] {
        let text =
            p6(&format!("sched_calendar_on_relationship_lag={calendar}"), &[A, night], &["b a PR_FS 16"]);
        scheduled_as("p6.xer", &text, |plan| {
            assert!(plan.dates("b").starts_with(start), "{calendar}: {}", plan.dates("b"));
        });
    }
}

#[test]
fn work_out_of_sequence_waits_or_goes_on() {
    let begun = "b,1,1,TT_Task,TK_Active,24,16,2026-01-02 08:00,,,,,";
    let ask = |options: &str| {
        scheduled_as("p6.xer", &p6(options, &[A, begun], &["b a PR_FS 0"]), |plan| plan.dates("b"))
    };
    assert_eq!(
        ask("sched_retained_logic=Y sched_progress_override=N"),
        "2026-01-12 08:00 to 2026-01-13 17:00"
    );
    assert_eq!(
        ask("sched_retained_logic=N sched_progress_override=Y"),
        "2026-01-05 08:00 to 2026-01-06 17:00"
    );
}

#[test]
fn float_is_of_the_finish_or_of_the_start() {
    // The start of `a` is held by `b` through SS, its finish by nothing but the end.
    let ask = |kind: &str| {
        let text = p6(
            &format!("sched_float_type={kind}"),
            &["a,1,1,TT_Task,TK_Active,40,8,2026-01-02 08:00,,,,,", "b,1,1,TT_Task,TK_NotStart,80,80,,,,,,"],
            &[],
        );
        scheduled_as("p6.xer", &text, |plan| plan.float("a"))
    };
    assert_eq!((ask("FT_FF"), ask("FT_SS"), ask("FT_Min")), (Some(4320), Some(4320), Some(4320)));
}

#[test]
fn constraints_expected_finish_and_open_ends_of_p6() {
    let text = p6(
        "sched_open_critical_flag=Y sched_use_expect_end_flag=Y",
        &[
            A,
            // Two constraints: not before the 14th, and done by the 15th.
            "b,1,1,TT_Task,TK_NotStart,24,24,,CS_MSOA,2026-01-14 08:00,CS_MEOB,2026-01-15 17:00,",
            "c,1,1,TT_Task,TK_NotStart,8,8,,CS_MANDSTART,2026-01-06 08:00,,,",
            "d,1,1,TT_Task,TK_NotStart,8,8,,,,,,2026-01-07 17:00",
            "e,1,1,TT_FinMile,TK_NotStart,0,0,,,,,,",
            "f,1,1,TT_Mile,TK_NotStart,0,0,,,,,,",
            "g,1,1,TT_Task,TK_NotStart,8,8,,CS_ALAP,,,,",
        ],
        &["b a PR_FS 0", "c a PR_FS 0", "e a PR_FS 0", "f a PR_FS 0", "b g PR_FS 0"],
    );
    scheduled_as("p6.xer", &text, |plan| {
        assert_eq!(plan.dates("b"), "2026-01-14 08:00 to 2026-01-16 17:00");
        assert_eq!(plan.float("b"), Some(-480));
        // Mandatory: whatever the logic says.
        assert_eq!(plan.dates("c"), "2026-01-06 08:00 to 2026-01-06 17:00");
        assert_eq!(plan.dates("d"), "2026-01-05 08:00 to 2026-01-07 17:00");
        assert_eq!(plan.dates("e"), "2026-01-09 17:00 to 2026-01-09 17:00");
        assert_eq!(plan.dates("f"), "2026-01-12 08:00 to 2026-01-12 08:00");
        // As late as possible is as late as its successor lets it.
        assert_eq!(plan.dates("g"), "2026-01-13 08:00 to 2026-01-13 17:00");
        // An end without successor is critical, if P6 was told so.
        assert_eq!((plan.float("d"), plan.float("e")), (Some(0), Some(0)));
    });
}

#[test]
fn links_between_projects_hold_though_their_codes_repeat() {
    // Both projects have a task of this code: P6's own numbers tell them apart.
    let text =
        p6("sched_outer_depend_type=SD_Both", &[A, "x,2,1,TT_Task,TK_NotStart,8,8,,,,,,"], &["x a PR_FS 0"]);
    let text = text.replace("%R\tx\t2\t1\tx\tx", "%R\tx\t2\t1\ta\ta");
    scheduled_as("p6.xer", &text, |plan| {
        let other = TaskId(1);
        assert_eq!(plan.model.text(plan.model.task(other).id), "a");
        let start = plan.schedule.early_start(plan.model, other).unwrap();
        assert_eq!(start.to_string(), "2026-01-12 08:00");
        // Each project has an end of its own; in the second the longest path is what counts.
        assert_eq!(plan.schedule.total_float_minutes(TaskId(0)), Some(0));
        assert!(plan.schedule.is_critical(other) && plan.schedule.is_on_longest_path(other));
    });
}

#[test]
fn a_task_of_its_resources_is_worked_on_their_calendars() {
    let text = p6("sched_float_type=FT_FF", &["a,1,1,TT_Rsrc,TK_NotStart,8,8,,,,,,", B], &["b a PR_FS 0"]);
    let people = "%T\tRSRC\n%F\trsrc_id\trsrc_short_name\trsrc_type\tclndr_id\n%R\t7\tNight watch\tRT_Labor\t2\n%R\t8\tDay shift\tRT_Labor\t1\n\
        %T\tTASKRSRC\n%F\ttask_id\trsrc_id\ttarget_qty\ttarget_qty_per_hr\tremain_qty\tremain_qty_per_hr\n";
    let with = |rows: &str| text.replace("%T\tTASKPRED", &format!("{people}{rows}%T\tTASKPRED"));
    // One of them: its own calendar. Both: from the first who begins to the last who ends.
    scheduled_as("p6.xer", &with("%R\ta\t7\t8\t1\t8\t1\n"), |plan| {
        assert_eq!(plan.dates("a"), "2026-01-05 00:00 to 2026-01-06 00:00");
    });
    scheduled_as("p6.xer", &with("%R\ta\t7\t12\t1\t12\t1\n%R\ta\t8\t4\t1\t4\t1\n"), |plan| {
        assert_eq!(plan.dates("a"), "2026-01-05 00:00 to 2026-01-06 04:00");
    });
}

#[test]
fn a_calendar_that_is_not_understood_is_a_finding_and_its_tasks_are_scheduled_all_the_same() {
    for (data, expected) in [
        ("(0||CalendarData()(", "PLN004"),
        ("", "PLN004"),
        ("(0||CalendarData()((0||DaysOfWeek()((0||1()())(0||2()())))))", "PLN004"),
    ] {
        let text = p6("sched_float_type=FT_FF", &[A], &[]);
        let row = text.lines().find(|line| line.contains("\tOffice\t")).unwrap();
        let text = text.replace(row, &format!("%R\t1\tOffice\t8\t{data}"));
        let line = text.lines().position(|line| line.contains("\tOffice\t")).unwrap() + 1;
        let file = SourceFile::new(
            "p6.xer".to_owned(),
            PathBuf::from("p6.xer"),
            Format::Xer,
            text.clone(),
            Default::default(),
        );
        let sources = Sources::new(vec![file]);
        let Read { model, findings, .. } = read(&sources);
        let found: Vec<_> = findings
            .iter()
            .map(|finding| {
                (finding.code.as_str(), model.sources().position(finding.primary.span).0.line as usize)
            })
            .collect();
        assert_eq!(found, [(expected, line)], "{data}");
        scheduled_as("p6.xer", &text, |plan| {
            assert_eq!(plan.dates("a"), "2026-01-05 08:00 to 2026-01-09 17:00")
        });
    }
}

/// A plan of MS Project on its standard calendar. Tasks: UID, outline level, hours, and elements as they are.
fn project(header: &str, tasks: &[(u32, u32, u32, &str)]) -> String {
    let day = "<WorkingDay>1</WorkingDay><WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime><WorkingTime><FromTime>13:00:00</FromTime><ToTime>17:00:00</ToTime></WorkingTime></WorkingTimes>";
    let days: String = (1..=7)
        .map(|number| {
            let work = if (2..=6).contains(&number) { day } else { "<WorkingDay>0</WorkingDay>" };
            format!("<WeekDay><DayType>{number}</DayType>{work}</WeekDay>")
        })
        .collect();
    let tasks: String = tasks
        .iter()
        .map(|(uid, level, hours, rest)| {
            let is_phase = u8::from(rest.contains("<Summary>"));
            let rest = rest.replace("<Summary>", "");
            format!("<Task><UID>{uid}</UID><ID>{uid}</ID><Name>T{uid}</Name><OutlineLevel>{level}</OutlineLevel><Duration>PT{hours}H0M0S</Duration><Summary>{is_phase}</Summary>{rest}</Task>")
        })
        .collect();
    format!(
        "<?xml version=\"1.0\"?><Project xmlns=\"http://schemas.microsoft.com/project\"><Name>p</Name>{header}<CalendarUID>1</CalendarUID>\
        <MinutesPerDay>480</MinutesPerDay><MinutesPerWeek>2400</MinutesPerWeek><DaysPerMonth>20</DaysPerMonth>\
        <Calendars><Calendar><UID>1</UID><Name>Standard</Name><IsBaseCalendar>1</IsBaseCalendar><WeekDays>{days}</WeekDays></Calendar></Calendars>\
        <Tasks>{tasks}</Tasks></Project>"
    )
}

fn after(uid: u32, kind: u8, lag: i64, format: u8) -> String {
    format!(
        "<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type><LinkLag>{lag}</LinkLag><LagFormat>{format}</LagFormat></PredecessorLink>"
    )
}

const FROM_START: &str = "<ScheduleFromStart>1</ScheduleFromStart><StartDate>2026-01-05T08:00:00</StartDate><HonorConstraints>1</HonorConstraints>";

#[test]
fn a_plan_of_ms_project_that_is_scheduled_from_its_finish() {
    let header = "<ScheduleFromStart>0</ScheduleFromStart><StartDate>2026-01-01T08:00:00</StartDate><FinishDate>2026-01-30T17:00:00</FinishDate>";
    let text = project(header, &[(1, 1, 40, ""), (2, 1, 16, &after(1, 1, 0, 7)), (3, 1, 8, "")]);
    scheduled_as("p.xml", &text, |plan| {
        // Seven days of work end on Friday the 30th, so the work begins on the 22nd.
        assert_eq!(plan.dates("1"), "2026-01-22 08:00 to 2026-01-28 17:00");
        assert_eq!((plan.float("1"), plan.float("2"), plan.float("3")), (Some(0), Some(0), Some(6 * 480)));
    });
}

#[test]
fn dates_lags_and_deadlines_of_ms_project() {
    let text = project(
        FROM_START,
        &[
            (1, 1, 40, ""),
            // Half of the predecessor's duration; a day and night; a date that wins over the link.
            (2, 1, 8, &after(1, 1, 50, 19)),
            (3, 1, 8, &after(1, 1, 14_400, 8)),
            (
                4,
                1,
                8,
                &format!(
                    "<ConstraintType>5</ConstraintType><ConstraintDate>2026-01-07T08:00:00</ConstraintDate>{}",
                    after(1, 1, 0, 7)
                ),
            ),
            (5, 1, 8, &format!("<Deadline>2026-01-09T17:00:00</Deadline>{}", after(1, 1, 0, 7))),
            // Elapsed: nights and the weekend count.
            (6, 1, 72, &format!("<DurationFormat>8</DurationFormat>{}", after(1, 1, 0, 7))),
            // Under way: three days done until Wednesday evening, the rest from Monday on.
            (
                7,
                1,
                40,
                "<RemainingDuration>PT16H0M0S</RemainingDuration><PercentComplete>60</PercentComplete><ActualStart>2026-01-05T08:00:00</ActualStart><Stop>2026-01-07T17:00:00</Stop><Resume>2026-01-12T08:00:00</Resume>",
            ),
        ],
    );
    scheduled_as("p.xml", &text, |plan| {
        assert_eq!(plan.dates("2"), "2026-01-14 13:00 to 2026-01-15 12:00");
        assert_eq!(plan.dates("3"), "2026-01-12 08:00 to 2026-01-12 17:00");
        assert_eq!(plan.dates("4"), "2026-01-07 08:00 to 2026-01-07 17:00");
        assert_eq!(plan.float("5"), Some(-480));
        assert_eq!(plan.float("1"), Some(-3 * 480));
        assert_eq!(plan.dates("6"), "2026-01-09 17:00 to 2026-01-12 17:00");
        assert_eq!(plan.dates("7"), "2026-01-05 08:00 to 2026-01-13 17:00");
    });
    // Told that links win, MS Project moves the fourth task and shows that its date is missed.
    let text = text.replace("<HonorConstraints>1", "<HonorConstraints>0");
    scheduled_as("p.xml", &text, |plan| {
        assert_eq!(plan.dates("4"), "2026-01-12 08:00 to 2026-01-12 17:00");
        assert_eq!(plan.float("4"), Some(-3 * 480));
    });
}

#[test]
fn links_of_summary_tasks_bind_their_children() {
    let text = project(
        FROM_START,
        &[
            (1, 1, 16, ""),
            (2, 1, 0, &format!("<Summary>{}", after(1, 1, 0, 7))),
            (3, 2, 8, ""),
            (4, 2, 24, ""),
            (5, 1, 8, &after(2, 1, 0, 7)),
        ],
    );
    scheduled_as("p.xml", &text, |plan| {
        assert_eq!(plan.dates("3"), "2026-01-07 08:00 to 2026-01-07 17:00");
        assert_eq!(plan.dates("2"), "2026-01-07 08:00 to 2026-01-09 17:00");
        assert_eq!(plan.dates("5"), "2026-01-12 08:00 to 2026-01-12 17:00");
        assert_eq!((plan.float("3"), plan.float("4"), plan.float("1")), (Some(960), Some(0), Some(0)));
    });
}
