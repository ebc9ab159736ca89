//! `async-server`: a future for each connection, on W threads of tokio.

use std::io;

use tokio::runtime::Builder;

use super::{Job, ServerModel, futures};
use crate::Parallelism;

/// A future for each connection, on a runtime with W threads.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "async-server",
    about: "a future for each connection on W threads (tokio)",
    parallelism: Parallelism::Workers,
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    futures::serve(&Builder::new_multi_thread().worker_threads(job.workers).enable_all().build()?, job)
}
