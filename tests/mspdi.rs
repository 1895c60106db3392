//! The reader of Microsoft Project's XML, against files that Microsoft Project wrote and the values it stored in them,
//! and against damaged ones.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "why a test is skipped")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use planlint::catalogue::Catalogue;
use planlint::model::{
    Capacity, ConstraintKind, Model, Moment, ScheduleTool, Spanned, Status, Task, TaskId, WorkingTime,
};
use planlint::read::{Read, read};
use planlint::source::{Asked, Format, Globs, SourceFile, Sources, Span, decode, discover};
use proptest::prelude::*;
use serde_json::Value;

fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let folder = option_env!("PLANLINT_CORPUS").map_or(beside, PathBuf::from);
    if !folder.is_dir() {
        eprintln!("skipped: there is no {}", folder.display());
        return None;
    }
    Some(folder)
}

/// The exports of other programs, where this checkout has them beside it.
fn corpus_files() -> Vec<PathBuf> {
    let Some(folder) = corpus() else { return Vec::new() };
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "xml"))
        .collect();
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "the corpus is no plan of the run")]
fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

fn sources_of(name: &str, bytes: Vec<u8>) -> Sources {
    let (text, decoding) = decode(bytes, Format::Mspdi);
    let file = SourceFile::new(name.to_owned(), PathBuf::from(name), Format::Mspdi, text, decoding);
    Sources::new(vec![file])
}

fn sources(text: &str) -> Sources {
    Sources::from_text("plan.xml", text)
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

/// The one finding of a text, and how many tasks were read all the same.
fn one(text: &str) -> (String, usize) {
    let sources = sources(text);
    let read = read(&sources);
    let found = messages(&read);
    assert_eq!(found.len(), 1, "{found:#?}");
    (found[0].clone(), read.model.tasks.len())
}

fn task<'m>(model: &'m Model<'_>, id: &str) -> (TaskId, &'m Task) {
    let found = model.tasks.iter().position(|task| model.text(task.id) == id);
    let id = TaskId(found.unwrap_or_else(|| panic!("no task {id}")) as u32);
    (id, model.task(id))
}

fn shown(moment: Option<Spanned<Moment>>) -> Value {
    moment.map_or(Value::Null, |it| it.value.to_string().replace(' ', "T").into())
}

/// A project with these sections.
fn project(sections: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\">\n\
         <Name>p.xml</Name><Title>New ERP</Title><Manager>Mia</Manager><StartDate>2027-01-04T08:00:00</StartDate>\n\
         <MinutesPerDay>480</MinutesPerDay>\n{sections}\n</Project>\n"
    )
}

/// A project with these tasks, each by the inside of its element.
fn tasks(tasks: &[&str]) -> String {
    let tasks: Vec<String> = tasks.iter().map(|task| format!("<Task>{task}</Task>")).collect();
    project(&format!("<Tasks>\n{}\n</Tasks>", tasks.join("\n")))
}

/// A project with this calendar, which is also the project's.
fn calendar(inside: &str) -> String {
    project(&format!(
        "<CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><Name>Office</Name>\
         <IsBaseCalendar>1</IsBaseCalendar>{inside}</Calendar></Calendars>\
         <Tasks><Task><UID>5</UID><ID>1</ID><Name>Dig</Name><Start>2027-01-04T08:00:00</Start></Task></Tasks>"
    ))
}

const WEEK: &str = "<WeekDays>\
    <WeekDay><DayType>1</DayType><DayWorking>0</DayWorking></WeekDay>\
    <WeekDay><DayType>2</DayType><DayWorking>1</DayWorking><WorkingTimes>\
    <WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime>\
    <WorkingTime><FromTime>13:00:00</FromTime><ToTime>00:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay>\
    </WeekDays>";

fn working(text: &str) -> WorkingTime {
    let sources = sources(text);
    let read = read(&sources);
    assert_eq!(messages(&read), Vec::<String>::new());
    read.model.working_time(0).unwrap().clone()
}

/// Days since 1970-01-01.
fn day(text: &str) -> i32 {
    let day: jiff::civil::Date = text.parse().unwrap();
    (day.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24) as i32
}

#[test]
fn files_of_microsoft_project_are_read_as_it_meant_them() {
    for path in corpus_files() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let sources = sources_of(name, bytes(&path));
        let read = read(&sources);
        assert_eq!(messages(&read), Vec::<String>::new(), "{name}");
        let model = &read.model;
        assert_eq!(model.plans.len(), 1, "{name}");
        assert_eq!(model.plan(model.plan_ids().next().unwrap()).schedule.tool, ScheduleTool::MsProject);
        assert_eq!(model.working.len(), model.calendars.len(), "{name}");
        for (number, task) in model.tasks.iter().enumerate() {
            let check = |span: Span, value: &str| assert_eq!(sources.text(span), value, "{name}");
            check(task.id.span(), model.text(task.id));
            check(task.source_id().unwrap().span(), model.text(task.source_id().unwrap()));
            let stored = model.stored[number];
            for moment in [stored.early_start, stored.late_finish, stored.start, task.actual_start()]
                .into_iter()
                .flatten()
            {
                let written = sources.text(moment.span).replace('T', " ");
                assert!(written.starts_with(&moment.value.to_string()), "{name}: {written}");
            }
            for link in model.links(TaskId(number as u32)) {
                let meant = self::task(model, model.text(link.predecessor)).1;
                assert_eq!(
                    sources.text(link.predecessor.span()),
                    model.text(meant.source_id().unwrap()),
                    "{name}"
                );
            }
        }
        let oracle = path.with_file_name("oracle").join(format!("{name}.json"));
        if oracle.exists() {
            agrees_with(&serde_json::from_slice(&bytes(&oracle)).unwrap(), model, name);
        }
    }
}

fn agrees_with(oracle: &Value, model: &Model<'_>, name: &str) {
    let header = &model.plans[0].header;
    let expected = &oracle["projects"][0];
    assert_eq!(shown(header.start()), expected["start"], "{name}");
    let status = [&expected["status_date"], &expected["current_date"]].into_iter().find(|it| !it.is_null());
    assert_eq!(Some(&shown(header.status_date())), status, "{name}");
    assert_eq!(oracle["minutes_per_day"], model.plans[0].schedule.minutes_per_day, "{name}");

    let counts = &oracle["counts"];
    let links: Vec<_> = (0..model.tasks.len()).flat_map(|it| model.links(TaskId(it as u32))).collect();
    assert_eq!(counts["links"], links.len(), "{name}");
    for (kind, count) in counts["link_types"].as_object().unwrap() {
        assert_eq!(count, links.iter().filter(|link| link.kind.as_str() == kind).count(), "{name} {kind}");
    }
    if let Some(lags) = counts["lags"].as_u64() {
        let lags = lags + counts["leads"].as_u64().unwrap();
        assert_eq!(lags as usize, links.iter().filter(|link| !link.lag.is_zero()).count(), "{name}");
    }
    for (kind, count) in counts["constraints"].as_object().unwrap() {
        let word = |kind: ConstraintKind| ConstraintKind::WORDS.iter().find(|(_, it)| *it == kind).unwrap().0;
        let same = |task: &&Task| task.constraint().is_some_and(|it| word(it.value.kind) == kind);
        assert_eq!(count, model.tasks.iter().filter(same).count(), "{name} {kind}");
    }

    let by_uid: BTreeMap<&str, (TaskId, &Task)> = (0..)
        .map(TaskId)
        .zip(&model.tasks)
        .map(|(id, task)| (model.text(task.source_id().unwrap()), (id, task)))
        .collect();
    let mut n_expected = 0;
    for expected in oracle["tasks"].as_array().unwrap() {
        let uid = expected["uid"].as_str().unwrap();
        // The project as a whole is the plan; blank lines are nothing.
        if uid == "0" || expected["type"] == "null" {
            continue;
        }
        n_expected += 1;
        let (id, task) = by_uid[uid];
        let place = format!("{name} {uid}");
        assert_eq!(model.text(task.id), expected["id"], "{place}");
        assert_eq!(model.text(task.title().unwrap()), expected["name"], "{place}");
        let is_phase =
            model.tasks.iter().any(|it| it.parent().is_some_and(|it| model.text(it) == model.text(task.id)));
        assert_eq!(is_phase, expected["type"] == "summary", "{place}");
        assert_eq!(
            !is_phase && task.milestone().is_some_and(|it| it.value),
            expected["type"] == "milestone",
            "{place}"
        );
        if !is_phase {
            let status = match task.status().unwrap().value {
                Status::Planned => "not-started",
                Status::Done => "complete",
                _ => "in-progress",
            };
            assert_eq!(status, expected["status"], "{place}");
            let is_manual = model.imported(id).is_some_and(|it| it.manual.is_some());
            assert_eq!(is_manual, expected["manual"], "{place}");
        }
        let stored = model.stored[id.index()];
        for (key, moment) in [
            ("early_start", stored.early_start),
            ("early_finish", stored.early_finish),
            ("late_start", stored.late_start),
            ("late_finish", stored.late_finish),
            ("start", stored.start),
            ("finish", stored.finish),
        ] {
            assert_eq!(shown(moment), expected[key], "{place} {key}");
        }
        let minutes = |it: Option<Spanned<i64>>| it.map_or(Value::Null, |it| it.value.into());
        assert_eq!(minutes(stored.total_float), expected["total_float_minutes"], "{place}");
        assert_eq!(minutes(stored.free_float), expected["free_float_minutes"], "{place}");
        assert_eq!(
            stored.critical.map_or(Value::Null, |it| it.value.into()),
            expected["critical"],
            "{place}"
        );
    }
    assert_eq!(model.tasks.len(), n_expected, "{name}");
}

#[test]
fn recurring_exceptions_fall_on_the_days_that_microsoft_project_lists() {
    let Some(folder) = corpus() else { return };
    let path = folder.join("recurring-calendars-project2010.xml");
    // The same exceptions stand in the file twice: as rules, and day by day for Project 2003.
    let whole = String::from_utf8(bytes(&path)).unwrap();
    let (from, to) = (whole.find("<Exceptions>").unwrap(), whole.find("</Exceptions>").unwrap());
    let only_days = format!("{}{}", &whole[..from], &whole[to + "</Exceptions>".len()..]);
    // Dates that let all of them lie within reach.
    let widened = |text: &str| text.replacen("<Start>2017", "<Start>1999", 1);
    let (rules, days) = (working(&widened(&whole)), working(&widened(&only_days)));
    assert_eq!(rules.exceptions.len(), 140);
    assert_eq!(rules, days);
}

#[test]
fn utf_16_is_read_as_well_as_utf_8() {
    let Some(folder) = corpus() else { return };
    for name in ["links-project2003.xml", "links-project2010.xml", "links-project2019.xml"] {
        let plain = bytes(&folder.join(name));
        let text = String::from_utf8(plain.clone()).unwrap();
        let declared = text.replacen("encoding=\"UTF-8\"", "encoding=\"UTF-16\"", 1);
        let told = |bytes: Vec<u8>| {
            let sources = sources_of(name, bytes);
            let read = read(&sources);
            let model = &read.model;
            let mut told = messages(&read);
            for (number, task) in model.tasks.iter().enumerate() {
                let (at, _) = sources.position(task.id.span());
                let links: Vec<String> = model
                    .links(TaskId(number as u32))
                    .iter()
                    .map(|it| format!("{} {}{}", model.text(it.predecessor), it.kind.as_str(), it.lag))
                    .collect();
                told.push(format!(
                    "{}:{} {} {links:?}",
                    at.line,
                    at.column,
                    model.text(task.title().unwrap())
                ));
            }
            told
        };
        let expected = told(plain);
        assert!(expected.len() >= 16);
        for mark in ["", "\u{FEFF}"] {
            let text = format!("{mark}{declared}");
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            assert_eq!(told(little), expected, "{name} {mark:?}");
            assert_eq!(told(big), expected, "{name} {mark:?}");
            assert_eq!(told(text.into_bytes()), expected, "{name} {mark:?}");
        }
    }
}

#[test]
fn a_small_project_says_what_microsoft_project_shows() {
    let text = project(
        "<CurrencyCode>EUR</CurrencyCode><StatusDate>2027-01-08T17:00:00</StatusDate><CriticalSlackLimit>2</CriticalSlackLimit>
        <ExtendedAttributes><ExtendedAttribute><FieldID>188743731</FieldID><FieldName>Text1</FieldName></ExtendedAttribute></ExtendedAttributes>
        <Tasks>
        <Task><UID>0</UID><ID>0</ID><Name>Row 0</Name><OutlineLevel>0</OutlineLevel><Summary>1</Summary></Task>
        <Task><UID>11</UID><ID>1</ID><Name>Build &amp; test</Name><OutlineLevel>1</OutlineLevel><Summary>1</Summary><Duration>PT80H0M0S</Duration><PercentComplete>10</PercentComplete></Task>
        <Task><UID>12</UID><ID>2</ID><Name>Dig</Name><OutlineLevel>2</OutlineLevel><Duration>PT40H0M0S</Duration><DurationFormat>7</DurationFormat>
            <PercentComplete>25</PercentComplete><ActualStart>2027-01-04T08:00:00</ActualStart><RemainingDuration>PT30H0M0S</RemainingDuration>
            <ConstraintType>4</ConstraintType><ConstraintDate>2027-01-04T08:00:00</ConstraintDate><Deadline>2027-02-01T17:00:00</Deadline><Cost>125050</Cost>
            <ExtendedAttribute><FieldID>188743731</FieldID><Value>excavation</Value></ExtendedAttribute>
            <Baseline><Number>1</Number><Start>2026-01-04T08:00:00</Start></Baseline>
            <Baseline><Number>0</Number><Start>2027-01-05T08:00:00</Start><Duration>PT24H0M0S</Duration></Baseline></Task>
        <Task><IsNull>1</IsNull><UID>13</UID><ID>3</ID></Task>
        <Task><UID>14</UID><ID>4</ID><Name>Fill</Name><OutlineLevel>2</OutlineLevel><Duration>PT72H0M0S</Duration><DurationFormat>8</DurationFormat>
            <Manual>1</Manual><ManualStart>2027-01-20T08:00:00</ManualStart><ManualDuration>PT72H0M0S</ManualDuration>
            <PredecessorLink><PredecessorUID>12</PredecessorUID><Type>3</Type><LinkLag>9600</LinkLag><LagFormat>8</LagFormat></PredecessorLink>
            <PredecessorLink><PredecessorUID>15</PredecessorUID><Type>1</Type><LinkLag>-50</LinkLag><LagFormat>19</LagFormat></PredecessorLink>
            <PredecessorLink><PredecessorUID>3</PredecessorUID><CrossProject>1</CrossProject><CrossProjectName>C:\\plans\\network.mpp</CrossProjectName></PredecessorLink></Task>
        <Task><UID>15</UID><ID>5</ID><Name>Go</Name><OutlineLevel>1</OutlineLevel><Milestone>1</Milestone><Duration>PT0H0M0S</Duration><Active>0</Active></Task>
        </Tasks>
        <Resources>
        <Resource><UID>0</UID><ID>0</ID><Type>1</Type></Resource>
        <Resource><UID>1</UID><Name>Ann</Name><Type>1</Type><MaxUnits>0.50</MaxUnits><EmailAddress>ann@example.com</EmailAddress>
            <AvailabilityPeriods><AvailabilityPeriod><AvailableFrom>1984-01-01T00:00:00</AvailableFrom><AvailableTo>2027-06-30T23:59:00</AvailableTo><AvailableUnits>0.5</AvailableUnits></AvailabilityPeriod></AvailabilityPeriods></Resource>
        <Resource><UID>2</UID><Name>Ann</Name><Type>1</Type></Resource>
        <Resource><UID>3</UID><Name>Sand</Name><Type>0</Type></Resource>
        </Resources>
        <Assignments>
        <Assignment><TaskUID>12</TaskUID><ResourceUID>1</ResourceUID><Units>0.25</Units><Work>PT10H0M0S</Work></Assignment>
        <Assignment><TaskUID>12</TaskUID><ResourceUID>2</ResourceUID><Units>1</Units><Work>PT40H0M0S</Work></Assignment>
        <Assignment><TaskUID>12</TaskUID><ResourceUID>3</ResourceUID><Units>4</Units></Assignment>
        <Assignment><TaskUID>14</TaskUID><ResourceUID>-65535</ResourceUID><Units>1</Units></Assignment>
        </Assignments>",
    );
    let sources = sources(&text);
    let read = read(&sources);
    assert_eq!(messages(&read), Vec::<String>::new());
    let model = &read.model;
    let plan = model.plan_ids().next().unwrap();
    assert_eq!(
        (model.plan_id(plan), model.plan_name(plan)),
        ("plan.xml".trim_end_matches(".xml"), "New ERP")
    );
    let entry = model.plan(plan);
    assert_eq!(entry.schedule.critical_float_minutes, 960);
    assert_eq!(shown(entry.header.status_date()), "2027-01-08T17:00");
    assert_eq!(model.text(entry.header.owner().unwrap()), "Mia");
    let ids: Vec<&str> = model.tasks.iter().map(|task| model.text(task.id)).collect();
    assert_eq!(ids, ["1", "2", "4", "5"]);

    let (_, phase) = task(model, "1");
    assert_eq!(model.text(phase.title().unwrap()), "Build & test");
    assert!(phase.duration().is_none() && phase.percent().is_none() && phase.parent().is_none());

    let (id, dig) = task(model, "2");
    assert_eq!(model.text(dig.parent().unwrap()), "1");
    assert_eq!(dig.duration().unwrap().value.to_string(), "40h");
    assert_eq!((dig.percent().unwrap().value, dig.status().unwrap().value), (25, Status::InProgress));
    assert_eq!(dig.constraint().unwrap().value.kind, ConstraintKind::StartNoEarlier);
    assert_eq!(dig.cost().unwrap().value.thousandths(), 1_250_500);
    assert_eq!(shown(dig.baseline_start()), "2027-01-05T08:00");
    assert_eq!(dig.baseline_duration().unwrap().value.to_string(), "24h");
    assert_eq!(model.text(dig.owner().unwrap()), "Ann (UID 2)");
    let helpers: Vec<(&str, Option<u16>)> =
        model.helpers(id).map(|(name, units)| (model.text(name), units)).collect();
    assert_eq!(helpers, [("Ann", Some(25))]);
    assert_eq!(model.list(dig.resources()).iter().map(|it| model.text(*it)).collect::<Vec<_>>(), ["Sand"]);
    let imported = model.imported(id).unwrap();
    assert_eq!(imported.shares.iter().map(|share| share.minutes).collect::<Vec<_>>(), [2400, 2400]);
    let custom = imported.custom[0];
    assert_eq!((model.text(custom.field), model.text(custom.value)), ("Text1", "excavation"));

    let (id, fill) = task(model, "4");
    assert_eq!(fill.duration().unwrap().value.to_string(), "72eh");
    assert_eq!(shown(fill.start()), "2027-01-20T08:00");
    assert!(model.imported(id).unwrap().manual.is_some() && fill.owner().is_none());
    let links: Vec<String> = model
        .links(id)
        .iter()
        .map(|it| format!("{} {}{}", model.text(it.predecessor), it.kind.as_str(), it.lag))
        .collect();
    assert_eq!(links, ["2 SS+16eh", "5 FS-50%", "network/3 FS+0d"]);
    assert_eq!(sources.text(model.links(id)[0].predecessor.span()), "12");

    let (_, go) = task(model, "5");
    assert!(go.milestone().unwrap().value);
    assert_eq!(go.status().unwrap().value, Status::Cancelled);

    let people: Vec<&str> = model.persons.iter().map(|it| model.text(it.id)).collect();
    assert_eq!(people, ["Ann", "Ann (UID 2)", "Mia"]);
    let ann = &model.persons[0];
    assert_eq!(ann.capacity().unwrap().value, Capacity::Percent(50));
    assert_eq!((shown(ann.from()), shown(ann.until())), (Value::Null, "2027-06-30T23:59".into()));
}

#[test]
fn a_calendar_adds_to_the_one_it_is_based_on() {
    let text = project(&format!(
        "<CalendarUID>3</CalendarUID><Calendars>
        <Calendar><UID>1</UID><Name>Office</Name><IsBaseCalendar>1</IsBaseCalendar><BaseCalendarUID>-1</BaseCalendarUID>{WEEK}
        <Exceptions><Exception><TimePeriod><FromDate>2027-02-01T00:00:00</FromDate><ToDate>2027-02-02T23:59:00</ToDate></TimePeriod><Type>1</Type><DayWorking>0</DayWorking></Exception></Exceptions></Calendar>
        <Calendar><UID>3</UID><Name>Ann</Name><IsBaseCalendar>0</IsBaseCalendar><BaseCalendarUID>1</BaseCalendarUID>
        <WeekDays><WeekDay><DayType>0</DayType><DayWorking>1</DayWorking><TimePeriod><FromDate>2027-02-02T00:00:00</FromDate><ToDate>2027-02-02T23:59:00</ToDate></TimePeriod>
        <WorkingTimes><WorkingTime><FromTime>22:00:00</FromTime><ToTime>23:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay></WeekDays>
        <WorkWeeks><WorkWeek><TimePeriod><FromDate>2027-01-31T00:00:00</FromDate><ToDate>2027-02-07T23:59:00</ToDate></TimePeriod><Name>Night</Name>
        <WeekDays><WeekDay><DayType>4</DayType><DayWorking>1</DayWorking><WorkingTimes><WorkingTime><FromTime>01:00:00</FromTime><ToTime>02:00:00</ToTime></WorkingTime></WorkingTimes></WeekDay></WeekDays></WorkWeek></WorkWeeks></Calendar>
        </Calendars><Tasks><Task><UID>5</UID><ID>1</ID><Name>Dig</Name><Start>2027-01-04T08:00:00</Start></Task></Tasks>"
    ));
    let time = working(&text);
    assert_eq!(time.week[0], [(480, 720), (780, 1440)]);
    assert!(time.week[6].is_empty());
    let expected = [
        (day("2027-02-01"), vec![]),
        (day("2027-02-02"), vec![(22 * 60, 23 * 60)]),
        (day("2027-02-03"), vec![(60, 120)]),
    ];
    assert_eq!(time.exceptions, expected);
    assert_eq!((time.minutes_per_day, time.minutes_per_week), (480, 2400));
}

#[test]
fn a_calendar_that_says_nothing_useful_is_a_finding() {
    let no_work = "<WeekDays><WeekDay><DayType>2</DayType><DayWorking>0</DayWorking></WeekDay></WeekDays>";
    let (found, tasks) = one(&calendar(no_work));
    assert!(
        found.contains("PLN004") && found.contains("The calendar \"Office\" has no working time"),
        "{found}"
    );
    assert_eq!(tasks, 1);
    assert!(one(&calendar("")).0.contains("nothing about the days of the week"));
    let bad = WEEK.replace("08:00:00", "8 o'clock");
    assert!(one(&calendar(&bad)).0.contains("`FromTime` of the calendar \"Office\" cannot be \"8 o'clock\""));
    let round = project(
        "<CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><Name>A</Name><BaseCalendarUID>2</BaseCalendarUID></Calendar>
        <Calendar><UID>2</UID><Name>B</Name><BaseCalendarUID>1</BaseCalendarUID></Calendar></Calendars>",
    );
    assert!(one(&round).0.contains("based on it in turn"));
    let elsewhere = project("<CalendarUID>9</CalendarUID>");
    assert!(one(&elsewhere).0.contains("names the calendar with the UID 9"));
}

#[test]
fn values_that_cannot_be_are_told_with_the_task() {
    let dig = "<UID>7</UID><ID>3</ID><Name>Dig</Name>";
    for (element, expected) in [
        ("<Duration>ten days</Duration>", "`Duration` of \"Dig\" (3) cannot be \"ten days\""),
        ("<Duration>-PT8H0M0S</Duration>", "cannot be \"-PT8H0M0S\""),
        ("<Deadline>01/02/2027</Deadline>", "`Deadline` of \"Dig\" (3) cannot be \"01/02/2027\""),
        ("<EarlyStart>2027-13-01T08:00:00</EarlyStart>", "`EarlyStart` of \"Dig\" (3)"),
        ("<PercentComplete>120</PercentComplete>", "a percentage from 0 to 100"),
        ("<Milestone>yes</Milestone>", "0 or 1"),
        ("<ConstraintType>9</ConstraintType>", "`ConstraintType`"),
        ("<ConstraintType>4</ConstraintType>", "PLN005 \"Dig\" (3) has no `ConstraintDate`"),
        ("<TotalSlack>much</TotalSlack>", "tenths of a minute"),
        ("<OutlineLevel>top</OutlineLevel>", "`OutlineLevel`"),
        ("<CalendarUID>5</CalendarUID>", "PLN007 \"Dig\" (3) names the calendar with the UID 5"),
        (
            "<PredecessorLink><PredecessorUID>99</PredecessorUID></PredecessorLink>",
            "names the task with the UID 99",
        ),
        ("<PredecessorLink><Type>1</Type></PredecessorLink>", "does not say from which task"),
        (
            "<PredecessorLink><PredecessorUID>7</PredecessorUID><LinkLag>x</LinkLag></PredecessorLink>",
            "`LinkLag` of \"Dig\" (3)",
        ),
        (
            "<PredecessorLink><PredecessorUID>7</PredecessorUID><Type>4</Type></PredecessorLink>",
            "0 (finish to finish)",
        ),
    ] {
        let (found, n_tasks) = one(&tasks(&[&format!("{dig}\n{element}")]));
        assert!(found.contains(expected), "{found}");
        assert!(found.starts_with("7:"), "{found}");
        assert_eq!(n_tasks, 1);
    }
}

#[test]
fn uids_and_ids_that_are_missing_or_used_twice() {
    let (found, n_tasks) =
        one(&tasks(&["<UID>7</UID><ID>3</ID><Name>Dig</Name>", "<UID>7</UID><ID>4</ID><Name>Fill</Name>"]));
    assert!(found.contains("7:12 PLN006 The UID 7 is used for two tasks, first in line 6"), "{found}");
    assert_eq!(n_tasks, 2);
    assert!(one(&tasks(&["<ID>3</ID><Name>Dig</Name>"])).0.contains("no `UID`"));
    let text = tasks(&[
        "<UID>7</UID><ID>3</ID><Name>Dig</Name>",
        "<UID>8</UID><ID>3</ID><Name>Fill</Name><PredecessorLink><PredecessorUID>7</PredecessorUID></PredecessorLink>",
        "<UID>9</UID><Name>Go</Name>",
    ]);
    let sources = sources(&text);
    let read = read(&sources);
    let ids: Vec<&str> = read.model.tasks.iter().map(|task| read.model.text(task.id)).collect();
    assert_eq!(ids, ["3", "uid-8", "uid-9"]);
}

#[test]
fn what_is_no_project_is_one_finding() {
    for (text, problem) in [
        ("", "no element in it at all"),
        ("\u{FEFF}\n", "no element in it at all"),
        ("<html><body/></html>", "begins with `<html>`"),
        ("task;owner\n", "no element in it at all"),
    ] {
        let sources = Sources::new(vec![SourceFile::new(
            "a.xml".to_owned(),
            PathBuf::from("a.xml"),
            Format::Mspdi,
            text.to_owned(),
            Default::default(),
        )]);
        let found = messages(&read(&sources));
        assert!(matches!(&found[..], [one] if one.contains("PLN001") && one.contains(problem)), "{found:?}");
    }
    let elsewhere =
        tasks(&["<UID>7</UID><ID>3</ID><Name>Dig</Name>"]).replace("schemas.microsoft.com", "example.com");
    let (found, n_tasks) = one(&elsewhere);
    assert!(found.contains("namespace") && n_tasks == 1, "{found}");
    let prefixed = tasks(&["<UID>7</UID><ID>3</ID><Name>Dig</Name>"])
        .replace("xmlns=", "xmlns:p=")
        .replace("</", "</p:")
        .replace("<p:", "</p:");
    let mut with_prefix = String::new();
    for (number, part) in prefixed.split('<').enumerate() {
        let name = part.starts_with(|c: char| c.is_ascii_alphabetic());
        let open = if number > 0 { "<" } else { "" };
        write!(with_prefix, "{open}{}{part}", if name { "p:" } else { "" }).unwrap();
    }
    assert_eq!(found_with_tasks(&with_prefix), (Vec::new(), 1));
}

fn found_with_tasks(text: &str) -> (Vec<String>, usize) {
    let sources = sources(text);
    let read = read(&sources);
    (messages(&read), read.model.tasks.len())
}

#[test]
fn a_missing_end_costs_one_finding() {
    let whole = tasks(&[
        "<UID>7</UID><ID>1</ID><Name>Dig</Name>",
        "<UID>8</UID><ID>2</ID><Name>Fill</Name>",
        "<UID>9</UID><ID>3</ID><Name>Go</Name>",
    ]);
    for (end, again, problem) in [
        ("Fill</Name></Task>", "Fill</Name>", "the element `<Task>` is never closed"),
        ("Fill</Name>", "Fill", "the element `<Name>` is never closed"),
        ("<ID>2</ID>", "<ID>2", "the element `<ID>` is never closed"),
        ("Fill</Name>", "Fill</Name></Link>", "`</Link>` ends something that never began"),
        ("Fill", "Fill < Dig", "`&lt;`"),
        ("Fill", "Fill <! Dig", "neither a comment nor CDATA"),
        ("</Tasks>", "", "the element `<Tasks>` is never closed"),
        ("</Project>", "", "ends in the middle of `<Project>`"),
        ("</Project>", "</Project><Project/>", "behind the end"),
    ] {
        let (found, n_tasks) = one(&whole.replacen(end, again, 1));
        assert!(found.contains("PLN001") && found.contains(problem), "{found}");
        assert_eq!(n_tasks, 3, "{problem}");
    }
    let unmarked = whole.replacen("Dig", "R&D &nbsp; &amp; &#8211;", 1);
    let (found, n_tasks) = one(&unmarked);
    assert!(found.contains("PLN004") && found.contains("entities"), "{found}");
    assert_eq!(n_tasks, 3);
}

#[test]
fn a_file_may_end_anywhere() {
    let Some(folder) = corpus() else { return };
    for name in ["links-project2003.xml", "resources.xml", "recurring-calendars-project2010.xml"] {
        let whole = bytes(&folder.join(name));
        let all = read(&sources_of(name, whole.clone())).model.tasks.len();
        let mut most = 0;
        let last = whole.len() - b"</Project>\n".len();
        for end in (0..last).step_by(97) {
            let sources = sources_of(name, whole[..end].to_vec());
            let read = read(&sources);
            let found = messages(&read);
            assert!(found.iter().any(|it| it.contains("PLN001")), "{name} {end}: {found:?}");
            assert!(found.len() <= 2, "{name} {end}: {found:?}");
            // What was read stays.
            assert!(read.model.tasks.len() >= most, "{name} {end}");
            most = read.model.tasks.len();
        }
        assert_eq!(most, all, "{name}");
    }
}

#[test]
fn entities_are_not_expanded() {
    let mut bomb = String::from("<?xml version=\"1.0\"?>\n<!DOCTYPE Project [\n<!ENTITY a0 \"ha\">\n");
    for n in 1..20 {
        writeln!(bomb, "<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10)).unwrap();
    }
    bomb.push_str("]>\n<Project xmlns=\"http://schemas.microsoft.com/project\"><Tasks>");
    bomb.push_str("<Task><UID>1</UID><ID>1</ID><Name>&a19;</Name></Task></Tasks></Project>");
    let started = Instant::now();
    let (found, tasks) = found_with_tasks(&bomb);
    assert!(started.elapsed().as_secs() < 5);
    assert_eq!(tasks, 1);
    assert!(found[0].contains("2:1 PLN001") && found[0].contains("document type"), "{found:?}");
    assert!(found[1].contains("PLN004") && found[1].contains("&a19;") && found.len() == 2, "{found:?}");
}

#[test]
fn dates_and_lags_beyond_any_plan() {
    let (found, n_tasks) = found_with_tasks(&tasks(&[
        "<UID>1</UID><ID>1</ID><Name>A</Name><Duration>PT876000H0M0S</Duration><Start>0001-01-01T08:00:00</Start>",
        "<UID>2</UID><ID>2</ID><Name>B</Name><Finish>9999-12-31T17:00:00</Finish>\
         <PredecessorLink><PredecessorUID>1</PredecessorUID><LinkLag>525600000</LinkLag><LagFormat>7</LagFormat></PredecessorLink>",
        "<UID>3</UID><ID>3</ID><Name>C</Name><Deadline>10000-01-01T08:00:00</Deadline><Start>-001-01-01T08:00:00</Start>",
    ]));
    assert_eq!(n_tasks, 3);
    assert!(
        found.iter().all(|it| it.contains("PLN004") && it.contains("\"C\" (3)")) && found.len() == 2,
        "{found:?}"
    );
}

#[test]
fn very_many_exceptions_and_one_that_lasts_for_ever() {
    let period = |from: &str, to: &str| {
        format!("<TimePeriod><FromDate>{from}T00:00:00</FromDate><ToDate>{to}T23:59:00</ToDate></TimePeriod>")
    };
    let mut inside = format!("{WEEK}<Exceptions>");
    let mut at = jiff::civil::date(2027, 1, 1);
    for number in 0..100_000 {
        let rule =
            if number % 2 == 0 { "<Type>1</Type>" } else { "<Type>6</Type><DaysOfWeek>127</DaysOfWeek>" };
        let today = at.to_string();
        let last = if number % 1000 == 1 { "9999-12-31" } else { &today };
        write!(inside, "<Exception>{}{rule}</Exception>", period(&today, last)).unwrap();
        at = if number % 5000 == 0 { jiff::civil::date(2027, 1, 1) } else { at.tomorrow().unwrap() };
    }
    inside.push_str("</Exceptions>");
    let text = calendar(&inside).replace("</Start>", "</Start><Deadline>9999-12-31T08:00:00</Deadline>");
    let started = Instant::now();
    let (found, n_tasks) = found_with_tasks(&text);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    assert!(matches!(&found[..], [one] if one.contains("more than 2000000 exceptions")), "{found:?}");
    assert_eq!(n_tasks, 1);
    let forever = format!(
        "{WEEK}<Exceptions><Exception>{}<Type>1</Type></Exception></Exceptions>",
        period("0001-01-01", "9999-12-31")
    );
    let n_days = working(&calendar(&forever)).exceptions.len();
    assert!((7_000..9_000).contains(&n_days), "{n_days}");
}

#[test]
fn ten_thousand_levels() {
    let mut text = String::from("<Tasks>");
    for level in 1..=10_000 {
        write!(text, "<Task><UID>{level}</UID><ID>{level}</ID><Name>T</Name><OutlineLevel>{level}</OutlineLevel></Task>").unwrap();
    }
    text.push_str("</Tasks>");
    let text = project(&text);
    let sources = sources(&text);
    let read = read(&sources);
    assert_eq!(messages(&read), Vec::<String>::new());
    let (_, last) = task(&read.model, "10000");
    assert_eq!(read.model.text(last.parent().unwrap()), "9999");
    // And elements that lie in each other.
    let deep = project(&format!("<Views>{}x{}</Views>", "<V>".repeat(100_000), "</V>".repeat(100_000)));
    let (found, _) = one(&deep);
    assert!(found.contains("lie in each other"), "{found}");
    let (found, _) = found_with_tasks(&project(&"<Tasks><Task>".repeat(20_000)));
    assert!((2..=22).contains(&found.len()), "{}", found.len());
}

#[test]
fn in_a_folder_only_xml_of_microsoft_project_is_a_plan() {
    let folder = tempfile::tempdir().unwrap();
    let plan = tasks(&["<UID>7</UID><ID>3</ID><Name>Dig</Name>"]);
    let twin: Vec<u8> = plan.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, content) in [
        ("a.xml", plan.as_bytes()),
        ("b.XML", &twin[..]),
        ("pom.xml", b"<project xmlns=\"http://maven.apache.org/POM/4.0.0\"/>"),
        ("p6.xml", b"<?xml version=\"1.0\"?><APIBusinessObjects></APIBusinessObjects>"),
        ("build.xml", b"<Project Sdk=\"Microsoft.NET.Sdk\"></Project>"),
        ("empty.xml", b""),
    ] {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let globs = |_: &Path| std::sync::Arc::new(Globs::none(PathBuf::new()));
    let find = |path: &str| {
        discover(&Asked {
            paths: vec![PathBuf::from(path)],
            stdin: None,
            cwd: folder.path().to_owned(),
            force_exclude: false,
            respect_gitignore: true,
            exclude: std::sync::Arc::new(Globs::none(PathBuf::new())),
            globs: &globs,
        })
        .sources
    };
    let all = find(".");
    let names: Vec<&str> = all.iter().map(|(_, file)| file.name.as_str()).collect();
    assert_eq!(names, ["a.xml", "b.XML"]);
    assert_eq!(read(&all).model.tasks.len(), 2);
    let words = |path: &str| messages(&read(&find(path)));
    assert!(words("pom.xml")[0].contains("PLN009 This XML file was not saved by Microsoft Project"));
    assert!(words("empty.xml")[0].contains("PLN009"));
    assert!(words("p6.xml")[0].contains("PLN009 XML files of Primavera P6"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// No text stops the reader, and no value lies outside its text.
    #[test]
    fn any_text_is_read(parts in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "</", "/>", "<!", "<!--", "-->", "<![CDATA[", "]]>", "<?", "&", "&#1;", ";", "\"", "é", " ", "\n", "7", "-1",
        "<Tasks>", "</Tasks>", "<Task>", "</Task>", "<UID>", "</UID>", "<ID>", "</ID>", "<Name>", "</Name>", "<OutlineLevel>",
        "</OutlineLevel>", "<PredecessorLink>", "<PredecessorUID>", "</PredecessorUID>", "</PredecessorLink>", "<Calendars>",
        "<Calendar>", "<WeekDays>", "<WeekDay>", "<DayType>", "<Exceptions>", "<Exception>", "<TimePeriod>", "<FromDate>",
        "2027-01-04T08:00:00", "</FromDate>", "</Calendar>", "<Resources>", "<Resource>", "<Assignments>", "<Assignment>",
        "<TaskUID>", "<ResourceUID>", "PT8H0M0S", "<Duration>", "</Duration>", "<!DOCTYPE x [", "]>",
    ]), 0..120)) {
        let text = format!("<Project>{}", parts.concat());
        let sources = sources(&text);
        let read = read(&sources);
        for finding in &read.findings {
            prop_assert!(finding.primary.span.range().end <= text.len());
            prop_assert!(text.get(finding.primary.span.range()).is_some());
        }
        messages(&read);
    }
}
