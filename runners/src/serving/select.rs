//! `select-server`: one thread that asks by `select` which sockets are ready.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use nix::sys::select::{FD_SETSIZE, FdSet, select};
use nix::sys::time::{TimeVal, TimeValLike};

use super::event_loop::{EventLoop, Interest, Readiness, Sockets};
use super::socket::listen;
use super::{Job, ServerModel};

/// Descriptors of a server that are no connections, at most.
const OTHERS: usize = 16;

/// Asks the kernel about all sockets in each call, by a set that has room for the first 1,024 descriptors.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "select-server",
    about: "one thread that asks by select which sockets are ready",
    most_connections: (FD_SETSIZE - OTHERS) as u64,
    serve,
    ..ServerModel::LOOP
};

struct Select;

impl Readiness for Select {
    fn watch(&mut self, socket: BorrowedFd<'_>, _token: usize, _interest: Interest, _is_new: bool) -> io::Result<()> {
        if socket.as_raw_fd() < FD_SETSIZE as i32 { Ok(()) } else { Err(io::ErrorKind::QuotaExceeded.into()) }
    }

    fn wait(&mut self, sockets: &Sockets, timeout: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
        let (mut reads, mut writes) = (FdSet::new(), FdSet::new());
        for (_, socket, interest) in sockets.watched() {
            if interest.read {
                reads.insert(socket);
            }
            if interest.write {
                writes.insert(socket);
            }
        }
        let mut timeout = TimeVal::microseconds(i64::try_from(timeout.as_micros()).unwrap_or(i64::MAX));
        match select(None, &mut reads, &mut writes, None, &mut timeout) {
            Ok(_) => {}
            Err(nix::Error::EINTR) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        let is_ready = |socket| reads.contains(socket) || writes.contains(socket);
        ready.extend(sockets.watched().filter(|(_, socket, _)| is_ready(*socket)).map(|(token, ..)| token));
        Ok(())
    }
}

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    EventLoop::new(listener, job.terms, Select)?.run()
}
