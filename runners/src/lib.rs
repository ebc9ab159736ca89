//! How it is done: runners, one concurrency model each, all with the same surface.
//!
//! A runner turns a workload into a closure that carries out every task once. The closure owns what the model keeps between runs:
//! for example, a pool, a runtime, or worker processes. Dropping the closure ends all of that.
//!
//! # Layout
//! - `runner`: the [`Runner`] trait, [`Settings`] in, [`Outcome`] or [`Error`] out.
//! - `list`: lists of runner types, and the way from a name to a type.
//! - `crew`: counts the distinct workers that did the work.
//! - `task`: the one function that polls the future of a task, and what is spawned.
//! - `muster`: waits until every worker of a pool is up.
//! - `limits`: what the machine would carry, asked before it is too late.
//! - `blocking`, `green`, `tokio_world`, `gil`: the worlds that tasks wait in.
//! - `worker`: what runs in a worker process.
//! - one file per runner.

mod async_multi;
mod async_single;
mod blocking;
mod cgroup;
mod crew;
mod error;
mod gil;
mod gil_thread;
mod gil_thread_pool;
mod green;
mod limits;
mod list;
mod muster;
mod process;
mod process_pool;
mod rayon;
mod runner;
mod scoped;
mod sequential;
mod task;
mod thread;
mod thread_pool;
mod tokio_world;
pub mod worker;

pub use async_multi::Async;
pub use async_single::AsyncSingle;
pub use blocking::{Blocking, complete};
pub use cgroup::{Cgroup, cgroups};
pub use crew::Crew;
pub use error::Error;
pub use gil_thread::GilThread;
pub use gil_thread_pool::GilThreadPool;
pub use green::Green;
pub use limits::{Limits, Need};
pub use list::{RunnerVisitor, Runners};
pub use process::Process;
pub use process_pool::ProcessPool;
pub use rayon::Rayon;
pub use runner::{Family, Outcome, Parallelism, Runner, Settings, fits};
pub use scoped::Scoped;
pub use sequential::Sequential;
pub use thread::Thread;
pub use thread_pool::ThreadPool;

use regatta_workloads::list;

/// The runners that come with Regatta, in the order in which they are shown. A new one is one more name here.
pub type Standard = list![
    Sequential,
    Process,
    ProcessPool,
    Thread,
    ThreadPool,
    Scoped,
    Rayon,
    Green,
    Async,
    AsyncSingle,
    GilThread,
    GilThreadPool
];
