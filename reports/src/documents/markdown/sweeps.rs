//! The sweeps in `summary.md`.

use std::fmt::{self, Write};

use crate::figures::Sweep;
use crate::text::markdown;
use crate::views::Report;
use crate::views::curves::{SweepView, Table};
use crate::views::laws::LawsView;

/// Writes a section for each sweep of the run.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, report: &Report) -> fmt::Result {
    report.sweeps().try_for_each(|(sweep, view)| section(out, sweep, view))
}

fn section(out: &mut String, sweep: &Sweep, view: &SweepView) -> fmt::Result {
    writeln!(out, "## {}\n", markdown(&sweep.title))?;
    writeln!(out, "**{}.**\n", markdown(&view.finding))?;
    let about = [markdown(&view.about), markdown(&view.small_print.join("; "))];
    let about: Vec<&str> = about.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    writeln!(out, "{}\n", about.join(" — "))?;
    for sentence in &view.remarks {
        writeln!(out, "{}.\n", markdown(sentence))?;
    }
    for sentence in &view.courses {
        writeln!(out, "- {}", markdown(sentence))?;
    }
    writeln!(out, "{}", if view.places.is_empty() { "" } else { "\nWhere each runner gains:\n" })?;
    for sentence in &view.places {
        writeln!(out, "- {}.", markdown(sentence))?;
    }
    writeln!(out)?;
    if let Some(laws) = &view.laws {
        write_laws(out, sweep, laws)?;
    }
    for table in &view.tables {
        write_table(out, sweep, table)?;
    }
    for (name, reason, has_failed) in &view.missing {
        let what = if *has_failed { "failed" } else { "not run" };
        writeln!(out, "- **{}** {what}: {}", markdown(name), markdown(reason))?;
    }
    if view.missing.is_empty() { Ok(()) } else { writeln!(out) }
}

fn write_laws(out: &mut String, sweep: &Sweep, laws: &LawsView) -> fmt::Result {
    for sentence in &laws.sentences {
        writeln!(out, "- {}", markdown(sentence))?;
    }
    writeln!(out)?;
    for table in &laws.tables {
        writeln!(out, "| {} | {} |", markdown(&table.title), table.headings.join(" | "))?;
        writeln!(out, "|---|{}", "---|".repeat(table.headings.len()))?;
        for (line, fields) in &table.lines {
            let fields: Vec<String> = fields.iter().map(|field| markdown(field)).collect();
            writeln!(out, "| {} | {} |", markdown(&sweep.lines[*line].label), fields.join(" | "))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_table(out: &mut String, sweep: &Sweep, table: &Table) -> fmt::Result {
    writeln!(out, "| {} | {} |", markdown(&table.title), table.heads.join(" | "))?;
    writeln!(out, "|---|{}", "---:|".repeat(table.heads.len()))?;
    for (line, entries) in &table.lines {
        write!(out, "| {} |", markdown(&sweep.lines[*line].label))?;
        for entry in entries {
            let detail =
                if entry.field.detail.is_empty() { String::new() } else { format!(" ({})", entry.field.detail) };
            write!(out, " {}{} |", markdown(&entry.field.figure), markdown(&detail))?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}
