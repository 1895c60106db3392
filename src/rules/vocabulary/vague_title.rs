//! VOC002: a title that nobody could tick off.

use crate::model::is_placeholder;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "VOC002", check };

/// Titles that could stand over anything, in small letters.
const VAGUE: &[&str] = &[
    "activities",
    "activity",
    "admin",
    "all",
    "and so on",
    "any other business",
    "etc",
    "follow up",
    "follow-up",
    "further work",
    "general",
    "misc",
    "misc.",
    "miscellaneous",
    "more",
    "more work",
    "new task",
    "open points",
    "other",
    "other stuff",
    "other tasks",
    "other work",
    "others",
    "remaining work",
    "rest",
    "stuff",
    "task",
    "tasks",
    "things",
    "to do",
    "to-do",
    "todo",
    "todos",
    "various",
    "various tasks",
    "various work",
    "work",
    "work package",
];

/// Verbs that wait for an object, in small letters.
const BARE_VERBS: &[&str] = &[
    "analyse",
    "analyze",
    "approve",
    "assess",
    "build",
    "check",
    "clean",
    "communicate",
    "configure",
    "coordinate",
    "create",
    "define",
    "deliver",
    "deploy",
    "design",
    "develop",
    "discuss",
    "document",
    "evaluate",
    "execute",
    "finish",
    "fix",
    "implement",
    "improve",
    "install",
    "investigate",
    "launch",
    "manage",
    "migrate",
    "monitor",
    "move",
    "order",
    "organise",
    "organize",
    "plan",
    "prepare",
    "release",
    "review",
    "setup",
    "support",
    "test",
    "train",
    "update",
    "upgrade",
    "validate",
    "verify",
    "write",
];

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // A phase may be called "Test": what is inside says the rest.
    for (task, it) in ctx.open_leaves() {
        let Some(title) = it.title() else { continue };
        let text = ctx.text(title).trim();
        // PLN005 and PLN012 ask for a title first.
        if !text.is_empty() && !is_placeholder(text) && is_vague(text) {
            out.report(ctx.finding_at(entity(task), title.span()));
        }
    }
}

fn is_vague(title: &str) -> bool {
    /// Beyond so many bytes a title has more than one word of the list.
    const LONGEST: usize = 24;
    if title.len() > LONGEST {
        return false;
    }
    // Two signs are a whole title where each of them is a word.
    if title.chars().any(|c| c >= '\u{2e80}') {
        return false;
    }
    if title.chars().filter(|c| c.is_alphabetic()).count() < 4 {
        return true;
    }
    let plain = title.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    // "Task 1" and "New task (2)" are numbered, not named.
    let unnumbered = plain.trim_end_matches(|c: char| !c.is_alphabetic());
    VAGUE.contains(&unnumbered) || BARE_VERBS.contains(&plain.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_vague;
    use crate::rules::testing::codes;

    #[test]
    fn what_could_stand_over_anything() {
        for title in [
            "Misc",
            "Various",
            "Task 1",
            "New task (2)",
            "To do",
            "Other...",
            "Test",
            "QA",
            "etc.",
            "Follow-up",
        ] {
            assert!(is_vague(title), "{title}");
        }
        for title in [
            "Test label printing in Porto",
            "Go live",
            "Kick-off",
            "Handover",
            "Testing",
            "Work instructions",
            "移行",
            "Upgrade VPN",
        ] {
            assert!(!is_vague(title), "{title}");
        }
    }

    #[test]
    fn phases_and_dropped_work_are_left_alone() {
        let found = |rest: &str| {
            let plan = format!(
                "[plan]\n[task]\na = {{ title = \"Test\"{rest} }}\nb = {{ title = \"Test label printing\" }}"
            );
            codes(&plan).into_iter().filter(|it| it.starts_with("VOC002")).collect::<Vec<_>>()
        };
        assert_eq!(found(""), ["VOC002 3:16"]);
        assert!(found(", status = \"cancelled\"").is_empty());
        let phase =
            "[plan]\n[task]\na.title = \"Test\"\nb = { title = \"Test label printing\", parent = \"a\" }";
        assert!(!codes(phase).iter().any(|it| it.starts_with("VOC002")));
    }
}
