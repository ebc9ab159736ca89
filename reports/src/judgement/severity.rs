//! How much something matters that a reader must know.

/// How much a notice or a warning matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is missing or failed.
    Error,
    /// The figures are to be read with care.
    Caution,
}
