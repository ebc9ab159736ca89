//! `gil-thread-pool`: long-lived threads that take tasks from a channel, under a modelled global interpreter lock.

use std::sync::Arc;

use regatta_workloads::Workload;

use crate::attempts;
use crate::desk::{Attempt, Desk};
use crate::under_gil::{INTERVAL, new_lock, with_figures};
use crate::worlds::UnderGil;
use crate::{Error, Family, Outcome, Parallelism, Runner, Settings, thread_pool};

/// W long-lived threads that take tasks from a channel, one of which computes at a time.
#[derive(Debug)]
pub struct GilThreadPool;

impl Runner for GilThreadPool {
    const NAME: &'static str = "gil-thread-pool";
    const ABOUT: &'static str = "W long-lived threads that take tasks from a channel, under a model of CPython's lock";
    const PARALLELISM: Parallelism = Parallelism::Workers;
    const FAMILY: Family = Family::Gil;
    const MODEL: &'static str = "thread-pool";
    const OPTIONS: &'static [&'static str] = &[INTERVAL];

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        let gil = new_lock(&settings)?;
        let run = thread_pool::in_world(workload, UnderGil(Arc::clone(&gil)), settings.workers)?;
        Ok(move || run().map(|outcome| with_figures(outcome, &gil)))
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        attempts::thread_pool(workload, UnderGil(new_lock(&settings)?), settings.workers, desk)
    }
}
