//! The subcommands, one a file.

mod list;
pub(crate) mod report;
pub(crate) mod run;
mod verify;

pub(crate) use list::list;
pub(crate) use report::report;
pub(crate) use run::run;
pub(crate) use verify::verify;
