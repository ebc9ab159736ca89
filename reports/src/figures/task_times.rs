//! How long tasks took from their start to their end, waits included.

use std::collections::HashMap;

use serde::Serialize;

use super::latency::Latency;
use crate::records::schema::Profile;

/// Name of the latencies in which a workload notes the time of each task from its start.
const NOTED: &str = "task_ns";

/// How long the tasks of a cell took from their start, nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TaskTimes {
    /// The median.
    pub p50_ns: f64,
    /// The 99th percentile.
    pub p99_ns: f64,
}

impl TaskTimes {
    /// Returns what the tasks of the measured runs noted; none if they note nothing.
    pub(super) fn from_latencies(latencies: &[Latency]) -> Option<Self> {
        let noted = latencies.iter().find(|latency| latency.name == NOTED)?;
        Some(Self { p50_ns: noted.p50.value, p99_ns: noted.p99.value })
    }

    /// Returns what a profile shows: from the begin of a task's first segment to the end of its last. None if it lacks segments.
    pub(super) fn from_profile(profile: &Profile) -> Option<Self> {
        if profile.segments_dropped > 0 {
            return None;
        }
        let mut ends: HashMap<u64, (u64, u64)> = HashMap::new();
        for segment in &profile.segments {
            let (start, end) = ends.entry(segment.task).or_insert((segment.start_ns, segment.end_ns));
            (*start, *end) = ((*start).min(segment.start_ns), (*end).max(segment.end_ns));
        }
        let mut times: Vec<u64> = ends.into_values().map(|(start, end)| end.saturating_sub(start)).collect();
        times.sort_unstable();
        // The nearest rank: the least time that so many of the tasks do not exceed.
        let quantile = |share: f64| times.get((share * times.len() as f64).ceil() as usize - 1).map(|ns| *ns as f64);
        if times.is_empty() { None } else { Some(Self { p50_ns: quantile(0.5)?, p99_ns: quantile(0.99)? }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::schema::Segment;

    #[test]
    fn a_task_lasts_from_its_first_segment_to_its_last() {
        let segment = |task, start_ns, end_ns| Segment { task, worker: 0, start_ns, end_ns };
        // Tasks that take 1 to 100 ns, each in two segments with a wait between them.
        let segments = (1..=100).flat_map(|n| [segment(n, 1_000 + n, 1_000 + 2 * n), segment(n, 1_000, 1_000)]);
        let halves: Vec<Segment> = segments.collect();
        let times = TaskTimes::from_profile(&Profile { segments: halves.clone(), ..Profile::default() });
        assert_eq!(times, Some(TaskTimes { p50_ns: 100.0, p99_ns: 198.0 }));
        assert_eq!(TaskTimes::from_profile(&Profile::default()), None);
        let cut = Profile { segments: halves, segments_dropped: 1, ..Profile::default() };
        assert_eq!(TaskTimes::from_profile(&cut), None, "the tasks that lasted longest may be missing");
    }
}
