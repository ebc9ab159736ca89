//! Every figure of a run, worked out of its records.

pub mod capacity;
pub mod costs;
mod latency;
pub mod lone;
pub(crate) mod loss;
mod noise;
pub mod rounds;
mod row;
pub mod summary;

pub use self::latency::{BINS, Latency};
pub use self::row::{Load, Point, Row};
pub use self::summary::{GroupSummary, Summary, Versus};
