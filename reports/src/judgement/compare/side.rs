//! One of the two that are compared: which program it is, and the run that measured it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::records::Results;
use crate::records::keys::{GroupKeys, Round};
use crate::records::schema::{Build, Machine};

/// One of the two that are compared.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Side {
    /// Path of the program, where both builds ran in the same rounds; else empty.
    pub program: String,
    /// What the program calls itself.
    pub version: String,
    /// Git revision that the program was built from; empty if unknown, or if `version` would have to say it.
    pub revision: String,
    /// When its run began, RFC 3339, UTC.
    pub started: String,
    /// Name of the plan.
    pub plan: String,
    /// How many rounds the groups had, the fewest and the most; none if nothing was measured.
    pub rounds: Option<[usize; 2]>,
    /// What measured it.
    pub machine: Machine,
}

impl Side {
    /// Returns what is known of a run.
    pub fn of_run(results: &Results) -> Self {
        let run = &results.run;
        let version = &run.program.version;
        Self {
            program: String::new(),
            version: if version.is_empty() { String::new() } else { format!("regatta {version}") },
            revision: run.program.revision.clone(),
            started: run.started.clone(),
            plan: run.plan.name.clone(),
            rounds: rounds(results),
            machine: run.machine.clone(),
        }
    }

    /// Returns what is known of one of the two builds of a run.
    pub(super) fn of_build(build: &Build, results: &Results) -> Self {
        let (program, version) = (build.program.clone(), build.version.clone());
        // The run's own revision is that of the program which drove both.
        Self { program, version, revision: String::new(), ..Self::of_run(results) }
    }
}

/// Returns how many rounds the groups of a run had, the fewest and the most.
fn rounds(results: &Results) -> Option<[usize; 2]> {
    let (mut keys, mut rounds) = (GroupKeys::default(), BTreeMap::<String, BTreeSet<Round>>::new());
    for sample in &results.samples {
        rounds.entry(keys.of_sample(sample).to_owned()).or_default().insert((sample.process, sample.round));
    }
    let counts = || rounds.values().map(BTreeSet::len);
    Some([counts().min()?, counts().max()?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::schema::Sample;

    #[test]
    fn rounds_are_counted_by_group() {
        let sample = |workload: &str, process, round| Sample {
            workload: workload.to_owned(),
            process,
            round,
            ..Sample::default()
        };
        let mut results = Results::default();
        assert_eq!(Side::of_run(&results).rounds, None);
        results.samples = vec![sample("a", 0, 0), sample("a", 0, 0), sample("a", 1, 1), sample("b", 0, 0)];
        assert_eq!(Side::of_run(&results).rounds, Some([1, 2]));
    }
}
