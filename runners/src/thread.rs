//! `thread`: a thread of its own for each task.

use std::sync::Arc;

use regatta_workloads::{Tally, Workload};

use crate::attempts;
use crate::crew::Shift;
use crate::desk::{Attempt, Desk};
use crate::task::carry_out;
use crate::worlds::World;
use crate::{Blocking, Error, Need, Outcome, Parallelism, Runner, Settings};

/// A thread of its own for each task, all at once. Creating them is part of the run.
#[derive(Debug)]
pub struct Thread;

impl Runner for Thread {
    const NAME: &'static str = "thread";
    const ABOUT: &'static str = "a thread of its own for each task, all at once (std::thread)";
    const PARALLELISM: Parallelism = Parallelism::PerTask;

    fn need<W: Workload>(workload: &W, _settings: &Settings) -> Need {
        Need::threads(workload.tasks()).descriptors(workload.descriptors() * workload.tasks())
    }

    fn start<W: Workload>(
        workload: Arc<W>,
        _settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        in_world(workload, Blocking)
    }

    fn attempt<W: Workload>(workload: Arc<W>, _settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        Ok(attempts::thread_each(workload, Blocking, desk))
    }
}

/// Returns the closure that carries out every task on a thread of its own in this world.
///
/// # Errors
/// If the world lacks what the workload asks for.
pub(crate) fn in_world<W: Workload, C: World>(
    workload: Arc<W>,
    world: C,
) -> Result<impl Fn() -> Result<Outcome, Error> + use<W, C>, Error> {
    let shift = Shift::leak(workload, world.primitives())?;
    Ok(move || {
        // SAFETY: the threads of the last run were joined, and a cell has one run at a time.
        unsafe { shift.begin() }?;
        let spawn = |index| {
            let world = world.clone();
            std::thread::Builder::new().spawn(move || {
                shift.crew.mark();
                world.enter(|| carry_out(&*shift.workload, &world, shift.shared(), index))
            })
        };
        let mut refused = None;
        let mut threads = Vec::with_capacity(shift.workload.tasks() as usize);
        for index in 0..shift.workload.tasks() {
            match spawn(index) {
                Ok(thread) => threads.push(thread),
                Err(error) => {
                    refused = Some(Error::system("create a thread")(error));
                    break;
                }
            }
        }
        let mut tally = Ok(Tally::default());
        for (index, thread) in (0..).zip(threads) {
            let result = thread.join().unwrap_or_else(|payload| Err(Error::panic(&*payload)));
            tally = tally.and_then(|mut tally| {
                tally.add(index, result?);
                Ok(tally)
            });
        }
        match refused {
            Some(error) => Err(error),
            None => shift.end(tally?),
        }
    })
}
