//! The world of a model as a task sees it: how it sleeps, connects, gives way.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::Primitives;

/// The world that a task waits in. Every runner brings one.
pub trait Context: Clone + Send + Sync + 'static {
    /// The model's own TCP stream.
    type Stream: Stream;

    /// The model's own locks and the like.
    type Primitives: Primitives;

    /// Returns what makes locks and the like of this world.
    fn primitives(&self) -> Self::Primitives;

    /// Waits for `duration` the way the model waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;

    /// Blocks the thread for `duration` without telling the model, as a call that knows nothing of it does.
    fn block(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        std::thread::sleep(duration);
        std::future::ready(())
    }

    /// Opens a TCP connection the way the model does.
    fn connect(&self, to: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Gives way to other tasks, if there are any.
    fn yield_now(&self) -> impl Future<Output = ()> + Send;

    /// Marks a place where an interpreter could switch threads. It does nothing but under a GIL.
    fn checkpoint(&self);

    /// Returns whether another thread waits for the lock that this task holds. Then it gives way at its next checkpoint.
    /// It is always `false` but under a GIL.
    fn lock_is_wanted(&self) -> bool {
        false
    }
}

/// A model's TCP stream.
pub trait Stream: Send {
    /// Reads until `buffer` is full.
    fn read_exact(&mut self, buffer: &mut [u8]) -> impl Future<Output = io::Result<()>> + Send;

    /// Writes all of `bytes`.
    fn write_all(&mut self, bytes: &[u8]) -> impl Future<Output = io::Result<()>> + Send;
}
