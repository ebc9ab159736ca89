//! `timer`: each task runs after a time of its own, and says how late it was.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::parts::{check_counts, in_a_row};
use crate::{Context, Error, Kind, Latencies, Parameter, Primitives, Workload};

/// How much earlier than its time something may run, nanoseconds.
const TOLERANCE_NS: u64 = 1_000;

/// Name of the times between when a task was to run and when it ran.
const LATENESS: &str = "lateness_ns";

/// Waits in each task until its time has come: task i for i + 1 times as long as task 0.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timer {
    /// Number of tasks.
    pub tasks: u64,
    /// Time after which task 0 runs, microseconds.
    pub after_us: u64,
    /// How late each task was.
    #[serde(skip)]
    lateness: Latencies,
}

impl Default for Timer {
    fn default() -> Self {
        Self { tasks: 20, after_us: 1_000, lateness: Latencies::default() }
    }
}

impl Workload for Timer {
    const NAME: &'static str = "timer";
    const KIND: Kind = Kind::Coordination;
    const ABOUT: &'static str = "runs each task after a time of its own, and says how late it was";
    const HOLDS: &'static str = "nothing runs before its time";
    const PARAMETERS: &'static [Parameter] = &[
        Parameter::new("tasks", "", "number of tasks"),
        Parameter::new("after_us", "us", "time after which task 0 runs; task i runs after i + 1 times as long"),
    ];

    type Shared<P: Primitives> = ();

    fn validate(&self) -> Result<(), String> {
        check_counts(&[("tasks", self.tasks), ("after_us", self.after_us)])
    }

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
        let after = in_a_row(self.after_us, index + 1);
        let due = self.lateness.begin().map(|now| now + after.as_nanos() as u64);
        cx.sleep(after).await;
        // Clocks that timers go by may differ by a little from that of the harness.
        if let (Some(now), Some(due)) = (self.lateness.begin(), due)
            && now + TOLERANCE_NS < due
        {
            return Err(Error::Wrong(format!("it ran {} ns before its time", due - now)));
        }
        self.lateness.end(index, due);
        Ok(1)
    }

    fn expected(&self) -> impl Iterator<Item = u64> {
        (0..self.tasks).map(|_| 1)
    }

    fn wait(&self) -> Duration {
        in_a_row(self.after_us, self.tasks)
    }

    fn attach_clock(&mut self, now: fn() -> u64) {
        self.lateness = Latencies::new(self.tasks, now);
    }

    fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
        self.lateness.named(LATENESS)
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        vec![("operations", self.tasks as f64)]
    }

    fn begin(&self) {
        self.lateness.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::polled::{run, run_rightly};
    use super::*;

    #[test]
    fn every_task_says_how_late_it_was() {
        let figures = run_rightly(&Timer { tasks: 4, ..Timer::default() }).figures;
        assert_eq!((figures["operations"], figures[LATENESS]), (4.0, 4.0));
    }

    #[test]
    fn what_runs_before_its_time_is_wrong() {
        let mut timer = Timer::default();
        timer.attach_clock(|| 7);
        let error = run(&timer).expect_err("by this clock no time has passed");
        assert!(error.to_string().contains("before its time"), "{error}");
    }

    #[test]
    fn no_model_ends_before_the_last_time_has_come() {
        assert_eq!(Timer::default().wait(), Duration::from_millis(20));
        assert!(Timer { after_us: 0, ..Timer::default() }.validate().is_err());
    }
}
