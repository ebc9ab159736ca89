//! Where the time of a cell went: cores that it lost, or waits that stood in line.
//!
//! For CPU-bound work, within each round and with the baseline's as the unit of effective cores,
//! `speed-up = effective cores / CPU inflation`, exactly: wall times cancel. So of the cores that a cell could have
//! used, some gave the speed-up, some were spent on CPU time on top of the baseline's, and the rest were idle.
//!
//! For work that waits, no cell can be faster than the longest wait of one task. What is over that is CPU time, as far as
//! there was any, and else time in which a task was due and nothing ran it: queueing for a free worker, or a late timer.

use super::group::GroupSummary;
use super::pairs;
use super::row::Row;
use crate::statistics::median;

/// The cores of a cell of CPU-bound work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cores {
    /// Cores that it could have kept busy.
    pub ideal: f64,
    /// Cores that it did keep busy, in units of the baseline's.
    pub busy: f64,
    /// How many times as fast as the baseline it was.
    pub speed_up: f64,
}

impl Cores {
    /// Returns where the cores of a cell went; none if the group is not CPU-bound, or the cell has no baseline or is one.
    pub fn of_row(group: &GroupSummary, row: &Row) -> Option<Self> {
        let baseline = group.baseline_of(row).filter(|_| group.is_cpu_bound() && !row.is_baseline)?;
        row.effective_cores?;
        let busy: Vec<f64> = pairs::of_rows(row, baseline)
            .into_iter()
            .map(|(own, baseline)| (own.cpu_ns / own.wall_ns) / (baseline.cpu_ns / baseline.wall_ns))
            .collect();
        let (busy, speed_up) = (median(&busy)?, row.ratio?.value);
        (busy > 0.0 && speed_up > 0.0).then_some(Self { ideal: row.ideal_cores?, busy, speed_up })
    }

    /// Returns the CPU time over the baseline's: what the model spends on top, or saves.
    pub fn inflation(&self) -> f64 {
        self.busy / self.speed_up
    }

    /// Returns the cores lost to CPU time on top of the baseline's; 0 if it took less.
    pub fn extra(&self) -> f64 {
        (self.busy - self.speed_up).max(0.0)
    }

    /// Returns the cores left idle.
    pub fn idle(&self) -> f64 {
        (self.ideal - self.busy.max(self.speed_up)).max(0.0)
    }
}

/// The wall time of a cell of work that waits, nanoseconds. The parts add up to the wall time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waits {
    /// The longest wait of one task, which no model can avoid.
    pub unavoidable: f64,
    /// CPU time, as far as it does not fit beside the wait: at most what is over.
    pub cpu: f64,
    /// Tasks were due, and nothing ran them.
    pub queueing: f64,
}

impl Waits {
    /// Returns where the wall time of a cell went; none if none of its tasks waits, or the cell has no samples.
    pub fn of_row(row: &Row) -> Option<Self> {
        let wait = row.scale.wait_ns as f64;
        let wall = row.wall.filter(|_| wait > 0.0)?.value;
        let unavoidable = wait.min(wall);
        let over = wall - unavoidable;
        let cpu = row.cpu_ns.unwrap_or(0.0).min(over);
        Some(Self { unavoidable, cpu, queueing: over - cpu })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_ideal() {
        let cores = Cores { ideal: 2.0, busy: 1.8, speed_up: 1.5 };
        assert!((cores.speed_up + cores.extra() + cores.idle() - cores.ideal).abs() < 1e-12);
        assert!((cores.busy / cores.inflation() - cores.speed_up).abs() < 1e-12);
    }

    #[test]
    fn cpu_time_that_was_saved_is_no_loss() {
        let cores = Cores { ideal: 2.0, busy: 1.98, speed_up: 2.1 };
        assert_eq!((cores.extra(), cores.idle()), (0.0, 0.0));
    }
}
