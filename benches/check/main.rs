//! How long the whole check takes, against what `toml` with serde and `Spanned` takes only to parse the same file.
//!
//! ```text
//! cargo bench --bench check                 every measurement
//! cargo bench --bench check -- 10000 100000 only these sizes
//! ```
//!
//! Each measurement is a process of its own, so that its peak memory is its own; the two programs take turns, and the
//! smallest of several times counts. Machines are noisy: believe the ratios.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::disallowed_methods, missing_docs)]

mod plans;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use plans::Shape;

/// As in the program itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
use serde::Deserialize;
use toml::Spanned;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [flag, what, file] = &args[..]
        && flag == "--measure"
    {
        return measure(what, Path::new(file));
    }
    let sizes: Vec<usize> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let is_all = sizes.is_empty();
    let sizes = if is_all { vec![10_000, 100_000, 1_000_000] } else { sizes };
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!(
        "{:<22}{:>10}{:>12}{:>12}{:>8}{:>14}{:>14}",
        "plan", "MB", "check s", "toml s", "ratio", "check mem/MB", "toml mem/MB"
    );
    let mut per_size: Vec<f64> = Vec::new();
    for shape in [Shape::Blocks, Shape::Rows] {
        for &size in &sizes {
            let name = format!("{size} {}", if shape == Shape::Blocks { "blocks" } else { "rows" });
            let file = write(folder.path(), "plan.toml", &plans::plan(size, shape));
            let rounds = if size > 500_000 { 3 } else { 5 };
            let (ours, theirs) =
                (best(&file, "check", rounds), best(&file, "toml", if size > 500_000 { 1 } else { rounds }));
            let megabytes = std::fs::metadata(&file).map_or(0.0, |meta| meta.len() as f64 / 1e6);
            println!(
                "{name:<22}{megabytes:>10.1}{:>12.3}{:>12.3}{:>8.3}{:>14.2}{:>14.2}",
                ours.seconds,
                theirs.seconds,
                ours.seconds / theirs.seconds,
                ours.peak / megabytes,
                theirs.peak / megabytes,
            );
            if shape == Shape::Blocks {
                per_size.push(ours.seconds);
            }
        }
    }
    if is_all {
        if let [_, middle, large] = per_size[..] {
            println!("1,000,000 tasks cost {:.1} times 100,000", large / middle);
        }
        for (name, text) in [
            ("chain of 1,000,000", plans::chain(1_000_000)),
            ("knot of 100,000", plans::knot(100_000)),
            ("1,000 findings, 10 MB", plans::findings(1_000, 10_000_000)),
            ("10,000 findings, 100 MB", plans::findings(10_000, 100_000_000)),
        ] {
            let file = write(folder.path(), "plan.toml", &text);
            let it = best(&file, "check", 3);
            println!("{name:<24} {:>8.3} s {:>8.0} MB", it.seconds, it.peak);
        }
    }
    exports(folder.path(), &sizes);
    let packs = pack_families();
    for size in sizes.iter().copied().filter(|size| *size >= 100_000) {
        let file = write(folder.path(), "plan.toml", &plans::fields(size));
        let rounds = if size > 500_000 { 2 } else { 5 };
        let none = best(&file, "--select PLN001", rounds).seconds;
        let core = best(&file, &format!("--ignore {packs}"), rounds).seconds;
        let all = best(&file, "check", rounds).seconds;
        println!(
            "all kinds of work, {size}: {none:.3} s without rules, {core:.3} s with the core rules, {all:.3} s with all packs: \
             the packs cost {:.2} times the core rules",
            (all - core) / (core - none)
        );
    }
    let file = write(folder.path(), "plan.toml", &plans::plan(10, Shape::Rows));
    println!("{:<24} {:>8.1} ms from start to exit", "ten tasks", start_to_exit(&file));
}

/// P6 exports: the whole check with all rules, against cutting the same file into its values.
fn exports(folder: &Path, sizes: &[usize]) {
    let mut per_size: Vec<(usize, f64)> = Vec::new();
    for &size in sizes.iter().filter(|size| **size >= 10_000) {
        let file = write(folder, "plan.xer", &plans::xer(size));
        let rounds = if size > 500_000 { 3 } else { 7 };
        let (check, cells) = (best(&file, "check", rounds), best(&file, "cells", rounds));
        let megabytes = std::fs::metadata(&file).map_or(0.0, |meta| meta.len() as f64 / 1e6);
        println!(
            "XER, {size} activities: {megabytes:.1} MB, {:.3} s, {:.0} MB of memory; {:.1} times cutting it into values",
            check.seconds,
            check.peak,
            check.seconds / cells.seconds,
        );
        per_size.push((size, check.seconds));
    }
    for pair in per_size.windows(2) {
        let [(small, quick), (large, slow)] = pair else { continue };
        println!("XER, {large} activities cost {:.1} times {small}", slow / quick);
    }
}

/// The least that any reader of such a file has to do.
fn cells(file: &Path) {
    let text = std::fs::read_to_string(file).expect("the export can be read");
    let count: usize =
        text.lines().map(|line| line.split('\t').filter(|cell| !cell.is_empty()).count()).sum();
    assert!(count > 0);
}

/// The families of the packs that are fields of IT.
fn pack_families() -> String {
    let is_field = |family: &&str| {
        ["INF", "CLD", "IAM", "SEC", "DAT", "APP", "ENT", "ITS", "INT", "EUC"].contains(family)
    };
    let packs = planlint::catalogue::Catalogue::embedded().packs().iter();
    packs.map(|pack| &*pack.family).filter(is_field).collect::<Vec<_>>().join(",")
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).expect("the temporary folder can be written");
    file
}

struct Measured {
    seconds: f64,
    /// Peak memory in MB.
    peak: f64,
}

fn best(file: &Path, what: &str, rounds: usize) -> Measured {
    let mut best = Measured { seconds: f64::MAX, peak: f64::MAX };
    for _ in 0..rounds {
        let me = std::env::current_exe().expect("this program has a path");
        let output =
            Command::new(me).args(["--measure", what]).arg(file).output().expect("it can be started");
        let text = String::from_utf8_lossy(&output.stdout);
        let mut numbers = text.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
        let (Some(seconds), Some(peak)) = (numbers.next(), numbers.next()) else {
            panic!("{what} failed: {}", String::from_utf8_lossy(&output.stderr));
        };
        best.seconds = best.seconds.min(seconds);
        best.peak = best.peak.min(peak);
    }
    best
}

/// The median time of the real program on a small plan, in milliseconds.
fn start_to_exit(file: &Path) -> f64 {
    let mut times: Vec<f64> = (0..21)
        .map(|_| {
            let start = Instant::now();
            let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
            command.arg("check").arg(file).output().expect("it can be started");
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn measure(what: &str, file: &Path) {
    let start = Instant::now();
    match what {
        "toml" => parse(file),
        "cells" => cells(file),
        "check" => check(file, ""),
        options => check(file, options),
    }
    println!("{} {}", start.elapsed().as_secs_f64(), peak());
}

/// The whole check, from the file to the last line of the report.
fn check(file: &Path, options: &str) {
    let mut bytes = Vec::new();
    let mut errors = Vec::new();
    let mut io = planlint::commands::Io {
        stdin: &mut std::io::empty(),
        stdout: &mut bytes,
        stderr: &mut errors,
        stdout_is_terminal: false,
        terminal_width: None,
        terminal_has_links: false,
        terminal: None,
        env: &|_| None,
        cwd: PathBuf::from("."),
        today: jiff::civil::date(2026, 10, 2),
        now: &|| (jiff::civil::date(2026, 10, 2), jiff::civil::Time::midnight()),
    };
    let file = file.display().to_string();
    planlint::cli::run(
        ["planlint", "check", "--output-format", "concise"]
            .into_iter()
            .chain(options.split_whitespace())
            .chain([file.as_str()])
            .map(Into::into)
            .collect(),
        &mut io,
    );
    assert!(!bytes.is_empty(), "no report: {}", String::from_utf8_lossy(&errors));
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only parsing is measured")]
struct Document {
    plan: toml::Table,
    #[serde(default)]
    person: BTreeMap<Spanned<String>, toml::Table>,
    #[serde(default)]
    site: BTreeMap<Spanned<String>, toml::Table>,
    #[serde(default)]
    risk: BTreeMap<Spanned<String>, toml::Table>,
    task: BTreeMap<Spanned<String>, TaskTable>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only parsing is measured")]
struct TaskTable {
    title: Spanned<String>,
    kind: Option<Spanned<String>>,
    owner: Option<Spanned<String>>,
    site: Option<Spanned<String>>,
    duration: Option<Spanned<String>>,
    #[serde(default)]
    depends_on: Vec<Spanned<String>>,
}

fn parse(file: &Path) {
    let text = std::fs::read_to_string(file).expect("the plan can be read");
    let document: Document = toml::from_str(&text).expect("the plan is TOML");
    assert!(!document.task.is_empty());
    std::mem::forget(document);
}

/// Peak memory of this process in MB, as Linux counts it; 0 elsewhere.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(0.0) / 1e3
}
