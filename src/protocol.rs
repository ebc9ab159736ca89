//! What the driver and a cell say to each other: JSON objects, one a line. `docs/PROTOCOL.md` is the reference. And the hidden
//! subcommands by which this program starts itself as something else.

use std::collections::BTreeMap;

use regatta_reports::record::{AttemptEnd, Deadlock, FailureKind, LockState, Parameters, Profile, Sample};
use serde::{Deserialize, Serialize};

/// The hidden subcommand of a cell process.
pub(crate) const CELL: &str = "__cell";
/// The hidden subcommand of a worker process.
pub(crate) const WORKER: &str = "__worker";
/// The hidden subcommand of a process at the other end of a workload's connections: a server, or a load generator.
pub(crate) const SERVER: &str = "__server";
/// The hidden subcommand of a process that is a server model.
pub(crate) const MODEL: &str = "__model";

/// Version of the protocol.
pub(crate) const VERSION: u32 = 1;

/// Longest line, bytes.
pub(crate) const LONGEST: u64 = 1 << 20;

/// What the driver says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(crate) enum Request {
    /// Say what you are. It comes first, or not at all.
    Hello {
        /// The version of the protocol that the driver speaks.
        protocol: u32,
    },
    /// What to be.
    Start(Box<Start>),
    /// Carry out every task once.
    Run,
    /// Carry out every task once and record which worker does what when. Only if `start` announced it.
    Profile,
    /// Carry out every task once where one may come to grief, and say what became of that. Only if `start` announced a trial.
    Attempt,
}

/// What a cell is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) protocol: u32,
    pub(crate) workload: String,
    pub(crate) params: Parameters,
    pub(crate) runner: String,
    pub(crate) workers: u64,
    #[serde(default)]
    pub(crate) options: Parameters,
    #[serde(default)]
    pub(crate) server: Option<std::net::SocketAddr>,
    /// A folder of its own, for what its tasks keep in files. It is gone with the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<std::path::PathBuf>,
    /// Which arm of its group it is. It decides which program is started; the cell has no need to know.
    #[serde(skip)]
    pub(crate) arm: String,
    /// The program that is the server, if the runner is a server model that is not of this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) serves: Option<Box<ServerProgram>>,
    /// A file for the logs of worker processes, if the cell is to be profiled and not timed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profile_log: Option<std::path::PathBuf>,
    /// Whether the cell looks at each task for itself, and is not timed: at its result, and whether it blocks its thread.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) check: bool,
    /// Whether the tasks note what they hold and what they wait for, and are not timed: a circle is answered by `deadlock`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) watch: bool,
    /// Whether the cell counts events that cost time to count, and is not timed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) count: bool,
    /// What the cell needs to know if it is one of a trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) trial: Option<Trial>,
}

/// What a cell of a trial needs to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trial {
    /// The file in which tasks note what becomes of them.
    pub(crate) ledger: std::path::PathBuf,
    /// Time without any news after which an attempt is given up, milliseconds.
    pub(crate) patience_ms: u64,
    /// Data that the cell, and each of its workers, may have, bytes.
    pub(crate) memory_bytes: u64,
}

/// A program that is a server: with the job of a server as its last argument it says where it listens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ServerProgram {
    pub(crate) program: std::path::PathBuf,
    pub(crate) args: Vec<String>,
    /// Whether it serves all connections at once.
    pub(crate) serves_all: bool,
}

impl Start {
    /// Returns what makes a cell of one worker with default options, which is timed.
    pub(crate) fn lone(workload: &str, params: Parameters, runner: &str) -> Self {
        Self {
            protocol: VERSION,
            workload: workload.to_owned(),
            params,
            runner: runner.to_owned(),
            workers: 1,
            options: Parameters::new(),
            server: None,
            folder: None,
            serves: None,
            profile_log: None,
            check: false,
            watch: false,
            count: false,
            trial: None,
            arm: String::new(),
        }
    }
}

/// What a program says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hello {
    /// The version of the protocol that it speaks.
    pub(crate) protocol: u32,
    /// The language, for who reads along.
    pub(crate) language: String,
    /// What runs the work: name and version.
    pub(crate) version: String,
    /// Whether it compiles as it goes, so that its first runs are slower than all others.
    #[serde(default)]
    pub(crate) warms_up: bool,
    pub(crate) runners: Vec<HelloRunner>,
}

/// A runner that a program has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct HelloRunner {
    pub(crate) name: String,
    /// The native runner that has the same concurrency model.
    pub(crate) model: String,
    pub(crate) parallelism: Bound,
    #[serde(default)]
    pub(crate) about: String,
    /// A kind of the language, if it has several whose times are not compared: with a global lock and without, say.
    #[serde(default)]
    pub(crate) family: Option<String>,
    /// The runner that its speed-up is taken against; the first whose model is `sequential` if it says none.
    #[serde(default)]
    pub(crate) baseline: Option<String>,
    #[serde(default)]
    pub(crate) options: Vec<String>,
    /// The workloads that it can do; those that it does not refuse if it says none.
    #[serde(default)]
    pub(crate) workloads: Option<Vec<String>>,
    /// Whether its workers are processes, which share no memory.
    #[serde(default)]
    pub(crate) processes: bool,
    /// Whether a global lock lets only one thread compute at a time.
    #[serde(default)]
    pub(crate) gil: bool,
}

/// What bounds a runner's parallelism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Bound {
    /// Always one worker.
    One,
    /// As many workers as it is given.
    Workers,
    /// A worker of its own for each task.
    PerTask,
}

/// A sample as a cell gives it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    #[serde(flatten)]
    pub(crate) sample: Sample,
    /// Latencies one by one, nanoseconds, of a cell that makes no histograms.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) timings: BTreeMap<String, Vec<u64>>,
}

impl From<Sample> for Measured {
    fn from(sample: Sample) -> Self {
        Self { sample, timings: BTreeMap::new() }
    }
}

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "lowercase")]
pub(crate) enum Answer {
    /// What it is, and which runners it has.
    Hello(Hello),
    /// It has started.
    Ready {
        start_ns: u64,
        #[serde(default)]
        version: Option<String>,
    },
    /// It ran. What identifies the sample (workload, runner, round, ...) is filled in by the driver.
    Sample(Box<Measured>),
    /// What its workers did. What identifies the cell is filled in by the driver.
    Profile(Box<Profile>),
    /// Its tasks wait for each other in a circle. What identifies the cell is filled in by the driver.
    Deadlock(Box<Deadlock>),
    /// How an attempt of a trial ended.
    Attempted(Box<Attempted>),
    /// It could not.
    Error { kind: FailureKind, message: String },
}

/// How an attempt of a trial ended. What became of each task stands in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attempted {
    pub(crate) end: AttemptEnd,
    /// What the model said of the whole of it, if it failed.
    #[serde(default)]
    pub(crate) message: String,
    /// What the lock is that the task held; none if nobody can say.
    #[serde(default)]
    pub(crate) lock: Option<LockState>,
    /// How often the number behind that lock was written, as the caller sees it.
    #[serde(default)]
    pub(crate) writes: Option<u64>,
    /// Whether the model has a way to end a task from outside, and it was used.
    #[serde(default)]
    pub(crate) was_cancelled: bool,
    /// What errors of tasks said, by their index, which is text as all names of JSON are.
    #[serde(default)]
    pub(crate) errors: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_lines_are_understood() {
        let text = include_str!("../docs/PROTOCOL.md");
        let blocks = text.split("\n\n").filter(|block| block.starts_with("    {"));
        let (mut requests, mut answers) = (0, 0);
        for block in blocks {
            if block.contains("\"do\":") {
                serde_json::from_str::<Request>(block).expect(block);
                requests += 1;
            } else {
                serde_json::from_str::<Answer>(block).expect(block);
                answers += 1;
            }
        }
        assert_eq!((requests, answers), (6, 7));
    }
}
