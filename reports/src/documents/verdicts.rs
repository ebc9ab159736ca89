//! Verdicts as people read them in a terminal and in Markdown, and as `verdicts.json`.

use std::fmt::{self, Write};

use crate::figures::Summary;
use crate::judgement::claims::{Outcome, Verdict};
use crate::text::units;
use crate::text::{markdown, plain, shortened, wrapped};

/// Width of the mark and the word in front of each line, with the space around them.
const MARK: usize = 15;

/// The verdicts of one claim: the claim is the same in each, the family differs.
pub fn by_claim(verdicts: &[Verdict]) -> impl Iterator<Item = &[Verdict]> {
    verdicts.chunk_by(|a, b| a.id == b.id)
}

/// How many verdicts of each kind there are, in words; those of which there are none are left out.
pub fn tally(verdicts: &[Verdict]) -> String {
    let count = |outcome: Outcome| verdicts.iter().filter(|verdict| verdict.outcome() == outcome).count();
    let counts = [Outcome::Fails, Outcome::Undecided, Outcome::Holds, Outcome::NotRun]
        .map(|outcome| (count(outcome), outcome))
        .into_iter()
        .filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counts
        .map(|(count, outcome)| match outcome {
            Outcome::Fails if count != 1 => format!("{count} fail"),
            Outcome::Holds if count != 1 => format!("{count} hold"),
            Outcome::Undecided if count != 1 => format!("{count} are undecided"),
            Outcome::NotRun if count != 1 => format!("{count} were not run"),
            Outcome::Undecided => "1 is undecided".to_owned(),
            Outcome::NotRun => "1 was not run".to_owned(),
            outcome => format!("1 {}", outcome.word()),
        })
        .collect();
    parts.join(", ")
}

/// The verdicts as an array of JSON objects, one a line.
///
/// # Errors
/// Never in practice: only if the JSON library refuses a record.
pub fn json(verdicts: &[Verdict]) -> serde_json::Result<String> {
    let lines: Vec<String> = verdicts.iter().map(serde_json::to_string).collect::<serde_json::Result<_>>()?;
    Ok(if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", lines.join(",\n")) })
}

/// The verdicts for a terminal: a line each, and below it why, unless it holds. Those not run come last, by reason.
pub fn terminal(verdicts: &[Verdict], colour: bool, width: usize) -> String {
    if verdicts.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_terminal(&mut out, verdicts, colour, width);
    out
}

fn write_terminal(out: &mut String, verdicts: &[Verdict], colour: bool, width: usize) -> fmt::Result {
    let (run, not_run): (Vec<&Verdict>, Vec<&Verdict>) =
        verdicts.iter().partition(|verdict| verdict.outcome() != Outcome::NotRun);
    writeln!(out, "{}: {}", coloured("Claims", "1", colour), tally(verdicts))?;
    let widest =
        |text: fn(&Verdict) -> String| run.iter().map(|verdict| text(verdict).chars().count()).max().unwrap_or(0);
    let (ids, families) = (widest(|verdict| plain(&verdict.id)), widest(|verdict| plain(&verdict.family)));
    let figures = widest(|verdict| verdict.judgement.figure());
    for verdict in run {
        let outcome = verdict.outcome();
        let judgement = &verdict.judgement;
        let rest = format!(
            "{:<ids$}  {:<families$}  {:>figures$}  {}",
            plain(&verdict.id),
            plain(&verdict.family),
            judgement.figure(),
            judgement.claimed()
        );
        let rest = shortened(&rest, width.saturating_sub(MARK));
        let mark = coloured(&format!("{} {:<9}", outcome.mark(), outcome.word()), code(outcome), colour);
        writeln!(out, "  {mark}  {}", rest.trim_end())?;
        if outcome != Outcome::Holds {
            indented(out, &verdict.statement, width)?;
            indented(out, &judgement.why, width)?;
        }
    }
    let mut reasons: Vec<&str> = not_run.iter().map(|verdict| verdict.judgement.why.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for reason in reasons {
        let same: Vec<&Verdict> = not_run.iter().copied().filter(|verdict| verdict.judgement.why == reason).collect();
        let names: Vec<String> = same.iter().map(|verdict| format!("{} ({})", verdict.id, verdict.family)).collect();
        let mark = format!("{} {:<9}", Outcome::NotRun.mark(), Outcome::NotRun.word());
        let lines = wrapped(&format!("{}: {reason}", names.join(", ")), width.saturating_sub(MARK));
        for (i, line) in lines.iter().enumerate() {
            if i == 0 {
                writeln!(out, "  {}  {line}", coloured(&mark, code(Outcome::NotRun), colour))?;
            } else {
                writeln!(out, "{:MARK$}{line}", "")?;
            }
        }
    }
    writeln!(out)
}

fn indented(out: &mut String, text: &str, width: usize) -> fmt::Result {
    wrapped(text, width.saturating_sub(MARK)).iter().try_for_each(|line| writeln!(out, "{:MARK$}{line}", ""))
}

fn code(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Holds => "32",
        Outcome::Undecided => "33",
        Outcome::NotRun => "2",
        Outcome::Fails => "1;31",
    }
}

fn coloured(text: &str, code: &str, colour: bool) -> String {
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

/// The section of `summary.md`.
///
/// # Errors
/// Only if `out` refuses text.
pub fn write_markdown(out: &mut String, verdicts: &[Verdict], summary: &Summary) -> fmt::Result {
    if verdicts.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Claims\n\n**{}.**\n", tally(verdicts))?;
    writeln!(out, "| Verdict | Claim | Family | Measured | Claimed | Shown in |\n|---|---|---|---:|---|---|")?;
    for verdict in verdicts {
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
    for verdict in verdicts {
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

/// Links to the section of the group and to the picture of the chart.
fn links(verdict: &Verdict, summary: &Summary) -> String {
    let judgement = &verdict.judgement;
    let group = summary.groups.iter().find(|group| judgement.group.as_ref() == Some(&group.slug));
    let Some(group) = group else { return units::NONE.to_owned() };
    let numbers = format!("[{}](#{})", markdown(&group.title), heading_anchor(&group.title));
    match &judgement.chart {
        Some(chart) => format!("{numbers}, [chart]({}-{chart}.png)", group.slug),
        None => numbers,
    }
}

/// The anchor that code-hosting pages give a heading: lower case, punctuation dropped, hyphens for spaces.
pub(crate) fn heading_anchor(title: &str) -> String {
    let kept = title.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
