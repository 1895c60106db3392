//! The reader of tables, against what MS Project, Smartsheet, Planner, Jira, Excel and TaskJuggler export, and against
//! damaged files.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "why a test is skipped")]

use std::path::{Path, PathBuf};

use planlint::catalogue::Catalogue;
use planlint::config::{Configs, Overrides};
use planlint::finding::EntityKind;
use planlint::model::{Model, TaskId};
use planlint::read::{Read, read, read_with};
use planlint::source::{Decoding, Format, SourceFile, Sources, decode};
use proptest::prelude::*;

fn table(name: &str, bytes: &[u8]) -> Sources {
    let (text, decoding) = decode(bytes.to_vec(), Format::Csv);
    Sources::new(vec![SourceFile::new(name.to_owned(), PathBuf::from(name), Format::Csv, text, decoding)])
}

fn messages(read: &Read<'_>) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    read.findings
        .iter()
        .map(|finding| {
            let (at, _) = read.model.sources().position(finding.primary.span);
            let words = catalogue.words(finding, &read.model);
            for text in [&words.message, &words.help, &words.question] {
                assert!(!text.contains('{'), "{text}");
            }
            format!("{}:{} {} {}", at.line, at.column, finding.code, words.message)
        })
        .collect()
}

/// A task in one line: id, title, and what else is known of it.
fn shown(model: &Model<'_>, id: TaskId) -> String {
    let it = model.task(id);
    let text = |text| model.text(text).to_owned();
    let mut line = format!("{} {}", text(it.id), it.title().map_or_else(String::new, text));
    let mut add = |name: &str, value: Option<String>| {
        line += &value.map_or_else(String::new, |value| format!(" | {name} {value}"));
    };
    add("in", it.parent().map(text));
    let links: Vec<String> = model
        .links(id)
        .iter()
        .map(|link| format!("{} {}{}", model.text(link.predecessor), link.kind.as_str(), link.lag))
        .collect();
    add("after", (!links.is_empty()).then(|| links.join(", ")));
    add("takes", it.duration().map(|it| it.value.to_string()));
    add("left", it.remaining().map(|it| it.value.to_string()));
    add("from", it.start().map(|it| it.value.to_string()));
    add("to", it.finish().map(|it| it.value.to_string()));
    add("due", it.deadline().map(|it| it.value.to_string()));
    add("began", it.actual_start().map(|it| it.value.to_string()));
    add("ended", it.actual_finish().map(|it| it.value.to_string()));
    add("approved", it.baseline_finish().map(|it| it.value.to_string()));
    add(
        "constraint",
        it.constraint().map(|it| format!("{:?} {:?}", it.value.kind, it.value.date.map(|it| it.to_string()))),
    );
    add("milestone", it.milestone().map(|it| it.value.to_string()));
    add("by", it.owner().map(text));
    add("units", it.units().map(|it| it.value.to_string()));
    let helpers: Vec<String> = model
        .helpers(id)
        .map(|(name, units)| text(name) + &units.map_or_else(String::new, |it| format!(" {it}%")))
        .collect();
    add("with", (!helpers.is_empty()).then(|| helpers.join(", ")));
    let list = |list| model.list(list).iter().map(|it| text(*it)).collect::<Vec<_>>().join(", ");
    add("needs", it.resources().is_given().then(|| list(it.resources())));
    add("at", it.sites().is_given().then(|| list(it.sites())));
    add("wave", it.wave().map(text));
    add("kind", it.kind().map(text));
    add("done", it.percent().map(|it| it.value.to_string()));
    add("status", it.status().map(|it| it.value.as_str().to_owned()));
    line
}

fn tasks(model: &Model<'_>) -> Vec<String> {
    model.plan_ids().flat_map(|plan| model.tasks_of(plan)).map(|(id, _)| shown(model, id)).collect()
}

/// The tasks of a table and what was found, with a configuration.
fn with(config: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("planlint.toml"), config).unwrap();
    let configs = Configs::new(folder.path().to_owned(), Overrides::default()).unwrap();
    let path = folder.path().join("plan.csv");
    let file = SourceFile::new("plan.csv".into(), path, Format::Csv, text.to_owned(), Decoding::default());
    let mut sources = Sources::new(vec![file]);
    let read = read_with(&sources, &|path| configs.for_path(path).import());
    let found = (tasks(&read.model), messages(&read));
    drop(read);
    configs.add_to(&mut sources);
    let wrong = configs.findings(&sources);
    assert!(wrong.is_empty(), "{wrong:?}");
    found
}

fn plain(text: &str) -> (Vec<String>, Vec<String>) {
    let sources = table("plan.csv", text.as_bytes());
    let read = read(&sources);
    (tasks(&read.model), messages(&read))
}

const MS_PROJECT: &str = "\
ID,Unique_ID,Name,Duration,Start,Finish,Predecessors,Outline_Level,Resource_Names,%_Complete,Constraint_Type,Constraint_Date,Actual_Start,Baseline_Finish\r
0,0,Office move,20 days,Mon 1/12/26,Fri 2/6/26,,0,,0%,As Soon As Possible,NA,NA,NA\r
1,10,Preparation,10 days,Mon 1/12/26,Fri 1/23/26,,1,,50%,As Soon As Possible,NA,NA,NA\r
2,11,Order racks,5 days,Mon 1/12/26,Fri 1/16/26,,2,\"Jonas[50%],Amira,Truck[2 pcs]\",100%,As Soon As Possible,NA,Mon 1/12/26,Fri 1/16/26\r
3,12,\"Cabling, \"\"blue\"\" rooms\",3 days?,Mon 1/19/26,Wed 1/21/26,2FS+1 day,2,Omar,0%,Start No Earlier Than,Mon 1/19/26,NA,NA\r
4,13,Move,2 wks,Thu 1/22/26 8:00 AM,Wed 2/4/26 5:00 PM,\"3,2SS+2 wks\",1,Jonas,0%,As Soon As Possible,NA,NA,NA\r
5,14,Moved,0 days,Wed 2/4/26,Wed 2/4/26,4FF-50%,1,,0%,As Soon As Possible,NA,NA,NA\r
";

#[test]
fn ms_project_writes_a_table_in_english() {
    let sources = table("move.csv", MS_PROJECT.as_bytes());
    let read = read(&sources);
    assert_eq!(messages(&read), Vec::<String>::new());
    assert_eq!(
        tasks(&read.model),
        [
            "1 Preparation | takes 10d | from 2026-01-12 | to 2026-01-23 | done 50 | status in-progress",
            "2 Order racks | in 1 | takes 5d | from 2026-01-12 | to 2026-01-16 | began 2026-01-12 | approved 2026-01-16 \
             | by Jonas | units 50 | with Amira | needs Truck | done 100 | status done",
            "3 Cabling, \"blue\" rooms | in 1 | after 2 FS+1d | takes 3d | from 2026-01-19 | to 2026-01-21 \
             | constraint StartNoEarlier Some(\"2026-01-19\") | by Omar | done 0",
            "4 Move | after 3 FS+0d, 2 SS+2w | takes 2w | from 2026-01-22 08:00 | to 2026-02-04 17:00 | by Jonas | done 0",
            "5 Moved | after 4 FF-50% | takes 0d | from 2026-02-04 | to 2026-02-04 | milestone true | done 0",
        ]
    );
    let plan = read.model.plan_ids().next().unwrap();
    assert_eq!(read.model.plan_name(plan), "Office move");
    assert_eq!(read.model.plan_id(plan), "move");
    let persons: Vec<&str> = read.model.persons.iter().map(|it| read.model.text(it.id)).collect();
    assert_eq!(persons, ["Jonas", "Amira", "Omar"]);
    // What findings point to is what stands in the file.
    let cabling = read.model.tasks_of(plan).nth(2).unwrap().1;
    assert_eq!(sources.text(cabling.title().unwrap().span()), "Cabling, \"\"blue\"\" rooms");
    assert_eq!(sources.text(cabling.duration().unwrap().span), "3 days?");
    assert_eq!(read.model.text(cabling.source_id().unwrap()), "12");
}

#[test]
fn ms_project_writes_a_table_in_german() {
    let text = "\
Nr.;Vorgangsname;Dauer;Anfang;Ende;Vorgänger;Ressourcennamen;Gliederungsebene;% Abgeschlossen
1;Vorbereitung;10 Tage;Mo 12.01.26;Fr 23.01.26;;;1;0%
2;Server bestellen;5 Tage?;Mo 12.01.26;Fr 16.01.26;;Jonas Weiß[50%];2;0%
3;Aufbau;1,5 Wochen;Mo 19.01.26;Mi 28.01.26;2EA+1,5 Tage;\"Jonas Weiß;Amira\";2;0%
4;Umzug;2 fTage;Do 29.01.26;Fr 30.01.26;\"3;2AA+2 Wochen\";Amira;1;0%
";
    let (tasks, found) = plain(text);
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(
        tasks,
        [
            "1 Vorbereitung | takes 10d | from 2026-01-12 | to 2026-01-23 | done 0",
            "2 Server bestellen | in 1 | takes 5d | from 2026-01-12 | to 2026-01-16 | by Jonas Weiß | units 50 | done 0",
            "3 Aufbau | in 1 | after 2 FS+1.5d | takes 1.5w | from 2026-01-19 | to 2026-01-28 | by Jonas Weiß | with Amira \
             | done 0",
            "4 Umzug | after 3 FS+0d, 2 SS+2w | takes 2ed | from 2026-01-29 | to 2026-01-30 | by Amira | done 0",
        ]
    );
}

#[test]
fn what_a_language_calls_things_can_be_told() {
    let config = "\
[import.csv]
columns = { title = \"Tarea\", owner = [\"Responsable\", \"Quien\"], duration = \"Tiempo\", depends-on = \"Tras\", start = \"Desde\" }
date-format = \"%d/%m/%y\"
duration-unit = \"h\"
delimiter = \"|\"
link-types = [\"FC\", \"CC\", \"FF\", \"CF\"]
[import.csv.status]
\"a medias\" = \"in-progress\"
";
    let text = "Tarea|Responsable|Tiempo|Tras|Desde|Status\nUno|Ana|8||03/04/27|a medias\nDos|Luis|2 días|1CC+1d|04/04/27|\n";
    let (tasks, found) = with(config, text);
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(
        tasks,
        [
            "1 Uno | takes 8h | from 2027-04-03 | by Ana | status in-progress",
            "2 Dos | after 1 SS+1d | takes 2d | from 2027-04-04 | by Luis",
        ]
    );
}

#[test]
fn smartsheet_names_rows_by_their_number_and_counts_those_that_are_empty() {
    let text = "\
Task Name,Duration,Start,Finish,Predecessors,Assigned To,% Complete,Status
Prepare,10d,03/04/2027,03/17/2027,,mia@example.com,0.5,In Progress
Order,5,03/04/2027,03/10/2027,,mia@example.com,1,Complete
,,,,,,,
Deliver,5d,03/11/2027,03/17/2027,\"2FS +2d, 1\",omar@example.com,,Not Started
Check,1d,03/18/2027,03/18/2027,3;9,omar@example.com,,On Hold
";
    let (tasks, found) = plain(text);
    assert_eq!(
        tasks,
        [
            "1 Prepare | takes 10d | from 2027-03-04 | to 2027-03-17 | by mia@example.com | done 50 | status in-progress",
            "2 Order | takes 5d | from 2027-03-04 | to 2027-03-10 | by mia@example.com | done 100 | status done",
            "4 Deliver | after 2 FS+2d, 1 FS+0d | takes 5d | from 2027-03-11 | to 2027-03-17 | by omar@example.com \
             | status planned",
            "5 Check | takes 1d | from 2027-03-18 | to 2027-03-18 | by omar@example.com | status blocked",
        ]
    );
    assert_eq!(
        found,
        [
            "6:32 PLN007 The table has no row for the predecessor \"3\"; that row is empty or has no title",
            "6:34 PLN007 The table has no row for the predecessor \"9\"; the table has 5 rows below its header",
        ]
    );
}

#[test]
fn planner_groups_tasks_in_buckets() {
    let text = "\
Task ID,Task Name,Bucket Name,Progress,Priority,Assigned To,Created By,Created Date,Start date,Due date,Is Recurring,Late,Completed Date,Completed By,Completed Checklist Items,Checklist Items,Labels,Description
abc1,Plan it,Prepare,Completed,Medium,Mia Costa;Omar Said,Mia Costa,01/04/2027,01/04/2027,01/18/2027,false,false,01/07/2027,Mia Costa,,,Green,
abc2,Pilot,Roll out,In progress,Medium,Omar Said,Mia Costa,01/04/2027,01/11/2027,02/05/2027,false,true,,,,,,\"two
lines\"
abc3,Rest,Roll out,Not started,Medium,,Mia Costa,01/04/2027,,,false,true,,,,,,
";
    let (tasks, found) = plain(text);
    // One due date is clear, and one tool wrote them all.
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(
        tasks,
        [
            "abc1 Plan it | in Prepare | from 2027-01-04 | due 2027-01-18 | ended 2027-01-07 | by Mia Costa | with Omar Said | status done",
            "abc2 Pilot | in Roll out | from 2027-01-11 | due 2027-02-05 | by Omar Said | status in-progress",
            "abc3 Rest | in Roll out | status planned",
            "Prepare Prepare",
            "Roll out Roll out",
        ]
    );
}

#[test]
fn jira_counts_in_seconds_and_repeats_its_columns() {
    let text = "\
Summary,Issue key,Issue id,Issue Type,Status,Project key,Assignee,Original Estimate,Due Date,Inward issue link (Blocks),Inward issue link (Blocks),Parent,Custom field (Epic Link),Resolved,Sprint,Sprint
\"Build, image\",OPS-1,1001,Story,Done,OPS,\"Weber, Jonas\",28800,15/Jan/26 12:00 AM,,,1003,,10/Jan/26 9:15 AM,S1,S2
Roll out,OPS-2,1002,Task,In QA,OPS,amira,144000,30/Jan/26 12:00 AM,OPS-1,SEC-7,,OPS-3,,,
Epic one,OPS-3,1003,Epic,To Do,OPS,,,,,,OPS-99,,,,
";
    let (tasks, found) = plain(text);
    assert_eq!(
        found,
        [
            "3:74 PLN007 \"SEC-7\" is waited for, but it is not in this table, so nobody can see here whether it comes in time",
            "3:26 PLN004 The column \"Status\" has words for progress that planlint does not know: \"In QA\"",
        ]
    );
    assert_eq!(
        tasks,
        [
            "OPS-1 Build, image | in OPS-3 | takes 480m | due 2026-01-15 00:00 | ended 2026-01-10 09:15 | by Weber, Jonas \
             | status done",
            "OPS-2 Roll out | in OPS-3 | after OPS-1 FS+0d | takes 2400m | due 2026-01-30 00:00 | by amira",
            "OPS-3 Epic one | in OPS-99 | status planned",
            "OPS-99 OPS-99",
        ]
    );
}

#[test]
fn excel_saves_semicolons_and_windows_1252() {
    let text = b"Umzug B\xfcro;;;;;;;\r\n;;;;;;;\r\nAufgabe;Verantwortlich;Beginn;Ende;Vorg\xe4nger;Status;Standort;Welle\r\n\
Ger\xe4te bestellen;J\xfcrgen Wei\xdf;01.02.2027;12.02.2027;;erledigt;Berlin;1\r\n\
Aufbauen;Anna;15.02.2027;26.02.2027;1;in Arbeit;Berlin, K\xf6ln;Pilot\r\n\
Gesamt;;;;;;;\r\n;;20 Tage;;;;;\r\n";
    let sources = table("umzug.csv", text);
    let read = read(&sources);
    assert_eq!(messages(&read), Vec::<String>::new());
    assert_eq!(
        tasks(&read.model),
        [
            "1 Geräte bestellen | from 2027-02-01 | to 2027-02-12 | by Jürgen Weiß | at Berlin | wave 1 | status done",
            "2 Aufbauen | after 1 FS+0d | from 2027-02-15 | to 2027-02-26 | by Anna | at Berlin, Köln | wave Pilot \
             | status in-progress",
        ]
    );
    let sites: Vec<&str> = read.model.sites.iter().map(|it| read.model.text(it.id)).collect();
    assert_eq!(sites, ["Berlin", "Köln"]);
    let capability = read.model.plans[0].capability;
    for field in ["task.owner", "site", "task.depends-on", "task.finish"] {
        assert!(capability.carries(field), "{field}");
    }
    for field in ["task.duration", "task.percent", "task.parent", "site.lead", "task.kind"] {
        assert!(!capability.carries(field), "{field}");
    }
}

#[test]
fn utf_16_is_read_by_its_mark() {
    let text = "Task\tOwner\tFinish\nGeräte\tJürgen\t2027-01-11\n";
    let bytes: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let sources = table("a.csv", &bytes);
    assert_eq!(
        tasks(&read(&sources).model),
        ["Geräte".to_owned()].map(|it| format!("1 {it} | to 2027-01-11 | by Jürgen"))
    );
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is no plan of the run")]
fn taskjuggler_puts_people_between_tasks() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let path = option_env!("PLANLINT_CORPUS").map_or(beside, PathBuf::from).join("taskjuggler-report.csv");
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("skipped: there is no {}", path.display());
        return;
    };
    let sources = table("report.csv", &bytes);
    let read = read(&sources);
    assert_eq!(messages(&read), Vec::<String>::new());
    let tasks = tasks(&read.model);
    assert_eq!(tasks.len(), 13);
    assert_eq!(
        tasks[0],
        "1 Plan Work | takes 19.8ed | from 2007-12-16 01:00 | to 2008-01-04 19:00 | by Jill | with Joe"
    );
    assert_eq!(
        tasks[2],
        "1.2 Plan B | in 1 | takes 9.2ed | from 2007-12-17 10:00 | to 2007-12-26 15:00 | by Jill"
    );
    assert!(tasks[8].starts_with("2.2.2 Step 2.2 | in 2.2 |"), "{}", tasks[8]);
    assert_eq!(read.model.persons.len(), 3);
}

#[test]
fn a_date_that_can_be_read_in_two_ways_is_not_guessed() {
    let text = "Task,Owner,Start,Finish\nA,mia,05/05/2026,2026-05-20\nB,mia,03/04/2026,04/05/2026\nC,mia,2026-06-01,TBD\n";
    let (tasks, found) = plain(text);
    assert_eq!(
        found,
        [
            "3:7 PLN004 The dates of the column \"Start\" were not read, because \"03/04/2026\" can be April 3, 2026 or \
             March 4, 2026",
            "3:18 PLN004 The dates of the column \"Finish\" were not read, because \"04/05/2026\" can be May 4, 2026 or \
             April 5, 2026",
        ]
    );
    // Year first is always clear.
    assert_eq!(tasks, ["1 A | to 2026-05-20 | by mia", "2 B | by mia", "3 C | from 2026-06-01 | by mia"]);
    let (tasks, found) = with("[import.csv]\ndate-format = \"%d/%m/%Y\"\n", text);
    assert_eq!(found, ["4:18 PLN004 \"TBD\" in the column \"Finish\" is not a date like 11/01/2027"]);
    assert_eq!(tasks[1], "2 B | from 2026-04-03 | to 2026-05-04 | by mia");
    // One column that is clear decides for the others.
    let (tasks, found) = plain("Task,Start,Finish\nA,03/04/2026,14/04/2026\n");
    assert_eq!((found.len(), tasks[0].as_str()), (0, "1 A | from 2026-04-03 | to 2026-04-14"));
    let (_, found) = plain("Task,Start\nA,13/04/2026\nB,04/13/2026\n");
    assert_eq!(
        found,
        [
            "3:3 PLN004 The dates of the column \"Start\" were not read, because \"04/13/2026\" is written in another way than \
          those above it"
        ]
    );
}

#[test]
fn what_is_wrong_in_many_rows_is_said_once() {
    let rows: String = (0..50).map(|n| format!("T{n},soon,140%,1XX\n")).collect();
    let (tasks, found) = plain(&format!("Task,Duration,% Complete,Predecessors\n{rows}"));
    assert_eq!(tasks.len(), 50);
    assert_eq!(
        found,
        [
            "2:4 PLN004 \"soon\" in the column \"Duration\" is not a duration: a number and a unit, such as 10 days, 2w or 4h \
             (and 49 more such places)",
            "2:9 PLN004 \"140%\" in the column \"% Complete\" is not a percentage from 0 to 100 (and 49 more such places)",
            "2:14 PLN004 \"1XX\" in the column \"Predecessors\" is not a predecessor (and 49 more such places)",
        ]
    );
}

#[test]
fn rows_that_are_no_tasks_are_told_apart() {
    let text = "\
Task,Owner,Finish
A,mia,2027-01-11

,omar,2027-01-12
Task,Owner,Finish
B, x, y,mia,2027-01-13
C,\"mia
D,omar,2027-01-14
Total,,
,,4 tasks
";
    let (tasks, found) = plain(text);
    assert_eq!(
        found,
        [
            "6:9 PLN001 This table cannot be read as it should: the row has more values than the table has columns",
            "7:3 PLN001 This table cannot be read as it should: a quotation mark in it has no partner, so the line was read as \
             it stands",
            "4:1 PLN005 This row has nothing in the column \"Task\", so it was not read as a task",
        ]
    );
    assert_eq!(tasks[0], "1 A | to 2027-01-11 | by mia");
    assert_eq!(tasks.len(), 4, "{tasks:#?}");
    assert_eq!(tasks[3], "5 D | to 2027-01-14 | by omar");
}

#[test]
fn an_id_that_comes_twice_means_the_first_row() {
    let (tasks, found) = plain("Nr,Task,Predecessors,Owner\n1,A,,m\n1,B,,m\n2,C,1,m\n2,D,,m\n");
    assert_eq!(
        found,
        [
            "3:1 PLN006 Two rows have \"1\" in the column \"Nr\", which should tell rows apart (and 1 more such place)"
        ]
    );
    assert_eq!(tasks, ["1 A | by m", "row-2 B | by m", "2 C | after 1 FS+0d | by m", "row-4 D | by m"]);
}

#[test]
fn columns_that_only_sound_like_something_do_no_harm() {
    let (tasks, found) =
        plain("Task,Level,Milestone,Complete,Type,Owner\nA,high,Go-live,yes,Bug,m\nB,low,,no,Pilot,m\n");
    assert_eq!(found, Vec::<String>::new());
    assert_eq!(tasks, ["1 A | by m | done 100 | status done", "2 B | by m | kind pilot | done 0"]);
}

#[test]
fn columns_nobody_knows_are_one_note() {
    let (_, found) = plain("Task,Owner,RAG,Gate keeper,Created\nA,mia,,,\n");
    assert_eq!(
        found,
        ["1:12 PLN002 Columns that planlint does not know are not used: \"RAG\", \"Gate keeper\""]
    );
}

#[test]
fn a_table_that_is_no_plan_is_one_only_for_who_names_it() {
    for (text, expected) in [
        ("a,b\n1,2\n", "no column was recognized as the title of the tasks"),
        ("Name,Street\nMia,Main\n", "beside the title, none of its columns was recognized"),
        ("", "it is empty"),
    ] {
        let mut sources = table("a.csv", text.as_bytes());
        let found = messages(&read(&sources));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains(expected), "{found:?}");
        let (_, file) = sources.iter().next().unwrap();
        let mut found =
            SourceFile::new("a.csv".into(), file.path.clone(), Format::Csv, text.into(), file.decoding);
        found.is_named = false;
        sources = Sources::new(vec![found]);
        let read = read(&sources);
        assert!(read.findings.is_empty() && read.model.plans.is_empty());
    }
}

#[test]
fn levels_codes_and_blanks_make_phases() {
    for text in [
        "Task,Level,Owner\nP,1,m\nQ,2,m\nA,3,m\nB,2,m\nC,1,m\n",
        "Task,WBS,Owner\nP,1,m\nQ,1.1,m\nA,1.1.1,m\nB,1.2.,m\nC,2,m\n",
        "Task,Owner\nP,m\n  Q,m\n    A,m\n  B,m\nC,m\n",
        "ID,Task,Parent,Owner\nP,P,,m\nQ,Q,P,m\nA,A,Q,m\nB,B,P,m\nC,C,,m\n",
    ] {
        let sources = table("a.csv", text.as_bytes());
        let read = read(&sources);
        let model = &read.model;
        let title = |id: &str| {
            let by_id = model.tasks.iter().find(|task| model.text(task.id) == id);
            model.text(by_id.unwrap().title().unwrap())
        };
        let found: Vec<String> = model
            .tasks
            .iter()
            .map(|task| {
                let parent = task.parent().map_or("-", |parent| title(model.text(parent)));
                format!("{}{parent}", model.text(task.title().unwrap()))
            })
            .collect();
        assert_eq!(found, ["P-", "QP", "AQ", "BP", "C-"], "{text}");
    }
}

#[test]
fn phases_with_a_number_are_waves_and_others_are_phases() {
    let (tasks, _) = plain("Task,Phase,Owner\nA,Wave 1,m\nB,Wave 2,m\n");
    assert_eq!(tasks, ["1 A | by m | wave 1", "2 B | by m | wave 2"]);
    let (tasks, _) = plain("Task,Phase,Owner\nA,Design,m\nB,Build,m\n");
    assert_eq!(tasks, ["1 A | in Design | by m", "2 B | in Build | by m", "Design Design", "Build Build"]);
}

#[test]
fn the_configuration_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let config = "\
[import.csv]
columns = { ownr = \"Wer\", title = 3 }
date-format = \"dd.mm.yyyy\"
duration-unit = \"days\"
delimiter = \"x\"
link-types = [\"EA\"]
status = { Fertig = \"finished\" }
colums = {}
[import.excel]
";
    std::fs::write(folder.path().join("planlint.toml"), config).unwrap();
    let configs = Configs::new(folder.path().to_owned(), Overrides::default()).unwrap();
    let mut sources = Sources::default();
    let path = folder.path().join("plan.csv");
    sources.push(SourceFile::new(
        "plan.csv".into(),
        path,
        Format::Csv,
        "Task,ID\n".into(),
        Decoding::default(),
    ));
    configs.add_to(&mut sources);
    let model = Model::new(&sources);
    let mut found: Vec<String> = configs
        .findings(&sources)
        .iter()
        .map(|finding| {
            let (at, _) = sources.position(finding.primary.span);
            assert!(!Catalogue::embedded().words(finding, &model).message.contains('{'));
            format!("{} {} {}", at.line, finding.code, sources.text(finding.primary.span))
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            "2 LNT007 ownr",
            "2 PLN003 3",
            "3 PLN004 dd.mm.yyyy",
            "4 PLN004 days",
            "5 PLN004 x",
            "6 PLN004 [\"EA\"]",
            "7 PLN004 finished",
            "8 LNT007 colums",
            "9 LNT007 excel",
        ]
    );
}

#[test]
fn large_tables_are_read_in_one_go() {
    let mut text = String::from("ID,Name,Duration,Start,Predecessors,Owner\n");
    for n in 1..=100_000 {
        text += &format!("{n},Task {n},5 days,13/01/2027,{},P{}\n", n - 1, n % 100);
    }
    text = text.replacen(",0,", ",,", 1);
    text += &format!("100001,\"{}\",x,y,z,\"{}\"\n", "a,".repeat(5_000_000), "b,\"\"".repeat(10_000));
    let sources = table("a.csv", text.as_bytes());
    let start = std::time::Instant::now();
    let read = read(&sources);
    assert_eq!(read.model.tasks.len(), 100_001);
    let n_links: usize = (0..100_001).map(|n| read.model.links(TaskId(n)).len()).sum();
    assert_eq!(n_links, 99_999);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

fn looks_whole(sources: &Sources) {
    let read = read(sources);
    for finding in &read.findings {
        let words = Catalogue::embedded().words(finding, &read.model);
        assert!(!words.message.is_empty());
        sources.position(finding.primary.span);
        for label in &finding.labels {
            sources.position(label.span);
        }
    }
    for plan in read.model.plan_ids() {
        for index in read.model.plan(plan).range(EntityKind::Task) {
            shown(&read.model, TaskId(index as u32));
        }
    }
}

/// Pieces of which tables are made, so that chance finds the places where they meet.
const PIECES: &[&str] = &[
    "ID",
    "Name",
    "Start",
    "Finish",
    "Duration",
    "Predecessors",
    "Owner",
    "WBS",
    "Level",
    "Parent",
    "Status",
    "Phase",
    "% Complete",
    "Site",
    "Wave",
    ",",
    ",",
    ",",
    ";",
    "\t",
    "|",
    "\n",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    " ",
    "1",
    "2",
    "1.1",
    "03/04/2026",
    "13.01.2027",
    "2027-01-11",
    "5 days",
    "0",
    "1FS+2d",
    "2SS-50%",
    "A[50%]",
    "B[2 t]",
    "[",
    "]",
    "Total",
    "\0",
    "ä",
    "\u{FEFF}",
    "sep=;",
    "+",
    "-",
    "%",
    "99999999999999999999",
    "Mon 1/12/26",
    "1e9",
    "NA",
    "\\x\\1",
    "0.5",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        looks_whole(&table("a.csv", &bytes));
    }

    #[test]
    fn any_table_is_read(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..120)) {
        looks_whole(&table("a.csv", pieces.concat().as_bytes()));
        looks_whole(&table("a.csv", format!("ID,Name,Start,Predecessors,Owner,Level\n{}", pieces.concat()).as_bytes()));
    }

    #[test]
    fn an_export_with_a_hole_in_it_is_read(from in 0..MS_PROJECT.len(), length in 0..200_usize) {
        let mut bytes = MS_PROJECT.as_bytes().to_vec();
        bytes.drain(from..(from + length).min(bytes.len()));
        looks_whole(&table("a.csv", &bytes));
    }
}
