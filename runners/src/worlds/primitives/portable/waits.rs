//! How a world waits for a future that another task wakes.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use may::sync::Blocker;

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
            Poll::Pending => park_until_ready(future, &Arc::new(ParkedCoroutine(Blocker::new(true)))),
        }
    }

    async fn wait_for<F>(&self, future: F, duration: Duration) -> Option<F::Output>
    where
        F: Future<Output: Send> + Send,
    {
        let mut future = pin!(future);
        match look(future.as_mut()) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => park_for(future, &Arc::new(ParkedCoroutine(Blocker::new(true))), duration),
        }
    }
}

/// Polls the future once. If it has to wait, the next poll tells it whom to wake.
#[inline]
fn look<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What a thread or a coroutine parks on until it is woken.
trait Parked: Wake + Send + Sync + 'static {
    /// Comes back when it is woken, when the time is over, or for nothing. Woken beforehand, it comes back at once.
    fn park(&self, limit: Option<Duration>);
}

/// Polls the future again after each time that it is woken, until it is ready.
#[cold]
fn park_until_ready<F: Future>(mut future: Pin<&mut F>, parked: &Arc<impl Parked>) -> F::Output {
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
fn park_for<F: Future>(mut future: Pin<&mut F>, parked: &Arc<impl Parked>, duration: Duration) -> Option<F::Output> {
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

/// What a coroutine of may waits on in its locks, too.
///
/// *Why not `coroutine::park`:* a coroutine that is unparked as it parks may run to its end within that call. Then it waits for the call
/// to end before it frees what it parked on, and its thread spins for ever.
struct ParkedCoroutine(Blocker);

impl Wake for ParkedCoroutine {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

impl Parked for ParkedCoroutine {
    fn park(&self, limit: Option<Duration>) {
        // Whether the time was over is looked at by the clock.
        let _ = self.0.park(limit.map(time_limit));
    }
}
