//! What criterion adds up: the wall time of runs. The rest of each sample travels with it to the records.

use std::rc::Rc;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use regatta_reports::record::Sample;

use crate::ledger::Ledger;
use crate::left::Left;

/// Some runs of a cell.
#[derive(Debug, Clone, Default)]
pub(crate) struct Runs(Vec<Sample>);

impl FromIterator<Sample> for Runs {
    fn from_iter<I: IntoIterator<Item = Sample>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
    }
}

/// Wall time by the cell's own recorder, so that neither the protocol nor the driver is in it.
pub(crate) struct Walls {
    ledger: Rc<Ledger>,
}

impl Walls {
    pub(crate) fn new(ledger: Rc<Ledger>) -> Self {
        Self { ledger }
    }
}

impl Measurement for Walls {
    // Criterion times nothing itself: every benchmark gives its own figure, by `iter_custom`.
    type Intermediate = ();
    type Value = Runs;

    fn start(&self) {}

    fn end(&self, (): ()) -> Runs {
        self.zero()
    }

    fn add(&self, one: &Runs, other: &Runs) -> Runs {
        Runs([&*one.0, &*other.0].concat())
    }

    fn zero(&self) -> Runs {
        Runs::default()
    }

    /// Returns the sum of the walls, and records the samples. Criterion asks once for each that it keeps, and never while it warms up.
    fn to_f64(&self, runs: &Runs) -> f64 {
        if let Err(error) = self.ledger.samples(&runs.0) {
            Left::Ledger(error).go();
        }
        runs.0.iter().map(|sample| sample.wall_ns as f64).sum()
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}
