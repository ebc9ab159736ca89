//! The world in which waiting blocks the thread.

use std::future::Future;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context as Poller, Poll, Waker};
use std::time::Duration;

use regatta_workloads::{Context, Stream, Tally, Workload};

use crate::task::poll_task;
use crate::{Crew, Error};

/// The world in which waiting blocks the thread: its futures are ready at once.
#[derive(Debug, Clone, Copy, Default)]
pub struct Blocking;

impl Context for Blocking {
    type Stream = BlockingStream<TcpStream>;

    async fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }

    async fn connect(&self, to: SocketAddr) -> io::Result<Self::Stream> {
        let stream = TcpStream::connect(to)?;
        stream.set_nodelay(true)?;
        Ok(BlockingStream(stream))
    }

    async fn yield_now(&self) {
        std::thread::yield_now();
    }

    #[inline]
    fn checkpoint(&self) {}
}

/// A world whose futures are ready at once because waiting blocks the thread.
pub(crate) trait World: Context {
    /// Does the work of one task, with whatever this world asks of a thread that computes.
    #[inline]
    fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

impl World for Blocking {}

/// A stream whose reads and writes come back when they are done.
#[derive(Debug)]
pub struct BlockingStream<S>(pub S);

impl<S: Read + Write + Send> Stream for BlockingStream<S> {
    async fn read_exact(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        self.0.read_exact(buffer)
    }

    async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}

/// Runs a future that never has to wait, as all futures of a blocking world are.
///
/// # Panics
/// If it has to wait all the same: nobody would ever wake it.
#[inline]
pub fn complete<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Poller::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the task waits for something that its context does not offer"),
    }
}

/// Carries out one task in a world whose futures are ready at once, and gives its result.
#[inline]
pub(crate) fn carry_out<W: Workload, C: Context>(workload: &W, cx: &C, index: u64) -> Result<u64, Error> {
    match poll_task(pin!(workload.task(cx, index)), &mut Poller::from_waker(Waker::noop())) {
        Poll::Ready(output) => output.map_err(|error| Error::task(index, &error)),
        Poll::Pending => panic!("the task waits for something that its context does not offer"),
    }
}

/// Carries out tasks one after the other on this thread, which joins the crew with the first.
#[inline]
pub(crate) fn carry_out_all<W: Workload, C: Context>(
    workload: &W,
    cx: &C,
    crew: &Crew,
    indices: Range<u64>,
) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    if !indices.is_empty() {
        crew.mark();
    }
    for index in indices {
        tally.add(index, carry_out(workload, cx, index)?);
    }
    Ok(tally)
}

/// Turns a panic in `work` into an error.
#[inline]
pub(crate) fn catch<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Error::panic(&*payload)))
}
