//! The fixtures as a user would check them: a sound plan is silent; in a broken one every mistake that a comment names is
//! found at its place, and nothing else.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read is a failed test")]

use std::path::{Path, PathBuf};

use planlint::catalogue::Catalogue;
use planlint::source::{Asked, discover};

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// Checks a folder as `planlint check` does, and compares with the comments in its plans.
fn differences(folder: &Path) -> (usize, Vec<String>) {
    let cwd = Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf();
    let configs =
        planlint::config::Configs::new(cwd.clone(), planlint::config::Overrides::default()).unwrap();
    let globs = |folder: &Path| configs.globs(folder);
    let found = discover(&Asked {
        paths: vec![folder.to_path_buf()],
        stdin: None,
        cwd,
        force_exclude: false,
        respect_gitignore: true,
        exclude: configs.excluded(),
        globs: &globs,
    });
    assert!(!found.sources.is_empty(), "{}: no plan", folder.display());
    let clock = planlint::Clock { today: jiff::civil::date(2026, 11, 23) };
    let report = planlint::check(&found.sources, &configs, &clock);
    assert!(report.verdict.failed.is_empty(), "{:?}", report.verdict.failed);
    let findings: Vec<_> = report.verdict.findings.iter().map(|it| it.finding.clone()).collect();
    let wrong = planlint::expect::mismatches(&report.model, &findings, Catalogue::embedded());
    (findings.len(), wrong)
}

#[test]
fn sound_plans_are_silent_and_broken_ones_are_found_out() {
    let mut wrong = Vec::new();
    for folder in fixtures() {
        let (count, differences) = differences(&folder);
        let is_broken = folder.file_name().unwrap().to_string_lossy().ends_with("-broken");
        if !is_broken && count > 0 {
            wrong.push(format!("{} is sound and has {count} findings", folder.display()));
        }
        if is_broken && count == 0 {
            wrong.push(format!("{} is broken and has no finding", folder.display()));
        }
        wrong.extend(differences);
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}
