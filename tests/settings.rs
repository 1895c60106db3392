//! planlint.toml and what is said in its place, by what a user types and sees: what is linted in it, what is judged and
//! what is left alone, where each setting comes from, who is shown what.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its folder fails"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

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

    /// Runs with these words, on a day that does not pass.
    fn run(&self, words: &[&str]) -> Ran {
        self.run_with(words, &[])
    }

    fn run_with(&self, words: &[&str], env: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
        command.args(words).current_dir(self.path()).env_clear().env("COLUMNS", "100");
        let output = command.envs(env.iter().copied()).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What is found about the settings: `line:column code place`, where `place` is what stands there.
    fn found(&self, words: &[&str]) -> Vec<String> {
        self.findings(words).into_iter().map(|(shown, _)| shown).collect()
    }

    fn findings(&self, words: &[&str]) -> Vec<(String, Value)> {
        let ran =
            self.run(&[&["check", "--as-of", "2026-11-24", "--output-format", "jsonl"], words].concat());
        let lines = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let ours = lines.filter(|it| it["code"].as_str().unwrap().starts_with("LNT"));
        ours.map(|it| {
            let text = self.read(it["file"].as_str().unwrap());
            let line = text.lines().nth(it["line"].as_u64().unwrap() as usize - 1).unwrap();
            let (start, end) =
                (it["column"].as_u64().unwrap() as usize, it["end_column"].as_u64().unwrap() as usize);
            let place: String = line.chars().skip(start - 1).take(end - start).collect();
            (
                format!(
                    "{} {}:{} {place}",
                    it["code"].as_str().unwrap(),
                    it["file"].as_str().unwrap(),
                    it["line"]
                ),
                it,
            )
        })
        .collect()
    }

    /// Applies the fixes of all findings about settings.
    fn fix(&self, words: &[&str]) {
        let mut edits: Vec<(String, usize, usize, String)> = Vec::new();
        for (_, finding) in self.findings(words) {
            for edit in finding["fix"]["edits"].as_array().into_iter().flatten() {
                let number = |name: &str| edit[name].as_u64().unwrap() as usize;
                let text = |name: &str| edit[name].as_str().unwrap().to_owned();
                edits.push((text("file"), number("start"), number("end"), text("insert")));
            }
        }
        edits.sort();
        edits.dedup();
        for (file, start, end, insert) in edits.into_iter().rev() {
            let mut text = self.read(&file);
            text.replace_range(start..end, &insert);
            self.write(&file, &text);
        }
    }
}

/// A plan in which DEP002 is found, and nothing else of the rules below.
const PLAN: &str = "[plan]\nname = \"P\"\nid = \"p\"\n[task.a]\ntitle = \"A\"\ndepends-on = \"a\"\n";

// ---- Entries that do nothing

const PATTERNS: &str = concat!(
    "include = [\"tables/*.csv\"]\n",
    "exclude = [\n  \"archve/**\",  # last year\n  \"old\",\n]\n",
    "[per-file-ignores]\n\"plans/a.plan.toml\" = [\"DEP002\", \"DEP001\"]\n\"gone/*.toml\" = [\"ALL\"]\n",
);

fn with_patterns() -> Folder {
    Folder::new(&[
        ("plans/a.plan.toml", PLAN),
        ("plans/b.plan.toml", "[plan]\nname = \"B\"\nid = \"b\"\n"),
        ("old/notes.md", ""),
        ("planlint.toml", PATTERNS),
    ])
}

#[test]
fn entries_that_do_nothing_are_told_of_at_their_place_and_their_fixes_leave_the_rest() {
    let folder = with_patterns();
    let rules = ["--select", "DEP,LNT"];
    assert_eq!(
        folder.found(&rules),
        [
            "LNT008 planlint.toml:1 tables/*.csv",
            "LNT008 planlint.toml:3 archve/**",
            "LNT009 planlint.toml:7 DEP001",
            "LNT008 planlint.toml:8 gone/*.toml",
        ]
    );
    // Advice: nobody is stopped.
    folder.run(&[&["check", "."], &rules[..]].concat()).ends_with(0);
    folder.fix(&rules);
    assert_eq!(
        folder.read("planlint.toml"),
        "include = []\nexclude = [\n  \"old\",\n]\n[per-file-ignores]\n\"plans/a.plan.toml\" = [\"DEP002\"]\n"
    );
    assert_eq!(folder.found(&rules), [] as [&str; 0]);
}

#[test]
fn what_a_run_has_not_looked_for_is_not_called_missing() {
    let folder = with_patterns();
    let found = |words: &[&str]| folder.found(&[&["--select", "DEP,LNT"], words].concat());
    // One file, as pre-commit gives it; another folder; something left out; something that cannot be read.
    assert_eq!(found(&["plans/a.plan.toml"]), [] as [&str; 0]);
    assert_eq!(found(&["old/../plans/b.plan.toml"]), [] as [&str; 0]);
    assert_eq!(found(&["--exclude", "plans/b.plan.toml"]), [] as [&str; 0]);
    assert_eq!(found(&[".", "nowhere"]), [] as [&str; 0]);
    // A folder is enough for what can only be in it.
    assert_eq!(found(&["plans"]), ["LNT009 planlint.toml:7 DEP001"]);
    // A rule that was left out this time might have been found.
    assert_eq!(found(&["plans", "--ignore", "DEP001"]), [] as [&str; 0]);
    assert_eq!(folder.found(&["plans", "--select", "DEP002,LNT"]), [] as [&str; 0]);
    // So might all the rest of a plan that cannot be read as a whole.
    folder.write("plans/a.plan.toml", &format!("{PLAN}[task.b\n"));
    assert_eq!(found(&["plans"]), [] as [&str; 0]);
}

#[test]
fn what_may_come_or_is_for_others_is_not_called_missing() {
    let folder = Folder::new(&[
        ("plan.toml", PLAN),
        (".gitignore", "build/\nout\n"),
        (".github/notes.md", ""),
        (
            "planlint.toml",
            "exclude = [\".github/**\", \"build\", \"out/**\", \"./out/x.plan.toml\", \"never\"]\n",
        ),
    ]);
    assert_eq!(folder.found(&["--select", "LNT"]), ["LNT008 planlint.toml:1 never"]);
    // One configuration for many: what matches nothing here may match elsewhere.
    folder.write("shared/base.toml", "exclude = [\"never\"]\n[per-file-ignores]\n\"x/*\" = [\"DEP\"]\n");
    folder.write("planlint.toml", "extends = \"shared/base.toml\"\n");
    assert_eq!(folder.found(&["--select", "LNT"]), [] as [&str; 0]);
    folder.write("other/planlint.toml", "");
    folder.write("other/plan.toml", PLAN);
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
        command.args(["check", "--select", "LNT", "--config"]).args(words).env_clear();
        String::from_utf8(command.current_dir(folder.path().join("other")).output().unwrap().stdout).unwrap()
    };
    assert!(!run(&["../shared/base.toml"]).contains("LNT"));
    folder.write("other/own.toml", "exclude = [\"never\"]\n");
    assert!(run(&["own.toml"]).contains("own.toml:1:13"));
    folder.write("other/own.toml", "");
    let line = ["--select", "LNT", "--config", "exclude = [\"nothing\"]"];
    assert_eq!(folder.found(&line), [] as [&str; 0]);
}

#[test]
fn settings_that_contradict_each_other_are_told_of_and_repeated_defaults_are_not() {
    let folder = Folder::new(&[("plan.toml", PLAN)]);
    folder.write(
        "planlint.toml",
        concat!(
            "extend-select = [\"DEP006\", \"GAT\"]\nignore = [\"DEP015\", \"GAT\", \"OWN\"]\n",
            "explicit-preview-rules = true\n",
            "severity = { DEP015 = \"error\", DEP002 = \"error\", DEP006 = \"warning\", VOC003 = \"advice\" }\n",
            "[rule.DEP015]\ndays = 3\n[rule.DEP006]\n",
        ),
    );
    let found = folder.found(&["--select", "LNT"]);
    assert_eq!(
        found,
        [
            "LNT011 planlint.toml:1 GAT",
            "LNT011 planlint.toml:3 explicit-preview-rules",
            "LNT011 planlint.toml:4 DEP015",
            "LNT011 planlint.toml:5 DEP015",
        ]
    );
}

const PACK: &str = r#"
[pack]
id = "acme"
family = "ACME"
title = "Acme"
[rule.ACME002]
name = "no-notes"
formerly = ["ACME001", "notes-missing"]
severity = "warning"
question = "What is known?"
for-each = { task = {} }
require = { notes = { missing = false } }
message = "{title} has no notes"
help = "Write some."
[rule.ACME003]
name = "no-tags"
status = "removed"
since = "1.0"
status-since = "2.1"
severity = "warning"
question = "Which?"
for-each = { task = {} }
require = { tags = { missing = false } }
message = "{title} has no tags"
help = "Write some."
explanation = "Tags proved to say nothing; kinds do."
[rule.ACME004]
name = "no-percent"
status = "deprecated"
status-since = "2.2"
severity = "warning"
question = "How far?"
for-each = { task = {} }
require = { percent = { missing = false } }
message = "{title} has no percent"
help = "Write it."
[rule.ACME005]
name = "no-site"
status = "preview"
severity = "warning"
question = "Where?"
for-each = { task = {} }
require = { site = { missing = false } }
message = "{title} has no site"
help = "Write it."
[rule.ACME006]
name = "no-deadline"
status = "preview"
severity = "warning"
question = "Until when?"
for-each = { task = {} }
require = { deadline = { missing = false } }
message = "{title} has no deadline"
help = "Write it."
"#;

fn with_pack(config: &str) -> Folder {
    let config = format!("packs = [\"acme.toml\"]\n{config}");
    Folder::new(&[("plan.toml", PLAN), ("acme.toml", PACK), ("planlint.toml", &config)])
}

#[test]
fn a_pack_of_which_no_rule_runs_is_told_of() {
    let rules = ["--extend-select", "LNT010"];
    assert_eq!(with_pack("ignore = [\"ACME\"]\n").found(&rules), ["LNT010 planlint.toml:1 acme.toml"]);
    assert_eq!(with_pack("ignore = [\"ACME002\"]\n").found(&rules), [] as [&str; 0], "ACME004 still runs");
    let folder = with_pack("");
    folder.write("acme.toml", &PACK.replace("for-each", "for-eech"));
    assert_eq!(folder.found(&rules), [] as [&str; 0], "its mistakes are told of");
    // What the command line leaves out is no matter of the configuration, and words are of use without rules.
    let all = ["--select", "DEP002,LNT010"];
    assert_eq!(with_pack("").found(&all), [] as [&str; 0]);
    let words = format!("{PACK}[term]\nVDI = \"Desktops on servers\"\n");
    let folder = with_pack("ignore = [\"ACME\"]\n");
    folder.write("acme.toml", &words);
    assert_eq!(folder.found(&rules), [] as [&str; 0]);
}

// ---- Names that change, rules that come and go

#[test]
fn an_old_name_goes_on_to_work_and_is_told_of() {
    let folder = with_pack("ignore = [\"ACME001\"]\nseverity = { notes-missing = \"error\" }\n");
    let found = folder.found(&["--select", "LNT"]);
    assert_eq!(
        found,
        [
            "LNT012 planlint.toml:2 ACME001",
            "LNT011 planlint.toml:3 notes-missing",
            "LNT012 planlint.toml:3 notes-missing"
        ]
    );
    let ran = folder.run(&["check", "--select", "notes-missing"]).ends_with(1);
    ran.says("error[ACME002] no-notes")
        .complains("--select names notes-missing, which is now called no-notes");
    let quiet = folder.run(&["check", "-q", "--select", "ACME001"]).ends_with(1);
    assert_eq!(quiet.err, "");
    folder
        .run(&["explain", "notes-missing"])
        .ends_with(0)
        .says("ACME002 no-notes")
        .says("Formerly ACME001, notes-missing");
    folder.run(&["rules", "--select", "ACME001"]).ends_with(0).says("ACME002");
    // In a comment and a waiver.
    let plan = PLAN.replace("[task.a]", "[task.a]  # planlint: ignore[ACME001] they come in spring");
    folder.write("plan.toml", &plan);
    folder.write("planlint.toml", "packs = [\"acme.toml\"]\n");
    assert_eq!(folder.found(&["--select", "ACME,LNT"]), ["LNT012 plan.toml:4 ACME001"]);
    let waiver =
        "[[waiver]]\nrule = \"notes-missing\"\non = \"a\"\nreason = \"later\"\napproved-by = \"mia\"\n";
    folder.write("plan.toml", &format!("{PLAN}{waiver}"));
    assert_eq!(folder.found(&["--select", "ACME,LNT"]), ["LNT012 plan.toml:8 notes-missing"]);
}

#[test]
fn a_known_finding_stays_known_when_its_rule_gets_another_code() {
    let before =
        PACK.replace("ACME002", "ACME001").replace("formerly = [\"ACME001\", \"notes-missing\"]\n", "");
    let folder = with_pack("");
    folder.write("acme.toml", &before);
    let rules = ["check", "--select", "ACME001,LNT"];
    folder.run(&[&rules[..], &["--write-baseline", "known.toml"]].concat()).ends_with(0);
    assert!(folder.read("known.toml").contains("code = \"ACME001\""));
    folder.write("acme.toml", PACK);
    let ran = folder.run(&[&rules[..], &["--baseline", "known.toml"]].concat()).ends_with(0);
    ran.says("1 finding suppressed").leaves_out("LNT006");
}

#[test]
fn rules_that_went_explain_themselves_and_naming_them_is_told_of() {
    let folder = with_pack("extend-select = [\"ACME003\", \"no-percent\"]\n");
    let ran = folder.run(&["check", "--select", "LNT", "--output-format", "concise"]);
    let ran = ran.says("warning[LNT013] retired-rule: ACME003 was removed in 2.1: naming it does nothing");
    ran.says("advice[LNT013] retired-rule: no-percent was given up in 2.2 and will be removed");
    folder.run(&["check", "--select", "ACME003"]).ends_with(0).complains("ACME003, which was removed in 2.1");
    folder.run(&["check", "--select", "ACME004"]).ends_with(1).says("ACME004");
    let ran = folder.run(&["explain", "ACME003"]).ends_with(0).says("Tags proved to say nothing");
    ran.says("removed in 2.1: it no longer runs").says("Since 1.0");
    let json = folder.run(&["rules", "--select", "ACME003", "--output-format", "json"]).ends_with(0);
    json.says("\"status\":\"removed\"").says("\"status_since\":\"2.1\"");
}

#[test]
fn rules_on_trial_run_when_they_are_asked_for() {
    let codes = |config: &str, words: &[&str]| -> Vec<String> {
        let folder = with_pack(config);
        let ran = folder.run(&[&["check", "--output-format", "jsonl", "--ignore", "LNT"], words].concat());
        let rows = ran.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let codes = rows.map(|row| row["code"].as_str().unwrap().to_owned());
        codes.filter(|code| ["ACME005", "ACME006"].contains(&code.as_str())).collect()
    };
    let both = ["ACME005", "ACME006"];
    let one = ["ACME005"];
    assert_eq!(codes("", &[]), [] as [&str; 0]);
    assert_eq!(codes("extend-select = [\"ACME005\"]\n", &[]), [] as [&str; 0]);
    assert_eq!(codes("", &["--preview"]), both);
    assert_eq!(codes("preview = true\n", &[]), both);
    let explicit = "preview = true\nexplicit-preview-rules = true\n";
    assert_eq!(codes(explicit, &[]), [] as [&str; 0]);
    assert_eq!(codes(explicit, &["--extend-select", "ACME"]), [] as [&str; 0]);
    assert_eq!(codes(explicit, &["--extend-select", "no-site"]), one);
    assert_eq!(codes(&format!("{explicit}extend-select = [\"ACME005\"]\n"), &[]), one);
    // Named where none of them runs.
    let folder = with_pack("extend-select = [\"ACME005\"]\n");
    assert_eq!(folder.found(&["--select", "LNT"]), ["LNT011 planlint.toml:2 ACME005"]);
    assert_eq!(folder.found(&["--select", "LNT", "--preview"]), [] as [&str; 0]);
}

#[test]
fn an_unknown_word_is_taken_whole_wherever_rules_are_named() {
    let folder = Folder::new(&[
        ("plan.toml", PLAN),
        (
            "planlint.toml",
            "ignore = [\"F4O1\"]\nper-file-ignores = { \"plan.toml\" = [\"DEP0O2\", \"DEP002\"] }\n",
        ),
    ]);
    assert_eq!(
        folder.found(&["--select", "DEP,LNT"]),
        ["LNT005 planlint.toml:1 F4O1", "LNT005 planlint.toml:2 DEP0O2"]
    );
    folder.run(&["check", "--ignore", "F4O1"]).ends_with(2).complains("--ignore names `F4O1`");
}

#[test]
fn files_are_silenced_by_code_by_beginning_and_by_name_and_still_count_as_read() {
    let other = "[plan]\nid = \"q\"\n[task.b]\ntitle = \"B\"\ndepends-on = \"p/a\"\n";
    for word in ["DEP002", "dep002", "DEP", "self-dependency", "ALL"] {
        let config = format!("[per-file-ignores]\n\"a/*\" = [\"{word}\"]\n");
        let folder =
            Folder::new(&[("a/plan.toml", PLAN), ("b/plan.toml", other), ("planlint.toml", &config)]);
        let ran = folder.run(&["check", "--select", "DEP002,DEP021"]).ends_with(0);
        ran.says("2 plans (2 tasks, 2 files)");
        // Not read: what leads into it is unknown.
        folder.write("planlint.toml", "exclude = [\"a\"]\n");
        folder.run(&["check", "--select", "DEP002,DEP021"]).says("DEP021").says("1 plan (1 task, 1 file)");
    }
}

// ---- Where settings come from

#[test]
fn a_configuration_builds_on_another() {
    let folder = with_pack("");
    folder.write("acme.toml", "");
    folder.write(
        "shared/planlint.toml",
        concat!(
            "extends = \"../org.toml\"\npacks = [\"acme.toml\"]\nignore = [\"DEP\"]\nfail-on = \"error\"\n",
            "waiver-notice = \"30d\"\nexclude = [\"drafts\"]\nseverity = { ACME002 = \"advice\" }\n"
        ),
    );
    folder.write("org.toml", "min-severity = \"warning\"\nfail-on = \"advice\"\n");
    folder.write("shared/acme.toml", PACK);
    folder.write(
        "planlint.toml",
        "extends = \"shared/planlint.toml\"\nexclude = [\"later\"]\nextend-select = [\"DEP002\"]\n",
    );
    let shown = folder.run(&["check", "--show-settings"]).ends_with(0);
    for line in [
        "exclude = [\"later\"] # planlint.toml:2",
        "extend-select = [\"DEP002\"] # planlint.toml:3",
        "ignore = [\"DEP\"] # shared/planlint.toml:3",
        "fail-on = \"error\" # shared/planlint.toml:4",
        "min-severity = \"warning\" # org.toml:1",
        "audience = \"team\" # default",
        "ACME002 = \"advice\" # shared/planlint.toml:7",
    ] {
        let is_there = shown.out.lines().any(|it| it.split_whitespace().eq(line.split_whitespace()));
        assert!(is_there, "no {line:?} in\n{}", shown.out);
    }
    // The pack stands beside the file that names it. The more exact word wins, wherever it stands.
    let ran = folder.run(&["check", "--min-severity", "advice", "--output-format", "concise"]).ends_with(1);
    ran.says("error[DEP002]").says("advice[ACME002]").leaves_out("DEP001");
}

#[test]
fn configurations_that_lead_nowhere_or_round_end_with_2() {
    let folder = Folder::new(&[("plan.toml", PLAN), ("planlint.toml", "extends = \"gone.toml\"\n")]);
    let ran = folder.run(&["check", "--select", "DEP002"]).ends_with(2).says("DEP002");
    ran.complains("gone.toml, which planlint.toml extends, cannot be read: there is no such file");
    folder.write("gone.toml", "extends = \"planlint.toml\"\n");
    folder.run(&["check"]).ends_with(2).complains(
        "planlint.toml, which gone.toml extends, cannot be read: they build on each other in a circle",
    );
    folder.write("gone.toml", "fail-on = \n");
    folder.run(&["check"]).ends_with(2).complains("gone.toml cannot be read");
    folder.write("gone.toml", "selct = []\n");
    assert_eq!(folder.found(&["--select", "LNT"]), ["LNT007 gone.toml:1 selct"]);
}

#[test]
fn settings_on_the_command_line_go_over_every_file() {
    let folder = Folder::new(&[
        ("a/plan.toml", PLAN),
        ("b/plan.toml", &PLAN.replace("\"p\"", "\"q\"")),
        ("b/planlint.toml", "severity = { DEP002 = \"warning\" }\n[rule.DEP015]\ndays = 3\n"),
        ("c.toml", "ignore = [\"DEP002\"]\n"),
    ]);
    let run = |words: &[&str]| folder.run(&[&["check", "--output-format", "concise"], words].concat());
    let rules = ["--select", "DEP002"];
    run(&rules).ends_with(1).says("a/plan.toml:6:15: error").says("b/plan.toml:6:15: warning");
    let advice = ["--config", "severity.DEP002 = 'advice'"];
    run(&[&rules[..], &advice].concat())
        .ends_with(0)
        .says("a/plan.toml:6:15: advice")
        .says("b/plan.toml:6:15: advice");
    // Repeated, the later one counts; a file may stand beside them, and `--isolated` too.
    let twice = ["--config", "fail-on = 'error'", "--config", "fail-on = 'advice'"];
    run(&[&rules[..], &advice, &twice].concat()).ends_with(1);
    run(&["--config", "c.toml", "--config", "output-format = 'json'"]).leaves_out("DEP002");
    run(&["--isolated", "--config", "ignore = ['ALL']"]).ends_with(0).says("No findings");
    run(&["--isolated", "--config", "c.toml"])
        .ends_with(2)
        .complains("`--isolated` is for no configuration at all");
    run(&["--config", "c.toml", "--config", "b/planlint.toml"]).ends_with(2).complains("names several files");
    run(&["--config", "packs = ['x']"]).ends_with(2).complains("`packs` can only stand in a file");
    run(&["--config", "fail-on = "]).ends_with(2).complains("cannot be understood");
    run(&["--config", "fail_on = 'error'"]).ends_with(2).complains("did you mean \"fail-on\"?");
    // The environment names a file; the command line wins, and every command knows it.
    let env = [("PLANLINT_CONFIG", "c.toml")];
    folder.run_with(&["check", "--select", "DEP", "--ignore", "DEP001"], &env).says("DEP002");
    folder.run_with(&["rules", "--select", "DEP002"], &env).ends_with(0).says("off");
    folder.run_with(&["rules", "--select", "DEP002", "--isolated"], &env).ends_with(0).says("on");
    folder.run_with(&["rules", "--config", "ignore = ['DEP002']", "--select", "DEP002"], &[]).says("off");
}

#[test]
fn it_is_shown_where_each_setting_comes_from() {
    let config = "fail-on = \"error\"\nexclude = [\n  \"a\",\n  \"b\",\n]\n\n[rule.DEP015]\ndays = 0x0F\n[per-file-ignores]\n\"x y/*.toml\" = [\"DEP\"]\nx-mine = 1\n";
    let folder = Folder::new(&[("planlint.toml", config)]);
    let words =
        ["check", "--show-settings", "--exclude", "c", "--ignore", "GAT", "--audience", "audit", "--config"];
    let words = [&words[..], &["rule.DEP006.x-y = 1", "--preview"]].concat();
    let ran = folder.run_with(&words, &[("PLANLINT_OUTPUT_FORMAT", "json")]).ends_with(0);
    for line in [
        "# planlint.toml holds here.",
        "audience = \"audit\"                    # command line",
        "exclude = [\"a\", \"b\", \"c\"]             # planlint.toml:2, command line",
        "fail-on = \"error\"                     # planlint.toml:1",
        "ignore = [\"GAT\"]                      # command line",
        "output-format = \"json\"                # environment, PLANLINT_OUTPUT_FORMAT",
        "preview = true                        # command line",
        "waiver-notice = \"14d\"                 # default",
        "[rule.DEP015]",
        "days = 15                             # planlint.toml:8",
        "\"x y/*.toml\" = [\"DEP\"]                # planlint.toml:10",
    ] {
        let is_there = ran.out.lines().any(|it| it.split_whitespace().eq(line.split_whitespace()));
        assert!(is_there, "no {line:?} in\n{}", ran.out);
    }
    // It is TOML that says the same again.
    let table: toml::Table = toml::from_str(&ran.out).unwrap();
    assert!(!table.contains_key("x-mine"), "{}", ran.out);
    folder.write("planlint.toml", &ran.out);
    let again = folder.run(&["check", "--show-settings"]).ends_with(0);
    let values = |text: &str| toml::from_str::<toml::Table>(text).unwrap();
    assert_eq!(values(&again.out), values(&ran.out));
    folder.write("planlint.toml", "fail-on = ");
    folder.run(&["check", "--show-settings"]).ends_with(2).complains("planlint.toml cannot be read");
    let none = Folder::new(&[]).run(&["check", "--show-settings"]).ends_with(0);
    none.says("# No planlint.toml holds here.");
}

// ---- Who is shown what

/// A plan whose kinds are guessed from titles, with an error, a warning and advice, and one finding that is hidden.
const GUESSED: &str = "[plan]\nname = \"P\"\nid = \"p\"\nowner = \"mia\"\nstart = 2026-11-02\n[person]\nmia = { name = \"Mia\" }\n\
    [task.roll]\ntitle = \"Roll out Windows 11 in Lisbon\"\nowner = \"mia\"\nduration = \"10d\"\n\
    [task.b]\ntitle = \"B\"\nowner = \"mia\"\nduration = \"1d\"\ndepends-on = \"b\"\n\
    [task.c]  # planlint: ignore[DEP002] agreed\ntitle = \"C\"\nowner = \"mia\"\nduration = \"1d\"\ndepends-on = \"c\"\n";

#[test]
fn each_audience_is_shown_what_it_is_for() {
    let folder = Folder::new(&[("plan.toml", GUESSED)]);
    let rows = |words: &[&str]| -> Vec<Value> {
        let ran =
            folder.run(&[&["check", "--as-of", "2026-11-02", "--output-format", "jsonl"], words].concat());
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let is_guess = |row: &Value| row["confidence"] == "guessed";
    let (team, review, audit) = (rows(&[]), rows(&["--audience", "review"]), rows(&["--audience", "audit"]));
    let count =
        |rows: &[Value], severity: &str| rows.iter().filter(|row| row["severity"] == severity).count();
    assert!(team.iter().any(is_guess) && count(&team, "advice") > 0, "{team:?}");
    // Review: of what the team sees exactly the errors and warnings that are not guessed.
    let expected: Vec<&Value> =
        team.iter().filter(|row| !is_guess(row) && row["severity"] != "advice").collect();
    assert!(!expected.is_empty() && review.iter().eq(expected), "{review:?}");
    // Audit: all that the team sees, what rules find that are off, and what is hidden, marked as such.
    let missing: Vec<&Value> =
        team.iter().filter(|row| !audit.iter().any(|it| it["fingerprint"] == row["fingerprint"])).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(audit.iter().any(|row| row["suppression"]["by"] == "ignore"));
    let is_on =
        |words: &[&str]| folder.run(&[&["rules", "--select", "VOC003"], words].concat()).out.contains(" on ");
    assert!(!is_on(&[]) && is_on(&["--config", "audience = 'audit'"]));
    // What is said outright wins over what the audience brings with it.
    let all = rows(&["--audience", "review", "--min-severity", "advice"]);
    assert!(count(&all, "advice") > 0 && !all.iter().any(is_guess));
    // In the configuration too, and what is not shown is counted.
    folder.write("planlint.toml", "audience = \"review\"\n");
    assert_eq!(rows(&[]), review);
    let ran = folder.run(&["check", "--as-of", "2026-11-02"]).ends_with(1);
    let text = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("not shown because of its severity") && text.contains("because it rests on a guess"),
        "{text}"
    );
    folder.run(&["check", "--audience", "board"]).ends_with(2).complains("team, review, audit");
}

// ---- Terminals

#[test]
fn codes_become_links_to_the_pages_that_the_configuration_names() {
    let folder = Folder::new(&[
        ("plan.toml", PLAN),
        ("planlint.toml", "docs-url = \"https://plans.example.com/rules/\"\n"),
    ]);
    let page = "https://plans.example.com/rules/DEP.md#dep002-self-dependency";
    let link = format!("\u{1b}]8;;{page}\u{1b}\\DEP002\u{1b}]8;;\u{1b}\\");
    for form in ["full", "concise", "grouped"] {
        let run = |words: &[&str], env: &[(&str, &str)]| {
            folder.run_with(&[&["check", "--select", "DEP002", "--output-format", form], words].concat(), env)
        };
        run(&["--hyperlinks", "always"], &[]).ends_with(1).says(&link);
        // A pipe gets none, whatever terminal may be behind it.
        run(&[], &[("TERM_PROGRAM", "WezTerm")]).ends_with(1).leaves_out("\u{1b}");
        run(&["--hyperlinks", "never"], &[]).leaves_out("\u{1b}");
        run(&["--hyperlinks", "always", "--isolated"], &[]).leaves_out("\u{1b}");
    }
    folder.run(&["check", "--select", "DEP002", "--statistics", "--hyperlinks=always"]).says(&link);
    folder.run(&["--hyperlinks", "always", "check", "--select", "DEP002"]).says(&link);
    // Machines never get links, but SARIF says where the page is.
    let sarif =
        folder.run(&["check", "--select", "DEP002", "--output-format", "sarif", "--hyperlinks", "always"]);
    sarif.says(&format!("\"helpUri\":\"{page}\"")).leaves_out("\u{1b}");
    folder.write("planlint.toml", "docs-url = \"javascript:x\"\n");
    folder.run(&["check", "--select", "PLN004"]).ends_with(1).says("begins with https:// or http://");
}

#[test]
fn clicolor_and_its_kin_are_heard_in_their_order() {
    let folder = Folder::new(&[("plan.toml", PLAN)]);
    let is_colored = |words: &[&str], env: &[(&str, &str)]| {
        folder.run_with(&[&["check", "--select", "DEP002"], words].concat(), env).out.contains("\u{1b}[")
    };
    assert!(!is_colored(&[], &[]) && !is_colored(&[], &[("CLICOLOR", "1")]));
    assert!(is_colored(&[], &[("FORCE_COLOR", "1")]) && is_colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_colored(&[], &[("CLICOLOR_FORCE", "0")]));
    assert!(!is_colored(&[], &[("CLICOLOR", "0")]));
    assert!(!is_colored(&[], &[("NO_COLOR", "1"), ("FORCE_COLOR", "1")]));
    assert!(is_colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!is_colored(&["--color", "never"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn line_ends_of_windows_change_no_place_and_stand_in_no_picture() {
    let unix =
        Folder::new(&[("plan.toml", PLAN), ("planlint.toml", "selct = []\nignore = [\n  \"F4O1\",\n]\n")]);
    let windows = Folder::new(&[]);
    for name in ["plan.toml", "planlint.toml"] {
        windows.write(name, &unix.read(name).replace('\n', "\r\n"));
    }
    for form in ["full", "concise", "grouped", "json", "jsonl", "github", "gitlab", "junit", "markdown"] {
        let words = ["check", "--select", "DEP002,LNT", "--output-format", form];
        let [one, other] = [&unix, &windows].map(|folder| folder.run(&words).ends_with(1));
        let lines = |ran: &Ran| -> Vec<String> {
            let is_edit = |line: &&str| !line.contains("\"fix\":{");
            ran.out.lines().filter(is_edit).map(str::to_owned).collect()
        };
        assert_eq!(lines(&one), lines(&other), "{form}");
        assert!(!other.out.contains('\r'), "{form}");
    }
}
