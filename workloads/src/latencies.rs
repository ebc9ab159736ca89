//! Latencies that tasks of a run see, without allocating while the run is timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Most latencies of a run that are kept: 8 MB.
const MOST: u64 = 1_000_000;

/// Latencies that only a task can see: for example, how long one of its waits took.
///
/// There is a place for each latency, made before the run, so that noting one allocates nothing and takes no lock. Copies share the places.
/// A workload has them as a field that serde skips, and answers three calls of the harness with it:
///
/// ```
/// use regatta_workloads::{Context, Error, Kind, Latencies, Primitives, Workload};
/// use serde::{Deserialize, Serialize};
/// use std::time::Duration;
///
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Naps {
///     #[serde(skip)]
///     latencies: Latencies,
/// }
///
/// impl Workload for Naps {
///     const NAME: &'static str = "naps";
///     const KIND: Kind = Kind::Io;
///     const ABOUT: &'static str = "naps once in each task";
///
///     type Shared<P: Primitives> = ();
///
///     fn tasks(&self) -> u64 {
///         10
///     }
///     async fn task<C: Context>(&self, cx: &C, _shared: &(), index: u64) -> Result<u64, Error> {
///         let begin = self.latencies.begin();
///         cx.sleep(Duration::from_millis(1)).await;
///         self.latencies.end(index, begin);
///         Ok(index)
///     }
///     fn expected(&self) -> impl Iterator<Item = u64> {
///         0..10
///     }
///     fn attach_clock(&mut self, now: fn() -> u64) {
///         self.latencies = Latencies::new(self.tasks(), now);
///     }
///     fn begin(&self) {
///         self.latencies.clear();
///     }
///     fn latencies(&self) -> Vec<(&'static str, Vec<u64>)> {
///         self.latencies.named("nap_ns")
///     }
/// }
/// ```
///
/// Reports show them as a histogram with p50 and p99, under their name without the unit. Those of the name `task_ns` are taken for the
/// time of each whole task.
#[derive(Debug, Clone, Default)]
pub struct Latencies {
    /// Reads the time. Without it nothing is noted.
    now: Option<fn() -> u64>,
    /// Latencies in nanoseconds. An empty place is 0.
    places: Arc<[AtomicU64]>,
}

impl Latencies {
    /// Makes places for `count` latencies, a million at most. `now` reads nanoseconds since some fixed moment.
    pub fn new(count: u64, now: fn() -> u64) -> Self {
        Self { now: Some(now), places: (0..count.min(MOST)).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Forgets all of them, before the next run.
    pub fn clear(&self) {
        self.places.iter().for_each(|place| place.store(0, Ordering::Relaxed));
    }

    /// Says whether anything is noted: where the harness gave a clock.
    #[inline]
    pub fn are_noted(&self) -> bool {
        self.now.is_some()
    }

    /// Returns the time at which something begins. It is none where the harness gave no clock.
    pub fn begin(&self) -> Option<u64> {
        self.now.map(|now| now())
    }

    /// Notes, as number `place` from 0, how long it took what began at `begin` and is done now. Beyond the last place it notes nothing.
    pub fn end(&self, place: u64, begin: Option<u64>) {
        let place = usize::try_from(place).ok().and_then(|place| self.places.get(place));
        if let (Some(place), Some(begin), Some(end)) = (place, begin, self.begin()) {
            place.store(end.saturating_sub(begin).max(1), Ordering::Relaxed);
        }
    }

    /// Returns the latencies of the last run under a name, as a workload answers with them: none if none was noted.
    pub fn named(&self, name: &'static str) -> Vec<(&'static str, Vec<u64>)> {
        self.all().map(|all| (name, all)).into_iter().collect()
    }

    /// Returns the latencies of the last run, nanoseconds. Where tasks ran in other processes nothing was noted, and this is `None`.
    pub fn all(&self) -> Option<Vec<u64>> {
        let all: Vec<u64> =
            self.places.iter().map(|place| place.load(Ordering::Relaxed)).filter(|latency| *latency > 0).collect();
        (!all.is_empty()).then_some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_kept_until_they_are_cleared() {
        let latencies = Latencies::new(2, || 50);
        assert_eq!(latencies.begin(), Some(50));
        latencies.end(1, Some(20));
        latencies.end(0, Some(50));
        latencies.end(2, Some(0));
        assert_eq!(latencies.clone().all(), Some(vec![1, 30]), "no place for a third, and 0 is none");
        latencies.clear();
        assert_eq!(latencies.all(), None);
        Latencies::default().end(0, None);
        assert_eq!(Latencies::default().all(), None);
        assert_eq!(Latencies::new(u64::MAX, || 0).places.len(), 1_000_000);
    }
}
