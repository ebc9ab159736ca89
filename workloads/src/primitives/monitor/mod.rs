//! Primitives made of a lock and a condition variable, for worlds that lack them: a monitor each, after Hoare and Brinch Hansen.
//!
//! They wait in a loop, so a wake-up for nothing does no harm. Every change that may let a task go on notifies one such task at least.

mod barrier;
mod deadline;
mod event;
mod queue;
mod reentrant;
mod semaphore;

pub use barrier::Barrier;
pub use event::Event;
pub use queue::{Discipline, Fifo, Lifo, Priority, Queue};
pub use reentrant::{Held, Reentrant};
pub use semaphore::Semaphore;
