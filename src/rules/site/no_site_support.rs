//! SIT006: users of a site whom nobody helps after its rollout.

use std::collections::BTreeMap;

use super::{SUPPORT, each_site, entity, rollouts};
use crate::model::{SiteId, TaskId};
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "SIT006", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let kinds = rollouts(ctx);
    let mut rollouts_at: BTreeMap<SiteId, Vec<TaskId>> = BTreeMap::new();
    for rollout in ctx.changes().filter(|change| kinds.contains(ctx.kind(*change))) {
        // Who notices nothing has no questions.
        if ctx.model.task(rollout).users_notice().is_none_or(|flag| flag.value) {
            each_site(ctx, rollout, |site| rollouts_at.entry(site).or_default().push(rollout));
        }
    }
    if rollouts_at.is_empty() {
        return;
    }
    let support = ctx.kinds(&SUPPORT);
    let mut for_all: Vec<TaskId> = Vec::new();
    let mut support_at: BTreeMap<SiteId, Vec<TaskId>> = BTreeMap::new();
    // Support from another plan counts too.
    for task in (0..ctx.model.tasks.len() as u32).map(TaskId) {
        if support.contains(ctx.kind(task)) && !ctx.is_cancelled(task) {
            let mut has_site = false;
            each_site(ctx, task, |site| {
                support_at.entry(site).or_default().push(task);
                has_site = true;
            });
            if !has_site {
                for_all.push(task);
            }
        }
    }
    let graph = &ctx.network.graph;
    let by_all = graph.downstream(for_all.into_iter().map(|task| (task, 1)));
    let mut alone: BTreeMap<TaskId, Vec<SiteId>> = BTreeMap::new();
    let mut leave_alone = |rollout: TaskId, site: SiteId| {
        if !by_all.is_at(rollout) {
            alone.entry(rollout).or_default().push(site);
        }
    };
    let (helped, others): (Vec<_>, Vec<_>) =
        rollouts_at.into_iter().partition(|(site, _)| support_at.contains_key(site));
    for (site, rollouts) in others {
        rollouts.into_iter().for_each(|rollout| leave_alone(rollout, site));
    }
    for batch in helped.chunks(64) {
        let seeds = batch.iter().enumerate().flat_map(|(bit, (site, _))| {
            support_at.get(site).into_iter().flatten().map(move |task| (*task, 1 << bit))
        });
        let by_site = graph.downstream(seeds);
        for (bit, (site, rollouts)) in batch.iter().enumerate() {
            let rollouts = rollouts.iter().copied();
            rollouts.filter(|it| by_site.at(*it) & 1 << bit == 0).for_each(|it| leave_alone(it, *site));
        }
    }
    for (rollout, mut sites) in alone {
        sites.sort_unstable();
        let names = sites.iter().map(|site| ctx.model.name(entity(*site)));
        out.report(ctx.task_finding(rollout).param("sites", listed(names)));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[site]\na = {{}}\nb = {{}}\n[task]\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT006")).collect()
    }

    const ROLLOUT: &str = "x = { title = \"X\", kind = \"rollout\", sites = [\"a\", \"b\"] }\n";

    #[test]
    fn support_for_all_or_for_each_site_will_do() {
        let support =
            |rest: &str| format!("{ROLLOUT}s = {{ title = \"S\", kind = \"floor-support\"{rest} }}\n");
        assert_eq!(found(&support(", depends-on = \"x SS\"")), Vec::<String>::new());
        assert_eq!(found(&support(", sites = [\"b\", \"a\"], depends-on = \"x\"")), Vec::<String>::new());
        assert_eq!(found(&support(", site = \"a\", depends-on = \"x\"")), ["SIT006 7:1"]);
        assert_eq!(found(&support("")), ["SIT006 7:1"]);
        assert_eq!(found(&support(", depends-on = \"x\", status = \"cancelled\"")), ["SIT006 7:1"]);
    }

    #[test]
    fn what_users_do_not_notice_and_what_has_no_site_is_left_alone() {
        let tasks = "x = { title = \"X\", kind = \"rollout\", site = \"a\", users-notice = false }\n\
            y = { title = \"Y\", kind = \"rollout\" }\n\
            z = { title = \"Z\", kind = \"migration\", site = \"a\" }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
    }
}
