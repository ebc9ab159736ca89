//! What a reader needs at once, on one screen: the matrix, the answer, and what does not hold.
//!
//! The answer comes last, for the last lines are what stays in view.

use super::style::push_wrapped;
use super::{answer, break_even, faults, glance, languages, notices, open, service, sweeps};
use crate::judgement::severity::Severity;
use crate::text::{moment, plain};
use crate::views::{Report, capacity};

/// Most lines of all, beside those that say where the page is and what was cut.
const MOST: usize = 57;
/// Of these the most that the answer takes with what does not hold: they are in view at the end.
const MOST_AT_THE_END: usize = 37;
/// What does not hold has so many lines even below a long answer.
const LEAST_OPEN: usize = 6;

/// Returns the short form of a report for a terminal of `width` columns; with ANSI colours if `colour`.
pub fn text(report: &Report, colour: bool, width: usize) -> String {
    let mut out = String::new();
    push_wrapped(&mut out, 0, &machine(report), width);
    out.push('\n');
    // A table takes room: it is there where a service is all that was asked about.
    let service = if report.answer.is_empty() { service::text } else { service::sentences };
    let answer = answer::text(&report.answer, colour, width) + &service(&report.services, colour, width);
    let answer = answer + &break_even::table(&report.break_even, colour, width);
    let answer = answer + &languages::text(&report.languages, colour, width);
    let sweeps = sweeps::sentences(report, colour, width);
    let remarks = remarks(report, colour, width);
    let room = MOST_AT_THE_END.saturating_sub(lines(&answer) + lines(&remarks)).max(LEAST_OPEN);
    let open = open::text(&report.verdicts, &report.summary, colour, width, room);
    let room = MOST.saturating_sub([&out, &sweeps, &answer, &open, &remarks].into_iter().map(|text| lines(text)).sum());
    let glance = glance::text(&report.matrix, colour, width, room);
    let faults = faults::text(&report.faults, colour, width);
    [glance, sweeps, faults, answer, open, remarks].iter().for_each(|text| out.push_str(text));
    out
}

fn lines(text: &str) -> usize {
    text.lines().count()
}

/// Returns the machine and the run in one line.
fn machine(report: &Report) -> String {
    let (run, machine) = (&report.results.run, &report.results.run.machine);
    let cpu = if machine.cpu.is_empty() { String::new() } else { format!("{}. ", plain(&machine.cpu)) };
    let capacity = report.summary.ceiling.as_ref().and_then(capacity::sentence);
    let capacity = capacity.map(|sentence| format!("{sentence}. ")).unwrap_or_default();
    format!("{cpu}{capacity}Plan {}, {}.", plain(&run.plan.name), moment(&run.started))
}

/// Returns what went wrong, and how much more there is to know of how it was measured.
fn remarks(report: &Report, colour: bool, width: usize) -> String {
    let mut out = String::new();
    let errors = report.notices.iter().filter(|notice| notice.severity == Severity::Error);
    errors.for_each(|notice| out.push_str(&notices::line(notice, colour)));
    let remarks = report.notices.iter().filter(|notice| notice.severity != Severity::Error).count();
    let what = match remarks {
        0 => "All tables".to_owned(),
        1 => "1 remark on how it was measured, and all tables".to_owned(),
        _ => format!("{remarks} remarks on how it was measured, and all tables"),
    };
    push_wrapped(&mut out, 0, &format!("{what}: --tables, or the page."), width);
    out
}
