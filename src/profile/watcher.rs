//! Who watches a task, and what for: the segments of a profile, or a check.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context as Poller, Poll};

use regatta_runners::watch_for_the_lock;
use rustix::thread::gettid;

use super::log::{Entry, Log};
use crate::Recorder;
use crate::check::{Check, Stance};

thread_local! {
    /// The number of this thread; 0 until it is asked for.
    static THREAD: Cell<u64> = const { Cell::new(0) };
    /// Who watches the task that this thread was at last, for where threads share a lock a task stays on its thread.
    static WATCHER: RefCell<Option<Arc<Watcher>>> = const { RefCell::new(None) };
}

/// What tasks are watched for.
#[derive(Clone)]
pub(crate) enum Purpose {
    /// To see which worker does what when.
    Profile(Arc<Log>),
    /// To see if they are right, and if they block their threads.
    Check(Arc<Check>),
}

/// Watches one task.
pub(super) enum Watcher {
    Profile(Pen),
    Check(Stance),
}

impl Watcher {
    /// Has the profile know of waits for a modelled lock.
    pub(super) fn watch_for_the_lock() {
        watch_for_the_lock(note_wait_for_lock);
    }

    /// Returns who watches this task.
    pub(super) fn new(purpose: &Purpose, task: u64) -> Self {
        match purpose {
            Purpose::Profile(log) => Self::Profile(Pen {
                log: Arc::clone(log),
                task,
                start_ns: AtomicU64::new(0),
                worker: AtomicU64::new(0),
            }),
            Purpose::Check(check) => Self::Check(Stance::new(Arc::clone(check))),
        }
    }

    /// Sets who watches the task of this thread, or that nobody does.
    pub(super) fn set(watcher: Option<Arc<Self>>) {
        WATCHER.set(watcher);
    }

    pub(super) fn begin(&self) {
        match self {
            Self::Profile(pen) => pen.begin(),
            Self::Check(stance) => stance.begin(),
        }
    }

    pub(super) fn end(&self) {
        match self {
            Self::Profile(pen) => pen.end(),
            Self::Check(stance) => stance.end(),
        }
    }

    /// Polls a task. A check leaves out what passes until the next poll, for the task waits then, and its thread is free.
    pub(super) fn poll<F: Future>(&self, task: Pin<&mut F>, poller: &mut Poller<'_>) -> Poll<F::Output> {
        let Self::Check(stance) = self else { return task.poll(poller) };
        stance.begin();
        let output = task.poll(poller);
        if output.is_pending() {
            stance.end();
        }
        output
    }

    /// Waits in between two segments.
    pub(super) async fn wait<T>(&self, waiting: impl Future<Output = T>) -> T {
        self.end();
        let output = waiting.await;
        self.begin();
        output
    }
}

/// Writes the segments of one task.
pub(super) struct Pen {
    log: Arc<Log>,
    task: u64,
    /// When the present segment began.
    start_ns: AtomicU64,
    /// The thread that it began on.
    worker: AtomicU64,
}

impl Pen {
    fn begin(&self) {
        // Who is only counted need not be known, and clocks are what takes time here.
        if !self.log.is_full() {
            self.worker.store(this_thread(), Ordering::Relaxed);
            self.start_ns.store(Recorder::now_ns(), Ordering::Relaxed);
        }
    }

    fn end(&self) {
        self.log.push(|| Entry {
            task: self.task,
            worker: self.worker.load(Ordering::Relaxed),
            start_ns: self.start_ns.load(Ordering::Relaxed),
            end_ns: Recorder::now_ns(),
        });
    }
}

/// Returns the calling thread's number, which is unique on the machine while it lives. That of a process's first thread is the process's.
///
/// A coroutine may go on elsewhere after a wait, so this is never a part of its caller, where the compiler might keep the place of
/// the thread-local.
#[inline(never)]
pub(crate) fn this_thread() -> u64 {
    THREAD.with(|thread| {
        if thread.get() == 0 {
            thread.set(u64::from(gettid().as_raw_nonzero().get().cast_unsigned()));
        }
        thread.get()
    })
}

/// Writes down that the task of this thread begins to wait for the lock.
fn note_wait_for_lock() {
    WATCHER.with_borrow(|watcher| {
        if let Some(Watcher::Profile(Pen { log, task, .. })) = watcher.as_deref() {
            log.push(|| {
                let now = Recorder::now_ns();
                Entry { task: *task, worker: this_thread(), start_ns: now, end_ns: now }
            });
        }
    });
}
