//! `polled-server`: all sockets are tried, over and over.

use std::io;
use std::time::Duration;

use super::event_loop::{EventLoop, Readiness, Sockets};
use super::socket::listen;
use super::{Job, ServerModel};

/// Tries to accept, and to read from each connection, in a loop that never waits.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "polled-server",
    about: "non-blocking sockets, tried one after the other in a loop that never waits",
    serve,
    ..ServerModel::LOOP
};

struct Polled;

impl Readiness for Polled {
    fn wait(&mut self, sockets: &Sockets, _timeout: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
        ready.extend(
            sockets.watched().filter(|(.., interest)| interest.read || interest.write).map(|(token, ..)| token),
        );
        Ok(())
    }
}

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    EventLoop::new(listener, job.terms, Polled)?.run()
}
