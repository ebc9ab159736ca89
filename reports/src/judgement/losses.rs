//! What a model lost when one of its tasks came to grief: judged from what came back.

use serde::Serialize;

use crate::figures::trials::{Trial, TrialCell};
use crate::records::schema::AttemptEnd;

/// What was lost, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// Nothing: every result came back.
    Nothing,
    /// The task alone: every other result came back.
    Task,
    /// Some others besides: after the fault only a part of them came back.
    Others,
    /// The rest of the run: after the fault no result came back, and some were missing.
    Run,
    /// The process in which all of it was, and whatever else was in it.
    Process,
}

impl Loss {
    /// All of them, from least to most.
    pub const ALL: [Self; 5] = [Self::Nothing, Self::Task, Self::Others, Self::Run, Self::Process];

    /// Returns what was lost in a trial; none if it was not tried.
    pub fn from_trial(trial: &Trial) -> Option<Self> {
        Some(match trial {
            Trial { not_run: Some(_), .. } => return None,
            Trial { end: AttemptEnd::Died | AttemptEnd::Silent, .. } => Self::Process,
            Trial { returned, others, victim_returned: true, .. } if returned == others => Self::Nothing,
            Trial { returned, others, .. } if returned == others => Self::Task,
            Trial { returned_after: 0, .. } => Self::Run,
            _ => Self::Others,
        })
    }

    /// Returns what is lost, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Task => "task",
            Self::Others => "others too",
            Self::Run => "run",
            Self::Process => "process",
        }
    }

    /// Returns what is lost, as a part of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing is lost",
            Self::Task => "nothing but the task is lost",
            Self::Others => "other tasks are lost with it",
            Self::Run => "the rest of the run is lost with it",
            Self::Process => "the whole process is lost",
        }
    }

    /// Returns how much is lost, from 0 for nothing to 4 for the process.
    pub fn level(self) -> f64 {
        f64::from(self as u8)
    }
}

/// What was lost in the trials of a fault under a runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Losses {
    /// The least of a round.
    pub least: Loss,
    /// The most of a round.
    pub most: Loss,
}

impl Losses {
    /// Returns what was lost in the rounds that were tried; none if there is none.
    pub fn from_cell(cell: &TrialCell) -> Option<Self> {
        let losses = || cell.trials.iter().filter_map(Loss::from_trial);
        Some(Self { least: losses().min()?, most: losses().max()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(returned: usize, returned_after: usize) -> Trial {
        Trial { others: 9, returned, returned_after, end: AttemptEnd::Returned, ..Trial::default() }
    }

    #[test]
    fn what_is_lost_follows_from_what_came_back() {
        let lost = |trial: &Trial| Loss::from_trial(trial).expect("it was tried");
        assert_eq!(lost(&Trial { victim_returned: true, ..of(9, 5) }), Loss::Nothing);
        assert_eq!(lost(&of(9, 5)), Loss::Task);
        assert_eq!(lost(&of(6, 2)), Loss::Others);
        assert_eq!(lost(&of(4, 0)), Loss::Run);
        assert_eq!(lost(&of(0, 0)), Loss::Run);
        assert_eq!(lost(&Trial { end: AttemptEnd::Died, ..of(9, 5) }), Loss::Process);
    }

    #[test]
    fn rounds_that_differ_have_a_least_and_a_most() {
        let trials = vec![of(9, 5), of(6, 2), Trial { not_run: Some(Default::default()), ..of(0, 0) }];
        let cell = TrialCell { cell: Default::default(), runner: Default::default(), trials };
        assert_eq!(Losses::from_cell(&cell), Some(Losses { least: Loss::Task, most: Loss::Others }));
        assert_eq!(Losses::from_cell(&TrialCell { trials: Vec::new(), ..cell }), None);
    }
}
