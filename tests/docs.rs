//! Documents that are generated are up to date, and what docs/rule-packs.md shows happens when it is typed.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot read its files fails"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use planlint::schema::{SchemaKind, schema};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// A folder holds these files and no other; with UPDATE_GENERATED they are written.
fn is_up_to_date(folder: &str, files: &[(String, String)]) {
    let shown = format!("docs/{folder}");
    let folder = docs().join(folder);
    let names = fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().file_name());
    let mut left: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    left.retain(|name| !files.iter().any(|(file, _)| file == name));
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for name in &left {
            fs::remove_file(folder.join(name)).unwrap();
        }
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        return;
    }
    let is_stale = |(name, text): &&(String, String)| {
        fs::read_to_string(folder.join(name)).map(|now| now.replace("\r\n", "\n")).ok().as_ref() != Some(text)
    };
    let mut stale: Vec<&str> = files.iter().filter(is_stale).map(|(name, _)| name.as_str()).collect();
    stale.extend(left.iter().map(String::as_str));
    assert!(
        stale.is_empty(),
        "{shown} is stale ({}): UPDATE_GENERATED=1 cargo test --test docs",
        stale.join(", ")
    );
}

#[test]
fn the_pages_of_the_rules_are_up_to_date() {
    is_up_to_date("rules", &planlint::commands::pages());
}

#[test]
fn the_schemas_are_up_to_date() {
    let of = |(word, kind)| {
        (format!("{word}.schema.json"), schema(kind, planlint::catalogue::Catalogue::embedded()))
    };
    is_up_to_date("schema", &SchemaKind::ALL.map(of));
}

#[test]
fn pages_have_a_section_for_every_rule_and_links_that_lead_somewhere() {
    let pages = planlint::commands::pages();
    for rule in planlint::catalogue::Catalogue::embedded().rules() {
        let (_, page) = pages.iter().find(|(name, _)| *name == format!("{}.md", rule.family)).unwrap();
        assert!(page.contains(&format!("\n## {} {}\n", rule.code, rule.name)), "{}", rule.code);
        assert!(!page.contains("^^^"), "{}: examples are shown without carets", rule.family);
    }
    for (name, page) in &pages {
        for link in page.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let is_page = file.is_empty() || pages.iter().any(|(page, _)| page == file);
            assert!(is_page || docs().join("rules").join(file).is_file(), "{name}: {link}");
            if let (true, Some((code, rest))) = (file.is_empty(), anchor.split_once('-')) {
                let heading = format!("\n## {} {rest}\n", code.to_uppercase());
                assert!(page.contains(&heading), "{name}: {link}");
            }
        }
    }
}

/// A block of a document: what kind of text, the file that it is said to be, and what stands in it.
struct Block {
    kind: String,
    file: Option<String>,
    text: String,
}

/// The fenced blocks of a document. `<!-- file: NAME -->` above one says which file it is.
fn blocks(document: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut file, mut is_inside) = (None, false);
    for line in document.lines() {
        match (line.strip_prefix("```"), is_inside) {
            (Some(kind), false) => {
                blocks.push(Block { kind: kind.to_owned(), file: file.take(), text: String::new() });
                is_inside = true;
            }
            (Some(_), true) => is_inside = false,
            (None, true) => {
                if let Some(block) = blocks.last_mut() {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
            (None, false) => {
                let named = line.strip_prefix("<!-- file: ").and_then(|rest| rest.strip_suffix(" -->"));
                if named.is_some() || !line.trim().is_empty() {
                    file = named.map(str::to_owned);
                }
            }
        }
    }
    blocks
}

/// Everything that a command says: the output stream, then the error stream.
fn said(folder: &Path, words: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planlint"));
    command.current_dir(folder).args(words.split_whitespace()).env_clear().env("COLUMNS", "100");
    let output = command.output().unwrap();
    let both = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    both.concat()
}

fn plays(document: &str) {
    let text = fs::read_to_string(docs().join(document)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for block in blocks(&text) {
        if let Some(file) = &block.file {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &block.text).unwrap();
        }
        if block.kind != "console" {
            continue;
        }
        let mut lines = block.text.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(words) = line.strip_prefix("$ planlint ") else { panic!("{document}: {line}") };
            let mut expected = String::new();
            while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
                expected.push_str(line);
                expected.push('\n');
            }
            let said = said(folder.path(), words);
            assert_eq!(said.trim_end(), expected.trim_end(), "{document}: planlint {words}\n{said}");
            commands += 1;
        }
    }
    assert!(commands > 0, "{document} shows no command");
}

#[test]
fn what_the_guide_to_rule_packs_shows_happens() {
    plays("rule-packs.md");
}

#[test]
fn what_the_guide_to_fixes_shows_happens() {
    plays("fixes.md");
}

#[test]
fn every_pack_that_the_guide_shows_can_be_read() {
    let text = fs::read_to_string(docs().join("rule-packs.md")).unwrap();
    for block in blocks(&text).iter().filter(|block| block.kind == "toml") {
        // Several ways to write the same key may stand below each other: each line is read alone then.
        let is_whole = toml::from_str::<toml::Table>(&block.text).is_ok();
        let is_lines = || {
            let mut lines = block.text.lines().filter(|line| !line.trim().is_empty());
            lines.all(|line| toml::from_str::<toml::Table>(line).is_ok())
        };
        assert!(is_whole || is_lines(), "{}", block.text);
    }
}

#[test]
fn every_setting_is_described_and_every_example_of_one_can_be_read() {
    let text = fs::read_to_string(docs().join("configuration.md")).unwrap();
    let keys = planlint::config::key_names();
    for key in &keys {
        assert!(
            text.contains(&format!("\n| [`{key}`](#")),
            "{key} is not in the table of docs/configuration.md"
        );
    }
    let headings: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| heading.replace(',', "").replace(' ', "-"))
        .collect();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| [`")?.split_once("`](#"));
    let mut described = 0;
    for (key, rest) in rows {
        let anchor = rest.split(')').next().unwrap();
        assert!(keys.contains(&key), "there is no setting {key}");
        assert!(headings.iter().any(|heading| heading == anchor), "{key}: no section #{anchor}");
        described += 1;
    }
    assert_eq!(described, keys.len());
    let examples: Vec<String> =
        blocks(&text).into_iter().filter(|block| block.kind == "toml").map(|block| block.text).collect();
    for key in &keys {
        let shows = |text: &String| toml::from_str::<toml::Table>(text).unwrap().contains_key(*key);
        assert!(examples.iter().any(shows), "docs/configuration.md shows no example of {key}");
    }
    for example in examples {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("plans");
        fs::create_dir_all(folder.path().join("shared")).unwrap();
        fs::create_dir_all(inside.join("rules")).unwrap();
        fs::write(folder.path().join("shared/planlint.toml"), "").unwrap();
        fs::write(
            inside.join("rules/acme.toml"),
            "[pack]\nid = \"acme\"\nfamily = \"ACME\"\ntitle = \"Acme\"\n",
        )
        .unwrap();
        fs::write(inside.join("known.toml"), "").unwrap();
        fs::write(inside.join("plan.toml"), "[plan]\nname = \"x\"\n").unwrap();
        fs::write(inside.join("planlint.toml"), &example).unwrap();
        let words = "check plan.toml --output-format concise --min-severity advice --extend-select LNT,PLN";
        let said = said(&inside, words);
        assert!(!said.contains("planlint.toml") && !said.contains("cannot"), "{example}\n{said}");
    }
}
