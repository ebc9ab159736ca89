//! `summary.md`: the tables as Markdown, for a code-hosting page.

mod advice;
mod anchor;
mod answer;
mod break_even;
mod comparison;
mod faults;
mod fidelity;
mod languages;
mod matrix;
mod service;
mod side_by_side;
mod sweeps;
mod verdicts;

use std::fmt::{self, Write};

pub use self::comparison::document as comparison;
pub use self::side_by_side::document as side_by_side;
use crate::figures::GroupSummary;
use crate::judgement::severity::Severity;
use crate::records::schema::Overhead;
use crate::text::{markdown, moment, units};
use crate::views::columns::Column;
use crate::views::{GroupView, Report, capacity};

/// Returns a report as a Markdown document.
pub fn summary(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, report);
    out
}

fn write_all(out: &mut String, report: &Report) -> fmt::Result {
    let run = &report.results.run;
    writeln!(out, "# Regatta: plan {}, {}\n", markdown(&run.plan.name), markdown(&moment(&run.started)))?;
    writeln!(out, "{}\n", markdown(&machine(report)))?;
    if let Some(sentence) = run.overhead.as_ref().and_then(overhead) {
        writeln!(out, "{sentence}\n")?;
    }
    for notice in &report.notices {
        let name = if notice.severity == Severity::Error { "Error" } else { "Note" };
        writeln!(out, "> **{name}:** {}\n", markdown(&notice.text))?;
    }
    answer::write(out, &report.answer)?;
    service::write(out, &report.services)?;
    break_even::write(out, &report.break_even)?;
    languages::write(out, &report.languages)?;
    matrix::write(out, &report.matrix)?;
    faults::write(out, &report.faults)?;
    advice::write(out, report)?;
    verdicts::write(out, &report.verdicts, &report.summary)?;
    for (group, view) in report.groups() {
        write_group(out, group, view)?;
    }
    sweeps::write(out, report)?;
    for fidelity in &report.fidelity {
        fidelity::write(out, fidelity)?;
    }
    writeln!(out, "## Columns\n")?;
    for column in Column::explained(&report.summary.groups) {
        writeln!(out, "- **{}**: {}", column.heading(), column.meaning())?;
    }
    Ok(())
}

fn write_group(out: &mut String, group: &GroupSummary, view: &GroupView) -> fmt::Result {
    writeln!(out, "## {}\n", markdown(&group.title))?;
    writeln!(out, "**{}.**\n", markdown(&view.finding.to_string()))?;
    let about = [markdown(&group.about), markdown(&group.small_print().join(", "))];
    let about: Vec<&str> = about.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if !about.is_empty() {
        writeln!(out, "{}\n", about.join(" — "))?;
    }
    for sentence in &view.remarks {
        writeln!(out, "{sentence}.\n")?;
    }
    let headings: Vec<&str> = view.columns.iter().map(|column| column.heading()).collect();
    writeln!(out, "| Runner | {} |", headings.join(" | "))?;
    writeln!(out, "|---|{}", "---:|".repeat(headings.len()))?;
    for (row, fields) in group.rows.iter().zip(&view.lines) {
        write!(out, "| {} |", markdown(&row.label))?;
        for field in fields {
            let detail = if field.detail.is_empty() { String::new() } else { format!(" ({})", field.detail) };
            write!(out, " {}{} |", markdown(&field.figure), markdown(&detail))?;
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    for row in &group.rows {
        for failure in &row.failures {
            let round = failure.round.map(|round| format!(", round {round}")).unwrap_or_default();
            writeln!(
                out,
                "- **{}** ({}{round}): {}",
                markdown(&row.label),
                failure.kind.name(),
                markdown(&failure.message)
            )?;
        }
    }
    for (row, stuck) in group.main_rows().filter_map(|row| Some((row, row.stuck.as_ref()?))) {
        writeln!(out, "- **{}**, watched: {}", markdown(&row.label), markdown(&stuck.words))?;
    }
    for (runner, reason) in &group.skipped {
        writeln!(out, "- **{}** left out: {}", markdown(runner), markdown(reason))?;
    }
    if !group.failures.is_empty() || !group.skipped.is_empty() || group.rows.iter().any(|row| row.stuck.is_some()) {
        writeln!(out)?;
    }
    Ok(())
}

/// Says what the harness itself costs, in one sentence.
fn overhead(overhead: &Overhead) -> Option<String> {
    let [empty, sleep, trip] =
        [overhead.empty_run_ns?, overhead.shortest_sleep_ns?, overhead.round_trip_ns?].map(units::duration);
    Some(format!(
        "The harness itself: a run of one empty task takes {empty}, of one sleep of 1 µs {sleep}; to ask a cell for a run \
         costs {trip} besides, which no figure contains."
    ))
}

/// Returns the machine in one sentence.
fn machine(report: &Report) -> String {
    let (machine, summary) = (&report.results.run.machine, &report.summary);
    let cores =
        summary.usable_cores.map(|cores| format!("{} usable cores", units::without_zeros(&units::number(cores))));
    let capacity = summary.ceiling.as_ref().and_then(capacity::sentence);
    let memory = (machine.memory_bytes > 0).then(|| units::size(machine.memory_bytes as f64));
    let parts =
        [Some(machine.cpu.clone()), cores, capacity, memory, Some(machine.os.clone()), Some(machine.kernel.clone())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
