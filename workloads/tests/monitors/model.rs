//! A world of threads whose schedule shuttle draws.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use regatta_workloads::{Condvar, Mutex, Primitives, RwLock, monitor};
use shuttle::rand::{Rng, thread_rng};
use shuttle::sync;
use shuttle::thread::{self, Thread};

/// A time limit that is never over.
pub const NEVER: Duration = Duration::MAX;

/// The primitives of this world.
#[derive(Debug, Clone, Copy, Default)]
pub struct Model {
    /// Whether its condition variables wake nobody.
    pub is_deaf: bool,
}

impl Primitives for Model {
    type Mutex<T: Send + 'static> = ModelMutex<T>;
    type Condvar = ModelCondvar;
    type RwLock<T: Send + Sync + 'static> = ModelRwLock<T>;
    type Semaphore = monitor::Semaphore<Self>;
    type Event = monitor::Event<Self>;
    type Barrier = monitor::Barrier<Self>;
    type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> ModelMutex<T> {
        ModelMutex(sync::Mutex::new(value))
    }

    fn condvar(&self) -> ModelCondvar {
        ModelCondvar { is_deaf: self.is_deaf, waiting: std::sync::Mutex::default() }
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> ModelRwLock<T> {
        ModelRwLock(ModelMutex(sync::Mutex::new(value)))
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
        *self
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}
