//! How fields are described, set and read: the one table from which readers, schemas and packs learn what a plan can say.

use super::value::{
    Capacity, Constraint, Duration, List, Moment, Money, Period, Scale, Spanned, Text, Window,
};
use crate::source::Span;

/// The type of a field: what a reader has to make of what it finds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// Text. Numbers and dates are taken as they are written (`version = 7.70`).
    Text,
    /// A list of texts; a single text is a list of one.
    List,
    /// A list of links.
    Links,
    /// A list of persons, each with units where given.
    Helpers,
    /// An amount of time.
    Duration,
    /// A date, with or without a time.
    Moment,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Count,
    /// 0 to 100.
    Percent,
    /// One of the words.
    Word(&'static [&'static str]),
    /// `very-low` to `very-high`, or 1 to 5.
    Scale,
    /// The same, or 0.0 to 1.0.
    Probability,
    /// An amount of money.
    Money,
    /// A share of a person's time, or `pool`.
    Capacity,
    /// A constraint type and its date.
    Constraint,
    /// From a date and time to another, or from a day of the week to another.
    Window,
    /// From a date to a date.
    Period,
    /// Dates and periods.
    Periods,
}

/// What a field is.
#[derive(Debug)]
pub struct FieldDef {
    /// As written in a plan file; a part of a group is `group.part`.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// What it means, in one line.
    pub doc: &'static str,
}

/// A value on its way from a reader into an entity.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "one variant for each kind of storage; `Type` says what they mean")]
pub enum Value {
    Text(Text),
    List(List),
    Duration(Spanned<Duration>),
    Moment(Spanned<Moment>),
    Flag(Spanned<bool>),
    Count(Spanned<u32>),
    Word(Spanned<u8>),
    Scale(Spanned<Scale>),
    Money(Spanned<Money>),
    Capacity(Spanned<Capacity>),
    Constraint(Spanned<Constraint>),
    Period(Period),
    Window(Spanned<Window>),
}

/// A type that an entity can store a field in.
pub trait Stored: Copy {
    /// The stored form of a value; `None` where a reader made a value of another type than the field has.
    fn from_value(value: Value) -> Option<Self>;
    /// As a value; `None` where the field was not given.
    fn to_value(self) -> Option<Value>;
    /// Where the value is written; `None` where the field was not given.
    fn place(&self) -> Option<Span>;
}

macro_rules! stored {
    ($($variant:ident: $ty:ty),* $(,)?) => {$(
        impl Stored for Option<Spanned<$ty>> {
            fn from_value(value: Value) -> Option<Self> {
                match value { Value::$variant(value) => Some(Some(value)), _ => None }
            }
            fn to_value(self) -> Option<Value> {
                self.map(Value::$variant)
            }
            fn place(&self) -> Option<Span> {
                self.map(|value| value.span)
            }
        }
    )*};
}

stored!(Duration: Duration, Moment: Moment, Flag: bool, Count: u32, Scale: Scale, Money: Money,
    Capacity: Capacity, Constraint: Constraint, Window: Window);

impl Stored for Option<Text> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Some(text)),
            _ => None,
        }
    }
    fn to_value(self) -> Option<Value> {
        self.map(Value::Text)
    }
    fn place(&self) -> Option<Span> {
        self.map(Text::span)
    }
}

impl Stored for Option<Period> {
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Period(period) => Some(Some(period)),
            _ => None,
        }
    }
    fn to_value(self) -> Option<Value> {
        self.map(Value::Period)
    }
    fn place(&self) -> Option<Span> {
        self.map(|period| period.span)
    }
}

/// Declares an enum whose values are words of the plan language.
macro_rules! words {
    ($($(#[$meta:meta])* $name:ident { $(#[doc = $means:literal] $variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $(#[doc = $means] $variant),* }

        impl $name {
            /// The words, in the order of the enum.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// What each word means, in the same order.
            pub const MEANINGS: &'static [&'static str] = &[$($means),*];

            /// The word for it.
            pub fn as_str(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            /// The value with this word.
            pub fn parse(word: &str) -> Option<Self> {
                let index = Self::WORDS.iter().position(|it| *it == word)?;
                Self::from_index(index as u8)
            }

            fn from_index(index: u8) -> Option<Self> {
                [$(Self::$variant),*].get(usize::from(index)).copied()
            }
        }

        impl $crate::model::Stored for Option<$crate::model::Spanned<$name>> {
            fn from_value(value: $crate::model::Value) -> Option<Self> {
                match value {
                    $crate::model::Value::Word(word) => {
                        Some(Some($crate::model::Spanned::new($name::from_index(word.value)?, word.span)))
                    }
                    _ => None,
                }
            }
            fn to_value(self) -> Option<$crate::model::Value> {
                self.map(|word| $crate::model::Value::Word($crate::model::Spanned::new(word.value as u8, word.span)))
            }
            fn place(&self) -> Option<$crate::source::Span> {
                self.map(|value| value.span)
            }
        }
    )*

    /// What each of the words of a [`Type::Word`] means, in the same order.
    pub fn meanings(words: &[&str]) -> &'static [&'static str] {
        let lists = [$(($name::WORDS, $name::MEANINGS)),*];
        lists.into_iter().find(|(it, _)| *it == words).map_or(&[], |(_, meanings)| meanings)
    }
    };
}

/// Fields that few entities give: those that one has given, by their number. That is how a million tasks fit.
#[derive(Clone, Debug, Default)]
pub(super) struct Rare {
    /// A bit for each field that is given, and for some that are not: nearly all questions end here.
    given: u64,
    values: Box<[(u8, Value)]>,
}

impl Rare {
    #[inline]
    pub(super) fn get(&self, field: u8) -> Option<&Value> {
        if self.given & Self::bit(field) == 0 { None } else { self.find(field) }
    }

    fn bit(field: u8) -> u64 {
        1 << (field % 64)
    }

    fn find(&self, field: u8) -> Option<&Value> {
        self.values.iter().find(|(it, _)| *it == field).map(|(_, value)| value)
    }

    pub(super) fn set(&mut self, field: u8, value: Value) {
        if let Some((_, old)) = self.values.iter_mut().find(|(it, _)| *it == field) {
            *old = value;
            return;
        }
        // No room to spare: there are a few of these in each of very many tasks.
        let mut values = std::mem::take(&mut self.values).into_vec();
        values.reserve_exact(1);
        values.push((field, value));
        self.given |= Self::bit(field);
        self.values = values.into_boxed_slice();
    }

    pub(super) fn each_list(&mut self, fields: &[FieldDef], visit: &mut dyn FnMut(&mut List, Type)) {
        for (field, value) in &mut self.values {
            if let (Value::List(list), Some(field)) = (value, fields.get(usize::from(*field))) {
                visit(list, field.ty);
            }
        }
    }
}

/// Declares the entities: for each its struct, the table of its fields, and setting a field by its number.
///
/// Fields after `rare` take no room in those entities that do not give them. Every field is read through a method of its
/// name.
macro_rules! entities {
    ($(#[doc = $means:literal] $name:ident / $index:ident {
        $($field:ident: $stored:ty = $key:literal $ty:expr, $doc:literal;)*
    } rare {
        $($rfield:ident: $rstored:ty = $rkey:literal $rty:expr, $rdoc:literal;)*
    })*) => {$(
        #[doc = $means]
        #[derive(Clone, Debug)]
        pub struct $name {
            /// The plan it belongs to.
            pub plan: PlanId,
            /// Its id and where that is written: in a table's header, or as the key of a row.
            pub id: Text,
            $(pub(crate) $field: $stored,)*
            rare: Rare,
        }

        #[expect(non_camel_case_types, reason = "named as the fields are")]
        #[derive(Clone, Copy)]
        enum $index { $($field,)* $($rfield,)* }

        impl $name {
            /// What it is, in one line.
            pub const MEANS: &'static str = $means;

            /// Everything it can say, in the order of the documentation.
            pub const FIELDS: &'static [FieldDef] = &[
                $(FieldDef { name: $key, ty: $ty, doc: $doc },)*
                $(FieldDef { name: $rkey, ty: $rty, doc: $rdoc },)*
            ];

            /// A new one of which nothing but the id is known.
            pub fn new(plan: PlanId, id: Text) -> Self {
                Self { plan, id, $($field: Default::default(),)* rare: Rare::default() }
            }

            $(
                #[doc = $doc]
                pub fn $field(&self) -> $stored { self.$field }
            )*
            $(
                #[doc = $rdoc]
                pub fn $rfield(&self) -> $rstored {
                    let value = self.rare.get($index::$rfield as u8);
                    value.and_then(|value| Stored::from_value(*value)).unwrap_or_default()
                }
            )*
        }

        impl Fields for $name {
            fn fields() -> &'static [FieldDef] { Self::FIELDS }

            fn set(&mut self, field: usize, value: Value) -> bool {
                $(if field == $index::$field as usize {
                    return Stored::from_value(value).map(|value| self.$field = value).is_some();
                })*
                $(if field == $index::$rfield as usize {
                    let fits = <$rstored as Stored>::from_value(value).is_some();
                    if fits {
                        self.rare.set($index::$rfield as u8, value);
                    }
                    return fits;
                })*
                false
            }

            fn get(&self, field: usize) -> Option<Value> {
                $(if field == $index::$field as usize { return self.$field.to_value(); })*
                $(if field == $index::$rfield as usize { return self.$rfield().to_value(); })*
                None
            }

            fn place_of(&self, field: usize, arenas: &Arenas) -> Option<Span> {
                $(if field == $index::$field as usize { return arenas.place(&self.$field, $ty); })*
                $(if field == $index::$rfield as usize { return arenas.place(&self.$rfield(), $rty); })*
                None
            }

            fn each_list(&mut self, visit: &mut dyn FnMut(&mut List, Type)) {
                $(self.$field.visit_list($ty, visit);)*
                self.rare.each_list(Self::FIELDS, visit);
            }
        }
    )*};
}

pub(super) use {entities, words};
