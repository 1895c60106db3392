//! planlint by what a user types and sees: the real program, in folders of its own, with nothing of the environment.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its folder fails"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use planlint::Clock;
use planlint::config::Configs;
use planlint::source::Sources;
use serde_json::Value;
use tempfile::TempDir;

/// No run on a small input may take longer; a build without optimization on a busy machine is allowed for.
const LIMIT: Duration = Duration::from_secs(30);

/// A plan without a finding.
const SOUND: &str = r#"
[plan]
name = "New laptops for Lisbon"
id = "lisbon"
owner = "mia"
sponsor = "omar"
status-date = 2026-11-02
[person]
mia = { name = "Mia Berg" }
omar = { name = "Omar Haddad" }
[task]
order = { title = "Order 40 laptops", owner = "mia", start = 2026-11-09, duration = "10d" }
"#;

/// What is asked of [`SOUND`] so that only the rules that read a plan are tested here.
const READING: &str = "PLN001,PLN002,PLN003,PLN004,PLN006,PLN007,PLN008,PLN009,PLN010,DEP002,LNT";

/// A folder with files; gone at the end of the test.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(TempDir::new().unwrap());
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn run(&self, words: &str) -> Ran {
        self.run_with(words, b"", &[])
    }

    fn run_with(&self, words: &str, stdin: &[u8], env: &[(&str, &str)]) -> Ran {
        let words: Vec<&str> = words.split_whitespace().collect();
        run(self.path(), &words, stdin, env)
    }
}

/// What became of a run.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// The program ended by itself, and orderly.
    #[track_caller]
    fn orderly(self) -> Self {
        assert!((0..=2).contains(&self.code), "ended with {}: {}", self.code, self.err);
        assert!(
            !self.err.contains("panicked") && !self.err.contains("planlint itself failed"),
            "{}",
            self.err
        );
        self
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Self {
        assert!(unwrapped(&self.out).contains(text), "no {text:?} in\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    fn complains(self, text: &str) -> Self {
        assert!(unwrapped(&self.err).contains(text), "no {text:?} in\n{}\nstdout:\n{}", self.err, self.out);
        self
    }

    #[track_caller]
    fn leaves_out(self, text: &str) -> Self {
        assert!(!unwrapped(&self.out).contains(text), "{text:?} in\n{}", self.out);
        self
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// A text without the line breaks that the width of the page made.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn command(folder: &Path, words: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.args(words).current_dir(folder).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("COLUMNS", "100").envs(env.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, words: &[&str], stdin: &[u8], env: &[(&str, &str)]) -> Ran {
    let mut child = command(folder, words, env).spawn().unwrap();
    let (mut input, input_bytes) = (child.stdin.take().unwrap(), stdin.to_vec());
    // A program that does not read its input closes it, which is no fault.
    let writer = thread::spawn(move || drop(input.write_all(&input_bytes)));
    let out = drained(child.stdout.take().unwrap());
    let err = drained(child.stderr.take().unwrap());
    let code = ended(&mut child, words);
    writer.join().unwrap();
    Ran { code, out: out.join().unwrap(), err: err.join().unwrap() }.orderly()
}

fn drained(mut stream: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    })
}

/// The exit code; -1 where a signal ended the program. It is ended after [`LIMIT`].
fn ended(child: &mut Child, words: &[&str]) -> i32 {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code().unwrap_or(-1);
        }
        if begun.elapsed() > LIMIT {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("`planlint {}` did not end", words.join(" "));
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder, by their path within it.
fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), bytes);
            }
        }
    }
    files
}

/// A copy of a fixture with the line ends of Unix or Windows.
fn copy_of(fixture: &str, line_end: &str) -> Folder {
    let folder = Folder::new(&[]);
    for (path, bytes) in files_below(&root().join("fixtures").join(fixture)) {
        let text = String::from_utf8(bytes).unwrap().replace("\r\n", "\n").replace('\n', line_end);
        folder.write(path.to_str().unwrap(), text.as_bytes());
    }
    folder
}

// ---- Bad input

#[test]
fn an_empty_file_is_a_plan_without_tasks() {
    let folder = Folder::new(&[("plan.toml", "")]);
    folder.run("--select PLN008 plan.toml").ends_with(1).says("warning[PLN008] empty-plan").says("plan.toml");
    folder.run("--select PLN008 --fail-on error").ends_with(0).says("PLN008");
}

#[test]
fn a_byte_order_mark_is_passed_over_and_takes_no_column() {
    let folder = Folder::new(&[]);
    folder.write("plan.toml", format!("\u{FEFF}{}", SOUND.trim_start()).as_bytes());
    folder.run(&format!("--select {READING}")).ends_with(0);
    folder.write("plan.toml", "\u{FEFF}nonsense\n".as_bytes());
    folder.run("--select PLN001 --output-format concise").ends_with(1).says("plan.toml:1:");
}

#[test]
fn letters_that_are_no_utf_8_are_a_warning_and_the_rest_is_read() {
    let folder = Folder::new(&[]);
    folder.write("plan.toml", b"[plan]\nname = \"x\"\n[task.a]\ntitle = \"Z\xFCrich\"\ndepends-on = \"a\"\n");
    let ran = folder.run("--output-format concise --select PLN010,DEP002").ends_with(1);
    ran.says("plan.toml:4:11: warning[PLN010]").says("plan.toml:5:15: error[DEP002]").leaves_out("{");
}

#[test]
fn nul_bytes_are_a_syntax_error() {
    let folder = Folder::new(&[]);
    folder.write("plan.toml", b"[plan]\nname = \"x\0\"\n\0\0[task.a]\n");
    folder.run("--select PLN001").ends_with(1).says("plan.toml:2").leaves_out("\0");
}

#[test]
fn brackets_nested_without_end_neither_overflow_nor_hang() {
    const MANY: usize = 100_000;
    for text in [
        format!("[plan]\nname = {}\n", "[".repeat(MANY)),
        format!("[plan]\nname = {}\n", "{a=".repeat(MANY)),
        format!("{}\n", "[".repeat(MANY)),
        format!("{}\n", "{".repeat(MANY)),
        format!("[plan]\nname = {}{}\n", "[".repeat(MANY), "]".repeat(MANY)),
    ] {
        let folder = Folder::new(&[("plan.toml", &text)]);
        folder.run("--select PLN001").ends_with(1).says("syntax-error").says("plan.toml");
    }
    for text in [
        format!("[plan]\nname = \"x\"\n[task.a{}]\n", ".b".repeat(MANY)),
        format!("[plan]\n{}b = 1\n", "a.".repeat(MANY)),
        "[\n".repeat(MANY / 20),
        "a = [\n".repeat(MANY / 20),
    ] {
        Folder::new(&[("plan.toml", &text)]).run("--select PLN").ends_with(1).says("plan.toml");
    }
}

#[test]
fn a_line_of_twenty_megabytes_is_read_and_a_mistake_behind_it_has_its_column() {
    let text = format!("[plan]\nname = \"{}\" oops\n", "x".repeat(20_000_000));
    let folder = Folder::new(&[("plan.toml", &text)]);
    let ran = folder.run("--select PLN001 --output-format concise").ends_with(1);
    ran.says("plan.toml:2:20000011: error[PLN001]");
    let shown = folder.run("--select PLN001").ends_with(1);
    assert!(shown.out.len() < 2000, "only the part of the line that matters is shown");
}

#[test]
fn a_folder_may_be_named_like_a_plan() {
    let folder = Folder::new(&[("plan.toml/notes.txt", "")]);
    folder.run("").ends_with(2).complains("no plan file was found in .");
    folder.run("plan.toml").ends_with(2).complains("no plan file was found in plan.toml");
    folder.write("plan.toml/plan.toml", SOUND.as_bytes());
    folder.run(&format!("--select {READING}")).ends_with(0).says("1 plan (1 task, 1 file)");
}

#[test]
fn where_there_is_no_plan_the_check_is_not_green_and_says_where_it_looked() {
    let folder = Folder::new(&[("one/readme.md", ""), ("two/Cargo.toml", "")]);
    folder.run("one two").ends_with(2).complains("no plan file was found in one, two").complains("plan.toml");
    folder.run("").ends_with(2).complains("in .");
    let empty = Folder::new(&[]);
    empty.run("check .").ends_with(2).complains("no plan file was found in .");
}

#[test]
fn a_missing_path_ends_with_2_after_the_findings_of_the_others() {
    let folder = Folder::new(&[("a/plan.toml", "[plan]\nnmae = \"x\"\n"), ("b/plan.toml", SOUND)]);
    let ran = folder.run("--select PLN002 a/plan.toml nowhere b").ends_with(2);
    ran.says("PLN002").says("2 plans").complains("nowhere cannot be read: there is no such file or folder");
}

#[cfg(unix)]
#[test]
fn complaints_stand_below_the_findings_where_both_go_to_one_place() {
    let folder = Folder::new(&[("a/plan.toml", "[plan]\nnmae = \"x\"\n")]);
    let both = fs::File::create(folder.path().join("both.txt")).unwrap();
    let mut child = command(folder.path(), &["--select", "PLN002", "a", "nowhere"], &[])
        .stdout(both.try_clone().unwrap())
        .stderr(both)
        .spawn()
        .unwrap();
    assert_eq!(ended(&mut child, &[]), 2);
    let text = fs::read_to_string(folder.path().join("both.txt")).unwrap();
    assert!(text.find("PLN002").unwrap() < text.find("nowhere").unwrap(), "{text}");
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_ends_with_2_and_says_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new(&[("plan.toml", SOUND), ("locked/plan.toml", SOUND)]);
    let locked = folder.path().join("locked/plan.toml");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        eprintln!("not tested: this user may read every file");
        return;
    }
    let ran = folder.run(&format!("--select {READING}")).ends_with(2);
    ran.says("1 plan").complains("locked/plan.toml cannot be read: you have no permission to read it");
}

#[cfg(unix)]
#[test]
fn links_that_lead_round_in_a_circle_or_nowhere_are_told_in_plain_words() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new(&[("plan.toml", SOUND)]);
    symlink("circle", folder.path().join("circle")).unwrap();
    symlink("gone.toml", folder.path().join("dead.plan.toml")).unwrap();
    symlink(".", folder.path().join("here")).unwrap();
    folder.run(&format!("--select {READING}")).ends_with(0).says("1 file");
    folder
        .run("circle")
        .ends_with(2)
        .complains("circle cannot be read: it is a link that leads round in a circle");
    let ran = folder.run("dead.plan.toml").ends_with(2);
    ran.complains("dead.plan.toml cannot be read: it is a link to something that does not exist");
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_not_waited_for() {
    let folder = Folder::new(&[("plan.toml", SOUND)]);
    let made = Command::new("mkfifo").arg(folder.path().join("pipe.plan.toml")).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("not tested: there is no mkfifo");
        return;
    }
    folder.run(&format!("--select {READING}")).ends_with(0);
    folder.run("pipe.plan.toml").ends_with(2).complains("it is a pipe or a device, not a file");
}

#[test]
fn exports_that_are_cut_off_or_no_exports_are_findings() {
    let noise: Vec<u8> = (0_u32..50_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let folder = Folder::new(&[]);
    folder.write("noise.xer", &noise);
    folder.run("noise.xer").ends_with(1).says("PLN001").says("no P6 export");
    folder.write("empty.xer", b"");
    folder.run("empty.xer").ends_with(1).says("PLN001").says("empty");
    let whole = "ERMHDR\t8.0\n%T\tPROJECT\n%F\tproj_id\tproj_short_name\n%R\t1\tA\n%T\tTASK\n\
                 %F\ttask_id\tproj_id\ttask_code\ttask_name\n%R\t1\t1\tA1\tDig\n%R\t2\t1\tA2\tFill\n%E\n";
    for end in 0..whole.len() {
        folder.write("cut.xer", &whole.as_bytes()[..end]);
        if end % 7 == 0 {
            folder.run("cut.xer --select PLN001").ends_with(1).says("PLN001");
        }
    }
}

#[test]
fn a_format_that_cannot_be_read_is_a_finding_in_every_form() {
    let folder = Folder::new(&[]);
    folder.write("office.mpp", b"\xD0\xCF\x11\xE0\0\0\xFF");
    folder.run("office.mpp").ends_with(1).says("error[PLN009] unsupported-format").says("in office.mpp");
    let json = folder.run("office.mpp --output-format json").ends_with(1).json();
    assert_eq!(json["findings"][0]["line"], 1);
    folder.run("office.mpp --output-format concise").ends_with(1).says("office.mpp:1:1: error[PLN009]");
}

#[test]
fn a_reader_who_has_seen_enough_gets_no_complaint() {
    let plan = format!("[plan]\nname = \"x\"\n{}", rows(3000));
    let folder = Folder::new(&[("plan.toml", &plan)]);
    for format in ["full", "concise", "json"] {
        let words = ["--select", "PLN002", "--output-format", format];
        let mut child = command(folder.path(), &words, &[]).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let err = drained(child.stderr.take().unwrap());
        let code = ended(&mut child, &words);
        assert!(matches!(code, 0 | 1), "{code}");
        assert_eq!(err.join().unwrap(), "");
        assert!(!first.is_empty());
    }
}

/// Rows of tasks, each with a field that does not exist.
fn rows(count: usize) -> String {
    let rows: Vec<String> = (0..count).map(|n| format!("t{n} = {{ titel = \"x\" }}\n")).collect();
    format!("[task]\n{}", rows.concat())
}

#[test]
fn a_plan_comes_in_through_the_input_stream() {
    let folder = Folder::new(&[]);
    let text = b"[plan]\nname = \"x\"\nnmae = \"y\"\n";
    let words = "--select PLN002 --output-format concise -";
    folder.run_with(words, text, &[]).ends_with(1).says("stdin.plan.toml:3:1: warning[PLN002]");
    let named = format!("{words} --stdin-filename plans/lisbon.plan.toml");
    folder.run_with(&named, text, &[]).ends_with(1).says("plans/lisbon.plan.toml:3:1:");
    let export = "- --select PLN001 --stdin-filename a.xer";
    folder.run_with(export, b"no export", &[]).ends_with(1).says("no P6 export");
}

#[test]
fn a_plan_from_the_input_stream_brings_no_exports_that_lie_near() {
    let folder = Folder::new(&[("near.xer", "ERMHDR\n"), ("plan.toml", "[plan]\nbad = 1\n")]);
    let sound = folder.run_with(&format!("--select {READING} -"), SOUND.as_bytes(), &[]).ends_with(0);
    sound.says("1 plan (1 task, 1 file)");
    let shown = folder.run_with("--select PLN - --stdin-filename plan.toml", SOUND.as_bytes(), &[]);
    shown.says("1 file)").leaves_out("near.xer");
}

// ---- Exit codes

#[test]
fn the_exit_code_says_how_bad_it_is_and_the_format_never_changes_it() {
    let folder = Folder::new(&[("plan.toml", "[plan]\nname = \"x\"\nnmae = \"y\"\n[task]\na = {}\n")]);
    for form in ["full", "concise", "json"] {
        let code = |words: &str| folder.run(&format!("--select PLN002 --output-format {form} {words}")).code;
        assert_eq!(code(""), 1, "{form}");
        assert_eq!(code("--fail-on warning"), 1, "{form}");
        assert_eq!(code("--fail-on error"), 0, "{form}");
        assert_eq!(code("--fail-on advice"), 1, "{form}");
        assert_eq!(code("--exit-zero"), 0, "{form}");
        assert_eq!(code("--exit-zero . nowhere"), 2, "{form}");
        assert_eq!(code(". nowhere"), 2, "{form}");
        assert_eq!(code("-q"), 1, "{form}");
        assert_eq!(code("-qq"), 1, "{form}");
        assert_eq!(code("--statistics"), 1, "{form}");
        assert_eq!(code("--ignore PLN002"), 0, "{form}");
    }
    assert_eq!(folder.run("-qq --select PLN002").out, "");
}

#[test]
fn what_was_mistyped_is_said_with_what_was_probably_meant() {
    let folder = Folder::new(&[("plan.toml", SOUND)]);
    let meant = "did you mean \"dependency-cycle\"?";
    folder
        .run("--select dependency-cycel")
        .ends_with(2)
        .complains("--select names `dependency-cycel`")
        .complains(meant);
    folder.run("--ignore XYZ001").ends_with(2).complains("--ignore names `XYZ001`");
    folder.run("--extend-select ,").ends_with(2).complains("--extend-select names ``");
    folder.run("rules --select dependency-cycel").ends_with(2).complains(meant);
    folder.run("explain dependency-cycel").ends_with(2).complains(meant);
    folder
        .run("--output-format xml")
        .ends_with(2)
        .complains("[possible values: full, concise, grouped, json");
    folder.run("--as-of tomorrow").ends_with(2).complains("--as-of");
    folder.run("--no-such-flag").ends_with(2).complains("--no-such-flag");
    folder.run("-j 0").ends_with(2).complains("--threads");
    folder.run("-j 60000").ends_with(2).complains("--threads");
    folder.run("--exclude [").ends_with(2).complains("is no pattern");
    folder.run("--config nowhere.toml").ends_with(2).complains("nowhere.toml cannot be read");
    let env = [("PLANLINT_OUTPUT_FORMAT", "xml")];
    folder.run_with("", b"", &env).ends_with(2).complains("PLANLINT_OUTPUT_FORMAT is `xml`");
}

#[test]
fn a_configuration_that_is_no_toml_is_said_with_its_place_after_the_findings() {
    let folder = Folder::new(&[
        ("plan.toml", "[plan]\nnmae = \"y\"\n"),
        ("planlint.toml", "select = [\n\"PLN\"\nfoo bar\n"),
    ]);
    let ran = folder.run("").ends_with(2).says("PLN002");
    ran.complains("planlint.toml cannot be read: ").complains("planlint.toml:3:1").complains("3 | foo bar");
    folder.run("rules").ends_with(2).complains("planlint.toml:3:1");
    folder.run("--isolated --select PLN002").ends_with(1);
}

#[test]
fn what_a_configuration_cannot_say_is_a_finding_in_it() {
    let config =
        "selekt = [\"DEP\"]\nignore = [\"DEP01\", \"NOPE\", \"OWN\"]\n[severity]\nDEP002 = \"fatal\"\n";
    let folder = Folder::new(&[("plan.toml", SOUND), ("planlint.toml", config)]);
    let ran = folder.run("--output-format concise").ends_with(1);
    ran.says("planlint.toml:1:1: warning[LNT007] unknown-setting:")
        .says("did you mean \"select\"?")
        .says("planlint.toml:2:21: warning[LNT005] unknown-rule: There is no rule \"NOPE\"")
        .says("planlint.toml:4:11: error[PLN004]");
}

// ---- Same input, same output

/// What makes findings the same ones: everything but the names of files.
fn identities(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let of = |it: &Value| {
        let keys = ["code", "line", "column", "end_line", "end_column", "plan", "entity", "fingerprint"];
        keys.map(|key| it[key].to_string()).join(" ")
    };
    json["findings"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn threads_folder_and_line_ends_change_neither_findings_nor_order_nor_fingerprints() {
    for fixture in ["windows-11-rollout-broken", "portfolio-broken", "server-migration-broken"] {
        let words = "--output-format json --as-of 2026-11-24 --select ALL";
        let here = copy_of(fixture, "\n");
        let one = here.run(&format!("{words} -j 1"));
        assert!(identities(&one).len() > 3, "{fixture} is broken");
        assert_eq!(one.out, here.run(&format!("{words} -j 8")).out, "{fixture}: threads");
        assert_eq!(one.out, here.run(&format!("{words} -j 1")).out, "{fixture}: twice");
        let away = Folder::new(&[]);
        let away = away.run(&format!("{words} {}", here.path().display()));
        assert_eq!(identities(&one), identities(&away), "{fixture}: working directory");
        let windows = copy_of(fixture, "\r\n").run(words);
        assert_eq!(identities(&one), identities(&windows), "{fixture}: line ends");
        for form in ["full", "concise"] {
            let words = words.replace("json", form);
            let (first, second) = (here.run(&words).out, here.run(&format!("{words} -j 8")).out);
            assert_eq!(first, second, "{fixture}: {form}");
        }
    }
}

#[test]
fn fingerprints_are_unique_and_stay_when_lines_move() {
    let here = copy_of("windows-11-rollout-broken", "\n");
    let prints = |folder: &Folder| {
        let json = folder.run("--output-format json --as-of 2026-11-24").json();
        let all = json["findings"].as_array().unwrap().clone();
        all.iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = prints(&here);
    let distinct: std::collections::BTreeSet<_> = before.iter().collect();
    assert_eq!(distinct.len(), before.len());
    for (path, bytes) in files_below(here.path()) {
        let text = format!("# a line\n\n{}", String::from_utf8(bytes).unwrap());
        here.write(path.to_str().unwrap(), text.as_bytes());
    }
    assert_eq!(before, prints(&here));
}

#[test]
fn one_file_of_a_plan_is_judged_with_the_rest_of_its_plan() {
    let folder = copy_of("windows-11-rollout", "\n");
    let words = "--output-format json --as-of 2026-11-24";
    let whole = folder.run(words).json();
    let part = folder.run(&format!("check waves.plan.toml {words}")).json();
    assert_eq!(whole, part);
    assert!(whole["findings"].as_array().unwrap().iter().all(|it| it["code"] != "PLN007"));
}

// ---- Configuration

#[test]
fn a_configuration_above_decides_which_rules_run_and_how_bad_they_are() {
    let plan = "[plan]\nname = \"x\"\nnmae = \"y\"\n[task]\na = { depends-on = \"a\" }\n";
    let folder = Folder::new(&[("teams/it/plan.toml", plan), ("planlint.toml", "")]);
    let codes = |config: &str| {
        folder.write("planlint.toml", config.as_bytes());
        let ran = folder.run("teams/it --output-format json");
        let json = ran.json();
        let all = json["findings"].as_array().unwrap().clone();
        let text =
            |it: &Value| format!("{} {}", it["code"].as_str().unwrap(), it["severity"].as_str().unwrap());
        (ran.code, all.iter().map(text).collect::<Vec<_>>())
    };
    let both = "select = [\"PLN002\", \"self-dependency\"]\n";
    assert_eq!(codes(both), (1, vec!["PLN002 warning".into(), "DEP002 error".into()]));
    assert_eq!(codes("select = [\"PLN002\"]\n"), (1, vec!["PLN002 warning".into()]));
    assert_eq!(
        codes(&format!("{both}ignore = [\"PLN\"]\n")),
        (1, vec!["PLN002 warning".into(), "DEP002 error".into()])
    );
    assert_eq!(codes(&format!("{both}ignore = [\"unknown-field\"]\n")), (1, vec!["DEP002 error".into()]));
    assert_eq!(
        codes(&format!("{both}[severity]\nPLN002 = \"advice\"\nDEP = \"advice\"\n")),
        (0, vec!["PLN002 advice".into(), "DEP002 advice".into()])
    );
    assert_eq!(codes(&format!("{both}fail-on = \"error\"\n")).0, 1);
    assert_eq!(
        codes(&format!("{both}[per-file-ignores]\n\"teams/**\" = [\"DEP002\"]\n")).1,
        vec!["PLN002 warning".to_owned()]
    );
    folder.write("teams/planlint.toml", b"select = [\"DEP002\"]\n");
    assert_eq!(codes(both).1, vec!["DEP002 error".to_owned()], "the nearest configuration holds");
}

#[test]
fn an_option_of_a_rule_is_set_in_the_configuration() {
    let folder = copy_of("windows-11-rollout-broken", "\n");
    let words = "--select DEP015 --as-of 2026-11-24 --output-format concise";
    folder.run(words).ends_with(1).says("DEP015");
    folder.write("planlint.toml", b"[rule.DEP015]\ndays = 1000\n");
    folder.run(words).ends_with(0).leaves_out("DEP015");
    folder.write("planlint.toml", b"[rule.DEP015]\ndayz = 1000\n");
    folder
        .run(&format!("{words} --extend-select LNT"))
        .says("planlint.toml:2:1: warning[LNT007]")
        .says("DEP015");
}

#[test]
fn an_ignore_with_a_reason_and_a_waiver_hide_and_are_counted() {
    let plan = r#"[plan]
name = "x"
owner = "mia"
[person]
mia = {}
[task]
a = { depends-on = "a" } # planlint: ignore[DEP002] it runs until it is stopped
b = { depends-on = "b" }
[[waiver]]
rule = "DEP002"
on = "b"
reason = "agreed with the board"
approved-by = "mia"
until = 2027-03-31
"#;
    let folder = Folder::new(&[("plan.toml", plan)]);
    let words = "--select DEP002,LNT,PLN001,PLN002,PLN003,PLN004,PLN007 --as-of 2026-11-24";
    folder.run(words).ends_with(0).says("2 findings suppressed");
    folder.write("plan.toml", plan.replace("ignore[DEP002] it runs", "ignore[PLN007] it runs").as_bytes());
    folder.run(words).ends_with(1).says("DEP002").says("LNT001").says("1 finding suppressed");
}

// ---- Other commands

#[test]
fn rules_are_explained_by_code_and_by_name() {
    let folder = Folder::new(&[]);
    let by_code = folder.run("explain DEP001").ends_with(0).out;
    assert_eq!(by_code, folder.run("explain dependency-cycle").ends_with(0).out);
    assert_eq!(by_code, folder.run("explain dep001").ends_with(0).out);
    assert!(by_code.lines().all(|line| line.chars().count() <= 100), "{by_code}");
    folder.run("explain DEP001").says("DEP001 dependency-cycle").says("Why").says("Ask").says("Source");
    let ran = folder.run("explain DEP001 nonsense OWN001").ends_with(2);
    ran.says("DEP001 dependency-cycle").says("OWN001 ").complains("\"nonsense\"");
    folder.run("explain").ends_with(2).complains("<CODE|NAME|KIND|WORD>");
}

#[test]
fn the_list_of_rules_says_what_runs_here() {
    let folder = Folder::new(&[("planlint.toml", "ignore = [\"DEP001\"]\n")]);
    let list = folder.run("rules").ends_with(0).out;
    let line = |code: &str| list.lines().find(|line| line.starts_with(code)).unwrap_or("").to_owned();
    assert!(line("DEP001").contains(" off "), "{}", line("DEP001"));
    assert!(line("DEP002").contains(" on "), "{}", line("DEP002"));
    let json = folder.run("rules --output-format json --select DEP001,self-dependency").ends_with(0).json();
    assert_eq!(json["version"], 1);
    let rules = json["rules"].as_array().unwrap();
    assert_eq!(rules.iter().map(|it| it["runs"].as_bool()).collect::<Vec<_>>(), [Some(false), Some(true)]);
}

#[test]
fn help_and_version_are_answered_on_the_output_stream() {
    let folder = Folder::new(&[]);
    let version = folder.run("--version").ends_with(0).out;
    assert_eq!(version, format!("planlint {}\n", env!("CARGO_PKG_VERSION")));
    for words in ["--help", "-h", "check --help", "explain --help", "rules --help", "schedule --help"] {
        let ran = folder.run(words).ends_with(0).says("Usage:");
        assert_eq!(ran.err, "");
        assert!(ran.out.lines().all(|line| line.chars().count() <= 100), "{}", ran.out);
    }
}

#[test]
fn check_is_meant_where_no_command_stands() {
    let folder = copy_of("windows-11-rollout-broken", "\n");
    let with = folder.run("check . --output-format json --as-of 2026-11-24").ends_with(1).out;
    let without = folder.run(". --output-format json --as-of 2026-11-24").ends_with(1).out;
    assert_eq!(with, without);
}

#[test]
fn colors_follow_the_flag_then_the_environment_and_a_pipe_has_none() {
    let folder = Folder::new(&[("plan.toml", "[plan]\nnmae = \"y\"\n")]);
    let is_colored = |words: &str, env: &[(&str, &str)]| {
        folder.run_with(&format!("--select PLN002 {words}"), b"", env).out.contains('\u{1b}')
    };
    assert!(!is_colored("", &[]));
    assert!(is_colored("--color always", &[("NO_COLOR", "1")]));
    assert!(is_colored("", &[("FORCE_COLOR", "1")]));
    assert!(is_colored("", &[("CLICOLOR_FORCE", "1")]));
    assert!(!is_colored("", &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(!is_colored("--color never", &[("FORCE_COLOR", "1")]));
}

#[test]
fn what_a_plan_says_cannot_steer_the_terminal() {
    let plan = "[plan]\nname = \"x\"\n\"\u{9b}31m\\u001b[2J\" = 1\n[task]\na = { title = \"\u{202e}t\", depends-on = \"a\" }\n";
    let folder = Folder::new(&[("plan.toml", plan)]);
    for form in ["full", "concise"] {
        let out = folder.run(&format!("--output-format {form}")).out;
        let bad = out.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{form}: {out:?}");
    }
}

#[test]
fn no_line_of_the_report_is_wider_than_the_page() {
    let folder = copy_of("windows-11-rollout-broken", "\n");
    for width in ["80", "120"] {
        let env = [("COLUMNS", width)];
        let out = folder.run_with("--select ALL --as-of 2026-11-24", b"", &env).ends_with(1).out;
        let widest = out.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= width.parse().unwrap(), "{width}: {widest}");
    }
}

// ---- JSON, a contract

/// Every place of a finding is inside its file, and every key of the contract is there.
fn hold_the_contract(folder: &Path, json: &Value, what: &str) {
    assert_eq!(json["version"], 1);
    assert_eq!(json["tool"]["name"], "planlint");
    for key in ["files", "plans", "tasks", "errors", "warnings", "advice", "suppressed"] {
        assert!(json["summary"][key].is_u64(), "{what}: {key}");
    }
    let findings = json["findings"].as_array().unwrap();
    let counted = |severity: &str| findings.iter().filter(|it| it["severity"] == severity).count() as u64;
    assert_eq!(json["summary"]["errors"], counted("error"));
    assert_eq!(json["summary"]["warnings"], counted("warning"));
    assert_eq!(json["summary"]["advice"], counted("advice"));
    let mut texts = BTreeMap::new();
    for finding in findings {
        for key in ["code", "name", "severity", "message", "question", "help", "file", "fingerprint"] {
            assert!(finding[key].is_string(), "{what}: {key} of {finding}");
        }
        for key in ["message", "question", "help"] {
            let text = finding[key].as_str().unwrap();
            assert!(!is_unfilled(text), "{what}: a placeholder is left in {text:?}");
        }
        for key in ["plan", "entity", "fix"] {
            assert!(finding.get(key).is_some(), "{what}: {key}");
        }
        let related = finding["related"].as_array().unwrap();
        for place in std::iter::once(finding).chain(related) {
            let name = place["file"].as_str().unwrap();
            let text = texts.entry(name.to_owned()).or_insert_with(|| text_of(&folder.join(name)));
            let number = |key: &str| place[key].as_u64().unwrap() as usize;
            for (line, column) in [("line", "column"), ("end_line", "end_column")] {
                let (line, column) = (number(line), number(column));
                let length = text.get(line.wrapping_sub(1)).copied();
                let is_inside = length.is_some_and(|length| (1..=length + 1).contains(&column));
                assert!(is_inside, "{what}: {name}:{line}:{column} is outside ({length:?}): {finding}");
            }
            assert!(
                (number("line"), number("column")) <= (number("end_line"), number("end_column")),
                "{what}: {finding}"
            );
        }
    }
}

/// Whether a `{name}` that the finding should have filled is left.
fn is_unfilled(text: &str) -> bool {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let word = after.split('}').next().unwrap_or("");
        if word.len() < after.len()
            && !word.is_empty()
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_' || c == '.')
        {
            return true;
        }
        rest = after;
    }
    false
}

/// The lengths of the lines of a file in characters, its line ends with them.
fn text_of(path: &Path) -> Vec<usize> {
    let format = planlint::source::Format::of(path).unwrap_or(planlint::source::Format::Toml);
    let (text, _) = planlint::source::decode(fs::read(path).unwrap(), format);
    text.split('\n').map(|line| line.chars().count()).collect()
}

#[test]
fn json_holds_its_contract_for_every_fixture() {
    for entry in fs::read_dir(root().join("fixtures")).unwrap() {
        let path = entry.unwrap().path();
        let words = [".", "--output-format", "json", "--as-of", "2026-11-24", "--select", "ALL", "--preview"];
        let ran = run(&path, &words, b"", &[]);
        if ran.code == 2 && ran.err.contains("no plan file was found") {
            continue;
        }
        hold_the_contract(&path, &ran.json(), &path.display().to_string());
    }
}

/// Exports from other machines can be checked too: a folder of them is named in `PLANLINT_TEST_EXPORTS`.
#[test]
fn json_holds_its_contract_for_exports() {
    let mut folders = vec![root().join("fixtures")];
    folders.extend(std::env::var_os("PLANLINT_TEST_EXPORTS").map(PathBuf::from));
    for folder in folders {
        for (path, _) in
            files_below(&folder).iter().filter(|(path, _)| path.extension().is_some_and(|it| it == "xer"))
        {
            let name = path.to_str().unwrap();
            let ran = run(&folder, &[name, "--output-format", "json", "--select", "ALL"], b"", &[]);
            hold_the_contract(&folder, &ran.json(), name);
        }
    }
}

// ---- The manual

/// Commands in the manual that are not planlint and are not run.
const NOT_RUN: [&str; 8] = ["cargo", "git", "pre-commit", "brew", "cat", "curl", "cd", "echo"];

#[test]
fn the_console_blocks_of_the_readme_show_what_happens() {
    if !root().join("README.md").exists() {
        return;
    }
    let cases = trycmd::TestCases::new();
    cases.register_bin("planlint", Path::new(env!("CARGO_BIN_EXE_planlint")));
    for name in NOT_RUN {
        cases.register_bin(name, trycmd::schema::Bin::Ignore);
    }
    for name in ["PLANLINT_CONFIG", "PLANLINT_OUTPUT_FORMAT", "FORCE_COLOR", "CLICOLOR_FORCE"] {
        cases.env(name, "");
    }
    cases.env("NO_COLOR", "1").env("COLUMNS", "80").case("README.md");
}

// ---- Whatever is written

/// Every place that a finding names is in its file, between characters.
fn check_any(name: &str, text: &str) {
    let sources = Sources::from_text(name, text);
    let clock = Clock { today: jiff::civil::date(2026, 11, 24) };
    let configs = Configs::isolated();
    let report = planlint::check(&sources, &configs, &clock);
    assert_eq!(report.verdict.failed, [], "{text:?}");
    for judged in &report.verdict.findings {
        let labels = std::iter::once(&judged.finding.primary).chain(&judged.finding.labels);
        for label in labels {
            let is_inside = text.get(label.span.range()).is_some();
            assert!(is_inside, "{} {:?} in {text:?}", judged.finding.code, label.span);
        }
        for edit in judged.finding.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(text.get(edit.span.range()).is_some(), "{} in {text:?}", judged.finding.code);
        }
    }
}

mod whatever {
    use proptest::prelude::*;

    use super::check_any;

    /// Pieces of plans, so that more than the first line is reached.
    const PIECES: [&str; 44] = [
        "[plan]\n",
        "[task]\n",
        "[task.a]\n",
        "[[task]]\n",
        "[risk]\n",
        "[site]\n",
        "[asset]\n",
        "[person]\n",
        "[gate]\n",
        "[[waiver]]\n",
        "[decision]\n",
        "a = { ",
        "b = { ",
        " }\n",
        "title = \"x\"",
        "owner = \"a\"",
        "depends-on = [",
        "\"a\"",
        "\"b FS+5d\"",
        "]",
        "duration = \"3d\"",
        "duration = ",
        "start = 2026-11-02",
        "finish = 2026-13-40",
        "status-date = 2026-11-02",
        ", ",
        "\n",
        "\r\n",
        "\"",
        "'''",
        "\"\"\"",
        "# planlint: ignore[",
        "DEP001] why\n",
        "\u{FEFF}",
        "é",
        "\u{1F4BB}",
        "\0",
        "\\u00e9",
        "\t",
        "=",
        ".",
        "parent = \"a\"",
        "kind = \"rollout\"",
        "check = { outcome = \"",
    ];

    /// Pieces of P6 exports.
    const EXPORT: [&str; 20] = [
        "ERMHDR\t8.0\n",
        "%T\tPROJECT\n",
        "%T\tTASK\n",
        "%T\tTASKPRED\n",
        "%T\tCALENDAR\n",
        "%T\tRSRC\n",
        "%F\tproj_id\tproj_short_name\n",
        "%F\ttask_id\tproj_id\ttask_code\tclndr_id\n",
        "%R\t1\tA\n",
        "%R\t1\t1\tA1\t1\n",
        "%R",
        "%E\n",
        "\t",
        "\n",
        "\r\n",
        "é",
        "(0||",
        "()",
        "\u{7f}",
        "-1",
    ];

    fn texts(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_as_a_plan_gives_findings_inside_of_it(text in "\\PC{0,80}") {
            check_any("plan.toml", &text);
        }

        #[test]
        fn pieces_of_plans_in_any_order_give_findings_inside_of_them(text in texts(&PIECES)) {
            check_any("plan.toml", &text);
        }

        #[test]
        fn pieces_of_exports_in_any_order_give_findings_inside_of_them(text in texts(&EXPORT)) {
            check_any("a.xer", &text);
        }
    }
}

/// A small XER with two projects.
const TWO_PROJECTS: &str = "ERMHDR\t8.0\n%T\tPROJECT\n%F\tproj_id\tproj_short_name\tplan_start_date\n%R\t1\tNORTH\t2026-12-01 08:00\n\
    %R\t2\tSOUTH\t2026-12-01 08:00\n%T\tTASK\n%F\ttask_id\tproj_id\ttask_code\ttask_name\ttask_type\tstatus_code\ttarget_drtn_hr_cnt\n\
    %R\t10\t1\tA1\tDig\tTT_Task\tTK_NotStart\t40\n%R\t20\t2\tA1\tPour\tTT_Task\tTK_NotStart\t16\n\
    %T\tTASKPRED\n%F\ttask_id\tpred_task_id\tproj_id\tpred_proj_id\tpred_type\tlag_hr_cnt\n%R\t20\t10\t2\t1\tPR_FS\t8\n%E\n";

#[test]
fn an_export_is_shown_as_a_plan_and_written_only_where_nothing_is() {
    let folder = Folder::new(&[("tasks.csv", "Issue key,Summary,Duration\nOPS-1,Order 40 laptops,10d\n")]);
    let shown =
        folder.run("import tasks.csv").ends_with(0).says("# Imported from tasks.csv (a table): 1 task");
    assert!(shown.err.is_empty(), "{}", shown.err);
    folder
        .run("import tasks.csv -o laptops.plan.toml")
        .ends_with(0)
        .complains("planlint: wrote laptops.plan.toml: 1 task");
    let written = fs::read_to_string(folder.path().join("laptops.plan.toml")).unwrap();
    assert_eq!(written, shown.out);
    folder
        .run("import tasks.csv --output-file laptops.plan.toml")
        .ends_with(2)
        .complains("laptops.plan.toml is there already, and an import writes over nothing")
        .complains("help: Give another name after `-o`");
    assert_eq!(fs::read_to_string(folder.path().join("laptops.plan.toml")).unwrap(), written);
    folder.run("import tasks.csv -o no/laptops.plan.toml").ends_with(2).complains("cannot be written");
    folder
        .run("import laptops.plan.toml")
        .ends_with(2)
        .complains("is a plan file already: there is nothing to import");
    folder.write("more.csv", b"ID,Task,Colour\n1,Order,red\n");
    let more = folder.run("import more.csv").ends_with(0);
    more.says("# - columns that nobody recognizes: \"Colour\"");
    folder.run("import .").ends_with(2).complains("is a folder: there is nothing to import");
    folder.run("import gone.xer").ends_with(2).complains("gone.xer cannot be read: there is no such file");
    // What came out is a plan that can be gone on with.
    folder.run(&format!("check --select {READING} laptops.plan.toml")).ends_with(0);
}

#[test]
fn of_several_projects_one_is_chosen_or_each_gets_a_file() {
    let folder = Folder::new(&[("two.xer", TWO_PROJECTS)]);
    folder
        .run("import two.xer")
        .ends_with(2)
        .complains("two.xer has 2 projects, too many for the screen: NORTH, SOUTH")
        .complains("planlint import --project \"NORTH\" two.xer")
        .complains("planlint import -o plans/ two.xer");
    folder.run("import two.xer -o two.toml").ends_with(2).complains("too many for one file");
    folder
        .run("import two.xer --project south")
        .ends_with(0)
        .says("x-source = \"xer:SOUTH\"")
        .says("depends-on = \"NORTH/A1 FS+1d\"");
    folder
        .run("import two.xer --project WEST")
        .ends_with(2)
        .complains("two.xer has no project `WEST`; it has: NORTH, SOUTH");
    let written = folder.run("import two.xer -o plans/").ends_with(0);
    written.complains("wrote plans/NORTH.plan.toml").complains("wrote plans/SOUTH.plan.toml");
    folder.run(&format!("check --select {READING} plans")).ends_with(0);
    folder
        .run("import two.xer -o plans/ --project NORTH")
        .ends_with(2)
        .complains("plans/NORTH.plan.toml is there already");
}

#[test]
fn an_export_from_the_input_stream_is_read_as_it_is_called() {
    let folder = Folder::new(&[("planlint.toml", "[import.csv]\ndate-format = \"%d/%m/%Y\"\n")]);
    let table = "Nr;Vorgang;Anfang\n1;Bestellen;07/12/2026\n";
    folder
        .run_with("import - --stdin-filename plan.csv", table.as_bytes(), &[])
        .ends_with(0)
        .says("start = 2026-12-07");
    folder
        .run_with("import - --stdin-filename plan.csv --isolated", table.as_bytes(), &[])
        .ends_with(0)
        .leaves_out("start = 2026-12-07");
    folder
        .run_with("import -", table.as_bytes(), &[])
        .ends_with(2)
        .complains("has no name, so that nobody knows its format")
        .complains("planlint import - --stdin-filename rollout.xml");
}

#[test]
fn what_cannot_be_imported_says_what_to_export_instead() {
    let folder = Folder::new(&[("empty.csv", "Task,Duration\n"), ("none.csv", "a,b\n1,2\n")]);
    for (name, words) in [
        ("old.mpp", "choose File, Save As, and the type XML Format (*.xml)"),
        ("old.mpt", "choose File, Save As, and the type XML Format (*.xml)"),
        ("old.mpx", "choose File, Save As, and the type XML Format (*.xml)"),
        ("old.pod", "choose File, Save As, and the type Microsoft Project (*.xml)"),
        ("old.pmxml", "choose File, Export, and the format XER"),
        ("old.xlsx", "choose File, Save As, and the type CSV UTF-8 (*.csv)"),
        ("old.xls", "choose File, Save As, and the type CSV UTF-8 (*.csv)"),
    ] {
        folder.write(name, b"\xD0\xCF\x11\xE0\0\0\xFF");
        folder
            .run(&format!("check {name}"))
            .ends_with(1)
            .says("error[PLN009] unsupported-format")
            .says(words);
        folder.run(&format!("import {name}")).ends_with(2).complains(words).complains("planlint import");
        // Found in a folder, such a file is none of planlint's business.
        folder.run("check .").ends_with(2).complains("no plan file was found in .");
    }
    folder.run("import empty.csv").ends_with(2).complains("no task was found in empty.csv");
    folder.run("import none.csv").ends_with(2);
}

#[test]
fn mistakes_in_an_export_are_told_and_the_rest_is_imported() {
    let broken = TWO_PROJECTS.replace("TT_Task\tTK_NotStart\t40", "TT_Task\tTK_NotStart\tforty");
    let folder = Folder::new(&[("two.xer", &broken)]);
    folder.run("import two.xer --project NORTH").ends_with(0).says("A1 = { title = \"Dig\"").complains(
        "1 mistake in what was read may leave something out of the plan; `planlint check two.xer` shows it",
    );
}
