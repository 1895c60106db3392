//! The reader of P6 exports, against files that P6 wrote and the values P6 stored in them, and against damaged ones.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "counts for whoever looks, and why a test is skipped"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use planlint::catalogue::Catalogue;
use planlint::finding::EntityKind;
use planlint::model::{Effort, Model, Moment, Spanned, Status, Task, TaskId, Text};
use planlint::read::{Read, read};
use planlint::source::{Format, SourceFile, Sources, Span, decode};
use proptest::prelude::*;
use serde_json::Value;

/// The exports of other programs, where this checkout has them beside it.
fn corpus() -> Vec<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = option_env!("PLANLINT_CORPUS").map_or(beside, PathBuf::from);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "xer"))
        .collect();
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "the corpus is no plan of the run")]
fn load(path: &Path) -> (Sources, Option<Value>) {
    let (text, decoding) = decode(std::fs::read(path).unwrap(), Format::Xer);
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let oracle = path.with_file_name("oracle").join(format!("{name}.json"));
    let oracle = std::fs::read_to_string(oracle).ok().map(|text| serde_json::from_str(&text).unwrap());
    let file = SourceFile::new(name, path.to_path_buf(), Format::Xer, text, decoding);
    (Sources::new(vec![file]), oracle)
}

fn messages(read: &Read<'_>) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    read.findings
        .iter()
        .map(|finding| {
            let (at, _) = read.model.sources().position(finding.primary.span);
            let message = catalogue.words(finding, &read.model).message;
            format!("{}:{} {} {message}", at.line, at.column, finding.code)
        })
        .collect()
}

fn is_summary(model: &Model<'_>, id: TaskId, rows: &BTreeMap<&str, BTreeSet<&str>>) -> bool {
    let source = model.task(id).source_id().map_or("", |text| model.text(text));
    rows.get("PROJWBS").is_some_and(|ids| ids.contains(source)) && model.task(id).duration().is_none()
}

/// The first value of each row, table by table: the keys P6 gives them.
fn keys(text: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut keys: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut table = "";
    for line in text.lines() {
        let mut values = line.split('\t');
        match values.next() {
            Some("%T") => table = values.next().unwrap_or(""),
            Some("%R") => drop(keys.entry(table).or_default().insert(values.next().unwrap_or(""))),
            _ => {}
        }
    }
    keys
}

fn shown(moment: Option<Spanned<Moment>>) -> Value {
    moment.map_or(Value::Null, |it| it.value.to_string().replace(' ', "T").into())
}

fn spans_of(model: &Model<'_>, index: usize, task: &Task) -> Vec<(Span, String)> {
    let mut spans = Vec::new();
    let mut text = |text: Option<Text>| spans.extend(text.map(|it| (it.span(), model.text(it).to_owned())));
    text(Some(task.id));
    text(task.title());
    text(task.source_id());
    let stored = model.stored.get(index).copied().unwrap_or_default();
    let dates = [stored.early_start, stored.early_finish, stored.late_start, stored.late_finish];
    let dates = dates.into_iter().chain([task.actual_start(), task.actual_finish()]);
    spans.extend(dates.flatten().map(|it| (it.span, it.value.to_string())));
    spans
}

#[test]
fn p6_files_are_read_as_p6_meant_them() {
    for path in corpus() {
        let (sources, oracle) = load(&path);
        let (_, file) = sources.iter().next().unwrap();
        let name = &file.name;
        let Read { model, findings, .. } = &read(&sources);
        let rows = keys(&file.text);
        let n_rows = |table: &str| rows.get(table).map_or(0, BTreeSet::len);
        let found =
            messages(&Read { model: read(&sources).model, findings: findings.clone(), directives: vec![] });
        // One was made by hand and has no end line; in the other a calendar breaks off.
        let expected = usize::from(name == "cases-p6-23.xer" || name == "invalid-calendar-p6-8.xer");
        assert_eq!(found.len(), expected, "{name}: {found:#?}");

        let tasks: Vec<(TaskId, &Task)> = model.plan_ids().flat_map(|plan| model.tasks_of(plan)).collect();
        let summaries = tasks.iter().filter(|(id, _)| is_summary(model, *id, &rows)).count();
        let links: usize = tasks.iter().map(|(id, _)| model.links(*id).len()).sum();
        println!(
            "{name}: {} plans, {} tasks, {summaries} phases, {links} links, {} people, {} calendars",
            model.plans.len(),
            tasks.len() - summaries,
            model.persons.len(),
            model.calendars.len(),
        );
        assert_eq!(model.plans.len(), n_rows("PROJECT"), "{name}");
        assert_eq!(tasks.len() - summaries, n_rows("TASK"), "{name}");
        assert_eq!(summaries, n_rows("PROJWBS") - n_rows("PROJECT"), "{name}");
        assert_eq!(links, n_rows("TASKPRED"), "{name}");
        assert!(model.plans.iter().all(|plan| plan.header.name().is_some()), "{name}");

        for plan in model.plan_ids() {
            let ids: BTreeSet<&str> = model.tasks_of(plan).map(|(_, task)| model.text(task.id)).collect();
            let entry = model.plan(plan);
            assert_eq!(ids.len(), entry.range(EntityKind::Task).len(), "{name}: an id is used twice");
            let people: BTreeSet<&str> =
                entry.range(EntityKind::Person).map(|it| model.text(model.persons[it].id)).collect();
            assert_eq!(entry.capability.carries("task.owner"), !people.is_empty(), "{name}");
            for (id, task) in model.tasks_of(plan) {
                assert!(task.parent().is_none_or(|it| ids.contains(model.text(it))), "{name}");
                assert!(task.owner().is_none_or(|it| people.contains(model.text(it))), "{name}");
                assert!(
                    model.list(task.helpers()).iter().all(|it| people.contains(model.text(*it))),
                    "{name}"
                );
                for (offset, link) in model.links(id).iter().enumerate() {
                    let predecessor = model.predecessor_id(model.first_link(id) + offset, link);
                    assert!(ids.contains(predecessor), "{name}: {predecessor}");
                    let written = sources.text(link.predecessor.span());
                    let meant =
                        model.tasks_of(plan).find(|(_, it)| model.text(it.id) == predecessor).unwrap().1;
                    assert_eq!(written, model.text(meant.source_id().unwrap()), "{name}");
                }
                let is_phase = is_summary(model, id, &rows);
                for (span, value) in spans_of(model, id.index(), task) {
                    let is_path = is_phase && span == task.id.span();
                    let written = sources.text(span);
                    assert!(written == value || (is_path && value.ends_with(written)), "{name}: {value}");
                }
            }
        }
        if let Some(oracle) = oracle {
            agrees_with(&oracle, model, name, summaries, &tasks);
        }
    }
}

fn agrees_with(oracle: &Value, model: &Model<'_>, name: &str, summaries: usize, tasks: &[(TaskId, &Task)]) {
    let counts = &oracle["counts"];
    let n_effort =
        tasks.iter().filter(|(_, task)| task.effort().map(|it| it.value) == Some(Effort::Level)).count();
    assert_eq!(counts["tasks"], tasks.len() - summaries - n_effort, "{name}");
    assert_eq!(counts["loe"], n_effort, "{name}");
    let n_milestones = tasks.iter().filter(|(_, task)| task.milestone().is_some_and(|it| it.value)).count();
    assert_eq!(counts["milestones"], n_milestones, "{name}");
    // The oracle counts the root, which is the plan; and one of the made-up projects has only a root.
    assert_eq!(counts["summaries"], summaries + model.plans.len(), "{name}");
    let links: Vec<_> = tasks.iter().flat_map(|(id, _)| model.links(*id)).collect();
    assert_eq!(counts["links"], links.len(), "{name}");
    assert_eq!(counts["lags"], links.iter().filter(|link| !link.lag.is_zero()).count(), "{name}");
    for (kind, count) in counts["link_types"].as_object().unwrap() {
        assert_eq!(count, links.iter().filter(|link| link.kind.as_str() == kind).count(), "{name} {kind}");
    }
    for (plan, expected) in model.plan_ids().zip(oracle["projects"].as_array().unwrap()) {
        let header = &model.plan(plan).header;
        assert_eq!(model.plan_id(plan), expected["name"], "{name}");
        assert_eq!(shown(header.status_date()), expected["status_date"], "{name}");
        assert_eq!(shown(header.finish_by()), expected["must_finish"], "{name}");
        assert_eq!(shown(header.start()), expected["start"], "{name}");
    }
    let by_source: BTreeMap<&str, (TaskId, &Task)> = tasks
        .iter()
        .filter(|(_, task)| task.duration().is_some())
        .map(|&(id, task)| (model.text(task.source_id().unwrap()), (id, task)))
        .collect();
    let has_stored = !model.stored.is_empty();
    for expected in oracle["tasks"].as_array().unwrap() {
        let uid = expected["uid"].as_str().unwrap();
        let (id, task) = by_source[uid];
        assert_eq!(model.text(task.id), expected["id"], "{name} {uid}");
        assert_eq!(
            model.text(task.title().unwrap()).trim(),
            expected["name"].as_str().unwrap().trim(),
            "{name} {uid}"
        );
        let status = match task.status().unwrap().value {
            Status::Planned => "not-started",
            Status::Done => "complete",
            _ => "in-progress",
        };
        assert_eq!(status, expected["status"], "{name} {uid}");
        if !has_stored {
            // The values of this file come from P6's database, not from the export.
            continue;
        }
        let stored = model.stored[id.index()];
        for (key, moment) in [
            ("early_start", stored.early_start),
            ("early_finish", stored.early_finish),
            ("late_start", stored.late_start),
            ("late_finish", stored.late_finish),
        ] {
            assert_eq!(shown(moment), expected[key], "{name} {uid} {key}");
        }
        let minutes = |it: Option<Spanned<i64>>| it.map_or(Value::Null, |it| it.value.into());
        assert_eq!(minutes(stored.total_float), expected["total_float_minutes"], "{name} {uid}");
        assert_eq!(minutes(stored.free_float), expected["free_float_minutes"], "{name} {uid}");
        assert_eq!(
            stored.driving.map_or(Value::Null, |it| it.value.into()),
            expected["driving"],
            "{name} {uid}"
        );
    }
}

const HEAD: &str = "ERMHDR\t8.2\n%T\tPROJECT\n%F\tproj_id\tproj_short_name\tplan_start_date\tclndr_id\n%R\t1\tERP\t2027-01-04 08:00\t7\n\
    %T\tCALENDAR\n%F\tclndr_id\tclndr_name\tclndr_data\n%R\t7\tOffice\t(0||DaysOfWeek()((0||2()((0||0(s|08:00|f|16:00)())))))\n\
    %T\tPROJWBS\n%F\twbs_id\tproj_id\tproj_node_flag\twbs_short_name\twbs_name\tparent_wbs_id\n\
    %R\t10\t1\tY\tERP\tNew ERP\t9\n%R\t11\t1\tN\tA\tBuild\t10\n%R\t12\t1\tN\tB\tTest\t11\n";
const TASKS: &str = "%T\tTASK\n%F\ttask_id\tproj_id\twbs_id\ttask_code\ttask_name\ttask_type\tstatus_code\ttarget_drtn_hr_cnt\tremain_drtn_hr_cnt\tcomplete_pct_type\tact_start_date\n\
    %R\t100\t1\t12\tT1\tSet up\tTT_Task\tTK_Active\t40\t30\tCP_Drtn\t2027-01-04 08:00\n\
    %R\t101\t1\t10\tT2\tSay \"\"go\"\"\tTT_FinMile\tTK_NotStart\t0\n";
const LINKS: &str = "%T\tTASKPRED\n%F\ttask_id\tpred_task_id\tpred_proj_id\tpred_type\tlag_hr_cnt\n%R\t101\t100\t1\tPR_SS\t-4\n";

fn sources(text: &str) -> Sources {
    Sources::from_text("plan.xer", text)
}

fn found(text: &str) -> Vec<String> {
    messages(&read(&sources(text)))
}

/// The findings of a text, and how many tasks were read all the same.
fn found_with_tasks(text: &str) -> (Vec<String>, usize) {
    let sources = sources(text);
    let read = read(&sources);
    (messages(&read), read.model.tasks.len())
}

fn task<'m>(model: &'m Model<'_>, id: &str) -> (TaskId, &'m Task) {
    model
        .plan_ids()
        .flat_map(|plan| model.tasks_of(plan))
        .find(|(_, task)| model.text(task.id) == id)
        .unwrap()
}

#[test]
fn a_small_export_says_what_p6_shows() {
    let text = format!("{HEAD}{TASKS}{LINKS}%E\n").replace('\n', "\r\n");
    let sources = sources(&text);
    let read = read(&sources);
    let model = &read.model;
    assert_eq!(messages(&read), Vec::<String>::new());
    let plan = model.plan_ids().next().unwrap();
    assert_eq!((model.plan_id(plan), model.plan_name(plan)), ("ERP", "New ERP"));
    assert_eq!(model.text(model.plan(plan).header.calendar().unwrap()), "Office");
    let (_, setup) = task(model, "T1");
    assert_eq!(model.text(setup.parent().unwrap()), "A.B");
    assert_eq!(setup.percent().unwrap().value, 25);
    assert_eq!(setup.duration().unwrap().value.to_string(), "2400m");
    let (id, go) = task(model, "T2");
    assert_eq!(model.text(go.title().unwrap()), "Say \"go\"");
    assert!(go.parent().is_none() && go.milestone().unwrap().value);
    let link = model.links(id)[0];
    assert_eq!(
        (model.predecessor_id(model.first_link(id), &link), sources.text(link.predecessor.span())),
        ("T1", "100")
    );
    assert_eq!(sources.text(link.span()), "100\t1\tPR_SS\t-4");
    assert_eq!(link.lag.to_string(), "-240m");
    let (_, phase) = task(model, "A.B");
    assert_eq!(model.text(phase.parent().unwrap()), "A");
}

#[test]
fn tables_may_come_in_any_order_with_columns_in_any_order() {
    let text = format!("ERMHDR\t8.2\n{LINKS}{TASKS}{}%E\n", HEAD.replace("ERMHDR\t8.2\n", ""));
    assert_eq!(found_with_tasks(&text), (Vec::new(), 4));
}

#[test]
fn what_is_no_export_is_one_finding() {
    for (text, problem) in [
        ("", "the file is empty"),
        ("\r\n\n", "the file is empty"),
        ("task;owner\na;b\n", "the file is no P6 export"),
        ("<?xml version=\"1.0\"?>", "the file is no P6 export"),
    ] {
        let found = found(text);
        assert!(matches!(&found[..], [one] if one.contains("PLN001") && one.contains(problem)), "{found:?}");
    }
}

#[test]
fn a_missing_beginning_or_end_is_told_and_the_rest_is_read() {
    let no_header = format!("{HEAD}{TASKS}%E").replace("ERMHDR\t8.2\n", "");
    let (findings, tasks) = found_with_tasks(&no_header);
    assert!(findings[0].contains("should begin with ERMHDR") && findings.len() == 1, "{findings:?}");
    assert_eq!(tasks, 4);
    let (findings, tasks) = found_with_tasks(&format!("{HEAD}{TASKS}"));
    assert!(findings[0].contains("ends in the middle") && findings.len() == 1, "{findings:?}");
    assert_eq!(tasks, 4);
    // Cut within the last row: half a row could say anything.
    let text = format!("{HEAD}{TASKS}");
    let (findings, tasks) = found_with_tasks(&text[..text.len() - 12]);
    assert_eq!((findings.len(), tasks), (1, 3), "{findings:?}");
    let (findings, _) = found_with_tasks(&format!("{HEAD}{TASKS}%E\r\n\u{1A}"));
    assert!(findings.is_empty(), "{findings:?}");
    let (findings, _) = found_with_tasks(&format!("{HEAD}{TASKS}%E\nERMHDR\t8.2\n"));
    assert!(findings[0].contains("behind the end"), "{findings:?}");
}

#[test]
fn rows_that_do_not_fit_their_header() {
    // A tab in a name moves all that follows: only what stands before it is believed.
    let text = format!("{HEAD}{TASKS}%E\n")
        .replace("Set up", "Set\tup\tnow")
        .replace("CP_Drtn\t2027-01-04 08:00", "CP_Drtn");
    let sources = sources(&text.replace("%R\t100\t1\t12\tT1\tSet\tup", "%R\t100\t1\t12\tT1\tSet\tup\tx"));
    let read = read(&sources);
    let findings = messages(&read);
    assert!(
        matches!(&findings[..], [one] if one.contains("but the table TASK has 11 columns")),
        "{findings:?}"
    );
    let (_, task) = task(&read.model, "T1");
    assert!(task.duration().is_none() && task.status().is_none());
    // A row broken in two.
    let (findings, tasks) = found_with_tasks(&format!("{HEAD}{TASKS}%E\n").replace("Set up", "Set\nup"));
    assert!(findings[0].contains("broken in two"), "{findings:?}");
    assert_eq!(tasks, 4);
    // Fewer values than columns, and surplus empty ones, are usual.
    let (findings, _) = found_with_tasks(
        &format!("{HEAD}{TASKS}%E\n")
            .replace("TT_FinMile\tTK_NotStart\t0", "TT_FinMile\tTK_NotStart\t0\t\t\t\t\t\t"),
    );
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn values_that_cannot_be() {
    let text = format!("{HEAD}{TASKS}{LINKS}%E\n");
    for (from, to, expected) in [
        ("\t40\t30", "\tforty\t30", "`target_drtn_hr_cnt` cannot be \"forty\"; it needs a number of hours"),
        ("\t40\t30", "\t-40\t30", "`target_drtn_hr_cnt` cannot be \"-40\""),
        ("CP_Drtn\t2027-01-04", "CP_Drtn\t2027-02-30", "`act_start_date` cannot be \"2027-02-30 08:00\""),
        ("TK_Active", "TK_Begun", "it needs one of TK_NotStart, TK_Active, TK_Complete"),
        ("PR_SS\t-4", "PR_XX\t-4", "`pred_type` cannot be \"PR_XX\""),
        ("PR_SS\t-4", "PR_SS\t-x", "`lag_hr_cnt` cannot be \"-x\""),
        ("ERP\t2027-01-04 08:00", "ERP\tsoon", "`plan_start_date` cannot be \"soon\""),
    ] {
        let (findings, tasks) = found_with_tasks(&text.replace(from, to));
        assert!(
            matches!(&findings[..], [one] if one.contains("PLN004") && one.contains(expected)),
            "{findings:?}"
        );
        assert_eq!(tasks, 4);
    }
}

#[test]
fn references_to_nothing() {
    let text = format!("{HEAD}{TASKS}{LINKS}%E\n");
    for (from, to, expected, n_tasks) in [
        ("101\t100\t1\tPR", "101\t999\t1\tPR", "There is no task \"999\"", 4),
        ("101\t100\t1\tPR", "999\t100\t1\tPR", "There is no task \"999\"", 4),
        // Its link is not reported as well.
        ("%R\t100\t1\t12", "%R\t100\t5\t12", "There is no project \"5\"", 3),
        ("%R\t100\t1\t12", "%R\t100\t1\t99", "There is no WBS element \"99\"", 4),
        ("Test\t11", "Test\t98", "There is no WBS element \"98\"", 4),
        ("08:00\t7", "08:00\t6", "There is no calendar \"6\"", 4),
    ] {
        let (findings, tasks) = found_with_tasks(&text.replace(from, to));
        assert!(
            matches!(&findings[..], [one] if one.contains("PLN007") && one.contains(expected)),
            "{findings:?}"
        );
        assert_eq!(tasks, n_tasks);
    }
}

#[test]
fn ids_that_come_twice() {
    let again = format!("{HEAD}{TASKS}%R\t100\t1\t12\tT1\tSet up\n%R\t100\t1\t12\tT9\tOther\n%E\n");
    let (findings, tasks) = found_with_tasks(&again);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(
        findings[0].contains("PLN006 The id \"100\" is used twice under `[TASK]`, first in line 15"),
        "{findings:?}"
    );
    // The same activity once more is left out, another one with its number is kept.
    assert_eq!(tasks, 5);
}

#[test]
fn tables_columns_and_ids_that_are_missing() {
    let text = format!("{HEAD}{TASKS}{LINKS}%E\n");
    let (findings, tasks) = found_with_tasks(&text.replace("%T\tPROJECT", "%T\tOTHER"));
    assert!(matches!(&findings[..], [one] if one.contains("no table PROJECT")), "{findings:?}");
    assert_eq!(tasks, 4);
    let (findings, tasks) = found_with_tasks(&text.replace("\ttask_code", "\tmy_code"));
    assert!(
        matches!(&findings[..], [one] if one.contains("the table TASK has no column `task_code`")),
        "{findings:?}"
    );
    assert_eq!(tasks, 4);
    let (findings, tasks) = found_with_tasks(&text.replace("\tT1\t", "\t\t"));
    assert!(
        matches!(&findings[..], [one] if one.contains("PLN005 \"Set up\" (100) has no `task_code`")),
        "{findings:?}"
    );
    assert_eq!(tasks, 4);
    let (findings, tasks) = found_with_tasks(&text.replace("%R\t100", "%R\t"));
    assert!(
        findings.iter().any(|it| it.contains("a row of the table TASK has no `task_id`")),
        "{findings:?}"
    );
    assert_eq!(tasks, 3);
    let without_header = text.replace("%F\ttask_id\tproj_id", "%R\ttask_id\tproj_id");
    let (findings, tasks) = found_with_tasks(&without_header);
    assert!(findings.iter().any(|it| it.contains("no line %F that names its columns")), "{findings:?}");
    assert_eq!(tasks, 2);
}

#[test]
fn phases_with_one_code_or_the_code_of_a_task_stay_apart() {
    let text = format!(
        "{HEAD}%R\t13\t1\tN\tA\tAgain\t10\n%R\t14\t1\tN\tA\tOnce more\t10\n%R\t15\t1\tN\tT1\tLike a task\t10\n{TASKS}%E\n"
    );
    let sources = sources(&text);
    let model = read(&sources).model;
    let ids: Vec<&str> = model.tasks.iter().map(|task| model.text(task.id)).collect();
    assert_eq!(ids, ["T1", "T2", "A", "A.B", "ERP.A", "ERP.A.14", "ERP.T1"]);
}

#[test]
fn a_loop_of_phases_is_read_as_it_stands() {
    let (findings, tasks) = found_with_tasks(&format!("{HEAD}{TASKS}%E\n").replace("Build\t10", "Build\t12"));
    assert_eq!((findings, tasks), (Vec::new(), 4));
}

#[test]
fn a_link_from_another_project_names_it() {
    let text = format!(
        "{HEAD}{TASKS}{LINKS}%R\t101\t200\t2\tPR_FS\t0\n%R\t101\t777\t3\tPR_FS\t0\n%T\tPROJECT\n%F\tproj_id\tproj_short_name\n%R\t2\tNET\n%T\tTASK\n%F\ttask_id\tproj_id\ttask_code\ttask_name\ttask_type\tstatus_code\ttarget_drtn_hr_cnt\n%R\t200\t2\tN1\tCables\tTT_Task\tTK_NotStart\tx\n%E\n"
    );
    let sources = sources(&text);
    let read = read(&sources);
    let model = &read.model;
    let (id, _) = task(model, "T2");
    let name = |(offset, link)| model.predecessor_id(model.first_link(id) + offset, link);
    let predecessors: Vec<&str> = model.links(id).iter().enumerate().map(name).collect();
    assert_eq!(predecessors, ["T1", "NET/N1", "3/777"]);
    assert_eq!(model.plans.len(), 2);
    // A finding of the second plan is about the task of the second plan.
    assert!(matches!(&read.findings[..], [one] if model.id(one.entity.unwrap()) == "N1"));
}

#[test]
fn the_labor_with_most_work_owns_the_task_and_the_others_help() {
    let text = format!(
        "{HEAD}{TASKS}%T\tRSRC\n%F\trsrc_id\trsrc_short_name\trsrc_name\trsrc_type\n%R\t1\tMIA\tMia Ek\tRT_Labor\n%R\t2\tOMAR\tOmar Said\tRT_Labor\n%R\t3\tCRANE\tCrane\tRT_Equip\n%R\t4\tIDLE\tNobody\tRT_Labor\n\
        %T\tTASKRSRC\n%F\ttask_id\trsrc_id\ttarget_qty\ttarget_qty_per_hr\n%R\t100\t3\t99\t1\n%R\t100\t1\t10\t0.25\n%R\t100\t2\t30\t0.5\n%R\t101\t\t5\t1\n%R\t101\t88\t5\t1\n%E\n"
    );
    let sources = sources(&text);
    let read = read(&sources);
    let model = &read.model;
    assert!(matches!(&messages(&read)[..], [one] if one.contains("There is no resource \"88\"")));
    let people: Vec<&str> = model.persons.iter().map(|it| model.text(it.name().unwrap())).collect();
    assert_eq!(people, ["Mia Ek", "Omar Said"]);
    let (_, setup) = task(model, "T1");
    assert_eq!(model.text(setup.owner().unwrap()), "OMAR");
    assert_eq!(setup.units().unwrap().value, 50);
    assert_eq!(model.list(setup.helpers()).iter().map(|it| model.text(*it)).collect::<Vec<_>>(), ["MIA"]);
    assert!(
        model.plans[0].capability.carries("task.owner") && !model.plans[0].capability.carries("risk.owner")
    );
}

#[test]
fn constraints_keep_their_strength() {
    let tasks = "%T\tTASK\n%F\ttask_id\tproj_id\ttask_code\ttask_name\ttask_type\tstatus_code\ttarget_drtn_hr_cnt\tcstr_type\tcstr_date\tcstr_type2\tcstr_date2\n";
    let row = |id: &str, rest: &str| format!("%R\t{id}\t1\tT{id}\tx\tTT_Task\tTK_NotStart\t8\t{rest}\n");
    let rows = [
        row("1", "CS_MSO\t2027-01-11 08:00"),
        row("2", "CS_MANDSTART\t2027-01-11 08:00"),
        row("3", "CS_MSOA\t2027-01-11 08:00\tCS_MEOB\t2027-02-01 17:00"),
        row("4", "\t\tCS_ALAP"),
        row("5", "CS_MEOA"),
    ];
    let text = format!("{HEAD}{tasks}{}%E\n", rows.concat());
    let sources = sources(&text);
    let read = read(&sources);
    let kinds: Vec<String> = (1..=5)
        .map(|id| {
            format!("{:?}", task(&read.model, &format!("T{id}")).1.constraint().map(|it| it.value.kind))
        })
        .collect();
    assert_eq!(
        kinds,
        ["Some(StartOn)", "Some(MustStart)", "Some(StartNoEarlier)", "Some(AsLateAsPossible)", "None"]
    );
    assert_eq!(shown(task(&read.model, "T3").1.deadline()), "2027-02-01T17:00");
    assert!(matches!(&messages(&read)[..], [one] if one.contains("has no `cstr_date`")));
}

fn all_spans_are_inside(text: &str) {
    let sources = sources(text);
    let read = read(&sources);
    let model = &read.model;
    let inside = |span: Span| {
        assert!(text.get(span.range()).is_some(), "{span:?} is not in the text");
    };
    for finding in &read.findings {
        inside(finding.primary.span);
        finding.labels.iter().for_each(|label| inside(label.span));
    }
    messages(&read);
    for plan in model.plan_ids() {
        inside(model.plan(plan).header.id.span());
        for (id, task) in model.tasks_of(plan) {
            spans_of(model, id.index(), task).into_iter().for_each(|(span, _)| inside(span));
            model.links(id).iter().for_each(|link| inside(link.span()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_and_every_place_is_in_it(text in "(ERMHDR\t)?\\PC{0,200}") {
        all_spans_are_inside(&text);
    }

    #[test]
    fn any_mixture_of_lines_is_read(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("%T\tTASK\n"), Just("%T\tPROJWBS\n"), Just("%T\tTASKPRED\r\n"), Just("%T\tRSRC\n"),
                Just("%T\tTASKRSRC\n"), Just("%T\n"), Just("%E\n"), Just("\n"), Just("x\ty\n"), Just("%F\n"),
                Just("%F\ttask_id\tproj_id\twbs_id\ttask_code\ttask_name\tstatus_code\ttarget_drtn_hr_cnt\n"),
                Just("%F\twbs_id\tproj_id\tparent_wbs_id\twbs_short_name\n"), Just("%F\ttask_id\tpred_task_id\tlag_hr_cnt\n"),
                Just("%F\ttask_id\trsrc_id\n"), Just("%R\t1\t1\t1\t1\t1\n"), Just("%R\t2\t1\t3\t é \t\"\"\n"),
                Just("%R\t3\t1\t2\tö\n"), Just("%R\t1\t2\t3\n"), Just("%R\t\t\t\n"), Just("%R\n"), Just("%R\t1\t2\t3\t4\t5\t6\t7\t8\t9"),
            ],
            0..30,
        ),
        headed in any::<bool>(),
    ) {
        let head = if headed { HEAD } else { "ERMHDR\n" };
        all_spans_are_inside(&format!("{head}{}", pieces.concat()));
    }
}
