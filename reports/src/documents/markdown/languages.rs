//! The same work, by language, in `summary.md`.

use std::fmt::{self, Write};

use crate::text::markdown;
use crate::views::languages::Languages;

/// Writes the table; nothing without other languages.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, languages: &Languages) -> fmt::Result {
    if languages.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "## The same work, by language\n\nWall times: that of sequential code, and then the least of the language's other runners. Times of \
         different languages stand beside each other. No ratio is taken of them.\n"
    )?;
    let headings: Vec<String> = languages.headings.iter().map(|heading| markdown(heading)).collect();
    writeln!(out, "| Work | {} |", headings.join(" | "))?;
    writeln!(out, "|---|{}", "---|".repeat(headings.len()))?;
    for work in &languages.works {
        let times: Vec<String> = work.times.iter().map(|times| markdown(&times.to_string())).collect();
        writeln!(out, "| {} | {} |", markdown(&work.title), times.join(" | "))?;
    }
    writeln!(out)
}
