//! How findings look in each form, and how a run ends.
#![expect(clippy::unwrap_used, reason = "a helper that cannot do its work is a failed test")]

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use insta::assert_snapshot;
use planlint::catalogue::Catalogue;
use planlint::commands::{Exit, Io};
use planlint::filter::{Judged, Looked, Verdict};
use planlint::finding::{Code, Edit, Entity, EntityKind, Finding, Fix};
use planlint::model::Model;
use planlint::report::{self, View};
use planlint::source::{FileId, Sources, Span};

/// The `nth` place of a text in a file, counted from 0.
fn place(sources: &Sources, file: usize, needle: &str, nth: usize) -> Span {
    let text = &sources.file(FileId::new(file)).text;
    let (start, _) = text.match_indices(needle).nth(nth).unwrap();
    Span::new(FileId::new(file), start, start + needle.len())
}

fn verdict(findings: Vec<Finding>, model: &Model<'_>) -> Verdict {
    let catalogue = Catalogue::embedded();
    let findings = findings.into_iter().map(|finding| Judged {
        severity: catalogue.severity(&finding),
        fingerprint: "f00d".to_owned(),
        plan: None,
        hidden: None,
        finding,
    });
    let looked =
        Looked { files: model.sources().len(), plans: model.plans.len(), tasks: model.lists.tasks.len() };
    Verdict { findings: findings.collect(), suppressed: 2, looked, ..Verdict::default() }
}

type Writer = fn(&View<'_>, &mut dyn Write) -> io::Result<()>;

fn written(sources: &Sources, findings: Vec<Finding>, unicode: bool, writers: &[Writer]) -> String {
    let read = planlint::read::read(sources);
    let verdict = verdict(findings, &read.model);
    let view = View {
        model: &read.model,
        catalogue: Catalogue::embedded(),
        verdict: &verdict,
        width: 80,
        color: false,
        unicode,
        fail_on: planlint::finding::Severity::Warning,
        docs: None,
        hyperlinks: false,
        folder: "",
    };
    let mut out = Vec::new();
    for writer in writers {
        writer(&view, &mut out).unwrap();
    }
    String::from_utf8(out).unwrap()
}

const FULL: &[Writer] = &[report::full, report::summary];

const LISBON: &str = r#"[plan]
name = "New laptops for Lisbon"

[task]
order = { title = "Order 40 laptops", duration = "10d", depends-on = ["swap"] }
tell  = { title = "Tell people their day", kind = "user-notice", owner = "mia", duration = "1d", depends-on = ["order"] }

[task.swap]
title = "Swap laptops"
owner = "jonsa"
depends-on = ["order", "tell FS+5d"]
"#;

fn one_file() -> (Sources, Vec<Finding>) {
    let sources = Sources::from_text("lisbon/plan.toml", LISBON);
    let task = |index| Entity::new(EntityKind::Task, index);
    let findings = vec![
        Finding::new(Code::new("DEP001"), place(&sources, 0, "swap", 0))
            .about(task(0))
            .here("\"order\" waits for \"swap\"")
            .label(place(&sources, 0, "order", 2), "and \"swap\" waits for \"order\"")
            .param("count", "2")
            .param(
                "path",
                "\"Order 40 laptops\" (order) > \"Swap laptops\" (swap) > \"Order 40 laptops\" (order)",
            )
            .param("link", "\"swap\" in \"order\""),
        Finding::new(Code::new("OWN001"), place(&sources, 0, "tell", 0)).about(task(1)),
        Finding::new(Code::new("PLN007"), place(&sources, 0, "jonsa", 0))
            .about(task(2))
            .param("field", "owner")
            .param("value", "jonsa")
            .param("wanted", "person")
            .param("suggestion", "; did you mean \"jonas\"?")
            .fix(Fix {
                edits: vec![Edit { span: place(&sources, 0, "jonsa", 0), insert: "jonas".to_owned() }],
                ..Fix::not_safe("Write `jonas`")
            }),
    ];
    (sources, findings)
}

fn three_files() -> (Sources, Vec<Finding>) {
    let task = |id: &str, title: &str, after: &str| {
        format!(
            "[plan]\nname = \"{title}\"\n\n[task.{id}]\ntitle = \"{title}\"\nowner = \"mia\"\ndepends-on = [\"{after}\"]\n"
        )
    };
    let sources = Sources::from_texts([
        ("erp/plan.toml".to_owned(), task("cutover", "ERP cutover", "identity:logins")),
        ("identity/plan.toml".to_owned(), task("logins", "Move the logins", "workplace:laptops")),
        ("workplace/plan.toml".to_owned(), task("laptops", "New laptops", "erp:cutover")),
    ]);
    let finding = Finding::new(Code::new("DEP004"), place(&sources, 0, "identity:logins", 0))
        .about(Entity::new(EntityKind::Task, 0))
        .here("waits for the plan \"identity\"")
        .label(place(&sources, 1, "workplace:laptops", 0), "waits for the plan \"workplace\"")
        .label(place(&sources, 2, "erp:cutover", 0), "waits for the plan \"erp\"")
        .param("count", "3")
        .param("plans", "erp, identity and workplace")
        .param("path", "erp:cutover > identity:logins > workplace:laptops > erp:cutover")
        .param("link", "\"erp:cutover\" in \"laptops\"");
    (sources, vec![finding])
}

#[test]
fn full_shows_the_lines_the_help_and_the_question() {
    let (sources, findings) = one_file();
    assert_snapshot!(written(&sources, findings, false, FULL), @r###"
    error[DEP001] dependency-cycle: 2 tasks wait for each other in a circle: "Order
      40 laptops" (order) > "Swap laptops" (swap) > "Order 40 laptops" (order)
       ,-[lisbon/plan.toml:5:72]
     5 | order...= "10d", depends-on = ["swap"] }
       :                                 ^^^^
       :                                   `-- "order" waits for "swap"
       `----
        ,-[lisbon/plan.toml:11:16]
     11 | depends-on = ["order", "tell FS+5d"]
        :                ^^^^^
        :                  `-- and "swap" waits for "order"
        `----
      help: Remove or turn round one link, best the one from "swap" in "order".
            Often one task must be split in two: draft, then approve.
      ask:  "Which of these really comes first?"

    error[OWN001] unowned-task: "Tell people their day" (tell) has no owner
       ,-[lisbon/plan.toml:6:1]
     6 | tell  = { title = "Tell people their day", kind = "user-notice", owner =...
       : ^^^^
       `----
      help: Add `owner = "..."` and name one person.
      ask:  "Who will tell us that this is done?"

    error[PLN007] unknown-reference: There is no person "jonsa"; did you mean
      "jonas"?
        ,-[lisbon/plan.toml:10:10]
      8 | [task.swap]
      9 | title = "Swap laptops"
     10 | owner = "jonsa"
        :          ^^^^^
        `----
      help: Correct the id in `owner`, or add what is missing to the plan.
      ask:  "What was meant: a typing error, or something that is still missing?"

    3 errors in 1 plan (3 tasks, 1 file); 2 findings suppressed
    1 of these can be fixed with --fix --unsafe-fixes
    "###);
}

#[test]
fn full_shows_a_picture_for_each_file() {
    let (sources, findings) = three_files();
    assert_snapshot!(written(&sources, findings, true, FULL), @r###"
    error[DEP004] cross-plan-cycle: 3 tasks of the plans erp, identity and workplace
      wait for each other in a circle: erp:cutover > identity:logins >
      workplace:laptops > erp:cutover
       ╭─[erp/plan.toml:7:16]
     4 │ [task.cutover]
     5 │ title = "ERP cutover"
     6 │ owner = "mia"
     7 │ depends-on = ["identity:logins"]
       ·                ───────┬───────
       ·                       ╰── waits for the plan "identity"
       ╰────
       ╭─[identity/plan.toml:7:16]
     7 │ depends-on = ["workplace:laptops"]
       ·                ────────┬────────
       ·                        ╰── waits for the plan "workplace"
       ╰────
       ╭─[workplace/plan.toml:7:16]
     7 │ depends-on = ["erp:cutover"]
       ·                ─────┬─────
       ·                     ╰── waits for the plan "erp"
       ╰────
      help: Agree an interim delivery with the other project manager, and split the
            task that gives it. Best remove the link from "erp:cutover" in
            "laptops".
      ask:  "Team A waits for team B and B for A: who moves first?"

    1 error in 3 plans (3 tasks, 3 files); 2 findings suppressed
    "###);
}

#[test]
fn concise_is_one_line_a_finding() {
    let ((sources, findings), (others, more)) = (one_file(), three_files());
    let concise: &[Writer] = &[report::concise, report::summary];
    assert_snapshot!(written(&sources, findings, false, concise) + &written(&others, more, false, concise), @r###"
    lisbon/plan.toml:5:72: error[DEP001] dependency-cycle: 2 tasks wait for each other in a circle: "Order 40 laptops" (order) > "Swap laptops" (swap) > "Order 40 laptops" (order)
    lisbon/plan.toml:6:1: error[OWN001] unowned-task: "Tell people their day" (tell) has no owner
    lisbon/plan.toml:10:10: error[PLN007] unknown-reference: There is no person "jonsa"; did you mean "jonas"?
    3 errors in 1 plan (3 tasks, 1 file); 2 findings suppressed
    1 of these can be fixed with --fix --unsafe-fixes
    erp/plan.toml:7:16: error[DEP004] cross-plan-cycle: 3 tasks of the plans erp, identity and workplace wait for each other in a circle: erp:cutover > identity:logins > workplace:laptops > erp:cutover
    1 error in 3 plans (3 tasks, 3 files); 2 findings suppressed
    "###);
}

#[test]
fn statistics_count_the_most_frequent_rule_first() {
    let (sources, mut findings) = one_file();
    findings.push(findings[1].clone());
    assert_snapshot!(written(&sources, findings, false, &[report::statistics]), @r###"
    2  OWN001  unowned-task       A task without an owner
    1  DEP001  dependency-cycle   Tasks that wait for each other in a circle
    1  PLN007  unknown-reference  An id that nothing in the plan has
    "###);
}

#[test]
fn json_has_every_key_of_the_contract() {
    let (sources, findings) = one_file();
    let text = written(&sources, findings, false, &[report::json_with_statistics]);
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(keys(&object), "findings statistics summary tool version");
    assert_eq!(keys(&object["summary"]), "advice errors files plans suppressed tasks warnings");
    for finding in object["findings"].as_array().unwrap() {
        assert_eq!(
            keys(finding),
            "code column end_column end_line entity file fingerprint fix help line message name plan question \
             related severity"
        );
    }
    let (cycle, name) = (&object["findings"][0], &object["findings"][2]);
    assert_eq!((cycle["line"].as_u64(), cycle["column"].as_u64()), (Some(5), Some(72)));
    assert_eq!((cycle["end_line"].as_u64(), cycle["end_column"].as_u64()), (Some(5), Some(76)));
    assert_eq!(cycle["plan"], "lisbon");
    assert_eq!(cycle["entity"], serde_json::json!({"kind": "task", "id": "order"}));
    assert_eq!(keys(&cycle["related"][0]), "column end_column end_line file line message");
    let start = LISBON.find("jonsa").unwrap();
    let edit =
        serde_json::json!({"file": "lisbon/plan.toml", "start": start, "end": start + 5, "insert": "jonas"});
    assert_eq!(name["fix"], serde_json::json!({"message": "Write `jonas`", "safe": false, "edits": [edit]}));
}

#[test]
fn json_of_no_findings_is_an_object_too() {
    let sources = Sources::from_text("plan.toml", "[plan]\n");
    let text = written(&sources, Vec::new(), false, &[report::json]);
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(object["findings"], serde_json::json!([]));
}

#[test]
fn nothing_in_a_plan_reaches_the_terminal_as_a_command() {
    let text =
        "[plan]\nname = \"x\"\n\n[task.a\u{1b}[31m]\ntitle = \"\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}\"\n";
    let sources = Sources::from_texts([("a\u{1b}[2J.plan.toml".to_owned(), text.to_owned())]);
    let finding = Finding::new(Code::new("PLN007"), place(&sources, 0, "owned", 0))
        .here("\u{1b}[1m")
        .param("value", "\u{1b}[5m\u{9b}1m\u{7}");
    for unicode in [false, true] {
        let out = written(&sources, vec![finding.clone()], unicode, &[report::full, report::concise]);
        assert!(out.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')), "{out:?}");
    }
}

#[test]
fn a_line_longer_than_the_page_is_cut_around_its_places() {
    let row =
        format!("%R\t{}\tBAD\t{}\tWORSE\t{}\n", "x".repeat(100_000), "y".repeat(300), "z".repeat(100_000));
    let sources = Sources::from_texts([("p6.plan.toml".to_owned(), format!("ERMHDR\n{row}"))]);
    let finding = Finding::new(Code::new("OWN001"), place(&sources, 0, "BAD", 0))
        .here("this one")
        .label(place(&sources, 0, "WORSE", 0), "and this");
    let out = written(&sources, vec![finding], false, &[report::full]);
    assert!(out.lines().all(|line| line.chars().count() <= 80), "{out}");
    assert!(out.contains("BAD") && out.contains("WORSE") && out.contains("..."), "{out}");
}

#[test]
fn a_file_as_a_whole_is_named_and_no_line_of_it_shown() {
    let sources = Sources::from_texts([("old.mpp".to_owned(), "\u{0}binary\u{1}".to_owned())]);
    let findings = planlint::read::read(&sources).findings;
    assert_snapshot!(written(&sources, findings, false, &[report::full]), @r###"
    error[PLN009] unsupported-format: Files of Microsoft Project (.mpp) cannot be
      read directly; XML files saved by it can
      in old.mpp
      help: In Microsoft Project choose File, Save As, and the type XML Format
            (*.xml). Check that file instead, or turn it into a plan file with
            `planlint import`.
      ask:  "Can the tool that made this file export it?"
    "###);
}

#[test]
fn seven_places_are_shown_and_the_rest_counted() {
    let text: String = (0..12).map(|n| format!("[task.t{n}]\n\n\n\n\n\n")).collect();
    let sources = Sources::from_text("plan.toml", &text);
    let mut finding = Finding::new(Code::new("OWN001"), place(&sources, 0, "t0", 0));
    for n in 1..12 {
        finding = finding.label(place(&sources, 0, &format!("t{n}"), 0), "here");
    }
    let out = written(&sources, vec![finding], false, &[report::full]);
    assert_eq!(out.matches("[task.").count(), 7, "{out}");
    assert!(out.contains("and 5 more places"), "{out}");
}

#[test]
fn a_place_at_the_end_of_a_text_or_over_several_lines_is_shown() {
    let text = "[task.a]\ntitle = '''\r\none\ntwo'''\nlast = é";
    let sources = Sources::from_text("plan.toml", text);
    let file = FileId::new(0);
    for (start, end) in [(text.len(), text.len()), (9, 30), (text.len() - 2, text.len()), (8, 8), (20, 21)] {
        let finding = Finding::new(Code::new("OWN001"), Span::new(file, start, end)).here("here");
        assert!(written(&sources, vec![finding], true, &[report::full]).contains("here"), "{start}");
    }
}

/// A stream whose reader is gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a command line in a folder with one plan.
fn ran_into(
    words: &str,
    plan: &str,
    out: &mut dyn Write,
    env: &dyn Fn(&str) -> Option<String>,
) -> (Exit, String) {
    let folder = tempfile::tempdir().unwrap();
    if !plan.is_empty() {
        std::fs::write(folder.path().join("plan.toml"), plan).unwrap();
    }
    let mut err = Vec::new();
    let words: Vec<OsString> =
        std::iter::once("planlint").chain(words.split_whitespace()).map(OsString::from).collect();
    let mut io = Io {
        stdin: &mut plan.as_bytes(),
        stdout: out,
        stderr: &mut err,
        stdout_is_terminal: false,
        terminal_width: None,
        terminal_has_links: false,
        terminal: None,
        env,
        cwd: PathBuf::from(folder.path()),
        today: jiff::civil::date(2026, 10, 2),
        now: &|| (jiff::civil::date(2026, 10, 2), jiff::civil::time(9, 0, 0, 0)),
    };
    let exit = planlint::cli::run(words, &mut io);
    (exit, String::from_utf8(err).unwrap())
}

fn ran(words: &str, plan: &str) -> (Exit, String, String) {
    let mut out = Vec::new();
    let (exit, err) = ran_into(words, plan, &mut out, &|_| None);
    (exit, String::from_utf8(out).unwrap(), err)
}

const SOUND: &str = "[plan]\nname = \"x\"\nowner = \"mia\"\n\n[person.mia]\nname = \"Mia\"\n";
const BROKEN: &str = "[plan]\nname = \n";

#[test]
fn the_exit_code_says_how_it_went() {
    assert_eq!(ran("--select PLN001", BROKEN).0, Exit::Findings);
    assert_eq!(ran("--select PLN001 --output-format json", BROKEN).0, Exit::Findings);
    assert_eq!(ran("--select PLN001 --exit-zero", BROKEN).0, Exit::Clean);
    assert_eq!(ran("--select PLN001", SOUND).0, Exit::Clean);
    assert_eq!(ran("--no-such-flag", SOUND).0, Exit::Failed);
    assert_eq!(ran("--select XYZ999", SOUND).0, Exit::Failed);
    assert_eq!(ran("explain DEP001", "").0, Exit::Clean);
    assert_eq!(ran("--version", "").0, Exit::Clean);
}

#[test]
fn a_path_that_cannot_be_read_fails_after_the_findings() {
    let (exit, out, err) = ran("--select PLN001 . gone.toml", BROKEN);
    assert_eq!(exit, Exit::Failed);
    assert!(out.contains("PLN001") && err.contains("gone.toml"), "{out}{err}");
}

#[test]
fn a_check_that_finds_no_plan_fails_and_says_where_it_looked() {
    let (exit, out, err) = ran("", "");
    assert_eq!((exit, out.as_str()), (Exit::Failed, ""));
    assert!(err.contains("no plan file was found in ."), "{err}");
}

#[test]
fn quiet_leaves_the_findings_and_twice_quiet_nothing() {
    let (_, out, _) = ran("-q --output-format concise --select PLN001", BROKEN);
    assert!(out.lines().all(|line| line.contains("PLN001")) && !out.is_empty(), "{out}");
    let (exit, out, err) = ran("-qq --select PLN001", BROKEN);
    assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Findings, "", ""));
}

#[test]
fn a_plan_comes_in_from_the_input_stream_under_its_name() {
    let (exit, out, _) =
        ran("check - --stdin-filename x/plan.toml --select PLN001 --output-format concise", BROKEN);
    assert_eq!(exit, Exit::Findings);
    assert!(out.starts_with("x/plan.toml:2:"), "{out}");
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    for words in ["--select PLN001", "--output-format json", "explain DEP001", "rules", "--help"] {
        assert_eq!(ran_into(words, BROKEN, &mut Closed, &|_| None), (Exit::Clean, String::new()), "{words}");
    }
}

#[test]
fn the_environment_sets_form_and_color_and_the_command_line_wins() {
    let env = |name: &str| match name {
        "PLANLINT_OUTPUT_FORMAT" => Some("json".to_owned()),
        "FORCE_COLOR" => Some("1".to_owned()),
        _ => None,
    };
    let out = |words: &str| {
        let mut out = Vec::new();
        ran_into(words, BROKEN, &mut out, &env);
        String::from_utf8(out).unwrap()
    };
    assert!(out("--select PLN001").starts_with('{'));
    assert!(out("--select PLN001 --output-format full").contains('\u{1b}'));
    assert!(!out("--select PLN001 --output-format full --color never").contains('\u{1b}'));
}

#[test]
fn an_unknown_rule_is_suggested_and_the_others_are_explained() {
    let (exit, out, err) = ran("explain DEP01 self-dependency", "");
    assert_eq!(exit, Exit::Failed);
    assert!(out.starts_with("DEP002 self-dependency\n"), "{out}");
    assert!(err.contains("did you mean \"DEP001\"?"), "{err}");
}

#[test]
fn examples_are_explained_without_the_comments_of_our_tests() {
    let catalogue = Catalogue::embedded();
    for rule in catalogue.rules() {
        let (exit, out, _) = ran(&format!("explain {}", rule.code), "");
        assert_eq!(exit, Exit::Clean);
        assert!(!out.contains("^^^") && !out.contains("# error:") && !out.contains("\n    #-"), "{out}");
    }
}

#[test]
fn the_list_of_rules_says_which_are_on() {
    let (_, out, _) = ran("rules --select DEP002", "");
    assert_eq!(out, "DEP002  self-dependency  error    on   A task that waits for itself\n");
    let (_, out, _) = ran("rules --output-format json", "");
    let object: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(object["rules"].as_array().unwrap().len(), Catalogue::embedded().rules().len());
    assert_eq!(ran("rules --select NOPE", "").0, Exit::Failed);
}
