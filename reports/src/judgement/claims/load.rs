//! Load from outside that a judgement could be about, in place of the cell.

use super::claim::{Condition, Quantile, Statistic};
use super::measured::Measured;
use super::outcome::Outcome;
use crate::figures::{Cell, Others, Row};

/// Loss of a cell that matters, in cores.
const DISTURBING_CORES: f64 = 0.25;
/// Loss that moves a median of latencies: half of them are late then.
const DISTURBING_HALF: f64 = 0.5;
/// What it takes to go on in time after a wait, in cores.
const WAKING_CORES: f64 = 0.5;
/// Share of a core below which one that only computes was kept from it.
const KEPT_FROM: f64 = 0.85;
/// How far beyond an upper bound a figure has to be able to get before load can be what holds it below.
const BEYOND: f64 = 1.25;

/// Returns the load from outside, in cores, if it took enough from the cell to be what the outcome is about.
pub fn disturbing(
    condition: &Condition,
    measured: &Measured,
    outcome: Outcome,
    usable_cores: Option<f64>,
) -> Option<f64> {
    let cell = measured.cells.first()?;
    let (usable, row) = (usable_cores?, cell.row);
    let value = measured.estimate.value;
    let is_below = condition.at_least.is_some_and(|least| value < least);
    let is_above = condition.at_most.is_some_and(|most| value > most);
    let at_best = row.ideal_cores.map(|cores| cores.min(row.scale.tasks as f64));
    let mut disturbing = DISTURBING_CORES;
    let (needed, is_doubtful) = match condition.statistic {
        // Load lowers what is gained in parallel: that it is little is no news then, but that it is enough is.
        Statistic::SpeedUp | Statistic::Efficiency | Statistic::EffectiveCores | Statistic::Occupancy => {
            let held_down = condition.at_most.zip(at_best).filter(|_| outcome == Outcome::Holds && !is_below);
            match held_down {
                // It takes no more than a bit above the bound to show that the bound does not hold.
                Some((most, at_best)) => (at_best.min(most * BEYOND + DISTURBING_CORES), true),
                None => (at_best.unwrap_or(WAKING_CORES), is_below),
            }
        }
        // Whoever computes beside may be kept from it as well, so a latency can be off either way.
        Statistic::Latency | Statistic::LatencyRatio | Statistic::LatencyDifference => {
            if condition.quantile == Some(Quantile::P50) {
                disturbing = DISTURBING_HALF;
            }
            (usable.min(row.scale.tasks as f64), outcome == Outcome::Fails || condition.at_least.is_some())
        }
        Statistic::Time
        | Statistic::TimeWithStart
        | Statistic::OverFormula
        | Statistic::Cost
        | Statistic::SwitchesRatio
        | Statistic::Switches => (at_best.unwrap_or(WAKING_CORES), is_above),
        // Others take time, but not CPU time.
        Statistic::CpuTime
        | Statistic::CpuCost
        | Statistic::Faults
        | Statistic::Figure
        | Statistic::FigureRatio
        | Statistic::Trial => {
            return None;
        }
    };
    let by_itself = || [row.outside, row.steal].into_iter().flatten().map(|load| load.cores).sum();
    let counted = Others::cores(&cell.group.rows).unwrap_or_else(by_itself);
    let load = counted.max(usable - lone_share(cell).unwrap_or(usable));
    let lost = needed - (usable - load);
    (is_doubtful && lost >= disturbing).then_some(load)
}

/// Returns the cores that computing one after the other had in the cell's group, if it was kept from the one that it needs: all others were
/// busy then, too. The load that the kernel counts in ticks says nothing of runs that are shorter than a tick.
fn lone_share(cell: &Cell) -> Option<f64> {
    let is_lone =
        |row: &&Row| row.is_baseline && row.runner.family == cell.row.runner.family && row.ideal_cores.is_some();
    let lone = cell.group.rows.iter().find(is_lone)?;
    let cores = lone.effective_cores?.value;
    (lone.cell.workers == 1 && cores < KEPT_FROM).then_some(cores)
}
