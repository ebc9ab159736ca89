//! Tasks in line for something, until they are woken or a time is over.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::scheduler::{Scheduler, now};

/// The tasks that wait for something. Whose turn it is in line says the seed.
#[derive(Debug)]
pub(super) struct Line {
    scheduler: Arc<Scheduler>,
    waiting: Mutex<Vec<usize>>,
}

impl Line {
    pub(super) fn new(scheduler: &Arc<Scheduler>) -> Self {
        Self { scheduler: Arc::clone(scheduler), waiting: Mutex::default() }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<usize>> {
        // No method panics while it holds the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn scheduler(&self) -> &Scheduler {
        &self.scheduler
    }

    /// Puts the task that goes on in line. From here on nobody who wakes comes before it.
    pub(super) fn join(&self, until: Option<u64>) -> Place<'_> {
        let task = self.scheduler.current();
        self.waiting().push(task);
        if let Some(over) = until {
            self.scheduler.set_timer(over, task);
        }
        Place { line: self, task, until }
    }

    /// Wakes one task, if any waits.
    pub(super) fn wake_one(&self) {
        let mut waiting = self.waiting();
        if !waiting.is_empty() {
            let chosen = self.scheduler.draw(waiting.len());
            self.scheduler.wake(waiting.swap_remove(chosen));
        }
    }

    /// Wakes all tasks.
    pub(super) fn wake_all(&self) {
        for task in std::mem::take(&mut *self.waiting()) {
            self.scheduler.wake(task);
        }
    }
}

/// The place of a task in line. It is left when it is dropped, too.
pub(super) struct Place<'a> {
    line: &'a Line,
    task: usize,
    until: Option<u64>,
}

impl Place<'_> {
    /// Waits until somebody wakes the task or the time is over, and says whether it is over.
    pub(super) fn wait(self) -> bool {
        loop {
            if !self.line.waiting().contains(&self.task) {
                return false;
            }
            if self.is_over() {
                return true;
            }
            self.line.scheduler.wait();
        }
    }

    /// Says whether the time is over.
    pub(super) fn is_over(&self) -> bool {
        self.until.is_some_and(|over| over <= now())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.line.waiting().retain(|task| *task != self.task);
        if let Some(over) = self.until {
            self.line.scheduler.drop_timer(over, self.task);
        }
    }
}
