//! The evaluator of declarative rules: what packs ask, answered of the model.
//!
//! All rules together: relations along the network first, in rounds, then each rule by itself. Nothing here is more than
//! linear in tasks and links, and nothing recurses but over the conditions of a rule, which stand at most sixteen deep.

mod truth;
mod walk;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use self::truth::{Asking, Key, Truth};
use self::walk::Run;
use self::world::{Interned, World};
use super::{entity, listed};
use crate::catalogue::ask::{Ask, Condition, Field, Related, Relation, Test};
use crate::catalogue::{Catalogue, Options, Rule};
use crate::finding::{Code, Entity, EntityKind, Finding};
use crate::model::{Model, PlanId, TaskId};
use crate::network::{Network, Way};
use crate::rules::Facts;
use crate::schedule::Schedule;
use crate::source::Span;

/// From how many things on a rule with a wording for the whole plan uses it.
const WHOLE_PLAN: usize = 5;
/// Most groups of tasks that are compared with each other to name only the first: a plan with more has no lack of
/// findings.
const MOST_COMPARED: usize = 32 * 64;

/// What rules find of a run.
pub(super) struct Given<'a> {
    pub(super) model: &'a Model<'a>,
    pub(super) network: &'a Network,
    pub(super) schedule: &'a Schedule,
    pub(super) facts: &'a Facts,
    pub(super) catalogue: &'a Catalogue,
    pub(super) options: &'a [&'a Options],
    pub(super) today: jiff::civil::Date,
}

/// Runs declarative rules, each on its plans.
pub(super) fn run<'r>(
    given: &Given<'_>,
    rules: impl Iterator<Item = (&'r Rule, Vec<PlanId>)>,
) -> Vec<Result<Vec<Finding>, (Code, String)>> {
    let world = World::new(
        given.model,
        given.network,
        given.schedule,
        given.facts,
        given.catalogue,
        given.options,
        given.today,
    );
    let rules: Vec<(&Rule, &Ask, Vec<PlanId>)> =
        rules.filter_map(|(rule, plans)| Some((rule, rule.ask.as_deref()?, plans))).collect();
    // A rule about kinds of work that no task has needs no more looking at.
    let mut runs: Vec<Run<'_>> = rules
        .into_iter()
        .map(|(rule, ask, plans)| Run::new(rule, ask, plans))
        .filter(|run| !run.plans.is_empty())
        .collect();
    let has_any: Vec<bool> = runs.par_iter().map(|run| run.has_candidate(&world)).collect();
    let mut has_any = has_any.into_iter();
    runs.retain(|_| has_any.next().unwrap_or(false));
    walk::answer(&world, &mut runs);
    runs.par_iter()
        .map(|run| {
            catch_unwind(AssertUnwindSafe(|| judge(&world, run))).map_err(|cause| {
                let text = cause.downcast_ref::<String>().map(String::as_str);
                let text =
                    text.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
                (run.rule.code, text.to_owned())
            })
        })
        .collect()
}

/// A thing that is not as the rule demands.
struct Failing {
    of: Entity,
    /// Which of the things it is asked of miss it; one that is `None` where it is asked as a whole.
    keys: Vec<Option<Key>>,
    /// Whether nothing of what is asked for exists in its plan.
    nothing: bool,
}

fn judge(world: &World<'_>, run: &Run<'_>) -> Vec<Finding> {
    let asking = run.asking(world);
    let ask = run.ask;
    let mut asked: FxHashMap<PlanId, usize> = FxHashMap::default();
    let mut failing: Vec<Failing> = Vec::new();
    for (of, truth) in run.candidates(world) {
        if truth != Truth::Yes {
            continue;
        }
        *asked.entry(world.plan_of(of)).or_default() += 1;
        let keys = match &ask.per {
            Some(per) => walk::keys_of(world, &asking, TaskId(of.index), (per.each, &per.of)),
            None => vec![None],
        };
        let fails = |key: &Option<Key>| {
            let asking = Asking { key: *key, ..asking };
            let truth = asking.holds(&ask.demand, of);
            if ask.forbids { truth == Truth::Yes } else { truth == Truth::No }
        };
        let keys: Vec<Option<Key>> = keys.into_iter().filter(fails).collect();
        if !keys.is_empty() {
            let nothing = !ask.forbids && ask.merges && lacks_everything(world, run, of, &keys);
            failing.push(Failing { of, keys, nothing });
        }
    }
    let mut findings = Vec::new();
    // Where nothing of a plan is as demanded, that is one thing to say, and about the plan.
    if let Some(variant) = run.rule.variant.get("whole-plan") {
        let from = variant.from.map_or(WHOLE_PLAN, |from| from as usize);
        let mut failed: FxHashMap<PlanId, usize> = FxHashMap::default();
        for it in &failing {
            *failed.entry(world.plan_of(it.of)).or_default() += 1;
        }
        for plan in &run.plans {
            let count = failed.get(plan).copied().unwrap_or(0);
            if count > 0 && count >= from && asked.get(plan) == Some(&count) {
                let of_plan = failing.iter().filter(|it| world.plan_of(it.of) == *plan);
                let found = listed(of_plan.map(|it| world.model.name(it.of)));
                failing.retain(|it| world.plan_of(it.of) != *plan);
                let of = Entity { kind: EntityKind::Plan, index: plan.0 };
                let finding =
                    Finding::new(run.rule.code, world.model.place(of)).about(of).variant("whole-plan");
                findings.push(finding.param("count", count.to_string()).param("found", found));
            }
        }
    }
    if !ask.forbids && ask.merges && ask.about == EntityKind::Task {
        first_to_lack(world, run, &mut failing);
    }
    // Tasks that lack what does not exist at all in their plan are one finding.
    let mut merged: Vec<(usize, Vec<Entity>)> = Vec::new();
    let mut of_plan: FxHashMap<PlanId, usize> = FxHashMap::default();
    for (number, it) in failing.iter().enumerate() {
        let plan = world.plan_of(it.of);
        if it.nothing
            && ask.about == EntityKind::Task
            && let Some(first) = of_plan.get(&plan)
        {
            merged[*first].1.push(it.of);
            continue;
        }
        if it.nothing {
            of_plan.insert(plan, merged.len());
        }
        merged.push((number, Vec::new()));
    }
    for (number, others) in merged {
        let all: Vec<Option<Key>> = failing[number].keys.clone();
        let mut keys = all;
        for other in failing.iter().filter(|it| others.contains(&it.of)) {
            for key in &other.keys {
                if !keys.contains(key) {
                    keys.push(*key);
                }
            }
        }
        findings.push(finding(world, run, &failing[number], &keys, &others));
    }
    findings
}

/// The relations along the network that a demand names at its top: those that are asked of the thing itself.
fn walks<'c>(condition: &'c Condition, found: &mut Vec<&'c Related>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| walks(part, found)),
        Condition::Related(related) if related.walk.is_some() => found.push(related),
        Condition::Not(_) | Condition::Field(..) | Condition::Related(_) => {}
    }
}

/// Whether a demand hangs on work that does not exist in the plan at all: then one missing task is the one cause.
fn lacks_everything(world: &World<'_>, run: &Run<'_>, of: Entity, keys: &[Option<Key>]) -> bool {
    let mut found = Vec::new();
    walks(&run.ask.demand, &mut found);
    let plan = world.plan_of(of);
    !found.is_empty()
        && found.iter().all(|related| {
            let answer = related.walk.and_then(|(walk, _)| run.answers.get(walk)?.as_ref());
            answer.is_none_or(|answer| {
                keys.iter().all(|key| {
                    let seeds = answer.seeds(TaskId(of.index), *key);
                    seeds.iter().all(|seed| world.model.task(*seed).plan != plan)
                })
            })
        })
}

/// Of tasks that lack the same, keeps those that no other such task comes before (or after, where what is asked for
/// comes after): one gap is one finding, and not one for each wave.
fn first_to_lack(world: &World<'_>, run: &Run<'_>, failing: &mut Vec<Failing>) {
    let mut found = Vec::new();
    walks(&run.ask.demand, &mut found);
    let Some(related) = found.first() else { return };
    let Some(way) = walk::way(related.relation) else { return };
    let towards = if way.is_before() { Way::FinishUpstream } else { Way::FinishDownstream };
    // What is asked for must share something with the task: then it would only do for others that share it too.
    let mut interned = Interned::default();
    let mut shared = |task: TaskId| -> Vec<Option<u32>> {
        let shared = related.same.first().map(|same| world.shares(task, *same, &mut interned));
        match shared.filter(|shared| !shared.is_empty()) {
            Some(shared) => shared.into_iter().map(Some).collect(),
            None => vec![None],
        }
    };
    type Group = (PlanId, Option<Key>, Option<u32>);
    let mut by_key: FxHashMap<Group, Vec<TaskId>> = FxHashMap::default();
    let mut order: Vec<Group> = Vec::new();
    let mut shares: Vec<Vec<Option<u32>>> = Vec::with_capacity(failing.len());
    for it in failing.iter() {
        let all = shared(TaskId(it.of.index));
        for key in &it.keys {
            for one in &all {
                let group = (world.plan_of(it.of), *key, *one);
                let tasks = by_key.entry(group).or_default();
                if tasks.is_empty() {
                    order.push(group);
                }
                tasks.push(TaskId(it.of.index));
            }
        }
        shares.push(all);
    }
    order.retain(|group| by_key.get(group).is_some_and(|tasks| tasks.len() > 1));
    let mut later: FxHashSet<(u32, Option<Key>, Option<u32>)> = FxHashSet::default();
    for groups in order[..order.len().min(MOST_COMPARED)].chunks(64) {
        let mut own: Vec<(TaskId, u64)> = Vec::new();
        let mut askers: Vec<TaskId> = Vec::new();
        for (bit, group) in groups.iter().enumerate() {
            let tasks = by_key.get(group).map_or(&[][..], Vec::as_slice);
            own.extend(tasks.iter().map(|task| (*task, 1_u64 << bit)));
            askers.extend(tasks);
        }
        let arrived = world.network.graph.carry(towards, &own, &askers);
        for (bit, group) in groups.iter().enumerate() {
            let tasks = by_key.get(group).map_or(&[][..], Vec::as_slice);
            let reached = tasks.iter().filter(|task| arrived.at(**task) >> bit & 1 == 1);
            later.extend(reached.map(|task| (task.0, group.1, group.2)));
        }
    }
    for (it, shares) in failing.iter_mut().zip(shares) {
        it.keys.retain(|key| shares.iter().any(|one| !later.contains(&(it.of.index, *key, *one))));
    }
    failing.retain(|it| !it.keys.is_empty());
}

fn finding(
    world: &World<'_>,
    run: &Run<'_>,
    failing: &Failing,
    keys: &[Option<Key>],
    others: &[Entity],
) -> Finding {
    const MOST_LABELS: usize = 10;
    let (model, ask, of) = (world.model, run.ask, failing.of);
    let asking = run.asking(world);
    let variant = ask.variants.iter().find(|when| asking.holds(&when.of, of) == Truth::Yes);
    let mut forbidden: Vec<Entity> = Vec::new();
    if ask.forbids {
        each_found(&asking, &ask.demand, of, &mut |it| forbidden.push(it));
    }
    let fields = variant.and_then(|when| when.at.as_ref()).unwrap_or(&ask.at);
    let places = fields.iter().find_map(|field| match field {
        Field::Own(field) => places_in(world, of, *field, &forbidden),
        _ => None,
    });
    let places = places.unwrap_or_default();
    let place = places.first().copied().unwrap_or_else(|| model.place(of));
    let mut finding = Finding::new(run.rule.code, place).about(of);
    for other in places.iter().skip(1).take(MOST_LABELS) {
        finding = finding.label(*other, "the same here");
    }
    if let Some(when) = variant {
        finding = finding.variant(when.name.clone());
    }
    let named: Vec<Entity> =
        keys.iter().flatten().map(|key| Entity { kind: key.kind, index: key.index }).collect();
    for it in &named {
        finding = finding.subject(model.id(*it));
    }
    for name in placeholders(run.rule) {
        if let Some(value) = fill(world, run, of, &named, name) {
            finding = finding.param(name.to_owned(), value);
        }
    }
    for other in others.iter().take(MOST_LABELS) {
        finding = finding.label(model.place(*other), "the same here");
    }
    let shown = forbidden.iter().filter(|it| it.kind != EntityKind::Plan && **it != of);
    for it in shown.take(MOST_LABELS) {
        finding = finding.label(model.place(*it), "this one");
    }
    // What would do if only it were linked.
    let mut found = Vec::new();
    if !ask.forbids {
        walks(&ask.demand, &mut found);
    }
    let mut shown: FxHashSet<u32> = FxHashSet::default();
    for related in found.into_iter().filter(|_| of.kind == EntityKind::Task) {
        let Some(Some(answer)) = related.walk.and_then(|(walk, _)| run.answers.get(walk)) else { continue };
        let is_before = walk::way(related.relation).is_some_and(Way::is_before);
        for key in &failing.keys {
            // Of several demands some may hold: what is linked for them is not what is missing.
            let asking = Asking { key: *key, ..asking };
            if answer.at(&asking, related, of) == Truth::Yes {
                continue;
            }
            let seeds = answer.seeds(TaskId(of.index), *key).iter();
            let seed =
                seeds.copied().find(|seed| model.task(*seed).plan == model.tasks[of.index as usize].plan);
            if let Some(seed) = seed.filter(|seed| seed.0 != of.index && shown.insert(seed.0)) {
                let words =
                    if is_before { "this does not come before it" } else { "this does not come after it" };
                finding = finding.label(model.place(entity(seed)), words);
            }
        }
    }
    finding
}

/// Where a field is written: the entries that name some things, in their order, else the field as a whole.
fn places_in(world: &World<'_>, of: Entity, field: u8, things: &[Entity]) -> Option<Vec<Span>> {
    let mut places: Vec<Span> = things.iter().filter_map(|it| world.entry_place(of, field, *it)).collect();
    places.sort_unstable_by_key(|place| (place.file, place.start));
    places.dedup();
    if places.is_empty() {
        places.push(world.model.field_place(of, field)?);
    }
    Some(places)
}

fn placeholders(rule: &Rule) -> Vec<&str> {
    let mut names: Vec<&str> = rule.templates().flat_map(crate::catalogue::placeholders).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What a placeholder stands for; `None` for those that every finding fills.
fn fill(world: &World<'_>, run: &Run<'_>, of: Entity, named: &[Entity], name: &str) -> Option<String> {
    let model = world.model;
    match name {
        "entity" | "title" | "id" | "plan" | "count" => None,
        "assets" | "sites" if run.ask.per.is_some() => Some(match named {
            [] => "what it touches".to_owned(),
            named => listed(named.iter().map(|it| model.name(*it))),
        }),
        "missing" => Some(missing(&run.ask.demand)),
        "found" => {
            let mut names = Vec::new();
            let asking = run.asking(world);
            each_found(&asking, &run.ask.demand, of, &mut |it| names.push(model.name(it)));
            Some(listed(names))
        }
        _ => {
            let known = crate::catalogue::ask::known_fields(of.kind).find(|(it, ..)| *it == name);
            let declared = world.catalogue.fields().iter().position(|it| it.of == of.kind && it.name == name);
            let field = known.map(|(_, field, _)| field);
            if let Some(field) = field.or(declared.map(|index| Field::Declared(index as u16))) {
                return Some(written(world, of, field));
            }
            let (relation, to) = Relation::find(of.kind, name)?;
            let mut names = Vec::new();
            world.related(of, relation, to, &mut |it| {
                if !world.is_over(it) {
                    names.push(model.name(it));
                }
            });
            Some(listed(names))
        }
    }
}

/// A field as its author wrote it.
fn written(world: &World<'_>, of: Entity, field: Field) -> String {
    let mut texts: Vec<String> = Vec::new();
    if let Field::Derived(crate::catalogue::ask::Derived::SiteNames) = field {
        for site in super::facts::sites(world.model, world.network, TaskId(of.index)) {
            let site = Entity::new(EntityKind::Site, site.index());
            texts.push(world.model.title(site).unwrap_or_else(|| world.model.id(site)).to_owned());
        }
        return listed(texts);
    }
    if let Some(names) = world.names(of, field) {
        return listed(names);
    }
    world.texts(of, field, &mut |text| texts.push(crate::model::shortened(text)));
    if !texts.is_empty() {
        return listed(texts);
    }
    if let Field::Own(index) = field
        && let Some(place) = world.model.field_place(of, index)
    {
        return crate::model::shortened(world.model.sources().text(place));
    }
    match world.quantity(of, field) {
        Some(world::Quantity::Number(number) | world::Quantity::Time(number)) => {
            let mut text = String::new();
            // Writing to a text cannot fail.
            let _ = crate::model::write_thousandths(&mut text, number);
            text
        }
        Some(world::Quantity::Day(day)) => day.to_string(),
        None => String::new(),
    }
}

/// The kinds of work that a demand asks for, in words.
fn missing(demand: &Condition) -> String {
    let mut found = Vec::new();
    walks(demand, &mut found);
    let mut all: Vec<String> = Vec::new();
    for related in found {
        let kinds = related.of.parts().iter().find_map(|part| match part {
            Condition::Field(_, Test::Kinds(names, _, false)) => Some(names),
            _ => None,
        });
        if let Some(kinds) = kinds {
            let kinds: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
            all.push(kinds.join(" or "));
        }
    }
    match demand {
        Condition::Any(_) => all.join(" or "),
        _ => listed(all),
    }
}

/// What a forbidden relation leads to.
fn each_found(asking: &Asking<'_>, condition: &Condition, of: Entity, visit: &mut dyn FnMut(Entity)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                each_found(asking, part, of, visit);
            }
        }
        Condition::Related(related) if related.walk.is_none() => asking.each(related, of, visit),
        _ => {}
    }
}
