//! What runners that take the same time take besides: by it, the simplest of them comes first.

use std::cmp::Ordering;

use crate::figures::Row;

/// CPU times within this share of each other are the same.
const SAME_CPU: f64 = 0.05;
/// Memory sizes within this share of each other are the same.
const SAME_MEMORY: f64 = 0.1;

/// What a runner takes besides time. What is not known counts as nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// CPU time of a run, nanoseconds.
    pub cpu_ns: f64,
    /// The most memory that it took, bytes.
    pub memory_bytes: f64,
    /// The most workers that a run was seen to use.
    pub workers: u64,
}

impl Cost {
    /// Returns what a cell takes.
    pub(super) fn from_row(row: &Row) -> Self {
        Self {
            cpu_ns: row.cpu_ns.unwrap_or_default(),
            memory_bytes: row.memory_bytes().unwrap_or_default(),
            workers: row.workers_seen.map_or(row.cell.workers, |(_, most)| most),
        }
    }

    /// Adds what the same runner takes for other work: CPU time adds up, of memory and workers the most counts.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns + other.cpu_ns,
            memory_bytes: self.memory_bytes.max(other.memory_bytes),
            workers: self.workers.max(other.workers),
        }
    }
}

/// Orders by CPU time, then memory, then workers. Steps of 5 and 10 % are fixed, so that the order is one.
pub(super) fn by_cost(a: &Cost, b: &Cost) -> Ordering {
    let step = |value: f64, share: f64| (value.max(1.0).ln() / share.ln_1p()).round() as i64;
    let key = |cost: &Cost| (step(cost.cpu_ns, SAME_CPU), step(cost.memory_bytes, SAME_MEMORY), cost.workers);
    key(a).cmp(&key(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_comes_before_memory_and_memory_before_workers() {
        let cost = |cpu_ns, memory_bytes, workers| Cost { cpu_ns, memory_bytes, workers };
        let less = |a, b| by_cost(&a, &b) == Ordering::Less;
        assert!(less(cost(1e6, 9e6, 64), cost(2e6, 1e6, 1)));
        assert!(less(cost(1e6, 1e6, 64), cost(1e6, 2e6, 1)));
        assert!(less(cost(1e6, 1e6, 2), cost(1e6, 1e6, 64)));
        assert_eq!(by_cost(&cost(1e6, 1e6, 2), &cost(1.001e6, 1.001e6, 2)), Ordering::Equal);
    }
}
