//! planlint comes to a plan that is full of faults: all of them are written down, and from then on only what is new is
//! shown, whatever else happens to the plan. With the real program and the fixture that has a fault of nearly every sort.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its folder fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const FIXTURE: &str = "fixtures/windows-11-rollout-broken";
const KNOWN: &str = "known.toml";

/// The files of the plan, as they are or as somebody has changed them.
type Files = BTreeMap<String, String>;

fn fixture() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FIXTURE);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: &Path| fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    entries.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), text(&path))).collect()
}

struct Plan(TempDir);

impl Plan {
    /// The fixture with all that is found in it written down.
    fn adopted() -> (Self, usize) {
        let plan = Self(TempDir::new().unwrap());
        plan.write(&fixture());
        let (code, found) = plan.found(&[]);
        assert_eq!(code, 1);
        assert!(found.len() >= 25, "{}", found.len());
        let (code, out, err) = plan.run(&["--write-baseline", KNOWN, "--baseline-owner", "helena"]);
        assert_eq!(code, 0, "{out}\n{err}");
        assert!(err.contains(&format!("{KNOWN} now lists {} findings", found.len())), "{err}");
        (plan, found.len())
    }

    fn write(&self, files: &Files) {
        for (name, text) in files {
            fs::write(self.0.path().join(name), text).unwrap();
        }
    }

    fn known(&self) -> String {
        fs::read_to_string(self.0.path().join(KNOWN)).unwrap()
    }

    fn run(&self, words: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
        command.args(["check", "--as-of", "2026-11-24"]).args(words).current_dir(self.0.path()).env_clear();
        let output = command.env("COLUMNS", "100").output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    fn found(&self, words: &[&str]) -> (i32, Vec<Value>) {
        let (code, out, err) = self.run(&[&["--output-format", "jsonl"], words].concat());
        assert!(err.is_empty() || code == 2, "{err}");
        (code, out.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }

    /// What is shown beside what is known: code and thing.
    fn shown(&self) -> (i32, Vec<String>) {
        let (code, found) = self.found(&["--baseline", KNOWN]);
        let shown = |it: &Value| {
            let thing = it["entity"]["id"].as_str().unwrap_or("-");
            format!("{} {thing}: {}", it["code"].as_str().unwrap(), it["message"].as_str().unwrap())
        };
        (code, found.iter().map(shown).collect())
    }

    #[track_caller]
    fn is_silent(&self, files: &Files, what: &str) {
        self.write(files);
        assert_eq!(self.shown(), (0, Vec::new()), "{what}");
    }
}

/// The tables of a file, each with the comments above it; what stands before the first of them is the first.
fn tables(text: &str) -> Vec<String> {
    let mut tables = vec![String::new()];
    let mut above = String::new();
    for line in text.split_inclusive('\n') {
        let is_expectation = line.starts_with('#') && (line.contains("^^") || line.contains("---"));
        if line.starts_with('[') {
            tables.push(std::mem::take(&mut above));
        }
        if line.starts_with('#') && !is_expectation {
            above.push_str(line);
            continue;
        }
        let table = tables.last_mut().unwrap();
        table.push_str(&std::mem::take(&mut above));
        table.push_str(line);
    }
    tables.last_mut().unwrap().push_str(&above);
    tables
}

fn each(files: &Files, change: impl Fn(&str, &str) -> String) -> Files {
    files.iter().map(|(name, text)| (name.clone(), change(name, text))).collect()
}

#[test]
fn what_is_known_stays_silent_and_a_new_mistake_is_exactly_one_finding() {
    let (plan, count) = Plan::adopted();
    let (code, out, _) = plan.run(&["--baseline", KNOWN]);
    assert_eq!(code, 0);
    // Comments and waivers hide some too.
    let hidden = plan.found(&["--no-ignores"]).1.len();
    assert!(hidden >= count);
    assert!(out.contains("No findings") && out.contains(&format!("{hidden} findings suppressed")), "{out}");
    for (name, from, to, expected) in [
        (
            "plan.toml",
            "currency = \"EUR\"\n",
            "currency = \"EUR\"\ncolour = \"red\"\n",
            "PLN002 windows-11-rollout-broken",
        ),
        // The same field as a mistake that is known, of another thing.
        (
            "plan.toml",
            "notes = \"No change to production",
            "escalaton = \"x\"\nnotes = \"No change to production",
            "PLN002 year-end",
        ),
        ("prepare.plan.toml", "depends-on = [", "depends-on = [\"no-such-task\", ", "PLN007"),
    ] {
        let mut files = fixture();
        let text = files.get_mut(name).unwrap();
        assert!(text.contains(from), "{name}: {from}");
        *text = text.replacen(from, to, 1);
        plan.write(&files);
        let (code, shown) = plan.shown();
        assert!(code == 1 && shown.len() == 1 && shown[0].starts_with(expected), "{shown:#?}");
    }
}

#[test]
fn one_put_right_is_told_and_the_list_gets_shorter() {
    let (plan, count) = Plan::adopted();
    let before = plan.known();
    assert!(before.contains("owner = \"helena\"\ndate = 2026-11-24\n"), "{before}");
    let mut files = fixture();
    let text = files.get_mut("plan.toml").unwrap();
    *text = text.replace("escalaton", "escalation");
    plan.write(&files);
    let (code, shown) = plan.shown();
    assert_eq!(code, 0, "{shown:#?}");
    assert_eq!(shown.len(), 1, "{shown:#?}");
    assert!(shown[0].starts_with("LNT006") && shown[0].contains("PLN002"), "{shown:#?}");
    // By hand: the line that is pointed at. By the program: the list written anew, which keeps whose it is.
    let (_, found) = plan.found(&["--baseline", KNOWN]);
    let line = found[0]["line"].as_u64().unwrap() as usize;
    assert_eq!(found[0]["file"], KNOWN);
    let by_hand: Vec<&str> =
        before.lines().enumerate().filter(|(at, _)| at + 1 != line).map(|(_, it)| it).collect();
    fs::write(plan.0.path().join(KNOWN), by_hand.join("\n") + "\n").unwrap();
    assert_eq!(plan.shown(), (0, Vec::new()));
    let (code, _, err) = plan.run(&["--write-baseline", KNOWN]);
    assert!(code == 0 && err.contains(&format!("{} findings", count - 1)), "{err}");
    let entries = |text: &str| -> BTreeSet<String> {
        text.lines().filter(|line| line.contains("code = ")).map(str::to_owned).collect()
    };
    assert!(plan.known().contains("owner = \"helena\""));
    assert_eq!(entries(&plan.known()), entries(&(by_hand.join("\n"))));
    // The mistake comes back: it is new.
    plan.write(&fixture());
    let (code, shown) = plan.shown();
    assert!(code == 1 && shown.len() == 1 && shown[0].starts_with("PLN002"), "{shown:#?}");
}

#[test]
fn tables_move() {
    let (plan, _) = Plan::adopted();
    let reversed = each(&fixture(), |_, text| {
        let mut tables = tables(text);
        let head = tables.remove(0);
        let ends_line = |table: String| if table.ends_with('\n') { table } else { table + "\n" };
        head + &tables.into_iter().rev().map(ends_line).collect::<String>()
    });
    plan.is_silent(&reversed, "every file from its end to its beginning");
    // From one file of the plan to another.
    let mut files = fixture();
    let mut all = tables(&files["waves.plan.toml"]);
    let moved: Vec<String> = all.split_off(all.len() / 2);
    files.insert("waves.plan.toml".to_owned(), all.concat());
    files.insert("late.plan.toml".to_owned(), moved.concat());
    plan.is_silent(&files, "half of a file in a new one");
}

#[test]
fn other_things_get_other_names_and_come_and_go() {
    let (plan, _) = Plan::adopted();
    let known = plan.known();
    let renamed = each(&fixture(), |_, text| {
        let mut out = String::new();
        for line in text.lines() {
            // A row, whose id no finding speaks of.
            let id = line.split([' ', '=']).next().unwrap_or("");
            let is_other = line.contains("title = \"") && !id.is_empty() && !known.contains(id);
            let line = if is_other {
                line.replacen("title = \"", "title = \"Once more: ", 1)
            } else {
                line.to_owned()
            };
            out.push_str(&line);
            out.push('\n');
        }
        out
    });
    assert!(renamed != fixture());
    plan.is_silent(&renamed, "titles of others");
    let mut files = fixture();
    files.get_mut("prepare.plan.toml").unwrap().push_str(
        "\n[task.after-all]\ntitle = \"Thank everybody who helped\"\nowner = \"helena\"\nduration = \"1d\"\ndepends-on = \"w3-care\"\n",
    );
    plan.write(&files);
    let (_, shown) = plan.shown();
    assert!(shown.iter().all(|it| it.contains("after-all")), "{shown:#?}");
}

#[test]
fn layout_and_line_ends_change() {
    let (plan, _) = Plan::adopted();
    let windows = each(&fixture(), |_, text| text.replace('\n', "\r\n"));
    plan.is_silent(&windows, "line ends of Windows");
    let marked = each(&fixture(), |_, text| format!("\u{FEFF}{text}"));
    plan.is_silent(&marked, "a byte order mark");
    let reflowed = each(&fixture(), |_, text| {
        let mut out = String::from("# written anew\n\n");
        for line in text.lines() {
            // Expectations of the tests are comments like others.
            if line.starts_with('#') && !line.contains("planlint:") {
                continue;
            }
            let line = line.replace(" = ", "   =  ").replace("[\"", "[\n    \"").replace(", \"", ",\n    \"");
            let is_row = line.contains('{');
            let line = if is_row { line.replace('\n', "").replace("    ", " ") } else { line };
            out.push_str(&line);
            out.push_str("\n\n");
        }
        out
    });
    plan.is_silent(&reflowed, "other blanks, lists over several lines, no comments");
    plan.write(&fixture());
    // From the folder above, on one thread.
    let inside = plan.0.path().file_name().unwrap().to_str().unwrap().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.args(["check", "-j", "1", "--as-of", "2026-11-24", "--baseline"]);
    let output = command
        .arg(format!("{inside}/{KNOWN}"))
        .arg(&inside)
        .current_dir(plan.0.path().parent().unwrap())
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}
