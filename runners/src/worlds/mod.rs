//! The worlds that tasks wait in. Each says what it means there to sleep, to connect and to give way.
//!
//! - `blocking`: waiting blocks the thread.
//! - `gil`: so it does, and only one thread computes at a time.
//! - `suspending`: waiting suspends a coroutine with a stack of its own.
//! - `tokio`: waiting suspends the future.
//! - `primitives`: what tasks of each world coordinate with.

mod blocking;
mod gil;
mod primitives;
mod suspending;
mod tokio;

use regatta_workloads::Context;

pub use self::blocking::{Blocking, BlockingStream};
pub use self::gil::watch_for_the_lock;
pub(crate) use self::gil::{Gil, UnderGil};
pub use self::primitives::Std;
pub(crate) use self::primitives::{Portable, Waits};
pub(crate) use self::suspending::Suspending;
pub(crate) use self::tokio::Tokio;

/// A world whose futures are ready at once because waiting blocks the thread.
pub(crate) trait World: Context {
    /// Does the work of one task, with whatever this world asks of a thread that computes.
    #[inline]
    fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }
}
