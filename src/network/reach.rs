//! "Is there an X upstream?", for all tasks and up to 64 different X in one pass over the network.

use std::ops::Range;

use super::graph::{Graph, Holds, Node};
use crate::model::TaskId;

/// A question to [`Graph::finish_before_any`]: does the logic force `first` to be finished before one of `later` starts?
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// What is to be finished.
    pub first: TaskId,
    /// What should wait for it. For a phase it is enough that one task inside waits.
    pub later: &'a [TaskId],
}

/// How many steps all single searches of a run may take together, for each node of the network.
const STEPS_PER_NODE: usize = 2;

/// For each task a set of up to 64 marks.
pub struct Reach<'g> {
    graph: &'g Graph,
    marks: Vec<u64>,
}

impl Reach<'_> {
    /// The marks at a task.
    pub fn at(&self, task: TaskId) -> u64 {
        self.marks[self.graph.node(task).index()]
    }

    /// Whether any mark is at a task.
    pub fn is_at(&self, task: TaskId) -> bool {
        self.at(task) != 0
    }
}

impl Graph {
    /// Which of the seeds are upstream of each task: a way of links leads from the seed to it, of whatever kind.
    pub fn upstream(&self, seeds: impl IntoIterator<Item = (TaskId, u64)>) -> Reach<'_> {
        let mut own = vec![0_u64; self.len()];
        for (task, mark) in seeds {
            own[self.node_behind(task).index()] |= mark;
        }
        let mut marks = vec![0_u64; self.len()];
        let mut circles = self.circles().iter().copied().peekable();
        for node in 0..self.len() as u32 {
            if let Some((start, end)) = circles.next_if(|(start, _)| *start == node) {
                let range = start as usize..end as usize;
                let all = range.clone().fold(0, |all, node| all | marks[node] | own[node]);
                marks[range].fill(all);
            }
            let here = marks[node as usize] | own[node as usize];
            if here != 0 {
                for edge in self.edges(Node(node)) {
                    marks[edge.to.index()] |= here;
                }
            }
        }
        Reach { graph: self, marks }
    }

    /// Which of the seeds are downstream of each task: a way of links leads from it to the seed.
    pub fn downstream(&self, seeds: impl IntoIterator<Item = (TaskId, u64)>) -> Reach<'_> {
        let mut own = vec![0_u64; self.len()];
        for (task, mark) in seeds {
            own[self.node(task).index()] |= mark;
        }
        let mut marks = vec![0_u64; self.len()];
        let mut circles = self.circles().iter().rev().copied().peekable();
        for node in (0..self.len() as u32).rev() {
            let range = match circles.next_if(|(_, end)| *end == node + 1) {
                Some((start, end)) => start as usize..end as usize,
                None => node as usize..node as usize + 1,
            };
            for from in range.clone() {
                let mut here = marks[from];
                for edge in self.edges(Node(from as u32)) {
                    let to = edge.to.index();
                    here |= marks[to] | own[to];
                }
                marks[from] = here;
            }
            if range.len() > 1 {
                let all = range.clone().fold(0, |all, node| all | marks[node] | own[node]);
                marks[range].fill(all);
            }
        }
        Reach { graph: self, marks }
    }

    /// Which of the seeds are finish-upstream of each task: the logic forces the seed to be finished before the task
    /// starts.
    ///
    /// Two states travel along the links: the finish of what a mark has reached is held, or its start and so its finish
    /// too. Finish to start leads from a finish to a start, finish to finish from a finish to a finish; once a start is
    /// held, start to start leads on to a start and start to finish to a finish. Links with negative lag carry nothing.
    /// Within a circle nothing can be said of the order, and the circle is a finding of its own: everything in it counts
    /// as reached.
    pub fn finish_upstream(&self, seeds: impl IntoIterator<Item = (TaskId, u64)>) -> Reach<'_> {
        let mut finish = vec![0_u64; self.len()];
        let mut start = vec![0_u64; self.len()];
        for (task, mark) in seeds {
            finish[self.node_behind(task).index()] |= mark;
        }
        let mut circles = self.circles().iter().copied().peekable();
        for node in 0..self.len() {
            if let Some((first, end)) = circles.next_if(|(first, _)| *first as usize == node) {
                let range = first as usize..end as usize;
                let all = range.clone().fold(0, |all, node| all | start[node] | finish[node]);
                start[range.clone()].fill(all);
                finish[range].fill(all);
            }
            let held_start = start[node];
            let held_finish = finish[node] | held_start;
            if held_finish == 0 {
                continue;
            }
            for (to, holds) in self.holds(Node(node as u32)) {
                match holds {
                    Holds::FinishStart => start[to] |= held_finish,
                    Holds::StartStart => start[to] |= held_start,
                    Holds::FinishFinish => finish[to] |= held_finish,
                    Holds::StartFinish => finish[to] |= held_start,
                    Holds::Both => {
                        start[to] |= held_start;
                        finish[to] |= held_finish;
                    }
                    Holds::Nothing => {}
                }
            }
        }
        Reach { graph: self, marks: start }
    }

    /// Answers many questions, each about other tasks: is `first` finish-upstream of at least one of `later`?
    ///
    /// One pass of [`Graph::finish_upstream`] carries 64 marks, so that 20,000 risks in a plan of a million tasks would
    /// need hundreds of passes over all of it. Two things keep the cost down:
    ///
    /// 1. Each question has a search of its own, nearest tasks first, that never looks behind the last of `later` in
    ///    topological order. What lowers a risk mostly stands a few links before what the risk affects, and what was
    ///    never linked mostly leads nowhere: such a search ends after a handful of steps. All searches together may take
    ///    a number of steps in proportion to the network, shared out evenly; what one saves, the next ones may use.
    /// 2. What is then still open is answered up to 512 at a time, in the order of `first`, by passes over no more than the
    ///    stretch from the first `first` to the last `later` of them.
    pub fn finish_before_any(&self, questions: &[Before<'_>]) -> Vec<bool> {
        self.answer(questions, STEPS_PER_NODE.saturating_mul(self.len()))
    }

    fn answer(&self, questions: &[Before<'_>], mut steps: usize) -> Vec<bool> {
        let mut answers = vec![false; questions.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut search = Search::new(self);
        for (number, question) in questions.iter().enumerate() {
            let share = steps / (questions.len() - number);
            let mut left = share;
            match search.ask(question, &mut left) {
                Some(answer) => answers[number] = answer,
                None => open.push(number),
            }
            steps -= share - left;
        }
        drop(search);
        open.sort_by_key(|number| self.node_behind(questions[*number].first));
        // As many marks at once as keep what is carried small enough for the cache.
        const CACHED: usize = 4 << 20;
        match CACHED / (32 * self.stretch()) {
            8.. => self.answer_together::<8>(&open, questions, &mut answers),
            2..=7 => self.answer_together::<2>(&open, questions, &mut answers),
            _ => self.answer_together::<1>(&open, questions, &mut answers),
        }
        answers
    }

    /// How many nodes, rounded up to a power of two, an edge or a circle spans at the most: behind that nothing of a node
    /// needs to be kept.
    fn stretch(&self) -> usize {
        let circle = self.circles().iter().map(|(start, end)| (end - start) as usize).max().unwrap_or(0);
        (self.longest_edge() + circle + 1).next_power_of_two()
    }

    /// Answers `64 * WORDS` questions at a time by passes over no more than the stretch that each group spans. What is
    /// carried is kept in a ring that is as long as the longest edge.
    fn answer_together<const WORDS: usize>(
        &self,
        open: &[usize],
        questions: &[Before<'_>],
        answers: &mut [bool],
    ) {
        let ring = self.stretch();
        let slot = |node: usize| node & (ring - 1);
        let (mut start, mut finish) = (vec![[0_u64; WORDS]; ring], vec![[0_u64; WORDS]; ring]);
        for group in open.chunks(64 * WORDS) {
            let seeds: Vec<usize> =
                group.iter().map(|number| self.node_behind(questions[*number].first).index()).collect();
            let mut asked: Vec<(usize, usize)> = Vec::new();
            for (bit, number) in group.iter().enumerate() {
                let later = questions[*number].later.iter();
                asked.extend(later.map(|task| (self.node_behind(*task).index(), bit)));
            }
            asked.sort_unstable();
            let window = seeds.first().map_or(0, |seed| self.circle(*seed).start)
                ..group.iter().map(|number| self.last(&questions[*number])).max().unwrap_or(0);
            let mut asked = asked.into_iter().skip_while(|(node, _)| *node < window.start).peekable();
            let mut seeds = seeds.into_iter().enumerate().peekable();
            start.fill([0; WORDS]);
            finish.fill([0; WORDS]);
            let before = self.circles().partition_point(|(first, _)| (*first as usize) < window.start);
            let mut circles = self.circles()[before..].iter().copied().peekable();
            for node in window.clone() {
                let circle = circles.next_if(|(first, _)| *first as usize == node);
                let range = circle.map_or(node..node + 1, |(first, end)| first as usize..end as usize);
                while let Some((bit, seed)) = seeds.next_if(|(_, seed)| *seed < range.end) {
                    finish[slot(seed)][bit / 64] |= 1 << (bit % 64);
                }
                if circle.is_some() {
                    let all = range
                        .clone()
                        .fold([0; WORDS], |all, node| or(or(all, start[slot(node)]), finish[slot(node)]));
                    for node in range {
                        (start[slot(node)], finish[slot(node)]) = (all, all);
                    }
                }
                let held_start = std::mem::replace(&mut start[slot(node)], [0; WORDS]);
                let held_finish = or(std::mem::replace(&mut finish[slot(node)], [0; WORDS]), held_start);
                while let Some((_, bit)) = asked.next_if(|(at, _)| *at == node) {
                    answers[group[bit]] |= held_start[bit / 64] >> (bit % 64) & 1 == 1;
                }
                if held_finish == [0; WORDS] {
                    continue;
                }
                for (to, holds) in self.holds(Node(node as u32)) {
                    // Edges lead forward, but for those within a circle, where everything is held already; what is behind
                    // the window nobody asks for.
                    if to <= node || to >= window.end {
                        continue;
                    }
                    let (start, finish) = (&mut start[slot(to)], &mut finish[slot(to)]);
                    match holds {
                        Holds::FinishStart => *start = or(*start, held_finish),
                        Holds::StartStart => *start = or(*start, held_start),
                        Holds::FinishFinish => *finish = or(*finish, held_finish),
                        Holds::StartFinish => *finish = or(*finish, held_start),
                        Holds::Both => {
                            *start = or(*start, held_start);
                            *finish = or(*finish, held_finish);
                        }
                        Holds::Nothing => {}
                    }
                }
            }
        }
    }

    /// The circle a node is on; the node alone where it is on none.
    fn circle(&self, node: usize) -> Range<usize> {
        let circles = self.circles();
        let at = circles.partition_point(|(_, end)| *end as usize <= node);
        match circles.get(at) {
            Some((start, end)) if *start as usize <= node => *start as usize..*end as usize,
            _ => node..node + 1,
        }
    }

    /// The node up to which, and without, a question has to be followed.
    fn last(&self, question: &Before<'_>) -> usize {
        let ends = question.later.iter().map(|task| self.circle(self.node_behind(*task).index()).end);
        ends.max().unwrap_or(0)
    }
}

fn or<const WORDS: usize>(mut one: [u64; WORDS], other: [u64; WORDS]) -> [u64; WORDS] {
    for (word, more) in one.iter_mut().zip(other) {
        *word |= more;
    }
    one
}

/// Searches from one task at a time. Its memory is used again and again, and never cleared: every entry says from which
/// question it is.
struct Search<'g> {
    graph: &'g Graph,
    question: u32,
    /// Twice the number of the question that was last at a node, plus one where it held the start there.
    seen: Vec<u32>,
    /// The last question that asked for a node.
    wanted: Vec<u32>,
    queue: Vec<u32>,
}

impl<'g> Search<'g> {
    fn new(graph: &'g Graph) -> Self {
        let nodes = graph.len();
        Self { graph, question: 0, seen: vec![0; nodes], wanted: vec![0; nodes], queue: Vec::new() }
    }

    /// The answer, where it was found in so many steps. The steps it takes are taken off.
    fn ask(&mut self, question: &Before<'_>, steps: &mut usize) -> Option<bool> {
        let graph = self.graph;
        self.question += 1;
        self.queue.clear();
        for task in question.later {
            self.wanted[graph.node_behind(*task).index()] = self.question;
        }
        let last = graph.last(question);
        let first = graph.node_behind(question.first).index();
        if first >= last {
            return Some(false);
        }
        if self.arrive(first, false, steps) {
            return Some(true);
        }
        let mut at = 0;
        while let Some(&node) = self.queue.get(at) {
            at += 1;
            let is_start_held = self.seen[node as usize] & 1 == 1;
            for (to, holds) in graph.holds(Node(node)) {
                *steps = steps.checked_sub(1)?;
                let holds_start = match holds {
                    Holds::FinishStart => true,
                    Holds::FinishFinish => false,
                    Holds::StartStart if is_start_held => true,
                    Holds::StartFinish if is_start_held => false,
                    Holds::Both => is_start_held,
                    Holds::StartStart | Holds::StartFinish | Holds::Nothing => continue,
                };
                if to < last && self.arrive(to, holds_start, steps) {
                    return Some(true);
                }
            }
        }
        Some(false)
    }

    /// Notes what is held at a node, and on its whole circle. Returns whether that was asked for.
    fn arrive(&mut self, node: usize, holds_start: bool, steps: &mut usize) -> bool {
        if self.seen[node] >= self.question << 1 | u32::from(holds_start) {
            return false;
        }
        let circle = self.graph.circle(node);
        let is_circle = circle.len() > 1;
        let mut is_wanted = false;
        for node in circle {
            *steps = steps.saturating_sub(1);
            self.seen[node] = self.question << 1 | u32::from(holds_start || is_circle);
            self.queue.push(node as u32);
            is_wanted |= self.wanted[node] == self.question;
        }
        is_wanted && (holds_start || is_circle)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::network::Network;
    use crate::source::Sources;

    const MOST: usize = 24;

    /// Tasks with links of all kinds, leads and circles included, some of them inside others.
    fn plans() -> impl Strategy<Value = String> {
        let link = (0..MOST, prop::sample::select(vec!["", " SS", " FF", " SF", " FS-1d", " SS+2d"]));
        let task = (prop::collection::vec(link, 0..3), prop::option::weighted(0.3, 0..MOST));
        prop::collection::vec(task, 2..MOST).prop_map(|tasks| {
            let mut text = String::from("[plan]\nname = \"Any\"\n[task]\n");
            for (number, (links, parent)) in tasks.iter().enumerate() {
                let links: Vec<String> =
                    links.iter().map(|(to, kind)| format!("\"t{}{kind}\"", to % tasks.len())).collect();
                let parent = parent.map(|it| it % tasks.len()).filter(|it| *it < number);
                let parent = parent.map_or(String::new(), |it| format!(", parent = \"t{it}\""));
                let links = links.join(", ");
                text += &format!("t{number} = {{ title = \"T\", depends-on = [{links}]{parent} }}\n");
            }
            text
        })
    }

    proptest! {
        #[test]
        fn single_searches_and_passes_over_stretches_agree_with_passes_over_everything(
            plan in plans(),
            asked in prop::collection::vec((0..MOST, prop::collection::vec(0..MOST, 0..3)), 1..150),
            steps in prop::sample::select(vec![0, 40, 400, 100_000]),
        ) {
            let sources = Sources::from_texts(vec![("plan.toml".to_owned(), plan)]);
            let model = crate::read::read(&sources).model;
            let (network, _) = Network::new(&model);
            let graph = &network.graph;
            let task = |number: usize| TaskId((number % model.tasks.len()) as u32);
            let asked: Vec<(TaskId, Vec<TaskId>)> = asked
                .into_iter()
                .map(|(first, later)| (task(first), later.into_iter().map(task).collect()))
                .collect();
            let questions: Vec<Before<'_>> =
                asked.iter().map(|(first, later)| Before { first: *first, later }).collect();
            let expected: Vec<bool> = asked
                .iter()
                .map(|(first, later)| {
                    let reach = graph.finish_upstream([(*first, 1)]);
                    later.iter().any(|task| reach.marks[graph.node_behind(*task).index()] != 0)
                })
                .collect();
            prop_assert_eq!(graph.answer(&questions, steps), expected);
        }
    }
}
