//! Worlds where waiting blocks the thread.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Wake};
use std::thread::{self, Thread};
use std::time::Duration;

use super::portable::{Parked, Waits, look, park_for, park_until_ready};

/// A world that may block its thread.
pub trait Blocks: Clone + Send + Sync + 'static {
    /// Whether a task first looks if it has to wait at all, because blocking costs more here than the call that blocks.
    const LOOKS_FIRST: bool = false;

    /// Does something that may block the thread, without whatever this world asks of a thread that computes.
    #[inline]
    fn without<T>(&self, block: impl FnOnce() -> T) -> T {
        block()
    }
}

/// A thread parks, without what its world asks of one that computes.
impl<W: Blocks> Waits for W {
    #[inline]
    async fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => output,
            Poll::Pending => self.without(|| park_until_ready(future, &Arc::new(ParkedThread(thread::current())))),
        }
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => self.without(|| park_for(future, &Arc::new(ParkedThread(thread::current())), duration)),
        }
    }
}

/// This thread, which nothing else unparks for long.
struct ParkedThread(Thread);

impl Wake for ParkedThread {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Parked for ParkedThread {
    fn park(&self, limit: Option<Duration>) {
        match limit {
            None => thread::park(),
            Some(limit) => thread::park_timeout(limit),
        }
    }
}
