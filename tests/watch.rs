//! `planlint check --watch` with the real program: a change brings a new report, and nothing else does.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its folder fails")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// A change is seen within this; a build without optimization on a busy machine is allowed for.
const LIMIT: Duration = Duration::from_secs(30);
/// What does not happen within this does not happen.
const NEVER: Duration = Duration::from_millis(700);

const SOUND: &str = "[plan]\nname = \"x\"\n";
const BROKEN: &str = "[plan]\nname = \"x\"\nnmae = \"y\"\n";

struct Watched {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        lines.for_each(|line| drop(sender.send(line)));
    });
    receiver
}

fn watch(folder: &Path, words: &[&str]) -> Watched {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.args(["check", "--watch", "--output-format", "concise", "--select", "PLN002"]).args(words);
    command.current_dir(folder).env_clear().env("COLUMNS", "100");
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (out, err) = (lines(child.stdout.take().unwrap()), lines(child.stderr.take().unwrap()));
    Watched { child, out, err }
}

impl Watched {
    /// The next report: what was found, and what was said of it.
    fn report(&self) -> (Vec<String>, String) {
        loop {
            let said = self.err.recv_timeout(LIMIT).unwrap();
            if said.contains("waiting for changes") {
                thread::sleep(Duration::from_millis(50));
                return (self.out.try_iter().collect(), said);
            }
        }
    }

    /// Reports until one fits: what is written in two steps may be seen in two.
    #[track_caller]
    fn reports_until(&self, fits: impl Fn(&[String], &str) -> bool) {
        let mut seen = Vec::new();
        for _ in 0..5 {
            let (found, said) = self.report();
            if fits(&found, &said) {
                return;
            }
            seen.push((found, said));
        }
        panic!("{seen:#?}");
    }

    #[track_caller]
    fn stays_silent(&self) {
        assert_eq!(self.err.recv_timeout(NEVER), Err(RecvTimeoutError::Timeout));
    }
}

fn is_found(found: &[String]) -> bool {
    found.iter().any(|line| line.starts_with("plan.toml:3:1: warning[PLN002]"))
}

#[test]
fn every_change_that_matters_brings_a_new_report_and_no_other_does() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("plan.toml", SOUND);
    let watched = watch(folder.path(), &[]);
    let (found, said) = watched.report();
    assert!(!is_found(&found) && found[0].starts_with("No findings in 1 plan"), "{found:?}");
    // The time, how it went, and how to end; nothing is cleared where no terminal is.
    assert!(
        said.starts_with('[') && said.contains("] nothing to fix; ") && said.contains("Ctrl-C"),
        "{said}"
    );
    assert!(!found.concat().contains('\u{1b}'));

    write("plan.toml", BROKEN);
    watched.reports_until(|found, said| is_found(found) && said.contains("there is something to fix"));
    // As most editors do it: a new file gets the name of the old one.
    write(".plan.toml.new", SOUND);
    fs::rename(folder.path().join(".plan.toml.new"), folder.path().join("plan.toml")).unwrap();
    watched.reports_until(|found, _| found.concat().contains("No findings in 1 plan"));
    // What is no plan, and what an editor leaves beside one.
    write("notes.md", "x");
    write(".plan.toml.swp", "x");
    watched.stays_silent();
    // A new plan in a new folder, and a configuration.
    fs::create_dir(folder.path().join("more")).unwrap();
    write("more/b.plan.toml", BROKEN);
    watched.reports_until(|found, _| found.concat().contains("more/b.plan.toml:3:1"));
    write("planlint.toml", "severity = { PLN002 = \"error\" }\n");
    watched.reports_until(|found, _| found.concat().contains("more/b.plan.toml:3:1: error[PLN002]"));
    write("planlint.toml", "severity = \n");
    watched.reports_until(|_, said| said.contains("not everything could be checked"));
    // All gone, and back again: it goes on.
    fs::remove_file(folder.path().join("planlint.toml")).unwrap();
    fs::remove_dir_all(folder.path().join("more")).unwrap();
    fs::remove_file(folder.path().join("plan.toml")).unwrap();
    watched.reports_until(|found, said| found.is_empty() && said.contains("not everything could be checked"));
    write("plan.toml", BROKEN);
    watched.reports_until(|found, _| is_found(found));
}

#[test]
fn one_file_is_watched_with_its_configuration_above_and_its_own_report_is_no_change() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    fs::create_dir(folder.path().join("plans")).unwrap();
    write("planlint.toml", "");
    write("plans/plan.toml", BROKEN);
    let watched =
        watch(folder.path(), &["plans/plan.toml", "--output-format", "json=plans/report.plan.toml"]);
    let (found, _) = watched.report();
    assert_eq!(
        found.iter().filter(|line| line.starts_with("plans/plan.toml:3:1: warning")).count(),
        1,
        "{found:?}"
    );
    watched.stays_silent();
    write("planlint.toml", "severity = { PLN002 = \"error\" }\n");
    watched.reports_until(|found, _| found.concat().contains("plans/plan.toml:3:1: error[PLN002]"));
}

#[cfg(unix)]
#[test]
fn it_ends_when_nobody_reads_any_more_and_on_a_signal_like_any_program() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("plan.toml"), SOUND).unwrap();
    let mut watched = watch(folder.path(), &[]);
    watched.report();
    let pid = watched.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ended = watched.child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(2), "the shell shows 130");

    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.args(["-w"]).current_dir(folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let err = lines(child.stderr.take().unwrap());
    for text in [BROKEN, SOUND, BROKEN, SOUND] {
        thread::sleep(Duration::from_millis(300));
        fs::write(folder.path().join("plan.toml"), text).unwrap();
    }
    let ended = (0..300).find_map(|_| {
        thread::sleep(Duration::from_millis(100));
        child.try_wait().unwrap()
    });
    let said: Vec<String> = err.try_iter().collect();
    assert_eq!(ended.and_then(|it| it.code()), Some(0), "{said:?}");
}

#[test]
fn what_cannot_change_is_not_watched() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_planlint"))
        .args(["check", "-w", "-"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("changes cannot be watched"));
}
