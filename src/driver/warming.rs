//! How long a runtime that compiles as it goes runs uncounted: until its times stop falling, within limits.

use std::time::Duration;

use regatta_reports::record::Sample;

/// A run is faster than all before only if it takes less than this share of the fastest: smaller steps are noise.
const FALLS: f64 = 0.98;
/// So many runs in a row that are not faster end the warm-up.
const PATIENCE: u32 = 5;
/// Most runs.
const MOST_RUNS: u32 = 100;
/// Most time of all runs.
const MOST_TIME: Duration = Duration::from_secs(2);

/// The warm-up of one process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Warming {
    runs: u32,
    /// Wall time of the first run, nanoseconds.
    first_ns: u64,
    /// Wall time of the fastest run, nanoseconds.
    fastest_ns: u64,
    /// Wall time of all runs, nanoseconds.
    all_ns: u64,
    /// Runs since one was faster than all before.
    since: u32,
}

impl Warming {
    /// Takes note of a run.
    pub(super) fn add(&mut self, wall_ns: u64) {
        if self.runs == 0 {
            (self.first_ns, self.fastest_ns) = (wall_ns, wall_ns);
        } else if (wall_ns as f64) < self.fastest_ns as f64 * FALLS {
            (self.fastest_ns, self.since) = (wall_ns, 0);
        } else {
            self.since += 1;
        }
        self.runs += 1;
        self.all_ns = self.all_ns.saturating_add(wall_ns);
    }

    /// Returns whether the times have stopped falling, or a limit is reached.
    pub(super) fn is_over(&self) -> bool {
        self.since >= PATIENCE || self.is_cut()
    }

    fn is_cut(&self) -> bool {
        self.since < PATIENCE && (self.runs >= MOST_RUNS || Duration::from_nanos(self.all_ns) >= MOST_TIME)
    }

    /// Adds to a sample what the warm-up of its process was.
    pub(super) fn note(&self, sample: &mut Sample) {
        let figures = [
            ("warm_up_runs", f64::from(self.runs)),
            ("warm_up_ns", self.all_ns as f64),
            ("first_run_ns", self.first_ns as f64),
            // A limit ended it: the times may still have been falling.
            ("warm_up_cut", f64::from(u8::from(self.is_cut()))),
        ];
        sample.figures.extend(figures.map(|(name, figure)| (name.to_owned(), figure)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the warm-up of a runtime whose n-th run takes so long.
    fn warmed(wall_ns: impl Fn(u32) -> u64) -> Warming {
        let mut warming = Warming::default();
        while !warming.is_over() {
            warming.add(wall_ns(warming.runs));
        }
        warming
    }

    #[test]
    fn it_ends_when_times_stop_falling() {
        assert_eq!(warmed(|_| 100).runs, 6);
        let falls = warmed(|run| if run < 8 { 1_000 - 100 * u64::from(run) } else { 300 - u64::from(run % 2) });
        assert_eq!((falls.runs, falls.first_ns, falls.fastest_ns, falls.is_cut()), (13, 1_000, 300, false));
    }

    #[test]
    fn it_has_limits() {
        let halves = warmed(|run| 1_500_000_000 >> run.min(60));
        assert!(halves.is_cut() && halves.runs < 40, "{halves:?}");
        let long = warmed(|_| 3_000_000_000);
        assert_eq!((long.runs, long.is_cut()), (1, true));
        let mut sample = Sample::default();
        long.note(&mut sample);
        assert_eq!((sample.figures["warm_up_runs"], sample.figures["warm_up_cut"]), (1.0, 1.0));
    }
}
