//! The reader of plan files: what a mistake spoils and what it does not, and that no text at all can break it.

use planlint::catalogue::{Catalogue, Options, Rule};
use planlint::model::Model;
use planlint::rules::PlanSettings;
use planlint::source::{Format, Sources};
use proptest::prelude::*;

/// What came of a text: the findings of PLN as `CODE line:column`, and the tasks in words.
struct Read {
    findings: Vec<String>,
    tasks: Vec<String>,
}

fn read(text: &str) -> Read {
    let sources = Sources::from_text("plan.toml", text);
    let options = Options::new();
    let runs = |rule: &Rule| rule.family == "PLN";
    let settings = |model: &Model<'_>| {
        model.plans.iter().map(|_| PlanSettings { runs: &runs, options: &options, guesses: true }).collect()
    };
    let found = planlint::find(&sources, Catalogue::embedded(), settings, jiff::civil::date(2026, 10, 2));
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    let mut places = Vec::new();
    for finding in &found.findings {
        let spans = std::iter::once(finding.primary.span)
            .chain(finding.labels.iter().map(|label| label.span))
            .chain(finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span)));
        for span in spans {
            assert!(span.start <= span.end, "{finding:?}");
            assert!(text.get(span.range()).is_some(), "{finding:?} is not in a text of {} bytes", text.len());
        }
        let words = Catalogue::embedded().words(finding, &found.model);
        for words in [&words.message, &words.help, &words.question] {
            assert!(!words.is_empty(), "{finding:?}");
        }
        places.push((finding.primary.span, finding.code));
    }
    places.sort_unstable();
    let findings = places.into_iter().map(|(span, code)| {
        let (start, _) = sources.position(span);
        format!("{code} {}:{}", start.line, start.column)
    });
    Read {
        findings: findings.collect(),
        tasks: found.model.plan_ids().flat_map(|_| tasks(&found.model)).collect(),
    }
}

fn tasks(model: &Model<'_>) -> Vec<String> {
    let text = |text: Option<planlint::model::Text>| text.map_or("-", |text| model.text(text)).to_owned();
    let of_task = |(number, task): (usize, &planlint::model::Task)| {
        let links = model.links(planlint::model::TaskId(number as u32));
        let links: Vec<String> = links
            .iter()
            .map(|link| format!("{} {}{}", model.text(link.predecessor), link.kind.as_str(), link.lag))
            .collect();
        let sites: Vec<&str> = model.list(task.sites()).iter().map(|site| model.text(*site)).collect();
        format!(
            "{}: {}, {}, {}, {}, [{}] [{}] {}",
            model.text(task.id),
            text(task.title()),
            text(task.owner()),
            task.duration().map_or("-".to_owned(), |it| it.value.to_string()),
            task.baseline_start().map_or("-".to_owned(), |it| it.value.to_string()),
            links.join(", "),
            sites.join(", "),
            text(task.rollback()),
        )
    };
    model.tasks.iter().enumerate().map(of_task).collect()
}

#[test]
fn five_mistakes_are_five_findings_and_what_lies_between_is_read() {
    let it = read(
        r#"[plan]
name = "X

[task]
a = { title = "A", owner = "mia", duration = "5d" }
b = { title = "B", owner = "omar", duration = 5d }
c = { title = "C", owner = "mia", duration = "2d"
d = { title = "D", owner "omar", duration = "3d" }

[task.e]
title = "E"
depends-on = ["a", "b SS+2d"
owner = "mia"

[task.f
title = "F"
owner = “omar”
"#,
    );
    assert_eq!(
        it.findings,
        [
            "PLN001 2:8",
            "PLN001 6:47",
            "PLN001 7:50",
            "PLN001 8:26",
            "PLN001 12:29",
            "PLN001 15:8",
            "PLN001 17:9"
        ]
    );
    assert_eq!(
        it.tasks,
        [
            "a: A, mia, 5d, -, [] [] -",
            "b: B, omar, 5d, -, [] [] -",
            "c: C, mia, 2d, -, [] [] -",
            "d: D, -, 3d, -, [] [] -",
            "e: E, mia, -, -, [a FS+0d, b SS+2d] [] -",
            "f: F, omar, -, -, [] [] -",
        ]
    );
}

#[test]
fn what_is_never_closed_spoils_only_its_own_statement() {
    for (broken, at) in [
        ("tags = [\"x\", \"y\"", 3),
        ("tags = [[[", 3),
        ("baseline = { cost = 5", 3),
        ("notes = \"x", 3),
        ("notes = 'x", 3),
        ("notes = \"\"\"x", 3),
        ("notes = '''x", 3),
        ("notes = \"\"\"", 3),
        ("notes =", 3),
        ("notes", 3),
        ("= 5", 3),
        ("notes = \"x\" \"y\"", 3),
        ("]", 3),
        ("}", 3),
        ("notes = ]", 3),
    ] {
        let it = read(&format!(
            "[task.a]\ntitle = \"A\"\n{broken}\nowner = \"mia\"\nduration = \"5d\"\n[task.b]\ntitle = \"B\"\n"
        ));
        assert_eq!(it.findings.len(), 1, "{broken}: {:?}", it.findings);
        assert!(it.findings[0].starts_with(&format!("PLN001 {at}:")), "{broken}: {:?}", it.findings);
        assert_eq!(it.tasks[0], "a: A, mia, 5d, -, [] [] -", "{broken}");
        assert_eq!(it.tasks[1], "b: B, -, -, -, [] [] -", "{broken}");
    }
}

#[test]
fn a_row_that_is_never_closed_spoils_no_other() {
    for broken in
        ["a = { title = \"A\"", "a = { title = \"A\", tags = [\"x\"", "a = { title = \"A\", notes = \"x }"]
    {
        let it = read(&format!("[task]\n{broken}\nb = {{ title = \"B\", owner = \"mia\" }}\n"));
        assert_eq!(it.findings.len(), 1, "{broken}: {:?}", it.findings);
        assert_eq!(it.tasks, ["a: A, -, -, -, [] [] -", "b: B, mia, -, -, [] [] -"], "{broken}");
    }
}

const BLOCKS: &str = r#"[task.a]
title = "A"
owner = "mia"
duration = "5d"
[task.b]
title = "B"
site = "porto"
depends-on = ["a FS+2d"]
rollback = { plan = "undo.md", takes = "2h" }
baseline = { start = 2026-10-19 }
"#;

#[test]
fn every_way_of_writing_gives_the_same_model() {
    let blocks = read(BLOCKS);
    let sites = "[site]\nporto = {}\n";
    assert_eq!(
        blocks.tasks,
        ["a: A, mia, 5d, -, [] [] -", "b: B, -, -, 2026-10-19, [a FS+2d] [porto] undo.md",]
    );
    for (name, text) in [
        (
            "rows",
            r#"[task]
a = { title = "A", owner = "mia", duration = "5d" }
b = { title = "B", site = "porto", depends-on = "a FS+2d", rollback = { plan = "undo.md", takes = "2h" }, baseline = { start = 2026-10-19 } }
"#,
        ),
        (
            "rows over several lines",
            "[task]\na = {\n  title = \"A\", # the first\n  owner = \"mia\",\n  duration = \"5d\",\n}\nb = {\n  title = \"B\",\n  site = \"porto\",\n  depends-on = [\n    \"a FS+2d\",\n  ],\n  rollback.plan = \"undo.md\",\n  baseline.start = 2026-10-19\n}\n",
        ),
        (
            "dotted keys",
            "task.a.title = \"A\"\ntask.a.owner = 'mia'\ntask.a.duration = \"5d\"\n[task]\nb.title = \"B\"\nb.site = \"porto\"\nb.depends-on = [\"a FS+2d\"]\nb.rollback.plan = \"undo.md\"\nb.baseline.start = 2026-10-19\n",
        ),
        (
            "quoted ids and keys, escapes, long texts",
            "[\"task\".\"a\"]\n\"title\" = \"\\u0041\"\nowner = '''mia'''\nduration = \"\"\"\n5d\"\"\"\n[ task . 'b' ]\ntitle = \"B\"\nsites = [\"porto\"]\ndepends-on = [\"a FS+2d\"]\nrollback = \"undo.md\"\nbaseline.start = 2026-10-19\n",
        ),
        (
            "sub-tables, before and after their own header",
            "[task.a]\ntitle = \"A\"\nowner = \"mia\"\nduration = \"5d\"\n[task.b.baseline]\nstart = 2026-10-19\n[task.b]\ntitle = \"B\"\nsite = \"porto\"\ndepends-on = { on = \"a\", type = \"FS\", lag = \"2d\" }\n[task.b.rollback]\nplan = \"undo.md\"\n",
        ),
        (
            "lines that end as on Windows",
            "[task.a]\r\ntitle = \"A\"\r\nowner = \"mia\"\r\nduration = \"5d\"\r\n\r\n[task.b]\r\ntitle = \"B\"\r\nsite = \"porto\"\r\ndepends-on = [\r\n  \"a FS+2d\",\r\n]\r\nrollback = \"undo.md\"\r\nbaseline = { start = 2026-10-19 }\r\n",
        ),
    ] {
        let it = read(&format!("{text}{sites}"));
        assert_eq!(it.tasks, blocks.tasks, "{name}");
        assert!(it.findings.is_empty(), "{name}: {:?}", it.findings);
    }
    let arrays = "[[task]]\nid = \"a\"\ntitle = \"A\"\nowner = \"mia\"\nduration = \"5d\"\n[[task]]\nid = \"b\"\ntitle = \"B\"\nsite = \"porto\"\ndepends-on = [\"a FS+2d\"]\nrollback = \"undo.md\"\nbaseline.start = 2026-10-19\n";
    let it = read(&format!("{arrays}{sites}"));
    assert_eq!(it.tasks, blocks.tasks);
    assert_eq!(it.findings, ["PLN003 1:3"], "our form is shown once");
}

#[test]
fn entries_in_double_brackets_without_an_id_stay_apart() {
    let it = read("[[task]]\ntitle = \"A\"\n[[task]]\ntitle = \"B\"\n");
    assert_eq!(it.findings, ["PLN003 1:3"]);
    assert_eq!(it.tasks.len(), 2);
}

#[test]
fn odd_files() {
    assert_eq!(read("").findings, ["PLN008 1:1"]);
    assert_eq!(read("\u{FEFF}").findings, ["PLN008 1:1"]);
    assert_eq!(read("\n\n# nothing yet\n").findings, ["PLN008 1:1"]);
    let it = read("\u{FEFF}[task.a]\ntitle = \"A\"\n");
    assert_eq!((it.findings.len(), it.tasks.len()), (0, 1), "a byte order mark: {:?}", it.findings);
    let it = read("[task.a]\ntitle = \"A\0\"\nnotes = \0\n\0\n[task.b]\ntitle = \"B\"\n");
    assert_eq!(it.tasks.len(), 2);
    assert_eq!(it.findings.len(), 3, "{:?}", it.findings);
    let it = read("[task.a]\rtitle = \"A\"\r[task.b]\ntitle = \"B\"");
    assert_eq!(it.tasks.len(), 2, "lines that end as on old Macs");
}

#[test]
fn letters_of_all_languages() {
    let it = read(
        "[task.\"büro-東京\"]\ntitle = \"Büro in 東京 🏢\"\n[task.b]\ntitle = \"B\"\ndepends-on = \"büro-東京\"\n",
    );
    assert!(it.findings.is_empty(), "{:?}", it.findings);
    assert_eq!(it.tasks[0], "büro-東京: Büro in 東京 🏢, -, -, -, [] [] -");
    let it = read("[task.büro]\ntitle = \"Büro\"\n[task]\nçà = { title = \"C\" }\n");
    assert_eq!(it.findings, ["PLN001 1:7", "PLN001 4:1"], "without quotation marks");
    assert_eq!(it.tasks.len(), 2, "and read all the same");
}

#[test]
fn what_is_written_twice_is_reported_and_the_first_counts() {
    let it = read(
        "[task.a]\ntitle = \"A\"\ntitle = \"B\"\nowner = \"mia\"\n[task.a]\ntitle = \"C\"\n[task]\nb = { title = \"B\", title = \"D\" }\n[task]\n[plan]\nname = \"X\"\n[plan]\nowner = \"mia\"\n",
    );
    assert_eq!(it.findings, ["PLN006 3:1", "PLN006 5:7", "PLN006 8:20", "PLN006 9:2", "PLN006 12:2"]);
    assert_eq!(it.tasks[0], "a: A, mia, -, -, [] [] -");
}

#[test]
fn brackets_without_end_are_no_problem() {
    for nested in ["[".repeat(100_000), "{ a = ".repeat(100_000), "[{a=".repeat(50_000)] {
        let it = read(&format!(
            "[task.a]\ntitle = \"A\"\ntags = {nested}\nowner = \"mia\"\n[task.b]\ntitle = \"B\"\n"
        ));
        assert_eq!(it.tasks.len(), 2);
        assert_eq!(it.tasks[0], "a: A, mia, -, -, [] [] -");
        assert_eq!(it.findings.len(), 1, "{:?}", it.findings);
    }
    let closed = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let it = read(&format!("[task.a]\ntitle = \"A\"\ntags = {closed}\nowner = \"mia\"\n"));
    assert_eq!(it.tasks, ["a: A, mia, -, -, [] [] -"]);
    assert!(read(&"[".repeat(100_000)).findings.iter().any(|it| it.starts_with("PLN001")));
    assert!(read(&format!("[{}]", "a.".repeat(100_000))).findings.iter().any(|it| it.starts_with("PLN")));
}

#[test]
fn many_mistakes_are_counted_in_one_pass() {
    let count = |text: &str| planlint::read::read(&Sources::from_text("plan.toml", text)).findings.len();
    assert_eq!(count(&format!("[task.a]\ntitle = \"A\"\ntags = [{}]\n", "\"\\q\", ".repeat(50_000))), 1);
    assert_eq!(count(&format!("[task.a]\ntitle = \"A\"\n{}", "x\n".repeat(50_000))), 50_000);
}

#[test]
fn bytes_that_are_no_text_are_shown_where_they_are() {
    let (text, decoding) =
        planlint::source::decode(b"[task.a]\ntitle = \"B\xFCro\"\n".to_vec(), Format::Toml);
    let file = planlint::source::SourceFile::new(
        "plan.toml".to_owned(),
        "plan.toml".into(),
        Format::Toml,
        text,
        decoding,
    );
    let sources = Sources::new(vec![file]);
    let found = planlint::read::read(&sources);
    let words: Vec<String> =
        found.findings.iter().map(|it| Catalogue::embedded().words(it, &found.model).message).collect();
    assert_eq!(words, ["Some letters of this file cannot be read as UTF-8, the first in line 2"]);
}

const PLAN: &str = r#"# A plan with everything that can be written in it.
[plan]
name = "Büros umziehen"
owner = "mia"
[calendar.office]
hours = ["08:00-12:00", '13:00-17:00']
holidays = [2026-12-25, { start = 2026-12-28, finish = 2027-01-02 }]
[person]
mia = { name = "Mia Costa", away = [{ start = 2026-11-02, finish = 2026-11-06 }] }
omar.name = "Omar \"O\" Said"
[task]
order = { title = "Order 40 laptops", owner = "mia", duration = "10d" }
setup = { title = "Set up", owner = "omar", duration = { low = "2d", likely = "3d" }, depends-on = ["order", "tell SS+50%"] }
tell.title = """
Tell people
their day 東京"""
[task."1.2.3"]
title = 'Swap laptops'
depends-on = [
  { on = "setup", type = "FF", lag = "1w", why = "delivery" }, # planlint: ignore[DEP015] agreed
  "erp/uat FS+2d",
]
rollback = { plan = "docs/undo.md", takes = "2h" }
cost = { amount = 1_800.50, currency = "USD" }
[task."1.2.3".baseline]
start = 2026-10-19
[[waiver]]
rule = ["DEP010"]
on = "tell"
reason = "agreed"
[term]
VDI = "Desktops on servers"
"#;

/// A part of the plan, on character boundaries.
fn slice(from: usize, length: usize) -> (usize, usize) {
    let boundary = |mut at: usize| {
        at = at.min(PLAN.len());
        while !PLAN.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    (boundary(from), boundary(from + length))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_text_of_the_signs_of_plans_is_read(text in "[\\[\\]{}=.,\"'#\\\\ \\na-cé“\\-0-9]{0,120}") {
        read(&text);
    }

    #[test]
    fn any_words_of_plans_are_read(words in proptest::collection::vec(proptest::sample::select(vec![
        "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "\"", "'", "\"\"\"", "'''", "#", "\\", "\n", "\r\n", " ", "task", "plan",
        "person", "a", "title", "depends-on", "baseline", "start", "id", "parent-default", "2026-10-19", "5", "5d", "true", "\"a\"", "ü",
    ]), 0..60)) {
        read(&words.concat());
    }

    #[test]
    fn a_plan_with_parts_lost_doubled_or_moved_is_read(
        changes in proptest::collection::vec((0..3_u8, 0..PLAN.len(), 0..40_usize, 0..PLAN.len()), 1..6)
    ) {
        let mut text = PLAN.to_owned();
        for (what, from, length, to) in changes {
            let (start, end) = slice(from, length);
            let part = PLAN[start..end].to_owned();
            let boundary = |text: &str, mut at: usize| {
                at = at.min(text.len());
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            match what {
                0 => {
                    let (start, end) = (boundary(&text, from), boundary(&text, from + length));
                    text.replace_range(start..end, "");
                }
                1 => text.insert_str(boundary(&text, to), &part),
                _ => text.insert_str(boundary(&text, from), &part),
            }
        }
        read(&text);
    }
}

#[test]
fn the_plan_that_is_mutated_is_sound() {
    let it = read(PLAN);
    assert!(it.findings.is_empty(), "{:?}", it.findings);
    assert_eq!(it.tasks.len(), 4);
}
