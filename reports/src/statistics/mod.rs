//! Numbers in, estimates out: medians, their intervals, and factors. Nothing here knows what was measured.

pub mod clusters;
pub mod crossing;
pub mod effect;
mod estimate;
pub mod laws;
mod least_squares;
pub mod outliers;

pub use self::estimate::{Estimate, LEVEL, Method, NORMAL_95, interval_rank, median};
