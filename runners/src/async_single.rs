//! `async-single`: spawned tasks on tokio's one-thread event loop.

use std::sync::Arc;

use regatta_workloads::{Context, Workload};
use tokio::runtime::Builder;

use crate::async_multi::run_on;
use crate::attempts;
use crate::crew::Shift;
use crate::desk::{Attempt, Desk};
use crate::worlds::Tokio;
use crate::{Async, Error, Need, Outcome, Parallelism, Runner, Settings};

/// A spawned task each on an event loop of one thread.
#[derive(Debug)]
pub struct AsyncSingle;

impl Runner for AsyncSingle {
    const NAME: &'static str = "async-single";
    const ABOUT: &'static str = "a spawned asynchronous task each, on an event loop of one thread (tokio)";
    const PARALLELISM: Parallelism = Parallelism::One;
    const PREEMPTIVE: bool = false;

    fn need<W: Workload>(workload: &W, settings: &Settings) -> Need {
        Async::need(workload, settings)
    }

    fn start<W: Workload>(
        workload: Arc<W>,
        _settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::system("start the event loop of tokio"))?;
        let shift = Shift::leak(workload, Tokio.primitives())?;
        Ok(move || run_on(&runtime, shift))
    }

    fn attempt<W: Workload>(workload: Arc<W>, _settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        attempts::single_thread(workload, desk)
    }
}
