//! What a cell that gave no answer waits for: a debug pass in which tasks note what they hold and what they wait for.

use std::time::{Duration, Instant};

use regatta_reports::record::{Deadlock, Record};

use super::running_cell::RunningCell;
use super::sample::params;
use super::{Launch, Run, Stop};
use crate::protocol::Start;

/// Time for the whole pass. A circle ends its run at once, so most of it is for tries in which none is closed.
const BUDGET: Duration = Duration::from_secs(5);
/// Most runs of the pass.
const RUNS: usize = 50;

impl Run<'_> {
    /// Carries out the tasks of a cell again, watched. If they are seen to wait for each other in a circle, it writes that down and returns it in
    /// words.
    pub(super) fn look_for_deadlock(&mut self, cell: &RunningCell<'_>) -> Result<Option<String>, Stop> {
        let Some(mut deadlock) = circle(self.driver.launch, &cell.start) else { return Ok(None) };
        deadlock.workload.clone_from(&cell.group.group.workload);
        (deadlock.params, deadlock.group_params) = params(cell.group, cell.ready);
        deadlock.cell = cell.id().clone();
        let words = deadlock.words();
        self.driver.sink.write(&Record::Deadlock(Box::new(deadlock)))?;
        Ok(Some(words))
    }
}

/// Carries a cell out again, watched, and returns the circle in which its tasks wait for each other. None if no circle was seen.
fn circle(launch: &dyn Launch, start: &Start) -> Option<Deadlock> {
    let deadline = Instant::now() + BUDGET;
    let mut cell = launch.cell(&Start { watch: true, ..start.clone() }, BUDGET).ok()?;
    for _ in 0..RUNS {
        let left = deadline.saturating_duration_since(Instant::now());
        match cell.watch(left) {
            Ok(None) if !left.is_zero() && !launch.interrupted() => {}
            Ok(found) => return found,
            Err(_) => return None,
        }
    }
    None
}
