//! The DCMA 14 points of three plans, computed by hand in the comments, as `planlint schedule --dcma` gives them; and the
//! special cases: what is excused, what is not assessable or not applicable, where the limit is met to the unit.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot read its files fails"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn planlint(folder: &Path, words: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.current_dir(folder).args(words).env_clear().env("COLUMNS", "100");
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// The points of a plan, a line each: `SCH101 2/22 fail: h2 h3`, for one without a figure its reason.
fn points(folder: &Path, file: &str) -> Vec<String> {
    let text =
        planlint(folder, &["schedule", "--dcma", "--as-of", "2026-11-02", "--output-format", "json", file]);
    let found: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let mut lines: Vec<String> = found["dcma"].as_array().unwrap().iter().map(line).collect();
    lines.push(format!("hits {}/{}", found["hit_task"]["numerator"], found["hit_task"]["denominator"]));
    lines
}

fn line(point: &Value) -> String {
    let words = |name: &str| {
        let all = point[name].as_array().into_iter().flatten();
        let all = all.map(|it| it["id"].as_str().or(it.as_str()).unwrap().to_owned());
        all.collect::<Vec<_>>().join(" ")
    };
    let (code, verdict) = (point["code"].as_str().unwrap(), point["verdict"].as_str().unwrap());
    if let Some(reason) = point["reason"].as_str() {
        return format!("{code} {verdict}: {reason}");
    }
    let (count, base) = (&point["numerator"], &point["denominator"]);
    let mut line = match base.is_null() {
        true => format!("{code} {count} {verdict}"),
        false => format!("{code} {count}/{base} {verdict}"),
    };
    let delayed = point["parts"][0]["tasks"][0].as_str().filter(|_| code == "SCH112");
    if let Some(delayed) = delayed {
        let _ = write!(line, ", delayed {delayed}");
    }
    let parts = point["parts"].as_array().into_iter().flatten();
    for part in parts.filter(|part| part["count"] != 0 && delayed.is_none()) {
        let _ = write!(line, ", {} {}", part["name"].as_str().unwrap(), part["count"]);
    }
    let (excused, offenders) = (words("excused"), words("offenders"));
    if !excused.is_empty() {
        let _ = write!(line, ", excused {excused}");
    }
    if !offenders.is_empty() {
        let _ = write!(line, ": {offenders}");
    }
    line
}

fn assert_points(file: &str, expected: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assessment");
    let found = points(&folder, file);
    assert_eq!(found, expected, "{file}:\n{}", found.join("\n"));
}

// depot.plan.toml, status date Monday 2 November 2026, work from Monday to Friday.
//
// Not counted: phase ph, level of effort pm, external ext, canceled x. T = 28: m0, d1-d5, c1-c10, m1, f44, f45, p1, p2, s1,
// h1-h3, q1, u1, end. Complete: m0, d1-d5, so I = 22; milestones in I: m1, end, so Iw = 20.
// L = 25: c1<d3, c2<c1, c3<c2, c4<c3, c5<c4, c6<c5, c6<s1, c7<c6, m1<c7, c8<m1, c9<c8, c10<c9 (12); f44<d4, f45<d4, s1<c3,
// h3<d5, q1<c8, u1<c6 (18); end<c10, f44, f45, h1, h2, q1, u1 (25). Not in L: links of ph, ext, pm, x, and of finished tasks.
// Days from 2 November on: c1 is days 1-5, c2 6-10 ... c10 46-50, so the plan ends on day 50, Friday 8 January 2027.
//
// 1. No predecessor: h1, h2 (p1 and p2 have that of their phase). No successor: h3, end. Excused as the start: h1, which
//    begins as early as h2 and stands before it; as the finish: end. Left: h2, h3 of 22 = 9.1 %. Dangling: q1, held by FF
//    alone.
// 2. Lead: s1<c3 (SS-1d), on an SS link: 1 of 25.
// 3. Lag: u1<c6 (FS+2d): 1 of 25 = 4 %.
// 4. Not FS: s1<c3 (SS), q1<c8 (FF): 23 of 25 are FS = 92 %.
// 5. None of 22.
// 6. f44 is days 1-6 and has 50-6 = 44 days of float: not high. f45 is days 1-5 and has 45: high. h1, h2: 40, h3: days
//    3-12, 38, u1 13, s1 11, q1 10, p1, p2 5: 1 of 22 = 4.5 %.
// 7. No finish-by, no deadline, no hard constraint: not assessable.
// 8. h3: its duration is 10 days, but its baseline duration 60: 1 of 20 = 5.0 %, which is the limit and no more.
// 9. 9a: h2 is stated to start on 26 October and has not: 1 of 22. 9b: d5 is said to have ended on 3 November: 1 of 28.
// 10. Neither owner nor cost: h1 (u1 has a cost; m1, end are milestones): 1 of 20.
// 11. Due by 2 November: d1, d2, d3, d4, c1 (m0 is a milestone): 5. Late: d3 (30 after 23 October), c1 (to end on 6 November,
//     approved 30 October): 2 of 5 = 40 %.
// 12. c1 is the first on the driving path c1-c7, m1, c8-c10, end; all links are FS: the finish moves by 600.
// 13. No finish-by, and neither end nor c10, which end last, has a baseline: not assessable.
// 14. Completed: d1-d5 = 5. Due 5, without baseline d5, u1, c10 = 3: 5 of 8 = 0.625. On time: d1, d2, d4: 3 of 5.
#[test]
fn a_plan_in_the_plan_language() {
    assert_points(
        "depot.plan.toml",
        &[
            "SCH101 2/22 fail, dangling at one end 1, excused h1 end: h2 h3",
            "SCH102 1/25 fail: s1",
            "SCH103 1/25 pass: u1",
            "SCH104 23/25 pass, SS 1, FF 1: s1 q1",
            "SCH105 0/22 pass",
            "SCH106 1/22 pass: f45",
            "SCH107 not-assessable: no date was promised",
            "SCH108 1/20 pass: h3",
            "SCH109 2 fail, 9a 1, 9b 1: h2 d5",
            "SCH110 1/20 fail: h1",
            "SCH111 2/5 fail: d3 c1",
            "SCH112 600/600 pass, delayed c1",
            "SCH113 not-assessable: no finish was promised for the plan",
            "SCH114 5/8 fail, due 5, without baseline 3: c1",
            "hits 3/5",
        ],
    );
}

// boiler.xer, data date Monday 2 November 2026 08:00, must finish by Friday 18 December 17:00 (day 35), work from Monday to
// Friday, eight hours.
//
// Not counted: the part WORK of the work breakdown, level of effort L1. T = 23: D1, SM, A01-A16, B1-B3, H1, FM. Complete: D1, so
// I = 22; milestones: SM, FM, so Iw = 20.
// L = 25: SM<D1, A01<SM, A02..A16 each after the one before (15), FM<A16 (18); B1<A01, FM<B1, B2<A02 SS+1d, FM<B2 FF, B3<A03
// FF-1d, A10<B3 SF, H1<SM (25). The links of L1 are not in L.
// Days: A01..A16 take 2.5 days each, so A16 ends on day 40, Friday 25 December; FM is mandatory on 30 December, day 43.
//
// 1. No predecessor: none. No successor: FM (excused as the finish: it ends last), H1: 1 of 22 = 4.5 %. Dangling: B3, of
//    which FF holds the end alone.
// 2. B3<A03: 1 of 25. 3. B2<A02: 1 of 25 = 4 %.
// 4. SS B2<A02, FF FM<B2 and B3<A03, SF A10<B3: 21 of 25 are FS = 84 %. The SF is named first.
// 5. A05 (FNLT), A08 (its second constraint is SNLT), FM (mandatory); not A12 (FNET): 3 of 22 = 13.6 %.
// 6. The most is H1: day 1 of 35: 34. None of 22.
// 7. Late finish of A16 is day 35, not 40: -5 days for A01..A16 and SM, 17 of 22. FM stays on its mandatory date.
// 8. L1 with 40 days does not count. None of 20.
// 9. Nothing is computed before the data date; D1 ended before it.
// 10. Fitters work on A01-A15, the crane on B2: A16, B1, B3, H1: 4 of 20.
// 11., 14. An export of Primavera has no baseline: not assessable.
// 12. Back from FM, whose date is forced: A16 ... A01, SM, D1 (complete). A01 is made longer; FM does not move: 0 of 600.
// 13. From 2 November to 30 December: 43 days; to 18 December: -8. (43-8)/43 = 0.814, in minutes 16800/20640.
#[test]
fn an_export_of_primavera() {
    assert_points(
        "boiler.xer",
        &[
            "SCH101 1/22 pass, dangling at one end 1, excused FM: H1",
            "SCH102 1/25 fail: B3",
            "SCH103 1/25 pass: B2",
            "SCH104 21/25 fail, SS 1, FF 2, SF 1: A10 B2 B3 FM",
            "SCH105 3/22 fail: A05 A08 FM",
            "SCH106 0/22 pass",
            "SCH107 17/22 fail: SM A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12 A13 A14 A15 A16",
            "SCH108 0/20 pass",
            "SCH109 0 pass",
            "SCH110 4/20 fail: A16 B1 B3 H1",
            "SCH111 not-assessable: the file does not carry it",
            "SCH112 0/600 fail, delayed A01: FM",
            "SCH113 16800/20640 fail, path length 20640, total float -3840",
            "SCH114 not-assessable: the file does not carry it",
            "hits 0/0",
        ],
    );
}

// office.xml, status date Monday 2 November 2026 08:00, work from Monday to Friday, eight hours; no links at all.
//
// Not counted: phase 1, task 26, which is switched off. T = I = 24: 2-25; 25 is a milestone, so Iw = 23. L is empty.
// 20 takes 60 days and sets the finish: day 60, Friday 22 January 2027.
//
// 1. All hang in the air, and none of them is a start or a finish: 24 of 24.
// 2., 3., 4. No links: not applicable.
// 5. 2 must start on 2 November: 1 of 24 = 4.2 %.
// 6. Rooms take 15 days, so 45 of float; but 2 is forced (0) and 3 takes 16 days (44.0, not high): 4-19 are high, 16. 20: 0,
//    21: 15, 22: 16. 23 takes a day: 59. 24 began on day 3 and takes 2: 56. 25: 60. 16 + 3 = 19 of 24.
// 7. The constraint of 2 could be missed, and is not: 0 of 24.
// 8. 20 (60 days), 21 (45 days); not 22 (44 days): 2 of 23.
// 9. 9a: 23, which the file has on 29 October. 9b: 24, begun on 4 November.
// 10. Nobody is assigned to anything in the file: not assessable, for such a file may be without resources by design.
// 11., 14. Approved is 19 January for all: nothing is due, not applicable.
// 12. 20 is the path: 600 of 600.
// 13. No promise, but 20 ends last and has a baseline: 60 days to 22 January, -3 to 19 January. 57 of 60 is 0.95 exactly:
//     27360 of 28800 minutes.
#[test]
fn an_export_of_microsoft_project() {
    assert_points(
        "office.xml",
        &[
            "SCH101 24/24 fail: 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25",
            "SCH102 not-applicable: no such links",
            "SCH103 not-applicable: no such links",
            "SCH104 not-applicable: no such links",
            "SCH105 1/24 pass: 2",
            "SCH106 19/24 fail: 25 23 24 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19",
            "SCH107 0/24 pass",
            "SCH108 2/23 fail: 20 21",
            "SCH109 2 fail, 9a 1, 9b 1: 23 24",
            "SCH110 not-assessable: the file does not carry it",
            "SCH111 not-applicable: nothing was due yet",
            "SCH112 600/600 pass, delayed 20",
            "SCH113 27360/28800 pass, path length 28800, total float -1440",
            "SCH114 not-applicable: nothing was due yet",
            "hits 0/0",
        ],
    );
}

/// The points of a plan in a folder of its own, with a configuration.
fn points_of(plan: &str, config: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plan.toml"), plan).unwrap();
    std::fs::write(folder.path().join("planlint.toml"), config).unwrap();
    points(folder.path(), "plan.toml")
}

fn point(code: &str, plan: &str, config: &str) -> String {
    points_of(plan, config).into_iter().find(|line| line.starts_with(code)).unwrap()
}

/// A plan of rows, as of 2 November 2026.
fn plan(head: &str, rows: impl IntoIterator<Item = String>) -> String {
    let rows: Vec<String> = rows.into_iter().collect();
    format!("[plan]\nstart = 2026-10-05\nstatus-date = 2026-11-02\n{head}\n[task]\n{}\n", rows.join("\n"))
}

/// A chain of tasks of a day each.
fn chain(count: usize) -> Vec<String> {
    let row = |number: usize| {
        let after = if number > 1 { format!(", depends-on = \"t{}\"", number - 1) } else { String::new() };
        format!("t{number} = {{ title = \"T{number}\", duration = \"1d\"{after} }}")
    };
    (1..=count).map(row).collect()
}

fn due(number: usize, rest: &str) -> String {
    format!(
        "b{number} = {{ title = \"B{number}\", duration = \"1d\", baseline = {{ finish = 2026-10-09 }}{rest} }}"
    )
}

const DONE: &str = ", actual-start = 2026-10-08, actual-finish = 2026-10-09";

#[test]
fn seventy_four_of_seventy_eight_are_not_95_per_cent() {
    let rows = (1..=78).map(|number| due(number, if number <= 74 { DONE } else { "" }));
    let plan = plan("", rows);
    assert_eq!(point("SCH114", &plan, ""), "SCH114 74/78 fail, due 78: b75 b76 b77 b78");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plan.toml"), &plan).unwrap();
    let table = planlint(folder.path(), &["schedule", "--dcma", "plan.toml"]);
    assert!(table.contains("0.949  >= 0.95          74/78  FAIL"), "{table}");
}

#[test]
fn milestones_are_no_work_unless_they_are_set_to_count() {
    let milestone = "m = { title = \"M\", milestone = true, baseline = { finish = 2026-10-09 } }".to_owned();
    let plan = plan("", [due(1, DONE), milestone]);
    assert_eq!(point("SCH114", &plan, ""), "SCH114 1/1 pass, due 1");
    let config = "[rule.SCH114]\nmilestones = \"count\"\n";
    assert_eq!(point("SCH114", &plan, config), "SCH114 1/2 fail, due 2: m");
}

#[test]
fn tasks_without_a_baseline_are_due_as_the_dcma_counts_or_only_once_they_are_finished() {
    let new = |id: &str, rest: &str| format!("{id} = {{ title = \"{id}\", duration = \"1d\"{rest} }}");
    let plan = plan("", [due(1, DONE), new("n1", DONE), new("n2", ""), new("n3", "")]);
    assert_eq!(point("SCH114", &plan, ""), "SCH114 2/4 fail, due 1, without baseline 3");
    let config = "[rule.SCH114]\nunbaselined = \"completed\"\n";
    assert_eq!(point("SCH114", &plan, config), "SCH114 2/2 pass, due 1, without baseline 1");
}

#[test]
fn dangling_tasks_count_where_they_are_set_to() {
    let mut rows = chain(20);
    rows.push("d = { title = \"D\", duration = \"1d\", depends-on = \"t5 FF\" }".to_owned());
    rows.push("e = { title = \"E\", duration = \"1d\", depends-on = [\"d\", \"t20\"] }".to_owned());
    let plan = plan("", rows);
    assert_eq!(point("SCH101", &plan, ""), "SCH101 0/22 pass, dangling at one end 1, excused t1 e");
    let config = "[rule.SCH101]\ndangling = true\n";
    assert_eq!(point("SCH101", &plan, config), "SCH101 1/22 pass, dangling at one end 1, excused t1 e: d");
}

#[test]
fn beyond_the_horizon_nothing_has_to_be_planned_in_detail() {
    let long = |number: usize, after: &str| {
        format!("l{number} = {{ title = \"L{number}\", duration = \"60d\"{after} }}")
    };
    let plan = plan("", [long(1, ""), long(2, ", depends-on = \"l1\"")]);
    assert_eq!(point("SCH108", &plan, ""), "SCH108 2/2 fail: l1 l2");
    assert_eq!(point("SCH108", &plan, "[rule.SCH108]\nhorizon = 40\n"), "SCH108 1/1 fail: l1");
}

#[test]
fn an_elapsed_duration_is_measured_in_the_days_of_it_that_are_worked_on() {
    let row = |id: &str, duration: &str| format!("{id} = {{ title = \"{id}\", duration = \"{duration}\" }}");
    // 61 days and nights are 43.6 working days, 62 are 44.3.
    let plan = plan("", [row("a", "61ed"), row("b", "62ed"), row("c", "44d"), row("d", "353h")]);
    assert_eq!(point("SCH108", &plan, ""), "SCH108 2/4 fail: b d");
}

#[test]
fn a_plan_that_names_nobody_by_design_is_not_assessed_while_its_owners_are_asked_for() {
    let plan = plan("resources = false", chain(20));
    let silent = "SCH110 not-assessable: the plan names no people by design";
    assert_eq!(point("SCH110", &plan, ""), silent);
    assert!(point("SCH110", &plan, "ignore = [\"OWN001\"]\n").starts_with("SCH110 20/20 fail"));
}

#[test]
fn a_promise_can_be_missed_and_its_index_is_counted_from_there() {
    // Twenty days from 2 November: to 27 November. Promised a day earlier: 19 of 20, which is 0.95; two: 18 of 20.
    let with = |date: &str| points_of(&plan(&format!("finish-by = {date}"), chain(20)), "");
    let [late, later] = ["2026-11-26", "2026-11-25"].map(with);
    assert_eq!(late[12], "SCH113 9120/9600 pass, path length 9600, total float -480");
    assert_eq!(later[12], "SCH113 8640/9600 fail, path length 9600, total float -960");
    assert!(late[6].starts_with("SCH107 20/20 fail") && with("2026-11-27")[6] == "SCH107 0/20 pass");
}

#[test]
fn a_delay_ends_at_a_forced_date_or_where_the_next_waits_for_the_start_alone() {
    let with = |change: (usize, &str)| {
        let mut rows = chain(20);
        rows[change.0 - 1] = format!("t{} = {{ title = \"T\", duration = \"5d\", {} }}", change.0, change.1);
        point("SCH112", &plan("", rows), "")
    };
    assert_eq!(with((7, "depends-on = \"t6\"")), "SCH112 600/600 pass, delayed t1");
    // The path begins where an outside date is waited for; a promise holds nothing back.
    assert_eq!(
        with((7, "depends-on = \"t6\", constraint = \"SNET 2026-11-20\"")),
        "SCH112 600/600 pass, delayed t7"
    );
    assert_eq!(with((20, "depends-on = \"t19\", deadline = 2026-12-31")), "SCH112 600/600 pass, delayed t1");
    // On the day that logic gives, or with room before it.
    for date in ["2026-11-10", "2026-12-10"] {
        let forced = with((7, &format!("depends-on = \"t6\", constraint = \"MSO {date}\"")));
        assert_eq!(forced, "SCH112 0/600 fail, delayed t1: t7");
    }
    assert_eq!(with((2, "depends-on = \"t1 SS\"")), "SCH112 0/600 fail, delayed t1: t2");
}

#[test]
fn calendars_that_count_other_days_swallow_nothing() {
    let mut rows = chain(20);
    rows[9] =
        "t10 = { title = \"T\", duration = \"40d\", depends-on = \"t9\", calendar = \"six\" }".to_owned();
    let six = "[calendar.six]\nwork-week = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\"]\n\
               holidays = [{ start = 2029-03-01, finish = 2029-04-30 }]\n";
    let plan = format!("{}{six}[calendar.five]\n", plan("calendar = \"five\"", rows));
    let found = point("SCH112", &plan, "");
    assert!(found.contains(" pass") && !found.starts_with("SCH112 600/600"), "{found}");
}

#[test]
fn a_delay_elsewhere_is_no_delay_here() {
    // t1 of the second plan waits for the first plan; each is tested by itself.
    let folder = tempfile::tempdir().unwrap();
    let mut other = chain(20);
    other[0] = "t1 = { title = \"T1\", duration = \"1d\", depends-on = \"one/t20\" }".to_owned();
    for (name, rows) in [("one", chain(20)), ("two", other)] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("plan.toml"), plan("", rows)).unwrap();
    }
    let text = planlint(folder.path(), &["schedule", "--dcma", "--output-format", "csv", "."]);
    let tests: Vec<&str> = text.lines().filter(|line| line.contains("SCH112")).collect();
    assert_eq!(tests.len(), 2, "{text}");
    assert!(tests.iter().all(|line| line.contains(",600,600,600 days,>= 600 days,pass")), "{tests:?}");
}

#[test]
fn small_plans_and_plan_files_are_judged_only_when_asked_for_and_large_enough() {
    let folder = tempfile::tempdir().unwrap();
    let check = |count: usize, more: &[&str]| {
        let rows = chain(count).into_iter().map(|row| row.replace("\"t4\"", "\"t4 FS-1h\""));
        std::fs::write(folder.path().join("plan.toml"), plan("", rows)).unwrap();
        let words = [&["check", "--output-format", "concise", "plan.toml"], more].concat();
        planlint(folder.path(), &words).matches("SCH102").count()
    };
    assert_eq!(check(20, &[]), 0, "plan files are not assessed unless that is asked for");
    assert_eq!(check(20, &["--select", "SCH1"]), 1);
    assert_eq!(check(20, &["--select", "dcma-leads"]), 1);
    assert_eq!(check(19, &["--select", "SCH1"]), 0, "a single task is more than five per cent");
}

#[test]
fn an_export_is_judged_and_what_cannot_be_assessed_is_said_once() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assessment");
    let text = planlint(&folder, &["check", "--output-format", "concise", "--select", "SCH1", "boiler.xer"]);
    for code in ["SCH102", "SCH104", "SCH105", "SCH107", "SCH110", "SCH112", "SCH113"] {
        assert_eq!(text.matches(code).count(), 1, "{code}: {text}");
    }
    assert!(
        text.contains("17 of 22 = 77.3 %, limit 0 %; not counted: 1 phase and 1 level of effort"),
        "{text}"
    );
    assert!(text.contains("moves the end of the plan by 0 days; the delay ends at \"Boiler is back\" (FM) (held by MFO 2026-12-30)"), "{text}");
    let open = tempfile::tempdir().unwrap();
    let mut export = std::fs::read_to_string(folder.join("boiler.xer")).unwrap();
    for promise in ["2026-12-18 17:00", "CS_MEOB", "CS_MSOB", "CS_MANDFIN"] {
        export = export.replace(promise, "");
    }
    std::fs::write(open.path().join("open.xer"), export).unwrap();
    let text =
        planlint(open.path(), &["check", "--output-format", "concise", "--select", "SCH1", "open.xer"]);
    assert!(text.contains("advice[SCH113] dcma-cpli: Nobody can say whether the plan is in time"), "{text}");
}

#[test]
fn real_schedules_are_assessed_without_a_figure_out_of_nothing() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        eprintln!("skipped: {} is not there", corpus.display());
        return;
    }
    let text = planlint(&corpus, &["schedule", "--dcma", "--output-format", "csv", "."]);
    let mut rows = 0;
    for line in text.lines().skip(1) {
        let has_base = line.contains("SCH109") || !line.contains(",0,0,");
        assert!(has_base && !line.ends_with(",pass") && !line.ends_with(",fail"), "{line}");
        rows += 1;
    }
    assert!(rows >= 14 * 20, "{rows}");
}
