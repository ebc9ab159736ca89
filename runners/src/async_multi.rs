//! `async`: spawned tasks on tokio's multi-thread runtime.

use std::sync::Arc;

use regatta_workloads::Workload;
use tokio::runtime::Builder;

use crate::crew::Shift;
use crate::muster::Muster;
use crate::{Error, Need, Outcome, Parallelism, Runner, Settings, tokio_world};

/// A spawned task each on a runtime of W threads.
#[derive(Debug)]
pub struct Async;

impl Runner for Async {
    const NAME: &'static str = "async";
    const ABOUT: &'static str = "a spawned asynchronous task each, on a runtime of W threads (tokio)";
    const PARALLELISM: Parallelism = Parallelism::Workers;
    const PREEMPTIVE: bool = false;

    fn need<W: Workload>(workload: &W, _settings: &Settings) -> Need {
        Need::futures(workload.tasks()).descriptors(workload.descriptors() * workload.tasks())
    }

    fn start<W: Workload>(
        workload: Arc<W>,
        settings: Settings,
    ) -> Result<impl FnMut() -> Result<Outcome, Error> + use<W>, Error> {
        let shift = Shift::of(workload);
        let runtime = Builder::new_multi_thread()
            .worker_threads(settings.workers)
            .on_thread_start(|| shift.crew.enlist())
            .enable_all()
            .build()
            .map_err(Error::system("start the runtime of tokio"))?;
        Muster::complete(settings.workers, |muster| {
            runtime.block_on(async {
                let report = |muster: Arc<Muster>| tokio::spawn(async move { muster.report() });
                let reports: Vec<_> = (0..settings.workers).map(|_| report(Arc::clone(muster))).collect();
                for report in reports {
                    report.await.map_err(|error| Error::Lost(format!("a worker of tokio: {error}")))?;
                }
                Ok(())
            })
        })?;
        Ok(move || tokio_world::run(&runtime, shift))
    }
}
