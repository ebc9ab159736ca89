//! How it is done: runners, one concurrency model each, all with the same surface.
//!
//! A runner turns a workload into a closure that carries out every task once. The closure owns what the model keeps between runs:
//! for example, a pool, a runtime, or worker processes. Dropping the closure ends all of that.
//!
//! # Layout
//! - `runner`: the [`Runner`] trait, [`Settings`] in, [`Outcome`] or [`Error`] out.
//! - `list`: lists of runner types, and the way from a name to a type.
//! - `crew`: counts the distinct workers that did the work.
//! - `attempts`: every task once where one may be lost, with what becomes of each, a file for each kind of model;
//!   `desk`: who is told.
//! - `scheduler`: that of may.
//! - `task`: how a task is carried out: the one function that polls its future, and what is spawned.
//! - `muster`: waits until every worker of a pool is up.
//! - `panics`: where panics happened.
//! - `limits`: what the machine would carry, asked before it is too late.
//! - `worlds`: the worlds that tasks wait in.
//! - `steps`: what each task did until it got stuck.
//! - `watched`: primitives that note who holds and who waits, and `waits_for`, the graph in which a deadlock is a circle.
//! - `simulated`: a world of one thread in which a seed says who goes on, for tests.
//! - `worker`: what runs in a worker process.
//! - `serving`: server models, one file each: what carries connections where the server is what is compared.
//! - one file per runner; `under_gil`: what those under a modelled lock have in common.

mod async_multi;
mod async_single;
mod attempts;
mod cgroup;
mod crew;
mod desk;
mod error;
mod gil_thread;
mod gil_thread_pool;
mod green;
mod limits;
mod list;
mod muster;
pub mod panics;
mod process;
mod process_pool;
mod rayon;
mod runner;
mod scheduler;
mod scoped;
mod sequential;
pub mod serving;
pub mod simulated;
mod steps;
mod task;
mod thread;
mod thread_pool;
mod under_gil;
mod waits_for;
pub mod watched;
pub mod worker;
mod worlds;

pub use async_multi::Async;
pub use async_single::AsyncSingle;
pub use cgroup::{Cgroup, cgroups};
pub use crew::Crew;
pub use desk::{Attempt, Desk};
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
pub use steps::{Move, Step, Wait};
pub use task::{carry_out, carry_out_all, catch, complete, poll_task, share};
pub use thread::Thread;
pub use thread_pool::ThreadPool;
pub use waits_for::{Circle, Link, Standstill, WaitsFor};
pub use watched::{Watched, WatchedWorkload};
pub use worlds::{Blocking, BlockingStream, Std, watch_for_the_lock};

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
