//! The errors of runners.

use std::any::Any;
use std::io;

use crate::panics;

/// Why a runner could not start or a run brought no result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A task failed.
    #[error("task {index}: {message}")]
    Task {
        /// Index of the task.
        index: u64,
        /// What it said.
        message: String,
    },
    /// A task panicked.
    #[error("a task panicked: {0}")]
    Panic(String),
    /// The tasks ended, and what they left behind is not what it must be.
    #[error("{0}")]
    Wrong(String),
    /// A worker process ended before its work was done.
    #[error("{0}")]
    Lost(String),
    /// The run came to its end, and what measured it says that its figures mean nothing.
    #[error("{0}")]
    Void(String),
    /// The machine would not carry it.
    #[error("{what}; {remedy}")]
    Limit {
        /// Which limit, how much is needed and how much there is.
        what: String,
        /// What to do about it.
        remedy: String,
    },
    /// The model cannot do this work, or something that it needs is missing.
    #[error("{0}")]
    Unavailable(String),
    /// The operating system refused something.
    #[error("cannot {doing}: {cause}")]
    System {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        cause: io::Error,
    },
}

impl Error {
    /// Returns the failure of the task with this index.
    pub fn task(index: u64, error: &regatta_workloads::Error) -> Self {
        Self::Task { index, message: error.to_string() }
    }

    /// Returns the failure of a run whose tasks share what cannot be made, or is not what it must be.
    pub(crate) fn shared(error: regatta_workloads::Error) -> Self {
        match error {
            regatta_workloads::Error::Unavailable(why) => Self::Unavailable(why),
            regatta_workloads::Error::Wrong(what) => Self::Wrong(what),
            regatta_workloads::Error::Io(cause) => Self::System { doing: "make what tasks share", cause },
        }
    }

    /// Returns the panic with which a task ended, with its place where [`panics::note_places`] was called.
    pub fn panic(payload: &(dyn Any + Send)) -> Self {
        Self::Panic(panics::words(payload))
    }

    /// Turns the operating system's refusal of `doing` into an error, for use with `map_err`.
    pub fn system<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |cause| Self::System { doing, cause: cause.into() }
    }
}
