//! `epoll-edge-server`: one thread that is told by `epoll` when a socket becomes ready.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::event::epoll::EventFlags;

use super::epoll::Epoll;
use super::event_loop::{EventLoop, Interest, Readiness, Sockets};
use super::socket::listen;
use super::{Job, ServerModel};

/// Is told once of what comes, and reads until nothing is left.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "epoll-edge-server",
    about: "one thread that is told by epoll when a socket becomes ready, and drains it (edge-triggered)",
    serve,
    ..ServerModel::LOOP
};

struct Edge(Epoll);

impl Readiness for Edge {
    const DRAINS: bool = true;

    fn watch(&mut self, socket: BorrowedFd<'_>, token: usize, _interest: Interest, is_new: bool) -> io::Result<()> {
        // It tells of each change once, so there is no need to say what is of no interest just now.
        if is_new { self.0.set(socket, token, EventFlags::IN | EventFlags::OUT | EventFlags::ET, true) } else { Ok(()) }
    }

    fn wait(&mut self, _sockets: &Sockets, timeout: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
        self.0.ready(timeout, ready)
    }
}

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    EventLoop::new(listener, job.terms, Edge(Epoll::new()?))?.run()
}
