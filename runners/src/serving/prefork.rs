//! `prefork-server`: W processes that share the queue of connections.

use std::io;

use super::conversation::converse;
use super::socket::{accept, listen};
use super::{Job, ServerModel, forks};
use crate::{Need, Parallelism};

/// W processes, forked beforehand, each of which accepts a connection, serves it to its end, and accepts the next.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "prefork-server",
    about: "W processes forked beforehand, each with one connection at a time, from one queue",
    parallelism: Parallelism::Workers,
    processes: true,
    serves_all: false,
    need: |_| Need::default(),
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    for _ in 0..job.workers {
        forks::spawn(|| {
            loop {
                let mut stream = accept(&listener, job.terms.patience())?;
                // Whatever the client did, the next one is served.
                let _ = converse(&mut stream, job.terms, std::thread::sleep);
            }
        })?;
    }
    job.announce(listener.local_addr()?)?;
    forks::wait_for_ever()
}
