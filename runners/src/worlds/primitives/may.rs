//! Primitives of may: waiting suspends the coroutine.

use std::sync::{PoisonError, TryLockError};
use std::time::Duration;

use may::sync;
use regatta_workloads::{Condvar, Mutex, Primitives, RwLock, monitor};

use super::stays::Stays;

/// Primitives whose waiting suspends the coroutine.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct May;

impl Primitives for May {
    type Mutex<T: Send + 'static> = MayMutex<T>;
    type Condvar = MayCondvar;
    type RwLock<T: Send + Sync + 'static> = MayRwLock<T>;
    type Semaphore = monitor::Semaphore<Self>;
    type Event = monitor::Event<Self>;
    type Barrier = monitor::Barrier<Self>;
    type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> MayMutex<T> {
        MayMutex(sync::Mutex::new(value))
    }

    fn condvar(&self) -> MayCondvar {
        MayCondvar::default()
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> MayRwLock<T> {
        MayRwLock(sync::RwLock::new(value))
    }

    fn semaphore(&self, permits: usize) -> Self::Semaphore {
        monitor::Semaphore::new(self, permits)
    }

    fn event(&self) -> Self::Event {
        monitor::Event::new(self)
    }

    fn barrier(&self, parties: usize) -> Self::Barrier {
        monitor::Barrier::new(self, parties)
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> Self::Channel<T> {
        monitor::Queue::new(self, capacity)
    }

    fn portable(&self) -> Self {
        *self
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}

/// A lock of may.
#[derive(Debug)]
pub(crate) struct MayMutex<T>(sync::Mutex<T>);

impl<T: Send + 'static> Mutex<T> for MayMutex<T> {
    type Guard<'a> = Stays<sync::MutexGuard<'a, T>>;

    async fn lock(&self) -> Self::Guard<'_> {
        Stays::new(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        match self.0.try_lock() {
            Ok(guard) => Some(Stays::new(guard)),
            Err(TryLockError::Poisoned(poisoned)) => Some(Stays::new(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// A condition variable of may.
#[derive(Default)]
pub(crate) struct MayCondvar(sync::Condvar);

impl Condvar<May> for MayCondvar {
    async fn wait<'a, T: Send + 'static>(
        &'a self,
        guard: Stays<sync::MutexGuard<'a, T>>,
    ) -> Stays<sync::MutexGuard<'a, T>> {
        Stays::new(self.0.wait(guard.into_inner()).unwrap_or_else(PoisonError::into_inner))
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: Stays<sync::MutexGuard<'a, T>>,
        duration: Duration,
    ) -> (Stays<sync::MutexGuard<'a, T>>, bool) {
        let waited = self.0.wait_timeout(guard.into_inner(), duration);
        let (guard, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        (Stays::new(guard), waited.timed_out())
    }

    fn notify_one(&self) {
        self.0.notify_one();
    }

    fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// A lock for readers and writers of may.
#[derive(Debug)]
pub(crate) struct MayRwLock<T>(sync::RwLock<T>);

impl<T: Send + Sync + 'static> RwLock<T> for MayRwLock<T> {
    type Read<'a> = Stays<sync::RwLockReadGuard<'a, T>>;
    type Write<'a> = Stays<sync::RwLockWriteGuard<'a, T>>;

    async fn read(&self) -> Self::Read<'_> {
        Stays::new(self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn write(&self) -> Self::Write<'_> {
        Stays::new(self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}
