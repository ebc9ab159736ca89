//! How a world waits for a future that another task wakes, and what worlds need for it whose futures are ready at once.

use std::pin::Pin;
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

/// Polls the future once. If it has to wait, the next poll tells it whom to wake.
#[inline]
pub(crate) fn look<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What a thread or a coroutine parks on until it is woken.
pub(crate) trait Parked: Wake + Send + Sync + 'static {
    /// Comes back when it is woken, when the time is over, or for nothing. Woken beforehand, it comes back at once.
    fn park(&self, limit: Option<Duration>);
}

/// Polls the future again after each time that it is woken, until it is ready.
#[cold]
pub(crate) fn park_until_ready<F: Future>(mut future: Pin<&mut F>, parked: &Arc<impl Parked>) -> F::Output {
    let waker = Waker::from(Arc::clone(parked));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        parked.park(None);
    }
}

/// Does as [`park_until_ready`] for `duration` at most.
#[cold]
pub(crate) fn park_for<F: Future>(
    mut future: Pin<&mut F>,
    parked: &Arc<impl Parked>,
    duration: Duration,
) -> Option<F::Output> {
    // A time that no clock reaches is no limit.
    let Some(deadline) = Instant::now().checked_add(duration) else {
        return Some(park_until_ready(future, parked));
    };
    let waker = Waker::from(Arc::clone(parked));
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
