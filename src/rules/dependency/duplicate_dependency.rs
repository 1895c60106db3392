//! DEP005: the same two tasks linked twice in the same way.

use super::{Wait, removal, suffix, waits};
use crate::model::LinkKind;
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "DEP005", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut links: Vec<Wait<'_>> = Vec::new();
    for (task, _) in ctx.tasks().filter(|(task, _)| ctx.is_open(*task)) {
        if ctx.model.links(task).len() < 2 {
            continue;
        }
        links.clear();
        // A task that waits for itself is DEP002's.
        links.extend(waits(ctx, task).filter(|wait| wait.predecessor().is_some_and(|other| other != task)));
        let key = |wait: &Wait<'_>| (wait.predecessor(), wait.link.kind as u8);
        links.sort_by_key(|wait| (key(wait), wait.number));
        // Start to start together with finish to finish is a legal ladder: only links of one kind are twice the same.
        for same in links.chunk_by(|a, b| key(a) == key(b)).filter(|same| same.len() > 1) {
            report(ctx, same, out);
        }
    }
}

fn report(ctx: &Ctx<'_>, same: &[Wait<'_>], out: &mut Sink) {
    let [first, second, rest @ ..] = same else { return };
    let mut finding =
        second.finding(ctx).param("other", second.name(ctx)).label(first.link.span(), "the first");
    for wait in rest.iter().take(super::MOST_SHOWN) {
        finding = finding.label(wait.link.span(), "one more");
    }
    if same.iter().any(|wait| wait.link.lag != first.link.lag) {
        let shown = |wait: &Wait<'_>| match suffix(wait.link) {
            suffix if suffix.is_empty() => LinkKind::FinishStart.as_str().to_owned(),
            suffix => suffix,
        };
        out.report(finding.param("links", listed(same.iter().map(shown))));
        return;
    }
    finding = finding.variant("identical");
    // A copy that says more than the first one (why, until when) is not dropped without asking.
    let says_more = |wait: &Wait<'_>| {
        let note = ctx.model.link_note(wait.link);
        note.why.is_some() || note.expect.is_some()
    };
    let copies = &same[1..];
    if !copies.iter().any(says_more) {
        let links = copies.iter().map(|wait| wait.link);
        finding = finding.fix(removal("Remove the copy", true, links));
    }
    out.report(finding);
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn start_to_start_with_finish_to_finish_is_a_ladder() {
        let plan =
            "[task]\na = { title = \"A\" }\nb = { title = \"B\", depends-on = [\"a SS+1d\", \"a FF+1d\"] }\n";
        assert!(found("DEP005", plan).is_empty());
    }

    #[test]
    fn any_kind_of_link_twice_is_reported_once_for_all_copies() {
        let plan = "[task]\na = { title = \"A\" }\nb = { title = \"B\", depends-on = [\"a SS\", \"a SS+1d\", \"a SS\"] }\n";
        assert_eq!(found("DEP005", plan), ["DEP005 3:43"]);
    }

    #[test]
    fn finished_work_is_left_alone() {
        let plan = "[task]\na = { title = \"A\" }\nb = { title = \"B\", status = \"done\", depends-on = [\"a\", \"a\"] }\n";
        assert!(found("DEP005", plan).is_empty());
    }
}
