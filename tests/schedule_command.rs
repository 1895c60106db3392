//! `planlint schedule` by what a user types and sees: the real program, on small plans in every format, and on files that
//! planning tools wrote.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test that cannot set up its folder fails; why one is skipped is said"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use tempfile::TempDir;

/// A plan that ends late: one task done, a phase, a milestone, a title that is too long.
const LATE: &str = r#"
[plan]
name = "New laptops for Lisbon"
id = "lisbon"
start = 2026-10-05
finish-by = 2026-10-23
status-date = 2026-10-07
[task]
survey = { title = "Ask who needs what", duration = "2d", actual-start = 2026-10-05, actual-finish = 2026-10-06 }
order  = { title = "Order 40 laptops", duration = "10d", depends-on = "survey" }
roll   = { title = "Roll out" }
setup  = { title = "Set up laptops", parent = "roll", duration = "3d", depends-on = "order" }
tell   = { title = "Tell people their day, twice, and ask them to save what they have", parent = "roll", duration = "1d", depends-on = "order" }
swap   = { title = "Swap laptops", parent = "roll", duration = "2d", depends-on = ["setup", "tell"] }
ready  = { title = "Everybody works", milestone = true, depends-on = "swap" }
"#;

/// What became of a run.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        assert!(unwrapped(&self.out).contains(text), "no {text:?} in\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn leaves_out(self, text: &str) -> Self {
        assert!(!unwrapped(&self.out).contains(text), "{text:?} in\n{}", self.out);
        self
    }

    #[track_caller]
    fn complains(self, text: &str) -> Self {
        assert!(unwrapped(&self.err).contains(text), "no {text:?} in\n{}\nstdout:\n{}", self.err, self.out);
        self
    }

    #[track_caller]
    fn object(&self) -> Object {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// A text without the line breaks that the width of the page made.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs `planlint schedule` in a folder.
fn run(folder: &Path, words: &str, stdin: &str, env: &[(&str, &str)]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_planlint"))
        .arg("schedule")
        .args(words.split_whitespace())
        .current_dir(folder)
        .env_clear()
        .env("COLUMNS", "80")
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read its input closes it, which is no fault.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(!err.contains("panicked"), "{err}");
    Ran { code: output.status.code().unwrap(), out: String::from_utf8(output.stdout).unwrap(), err }
}

/// Runs it on one file.
fn ran(name: &str, text: &str, words: &str) -> Ran {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    run(folder.path(), &format!("{name} {words}"), "", &[])
}

/// The contract: these keys and no others. With several plans the object has only `plans`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    version: u32,
    #[serde(default)]
    plans: Vec<Plan>,
    plan: Option<String>,
    start: Option<String>,
    finish: Option<String>,
    #[serde(default)]
    critical_path: Vec<String>,
    #[serde(default)]
    tasks: Vec<Task>,
    comparison: Option<Comparison>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    plan: String,
    start: Option<String>,
    finish: Option<String>,
    critical_path: Vec<String>,
    tasks: Vec<Task>,
    comparison: Option<Comparison>,
}

impl Object {
    /// Its plans, the only one included.
    fn plans(self) -> Vec<Plan> {
        assert_eq!(self.version, 1);
        let Some(plan) = self.plan else { return self.plans };
        assert!(self.plans.is_empty());
        let Self { start, finish, critical_path, tasks, comparison, .. } = self;
        vec![Plan { plan, start, finish, critical_path, tasks, comparison }]
    }
}

// `Option` alone would accept a key that is left out.
fn given<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(value)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Task {
    id: String,
    #[serde(deserialize_with = "given")]
    source_id: Option<String>,
    #[serde(deserialize_with = "given")]
    early_start: Option<String>,
    #[serde(deserialize_with = "given")]
    early_finish: Option<String>,
    #[serde(deserialize_with = "given")]
    late_start: Option<String>,
    #[serde(deserialize_with = "given")]
    late_finish: Option<String>,
    #[serde(deserialize_with = "given")]
    total_float_minutes: Option<i64>,
    #[serde(deserialize_with = "given")]
    free_float_minutes: Option<i64>,
    critical: bool,
    #[serde(default)]
    stored: StoredValues,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct StoredValues {
    early_start: Option<String>,
    early_finish: Option<String>,
    late_start: Option<String>,
    late_finish: Option<String>,
    total_float_minutes: Option<i64>,
    free_float_minutes: Option<i64>,
    critical: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Comparison {
    tasks: usize,
    equal_tasks: usize,
    values: BTreeMap<String, Tally>,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tally {
    stored: usize,
    equal: usize,
    finished: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    id: String,
    source_id: Option<String>,
    value: String,
    computed: serde_json::Value,
    stored: serde_json::Value,
    reason: Option<String>,
}

/// Every date of an object is to the minute, in the form of the contract.
#[track_caller]
fn hold_dates(plan: &Plan) {
    let of_tasks = plan.tasks.iter().flat_map(|task| {
        let stored = &task.stored;
        [
            &task.early_start,
            &task.early_finish,
            &task.late_start,
            &task.late_finish,
            &stored.early_start,
            &stored.early_finish,
            &stored.late_start,
            &stored.late_finish,
        ]
    });
    for date in of_tasks.chain([&plan.start, &plan.finish]).flatten() {
        let shape: String = date.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(shape, "0000-00-00T00:00");
    }
}

// ---- The table

#[test]
fn a_late_plan_as_a_table() {
    insta::assert_snapshot!(ran("plan.toml", LATE, "").ends_with(0).out, @r"
    New laptops for Lisbon (lisbon)
      As of          2026-10-07
      Start          2026-10-05
      Finish         2026-10-27, 2 working days after the promised 2026-10-23
      Critical path  4 tasks over 15 working days

      Task   Title                       Start      Finish      Float
    Critical path: it sets the finish
    * order  Order 40 laptops            2026-10-07 2026-10-20    -2d   ########
    * setup  Set up laptops              2026-10-21 2026-10-23    -2d          ##
    * swap   Swap laptops                2026-10-26 2026-10-27    -2d             #
    * ready  Everybody works             2026-10-27 2026-10-27    -2d             o
    Critical as well: no float left
    * tell   Tell people their day, t... 2026-10-21 2026-10-21     0d          #
    Phases
      roll   Roll out                    2026-10-21 2026-10-27    -2d          ----
    Other tasks
      survey Ask who needs what          2026-10-05 2026-10-06   done  .

    Bars: # critical, = with float, . done, - phase, o milestone. Float in working
          days.
    ");
}

#[test]
fn a_narrow_page_has_no_bars_and_no_line_is_too_long() {
    for width in [40, 60, 80, 100, 120] {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("plan.toml"), LATE).unwrap();
        let ran = run(folder.path(), "--all", "", &[("COLUMNS", &width.to_string())]).ends_with(0);
        for line in ran.out.lines() {
            assert!(line.chars().count() <= width, "{width}: {line:?}");
            assert!(line.is_ascii() && line.trim_end() == line, "{line:?}");
        }
        assert_eq!(ran.out.contains('#'), width >= 80, "{}", ran.out);
    }
}

#[test]
fn colors_come_only_where_they_are_asked_for() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("plan.toml"), LATE).unwrap();
    assert!(!run(folder.path(), "", "", &[]).out.contains('\u{1b}'));
    assert!(
        run(folder.path(), "--color always", "", &[]).out.contains("\u{1b}[31m2026-10-27, 2 working days")
    );
    assert!(!run(folder.path(), "", "", &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]).out.contains('\u{1b}'));
}

#[test]
fn nothing_in_a_title_reaches_the_terminal_as_a_command() {
    let text = "[plan]\nstart = 2026-10-05\nname = \"\\u001b]0;x\\u0007\"\n[task]\na = { title = \"\\u001b[2J\\nx\", duration = \"1d\" }\n";
    let ran = ran("plan.toml", text, "").ends_with(0);
    assert!(ran.out.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", ran.out);
}

#[test]
fn a_long_plan_shows_what_counts_and_all_of_it_where_asked() {
    let mut text = "[plan]\nstart = 2026-10-05\n[task]\nwhole = { title = \"Everything\" }\n\
        early = { title = \"Early\", parent = \"whole\" }\nlate = { title = \"Late\", parent = \"whole\" }\n"
        .to_owned();
    for number in 0..100 {
        let before = if number == 0 { String::new() } else { format!(", depends-on = \"a{}\"", number - 1) };
        text += &format!("a{number} = {{ title = \"A\", parent = \"early\", duration = \"1d\"{before} }}\n");
        text +=
            &format!("b{number} = {{ title = \"B\", parent = \"late\", duration = \"{}d\" }}\n", number + 1);
    }
    ran("plan.toml", &text, "")
        .ends_with(0)
        // The longest of the tasks beside the chain ends on the same day.
        .says("Critical path 101 tasks over 100 working days")
        .says("* b99 ")
        .says("* a38 ")
        .leaves_out("* a39 ")
        .says("and 61 more; --all lists them")
        // The one phase around everything says nothing.
        .says("early Early 2026-10-05")
        .leaves_out("whole")
        .leaves_out(" b98 ")
        .says("99 more tasks: 5 with 5 days of float or less, 94 with more float; --all lists them.");
    ran("plan.toml", &text, "--all").says("* a99 ").says(" b98 ").says("whole").leaves_out("--all");
}

#[test]
fn what_was_assumed_and_what_is_missing_is_said_once() {
    let circle = r#"
[task]
a = { title = "a", duration = "1d" }
b = { title = "b", duration = "1d", depends-on = ["a", "c"] }
c = { title = "c", duration = "1d", depends-on = "b" }
e = { title = "e", duration = "2d", depends-on = "a" }
f1 = { title = "f" }
f2 = { title = "f" }
f3 = { title = "f" }
f4 = { title = "f" }
g = { title = "g", status = "done" }
h = { title = "h", milestone = true, depends-on = "e" }
"#;
    ran("plan.toml", circle, "")
        .ends_with(0)
        .says("The plan says no start, so there is float, but there are no dates. Write one under [plan]")
        .says("4 tasks have no duration and are counted as taking no time: f1, f2, f3, and 1 more.")
        .says("1 task is done, but nothing says when, so what follows does not wait: g.")
        .says("2 tasks are on a circle of links or behind one (marked ?), so nobody can know when: b, c.")
        .says("? b b")
        .leaves_out("Finish");
    ran("plan.toml", circle, "-q").leaves_out("no duration");
    ran("plan.toml", &circle.replacen("\"1d\"", "\"1d\", start = 2026-10-05", 1), "")
        .says("The plan says no start: 2026-10-05 is taken, the earliest date in it.");
    ran("plan.toml", "[task]\na = { title = \"a\" }\n", "")
        .ends_with(0)
        .says("Nothing says how long the tasks take, or when they are: there is nothing to compute.");
}

#[test]
fn the_day_of_the_run_is_the_status_date_of_a_plan_without_one() {
    let text = "[plan]\nstart = 2026-10-05\n[task]\na = { title = \"a\", duration = \"1d\" }\n";
    ran("plan.toml", text, "").says("a a 2026-10-05 2026-10-05").leaves_out("As of");
    ran("plan.toml", text, "--as-of 2026-11-02").says("As of 2026-11-02").says("a a 2026-11-02 2026-11-02");
    ran("plan.toml", LATE, "--as-of 2026-11-02").says("As of 2026-10-07");
    ran("plan.xml", MSPDI, "--as-of 2027-02-01")
        .says("1 Dig 2027-01-04 2027-01-05")
        .complains("`--as-of` moves nothing here: Microsoft Project leaves work where it was planned");
}

#[test]
fn a_promise_is_met_on_its_day_and_over_a_weekend() {
    for (promise, words) in [
        ("2026-10-09", "2026-10-09, as promised (2026-10-09)"),
        ("2026-10-11", "2026-10-09, as promised (2026-10-11)"),
        ("2026-10-12", "2026-10-09, 1 working day before the promised 2026-10-12"),
        ("2026-10-08", "2026-10-09, 1 working day after the promised 2026-10-08"),
    ] {
        let text = format!(
            "[plan]\nstart = 2026-10-05\nfinish-by = {promise}\n[task]\na = {{ title = \"a\", duration = \"5d\" }}\n"
        );
        ran("plan.toml", &text, "").says(&format!("Finish {words}"));
    }
}

// ---- For programs

#[test]
fn one_plan_as_json_is_the_contract() {
    let [plan] = &ran("plan.toml", LATE, "--output-format json").ends_with(0).object().plans()[..] else {
        panic!("one plan");
    };
    hold_dates(plan);
    assert_eq!(plan.plan, "lisbon");
    assert_eq!(plan.start.as_deref(), Some("2026-10-05T08:00"));
    assert_eq!(plan.finish.as_deref(), Some("2026-10-27T17:00"));
    assert_eq!(plan.critical_path, ["order", "setup", "swap", "ready"]);
    assert_eq!(plan.tasks.len(), 7);
    assert!(plan.comparison.is_none());
    let task = |id: &str| plan.tasks.iter().find(|task| task.id == id).unwrap();
    let order = task("order");
    assert_eq!(order.early_finish.as_deref(), Some("2026-10-20T17:00"));
    assert_eq!((order.total_float_minutes, order.free_float_minutes), (Some(-960), Some(0)));
    assert!(order.critical && order.source_id.is_none() && order.stored.early_start.is_none());
    // Finished: it has dates, but nothing can slip any more.
    assert_eq!(task("survey").total_float_minutes, None);
    assert!(!task("survey").critical && task("survey").late_start.is_some());
}

#[test]
fn several_plans_as_json_are_a_list_of_the_same_objects() {
    let text = xer(&["1,1,A", "2,1,B", "3,2,A"], &["2 1"]);
    let ran = ran("two.xer", &text, "--output-format json").ends_with(0);
    let object = ran.object();
    assert!(object.plan.is_none());
    let plans = object.plans();
    let names: Vec<(&str, usize)> = plans.iter().map(|plan| (plan.plan.as_str(), plan.tasks.len())).collect();
    assert_eq!(names, [("ONE", 2), ("TWO", 1)]);
    assert_eq!(plans[0].critical_path, ["A", "B"]);
    plans.iter().for_each(hold_dates);
}

#[test]
fn a_table_for_a_spreadsheet_has_a_header_and_no_formulas() {
    let text = r#"
[plan]
id = "p"
start = 2026-10-05
[task]
phase = { title = "Phase" }
a = { title = "=1+1, \"quoted\"", duration = "1d", parent = "phase" }
b = { title = "B", duration = "2d" }
"#;
    let ran = ran("plan.toml", text, "--output-format csv").ends_with(0);
    insta::assert_snapshot!(ran.out.replace("\r\n", "\n"), @r#"
    plan,id,source_id,title,phase,early_start,early_finish,late_start,late_finish,total_float_minutes,free_float_minutes,critical,on_critical_path
    p,phase,,Phase,,2026-10-05T08:00,2026-10-05T17:00,2026-10-06T08:00,2026-10-06T17:00,480,480,false,false
    p,a,,"'=1+1, ""quoted""",phase,2026-10-05T08:00,2026-10-05T17:00,2026-10-06T08:00,2026-10-06T17:00,480,480,false,false
    p,b,,B,,2026-10-05T08:00,2026-10-06T17:00,2026-10-05T08:00,2026-10-06T17:00,0,0,true,true
    "#);
    assert_eq!(ran.out.matches("\r\n").count(), 4);
}

// ---- Formats

const MSPDI: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\">\n\
<Name>dig.xml</Name><Title>New ERP</Title><StartDate>2027-01-04T08:00:00</StartDate><MinutesPerDay>480</MinutesPerDay>\n\
<Tasks>\n\
<Task><UID>5</UID><ID>1</ID><Name>Dig</Name><Duration>PT16H0M0S</Duration><DurationFormat>7</DurationFormat>\
<EarlyStart>2027-01-04T08:00:00</EarlyStart><EarlyFinish>2027-01-05T17:00:00</EarlyFinish>\
<LateStart>2027-01-04T08:00:00</LateStart><LateFinish>2027-01-05T17:00:00</LateFinish><Critical>1</Critical></Task>\n\
<Task><UID>9</UID><ID>2</ID><Name>Fill</Name><Duration>PT8H0M0S</Duration><DurationFormat>7</DurationFormat>\
<EarlyStart>2027-01-06T08:00:00</EarlyStart><EarlyFinish>2027-01-06T17:00:00</EarlyFinish><TotalSlack>4800</TotalSlack>\
<PredecessorLink><PredecessorUID>5</PredecessorUID><Type>1</Type></PredecessorLink></Task>\n\
</Tasks>\n</Project>\n";

#[test]
fn an_export_of_microsoft_project() {
    let ran = ran("plan.xml", MSPDI, "--output-format json --compare-stored").ends_with(0);
    let plan = ran.object().plans().remove(0);
    assert_eq!(plan.critical_path, ["1", "2"]);
    let [dig, fill] = &plan.tasks[..] else { panic!("two tasks") };
    assert_eq!((dig.source_id.as_deref(), fill.source_id.as_deref()), (Some("5"), Some("9")));
    assert_eq!(fill.early_finish.as_deref(), Some("2027-01-06T17:00"));
    assert_eq!((dig.stored.total_float_minutes, fill.stored.total_float_minutes), (Some(0), Some(480)));
    assert_eq!((dig.stored.critical, dig.stored.free_float_minutes), (Some(true), None));
    let comparison = plan.comparison.unwrap();
    assert_eq!((comparison.tasks, comparison.equal_tasks), (2, 1));
    let [difference] = &comparison.differences[..] else { panic!("one difference") };
    assert_eq!((difference.id.as_str(), difference.source_id.as_deref()), ("2", Some("9")));
    assert_eq!(difference.value, "total_float_minutes");
    assert_eq!((difference.computed.as_i64(), difference.stored.as_i64()), (Some(0), Some(480)));
}

#[test]
fn a_table_of_tasks() {
    let text =
        "ID,Task Name,Duration,Start,Predecessors\n1,Dig,2d,2027-01-04,\n2,Fill,1d,,1\n3,Look,1d,,1FS+1d\n";
    ran("tasks.csv", text, "")
        .ends_with(0)
        .says("* 1 Dig 2027-01-04 2027-01-05 0d")
        .says("2 Fill 2027-01-06 2027-01-06 1d")
        .says("* 3 Look 2027-01-07 2027-01-07 0d");
    ran("tasks.csv", text, "--compare-stored").says("The file stores no dates or float to compare with.");
}

/// An export of P6, five days a week, eight hours, from Monday 2026-01-05. Tasks: id, project, code, then, where given,
/// hours (else 40), and stored early start, early finish, total float in hours, actual start and actual finish; links:
/// task and predecessor, finish to start.
fn xer(tasks: &[&str], links: &[&str]) -> String {
    let day = "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())";
    let week: String = (2..=6).map(|number| format!("(0||{number}()({day}))")).collect();
    let mut text = format!(
        "ERMHDR\t8.4\n%T\tPROJECT\n%F\tproj_id\tproj_short_name\tclndr_id\tlast_recalc_date\tplan_start_date\n\
        %R\t1\tONE\t1\t2026-01-05 00:00\t2026-01-05 00:00\n%R\t2\tTWO\t1\t2026-01-05 00:00\t2026-01-05 00:00\n\
        %T\tCALENDAR\n%F\tclndr_id\tclndr_name\tday_hr_cnt\tclndr_data\n\
        %R\t1\tOffice\t8\t(0||CalendarData()((0||DaysOfWeek()({week}))))\n\
        %T\tTASK\n%F\ttask_id\tproj_id\ttask_code\tclndr_id\ttask_name\ttask_type\tstatus_code\ttarget_drtn_hr_cnt\
        \tremain_drtn_hr_cnt\tearly_start_date\tearly_end_date\ttotal_float_hr_cnt\tact_start_date\tact_end_date\n"
    );
    for task in tasks {
        let mut cells: Vec<&str> = task.split(',').map(str::trim).collect();
        cells.resize(9, "");
        let [id, project, code, hours, start, finish, float, began, ended] = cells[..] else {
            unreachable!()
        };
        let hours = if hours.is_empty() { "40" } else { hours };
        let status = match (began.is_empty(), ended.is_empty()) {
            (_, false) => "TK_Complete",
            (false, true) => "TK_Active",
            (true, true) => "TK_NotStart",
        };
        let left = if ended.is_empty() { hours } else { "0" };
        let cells = [
            id, project, code, "1", "Work", "TT_Task", status, hours, left, start, finish, float, began,
            ended,
        ];
        text += &format!("%R\t{}\n", cells.join("\t"));
    }
    text += "%T\tTASKPRED\n%F\ttask_id\tpred_task_id\tpred_type\tlag_hr_cnt\n";
    for link in links {
        let (task, before) = link.split_once(' ').unwrap();
        text += &format!("%R\t{task}\t{before}\tPR_FS\t0\n");
    }
    text + "%E\n"
}

/// Each task stored for another reason: as computed (A); a day less than its hours say (B), on which C waits; done, with
/// the status date as early dates (D); and before the status date (E).
fn stored() -> String {
    xer(
        &[
            "1,1,A,40,2026-01-05 08:00,2026-01-09 17:00,0",
            "2,1,B,16,2026-01-12 08:00,2026-01-12 17:00,0",
            "3,1,C,8,2026-01-13 08:00,2026-01-13 17:00,0",
            "4,1,D,8,2026-01-05 08:00,2026-01-05 08:00,,2025-12-01 08:00,2025-12-01 17:00",
            "5,1,E,8,2025-12-15 08:00,2025-12-15 17:00,64",
        ],
        &["2 1", "3 2"],
    )
}

#[test]
fn stored_values_are_compared_and_what_differs_is_listed_with_its_reason() {
    insta::assert_snapshot!(ran("p6.xer", &stored(), "--compare-stored").ends_with(0).out, @r"
    ONE
      As of          2026-01-05
      Start          2025-12-01
      Finish         2026-01-14
      Critical path  3 tasks over 8 working days

      Task Title Start      Finish      Float
    Critical path: it sets the finish
    * A    Work  2026-01-05 2026-01-09     0d                              ####
    * B    Work  2026-01-12 2026-01-13     0d                                    ##
    * C    Work  2026-01-14 2026-01-14     0d                                     #
    Other tasks
      D    Work  2025-12-01 2025-12-01   done  .
      E    Work  2026-01-05 2026-01-05     7d                              =

    Compared with what the file stores: 1 of 5 tasks equal in every value; 1 of the
      others finished
      early start        2 of 5; 1 of the others finished
      early finish       1 of 5; 1 of the others finished
      total float        3 of 4
      critical           4 of 4
      B, early finish: stored 2026-01-12 17:00, computed 2026-01-13 17:00 (reason
        unknown)
      C, early start: stored 2026-01-13 08:00, computed 2026-01-14 08:00 (follows
        from B, which it waits for)
      C, early finish: stored 2026-01-13 17:00, computed 2026-01-14 17:00 (follows
        from B, which it waits for)
      E, early start: stored 2025-12-15 08:00, computed 2026-01-05 08:00 (stored for
        an earlier status date, and not computed again since)
      E, early finish: stored 2025-12-15 17:00, computed 2026-01-05 17:00 (stored
        for an earlier status date, and not computed again since)
      E, total float: stored 8d, computed 7d (stored for an earlier status date, and
        not computed again since)

    Bars: # critical, = with float, . done, - phase, o milestone. Float in working
          days.
    ");
    // Without a Friday 17:00 that is spelled as Monday 08:00 being a difference.
    let text = stored().replace("2026-01-12 08:00\t2026-01-12 17:00", "2026-01-09 17:00\t2026-01-14 08:00");
    ran("p6.xer", &text, "--compare-stored").leaves_out("B, early");
    ran("p6.xer", &stored(), "--compare-stored --all")
        .says("D, early start: stored 2026-01-05 08:00, computed 2025-12-01 08:00");
}

#[test]
fn a_comparison_for_programs_counts_and_lists() {
    let ran = ran("p6.xer", &stored(), "--compare-stored --output-format json").ends_with(0);
    let plan = ran.object().plans().remove(0);
    hold_dates(&plan);
    let comparison = plan.comparison.unwrap();
    assert_eq!((comparison.tasks, comparison.equal_tasks), (5, 1));
    let tally = |value: &str| {
        let tally = &comparison.values[value];
        (tally.equal, tally.stored, tally.finished)
    };
    assert_eq!((tally("early_start"), tally("early_finish")), ((2, 5, 1), (1, 5, 1)));
    assert_eq!((tally("total_float_minutes"), tally("critical")), ((3, 4, 0), (4, 4, 0)));
    let reason = |id: &str, value: &str| {
        let found = comparison.differences.iter().find(|it| it.id == id && it.value == value).unwrap();
        found.reason.clone()
    };
    assert_eq!(reason("B", "early_finish"), None);
    assert_eq!(reason("C", "early_start").as_deref(), Some("follows from B, which it waits for"));
    assert_eq!(reason("D", "early_start").as_deref(), Some("finished, so nothing is left to compute"));
    assert!(reason("E", "early_start").unwrap().contains("earlier status date"));
}

#[test]
fn the_values_that_tools_stored_are_found_equal_by_the_command_too() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = option_env!("PLANLINT_CORPUS").map_or(beside, PathBuf::from);
    let Ok(entries) = fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    };
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| [".xer", ".xml", ".csv"].iter().any(|ending| name.ends_with(ending)));
    for name in names {
        let ran = run(&folder, &format!("{name} --compare-stored --output-format json"), "", &[]);
        if ran.code == 2 {
            // One file is about calendars and has no task.
            assert!(ran.err.contains("no task was found"), "{name}: {}", ran.err);
            continue;
        }
        let ran = ran.ends_with(0);
        let mut seen = 0;
        for plan in ran.object().plans() {
            hold_dates(&plan);
            seen += plan.tasks.len();
            let comparison = plan.comparison.unwrap();
            for value in ["total_float_minutes", "early_start", "early_finish", "late_start", "late_finish"] {
                let Tally { stored, equal, finished } = comparison.values[value];
                assert_eq!(equal + finished, stored, "{name} {value}");
            }
        }
        assert!(seen > 0, "{name}");
        run(&folder, &format!("{name} --compare-stored --all"), "", &[]).ends_with(0);
        let csv = run(&folder, &format!("{name} --compare-stored --output-format csv"), "", &[]).ends_with(0);
        assert_eq!(csv.out.lines().filter(|line| line.starts_with("plan,")).count(), 1, "{name}");
    }
}

// ---- How it ends

#[test]
fn findings_never_change_how_it_ends() {
    let text = "[plan]\nstart = 2026-10-05\n[task]\na = { title = \"a\", duration = \"1d\", depends-on = \"nobody\" }\n";
    for format in ["table", "json", "csv"] {
        ran("plan.toml", text, &format!("--output-format {format}"))
            .ends_with(0)
            .complains("1 mistake in what was read may change the dates");
    }
    assert_eq!(ran("plan.toml", text, "-q").ends_with(0).err, "");
    assert_eq!(ran("plan.toml", text, "-qq").ends_with(0).out, "");
}

#[test]
fn what_cannot_be_computed_ends_with_two() {
    ran("plan.toml", LATE, "missing.toml")
        .ends_with(2)
        .says("New laptops for Lisbon")
        .complains("missing.toml cannot be read: there is no such file or folder");
    ran("plan.toml", "[plan]\nname = \"Empty\"\n", "")
        .ends_with(2)
        .complains("no task was found in plan.toml: there is nothing to schedule");
    ran("plan.mpp", "", "").ends_with(2).complains("choose File, Save As, and the type XML Format (*.xml)");
    ran("plan.toml", LATE, "--output-format gantt").ends_with(2).complains("table, json, csv");
    ran("plan.toml", LATE, "--as-of tomorrow").ends_with(2).complains("tomorrow");
    let folder = TempDir::new().unwrap();
    run(folder.path(), "", "", &[]).ends_with(2).complains("no plan file was found in .");
}

#[test]
fn a_plan_may_come_from_the_input_stream() {
    let folder = TempDir::new().unwrap();
    run(folder.path(), "-", LATE, &[]).ends_with(0).says("New laptops for Lisbon");
    run(folder.path(), "- --stdin-filename p6.xer", &stored(), &[]).ends_with(0).says("* A Work 2026-01-05");
    run(folder.path(), "- --stdin-filename x.xml", MSPDI, &[]).ends_with(0).says("New ERP");
}

#[test]
fn the_configuration_says_how_a_table_is_read() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("tasks.csv"), "Nr,What,Days,Begin\n1,Dig,2d,04.01.2027\n").unwrap();
    let config = "[import.csv]\ndate-format = \"%d.%m.%Y\"\n\
        columns = { title = \"What\", duration = \"Days\", start = \"Begin\" }\n";
    fs::write(folder.path().join("planlint.toml"), config).unwrap();
    run(folder.path(), "tasks.csv", "", &[]).says("Dig 2027-01-04 2027-01-05");
}

#[test]
fn a_plan_of_a_hundred_thousand_tasks_is_shown_in_every_form() {
    let mut text =
        "[plan]\nstart = 2026-01-05\n[task]\nt0 = { title = \"t\", duration = \"1h\" }\n".to_owned();
    for number in 1..100_000 {
        text += &format!(
            "t{number} = {{ title = \"t\", duration = \"1h\", depends-on = \"t{}\" }}\n",
            number - 1
        );
    }
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("plan.toml"), text).unwrap();
    for words in ["", "--all", "--output-format json", "--output-format csv --compare-stored"] {
        let ran = run(folder.path(), words, "", &[]).ends_with(0);
        assert!(words.is_empty() || ran.out.lines().count() >= 100_000);
    }
}
