//! Which task is in progress on this thread.
//!
//! Locks are made before tasks and are not told who asks. So each task says who it is when it begins, and again after each wait:
//! another task may have been in progress on the thread meanwhile, and a coroutine may go on on another thread.

use std::cell::Cell;
use std::panic::resume_unwind;

use crate::WaitsFor;
use crate::waits_for::Access;

thread_local! {
    static TASK: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Returns the task in progress on this thread.
// Never inlined: a coroutine may ask on one thread before a wait and on another one after it.
#[inline(never)]
pub(super) fn current() -> Option<u64> {
    TASK.get()
}

/// Says which task is in progress on this thread.
#[inline(never)]
pub(super) fn enter(task: Option<u64>) {
    TASK.set(task);
}

/// Waits, and says afterwards again who is in progress.
pub(super) async fn through<F: Future>(task: Option<u64>, wait: F) -> F::Output {
    let output = wait.await;
    enter(task);
    output
}

/// Does what does not wait by its surface, and says afterwards again who is in progress.
///
/// *Why:* may's coroutines can be suspended within such a call, too. To let go of a lock for readers, they take another lock.
pub(super) fn around<T>(call: impl FnOnce() -> T) -> T {
    let task = current();
    let output = call();
    enter(task);
    output
}

/// Something of a graph that tasks wait for.
#[derive(Debug)]
pub(super) struct Place {
    graph: WaitsFor,
    number: usize,
}

impl Place {
    /// Adds something of this kind to the graph.
    pub(super) fn new(graph: &WaitsFor, kind: &'static str) -> Self {
        Self { graph: graph.clone(), number: graph.add(kind) }
    }

    /// Waits for something that nobody holds.
    pub(super) async fn wait<F: Future>(&self, wait: F) -> F::Output {
        let task = self.begin(Access::Shared);
        let output = through(task, wait).await;
        if let Some(task) = task {
            self.graph.go_on(task);
        }
        output
    }

    /// Waits for a lock, and holds it.
    pub(super) async fn take<F: Future>(&self, access: Access, wait: F) -> (F::Output, Held<'_>) {
        let task = self.begin(access);
        let output = through(task, wait).await;
        (output, self.hold(task, access))
    }

    /// Enters a task as holding this lock, until what it returns is dropped.
    pub(super) fn hold(&self, task: Option<u64>, access: Access) -> Held<'_> {
        if let Some(task) = task {
            self.graph.hold(task, self.number, access);
        }
        Held { place: self, task }
    }

    /// Enters the task in progress as waiting, and returns it.
    ///
    /// # Panics
    /// If the wait would never end. Nothing is printed, for whoever runs the tasks has the words.
    fn begin(&self, access: Access) -> Option<u64> {
        let task = current()?;
        if let Err(circle) = self.graph.wait(task, self.number, access) {
            resume_unwind(Box::new(format!("deadlock: {circle}")));
        }
        Some(task)
    }
}

/// A lock that a task holds until this is dropped. It is dropped after the guard of the lock.
#[derive(Debug)]
pub(super) struct Held<'a> {
    pub(super) place: &'a Place,
    /// Who took it. Nobody did outside of tasks.
    task: Option<u64>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(task) = self.task {
            // Letting go may have suspended it: see `around`.
            enter(self.task);
            self.place.graph.let_go(task, self.place.number);
        }
    }
}
