//! The line of a trial: what one model lost when one task of many came to grief.

use serde::{Deserialize, Serialize};

use super::cell::{CellId, Parameters};
use super::failure::FailureKind;

/// What one model lost when one task of many came to grief, in one cell that could be lost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrialRecord {
    /// Workload name.
    pub workload: String,
    /// All its parameters, defaults filled in.
    pub params: Parameters,
    /// Which cell it was.
    #[serde(flatten)]
    pub cell: CellId,
    /// Which of the plan's rounds, from 0.
    pub round: u32,
    /// What befell the task.
    pub fault: String,
    /// Index of the task.
    pub victim: u64,
    /// Why it was not tried, with the reason in `message`; none if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_run: Option<FailureKind>,
    /// Time without any news after which an attempt was given up, nanoseconds.
    pub patience_ns: u64,
    /// How the attempt came to its end.
    pub end: AttemptEnd,
    /// What the model, or the cell's last words, said of that end.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// What the model said of the task.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub victim_message: String,
    /// Time from the fault until somebody outside the task knew of it, nanoseconds; none if nobody did while it was waited for.
    pub known_ns: Option<u64>,
    /// By what it was known.
    pub known_by: Option<KnownBy>,
    /// Whether the model could end the task from outside; none if it was not asked to.
    pub was_cancelled: Option<bool>,
    /// What became of the lock that the task held; none if it went with its process.
    pub lock: Option<LockState>,
    /// How often the number behind that lock was written, as whoever handed in the tasks sees it; none if it cannot be read.
    pub writes_seen: Option<u64>,
    /// What became of each task. Times are since the fault began.
    pub tasks: Vec<TaskFate>,
    /// How the same work once more came to its end, without a fault; none if there was nobody left to ask.
    pub again_end: Option<AttemptEnd>,
    /// What became of each task then.
    pub again: Vec<TaskFate>,
    /// What was left once the cell had ended.
    pub left: Left,
    /// Resident memory of the cell and its workers after all of it, less that before, bytes; none if the cell was lost.
    pub grown_bytes: Option<i64>,
}

/// How an attempt came to its end, as its caller sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptEnd {
    /// It is known of each task what became of it.
    Returned,
    /// The model said that the whole of it failed.
    Failed,
    /// The caller came back, and of some tasks nothing was heard.
    Unsettled,
    /// The caller did not come back.
    Stuck,
    /// The caller of the attempt before has not come back, so that nothing could be handed in.
    Refused,
    /// The process of the cell ended.
    #[default]
    Died,
    /// The process of the cell did not answer any more.
    Silent,
    /// There was none: the cell could not start.
    NotStarted,
}

/// By what somebody outside the task knew of the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnownBy {
    /// What the model said of the task.
    Task,
    /// What the model said of the whole attempt.
    Attempt,
    /// The end of the process.
    Process,
}

/// What became of a lock whose holder came to grief.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockState {
    /// Somebody else can take it.
    Free,
    /// Somebody else can take it, and is told that its holder panicked.
    Poisoned,
    /// Nobody else can take it.
    Held,
}

/// What was left once a cell had ended, before anything was cleaned up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Left {
    /// Processes of its group.
    pub processes: u64,
    /// Files in its folder of temporary files: sockets, locks and the like.
    pub files: u64,
    /// Segments of shared memory that were not there before.
    pub segments: u64,
}

/// What became of a task. Times are nanoseconds since the fault began, and may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskFate {
    /// Process in which it began, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<u32>,
    /// Thread on which it began, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<u32>,
    /// When it began; none if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun_ns: Option<i64>,
    /// When it ended; none if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_ns: Option<i64>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<TaskEnd>,
    /// When whoever handed it in heard of it; none if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_ns: Option<i64>,
    /// What that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
}

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskEnd {
    /// As it should.
    Done,
    /// Its variables were dropped before its end.
    Dropped,
}

/// What came back of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Told {
    /// The right result.
    Result,
    /// An error.
    Error,
    /// A wrong result.
    Wrong,
}
