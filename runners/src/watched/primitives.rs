//! The primitives of a world, each of which notes who holds it and who waits for it.

use regatta_workloads::Primitives;

use super::{
    WatchedBarrier, WatchedCondvar, WatchedEvent, WatchedMutex, WatchedQueue, WatchedRwLock, WatchedSemaphore,
};
use crate::WaitsFor;

/// The primitives `P`, each of which notes in a graph who holds it and who waits for it.
#[derive(Debug, Clone)]
pub struct Watched<P> {
    primitives: P,
    graph: WaitsFor,
}

impl<P> Watched<P> {
    /// Wraps primitives, so that what they make is noted in `graph`.
    pub fn new(primitives: P, graph: WaitsFor) -> Self {
        Self { primitives, graph }
    }
}

impl<P: Primitives> Primitives for Watched<P> {
    type Mutex<T: Send + 'static> = WatchedMutex<P::Mutex<T>>;
    type Condvar = WatchedCondvar<P::Condvar>;
    type RwLock<T: Send + Sync + 'static> = WatchedRwLock<P::RwLock<T>>;
    type Semaphore = WatchedSemaphore<P::Semaphore>;
    type Event = WatchedEvent<P::Event>;
    type Barrier = WatchedBarrier<P::Barrier>;
    type Channel<T: Send + 'static> = WatchedQueue<P::Channel<T>>;
    type Portable = Watched<P::Portable>;
    type ParkingLot = Watched<P::ParkingLot>;

    fn mutex<T: Send + 'static>(&self, value: T) -> Self::Mutex<T> {
        WatchedMutex::new(&self.graph, self.primitives.mutex(value))
    }

    fn condvar(&self) -> Self::Condvar {
        WatchedCondvar::new(&self.graph, self.primitives.condvar())
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> Self::RwLock<T> {
        WatchedRwLock::new(&self.graph, self.primitives.rwlock(value))
    }

    fn semaphore(&self, permits: usize) -> Self::Semaphore {
        WatchedSemaphore::new(&self.graph, self.primitives.semaphore(permits))
    }

    fn event(&self) -> Self::Event {
        WatchedEvent::new(&self.graph, self.primitives.event())
    }

    fn barrier(&self, parties: usize) -> Self::Barrier {
        WatchedBarrier::new(&self.graph, self.primitives.barrier(parties))
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> Self::Channel<T> {
        WatchedQueue::new(&self.graph, self.primitives.channel(capacity))
    }

    fn portable(&self) -> Self::Portable {
        Watched::new(self.primitives.portable(), self.graph.clone())
    }

    fn parking_lot(&self) -> Option<Self::ParkingLot> {
        Some(Watched::new(self.primitives.parking_lot()?, self.graph.clone()))
    }
}
