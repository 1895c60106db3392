//! DEP005: the same two tasks linked twice in the same way.

use std::cmp::Ordering;

use super::{Wait, suffix, waits, without};
use crate::finding::Fix;
use crate::model::{Lag, LagAmount, LinkKind};
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
    // A link that says more than the others (why, until when) is not dropped without asking.
    let says_more = |wait: &Wait<'_>| {
        let note = ctx.model.link_note(wait.link);
        note.why.is_some() || note.expect.is_some()
    };
    if same.iter().any(|wait| wait.link.lag != first.link.lag) {
        let shown = |wait: &Wait<'_>| match suffix(wait.link) {
            suffix if suffix.is_empty() => LinkKind::FinishStart.as_str().to_owned(),
            suffix => suffix,
        };
        if let Some(longest) = longest(same) {
            let others = same.iter().filter(|wait| wait.number != longest.number);
            if !others.clone().any(&says_more) {
                let fix = Fix::not_safe(format!("Keep {} only", shown(longest)));
                finding = finding.fix(without(fix, others.map(|wait| wait.link)));
            }
        }
        out.report(finding.param("links", listed(same.iter().map(shown))));
        return;
    }
    finding = finding.variant("identical");
    let copies = &same[1..];
    if !copies.iter().any(says_more) {
        let links = copies.iter().map(|wait| wait.link);
        finding = finding.fix(without(Fix::safe("Remove the copy"), links));
    }
    out.report(finding);
}

/// Which of two lags is longer; none where their units do not say.
fn comparable(one: Lag, other: Lag) -> Option<Ordering> {
    let (one, other) = match (one.amount(), other.amount()) {
        (LagAmount::Percent(share), LagAmount::Percent(more)) => {
            ((one.is_elapsed() == other.is_elapsed()).then_some(share)?, more)
        }
        (LagAmount::Time(one), LagAmount::Time(other)) => {
            let is_same = one.unit() == other.unit() && one.is_elapsed() == other.is_elapsed();
            let is_same = is_same || one.is_zero() || other.is_zero();
            (is_same.then_some(one.thousandths())?, other.thousandths())
        }
        // Nothing is shorter than any share of anything, in the same way as it is shorter than any time.
        (LagAmount::Percent(share), LagAmount::Time(none)) if none.is_zero() => (share, 0),
        (LagAmount::Time(none), LagAmount::Percent(share)) if none.is_zero() => (0, share),
        _ => return None,
    };
    Some(one.cmp(&other))
}

/// The link with the longest lag, which the others add nothing to; none where days cannot be held against hours.
fn longest<'w, 'a>(same: &'w [Wait<'a>]) -> Option<&'w Wait<'a>> {
    let mut longest = same.first()?;
    for wait in same {
        match comparable(wait.link.lag, longest.link.lag)? {
            Ordering::Greater => longest = wait,
            Ordering::Less | Ordering::Equal => {}
        }
    }
    Some(longest)
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
