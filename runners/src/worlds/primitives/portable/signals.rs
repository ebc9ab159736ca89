//! A semaphore and an event on event-listener, and the barrier of async-lock.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use event_listener::listener;
use regatta_workloads::{Barrier, Event, Semaphore};

use super::Waits;

/// A number of permits, and an event that tells of each that is given back.
///
/// *Why not that of async-lock:* it counts a task that was notified and has not gone on yet as notified for the next permit, too. Of two
/// tasks that wait, the second sleeps on while a permit is free, until the first gives one back. A hand-over never does.
#[derive(Debug)]
pub struct PortableSemaphore<W> {
    world: W,
    permits: AtomicUsize,
    released: event_listener::Event,
}

impl<W> PortableSemaphore<W> {
    pub(super) fn new(world: W, permits: usize) -> Self {
        Self { world, permits: AtomicUsize::new(permits), released: event_listener::Event::new() }
    }

    fn take_one(&self) -> bool {
        let less_one = |permits: usize| permits.checked_sub(1);
        self.permits.fetch_update(Ordering::AcqRel, Ordering::Acquire, less_one).is_ok()
    }

    /// Waits for a permit and takes it. Given up while it waits, it has none, and hands on that one was given back.
    async fn take_when_released(&self) {
        while !self.take_one() {
            listener!(self.released => released);
            // One may have been given back before this began to listen.
            if self.take_one() {
                return;
            }
            released.await;
        }
    }
}

impl<W: Waits> Semaphore for PortableSemaphore<W> {
    #[inline]
    fn acquire(&self) -> impl Future<Output = ()> + Send {
        self.world.wait(self.take_when_released())
    }

    #[inline]
    async fn try_acquire(&self) -> bool {
        self.take_one()
    }

    async fn acquire_for(&self, duration: Duration) -> bool {
        self.world.wait_for(self.take_when_released(), duration).await.is_some()
    }

    #[inline]
    async fn release(&self) {
        self.permits.fetch_add(1, Ordering::AcqRel);
        self.released.notify_additional(1);
    }
}

/// A flag, and an event that tells when it is set.
#[derive(Debug)]
pub struct PortableEvent<W> {
    world: W,
    is_set: AtomicBool,
    happened: event_listener::Event,
}

impl<W> PortableEvent<W> {
    pub(super) fn new(world: W) -> Self {
        Self { world, is_set: AtomicBool::new(false), happened: event_listener::Event::new() }
    }

    async fn until_set(&self) {
        while !self.is_set.load(Ordering::Acquire) {
            listener!(self.happened => happened);
            // It may have been set before this began to listen.
            if self.is_set.load(Ordering::Acquire) {
                return;
            }
            happened.await;
        }
    }
}

impl<W: Waits> Event for PortableEvent<W> {
    async fn set(&self) {
        self.is_set.store(true, Ordering::Release);
        self.happened.notify(usize::MAX);
    }

    #[inline]
    fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    fn wait(&self) -> impl Future<Output = ()> + Send {
        self.world.wait(self.until_set())
    }

    async fn wait_for(&self, duration: Duration) -> bool {
        self.world.wait_for(self.until_set(), duration).await.is_some()
    }
}

/// A barrier of async-lock.
#[derive(Debug)]
pub struct PortableBarrier<W> {
    world: W,
    barrier: async_lock::Barrier,
}

impl<W> PortableBarrier<W> {
    pub(super) fn new(world: W, parties: usize) -> Self {
        Self { world, barrier: async_lock::Barrier::new(parties) }
    }
}

impl<W: Waits> Barrier for PortableBarrier<W> {
    async fn wait(&self) -> bool {
        self.world.wait(self.barrier.wait()).await.is_leader()
    }
}
