//! COM008: users who hear of a change only shortly before it.

use std::collections::BTreeMap;

use crate::finding::{Entity, EntityKind};
use crate::model::{Moment, SiteId, TaskId};
use crate::rules::{Ctx, Native, Sink, entity, listed};

pub(super) const RULE: Native = Native { code: "COM008", check };

/// Kinds of work with which users are told.
const NOTICES: [&str; 2] = ["user-notice", "maintenance-announcement"];

/// So many times 64 notices are looked at: more than the users of any plan would read.
const PASSES: usize = 32;

/// A task that tells users: when it ends, and at which sites; everywhere where it names none.
struct Notice {
    task: TaskId,
    finish: Moment,
    sites: Vec<SiteId>,
}

/// A change that users notice, when it starts, and the notices before it.
struct Change {
    task: TaskId,
    start: Moment,
    before: Vec<usize>,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let mut changes: Vec<Change> = ctx.changes_and_pilots().filter_map(|task| change(ctx, task)).collect();
    if changes.is_empty() {
        return;
    }
    let notices = notices(ctx);
    for (pass, batch) in notices.chunks(64).take(PASSES).enumerate() {
        let seeds = batch.iter().enumerate().map(|(bit, notice)| (notice.task, 1 << bit));
        let reach = ctx.network.graph.upstream(seeds);
        for change in &mut changes {
            let marks = reach.at(change.task);
            let before = (0..batch.len()).filter(|bit| marks >> bit & 1 == 1);
            change.before.extend(before.map(|bit| pass * 64 + bit));
        }
    }
    for change in &changes {
        let plan = ctx.model.task(change.task).plan;
        let least = ctx.integer(plan, "days");
        // By the notice that is too late: the sites that it tells.
        let mut late: BTreeMap<usize, Vec<SiteId>> = BTreeMap::new();
        let mut ask = |site: Option<SiteId>| {
            let Some(last) = last_notice(&notices, &change.before, site) else { return };
            if work_days_between(ctx, change, notices[last].finish) < least {
                late.entry(last).or_default().extend(site);
            }
        };
        let sites = ctx.sites(change.task);
        if sites.is_empty() {
            ask(None);
        }
        sites.into_iter().for_each(|site| ask(Some(site)));
        for (last, sites) in late {
            let notice = &notices[last];
            let mut finding = ctx
                .task_finding(change.task)
                .subject(ctx.model.id(entity(notice.task)))
                .label(ctx.place(notice.task), format!("ends on {}", notice.finish.date))
                .param("notice", ctx.name(notice.task))
                .param("link", ctx.model.id(entity(notice.task)))
                .param("date", notice.finish.date.to_string())
                .param("start", change.start.date.to_string())
                .param("days", least.to_string());
            if !sites.is_empty() {
                let name = |site: &SiteId| ctx.model.name(Entity::new(EntityKind::Site, site.index()));
                finding = finding.variant("site").param("sites", listed(sites.iter().map(name)));
            }
            out.report(finding);
        }
    }
}

fn change(ctx: &Ctx<'_>, task: TaskId) -> Option<Change> {
    let is_unnoticed = ctx.model.task(task).users_notice().is_some_and(|flag| !flag.value);
    // What has begun cannot be announced earlier any more.
    if is_unnoticed || ctx.is_started(task) {
        return None;
    }
    Some(Change { task, start: ctx.start(task)?.value, before: Vec::new() })
}

/// The notices of all plans of which anybody knows when they end. Another plan may tell the users too.
fn notices(ctx: &Ctx<'_>) -> Vec<Notice> {
    let kinds = ctx.kinds(&NOTICES);
    let tasks = (0..ctx.model.tasks.len() as u32).map(TaskId);
    let told = tasks.filter(|task| kinds.contains(ctx.kind(*task)) && !ctx.is_cancelled(*task));
    // A reminder on the day before is kind, and no news.
    let news = told.filter(|task| {
        let title = ctx.model.task(*task).title().map_or("", |title| ctx.text(title));
        !title.to_lowercase().contains("remind")
    });
    let dated = |task| Some(Notice { task, finish: ctx.finish(task)?.value, sites: ctx.sites(task) });
    news.filter_map(dated).collect()
}

/// The notice from which the users at a site hear their day: the last of those that name the site, else of those that
/// name none. A change without a site is announced by any of them.
fn last_notice(notices: &[Notice], before: &[usize], site: Option<SiteId>) -> Option<usize> {
    let last = |is_for: &dyn Fn(&Notice) -> bool| {
        let them = before.iter().copied().filter(|at| is_for(&notices[*at]));
        them.max_by_key(|at| (notices[*at].finish.as_finish(), notices[*at].task))
    };
    match site {
        Some(site) => {
            last(&|notice| notice.sites.contains(&site)).or_else(|| last(&|it| it.sites.is_empty()))
        }
        None => last(&|_| true),
    }
}

/// The working days that people have between the end of a notice and the start of a change. A day of which the notice
/// leaves the better half counts, and so does one on whose evening the change begins.
fn work_days_between(ctx: &Ctx<'_>, change: &Change, finish: Moment) -> i64 {
    const NOON: u16 = 12 * 60;
    let plan = ctx.model.task(change.task).plan;
    let next = match finish.as_finish() {
        (day, minute) if minute <= NOON => day,
        (day, _) => day.tomorrow().unwrap_or(day),
    };
    let last = match change.start.as_start() {
        (day, minute) if minute <= NOON => day,
        (day, _) => day.tomorrow().unwrap_or(day),
    };
    ctx.schedule.days_between(plan, next, last)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(notices: &str, change: &str) -> Vec<String> {
        let plan = format!(
            "[plan]\n[site]\na = {{}}\nb = {{}}\n[task.x]\ntitle = \"X\"\nkind = \"rollout\"\nstart = 2026-11-16\ndepends-on = [\"n\", \"o\"]\n{change}\n[task]\n{notices}"
        );
        codes(&plan).into_iter().filter(|it| it.starts_with("COM008")).collect()
    }

    fn notice(id: &str, date: &str, rest: &str) -> String {
        format!(
            "{id} = {{ title = \"Tell\", kind = \"user-notice\", start = {date}, finish = {date}{rest} }}\n"
        )
    }

    #[test]
    fn five_working_days_are_enough() {
        assert_eq!(found(&notice("n", "2026-11-09", ""), ""), ["COM008 5:7"]);
        assert!(found(&notice("n", "2026-11-06", ""), "").is_empty());
        assert!(found(&notice("n", "2026-11-09", ""), "users-notice = false").is_empty());
        assert!(found(&notice("n", "2026-11-09", ""), "percent = 10").is_empty());
        assert!(found("n = { title = \"Tell\", kind = \"user-notice\" }", "").is_empty(), "no date");
    }

    #[test]
    fn dates_may_follow_from_logic() {
        let plan = |link: &str| {
            let plan = format!(
                "[plan]\nstart = 2026-11-02\n[task]\nn = {{ title = \"Tell\", kind = \"user-notice\", duration = \"1d\" }}\n\
                 x = {{ title = \"X\", kind = \"rollout\", duration = \"1d\", depends-on = \"{link}\" }}\n"
            );
            codes(&plan).into_iter().filter(|it| it.starts_with("COM008")).collect::<Vec<_>>()
        };
        assert_eq!(plan("n FS+4d"), ["COM008 5:1"]);
        assert!(plan("n FS+5d").is_empty());
    }

    #[test]
    fn each_site_has_its_own_notice() {
        let (early, late) = ("2026-11-02", "2026-11-12");
        let at = |site: &str| format!(", site = \"{site}\"");
        let change = "sites = [\"a\", \"b\"]";
        let one_late = notice("n", early, &at("a")) + &notice("o", late, &at("b"));
        assert_eq!(found(&one_late, change), ["COM008 5:7"]);
        let own_early = notice("n", early, &at("a")) + &notice("o", late, "");
        assert!(found(&own_early, "site = \"a\"").is_empty(), "what all hear later is no news at a");
        assert_eq!(found(&own_early, change), ["COM008 5:7"]);
        let reminder = notice("n", early, "")
            + &notice("o", late, "").replace("\"Tell\"", "\"Remind everybody of Monday\"");
        assert!(found(&reminder, change).is_empty());
    }
}
