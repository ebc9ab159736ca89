//! The subcommands, one a file.

mod list;
mod report;
mod run;
mod verify;

pub(crate) use list::list;
pub(crate) use report::{report, write_report};
pub(crate) use run::{header, run};
pub(crate) use verify::verify;
