//! Where the time of a cell went: cores that it lost, or waits that stood in line.
//!
//! For CPU-bound work, within each round and with the baseline's as the unit of effective cores,
//! `speed-up = effective cores / CPU inflation`, exactly: wall times cancel. So of the cores that a cell could have
//! used, some gave the speed-up, some were spent on CPU time on top of the baseline's, and the rest were idle.
//!
//! For work that waits, no cell can be faster than the longest wait of one task. What is over that is CPU time, as far as
//! there was any, and else time in which a task was due and nothing ran it: queueing for a free worker, or a late timer.

use std::collections::HashMap;

use crate::figures::{GroupSummary, Point, Row};
use crate::statistics::median;
use crate::text::units;

/// Shares below this are not worth a word.
const SLIGHT: f64 = 0.05;

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
    /// None if the group is not CPU-bound, or the cell has no baseline or is one.
    pub fn of(group: &GroupSummary, row: &Row) -> Option<Self> {
        let baseline = group.baseline_of(row).filter(|_| group.is_cpu_bound() && !row.is_baseline)?;
        row.effective_cores?;
        let reference: HashMap<(u32, u32), &Point> =
            baseline.points.iter().map(|point| ((point.process, point.round), point)).collect();
        let busy: Vec<f64> = row
            .points
            .iter()
            .filter_map(|own| {
                let baseline = reference.get(&(own.process, own.round))?;
                Some((own.cpu_ns / own.wall_ns) / (baseline.cpu_ns / baseline.wall_ns))
            })
            .collect();
        let (busy, speed_up) = (median(&busy)?, row.ratio?.value);
        (busy > 0.0 && speed_up > 0.0).then_some(Self { ideal: row.ideal_cores?, busy, speed_up })
    }

    /// CPU time over the baseline's: what the model spends on top, or saves.
    pub fn inflation(&self) -> f64 {
        self.busy / self.speed_up
    }

    /// Cores lost to CPU time on top of the baseline's; 0 if it took less.
    pub fn extra(&self) -> f64 {
        (self.busy - self.speed_up).max(0.0)
    }

    /// Cores left idle.
    pub fn idle(&self) -> f64 {
        (self.ideal - self.busy.max(self.speed_up)).max(0.0)
    }

    /// The losses in words, without a full stop.
    pub fn sentence(&self, label: &str) -> String {
        let whole = format!(
            "{label} makes a speed-up of {} out of {}",
            units::ratio(self.speed_up),
            count_of(self.ideal, "core")
        );
        let spent = format!("takes {} the CPU time of its baseline", units::ratio(self.inflation()));
        let (has_idle, has_extra) = (self.idle() > SLIGHT * self.ideal, self.inflation() > 1.0 + SLIGHT);
        match (has_idle, has_extra) {
            (false, false) if self.speed_up > self.ideal => format!("{whole}: all of them, and it {spent}"),
            (false, false) => format!("{whole}: next to nothing is lost"),
            (true, false) => format!("{whole}: {} of a core's time is left idle", units::number(self.idle())),
            (false, true) => format!("{whole}: it keeps them busy, but {spent}"),
            (true, true) => {
                format!("{whole}: {} of a core's time is left idle, and it {spent}", units::number(self.idle()))
            }
        }
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
    /// None if no task of the group waits, or the cell has no samples.
    pub fn of(group: &GroupSummary, row: &Row) -> Option<Self> {
        let wall = row.wall.filter(|_| group.wait_ns > 0.0)?.value;
        let unavoidable = group.wait_ns.min(wall);
        let over = wall - unavoidable;
        let cpu = row.cpu_ns.unwrap_or(0.0).min(over);
        Some(Self { unavoidable, cpu, queueing: over - cpu })
    }

    /// The parts in words, without a full stop.
    pub fn sentence(&self, label: &str, row: &Row) -> String {
        let wall = self.unavoidable + self.cpu + self.queueing;
        let whole = format!("{label} takes {}", units::duration(wall));
        let over = (wall - self.unavoidable) / self.unavoidable;
        if over <= SLIGHT {
            return format!("{whole}: the one wait that cannot be avoided, and {} more", units::percent(over));
        }
        let in_line = (wall / self.unavoidable).round();
        if self.queueing < self.cpu {
            return format!(
                "{whole}: over the wait of {}, CPU time accounts for most",
                units::duration(self.unavoidable)
            );
        }
        if in_line < 2.0 {
            return format!(
                "{whole}: {} over the wait, in which tasks were due and nothing ran them",
                units::duration(self.queueing)
            );
        }
        let seen = row.workers_seen.map(|(_, most)| format!(" for {}", count_of(most as f64, "worker")));
        format!("{whole}, as if {in_line:.0} waits stood in line{}", seen.unwrap_or_default())
    }
}

/// One sentence a runner on where its time went, in the order of the rows. Copies of a cell are left out.
pub fn sentences(group: &GroupSummary) -> Vec<String> {
    let rows = group.rows.iter().filter(|row| row.cell.arm.is_empty());
    rows.filter_map(|row| {
        let cores = Cores::of(group, row).map(|cores| cores.sentence(&row.label));
        cores.or_else(|| Waits::of(group, row).map(|waits| waits.sentence(&row.label, row)))
    })
    .collect()
}

fn count_of(count: f64, thing: &str) -> String {
    let figure = units::without_zeros(&units::number(count));
    if figure == "1" { format!("1 {thing}") } else { format!("{figure} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_ideal() {
        let cores = Cores { ideal: 2.0, busy: 1.8, speed_up: 1.5 };
        assert!((cores.speed_up + cores.extra() + cores.idle() - cores.ideal).abs() < 1e-12);
        assert!((cores.busy / cores.inflation() - cores.speed_up).abs() < 1e-12);
        let text = cores.sentence("rayon");
        assert_eq!(
            text,
            "rayon makes a speed-up of 1.50x out of 2 cores: 0.20 of a core's time is left idle, and it takes 1.20x the \
             CPU time of its baseline"
        );
    }

    #[test]
    fn cpu_time_that_was_saved_is_no_loss() {
        let cores = Cores { ideal: 2.0, busy: 1.98, speed_up: 2.1 };
        assert_eq!((cores.extra(), cores.idle()), (0.0, 0.0));
        assert!(cores.sentence("scoped").ends_with("all of them, and it takes 0.94x the CPU time of its baseline"));
    }

    #[test]
    fn what_is_over_the_wait_is_cpu_time_or_queueing() {
        let waits = Waits { unavoidable: 20e6, cpu: 1e6, queueing: 179e6 };
        let row = Row { workers_seen: Some((2, 2)), ..Row::default() };
        assert_eq!(
            waits.sentence("thread-pool", &row),
            "thread-pool takes 200 ms, as if 10 waits stood in line for 2 workers"
        );
        let near = Waits { unavoidable: 20e6, cpu: 0.1e6, queueing: 0.5e6 };
        assert!(near.sentence("async", &row).ends_with("the one wait that cannot be avoided, and 3 % more"));
    }
}
