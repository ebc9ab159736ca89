//! The matrix of faults in `summary.md`.

use std::fmt::{self, Write};

use crate::text::markdown;
use crate::views::faults::{Faults, LEGEND};

/// Writes the section of faults, if the run has trials.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, faults: &Faults) -> fmt::Result {
    if faults.is_empty() {
        return Ok(());
    }
    writeln!(out, "## What is lost when one task comes to grief\n")?;
    writeln!(
        out,
        "Each field is a process that could be lost, with one task of many that comes to grief. {LEGEND}.\n"
    )?;
    let names: Vec<String> = faults.heads.iter().map(|head| markdown(&head.name)).collect();
    writeln!(out, "| Runner | {} |", names.join(" | "))?;
    writeln!(out, "|---|{}", "---|".repeat(names.len()))?;
    for line in &faults.lines {
        let fields: Vec<String> = line.fields.iter().map(|field| markdown(&field.text())).collect();
        writeln!(out, "| {} | {} |", markdown(&line.name), fields.join(" | "))?;
    }
    writeln!(out)?;
    for head in &faults.heads {
        writeln!(out, "### {}: {}\n", markdown(&head.name), head.about)?;
        for (name, evidence) in &head.evidence {
            writeln!(out, "- **{}**: {}.", markdown(name), markdown(evidence))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
