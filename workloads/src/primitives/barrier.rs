//! The surface of a barrier.

use std::future::Future;

/// A point that a fixed number of tasks pass together, again and again.
pub trait Barrier: Send + Sync + 'static {
    /// Waits until as many tasks wait as pass together. Says so to one of them.
    fn wait(&self) -> impl Future<Output = bool> + Send;
}
