//! What every reference means: ids resolved to entities, once, with the nearest name where there is none.

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Index;
use crate::finding::{Code, Entity, EntityKind, Finding, Fix};
use crate::model::{Known, List, Model, PlanId, TaskId, Text};
use crate::read::{Meant, meant, nearest, suggestion};

/// What a reference means, in four bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ref(u32);

impl Ref {
    /// Nothing that exists.
    pub const NONE: Ref = Ref(0);
    const KINDS: [EntityKind; 7] = [
        EntityKind::Task,
        EntityKind::Asset,
        EntityKind::Site,
        EntityKind::Person,
        EntityKind::Team,
        EntityKind::Risk,
        EntityKind::Stakeholder,
    ];

    fn to(entity: Entity) -> Self {
        let kind = Self::KINDS.iter().position(|kind| *kind == entity.kind);
        kind.map_or(Self::NONE, |kind| Self((kind as u32 + 1) << 28 | (entity.index & 0x0FFF_FFFF)))
    }

    /// The entity that is meant, where it exists.
    pub fn entity(self) -> Option<Entity> {
        let kind = Self::KINDS.get((self.0 >> 28).checked_sub(1)? as usize)?;
        Some(Entity { kind: *kind, index: self.0 & 0x0FFF_FFFF })
    }

    /// The number of the entity, if it is of this kind.
    pub fn of(self, kind: EntityKind) -> Option<usize> {
        self.entity().filter(|entity| entity.kind == kind).map(|entity| entity.index as usize)
    }

    /// The task that is meant.
    pub fn task(self) -> Option<TaskId> {
        self.of(EntityKind::Task).map(|index| TaskId(index as u32))
    }
}

/// What the predecessor named in a link is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Predecessor {
    /// A task of this run.
    Task(TaskId),
    /// A task of a plan that is not in this run.
    Outside,
    /// No task at all: reported, and left out of the network.
    Unknown,
}

/// How many names may be looked at in a run to suggest the nearest: a hundred thousand references that all lead nowhere
/// must not cost a search through a million tasks each.
const EFFORT: usize = 4_000_000;

/// Audiences that every plan has.
const AUDIENCES: [&str; 5] = ["executives", "engineers", "site-leads", "users", "all"];

const OUTSIDE: u32 = u32::MAX - 1;
const UNKNOWN: u32 = u32::MAX;

/// All references of a model, resolved.
pub struct References {
    links: Vec<u32>,
    lists: Vec<Ref>,
    owners: Vec<Ref>,
    parents: Vec<u32>,
    /// For a link to a name that does not exist, the task that was probably meant.
    guesses: FxHashMap<u32, TaskId>,
    /// What was probably meant by a name that does not exist.
    meant: FxHashSet<Entity>,
}

impl References {
    /// Resolves everything. The findings are PLN007, one for each reference that leads nowhere.
    pub(super) fn new(model: &Model<'_>, index: &Index) -> (Self, Vec<Finding>) {
        let mut resolver = Resolver::new(model, index);
        let links = resolver.links();
        let parents = resolver.parents();
        let owners = resolver.owners();
        let mut lists = vec![Ref::NONE; model.arenas.texts.len()];
        resolver.lists(&mut lists);
        resolver.singles();
        let Resolver { findings, guesses, meant, .. } = resolver;
        (Self { links, lists, owners, parents, guesses, meant }, findings)
    }

    /// What the link with this number (among all links) waits for.
    pub fn predecessor(&self, link: usize) -> Predecessor {
        match self.links[link] {
            UNKNOWN => Predecessor::Unknown,
            OUTSIDE => Predecessor::Outside,
            task => Predecessor::Task(TaskId(task)),
        }
    }

    /// The same, and for a misspelt name the task that was probably meant.
    pub fn likely_predecessor(&self, link: usize) -> Predecessor {
        match self.predecessor(link) {
            Predecessor::Unknown => {
                self.guesses.get(&(link as u32)).map_or(Predecessor::Unknown, |task| Predecessor::Task(*task))
            }
            known => known,
        }
    }

    /// Whether any link has a misspelt name.
    pub fn has_guesses(&self) -> bool {
        !self.guesses.is_empty()
    }

    /// Whether a misspelt name was probably meant to be this: then nobody can say that nothing refers to it.
    pub fn is_probably_meant(&self, entity: Entity) -> bool {
        self.meant.contains(&entity)
    }

    /// What the elements of a list mean; for a misspelt name what was probably meant.
    pub fn list(&self, list: List) -> &[Ref] {
        if list.is_empty() {
            return &[];
        }
        let first = list.start as usize + 1;
        &self.lists[first..first + list.len()]
    }

    /// The person or team that a task names as its owner.
    pub fn owner(&self, task: TaskId) -> Option<Entity> {
        self.owners[task.index()].entity()
    }

    /// The phase that a task names as its parent.
    pub fn parent(&self, task: TaskId) -> Option<TaskId> {
        Some(self.parents[task.index()]).filter(|parent| *parent != UNKNOWN).map(TaskId)
    }
}

struct Resolver<'a, 's> {
    model: &'a Model<'s>,
    index: &'a Index,
    has_people: Vec<bool>,
    known_as: FxHashMap<(PlanId, &'a str), Entity>,
    findings: Vec<Finding>,
    guesses: FxHashMap<u32, TaskId>,
    meant: FxHashSet<Entity>,
    effort: usize,
}

impl<'a, 's> Resolver<'a, 's> {
    fn new(model: &'a Model<'s>, index: &'a Index) -> Self {
        let has_people = model
            .plans
            .iter()
            .map(|plan| {
                !plan.range(EntityKind::Person).is_empty() || !plan.range(EntityKind::Team).is_empty()
            })
            .collect();
        let mut known_as = FxHashMap::default();
        for (number, person) in model.persons.iter().enumerate() {
            for name in model.list(person.also_known_as()) {
                known_as.insert((person.plan, model.text(*name)), Entity::new(EntityKind::Person, number));
            }
        }
        Self {
            model,
            index,
            has_people,
            known_as,
            findings: Vec::new(),
            guesses: FxHashMap::default(),
            meant: FxHashSet::default(),
            effort: EFFORT,
        }
    }

    /// The predecessors of all links, in parallel: half of the work of building the network.
    fn links(&mut self) -> Vec<u32> {
        const CHUNK: usize = 16 * 1024;
        let (model, index) = (self.model, self.index);
        let mut links = vec![UNKNOWN; model.arenas.links.len()];
        /// Numbers of links with the numbers of their tasks; and the links that lead nowhere.
        type Resolved = (Vec<(u32, u32)>, Vec<(TaskId, u32)>);
        let chunks: Vec<Resolved> = model
            .tasks
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, tasks)| {
                let (mut found, mut missing) = (Vec::with_capacity(tasks.len() * 2), Vec::new());
                for (number, task) in tasks.iter().enumerate() {
                    let id = TaskId((chunk * CHUNK + number) as u32);
                    let first = model.first_link(id) as u32;
                    for (offset, link) in model.links(id).iter().enumerate() {
                        let at = first + offset as u32;
                        if let Some(known) = model.known_predecessor(at as usize) {
                            found.push((at, known.0));
                            continue;
                        }
                        match resolve_across(model, index, EntityKind::Task, task.plan, link.predecessor) {
                            Across::Found(entity) => found.push((at, entity.index)),
                            Across::Outside => found.push((at, OUTSIDE)),
                            Across::Missing => missing.push((id, at)),
                        }
                    }
                }
                (found, missing)
            })
            .collect();
        for (found, missing) in chunks {
            for (at, target) in found {
                links[at as usize] = target;
            }
            for (task, at) in missing {
                let link = &model.arenas.links[at as usize];
                let entity = Entity::new(EntityKind::Task, task.index());
                if let Some(meant) = self.report(entity, link.predecessor, "depends-on", &[EntityKind::Task])
                {
                    self.guesses.insert(at, TaskId(meant.index));
                }
            }
        }
        links
    }

    fn parents(&mut self) -> Vec<u32> {
        let mut parents = vec![UNKNOWN; self.model.tasks.len()];
        for (number, task) in self.model.tasks.iter().enumerate() {
            let Some(parent) = task.parent() else { continue };
            if let Some(known) = known(&self.model.known.parents, number) {
                parents[number] = known;
                continue;
            }
            match self.index.find(self.model, EntityKind::Task, task.plan, self.model.text(parent)) {
                Some(found) => parents[number] = found.index,
                None => {
                    let entity = Entity::new(EntityKind::Task, number);
                    self.report(entity, parent, "parent", &[EntityKind::Task]);
                }
            }
        }
        parents
    }

    fn owners(&mut self) -> Vec<Ref> {
        let mut owners = vec![Ref::NONE; self.model.tasks.len()];
        for (number, task) in self.model.tasks.iter().enumerate() {
            if let Some(known) = known(&self.model.known.owners, number) {
                owners[number] = Ref::to(Entity::new(EntityKind::Person, known as usize));
            } else if let Some(owner) = task.owner()
                && let Some(person) = self.person(task.plan, self.model.text(owner))
            {
                owners[number] = Ref::to(person);
            }
        }
        owners
    }

    fn person(&self, plan: PlanId, name: &str) -> Option<Entity> {
        find_person(self.model, self.index, plan, name).or_else(|| self.known_as.get(&(plan, name)).copied())
    }

    /// The lists of references, kind by kind.
    fn lists(&mut self, lists: &mut [Ref]) {
        use EntityKind::{Asset, Person, Risk, Site, Task, Team};
        let model = self.model;
        for (number, task) in model.tasks.iter().enumerate() {
            let entity = Entity::new(Task, number);
            self.list(lists, entity, task.sites(), "sites", &[Site]);
            self.list(lists, entity, task.covers(), "covers", &[Asset]);
            self.list(lists, entity, task.affects(), "affects", &[Asset, Task, Site]);
            self.people(lists, entity, task.helpers(), "helpers");
            self.people(lists, entity, task.approver(), "approver");
            self.people(lists, entity, task.approved_by(), "approved-by");
        }
        for (number, site) in model.sites.iter().enumerate() {
            self.list(lists, Entity::new(Site, number), site.assets(), "assets", &[Asset]);
        }
        for (number, asset) in model.assets.iter().enumerate() {
            let entity = Entity::new(Asset, number);
            self.list(lists, entity, asset.uses(), "uses", &[Asset]);
            self.list(lists, entity, asset.members(), "members", &[Asset]);
        }
        for (number, team) in model.teams.iter().enumerate() {
            self.list(lists, Entity::new(Team, number), team.members(), "members", &[Person]);
        }
        for (number, freeze) in model.freezes.iter().enumerate() {
            let entity = Entity::new(EntityKind::Freeze, number);
            self.list(lists, entity, freeze.sites(), "sites", &[Site]);
            self.list(lists, entity, freeze.assets(), "assets", &[Asset]);
        }
        for (number, wave) in model.waves.iter().enumerate() {
            self.list(lists, Entity::new(EntityKind::Wave, number), wave.sites(), "sites", &[Site]);
        }
        for (number, risk) in model.risks.iter().enumerate() {
            let entity = Entity::new(Risk, number);
            self.list(lists, entity, risk.mitigations(), "mitigations", &[Task]);
            self.list(lists, entity, risk.affects(), "affects", &[Task, Asset, Site]);
            self.people(lists, entity, risk.approved_by(), "approved-by");
        }
        for (number, issue) in model.issues.iter().enumerate() {
            self.list(lists, Entity::new(EntityKind::Issue, number), issue.blocks(), "blocks", &[Task]);
        }
        for (number, decision) in model.decisions.iter().enumerate() {
            self.list(lists, Entity::new(EntityKind::Decision, number), decision.blocks(), "blocks", &[Task]);
        }
        self.audiences();
    }

    fn list(
        &mut self,
        lists: &mut [Ref],
        entity: Entity,
        list: List,
        field: &'static str,
        kinds: &'static [EntityKind],
    ) {
        if list.is_empty() {
            return;
        }
        let Some(plan) = self.model.lists.plan(entity) else { return };
        let first = list.start as usize + 1;
        for (offset, text) in self.model.list(list).iter().enumerate() {
            let found = kinds.iter().find_map(|kind| {
                match resolve_across(self.model, self.index, *kind, plan, *text) {
                    Across::Found(found) => Some(Some(found)),
                    Across::Outside => Some(None),
                    Across::Missing => None,
                }
            });
            match found {
                Some(Some(found)) => lists[first + offset] = Ref::to(found),
                Some(None) => {}
                None => {
                    let meant = self.report(entity, *text, field, kinds);
                    lists[first + offset] = meant.map_or(Ref::NONE, Ref::to);
                }
            }
        }
    }

    /// People may also be written as free text (`"Change advisory board"`); what looks like an id must be one.
    fn people(&mut self, lists: &mut [Ref], entity: Entity, list: List, field: &'static str) {
        let Some(plan) = self.model.lists.plan(entity).filter(|_| !list.is_empty()) else { return };
        let first = list.start as usize + 1;
        for (offset, text) in self.model.list(list).iter().enumerate() {
            match self.person(plan, self.model.text(*text)) {
                Some(found) => lists[first + offset] = Ref::to(found),
                None => self.report_person(entity, plan, *text, field),
            }
        }
    }

    fn report_person(&mut self, entity: Entity, plan: PlanId, text: Text, field: &'static str) {
        let name = self.model.text(text);
        let is_stakeholder = || self.index.find(self.model, EntityKind::Stakeholder, plan, name).is_some();
        if self.has_people[plan.index()]
            && !name.contains(char::is_whitespace)
            && !crate::model::is_placeholder(name)
            && !is_stakeholder()
        {
            self.report(entity, text, field, &[EntityKind::Person, EntityKind::Team]);
        }
    }

    /// Audiences are people, stakeholders, their groups, and five words everybody knows.
    fn audiences(&mut self) {
        use EntityKind::{Person, Site, Stakeholder, Team};
        let model = self.model;
        for (number, communication) in model.communications.iter().enumerate() {
            let plan = communication.plan;
            for text in model.list(communication.audience()) {
                let name = model.text(*text);
                let is_known = AUDIENCES.contains(&name)
                    || name.contains(char::is_whitespace)
                    || [Person, Team, Stakeholder, Site]
                        .iter()
                        .any(|kind| self.index.find(model, *kind, plan, name).is_some())
                    || model.plan(plan).range(Stakeholder).any(|it| {
                        let group = model.stakeholders[it].group();
                        group.is_some_and(|group| model.text(group) == name)
                    });
                if !is_known {
                    let entity = Entity::new(EntityKind::Communication, number);
                    self.report(entity, *text, "audience", &[Stakeholder, Person, Team]);
                }
            }
        }
    }

    /// References that stand alone.
    fn singles(&mut self) {
        use EntityKind::{Asset, Budget, Calendar, Person, Risk, Site, Stakeholder, Task, Team};
        let model = self.model;
        let mut wanted: Vec<(Entity, Text, &'static str, &'static [EntityKind])> = Vec::new();
        let mut people: Vec<(Entity, Text, &'static str)> = Vec::new();
        for (number, task) in model.tasks.iter().enumerate() {
            let entity = Entity::new(Task, number);
            if let Some(budget) = task.budget() {
                wanted.push((entity, budget, "budget", &[Budget]));
            }
            if let Some(calendar) = task.calendar() {
                wanted.push((entity, calendar, "calendar", &[Calendar]));
            }
            people.extend(task.rollback_decided_by().map(|text| (entity, text, "rollback.decided-by")));
        }
        for (number, plan) in model.plans.iter().enumerate() {
            let entity = Entity::new(EntityKind::Plan, number);
            wanted.extend(plan.header.calendar().map(|text| (entity, text, "calendar", &[Calendar][..])));
            people.extend(plan.header.owner().map(|text| (entity, text, "owner")));
            people.extend(plan.header.sponsor().map(|text| (entity, text, "sponsor")));
        }
        for (number, person) in model.persons.iter().enumerate() {
            let entity = Entity::new(Person, number);
            wanted.extend(person.site().map(|text| (entity, text, "site", &[Site][..])));
            people.extend(person.backup().map(|text| (entity, text, "backup")));
        }
        for (number, team) in model.teams.iter().enumerate() {
            people.extend(team.lead().map(|text| (Entity::new(Team, number), text, "lead")));
        }
        for (number, site) in model.sites.iter().enumerate() {
            let entity = Entity::new(Site, number);
            wanted.extend(site.calendar().map(|text| (entity, text, "calendar", &[Calendar][..])));
            people.extend(site.lead().map(|text| (entity, text, "lead")));
        }
        for (number, asset) in model.assets.iter().enumerate() {
            people.extend(asset.owner().map(|text| (Entity::new(Asset, number), text, "owner")));
        }
        for (number, calendar) in model.calendars.iter().enumerate() {
            let entity = Entity::new(Calendar, number);
            wanted.extend(calendar.based_on().map(|text| (entity, text, "based-on", &[Calendar][..])));
        }
        for (number, wave) in model.waves.iter().enumerate() {
            let entity = Entity::new(EntityKind::Wave, number);
            wanted.extend(wave.gate().map(|text| (entity, text, "gate", &[Task][..])));
        }
        for (number, issue) in model.issues.iter().enumerate() {
            let entity = Entity::new(EntityKind::Issue, number);
            wanted.extend(issue.from_risk().map(|text| (entity, text, "from-risk", &[Risk][..])));
        }
        for (number, stakeholder) in model.stakeholders.iter().enumerate() {
            let entity = Entity::new(Stakeholder, number);
            wanted.extend(stakeholder.site().map(|text| (entity, text, "site", &[Site][..])));
        }
        for (entity, text, field, kinds) in wanted {
            let Some(plan) = model.lists.plan(entity) else { continue };
            let name = model.text(text);
            if !kinds.iter().any(|kind| self.index.find(model, *kind, plan, name).is_some()) {
                self.report(entity, text, field, kinds);
            }
        }
        for (entity, text, field) in people {
            let Some(plan) = model.lists.plan(entity) else { continue };
            if self.person(plan, model.text(text)).is_none() {
                self.report_person(entity, plan, text, field);
            }
        }
    }

    /// PLN007: nothing has this name. Returns what was probably meant.
    fn report(
        &mut self,
        entity: Entity,
        text: Text,
        field: &'static str,
        kinds: &'static [EntityKind],
    ) -> Option<Entity> {
        let model = self.model;
        let plan = model.lists.plan(entity)?;
        let value = model.text(text).to_owned();
        if crate::model::is_placeholder(&value) {
            return None; // PLN012 asks for it.
        }
        let mut finding = Finding::new(Code::new("PLN007"), text.span())
            .about(entity)
            .subject(&value)
            .param("field", field)
            .param("wanted", alternatives(kinds, |kind| kind.as_str().to_owned()));
        let (other_plan, id) = match value.split_once('/') {
            Some((other, id)) => (Some((other, self.index.plan(other))), id),
            None => (None, value.as_str()),
        };
        let look_in = match other_plan {
            Some((other, None)) => {
                let near = nearest(other, model.plan_ids().map(|plan| model.plan_id(plan)));
                finding = finding.variant("plan").param("value", other).param("suggestion", suggestion(near));
                self.findings.push(finding);
                return None;
            }
            Some((_, Some(other))) => other,
            None => plan,
        };
        let elsewhere = EntityKind::ALL
            .into_iter()
            .filter(|kind| !kinds.contains(kind))
            .find(|kind| self.index.find(model, *kind, look_in, id).is_some());
        let mut candidates = kinds.iter().filter_map(|kind| {
            let numbers = model.plan(look_in).range(*kind);
            self.effort = self.effort.checked_sub(numbers.len())?;
            meant(id, numbers.map(|number| model.id(Entity::new(*kind, number))))
        });
        // What another kind of thing is called as well is not certain.
        let near = candidates.next().map(|near| match candidates.next() {
            Some(_) => Meant { is_only: false, is_sure: false, ..near },
            None => near,
        });
        let certain = near.or_else(|| meant(id, AUDIENCES).filter(|_| field == "audience"));
        let near = certain.map(|it| it.word);
        finding = finding.param("value", value.clone()).param("suggestion", suggestion(near));
        if let Some(kind) = elsewhere.filter(|_| near.is_none()) {
            finding = finding
                .variant("kind")
                .param("actual", kind.as_str())
                .param("sections", alternatives(kinds, |kind| format!("`[{}]`", kind.as_str())));
        }
        if let Some(Meant { word, is_sure, .. }) = certain.filter(|it| it.is_only) {
            let written = match other_plan {
                Some((other, _)) => format!("{other}/{word}"),
                None => word.to_owned(),
            };
            let fix = Fix::safe(format!("Write `{word}`")).safe_if(is_sure);
            finding = finding.fix(fix.word(text.span(), written));
        }
        self.findings.push(finding);
        let near = near?;
        let meant = kinds.iter().find_map(|kind| self.index.find(model, *kind, look_in, near))?;
        self.meant.insert(meant);
        Some(meant)
    }
}

/// `task, asset or site`.
fn alternatives(kinds: &[EntityKind], word: impl Fn(&EntityKind) -> String) -> String {
    let words: Vec<String> = kinds.iter().map(word).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// The person or team of a plan with an id.
fn find_person(model: &Model<'_>, index: &Index, plan: PlanId, name: &str) -> Option<Entity> {
    index
        .find(model, EntityKind::Person, plan, name)
        .or_else(|| index.find(model, EntityKind::Team, plan, name))
}

/// What a reader knows by number at a place of a list.
fn known(list: &[u32], at: usize) -> Option<u32> {
    list.get(at).copied().filter(|number| *number != Known::NOT)
}

enum Across {
    Found(Entity),
    Outside,
    Missing,
}

/// Resolves an id of the plan, or `other-plan/id`.
fn resolve_across(model: &Model<'_>, index: &Index, kind: EntityKind, plan: PlanId, text: Text) -> Across {
    let id = model.text(text);
    if let Some(found) = index.find(model, kind, plan, id) {
        return Across::Found(found);
    }
    let Some((other, rest)) = id.split_once('/') else { return Across::Missing };
    match index.plan(other) {
        Some(other) => index.find(model, kind, other, rest).map_or(Across::Missing, Across::Found),
        None => match nearest(other, model.plan_ids().map(|plan| model.plan_id(plan))) {
            // Nearly the name of a plan of this run: a slip of the hand, no plan elsewhere.
            Some(_) => Across::Missing,
            None => Across::Outside,
        },
    }
}
