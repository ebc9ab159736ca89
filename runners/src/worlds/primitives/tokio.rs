//! Primitives of tokio: waiting suspends the task.

use std::pin::pin;
use std::time::Duration;

use regatta_workloads::{Barrier, Condvar, Event, Mutex, Primitives, Queue, RwLock, Semaphore};
use tokio::sync::mpsc::error::{SendTimeoutError, TrySendError};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::{self, MutexGuard, Notify, RwLockReadGuard, RwLockWriteGuard, SetOnce};
use tokio::time::timeout;

use super::portable::{Portable, Waits};

/// Primitives whose waiting suspends the task.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct OfTokio;

impl Primitives for OfTokio {
    type Mutex<T: Send + 'static> = TokioMutex<T>;
    type Condvar = TokioCondvar;
    type RwLock<T: Send + Sync + 'static> = TokioRwLock<T>;
    type Semaphore = TokioSemaphore;
    type Event = TokioEvent;
    type Barrier = TokioBarrier;
    type Channel<T: Send + 'static> = TokioChannel<T>;
    type Portable = Portable<Self>;
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

    fn semaphore(&self, permits: usize) -> TokioSemaphore {
        TokioSemaphore(sync::Semaphore::new(permits))
    }

    fn event(&self) -> TokioEvent {
        TokioEvent::default()
    }

    fn barrier(&self, parties: usize) -> TokioBarrier {
        TokioBarrier(sync::Barrier::new(parties))
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> TokioChannel<T> {
        TokioChannel::new(capacity)
    }

    fn portable(&self) -> Portable<Self> {
        Portable(*self)
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
        let is_over = timeout(duration, notified).await.is_err();
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

/// A semaphore of tokio: tasks get permits in the order in which they asked. Nobody ever closes it.
#[derive(Debug)]
pub(crate) struct TokioSemaphore(sync::Semaphore);

impl Semaphore for TokioSemaphore {
    #[inline]
    async fn acquire(&self) {
        self.0.acquire().await.expect("nobody closes it").forget();
    }

    #[inline]
    async fn try_acquire(&self) -> bool {
        self.0.try_acquire().map(sync::SemaphorePermit::forget).is_ok()
    }

    async fn acquire_for(&self, duration: Duration) -> bool {
        timeout(duration, self.acquire()).await.is_ok()
    }

    #[inline]
    async fn release(&self) {
        self.0.add_permits(1);
    }
}

/// An event: a cell of tokio that is set once.
#[derive(Debug, Default)]
pub(crate) struct TokioEvent(SetOnce<()>);

impl Event for TokioEvent {
    async fn set(&self) {
        // Refused where it has happened before, which changes nothing.
        let _ = self.0.set(());
    }

    #[inline]
    fn is_set(&self) -> bool {
        self.0.initialized()
    }

    async fn wait(&self) {
        self.0.wait().await;
    }

    async fn wait_for(&self, duration: Duration) -> bool {
        timeout(duration, self.0.wait()).await.is_ok()
    }
}

/// A barrier of tokio.
#[derive(Debug)]
pub(crate) struct TokioBarrier(sync::Barrier);

impl Barrier for TokioBarrier {
    async fn wait(&self) -> bool {
        self.0.wait().await.is_leader()
    }
}

/// A bounded channel of tokio. It is for one receiver, so those who take share that behind a lock.
///
/// A wait that is given up loses no item: one is put in only once its room is reserved, and neither taking the lock nor receiving
/// takes an item before it is handed out.
#[derive(Debug)]
pub(crate) struct TokioChannel<T> {
    filled: Sender<T>,
    emptied: sync::Mutex<Receiver<T>>,
}

impl<T> TokioChannel<T> {
    fn new(capacity: usize) -> Self {
        let (filled, emptied) = mpsc::channel(capacity.max(1));
        Self { filled, emptied: sync::Mutex::new(emptied) }
    }
}

impl<T: Send + 'static> Queue<T> for TokioChannel<T> {
    async fn put(&self, item: T) {
        self.filled.send(item).await.expect("the channel holds both ends");
    }

    async fn try_put(&self, item: T) -> Result<(), T> {
        self.filled.try_send(item).map_err(TrySendError::into_inner)
    }

    async fn put_for(&self, item: T, duration: Duration) -> Result<(), T> {
        self.filled.send_timeout(item, duration).await.map_err(SendTimeoutError::into_inner)
    }

    async fn take(&self) -> T {
        self.emptied.lock().await.recv().await.expect("the channel holds both ends")
    }

    /// Takes an item out if there is one that no waiting task is to get.
    async fn try_take(&self) -> Option<T> {
        self.emptied.try_lock().ok()?.try_recv().ok()
    }

    async fn take_for(&self, duration: Duration) -> Option<T> {
        timeout(duration, self.take()).await.ok()
    }
}

/// A task is awaited as it is.
impl Waits for OfTokio {
    #[inline]
    fn wait<F>(&self, future: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send,
    {
        future
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        timeout(duration, future).await.ok()
    }
}
