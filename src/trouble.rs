//! Why a cell, or another child of the driver, gave no answer that counts.

use regatta_reports::record::FailureKind;

/// Why there is no answer that counts.
#[derive(Debug)]
pub enum Trouble {
    /// It failed.
    Failed {
        /// In which way.
        kind: FailureKind,
        /// What happened, and what to do about it.
        message: String,
    },
    /// The run is to end.
    Interrupted,
}

impl Trouble {
    pub(crate) fn failed(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Failed { kind, message: message.into() }
    }
}
