//! A run that stands beside others.

use std::path::PathBuf;

use crate::figures::Summary;
use crate::judgement::claims::{Claims, Verdict};
use crate::records::Results;
use crate::text::{moment, plain};

/// A run that stands beside others.
#[derive(Debug)]
pub struct Entry {
    /// The letter by which tables name it.
    pub letter: String,
    /// The folder that it was read from.
    pub folder: PathBuf,
    /// Its records.
    pub results: Results,
    /// Its figures.
    pub summary: Summary,
    /// Its verdicts.
    pub verdicts: Vec<Verdict>,
}

impl Entry {
    /// Returns the run of a folder, as number `at` of those side by side.
    pub fn new(at: usize, folder: PathBuf, results: Results, claims: &Claims) -> Self {
        let summary = Summary::from_results(&results);
        let verdicts = claims.judge(&summary);
        let letter = u8::try_from(at).ok().filter(|at| *at < 26);
        let letter = letter.map_or_else(|| (at + 1).to_string(), |at| char::from(b'A' + at).to_string());
        Self { letter, folder, results, summary, verdicts }
    }

    /// Returns the machine in a line.
    pub fn machine(&self) -> String {
        let machine = &self.results.run.machine;
        let cores = match machine.usable_cores {
            0 => String::new(),
            1 => "1 usable core".to_owned(),
            cores => format!("{cores} usable cores"),
        };
        let parts = [machine.cpu.as_str(), &cores, &machine.os];
        plain(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<&str>>().join(", "))
    }

    /// Returns the program in a line: version, commit and build.
    pub fn program(&self) -> String {
        let program = &self.results.run.program;
        let parts = [&program.version, &program.revision, &program.profile];
        plain(&parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<&str>>().join(", "))
    }

    /// Returns when it started, to the second.
    pub fn started(&self) -> String {
        plain(&moment(&self.results.run.started))
    }

    /// Returns the plan in a line.
    pub fn plan(&self) -> String {
        let plan = &self.results.run.plan;
        let complete = if self.results.is_complete() { "" } else { "; the run did not come to its end" };
        plain(&format!("{}, {} rounds at most{complete}", plan.name, plan.rounds))
    }
}
