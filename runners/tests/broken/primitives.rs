//! Primitives of the simulated world of which one kind is broken.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use regatta_runners::simulated::OfSimulation;
use regatta_workloads::{Barrier, Event, Primitives, Queue, monitor};

use super::locks::{BrokenCondvar, BrokenMutex, BrokenRwLock};

/// What is wrong with the primitives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// A lock does not lock.
    Lock,
    /// A lock lets a writer in beside readers.
    RwLock,
    /// A wait for a condition variable lets go of the lock before it is in line, so a wake-up in between is lost.
    Condvar,
    /// A semaphore has one permit too many.
    Semaphore,
    /// An event forgets the first that waits for it.
    Event,
    /// A barrier lets the first of each phase through at once.
    Barrier,
    /// A channel drops its third item.
    Channel,
}

/// The primitives of the simulated world with a fault.
#[derive(Debug, Clone)]
pub struct Broken {
    inner: OfSimulation,
    fault: Fault,
}

impl Broken {
    pub fn new(inner: OfSimulation, fault: Fault) -> Self {
        Self { inner, fault }
    }
}

impl Primitives for Broken {
    type Mutex<T: Send + 'static> = BrokenMutex<T>;
    type Condvar = BrokenCondvar;
    type RwLock<T: Send + Sync + 'static> = BrokenRwLock<T>;
    type Semaphore = monitor::Semaphore<OfSimulation>;
    type Event = BrokenEvent;
    type Barrier = BrokenBarrier;
    type Channel<T: Send + 'static> = BrokenChannel<T>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> BrokenMutex<T> {
        BrokenMutex::new(&self.inner, value, self.fault == Fault::Lock)
    }

    fn condvar(&self) -> BrokenCondvar {
        BrokenCondvar::new(&self.inner, self.fault == Fault::Condvar)
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> BrokenRwLock<T> {
        BrokenRwLock::new(&self.inner, value, self.fault == Fault::RwLock)
    }

    fn semaphore(&self, permits: usize) -> Self::Semaphore {
        self.inner.semaphore(permits + usize::from(self.fault == Fault::Semaphore))
    }

    fn event(&self) -> BrokenEvent {
        BrokenEvent {
            inner: self.inner.event(),
            never: self.inner.event(),
            forgets: AtomicBool::new(self.fault == Fault::Event),
        }
    }

    fn barrier(&self, parties: usize) -> BrokenBarrier {
        let is_broken = self.fault == Fault::Barrier;
        let waiting = parties - usize::from(is_broken);
        BrokenBarrier {
            inner: self.inner.barrier(waiting),
            is_broken,
            parties: parties as u64,
            came: AtomicU64::new(0),
        }
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> BrokenChannel<T> {
        BrokenChannel {
            inner: self.inner.channel(capacity),
            is_broken: self.fault == Fault::Channel,
            came: AtomicU64::new(0),
        }
    }

    fn portable(&self) -> Self {
        self.clone()
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}

/// An event that may forget the first that waits for it.
pub struct BrokenEvent {
    inner: monitor::Event<OfSimulation>,
    never: monitor::Event<OfSimulation>,
    forgets: AtomicBool,
}

impl BrokenEvent {
    /// Returns what this task waits for.
    fn waited_for(&self) -> &monitor::Event<OfSimulation> {
        let is_forgotten = !self.inner.is_set() && self.forgets.swap(false, Ordering::Relaxed);
        if is_forgotten { &self.never } else { &self.inner }
    }
}

impl Event for BrokenEvent {
    async fn set(&self) {
        self.inner.set().await;
    }

    fn is_set(&self) -> bool {
        self.inner.is_set()
    }

    async fn wait(&self) {
        self.waited_for().wait().await;
    }

    async fn wait_for(&self, duration: Duration) -> bool {
        self.waited_for().wait_for(duration).await
    }
}

/// A barrier that may let the first of each phase through at once.
pub struct BrokenBarrier {
    inner: monitor::Barrier<OfSimulation>,
    is_broken: bool,
    parties: u64,
    came: AtomicU64,
}

impl Barrier for BrokenBarrier {
    async fn wait(&self) -> bool {
        let is_first = self.came.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.parties);
        if self.is_broken && is_first { false } else { self.inner.wait().await }
    }
}

/// A channel that may drop its third item.
pub struct BrokenChannel<T: Send + 'static> {
    inner: monitor::Queue<OfSimulation, monitor::Fifo<T>>,
    is_broken: bool,
    came: AtomicU64,
}

impl<T: Send + 'static> BrokenChannel<T> {
    fn drops(&self) -> bool {
        self.came.fetch_add(1, Ordering::Relaxed) == 2 && self.is_broken
    }
}

impl<T: Send + 'static> Queue<T> for BrokenChannel<T> {
    async fn put(&self, item: T) {
        if !self.drops() {
            self.inner.put(item).await;
        }
    }

    async fn try_put(&self, item: T) -> Result<(), T> {
        if self.drops() { Ok(()) } else { self.inner.try_put(item).await }
    }

    async fn put_for(&self, item: T, duration: Duration) -> Result<(), T> {
        if self.drops() { Ok(()) } else { self.inner.put_for(item, duration).await }
    }

    async fn take(&self) -> T {
        self.inner.take().await
    }

    async fn try_take(&self) -> Option<T> {
        self.inner.try_take().await
    }

    async fn take_for(&self, duration: Duration) -> Option<T> {
        self.inner.take_for(duration).await
    }
}
