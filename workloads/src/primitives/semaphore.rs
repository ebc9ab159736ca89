//! The surface of a semaphore.

use std::future::Future;
use std::time::Duration;

/// A number of permits. Who has acquired one gives it back by [`Semaphore::release`].
pub trait Semaphore: Send + Sync + 'static {
    /// Waits for a permit and takes it.
    fn acquire(&self) -> impl Future<Output = ()> + Send;

    /// Takes a permit if there is one, and says whether it did.
    fn try_acquire(&self) -> impl Future<Output = bool> + Send;

    /// Waits for a permit for `duration` at most, and says whether it took one.
    fn acquire_for(&self, duration: Duration) -> impl Future<Output = bool> + Send;

    /// Gives a permit back.
    fn release(&self) -> impl Future<Output = ()> + Send;
}
