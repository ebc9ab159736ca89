//! `green`: stackful coroutines of the crate may, one a task.

use std::io;
use std::sync::Arc;

use may::coroutine::{Builder, JoinHandle};
use regatta_workloads::{Context, Tally, Workload};

use crate::attempts;
use crate::crew::Shift;
use crate::desk::{Attempt, Desk};
use crate::muster::Muster;
use crate::scheduler;
use crate::task::carry_out;
use crate::worlds::Suspending;
use crate::{Error, Need, Outcome, Parallelism, Runner, Settings};

/// A coroutine with a stack of its own for each task, on W scheduler threads.
#[derive(Debug)]
pub struct Green;

impl Runner for Green {
    const NAME: &'static str = "green";
    const ABOUT: &'static str = "a coroutine with a stack of its own for each task, on W scheduler threads (may)";
    const PARALLELISM: Parallelism = Parallelism::Workers;
    const PREEMPTIVE: bool = false;

    fn need<W: Workload>(workload: &W, _settings: &Settings) -> Need {
        Need::coroutines(workload.tasks()).descriptors(workload.descriptors() * workload.tasks())
    }

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        scheduler::configure(settings.workers);
        // The first coroutine starts the scheduler.
        Muster::complete(settings.workers, |muster| {
            let report = |muster: Arc<Muster>| {
                // SAFETY: it blocks its worker on purpose, and not for ever; it is done with the crew's thread-local before
                // it could be suspended, which it never is; its stack is small.
                unsafe { Builder::new().spawn(move || muster.report()) }
            };
            let reports: Vec<_> = (0..settings.workers).map(|_| report(Arc::clone(muster))).collect();
            for report in reports {
                let report = report.map_err(Error::system("start the scheduler of may"))?;
                report.join().map_err(|payload| Error::panic(&*payload))?;
            }
            Ok(())
        })?;
        let shift = Shift::leak(workload, Suspending.primitives())?;
        Ok(move || {
            // SAFETY: the coroutines of the last run were joined, and a cell has one run at a time.
            unsafe { shift.begin() }?;
            let spawn = |index| -> io::Result<JoinHandle<Result<u64, Error>>> {
                let task = move || {
                    shift.crew.mark();
                    carry_out(&*shift.workload, &Suspending, shift.shared(), index)
                };
                // SAFETY: tasks wait only through their context, which suspends the coroutine; the one thread-local,
                // the crew's, is done with before the task can be suspended; workloads keep their stacks small.
                unsafe { Builder::new().spawn(task) }
            };
            let mut coroutines = Vec::with_capacity(shift.workload.tasks() as usize);
            for index in 0..shift.workload.tasks() {
                coroutines.push(spawn(index).map_err(Error::system("create a coroutine"))?);
            }
            let mut tally = Ok(Tally::default());
            for (index, coroutine) in (0..).zip(coroutines) {
                let result = coroutine.join().unwrap_or_else(|payload| Err(Error::panic(&*payload)));
                tally = tally.and_then(|mut tally: Tally| {
                    tally.add(index, result?);
                    Ok(tally)
                });
            }
            shift.end(tally?)
        })
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        Ok(attempts::green(workload, &settings, desk))
    }
}
