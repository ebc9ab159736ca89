//! The machine, and how much parallel speed it gave.

use serde::{Deserialize, Serialize};

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
    /// Cores that other programs kept busy meanwhile, on average; none if unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside_cores: Option<f64>,
}

/// More than this of a core, taken by others, shows in the speeds: what they say of the machine is not believed then.
const DISTURBING_CORES: f64 = 0.1;

impl Capacity {
    /// Returns whether others took so much of the cores that the speeds say nothing of the machine.
    pub fn is_disturbed(&self) -> bool {
        self.outside_cores.is_some_and(|cores| cores > DISTURBING_CORES)
    }
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
