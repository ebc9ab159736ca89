//! Which model for a service, in `summary.md`.

use std::fmt::{self, Write};

use crate::text::markdown;
use crate::views::service::{HEADINGS, Service};

/// Writes a section for each service of the run.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, services: &[Service]) -> fmt::Result {
    for service in services {
        writeln!(
            out,
            "## Which model for this service?\n\n{}: {}\n",
            markdown(&service.title),
            markdown(&service.work)
        )?;
        for sentence in &service.sentences {
            writeln!(out, "- {}", markdown(sentence))?;
        }
        writeln!(out, "\n| | {} |\n|---|{}", HEADINGS.join(" | "), "---:|".repeat(HEADINGS.len()))?;
        for line in &service.lines {
            let name = markdown(&line.name);
            let name = if line.is_best { format!("**{name}**") } else { name };
            let figures: Vec<&str> = line.figures.iter().map(|figure| figure.text.as_str()).collect();
            writeln!(out, "| {name} | {} |", figures.join(" | "))?;
        }
        writeln!(out)?;
    }
    Ok(())
}
