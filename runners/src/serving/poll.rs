//! `poll-server`: one thread that asks by `poll` which sockets are ready.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::event_loop::{EventLoop, Readiness, Sockets};
use super::socket::listen;
use super::{Job, ServerModel};

/// Asks the kernel about all sockets in each call, by a list of them.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "poll-server",
    about: "one thread that asks by poll which sockets are ready",
    serve,
    ..ServerModel::LOOP
};

struct Poll;

impl Readiness for Poll {
    fn wait(&mut self, sockets: &Sockets, timeout: Duration, ready: &mut Vec<usize>) -> io::Result<()> {
        let (mut tokens, mut asked) = (Vec::new(), Vec::new());
        for (token, socket, interest) in sockets.watched() {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::IN, interest.read);
            flags.set(PollFlags::OUT, interest.write);
            if !flags.is_empty() {
                tokens.push(token);
                asked.push(PollFd::from_borrowed_fd(socket, flags));
            }
        }
        let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
        match poll(&mut asked, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let told = tokens.iter().zip(&asked).filter(|(_, asked)| !asked.revents().is_empty());
        ready.extend(told.map(|(token, _)| *token));
        Ok(())
    }
}

fn serve(job: &Job) -> io::Result<()> {
    let listener = listen()?;
    job.announce(listener.local_addr()?)?;
    EventLoop::new(listener, job.terms, Poll)?.run()
}
