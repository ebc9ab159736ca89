//! Tasks that wait for each other in a circle.

use serde::{Deserialize, Serialize};

use super::cell::{CellId, Parameters};

/// A deadlock of a cell: which tasks wait for each other, and what each of them did until then. It is seen in a pass of its own, in which tasks
/// note what they hold and what they wait for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deadlock {
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
    /// The tasks of the circle. Each waits for a lock that the next one holds, and the last for one of the first.
    pub circle: Vec<Waiting>,
    /// What they did, in the order of time: the last steps of each.
    pub steps: Vec<LockStep>,
    /// When the circle was closed, nanoseconds since the run began.
    pub closed_ns: u64,
}

impl Deadlock {
    /// Returns the parameters of its group, which tell it from the other groups of its workload.
    pub fn params_of_group(&self) -> &Parameters {
        self.group_params.as_ref().unwrap_or(&self.params)
    }

    /// Names the circle in words.
    pub fn words(&self) -> String {
        if let [Waiting { task, holds, .. }] = &self.circle[..] {
            return format!("task {task} waits for {holds}, which it holds itself");
        }
        let next = self.circle.iter().cycle().skip(1).map(|next| next.task);
        let link = |(Waiting { task, holds, waits_for }, next): (&Waiting, u64)| {
            format!("task {task} holds {holds} and waits for {waits_for}, which task {next} holds")
        };
        self.circle.iter().zip(next).map(link).collect::<Vec<_>>().join(", and ")
    }
}

/// A task of a circle.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Waiting {
    /// Index of the task.
    pub task: u64,
    /// The lock that it holds, and for which the task before it waits. Locks have names in the order in which they were made: A, B, and so on.
    pub holds: String,
    /// The lock that it waits for.
    pub waits_for: String,
}

/// What a task does with a lock, or something else to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockMove {
    /// It begins to wait for it.
    Asks,
    /// It has it.
    Holds,
    /// It no longer has it.
    LetsGo,
    /// It no longer waits for something that nobody holds.
    GoesOn,
}

/// A step of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, LockMove, String)", into = "(u64, u64, LockMove, String)")]
pub struct LockStep {
    /// Index of the task.
    pub task: u64,
    /// When, nanoseconds since the run began.
    pub at_ns: u64,
    /// What it did.
    pub what: LockMove,
    /// With which lock.
    pub lock: String,
}

impl From<(u64, u64, LockMove, String)> for LockStep {
    fn from((task, at_ns, what, lock): (u64, u64, LockMove, String)) -> Self {
        Self { task, at_ns, what, lock }
    }
}

impl From<LockStep> for (u64, u64, LockMove, String) {
    fn from(step: LockStep) -> Self {
        (step.task, step.at_ns, step.what, step.lock)
    }
}
