//! Attempts: every task once, where one of them may come to grief. What becomes of each task is told by itself.
//!
//! A run of a [`Runner`](crate::Runner) brings one outcome, or one error: that is what is measured. An attempt asks another question,
//! which is what a program of this model still gets when one of its tasks is lost. So each model hands in its tasks as its users do,
//! and tells a [`Desk`](crate::Desk) what its own handles, joins or pipes say of each.
//!
//! - `looked_at`: what the tasks of an attempt share.
//! - `threads`: the models whose workers are threads that block, under a modelled lock or none.
//! - `stealing`: rayon.
//! - `coroutines`: may.
//! - `futures`: tokio.
//! - `processes`: a process for each task, and a pool of them.

mod coroutines;
mod futures;
mod looked_at;
mod processes;
mod stealing;
mod threads;

pub(crate) use self::coroutines::green;
pub(crate) use self::futures::{multi_thread, single_thread};
pub(crate) use self::processes::{process_each, process_pool};
pub(crate) use self::stealing::rayon;
pub(crate) use self::threads::{scoped, sequential, thread_each, thread_pool};
