//! GAT002: work that a change needs and that does not pass through its gate.
//!
//! The gates of a change are the nearest ones: finish-upstream of it, with no other gate of the plan between. Work
//! bypasses them if it is upstream of the change, and neither upstream nor downstream of any of them.

use std::collections::BTreeMap;

use super::GATES;
use super::around::Backward;
use super::nearest_gates::groups;
use crate::finding::Fix;
use crate::model::{Effort, TaskId};
use crate::rules::{Ctx, Native, Sink, entity, listed};

pub(super) const RULE: Native = Native { code: "GAT002", check };

/// Work that a gate need not know: people are told, trained and helped, things are brought, the project is run. The
/// words of single fields stand beside those that all share. Unknown kinds and tasks without any count.
const BESIDE: [&str; 26] = [
    "notice",
    "user-notice",
    "communication",
    "maintenance-announcement",
    "release-notes",
    "training",
    "awareness-training",
    "knowledge-article",
    "service-desk-briefing",
    "logistics",
    "procurement",
    "delivery",
    "device-delivery",
    "support",
    "hypercare",
    "floor-support",
    "early-life-support",
    "meeting",
    "management",
    "change-record",
    "contingency",
    "closure",
    "gate",
    "go-no-go",
    "approval",
    "change-approval",
];

/// What leads around a gate.
#[derive(Default)]
struct Found {
    tasks: Vec<TaskId>,
    /// The shortest way from one of them to the change, both included.
    way: Vec<TaskId>,
}

/// Of so many tasks for one gate the ways are compared.
const MOST_WAYS: usize = 50;

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let gates = ctx.kinds(&GATES);
    let is_gate =
        |task: TaskId| gates.contains(ctx.kind(task)) && ctx.is_leaf(task) && !ctx.is_cancelled(task);
    let groups = groups(ctx, &is_gate);
    if groups.is_empty() {
        return;
    }
    let beside = ctx.kinds(&BESIDE);
    let mut backward = Backward::new(&ctx.network.graph);
    let mut found: BTreeMap<TaskId, Found> = BTreeMap::new();
    for group in &groups {
        // Of several gates the last that is still to be passed is the one to hear of it; where none is, it is too late.
        let (Some(gate), Some(first)) =
            (group.gates.iter().rev().find(|gate| ctx.is_open(**gate)), group.changes.first())
        else {
            continue;
        };
        let plan = ctx.model.task(*first).plan;
        let counts = |task: TaskId| {
            let it = ctx.model.task(task);
            it.plan == plan
                && ctx.is_leaf(task)
                && ctx.is_open(task)
                && !beside.contains(ctx.kind(task))
                // Level of effort: as long as the project, and never finished before a gate.
                && it.effort().is_none_or(|effort| effort.value != Effort::Level)
        };
        for bypass in backward.around(group, &counts) {
            let of_gate = found.entry(*gate).or_default();
            of_gate.tasks.push(bypass.task);
            if of_gate.tasks.len() <= MOST_WAYS {
                let way = backward.way(&bypass);
                if of_gate.way.is_empty() || way.len() < of_gate.way.len() {
                    of_gate.way = way;
                }
            }
        }
    }
    for (gate, mut around) in found {
        // One task may lead to several changes around the same gate.
        around.tasks.sort_unstable();
        around.tasks.dedup();
        report(ctx, out, gate, &around);
    }
}

fn report(ctx: &Ctx<'_>, out: &mut Sink, gate: TaskId, around: &Found) {
    let Some(change) = around.way.last().copied() else { return };
    let mut finding = ctx.task_finding(gate).here("the gate");
    for task in around.tasks.iter().take(3) {
        finding = finding.label(ctx.place(*task), "leads around it");
    }
    finding = finding
        .label(ctx.place(change), "needs it")
        .param("change", ctx.name(change))
        .param("path", path(ctx, &around.way));
    if let Some(fix) = fix(ctx, gate, &around.tasks) {
        finding = finding.fix(fix);
    }
    out.report(match around.tasks[..] {
        [task] => finding.param("task", ctx.name(task)),
        _ => finding
            .variant("several")
            .param("count", around.tasks.len().to_string())
            .param("tasks", listed(around.tasks.iter().map(|task| ctx.name(*task)))),
    });
}

/// `regress -> interfaces -> live`, at most seven of them.
fn path(ctx: &Ctx<'_>, way: &[TaskId]) -> String {
    const MOST: usize = 7;
    let id = |task: &TaskId| ctx.model.id(entity(*task)).to_owned();
    match way {
        [first @ .., last] if way.len() > MOST => {
            let shown: Vec<String> = first.iter().take(MOST - 2).map(id).collect();
            format!("{} -> ... {} more ... -> {}", shown.join(" -> "), way.len() + 1 - MOST, id(last))
        }
        _ => way.iter().map(id).collect::<Vec<_>>().join(" -> "),
    }
}

/// Lets the gate wait for the tasks. None of them comes after it, so no circle is closed.
fn fix(ctx: &Ctx<'_>, gate: TaskId, tasks: &[TaskId]) -> Option<Fix> {
    const MOST: usize = 10;
    if tasks.len() > MOST {
        return None;
    }
    let ids: Vec<String> = tasks.iter().map(|task| ctx.model.id(entity(*task)).to_owned()).collect();
    let message = format!("Let the gate wait for {}", listed(ids.iter().map(|id| format!("`{id}`"))));
    Some(Fix::not_safe(message).add_to(ctx.place(gate), "depends-on", ids))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[task]\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT002")).collect()
    }

    /// A gate `g`, and a change `x` that waits for it and for `around`.
    fn plan(around: &str) -> Vec<String> {
        found(&format!(
            "g = {{ title = \"G\", kind = \"gate\", depends-on = [\"a\"] }}\n\
            x = {{ title = \"X\", kind = \"go-live\", depends-on = [\"g\", \"w\"] }}\n\
            a = {{ title = \"A\" }}\n\
            {around}\n"
        ))
    }

    #[test]
    fn work_of_unknown_kind_or_none_counts() {
        assert_eq!(plan("w = { title = \"W\" }"), ["GAT002 4:1"]);
        assert_eq!(plan("w = { title = \"W\", kind = \"x-own\" }"), ["GAT002 4:1"]);
        assert_eq!(plan("w = { title = \"W\", kind = \"backup\" }"), ["GAT002 4:1"]);
    }

    #[test]
    fn what_a_gate_need_not_know_may_pass_beside_it() {
        for kind in super::BESIDE {
            assert_eq!(
                plan(&format!("w = {{ title = \"W\", kind = \"{kind}\" }}")),
                Vec::<String>::new(),
                "{kind}"
            );
        }
        for rest in ["effort = \"level\"", "status = \"done\"", "status = \"cancelled\""] {
            assert_eq!(plan(&format!("w = {{ title = \"W\", {rest} }}")), Vec::<String>::new(), "{rest}");
        }
    }

    #[test]
    fn work_before_or_after_the_gate_is_no_bypass() {
        assert_eq!(plan("w = { title = \"W\", depends-on = \"g\" }"), Vec::<String>::new());
        assert_eq!(plan("w = { title = \"W\", depends-on = \"g SS\" }"), Vec::<String>::new());
        let before = "w = { title = \"W\", kind = \"notice\", depends-on = \"b\" }\nb = { title = \"B\" }\n";
        assert_eq!(plan(before), ["GAT002 4:1"]);
        let both = "w = { title = \"W\", kind = \"notice\", depends-on = \"a\" }";
        assert_eq!(plan(both), Vec::<String>::new());
    }

    #[test]
    fn only_the_nearest_gates_count() {
        let tasks = "g1 = { title = \"G1\", kind = \"gate\" }\n\
            p = { title = \"P\", kind = \"pilot\", depends-on = \"g1\" }\n\
            w = { title = \"W\", kind = \"test\", depends-on = \"p\" }\n\
            g2 = { title = \"G2\", kind = \"gate\", depends-on = \"p\" }\n\
            x = { title = \"X\", kind = \"rollout\", depends-on = [\"g1\", \"g2\", \"w\"] }\n";
        assert_eq!(found(tasks), ["GAT002 7:1"]);
        assert_eq!(found(&tasks.replace("\"g2\", \"w\"", "\"w\"")), Vec::<String>::new());
        let done = tasks.replace("G2\", kind", "G2\", status = \"done\", kind");
        assert_eq!(found(&done), Vec::<String>::new());
    }

    #[test]
    fn one_finding_for_a_gate_however_many_lead_around_it() {
        let tasks = "g = { title = \"G\", kind = \"gate\" }\n\
            ph = { title = \"Phase\" }\n\
            v = { title = \"V\", parent = \"ph\" }\n\
            w = { title = \"W\", parent = \"ph\" }\n\
            x = { title = \"X\", kind = \"rollout\", depends-on = [\"g\", \"ph\"] }\n\
            y = { title = \"Y\", kind = \"rollout\", depends-on = [\"x\", \"z\"] }\n\
            z = { title = \"Z\" }\n";
        assert_eq!(found(tasks), ["GAT002 4:1"]);
    }

    #[test]
    fn a_gate_that_does_not_hold_the_change_is_not_its_gate() {
        let tasks = "g = { title = \"G\", kind = \"gate\" }\n\
            w = { title = \"W\" }\n\
            x = { title = \"X\", kind = \"rollout\", depends-on = [\"g SS\", \"w\"] }\n\
            y = { title = \"Y\", kind = \"pilot\", depends-on = [\"g\", \"w\"] }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
    }

    /// The plan after the fix of its one finding.
    fn fixed(gate_waits_for: &str) -> Option<String> {
        let plan = format!(
            "[plan]\nname = \"P\"\n[task]\na = {{ title = \"A\" }}\n\
            g = {{ title = \"G\", kind = \"gate\", depends-on = {gate_waits_for} }}\n\
            w = {{ title = \"W\" }}\n\
            x = {{ title = \"X\", kind = \"go-live\", depends-on = [\"g\", \"w\"] }}\n"
        );
        let catalogue = crate::catalogue::Catalogue::embedded();
        let sources = crate::source::Sources::from_texts(vec![("plan.toml".to_owned(), plan.clone())]);
        let options = crate::catalogue::Options::new();
        let runs = |rule: &crate::catalogue::Rule| rule.code.as_str() == "GAT002";
        let settings = || crate::rules::PlanSettings { runs: &runs, options: &options, guesses: true };
        let today = jiff::civil::date(2026, 10, 2);
        let all = crate::find(&sources, catalogue, |_| vec![settings()], today);
        let fix = all.findings.into_iter().find_map(|finding| finding.fix)?;
        let fix = crate::fix::settled(fix, &sources)?;
        Some(crate::fix::applied(&plan, &fix.edits))
    }

    #[test]
    fn the_fix_lets_the_gate_wait_for_it() {
        for list in [
            "[\"a\"]",
            "['a']",
            "[ \"a FS+2d\", ]",
            "[{ on = \"a\" }, \"a SS\"]",
            "\"a\"",
            "[{ on = \"a\" }]",
            "[]",
        ] {
            let plan = fixed(list).unwrap();
            assert!(plan.contains("\"w\""), "{plan}");
            assert_eq!(found(plan.split_once("[task]\n").unwrap().1), Vec::<String>::new(), "{plan}");
        }
    }

    #[test]
    fn circles_end() {
        let tasks = "g = { title = \"G\", kind = \"gate\" }\n\
            v = { title = \"V\", depends-on = \"w\" }\n\
            w = { title = \"W\", depends-on = [\"v\", \"u\"] }\n\
            u = { title = \"U\" }\n\
            x = { title = \"X\", kind = \"rollout\", depends-on = [\"g\", \"w\"] }\n";
        assert_eq!(found(tasks), ["GAT002 4:1"]);
    }

    #[test]
    fn gates_and_work_of_other_plans_do_not_count() {
        let plans = "#- a/plan.toml\n[plan]\nname = \"A\"\n[task]\n\
            g = { title = \"G\", kind = \"gate\" }\n\
            x = { title = \"X\", kind = \"rollout\", depends-on = [\"g\", \"b/w\", \"b/g\"] }\n\
            #- b/plan.toml\n[plan]\nname = \"B\"\n[task]\n\
            w = { title = \"W\" }\n\
            g = { title = \"G\", kind = \"gate\" }\n";
        let found: Vec<String> = codes(plans).into_iter().filter(|code| code.starts_with("GAT002")).collect();
        assert_eq!(found, Vec::<String>::new());
    }

    // Small networks at random, judged once more by the words of the definition.
    #[test]
    fn agrees_with_the_definition_on_random_networks() {
        let mut seed = 7_u64;
        let mut next = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        let mut reported = 0;
        for _ in 0..400 {
            let net = Net::random(&mut next);
            let expected = net.expected();
            reported += expected.len();
            assert_eq!(found(&net.text()), expected, "{}", net.text());
        }
        assert!(reported > 50, "too few cases: {reported}");
    }

    struct Net {
        kinds: Vec<&'static str>,
        /// For each task its predecessors, and whether by start to start.
        links: Vec<Vec<(usize, bool)>>,
    }

    impl Net {
        fn random(next: &mut impl FnMut(u64) -> u64) -> Self {
            let count = 4 + next(8) as usize;
            let kinds =
                (0..count).map(|_| ["gate", "gate", "rollout", "test", "test", "notice"][next(6) as usize]);
            let kinds = kinds.collect();
            let links = (0..count).map(|task| {
                let before = (0..task).filter(|_| next(3) == 0).collect::<Vec<_>>();
                before.into_iter().map(|it| (it, next(4) == 0)).collect()
            });
            Self { kinds, links: links.collect() }
        }

        fn text(&self) -> String {
            let rows = self.kinds.iter().zip(&self.links).enumerate().map(|(task, (kind, links))| {
                let links: Vec<String> = links
                    .iter()
                    .map(|(before, starts)| format!("\"t{before}{}\"", if *starts { " SS" } else { "" }))
                    .collect();
                format!(
                    "t{task} = {{ title = \"T{task}\", kind = \"{kind}\", depends-on = [{}] }}\n",
                    links.join(", ")
                )
            });
            rows.collect()
        }

        fn upstream(&self, task: usize) -> Vec<bool> {
            let mut is = vec![false; self.kinds.len()];
            let mut open = vec![task];
            while let Some(task) = open.pop() {
                for (before, _) in &self.links[task] {
                    if !is[*before] {
                        is[*before] = true;
                        open.push(*before);
                    }
                }
            }
            is
        }

        /// Whose finish holds the start of a task: over links from start to start only the start is handed on.
        fn finished_before(&self, task: usize) -> Vec<bool> {
            let mut is = vec![false; self.kinds.len()];
            for (before, starts) in &self.links[task] {
                is[*before] |= !starts;
                for (at, more) in self.finished_before(*before).into_iter().enumerate() {
                    is[at] |= more;
                }
            }
            is
        }

        fn expected(&self) -> Vec<String> {
            let all = 0..self.kinds.len();
            let mut gates: Vec<usize> = Vec::new();
            for change in all.clone().filter(|it| self.kinds[*it] == "rollout") {
                let before = self.finished_before(change);
                let passed: Vec<usize> =
                    all.clone().filter(|it| before[*it] && self.kinds[*it] == "gate").collect();
                let is_nearest =
                    |gate: &&usize| !passed.iter().any(|later| self.finished_before(*later)[**gate]);
                let nearest: Vec<usize> = passed.iter().filter(is_nearest).copied().collect();
                let needed = self.upstream(change);
                let is_around = |task: usize| {
                    needed[task]
                        && !["gate", "notice"].contains(&self.kinds[task])
                        && nearest
                            .iter()
                            .all(|gate| !self.upstream(*gate)[task] && !self.upstream(task)[*gate])
                };
                if !nearest.is_empty() && all.clone().any(is_around) {
                    gates.push(self.last(&nearest));
                }
            }
            gates.sort_unstable();
            gates.dedup();
            gates.iter().map(|gate| format!("GAT002 {}:1", gate + 4)).collect()
        }

        /// The last in the order in which tasks become ready, as the network numbers them.
        fn last(&self, gates: &[usize]) -> usize {
            let mut waits: Vec<usize> = self.links.iter().map(Vec::len).collect();
            let mut order: Vec<usize> = (0..waits.len()).filter(|task| waits[*task] == 0).collect();
            let mut at = 0;
            while at < order.len() {
                for (task, links) in self.links.iter().enumerate() {
                    let met = links.iter().filter(|(before, _)| *before == order[at]).count();
                    waits[task] -= met;
                    if met > 0 && waits[task] == 0 {
                        order.push(task);
                    }
                }
                at += 1;
            }
            order.into_iter().rev().find(|task| gates.contains(task)).unwrap()
        }
    }
}
