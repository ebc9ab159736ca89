//! The surface of a condition variable.

use std::future::Future;
use std::time::Duration;

use super::{Mutex, Primitives};

/// The guard of a lock around a `T` among the primitives `P`.
pub type Guard<'a, P, T> = <<P as Primitives>::Mutex<T> as Mutex<T>>::Guard<'a>;

/// A condition variable: tasks wait for a change of what a lock guards.
///
/// A wait may end without a change, so whoever waits looks again. All who wait on one variable use the same lock.
pub trait Condvar<P: Primitives>: Send + Sync + 'static {
    /// Lets go of the lock, waits until it is notified, and takes the lock again.
    fn wait<'a, T: Send + 'static>(&'a self, guard: Guard<'a, P, T>) -> impl Future<Output = Guard<'a, P, T>> + Send;

    /// Does as [`Condvar::wait`] for `duration` at most. Returns the lock, and whether the time was over.
    fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: Guard<'a, P, T>,
        duration: Duration,
    ) -> impl Future<Output = (Guard<'a, P, T>, bool)> + Send;

    /// Ends the wait of one task at least, if any waits.
    fn notify_one(&self);

    /// Ends the waits of all tasks.
    fn notify_all(&self);
}
