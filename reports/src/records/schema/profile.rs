//! What a cell did in a pass of its own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::{CellId, Parameters};
use super::counts::Counts;

/// Which worker did what when, and how busy each core was meanwhile: one run of a cell in a pass of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
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
    /// Wall time of this run, nanoseconds. Recording costs time: it is not to be compared with a sample's.
    pub wall_ns: u64,
    /// What the workers did: from the start of a task or the end of a wait to the end of the task or the start of the next wait. One
    /// without length is where a task began to wait for a lock that lets only one compute; older records have none.
    pub segments: Vec<Segment>,
    /// Segments that were not kept because there were too many.
    pub segments_dropped: u64,
    /// How busy the cores were, in the order of time.
    pub timeline: Vec<Moment>,
    /// Where the timeline comes from: `perf-task-clock` (this process tree), or `proc-stat-whole-machine`.
    pub source: String,
    /// Events of each of some runs in a further process, which recorded nothing else; none in older records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<Counts>,
    /// Where each of these counts comes from, or why it is missing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counts_source: BTreeMap<String, String>,
}

impl Profile {
    /// Returns the parameters of its group, which tell it from the other groups of its workload.
    pub fn params_of_group(&self) -> &Parameters {
        self.group_params.as_ref().unwrap_or(&self.params)
    }
}

/// A piece of a task that a worker did without waiting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u32, u64, u64)", into = "(u64, u32, u64, u64)")]
pub struct Segment {
    /// Index of the task.
    pub task: u64,
    /// The worker, counted from 0 in the order in which they began.
    pub worker: u32,
    /// When it began, nanoseconds since the run did.
    pub start_ns: u64,
    /// When it ended, nanoseconds since the run began.
    pub end_ns: u64,
}

impl Profile {
    /// Returns the waits of tasks between two of their segments, each as a segment of the worker that was at the task before. That
    /// for a lock is apart from the one for IO that came before it.
    pub fn waits(&self) -> impl Iterator<Item = Segment> {
        self.pauses().into_iter().map(|(_, wait)| wait)
    }

    /// Returns those of the waits that were for a lock.
    pub fn waits_for_lock(&self) -> impl Iterator<Item = Segment> {
        self.pauses().into_iter().filter(|(before, _)| before.start_ns == before.end_ns).map(|(_, wait)| wait)
    }

    /// Returns each wait behind the segment that it follows.
    fn pauses(&self) -> Vec<(Segment, Segment)> {
        let mut ordered = self.segments.clone();
        ordered.sort_by_key(|segment| (segment.task, segment.start_ns, segment.end_ns));
        let pairs = ordered.windows(2).map(|pair| (pair[0], pair[1]));
        let of_task = pairs.filter(|(before, after)| before.task == after.task && after.start_ns > before.end_ns);
        of_task
            .map(|(before, after)| (before, Segment { start_ns: before.end_ns, end_ns: after.start_ns, ..before }))
            .collect()
    }
}

impl From<(u64, u32, u64, u64)> for Segment {
    fn from((task, worker, start_ns, end_ns): (u64, u32, u64, u64)) -> Self {
        Self { task, worker, start_ns, end_ns }
    }
}

impl From<Segment> for (u64, u32, u64, u64) {
    fn from(segment: Segment) -> Self {
        (segment.task, segment.worker, segment.start_ns, segment.end_ns)
    }
}

/// How busy each core has been up to a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, Vec<u64>)", into = "(u64, Vec<u64>)")]
pub struct Moment {
    /// When, nanoseconds since the run began.
    pub at_ns: u64,
    /// CPU time on each core since the run began, nanoseconds.
    pub cores_ns: Vec<u64>,
}

impl From<(u64, Vec<u64>)> for Moment {
    fn from((at_ns, cores_ns): (u64, Vec<u64>)) -> Self {
        Self { at_ns, cores_ns }
    }
}

impl From<Moment> for (u64, Vec<u64>) {
    fn from(moment: Moment) -> Self {
        (moment.at_ns, moment.cores_ns)
    }
}
