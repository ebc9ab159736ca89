//! One run of a cell: verified, and with everything on it but its place in the run.

use std::time::Duration;

use regatta_reports::record::{CellId, Failure, FailureKind, Parameters, Sample, arms};
use regatta_workloads::Tally;

use super::wrong_answer::explain;
use super::{Cell, CellError, Launch, Server};
use crate::group::{ReadyCell, ReadyGroup};
use crate::protocol::Start;

/// How often the reference burn runs in a round; the run of the least CPU time counts. It is to show how fast the machine is, not how
/// a process wakes up or what interrupted it for a moment.
const REFERENCE_RUNS: u32 = 3;

/// Returns what a cell is told to be. Where its server listens is not known yet.
pub(crate) fn start(ReadyCell { id, options, work, pieces_per_ms, .. }: &ReadyCell) -> Start {
    let mut params = work.resolved.params.clone();
    if let Some((sizing, pieces)) = work.resolved.sizing.as_ref().zip(*pieces_per_ms) {
        params.insert(sizing.field.to_owned(), pieces.into());
    }
    Start {
        workers: id.workers,
        options: options.clone(),
        arm: id.arm.clone(),
        ..Start::lone(&work.workload, params, &id.runner)
    }
}

/// Returns the parameters of a cell's runs as records have them, and those of its group if they are others. The reference burn has the
/// group's, though it carries out something else.
pub(super) fn params(ready: &ReadyGroup, cell: &ReadyCell) -> (Parameters, Option<Parameters>) {
    let (own, of_group) = (&cell.work.resolved.params, &ready.group.params);
    if cell.id.arm == arms::REFERENCE || own == of_group {
        return (of_group.clone(), None);
    }
    (own.clone(), Some(of_group.clone()))
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

/// Has a cell of a group run once, and gives the sample, verified and with everything on it but its place in the run. If the answer is
/// wrong, `launch` starts cells that find out which task gave it.
pub(crate) fn run_once(
    launch: &dyn Launch,
    cell: &mut dyn Cell,
    server: Option<&dyn Server>,
    ready: &ReadyGroup,
    ready_cell: &ReadyCell,
    timeout: Duration,
) -> Result<Sample, CellError> {
    let server_before = server.and_then(Server::cpu_ns);
    let (sample, expected) = (cell.run(timeout)?, ready_cell.work.resolved.expected);
    let is_wrong = sample.tasks == expected.tasks && sample.checksum != expected.checksum;
    if is_wrong && ready_cell.id.arm != arms::REFERENCE {
        let server = server.map(Server::address);
        let start = Start { server, ..start(ready_cell) };
        return Err(CellError::failed(FailureKind::WrongAnswer, explain(launch, &start, expected, &sample)));
    }
    let mut sample = verified(sample, expected, &ready_cell.id)?;
    let server_after = server.and_then(Server::cpu_ns);
    sample.server_cpu_ns = server_after.zip(server_before).map(|(after, before)| after.saturating_sub(before));
    sample.outside_ns = sample.outside_ns.map(|all| all.saturating_sub(sample.server_cpu_ns.unwrap_or(0)));
    sample.workload.clone_from(&ready.group.workload);
    (sample.params, sample.group_params) = params(ready, ready_cell);
    sample.cell = ready_cell.id.clone();
    Ok(sample)
}

/// Returns the record of a cell that gave no sample.
pub(crate) fn failure(
    ready: &ReadyGroup,
    cell: &ReadyCell,
    process: u32,
    round: Option<u32>,
    kind: FailureKind,
    message: String,
) -> Failure {
    let (params, group_params) = params(ready, cell);
    let (workload, cell) = (ready.group.workload.clone(), cell.id.clone());
    Failure { workload, params, group_params, cell, process, round, kind, message }
}

/// Returns the record of a runner that the plan leaves out of a group, with the reason.
pub(crate) fn left_out(ready: &ReadyGroup, runner: &str, reason: &str) -> Failure {
    let (workload, params) = (ready.group.workload.clone(), ready.group.params.clone());
    let cell = CellId { runner: runner.to_owned(), ..CellId::default() };
    let (kind, message) = (FailureKind::Unavailable, reason.to_owned());
    Failure { workload, params, cell, kind, message, ..Failure::default() }
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
