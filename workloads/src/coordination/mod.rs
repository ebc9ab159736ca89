//! Workloads whose tasks coordinate: each has an invariant that is checked in every run, and then a price.
//!
//! # Layout
//! - `turns`: who held a lock in which order, and how fair that was.
//! - `parts`: what the cases have in common: checks of parameters, names of figures, and computing within a lock.
//! - `polled`: a world for unit tests.
//! - one file per case.

mod contention;
mod lost_update;
mod parts;
mod ping_pong;
#[cfg(test)]
mod polled;
mod semaphore;
mod turns;

pub use contention::Contention;
pub use lost_update::LostUpdate;
pub use ping_pong::PingPong;
pub use semaphore::Semaphores;
