//! Primitives that note who holds and who waits, in any world: how a deadlock gets its name.
//!
//! It is for a debug pass, and for the simulated world. It costs a lock and a look at the graph for each call, so nothing is timed with it.
//! A task that would close a circle panics instead of waiting. So its locks are let go, and the other tasks come to an end.
//!
//! - `task`: which task is in progress on this thread.
//! - `workload`: a workload whose tasks are watched.
//! - `context`: its world.
//! - `primitives`: the primitives of that world, and `locks`, `queues` for each kind.

mod context;
mod locks;
mod primitives;
mod queues;
mod task;
mod workload;

pub use context::{WatchedContext, WatchedStream};
pub use locks::{WatchedCondvar, WatchedGuard, WatchedMutex, WatchedRwLock};
pub use primitives::Watched;
pub use queues::{WatchedBarrier, WatchedEvent, WatchedQueue, WatchedSemaphore};
pub use workload::{WatchedShared, WatchedWorkload};
