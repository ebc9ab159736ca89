//! What can befall a task.

use serde::{Deserialize, Serialize};

/// What befalls one task of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Nothing: what the others are compared with.
    #[default]
    None,
    /// It panics, or raises an exception.
    Panic,
    /// It aborts its process.
    Abort,
    /// It calls itself until its stack overflows.
    Overflow,
    /// It computes for ever and never gives way.
    Loop,
    /// It blocks its thread for ever, without telling its model.
    Block,
    /// It takes memory until a limit stops it.
    Leak,
    /// It waits for ever, as its model waits, and is cancelled.
    Cancel,
    /// It waits for ever, and the process that it runs in is killed from outside.
    Kill,
    /// It waits for ever, and the process that handed it in is killed from outside.
    Orphan,
}

impl FaultKind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::None,
        Self::Panic,
        Self::Abort,
        Self::Overflow,
        Self::Loop,
        Self::Block,
        Self::Leak,
        Self::Cancel,
        Self::Kill,
        Self::Orphan,
    ];

    /// Returns its name in plans and records.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Panic => "panic",
            Self::Abort => "abort",
            Self::Overflow => "overflow",
            Self::Loop => "loop",
            Self::Block => "block",
            Self::Leak => "leak",
            Self::Cancel => "cancel",
            Self::Kill => "kill",
            Self::Orphan => "orphan",
        }
    }

    /// Returns what somebody else does to the task once it waits; none if it comes to grief by itself.
    pub fn from_outside(self) -> Option<Outside> {
        match self {
            Self::Cancel => Some(Outside::Cancels),
            Self::Kill => Some(Outside::Kills),
            Self::Orphan => Some(Outside::KillsCaller),
            _ => None,
        }
    }
}

/// What somebody else does to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Asks its model to end it.
    Cancels,
    /// Kills the process that it runs in.
    Kills,
    /// Kills the process that handed it in.
    KillsCaller,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_plans() {
        for kind in FaultKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("a name"), kind.name());
        }
    }
}
