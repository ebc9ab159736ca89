//! Charts, and the colours of charts and pages.

pub mod charts;
pub mod palette;
mod scale;
