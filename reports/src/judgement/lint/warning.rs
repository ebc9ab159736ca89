//! What can be unfair or doubtful, each in words with its remedy.

use std::fmt;

use crate::figures::lone::Blocks;
use crate::judgement::severity::Severity;
use crate::text::{plain, units};

/// Most names that a warning lists.
const NAMES: usize = 4;

/// One thing that is unfair or doubtful.
#[derive(Debug, Clone, PartialEq)]
pub enum Warning {
    /// The program was built without optimisation.
    DebugBuild,
    /// The cells were measured one after the other, not in turns.
    InBlocks,
    /// The machine ran on battery.
    OnBattery,
    /// The frequency governor saves power.
    PowerSaving {
        /// Its name.
        governor: String,
    },
    /// The run is noisy, and the clock of its cores may change by itself.
    MovingClock {
        /// The largest factor by which two copies of a cell differed.
        noise: f64,
        /// Whether frequency boost is on.
        turbo: bool,
        /// Whether multithreading is on.
        smt: bool,
    },
    /// Other programs kept cores busy.
    OutsideLoad {
        /// Title of the group that had most of it.
        group: String,
        /// How many cores.
        cores: f64,
    },
    /// Other programs kept cores busy while it was measured what the cores give together.
    DisturbedCapacity {
        /// How many cores.
        cores: f64,
    },
    /// The compiler made different code of the same task's body in different runners.
    CodeDiffers {
        /// The cell that stands out the most, and by how much, in words.
        most: String,
        /// The cells, by name.
        cells: Vec<String>,
    },
    /// Tasks block the thread of an event loop without telling their world.
    Blocks {
        /// The workloads, and for how long one task of each blocks.
        tasks: Vec<String>,
    },
    /// There were too many disturbed rounds to leave them out.
    DisturbedRounds {
        /// Titles of the groups.
        groups: Vec<String>,
    },
    /// There are fewer cores than workers.
    FewCores {
        /// Cores that could be used.
        cores: f64,
        /// Workers of the widest pool with CPU-bound work.
        workers: u64,
    },
    /// Pools of one group are of different sizes.
    UnequalWorkers {
        /// The cells that lack widths which others have.
        cells: Vec<String>,
    },
    /// Some pools did not use all their workers, though there was work for all.
    IdleWorkers {
        /// The cells.
        cells: Vec<String>,
    },
    /// The server, not the client, bounds what is seen.
    SaturatedServer {
        /// The cells.
        cells: Vec<String>,
    },
    /// The client has no core left to answer in time.
    SaturatedClient {
        /// The cells.
        cells: Vec<String>,
    },
    /// Sleeps took longer than the timer of the model explains.
    LateTimers {
        /// The cells.
        cells: Vec<String>,
    },
    /// Cores were busy while the work waited.
    Spinning {
        /// The cells.
        cells: Vec<String>,
    },
}

impl Warning {
    /// Returns the warning about workloads whose tasks block the thread of an event loop; none if there are none.
    pub fn of_blocking(found: &[Blocks]) -> Option<Self> {
        let task = |one: &Blocks| format!("{} ({})", plain(&one.workload), units::duration(one.blocked_ns as f64));
        (!found.is_empty()).then(|| Self::Blocks { tasks: found.iter().map(task).collect() })
    }

    /// Returns how much it matters.
    pub fn severity(&self) -> Severity {
        match self {
            Self::DebugBuild => Severity::Error,
            Self::InBlocks
            | Self::OnBattery
            | Self::OutsideLoad { .. }
            | Self::CodeDiffers { .. }
            | Self::Blocks { .. }
            | Self::DisturbedRounds { .. }
            | Self::FewCores { .. }
            | Self::SaturatedServer { .. }
            | Self::SaturatedClient { .. } => Severity::Doubt,
            Self::PowerSaving { .. }
            | Self::MovingClock { .. }
            | Self::DisturbedCapacity { .. }
            | Self::UnequalWorkers { .. }
            | Self::IdleWorkers { .. }
            | Self::LateTimers { .. }
            | Self::Spinning { .. } => Severity::Caution,
        }
    }

    /// Returns what it is in a few words, for one line.
    pub fn name(&self) -> String {
        match self {
            Self::DebugBuild => "Debug build: its times say nothing".to_owned(),
            Self::InBlocks => "Measured cell after cell, not in turns".to_owned(),
            Self::OnBattery => "On battery: the speed may have changed".to_owned(),
            Self::PowerSaving { governor } => format!("Slow start of cores: governor {governor}"),
            Self::MovingClock { noise, .. } => format!("Copies of a cell differ by {:.1} %", (noise - 1.0) * 100.0),
            Self::OutsideLoad { group, cores } => format!("Others kept up to {cores:.1} cores busy ({group})"),
            Self::DisturbedCapacity { .. } => "Capacity not known: others kept cores busy".to_owned(),
            Self::CodeDiffers { cells, .. } => format!("Other machine code: {}", first(cells)),
            Self::Blocks { tasks } => format!("Tasks block their thread: {}", first(tasks)),
            Self::DisturbedRounds { groups } => format!("Disturbed rounds: {}", first(groups)),
            Self::FewCores { cores, workers } => {
                format!("{workers} workers on {}", number_of_cores(*cores))
            }
            Self::UnequalWorkers { cells } => format!("Pools of different sizes: {}", first(cells)),
            Self::IdleWorkers { cells } => format!("Idle workers: {}", first(cells)),
            Self::SaturatedServer { cells } => format!("Server busy all the time: {}", first(cells)),
            Self::SaturatedClient { cells } => format!("No core left to answer in time: {}", first(cells)),
            Self::LateTimers { cells } => format!("Late timers: {}", first(cells)),
            Self::Spinning { cells } => format!("Busy while waiting: {}", first(cells)),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DebugBuild => to.write_str(
                "A debug build measured this: its times say nothing about the models. \
                 Measure again with `cargo run --release`.",
            ),
            Self::InBlocks => to.write_str(
                "Criterion measured each cell by itself, one after the other: a ratio compares blocks of time here, not runs of the \
                 same round, and what drifts meanwhile is in it. To compare, run the same cells in turns: `regatta run --plan FILE`.",
            ),
            Self::OnBattery => to.write_str(
                "The machine ran on battery: its speed may have changed during the run. Plug it in and measure again.",
            ),
            Self::PowerSaving { governor } => write!(
                to,
                "The frequency governor is `{governor}`: cores run slowly until they have been busy for a while. \
                 Set another with `sudo cpupower frequency-set -g performance`."
            ),
            Self::MovingClock { noise, turbo, smt } => {
                let what = match (turbo, smt) {
                    (true, true) => "frequency boost and multithreading are on",
                    (true, false) => "frequency boost is on",
                    _ => "multithreading is on",
                };
                write!(
                    to,
                    "Two copies of the same cell differ by up to {:.1} %, and {what}: what one core does changes how fast another \
                     is. For smaller differences switch them off in the firmware or under /sys/devices/system/cpu.",
                    (noise - 1.0) * 100.0
                )
            }
            Self::OutsideLoad { group, cores } => write!(
                to,
                "Other programs kept up to {cores:.1} cores busy in the meantime (median of a cell in {group}): \
                 the machine was not quiet. Stop them, or give the run more rounds."
            ),
            Self::DisturbedCapacity { cores } => write!(
                to,
                "Other programs kept {} of the cores busy while it was measured what the cores give together, so that is not believed: \
                 each core is taken for a whole one. Stop them and measure again.",
                units::cores(*cores)
            ),
            Self::CodeDiffers { most, cells } => write!(
                to,
                "One task alone takes {most}: the compiler made different code of its body. No claim and no advice rests on such \
                 cells ({}). Move the body of the task into a function marked `#[inline(never)]`, and call it from `task`.",
                named(cells)
            ),
            Self::Blocks { tasks } => write!(
                to,
                "One task alone blocked the thread of an event loop, and its world was not told: {}. No other task of that loop goes on \
                 meanwhile. Wait through the context: `cx.sleep`, `cx.connect` and its stream. If it has to block, say so with \
                 `cx.block`.",
                named(tasks)
            ),
            Self::DisturbedRounds { groups } => write!(
                to,
                "More than a fifth of the rounds of {} were disturbed, too many to leave them out: their figures are those of \
                 a disturbed machine. Measure again when it is quiet.",
                named(groups)
            ),
            Self::FewCores { cores, workers } => write!(
                to,
                "Pools of {workers} workers share {} by affinity or quota: they cannot run at once. \
                 Give the run more cores, or ask for fewer with `--workers`.",
                number_of_cores(*cores)
            ),
            Self::UnequalWorkers { cells } => write!(
                to,
                "Pools of different sizes stand side by side: {} lack widths that others of the group have. Compare equal \
                 widths only, or give all the same `workers` in the plan.",
                named(cells)
            ),
            Self::IdleWorkers { cells } => write!(
                to,
                "Not all workers of {} were seen to work, though there was a task for each: the tasks may be too \
                 short to reach them. Make them longer, or judge the model by the workers that it used.",
                named(cells)
            ),
            Self::SaturatedServer { cells } => write!(
                to,
                "The server was busy all the time with {}: what is seen is its speed and not the model's. \
                 Raise `delay_us`, or lower `connections`.",
                named(cells)
            ),
            Self::SaturatedClient { cells } => write!(
                to,
                "The client had no core left with {}: latencies include the wait for its own. \
                 Lower `connections`, or read them as throughput.",
                named(cells)
            ),
            Self::LateTimers { cells } => write!(
                to,
                "Waits of {} ended later than the timer of the model explains: there were too few cores to wake up on, or the \
                 timers of this machine are coarse. Wait longer, with fewer tasks, or on a quieter machine.",
                named(cells)
            ),
            Self::Spinning { cells } => write!(
                to,
                "{} kept cores busy while the work only waited: such a model looks good on an idle machine and takes \
                 the cores of others on a busy one. Look at its CPU time beside its wall time.",
                named(cells)
            ),
        }
    }
}

fn named(names: &[String]) -> String {
    let shown = names.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > NAMES { format!("{shown} and {} more", names.len() - NAMES) } else { shown }
}

/// Returns the first name, and how many there are beside it.
fn first(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    }
}

fn number_of_cores(cores: f64) -> String {
    if cores == 1.0 { "1 core".to_owned() } else { format!("{} cores", units::without_zeros(&units::number(cores))) }
}
