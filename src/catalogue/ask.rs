//! What a declarative rule asks, typed: the language of rule packs after reading. docs/rule-packs.md says it in words.

use std::sync::OnceLock;

use jiff::civil::Date;
use regex::Regex;
use rustc_hash::FxHashMap;

use super::KindSet;
use crate::finding::EntityKind;
use crate::model::{Duration, Lists, Type};

/// What a rule asks of each thing of a kind.
#[derive(Debug)]
pub struct Ask {
    /// What kind of thing.
    pub about: EntityKind,
    /// Which of them.
    pub of: Condition,
    /// What must be true of them, or must not.
    pub demand: Condition,
    /// Whether `demand` is forbidden rather than required.
    pub forbids: bool,
    /// Whether the requirement is asked of each asset, each site ... in turn.
    pub per: Option<Per>,
    /// The fields at which a finding is placed: the first that is given.
    pub at: Vec<Field>,
    /// The smallest plan the rule speaks in, in open leaves.
    pub from_tasks: u32,
    /// Whether tasks that lack the same are told as one gap, and not one by one.
    pub merges: bool,
    /// When each variant is used, in their order.
    pub variants: Vec<When>,
    /// How many relations along the network there are: each has a number below this.
    pub walks: usize,
    /// How many rounds it takes to answer them: those of one round do not need each other.
    pub rounds: usize,
    /// Fields of entities that the rule reads, as `task.owner`: a format that cannot carry one of them is left alone.
    pub reads: Vec<String>,
    /// Whether it asks for kinds of work, so that a finding may rest on a guess.
    pub reads_kinds: bool,
}

/// When a variant is used.
#[derive(Debug)]
pub struct When {
    /// Its name.
    pub name: String,
    /// What the thing is then.
    pub of: Condition,
    /// The fields at which the finding is placed, where that differs from the rule: the first that is given.
    pub at: Option<Vec<Field>>,
}

/// What a thing must be.
#[derive(Debug)]
pub enum Condition {
    /// All of these.
    All(Vec<Condition>),
    /// At least one.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A field passes a test.
    Field(Field, Test),
    /// So many related things are something.
    Related(Box<Related>),
}

impl Condition {
    /// The conditions that all must hold.
    pub fn parts(&self) -> &[Condition] {
        match self {
            Condition::All(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// Calls back for each relation in it, inner ones first.
    pub fn each_related<'c>(&'c self, visit: &mut dyn FnMut(&'c Related)) {
        match self {
            Condition::All(parts) | Condition::Any(parts) => {
                for part in parts {
                    part.each_related(visit);
                }
            }
            Condition::Not(part) => part.each_related(visit),
            Condition::Field(..) => {}
            Condition::Related(related) => {
                related.of.each_related(visit);
                visit(related);
            }
        }
    }
}

/// A field that can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// One of the table of the entity, by its number.
    Own(u8),
    /// One that a pack declares, by its number.
    Declared(u16),
    /// One that planlint works out.
    Derived(Derived),
}

macro_rules! derived {
    ($($variant:ident = $kind:ident $name:literal $ty:expr;)*) => {
        /// What planlint works out of a thing.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[expect(missing_docs, reason = "each is the word it names; docs/rule-packs.md says what it means")]
        pub enum Derived { $($variant),* }

        impl Derived {
            /// Of which kind of thing, under which name, of which type.
            pub const ALL: &'static [(EntityKind, &'static str, Derived, Type)] =
                &[$((EntityKind::$kind, $name, Derived::$variant, $ty)),*];
        }
    };
}

derived! {
    IsChange = Task "is-change" Type::Flag;
    IsCheck = Task "is-check" Type::Flag;
    IsPilot = Task "is-pilot" Type::Flag;
    Open = Task "open" Type::Flag;
    Done = Task "done" Type::Flag;
    Started = Task "started" Type::Flag;
    Leaf = Task "leaf" Type::Flag;
    Start = Task "start" Type::Moment;
    Finish = Task "finish" Type::Moment;
    StartsInDays = Task "starts-in-days" Type::Count;
    DurationDays = Task "duration-days" Type::Count;
    FloatDays = Task "float-days" Type::Count;
    NeedsTarget = Task "needs-target" Type::Flag;
    Target = Task "target" Type::Text;
    Wave = Task "wave" Type::Text;
    Owner = Task "owner" Type::Text;
    SiteNames = Task "site" Type::List;
    HasClockTime = Task "has-clock-time" Type::Flag;
    IsNamed = Site "is-named" Type::Flag;
    TimeZone = Site "time-zone" Type::Text;
    Exposure = Risk "exposure" Type::Count;
    ResidualExposure = Risk "residual-exposure" Type::Count;
    WindowStart = Risk "window-start" Type::Moment;
    WindowFinish = Risk "window-finish" Type::Moment;
    RiskOpen = Risk "open" Type::Flag;
    IssueOpen = Issue "open" Type::Flag;
    DecisionOpen = Decision "open" Type::Flag;
    AssumptionOpen = Assumption "open" Type::Flag;
    IsSponsor = Person "is-sponsor" Type::Flag;
    Leaves = Plan "leaves" Type::Count;
    TasksCount = Plan "tasks-count" Type::Count;
    Imported = Plan "imported" Type::Flag;
    Format = Plan "format" Type::Text;
}

/// What a field is held against.
#[derive(Debug)]
pub enum Test {
    /// Nothing is written, or something is.
    Missing(bool),
    /// It is one of these words, in small letters; or none of them.
    Words(Vec<String>, bool),
    /// The kind of work is one of these; or none of them.
    Kinds(Vec<String>, KindSet, bool),
    /// The flag is so.
    Flag(bool),
    /// The expression is found in it.
    Matches(Expression),
    /// The text, in small letters, is found in it.
    Contains(String),
    /// It is more or less than something.
    Compare(Comparison, Operand),
    /// It is the same as something, or differs from it.
    Same(Operand, bool),
    /// A list has so many entries.
    Entries(Comparison, u32),
}

/// A regular expression. Those of built-in packs are compiled when they are first needed, which for most plans is never.
#[derive(Debug)]
pub struct Expression {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Expression {
    /// One that is compiled when it is first needed.
    pub(super) fn later(text: &str) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::new() }
    }

    /// One that is compiled already.
    pub(super) fn now(text: &str, regex: Regex) -> Self {
        Self { text: text.to_owned(), compiled: OnceLock::from(Some(regex)) }
    }

    /// The compiled expression; `None` where it is none, which for built-in packs a test rules out.
    pub fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }
}

/// How two values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// More, later.
    Over,
    /// Less, earlier.
    Under,
    /// Not less, not earlier.
    AtLeast,
    /// Not more, not later.
    AtMost,
}

impl Comparison {
    /// Whether two values stand to each other so.
    pub fn holds<T: PartialOrd>(self, one: &T, other: &T) -> bool {
        match self {
            Comparison::Over => one > other,
            Comparison::Under => one < other,
            Comparison::AtLeast => one >= other,
            Comparison::AtMost => one <= other,
        }
    }
}

/// What stands on the right of a comparison.
#[derive(Clone, PartialEq, Debug)]
pub enum Operand {
    /// A number in thousandths; steps of a scale, days, per cent and money too.
    Number(i64),
    /// An amount of time.
    Duration(Duration),
    /// A day.
    Date(Date),
    /// Another field of the same thing.
    Own(Field),
    /// A field of the thing whose relation this is.
    Its(EntityKind, Field),
    /// A day that planlint knows, and how many days after it.
    Known(KnownDate, i32),
    /// An option of the rule.
    Option(String),
}

/// Days that planlint knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KnownDate {
    /// The day the plan is judged by.
    Status,
    /// Today.
    Today,
    /// When the plan starts.
    PlanStart,
    /// When the plan ends.
    PlanFinish,
}

/// A relation and what is asked of the things it leads to.
#[derive(Debug)]
pub struct Related {
    /// Where it leads.
    pub relation: Relation,
    /// To what kind of thing.
    pub to: EntityKind,
    /// What the things there must be.
    pub of: Condition,
    /// At least so many.
    pub at_least: u32,
    /// At most so many.
    pub at_most: Option<u32>,
    /// What they must share with the thing the rule is about.
    pub same: Vec<Same>,
    /// Working days between the two.
    pub gap: Option<(Comparison, Operand)>,
    /// Tasks that are cancelled, and risks, issues and decisions that are over, count too.
    pub any_state: bool,
    /// Its number among the relations along the network, and in which round it is answered.
    pub walk: Option<(usize, usize)>,
    /// Whether the condition names a field of the asking thing with `its.`.
    pub asks_its: bool,
    /// Whether the answer is the same for everything in a plan: then it is worked out once for each plan.
    pub is_of_plan: bool,
}

/// What two things can share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the word it names")]
pub enum Same {
    Site,
    Asset,
    Owner,
    Wave,
    Target,
    Parent,
    Plan,
}

impl Same {
    /// The words a pack uses.
    pub const ALL: &'static [(&'static str, Same)] = &[
        ("site", Same::Site),
        ("asset", Same::Asset),
        ("owner", Same::Owner),
        ("wave", Same::Wave),
        ("target", Same::Target),
        ("parent", Same::Parent),
        ("plan", Same::Plan),
    ];
}

/// Of what a requirement is asked in turn.
#[derive(Debug)]
pub struct Per {
    /// Which things.
    pub each: Each,
    /// Which of them.
    pub of: Condition,
}

/// Things of which a requirement can be asked in turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Each {
    /// What a task touches: of a change its scope.
    Assets,
    /// Its sites.
    Sites,
    /// The assets that use one of its assets.
    UsedBy,
    /// The assets that its assets use.
    Uses,
}

impl Each {
    /// The words a pack uses, and what kind of thing it is.
    pub const ALL: &'static [(&'static str, Each, EntityKind)] = &[
        ("assets", Each::Assets, EntityKind::Asset),
        ("sites", Each::Sites, EntityKind::Site),
        ("used-by", Each::UsedBy, EntityKind::Asset),
        ("uses", Each::Uses, EntityKind::Asset),
    ];
}

macro_rules! relations {
    ($($variant:ident: $($from:ident $name:literal $to:ident),+;)*) => {
        /// Where a relation leads.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[expect(missing_docs, reason = "docs/rule-packs.md says where each leads")]
        pub enum Relation { $($variant),* }

        impl Relation {
            /// From what kind of thing, under which name, to what kind.
            pub const ALL: &'static [(EntityKind, &'static str, Relation, EntityKind)] =
                &[$($((EntityKind::$from, $name, Relation::$variant, EntityKind::$to)),+),*];
        }
    };
}

relations! {
    Upstream: Task "upstream" Task;
    FinishUpstream: Task "finish-upstream" Task;
    Downstream: Task "downstream" Task;
    FinishDownstream: Task "finish-downstream" Task;
    Predecessor: Task "predecessor" Task;
    Successor: Task "successor" Task;
    Parent: Task "parent" Task;
    Phases: Task "phases" Task;
    Children: Task "children" Task;
    Site: Task "site" Site, Person "site" Site, Wave "site" Site, Stakeholder "site" Site, Asset "site" Site;
    Wave: Task "wave" Wave;
    Owner: Task "owner" Person, Plan "owner" Person, Asset "owner" Person, Risk "owner" Person, Issue "owner" Person,
        Decision "owner" Person, Assumption "owner" Person, Budget "owner" Person, Freeze "owner" Person,
        Communication "owner" Person;
    OwnerTeam: Task "owner-team" Team, Plan "owner-team" Team, Asset "owner-team" Team, Risk "owner-team" Team,
        Issue "owner-team" Team, Decision "owner-team" Team, Assumption "owner-team" Team, Budget "owner-team" Team,
        Communication "owner-team" Team;
    Approver: Task "approver" Person;
    ApproverTeam: Task "approver-team" Team;
    ApprovedBy: Task "approved-by" Person, Risk "approved-by" Person, Budget "approved-by" Person;
    Helpers: Task "helpers" Person;
    Touched: Task "assets" Asset;
    Covers: Task "covers" Asset;
    Scope: Task "scope" Asset;
    Risks: Task "risks" Risk, Asset "risks" Risk, Site "risks" Risk;
    Mitigates: Task "mitigates" Risk;
    Issues: Task "issues" Issue;
    Decisions: Task "decisions" Decision;
    Budget: Task "budget" Budget;
    Plan: Task "plan" Plan, Asset "plan" Plan, Site "plan" Plan, Person "plan" Plan, Team "plan" Plan, Wave "plan" Plan,
        Freeze "plan" Plan, Calendar "plan" Plan, Risk "plan" Plan, Issue "plan" Plan, Decision "plan" Plan,
        Assumption "plan" Plan, Budget "plan" Plan, Stakeholder "plan" Plan, Communication "plan" Plan, Term "plan" Plan;
    Uses: Asset "uses" Asset;
    UsedBy: Asset "used-by" Asset;
    Members: Asset "members" Asset;
    Groups: Asset "groups" Asset;
    TasksOfAsset: Asset "tasks" Task;
    CoveredBy: Asset "covered-by" Task;
    ChangedBy: Asset "changed-by" Task;
    Lead: Site "lead" Person, Team "lead" Person;
    AssetsOfSite: Site "assets" Asset;
    TasksOfSite: Site "tasks" Task;
    Mitigations: Risk "mitigations" Task;
    AffectedTasks: Risk "tasks" Task;
    AffectedAssets: Risk "assets" Asset;
    IssuesOfRisk: Risk "issues" Issue;
    BlockedTasks: Issue "tasks" Task, Decision "tasks" Task;
    RiskOfIssue: Issue "risk" Risk;
    TasksOfBudget: Budget "tasks" Task;
    TasksOfOwner: Person "tasks" Task, Team "tasks" Task;
    Teams: Person "teams" Team;
    Backup: Person "backup" Person;
    MembersOfTeam: Team "members" Person;
    Communications: Person "communications" Communication, Stakeholder "communications" Communication;
    Gate: Wave "gate" Task;
    TasksOfWave: Wave "tasks" Task;
    Sponsor: Plan "sponsor" Person;
    InPlan: Plan "tasks" Task, Plan "sites" Site, Plan "assets" Asset, Plan "persons" Person, Plan "teams" Team,
        Plan "risks" Risk, Plan "issues" Issue, Plan "decisions" Decision, Plan "assumptions" Assumption,
        Plan "budgets" Budget, Plan "stakeholders" Stakeholder, Plan "communications" Communication,
        Plan "freezes" Freeze, Plan "waves" Wave, Plan "calendars" Calendar, Plan "terms" Term;
}

impl Relation {
    /// The relation of a kind of thing with this name, and the kind of thing it leads to.
    pub fn find(from: EntityKind, name: &str) -> Option<(Relation, EntityKind)> {
        static ALL: OnceLock<ByName<(Relation, EntityKind)>> = OnceLock::new();
        let all = Self::ALL.iter().map(|(from, name, relation, to)| ((*from, *name), (*relation, *to)));
        ALL.get_or_init(|| all.collect()).get(&(from, name)).copied()
    }
}

/// What a kind of thing has, by its name.
type ByName<T> = FxHashMap<(EntityKind, &'static str), T>;

/// The field of a kind of thing with a name, and its type.
pub(super) fn known_field(kind: EntityKind, name: &str) -> Option<(Field, Type)> {
    static ALL: OnceLock<ByName<(Field, Type)>> = OnceLock::new();
    let all = || {
        let mut all = FxHashMap::default();
        for kind in EntityKind::ALL {
            for (name, field, ty) in known_fields(kind) {
                all.entry((kind, name)).or_insert((field, ty));
            }
        }
        all
    };
    ALL.get_or_init(all).get(&(kind, name)).copied()
}

/// The names of all fields a kind of thing has in its table and by working out, with their types.
pub fn known_fields(kind: EntityKind) -> impl Iterator<Item = (&'static str, Field, Type)> {
    let derived = Derived::ALL.iter().filter(move |(of, ..)| *of == kind);
    let derived = derived.map(|(_, name, derived, ty)| (*name, Field::Derived(*derived), *ty));
    let own = Lists::fields(kind).iter().enumerate();
    derived.chain(own.map(|(index, field)| (field.name, Field::Own(index as u8), field.ty)))
}
