//! The network against references written from the definitions, on random plans: with and without phases, all kinds of
//! links, lags and leads.

use std::collections::{BTreeMap, BTreeSet};

use planlint::catalogue::Catalogue;
use planlint::finding::EntityKind;
use planlint::model::{Model, TaskId};
use planlint::network::{Edge, Graph, KnotKind, Network, Node, Predecessor};
use planlint::source::Sources;
use proptest::prelude::*;

/// A plan of which everything is random: for each task its phase (always one with a smaller number), and its links.
#[derive(Clone, Debug)]
struct Plan {
    parent: Vec<Option<usize>>,
    /// Successor, predecessor, kind, lag in days.
    links: Vec<(usize, usize, &'static str, i64)>,
}

impl Plan {
    fn text(&self) -> String {
        let mut text = String::from("[plan]\nname = \"Random\"\n[task]\n");
        for (task, parent) in self.parent.iter().enumerate() {
            let links: Vec<String> = self
                .links
                .iter()
                .filter(|link| link.0 == task)
                .map(|(_, on, kind, lag)| format!("\"t{on} {kind}{lag:+}d\""))
                .collect();
            let parent = parent.map_or_else(String::new, |it| format!(", parent = \"t{it}\""));
            text += &format!(
                "t{task} = {{ title = \"Do {task}\", depends-on = [{}]{parent} }}\n",
                links.join(", ")
            );
        }
        text
    }

    fn is_leaf(&self, task: usize) -> bool {
        !self.parent.contains(&Some(task))
    }

    fn is_inside(&self, task: usize, phase: usize) -> bool {
        std::iter::successors(self.parent[task], |it| self.parent[*it]).any(|it| it == phase)
    }

    /// The leaves a task stands for: itself, or all that are inside.
    fn leaves(&self, task: usize) -> Vec<usize> {
        let all = 0..self.parent.len();
        all.filter(|it| self.is_leaf(*it) && (*it == task || self.is_inside(*it, task))).collect()
    }

    /// The links of the definition: from each leaf to each leaf. Links to oneself and to one's own phase are left out.
    fn expanded(&self) -> Vec<(usize, usize, &'static str, i64)> {
        let mut links = Vec::new();
        for (task, on, kind, lag) in &self.links {
            if task == on || self.is_inside(*task, *on) || self.is_inside(*on, *task) {
                continue;
            }
            for from in self.leaves(*on) {
                links.extend(self.leaves(*task).into_iter().map(|to| (from, to, *kind, *lag)));
            }
        }
        links
    }
}

/// A plan; with `ordered`, links lead from smaller to larger numbers only, so that without phases nothing is a circle.
fn plans(ordered: bool) -> impl Strategy<Value = Plan> {
    (1_usize..12, any::<bool>()).prop_flat_map(move |(count, with_phases)| {
        let parents = prop::collection::vec((0_u8..3, any::<prop::sample::Index>()), count);
        let kind = prop::sample::select(vec!["FS", "FS", "SS", "FF", "SF"]);
        let link = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), kind, -2_i64..4);
        (parents, prop::collection::vec(link, 0..count * 2)).prop_map(move |(parents, links)| Plan {
            parent: parents
                .iter()
                .enumerate()
                .map(|(task, (choice, of))| (with_phases && task > 0 && *choice == 0).then(|| of.index(task)))
                .collect(),
            links: links
                .iter()
                .map(|(task, on, kind, lag)| {
                    let (task, on) = (task.index(count), on.index(count));
                    if ordered { (task.max(on), task.min(on), *kind, *lag) } else { (task, on, *kind, *lag) }
                })
                .collect(),
        })
    })
}

fn with_network<T>(plan: &Plan, use_it: impl FnOnce(&Model<'_>, &Network) -> T) -> T {
    let sources = Sources::from_texts([("plan.toml".to_owned(), plan.text())]);
    let read = planlint::read::read(&sources);
    assert_eq!(read.model.tasks.len(), plan.parent.len());
    assert_eq!(read.model.plan_ids().count(), 1);
    let (network, findings) = Network::new(&read.model);
    assert!(findings.is_empty(), "{findings:?}");
    use_it(&read.model, &network)
}

/// Who can be reached from whom by at least one step.
fn closure(count: usize, steps: impl IntoIterator<Item = (usize, usize)>) -> Vec<Vec<bool>> {
    let mut reach = vec![vec![false; count]; count];
    for (from, to) in steps {
        reach[from][to] = true;
    }
    for over in 0..count {
        for from in 0..count {
            for to in 0..count {
                reach[from][to] |= reach[from][over] && reach[over][to];
            }
        }
    }
    reach
}

/// Sets of two or more leaves of which each reaches each.
fn circles(plan: &Plan, steps: impl IntoIterator<Item = (usize, usize)>) -> BTreeSet<Vec<usize>> {
    let reach = closure(plan.parent.len(), steps);
    let all = 0..plan.parent.len();
    all.clone()
        .map(|one| all.clone().filter(|it| *it == one || (reach[one][*it] && reach[*it][one])).collect())
        .filter(|group: &Vec<usize>| group.len() > 1)
        .collect()
}

fn numbers(tasks: &[TaskId]) -> Vec<usize> {
    tasks.iter().map(|task| task.index()).collect()
}

fn is_acyclic(plan: &Plan) -> bool {
    circles(plan, plan.expanded().into_iter().map(|(from, to, ..)| (from, to))).is_empty()
}

/// The steps of a circle as they are shown: from which node or task, over which link or through which phase.
fn assert_is_circle(plan: &Plan, network: &Network, model: &Model<'_>, knot: &planlint::network::Knot) {
    let before = knot.cycle.iter().cycle().skip(knot.cycle.len() - 1);
    for (before, step) in before.zip(&knot.cycle) {
        match step.link {
            Some(link) => {
                let first = model.first_link(step.task);
                let own = first..first + model.links(step.task).len();
                assert!(own.contains(&(link as usize)), "a link of somebody else: {knot:?}");
                assert_eq!(network.references.predecessor(link as usize), Predecessor::Task(before.task));
            }
            None => {
                let (one, other) = (before.task.index(), step.task.index());
                assert!(
                    plan.parent[one] == Some(other) || plan.parent[other] == Some(one),
                    "no step through a phase: {knot:?}"
                );
            }
        }
    }
    let links: Vec<u32> = knot.cycle.iter().filter_map(|step| step.link).collect();
    assert!(knot.cut.is_some_and(|cut| links.contains(&cut)), "{knot:?}");
}

/// The fewest links of a way round among some leaves.
fn shortest(plan: &Plan, among: &[usize]) -> usize {
    let steps: Vec<(usize, usize)> = plan
        .links
        .iter()
        .map(|(task, on, ..)| (*on, *task))
        .filter(|(from, to)| from != to && among.contains(from) && among.contains(to))
        .collect();
    let mut best = usize::MAX;
    for start in among {
        let mut depth: BTreeMap<usize, usize> = BTreeMap::from([(*start, 0)]);
        for round in 1..=among.len() {
            for (from, to) in &steps {
                if depth.get(from) == Some(&(round - 1)) {
                    if to == start {
                        best = best.min(round);
                    }
                    depth.entry(*to).or_insert(round);
                }
            }
        }
    }
    best
}

/// What finish-upstream is by its definition: a walk over the two states of a task, finish held and start held.
fn finish_upstream(plan: &Plan, from: usize) -> BTreeSet<usize> {
    let links = plan.expanded();
    let mut seen: BTreeSet<(usize, char)> = BTreeSet::from([(from, 'F')]);
    let mut open = vec![(from, 'F')];
    while let Some((task, state)) = open.pop() {
        for (_, to, kind, _) in links.iter().filter(|(on, _, _, lag)| *on == task && *lag >= 0) {
            let next = match (state, *kind) {
                (_, "FS") => (*to, 'S'),
                (_, "FF") => (*to, 'F'),
                ('S', "SS") => (*to, 'S'),
                ('S', "SF") => (*to, 'F'),
                _ => continue,
            };
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen.into_iter().filter(|(_, state)| *state == 'S').map(|(task, _)| task).collect()
}

fn all_edges(graph: &Graph) -> impl Iterator<Item = (Node, Edge)> + '_ {
    (0..graph.len() as u32).map(Node).flat_map(|node| graph.edges(node).map(move |edge| (node, edge)))
}

fn leaf_tasks(plan: &Plan) -> impl Iterator<Item = usize> + '_ {
    (0..plan.parent.len()).filter(|task| plan.is_leaf(*task))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_circle_of_tasks_is_reported_exactly_once(plan in plans(false)) {
        with_network(&plan, |model, network| {
            let of_kind = |wanted: &dyn Fn(KnotKind) -> bool| -> Vec<Vec<usize>> {
                network.knots.iter().filter(|it| wanted(it.kind)).map(|it| numbers(&it.tasks)).collect()
            };
            // Circles of links between leaves.
            let own = plan.links.iter().map(|(task, on, ..)| (*on, *task));
            let plain = circles(&plan, own.filter(|(from, to)| plan.is_leaf(*from) && plan.is_leaf(*to)));
            let reported = of_kind(&|kind| kind == KnotKind::Plain);
            prop_assert_eq!(reported.iter().cloned().collect::<BTreeSet<_>>(), plain.clone());
            prop_assert_eq!(reported.len(), plain.len());
            // All others go through a phase.
            let all = circles(&plan, plan.expanded().into_iter().map(|(from, to, ..)| (from, to)));
            let through: BTreeSet<Vec<usize>> = all.difference(&plain).cloned().collect();
            let reported = of_kind(&|kind| kind == KnotKind::Hierarchy);
            prop_assert_eq!(reported.iter().cloned().collect::<BTreeSet<_>>(), through.clone());
            prop_assert_eq!(reported.len(), through.len());
            prop_assert!(of_kind(&|kind| kind == KnotKind::CrossPlan).is_empty());
            for knot in &network.knots {
                assert_is_circle(&plan, network, model, knot);
                match knot.kind {
                    KnotKind::Hierarchy => {
                        let is_phase = |task: usize| !plan.is_leaf(task);
                        let goes_through = knot.cycle.iter().any(|step| is_phase(step.task.index()));
                        prop_assert!(goes_through);
                    }
                    _ => prop_assert_eq!(knot.cycle.len(), shortest(&plan, &numbers(&knot.tasks))),
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn nothing_is_a_circle_where_links_only_lead_forward(plan in plans(true)) {
        let plan = Plan { parent: vec![None; plan.parent.len()], ..plan };
        with_network(&plan, |_, network| {
            prop_assert!(network.knots.is_empty());
            prop_assert!(network.graph.circles().is_empty());
            Ok(())
        })?;
    }

    #[test]
    fn every_step_outside_circles_leads_forward(plan in plans(false)) {
        with_network(&plan, |_, network| {
            let graph = &network.graph;
            let circle = |node: Node| graph.circles().iter().find(|(start, end)| (*start..*end).contains(&node.0));
            for (from, edge) in all_edges(graph) {
                let is_in_circle = circle(from).is_some() && circle(from) == circle(edge.to);
                prop_assert!(from < edge.to || is_in_circle, "{:?} {:?}", from, edge);
            }
            for (start, end) in graph.circles() {
                let reach = closure(
                    graph.len(),
                    all_edges(graph).map(|(from, edge)| (from.index(), edge.to.index())),
                );
                for one in *start..*end {
                    prop_assert!(reach[one as usize][*start as usize] && reach[*start as usize][one as usize]);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn upstream_and_downstream_are_what_the_definition_says(plan in plans(false)) {
        with_network(&plan, |_, network| {
            let reach = closure(
                plan.parent.len(),
                plan.expanded().into_iter().map(|(from, to, ..)| (from, to)),
            );
            let seeds = || leaf_tasks(&plan).map(|task| (TaskId(task as u32), 1_u64 << task));
            let (upstream, downstream) = (network.graph.upstream(seeds()), network.graph.downstream(seeds()));
            for task in leaf_tasks(&plan) {
                let id = TaskId(task as u32);
                for other in leaf_tasks(&plan) {
                    let is_up = upstream.at(id) & (1 << other) != 0;
                    prop_assert_eq!(is_up, reach[other][task], "{} upstream of {}", other, task);
                    let is_down = downstream.at(id) & (1 << other) != 0;
                    prop_assert_eq!(is_down, reach[task][other], "{} downstream of {}", other, task);
                    let way = network.graph.path(TaskId(other as u32), id);
                    prop_assert_eq!(way.is_some(), reach[other][task] || task == other);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn finish_upstream_is_what_the_definition_says(plan in plans(true)) {
        prop_assume!(is_acyclic(&plan));
        with_network(&plan, |_, network| {
            let seeds = leaf_tasks(&plan).map(|task| (TaskId(task as u32), 1_u64 << task));
            let held = network.graph.finish_upstream(seeds);
            for from in leaf_tasks(&plan) {
                let expected = finish_upstream(&plan, from);
                for task in leaf_tasks(&plan) {
                    let is_held = held.at(TaskId(task as u32)) & (1 << from) != 0;
                    prop_assert_eq!(is_held, expected.contains(&task), "{} before {}", from, task);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_way_between_two_tasks_is_made_of_links(plan in plans(false)) {
        let steps: BTreeSet<(usize, usize)> =
            plan.expanded().into_iter().map(|(from, to, ..)| (from, to)).collect();
        with_network(&plan, |_, network| {
            for from in leaf_tasks(&plan) {
                for to in leaf_tasks(&plan) {
                    let ids = (TaskId(from as u32), TaskId(to as u32));
                    let Some(way) = network.graph.path(ids.0, ids.1) else { continue };
                    prop_assert_eq!((way.first(), way.last()), (Some(&ids.0), Some(&ids.1)));
                    for pair in way.windows(2) {
                        prop_assert!(steps.contains(&(pair[0].index(), pair[1].index())), "{:?}", way);
                    }
                }
            }
            Ok(())
        })?;
    }
}

/// Where a rule finds something: the ids of tasks, or the links as `successor predecessor`.
fn found(code: &str, text: &str) -> BTreeSet<String> {
    let sources = Sources::from_texts([("plan.toml".to_owned(), text.to_owned())]);
    let options = planlint::catalogue::Options::new();
    let runs = |rule: &planlint::catalogue::Rule| rule.code.as_str() == code;
    let settings = || planlint::rules::PlanSettings { runs: &runs, options: &options, guesses: true };
    let today = jiff::civil::date(2026, 10, 2);
    let found = planlint::find(&sources, Catalogue::embedded(), |_| vec![settings()], today);
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    let findings = found.findings.iter().filter(|it| it.code.as_str() == code);
    findings
        .filter_map(|it| {
            let task = found.model.id(it.entity?);
            let place = sources.text(it.primary.span);
            Some(if place == task { task.to_owned() } else { format!("{task} {place}") })
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_link_is_redundant_when_a_longer_way_of_finish_to_start_links_exists(plan in plans(true)) {
        let plan = Plan { parent: vec![None; plan.parent.len()], ..plan };
        let count = plan.parent.len();
        let links = plan.expanded();
        let holding: Vec<(usize, usize)> = links
            .iter()
            .filter(|(_, _, kind, lag)| *kind == "FS" && *lag >= 0)
            .map(|(from, to, ..)| (*from, *to))
            .collect();
        let reach = closure(count, holding.iter().copied());
        let expected: BTreeSet<String> = links
            .iter()
            .filter(|(_, _, kind, lag)| *kind == "FS" && *lag == 0)
            .filter(|(from, to, ..)| (0..count).any(|over| {
                over != *from && over != *to && reach[*from][over] && reach[over][*to]
            }))
            .map(|(from, to, ..)| format!("t{to} t{from} FS+0d"))
            .collect();
        prop_assert_eq!(found("DEP006", &plan.text()), expected);
    }

    #[test]
    fn a_bottleneck_is_a_task_without_which_no_way_leads_to_the_end(plan in plans(true)) {
        let plan = Plan { parent: vec![None; plan.parent.len()], ..plan };
        let count = plan.parent.len();
        let steps: Vec<(usize, usize)> = plan.expanded().into_iter().map(|(from, to, ..)| (from, to)).collect();
        let sinks: Vec<usize> = (0..count).filter(|task| steps.iter().all(|step| step.0 != *task)).collect();
        let sources = || (0..count).filter(|task| steps.iter().all(|step| step.1 != *task));
        let is_reached_without = |out: usize| {
            let left = steps.iter().copied().filter(|(from, to)| *from != out && *to != out);
            let reach = closure(count, left);
            sources().filter(|it| *it != out).any(|from| {
                sinks.iter().any(|to| *to != out && (reach[from][*to] || from == *to))
            })
        };
        let expected: BTreeSet<String> =
            (0..count).filter(|task| !is_reached_without(*task)).map(|task| format!("t{task}")).collect();
        let ends: Vec<String> = sinks.iter().map(|task| format!("\"t{task}\"")).collect();
        let text = plan.text().replace(", depends-on", ", duration = \"1d\", depends-on")
            + &format!("end = {{ title = \"End\", milestone = true, depends-on = [{}] }}\n", ends.join(", "));
        prop_assert_eq!(found("DEP019", &text), expected);
    }
}

#[test]
fn the_rules_of_the_family_find_the_same_on_every_run() {
    let plan = Plan {
        parent: vec![None, Some(0), Some(0), None, None],
        links: vec![(1, 3, "FS", 0), (3, 0, "FS", 0), (3, 4, "SS", -1), (4, 3, "FF", 2)],
    };
    let text = plan.text();
    let sources = Sources::from_texts([("plan.toml".to_owned(), text)]);
    let run = || {
        let options = planlint::catalogue::Options::new();
        let runs = |_: &planlint::catalogue::Rule| true;
        let settings = || planlint::rules::PlanSettings { runs: &runs, options: &options, guesses: true };
        let today = jiff::civil::date(2026, 10, 2);
        let found = planlint::find(&sources, Catalogue::embedded(), |_| vec![settings()], today);
        assert!(found.failed.is_empty(), "{:?}", found.failed);
        assert!(found.findings.iter().any(|it| it.entity.is_some_and(|it| it.kind == EntityKind::Task)));
        found.findings
    };
    assert_eq!(run(), run());
}
