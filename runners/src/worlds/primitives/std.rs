//! Primitives of the standard library: waiting blocks the thread.

use std::sync::{self, PoisonError, TryLockError};
use std::time::Duration;

use regatta_workloads::{Condvar, Mutex, Primitives, RwLock, monitor};

use super::stays::Stays;

/// Primitives whose waiting blocks the thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Std;

impl Primitives for Std {
    type Mutex<T: Send + 'static> = StdMutex<T>;
    type Condvar = StdCondvar;
    type RwLock<T: Send + Sync + 'static> = StdRwLock<T>;
    type Semaphore = monitor::Semaphore<Self>;
    type Event = monitor::Event<Self>;
    type Barrier = monitor::Barrier<Self>;
    type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> StdMutex<T> {
        StdMutex(sync::Mutex::new(value))
    }

    fn condvar(&self) -> StdCondvar {
        StdCondvar::default()
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> StdRwLock<T> {
        StdRwLock(sync::RwLock::new(value))
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

/// A lock of the standard library. One that a task left by a panic is not poisoned: the run has failed then anyway.
#[derive(Debug)]
pub struct StdMutex<T>(sync::Mutex<T>);

impl<T: Send + 'static> Mutex<T> for StdMutex<T> {
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

/// A condition variable of the standard library.
#[derive(Debug, Default)]
pub struct StdCondvar(sync::Condvar);

impl Condvar<Std> for StdCondvar {
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

/// A lock for readers and writers of the standard library.
#[derive(Debug)]
pub struct StdRwLock<T>(sync::RwLock<T>);

impl<T: Send + Sync + 'static> RwLock<T> for StdRwLock<T> {
    type Read<'a> = Stays<sync::RwLockReadGuard<'a, T>>;
    type Write<'a> = Stays<sync::RwLockWriteGuard<'a, T>>;

    async fn read(&self) -> Self::Read<'_> {
        Stays::new(self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn write(&self) -> Self::Write<'_> {
        Stays::new(self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}
