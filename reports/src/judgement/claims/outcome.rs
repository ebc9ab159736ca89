//! What became of a claim.

use serde::Serialize;

/// What became of a claim, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The whole interval is within the bounds.
    Holds,
    /// The records cannot tell.
    Undecided,
    /// There are no records of what it needs.
    NotRun,
    /// The whole interval is beyond a bound.
    Fails,
}

impl Outcome {
    /// All outcomes, from best to worst.
    pub const ALL: [Self; 4] = [Self::Holds, Self::Undecided, Self::NotRun, Self::Fails];

    /// Returns its name as people read it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Undecided => "undecided",
            Self::NotRun => "not run",
            Self::Fails => "fails",
        }
    }

    /// Returns a mark that stands beside the word.
    pub fn mark(self) -> char {
        match self {
            Self::Holds => '✓',
            Self::Undecided => '?',
            Self::NotRun => '–',
            Self::Fails => '✗',
        }
    }
}
