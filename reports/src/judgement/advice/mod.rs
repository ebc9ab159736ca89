//! Advice: which model to take for which kind of work.

mod advice;
mod contest;
mod situation;

pub use self::advice::{Advice, from_summary};
pub use self::contest::{Best, Contest};
pub use self::situation::Situation;
