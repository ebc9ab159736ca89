//! Server models: how a server carries connections. One file a model, one list.
//!
//! All of them are the same server: it answers each line with the same line in upper case, after as much computing and waiting as its
//! [`Terms`](regatta_workloads::serving::Terms) say. A server is a process of its own that says where it listens. It ends with the
//! process that started it, so no model has to know how to stop.
//!
//! # Layout
//! - `model`: [`ServerModel`], what a model consists of.
//! - `job`: what a server is told, and [`main`], the process.
//! - `socket`: what listens and what is accepted, the same for all: backlog, Nagle's algorithm, time limits.
//! - `lines`: bytes in, whole lines out, within a bound.
//! - `conversation`: a connection where waiting blocks. `futures`: the same for tokio. `forks`: child processes.
//! - `event_loop`: many connections on one thread; the models differ in how they learn which of them is ready.
//! - one file a model.

mod async_multi;
mod async_single;
mod blocking;
mod conversation;
mod epoll;
mod epoll_edge;
mod event_loop;
mod forks;
mod futures;
mod green;
mod io_uring;
mod job;
mod lines;
mod model;
mod poll;
mod polled;
mod prefork;
mod process;
mod reuseport;
mod select;
mod socket;
mod thread;
mod thread_pool;
mod udp;

pub use self::job::{Job, main};
pub use self::model::{ServerModel, Transport};

/// The server models that come with Regatta, in the order in which they are shown. A new one is one more name here.
pub const STANDARD: &[ServerModel] = &[
    blocking::MODEL,
    polled::MODEL,
    select::MODEL,
    poll::MODEL,
    epoll::MODEL,
    epoll_edge::MODEL,
    io_uring::MODEL,
    thread::MODEL,
    process::MODEL,
    thread_pool::MODEL,
    prefork::MODEL,
    reuseport::MODEL,
    green::MODEL,
    async_multi::MODEL,
    async_single::MODEL,
    udp::MODEL,
];
