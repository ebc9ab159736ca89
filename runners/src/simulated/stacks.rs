//! Tasks that can be suspended anywhere, because each has a stack of its own.
//!
//! *Why:* a future is suspended only where it awaits. On a stack of its own a task is suspended within any call of its world, too:
//! at a checkpoint, or where it lets go of a lock.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::Error;

/// Size of a stack, bytes. What of it is not touched takes no memory.
const SIZE: usize = 512 << 10;

thread_local! {
    /// What suspends the task that goes on; none outside of tasks.
    static YIELDER: Cell<Option<NonNull<Yielder<(), ()>>>> = const { Cell::new(None) };
    /// Stacks of tasks that have ended, for others.
    static STACKS: RefCell<Vec<DefaultStack>> = const { RefCell::new(Vec::new()) };
}

/// A task that can be suspended. One that is dropped before it has ended unwinds.
pub(super) struct Suspendable<T: 'static>(Option<Coroutine<(), (), T>>);

impl<T: 'static> Suspendable<T> {
    /// Prepares a task. It begins when it first goes on.
    pub(super) fn new(task: impl FnOnce() -> T + 'static) -> Result<Self, Error> {
        let stack = STACKS.with_borrow_mut(Vec::pop);
        let stack = match stack {
            Some(stack) => stack,
            None => DefaultStack::new(SIZE).map_err(Error::system("make a stack"))?,
        };
        Ok(Self(Some(Coroutine::with_stack(stack, move |yielder: &Yielder<(), ()>, ()| {
            YIELDER.set(Some(NonNull::from(yielder)));
            task()
        }))))
    }

    /// Lets the task go on until it is suspended, or returns what it returned.
    ///
    /// # Panics
    /// If the task panics.
    pub(super) fn go_on(&mut self) -> Option<T> {
        let outside = Outside;
        let result = self.0.as_mut().expect("it is there until it is dropped").resume(());
        drop(outside);
        match result {
            CoroutineResult::Yield(()) => None,
            CoroutineResult::Return(output) => Some(output),
        }
    }
}

impl<T: 'static> Drop for Suspendable<T> {
    fn drop(&mut self) {
        if let Some(mut task) = self.0.take() {
            task.force_unwind();
            STACKS.with_borrow_mut(|stacks| stacks.push(task.into_stack()));
        }
    }
}

/// Says when it is dropped that no task goes on.
struct Outside;

impl Drop for Outside {
    fn drop(&mut self) {
        YIELDER.set(None);
    }
}

/// Says whether a task goes on that can be suspended. One that panics cannot.
pub(super) fn is_suspendable() -> bool {
    YIELDER.get().is_some() && !std::thread::panicking()
}

/// Suspends the task that goes on.
///
/// # Panics
/// If there is none.
pub(super) fn suspend() {
    let yielder = YIELDER.get().expect("tasks of a simulation wait, and nobody else does");
    // SAFETY: it was set by the task that goes on, at its beginning or below after it was suspended. The yielder lies on the stack of
    // that task until it ends, and then nobody is set.
    unsafe { yielder.as_ref() }.suspend(());
    YIELDER.set(Some(yielder));
}
