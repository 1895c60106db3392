//! Reports for machines, held against the schemas of those who read them, and the adoption of planlint on old plans: by
//! what a user types, with the real program.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its folder fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const FORMATS: [&str; 10] =
    ["full", "concise", "grouped", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown"];

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
    fn leaves_out(self, text: &str) -> Self {
        assert!(!self.out.contains(text), "{text:?} in\n{}", self.out);
        self
    }

    #[track_caller]
    fn complains(self, text: &str) -> Self {
        let err = self.err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(err.contains(text), "no {text:?} in\n{}\nstdout:\n{}", self.err, self.out);
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.out, self.err))
    }
}

fn run_in(folder: &Path, words: &[&str], env: &[(&str, &str)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.args(words).current_dir(folder).env_clear().env("COLUMNS", "100").envs(env.iter().copied());
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs with words that are separated by spaces, on a day that does not pass.
    fn run(&self, words: &str) -> Ran {
        self.run_with(words, &[])
    }

    fn run_with(&self, words: &str, env: &[(&str, &str)]) -> Ran {
        let words: Vec<&str> =
            ["check", "--as-of", "2026-11-24"].into_iter().chain(words.split_whitespace()).collect();
        run_in(self.path(), &words, env)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn broken_fixtures() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("fixtures"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with("-broken"))
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

/// A report on each broken fixture, also with what is hidden.
fn reports(format: &str) -> Vec<Ran> {
    let fixtures = broken_fixtures();
    let runs = fixtures.iter().flat_map(|fixture| {
        let name = fixture.strip_prefix(root()).unwrap().to_str().unwrap();
        let words = ["check", "--as-of", "2026-11-24", "--output-format", format, name];
        [run_in(root(), &words, &[]), run_in(root(), &[&words[..], &["--no-ignores"]].concat(), &[])]
    });
    runs.map(|ran| ran.ends_with(1)).collect()
}

/// A text of a plan that means something in every form: a percent sign, a colon, a comma, markup, a quotation mark.
const SHARP: &str = r#"
[plan]
name = "100% of <Lisbon>: laptops, \"all\" & more | @mia #7 ]]> \u0007"
owner = "mia"
sponsor = "mia"
status-date = 2026-11-02
[person]
mia = { name = "Mia" }
[task.a]
title = "50%: a, b\nsecond [line](1) <b> \u001b[31m\u0000"
owner = "nobody"
depends-on = "a"
start = 2026-11-09
duration = "10d"
"#;

fn sharp() -> Folder {
    Folder::new(&[("pläne, 50%/a b.plan.toml", SHARP)])
}

// ---- SARIF

/// .ci/run holds the reports against the public schema.
#[test]
fn sarif_says_all_that_is_known_of_all_broken_fixtures() {
    let sharp = sharp().run("--output-format sarif").ends_with(1);
    let empty = Folder::new(&[("plan.toml", "[plan]\nname = \"x\"\n")]);
    let silent = empty.run("--output-format sarif --select DEP001").ends_with(0);
    for ran in reports("sarif").into_iter().chain([sharp, silent]) {
        let report = ran.json();
        let run = &report["runs"][0];
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let mut fingerprints = BTreeSet::new();
        for result in run["results"].as_array().unwrap() {
            let rule = &rules[result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            for text in ["shortDescription", "fullDescription", "help"] {
                assert!(!rule[text]["text"].as_str().unwrap().is_empty(), "{rule}");
            }
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uriBaseId"], "srcRoot", "{place}");
            assert!(
                fingerprints.insert(result["partialFingerprints"]["planlint/v1"].to_string()),
                "{result}"
            );
            assert!(["error", "warning", "note"].contains(&result["level"].as_str().unwrap()));
        }
    }
}

#[test]
fn sarif_tells_of_what_is_hidden_and_why() {
    let folder = Folder::new(&[(
        "plan.toml",
        "[plan]\nname = \"x\"\n[task.a]  # planlint: ignore[DEP002] agreed on Monday\ntitle = \"A\"\ndepends-on = \"a\"\n",
    )]);
    let report = folder.run("--select DEP002 --output-format sarif").ends_with(0).json();
    let result = &report["runs"][0]["results"][0];
    assert_eq!(result["suppressions"][0]["kind"], "inSource");
    assert_eq!(result["suppressions"][0]["justification"], "Hidden by a comment: agreed on Monday");
    let uri = &sharp().run("--output-format sarif --select DEP002").json()["runs"][0]["results"][0]["locations"]
        [0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "pl%C3%A4ne%2C%2050%25/a%20b.plan.toml");
}

#[test]
fn sarif_has_related_places_fixes_and_all_words_of_its_rules() {
    let (mut related, mut fixes) = (0, 0);
    for ran in reports("sarif") {
        let report = ran.json();
        let run = &report["runs"][0];
        assert_eq!(
            (&report["version"], &run["tool"]["driver"]["name"]),
            (&"2.1.0".into(), &"planlint".into())
        );
        for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
            assert!(
                ["error", "warning", "note"]
                    .contains(&rule["defaultConfiguration"]["level"].as_str().unwrap())
            );
            assert!(rule["help"]["markdown"].as_str().unwrap().contains("**Ask:**"), "{rule}");
            for word in ["name", "id"] {
                assert!(!rule[word].as_str().unwrap().is_empty(), "{rule}");
            }
            for word in ["question", "source", "since", "status", "problem.severity"] {
                assert!(!rule["properties"][word].as_str().unwrap().is_empty(), "{rule}");
            }
            assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{rule}");
        }
        let artifacts = run["artifacts"].as_array().unwrap();
        for result in run["results"].as_array().unwrap() {
            let places = result["relatedLocations"].as_array().into_iter().flatten();
            for (number, place) in places.enumerate() {
                related += 1;
                assert_eq!(place["id"], number, "{result}");
                let file = place["physicalLocation"]["artifactLocation"]["index"].as_u64();
                assert!(file.is_none_or(|file| (file as usize) < artifacts.len()), "{result}");
                assert!(place["physicalLocation"]["region"]["startLine"].as_u64().unwrap() >= 1);
            }
            for fix in result["fixes"].as_array().into_iter().flatten() {
                fixes += 1;
                assert!(!fix["description"]["text"].as_str().unwrap().is_empty(), "{fix}");
                for change in fix["artifactChanges"].as_array().unwrap() {
                    assert_eq!(change["artifactLocation"]["uriBaseId"], "srcRoot", "{fix}");
                    let edits = change["replacements"].as_array().unwrap();
                    assert!(
                        !edits.is_empty() && edits.iter().all(|it| it["deletedRegion"].is_object()),
                        "{fix}"
                    );
                }
            }
        }
    }
    assert!(related > 20 && fixes > 0, "{related} {fixes}");
}

// ---- GitHub

/// What GitHub reads: `%25` and the like are undone, in properties two more.
fn unescaped(text: &str, is_property: bool) -> String {
    let text = text.replace("%0A", "\n").replace("%0D", "\r");
    let text = if is_property { text.replace("%3A", ":").replace("%2C", ",") } else { text };
    text.replace("%25", "%")
}

#[test]
fn what_github_reads_is_what_was_found() {
    let folder = sharp();
    let rows = folder.run("--output-format jsonl").ends_with(1);
    let rows: Vec<Value> = rows.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ran = folder.run("--output-format github").ends_with(1);
    assert_eq!(ran.out.lines().count(), rows.len());
    for (line, row) in ran.out.lines().zip(&rows) {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (_, properties) = head.split_once(' ').unwrap();
        let property = |name: &str| {
            let mut all = properties.split(',').map(|it| it.split_once('=').unwrap());
            all.find(|(it, _)| *it == name).map(|(_, value)| unescaped(value, true)).unwrap()
        };
        assert_eq!(property("file"), row["file"].as_str().unwrap());
        assert_eq!(property("line"), row["line"].to_string());
        let (code, name) = (row["code"].as_str().unwrap(), row["name"].as_str().unwrap());
        assert_eq!(property("title"), format!("{code} {name}"));
        let message = unescaped(message, false);
        // What a terminal would act on was taken out of the plan's own words.
        let is_plain = |text: &str| !text.contains(['\u{1b}', '\u{FFFD}', '\0', '\u{7}']);
        let said = row["message"].as_str().unwrap();
        assert!(!is_plain(said) || message.lines().next() == Some(said), "{message}\n{said}");
        assert!(message.contains(&format!("\nhelp: {}", row["help"].as_str().unwrap())) || !is_plain(said));
    }
}

#[test]
fn github_gets_one_line_a_finding_with_everything_escaped() {
    for ran in reports("github") {
        for line in ran.out.lines() {
            let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("{line}"));
            let (level, rest) = rest.split_once(' ').unwrap();
            assert!(["error", "warning", "notice"].contains(&level), "{line}");
            let (properties, _) = rest.split_once("::").unwrap();
            let names: Vec<&str> =
                properties.split(',').map(|property| property.split_once('=').unwrap().0).collect();
            assert!(names.starts_with(&["file", "line"]) && names.ends_with(&["endLine", "title"]), "{line}");
        }
    }
    let ran = sharp().run("--output-format github --select DEP002,OWN").ends_with(1);
    ran.says("file=pläne%2C 50%25/a b.plan.toml,line=")
        .says("50%25: a, b")
        .says("%0Ahelp: ")
        .leaves_out("\u{1b}");
}

#[test]
fn services_get_paths_from_the_folder_of_the_repository() {
    let folder = Folder::new(&[("plans/plan.toml", "[task.a]\ntitle = \"A\"\ndepends-on = \"a\"\n")]);
    let workspace = fs::canonicalize(folder.path()).unwrap();
    let inside = workspace.join("plans");
    let words = ["check", "--select", "DEP002", "--output-format"];
    for (format, name, path) in [
        ("github", "GITHUB_WORKSPACE", "file=plans/plan.toml,"),
        ("gitlab", "CI_PROJECT_DIR", "\"path\":\"plans/plan.toml\""),
        ("sarif", "GITHUB_WORKSPACE", "\"uri\":\"plans/plan.toml\""),
    ] {
        let ran = run_in(&inside, &[&words[..], &[format]].concat(), &[(name, workspace.to_str().unwrap())]);
        ran.ends_with(1).says(path);
        run_in(&inside, &[&words[..], &[format]].concat(), &[]).leaves_out("plans/plan.toml");
    }
}

// ---- GitLab

#[test]
fn gitlab_gets_the_fields_it_documents_and_unique_fingerprints() {
    for ran in reports("gitlab") {
        let mut fingerprints = BTreeSet::new();
        for row in ran.json().as_array().unwrap() {
            let names: Vec<&String> = row.as_object().unwrap().keys().collect();
            assert_eq!(names, ["check_name", "description", "fingerprint", "location", "severity"]);
            assert!(["critical", "minor", "info"].contains(&row["severity"].as_str().unwrap()), "{row}");
            assert!(!row["description"].as_str().unwrap().is_empty());
            assert!(row["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            assert!(!row["location"]["path"].as_str().unwrap().starts_with(['/', '.']), "{row}");
            assert!(fingerprints.insert(row["fingerprint"].as_str().unwrap().to_owned()), "{row}");
        }
        assert!(!fingerprints.is_empty());
    }
    let sound = Folder::new(&[("plan.toml", "[plan]\nname = \"x\"\n")]);
    assert_eq!(sound.run("--select DEP001 --output-format gitlab").ends_with(0).out, "[]\n");
}

// ---- JUnit; .ci/run holds it against the schema of Jenkins

#[test]
fn junit_is_well_formed_and_counts_right() {
    for ran in reports("junit").into_iter().chain([sharp().run("--output-format junit").ends_with(1)]) {
        let document =
            roxmltree::Document::parse(&ran.out).unwrap_or_else(|error| panic!("{error}\n{}", ran.out));
        let root = document.root_element();
        let count = |node: roxmltree::Node<'_, '_>, tag: &str| {
            node.descendants().filter(|it| it.has_tag_name(tag)).count().to_string()
        };
        assert_eq!(root.attribute("tests"), Some(count(root, "testcase").as_str()));
        assert_eq!(root.attribute("failures"), Some(count(root, "failure").as_str()));
        for suite in root.children().filter(|it| it.is_element()) {
            assert_eq!(suite.attribute("tests"), Some(count(suite, "testcase").as_str()));
            assert_eq!(suite.attribute("failures"), Some(count(suite, "failure").as_str()));
            assert_eq!(suite.attribute("skipped"), Some(count(suite, "skipped").as_str()));
            let names: Vec<&str> = suite.children().filter_map(|it| it.attribute("name")).collect();
            let unique: BTreeSet<&&str> = names.iter().collect();
            assert_eq!(unique.len(), names.len(), "{names:?}");
        }
    }
}

// ---- Markdown

#[test]
fn markdown_begins_with_the_verdict_and_folds_the_rest() {
    for ran in reports("markdown") {
        assert!(ran.out.starts_with("## :x: planlint: "), "{}", ran.out);
        assert!(ran.out.len() < 65_536);
        let (head, folded) = ran.out.split_once("<details><summary>").unwrap();
        assert!(
            head.contains("| findings | severity | rule | what |")
                && folded.trim_end().ends_with("</details>")
        );
    }
    let ran = sharp().run("--output-format markdown");
    ran.leaves_out(" <b>").leaves_out("@mia").leaves_out("[line](1)").leaves_out("\u{1b}");
    let sound = Folder::new(&[("plan.toml", "[plan]\nname = \"x\"\n")]);
    sound
        .run("--select DEP001 --output-format markdown")
        .ends_with(0)
        .says("## :white_check_mark: planlint: no findings");
}

// ---- Forms and files

#[test]
fn the_form_never_changes_the_exit_code() {
    let folder = sharp();
    folder.write("sound/plan.toml", "[plan]\nname = \"x\"\n");
    for format in FORMATS.into_iter().chain(["json-lines", "json-v1"]) {
        folder.run(&format!("--output-format {format} --select DEP002")).ends_with(1);
        folder.run(&format!("--output-format {format} --select DEP002 --exit-zero")).ends_with(0);
        folder.run(&format!("--output-format {format} --select DEP001 sound")).ends_with(0);
        folder.run(&format!("--output-format {format} --select DEP001 sound no-such.plan.toml")).ends_with(2);
    }
}

#[test]
fn one_run_writes_several_reports() {
    let folder = sharp();
    let words = "--select DEP002 --output-format sarif=out.sarif --output-format junit=out.xml --output-format concise";
    folder.run(words).ends_with(1).says("error[DEP002]").leaves_out("<testsuites");
    assert!(folder.read("out.sarif").contains("\"2.1.0\"") && folder.read("out.xml").contains("<testsuites"));
    folder.run("--select DEP002 -o out.txt").ends_with(1).leaves_out("DEP002");
    assert!(folder.read("out.txt").contains("error[DEP002]"));
    assert!(!folder.read("out.txt").contains('\u{1b}'));
    // What is there is replaced as a whole, and nothing is left beside it.
    folder.run("--select DEP001 --output-file out.txt").ends_with(0);
    assert!(!folder.read("out.txt").contains("DEP002"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
    // Nothing on the screen is no reason to write nothing into the file.
    folder.run("-qq --select DEP002 --output-format json=quiet.json").ends_with(1);
    assert!(folder.read("quiet.json").contains("DEP002"));
}

#[test]
fn the_environment_sets_form_and_file_and_the_command_line_wins() {
    let folder = sharp();
    let env = [("PLANLINT_OUTPUT_FORMAT", "github"), ("PLANLINT_OUTPUT_FILE", "env.txt")];
    folder.run_with("--select DEP002", &env).ends_with(1).leaves_out("::error");
    assert!(folder.read("env.txt").starts_with("::error"));
    folder.run_with("--select DEP002 --output-format concise -o own.txt", &env).ends_with(1);
    assert!(folder.read("own.txt").contains("error[DEP002]"));
    folder.run_with("--select DEP002", &[("PLANLINT_OUTPUT_FORMAT", "junit=env.xml")]).ends_with(1);
    assert!(folder.read("env.xml").contains("<failure"));
    folder
        .run_with("--select DEP002", &[("PLANLINT_OUTPUT_FORMAT", "xml")])
        .ends_with(2)
        .complains("no output format");
}

#[test]
fn reports_that_cannot_be_written_end_with_2() {
    let folder = sharp();
    folder.run("--output-format sarif=no/out.sarif").ends_with(2).complains("the folder no does not exist");
    folder.run("-o no/out.txt").ends_with(2).complains("no/out.txt cannot be written");
    fs::create_dir(folder.path().join("taken")).unwrap();
    folder.run("--select DEP002 -o taken").ends_with(2).complains("it is a folder");
    folder.run("--output-format json --output-format full").ends_with(2).complains("run into each other");
    folder
        .run("--output-format json=a --output-format full=a")
        .ends_with(2)
        .complains("several reports go to a");
    folder.run("--output-format json=a -o b").ends_with(2).complains("every report has one already");
    folder.run("--output-format sarif=").ends_with(2).complains("no file is named");
    folder.run("--output-format xml").ends_with(2).complains("possible values: full, concise, grouped");
}

#[test]
fn grouped_names_a_file_once_and_lines_are_objects() {
    let folder = Folder::new(&[(
        "plan.toml",
        "[task.a]\ntitle = \"A\"\ndepends-on = \"a\"\n[task.b]\ntitle = \"B\"\ndepends-on = \"b\"\n",
    )]);
    let ran = folder.run("--output-format grouped --select DEP002").ends_with(1);
    assert_eq!(ran.out.matches("plan.toml").count(), 1, "{}", ran.out);
    let ran = folder.run("--output-format jsonl --select DEP002").ends_with(1);
    let codes: Vec<Value> =
        ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["code"].clone()).collect();
    assert_eq!(codes, ["DEP002", "DEP002"]);
}

#[test]
fn only_findings_that_are_bad_enough_are_shown() {
    let folder = Folder::new(&[(
        "plan.toml",
        "[plan]\nname = \"x\"\ncolour = 1\n[task.a]\ntitle = \"A\"\ndepends-on = \"a\"\n",
    )]);
    let words = "--select DEP002,PLN002 --output-format concise";
    folder.run(words).ends_with(1).says("PLN002").says("DEP002");
    let ran = folder.run(&format!("{words} --min-severity error")).ends_with(1);
    ran.leaves_out("PLN002").says("DEP002").says("1 finding not shown because of its severity");
    folder.write("planlint.toml", "min-severity = \"error\"\n");
    folder.run(words).leaves_out("PLN002");
    folder.run(&format!("{words} --min-severity advice")).says("PLN002");
}

#[test]
fn a_check_that_checked_nothing_is_not_green_unless_all_was_excluded_on_purpose() {
    let folder = Folder::new(&[
        ("old/plan.toml", "[plan]\nname = \"x\"\n"),
        ("planlint.toml", "exclude = [\"old\"]\n"),
    ]);
    for format in FORMATS {
        let form = format!("--output-format {format}");
        folder.run(&form).ends_with(2).complains("no plan file was found in .");
        folder
            .run(&format!("{form} --exit-zero old"))
            .ends_with(2)
            .complains("no plan file was found in old");
        // Named outright it is read; a hook that names all files says that it means it.
        folder.run(&format!("{form} --select DEP001 old/plan.toml")).ends_with(0);
        let hook = folder.run(&format!("{form} --force-exclude old/plan.toml")).ends_with(0);
        hook.complains("all that was given is excluded; nothing was checked");
        // Not read at all wins over everything that was found.
        let both = format!("{form} --select PLN008 --force-exclude old/plan.toml nowhere.plan.toml");
        folder.run(&both).ends_with(2).complains("nowhere.plan.toml cannot be read");
        folder.run(&format!("{form} --select PLN008 --exit-zero old/plan.toml nowhere")).ends_with(2);
        folder.run(&format!("{form} --select PLN008 old/plan.toml nowhere")).ends_with(2);
        folder.run(&format!("{form} --select PLN008 old/plan.toml")).ends_with(1);
        folder.run(&format!("{form} --select PLN008 --exit-zero old/plan.toml")).ends_with(0);
    }
}

#[test]
fn the_plans_that_would_be_read_are_listed() {
    let folder = Folder::new(&[("a/plan.toml", ""), ("b/x.plan.toml", ""), ("c/other.toml", "")]);
    assert_eq!(folder.run("--show-files").ends_with(0).out, "a/plan.toml\nb/x.plan.toml\n");
    folder.run("--show-files a no-such.plan.toml").ends_with(2).says("a/plan.toml").complains("no-such");
}

// ---- Known findings

/// A plan with 25 faults: each task depends on itself and has a field that there is not.
fn old_plan() -> String {
    let mut text = String::from("[plan]\nname = \"Old\"\nid = \"old\"\n");
    for number in 0..12 {
        text.push_str(&format!(
            "\n[task.t{number}]\ntitle = \"T{number}\"\ncolour = 1\ndepends-on = \"t{number}\"\n"
        ));
    }
    text + "\n[task.last]\ntitle = \"Last\"\ncolour = 2\n"
}

const RULES: &str = "--select DEP002,PLN002,PLN003,PLN007,LNT";

#[test]
fn an_old_plan_is_adopted() {
    let folder = Folder::new(&[("plan.toml", &old_plan())]);
    folder.run(RULES).ends_with(1).says("in 1 plan");
    assert_eq!(folder.run(&format!("{RULES} --output-format jsonl")).out.lines().count(), 25);
    let written = folder.run(&format!("{RULES} --write-baseline known.toml --baseline-owner mia"));
    written.ends_with(0).says("25 findings suppressed").complains("known.toml now lists 25 findings");
    let list = folder.read("known.toml");
    assert!(list.contains("owner = \"mia\"\ndate = 2026-11-24\n"), "{list}");
    assert_eq!(list.matches("code = \"DEP002\", plan = \"old\", about = \"task t").count(), 12, "{list}");
    let known = format!("{RULES} --baseline known.toml --output-format concise");
    folder.run(&known).ends_with(0).says("No findings").says("25 findings suppressed");

    // One more mistake: exactly that one.
    let one_more = old_plan().replace("title = \"Last\"\n", "title = \"Last\"\ndepends-on = \"last\"\n");
    folder.write("plan.toml", &one_more);
    let ran = folder.run(&known).ends_with(1).says("error[DEP002]").says("1 error in 1 plan");
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("plan.toml:")).count(), 1, "{}", ran.out);

    // Other order, other tasks' names and titles, other line ends, other layout: nothing comes back.
    let blocks: Vec<String> = old_plan().split("\n\n").map(str::to_owned).collect();
    let mut moved = vec![blocks[0].clone()];
    moved.extend(blocks[1..].iter().rev().cloned());
    moved.push("[task.new]\ntitle = \"New\"".to_owned());
    let moved = moved.join("\n\n\n# more\n").replace("title = \"T3\"", "title   =   \"Another\"") + "\n";
    folder.write("plan.toml", &moved.replace('\n', "\r\n"));
    folder.run(&known).ends_with(0).says("No findings");

    // One put right: told so, and nobody is stopped.
    folder.write("plan.toml", &old_plan().replace("depends-on = \"t4\"\n", ""));
    let ran =
        folder.run(&known).ends_with(0).says("LNT006").says("DEP002 about task t4 was known and is gone");
    let place =
        format!("known.toml:{}:1", list.lines().position(|line| line.contains("\"task t4\"")).unwrap() + 1);
    ran.says(&place);
    folder.run(&format!("{known} --fail-on advice")).ends_with(1);
    // Written anew it is shorter, and whose it is stays.
    folder.run(&format!("{RULES} --write-baseline known.toml")).ends_with(0);
    assert!(
        folder.read("known.toml").contains("owner = \"mia\"")
            && !folder.read("known.toml").contains("task t4\", message = \"\\\"T4\\\" (t4) waits")
    );
    folder.run(&known).ends_with(0).says("24 findings suppressed").leaves_out("LNT006");
}

#[test]
fn repeats_are_counted() {
    let twice = "[plan]\nid = \"p\"\n[task.a]\ntitle = \"A\"\nfoo = 1\n[task.a.baseline]\nfoo = 1\n";
    let folder = Folder::new(&[("plan.toml", twice)]);
    let before = folder.run("--select PLN002 --output-format jsonl").out.lines().count();
    folder.run("--select PLN002 --write-baseline known.toml").ends_with(0);
    folder.write("plan.toml", &twice.replace("[task.a]\n", "[task.a]\nbar = 1\n"));
    let ran = folder.run("--select PLN002 --baseline known.toml --output-format jsonl").ends_with(1);
    assert_eq!((before, ran.out.lines().count()), (2, 1), "{}", ran.out);
}

#[test]
fn what_was_not_looked_at_has_not_ended() {
    let folder = Folder::new(&[("a/plan.toml", &old_plan()), ("b/plan.toml", "[plan]\nid = \"b\"\nx = 1\n")]);
    folder.run(&format!("{RULES} --write-baseline known.toml")).ends_with(0);
    folder.write("planlint.toml", "baseline = \"known.toml\"\n");
    folder.run(RULES).ends_with(0).leaves_out("LNT006");
    // Another plan, another rule, from another folder, a plan that cannot be read as a whole.
    folder.run(&format!("{RULES} b")).ends_with(0).leaves_out("LNT006");
    folder.run("--select DEP002,LNT").ends_with(0).leaves_out("LNT006");
    let inside = folder.path().join("a");
    run_in(&inside, &["check", "--select", "DEP002,PLN002,LNT"], &[]).ends_with(0).leaves_out("LNT006");
    folder.write("a/plan.toml", &old_plan().replace("[task.t3]", "[task.t3"));
    folder.run(&format!("{RULES},PLN001")).ends_with(1).leaves_out("LNT006");
}

#[test]
fn a_baseline_that_cannot_be_used_ends_with_2() {
    let folder = Folder::new(&[("plan.toml", &old_plan()), ("bad.toml", "[known\n")]);
    folder
        .run(&format!("{RULES} --baseline none.toml"))
        .ends_with(2)
        .complains("the baseline none.toml cannot be read");
    folder.run(&format!("{RULES} --baseline bad.toml")).ends_with(2).complains("bad.toml cannot be read");
    folder.run("--baseline a --write-baseline b").ends_with(2).complains("cannot be used with");
    folder
        .run(&format!("{RULES} --write-baseline no/b.toml"))
        .ends_with(2)
        .complains("no/b.toml cannot be written");
}

#[test]
fn the_auditor_sees_what_is_hidden_marked_as_such() {
    let text = "[plan]\nid = \"p\"\n[task.a]  # planlint: ignore[DEP002] agreed\ntitle = \"A\"\ndepends-on = \"a\"\n[task.b]\ntitle = \"B\"\nfoo = 1\n[task.c]\ntitle = \"C\"\ndepends-on = \"c\"\n[[waiver]]\nrule = \"DEP002\"\non = \"c\"\nreason = \"until spring\"\napproved-by = \"mia\"\nuntil = 2027-03-31\n";
    let folder = Folder::new(&[("plan.toml", text)]);
    let words = "--select DEP002,PLN002,LNT006 --output-format concise";
    folder.run(&format!("{words} --write-baseline known.toml")).ends_with(0).says("3 findings suppressed");
    assert_eq!(folder.read("known.toml").matches("code = ").count(), 1);
    let known = format!("{words} --baseline known.toml");
    folder.run(&known).ends_with(0).says("No findings");
    let ran = folder.run(&format!("{known} --no-ignores")).ends_with(1);
    let ran = ran.says("(hidden by a comment)").says("(hidden by a waiver)").says("(hidden by the baseline)");
    assert_eq!(ran.out.lines().filter(|line| line.starts_with("plan.toml")).count(), 3);
    let ran = folder.run(&format!("{known} --no-ignores --output-format full"));
    assert_eq!(ran.code, 2, "one report goes to the screen");
    let full = "--select DEP002 --no-ignores";
    folder.run(full).says("note: Hidden by a comment: agreed").says("Hidden by a waiver: until spring");
    folder.run(&format!("{full} --ignores")).ends_with(0);
    let report = folder.run(&format!("{full} --output-format json")).json();
    assert_eq!(report["findings"][1]["suppression"]["by"], "waiver");
    // In SARIF what is hidden stands in any case.
    let sarif =
        folder.run("--select DEP002,PLN002 --baseline known.toml --output-format sarif").ends_with(0).json();
    let kinds: Vec<&Value> = sarif["runs"][0]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["suppressions"][0]["kind"])
        .collect();
    assert_eq!(kinds, ["inSource", "external", "inSource"]);
}

// ---- Comments

#[test]
fn comments_are_added_to_all_that_is_found_and_hide_it() {
    let text = concat!(
        "# A plan.\n[plan]\nid = \"p\"\ncolour = 1\n\n[task]\n",
        "a = { title = \"A\", depends-on = \"a\", foo = 1 } # own words\n",
        "  b = { title = \"B\", depends-on = [\n    \"b\",\n] }\n\n",
        "[task.c]  # planlint: ignore[PLN002] ours\ntitle = \"C\"\nfoo = 1\nnotes = \"\"\"\n[task.x]\n\"\"\"\ndepends-on = [\"c\"]\n\n",
        "[task.d]\ntitle = \"D\"\n[task.d.baseline]\nfoo = 1\n",
    );
    let words = ["check", "--as-of", "2026-11-24", "--select", "DEP002,PLN002,LNT"];
    for line_end in ["\n", "\r\n"] {
        let folder = Folder::new(&[("plan.toml", &text.replace('\n', line_end))]);
        let add = [&words[..], &["--add-ignore=agreed on Monday"]].concat();
        let ran = run_in(folder.path(), &add, &[]).ends_with(0);
        ran.complains("5 comments for 6 findings written into 1 file").leaves_out("cannot");
        let expected = text
            .replace("[plan]\n", "# planlint: ignore[PLN002] agreed on Monday\n[plan]\n")
            .replace("a = {", "# planlint: ignore[DEP002, PLN002] agreed on Monday\na = {")
            .replace("  b = {", "  # planlint: ignore[DEP002] agreed on Monday\n  b = {")
            .replace("[task.c]", "# planlint: ignore[DEP002] agreed on Monday\n[task.c]")
            .replace("[task.d]\n", "# planlint: ignore[PLN002] agreed on Monday\n[task.d]\n");
        assert_eq!(folder.read("plan.toml"), expected.replace('\n', line_end));
        run_in(folder.path(), &words, &[]).ends_with(0).says("No findings");
        // There is nothing left to do.
        run_in(folder.path(), &add, &[]).ends_with(0).complains("0 comments for 0 findings");
        assert_eq!(folder.read("plan.toml"), expected.replace('\n', line_end));
    }
}

#[test]
fn what_no_comment_can_hide_is_said_and_nothing_is_spoiled() {
    let folder = Folder::new(&[("plan.toml", "[task.a]\ntitle = \"A\"\ndepends-on = \"a\"\n")]);
    for words in ["--add-ignore", "--add-ignore=", "--add-ignore=...", "--add-ignore=x --no-ignores"] {
        folder.run(words).ends_with(2);
    }
    let unused = "[task.a]  # planlint: ignore[PLN002] ours\ntitle = \"A\"\ndepends-on = \"a\"\n";
    folder.write("plan.toml", unused);
    folder
        .run("--select DEP002,PLN002,LNT --add-ignore=agreed")
        .ends_with(1)
        .complains("1 finding cannot be hidden");
    assert_eq!(folder.read("plan.toml"), format!("# planlint: ignore[DEP002] agreed\n{unused}"));
}

#[test]
fn comments_for_the_broken_fixtures_hide_what_they_say() {
    for fixture in broken_fixtures() {
        let folder = Folder::new(&[]);
        let mut waiting = vec![fixture.clone()];
        while let Some(next) = waiting.pop() {
            for path in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
                match path.is_dir() {
                    true => waiting.push(path),
                    false => folder.write(
                        path.strip_prefix(&fixture).unwrap().to_str().unwrap(),
                        &fs::read_to_string(&path).unwrap(),
                    ),
                }
            }
        }
        let lines = |ran: Ran| ran.out.lines().count();
        let before = lines(folder.run("--output-format jsonl"));
        let ran = folder.run("--add-ignore=agreed");
        assert!(ran.code < 2, "{}", ran.err);
        let after = folder.run("--output-format jsonl");
        let left: Vec<Value> = after.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(
            left.len() * 4 < before,
            "{}: {before} before, {} after: {:?}",
            fixture.display(),
            left.len(),
            after.out
        );
    }
}

// ---- Long command lines

#[test]
fn arguments_come_from_a_file() {
    let plan = "[task.a]\ntitle = \"A\"\ndepends-on = \"a\"\n";
    let folder = Folder::new(&[("a/a b.plan.toml", plan), ("c/c.plan.toml", plan), ("@d.plan.toml", plan)]);
    folder.write("list.txt", "\u{FEFF}--select\r\nDEP002\r\n\r\na/a b.plan.toml\r\n");
    let ran = run_in(folder.path(), &["--output-format", "concise", "@list.txt"], &[]).ends_with(1);
    ran.says("a/a b.plan.toml:3:").leaves_out("c.plan.toml");
    let ran = run_in(folder.path(), &["--output-format", "concise", "--", "@d.plan.toml"], &[]).ends_with(1);
    ran.says("@d.plan.toml:3:");
    run_in(folder.path(), &["@none.txt"], &[])
        .ends_with(2)
        .complains("none.txt cannot be read: there is no such file");
}

#[test]
fn shells_are_told_what_can_be_typed() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run_in(folder.path(), &["completions", shell], &[]).ends_with(0);
        ran.says("write-baseline").says("explain");
    }
    run_in(folder.path(), &["completions", "cmd"], &[]).ends_with(2).complains("powershell");
}
