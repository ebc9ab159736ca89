//! The recommendations in `summary.md`.

use std::fmt::{self, Write};

use crate::text::markdown;
use crate::views::Report;

/// Writes the section of the recommendations.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, report: &Report) -> fmt::Result {
    let all = &report.advice;
    if all.is_empty() && report.courses.is_empty() {
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
    for (sweep, view) in report.sweeps().filter(|(_, view)| !view.courses.is_empty()) {
        writeln!(out, "\n**{}**\n", markdown(&sweep.title))?;
        view.courses.iter().try_for_each(|sentence| writeln!(out, "- {}", markdown(sentence)))?;
    }
    writeln!(out)
}
