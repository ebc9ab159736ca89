//! Compares a figure of two cells: by rounds within a group, by medians across groups.

use std::collections::HashMap;

use super::selection::Found;
use crate::figures::Point;
use crate::statistics::Estimate;
use crate::statistics::clusters;

/// A time of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Wall time.
    Wall,
    /// Wall time, and what the runner took to start, as if each run had started it anew.
    WallWithStart,
    /// CPU time.
    Cpu,
}

impl Figure {
    fn of(self, point: &Point) -> f64 {
        match self {
            Self::Wall => point.wall_ns,
            Self::WallWithStart => point.wall_ns + point.start_ns,
            Self::Cpu => point.cpu_ns,
        }
    }

    /// What it is called.
    pub fn words(self) -> &'static str {
        match self {
            Self::Wall => "time",
            Self::WallWithStart => "time, start included,",
            Self::Cpu => "CPU time",
        }
    }
}

/// The figure of `a` over that of `b`.
///
/// # Errors
/// If they have nothing to compare: why.
pub fn ratio(a: Found, b: Found, figure: Figure) -> Result<Estimate, String> {
    let estimate = if a.is_in_group_of(&b) {
        clusters::ratio_of(&paired(a, b, figure))
    } else {
        clusters::of_medians(&values(a, figure), &values(b, figure), |a, b| a / b)
            .filter(|estimate| estimate.high.is_finite())
    };
    estimate.ok_or_else(|| unpaired(a, b))
}

/// How far the figure of `a` is above that of `b`.
///
/// # Errors
/// If they have nothing to compare: why.
pub fn difference(a: Found, b: Found, figure: Figure) -> Result<Estimate, String> {
    let estimate = if a.is_in_group_of(&b) {
        let pairs = paired(a, b, figure).into_iter();
        clusters::median_of(&pairs.map(|(process, a, b)| (process, a - b)).collect::<Vec<_>>())
    } else {
        clusters::of_medians(&values(a, figure), &values(b, figure), |a, b| a - b)
    };
    estimate.ok_or_else(|| unpaired(a, b))
}

fn unpaired(a: Found, b: Found) -> String {
    format!("{} and {} have no rounds in common that took any time", a.name(), b.name())
}

/// Process and figures of the rounds that both cells of a group have.
fn paired(a: Found, b: Found, figure: Figure) -> Vec<(u32, f64, f64)> {
    let of_b: HashMap<(u32, u32), f64> =
        b.row.points.iter().map(|point| ((point.process, point.round), figure.of(point))).collect();
    let of_a = a.row.points.iter();
    of_a.filter_map(|point| Some((point.process, figure.of(point), *of_b.get(&(point.process, point.round))?)))
        .collect()
}

fn values(cell: Found, figure: Figure) -> Vec<(u32, f64)> {
    cell.row.points.iter().map(|point| (point.process, figure.of(point))).collect()
}
