//! Counts the distinct threads that did the work of one run, so that parallelism is seen and not assumed.

use std::cell::{Cell, UnsafeCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use regatta_workloads::{Primitives, Tally, Workload};

use crate::task::share;
use crate::{Error, Outcome};

/// The number of the next crew. No crew has 0.
static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// The crew that this thread was counted in last.
    static LAST: Cell<u64> = const { Cell::new(0) };
    /// The crew that this thread serves, where tasks do not name theirs.
    static SERVED: Cell<Option<&'static Crew>> = const { Cell::new(None) };
}

/// The threads that have started at least one task of a run.
#[derive(Debug)]
pub struct Crew {
    /// Unique among all crews of this process, so that a thread that outlives a run is counted again in the next.
    id: AtomicU64,
    /// Threads counted so far.
    seen: AtomicU64,
}

impl Crew {
    /// Creates a crew without members.
    #[allow(clippy::new_without_default, reason = "each crew is a new one; there is no default crew")]
    pub fn new() -> Self {
        Self { id: AtomicU64::new(NEXT.fetch_add(1, Ordering::Relaxed)), seen: AtomicU64::new(0) }
    }

    /// Begins another run: nobody has been counted.
    fn begin(&self) {
        self.id.store(NEXT.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        self.seen.store(0, Ordering::Relaxed);
    }

    /// Counts the calling thread unless it has been counted. Call it as a task starts.
    #[inline]
    pub fn mark(&self) {
        let id = self.id.load(Ordering::Relaxed);
        LAST.with(|last| {
            if last.replace(id) != id {
                self.seen.fetch_add(1, Ordering::Relaxed);
            }
        });
    }

    /// Makes the calling thread serve this crew, and no other from here on.
    pub(crate) fn enlist(&'static self) {
        SERVED.set(Some(self));
    }

    /// Counts the calling thread in the crew that it serves, if it serves one. Call it as a task ends.
    #[inline]
    pub(crate) fn mark_served() {
        if let Some(crew) = SERVED.get() {
            crew.mark();
        }
    }

    /// Returns the number of threads counted.
    pub fn seen(&self) -> u64 {
        self.seen.load(Ordering::Relaxed)
    }
}

/// What the tasks of all runs of a runner have in common.
///
/// It lasts as long as the process, so that a task borrows it. A cell starts one runner in its life, so it leaks one.
/// *Why:* a counted reference for each task costs a third of an empty task of tokio where two cores count at once.
pub(crate) struct Shift<W: Workload, P: Primitives> {
    pub(crate) workload: Arc<W>,
    pub(crate) crew: Crew,
    primitives: P,
    /// That of the present run, or of the last one.
    shared: UnsafeCell<W::Shared<P>>,
}

// SAFETY: what the cell holds is `Sync` by its bound. It is replaced in `begin` alone, whose caller promises that no task borrows it then.
unsafe impl<W: Workload, P: Primitives> Sync for Shift<W, P> {}

impl<W: Workload, P: Primitives> Shift<W, P> {
    /// Leaks what the tasks of `workload` have in common.
    ///
    /// # Errors
    /// If the world lacks what the workload asks for.
    pub(crate) fn leak(workload: Arc<W>, primitives: P) -> Result<&'static Self, Error> {
        let shared = UnsafeCell::new(share(&*workload, &primitives)?);
        Ok(Box::leak(Box::new(Self { workload, crew: Crew::new(), primitives, shared })))
    }

    /// Begins a run: nobody has been counted, and what tasks share is as new.
    ///
    /// # Errors
    /// If the world lacks what the workload asks for.
    ///
    /// # Safety
    /// No task of an earlier run may be in progress, and nobody else may begin one.
    pub(crate) unsafe fn begin(&self) -> Result<(), Error> {
        self.crew.begin();
        let shared = share(&*self.workload, &self.primitives)?;
        // SAFETY: tasks alone borrow it, and the caller says that there is none.
        unsafe { *self.shared.get() = shared };
        Ok(())
    }

    /// Returns what the tasks of the present run share. It is for tasks, which end with their run.
    #[inline]
    pub(crate) fn shared(&self) -> &W::Shared<P> {
        // SAFETY: it is replaced only while no task is in progress, and tasks alone, or `end` after them, borrow it.
        unsafe { &*self.shared.get() }
    }

    /// Returns the outcome of a run whose tasks have ended.
    ///
    /// # Errors
    /// If what they left behind is wrong.
    pub(crate) fn end(&self, tally: Tally) -> Result<Outcome, Error> {
        Outcome::new(tally, &self.crew).with(self.shared(), &*self.workload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thread_counts_once_in_each_crew() {
        let (first, second) = (Crew::new(), Crew::new());
        first.mark();
        first.mark();
        second.mark();
        std::thread::scope(|scope| {
            scope.spawn(|| first.mark());
            scope.spawn(|| first.mark());
        });
        assert_eq!((first.seen(), second.seen()), (3, 1));
        first.begin();
        first.mark();
        assert_eq!((first.seen(), second.seen()), (1, 1));
    }
}
