//! What most checks ask of every task, answered once a run.

use std::sync::OnceLock;

use super::assessment::Counted;
use super::dependency::Logic;
use crate::catalogue::{Catalogue, KindId};
use crate::finding::{Entity, EntityKind};
use crate::model::{AssetId, ImportedKind, Model, PlanId, SiteId, Status, TaskId};
use crate::network::Network;

const OPEN: u8 = 1;
const DONE: u8 = 2;
const HAS_OPEN: u8 = 1;
const HAS_DONE: u8 = 2;

/// How far a task is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    Open,
    Done,
    Cancelled,
}

/// Kinds, states, changes and their scopes.
pub struct Facts {
    kind: Vec<KindId>,
    state: Vec<u8>,
    changes: Vec<TaskId>,
    pilot: KindId,
    /// Scopes of the changes, side by side, in the order of `changes`.
    scope_first: Vec<u32>,
    scope: Vec<AssetId>,
    /// By plan: whether the kind of any task was taken from its title.
    guessed: Vec<bool>,
    /// What is inside each phase, at any depth, for those who ask: [`HAS_OPEN`], [`HAS_DONE`].
    inside: OnceLock<Vec<u8>>,
    /// What links say of each task, for those who ask.
    pub(super) logic: OnceLock<Logic>,
    /// Whom an assessment counts, plan by plan, for those who ask.
    pub(super) counted: OnceLock<Vec<Counted>>,
}

impl Facts {
    /// `guesses` says for each plan whether kinds may be taken from titles.
    pub(super) fn new(
        model: &Model<'_>,
        network: &Network,
        catalogue: &Catalogue,
        guesses: impl Fn(PlanId) -> bool,
    ) -> Self {
        let guesses: Vec<bool> =
            model.plan_ids().map(|plan| guesses(plan) && !has_kinds(model, plan)).collect();
        let pilot = catalogue.kind("pilot");
        let production = catalogue.kinds_where(|kind| kind.touches_production);
        let mut kind = Vec::with_capacity(model.tasks.len());
        let mut state = Vec::with_capacity(model.tasks.len());
        let mut changes = Vec::new();
        let mut guessed = vec![false; guesses.len()];
        for (number, task) in model.tasks.iter().enumerate() {
            let its_kind = match task.kind() {
                Some(text) => catalogue.kind(model.text(text).trim()),
                None if guesses[task.plan.index()] && network.hierarchy.is_leaf(TaskId(number as u32)) => {
                    let title = task.title().map_or("", |title| model.text(title));
                    let guess = catalogue.titles().kind(title);
                    guessed[task.plan.index()] |= guess != KindId::NONE;
                    guess
                }
                None => KindId::NONE,
            };
            let status = task.status().map(|status| status.value);
            // A part of the work breakdown with nothing in it is no work.
            let imported = model.imported(TaskId(number as u32));
            let is_empty_phase = imported.is_some_and(|it| it.kind == ImportedKind::Phase)
                && network.hierarchy.is_leaf(TaskId(number as u32));
            let its_state = match status {
                _ if is_empty_phase => 0,
                Some(Status::Cancelled) => 0,
                Some(Status::Done) => DONE,
                _ if task.actual_finish().is_some() => DONE,
                _ => OPEN,
            };
            kind.push(its_kind);
            state.push(its_state);
            let id = TaskId(number as u32);
            let is_change = its_kind != KindId::NONE && (production.contains(its_kind) || its_kind == pilot);
            if is_change && its_state == OPEN && network.hierarchy.is_leaf(id) {
                changes.push(id);
            }
        }
        let (mut scope_first, mut scope) = (vec![0], Vec::new());
        for change in &changes {
            scope.extend(scope_of(model, network, *change));
            scope_first.push(scope.len() as u32);
        }
        Self {
            kind,
            state,
            changes,
            pilot,
            scope_first,
            scope,
            guessed,
            inside: OnceLock::new(),
            logic: OnceLock::new(),
            counted: OnceLock::new(),
        }
    }

    /// Whether a task is neither done nor cancelled.
    pub fn is_open(&self, task: TaskId) -> bool {
        self.state[task.index()] == OPEN
    }

    /// Whether a task is done.
    pub fn is_done(&self, task: TaskId) -> bool {
        self.state[task.index()] == DONE
    }

    /// How far a task is. A phase that says nothing itself is as far as what is inside.
    pub fn progress(&self, network: &Network, task: TaskId) -> Progress {
        match self.state[task.index()] {
            DONE => return Progress::Done,
            OPEN if network.hierarchy.is_leaf(task) => return Progress::Open,
            OPEN => {}
            _ => return Progress::Cancelled,
        }
        match self.inside.get_or_init(|| self.inside(network))[task.index()] {
            inside if inside & HAS_OPEN != 0 => Progress::Open,
            inside if inside & HAS_DONE != 0 => Progress::Done,
            _ => Progress::Cancelled,
        }
    }

    /// One pass over all tasks: each mark is set at each phase once.
    fn inside(&self, network: &Network) -> Vec<u8> {
        let mut inside = vec![0; self.state.len()];
        for number in 0..self.state.len() as u32 {
            let task = TaskId(number);
            let mark = match self.state[task.index()] {
                OPEN => HAS_OPEN,
                DONE => HAS_DONE,
                _ => continue,
            };
            if !network.hierarchy.is_leaf(task) {
                continue;
            }
            for phase in network.hierarchy.ancestors(task) {
                if inside[phase.index()] & mark != 0 {
                    break;
                }
                inside[phase.index()] |= mark;
            }
        }
        inside
    }

    /// The kind of a task.
    pub fn kind(&self, task: TaskId) -> KindId {
        self.kind[task.index()]
    }

    /// The kind of a task, where it was taken from its title.
    pub fn guess(&self, model: &Model<'_>, task: TaskId) -> Option<KindId> {
        let kind = self.kind(task);
        (kind != KindId::NONE && model.task(task).kind().is_none()).then_some(kind)
    }

    /// Whether the kind of any task of a plan was taken from its title.
    pub fn has_guesses(&self, plan: PlanId) -> bool {
        self.guessed.get(plan.index()) == Some(&true)
    }

    /// Whether a task is a pilot.
    pub fn is_pilot(&self, task: TaskId) -> bool {
        self.kind(task) == self.pilot && self.pilot != KindId::NONE
    }

    /// The open leaves that change production, pilots included, in order.
    pub fn changes(&self) -> &[TaskId] {
        &self.changes
    }

    /// The assets in the scope of a change; nothing for other tasks.
    pub fn scope(&self, change: TaskId) -> &[AssetId] {
        let Ok(at) = self.changes.binary_search(&change) else { return &[] };
        &self.scope[self.scope_first[at] as usize..self.scope_first[at + 1] as usize]
    }
}

/// Whether any task of a plan says what kind of work it is: then its author knows kinds, and nothing is guessed.
fn has_kinds(model: &Model<'_>, plan: PlanId) -> bool {
    model.tasks_of(plan).any(|(_, task)| task.kind().is_some())
}

/// What a change touches: its `affects`, else its phase's, else the assets of its sites. A group stands for itself, and
/// for its members where a check is asked of them.
pub(super) fn scope_of(model: &Model<'_>, network: &Network, change: TaskId) -> Vec<AssetId> {
    let mut assets: Vec<AssetId> = Vec::new();
    let add = |assets: &mut Vec<AssetId>, entity: Option<Entity>| {
        if let Some(Entity { kind: EntityKind::Asset, index }) = entity {
            assets.push(AssetId(index));
        }
    };
    if let Some(giver) = network.hierarchy.affects_from(change)
        && model.task(giver).affects().is_given()
    {
        for reference in network.references.list(model.task(giver).affects()) {
            match reference.entity() {
                Some(Entity { kind: EntityKind::Site, index }) => {
                    for asset in network.references.list(model.sites[index as usize].assets()) {
                        add(&mut assets, asset.entity());
                    }
                }
                entity => add(&mut assets, entity),
            }
        }
    } else {
        for site in sites(model, network, change) {
            for asset in network.references.list(model.sites[site.index()].assets()) {
                add(&mut assets, asset.entity());
            }
        }
    }
    assets.retain(|asset| !model.assets[asset.index()].out_of_scope().is_some_and(|flag| flag.value));
    let mut seen = rustc_hash::FxHashSet::default();
    assets.retain(|asset| seen.insert(*asset));
    assets
}

/// The sites of a task: its own, its phase's, its wave's.
pub(super) fn sites(model: &Model<'_>, network: &Network, task: TaskId) -> Vec<SiteId> {
    let site = |list| {
        network
            .references
            .list(list)
            .iter()
            .filter_map(|reference| reference.of(EntityKind::Site))
            .map(|site| SiteId(site as u32))
            .collect::<Vec<_>>()
    };
    if let Some(giver) = network.hierarchy.sites_from(task)
        && !model.task(giver).sites().is_empty()
    {
        return site(model.task(giver).sites());
    }
    match network.hierarchy.wave_of(model, &network.index, task) {
        Some(wave) => site(model.waves[wave].sites()),
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::codes;

    #[test]
    fn a_part_of_the_work_breakdown_with_nothing_in_it_is_no_work() {
        let plan = "#- plan.xer\nERMHDR\t8.2\n\
            %T\tPROJECT\n%F\tproj_id\tproj_short_name\tplan_start_date\n%R\t1\tERP\t2027-01-04 08:00\n\
            %T\tPROJWBS\n%F\twbs_id\tproj_id\tproj_node_flag\twbs_short_name\twbs_name\tparent_wbs_id\n\
            %R\t10\t1\tY\tERP\tNew ERP\t9\n%R\t11\t1\tN\tA\tBuild\t10\n%R\t12\t1\tN\tB\tTest\t10\n\
            %T\tTASK\n%F\ttask_id\tproj_id\twbs_id\ttask_code\ttask_name\ttask_type\tstatus_code\n\
            %R\t100\t1\t12\tT1\tSet up\tTT_Task\tTK_NotStart\n%E\n";
        let missing: Vec<String> = codes(plan).into_iter().filter(|it| it.starts_with("SCH001")).collect();
        assert_eq!(missing.len(), 1, "the task without a duration, and not the empty phase: {missing:?}");
    }
}
