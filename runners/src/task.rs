//! The future of a task: how it is polled in every world, and what is spawned where waiting suspends it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as Poller, Poll};

use pin_project_lite::pin_project;

use crate::Crew;

/// Polls the future of a task. Runners poll by this function and by no other.
///
/// *Why:* a body that becomes a part of its caller is other machine code under each runner. Its variables lie elsewhere on the
/// stack, or in memory where they were in registers. One loop took 25 ms under one runner and 14 ms under another for that.
/// This function is its own caller, and the future that it gets lies in memory which it knows nothing of. So the same body is
/// the same machine code in every world without a lock. `examples/same_code.rs` checks that.
#[inline(never)]
pub(crate) fn poll_task<F: Future>(task: Pin<&mut F>, poller: &mut Poller<'_>) -> Poll<F::Output> {
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
