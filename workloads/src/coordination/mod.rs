//! Workloads whose tasks coordinate: each has an invariant that is checked in every run, and then a price.
//!
//! # Layout
//! - one file per case.

mod lost_update;

pub use lost_update::LostUpdate;
