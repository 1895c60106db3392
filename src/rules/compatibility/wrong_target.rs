//! CMP005: a check on another version than the one that is rolled out.

use super::{Touches, is_broader, normalized};
use crate::model::{AssetId, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP005", check };

/// A check that does not fit the target of a change.
struct Misfit {
    check: TaskId,
    target: String,
    is_broader: bool,
    change: TaskId,
    asset: AssetId,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let target = |task: TaskId| {
        ctx.target(task).map(|text| ctx.text(text).trim()).filter(|text| {
            // A target still to be filled in is asked for elsewhere.
            !text.is_empty() && !crate::model::is_placeholder(text)
        })
    };
    let touches = Touches::new(ctx, |change, _, checks| {
        target(change).is_some_and(|wanted| {
            checks.iter().any(|check| target(*check).is_some_and(|tested| tested != wanted))
        })
    });
    let mut misfits: Vec<Misfit> = Vec::new();
    for touch in &touches.list {
        let Some(wanted) = target(touch.change) else { continue };
        let mut nearest: Option<(bool, TaskId)> = None;
        let mut fits = false;
        for check in touches.before(touch) {
            match target(check) {
                // One check on the right target is enough; a check without target may have been on it. One on an exact
                // version of a target said broadly was on it.
                None => fits = true,
                Some(tested) if normalized(tested) == normalized(wanted) => fits = true,
                Some(tested) if is_broader(wanted, tested) => fits = true,
                Some(tested) => nearest = nearest.max(Some((is_broader(tested, wanted), check))),
            }
        }
        if let Some((is_broader, check)) = nearest.filter(|_| !fits) {
            let (change, asset) = (touch.change, touch.asset);
            misfits.push(Misfit { check, target: normalized(wanted), is_broader, change, asset });
        }
    }
    misfits.sort_by(|one, other| (one.check, &one.target).cmp(&(other.check, &other.target)));
    for group in misfits.chunk_by(|one, other| (one.check, &one.target) == (other.check, &other.target)) {
        let Misfit { check, change, is_broader, target: ref wanted, .. } = group[0];
        let (mut assets, mut changes): (Vec<AssetId>, Vec<TaskId>) =
            group.iter().map(|misfit| (misfit.asset, misfit.change)).unzip();
        assets.sort_unstable();
        assets.dedup();
        changes.sort_unstable();
        changes.dedup();
        let own = ctx.model.task(check).target();
        let place = own.map_or_else(|| ctx.place(check), |text| text.span());
        let finding = ctx
            .finding_at(crate::rules::entity(check), place)
            .param("assets", listed(assets.iter().map(|asset| super::name(ctx, *asset))))
            .param("changes", listed(changes.iter().map(|change| ctx.name(*change))))
            .param("value", target(check).unwrap_or_default())
            .param("target", target(change).unwrap_or_default())
            .subject(wanted);
        let finding = match ctx.target(change) {
            Some(text) => finding.label(text.span(), "what will be brought"),
            None => finding,
        };
        out.report(if is_broader { finding.variant("prefix") } else { finding });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::compatibility::tests::found;

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[asset]
sap = { kind = 'application' }
[task]
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], target = 'windows-11-23h2' }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'], target = 'Windows 11 25H2', depends-on = ['c'] }
";

    #[test]
    fn one_check_on_the_right_target_is_enough() {
        assert_eq!(found(PLAN), ["CMP005 4:85"]);
        let two = PLAN.replace("['c']", "['c', 'd']")
            + "d = { title = 'Again', kind = 'regression-test', covers = ['sap'], target = 'windows-11-25h2' }\n";
        assert_eq!(found(&two), NONE);
    }

    #[test]
    fn silent_where_one_side_has_no_target_or_the_change_says_it_broadly() {
        assert_eq!(found(&PLAN.replace(", target = 'windows-11-23h2'", "")), NONE);
        assert_eq!(found(&PLAN.replace("'Windows 11 25H2'", "'windows-11'")), NONE);
    }
}
