//! The surface of a queue.

use std::future::Future;
use std::time::Duration;

/// A queue with bounded room, from many tasks to many. Who puts into a full one waits, and who takes from an empty one waits.
pub trait Queue<T: Send + 'static>: Send + Sync + 'static {
    /// Waits for room and puts an item in. Where waiting blocks, it may do so before it returns.
    fn put(&self, item: T) -> impl Future<Output = ()> + Send;

    /// Puts an item in if there is room.
    ///
    /// # Errors
    /// With the item, if the queue is full.
    fn try_put(&self, item: T) -> impl Future<Output = Result<(), T>> + Send;

    /// Waits for room for `duration` at most, and puts an item in.
    ///
    /// # Errors
    /// With the item, if the queue stayed full.
    fn put_for(&self, item: T, duration: Duration) -> impl Future<Output = Result<(), T>> + Send;

    /// Waits for an item and takes it out. Where waiting blocks, it may do so before it returns.
    fn take(&self) -> impl Future<Output = T> + Send;

    /// Takes an item out if there is one.
    fn try_take(&self) -> impl Future<Output = Option<T>> + Send;

    /// Waits for an item for `duration` at most, and takes it out.
    fn take_for(&self, duration: Duration) -> impl Future<Output = Option<T>> + Send;
}
