//! `async`: spawned tasks on tokio's multi-thread runtime.

use std::sync::Arc;

use regatta_workloads::{Context, Tally, Workload};
use tokio::runtime::{Builder, Runtime};

use crate::attempts;
use crate::crew::Shift;
use crate::desk::{Attempt, Desk};
use crate::muster::Muster;
use crate::task::Spawned;
use crate::worlds::Tokio;
use crate::{Error, Need, Outcome, Parallelism, Runner, Settings};

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
        let shift = Shift::leak(workload, Tokio.primitives())?;
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
        Ok(move || run_on(&runtime, shift))
    }

    fn attempt<W: Workload>(workload: Arc<W>, settings: Settings, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
        attempts::multi_thread(workload, &settings, desk)
    }
}

/// What the tasks of a runner of tokio have in common.
pub(crate) type TokioShift<W> = Shift<W, <Tokio as Context>::Primitives>;

/// Returns the future as which task `index` is spawned. Its threads have to serve the crew of `shift`.
fn spawned<W: Workload>(
    shift: &'static TokioShift<W>,
    index: u64,
) -> Spawned<impl Future<Output = Result<u64, regatta_workloads::Error>> + Send> {
    Spawned::new(shift.workload.task(&Tokio, shift.shared(), index))
}

/// Spawns every task on the runtime and awaits them all.
pub(crate) fn run_on<W: Workload>(runtime: &Runtime, shift: &'static TokioShift<W>) -> Result<Outcome, Error> {
    // SAFETY: the tasks of the last run were awaited, and a cell has one run at a time.
    unsafe { shift.begin() }?;
    shift.crew.enlist();
    let tally = runtime.block_on(async {
        let mut tasks = Vec::with_capacity(shift.workload.tasks() as usize);
        for index in 0..shift.workload.tasks() {
            tasks.push(tokio::spawn(spawned(shift, index)));
        }
        let mut tally = Ok(Tally::default());
        for (index, task) in (0..).zip(tasks) {
            let result = match task.await {
                Ok(result) => result.map_err(|error| Error::task(index, &error)),
                Err(error) if error.is_panic() => Err(Error::panic(&*error.into_panic())),
                Err(error) => Err(Error::Lost(format!("task {index}: {error}"))),
            };
            tally = tally.and_then(|mut tally: Tally| {
                tally.add(index, result?);
                Ok(tally)
            });
        }
        tally
    })?;
    shift.end(tally)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use regatta_workloads::Sleep;

    use super::*;

    #[test]
    fn a_spawned_task_is_no_larger_than_one_written_by_hand() {
        let index = std::hint::black_box(7);
        let wait = Duration::from_millis(1);
        let by_hand = async move {
            tokio::time::sleep(wait).await;
            Ok::<u64, regatta_workloads::Error>(index)
        };
        let spawned =
            spawned(Shift::leak(Arc::new(Sleep::default()), Tokio.primitives()).expect("it shares nothing"), index);
        let (regatta, by_hand) = (size_of_val(&spawned), size_of_val(&by_hand));
        assert!(regatta <= by_hand, "{regatta} bytes, and {by_hand} by hand");
    }
}
