//! What a rule or a reader found: which rule, where, about what, with which words filled in. Knows only spans.

use std::borrow::Cow;

use crate::source::Span;

/// The code of a rule, such as `DEP001`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code([u8; 12]);

impl Code {
    /// The code with this text; only its first twelve ASCII characters count.
    pub const fn new(text: &str) -> Self {
        let mut bytes = [0; 12];
        let mut index = 0;
        while index < text.len() && index < 12 {
            bytes[index] = text.as_bytes()[index];
            index += 1;
        }
        Self(bytes)
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(12);
        std::str::from_utf8(&self.0[..end]).unwrap_or("")
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How bad it is. Ordered from least to most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Severity {
    /// Worth knowing.
    Advice,
    /// Probably wrong.
    #[default]
    Warning,
    /// The plan will fail or mislead as written.
    Error,
}

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Advice];

    /// The word used in every output and in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Advice => "advice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }
}

/// The kinds of things a plan speaks of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each is the word it names; model/ says what it holds")]
pub enum EntityKind {
    Plan,
    Task,
    Person,
    Team,
    Site,
    Asset,
    Calendar,
    Freeze,
    Wave,
    Risk,
    Issue,
    Decision,
    Assumption,
    Budget,
    Stakeholder,
    Communication,
    Term,
    Waiver,
}

impl EntityKind {
    /// All kinds, in the order of the enum.
    pub const ALL: [EntityKind; 18] = [
        EntityKind::Plan,
        EntityKind::Task,
        EntityKind::Person,
        EntityKind::Team,
        EntityKind::Site,
        EntityKind::Asset,
        EntityKind::Calendar,
        EntityKind::Freeze,
        EntityKind::Wave,
        EntityKind::Risk,
        EntityKind::Issue,
        EntityKind::Decision,
        EntityKind::Assumption,
        EntityKind::Budget,
        EntityKind::Stakeholder,
        EntityKind::Communication,
        EntityKind::Term,
        EntityKind::Waiver,
    ];

    /// The word a plan file uses for it.
    pub fn as_str(self) -> &'static str {
        match self {
            EntityKind::Plan => "plan",
            EntityKind::Task => "task",
            EntityKind::Person => "person",
            EntityKind::Team => "team",
            EntityKind::Site => "site",
            EntityKind::Asset => "asset",
            EntityKind::Calendar => "calendar",
            EntityKind::Freeze => "freeze",
            EntityKind::Wave => "wave",
            EntityKind::Risk => "risk",
            EntityKind::Issue => "issue",
            EntityKind::Decision => "decision",
            EntityKind::Assumption => "assumption",
            EntityKind::Budget => "budget",
            EntityKind::Stakeholder => "stakeholder",
            EntityKind::Communication => "communication",
            EntityKind::Term => "term",
            EntityKind::Waiver => "waiver",
        }
    }

    /// The kind with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One thing of the model: its kind and its number among those of its kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Entity {
    /// What kind of thing.
    pub kind: EntityKind,
    /// Its number in the model's list of that kind.
    pub index: u32,
}

impl Entity {
    /// The `index`th thing of a kind.
    pub fn new(kind: EntityKind, index: usize) -> Self {
        Self { kind, index: index as u32 }
    }
}

/// A place with a few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there; may be empty for the primary place.
    pub text: Cow<'static, str>,
}

/// One change of a text: replace `span` by `insert`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub insert: String,
}

/// One change of a plan, said by what stands at a place. How its text is to be edited, so that comments and layout stay,
/// is worked out in `fix`, and only where somebody wants to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Exactly this text in place of that.
    Replace {
        /// What goes.
        at: Span,
        /// What comes.
        text: String,
    },
    /// Another word between the same quotation marks.
    Word {
        /// The word, or the part of a text.
        at: Span,
        /// What it is to be, without quotation marks.
        word: String,
    },
    /// Another value, quotation marks included.
    Value {
        /// The value, or what is between its quotation marks.
        at: Span,
        /// The new value as TOML.
        toml: String,
    },
    /// One item less in the list of a field; with its last item the field goes.
    TakeOut {
        /// Something in the item.
        at: Span,
        /// The field with the list.
        field: &'static str,
    },
    /// More items in the list of a field, which begins with them where there is none yet.
    AddTo {
        /// The id of the thing that has the field, where that begins.
        owner: Span,
        /// The field.
        field: &'static str,
        /// The items as text, without quotation marks.
        items: Vec<String>,
    },
    /// A field with this value, in place of the one it has.
    Set {
        /// The id of the thing that has the field, where that begins.
        owner: Span,
        /// The field.
        field: &'static str,
        /// The value as TOML.
        toml: String,
    },
    /// A field less.
    Drop {
        /// Something in its value.
        at: Span,
        /// The field.
        field: &'static str,
    },
    /// A row or a table less, with all that is in it.
    Delete {
        /// Its id, where it begins, or a place among its fields.
        owner: Span,
    },
}

impl Change {
    /// The place that the change goes by.
    pub fn place(&self) -> Span {
        match self {
            Change::Replace { at, .. }
            | Change::Word { at, .. }
            | Change::Value { at, .. }
            | Change::TakeOut { at, .. }
            | Change::Drop { at, .. } => *at,
            Change::AddTo { owner, .. } | Change::Set { owner, .. } | Change::Delete { owner } => *owner,
        }
    }

    /// The same, to be moved.
    pub fn place_mut(&mut self) -> &mut Span {
        match self {
            Change::Replace { at, .. }
            | Change::Word { at, .. }
            | Change::Value { at, .. }
            | Change::TakeOut { at, .. }
            | Change::Drop { at, .. } => at,
            Change::AddTo { owner, .. } | Change::Set { owner, .. } | Change::Delete { owner } => owner,
        }
    }
}

/// How a finding can be mended by the program. Made of verbs:
///
/// ```
/// # use planlint::{finding::Fix, source::{FileId, Span}};
/// # let (id, duration) = (Span::new(FileId::new(0), 0, 1), Span::new(FileId::new(0), 0, 1));
/// Fix::safe("Delete the duration").drop_field(duration, "duration");
/// Fix::not_safe("Make it a milestone").set(id, "milestone", "true");
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What the fix does, as an instruction.
    pub message: String,
    /// Whether it can be applied without asking: what the plan says afterwards is certainly what was meant.
    pub safe: bool,
    /// What is to be changed.
    pub changes: Vec<Change>,
    /// What that is in the text: empty until `fix::settle` has worked it out. They do not overlap.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// A fix that leaves no doubt.
    pub fn safe(message: impl Into<String>) -> Self {
        Self { message: message.into(), safe: true, changes: Vec::new(), edits: Vec::new() }
    }

    /// A fix that somebody should look at: probably, but not certainly, what was meant.
    pub fn not_safe(message: impl Into<String>) -> Self {
        Self { safe: false, ..Self::safe(message) }
    }

    /// The same fix, with or without doubt.
    pub fn safe_if(mut self, is_safe: bool) -> Self {
        self.safe = is_safe;
        self
    }

    fn and(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// Replaces exactly the text at a place.
    pub fn replace(self, at: Span, text: impl Into<String>) -> Self {
        self.and(Change::Replace { at, text: text.into() })
    }

    /// Replaces a word, or a part of a text, within its quotation marks.
    pub fn word(self, at: Span, word: impl Into<String>) -> Self {
        self.and(Change::Word { at, word: word.into() })
    }

    /// Replaces a value together with its quotation marks.
    pub fn value(self, at: Span, toml: impl Into<String>) -> Self {
        self.and(Change::Value { at, toml: toml.into() })
    }

    /// Takes the item at a place out of the list of a field.
    pub fn take_out(self, at: Span, field: &'static str) -> Self {
        self.and(Change::TakeOut { at, field })
    }

    /// Adds items to the list of a field of the thing whose id stands at `owner`.
    pub fn add_to(self, owner: Span, field: &'static str, items: Vec<String>) -> Self {
        self.and(Change::AddTo { owner, field, items })
    }

    /// Sets a field of the thing whose id stands at `owner`, in its table or its row.
    pub fn set(self, owner: Span, field: &'static str, toml: impl Into<String>) -> Self {
        self.and(Change::Set { owner, field, toml: toml.into() })
    }

    /// Deletes the field whose value is at a place.
    pub fn drop_field(self, at: Span, field: &'static str) -> Self {
        self.and(Change::Drop { at, field })
    }

    /// Deletes the row or table whose id stands at `owner`, or that has a field there.
    pub fn delete(self, owner: Span) -> Self {
        self.and(Change::Delete { owner })
    }
}

/// Something found. Its words are in the catalogue; here are only the values that fill them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// Which of the rule's wordings, where it has several.
    pub variant: Option<Cow<'static, str>>,
    /// What it is about.
    pub entity: Option<Entity>,
    /// What else makes it this finding and no other (an asset, a gate): part of the fingerprint.
    pub subject: String,
    /// Where the user can act.
    pub primary: Label,
    /// The other places involved.
    pub labels: Vec<Label>,
    /// The values of the message's placeholders.
    pub params: Vec<(Cow<'static, str>, String)>,
    /// How it can be mended, where the program knows.
    pub fix: Option<Fix>,
    /// Whether it rests on a kind of work that was guessed from a title.
    pub is_guess: bool,
}

impl Finding {
    /// A finding of a rule at a place.
    pub fn new(code: Code, primary: Span) -> Self {
        Self {
            code,
            variant: None,
            entity: None,
            subject: String::new(),
            primary: Label { span: primary, text: Cow::Borrowed("") },
            labels: Vec::new(),
            params: Vec::new(),
            fix: None,
            is_guess: false,
        }
    }

    /// Uses another of the rule's wordings.
    pub fn variant(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.variant = Some(name.into());
        self
    }

    /// Says what it is about.
    pub fn about(mut self, entity: Entity) -> Self {
        self.entity = Some(entity);
        self
    }

    /// Says what else makes it this finding; several calls add up.
    pub fn subject(mut self, text: &str) -> Self {
        if !self.subject.is_empty() {
            self.subject.push(' ');
        }
        self.subject.push_str(text);
        self
    }

    /// Fills a placeholder of the message.
    pub fn param(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Puts words at the primary place.
    pub fn here(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place.
    pub fn label(mut self, span: Span, text: impl Into<Cow<'static, str>>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a way to mend it.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
