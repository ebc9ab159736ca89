//! How much something matters that a reader must know.

use serde::Serialize;

/// How much a notice or a warning matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Something is missing or failed.
    Error,
    /// Figures are in doubt.
    Doubt,
    /// It helps to read the figures, and none of them is in doubt for it.
    Caution,
}
