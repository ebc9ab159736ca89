//! The fairness lint: what makes figures of a run unfair or doubtful, each with its remedy.

mod check;
mod warning;

pub use self::check::check_run;
pub use self::warning::Warning;
