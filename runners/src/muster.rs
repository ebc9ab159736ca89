//! Waits until every worker of a pool is up, for models that cannot be asked.
//!
//! Tasks that hold on to their workers show how many workers there are. None waits for the others without end,
//! because a model may queue two of them behind each other. What is not complete is tried again.

use std::sync::Arc;
use std::time::Duration;

use crate::{Crew, Error};

/// Tries until a worker that has not come is given up: two seconds and more.
const TRIES: usize = 1_000;
/// Looks for the others for which a task only gives way. On an idle machine a thread comes up within that.
const QUICK_LOOKS: usize = 200;
/// Looks for the others before each of which a task sleeps.
const SLOW_LOOKS: usize = 20;
/// Length of such a sleep.
const PAUSE: Duration = Duration::from_micros(100);

/// The workers that are up so far.
#[derive(Debug)]
pub(crate) struct Muster {
    crew: Crew,
    /// How many there must be.
    workers: u64,
}

impl Muster {
    /// Waits until tasks have run on `workers` different threads. `try_once` runs that many tasks, each of which calls
    /// [`Muster::report`], and waits for them.
    ///
    /// # Errors
    /// If some workers do not come up, or a try fails.
    pub(crate) fn complete(
        workers: usize,
        mut try_once: impl FnMut(&Arc<Self>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let muster = Arc::new(Self { crew: Crew::new(), workers: workers as u64 });
        for _ in 0..TRIES {
            try_once(&muster)?;
            if muster.is_complete() {
                return Ok(());
            }
        }
        Err(Error::Unavailable(format!("only {} of {workers} workers came up", muster.crew.seen())))
    }

    /// Counts the calling worker and keeps it until the others are there, or for a while.
    pub(crate) fn report(&self) {
        self.crew.mark();
        for look in 0..QUICK_LOOKS + SLOW_LOOKS {
            if self.is_complete() {
                return;
            }
            if look < QUICK_LOOKS { std::thread::yield_now() } else { std::thread::sleep(PAUSE) }
        }
    }

    fn is_complete(&self) -> bool {
        self.crew.seen() >= self.workers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a task on each of so many threads that stand for workers.
    fn on_threads(workers: usize) -> impl FnMut(&Arc<Muster>) -> Result<(), Error> {
        move |muster| {
            std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(|| muster.report()))));
            Ok(())
        }
    }

    #[test]
    fn it_is_complete_when_every_worker_has_come() {
        assert!(Muster::complete(3, on_threads(3)).is_ok());
        let mut tries = 0;
        let late = |muster: &Arc<Muster>| {
            tries += 1;
            on_threads(tries)(muster)
        };
        assert!(Muster::complete(2, late).is_ok(), "a worker that is late is waited for");
    }

    #[test]
    fn a_worker_that_does_not_come_is_an_error() {
        let alone = |muster: &Arc<Muster>| {
            muster.report();
            Ok(())
        };
        let error = Muster::complete(2, alone).expect_err("one thread is not two");
        assert!(error.to_string().contains("1 of 2"), "{error}");
    }
}
