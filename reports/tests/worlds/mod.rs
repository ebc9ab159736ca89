//! A simulator of machines: from a described world and a seed it makes the records of a run, as far as claims need them.
//!
//! ```text
//! machine.rs   what a world is: cores, sibling threads, turbo, steal, quota, load, costs, noise
//! plan.rs      the groups and cells of the default plan: work grows with its workers
//! sweeps.rs    those of the plan of curves
//! coordination.rs  the cases of coordination: their plan, what they take, and what makes claims about them false
//! model.rs     what each cell takes there: cell -> figures
//! noise.rs     how far a sample is from that
//! records.rs   samples, capacity and all else of a run
//! truths.rs    worlds in which the claims are true, and what makes each false
//! bent.rs      what makes claims about curves false
//! tally.rs     how often each claim fails, holds and is undecided there
//! ```
// Each test target uses a part of it.
#![allow(dead_code)]

pub mod bent;
pub mod coordination;
pub mod machine;
pub mod model;
mod noise;
pub mod plan;
pub mod records;
pub mod sweeps;
pub mod tally;
pub mod truths;
