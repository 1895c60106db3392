//! Reading what a rule asks: from the tables `for-each`, `require`, `forbid`, `per` and `when` to typed conditions.

use std::collections::BTreeMap;

use regex::RegexBuilder;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ask::{
    Ask, Comparison, Condition, Derived, Each, Expression, Field, KnownDate, Operand, Per, Related, Relation,
    Same, Test, When, known_field, known_fields,
};
use super::pack::{Reader, in_order};
use super::{Catalogue, KindId, OptionDef, OptionValue, Variant};
use crate::finding::EntityKind;
use crate::model::{Duration, Moment, Scale, Type, parse_thousandths};

type Key<'i> = Spanned<toml::de::DeString<'i>>;
type Item<'i> = Spanned<DeValue<'i>>;

/// How deep conditions may stand in each other: far beyond what anybody can read.
const DEEPEST: usize = 16;
/// How large a regular expression may grow, in bytes of the compiled program.
const LARGEST_EXPRESSION: usize = 1 << 18;
/// How much room is tried first.
const SMALLEST_EXPRESSION: usize = 1 << 12;
/// How many different tasks upstream can be told apart.
const MOST_COUNTED: u32 = 8;

/// The tests that a field can be put to.
pub(crate) const TESTS: &[&str] = &[
    "missing",
    "not",
    "matches",
    "contains",
    "over",
    "under",
    "at-least",
    "at-most",
    "before",
    "after",
    "on-or-before",
    "on-or-after",
    "same-as",
    "differs-from",
];

/// Where a condition stands.
#[derive(Clone, Copy)]
struct Place {
    /// The kind of thing it is asked of.
    kind: EntityKind,
    /// The kind of thing whose relation led there.
    its: Option<EntityKind>,
    depth: usize,
}

/// Reads the conditions of one rule.
pub(super) struct Conditions<'r, 'p> {
    reader: &'r mut Reader<'p>,
    catalogue: &'r Catalogue,
    options: &'r BTreeMap<String, OptionDef>,
    /// The kinds of work it asks for.
    pub(super) kinds: Vec<String>,
    walks: usize,
    /// Rounds that must be over before those of the part that is being read.
    base_round: usize,
    reads: Vec<String>,
    reads_kinds: bool,
    asks_its: bool,
    when: Vec<When>,
}

impl<'r, 'p> Conditions<'r, 'p> {
    pub(super) fn new(
        reader: &'r mut Reader<'p>,
        catalogue: &'r Catalogue,
        options: &'r BTreeMap<String, OptionDef>,
    ) -> Self {
        Self {
            reader,
            catalogue,
            options,
            kinds: Vec::new(),
            walks: 0,
            base_round: 0,
            reads: Vec::new(),
            reads_kinds: false,
            asks_its: false,
            when: Vec::new(),
        }
    }

    /// Reads the variants of a rule: their words, and when each is used.
    pub(super) fn variants(&mut self, of: Option<&Item<'_>>, value: &Item<'_>) -> BTreeMap<String, Variant> {
        let mut variants = BTreeMap::new();
        let DeValue::Table(table) = value.get_ref() else {
            self.reader.wrong_type("variant", "a table", value);
            return variants;
        };
        let about = of.and_then(|value| self.peek(value));
        for (key, value) in in_order(table) {
            let DeValue::Table(words) = value.get_ref() else {
                self.reader.wrong_type(key.get_ref(), "a table", value);
                continue;
            };
            let name = key.get_ref().clone().into_owned();
            variants.insert(name.clone(), self.reader.variant(key, words));
            if let (Some(when), Some(kind)) = (words.get("when"), about) {
                let of = self.condition(when, Place { kind, its: None, depth: 0 });
                let at = words.get("at").map(|value| self.at(value, kind));
                self.when.push(When { name, of, at });
            }
        }
        variants
    }

    /// The kind of thing a `for-each` is about, without complaint.
    fn peek(&self, value: &Item<'_>) -> Option<EntityKind> {
        let DeValue::Table(table) = value.get_ref() else { return None };
        table.keys().next().and_then(|key| EntityKind::parse(key.get_ref()))
    }

    /// Reads what a rule asks.
    #[expect(clippy::too_many_arguments, reason = "one for each key of the rule that says what is asked")]
    pub(super) fn ask(
        &mut self,
        code: &Key<'_>,
        of: Option<&Item<'_>>,
        require: Option<&Item<'_>>,
        forbid: Option<&Item<'_>>,
        per: Option<&Item<'_>>,
        at: Option<&Item<'_>>,
        from: Option<&Item<'_>>,
        merge: Option<&Item<'_>>,
    ) -> Option<Ask> {
        let what = format!("The rule {}", code.get_ref());
        let missing = |this: &mut Self, part: &str| {
            this.reader.wrong("PCK005", code.span(), &[("what", &what), ("part", part)]);
        };
        let Some(of) = of else {
            missing(self, "`for-each = { task = { ... } }`: which things it looks at");
            return None;
        };
        let (demand, forbids) = match (require, forbid) {
            (Some(demand), None) => (demand, false),
            (None, Some(demand)) => (demand, true),
            (None, None) => {
                missing(self, "`require` or `forbid`");
                return None;
            }
            (Some(_), Some(both)) => {
                self.reader
                    .invalid(both.span(), "a rule has `require` or `forbid`, not both: write two rules");
                return None;
            }
        };
        let (about, of) = self.for_each(of)?;
        let place = Place { kind: about, its: None, depth: 0 };
        let per = per.and_then(|value| self.per(value, about));
        let variants = std::mem::take(&mut self.when);
        self.base_round = rounds([&of]);
        let demand = self.condition(demand, place);
        let at = at.map_or_else(Vec::new, |value| self.at(value, about));
        let from_tasks = from.and_then(|value| self.whole(value)).unwrap_or(0);
        let merges = merge.is_none_or(|value| self.reader.flag_of("merge", value));
        let rounds = rounds([&of, &demand].into_iter().chain(per.iter().map(|per: &Per| &per.of)));
        let mut reads = std::mem::take(&mut self.reads);
        reads.sort_unstable();
        reads.dedup();
        Some(Ask {
            about,
            of,
            demand,
            forbids,
            per,
            at,
            from_tasks,
            merges,
            variants,
            walks: self.walks,
            rounds,
            reads,
            reads_kinds: self.reads_kinds,
        })
    }

    /// Fields at which a finding is placed; none is the id.
    fn at(&mut self, value: &Item<'_>, about: EntityKind) -> Vec<Field> {
        let mut fields = Vec::new();
        for name in self.reader.list_of("at", value) {
            match self.field(about, &name) {
                Some((field, _)) => fields.push(field),
                None if name == "id" => {}
                None => self.unknown(&Spanned::new(value.span(), name), about, false),
            }
        }
        fields
    }

    fn for_each(&mut self, value: &Item<'_>) -> Option<(EntityKind, Condition)> {
        let expected = "a table such as { task = { kind = \"rollout\" } }";
        let DeValue::Table(table) = value.get_ref() else {
            self.reader.wrong_type("for-each", expected, value);
            return None;
        };
        let mut entries = in_order(table).into_iter();
        let (Some((key, of)), None) = (entries.next(), entries.next()) else {
            self.reader.wrong_type("for-each", expected, value);
            return None;
        };
        let Some(kind) = EntityKind::parse(key.get_ref()) else {
            let kinds: Vec<&str> = EntityKind::ALL.iter().map(|kind| kind.as_str()).collect();
            self.reader.unknown(key, "is nothing that a plan has", &kinds);
            return None;
        };
        let condition = self.condition(of, Place { kind, its: None, depth: 0 });
        Some((kind, self.usually(kind, condition, of)))
    }

    /// What goes without saying: open leaves, open risks, things in scope.
    fn usually(&mut self, kind: EntityKind, condition: Condition, of: &Item<'_>) -> Condition {
        let DeValue::Table(table) = of.get_ref() else { return condition };
        let says = |names: &[&str]| names.iter().any(|name| table.contains_key(*name));
        let flag = |derived: Derived| Condition::Field(Field::Derived(derived), Test::Flag(true));
        let mut parts = Vec::new();
        match kind {
            EntityKind::Task => {
                if !says(&["status", "open", "done"]) {
                    parts.push(flag(Derived::Open));
                }
                if !says(&["leaf", "children"]) {
                    parts.push(flag(Derived::Leaf));
                }
            }
            EntityKind::Risk if !says(&["status", "open"]) => parts.push(flag(Derived::RiskOpen)),
            EntityKind::Issue if !says(&["status", "open"]) => parts.push(flag(Derived::IssueOpen)),
            EntityKind::Decision if !says(&["status", "open"]) => parts.push(flag(Derived::DecisionOpen)),
            EntityKind::Assumption if !says(&["validated", "open"]) => {
                parts.push(flag(Derived::AssumptionOpen));
            }
            EntityKind::Asset | EntityKind::Site if !says(&["out-of-scope"]) => {
                parts
                    .extend(self.own(kind, "out-of-scope").map(|it| Condition::Field(it, Test::Flag(false))));
            }
            _ => {}
        }
        if parts.is_empty() {
            return condition;
        }
        // What was written first: it mostly says more.
        let mut all = match condition {
            Condition::All(all) => all,
            one => vec![one],
        };
        all.extend(parts);
        Condition::All(all)
    }

    fn own(&self, kind: EntityKind, name: &str) -> Option<Field> {
        known_field(kind, name).map(|(field, _)| field)
    }

    fn per(&mut self, value: &Item<'_>, about: EntityKind) -> Option<Per> {
        let words: Vec<&str> = Each::ALL.iter().map(|(word, ..)| *word).collect();
        let find = |word: &str| Each::ALL.iter().find(|(name, ..)| *name == word);
        if about != EntityKind::Task {
            self.reader.invalid(value.span(), "`per` is for rules about tasks");
            return None;
        }
        match value.get_ref() {
            DeValue::String(word) => {
                let Some((_, each, _)) = find(word) else {
                    let word = Spanned::new(value.span(), word.clone());
                    self.reader.unknown(&word, "is nothing that a rule can ask of each in turn", &words);
                    return None;
                };
                self.reads_each(*each);
                Some(Per { each: *each, of: Condition::All(Vec::new()) })
            }
            DeValue::Table(table) if table.len() == 1 => {
                let (key, of) = in_order(table).into_iter().next()?;
                let Some((_, each, kind)) = find(key.get_ref()) else {
                    self.reader.unknown(key, "is nothing that a rule can ask of each in turn", &words);
                    return None;
                };
                self.reads_each(*each);
                let of = self.condition(of, Place { kind: *kind, its: None, depth: 1 });
                Some(Per { each: *each, of })
            }
            _ => {
                self.reader.wrong_type("per", "\"assets\", or { assets = { kind = \"database\" } }", value);
                None
            }
        }
    }

    fn reads_each(&mut self, each: Each) {
        match each {
            Each::Sites => self.read(EntityKind::Task, "sites"),
            Each::Assets => self.read(EntityKind::Task, "affects"),
            Each::UsedBy | Each::Uses => {
                self.read(EntityKind::Task, "affects");
                self.read(EntityKind::Asset, "uses");
            }
        }
    }

    fn read(&mut self, kind: EntityKind, name: &str) {
        self.reads.push(format!("{}.{name}", kind.as_str()));
    }

    /// Reads a condition on a kind of thing.
    fn condition(&mut self, value: &Item<'_>, place: Place) -> Condition {
        let DeValue::Table(table) = value.get_ref() else {
            self.reader.wrong_type("a condition", "a table such as { kind = \"rollout\" }", value);
            return Condition::All(Vec::new());
        };
        self.entries(table, place)
    }

    fn entries(&mut self, table: &DeTable<'_>, place: Place) -> Condition {
        let mut parts = Vec::new();
        for (key, value) in in_order(table) {
            if place.depth >= DEEPEST {
                self.reader
                    .invalid(key.span(), "conditions stand too deep in each other for anybody to read");
                break;
            }
            let inner = Place { depth: place.depth + 1, ..place };
            match &**key.get_ref() {
                name @ ("all" | "any") => {
                    let DeValue::Array(items) = value.get_ref() else {
                        self.reader.wrong_type(name, "a list of conditions in square brackets", value);
                        continue;
                    };
                    let conditions = items.iter().map(|item| self.condition(item, inner)).collect();
                    parts.push(if name == "all" {
                        Condition::All(conditions)
                    } else {
                        Condition::Any(conditions)
                    });
                }
                "not" => parts.push(Condition::Not(Box::new(self.condition(value, inner)))),
                _ => parts.extend(self.entry(key, value, place)),
            }
        }
        match parts.len() {
            1 => parts.swap_remove(0),
            _ => Condition::All(parts),
        }
    }

    /// An entry that is a field or a relation.
    fn entry(&mut self, key: &Key<'_>, value: &Item<'_>, place: Place) -> Option<Condition> {
        let name: &str = key.get_ref();
        let field = self.field(place.kind, name);
        let relation = Relation::find(place.kind, name);
        let is_test = match value.get_ref() {
            DeValue::Table(table) => {
                !table.is_empty() && table.keys().all(|key| TESTS.contains(&key.get_ref().as_ref()))
            }
            _ => true,
        };
        match (field, relation, value.get_ref()) {
            (_, Some((relation, to)), DeValue::Table(table)) if field.is_none() || !is_test => {
                Some(self.related(key, relation, to, table, place))
            }
            (Some((field, ty)), _, _) => {
                self.reads_field(place.kind, field, name);
                self.test(key, field, ty, value, place)
            }
            (None, Some(_), _) => {
                self.reader.wrong_type(name, "a condition on what it leads to: { kind = \"pilot\" }", value);
                None
            }
            (None, None, _) => {
                self.unknown(key, place.kind, true);
                None
            }
        }
    }

    fn unknown(&mut self, word: &Spanned<impl AsRef<str>>, kind: EntityKind, with_relations: bool) {
        let declared =
            self.catalogue.fields.iter().filter(|field| field.of == kind).map(|field| &*field.name);
        let mut known: Vec<&str> = known_fields(kind).map(|(name, ..)| name).chain(declared).collect();
        let what = match with_relations {
            true => {
                let relations = Relation::ALL.iter().filter(|(from, ..)| *from == kind);
                known.extend(relations.map(|(_, name, ..)| *name));
                known.extend(["all", "any", "not"]);
                format!("is no field and no relation of {}", with_article(kind.as_str()))
            }
            false => format!("is no field of {}", with_article(kind.as_str())),
        };
        self.reader.unknown(word, &what, &known);
    }

    fn field(&self, kind: EntityKind, name: &str) -> Option<(Field, Type)> {
        known_field(kind, name).or_else(|| {
            let index = self.catalogue.fields.iter().position(|it| it.of == kind && it.name == name)?;
            Some((Field::Declared(index as u16), self.catalogue.fields[index].ty))
        })
    }

    fn reads_field(&mut self, kind: EntityKind, field: Field, name: &str) {
        match field {
            // What a kind is can be guessed from a title.
            Field::Own(_) if kind == EntityKind::Task && name == "kind" => self.reads_kinds = true,
            Field::Own(_) => self.read(kind, name),
            Field::Declared(_) => self.read(kind, name),
            Field::Derived(Derived::Target | Derived::Wave | Derived::Owner) => self.read(kind, name),
            Field::Derived(Derived::SiteNames) => self.read(kind, "sites"),
            Field::Derived(Derived::TimeZone) => self.read(kind, "time-zone"),
            Field::Derived(Derived::AssumptionOpen) => self.read(kind, "validated"),
            Field::Derived(
                Derived::IsChange | Derived::IsCheck | Derived::IsPilot | Derived::NeedsTarget,
            ) => self.reads_kinds = true,
            Field::Derived(Derived::WindowStart | Derived::WindowFinish) => self.read(kind, "window"),
            Field::Derived(Derived::Exposure) => self.read(kind, "probability"),
            Field::Derived(Derived::ResidualExposure) => self.read(kind, "residual.probability"),
            Field::Derived(_) => {}
        }
    }

    fn related(
        &mut self,
        key: &Key<'_>,
        relation: Relation,
        to: EntityKind,
        table: &DeTable<'_>,
        place: Place,
    ) -> Condition {
        let is_walk = matches!(
            relation,
            Relation::Upstream | Relation::FinishUpstream | Relation::Downstream | Relation::FinishDownstream
        );
        let outer_its = std::mem::replace(&mut self.asks_its, false);
        let mut rest: DeTable<'_> = table.clone();
        let (mut at_least, mut at_most, mut same, mut gap) = (1, None, Vec::new(), None);
        let mut taken = |name: &str| rest.remove(name);
        let (least, most, none, missing) =
            (taken("at-least"), taken("at-most"), taken("none"), taken("missing"));
        let (shares, gaps) = (taken("same"), taken("gap"));
        if let Some(value) = least {
            at_least = self.whole(&value).unwrap_or(1);
        }
        if let Some(value) = most {
            at_most = self.whole(&value);
            at_least = 0;
        }
        if none.as_ref().or(missing.as_ref()).is_some_and(|value| self.reader.flag_of("none", value)) {
            (at_least, at_most) = (0, Some(0));
        }
        if let Some(value) = &shares {
            same = self.same(value);
        }
        if let Some(value) = &gaps {
            gap = self.gap(value);
        }
        let inner = Place { kind: to, its: Some(place.kind), depth: place.depth + 1 };
        let of = self.entries(&rest, inner);
        let any_state = match to {
            EntityKind::Task => rest.contains_key("status") || rest.contains_key("open"),
            _ => rest.contains_key("status") || rest.contains_key("open"),
        };
        let asks_its = std::mem::replace(&mut self.asks_its, outer_its);
        self.reads_relation(relation, place.kind);
        let mut walk = None;
        if is_walk {
            let round = rounds([&of]).max(self.base_round) + 1;
            walk = Some((self.walks, round));
            self.walks += 1;
            let uses = usize::from(at_least > 1)
                + usize::from(gap.is_some())
                + usize::from(!same.is_empty() || asks_its);
            if uses > 1 {
                self.reader.invalid(
                    key.span(),
                    "only one of `at-least`, `gap` and `same` (or `its.`) may stand with a relation along the network",
                );
            }
            if at_least > MOST_COUNTED || at_most.is_some_and(|most| most > 0) {
                self.reader.invalid(
                    key.span(),
                    "along the network a rule can ask for up to 8 tasks with `at-least`, or for `none = true`",
                );
            }
        }
        let is_outermost = place.its.is_none();
        if (!same.is_empty() || (is_walk && (asks_its || gap.is_some()))) && !is_outermost {
            self.reader.invalid(
                key.span(),
                "`same`, `gap` and `its.` may only stand in a relation of the thing that the rule is about",
            );
        }
        let mut is_of_plan = relation == Relation::Plan && !asks_its;
        of.each_related(&mut |inner| is_of_plan &= inner.walk.is_none());
        Condition::Related(Box::new(Related {
            relation,
            to,
            of,
            at_least,
            at_most,
            same,
            gap,
            any_state,
            walk,
            asks_its,
            is_of_plan,
        }))
    }

    fn reads_relation(&mut self, relation: Relation, from: EntityKind) {
        let fields: &[&str] = match relation {
            Relation::Upstream
            | Relation::FinishUpstream
            | Relation::Downstream
            | Relation::FinishDownstream
            | Relation::Predecessor
            | Relation::Successor => &["task.depends-on"],
            Relation::Parent | Relation::Phases | Relation::Children | Relation::Plan | Relation::InPlan => {
                &[]
            }
            Relation::Site if from == EntityKind::Task => &["task.sites"],
            Relation::TasksOfSite => &["task.sites"],
            Relation::Wave | Relation::TasksOfWave => &["task.wave"],
            Relation::Owner | Relation::OwnerTeam => match from {
                EntityKind::Task => &["task.owner"],
                _ => &[],
            },
            Relation::TasksOfOwner => &["task.owner"],
            Relation::Approver | Relation::ApproverTeam => &["task.approver"],
            Relation::ApprovedBy if from == EntityKind::Task => &["task.approved-by"],
            Relation::Helpers => &["task.helpers"],
            Relation::Touched | Relation::TasksOfAsset => &["task.covers", "task.affects"],
            Relation::Covers | Relation::CoveredBy => &["task.covers"],
            Relation::Scope | Relation::ChangedBy => &["task.affects"],
            Relation::Risks => &["risk.affects"],
            Relation::Mitigates => &["risk.mitigations"],
            Relation::Issues => &["issue.blocks"],
            Relation::Decisions => &["decision.blocks"],
            Relation::Budget | Relation::TasksOfBudget => &["task.budget"],
            Relation::Members | Relation::Groups => &["asset.members"],
            Relation::Uses | Relation::UsedBy => &["asset.uses"],
            _ => &[],
        };
        self.reads.extend(fields.iter().map(|field| (*field).to_owned()));
    }

    fn same(&mut self, value: &Item<'_>) -> Vec<Same> {
        let words: Vec<&str> = Same::ALL.iter().map(|(word, _)| *word).collect();
        let mut same = Vec::new();
        for word in self.reader.list_of("same", value) {
            match Same::ALL.iter().find(|(name, _)| *name == word) {
                Some((_, it)) => same.push(*it),
                None => {
                    self.reader.unknown(
                        &Spanned::new(value.span(), word),
                        "is nothing that two things can share",
                        &words,
                    );
                }
            }
        }
        if same.len() > 2 {
            self.reader.invalid(value.span(), "at most two things can be asked to be the same");
            same.truncate(2);
        }
        same
    }

    fn gap(&mut self, value: &Item<'_>) -> Option<(Comparison, Operand)> {
        let DeValue::Table(table) = value.get_ref() else {
            self.reader.wrong_type("gap", "a table such as { at-least = \"5d\" }", value);
            return None;
        };
        let (key, value) = in_order(table).into_iter().next()?;
        let Some(comparison) = comparison(key.get_ref()) else {
            self.reader.unknown(key, "is no comparison", &["over", "under", "at-least", "at-most"]);
            return None;
        };
        let operand = match value.get_ref() {
            DeValue::Integer(number) => {
                number.as_str().parse::<i64>().ok().map(|days| Operand::Number(days * 1000))
            }
            DeValue::String(text) => self.option(text, value).map(Some).unwrap_or_else(|| {
                Duration::parse(text).map(|time| Operand::Number(time.day_thousandths(8 * 60, 5)))
            }),
            _ => None,
        };
        if operand.is_none() {
            self.reader.wrong_type("gap", "working days, such as \"5d\"", value);
        }
        operand.map(|operand| (comparison, operand))
    }

    fn whole(&mut self, value: &Item<'_>) -> Option<u32> {
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.reader.wrong_type("this", "a whole number from 0", value);
        }
        number
    }

    /// Reads what a field is held against.
    fn test(
        &mut self,
        key: &Key<'_>,
        field: Field,
        ty: Type,
        value: &Item<'_>,
        place: Place,
    ) -> Option<Condition> {
        let of = |test: Test| Some(Condition::Field(field, test));
        let name: &str = key.get_ref();
        match value.get_ref() {
            DeValue::String(_) | DeValue::Array(_) => {
                let words = self.reader.list_of(name, value);
                of(self.words(field, ty, words, value, place.kind, false)?)
            }
            DeValue::Boolean(flag) if ty == Type::Flag => of(Test::Flag(*flag)),
            DeValue::Boolean(_) => {
                self.reader.wrong_type(name, &format!("{}, or {{ missing = true }}", type_words(ty)), value);
                None
            }
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
                let exactly = |operand: Operand, comparison| {
                    Condition::Field(field, Test::Compare(comparison, operand))
                };
                let operand = self.operand(name, ty, value, place)?;
                Some(Condition::All(vec![
                    exactly(operand.clone(), Comparison::AtLeast),
                    exactly(operand, Comparison::AtMost),
                ]))
            }
            DeValue::Table(table) => {
                let mut parts = Vec::new();
                for (test, value) in in_order(table) {
                    let read = self.one_test(name, test, field, ty, value, place);
                    parts.extend(read.map(|test| Condition::Field(field, test)));
                }
                Some(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::All(parts) })
            }
        }
    }

    fn one_test(
        &mut self,
        name: &str,
        test: &Key<'_>,
        field: Field,
        ty: Type,
        value: &Item<'_>,
        place: Place,
    ) -> Option<Test> {
        let word: &str = test.get_ref();
        match word {
            "missing" => Some(Test::Missing(self.reader.flag_of(word, value))),
            "not" => {
                if let (DeValue::Boolean(flag), Type::Flag) = (value.get_ref(), ty) {
                    return Some(Test::Flag(!flag));
                }
                let words = self.reader.list_of(word, value);
                self.words(field, ty, words, value, place.kind, true)
            }
            "matches" => {
                let text = self.reader.text_of(word, value)?;
                if !self.reader.is_users {
                    return Some(Test::Matches(Expression::later(&text)));
                }
                match self.expression(&text) {
                    Ok(regex) => Some(Test::Matches(Expression::now(&text, regex))),
                    Err(regex::Error::CompiledTooBig(_)) => {
                        self.reader.invalid(
                            value.span(),
                            "the regular expression grows too large: make it shorter, or write several",
                        );
                        None
                    }
                    Err(error) => {
                        let problem = error.to_string();
                        let last = problem.lines().last().unwrap_or("").trim_start_matches("error: ");
                        self.reader
                            .invalid(value.span(), &format!("the regular expression cannot be read: {last}"));
                        None
                    }
                }
            }
            "contains" => Some(Test::Contains(self.reader.text_of(word, value)?.to_lowercase())),
            "same-as" | "differs-from" => {
                let text = self.reader.text_of(word, value)?;
                let operand = self.named(&text, value, ty, place)?;
                Some(Test::Same(operand, word == "differs-from"))
            }
            _ => {
                let Some(comparison) = comparison(word) else {
                    let what = format!("is no test of a field such as `{name}`");
                    self.reader.unknown(test, &what, TESTS);
                    return None;
                };
                if matches!(ty, Type::List | Type::Links | Type::Helpers | Type::Periods) {
                    return self.whole(value).map(|count| Test::Entries(comparison, count));
                }
                let operand = self.operand(name, ty, value, place)?;
                Some(Test::Compare(comparison, operand))
            }
        }
    }

    /// Compiles a regular expression in as little room as it needs, and takes that from what the pack has left.
    fn expression(&mut self, text: &str) -> Result<regex::Regex, regex::Error> {
        let mut most = SMALLEST_EXPRESSION;
        loop {
            let limit = most.min(self.reader.room);
            let built = RegexBuilder::new(text).size_limit(limit).dfa_size_limit(LARGEST_EXPRESSION).build();
            match built {
                Err(regex::Error::CompiledTooBig(_)) if limit == most && most < LARGEST_EXPRESSION => {
                    most *= 4
                }
                Ok(regex) => {
                    self.reader.room -= limit;
                    return Ok(regex);
                }
                failed => return failed,
            }
        }
    }

    /// Words that a field may be, each known where only some are allowed.
    fn words(
        &mut self,
        field: Field,
        ty: Type,
        words: Vec<String>,
        value: &Item<'_>,
        kind: EntityKind,
        negated: bool,
    ) -> Option<Test> {
        let spanned = |index: usize| match value.get_ref() {
            DeValue::Array(items) => items.get(index).map_or(value.span(), Spanned::span),
            _ => value.span(),
        };
        let is_kind = matches!(field, Field::Own(_))
            && self.own(kind, "kind") == Some(field)
            && matches!(kind, EntityKind::Task | EntityKind::Asset);
        if is_kind {
            let is_task = kind == EntityKind::Task;
            let is_known = |word: &str| match is_task {
                true => self.catalogue.kind(word) != KindId::NONE,
                false => self.catalogue.asset_kinds().iter().any(|kind| kind.name == word),
            };
            let unknown =
                words.iter().enumerate().filter(|(_, word)| !is_known(word) && !word.starts_with("x-"));
            for (index, word) in unknown {
                let kinds = if is_task { self.catalogue.kinds() } else { self.catalogue.asset_kinds() };
                let known: Vec<&str> =
                    kinds.iter().map(|kind| &*kind.name).filter(|name| !name.is_empty()).collect();
                let what = if is_task { "is no kind of work" } else { "is no kind of asset" };
                self.reader.unknown(&Spanned::new(spanned(index), word), what, &known);
            }
            if is_task {
                self.kinds.extend(words.iter().cloned());
                let names: Vec<&str> = words.iter().map(String::as_str).collect();
                let set = self.catalogue.kind_set(&names);
                return Some(Test::Kinds(words, set, negated));
            }
        }
        let allowed: Vec<&str> = match (ty, field) {
            (Type::Word(words), _) => words.to_vec(),
            (Type::Scale | Type::Probability, _) => Scale::WORDS.to_vec(),
            (_, Field::Declared(index)) => {
                self.catalogue.fields[usize::from(index)].values.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        };
        if !allowed.is_empty() {
            for (index, word) in words.iter().enumerate() {
                if !allowed.iter().any(|it| it.eq_ignore_ascii_case(word)) {
                    self.reader.unknown(
                        &Spanned::new(spanned(index), word),
                        "is not one of the words it can be",
                        &allowed,
                    );
                }
            }
        }
        let is_text = matches!(
            ty,
            Type::Text
                | Type::List
                | Type::Word(_)
                | Type::Scale
                | Type::Probability
                | Type::Helpers
                | Type::Links
        );
        if !is_text {
            self.reader.wrong_type("this field", &type_words(ty), value);
            return None;
        }
        Some(Test::Words(words.into_iter().map(|word| word.to_lowercase()).collect(), negated))
    }

    /// What stands on the right of a comparison.
    fn operand(&mut self, name: &str, ty: Type, value: &Item<'_>, place: Place) -> Option<Operand> {
        let direct = match (class(ty), value.get_ref()) {
            (Class::Number, DeValue::Integer(number)) => {
                number.as_str().parse::<i64>().ok().map(|it| Operand::Number(it.saturating_mul(1000)))
            }
            (Class::Number, DeValue::Float(number)) => {
                parse_thousandths(number.as_str()).map(Operand::Number)
            }
            (Class::Number, DeValue::String(text)) if matches!(ty, Type::Scale | Type::Probability) => {
                Scale::parse(text).level().map(|level| Operand::Number(i64::from(level) * 1000))
            }
            (Class::Time, DeValue::String(text)) => Duration::parse(text).map(Operand::Duration),
            (Class::Date, DeValue::Datetime(datetime)) => {
                Moment::parse(&datetime.to_string()).map(|moment| Operand::Date(moment.date))
            }
            (Class::Date, DeValue::String(text)) => {
                Moment::parse(text).map(|moment| Operand::Date(moment.date)).or_else(|| known_date(text))
            }
            _ => None,
        };
        if direct.is_some() {
            return direct;
        }
        if let DeValue::String(text) = value.get_ref()
            && class(ty) != Class::Text
        {
            let text = text.clone();
            return self.named(&text, value, ty, place);
        }
        self.reader.wrong_type(name, &type_words(ty), value);
        None
    }

    /// A field, a field of the asking thing, or an option, by name.
    fn named(&mut self, text: &str, value: &Item<'_>, ty: Type, place: Place) -> Option<Operand> {
        if let Some(operand) = self.option(text, value) {
            return Some(operand);
        }
        let (kind, name) = match (text.strip_prefix("its."), place.its) {
            (Some(name), Some(kind)) => (kind, name),
            (Some(_), None) => {
                self.reader.invalid(
                    value.span(),
                    "`its.` is for conditions on what a relation leads to; here nothing led here",
                );
                return None;
            }
            (None, _) => (place.kind, text),
        };
        let Some((field, other)) = self.field(kind, name) else {
            self.unknown(&Spanned::new(value.span(), name.to_owned()), kind, false);
            return None;
        };
        if class(other) != class(ty) {
            let problem =
                format!("`{text}` is {}, and is compared with {}", type_words(other), type_words(ty));
            self.reader.invalid(value.span(), &problem);
            return None;
        }
        self.reads_field(kind, field, name);
        if text.starts_with("its.") {
            self.asks_its = true;
            return Some(Operand::Its(kind, field));
        }
        Some(Operand::Own(field))
    }

    fn option(&mut self, text: &str, value: &Item<'_>) -> Option<Operand> {
        let name = text.strip_prefix("option.")?;
        match self.options.get(name) {
            Some(OptionDef { default: OptionValue::Integer(_) | OptionValue::Text(_), .. }) => {}
            Some(_) => self.reader.invalid(value.span(), "an option in a comparison is a number or a text"),
            None => {
                let known: Vec<&str> = self.options.keys().map(String::as_str).collect();
                self.reader.unknown(&Spanned::new(value.span(), name), "is no option of this rule", &known);
            }
        }
        Some(Operand::Option(name.to_owned()))
    }
}

/// In how many rounds the relations along the network of some conditions are answered.
fn rounds<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> usize {
    let mut most = 0;
    for condition in conditions {
        condition.each_related(&mut |related| most = most.max(related.walk.map_or(0, |(_, round)| round)));
    }
    most
}

fn comparison(word: &str) -> Option<Comparison> {
    match word {
        "over" | "after" => Some(Comparison::Over),
        "under" | "before" => Some(Comparison::Under),
        "at-least" | "on-or-after" => Some(Comparison::AtLeast),
        "at-most" | "on-or-before" => Some(Comparison::AtMost),
        _ => None,
    }
}

/// `status-date - 14d`, `plan-finish + 4w`.
fn known_date(text: &str) -> Option<Operand> {
    let end = text.find([' ', '+']).unwrap_or(text.len());
    let (word, offset) = text.split_at(end);
    let known = match word {
        "status-date" => KnownDate::Status,
        "today" => KnownDate::Today,
        "plan-start" => KnownDate::PlanStart,
        "plan-finish" => KnownDate::PlanFinish,
        _ => return None,
    };
    let offset = offset.trim();
    if offset.is_empty() {
        return Some(Operand::Known(known, 0));
    }
    let (sign, amount) = match offset.strip_prefix('-') {
        Some(amount) => (-1, amount),
        None => (1, offset.strip_prefix('+')?),
    };
    let amount = amount.trim();
    let (number, days) = match (amount.strip_suffix('d'), amount.strip_suffix('w')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 7),
        _ => return None,
    };
    let days = number.trim().parse::<i32>().ok()?.checked_mul(days)?;
    Some(Operand::Known(known, sign * days))
}

/// Types that can be compared with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Text,
    Number,
    Time,
    Date,
    Other,
}

fn class(ty: Type) -> Class {
    match ty {
        Type::Text | Type::Word(_) | Type::List | Type::Links | Type::Helpers => Class::Text,
        Type::Count | Type::Percent | Type::Scale | Type::Probability | Type::Money => Class::Number,
        Type::Duration => Class::Time,
        Type::Moment => Class::Date,
        Type::Flag | Type::Capacity | Type::Constraint | Type::Window | Type::Period | Type::Periods => {
            Class::Other
        }
    }
}

fn type_words(ty: Type) -> String {
    match ty {
        Type::Text => "a text".to_owned(),
        Type::List | Type::Links | Type::Helpers => "a text, or a list of texts".to_owned(),
        Type::Duration => "an amount of time such as \"10d\"".to_owned(),
        Type::Moment => "a date such as 2027-01-11, or \"status-date\"".to_owned(),
        Type::Flag => "`true` or `false`".to_owned(),
        Type::Count | Type::Money => "a number".to_owned(),
        Type::Percent => "a number from 0 to 100".to_owned(),
        Type::Word(words) => format!("one of {}", words.join(", ")),
        Type::Scale | Type::Probability => "a step from very-low to very-high, or 1 to 5".to_owned(),
        _ => "{ missing = true } or { missing = false }".to_owned(),
    }
}

fn with_article(word: &str) -> String {
    let article = if word.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{article} {word}")
}
