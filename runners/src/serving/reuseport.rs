//! `reuseport-server`: W processes, each with an event loop and a queue of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use super::epoll::Epoll;
use super::event_loop::EventLoop;
use super::socket::listen_at;
use super::{Job, ServerModel, forks};
use crate::{Need, Parallelism};

/// W processes, forked beforehand, each with an event loop. The kernel spreads the connections over their queues by their addresses.
pub(super) const MODEL: ServerModel = ServerModel {
    name: "reuseport-server",
    about: "W processes forked beforehand, each with an event loop (epoll) and a queue of its own (SO_REUSEPORT)",
    parallelism: Parallelism::Workers,
    processes: true,
    need: |_| Need::default(),
    serve,
    ..ServerModel::LOOP
};

fn serve(job: &Job) -> io::Result<()> {
    let first = listen_at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), true)?;
    let address = first.local_addr()?;
    let mut listeners = vec![first];
    for _ in 1..job.workers {
        listeners.push(listen_at(address, true)?);
    }
    // From the first on, each queue has somebody who accepts from it, before anybody knows the address.
    while let Some(listener) = listeners.pop() {
        forks::spawn(|| {
            listeners.clear();
            EventLoop::new(listener, job.terms, Epoll::new()?)?.run()
        })?;
    }
    job.announce(address)?;
    forks::wait_for_ever()
}
