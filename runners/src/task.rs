//! How a task is carried out: polled in every world by one function, and spawned where waiting suspends it.

use std::future::Future;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context as Poller, Poll, Waker};

use pin_project_lite::pin_project;
use regatta_workloads::{Context, Primitives, Shared, Tally, Workload};

use crate::{Crew, Error};

/// Polls the future of a task. Runners poll by this function and by no other.
///
/// *Why:* a body that becomes a part of its caller is other machine code under each runner. Its variables lie elsewhere on the
/// stack, or in memory where they were in registers. One loop took 25 ms under one runner and 14 ms under another for that.
/// This function is its own caller, and the future that it gets lies in memory which it knows nothing of. So the same body is
/// the same machine code in every world without a lock. `examples/same_code.rs` checks that.
#[inline(never)]
pub fn poll_task<F: Future>(task: Pin<&mut F>, poller: &mut Poller<'_>) -> Poll<F::Output> {
    align();
    task.poll(poller)
}

/// Makes the function that this becomes a part of begin with a cache line.
///
/// *Why:* a short loop that lies across two lines took twice the time of the same loop within one (AMD EPYC).
/// Where a function begins differs from one world's copy of a body to the next.
#[inline(always)]
fn align() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: it only fills the gap with instructions that do nothing. Each function has a section of its own, which is aligned as
    // what is in it.
    unsafe {
        std::arch::asm!(".p2align 6", options(nomem, nostack, preserves_flags));
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

/// Makes what the tasks of one run share, of the primitives of their world.
///
/// # Errors
/// If the world lacks what the workload asks for.
pub fn share<W: Workload, P: Primitives>(workload: &W, primitives: &P) -> Result<W::Shared<P>, Error> {
    W::Shared::new(workload, primitives).map_err(Error::shared)
}

/// Carries out one task in a world whose futures are ready at once, and returns its result.
///
/// # Errors
/// If the task fails.
///
/// # Panics
/// If the task panics or has to wait, which it cannot in such a world.
#[inline]
pub fn carry_out<W: Workload, C: Context>(
    workload: &W,
    cx: &C,
    shared: &W::Shared<C::Primitives>,
    index: u64,
) -> Result<u64, Error> {
    match poll_task(pin!(workload.task(cx, shared, index)), &mut Poller::from_waker(Waker::noop())) {
        Poll::Ready(output) => output.map_err(|error| Error::task(index, &error)),
        Poll::Pending => panic!("the task waits for something that its context does not offer"),
    }
}

/// Carries out tasks one after the other on this thread, which joins the crew with the first. Returns the tally of their results.
///
/// # Errors
/// If a task fails. Those behind it are not begun.
///
/// # Panics
/// If a task panics: see [`catch`].
#[inline]
pub fn carry_out_all<W: Workload, C: Context>(
    workload: &W,
    cx: &C,
    shared: &W::Shared<C::Primitives>,
    crew: &Crew,
    indices: Range<u64>,
) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    if !indices.is_empty() {
        crew.mark();
    }
    for index in indices {
        tally.add(index, carry_out(workload, cx, shared, index)?);
    }
    Ok(tally)
}

/// Turns a panic in `work` into an error, so that a task that panics ends neither a worker nor the cell.
///
/// # Errors
/// If `work` fails or panics.
#[inline]
pub fn catch<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Error::panic(&*payload)))
}

pin_project! {
    /// A task as it is spawned: as large as the task's own future.
    ///
    /// *Why:* tokio allocates in steps of 128 bytes, so one word more can cost each of a million waiting tasks 128 bytes.
    /// The crew is that of the thread for the same reason, and not a reference in each task.
    pub(crate) struct Spawned<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Spawned<F> {
    /// Wraps the future of a task, which threads that serve a crew poll.
    pub(crate) fn new(future: F) -> Self {
        Self { future }
    }
}

impl<F: Future> Future for Spawned<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, poller: &mut Poller<'_>) -> Poll<F::Output> {
        let output = poll_task(self.project().future, poller);
        if output.is_ready() {
            Crew::mark_served();
        }
        output
    }
}
