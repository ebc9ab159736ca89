//! What the kernel counted of a cell's runs. Counts hardly vary from run to run, so they show what times cannot.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::records::schema::{Counts, Profile, Sample};
use crate::statistics::{Estimate, clusters};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// Context switches, voluntary and involuntary.
    Switches,
    /// Page faults, with and without a disk.
    Faults,
    /// Page faults that had to wait for a disk.
    MajorFaults,
    /// Times that a thread woke another one.
    WakeUps,
    /// Moves of a thread to another core.
    Migrations,
    /// System calls.
    Calls,
}

impl Count {
    /// Everything that is counted.
    pub const ALL: [Self; 6] =
        [Self::Switches, Self::Faults, Self::MajorFaults, Self::WakeUps, Self::Migrations, Self::Calls];

    /// Returns its figure among the counts of a run.
    pub fn of(self, counts: &Counts) -> Option<u64> {
        match self {
            Self::Switches => counts.switches,
            Self::Faults => Some(counts.faults_minor? + counts.faults_major?),
            Self::MajorFaults => counts.faults_major,
            Self::WakeUps => counts.wakeups,
            Self::Migrations => counts.migrations,
            Self::Calls => counts.calls,
        }
    }

    /// Returns its name in a sentence.
    pub fn name(self) -> &'static str {
        match self {
            Self::Switches => "context switches",
            Self::Faults => "page faults",
            Self::MajorFaults => "page faults from disk",
            Self::WakeUps => "wake-ups",
            Self::Migrations => "migrations",
            Self::Calls => "system calls",
        }
    }
}

/// Returns the counts of a run, medians over samples, as far as the samples have them.
pub(super) fn of_samples(samples: &[&Sample]) -> BTreeMap<Count, Estimate> {
    medians(|count| {
        let values = samples.iter().filter_map(|sample| Some((sample.process, count.of(&sample.counts)? as f64)));
        values.collect()
    })
}

/// Adds the counts of a pass of their own to those of the samples, of which there are more.
pub(super) fn add_those_of(profile: &Profile, counts: &mut BTreeMap<Count, Estimate>) {
    let counted = medians(|count| profile.counts.iter().filter_map(|run| Some((0, count.of(run)? as f64))).collect());
    for (count, estimate) in counted {
        counts.entry(count).or_insert(estimate);
    }
}

fn medians(values: impl Fn(Count) -> Vec<(u32, f64)>) -> BTreeMap<Count, Estimate> {
    Count::ALL.into_iter().filter_map(|count| Some((count, clusters::median_of_sizes(&values(count))?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_come_before_the_pass_of_its_own_and_what_was_not_counted_is_missing() {
        let counts = Counts { switches: Some(6), faults_minor: Some(3), faults_major: Some(1), ..Counts::default() };
        let sample = Sample { counts, ..Sample::default() };
        let mut found = of_samples(&[&sample]);
        let run = Counts { switches: Some(90), calls: Some(40), ..Counts::default() };
        add_those_of(&Profile { counts: vec![run, run], ..Profile::default() }, &mut found);
        let figure = |count: Count| found.get(&count).map(|estimate| estimate.value);
        assert_eq!(
            Count::ALL.map(figure),
            [Some(6.0), Some(4.0), Some(1.0), None, None, Some(40.0)],
            "switches are those of the samples"
        );
        assert!(of_samples(&[&Sample::default()]).is_empty(), "older records have none");
    }
}
