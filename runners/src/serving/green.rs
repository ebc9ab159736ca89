//! `green-server`: a coroutine with a stack of its own for each connection, on W threads of may.

use std::io;

use may::coroutine::{Builder, sleep};
use may::net::{TcpListener, TcpStream};
use regatta_workloads::serving::Terms;

use super::conversation::converse;
use super::socket::{Accepted, BACK_OFF, accepted, listen};
use super::{Job, ServerModel};
use crate::{Need, Parallelism};

/// Stack of a coroutine in machine words: 64 KiB, of which only touched pages cost memory.
const STACK_WORDS: usize = 0x2000;

/// A coroutine for each connection, which ends with it.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "green-server",
    about: "a coroutine with a stack of its own for each connection, on W threads (may)",
    parallelism: Parallelism::Workers,
    need: Need::coroutines,
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    may::config().set_workers(job.workers).set_stack_size(STACK_WORDS).set_worker_pin(false);
    let (listener, terms) = (listen()?, job.terms);
    let address = listener.local_addr()?;
    let listener = std::os::fd::OwnedFd::from(listener);
    // SAFETY: it waits in calls of may only, which suspend it; it has no thread-locals; its stack is small.
    let accepting = unsafe { Builder::new().spawn(move || accept_all(&from_listener(listener), terms)) }?;
    job.announce(address)?;
    accepting.join().unwrap_or_else(|_| Err(io::Error::other("the coroutine that accepts panicked")))
}

fn from_listener(listener: std::os::fd::OwnedFd) -> TcpListener {
    use std::os::fd::{FromRawFd, IntoRawFd};
    // SAFETY: the descriptor is a listener's, and nobody else has it any more.
    unsafe { TcpListener::from_raw_fd(listener.into_raw_fd()) }
}

fn accept_all(listener: &TcpListener, terms: Terms) -> io::Result<()> {
    loop {
        match accepted(listener.accept())? {
            Accepted::Connection((stream, _)) => {
                // SAFETY: as that of the coroutine that accepts. A line's answer computes on a small stack and does not wait.
                let spawned = unsafe { Builder::new().spawn(move || talk(stream, terms)) };
                if spawned.is_err() {
                    sleep(BACK_OFF);
                }
            }
            Accepted::Nobody => {}
            Accepted::Later => sleep(BACK_OFF),
        }
    }
}

fn talk(mut stream: TcpStream, terms: Terms) {
    let limits = |stream: &TcpStream| {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(terms.patience()))?;
        stream.set_write_timeout(Some(terms.patience()))
    };
    // Whatever the client does, the others are served.
    let _ = limits(&stream).and_then(|()| converse(&mut stream, terms, sleep));
}
