//! The surface of a lock.

use std::future::Future;
use std::ops::DerefMut;

/// A lock around a value: one task at a time holds it.
pub trait Mutex<T: Send + 'static>: Send + Sync + 'static {
    /// Holds the lock, and lets go when it is dropped.
    type Guard<'a>: DerefMut<Target = T> + Send
    where
        Self: 'a;

    /// Waits until no other task holds the lock, and takes it.
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send;

    /// Takes the lock if no task holds it.
    fn try_lock(&self) -> Option<Self::Guard<'_>>;

    /// Returns whether a task that panicked let go of it, for a lock that remembers.
    fn is_poisoned(&self) -> bool {
        false
    }
}
