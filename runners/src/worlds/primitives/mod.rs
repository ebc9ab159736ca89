//! The primitives that tasks coordinate with, of each world by its own crate.
//!
//! - `std`: waiting blocks the thread.
//! - `gil`: so it does, without the modelled lock.
//! - `may`: waiting suspends the coroutine.
//! - `tokio`: waiting suspends the task.
//! - `stays`: a guard that stays where it was made.

mod gil;
mod may;
mod stays;
mod std;
mod tokio;

pub(crate) use self::may::May;
pub use self::std::Std;
pub(crate) use self::tokio::OfTokio;
