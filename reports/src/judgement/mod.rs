//! What follows from the figures: verdicts, notices, advice, and what changed from one run to another.

pub mod advice;
pub mod break_even;
pub mod claims;
pub mod compare;
pub mod fidelity;
pub mod laws;
pub mod lint;
pub mod losses;
pub mod notices;
pub mod reach;
pub mod severity;
pub mod side_by_side;
