//! A cell that gave no time.

use serde::{Deserialize, Serialize};

use super::cell::{CellId, Parameters};

/// A cell that gave no time, and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// Workload name.
    pub workload: String,
    /// All parameters of the workload, as they were run.
    pub params: Parameters,
    /// Parameters of the group that it belongs to, where its family has others of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_params: Option<Parameters>,
    /// Which cell of the group.
    #[serde(flatten)]
    pub cell: CellId,
    /// Which of the cell's processes failed, from 0.
    pub process: u32,
    /// Round in which it failed; none if it failed in a run that is no part of a round (in start-up, in warm-up, or while it was made hot).
    pub round: Option<u32>,
    /// What kind of failure.
    pub kind: FailureKind,
    /// What happened and what to do about it.
    pub message: String,
}

impl Failure {
    /// Returns the parameters of its group, which tell it from the other groups of its workload.
    pub fn params_of_group(&self) -> &Parameters {
        self.group_params.as_ref().unwrap_or(&self.params)
    }
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The checksum, the number of tasks or the number of workers was not what it must be.
    WrongAnswer,
    /// The cell did not answer in time.
    Timeout,
    /// The cell did not answer in time, and its tasks were seen to wait for each other in a circle.
    Deadlock,
    /// The cell, or a worker process of it, ended or panicked.
    #[default]
    Crash,
    /// The cell answered something that is not of the protocol.
    Protocol,
    /// The machine's limits would not carry it: not run.
    Limit,
    /// Something that it needs is missing, or the plan leaves it out: not run.
    Unavailable,
    /// It ran, and what measured it says that the figures are not its doing: no figure, and the cell goes on.
    Void,
}

impl FailureKind {
    /// Returns whether there is no figure through no fault of the cell: it was not run, or its run is void. All others have failed.
    pub fn is_not_run(self) -> bool {
        matches!(self, Self::Limit | Self::Unavailable | Self::Void)
    }

    /// Returns its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongAnswer => "wrong-answer",
            Self::Timeout => "timeout",
            Self::Deadlock => "deadlock",
            Self::Crash => "crash",
            Self::Protocol => "protocol",
            Self::Limit => "limit",
            Self::Unavailable => "unavailable",
            Self::Void => "void",
        }
    }
}
