//! The cells that the new build has no figures of, or none that count: a failure is worse than being slow.

use serde::Serialize;

use crate::figures::{GroupSummary, Row};
use crate::records::schema::{CellId, Failure, FailureKind};
use crate::text::shortened;

/// Longest reason that is shown in full.
const REASON: usize = 200;

/// A cell that fails in the new build, or is gone from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Title of its group.
    pub group: String,
    /// The shortest name that tells it from the others of its group.
    pub label: String,
    /// What became of it.
    pub how: Loss,
    /// Why, as far as the records say; may be empty.
    pub reason: String,
}

/// What became of a cell that is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Loss {
    /// It fails.
    Failed,
    /// It gives a wrong answer.
    Wrong,
    /// It was measured in the base, and not in the new run.
    Gone,
}

impl Lost {
    pub(super) fn failed(group: &GroupSummary, label: &str, failure: &Failure) -> Self {
        let how = if failure.kind == FailureKind::WrongAnswer { Loss::Wrong } else { Loss::Failed };
        Self { group: group.title.clone(), label: label.to_owned(), how, reason: failure.message.clone() }
    }

    /// Returns a cell that is gone: it is not in `new`, the same group of the new run.
    pub(super) fn gone(group: &GroupSummary, row: &Row, label: &str, new: Option<&GroupSummary>) -> Self {
        let same = |other: &&Row| other.cell == row.cell;
        let failure = new.and_then(|new| new.rows.iter().find(same)?.failures.first());
        let skipped = || new?.skipped.get(&row.cell.runner);
        let reason = failure.map(|failure| &failure.message).or_else(skipped).cloned().unwrap_or_default();
        Self { group: group.title.clone(), label: label.to_owned(), how: Loss::Gone, reason }
    }

    /// Says what became of it, in one sentence.
    pub fn sentence(&self) -> String {
        let Self { group, label, reason, .. } = self;
        let what = match self.how {
            Loss::Failed => "fails in the new build",
            Loss::Wrong => "answers wrongly in the new build",
            Loss::Gone => "is gone: the base has it, the new run has not",
        };
        let reason = shortened(reason.trim_end_matches('.'), REASON);
        if reason.is_empty() {
            format!("{label} of {group} {what}.")
        } else {
            format!("{label} of {group} {what}: {reason}.")
        }
    }
}

/// Returns the failure of a cell in one of these arms; none if it is sound or could merely not be run.
pub(super) fn failure_of<'a>(group: &'a GroupSummary, cell: &CellId, arms: &[&str]) -> Option<&'a Failure> {
    let is_copy = |other: &CellId| {
        (&other.runner, &other.options, other.workers) == (&cell.runner, &cell.options, cell.workers)
            && arms.contains(&&*other.arm)
    };
    let failures = group.rows.iter().filter(|row| is_copy(&row.cell)).flat_map(|row| &row.failures);
    failures.into_iter().find(|failure| !failure.kind.is_not_run())
}
