//! Primitives of tokio: waiting suspends the task.

use std::pin::pin;
use std::time::Duration;

use regatta_workloads::{Condvar, Mutex, Primitives, RwLock, monitor};
use tokio::sync::{self, MutexGuard, Notify, RwLockReadGuard, RwLockWriteGuard};

/// Primitives whose waiting suspends the task.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OfTokio;

impl Primitives for OfTokio {
    type Mutex<T: Send + 'static> = TokioMutex<T>;
    type Condvar = TokioCondvar;
    type RwLock<T: Send + Sync + 'static> = TokioRwLock<T>;
    type Semaphore = monitor::Semaphore<Self>;
    type Event = monitor::Event<Self>;
    type Barrier = monitor::Barrier<Self>;
    type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> TokioMutex<T> {
        TokioMutex(sync::Mutex::new(value))
    }

    fn condvar(&self) -> TokioCondvar {
        TokioCondvar::default()
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> TokioRwLock<T> {
        TokioRwLock(sync::RwLock::new(value))
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

/// A lock of tokio: tasks get it in the order in which they asked.
#[derive(Debug)]
pub(crate) struct TokioMutex<T>(sync::Mutex<T>);

impl<T: Send + 'static> Mutex<T> for TokioMutex<T> {
    type Guard<'a> = MutexGuard<'a, T>;

    fn lock(&self) -> impl Future<Output = Self::Guard<'_>> + Send {
        self.0.lock()
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        self.0.try_lock().ok()
    }
}

/// A condition variable made of a notification of tokio, which has none of its own.
///
/// Whoever waits is in line for a notification before it lets go of the lock, so none is lost. One that finds nobody in line
/// is kept, and ends the next wait at once.
#[derive(Debug, Default)]
pub(crate) struct TokioCondvar(Notify);

impl Condvar<OfTokio> for TokioCondvar {
    async fn wait<'a, T: Send + 'static>(&'a self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let mutex = MutexGuard::mutex(&guard);
        let mut notified = pin!(self.0.notified());
        notified.as_mut().enable();
        drop(guard);
        notified.await;
        mutex.lock().await
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: MutexGuard<'a, T>,
        duration: Duration,
    ) -> (MutexGuard<'a, T>, bool) {
        let mutex = MutexGuard::mutex(&guard);
        let mut notified = pin!(self.0.notified());
        notified.as_mut().enable();
        drop(guard);
        let is_over = tokio::time::timeout(duration, notified).await.is_err();
        (mutex.lock().await, is_over)
    }

    fn notify_one(&self) {
        self.0.notify_one();
    }

    fn notify_all(&self) {
        self.0.notify_waiters();
    }
}

/// A lock of tokio for readers and writers: tasks get it in the order in which they asked.
#[derive(Debug)]
pub(crate) struct TokioRwLock<T>(sync::RwLock<T>);

impl<T: Send + Sync + 'static> RwLock<T> for TokioRwLock<T> {
    type Read<'a> = RwLockReadGuard<'a, T>;
    type Write<'a> = RwLockWriteGuard<'a, T>;

    fn read(&self) -> impl Future<Output = Self::Read<'_>> + Send {
        self.0.read()
    }

    fn write(&self) -> impl Future<Output = Self::Write<'_>> + Send {
        self.0.write()
    }
}
