//! How much computing a time is on this machine: measured before the run, in each language, for work whose size is a time.

use std::collections::BTreeMap;
use std::time::Duration;

use regatta_reports::record::{Parameters, Sample};

use crate::catalogue::{Catalogue, ReadySizing};
use crate::driver::Launch;
use crate::group::ReadyGroup;
use crate::protocol::Start;

/// Runs of a probe. The shortest counts, for whatever disturbs a run only makes it longer.
const RUNS: usize = 9;
/// How long a probe should take, nanoseconds.
const AIM_NS: f64 = 4e6;
/// A probe that takes less tells too little.
const ENOUGH_NS: u64 = 1_000_000;
/// Pieces of the first probe.
const FIRST: u64 = 256;
/// Most pieces of a probe.
const MOST: u64 = 1 << 32;
/// Time within which a cell must answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Measures how many pieces of computing take a millisecond, for each group that has to know, and notes it in the group by family.
///
/// A runner goes by the one that computes in the same language, one task after the other. What cannot be measured is not noted: its cells
/// do as their workload guesses.
pub(crate) fn size(launch: &dyn Launch, catalogue: &dyn Catalogue, groups: &mut [ReadyGroup]) {
    let cards = catalogue.runners();
    let mut known: BTreeMap<(String, String), Option<u64>> = BTreeMap::new();
    for ready in groups {
        for cell in &mut ready.cells {
            let Some(sizing) = &cell.work.resolved.sizing else { continue };
            let Some(card) = cards.iter().find(|card| card.name == cell.id.runner) else { continue };
            let key = (ready.group.workload.clone(), card.computes_as.clone());
            let pieces = *known.entry(key).or_insert_with_key(|(name, runner)| measure(launch, name, sizing, runner));
            if let Some(pieces) = pieces {
                cell.pieces_per_ms = Some(pieces);
                ready.group.pieces_per_ms.insert(card.family.clone(), pieces);
            }
        }
    }
}

/// Returns how many pieces of computing take a runner a millisecond.
fn measure(launch: &dyn Launch, workload: &str, sizing: &ReadySizing, runner: &str) -> Option<u64> {
    let mut pieces = FIRST;
    loop {
        let shortest = shortest(launch, workload, sizing, runner, pieces)?;
        if shortest >= ENOUGH_NS || pieces >= MOST {
            return Some(((pieces as f64 * 1e6 / shortest as f64).round() as u64).max(1));
        }
        // Of a run that is mostly overhead little can be foretold, so no step is too long.
        let factor = (AIM_NS / shortest as f64).clamp(2.0, 1_000.0);
        pieces = ((pieces as f64 * factor) as u64).min(MOST);
    }
}

/// Returns the shortest CPU time of some runs of so many pieces, nanoseconds.
fn shortest(launch: &dyn Launch, workload: &str, sizing: &ReadySizing, runner: &str, pieces: u64) -> Option<u64> {
    let mut params: Parameters = sizing.probe.clone();
    params.insert(sizing.field.to_owned(), pieces.into());
    let start = Start::lone(workload, params, runner);
    let mut cell = launch.cell(&start, TIMEOUT).ok()?;
    // CPU time leaves out what other programs took of the core.
    let time = |sample: Sample| if sample.cpu_ns > 0 { sample.cpu_ns } else { sample.wall_ns.max(1) };
    let times = (0..RUNS).map(|_| cell.run(TIMEOUT).ok().map(time));
    times.collect::<Option<Vec<u64>>>()?.into_iter().min()
}
