//! The first line of a run, its last line, and what a line can be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::cell::{CellId, Parameters};
use super::deadlock::Deadlock;
use super::failure::Failure;
use super::machine::{Capacity, Machine};
use super::profile::Profile;
use super::sample::{Lone, Sample};
use super::trial::TrialRecord;

/// The schema number that this build writes, and the newest that it reads.
pub const SCHEMA: u32 = 1;

/// One line of `results.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Record {
    /// The first line: what was asked for, and of which machine.
    Run(Box<Run>),
    /// How much parallel speed the machine gave, measured once a run before its groups.
    Capacity(Capacity),
    /// What a run adds to its plan in its course: a group, or cells of a group that is there. It comes before their first record.
    Group(Box<Group>),
    /// The CPU time of one task alone in one runner, measured once a run before its groups.
    Lone(Lone),
    /// One cell in one round, answer verified.
    Sample(Box<Sample>),
    /// What a cell did in a pass of its own, in which spans are recorded and nothing is compared.
    Profile(Box<Profile>),
    /// Tasks of a cell that wait for each other in a circle, seen in a pass of its own.
    Deadlock(Box<Deadlock>),
    /// What one model lost when one task of many came to grief.
    Trial(Box<TrialRecord>),
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
    /// What the plan calls it; empty if it has no name for it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// All its parameters, defaults filled in. No two groups of a workload have the same.
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
    /// The families of its cells whose parameters or uncounted runs are others, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub scale: BTreeMap<String, Scale>,
    /// The sweep that it is a point of, or that its cells are the points of; none if nothing is varied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
    /// By family, the pieces of computing that took a millisecond before the run, of work whose size is a time.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pieces_per_ms: BTreeMap<String, u64>,
    /// Its cells.
    pub cells: Vec<CellId>,
    /// Runners that the plan leaves out of this group, with the reason.
    pub skipped: BTreeMap<String, String>,
}

impl Plan {
    /// Adds a group, or its cells to the group of the same work.
    pub fn add(&mut self, added: Group) {
        let is_same = |group: &&mut Group| group.workload == added.workload && group.params == added.params;
        match self.groups.iter_mut().find(is_same) {
            Some(group) => {
                let cells = added.cells.into_iter().filter(|cell| !group.cells.contains(cell)).collect::<Vec<_>>();
                group.cells.extend(cells);
            }
            None => self.groups.push(added),
        }
    }
}

impl Group {
    /// Returns the scale of a family: its own, or else that of the group.
    pub fn scale_of(&self, family: &str) -> Scale {
        let own = self.scale.get(family).cloned();
        own.unwrap_or_else(|| Scale {
            params: self.params.clone(),
            tasks: self.tasks,
            wait_ns: self.wait_ns,
            hot_ns: self.hot_ns,
        })
    }
}

/// What is varied while all else stays the same. The points of a sweep share their rounds.
///
/// Where a parameter is varied each point is a group. Where workers or an option are, the points are the cells of one group, unless
/// the work grows with the workers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sweep {
    /// What the plan calls it: the same in all its groups, and in no other.
    pub title: String,
    /// What is varied: `workers`, a parameter of the workload, or an option of runners.
    pub axis: String,
    /// Of what the axis is.
    pub of: AxisOf,
    /// The two runners of which it is asked where one overtakes the other; empty if nobody asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub between: Vec<String>,
}

/// Of what an axis is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AxisOf {
    /// Of the cell: how many workers it has.
    #[default]
    Workers,
    /// Of the workload: a parameter. A family with a scale of its own has values of its own.
    Parameter,
    /// Of runners: an option.
    Option,
}

/// How much the cells of a family do in a run. Figures of different scale are never compared with each other.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scale {
    /// All parameters of the workload, defaults filled in.
    pub params: Parameters,
    /// Number of tasks that every run carries out.
    pub tasks: u64,
    /// The longest wait of one task, nanoseconds; 0 for work that never waits.
    pub wait_ns: u64,
    /// As [`Group::hot_ns`].
    #[serde(skip_serializing_if = "is_zero")]
    pub hot_ns: u64,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// What a workload is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkloadInfo {
    /// `cpu`, `switching`, `io`, `coordination`, `mixed` or `service`.
    pub kind: String,
    /// One sentence.
    pub about: String,
    /// What must hold in each run, beside the results of the tasks: part of a sentence. Empty if nothing is said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub holds: String,
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

impl RunnerInfo {
    /// Returns whether its family is this one or a kind of it: `cpython@3.14` is a `cpython`.
    pub fn is_of_family(&self, family: &str) -> bool {
        self.family == family || self.family.split('@').next() == Some(family)
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
