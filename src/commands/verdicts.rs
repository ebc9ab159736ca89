//! Looks at the verdicts while a run goes on, so that rounds go where one is undecided.

use std::collections::BTreeSet;
use std::path::Path;

use regatta_reports::record::CellId;
use regatta_reports::{Claims, Judgement, Outcome, Results, Summary};

use crate::driver::{Undecided, Watch};
use crate::group::ReadyGroup;
use crate::progress::Progress;

/// Shows the progress of a run, and knows which of its verdicts are undecided.
pub(super) struct Verdicts<'a> {
    progress: Progress,
    claims: &'a Claims,
    /// Where the records are.
    folder: &'a Path,
    groups: &'a [ReadyGroup],
}

impl<'a> Verdicts<'a> {
    /// Watches a run of these groups that writes to this folder.
    pub(super) fn new(claims: &'a Claims, folder: &'a Path, groups: &'a [ReadyGroup]) -> Self {
        Self { progress: Progress::new(), claims, folder, groups }
    }
}

impl Watch for Verdicts<'_> {
    fn group(&mut self, group: &ReadyGroup) {
        self.progress.group(group);
    }

    fn cell(&mut self, cell: &CellId, round: Option<u32>, of: u32) {
        self.progress.cell(cell, round, of);
    }

    fn progress(&mut self, share: f64) {
        self.progress.progress(share);
    }

    fn undecided(&mut self) -> Vec<Undecided> {
        // Records that cannot be read now are a matter of the report, which says why.
        let Ok(results) = Results::read(self.folder) else { return Vec::new() };
        let summary = Summary::from_results(&results);
        let verdicts = self.claims.judge(&summary);
        // What has no effect was not measured, and no round will change that.
        let is_open = |judgement: &Judgement| judgement.verdict == Outcome::Undecided && judgement.effect.is_some();
        let open: BTreeSet<String> = verdicts
            .iter()
            .flat_map(|verdict| &verdict.conditions)
            .filter(|judgement| is_open(judgement))
            .flat_map(|judgement| cells_of(judgement).map(|(group, _)| group))
            .collect();
        // With all the cells of its verdict: what is settled of one would rest on fewer rounds than the others in the end.
        let needed: BTreeSet<(String, String)> = verdicts
            .iter()
            .filter(|verdict| verdict.conditions.iter().any(is_open))
            .flat_map(|verdict| verdict.conditions.iter().flat_map(cells_of))
            .collect();
        let undecided = summary.groups.iter().filter(|group| open.contains(&group.slug)).filter_map(|group| {
            let rows = group.rows.iter().filter(|row| needed.contains(&(group.slug.clone(), row.label.clone())));
            let is_same =
                |ready: &ReadyGroup| ready.group.workload == group.workload && ready.group.params == group.params;
            let place = self.groups.iter().position(is_same)?;
            Some(Undecided { group: place, cells: rows.map(|row| row.cell.clone()).collect() })
        });
        undecided.collect()
    }
}

/// Returns the cells behind a judgement: the slugs of their groups, and their names in them.
fn cells_of(judgement: &Judgement) -> impl Iterator<Item = (String, String)> {
    judgement.samples.iter().map(|cell| (cell.group.clone(), cell.cell.clone()))
}
