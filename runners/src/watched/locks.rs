//! Locks that note who holds them and who waits for them.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use regatta_workloads::{Condvar, Guard, Mutex, Primitives, RwLock};

use super::Watched;
use super::task::{Held, Place, around, current};
use crate::WaitsFor;
use crate::waits_for::Access;

/// A lock that notes who holds it.
#[derive(Debug)]
pub struct WatchedMutex<M> {
    inner: M,
    place: Place,
}

impl<M> WatchedMutex<M> {
    pub(super) fn new(graph: &WaitsFor, inner: M) -> Self {
        Self { inner, place: Place::new(graph, "lock") }
    }
}

/// The guard of a lock that notes who holds it.
#[derive(Debug)]
pub struct WatchedGuard<'a, G> {
    /// Dropped before `held`.
    guard: G,
    held: Held<'a>,
}

impl<G: Deref> Deref for WatchedGuard<'_, G> {
    type Target = G::Target;

    fn deref(&self) -> &G::Target {
        &self.guard
    }
}

impl<G: DerefMut> DerefMut for WatchedGuard<'_, G> {
    fn deref_mut(&mut self) -> &mut G::Target {
        &mut self.guard
    }
}

impl<T: Send + 'static, M: Mutex<T>> Mutex<T> for WatchedMutex<M> {
    type Guard<'a> = WatchedGuard<'a, M::Guard<'a>>;

    async fn lock(&self) -> Self::Guard<'_> {
        let (guard, held) = self.place.take(Access::Exclusive, self.inner.lock()).await;
        WatchedGuard { guard, held }
    }

    fn try_lock(&self) -> Option<Self::Guard<'_>> {
        let guard = around(|| self.inner.try_lock())?;
        Some(WatchedGuard { guard, held: self.place.hold(current(), Access::Exclusive) })
    }
}

/// A condition variable that notes who waits for it.
///
/// Who takes the lock again after a wait is still noted as waiting for the condition variable.
#[derive(Debug)]
pub struct WatchedCondvar<V> {
    inner: V,
    place: Place,
}

impl<V> WatchedCondvar<V> {
    pub(super) fn new(graph: &WaitsFor, inner: V) -> Self {
        Self { inner, place: Place::new(graph, "condition variable") }
    }
}

impl<P: Primitives> Condvar<Watched<P>> for WatchedCondvar<P::Condvar> {
    async fn wait<'a, T: Send + 'static>(
        &'a self,
        guard: WatchedGuard<'a, Guard<'a, P, T>>,
    ) -> WatchedGuard<'a, Guard<'a, P, T>> {
        let WatchedGuard { guard, held } = guard;
        let lock = held.place;
        drop(held);
        let guard = self.place.wait(self.inner.wait(guard)).await;
        WatchedGuard { guard, held: lock.hold(current(), Access::Exclusive) }
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: WatchedGuard<'a, Guard<'a, P, T>>,
        duration: Duration,
    ) -> (WatchedGuard<'a, Guard<'a, P, T>>, bool) {
        let WatchedGuard { guard, held } = guard;
        let lock = held.place;
        drop(held);
        let (guard, is_over) = self.place.wait(self.inner.wait_for(guard, duration)).await;
        (WatchedGuard { guard, held: lock.hold(current(), Access::Exclusive) }, is_over)
    }

    fn notify_one(&self) {
        around(|| self.inner.notify_one());
    }

    fn notify_all(&self) {
        around(|| self.inner.notify_all());
    }
}

/// A lock for readers and writers that notes who holds it.
///
/// A reader that waits behind a writer who waits is not noted as waiting for that writer, for not all locks queue like that.
#[derive(Debug)]
pub struct WatchedRwLock<L> {
    inner: L,
    place: Place,
}

impl<L> WatchedRwLock<L> {
    pub(super) fn new(graph: &WaitsFor, inner: L) -> Self {
        Self { inner, place: Place::new(graph, "lock") }
    }
}

impl<T: Send + Sync + 'static, L: RwLock<T>> RwLock<T> for WatchedRwLock<L> {
    type Read<'a> = WatchedGuard<'a, L::Read<'a>>;
    type Write<'a> = WatchedGuard<'a, L::Write<'a>>;

    async fn read(&self) -> Self::Read<'_> {
        let (guard, held) = self.place.take(Access::Shared, self.inner.read()).await;
        WatchedGuard { guard, held }
    }

    async fn write(&self) -> Self::Write<'_> {
        let (guard, held) = self.place.take(Access::Exclusive, self.inner.write()).await;
        WatchedGuard { guard, held }
    }
}
