//! Break-even points: the pairs of runners of which people ask where one overtakes the other, in the sweeps of a run.
//!
//! The pairs are data: `pairs.toml`. A run can ask for one of its own (`regatta crossover`).

use std::sync::LazyLock;

use serde::Deserialize;

use crate::figures::break_even::BreakEven;
use crate::figures::{Line, Summary, Sweep};
use crate::statistics::crossing::Lead;

/// The pairs that come with Regatta.
const BUILT_IN: &str = include_str!("pairs.toml");

/// A pair of lines that is asked about, with what the run says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Who is faster where.
    pub figures: BreakEven,
    /// Why the first one is faster where it is; empty if nobody says.
    first_leads: String,
    /// Why the second one is.
    second_leads: String,
}

impl Asked {
    /// Returns why one of the two is faster where it is; none if nobody says.
    pub fn why(&self, lead: Lead) -> Option<&str> {
        let why = match lead {
            Lead::First => &self.first_leads,
            Lead::Second => &self.second_leads,
            Lead::Open => return None,
        };
        Some(why.as_str()).filter(|why| !why.is_empty())
    }
}

/// All pairs that are asked about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pairs {
    pair: Vec<Pair>,
}

/// Two runners, and where they meet.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Pair {
    workload: String,
    axis: String,
    between: [String; 2],
    #[serde(default)]
    first_leads: String,
    #[serde(default)]
    second_leads: String,
}

/// Returns the pairs that come with Regatta.
fn built_in() -> &'static [Pair] {
    // The text is part of the program, and a test reads it.
    static PAIRS: LazyLock<Vec<Pair>> =
        LazyLock::new(|| toml::from_str::<Pairs>(BUILT_IN).map_or(Vec::new(), |pairs| pairs.pair));
    &PAIRS
}

/// Returns what the sweeps of a run say of the pairs that are asked about, in the order of the pairs: those that come with Regatta, or in a
/// sweep for which the run has asked for one of its own that one alone.
pub fn from_summary(summary: &Summary) -> Vec<Asked> {
    let own = summary.sweeps.iter().filter_map(|sweep| Pair::of_run(summary, sweep));
    let pairs: Vec<Pair> = built_in().iter().cloned().chain(own).collect();
    let mut asked: Vec<Asked> = Vec::new();
    for (pair, (place, sweep)) in
        pairs.iter().flat_map(|pair| summary.sweeps.iter().enumerate().map(move |s| (pair, s)))
    {
        let is_meant = sweep.axis == pair.axis && workload(summary, sweep) == pair.workload;
        let is_asked = between(summary, sweep).is_none_or(|own| pair.is_of(own));
        let found = if is_meant && is_asked { pair.in_sweep(summary, place, sweep) } else { Vec::new() };
        let found: Vec<Asked> =
            found.into_iter().filter(|one| !asked.iter().any(|other| other.is_of_same_lines(one))).collect();
        asked.extend(found);
    }
    asked
}

/// Returns the two runners for which the run has asked in a sweep.
fn between<'s>(summary: &'s Summary, sweep: &Sweep) -> Option<&'s [String; 2]> {
    let group = summary.run.plan.groups.get(*sweep.groups.first()?)?;
    group.sweep.as_ref()?.between.first_chunk()
}

/// Returns the workload of a sweep.
fn workload<'s>(summary: &'s Summary, sweep: &Sweep) -> &'s str {
    sweep.groups.first().map_or("", |group| summary.groups[*group].workload.as_str())
}

impl Asked {
    /// Returns whether another one is of the same two lines, in either order.
    fn is_of_same_lines(&self, other: &Self) -> bool {
        let names = |asked: &Self| {
            let mut names = [asked.figures.first.clone(), asked.figures.second.clone()];
            names.sort();
            (asked.figures.sweep, names)
        };
        names(self) == names(other)
    }
}

impl Pair {
    /// Returns the pair that the run itself asks for in a sweep.
    fn of_run(summary: &Summary, sweep: &Sweep) -> Option<Self> {
        Some(Self {
            workload: workload(summary, sweep).to_owned(),
            axis: sweep.axis.clone(),
            between: between(summary, sweep)?.clone(),
            first_leads: String::new(),
            second_leads: String::new(),
        })
    }

    /// Returns whether it is of these two, in either order.
    fn is_of(&self, other: &[String; 2]) -> bool {
        self.between == *other || (&self.between[0], &self.between[1]) == (&other[1], &other[0])
    }

    /// Compares the two in a sweep, once for each interpreter that has both.
    fn in_sweep(&self, summary: &Summary, place: usize, sweep: &Sweep) -> Vec<Asked> {
        let lines = |name: &str| {
            let is_meant = |line: &&Line| line.runner == name || line.runner.split('@').next() == Some(name);
            sweep.lines.iter().filter(is_meant).collect::<Vec<&Line>>()
        };
        let build = |line: &Line| line.runner.split_once('@').map(|(_, build)| build.to_owned());
        let (firsts, seconds) = (lines(&self.between[0]), lines(&self.between[1]));
        let is_exact = self.between.iter().any(|name| name.contains('@'));
        let pairs = firsts.iter().flat_map(|first| seconds.iter().map(move |second| (*first, *second)));
        let of_one_build = pairs.filter(|(first, second)| {
            is_exact || build(first).is_none() || build(second).is_none() || build(first) == build(second)
        });
        let compared = of_one_build.filter_map(|(first, second)| {
            let figures = BreakEven::of_lines(summary, place, first, second)?;
            let [first_leads, second_leads] = [&self.first_leads, &self.second_leads].map(Clone::clone);
            Some(Asked { figures, first_leads, second_leads })
        });
        compared.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_that_come_along_can_be_read() {
        let pairs: Pairs = toml::from_str(BUILT_IN).expect("pairs.toml is well-formed");
        assert!(pairs.pair.len() >= 6 && pairs.pair.len() == built_in().len());
        assert!(pairs.pair.iter().all(|pair| pair.between[0] != pair.between[1]));
    }
}
