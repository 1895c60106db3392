//! SIT005: changes that begin at many sites in one week.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use super::{SUPPORT, each_site, entity, plan_entity};
use crate::model::{PlanId, SiteId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "SIT005", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut weeks: BTreeMap<(PlanId, Date), BTreeSet<SiteId>> = BTreeMap::new();
    for change in ctx.changes() {
        let Some(start) = ctx.start(change) else { continue };
        let date = start.value.date;
        let monday = date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days());
        let sites = weeks.entry((ctx.model.task(change).plan, monday)).or_default();
        each_site(ctx, change, |site| {
            sites.insert(site);
        });
    }
    let supported = supported(ctx);
    for ((plan, monday), sites) in weeks {
        // With somebody at each of them there are enough hands.
        let is_staffed = sites.iter().all(|site| supported.contains(&(plan, *site)));
        if sites.len() as i64 > ctx.integer(plan, "sites") && !is_staffed {
            let names = sites.iter().map(|site| ctx.model.name(entity(*site)));
            let finding = ctx.finding(plan_entity(plan)).subject(&monday.to_string());
            out.report(
                finding
                    .param("count", sites.len().to_string())
                    .param("date", monday.to_string())
                    .param("sites", listed(names)),
            );
        }
    }
}

/// Sites for which somebody is named who helps the users there, in a task of its own.
fn supported(ctx: &Ctx<'_>) -> BTreeSet<(PlanId, SiteId)> {
    let support = ctx.kinds(&SUPPORT);
    let mut supported = BTreeSet::new();
    for (task, it) in
        ctx.tasks().filter(|(task, _)| support.contains(ctx.kind(*task)) && !ctx.is_cancelled(*task))
    {
        let mut sites = Vec::new();
        each_site(ctx, task, |site| sites.push(site));
        if let [site] = sites[..] {
            supported.insert((it.plan, site));
        }
    }
    supported
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let sites = "[site]\na = {}\nb = {}\nc = {}\nd = {}\n";
        let plan = format!("[plan]\nname = \"P\"\n{sites}[task]\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT005")).collect()
    }

    fn changes(last: &str) -> String {
        format!(
            "x = {{ title = \"X\", kind = \"rollout\", sites = [\"a\", \"b\", \"c\"], start = 2026-11-09 }}\n\
            y = {{ title = \"Y\", kind = \"rollout\", site = \"d\", start = {last} }}\n"
        )
    }

    #[test]
    fn a_week_goes_from_monday_to_sunday() {
        assert_eq!(found(&changes("2026-11-15")), ["SIT005 1:2"]);
        assert_eq!(found(&changes("2026-11-16")), Vec::<String>::new());
        assert_eq!(found(&changes("2026-11-08")), Vec::<String>::new());
    }

    #[test]
    fn support_at_each_of_them_answers_it() {
        let support = |site: &str| {
            format!("s-{site} = {{ title = \"S\", kind = \"floor-support\", site = \"{site}\" }}\n")
        };
        let all = format!("{}{}{}{}", support("a"), support("b"), support("c"), support("d"));
        assert_eq!(found(&format!("{}{all}", changes("2026-11-10"))), Vec::<String>::new());
        let three = all.replace("site = \"d\"", "sites = [\"c\", \"d\"]");
        assert_eq!(found(&format!("{}{three}", changes("2026-11-10"))), ["SIT005 1:2"]);
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let plan = |days: u32| {
            found(&format!(
                "{}z = {{ title = \"Z\", duration = \"{days}d\", start = 2026-11-02 }}\n",
                changes("2026-11-10").replace("start = 2026-11-10", "duration = \"2d\", depends-on = \"z\"")
            ))
        };
        assert_eq!(plan(9), ["SIT005 1:2"], "from Friday 13 November on");
        assert_eq!(plan(10), Vec::<String>::new());
        assert_eq!(plan(4), Vec::<String>::new(), "from Friday 6 November on");
    }

    #[test]
    fn done_work_and_unknown_dates_do_not_count() {
        assert_eq!(found(&changes("2026-11-10, status = \"done\"")), Vec::<String>::new());
        assert_eq!(
            found(&changes("2026-11-10").replace("start = 2026-11-10", "wave = 1")),
            Vec::<String>::new()
        );
    }
}
