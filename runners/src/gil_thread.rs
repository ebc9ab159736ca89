//! `gil-thread`: a thread of its own for each task, under a modelled global interpreter lock.

use std::sync::Arc;

use regatta_workloads::Workload;

use crate::attempts;
use crate::desk::{Attempt, Desk};
use crate::under_gil::{INTERVAL, new_lock, with_figures};
use crate::worlds::UnderGil;
use crate::{Error, Family, Need, Outcome, Parallelism, Runner, Settings, Thread, thread};

/// A thread of its own for each task, all at once, one of which computes at a time.
#[derive(Debug)]
pub struct GilThread;

impl Runner for GilThread {
    const NAME: &'static str = "gil-thread";
    const ABOUT: &'static str = "a thread of its own for each task, under a model of CPython's lock";
    const PARALLELISM: Parallelism = Parallelism::PerTask;
    const FAMILY: Family = Family::Gil;
    const MODEL: &'static str = "thread";
    const OPTIONS: &'static [&'static str] = &[INTERVAL];

    fn need<W: Workload>(workload: &W, settings: &Settings) -> Need {
        Thread::need(workload, settings)
    }

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        let gil = new_lock(&settings)?;
        let run = thread::in_world(workload, UnderGil(Arc::clone(&gil)))?;
        Ok(move || run().map(|outcome| with_figures(outcome, &gil)))
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        Ok(attempts::thread_each(workload, UnderGil(new_lock(&settings)?), desk))
    }
}
