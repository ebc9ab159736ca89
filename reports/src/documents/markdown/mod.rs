//! `summary.md`: the tables as Markdown, for a code-hosting page.

pub mod beside;
mod matrix;

use std::fmt::{self, Write};

pub use self::beside::markdown as side_by_side;
use crate::documents::verdicts;
use crate::figures::capacity::Ceiling;
use crate::figures::{GroupSummary, Summary};
use crate::judgement::advice;
use crate::judgement::claims::Verdict;
use crate::judgement::fidelity::{self, Fidelity};
use crate::judgement::notices::Gravity;
use crate::records::results::Results;
use crate::records::schema::Overhead;
use crate::text::units;
use crate::text::{markdown, moment};
use crate::views::columns;
use crate::views::matrix::Matrix;

/// The summary as a Markdown document.
pub fn markdown_summary(results: &Results, summary: &Summary, verdicts: &[Verdict]) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, results, summary, verdicts);
    out
}

fn write_all(out: &mut String, results: &Results, summary: &Summary, verdicts: &[Verdict]) -> fmt::Result {
    let run = &results.run;
    writeln!(out, "# Regatta: plan {}, {}\n", markdown(&run.plan.name), markdown(&moment(&run.started)))?;
    writeln!(out, "{}\n", markdown(&machine(results, summary)))?;
    if let Some(sentence) = run.overhead.as_ref().and_then(overhead) {
        writeln!(out, "{sentence}\n")?;
    }
    for notice in &summary.notices {
        let name = if notice.gravity == Gravity::Error { "Error" } else { "Note" };
        writeln!(out, "> **{name}:** {}\n", markdown(&notice.text))?;
    }
    matrix::write_markdown(out, &Matrix::of(summary))?;
    advice::write_markdown(out, &advice::of(results, summary))?;
    verdicts::write_markdown(out, verdicts, summary)?;
    for group in &summary.groups {
        write_group(out, group)?;
    }
    for beside in Fidelity::of(results, summary) {
        write_fidelity(out, &beside)?;
    }
    writeln!(out, "## Columns\n")?;
    for column in columns::all() {
        writeln!(out, "- **{}**: {}", column.heading, column.meaning)?;
    }
    Ok(())
}

fn write_group(out: &mut String, group: &GroupSummary) -> fmt::Result {
    writeln!(out, "## {}\n", markdown(&group.title))?;
    writeln!(out, "**{}.**\n", markdown(&group.finding))?;
    let about = [markdown(&group.about), markdown(&group.parameters().join(", "))];
    let about: Vec<&str> = about.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if !about.is_empty() {
        writeln!(out, "{}\n", about.join(" — "))?;
    }
    for sentence in group.remarks() {
        writeln!(out, "{sentence}.\n")?;
    }
    let columns = columns::of(group);
    let headings: Vec<&str> = columns.iter().map(|column| column.heading).collect();
    writeln!(out, "| Runner | {} |", headings.join(" | "))?;
    writeln!(out, "|---|{}", "---:|".repeat(columns.len()))?;
    for row in &group.rows {
        write!(out, "| {} |", markdown(&row.label))?;
        for column in &columns {
            let field = (column.field)(row);
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
    for (runner, reason) in &group.skipped {
        writeln!(out, "- **{}** left out: {}", markdown(runner), markdown(reason))?;
    }
    if !group.failures.is_empty() || !group.skipped.is_empty() {
        writeln!(out)?;
    }
    Ok(())
}

/// The modelled lock beside the real one.
fn write_fidelity(out: &mut String, beside: &Fidelity) -> fmt::Result {
    writeln!(out, "## The modelled GIL beside {}\n", markdown(&beside.family))?;
    writeln!(out, "**{}.** {}\n", markdown(&beside.finding()), markdown(&beside.version))?;
    writeln!(out, "Near enough: {}.\n", fidelity::aim())?;
    writeln!(out, "| What | Model | CPython | Difference | Near enough |\n|---|---:|---:|---:|---|")?;
    for line in &beside.lines {
        let side = |side| format!("{} ({})", markdown(&line.format(side)), markdown(&line.ends(side)));
        writeln!(
            out,
            "| {}, {} | {} | {} | {} | {} |",
            markdown(&line.what),
            markdown(&line.model.label),
            side(&line.model),
            side(&line.real),
            markdown(&line.difference()),
            line.nearness()
        )?;
    }
    writeln!(out)
}

/// What the harness itself costs, in one sentence.
fn overhead(overhead: &Overhead) -> Option<String> {
    let [empty, sleep, trip] =
        [overhead.empty_run_ns?, overhead.shortest_sleep_ns?, overhead.round_trip_ns?].map(units::duration);
    Some(format!(
        "The harness itself: a run of one empty task takes {empty}, of one sleep of 1 µs {sleep}; to ask a cell for a run \
         costs {trip} besides, which no figure contains."
    ))
}

/// The machine in one sentence.
fn machine(results: &Results, summary: &Summary) -> String {
    let machine = &results.run.machine;
    let cores =
        summary.usable_cores.map(|cores| format!("{} usable cores", units::without_zeros(&units::number(cores))));
    let capacity = summary.ceiling.as_ref().and_then(Ceiling::sentence);
    let memory = (machine.memory_bytes > 0).then(|| units::size(machine.memory_bytes as f64));
    let parts =
        [Some(machine.cpu.clone()), cores, capacity, memory, Some(machine.os.clone()), Some(machine.kernel.clone())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
