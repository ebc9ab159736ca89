//! What a reader needs at once: the answer, what does not hold, and what there is to know of how it was measured.

use super::style::{BOLD, BOLD_RED, YELLOW, push_wrapped, styled};
use super::{answer, notices};
use crate::judgement::claims::{Outcome, Verdict};
use crate::judgement::severity::Severity;
use crate::text::{moment, plain, wrapped};
use crate::views::{Report, capacity, verdicts};

/// What continues a verdict or a notice stands so far from the left.
const INDENT: usize = 4;

/// Returns the short form of a report for a terminal of `width` columns; with ANSI colours if `colour`.
pub fn text(report: &Report, colour: bool, width: usize) -> String {
    let mut out = format!("{}\n\n", machine(report));
    out.push_str(&answer::text(&report.answer, colour, width));
    if !report.verdicts.is_empty() {
        let tally = format!("{}: {}", styled("Claims", BOLD, colour), verdicts::tally(&report.verdicts));
        out.push_str(&format!("{tally}\n"));
        for verdict in open(&report.verdicts) {
            out.push_str(&told(verdict, colour, width));
        }
        if let Some(line) = not_run(&report.verdicts) {
            push_wrapped(&mut out, 2, &line, width);
        }
        out.push('\n');
    }
    let errors = report.notices.iter().filter(|notice| notice.severity == Severity::Error);
    errors.for_each(|notice| out.push_str(&notices::line(notice, colour)));
    let remarks = report.notices.iter().filter(|notice| notice.severity != Severity::Error).count();
    if remarks > 0 {
        let plural = if remarks == 1 { "1 remark" } else { &format!("{remarks} remarks") };
        out.push_str(&format!("{plural} on how it was measured, and all tables: --tables, or the page.\n"));
    }
    out
}

/// Returns the machine and the run in one line.
fn machine(report: &Report) -> String {
    let (run, machine) = (&report.results.run, &report.results.run.machine);
    let cpu = if machine.cpu.is_empty() { String::new() } else { format!("{}. ", plain(&machine.cpu)) };
    let capacity = report.summary.ceiling.as_ref().and_then(capacity::sentence);
    let capacity = capacity.map(|sentence| format!("{sentence}. ")).unwrap_or_default();
    format!("{cpu}{capacity}Plan {}, {}.", plain(&run.plan.name), moment(&run.started))
}

/// Returns the verdicts that a reader has to look at, the worst first.
fn open(all: &[Verdict]) -> impl Iterator<Item = &Verdict> {
    let of = |outcome: Outcome| all.iter().filter(move |verdict| verdict.outcome() == outcome);
    of(Outcome::Fails).chain(of(Outcome::Undecided))
}

fn told(verdict: &Verdict, colour: bool, width: usize) -> String {
    let (outcome, mut out) = (verdict.outcome(), String::new());
    let code = if outcome == Outcome::Fails { BOLD_RED } else { YELLOW };
    let mark = format!("{} {}", outcome.mark(), outcome.word());
    let text = format!("{mark}, {}: {}", plain(&verdict.family), plain(&verdict.statement));
    for (at, line) in wrapped(&text, width.saturating_sub(INDENT)).iter().enumerate() {
        match line.strip_prefix(&mark).filter(|_| at == 0) {
            Some(rest) => out.push_str(&format!("  {}{rest}\n", styled(&mark, code, colour))),
            None => out.push_str(&format!("{:INDENT$}{line}\n", "")),
        }
    }
    push_wrapped(&mut out, INDENT, &plain(&verdict.judgement.why), width);
    out
}

/// Names the claims that were not run; none if there are none.
fn not_run(all: &[Verdict]) -> Option<String> {
    let ids: Vec<&str> =
        all.iter().filter(|verdict| verdict.outcome() == Outcome::NotRun).map(|verdict| verdict.id.as_str()).collect();
    let mut distinct = ids.clone();
    distinct.dedup();
    (!ids.is_empty()).then(|| format!("– not run: {}", plain(&distinct.join(", "))))
}
