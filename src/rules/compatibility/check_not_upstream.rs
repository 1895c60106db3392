//! CMP002: a change that can start before the result of its check is in.

use rustc_hash::FxHashSet;

use super::{SEARCHED, Touches};
use crate::finding::{Finding, Fix};
use crate::model::{AssetId, Link, LinkKind, TaskId};
use crate::network::Predecessor;
use crate::rules::{Ctx, Native, Sink, listed};

pub(super) const RULE: Native = Native { code: "CMP002", check };

/// How a check stands to the change that should wait for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// A way of links leads to the change, but it does not wait for the finish.
    Overlap,
    /// No link either way.
    Apart,
    /// The check waits for the change.
    After,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    // The result of a check that is done is in, whatever the links say.
    let touches = Touches::new(ctx, |_, _, checks| !checks.iter().any(|check| ctx.is_done(*check)));
    let early: Vec<_> = touches.list.iter().filter(|touch| touches.before(touch).next().is_none()).collect();
    let pairs: Vec<(TaskId, TaskId)> = early
        .iter()
        .flat_map(|touch| touches.checks(touch).iter().map(|check| (*check, touch.change)))
        .collect();
    let turned: Vec<(TaskId, TaskId)> = pairs.iter().map(|(check, change)| (*change, *check)).collect();
    let mut standings = super::comes_before(ctx, &pairs)
        .into_iter()
        .zip(super::comes_before(ctx, &turned))
        .map(|(is_before, is_after)| match (is_before, is_after) {
            (true, _) => Standing::Overlap,
            (false, false) => Standing::Apart,
            (false, true) => Standing::After,
        });
    // One check of an asset in time is enough, so one is named: the one that comes nearest to it.
    let mut found: Vec<(TaskId, TaskId, Standing, AssetId)> = Vec::new();
    for touch in early {
        let checks = touches.checks(touch);
        let of_touch: Vec<(Standing, TaskId)> =
            checks.iter().filter_map(|check| Some((standings.next()?, *check))).collect();
        // A pilot is itself the test: what is looked at after it is looked at after it on purpose.
        if ctx.facts.is_pilot(touch.change)
            && of_touch.iter().any(|(standing, _)| *standing == Standing::After)
        {
            continue;
        }
        if let Some((standing, check)) = of_touch.into_iter().min() {
            found.push((touch.change, check, standing, touch.asset));
        }
    }
    let mut first: Vec<(TaskId, Option<AssetId>)> = found.iter().map(|it| (it.0, Some(it.3))).collect();
    ctx.first_to_lack(&mut first);
    let first: FxHashSet<(TaskId, Option<AssetId>)> = first.into_iter().collect();
    found.retain(|(change, .., asset)| first.contains(&(*change, Some(*asset))));
    found.sort_unstable();
    for (number, group) in found.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)).enumerate() {
        let (change, check, standing, _) = group[0];
        let assets = listed(group.iter().map(|(.., asset)| super::name(ctx, *asset)));
        let finding = match standing {
            Standing::Overlap => {
                let link = if number < SEARCHED { weak_link(ctx, check, change) } else { None };
                overlap(ctx, change, link)
            }
            Standing::Apart => {
                let finding = ctx.task_finding(change).variant("no-path");
                match added_link(ctx, change, check) {
                    Some(fix) => finding.fix(fix),
                    None => finding,
                }
            }
            Standing::After => ctx.task_finding(change).variant("after"),
        };
        out.report(
            finding
                .param("check", ctx.name(check))
                .param("assets", assets)
                .subject(ctx.model.id(crate::rules::entity(check)))
                .label(ctx.place(check), "the check"),
        );
    }
}

fn overlap(ctx: &Ctx<'_>, change: TaskId, link: Option<(TaskId, Link)>) -> Finding {
    let Some((holder, link)) = link else { return ctx.task_finding(change) };
    let text = ctx.model.sources().text(link.span());
    let finding = ctx
        .finding_at(crate::rules::entity(change), link.span())
        .variant("overlap")
        .param("link", crate::model::shortened(text))
        .here("does not wait for the result");
    if holder == change { finding } else { finding.label(ctx.place(change), "the change") }
}

/// The last link on the way from a check to a change that lets the later task start before the earlier one has ended.
fn weak_link(ctx: &Ctx<'_>, check: TaskId, change: TaskId) -> Option<(TaskId, Link)> {
    let path = ctx.network.graph.path(check, change)?;
    path.windows(2).rev().find_map(|step| {
        let (before, after) = (step[0], step[1]);
        let hierarchy = &ctx.network.hierarchy;
        std::iter::once(after).chain(hierarchy.ancestors(after)).find_map(|holder| {
            let first = ctx.model.first_link(holder);
            let links = ctx.model.links(holder).iter().enumerate();
            let weak = links.filter(|(_, link)| link.kind != LinkKind::FinishStart || link.lag.is_negative());
            let from_before =
                weak.filter(|(offset, _)| match ctx.network.references.likely_predecessor(first + offset) {
                    Predecessor::Task(task) => task == before || hierarchy.is_inside(before, task),
                    Predecessor::Outside | Predecessor::Unknown => false,
                });
            from_before.map(|(_, link)| (holder, *link)).next()
        })
    })
}

/// Lets the change wait for the check. They are apart, so no circle is closed.
fn added_link(ctx: &Ctx<'_>, change: TaskId, check: TaskId) -> Option<Fix> {
    let hierarchy = &ctx.network.hierarchy;
    let plan = ctx.model.task(check).plan;
    if hierarchy.is_inside(change, check) || hierarchy.is_inside(check, change) || !ctx.is_native(plan) {
        return None;
    }
    let id = ctx.model.id(crate::rules::entity(check));
    let id = match plan == ctx.model.task(change).plan {
        true => id.to_owned(),
        false => format!("{}/{id}", ctx.model.plan_id(plan)),
    };
    let message = format!("Let it wait for `{id}`");
    Some(Fix::safe(message).add_to(ctx.place(change), "depends-on", vec![id]))
}

#[cfg(test)]
mod tests {
    use crate::catalogue::{Catalogue, Options, Rule};
    use crate::model::Model;
    use crate::rules::PlanSettings;
    use crate::rules::compatibility::tests::found;
    use crate::source::Sources;

    const NONE: [&str; 0] = [];

    const PLAN: &str = "\
[asset]
sap = { kind = 'application' }
[task]
build = { title = 'Build' }
c = { title = 'Test SAP', kind = 'compatibility-check', covers = ['sap'] }
go = { title = 'Roll out', kind = 'rollout', affects = ['sap'], depends-on = ['build'] }
";

    #[test]
    fn the_result_of_a_check_that_is_done_is_in() {
        assert_eq!(found(PLAN), ["CMP002 6:1"]);
        assert_eq!(
            found(&PLAN.replace(
                "covers = ['sap']",
                "covers = ['sap'], status = 'done', result = 'compatible', evidence = 'x'"
            )),
            NONE
        );
    }

    #[test]
    fn start_to_start_finish_to_finish_and_leads_do_not_wait() {
        for link in ["c SS", "c FF", "c SF", "c FS-2d"] {
            let plan = PLAN.replace("['build']", &format!("['{link}']"));
            assert_eq!(found(&plan), ["CMP002 6:80"], "{link}");
        }
        assert_eq!(found(&PLAN.replace("['build']", "['c FS+2d']")), NONE);
    }

    /// The plan after the fix of its only finding.
    fn fixed(plan: &str) -> Option<String> {
        let sources = Sources::from_texts([("plan.toml".to_owned(), plan.to_owned())]);
        let options = Options::new();
        let runs = |rule: &Rule| rule.code.as_str() == "CMP002";
        let settings = |model: &Model<'_>| {
            model
                .plans
                .iter()
                .map(|_| PlanSettings { runs: &runs, options: &options, guesses: true })
                .collect()
        };
        let found = crate::find(&sources, Catalogue::embedded(), settings, jiff::civil::date(2026, 10, 2));
        let fix = crate::fix::settled(found.findings.first()?.fix.clone()?, &sources)?;
        Some(crate::fix::applied(plan, &fix.edits))
    }

    #[test]
    fn the_fix_adds_the_link_however_the_others_are_written() {
        for (before, after) in [
            ("['build']", "['build', \"c\"]"),
            ("['build', { on = 'build', lag = '2d' }]", "['build', { on = 'build', lag = '2d' }, \"c\"]"),
            ("'build'", "['build', \"c\"]"),
        ] {
            let plan = fixed(&PLAN.replace("['build']", before)).unwrap_or_default();
            assert!(plan.contains(&format!("depends-on = {after}")), "{plan}");
            assert_eq!(found(&plan), NONE);
        }
        let plan = fixed(&PLAN.replace(", depends-on = ['build']", "")).unwrap_or_default();
        assert!(plan.contains("affects = ['sap'], depends-on = [\"c\"] }"), "{plan}");
        // It would close a circle.
        assert_eq!(fixed(&PLAN.replace("covers = ['sap']", "covers = ['sap'], depends-on = ['go']")), None);
    }

    #[test]
    fn a_weak_link_further_up_is_where_to_act() {
        let plan = PLAN.replace("title = 'Build' ", "title = 'Build', depends-on = ['c SS'] ");
        assert_eq!(found(&plan), ["CMP002 4:43"]);
    }

    #[test]
    fn one_check_in_time_is_enough() {
        let plan = PLAN.replace("['build']", "['d']")
            + "d = { title = 'Certify SAP', kind = 'certification', covers = ['sap'] }\n";
        assert_eq!(found(&plan), NONE);
    }

    #[test]
    fn a_check_for_another_site_does_not_stand_in_for_the_one_of_this_site() {
        let plan = "\
[site]
berlin = { name = 'Berlin' }
porto = { name = 'Porto' }
[asset]
sap = { kind = 'application' }
[task]
b = { title = 'Test in Berlin', kind = 'compatibility-check', covers = ['sap'], sites = ['berlin'] }
p = { title = 'Test in Porto', kind = 'compatibility-check', covers = ['sap'], sites = ['porto'] }
go = { title = 'Roll out in Porto', kind = 'rollout', affects = ['sap'], sites = ['porto'], depends-on = ['b'] }
";
        assert_eq!(found(plan), ["CMP002 9:1"]);
        assert_eq!(found(&plan.replace("depends-on = ['b']", "depends-on = ['p']")), NONE);
    }
}
