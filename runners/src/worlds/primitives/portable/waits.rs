//! How a world waits for a future that another task wakes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use may::coroutine::{self, Coroutine};

use super::super::super::{Suspending, Tokio, World};
use super::super::may::time_limit;

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

/// A task is awaited as it is.
impl Waits for Tokio {
    #[inline]
    fn wait<F>(&self, future: F) -> impl Future<Output = F::Output> + Send
    where
        F: Future<Output: Send> + Send,
    {
        future
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        tokio::time::timeout(duration, future).await.ok()
    }
}

/// A thread parks, without what its world asks of one that computes.
impl<W: World> Waits for W {
    #[inline]
    async fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => output,
            Poll::Pending => self.without(|| park_until_ready(future, &unpark_thread(), thread::park)),
        }
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => {
                self.without(|| park_for(future, &unpark_thread(), duration, thread::park, thread::park_timeout))
            }
        }
    }
}

/// A coroutine is suspended. Its thread must not be blocked, for the task that wakes it may be one of the same thread.
impl Waits for Suspending {
    #[inline]
    async fn wait<F>(&self, future: F) -> F::Output
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => output,
            Poll::Pending => park_until_ready(future, &unpark_coroutine(), coroutine::park),
        }
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => park_for(future, &unpark_coroutine(), duration, coroutine::park, |left| {
                coroutine::park_timeout(time_limit(left))
            }),
        }
    }
}

/// Polls the future once. If it has to wait, the next poll tells it whom to wake.
#[inline]
fn look<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls the future again after each time that `park` comes back, until it is ready. Whoever wakes `waker` ends one `park`.
#[cold]
fn park_until_ready<F: Future>(mut future: Pin<&mut F>, waker: &Waker, park: fn()) -> F::Output {
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(waker)) {
            return output;
        }
        park();
    }
}

/// Does as [`park_until_ready`] for `duration` at most.
#[cold]
fn park_for<F: Future>(
    mut future: Pin<&mut F>,
    waker: &Waker,
    duration: Duration,
    park: fn(),
    park_timeout: fn(Duration),
) -> Option<F::Output> {
    // A time that no clock reaches is no limit.
    let Some(deadline) = Instant::now().checked_add(duration) else {
        return Some(park_until_ready(future, waker, park));
    };
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(waker)) {
            return Some(output);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        park_timeout(left);
    }
}

/// Returns what ends a `thread::park` of this thread.
fn unpark_thread() -> Waker {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    Arc::new(Unpark(thread::current())).into()
}

/// Returns what ends a `coroutine::park` of this coroutine.
///
/// # Panics
/// On a thread that runs none.
fn unpark_coroutine() -> Waker {
    struct Unpark(Coroutine);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    Arc::new(Unpark(coroutine::current())).into()
}
