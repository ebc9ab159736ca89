//! The standard course: the workloads and runners that come with Regatta, and the reference burn.
//!
//! The compiler makes a copy of a cell for each pair of workload and runner. Nothing here is generic, so that it makes those of the
//! standard course once, with this library. A program of your own compiles the pairs with its own types, and no others.

use std::process::ExitCode;

use regatta_runners::worker;
use regatta_workloads::{Burn, Selected, UnknownWorkload, Workloads as _};

use crate::catalogue::Resolved;
use crate::cell::{self, Heard};
use crate::profile::TracedWorkloads;
use crate::resolving::Resolve;

/// The workloads: the reference burn, which every program has and none lists, and those that are listed.
pub(crate) type Workloads = (Burn, regatta_workloads::Standard);
/// The runners.
pub(crate) type Runners = regatta_runners::Standard;

/// Serves as the cell of a workload and a runner that both come with Regatta.
///
/// # Errors
/// If there is no such workload, or its parameters do not fit.
pub(crate) fn cell(selected: &Selected<'_>, heard: Heard<'_>) -> Result<cell::Done, UnknownWorkload> {
    cell::be::<Workloads, Runners>(selected, heard)
}

/// Serves as the cell of a trial under a runner that comes with Regatta.
pub(crate) fn trial(heard: Heard<'_>) -> cell::Done {
    cell::try_out::<Runners>(heard)
}

/// Serves as a worker process for a workload that comes with Regatta.
pub(crate) fn worker(args: &[String]) -> ExitCode {
    worker::main::<Workloads>(args)
}

/// Serves as a worker process whose tasks are watched.
pub(crate) fn traced_worker(args: &[String]) -> ExitCode {
    worker::main::<TracedWorkloads<Workloads>>(args)
}

/// Fills in the parameters of a workload that comes with Regatta, and asks its oracle.
///
/// # Errors
/// If there is no such workload, or its parameters do not fit.
pub(crate) fn resolve(selected: &Selected<'_>) -> Result<Result<Resolved, String>, UnknownWorkload> {
    Workloads::visit(selected, Resolve)
}
