//! What a reader must know before believing any figure.

use serde::Serialize;

use super::lint;
use super::severity::Severity;
use crate::figures::{GroupSummary, Summary};
use crate::records::Results;

/// One thing that a reader must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// How much it matters.
    pub severity: Severity,
    /// What it is, in a few words.
    pub name: String,
    /// What it is, in whole sentences.
    pub text: String,
}

/// Returns all notices of a run, errors first; `summary` is that of `results`.
pub fn of_run(results: &Results, summary: &Summary) -> Vec<Notice> {
    let groups = &summary.groups;
    let mut notices = Vec::new();
    let mut say = |severity, name: String, text: String| notices.push(Notice { severity, name, text });
    match &results.end {
        None => say(
            Severity::Error,
            "Incomplete: the run was killed".into(),
            "This run is incomplete: it was killed before it could write its end. Shown is what it got to.".into(),
        ),
        Some(end) if !end.complete => {
            say(
                Severity::Error,
                "Incomplete: the run was stopped".into(),
                "This run is incomplete: it was stopped before its plan was done. Shown is what it got to.".into(),
            );
        }
        Some(_) => {}
    }
    let (broken, not_run) = failing_cells(groups);
    if broken > 0 {
        let name = format!("{} failed", cells(broken));
        say(Severity::Error, name.clone(), format!("{name}. The reasons are listed with the workload."));
    }
    if not_run > 0 {
        say(
            Severity::Caution,
            format!("{} not run", cells(not_run)),
            format!("{} could not be run here. The reasons are listed with the workload.", cells(not_run)),
        );
    }
    let unreadable: usize = groups.iter().flat_map(|group| &group.rows).map(|row| row.unreadable_histograms).sum();
    if unreadable > 0 {
        let what = if unreadable == 1 { "1 histogram".to_owned() } else { format!("{unreadable} histograms") };
        let text = format!("{what} could not be read (HDR V2, deflated, base64): latencies leave them out.");
        say(Severity::Error, format!("{what} could not be read"), text);
    }
    let remarks = results.end.iter().flat_map(|end| &end.remarks);
    for remark in &results.run.left_out {
        say(Severity::Caution, "Left out".into(), crate::text::plain(remark));
    }
    for remark in remarks {
        say(Severity::Caution, "While it ran".into(), crate::text::plain(remark));
    }
    for warning in &results.warnings {
        say(Severity::Caution, "Records".into(), warning.clone());
    }
    for warning in lint::check_run(summary) {
        say(warning.severity(), warning.name(), warning.to_string());
    }
    notices.sort_by_key(|notice| notice.severity);
    notices
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

/// Returns the numbers of cells that broke, and of cells that were not run.
fn failing_cells(groups: &[GroupSummary]) -> (usize, usize) {
    let rows = || groups.iter().flat_map(|group| &group.rows);
    let broken = rows().filter(|row| row.failures.iter().any(|failure| !failure.kind.is_not_run())).count();
    let not_run = rows()
        .filter(|row| !row.failures.is_empty() && row.failures.iter().all(|failure| failure.kind.is_not_run()))
        .count();
    (broken, not_run)
}
