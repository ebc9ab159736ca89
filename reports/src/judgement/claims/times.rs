//! Compares times of two cells: by rounds within a group, by medians across groups.

use crate::figures::{Cell, Point, pairs};
use crate::statistics::{Estimate, clusters};

/// A time of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Wall time.
    Wall,
    /// Wall time, and what the runner took to start, as if each run had started it anew.
    WallWithStart,
    /// CPU time.
    Cpu,
}

impl Time {
    fn of_point(self, point: &Point) -> f64 {
        match self {
            Self::Wall => point.wall_ns,
            Self::WallWithStart => point.wall_ns + point.start_ns,
            Self::Cpu => point.cpu_ns,
        }
    }

    /// Says what it is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Wall => "time",
            Self::WallWithStart => "time, start included,",
            Self::Cpu => "CPU time",
        }
    }
}

/// Returns the time of `a` over that of `b`.
///
/// # Errors
/// If they have nothing to compare: why.
pub fn ratio(a: Cell, b: Cell, time: Time) -> Result<Estimate, String> {
    let estimate = if a.is_in_group_of(&b) {
        pairs::ratio(a.row, b.row, |point| time.of_point(point))
    } else {
        clusters::of_medians(&values(a, time), &values(b, time), |a, b| a / b)
            .filter(|estimate| estimate.high.is_finite())
    };
    estimate.ok_or_else(|| unpaired(a, b))
}

/// Returns how far the time of `a` is above that of `b`.
///
/// # Errors
/// If they have nothing to compare: why.
pub fn difference(a: Cell, b: Cell, time: Time) -> Result<Estimate, String> {
    let estimate = if a.is_in_group_of(&b) {
        let pairs = pairs::of_rows(a.row, b.row).into_iter();
        let differences = pairs.map(|(a, b)| (a.process, time.of_point(a) - time.of_point(b)));
        clusters::median_of(&differences.collect::<Vec<_>>())
    } else {
        clusters::of_medians(&values(a, time), &values(b, time), |a, b| a - b)
    };
    estimate.ok_or_else(|| unpaired(a, b))
}

fn unpaired(a: Cell, b: Cell) -> String {
    format!("{} and {} have no rounds in common that took any time", a.name(), b.name())
}

fn values(cell: Cell, time: Time) -> Vec<(u32, f64)> {
    cell.row.points.iter().map(|point| (point.process, time.of_point(point))).collect()
}
