//! Every figure of a run, worked out of its records.

pub mod break_even;
pub mod capacity;
mod cell;
mod chart;
pub mod costs;
mod counts;
pub mod disturbed;
pub mod grain;
mod group;
mod latency;
pub mod lone;
pub mod loss;
mod measure;
mod noise;
pub mod pairs;
mod possible;
mod row;
mod sorted;
mod summary;
mod sweep;
mod task_times;
mod titles;
mod unit;

pub use self::cell::Cell;
pub use self::chart::ChartKind;
pub use self::counts::Count;
pub use self::group::{GroupSummary, Versus};
pub use self::latency::{BINS, Latency};
pub use self::measure::Measure;
pub use self::possible::Possible;
pub use self::row::{Load, Others, Point, Row};
pub use self::summary::Summary;
pub use self::sweep::{Line, Point as SweepPoint, Sweep};
pub use self::task_times::TaskTimes;
pub use self::unit::{Kind as UnitKind, Unit};
