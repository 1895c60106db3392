//! Imports go one way: a module names only modules below it. `lib` may name all, and everybody may name the crate root's
//! own types never. This is what keeps rules free of output, and the model free of formats.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "it reads the sources, or it has failed")]

use std::path::Path;

/// Low to high.
const RANKS: [&str; 18] = [
    "source",
    "finding",
    "model",
    "catalogue",
    "read",
    "network",
    "schedule",
    "rules",
    "error",
    "config",
    "filter",
    "fix",
    "expect",
    "schema",
    "templates",
    "report",
    "commands",
    "cli",
];

/// Words that a module must not say, with the reason.
const SILENT: [(&str, &str, &str); 4] = [
    ("model", "toml", "the model names no format"),
    ("model", "xer", "the model names no format"),
    ("rules", "crate::report", "rules name no output"),
    ("rules", "Zoned", "no rule reads the clock"),
];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push((path.to_string_lossy().replace('\\', "/"), std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|it| *it == module)
}

#[test]
fn modules_name_only_modules_below_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let root = root.to_string_lossy().replace('\\', "/");
    let mut wrong = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| !path.ends_with("/rules/testing.rs")) {
        let inside = path.trim_start_matches(&*root).trim_start_matches('/');
        let module = inside.split(['/', '.']).next().unwrap_or("");
        let Some(own) = rank(module) else {
            assert!(
                matches!(module, "lib" | "main" | "bin"),
                "{inside}: give the module a rank in tests/layers.rs"
            );
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            // Tests may look upwards: a rule is tested through the whole.
            if line.trim() == "#[cfg(test)]" {
                break;
            }
            for other in line
                .split("crate::")
                .skip(1)
                .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""))
            {
                if rank(other).is_some_and(|other| other > own) {
                    wrong.push(format!("src/{inside}:{}: `{module}` names `{other}`", number + 1));
                }
            }
            for (silent, word, reason) in SILENT {
                let is_code = !line.trim_start().starts_with("//");
                if module == silent && is_code && line.to_lowercase().contains(&word.to_lowercase()) {
                    let is_allowed =
                        line.contains("Format::") || line.contains("Toml,") || line.contains(".toml");
                    if !is_allowed {
                        wrong.push(format!("src/{inside}:{}: {reason}", number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
