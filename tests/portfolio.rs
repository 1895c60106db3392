//! Three hundred small plans that share people, sites and assets: what PRT002, PRT004 and PRT006 find in them is what two
//! loops over everything find.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use planlint::catalogue::{Catalogue, Options, Rule};
use planlint::finding::Entity;
use planlint::rules::PlanSettings;
use planlint::source::Sources;

const PLANS: usize = 300;
/// A Monday.
const FIRST: Date = date(2026, 11, 2);

/// A small generator, so that every run has the same plans.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn one_in(&mut self, end: usize) -> bool {
        self.below(end) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A person, site or asset as a plan declares it.
#[derive(Clone, Debug)]
struct Declared {
    name: Option<&'static str>,
    facts: BTreeMap<&'static str, String>,
}

#[derive(Clone, Debug)]
struct Task {
    is_change: bool,
    assets: Vec<usize>,
    site: Option<usize>,
    /// In working days since the first.
    stated: Option<usize>,
    days: usize,
    /// Plan and task, always of an earlier plan; and the kind of the link.
    after: Option<(usize, usize, &'static str)>,
}

struct Plan {
    assets: BTreeMap<usize, Declared>,
    sites: BTreeMap<usize, Declared>,
    tasks: Vec<Task>,
}

fn plans() -> Vec<Plan> {
    let mut numbers = Numbers(7);
    let mut plans: Vec<Plan> = Vec::new();
    for plan in 0..PLANS {
        let mut assets = BTreeMap::new();
        for _ in 0..3 {
            let names = [None, Some("Orders"), Some("Orders"), Some("Orders"), Some("Wages")];
            let mut facts = BTreeMap::new();
            if numbers.one_in(2) {
                facts.insert("version", numbers.pick(&["19", "19", "19", "23"]).to_owned());
            }
            if numbers.one_in(2) {
                facts.insert("platform", numbers.pick(&["physical", "virtual"]).to_owned());
            }
            if numbers.one_in(2) {
                facts.insert("owner", numbers.pick(&["mia", "mia", "omar"]).to_owned());
            }
            // Few share the first ids and many the last; half of the ids have one name only.
            let id = numbers.below(40);
            let name = if id.is_multiple_of(2) { numbers.pick(&names[..2]) } else { numbers.pick(&names) };
            assets.insert(id, Declared { name, facts });
        }
        let mut sites = BTreeMap::new();
        for _ in 0..2 {
            let lead = numbers.pick(&["ines", "ines", "rui"]).to_owned();
            sites.insert(numbers.below(8), Declared { name: None, facts: BTreeMap::from([("lead", lead)]) });
        }
        let (own_assets, own_sites): (Vec<usize>, Vec<usize>) =
            (assets.keys().copied().collect(), sites.keys().copied().collect());
        let tasks = (0..5)
            .map(|_| {
                let after = (plan > 0 && numbers.one_in(3)).then(|| {
                    let kind = numbers.pick(&["", "", "", " SS", " FS-1d"]);
                    (numbers.below(plan), numbers.below(5), kind)
                });
                Task {
                    is_change: numbers.one_in(2),
                    assets: (0..1 + numbers.below(2)).map(|_| numbers.pick(&own_assets)).collect(),
                    site: numbers.one_in(3).then(|| numbers.pick(&own_sites)),
                    stated: (after.is_none() || numbers.one_in(2)).then(|| numbers.below(60)),
                    days: 1 + numbers.below(4),
                    after,
                }
            })
            .collect();
        plans.push(Plan { assets, sites, tasks });
    }
    plans
}

/// The date of a working day.
fn day(number: usize) -> Date {
    FIRST.saturating_add(((number / 5 * 7 + number % 5) as i64).days())
}

fn text(plan: &Plan, number: usize) -> String {
    let mut text = format!("[plan]\nid = \"p{number:03}\"\nstart = {FIRST}\n[asset]\n");
    let declared = |text: &mut String, id: String, it: &Declared| {
        let name = it.name.map(|name| format!("name = \"{name}\""));
        let facts = it.facts.iter().map(|(field, value)| format!("{field} = \"{value}\""));
        let fields: Vec<String> = name.into_iter().chain(facts).collect();
        let _ = writeln!(text, "{id} = {{ {} }}", fields.join(", "));
    };
    for (id, asset) in &plan.assets {
        declared(&mut text, format!("a{id}"), asset);
    }
    text += "[site]\n";
    for (id, site) in &plan.sites {
        declared(&mut text, format!("s{id}"), site);
    }
    text += "[task]\n";
    for (id, task) in plan.tasks.iter().enumerate() {
        let assets: Vec<String> = task.assets.iter().map(|asset| format!("\"a{asset}\"")).collect();
        let kind = if task.is_change { "deployment" } else { "build" };
        let _ = write!(
            text,
            "t{id} = {{ title = \"T{id}\", kind = \"{kind}\", affects = [{}], duration = \"{}d\"",
            assets.join(", "),
            task.days
        );
        if let Some(site) = task.site {
            let _ = write!(text, ", site = \"s{site}\"");
        }
        if let Some(stated) = task.stated {
            let _ = write!(text, ", start = {}", day(stated));
        }
        if let Some((plan, other, kind)) = task.after {
            let _ = write!(text, ", depends-on = [\"p{plan:03}/t{other}{kind}\"]");
        }
        text += " }\n";
    }
    text
}

/// First and last working day of every task: a forward pass, as links go to earlier plans only.
fn dates(plans: &[Plan]) -> Vec<Vec<(usize, usize)>> {
    let mut dates: Vec<Vec<(usize, usize)>> = Vec::new();
    for plan in plans {
        let own = plan.tasks.iter().map(|task| {
            let held = task.after.map(|(plan, other, kind)| {
                let (start, finish): (usize, usize) = dates[plan][other];
                match kind {
                    " SS" => start,
                    " FS-1d" => finish,
                    _ => finish + 1,
                }
            });
            let start = held.unwrap_or(0).max(task.stated.unwrap_or(0));
            (start, start + task.days - 1)
        });
        let own = own.collect();
        dates.push(own);
    }
    dates
}

/// Whether two things with one id are the same: unless several names go by that id, and theirs differ.
fn is_same(
    plans: &[Plan],
    of: impl Fn(&Plan) -> &BTreeMap<usize, Declared>,
    id: usize,
    one: usize,
    other: usize,
) -> bool {
    let names: BTreeSet<&str> = plans.iter().filter_map(|plan| of(plan).get(&id)?.name).collect();
    names.len() < 2 || of(&plans[one])[&id].name == of(&plans[other])[&id].name
}

type Found = BTreeSet<(String, String)>;

fn found(plans: &[Plan], code: &str) -> Found {
    let files = plans
        .iter()
        .enumerate()
        .map(|(number, plan)| (format!("p{number:03}/plan.toml"), text(plan, number)));
    let sources = Sources::from_texts(files.collect::<Vec<_>>());
    let options = Options::new();
    let runs = |rule: &Rule| rule.code.as_str() == code;
    let settings = || PlanSettings { runs: &runs, options: &options, guesses: true };
    let found = planlint::find(
        &sources,
        Catalogue::embedded(),
        |model| model.plans.iter().map(|_| settings()).collect(),
        date(2026, 10, 2),
    );
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    let model = &found.model;
    let named = |entity: Entity| {
        let plan = model.lists.plan(entity).map_or("", |plan| model.plan_id(plan));
        format!("{plan}/{}", model.id(entity))
    };
    let findings = found.findings.iter().filter(|finding| finding.code.as_str() == code);
    findings.filter_map(|finding| Some((named(finding.entity?), finding.subject.clone()))).collect()
}

fn task_name(plan: usize, task: usize) -> String {
    format!("p{plan:03}/t{task}")
}

#[test]
fn collisions_are_those_of_every_pair_of_changes() {
    let plans = plans();
    let dates = dates(&plans);
    let changes: Vec<(usize, usize)> = (0..PLANS)
        .flat_map(|plan| (0..5).map(move |task| (plan, task)))
        .filter(|(plan, task)| plans[*plan].tasks[*task].is_change)
        .collect();
    let mut expected = Found::new();
    for &(plan, task) in &changes {
        let (it, (start, _)) = (&plans[plan].tasks[task], dates[plan][task]);
        let assets: BTreeSet<usize> = it.assets.iter().copied().collect();
        for asset in assets {
            // Of those that begin before it, the one that ends last.
            let mut last: Option<(usize, (usize, usize))> = None;
            for &(other_plan, other_task) in &changes {
                let (other, (other_start, finish)) =
                    (&plans[other_plan].tasks[other_task], dates[other_plan][other_task]);
                let is_before = (other_start, other_plan, other_task) < (start, plan, task);
                let is_near = finish + 2 >= start;
                let meets = it.site.is_none() || other.site.is_none() || it.site == other.site;
                if other_plan != plan
                    && is_before
                    && is_near
                    && meets
                    && other.assets.contains(&asset)
                    && is_same(&plans, |plan| &plan.assets, asset, plan, other_plan)
                {
                    last = last.max(Some((finish, (other_plan, other_task))));
                }
            }
            expected.extend(last.map(|(_, (plan_, task_))| (task_name(plan, task), task_name(plan_, task_))));
        }
    }
    assert!(expected.len() > 100, "{} collisions say little", expected.len());
    assert_eq!(found(&plans, "PRT002"), expected);
}

#[test]
fn late_handovers_are_those_of_every_link() {
    let plans = plans();
    let dates = dates(&plans);
    let mut expected = Found::new();
    for (number, plan) in plans.iter().enumerate() {
        for (id, task) in plan.tasks.iter().enumerate() {
            if let (Some((other_plan, other, "")), Some(stated)) = (task.after, task.stated)
                && dates[other_plan][other].1 > stated
            {
                expected.insert((task_name(number, id), task_name(other_plan, other)));
            }
        }
    }
    assert!(expected.len() > 30, "{} handovers say little", expected.len());
    assert_eq!(found(&plans, "PRT004"), expected);
}

#[test]
fn contradictions_are_those_of_every_pair_of_plans() {
    let plans = plans();
    let mut expected = Found::new();
    let mut add = |kind: &str, of: &dyn Fn(&Plan) -> &BTreeMap<usize, Declared>| {
        for plan in 0..PLANS {
            for (id, it) in of(&plans[plan]) {
                let mut differs_from: BTreeSet<String> = BTreeSet::new();
                for (field, value) in &it.facts {
                    // The first plan that says anything of it.
                    let first = (0..plan).find(|other| {
                        of(&plans[*other]).get(id).is_some_and(|it| it.facts.contains_key(field))
                            && is_same(&plans, of, *id, plan, *other)
                    });
                    if let Some(first) = first
                        && of(&plans[first])[id].facts[field] != *value
                    {
                        differs_from.insert(format!("p{first:03}"));
                    }
                }
                if !differs_from.is_empty() {
                    let from: Vec<String> = differs_from.into_iter().collect();
                    expected.insert((format!("p{plan:03}/{kind}{id}"), from.join(" ")));
                }
            }
        }
    };
    add("a", &|plan| &plan.assets);
    add("s", &|plan| &plan.sites);
    assert!(expected.len() > 100, "{} contradictions say little", expected.len());
    assert_eq!(found(&plans, "PRT006"), expected);
}
