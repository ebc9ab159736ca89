//! Counts the distinct threads that did the work of one run, so that parallelism is seen and not assumed.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
#[derive(Debug)]
pub(crate) struct Shift<W> {
    pub(crate) workload: Arc<W>,
    pub(crate) crew: Crew,
}

impl<W: 'static> Shift<W> {
    /// Leaks what the tasks of `workload` have in common.
    pub(crate) fn leak(workload: Arc<W>) -> &'static Self {
        Box::leak(Box::new(Self { workload, crew: Crew::new() }))
    }

    /// Begins a run.
    pub(crate) fn begin(&self) {
        self.crew.begin();
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
