//! `process-server`: a process of its own for each connection.

use std::io;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::conversation::converse;
use super::socket::{BACK_OFF, accept, listen};
use super::{Job, ServerModel, forks};
use crate::{Need, Parallelism};

/// How often children that have ended are waited for while no connection comes.
const GLANCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Forks a process for each connection, which ends with it.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "process-server",
    about: "a process of its own for each connection (fork)",
    parallelism: Parallelism::PerTask,
    processes: true,
    // A fork shares what it does not write to.
    need: |connections| Need { memory: connections * (256 << 10), ..Need::processes(connections) },
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    let mut children = 0;
    loop {
        let timeout = (children > 0).then_some(&GLANCE);
        let ready = poll(&mut [PollFd::from_borrowed_fd(listener.as_fd(), PollFlags::IN)], timeout);
        children -= forks::reap();
        if !ready.is_ok_and(|ready| ready > 0) {
            continue;
        }
        let mut stream = accept(&listener, job.terms.patience())?;
        // Where the machine has no process left, the connection is closed, and some will end soon.
        match forks::spawn(|| converse(&mut stream, job.terms, std::thread::sleep)) {
            Ok(()) => children += 1,
            Err(_) => std::thread::sleep(BACK_OFF),
        }
    }
}
