//! CMP004: a check ends only after the change has started.

use super::Touches;
use crate::model::{AssetId, Moment, Spanned, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP004", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let is_late = |check: TaskId, change: TaskId| {
        // A result that is in cannot come too late any more.
        let dates = if ctx.is_open(check) { ctx.finish(check).zip(start(ctx, change)) } else { None };
        dates.is_some_and(|(finish, start)| is_after(finish.value, start.value))
    };
    let touches = Touches::new(ctx, |change, _, checks| checks.iter().any(|check| is_late(*check, change)));
    let mut late: Vec<(TaskId, TaskId, AssetId)> = Vec::new();
    for touch in &touches.list {
        // Only where the links are right and the dates say otherwise: CMP002 speaks where the links are wrong.
        let before = touches.before(touch).filter(|check| is_late(*check, touch.change));
        late.extend(before.map(|check| (touch.change, check, touch.asset)));
    }
    late.sort_unstable();
    for group in late.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
        let (change, check, _) = group[0];
        let Some((start, finish)) = start(ctx, change).zip(ctx.finish(check)) else { continue };
        out.report(
            ctx.finding_at(crate::rules::entity(change), start.span)
                .param("start", start.value.to_string())
                .param("check", ctx.name(check))
                .param("assets", listed(group.iter().map(|(.., asset)| super::name(ctx, *asset))))
                .param("finish", finish.value.to_string())
                .subject(ctx.model.id(crate::rules::entity(check)))
                .here("starts here")
                .label(finish.span, "the check ends only here"),
        );
    }
}

/// When a change starts: as somebody wrote it down, whatever the links say, for people work by such dates.
fn start(ctx: &Ctx<'_>, change: TaskId) -> Option<Spanned<Moment>> {
    let it = ctx.model.task(change);
    it.actual_start().or_else(|| it.start()).or_else(|| ctx.start(change))
}

/// Whether something ends after something else has started; on one day without clock times nobody can know.
fn is_after(finish: Moment, start: Moment) -> bool {
    match (finish.minute(), start.minute()) {
        (Some(finish_minute), Some(start_minute)) => {
            (finish.date, finish_minute) > (start.date, start_minute)
        }
        _ => finish.date > start.date,
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
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], finish = 2026-11-13 }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'], depends-on = ['c'], start = 2026-11-11 }
";

    #[test]
    fn only_dates_that_are_there_and_differ() {
        assert_eq!(found(PLAN), ["CMP004 5:93"]);
        assert_eq!(found(&PLAN.replace(", start = 2026-11-11", "")), NONE);
        assert_eq!(found(&PLAN.replace("2026-11-11", "2026-11-13")), NONE);
    }

    #[test]
    fn the_end_of_a_check_may_follow_from_logic() {
        let plan = |start: &str| {
            let check = "c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], duration = '5d', depends-on = 'b' }";
            let before = "b = { title = 'Build', duration = '5d' }\n";
            let plan = PLAN.replace("c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'], finish = 2026-11-13 }", check);
            found(&format!("[plan]\nstart = 2026-11-02\n{}{before}", plan.replace("2026-11-11", start)))
        };
        assert_eq!(plan("2026-11-12"), ["CMP004 7:93"]);
        assert_eq!(plan("2026-11-13"), NONE);
        assert_eq!(plan("2026-11-16"), NONE);
    }

    #[test]
    fn where_the_link_is_missing_that_is_said_and_nothing_else() {
        assert_eq!(found(&PLAN.replace("depends-on = ['c']", "depends-on = ['c SS']")), ["CMP002 5:80"]);
    }
}
