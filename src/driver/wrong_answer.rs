//! Explains a wrong answer: which task gave it, and where to look.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regatta_reports::record::{FailureKind, Parameters, Sample};
use regatta_workloads::Tally;

use super::{CellError, Launch};
use crate::group::ReadyGroup;
use crate::protocol::Start;

/// The runner under which nothing disturbs a task.
const UNDISTURBED: &str = "sequential";
/// Time within which a cell must answer. An explanation is worth no more.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The wrong answers to the work of a group.
#[derive(Debug, Default)]
pub(super) struct WrongAnswers {
    /// The runners that gave them, by what was found out about the answer.
    runners: BTreeMap<String, BTreeSet<String>>,
}

impl WrongAnswers {
    /// Adds what was found out about the answer of a runner.
    pub(super) fn add(&mut self, found: &str, runner: &str) {
        self.runners.entry(found.to_owned()).or_default().insert(runner.to_owned());
    }

    /// Says that several runners gave one and the same wrong answer, and none another wrong one.
    pub(super) fn consensus(&self, ready: &ReadyGroup) -> Option<String> {
        let mut answers = self.runners.values();
        let (Some(runners), None) = (answers.next().filter(|runners| runners.len() > 1), answers.next()) else {
            return None;
        };
        let (count, name, workload) = (runners.len(), ready.name(), &ready.group.workload);
        Some(format!(
            "All {count} runners agree on an answer to {name} that `expected` does not give: suspect `expected` of `{workload}`"
        ))
    }
}

/// Says which task of a sample gave a wrong result; the sample itself says only that its checksum is wrong.
///
/// Tasks are carried out once more, watched and untimed: first one after the other, and under the runner in question if that is well.
pub(super) fn explain(launch: &dyn Launch, start: &Start, expected: Tally, sample: &Sample) -> String {
    let checksums = format!("the checksum is {} instead of {}", sample.checksum, expected.checksum);
    // A cell in another language knows nothing of checks.
    if !launch.can_profile(&start.runner) {
        return checksums;
    }
    let undisturbed = Start { runner: UNDISTURBED.to_owned(), workers: 1, options: Parameters::new(), ..start.clone() };
    let alone = check(launch, undisturbed, expected);
    let found = match &alone {
        Some(Found::Wrong(_)) => None,
        _ => check(launch, start.clone(), expected),
    };
    let why = match (alone, found) {
        (Some(Found::Wrong(task)), _) => {
            format!("{task}. It is so one after the other on one thread, too: suspect `expected`, or the task itself")
        }
        (Some(Found::Right), Some(Found::Wrong(task))) => {
            format!("{task}. One after the other all are right, so under this runner tasks disturb each other")
        }
        (None, Some(Found::Wrong(task))) => task,
        (_, Some(Found::Right)) => {
            "at a second look all tasks are right, so they disturb each other at times".to_owned()
        }
        (_, None) => return checksums,
    };
    format!("{why} ({checksums})")
}

/// What a check found.
enum Found {
    /// All results are right.
    Right,
    /// The first task whose result is wrong, in words.
    Wrong(String),
}

/// Has a cell look at each task; none if it cannot.
fn check(launch: &dyn Launch, start: Start, expected: Tally) -> Option<Found> {
    let start = Start { check: true, ..start };
    match launch.cell(&start, TIMEOUT).and_then(|mut cell| cell.run(TIMEOUT)) {
        Ok(Sample { checksum, .. }) if checksum == expected.checksum => Some(Found::Right),
        Err(CellError::Failed { kind: FailureKind::WrongAnswer, message }) => Some(Found::Wrong(message)),
        // An older build carries its tasks out as if it had been asked for a run.
        Ok(_) | Err(_) => None,
    }
}
