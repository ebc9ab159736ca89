//! Verdicts as any medium shows them: by claim, and counted.

use crate::figures::Summary;
use crate::judgement::claims::{Outcome, Verdict};
use crate::views::families;

/// Verdicts as a table: a line a claim, a column a family.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// What the families are called.
    pub heads: Vec<String>,
    /// The claims of which something was run.
    pub lines: Vec<Line<'a>>,
    /// The claims of which nothing was run, one verdict each.
    pub not_run: Vec<&'a Verdict>,
}

/// A claim's line.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    /// One of its verdicts: what is claimed is the same in all.
    pub any: &'a Verdict,
    /// One a family; none where the claim is not about it.
    pub verdicts: Vec<Option<&'a Verdict>>,
}

impl<'a> Table<'a> {
    /// Sets the verdicts of a run beside each other, by family.
    pub fn from_verdicts(all: &'a [Verdict], summary: &Summary) -> Self {
        let is_judged =
            |family: &str| all.iter().any(|verdict| verdict.family == family && verdict.outcome() != Outcome::NotRun);
        let families: Vec<String> = families::with_locks(summary).into_iter().map(|(family, _)| family).collect();
        let families: Vec<&String> = families.iter().filter(|family| is_judged(family)).collect();
        let (mut lines, mut not_run) = (Vec::new(), Vec::new());
        for of_claim in by_claim(all) {
            if of_claim.iter().all(|verdict| verdict.outcome() == Outcome::NotRun) {
                not_run.extend(of_claim.first());
            } else {
                let of = |family: &&String| of_claim.iter().find(|verdict| verdict.family == **family);
                lines.extend(of_claim.first().map(|any| Line { any, verdicts: families.iter().map(of).collect() }));
            }
        }
        Self { heads: families.into_iter().map(|family| families::title(summary, family)).collect(), lines, not_run }
    }
}

/// Returns the verdicts of each claim, in which the family differs.
pub fn by_claim(verdicts: &[Verdict]) -> impl Iterator<Item = &[Verdict]> {
    verdicts.chunk_by(|a, b| a.id == b.id)
}

/// Says how many verdicts of each kind there are, in words; those of which there are none are left out.
pub fn tally(verdicts: &[Verdict]) -> String {
    let count = |outcome: Outcome| verdicts.iter().filter(|verdict| verdict.outcome() == outcome).count();
    let counts = [Outcome::Fails, Outcome::Undecided, Outcome::Holds, Outcome::NotRun]
        .map(|outcome| (count(outcome), outcome))
        .into_iter()
        .filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counts
        .map(|(count, outcome)| match outcome {
            Outcome::Fails if count != 1 => format!("{count} fail"),
            Outcome::Holds if count != 1 => format!("{count} hold"),
            Outcome::Undecided if count != 1 => format!("{count} are undecided"),
            Outcome::NotRun if count != 1 => format!("{count} were not run"),
            Outcome::Undecided => "1 is undecided".to_owned(),
            Outcome::NotRun => "1 was not run".to_owned(),
            outcome => format!("1 {}", outcome.word()),
        })
        .collect();
    parts.join(", ")
}
