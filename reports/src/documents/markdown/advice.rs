//! The recommendations in `summary.md`.

use std::fmt::{self, Write};

use crate::judgement::advice::Advice;
use crate::text::markdown;

/// Writes the section of the recommendations.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, all: &[Advice]) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Recommendation\n")?;
    let mut last = None;
    for advice in all {
        if last.replace(advice.situation) != Some(advice.situation) {
            writeln!(out, "**{}** ({})\n", advice.situation.title(), advice.situation.meaning())?;
        }
        let noisy = advice.too_noisy();
        writeln!(
            out,
            "- {}: **{}**, {}{}{}.",
            markdown(&advice.family),
            markdown(&advice.any_of()),
            markdown(&advice.reason),
            if noisy.is_empty() { "" } else { "; " },
            markdown(&noisy)
        )?;
        for contest in &advice.contests {
            writeln!(out, "  - {}", markdown(&contest.sentence))?;
        }
    }
    writeln!(out)
}
