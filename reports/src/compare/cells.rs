//! The figures of each cell that two builds have in common.
//!
//! Wall time is what a user waits for; CPU time is what the work costs. On a machine that others use too, the wall time of CPU-bound
//! work is blurred by whoever takes its core away, and its CPU time is hardly: it shows a change of the work itself long before the
//! wall time does. So for CPU-bound work both are judged, and wall time has the first word.

use std::collections::{BTreeMap, HashMap};

use super::{Difference, SIGNIFICANT};
use crate::effect::{self, Effect};
use crate::record::{CellId, Sample, arms};
use crate::results::Results;
use crate::rounds::{DirtyRounds, Round, TICK_NS};
use crate::statistics::{Estimate, median};
use crate::summary::{GroupSummary, Row, Summary, group_key};

/// Outside load by which two runs may differ, in cores, before their wall times are no longer compared.
const OTHER_LOAD_CORES: f64 = 0.25;

/// One cell in two builds.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Title of its group.
    pub group: String,
    /// The shortest name that tells it from the others of its group.
    pub label: String,
    /// Wall time in the base, nanoseconds, median.
    pub base_ns: f64,
    /// Wall time in the new build, nanoseconds, median.
    pub new_ns: f64,
    /// What became of its wall time.
    pub wall: Change,
    /// What became of its CPU time; none for work that is not CPU-bound.
    pub cpu: Option<Change>,
    /// How many more cores others kept busy in the new run; 0 if it cannot be told or is too little to be told.
    pub other_load: f64,
    /// Processes on each side.
    pub processes: [usize; 2],
    /// Samples on each side.
    pub samples: [usize; 2],
    /// What is said of it.
    pub outcome: Outcome,
}

impl Compared {
    /// Whether the machine was so much busier with something else in one run that wall times say nothing.
    pub fn is_on_another_load(&self) -> bool {
        self.other_load.abs() > OTHER_LOAD_CORES
    }
}

/// What became of one figure of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The new figure over that of the base, with its interval: relative to the reference burn if `is_relative`. This is
    /// what is judged.
    pub ratio: Estimate,
    /// The same without regard to the reference burn.
    pub raw: Estimate,
    /// Whether the ratio is relative to the reference burn.
    pub is_relative: bool,
    /// The factor by which two copies of the same cell differed in the noisier of the two; none if it is not known.
    pub floor: Option<f64>,
    /// Probability that chance alone explains the change, corrected for the number of figures that are judged; none if
    /// it cannot be told.
    pub probability: Option<f64>,
}

impl Change {
    /// Whether it has the same direction with and without regard to the reference burn.
    fn is_both_ways(&self) -> bool {
        (self.ratio.value - 1.0) * (self.raw.value - 1.0) > 0.0
    }

    /// Whether it is more than chance and noise explain.
    pub fn is_real(&self) -> bool {
        let is_beyond_noise = self.ratio.value.ln().abs() > self.floor.unwrap_or(1.0).ln();
        is_beyond_noise && self.probability.is_some_and(|probability| probability < SIGNIFICANT)
    }
}

/// What is said of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The new build takes longer.
    Slower,
    /// The new build takes less long.
    Faster,
    /// Its wall time shows no difference, but the new build needs more CPU time for the same work.
    Costlier,
    /// Its wall time shows no difference, but the new build needs less CPU time for the same work.
    Cheaper,
    /// There is no difference beyond noise.
    Same,
    /// One process on each side, or a machine that was busy with something else in one run: nothing can be said.
    Unjudged,
}

impl Outcome {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::Costlier => "more CPU",
            Self::Cheaper => "less CPU",
            Self::Same => "no difference",
            Self::Unjudged => "not judged",
        }
    }

    /// Whether the new build is worse.
    pub fn is_regression(self) -> bool {
        matches!(self, Self::Slower | Self::Costlier)
    }

    /// Whether the new build is better.
    pub fn is_improvement(self) -> bool {
        matches!(self, Self::Faster | Self::Cheaper)
    }

    fn of(compared: &Compared) -> Self {
        let (wall, cpu) = (&compared.wall, compared.cpu.as_ref());
        let is_other_machine = compared.is_on_another_load();
        if wall.probability.is_none() || (is_other_machine && cpu.is_none()) {
            return Self::Unjudged;
        }
        // A burn that lost its core in one of the runs must not make a change of its own.
        let is_claimed = |change: &&Change| change.is_real() && change.is_both_ways();
        if is_claimed(&wall) && !is_other_machine {
            return if wall.ratio.value > 1.0 { Self::Slower } else { Self::Faster };
        }
        match cpu.filter(is_claimed) {
            Some(cpu) if cpu.ratio.value > 1.0 => Self::Costlier,
            Some(_) => Self::Cheaper,
            None => Self::Same,
        }
    }
}

/// A figure of a sample.
type Figure = fn(&Sample) -> u64;

const WALL: Figure = |sample| sample.wall_ns;
const CPU: Figure = |sample| sample.cpu_ns;

/// What came of matching two runs.
pub(super) struct Matched {
    pub(super) compared: Vec<Compared>,
    /// The cells that only one has.
    pub(super) unmatched: Vec<String>,
    pub(super) differences: Vec<Difference>,
    /// How much longer the reference burn took in the new run.
    pub(super) drift: Option<f64>,
}

/// A cell that both have, before it is judged.
struct Candidate {
    compared: Compared,
    wall: Effect,
    cpu: Option<Effect>,
}

/// The samples of a cell, by round.
type Samples<'a> = BTreeMap<Round, &'a Sample>;

/// The samples of a run, by group and cell.
type Cells<'a> = HashMap<(String, CellId), Samples<'a>>;

/// Compares two runs.
pub(super) fn of_runs(base: &Results, new: &Results) -> Matched {
    let cells = [by_cell(base), by_cell(new)];
    let summaries = [Summary::of(base), Summary::of(new)];
    let cores = summaries[0].usable_cores.unwrap_or(1.0);
    let (mut candidates, mut unmatched, mut differences) = (Vec::new(), Vec::new(), Vec::new());
    for group in &summaries[0].groups {
        let key = key_of(group);
        for row in contenders(group) {
            let cell = (key.clone(), row.cell.clone());
            match (cells[0].get(&cell), cells[1].get(&cell)) {
                (Some(base), Some(new)) => {
                    if answers_differ(base, new) {
                        let (group, label) = (&group.title, &row.label);
                        let text = format!(
                            "The answers of {group} under {label} differ between the runs: they are not the same work."
                        );
                        differences.push(Difference::fatal(text));
                    }
                    candidates.extend(candidate_of_runs(group, row, [base, new], &cells, cores));
                }
                (Some(_), None) => unmatched.push(format!("{}: {} (base only)", group.title, row.label)),
                (None, _) => {}
            }
        }
    }
    for group in &summaries[1].groups {
        let key = key_of(group);
        for row in contenders(group) {
            let cell = (key.clone(), row.cell.clone());
            if cells[1].contains_key(&cell) && !cells[0].contains_key(&cell) {
                unmatched.push(format!("{}: {} (new only)", group.title, row.label));
            }
        }
    }
    Matched { compared: judged(candidates), unmatched, differences, drift: drift(&cells) }
}

fn candidate_of_runs(
    group: &GroupSummary,
    row: &Row,
    sides: [&Samples<'_>; 2],
    cells: &[Cells<'_>; 2],
    cores: f64,
) -> Option<Candidate> {
    let key = key_of(group);
    let burns = [references(&cells[0], &key), references(&cells[1], &key)];
    let burns = burns[0].zip(burns[1]).filter(|(base, new)| group.is_cpu_bound() && is_same_burn(base, new));
    let change = |figure: Figure| -> Option<(Effect, Change)> {
        let raw = Effect::unpaired(&logs(sides[0], figure), &logs(sides[1], figure))?;
        let relative = burns
            .and_then(|(base, new)| Effect::unpaired(&ratios(base, sides[0], figure), &ratios(new, sides[1], figure)));
        let floors = cells.each_ref().map(|cells| noise(cells, group, "", figure));
        Some(change(relative.unwrap_or(raw), raw, relative.is_some(), floors))
    };
    let cpu = group.is_cpu_bound().then(|| change(CPU)).flatten();
    let mut candidate = candidate(group, row, sides, change(WALL)?, cpu);
    // Spread over the cores, the load that one run had and the other had not explains this much.
    let compared = &mut candidate.compared;
    compared.other_load = other_load(&key, cells);
    let explained = 1.0 + compared.other_load.abs() / cores;
    compared.wall.floor =
        compared.wall.floor.into_iter().chain((explained > 1.0).then_some(explained)).reduce(f64::max);
    Some(candidate)
}

/// How many more cores others kept busy during a group in the new run, as far as ticks can tell it.
fn other_load(group: &str, cells: &[Cells<'_>; 2]) -> f64 {
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
    let [Some((base, base_error)), Some((new, new_error))] = loads else { return 0.0 };
    let shift = new - base;
    shift.signum() * (shift.abs() - base_error.hypot(new_error)).max(0.0)
}

/// Compares the two builds of one run.
pub(super) fn of_live(results: &Results) -> Vec<Compared> {
    let cells = by_cell(results);
    let summary = Summary::of(results);
    let mut candidates = Vec::new();
    for group in &summary.groups {
        let key = key_of(group);
        for row in group.rows.iter().filter(|row| row.cell.arm == arms::NEW) {
            let of_arm = |arm: &str| cells.get(&(key.clone(), CellId { arm: arm.to_owned(), ..row.cell.clone() }));
            let (Some(old), Some(new)) = (of_arm(arms::OLD), of_arm(arms::NEW)) else { continue };
            let change = |figure: Figure| {
                let effect = Effect::paired(&ratios(old, new, figure))?;
                Some(change(effect, effect, false, [noise(&cells, group, arms::OLD, figure), None]))
            };
            let cpu = group.is_cpu_bound().then(|| change(CPU)).flatten();
            candidates.extend(change(WALL).map(|wall| candidate(group, row, [old, new], wall, cpu)));
        }
    }
    judged(candidates)
}

/// How far from 1 a cell of this arm gets from its second copy in the same rounds: the far end of the interval.
fn noise(cells: &Cells<'_>, group: &GroupSummary, arm: &str, figure: Figure) -> Option<f64> {
    let key = key_of(group);
    let in_group = |(of, cell): &&(String, CellId)| *of == key && cell.arm == arms::AA;
    let copy = cells.keys().find(in_group)?;
    let first = (key.clone(), CellId { arm: arm.to_owned(), ..copy.1.clone() });
    let effect = Effect::paired(&ratios(cells.get(&first)?, cells.get(copy)?, figure))?;
    let estimate = effect.is_judgeable().then(|| effect.estimate())?;
    Some(estimate.low.ln().abs().max(estimate.high.ln().abs()).exp())
}

fn change(judged: Effect, raw: Effect, is_relative: bool, floors: [Option<f64>; 2]) -> (Effect, Change) {
    let floor = floors.into_iter().flatten().reduce(f64::max);
    let (ratio, raw) = (judged.estimate(), raw.estimate());
    (judged, Change { ratio, raw, is_relative, floor, probability: None })
}

fn candidate(
    group: &GroupSummary,
    row: &Row,
    sides: [&Samples<'_>; 2],
    wall: (Effect, Change),
    cpu: Option<(Effect, Change)>,
) -> Candidate {
    let [base_ns, new_ns] = sides.map(|samples| {
        let walls: Vec<f64> = samples.values().map(|sample| sample.wall_ns as f64).collect();
        median(&walls).unwrap_or(0.0)
    });
    let processes = sides.map(|samples| {
        let mut processes: Vec<u32> = samples.keys().map(|(process, _)| *process).collect();
        processes.dedup();
        processes.len()
    });
    let compared = Compared {
        group: group.title.clone(),
        label: row.label.replace(&format!(" ({})", arms::NEW), ""),
        base_ns,
        new_ns,
        wall: wall.1,
        cpu: cpu.map(|(_, change)| change),
        other_load: 0.0,
        processes,
        samples: sides.map(BTreeMap::len),
        outcome: Outcome::Unjudged,
    };
    Candidate { compared, wall: wall.0, cpu: cpu.map(|(effect, _)| effect) }
}

/// Judges all figures together, for each look at one more is one more chance to be wrong.
fn judged(mut candidates: Vec<Candidate>) -> Vec<Compared> {
    effect::steady(&mut candidates.iter_mut().map(|candidate| &mut candidate.wall).collect::<Vec<_>>());
    effect::steady(&mut candidates.iter_mut().filter_map(|candidate| candidate.cpu.as_mut()).collect::<Vec<_>>());
    let mut figures: Vec<(&Effect, &mut Change)> = Vec::new();
    for Candidate { compared, wall, cpu } in &mut candidates {
        figures.push((wall, &mut compared.wall));
        figures.extend(cpu.as_ref().zip(compared.cpu.as_mut()));
    }
    figures.retain(|(effect, _)| effect.is_judgeable());
    let p_values: Vec<f64> = figures.iter().map(|(effect, _)| effect.p_value()).collect();
    for ((effect, change), probability) in figures.into_iter().zip(effect::holm(&p_values)) {
        change.ratio = effect.estimate();
        change.probability = Some(probability);
    }
    candidates
        .into_iter()
        .map(|Candidate { mut compared, .. }| {
            compared.outcome = Outcome::of(&compared);
            compared
        })
        .collect()
}

/// The rows that stand for themselves.
fn contenders(group: &GroupSummary) -> impl Iterator<Item = &Row> {
    group.rows.iter().filter(|row| row.cell.arm.is_empty())
}

fn key_of(group: &GroupSummary) -> String {
    group_key(&group.workload, &group.params)
}

fn by_cell(results: &Results) -> Cells<'_> {
    let mut cells = Cells::new();
    let dirty = DirtyRounds::of(results);
    for sample in results.samples.iter().filter(|sample| sample.wall_ns > 0 && !dirty.leaves_out(sample)) {
        let key = (group_key(&sample.workload, &sample.params), sample.cell.clone());
        cells.entry(key).or_default().insert((sample.process, sample.round), sample);
    }
    cells
}

/// The reference burns of a group.
fn references<'c, 'a>(cells: &'c Cells<'a>, group: &str) -> Option<&'c Samples<'a>> {
    cells.iter().find(|((of, cell), _)| of == group && cell.arm == arms::REFERENCE).map(|(_, samples)| samples)
}

fn is_same_burn(one: &Samples<'_>, other: &Samples<'_>) -> bool {
    let work = |burns: &Samples<'_>| burns.values().next().map(|sample| sample.checksum);
    work(one) == work(other)
}

/// How much longer the reference burn took in the new run: the median over the groups; none unless both burnt the same.
fn drift([base, new]: &[Cells<'_>; 2]) -> Option<f64> {
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

/// The logarithms of a figure, by process.
fn logs(samples: &Samples<'_>, figure: Figure) -> Vec<(u32, f64)> {
    samples.iter().map(|((process, _), sample)| (*process, (figure(sample) as f64).ln())).collect()
}

/// The logarithms of a figure over that of another cell in the same round, by process.
fn ratios(of: &Samples<'_>, samples: &Samples<'_>, figure: Figure) -> Vec<(u32, f64)> {
    let pair = |(round, sample): (&Round, &&Sample)| {
        let other = of.get(round)?;
        Some((round.0, (figure(sample) as f64).ln() - (figure(other) as f64).ln()))
    };
    samples.iter().filter_map(pair).collect()
}

/// Whether the two did different work: a checksum of 0 is one that was not recorded.
fn answers_differ(base: &Samples<'_>, new: &Samples<'_>) -> bool {
    let answer = |samples: &Samples<'_>| samples.values().next().map(|sample| sample.checksum).filter(|sum| *sum != 0);
    answer(base).zip(answer(new)).is_some_and(|(base, new)| base != new)
}
