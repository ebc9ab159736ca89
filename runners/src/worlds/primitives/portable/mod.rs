//! Primitives that are the same in every world: one implementation each, which waits the way the world does.
//!
//! Locks and barriers are those of async-lock, channels those of async-channel. What is made here stands on event-listener.
//!
//! # Layout
//! - `waits`: how a world waits for a future.
//! - `locks`: the lock, its condition variable, and the lock for readers and writers.
//! - `signals`: semaphore, event and barrier.
//! - `channel`: the bounded channel.

mod channel;
mod locks;
#[cfg(test)]
mod schedules;
mod signals;
mod waits;

use regatta_workloads::Primitives;

use channel::PortableChannel;
use locks::{PortableCondvar, PortableMutex, PortableRwLock};
use signals::{PortableBarrier, PortableEvent, PortableSemaphore};
pub(crate) use waits::Waits;
pub(super) use waits::{Parked, Parks};

/// The primitives of every world in the world `W`.
#[derive(Debug, Clone)]
pub struct Portable<W>(pub(crate) W);

impl<W: Waits> Primitives for Portable<W> {
    type Mutex<T: Send + 'static> = PortableMutex<W, T>;
    type Condvar = PortableCondvar<W>;
    type RwLock<T: Send + Sync + 'static> = PortableRwLock<W, T>;
    type Semaphore = PortableSemaphore<W>;
    type Event = PortableEvent<W>;
    type Barrier = PortableBarrier<W>;
    type Channel<T: Send + 'static> = PortableChannel<W, T>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> PortableMutex<W, T> {
        PortableMutex::new(self.0.clone(), value)
    }

    fn condvar(&self) -> PortableCondvar<W> {
        PortableCondvar::new(self.0.clone())
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> PortableRwLock<W, T> {
        PortableRwLock::new(self.0.clone(), value)
    }

    fn semaphore(&self, permits: usize) -> PortableSemaphore<W> {
        PortableSemaphore::new(self.0.clone(), permits)
    }

    fn event(&self) -> PortableEvent<W> {
        PortableEvent::new(self.0.clone())
    }

    fn barrier(&self, parties: usize) -> PortableBarrier<W> {
        PortableBarrier::new(self.0.clone(), parties)
    }

    fn channel<T: Send + 'static>(&self, capacity: usize) -> PortableChannel<W, T> {
        PortableChannel::new(self.0.clone(), capacity)
    }

    fn portable(&self) -> Self {
        self.clone()
    }

    fn parking_lot(&self) -> Option<Self> {
        None
    }
}
