//! Everything that the tables of a rule pack can say, apart from conditions: one entry a key. The reader and the JSON
//! Schema learn it from here. docs/rule-packs.md tells it at length.

/// A key of a table in a pack.
pub(crate) struct Key {
    /// As written.
    pub(crate) name: &'static str,
    /// What stands on the right.
    pub(crate) takes: Takes,
    /// What it says, in one line.
    pub(crate) means: &'static str,
}

/// What a key takes.
pub(crate) enum Takes {
    /// A text.
    Text,
    /// A text that looks like this.
    Shaped(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Texts; one is a list of one.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0.
    Number,
    /// The value of an option.
    Value,
    /// A table of tables with these keys, by a name.
    Named(&'static [Key]),
    /// A kind of thing, and a condition on it.
    Things,
    /// A condition on what the rule is about.
    Condition,
    /// Of what the requirement is asked in turn.
    Per,
}

const SEVERITIES: &[&str] = &["error", "warning", "advice"];

/// `[pack]`.
pub(crate) const PACK: &[Key] = &[
    key("id", Takes::Text, "The name of the pack, such as end-user-computing"),
    key(
        "family",
        Takes::Shaped("^[A-Z]{2,8}$"),
        "Two to eight capital letters, with which the codes of its rules begin",
    ),
    key("title", Takes::Text, "What its rules are about"),
];

/// `[kind.NAME]` and `[asset-kind.NAME]`.
pub(crate) const KIND: &[Key] = &[
    key("means", Takes::Text, "What it means, in one sentence"),
    key(
        "touches-production",
        Takes::Flag,
        "true: it is a change, and is asked for checks, a decision and a way back",
    ),
    key("counts-as-check", Takes::Flag, "true: it proves that something still works"),
    key("needs-target", Takes::Flag, "true: it moves to some version or platform"),
    key("title-matches", Takes::Texts, "Phrases by which a title without a kind is taken for this one"),
    key("title-not", Takes::Texts, "Phrases that speak against it"),
];

/// `[field.ENTITY.NAME]`.
pub(crate) const FIELD: &[Key] = &[
    key("means", Takes::Text, "What it means, in one line"),
    key("type", Takes::Word(FIELD_TYPES), "What it takes; a text where left out"),
    key("values", Takes::Texts, "The words it can be; any where left out"),
];

/// The types that a field of a pack's own can have.
pub(crate) const FIELD_TYPES: &[&str] = &["text", "list", "flag", "number", "date", "duration", "money"];

/// `[rule.CODE.option.NAME]`.
pub(crate) const OPTION: &[Key] = &[
    key("default", Takes::Value, "Its value where no planlint.toml says otherwise"),
    key("means", Takes::Text, "What it does"),
    key("words", Takes::Texts, "The words it can be, where not every text will do"),
];

/// `[rule.CODE.variant.NAME]`.
pub(crate) const VARIANT: &[Key] = &[
    key("message", Takes::Text, "The finding in one sentence, for this case"),
    key("help", Takes::Text, "What to do in this case"),
    key("question", Takes::Text, "What to ask in this case"),
    key("status-since", Takes::Text, "The release in which it got this status"),
    key("formerly", Takes::Texts, "Codes and names that it had before; they still mean it"),
    key("severity", Takes::Word(SEVERITIES), "How bad it is in this case"),
    key("when", Takes::Condition, "When this case is given"),
    key("at", Takes::Texts, "The field at which the finding is placed; id is the header"),
    key("from", Takes::Number, "Of the variant whole-plan: from how many things on it is used"),
];

/// `[rule.CODE]`.
pub(crate) const RULE: &[Key] = &[
    key(
        "name",
        Takes::Shaped("^[a-z0-9]+(-[a-z0-9]+)*$"),
        "Says the fault, in words with hyphens: no-restore-test",
    ),
    key("since", Takes::Text, "The release or version it came with"),
    key(
        "status",
        Takes::Word(&["preview", "stable", "deprecated", "removed"]),
        "How long it has been trusted",
    ),
    key(
        "severity",
        Takes::Word(SEVERITIES),
        "How bad it is: the plan will fail, is probably wrong, or could be better",
    ),
    key("enabled", Takes::Flag, "false: it runs only where it is selected"),
    key("imported", Takes::Flag, "false: it does not run on imported schedules unless it is selected"),
    key(
        "plan-files",
        Takes::Flag,
        "false: it runs on imported schedules only, and on plan files where it is selected",
    ),
    key("scope", Takes::Word(&["plan", "portfolio"]), "Whether it judges one plan at a time or all together"),
    key("native", Takes::Flag, "true: its check is part of planlint; not for packs of your own"),
    key("summary", Takes::Text, "The fault in one line, for lists"),
    key("question", Takes::Text, "What a project manager asks next"),
    key("message", Takes::Text, "What is wrong, one sentence with {placeholders}, no full stop"),
    key("help", Takes::Text, "What to write, and where"),
    key("explanation", Takes::Text, "Why it matters, and when the rule is silent"),
    key("source", Takes::Text, "Where the rule comes from"),
    key(
        "needs",
        Takes::Texts,
        "Fields that the format of a plan must be able to carry, such as task.approver",
    ),
    key("masks", Takes::Texts, "Codes that stay silent about a thing of which this rule has spoken"),
    key("bad", Takes::Text, "A plan with the fault; a comment with carets shows where it is found"),
    key("good", Takes::Text, "The same plan without the fault"),
    key(
        "option",
        Takes::Named(OPTION),
        "Values that planlint.toml can change; a condition names one as option.NAME",
    ),
    key("variant", Takes::Named(VARIANT), "Other words or another severity for a special case"),
    key("for-each", Takes::Things, "Which things are looked at: { task = { kind = \"rollout\" } }"),
    key("require", Takes::Condition, "What must be true of each"),
    key("forbid", Takes::Condition, "What must not be true of any"),
    key("per", Takes::Per, "Asks the requirement of each asset, each site ... in turn"),
    key("at", Takes::Texts, "The field at which the finding is placed, where the thing has it"),
    key("from-tasks", Takes::Number, "The rule speaks only in plans with at least so many open tasks"),
    key("merge", Takes::Flag, "false: each thing is a finding of its own, also where several lack the same"),
];

/// What a pack of the user's own cannot leave out of a rule.
pub(crate) const RULE_REQUIRED: &[&str] = &["name", "severity", "question", "message", "help"];

const fn key(name: &'static str, takes: Takes, means: &'static str) -> Key {
    Key { name, takes, means }
}

/// The names of some keys.
pub(super) fn names(keys: &'static [Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}
