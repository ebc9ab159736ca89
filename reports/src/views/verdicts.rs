//! Verdicts as any medium shows them: by claim, and counted.

use crate::judgement::claims::{Outcome, Verdict};

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
