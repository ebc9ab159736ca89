//! The lines of `results.jsonl`, schema 1: what a run writes and all that a report reads.
//!
//! A reader ignores fields that it does not know, so a field may be added without a new schema number.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The schema number that this build writes, and the newest that it reads.
pub const SCHEMA: u32 = 1;

/// The arms: what a cell of the same runner, options and workers stands for in a group.
pub mod arms {
    /// A second copy of the baseline: what it differs by is noise.
    pub const AA: &str = "a-a";
    /// A fixed burn, the same in every group, that shows how fast the machine was in each round. Not part of tables and charts.
    pub const REFERENCE: &str = "reference";
    /// The build that is there already, where two are compared in the same rounds.
    pub const OLD: &str = "old";
    /// The build that is new.
    pub const NEW: &str = "new";
}

/// Parameters of a workload or options of a runner, by name.
pub type Parameters = BTreeMap<String, Value>;

/// One line of `results.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Record {
    /// The first line: what was asked for, and of which machine.
    Run(Box<Run>),
    /// How much parallel speed the machine gave, measured once a run before its groups.
    Capacity(Capacity),
    /// The CPU time of one task alone in one runner, measured once a run before its groups.
    Lone(Lone),
    /// One cell in one round, answer verified.
    Sample(Box<Sample>),
    /// What a cell did in a pass of its own, in which spans are recorded and nothing is compared.
    Profile(Box<Profile>),
    /// A cell that gave no time, and why.
    Error(Failure),
    /// The last line of a run that came to its own end.
    End(End),
}

/// What was asked for, and of which machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// Schema number of all lines that follow.
    pub schema: u32,
    /// Unique name of the run.
    pub id: String,
    /// When it started, RFC 3339, UTC.
    pub started: String,
    /// Seed of the order of cells in each round.
    pub seed: u64,
    /// What drove the cells: `regatta` or `criterion`.
    pub driver: String,
    /// Version of Regatta, git revision and build profile.
    pub program: Program,
    /// The plan as it was carried out, after flags were applied.
    pub plan: Plan,
    /// The machine, as far as it lets itself be described.
    pub machine: Machine,
    /// What each workload of the plan is.
    pub workloads: BTreeMap<String, WorkloadInfo>,
    /// What each runner of the plan is.
    pub runners: BTreeMap<String, RunnerInfo>,
    /// What the harness itself costs; none if it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overhead: Option<Overhead>,
    /// What the reference burn is made of: `machine-code-...` if no build changes it; `build`, or nothing in older records, if the
    /// compiler made it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Where two builds were compared in the same rounds: which program each arm is.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub builds: BTreeMap<String, Build>,
    /// What was asked for and is not in the run, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// What the harness itself costs, medians, nanoseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overhead {
    /// Wall time of a run of one task that does nothing, one after the other: the least that any wall time can be.
    pub empty_run_ns: Option<f64>,
    /// Wall time of a run of one sleep of a microsecond: what a wait costs beyond its length.
    pub shortest_sleep_ns: Option<f64>,
    /// Time to ask a cell for a run and to hear its answer, beyond the run itself: counters and protocol. It is not part of wall times.
    pub round_trip_ns: Option<f64>,
}

/// A program whose cells are one arm of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Build {
    /// Path of the program.
    pub program: String,
    /// What it calls itself when asked for its version.
    pub version: String,
}

/// The program that measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Program {
    /// Package version.
    pub version: String,
    /// Git revision that it was built from, with `-dirty` if the tree had changes; empty if unknown.
    pub revision: String,
    /// `release` or `debug`.
    pub profile: String,
    /// The compiler, as `rustc --version` prints it.
    pub rustc: String,
    /// Versions of the crates behind the models, by crate name.
    pub crates: BTreeMap<String, String>,
}

/// The plan as it was carried out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// `quick`, `default`, `full`, or the stem of the plan's file.
    pub name: String,
    /// Time that the rounds may take in all, seconds; none if only the number of rounds bounds it.
    pub budget_s: Option<f64>,
    /// Half the width of a ratio's interval, as a share, at which a group needs no more rounds; none if rounds alone count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// Most rounds of a group.
    pub rounds: u32,
    /// Fresh cell processes over which the rounds of a cell are spread.
    pub processes: u32,
    /// The groups in the order in which they ran.
    pub groups: Vec<Group>,
}

/// One workload with its parameters: what is compared with each other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Workload name.
    pub workload: String,
    /// All its parameters, defaults filled in.
    pub params: Parameters,
    /// Number of tasks that every run of it carries out.
    pub tasks: u64,
    /// The longest wait of one task, nanoseconds; 0 for work that never waits.
    /// No model can finish the group faster than this.
    pub wait_ns: u64,
    /// Time for which, at least, a cell ran uncounted right before each counted run, nanoseconds; 0 if its workers had slept while the
    /// other cells of the round ran.
    #[serde(skip_serializing_if = "is_zero")]
    pub hot_ns: u64,
    /// Its cells.
    pub cells: Vec<CellId>,
    /// Runners that the plan leaves out of this group, with the reason.
    pub skipped: BTreeMap<String, String>,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// One cell of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct CellId {
    /// Runner name.
    pub runner: String,
    /// Options of the runner in the form `name=value,name=value`; empty if it has its defaults.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub options: String,
    /// Units of parallelism that the runner may use; the number of tasks for one that creates a unit for each.
    pub workers: u64,
    /// Which copy of the same cell this is: empty, or one of [`arms`].
    #[serde(skip_serializing_if = "String::is_empty")]
    pub arm: String,
}

/// What a workload is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkloadInfo {
    /// `cpu`, `io` or `mixed`.
    pub kind: String,
    /// One sentence.
    pub about: String,
}

/// What a runner is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunnerInfo {
    /// `native`, `gil` (modelled) or `cpython`; a second interpreter's is `cpython@` and its name.
    pub family: String,
    /// The concurrency model, by the name of the native runner that has it: `thread` for `python-thread`, say.
    pub model: String,
    /// Whether a global lock lets only one thread compute at a time; none if unknown.
    pub gil: Option<bool>,
    /// One sentence.
    pub about: String,
    /// The runner that its speed-up is taken against, of the same family's language.
    pub baseline: String,
    /// `one`, `workers` or `per-task`: what bounds its parallelism.
    pub parallelism: String,
    /// Version and build of what runs it, where that is not this program (an interpreter, say).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// The machine. What could not be found out is none, or empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// CPU model name.
    pub cpu: String,
    /// Architecture, as Rust names it.
    pub arch: String,
    /// Physical cores.
    pub physical_cores: Option<u64>,
    /// Logical cores that are online.
    pub logical_cores: u64,
    /// Logical cores that affinity lets this process use.
    pub usable_cores: u64,
    /// CPU quota of the cgroup, in cores; none if unlimited or unknown.
    pub quota_cores: Option<f64>,
    /// Memory, bytes.
    pub memory_bytes: u64,
    /// Operating system and its version.
    pub os: String,
    /// Kernel release.
    pub kernel: String,
    /// Name of the hypervisor if one was seen.
    pub hypervisor: String,
    /// Frequency governor of the first core.
    pub governor: String,
    /// Whether simultaneous multithreading is on.
    pub smt: Option<bool>,
    /// Whether frequency boost is on.
    pub turbo: Option<bool>,
    /// Whether the machine runs on battery.
    pub on_battery: Option<bool>,
    /// Load average over one minute when the run began.
    pub load_average: Option<f64>,
}

/// How much parallel speed the machine gave: the reference burn, run on several cores at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Capacity {
    /// One point a number of cores, ascending, from 1.
    pub points: Vec<CapacityPoint>,
}

/// The reference burn on so many cores at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CapacityPoint {
    /// How many burns ran at once, each in a process of its own.
    pub burns: u64,
    /// The speed of all of them together in each repetition, in units of the median burn that ran alone.
    pub speeds: Vec<f64>,
}

/// The CPU time of one task of a CPU-bound group that runs alone in one runner. It is the same in all runners of a language, unless the
/// compiler made different code of the task's body. One line a group and runner.
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
    pub cpu_ns: Vec<u64>,
}

/// One cell in one round. Its answer was right: anything else is a [`Failure`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// Workload name.
    pub workload: String,
    /// All parameters of the workload.
    pub params: Parameters,
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
    /// CPU time that the workload's server used in the meantime, nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_cpu_ns: Option<u64>,
    /// Extra figures of the runner or the workload, by name; the name ends in the unit (`lock_waits`, `lock_wait_ns`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: BTreeMap<String, f64>,
    /// Latency histograms, by name: HDR histogram, V2 + deflate, base64, values in nanoseconds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub histograms: BTreeMap<String, String>,
    /// Where each figure comes from: `cpu`, `per_core`, `switches`, `rss`, ... to the name of the source.
    pub source: BTreeMap<String, String>,
}

/// Which worker did what when, and how busy each core was meanwhile: one run of a cell in a pass of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Workload name.
    pub workload: String,
    /// All parameters of the workload.
    pub params: Parameters,
    /// Which cell of the group.
    #[serde(flatten)]
    pub cell: CellId,
    /// Wall time of this run, nanoseconds. Recording costs time: it is not to be compared with a sample's.
    pub wall_ns: u64,
    /// What the workers did: from the start of a task or the end of a wait to the end of the task or the start of the next wait.
    pub segments: Vec<Segment>,
    /// Segments that were not kept because there were too many.
    pub segments_dropped: u64,
    /// How busy the cores were, in the order of time.
    pub timeline: Vec<Moment>,
    /// Where the timeline comes from: `perf-task-clock` (this process tree), or `proc-stat-whole-machine`.
    pub source: String,
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

/// A cell that gave no time, and why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Failure {
    /// Workload name.
    pub workload: String,
    /// All parameters of the workload.
    pub params: Parameters,
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

/// Kinds of failure.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The checksum, the number of tasks or the number of workers was not what it must be.
    WrongAnswer,
    /// The cell did not answer in time.
    Timeout,
    /// The cell, or a worker process of it, ended or panicked.
    #[default]
    Crash,
    /// The cell answered something that is not of the protocol.
    Protocol,
    /// The machine's limits would not carry it: not run.
    Limit,
    /// Something that it needs is missing, or the plan leaves it out: not run.
    Unavailable,
}

impl FailureKind {
    /// Whether the cell was not run at all, rather than run and failed.
    pub fn is_not_run(self) -> bool {
        matches!(self, Self::Limit | Self::Unavailable)
    }

    /// Its name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongAnswer => "wrong-answer",
            Self::Timeout => "timeout",
            Self::Crash => "crash",
            Self::Protocol => "protocol",
            Self::Limit => "limit",
            Self::Unavailable => "unavailable",
        }
    }
}

/// How the run came to its end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// When, RFC 3339, UTC.
    pub finished: String,
    /// False if it was stopped before its plan was done.
    pub complete: bool,
    /// What the plan asked for and was cut, or could not be had, as came to light in the course of the run, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}
