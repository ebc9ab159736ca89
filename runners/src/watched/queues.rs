//! Semaphores, events, barriers and queues that note who waits for them. Nobody holds them.

use std::time::Duration;

use regatta_workloads::{Barrier, Event, Queue, Semaphore};

use super::task::{Place, around};
use crate::WaitsFor;

/// A semaphore that notes who waits for a permit.
#[derive(Debug)]
pub struct WatchedSemaphore<S> {
    inner: S,
    place: Place,
}

/// An event that notes who waits for it.
#[derive(Debug)]
pub struct WatchedEvent<E> {
    inner: E,
    place: Place,
}

/// A barrier that notes who waits at it.
#[derive(Debug)]
pub struct WatchedBarrier<B> {
    inner: B,
    place: Place,
}

/// A queue that notes who waits for room or for an item.
#[derive(Debug)]
pub struct WatchedQueue<Q> {
    inner: Q,
    place: Place,
}

impl<S> WatchedSemaphore<S> {
    pub(super) fn new(graph: &WaitsFor, inner: S) -> Self {
        Self { inner, place: Place::new(graph, "semaphore") }
    }
}

impl<E> WatchedEvent<E> {
    pub(super) fn new(graph: &WaitsFor, inner: E) -> Self {
        Self { inner, place: Place::new(graph, "event") }
    }
}

impl<B> WatchedBarrier<B> {
    pub(super) fn new(graph: &WaitsFor, inner: B) -> Self {
        Self { inner, place: Place::new(graph, "barrier") }
    }
}

impl<Q> WatchedQueue<Q> {
    pub(super) fn new(graph: &WaitsFor, inner: Q) -> Self {
        Self { inner, place: Place::new(graph, "queue") }
    }
}

impl<S: Semaphore> Semaphore for WatchedSemaphore<S> {
    async fn acquire(&self) {
        self.place.wait(self.inner.acquire()).await;
    }

    async fn try_acquire(&self) -> bool {
        self.place.wait(self.inner.try_acquire()).await
    }

    async fn acquire_for(&self, duration: Duration) -> bool {
        self.place.wait(self.inner.acquire_for(duration)).await
    }

    async fn release(&self) {
        self.place.wait(self.inner.release()).await;
    }
}

impl<E: Event> Event for WatchedEvent<E> {
    async fn set(&self) {
        self.place.wait(self.inner.set()).await;
    }

    fn is_set(&self) -> bool {
        around(|| self.inner.is_set())
    }

    async fn wait(&self) {
        self.place.wait(self.inner.wait()).await;
    }

    async fn wait_for(&self, duration: Duration) -> bool {
        self.place.wait(self.inner.wait_for(duration)).await
    }
}

impl<B: Barrier> Barrier for WatchedBarrier<B> {
    async fn wait(&self) -> bool {
        self.place.wait(self.inner.wait()).await
    }
}

impl<T: Send + 'static, Q: Queue<T>> Queue<T> for WatchedQueue<Q> {
    async fn put(&self, item: T) {
        // An inner queue may wait when it is called, and not when it is polled.
        self.place.wait(async { self.inner.put(item).await }).await;
    }

    async fn try_put(&self, item: T) -> Result<(), T> {
        self.place.wait(self.inner.try_put(item)).await
    }

    async fn put_for(&self, item: T, duration: Duration) -> Result<(), T> {
        self.place.wait(self.inner.put_for(item, duration)).await
    }

    async fn take(&self) -> T {
        self.place.wait(async { self.inner.take().await }).await
    }

    async fn try_take(&self) -> Option<T> {
        self.place.wait(self.inner.try_take()).await
    }

    async fn take_for(&self, duration: Duration) -> Option<T> {
        self.place.wait(self.inner.take_for(duration)).await
    }
}
