//! How much parallel speed the machine gives: the reference burn alone, and on 2, 4, ... all usable cores at once.

use std::time::Duration;

use regatta_reports::record::{Capacity, CapacityPoint, CellId};
use regatta_reports::statistics::median;

use crate::cell_error::CellError;
use crate::driver::{Cell, Clock, Launch, verified};
use crate::group::Work;

/// Most time for all of it. There are as many repetitions as fit, within bounds.
const MOST_TIME: Duration = Duration::from_secs(1);
/// Share of a run's budget that it may take: a short run has less to divide by what the machine gives.
const SHARE: u32 = 30;
/// Fewest repetitions, however long they take.
const FEWEST: usize = 3;
/// Most repetitions: that many tell the median well enough.
const MOST: usize = 15;
/// How often it is measured anew where others kept the machine busy meanwhile: their share of the cores is no lack of capacity.
const ATTEMPTS: usize = 3;
/// Time within which a cell must answer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Measures it with a cell process for each core. None if a cell gives no right answer, or the run is to end.
///
/// It takes a small share of the `budget` of the run. `busy_ns` reads the CPU time of the whole machine so far, by which load from outside is found out. Of several attempts that of the
/// least such load counts.
pub(crate) fn measure(
    launch: &dyn Launch,
    clock: &dyn Clock,
    busy_ns: &dyn Fn() -> Option<u64>,
    reference: &Work,
    cores: u64,
    budget: Option<Duration>,
) -> Option<Capacity> {
    let time = budget.map_or(MOST_TIME, |budget| MOST_TIME.min(budget / SHARE));
    let start = reference.start_of_reference();
    let starts: Vec<_> = (0..cores).map(|_| start.clone()).collect();
    let mut cells: Vec<Box<dyn Cell>> =
        launch.cells(&starts, TIMEOUT).into_iter().collect::<Result<_, CellError>>().ok()?;
    let mut best: Option<Capacity> = None;
    for _ in 0..ATTEMPTS {
        let (before, begin) = (busy_ns(), clock.elapsed());
        let (points, own_ns) = attempt(&mut cells, clock, reference, time)?;
        let took = clock.elapsed().saturating_sub(begin).as_nanos() as f64;
        let busy =
            busy_ns().zip(before).map(|(after, before)| after.saturating_sub(before).saturating_sub(own_ns) as f64);
        let capacity = Capacity { points, outside_cores: busy.filter(|_| took > 0.0).map(|busy| busy / took) };
        let load = |capacity: &Capacity| capacity.outside_cores.unwrap_or(0.0);
        if best.as_ref().is_none_or(|best| load(&capacity) < load(best)) {
            best = Some(capacity);
        }
        if best.as_ref().is_none_or(|best| !best.is_disturbed()) {
            break;
        }
    }
    best
}

/// Measures it once. Returns the points, and the CPU time that all burns took, nanoseconds.
///
/// Each repetition has the lone burn and all numbers of burns at once, so what slows the machine for a while slows all of them.
fn attempt(
    cells: &mut [Box<dyn Cell>],
    clock: &dyn Clock,
    reference: &Work,
    time: Duration,
) -> Option<(Vec<CapacityPoint>, u64)> {
    let begin = clock.elapsed();
    let mut own_ns = 0;
    let burns = at_once(cells.len());
    // By repetition and number of burns, the wall times.
    let mut walls: Vec<Vec<Vec<f64>>> = Vec::new();
    let mut longest = Duration::ZERO;
    while walls.len() < MOST && (walls.len() < FEWEST || clock.elapsed() + longest <= begin + time) {
        let before = clock.elapsed();
        let repetition = burns.iter().map(|&burns| burn(&mut cells[..burns], reference, &mut own_ns));
        walls.push(repetition.collect::<Result<_, CellError>>().ok()?);
        longest = longest.max(clock.elapsed().saturating_sub(before));
    }
    let lone = median(&walls.iter().map(|repetition| repetition[0][0]).collect::<Vec<_>>())?;
    let speed = |walls: &Vec<f64>| walls.iter().map(|wall| lone / wall).sum();
    let point = |(place, &burns): (usize, &usize)| CapacityPoint {
        burns: burns as u64,
        speeds: walls.iter().map(|repetition| speed(&repetition[place])).collect(),
    };
    Some((burns.iter().enumerate().map(point).collect(), own_ns))
}

/// Returns the numbers of burns at once: 1, 2, 4, ... and all cores.
fn at_once(cores: usize) -> Vec<usize> {
    let doubled = std::iter::successors(Some(1), |burns| Some(burns * 2)).take_while(|burns| *burns < cores);
    doubled.chain([cores]).collect()
}

/// Has all these cells burn at once, adds the CPU time that they took to `own_ns`, and returns their wall times, nanoseconds.
///
/// Each burns twice in a row and the second time counts: by then it is awake, and the kernel has found it a core.
fn burn(cells: &mut [Box<dyn Cell>], reference: &Work, own_ns: &mut u64) -> Result<Vec<f64>, CellError> {
    let id = CellId { workers: 1, ..CellId::default() };
    for cell in &mut *cells {
        cell.ask();
        cell.ask();
    }
    let answer = |cell: &mut Box<dyn Cell>| {
        let first = cell.hear(TIMEOUT)?;
        let second = verified(cell.hear(TIMEOUT)?, reference.resolved.expected, &id)?;
        *own_ns += first.cpu_ns + second.cpu_ns;
        Ok(second.wall_ns as f64)
    };
    cells.iter_mut().map(answer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_cores_are_the_last_point_whatever_their_number() {
        assert_eq!(at_once(1), [1]);
        assert_eq!(at_once(2), [1, 2]);
        assert_eq!(at_once(24), [1, 2, 4, 8, 16, 24]);
        assert_eq!(at_once(128), [1, 2, 4, 8, 16, 32, 64, 128]);
    }
}
