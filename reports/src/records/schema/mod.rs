//! The lines of `results.jsonl`, schema 1: what a run writes and all that a report reads.
//!
//! A reader ignores fields that it does not know, so a field may be added without a new schema number.

mod cell;
mod counts;
mod deadlock;
mod failure;
mod machine;
mod profile;
mod run;
mod sample;
mod trial;

pub use self::cell::{CellId, Parameters, arms};
pub use self::counts::Counts;
pub use self::deadlock::{Deadlock, LockMove, LockStep, Waiting};
pub use self::failure::{Failure, FailureKind};
pub use self::machine::{Capacity, CapacityPoint, Machine};
pub use self::profile::{Moment, Profile, Segment};
pub use self::run::{
    AxisOf, Build, End, Group, Overhead, Plan, Program, Record, Run, RunnerInfo, SCHEMA, Scale, Sweep, WorkloadInfo,
};
pub use self::sample::{Lone, Sample};
pub use self::trial::{AttemptEnd, KnownBy, Left, LockState, TaskEnd, TaskFate, Told, TrialRecord};
