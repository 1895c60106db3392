//! What of an export no reader looks at, counted, so that whoever carries a plan over knows what stays behind.

use rustc_hash::FxHashMap;

use crate::source::{Format, SourceFile};

/// Tables of an XER that say something about a plan which the model does not hold.
const TABLES: [(&str, &str); 12] = [
    ("TASKACTV", "activity codes of activities"),
    ("UDFVALUE", "values of fields that users have defined"),
    ("TASKMEMO", "notebook entries"),
    ("WBSMEMO", "notebook entries of the work breakdown"),
    ("PROJCOST", "expenses"),
    ("TASKPROC", "steps of activities"),
    ("TASKDOC", "links to documents"),
    (
        "TASKRSRC",
        "assignments, of which who and how much of their time was read, no amounts of work and no costs",
    ),
    ("RSRCRATE", "rates of resources"),
    ("PROJISSU", "issues"),
    ("PROJRISK", "risks"),
    ("TASKRISK", "risks of activities"),
];

/// What is in a file and is not read, a line for each kind of thing.
pub fn unread(file: &SourceFile) -> Vec<String> {
    match file.format {
        Format::Xer => of_xer(&file.text),
        Format::Mspdi => of_mspdi(&file.text),
        _ => Vec::new(),
    }
}

fn of_xer(text: &str) -> Vec<String> {
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    let mut table = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("%T") {
            table = name.trim();
        } else if line.starts_with("%R") {
            *counts.entry(table).or_default() += 1;
        }
    }
    let counted = TABLES.iter().filter_map(|(name, what)| Some((what, counts.get(name)?)));
    counted.map(|(what, count)| format!("{what}: {count}")).collect()
}

fn of_mspdi(text: &str) -> Vec<String> {
    let count = |tag: &str| memchr::memmem::find_iter(text.as_bytes(), tag).count();
    // Only baselines have a number, and number 0 was read.
    let numbers = memchr::memmem::find_iter(text.as_bytes(), "<Number>");
    let others = numbers.filter(|at| text.get(at + 8..).is_some_and(|rest| !rest.starts_with("0<"))).count();
    [
        (others, "further baselines"),
        (
            count("<Assignment>"),
            "assignments, of which who and how much of their time was read, no amounts of work and no costs",
        ),
        (count("<Rate>"), "rates of resources"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{what}: {count}"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn what_is_not_read_is_counted() {
        let file = |name: &str, text: &str| {
            let sources = Sources::from_text(name, text);
            let (_, file) = sources.iter().next().unwrap();
            unread(file)
        };
        let xer =
            "ERMHDR\t8.0\n%T\tTASKMEMO\n%F\tmemo_id\n%R\t1\n%R\t2\n%T\tCURRTYPE\n%F\tcurr_id\n%R\t1\n%E\n";
        assert_eq!(file("a.xer", xer), ["notebook entries: 2"]);
        let xml = "<Project><Baseline><Number>0</Number></Baseline><Baseline><Number>10</Number></Baseline></Project>";
        assert_eq!(of_mspdi(xml), ["further baselines: 1"]);
        assert!(file("a.csv", "Task,Start\n").is_empty());
    }
}
