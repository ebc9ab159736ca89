//! Everything that a workload or a runner of one's own needs, from one crate.
//!
//! ```
//! use regatta::prelude::*;
//! ```
//!
//! `examples/own_workload/` is a whole crate to copy, and `examples/own_runner.rs` a whole program. A workload's parameters go through
//! serde, so its type derives [`Serialize`] and [`Deserialize`] with `#[serde(crate = "regatta::serde")]`: no other crate has to be named.
//!
//! - For a workload: [`Workload`], [`Kind`], [`Context`] and [`Stream`], [`TaskError`]. [`Parameter`] says what its parameters mean, and
//!   [`Sizing`] measures what a time is. [`Latencies`] are for what only a task can time, and [`Service`] is for tasks that talk to a server.
//!   [`Shared`] is what the tasks of a run share, made of the [`Primitives`] of their world, such as a [`Mutex`].
//! - For a runner: [`Runner`], [`Parallelism`], [`Settings`], [`Outcome`] and [`Tally`], [`RunnerError`] and [`Need`]; [`Crew`] counts its
//!   workers; [`Blocking`], [`carry_out`], [`carry_out_all`], [`share`] and [`catch`] carry out tasks on threads; [`poll_task`] does in a
//!   world of its own.
//! - For a server model: [`ServerModel`].
//! - For the program: [`Course`] and [`ExitCode`].

pub use std::process::ExitCode;
pub use std::sync::Arc;

pub use regatta_runners::serving::ServerModel;
pub use regatta_runners::{
    Blocking, BlockingStream, Crew, Error as RunnerError, Family, Need, Outcome, Parallelism, Runner, Settings, Std,
    carry_out, carry_out_all, catch, complete, poll_task, share,
};
pub use regatta_workloads::{
    Context, Error as TaskError, Kind, Latencies, Mutex, Parameter, Primitives, Service, Shared, Sizing, Stream, Tally,
    Workload,
};
pub use serde::{Deserialize, Serialize};

pub use crate::course::Course;

#[cfg(test)]
mod tests {
    #[test]
    fn the_example_is_one_screen_and_the_one_that_contributing_shows() {
        let (shown, example) = (include_str!("../CONTRIBUTING.md"), include_str!("../examples/own_runner.rs"));
        assert!(example.lines().count() <= 40, "{} lines:\n{example}", example.lines().count());
        assert!(shown.contains(&format!("```rust\n{example}```\n")), "CONTRIBUTING.md does not show:\n{example}");
    }
}
