//! Whether a task blocks the thread of an event loop, which then serves no other task.
//!
//! Only computing and calls of which its world knows nothing keep a thread within a task. One that does not compute meanwhile is blocked.
//! The world is told of `Context::block`, which says that it blocks, so that is none of them.

use std::time::Duration;

use regatta_reports::record::{Lone, arms};

use crate::catalogue::Resolved;
use crate::check::BLOCKED;
use crate::driver::Launch;
use crate::group::ReadyGroup;
use crate::protocol::Start;

/// The runner whose event loop has one thread.
const EVENT_LOOP: &str = "async-single";
/// The runners with an event loop. Where none of them takes part it makes no difference.
const EVENT_LOOPS: [&str; 2] = ["async", EVENT_LOOP];
/// Runs of each workload. The least counts, for whatever disturbs a run only makes it more.
const RUNS: usize = 3;
/// Time within which a cell must answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Measures it once for each workload, with a single task where a parameter allows it. What cannot be measured is left out.
///
/// What a body calls does not depend on how much of it there is, so the first group of a workload stands for all.
pub(crate) fn measure(launch: &dyn Launch, groups: &[ReadyGroup]) -> Vec<Lone> {
    let mut found: Vec<Lone> = Vec::new();
    for ready in groups {
        let is_known = found.iter().any(|lone| lone.workload == ready.group.workload);
        let mut cells = ready.cells.iter().filter(|cell| cell.id.arm != arms::REFERENCE);
        let Some(cell) = cells.find(|cell| EVENT_LOOPS.contains(&cell.id.runner.as_str())) else { continue };
        if is_known || launch.interrupted() {
            continue;
        }
        let work = ready.alone.as_ref().unwrap_or(&cell.work.resolved);
        if let Some(blocked_ns) = least_blocked(launch, &ready.group.workload, work) {
            let (workload, params) = (ready.group.workload.clone(), ready.group.params.clone());
            let runner = EVENT_LOOP.to_owned();
            found.push(Lone { workload, params, runner, blocked_ns: Some(blocked_ns), ..Lone::default() });
        }
    }
    found
}

/// Returns for how long, at least, the tasks of a run block the thread of an event loop, nanoseconds.
fn least_blocked(launch: &dyn Launch, workload: &str, work: &Resolved) -> Option<u64> {
    let server = work.service.map(|service| launch.server(service, 0)).transpose().ok()?;
    let start = Start {
        server: server.as_ref().map(|server| server.address()),
        check: true,
        ..Start::lone(workload, work.params.clone(), EVENT_LOOP)
    };
    let mut cell = launch.cell(&start, TIMEOUT).ok()?;
    let runs = (0..RUNS).map(|_| cell.run(TIMEOUT).ok()?.figures.get(BLOCKED).map(|ns| *ns as u64));
    runs.collect::<Option<Vec<u64>>>()?.into_iter().min()
}
