//! What a task can fail with.

/// The failure of a task.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Talking to a server failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Something that the task relies on was not so.
    #[error("{0}")]
    Wrong(String),
    /// The world lacks what the workload asks for.
    #[error("{0}")]
    Unavailable(String),
}
