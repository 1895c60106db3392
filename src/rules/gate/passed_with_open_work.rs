//! GAT011: a gate that was passed although work before it, or an issue that blocks it, is open.

use super::GATES;
use crate::finding::{Entity, EntityKind};
use crate::model::{IssueStatus, LinkKind, TaskId};
use crate::network::Node;
use crate::rules::{Ctx, Native, Sink, entity, listed};

pub(super) const RULE: Native = Native { code: "GAT011", check };

fn check(ctx: &Ctx<'_>, out: &mut Sink) {
    let kinds = ctx.kinds(&GATES);
    let gates = ctx.tasks().map(|(task, _)| task).filter(|task| kinds.contains(ctx.kind(*task)));
    let passed: Vec<TaskId> = gates.filter(|gate| ctx.is_leaf(*gate) && ctx.is_done(*gate)).collect();
    let is_work = |task: &TaskId| ctx.is_open(*task) && ctx.is_leaf(*task);
    let open: Vec<TaskId> = (0..ctx.model.tasks.len() as u32).map(TaskId).filter(is_work).collect();
    let before = ctx.network.graph.finish_upstream(open.iter().map(|task| (*task, 1)));
    let suspects: Vec<TaskId> = passed.iter().copied().filter(|gate| before.is_at(*gate)).collect();
    for batch in suspects.chunks(64) {
        let marks = finished_before(ctx, batch);
        let mut open_before: Vec<Vec<TaskId>> = vec![Vec::new(); batch.len()];
        for task in &open {
            let mut mark = marks.get(ctx.network.graph.node_behind(*task).index()).copied().unwrap_or(0);
            while mark != 0 {
                open_before[mark.trailing_zeros() as usize].push(*task);
                mark &= mark - 1;
            }
        }
        for (gate, mut tasks) in batch.iter().zip(open_before) {
            let conditions = Conditions::new(ctx, *gate);
            // Somebody has said go knowingly.
            tasks.retain(|task| !conditions.name(ctx, entity(*task)));
            if !tasks.is_empty() {
                let mut finding = ctx.task_finding(*gate).here("passed");
                for task in tasks.iter().take(3) {
                    finding = finding.label(ctx.place(*task), "not finished");
                }
                out.report(finding.param("tasks", listed(tasks.into_iter().map(|task| ctx.name(task)))));
            }
        }
    }
    blocked(ctx, out, &passed);
}

/// Passed gates that an open issue blocks.
fn blocked(ctx: &Ctx<'_>, out: &mut Sink, passed: &[TaskId]) {
    let mut blocks: Vec<(TaskId, Entity)> = Vec::new();
    for (number, issue) in ctx.model.issues.iter().enumerate() {
        let is_open = |status: IssueStatus| matches!(status, IssueStatus::Open | IssueStatus::InProgress);
        if issue.status().is_none_or(|status| is_open(status.value)) {
            let gates = ctx.network.references.list(issue.blocks()).iter().filter_map(|it| it.task());
            let gates = gates.filter(|gate| passed.binary_search(gate).is_ok());
            blocks.extend(gates.map(|gate| (gate, Entity::new(EntityKind::Issue, number))));
        }
    }
    blocks.sort_unstable();
    blocks.dedup();
    for of_gate in blocks.chunk_by(|one, other| one.0 == other.0) {
        let gate = of_gate[0].0;
        let conditions = Conditions::new(ctx, gate);
        let issues: Vec<Entity> =
            of_gate.iter().map(|(_, issue)| *issue).filter(|issue| !conditions.name(ctx, *issue)).collect();
        if let Some(first) = issues.first() {
            let finding = ctx.task_finding(gate).variant("issue").subject("issue").here("passed");
            let finding = finding.label(ctx.model.place(*first), "still open");
            out.report(finding.param("issues", listed(issues.iter().map(|issue| ctx.model.name(*issue)))));
        }
    }
}

/// What was still open when a gate was passed, as its author wrote it.
struct Conditions(Vec<String>);

impl Conditions {
    fn new(ctx: &Ctx<'_>, gate: TaskId) -> Self {
        let texts = ctx.model.list(ctx.model.task(gate).conditions());
        Self(texts.iter().map(|text| ctx.text(*text).to_lowercase()).collect())
    }

    /// Whether a condition names something, by its id as a word or by its title.
    fn name(&self, ctx: &Ctx<'_>, it: Entity) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '.');
        let id = ctx.model.id(it).to_lowercase();
        let title = ctx.model.title(it).map(str::to_lowercase);
        self.0.iter().any(|text| {
            text.split(|c| !is_part(c)).any(|word| word.trim_end_matches('.') == id)
                || title.as_ref().is_some_and(|title| text.contains(title.as_str()))
        })
    }
}

/// For each node, which of up to 64 gates wait for its finish: `finish_upstream` seen from its other end.
fn finished_before(ctx: &Ctx<'_>, gates: &[TaskId]) -> Vec<u64> {
    let graph = &ctx.network.graph;
    let mut by_start = vec![0_u64; graph.len()];
    let mut by_finish = vec![0_u64; graph.len()];
    let mut seeds = vec![0_u64; graph.len()];
    for (bit, gate) in gates.iter().enumerate() {
        seeds[graph.node(*gate).index()] |= 1 << bit;
    }
    let mut circles = graph.circles().iter().rev().copied().peekable();
    for node in (0..graph.len() as u32).rev() {
        let range = match circles.next_if(|(_, end)| *end == node + 1) {
            Some((start, end)) => start as usize..end as usize,
            None => node as usize..node as usize + 1,
        };
        for at in range.clone() {
            let (mut start, mut finish) = (by_start[at], by_finish[at]);
            for edge in graph.edges(Node(at as u32)) {
                let to = edge.to.index();
                let (to_start, to_finish) = (by_start[to] | seeds[to], by_finish[to]);
                let link = edge.link.and_then(|link| ctx.model.arenas.links.get(link as usize));
                match link.map(|link| (link.kind, link.lag.is_negative())) {
                    Some((_, true)) => {}
                    Some((LinkKind::FinishStart, _)) => finish |= to_start,
                    Some((LinkKind::StartStart, _)) => start |= to_start,
                    Some((LinkKind::FinishFinish, _)) => finish |= to_finish,
                    Some((LinkKind::StartFinish, _)) => start |= to_finish,
                    // Into or out of a phase.
                    None => {
                        start |= to_start;
                        finish |= to_finish;
                    }
                }
            }
            // Where the start of something is held, so is its finish.
            by_start[at] = start | finish;
            by_finish[at] = finish;
        }
        if range.len() > 1 {
            let all = range.clone().fold(0, |all, at| all | by_start[at] | seeds[at]);
            by_start[range.clone()].fill(all);
            by_finish[range].fill(all);
        }
    }
    by_finish
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    fn found(rest: &str) -> Vec<String> {
        let plan = format!("[plan]\nname = \"P\"\n[task]\n{rest}");
        codes(&plan).into_iter().filter(|code| code.starts_with("GAT011")).collect()
    }

    #[test]
    fn only_open_work_that_must_be_finished_before_counts() {
        let plan = |link: &str, status: &str| {
            found(&format!(
                "a = {{ title = \"A\", duration = \"2d\"{status} }}\n\
                p = {{ title = \"Phase\" }}\n\
                b = {{ title = \"B\", parent = \"p\", depends-on = \"{link}\", actual-finish = 2026-09-01 }}\n\
                g = {{ title = \"G\", kind = \"gate\", status = \"done\", depends-on = \"p\" }}\n"
            ))
        };
        assert_eq!(plan("a", ""), ["GAT011 7:1"]);
        assert_eq!(plan("a FF", ""), ["GAT011 7:1"]);
        for link in ["a SS", "a SF", "a FS-1d"] {
            assert_eq!(plan(link, ""), Vec::<String>::new(), "{link}");
        }
        for status in [", status = \"done\"", ", status = \"cancelled\"", ", actual-finish = 2026-09-01"] {
            assert_eq!(plan("a", status), Vec::<String>::new(), "{status}");
        }
    }

    #[test]
    fn a_start_that_is_held_holds_what_starts_with_it() {
        let tasks = "a = { title = \"A\" }\n\
            b = { title = \"B\", depends-on = \"a\", status = \"done\" }\n\
            c = { title = \"C\", depends-on = \"b SS\", status = \"done\" }\n\
            g = { title = \"G\", kind = \"gate\", depends-on = \"c SS\", status = \"done\" }\n";
        assert_eq!(found(tasks), ["GAT011 7:1"]);
        assert_eq!(found(&tasks.replace("\"a\"", "\"a FF\"")), Vec::<String>::new());
    }

    #[test]
    fn conditions_that_name_it_answer_it() {
        let plan = |conditions: &str| {
            found(&format!(
                "a = {{ title = \"Test the scanners\" }}\n\
                g = {{ title = \"G\", kind = \"gate\", status = \"done\", depends-on = \"a\", conditions = [\"{conditions}\"] }}\n\
                [issue]\ni = {{ title = \"No keys\", blocks = \"g\" }}\n"
            ))
        };
        assert_eq!(plan("budget holds"), ["GAT011 5:1", "GAT011 5:1"]);
        assert_eq!(plan("task a until Friday"), ["GAT011 5:1"]);
        assert_eq!(plan("test the scanners by Monday, then no keys"), Vec::<String>::new());
    }

    #[test]
    fn an_issue_that_is_solved_blocks_nothing() {
        let tasks = "g = { title = \"G\", kind = \"gate\", status = \"done\" }\n\
            [issue]\ni = { title = \"No keys\", blocks = \"g\", status = \"resolved\" }\n";
        assert_eq!(found(tasks), Vec::<String>::new());
        assert_eq!(found(&tasks.replace("resolved", "in-progress")), ["GAT011 4:1"]);
    }
}
