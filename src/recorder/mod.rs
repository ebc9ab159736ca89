//! The recorder: the only code that reads clocks and counters.
//!
//! - `per_core`: CPU time of the process tree on each core, exact, by perf; absent where perf is forbidden.
//! - `tree`: what the kernel tells of the processes of this tree: CPU clocks, context switches, page faults, memory.
//! - `events`: what it counts only when asked to, in runs whose time counts for nothing; `tracefs` finds the events.
//! - `latency`: latencies that tasks saw, as a histogram.
//! - `memory`: what a whole tree of processes takes at once, read by the driver in runs that are not counted.
//! - `machine`: what it tells of the whole machine: busy and stolen time.
//! - `outside`: what the driver sees of a cell that cannot take its own figures.

mod events;
mod latency;
mod machine;
mod memory;
mod outside;
mod per_core;
mod tracefs;
mod tree;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use events::Events;
use machine::MachineTimes;
use per_core::PerCore;
use regatta_reports::record::{Counts, Sample};

pub(crate) use latency::histogram;
pub(crate) use memory::{MemoryWatch, TreeMemory, memory_now, memory_of_tree};
pub(crate) use outside::Outside;
pub(crate) use tree::{ThreadTimes, cpu_time_of, cpu_time_of_thread, is_alive, tree_of};

/// The source of figures that perf counts.
pub(crate) const PERF: &str = "perf-task-clock";
/// The source of figures that are known of the whole machine only.
const WHOLE_MACHINE: &str = "proc-stat-whole-machine";

/// Returns the time that all cores of the machine together were busy since it started, nanoseconds; none if the kernel does not say.
pub(crate) fn busy_ns() -> Option<u64> {
    Some(MachineTimes::read()?.busy.iter().sum())
}

/// What one run took from the machine.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Usage {
    /// Wall time, nanoseconds.
    pub wall_ns: u64,
    /// CPU time of the process tree, nanoseconds.
    pub cpu_ns: u64,
    /// CPU time on each logical core, nanoseconds: of the process tree, or, where that cannot be had, of the whole machine.
    pub per_core_ns: Option<Vec<u64>>,
    /// Voluntary context switches of the process tree.
    pub switches_voluntary: Option<u64>,
    /// Involuntary context switches of the process tree.
    pub switches_involuntary: Option<u64>,
    /// Events of the process tree.
    pub counts: Counts,
    /// Peak resident memory of this process during the run, bytes.
    pub peak_rss_bytes: Option<u64>,
    /// Peak resident memory of its child processes, bytes.
    pub children_rss_bytes: Option<u64>,
    /// Time stolen by the hypervisor, all cores, nanoseconds.
    pub steal_ns: Option<u64>,
    /// CPU time of everything else on the machine, nanoseconds.
    pub outside_ns: Option<u64>,
    /// CPU time of the whole machine, nanoseconds.
    pub busy_ns: Option<u64>,
    /// Where each figure comes from.
    pub source: BTreeMap<String, String>,
}

impl Usage {
    /// Writes the figures into a sample.
    pub(crate) fn fill(self, sample: &mut Sample) {
        sample.wall_ns = self.wall_ns;
        sample.cpu_ns = self.cpu_ns;
        sample.per_core_ns = self.per_core_ns;
        sample.switches_voluntary = self.switches_voluntary;
        sample.switches_involuntary = self.switches_involuntary;
        sample.counts = self.counts;
        sample.peak_rss_bytes = self.peak_rss_bytes;
        sample.children_rss_bytes = self.children_rss_bytes;
        sample.steal_ns = self.steal_ns;
        sample.outside_ns = self.outside_ns;
        sample.busy_ns = self.busy_ns;
        sample.source = self.source;
    }
}

/// Reads clocks and counters around a run.
#[derive(Debug)]
pub struct Recorder {
    /// The perf counters, or why there are none.
    per_core: Result<Arc<Mutex<PerCore>>, String>,
    /// Further counters, where time counts for nothing.
    events: Option<Events>,
}

/// Reads the CPU time that each core has spent so far, nanoseconds.
pub(crate) type CoreReader = Box<dyn FnMut() -> Option<Vec<u64>> + Send>;

impl Recorder {
    /// Opens the counters. To be called before the process has a second thread or a child, for those that exist already
    /// are not counted.
    pub fn open() -> Self {
        Self {
            per_core: PerCore::open().map(|counters| Arc::new(Mutex::new(counters))).map_err(|error| error.to_string()),
            events: None,
        }
    }

    /// Counts migrations, wake-ups and system calls from here on, which costs time in every run. As with [`open`](Self::open), threads and
    /// children that exist already are not counted.
    #[must_use]
    pub fn with_events(self) -> Self {
        Self { events: Some(Events::open()), ..self }
    }

    /// Returns a recorder that makes do without perf, as on a machine that forbids it.
    pub fn without_perf() -> Self {
        Self { per_core: Err("not asked for".to_owned()), events: None }
    }

    /// Returns the time since some fixed moment, the same in all processes of the machine, nanoseconds, monotonic: the clock that is handed to
    /// workloads which time latencies.
    pub fn now_ns() -> u64 {
        tree::monotonic()
    }

    /// Returns the CPU time of the process tree on each core so far; none where perf is forbidden.
    fn read_cores(&self) -> Option<Vec<u64>> {
        let counters = self.per_core.as_ref().ok()?;
        counters.lock().unwrap_or_else(PoisonError::into_inner).read().ok()
    }

    /// Returns a reader of the cores for another thread, and what it reads: this process tree, or else the whole machine.
    pub(crate) fn core_reader(&self) -> (CoreReader, &'static str) {
        match &self.per_core {
            Ok(counters) => {
                let counters = Arc::clone(counters);
                let read = move || counters.lock().unwrap_or_else(PoisonError::into_inner).read().ok();
                (Box::new(read), PERF)
            }
            Err(_) => (Box::new(|| MachineTimes::read().map(|times| times.busy)), WHOLE_MACHINE),
        }
    }

    /// Says in words where the CPU time on each core comes from.
    pub fn per_core_source(&self) -> String {
        match &self.per_core {
            Ok(_) => "perf task clock: exact, this process tree only".to_owned(),
            Err(reason) => {
                format!("/proc/stat: the whole machine in steps of 10 ms, for perf is unavailable ({reason})")
            }
        }
    }

    /// Runs `work` and times it by the wall, in nanoseconds.
    pub fn time<T>(&self, work: impl FnOnce() -> T) -> (u64, T) {
        let start = Instant::now();
        let output = work();
        (nanoseconds(start.elapsed()), output)
    }

    /// Runs `work` and measures what it took. Everything but the wall clock is read outside of what the wall clock times.
    pub fn measure<T>(&mut self, work: impl FnOnce() -> T) -> (Usage, T) {
        tree::reset_peak_memory();
        let machine = MachineTimes::read();
        let tree_cpu = tree::cpu_time();
        let ended = tree::cpu_time_of_ended();
        let accounts = tree::accounts();
        let cores = self.read_cores();
        let events = self.events.as_mut().map(Events::before);

        let (wall_ns, output) = self.time(work);

        let events = self.events.as_mut().zip(events).map(|(events, before)| events.since(&before));
        let cores_after = self.read_cores();
        let accounts_after = tree::accounts();
        let tree_cpu = tree::cpu_time().saturating_sub(tree_cpu);
        let ended = tree::cpu_time_of_ended().saturating_sub(ended);
        let machine_used = MachineTimes::read().zip(machine).map(|(after, before)| after.since(&before));

        let mut usage = Usage { wall_ns, ..Usage::default() };
        let mut source = |figure: &str, name: &str| usage.source.insert(figure.to_owned(), name.to_owned());
        source("wall", "clock-monotonic");
        if let Some((after, before)) = cores_after.zip(cores) {
            let used: Vec<u64> =
                after.iter().zip(&before).map(|(after, before)| after.saturating_sub(*before)).collect();
            usage.cpu_ns = used.iter().sum();
            usage.per_core_ns = Some(used);
            source("cpu", PERF);
            source("per_core", PERF);
        } else if let Some(machine) = &machine_used {
            usage.per_core_ns = Some(machine.busy.clone());
            source("per_core", WHOLE_MACHINE);
        }
        if let Err(reason) = &self.per_core {
            source("perf", &format!("unavailable: {reason}"));
        }
        // Perf misses what a process still uses while it ends; the kernel's own accounts of ended children have it.
        if usage.cpu_ns == 0 || ended > 0 {
            usage.cpu_ns = tree_cpu;
            source("cpu", "process-clocks");
        }
        usage.counts = events.unwrap_or_default();
        if let Some((after, before)) = accounts_after.zip(accounts) {
            let used = after.since(&before);
            (usage.switches_voluntary, usage.switches_involuntary) = (Some(used.voluntary), Some(used.involuntary));
            usage.counts.switches = Some(used.voluntary + used.involuntary);
            (usage.counts.faults_minor, usage.counts.faults_major) = (Some(used.minor), Some(used.major));
            source("switches", "rusage");
            source("faults", "rusage");
        }
        for (figure, name) in self.events.iter().flat_map(Events::sources) {
            source(figure, &name);
        }
        usage.peak_rss_bytes = tree::peak_memory();
        source("peak_rss", "vmhwm");
        if let Some((bytes, name)) = tree::children_memory() {
            usage.children_rss_bytes = Some(bytes);
            source("children_rss", name);
        }
        if let Some(machine) = machine_used {
            usage.steal_ns = Some(machine.steal);
            let busy = machine.busy.iter().sum::<u64>();
            usage.busy_ns = Some(busy);
            usage.outside_ns = Some(busy.saturating_sub(usage.cpu_ns));
            source("steal", "proc-stat");
            source("outside", "proc-stat");
        }
        (usage, output)
    }
}

/// Returns a duration in whole nanoseconds.
fn nanoseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
