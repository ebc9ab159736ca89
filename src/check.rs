//! A look at each task for itself: whether its result is right, and whether it blocks its thread.
//!
//! The checksum of a timed run says only that something is wrong. So a cell of its own carries the tasks out once more, watched and
//! untimed. There the tasks keep to the runner in question, because a race shows only there.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use regatta_runners::Error;
use regatta_workloads::Error as TaskError;

use crate::recorder::ThreadTimes;

/// The environment variable by which a worker process knows that it is to check its tasks.
pub(crate) const CHECK: &str = "REGATTA_CHECK";
/// The figure that a checked run has besides others.
pub(crate) const BLOCKED: &str = "blocked_ns";

/// What a cell looks for in its tasks.
#[derive(Debug)]
pub(crate) struct Check {
    /// The result that each task must have.
    expected: Vec<u64>,
    /// Whether a wrong task fails: in a worker process, from which nothing else comes back.
    is_strict: bool,
    /// Index and result of the first task whose result is wrong, by index.
    wrong: Mutex<Option<(u64, u64)>>,
    /// Time for which tasks blocked their threads, nanoseconds.
    blocked_ns: AtomicU64,
}

impl Check {
    /// Makes the check of a cell, whose tasks go on where one is wrong.
    pub(crate) fn new(expected: impl Iterator<Item = u64>) -> Self {
        Self { expected: expected.collect(), is_strict: false, wrong: Mutex::new(None), blocked_ns: AtomicU64::new(0) }
    }

    /// Makes the check of a worker process.
    pub(crate) fn of_worker(expected: impl Iterator<Item = u64>) -> Self {
        Self { is_strict: true, ..Self::new(expected) }
    }

    /// Begins another run.
    pub(crate) fn begin(&self) {
        *self.wrong.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.blocked_ns.store(0, Ordering::Relaxed);
    }

    /// Looks at the result of a task, and hands it on.
    pub(crate) fn look(&self, index: u64, result: u64) -> Result<u64, TaskError> {
        let expected = usize::try_from(index).ok().and_then(|index| self.expected.get(index));
        if expected == Some(&result) {
            return Ok(result);
        }
        if self.is_strict {
            return Err(self.complaint(index, result));
        }
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.is_none_or(|(first, _)| index < first) {
            *wrong = Some((index, result));
        }
        Ok(result)
    }

    fn complaint(&self, index: u64, result: u64) -> TaskError {
        let expected = usize::try_from(index).ok().and_then(|index| self.expected.get(index));
        TaskError::Wrong(match expected {
            Some(expected) => format!("its result is {result}, and {expected} is expected"),
            None => format!("its result is {result}, and `expected` has none for it"),
        })
    }

    /// Returns the first task of the run whose result is wrong, as the failure of that task.
    pub(crate) fn wrong(&self) -> Option<Error> {
        let wrong = *self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.map(|(index, result)| Error::task(index, &self.complaint(index, result)))
    }

    /// Returns for how long the tasks of the run blocked their threads in calls of which their world was not told, nanoseconds.
    pub(crate) fn blocked_ns(&self) -> u64 {
        self.blocked_ns.load(Ordering::Relaxed)
    }
}

/// Watches one task: what its thread does from where the task goes on to where it waits.
pub(crate) struct Stance {
    check: Arc<Check>,
    /// Where the task went on last. None while it waits.
    since: Mutex<Option<ThreadTimes>>,
}

impl Stance {
    pub(crate) fn new(check: Arc<Check>) -> Self {
        Self { check, since: Mutex::new(None) }
    }

    pub(crate) fn begin(&self) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(ThreadTimes::now());
    }

    pub(crate) fn end(&self) {
        let since = self.since.lock().unwrap_or_else(PoisonError::into_inner).take();
        let blocked_ns = since.map_or(0, |since| since.blocked_ns());
        self.check.blocked_ns.fetch_add(blocked_ns, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn the_first_wrong_task_is_the_one_of_the_lowest_index() {
        let check = Check::new([5, 6, 7].into_iter());
        for (index, result) in [(2, 8), (0, 5), (1, 9)] {
            assert_eq!(check.look(index, result).expect("handed on"), result);
        }
        let wrong = check.wrong().expect("two of them");
        assert_eq!(wrong.to_string(), "task 1: its result is 9, and 6 is expected");
        check.begin();
        assert!(check.wrong().is_none());
    }

    #[test]
    fn a_wrong_task_of_a_worker_process_fails() {
        let check = Check::of_worker([5].into_iter());
        assert_eq!(check.look(0, 5).expect("right"), 5);
        assert!(check.look(0, 6).expect_err("wrong").to_string().contains("5 is expected"));
        assert!(check.look(1, 6).expect_err("too many").to_string().contains("none for it"));
    }

    #[test]
    fn sleeping_blocks_and_computing_does_not() {
        let check = Arc::new(Check::new(std::iter::empty()));
        let stance = Stance::new(Arc::clone(&check));
        stance.begin();
        std::thread::sleep(Duration::from_millis(20));
        stance.end();
        assert!(check.blocked_ns() >= 15_000_000, "{}", check.blocked_ns());
        // Whatever else the machine does meanwhile, a thread that only computes gives up its core by itself at no time.
        check.begin();
        stance.begin();
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(5) {}
        stance.end();
        assert_eq!(check.blocked_ns(), 0);
    }
}
