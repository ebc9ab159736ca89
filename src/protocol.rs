//! What the driver and a cell say to each other: JSON objects, one a line. `docs/PROTOCOL.md` is the reference. And the hidden
//! subcommands by which this program starts itself as something else.

use regatta_reports::record::{Deadlock, FailureKind, Parameters, Profile, Sample};
use serde::{Deserialize, Serialize};

/// The hidden subcommand of a cell process.
pub(crate) const CELL: &str = "__cell";
/// The hidden subcommand of a worker process.
pub(crate) const WORKER: &str = "__worker";
/// The hidden subcommand of a server process.
pub(crate) const SERVER: &str = "__server";

/// Version of the protocol.
pub(crate) const VERSION: u32 = 1;

/// Longest line, bytes.
pub(crate) const LONGEST: u64 = 1 << 20;

/// What the driver says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(crate) enum Request {
    /// What to be.
    Start(Start),
    /// Carry out every task once.
    Run,
    /// Carry out every task once and record which worker does what when. Only if `start` announced it.
    Profile,
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
    /// Which arm of its group it is. It decides which program is started; the cell has no need to know.
    #[serde(skip)]
    pub(crate) arm: String,
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
            profile_log: None,
            check: false,
            watch: false,
            count: false,
            arm: String::new(),
        }
    }
}

/// What a cell says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "say", rename_all = "lowercase")]
pub(crate) enum Answer {
    /// It has started.
    Ready {
        start_ns: u64,
        #[serde(default)]
        version: Option<String>,
    },
    /// It ran. What identifies the sample (workload, runner, round, ...) is filled in by the driver.
    Sample(Box<Sample>),
    /// What its workers did. What identifies the cell is filled in by the driver.
    Profile(Box<Profile>),
    /// Its tasks wait for each other in a circle. What identifies the cell is filled in by the driver.
    Deadlock(Box<Deadlock>),
    /// It could not.
    Error { kind: FailureKind, message: String },
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
        assert_eq!((requests, answers), (3, 5));
    }
}
