//! Rule packs of the user's own: what their rules find, and what is said of mistakes in them.

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
