//! The lock of async-lock, a condition variable made for it, and its lock for readers and writers.

use std::time::Duration;

use async_lock::{MutexGuard, RwLockReadGuard, RwLockWriteGuard};
use event_listener::listener;
use regatta_workloads::{Condvar, Mutex, RwLock};

use super::{Portable, Waits};

/// A lock of async-lock.
#[derive(Debug)]
pub struct PortableMutex<W, T> {
    world: W,
    lock: async_lock::Mutex<T>,
}

impl<W, T> PortableMutex<W, T> {
    pub(super) fn new(world: W, value: T) -> Self {
        Self { world, lock: async_lock::Mutex::new(value) }
    }
}

impl<W: Waits, T: Send + 'static> Mutex<T> for PortableMutex<W, T> {
    type Guard<'a> = MutexGuard<'a, T>;

    #[inline]
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.world.wait(self.lock.lock())
    }

    #[inline]
    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        self.lock.try_lock()
    }
}

/// A condition variable: who waits listens, lets go of the lock, waits to hear, and takes the lock again.
///
/// It listens before it lets go, so that no notification is lost in between. One that gives up after it was notified hands the
/// notification on to the next.
#[derive(Debug)]
pub struct PortableCondvar<W> {
    world: W,
    changed: event_listener::Event,
}

impl<W> PortableCondvar<W> {
    pub(super) fn new(world: W) -> Self {
        Self { world, changed: event_listener::Event::new() }
    }
}

impl<W: Waits> Condvar<Portable<W>> for PortableCondvar<W> {
    async fn wait<'a, T: Send + 'static>(&'a self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let lock = MutexGuard::source(&guard);
        listener!(self.changed => notified);
        drop(guard);
        self.world.wait(notified).await;
        self.world.wait(lock.lock()).await
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: MutexGuard<'a, T>,
        duration: Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        let lock = MutexGuard::source(&guard);
        listener!(self.changed => notified);
        drop(guard);
        let is_over = self.world.wait_for(notified, duration).await.is_none();
        (self.world.wait(lock.lock()).await, is_over)
    }

    fn notify_one(&self) {
        // One more than those who were notified already and have not gone on yet.
        self.changed.notify_additional(1);
    }

    fn notify_all(&self) {
        self.changed.notify(usize::MAX);
    }
}

/// A lock of async-lock for readers and writers. A writer that waits holds back readers that come later.
#[derive(Debug)]
pub struct PortableRwLock<W, T> {
    world: W,
    lock: async_lock::RwLock<T>,
}

impl<W, T> PortableRwLock<W, T> {
    pub(super) fn new(world: W, value: T) -> Self {
        Self { world, lock: async_lock::RwLock::new(value) }
    }
}

impl<W: Waits, T: Send + Sync + 'static> RwLock<T> for PortableRwLock<W, T> {
    type Read<'a> = RwLockReadGuard<'a, T>;
    type Write<'a> = RwLockWriteGuard<'a, T>;

    #[inline]
    fn read(&self) -> impl Future<Output = Self::Read<'_>> + Send {
        self.world.wait(self.lock.read())
    }

    #[inline]
    fn write(&self) -> impl Future<Output = Self::Write<'_>> + Send {
        self.world.wait(self.lock.write())
    }
}
