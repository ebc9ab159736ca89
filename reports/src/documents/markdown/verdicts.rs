//! The section of the verdicts in `summary.md`.

use std::fmt::{self, Write};

use super::anchor::heading_anchor;
use crate::figures::Summary;
use crate::judgement::claims::Verdict;
use crate::text::{markdown, units};
use crate::views::verdicts;

/// Writes the section of the verdicts.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write(out: &mut String, all: &[Verdict], summary: &Summary) -> fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Claims\n\n**{}.**\n", verdicts::tally(all))?;
    writeln!(out, "| Verdict | Claim | Family | Measured | Claimed | Shown in |\n|---|---|---|---:|---|---|")?;
    for verdict in all {
        let judgement = &verdict.judgement;
        let figure = if judgement.unit.is_some() { judgement.figure() } else { units::NONE.to_owned() };
        writeln!(
            out,
            "| {} {} | {} ({}) | {} | {} | {} | {} |",
            verdict.outcome().mark(),
            verdict.outcome().word(),
            markdown(&verdict.statement),
            markdown(&verdict.id),
            markdown(&verdict.family),
            markdown(&figure),
            markdown(&judgement.claimed()),
            links(verdict, summary)
        )?;
    }
    writeln!(out)?;
    for verdict in all {
        let (id, family) = (markdown(&verdict.id), markdown(&verdict.family));
        writeln!(
            out,
            "- {} **{id}** ({family}) {}: {}",
            verdict.outcome().mark(),
            verdict.outcome().word(),
            markdown(&verdict.judgement.why)
        )?;
        for note in &verdict.notes {
            writeln!(out, "  - {}", markdown(note))?;
        }
    }
    writeln!(out)
}

/// Returns links to the section of the group and to the picture of the chart.
fn links(verdict: &Verdict, summary: &Summary) -> String {
    let judgement = &verdict.judgement;
    let group = summary.groups.iter().find(|group| judgement.group.as_ref() == Some(&group.slug));
    let Some(group) = group else { return units::NONE.to_owned() };
    // A point of a sweep is shown in the section of its sweep.
    let title = group.sweep.map_or(&group.title, |sweep| &summary.sweeps[sweep].title);
    let numbers = format!("[{}](#{})", markdown(title), heading_anchor(title));
    match &judgement.chart {
        Some(chart) => format!("{numbers}, [chart]({}-{}.png)", group.slug, chart.name()),
        None => numbers,
    }
}
