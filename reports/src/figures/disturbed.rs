//! Disturbed rounds: those in which the machine was busier for others, or of another speed, than it usually was in this run.
//!
//! The rule looks at nothing that a cell did, so it cannot favour one. For each round of a group, with all its cells together:
//! - **Load from outside**: CPU time of other programs and of other guests, over the wall time of the round, in cores. The kernel
//!   counts it in ticks of 10 ms, so in short rounds it is a rough figure with a bias. The bias is the same in every round of the
//!   same cells (later rounds may be of some of them only), and what counts is how far a round is above the median of these: by a quarter
//!   of a core at least, by four times the usual scatter (1.4826 times the median absolute deviation), and by more than the ticks can tell.
//! - **Speed**: CPU time of the reference burn, which is the same work each time: 5 % at least from the group's median, and
//!   four times the usual scatter.
//!
//! On a machine that is busy all the time the median and the scatter are high, and only what stands out is disturbed. Disturbed rounds are kept
//! in the records, drawn in the charts, counted in the tables, and left out of the figures. If they are more than a fifth of a group's
//! rounds they are no exception but its condition: then none is left out, and the report says so at the top.
//!
//! P. J. Rousseeuw and C. Croux, *Alternatives to the Median Absolute Deviation*, Journal of the American Statistical
//! Association 88, 1993: the deviation and its factor.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::records::Results;
use crate::records::keys::{GroupKeys, Round, group_key};
use crate::records::schema::{CellId, Sample, arms};
use crate::statistics::median;

/// What the kernel counts outside load in, nanoseconds.
pub(crate) const TICK_NS: f64 = 1e7;
/// Excess load that disturbs, in cores.
const DISTURBING_CORES: f64 = 0.25;
/// Change of speed that disturbs.
const DISTURBING_SPEED: f64 = 0.05;
/// How many times the usual scatter is not usual.
const UNUSUAL: f64 = 4.0;
/// The standard deviation of normal values over their median absolute deviation.
const NORMAL: f64 = 1.4826;
/// Fewest rounds of a group from which it can be told what is usual.
const FEWEST: usize = 7;
/// Share of a group's rounds that may be left out.
const MOST_LEFT_OUT: f64 = 0.2;

/// The disturbed rounds of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Disturbed {
    /// Which they are.
    rounds: HashSet<Round>,
    /// How many rounds the group has.
    pub of: usize,
}

/// The disturbed rounds of each group, by its key.
#[derive(Debug, Clone, Default)]
pub struct DisturbedRounds(HashMap<String, Disturbed>);

impl Disturbed {
    /// Returns how many rounds are disturbed.
    pub fn count(&self) -> usize {
        self.rounds.len()
    }

    /// Returns whether there are so many that they are kept in the figures.
    pub fn is_too_many(&self) -> bool {
        self.rounds.len() as f64 > MOST_LEFT_OUT * self.of as f64
    }

    /// Returns whether the figures do without this round.
    pub fn leaves_out(&self, round: Round) -> bool {
        !self.is_too_many() && self.rounds.contains(&round)
    }
}

impl DisturbedRounds {
    /// Finds the disturbed rounds of a run.
    pub fn find(results: &Results) -> Self {
        let mut groups: HashMap<String, BTreeMap<Round, Vec<&Sample>>> = HashMap::new();
        let mut keys = GroupKeys::default();
        for sample in &results.samples {
            let key = keys.of_sample(sample);
            if !groups.contains_key(key) {
                groups.insert(key.to_owned(), BTreeMap::new());
            }
            if let Some(group) = groups.get_mut(key) {
                group.entry((sample.process, sample.round)).or_default().push(sample);
            }
        }
        Self(groups.into_iter().map(|(key, rounds)| (key, disturbed_of(&rounds))).collect())
    }

    /// Returns the disturbed rounds of a group.
    pub fn of_group(&self, key: &str) -> Disturbed {
        self.0.get(key).cloned().unwrap_or_default()
    }

    /// Returns whether the figures do without this sample.
    pub fn leaves_out(&self, sample: &Sample) -> bool {
        self.leaves_out_of(&group_key(&sample.workload, sample.params_of_group()), sample)
    }

    /// Does as [`DisturbedRounds::leaves_out`], given the key of the sample's group.
    pub(crate) fn leaves_out_of(&self, key: &str, sample: &Sample) -> bool {
        let group = self.0.get(key);
        group.is_some_and(|group| group.leaves_out((sample.process, sample.round)))
    }
}

fn disturbed_of(rounds: &BTreeMap<Round, Vec<&Sample>>) -> Disturbed {
    let mut loads: BTreeMap<BTreeSet<&CellId>, Vec<(Round, f64, f64)>> = BTreeMap::new();
    for (round, samples) in rounds {
        if let Some(cores) = outside_cores(samples) {
            let cells = samples.iter().map(|sample| &sample.cell).collect();
            loads.entry(cells).or_default().push((*round, cores, resolution(samples)));
        }
    }
    let burns: Vec<(Round, f64, f64)> = rounds
        .iter()
        .filter_map(|(round, samples)| {
            let burn = samples.iter().find(|sample| sample.cell.arm == arms::REFERENCE && sample.cpu_ns > 0)?;
            Some((*round, (burn.cpu_ns as f64).ln(), 0.0))
        })
        .collect();
    let busier = loads.values().flat_map(|loads| unusual(loads, DISTURBING_CORES, |excess| excess));
    let rounds_of_other_speed = unusual(&burns, DISTURBING_SPEED, f64::abs);
    Disturbed { rounds: busier.chain(rounds_of_other_speed).collect(), of: rounds.len() }
}

/// Returns the rounds whose value is further from the median than `least`, than the usual scatter allows, and than it can be resolved.
fn unusual(values: &[(Round, f64, f64)], least: f64, distance: fn(f64) -> f64) -> Vec<Round> {
    if values.len() < FEWEST {
        return Vec::new();
    }
    let all: Vec<f64> = values.iter().map(|(_, value, _)| *value).collect();
    let Some(middle) = median(&all) else { return Vec::new() };
    let deviations: Vec<f64> = all.iter().map(|value| (value - middle).abs()).collect();
    let scatter = UNUSUAL * NORMAL * median(&deviations).unwrap_or(0.0);
    let is_unusual =
        |(_, value, resolution): &&(Round, f64, f64)| distance(value - middle) > least.max(scatter).max(*resolution);
    values.iter().filter(is_unusual).map(|(round, ..)| *round).collect()
}

/// Returns the cores that others kept busy in a round; none if that was not recorded.
fn outside_cores(samples: &[&Sample]) -> Option<f64> {
    let known = samples.iter().filter(|sample| sample.steal_ns.or(sample.outside_ns).is_some());
    let (wall, load) = known.fold((0.0, 0.0), |(wall, load), sample| {
        let others = sample.steal_ns.unwrap_or(0) as f64 + sample.outside_ns.unwrap_or(0) as f64;
        (wall + sample.wall_ns as f64, load + others)
    });
    (wall > 0.0).then_some(load / wall)
}

/// Returns what the ticks of a round can be wrong by, in cores: each reading by a tick, in either direction.
fn resolution(samples: &[&Sample]) -> f64 {
    let wall: f64 = samples.iter().map(|sample| sample.wall_ns as f64).sum();
    2.0 * TICK_NS * (samples.len() as f64).sqrt() / wall.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns rounds of three cells of 100 ms each, with this load from outside in cores.
    fn run(loads: &[f64]) -> Results {
        let samples = loads.iter().enumerate().flat_map(|(round, cores)| {
            (0..3).map(move |_| Sample {
                round: round as u32,
                wall_ns: 100_000_000,
                outside_ns: Some((cores * 1e8) as u64),
                ..Sample::default()
            })
        });
        Results { samples: samples.collect(), ..Results::default() }
    }

    fn found(results: &Results) -> Disturbed {
        DisturbedRounds::find(results).of_group(&group_key("", &BTreeMap::new()))
    }

    #[test]
    fn what_stands_out_is_disturbed() {
        let mut loads = [0.02; 20];
        loads[7] = 0.9;
        let disturbed = found(&run(&loads));
        assert_eq!((disturbed.count(), disturbed.of), (1, 20));
        assert!(disturbed.leaves_out((0, 7)) && !disturbed.leaves_out((0, 6)));
        assert_eq!(found(&run(&[0.02; 20])).count(), 0);
    }

    #[test]
    fn rounds_are_held_against_those_of_the_same_cells() {
        let mut results = run(&[0.0; 8]);
        let mut later = run(&[0.6; 8]);
        for (at, sample) in later.samples.iter_mut().enumerate() {
            "b".clone_into(&mut sample.cell.runner);
            sample.round += 8;
            sample.outside_ns = if at == 9 { Some(500_000_000) } else { sample.outside_ns };
        }
        results.samples.append(&mut later.samples);
        let disturbed = found(&results);
        assert!(disturbed.count() == 1 && disturbed.leaves_out((0, 11)), "{disturbed:?}");
    }

    #[test]
    fn a_machine_that_is_always_shared_keeps_its_rounds() {
        let loads: Vec<f64> = (0..30).map(|i| 0.8 + 0.3 * f64::from(i * 7 % 10) / 10.0).collect();
        assert_eq!(found(&run(&loads)).count(), 0);
    }

    #[test]
    fn too_many_are_kept_and_told() {
        let loads: Vec<f64> = (0..30).map(|i| if i % 3 == 0 { 1.5 } else { 0.0 }).collect();
        let disturbed = found(&run(&loads));
        assert!(disturbed.count() == 10 && disturbed.is_too_many() && !disturbed.leaves_out((0, 0)));
    }

    #[test]
    fn a_tick_is_no_load() {
        let mut results = run(&[0.0; 20]);
        for sample in &mut results.samples {
            sample.wall_ns = 1_000_000;
        }
        // Three cells of 1 ms, one of which saw a tick of 10 ms: 3.3 cores, if one believes it.
        results.samples[12].outside_ns = Some(10_000_000);
        assert_eq!(found(&results).count(), 0);
    }

    #[test]
    fn a_change_of_speed_is_seen_by_the_reference_burn() {
        let mut results = run(&[0.0; 20]);
        for (at, sample) in results.samples.iter_mut().enumerate().filter(|(at, _)| at % 3 == 0) {
            arms::REFERENCE.clone_into(&mut sample.cell.arm);
            sample.cpu_ns = if at == 30 { 13_000_000 } else { 10_000_000 + at as u64 * 100 };
        }
        let disturbed = found(&results);
        assert!(disturbed.count() == 1 && disturbed.leaves_out((0, 10)), "{disturbed:?}");
    }

    #[test]
    fn few_rounds_and_no_figures_leave_all_as_it_is() {
        assert_eq!(found(&run(&[0.0, 0.0, 2.0])).count(), 0);
        let mut silent = run(&[0.0; 20]);
        silent.samples.iter_mut().for_each(|sample| sample.outside_ns = None);
        assert_eq!(found(&silent).count(), 0);
        assert!(!DisturbedRounds::default().leaves_out(&Sample::default()));
    }
}
