//! Everything that `planlint.toml` can say, one entry a key. The reader and the JSON Schema learn it from here.

use super::written::OUTPUT_FORMATS;
use crate::model::Status;

/// A key of a configuration.
pub(crate) struct Key {
    /// As written.
    pub(crate) name: &'static str,
    /// What stands on the right.
    pub(crate) takes: Takes,
    /// What it does, in one line.
    pub(crate) means: &'static str,
    /// An example of what stands on the right, as TOML.
    pub(crate) example: &'static str,
}

/// What a key takes.
pub(crate) enum Takes {
    /// Codes, beginnings of codes, or names of rules.
    Rules,
    /// A severity for each of such words.
    SeverityOfRules,
    /// Rules for each pattern of paths.
    RulesOfPaths,
    /// The options of each rule.
    OptionsOfRules,
    /// A severity.
    Severity,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Texts; one is a list of one.
    Texts,
    /// A text.
    Text,
    /// A text that looks like this.
    Shaped(&'static str),
    /// `true` or `false`.
    Flag,
    /// Names of columns for each field of a table.
    Columns,
    /// An id for each name.
    Ids,
    /// Exactly four texts.
    FourTexts,
    /// One of these words for each word of the user's own.
    WordOfWords(&'static [&'static str]),
    /// A table with these keys.
    Table(&'static [Key]),
}

/// What may stand at the top of the file. Keys that begin with `x-` are the user's own, here and in every table.
pub(crate) const KEYS: &[Key] = &[
    key(
        "extends",
        Takes::Text,
        "Another planlint.toml that this one builds on; its path starts from this file",
        r#""../shared/planlint.toml""#,
    ),
    key(
        "explicit-preview-rules",
        Takes::Flag,
        "true: rules that are still being tried out run only where they are selected one by one",
        "true",
    ),
    key(
        "audience",
        Takes::Word(&["team", "review", "audit"]),
        "Who reads the report: the team all, a review no advice and no guesses, an audit all rules and what is hidden",
        r#""review""#,
    ),
    key(
        "docs-url",
        Takes::Text,
        "Where the pages of the rules are, for links in a terminal",
        r#""https://intranet.example/planlint""#,
    ),
    key("select", Takes::Rules, "Run only these rules", r#"["PLN", "DEP", "no-rollback"]"#),
    key("ignore", Takes::Rules, "Do not run these rules", r#"["DEP015"]"#),
    key("extend-select", Takes::Rules, "Run these rules as well", r#"["OWN009"]"#),
    key(
        "severity",
        Takes::SeverityOfRules,
        "How bad a finding is, where that differs from what the rule says",
        r#"{ CMP013 = "warning" }"#,
    ),
    key(
        "per-file-ignores",
        Takes::RulesOfPaths,
        "Rules that are silent for some files; the files are read all the same",
        r#"{ "archive/**" = ["ALL"] }"#,
    ),
    key(
        "include",
        Takes::Texts,
        "Files that are plans although their names do not say so",
        r#"["plans/*.csv"]"#,
    ),
    key("exclude", Takes::Texts, "Files and folders that are not read at all", r#"["archive/"]"#),
    key(
        "required-version",
        Takes::Shaped(VERSION),
        "The releases of planlint that may read this file",
        r#"">=0.1, <0.3""#,
    ),
    key("fail-on", Takes::Severity, "The least severity that makes the exit code 1", r#""error""#),
    key("output-format", Takes::Word(OUTPUT_FORMATS), "The form of the report", r#""concise""#),
    key("min-severity", Takes::Severity, "Show only findings that are at least so bad", r#""warning""#),
    key("baseline", Takes::Text, "The list of findings that are known already", r#""known.toml""#),
    key("preview", Takes::Flag, "true: run rules that are still being tried out", "true"),
    key(
        "rule",
        Takes::OptionsOfRules,
        "The options of single rules, by code or name",
        "{ DEP015 = { days = 15 } }",
    ),
    key("waiver-notice", Takes::Shaped(DAYS), "How long before its end a waiver is reported", r#""14d""#),
    key(
        "import",
        Takes::Table(IMPORT),
        "How the files of other tools are read",
        "{ csv = { delimiter = \";\" } }",
    ),
    key(
        "guess-kinds",
        Takes::Flag,
        "false: do not take tasks for a kind of work because of their titles",
        "false",
    ),
    key(
        "packs",
        Takes::Texts,
        "Rule packs of your own; paths start from this file",
        r#"["rules/acme.toml"]"#,
    ),
    key(
        "alias",
        Takes::Table(ALIAS),
        "Who and what is meant by names in other plans and exports",
        r#"{ person = { "Weber, Jonas" = "jonas" } }"#,
    ),
];

/// What `[import]` can say: a table for each format.
pub(crate) const IMPORT: &[Key] =
    &[key("csv", Takes::Table(CSV), "How spreadsheets are read", r#"{ delimiter = ";" }"#)];

/// What `[alias]` can say: a table for each kind of thing.
pub(crate) const ALIAS: &[Key] = &[
    key("person", Takes::Ids, "The id of the person that a name means", r#"{ "Weber, Jonas" = "jonas" }"#),
    key("site", Takes::Ids, "The id of the site that a name means", r#"{ "Lisboa" = "lisbon" }"#),
    key("asset", Takes::Ids, "The id of the asset that a name means", r#"{ "SAP ERP" = "erp" }"#),
    key("plan", Takes::Ids, "The id of the plan that a name means", r#"{ "EC00640" = "sap" }"#),
];

/// What `[import.csv]` can say.
pub(crate) const CSV: &[Key] = &[
    key(
        "columns",
        Takes::Columns,
        "Names of columns, where planlint does not know them",
        r#"{ owner = "Verantwortlich" }"#,
    ),
    key(
        "date-format",
        Takes::Shaped("%"),
        "How dates are written that do not begin with the year",
        r#""%d.%m.%Y""#,
    ),
    key(
        "duration-unit",
        Takes::Word(&["d", "h", "w", "m", "mo", "s"]),
        "The unit of a duration that is a plain number",
        r#""d""#,
    ),
    key("delimiter", Takes::Shaped("^(tab|[\t,;|:^])$"), "What stands between two values of a row", r#"";""#),
    key(
        "link-types",
        Takes::FourTexts,
        "The letters for finish to start, start to start, finish to finish and start to finish",
        r#"["EA", "AA", "EE", "AE"]"#,
    ),
    key(
        "status",
        Takes::WordOfWords(Status::WORDS),
        "What your words for progress mean",
        r#"{ "läuft" = "in-progress" }"#,
    ),
];

/// One or several versions with `>=`, `<` and so on.
const VERSION: &str = r"^\s*(>=|<=|==|!=|=|>|<)?\s*[0-9]+(\.[0-9]+){0,2}(-\S*)?\s*(,\s*(>=|<=|==|!=|=|>|<)?\s*[0-9]+(\.[0-9]+){0,2}(-\S*)?\s*)*$";

/// A number of days or weeks.
const DAYS: &str = r"^\s*\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*e?(d|w|wk)\s*$|^\s*0+\s*$";

const fn key(name: &'static str, takes: Takes, means: &'static str, example: &'static str) -> Key {
    Key { name, takes, means, example }
}

/// The names of everything that may stand at the top of the file.
pub fn key_names() -> Vec<&'static str> {
    names(KEYS)
}

/// The names of some keys.
pub(super) fn names(keys: &'static [Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}
