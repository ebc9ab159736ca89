//! The primitives of the simulated world.

use std::sync::Arc;

use regatta_workloads::{Primitives, monitor};

use super::scheduler::Scheduler;
use super::{SimulatedCondvar, SimulatedMutex, SimulatedRwLock};

/// The primitives of the simulated world: three locks, and what monitors make of them.
#[derive(Debug, Clone)]
pub struct OfSimulation(Arc<Scheduler>);

impl OfSimulation {
    pub(super) fn new(scheduler: &Arc<Scheduler>) -> Self {
        Self(Arc::clone(scheduler))
    }
}

impl Primitives for OfSimulation {
    type Mutex<T: Send + 'static> = SimulatedMutex<T>;
    type Condvar = SimulatedCondvar;
    type RwLock<T: Send + Sync + 'static> = SimulatedRwLock<T>;
    type Semaphore = monitor::Semaphore<Self>;
    type Event = monitor::Event<Self>;
    type Barrier = monitor::Barrier<Self>;
    type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> SimulatedMutex<T> {
        SimulatedMutex::new(&self.0, value)
    }

    fn condvar(&self) -> SimulatedCondvar {
        SimulatedCondvar::new(&self.0)
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> SimulatedRwLock<T> {
        SimulatedRwLock::new(&self.0, value)
    }

    fn semaphore(&self, permits: usize) -> Self::Semaphore {
        monitor::Semaphore::new(self, permits)
    }

    fn event(&self) -> Self::Event {
        monitor::Event::new(self)
    }

    fn barrier(&self, parties: usize) -> Self::Barrier {
        monitor::Barrier::new(self, parties)
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> Self::Channel<T> {
        monitor::Queue::new(self, capacity)
    }

    fn portable(&self) -> Self {
        self.clone()
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}
