//! SIT002: a site is listed, but nothing is planned there.

use super::{each_site, entity, is_left_out, production};
use crate::finding::EntityKind;
use crate::model::SiteId;
use crate::rules::{Ctx, Native, Sink};

pub(super) const RULE: Native = Native { code: "SIT002", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let model = ctx.model;
    let references = &ctx.network.references;
    let production = production(ctx);
    let mut has_work = vec![false; model.sites.len()];
    let mut has_rollout = vec![false; model.sites.len()];
    // Work of other plans counts too.
    for (task, it) in model.plan_ids().flat_map(|plan| model.tasks_of(plan)) {
        if ctx.is_cancelled(task) {
            continue;
        }
        let is_rollout = production.contains(ctx.kind(task));
        let mut mark = |site: usize| {
            has_work[site] = true;
            has_rollout[site] |= is_rollout;
        };
        each_site(ctx, task, |site| mark(site.index()));
        references.list(it.affects()).iter().filter_map(|it| it.of(EntityKind::Site)).for_each(mark);
    }
    // A wave that names a site has not forgotten it, even before its tasks are written.
    for wave in &model.waves {
        for site in references.list(wave.sites()).iter().filter_map(|it| it.of(EntityKind::Site)) {
            has_work[site] = true;
        }
    }
    for &plan in ctx.plans() {
        let sites = model.plan(plan).range(EntityKind::Site);
        // One place, or a list of places for another purpose: nothing can have been forgotten.
        if sites.len() < 2 || !sites.clone().any(|site| has_rollout[site]) {
            continue;
        }
        for site in sites.filter(|site| !has_work[*site] && !is_left_out(ctx, *site)) {
            let site = entity(SiteId(site as u32));
            // A misspelt name probably meant it, and was reported.
            if !references.is_probably_meant(site) {
                out.report(ctx.finding(site));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[site]\nberlin = {{}}\nporto = {{}}\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("SIT002")).collect()
    }

    #[test]
    fn sites_of_waves_and_misspelt_ones_are_not_forgotten() {
        let rollout = "[task]\na = { title = \"A\", kind = \"rollout\", site = \"berlin\" }\n";
        assert_eq!(found(rollout), ["SIT002 5:1"]);
        assert_eq!(found(&format!("[wave.1]\nsites = [\"porto\"]\n{rollout}")), Vec::<String>::new());
        assert_eq!(
            found(&format!("{rollout}b = {{ title = \"B\", site = \"portp\" }}\n")),
            Vec::<String>::new()
        );
        assert_eq!(
            found(&format!("{rollout}b = {{ title = \"B\", affects = \"porto\" }}\n")),
            Vec::<String>::new()
        );
        let dropped = format!("{rollout}b = {{ title = \"B\", site = \"porto\", status = \"cancelled\" }}\n");
        assert_eq!(found(&dropped), ["SIT002 5:1"]);
    }

    #[test]
    fn without_a_rollout_at_a_site_nothing_is_said() {
        assert_eq!(found("[task]\na = { title = \"A\", site = \"berlin\" }\n"), Vec::<String>::new());
    }
}
