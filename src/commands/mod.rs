//! The subcommands, one a file.

mod list;
mod profile;
pub(crate) mod report;
pub(crate) mod run;
mod verify;

pub(crate) use list::list;
pub(crate) use profile::profile;
pub(crate) use report::report;
pub(crate) use run::run;
pub(crate) use verify::verify;
