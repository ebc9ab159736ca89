//! Locks of the simulated world that may be broken.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use regatta_runners::simulated::{OfSimulation, SimulatedCondvar, SimulatedMutex, SimulatedRwLock};
use regatta_workloads::{Condvar, Guard, Mutex, Primitives, RwLock};

use super::primitives::Broken;

/// A value that is not protected, but by whatever is held beside it.
struct Bare<T>(UnsafeCell<T>);

// SAFETY: a simulation has one thread.
unsafe impl<T: Send> Sync for Bare<T> {}

/// Access to a bare value while something is held, or nothing.
pub struct Open<'a, T, H> {
    value: &'a Bare<T>,
    held: H,
}

impl<T, H> Deref for Open<'_, T, H> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: a simulation has one thread, and the cases keep no reference where another task may go on. So no two are in use.
        unsafe { &*self.value.0.get() }
    }
}

impl<T, H> DerefMut for Open<'_, T, H> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.value.0.get() }
    }
}

/// A lock that may not lock.
pub struct BrokenMutex<T> {
    value: Bare<T>,
    lock: SimulatedMutex<()>,
    is_broken: bool,
}

impl<T> BrokenMutex<T> {
    pub fn new(primitives: &OfSimulation, value: T, is_broken: bool) -> Self {
        Self { value: Bare(UnsafeCell::new(value)), lock: primitives.mutex(()), is_broken }
    }
}

type Lock<'a> = Guard<'a, OfSimulation, ()>;

/// The lock of a mutex, and its guard unless it is broken.
pub struct MayBeHeld<'a> {
    lock: &'a SimulatedMutex<()>,
    guard: Option<Lock<'a>>,
}

impl<T: Send + 'static> Mutex<T> for BrokenMutex<T> {
    type Guard<'a> = Open<'a, T, MayBeHeld<'a>>;

    async fn lock(&self) -> Self::Guard<'_> {
        // A broken one lets go at once.
        let guard = Some(self.lock.lock().await).filter(|_| !self.is_broken);
        Open { value: &self.value, held: MayBeHeld { lock: &self.lock, guard } }
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        let guard = if self.is_broken { None } else { Some(self.lock.try_lock()?) };
        Some(Open { value: &self.value, held: MayBeHeld { lock: &self.lock, guard } })
    }
}

/// A condition variable that may lose wake-ups.
pub struct BrokenCondvar {
    inner: SimulatedCondvar,
    is_broken: bool,
}

impl BrokenCondvar {
    pub fn new(primitives: &OfSimulation, is_broken: bool) -> Self {
        Self { inner: primitives.condvar(), is_broken }
    }

    /// Returns the guard to wait with.
    async fn before_wait<'a>(&self, MayBeHeld { lock, guard }: MayBeHeld<'a>) -> Lock<'a> {
        match guard {
            Some(guard) if !self.is_broken => guard,
            guard => {
                drop(guard);
                lock.lock().await
            }
        }
    }
}

impl Condvar<Broken> for BrokenCondvar {
    async fn wait<'a, T: Send + 'static>(&'a self, guard: Guard<'a, Broken, T>) -> Guard<'a, Broken, T> {
        let Open { value, held } = guard;
        let lock = held.lock;
        let guard = self.inner.wait(self.before_wait(held).await).await;
        Open { value, held: MayBeHeld { lock, guard: Some(guard) } }
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: Guard<'a, Broken, T>,
        duration: Duration,
    ) -> (Guard<'a, Broken, T>, bool) {
        let Open { value, held } = guard;
        let lock = held.lock;
        let (guard, is_over) = self.inner.wait_for(self.before_wait(held).await, duration).await;
        (Open { value, held: MayBeHeld { lock, guard: Some(guard) } }, is_over)
    }

    fn notify_one(&self) {
        self.inner.notify_one();
    }

    fn notify_all(&self) {
        self.inner.notify_all();
    }
}

/// A lock for readers and writers that may let a writer in beside readers.
pub struct BrokenRwLock<T> {
    value: Bare<T>,
    lock: SimulatedRwLock<()>,
    /// What writers of a broken one hold.
    writers: SimulatedRwLock<()>,
    is_broken: bool,
}

impl<T> BrokenRwLock<T> {
    pub fn new(primitives: &OfSimulation, value: T, is_broken: bool) -> Self {
        let (lock, writers) = (primitives.rwlock(()), primitives.rwlock(()));
        Self { value: Bare(UnsafeCell::new(value)), lock, writers, is_broken }
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for BrokenRwLock<T> {
    type Read<'a> = Open<'a, T, <SimulatedRwLock<()> as RwLock<()>>::Read<'a>>;
    type Write<'a> = Open<'a, T, <SimulatedRwLock<()> as RwLock<()>>::Write<'a>>;

    async fn read(&self) -> Self::Read<'_> {
        Open { value: &self.value, held: self.lock.read().await }
    }

    async fn write(&self) -> Self::Write<'_> {
        let lock = if self.is_broken { &self.writers } else { &self.lock };
        Open { value: &self.value, held: lock.write().await }
    }
}
