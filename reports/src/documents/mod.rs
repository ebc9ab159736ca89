//! The files and texts of a report.

pub mod comparison;
pub mod csv;
pub mod html;
pub mod markdown;
pub mod terminal;
pub mod verdicts;
pub mod write;
