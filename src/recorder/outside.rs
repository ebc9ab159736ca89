//! What the driver sees of a cell's process tree from outside, so that a cell in another language needs nothing but a clock.
//!
//! The counters are opened on a process that has one thread and waits: whatever it starts later is counted with it. They are read right
//! before a run is asked for and right after its answer was heard, so hearing and answering the message are in the figures.

use perf_event::events::Software;
use perf_event::{Builder, Counter};
use regatta_reports::record::Sample;

use super::machine::MachineTimes;
use super::per_core::PerCore;
use super::tree;

/// The source of figures that perf counts from outside.
const PERF: &str = "driver-perf-task-clock";
/// By how much a cell's clock may run ahead of the driver's, as a share of the time.
const TOLERANCE: f64 = 0.01;
/// The same for short times, nanoseconds.
const TOLERANCE_NS: u64 = 1_000_000;

/// Counts what a process and all that it starts take from the machine.
#[derive(Debug)]
pub(crate) struct Outside {
    process: u32,
    per_core: Result<PerCore, String>,
    switches: Result<Counter, String>,
    /// What there was when the run began; none while none goes on.
    before: Option<Reading>,
}

/// What there was at one moment.
#[derive(Debug)]
struct Reading {
    now_ns: u64,
    machine: Option<MachineTimes>,
    cores: Option<Vec<u64>>,
    switches: Option<u64>,
    cpu_ns: Option<u64>,
    faults: Option<(u64, u64)>,
}

impl Outside {
    /// Opens the counters of a process, which must not have begun its work.
    pub(crate) fn open(process: u32) -> Self {
        let switches = || {
            let mut builder = Builder::new(Software::CONTEXT_SWITCHES);
            // They happen in the kernel.
            let builder = builder.observe_pid(process.cast_signed()).any_cpu().inherit(true).include_kernel();
            let mut counter = builder.build()?;
            counter.enable()?;
            Ok(counter)
        };
        Self {
            process,
            per_core: PerCore::of_process(process).map_err(|error| error.to_string()),
            switches: switches().map_err(|error: std::io::Error| error.to_string()),
            before: None,
        }
    }

    /// Begins a run.
    pub(crate) fn begin(&mut self) {
        tree::reset_peak_of(self.process);
        self.before = Some(self.read());
    }

    fn read(&mut self) -> Reading {
        Reading {
            machine: MachineTimes::read(),
            cpu_ns: tree::cpu_time_of_tree(self.process),
            faults: tree::faults_of_tree(self.process),
            switches: self.switches.as_mut().ok().and_then(|counter| counter.read().ok()),
            cores: self.per_core.as_mut().ok().and_then(|counters| counters.read().ok()),
            now_ns: tree::monotonic(),
        }
    }

    /// Ends a run, and adds to its sample what the cell did not say.
    ///
    /// # Errors
    /// If the run took longer by the cell's clock than by the driver's: in words.
    pub(crate) fn end(&mut self, sample: &mut Sample) -> Result<(), String> {
        let Some(before) = self.before.take() else { return Ok(()) };
        let after = self.read();
        let (said, seen) = (sample.wall_ns, after.now_ns.saturating_sub(before.now_ns));
        if said > seen + TOLERANCE_NS + (seen as f64 * TOLERANCE) as u64 {
            return Err(format!("it says that the run took {said} ns, and its answer was there after {seen} ns"));
        }
        self.fill(sample, &before, &after);
        Ok(())
    }

    fn fill(&self, sample: &mut Sample, before: &Reading, after: &Reading) {
        let Sample { source, counts, .. } = sample;
        let mut note = |figure: &str, name: &str| drop(source.insert(figure.to_owned(), name.to_owned()));
        let used = |after: Option<u64>, before: Option<u64>| Some(after?.saturating_sub(before?));
        let cores: Option<Vec<u64>> = after.cores.as_ref().zip(before.cores.as_ref()).map(|(after, before)| {
            after.iter().zip(before).map(|(after, before)| after.saturating_sub(*before)).collect()
        });
        if sample.cpu_ns == 0 {
            let (cpu_ns, name) = match &cores {
                Some(cores) => (Some(cores.iter().sum()), PERF),
                None => (used(after.cpu_ns, before.cpu_ns), "driver-process-clocks"),
            };
            sample.cpu_ns = cpu_ns.unwrap_or(0);
            note("cpu", name);
        }
        if sample.per_core_ns.is_none() {
            match (&self.per_core, cores) {
                (Ok(_), cores) => {
                    sample.per_core_ns = cores;
                    note("per_core", PERF);
                }
                (Err(reason), _) => note("perf", &format!("unavailable: {reason}")),
            }
        }
        if counts.switches.is_none() && sample.switches_voluntary.is_none() {
            counts.switches = used(after.switches, before.switches);
            match &self.switches {
                Ok(_) => note("switches", "driver-perf-context-switches"),
                Err(reason) => note("switches", &format!("unavailable: {reason}")),
            }
        }
        if counts.faults_minor.is_none()
            && let Some((after, before)) = after.faults.zip(before.faults)
        {
            counts.faults_minor = Some(after.0.saturating_sub(before.0));
            counts.faults_major = Some(after.1.saturating_sub(before.1));
            note("faults", "driver-proc-stat");
        }
        if sample.peak_rss_bytes.is_none() {
            sample.peak_rss_bytes = tree::peak_of(&self.process.to_string());
            note("peak_rss", "driver-vmhwm");
        }
        if let Some(machine) =
            after.machine.as_ref().zip(before.machine.as_ref()).map(|(after, before)| after.since(before))
            && sample.busy_ns.is_none()
        {
            let busy = machine.busy.iter().sum::<u64>();
            sample.steal_ns = Some(machine.steal);
            sample.busy_ns = Some(busy);
            sample.outside_ns = Some(busy.saturating_sub(sample.cpu_ns));
            note("steal", "driver-proc-stat");
            note("outside", "driver-proc-stat");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    use super::*;

    /// Has a shell and two children of it burn, and gives the sample of that.
    fn watched(sample: Sample) -> Result<Sample, String> {
        let script =
            "read a; b() { i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; }; b & b & b; wait; echo done; read c";
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a shell");
        let mut outside = Outside::open(child.id());
        outside.begin();
        let mut input = child.stdin.take().expect("a pipe");
        writeln!(input).expect("it listens");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("it answers");
        let mut sample = sample;
        let ended = outside.end(&mut sample);
        drop(input);
        child.wait().expect("it ends");
        ended.map(|()| sample)
    }

    #[test]
    fn what_a_tree_takes_is_seen_from_outside() {
        let sample = watched(Sample { wall_ns: 1, ..Sample::default() }).expect("a short time");
        assert!(sample.cpu_ns > 1_000_000, "three loops compute: {sample:?}");
        if sample.source["cpu"] == PERF {
            assert_eq!(sample.per_core_ns.map(|cores| cores.iter().sum::<u64>()), Some(sample.cpu_ns));
        }
        assert!(sample.counts.faults_minor.is_some_and(|faults| faults > 10), "two forks: {:?}", sample.counts);
        assert!(sample.peak_rss_bytes.is_some_and(|bytes| bytes > 100_000));
    }

    #[test]
    fn what_a_cell_says_of_itself_stays_unless_its_clock_is_wrong() {
        let said = Sample { wall_ns: 1, cpu_ns: 7, per_core_ns: Some(vec![7]), ..Sample::default() };
        let sample = watched(said.clone()).expect("a short time");
        assert_eq!((sample.cpu_ns, sample.per_core_ns), (7, Some(vec![7])));
        let refused = watched(Sample { wall_ns: 3_600_000_000_000, ..said }).expect_err("an hour");
        assert!(refused.contains("says that the run took 3600000000000 ns"), "{refused}");
    }
}
