//! How a world waits for a future that another task wakes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// A world that can wait for a future which another task wakes.
pub trait Waits: Clone + Send + Sync + 'static {
    /// Waits until the future is ready.
    fn wait<F>(&self, future: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send;

    /// Waits until the future is ready, for `duration` at most. A future that is given up is dropped.
    fn wait_for<F>(&self, future: F, duration: Duration) -> impl Future<Output = Option<F::Output>> + Send
    where
        F: Future<Output: Send> + Send;
}

/// What a thread or a coroutine parks on until it is woken.
pub trait Parked: Wake + Send + Sync + 'static {
    /// Returns what the caller parks on.
    fn here() -> Self;

    /// Comes back when it is woken, when the time is over, or for nothing. Woken beforehand, it comes back at once.
    fn park(&self, limit: Option<Duration>);
}

/// A world whose futures are ready at once: whoever waits parks within the poll.
pub trait Parks: Clone + Send + Sync + 'static {
    /// What it parks on.
    type Parked: Parked;

    /// Whether a task first looks if it has to wait at all, because blocking costs more here than the call that blocks.
    const LOOKS_FIRST: bool = false;

    /// Does something that may block, without whatever this world asks of a task that computes.
    #[inline]
    fn without<T>(&self, block: impl FnOnce() -> T) -> T {
        block()
    }
}

impl<W: Parks> Waits for W {
    #[inline]
    async fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => output,
            Poll::Pending => self.without(|| park_until_ready::<W::Parked, _>(future)),
        }
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => self.without(|| park_for::<W::Parked, _>(future, duration)),
        }
    }
}

/// Polls the future once. If it has to wait, the next poll tells it whom to wake.
#[inline]
fn look<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls the future again after each time that it is woken, until it is ready.
#[cold]
fn park_until_ready<P: Parked, F: Future>(mut future: Pin<&mut F>) -> F::Output {
    let parked = Arc::new(P::here());
    let waker = Waker::from(Arc::clone(&parked));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        parked.park(None);
    }
}

/// Does as [`park_until_ready`] for `duration` at most.
#[cold]
fn park_for<P: Parked, F: Future>(mut future: Pin<&mut F>, duration: Duration) -> Option<F::Output> {
    // A time that no clock reaches is no limit.
    let Some(deadline) = Instant::now().checked_add(duration) else {
        return Some(park_until_ready::<P, F>(future));
    };
    let parked = Arc::new(P::here());
    let waker = Waker::from(Arc::clone(&parked));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(output);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        parked.park(Some(left));
    }
}
