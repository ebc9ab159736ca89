//! Verdicts in the terminal.

use anstyle::Style;

use std::fmt::{self, Write};

use super::style::{BOLD, BOLD_RED, FAINT, GREEN, YELLOW, push_wrapped, styled};
use crate::judgement::claims::{Outcome, Verdict};
use crate::text::{self, plain, shortened, wrapped};
use crate::views::verdicts;

/// Width of the mark and the word in front of each line, with the space around them.
const MARK: usize = 15;

/// What is said of claims that were not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRun {
    /// Which they are, by reason.
    Explained,
    /// How many they are.
    Counted,
}

/// Returns how many claims were not run, as a line.
pub fn not_run(all: &[Verdict], width: usize) -> Option<String> {
    let count = all.iter().filter(|verdict| verdict.outcome() == Outcome::NotRun).count();
    let line = format!("  {} {count} not run: --tables says which, and why", Outcome::NotRun.mark());
    (count > 0).then(|| shortened(&line, width))
}

/// Returns the verdicts for a terminal: a line each, and below it why, unless it holds. Those not run come last.
pub fn text(all: &[Verdict], not_run: NotRun, colour: bool, width: usize) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_text(&mut out, all, not_run, colour, width);
    out
}

fn write_text(out: &mut String, all: &[Verdict], told: NotRun, colour: bool, width: usize) -> fmt::Result {
    let (run, not_run): (Vec<&Verdict>, Vec<&Verdict>) =
        all.iter().partition(|verdict| verdict.outcome() != Outcome::NotRun);
    writeln!(out, "{}: {}", styled("Claims", BOLD, colour), verdicts::tally(all))?;
    let widest = |of: fn(&Verdict) -> String| run.iter().map(|verdict| text::width(&of(verdict))).max().unwrap_or(0);
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
        let mark = styled(&format!("{} {:<9}", outcome.mark(), outcome.word()), code(outcome), colour);
        writeln!(out, "  {mark}  {}", rest.trim_end())?;
        if outcome != Outcome::Holds {
            push_wrapped(out, MARK, &verdict.statement, width);
            push_wrapped(out, MARK, &judgement.why, width);
        }
    }
    if told == NotRun::Counted {
        if let Some(line) = self::not_run(all, width) {
            writeln!(out, "{line}")?;
        }
        return writeln!(out);
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
                writeln!(out, "  {}  {line}", styled(&mark, code(Outcome::NotRun), colour))?;
            } else {
                writeln!(out, "{:MARK$}{line}", "")?;
            }
        }
    }
    writeln!(out)
}

/// Returns how an outcome looks.
pub fn code(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Holds => GREEN,
        Outcome::Undecided => YELLOW,
        Outcome::NotRun => FAINT,
        Outcome::Fails => BOLD_RED,
    }
}
