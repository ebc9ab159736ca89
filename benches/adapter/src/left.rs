//! The way out of a benchmark that criterion has begun: it knows none but unwinding.

use std::panic::resume_unwind;

use regatta::harness::CellError;

/// Why a benchmark was left before criterion was done with it: the payload of an unwinding that is no panic.
pub(crate) enum Left {
    /// The cell gave no sample.
    Cell(CellError),
    /// A record could not be written.
    Ledger(anyhow::Error),
}

impl Left {
    /// Leaves criterion, for the one that called it to catch.
    pub(crate) fn go(self) -> ! {
        resume_unwind(Box::new(self))
    }
}
