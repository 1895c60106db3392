//! What a plan is: its entities and their fields. Names no format and does no IO.
//!
//! A run has one [`Model`]: plain vectors of entities, numbered through all plans, those of one plan side by side.
//! Entities refer to each other by number ([`TaskId`], [`PlanId`]) or, as their author wrote it, by [`Text`].

mod alias;
mod entity;
#[macro_use]
mod field;
mod value;
mod working;

use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use alias::Aliases;
pub use entity::*;
pub use field::{FieldDef, Stored, Type, Value};
pub use value::*;
pub use working::*;

use crate::finding::{Entity, EntityKind};
use crate::source::{FileId, Format, Sources, Span};

macro_rules! id {
    ($($(#[$meta:meta])* $name:ident),*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index into the model's list.
            pub fn index(self) -> usize { self.0 as usize }
        }
    )*};
}

id!(
    /// Number of a plan.
    PlanId,
    /// Number of a task, through all plans.
    TaskId,
    /// Number of an asset, through all plans.
    AssetId,
    /// Number of a site, through all plans.
    SiteId
);

/// Setting and reading the fields of an entity by their number in its table.
pub trait Fields {
    /// The table of fields.
    fn fields() -> &'static [FieldDef]
    where
        Self: Sized;
    /// Sets a field; `false` where the value has another type than the field.
    fn set(&mut self, field: usize, value: Value) -> bool;
    /// The value of a field; `None` where it was not given.
    fn get(&self, field: usize) -> Option<Value>;
    /// Where a field was given.
    fn place_of(&self, field: usize, arenas: &Arenas) -> Option<Span>;
    /// Visits every list the entity holds.
    fn each_list(&mut self, visit: &mut dyn FnMut(&mut List, Type));
}

/// Texts that cannot be shown as they stand in their file: with escapes, or made up by a reader.
pub type Decoded = FxHashMap<Text, Arc<str>>;

/// The vectors that hold what entities list: one for texts, one for links, and so on.
#[derive(Default, Debug)]
pub struct Arenas {
    /// Elements of [`List`]s; the first of each is the place of the whole list.
    pub(crate) texts: Vec<Text>,
    /// Links, listed by [`List`]s of their own.
    pub(crate) links: Vec<Link>,
    /// What only some links say.
    pub(crate) link_notes: Vec<LinkNote>,
    /// Periods of calendars and absences.
    pub(crate) periods: Vec<Period>,
    /// Units of the helpers, by their place in `texts`.
    pub(crate) units: FxHashMap<u32, u16>,
    /// Texts with escapes.
    pub(crate) decoded: Decoded,
}

/// A type that may hold a list, so that lists can be moved to other arenas.
pub(crate) trait VisitList {
    fn visit_list(&mut self, _ty: Type, _visit: &mut dyn FnMut(&mut List, Type)) {}
}

impl<T> VisitList for Option<T> {}

impl VisitList for List {
    fn visit_list(&mut self, ty: Type, visit: &mut dyn FnMut(&mut List, Type)) {
        visit(self, ty);
    }
}

impl Stored for List {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }
    fn to_value(self) -> Option<Value> {
        self.is_given().then_some(Value::List(self))
    }
    fn place(&self) -> Option<Span> {
        None
    }
}

/// The place of any stored field, lists included.
pub(crate) trait Placed {
    fn place_in(&self, ty: Type, arenas: &Arenas) -> Option<Span>;
}

impl<T> Placed for Option<T>
where
    Option<T>: Stored,
{
    fn place_in(&self, _ty: Type, _arenas: &Arenas) -> Option<Span> {
        self.place()
    }
}

impl Placed for List {
    fn place_in(&self, ty: Type, arenas: &Arenas) -> Option<Span> {
        let range = self.start as usize..self.start as usize + self.len();
        match ty {
            Type::Links => {
                let links = &arenas.links[range];
                Some(links.first()?.span().to(links.last()?.span()))
            }
            Type::Periods => {
                let periods = &arenas.periods[range];
                Some(periods.first()?.span.to(periods.last()?.span))
            }
            _ => arenas.list_span(*self),
        }
    }
}

impl Arenas {
    fn place(&self, field: &impl Placed, ty: Type) -> Option<Span> {
        field.place_in(ty, self)
    }

    /// Where a whole list of texts is written.
    pub fn list_span(&self, list: List) -> Option<Span> {
        list.is_given().then(|| self.texts[list.start as usize].span())
    }

    /// The elements of a list of texts.
    pub fn list(&self, list: List) -> &[Text] {
        if list.is_empty() {
            return &[];
        }
        let first = list.start as usize + 1;
        &self.texts[first..first + list.len()]
    }

    /// Adds a list of texts, written at a place.
    pub(crate) fn add_list(&mut self, span: Span, elements: &[Text]) -> List {
        if self.texts.is_empty() {
            // A list that starts at 0 would look like none.
            self.texts.push(Text::verbatim(span));
        }
        let start = self.texts.len() as u32;
        self.texts.push(Text::verbatim(span));
        self.texts.extend_from_slice(elements);
        List { start, len: elements.len() as u32 }
    }

    /// Adds links.
    pub(crate) fn add_links(&mut self, links: &[Link]) -> List {
        let start = self.links.len() as u32;
        self.links.extend_from_slice(links);
        List { start, len: links.len() as u32 }
    }

    /// Adds periods.
    pub(crate) fn add_periods(&mut self, periods: &[Period]) -> List {
        let start = self.periods.len() as u32;
        self.periods.extend_from_slice(periods);
        List { start, len: periods.len() as u32 }
    }

    /// Appends the other arenas. Returns by how much the lists of each type move.
    fn append(&mut self, mut other: Arenas) -> Moved {
        if self.texts.is_empty() && self.links.is_empty() && self.periods.is_empty() {
            *self = other;
            return Moved::default();
        }
        let moved = Moved {
            texts: self.texts.len() as u32,
            links: self.links.len() as u32,
            periods: self.periods.len() as u32,
        };
        let notes = self.link_notes.len() as u32;
        for link in &mut other.links {
            link.note += if link.note > 0 { notes } else { 0 };
        }
        self.texts.append(&mut other.texts);
        self.links.append(&mut other.links);
        self.link_notes.append(&mut other.link_notes);
        self.periods.append(&mut other.periods);
        self.decoded.extend(other.decoded);
        self.units.extend(other.units.into_iter().map(|(at, units)| (at + moved.texts, units)));
        moved
    }
}

#[derive(Default, Clone, Copy)]
struct Moved {
    texts: u32,
    links: u32,
    periods: u32,
}

impl Moved {
    fn shift(self, list: &mut List, ty: Type) {
        if !list.is_given() {
            return;
        }
        list.start += match ty {
            Type::Links => self.links,
            Type::Period | Type::Periods => self.periods,
            _ => self.texts,
        };
    }
}

/// Dates and float that a planning tool stored in its file, for comparison.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct StoredDates {
    /// Early start.
    pub early_start: Option<Spanned<Moment>>,
    /// Early finish.
    pub early_finish: Option<Spanned<Moment>>,
    /// Late start.
    pub late_start: Option<Spanned<Moment>>,
    /// Late finish.
    pub late_finish: Option<Spanned<Moment>>,
    /// Total float in minutes of working time.
    pub total_float: Option<Spanned<i64>>,
    /// Free float in minutes of working time.
    pub free_float: Option<Spanned<i64>>,
    /// Whether the tool says the task is on the driving path.
    pub driving: Option<Spanned<bool>>,
    /// Whether the tool says the task is critical.
    pub critical: Option<Spanned<bool>>,
    /// Start as the tool shows it.
    pub start: Option<Spanned<Moment>>,
    /// Finish as the tool shows it.
    pub finish: Option<Spanned<Moment>>,
}

/// What a source format can carry. A rule that needs a field which a format cannot carry is silent there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::large_enum_variant, reason = "there is one a plan, and it is hardly ever copied")]
pub enum Capability {
    /// Everything of MODEL.
    #[default]
    Full,
    /// Only these fields, as `entity.field`; `entity` alone for the entity as such.
    Only(&'static [&'static str]),
    /// Only those of these fields whose bit is set, the first field at the lowest bit: for formats whose files say by
    /// themselves what they carry.
    Chosen(&'static [&'static str], u64),
    /// These fields, and whatever the plan says all the same: for plans that came from a format that can say only these.
    Grown(&'static [&'static str], Given),
}

/// Which fields of which entities a plan gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Given([u128; EntityKind::ALL.len()]);

impl Given {
    /// Stands for the entity as such.
    const ENTITY: usize = 127;

    /// Notes that an entity of a kind is there.
    pub(crate) fn note_entity(&mut self, kind: EntityKind) {
        self.0[kind as usize] |= 1 << Self::ENTITY;
    }

    /// Notes that a field is given.
    pub(crate) fn note(&mut self, kind: EntityKind, field: usize) {
        self.0[kind as usize] |= 1 << field.min(Self::ENTITY);
    }

    fn add(&mut self, other: &Given) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own |= other;
        }
    }

    /// Whether `entity.field` is given; of a group any part of it, and for a site one of several.
    fn has(&self, name: &str) -> bool {
        let (kind, field) = name.split_once('.').unwrap_or((name, ""));
        let Some(kind) = EntityKind::parse(kind) else { return false };
        let bits = self.0[kind as usize];
        if field.is_empty() {
            return bits >> Self::ENTITY & 1 == 1;
        }
        let is_meant = |it: &FieldDef| {
            it.name.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || (field == "site" && it.name == "sites")
        };
        let fields = Lists::fields(kind).iter().enumerate();
        fields.filter(|(_, it)| is_meant(it)).any(|(at, _)| bits >> at & 1 == 1)
    }
}

impl Capability {
    /// Whether `entity.field` can be said.
    pub fn carries(&self, field: &str) -> bool {
        match self {
            Capability::Full => true,
            Capability::Only(fields) => fields.contains(&field),
            Capability::Chosen(fields, chosen) => {
                let at = fields.iter().position(|it| *it == field);
                at.is_some_and(|at| at < 64 && chosen >> at & 1 == 1)
            }
            Capability::Grown(fields, given) => fields.contains(&field) || given.has(field),
        }
    }
}

/// A plan as such: what it says of itself, and which entities are its own.
#[derive(Clone, Debug)]
pub struct PlanEntry {
    /// What the plan says of itself; a plan without `[plan]` says nothing.
    pub header: Plan,
    /// Whether a `[plan]` table exists, so that its absence can be told from emptiness.
    pub has_header: bool,
    /// The file the plan is named after; the first of its files.
    pub file: FileId,
    /// All its files.
    pub files: Vec<FileId>,
    /// What its format can say.
    pub capability: Capability,
    /// The format of its first file.
    pub format: Format,
    /// Whether another tool wrote it, or it says that it was imported from one.
    pub is_imported: bool,
    /// How its file says that it was scheduled.
    pub schedule: ScheduleOptions,
    /// What names in it mean, by its configuration.
    pub aliases: Arc<Aliases>,
    ranges: [(u32, u32); EntityKind::ALL.len()],
}

impl PlanEntry {
    /// The numbers of the plan's entities of a kind.
    pub fn range(&self, kind: EntityKind) -> std::ops::Range<usize> {
        let (start, end) = self.ranges[kind as usize];
        start as usize..end as usize
    }
}

/// All entities of one kind for each kind, as read from one file or joined from many.
macro_rules! entity_lists {
    ($($kind:ident $list:ident: $ty:ty),* $(,)?) => {
        /// The entities, list by list.
        #[derive(Default, Debug)]
        pub struct Lists {
            $(#[doc = concat!("All of kind `", stringify!($kind), "`.")] pub $list: Vec<$ty>,)*
        }

        impl Lists {
            /// The fields a kind of entity has.
            pub fn fields(kind: EntityKind) -> &'static [FieldDef] {
                match kind {
                    EntityKind::Plan => Plan::FIELDS,
                    $(EntityKind::$kind => <$ty>::FIELDS,)*
                }
            }

            /// What a kind of entity is, in one line.
            pub fn means(kind: EntityKind) -> &'static str {
                match kind {
                    EntityKind::Plan => Plan::MEANS,
                    $(EntityKind::$kind => <$ty>::MEANS,)*
                }.trim()
            }

            /// How many there are of a kind.
            pub fn count(&self, kind: EntityKind) -> usize {
                match kind {
                    EntityKind::Plan => 0,
                    $(EntityKind::$kind => self.$list.len(),)*
                }
            }

            /// Adds an empty entity of a kind.
            pub(crate) fn add(&mut self, kind: EntityKind, plan: PlanId, id: Text) -> Entity {
                let index = self.count(kind);
                match kind {
                    EntityKind::Plan => {}
                    $(EntityKind::$kind => self.$list.push(<$ty>::new(plan, id)),)*
                }
                Entity::new(kind, index)
            }

            /// An entity by its number, to set its fields.
            pub(crate) fn get_mut(&mut self, entity: Entity) -> Option<&mut dyn Fields> {
                match entity.kind {
                    EntityKind::Plan => None,
                    $(EntityKind::$kind => self.$list.get_mut(entity.index as usize).map(|it| it as &mut dyn Fields),)*
                }
            }

            /// An entity by its number.
            pub(crate) fn get(&self, entity: Entity) -> Option<&dyn Fields> {
                match entity.kind {
                    EntityKind::Plan => None,
                    $(EntityKind::$kind => self.$list.get(entity.index as usize).map(|it| it as &dyn Fields),)*
                }
            }

            /// The id of an entity.
            pub fn id(&self, entity: Entity) -> Option<Text> {
                match entity.kind {
                    EntityKind::Plan => None,
                    $(EntityKind::$kind => self.$list.get(entity.index as usize).map(|it| it.id),)*
                }
            }

            /// Gives an entity the id it is known by.
            pub(crate) fn set_id(&mut self, entity: Entity, id: Text) {
                match entity.kind {
                    EntityKind::Plan => {}
                    $(EntityKind::$kind => if let Some(it) = self.$list.get_mut(entity.index as usize) { it.id = id; },)*
                }
            }

            /// The plan an entity belongs to.
            pub fn plan(&self, entity: Entity) -> Option<PlanId> {
                match entity.kind {
                    EntityKind::Plan => Some(PlanId(entity.index)),
                    $(EntityKind::$kind => self.$list.get(entity.index as usize).map(|it| it.plan),)*
                }
            }

            fn append(&mut self, mut other: Lists, plan: PlanId, moved: Moved, offsets: &mut [u32; EntityKind::ALL.len()]) {
                $({
                    let offset = self.$list.len();
                    offsets[EntityKind::$kind as usize] = offset as u32;
                    if offset == 0 {
                        self.$list = std::mem::take(&mut other.$list);
                    } else {
                        // Taken out, so that each list is freed as soon as it is copied.
                        self.$list.append(&mut std::mem::take(&mut other.$list));
                    }
                    for it in &mut self.$list[offset..] {
                        it.plan = plan;
                        if moved.texts > 0 || moved.links > 0 || moved.periods > 0 {
                            it.each_list(&mut |list, ty| moved.shift(list, ty));
                        }
                    }
                })*
            }
        }
    };
}

entity_lists!(
    Task tasks: Task, Person persons: Person, Team teams: Team, Site sites: Site, Asset assets: Asset,
    Calendar calendars: Calendar, Freeze freezes: Freeze, Wave waves: Wave, Risk risks: Risk, Issue issues: Issue,
    Decision decisions: Decision, Assumption assumptions: Assumption, Budget budgets: Budget,
    Stakeholder stakeholders: Stakeholder, Communication communications: Communication, Term terms: Term,
    Waiver waivers: Waiver,
);

/// The model of a run.
pub struct Model<'s> {
    sources: &'s Sources,
    /// The plans, in the order of their files.
    pub plans: Vec<PlanEntry>,
    /// Everything in them.
    pub lists: Lists,
    /// What entities list.
    pub arenas: Arenas,
    /// Stored dates of imported tasks, by task number; may be shorter than the tasks.
    pub stored: Vec<StoredDates>,
    /// Fields that packs declare.
    pub(crate) own: OwnFields,
    /// What only imported tasks have, by task number; may be shorter than the tasks.
    pub imported: Vec<Option<Box<ImportedTask>>>,
    /// Working time of imported calendars, by calendar number; may be shorter than the calendars.
    pub working: Vec<Option<WorkingTime>>,
    /// What readers know by number.
    pub(crate) known: Known,
}

/// Fields that packs declare, as entities give them.
pub(crate) type OwnFields = FxHashMap<Entity, Vec<(Box<str>, Value)>>;

impl std::ops::Deref for Model<'_> {
    type Target = Lists;

    fn deref(&self) -> &Lists {
        &self.lists
    }
}

/// What a reader made of one plan, or of a part of one: a file.
#[derive(Default, Debug)]
pub struct Part {
    /// The `[plan]` header, where the file has one, and where its name stands.
    pub header: Option<Plan>,
    /// The entities.
    pub lists: Lists,
    /// What they list.
    pub arenas: Arenas,
    /// Stored dates, as many as tasks, or none.
    pub stored: Vec<StoredDates>,
    /// Fields that packs declare: of what, which, and the value.
    pub own: Vec<(Entity, Box<str>, Value)>,
    /// What only imported tasks have, by task; may be shorter than the tasks.
    pub imported: Vec<Option<Box<ImportedTask>>>,
    /// Working time of imported calendars, by calendar; may be shorter than the calendars.
    pub working: Vec<Option<WorkingTime>>,
    /// What the reader knows by number, among the tasks and persons of this part.
    pub(crate) known: Known,
    /// How the file says that it was scheduled.
    pub schedule: ScheduleOptions,
    /// What the format can say.
    pub capability: Capability,
    /// What is given, where the format keeps account of it.
    pub(crate) given: Given,
}

impl Part {
    /// What only imported tasks have, of the task with this number in the part, to be set.
    pub(crate) fn imported_mut(&mut self, task: usize) -> &mut ImportedTask {
        if self.imported.len() <= task {
            self.imported.resize(task + 1, None);
        }
        self.imported[task].get_or_insert_default()
    }

    /// Appends another part of the same plan. Returns how far its entities moved, kind by kind.
    pub(crate) fn append(&mut self, other: Part) -> [u32; EntityKind::ALL.len()] {
        let mut offsets = [0; EntityKind::ALL.len()];
        let (links, tasks, persons) =
            (self.arenas.links.len(), self.lists.tasks.len(), self.lists.persons.len());
        self.known.append(other.known, links, tasks, persons);
        self.given.add(&other.given);
        let moved = self.arenas.append(other.arenas);
        self.lists.append(other.lists, PlanId(0), moved, &mut offsets);
        for (mut entity, name, mut value) in other.own {
            entity.index += offsets[entity.kind as usize];
            if let Value::List(list) = &mut value {
                moved.shift(list, Type::List);
            }
            self.own.push((entity, name, value));
        }
        offsets
    }
}

impl<'s> Model<'s> {
    /// A model without plans, over the texts of a run.
    pub fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            plans: Vec::new(),
            lists: Lists::default(),
            arenas: Arenas::default(),
            stored: Vec::new(),
            own: OwnFields::default(),
            imported: Vec::new(),
            working: Vec::new(),
            known: Known::default(),
        }
    }

    /// The files of the run.
    pub fn sources(&self) -> &'s Sources {
        self.sources
    }

    /// Adds a plan made of the parts of its files. Calls back for each part with how far its entities moved, kind by kind.
    pub(crate) fn add_plan(
        &mut self,
        parts: Vec<(FileId, Part)>,
        mut moved_by: impl FnMut(FileId, PlanId, &[u32; EntityKind::ALL.len()]),
    ) -> PlanId {
        let plan = PlanId(self.plans.len() as u32);
        let before: Vec<u32> = EntityKind::ALL.iter().map(|&kind| self.lists.count(kind) as u32).collect();
        let mut header = None;
        let mut capability = Capability::Full;
        let mut schedule = ScheduleOptions::default();
        let mut given = Given::default();
        let files: Vec<FileId> = parts.iter().map(|(file, _)| *file).collect();
        for (file, mut part) in parts {
            let (links, tasks, persons) =
                (self.arenas.links.len(), self.lists.tasks.len(), self.lists.persons.len());
            self.known.append(part.known, links, tasks, persons);
            let moved = self.arenas.append(part.arenas);
            let mut offsets = [0; EntityKind::ALL.len()];
            if let Some(mut own) = part.header.take() {
                own.each_list(&mut |list, ty| moved.shift(list, ty));
                own.plan = plan;
                header.get_or_insert(own);
            }
            if !part.stored.is_empty() {
                self.stored.resize(self.lists.tasks.len(), StoredDates::default());
                self.stored.append(&mut part.stored);
            }
            if !part.imported.is_empty() {
                let first = self.lists.calendars.len() as u32;
                for share in part.imported.iter_mut().flatten().flat_map(|it| &mut it.shares) {
                    share.calendar = share.calendar.map(|it| it + first);
                }
                self.imported.resize(self.lists.tasks.len(), None);
                self.imported.append(&mut part.imported);
            }
            if !part.working.is_empty() {
                self.working.resize(self.lists.calendars.len(), None);
                self.working.append(&mut part.working);
            }
            if part.schedule != ScheduleOptions::default() {
                schedule = part.schedule;
            }
            self.lists.append(part.lists, plan, moved, &mut offsets);
            offsets[EntityKind::Plan as usize] = plan.0;
            for (mut entity, name, mut value) in part.own {
                entity.index += offsets[entity.kind as usize];
                if let Value::List(list) = &mut value {
                    moved.shift(list, Type::List);
                }
                self.own.entry(entity).or_default().push((name, value));
            }
            given.add(&part.given);
            if capability == Capability::Full {
                capability = part.capability;
            }
            moved_by(file, plan, &offsets);
        }
        if let Capability::Grown(_, all) = &mut capability {
            *all = given;
        }
        if let Some(stated) = header.as_ref().and_then(ScheduleOptions::stated) {
            schedule = stated;
        }
        let file = files.first().copied().unwrap_or(FileId::new(0));
        let has_header = header.is_some();
        let is_imported = header.as_ref().is_some_and(|header| header.source().is_some());
        let mut ranges = [(0, 0); EntityKind::ALL.len()];
        for (kind, &start) in EntityKind::ALL.iter().zip(&before) {
            ranges[*kind as usize] = (start, self.lists.count(*kind) as u32);
        }
        self.plans.push(PlanEntry {
            header: header.unwrap_or_else(|| Plan::new(plan, Text::verbatim(Span::new(file, 0, 0)))),
            has_header,
            file,
            is_imported: self.sources.file(file).format != Format::Toml || is_imported,
            format: self.sources.file(file).format,
            files,
            capability,
            schedule,
            aliases: Arc::default(),
            ranges,
        });
        self.fix_by_hand(plan);
        plan
    }

    /// In a plan that is scheduled as Microsoft Project does it, tasks with dates of their own are scheduled by hand: they
    /// stay where they are. Exports say themselves which are.
    fn fix_by_hand(&mut self, plan: PlanId) {
        let entry = self.plan(plan);
        if entry.format != Format::Toml || entry.schedule.tool != ScheduleTool::MsProject {
            return;
        }
        for number in entry.range(EntityKind::Task) {
            let task = &self.lists.tasks[number];
            let is_external = task.external().is_some_and(|flag| flag.value);
            let manual = Manual { start: task.start(), finish: task.finish(), duration: task.duration() };
            if (manual.start.is_some() || manual.finish.is_some()) && !is_external {
                if self.imported.len() <= number {
                    self.imported.resize(number + 1, None);
                }
                self.imported[number].get_or_insert_default().manual = Some(manual);
            }
        }
    }

    /// A text of the plan as its author meant it, escapes decoded.
    pub fn text(&self, text: Text) -> &str {
        if text.is_decoded() {
            return self.arenas.decoded.get(&text).map_or("", |decoded| decoded);
        }
        self.sources.text(text.span())
    }

    /// The elements of a list.
    pub fn list(&self, list: List) -> &[Text] {
        self.arenas.list(list)
    }

    /// The links a task has to its predecessors, as written.
    pub fn links(&self, task: TaskId) -> &[Link] {
        let list = self.lists.tasks[task.index()].depends_on();
        &self.arenas.links[list.start as usize..list.start as usize + list.len()]
    }

    /// Who else works on a task, each with the share of their time in per cent where it is given.
    pub fn helpers(&self, task: TaskId) -> impl Iterator<Item = (Text, Option<u16>)> {
        let list = self.lists.tasks[task.index()].helpers();
        let first = list.start + 1;
        let with_units = move |(offset, name): (usize, &Text)| {
            (*name, self.arenas.units.get(&(first + offset as u32)).copied())
        };
        self.list(list).iter().enumerate().map(with_units)
    }

    /// What the owner of a task is called, as its author wrote it.
    pub fn owner_text(&self, task: TaskId) -> Option<&str> {
        let own = self.task(task).owner()?;
        // Exports name one person on thousands of tasks.
        let known = self.known.owners.get(task.index()).filter(|number| **number != Known::NOT);
        let person = known.and_then(|number| self.lists.persons.get(*number as usize));
        Some(self.text(person.map_or(own, |person| person.id)))
    }

    /// The predecessor that a link names by a number of its export.
    pub(crate) fn known_predecessor(&self, link: usize) -> Option<TaskId> {
        let number = self.known.predecessors.get(link).copied();
        number.filter(|number| *number != Known::NOT).map(TaskId)
    }

    /// What a link with a number waits for, as others have to refer to it: the id of a task, or `other-plan/id`.
    pub fn predecessor_id(&self, number: usize, link: &Link) -> &str {
        match self.known_predecessor(number) {
            Some(task) => self.text(self.task(task).id),
            None => self.text(link.predecessor),
        }
    }

    /// The number of the first link of a task among all links.
    pub fn first_link(&self, task: TaskId) -> usize {
        self.lists.tasks[task.index()].depends_on().start as usize
    }

    /// What a link says beyond kind and lag.
    pub fn link_note(&self, link: &Link) -> LinkNote {
        link.note.checked_sub(1).map_or_else(LinkNote::default, |note| self.arenas.link_notes[note as usize])
    }

    /// Periods that an entity lists.
    pub fn periods(&self, list: List) -> &[Period] {
        &self.arenas.periods[list.start as usize..list.start as usize + list.len()]
    }

    /// The task with this number.
    pub fn task(&self, task: TaskId) -> &Task {
        &self.lists.tasks[task.index()]
    }

    /// What only imported tasks have.
    pub fn imported(&self, task: TaskId) -> Option<&ImportedTask> {
        self.imported.get(task.index())?.as_deref()
    }

    /// The working time of an imported calendar, by its number.
    pub fn working_time(&self, calendar: usize) -> Option<&WorkingTime> {
        self.working.get(calendar)?.as_ref()
    }

    /// The plan with this number.
    pub fn plan(&self, plan: PlanId) -> &PlanEntry {
        &self.plans[plan.index()]
    }

    /// All plans with their numbers.
    pub fn plan_ids(&self) -> impl Iterator<Item = PlanId> + use<> {
        (0..self.plans.len() as u32).map(PlanId)
    }

    /// The tasks of a plan.
    pub fn tasks_of(&self, plan: PlanId) -> impl Iterator<Item = (TaskId, &Task)> {
        let range = self.plan(plan).range(EntityKind::Task);
        let first = range.start;
        self.lists.tasks[range].iter().enumerate().map(move |(i, task)| (TaskId((first + i) as u32), task))
    }

    /// The id of a plan: as it says, else the name of its folder for `plan.toml`, else of its file.
    pub fn plan_id(&self, plan: PlanId) -> &str {
        let entry = self.plan(plan);
        if let Some(id) = entry.header.given_id() {
            return self.text(id);
        }
        let path = &self.sources.file(entry.file).path;
        let stem = path.file_name().and_then(|name| name.to_str()).unwrap_or("plan");
        let without_ending = || path.file_stem().and_then(|name| name.to_str()).unwrap_or(stem);
        let stem = stem.strip_suffix(".toml").unwrap_or_else(without_ending);
        if stem == "plan" {
            return path
                .parent()
                .and_then(|p| p.file_name())
                .and_then(|name| name.to_str())
                .unwrap_or("plan");
        }
        stem.strip_suffix(".plan").unwrap_or(stem)
    }

    /// The name a plan is known by: its name, else its id.
    pub fn plan_name(&self, plan: PlanId) -> &str {
        self.plan(plan).header.name().map_or_else(|| self.plan_id(plan), |name| self.text(name))
    }

    /// The id of an entity as its author knows it.
    pub fn id(&self, entity: Entity) -> &str {
        match entity.kind {
            EntityKind::Plan => self.plan_id(PlanId(entity.index)),
            _ => self.lists.id(entity).map_or("", |id| self.text(id)),
        }
    }

    /// The title or name of an entity, where it has one.
    pub fn title(&self, entity: Entity) -> Option<&str> {
        let index = entity.index as usize;
        let lists = &self.lists;
        let text = match entity.kind {
            EntityKind::Plan => self.plans.get(index)?.header.name(),
            EntityKind::Task => lists.tasks.get(index)?.title(),
            EntityKind::Person => lists.persons.get(index)?.name(),
            EntityKind::Team => lists.teams.get(index)?.name(),
            EntityKind::Site => lists.sites.get(index)?.name(),
            EntityKind::Asset => lists.assets.get(index)?.name(),
            EntityKind::Wave => lists.waves.get(index)?.name(),
            EntityKind::Risk => lists.risks.get(index)?.title(),
            EntityKind::Issue => lists.issues.get(index)?.title(),
            EntityKind::Decision => lists.decisions.get(index)?.title(),
            EntityKind::Assumption => lists.assumptions.get(index)?.title(),
            EntityKind::Stakeholder => lists.stakeholders.get(index)?.name(),
            EntityKind::Calendar
            | EntityKind::Freeze
            | EntityKind::Budget
            | EntityKind::Communication
            | EntityKind::Term
            | EntityKind::Waiver => None,
        };
        text.map(|text| self.text(text)).filter(|text| !text.trim().is_empty())
    }

    /// An entity as its author knows it: `"Roll out in Porto" (porto)`, or the id alone.
    pub fn name(&self, entity: Entity) -> String {
        let id = self.id(entity);
        match self.title(entity) {
            Some(title) if title != id => format!("\"{}\" ({id})", shortened(title)),
            _ => format!("\"{}\"", shortened(id)),
        }
    }

    /// A task as its author knows it.
    pub fn task_name(&self, task: TaskId) -> String {
        self.name(Entity::new(EntityKind::Task, task.index()))
    }

    /// A field that a pack declares, as an entity gives it.
    pub fn own_field(&self, entity: Entity, name: &str) -> Option<Value> {
        let fields = self.own.get(&entity)?;
        fields.iter().find(|(field, _)| field.as_ref() == name).map(|(_, value)| *value)
    }

    /// Where an entity gives a field of its table; `None` where it does not.
    pub fn field_place(&self, entity: Entity, field: u8) -> Option<Span> {
        let field = usize::from(field);
        match entity.kind {
            EntityKind::Plan => self.plans.get(entity.index as usize)?.header.place_of(field, &self.arenas),
            _ => self.lists.get(entity)?.place_of(field, &self.arenas),
        }
    }

    /// Where an entity is: its id, or the word `plan` of a plan's header.
    pub fn place(&self, entity: Entity) -> Span {
        match entity.kind {
            EntityKind::Plan => self.plans[entity.index as usize].header.id.span(),
            _ => self.lists.id(entity).map_or(Span::new(FileId::new(0), 0, 0), Text::span),
        }
    }
}

/// A title of reasonable length on one line, so that a message stays a sentence.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", line[..end].trim_end()),
        None => line,
    }
}

/// Whether a text stands for something still to be filled in: `TBD`, `N.N.`, `???`, `1900-01-01` and the like.
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 12] =
        ["TBD", "TBC", "TBA", "TODO", "N.N.", "N.N", "NN", "XXX", "???", "??", "1900-01-01", "9999-12-31"];
    const LONGEST: usize = "1900-01-01".len();
    let text = text.trim();
    text.len() <= LONGEST && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}
