//! Which places of an axis to measure next, so that the place where the lead changes is soon known well. No clocks, no cells.
//!
//! 1. A survey: places over the whole range, each a factor from the next, with a few fresh processes each. It finds all crossings that lie
//!    further apart than two places.
//! 2. Bisection: of two places where different sides lead, the one in the middle (their geometric mean), until the lead there cannot be
//!    told or they are close.
//! 3. Precision: more processes for the ends and what lies between, which may be told in the end, so that bisection goes on.
//!
//! What was measured counts to the end, wherever the search went next. An end that turns out not to be told gives its part to the next
//! place outside of it. The tests find by simulation how often the interval holds the crossing.

use std::collections::BTreeMap;

use regatta_reports::statistics::crossing::{Crossing, Duel, Lead, Place};

/// Most places of the survey.
const SURVEY: u32 = 9;
/// Fresh processes that each place has at least: fewer tell little of how processes differ.
const PROCESSES: usize = 4;
/// Most fresh processes for a place at which neither side leads, as long as there is no crossing.
const MOST_FOR_OPEN: usize = 12;
/// How close the ends of a bisection get, as a factor.
const CLOSE: f64 = 1.05;
/// How narrow the interval of a crossing need be, as a factor from one end to the other.
const NARROW: f64 = 1.1;

/// A search for crossings along an axis of whole numbers.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// By place, the values `(process, ln(first / second))` of its rounds.
    places: BTreeMap<u64, Vec<(u32, f64)>>,
    processes: BTreeMap<u64, usize>,
}

impl Search {
    /// Returns a search from the least to the greatest place of a range.
    pub(crate) fn new(low: u64, high: u64) -> Self {
        Self { places: survey(low, high).into_iter().map(|at| (at, Vec::new())).collect(), processes: BTreeMap::new() }
    }

    /// Returns the places of the search so far, ascending.
    pub(crate) fn places(&self) -> impl Iterator<Item = u64> {
        self.places.keys().copied()
    }

    /// Remembers the rounds of one fresh process at a place: `ln(first / second)` of each. A process may have given none.
    pub(crate) fn note(&mut self, at: u64, process: u32, logarithms: &[f64]) {
        self.places.entry(at).or_default().extend(logarithms.iter().map(|logarithm| (process, *logarithm)));
        *self.processes.entry(at).or_default() += 1;
    }

    /// Leaves out a place that cannot be measured.
    pub(crate) fn leave_out(&mut self, at: u64) {
        self.places.remove(&at);
    }

    /// Returns who leads where, and where the lead changes.
    pub(crate) fn duel(&self) -> Duel {
        let place =
            |(at, values): (&u64, &Vec<(u32, f64)>)| Place { at: *at as f64, values: values.clone(), noise: 1.0 };
        Duel::new(&self.places.iter().map(place).collect::<Vec<_>>())
    }

    /// Returns the places that are measured next, each in fresh processes and all in the same rounds. There are none when all is known well.
    pub(crate) fn next(&self) -> Vec<u64> {
        let young: Vec<u64> = self.places().filter(|at| self.processes_at(*at) < PROCESSES).collect();
        if !young.is_empty() {
            return young;
        }
        let duel = self.duel();
        if duel.crossings.is_empty() {
            let is_open =
                |&&(at, lead): &&(f64, Lead)| lead == Lead::Open && self.processes_at(at as u64) < MOST_FOR_OPEN;
            return duel.places.iter().filter(is_open).map(|(at, _)| *at as u64).collect();
        }
        let mut next: Vec<u64> = duel.crossings.iter().flat_map(|crossing| self.around(crossing)).collect();
        next.dedup();
        next
    }

    /// Returns the places that make a crossing better known.
    fn around(&self, crossing: &Crossing) -> Vec<u64> {
        let (low, high) = (crossing.after as u64, crossing.before as u64);
        let is_narrow = crossing.high <= crossing.low * NARROW;
        let is_known =
            is_narrow || high - low <= 1 && self.processes_at(low).min(self.processes_at(high)) >= MOST_FOR_OPEN;
        if is_known {
            return Vec::new();
        }
        let ends: Vec<u64> = self.places.range(low..=high).map(|(at, _)| *at).collect();
        let middle = (crossing.after * crossing.before).sqrt().round() as u64;
        let is_apart = crossing.before > crossing.after * CLOSE && middle > low && middle < high;
        if ends.len() == 2 && is_apart { vec![middle] } else { ends }
    }

    fn processes_at(&self, at: u64) -> usize {
        self.processes.get(&at).copied().unwrap_or(0)
    }
}

/// Returns the places of the survey: the ends of the range, and others a factor apart.
fn survey(low: u64, high: u64) -> Vec<u64> {
    let factor = high as f64 / low as f64;
    let place = |number: u32| (low as f64 * factor.powf(f64::from(number) / f64::from(SURVEY - 1))).round() as u64;
    let mut places: Vec<u64> = (0..SURVEY).map(place).collect();
    places.dedup();
    places
}

#[cfg(test)]
mod tests;
