//! The cells of a workload that runs share.

use std::collections::HashMap;

use super::entry::Entry;
use crate::figures::{Cell, GroupSummary, Row, Summary};
use crate::records::schema::Parameters;
use crate::text::distinct_slug;

/// A workload with its parameters that at least two runs have.
#[derive(Debug)]
pub struct Shared<'a> {
    /// The group of each run; none where a run does not have it.
    pub of_runs: Vec<Option<&'a GroupSummary>>,
    /// One of them, for what is the same in all.
    pub any: &'a GroupSummary,
    /// Its title as part of file names and links; distinct among those that are shared.
    pub slug: String,
    /// A line a cell.
    pub lines: Vec<Line<'a>>,
}

/// A cell in all runs.
#[derive(Debug)]
pub struct Line<'a> {
    /// The row of one of the runs, for name and colour.
    pub any: &'a Row,
    /// What each run has of it.
    pub sides: Vec<Side<'a>>,
}

/// What a run has of a cell: nothing, or the cell.
pub type Side<'a> = Option<Cell<'a>>;

/// Returns the groups that at least two runs have, and in words those that one alone has.
pub(super) fn shared(entries: &[Entry]) -> (Vec<Shared<'_>>, Vec<String>) {
    let mut known: Vec<&GroupSummary> = Vec::new();
    for group in entries.iter().flat_map(|entry| &entry.summary.groups) {
        if !known.iter().any(|other| is_same_work(other, group)) {
            known.push(group);
        }
    }
    let (mut shared, mut alone) = (Vec::new(), Vec::new());
    let mut slugs: HashMap<String, usize> = HashMap::new();
    for any in known {
        let of_runs: Vec<Option<&GroupSummary>> = entries.iter().map(|entry| find(&entry.summary, any)).collect();
        let mut having = entries.iter().zip(&of_runs).filter(|(_, group)| group.is_some());
        match (having.next(), having.next()) {
            (Some((entry, _)), None) => alone.push(format!("{} alone has {}", entry.letter, name(any))),
            _ => {
                let slug = distinct_slug(&any.title, &mut slugs);
                shared.push(Shared { lines: lines(&of_runs), of_runs, any, slug });
            }
        }
    }
    (shared, alone)
}

fn find<'a>(summary: &'a Summary, group: &GroupSummary) -> Option<&'a GroupSummary> {
    summary.groups.iter().find(|other| is_same_work(other, group))
}

/// Returns whether two groups do the same in each family that both have.
fn is_same_work(a: &GroupSummary, b: &GroupSummary) -> bool {
    let is_same_scale = |row: &Row| {
        let same = b.rows.iter().find(|other| other.runner.family == row.runner.family);
        same.is_none_or(|other| other.scale.params == row.scale.params)
    };
    if !a.rows.iter().all(is_same_scale) {
        return false;
    }
    let of = |group: &GroupSummary| -> (String, Parameters) { (group.workload.clone(), group.params.clone()) };
    of(a) == of(b) && (a.tasks == b.tasks || a.tasks == 0 || b.tasks == 0)
}

fn name(group: &GroupSummary) -> String {
    let parameters = group.parameters();
    if parameters.is_empty() { group.title.clone() } else { format!("{} ({})", group.workload, parameters.join(", ")) }
}

/// Returns the cells of all runs, in the order in which the runs have them. Second copies of a cell say how large the noise is, and
/// are no cells of their own here.
fn lines<'a>(of_runs: &[Option<&'a GroupSummary>]) -> Vec<Line<'a>> {
    let mut lines: Vec<Line> = Vec::new();
    for group in of_runs.iter().flatten() {
        for row in group.main_rows() {
            let is_known =
                lines.iter().any(|line| line.sides.iter().flatten().any(|known| std::ptr::eq(known.row, row)));
            if !is_known {
                let side = |group: &Option<&'a GroupSummary>| {
                    group.and_then(|group| Some(Cell { group, row: counterpart(group, row)? }))
                };
                lines.push(Line { any: row, sides: of_runs.iter().map(side).collect() });
            }
        }
    }
    lines
}

/// Returns the same cell; on a machine with more cores a runner has more workers, so that a runner's only cell is its counterpart too.
fn counterpart<'a>(group: &'a GroupSummary, row: &Row) -> Option<&'a Row> {
    let is_like = |other: &&Row| {
        other.cell.runner == row.cell.runner && other.cell.options == row.cell.options && other.cell.arm == row.cell.arm
    };
    let mut like = group.rows.iter().filter(is_like);
    let only = like.clone().next().filter(|_| like.clone().count() == 1);
    like.find(|other| other.cell == row.cell).or(only)
}

impl Line<'_> {
    /// Returns its name; with the numbers of workers where they differ.
    pub fn name(&self) -> String {
        let mut workers: Vec<u64> = self.sides.iter().flatten().map(|cell| cell.row.cell.workers).collect();
        workers.dedup();
        match workers.len() {
            0 | 1 => self.any.label.clone(),
            _ => {
                let workers: Vec<String> = workers.iter().map(u64::to_string).collect();
                format!("{} ({} workers)", self.any.label, workers.join(", "))
            }
        }
    }
}
