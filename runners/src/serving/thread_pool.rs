//! `thread-pool-server`: W threads that share the queue of connections.

use std::io;

use super::conversation::converse;
use super::socket::{accept, listen};
use super::{Job, ServerModel};
use crate::Parallelism;

/// W threads, each of which accepts a connection, serves it to its end, and accepts the next.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "thread-pool-server",
    about: "W threads, each with one connection at a time",
    parallelism: Parallelism::Workers,
    serves_all: false,
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    let (listener, terms) = (listen()?, job.terms);
    let work = || -> io::Result<()> {
        loop {
            let mut stream = accept(&listener, terms.patience())?;
            // Whatever the client did, the next one is served.
            let _ = converse(&mut stream, terms, std::thread::sleep);
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..job.workers).map(|_| scope.spawn(work)).collect();
        job.announce(listener.local_addr()?)?;
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread panicked"))))
    })
}
