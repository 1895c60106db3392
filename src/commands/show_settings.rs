//! `--show-settings`: what holds here, each with where it was said, in the form of planlint.toml.

use std::collections::BTreeMap;
use std::io;

use super::{Check, Io, Output};
use crate::catalogue::Status;
use crate::config::{Configs, Said, Settings, key_names};
use crate::finding::Severity;

/// Where a value stands that nobody has given.
const DEFAULT: &str = "default";
/// Where comments begin, if the values leave room.
const COMMENT: usize = 40;

/// Writes the settings that hold for the working folder.
pub(super) fn show_settings(
    asked: &Check,
    outputs: &[Output],
    configs: &Configs,
    io: &mut Io<'_>,
) -> io::Result<()> {
    let here = configs.for_folder(&io.cwd);
    let all = all(asked, outputs, &here, io);
    let mut text = match &here.config {
        Some(path) => format!("# {} holds here.\n", crate::source::shown(&io.cwd, path)),
        None => "# No planlint.toml holds here.\n".to_owned(),
    };
    text.push_str(&rules(configs, &here));
    let mut table = "";
    // First what stands in no table, as TOML wants it.
    let (plain, tables): (Vec<_>, Vec<_>) = all.iter().partition(|(key, _)| table_of(key).0.is_empty());
    for (key, said) in plain.into_iter().chain(tables) {
        let (of, name) = table_of(key);
        if of != table {
            text.push_str(&format!("\n[{of}]\n"));
            table = of;
        }
        text.push_str(&format!("{:<COMMENT$}# {}\n", format!("{name} = {} ", said.value), said.by));
    }
    write!(io.stdout, "{text}")
}

/// What is said, and the usual values of what is not.
fn all(asked: &Check, outputs: &[Output], here: &Settings, io: &Io<'_>) -> BTreeMap<String, Said> {
    let mut all = here.said().clone();
    let quoted = |text: &str| format!("\"{text}\"");
    let screen = outputs.iter().find(|output| output.file.is_none()).or(outputs.first());
    let format = screen.map_or("full", |output| output.format.as_str());
    let is_by_env = asked.outputs.is_empty() && io.variable("PLANLINT_OUTPUT_FORMAT").is_some();
    let by_line = [
        ("fail-on", asked.fail_on.map(|it| quoted(it.as_str()))),
        ("min-severity", asked.min_severity.map(|it| quoted(it.as_str()))),
        ("output-format", (!asked.outputs.is_empty()).then(|| quoted(format))),
        ("baseline", asked.overrides.baseline.as_ref().map(|path| quoted(&path.to_string_lossy()))),
    ];
    for (key, value) in by_line {
        let by = "command line".to_owned();
        all.extend(value.map(|value| (key.to_owned(), Said { value, by })));
    }
    if !asked.overrides.exclude.is_empty() {
        let listed: Vec<String> = asked.overrides.exclude.iter().map(|it| quoted(it)).collect();
        let more = Said { value: format!("[{}]", listed.join(", ")), by: "command line".to_owned() };
        let both = all.get("exclude").map_or_else(|| more.clone(), |before| before.and(&more));
        all.insert("exclude".to_owned(), both);
    }
    if is_by_env {
        let by = "environment, PLANLINT_OUTPUT_FORMAT".to_owned();
        all.insert("output-format".to_owned(), Said { value: quoted(format), by });
    }
    let least = here.min_severity().unwrap_or(here.audience().least());
    for (key, value) in [
        ("audience", quoted(here.audience().as_str())),
        ("explicit-preview-rules", "false".to_owned()),
        ("fail-on", quoted(Severity::Warning.as_str())),
        ("guess-kinds", "true".to_owned()),
        ("min-severity", quoted(least.as_str())),
        ("output-format", quoted("full")),
        ("preview", "false".to_owned()),
        ("waiver-notice", quoted(&format!("{}d", here.waiver_notice()))),
    ] {
        let by = DEFAULT.to_owned();
        all.entry(key.to_owned()).or_insert(Said { value, by });
    }
    // Somebody's own words, and what nobody knows, are not settings.
    all.retain(|key, _| {
        key_names().contains(&key.split('.').next().unwrap_or(""))
            && !key.split('.').any(|part| part.starts_with("x-"))
    });
    all
}

/// The table of a key, and its name there.
fn table_of(key: &str) -> (&str, &str) {
    let first = key.split('.').next().unwrap_or("");
    let depth = match first {
        "severity" | "per-file-ignores" => 1,
        "rule" => 2,
        "import" => key.matches('.').count(),
        _ => 0,
    };
    let cut = key.match_indices('.').nth(depth.wrapping_sub(1)).filter(|_| depth > 0);
    cut.map_or(("", key), |(at, _)| (&key[..at], &key[at + 1..]))
}

/// How many rules run, and which do not.
fn rules(configs: &Configs, here: &Settings) -> String {
    let catalogue = configs.catalogue();
    let there: Vec<_> = catalogue.rules().iter().filter(|rule| rule.status != Status::Removed).collect();
    let off: Vec<&str> =
        there.iter().filter(|rule| !here.runs(rule, false)).map(|rule| rule.code.as_str()).collect();
    let listed = match off.as_slice() {
        [] => String::new(),
        off if off.len() <= 10 => format!("; these do not: {}", off.join(", ")),
        off => format!("; {} do not, `planlint rules` lists them", off.len()),
    };
    format!("# {} of {} rules run{listed}.\n", there.len() - off.len(), there.len())
}
