//! GAT009: a change that ends just before a weekend or holidays, with nobody there.

use jiff::ToSpan;
use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{SUPPORT, of_kinds};
use crate::model::{PlanId, SiteId, TaskId};
use crate::rules::{Ctx, Native, Sink};
use crate::schedule::WorkDays;

pub(super) const RULE: Native = Native { code: "GAT009", check };

/// From how many days off in a row somebody has to be there.
const LEAST: i64 = 2;
/// Beyond this the plan is over, and no weekend follows.
const MOST: i64 = 60;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let support: Vec<TaskId> = of_kinds(ctx, &ctx.kinds(&SUPPORT)).collect();
    let dated: Vec<Support> = support.iter().filter_map(|task| Support::new(ctx, *task)).collect();
    // Support that comes with the change, but nobody knows when: perhaps over these days.
    let undated = support.iter().filter(|task| ctx.start(**task).is_none() || ctx.finish(**task).is_none());
    let undated = ctx.network.graph.downstream(undated.map(|task| (*task, 1)));
    let mut staffed: FxHashMap<(PlanId, Date), Staffed> = FxHashMap::default();
    for change in ctx.changes() {
        let task = ctx.model.task(change);
        let Some(finish) = ctx.finish(change) else { continue };
        let date = finish.value.date;
        let days = days_off_after(ctx.schedule.work_days(task.plan), date);
        // At the weekend on purpose: then somebody is there.
        let is_meant = task.weekend().is_some_and(|flag| flag.value);
        if days < LEAST || is_meant || undated.is_at(change) {
            continue;
        }
        // Many changes end on few days: who is there is asked once for each.
        let staffed =
            staffed.entry((task.plan, date)).or_insert_with(|| Staffed::new(&dated, task.plan, date, days));
        if !staffed.is_at(&ctx.sites(change)) {
            let finding = ctx.finding_at(crate::rules::entity(change), finish.span);
            out.report(finding.param("date", finish.value.date.to_string()).param("days", days.to_string()));
        }
    }
}

/// Help whose dates are known.
struct Support {
    plan: PlanId,
    first: Date,
    last: Date,
    sites: Vec<SiteId>,
}

impl Support {
    fn new(ctx: &Ctx<'_>, task: TaskId) -> Option<Self> {
        let (first, last) = (ctx.start(task)?.value.date, ctx.finish(task)?.value.date);
        Some(Self { plan: ctx.model.task(task).plan, first, last, sites: ctx.sites(task) })
    }
}

/// Where somebody is there over some days off.
#[derive(Default)]
struct Staffed {
    everywhere: bool,
    sites: FxHashSet<SiteId>,
}

impl Staffed {
    fn new(support: &[Support], plan: PlanId, last_day: Date, days: i64) -> Self {
        let (from, to) = (last_day.saturating_add(1.days()), last_day.saturating_add(days.days()));
        let mut it = Self::default();
        for support in support.iter().filter(|it| it.plan == plan && it.first <= from && it.last >= to) {
            it.everywhere |= support.sites.is_empty();
            it.sites.extend(&support.sites);
        }
        it
    }

    fn is_at(&self, sites: &[SiteId]) -> bool {
        let anywhere = sites.is_empty() && !self.sites.is_empty();
        self.everywhere || anywhere || sites.iter().any(|site| self.sites.contains(site))
    }
}

/// How many days off follow a working day; none after a day off.
fn days_off_after(work_days: &WorkDays, date: Date) -> i64 {
    if !work_days.is_worked(date) {
        return 0;
    }
    let days =
        (1..=MOST).take_while(|days| !work_days.is_worked(date.saturating_add(days.days()))).count() as i64;
    if days < MOST { days } else { 0 }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT009")).collect()
    }

    #[test]
    fn only_the_last_working_day_before_days_off_counts() {
        for (finish, is_found) in
            [("2026-11-05", false), ("2026-11-06", true), ("2026-11-07", false), ("2026-12-24", true)]
        {
            let plan = format!(
                "[calendar.c]\nholidays = [2026-12-25]\n[task.a]\ntitle = \"A\"\nkind = \"upgrade\"\nfinish = {finish}\n"
            );
            assert_eq!(!found(&plan).is_empty(), is_found, "{finish}");
        }
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let plan = |days: u32, support: &str| {
            found(&format!(
                "start = 2026-11-02\n[task]\na = {{ title = \"A\", kind = \"upgrade\", duration = \"{days}d\" }}\n\
                 s = {{ title = \"S\", kind = \"hypercare\", {support} }}\n"
            ))
        };
        let behind = "duration = \"5d\", depends-on = \"a\"";
        assert_eq!(plan(5, behind), ["GAT009 5:1"], "help comes on Monday");
        assert_eq!(plan(4, behind), Vec::<String>::new());
        let beside = "duration = \"10d\", depends-on = \"a SS\"";
        assert_eq!(plan(5, beside), Vec::<String>::new());
    }

    #[test]
    fn weekends_on_purpose_pilots_and_unknown_dates_are_left_alone() {
        let tasks = "[task]\n\
            a = { title = \"A\", kind = \"cutover\", finish = 2026-11-06, weekend = true }\n\
            b = { title = \"B\", kind = \"pilot\", finish = 2026-11-06 }\n\
            c = { title = \"C\", kind = \"upgrade\", start = 2026-11-06 }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
    }

    #[test]
    fn support_over_the_days_off_answers_it() {
        let plan = |support: &str| {
            format!(
                "[site]\nhere = {{}}\nthere = {{}}\n[task]\n\
                a = {{ title = \"A\", kind = \"upgrade\", site = \"here\", finish = 2026-11-06 }}\n\
                s = {{ title = \"S\", kind = \"hypercare\", {support} }}\n"
            )
        };
        let found = |support: &str| found(&plan(support));
        assert_eq!(found("start = 2026-11-06, finish = 2026-11-08"), Vec::<String>::new());
        assert_eq!(found("start = 2026-11-06, finish = 2026-11-07"), ["GAT009 7:62"]);
        assert_eq!(found("site = \"there\", start = 2026-11-06, finish = 2026-11-08"), ["GAT009 7:62"]);
        assert_eq!(found("depends-on = \"a\""), Vec::<String>::new());
        assert_eq!(found("duration = \"5d\""), ["GAT009 7:62"]);
    }
}
