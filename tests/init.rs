//! `planlint init` as it is typed: what it writes is sound on the day it is written, and what is there is kept.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot read its files fails"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use planlint::templates;

fn planlint(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.current_dir(folder).args(words).env_clear().env("COLUMNS", "100").output().unwrap()
}

fn said(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    both.concat()
}

/// Days at which dates are awkward: a Monday, a Sunday, the end of a year, a leap day.
const DAYS: [&str; 4] = ["2026-11-23", "2026-11-29", "2026-12-31", "2028-02-29"];

#[test]
fn every_template_is_sound_on_the_day_it_is_written() {
    let root = tempfile::tempdir().unwrap();
    let names = templates::ALL.iter().map(|template| Some(template.name));
    for name in names.chain([None]) {
        for day in DAYS {
            let folder = root.path().join(format!("{}-{day}", name.unwrap_or("starter")));
            fs::create_dir(&folder).unwrap();
            let mut words = vec!["init", "--as-of", day];
            words.extend(name.into_iter().flat_map(|name| ["--template", name]));
            let output = planlint(&folder, &words);
            assert_eq!(output.status.code(), Some(0), "{name:?} {day}: {}", said(&output));
            let output = planlint(&folder, &["check", "--as-of", day, "--fail-on", "advice"]);
            let said = said(&output);
            assert!(output.status.success() && said.starts_with("No findings"), "{name:?} {day}: {said}");
        }
    }
}

#[test]
fn a_plan_begins_in_the_week_after_today_and_belongs_to_its_folder() {
    let root = tempfile::tempdir().unwrap();
    planlint(
        root.path(),
        &["init", "--as-of", "2027-01-04", "--template", "server-migration", "lisbon-servers"],
    );
    let text = fs::read_to_string(root.path().join("lisbon-servers/plan.toml")).unwrap();
    let plan: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(plan["plan"]["start"].to_string(), "2027-01-11");
    assert_eq!(plan["plan"]["id"].as_str(), Some("lisbon-servers"));
    assert_eq!(plan["plan"]["name"].as_str(), Some("Lisbon servers"));
    assert!(plan["plan"].get("status-date").is_none());
    assert_eq!(plan["plan"]["owner"].as_str(), Some("project-manager"));
    assert!(text.starts_with("#:schema ./.planlint/plan.schema.json\n"), "{text}");
    for gone in ["nadja", "Brandt", "elbwerk", "henrik"] {
        assert!(!text.contains(gone), "{gone}");
    }
}

#[test]
fn nobody_of_the_invented_companies_is_left() {
    for template in templates::ALL {
        let filling = templates::Filling { id: "x", name: "X", schema: "./x.json" };
        let files = templates::plan(Some(template), &filling, jiff::civil::date(2026, 11, 23));
        for ((_, before), (name, after)) in template.files.iter().zip(&files) {
            let before: toml::Table = toml::from_str(before).unwrap();
            let Some(people) = before.get("person").and_then(toml::Value::as_table) else { continue };
            for (id, person) in people {
                let real = person["name"].as_str().unwrap();
                assert!(!after.contains(real), "{}/{name}: {real}", template.name);
                assert!(!after.contains(&format!("\"{id}\"")), "{}/{name}: {id}", template.name);
            }
        }
    }
}

#[test]
fn what_is_there_is_kept() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join(".git")).unwrap();
    let files = [
        "plan.toml",
        "planlint.toml",
        ".planlint/plan.schema.json",
        ".planlint/config.schema.json",
        ".pre-commit-config.yaml",
    ];
    fs::create_dir(root.path().join(".planlint")).unwrap();
    for file in files {
        fs::write(root.path().join(file), "").unwrap();
    }
    let output = planlint(root.path(), &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for file in files {
        assert_eq!(fs::read_to_string(root.path().join(file)).unwrap(), "", "{file}");
        assert!(said(&output).contains(&format!("kept {file}")), "{file}: {}", said(&output));
    }
    assert!(said(&output).contains("add these lines below `repos:`"), "{}", said(&output));
    assert!(said(&output).contains("- id: planlint-system"), "{}", said(&output));
    let output = planlint(root.path(), &["init", "--template", "sap-release"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("the template sap-release was not used"), "{}", said(&output));
}

#[test]
fn it_is_quiet_the_second_time_and_writes_the_hook_only_in_a_repository() {
    let root = tempfile::tempdir().unwrap();
    let hooks = root.path().join(".pre-commit-config.yaml");
    planlint(root.path(), &["init"]);
    assert!(!hooks.exists());
    fs::create_dir(root.path().join(".git")).unwrap();
    let output = planlint(root.path(), &["init", "plans/laptops"]);
    assert!(hooks.exists(), "{}", said(&output));
    // The configuration above holds for the new plan too.
    assert!(!root.path().join("plans/laptops/planlint.toml").exists());
    let text = fs::read_to_string(root.path().join("plans/laptops/plan.toml")).unwrap();
    assert!(text.starts_with("#:schema ../../.planlint/plan.schema.json\n"), "{text}");
    let again = planlint(root.path(), &["init", "plans/laptops"]);
    assert_eq!(again.status.code(), Some(0));
    assert!(!said(&again).contains("written"), "{}", said(&again));
    assert!(said(&again).contains("it names planlint"), "{}", said(&again));
}

#[test]
fn plans_below_and_files_of_other_tools_are_seen() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("plans/a")).unwrap();
    fs::write(root.path().join("plans/a/plan.toml"), "[plan]\nname = \"A\"\n").unwrap();
    let output = planlint(root.path(), &["init"]);
    assert!(said(&output).contains("1 plan file below this folder"), "{}", said(&output));
    assert!(!root.path().join("plan.toml").exists());

    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("rollout.xer"), "ERMHDR\t23.12\n%E\n").unwrap();
    fs::write(root.path().join("tasks.csv"), "ID,Name\n1,A\n").unwrap();
    let output = planlint(root.path(), &["init"]);
    for file in ["rollout.xer", "tasks.csv"] {
        assert!(said(&output).contains(&format!("`planlint check {file}`")), "{}", said(&output));
    }
    assert!(!root.path().join("plan.toml").exists());
    assert!(root.path().join("planlint.toml").exists());
}

#[test]
fn what_cannot_be_written_is_said() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "").unwrap();
    let output = planlint(root.path(), &["init", "file/plan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("cannot be written"), "{}", said(&output));
    let output = planlint(root.path(), &["init", "--template", "window-upgrade"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("windows-upgrade"), "{}", said(&output));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn the_configuration_that_is_written_is_sound_with_every_line_switched_on() {
    let root = tempfile::tempdir().unwrap();
    planlint(root.path(), &["init"]);
    let path = root.path().join("planlint.toml");
    let text = fs::read_to_string(&path).unwrap();
    let is_setting = |line: &&str| line.contains(" = ") || line.starts_with("# [");
    let on: String = text
        .lines()
        .filter(is_setting)
        .filter(|line| !line.contains("packs"))
        .map(|line| format!("{}\n", line.trim_start_matches("# ")))
        .collect();
    assert!(on.lines().count() > 6, "{on}");
    fs::write(&path, on).unwrap();
    let output = planlint(root.path(), &["check"]);
    // Rules that are selected may have some advice; about the configuration there is nothing to say.
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!said(&output).contains("planlint.toml"), "{}", said(&output));
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let root = tempfile::tempdir().unwrap();
    let output = planlint(root.path(), &["man", "."]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let help = said(&planlint(root.path(), &["--help"]));
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<&str> = commands
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(commands.len() > 6, "{help}");
    for name in commands {
        let page = fs::read_to_string(root.path().join(format!("planlint-{name}.1"))).unwrap();
        assert!(page.contains(&format!(".TH planlint-{name} 1")), "{page}");
        assert!(page.contains(&format!("\\fBplanlint {}\\fR", name.replace('-', "\\-"))), "{page}");
    }
    let page = said(&planlint(root.path(), &["man"]));
    assert_eq!(page, fs::read_to_string(root.path().join("planlint.1")).unwrap());
    assert_eq!(planlint(root.path(), &["man", "nowhere"]).status.code(), Some(2));
}
