//! Why a cell, or another child of the driver, gave no answer that counts.

use regatta_reports::record::FailureKind;

/// Why there is no answer that counts.
#[derive(Debug, thiserror::Error)]
pub enum CellError {
    /// It failed.
    #[error("{message}")]
    Failed {
        /// In which way.
        kind: FailureKind,
        /// What happened, and what to do about it.
        message: String,
    },
    /// The run is to end.
    #[error("the run is to end")]
    Interrupted,
}

impl CellError {
    pub(crate) fn failed(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Failed { kind, message: message.into() }
    }
}
