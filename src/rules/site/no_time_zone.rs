//! SIT007: a short change at a site whose time zone is not known.

use std::collections::BTreeMap;

use super::{each_site, entity, is_left_out};
use crate::finding::EntityKind;
use crate::model::{SiteId, Task, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "SIT007", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut changes_at: BTreeMap<SiteId, Vec<TaskId>> = BTreeMap::new();
    for change in ctx.changes().filter(|change| depends_on_the_hour(ctx, ctx.model.task(*change))) {
        each_site(ctx, change, |site| changes_at.entry(site).or_default().push(change));
    }
    for (site, changes) in changes_at {
        let number = site.index();
        let plan = ctx.model.sites[number].plan;
        // Where there is one site, there is one clock.
        let is_alone = ctx.model.plan(plan).range(EntityKind::Site).len() < 2;
        if is_alone || !ctx.plans().contains(&plan) || is_left_out(ctx, number) || has_time_zone(ctx, number)
        {
            continue;
        }
        let finding = ctx.finding(entity(site));
        let finding = if changes.len() > 1 { finding.variant("several") } else { finding };
        out.report(finding.param("changes", listed(changes.into_iter().map(|change| ctx.name(change)))));
    }
}

/// Whether a change has a clock time, or takes less than two days. An event that takes no time has no hour but the one
/// it gives.
fn depends_on_the_hour(ctx: &Ctx<'_>, task: &Task) -> bool {
    let has_time = [task.start(), task.finish()].into_iter().flatten().any(|it| it.value.minute().is_some());
    let in_window = task.window().is_some_and(|window| match window.value.dates {
        Some((start, finish)) => start.minute().is_some() || finish.minute().is_some(),
        None => true,
    });
    let is_short = task
        .duration()
        .is_some_and(|it| (1..2000).contains(&ctx.schedule.day_thousandths(task.plan, it.value)));
    has_time || in_window || is_short
}

/// Whether a site says its time zone, or its calendar does.
fn has_time_zone(ctx: &Ctx<'_>, site: usize) -> bool {
    let site = &ctx.model.sites[site];
    let calendar = site
        .calendar()
        .and_then(|name| ctx.network.index.find(ctx.model, EntityKind::Calendar, site.plan, ctx.text(name)));
    let of_calendar = calendar.and_then(|found| ctx.model.calendars[found.index as usize].time_zone());
    let zones = [site.time_zone(), of_calendar];
    zones.into_iter().flatten().any(|zone| !ctx.text(zone).trim().is_empty())
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(sites: &str, task: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[site]\na = {{}}\n{sites}[task]\n{task}");
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT007")).collect()
    }

    fn change(rest: &str) -> String {
        format!("x = {{ title = \"X\", kind = \"cutover\", site = \"a\"{rest} }}\n")
    }

    #[test]
    fn only_what_depends_on_the_hour_counts() {
        for (rest, is_found) in [
            (", duration = \"15h\"", true),
            (", duration = \"2d\"", false),
            (", duration = \"0d\"", false),
            (", start = 2026-11-07T22:00:00", true),
            (", start = 2026-11-07", false),
            (", window = \"Sat 20:00 to Sun 12:00\"", true),
            (", duration = \"4h\", status = \"done\"", false),
        ] {
            assert_eq!(!found("b = {}\n", &change(rest)).is_empty(), is_found, "{rest}");
        }
    }

    #[test]
    fn one_site_a_site_left_out_and_a_zone_of_the_calendar_are_left_alone() {
        let task = change(", duration = \"4h\"");
        assert_eq!(found("", &task), Vec::<String>::new());
        let plan = "[plan]\nname = \"P\"\n[calendar.k]\ntime-zone = \"Asia/Kolkata\"\n[site]\n\
            a = { calendar = \"k\" }\nb = { out-of-scope = true }\n[task]\n\
            x = { title = \"X\", kind = \"cutover\", sites = [\"a\", \"b\"], duration = \"4h\" }\n";
        assert!(!codes(plan).iter().any(|code| code.starts_with("SIT007")));
    }
}
