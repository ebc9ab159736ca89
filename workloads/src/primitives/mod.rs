//! What tasks coordinate with: each world brings its own, behind one small surface.
//!
//! Whatever waits here waits the way the world waits: a thread blocks, a coroutine is suspended. So every call that may wait is awaited.
//!
//! # Layout
//! - `mutex`, `condvar`, `rwlock`, `semaphore`, `event`, `barrier`, `queue`: a trait each.
//! - `monitor`: those that a world lacks, made of its lock and its condition variable.
//! - `shared`: what the tasks of a run share, and what was found of it.

mod barrier;
mod condvar;
mod event;
pub mod monitor;
mod mutex;
mod queue;
mod rwlock;
mod semaphore;
mod shared;

pub use barrier::Barrier;
pub use condvar::{Condvar, Guard};
pub use event::Event;
pub use mutex::Mutex;
pub use queue::Queue;
pub use rwlock::RwLock;
pub use semaphore::Semaphore;
pub use shared::{Findings, Shared};

/// The primitives of a world.
pub trait Primitives: Clone + Send + Sync + 'static {
    /// A lock around a value.
    type Mutex<T: Send + 'static>: Mutex<T>;
    /// A condition variable of that lock.
    type Condvar: Condvar<Self>;
    /// A lock that many readers hold at once, or one writer.
    type RwLock<T: Send + Sync + 'static>: RwLock<T>;
    /// A number of permits.
    type Semaphore: Semaphore;
    /// Something that happens once, and that tasks wait for.
    type Event: Event;
    /// A point that tasks pass together.
    type Barrier: Barrier;
    /// A bounded channel: first in, first out, from many tasks to many.
    type Channel<T: Send + 'static>: Queue<T>;
    /// The same for every world: one implementation, which waits the way the world does.
    type Portable: Primitives;
    /// The locks of `parking_lot`. A world that may not block its thread has none.
    type ParkingLot: Primitives;

    /// Makes a lock around a value.
    fn mutex<T: Send + 'static>(&self, value: T) -> Self::Mutex<T>;

    /// Makes a condition variable.
    fn condvar(&self) -> Self::Condvar;

    /// Makes a lock for readers and writers around a value.
    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> Self::RwLock<T>;

    /// Makes a semaphore with this number of permits.
    fn semaphore(&self, permits: usize) -> Self::Semaphore;

    /// Makes an event that has not happened.
    fn event(&self) -> Self::Event;

    /// Makes a barrier that `parties` tasks pass together.
    fn barrier(&self, parties: usize) -> Self::Barrier;

    /// Makes a channel with room for `capacity` items, 1 at least.
    fn channel<T: Send + 'static>(&self, capacity: usize) -> Self::Channel<T>;

    /// Returns the primitives that are the same for every world.
    fn portable(&self) -> Self::Portable;

    /// Returns the locks of `parking_lot`, if this world may block its thread.
    fn parking_lot(&self) -> Option<Self::ParkingLot>;
}
