//! What holds the catalogue: every rule has its words, words and checks match, and no published code is ever lost.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use planlint::catalogue::{Catalogue, EMBEDDED, Options, Rule, placeholders};
use planlint::rules::PlanSettings;
use planlint::source::{Decoding, Format, SourceFile, Sources};

/// Rules that no check finds: readers, the network and the filter do, and know best where.
const FOUND_ELSEWHERE: &[&str] = &[
    "LNT001", "LNT002", "LNT003", "LNT004", "LNT005", "LNT006", "LNT007", "LNT008", "LNT009", "LNT010",
    "LNT011", "LNT012", "LNT013", "PLN001", "PLN002", "PLN003", "PLN006", "PLN007", "PLN009", "PLN010",
    "PCK001", "PCK002", "PCK003", "PCK004", "PCK005", "PCK006", "PCK007", "PCK008",
];

fn rules() -> &'static [Rule] {
    Catalogue::embedded().rules()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[expect(clippy::disallowed_methods, reason = "a test may read the sources it judges")]
fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust files below src.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let source = text(&path);
                files.push((path, source));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_rule_has_all_its_words() {
    let mut wrong = Vec::new();
    for rule in rules() {
        let texts: [(&str, &str); 7] = [
            ("since", &rule.since),
            ("summary", &rule.summary),
            ("question", &rule.question),
            ("message", &rule.message),
            ("help", &rule.help),
            ("explanation", &rule.explanation),
            ("source", &rule.source),
        ];
        for (name, text) in texts {
            if text.trim().is_empty() {
                wrong.push(format!("{}: no {name}", rule.code));
            }
        }
        if rule.summary.ends_with('.') || rule.summary.contains('\n') {
            wrong.push(format!("{}: the summary is one line without a stop", rule.code));
        }
        if !rule.question.ends_with('?') && !rule.question.ends_with('.') {
            wrong.push(format!("{}: the question ends like a sentence", rule.code));
        }
        if rule.bad.is_none() != rule.good.is_none() {
            wrong.push(format!("{}: both examples or none", rule.code));
        }
        for text in rule.templates() {
            if text.matches('{').count() != text.matches('}').count() || text.trim().is_empty() {
                wrong.push(format!("{}: {text}", rule.code));
            }
        }
        for (name, option) in &rule.option {
            if option.means.trim().is_empty() {
                wrong.push(format!("{}: option {name} means nothing", rule.code));
            }
        }
        for masked in &rule.masks {
            if !published().contains_key(masked.as_ref()) && !is_planned(masked) {
                wrong.push(format!("{}: masks {masked}, which no rule has", rule.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Families that are specified and not there yet may be masked already.
fn is_planned(code: &str) -> bool {
    ["SCH", "COM", "BUD", "PRT", "OWN", "RAI"].iter().any(|family| code.starts_with(family))
}

#[test]
fn codes_are_sorted_unique_and_of_their_family() {
    let codes: Vec<&str> = rules().iter().map(|rule| rule.code.as_str()).collect();
    assert!(codes.is_sorted_by(|one, other| one < other), "{codes:?}");
    for rule in rules() {
        let number = rule.code.as_str().strip_prefix(rule.family.as_ref());
        assert!(
            number.is_some_and(|number| number.len() == 3 && number.bytes().all(|it| it.is_ascii_digit())),
            "{} does not belong to {}",
            rule.code,
            rule.family
        );
    }
    for (name, text) in EMBEDDED {
        let written: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("[rule.")?.strip_suffix(']'))
            .filter(|code| !code.contains('.'))
            .collect();
        assert!(written.is_sorted(), "rules/{name}.toml: {written:?}");
    }
}

#[test]
fn names_say_the_fault_and_never_the_remedy() {
    const REMEDIES: &[&str] =
        &["must", "should", "add", "use", "avoid", "ensure", "require", "set", "fix", "remove", "do", "dont"];
    let mut seen = BTreeSet::new();
    for rule in rules() {
        let name = rule.name.as_ref();
        assert!(seen.insert(name), "{name} is used twice");
        let is_kebab = name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        });
        assert!(is_kebab, "{name}");
        let words: Vec<&str> = name.split('-').collect();
        assert!(!words.contains(&"must") && !words.contains(&"should"), "{name}");
        assert!(!REMEDIES.contains(&words[0]), "{name} reads like an instruction");
    }
}

#[test]
fn every_entry_has_its_check_and_every_check_its_entry() {
    let entries: BTreeSet<&str> =
        rules().iter().filter(|rule| rule.native).map(|rule| rule.code.as_str()).collect();
    let mut checks: BTreeSet<&str> = FOUND_ELSEWHERE.iter().copied().collect();
    for native in planlint::rules::native() {
        assert!(checks.insert(native.code), "{} has two checks", native.code);
    }
    let missing: Vec<&&str> = entries.difference(&checks).collect();
    assert!(missing.is_empty(), "in rules/*.toml, but nothing checks it: {missing:?}");
    let unworded: Vec<&&str> = checks.difference(&entries).collect();
    assert!(unworded.is_empty(), "checked, but rules/*.toml has no entry: {unworded:?}");
}

#[test]
fn a_rule_is_where_its_name_says() {
    let mut wrong = Vec::new();
    for (path, source) in sources() {
        let Some((_, rest)) = source.split_once("pub(super) const RULE: Native = Native { code: \"") else {
            continue;
        };
        let code = rest.split('"').next().unwrap_or("");
        let Some(rule) = rules().iter().find(|rule| rule.code.as_str() == code) else {
            wrong.push(format!("{}: {code} is not in the catalogue", path.display()));
            continue;
        };
        let folder = path.parent().and_then(Path::file_name).and_then(|it| it.to_str()).unwrap_or("");
        let file = path.file_stem().and_then(|it| it.to_str()).unwrap_or("");
        // `gate-bypassed` may stand in gate/bypassed.rs: the folder says the rest.
        let name = rule.name.replace('-', "_");
        let short = rule.name.split('-').filter(|word| *word != folder).collect::<Vec<_>>().join("_");
        if folder != rule.pack || (file != name && file != short) {
            wrong.push(format!("{code} is called {} and stands in {folder}/{file}.rs", rule.name));
        }
        if !source.starts_with(&format!("//! {code}")) {
            wrong.push(format!("{}: the first line does not say {code}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_variant_in_the_code_is_in_the_catalogue() {
    let known: BTreeSet<&str> =
        rules().iter().flat_map(|rule| rule.variant.keys().map(String::as_str)).collect();
    let mut used: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (path, source) in sources() {
        for part in source.split(".variant(\"").skip(1) {
            used.insert(part.split('"').next().unwrap_or("").to_owned(), path.clone());
        }
    }
    for (name, path) in &used {
        assert!(known.contains(name.as_str()), "{}: no rule has a variant {name}", path.display());
    }
    // The other way round for the rules of this crate that have a file of their own.
    for (path, source) in sources() {
        let Some((_, rest)) = source.split_once("pub(super) const RULE: Native = Native { code: \"") else {
            continue;
        };
        let code = rest.split('"').next().unwrap_or("");
        let Some(rule) = rules().iter().find(|rule| rule.code.as_str() == code) else { continue };
        // These are found by readers too.
        for name in rule.variant.keys().filter(|_| !matches!(code, "PLN004" | "PLN005")) {
            let word = format!("\"{name}\"");
            // What several rules of a family share stands in its mod.rs.
            let shared = text(&path.with_file_name("mod.rs"));
            assert!(
                source.contains(&word) || shared.contains(&word),
                "{}: never says {name}",
                path.display()
            );
        }
    }
}

/// Something for every wording of PLN.
const FAULTS: &str = r#"
stray = 1
[[plan]]
[plan]
name = "X"
sponsor = "TBD"
[tsk.a]
[task]
t { title = "T" }
a = { title = "A", duration = "5d", owner = "x" }
A = { title = "A", kind = "build" }
b = { title = "Same", titel = "B", parent = "a", depends-on = ["c", "p", "zzz XX", "mian/a"] }
c = "C"
d = { title = "same", parent = "a", duration = 5, milestone = "yes", deadline = 2026-13-01 }
e = { title = "E, duration = 2 }
f = { title = “F” }
g = { title = "G", owner = mia }
gö = { title = "H" }
[task]
[task.d]
title = "D"
title = "D"
percent = 140
status = "finished"
constraint = "SNTE 2026-10-10"
remaining = "soon"
[person]
p = { away = [{ start = 2026-11-02, finish = 2026-11-01 }] }
[calendar]
k1 = { work-week = ["Mo"] }
k2 = { work-week = [] }
k3 = { hours = ["9 to 5"] }
[[risk]]
[[waiver]]
[task.z]
title = """Z
[task.y]
notes = "y"
"#;

/// The same for tables.
const TABLE_FAULTS: &str = r#"Summary,Issue key,Status,Due date,Start,Duration,Inward issue link (Blocks),Ampel
A,OPS-1,Frobbed,01/02/2027,13/02/2027,soon,SEC-1,red
B,OPS-2,Done,01/03/2027,02/13/2027,5d,OPS-9;12 XX,
,OPS-3,,,,,,
C,OPS-2,,,,,,"x
D,OPS-5,,,,,,
"#;
/// What can only be wrong in a file of Microsoft Project.
const XML_FAULTS: &str = "<Project><CalendarUID>1</CalendarUID><Calendars>
    <Calendar><UID>1</UID><Name>Half</Name></Calendar>
    <Calendar><UID>2</UID><Name>Never</Name><WeekDays><WeekDay><DayType>2</DayType></WeekDay></WeekDays></Calendar></Calendars>
    <Tasks><Task><UID>1</UID><ID>1</ID><Name>Dig</Name><ConstraintType>4</ConstraintType><Duration>long</Duration>
    <CalendarUID>2</CalendarUID><PredecessorLink><PredecessorUID>9</PredecessorUID></PredecessorLink></Task>
    <Task><UID>1</UID><ID>2</ID><Name>Fill</Name></Task></Tasks></Projekt></Project>";

#[test]
fn every_wording_of_the_plan_files_is_used_and_filled() {
    let file = |name: &str, text: &str, decoding: Decoding| {
        let format = Format::of(Path::new(name)).unwrap_or(Format::Toml);
        SourceFile::new(name.to_owned(), PathBuf::from(name), format, text.to_owned(), decoding)
    };
    let utf8 = Decoding { encoding: "UTF-8", ..Decoding::default() };
    let damaged = Decoding { first_invalid: Some(7), invalid: 1, encoding: "UTF-8" };
    let mut files = vec![
        file("main/plan.toml", FAULTS, utf8),
        file("empty/plan.toml", "[plan]\n#\u{FFFD}\n", damaged),
        file("other/plan.toml", "[plan]\nid = \"main\"\n[task.o]\ntitle = \"O\"\n", utf8),
    ];
    files.push(file("faults.xml", XML_FAULTS, utf8));
    let mut other = file("a.xml", "<html/>", utf8);
    other.format = Format::Unsupported;
    files.push(other);
    files.extend(["a.mpp", "a.pod", "a.pmxml", "a.xlsx"].map(|name| file(name, "", utf8)));
    files.extend([file("t/faults.csv", TABLE_FAULTS, utf8), file("t/none.csv", "a,b\n", utf8)]);
    let sources = Sources::new(files);
    let (catalogue, options) = (Catalogue::embedded(), Options::new());
    let runs = |rule: &Rule| rule.family == "PLN";
    let found = planlint::find(
        &sources,
        catalogue,
        |model| {
            model
                .plans
                .iter()
                .map(|_| PlanSettings { runs: &runs, options: &options, guesses: true })
                .collect()
        },
        jiff::civil::date(2026, 10, 2),
    );
    let mut unused: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    for rule in rules().iter().filter(|rule| rule.family == "PLN") {
        unused.insert((rule.code.as_str(), None));
        unused.extend(rule.variant.keys().map(|name| (rule.code.as_str(), Some(name.as_str()))));
    }
    for finding in &found.findings {
        unused.remove(&(finding.code.as_str(), finding.variant.as_deref()));
        let words = catalogue.words(finding, &found.model);
        for text in [&words.message, &words.help, &words.question] {
            let empty = placeholders(text).find(|name| name.bytes().all(|it| it.is_ascii_lowercase()));
            assert_eq!(empty, None, "{finding:?}: {text}");
        }
    }
    // What only an export can say: tests/xer.rs.
    unused.remove(&("PLN001", Some("xer")));
    unused.remove(&("PLN004", Some("calendar")));
    unused.remove(&("PLN004", Some("calendar-without-work")));
    // Of these every case has words of its own.
    for code in ["PLN004", "PLN009"] {
        unused.remove(&(code, None));
    }
    assert!(unused.is_empty(), "nothing says this: {unused:?}");
}

#[test]
fn what_a_rule_was_called_is_not_what_another_is_called() {
    let catalogue = Catalogue::embedded();
    for rule in rules() {
        for word in &rule.formerly {
            assert_eq!(catalogue.find(word).map(|it| it.code), Some(rule.code), "{word}");
            assert!(!rules().iter().any(|it| it.code.as_str() == word || it.name == *word), "{word}");
        }
    }
}

/// The codes that were ever published, with their names: `rules/codes.lock`.
fn published() -> BTreeMap<String, String> {
    let lock = text(&root().join("rules/codes.lock"));
    let lines = lock.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    lines
        .map(|line| line.split_once(' ').unwrap_or_else(|| panic!("rules/codes.lock: {line}")))
        .map(|(code, name)| (code.to_owned(), name.trim().to_owned()))
        .collect()
}

#[test]
fn no_published_code_is_lost_or_means_something_else() {
    let published = published();
    let mut wrong = Vec::new();
    for (code, name) in &published {
        match rules().iter().find(|rule| rule.code.as_str() == code || rule.is_former(code)) {
            Some(rule) if rule.name == *name || rule.is_former(name) => {}
            Some(rule) => {
                wrong.push(format!("{code} was published as {name} and is now called {}", rule.name))
            }
            None => wrong.push(format!(
                "{code} {name} was published and is gone: keep its entry with status = \"removed\""
            )),
        }
    }
    for rule in rules().iter().filter(|rule| !published.contains_key(rule.code.as_str())) {
        wrong.push(format!("add this line to rules/codes.lock: {} {}", rule.code, rule.name));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
