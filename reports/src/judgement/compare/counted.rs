//! What the kernel counted of a cell in two builds, and whether that changed.
//!
//! Counts show changes that times do not: one more hand-over of a lock, one more page, one more system call. They stand beside times and
//! are judged apart from them, so that they make no cell a regression. One is added to each count, so that none has a ratio too.
//!
//! Unlike times, counts of different cells differ in how much they vary, from not at all to twofold: no cell's variance is steadied by
//! that of others.

use serde::Serialize;

use super::change::{self, Change, Effects};
use super::samples::{Figure, Samples, logs, ratios};
use crate::figures::{Count, GroupSummary, Row};
use crate::records::schema::Profile;
use crate::statistics::effect::Effect;
use crate::statistics::median;

/// Events of a run by which two builds must differ at least: a page or a call more now and then is none of a build's doing.
const LEAST_EVENTS: f64 = 2.0;
/// Factor by which two builds must differ at least.
const LEAST_FACTOR: f64 = 1.01;

/// A count of a cell in two builds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Counted {
    /// Title of the cell's group.
    pub group: String,
    /// The shortest name that tells the cell from the others of its group.
    pub label: String,
    /// What was counted.
    pub count: Count,
    /// Events in the base for each task, median.
    pub base: f64,
    /// Events in the new build for each task, median.
    pub new: f64,
    /// What became of it.
    pub change: Change,
}

/// A count of a cell before it is judged.
pub(super) struct Candidate {
    counted: Counted,
    effects: Effects,
}

/// The counts of samples, each with one more.
const OF_SAMPLES: [(Count, Figure); 2] = [
    (Count::Switches, |sample| Count::Switches.of(&sample.counts).unwrap_or(0) + 1),
    (Count::Faults, |sample| Count::Faults.of(&sample.counts).unwrap_or(0) + 1),
];

/// Returns what was counted in the samples of a cell in both builds. `noise` is what copies of a cell differed by in a figure.
pub(super) fn of_samples(
    group: &GroupSummary,
    row: &Row,
    label: &str,
    sides: [&Samples<'_>; 2],
    is_paired: bool,
    noise: impl Fn(Figure) -> Option<f64>,
) -> Vec<Candidate> {
    let of = |(count, figure): (Count, Figure)| {
        let is_counted = |samples: &Samples<'_>| samples.values().all(|sample| count.of(&sample.counts).is_some());
        let [base, new] = sides;
        let effect = if is_paired {
            Effect::paired(&ratios(base, new, figure))
        } else {
            Effect::unpaired(&logs(base, figure), &logs(new, figure))
        };
        let effect = effect.filter(|_| is_counted(base) && is_counted(new))?;
        let medians = sides.map(|samples| {
            let events: Vec<f64> = samples.values().map(|sample| figure(sample) as f64 - 1.0).collect();
            median(&events).unwrap_or(0.0)
        });
        Some(candidate(group, row, label, count, medians, effect, noise(figure).unwrap_or(1.0)))
    };
    OF_SAMPLES.into_iter().filter_map(of).collect()
}

/// Returns the system calls of a cell in the profile pass of both runs, which counts a few runs of one process.
pub(super) fn of_profiles(group: &GroupSummary, row: &Row, profiles: [&[Profile]; 2]) -> Option<Candidate> {
    let [base, new] = profiles.map(|profiles| {
        let profile = profiles.iter().find(|profile| group.is_of(profile) && profile.cell == row.cell)?;
        profile.counts.iter().map(|run| Some(Count::Calls.of(run)? as f64)).collect::<Option<Vec<f64>>>()
    });
    let sides = [base?, new?];
    let logs = sides.each_ref().map(|calls| (0..).zip(calls.iter().map(|calls| calls.ln_1p())).collect::<Vec<_>>());
    let effect = Effect::unpaired(&logs[0], &logs[1])?;
    let medians = sides.map(|calls| median(&calls).unwrap_or(0.0));
    Some(candidate(group, row, &row.label, Count::Calls, medians, effect, 1.0))
}

fn candidate(
    group: &GroupSummary,
    row: &Row,
    label: &str,
    count: Count,
    medians: [f64; 2],
    effect: Effect,
    noise: f64,
) -> Candidate {
    let least = LEAST_FACTOR.max(1.0 + LEAST_EVENTS / (medians[0].min(medians[1]) + 1.0));
    let effects = Effects { judged: effect, raw: effect, is_relative: false, floor: noise.max(least) };
    let [base, new] = medians.map(|events| events / (row.scale.tasks as f64).max(1.0));
    let (group, label) = (group.title.clone(), label.to_owned());
    Candidate { counted: Counted { group, label, count, base, new, change: effects.change() }, effects }
}

/// Judges counts together, for each look at one more is one more chance to be wrong.
pub(super) fn judged(candidates: Vec<Candidate>) -> Vec<Counted> {
    let (counted, effects): (Vec<Counted>, Vec<Effects>) =
        candidates.into_iter().map(|candidate| (candidate.counted, candidate.effects)).unzip();
    counted.into_iter().zip(change::judge(&effects)).map(|(counted, change)| Counted { change, ..counted }).collect()
}
