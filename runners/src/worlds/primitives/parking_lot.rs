//! Primitives of the crate `parking_lot`: waiting blocks the thread, and a lock goes to whoever waits now and then.
//!
//! Its locks are small and quick because a task that comes later may overtake. About every 0.5 ms one is handed over fairly.

use std::time::Duration;

use parking_lot as lot;
use regatta_workloads::{Condvar, Mutex, Primitives, RwLock, monitor};

use super::blocks::Blocks;
use super::monitors::monitors;
use super::portable::Portable;
use super::stays::Stays;

/// The locks of `parking_lot` in the world `W`, which may block its thread.
#[derive(Debug, Clone)]
pub struct ParkingLot<W>(pub(super) W);

impl<W: Blocks> Primitives for ParkingLot<W> {
    type Mutex<T: Send + 'static> = ParkingLotMutex<W, T>;
    type Condvar = ParkingLotCondvar<W>;
    type RwLock<T: Send + Sync + 'static> = ParkingLotRwLock<W, T>;
    type Portable = Portable<W>;
    type ParkingLot = Self;

    monitors!(semaphore event barrier channel);

    fn mutex<T: Send + 'static>(&self, value: T) -> ParkingLotMutex<W, T> {
        ParkingLotMutex { world: self.0.clone(), lock: lot::Mutex::new(value) }
    }

    fn condvar(&self) -> ParkingLotCondvar<W> {
        ParkingLotCondvar { world: self.0.clone(), condvar: lot::Condvar::new() }
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> ParkingLotRwLock<W, T> {
        ParkingLotRwLock { world: self.0.clone(), lock: lot::RwLock::new(value) }
    }

    fn portable(&self) -> Portable<W> {
        Portable(self.0.clone())
    }

    fn parking_lot(&self) -> Option<Self> {
        Some(self.clone())
    }
}

/// A lock of `parking_lot`.
#[derive(Debug)]
pub struct ParkingLotMutex<W, T> {
    world: W,
    lock: lot::Mutex<T>,
}

impl<W: Blocks, T: Send + 'static> Mutex<T> for ParkingLotMutex<W, T> {
    type Guard<'a> = Stays<lot::MutexGuard<'a, T>>;

    async fn lock(&self) -> Self::Guard<'_> {
        if W::LOOKS_FIRST
            && let Some(guard) = self.try_lock()
        {
            return guard;
        }
        Stays::new(self.world.without(|| self.lock.lock()))
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        self.lock.try_lock().map(Stays::new)
    }
}

/// A condition variable of `parking_lot`.
#[derive(Debug)]
pub struct ParkingLotCondvar<W> {
    world: W,
    condvar: lot::Condvar,
}

impl<W: Blocks> Condvar<ParkingLot<W>> for ParkingLotCondvar<W> {
    async fn wait<'a, T: Send + 'static>(
        &'a self,
        guard: Stays<lot::MutexGuard<'a, T>>,
    ) -> Stays<lot::MutexGuard<'a, T>> {
        let mut guard = guard.into_inner();
        self.world.without(|| self.condvar.wait(&mut guard));
        Stays::new(guard)
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: Stays<lot::MutexGuard<'a, T>>,
        duration: Duration,
    ) -> (Stays<lot::MutexGuard<'a, T>>, bool) {
        let mut guard = guard.into_inner();
        let waited = self.world.without(|| self.condvar.wait_for(&mut guard, duration));
        (Stays::new(guard), waited.timed_out())
    }

    fn notify_one(&self) {
        self.condvar.notify_one();
    }

    fn notify_all(&self) {
        self.condvar.notify_all();
    }
}

/// A lock for readers and writers of `parking_lot`.
#[derive(Debug)]
pub struct ParkingLotRwLock<W, T> {
    world: W,
    lock: lot::RwLock<T>,
}

impl<W: Blocks, T: Send + Sync + 'static> RwLock<T> for ParkingLotRwLock<W, T> {
    type Read<'a> = Stays<lot::RwLockReadGuard<'a, T>>;
    type Write<'a> = Stays<lot::RwLockWriteGuard<'a, T>>;

    async fn read(&self) -> Self::Read<'_> {
        if W::LOOKS_FIRST
            && let Some(guard) = self.lock.try_read()
        {
            return Stays::new(guard);
        }
        Stays::new(self.world.without(|| self.lock.read()))
    }

    async fn write(&self) -> Self::Write<'_> {
        if W::LOOKS_FIRST
            && let Some(guard) = self.lock.try_write()
        {
            return Stays::new(guard);
        }
        Stays::new(self.world.without(|| self.lock.write()))
    }
}
