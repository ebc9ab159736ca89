//! The files and texts of a report. They render what was worked out, and work out nothing themselves.

pub mod csv;
pub mod html;
pub mod json;
pub mod markdown;
pub mod terminal;
mod write;

pub use self::write::{Files, WriteError, write, write_side_by_side};
