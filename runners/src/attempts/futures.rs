//! The attempts of tokio.

use std::sync::Arc;

use regatta_workloads::{Context, Workload};
use tokio::runtime::Builder;
use tokio::task::JoinHandle;

use super::looked_at::share_at;
use crate::desk::{Attempt, Desk};
use crate::task::Spawned;
use crate::worlds::Tokio;
use crate::{Error, Settings};

/// Returns the future as which task `index` is spawned.
fn future<W: Workload>(
    workload: &Arc<W>,
    shared: &Arc<W::Shared<<Tokio as Context>::Primitives>>,
    index: u64,
) -> impl Future<Output = Result<u64, Error>> + Send + 'static {
    let (workload, shared) = (Arc::clone(workload), Arc::clone(shared));
    Spawned::new(async move { workload.task(&Tokio, &shared, index).await.map_err(|error| Error::task(index, &error)) })
}

/// Awaits a task and says what its handle says of it.
async fn tell(desk: Arc<dyn Desk>, index: u64, task: JoinHandle<Result<u64, Error>>) {
    let fate = match task.await {
        Ok(result) => result,
        Err(error) if error.is_panic() => Err(Error::panic(&*error.into_panic())),
        Err(error) => Err(Error::Lost(format!("task {index}: {error}"))),
    };
    desk.told(index, fate);
}

/// Starts a runtime of several threads and returns the attempt of a spawned task each. Whoever awaits a task is one of the runtime, too.
///
/// # Errors
/// If the runtime does not start.
pub(crate) fn multi_thread<W: Workload>(
    workload: Arc<W>,
    settings: &Settings,
    desk: Arc<dyn Desk>,
) -> Result<Attempt, Error> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(settings.workers)
        .enable_all()
        .build()
        .map_err(Error::system("start the runtime of tokio"))?;
    Ok(Box::new(move || {
        let shared = share_at(&*desk, &workload, &Tokio.primitives())?;
        for index in 0..workload.tasks() {
            let task = runtime.spawn(future(&workload, &shared, index));
            let handle = task.abort_handle();
            desk.can_cancel(index, Box::new(move || handle.abort()));
            runtime.spawn(tell(Arc::clone(&desk), index, task));
        }
        Ok(())
    }))
}

/// Starts an event loop of one thread, the caller's, and returns the attempt of a spawned task each. The caller drives it until all have
/// ended.
///
/// # Errors
/// If the event loop does not start.
pub(crate) fn single_thread<W: Workload>(workload: Arc<W>, desk: Arc<dyn Desk>) -> Result<Attempt, Error> {
    let runtime =
        Builder::new_current_thread().enable_all().build().map_err(Error::system("start the event loop of tokio"))?;
    Ok(Box::new(move || {
        let shared = share_at(&*desk, &workload, &Tokio.primitives())?;
        runtime.block_on(async {
            let mut tellers = Vec::new();
            for index in 0..workload.tasks() {
                let task = tokio::spawn(future(&workload, &shared, index));
                let handle = task.abort_handle();
                desk.can_cancel(index, Box::new(move || handle.abort()));
                tellers.push(tokio::spawn(tell(Arc::clone(&desk), index, task)));
            }
            for teller in tellers {
                teller.await.map_err(|error| Error::Lost(error.to_string()))?;
            }
            Ok(())
        })
    }))
}
