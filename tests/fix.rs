//! `--fix` as a user sees it: what was found is gone, nothing else has come, comments and layout are as before, and a file
//! is whole at every moment.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its folder fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The day on which the fixtures are judged.
const DAY: &str = "2026-11-23";

/// A plan with something to mend at every turn.
const BROKEN: &str = r#"[plan]
name = "New laptops for Lisbon"
[task]
order = { title = "Order", depends-on = "order" }  # by mail
setup = { title = "Set up", depends-on = ["order", "order"], duration = 3 }
"#;

/// The rules that [`BROKEN`] breaks.
const RULES: &str = "PLN,DEP002,DEP005,LNT";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            let path = folder.path(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn run(&self, words: &str) -> Ran {
        run(self.0.path(), words, "")
    }

    /// The same with the rules of [`BROKEN`].
    fn fix(&self, words: &str) -> Ran {
        self.run(&format!("--select {RULES} --output-format concise {words}"))
    }
}

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
        assert!(self.out.contains(text), "no {text:?} in\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn complains(self, text: &str) -> Self {
        let err = self.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(err.contains(text), "no {text:?} in\n{}\nstdout:\n{}", self.err, self.out);
        self
    }

    /// The findings by their fingerprints: whether a fix is safe, or none.
    fn findings(&self) -> BTreeMap<String, Option<bool>> {
        let report: Value = serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err));
        let findings = report["findings"].as_array().unwrap().iter();
        let one = |it: &Value| (it["fingerprint"].as_str().unwrap().to_owned(), it["fix"]["safe"].as_bool());
        findings.map(one).collect()
    }
}

fn command(folder: &Path, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.args(words.split_whitespace()).current_dir(folder).env_clear().env("COLUMNS", "100");
    command
}

fn run(folder: &Path, words: &str, stdin: &str) -> Ran {
    let mut command = command(folder, words);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut input, bytes) = (child.stdin.take().unwrap(), stdin.as_bytes().to_vec());
    let writer = std::thread::spawn(move || drop(input.write_all(&bytes)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let ran = Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
    assert!(!ran.err.contains("panicked") && !ran.err.contains("itself failed"), "{}", ran.err);
    ran
}

/// The comments of a text that are for people, sorted.
fn comments(text: &str) -> Vec<String> {
    let source = toml_parser::Source::new(text);
    let tokens = source.lex().filter(|token| token.kind() == toml_parser::lexer::TokenKind::Comment);
    let comments = tokens.map(|token| text[token.span().start()..token.span().end()].trim_end().to_owned());
    let mut comments: Vec<String> = comments.filter(|comment| !comment.contains("planlint:")).collect();
    comments.sort();
    comments
}

fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn copy_of(fixture: &Path) -> Folder {
    let folder = Folder::new(&[]);
    for (path, bytes) in files_below(fixture) {
        let path = folder.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

// ---- Whatever is broken

#[test]
fn broken_fixtures_are_mended_and_nothing_else_happens_to_them() {
    let mut fixtures: Vec<PathBuf> =
        fs::read_dir(root().join("fixtures")).unwrap().map(|entry| entry.unwrap().path()).collect();
    fixtures.retain(|path| path.to_string_lossy().ends_with("-broken"));
    fixtures.sort();
    let (mut mended, mut left) = (0, 0);
    for fixture in &fixtures {
        for flags in ["--fix", "--fix --unsafe-fixes"] {
            let name = format!("{} {flags}", fixture.display());
            let folder = copy_of(fixture);
            let before_files = files_below(folder.0.path());
            let words = format!("--as-of {DAY} --output-format json");
            let before = folder.run(&words).findings();
            let ran = folder.run(&format!("{words} -v {flags}"));
            let after = ran.findings();
            let new: Vec<_> = after.keys().filter(|it| !before.contains_key(*it)).collect();
            assert!(new.is_empty(), "{name}: new findings {new:?}");
            let is_wanted =
                |fix: &Option<bool>| *fix == Some(true) || (fix.is_some() && flags.contains("unsafe"));
            let wanted = before.iter().filter(|(_, fix)| is_wanted(fix));
            let stayed = wanted.clone().filter(|(it, _)| after.contains_key(*it)).count();
            let told = ran.err.lines().filter(|line| line.starts_with("not fixed")).count();
            assert_eq!(stayed, told, "{name}: each that stays is told of\n{}", ran.err);
            mended += wanted.count() - stayed;
            left += stayed;
            // What was read again has the same findings, and is as it was.
            let files = files_below(folder.0.path());
            let again = folder.run(&format!("{words} {flags}"));
            assert_eq!(
                again.findings().keys().collect::<Vec<_>>(),
                after.keys().collect::<Vec<_>>(),
                "{name}"
            );
            assert_eq!(files, files_below(folder.0.path()), "{name}: a second run changes something");
            assert_eq!(
                files.keys().collect::<Vec<_>>(),
                before_files.keys().collect::<Vec<_>>(),
                "{name}: files"
            );
            for (path, bytes) in &files {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let (old, new) = (text(&before_files[path]), text(bytes));
                assert_eq!(comments(&old), comments(&new), "{name}: comments of {}", path.display());
            }
        }
    }
    assert!(
        fixtures.len() > 10 && mended > 30,
        "{mended} of {} fixtures mended, {left} left",
        fixtures.len()
    );
}

// ---- Each rule

/// The examples in `tests/fixes`: the rules that are on, and the flags.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("self-dependency", "DEP002", ""),
    ("duplicate-dependency", "DEP005", "--unsafe-fixes"),
    ("redundant-dependency", "DEP006", "--unsafe-fixes"),
    ("unknown-field", "PLN002", "--unsafe-fixes"),
    ("wrong-type", "PLN003", "--unsafe-fixes"),
    ("array-of-tables", "PLN003", ""),
    ("invalid-value", "PLN004", "--unsafe-fixes"),
    ("unknown-reference", "PLN007", "--unsafe-fixes"),
    ("unknown-owner", "OWN002", "--unsafe-fixes"),
    ("unknown-kind", "VOC004", "--unsafe-fixes"),
    ("unknown-rule", "LNT005,DEP001", ""),
    ("unused-ignore", "LNT001,DEP", "--unsafe-fixes"),
    ("missing-check-link", "CMP002", ""),
    ("gate-bypassed", "GAT002", "--unsafe-fixes"),
    ("windows-file", "DEP002,LNT001,CMP002,DEP001", ""),
];

#[test]
fn examples_are_mended_as_their_authors_would() {
    let folder = root().join("tests/fixes");
    let mut wrong = Vec::new();
    for (name, rules, flags) in EXAMPLES {
        let before = fs::read_to_string(folder.join(format!("{name}.plan.toml"))).unwrap();
        let words = format!(
            "check - --stdin-filename {name}.plan.toml --isolated --as-of {DAY} --select {rules} --fix {flags}"
        );
        let fixed = run(&folder, &words, &before).out;
        assert_eq!(comments(&before), comments(&fixed), "{name}");
        assert_eq!(run(&folder, &words, &fixed).out, fixed, "{name}: a second run changes something");
        let golden = folder.join(format!("{name}.fixed.toml"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&golden, &fixed).unwrap();
        } else if fs::read_to_string(&golden).unwrap_or_default() != fixed {
            wrong.push(format!("{name}.fixed.toml should be:\n{fixed}"));
        }
    }
    assert!(wrong.is_empty(), "{}\nUPDATE_EXPECT=1 cargo test --test fix writes them", wrong.join("\n"));
}

/// For each finding of an example in its order: `s` where its fix is safe, `u` where somebody should look, `-` where there
/// is none.
const SAFE: &[(&str, &str, &str)] = &[
    ("self-dependency", "DEP002", "ssssssssss"),
    ("duplicate-dependency", "DEP005", "sssu--s"),
    ("redundant-dependency", "DEP006", "u"),
    ("unknown-field", "PLN002", "ssussusu"),
    ("wrong-type", "PLN003", "susss"),
    ("array-of-tables", "PLN003", "ss-"),
    ("invalid-value", "PLN004", "ssus"),
    ("unknown-reference", "PLN007", "sus-ssss"),
    ("unknown-owner", "OWN002", "sssuu-"),
    ("unknown-kind", "VOC004", "sss"),
    ("unknown-rule", "LNT005", "s-s"),
    ("unused-ignore", "LNT001,DEP", "sssss-uu"),
    ("missing-check-link", "CMP002", "ssssss"),
    ("gate-bypassed", "GAT002", "u"),
];

#[test]
fn what_leaves_no_doubt_is_safe_and_nothing_else() {
    for (name, rules, expected) in SAFE {
        let folder = root().join("tests/fixes");
        let words =
            format!("{name}.plan.toml --isolated --as-of {DAY} --select {rules} --output-format json");
        let report: Value = serde_json::from_str(&run(&folder, &words, "").out).unwrap();
        let letter = |it: &Value| match it["fix"]["safe"].as_bool() {
            Some(true) => 's',
            Some(false) => 'u',
            None => '-',
        };
        let found: String = report["findings"].as_array().unwrap().iter().map(letter).collect();
        assert_eq!(found, *expected, "{name}");
    }
}

#[test]
fn every_example_is_in_the_list() {
    let names = fs::read_dir(root().join("tests/fixes")).unwrap().map(|entry| entry.unwrap().file_name());
    for name in names.map(|name| name.into_string().unwrap()) {
        let known = EXAMPLES.iter().any(|(example, ..)| name.split('.').next() == Some(example));
        assert!(known, "{name} is in no test");
    }
}

// ---- What a user types and sees

#[test]
fn what_was_mended_is_counted_and_what_is_left_decides() {
    let folder = Folder::new(&[("a/plan.toml", BROKEN), ("b/plan.toml", BROKEN)]);
    let ran = folder.fix("").ends_with(1);
    ran.says("4 of these can be fixed with --fix (2 more with --unsafe-fixes)\n");
    let ran = folder.fix("--fix").ends_with(1);
    let ran = ran
        .says("Fixed 4 problems in 2 files.\n")
        .says("2 of these can be fixed with --fix --unsafe-fixes\n");
    assert!(!ran.out.contains("DEP00"), "{}", ran.out);
    let text = folder.text("a/plan.toml");
    assert!(text.contains("order = { title = \"Order\" }  # by mail\n"), "{text}");
    folder
        .fix("--fix --unsafe-fixes")
        .ends_with(0)
        .says("No findings")
        .says("Fixed 2 problems in 2 files.\n");
    assert!(folder.text("b/plan.toml").contains("duration = \"3d\""));
    let ran = folder.fix("--fix --unsafe-fixes --exit-non-zero-on-fix").ends_with(0);
    assert!(!ran.out.contains("Fixed"), "{}", ran.out);
}

#[test]
fn findings_that_can_be_mended_are_marked() {
    let folder = Folder::new(&[("plan.toml", BROKEN)]);
    let ran = folder.run("--select DEP002,PLN003").ends_with(1);
    ran.says("error[DEP002] [*] self-dependency:").says("error[PLN003] wrong-type:");
}

#[test]
fn exit_codes_follow_the_flags() {
    let with = |words: &str, code: i32| {
        let folder = Folder::new(&[("plan.toml", BROKEN)]);
        let ran = folder.fix(words).ends_with(code);
        (folder.text("plan.toml") != BROKEN, ran)
    };
    assert!(with("--fix --unsafe-fixes --exit-non-zero-on-fix", 1).0);
    assert!(with("--fix --exit-zero", 0).0);
    assert!(with("--fix --exit-zero --exit-non-zero-on-fix", 1).0);
    let (_, only) = with("--fix-only", 0);
    assert_eq!((only.out.as_str(), only.err.as_str()), ("", "Fixed 2 problems in 1 file.\n"));
    assert!(with("--fix-only --exit-non-zero-on-fix", 1).0);
    for undone in [
        "--fix --no-fix",
        "--fix-only --no-fix-only",
        "--unsafe-fixes",
        "--diff --no-diff",
        "--show-fixes --no-show-fixes --exit-non-zero-on-fix --no-exit-non-zero-on-fix",
    ] {
        assert!(!with(undone, 1).0, "{undone}");
    }
    let (_, ran) = with("--fix --unsafe-fixes --no-unsafe-fixes", 1);
    ran.says("Fixed 2 problems");
    with("--fix --add-ignore=why", 2).1.complains("cannot be used with");
}

#[test]
fn fixes_are_listed_by_file() {
    let folder = Folder::new(&[("a/plan.toml", BROKEN), ("b/plan.toml", BROKEN)]);
    let ran = folder.fix("--fix --show-fixes").ends_with(1);
    let list = "\
a/plan.toml:
  DEP002 self-dependency: Remove the link
  DEP005 duplicate-dependency: Remove the copy
b/plan.toml:
  DEP002 self-dependency: Remove the link
  DEP005 duplicate-dependency: Remove the copy
Fixed 4 problems in 2 files.
";
    assert!(ran.out.ends_with(list), "{}", ran.out);
}

#[test]
fn a_diff_shows_what_would_change_and_changes_nothing() {
    let folder = Folder::new(&[("plan.toml", BROKEN)]);
    let ran = folder.fix("--diff").ends_with(1).complains("Would fix 2 problems in 1 file.");
    assert_eq!(
        ran.out,
        "\
--- plan.toml
+++ plan.toml
@@ -1,5 +1,5 @@
 [plan]
 name = \"New laptops for Lisbon\"
 [task]
-order = { title = \"Order\", depends-on = \"order\" }  # by mail
-setup = { title = \"Set up\", depends-on = [\"order\", \"order\"], duration = 3 }
+order = { title = \"Order\" }  # by mail
+setup = { title = \"Set up\", depends-on = [\"order\"], duration = 3 }
"
    );
    assert_eq!(folder.text("plan.toml"), BROKEN);
    folder.fix("--fix").ends_with(1);
    let ran = folder.fix("--diff").ends_with(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""), "what is left cannot be mended");
    folder.fix("--diff nowhere plan.toml").ends_with(2).complains("nowhere cannot be read");
}

#[test]
fn the_text_of_the_input_stream_is_printed_and_findings_go_to_the_other_stream() {
    let folder = Folder::new(&[("plan.toml", "[plan]\n"), ("rest.plan.toml", BROKEN)]);
    let stdin = |words: &str| {
        run(folder.0.path(), &format!("check - --select {RULES} --output-format concise {words}"), BROKEN)
    };
    let ran = stdin("--fix").ends_with(1).complains("PLN003").complains("Fixed 2 problems in 1 file.");
    assert!(ran.out.starts_with("[plan]\n") && ran.out.ends_with("duration = 3 }\n"), "{}", ran.out);
    // Also where nothing is to be mended.
    let sound = "[plan]\n[task]\na = { title = \"A\" }\n";
    let ran = run(folder.0.path(), "check - --fix --select DEP002", sound).ends_with(0);
    assert_eq!(ran.out, sound);
    // The name only says which plan it belongs to: no file is touched, not even of that plan.
    let ran = stdin("--fix --stdin-filename plan.toml");
    assert!(ran.out.contains("title = \"Order\" }"), "{}", ran.out);
    assert_eq!(
        (folder.text("plan.toml").as_str(), folder.text("rest.plan.toml").as_str()),
        ("[plan]\n", BROKEN)
    );
    stdin("--diff").ends_with(1).says("--- stdin.plan.toml\n");
}

#[test]
fn reports_for_programs_hold_what_is_left() {
    let folder = Folder::new(&[("plan.toml", BROKEN)]);
    let ran = folder.run(&format!("--select {RULES} --output-format json --fix"));
    let ran = ran.ends_with(1).complains("Fixed 2 problems in 1 file.");
    assert_eq!(ran.findings().values().copied().collect::<Vec<_>>(), [Some(false)]);
    let folder = Folder::new(&[("plan.toml", BROKEN)]);
    folder
        .fix("--fix --unsafe-fixes --output-file out.txt")
        .ends_with(0)
        .complains("Fixed 3 problems in 1 file.");
    assert!(folder.text("out.txt").starts_with("No findings"));
}

#[test]
fn what_is_hidden_is_not_mended() {
    let ignored = BROKEN.replace("# by mail", "# planlint: ignore[DEP002] by mail");
    let folder = Folder::new(&[("plan.toml", &ignored)]);
    for words in ["--fix", "--fix --no-ignores"] {
        folder.fix(words).ends_with(1);
        let text = folder.text("plan.toml");
        assert!(
            text.contains("depends-on = \"order\" }") && text.contains("[\"order\"], duration"),
            "{text}"
        );
    }
    let folder = Folder::new(&[("plan.toml", BROKEN)]);
    folder.fix("--write-baseline known.toml").ends_with(0);
    folder.fix("--fix --unsafe-fixes --baseline known.toml").ends_with(0);
    folder.fix("--fix --unsafe-fixes --ignore PLN,DEP005,DEP002").ends_with(0);
    folder.fix("--fix --unsafe-fixes --min-severity error --ignore DEP002,PLN003").ends_with(0);
    assert_eq!(folder.text("plan.toml"), BROKEN);
}

#[test]
fn entries_of_a_baseline_that_ended_and_words_of_a_configuration_are_mended() {
    let folder =
        Folder::new(&[("plan.toml", BROKEN), ("planlint.toml", "# ours\nignore = [\"self-dependncy\"]\n")]);
    folder.fix("--write-baseline known.toml --ignore LNT").ends_with(0);
    let entries = || folder.text("known.toml").matches("code = ").count();
    assert_eq!(entries(), 3);
    // The plan is mended by hand.
    let mended = BROKEN.replace("duration = 3", "duration = \"3d\"");
    fs::write(folder.path("plan.toml"), mended).unwrap();
    folder.fix("--fix --baseline known.toml").says("Fixed 2 problems in 2 files.");
    assert_eq!(folder.text("planlint.toml"), "# ours\nignore = [\"self-dependency\"]\n");
    assert_eq!(entries(), 2);
}

#[test]
fn a_plan_of_several_files_is_mended_as_one() {
    let folder = Folder::new(&[
        (
            "plan.toml",
            "[plan]\nname = \"P\"\n[person]\nmartina = { name = \"Martina\" }\nomar = { name = \"Omar\" }\n",
        ),
        ("one.plan.toml", "[task]\nordering = { title = \"A\", owner = \"matrina\" }\n"),
        ("two.plan.toml", "[task.b]\ntitle = \"B\"\ndepends-on = \"ordring\"\nowner = \"omar\"\n"),
        ("notes.toml", "[task]\nx = { title = \"X\", depends-on = \"x\" }\n"),
    ]);
    let notes = folder.text("notes.toml");
    folder.run("--fix --select OWN002,PLN007,DEP002").ends_with(0).says("Fixed 2 problems in 2 files.");
    assert_eq!(folder.text("one.plan.toml"), "[task]\nordering = { title = \"A\", owner = \"martina\" }\n");
    assert!(folder.text("two.plan.toml").contains("depends-on = \"ordering\"\n"));
    assert_eq!(folder.text("notes.toml"), notes, "it was not read");
}

#[test]
fn a_fix_that_does_harm_is_left_out_alone_and_said() {
    // The two fields cannot be one; the link would close a circle.
    let plan = "[plan]\n[task]\norder = { title = \"A\", titel = \"B\", depends-on = \"set-up\" }\n\
        set-up = { title = \"C\", depends-on = [\"oredr\", \"set-up\"] }\n";
    let folder = Folder::new(&[("plan.toml", plan)]);
    let ran = folder
        .run("--fix -v --select PLN,DEP --ignore DEP010,DEP009,DEP008 --output-format concise")
        .ends_with(1);
    let left = "not fixed, because something else would be wrong then: plan.toml:";
    let ran = ran.complains(&format!("{left} PLN002 unknown-field: Write `title`"));
    let ran = ran.complains(&format!("{left} PLN007 unknown-reference: Write `order`"));
    let ran = ran.says("Fixed 1 problem in 1 file.").says("PLN002").says("PLN007");
    assert!(!ran.out.contains("can be fixed"), "{}", ran.out);
    assert_eq!(folder.text("plan.toml"), plan.replace(", \"set-up\"]", "]"));
}

// ---- Files

#[test]
fn files_of_other_tools_and_in_other_encodings_are_left_alone() {
    let csv = "ID,Task Name,Predecessors,Duration,Status\n1,Order,1,3d,planed\n2,Set up,1,2d,\n";
    let folder = Folder::new(&[("table.csv", csv)]);
    let utf16: Vec<u8> =
        std::iter::once(0xFEFF).chain(BROKEN.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(folder.path("plan.toml"), &utf16).unwrap();
    let ran = folder.run("--fix --unsafe-fixes plan.toml table.csv --output-format concise").ends_with(1);
    ran.says("plan.toml:4:42: error[DEP002]");
    assert_eq!(folder.text("table.csv"), csv);
    assert_eq!(fs::read(folder.path("plan.toml")).unwrap(), utf16);
}

#[test]
fn no_file_stays_beside_the_plan() {
    let folder = Folder::new(&[("plan.toml", BROKEN)]);
    folder.fix("--fix").ends_with(1);
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn permissions_stay_and_links_are_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = Folder::new(&[("real/shared.toml", BROKEN), ("here/readme.md", "")]);
    let real = folder.path("real/shared.toml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&real, folder.path("here/plan.toml")).unwrap();
    folder.fix("--fix here/plan.toml").ends_with(1).says("Fixed 2 problems in 1 file.");
    assert!(fs::symlink_metadata(folder.path("here/plan.toml")).unwrap().is_symlink());
    assert!(folder.text("real/shared.toml").contains("title = \"Order\" }"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_and_the_rest_is_mended() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    let folder = Folder::new(&[("locked/plan.toml", BROKEN), ("open/plan.toml", BROKEN)]);
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&folder.path("locked"), 0o555);
    let mut command = command(folder.0.path(), &format!("--fix --select {RULES} --output-format concise"));
    // Whoever may do everything cannot test this; somebody else can.
    if fs::metadata(folder.0.path()).unwrap().uid() == 0 {
        const NOBODY: u32 = 65_534;
        mode(folder.0.path(), 0o755);
        mode(&folder.path("open"), 0o777);
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return eprintln!("not tested: the program cannot be run as somebody else: {error}"),
    };
    mode(&folder.path("locked"), 0o755);
    let text = |bytes: &[u8]| {
        String::from_utf8(bytes.to_vec()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{out}\n{err}");
    let said = "locked/plan.toml cannot be written: you have no permission to write there";
    assert!(err.contains(said), "{err}");
    assert!(out.contains("locked/plan.toml:4:") && out.contains("Fixed 2 problems in 1 file."), "{out}");
    assert_eq!(folder.text("locked/plan.toml"), BROKEN);
    assert!(folder.text("open/plan.toml").contains("title = \"Order\" }"));
}

/// A plan that takes some work to mend.
fn large(tasks: usize) -> String {
    let mut plan = "[plan]\nname = \"Large\"\n[task]\n".to_owned();
    for task in 0..tasks {
        plan += &format!(
            "t{task} = {{ title = \"Task {task}\", depends-on = [\"t{task}\", \"t{}\"] }}  # {task}\n",
            (task + 1).min(tasks - 1)
        );
    }
    plan
}

#[test]
fn what_somebody_else_writes_meanwhile_is_not_lost() {
    const MARK: &str = "\n# written by hand\n";
    let plan = large(300);
    let mut refused = 0;
    for _ in 0..12 {
        let folder = Folder::new(&[("a/plan.toml", &plan), ("b/plan.toml", &plan)]);
        // As an editor saves: in place of the file as it stands.
        fs::write(folder.path("b/plan.new"), plan.clone() + MARK).unwrap();
        let words = "--fix --select DEP002 --isolated -qq";
        let mut child = command(folder.0.path(), words).stderr(Stdio::piped()).spawn().unwrap();
        // When the first file is being written, the second was read and is still to be written.
        let is_writing = || fs::read_dir(folder.path("a")).unwrap().count() > 1;
        while !is_writing() && child.try_wait().unwrap().is_none() {
            std::hint::spin_loop();
        }
        fs::rename(folder.path("b/plan.new"), folder.path("b/plan.toml")).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        if said.contains("b/plan.toml has changed since it was read") {
            refused += 1;
            assert_eq!(output.status.code(), Some(2), "{said}");
        }
        assert_eq!(folder.text("b/plan.toml"), plan.clone() + MARK, "{said}");
        assert_ne!(folder.text("a/plan.toml"), plan, "the other is mended");
    }
    // On a busy machine the moment may be missed, but not every time.
    assert!(refused > 0, "never was a file changed between reading and writing");
    eprintln!("{refused} of 12 were refused because the file had changed");
}

/// Killed at any moment, a run leaves the old text or the new one, and nothing that would be taken for a plan.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_leaves_the_old_text_or_the_new_one() {
    use std::time::{Duration, Instant};
    const WORDS: &str = "--fix --select DEP002 --isolated -qq plan.toml";
    let old = large(300);
    let folder = Folder::new(&[("plan.toml", &old)]);
    let begun = Instant::now();
    folder.run(WORDS);
    let whole = begun.elapsed();
    let new = folder.text("plan.toml");
    assert_ne!(new, old);
    let is_stale = || {
        let names = fs::read_dir(folder.0.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_string_lossy().ends_with(".tmp")).count()
    };
    // The same numbers on every run; what they meet differs in any case.
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let (mut stayed, mut changed, mut in_the_middle) = (0, 0, 0);
    for round in 0..240 {
        fs::write(folder.path("plan.toml"), &old).unwrap();
        let stale = is_stale();
        let mut child = command(folder.0.path(), WORDS).stdout(Stdio::null()).spawn().unwrap();
        if round % 3 == 0 {
            // While the new text is being written beside the old one.
            while is_stale() == stale && child.try_wait().unwrap().is_none() {
                std::hint::spin_loop();
            }
        } else {
            let most = whole.as_micros() as u64 * 5 / 4;
            std::thread::sleep(Duration::from_micros(random() % most.max(1)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let now = folder.text("plan.toml");
        match (now == old, now == new) {
            (true, _) => stayed += 1,
            (_, true) => changed += 1,
            _ => panic!("neither the old text nor the new one, {} bytes of {}", now.len(), new.len()),
        }
        in_the_middle += usize::from(is_stale() > stale);
    }
    eprintln!(
        "240 runs killed: {stayed} old, {changed} new, {in_the_middle} while writing; a whole run takes {whole:?}"
    );
    assert!(stayed > 0 && changed > 0, "{stayed} old, {changed} new");
    // What killed runs left is no plan, and in nobody's way.
    let listed = folder.run("--show-files").ends_with(0).out;
    assert_eq!(listed, "plan.toml\n");
    folder.run("--fix --select DEP002 --isolated").ends_with(0);
    assert_eq!(folder.text("plan.toml"), new);
}

// ---- Any plan

mod whatever {
    use planlint::Clock;
    use planlint::config::{Configs, Overrides};
    use planlint::fix::{Linted, Mended, Wanted, mend};
    use planlint::source::Sources;
    use proptest::prelude::*;

    use super::comments;

    /// One task as somebody in a hurry writes it.
    #[derive(Clone, Debug)]
    struct Task {
        is_row: bool,
        id_slip: usize,
        links: Vec<(usize, usize, usize)>,
        list_form: usize,
        field: usize,
        owner: usize,
        kind: usize,
        comment: bool,
        extra: usize,
    }

    const IDS: [&str; 8] =
        ["order", "delivery", "set-up", "training", "wave-1", "wave-2", "review", "handover"];

    fn slipped(word: &str, slip: usize) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let middle = letters.len() / 2;
        match slip {
            0 => letters.swap(middle - 1, middle),
            1 => drop(letters.remove(middle)),
            2 => letters.insert(middle, letters[middle]),
            3 => letters[0] = letters[0].to_ascii_uppercase(),
            4 => letters[middle] = 'x',
            _ => {}
        }
        letters.into_iter().collect()
    }

    fn task() -> impl Strategy<Value = Task> {
        let links = prop::collection::vec((0..IDS.len(), 0..14_usize, 0..5_usize), 0..5);
        (
            any::<bool>(),
            0..12_usize,
            links,
            0..6_usize,
            0..9_usize,
            0..9_usize,
            0..8_usize,
            any::<bool>(),
            0..10_usize,
        )
            .prop_map(|(is_row, id_slip, links, list_form, field, owner, kind, comment, extra)| {
                Task { is_row, id_slip, links, list_form, field, owner, kind, comment, extra }
            })
    }

    fn links(task: &Task) -> String {
        let lags = ["", " FS+2d", " SS", " FF+1w", ""];
        let all: Vec<String> = task
            .links
            .iter()
            .map(|(id, slip, lag)| format!("{}{}", slipped(IDS[*id], *slip), lags[*lag]))
            .collect();
        let quoted: Vec<String> = all.iter().map(|link| format!("\"{link}\"")).collect();
        match (task.list_form, task.is_row) {
            (0, _) if all.len() == 1 => quoted[0].clone(),
            (1, _) => format!("[{}]", all.iter().map(|it| format!("'{it}'")).collect::<Vec<_>>().join(",")),
            (2, false) => format!("[\n  {},\n]", quoted.join(",  # one\n  ")),
            (3, false) => format!("[ {}\n]  # end", quoted.join(",\n  # before\n  ")),
            (4, _) if !all.is_empty() => {
                let tables: Vec<String> = task
                    .links
                    .iter()
                    .map(|(id, slip, _)| format!("{{ on = \"{}\" }}", slipped(IDS[*id], *slip)))
                    .collect();
                format!("[{}]", tables.join(", "))
            }
            _ => format!("[{}]", quoted.join(", ")),
        }
    }

    fn written(number: usize, task: &Task) -> String {
        let owners = [
            "martina",
            "matrina",
            "Martina",
            "nikolas",
            "nikolaus",
            "Martina Berg",
            "petra",
            "nikolas",
            "martina",
        ];
        let kinds = [
            "rollout",
            "rolout",
            "compatibility-check",
            "compatibilty-check",
            "gate",
            "test",
            "tset",
            "x-own",
        ];
        let names = ["title", "titel", "title", "title", "title", "Title", "title", "name", "title"];
        let fields = [
            format!("{} = \"Task {number}\"", names[task.field]),
            format!("owner = \"{}\"", owners[task.owner]),
            format!("kind = \"{}\"", kinds[task.kind]),
            ["duration = 5", "duration = \"5d\"", "duration = \"2w\""][task.extra % 3].to_owned(),
            [
                "status = \"planed\"",
                "status = 'planned'",
                "milestone = \"no\"",
                "affects = [\"sap\", \"sapp\"]",
                "covers = [\"sap\"]",
            ][task.extra % 5]
                .to_owned(),
            format!("depends-on = {}", links(task)),
        ];
        let id = IDS[number];
        let comment = if task.comment { "  # said" } else { "" };
        let ignore = if task.id_slip == 0 { "# planlint: ignore[DEP002, DEP001] old\n" } else { "" };
        if task.is_row {
            format!("{ignore}{id} = {{ {} }}{comment}\n", fields.join(", "))
        } else {
            format!("{ignore}[task.{id}]{comment}\n{}{comment}\n", fields.join(&format!("{comment}\n")))
        }
    }

    fn plan() -> impl Strategy<Value = String> {
        (prop::collection::vec(task(), 1..=IDS.len()), any::<bool>(), any::<bool>()).prop_map(|(tasks, is_windows, mark)| {
            let mut text = "[plan]\nname = \"P\"  # our plan\nowner = \"martina\"\n[person]\nmartina = { name = \"Martina Berg\" }\n\
                nikolas = { name = \"Nikolas Horn\" }\n[asset.sap]\nkind = \"application\"\n"
                .to_owned();
            let tasks: Vec<(usize, Task)> = tasks.into_iter().enumerate().collect();
            text.push_str("[task]\n");
            for (number, task) in tasks.iter().filter(|(_, task)| task.is_row) {
                text.push_str(&written(*number, task));
            }
            for (number, task) in tasks.iter().filter(|(_, task)| !task.is_row) {
                text.push_str(&written(*number, task));
            }
            let text = if is_windows { text.replace('\n', "\r\n") } else { text };
            if mark { format!("\u{FEFF}{text}") } else { text }
        })
    }

    fn lint(sources: &Sources) -> (Vec<String>, Vec<String>, Linted) {
        let clock = Clock { today: jiff::civil::date(2026, 11, 23) };
        let configs = Configs::new("/".into(), Overrides { isolated: true, ..Overrides::default() }).unwrap();
        let report = planlint::check(sources, &configs, &clock);
        let findings = || report.verdict.findings.iter();
        let all = findings().map(|it| format!("{} {}", it.finding.code, it.fingerprint)).collect();
        let safe = findings().filter(|it| it.finding.fix.as_ref().is_some_and(|fix| fix.safe));
        let safe = safe.map(|it| format!("{} {}", it.finding.code, it.fingerprint)).collect();
        (all, safe, Linted::new(&report.model, report.verdict))
    }

    fn mended(text: &str, not_safe_too: bool) -> (String, Mended) {
        let sources = Sources::from_text("plan.toml", text);
        let wanted = Wanted { not_safe_too, ..Wanted::default() };
        let mended = mend(&sources, wanted, &|sources| Some(lint(sources).2));
        let text = mended.sources.iter().next().unwrap().1.text.clone();
        (text, mended)
    }

    fn is_toml(text: &str) -> bool {
        toml::de::DeTable::parse(text.strip_prefix('\u{FEFF}').unwrap_or(text)).is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_mended_plan_reads_better_and_stays_as_it_is(text in plan(), not_safe_too in any::<bool>()) {
            let (after, result) = mended(&text, not_safe_too);
            let (found, safe, _) = lint(&Sources::from_text("plan.toml", &text));
            let (left, _, _) = lint(&Sources::from_text("plan.toml", &after));
            for it in &left {
                prop_assert!(found.contains(it), "new: {it}\n{text}\n{after}");
            }
            prop_assert!(!result.is_unfinished);
            let stayed = safe.iter().filter(|it| left.contains(it)).count();
            prop_assert!(stayed <= result.dropped.len(), "{stayed} stay, dropped {:?}\n{text}\n{after}", result.dropped);
            prop_assert!(!is_toml(&text) || is_toml(&after), "{text}\n{after}");
            prop_assert_eq!(comments(&text), comments(&after));
            prop_assert_eq!(text.contains("\r\n"), after.contains("\r\n"));
            prop_assert_eq!(after.matches('\n').count() == after.matches("\r\n").count(), text.contains("\r\n"));
            prop_assert_eq!(text.starts_with('\u{FEFF}'), after.starts_with('\u{FEFF}'));
            let (again, _) = mended(&after, not_safe_too);
            prop_assert_eq!(again, after);
        }
    }
}
