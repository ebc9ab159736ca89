//! What a cell that gave no answer waits for: a debug pass in which tasks note what they hold and what they wait for.

use std::time::{Duration, Instant};

use regatta_reports::record::FailureKind;

use super::Launch;
use crate::cell_error::CellError;
use crate::protocol::Start;

/// Time for the whole pass. A circle ends its run at once, so most of it is for tries in which none is closed.
const BUDGET: Duration = Duration::from_secs(5);
/// Most runs of the pass.
const RUNS: usize = 50;

/// Carries a cell out again, watched, and returns the circle in which its tasks wait for each other. None if no circle was seen.
pub(super) fn circle(launch: &dyn Launch, start: &Start) -> Option<String> {
    let deadline = Instant::now() + BUDGET;
    let mut cell = launch.cell(&Start { check: true, ..start.clone() }, BUDGET).ok()?;
    for _ in 0..RUNS {
        let left = deadline.saturating_duration_since(Instant::now());
        match cell.run(left) {
            Err(CellError::Failed { kind: FailureKind::Deadlock, message }) => return Some(message),
            Ok(_) if !left.is_zero() && !launch.interrupted() => {}
            Ok(_) | Err(_) => return None,
        }
    }
    None
}
