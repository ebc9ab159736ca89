//! What a reader has to look at: the claims that do not hold, and those that are undecided.

use super::style::{BOLD, FAINT, push_wrapped, styled};
use super::verdicts::{code, not_run};
use crate::figures::Summary;
use crate::judgement::claims::{Outcome, Verdict};
use crate::text::{plain, shortened, wrapped};
use crate::views::{families, verdicts};

/// What continues a claim stands so far from the left.
const INDENT: usize = 4;

/// Returns how many claims hold, and those that do not with the reasons, the worst first, in about `height` lines: what has no room is
/// counted. Empty if nothing was judged.
pub fn text(all: &[Verdict], summary: &Summary, colour: bool, width: usize, height: usize) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for (at, line) in wrapped(&format!("Claims: {}", verdicts::tally(all)), width).iter().enumerate() {
        match line.strip_prefix("Claims").filter(|_| at == 0) {
            Some(rest) => out.push_str(&format!("{}{rest}\n", styled("Claims", BOLD, colour))),
            None => out.push_str(&format!("{line}\n")),
        }
    }
    let mut left_out = 0;
    for same in [Outcome::Fails, Outcome::Undecided].into_iter().flat_map(|outcome| of_outcome(all, outcome)) {
        let told = told(&same, summary, colour, width);
        // The first is the worst, and is told in any case.
        let is_first = out.lines().count() == 1;
        if left_out == 0 && (is_first || out.lines().count() + told.lines().count() < height) {
            out.push_str(&told);
        } else {
            left_out += same.len();
        }
    }
    if left_out > 0 {
        out.push_str(&format!("{}\n", shortened(&format!("  … and {left_out} more: --tables"), width)));
    }
    if let Some(line) = not_run(all, width) {
        out.push_str(&format!("{line}\n"));
    }
    out.push('\n');
    out
}

/// Returns the verdicts with an outcome, those of a claim together.
fn of_outcome(all: &[Verdict], outcome: Outcome) -> Vec<Vec<&Verdict>> {
    let of_claim = |verdicts: &'_ [Verdict]| verdicts.iter().filter(|verdict| verdict.outcome() == outcome).count() > 0;
    let claims = verdicts::by_claim(all).filter(|verdicts| of_claim(verdicts));
    claims.map(|verdicts| verdicts.iter().filter(|verdict| verdict.outcome() == outcome).collect()).collect()
}

/// Tells what became of a claim, and for each family why.
fn told(same: &[&Verdict], summary: &Summary, colour: bool, width: usize) -> String {
    let Some(any) = same.first() else { return String::new() };
    let outcome = any.outcome();
    let (mark, id) = (format!("{} {}", outcome.mark(), outcome.word()), format!("[{}]", plain(&any.id)));
    let text = format!("{mark}: {} {id}", plain(&any.statement));
    let mut out = String::new();
    for (at, line) in wrapped(&text, width.saturating_sub(INDENT)).iter().enumerate() {
        let indent = if at == 0 { INDENT / 2 } else { INDENT };
        let line = line.replace(&id, &styled(&id, FAINT, colour));
        let line = if at == 0 { line.replacen(&mark, &styled(&mark, code(outcome), colour), 1) } else { line };
        out.push_str(&format!("{:indent$}{line}\n", ""));
    }
    for verdict in same {
        let why = verdict.judgement.doubt.as_ref().unwrap_or(&verdict.judgement.why);
        let family = families::title(summary, &verdict.family);
        push_wrapped(&mut out, INDENT, &format!("{family}: {}", plain(why)), width);
    }
    out
}
