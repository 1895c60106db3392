//! Rule packs of the user's own: what their rules find, and what is said of mistakes in them.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its folder fails")]

use planlint::catalogue::{Catalogue, Options, PackText, Rule};
use planlint::finding::{Code, Finding};
use planlint::rules::PlanSettings;
use planlint::source::{Decoding, FileId, Format, SourceFile, Sources, Span};

const HEAD: &str = "[pack]\nid = \"acme\"\nfamily = \"ACME\"\ntitle = \"Acme\"\n";
const WORDS: &str = "name = \"a-fault\"\nseverity = \"error\"\nquestion = \"Why?\"\nmessage = \"{entity} lacks it: {missing}\"\nhelp = \"Add it.\"\n";

/// A pack with one rule that asks this.
fn pack(asks: &str) -> String {
    format!("{HEAD}[rule.ACME001]\n{WORDS}{asks}\n")
}

/// What the rules of a pack find in a plan: `line:column` each, in order. The pack must be sound.
fn found(pack: &str, plan: &str) -> Vec<String> {
    places(pack, plan, |finding| vec![finding.primary.span])
}

/// The same for other places of the findings.
fn places(pack: &str, plan: &str, of: impl Fn(&Finding) -> Vec<Span>) -> Vec<String> {
    let (catalogue, findings) = Catalogue::embedded().with(&[PackText { file: FileId::new(0), text: pack }]);
    assert!(findings.is_empty(), "{findings:#?}\n{pack}");
    let sources = Sources::from_text("plan.toml", plan);
    let runs = |rule: &Rule| &*rule.family == "ACME";
    let options = Options::new();
    let run = planlint::find(
        &sources,
        &catalogue,
        |model| {
            model
                .plans
                .iter()
                .map(|_| PlanSettings { runs: &runs, options: &options, guesses: true })
                .collect()
        },
        jiff::civil::date(2026, 10, 2),
    );
    assert!(run.failed.is_empty(), "{:?}", run.failed);
    let mut places: Vec<(u32, u32)> = run
        .findings
        .iter()
        .filter(|finding| finding.code.as_str().starts_with("ACME"))
        .flat_map(of)
        .map(|span| {
            let file = sources.file(span.file);
            let at = file.lines().position(&file.text, span.start);
            (at.line, at.column)
        })
        .collect();
    places.sort_unstable();
    places.into_iter().map(|(line, column)| format!("{line}:{column}")).collect()
}

const PLAN: &str = r#"[plan]
name = "P"
[task]
pilot = { title = "Pilot", kind = "pilot", duration = "3d" }
test = { title = "Test", kind = "test", covers = ["a"] }
go = { title = "Roll out", kind = "rollout", affects = ["a", "b"], duration = "3w", depends-on = ["pilot", "test SS"] }
late = { title = "Roll out again", kind = "rollout", affects = ["a"], depends-on = ["go"] }
[asset]
a = { kind = "application", version = "1", owner = "x" }
b = { kind = "database" }
[person]
x = { name = "X" }
"#;

#[test]
fn relations_along_the_network_are_answered() {
    let rule =
        |asks: &str| found(&pack(&format!("for-each = {{ task = {{ kind = \"rollout\" }} }}\n{asks}")), PLAN);
    assert!(rule("require = { finish-upstream = { kind = \"pilot\" } }").is_empty());
    assert_eq!(rule("require = { finish-upstream = { kind = \"test\" } }"), ["6:1"], "the first only");
    assert!(rule("require = { upstream = { kind = \"test\" } }").is_empty());
    assert_eq!(rule("require = { upstream = { kind = \"gate\" } }"), ["6:1"]);
    assert_eq!(rule("require = { downstream = { kind = \"gate\" } }"), ["7:1"], "the last only");
    assert_eq!(rule("require = { upstream = { kind = [\"pilot\", \"test\"], at-least = 3 } }"), ["6:1"]);
    assert!(rule("require = { upstream = { kind = [\"pilot\", \"test\"], at-least = 2 } }").is_empty());
    assert_eq!(rule("forbid = { upstream = { kind = \"pilot\" } }"), ["6:1", "7:1"]);
    assert_eq!(
        rule("per = \"assets\"\nrequire = { upstream = { kind = \"test\" } }"),
        ["6:1"],
        "b is not tested"
    );
    assert!(rule("require = { upstream = { kind = \"test\", same = [\"asset\"] } }").is_empty());
    assert!(
        rule("per = { assets = { kind = \"application\" } }\nrequire = { upstream = { kind = \"test\" } }")
            .is_empty()
    );
}

#[test]
fn of_several_demands_only_what_is_missing_is_pointed_at() {
    let rule = "for-each = { task = { kind = \"rollout\" } }\n\
        require = { all = [{ finish-upstream = { kind = \"pilot\" } }, { finish-upstream = { kind = \"test\" } }] }";
    let labels = |finding: &Finding| finding.labels.iter().map(|label| label.span).collect();
    assert_eq!(places(&pack(rule), PLAN, labels), ["5:1"], "the test is there and not linked; the pilot is");
}

#[test]
fn fields_and_direct_relations_are_compared() {
    let task =
        |of: &str, asks: &str| found(&pack(&format!("for-each = {{ task = {{ {of} }} }}\n{asks}")), PLAN);
    assert_eq!(task("duration = { over = \"10d\" }", "require = { owner = { missing = false } }"), ["6:1"]);
    assert_eq!(
        task("", "require = { any = [{ duration = { missing = false } }, { kind = \"rollout\" }] }"),
        ["5:1"]
    );
    assert_eq!(
        task("title = { matches = \"(?i)again$\" }", "require = { predecessor = { kind = \"pilot\" } }"),
        ["7:1"]
    );
    assert_eq!(task("is-change = true", "forbid = { scope = { kind = \"database\" } }"), ["6:1"]);
    let asset = |asks: &str| found(&pack(&format!("for-each = {{ asset = {{}} }}\n{asks}")), PLAN);
    assert_eq!(asset("require = { owner = {} }"), ["10:1"]);
    assert_eq!(asset("require = { version = { missing = false } }"), ["10:1"]);
    assert_eq!(asset("require = { changed-by = { at-least = 2 } }"), ["10:1"]);
    assert_eq!(
        found(&pack("for-each = { plan = { leaves = { at-least = 4 } } }\nrequire = { risks = {} }"), PLAN),
        ["1:2"]
    );
    assert!(
        found(&pack("for-each = { plan = { leaves = { at-least = 5 } } }\nrequire = { risks = {} }"), PLAN)
            .is_empty()
    );
}

#[test]
fn what_planlint_works_out_of_things_is_asked_for() {
    let plan = r#"[plan]
[calendar]
k = { time-zone = "Asia/Kolkata" }
[site]
a = { calendar = "k" }
b = { time-zone = " " }
c = {}
[task]
p = { title = "P" }
q = { title = "Q", parent = "p" }
t = { title = "T", parent = "q", site = "b", start = 2026-11-07T22:00:00 }
u = { title = "U", parent = "q", affects = "c", start = 2026-11-07 }
[issue]
i = { title = "I", blocks = ["u", "p"] }
[assumption]
x = { title = "X", validated = false }
y = { title = "Y", validated = true }
"#;
    for (asks, places) in [
        ("for-each = { site = {} }\nrequire = { time-zone = { missing = false } }", &["6:1", "7:1"][..]),
        ("for-each = { site = {} }\nforbid = { is-named = false }", &["5:1"]),
        ("for-each = { task = {} }\nforbid = { has-clock-time = true }", &["11:1"]),
        ("for-each = { task = {} }\nrequire = { issues = {} }", &["11:1"]),
        ("for-each = { task = {} }\nforbid = { phases = { issues = {} } }", &["11:1", "12:1"]),
        ("for-each = { task = {} }\nrequire = { phases = { at-least = 3 } }", &["11:1", "12:1"]),
        ("for-each = { assumption = {} }\nrequire = { owner = { missing = false } }", &["16:1"]),
        (
            "for-each = { assumption = { open = false } }\nrequire = { owner = { missing = false } }",
            &["17:1"],
        ),
        ("for-each = { issue = {} }\nforbid = { tasks = { title = \"U\" } }\nat = \"blocks\"", &["14:31"]),
        ("for-each = { issue = {} }\nforbid = { tasks = { title = \"P\" } }\nat = \"blocks\"", &["14:36"]),
    ] {
        assert_eq!(found(&pack(asks), plan), places, "{asks}");
    }
}

#[test]
fn one_gap_is_one_finding_unless_each_is_to_be_named() {
    let asks = "for-each = { task = { kind = \"rollout\" } }\nrequire = { upstream = { kind = \"gate\" } }\n";
    assert_eq!(found(&pack(asks), PLAN), ["6:1"]);
    assert_eq!(found(&pack(&format!("{asks}merge = false")), PLAN), ["6:1", "7:1"]);
    let plan = r#"[plan]
[asset]
a = {}
b = {}
[task]
g = { title = "G", kind = "gate" }
x = { title = "X", kind = "rollout", affects = "a" }
y = { title = "Y", kind = "rollout", affects = "a", depends-on = "x" }
z = { title = "Z", kind = "rollout", affects = "b", depends-on = "x" }
"#;
    let same = asks.replace("\"gate\" }", "\"gate\", same = [\"asset\"] }");
    assert_eq!(found(&pack(&same), plan), ["7:1", "9:1"], "of each asset the first");
}

/// What is said of a pack: code and `line:column` each, in order.
fn mistakes(text: &str) -> Vec<String> {
    let file = SourceFile::new(
        "acme.toml".into(),
        "acme.toml".into(),
        Format::Config,
        text.to_owned(),
        Decoding::default(),
    );
    let (_, findings) = Catalogue::embedded().with(&[PackText { file: FileId::new(0), text }]);
    let mut said: Vec<(u32, u32, Code)> = findings
        .iter()
        .map(|finding: &Finding| {
            let at = file.lines().position(text, finding.primary.span.start);
            (at.line, at.column, finding.code)
        })
        .collect();
    said.sort_unstable();
    said.into_iter().map(|(line, column, code)| format!("{code} {line}:{column}")).collect()
}

#[test]
fn a_wrong_word_is_a_finding_at_its_place() {
    assert_eq!(
        mistakes(&pack("for-each = { task = { kind = \"rolout\" } }\nrequire = { upstraem = {} }")),
        ["PCK002 11:31", "PCK002 12:13"]
    );
}

/// A risk with a mitigation that is done, one that nobody knows, and a phase of which all is done; a fleet in a group.
const WORDED: &str = r#"[plan]
name = "P"
sponsor = "Ann Lee"
[task]
phase = { title = "Phase" }
done = { title = "Done", parent = "phase", status = "done" }
go = { title = "Roll out", kind = "rollout", affects = ["fleet"] }
[asset]
all = { kind = "application", members = ["fleet"], platform = "cloud" }
fleet = { kind = "application", members = ["a", "b"] }
a = { kind = "application" }
b = { kind = "application" }
[risk]
r = { title = "R", mitigations = ["phase"], review-by = 1900-01-01, window = { start = 2026-09-01, finish = 2026-09-30 } }
s = { title = "S", mitigations = ["wholly-unknown"], review-by = 2026-09-01, residual = { impact = 3 } }
[person]
ann = { name = "Ann Lee" }
bob = { name = "Bob" }
"#;

#[test]
fn what_is_misspelt_or_still_open_is_left_to_the_rules_about_it() {
    let risk = |asks: &str| found(&pack(&format!("for-each = {{ risk = {{}} }}\n{asks}")), WORDED);
    assert!(
        risk("require = { mitigations = { done = true } }").is_empty(),
        "a phase is as far as what is inside"
    );
    assert_eq!(risk("forbid = { mitigations = { done = true } }"), ["14:1"]);
    assert_eq!(risk("forbid = { review-by = { before = \"status-date\" } }"), ["15:1"]);
    assert_eq!(risk("forbid = { window-finish = { before = \"status-date\" } }"), ["14:1"]);
    let person =
        |asks: &str, plan: &str| found(&pack(&format!("for-each = {{ person = {{}} }}\n{asks}")), plan);
    assert_eq!(person("forbid = { is-sponsor = true }", WORDED), ["17:1"]);
    assert!(
        person("require = { is-sponsor = true }", &WORDED.replace("\"Ann Lee\"\n[task]", "\"an\"\n[task]"))
            .is_empty()
    );
}

#[test]
fn findings_are_placed_at_the_first_field_that_is_given() {
    let risk =
        |asks: &str| found(&pack(&format!("for-each = {{ risk = {{ title = \"S\" }} }}\n{asks}")), WORDED);
    let fails = "require = { trigger = { missing = false } }";
    assert_eq!(risk(fails), ["15:1"]);
    assert_eq!(risk(&format!("{fails}\nat = [\"contingency\", \"residual.impact\"]")), ["15:100"]);
    let variant = "[rule.ACME001.variant.x]\nwhen = { title = \"S\" }\nmessage = \"{title}\"";
    assert_eq!(risk(&format!("{fails}\nat = \"residual.impact\"\n{variant}\nat = \"id\"")), ["15:1"]);
}

#[test]
fn groups_stand_for_their_members_and_a_plan_for_all_that_is_in_it() {
    let asset =
        |of: &str, asks: &str| found(&pack(&format!("for-each = {{ asset = {{ {of} }} }}\n{asks}")), WORDED);
    assert_eq!(
        asset("changed-by = {}", "forbid = { groups = { platform = \"cloud\" } }"),
        ["10:1", "11:1", "12:1"]
    );
    assert!(asset("members = { none = true }", "require = { changed-by = {} }").is_empty());
    let whole = "require = { owner = { missing = false } }\n[rule.ACME001.variant.whole-plan]\nmessage = \"{found}: {count}\"";
    assert_eq!(asset("", whole).len(), 4);
    assert_eq!(asset("", &format!("{whole}\nfrom = 4")), ["1:2"]);
    let task = "for-each = { task = { needs-target = true } }\nrequire = { target = { missing = false } }";
    assert_eq!(found(&pack(task), WORDED), ["7:1"]);
}

/// Twelve different mistakes, and two rules without any.
const TWELVE: &str = r#"[pack]
id = "acme"
family = "ACME"
title = "Acme"
[kind]
used = { means = "it is used" }
unused = { means = "nobody asks for it" }
mute = { touches-production = true }
[field.site.x-country]
type = "county"
[rule.ACME001]
name = "no-pilot"
severity = "eror"
question = "Who first?"
message = "{entity}"
help = "Add a pilot."
for-each = { task = { kind = "rollout" } }
require = { upstream = { kind = "pilot" } }
[rule.ACME002]
name = "no-question"
severity = "error"
message = "{entity}"
help = "Add it."
for-each = { task = { kind = "rollout" } }
require = { upstream = { kind = "pilot" } }
[rule.ACME003]
name = "bad-words"
severity = "error"
question = "Why?"
message = "{entity}"
help = "Add it."
for-each = { task = { titel = { matches = "x" } } }
require = { upstream = { kind = "pilott" } }
[rule.ACME004]
name = "bad-expression"
severity = "error"
question = "Why?"
message = "{entity}"
help = "Add it."
for-each = { task = { title = { matches = "(a" } } }
require = { duration = { over = "soon" } }
[rule.ACME005]
name = "sound"
severity = "error"
question = "Why?"
message = "{entity}"
help = "Add it."
for-each = { task = { kind = "rollout" } }
require = { upstream = { kind = "used" } }
bad = '[plan'
[rule.ACME006]
name = "sound-too"
severity = "error"
question = "Why?"
message = "{entity}"
help = "Add it."
for-each = { task = { kind = "rollout" } }
require = { upstream = { kind = "used" } }
[rule.DEP001]
name = "taken"
severity = "error"
question = "Why?"
message = "{entity}"
help = "Add it."
for-each = { task = { kind = "rollout" } }
require = { upstream = { kind = "used" } }
[rule.ACME007]
name = "sound-as-well"
severity = "error"
question = "Why?"
message = "{entity}"
help = "Add it."
for-each = { asset = {} }
require = { owner = {} }
"#;

#[test]
fn twelve_mistakes_are_twelve_findings_and_the_sound_rules_run() {
    let said = mistakes(TWELVE);
    let expected = [
        "PCK007 7:1",
        "PCK005 8:1",
        "PCK002 10:9",
        "PCK002 13:13",
        "PCK005 19:7",
        "PCK002 32:23",
        "PCK002 33:34",
        "PCK004 40:44",
        "PCK002 41:34",
        "PCK008 42:7",
        "PCK004 59:7",
        "PCK006 59:7",
    ];
    assert_eq!(said, expected, "{said:#?}");
    let (catalogue, _) = Catalogue::embedded().with(&[PackText { file: FileId::new(0), text: TWELVE }]);
    let sound: Vec<&str> = catalogue
        .rules()
        .iter()
        .filter(|rule| &*rule.family == "ACME")
        .map(|rule| rule.code.as_str())
        .collect();
    assert_eq!(sound, ["ACME006", "ACME007"]);
}

/// A pack may be hostile or generated: it must be read in seconds.
#[track_caller]
fn quickly<T>(work: impl FnOnce() -> T) -> T {
    let begun = std::time::Instant::now();
    let done = work();
    let took = begun.elapsed();
    // Builds without optimization on a busy machine are allowed for.
    assert!(took.as_secs() < 30, "took {took:?}");
    done
}

fn matching(expression: &str) -> String {
    pack(&format!(
        "for-each = {{ task = {{ title = {{ matches = '{expression}' }} }} }}\nrequire = {{ owner = {{}} }}"
    ))
}

#[test]
fn regular_expressions_take_time_in_proportion_to_the_text() {
    let plan = format!("[plan]\nname = \"P\"\n[task]\na = {{ title = \"{}\" }}\n", "a".repeat(200_000));
    assert!(quickly(|| found(&matching("(a+)+$"), &plan)).len() == 1);
    assert!(quickly(|| found(&matching("(a|aa)+b"), &plan)).is_empty());
    assert!(quickly(|| found(&matching("(.*)*(.*)*x"), &plan)).is_empty());
}

#[test]
fn expressions_that_grow_too_large_are_findings() {
    assert_eq!(quickly(|| mistakes(&matching("((a{100}){100}){100}"))), ["PCK004 11:44"]);
    assert_eq!(quickly(|| mistakes(&matching(r"(\w{200}){200}"))), ["PCK004 11:44"]);
    // Plain words need no program: they are looked for all at once.
    let words: Vec<String> = (0..10_000).map(|number| format!("word{number}")).collect();
    assert!(quickly(|| found(&matching(&words.join("|")), PLAN)).is_empty());
    let patterns: Vec<String> = (0..10_000).map(|number| format!(r"{number}\w{{3}}")).collect();
    assert_eq!(quickly(|| mistakes(&matching(&patterns.join("|")))), ["PCK004 11:44"]);
    // Each is small enough, and all together are not.
    let rule = |number: usize| {
        format!(
            "[rule.ACME{number:03}]\n{WORDS}for-each = {{ task = {{ title = {{ matches = '\\w{{2}}{number}' }} }} }}\nrequire = {{ owner = {{}} }}\n"
        )
    };
    let many: String = (0..999).map(rule).collect();
    let said = quickly(|| mistakes(&format!("{HEAD}{many}")));
    assert!(!said.is_empty() && said.len() < 990, "{}", said.len());
    assert!(said.iter().all(|line| line.starts_with("PCK004")), "{said:?}");
}

#[test]
fn phrases_for_titles_are_bounded() {
    let phrases = |count: usize, phrase: &str| {
        let all: Vec<String> = (0..count).map(|number| format!("\"{phrase} {number}\"")).collect();
        format!(
            "{HEAD}[kind]\nk = {{ means = \"k\", counts-as-check = true, title-matches = [{}] }}\n",
            all.join(", ")
        )
    };
    assert!(mistakes(&phrases(200, "check it")).is_empty());
    assert_eq!(quickly(|| mistakes(&phrases(100_000, "check it"))), ["PCK004 6:60"]);
    assert_eq!(quickly(|| mistakes(&phrases(1, &"check ".repeat(10_000)))), ["PCK004 6:60"]);
    let kinds: String = (0..20_000)
        .map(|number| format!("k{number} = {{ means = \"k\", counts-as-check = true }}\n"))
        .collect();
    let said = quickly(|| mistakes(&format!("{HEAD}[kind]\n{kinds}")));
    assert!(said.len() <= 1_001 && said.iter().all(|line| line.starts_with("PCK004")), "{}", said.len());
}

#[test]
fn ten_thousand_rules_are_read_and_run() {
    let rule = |family: &str, number: usize| {
        format!(
            "[rule.{family}{number:03}]\n{WORDS}for-each = {{ task = {{ kind = \"rollout\" }} }}\nrequire = {{ upstream = {{ kind = \"gate\" }} }}\n"
        )
    };
    let texts: Vec<String> = ["AA", "AB", "AC", "AD", "AE", "AF", "AG", "AH", "AI", "AJ"]
        .iter()
        .map(|family| {
            let rules: String = (0..1000).map(|number| rule(family, number)).collect();
            format!("[pack]\nid = \"{family}\"\nfamily = \"{family}\"\ntitle = \"T\"\n{rules}")
        })
        .collect();
    let packs: Vec<PackText<'_>> =
        texts.iter().enumerate().map(|(number, text)| PackText { file: FileId::new(number), text }).collect();
    let (catalogue, findings) = quickly(|| Catalogue::embedded().with(&packs));
    assert!(findings.is_empty(), "{:?}", findings.first());
    let sources = Sources::from_text("plan.toml", PLAN);
    let options = Options::new();
    let runs = |rule: &Rule| rule.code.as_str().starts_with('A');
    let settings = || PlanSettings { runs: &runs, options: &options, guesses: true };
    let run = quickly(|| {
        let today = planlint::expect::day();
        planlint::find(&sources, &catalogue, |model| model.plans.iter().map(|_| settings()).collect(), today)
    });
    assert_eq!(
        run.findings.iter().filter(|finding| runs(catalogue.rule(finding.code).unwrap())).count(),
        10_000
    );
}

#[test]
fn conditions_that_stand_too_deep_are_a_finding() {
    for (open, close) in [("not = { ", " }"), ("upstream = { ", " }"), ("all = [{ ", " }]")] {
        for deep in [20, 100, 5_000] {
            let condition = format!("{}kind = \"gate\"{}", open.repeat(deep), close.repeat(deep));
            let said = quickly(|| {
                mistakes(&pack(&format!("for-each = {{ task = {{}} }}\nrequire = {{ {condition} }}")))
            });
            assert!(!said.is_empty(), "{open} {deep}");
        }
    }
}

#[test]
fn ten_megabytes_of_anything_are_read() {
    let notes = format!("{HEAD}# {}\n", "x".repeat(10_000_000));
    assert!(quickly(|| mistakes(&notes)).is_empty());
    let keys: String = (0..400_000).map(|number| format!("wrong-key-{number} = 1\n")).collect();
    let said = quickly(|| mistakes(&format!("{HEAD}[rule.ACME001]\n{WORDS}{keys}")));
    assert!((2..=1_001).contains(&said.len()), "{}", said.len());
    let said = quickly(|| mistakes(&format!("{HEAD}{}", "= [ { \" \n".repeat(1_000_000))));
    assert!(!said.is_empty());
}

// ---- As a user types it

const ACME: &str = r#"[pack]
id = "acme"
family = "ACME"
title = "Acme"
[field.site.country]
means = "Country, as two letters"
[rule.ACME001]
name = "no-notice"
severity = "error"
question = "Who knows?"
message = "{title} comes unannounced"
help = "Announce it."
for-each = { task = { site = { country = { not = "DE" } } } }
require = { upstream = { kind = "user-notice" } }
bad = '''
[plan]
name = "P"
[site.porto]
country = "PT"
[task.cabling]
#     ^^^^^^^ ACME001: comes unannounced
title = "New cabling"
site = "porto"
'''
good = '''
[plan]
name = "P"
[task.cabling]
title = "New cabling"
'''
"#;

const PORTO: &str = "[plan]\nname = \"P\"\n[site.porto]\nname = \"Porto\"\ncountry = \"PT\"\n[task]\nx = { title = \"New cabling\", site = \"porto\" }\n";

/// Runs the program in a folder with these files: exit code and all that it says.
fn ran(files: &[(&str, &[u8])], words: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_planlint"));
    let output =
        command.current_dir(folder.path()).args(words).env_clear().env("COLUMNS", "100").output().unwrap();
    let both = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(!both[1].contains("panicked"), "{}", both[1]);
    (output.status.code().unwrap(), both.concat())
}

/// A text on one line, however it was wrapped.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_pack_of_planlint_toml_speaks_like_any_other() {
    let config: &[u8] = b"packs = [\"rules/acme.toml\"]\n";
    let files =
        [("planlint.toml", config), ("rules/acme.toml", ACME.as_bytes()), ("plan.toml", PORTO.as_bytes())];
    let (code, said) = ran(&files, &["--select", "ACME001,PLN002", "--output-format", "concise"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("plan.toml:7:1: error[ACME001]"), "{said}");
    assert!(!said.contains("PLN002"), "the declared field is known: {said}");
    let (code, said) = ran(&files, &["--ignore", "ALL"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = ran(&files, &["test-rules"]);
    assert_eq!((code, said.as_str()), (0, "1 rule: all 2 examples hold.\n"));
    let (code, said) = ran(&files, &["explain", "no-notice"]);
    assert!(code == 0 && said.starts_with("ACME001 no-notice\n"), "{said}");
    let (code, said) = ran(&files, &["rules", "--pack", "acme"]);
    assert!(code == 0 && said.lines().count() == 1 && said.starts_with("ACME001"), "{said}");
    // Without the pack the field is unknown.
    let (_, said) = ran(&files[2..], &["--select", "PLN002"]);
    assert!(said.contains("PLN002"), "{said}");
}

#[test]
fn mistakes_of_a_pack_are_shown_in_its_file() {
    let config: &[u8] = b"packs = [\"acme.toml\", \"gone.toml\"]\n";
    let broken = ACME.replace("upstream", "upstraem");
    let files =
        [("planlint.toml", config), ("acme.toml", broken.as_bytes()), ("plan.toml", PORTO.as_bytes())];
    let (code, said) = ran(&files, &["--select", "PCK", "--output-format", "concise"]);
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("acme.toml:14:13: error[PCK002]"), "{said}");
    assert!(said.contains("the rule pack gone.toml cannot be read: there is no such file"), "{said}");
    let (code, said) = ran(&files, &["test-rules", "acme.toml"]);
    assert_eq!(code, 2, "planlint.toml names a pack that is not there: {said}");
    let (code, said) = ran(&files[1..], &["test-rules", "acme.toml"]);
    assert_eq!(code, 1, "{said}");
    let said = flat(&said);
    assert!(said.contains("did you mean \"upstream\"?") && said.contains("acme.toml:14:13"), "{said}");
}

#[test]
fn an_example_that_does_not_hold_is_shown_in_the_pack() {
    let late = ACME.replace(
        "#     ^^^^^^^ ACME001: comes unannounced\ntitle = \"New cabling\"\n",
        "title = \"New cabling\"\n#         ^^^^^^^ ACME001\n",
    );
    let (code, said) = ran(&[("acme.toml", late.as_bytes())], &["test-rules", "acme.toml"]);
    assert_eq!(code, 1, "{said}");
    for part in [
        "the example `bad` does not hold",
        "acme.toml:20:7",
        "found here",
        "expected here",
        "1 of 2 examples",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let shifted = ACME.replace("#     ^^^^^^^ ACME001", "#    ^^^^^^^ ACME001");
    let (code, said) = ran(&[("acme.toml", shifted.as_bytes())], &["test-rules", "acme.toml"]);
    let said = flat(&said);
    assert!(code == 1 && said.contains("columns 7 to 13") && said.contains("columns 6 to 12"), "{said}");
    let silent = ACME.replace("#     ^^^^^^^ ACME001: comes unannounced\n", "");
    let (code, said) = ran(&[("acme.toml", silent.as_bytes())], &["test-rules", "acme.toml"]);
    let said = flat(&said);
    assert!(code == 1 && said.contains("no comment says where it is found"), "{said}");
    let other = ACME.replace("ACME001: comes unannounced", "ACME001: goes");
    let (code, said) = ran(&[("acme.toml", other.as_bytes())], &["test-rules", "acme.toml"]);
    let said = flat(&said);
    assert!(code == 1 && said.contains("\"goes\" does not stand in its message"), "{said}");
}

#[test]
fn packs_that_are_built_in_and_packs_that_are_not_there() {
    let (code, said) = ran(&[], &["test-rules", "pack", "DEP"]);
    assert!(code == 0 && said.contains("examples hold"), "{said}");
    let (code, said) = ran(&[], &["test-rules", "dependncy"]);
    assert!(code == 2 && said.contains("did you mean `dependency`?"), "{said}");
    let (code, said) = ran(&[], &["test-rules", "gone.toml"]);
    assert!(code == 2 && said.contains("gone.toml cannot be read"), "{said}");
    let (code, said) = ran(&[], &["test-rules"]);
    assert!(code == 2 && said.contains("no rule pack was named"), "{said}");
    let (code, said) = ran(&[], &["rules", "--pack", "gaet"]);
    assert!(code == 2 && said.contains("there is no rule pack `gaet`"), "{said}");
}

#[test]
fn a_pack_that_is_no_text_is_read_as_far_as_it_goes() {
    let mut bytes = ACME.as_bytes().to_vec();
    bytes.extend(b"\n# \xff\xfe caf\xe9\n");
    let (code, said) = ran(&[("acme.toml", &bytes)], &["test-rules", "acme.toml"]);
    assert!(code == 0 && said.contains("all 2 examples hold"), "{code} {said}");
    let (code, said) = ran(&[("acme.toml", &[0xff; 1000])], &["test-rules", "acme.toml"]);
    assert!((1..=2).contains(&code) && said.lines().count() < 60, "{code} {said}");
}

#[test]
fn words_and_kinds_are_explained() {
    let plan: &[u8] = b"[plan]\nname = \"P\"\n[term]\nVDI = \"Our desktops in the basement. They run at night. Nobody knows why\"\n\"Move group\" = \"Systems that move together\"\n[task]\na = { title = \"A task\" }\n";
    let (code, said) = ran(&[("plan.toml", plan)], &["explain", "vdi"]);
    assert_eq!(code, 0);
    assert_eq!(said, "VDI\nOur desktops in the basement. They run at night.\nFrom: plan.toml:4\n");
    let (code, said) = ran(&[("plan.toml", plan)], &["explain", "move", "group"]);
    assert!(code == 0 && said.starts_with("Move group\nSystems that move together.\n"), "{said}");
    let (code, said) = ran(&[], &["explain", "rollout"]);
    assert!(code == 0 && said.starts_with("rollout (a kind of work)\n") && said.contains("GAT001"), "{said}");
    let (code, said) = ran(&[], &["explain", "rolout"]);
    assert!(code == 2 && said.contains("did you mean \"rollout\"?"), "{said}");
}

#[test]
fn a_finding_says_once_what_its_words_mean() {
    let plan: &[u8] = b"[plan]\nname = \"P\"\n[term]\nQXZ = \"A box in the basement\"\n[task]\na = { title = \"Move the QXZ\", depends-on = [\"a\"] }\nb = { title = \"Turn the QXZ\", depends-on = [\"b\"] }\n";
    let (_, said) = ran(&[("plan.toml", plan)], &["--select", "DEP002"]);
    assert_eq!(said.matches("QXZ: A box in the basement").count(), 1, "{said}");
    let (_, said) = ran(&[("plan.toml", plan)], &["--select", "DEP002", "--output-format", "concise"]);
    assert!(!said.contains("basement"), "{said}");
}

#[test]
fn no_guess_takes_no_title_for_a_kind() {
    let plan: &[u8] =
        b"[plan]\nname = \"P\"\n[task]\na = { title = \"Production cutover\", duration = \"1d\" }\n";
    let (code, said) = ran(&[("plan.toml", plan)], &["--select", "GAT001"]);
    assert!(code == 1 && said.contains("because of its title"), "{said}");
    let (code, said) = ran(&[("plan.toml", plan)], &["--select", "GAT001", "--no-guess"]);
    assert_eq!(code, 0, "{said}");
    let config: &[u8] = b"guess-kinds = false\n";
    let (code, _) = ran(&[("plan.toml", plan), ("planlint.toml", config)], &["--select", "GAT001"]);
    assert_eq!(code, 0);
    let on: &[u8] = b"guess-kinds = true\n";
    let (code, _) = ran(&[("plan.toml", plan), ("planlint.toml", on)], &["--select", "GAT001", "--no-guess"]);
    assert_eq!(code, 0);
}
