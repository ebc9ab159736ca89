//! `thread-server`: a thread of its own for each connection.

use std::io;
use std::thread::Builder;

use super::conversation::converse;
use super::socket::{BACK_OFF, accept, listen};
use super::{Job, ServerModel};
use crate::{Need, Parallelism};

/// Creates a thread for each connection, which ends with it.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "thread-server",
    about: "a thread of its own for each connection",
    parallelism: Parallelism::PerTask,
    need: Need::threads,
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    let terms = job.terms;
    loop {
        let mut stream = accept(&listener, terms.patience())?;
        let talk = move || {
            // Whatever the client did, the others are served.
            let _ = converse(&mut stream, terms, std::thread::sleep);
        };
        // Where the machine has no thread left, the connection is closed, and some will end soon.
        if Builder::new().spawn(talk).is_err() {
            std::thread::sleep(BACK_OFF);
        }
    }
}
