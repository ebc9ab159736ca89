//! The attempt of coroutines with a stack of their own.

use std::sync::Arc;

use may::coroutine::Builder;
use regatta_workloads::{Context, Workload};

use super::looked_at::share_at;
use crate::desk::{Attempt, Desk};
use crate::task::carry_out;
use crate::worlds::Suspending;
use crate::{Error, Settings, scheduler};

/// Returns the attempt of a coroutine for each task. A thread joins each of them, so that one that never ends hides no other.
pub(crate) fn green<W: Workload>(workload: Arc<W>, settings: &Settings, desk: Arc<dyn Desk>) -> Attempt {
    scheduler::configure(settings.workers);
    Box::new(move || {
        let shared = share_at(&*desk, &workload, &Suspending.primitives())?;
        for index in 0..workload.tasks() {
            let (workload, shared, desk) = (Arc::clone(&workload), Arc::clone(&shared), Arc::clone(&desk));
            let task = move || carry_out(&*workload, &Suspending, &shared, index);
            // SAFETY: tasks wait only through their context, which suspends the coroutine, and use no thread-local across that. One
            // may overflow its stack on purpose: the stack ends at a page that nobody may touch.
            let coroutine = unsafe { Builder::new().spawn(task) }.map_err(Error::system("create a coroutine"))?;
            let handle = coroutine.coroutine().clone();
            // SAFETY: a coroutine that is cancelled unwinds where it waits, and what it holds is dropped.
            desk.can_cancel(index, Box::new(move || unsafe { handle.cancel() }));
            let join =
                move || desk.told(index, coroutine.join().unwrap_or_else(|payload| Err(Error::panic(&*payload))));
            std::thread::Builder::new().spawn(join).map_err(Error::system("create a thread"))?;
        }
        Ok(())
    })
}
