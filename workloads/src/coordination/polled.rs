//! A world for unit tests: tasks are polled by turns on one thread until all of them are done. Its time is counted in turns.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as Poller, Poll, Waker};
use std::time::Duration;

use crate::{
    Condvar, Context, Error, Findings, Guard, Mutex as _, Primitives, RwLock, Shared as _, Stream, Workload, monitor,
};

/// Turns after which tasks are taken for stuck.
const PATIENCE: u32 = 100_000;

/// The world, and its primitives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Polled;

/// A task, or a part of one.
pub(super) type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Polls tasks by turns, and returns their outputs. It is none if they are stuck.
pub(super) fn poll_all<T>(mut tasks: Vec<Task<'_, T>>) -> Option<Vec<T>> {
    let mut outputs: Vec<Option<T>> = tasks.iter().map(|_| None).collect();
    for _ in 0..PATIENCE {
        for (task, output) in tasks.iter_mut().zip(&mut outputs).filter(|(_, output)| output.is_none()) {
            if let Poll::Ready(ready) = task.as_mut().poll(&mut Poller::from_waker(Waker::noop())) {
                *output = Some(ready);
            }
        }
        if outputs.iter().all(Option::is_some) {
            return outputs.into_iter().collect();
        }
    }
    None
}

/// The time of this world, nanoseconds: a look at it takes one, and a sleep as long as it is to last.
static NOW: AtomicU64 = AtomicU64::new(0);

/// Runs a workload, and returns the results of its tasks and what was found.
pub(super) fn run<W: Workload>(workload: &W) -> Result<(Vec<u64>, Findings), Error> {
    workload.begin();
    let shared = share(workload);
    let tasks = (0..workload.tasks()).map(|index| Box::pin(workload.task(&Polled, &shared, index)) as Task<'_, _>);
    let stuck = || Error::Unavailable("the tasks wait for each other".to_owned());
    let results = poll_all(tasks.collect()).ok_or_else(stuck)?.into_iter().collect::<Result<_, _>>()?;
    Ok((results, shared.conclude(workload)?))
}

/// Makes what the tasks of a workload share.
pub(super) fn share<W: Workload>(workload: &W) -> W::Shared<Polled> {
    W::Shared::new(workload, &Polled).expect("this world has all primitives")
}

/// Runs a workload that must come out right, with a clock and without, and returns what was found.
pub(super) fn run_rightly<W: Workload>(workload: &W) -> Findings {
    let mut noting = workload.clone();
    noting.attach_clock(|| NOW.fetch_add(1, Ordering::Relaxed));
    let expected: Vec<u64> = workload.expected().collect();
    for workload in [&noting, workload] {
        assert_eq!(run(workload).expect("a run that comes out right").0, expected);
    }
    assert!(workload.latencies().is_empty(), "nothing is noted without a clock");
    let (_, mut findings) = run(&noting).expect("a run that comes out right");
    for (name, figure) in noting.figures() {
        findings = findings.figure(name, figure);
    }
    for (name, latencies) in noting.latencies() {
        findings = findings.figure(name, latencies.len() as f64);
    }
    findings
}

/// Gives way so many times.
async fn give_way(times: u64) {
    let mut left = times;
    poll_fn(|_| match left {
        0 => Poll::Ready(()),
        _ => {
            left -= 1;
            Poll::Pending
        }
    })
    .await;
}

/// Returns how many turns a time is: one for each 10 microseconds.
fn turns(duration: Duration) -> u64 {
    duration.as_micros() as u64 / 10 + 1
}

impl Context for Polled {
    type Stream = Nowhere;

    type Primitives = Self;

    fn primitives(&self) -> Self {
        *self
    }

    async fn sleep(&self, duration: Duration) {
        give_way(turns(duration)).await;
        NOW.fetch_add(duration.as_nanos() as u64, Ordering::Relaxed);
    }

    async fn connect(&self, _to: SocketAddr) -> io::Result<Nowhere> {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn yield_now(&self) {
        give_way(1).await;
    }

    fn checkpoint(&self) {}
}

/// No stream: this world has no network.
pub(super) struct Nowhere(Infallible);

impl Stream for Nowhere {
    async fn read_exact(&mut self, _buffer: &mut [u8]) -> io::Result<()> {
        match self.0 {}
    }

    async fn write_all(&mut self, _bytes: &[u8]) -> io::Result<()> {
        match self.0 {}
    }
}

impl Primitives for Polled {
    type Mutex<T: Send + 'static> = Lock<T>;
    type Condvar = Change;
    type RwLock<T: Send + Sync + 'static> = ReadersLock<T>;
    type Semaphore = monitor::Semaphore<Self>;
    type Event = monitor::Event<Self>;
    type Barrier = monitor::Barrier<Self>;
    type Channel<T: Send + 'static> = monitor::Queue<Self, monitor::Fifo<T>>;
    type Portable = Self;
    type ParkingLot = Self;

    fn mutex<T: Send + 'static>(&self, value: T) -> Lock<T> {
        Lock(Mutex::new(Some(value)))
    }

    fn condvar(&self) -> Change {
        Change::default()
    }

    fn rwlock<T: Send + Sync + 'static>(&self, value: T) -> ReadersLock<T> {
        ReadersLock(Mutex::new(Some(Arc::new(value))))
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

/// A lock from which its holder takes the value away.
pub(super) struct Lock<T>(Mutex<Option<T>>);

/// Holds a value and brings it back.
pub(super) struct Holder<'a, T> {
    value: Option<T>,
    home: &'a Lock<T>,
}

impl<T: Send + 'static> crate::Mutex<T> for Lock<T> {
    type Guard<'a> = Holder<'a, T>;

    async fn lock(&self) -> Holder<'_, T> {
        poll_fn(|_| self.try_lock().map_or(Poll::Pending, Poll::Ready)).await
    }

    fn try_lock(&self) -> Option<Holder<'_, T>> {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        Some(Holder { value: Some(value), home: self })
    }
}

impl<T> Deref for Holder<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it is held until it is dropped")
    }
}

impl<T> DerefMut for Holder<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it is held until it is dropped")
    }
}

impl<T> Drop for Holder<'_, T> {
    fn drop(&mut self) {
        *self.home.0.lock().unwrap_or_else(PoisonError::into_inner) = self.value.take();
    }
}

/// Counts its notifications. Each ends all waits.
#[derive(Default)]
pub(super) struct Change(AtomicU64);

impl Condvar<Polled> for Change {
    async fn wait<'a, T: Send + 'static>(&'a self, guard: Guard<'a, Polled, T>) -> Guard<'a, Polled, T> {
        let (seen, home) = (self.0.load(Ordering::Relaxed), guard.home);
        drop(guard);
        while self.0.load(Ordering::Relaxed) == seen {
            give_way(1).await;
        }
        home.lock().await
    }

    async fn wait_for<'a, T: Send + 'static>(
        &'a self,
        guard: Guard<'a, Polled, T>,
        duration: Duration,
    ) -> (Guard<'a, Polled, T>, bool) {
        let (seen, home) = (self.0.load(Ordering::Relaxed), guard.home);
        drop(guard);
        let mut left = turns(duration);
        while self.0.load(Ordering::Relaxed) == seen && left > 0 {
            give_way(1).await;
            left -= 1;
        }
        (home.lock().await, left == 0)
    }

    fn notify_one(&self) {
        self.notify_all();
    }

    fn notify_all(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A lock whose readers share the value, and from which a writer takes it away.
pub(super) struct ReadersLock<T>(Mutex<Option<Arc<T>>>);

/// Holds a value to write, and brings it back.
pub(super) struct Writer<'a, T> {
    value: Option<T>,
    home: &'a ReadersLock<T>,
}

impl<T: Send + Sync + 'static> RwLock<T> for ReadersLock<T> {
    type Read<'a> = Arc<T>;
    type Write<'a> = Writer<'a, T>;

    async fn read(&self) -> Arc<T> {
        poll_fn(|_| match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(value) => Poll::Ready(Arc::clone(value)),
            None => Poll::Pending,
        })
        .await
    }

    async fn write(&self) -> Writer<'_, T> {
        poll_fn(|_| {
            let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match place.take().map(Arc::try_unwrap) {
                Some(Ok(value)) => return Poll::Ready(Writer { value: Some(value), home: self }),
                Some(Err(read)) => *place = Some(read),
                None => {}
            }
            Poll::Pending
        })
        .await
    }
}

impl<T> Deref for Writer<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect("it is held until it is dropped")
    }
}

impl<T> DerefMut for Writer<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect("it is held until it is dropped")
    }
}

impl<T> Drop for Writer<'_, T> {
    fn drop(&mut self) {
        *self.home.0.lock().unwrap_or_else(PoisonError::into_inner) = self.value.take().map(Arc::new);
    }
}
