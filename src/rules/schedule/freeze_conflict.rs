//! SCH011: a change at a time at which nothing may change.

use jiff::ToSpan;
use jiff::civil::Date;
use rustc_hash::FxHashSet;

use crate::catalogue::KindSet;
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, Freeze, Moment, PlanId, SiteId, Spanned, TaskId};
use crate::rules::compatibility::Groups;
use crate::rules::{Ctx, Native, Sink, entity};

pub(super) const RULE: Native = Native { code: "SCH011", check };

/// How far ahead a free day is looked for: beyond that the freeze is a way of life.
const MOST_DAYS: usize = 400;
/// How many freezes are asked for at once which change comes before which, and how often.
const AT_ONCE: usize = 64;
const PASSES: usize = 32;

/// A time of no changes, ready to be asked.
struct Frozen {
    number: usize,
    from: (Date, u16),
    to: (Date, u16),
    /// The latest end of this one and all that begin before it.
    latest: (Date, u16),
    /// For these only; `None` for all.
    sites: Option<FxHashSet<SiteId>>,
    assets: Option<FxHashSet<AssetId>>,
    kinds: Option<KindSet>,
}

/// A change and the freeze it is in.
struct Conflict {
    change: TaskId,
    start: Spanned<Moment>,
    finish: Moment,
    freeze: usize,
    /// The first free working day afterwards.
    free: Option<Date>,
}

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    if ctx.model.freezes.is_empty() {
        return;
    }
    let groups = Groups::new(ctx);
    let mut conflicts = Vec::new();
    for &plan in ctx.plans() {
        let freezes = freezes(ctx, &groups, plan);
        if !freezes.is_empty() {
            for (task, _) in ctx.open_leaves_of(plan) {
                conflicts.extend(conflict(ctx, &groups, &freezes, task));
            }
        }
    }
    for conflict in first_of_each(ctx, conflicts) {
        report(ctx, out, &conflict);
    }
}

/// The freezes of a plan, by their start.
fn freezes(ctx: &Ctx<'_>, groups: &Groups<'_>, plan: PlanId) -> Vec<Frozen> {
    let numbers = ctx.model.plan(plan).range(EntityKind::Freeze);
    let mut freezes: Vec<Frozen> = numbers.filter_map(|it| frozen(ctx, groups, it)).collect();
    freezes.sort_by_key(|it| (it.from, it.number));
    let mut latest = None;
    for it in &mut freezes {
        latest = latest.max(Some(it.to));
        it.latest = latest.unwrap_or(it.to);
    }
    freezes
}

fn frozen(ctx: &Ctx<'_>, groups: &Groups<'_>, number: usize) -> Option<Frozen> {
    let it: &Freeze = &ctx.model.freezes[number];
    let (from, to) = (it.start()?.value.as_start(), it.finish()?.value.as_finish());
    let of = |list, kind| {
        let references = ctx.network.references.list(list).iter();
        references.filter_map(move |reference| reference.of(kind)).map(|it| it as u32)
    };
    let sites = || of(it.sites(), EntityKind::Site).map(SiteId).collect();
    let assets =
        || groups.with_members(of(it.assets(), EntityKind::Asset).map(AssetId)).into_iter().collect();
    let words = || ctx.model.list(it.kinds()).iter().map(|word| ctx.text(*word).trim()).collect::<Vec<_>>();
    Some(Frozen {
        number,
        from,
        to,
        latest: to,
        // A list whose names lead nowhere is a finding of its own, and holds for nothing.
        sites: it.sites().is_given().then(sites),
        assets: it.assets().is_given().then(assets),
        kinds: it.kinds().is_given().then(|| ctx.kinds(&words())),
    })
}

/// The first freeze that a task is in.
fn conflict(ctx: &Ctx<'_>, groups: &Groups<'_>, freezes: &[Frozen], task: TaskId) -> Option<Conflict> {
    let it = ctx.model.task(task);
    let (start, finish) = when(ctx, task)?;
    let (from, to) = (start.value.as_start(), finish.as_finish());
    let begun = freezes.partition_point(|freeze| freeze.from <= to);
    let near = freezes[..begun].iter().rev().take_while(|freeze| freeze.latest >= from);
    let applies = |freeze: &Frozen| freeze.holds_for(ctx, groups, task);
    let freeze = near.filter(|freeze| freeze.to >= from && applies(freeze)).last()?;
    // Somebody has allowed it.
    let allowed = it.freeze_exception().map_or("", |who| ctx.text(who).trim());
    if !allowed.is_empty() && !crate::model::is_placeholder(allowed) {
        return None;
    }
    let work_days = ctx.schedule.work_days(it.plan);
    let after = freeze.to.0.saturating_add(1.day());
    let mut frozen_until = freeze.to.0;
    let mut later = freezes.iter().filter(|it| it.to.0 >= after).peekable();
    let free = after.series(1.day()).take(MOST_DAYS).find(|day| {
        // Freezes come by their start: each is looked at once.
        while let Some(next) = later.next_if(|it| it.from.0 <= *day) {
            if next.to.0 > frozen_until && applies(next) {
                frozen_until = next.to.0;
            }
        }
        *day > frozen_until && work_days.is_worked(*day)
    });
    Some(Conflict { change: task, start, finish, freeze: freeze.number, free })
}

/// When a change touches production: in its agreed window, else from its start to its finish.
fn when(ctx: &Ctx<'_>, task: TaskId) -> Option<(Spanned<Moment>, Moment)> {
    let window = ctx.model.task(task).window();
    let dates = window.and_then(|window| Some((window.value.dates?, window.span)));
    if let Some(((start, finish), span)) = dates {
        return Some((Spanned::new(start, span), finish));
    }
    let start = ctx.start(task);
    let finish = ctx.finish(task);
    let start = start.or(finish)?;
    Some((start, finish.map_or(start.value, |it| it.value)))
}

impl Frozen {
    /// Whether it forbids a task: a change, or work of a kind that it names, at its sites and of its assets. What does
    /// not say where it is, or what it touches, is not taken for something at a certain site or asset.
    fn holds_for(&self, ctx: &Ctx<'_>, groups: &Groups<'_>, task: TaskId) -> bool {
        let is_of_kind = match &self.kinds {
            Some(kinds) => kinds.contains(ctx.kind(task)),
            // A pilot is a try, with people who have agreed to it.
            None => ctx.facts.changes().binary_search(&task).is_ok() && !ctx.facts.is_pilot(task),
        };
        let is_there =
            || self.sites.as_ref().is_none_or(|sites| ctx.sites(task).iter().any(|it| sites.contains(it)));
        let is_about = || match &self.assets {
            Some(assets) => {
                let scope = crate::rules::facts::scope_of(ctx.model, ctx.network, task);
                groups.with_members(scope).iter().any(|it| assets.contains(it))
            }
            None => true,
        };
        is_of_kind && is_there() && is_about()
    }
}

/// Of changes in one freeze that follow each other, only the first: when it moves, those behind it move too.
fn first_of_each(ctx: &Ctx<'_>, mut conflicts: Vec<Conflict>) -> Vec<Conflict> {
    conflicts.sort_by_key(|it| (it.freeze, it.change));
    let several: Vec<&[Conflict]> =
        conflicts.chunk_by(|one, other| one.freeze == other.freeze).filter(|it| it.len() > 1).collect();
    let mut later: FxHashSet<TaskId> = FxHashSet::default();
    for freezes in several.chunks(AT_ONCE).take(PASSES) {
        let seeds = freezes.iter().enumerate();
        let seeds = seeds.flat_map(|(bit, of_one)| of_one.iter().map(move |it| (it.change, 1 << bit)));
        let before = ctx.network.graph.finish_upstream(seeds);
        for (bit, of_one) in freezes.iter().enumerate() {
            let behind = of_one.iter().filter(|it| before.at(it.change) >> bit & 1 == 1);
            later.extend(behind.map(|it| it.change));
        }
    }
    conflicts.retain(|it| !later.contains(&it.change));
    conflicts
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, conflict: &Conflict) {
    let Conflict { change, start, finish, freeze, free } = conflict;
    let it = &ctx.model.freezes[*freeze];
    let (Some(from), Some(to)) = (it.start(), it.finish()) else { return };
    let of_freeze = Entity::new(EntityKind::Freeze, *freeze);
    let same_day = start.value.date == finish.date;
    let mut finding = ctx
        .finding_at(entity(*change), start.span)
        .subject(ctx.model.id(of_freeze))
        .param("start", start.value.date.to_string())
        .param("freeze", ctx.model.name(of_freeze))
        .param("from", from.value.to_string())
        .param("to", to.value.to_string());
    finding = match free {
        Some(free) => finding.param("free", free.to_string()),
        None => finding.param("free", format!("not within {MOST_DAYS} days")),
    };
    finding = match same_day {
        true => finding.variant("one-day"),
        false => finding.param("finish", finish.date.to_string()),
    };
    let text = match it.owner() {
        None => "the freeze".to_owned(),
        Some(owner) => format!("the freeze; {} may allow an exception", ctx.text(owner).trim()),
    };
    out.report(finding.label(ctx.model.place(of_freeze), text));
}

#[cfg(test)]
mod tests {
    use crate::rules::schedule::found;

    /// A freeze from Monday 14 December to Friday 8 January, and one task; how often it is in it.
    fn times(freeze: &str, task: &str) -> usize {
        let plan = format!(
            "[plan]\n[freeze.year-end]\nstart = 2026-12-14\nfinish = 2027-01-08\n{freeze}\n\
             [site]\nhere = {{ assets = [\"crm\"] }}\nthere = {{}}\n[asset]\ncrm = {{}}\nall = {{ members = [\"crm\"] }}\n\
             [task.t]\ntitle = \"T\"\n{task}\n"
        );
        found("SCH011", &plan).len()
    }

    const IN: &str = "kind = \"rollout\"\nstart = 2026-12-10\nduration = \"3d\"\n";

    #[test]
    fn both_ends_of_the_freeze_belong_to_it() {
        let on = |start: &str, finish: &str| {
            times("", &format!("kind = \"rollout\"\nstart = {start}\nfinish = {finish}"))
        };
        assert_eq!(on("2026-12-10", "2026-12-11"), 0);
        assert_eq!(on("2026-12-10", "2026-12-14"), 1);
        assert_eq!(on("2027-01-08", "2027-01-12"), 1);
        assert_eq!(on("2027-01-11", "2027-01-12"), 0);
        assert_eq!(times("", IN), 1);
    }

    #[test]
    fn only_changes_and_what_a_freeze_names() {
        assert_eq!(times("", &IN.replace("rollout", "training")), 0);
        assert_eq!(times("", &IN.replace("rollout", "pilot")), 0, "a try, with those who agreed to it");
        assert_eq!(times("kinds = [\"pilot\"]", &IN.replace("rollout", "pilot")), 1);
        assert_eq!(times("kinds = [\"pilot\"]", IN), 0);
        assert_eq!(times("", &format!("{IN}status = \"done\"")), 0);
    }

    #[test]
    fn only_where_and_of_what_it_holds() {
        assert_eq!(times("sites = [\"here\"]", &format!("{IN}site = \"here\"")), 1);
        assert_eq!(times("sites = [\"there\"]", &format!("{IN}site = \"here\"")), 0);
        assert_eq!(times("sites = [\"there\"]", IN), 0, "nobody says that it is there");
        assert_eq!(
            times("assets = [\"all\"]", &format!("{IN}site = \"here\"")),
            1,
            "in a group, at its site"
        );
        assert_eq!(times("assets = [\"crm\"]", &format!("{IN}affects = [\"all\"]")), 1);
        assert_eq!(times("assets = [\"crm\"]", &format!("{IN}site = \"there\"")), 0);
    }

    #[test]
    fn somebody_may_allow_it() {
        assert_eq!(times("", &format!("{IN}freeze-exception = \"Elena Rossi\"")), 0);
        assert_eq!(times("", &format!("{IN}freeze-exception = \"TBD\"")), 1);
    }

    #[test]
    fn the_agreed_window_is_when_it_happens() {
        let window = "window = { start = 2027-01-16T20:00, finish = 2027-01-17T12:00 }";
        assert_eq!(times("", &format!("{IN}{window}")), 0);
        let window = window.replace("2027-01-1", "2026-12-2");
        assert_eq!(times("", &format!("{IN}{window}")), 1);
    }

    #[test]
    fn what_follows_a_change_in_the_freeze_moves_with_it() {
        let second = "[task.u]\ntitle = \"U\"\nkind = \"rollout\"\nduration = \"3d\"\ndepends-on = \"t\"";
        assert_eq!(times("", &format!("{IN}{second}")), 1);
        assert_eq!(
            times("", &format!("{IN}{}", second.replace("depends-on = \"t\"", "start = 2026-12-15"))),
            2
        );
    }

    #[test]
    fn the_first_free_day_is_in_no_other_freeze_either() {
        // From Monday to Friday, and the next from Saturday to Tuesday.
        let more = "[freeze.second]\nstart = 2027-01-09\nfinish = 2027-01-12";
        let plan = |more: &str| {
            let freeze = format!("[freeze.first]\nstart = 2027-01-04\nfinish = 2027-01-08\n{more}\n");
            let task = "[task.t]\ntitle = \"T\"\nkind = \"rollout\"\nstart = 2027-01-07\nduration = \"1d\"\n";
            crate::rules::testing::messages("SCH011", &format!("[plan]\n{freeze}{task}"))
        };
        assert!(plan("")[0].ends_with("is 2027-01-11"), "{:?}", plan(""));
        assert!(plan(more)[0].ends_with("is 2027-01-13"), "{:?}", plan(more));
    }

    #[test]
    fn a_change_that_nobody_dates_is_in_no_freeze() {
        assert_eq!(times("", "kind = \"rollout\"\nduration = \"3d\""), 0);
    }
}
