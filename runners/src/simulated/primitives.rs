//! The primitives of the simulated world.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context as Poller, Poll, Wake, Waker};
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

/// A future is polled again each time that its task is woken.
impl Waits for OfSimulation {
    async fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        self.0.switch();
        let bell = self.bell();
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Poller::from_waker(&bell)) {
                self.0.switch();
                return output;
            }
            self.0.wait();
        }
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        self.0.switch();
        let (bell, nobody) = (self.bell(), Line::new(&self.0));
        let place = nobody.join(Some(after(duration)));
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut Poller::from_waker(&bell)) {
                self.0.switch();
                return Some(output);
            }
            if place.is_over() {
                return None;
            }
            self.0.wait();
        }
    }
}

impl OfSimulation {
    /// Returns what wakes the task that goes on.
    fn bell(&self) -> Waker {
        Arc::new(Bell { scheduler: Arc::clone(&self.0), task: self.0.current() }).into()
    }
}

/// Wakes a task for a future that knows nothing of the simulation.
struct Bell {
    scheduler: Arc<Scheduler>,
    task: usize,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.scheduler.wake(self.task);
    }
}
