//! Workloads whose tasks coordinate: each has an invariant that is checked in every run, and then a price.
//!
//! # Layout
//! - `turns`: who held a lock in which order, and how fair that was.
//! - `handled`: which items were handled, as three sums.
//! - `line`: queues in three orders, and their items.
//! - `parts`: what the cases have in common: checks of parameters, names of figures, and computing within a lock.
//! - `polled`: a world for unit tests.
//! - one file per case.

mod account;
mod barrier;
mod contention;
mod deadlock;
mod dishes;
mod handled;
mod line;
mod lost_update;
mod parts;
mod ping_pong;
#[cfg(test)]
mod polled;
mod prime_filter;
mod producer_consumer;
mod queues;
mod rwlock;
mod semaphore;
mod square_mapper;
mod timer;
mod traffic_light;
mod turns;

pub use account::Account;
pub use barrier::Barriers;
pub use contention::Contention;
pub use deadlock::{Cure, Deadlock};
pub use dishes::Dishes;
pub use line::Order;
pub use lost_update::LostUpdate;
pub use ping_pong::PingPong;
pub use prime_filter::PrimeFilter;
pub use producer_consumer::{Ending, ProducerConsumer};
pub use queues::{Full, Queues};
pub use rwlock::RwLocks;
pub use semaphore::Semaphores;
pub use square_mapper::SquareMapper;
pub use timer::Timer;
pub use traffic_light::TrafficLight;
