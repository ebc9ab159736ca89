//! `blocking-server`: one connection at a time.

use std::io;

use super::conversation::converse;
use super::socket::{accept, listen};
use super::{Job, ServerModel};

/// Accepts a connection, serves it to its end, and then accepts the next.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "blocking-server",
    about: "one connection after the other, each to its end",
    serves_all: false,
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    loop {
        let mut stream = accept(&listener, job.terms.patience())?;
        // Whatever the client did, the next one is served.
        let _ = converse(&mut stream, job.terms, std::thread::sleep);
    }
}
