//! The times that waits must take, whoever waits them: what a wall time can be held against.

use serde::Deserialize;

use crate::summary::{GroupSummary, Row};
use crate::units;

/// How long n waits of t take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Formula {
    /// All at once: t.
    LongestWait,
    /// One after another: n * t.
    SumOfWaits,
    /// A pool of w in batches: ceil(n / w) * t.
    Batches,
    /// Spread over w: n * t / w.
    SharedWaits,
}

impl Formula {
    /// The time in nanoseconds, and how it comes about; none if a task of the group never waits.
    pub(super) fn of(self, group: &GroupSummary, row: &Row) -> Option<(f64, String)> {
        let (n, t, w) = (group.tasks, group.wait_ns, row.cell.workers.max(1));
        let wait = units::duration(t);
        let (ns, words) = match self {
            Self::LongestWait => (t, "its longest wait".to_owned()),
            Self::SumOfWaits => (n as f64 * t, format!("{n} × {wait}, the sum of all waits")),
            Self::Batches => (n.div_ceil(w) as f64 * t, format!("ceil({n} / {w}) × {wait}")),
            Self::SharedWaits => (n as f64 * t / w as f64, format!("{n} × {wait} / {w}")),
        };
        (ns > 0.0).then_some((ns, words))
    }
}
