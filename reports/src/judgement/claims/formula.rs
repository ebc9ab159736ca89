//! The times that waits must take, whoever waits them: what a wall time can be held against.

use super::claim::Formula;
use crate::figures::{Cell, Row, Summary};
use crate::text::units;

/// The workload whose tasks do nothing.
pub(super) const NOTHING: &str = "empty";

impl Formula {
    /// Returns the time in nanoseconds, and how it comes about; none if a task of the group never waits.
    pub(super) fn time(self, cell: Cell, summary: &Summary) -> Option<(f64, String)> {
        let (n, t, w) = (cell.row.scale.tasks, cell.row.scale.wait_ns as f64, cell.row.cell.workers.max(1));
        let wait = units::duration(t);
        let (ns, words) = match self {
            Self::LongestWait => (t, "its longest wait".to_owned()),
            Self::SumOfWaits => (n as f64 * t, format!("{n} × {wait}, the sum of all waits")),
            Self::Batches => (n.div_ceil(w) as f64 * t, format!("ceil({n} / {w}) × {wait}")),
            Self::BatchesHandedOut => {
                let each = handing_out(cell, summary).filter(|_| t > 0.0).unwrap_or(0.0);
                let (batches, handing_out) = (n.div_ceil(w) as f64 * t, n as f64 * each);
                let words = format!("ceil({n} / {w}) × {wait} and {} to hand out {n}", units::duration(handing_out));
                (batches + handing_out, words)
            }
            Self::SharedWaits => (n as f64 * t / w as f64, format!("{n} × {wait} / {w}")),
        };
        (ns > 0.0).then_some((ns, words))
    }

    /// Returns the cell by which it is known what handing out takes, measured or not; none if the time does not depend on it.
    pub(super) fn idle_cell<'a>(self, cell: Cell, summary: &'a Summary) -> Option<Cell<'a>> {
        let cells = (self == Self::BatchesHandedOut).then(|| idle_cells(cell, summary));
        cells.into_iter().flatten().max_by_key(|idle| idle.row.scale.tasks)
    }
}

/// Returns what a task takes that does nothing, by the group of the most of them that has the cell; none if there is none.
fn handing_out(cell: Cell, summary: &Summary) -> Option<f64> {
    let walls = idle_cells(cell, summary).filter_map(|idle| {
        let tasks = idle.row.scale.tasks;
        Some((tasks, idle.row.wall?.value / tasks as f64))
    });
    walls.max_by_key(|(tasks, _)| *tasks).map(|(_, each)| each)
}

/// Returns the same cell in the groups whose tasks do nothing.
fn idle_cells<'a>(cell: Cell, summary: &'a Summary) -> impl Iterator<Item = Cell<'a>> {
    let groups = summary.unswept().filter(|group| group.workload == NOTHING);
    groups.filter_map(move |group| {
        let is_it = |row: &&Row| row.cell == cell.row.cell && row.failures.is_empty() && row.scale.tasks > 0;
        Some(Cell { group, row: group.rows.iter().find(is_it)? })
    })
}
