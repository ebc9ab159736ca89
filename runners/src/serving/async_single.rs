//! `async-single-server`: a future for each connection, on one thread of tokio.

use std::io;

use tokio::runtime::Builder;

use super::{Job, ServerModel, futures};

/// A future for each connection, on a runtime of one thread.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "async-single-server",
    about: "a future for each connection on one thread (tokio)",
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    futures::serve(&Builder::new_current_thread().enable_all().build()?, job)
}
