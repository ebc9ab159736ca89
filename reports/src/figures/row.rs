//! The figures of one cell.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::counts::{self, Count};
use super::disturbed::TICK_NS;
use super::finding::{self, Finding};
use super::latency::{self, Latency};
use super::stuck::Stuck;
use super::task_times::TaskTimes;
use crate::records::schema::{CellId, Failure, FailureKind, RunnerInfo, Sample, Scale, arms};
use crate::statistics::clusters;
use crate::statistics::outliers;
use crate::statistics::{Estimate, median};
use crate::text::gist;

/// The shortest run, in nanoseconds of wall time, of which effective cores are told. Reading the counters takes a few
/// microseconds of CPU time that count as the run's, so in shorter ones they would be more than 2 to 3 % of the figure.
const SHORTEST_FOR_CORES_NS: u64 = 150_000;

/// The figure of a run that says how many operations it carried out.
const OPERATIONS: &str = "operations";

/// One cell of a group, in figures. What was not recorded, or not once, is none.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Row {
    /// Which cell.
    pub cell: CellId,
    /// The shortest name that tells it from the others of its group.
    pub label: String,
    /// What its runner is; nothing known if the records do not say.
    pub runner: RunnerInfo,
    /// How much it does in a run: as much as its family does in this group.
    pub scale: Scale,
    /// Each sample that the figures rest on, in the order of the rounds.
    #[serde(skip)]
    pub points: Vec<Point>,
    /// Each sample of a disturbed round, which the figures do without.
    #[serde(skip)]
    pub left_out: Vec<Point>,
    /// Processes that measured them. The intervals of one process are of that process: another one may be off by more.
    pub processes: usize,
    /// The shortest wall time, nanoseconds.
    pub fastest_ns: Option<f64>,
    /// Samples whose wall time is outside of Tukey's fences; they count like all others.
    pub outliers: usize,
    /// Wall time of a run, nanoseconds.
    pub wall: Option<Estimate>,
    /// Ratio of the kind that the group's [`Versus`](super::group::Versus) says.
    pub ratio: Option<Estimate>,
    /// Name of the runner that the ratio is taken against, if it is against one.
    pub baseline: Option<String>,
    /// Whether this cell is itself the baseline of its family.
    pub is_baseline: bool,
    /// Cores that were busy on average: CPU time over wall time; none for runs too short to tell.
    pub effective_cores: Option<Estimate>,
    /// The greatest speed-up over one worker that its workers can have with its tasks on this machine, in batches and by the measured
    /// capacity; none for work that is not CPU-bound.
    pub ideal_cores: Option<f64>,
    /// Of an A/A copy, the ratio of its original's wall time to its own: what it differs by from 1 is chance or noise.
    pub over_original: Option<Estimate>,
    /// How far from 1 the ratio of two copies of this cell may get by noise that intervals do not show, as a factor; none if the group has
    /// no copies.
    pub noise: Option<f64>,
    /// Whether the compiler made other code of its tasks' body than in other runners: what it differs by is then not the model's doing.
    pub code_differs: bool,
    /// Share of a core that the group's server was busy meanwhile, median; none if it has no server.
    pub server_busy: Option<f64>,
    /// Tasks that it does in a second.
    pub per_second: Option<Estimate>,
    /// How long its tasks took from their start; none if neither they nor a profile say.
    pub task_times: Option<TaskTimes>,
    /// CPU time of a run, nanoseconds, median.
    pub cpu_ns: Option<f64>,
    /// Voluntary context switches of a run, median.
    pub switches_voluntary: Option<f64>,
    /// Involuntary context switches of a run, median.
    pub switches_involuntary: Option<f64>,
    /// What the kernel counted in a run, as far as the records say; see [`per_task`](Self::per_task).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<Count, Estimate>,
    /// Latencies, by name of the histogram; none if its samples have no histograms.
    pub latencies: Vec<Latency>,
    /// Histograms of its samples that could not be read.
    pub unreadable_histograms: usize,
    /// Peak resident memory of the cell process, bytes, the most that was seen.
    pub peak_rss_bytes: Option<f64>,
    /// Peak resident memory of its worker processes, bytes, the most that was seen.
    pub children_rss_bytes: Option<f64>,
    /// Time to start the runner, nanoseconds, median over its processes.
    pub start_ns: Option<f64>,
    /// Fewest and most distinct workers that a run was seen to use.
    pub workers_seen: Option<(u64, u64)>,
    /// Extra figures of the runner or the workload, by name, of a run.
    pub figures: BTreeMap<String, Finding>,
    /// Who did the operations of its last sample: by slice of them, how many each task did. Empty where nobody noted it.
    #[serde(skip)]
    pub turns: Vec<Vec<u32>>,
    /// How its tasks came to wait for each other in a circle, if that was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stuck: Option<Stuck>,
    /// Share of the wall time that each core was busy with it, medians by core.
    pub core_busy: Vec<f64>,
    /// CPU time that the hypervisor gave to others.
    pub steal: Option<Load>,
    /// CPU time that other processes of the machine used.
    pub outside: Option<Load>,
    /// What others used of the machine while its samples ran.
    pub others: Others,
    /// Where figures come from: name of the figure to names of sources.
    pub sources: BTreeMap<String, Vec<String>>,
    /// Memory of the cell process and all its children at once, shared pages counted once, bytes, the most that was seen.
    pub tree_pss_bytes: Option<f64>,
    /// Its failures, each in one line.
    pub failures: Vec<Failure>,
}

/// One sample, as far as charts show it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// Which of the cell's processes measured it.
    pub process: u32,
    /// Its round.
    pub round: u32,
    /// Wall time, nanoseconds.
    pub wall_ns: f64,
    /// CPU time of the whole process tree, nanoseconds.
    pub cpu_ns: f64,
    /// Context switches, voluntary and involuntary.
    pub switches: Option<f64>,
    /// Time that the runner of its process took to start, nanoseconds.
    pub start_ns: f64,
}

/// What others used of the machine while samples ran, added up: ticks that are wrong in one sample are right in many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Others {
    /// CPU time of others, and of other guests, nanoseconds. In few short samples it may be below zero.
    pub used_ns: f64,
    /// Wall time of the samples, nanoseconds.
    pub wall_ns: f64,
}

impl Others {
    /// Shortest wall time of which the sum is told: 20 ticks are within a quarter of the truth.
    const SHORTEST_NS: f64 = 20.0 * TICK_NS;

    /// Adds up what samples say; nothing is known of those that do not say what the whole machine used.
    fn of(samples: &[&Sample]) -> Self {
        let known = samples.iter().filter_map(|sample| {
            let own = sample.cpu_ns + sample.server_cpu_ns.unwrap_or(0);
            let used = sample.busy_ns? as f64 - own as f64 + sample.steal_ns.unwrap_or(0) as f64;
            Some(Self { used_ns: used, wall_ns: sample.wall_ns as f64 })
        });
        known.fold(Self::default(), Self::and)
    }

    fn and(self, other: Self) -> Self {
        Self { used_ns: self.used_ns + other.used_ns, wall_ns: self.wall_ns + other.wall_ns }
    }

    /// Returns the cores that others kept busy while the cells of these rows ran, which take turns; none if too little is known.
    pub fn cores<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Option<f64> {
        let all = rows.into_iter().map(|row| row.others).fold(Self::default(), Self::and);
        (all.wall_ns >= Self::SHORTEST_NS).then(|| (all.used_ns / all.wall_ns).max(0.0))
    }
}

/// Load that was not the cell's own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Load {
    /// CPU time, nanoseconds, median.
    pub ns: f64,
    /// Cores that it kept busy on average, median.
    pub cores: f64,
    /// The same less the tick that the kernel may have counted too many: what is certain in short samples.
    pub certain_cores: f64,
}

impl Row {
    /// Works out the figures of a cell from its records: the samples that count, those that were left out, and the failures. Label, runner
    /// and ratios come from its group.
    pub(super) fn from_records(
        cell: &CellId,
        samples: &[&Sample],
        left_out: &[&Sample],
        failures: &[&Failure],
    ) -> Self {
        let optional = |figure: fn(&Sample) -> Option<u64>| -> Vec<f64> {
            samples.iter().filter_map(|sample| figure(sample)).map(|value| value as f64).collect()
        };
        let walls: Vec<f64> = samples.iter().map(|sample| sample.wall_ns as f64).collect();
        let by_process: Vec<(u32, f64)> =
            samples.iter().map(|sample| (sample.process, sample.wall_ns as f64)).collect();
        let long = samples.iter().filter(|sample| sample.wall_ns >= SHORTEST_FOR_CORES_NS);
        let cores: Vec<(u32, f64)> = long.map(|sample| (sample.process, per_wall(sample.cpu_ns, sample))).collect();
        let start_by_process: BTreeMap<u32, f64> =
            samples.iter().map(|sample| (sample.process, sample.start_ns as f64)).collect();
        let most = |values: Vec<f64>| values.into_iter().reduce(f64::max);
        let (latencies, unreadable_histograms) = latency::from_samples(samples);
        Self {
            cell: cell.clone(),
            points: points(samples),
            left_out: points(left_out),
            processes: samples.iter().map(|sample| sample.process).collect::<BTreeSet<u32>>().len(),
            wall: clusters::median_of_sizes(&by_process),
            fastest_ns: walls.iter().copied().reduce(f64::min),
            outliers: outliers::count(&walls),
            effective_cores: clusters::median_of_sizes(&cores),
            cpu_ns: median(&optional(|sample| Some(sample.cpu_ns))),
            switches_voluntary: median(&optional(|sample| sample.switches_voluntary)),
            switches_involuntary: median(&optional(|sample| sample.switches_involuntary)),
            counts: counts::of_samples(samples),
            task_times: TaskTimes::from_latencies(&latencies),
            latencies,
            unreadable_histograms,
            peak_rss_bytes: most(optional(|sample| sample.peak_rss_bytes)),
            children_rss_bytes: most(optional(|sample| sample.children_rss_bytes)),
            tree_pss_bytes: most(optional(|sample| sample.tree_pss_bytes)),
            server_busy: server_busy(samples),
            start_ns: median(&start_by_process.into_values().collect::<Vec<f64>>()),
            workers_seen: workers_seen(samples),
            figures: finding::of_samples(samples),
            turns: samples
                .iter()
                .rev()
                .map(|sample| &sample.turns)
                .find(|turns| !turns.is_empty())
                .cloned()
                .unwrap_or_default(),
            core_busy: core_busy(samples),
            steal: load(samples, |sample| sample.steal_ns),
            outside: load(samples, |sample| sample.outside_ns),
            others: Others::of(samples),
            sources: sources(samples),
            failures: failures
                .iter()
                .map(|failure| Failure { message: gist(&failure.message), ..(*failure).clone() })
                .collect(),
            ..Self::default()
        }
    }

    /// Returns whether it stands for itself: no copy, and no second build.
    pub fn is_main(&self) -> bool {
        self.cell.is_main()
    }

    /// Returns whether it is a second copy of another cell, which shows the noise.
    pub fn is_copy(&self) -> bool {
        self.cell.arm == arms::AA
    }

    /// Returns the peak memory of the cell process and its worker processes together, bytes: that of all at once with shared pages counted once, if it
    /// was recorded; or else the sum of their peaks, in which shared pages count in each.
    pub fn memory_bytes(&self) -> Option<f64> {
        self.tree_pss_bytes.or_else(|| self.peak_rss_bytes.map(|own| own + self.children_rss_bytes.unwrap_or(0.0)))
    }

    /// Notes how many tasks a run of it does.
    pub(super) fn note_tasks(&mut self, tasks: u64) {
        let rate = |ns: f64| tasks as f64 * 1e9 / ns;
        self.per_second = self.wall.filter(|wall| wall.low > 0.0).map(|wall| Estimate {
            value: rate(wall.value),
            low: rate(wall.high),
            high: rate(wall.low),
            ..wall
        });
    }

    /// Returns what the kernel counted for each task; none if it was not counted.
    pub fn per_task(&self, count: Count) -> Option<Estimate> {
        let tasks = self.scale.tasks as f64;
        self.counts.get(&count).filter(|_| tasks > 0.0).map(|of_run| of_run.map(|events| events / tasks))
    }

    /// Returns how long an operation takes, nanoseconds: wall time over the operations that the workload counts; none if it counts none.
    pub fn per_operation(&self) -> Option<Estimate> {
        let operations = self.figures.get(OPERATIONS)?.estimate.value;
        self.wall.filter(|_| operations > 0.0).map(|wall| wall.map(|ns| ns / operations))
    }

    /// Returns what the kernel counted for each operation; none if it was not counted, or if the workload counts no operations.
    pub fn count_per_operation(&self, count: Count) -> Option<Estimate> {
        let operations = self.figures.get(OPERATIONS)?.estimate.value;
        self.counts.get(&count).filter(|_| operations > 0.0).map(|of_run| of_run.map(|events| events / operations))
    }

    /// Returns the number of tasks of a run; none without samples.
    pub fn tasks(&self) -> Option<f64> {
        self.per_second.zip(self.wall).map(|(rate, wall)| rate.value * wall.value / 1e9)
    }

    /// Returns the number of samples that the figures rest on.
    pub fn samples(&self) -> usize {
        self.points.len()
    }

    /// Returns whether the ratio is distinguishable from 1: its interval excludes 1, also when noise is added to it.
    pub fn differs(&self) -> bool {
        !self.code_differs && self.ratio.is_some_and(|ratio| ratio.differs_from(1.0, self.noise.unwrap_or(1.0)))
    }

    /// Says why the ratio is not to be believed, in few words; none if it is, or if there is none.
    pub fn doubt(&self) -> Option<&'static str> {
        let ratio = self.ratio.filter(|_| !self.is_baseline && !self.differs())?;
        if self.code_differs {
            return Some("its machine code differs");
        }
        Some(if ratio.is_interval() { "within the noise" } else { "too few rounds to tell" })
    }

    /// Returns whether it was to be run and failed, which is more than not to be run at all.
    pub fn is_broken(&self) -> bool {
        self.failures.iter().any(|failure| !failure.kind.is_not_run())
    }

    /// Says why it has no figures, in few words; none if it has some.
    pub fn missing(&self) -> Option<String> {
        if self.wall.is_some() {
            return None;
        }
        Some(match self.failures.first() {
            Some(failure) if failure.kind == FailureKind::Unavailable => "not run".to_owned(),
            Some(failure) if failure.kind.is_not_run() => format!("not run: {}", failure.kind.name()),
            Some(failure) => failure.kind.name().to_owned(),
            None if self.stuck.is_some() => FailureKind::Deadlock.name().to_owned(),
            None => "not reached".to_owned(),
        })
    }
}

/// Returns the share of a core that the server was busy.
fn server_busy(samples: &[&Sample]) -> Option<f64> {
    let shares = samples.iter().filter_map(|sample| Some(per_wall(sample.server_cpu_ns?, sample)));
    median(&shares.collect::<Vec<f64>>())
}

/// Returns a CPU time over the sample's wall time; NaN, which statistics leave out, if that is 0.
fn per_wall(cpu_ns: u64, sample: &Sample) -> f64 {
    if sample.wall_ns == 0 { f64::NAN } else { cpu_ns as f64 / sample.wall_ns as f64 }
}

fn points(samples: &[&Sample]) -> Vec<Point> {
    let mut points: Vec<Point> = samples
        .iter()
        .map(|sample| Point {
            process: sample.process,
            round: sample.round,
            wall_ns: sample.wall_ns as f64,
            cpu_ns: sample.cpu_ns as f64,
            switches: sample.switches_voluntary.zip(sample.switches_involuntary).map(|(a, b)| a as f64 + b as f64),
            start_ns: sample.start_ns as f64,
        })
        .collect();
    points.sort_by_key(|point| (point.round, point.process));
    points
}

fn workers_seen(samples: &[&Sample]) -> Option<(u64, u64)> {
    let seen = || samples.iter().map(|sample| sample.workers_seen);
    Some((seen().min()?, seen().max()?))
}

fn core_busy(samples: &[&Sample]) -> Vec<f64> {
    let counted: Vec<(&Sample, &Vec<u64>)> =
        samples.iter().filter_map(|sample| Some((*sample, sample.per_core_ns.as_ref()?))).collect();
    let cores = counted.iter().map(|(_, per_core)| per_core.len()).max().unwrap_or(0);
    (0..cores)
        .map(|core| {
            let shares: Vec<f64> =
                counted.iter().filter_map(|(sample, per_core)| Some(per_wall(*per_core.get(core)?, sample))).collect();
            median(&shares).unwrap_or(0.0)
        })
        .collect()
}

fn load(samples: &[&Sample], figure: fn(&Sample) -> Option<u64>) -> Option<Load> {
    let known: Vec<(&Sample, u64)> = samples.iter().filter_map(|sample| Some((*sample, figure(sample)?))).collect();
    let ns: Vec<f64> = known.iter().map(|(_, ns)| *ns as f64).collect();
    let cores = |less: u64| -> f64 {
        let cores = known.iter().map(|(sample, ns)| per_wall(ns.saturating_sub(less), sample));
        median(&cores.collect::<Vec<f64>>()).unwrap_or(0.0)
    };
    Some(Load { ns: median(&ns)?, cores: cores(0), certain_cores: cores(TICK_NS as u64) })
}

fn sources(samples: &[&Sample]) -> BTreeMap<String, Vec<String>> {
    let mut sources: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (figure, source) in samples.iter().flat_map(|sample| &sample.source) {
        let names = sources.entry(figure.clone()).or_default();
        if !names.contains(source) {
            names.push(source.clone());
        }
    }
    sources
}
