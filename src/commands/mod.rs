//! The subcommands, one a file.

mod args;
mod baselines;
mod compare;
mod comparison;
mod crossover;
mod explain;
mod gate;
mod list;
mod live;
mod profile;
mod report;
mod run;
mod verdicts;
mod verify;
mod verify_cell;

pub(crate) use args::{
    CompareArgs, CrossoverArgs, ExplainArgs, ListArgs, ProfileArgs, ReportArgs, RunArgs, VerifyArgs,
};
pub(crate) use baselines::list as baselines;
pub(crate) use compare::compare;
pub(crate) use crossover::crossover;
pub(crate) use explain::explain;
pub(crate) use list::list;
pub(crate) use profile::profile;
pub(crate) use report::report;
pub(crate) use run::run;
pub(crate) use verify::verify;
