//! One cell in one round, and one task alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::{CellId, Parameters};
use super::counts::Counts;

/// What one task takes that runs alone in one runner.
///
/// Of a CPU-bound group it is the CPU time: the same in all runners of a language, unless the compiler made different code of the task's
/// body. Such groups have one line a runner. Every workload has one line more, about the thread of an event loop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lone {
    /// Workload name.
    pub workload: String,
    /// All parameters of the group that it stands for, though only one task of it ran.
    pub params: Parameters,
    /// Runner name.
    pub runner: String,
    /// CPU time of a run of that one task, nanoseconds, in each repetition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cpu_ns: Vec<u64>,
    /// Time for which the task blocked the thread of an event loop without telling it, nanoseconds: the least of some runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked_ns: Option<u64>,
}

/// One cell in one round. Its answer was right: anything else is a [`Failure`](super::Failure).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sample {
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
    /// Which of the cell's processes measured it, from 0.
    pub process: u32,
    /// Round within the group, from 0, counted through all processes.
    pub round: u32,
    /// Place of the cell in its round, from 0.
    pub order: u32,
    /// Tasks that were carried out.
    pub tasks: u64,
    /// Checksum over the results of all tasks, equal to the oracle's.
    pub checksum: u64,
    /// Distinct workers (threads or processes) that started at least one task.
    pub workers_seen: u64,
    /// Wall time, nanoseconds, monotonic clock.
    pub wall_ns: u64,
    /// CPU time of the whole process tree, nanoseconds.
    pub cpu_ns: u64,
    /// CPU time of the process tree on each logical core, nanoseconds.
    pub per_core_ns: Option<Vec<u64>>,
    /// Voluntary context switches of the process tree.
    pub switches_voluntary: Option<u64>,
    /// Involuntary context switches of the process tree.
    pub switches_involuntary: Option<u64>,
    /// Events of the process tree that the kernel keeps account of; none in older records.
    #[serde(skip_serializing_if = "Counts::is_empty")]
    pub counts: Counts,
    /// Peak resident memory of the cell process, bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Peak resident memory of its worker processes, bytes: the sum over those alive at the end, or, where
    /// none is, that of the largest one that has ended.
    pub children_rss_bytes: Option<u64>,
    /// Memory of the cell process and all its children at once, shared pages counted once, bytes; the source key is `memory`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree_pss_bytes: Option<u64>,
    /// Time that the runner took to start (pool, runtime), nanoseconds; the same for all samples of a process.
    pub start_ns: u64,
    /// CPU time that the hypervisor gave to others in the meantime, all cores, nanoseconds.
    pub steal_ns: Option<u64>,
    /// CPU time that other processes of the machine used in the meantime, nanoseconds.
    pub outside_ns: Option<u64>,
    /// CPU time of the whole machine in the meantime, nanoseconds, as the kernel counts it in ticks. In one short sample it is off by
    /// some ticks either way. Over many, what it is above `cpu_ns` is the load from outside, while `outside_ns`, which is never below
    /// zero, adds up to too much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub busy_ns: Option<u64>,
    /// CPU time that the workload's server used in the meantime, nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_cpu_ns: Option<u64>,
    /// Extra figures of the runner or the workload, by name; the name ends in the unit (`lock_waits`, `lock_wait_ns`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, f64>,
    /// Latency histograms, by name: HDR histogram, V2 + deflate, base64, values in nanoseconds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub histograms: BTreeMap<String, String>,
    /// Who did the operations: for each slice of them, first to last, how many each task did. Of many tasks, neighbours are told together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Vec<u32>>,
    /// Where each figure comes from: `cpu`, `per_core`, `switches`, `rss`, ... to the name of the source.
    pub source: BTreeMap<String, String>,
}

impl Sample {
    /// Returns the parameters of its group, which tell it from the other groups of its workload.
    pub fn params_of_group(&self) -> &Parameters {
        self.group_params.as_ref().unwrap_or(&self.params)
    }
}
