//! One run of a cell: verified, and with everything on it but its place in the run.

use std::time::Duration;

use regatta_reports::record::{CellId, Failure, FailureKind, Sample, arms};
use regatta_workloads::Tally;

use super::{Cell, CellError, Server};
use crate::catalogue::Resolved;
use crate::group::{ReadyCell, ReadyGroup};
use crate::protocol::{Start, VERSION};

/// How often the reference burn runs in a round; the run of the least CPU time counts. It is to show how fast the machine is, not how
/// a process wakes up or what interrupted it for a moment.
const REFERENCE_RUNS: u32 = 3;

/// Returns what a cell of a group carries out: the group's workload, or the reference burn.
fn work_of<'a>(ready: &'a ReadyGroup, id: &CellId) -> (&'a str, &'a Resolved) {
    match ready.reference.as_ref().filter(|_| id.arm == arms::REFERENCE) {
        Some(reference) => (&reference.workload, &reference.resolved),
        None => (&ready.group.workload, &ready.resolved),
    }
}

/// Returns what a cell of a group is told to be. Where its server listens is not known yet.
pub(crate) fn start(ready: &ReadyGroup, ReadyCell { id, options, .. }: &ReadyCell) -> Start {
    let (workload, resolved) = work_of(ready, id);
    Start {
        protocol: VERSION,
        workload: workload.to_owned(),
        params: resolved.params.clone(),
        runner: id.runner.clone(),
        workers: id.workers,
        options: options.clone(),
        server: None,
        profile_log: None,
        arm: id.arm.clone(),
    }
}

/// Runs a few times, and returns the sample of the least CPU time.
pub(super) fn least(mut run: impl FnMut() -> Result<Sample, CellError>) -> Result<Sample, CellError> {
    let first = run()?;
    (1..REFERENCE_RUNS).try_fold(first, |least, _| {
        let other = run()?;
        let is_less = other.cpu_ns > 0 && (least.cpu_ns == 0 || other.cpu_ns < least.cpu_ns);
        Ok(if is_less { other } else { least })
    })
}

/// Has a cell of a group run once, and gives the sample, verified and with everything on it but its place in the run.
pub(crate) fn run_once(
    cell: &mut dyn Cell,
    server: Option<&dyn Server>,
    ready: &ReadyGroup,
    id: &CellId,
    timeout: Duration,
) -> Result<Sample, CellError> {
    let server_before = server.and_then(Server::cpu_ns);
    let mut sample = verified(cell.run(timeout)?, work_of(ready, id).1.expected, id)?;
    let server_after = server.and_then(Server::cpu_ns);
    sample.server_cpu_ns = server_after.zip(server_before).map(|(after, before)| after.saturating_sub(before));
    sample.outside_ns = sample.outside_ns.map(|all| all.saturating_sub(sample.server_cpu_ns.unwrap_or(0)));
    sample.workload.clone_from(&ready.group.workload);
    sample.params.clone_from(&ready.group.params);
    sample.cell = id.clone();
    Ok(sample)
}

/// Returns the record of a cell that gave no sample.
pub(crate) fn failure(
    ready: &ReadyGroup,
    id: &CellId,
    process: u32,
    round: Option<u32>,
    kind: FailureKind,
    message: String,
) -> Failure {
    let (workload, params) = (ready.group.workload.clone(), ready.group.params.clone());
    Failure { workload, params, cell: id.clone(), process, round, kind, message }
}

/// Lets a sample through if its answer is right, every task was done, and no more workers than allowed did them.
pub(crate) fn verified(sample: Sample, expected: Tally, id: &CellId) -> Result<Sample, CellError> {
    let wrong = |message| Err(CellError::failed(FailureKind::WrongAnswer, message));
    if sample.tasks != expected.tasks {
        return wrong(format!("{} tasks were done instead of {}", sample.tasks, expected.tasks));
    }
    if sample.checksum != expected.checksum {
        return wrong(format!("the checksum is {} instead of {}", sample.checksum, expected.checksum));
    }
    if sample.workers_seen > id.workers {
        return wrong(format!("{} workers did the work, and {} were allowed", sample.workers_seen, id.workers));
    }
    if sample.workers_seen == 0 && expected.tasks > 0 {
        return wrong("no worker says that it did the work".to_owned());
    }
    if sample.wall_ns == 0 {
        return Err(CellError::failed(FailureKind::Protocol, "the sample says that it took no time at all"));
    }
    Ok(sample)
}
