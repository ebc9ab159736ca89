//! `epoll-server`: one thread that is told by `epoll` which sockets are ready, for as long as they are.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::Timespec;
use rustix::event::epoll::{CreateFlags, Event, EventData, EventFlags, add, create, modify, wait};
use rustix::io::Errno;

use super::event_loop::{EventLoop, Interest, Readiness, Sockets};
use super::socket::listen;
use super::{Job, ServerModel};

/// Sockets that the kernel tells of in one call, at most.
const MOST_EVENTS: usize = 256;

/// Tells the kernel once which sockets to watch. Each call gives those that are ready.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "epoll-server",
    about: "one thread that is told by epoll which sockets are ready (level-triggered)",
    serve,
    ..ServerModel::LOOP
};

/// A set of sockets in the kernel. It tells of each for as long as it is ready.
pub(super) struct Epoll {
    set: OwnedFd,
    events: Box<[MaybeUninit<Event>; MOST_EVENTS]>,
}

impl Epoll {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { set: create(CreateFlags::CLOEXEC)?, events: Box::new([MaybeUninit::uninit(); MOST_EVENTS]) })
    }

    /// Adds a socket or changes the interest in one.
    pub(super) fn set(&self, socket: BorrowedFd<'_>, token: usize, flags: EventFlags, is_new: bool) -> io::Result<()> {
        let data = EventData::new_u64(token as u64);
        let set = if is_new { add(&self.set, socket, data, flags) } else { modify(&self.set, socket, data, flags) };
        Ok(set?)
    }

    /// Waits until a socket is ready or the time is up.
    pub(super) fn ready(&mut self, timeout: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
        let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
        match wait(&self.set, &mut self.events[..], Some(&timeout)) {
            Ok((events, _)) => ready.extend(events.iter().map(|event| event.data.u64() as usize)),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

impl Readiness for Epoll {
    fn watch(&mut self, socket: BorrowedFd<'_>, token: usize, interest: Interest, is_new: bool) -> io::Result<()> {
        let mut flags = EventFlags::empty();
        flags.set(EventFlags::IN, interest.read);
        flags.set(EventFlags::OUT, interest.write);
        self.set(socket, token, flags, is_new)
    }

    fn wait(&mut self, _sockets: &Sockets, timeout: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
        self.ready(timeout, ready)
    }
}

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    EventLoop::new(listener, job.terms, Epoll::new()?)?.run()
}
