//! The primitives of the simulated world.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use regatta_workloads::{Primitives, monitor};

use super::line::Line;
use super::scheduler::{Scheduler, after};
use super::{SimulatedCondvar, SimulatedMutex, SimulatedRwLock};
use crate::worlds::{Portable, Waits};

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
    type Portable = Portable<Self>;
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

    fn portable(&self) -> Self::Portable {
        Portable(self.clone())
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}

/// A future is awaited as it is, between two points at which another task may go on.
impl Waits for OfSimulation {
    async fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        self.0.switch().await;
        let output = future.await;
        self.0.switch().await;
        output
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        self.0.switch().await;
        let nobody = Line::new(&self.0);
        let (mut future, mut time) = (pin!(future), pin!(nobody.wait(Some(after(duration)))));
        let output = std::future::poll_fn(|poller| match future.as_mut().poll(poller) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => time.as_mut().poll(poller).map(|_| None),
        });
        let output = output.await;
        self.0.switch().await;
        output
    }
}
