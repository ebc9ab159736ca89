//! Primitives of the standard library: waiting blocks the thread. The channel is that of crossbeam.

use std::future::ready;
use std::sync::{self, PoisonError, TryLockError};
use std::time::Duration;

use crossbeam::channel::{self, Receiver, SendTimeoutError, Sender, TrySendError};
use regatta_workloads::{Barrier, Condvar, Mutex, Primitives, Queue, RwLock, monitor};

use super::blocks::ParkedThread;
use super::monitors::monitors;
use super::parking_lot::ParkingLot;
use super::portable::{Parks, Portable};
use super::stays::Stays;

/// Primitives whose waiting blocks the thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct Std;

impl Primitives for Std {
    type Mutex<T: Send + 'static> = StdMutex<T>;
    type Condvar = StdCondvar;
    type RwLock<T: Send + Sync + 'static> = StdRwLock<T>;
    type Barrier = StdBarrier;
    type Channel<T: Send + 'static> = StdChannel<T>;
    type Portable = Portable<Self>;
    type ParkingLot = ParkingLot<Self>;

    monitors!(semaphore event);

    fn mutex<T: Send + 'static>(&self, value: T) -> StdMutex<T> {
        StdMutex(sync::Mutex::new(value))
    }

    fn condvar(&self) -> StdCondvar {
        StdCondvar::default()
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> StdRwLock<T> {
        StdRwLock(sync::RwLock::new(value))
    }

    fn barrier(&self, parties: usize) -> StdBarrier {
        StdBarrier(sync::Barrier::new(parties))
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> StdChannel<T> {
        StdChannel::new(capacity)
    }

    fn portable(&self) -> Portable<Self> {
        Portable(*self)
    }

    fn parking_lot(&self) -> Option<ParkingLot<Self>> {
        Some(ParkingLot(*self))
    }
}

impl Parks for Std {
    type Parked = ParkedThread;
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

    fn is_poisoned(&self) -> bool {
        self.0.is_poisoned()
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

/// A barrier of the standard library.
#[derive(Debug)]
pub struct StdBarrier(sync::Barrier);

impl Barrier for StdBarrier {
    #[inline]
    async fn wait(&self) -> bool {
        self.0.wait().is_leader()
    }
}

/// A bounded channel of crossbeam. Both its ends live as long as it does, so that neither ever finds the other gone.
#[derive(Debug)]
pub struct StdChannel<T> {
    filled: Sender<T>,
    emptied: Receiver<T>,
}

impl<T> StdChannel<T> {
    fn new(capacity: usize) -> Self {
        // Without room, crossbeam's channel would hand each item over from task to task.
        let (filled, emptied) = channel::bounded(capacity.max(1));
        Self { filled, emptied }
    }
}

// What it costs to put an item in and to take one out is a dozen nanoseconds, of which the states of a future would be a tenth. So these two
// block when they are called, and the futures that they return are ready.
impl<T: Send + 'static> Queue<T> for StdChannel<T> {
    #[inline]
    fn put(&self, item: T) -> impl Future<Output = ()> + Send {
        self.filled.send(item).expect("the channel holds both ends");
        ready(())
    }

    async fn try_put(&self, item: T) -> Result<(), T> {
        self.filled.try_send(item).map_err(TrySendError::into_inner)
    }

    async fn put_for(&self, item: T, duration: Duration) -> Result<(), T> {
        self.filled.send_timeout(item, duration).map_err(SendTimeoutError::into_inner)
    }

    #[inline]
    fn take(&self) -> impl Future<Output = T> + Send {
        ready(self.emptied.recv().expect("the channel holds both ends"))
    }

    async fn try_take(&self) -> Option<T> {
        self.emptied.try_recv().ok()
    }

    async fn take_for(&self, duration: Duration) -> Option<T> {
        self.emptied.recv_timeout(duration).ok()
    }
}
