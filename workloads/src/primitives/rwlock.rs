//! The surface of a lock for readers and writers.

use std::future::Future;
use std::ops::{Deref, DerefMut};

/// A lock around a value: many tasks hold it to read, or one to write.
pub trait RwLock<T: Send + Sync + 'static>: Send + Sync + 'static {
    /// Holds the lock to read, and lets go when it is dropped.
    type Read<'a>: Deref<Target = T> + Send
    where
        Self: 'a;
    /// Holds the lock to write, and lets go when it is dropped.
    type Write<'a>: DerefMut<Target = T> + Send
    where
        Self: 'a;

    /// Waits until no task writes, and takes the lock to read.
    fn read(&self) -> impl Future<Output = Self::Read<'_>> + Send;

    /// Waits until no other task reads or writes, and takes the lock to write.
    fn write(&self) -> impl Future<Output = Self::Write<'_>> + Send;
}
