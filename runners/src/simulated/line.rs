//! Tasks in line for something, until they are woken or a time is over.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as Poller, Poll};

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

    /// Puts the task that goes on in line. The wait begins with the call, so nobody who wakes comes before it.
    /// It returns whether the time was over before somebody woke the task.
    pub(super) fn wait(&self, until: Option<u64>) -> Wait<'_> {
        let task = self.scheduler.current();
        self.waiting().push(task);
        if let Some(over) = until {
            self.scheduler.set_timer(over, task);
        }
        Wait { line: self, task, until }
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

    /// Takes a task out of the line, and says whether it was in.
    fn leave(&self, task: usize) -> bool {
        let mut waiting = self.waiting();
        let place = waiting.iter().position(|other| *other == task);
        place.map(|place| waiting.swap_remove(place)).is_some()
    }
}

/// A wait in line. It ends when it is dropped, too.
pub(super) struct Wait<'a> {
    line: &'a Line,
    task: usize,
    until: Option<u64>,
}

impl Future for Wait<'_> {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, _: &mut Poller<'_>) -> Poll<bool> {
        let is_in_line = self.line.waiting().contains(&self.task);
        let is_over = self.until.is_some_and(|over| over <= now());
        if is_in_line && !is_over { Poll::Pending } else { Poll::Ready(is_in_line) }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.line.leave(self.task);
        if let Some(over) = self.until {
            self.line.scheduler.drop_timer(over, self.task);
        }
    }
}
