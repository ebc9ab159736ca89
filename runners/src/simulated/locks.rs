//! The locks of the simulated world. Each operation is a point at which another task may go on, before it and after it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use regatta_workloads::{Condvar, Mutex, RwLock};
use tokio::sync;

use super::OfSimulation;
use super::line::{Line, Place};
use super::scheduler::{Scheduler, after};

/// One wait in so many for a condition variable ends for nothing, as it may in any world, and one notification in so many ends two.
const FOR_NOTHING: usize = 8;

/// A lock of the simulated world. Whoever comes takes it if it is free, and all who wait may come.
#[derive(Debug)]
pub struct SimulatedMutex<T> {
    /// Only ever tried. *Why:* its guard is `Send`, and holding a value safely is done already.
    value: sync::Mutex<T>,
    line: Line,
}

impl<T> SimulatedMutex<T> {
    pub(super) fn new(scheduler: &Arc<Scheduler>, value: T) -> Self {
        Self { value: sync::Mutex::new(value), line: Line::new(scheduler) }
    }

    fn try_take(&self) -> Option<SimulatedGuard<'_, sync::MutexGuard<'_, T>>> {
        let guard = self.value.try_lock().ok()?;
        Some(SimulatedGuard { guard, freed: Freed(&self.line) })
    }
}

/// The guard of a lock. Who waits is woken when it is dropped.
#[derive(Debug)]
pub struct SimulatedGuard<'a, G> {
    /// Dropped before `freed`.
    guard: G,
    freed: Freed<'a>,
}

/// Wakes those in line when it is dropped.
#[derive(Debug)]
struct Freed<'a>(&'a Line);

impl Drop for Freed<'_> {
    fn drop(&mut self) {
        self.0.wake_all();
        self.0.scheduler().switch();
    }
}

impl<G: Deref> Deref for SimulatedGuard<'_, G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        &self.guard
    }
}

impl<G: DerefMut> DerefMut for SimulatedGuard<'_, G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}

/// Takes a lock as soon as `try_take` can.
fn take<G>(line: &Line, try_take: impl Fn() -> Option<G>) -> G {
    line.scheduler().switch();
    loop {
        if let Some(guard) = try_take() {
            line.scheduler().switch();
            return guard;
        }
        line.join(None).wait();
    }
}

impl<T: Send + 'static> Mutex<T> for SimulatedMutex<T> {
    type Guard<'a> = SimulatedGuard<'a, sync::MutexGuard<'a, T>>;

    async fn lock(&self) -> Self::Guard<'_> {
        take(&self.line, || self.try_take())
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        self.line.scheduler().switch();
        self.try_take()
    }
}

/// A condition variable of the simulated world. It wakes whoever the seed says, and some for nothing.
#[derive(Debug)]
pub struct SimulatedCondvar(Line);

impl SimulatedCondvar {
    pub(super) fn new(scheduler: &Arc<Scheduler>) -> Self {
        Self(Line::new(scheduler))
    }

    /// Lets go of the lock, waits until this time at most, and takes the lock again. Returns also whether the time was over.
    fn wait_until<'a, T: Send + 'static>(
        &'a self,
        guard: SimulatedGuard<'a, sync::MutexGuard<'a, T>>,
        until: Option<u64>,
    ) -> (SimulatedGuard<'a, sync::MutexGuard<'a, T>>, bool) {
        let scheduler = self.0.scheduler();
        let SimulatedGuard { guard, freed } = guard;
        let (value, line) = (sync::MutexGuard::mutex(&guard), freed.0);
        scheduler.switch();
        let place = (scheduler.draw(FOR_NOTHING) > 0).then(|| self.0.join(until));
        drop((guard, freed));
        let is_over = place.is_some_and(Place::wait);
        let again = || Some(SimulatedGuard { guard: value.try_lock().ok()?, freed: Freed(line) });
        (take(line, again), is_over)
    }
}

impl Condvar<OfSimulation> for SimulatedCondvar {
    async fn wait<'a, T: Send + 'static>(
        &'a self,
        guard: SimulatedGuard<'a, sync::MutexGuard<'a, T>>,
    ) -> SimulatedGuard<'a, sync::MutexGuard<'a, T>> {
        self.wait_until(guard, None).0
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: SimulatedGuard<'a, sync::MutexGuard<'a, T>>,
        duration: Duration,
    ) -> (SimulatedGuard<'a, sync::MutexGuard<'a, T>>, bool) {
        self.wait_until(guard, Some(after(duration)))
    }

    fn notify_one(&self) {
        self.0.scheduler().switch();
        self.0.wake_one();
        // One at least, says the surface.
        if self.0.scheduler().draw(FOR_NOTHING) == 0 {
            self.0.wake_one();
        }
    }

    fn notify_all(&self) {
        self.0.scheduler().switch();
        self.0.wake_all();
    }
}

/// A lock for readers and writers of the simulated world. Whoever comes takes it if nobody is in the way.
#[derive(Debug)]
pub struct SimulatedRwLock<T> {
    /// Only ever tried, as that of [`SimulatedMutex`].
    value: sync::RwLock<T>,
    line: Line,
}

impl<T> SimulatedRwLock<T> {
    pub(super) fn new(scheduler: &Arc<Scheduler>, value: T) -> Self {
        Self { value: sync::RwLock::new(value), line: Line::new(scheduler) }
    }
}

impl<T: Send + Sync + 'static> RwLock<T> for SimulatedRwLock<T> {
    type Read<'a> = SimulatedGuard<'a, sync::RwLockReadGuard<'a, T>>;
    type Write<'a> = SimulatedGuard<'a, sync::RwLockWriteGuard<'a, T>>;

    async fn read(&self) -> Self::Read<'_> {
        take(&self.line, || Some(SimulatedGuard { guard: self.value.try_read().ok()?, freed: Freed(&self.line) }))
    }

    async fn write(&self) -> Self::Write<'_> {
        take(&self.line, || Some(SimulatedGuard { guard: self.value.try_write().ok()?, freed: Freed(&self.line) }))
    }
}
