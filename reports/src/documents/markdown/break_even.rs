//! Where one runner overtakes another, in `summary.md`.

use std::fmt::{self, Write};

use crate::text::markdown;
use crate::views::break_even::{BreakEvenLine, HEADINGS};

/// Writes the pairs as a table, and below it a sentence for each; nothing without one.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, lines: &[BreakEvenLine]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Break-even\n\n| Pair | Sweep | {} |", HEADINGS.join(" | "))?;
    writeln!(out, "|---|---|{}", "---|".repeat(HEADINGS.len()))?;
    for line in lines {
        let texts: Vec<String> = line.texts.iter().map(|text| markdown(text)).collect();
        writeln!(out, "| {} | {} | {} |", markdown(&line.pair), markdown(&line.title), texts.join(" | "))?;
    }
    writeln!(out)?;
    for line in lines {
        writeln!(out, "- {}: {}.", markdown(&line.title), markdown(&line.sentence))?;
    }
    writeln!(out)
}
