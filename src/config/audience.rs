//! Who reads the report: how much is shown, so that nobody needs a list of rules to leave out.

use crate::finding::Severity;

/// Who reads the report.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Audience {
    /// Those who write the plan: all that the usual rules find.
    #[default]
    Team,
    /// Those who decide on it: errors and warnings, and only what the plan says, not what was guessed from titles.
    Review,
    /// Those who look whether it is in order: every rule that is not on trial, and what was hidden, marked as such.
    Audit,
}

impl Audience {
    /// The words for them.
    pub const WORDS: [&'static str; 3] = ["team", "review", "audit"];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Audience::Team => "team",
            Audience::Review => "review",
            Audience::Audit => "audit",
        }
    }

    /// The audience with this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Audience::Team, Audience::Review, Audience::Audit].into_iter().find(|it| it.as_str() == word)
    }

    /// The least severity that it is shown.
    pub fn least(self) -> Severity {
        match self {
            Audience::Review => Severity::Warning,
            Audience::Team | Audience::Audit => Severity::Advice,
        }
    }

    /// Whether it is shown what rests on a kind of work that was guessed from a title.
    pub fn is_shown_guesses(self) -> bool {
        self != Audience::Review
    }

    /// Whether it is shown what ignores, waivers and baselines hide, and what rules find that are off unless selected.
    pub fn is_shown_all(self) -> bool {
        self == Audience::Audit
    }
}
