//! What a reader must know before believing any figure.

use crate::figures::GroupSummary;
use crate::judgement::lint;
use crate::records::results::Results;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// Something is missing or failed.
    Error,
    /// The figures are to be read with care.
    Caution,
}

/// One thing that a reader must know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How much it matters.
    pub gravity: Gravity,
    /// What it is, in whole sentences.
    pub text: String,
}

/// All notices of a run, the gravest first.
pub(crate) fn of(results: &Results, groups: &[GroupSummary], usable_cores: Option<f64>) -> Vec<Notice> {
    let mut notices = Vec::new();
    let mut say = |gravity, text: String| notices.push(Notice { gravity, text });
    match &results.end {
        None => say(
            Gravity::Error,
            "This run is incomplete: it was killed before it could write its end. Shown is what it got to.".into(),
        ),
        Some(end) if !end.complete => {
            say(
                Gravity::Error,
                "This run is incomplete: it was stopped before its plan was done. Shown is what it got to.".into(),
            );
        }
        Some(_) => {}
    }
    let (broken, not_run) = failing_cells(groups);
    if broken > 0 {
        say(Gravity::Error, format!("{} failed. {}", cells(broken), "The reasons are listed with the workload."));
    }
    if not_run > 0 {
        say(
            Gravity::Caution,
            format!("{} could not be run here. The reasons are listed with the workload.", cells(not_run)),
        );
    }
    let unreadable: usize = groups.iter().flat_map(|group| &group.rows).map(|row| row.unreadable_histograms).sum();
    if unreadable > 0 {
        let what = if unreadable == 1 { "1 histogram".to_owned() } else { format!("{unreadable} histograms") };
        say(Gravity::Error, format!("{what} could not be read (HDR V2, deflated, base64): latencies leave them out."));
    }
    let remarks = results.end.iter().flat_map(|end| &end.remarks);
    for left_out in results.run.left_out.iter().chain(remarks) {
        say(Gravity::Caution, crate::text::plain(left_out));
    }
    for warning in &results.warnings {
        say(Gravity::Caution, warning.clone());
    }
    for warning in lint::of(results, groups, usable_cores) {
        say(warning.gravity(), warning.to_string());
    }
    notices.sort_by_key(|notice| notice.gravity);
    notices
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

/// Numbers of cells that broke, and of cells that were not run.
fn failing_cells(groups: &[GroupSummary]) -> (usize, usize) {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let broken = rows().filter(|row| row.failures.iter().any(|failure| !failure.kind.is_not_run())).count();
    let not_run = rows()
        .filter(|row| !row.failures.is_empty() && row.failures.iter().all(|failure| failure.kind.is_not_run()))
        .count();
    (broken, not_run)
}
