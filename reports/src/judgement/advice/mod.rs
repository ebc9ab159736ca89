//! Advice: which model to take for which kind of work.

mod contest;
mod cost;
mod course;
mod recommendation;
mod service;
mod situation;

pub use self::contest::{Best, Contest};
pub use self::cost::Cost;
pub use self::course::{Choice, Course, Size, Stretch, along_sweeps};
pub use self::recommendation::{Advice, from_summary};
pub use self::service::ServiceAdvice;
pub use self::situation::Situation;
