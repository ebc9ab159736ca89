//! The samples of a run by cell, and what two runs show of the machine: its speed, its noise, its load.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::figures::disturbed::{DisturbedRounds, TICK_NS};
use crate::figures::{GroupSummary, Row, pairs};
use crate::records::Results;
use crate::records::keys::{Round, group_key};
use crate::records::schema::{CellId, Run, Sample, arms};
use crate::statistics::effect::Effect;
use crate::statistics::median;

/// A figure of a sample.
pub(super) type Figure = fn(&Sample) -> u64;

pub(super) const WALL: Figure = |sample| sample.wall_ns;
pub(super) const CPU: Figure = |sample| sample.cpu_ns;

/// The samples of a cell, by round.
pub(super) type Samples<'a> = BTreeMap<Round, &'a Sample>;

/// The samples of a run, by group and cell.
pub(super) type Cells<'a> = HashMap<(String, CellId), Samples<'a>>;

pub(super) fn key_of(group: &GroupSummary) -> String {
    group_key(&group.workload, &group.params)
}

pub(super) fn by_cell(results: &Results) -> Cells<'_> {
    let mut cells = Cells::new();
    let disturbed = DisturbedRounds::find(results);
    for sample in results.samples.iter().filter(|sample| sample.wall_ns > 0 && !disturbed.leaves_out(sample)) {
        let key = (group_key(&sample.workload, sample.params_of_group()), sample.cell.clone());
        cells.entry(key).or_default().insert((sample.process, sample.round), sample);
    }
    cells
}

/// Returns the reference burns of a group.
pub(super) fn references<'c, 'a>(cells: &'c Cells<'a>, group: &str) -> Option<&'c Samples<'a>> {
    cells.iter().find(|((of, cell), _)| of == group && cell.arm == arms::REFERENCE).map(|(_, samples)| samples)
}

pub(super) fn is_same_burn(one: &Samples<'_>, other: &Samples<'_>) -> bool {
    let work = |burns: &Samples<'_>| burns.values().next().map(|sample| sample.checksum);
    work(one) == work(other)
}

/// Returns how much longer the reference burn took in the new run: the median over the groups; none unless both burnt the same.
pub(super) fn drift([base, new]: &[Cells<'_>; 2]) -> Option<f64> {
    let wall = |burns: &Samples<'_>| median(&burns.values().map(|sample| sample.wall_ns as f64).collect::<Vec<_>>());
    let burns = base.iter().filter(|((_, cell), _)| cell.arm == arms::REFERENCE);
    let ratios: Vec<f64> = burns
        .filter_map(|(key, burns)| {
            let others = new.get(key).filter(|others| is_same_burn(burns, others))?;
            Some(wall(others)? / wall(burns)?)
        })
        .collect();
    median(&ratios)
}

/// Returns the logarithms of a figure, by process.
pub(super) fn logs(samples: &Samples<'_>, figure: Figure) -> Vec<(u32, f64)> {
    samples.iter().map(|((process, _), sample)| (*process, (figure(sample) as f64).ln())).collect()
}

/// Returns the logarithms of a figure over that of another cell in the same round, by process.
pub(super) fn ratios(of: &Samples<'_>, samples: &Samples<'_>, figure: Figure) -> Vec<(u32, f64)> {
    let pairs = pairs::of_rounds(samples.iter().map(rounds), of.iter().map(rounds)).into_iter();
    let log = |sample: &Sample| (figure(sample) as f64).ln();
    pairs.map(|((process, _), sample, other)| (process, log(sample) - log(other))).collect()
}

fn rounds<'a>((round, sample): (&Round, &&'a Sample)) -> (Round, &'a Sample) {
    (*round, *sample)
}

/// Returns whether the two did different work: a checksum of 0 is one that was not recorded.
pub(super) fn answers_differ(base: &Samples<'_>, new: &Samples<'_>) -> bool {
    let answer = |samples: &Samples<'_>| samples.values().next().map(|sample| sample.checksum).filter(|sum| *sum != 0);
    answer(base).zip(answer(new)).is_some_and(|(base, new)| base != new)
}

/// What others did while a group ran in each of two runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct OtherLoad {
    /// Cores that they kept busy, in the run in which that was more.
    pub most: f64,
    /// How many more that were in the new run than in the base, as far as ticks can tell it.
    pub shift: f64,
}

impl OtherLoad {
    /// Returns the load while a group ran; nothing if the records do not say it of both.
    pub(super) fn while_group_ran(group: &str, cells: &[Cells<'_>; 2]) -> Self {
        let loads = cells.each_ref().map(|cells| {
            let samples = cells.iter().filter(|((of, _), _)| of == group).flat_map(|(_, samples)| samples.values());
            let (mut wall, mut load, mut count) = (0.0, 0.0, 0.0_f64);
            for sample in samples {
                let Some(outside) = sample.outside_ns else { continue };
                wall += sample.wall_ns as f64;
                load += (outside + sample.steal_ns.unwrap_or(0)) as f64;
                count += 1.0;
            }
            (wall > 0.0).then(|| (load / wall, TICK_NS * count.sqrt() / wall))
        });
        let [Some((base, base_error)), Some((new, new_error))] = loads else { return Self::default() };
        let shift = new - base;
        let shift = shift.signum() * (shift.abs() - base_error.hypot(new_error)).max(0.0);
        Self { most: base.max(new), shift }
    }

    /// Returns the factor by which the cores that were left for the group differed between the runs.
    pub(super) fn explains(&self, cores: f64) -> f64 {
        let left = cores - self.most;
        if left > 0.0 { (left + self.shift.abs()) / left } else { f64::INFINITY }
    }
}

/// Returns whether a group has a second copy of a cell.
pub(super) fn has_copies(cells: &Cells<'_>, group: &str) -> bool {
    cells.keys().any(|(of, cell)| of == group && cell.arm == arms::AA)
}

/// Returns by which factor copies of the same cell, of this arm, differed within the rounds of one run: the root of the mean square over the
/// copies, and no less than how well it is known. Copies of the row's own runner and workers are taken if there are, else those of
/// its family, else all. None without a copy in two processes.
pub(super) fn noise(
    cells: &Cells<'_>,
    run: &Run,
    group: &GroupSummary,
    row: &Row,
    arm: &str,
    figure: Figure,
) -> Option<f64> {
    let key = key_of(group);
    let mut copies: Vec<_> = cells.keys().filter(|(of, cell)| *of == key && cell.arm == arms::AA).collect();
    copies.sort_unstable();
    let family = |runner: &str| run.runners.get(runner).map(|info| &info.family);
    let is_own = |cell: &CellId| cell.runner == row.cell.runner && cell.workers == row.cell.workers;
    let is_akin = |cell: &CellId| family(&cell.runner) == family(&row.cell.runner);
    let of = |is: &dyn Fn(&CellId) -> bool| {
        let effects = copies.iter().filter(|copy| is(&copy.1)).filter_map(|copy| {
            let first = (key.clone(), CellId { arm: arm.to_owned(), ..copy.1.clone() });
            Effect::paired(&ratios(cells.get(&first)?, cells.get(*copy)?, figure)).filter(Effect::is_judgeable)
        });
        let effects: Vec<Effect> = effects.collect();
        let mean = |square: fn(&Effect) -> f64| effects.iter().map(square).sum::<f64>() / effects.len() as f64;
        (!effects.is_empty())
            .then(|| mean(|effect| effect.log.powi(2)).max(mean(|effect| effect.error().powi(2))).sqrt().exp())
    };
    of(&is_own).or_else(|| of(&is_akin)).or_else(|| of(&|_| true))
}
