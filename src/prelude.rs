//! Everything that a workload or a runner of one's own needs, from one crate.
//!
//! ```
//! use regatta::prelude::*;
//! ```
//!
//! `examples/own_workload.rs` and `examples/own_runner.rs` are whole programs. A workload's parameters go through serde, so its
//! type derives [`Serialize`] and [`Deserialize`] with `#[serde(crate = "regatta::serde")]`: no other crate has to be named.
//!
//! - For a workload: [`Workload`], [`Kind`], [`Context`] and [`Stream`], [`TaskError`], [`Tally`] and [`expected_tally`], and
//!   [`Service`] if its tasks talk to a server; [`Parameter`] says what its parameters mean, and [`Sizing`] measures what a time is.
//! - For a runner: [`Runner`], [`Parallelism`], [`Settings`], [`Outcome`], [`RunnerError`] and [`Need`]; [`Crew`] counts its
//!   workers; [`Blocking`], [`carry_out`], [`carry_out_all`] and [`catch`] carry out tasks on threads; [`poll_task`] does in a
//!   world of its own.
//! - For the program: [`Course`] and [`ExitCode`].

pub use std::process::ExitCode;
pub use std::sync::Arc;

pub use regatta_runners::{
    Blocking, BlockingStream, Crew, Error as RunnerError, Family, Need, Outcome, Parallelism, Runner, Settings,
    carry_out, carry_out_all, catch, complete, poll_task,
};
pub use regatta_workloads::{
    Context, Error as TaskError, Kind, Parameter, Service, Sizing, Stream, Tally, Workload, expected_tally,
};
pub use serde::{Deserialize, Serialize};

pub use crate::course::Course;

#[cfg(test)]
mod tests {
    #[test]
    fn the_examples_are_one_screen_and_those_that_contributing_shows() {
        let shown = include_str!("../CONTRIBUTING.md");
        for example in [include_str!("../examples/own_workload.rs"), include_str!("../examples/own_runner.rs")] {
            assert!(example.lines().count() <= 40, "{} lines:\n{example}", example.lines().count());
            assert!(shown.contains(&format!("```rust\n{example}```\n")), "CONTRIBUTING.md does not show:\n{example}");
        }
    }
}
