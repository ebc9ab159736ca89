//! Child processes that share this one's program, memory and sockets, as `fork` makes them.

use std::io;

use nix::libc;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};
use rustix::process::getpid;

use super::job::end_with_parent;

/// Has a child process do some work and end. This process goes on at once.
///
/// # Errors
/// If the machine has no process left.
pub(super) fn spawn(work: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let parent = getpid().as_raw_nonzero().get().cast_unsigned();
    // SAFETY: a server process that forks has one thread, so the child finds no lock taken by a thread that it does not have.
    match unsafe { fork() }? {
        ForkResult::Parent { .. } => Ok(()),
        ForkResult::Child => {
            let done = end_with_parent(parent).and_then(|()| work());
            // SAFETY: it ends this process at once, and what the parent would do at its end is left to the parent.
            unsafe { libc::_exit(i32::from(done.is_err())) }
        }
    }
}

/// Waits for the children that have ended, so that none is left as a zombie. Returns how many there were.
pub(super) fn reap() -> usize {
    let ended = || waitpid(None, Some(WaitPidFlag::WNOHANG)).ok().filter(|status| *status != WaitStatus::StillAlive);
    std::iter::from_fn(ended).count()
}

/// Waits until a child ends that should serve for ever.
///
/// # Errors
/// Always, with what became of it.
pub(super) fn wait_for_ever() -> io::Result<()> {
    let status = waitpid(Pid::from_raw(-1), None)?;
    Err(io::Error::other(format!("a worker process ended: {status:?}")))
}
