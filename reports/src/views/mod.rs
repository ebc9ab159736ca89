//! What is shown of figures and judgements, whatever the medium.

pub mod columns;
pub mod findings;
pub mod matrix;
mod tint;
