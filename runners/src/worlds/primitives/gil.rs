//! Primitives of threads under the modelled lock: whoever must wait lets go of it first.
//!
//! Semaphores, events, barriers and queues are monitors, as those of CPython's modules `threading` and `queue` are.

use std::sync::{self, MutexGuard, PoisonError, RwLockReadGuard, RwLockWriteGuard, TryLockError};
use std::time::Duration;

use regatta_workloads::{Condvar, Mutex, Primitives, RwLock, monitor};

use super::super::UnderGil;
use super::blocks::ParkedThread;
use super::monitors::monitors;
use super::parking_lot::ParkingLot;
use super::portable::{Parks, Portable};
use super::stays::Stays;

impl Primitives for UnderGil {
    type Mutex<T: Send + 'static> = GilMutex<T>;
    type Condvar = GilCondvar;
    type RwLock<T: Send + Sync + 'static> = GilRwLock<T>;
    type Portable = Portable<Self>;
    type ParkingLot = ParkingLot<Self>;

    monitors!(semaphore event barrier channel);

    fn mutex<T: Send + 'static>(&self, value: T) -> GilMutex<T> {
        GilMutex { lock: sync::Mutex::new(value), world: self.clone() }
    }

    fn condvar(&self) -> GilCondvar {
        GilCondvar { condvar: sync::Condvar::new(), world: self.clone() }
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> GilRwLock<T> {
        GilRwLock { lock: sync::RwLock::new(value), world: self.clone() }
    }

    fn portable(&self) -> Portable<Self> {
        Portable(self.clone())
    }

    fn parking_lot(&self) -> Option<ParkingLot<Self>> {
        Some(ParkingLot(self.clone()))
    }
}

impl Parks for UnderGil {
    type Parked = ParkedThread;

    const LOOKS_FIRST: bool = true;

    fn without<T>(&self, block: impl FnOnce() -> T) -> T {
        Self::without(self, block)
    }
}

/// A lock as CPython's `threading.Lock` takes it: at once if it is free, and else without the lock of the interpreter.
pub(crate) struct GilMutex<T> {
    lock: sync::Mutex<T>,
    world: UnderGil,
}

impl<T: Send + 'static> Mutex<T> for GilMutex<T> {
    type Guard<'a> = Stays<MutexGuard<'a, T>>;

    async fn lock(&self) -> Self::Guard<'_> {
        self.try_lock().unwrap_or_else(|| {
            Stays::new(self.world.without(|| self.lock.lock().unwrap_or_else(PoisonError::into_inner)))
        })
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        match self.lock.try_lock() {
            Ok(guard) => Some(Stays::new(guard)),
            Err(TryLockError::Poisoned(poisoned)) => Some(Stays::new(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// A condition variable that is waited for without the lock of the interpreter.
pub(crate) struct GilCondvar {
    condvar: sync::Condvar,
    world: UnderGil,
}

impl Condvar<UnderGil> for GilCondvar {
    async fn wait<'a, T: Send + 'static>(&'a self, guard: Stays<MutexGuard<'a, T>>) -> Stays<MutexGuard<'a, T>> {
        let wait = || self.condvar.wait(guard.into_inner()).unwrap_or_else(PoisonError::into_inner);
        Stays::new(self.world.without(wait))
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: Stays<MutexGuard<'a, T>>,
        duration: Duration,
    ) -> (Stays<MutexGuard<'a, T>>, bool) {
        let wait = || self.condvar.wait_timeout(guard.into_inner(), duration).unwrap_or_else(PoisonError::into_inner);
        let (guard, waited) = self.world.without(wait);
        (Stays::new(guard), waited.timed_out())
    }

    fn notify_one(&self) {
        self.condvar.notify_one();
    }

    fn notify_all(&self) {
        self.condvar.notify_all();
    }
}

/// A lock for readers and writers that is waited for without the lock of the interpreter.
pub(crate) struct GilRwLock<T> {
    lock: sync::RwLock<T>,
    world: UnderGil,
}

impl<T: Send + Sync + 'static> RwLock<T> for GilRwLock<T> {
    type Read<'a> = Stays<RwLockReadGuard<'a, T>>;
    type Write<'a> = Stays<RwLockWriteGuard<'a, T>>;

    async fn read(&self) -> Self::Read<'_> {
        let guard = match self.lock.try_read() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.world.without(|| self.lock.read().unwrap_or_else(PoisonError::into_inner))
            }
        };
        Stays::new(guard)
    }

    async fn write(&self) -> Self::Write<'_> {
        let guard = match self.lock.try_write() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.world.without(|| self.lock.write().unwrap_or_else(PoisonError::into_inner))
            }
        };
        Stays::new(guard)
    }
}
