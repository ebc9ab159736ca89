//! What is shown of figures and judgements, whatever the medium.

pub mod answer;
pub mod break_even;
pub mod capacity;
pub mod cells;
pub mod columns;
pub mod comparison;
pub mod curves;
pub mod families;
pub mod faults;
pub mod findings;
mod group;
pub mod languages;
pub mod laws;
pub mod lesson;
pub mod losses;
pub mod machine;
pub mod matrix;
pub mod remarks;
mod report;
pub mod service;
pub mod side_by_side;
mod tint;
pub mod verdicts;

pub use self::group::GroupView;
pub use self::report::Report;
