//! What the machine can give to the tasks and workers of a cell.
//!
//! Sibling threads of one core share it, and how much the second of them adds depends on what both compute: from nothing to
//! as much again. So a speed-up is held against what the cores can give, which is what any work can reach, and beside it all
//! threads of the cores have to be busy, which no work keeps them from.

use super::capacity::Ceiling;
use super::cell::Cell;
use crate::records::schema::{Capacity, Machine};
use crate::text::units;

/// What the machine of a run can give to its cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Possible {
    /// Cores that could be used, sibling threads counted.
    usable: f64,
    /// Sibling threads a core.
    siblings: f64,
    /// The measured speed, as far as sibling threads have no part in it.
    of_cores: Ceiling,
    /// The measured speed of all.
    of_threads: Ceiling,
    /// How many cores are busy, whatever speed they have together.
    of_time: Ceiling,
}

impl Possible {
    /// Returns what a machine can give to a run that could use so many of its cores.
    pub fn new(machine: &Machine, capacity: Option<&Capacity>, usable: f64) -> Self {
        let siblings = siblings(machine);
        let cores = (usable / siblings).max(1.0);
        Self {
            usable,
            siblings,
            of_cores: Ceiling::new(cores, capacity),
            of_threads: Ceiling::new(usable, capacity),
            of_time: Ceiling::new(usable, None),
        }
    }

    /// Checks that anything can run in parallel.
    ///
    /// # Errors
    /// If not: why.
    pub fn is_parallel(&self, cell: Cell) -> Result<(), String> {
        if self.usable <= 1.0 {
            return Err("only 1 core could be used: nothing runs in parallel here".to_owned());
        }
        match cell.row.cell.workers {
            0 | 1 => Err(format!("{} has 1 worker: nothing runs in parallel", cell.name())),
            _ => Ok(()),
        }
    }

    /// Returns the speed-up that the cores can give.
    pub fn speed_up(&self, cell: Cell) -> f64 {
        self.of_cores.speed_up(cell.row.scale.tasks, cell.row.cell.workers)
    }

    /// Returns the cores, sibling threads counted, that can be busy: by batches, and by capacity, for which siblings may yield nothing.
    pub fn busy(&self, cell: Cell) -> f64 {
        let (tasks, workers) = (cell.row.scale.tasks, cell.row.cell.workers);
        let by_capacity = self.of_threads.speed_up(tasks, workers) * self.siblings;
        self.of_time.speed_up(tasks, workers).min(by_capacity)
    }

    /// Says what it is that can give so much.
    pub fn words(&self, cell: Cell) -> String {
        let cores = units::without_zeros(&units::number(self.usable));
        let what = if self.siblings > 1.0 { "sibling threads" } else { "cores" };
        format!("{cores} {what} with {} tasks for {} workers", cell.row.scale.tasks, cell.row.cell.workers)
    }
}

/// Returns the sibling threads a core, as far as the records tell: at least 1.
fn siblings(machine: &Machine) -> f64 {
    let cores = machine.physical_cores.filter(|cores| *cores > 0 && machine.smt != Some(false));
    cores.map_or(1.0, |cores| (machine.logical_cores as f64 / cores as f64).max(1.0))
}
