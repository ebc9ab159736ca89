//! The primitives that tasks coordinate with, of each world by its own crate.
//!
//! - `std`: waiting blocks the thread.
//! - `gil`: so it does, without the modelled lock.
//! - `may`: waiting suspends the coroutine; `alarm`: wakes those whose time limit got lost.
//! - `tokio`: waiting suspends the task.
//! - `parking_lot`: other locks for worlds where waiting blocks the thread.
//! - `portable`: the same for every world.
//! - `blocks`: worlds where waiting blocks the thread.
//! - `monitors`: what a world does not bring.
//! - `stays`: a guard that stays where it was made.

mod alarm;
mod blocks;
mod gil;
mod may;
mod monitors;
mod parking_lot;
mod portable;
mod stays;
mod std;
mod tokio;

pub(crate) use self::may::May;
pub(crate) use self::portable::{Portable, Waits};
pub use self::std::Std;
pub(crate) use self::tokio::OfTokio;
