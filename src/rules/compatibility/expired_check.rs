//! CMP007: a result that no longer holds when the change happens.

use super::Touches;
use crate::model::{AssetId, Moment, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "CMP007", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let touches = Touches::new(ctx, |_, asset, checks| {
        super::asset(ctx, asset).changed_on().is_some()
            || checks.iter().any(|check| ctx.model.task(*check).valid_until().is_some())
    });
    let mut expired: Vec<(TaskId, (Moment, TaskId))> = Vec::new();
    let mut outdated: Vec<(TaskId, AssetId)> = Vec::new();
    for touch in &touches.list {
        let finish = ctx.finish(touch.change).map(|finish| finish.value);
        let is_expired = |check: TaskId| {
            let until = ctx.model.task(check).valid_until();
            until.zip(finish).is_some_and(|(until, finish)| until.value.as_finish() < finish.as_finish())
        };
        // One check that still holds is enough.
        let mut before = touches.before(touch);
        let holds = |check: TaskId| !is_expired(check) && outdated_by(ctx, check, touch.asset).is_none();
        if before.clone().any(holds) {
            continue;
        }
        let Some(first) = before.next() else { continue };
        let check =
            before.fold(
                first,
                |last, check| if validity(ctx, check) >= validity(ctx, last) { check } else { last },
            );
        match finish.filter(|_| is_expired(check)) {
            Some(finish) => expired.push((check, (finish, touch.change))),
            None => outdated.push((check, touch.asset)),
        }
    }
    expired.sort_unstable();
    for group in expired.chunk_by(|one, other| one.0 == other.0) {
        // The last change it stands for.
        let Some((check, (finish, change))) = group.last().copied() else { continue };
        let Some(until) = ctx.model.task(check).valid_until() else { continue };
        let mut finding = ctx
            .finding_at(crate::rules::entity(check), until.span)
            .variant("valid-until")
            .param("date", until.value.to_string())
            .param("change", ctx.name(change))
            .param("finish", finish.to_string());
        if let Some(finish) = ctx.finish(change) {
            finding = finding.label(finish.span, "the last change ends here");
        }
        out.report(finding);
    }
    outdated.sort_unstable();
    outdated.dedup();
    for (check, asset) in outdated {
        let Some((changed, finish)) = outdated_by(ctx, check, asset) else { continue };
        out.report(
            ctx.finding_at(crate::rules::entity(check), finish.span)
                .variant("changed")
                .param("finish", finish.value.to_string())
                .param("asset", super::name(ctx, asset))
                .param("date", changed.value.to_string())
                .subject(ctx.model.id(super::entity(asset)))
                .label(changed.span, "changed afterwards"),
        );
    }
}

/// When an asset was changed after a check of it was done, and when that was.
fn outdated_by(ctx: &Ctx<'_>, check: TaskId, asset: AssetId) -> Option<(Spanned<Moment>, Spanned<Moment>)> {
    // What is still to be tested is tested as it is then.
    let finish = ctx.finish(check).filter(|_| ctx.is_done(check))?;
    let changed = super::asset(ctx, asset).changed_on()?;
    (finish.value.date < changed.value.date).then_some((changed, finish))
}

/// How long a check holds, to name the one that holds longest.
fn validity(ctx: &Ctx<'_>, check: TaskId) -> Option<Moment> {
    let until = ctx.model.task(check).valid_until().or_else(|| ctx.finish(check));
    until.map(|until| until.value)
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[asset]
sap = { kind = 'application' }
[task]
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], valid-until = 2026-10-31 }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'], finish = 2026-11-11, depends-on = ['c'] }
";

    #[test]
    fn a_later_check_that_holds_is_enough() {
        assert_eq!(found(PLAN), ["CMP007 4:89"]);
        let repeated = PLAN.replace("['c']", "['c', 'd']")
            + "d = { title = 'Again', kind = 'regression-test', covers = ['sap'] }\n";
        assert_eq!(found(&repeated), NONE);
    }

    #[test]
    fn the_last_day_counts_and_an_end_nobody_knows_is_no_finding() {
        assert_eq!(found(&PLAN.replace("2026-11-11", "2026-10-31")), NONE);
        assert_eq!(found(&PLAN.replace(" finish = 2026-11-11,", "")), NONE);
    }

    #[test]
    fn the_end_of_the_change_may_follow_from_logic() {
        let plan = |days: u32| {
            let plan = PLAN.replace("finish = 2026-11-11", &format!("duration = '{days}d'"));
            found(&format!(
                "[plan]\nstart = 2026-10-19\n{}",
                plan.replace("covers = ['sap'],", "covers = ['sap'], duration = '5d',")
            ))
        };
        assert_eq!(plan(5), NONE, "on Friday 30 October");
        assert_eq!(plan(6), ["CMP007 6:106"]);
    }

    #[test]
    fn an_open_check_tests_what_is_there_then() {
        let changed = PLAN
            .replace("valid-until = 2026-10-31", "finish = 2026-10-09")
            .replace("'application' }", "'application', changed-on = 2026-10-12 }");
        assert_eq!(found(&changed), NONE);
        let done = changed.replace(
            "finish = 2026-10-09",
            "result = 'compatible', evidence = 'x', actual-finish = 2026-09-30",
        );
        assert_eq!(found(&done), ["CMP007 4:130"]);
    }
}
