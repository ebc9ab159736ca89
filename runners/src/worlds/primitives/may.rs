//! Primitives of may: waiting suspends the coroutine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard as StdGuard, PoisonError, TryLockError};
use std::task::Wake;
use std::time::{Duration, Instant};

use may::sync;
use regatta_workloads::{Barrier, Condvar, Mutex, Primitives, RwLock, Semaphore, monitor};

use super::alarm::Alarm;
use super::monitors::monitors;
use super::portable::{Parked, Parks, Portable};
use super::stays::Stays;

/// Primitives whose waiting suspends the coroutine.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct May;

impl Primitives for May {
    type Mutex<T: Send + 'static> = MayMutex<T>;
    type Condvar = MayCondvar;
    type RwLock<T: Send + Sync + 'static> = MayRwLock<T>;
    type Semaphore = MaySemaphore;
    type Barrier = MayBarrier;
    type Portable = Portable<Self>;
    type ParkingLot = Self;

    // Its flag calls itself once for each wait that was given up, on a small stack, and its channels are unbounded.
    monitors!(event channel);

    fn mutex<T: Send + 'static>(&self, value: T) -> MayMutex<T> {
        MayMutex(sync::Mutex::new(value))
    }

    fn condvar(&self) -> MayCondvar {
        MayCondvar::default()
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> MayRwLock<T> {
        MayRwLock(sync::RwLock::new(value))
    }

    fn semaphore(&self, permits: usize) -> MaySemaphore {
        MaySemaphore(sync::Semphore::new(permits))
    }

    fn barrier(&self, parties: usize) -> MayBarrier {
        MayBarrier(sync::Barrier::new(parties))
    }

    fn portable(&self) -> Portable<Self> {
        Portable(*self)
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}

/// Returns a time limit as may takes it: in whole milliseconds, rounded up.
///
/// *Why:* may leaves fractions out. What is left of a limit below a millisecond is 0, and that stands for no limit.
fn time_limit(duration: Duration) -> Duration {
    const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let millis = duration.min(NEVER).as_nanos().div_ceil(1_000_000).max(1);
    Duration::from_millis(millis as u64)
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

    fn is_poisoned(&self) -> bool {
        self.0.is_poisoned()
    }
}

/// A condition variable of may.
#[derive(Default)]
pub(crate) struct MayCondvar(Arc<sync::Condvar>);

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
        let (limit, condvar) = (time_limit(duration), Arc::clone(&self.0));
        let _alarm = Alarm::set(limit, move || condvar.notify_all());
        let begin = Instant::now();
        let waited = self.0.wait_timeout(guard.into_inner(), limit);
        let (guard, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        (Stays::new(guard), waited.timed_out() || begin.elapsed() > limit)
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

/// Time between two looks for a permit, where a wait has a limit.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// A semaphore of may.
#[derive(Debug)]
pub(crate) struct MaySemaphore(sync::Semphore);

impl Semaphore for MaySemaphore {
    #[inline]
    async fn acquire(&self) {
        self.0.wait();
    }

    #[inline]
    async fn try_acquire(&self) -> bool {
        self.0.try_wait()
    }

    async fn acquire_for(&self, duration: Duration) -> bool {
        // Not by its own time limit, which can get lost: see `alarm`. Nor by a short sleep, after which a coroutine may have ended
        // while the call that suspended it still uses it.
        let begin = Instant::now();
        loop {
            if self.0.try_wait() {
                return true;
            }
            let left = duration.saturating_sub(begin.elapsed());
            if left.is_zero() {
                return false;
            }
            ParkedCoroutine::here().park(Some(left.min(BETWEEN_LOOKS)));
        }
    }

    #[inline]
    async fn release(&self) {
        self.0.post();
    }
}

/// A barrier of may.
#[derive(Debug)]
pub(crate) struct MayBarrier(sync::Barrier);

impl Barrier for MayBarrier {
    #[inline]
    async fn wait(&self) -> bool {
        self.0.wait().is_leader()
    }
}

/// A coroutine is suspended. Its thread must not be blocked, for the task that wakes it may be one of the same thread.
impl Parks for May {
    type Parked = ParkedCoroutine;
}

/// What a coroutine of may waits on in its locks, too.
///
/// *Why not `coroutine::park`:* a coroutine that is unparked as it parks may run to its end within that call. Then it waits for the call
/// to end before it frees what it parked on, and its thread spins for ever.
///
/// *Why a blocker for each time:* who drops it last may be suspended until may is done with it. So that is the coroutine which parks, and
/// never a waker: event-listener drops those under a lock of the standard library, for which the other threads would then block.
#[derive(Default)]
pub(crate) struct ParkedCoroutine {
    is_woken: AtomicBool,
    /// What the coroutine parks on at this moment. Nobody is suspended who holds the lock.
    blocker: StdMutex<Option<Arc<sync::Blocker>>>,
}

impl ParkedCoroutine {
    fn blocker(&self) -> StdGuard<'_, Option<Arc<sync::Blocker>>> {
        self.blocker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for ParkedCoroutine {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        if let Some(blocker) = &*self.blocker() {
            blocker.unpark();
        }
    }
}

impl Parked for ParkedCoroutine {
    fn here() -> Self {
        Self::default()
    }

    fn park(&self, limit: Option<Duration>) {
        let blocker = Arc::new(sync::Blocker::new(true));
        *self.blocker() = Some(Arc::clone(&blocker));
        if !self.is_woken.load(Ordering::SeqCst) {
            let (limit, called) = (limit.map(time_limit), Arc::clone(&blocker));
            let alarm = limit.and_then(|limit| Alarm::set(limit, move || called.unpark()));
            // Whether the time was over is looked at by the clock.
            let _ = blocker.park(limit);
            drop(alarm);
        }
        // Whoever is about to wake it has changed what the caller looks at next.
        self.is_woken.store(false, Ordering::SeqCst);
        let in_place = self.blocker().take();
        drop(in_place);
        drop(blocker);
    }
}
