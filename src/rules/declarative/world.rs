//! What declarative rules look at: fields of things, and where relations lead. Every relation that runs against the
//! direction in which it is written (the tasks of an asset, the issues of a task) is turned round once for all rules.

use std::borrow::Cow;
use std::sync::OnceLock;

use jiff::civil::Date;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::ask::{Comparison, Derived, Each, Field, KnownDate, Operand, Relation, Same};
use crate::catalogue::{Catalogue, KindId, OptionValue, Options, Rule};
use crate::finding::{Entity, EntityKind};
use crate::model::{
    AssetId, DecisionStatus, Duration, Fields as _, IssueStatus, List, Model, Moment, PlanId, RiskStatus,
    Scale, SiteId, Status, TaskId, Text, Type, Value, is_placeholder,
};
use crate::network::{Network, Predecessor, Ref};
use crate::rules::facts::{Progress, scope_of, sites};
use crate::rules::{Facts, entity};
use crate::schedule::Schedule;
use crate::source::{Format, Span};

/// Lists side by side: the items of number n are `items[first[n]..first[n + 1]]`.
pub(super) struct Rows {
    first: Vec<u32>,
    items: Vec<u32>,
}

impl Rows {
    /// Sorts pairs of (row, item) into rows; items keep their order.
    fn new(rows: usize, pairs: &[(u32, u32)]) -> Self {
        let mut first = vec![0_u32; rows + 1];
        for (row, _) in pairs {
            first[*row as usize + 1] += 1;
        }
        for row in 0..rows {
            first[row + 1] += first[row];
        }
        let mut next = first.clone();
        let mut items = vec![0_u32; pairs.len()];
        for (row, item) in pairs {
            let place = &mut next[*row as usize];
            items[*place as usize] = *item;
            *place += 1;
        }
        Self { first, items }
    }

    pub(super) fn row(&self, row: usize) -> &[u32] {
        match self.first.get(row..row + 2) {
            Some(ends) => &self.items[ends[0] as usize..ends[1] as usize],
            None => &[],
        }
    }
}

/// A value that can be compared.
#[derive(Clone, Copy, PartialEq, PartialOrd, Debug)]
pub(super) enum Quantity {
    /// In thousandths.
    Number(i64),
    /// In thousandths of a working day of the plan.
    Time(i64),
    /// A day.
    Day(Date),
}

pub(super) struct World<'a> {
    pub(super) model: &'a Model<'a>,
    pub(super) network: &'a Network,
    pub(super) schedule: &'a Schedule,
    pub(super) facts: &'a Facts,
    pub(super) catalogue: &'a Catalogue,
    pub(super) options: &'a [&'a Options],
    pub(super) today: Date,
    by_kind: OnceLock<Rows>,
    successors: OnceLock<Rows>,
    tasks_of_asset: OnceLock<Rows>,
    covered_by: OnceLock<Rows>,
    changed_by: OnceLock<Rows>,
    used_by: OnceLock<Rows>,
    groups: OnceLock<Rows>,
    sites_of_asset: OnceLock<Rows>,
    tasks_of_site: OnceLock<Rows>,
    risks: OnceLock<FxHashMap<Entity, Vec<u32>>>,
    mitigates: OnceLock<Rows>,
    issues: OnceLock<Rows>,
    decisions: OnceLock<Rows>,
    issues_of_risk: OnceLock<Rows>,
    tasks_of_budget: OnceLock<Rows>,
    tasks_of_person: OnceLock<Rows>,
    tasks_of_team: OnceLock<Rows>,
    teams: OnceLock<Rows>,
    tasks_of_wave: OnceLock<Rows>,
    named_sites: OnceLock<FxHashSet<u32>>,
    communications: OnceLock<FxHashMap<Entity, Vec<u32>>>,
    leaves: OnceLock<Vec<u32>>,
    ends: OnceLock<Vec<(Option<Date>, Option<Date>)>>,
}

impl<'a> World<'a> {
    pub(super) fn new(
        model: &'a Model<'a>,
        network: &'a Network,
        schedule: &'a Schedule,
        facts: &'a Facts,
        catalogue: &'a Catalogue,
        options: &'a [&'a Options],
        today: Date,
    ) -> Self {
        Self {
            model,
            network,
            schedule,
            facts,
            catalogue,
            options,
            today,
            by_kind: OnceLock::new(),
            successors: OnceLock::new(),
            tasks_of_asset: OnceLock::new(),
            covered_by: OnceLock::new(),
            changed_by: OnceLock::new(),
            used_by: OnceLock::new(),
            groups: OnceLock::new(),
            sites_of_asset: OnceLock::new(),
            tasks_of_site: OnceLock::new(),
            risks: OnceLock::new(),
            mitigates: OnceLock::new(),
            issues: OnceLock::new(),
            decisions: OnceLock::new(),
            issues_of_risk: OnceLock::new(),
            tasks_of_budget: OnceLock::new(),
            tasks_of_person: OnceLock::new(),
            tasks_of_team: OnceLock::new(),
            teams: OnceLock::new(),
            tasks_of_wave: OnceLock::new(),
            named_sites: OnceLock::new(),
            communications: OnceLock::new(),
            leaves: OnceLock::new(),
            ends: OnceLock::new(),
        }
    }

    /// The tasks of a kind, all plans, in order.
    pub(super) fn of_kind(&self, kind: KindId) -> &[u32] {
        let rows = self.by_kind.get_or_init(|| {
            let pairs: Vec<(u32, u32)> = (0..self.model.tasks.len() as u32)
                .map(|task| (u32::from(self.facts.kind(TaskId(task)).0), task))
                .filter(|(kind, _)| *kind != u32::from(KindId::NONE.0))
                .collect();
            Rows::new(self.catalogue.kinds().len(), &pairs)
        });
        rows.row(usize::from(kind.0))
    }

    /// How many open leaves a plan has.
    pub(super) fn leaves(&self, plan: PlanId) -> u32 {
        let leaves = self.leaves.get_or_init(|| {
            let mut leaves = vec![0; self.model.plans.len()];
            for (number, task) in self.model.tasks.iter().enumerate() {
                let id = TaskId(number as u32);
                if self.facts.is_open(id) && self.network.hierarchy.is_leaf(id) {
                    leaves[task.plan.index()] += 1;
                }
            }
            leaves
        });
        leaves[plan.index()]
    }

    /// The first start and the last finish of the tasks of a plan, as far as they are known.
    fn ends(&self, plan: PlanId) -> (Option<Date>, Option<Date>) {
        let ends = self.ends.get_or_init(|| {
            let mut ends = vec![(None, None); self.model.plans.len()];
            for (number, task) in self.model.tasks.iter().enumerate() {
                let id = TaskId(number as u32);
                let (first, last): &mut (Option<Date>, Option<Date>) = &mut ends[task.plan.index()];
                if let Some(start) = self.schedule.start(self.model, id) {
                    *first = Some(first.map_or(start.value.date, |it| it.min(start.value.date)));
                }
                if let Some(finish) = self.schedule.finish(self.model, id) {
                    *last = (*last).max(Some(finish.value.date));
                }
            }
            ends
        });
        ends[plan.index()]
    }

    pub(super) fn plan_of(&self, of: Entity) -> PlanId {
        self.model.lists.plan(of).unwrap_or(PlanId(0))
    }

    /// The day a plan is judged by.
    pub(super) fn status_date(&self, plan: PlanId) -> Date {
        self.model.plan(plan).header.status_date().map_or(self.today, |moment| moment.value.date)
    }

    // ---- fields

    /// A field of the table as given.
    pub(super) fn given(&self, of: Entity, field: u8) -> Option<Value> {
        if of.kind == EntityKind::Plan {
            return self.model.plans.get(of.index as usize)?.header.get(usize::from(field));
        }
        self.model.lists.get(of)?.get(usize::from(field))
    }

    fn type_of(&self, of: Entity, field: Field) -> Type {
        match field {
            Field::Own(index) => crate::model::Lists::fields(of.kind)
                .get(usize::from(index))
                .map_or(Type::Text, |field| field.ty),
            Field::Declared(index) => {
                self.catalogue.fields().get(usize::from(index)).map_or(Type::Text, |field| field.ty)
            }
            Field::Derived(derived) => {
                Derived::ALL.iter().find(|(.., it, _)| *it == derived).map_or(Type::Text, |(.., ty)| *ty)
            }
        }
    }

    fn value(&self, of: Entity, field: Field) -> Option<Value> {
        match field {
            Field::Own(index) => self.given(of, index),
            Field::Declared(index) => {
                let field = self.catalogue.fields().get(usize::from(index))?;
                self.model.own_field(of, &field.name)
            }
            Field::Derived(_) => None,
        }
    }

    /// Calls back with each text of a field.
    pub(super) fn texts(&self, of: Entity, field: Field, visit: &mut dyn FnMut(&str)) {
        let task = TaskId(of.index);
        match field {
            Field::Derived(Derived::Target) => {
                if let Some(text) = self.network.hierarchy.target(self.model, task) {
                    visit(self.model.text(text));
                }
            }
            Field::Derived(Derived::Wave) => {
                let giver = self.network.hierarchy.wave_from(task);
                if let Some(text) = giver.and_then(|giver| self.model.task(giver).wave()) {
                    visit(self.model.text(text));
                }
            }
            Field::Derived(Derived::Owner) => {
                let given = || Some(self.model.text(self.network.hierarchy.owner_default(self.model, task)?));
                if let Some(text) = self.model.owner_text(task).or_else(given) {
                    visit(text);
                }
            }
            Field::Derived(Derived::SiteNames) => {
                for site in sites(self.model, self.network, task) {
                    visit(self.model.id(Entity::new(EntityKind::Site, site.index())));
                }
            }
            Field::Derived(Derived::TimeZone) => {
                let site = &self.model.sites[of.index as usize];
                let own = site.time_zone().filter(|zone| !self.model.text(*zone).trim().is_empty());
                if let Some(zone) = own {
                    return visit(self.model.text(zone));
                }
                self.named(of, site.calendar(), EntityKind::Calendar, &mut |calendar| {
                    if let Some(zone) = self.model.calendars[calendar.index as usize].time_zone() {
                        visit(self.model.text(zone));
                    }
                });
            }
            Field::Derived(Derived::Format) => visit(match self.model.plans[of.index as usize].format {
                Format::Toml => "toml",
                Format::Xer => "xer",
                _ => "other",
            }),
            Field::Derived(_) => {}
            Field::Own(_) | Field::Declared(_) => {
                let ty = self.type_of(of, field);
                match self.value(of, field) {
                    Some(Value::Text(text)) => visit(self.model.text(text)),
                    Some(Value::List(list)) if ty == Type::Links => {
                        // The names of predecessors, as far as they are tasks, are what `predecessor` leads to.
                        let _ = list;
                    }
                    Some(Value::List(list)) => {
                        for text in self.model.list(list) {
                            visit(self.model.text(*text));
                        }
                    }
                    Some(Value::Word(word)) => {
                        if let Type::Word(words) = ty {
                            visit(words.get(usize::from(word.value)).copied().unwrap_or(""));
                        }
                    }
                    Some(Value::Scale(scale)) => {
                        if let Some(level) = scale.value.level() {
                            visit(Scale::word(level));
                        }
                    }
                    Some(_) | None => {}
                }
            }
        }
    }

    /// The names of what a list refers to, where it refers to something; what nobody knows as it is written.
    pub(super) fn names(&self, of: Entity, field: Field) -> Option<Vec<String>> {
        let Some(Value::List(list)) = self.value(of, field) else { return None };
        if self.type_of(of, field) == Type::Links {
            return None;
        }
        let references = self.network.references.list(list);
        if references.iter().all(|reference| reference.entity().is_none()) {
            return None;
        }
        let all = references.iter().zip(self.model.list(list));
        let name = |(reference, text): (&Ref, &Text)| match reference.entity() {
            Some(known) => self.model.name(known),
            None => format!("\"{}\"", crate::model::shortened(self.model.text(*text))),
        };
        Some(all.map(name).collect())
    }

    /// Where a list or a list of links names something.
    pub(super) fn entry_place(&self, of: Entity, field: u8, named: Entity) -> Option<Span> {
        let Some(Value::List(list)) = self.given(of, field) else { return None };
        if self.type_of(of, Field::Own(field)) == Type::Links {
            let task = TaskId(of.index);
            let first = self.model.first_link(task);
            let mut links = self.model.links(task).iter().enumerate();
            let is_named = |number: usize| {
                self.network.references.likely_predecessor(first + number)
                    == Predecessor::Task(TaskId(named.index))
            };
            return links.find(|(number, _)| is_named(*number)).map(|(_, link)| link.span());
        }
        let references = self.network.references.list(list).iter();
        let mut all = references.zip(self.model.list(list));
        all.find(|(reference, _)| reference.entity() == Some(named)).map(|(_, text)| text.span())
    }

    /// Whether anything is written, and whether that is only to be filled in later.
    pub(super) fn is_given(&self, of: Entity, field: Field) -> (bool, bool) {
        match (field, self.type_of(of, field)) {
            (
                Field::Derived(
                    Derived::Target | Derived::Wave | Derived::Owner | Derived::SiteNames | Derived::TimeZone,
                )
                | Field::Own(_)
                | Field::Declared(_),
                Type::Text | Type::List | Type::Helpers,
            ) => {
                let (mut written, mut later) = (false, false);
                self.texts(of, field, &mut |text| {
                    written |= !text.trim().is_empty();
                    later |= is_placeholder(text);
                });
                (written, later)
            }
            (Field::Derived(_), _) => (self.quantity(of, field).is_some() || self.flag(of, field), false),
            (_, Type::Links | Type::Periods) => match self.value(of, field) {
                Some(Value::List(list)) => (!list.is_empty(), false),
                _ => (false, false),
            },
            _ => match self.value(of, field) {
                Some(Value::Moment(moment)) => (true, self.is_to_be_filled_in(moment.span)),
                value => (value.is_some(), false),
            },
        }
    }

    /// Whether what stands at a place only says that it will be filled in: PLN012 asks for it.
    fn is_to_be_filled_in(&self, place: Span) -> bool {
        is_placeholder(self.model.sources().text(place))
    }

    /// How many entries a list has.
    pub(super) fn entries(&self, of: Entity, field: Field) -> usize {
        match self.value(of, field) {
            Some(Value::List(list)) => list.len(),
            _ => {
                let mut count = 0;
                self.texts(of, field, &mut |_| count += 1);
                count
            }
        }
    }

    /// A flag; one that is not given is false.
    pub(super) fn flag(&self, of: Entity, field: Field) -> bool {
        let task = TaskId(of.index);
        let index = of.index as usize;
        let Field::Derived(derived) = field else {
            return matches!(self.value(of, field), Some(Value::Flag(flag)) if flag.value);
        };
        let kind = || self.catalogue.kind_def(self.facts.kind(task));
        match derived {
            Derived::IsChange => kind().touches_production,
            Derived::IsCheck => kind().counts_as_check,
            Derived::NeedsTarget => kind().needs_target,
            Derived::IsPilot => self.facts.is_pilot(task),
            Derived::Open => self.facts.progress(self.network, task) == Progress::Open,
            Derived::Done => self.facts.progress(self.network, task) == Progress::Done,
            Derived::Started => {
                let it = self.model.task(task);
                it.actual_start().is_some()
                    || it.percent().is_some_and(|percent| percent.value > 0)
                    || it.status().is_some_and(|status| status.value == Status::InProgress)
                    || self.facts.is_done(task)
            }
            Derived::Leaf => self.network.hierarchy.is_leaf(task),
            Derived::RiskOpen => {
                self.model.risks[index].status().is_none_or(|status| status.value == RiskStatus::Open)
            }
            Derived::IssueOpen => self.model.issues[index]
                .status()
                .is_none_or(|status| !matches!(status.value, IssueStatus::Resolved | IssueStatus::Closed)),
            Derived::DecisionOpen => {
                let it = &self.model.decisions[index];
                it.decided_on().is_none()
                    && it.outcome().is_none_or(|outcome| self.model.text(outcome).trim().is_empty())
                    && it.status().is_none_or(|status| status.value == DecisionStatus::Open)
            }
            // Validated is `true`, or the date it was confirmed.
            Derived::AssumptionOpen => {
                let word = self.model.assumptions[index].validated();
                ["", "false", "no"].contains(&word.map_or("", |text| self.model.text(text).trim()))
            }
            Derived::HasClockTime => {
                let it = self.model.task(task);
                let names_hour = |moment: Moment| moment.minute().is_some();
                [it.start(), it.finish()].into_iter().flatten().any(|moment| names_hour(moment.value))
                    || it.window().is_some_and(|window| match window.value.dates {
                        Some((start, finish)) => names_hour(start) || names_hour(finish),
                        None => true,
                    })
            }
            Derived::IsNamed => {
                let named = self.named_sites.get_or_init(|| self.sites_by_name());
                named.contains(&of.index) || self.network.references.is_probably_meant(of)
            }
            Derived::IsSponsor => self.is_sponsor(index) == Some(true),
            Derived::Imported => self.model.plans[index].is_imported,
            _ => false,
        }
    }

    /// A number, an amount of time or a day.
    pub(super) fn quantity(&self, of: Entity, field: Field) -> Option<Quantity> {
        let plan = self.plan_of(of);
        let time = |duration: Duration| Quantity::Time(self.schedule.day_thousandths(plan, duration));
        let day = |moment: Moment| Quantity::Day(moment.date);
        let task = TaskId(of.index);
        let Field::Derived(derived) = field else {
            return match self.value(of, field)? {
                Value::Duration(duration) => Some(time(duration.value)),
                Value::Moment(moment) if self.is_to_be_filled_in(moment.span) => None,
                Value::Moment(moment) => Some(day(moment.value)),
                Value::Count(count) => Some(Quantity::Number(i64::from(count.value) * 1000)),
                Value::Scale(scale) => {
                    scale.value.level().map(|level| Quantity::Number(i64::from(level) * 1000))
                }
                Value::Money(money) => Some(Quantity::Number(money.value.thousandths())),
                _ => None,
            };
        };
        match derived {
            Derived::Start => self.schedule.start(self.model, task).map(|start| day(start.value)),
            Derived::Finish => self.schedule.finish(self.model, task).map(|finish| day(finish.value)),
            Derived::StartsInDays => {
                let start = self.schedule.start(self.model, task)?.value.date;
                let days = self.schedule.days_between(plan, self.status_date(plan), start);
                Some(Quantity::Number(days * 1000))
            }
            Derived::DurationDays => {
                let duration = self.model.task(task).duration()?.value;
                Some(Quantity::Number(self.schedule.day_thousandths(plan, duration)))
            }
            Derived::FloatDays => {
                let float = self.schedule.total_float_minutes(task)?;
                let is_known = self.schedule.is_reliable(self.model, task);
                let day = self.schedule.minutes_per_day(task);
                is_known.then(|| Quantity::Number(float.saturating_mul(1000).div_euclid(day)))
            }
            Derived::Exposure | Derived::ResidualExposure => {
                let risk = &self.model.risks[of.index as usize];
                let (mut probability, mut impact) = (risk.probability(), risk.impact());
                if derived == Derived::ResidualExposure {
                    if risk.residual_probability().is_none() && risk.residual_impact().is_none() {
                        return None;
                    }
                    probability = risk.residual_probability().or(probability);
                    impact = risk.residual_impact().or(impact);
                }
                let exposure = i64::from(probability?.value.level()?) * i64::from(impact?.value.level()?);
                Some(Quantity::Number(exposure * 1000))
            }
            Derived::WindowStart => Some(day(self.model.risks[of.index as usize].window()?.start)),
            Derived::WindowFinish => Some(day(self.model.risks[of.index as usize].window()?.finish)),
            Derived::Leaves => Some(Quantity::Number(i64::from(self.leaves(PlanId(of.index))) * 1000)),
            Derived::TasksCount => {
                let count = self.model.plan(PlanId(of.index)).range(EntityKind::Task).len();
                Some(Quantity::Number(count as i64 * 1000))
            }
            _ => None,
        }
    }

    /// What stands on the right of a comparison.
    pub(super) fn operand(
        &self,
        operand: &Operand,
        of: Entity,
        its: Option<Entity>,
        rule: &Rule,
    ) -> Option<Quantity> {
        let plan = self.plan_of(of);
        match operand {
            Operand::Number(number) => Some(Quantity::Number(*number)),
            Operand::Duration(duration) => {
                Some(Quantity::Time(self.schedule.day_thousandths(plan, *duration)))
            }
            Operand::Date(date) => Some(Quantity::Day(*date)),
            Operand::Own(field) => self.quantity(of, *field),
            Operand::Its(kind, field) => {
                let its = its.filter(|its| its.kind == *kind)?;
                self.quantity(its, *field)
            }
            Operand::Known(known, offset) => {
                let day = match known {
                    KnownDate::Status => Some(self.status_date(plan)),
                    KnownDate::Today => Some(self.today),
                    KnownDate::PlanStart => {
                        let stated = self.model.plan(plan).header.start().map(|start| start.value.date);
                        stated.or_else(|| self.ends(plan).0)
                    }
                    KnownDate::PlanFinish => {
                        let promised = self.model.plan(plan).header.finish_by().map(|it| it.value.date);
                        self.ends(plan).1.or(promised)
                    }
                }?;
                Some(Quantity::Day(day.saturating_add(jiff::Span::new().try_days(*offset).ok()?)))
            }
            Operand::Option(name) => match self.options[plan.index()].get(self.catalogue, rule.code, name)? {
                OptionValue::Integer(number) => Some(Quantity::Number(number.saturating_mul(1000))),
                OptionValue::Text(text) => match Moment::parse(text) {
                    Some(moment) => Some(Quantity::Day(moment.date)),
                    None => Duration::parse(text)
                        .map(|time| Quantity::Time(self.schedule.day_thousandths(plan, time))),
                },
                _ => None,
            },
        }
    }

    // ---- relations

    fn list(&self, list: List, kind: EntityKind, visit: &mut dyn FnMut(Entity)) {
        for reference in self.network.references.list(list) {
            if let Some(found) = reference.entity().filter(|found| found.kind == kind) {
                visit(found);
            }
        }
    }

    fn named(&self, of: Entity, text: Option<Text>, kind: EntityKind, visit: &mut dyn FnMut(Entity)) {
        let Some(text) = text else { return };
        let found = self.network.index.find(self.model, kind, self.plan_of(of), self.model.text(text));
        if let Some(found) = found {
            visit(found);
        }
    }

    fn rows(&self, rows: &Rows, row: u32, kind: EntityKind, visit: &mut dyn FnMut(Entity)) {
        for item in rows.row(row as usize) {
            visit(Entity { kind, index: *item });
        }
    }

    /// Pairs of (what a list of each thing names, the thing), turned round.
    fn turned<T>(&self, all: &[T], kind: EntityKind, list: impl Fn(&T) -> List) -> Rows {
        let mut pairs = Vec::new();
        for (number, it) in all.iter().enumerate() {
            for reference in self.network.references.list(list(it)) {
                if let Some(target) = reference.of(kind) {
                    pairs.push((target as u32, number as u32));
                }
            }
        }
        Rows::new(self.model.lists.count(kind), &pairs)
    }

    /// The assets that a task names or, as a change, has in its scope; nothing twice.
    pub(super) fn touched(&self, task: TaskId) -> Vec<AssetId> {
        let it = self.model.task(task);
        let mut assets: Vec<AssetId> = Vec::new();
        for list in [it.covers(), it.affects()] {
            self.list(list, EntityKind::Asset, &mut |asset| assets.push(AssetId(asset.index)));
        }
        if self.catalogue.kind_def(self.facts.kind(task)).touches_production || self.facts.is_pilot(task) {
            match self.facts.changes().binary_search(&task) {
                Ok(_) => assets.extend(self.facts.scope(task)),
                Err(_) => assets.extend(scope_of(self.model, self.network, task)),
            }
        }
        let mut seen = FxHashSet::default();
        assets.retain(|asset| seen.insert(*asset));
        assets
    }

    /// An asset, or the members of a group, all the way down.
    pub(super) fn members(&self, asset: AssetId, visit: &mut dyn FnMut(AssetId)) {
        let list = self.model.assets[asset.index()].members();
        if list.is_empty() {
            return visit(asset);
        }
        let mut open = vec![asset];
        let mut seen = FxHashSet::from_iter([asset]);
        while let Some(asset) = open.pop() {
            let members = self.network.references.list(self.model.assets[asset.index()].members());
            if members.is_empty() {
                visit(asset);
            }
            let members = members.iter().filter_map(|member| member.of(EntityKind::Asset));
            open.extend(members.map(|member| AssetId(member as u32)).filter(|member| seen.insert(*member)));
        }
    }

    fn people(&self, of: Entity) -> Option<Text> {
        let index = of.index as usize;
        let lists = &self.model.lists;
        match of.kind {
            EntityKind::Plan => self.model.plans.get(index)?.header.owner(),
            EntityKind::Task => {
                let task = TaskId(of.index);
                let own = self.model.task(task).owner();
                own.or_else(|| self.network.hierarchy.owner_default(self.model, task))
            }
            EntityKind::Asset => lists.assets[index].owner(),
            EntityKind::Risk => lists.risks[index].owner(),
            EntityKind::Issue => lists.issues[index].owner(),
            EntityKind::Decision => lists.decisions[index].owner(),
            EntityKind::Assumption => lists.assumptions[index].owner(),
            EntityKind::Budget => lists.budgets[index].owner(),
            EntityKind::Freeze => lists.freezes[index].owner(),
            EntityKind::Communication => lists.communications[index].owner(),
            _ => None,
        }
    }

    /// Calls back with everything a relation leads to that is not asked along the network.
    pub(super) fn related(
        &self,
        of: Entity,
        relation: Relation,
        to: EntityKind,
        visit: &mut dyn FnMut(Entity),
    ) {
        use EntityKind::{
            Asset, Budget, Communication, Decision, Issue, Person, Plan, Risk, Site, Task, Team, Wave,
        };
        let index = of.index as usize;
        let task = TaskId(of.index);
        let model = self.model;
        match relation {
            Relation::Upstream
            | Relation::FinishUpstream
            | Relation::Downstream
            | Relation::FinishDownstream => {}
            Relation::Predecessor => {
                let first = model.first_link(task);
                for link in first..first + model.links(task).len() {
                    if let Predecessor::Task(task) = self.network.references.likely_predecessor(link) {
                        visit(entity(task));
                    }
                }
            }
            Relation::Successor => {
                let rows = self.successors.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for number in 0..model.tasks.len() as u32 {
                        let first = model.first_link(TaskId(number));
                        for link in first..first + model.links(TaskId(number)).len() {
                            if let Predecessor::Task(task) = self.network.references.likely_predecessor(link)
                            {
                                pairs.push((task.0, number));
                            }
                        }
                    }
                    Rows::new(model.tasks.len(), &pairs)
                });
                self.rows(rows, of.index, Task, visit);
            }
            Relation::Parent => {
                if let Some(parent) = self.network.hierarchy.parent(task) {
                    visit(entity(parent));
                }
            }
            Relation::Phases => {
                self.network.hierarchy.ancestors(task).for_each(|phase| visit(entity(phase)));
            }
            Relation::Children => {
                self.network.hierarchy.children(task).for_each(|child| visit(entity(child)))
            }
            Relation::Site => match of.kind {
                Task => {
                    for site in sites(model, self.network, task) {
                        visit(Entity { kind: Site, index: site.0 });
                    }
                }
                Person => self.named(of, model.persons[index].site(), Site, visit),
                EntityKind::Stakeholder => self.named(of, model.stakeholders[index].site(), Site, visit),
                Wave => self.list(model.waves[index].sites(), Site, visit),
                Asset => {
                    let rows = self
                        .sites_of_asset
                        .get_or_init(|| self.turned(&model.sites, Asset, |it| it.assets()));
                    self.rows(rows, of.index, Site, visit);
                }
                _ => {}
            },
            Relation::Wave => {
                if let Some(wave) = self.network.hierarchy.wave_of(model, &self.network.index, task) {
                    visit(Entity::new(Wave, wave));
                }
            }
            Relation::Owner => self.named(of, self.people(of), Person, visit),
            Relation::OwnerTeam => self.named(of, self.people(of), Team, visit),
            Relation::Approver => self.list(model.task(task).approver(), Person, visit),
            Relation::ApproverTeam => self.list(model.task(task).approver(), Team, visit),
            Relation::ApprovedBy => {
                let list = match of.kind {
                    Task => model.task(task).approved_by(),
                    Risk => model.risks[index].approved_by(),
                    Budget => model.budgets[index].approved_by(),
                    _ => return,
                };
                self.list(list, Person, visit);
            }
            Relation::Helpers => self.list(model.task(task).helpers(), Person, visit),
            Relation::Touched => {
                self.touched(task)
                    .into_iter()
                    .for_each(|asset| visit(Entity { kind: Asset, index: asset.0 }));
            }
            Relation::Covers => self.list(model.task(task).covers(), Asset, visit),
            Relation::Scope => match self.facts.changes().binary_search(&task) {
                Ok(_) => {
                    self.facts.scope(task).iter().for_each(|it| visit(Entity { kind: Asset, index: it.0 }));
                }
                Err(_) => scope_of(model, self.network, task)
                    .into_iter()
                    .for_each(|it| visit(Entity { kind: Asset, index: it.0 })),
            },
            Relation::Risks => {
                let risks = self.risks.get_or_init(|| {
                    let mut risks: FxHashMap<Entity, Vec<u32>> = FxHashMap::default();
                    for (number, risk) in model.risks.iter().enumerate() {
                        for reference in self.network.references.list(risk.affects()) {
                            if let Some(hit) = reference.entity() {
                                risks.entry(hit).or_default().push(number as u32);
                            }
                        }
                    }
                    risks
                });
                for risk in risks.get(&of).into_iter().flatten() {
                    visit(Entity { kind: Risk, index: *risk });
                }
            }
            Relation::Mitigates => {
                let rows =
                    self.mitigates.get_or_init(|| self.turned(&model.risks, Task, |it| it.mitigations()));
                // A risk that names the phase names what is inside.
                for task in std::iter::once(task).chain(self.network.hierarchy.ancestors(task)) {
                    self.rows(rows, task.0, Risk, visit);
                }
            }
            Relation::Issues => {
                let rows = self.issues.get_or_init(|| self.turned(&model.issues, Task, |it| it.blocks()));
                self.rows(rows, of.index, Issue, visit);
            }
            Relation::Decisions => {
                let rows =
                    self.decisions.get_or_init(|| self.turned(&model.decisions, Task, |it| it.blocks()));
                self.rows(rows, of.index, Decision, visit);
            }
            Relation::Budget => self.named(of, model.task(task).budget(), Budget, visit),
            Relation::Plan => visit(Entity { kind: Plan, index: self.plan_of(of).0 }),
            Relation::Uses => self.list(model.assets[index].uses(), Asset, visit),
            Relation::UsedBy => {
                let rows = self.used_by.get_or_init(|| self.turned(&model.assets, Asset, |it| it.uses()));
                self.rows(rows, of.index, Asset, visit);
            }
            Relation::Members => self.list(model.assets[index].members(), Asset, visit),
            Relation::Groups => {
                let rows = self.groups.get_or_init(|| self.turned(&model.assets, Asset, |it| it.members()));
                let mut open = vec![of.index];
                let mut seen = FxHashSet::from_iter([of.index]);
                while let Some(asset) = open.pop() {
                    for group in rows.row(asset as usize) {
                        if seen.insert(*group) {
                            open.push(*group);
                            visit(Entity { kind: Asset, index: *group });
                        }
                    }
                }
            }
            Relation::TasksOfAsset => {
                let rows = self.tasks_of_asset.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for number in 0..model.tasks.len() as u32 {
                        pairs.extend(self.touched(TaskId(number)).into_iter().map(|asset| (asset.0, number)));
                    }
                    Rows::new(model.assets.len(), &pairs)
                });
                self.rows(rows, of.index, Task, visit);
            }
            Relation::CoveredBy => {
                let rows = self.covered_by.get_or_init(|| self.turned(&model.tasks, Asset, |it| it.covers()));
                self.rows(rows, of.index, Task, visit);
            }
            Relation::ChangedBy => {
                let rows = self.changed_by.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for change in self.facts.changes() {
                        let mut seen = FxHashSet::default();
                        for asset in self.facts.scope(*change) {
                            pairs.extend(seen.insert(*asset).then_some((asset.0, change.0)));
                            self.members(*asset, &mut |asset| {
                                pairs.extend(seen.insert(asset).then_some((asset.0, change.0)));
                            });
                        }
                    }
                    Rows::new(model.assets.len(), &pairs)
                });
                self.rows(rows, of.index, Task, visit);
            }
            Relation::Lead => {
                let lead = match of.kind {
                    Site => model.sites[index].lead(),
                    _ => model.teams[index].lead(),
                };
                self.named(of, lead, Person, visit);
            }
            Relation::AssetsOfSite => self.list(model.sites[index].assets(), Asset, visit),
            Relation::TasksOfSite => {
                let rows = self.tasks_of_site.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for number in 0..model.tasks.len() as u32 {
                        pairs.extend(
                            sites(model, self.network, TaskId(number)).iter().map(|site| (site.0, number)),
                        );
                    }
                    Rows::new(model.sites.len(), &pairs)
                });
                self.rows(rows, of.index, Task, visit);
            }
            Relation::Mitigations => self.list(model.risks[index].mitigations(), Task, visit),
            Relation::AffectedTasks => self.list(model.risks[index].affects(), Task, visit),
            Relation::AffectedAssets => self.list(model.risks[index].affects(), Asset, visit),
            Relation::IssuesOfRisk => {
                let rows = self.issues_of_risk.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for (number, issue) in model.issues.iter().enumerate() {
                        let of = Entity::new(Issue, number);
                        self.named(of, issue.from_risk(), Risk, &mut |risk| {
                            pairs.push((risk.index, of.index))
                        });
                    }
                    Rows::new(model.risks.len(), &pairs)
                });
                self.rows(rows, of.index, Issue, visit);
            }
            Relation::BlockedTasks => {
                let list = match of.kind {
                    Issue => model.issues[index].blocks(),
                    _ => model.decisions[index].blocks(),
                };
                self.list(list, Task, visit);
            }
            Relation::RiskOfIssue => self.named(of, model.issues[index].from_risk(), Risk, visit),
            Relation::TasksOfBudget => {
                let rows = self.tasks_of_budget.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for (number, it) in model.tasks.iter().enumerate() {
                        let of = Entity::new(Task, number);
                        self.named(of, it.budget(), Budget, &mut |budget| {
                            pairs.push((budget.index, of.index))
                        });
                    }
                    Rows::new(model.budgets.len(), &pairs)
                });
                self.rows(rows, of.index, Task, visit);
            }
            Relation::TasksOfOwner => {
                let (slot, kind) = match of.kind {
                    Person => (&self.tasks_of_person, Person),
                    _ => (&self.tasks_of_team, Team),
                };
                let rows = slot.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for number in (0..model.tasks.len() as u32).filter(|it| self.facts.is_open(TaskId(*it))) {
                        let mut add = |owner: Entity| pairs.push((owner.index, number));
                        let owner = self.network.references.owner(TaskId(number));
                        match owner {
                            Some(owner) if owner.kind == kind => add(owner),
                            // What the phase or the plan gives to tasks without an owner.
                            None if model.task(TaskId(number)).owner().is_none() => {
                                let of = entity(TaskId(number));
                                self.named(of, self.people(of), kind, &mut add);
                            }
                            _ => {}
                        }
                    }
                    Rows::new(model.lists.count(kind), &pairs)
                });
                self.rows(rows, of.index, Task, visit);
            }
            Relation::Teams => {
                let rows = self.teams.get_or_init(|| self.turned(&model.teams, Person, |it| it.members()));
                self.rows(rows, of.index, Team, visit);
            }
            Relation::Backup => self.named(of, model.persons[index].backup(), Person, visit),
            Relation::MembersOfTeam => self.list(model.teams[index].members(), Person, visit),
            Relation::Communications => {
                let all = self.communications.get_or_init(|| self.audiences());
                for item in all.get(&of).into_iter().flatten() {
                    visit(Entity { kind: Communication, index: *item });
                }
            }
            Relation::Gate => self.named(of, model.waves[index].gate(), Task, visit),
            Relation::TasksOfWave => {
                let rows = self.tasks_of_wave.get_or_init(|| {
                    let mut pairs = Vec::new();
                    for number in 0..model.tasks.len() as u32 {
                        let wave = self.network.hierarchy.wave_of(model, &self.network.index, TaskId(number));
                        pairs.extend(wave.map(|wave| (wave as u32, number)));
                    }
                    Rows::new(model.waves.len(), &pairs)
                });
                self.rows(rows, of.index, Task, visit);
            }
            Relation::Sponsor => self.named(of, model.plans[index].header.sponsor(), Person, visit),
            Relation::InPlan => {
                for number in model.plan(PlanId(of.index)).range(to) {
                    visit(Entity::new(to, number));
                }
            }
        }
    }

    /// The sites that anything names: tasks as their place or in `affects`, and waves.
    fn sites_by_name(&self) -> FxHashSet<u32> {
        let mut named = FxHashSet::default();
        for (number, task) in self.model.tasks.iter().enumerate() {
            let id = TaskId(number as u32);
            if !self.is_over(entity(id)) {
                named.extend(sites(self.model, self.network, id).iter().map(|site| site.0));
                self.list(task.affects(), EntityKind::Site, &mut |site| {
                    named.insert(site.index);
                });
            }
        }
        for wave in &self.model.waves {
            self.list(wave.sites(), EntityKind::Site, &mut |site| {
                named.insert(site.index);
            });
        }
        named
    }

    /// Whether a name that leads nowhere may be one of those that a relation leads to: PLN007 and PLN012 ask for it first.
    pub(super) fn is_unclear(&self, of: Entity, relation: Relation) -> bool {
        let index = of.index as usize;
        let (model, references) = (self.model, &self.network.references);
        let leads_nowhere = |list: List| references.list(list).iter().any(|it| it.entity().is_none());
        match relation {
            Relation::Mitigations => leads_nowhere(model.risks[index].mitigations()),
            Relation::AffectedTasks | Relation::AffectedAssets => leads_nowhere(model.risks[index].affects()),
            Relation::Uses => leads_nowhere(model.assets[index].uses()),
            Relation::Members => leads_nowhere(model.assets[index].members()),
            Relation::AssetsOfSite => leads_nowhere(model.sites[index].assets()),
            Relation::Covers => leads_nowhere(model.task(TaskId(of.index)).covers()),
            Relation::ApprovedBy => {
                let list = match of.kind {
                    EntityKind::Task => model.task(TaskId(of.index)).approved_by(),
                    EntityKind::Risk => model.risks[index].approved_by(),
                    _ => model.budgets[index].approved_by(),
                };
                let plan = self.plan_of(of);
                let names = references.list(list).iter().zip(model.list(list));
                names.into_iter().any(|(it, name)| it.entity().is_none() && self.may_be_anybody(plan, *name))
            }
            // What another thing says of it, misspelt.
            Relation::Mitigates
            | Relation::Risks
            | Relation::Issues
            | Relation::Decisions
            | Relation::IssuesOfRisk
            | Relation::UsedBy
            | Relation::TasksOfAsset
            | Relation::CoveredBy
            | Relation::TasksOfSite
            | Relation::TasksOfBudget => references.is_probably_meant(of),
            _ => false,
        }
    }

    /// Whether a person is the sponsor of the plan: named by id or by name; `None` where the sponsor's name is misspelt
    /// or still to be filled in.
    fn is_sponsor(&self, person: usize) -> Option<bool> {
        let model = self.model;
        let it = &model.persons[person];
        let Some(sponsor) = model.plan(it.plan).header.sponsor() else { return Some(false) };
        let name = model.text(sponsor).trim();
        let find = |kind| self.network.index.find(model, kind, it.plan, name);
        if let Some(found) = find(EntityKind::Person).or_else(|| find(EntityKind::Team)) {
            return Some(found == Entity::new(EntityKind::Person, person));
        }
        let names = model.list(it.also_known_as()).iter().copied().chain(it.name());
        if names.into_iter().any(|text| model.text(text).trim() == name) {
            return Some(true);
        }
        let is_known = || {
            let mut all = model.plan(it.plan).range(EntityKind::Person);
            all.any(|other| {
                let names = model.list(model.persons[other].also_known_as());
                names.iter().any(|text| model.text(*text).trim() == name)
            })
        };
        if self.may_be_anybody(it.plan, sponsor) && !is_known() { None } else { Some(false) }
    }

    /// Whether nobody can know a flag.
    pub(super) fn is_unknown(&self, of: Entity, field: Field) -> bool {
        field == Field::Derived(Derived::IsSponsor) && self.is_sponsor(of.index as usize).is_none()
    }

    /// Whether a name that no person and no team has is one still to be filled in, or looks like a misspelt id; what
    /// consists of several words is somebody who is not declared.
    fn may_be_anybody(&self, plan: PlanId, name: Text) -> bool {
        let name = self.model.text(name).trim();
        let entry = self.model.plan(plan);
        let declares = |kind| !entry.range(kind).is_empty();
        is_placeholder(name)
            || (!name.contains(char::is_whitespace)
                && (declares(EntityKind::Person) || declares(EntityKind::Team))
                && self.network.index.find(self.model, EntityKind::Stakeholder, plan, name).is_none())
    }

    /// Whom each communication reaches: whom its audience names, the members of a team, a group, or everybody.
    fn audiences(&self) -> FxHashMap<Entity, Vec<u32>> {
        let model = self.model;
        let mut reached: FxHashMap<Entity, Vec<u32>> = FxHashMap::default();
        for (number, communication) in model.communications.iter().enumerate() {
            let range = |kind| model.plan(communication.plan).range(kind);
            let mut all: FxHashSet<Entity> = FxHashSet::default();
            for text in model.list(communication.audience()) {
                let name = model.text(*text).trim();
                // One word may stand for a person and for a stakeholder; both hear of it.
                for kind in [EntityKind::Person, EntityKind::Stakeholder, EntityKind::Team] {
                    let found = self.network.index.find(model, kind, communication.plan, name);
                    let Some(one) = found else { continue };
                    if kind != EntityKind::Team {
                        all.insert(one);
                        continue;
                    }
                    let team = &model.teams[one.index as usize];
                    self.list(team.members(), EntityKind::Person, &mut |person| {
                        all.insert(person);
                    });
                    self.related(one, Relation::Lead, EntityKind::Person, &mut |person| {
                        all.insert(person);
                    });
                }
                let word = name.to_lowercase();
                if word == "all" {
                    all.extend(
                        range(EntityKind::Stakeholder).map(|it| Entity::new(EntityKind::Stakeholder, it)),
                    );
                    all.extend(range(EntityKind::Person).map(|it| Entity::new(EntityKind::Person, it)));
                    continue;
                }
                if word == "site-leads" {
                    for site in range(EntityKind::Site) {
                        let site = Entity::new(EntityKind::Site, site);
                        self.related(site, Relation::Lead, EntityKind::Person, &mut |person| {
                            all.insert(person);
                        });
                    }
                }
                for it in range(EntityKind::Stakeholder) {
                    let it_is = [model.stakeholders[it].group(), model.stakeholders[it].role()];
                    if it_is.into_iter().flatten().any(|text| model.text(text).trim().to_lowercase() == word)
                    {
                        all.insert(Entity::new(EntityKind::Stakeholder, it));
                    }
                }
                for it in range(EntityKind::Person) {
                    let role = model.persons[it].role();
                    if role.is_some_and(|text| model.text(text).trim().to_lowercase() == word) {
                        all.insert(Entity::new(EntityKind::Person, it));
                    }
                }
            }
            let mut all: Vec<Entity> = all.into_iter().collect();
            all.sort_unstable();
            for it in all {
                reached.entry(it).or_default().push(number as u32);
            }
        }
        reached
    }

    /// Whether a thing is over: a task that was dropped, a risk that is closed, an issue that is solved.
    pub(super) fn is_over(&self, of: Entity) -> bool {
        match of.kind {
            EntityKind::Task => {
                let status = self.model.tasks[of.index as usize].status();
                status.is_some_and(|status| status.value == Status::Cancelled)
            }
            EntityKind::Risk => !self.flag(of, Field::Derived(Derived::RiskOpen)),
            EntityKind::Issue => !self.flag(of, Field::Derived(Derived::IssueOpen)),
            EntityKind::Decision => !self.flag(of, Field::Derived(Derived::DecisionOpen)),
            _ => false,
        }
    }

    /// Of what a requirement is asked in turn; `None` where the task names nothing of the sort.
    pub(super) fn each(&self, task: TaskId, each: Each) -> Option<Vec<u32>> {
        let mut all: Vec<u32> = Vec::new();
        match each {
            Each::Sites => all.extend(sites(self.model, self.network, task).iter().map(|site| site.0)),
            Each::Assets | Each::UsedBy | Each::Uses => {
                let touched = self.touched(task);
                if touched.is_empty() {
                    return None;
                }
                for asset in touched {
                    self.members(asset, &mut |asset| match each {
                        Each::UsedBy => {
                            let of = Entity { kind: EntityKind::Asset, index: asset.0 };
                            self.related(of, Relation::UsedBy, EntityKind::Asset, &mut |it| {
                                all.push(it.index)
                            });
                        }
                        Each::Uses => {
                            let of = Entity { kind: EntityKind::Asset, index: asset.0 };
                            self.related(of, Relation::Uses, EntityKind::Asset, &mut |it| all.push(it.index));
                        }
                        _ => all.push(asset.0),
                    });
                }
            }
        }
        if all.is_empty() && each == Each::Sites {
            return None;
        }
        let mut seen = FxHashSet::default();
        all.retain(|it| seen.insert(*it));
        Some(all)
    }

    /// What two tasks could share, as numbers; texts are numbered by `interned`.
    pub(super) fn shares(&self, task: TaskId, same: Same, interned: &mut Interned) -> Vec<u32> {
        let of = entity(task);
        let mut all = Vec::new();
        match same {
            Same::Site => {
                all.extend(sites(self.model, self.network, task).iter().map(|site: &SiteId| site.0))
            }
            Same::Asset => {
                for asset in self.touched(task) {
                    self.members(asset, &mut |asset| all.push(asset.0));
                }
            }
            Same::Owner => all.extend(
                self.network
                    .references
                    .owner(task)
                    .map(|it| it.index << 1 | u32::from(it.kind == EntityKind::Team)),
            ),
            Same::Wave => {
                self.texts(of, Field::Derived(Derived::Wave), &mut |text| all.push(interned.number(text)))
            }
            Same::Target => {
                self.texts(of, Field::Derived(Derived::Target), &mut |text| {
                    all.push(interned.number(&same_version(text)))
                });
            }
            Same::Parent => all.extend(self.network.hierarchy.parent(task).map(|parent| parent.0)),
            Same::Plan => all.push(self.model.task(task).plan.0),
        }
        all
    }
}

/// Numbers for texts.
#[derive(Default)]
pub(super) struct Interned(FxHashMap<String, u32>);

impl Interned {
    pub(super) fn number(&mut self, text: &str) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(text.to_owned()).or_insert(next)
    }
}

/// A version or target without what makes no difference: case, blanks, a leading `v`.
pub(super) fn same_version(text: &str) -> Cow<'_, str> {
    let folded: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    match folded.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => Cow::Owned(folded),
    }
}

/// Whether two quantities stand to each other so; `None` where they cannot be compared.
pub(super) fn compare(comparison: Comparison, one: Quantity, other: Quantity) -> Option<bool> {
    match (one, other) {
        (Quantity::Day(one), Quantity::Day(other)) => Some(comparison.holds(&one, &other)),
        (Quantity::Number(one) | Quantity::Time(one), Quantity::Number(other) | Quantity::Time(other)) => {
            Some(comparison.holds(&one, &other))
        }
        _ => None,
    }
}
